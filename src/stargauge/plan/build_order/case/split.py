"""What the fleet has to be for training and for serving at once, and the share of its time that serves.

With i the share of the fleet's time that serves users and t the part of the rest that trains, what a world has of each is

    training = (1 - i) t sum over chips of N_c T_c,   inference = i sum over chips of N_c Q_c                                          (1)

T_c, Q_c: what one accelerator gives were all of its time spent so, by the model's own formulas (`model.training`, `model.inference`). Both
are sums over buildings, so each need is a target of its own once i is chosen: the share by which least power is needed in as many worlds
as are asked for. Leaves out: wear of accelerators that are built, a share that changes over time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.binding import check
from stargauge.audit.claims.language import Comparison, parse
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.plan.build_order.case.case import Target
from stargauge.plan.build_order.case.prepare import Aim, Own
from stargauge.plan.build_order.case.worlds import read
from stargauge.programme.known import Known
from stargauge.quantity.dates import month_end, month_label
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.quantity import USES
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]

#: What may be needed of each use, as the model calls it.
TRAINING = ("training_runs_per_year", "training_tokens_per_day")
INFERENCE = ("inference_demand_covered", "inference_tokens_per_s", "inference_tokens_per_day", "inference_users_served")
#: Both in the order in which the model makes them.
_STEPS = (
    "training_tokens_per_day", "training_runs_per_year", "inference_tokens_per_s", "inference_tokens_per_day", "inference_users_served",
    "inference_demand_covered",
)  # fmt: skip
EXAMPLE = "'training_runs_per_year[frontier] >= 2 by 2029-12-31' with 'inference_demand_covered >= 1.5 by 2029-12-31'"
_READ = (
    "accelerator_peak", "training_utilisation", "goodput", "training_flop_per_token", "model_training_tokens", "training_share",
    "accelerator_throughput", "serving_utilisation", "serving_peak_factor", "tokens_per_user_day", "inference_demand_tokens",
    "accelerator_it_power", "hall_filled",
)  # fmt: skip
#: Shares of the fleet's time that serve users, among which one is chosen.
_SHARES = np.arange(1, 100) / 100.0


class Need(NamedTuple):
    """What is needed of one use by a day, with which probability. `name`: its quantity, `model`: that of a training run, else empty."""

    text: str
    name: str
    model: str
    amount: float
    unit: str
    day: date
    probability: float

    @property
    def training(self) -> bool:
        """Whether it is of training; else of inference."""
        return self.name in TRAINING


@dataclass(frozen=True)
class Split:
    """A share of the fleet's time that serves users, and by need what accelerators give with it, as a share of what is needed.

    `per_power`: (need, draw, chip), per W of IT power; `begun`: (need, draw), of what is under way.
    """

    needs: tuple[Need, ...]
    inference_share: float
    per_power: Array
    begun: Array

    @property
    def aims(self) -> tuple[Aim, ...]:
        """Each need as what a case is prepared for: a target of amount one, of its own worth in every draw."""
        return tuple(
            Aim(Target(need.text, 1.0, "1", need.day, need.probability), "compute_h100e", (), Own(self.per_power[at], self.begun[at]))
            for at, need in enumerate(self.needs)
        )

    @property
    def assumption(self) -> dict[str, Any]:
        """`assumptions` of an overlay: the share, with its reason."""
        reason = "a plan made here: the share by which least power is needed for " + " and ".join(need.text for need in self.needs)
        return {"inference_share": {"value": self.inference_share, "reason": reason}}

    def to_dict(self) -> dict[str, Any]:
        """The split as plain data."""
        rest = 1.0 - self.inference_share
        text = f"{self.inference_share:.0%} of the fleet's time serves users, {rest:.0%} trains and researches"
        return {"inference_share": self.inference_share, "training_share": rest, "text": text}


def is_need(text: str) -> bool:
    """Whether a reading is of training or inference, by the quantity that it begins with."""
    return re.split(r"[^a-z0-9_]", text.strip(), maxsplit=1)[0] in (*TRAINING, *INFERENCE)


def need_of(text: str, probability: float, now: Known) -> Need:
    """A need from a text of the claim language. Raises InputError with what is possible."""
    reading = check(parse(text), model_graph().quantities, axes_of(now), None, text)
    named = reading.address.name if isinstance(reading, Comparison) else ""
    if not isinstance(reading, Comparison) or named not in (*TRAINING, *INFERENCE) or reading.op not in (">=", ">") or reading.share:
        raise InputError(say('"{text}" is no need of training or inference: expected such as {example}', text=text, example=say(EXAMPLE)))
    if reading.time is None or reading.time.kind == "over" or not now.as_of <= reading.time.end <= now.months[-1]:
        raise InputError(
            say(
                '"{text}" needs a day from {as_of} to {last}: expected such as {example}',
                text=text,
                as_of=now.as_of,
                last=now.months[-1],
                example=say(EXAMPLE),
            )
        )
    if reading.threshold.value is None or not reading.threshold.value > 0.0:
        raise InputError(say('got "{text}" in "{where}"; expected more than nothing', text=reading.threshold.text, where=text))
    model = next((label for label in reading.address.labels if label in now.axes["model"]), "")
    day = month_end(reading.time.end)
    return Need(text, named, model, reading.threshold.value, reading.threshold.unit, day, probability)


def check_needs(needs: Sequence[Need]) -> None:
    """Raise InputError unless one need is of training and one of inference: with one alone the share would be all of it."""
    for use, found in (("training", [n for n in needs if n.training]), ("inference", [n for n in needs if not n.training])):
        if len(found) != 1:
            said = "; ".join(f'"{need.text}"' for need in found) or say("none", "fault")
            raise InputError(
                [
                    Fault(
                        say(
                            "a split has one need of each use; of {use} there is {said}: expected such as {example}",
                            use=use,
                            said=said,
                            example=say(EXAMPLE),
                        )
                    )
                ]
            )


# --- rates ------------------------------------------------------------------------------------------------------------------------


def rates_of(got: dict[str, Array], need: Need, models: Sequence[str]) -> Array:
    """What one accelerator of each chip gives of a need were all of its time spent so: (draw, chip).

    The model's own formulas on a fleet of one accelerator, chip by chip along the axis of months.
    """
    draws, chips = got["accelerator_throughput"].shape
    one = np.broadcast_to(np.eye(chips)[None, :, None, :], (draws, chips, 1, chips))
    values, formulas = dict(got) | {"accelerators": one, "fleet_share": np.ones((draws, len(USES)))}, model_graph().quantities
    for name in _STEPS[: _STEPS.index(need.name) + 1]:
        formula = formulas[name]
        values[name] = np.asarray(formula.function(*(values[part] for part in formula.needs)))
    found = values[need.name]
    return np.asarray(found[:, models.index(need.model)] if need.model else found)


def _time_share(need: Need, shares: Array | float, training_share: Array) -> Array:
    """Share of the fleet's time for a need, for some shares that serve users: (share, draw), or (draw,) for one."""
    shares = np.asarray(shares, dtype=np.float64)
    if need.training:
        return np.asarray(np.multiply.outer(1.0 - shares, training_share))
    return np.asarray(np.multiply.outer(shares, np.ones_like(training_share)))


def split_of(needs: Sequence[Need], begun: Known, chips: Sequence[str], *, draws: int = 1024, seed: int = 0) -> Split:
    """The share by which least power of the newest of some chips is needed beside what is under way, in as many worlds as are asked for.

    needed_w(i) = max over needs of (amount / (share of time in w) - what is under way) / rate in w,  least quantile over worlds   (2)

    Where several need nothing more, the one with most to spare.
    `begun`: what is known of the programme without what is decided; `draws`, `seed`: of the worlds of the case. Raises InputError.
    """
    check_needs(needs)
    names = list(begun.axes["month"])
    got = read(begun, (*_READ, "accelerators"), draws, seed)
    axis, models = list(begun.axes["chip"]), list(begun.axes["model"])
    places = [axis.index(chip) for chip in chips]
    power = got["hall_filled"][:, None] / got["accelerator_it_power"][:, places]
    rates = [rates_of(got, need, models) for need in needs]
    held = [got["accelerators"].sum(axis=2)[:, :, names.index(month_label(need.day))] for need in needs]
    have = [(rate * stands).sum(axis=1) for rate, stands in zip(rates, held, strict=True)]
    each = [rate[:, places] * power for rate in rates]
    wanted = max(need.probability for need in needs)
    needed = np.maximum.reduce([
        np.maximum(need.amount / _time_share(need, _SHARES, got["training_share"]) - base, 0.0) / rate[:, -1]
        for need, base, rate in zip(needs, have, each, strict=True)
    ])  # fmt: skip
    spare = np.minimum.reduce([_time_share(n, _SHARES, got["training_share"]) * b / n.amount for n, b in zip(needs, have, strict=True)])
    order = np.lexsort((-np.quantile(spare, 1.0 - wanted, axis=1), np.quantile(needed, wanted, axis=1)))
    best = float(_SHARES[order[0]])
    part = [_time_share(need, best, got["training_share"]) / need.amount for need in needs]
    return Split(
        tuple(needs), best, np.stack([share[:, None] * rate for share, rate in zip(part, each, strict=True)]),
        np.stack([share * base for share, base in zip(part, have, strict=True)]),
    )  # fmt: skip
