"""What is left to a general solver: the options that prices have not ruled out, as one program in whole numbers.

    built_kp(t), how many of the k-th building of a site are started by month t with power p:
    built_k+1,p(t) <= built_kp(t - spacing),   built_1p <= y_p,   sum_p y_p <= 1,   built_kp = y_p for as many as the site needs at least

with the rows of `case` for targets, worlds and limits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import Array, Choice, Mask
from stargauge.plan.build_order.solver.master import ended, solver, told
from stargauge.plan.build_order.solver.pricing import Kept, Scaled

#: What a step of the simplex method takes in all, and for each entry of the program, in patterns priced.
_PIVOT, _ENTRY = 150.0, 0.02


class _Rows:
    """Rows as they come: (row, column, value) and both ends."""

    def __init__(self) -> None:
        self.row: list[NDArray[np.intp]] = []
        self.column: list[NDArray[np.intp]] = []
        self.value: list[Array] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, low: float, high: float, *parts: tuple[NDArray[np.intp], float | Array]) -> None:
        for columns, value in parts:
            self.row.append(np.full(len(columns), len(self.low)))
            self.column.append(np.asarray(columns))
            self.value.append(np.broadcast_to(np.asarray(value, dtype=float), (len(columns),)))
        self.low.append(low)
        self.high.append(high)


def rest(
    scaled: Scaled, options: Mask, kept: Kept, *, nodes: int, seconds: float, gap: float
) -> tuple[list[tuple[Choice, ...]] | None, float, bool, float]:
    """The best order of these options, by site, None where none was found; a bound on it; whether the search came to its end; its work.

    `nodes` end it, `seconds` only where a node takes all of them. Work counts as that of pricing does, so that no clock has to be read.
    """
    import highspy

    case, at = scaled.case, np.argwhere(options)
    cells, sites = scaled.need.size, len(case.sites)
    width = cells + sites * len(case.powers) + len(at)
    rows = _rows(scaled, at)
    highs = solver(mip_rel_gap=gap, mip_abs_gap=1e-9, mip_max_nodes=nodes, time_limit=seconds)
    none = np.zeros(0, dtype=np.int32)
    told(highs.addRows(len(rows.low), np.array(rows.low), np.array(rows.high), 0, none, none, np.zeros(0)), "rows")
    column = np.concatenate(rows.column)
    order = np.argsort(column, kind="stable")
    starts = np.searchsorted(column[order], np.arange(width)).astype(np.int32)
    index, value = np.concatenate(rows.row)[order].astype(np.int32), np.concatenate(rows.value)[order]
    cost = np.concatenate([np.zeros(width - len(at)), scaled.worth[tuple(at.T)]])
    low = np.concatenate([kept.least.ravel(), np.zeros(width - cells)])
    high = np.concatenate([kept.most.ravel(), np.ones(width - cells)])
    told(highs.addCols(width, cost, low, high, len(index), starts, index, value), "columns")
    told(
        highs.changeColsIntegrality(width, np.arange(width, dtype=np.int32), np.full(width, highspy.HighsVarType.kInteger)), "whole numbers"
    )
    told(highs.run(), "the program over options")
    info, whole = highs.getInfo(), ended(highs, "the program over options")
    work = max(info.simplex_iteration_count, 0) * (_PIVOT + _ENTRY * len(index))
    if highs.getModelStatus() in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):  # all is bounded
        return None, np.inf, True, work
    proven = float(info.mip_dual_bound)
    if info.primal_solution_status != 2:
        return None, proven, whole, work
    chosen = at[np.array(highs.getSolution().col_value)[width - len(at) :] > 0.5]
    found: list[tuple[Choice, ...]] = [()] * sites
    for building, power, chip, start in chosen.tolist():
        site = case.buildings[building].site
        found[site] = (*found[site], Choice(building, power, chip, start))
    return found, proven, whole, work


def _rows(scaled: Scaled, at: NDArray[np.intp]) -> _Rows:
    case, rows, worlds = scaled.case, _Rows(), scaled.need.shape[1]
    first = scaled.need.size + len(case.sites) * len(case.powers)
    column = first + np.arange(len(at))
    building, power, chip, start = at.T
    for target in range(len(scaled.need)):
        reach = scaled.gains[target, building, chip] * case.there[target, building, power, chip, start]
        for world in range(worlds):
            use = np.flatnonzero(reach[:, world])
            cell = target * worlds + world
            rows.add(0.0, np.inf, (column[use], reach[use, world]), (np.array([cell]), -float(scaled.need.flat[cell])))
        rows.add(float(scaled.probability[target]), np.inf, (target * worlds + np.arange(worlds), case.weights))
    for limit, most in enumerate(scaled.most):
        assert scaled.use is not None
        rows.add(-np.inf, float(most), (column, scaled.use[limit, building, power, chip, start]))
    for site, places in enumerate(case.by_site):
        power_columns = scaled.need.size + site * len(case.powers) + np.arange(len(case.powers))
        rows.add(-np.inf, 1.0 if scaled.first[site] <= len(places) else 0.0, (power_columns, 1.0))
        for kind in range(len(case.powers)):
            own = [column[(building == place) & (power == kind)] for place in places]
            starts = [start[(building == place) & (power == kind)] for place in places]
            _ordered(rows, own, starts, power_columns[kind : kind + 1], int(scaled.first[site]), scaled.before[site])
    return rows


def _ordered(
    rows: _Rows, own: list[NDArray[np.intp]], starts: list[NDArray[np.intp]], power: NDArray[np.intp], first: int, before: NDArray[np.int_]
) -> None:
    """Buildings of a site with one power in their order."""
    for place, columns in enumerate(own):
        if place < first:
            rows.add(0.0, 0.0, (columns, 1.0), (power, -1.0))
        elif place == 0:
            rows.add(-np.inf, 0.0, (columns, 1.0), (power, -1.0))
        if place:
            for month in np.unique(starts[place]):
                earlier = own[place - 1][starts[place - 1] <= before[month]]
                rows.add(-np.inf, 0.0, (columns[starts[place] <= month], 1.0), (earlier, -1.0))
