"""The best order of build by trying out all there are: for tiny cases, as an oracle of solvers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement, pairwise, product

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildCase, BuildOrder, Choice, faults_of, kept_in, value_of

#: So many orders are weighed at most.
MOST = 5_000_000


def site_plans(case: BuildCase, site: int) -> list[tuple[Choice, ...]]:
    """All that may be built at a site, nothing among it."""
    places, gap = case.by_site[site], case.spacing[site] if case.spacing else 0
    out: list[tuple[Choice, ...]] = [()]
    for power in range(len(case.powers)):
        for count in range(1, len(places) + 1):
            it = sum(case.buildings[at].it_power for at in places[:count])
            if case.least and it < case.least[site] * (1.0 - 1e-9):
                continue
            for starts in combinations_with_replacement(range(len(case.months)), count):
                if any(after < one + gap for one, after in pairwise(starts)):
                    continue
                for chips in product(range(len(case.chips)), repeat=count):
                    plan = tuple(Choice(*one) for one in zip(places, [power] * count, chips, starts, strict=False))
                    if all(case.allowed[one] for one in plan):
                        out.append(plan)
    return out


def brute(case: BuildCase, goal: Array | None = None, **_: object) -> BuildOrder | None:
    """The best order of all, or none where none keeps targets and limits."""
    plans = [site_plans(case, site) for site in range(len(case.sites))]
    assert np.prod([float(len(each)) for each in plans]) <= MOST, "too many orders to try out"
    value = _over_all(plans, lambda plan: value_of(case, plan, goal))
    good = np.ones(value.shape, dtype=bool)
    for place, target in enumerate(case.targets):
        mass = np.zeros(value.shape)
        for world, weight in enumerate(case.weights):
            gains = [_gain(case, place, world, each) for each in plans]
            total = case.fixed[place, world] + _sum_over_all(gains)
            mass += weight * (total >= target.amount * (1.0 - 1e-9))
        good &= mass >= target.probability - 1e-9
    for limit in case.limits:
        use = _over_all(plans, lambda plan, use=limit.use: float(sum(use[one] for one in plan)))  # type: ignore[misc]
        good &= use <= limit.most + 1e-6 * max(abs(limit.most), 1.0)
    if not good.any():
        return None
    at = np.unravel_index(int(np.argmin(np.where(good, value, np.inf))), value.shape)
    chosen = tuple(one for site, place in enumerate(at) for one in plans[site][int(place)])
    assert not faults_of(case, chosen)
    best = value_of(case, chosen, goal)
    return BuildOrder(chosen, best, best, kept_in(case, chosen))


def _gain(case: BuildCase, target: int, world: int, plans: list[tuple[Choice, ...]]) -> Array:
    def of(one: Choice) -> float:
        return float(case.gains[target, one.building, one.chip, world] * case.there[(target, *one, world)])

    return np.array([sum(of(one) for one in plan) for plan in plans])


def _over_all(plans: list[list[tuple[Choice, ...]]], worth: Callable[[tuple[Choice, ...]], float]) -> Array:
    return _sum_over_all([np.array([worth(plan) for plan in each]) for each in plans])


def _sum_over_all(by_site: list[Array]) -> Array:
    out = by_site[0]
    for each in by_site[1:]:
        out = out[..., None] + each
    return np.asarray(out)
