"""The optimum of an hour program by an interior-point method that uses its shape: one tridiagonal system per step, whatever the hours.

A general solver factors a sparse matrix of all rows. Here the rows of an hour meet those of the next only in the levels of the stores, and
the sizes are few. So each step eliminates the bounds of flows and levels (a number each), then the balance of each hour (a number), which
leaves a band of one line per store and hour; the sizes and limits are a small dense system behind it (Schur complement). Work and memory
grow with the hours, not faster.

Method: Mehrotra's predictor and corrector (1992, SIAM Journal on Optimization 2, 575-601) as in Wright (1997), Primal-Dual Interior-Point
Methods, chapters 10 and 11; the band as in Rao, Wright and Rawlings (1998, Journal of Optimization Theory and Applications 99, 723-757).
The lower bound is made from the prices alone, so that it holds even where the arithmetic was not exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.hour_program import Array, HourProgram, HourSolution, checked

#: Where a step ends: share of the way to the boundary.
_REACH = 0.995
#: Share of the cost that the gap, and share of the load (of its bound, for a limit) that a violated row may be, where steps end.
GAP, FEASIBLE = 1e-8, 1e-8
#: By how much either may be above that where steps no longer help, for the optimum to count as found; then how many steps in a row may be
#: worse than the best once that is so (five times as many before).
_NEAR, _PATIENCE = 100.0, 5
#: How often a step is solved for what it still lacks, and what it may lack.
_REFINED, _EXACT = 2, 1e-10
MOST_STEPS = 120
#: A price, in the unit of costs, that only a program without a plan has.
_RUNAWAY = 1e10


class _Point(NamedTuple):
    """Values or slopes of all variables: flows and the room above them, levels and the room above them, spill, sizes, room under limits."""

    flow: Array
    room: Array
    level: Array
    headroom: Array
    spill: Array
    size: Array
    slack: Array


class _Rows(NamedTuple):
    """Values or prices of all rows: balance, bounds of flows, chain of levels, bounds of levels, limits."""

    balance: Array
    bound: Array
    chain: Array
    full: Array
    limit: Array


class _Shape(NamedTuple):
    """A program as arrays, in units of its load and of its costs. The last sizes and limits are the stores' levels before hour one.

    `size_cost`: with what nudges sizes in the search; `true_cost`: without.
    `hourly`: which of the limits, and behind them the sizes, meet the rows of hours at all.
    """

    load: Array
    cost: Array
    size_cost: Array
    true_cost: Array
    feeds: Array
    bound: NDArray[np.int64]
    share: Array
    store: tuple[int, ...]
    stored: Array
    full: NDArray[np.int64]
    keep: Array
    gives: tuple[tuple[int, Array], ...]
    weights: tuple[tuple[int, int, Array], ...]
    weight_size: Array
    most: Array
    hourly: NDArray[np.int64]
    unit: float
    money: float

    @property
    def first(self) -> int:
        """The place of the first store's opening level among the sizes."""
        return len(self.size_cost) - len(self.keep)

    @property
    def closing(self) -> int:
        """The place of the first store's closing level among the limits."""
        return len(self.most) - len(self.keep)


def _shape(program: HourProgram) -> _Shape:
    unit = float(program.load.max())
    flows, stores, hours = program.flows, program.stores, program.hours
    many = (len(flows), hours)
    cost = np.array([flow.cost for flow in flows]).reshape(many)
    true = np.array([column.cost for column in program.columns])
    sizes = true + np.array([column.nudge for column in program.columns])
    money = float(np.abs(cost).sum() / max(cost.size, 1) + np.mean(np.abs(sizes)) / hours) or 1.0
    columns, first = len(sizes) + len(stores), len(sizes)
    limits = len(program.limits)
    weight_size = np.zeros((limits + columns + len(stores), columns))
    for place, limit in enumerate(program.limits):
        weight_size[place, :first] = limit.columns
    weight_size[limits : limits + columns] = np.eye(columns)
    weight_size[limits + columns :, first:] = np.eye(len(stores))
    bounds = [limit.bound / unit for limit in program.limits] + [column.most / unit for column in program.columns]
    full = np.array([store.column for store in stores], dtype=np.int64)
    bounds += [program.columns[column].most / unit for column in full] + [0.0 for _ in stores]
    summed = sorted({place for place, limit in enumerate(program.limits) if limit.flows})
    closing = range(limits + columns, limits + columns + len(stores))
    hourly = [*summed, *closing, *range(len(bounds), len(bounds) + columns)]
    return _Shape(
        program.load / unit, cost / money, np.concatenate([sizes, np.zeros(len(stores))]) / money,
        np.concatenate([true, np.zeros(len(stores))]) / money,
        np.array([flow.feeds for flow in flows], dtype=np.float64),
        np.array([flow.bound for flow in flows], dtype=np.int64).reshape(many), np.array([flow.share for flow in flows]).reshape(many),
        tuple(flow.store for flow in flows), np.array([flow.stored for flow in flows]), full, np.array([store.keep for store in stores]),
        tuple((place, column.gives) for place, column in enumerate(program.columns) if column.gives is not None),
        tuple((place, flow, weight) for place, limit in enumerate(program.limits) for flow, weight in limit.flows),
        weight_size, np.array(bounds), np.array(hourly), unit, money,
    )  # fmt: skip


def _activity(of: _Shape, point: _Point) -> _Rows:
    """What the rows come to at a point: A x."""
    balance = of.feeds @ point.flow - point.spill
    for column, profile in of.gives:
        balance = balance + profile * point.size[column]
    bound = point.flow + point.room - of.share * point.size[of.bound]
    chain = point.level.copy()
    chain[:, 1:] -= of.keep[:, None] * point.level[:, :-1]
    chain[:, 0] -= of.keep * point.size[of.first :]
    for flow, store in enumerate(of.store):
        if store >= 0:
            chain[store] -= of.stored[flow] * point.flow[flow]
    limit = of.weight_size @ point.size + point.slack
    for place, flow, weight in of.weights:
        limit[place] += weight @ point.flow[flow]
    limit[of.closing :] -= point.level[:, -1]
    return _Rows(balance, bound, chain, point.level + point.headroom - point.size[of.full][:, None], limit)


def _worth(of: _Shape, price: _Rows) -> _Point:
    """What the variables are worth at the prices of rows: A' lambda."""
    level = _level_worth(of, price)
    size = of.weight_size.T @ price.limit
    size[of.first :] -= of.keep * price.chain[:, 0]
    np.subtract.at(size, of.full, price.full.sum(axis=1))
    for flow in range(len(of.feeds)):
        size -= np.bincount(of.bound[flow], of.share[flow] * price.bound[flow], minlength=len(size))
    for column, profile in of.gives:
        size[column] += profile @ price.balance
    return _Point(
        _flow_worth(of, price) + price.bound, price.bound, level + price.full, price.full, -price.balance, size, price.limit
    )  # fmt: skip


def _flow_worth(of: _Shape, price: _Rows) -> Array:
    """What each flow is worth before its own bound has a price."""
    worth = of.feeds[:, None] * price.balance
    for flow, store in enumerate(of.store):
        if store >= 0:
            worth[flow] -= of.stored[flow] * price.chain[store]
    for place, flow, weight in of.weights:
        worth[flow] += weight * price.limit[place]
    return worth


def _level_worth(of: _Shape, price: _Rows) -> Array:
    """What a level is worth before its own bound has a price."""
    worth = price.chain.copy()
    worth[:, :-1] -= of.keep[:, None] * price.chain[:, 1:]
    worth[:, -1] -= price.limit[of.closing :]
    return worth


class _Newton:
    """The system of one step, factored: bounds and balances eliminated, the band of levels, the small rest behind it."""

    def __init__(self, of: _Shape, theta: _Point) -> None:
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

    def solve(self, rows: _Rows, slopes: _Point) -> tuple[_Point, _Rows]:
        """Steps of variables and prices for what rows lack and what slopes lack.

        A dx = rows;  dx = theta (A' dl - slopes), of the sizes: A' dl - dx / theta = slopes            (1)
        """
        of, theta = self.of, self.theta
        held = _Point(*(each * slope for each, slope in zip(theta, slopes, strict=True)))
        held = held._replace(size=np.zeros_like(slopes.size))
        need = _Rows(*(row + part for row, part in zip(rows, _activity(of, held), strict=True)))
        flow, level = need.bound / self.bound, need.full / self.full
        balance = need.balance - of.feeds @ (theta.flow * flow)
        chain, limit, size = self._eliminated(need, slopes, flow, level)
        rest = np.concatenate([limit, size])
        rest[of.hourly] -= self.beside.T @ (balance / self.balance)
        price, chained = self._prices(balance, chain, rest)
        limits = len(of.most)
        partly = _Rows(price.balance, np.zeros_like(flow), chained, np.zeros_like(level), price.limit[:limits])
        moved = price.limit[limits:]
        bound = flow - self.flow_share * _flow_worth(of, partly) + of.share * moved[of.bound] / self.bound
        full = level - self.level_share * _level_worth(of, partly) + moved[of.full][:, None] / self.full
        prices = partly._replace(bound=bound, full=full)
        worth = _worth(of, prices)
        step = _Point(*(each * (value - slope) for each, value, slope in zip(theta, worth, slopes, strict=True)))
        return step._replace(size=moved), prices

    def _eliminated(self, need: _Rows, slopes: _Point, flow: Array, level: Array) -> tuple[Array, Array, Array]:
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

    def _prices(self, balance: Array, chain: Array, rest: Array) -> tuple[_Rows, Array]:
        """Prices of balance and chain, and in `limit` those of limits with the steps of sizes behind them."""
        from scipy.linalg import cho_solve_banded, lu_solve

        hourly = self.of.hourly
        if not len(chain):
            small = lu_solve(self.small, rest, check_finite=False)
            return _Rows((balance - self.beside @ small[hourly]) / self.balance, chain, chain, chain, small), chain
        wide = (chain - self.across * (balance / self.balance)).T.reshape(-1)
        found = cho_solve_banded(self.band, wide, check_finite=False)
        rest[hourly] -= self.wide.T @ found
        small = lu_solve(self.small, rest, check_finite=False)
        chained = (found - self.solved @ small[hourly]).reshape(-1, len(chain)).T
        left = balance - self.beside @ small[hourly] - (self.across * chained).sum(axis=0)
        return _Rows(left / self.balance, chain, chained, chain, small), chained


def _start(of: _Shape) -> tuple[_Point, _Rows, _Point]:
    """An inner point: half a load everywhere, and prices of the size of costs."""
    flows, hours, stores = len(of.feeds), len(of.load), len(of.keep)
    point = _Point(
        np.full((flows, hours), 0.5), np.full((flows, hours), 0.5), np.ones((stores, hours)), np.ones((stores, hours)),
        np.full(hours, 0.5), np.full(len(of.size_cost), 2.0), np.maximum(1.0, 0.5 * np.abs(of.most)),
    )  # fmt: skip
    slopes = _Point(*(np.ones_like(each) for each in point))
    slopes = slopes._replace(size=np.maximum(np.abs(of.size_cost), 1.0))
    prices = _Rows(np.ones(hours), np.zeros((flows, hours)), np.zeros((stores, hours)), np.zeros((stores, hours)), np.zeros(len(of.most)))
    return point, prices, slopes


def _lacking(of: _Shape, point: _Point, prices: _Rows, slopes: _Point) -> tuple[_Rows, _Point]:
    """What rows and slopes lack at a point."""
    none = np.zeros(())
    target = _Rows(of.load, none, none, none, of.most)
    rows = _Rows(*(aim - made for aim, made in zip(target, _activity(of, point), strict=True)))
    costs = _Point(of.cost, none, none, none, none, of.size_cost, none)
    return rows, _Point(*(cost - worth - slope for cost, worth, slope in zip(costs, _worth(of, prices), slopes, strict=True)))


def _most(rows: tuple[Array, ...]) -> float:
    return max((float(np.abs(row).max()) for row in rows if row.size), default=0.0)


def _unmet(of: _Shape, rows: _Rows) -> float:
    """The largest violation of a row, of a limit as a share of its bound."""
    return _most(rows._replace(limit=rows.limit / (1.0 + np.abs(of.most))))


def _dot(one: _Point, other: _Point) -> float:
    return float(sum(np.vdot(a, b) for a, b in zip(one, other, strict=True)))


def _reach(values: _Point, steps: _Point) -> float:
    """How far one may go before a value is zero."""
    far = 1.0
    for value, step in zip(values, steps, strict=True):
        down = step < 0.0
        if down.any():
            far = min(far, float((value[down] / -step[down]).min()))
    return far


def _moved(values: Any, steps: Any, far: float) -> Any:
    return type(values)(*(value + far * step for value, step in zip(values, steps, strict=True)))


def lower_bound(of: _Shape, prices: _Rows, size_cost: Array) -> float:
    """What no plan undercuts, from any prices of balances, chains and limits: the others are set so that no flow and no level pays.

    Where a size would still pay at what it costs, it pays at most for the largest size allowed. Weak duality; holds whatever the prices, to
    the rounding of this sum itself.
    """
    balance, limit = np.maximum(prices.balance, 0.0), np.minimum(prices.limit, 0.0)
    fair = _Rows(balance, prices.bound, prices.chain, prices.full, limit)
    bound = np.minimum(of.cost - _flow_worth(of, fair), 0.0)
    full = np.minimum(-_level_worth(of, fair), 0.0)
    fair = fair._replace(bound=bound, full=full)
    pays = np.minimum(size_cost - _worth(of, fair).size, 0.0)
    sizes = len(of.size_cost)
    largest = of.most[of.closing - sizes : of.closing]
    return float(of.load @ balance + of.most @ limit + pays @ largest)


def optimum(program: HourProgram) -> HourSolution:
    """The cheapest plan of an hour program, with its prices and a proven bound.

    Raises InputError where the program is malformed. Where no plan meets all rows, `converged` is False and `unmet` says by how much:
    give every row that may be impossible a flow or a size that is allowed to break it at a price.
    """
    of = _shape(checked(program))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # far from any plan numbers leave their range
        found = _search(of)
    return _solution(of, program, found)


class _Found(NamedTuple):
    """The best point met, by `score` in tolerances, and after how many steps the search ended."""

    score: float
    point: _Point
    prices: _Rows
    steps: int


def _search(of: _Shape) -> _Found:
    """Steps until a point is within all tolerances, no step helps any more, or prices run away, as they do where no plan meets all rows."""
    point, prices, slopes = _start(of)
    count = sum(each.size for each in point)
    best, worse = _Found(np.inf, point, prices, 0), 0
    for step in range(MOST_STEPS):
        rows, lacking = _lacking(of, point, prices, slopes)
        cost = _cost(of, point, of.size_cost)
        gap = (cost - lower_bound(of, prices, of.size_cost)) / max(abs(cost), 1e-12)
        score, worse = max(abs(gap) / GAP, _unmet(of, rows) / FEASIBLE), worse + 1
        if score < best.score:
            best, worse = _Found(score, point, prices, step), 0
        patience = _PATIENCE if best.score <= _NEAR else 5 * _PATIENCE
        if score <= 1.0 or worse >= patience or not _most(prices) < _RUNAWAY:
            break
        moved = _stepped(of, point, prices, slopes, rows, lacking, _dot(point, slopes) / count, count)
        if moved is None:
            break
        point, prices, slopes = moved
    return best._replace(steps=step)


def _cost(of: _Shape, point: _Point, size_cost: Array) -> float:
    return float(np.vdot(of.cost, point.flow) + size_cost @ point.size)


def _stepped(
    of: _Shape, point: _Point, prices: _Rows, slopes: _Point, rows: _Rows, lacking: _Point, centre: float, count: int
) -> tuple[_Point, _Rows, _Point] | None:  # fmt: skip
    """The next point; None where the arithmetic gives none."""
    newton = _factored(of, point, slopes)
    if newton is None:
        return None
    product = _Point(*(-value * slope for value, slope in zip(point, slopes, strict=True)))
    step, _, pull = _solved(newton, point, slopes, rows, lacking, product)
    after = _dot(_moved(point, step, _reach(point, step)), _moved(slopes, pull, _reach(slopes, pull))) / count
    aim = centre * (after / centre) ** 3
    product = _Point(*(aim + each - a * b for each, a, b in zip(product, step, pull, strict=True)))
    step, turn, pull = _solved(newton, point, slopes, rows, lacking, product)
    if not all(np.isfinite(each).all() for each in (*step, *turn, *pull)):
        return None
    ahead, back = min(1.0, _REACH * _reach(point, step)), min(1.0, _REACH * _reach(slopes, pull))
    return _moved(point, step, ahead), _moved(prices, turn, back), _moved(slopes, pull, back)


def _factored(of: _Shape, point: _Point, slopes: _Point) -> _Newton | None:
    try:
        return _Newton(of, _Point(*(value / slope for value, slope in zip(point, slopes, strict=True))))
    except np.linalg.LinAlgError:
        return None


def _solved(
    newton: _Newton, point: _Point, slopes: _Point, rows: _Rows, lacking: _Point, product: _Point
) -> tuple[_Point, _Rows, _Point]:  # fmt: skip
    """Steps of values, prices and slopes; where the rows still lack something, it is solved for once more."""
    wanted = _Point(*(lack - each / value for lack, each, value in zip(lacking, product, point, strict=True)))
    step, turn = newton.solve(rows, wanted)
    for _ in range(_REFINED):
        left = _Rows(*(row - made for row, made in zip(rows, _activity(newton.of, step), strict=True)))
        if _most(left) <= _EXACT:
            break
        more, further = newton.solve(left, _Point(*(np.zeros_like(each) for each in wanted)))
        step, turn = _moved(step, more, 1.0), _moved(turn, further, 1.0)
    pull = _Point(*((each - slope * part) / value for each, slope, part, value in zip(product, slopes, step, point, strict=True)))
    return step, turn, pull


def _solution(of: _Shape, program: HourProgram, found: _Found) -> HourSolution:
    point, prices = found.point, found.prices
    unit, money = of.unit, of.unit * of.money
    rows, _ = _lacking(of, point, prices, point)
    return HourSolution(
        cost=_cost(of, point, of.true_cost) * money,
        at_least=lower_bound(of, prices, of.true_cost) * money, sizes=point.size[: of.first] * unit,
        flows=point.flow * unit, levels=point.level * unit, spill=point.spill * unit, price=np.maximum(prices.balance, 0.0) * of.money,
        limit_prices=-np.minimum(prices.limit[: len(program.limits)], 0.0) * of.money, unmet=_unmet(of, rows),
        steps=found.steps, converged=found.score <= _NEAR,
    )  # fmt: skip
