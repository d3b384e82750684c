"""What a plan promises, measured: the ordinary model runs on its overlay, on draws that choose among plans and on draws none has seen.

The arrays of a case leave out that buildings wait for the same crews and accelerators, and that worlds stand for many draws. So each
order found is reckoned in every draw with the queues of the model, without a run; what it is late by goes back into the case, and where it
keeps less than is asked the case is asked for more. The run comes last, and where it shows less the whole is asked for that much more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.evaluate import Judge
from stargauge.engine.select import Block
from stargauge.engine.series import Series
from stargauge.engine.simulate import simulate
from stargauge.plan.build_order.asked import reading_of
from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Choice, Target, faults_of, kept_in, value_of
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.orders.sought import odds_in, sought
from stargauge.plan.build_order.solver.solve import NoOrder
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.overlay import overlay as laid_over
from stargauge.programme.schema import Programme
from stargauge.quantity.quantity import STAGES
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Draws on which a plan's promise is measured while plans are looked for, and of the draws that no plan has seen.
SELECTION, FRESH = 4096, 2048
#: How often an order is found again, and how often what was found is run; the most a case is asked for.
ROUNDS, RUNS, MOST = 3, 4, 0.999
#: By how much more is asked at most, and how often an order is let change by chance, at first and when more is asked.
_FAR, _EFFORT, _AGAIN = 0.08, 3, 1
#: How often more is looked for, by how much at first, as a share, and by how little at last.
_ENLARGED, _STEP, _LEAST = 8, 0.04, 0.008
#: By how much a plan may keep more than is asked before a cheaper one is looked for, by an order in hand and when it is run; and less on
#: selection draws.
NEAR, _CLOSE, SHORT = 0.01, 0.005, 0.0
#: A round whose gap is wider than that took long, and counts as several.
_WIDE, _DEAR = 0.05, 3
#: Days that are no delay; what is asked on top where a run shows less.
_DAY, _LITTLE = 1.0, 0.003
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


Solve = Callable[[BuildCase, bool], BuildOrder]
Overlay = Callable[[Sequence[Choice]], dict[str, Any]]
Told = Callable[[str], None]


@dataclass(frozen=True)
class Promise:
    """A plan with what came of it on the draws that chose it. `made`: with the days to which its buildings are held by the queues.

    `case`: the same, asked for as much as the plan may lose and still keep what is asked. `rounds`: how often there was a solution;
    `kept`: whether the plan keeps what is asked; `program`: what solves the program in which no queue holds anything up, asked for the
    same.
    """

    made: Prepared
    case: BuildCase
    order: BuildOrder
    overlay: dict[str, Any]
    selected: Simulated
    rounds: int
    kept: bool
    program: BuildOrder | None = None


class Reckoned(NamedTuple):
    """An order, the probability of each target by the queues of the model in every draw, and the case that it was found in."""

    order: BuildOrder
    odds: Array
    made: Prepared


def promised(
    made: Prepared, world: World, solve: Solve, overlay_of: Overlay, *, seed: int, goal: Array | None = None, draws: int = SELECTION,
    hands: Iterable[tuple[Choice, ...]] = (), told: Told | None = None, rounds: int = ROUNDS, sure: tuple[Choice, ...] | None = None,
) -> Promise:  # fmt: skip
    """The cheapest plan whose promise, measured on selection draws, is what is asked; else the one that comes nearest.

    `made`: its case with limits; `solve`: roughly, or as near as it gets (True); `hands`: orders to begin from, such as the programme as it
    stands, one of which is the plan where none that is found is better; `rounds`: how often another is solved for, nought for what small
    changes make of those in hand, with no bound; `sure`: one that is known to keep what is asked when it is run. Raises NoOrder where there
    is no plan to begin with.
    """
    asked = np.array([target.probability for target in world.targets])
    pool = [_in_hand(made, chosen, goal) for chosen in hands if not broken(made.case, chosen)]
    done, program, nothing = reckoned(made, asked, solve, pool, told) if rounds else (0, None, None)
    best, known = None, dict[tuple[Choice, ...], Array]()
    more, low, high = np.zeros(len(asked)), np.zeros(len(asked)), np.full(len(asked), np.inf)
    if sure is not None:
        one = _in_hand(made, sure, goal)
        best, missed = _run(one, asked, world, overlay_of, seed, draws, best)
        more = np.maximum(one.odds - (asked - missed), 0.0)
    for run in range(RUNS):
        _mended(made, np.clip(asked + more, 0.0, MOST), pool, goal, _AGAIN if run else _EFFORT)
        first = min(pool, key=lambda one: _rank(one, np.minimum(asked + more, MOST)), default=None)
        if first is None:
            break
        if first.order.chosen not in known:  # the same order on the same draws shows the same
            best, known[first.order.chosen] = _run(first, asked, world, overlay_of, seed, draws, best)
        missed = known[first.order.chosen]
        if told is not None:
            told(say("simulated {shares}", shares=", ".join(f"{100.0 * share:.0f} %" for share in asked - missed)))
        kept = bool((missed <= SHORT).all())
        low, high = (low, np.minimum(high, more)) if kept else (np.maximum(low, more), high)
        near = kept and (not more.any() or float(-missed.max(initial=-1.0)) <= _CLOSE)
        if near or (more > _FAR).any() or float((high - low).max(initial=0.0)) <= _LITTLE:
            break
        more = np.where(np.isfinite(high), (low + high) / 2.0, more + np.maximum(missed, 0.0) + _LITTLE)
    if best is None:
        raise nothing or NoOrder("no order of build keeps what is asked")
    best = replace(_calibrated(best, made, world.targets), rounds=max(done, 1))
    return best if program is None else above(best, program)


def _run(
    one: Reckoned, asked: Array, world: World, overlay_of: Overlay, seed: int, draws: int, best: Promise | None
) -> tuple[Promise, Array]:
    """An order as it is when it is run, or what was run before where that is better; and by how much the order misses each target."""
    overlay = overlay_of(one.order.chosen)
    selected = world.run(overlay, draws, seed)
    missed = asked - np.array(selected.probabilities)
    made = Promise(one.made, one.made.case, one.order, overlay, selected, 0, bool((missed <= SHORT).all()))
    return _better(best, made, world.targets), missed


def _rank(one: Reckoned, asked: Array) -> tuple[float, float]:
    """Orders that keep what is asked first, the cheapest of them first; then those that miss least."""
    short = max(float((asked - one.odds).max(initial=0.0)), 0.0)
    return short, one.order.value


def reckoned(
    made: Prepared, asked: Array, solve: Solve, pool: list[Reckoned], told: Told | None = None
) -> tuple[int, BuildOrder | None, NoOrder | None]:
    """Add orders to a pool that keep about what is asked by the queues in every draw; how often there was a solution, the first of them, of
    the program in which no queue holds anything up, and why there is none.

    Each round solves, holds each building of the order to the day on which the queues let it run, and asks the case for as much more as was
    missed, or as much less as there was too much.
    """
    now, raised, low, high, seen = made, asked, None, None, set[tuple[Choice, ...]]()
    done, spent, program, nothing = 0, 0, None, None
    while spent < ROUNDS:
        order, nothing = _solved(solve, now.case, asked, raised, last=not done)
        if order is None:
            break
        program = program or order
        done, spent = done + 1, spent + (1 if order.gap <= _WIDE else _DEAR)
        one = Reckoned(order, odds_in(made, order.chosen), now)
        pool.append(one)
        if told is not None:
            shares = ", ".join(f"{100.0 * odds:.0f} %" for odds in one.odds)
            told(say("round {number}: {shares}, gap {gap:.2g} %", number=done, shares=shares, gap=100.0 * order.gap))
        short = asked - one.odds
        kept = bool((short <= 0.0).all())
        if order.chosen in seen and low is not None and high is not None and float((high - low).max()) < NEAR:
            break
        seen.add(order.chosen)
        now = made.held(floors(made, now, order.chosen))
        low, high = (low, raised) if kept else (raised, high)
        raised = (low + high) / 2.0 if low is not None and high is not None else np.clip(raised + short, 0.0, MOST)
        if kept and not order.chosen:
            break
    return done, program, nothing if not pool else None


def _mended(made: Prepared, asked: Array, pool: list[Reckoned], goal: Array | None, effort: int) -> None:
    """Add the best that is made of the orders of a pool, in every draw with the queues of the model."""
    hands = [one.order.chosen for one in sorted(pool, key=lambda one: _rank(one, asked))]
    found = sought(replace(made, case=asking(made.case, asked)), hands, goal=goal, effort=effort, nearest=True)
    if found is not None:
        pool.append(_in_hand(made, found.chosen, goal))


def _in_hand(made: Prepared, chosen: tuple[Choice, ...], goal: Array | None) -> Reckoned:
    """An order that is not solved for. Its bound is that each building costs at least nothing, or what its cheapest option does."""
    aim = made.case.cost if goal is None else goal
    least = np.where(made.case.allowed, aim, 0.0).min(axis=(1, 2, 3), initial=0.0)
    order = BuildOrder(chosen, value_of(made.case, chosen, goal), float(least.sum()), kept_in(made.case, chosen))
    return Reckoned(order, odds_in(made, chosen), made)


def kept_with(made: Prepared, chosen: Sequence[Choice], odds: float) -> float:
    """The amount of the first target that an order keeps with a probability, in every draw with the queues of the model."""
    return float(np.quantile(made.reached(chosen, queues=True)[0], 1.0 - odds, method="lower"))


def enlarged(made: Prepared, chosen: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """An order that keeps more of the first target, within all limits: found from one in hand as long as there is more to be had."""
    odds, step = made.case.targets[0].probability, _STEP
    now, amount = chosen, kept_with(made, chosen, odds)
    for _ in range(_ENLARGED):
        first, *others = made.case.targets
        more = replace(made, case=replace(made.case, targets=(first._replace(amount=(1.0 + step) * amount), *others)))
        found = sought(more, [now], nearest=True, enough=True)
        asked = np.array([one.probability for one in others])
        got = kept_with(made, found.chosen, odds) if found is not None and (found.odds[1:] >= asked).all() else 0.0
        if got < (1.0 + step) * amount * (1.0 - 1e-9):
            step /= 2.0
        if found is not None and got > amount:
            now, amount = found.chosen, got
        if step < _LEAST:
            break
    return now


def broken(case: BuildCase, chosen: tuple[Choice, ...]) -> bool:
    """Whether an order breaks what is beside the targets."""
    return bool(faults_of(asking(case, [0.0] * len(case.targets)), chosen))


def _solved(solve: Solve, case: BuildCase, asked: Array, raised: Array, *, last: bool = False) -> tuple[BuildOrder | None, NoOrder | None]:
    """The order of a case asked for more; where that is too much, for half as much more, then for what is asked; None if there is none."""
    for share in (1.0, 0.5, 0.0) if (raised > asked).any() else (1.0,):
        try:
            return solve(asking(case, asked + share * (raised - asked)), last), None
        except NoOrder as fault:
            nothing = fault
    return None, nothing


def _better(best: Promise | None, one: Promise, targets: Sequence[Target]) -> Promise:
    """The same of plans that were run."""
    if best is None or one.kept != best.kept:
        return one if best is None or one.kept else best
    if one.kept:
        return one if one.order.value < best.order.value else best
    return one if short_of(one, targets) < short_of(best, targets) else best


def short_of(made: Promise, targets: Sequence[Target]) -> float:
    """By how much a plan misses the probability of the target that it misses most, on selection draws; nought or less where it keeps."""
    return max((one.probability - got for one, got in zip(targets, made.selected.probabilities, strict=True)), default=0.0)


def asking(case: BuildCase, probabilities: Iterable[float]) -> BuildCase:
    """The case with other probabilities asked of its targets."""
    return replace(case, targets=tuple(t._replace(probability=float(p)) for t, p in zip(case.targets, probabilities, strict=True)))


def floors(made: Prepared, before: Prepared, chosen: Sequence[Choice]) -> Array:
    """The day before which no building runs, (building, draw), with those of the buildings of a plan as the queues have them.

    Where one runs later than its option says, the day on which it does: crews and accelerators are there no sooner when it starts sooner,
    and are waited for less when it starts later.
    """
    out = before.all_worlds.floor.T.copy()
    if chosen:
        alone, really = made.operation(chosen), made.operation(chosen, queues=True)
        late = np.isfinite(really) & (really > alone + _DAY)
        out[[one.building for one in chosen]] = np.where(late, really, -np.inf).T
    return out


def above(best: Promise, program: BuildOrder) -> Promise:
    """The plan with the bound that is proven of the program in which no queue holds anything up, and what was counted in its solution."""
    bound = min(program.bound, best.order.value)
    return replace(best, program=program, order=replace(best.order, bound=bound, steps=program.steps))


def _calibrated(best: Promise, made: Prepared, targets: Sequence[Target]) -> Promise:
    """The plan in a case that says of it what the queues do: its buildings held to their days, asked for as much as it may lose.

    So what stands beside the plan is measured against it: it keeps the case, and what it keeps beyond what is asked may be given up there.
    """
    held = made.held(floors(made, best.made, best.order.chosen))
    kept = kept_in(held.case, best.order.chosen)
    odds = list[float]()
    for one, row, got in zip(targets, kept, best.selected.probabilities, strict=True):
        odds.append(float(np.clip(float(held.case.weights[row].sum()) - max(got - one.probability, 0.0), 0.0, MOST)))
    return replace(best, made=held, case=asking(held.case, odds), order=replace(best.order, kept=kept))
