"""Rules on dates of a programme: stages in order, plans that lie ahead, a clock that runs forward."""

from __future__ import annotations

from collections.abc import Iterator

from stargauge.programme.fields import place_of
from stargauge.programme.milestones import PLANS
from stargauge.programme.positions import Flaw, Trail
from stargauge.programme.schema import Milestones, Programme, fields_of, parts_of
from stargauge.quantity.dates import Window
from stargauge.quantity.quantity import PHYSICAL_STAGES
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import RECORDED, Statement

MAX_YEARS = 60


def age_of(statement: Statement) -> int:
    """The day from which a statement is known, as a day count; 0 where nothing says so."""
    return statement.known_from.toordinal() if statement.known_from else 0


def check_for_stages_out_of_order(programme: Programme) -> Iterator[Flaw]:
    """Start of work, power and operation follow one another: among recorded dates, and among plans that could know each other.

    What is designed here follows nobody: others planned without it.
    """
    designed = frozenset(name for name, source in programme.sources.items() if source.designed)
    for trail, part in parts_of(programme):
        if isinstance(part, Milestones):
            for recorded in (True, False):
                yield from _out_of_order(trail, part, recorded, designed)


def _out_of_order(trail: Trail, milestones: Milestones, recorded: bool, designed: frozenset[str]) -> Iterator[Flaw]:
    newest: list[tuple[str, Statement, Window]] = []
    for stage in PHYSICAL_STAGES:
        dated = [s for s in getattr(milestones, stage) if (s.status in RECORDED and bool(s.source)) is recorded and s.status != "cancelled"]
        if dated:
            last = max(dated, key=age_of)
            if isinstance(last.value, Window):
                newest.append((stage, last, last.value))
    for at, (stage, first, begins) in enumerate(newest):
        for after, second, ends in newest[at + 1 :]:
            alike = (first.source in designed) == (second.source in designed)
            if alike and ends.end < begins.start and (recorded or age_of(second) >= age_of(first)):
                yield Flaw(
                    place_of((*trail, after), second),
                    say(
                        '{after} on "{text}" comes before {stage} on "{first_text}"; expected {physical_stages}',
                        after=after,
                        text=second.text,
                        stage=stage,
                        first_text=first.text,
                        physical_stages=" <= ".join(PHYSICAL_STAGES),
                    ),
                )


def check_for_plans_of_the_past(programme: Programme) -> Iterator[Flaw]:
    """A planned date lies ahead when the plan is published."""
    for trail, part in parts_of(programme):
        if isinstance(part, Milestones):
            for keys, _, statements in fields_of(part):
                for s in statements:
                    past = isinstance(s.value, Window) and s.published is not None and s.value.end < s.published.start
                    if past and s.source and s.status in PLANS:
                        yield Flaw(
                            place_of((*trail, *keys), s),
                            say(
                                '{status} for "{text}", before its own publication ({published}); what had been reached is reported, '
                                "observed or estimated: correct one",
                                status=s.status,
                                text=s.text,
                                published=s.published,
                            ),
                        )


def check_for_clock(programme: Programme) -> Iterator[Flaw]:
    """The model's clock runs forward, and for at most 60 years; money has a price year of our time."""
    start, horizon = programme.start, programme.horizon
    if start and horizon and horizon.end <= start.start:
        yield Flaw(("horizon",), say("ends {end}, before the start {start}", end=horizon.end, start=start.start))
    elif start and horizon and horizon.end.year - start.start.year > MAX_YEARS:
        yield Flaw(
            ("horizon",),
            say(
                "{year} years after the start; expected at most {max_years}", year=horizon.end.year - start.start.year, max_years=MAX_YEARS
            ),
        )
    if programme.price_year and not 1990 <= programme.price_year <= 2100:
        yield Flaw(("price_year",), say('got "{price_year}"; expected a year between 1990 and 2100', price_year=programme.price_year))
