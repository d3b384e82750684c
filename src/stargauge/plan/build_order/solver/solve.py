"""The best order of build of a case, with a proven bound, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildCase, BuildOrder, faults_of, kept_in, value_of
from stargauge.plan.build_order.orders.revise import spared
from stargauge.plan.build_order.solver.pricing import Scaled
from stargauge.plan.build_order.solver.search import Search

#: Patterns that are priced in a second of the time limit: what a slow processor does, so that time itself is rarely what ends a search.
_PRICED = 1_200_000.0
#: Times the time limit after which the clock ends a search, whatever work is left: a last resort, since where it ends is then chance.
_LATEST = 10.0
Progress = Callable[[float, float], None]


class NoOrder(Exception):
    """No order of build keeps all targets and limits; `late`: none was found before the time was over, which proves nothing."""

    def __init__(self, text: str, late: bool = False) -> None:
        super().__init__(text)
        self.late = late


def solve(
    case: BuildCase, goal: Array | None = None, *, gap: float = 0.01, time_limit: float = 60.0, progress: Progress | None = None
) -> BuildOrder:
    """The order with the least cost, or the least sum of `goal` (building, power, chip, start), proven to a gap as a share of its value.

    `time_limit`: seconds, after which the best so far is given with the gap there is; `steps` then says so. They are counted as work, so
    that a case ends in the same order everywhere; only where that takes ten times the seconds does the clock end it, and `steps` says
    that too.
    `progress`: called with value and bound as they come. What can be left out at no more cost is in no order. Raises NoOrder where
    nothing keeps all targets and limits.
    """
    until = monotonic() + _LATEST * time_limit
    _possible(case)
    scaled = Scaled(case, goal)
    search = Search(scaled, gap, until, progress, effort=_PRICED * time_limit)
    search.run()
    if not search.pool.best:
        raise NoOrder(_none(case, search.late), search.late)
    chosen = spared(case, tuple(sorted(one for plan in search.pool.best for one in plan.choices)), goal)
    faults = faults_of(case, chosen)
    if faults:
        raise RuntimeError(f"an order of build that does not hold: {'; '.join(faults)}")
    value = value_of(case, chosen, goal)
    steps: list[tuple[str, float]] = [
        ("options", float(case.allowed.sum())), ("columns", float(search.columns)),
        ("rounds", float(search.rounds)), ("programs", float(search.nodes)),
    ]  # fmt: skip
    if search.late:
        steps.append(("time limit reached" if search.by_clock else "work limit reached", 1.0))
    return BuildOrder(chosen, value, min(search.bound * scaled.unit, value), kept_in(case, chosen), tuple(steps))


def highest(case: BuildCase, target: int) -> Array:
    """The most there can be of a target in each world, each building with its best option for it there, limits left aside: (world)."""
    gains = case.gains[target][:, None, :, None, :] * case.there[target] * case.allowed[..., None]
    return np.asarray(case.fixed[target] + gains.max(axis=(1, 2, 3), initial=0.0).sum(axis=0))


def _possible(case: BuildCase) -> None:
    """Raise NoOrder where a target is missed even with everything there is, as early as it can be."""
    for place, target in enumerate(case.targets):
        most = highest(case, place)
        probability = float(case.weights[most >= target.amount * (1.0 - 1e-9)].sum())
        if probability < target.probability - 1e-9:
            raise NoOrder(f"{target.text}: {_far(case, most, place, probability)}")


def _far(case: BuildCase, most: Array, place: int, probability: float) -> str:
    from stargauge.quantity.units import show

    target = case.targets[place]
    amount = _with_probability(most, case.weights, target.probability)
    return (
        f"even with all that can be built, as early as it can be, it is kept with {probability:.0%}, not with {target.probability:.0%}; "
        f"with {target.probability:.0%} there is {show(amount, target.unit)} of {show(target.amount, target.unit)}"
    )


def _with_probability(most: Array, weights: Array, probability: float) -> float:
    """What there is at least in worlds that weigh a probability together."""
    order = np.argsort(-most, kind="stable")
    enough = np.cumsum(weights[order]) >= probability - 1e-9
    return float(most[order][int(np.argmax(enough))]) if enough.any() else float(most.min())


def _none(case: BuildCase, late: bool) -> str:
    if late:
        return "no order of build was found within the time; that proves nothing"
    kinds = sorted({limit.kind for limit in case.limits})
    within = f" within the limits ({', '.join(kinds)})" if kinds else ""
    return f"no order of build keeps {' and '.join(target.text for target in case.targets) or 'the least of its sites'}{within}"
