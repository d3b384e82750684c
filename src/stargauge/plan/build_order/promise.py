"""What a plan promises, measured: the ordinary model runs on its overlay, on draws that choose among plans and on draws none has seen.

The arrays of a case leave out that buildings wait for the same crews and accelerators. So what a run of the plan shows beyond them goes
back into the case, and where its promise is below what is asked the case is asked for more, until the run keeps it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.evaluate import Judge
from stargauge.engine.select import Block
from stargauge.engine.series import Series
from stargauge.engine.simulate import simulate
from stargauge.plan.build_order.asked import reading_of
from stargauge.plan.build_order.case import BuildCase, BuildOrder, Target
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.overlay import overlay as laid_over
from stargauge.programme.schema import Programme
from stargauge.quantity.quantity import STAGES

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Draws on which a plan's promise is measured while plans are looked for, and of the draws that no plan has seen.
SELECTION, FRESH = 1024, 2048
#: How often a plan is solved again, how near a promise has to come to what is asked, and the most a case is asked for.
ROUNDS, NEAR, MOST = 5, 0.01, 0.999
_OPERATIONAL = STAGES.index("operational")
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

    def run(self, overlay: Mapping[str, Any] | None, draws: int, seed: int, addresses: Sequence[str] = ()) -> Simulated:
        """The ordinary run with an overlay laid over the programme, or of the programme as it stands."""
        now = self.known if overlay is None else self.with_overlay(overlay)
        judge = Judge.of(reading_of(target, now) for target in self.targets)
        made = simulate(now, addresses, draws=draws, seed=seed, collectors={_TARGETS: judge, _PHASES: _Read()})
        outcomes = judge.outcomes(made.collected[_TARGETS])
        truth = tuple(outcomes[reading_of(target, now)].truth for target in self.targets)
        read: Phases = made.collected[_PHASES]
        phases = {one.id: Phases(*(part[:, one.index] for part in read)) for one in now.phases}
        return Simulated(made.draws, seed, truth, phases, made.series)

    def with_overlay(self, overlay: Mapping[str, Any]) -> Known:
        """What is known with an overlay laid over the programme."""
        return known_on(laid_over(self.programme, overlay), self.known.catalogue.catalogue, self.known.as_of)


class Preparation(Protocol):
    """What a plan is looked for in: the case, and the days that its options have in each draw of its seed."""

    @property
    def case(self) -> BuildCase:
        """The case."""

    @property
    def seed(self) -> int:
        """Seed of its draws."""

    @property
    def draws(self) -> int:
        """How many draws there are."""

    def operation(self, building: int, power: int, chip: int, start: int) -> Array:
        """Day on which an option runs in each draw."""

    def corrected(self, delays: Array) -> Preparation:
        """The same with days added to each building (building, draw)."""


@dataclass(frozen=True)
class Promise:
    """A plan with what came of it on the draws that chose it. `rounds`: how often it was solved; `kept`: whether it keeps what is asked."""

    prepared: Any
    order: BuildOrder
    overlay: dict[str, Any]
    selected: Simulated
    rounds: int
    kept: bool


Solve = Callable[[BuildCase], BuildOrder]
Overlay = Callable[[BuildCase, BuildOrder], dict[str, Any]]


def promised(
    prepared: Any, world: World, solve: Solve, overlay_of: Overlay, *, seed: int, draws: int = SELECTION,
    progress: Callable[[int, int], None] | None = None,
) -> Promise:  # fmt: skip
    """The cheapest plan whose promise, measured on selection draws, is what is asked; else the one that comes nearest.

    Each round solves, runs the plan on the draws of the case, puts the days by which buildings come later than their options say back into
    it, and where the promise is short asks the case for as much more. Raises what `solve` raises where there is no plan to begin with.
    """
    asked = [target.probability for target in world.targets]
    raised, best = list(asked), None
    for done in range(1, ROUNDS + 1):
        order = _solved(solve, _asking(prepared.case, raised), best)
        if order is None:
            break
        overlay = overlay_of(prepared.case, order)
        found = world.run(overlay, draws, seed)
        short = [want - got for want, got in zip(asked, found.probabilities, strict=True)]
        made = Promise(prepared, order, overlay, found, done, max(short, default=0.0) <= 1e-12)
        best = _better(best, made, asked)
        if progress is not None:
            progress(done, ROUNDS)
        if made.kept and all(one >= -NEAR for one in short):
            break
        again = prepared.corrected(delays_of(prepared, order, world, overlay)) if order.chosen else prepared
        raised = [float(np.clip(now + miss, 0.0, MOST)) for now, miss in zip(raised, short, strict=True)]
        prepared = again
    assert best is not None
    return replace(best, rounds=done)


def _solved(solve: Solve, case: BuildCase, best: Promise | None) -> BuildOrder | None:
    """The order of a case; None where there is none any more but one was found before."""
    from stargauge.plan.build_order.solve import NoOrder

    try:
        return solve(case)
    except NoOrder:
        if best is None:
            raise
        return None


def _better(best: Promise | None, made: Promise, asked: Sequence[float]) -> Promise:
    """Of two plans the cheaper one that keeps its promise, else the one that is less short of it."""
    if best is None or (made.kept and not best.kept):
        return made
    if made.kept == best.kept:
        if made.kept:
            return made if made.order.value < best.order.value else best
        return made if _short(made, asked) < _short(best, asked) else best
    return best


def _short(made: Promise, asked: Sequence[float]) -> float:
    return max(want - got for want, got in zip(asked, made.selected.probabilities, strict=True))


def _asking(case: BuildCase, probabilities: Sequence[float]) -> BuildCase:
    """The case with other probabilities asked of its targets."""
    return replace(case, targets=tuple(t._replace(probability=p) for t, p in zip(case.targets, probabilities, strict=True)))


def delays_of(prepared: Preparation, order: BuildOrder, world: World, overlay: Mapping[str, Any]) -> Array:
    """Days by which each building of a plan runs later in the ordinary run than its option says: (building, draw), nought if not built.

    What never runs in either is no delay.
    """
    run = world.run(overlay, prepared.draws, prepared.seed)
    out = np.zeros((len(prepared.case.buildings), prepared.draws))
    for one in order.chosen:
        really = run.phases[prepared.case.buildings[one.building].id].days
        option = prepared.operation(one.building, one.power, one.chip, one.start)
        both = np.isfinite(really) & np.isfinite(option)
        out[one.building] = np.where(both, np.subtract(really, option, where=both, out=np.zeros(len(both))), 0.0)
    return out
