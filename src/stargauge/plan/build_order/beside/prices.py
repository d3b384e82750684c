"""What holds an order of build back, and what a little more of it, or a little less of what is asked, would save."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import BuildCase, Limit, faults_of
from stargauge.plan.build_order.case.variants import accuracy_text, amount_text, limit_text, month_ends, with_limit, with_target
from stargauge.plan.build_order.orders.reckoning import Reckoning
from stargauge.plan.build_order.orders.sought import Chosen, without_targets
from stargauge.quantity.units import figures, show

#: What one gives more of at least: by unit, how much, in SI, and in words. Of anything else, and of what is counted in thousands, one in a
#: hundred. Less than a building changes no plan: where one takes more, it is as much as that.
_STEPS = {
    "USD": (1e9, "1 bn USD"), "g": (1e12, "1 Mt"), "W": (1e8, "100 MW"), "W/d": (1e8 / 365.25, "100 MW/yr"),
    "Wh": (1e12, "1 TWh"), "Wh/yr": (1e12, "1 TWh/yr"),
    "L": (1e9, "1 bn L"), "L/yr": (1e9, "1 bn L/yr"), "m2": (1e6, "1 km2"), "1": (1.0, "1"),
}  # fmt: skip
_POINT, _POINTS, _MANY = 0.01, 2, 1000.0


class Step(NamedTuple):
    """A little more of something: what it is called, the case with it, and how it begins a sentence."""

    kind: str
    name: str
    per: str
    text: str
    case: BuildCase


@dataclass(frozen=True)
class Price:
    """What a step of one target or limit saves, in the unit of the goal; `certain`: more than what the search for it may be off."""

    kind: str
    name: str
    text: str
    price: float
    unit: str
    per: str
    certain: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `price` in `unit` for as much as `per` says."""
        return vars(self).copy()


def prices(reckoning: Reckoning, unit: str, off: float = 0.0, most: int = 8) -> tuple[Price, ...]:
    """What a step of each target, and of the limits that hold the plan back, saves: the plan less the cheapest order found with the step.

    `unit`: of the goal; `off`: by how much the plan may be dearer than the cheapest order; `most`: limits that are looked at, the tightest
    first. A limit of which more saves nothing does not bind and is left out.
    """
    case, chosen = reckoning.case, reckoning.plan
    value = reckoning.row(case, chosen).value
    steps = [*_of_targets(reckoning), *(_of_limit(case, at) for at in tight(case, chosen)[:most])]
    made = [_priced(reckoning, value, step, unit, off) for step in steps]
    return tuple(one for one, step in zip(made, steps, strict=True) if one.price > 0 or step.name in {each.text for each in case.targets})


def tight(case: BuildCase, chosen: Chosen) -> list[int]:
    """Places of the limits that leave less than one more building may take, the tightest first."""
    left = [limit.most - sum(float(limit.use[one]) for one in chosen) for limit in case.limits]
    largest = [float(np.where(case.allowed, limit.use, 0.0).max()) for limit in case.limits]
    near = [at for at in range(len(left)) if left[at] < largest[at]]
    return sorted(near, key=lambda at: left[at] / largest[at])


def _of_targets(reckoning: Reckoning) -> Iterator[Step]:
    case = reckoning.case
    for at, target in enumerate(case.targets):
        for later in month_ends(target.day, reckoning.days.months[-1])[:1]:
            yield Step("day", target.text, "1 month", "one month later", reckoning.days.at(case, at, later))
        words = f"{_POINTS} points"
        lower = with_target(case, at, probability=max(target.probability - _POINTS * _POINT, 0.0))
        yield Step("probability", target.text, words, f"{words} less of probability", lower)
        size, words = _whole(_building(reckoning, at), target.unit, _step(target.amount, target.unit))
        yield Step("amount", target.text, words, f"{words} less", with_target(case, at, amount=max(target.amount - size, 0.0)))


def _of_limit(case: BuildCase, at: int) -> Step:
    limit = case.limits[at]
    taken = np.where(case.allowed, limit.use, 0.0)
    size, words = _whole(float(taken[taken > 0.0].min(initial=np.inf)), limit.unit, _step_of_limit(limit))
    return Step(limit.kind, limit.name, words, f"{words} more of {limit_text(limit)}", with_limit(case, at, limit.most + size))


def _step(amount: float, unit: str) -> tuple[float, str]:
    return _STEPS[unit] if unit in _STEPS and amount >= _STEPS[unit][0] else (amount * _POINT, "1 %")


def _step_of_limit(limit: Limit) -> tuple[float, str]:
    known = limit.unit in _STEPS and not (limit.unit == "1" and limit.most >= _MANY)
    return _STEPS[limit.unit] if known else (abs(limit.most) * _POINT, "1 %")


def _whole(building: float, unit: str, least: tuple[float, str]) -> tuple[float, str]:
    """As much as a building takes, up to two figures, where that is more than the least step."""
    if not least[0] < building < np.inf:
        return least
    digit = 10.0 ** (np.floor(np.log10(building)) - 1.0)
    size = float(np.ceil(building / digit * (1.0 - 1e-9)) * digit)
    return size, f"{figures(size / 1e6)} km2" if unit == "m2" else amount_text(size, unit)


def _building(reckoning: Reckoning, at: int) -> float:
    """The least by which an amount gives way so that some last building of a site is not needed for it: what that adds in any draw.

    Nought where none of them can be left out. Less than that may change nothing; as much saves at least what the building costs.
    """
    made, plan, free = reckoning.days.made, reckoning.plan, without_targets(reckoning.case)
    without = [
        tuple(one for one in plan if one != last) for last in {made.case.buildings[one.building].site: one for one in sorted(plan)}.values()
    ]
    whole = made.reached(plan, queues=True)[at]
    adds = [float((whole - made.reached(rest, queues=True)[at]).max()) for rest in without if not faults_of(free, rest)]
    return min((one for one in adds if one > 0.0), default=0.0)


def _priced(reckoning: Reckoning, value: float, step: Step, unit: str, off: float) -> Price:
    """The plan itself keeps what is asked with the step too, so nothing is ever lost by it."""
    found = reckoning.best(step.case)
    saved = 0.0 if found is None else max(0.0, value - found.value)
    if saved == 0:
        return Price(step.kind, step.name, f"{step.text} saves nothing", 0.0, unit, step.per, True)
    text = f"{step.text} saves {show(saved, unit)}" + accuracy_text(saved, off)
    return Price(step.kind, step.name, text, saved, unit, step.per, saved > off)
