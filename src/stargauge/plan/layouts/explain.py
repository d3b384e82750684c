"""Why a layout wins, why an asked one does not work, and the nearest that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import NamedTuple

import numpy as np

from stargauge.plan.layouts.counts import above, numbers
from stargauge.plan.layouts.front import Scored, joined, ranked
from stargauge.plan.layouts.search import WITHOUT, Costs, Found, searched
from stargauge.plan.layouts.space import RULES, Case, Count, Whole, blocks
from stargauge.quantity.compute.layout import RECOMPUTE, SCHEDULES, SHARDING, Array, Layouts
from stargauge.quantity.errors import Fault
from stargauge.quantity.spoken import say
from stargauge.quantity.spoken import written as written_number

#: Parts whose values are names.
NAMED: Mapping[str, tuple[str, ...]] = {"recompute": RECOMPUTE, "sharding": SHARDING, "schedule": SCHEDULES}
#: Doublings of the accelerators that are tried where too few were given.
_DOUBLINGS = 8
#: Numbers below those given that are tried.
_BELOW = 3
_GIGA = 1e9
_SAME = 9  # decimals to which two distances are the same


class Alternative(NamedTuple):
    """Another layout beside the best: what is different of it, or why there is none."""

    name: str
    scored: Scored | None
    least: float | None = None  # bytes that the leanest such layout needs, where none fits; None where no rule allows any


def alternatives(found: Found) -> list[Alternative]:
    """The runner-up, then the fastest layouts without each part that the best has."""
    best = found.best.layouts
    made = [Alternative("runner-up", found.best.take(slice(1, 2)))] if found.best.layouts.many > 1 else []
    for one in WITHOUT:
        if float(getattr(best, one.part)[0]) == one.plain or one.part in found.case.given:
            continue
        scored, least = found.without.get(one.part), found.least.get(one.part, np.inf)
        made.append(Alternative(one.name, scored, None if scored is not None or not np.isfinite(least) else least))
    return made


def differences(best: Mapping[str, Array], other: Mapping[str, Array]) -> dict[str, float]:
    """Seconds that another layout takes more in each component, the largest first; nothing where they are the same."""
    more = {name: float(other[name][0] - best[name][0]) for name in best}
    return dict(sorted(((name, value) for name, value in more.items() if value), key=lambda pair: -abs(pair[1])))


def said(name: str, value: float) -> str:
    """The value of a part as users write it."""
    return NAMED[name][int(value)] if name in NAMED else str(int(value))


# -- what does not work ----------------------------------------------------------------------------------------------------------------


def faults_of(found: Found, costs: Costs, capacity: float) -> list[Fault]:
    """Why a search found nothing: rules that the given parts break, memory, and the nearest that works."""
    case = found.case
    free = replace(case, given={})
    whole = searched(free, costs, capacity, without=False) if case.given else found
    if not whole.any:
        return [_nothing(whole, costs, capacity)]
    told = [say("got {layout}; expected {expected}", layout=_asked(case, rule), expected=expected) for rule, expected in _broken(case)]
    if not told and np.isfinite(found.least.get("", np.inf)):
        told = [
            say(
                "{layout} needs {least:,.1f} GB at least; an accelerator has {memory:,.1f} GB",
                layout=_written(case.given), least=found.least[""] / _GIGA, memory=capacity / _GIGA,
            )
        ]  # fmt: skip
    near = nearest(free, case.given, costs, capacity)
    works = say("nearest that works: {layout}", layout=written(near.layouts)) if near is not None else say("nothing near works")
    together = say("{layout}: no layout keeps every rule with these together", layout=_written(case.given))
    made = [Fault(text, "--layout") for text in told or [together]]
    return [*made[:-1], Fault(f"{made[-1].message}; {works}", "--layout")]


def _broken(case: Case) -> list[tuple[tuple[str, ...], str]]:
    """Parts with the rule that they break, as far as what is given decides it."""
    at = {name: np.array([value]) for name, value in case.given.items()}
    split = ("tensor", "pipeline", "context", "data")
    made = list[tuple[tuple[str, ...], str]]()
    for name in split[:3]:
        if name in at and case.accelerators % int(at[name][0]):
            told = say("{part} a divisor of the {accelerators:,} accelerators", part=name, accelerators=case.accelerators)
            made.append(((name,), told))
    if not made:
        made += _product(case, at)
    for rule in RULES:
        if rule.name != "stated-data" and set(rule.of) <= set(at) and not bool(rule.holds(case, at)[0]):
            made.append((rule.of, rule.expects(case)))
    return made


def _product(case: Case, at: dict[str, Whole]) -> list[tuple[tuple[str, ...], str]]:
    """Whether the given parts multiply to the accelerators; the data that follows is added where nobody gave it."""
    split = ("tensor", "pipeline", "context", "data")
    there = tuple(name for name in split if name in at)
    used = prod(int(at[name][0]) for name in there)
    if case.accelerators % used or (len(there) == len(split) and used != case.accelerators):
        found = f"{' x '.join(there)} = {written_number(used, ',')}, " if len(there) > 1 else ""
        wanted = {"found": found, "accelerators": case.accelerators}
        whole = say("tensor x pipeline x context x data = {accelerators:,} accelerators ({found}expected {accelerators:,})", **wanted)
        part = say(
            "tensor x pipeline x context x data = {accelerators:,} accelerators ({found}expected a divisor of {accelerators:,})", **wanted
        )
        return [(there, whole if len(there) == len(split) else part)]
    if there[:3] == split[:3]:
        at.setdefault("data", np.array([case.accelerators // used]))
    return []


def _asked(case: Case, of: tuple[str, ...]) -> str:
    return _written({name: case.given[name] for name in of if name in case.given})


def _written(given: Mapping[str, int]) -> str:
    return ",".join(f"{name}={said(name, value)}" for name, value in given.items())


def written(layouts: Layouts, place: int = 0) -> str:
    """A layout as it can be given: `tensor=8,pipeline=16,data=128,...`; parts at their plainest left out, but not the first three."""
    plain = {one.part: one.plain for one in WITHOUT}
    values = {name: int(getattr(layouts, name)[place]) for name in Layouts._fields}
    shown = {name: value for name, value in values.items() if name in ("tensor", "pipeline", "data") or value != plain.get(name)}
    return _written(shown)


def _nothing(whole: Found, costs: Costs, capacity: float) -> Fault:
    """Why no layout at all works on so many accelerators, and how many do."""
    case = whole.case
    if not whole.count.left:
        expected = ", ".join(rule.expects(case) for rule in RULES if rule.name in whole.count.dropped and rule.name in ("batch", "layers"))
        told = say("no layout of {model} divides {accelerators:,} accelerators", model=case.model.name, accelerators=case.accelerators)
        told = say("{told}: expected {expected}", told=told, expected=expected) if expected else told
    else:
        told = say(
            "{model} does not fit: the leanest layout needs {least:,.1f} GB on each of {accelerators:,} accelerators, which have "
            "{memory:,.1f} GB",
            model=case.model.name, least=whole.least[""] / _GIGA, accelerators=case.accelerators, memory=capacity / _GIGA,
        )  # fmt: skip
    number = works_on(case, costs, capacity)
    works = say("nearest number that works: {number:,}", number=number) if number else say("no number near works")
    return Fault(f"{told}; {works}", "--cluster")


def works_on(case: Case, costs: Costs, capacity: float) -> int | None:
    """The number of accelerators on which the job can run that is nearest: the largest below, else the least above, else by doubling."""
    doubled = [case.accelerators << doubling for doubling in range(1, _DOUBLINGS + 1)]
    for number in (*numbers(case)[:_BELOW], *above(case), *doubled):
        if searched(replace(case, accelerators=number, given={}), costs, capacity, without=False).any:
            return number
    return None


# -- the nearest that works ------------------------------------------------------------------------------------------------------------


def nearest(case: Case, asked: Mapping[str, int], costs: Costs, capacity: float) -> Scored | None:
    """The layout that fits and differs least from what is asked, in doublings of its parts; among equals the fastest."""
    least, kept, left = np.inf, None, np.zeros(0)
    for layouts in blocks(case, Count()):
        far = _distance(layouts, asked)
        near = far <= least
        if not near.any():
            continue
        needed = np.full(layouts.many, np.inf)
        needed[near] = costs.memory(layouts.take(near))
        fits = needed <= capacity
        if not fits.any():
            continue
        first = float(far[fits].min())
        these = fits & (far == first)
        chosen, room = layouts.take(these), capacity - needed[these]
        same = kept is not None and first == least
        kept, left = (joined(kept, chosen), np.concatenate((left, room))) if kept is not None and same else (chosen, room)
        least = first
    if kept is None:
        return None
    scored = Scored(kept, costs.seconds(kept), left)
    return scored.take(ranked(scored)[:1])


def _distance(layouts: Layouts, asked: Mapping[str, int]) -> Array:
    """How far layouts are from what is asked: doublings of each part, and steps of those with names."""
    made = np.zeros(layouts.many)
    for name, value in asked.items():
        here = getattr(layouts, name)
        made += np.abs(here - value) if name in NAMED else np.abs(np.log2(here / max(value, 1)))
    return np.round(made, _SAME)
