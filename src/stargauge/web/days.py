"""The days between which the knowledge date can be moved, and what came in on those that bear a name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from stargauge.quantity.dates import month_end

if TYPE_CHECKING:
    from stargauge.programme.schema import Programme

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


def first_day(programme: Programme) -> date:
    """The first day on which the programme can be spoken of: a phase or a pledge was known, and its first claim dated to a day was made."""
    from stargauge.api import first_known

    today = date.today()
    usable = first_known(programme) or min(published(programme), default=today)
    claimed = [claim.day.start for claim in programme.claims.values() if claim.day.start == claim.day.end]
    return min(max(usable, min(claimed, default=usable)), today)


def days_of(programme: Programme) -> list[date]:
    """Every day from the first on which something came in, the end of each month, and today."""
    today, first = date.today(), first_day(programme)
    days = {first, today, *(day for day in published(programme) if day >= first)}
    end = month_end(first)
    while end < today:
        days.add(end)
        end = month_end(date(end.year + end.month // 12, end.month % 12 + 1, 1))
    return sorted(days)


def events_of(programme: Programme) -> list[Event]:
    """The first day, a few on which most came in, and today, each with what it is."""
    today, first, counts = date.today(), first_day(programme), published(programme)
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


def text_of(event: Event) -> str:
    """What an event is called, in the language that is spoken."""
    from stargauge.report.locale import say
    from stargauge.report.wording import counted

    if event.kind in (FIRST, TODAY):
        return say("announced") if event.kind == FIRST else say("today")
    if event.kind == SITES:
        return say("new: {site}", site=event.names[0]) if len(event.names) == 1 else counted(len(event.names), "new site")
    return say("news of {name}", name=event.names[0]) if event.names else counted(event.count, "statement")
