"""Reads YAML into plain data with bounded work, and tells the line and column of every key and value when a fault is shown.

Only mappings, lists, text, true/false, null and decimal numbers exist here: `NO`, `12:30` and `2025-01-21` stay text. No aliases, no tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from yaml.events import AliasEvent, DocumentStartEvent, ScalarEvent, StreamEndEvent
from yaml.events import MappingEndEvent as MappingEnd
from yaml.events import MappingStartEvent as MappingStart
from yaml.events import SequenceEndEvent as SequenceEnd
from yaml.events import SequenceStartEvent as SequenceStart

from stargauge.quantity.errors import Fault, InputError, counted, did_you_mean
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

Step = str | int
Trail = tuple[Step, ...]

MAX_BYTES = 2_000_000
MAX_NODES = 500_000
MAX_DEPTH = 24
MAX_FAULTS = 100

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]{1,3})?\Z")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
#: What a terminal or a reader's eye would obey instead of showing: control characters, and marks that turn the direction of a text.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NUMERIC = frozenset("+-.0123456789")
#: What ends a line for YAML, whose lines are counted.
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Section(dict[str, Any]):
    """A mapping of the file with its place in it, as a trail of keys and list positions."""

    __slots__ = ("trail",)

    def __init__(self, trail: Trail = ()) -> None:
        super().__init__()
        self.trail = trail


@dataclass(frozen=True)
class Flaw:
    """A fault of the data at a trail; `at_key` points at the key instead of the value; `alone`: it holds whatever is faulty below it.

    `character`: the one of a text, from 1, at which it is.
    """

    trail: Trail
    message: str
    at_key: bool = False
    alone: bool = False
    character: int = 0


def written(trail: Iterable[Step]) -> str:
    """A trail as people write it: `sites.abilene.it_power[0].value`."""
    out = ""
    for step in trail:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out


@dataclass(frozen=True)
class Document:
    """One file (or a mapping given from Python): its data, and its text for finding places. `root` is the trail at which it stands."""

    data: Any
    file: str = ""
    text: str = field(default="", repr=False)
    root: Trail = ()
    _places: dict[tuple[Trail, bool], tuple[int, int]] = field(default_factory=dict, repr=False, compare=False)
    _written: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False, compare=False)

    def place(self, trail: Trail, at_key: bool = False) -> tuple[int, int] | None:
        """Line and column (from 1) of the value or the key at a trail; None where this file does not hold it."""
        if self.text and not self._places:
            _Builder(self.text, self.file, self.root, self._places).build()
        return self._places.get((trail, at_key)) or self._places.get((trail, not at_key))

    def written(self, path: str) -> tuple[int, int] | None:
        """Line and column (from 1) of what stands at a path as people write it; None where this file does not hold it."""
        if not self._written and self.place(self.root) is not None:
            self._written.update({written(trail): found for (trail, at_key), found in self._places.items() if not at_key})
        return self._written.get(path)

    def inside(self, trail: Trail, character: int) -> tuple[int, int] | None:
        """Line and column of a character (from 1) of a text that stands on one line; else where the text begins."""
        found, said = self.place(trail), self.value(trail)
        if found is None or not isinstance(said, str) or not character:
            return found
        line, column = found
        rest = self._lines[line - 1][column - 1 :]
        start = 1 if rest[:1] in ("'", '"') else 0
        return (line, column + start + character - 1) if rest[start:].startswith(said[:character]) else found

    @cached_property
    def _lines(self) -> list[str]:
        return _LINE_END.split(self.text)

    def value(self, trail: Trail) -> Any:
        """What stands at a trail; None where nothing does."""
        at, steps = self.data, trail[len(self.root) :]
        if trail[: len(self.root)] != self.root:
            return None
        for step in steps:
            if not (step in at if isinstance(at, dict) else isinstance(at, list) and isinstance(step, int) and step < len(at)):
                return None
            at = at[step]
        return at


def fault_of(flaw: Flaw, documents: Sequence[Document]) -> Fault:
    """A flaw with file, line and column; where its key is missing, those of the nearest part above it."""
    for length in range(len(flaw.trail), -1, -1):
        trail = flaw.trail[:length]
        for document in reversed(documents):
            whole = length == len(flaw.trail)
            found = document.inside(trail, flaw.character) if whole and flaw.character else document.place(trail, flaw.at_key or not whole)
            if found:
                return Fault(flaw.message, written(flaw.trail), document.file, *found)
            if trail and not document.text and document.value(trail) is not None:
                return Fault(flaw.message, written(flaw.trail), document.file)
    return Fault(flaw.message, written(flaw.trail), documents[-1].file if documents else "")


def faults_of(flaws: Sequence[Flaw], documents: Sequence[Document]) -> InputError:
    """All flaws as one error, in the order of the file; beyond a hundred only their number."""
    found = sorted((fault_of(flaw, documents) for flaw in flaws), key=lambda fault: (fault.file, fault.line, fault.column))
    if len(found) > MAX_FAULTS:
        found = [
            *found[:MAX_FAULTS],
            Fault(say("and {faults}", faults=counted(len(found) - MAX_FAULTS, "more fault"))),
        ]
    return InputError(found)


def read_document(file: Path, root: Trail = (), raw: bytes | None = None) -> Document:
    """Read a file of at most 2 MB. Raises InputError with every fault of its form. `raw`: what it holds, where that was read already."""
    raw = bytes_of(file) if raw is None else raw
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(Fault(say("got bytes that are not UTF-8 text; save the file as UTF-8"), "", str(file), line, 1)) from None
    return parse_document(text, str(file), root)


def bytes_of(file: Path) -> bytes:
    """What a file of at most 2 MB holds. Raises InputError where it cannot be read; the size is looked at before a byte is read."""
    try:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise InputError(Fault(
                say(
                    "the file has {size:,} bytes; expected at most {most:,}: split the programme into a folder, one file per section",
                    size=size, most=MAX_BYTES,
                ),
                file=str(file),
            ))  # fmt: skip
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise InputError(
                Fault(say("has more than {max_bytes:,} bytes; expected a programme file", max_bytes=MAX_BYTES), file=str(file))
            )
    except OSError as error:
        raise InputError(Fault(say("cannot be read: {strerror}", strerror=problem(error)), file=str(file))) from None
    return raw


def parse_document(text: str, file: str = "", root: Trail = ()) -> Document:
    """Read YAML text. Raises InputError with every fault of its form."""
    return Document(_Builder(text, file, root, None).build(), file, text, root)


def plain_document(data: Any, file: str = "", root: Trail = ()) -> Document:
    """Data given from Python as a document without lines. Raises InputError where it is nested too deep or in a circle."""
    return Document(_placed(data, root, 0, file), file, "", root)


def _placed(value: Any, trail: Trail, depth: int, file: str) -> Any:
    if depth > MAX_DEPTH:
        raise InputError(
            Fault(say("nested deeper than {max_depth} levels, or containing itself", max_depth=MAX_DEPTH), written(trail[:4]), file)
        )
    if isinstance(value, dict):
        section = Section(trail)
        for key, item in value.items():
            section[str(key)] = _placed(item, (*trail, str(key)), depth + 1, file)
        return section
    if isinstance(value, (list, tuple)):
        return [_placed(item, (*trail, index), depth + 1, file) for index, item in enumerate(value)]
    return value


def scalar(text: str) -> str | int | float | bool | None:
    """An unquoted scalar: true, false, null, a decimal number, else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC:
        if _INTEGER.match(text):
            return int(text)
        if _FLOAT.match(text):
            return float(text)
    return text


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


class _Builder:
    """Builds plain data from the events of the YAML parser, so that depth and number are bounded while it reads."""

    def __init__(self, text: str, file: str, root: Trail, places: dict[tuple[Trail, bool], tuple[int, int]] | None) -> None:
        self.text, self.file, self.root, self.places = text, file, root, places
        self.nodes = 0
        self.next: Callable[[], Any]
        self.faults: list[Fault] = []
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            self.next = loader(text).get_event
        except (yaml.YAMLError, UnicodeEncodeError) as error:  # half of a pair of signs cannot be encoded
            raise InputError(self._unreadable(error)) from None

    def build(self) -> Any:
        try:
            data = self._document()
        except yaml.YAMLError as error:
            raise InputError([*self.faults, self._unreadable(error)]) from None
        if self.faults:
            raise InputError(self.faults)
        return data

    def _document(self) -> Any:
        self.next()
        if self.next().__class__ is StreamEndEvent:
            return None
        data = self._node(self.next(), self.root, 0)
        self.next()
        after = self.next()
        if after.__class__ is DocumentStartEvent:
            self._fault(after, self.root, say('a second document ("---"); a programme file holds one'))
        return data

    def _node(self, event: Any, trail: Trail, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise InputError(
                [*self.faults, self._at(event, trail, say("more than {max_nodes:,} values; split the programme", max_nodes=MAX_NODES))]
            )
        if depth > MAX_DEPTH:
            raise InputError([*self.faults, self._at(event, trail[:4], say("nested deeper than {max_depth} levels", max_depth=MAX_DEPTH))])
        if self.places is not None:
            self.places[trail, False] = _start(event)
        kind = event.__class__
        if kind is AliasEvent:
            self._fault(
                event, trail, say('an alias ("*{anchor}"), which programme files do not use: write the value out', anchor=event.anchor)
            )
            return None
        if event.tag is not None:
            self._fault(event, trail, say('a tag ("{tag}"), which programme files do not use: write the value without it', tag=event.tag))
        if kind is ScalarEvent:
            self._expect_shown(event, trail)
            return scalar(event.value) if event.implicit[0] else event.value
        if kind is MappingStart:
            return self._mapping(trail, depth)
        if kind is SequenceStart:
            return self._sequence(trail, depth)
        raise InputError(self._at(event, trail, say("not readable as YAML")))

    def _mapping(self, trail: Trail, depth: int) -> Section:
        section = Section(trail)
        while (event := self.next()).__class__ is not MappingEnd:
            if event.__class__ is not ScalarEvent:
                self._fault(event, trail, say("a key that is no text"))
                self._node(event, (*trail, "?"), depth + 1)
                self._node(self.next(), (*trail, "?"), depth + 1)
                continue
            self._expect_shown(event, trail)
            key = event.value
            inner = (*trail, key)
            if key in section:
                self._fault(
                    event, inner, say('the key "{key}" stands here twice; keep one, or put both values under it as a list', key=key)
                )
            elif self.places is not None:
                self.places[inner, True] = _start(event)
            self.nodes += 1
            section[key] = self._node(self.next(), inner, depth + 1)
        return section

    def _sequence(self, trail: Trail, depth: int) -> list[Any]:
        items: list[Any] = []
        while (event := self.next()).__class__ is not SequenceEnd:
            items.append(self._node(event, (*trail, len(items)), depth + 1))
        return items

    def _expect_shown(self, event: Any, trail: Trail) -> None:
        """Note a character that is obeyed and not shown."""
        if found := _HIDDEN.search(event.value):
            self._fault(event, trail, say("a character that is not shown ({character!a}); take it out", character=found[0]))

    def _fault(self, event: Any, trail: Trail, message: str) -> None:
        self.faults.append(self._at(event, trail, message))
        if len(self.faults) >= MAX_FAULTS:
            raise InputError(self.faults)

    def _at(self, event: Any, trail: Trail, message: str) -> Fault:
        return Fault(message, written(trail), self.file, *_start(event))

    def _unreadable(self, error: yaml.YAMLError | UnicodeEncodeError) -> Fault:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or getattr(error, "reason", None)
        told = problem(why) if why else say("not readable")
        hint = say("; check the indentation, and put text with a colon or # in quotes")
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else self._unprintable()
        lines = _LINE_END.split(self.text)
        if mark is None and line:
            told, hint = say("the character {character!a}", character=lines[line - 1][column - 1]), say("; take it out")
        elif mark is not None and mark.line < len(lines) and "\t" in lines[mark.line][: mark.column + 1]:
            told, hint = say("a tab"), say("; indent with spaces")
        return Fault(say("not readable as YAML: {problem}{hint}", problem=told, hint=hint), "", self.file, line, column)

    def _unprintable(self) -> tuple[int, int]:
        """Line and column of the first character that YAML does not take; zeros where there is none."""
        found = _CONTROL.search(self.text)
        if found is None:
            return 0, 0
        lines = _LINE_END.split(self.text[: found.start()])
        return len(lines), len(lines[-1]) + 1


def expect_section(document: Document) -> Section:
    """The mapping a document holds. Raises InputError where it is empty or a list."""
    if isinstance(document.data, Section):
        return document.data
    got = (
        say("nothing")
        if document.data is None
        else say("a list")
        if isinstance(document.data, list)
        else say('"{value}"', value=str(document.data))
    )
    raise InputError(
        Fault(say("got {got}; expected keys such as `name:` and `sites:`", got=got), written(document.root), document.file, 1, 1)
    )


def unknown_key(trail: Trail, key: str, keys: Iterable[str], what: str) -> Flaw:
    """The flaw of a key that does not exist, with the nearest one."""
    known = list(keys)
    near = did_you_mean(key, known)
    return Flaw(
        (*trail, key),
        say('unknown key "{key}" of {what}{near}', key=key, what=what, near=near or say("; it takes: {keys}", keys=", ".join(known))),
        at_key=True,
    )
