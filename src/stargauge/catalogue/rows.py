"""One CSV file of the catalogue to checked rows: every value with its unit, dates, source, status and grade."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast, get_args

from stargauge.quantity.dates import Window, parse_window
from stargauge.quantity.distribution import Distribution, parse_value
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import STATUSES, Grade, Source, Statement
from stargauge.quantity.units import unit

COLUMNS = ("kind", "name", "attribute", "value", "unit", "as_of", "published", "source", "status", "grade", "note")
SOURCE_COLUMNS = ("id", "publisher", "title", "date", "url", "grade")
REQUIRED = ("kind", "name", "attribute", "value", "unit")
GRADES: tuple[str, ...] = get_args(Grade)
_ID = re.compile(r"^[a-z0-9][a-z0-9.]*(?:[-_][a-z0-9.]+)*\Z")
_LONGEST_FILE = 20_000_000

# The unit a value is kept in, by the dimension of each symbol of the unit it was written in; times keep their scale of use.
_KEPT = {"W": "W", "W*s": "Wh", "s": "s", "g": "g", "L": "L", "job": "job", "FLOP": "FLOP", "token": "token", "B": "B", "m": "m",
         "m*m": "m2", "K": "K", "degC": "degC", "deg": "deg", "Pa": "Pa", "USD": "USD"}  # fmt: skip
_KEPT_TIME = {"min": "h", "h": "h", "s": "s", "ms": "s", "us": "s"}
_MAGNITUDES = frozenset({"k", "thousand", "mn", "Mio.", "million", "M", "bn", "billion", "Mrd.", "tn", "trillion"})


@dataclass(frozen=True)
class Row:
    """A statement of the catalogue at its place: kind, name and attribute, and whether a user laid it over the shipped values.

    `file`, `line`: where it stands.
    """

    kind: str
    name: str
    attribute: str
    statement: Statement
    laid_over: bool = False
    file: str = ""
    line: int = 0

    @property
    def assumed(self) -> bool:
        """Laid over without a source."""
        return self.laid_over and not self.statement.source


@lru_cache(maxsize=1024)
def kept_unit(text: str) -> str:
    """The SI unit in which a value written in another unit is kept: `M USD/MW` -> `USD/W`, `weeks` -> `d`, `lb/MWh` -> `g/Wh`."""
    if text in ("text", "date"):
        return text
    parts = [[kept for kept in map(_kept_symbol, part.replace("*", " ").split()) if kept != "1"] for part in text.strip().split("/")]
    over = "*".join(parts[0]) or "1"
    kept = "/".join([over, *("*".join(part) for part in parts[1:] if part)])
    return kept if unit(kept).dimension else "1"


def _kept_symbol(symbol: str) -> str:
    if symbol in _MAGNITUDES:
        return "1"
    dimension = "*".join(name for name, exponent in sorted(unit(symbol).dimension) for _ in range(exponent))
    if not dimension:
        return "1"
    if dimension == "s":
        return _KEPT_TIME.get(symbol, "d")
    return _KEPT.get(dimension.replace("s*W", "W*s"), dimension)


@lru_cache(maxsize=4096)
def _window(text: str) -> Window:
    return parse_window(text)


def _parse(value: str, unit_name: str) -> tuple[float | Distribution | Window | str, str]:
    kept = kept_unit(unit_name)
    if kept == "text":
        return value, kept
    if kept == "date":
        return _window(value), kept
    factor = unit(unit_name).factor / unit(kept).factor
    try:
        return float(value) * factor, kept
    except ValueError:
        parsed = parse_value(value, "1")
    return (parsed.scaled(factor) if isinstance(parsed, Distribution) else parsed * factor), kept


def _lines(file: Path, columns: tuple[str, ...], faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a CSV file as mappings with their line number; a wrong header or an uneven line is a fault."""
    if file.stat().st_size > _LONGEST_FILE:
        raise InputError(Fault(say("the file is larger than {longest_file} MB", longest_file=_LONGEST_FILE // 1_000_000), file=str(file)))
    with file.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        header = next(reader, [])
        if unknown := [name for name in header if name not in columns]:
            faults.append(
                Fault(
                    say('unknown column "{unknown}"{near}', unknown=unknown[0], near=did_you_mean(unknown[0], columns)),
                    file=str(file),
                    line=1,
                    column=1,
                )
            )
            return
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                faults.append(
                    Fault(
                        say("{cells} cells; expected {header}", cells=len(cells), header=len(header)),
                        file=str(file),
                        line=reader.line_num,
                        column=1,
                    )
                )
                continue
            yield reader.line_num, dict(zip(header, cells, strict=True))


def read_sources(file: Path) -> dict[str, Source]:
    """The sources of a `sources.csv` by id. Raises InputError with all faults."""
    faults: list[Fault] = []
    found: dict[str, Source] = {}
    for line, cells in _lines(file, SOURCE_COLUMNS, faults):
        key, grade = cells.get("id", ""), cells.get("grade") or "B"
        try:
            if not _ID.match(key) or key in found:
                raise InputError(say('got the id "{key}"; expected a new id of lower case letters, digits and hyphens', key=key))
            if grade not in GRADES:
                raise InputError(say('got the grade "{grade}"; expected A, B, C or D', grade=grade))
            published = _window(cells["date"]) if cells.get("date") else None
            publisher, title, url = (cells.get(column, "") for column in ("publisher", "title", "url"))
            found[key] = Source(key, publisher, title, published, url, cast(Grade, grade))
        except InputError as error:
            faults += [Fault(fault.message, key, str(file), line, 1) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return found


def read_rows(file: Path, sources: Mapping[str, Source], kinds: frozenset[str], laid_over: bool = False) -> list[Row]:
    """The rows of one CSV file, checked: known kind, parsable value and unit, a date of publication, a source that exists.

    Raises InputError with all faults of the file.
    """
    faults: list[Fault] = []
    rows: list[Row] = []
    for line, cells in _lines(file, COLUMNS, faults):
        path = "/".join(cells.get(key, "") for key in ("kind", "name", "attribute"))
        try:
            rows.append(replace(_row(cells, path, sources, kinds, laid_over), file=str(file), line=line))
        except InputError as error:
            faults += [Fault(fault.message, path, str(file), line, 1) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return rows


def _row(cells: Mapping[str, str], path: str, sources: Mapping[str, Source], kinds: frozenset[str], laid_over: bool) -> Row:
    for key in REQUIRED:
        if not cells.get(key):
            raise InputError(say('the cell "{key}" is empty', key=key))
    kind, name, attribute, unit_name = cells["kind"], cells["name"], cells["attribute"], cells["unit"]
    if kind not in kinds:
        raise InputError(say('unknown kind "{kind}"{near}', kind=kind, near=did_you_mean(kind, kinds)))
    for key in (name, attribute):
        if not _ID.match(key):
            raise InputError(say('got "{key}"; expected an id of lower case letters, digits, hyphens or underscores', key=key))
    source = cells.get("source", "")
    if source and source not in sources:
        raise InputError(say('no source "{source}"{near}', source=source, near=did_you_mean(source, sources)))
    status, grade = cells.get("status") or "reported", cells.get("grade") or (sources[source].grade if source else "D")
    if status not in STATUSES:
        raise InputError(say('got the status "{status}"; expected one of {statuses}', status=status, statuses=", ".join(STATUSES)))
    if grade not in GRADES:
        raise InputError(say('got the grade "{grade}"; expected A, B, C or D', grade=grade))
    published = _window(cells["published"]) if cells.get("published") else (sources[source].published if source else None)
    if published is None and not (laid_over and not source):
        raise InputError(say("no date of publication, neither in the row nor in its source") if source else say("no source"))
    as_of = _window(cells["as_of"]) if cells.get("as_of") else published
    value, kept = _parse(cells["value"], unit_name)
    text = cells["value"] if kept in ("text", "date") else f"{cells['value']} {unit_name}"
    statement = Statement(
        value, kept, as_of, published, source, status, cast(Grade, grade), cells.get("note", ""), f"catalogue/{path}", text
    )
    return Row(kind, name, attribute, statement, laid_over)
