"""The whole of a plan: what is asked made a case, solved and put to the test; a later day or less of it where only that can be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.answer import WITHIN, ProgrammePlan
from stargauge.plan.build_order.asked import Wanted, announced_text, reading_of, sites_of
from stargauge.plan.build_order.carbon import with_carbon_price
from stargauge.plan.build_order.case import BuildCase, BuildOrder, Choice, Limit, Target
from stargauge.plan.build_order.choices import buildings_of
from stargauge.plan.build_order.conflict import NoConflict, unproven
from stargauge.plan.build_order.cooling import SiteCooling, cooling_of
from stargauge.plan.build_order.days import Days
from stargauge.plan.build_order.decisions import NothingToDecide, why_nothing
from stargauge.plan.build_order.division import divide
from stargauge.plan.build_order.figures import assumptions, building_costs, cost_data, fastest, method_data, site_data
from stargauge.plan.build_order.funds import Funders, fund_rows, funders_of, within_means
from stargauge.plan.build_order.impossible import conflict_in, translated, widened
from stargauge.plan.build_order.limits import Bound, asked_rows, least_of, natural_rows, nothing_within, shared_pools
from stargauge.plan.build_order.looks import Looks
from stargauge.plan.build_order.most import Most, Mosts
from stargauge.plan.build_order.neighbours import shared_basis
from stargauge.plan.build_order.overlay import About, Data, plan_overlay
from stargauge.plan.build_order.prepare import Aim, BuildAsked, Prepared, prepare
from stargauge.plan.build_order.promise import (
    FRESH,
    MOST,
    ROUNDS,
    SELECTION,
    Promise,
    Simulated,
    World,
    above,
    address,
    at_day,
    broken,
    by_month,
    kept_with,
    promised,
    short_of,
)
from stargauge.plan.build_order.reckoning import Reckoning, reckoned_beside
from stargauge.plan.build_order.said import DATE, SHARE, Said
from stargauge.plan.build_order.solve import NoOrder, solve
from stargauge.plan.build_order.sought import Chosen, odds_in
from stargauge.plan.build_order.split import Split, check_needs, is_need, need_of, split_of
from stargauge.plan.build_order.sums import CAPITAL, LEVEL, Spending
from stargauge.plan.build_order.takes import Begun, Takes, begun_known, begun_of, takes_of
from stargauge.plan.build_order.variants import Finder, with_target
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import UNSITED, Programme
from stargauge.quantity.dates import month_end
from stargauge.quantity.errors import InputError
from stargauge.quantity.units import scale_of

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]
Told = Callable[[str], None]
Made = tuple[World, Promise]
Way = Callable[[Prepared, World], Made]

#: How near to the best a plan is proven to be, and the seconds that a solution may take; less of both
#: for a round and for what stands beside it.
GAP, SECONDS = 0.01, 20.0
ROUGH, ROUGH_SECONDS = 0.03, 4.0
BESIDE_GAP, BESIDE_SECONDS = 0.02, 5.0
#: How often an amount or a day is looked for again after what a run has shown, and months after the day asked for in which work may start.
_TRIES, _LATER = 3, 12
#: The seconds for each amount that is tried for the most that can be had, for the bound on its cost and for each case beside it.
_MOST_SECONDS, _BOUND_SECONDS, _MOST_BESIDE = 1.5, 6.0, 2.5
#: By how much more is asked where a plan shows less when it is run.
_STRICTER = 0.01


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
        world = World(self.programme, self.now, self.asked.targets)
        self.steps.to(1, "the programme as it stands")
        if not self.asked.further and not buildings_of(self.now, {}):
            return self.made(world)
        self.steps.to(3, "cooling of each site")
        cooling = cooling_of(self.programme, self.now, self._sites, self.bounds)
        split = self._split()
        try:
            ground = _Ground(self, self._prepared(cooling, split), cooling, split)
        except NothingToDecide:
            return self.made(world, notes=(why_nothing(self.now),))
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

    def _split(self) -> Split | None:
        """The share of the fleet's time that serves users, where training and serving are asked for."""
        targets = [one for one in self.asked.targets if is_need(one.text)]
        if not targets:
            return None
        needs = [need_of(one.text, one.probability, self.now) for one in targets]
        check_needs(needs)
        return split_of(needs, begun_known(self.programme, self.now), self.asked.chips, draws=self.draws, seed=self.seed)

    def _aims(self, split: Split | None) -> tuple[Aim, ...]:
        """What the case is prepared for, by target."""
        every, own = [one.id for one in self.now.sites], iter(split.aims if split else ())
        readings = [(target, reading_of(target, self.now)) for target in self.asked.targets]
        return tuple(
            next(own) if is_need(target.text) else Aim(target, reading.address.name, sites_of(reading, every))
            for target, reading in readings
        )

    def _prepared(self, cooling: Sequence[SiteCooling], split: Split | None) -> Prepared:
        last = max(target.day for target in self.asked.targets)
        later = [one for one in self.now.months if 0 <= (one - last).days <= 31 * _LATER]
        asked = BuildAsked(
            self._aims(split), self.asked.powers, self.asked.chips, self.asked.further, self.worlds, self.draws, self.seed,
            self.asked.start_from, later[-1] if later else last,
            {one.site: one.id for one in cooling if one.kind == "designed"},
        )  # fmt: skip

        def told(done: int, every: int) -> None:
            self.steps.to(5 + 35 * done // every, f"dates of options: {done} of {every} runs")

        return with_carbon_price(prepare(self.programme, self.now, asked, told), self.asked.carbon_price)


@dataclass(frozen=True)
class _Ground:
    """What is prepared once, and the search on it. `rows`: what was found that the means of parties do not allow."""

    of: Planning
    prepared: Prepared
    cooling: tuple[SiteCooling, ...]
    split: Split | None = None
    rows: list[Limit] = field(default_factory=list)

    def answer(self, world: World) -> ProgrammePlan:
        """By the goal and the day that can be had; else what is in conflict."""
        notes: list[Said | str] = [*self.prepared.notes]
        if self.of.asked.announced:
            notes.insert(0, announced_text(self.of.asked.targets[0]))
        conflict: Data | None = None
        made = self._tried(self._most if self.of.asked.goal == "capacity" else self._promised, self.made, world)
        if made is None and self.of.asked.goal == "capacity":
            raise InputError(nothing_within(self.made.case))
        if made is None or _short(made) > WITHIN:
            self.of.steps.say("what is in conflict")
            conflict, made = self._conflict(world, made)
            if conflict is None:
                assert made is not None  # an order that the search for a conflict came upon
            elif self.of.asked.announced:
                made, note = self._sooner_or_later(world, made)
                notes.append(note)
            elif made:
                notes.append(_best(made[1], made[0]))
                made = None
        if conflict is None and made is not None and not made[1].kept:
            notes.append(_best(made[1], made[0]))
        return self._told(made[0] if made else world, made[1] if made else None, conflict, notes)

    @staticmethod
    def _tried(way: Way, made: Prepared, world: World) -> Made | None:
        try:
            return way(made, world)
        except NoOrder:
            return None

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
        return begun_of(self._world(()).with_overlay(self._overlay(())), seed=self.of.seed)

    @cached_property
    def funders(self) -> Funders:
        """Who may pay for what."""
        years = [year for year in self.takes.years if year <= self.of.now.months[-1].year]
        return funders_of(self.begun.known, self.prepared.case.sites, years, self.of.means or "committed", seed=self.of.seed)

    @cached_property
    def days(self) -> Days:
        """Makes the case by other days."""
        series = self._idle
        return Days(self.made, self.of.now.months, tuple(series[address(one)] for one in self.of.asked.targets))

    @cached_property
    def _idle(self) -> dict[str, Array]:
        """What targets are of, and what is spent, if nothing more is begun: (draw, month) each."""
        idle = self._world(self.of.asked.targets)
        names = [*(address(one) for one in idle.targets), CAPITAL, LEVEL]
        run = idle.run(self._overlay(()), self.prepared.draws, self.prepared.seed, names)
        return {name: by_month(run.series[name]) for name in names}

    def _world(self, targets: tuple[Target, ...]) -> World:
        return World(self.of.programme, self.of.now, targets)

    def _about(self, targets: tuple[Target, ...]) -> About:
        cooled = {one.site: one.id for one in self.cooling if one.kind == "designed"}
        made = self.prepared
        return About(self.of.now, self.of.asked.goal, targets, self.of.seed, made.lots, {one.id: one for one in made.grounds}, cooled)

    def _overlay(self, chosen: Sequence[Choice], targets: tuple[Target, ...] = ()) -> Data:
        made = plan_overlay(self.prepared.case, chosen, self._about(targets))
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

    def _solve(self, case: BuildCase, goal: Array | None = None, /, *, gap: float = GAP, time_limit: float = SECONDS) -> BuildOrder:
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

    def _promised(self, made: Prepared, world: World, *known: tuple[Choice, ...], rounds: int = ROUNDS) -> Made:
        def one(case: BuildCase, last: bool) -> BuildOrder:
            return self._solve(case, self.goal, gap=GAP if last else ROUGH, time_limit=SECONDS if last else ROUGH_SECONDS)

        hands = dict.fromkeys(filter(None, (made.as_filed, fastest(made), *known)))
        found = promised(
            made, world, one, lambda chosen: self._overlay(chosen, world.targets), seed=self.of.seed + 1, goal=self.goal, hands=hands,
            told=lambda text: self.of.steps.to(min(self.of.steps.done + 2, 70), text), rounds=rounds,
        )  # fmt: skip
        return world, found

    def _from_hands(self, known: Sequence[tuple[Choice, ...]], made: Prepared, world: World) -> Made:
        return self._promised(made, world, *known, rounds=0)

    def _most(self, made: Prepared, world: World) -> Made:
        """The plan for the largest amount of the first target that any order found keeps, as the ordinary run has it.

        The orders found for the most are those in hand: at the edge of what can be had hardly any other keeps it, so none is solved for.
        """
        self.of.steps.to(45, "the most that can be had")
        known, odds = self.mosts.orders(made), made.case.targets[0].probability
        best = max((kept_with(made, one, odds) for one in known), default=0.0)
        if best <= 0.0 and broken(made.case, ()):
            raise NoOrder("not even nothing keeps all that is asked")
        tried: Made | None = None
        for _ in range(_TRIES):
            case = _of_amount(made.case, best)
            there = self._world(case.targets)
            tried = self._promised(replace(made, case=case), there, *known, rounds=0)
            if tried[1].kept:
                break
            values = at_day(tried[1].selected.series[there.address], self.of.now.months, case.targets[0].day)
            best, known = min(best * 0.995, float(np.quantile(values, 1.0 - odds, method="lower"))), [tried[1].order.chosen, *known]
        assert tried is not None
        self.of.steps.say("the least that it may cost")
        try:
            return tried[0], above(tried[1], self._solve(case, gap=GAP, time_limit=_BOUND_SECONDS))
        except NoOrder:
            return tried

    @cached_property
    def mosts(self) -> Mosts:
        """The most of a target that can be had: one number for a conflict, for insisting and for the goal `capacity`."""
        hands = (self.made.as_filed, fastest(self.made), ())
        return Mosts(replace(self.find, goal=None, time_limit=_MOST_SECONDS), tuple(dict.fromkeys(hands)))

    def _conflict(self, world: World, hand: Made | None) -> tuple[Data | None, Made | None]:
        """What is in conflict, with the nearest plan; or none, with the plan, where the search comes upon one that keeps what is asked."""
        asked, found = self.of.asked, [hand[1].order.chosen] if hand else []
        wanted = widened(asked, self.of.now)
        wide = self if wanted == asked else self._wider(wanted)
        more = np.zeros(len(asked.targets))
        for _ in range(_TRIES):
            if hand is not None:
                more = np.maximum(odds_in(self.made, hand[1].order.chosen) - np.array(hand[1].selected.probabilities), more)
            try:
                return conflict_in(self.of, self.made, wide.made, wide.days, self.mosts, found, more).to_dict(), hand
            except NoConflict as fault:
                chosen = translated(wide.made.case, fault.order.chosen, self.made.case)
                tried = None if chosen is None else self._tried(partial(self._from_hands, (chosen,)), self.made, world)
                if tried is not None and _short(tried) <= WITHIN:
                    return None, tried
                hand, more = tried or hand, more + _STRICTER
        return unproven(self.made.case, lambda place: self.mosts.of(self.made, place, more).amount).to_dict(), hand

    def _wider(self, wanted: Wanted) -> _Ground:
        """The ground with nothing left out of what may be chosen."""
        of = replace(self.of, asked=wanted)
        split = of._split()
        return _Ground(of, of._prepared(self.cooling, split), self.cooling, split)

    def _sooner_or_later(self, world: World, hand: Made | None) -> tuple[Made | None, Said]:
        """The plan by the earliest month by which some order in hand keeps what was announced; the nearest plan where none ever does."""
        made, target = self.made, self.made.case.targets[0]
        hands = [one for one in (made.as_filed, fastest(made)) if not broken(made.case, one)]
        runs = [world.run(self._overlay(one), SELECTION, self.of.seed + 1) for one in hands] + ([hand[1].selected] if hand else [])
        found = [one for run in runs if (one := self._first_month(run, world, target)) is not None]
        when, best = min(found, default=self.of.now.months[-1]), hand
        for _ in range(_TRIES):
            case = self.days.at(made.case, 0, when)
            tried = self._tried(self._promised, self.days.moved(case), self._world(case.targets))
            if tried is not None and (best is None or tried[1].kept or _short(tried) < _short(best)):
                best = tried
            if (tried is not None and tried[1].kept) or when == self.of.now.months[-1]:
                break
            when = min(month_end(when + timedelta(days=45)), self.of.now.months[-1])
        if best is None or _short(best) > WITHIN:
            none = "No plan was found that keeps it by {end}, the end of the clock; this is the nearest."
            return best, Said(none, {"end": (str(self.of.now.months[-1]), DATE)})
        later = "What was announced cannot be had by {day} with {share}: planned for {when} instead."
        values = {"day": (str(target.day), DATE), "share": (target.probability, SHARE), "when": (str(best[0].targets[0].day), DATE)}
        return best, Said(later, values)

    def _first_month(self, run: Simulated, world: World, target: Target) -> date | None:
        odds = (by_month(run.series[world.address]) >= target.amount * (1.0 - 1e-9)).mean(axis=0)
        kept = np.flatnonzero(odds >= target.probability)
        return max(self.of.now.months[int(kept[0])], target.day) if len(kept) else None

    # --- the answer ---------------------------------------------------------------------------------------------------------------

    @property
    def find(self) -> Finder:
        """How cases beside the plan are solved."""
        unit = {"emissions": "g", "wait": "USD*yr"}.get(self.of.asked.goal, "USD")
        seconds = _MOST_BESIDE if self.of.asked.goal == "capacity" else BESIDE_SECONDS
        return Finder(self._solve, BESIDE_GAP, seconds, self.goal, unit)

    def _looks(self, made: Promise, world: World) -> Looks:
        reckoning = self._reckoning(made, world)
        spent, more = Spending.of(self.of.now.months, self._idle, self.prepared.uses), np.array(reckoning.more)

        def most(case: BuildCase) -> Most:
            return self.mosts.of(self.days.moved(case), more=more)

        return Looks(self.of.now, reckoning, self.find, most, spent, self.of.steps.say, self.of.asked.goal != "capacity")

    def _reckoning(self, made: Promise, world: World) -> Reckoning:
        """How what stands beside a plan is found: for what was asked of it, with its own days and limits."""
        case = self.made.case
        for place, target in enumerate(world.targets):
            moved = case if target.day == case.targets[place].day else self.days.at(case, place, target.day)
            case = with_target(moved, place, **target._asdict())
        case = replace(case, limits=(*case.limits, *(one for one in self.rows if one.use.shape == case.cost.shape)))
        days = replace(self.days, made=self.days.moved(case))
        hands = tuple(dict.fromkeys(filter(None, (days.made.as_filed, fastest(days.made)))))
        held = replace(self.days, made=made.made)

        def rough(asked: BuildCase, goal: Array | None) -> Chosen | None:
            near = made.case
            for place, target in enumerate(asked.targets):
                near = near if target.day == near.targets[place].day else held.at(near, place, target.day)
                near = with_target(near, place, amount=target.amount, probability=min(target.probability - made.offsets[place], MOST))
            try:
                return self._solve(replace(near, limits=asked.limits), goal, gap=ROUGH, time_limit=ROUGH_SECONDS).chosen
            except NoOrder:
                return None

        return reckoned_beside(days, made.order.chosen, made.selected.probabilities, self.goal, hands, rough)

    def _told(self, world: World, made: Promise | None, conflict: Data | None, notes: Sequence[Said | str]) -> ProgrammePlan:
        shared = shared_basis(self.of.now, shared_pools(self.of.now, self.of.bounds), max(one.day for one in self.of.asked.targets))
        basis = replace(self.prepared, basis=(*self.prepared.basis, *shared))
        parts: Data = {"conflict": conflict, "assumptions": assumptions(basis)}
        parts |= {"split": self.split.to_dict()} if self.split else {}
        if made is None:
            return self.of.made(world, case=self.prepared.case, parts=parts, notes=tuple(notes))
        self.of.steps.to(70, "what stands beside the plan")
        parts["cost"] = cost_data(self.prepared, made.order, self.of.now)
        parts["method"] = method_data(made.case, made.order, made.rounds, made.program)
        parts |= self._looks(made, world).beside() if self.of.beside else {}
        division = divide(self.funders, made.case, self.takes, made.order.chosen, limited=self.of.means is not None)
        source = next(iter(made.overlay["sources"]))
        overlay = {**made.overlay, "parties": division.commitments(self.of.now, source)}
        parts["money"] = division.to_dict()
        self.of.steps.to(90, "draws that the plan has not seen")
        fresh = world.run(overlay, FRESH, self.of.seed + 2)
        return self.of.made(
            world, case=made.case, promise=replace(made, overlay=overlay), fresh=fresh, about=self._about(world.targets),
            sites=site_data(self.prepared, made.order, self.cooling), costs=building_costs(made.case, made.order.chosen),
            starts={made.case.buildings[one.building].id: self.prepared.start_of(one) for one in made.order.chosen}, parts=parts,
            notes=tuple(notes),
        )  # fmt: skip


def _short(made: Made) -> float:
    return short_of(made[1], made[0].targets)


def _best(made: Promise, world: World) -> Said:
    worst = min(zip(made.selected.probabilities, world.targets, strict=True), key=lambda one: one[0] - one[1].probability)
    values = {"share": (worst[0], SHARE), "asked": (worst[1].probability, SHARE)}
    return Said("The best plan that was found keeps it with {share} in the ordinary run, where {asked} is asked.", values)


def _of_amount(case: BuildCase, amount: float) -> BuildCase:
    """The case with another amount of its first target, in round figures, in its text too."""
    target = case.targets[0]
    scale, name = scale_of(amount, target.unit)
    shown = f"{np.floor(1000.0 * amount / scale) / 1000.0:.10g}"
    what = target.text.partition(" >=")[0]
    text = f"{what} >= {shown} {name}".rstrip() + f" by {target.day}"
    return with_target(case, 0, amount=float(shown) * scale, text=text)
