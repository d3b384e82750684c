"""What a plan is made from, prepared once: the case with its limits, what options take, what is under way, who pays; and the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.asked import Wanted, reading_of, sites_of
from stargauge.plan.build_order.case.carbon import with_carbon_price
from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Choice, Limit, Target
from stargauge.plan.build_order.case.cooling import SiteCooling
from stargauge.plan.build_order.case.days import Days
from stargauge.plan.build_order.case.limits import Bound, asked_rows, least_of, natural_rows
from stargauge.plan.build_order.case.prepare import Aim, BuildAsked, Prepared, prepare
from stargauge.plan.build_order.case.split import Split, check_needs, is_need, need_of, split_of
from stargauge.plan.build_order.case.takes import Begun, Takes, begun_known, begun_of, takes_of
from stargauge.plan.build_order.case.variants import Finder
from stargauge.plan.build_order.funding.funds import Funders, fund_rows, funders_of, within_means
from stargauge.plan.build_order.funding.sums import CAPITAL, LEVEL
from stargauge.plan.build_order.orders.most import Mosts
from stargauge.plan.build_order.solver.solve import solve
from stargauge.plan.build_order.told.figures import fastest
from stargauge.plan.build_order.told.overlay import About, Data, plan_overlay
from stargauge.plan.build_order.told.promise import World, address, by_month
from stargauge.plan.build_order.told.steps import Steps
from stargauge.programme.known import Known
from stargauge.programme.schema import UNSITED, Programme
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]

#: How near to the best a plan is proven to be, and the seconds that a solution may take; less of both for what stands beside it.
GAP, SECONDS = 0.01, 20.0
_BESIDE_GAP, _BESIDE_SECONDS = 0.02, 5.0
#: The seconds for each amount that is tried for the most that can be had, and for each case beside it.
_MOST_SECONDS, _MOST_BESIDE = 1.5, 2.5
#: Months after the day asked for in which work may start.
_LATER = 12


@dataclass(frozen=True)
class Brief:
    """What a plan is made from; `bounds`: limits as asked; `means`: within which parties stay; `beside`: whether to look around."""

    programme: Programme
    now: Known
    asked: Wanted
    bounds: tuple[Bound, ...]
    means: str | None
    worlds: int
    draws: int
    seed: int
    beside: bool
    steps: Steps

    @property
    def sites(self) -> tuple[str, ...]:
        """Named sites that are not given up."""
        return tuple(one.id for one in self.now.sites if one.id != UNSITED and self.now.site_cancelled(one) is None)

    def split(self) -> Split | None:
        """The share of the fleet's time that serves users, where training and serving are asked for."""
        targets = [one for one in self.asked.targets if is_need(one.text)]
        if not targets:
            return None
        needs = [need_of(one.text, one.probability, self.now) for one in targets]
        check_needs(needs)
        return split_of(needs, begun_known(self.programme, self.now), self.asked.chips, draws=self.draws, seed=self.seed)

    def aims(self, split: Split | None) -> tuple[Aim, ...]:
        """What the case is prepared for, by target."""
        every, own = [one.id for one in self.now.sites], iter(split.aims if split else ())
        readings = [(target, reading_of(target, self.now)) for target in self.asked.targets]
        return tuple(
            next(own) if is_need(target.text) else Aim(target, reading.address.name, sites_of(reading, every))
            for target, reading in readings
        )

    def prepared(self, cooling: Sequence[SiteCooling], split: Split | None) -> Prepared:
        """The case of what is asked, without limits. Raises NothingToDecide where nothing is."""
        last = max(target.day for target in self.asked.targets)
        later = [one for one in self.now.months if 0 <= (one - last).days <= 31 * _LATER]
        asked = BuildAsked(
            self.aims(split), self.asked.powers, self.asked.chips, self.asked.further, self.worlds, self.draws, self.seed,
            self.asked.start_from, later[-1] if later else last,
            {one.site: one.id for one in cooling if one.kind == "designed"},
        )  # fmt: skip

        def told(done: int, every: int) -> None:
            self.steps.to(5 + 35 * done // every, say("dates of options: {done} of {every} runs", done=done, every=every))

        return with_carbon_price(prepare(self.programme, self.now, asked, told), self.asked.carbon_price)


@dataclass(frozen=True)
class Ground:
    """What is prepared once, and the program. `rows`: what was found that the means of parties do not allow."""

    of: Brief
    prepared: Prepared
    cooling: tuple[SiteCooling, ...]
    split: Split | None = None
    rows: list[Limit] = field(default_factory=list)

    # --- the case -----------------------------------------------------------------------------------------------------------------

    @cached_property
    def made(self) -> Prepared:
        """What was prepared, its case with limits: those asked for, how things are, and the means of parties."""
        case, bounds = self.prepared.case, self.of.bounds
        rows = [*asked_rows(bounds, case, self.takes, self.begun), *natural_rows(self.of.now, case, self.takes, self.begun, bounds)]
        rows += fund_rows(self.funders, case, self.takes) if self.of.means else []
        return replace(self.prepared, case=replace(case, limits=tuple(rows), least=least_of(bounds, case) or case.least))

    @cached_property
    def takes(self) -> Takes:
        """What options take."""
        return takes_of(self.prepared, self.of.now)

    @cached_property
    def begun(self) -> Begun:
        """What is under way and stays."""
        return begun_of(self.world(()).with_overlay(self.overlay(())), seed=self.of.seed)

    @cached_property
    def funders(self) -> Funders:
        """Who may pay for what."""
        years = [year for year in self.takes.years if year <= self.of.now.months[-1].year]
        return funders_of(self.begun.known, self.prepared.case.sites, years, self.of.means or "committed", seed=self.of.seed)

    @cached_property
    def days(self) -> Days:
        """Makes the case by other days."""
        series = self.idle
        return Days(self.made, self.of.now.months, tuple(series[address(one)] for one in self.of.asked.targets))

    @cached_property
    def idle(self) -> dict[str, Array]:
        """What targets are of, and what is spent, if nothing more is begun: (draw, month) each."""
        idle = self.world(self.of.asked.targets)
        names = [*(address(one) for one in idle.targets), CAPITAL, LEVEL]
        run = idle.run(self.overlay(()), self.prepared.draws, self.prepared.seed, names)
        return {name: by_month(run.series[name]) for name in names}

    def world(self, targets: tuple[Target, ...]) -> World:
        """The programme with these targets."""
        return World(self.of.programme, self.of.now, targets)

    def about(self, targets: tuple[Target, ...]) -> About:
        """What an overlay says of itself."""
        cooled = {one.site: one.id for one in self.cooling if one.kind == "designed"}
        made = self.prepared
        return About(self.of.now, self.of.asked.goal, targets, self.of.seed, made.lots, {one.id: one for one in made.grounds}, cooled)

    def overlay(self, chosen: Sequence[Choice], targets: tuple[Target, ...] = ()) -> Data:
        """An order as a part of a programme file."""
        made = plan_overlay(self.prepared.case, chosen, self.about(targets))
        return made if self.split is None else {**made, "assumptions": self.split.assumption}

    # --- solutions ----------------------------------------------------------------------------------------------------------------

    @cached_property
    def goal(self) -> Array | None:
        """What is kept least in place of the cost: CO2e, or capital times the years for which it is committed before the last start."""
        uses, months = self.prepared.uses, len(self.prepared.case.months)
        if self.of.asked.goal == "emissions":
            return np.asarray(uses.emissions)
        if self.of.asked.goal == "wait":
            return np.asarray(uses.capital.sum(axis=-1) * (months - np.arange(months)) / 12.0)
        return None

    def solve(self, case: BuildCase, goal: Array | None = None, /, *, gap: float = GAP, time_limit: float = SECONDS) -> BuildOrder:
        """The best order of a case that parties can pay, where they are to stay within their means."""
        if self.of.means is None:
            return solve(case, goal, gap=gap, time_limit=time_limit)

        def found(asked: BuildCase) -> BuildOrder:
            return solve(asked, goal, gap=gap, time_limit=time_limit)

        limits = len(case.limits)
        known = [one for one in self.rows if one.use.shape == case.cost.shape]
        made, order = within_means(replace(case, limits=(*case.limits, *known)), self.funders, self.takes, found)
        self.rows.extend(made.limits[limits + len(known) :])
        return order

    @property
    def find(self) -> Finder:
        """How cases beside the plan are solved."""
        unit = {"emissions": "g", "wait": "USD*yr"}.get(self.of.asked.goal, "USD")
        seconds = _MOST_BESIDE if self.of.asked.goal == "capacity" else _BESIDE_SECONDS
        return Finder(self.solve, _BESIDE_GAP, seconds, self.goal, unit)

    @cached_property
    def mosts(self) -> Mosts:
        """The most of a target that can be had: one number for a conflict, for insisting and for the goal `capacity`."""
        hands = (self.made.as_filed, fastest(self.made), ())
        return Mosts(replace(self.find, goal=None, time_limit=_MOST_SECONDS), tuple(dict.fromkeys(hands)))

    def wider(self, wanted: Wanted) -> Ground:
        """The ground with nothing left out of what may be chosen."""
        of = replace(self.of, asked=wanted)
        split = of.split()
        return Ground(of, of.prepared(self.cooling, split), self.cooling, split)
