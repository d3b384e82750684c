"""Good orders of build early: the best mix of the plans that are known, then exchanges of the plans of two sites at a time."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildOrder, Choice, kept_in
from stargauge.plan.build_order.orders.revise import revised
from stargauge.plan.build_order.solver.master import together
from stargauge.plan.build_order.solver.pricing import Plan, Scaled

#: Plans of a site that an exchange looks at, and pairs that are weighed at a time.
_POOL, _AT_ONCE = 300, 4096


class Pool:
    """Known plans of each site, with all that they reach; the cheapest order found of them."""

    def __init__(self, scaled: Scaled) -> None:
        self.scaled = scaled
        self.known: dict[tuple[int, tuple[Choice, ...]], Plan] = {}
        self.best: list[Plan] = []
        self.value = np.inf

    def add(self, site: int, choices: tuple[Choice, ...]) -> Plan:
        """A plan, once."""
        key = (site, choices)
        if key not in self.known:
            self.known[key] = self.scaled.plan(site, choices)
        return self.known[key]

    def keeps(self, reach: Array, use: Array) -> np.ndarray:
        """Which of several orders keep targets and limits: reach (order, target x world), use (order, limit)."""
        scaled = self.scaled
        kept = (reach >= scaled.need.ravel() - 1e-12).reshape(len(reach), *scaled.need.shape)
        return np.asarray(((kept @ scaled.case.weights) >= scaled.probability).all(axis=1) & (use <= scaled.most).all(axis=1))

    def offer(self, plans: list[Plan]) -> bool:
        """Take an order where it is better than the best so far."""
        value = sum(plan.value for plan in plans)
        if value >= self.value or not self.keeps(sum(plan.reach for plan in plans)[None], sum(plan.use for plan in plans)[None])[0]:  # type: ignore[index]
            return False
        self.best, self.value = sorted(plans, key=lambda plan: plan.site), value
        return True

    def mix(self, known: list[tuple[int, tuple[Choice, ...]]], kept: Array, nodes: int, seconds: float) -> None:
        """The best order of some plans, and of what the best one has, that keeps these worlds, then exchanges."""
        sites = len(self.scaled.case.sites)
        keys = dict.fromkeys([*known, *((plan.site, plan.choices) for plan in self.best), *((site, ()) for site in range(sites))])
        plans = [self.add(*key) for key in keys]
        below = self.value if np.isfinite(self.value) else 1e30
        found = together(self.scaled, plans, kept, nodes=nodes, seconds=seconds, gap=1e-3, below=below)
        if found is not None:
            self.offer(found)
        if self.best:
            self.exchange()
            self.revise()

    def revise(self) -> None:
        """Small changes of the best order, as long as they make it cheaper."""
        scaled = self.scaled
        chosen = tuple(sorted(one for plan in self.best for one in plan.choices))
        found = revised(scaled.case, BuildOrder(chosen, self.value, -np.inf, kept_in(scaled.case, chosen)), scaled.worth)
        if found is not None:
            places = [tuple(one for one in found.chosen if scaled.case.buildings[one.building].site == site) for site in self._sites()]
            self.offer([self.add(site, choices) for site, choices in enumerate(places)])

    def _sites(self) -> range:
        return range(len(self.scaled.case.sites))

    def exchange(self) -> None:
        """Other plans for two sites at a time as long as that is cheaper."""
        sites = range(len(self.scaled.case.sites))
        by_site = {site: self._of(site) for site in sites}
        better = True
        while better:
            better = any([self._exchanged(by_site, one, other) for one, other in combinations(sites, 2)])

    def _of(self, site: int) -> list[Plan]:
        own = [plan for (at, _), plan in self.known.items() if at == site]
        return sorted(own, key=lambda plan: (plan.value, plan.choices))[-_POOL:] if len(own) <= _POOL else own[-_POOL:]

    def _exchanged(self, by_site: dict[int, list[Plan]], one: int, other: int) -> bool:
        rest = [plan for plan in self.best if plan.site not in (one, other)]
        reach = sum((plan.reach for plan in rest), np.zeros(self.scaled.need.size))
        use = sum((plan.use for plan in rest), np.zeros(len(self.scaled.most)))
        left, right = by_site[one], by_site[other]
        value = np.add.outer([plan.value for plan in left], [plan.value for plan in right]) + sum(plan.value for plan in rest)
        pairs = np.argwhere(value < self.value - 1e-9)
        pairs = pairs[np.argsort(value[tuple(pairs.T)], kind="stable")]
        stacks = [np.stack([getattr(plan, what) for plan in side]) for side in (left, right) for what in ("reach", "use")]
        for first in range(0, min(len(pairs), 16 * _AT_ONCE), _AT_ONCE):
            a, b = pairs[first : first + _AT_ONCE].T
            good = np.flatnonzero(self.keeps(reach + stacks[0][a] + stacks[2][b], use + stacks[1][a] + stacks[3][b]))
            if len(good):
                return self.offer([*rest, left[a[good[0]]], right[b[good[0]]]])
        return False
