"""Statements from elsewhere against what a programme knows: what is new, what moved, and a partial file that adds them.

Older statements are never lost: where a file laid over a programme touches a field it replaces its list, so the file holds old and new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from stargauge.programme.currencies import Rates
from stargauge.programme.fields import RECORD, STATEMENT_KEYS, Reader, Spec, median, read_stated
from stargauge.programme.milestones import newest
from stargauge.programme.overlay import overlay
from stargauge.programme.positions import Section, Trail, scalar, written
from stargauge.programme.read import sources_of
from stargauge.programme.schema import Programme, parts_of
from stargauge.programme.statement_table import MOST_FAULTS, Row, read_table
from stargauge.quantity.dates import Window, parse_window
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Source, Statement

#: Values this near are one value, written with other rounding.
ROUNDING = 0.005
COLUMNS = ("path", "value", "as_of", "published", "source", "status", "grade", "note")
#: Columns of a source that the programme does not have yet.
SOURCE_COLUMNS = ("publisher", "title", "url")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/%-]*( [A-Za-z0-9._/%-]+)*\Z")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


# --- proposals and changes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """A statement to add to a field of a programme."""

    trail: Trail
    statement: Statement
    row: Row


@dataclass(frozen=True)
class Change:
    """What a statement does to what was known: `new`, `moved` (a date), `changed`, `unchanged`, or `held` (it stands there already)."""

    kind: str
    path: str
    value: str
    status: str
    source: str
    known: str = ""
    known_source: str = ""
    days: float | None = None


@dataclass(frozen=True)
class Import:
    """What was read, against what the programme knew by the edition, and the partial programme that adds it (empty: nothing to add)."""

    programme: str
    title: str
    edition: str
    changes: tuple[Change, ...]
    unmatched: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    attribution: str = ""
    patch: dict[str, Any] = field(default_factory=dict, repr=False)

    def of(self, kind: str) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def text(self) -> str:
        """The partial programme as a YAML file; an empty text where there is nothing to add."""
        return file_text(self.patch, f"{self.title}, {self.edition}: statements added to what {self.programme} knew.") if self.patch else ""

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        kinds = ("new", "moved", "changed", "unchanged", "held")
        return {
            "programme": self.programme, "title": self.title, "edition": self.edition, "attribution": self.attribution,
            "counts": {kind: len(self.of(kind)) for kind in kinds}, "changes": [asdict(change) for change in self.changes],
            "unmatched": list(self.unmatched), "silent": list(self.silent), "unplaced": list(self.unplaced),
            "left_out": list(self.left_out),
            "patch": self.patch,
        }  # fmt: skip


def compared(programme: Programme, proposals: Sequence[Proposal], sources: Mapping[str, Source]) -> tuple[Change, ...]:
    """Each proposal against the newest statement published by then: that of the same publisher, else of anyone."""
    fields = {trail: statements for trail, _, statements in stated_fields(programme)}
    return tuple(_change(one, fields.get(one.trail, ()), sources) for one in proposals)


def _change(one: Proposal, known: Sequence[Statement], sources: Mapping[str, Source]) -> Change:
    said = one.statement
    path, text = written(one.trail), said.text
    mine = [s for s in known if s.source and _publisher(s, sources) == _publisher(said, sources)]
    if any(_same(s.value, said.value) and s.published == said.published for s in mine):
        return Change("held", path, text, said.status, said.source, text, said.source)
    old = newest(_by_then(mine, said)) or newest(_by_then(known, said))
    if old is None:
        return Change("new", path, text, said.status, said.source)
    dates = isinstance(old.value, Window) and isinstance(said.value, Window)
    days = said.value.middle - old.value.middle if isinstance(old.value, Window) and isinstance(said.value, Window) else None
    kind = "unchanged" if _same(old.value, said.value) else "moved" if dates else "changed"
    return Change(kind, path, text, said.status, said.source, old.text, old.source, days)


def _by_then(known: Iterable[Statement], said: Statement) -> list[Statement]:
    return [s for s in known if s.known_from is None or said.known_from is None or s.known_from <= said.known_from]


def _publisher(statement: Statement, sources: Mapping[str, Source]) -> str:
    """Who published a statement, without the licence that may stand behind the name."""
    source = sources.get(statement.source)
    return source.publisher.partition(" (")[0] if source else ""


def _same(one: Any, other: Any) -> bool:
    first, second = median(one), median(other)
    if first is None or second is None or type(one) is not type(other):
        return bool(one == other)
    return abs(first - second) <= ROUNDING * max(abs(first), abs(second))


def stated_fields(programme: Programme) -> Iterator[tuple[Trail, Spec, tuple[Statement, ...]]]:
    """Every stated field that the parts of a programme have, with what it holds; those of alternatives and scenarios left out."""
    for trail, part in parts_of(programme):
        if trail[:1] in (("alternatives",), ("scenarios",)):
            continue
        for name, spec in part.specs.items():
            value = getattr(part, name)
            if spec.keyed:
                yield from (((*trail, name, key), spec, said) for key, said in value.items())
            else:
                yield (*trail, name), spec, value


def patched_sources(programme: Programme, new: Mapping[str, Mapping[str, Any]]) -> Programme:
    """The programme with new sources."""
    return overlay(programme, {"sources": {name: dict(entry) for name, entry in new.items()}}, "the import") if new else programme


# --- the partial file -------------------------------------------------------------------------------------------------------------


def patched(
    programme: Programme, proposals: Sequence[Proposal], changes: Sequence[Change], new_sources: Mapping[str, Mapping[str, Any]],
    attribution: str = "",
) -> tuple[dict[str, Any], list[tuple[Proposal, str]]]:  # fmt: skip
    """The partial programme that adds what is not held yet, and the proposals that contradict the programme, each with how.

    Of each field it holds what the programme held, then the new. Contradictions are left out, so that the file can be laid over.
    """
    kept = [one for one, change in zip(proposals, changes, strict=True) if change.kind != "held"]
    against = list[tuple[Proposal, str]]()
    while kept:
        patch = _patch(programme, kept, new_sources, attribution)
        try:
            overlay(programme, patch, "the import")
            return patch, against
        except InputError as error:
            said = {fault.path.rpartition("[")[0] or fault.path: fault.message for fault in error.faults}
            faulty = [(one, said[written(one.trail)]) for one in kept if written(one.trail) in said]
            if not faulty:
                raise
            against += faulty
            kept = [one for one in kept if written(one.trail) not in said]
    return {}, against


def _patch(
    programme: Programme, proposals: Sequence[Proposal], new_sources: Mapping[str, Mapping[str, Any]], attribution: str
) -> dict[str, Any]:  # fmt: skip
    fields = {trail: statements for trail, _, statements in stated_fields(programme)}
    added: dict[Trail, list[Statement]] = {}
    for one in proposals:
        added.setdefault(one.trail, []).append(one.statement)
    used = {one.statement.source for one in proposals}
    patch: dict[str, Any] = {}
    if attribution and attribution not in programme.attribution:
        patch["attribution"] = [*programme.attribution, attribution]
    if sources := {name: dict(entry) for name, entry in new_sources.items() if name in used}:
        patch["sources"] = sources
    for trail, statements in added.items():
        at = patch
        for step in trail[:-1]:
            at = at.setdefault(str(step), {})
        at[str(trail[-1])] = [raw_of(said) for said in (*fields.get(trail, ()), *statements)]
    return patch


def raw_of(said: Statement) -> Any:
    """A statement as a programme file writes it."""
    value = said.value if isinstance(said.value, bool) else said.text
    if not said.source and not said.note:
        return value
    dates = {key: str(when) for key, when in (("as_of", said.as_of), ("published", said.published)) if when}
    origin = {"source": said.source, "note": said.note} if said.source else {"assumption": said.note}
    made = {"value": value, **dates, "source": "", "status": said.status, "grade": said.grade, **origin}
    return {key: item for key, item in made.items() if item not in ("", None)}


def file_text(patch: Mapping[str, Any], about: str) -> str:
    """A partial programme as YAML: one statement a line."""
    return "\n".join([f"# {about}", "# Lay it over the programme: stargauge check PROGRAMME --scenario FILE", *_yaml(patch, 0), ""])


def _yaml(part: Mapping[str, Any], depth: int) -> Iterator[str]:
    start = "  " * depth
    for key, value in part.items():
        name = f"{start}{key if _KEY.match(key) else json.dumps(key, ensure_ascii=False)}:"
        if isinstance(value, Mapping):
            yield name
            yield from _yaml(value, depth + 1)
        elif isinstance(value, list):
            yield name
            yield from (f"{start}  - {_flow(item)}" for item in value)
        else:
            yield f"{name} {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    plain = _PLAIN.match(value) and (isinstance(scalar(value), str) or scalar(value) == value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


# --- a plain CSV of statements ----------------------------------------------------------------------------------------------------


def read_statements(file: Path, programme: Programme) -> tuple[list[Proposal], dict[str, dict[str, Any]]]:
    """The statements of a CSV file, and the sources it brings. Raises InputError with every fault, its line and its column."""
    columns, rows = read_table(file)
    _check_columns(str(file), columns)
    faults = list[Fault]()
    new = _new_sources(rows, programme, faults)
    paths = Paths(programme)
    known = {**sources_of(programme), **{key: _as_source(key, entry) for key, entry in new.items()}}
    proposals = [made for row in rows if (made := _proposal(row, paths, known, faults, programme.currencies)) is not None]
    if faults:
        raise InputError(sorted(faults, key=lambda fault: (fault.line, fault.column))[:MOST_FAULTS])
    if not rows:
        raise InputError(Fault(say("has no lines; expected one statement a line"), file=str(file)))
    return proposals, new


def _check_columns(name: str, columns: Sequence[str]) -> None:
    every = (*COLUMNS, *SOURCE_COLUMNS)
    spare = [column for column in columns if column not in every]
    faults = [
        Fault(say('no column "{need}"{near}', need=need, near=did_you_mean(need, spare)), file=name, line=1, column=1)
        for need in COLUMNS[:2]
        if need not in columns
    ]
    faults += [
        Fault(
            say('unknown column "{column}"{near}; known: {every}', column=column, near=did_you_mean(column, every), every=", ".join(every)),
            file=name, line=1, column=columns.index(column) + 1,
        )
        for column in spare
    ]  # fmt: skip
    if faults:
        raise InputError(faults)


class Paths:
    """The fields of a programme by their path."""

    def __init__(self, programme: Programme) -> None:
        self.fields: dict[str, tuple[Trail, Spec]] = {}
        self.keyed: dict[str, tuple[Trail, Spec]] = {}
        for trail, part in parts_of(programme):
            if trail[:1] in (("alternatives",), ("scenarios",)):
                continue
            for name, spec in part.specs.items():
                (self.keyed if spec.keyed else self.fields)[written((*trail, name))] = ((*trail, name), spec)
        self.fields |= {written(trail): (trail, spec) for trail, spec, _ in stated_fields(programme) if spec.keyed}

    def find(self, path: str) -> tuple[Trail, Spec] | None:
        """Trail and kind of a field; a new key of a mapping of statements is one."""
        if path in self.fields:
            return self.fields[path]
        start = max((one for one in self.keyed if path.startswith(f"{one}.") and len(path) > len(one) + 1), key=len, default="")
        if not start:
            return None
        trail, spec = self.keyed[start]
        return (*trail, path[len(start) + 1 :]), spec


_SUCH_AS = "sites.SITE.phases.PHASE.milestones.operational"


def _new_sources(rows: Sequence[Row], programme: Programme, faults: list[Fault]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        name = row.cells.get("source", "")
        if not name or name in programme.sources or not any(row.cells.get(column) for column in SOURCE_COLUMNS):
            continue
        keys = {"publisher": "publisher", "title": "title", "date": "published", "url": "url", "grade": "grade"}
        entry = {key: row.cells.get(column, "") for key, column in keys.items()}
        for key in ("publisher", "title", "date"):
            if not entry[key]:
                faults.append(row.fault(keys[key], say('is empty; the new source "{name}" needs it', name=name), name))
        if found.setdefault(name, {key: value for key, value in entry.items() if value}) and entry["title"] != found[name].get("title"):
            faults.append(
                row.fault("title", say('got "{title}"; the source "{name}" has another title above', title=entry["title"], name=name), name)
            )
    return found


def _as_source(name: str, entry: Mapping[str, Any]) -> Source:
    try:
        published: Window | None = parse_window(entry["date"])
    except (InputError, KeyError):
        published = None
    return Source(name, entry.get("publisher", ""), entry.get("title", ""), published, entry.get("url", ""), entry.get("grade", "B"))


def _proposal(row: Row, paths: Paths, sources: Mapping[str, Source], faults: list[Fault], rates: Rates) -> Proposal | None:
    """One line as a statement; None where it has faults."""
    path = row.cells["path"]
    found = paths.find(path)
    if found is None:
        near = did_you_mean(path, [*paths.fields, *paths.keyed])
        faults.append(
            row.fault(
                "path",
                say("no field of the programme{near}", near=near or say("; such as {path}", path=_SUCH_AS)),
                path,
            )
        )
        return None
    source = row.cells.get("source", "")
    if source and source not in sources:
        near = did_you_mean(source, sources)
        faults.append(
            row.fault(
                "source",
                say('there is no source "{source}"{near}; a new one needs publisher, title and published', source=source, near=near),
                path,
            )
        )
        return None
    raw = {key: cell for key in STATEMENT_KEYS if (cell := row.cells.get(key, ""))}
    if not source and "note" in raw:
        raw["assumption"] = raw.pop("note")
    return proposal(row, *found, raw, sources, faults, rates=rates)


def proposal(
    row: Row, trail: Trail, spec: Spec, raw: Mapping[str, Any], sources: Mapping[str, Source], faults: list[Fault],
    columns: Mapping[str, str] | None = None, rates: Rates | None = None,
) -> Proposal | None:  # fmt: skip
    """A statement from the cells of a line, read as a programme file reads it; faults go to their cells (`columns`: of which key)."""
    section = Section(trail)
    section.update(raw)
    if spec.unit == RECORD and isinstance(raw.get("value"), str):
        section["value"] = scalar(raw["value"])
    reader = Reader(sources, rates or {})
    made = read_stated(section, spec, trail, reader)
    for flaw in reader.flaws:
        key = str(flaw.trail[-1]) if len(flaw.trail) > len(trail) else "value" if "value" not in raw else "source"
        key = "note" if key == "assumption" else key
        faults.append(row.fault((columns or {}).get(key, key), flaw.message, written(trail)))
    return Proposal(trail, made[0], row) if made and not reader.flaws else None
