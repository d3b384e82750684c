"""The days between which a programme's knowledge date can be moved, and what came in on those that bear a name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from stargauge.programme.schema import Programme
from stargauge.quantity.dates import months_between

#: How many days between the first and today bear a name, and how many days apart they stand at least.
NAMED, APART = 2, 90
FIRST, TODAY, SITES, ABOUT = "first", "today", "sites", "about"


@dataclass(frozen=True)
class Event:
    """A day that bears a name. `kind`: the first, today, a day with new sites, or one of which most statements are about one thing.

    `names`: of the new sites, or of what most is about; `count`: statements that came in.
    """

    day: date
    kind: str
    count: int = 0
    names: tuple[str, ...] = ()


def published(programme: Programme) -> Counter[date]:
    """How many statements came to be known on each day up to today."""
    today = date.today()
    days = (said.known_from for said in programme.statements())
    return Counter(day for day in days if day is not None and day <= today)


def first_day(programme: Programme, known_from: date | None) -> date:
    """The first day on which the programme can be spoken of: a phase or a pledge was known, and its first claim dated to a day was made.

    `known_from`: the day from which a phase or a pledge is known; None where none is, and the first statement counts.
    """
    today = date.today()
    usable = known_from or min(published(programme), default=today)
    claimed = [claim.day.start for claim in programme.claims.values() if claim.day.start == claim.day.end]
    return min(max(usable, min(claimed, default=usable)), today)


def days_of(programme: Programme, first: date) -> list[date]:
    """Every day from the first on which something came in, the end of each month, and today."""
    today = date.today()
    days = {first, today, *(day for day in published(programme) if day >= first)}
    return sorted(days | {end for end in months_between(first, today) if end < today})


def events_of(programme: Programme, first: date) -> list[Event]:
    """The first day, a few on which most came in, and today, each with what it is."""
    today, counts = date.today(), published(programme)
    chosen: list[date] = []
    for day, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if all(abs((day - other).days) >= APART for other in (first, today, *chosen)) and len(chosen) < NAMED and day > first:
            chosen.append(day)
    return [Event(first, FIRST), *(_named(programme, day, counts[day]) for day in sorted(chosen)), Event(today, TODAY)]


def _named(programme: Programme, day: date, count: int) -> Event:
    """What came in on a day: sites that were not known before, else what most statements are about."""
    known_from: dict[str, date] = {}
    about: Counter[str] = Counter()
    for said in programme.statements():
        group, _, rest = said.path.partition(".")
        if said.known_from is None or group not in ("sites", "parties"):
            continue
        name = rest.partition(".")[0]
        if group == "sites":
            known_from[name] = min(said.known_from, known_from.get(name, said.known_from))
        if said.known_from == day:
            about[name] += 1
    new = tuple(_title(programme, name) for name, first in known_from.items() if first == day)
    if new:
        return Event(day, SITES, count, new)
    return Event(day, ABOUT, count, tuple(_title(programme, name) for name, _ in about.most_common(1)))


def _title(programme: Programme, name: str) -> str:
    """What a site or a party is called, up to the first comma or bracket."""
    part = programme.sites.get(name) or programme.parties.get(name)
    return ((part.name if part else "") or name).split(",")[0].split(" (")[0]
