"""An hour program written out as one sparse matrix and given to HiGHS by SciPy: an independent way to the same optimum."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import linprog

from stargauge.plan.hour_program import HourProgram


def written_out(program: HourProgram) -> dict[str, Any]:
    """Costs, rows and bounds; variables in the order flows, levels, spill, sizes, each by hour."""
    hours, flows, stores, sizes = program.hours, len(program.flows), len(program.stores), len(program.columns)
    one, none = sparse.identity(hours, format="csr"), sparse.csr_matrix((hours, hours))
    width = (flows + stores + 1) * hours + sizes

    def row(parts: dict[int, Any], columns: Any = None) -> Any:
        blocks = [parts.get(place, none) for place in range(flows + stores + 1)]
        return sparse.hstack([*blocks, sparse.csr_matrix((hours, sizes)) if columns is None else columns], format="csr")

    gives = np.zeros((hours, sizes))
    for place, column in enumerate(program.columns):
        if column.gives is not None:
            gives[:, place] = column.gives
    equal = [row({**{f: flow.feeds * one for f, flow in enumerate(program.flows)}, flows + stores: -one}, sparse.csr_matrix(gives))]
    aims = [program.load]
    for s, store in enumerate(program.stores):
        before = sparse.diags([1.0, 1.0], [-1, hours - 1], shape=(hours, hours), format="csr")  # as full at the end as at the start
        moved = {f: -flow.stored * one for f, flow in enumerate(program.flows) if flow.store == s}
        equal.append(row({**moved, flows + s: one - store.keep * before}))
        aims.append(np.zeros(hours))
    below, most = [], []
    for f, flow in enumerate(program.flows):
        bound = sparse.csr_matrix((-flow.share, (np.arange(hours), flow.bound)), shape=(hours, sizes))
        below.append(row({f: one}, bound))
        most.append(np.zeros(hours))
    for s, store in enumerate(program.stores):
        bound = sparse.csr_matrix((-np.ones(hours), (np.arange(hours), np.full(hours, store.column))), shape=(hours, sizes))
        below.append(row({flows + s: one}, bound))
        most.append(np.zeros(hours))
    for limit in program.limits:
        line = np.zeros(width)
        line[width - sizes :] = limit.columns
        for f, weight in limit.flows:
            line[f * hours : (f + 1) * hours] += weight
        below.append(sparse.csr_matrix(line))
        most.append(np.array([limit.bound]))
    cost = np.concatenate([*(flow.cost for flow in program.flows), np.zeros((stores + 1) * hours), [c.cost for c in program.columns]])
    bounds = [(0.0, None)] * (width - sizes) + [(0.0, column.most) for column in program.columns]
    return {
        "c": cost, "A_eq": sparse.vstack(equal, format="csr"), "b_eq": np.concatenate(aims), "A_ub": sparse.vstack(below, format="csr"),
        "b_ub": np.concatenate(most), "bounds": bounds,
    }  # fmt: skip


def by_highs(program: HourProgram, method: str = "highs") -> Any:
    """What HiGHS says: `status`, `fun` and `sizes`."""
    found = linprog(**written_out(program), method=method)
    found["sizes"] = found.x[-len(program.columns) :] if found.x is not None else None
    return found
