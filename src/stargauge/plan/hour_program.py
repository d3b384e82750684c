"""A plan over hours as one linear program: sizes that hold for all hours, flows of each hour, stores that carry from one to the next.

    min   sum_k c_k y_k + sum_f sum_t c_ft x_ft
    with  sum_f b_f x_ft + sum_k a_kt y_k - spill_t = load_t                          (1) every hour is carried
          0 <= x_ft <= share_ft y_k(f,t)                                              (2) no flow beyond its size
          level_jt = keep_j level_j,t-1 + sum_f in_jf x_ft,  0 <= level_jt <= y_k(j)  (3) stores, as full at the end as at the start
          sum_k w_lk y_k + sum_f sum_t w_lft x_ft <= bound_l                          (4) limits over sizes and sums
          0 <= y_k <= most_k                                                          (5)

It is what energy system models solve for one node (PyPSA: Brown, Hoersch and Schlachtberger 2018, Journal of Open Research Software 6, 4).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class Flow(NamedTuple):
    """What flows in each hour. `feeds`: +1 gives to the load, -1 takes; `bound`: the size it may not pass, `share` of it, by hour.

    `store`: the store it fills (`stored` > 0 per unit) or empties (< 0); -1 where none.
    """

    name: str
    cost: Array
    feeds: float
    bound: Index
    share: Array
    store: int = -1
    stored: float = 0.0


class Store(NamedTuple):
    """A store whose level `column` bounds and of which a share `keep` is left after an hour."""

    name: str
    column: int
    keep: float = 1.0


class Limit(NamedTuple):
    """A limit on a weighted sum of sizes (`columns`, one weight each) and of flows (pairs of a flow's place and its weights by hour)."""

    name: str
    bound: float
    columns: Array
    flows: tuple[tuple[int, Array], ...] = ()


class Column(NamedTuple):
    """A size that holds for all hours: what a unit of it costs over these hours, and the most there can be of it.

    `gives`: what a unit gives to the load in each hour without a choice, as sun and wind do; None where flows decide.
    `nudge`: what a unit costs besides in the search alone, so that what costs nothing is no larger than it is used; in no cost or bound.
    """

    name: str
    cost: float
    most: float
    gives: Array | None = None
    nudge: float = 0.0


class HourProgram(NamedTuple):
    """The whole program. `load` by hour; everything else refers to columns, flows and stores by their place."""

    load: Array
    columns: tuple[Column, ...]
    flows: tuple[Flow, ...]
    stores: tuple[Store, ...] = ()
    limits: tuple[Limit, ...] = ()

    @property
    def hours(self) -> int:
        """How many hours it covers."""
        return len(self.load)


class HourSolution(NamedTuple):
    """An optimum. `cost` is what the plan costs, `at_least` what no plan can undercut (proven by prices, whatever the arithmetic did).

    `sizes` by column; `flows` (flow, hour); `levels` (store, hour); `price` of one more unit of load by hour; `limit_prices`: what a
    unit more of each limit would save; `unmet`: the largest violation of a row, in units of the load.
    """

    cost: float
    at_least: float
    sizes: Array
    flows: Array
    levels: Array
    spill: Array
    price: Array
    limit_prices: Array
    unmet: float
    steps: int
    converged: bool

    @property
    def gap(self) -> float:
        """Share of the cost by which it may be above the best plan there is."""
        return (self.cost - self.at_least) / max(abs(self.cost), 1e-300)


def checked(program: HourProgram) -> HourProgram:
    """The same program, if it can be solved. Raises InputError with the hour and the amount of everything that cannot be."""
    faults = [*_load_faults(program.load)]
    hours, sizes = program.hours, len(program.columns)
    for flow in program.flows:
        if not len(flow.cost) == len(flow.bound) == len(flow.share) == hours:
            faults.append(
                say(
                    "{name}: got {costs} costs, {shares} shares; expected {hours}, one per hour of the load",
                    name=flow.name,
                    costs=len(flow.cost),
                    shares=len(flow.share),
                    hours=hours,
                )
            )
        elif flow.bound.min() < 0 or flow.bound.max() >= sizes:
            faults.append(say("{name}: bounded by size {size}; there are {sizes}", name=flow.name, size=int(flow.bound.max()), sizes=sizes))
        if not np.isfinite(flow.cost).all() or not np.isfinite(flow.share).all():
            faults.append(
                say(
                    "{name}: a cost or share is no number in hour {hour}",
                    name=flow.name,
                    hour=_first(~np.isfinite(flow.cost + flow.share)),
                )
            )
        elif flow.share.min() < 0.0:
            faults.append(
                say(
                    "{name}: got a share of {share:g} in hour {hour}; expected 0 or more",
                    name=flow.name,
                    share=flow.share.min(),
                    hour=int(flow.share.argmin()),
                )
            )
    for column in program.columns:
        if not (np.isfinite(column.cost) and np.isfinite(column.most) and column.most > 0.0):
            faults.append(
                say(
                    "{name}: expected a finite cost and a largest size above 0; got {cost:g} and {most:g}",
                    name=column.name,
                    cost=column.cost,
                    most=column.most,
                )
            )
        if column.gives is not None and not (len(column.gives) == hours and np.isfinite(column.gives).all()):
            faults.append(say("{name}: what it gives is not a number for each of {hours} hours", name=column.name, hours=hours))
    if faults:
        raise InputError("\n".join(faults))
    return program


def _load_faults(load: Array) -> list[str]:
    if len(load) == 0:
        return [say("load: got no hours; expected at least one")]
    wrong = ~np.isfinite(load) | (load < 0.0)
    if wrong.any():
        hour = _first(wrong)
        return [
            say(
                "load: got {load:g} in hour {hour} and {more} more like it; expected 0 or more",
                load=load[hour],
                hour=hour,
                more=int(wrong.sum()) - 1,
            )
        ]
    return [] if load.max() > 0.0 else [say("load: zero in every hour; expected some load")]


def _first(wrong: NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(wrong)[0])
