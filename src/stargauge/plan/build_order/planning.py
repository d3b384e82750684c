"""The whole of a plan: what is asked made a case, solved and put to the test; a later day or less of it where only that can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stargauge.plan.build_order.asked import announced_text
from stargauge.plan.build_order.beside.looks import Looks
from stargauge.plan.build_order.case.case import BuildCase
from stargauge.plan.build_order.case.choices import buildings_of
from stargauge.plan.build_order.case.cooling import cooling_of
from stargauge.plan.build_order.case.decisions import NothingToDecide, why_nothing
from stargauge.plan.build_order.case.ground import Brief, Ground
from stargauge.plan.build_order.case.limits import nothing_within, shared_pools
from stargauge.plan.build_order.case.neighbours import shared_basis
from stargauge.plan.build_order.case.variants import with_target
from stargauge.plan.build_order.conflict.ways import Ways, nearest, no_later, short
from stargauge.plan.build_order.funding.division import divide
from stargauge.plan.build_order.funding.sums import Spending
from stargauge.plan.build_order.orders.most import Most
from stargauge.plan.build_order.orders.reckoning import Reckoning, reckoned_beside
from stargauge.plan.build_order.told.answer import WITHIN, ProgrammePlan
from stargauge.plan.build_order.told.figures import assumptions, building_costs, cost_data, fastest, method_data, site_data
from stargauge.plan.build_order.told.overlay import About, Data
from stargauge.plan.build_order.told.promise import FRESH, Promise, World
from stargauge.plan.build_order.told.said import Said
from stargauge.programme.load import asked_as
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say


@dataclass(frozen=True)
class Planning(Brief):
    """From what is asked to the answer."""

    def answer(self) -> ProgrammePlan:
        """The plan, or that there is none and why."""
        world = World(self.programme, self.now, self.asked.targets)
        self.steps.to(1, say("the programme as it stands"))
        if not self.asked.further and not buildings_of(self.now, {}):
            return self.made(world)
        self.steps.to(3, say("cooling of each site"))
        cooling = cooling_of(self.programme, self.now, self.sites, self.bounds)
        split = self.split()
        try:
            ground = Ground(self, self.prepared(cooling, split), cooling, split)
        except NothingToDecide:
            return self.made(world, notes=(why_nothing(self.now),))
        self.steps.to(45, say("first solution"))
        return _Answer(self, ground, Ways(ground)).answer(world)

    def made(self, world: World, **parts: Any) -> ProgrammePlan:
        """The answer with what is known of it."""
        self.steps.to(95, say("the programme as it stands, on fresh draws"))
        stated = world.run(None, FRESH, self.seed + 2)
        about = About(self.now, self.asked.goal, world.targets, self.seed)
        self.steps.to(100)
        return ProgrammePlan(
            self.programme.name, asked_as(self.programme), self.now, self.asked, world.targets, self.draws, self.seed, self.worlds, stated,
            world.address, **{"about": about, **parts},
        )  # fmt: skip


@dataclass(frozen=True)
class _Answer:
    """What is answered from what is prepared."""

    of: Planning
    ground: Ground
    ways: Ways

    def answer(self, world: World) -> ProgrammePlan:
        """By the goal and the day that can be had; else what is in conflict."""
        notes: list[Said | str] = [*self.ground.prepared.notes]
        if self.of.asked.announced:
            notes.insert(0, announced_text(self.of.asked.targets[0]))
        conflict: Data | None = None
        way = self.ways.most if self.of.asked.goal == "capacity" else self.ways.promised
        made = self.ways.tried(way, self.ground.made, world)
        if made is None and self.of.asked.goal == "capacity":
            raise InputError(nothing_within(self.ground.made.case))
        if made is None or short(made) > WITHIN:
            self.of.steps.say(say("what is in conflict"))
            conflict, made = self.ways.conflict(world, made)
            if conflict is None:
                assert made is not None  # an order that the search for a conflict came upon
            elif self.of.asked.announced:
                made, note = self.ways.sooner_or_later(world, made)
                conflict = no_later(conflict, made) if made is not None and made[1].kept else conflict
                notes.append(note)
            elif made:
                notes.append(nearest(made[1], made[0]))
                made = None
        if conflict is None and made is not None and not made[1].kept:
            notes.append(nearest(made[1], made[0]))
        return self._told(made[0] if made else world, made[1] if made else None, conflict, notes)

    def _looks(self, made: Promise, world: World) -> Looks:
        reckoning = self._reckoning(made, world)
        spent, more = Spending.of(self.of.now.months, self.ground.idle, self.ground.prepared.uses), np.array(reckoning.more)

        def most(case: BuildCase) -> Most:
            return self.ground.mosts.of(self.ground.days.moved(case), more=more)

        return Looks(self.of.now, reckoning, self.ground.find, most, spent, self.of.steps.say, self.of.asked.goal != "capacity")

    def _reckoning(self, made: Promise, world: World) -> Reckoning:
        """How what stands beside a plan is found: for what was asked of it, with its own days and limits."""
        case = self.ground.made.case
        for place, target in enumerate(world.targets):
            moved = case if target.day == case.targets[place].day else self.ground.days.at(case, place, target.day)
            case = with_target(moved, place, **target._asdict())
        case = replace(case, limits=(*case.limits, *(one for one in self.ground.rows if one.use.shape == case.cost.shape)))
        days = replace(self.ground.days, made=self.ground.days.moved(case))
        hands = tuple(dict.fromkeys(filter(None, (days.made.as_filed, fastest(days.made)))))
        return reckoned_beside(days, made.order.chosen, made.selected.probabilities, self.ground.goal, hands)

    def _told(self, world: World, made: Promise | None, conflict: Data | None, notes: Sequence[Said | str]) -> ProgrammePlan:
        shared = shared_basis(self.of.now, shared_pools(self.of.now, self.of.bounds), max(one.day for one in self.of.asked.targets))
        basis = replace(self.ground.prepared, basis=(*self.ground.prepared.basis, *shared))
        parts: Data = {"conflict": conflict, "assumptions": assumptions(basis)}
        parts |= {"split": self.ground.split.to_dict()} if self.ground.split else {}
        if made is None:
            return self.of.made(world, case=self.ground.prepared.case, parts=parts, notes=tuple(notes))
        self.of.steps.to(70, say("what stands beside the plan"))
        parts["cost"] = cost_data(self.ground.prepared, made.order, self.of.now)
        parts["method"] = method_data(made.case, made.order, made.rounds, made.program)
        parts |= self._looks(made, world).beside() if self.of.beside else {}
        division = divide(self.ground.funders, made.case, self.ground.takes, made.order.chosen, limited=self.of.means is not None)
        source = next(iter(made.overlay["sources"]))
        overlay = {**made.overlay, "parties": division.commitments(self.of.now, source)}
        parts["money"] = division.to_dict()
        self.of.steps.to(90, say("draws that the plan has not seen"))
        fresh = world.run(overlay, FRESH, self.of.seed + 2)
        return self.of.made(
            world, case=made.case, promise=replace(made, overlay=overlay), fresh=fresh, about=self.ground.about(world.targets),
            sites=site_data(self.ground.prepared, made.order, self.ground.cooling), costs=building_costs(made.case, made.order.chosen),
            starts={made.case.buildings[one.building].id: self.ground.prepared.start_of(one) for one in made.order.chosen}, parts=parts,
            notes=tuple(notes),
        )  # fmt: skip
