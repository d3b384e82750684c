"""What holds an order of build back, and what a little more of it, or a little less of what is asked, would save."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case import BuildCase, BuildOrder, Limit
from stargauge.plan.build_order.variants import (
    Finder,
    accuracy_text,
    cost_of,
    limit_text,
    month_ends,
    used,
    with_limit,
    with_target,
)
from stargauge.quantity.units import figures, show

#: What one gives more of: by unit, how much, in SI, and in words. Of anything else, and of what is counted in thousands, one in a hundred.
_STEPS = {
    "USD": (1e9, "1 bn USD"), "g": (1e12, "1 Mt"), "W": (1e8, "100 MW"), "W/d": (1e8 / 365.25, "100 MW/yr"),
    "Wh": (1e12, "1 TWh"), "Wh/yr": (1e12, "1 TWh/yr"),
    "L": (1e9, "1 bn L"), "L/yr": (1e9, "1 bn L/yr"), "m2": (1e6, "1 km2"), "1": (1.0, "1"),
}  # fmt: skip
_POINT, _MANY = 0.01, 1000.0


class Step(NamedTuple):
    """A little more of something: what it is called, the case with it, and how it begins a sentence."""

    kind: str
    name: str
    per: str
    text: str
    case: BuildCase


@dataclass(frozen=True)
class Price:
    """What a step of one target or limit saves, in the unit of the goal; `certain`: more than what the plan may be off the best."""

    kind: str
    name: str
    text: str
    price: float
    unit: str
    per: str
    certain: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `price` in `unit` for as much as `per` says."""
        return {"kind": self.kind, "name": self.name, "text": self.text, "price": self.price, "unit": self.unit, "per": self.per}


def prices(
    case: BuildCase, order: BuildOrder, find: Finder, *, with_day: Callable[[int, date], BuildCase] | None = None, most: int = 8
) -> tuple[Price, ...]:  # fmt: skip
    """What a step of each target, and of the limits that hold the order back, saves: by changing the order, or by planning anew.

    Probability is lowered by one point, or by the weight of the lightest world where that is more.
    A plan made anew counts where it saves more than the plan may be off the best; less than that may come of chance.
    `with_day`: makes the case with another day of a target (its place). `most`: limits that are looked at, the
    tightest first. A limit of which more saves nothing does not bind and is left out.
    """
    steps = [*_of_targets(case, with_day), *(_of_limit(case, at) for at in tight(case, order)[:most])]
    order = find.settled(case, order)
    made = [_priced(case, order, find, step) for step in steps]
    return tuple(one for one, step in zip(made, steps, strict=True) if one.price > 0 or step.name in {each.text for each in case.targets})


def tight(case: BuildCase, order: BuildOrder) -> list[int]:
    """Places of the limits that leave less than one more building may take, the tightest first."""
    left = [limit.most - used(limit, order) for limit in case.limits]
    largest = [float(np.where(case.allowed, limit.use, 0.0).max()) for limit in case.limits]
    near = [at for at in range(len(left)) if left[at] < largest[at]]
    return sorted(near, key=lambda at: left[at] / largest[at])


def _of_targets(case: BuildCase, with_day: Callable[[int, date], BuildCase] | None) -> Iterator[Step]:
    for at, target in enumerate(case.targets):
        if with_day is not None:
            later = month_ends(target.day, date(target.day.year + 1, 12, 31))[0]
            yield Step("day", target.text, "1 month", "one month later", with_day(at, later))
        points = max(_POINT, float(case.weights[case.weights > 0].min()))
        words = "1 point" if points == _POINT else f"{figures(100.0 * points)} points"
        lower = with_target(case, at, probability=max(target.probability - points, 0.0))
        yield Step("probability", target.text, words, f"{words} less of probability", lower)
        size, words = _step(target.amount, target.unit)
        yield Step("amount", target.text, words, f"{words} less", with_target(case, at, amount=max(target.amount - size, 0.0)))


def _of_limit(case: BuildCase, at: int) -> Step:
    limit = case.limits[at]
    size, words = _step_of_limit(limit)
    return Step(limit.kind, limit.name, words, f"{words} more of {limit_text(limit)}", with_limit(case, at, limit.most + size))


def _step(amount: float, unit: str) -> tuple[float, str]:
    return _STEPS[unit] if unit in _STEPS and amount >= _STEPS[unit][0] else (amount * _POINT, "1 %")


def _step_of_limit(limit: Limit) -> tuple[float, str]:
    known = limit.unit in _STEPS and not (limit.unit == "1" and limit.most >= _MANY)
    return _STEPS[limit.unit] if known else (abs(limit.most) * _POINT, "1 %")


def _priced(case: BuildCase, order: BuildOrder, find: Finder, step: Step) -> Price:
    """The order itself keeps what is asked with the step too, so nothing is ever lost by it."""
    value = cost_of(case, order, find)
    hand, anew = find.changed(step.case, order), find.best(step.case) if find.anew else None
    off = max(value - order.bound, 0.0)
    saved = 0.0 if hand is None else max(0.0, value - hand.value)
    if anew is not None and value - anew.value > off:
        saved = max(saved, value - anew.value)
    certain = saved > off
    if saved == 0:
        return Price(step.kind, step.name, f"{step.text} saves nothing", 0.0, find.unit, step.per, True)
    text = f"{step.text} saves {show(saved, find.unit)}" + accuracy_text(saved, off)
    return Price(step.kind, step.name, text, saved, find.unit, step.per, certain)
