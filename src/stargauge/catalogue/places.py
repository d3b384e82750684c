"""Where a value of the catalogue stands: file and line, and of records the words and the link by which they cite their source."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from stargauge.catalogue.load import BUILD_RECORDS, DATA, FIT_RECORDS, RAMP_RECORDS, VINTAGES, Catalogue
from stargauge.quantity.statement import Statement

#: The files of records by the second part of the paths of their statements, and the column that names a record there.
_RECORDS = {
    "fit-record": ((FIT_RECORDS, "id"),),
    "build-record": ((BUILD_RECORDS, "id"), (RAMP_RECORDS, "id")),
    "vintage": ((VINTAGES, "programme"),),
}
PREFIX = "catalogue/"


class Place(NamedTuple):
    """A file and a line in it, from 1; none where the line is not known."""

    file: str
    line: int | None = None


class Cited(NamedTuple):
    """How a record cites its source: in words, and its link."""

    words: str
    url: str


class _Entry(NamedTuple):
    place: Place
    cited: Cited


def place_of(said: Statement, values: Catalogue) -> Place | None:
    """Where a statement of the catalogue stands; None where it is none of it. Files that are shipped are named `catalogue/NAME.csv`."""
    if not said.path.startswith(PREFIX):
        return None
    kind, *rest = said.path.removeprefix(PREFIX).split("/", 1)
    if kind in _RECORDS:
        entry = _records(kind).get((rest[0], said.note)) or _records(kind).get((rest[0], ""))
        return entry.place if entry else None
    name, _, attribute = rest[0].partition("/")
    rows = values.entries(kind, name, attribute)
    row = next((row for row in rows if row.statement is said), None) or next((row for row in rows if row.statement == said), None)
    return Place(_named(Path(row.file)), row.line) if row is not None else None


def cited_of(said: Statement) -> Cited | None:
    """How a record of plans, builds or editions cites its source; None of any other statement."""
    kind, _, name = said.path.removeprefix(PREFIX).partition("/")
    if not said.path.startswith(PREFIX) or kind not in _RECORDS:
        return None
    entry = _records(kind).get((name, ""))
    return entry.cited if entry else None


@cache
def _records(kind: str) -> dict[tuple[str, str], _Entry]:
    """The records of a kind by their name, and by name and milestone where a name stands for several."""
    found: dict[tuple[str, str], _Entry] = {}
    for file, key in _RECORDS[kind]:
        with (DATA / file).open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle)
            before = 1
            for cells in reader:
                entry = _Entry(
                    Place(f"{PREFIX}{file}", before + 1), Cited(cells["source"], cells.get("actual_url") or cells.get("plan_url") or "")
                )
                before = reader.line_num
                found.setdefault((cells[key], ""), entry)
                found.setdefault((cells[key], cells.get("milestone", "")), entry)
    return found


def _named(file: Path) -> str:
    return f"{PREFIX}{file.name}" if file.parent == DATA else str(file)
