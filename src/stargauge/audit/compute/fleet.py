"""The fleet over time: accelerators by generation, what they compute at their peak, what that would train and serve, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.compute import fleet_use
from stargauge.audit.given import Condition, given_data
from stargauge.audit.series_data import fans
from stargauge.audit.summary import Days
from stargauge.engine.result import Result
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.quantity.dates import month_label

WHOLE, PEAK = "accelerators", "compute_peak[bf16]"
USERS, TOKENS, TOKEN_COST = "inference_users_served", "inference_tokens_per_s", "token_cost_rented"
#: Numbers of accelerators below which nothing of a generation stands.
_NONE = 0.5


@dataclass(frozen=True)
class Fleet:
    """Series by address, the generations and the models they are of, and each number at the date that headline numbers are read at."""

    programme: str
    as_of: str
    newest_evidence: str | None
    when: str
    draws: int
    quantities: dict[str, dict[str, Any]]
    chips: tuple[str, ...]
    models: tuple[str, ...]
    silent: tuple[str, ...]
    asked_as: str
    #: The model that is trained, and the one that users are served with.
    model: str
    served: str
    #: What it serves and trains beside what users need, in parts of plain data.
    use: dict[str, Any]
    supposed: tuple[str, ...] = ()
    given: Condition | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data: `at` holds P10, P50 and P90 at the date, by address, `years` the same at each year's end."""
        return {
            "programme": {"name": self.programme, "asked_as": self.asked_as}, "supposed": list(self.supposed), **given_data(self.given),
            "model": self.model, "served": self.served, **self.use, "as_of": self.as_of,
            "newest_evidence": self.newest_evidence, "date": self.when,
            "draws": self.draws, "chips": list(self.chips), "models": list(self.models), "silent": list(self.silent),
            "quantities": self.quantities, "at": {name: _at(data, self.when) for name, data in self.quantities.items()},
        }  # fmt: skip


def wanted(known: Known, model: str) -> list[str]:
    """The addresses that a run must give for `fleet`."""
    used = [*fleet_use.YEARLY, *fleet_use.DEMAND, *fleet_use.SUPPLY, *fleet_use.of_model(model), *fleet_use.of_job(model)]
    return list(dict.fromkeys([*drawn(known), *fleet_use.of_chips(model, known.axes["chip"]), *used]))


def drawn(known: Known) -> list[str]:
    """The addresses that are shown month by month."""
    chips, models = known.axes.get("chip", ()), known.axes.get("model", ())
    runs = [f"training_runs_per_year[{model}]" for model in models]
    return [WHOLE, PEAK, USERS, TOKENS, TOKEN_COST, fleet_use.COVERED, *(f"{WHOLE}[{chip}]" for chip in chips), *runs]


def fleet(known: Known, result: Result, model: str, served: str, ends: Sequence[date], given: Condition | None = None) -> Fleet:
    """The series of a run; generations that never stand, and models of which a run cannot be reckoned, are left out."""
    days = Days.of(known)
    data = fans(result, drawn(known))
    chips = tuple(chip for chip in known.axes["chip"] if max(_there(data[f"{WHOLE}[{chip}]"]["p90"]), default=0.0) >= _NONE)
    models = tuple(model for model in known.axes["model"] if _there(data[f"training_runs_per_year[{model}]"]["p50"]))
    silent = tuple(model for model in known.axes["model"] if model not in models)
    gone = {f"{WHOLE}[{chip}]" for chip in known.axes["chip"] if chip not in chips} | {f"training_runs_per_year[{m}]" for m in silent}
    kept = {address: one for address, one in data.items() if address not in gone and _there(one["p50"])}
    use = {
        "years": fleet_use.years(result, ends, model), "covered_from": fleet_use.covered_from(result),
        "demand": fleet_use.demand(known, result), "supply": fleet_use.supply(known, result),
        "generations": fleet_use.chips(known, result, model, served, chips), "job": fleet_use.job(known, result, model),
        "energy_per_message": fleet_use.energy_per_message(known, result, days.ahead),
    }  # fmt: skip
    return Fleet(
        known.programme.name, str(known.as_of), str(days.evidence) if days.looked else None, str(days.ahead), result.draws, kept, chips,
        models, silent, asked_as(known.programme), model, served, use, tuple(known.programme.supposed), given,
    )  # fmt: skip


def _there(values: Any) -> list[float]:
    return [float(value) for value in values if value is not None and np.isfinite(value)]


def _at(data: dict[str, Any], when: str) -> dict[str, Any]:
    place = list(data["months"]).index(month_label(date.fromisoformat(when)))
    return {"unit": data["unit"], **{level: data[level][place] for level in ("p10", "p50", "p90")}}
