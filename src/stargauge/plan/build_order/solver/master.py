"""The master program: whole plans of sites as columns, rows for targets in worlds, limits and shares of worlds kept.

    min   sum_j value_j c_j + penalty (sum of what is missing)
    with  sum_j reach_jgw c_j >= need_gw z_gw,   sum_j use_jl c_j <= most_l
          sum_w weight_w z_gw >= probability_g,   sum of c_j of a site = 1,   c, z between 0 and 1

A choice of a column counts in no more worlds than have to be kept (`Scaled.counted`): what runs in time in more of them than that helps
none the more. Without this all worlds would be kept by four fifths instead of four fifths of the worlds. Missing amounts at a penalty keep
the program feasible and its prices within a box.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import Array, Choice, Mask
from stargauge.plan.build_order.solver.pricing import Cut, Kept, Plan, Prices, Scaled, bound_of

#: By how much the prices of what is missing grow in a proof that it is; what rounding may add to their bound, as a share of what is priced.
_GROWN, _ROUNDING = (1.0, 1e2, 1e4), 1e-12
#: Ways of the simplex, as HiGHS counts them.
_DUAL, _PRIMAL = 1, 4


class Relaxed(NamedTuple):
    """An optimum of the master: value, shares of plans and of worlds, prices, and what is missing in all."""

    value: float
    shares: Array
    kept: Array
    prices: Prices
    missing: float


def solver(**options: Any) -> Any:
    """A silent HiGHS with one thread and a fixed seed. Raises RuntimeError where an option is refused."""
    import highspy

    class Silent(highspy.Highs):
        """Without the callbacks of its parent, which print a line on the standard output before an option can keep them from it."""

        def __init__(self) -> None:
            super(highspy.Highs, self).__init__()

    highs = Silent()
    for name, value in {"output_flag": False, "threads": 1, "random_seed": 1, **options}.items():
        told(highs.setOptionValue(name, value), f"option {name}")
    return highs


def told(status: Any, what: str) -> None:
    """Raise RuntimeError where HiGHS refuses something."""
    import highspy

    if status == highspy.HighsStatus.kError:
        raise RuntimeError(f"HiGHS refused: {what}")


class Master:
    """The master of a case over the plans found so far; `plans` in the order they came."""

    def __init__(self, scaled: Scaled, penalty: float = 100.0) -> None:
        self.scaled, self.penalty = scaled, penalty
        self.targets, self.worlds = scaled.need.shape
        self.plans: list[Plan] = []
        self.known: set[tuple[int, tuple[Choice, ...], bytes]] = set()
        self.highs = solver(presolve="off", solver="simplex", simplex_strategy=_PRIMAL)
        self._rows()

    def _rows(self) -> None:
        scaled, cells, sites = self.scaled, self.targets * self.worlds, len(self.scaled.case.sites)
        limits = len(scaled.most)
        self.row_limit, self.row_kept, self.row_site = cells, cells + limits, cells + limits + self.targets
        rows = self.row_site + sites
        low = np.concatenate([np.zeros(cells), np.full(limits, -np.inf), scaled.probability, np.ones(sites)])
        high = np.concatenate([np.full(cells, np.inf), scaled.most, np.full(self.targets, np.inf), np.ones(sites)])
        none = np.zeros(0, dtype=np.int32)
        told(self.highs.addRows(rows, low, high, 0, none, none, np.zeros(0)), "rows")
        # z of every world, then what is missing of every row but the shares of worlds
        world = np.arange(cells)
        index = np.stack([world, self.row_kept + world // self.worlds], axis=1).ravel().astype(np.int32)
        value = np.stack([-scaled.need.ravel(), np.tile(scaled.case.weights, self.targets)], axis=1).ravel()
        starts = np.arange(0, 2 * cells, 2, dtype=np.int32)
        told(self.highs.addCols(cells, np.zeros(cells), np.zeros(cells), np.ones(cells), 2 * cells, starts, index, value), "worlds")
        slack = np.concatenate([world, np.arange(self.row_limit, self.row_kept), np.arange(self.row_site, rows)]).astype(np.int32)
        sign = np.concatenate([np.ones(cells), -np.ones(limits), np.ones(sites)])
        count = len(slack)
        starts, most = np.arange(count, dtype=np.int32), np.full(count, np.inf)
        told(self.highs.addCols(count, np.full(count, self.penalty), np.zeros(count), most, count, starts, slack, sign), "what is missing")
        self.first = cells + count

    def add(self, plans: list[Plan]) -> int:
        """Add those plans that are new; how many were."""
        new = [plan for plan in plans if (plan.site, plan.choices, plan.reach.tobytes()) not in self.known]
        if not new:
            return 0
        index: list[Array] = []
        value: list[Array] = []
        starts, total = [], 0
        for plan in new:
            self.known.add((plan.site, plan.choices, plan.reach.tobytes()))
            column = np.concatenate([plan.reach, plan.use])
            at = np.flatnonzero(column)
            index.append(np.append(at, self.row_site + plan.site))
            value.append(np.append(column[at], 1.0))
            starts.append(total)
            total += len(at) + 1
        told(
            self.highs.addCols(
                len(new), np.array([plan.value for plan in new]), np.zeros(len(new)), np.full(len(new), np.inf), total,
                np.array(starts, dtype=np.int32), np.concatenate(index).astype(np.int32), np.concatenate(value),
            ),
            "plans",
        )  # fmt: skip
        self.plans += new
        return len(new)

    def hold(self, cuts: tuple[Cut, ...], kept: Kept) -> None:
        """Keep to a branch: plans within the cuts, shares of worlds between two ends."""
        held = self._counted_within(kept)
        for place in np.flatnonzero(held) if cuts else ():
            held[place] = self.scaled.held(self.plans[int(place)], cuts)
        most = np.where(held, np.inf, 0.0)
        self.bounded(np.arange(self.first, self.first + len(most)), np.zeros(len(most)), most)
        cells = self.targets * self.worlds
        self.bounded(np.arange(cells), kept.least.ravel(), kept.most.ravel())

    def _counted_within(self, kept: Kept) -> Mask:
        """Which plans leave room for the worlds that are kept in what they count."""
        out = np.ones(len(self.plans), dtype=bool)
        if not kept.least.any():
            return out
        weights = self.scaled.case.weights
        room = self.scaled.mass - kept.least @ weights + 1e-6
        count = np.array([len(plan.choices) for plan in self.plans])
        if count.sum():
            used = np.einsum(
                "ngw,gw->ng", np.concatenate([plan.counted for plan in self.plans if plan.choices]), (1.0 - kept.least) * weights
            )
            passed = np.concatenate([[0], np.cumsum((used > room).any(axis=1))])
            ends = np.cumsum(count)
            out = passed[ends] == passed[ends - count]
        return out

    def bounded(self, columns: Array, low: Array, high: Array) -> None:
        """Other bounds of some columns."""
        if len(columns):
            told(self.highs.changeColsBounds(len(columns), columns.astype(np.int32), low, high), "bounds")

    def penalise(self, penalty: float) -> None:
        """Another price on what is missing."""
        cells = self.targets * self.worlds
        self.penalty = penalty
        index = np.arange(cells, self.first, dtype=np.int32)
        told(self.highs.changeColsCost(len(index), index, np.full(len(index), penalty)), "penalty")

    def solve(self) -> Relaxed:
        """The optimum over the plans so far. Raises RuntimeError where HiGHS finds none, which the penalty keeps from happening."""
        import highspy

        told(self.highs.run(), "the master program")
        status = self.highs.getModelStatus()
        for strategy in () if status == highspy.HighsModelStatus.kOptimal else (_PRIMAL, _DUAL, _PRIMAL):  # rounding: a fresh start
            told(self.highs.setOptionValue("simplex_strategy", strategy), "the simplex")
            if status != highspy.HighsModelStatus.kOptimal:
                told(self.highs.clearSolver(), "a fresh start")
                told(self.highs.run(), "the master program")
                status = self.highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"master program: {self.highs.modelStatusToString(status)}")
        found = self.highs.getSolution()
        column, row = np.array(found.col_value), np.array(found.row_dual)
        cells = self.targets * self.worlds
        prices = Prices(
            np.maximum(row[:cells], 0.0).reshape(self.targets, self.worlds), np.maximum(-row[self.row_limit : self.row_kept], 0.0)
        )
        return Relaxed(
            float(self.highs.getInfo().objective_function_value), column[self.first :], column[:cells].reshape(self.targets, self.worlds),
            prices, float(column[cells : self.first].sum()),
        )  # fmt: skip


def impossible(scaled: Scaled, prices: Prices, kept: Kept, cuts: tuple[Cut, ...], most: float) -> bool:
    """Whether prices of what is missing prove that something is, whatever is built: grown, they bound it above `most` (Farkas 1902)."""
    for times in _GROWN:
        more = Prices(times * prices.target, times * prices.limit)
        bound = bound_of(scaled, more, scaled.best(more, kept, cuts).least, kept)
        size = float((more.target * scaled.need).sum() + more.limit @ np.abs(scaled.most))
        if bound > most + _ROUNDING * size:
            return True
    return False


def ended(highs: Any, what: str) -> bool:
    """Whether a program in whole numbers came to its end, not to a limit. Raises RuntimeError where it came to neither."""
    from highspy import HighsModelStatus as Status

    status = highs.getModelStatus()
    if status in (Status.kOptimal, Status.kInfeasible, Status.kUnboundedOrInfeasible, Status.kObjectiveBound):
        return True
    if status in (Status.kSolutionLimit, Status.kIterationLimit, Status.kTimeLimit):
        return False
    raise RuntimeError(f"{what}: {highs.modelStatusToString(status)}")


def together(scaled: Scaled, plans: list[Plan], kept: Array, *, nodes: int, seconds: float, gap: float, below: float) -> list[Plan] | None:
    """Which of the plans, one of each site, make the best order that keeps these worlds, by HiGHS; None where none is found."""
    import highspy

    cells, worlds = scaled.need.size, scaled.need.shape[1]
    targets, limits, sites, width = len(scaled.need), len(scaled.most), len(scaled.case.sites), scaled.need.size + len(plans)
    highs = solver(mip_rel_gap=gap, mip_max_nodes=nodes, time_limit=seconds, objective_bound=below)
    low = np.concatenate([np.zeros(cells), np.full(limits, -np.inf), scaled.probability, np.ones(sites)])
    high = np.concatenate([np.full(cells, np.inf), scaled.most, np.full(targets, np.inf), np.ones(sites)])
    none = np.zeros(0, dtype=np.int32)
    told(highs.addRows(len(low), low, high, 0, none, none, np.zeros(0)), "rows")
    body = np.zeros((width, len(low)))
    at = np.arange(cells)
    body[at, at] = -scaled.need.ravel()
    body[at, cells + limits + at // max(worlds, 1)] = np.tile(scaled.case.weights, targets)
    for place, plan in enumerate(plans):
        body[cells + place, : cells + limits] = np.concatenate([plan.reach, plan.use])
        body[cells + place, cells + limits + targets + plan.site] = 1.0
    column, row = np.nonzero(body)
    starts = np.searchsorted(column, np.arange(width)).astype(np.int32)
    cost = np.concatenate([np.zeros(cells), [plan.value for plan in plans]])
    floor = np.concatenate([kept.ravel(), np.zeros(len(plans))])
    told(highs.addCols(width, cost, floor, np.ones(width), len(row), starts, row.astype(np.int32), body[column, row]), "columns")
    whole = np.full(width, highspy.HighsVarType.kInteger)
    told(highs.changeColsIntegrality(width, np.arange(width, dtype=np.int32), whole), "whole numbers")
    told(highs.run(), "the program over plans")
    ended(highs, "the program over plans")
    if highs.getInfo().primal_solution_status != 2:
        return None
    share = np.array(highs.getSolution().col_value)[cells:]
    return [plan for plan, one in zip(plans, share, strict=True) if one > 0.5]
