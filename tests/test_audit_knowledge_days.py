"""Days between which the knowledge date moves: where something came in, ends of months, and those that bear a name."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from stargauge.audit.over_time import knowledge_days
from stargauge.audit.over_time.knowledge_days import ABOUT, FIRST, SITES, TODAY, Event, days_of, events_of, first_day


@pytest.fixture
def programme(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Three statements on the first day, two on a new site later, one of a party close to it, all before a fixed today."""

    class Day(date):
        @classmethod
        def today(cls) -> Any:
            return date(2025, 12, 20)

    monkeypatch.setattr(knowledge_days, "date", Day)
    said = [
        *[SimpleNamespace(path="sites.north.it_power", known_from=date(2024, 12, 30))] * 3,
        *[SimpleNamespace(path="sites.south.it_power", known_from=date(2025, 6, 10))] * 2,
        SimpleNamespace(path="parties.oracle.cash", known_from=date(2025, 6, 12)), SimpleNamespace(path="x", known_from=None),
        SimpleNamespace(path="sites.south.it_power", known_from=date(2026, 1, 1)),
    ]  # fmt: skip
    named = {"north": SimpleNamespace(name="North (A)"), "south": SimpleNamespace(name="South, Texas")}
    return SimpleNamespace(statements=lambda: said, sites=named, parties={}, claims={})


def test_days_are_those_on_which_something_came_in_and_ends_of_months(programme: Any) -> None:
    first = first_day(programme, None)
    assert first == date(2024, 12, 30) and first_day(programme, date(2025, 6, 10)) == date(2025, 6, 10)
    days = days_of(programme, first)
    ends = [date(2024, 12, 31), date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)]
    assert days[:5] == [first, *ends] and days[-2:] == [date(2025, 11, 30), date(2025, 12, 20)]
    assert {date(2025, 6, 10), date(2025, 6, 12)} < set(days) and date(2026, 1, 1) not in days


def test_named_days_stand_apart_and_say_what_came_in(programme: Any) -> None:
    assert events_of(programme, date(2024, 12, 30)) == [
        Event(date(2024, 12, 30), FIRST), Event(date(2025, 6, 10), SITES, 2, ("South",)), Event(date(2025, 12, 20), TODAY),
    ]  # fmt: skip
    late = events_of(programme, date(2025, 3, 1))[1]
    assert (late.kind, late.names) == (SITES, ("South",)) and late.kind != ABOUT
