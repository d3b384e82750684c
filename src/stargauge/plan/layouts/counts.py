"""The same job on fewer accelerators: which numbers make sense, the search on each, and the front of time, memory left and accelerators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from math import gcd
from typing import NamedTuple

import numpy as np

from stargauge.plan.layouts.front import Scored, beaten, front, nothing
from stargauge.plan.layouts.search import Costs, Found, searched
from stargauge.plan.layouts.space import UNEVEN, Case, divisors
from stargauge.quantity.compute.layout import Array

#: Layouts to look at for all numbers together, about, and numbers between one and its half at most.
WORK, MOST_BETWEEN = 9_000_000, 4
#: Cases with accelerators left idle that are tried, and the least share of them that is used; numbers above that are tried.
_SPARED, _USED, _ABOVE, _NODES, _NODE = 8, 0.8, 32, 8, 8
#: Halvings that the work is spread over, and after how many without a layout that fits the search goes no further down.
_HALVINGS, _EMPTY = 6, 2


class Points(NamedTuple):
    """Layouts with the accelerators that they take."""

    scored: Scored
    accelerators: Array


def node_of(case: Case) -> int:
    """Accelerators that are taken together: eight, or as many as divide a domain and eight (an assumption: hosts hold four or eight)."""
    return gcd(_NODE, case.machine.chip.domain)


def numbers(case: Case) -> list[int]:
    """The numbers of accelerators below those asked that a layout can use whole, the largest first.

    Divisors of those asked, and products of tensor, stages of near equal length and a divisor of the batch; whole nodes where those asked
    are whole nodes, and parts of one that divide it.
    """
    domain, node, layers = case.machine.chip.domain, node_of(case), case.model.layers
    heads = divisors(case.model.heads)
    stages = [p for p in range(1, layers + 1) if p * -(-layers // p) <= UNEVEN * layers]
    made = {int(t) * p * int(d) for t, p, d in product(heads[heads <= domain], stages, divisors(case.job.batch))}
    made |= {int(one) for one in divisors(case.accelerators)}
    if case.accelerators % node == 0:
        made = {one for one in made if one % node == 0 or node % one == 0}
    return sorted((one for one in made if one < case.accelerators), reverse=True)


def tried(case: Case, many: int) -> list[int]:
    """Numbers that are searched, the largest first: the nearest below each even step in logarithms, so many from a number to its half."""
    there, made = np.array(numbers(case)), list[int]()
    for step in range(1, many * case.accelerators.bit_length() + 1):
        below = there[there <= case.accelerators * 2.0 ** (-step / many) * (1.0 + 1e-9)]
        if len(below) and int(below[0]) not in made:
            made.append(int(below[0]))
    return made


def spared(case: Case, left: int) -> list[Case]:
    """Cases with a few accelerators left idle, at most a fifth: those with more divisors in common with the batch than those asked.

    `left`: layouts that the search on all of them looks at; the more they are the fewer cases are tried.
    """

    def ways(number: int) -> int:
        return len(divisors(gcd(number, case.job.batch)))

    near = [one for one in numbers(case) if one >= _USED * case.accelerators and ways(one) > ways(case.accelerators)]
    best = sorted(near, key=lambda one: (-ways(one), -one))[: int(np.clip(WORK // _HALVINGS // max(left, 1), 1, _SPARED))]
    return [replace(case, accelerators=one) for one in best]


def above(case: Case) -> list[int]:
    """Numbers above those asked, rising, up to twice of them or eight nodes: whole nodes, or parts of one that divide it."""
    node = node_of(case)
    most = max(2 * case.accelerators, _NODES * node)
    whole = [one for one in range(case.accelerators + 1, most + 1) if one % node == 0 or node % one == 0]
    return whole[:_ABOVE]


def between(left: int) -> int:
    """Numbers from one to its half that are searched, where a search looks at so many layouts."""
    return int(np.clip(WORK // (max(left, 1) * _HALVINGS), 1, MOST_BETWEEN))


def fewer(case: Case, costs: Costs, capacity: float, given: Mapping[str, int], many: int = 1) -> list[tuple[int, Found]]:
    """Searches on fewer accelerators, those on which something fits; over when nothing fitted from a number to its quarter."""
    made, last = list[tuple[int, Found]](), case.accelerators
    for number in tried(case, many):
        if number < last >> _EMPTY:
            break
        found = searched(replace(case, accelerators=number, given=given), costs, capacity, without=False)
        if found.any:
            made.append((number, found))
            last = number
    return made


def points(fronts: Mapping[int, Scored]) -> Points:
    """The front of time, memory left and accelerators: of the fronts on each number, what no layout beats in all three.

    One is beaten where another takes no more accelerators and no more time and leaves no less memory, and is better in one of them. In
    order of accelerators, the most first, then of time.
    """
    lower, kept = nothing(), list[tuple[int, Scored]]()
    for number in sorted(fronts):
        here = fronts[number]
        here = here.take(~beaten(here, lower))
        lower = front(lower.with_more(here))
        kept.append((number, here))
    made = nothing()
    for _, here in reversed(kept):
        made = made.with_more(here)
    accelerators = [np.full(len(here.seconds), float(number)) for number, here in reversed(kept)]
    return Points(made, np.concatenate([np.zeros(0), *accelerators]))
