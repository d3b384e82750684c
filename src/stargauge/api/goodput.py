"""How much of a training job's time becomes kept work: on a machine, by what stops it and how it saves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import blake2b
from math import inf
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from stargauge.api.programmes import catalogue
from stargauge.audit.compute.goodput import GoodputAnswer, Question, goodput_answer
from stargauge.audit.compute.goodput_job import (
    DRAWS,
    FAILURE_RATE,
    PLANNED,
    REPAIR,
    RESTART,
    SLOW,
    SPARES,
    STALL,
    STORAGE,
    WRITINGS,
    Asked,
    Input,
    Writing,
)
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.machines import machine_of, transformer_of
from stargauge.quantity.distribution import Distribution, parse_value
from stargauge.quantity.errors import Fault, InputError, did_you_mean, what_came
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Said = str | float | None
Made = TypeVar("Made")

MOST_DAYS, MOST_HISTORIES, MOST_DRAWS = 3650.0, 100_000, 100_000
#: The least and the most that each figure may be, in SI units.
_LIMITS: dict[str, tuple[float, float]] = {
    "failure_rate": (1e-12, 2e-5),
    "checkpoint_write": (1e-3, 86_400.0),
    "restart_time": (0.0, 30 * 86_400.0),
    "spare_share": (0.0, 10.0),
    "repair_time": (1.0, 365 * 86_400.0),
    "planned_downtime": (0.0, 0.95),
    "straggler_loss": (0.0, 0.95),
    "storage_bandwidth": (1.0, 1e15),
    "interval": (1.0, 365 * 86_400.0),
}


def _example(attribute: str) -> str:
    """What a figure may be, with an example."""
    return {
        "failure_rate": say("stops per node and day, such as 0.004, or a range such as 0.003..0.006"),
        "checkpoint_write": say("a time such as 30s, or a range such as 10s..60s, 1ms at least"),
        "restart_time": say("a time such as 8min, or a range such as 5min..15min"),
        "spare_share": say("a number of nodes such as 64, or a share of them such as 2%"),
        "repair_time": say("a time such as 24h"),
        "planned_downtime": say("a share such as 2%"),
        "straggler_loss": say("a share such as 1%"),
        "storage_bandwidth": say("of the whole store, such as 2TB/s"),
        "interval": say("auto, or useful work between checkpoints such as 20min"),
    }[attribute]


def goodput(
    cluster: str, *, model: str | None = None, failure_rate: Said = None, checkpoint_write: Said = None, writing: str = "background",
    storage: Said = None, interval: Said = "auto", restart: Said = None, spares: Said = None, repair: Said = None, planned: Said = None,
    stragglers: Said = None, days: float = 54.0, simulate: int | None = None, draws: int = DRAWS, seed: int = 0,
    as_of: date | None = None, values: Catalogue | None = None, most_events: float = inf,
) -> GoodputAnswer:  # fmt: skip
    """What a training job on a machine keeps of its time: time between stops, the best checkpoint interval, goodput, lost time by part and
    by cause, the same for other sizes, and histories of it event by event.

    `cluster`: as `16384xh100`; `model`: any unique beginning of a name in the catalogue, whose state decides how long a checkpoint takes;
    `failure_rate`: stops per node and day; `checkpoint_write`: how long the job stands still for one; `writing`: `background` or
    `blocking`, with a model; `storage`: bandwidth of the whole store; `interval`: useful work between checkpoints, or `auto`; `restart`:
    detection and reload; `spares`: nodes, or a share of them; `repair`: until a swapped node is back; `planned`, `stragglers`: shares;
    `days`: length of a history; `simulate`: how many; `most_events`: in all of them, at most. Figures are numbers in SI units or texts
    with a unit, ranges too; what is not said is the catalogue's range. Raises InputError with every fault.
    """
    values, faults = values or catalogue(), list[Fault]()
    known = values.known(as_of or date.today())
    machine = _kept(faults, lambda: machine_of(known, cluster), "--cluster")
    made = None if model is None else _kept(faults, lambda: transformer_of(known, model), "--model")
    own: dict[str, Array] = {}
    for said, wanted, option, unit in (
        (failure_rate, FAILURE_RATE, "--failure-rate", "1/d"), (checkpoint_write, STALL, "--checkpoint-write", "s"),
        (restart, RESTART, "--restart", "s"), (repair, REPAIR, "--repair", "s"), (planned, PLANNED, "--planned", "1"),
        (stragglers, SLOW, "--stragglers", "1"), (storage, STORAGE, "--storage", "B/s"),
    ):  # fmt: skip
        if said is not None and (found := _kept(faults, lambda: _drawn(said, wanted, unit, draws, seed), option)) is not None:  # noqa: B023
            own[wanted.attribute] = found
    every = None if interval in (None, "auto") else _kept(faults, lambda: _drawn(interval, _INTERVAL, "s", draws, seed), "--interval")
    nodes = None if spares is None else _kept(faults, lambda: _spares(spares, own, draws, seed), "--spares")
    faults += _faults(writing, model, storage, checkpoint_write, days, simulate, draws)
    if faults or machine is None:
        raise InputError(faults)
    if STORAGE.attribute in own:
        own[STORAGE.attribute] = own[STORAGE.attribute] / machine.accelerators
    how: Writing = "blocking" if writing == "blocking" else "background"
    asked = Asked(machine.accelerators, None if made is None else float(made.parameters), how, every, nodes, own)
    question = Question(
        cluster, machine.accelerators, machine.chip.name, machine.chip.title, None if made is None else made.name, days, draws, seed,
        str(known.as_of),
    )  # fmt: skip
    return goodput_answer(known, question, asked, simulate, most_events)


_INTERVAL = Input("interval", "s", "min", "useful work between checkpoints")


def _kept(faults: list[Fault], make: Callable[[], Made], option: str) -> Made | None:
    """What is made, or its faults under the option that they are of."""
    try:
        return make()
    except InputError as error:
        faults += [Fault(fault.message, fault.path or option) for fault in error.faults]
        return None


def _drawn(said: str | float | None, wanted: Input, unit: str, draws: int, seed: int) -> Array:
    """Draws of what was said, in SI units."""
    (least, most), example = _LIMITS[wanted.attribute], _example(wanted.attribute)
    try:
        value = _read(said, unit, wanted.unit)
    except InputError as error:
        raise InputError(say("{told}; expected {example}", told=what_came(str(error)), example=example)) from None
    drawn = np.full(draws, value) if isinstance(value, float) else value.ppf((_order(wanted.attribute, draws, seed) + 0.5) / draws)
    if not (np.isfinite(drawn).all() and drawn.min() >= least and drawn.max() <= most):
        raise InputError(say('got "{said}"; expected {example}', said=said, example=example))
    return np.asarray(drawn, dtype=float)


def _read(said: str | float | None, unit: str, si: str) -> float | Distribution:
    """A number or a range in SI units; a number without a unit is in `unit`."""
    if isinstance(said, int | float):
        return parse_value(f"{said!r} {unit}", si)
    text = str(said).strip()
    try:
        ends = [float(part) for part in text.split("..")]
    except ValueError:
        return parse_value(text, si)
    return parse_value("..".join(f"{end!r} {unit}" for end in ends), si)


def _order(name: str, draws: int, seed: int) -> NDArray[np.int64]:
    """Places of draws in their range, in an order that depends on the name and the seed alone."""
    digest = blake2b(f"{seed}\x1f{name}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little"))).permutation(draws)


def _spares(said: str | float, own: dict[str, Array], draws: int, seed: int) -> float | None:
    """A number of nodes; a share goes with the other ranges."""
    text = str(said).strip()
    if text.replace(",", "").replace("_", "").isdecimal():
        nodes = float(text.replace(",", "").replace("_", ""))
        if nodes > 1e7:
            raise InputError(say('got "{said}"; expected {limits}', said=said, limits=_example(SPARES.attribute)))
        return nodes
    own[SPARES.attribute] = _drawn(said, SPARES, "1", draws, seed)
    return None


def _faults(
    writing: str, model: str | None, storage: Said, checkpoint_write: Said, days: float, simulate: int | None, draws: int
) -> list[Fault]:  # fmt: skip
    """What is wrong with the rest, and with figures that say the same twice."""
    faults = list[Fault]()
    if writing not in WRITINGS:
        faults.append(
            Fault(
                say(
                    'got "{writing}"{near} (expected {writings})',
                    writing=writing,
                    near=did_you_mean(writing, WRITINGS),
                    writings=say(" or ", "fault").join(WRITINGS),
                ),
                "--writing",
            )
        )
    if storage is not None and model is None:
        faults.append(Fault(say("goes with --model, whose state is written to it; name one, or say --checkpoint-write"), "--storage"))
    if storage is not None and checkpoint_write is not None:
        faults.append(Fault(say("says how long a checkpoint takes, and so does --checkpoint-write; leave one of them out"), "--storage"))
    if not (np.isfinite(days) and 0.01 <= days <= MOST_DAYS):
        faults.append(Fault(say("got {days:g}; expected 0.01 to {most:,.0f} days", days=days, most=MOST_DAYS), "--days"))
    if simulate is not None and not 0 <= simulate <= MOST_HISTORIES:
        faults.append(
            Fault(
                say("got {simulate:,}; expected 0 to {most:,} histories", simulate=simulate, most=MOST_HISTORIES),
                "--simulate",
            )
        )
    if not 16 <= draws <= MOST_DRAWS:
        faults.append(Fault(say("got {draws:,}; expected 16 to {most:,}", draws=draws, most=MOST_DRAWS), "--draws"))
    return faults
