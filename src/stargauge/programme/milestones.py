"""Which statement of a milestone counts: what had been reached, what was planned, what was given up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from stargauge.programme.schema import Milestones, Phase, Pledge, Site
from stargauge.quantity.dates import Window
from stargauge.quantity.quantity import PHYSICAL_STAGES
from stargauge.quantity.statement import RECORDED, STATUSES, Statement

PLANS = frozenset({"planned", "projected"})


def rank(statement: Statement) -> tuple[bool, date, date, int, int]:
    """How new a statement is: sourced before assumed, then by publication, by the date it speaks for, by status and by grade."""
    return (
        bool(statement.source),
        statement.known_from or date.min,
        statement.as_of.end if statement.as_of else date.min,
        STATUSES.index(statement.status) if statement.status != "cancelled" else -1,
        -("ABCD".index(statement.grade) if statement.grade else 4),
    )


def newest(statements: Iterable[Statement]) -> Statement | None:
    """The newest statement; of equals the last in the file."""
    chosen: Statement | None = None
    for statement in statements:
        if chosen is None or rank(statement) >= rank(chosen):
            chosen = statement
    return chosen


def is_observed(statement: Statement, as_of: date) -> bool:
    """Whether a dated statement tells of something reached: its date is not after its own as-of and nobody calls it a plan.

    An estimated date counts once its whole window has passed, a reported or observed one once it has begun. A date without source and as-of
    counts where it is not after the knowledge date.
    """
    if not isinstance(statement.value, Window) or statement.status not in RECORDED:
        return False
    if statement.as_of is None:
        return statement.value.end <= as_of
    seen = statement.as_of.end
    return statement.value.end <= seen or (statement.status != "estimated" and statement.value.start <= seen)


def observed(statements: Sequence[Statement], as_of: date) -> Statement | None:
    """The newest statement of a milestone reached; its window ends no later than the day it speaks for."""
    chosen = newest(s for s in statements if is_observed(s, as_of))
    if chosen is None or not isinstance(chosen.value, Window):
        return None
    last = chosen.as_of.end if chosen.as_of else as_of
    return replace(chosen, value=Window(chosen.value.start, min(chosen.value.end, last))) if chosen.value.end > last else chosen


def plans(statements: Sequence[Statement], as_of: date) -> list[Statement]:
    """The statements of a date still ahead when they were made: planned, projected, or estimated for a later day."""
    return [s for s in statements if isinstance(s.value, Window) and s.status != "cancelled" and not is_observed(s, as_of)]


def planned(statements: Sequence[Statement], as_of: date) -> Statement | None:
    """The newest plan."""
    return newest(plans(statements, as_of))


def cancelled(milestones: Milestones, as_of: date) -> Statement | None:
    """The newest statement that it was given up, with the day on which it was."""
    said = [s for s in milestones.cancelled if isinstance(s.value, Window)]
    return newest(s for s in said if s.status == "cancelled" or is_observed(s, as_of))


def first_promise(milestones: Iterable[Milestones]) -> Statement | None:
    """The earliest published plan of operation in the first of the milestones that has one, else of power."""
    for milestone in milestones:
        for stage in reversed(PHYSICAL_STAGES[1:]):
            dated: tuple[Statement, ...] = getattr(milestone, stage)
            plans = [s for s in dated if s.status in PLANS and isinstance(s.value, Window)]
            if plans:
                return min(plans, key=lambda s: s.known_from or date.min)
    return None


def announced(spec: Phase | Pledge, site: Site | None) -> Statement | None:
    """The first announcement: as stated for the phase, else the earliest publication of a size or date of it or of its site."""
    own = [s for s in spec.milestones.announced if isinstance(s.value, Window) and s.status != "cancelled"]
    if own:
        return min(own, key=_begins)
    dated = [s for s in site.milestones.announced if isinstance(s.value, Window) and s.status != "cancelled"] if site else []
    first = min(dated, key=_begins, default=None)
    sizes = [s for part in (spec, site) if part is not None for s in _sizes(part) if s.published and s.source]
    told = min(sizes, key=_told_from, default=None)
    if told is None or told.published is None or (first is not None and _begins(first) <= _told_from(told)):
        return first
    return replace(told, value=told.published, unit="date")


def _sizes(part: Phase | Pledge | Site) -> tuple[Statement, ...]:
    return (*part.it_power, *part.facility_power, *part.chips, *part.buildings, *part.capital)


def _told_from(statement: Statement) -> date:
    return statement.published.start if statement.published else date.max


def _begins(statement: Statement) -> date:
    return statement.value.start if isinstance(statement.value, Window) else date.max


def looked_through(statements: Iterable[Statement], as_of: date) -> date | None:
    """The last day that an observation speaks for: something measured or seen, or a milestone that somebody reports as reached."""
    last: date | None = None
    for s in statements:
        looked = s.status == "observed" or (isinstance(s.value, Window) and s.status in RECORDED)
        if looked and s.source and s.published and s.as_of and s.as_of.start <= s.published.end:
            when = min(s.as_of.start, as_of)
            last = when if last is None else max(last, when)
    return last
