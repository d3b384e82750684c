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

from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.hour_arrays import Point, Rows, Shape, activity, lower_bound, shape_of, worth_of
from stargauge.plan.hour_program import Array, HourProgram, HourSolution, checked
from stargauge.plan.hour_step import Newton

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


def _start(of: Shape) -> tuple[Point, Rows, Point]:
    """An inner point: half a load everywhere, and prices of the size of costs."""
    flows, hours, stores = len(of.feeds), len(of.load), len(of.keep)
    point = Point(
        np.full((flows, hours), 0.5), np.full((flows, hours), 0.5), np.ones((stores, hours)), np.ones((stores, hours)),
        np.full(hours, 0.5), np.full(len(of.size_cost), 2.0), np.maximum(1.0, 0.5 * np.abs(of.most)),
    )  # fmt: skip
    slopes = Point(*(np.ones_like(each) for each in point))
    slopes = slopes._replace(size=np.maximum(np.abs(of.size_cost), 1.0))
    prices = Rows(np.ones(hours), np.zeros((flows, hours)), np.zeros((stores, hours)), np.zeros((stores, hours)), np.zeros(len(of.most)))
    return point, prices, slopes


def _lacking(of: Shape, point: Point, prices: Rows, slopes: Point) -> tuple[Rows, Point]:
    """What rows and slopes lack at a point."""
    none = np.zeros(())
    target = Rows(of.load, none, none, none, of.most)
    rows = Rows(*(aim - made for aim, made in zip(target, activity(of, point), strict=True)))
    costs = Point(of.cost, none, none, none, none, of.size_cost, none)
    return rows, Point(*(cost - worth - slope for cost, worth, slope in zip(costs, worth_of(of, prices), slopes, strict=True)))


def _most(rows: tuple[Array, ...]) -> float:
    return max((float(np.abs(row).max()) for row in rows if row.size), default=0.0)


def _unmet(of: Shape, rows: Rows) -> float:
    """The largest violation of a row, of a limit as a share of its bound."""
    return _most(rows._replace(limit=rows.limit / (1.0 + np.abs(of.most))))


def _dot(one: Point, other: Point) -> float:
    return float(sum(np.vdot(a, b) for a, b in zip(one, other, strict=True)))


def _reach(values: Point, steps: Point) -> float:
    """How far one may go before a value is zero."""
    least = min((float((step / value).min()) for value, step in zip(values, steps, strict=True) if step.size), default=0.0)
    return 1.0 if least >= -1.0 else -1.0 / least


def _moved(values: Any, steps: Any, far: float) -> Any:
    return type(values)(*(value + far * step for value, step in zip(values, steps, strict=True)))


def optimum(program: HourProgram, rough: float = 1.0, cutoff: float = np.inf) -> HourSolution:
    """The cheapest plan of an hour program, with its prices and a proven bound.

    `rough`: by how much gap and violations may be above what they may be else, for a look that is not the last. `cutoff`: once it is proven
    that no plan costs less than this, the search ends, and `at_least` says so; `converged` is then False.

    Raises InputError where the program is malformed. Where no plan meets all rows, `converged` is False and `unmet` says by how much:
    give every row that may be impossible a flow or a size that is allowed to break it at a price.
    """
    of = shape_of(checked(program))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # far from any plan numbers leave their range
        found = _search(of, rough, cutoff / (of.unit * of.money))
    return _solution(of, program, found, max(rough, _NEAR))


class _Found(NamedTuple):
    """The best point met, by `score` in tolerances, and after how many steps the search ended."""

    score: float
    point: Point
    prices: Rows
    steps: int


def _search(of: Shape, rough: float, cutoff: float) -> _Found:
    """Steps until a point is within all tolerances, no plan can cost less than a cutoff, no step helps any more, or prices run away, as
    they do where no plan meets all rows.
    """
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
        if score <= rough or worse >= patience or not _most(prices) < _RUNAWAY:
            break
        if cutoff < np.inf and lower_bound(of, prices, of.true_cost) >= cutoff:
            return _Found(np.inf, point, prices, step)
        moved = _stepped(of, point, prices, slopes, rows, lacking, _dot(point, slopes) / count, count)
        if moved is None:
            break
        point, prices, slopes = moved
    return best._replace(steps=step)


def _cost(of: Shape, point: Point, size_cost: Array) -> float:
    return float(np.vdot(of.cost, point.flow) + size_cost @ point.size)


def _stepped(
    of: Shape, point: Point, prices: Rows, slopes: Point, rows: Rows, lacking: Point, centre: float, count: int
) -> tuple[Point, Rows, Point] | None:  # fmt: skip
    """The next point; None where the arithmetic gives none."""
    newton = _factored(of, point, slopes)
    if newton is None:
        return None
    product = Point(*(-value * slope for value, slope in zip(point, slopes, strict=True)))
    step, _, pull = _solved(newton, point, slopes, rows, lacking, product)
    after = _dot(_moved(point, step, _reach(point, step)), _moved(slopes, pull, _reach(slopes, pull))) / count
    aim = centre * (after / centre) ** 3
    product = Point(*(aim + each - a * b for each, a, b in zip(product, step, pull, strict=True)))
    step, turn, pull = _solved(newton, point, slopes, rows, lacking, product)
    if not all(np.isfinite(each).all() for each in (*step, *turn, *pull)):
        return None
    ahead, back = min(1.0, _REACH * _reach(point, step)), min(1.0, _REACH * _reach(slopes, pull))
    return _moved(point, step, ahead), _moved(prices, turn, back), _moved(slopes, pull, back)


def _factored(of: Shape, point: Point, slopes: Point) -> Newton | None:
    try:
        return Newton(of, Point(*(value / slope for value, slope in zip(point, slopes, strict=True))))
    except np.linalg.LinAlgError:
        return None


def _solved(
    newton: Newton, point: Point, slopes: Point, rows: Rows, lacking: Point, product: Point
) -> tuple[Point, Rows, Point]:  # fmt: skip
    """Steps of values, prices and slopes; where the rows still lack something, it is solved for once more."""
    wanted = Point(*(lack - each / value for lack, each, value in zip(lacking, product, point, strict=True)))
    step, turn = newton.solve(rows, wanted)
    for _ in range(_REFINED):
        left = Rows(*(row - made for row, made in zip(rows, activity(newton.of, step), strict=True)))
        if _most(left) <= _EXACT:
            break
        more, further = newton.solve(left, Point(*(np.zeros_like(each) for each in wanted)))
        step, turn = _moved(step, more, 1.0), _moved(turn, further, 1.0)
    pull = Point(*((each - slope * part) / value for each, slope, part, value in zip(product, slopes, step, point, strict=True)))
    return step, turn, pull


def _solution(of: Shape, program: HourProgram, found: _Found, near: float) -> HourSolution:
    point, prices = found.point, found.prices
    unit, money = of.unit, of.unit * of.money
    rows, _ = _lacking(of, point, prices, point)
    return HourSolution(
        cost=_cost(of, point, of.true_cost) * money,
        at_least=lower_bound(of, prices, of.true_cost) * money, sizes=point.size[: of.first] * unit,
        flows=point.flow * unit, levels=point.level * unit, spill=point.spill * unit, price=np.maximum(prices.balance, 0.0) * of.money,
        limit_prices=-np.minimum(prices.limit[: len(program.limits)], 0.0) * of.money, unmet=_unmet(of, rows),
        steps=found.steps, converged=found.score <= near,
    )  # fmt: skip
