"""The days between which the knowledge date can be moved."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from stargauge.quantity.dates import month_end

if TYPE_CHECKING:
    from stargauge.programme.schema import Programme

#: How many days between the first and today bear a name, and how many days apart they stand at least.
NAMED, APART = 2, 90


def published(programme: Programme) -> Counter[date]:
    """How many statements came to be known on each day up to today."""
    today = date.today()
    days = (said.known_from for said in programme.statements())
    return Counter(day for day in days if day is not None and day <= today)


def first_day(programme: Programme) -> date:
    """The first day on which the programme can be spoken of: when its first claim was made, else when its first statement came."""
    today = date.today()
    made = [claim.day.start for claim in programme.claims.values() if claim.day.start <= today]
    return min(made or list(published(programme)) or [today])


def days_of(programme: Programme) -> list[date]:
    """Every day from the first on which something came in, the end of each month, and today."""
    today, first = date.today(), first_day(programme)
    days = {first, today, *(day for day in published(programme) if day >= first)}
    end = month_end(first)
    while end < today:
        days.add(end)
        end = month_end(date(end.year + end.month // 12, end.month % 12 + 1, 1))
    return sorted(days)


def events_of(programme: Programme) -> list[tuple[date, str]]:
    """The first day, a few on which most came in, and today, each with what it is."""
    today, first = date.today(), first_day(programme)
    chosen: list[date] = []
    for day, _ in sorted(published(programme).items(), key=lambda pair: (-pair[1], pair[0])):
        if all(abs((day - other).days) >= APART for other in (first, today, *chosen)) and len(chosen) < NAMED and day > first:
            chosen.append(day)
    counts = published(programme)
    return [(first, "announced"), *((day, f"{counts[day]} statements") for day in sorted(chosen)), (today, "today")]
