"""The days between which the knowledge date can be moved, as pages ask for them, and what the named ones are called."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stargauge.audit.over_time.knowledge_days import Event
    from stargauge.programme.schema import Programme


def first_day(programme: Programme) -> date:
    """The first day on which the programme can be spoken of."""
    from stargauge.api import first_known
    from stargauge.audit.over_time import knowledge_days

    return knowledge_days.first_day(programme, first_known(programme))


def days_of(programme: Programme, first: date) -> list[date]:
    """The days on which something came in, from the first on, ends of months and today."""
    from stargauge.audit.over_time import knowledge_days

    return knowledge_days.days_of(programme, first)


def events_of(programme: Programme, first: date) -> list[Event]:
    """The days that bear a name, from the first on, each with what came in."""
    from stargauge.audit.over_time import knowledge_days

    return knowledge_days.events_of(programme, first)


def text_of(event: Event) -> str:
    """What an event is called, in the language that is spoken."""
    from stargauge.audit.over_time.knowledge_days import FIRST, SITES, TODAY
    from stargauge.report.locale import say
    from stargauge.report.wording import counted

    if event.kind in (FIRST, TODAY):
        return say("announced") if event.kind == FIRST else say("today")
    if event.kind == SITES:
        return say("new: {site}", site=event.names[0]) if len(event.names) == 1 else counted(len(event.names), "new site")
    return say("news of {name}", name=event.names[0]) if event.names else counted(event.count, "statement")
