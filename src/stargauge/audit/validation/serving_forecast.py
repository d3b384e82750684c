"""What the serving model says of measured rows: rate, time to the first token and between tokens, by the queue that answers ask too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.validation.serving_cases import ServingCase
from stargauge.catalogue.serving_runs import BOTH
from stargauge.quantity.compute import serving_queue as queue
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import ServingLayouts
from stargauge.quantity.compute.serving_service import Load, Setting, ladder, service_of, slots_of
from stargauge.quantity.compute.serving_step import prefill_back_to_back

Array = NDArray[np.float64]
Places = NDArray[np.intp]


class ServingForecast(NamedTuple):
    """A row's forecast: tokens per second and accelerator as the row counts them, seconds; NaN where not asked or nothing fits."""

    rate: float
    first: float
    between: float
    batch: float
    prompt_share: float
    layout: ServingLayouts


class _Together(NamedTuple):
    """Layouts of several cases of one setting: of which case each is, and its slots."""

    on: Setting
    layouts: ServingLayouts
    load: Load
    slots: Array
    case: Places


def forecast(case: ServingCase, fit: ServingFit) -> ServingForecast:
    """The forecast of a row with its layout, or with the best of those searched."""
    return forecasts([case], fit)[0]


def forecasts(cases: Sequence[ServingCase], fit: ServingFit) -> list[ServingForecast]:
    """The forecasts of rows, in their order; rows of one model on one machine are worked out together, and all queues at once."""
    made: dict[int, ServingForecast] = {place: _prompts(case, fit) for place, case in enumerate(cases) if case.prefill_only}
    alike: dict[object, list[int]] = {}
    for place, case in enumerate(cases):
        if place not in made:
            alike.setdefault(case.on, []).append(place)
    parts = [_together(cases, places, fit) for places in alike.values()]
    most = max((float(part.slots.max()) for part in parts if len(part.slots)), default=0.0)
    if most >= 1.0:
        made |= _queued(cases, [part for part in parts if len(part.slots)], ladder(most))
    return [made[place] if place in made else _none(case) for place, case in enumerate(cases)]


def _none(case: ServingCase) -> ServingForecast:
    return ServingForecast(np.nan, np.nan, np.nan, np.nan, np.nan, case.layouts.take(slice(0, 1)))


def _together(cases: Sequence[ServingCase], places: list[int], fit: ServingFit) -> _Together:
    """The layouts of such cases that have room for a request."""
    first, case = cases[places[0]], np.repeat(places, [cases[one].layouts.many for one in places])
    layouts = ServingLayouts(*(np.concatenate(each) for each in zip(*(cases[one].layouts for one in places), strict=True)))
    load = Load(*(np.array([float(np.asarray(part)) for part in each]) for each in zip(*(cases[one].load for one in case), strict=True)))
    on = Setting(first.model, first.machine, fit, first.types)
    slots = slots_of(on, layouts, load)
    fits = slots >= 1.0
    return _Together(on, layouts.take(fits), Load(*(np.asarray(part)[fits] for part in load)), slots[fits], case[fits])


def _queued(cases: Sequence[ServingCase], parts: Sequence[_Together], grid: Array) -> dict[int, ServingForecast]:
    """The best layout and load of each case: as many users as it states, as it has slots, or as a limit between tokens allows."""
    services = [service_of(part.on, part.layouts, part.load, part.slots, grid) for part in parts]
    service = queue.joined(services)
    layouts = ServingLayouts(*(np.concatenate(each) for each in zip(*(part.layouts for part in parts), strict=True)))
    place, users = _loads(cases, np.concatenate([part.case for part in parts]), layouts, service.slots, grid)
    many = service.take(place)
    made = queue.closed(many, users)
    share = 1.0 - queue.pace(many, made.decoding).step / made.gap
    owner = np.concatenate([part.case for part in parts])[place]
    found: dict[int, ServingForecast] = {}
    for one in dict.fromkeys(owner.tolist()):
        rows = np.flatnonzero(owner == one)
        found[one] = _best(cases[one], layouts.take(place[rows]), queue.Served(*(each[rows] for each in made)), share[rows])
    return found


def _loads(cases: Sequence[ServingCase], owner: Places, layouts: ServingLayouts, slots: Array, grid: Array) -> tuple[Places, Array]:
    places, users = list[int](), list[float]()
    for place, one in enumerate(owner.tolist()):
        case = cases[one]
        asked, limit = case.run.numbers["concurrency"], case.run.numbers["tpot_limit_ms"]
        loads = [float(slots[place])]
        if np.isfinite(asked):
            loads = [max(asked * float(layouts.accelerators[place]) / case.machine.accelerators, 1.0)]
        elif np.isfinite(limit):
            loads = [*grid[grid < slots[place]].tolist(), float(slots[place])]
        places += [place] * len(loads)
        users += loads
    return np.array(places, dtype=np.intp), np.array(users)


def _best(case: ServingCase, layouts: ServingLayouts, made: queue.Served, share: Array) -> ServingForecast:
    prompt, answer, _, accepted, _ = case.load.arrays()
    limit = case.run.numbers["tpot_limit_ms"] / 1e3
    between = made.gap / accepted
    per = made.rate * (prompt + answer if case.run.counted == BOTH else answer) / layouts.accelerators
    kept = per if np.isnan(limit) else np.where(between <= limit, per, np.nan)
    if np.isnan(kept).all():
        return _none(case)
    best = int(np.nanargmax(kept))
    first = float(made.first[best]) if np.isfinite(case.run.numbers["concurrency"]) else np.nan
    one = layouts.take(slice(best, best + 1))
    return ServingForecast(float(kept[best]), first, float(between[best]), float(made.decoding[best]), float(share[best]), one)


def _prompts(case: ServingCase, fit: ServingFit) -> ServingForecast:
    """The rate of taking prompts in alone, input tokens found in a cache of prefixes counted."""
    load, layouts = case.load, case.layouts
    prompt, fresh = load.arrays()[0], load.fresh
    many = np.maximum(np.floor(fit.settings.pass_tokens * layouts.data / fresh), 1.0)
    seconds = prefill_back_to_back(case.model, case.machine, layouts, fresh * many, prompt - fresh / 2.0, fit, case.types, many).total
    rates = prompt * many / seconds / layouts.accelerators
    best = int(np.argmax(rates))
    return ServingForecast(float(rates[best]), np.nan, np.nan, float(many[best]), 1.0, layouts.take(slice(best, best + 1)))
