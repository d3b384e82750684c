"""What can wait: how long each start, what that hangs on, what it may wait for, and what waiting with everything costs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.beside.facts import Fact, facts_of, months_before
from stargauge.plan.build_order.beside.information import Information, Weighed, pool_of
from stargauge.plan.build_order.beside.recourse import Chosen, at_price, parts_by
from stargauge.plan.build_order.case.case import Array, BuildCase, Choice, Mask, faults_of, value_of
from stargauge.plan.build_order.case.choices import FILE
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.case.variants import day_text, limit_text, not_before
from stargauge.plan.build_order.orders.reckoning import Reckoning
from stargauge.plan.build_order.orders.sought import odds_in, sought, without_targets
from stargauge.quantity.errors import counted
from stargauge.quantity.units import share_text, show

#: How surely a fact has to tell draws in which a later start misses a target from the others, and by how many standard errors beyond
#: chance; how many such facts are told.
_TELLS, _BEYOND, _MOST_TOLD = 0.7, 3.0, 3
#: Months for which nothing starts.
MONTHS = (1, 3, 6, 12)


def waiting_data(reckoning: Reckoning, unit: str, worth: bool = True) -> dict[str, Any]:
    """What can wait until when, what it is worth to know, and what waiting with everything costs, as plain data by name.

    `unit`: of the goal; `worth`: whether what knowing and waiting are worth is looked at. Each target is kept as often as is asked, or as
    the plan does in the draws that it was made for, if that is less. The worth of the ceiling is None where no order looked at keeps what
    is asked in both halves of the draws: then nothing can be told of what knowing is worth.
    """
    chosen, made = reckoning.plan, reckoning.made(reckoning.case)
    asked = np.minimum(_asked(made.case), odds_in(made, chosen))
    made = replace(made, case=_asking(made.case, asked))
    facts = facts_of(made, chosen)
    if not worth:
        rows = [one.to_dict() for one in decisions(made, chosen, facts)]
        return {"decisions": rows, "information": [], "ceiling": None, "delays": []}
    later = delays(made, chosen, reckoning.hands, unit, reckoning.goal, more=reckoning.more)
    known = pool_of(made, [chosen, *reckoning.hands, *reckoning.pool, ()], facts, asked, reckoning.goal)
    weighed = Weighed(made, known, asked, unit, max(float(asked[0]) - reckoning.more[0], 0.0))
    told, ceiling = weighed.information(facts)
    return {
        "decisions": [one.to_dict() for one in decisions(made, chosen, facts, weighed, told)],
        "information": [one.to_dict() for one in told],
        "ceiling": {"worth": None if weighed.alone is None else ceiling.told, "unit": unit, "share_kept": weighed.kept},
        "delays": [one.to_dict() for one in later],
    }


class Until(NamedTuple):
    """The fact for which a decision is best put off, and what it is worth to decide then instead of now."""

    fact: Fact
    worth: float
    unit: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {**self.fact.to_dict(), "worth": self.worth, "unit": self.unit}


class End(NamedTuple):
    """What ends the waiting for a start: a fact; a limit, by its kind and name; or the next start at a site."""

    kind: str
    of: str
    text: str


@dataclass(frozen=True)
class Decision:
    """By when a building has to be started, all others as planned; `hangs_on`: what decides whether a later start would do.

    `until`: what its start may wait for; None where no fact is worth that.
    """

    building: str
    start: date
    latest: date
    slack: int
    hangs_on: tuple[End, ...]
    until: Until | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data: dates ISO, slack in months."""
        return {"building": self.building, "start": str(self.start), "latest": str(self.latest), "slack": self.slack,
                "hangs_on": [one._asdict() for one in self.hangs_on], "until": self.until.to_dict() if self.until else None,
                "text": self.text}  # fmt: skip

    @property
    def text(self) -> str:
        """In a sentence."""
        late = f"{self.building} may start {counted(self.slack, 'month')} later, by {day_text(self.latest)}"
        first = late if self.slack else f"{self.building} has to start by {day_text(self.latest)}"
        first += f"; it hangs on {', '.join(one.text for one in self.hangs_on)}" if self.hangs_on else ""
        if self.until is None or self.until.fact.known_by is None:
            return first
        known = f"whether to start it can wait until it is known {self.until.fact.text} ({day_text(self.until.fact.known_by)})"
        return f"{first}; {known}: to decide then instead of now is worth {show(self.until.worth, self.until.unit)}"


def decisions(
    made: Prepared, chosen: Chosen, facts: Sequence[Fact], weighed: Weighed | None = None, told: Sequence[Information] = ()
) -> tuple[Decision, ...]:
    """Of each building that is designed: how many months its start alone may slip, what ends that, and what it may wait for.

    With all targets kept as often as is asked, by the queues of the model, all limits and the order of its site. Where a target ends it, it
    hangs on the facts that tell the draws that would be missed from the others: those that are known before that, else the surest.
    """
    designed = [at for at, one in enumerate(chosen) if made.case.powers[one.power] != FILE]
    rows = [_decision(made, chosen, at, facts) for at in designed]
    if weighed is None:
        return tuple(rows)
    waits = [[known for known in told if months_before(made, known.fact.known_by) <= chosen[at].start + row.slack]
             for at, row in zip(designed, rows, strict=True)]  # fmt: skip
    return tuple(replace(row, until=_until(weighed, chosen[at], some)) for at, row, some in zip(designed, rows, waits, strict=True))


def _decision(made: Prepared, chosen: Chosen, at: int, facts: Sequence[Fact]) -> Decision:
    case, one = made.case, chosen[at]
    free, asked = without_targets(case), _asked(case)
    latest, hangs, now = one.start, tuple[End, ...](), _kept(made, chosen)
    for moved in _later(case, chosen, at):
        faults = faults_of(free, moved)
        kept = now if faults else _kept(made, moved)
        if faults:
            hangs = _what_is_full(free, moved, case.sites[case.buildings[one.building].site])
            break
        if (kept.mean(axis=1) < asked).any():
            hangs = _what_decides(made, now & ~kept, now & kept, facts, latest)
            break
        latest = moved[at].start
    return Decision(case.buildings[one.building].id, case.months[one.start], case.months[latest], latest - one.start, hangs)


def _later(case: BuildCase, chosen: Chosen, at: int) -> Iterator[Chosen]:
    """A plan with one start later, month by month, all others as they are."""
    for start in range(chosen[at].start + 1, len(case.months)):
        yield (*chosen[:at], chosen[at]._replace(start=start), *chosen[at + 1 :])


def _asked(case: BuildCase) -> Array:
    return np.array([target.probability for target in case.targets])


def _asking(case: BuildCase, odds: Array) -> BuildCase:
    return replace(case, targets=tuple(one._replace(probability=float(odd)) for one, odd in zip(case.targets, odds, strict=True)))


def _kept(made: Prepared, chosen: Chosen) -> Mask:
    """In which draws each target is kept, with the queues of the model: (target, draw)."""
    amount = np.array([target.amount for target in made.case.targets])[:, None]
    return np.asarray(made.reached(chosen, queues=True) >= amount * (1.0 - 1e-9))


def _what_is_full(case: BuildCase, moved: Chosen, site: str) -> tuple[End, ...]:
    taken = [(limit, float(sum(limit.use[one] for one in moved))) for limit in case.limits]
    full = [End(limit.kind, limit.name, limit_text(limit)) for limit, use in taken if use > limit.most + 1e-6 * max(abs(limit.most), 1.0)]
    return tuple(full) or (End("next_start", site, "the next start of work at the site"),)


def _what_decides(made: Prepared, lost: Mask, kept: Mask, facts: Sequence[Fact], latest: int) -> tuple[End, ...]:
    """The facts that tell the draws that are lost from those that are not, by how surely; those known in time, else the surest."""
    tells = [(max(_tells(fact.values, *rows) for rows in zip(lost, kept, strict=True)), fact) for fact in facts]
    told = sorted((one for one in tells if one[0] >= _TELLS), key=lambda one: (-one[0], one[1].name))
    in_time = [one for one in told if months_before(made, one[1].known_by) <= latest]
    return tuple(End(fact.kind, fact.of, fact.text) for _, fact in in_time[:_MOST_TOLD] or told[:1])


def _tells(values: Array, lost: Mask, others: Mask) -> float:
    """How often a fact is larger in one of the draws that are lost than in one of others: a half is chance (Mann and Whitney 1947).

    A half, too, where chance may do as much among so few.
    """
    if not lost.any() or not others.any():
        return 0.5
    every = np.sort(values[others])
    below, up_to = (np.searchsorted(every, values[lost], side=side) for side in ("left", "right"))
    share = float((below + up_to).mean() / (2.0 * len(every)))
    few = np.sqrt((1.0 / lost.sum() + 1.0 / len(every)) / 12.0)
    return share if share > 0.5 + _BEYOND * few else 0.5


def _until(weighed: Weighed, of: Choice, told: Sequence[Information]) -> Until | None:
    """The fact for which the start of one building is worth waiting most, whatever else is as it was decided; None where none is.

    Of facts that are known before its latest start and are worth something then: one decision that waits is worth no more than all that
    can.
    """
    waits = [(row, _only(weighed, of, row.fact)) for row in told if row.later > 0.0]
    best = min(waits, key=lambda one: at_price(weighed.pool, parts_by(one[0].fact.values), one[1], weighed.price)[0], default=None)
    if best is None:
        return None
    worth = min(weighed.worth(best[0].fact, best[1]).told, best[0].later)
    return Until(best[0].fact, worth, weighed.unit) if worth > 0.0 else None


def _only(weighed: Weighed, of: Choice, fact: Fact) -> list[Hashable]:
    """By order, all but the starts of one building and of those behind it at its site that come after a fact is known."""
    case, months = weighed.made.case, months_before(weighed.made, fact.known_by)
    behind = {one for one in case.by_site[case.buildings[of.building].site] if one >= of.building}
    return [tuple(one for one in order if one.building not in behind or one.start < months) for order in weighed.pool.orders]


# --- everything ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Delay:
    """What it costs to start nothing for some months; `options`: the share of what may be chosen that is left.

    `probabilities`: the most that any order has of each target then, of those that were looked at; None where all is still possible.
    """

    months: int
    cost: float | None
    difference: float | None
    options: float
    probabilities: tuple[float, ...] | None
    text: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "months": self.months, "possible": self.cost is not None, "cost": self.cost, "difference": self.difference,
            "options": self.options, "probabilities": None if self.probabilities is None else list(self.probabilities), "text": self.text,
        }  # fmt: skip


def delays(
    made: Prepared, chosen: Chosen, hands: Iterable[Chosen], unit: str, goal: Array | None = None, months: Sequence[int] = MONTHS,
    more: Sequence[float] = (),
) -> tuple[Delay, ...]:  # fmt: skip
    """What it costs, or what becomes of the probability, if no work starts for so many months. Waiting longer never costs less.

    The longest first: what does after a long wait does after a shorter one too. `hands`: orders to begin from; those of their starts that
    are too early are put off. `more`: what draws are asked for beyond the probability that is told, by target.
    """
    beyond = np.array(more if len(more) else [0.0] * len(made.case.targets))
    case, out, known = made.case, list[Delay](), [tuple(sorted(one)) for one in dict.fromkeys((chosen, *hands))]
    worth, best = value_of(case, chosen, goal), list[Chosen]()
    for wait in sorted(months, reverse=True):
        later = replace(made, case=not_before(case, wait))
        put_off = dict.fromkeys((*best, *(pushed(later.case, one, wait) for one in known)))
        found = sought(later, put_off, goal=goal)
        left = float(later.case.allowed.sum() / max(case.allowed.sum(), 1))
        if found is None:
            reached = np.max([odds_in(later, one) for one in put_off], axis=0, initial=0.0)
            odds = tuple(np.maximum(reached - beyond, 0.0).tolist())
            asked = [target.probability - one for target, one in zip(case.targets, beyond, strict=True)]
            out.append(Delay(wait, None, None, left, odds, _lost_text(asked, wait, odds)))
        else:
            best = [found.chosen]
            dearer = max(0.0, found.value - worth)
            told = f"costs {show(dearer, unit)} more" if dearer > 0 else "costs nothing"
            out.append(Delay(wait, found.value, dearer, left, None, f"to start nothing for {counted(wait, 'month')} {told}"))
    return tuple(reversed(out))


def pushed(case: BuildCase, chosen: Chosen, months: int) -> Chosen:
    """An order in which nothing starts in the first months: early starts are put off, those after them as their site asks.

    A site that can then not be left as the file has it is built on the first power that carries it.
    """
    made: dict[int, Choice] = {}
    for one in sorted(chosen):
        site, before = case.buildings[one.building].site, made.get(one.building - 1)
        behind = before if before is not None and case.buildings[before.building].site == site else None
        first = max(one.start, months, behind.start + (case.spacing[site] if case.spacing else 0) if behind else 0)
        powers = (behind.power,) if behind else (one.power, *range(len(case.powers)))
        found = next((at for power in powers if (at := _first(case, one, power, first)) is not None), None)
        if found is not None and (behind or one.building == case.by_site[site][0]):
            made[one.building] = found
    return tuple(made.values())


def _first(case: BuildCase, one: Choice, power: int, first: int) -> Choice | None:
    """The earliest option of a building from a month on, with its own accelerator where it may have it."""
    options = np.argwhere(case.allowed[one.building, power, :, first:])
    best = min(((int(start), int(chip) != one.chip, int(chip)) for chip, start in options), default=None)
    return None if best is None else Choice(one.building, power, best[2], first + best[0])


def _lost_text(asked: Sequence[float], wait: int, odds: Sequence[float]) -> str:
    told = [f"{share_text(one)} in place of {share_text(odd)}" for one, odd in zip(odds, asked, strict=True) if one < odd]
    return f"after {counted(wait, 'month')} in which nothing starts, no order was found that keeps what is asked: {', '.join(told)} at most"
