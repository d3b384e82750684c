"""What a plan promises, measured: the ordinary model runs on its overlay, on draws that choose among plans and on draws none has seen.

The arrays of a case leave out that buildings wait for the same crews and accelerators. So what a run of the plan shows beyond them goes
back into the case, and where its promise is below what is asked the case is asked for more, until the run keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.evaluate import Judge
from stargauge.engine.select import Block
from stargauge.engine.series import Series
from stargauge.engine.simulate import simulate
from stargauge.plan.build_order.asked import reading_of
from stargauge.plan.build_order.case import BuildCase, BuildOrder, Choice, Target, kept_in
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.overlay import overlay as laid_over
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import day
from stargauge.quantity.quantity import STAGES

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Draws on which a plan's promise is measured while plans are looked for, and of the draws that no plan has seen.
SELECTION, FRESH = 1024, 2048
#: How often a plan is solved again; by how much a promise may be above what is asked, and below it; the most a case is asked for.
ROUNDS, NEAR, SHORT, MOST = 6, 0.02, 0.005, 0.999
#: Days that are no delay.
_DAY = 1.0
_OPERATIONAL = STAGES.index("operational")
_RUNS = "power_facility[operational]"
_TARGETS, _PHASES = "targets", "phases"


class Phases(NamedTuple):
    """Of each phase: day of operation (infinity: never) and IT and facility power, W: (draw, phase) each."""

    days: Array
    it_power: Array
    facility_power: Array


@dataclass(frozen=True)
class _Read:
    """Collects `Phases`."""

    @property
    def needs(self) -> tuple[str, ...]:
        """What it reads."""
        return ("stage_date", "phase_it_power", "design_power_ratio", "phase_site")

    def take(self, block: Block) -> Phases:
        """What it keeps of one block."""
        got = block.values
        power = np.array(got["phase_it_power"])
        return Phases(
            np.array(got["stage_date"][:, _OPERATIONAL]), power, power * got["design_power_ratio"][:, got["phase_site"].astype(np.intp)]
        )

    def join(self, parts: Sequence[Phases]) -> Phases:
        """All draws."""
        return Phases(*(np.concatenate(one) for one in zip(*parts, strict=True)))


class Simulated(NamedTuple):
    """A run: truth of each target in each draw, what became of each phase by id, and the series asked for."""

    draws: int
    seed: int
    truth: tuple[Mask, ...]
    phases: Mapping[str, Phases]
    series: Mapping[str, Series]

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Share of draws in which each target is kept."""
        return tuple(float(one.mean()) for one in self.truth)

    @property
    def errors(self) -> tuple[float, ...]:
        """Binomial standard error of each probability; nought and all of n draws count as half a draw more or less."""
        held = [min(max(p, 0.5 / self.draws), 1.0 - 0.5 / self.draws) for p in self.probabilities]
        return tuple(float(np.sqrt(p * (1.0 - p) / self.draws)) for p in held)


class World(NamedTuple):
    """A programme and what is known of it: what plans are laid over."""

    programme: Programme
    known: Known
    targets: tuple[Target, ...]

    @property
    def address(self) -> str:
        """What the first target is of; facility power that runs where there is none."""
        return address(self.targets[0]) if self.targets else _RUNS

    def run(self, overlay: Mapping[str, Any] | None, draws: int, seed: int, addresses: Sequence[str] = ()) -> Simulated:
        """The ordinary run with an overlay laid over the programme, or of the programme as it stands; its series always has `address`."""
        now = self.known if overlay is None else self.with_overlay(overlay)
        judge = Judge.of(reading_of(target, now) for target in self.targets)
        made = simulate(
            now, dict.fromkeys((self.address, *addresses)), draws=draws, seed=seed, collectors={_TARGETS: judge, _PHASES: _Read()}
        )
        outcomes = judge.outcomes(made.collected[_TARGETS])
        truth = tuple(outcomes[reading_of(target, now)].truth for target in self.targets)
        read: Phases = made.collected[_PHASES]
        phases = {one.id: Phases(*(part[:, one.index] for part in read)) for one in now.phases}
        return Simulated(made.draws, seed, truth, phases, made.series)

    def with_overlay(self, overlay: Mapping[str, Any]) -> Known:
        """What is known with an overlay laid over the programme."""
        return known_on(laid_over(self.programme, overlay), self.known.catalogue.catalogue, self.known.as_of)


def address(target: Target) -> str:
    """What a target is of: the address in its text."""
    return target.text.partition(" >")[0]


def by_month(series: Series) -> Array:
    """The values of a series in every draw: (draw, month); nothing where absent."""
    assert series.exact is not None  # few enough draws that they are kept
    return np.nan_to_num(np.asarray(series.exact.values))


def at_day(series: Series, months: Sequence[date], when: date) -> Array:
    """The same at the month end of a day: (draw,)."""
    return by_month(series)[:, next(place for place, month in enumerate(months) if month >= when)]


class Worlds(NamedTuple):
    """The draws behind the worlds of a case: their number and seed, the places of the worlds among them, and options in all draws.

    `operation`: days on which options run, (draw, choice), infinity where one never does.
    """

    draws: int
    seed: int
    places: NDArray[np.intp]
    operation: Callable[[Sequence[Choice]], Array]


@dataclass(frozen=True)
class Promise:
    """A plan with what came of it on the draws that chose it. `case`: as it was solved, with what was measured before.

    `rounds`: how often there was a solution; `kept`: whether the plan keeps what is asked; `floors`: what was measured
    before, (building, world); `offsets`: probability asked for less that asked of the case; `failed`:
    the case as asked with what was measured, and that, where it has no order any more.
    """

    case: BuildCase
    order: BuildOrder
    overlay: dict[str, Any]
    selected: Simulated
    rounds: int
    kept: bool
    floors: Array | None = None
    offsets: tuple[float, ...] = ()
    failed: tuple[BuildCase, Array] | None = None


Solve = Callable[[BuildCase], BuildOrder]
Overlay = Callable[[BuildCase, BuildOrder], dict[str, Any]]


def promised(
    case: BuildCase, worlds: Worlds, world: World, solve: Solve, overlay_of: Overlay, *, seed: int, draws: int = SELECTION,
    first: Sequence[Choice] = (), told: Callable[[str], None] | None = None,
) -> Promise:  # fmt: skip
    """The cheapest plan whose promise, measured on selection draws, is what is asked; else the one that comes nearest.

    Each round solves, runs the plan on the draws of the worlds, holds each building to the day on which it ran there, and where the
    promise is short asks the case for as much more. `first`: everything as early as it can be, on which is measured before the first round
    what crews and accelerators allow at best. Raises NoOrder where there is no plan to begin with.
    """
    asked = [target.probability for target in world.targets]
    case = replace(case, targets=world.targets)
    seen = set[tuple[Choice, ...]]()
    raised, floors, best = list(asked), np.full((len(case.buildings), len(worlds.places)), -np.inf), None
    if first:
        early = BuildOrder(tuple(first), 0.0, 0.0, kept_in(case, tuple(first)))
        floors = _measured(floors, case, early, world.run(overlay_of(case, early), worlds.draws, worlds.seed), worlds)
    done, failed = 0, None
    bounds: tuple[list[float] | None, list[float] | None] = (None, None)
    for done in range(1, ROUNDS + 1):
        held = not_before(case, floors)
        order = _solved(solve, held, asked, raised, best)
        if order is None:
            failed = asking(held, asked), floors
            break
        overlay = overlay_of(case, order)
        found = world.run(overlay, draws, seed)
        short = [want - got for want, got in zip(asked, found.probabilities, strict=True)]
        made = Promise(held, order, overlay, found, done, max(short, default=0.0) <= SHORT, floors)
        best = _better(best, made, world.targets)
        if told is not None:
            odds = ", ".join(f"{100.0 * one:.0f} %" for one in found.probabilities)
            told(f"round {done}: simulated {odds}, gap {100.0 * order.gap:.2g} %")
        if order.chosen in seen or (made.kept and (not order.chosen or all(one >= -NEAR for one in short))):
            break
        seen.add(order.chosen)
        floors = _measured(floors, case, order, world.run(overlay, worlds.draws, worlds.seed), worlds)
        bounds = (bounds[0], raised) if made.kept else (raised, bounds[1])
        raised = _next(raised, short, *bounds)
    assert best is not None
    return replace(_calibrated(best, case, worlds, world), rounds=done, failed=failed)


def _next(now: Sequence[float], short: Sequence[float], low: Sequence[float] | None, high: Sequence[float] | None) -> list[float]:
    """What to ask of the case next: as much more as was missed; between what was too little and what was enough once both are known."""
    if low is not None and high is not None:
        return [(one + other) / 2.0 for one, other in zip(low, high, strict=True)]
    return [float(np.clip(one + miss, 0.0, MOST)) for one, miss in zip(now, short, strict=True)]


def _calibrated(made: Promise, case: BuildCase, worlds: Worlds, world: World) -> Promise:
    """The plan in a case that says of it what the run does: its buildings held to their days, its targets asked for as much as it may lose.

    So what stands beside the plan is measured against it: it keeps the case, and what it keeps beyond what is asked may be given up there.
    """
    floors = made.floors
    if made.order.chosen and floors is not None:
        floors = _measured(floors, case, made.order, world.run(made.overlay, worlds.draws, worlds.seed), worlds)
        case = not_before(case, floors)
    kept = kept_in(case, made.order.chosen)
    there = [float(case.weights[one].sum()) for one in kept]
    odds = [
        float(np.clip(now - max(got - one.probability, 0.0), 0.0, MOST))
        for now, got, one in zip(there, made.selected.probabilities, world.targets, strict=True)
    ]
    offsets = tuple(one.probability - now for now, one in zip(odds, world.targets, strict=True))
    return replace(made, case=asking(case, odds), order=replace(made.order, kept=kept), floors=floors, offsets=offsets)


def _solved(solve: Solve, case: BuildCase, asked: Sequence[float], raised: Sequence[float], best: Promise | None) -> BuildOrder | None:
    """The order of a case asked for more; where that is too much, half as much more, then what is asked; None where there is none."""
    from stargauge.plan.build_order.solve import NoOrder

    for share in (1.0, 0.5, 0.0):
        tried = [want + share * (more - want) for want, more in zip(asked, raised, strict=True)]
        try:
            return solve(asking(case, tried))
        except NoOrder:
            if best is None:
                raise
    return None


def _better(best: Promise | None, made: Promise, targets: Sequence[Target]) -> Promise:
    """Of two plans the cheaper one that keeps its promise, else the one that is less short of it."""
    if best is None or made.kept != best.kept:
        return made if best is None or made.kept else best
    if made.kept:
        return made if made.order.value < best.order.value else best
    return made if short_of(made, targets) < short_of(best, targets) else best


def short_of(made: Promise, targets: Sequence[Target]) -> float:
    """By how much a plan misses the probability of the target that it misses most, on selection draws; nought or less where it keeps."""
    return max((one.probability - got for one, got in zip(targets, made.selected.probabilities, strict=True)), default=0.0)


def asking(case: BuildCase, probabilities: Sequence[float]) -> BuildCase:
    """The case with other probabilities asked of its targets."""
    return replace(case, targets=tuple(t._replace(probability=p) for t, p in zip(case.targets, probabilities, strict=True)))


def not_before(case: BuildCase, floors: Array) -> BuildCase:
    """The case in which no building runs before a day: floors (building, world), minus infinity where none was measured."""
    if not np.isfinite(floors).any() and not (floors > 0.0).any():
        return case
    there = case.there.copy()
    for place, target in enumerate(case.targets):
        there[place] &= (floors <= day(target.day))[:, None, None, None, :]
    return replace(case, there=there)


def _measured(floors: Array, case: BuildCase, order: BuildOrder, run: Simulated, worlds: Worlds) -> Array:
    """Floors with those of the buildings of a plan as they came out: where one ran later than its option says, the day on which it did.

    Crews and accelerators are there no sooner when it starts sooner, and are waited for less when it starts later.
    """
    out = floors.copy()
    if not order.chosen:
        return out
    options = worlds.operation(order.chosen)[worlds.places]
    for place, one in enumerate(order.chosen):
        really = run.phases[case.buildings[one.building].id].days[worlds.places]
        out[one.building] = np.where(really > options[:, place] + _DAY, really, -np.inf)
    return out
