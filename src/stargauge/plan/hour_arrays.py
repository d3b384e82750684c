"""An hour program as arrays: its rows at a point, what variables are worth at prices, and the bound that prices alone prove."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.hour_program import Array, HourProgram


class Point(NamedTuple):
    """Values or slopes of all variables: flows and the room above them, levels and the room above them, spill, sizes, room under limits."""

    flow: Array
    room: Array
    level: Array
    headroom: Array
    spill: Array
    size: Array
    slack: Array


class Rows(NamedTuple):
    """Values or prices of all rows: balance, bounds of flows, chain of levels, bounds of levels, limits."""

    balance: Array
    bound: Array
    chain: Array
    full: Array
    limit: Array


class Shape(NamedTuple):
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


def shape_of(program: HourProgram) -> Shape:
    """The program as arrays, with power in units of the largest load and costs in units of their usual size."""
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
    return Shape(
        program.load / unit, cost / money, np.concatenate([sizes, np.zeros(len(stores))]) / money,
        np.concatenate([true, np.zeros(len(stores))]) / money,
        np.array([flow.feeds for flow in flows], dtype=np.float64),
        np.array([flow.bound for flow in flows], dtype=np.int64).reshape(many), np.array([flow.share for flow in flows]).reshape(many),
        tuple(flow.store for flow in flows), np.array([flow.stored for flow in flows]), full, np.array([store.keep for store in stores]),
        tuple((place, column.gives) for place, column in enumerate(program.columns) if column.gives is not None),
        tuple((place, flow, weight) for place, limit in enumerate(program.limits) for flow, weight in limit.flows),
        weight_size, np.array(bounds), np.array(hourly), unit, money,
    )  # fmt: skip


def activity(of: Shape, point: Point) -> Rows:
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
    return Rows(balance, bound, chain, point.level + point.headroom - point.size[of.full][:, None], limit)


def worth_of(of: Shape, price: Rows) -> Point:
    """What the variables are worth at the prices of rows: A' lambda."""
    level = level_worth(of, price)
    size = of.weight_size.T @ price.limit
    size[of.first :] -= of.keep * price.chain[:, 0]
    np.subtract.at(size, of.full, price.full.sum(axis=1))
    for flow in range(len(of.feeds)):
        size -= np.bincount(of.bound[flow], of.share[flow] * price.bound[flow], minlength=len(size))
    for column, profile in of.gives:
        size[column] += profile @ price.balance
    return Point(
        flow_worth(of, price) + price.bound, price.bound, level + price.full, price.full, -price.balance, size, price.limit
    )  # fmt: skip


def flow_worth(of: Shape, price: Rows) -> Array:
    """What each flow is worth before its own bound has a price."""
    worth = of.feeds[:, None] * price.balance
    for flow, store in enumerate(of.store):
        if store >= 0:
            worth[flow] -= of.stored[flow] * price.chain[store]
    for place, flow, weight in of.weights:
        worth[flow] += weight * price.limit[place]
    return worth


def level_worth(of: Shape, price: Rows) -> Array:
    """What a level is worth before its own bound has a price."""
    worth = price.chain.copy()
    worth[:, :-1] -= of.keep[:, None] * price.chain[:, 1:]
    worth[:, -1] -= price.limit[of.closing :]
    return worth


def lower_bound(of: Shape, prices: Rows, size_cost: Array) -> float:
    """What no plan undercuts, from any prices of balances, chains and limits: the others are set so that no flow and no level pays.

    Where a size would still pay at what it costs, it pays at most for the largest size allowed. Weak duality; holds whatever the prices, to
    the rounding of this sum itself.
    """
    balance, limit = np.maximum(prices.balance, 0.0), np.minimum(prices.limit, 0.0)
    fair = Rows(balance, prices.bound, prices.chain, prices.full, limit)
    bound = np.minimum(of.cost - flow_worth(of, fair), 0.0)
    full = np.minimum(-level_worth(of, fair), 0.0)
    fair = fair._replace(bound=bound, full=full)
    pays = np.minimum(size_cost - worth_of(of, fair).size, 0.0)
    sizes = len(of.size_cost)
    largest = of.most[of.closing - sizes : of.closing]
    return float(of.load @ balance + of.most @ limit + pays @ largest)
