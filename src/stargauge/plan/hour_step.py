"""One step of the interior-point method: the system of all rows, factored by its shape, and solved for what rows and slopes lack.

The bounds of flows and levels are eliminated first (a number each), then the balance of each hour (a number), which leaves a band of one
line per store and hour; sizes and limits are a small dense system behind it (Schur complement).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stargauge.plan.hour_arrays import Point, Rows, Shape, activity, flow_worth, level_worth, worth_of
from stargauge.plan.hour_program import Array


class Newton:
    """The system of one step, factored: bounds and balances eliminated, the band of levels, the small rest behind it."""

    def __init__(self, of: Shape, theta: Point) -> None:
        self.of, self.theta = of, theta
        self.bound = theta.flow + theta.room
        self.flow_share = theta.flow / self.bound
        self.flow_left = theta.flow * (theta.room / self.bound)
        self.full = theta.level + theta.headroom
        self.level_share = theta.level / self.full
        self.level_left = theta.level * (theta.headroom / self.full)
        self.balance = of.feeds**2 @ self.flow_left + theta.spill
        self._couple()
        self._reduce()

    def _couple(self) -> None:
        """How balance and chain of each hour meet the limits and sizes, and these one another."""
        of, theta = self.of, self.theta
        limits, rest = len(of.most), len(of.most) + len(of.size_cost)
        hours, stores = np.arange(len(of.load)), len(of.keep)
        self.place = np.zeros(rest, dtype=np.int64)
        self.place[of.hourly] = np.arange(len(of.hourly))
        self.beside = np.zeros((len(of.load), len(of.hourly)))
        self.chained = np.zeros((stores, len(of.load), len(of.hourly)))
        self.rest = np.zeros((rest, rest))
        self.rest[:limits, :limits] = np.diag(theta.slack)
        self.rest[:limits, limits:], self.rest[limits:, :limits] = of.weight_size, of.weight_size.T
        sizes = np.zeros(rest)
        sizes[limits:] = 1.0 / theta.size
        for column, profile in of.gives:
            self.beside[:, self.place[limits + column]] += profile
        for flow, store in enumerate(of.store):
            column, worth = limits + of.bound[flow], self.flow_share[flow] * of.share[flow]
            self.beside[hours, self.place[column]] += of.feeds[flow] * worth
            sizes += np.bincount(column, of.share[flow] ** 2 / self.bound[flow], minlength=rest)
            if store >= 0:
                self.chained[store][hours, self.place[column]] -= of.stored[flow] * worth
            for place, weight in self._of_flow(flow):
                both = np.bincount(column, weight * worth, minlength=rest)
                self.rest[place] += both
                self.rest[:, place] += both
                self._couple_limit(place, flow, store, weight)
        for store in range(stores):
            self._couple_level(store, sizes)
        self.rest[np.arange(rest), np.arange(rest)] -= sizes

    def _of_flow(self, flow: int) -> Iterator[tuple[int, Array]]:
        return ((place, weight) for place, other, weight in self.of.weights if other == flow)

    def _couple_limit(self, place: int, flow: int, store: int, weight: Array) -> None:
        left = self.flow_left[flow] * weight
        self.beside[:, self.place[place]] += self.of.feeds[flow] * left
        if store >= 0:
            self.chained[store][:, self.place[place]] -= self.of.stored[flow] * left
        for other, its in self._of_flow(flow):
            self.rest[place, other] += left @ its

    def _couple_level(self, store: int, sizes: Array) -> None:
        of, keep, share = self.of, self.of.keep[store], self.level_share[store]
        limits = len(of.most)
        column, start, end = limits + of.full[store], limits + of.first + store, of.closing + store
        chained, at = self.chained[store], self.place
        chained[:, at[column]] += share
        chained[1:, at[column]] -= keep * share[:-1]
        sizes[column] += (1.0 / self.full[store]).sum()
        chained[0, at[start]] -= keep
        chained[-1, at[end]] -= self.level_left[store, -1]
        self.rest[end, end] += self.level_left[store, -1]
        self.rest[end, column] -= share[-1]
        self.rest[column, end] -= share[-1]

    def _reduce(self) -> None:
        """Take the balances out, factor the band, and leave the small system."""
        from scipy.linalg import cho_solve_banded, cholesky_banded, lu_factor

        of, stores = self.of, len(self.of.keep)
        each = self.beside / self.balance[:, None]
        rest, hourly = self.rest, np.ix_(of.hourly, of.hourly)
        rest[hourly] -= self.beside.T @ each
        if stores:
            self.across = np.zeros((stores, len(of.load)))
            for flow, store in enumerate(of.store):
                if store >= 0:
                    self.across[store] -= of.feeds[flow] * of.stored[flow] * self.flow_left[flow]
            chained = self.chained - self.across[:, :, None] * each
            self.wide = chained.transpose(1, 0, 2).reshape(len(of.load) * stores, -1)
            self.band = (cholesky_banded(self._band(), lower=True, check_finite=False), True)
            self.solved = cho_solve_banded(self.band, self.wide, check_finite=False)
            rest[hourly] -= self.wide.T @ self.solved
        self.small = lu_factor(rest, check_finite=False)

    def _band(self) -> Array:
        """The band of levels in the lower form of LAPACK, stores beside one another within each hour."""
        of, stores = self.of, len(self.of.keep)
        band = np.zeros((2 * stores, len(of.load) * stores))
        for store in range(stores):
            own = self.level_left[store].copy()
            own[1:] += of.keep[store] ** 2 * self.level_left[store, :-1]
            for flow, its in enumerate(of.store):
                if its == store:
                    own += of.stored[flow] ** 2 * self.flow_left[flow]
            for other in range(store, stores):
                met = -self.across[store] * self.across[other] / self.balance
                band[other - store, store::stores] = own + met if other == store else met
            band[stores, store::stores][:-1] = -of.keep[store] * self.level_left[store, :-1]
        band[0] += 1e-15 * band[0].max()
        return band

    def solve(self, rows: Rows, slopes: Point) -> tuple[Point, Rows]:
        """Steps of variables and prices for what rows lack and what slopes lack.

        A dx = rows;  dx = theta (A' dl - slopes), of the sizes: A' dl - dx / theta = slopes            (1)
        """
        of, theta = self.of, self.theta
        held = Point(*(each * slope for each, slope in zip(theta, slopes, strict=True)))
        held = held._replace(size=np.zeros_like(slopes.size))
        need = Rows(*(row + part for row, part in zip(rows, activity(of, held), strict=True)))
        flow, level = need.bound / self.bound, need.full / self.full
        balance = need.balance - of.feeds @ (theta.flow * flow)
        chain, limit, size = self._eliminated(need, slopes, flow, level)
        rest = np.concatenate([limit, size])
        rest[of.hourly] -= self.beside.T @ (balance / self.balance)
        price, chained = self._prices(balance, chain, rest)
        limits = len(of.most)
        partly = Rows(price.balance, np.zeros_like(flow), chained, np.zeros_like(level), price.limit[:limits])
        moved = price.limit[limits:]
        bound = flow - self.flow_share * flow_worth(of, partly) + of.share * moved[of.bound] / self.bound
        full = level - self.level_share * level_worth(of, partly) + moved[of.full][:, None] / self.full
        prices = partly._replace(bound=bound, full=full)
        worth = worth_of(of, prices)
        step = Point(*(each * (value - slope) for each, value, slope in zip(theta, worth, slopes, strict=True)))
        return step._replace(size=moved), prices

    def _eliminated(self, need: Rows, slopes: Point, flow: Array, level: Array) -> tuple[Array, Array, Array]:
        """What is left to chain, limits and sizes once the bounds are out."""
        of, theta = self.of, self.theta
        chain, limit, size = need.chain.copy(), need.limit.copy(), slopes.size.copy()
        for place, store in enumerate(of.store):
            taken = theta.flow[place] * flow[place]
            if store >= 0:
                chain[store] += of.stored[place] * taken
            for row, weight in self._of_flow(place):
                limit[row] -= weight @ taken
            size += np.bincount(of.bound[place], of.share[place] * flow[place], minlength=len(size))
        taken = theta.level * level
        chain -= taken
        chain[:, 1:] += of.keep[:, None] * taken[:, :-1]
        limit[of.closing :] += taken[:, -1]
        np.add.at(size, of.full, level.sum(axis=1))
        return chain, limit, size

    def _prices(self, balance: Array, chain: Array, rest: Array) -> tuple[Rows, Array]:
        """Prices of balance and chain, and in `limit` those of limits with the steps of sizes behind them."""
        from scipy.linalg import cho_solve_banded, lu_solve

        hourly = self.of.hourly
        if not len(chain):
            small = lu_solve(self.small, rest, check_finite=False)
            return Rows((balance - self.beside @ small[hourly]) / self.balance, chain, chain, chain, small), chain
        wide = (chain - self.across * (balance / self.balance)).T.reshape(-1)
        found = cho_solve_banded(self.band, wide, check_finite=False)
        rest[hourly] -= self.wide.T @ found
        small = lu_solve(self.small, rest, check_finite=False)
        chained = (found - self.solved @ small[hourly]).reshape(-1, len(chain)).T
        left = balance - self.beside @ small[hourly] - (self.across * chained).sum(axis=0)
        return Rows(left / self.balance, chain, chained, chain, small), chained
