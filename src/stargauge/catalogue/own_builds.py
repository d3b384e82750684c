"""A user's own builds, from the start of work to operation: a CSV file with the columns of the records of builds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

from stargauge.catalogue.builds import POWER, BuildRecord
from stargauge.catalogue.projects import EARLIEST, LATEST
from stargauge.catalogue.tables import cells_of
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

NEEDED = ("site", "owner", "kind", "it_mw", "started", "operational", "known_at")
KNOWN = (*NEEDED, "id", "step", "buildings", "campus_mw", "roofed", "held_by")
KINDS, HOLDERS = ("new", "expansion", "retrofit"), (POWER, "")
_DATES = ("started", "roofed", "operational", "known_at")


def read_own_builds(file: Path) -> tuple[BuildRecord, ...]:
    """The builds of a file, in its order. Raises InputError with every fault, its line, what was expected and how to fix it."""
    faults: list[Fault] = []
    records = [record for line, cells in cells_of(file, NEEDED, KNOWN) if (record := _record(file, line, cells, faults)) is not None]
    if faults:
        raise InputError(faults)
    if not records:
        raise InputError(say('"{file}" has no rows; expected one line per build', file=file))
    return tuple(records)


def _record(file: Path, line: int, cells: Mapping[str, str], faults: list[Fault]) -> BuildRecord | None:
    dates: dict[str, date | None] = {}
    numbers: dict[str, float | None] = {}
    wrong = [*_words(cells), *_read_dates(cells, dates), *_read_numbers(cells, numbers)]
    wrong = wrong or list(_contradictions(dates))
    if wrong:
        faults += [Fault(text, cells.get("id") or cells.get("site", ""), str(file), line, 1) for text in wrong]
        return None
    seen = dates["known_at"] or dates["operational"]
    assert seen is not None
    megawatts, campus = numbers["it_mw"], numbers["campus_mw"]
    return BuildRecord(
        cells.get("id") or str(line), cells["site"], cells["owner"], cells["kind"], int(numbers["step"] or 1), numbers["buildings"] or 1.0,
        1e6 * (megawatts or 0.0), 1e6 * campus if campus else None, dates["started"], dates["roofed"], dates["operational"], seen, "",
        cells.get("held_by", ""), file.name, "C",
    )  # fmt: skip


def _words(cells: Mapping[str, str]) -> Iterator[str]:
    for name in ("site", "owner"):
        if not cells.get(name):
            yield say('"{name}" is empty; expected a text', name=name)
    for name, allowed in (("kind", KINDS), ("held_by", HOLDERS)):
        given = cells.get(name, "")
        if given not in allowed:
            words = ", ".join(word or say("nothing") for word in allowed)
            yield say(
                '{name} is "{given}"{near}; expected one of {words}',
                name=name,
                given=given,
                near=did_you_mean(given, [word for word in allowed if word]),
                words=words,
            )


def _read_dates(cells: Mapping[str, str], dates: dict[str, date | None]) -> Iterator[str]:
    for name in _DATES:
        text = cells.get(name, "")
        try:
            dates[name] = date.fromisoformat(text) if text else None
        except ValueError:
            yield say('{name} is "{text}"; expected a day such as 2026-11-01, or nothing where it is not known', name=name, text=text)


def _read_numbers(cells: Mapping[str, str], numbers: dict[str, float | None]) -> Iterator[str]:
    for name in ("it_mw", "campus_mw", "buildings", "step"):
        text = cells.get(name, "")
        try:
            numbers[name] = float(text) if text else None
        except ValueError:
            yield say('{name} is "{text}"; expected a number', name=name, text=text)
            continue
        value = numbers[name]
        if value is not None and not 0.0 < value < 1e6:
            yield say("{name} is {text}; expected a number above 0 and below a million", name=name, text=text)
    if not cells.get("it_mw"):
        yield say("it_mw is empty; expected the IT power of the build in MW")


def _contradictions(dates: Mapping[str, date | None]) -> Iterator[str]:
    for name, when in dates.items():
        if when is not None and not EARLIEST <= when.year <= LATEST:
            yield say(
                "{name} is {when}; expected a date between {earliest} and {latest}", name=name, when=when, earliest=EARLIEST, latest=LATEST
            )
    if dates["known_at"] is None and dates["operational"] is None:
        yield say("operational and known_at are both empty; expected the day it ran, or the day of the last look")
    if dates["started"] is not None and dates["started"] == dates["operational"]:
        yield say("started and operational are both {started}; a build takes time", started=dates["started"])
    known = [(name, when) for name in _DATES if (when := dates[name]) is not None]
    for (first, earlier), (second, later) in pairwise(known):
        if earlier > later:
            yield say("{first} ({earlier}) lies after {second} ({later})", first=first, earlier=earlier, second=second, later=later)
