"""The whole of a plan: what is asked made a case, solved and put to the test; a later day or less of it where only that can be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.answer import WITHIN, ProgrammePlan
from stargauge.plan.build_order.asked import Wanted, reading_of, sites_of
from stargauge.plan.build_order.case import BuildCase, Choice, Target
from stargauge.plan.build_order.choices import buildings_of
from stargauge.plan.build_order.cooling import SiteCooling, cooling_of
from stargauge.plan.build_order.days import Days
from stargauge.plan.build_order.division import divide
from stargauge.plan.build_order.figures import assumptions, building_costs, cost_data, fastest, method_data, site_data
from stargauge.plan.build_order.funds import Funders, fund_rows, funders_of
from stargauge.plan.build_order.limits import Bound, asked_rows, least_of, natural_rows
from stargauge.plan.build_order.looks import Looks
from stargauge.plan.build_order.overlay import About, Data, plan_overlay
from stargauge.plan.build_order.prepare import Aim, BuildAsked, Prepared, prepare
from stargauge.plan.build_order.promise import (
    FRESH,
    SELECTION,
    Promise,
    Simulated,
    World,
    Worlds,
    address,
    at_day,
    by_month,
    promised,
    short_of,
)
from stargauge.plan.build_order.relief import most_amount
from stargauge.plan.build_order.silence import hush_solver
from stargauge.plan.build_order.solve import NoOrder, solve
from stargauge.plan.build_order.takes import Begun, Takes, begun_of, takes_of
from stargauge.plan.build_order.variants import Finder, with_target
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import UNSITED, Programme
from stargauge.quantity.dates import month_end
from stargauge.quantity.units import scale_of

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]
Told = Callable[[str], None]

#: How near to the best a plan is proven to be, and the seconds that a solution may take; of what stands beside it, less of both.
GAP, SECONDS = 0.01, 30.0
BESIDE_GAP, BESIDE_SECONDS = 0.02, 5.0
#: How often an amount or a day is looked for again after what a run has shown, and months after the day asked for in which work may start.
_TRIES, _LATER = 3, 12
#: With up to so many options cases near a plan are solved anew; with more the plan is changed bit by bit, and what that saves is a least.
_FEW = 5_000


class Steps:
    """Progress: in hundredths for a page, in words for a terminal."""

    def __init__(self, progress: Progress | None = None, told: Told | None = None) -> None:
        self.progress, self.told, self.done = progress, told, 0

    def to(self, done: int, text: str = "") -> None:
        """So many hundredths are done, and this is next; never backwards."""
        self.done = max(self.done, done)
        if self.progress is not None:
            self.progress(self.done, 100)
        self.say(text)

    def say(self, text: str) -> None:
        """What is being done."""
        if self.told is not None:
            self.told(text)


@dataclass(frozen=True)
class Planning:
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

    def answer(self) -> ProgrammePlan:
        """The plan, or that there is none and why."""
        hush_solver()
        world = World(self.programme, self.now, self.asked.targets)
        self.steps.to(1, "the programme as it stands")
        if not self.asked.further and not buildings_of(self.now, {}):
            return self.made(world)
        self.steps.to(3, "cooling of each site")
        cooling = cooling_of(self.programme, self.now, self._sites, self.bounds)
        ground = _Ground(self, self._prepared(cooling), cooling)
        self.steps.to(45, "first solution")
        return ground.answer(world)

    def made(self, world: World, **parts: Any) -> ProgrammePlan:
        """The answer with what is known of it."""
        self.steps.to(95, "the programme as it stands, on fresh draws")
        stated = world.run(None, FRESH, self.seed + 2)
        about = About(self.now, self.asked.goal, world.targets, self.seed)
        self.steps.to(100)
        return ProgrammePlan(
            self.programme.name, asked_as(self.programme), self.now, self.asked, world.targets, self.draws, self.seed, self.worlds, stated,
            world.address, **{"about": about, **parts},
        )  # fmt: skip

    @property
    def _sites(self) -> tuple[str, ...]:
        """Named sites that are not given up."""
        return tuple(one.id for one in self.now.sites if one.id != UNSITED and self.now.site_cancelled(one) is None)

    def _prepared(self, cooling: Sequence[SiteCooling]) -> Prepared:
        readings = [(target, reading_of(target, self.now)) for target in self.asked.targets]
        every = [one.id for one in self.now.sites]
        last = max(target.day for target in self.asked.targets)
        later = [one for one in self.now.months if 0 <= (one - last).days <= 31 * _LATER]
        asked = BuildAsked(
            tuple(Aim(target, reading.address.name, sites_of(reading, every)) for target, reading in readings), self.asked.powers,
            self.asked.chips, self.asked.further, self.worlds, self.draws, self.seed, self.asked.start_from, later[-1] if later else last,
            {one.site: one.id for one in cooling if one.kind == "designed"},
        )  # fmt: skip

        def told(done: int, every: int) -> None:
            self.steps.to(5 + 35 * done // every, f"dates of options: {done} of {every} runs")

        return prepare(self.programme, self.now, asked, told)


@dataclass(frozen=True)
class _Ground:
    """What is prepared once, and the search on it."""

    of: Planning
    prepared: Prepared
    cooling: tuple[SiteCooling, ...]

    def answer(self, world: World) -> ProgrammePlan:
        """By the goal and the day that can be had; else what is in conflict."""
        notes = list[str]()
        try:
            world, made = self._most(world) if self.of.asked.goal == "capacity" else (world, self._promised(self.case, world))
        except NoOrder:
            made = None
        conflict = None
        if made is None or (made.failed is not None and short_of(made, world.targets) > WITHIN):
            conflict = self._looks(*(made.failed if made and made.failed else (self.case, None))).conflict()
            if self.of.asked.announced:
                world, made, note = self._sooner_or_later(world)
                notes.append(note)
            else:
                notes += [_best(made, world)] if made else []
                made = None
        elif not made.kept:
            notes.append(_best(made, world))
        return self._told(world, made, conflict, notes)

    # --- the case -----------------------------------------------------------------------------------------------------------------

    @cached_property
    def case(self) -> BuildCase:
        """The case with its limits: those asked for, how things are, and the means of parties."""
        case, bounds = self.prepared.case, self.of.bounds
        rows = [*asked_rows(bounds, case, self.takes, self.begun), *natural_rows(self.of.now, case, self.takes, self.begun, bounds)]
        rows += fund_rows(self.funders, case, self.takes) if self.of.means else []
        return replace(case, limits=tuple(rows), least=least_of(bounds, case) or case.least)

    @cached_property
    def takes(self) -> Takes:
        """What options take."""
        return takes_of(self.prepared, self.of.now)

    @cached_property
    def begun(self) -> Begun:
        """What is under way and stays."""
        return begun_of(self._world(()).with_overlay(self._overlay(self.prepared.case, ())), seed=self.of.seed)

    @cached_property
    def funders(self) -> Funders:
        """Who may pay for what."""
        years = [year for year in self.takes.years if year <= self.of.now.months[-1].year]
        return funders_of(self.begun.known, self.prepared.case.sites, years, self.of.means or "financeable", seed=self.of.seed)

    @cached_property
    def days(self) -> Days:
        """Makes the case by other days."""
        idle = self._world(self.of.asked.targets)
        run = idle.run(
            self._overlay(self.prepared.case, ()), self.prepared.draws, self.prepared.seed, [address(one) for one in idle.targets]
        )
        return Days(self.prepared, self.of.now.months, tuple(by_month(run.series[address(one)]) for one in idle.targets))

    def _world(self, targets: tuple[Target, ...]) -> World:
        return World(self.of.programme, self.of.now, targets)

    def _about(self, targets: tuple[Target, ...]) -> About:
        cooled = {one.site: one.id for one in self.cooling if one.kind == "designed"}
        made = self.prepared
        return About(self.of.now, self.of.asked.goal, targets, self.of.seed, made.lots, {one.id: one for one in made.grounds}, cooled)

    def _overlay(self, case: BuildCase, chosen: Sequence[Choice], targets: tuple[Target, ...] = ()) -> Data:
        return plan_overlay(case, chosen, self._about(targets))

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

    def _promised(self, case: BuildCase, world: World) -> Promise:
        made, of = self.prepared, self.of
        worlds = Worlds(made.draws, made.seed, made.chosen, made.operation)
        return promised(
            case, worlds, world, lambda asked: solve(asked, self.goal, gap=GAP, time_limit=SECONDS),
            lambda held, order: self._overlay(held, order.chosen, world.targets),
            seed=of.seed + 1, first=fastest(made), told=lambda text: of.steps.to(min(of.steps.done + 5, 70), text),
        )  # fmt: skip

    def _most(self, world: World) -> tuple[World, Promise]:
        """The largest amount of the first target that a plan keeps, measured: what a run shows takes the place of what the case says."""
        amount, order = most_amount(self.case, 0, self.find)
        if order is None:
            raise NoOrder("not even nothing keeps all that is asked")
        best: tuple[World, Promise] | None = None
        for _ in range(_TRIES):
            case = _of_amount(self.case, amount)
            asked = self._world(case.targets)
            made = self._promised(case, asked)
            if best is None or made.kept:
                best = asked, made
            if made.kept:
                break
            values = at_day(made.selected.series[asked.address], self.of.now.months, case.targets[0].day)
            amount = min(amount * 0.999, float(np.quantile(values, 1.0 - case.targets[0].probability, method="lower")))
        assert best is not None
        return best

    def _sooner_or_later(self, world: World) -> tuple[World, Promise | None, str]:
        """The plan by the earliest month by which what was announced can be had, as the fastest build shows it; none where it never can."""
        target = self.case.targets[0]
        fast = world.run(self._overlay(self.prepared.case, fastest(self.prepared)), SELECTION, self.of.seed + 1)
        when = self._first_month(fast, world, target)
        if when is None:
            return world, None, f"Not even everything at once keeps it by {self.of.now.months[-1]}, the end of the clock."
        best: tuple[World, Promise] | None = None
        for _ in range(_TRIES):
            case = self.days.at(self.case, 0, when)
            later = self._world(case.targets)
            try:
                made = self._promised(case, later)
            except NoOrder:
                made = None
            if made is not None and (best is None or made.kept or short_of(made, later.targets) < short_of(best[1], best[0].targets)):
                best = later, made
            if made is not None and made.kept:
                break
            when = min(month_end(when + timedelta(days=45)), self.of.now.months[-1])
        if best is None:
            return world, None, f"No plan keeps it by {self.of.now.months[-1]}, the end of the clock."
        return (
            *best,
            f"What was announced cannot be had by {target.day} with {100.0 * target.probability:.3g} %: planned for {when} instead.",
        )

    def _first_month(self, run: Simulated, world: World, target: Target) -> date | None:
        odds = (by_month(run.series[world.address]) >= target.amount * (1.0 - 1e-9)).mean(axis=0)
        kept = np.flatnonzero(odds >= target.probability)
        return self.of.now.months[int(kept[0])] if len(kept) else None

    # --- the answer ---------------------------------------------------------------------------------------------------------------

    @property
    def find(self) -> Finder:
        """How cases beside the plan are solved."""
        unit = {"emissions": "g", "wait": ""}.get(self.of.asked.goal, "USD")
        return Finder(solve, BESIDE_GAP, BESIDE_SECONDS, self.goal, int(self.prepared.case.allowed.sum()) <= _FEW, unit)

    def _looks(self, case: BuildCase, floors: Array | None, offset: float = 0.0) -> Looks:
        days = replace(self.days, floors=floors)
        return Looks(self.of.now, self.prepared, case, days, self.find, self.of.steps.say, offset)

    def _told(self, world: World, made: Promise | None, conflict: Data | None, notes: Sequence[str]) -> ProgrammePlan:
        parts: Data = {"conflict": conflict, "assumptions": assumptions(self.prepared)}
        if made is None:
            return self.of.made(world, case=self.prepared.case, parts=parts, notes=tuple(notes))
        self.of.steps.to(70, "what stands beside the plan")
        parts |= {"cost": cost_data(self.prepared, made.order, self.of.now), "method": method_data(made.case, made.order, made.rounds)}
        parts |= self._looks(made.case, made.floors, made.offsets[0]).beside(made.order) if self.of.beside else {}
        division = divide(self.funders, made.case, self.takes, made.order.chosen, limited=self.of.means is not None)
        source = next(iter(made.overlay["sources"]))
        overlay = {**made.overlay, "parties": division.commitments(self.of.now, source)}
        parts["money"] = division.to_dict()
        self.of.steps.to(90, "draws that the plan has not seen")
        fresh = world.run(overlay, FRESH, self.of.seed + 2)
        return self.of.made(
            world, case=made.case, promise=replace(made, overlay=overlay), fresh=fresh, about=self._about(world.targets),
            sites=site_data(self.prepared, made.order, self.cooling), costs=building_costs(made.case, made.order.chosen), parts=parts,
            notes=tuple(notes),
        )  # fmt: skip


def _best(made: Promise, world: World) -> str:
    odds = ", ".join(f"{100.0 * one:.0f} %" for one in made.selected.probabilities)
    asked = ", ".join(f"{100.0 * one.probability:.4g} %" for one in world.targets)
    return f"The best plan that was found keeps it with {odds} in the ordinary run, where {asked} is asked."


def _of_amount(case: BuildCase, amount: float) -> BuildCase:
    """The case with another amount of its first target, in round figures, in its text too."""
    target = case.targets[0]
    scale, name = scale_of(amount, target.unit)
    shown = f"{np.floor(1000.0 * amount / scale) / 1000.0:.10g}"
    what = target.text.partition(" >=")[0]
    text = f"{what} >= {shown} {name}".rstrip() + f" by {target.day}"
    return with_target(case, 0, amount=float(shown) * scale, text=text)
