"""What there is to decide: buildings, their options month by month, the worlds in which they run in time, and what limits the whole.

    min   sum over options o of cost_o x_o
    with  one option at most per building, one power of all of a site, buildings of a site in their order             (1)
          fixed_gw + sum_o gain_gow x_o there_gow >= amount_g z_gw   for every target g and world w                     (2)
          sum_w weight_w z_gw >= probability_g                                                                         (3)
          sum_o use_lo x_o <= most_l   for every limit l                                                               (4)
          x, z in {0, 1};  a site runs `least` of its power or nothing new                                             (5)

A world is a group of draws that are alike, as large as any other: `there` is the share of them in which an option runs in time, so (2) asks
for the expected amount in the group. A draw by itself is a chance that a plan could be made for; what a group has in common is none.

One power of a site is `file`: it is left as the file has it. Its phases then come as they do in the run of the file, and can only be given
up from the last one on, as those of any site; `there` of such an option is what it adds by the day over what it adds where it runs. It has
one month of start and one accelerator, which stand for those of the file.

A two-stage program with a chance constraint over sampled worlds (Luedtke, Ahmed and Nemhauser 2010, Mathematical Programming 122): what is
started is decided before the world is known, what runs in time follows in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Building(NamedTuple):
    """One that is decided: a phase on which work has not begun, or a further one like the last of its site.

    `site`: place of its site in `BuildCase.sites`; `it_power`, `facility_power`: W at the median.
    """

    id: str
    site: int
    it_power: float
    facility_power: float
    further: bool = False


class Target(NamedTuple):
    """What has to be there, in the words of the claim language, and with which probability (of all targets each by itself).

    `unit`: of `amount`; `day`: the month end by which.
    """

    text: str
    amount: float
    unit: str
    day: date
    probability: float


class Limit(NamedTuple):
    """At most `most` (in `unit`) of what is used over all that is built. `use`: (building, power, chip, start).

    `kind`: money, party, emissions, water, land, grid, gas, pool, crew or chips: what it is told and explained as. `name`: which of them,
    such as a year or a party. `asked`: somebody asked for it; otherwise it is how things are. `source`: of its figure. `begun`: what is
    under way takes beside, and `whole`: at most with that, where `most` is what it leaves.
    """

    name: str
    kind: str
    most: float
    unit: str
    use: Array
    asked: bool = True
    source: str = ""
    begun: float = 0.0
    whole: float | None = None

    @property
    def stated(self) -> float:
        """At most, with what is under way where that counts: as somebody asked for it or the file has it."""
        return self.most if self.whole is None else self.whole


@dataclass(frozen=True)
class BuildCase:
    """The whole case, as arrays; buildings stand by site, those of a site in the order in which they are built.

    `powers`, `chips`: ids of what may be chosen; `months`: month ends in which work may start. `allowed`: (building, power, chip, start)
    options there are. `cost`: the same, USD of the price year, present value. `gains`: (target, building, chip, world), what a building
    adds to a target where it runs in time. `there`: (target, building, power, chip, start, world), in which share of the draws that a
    world stands for it does, nought to one. `fixed`: (target, world), what runs by the target's day whatever is decided.
    `weights`: of the worlds, their sum is one. `least`: W of IT power that a site gets at least if anything new is built there. `spacing`:
    months between two starts of work at a site, at least.
    """

    sites: tuple[str, ...]
    buildings: tuple[Building, ...]
    powers: tuple[str, ...]
    chips: tuple[str, ...]
    months: tuple[date, ...]
    allowed: Mask
    cost: Array
    gains: Array
    there: Array
    fixed: Array
    weights: Array
    targets: tuple[Target, ...]
    limits: tuple[Limit, ...] = ()
    least: tuple[float, ...] = ()
    spacing: tuple[int, ...] = ()

    @cached_property
    def by_site(self) -> tuple[tuple[int, ...], ...]:
        """Places of the buildings of each site, in their order."""
        return tuple(tuple(at for at, one in enumerate(self.buildings) if one.site == site) for site in range(len(self.sites)))


class Choice(NamedTuple):
    """What is decided for a building that is built: places of its power, chip and month of start."""

    building: int
    power: int
    chip: int
    start: int


@dataclass(frozen=True)
class BuildOrder:
    """A solution: what is chosen, its value, a proven bound on the best one, and how it was found (counts, no times).

    `kept`: (target, world), the worlds in which each target is kept.
    """

    chosen: tuple[Choice, ...]
    value: float
    bound: float
    kept: Mask
    steps: tuple[tuple[str, float], ...] = ()

    @property
    def gap(self) -> float:
        """How far it may be from the best, as a share of its value; nought for nothing to pay."""
        return 0.0 if self.value == self.bound else (self.value - self.bound) / max(abs(self.value), 1e-12)


def value_of(case: BuildCase, chosen: tuple[Choice, ...], goal: Array | None = None) -> float:
    """Sum of costs, or of another goal (building, power, chip, start), over what is chosen."""
    goal = case.cost if goal is None else goal
    return float(sum(goal[one] for one in chosen))


def reached(case: BuildCase, chosen: tuple[Choice, ...]) -> Array:
    """What there is of each target in each world: (target, world)."""
    out = case.fixed.copy()
    for one in chosen:
        out += case.gains[:, one.building, one.chip] * case.there[:, one.building, one.power, one.chip, one.start]
    return out


def kept_in(case: BuildCase, chosen: tuple[Choice, ...]) -> Mask:
    """In which worlds each target is kept: (target, world)."""
    amount = np.array([target.amount for target in case.targets])
    return np.asarray(reached(case, chosen) >= amount[:, None] * (1.0 - 1e-9))


def faults_of(case: BuildCase, chosen: tuple[Choice, ...]) -> list[str]:
    """What of the case a choice breaks, in words; empty where it is a solution. Written to check solvers, and as plain as it can be."""
    made = {one.building: one for one in chosen}
    out = [f"{case.buildings[one.building].id}: not an option" for one in chosen if not case.allowed[one]]
    if len(made) < len(chosen):
        out.append("a building is built twice")
    for site, places in enumerate(case.by_site):
        built = [made[at] for at in places if at in made]
        name, gap = case.sites[site], case.spacing[site] if case.spacing else 0
        if len({one.power for one in built}) > 1:
            out.append(f"{name}: more than one power")
        if [one.building for one in built] != list(places[: len(built)]):
            out.append(f"{name}: a building before the one before it")
        out += [f"{name}: starts too near" for one, after in pairwise(built) if after.start < one.start + gap]
        power = sum(case.buildings[one.building].it_power for one in built)
        if built and case.least and power < case.least[site] * (1.0 - 1e-9):
            out.append(f"{name}: less than its least")
    for target, kept in zip(case.targets, kept_in(case, chosen), strict=True):
        if float(case.weights[kept].sum()) < target.probability - 1e-9:
            out.append(f"target {target.text}: kept in too few worlds")
    for limit in case.limits:
        if float(sum(limit.use[one] for one in chosen)) > limit.most + 1e-6 * max(abs(limit.most), 1.0):
            out.append(f"limit {limit.kind} {limit.name}: passed")
    return out
