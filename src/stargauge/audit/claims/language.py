"""The claim language: text to a reading and back; names, labels, units and dates are checked against the graph and the axes.

    reading    := "not testable" [":" reason] | any
    any        := all ("or" all)*
    all        := part ("and" part)*
    part       := "not" part | "(" any ")" | comparison | record
    comparison := (ADDRESS | "share" "(" ADDRESS ")") OP VALUE [time]
    record     := "record" "(" ID ")" [OP VALUE] [time]
    time       := "on" DATE | "by" DATE | "over" DATE ".." DATE
    OP         := ">=" | ">" | "<=" | "<" | "=="

Anything more is a model function with a name. Nothing here is ever evaluated as Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

from stargauge.quantity.address import Address
from stargauge.quantity.dates import parse_window
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.units import split_number, unit

Op = Literal[">=", ">", "<=", "<", "=="]
OPS: tuple[Op, ...] = (">=", "<=", "==", ">", "<")
LONGEST, DEEPEST = 2_000, 40


@dataclass(frozen=True)
class Threshold:
    """The value a comparison names: as written, and after `check` as a float in the quantity's unit."""

    text: str
    value: float | None = None
    unit: str = ""
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Time:
    """When a comparison is read: `on` a date, `by` a date (at any time until then), `over` a span (flows)."""

    kind: Literal["on", "by", "over"]
    start: date
    end: date
    at: int = field(default=0, compare=False, repr=False)

    def __str__(self) -> str:
        return f"over {self.start}..{self.end}" if self.kind == "over" else f"{self.kind} {self.end}"


@dataclass(frozen=True)
class Comparison:
    """A quantity (or its share of the whole) against a threshold at a time. `whole` is set by `check` where it is a share."""

    address: Address
    op: Op
    threshold: Threshold
    time: Time | None = None
    share: bool = False
    whole: Address | None = None
    at: int = field(default=0, compare=False, repr=False)

    def __str__(self) -> str:
        left = f"share({self.address})" if self.share else str(self.address)
        return f"{left} {self.op} {self.threshold.text}" + (f" {self.time}" if self.time else "")


@dataclass(frozen=True)
class Record:
    """What the sources hold under an id: that it is so, or how its value compares."""

    id: str
    op: Op | None = None
    value: str | None = None
    time: Time | None = None
    at: int = field(default=0, compare=False, repr=False)

    def __str__(self) -> str:
        return f"record({self.id})" + (f" {self.op} {self.value}" if self.op else "") + (f" {self.time}" if self.time else "")


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Reading

    def __str__(self) -> str:
        return f"not {_inner(self.part)}"


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Reading, ...]

    def __str__(self) -> str:
        return " and ".join(_inner(part) for part in self.parts)


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Reading, ...]

    def __str__(self) -> str:
        return " or ".join(_inner(part) for part in self.parts)


@dataclass(frozen=True)
class NotTestable:
    """A claim that says nothing that could be measured, and why."""

    reason: str = ""

    def __str__(self) -> str:
        return "not testable" + (f": {self.reason}" if self.reason else "")


Reading = Comparison | Record | Not | AllOf | AnyOf | NotTestable
Leaf = Comparison | Record


def _inner(part: Reading) -> str:
    return f"({part})" if isinstance(part, (AllOf, AnyOf)) else str(part)


def leaves(reading: Reading) -> Iterator[Leaf]:
    """The comparisons and records of a reading, from left to right."""
    match reading:
        case Comparison() | Record():
            yield reading
        case Not(part):
            yield from leaves(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)


def needs(readings: Iterable[Reading]) -> frozenset[Address]:
    """The addresses a run must give so that these (checked) readings can be evaluated; a share needs its whole too."""
    wanted = set[Address]()
    for reading in readings:
        for leaf in leaves(reading):
            if isinstance(leaf, Comparison):
                wanted.add(leaf.address)
                if leaf.whole is not None:
                    wanted.add(leaf.whole)
    return frozenset(wanted)


def deadline(reading: Reading) -> date | None:
    """The last date the reading speaks of; none where no part has a time."""
    return max((leaf.time.end for leaf in leaves(reading) if leaf.time), default=None)


_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LABEL = re.compile(r"[A-Za-z0-9][\w./-]*")
_MOMENT = re.compile(r"\d{4}-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?")
_NOT_TESTABLE = re.compile(r"\s*not\s+testable(?![\w-])\s*:?(?P<reason>.*)", re.S)
_TOKEN = re.compile(r"\s+|(?P<op>>=|<=|==|>|<)|(?P<mark>[()\[\],])|(?P<word>[^\s()\[\]<>=,]+(?:,\d{3}[^\s()\[\]<>=,]*)*)")
_KEYWORDS = frozenset({"on", "by", "over", "and", "or", "not", "share", "record"})
_ENDS = frozenset({"on", "by", "over", "and", "or"})


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse_moment(text: str) -> datetime | None:
    """A date or a time such as 2025-01-22T17:00Z as a moment in UTC; None where the text is neither. No zone means UTC."""
    if not _MOMENT.fullmatch(text.strip()):
        return None
    written = text.strip().replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(written if len(written) > 7 else written + "-01")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # no day of the calendar; a zone that leads beyond its ends
        return None


def fault(message: str, text: str, at: int) -> InputError:
    """An error that points at a character of a reading."""
    return InputError(Fault(say('character {at} of "{text}": {message}', at=at + 1, text=text, message=message), column=at + 1))


@lru_cache(maxsize=4096)
def parse(text: str) -> Reading:
    """Read one reading. Raises InputError that says where, what was expected and what came."""
    if len(text) > LONGEST:
        raise fault(
            say("a reading has at most {longest} characters; got {text}", longest=LONGEST, text=len(text)), text[:40] + "…", LONGEST
        )
    if alone := _NOT_TESTABLE.fullmatch(text):
        return NotTestable(" ".join(alone["reason"].split()))
    return _Parser(text).reading()


def _tokens(text: str) -> list[_Token]:
    out, at = list[_Token](), 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            wrong = text[at]
            raise fault(
                say(
                    'got "{wrong}"; expected an address or one of {ops}{more}',
                    wrong=wrong,
                    ops=" ".join(OPS),
                    more=say("; equal is ==") if wrong == "=" else "",
                ),
                text,
                at,
            )
        if kind := found.lastgroup:
            out.append(_Token(found[kind] if kind == "mark" else kind, found[kind], at))
        at = found.end()
    return [*out, _Token("end", "", len(text))]


class _Parser:
    """Recursive descent over the tokens of one reading."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.index, self.depth = text, _tokens(text), 0, 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.index]

    def take(self) -> _Token:
        token = self.next
        self.index += token.kind != "end"
        return token

    def word(self, text: str) -> bool:
        return self.next.kind == "word" and self.next.text == text

    def wrong(self, expected: str, token: _Token | None = None) -> InputError:
        token = token or self.next
        got = say('"{value}"', value=token.text) if token.text else say("the end", "reading")
        return fault(say("got {got}; expected {expected}", got=got, expected=expected), self.text, token.at)

    def expect(self, kind: str, expected: str) -> _Token:
        if self.next.kind != kind:
            raise self.wrong(expected)
        return self.take()

    def reading(self) -> Reading:
        made = self.any()
        if self.next.kind != "end":
            raise self.wrong(say('"and", "or", "on", "by", "over" or the end'))
        return made

    def any(self) -> Reading:
        return self.several("or", self.all, AnyOf)

    def all(self) -> Reading:
        return self.several("and", self.part, AllOf)

    def several(self, keyword: str, one: Callable[[], Reading], many: type[AllOf] | type[AnyOf]) -> Reading:
        parts = [one()]
        while self.word(keyword):
            self.take()
            parts.append(one())
        return many(tuple(parts)) if len(parts) > 1 else parts[0]

    def part(self) -> Reading:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(say("at most {deepest} levels of brackets and not", deepest=DEEPEST))
        try:
            return self.one_part()
        finally:
            self.depth -= 1

    def one_part(self) -> Reading:
        if self.word("not"):
            self.take()
            if self.next.text.startswith("testable"):
                raise self.wrong(say('"not testable" to stand alone'))
            return Not(self.part())
        if self.next.kind == "(":
            self.take()
            made = self.any()
            self.expect(")", say('"{value}"', value=")"))
            return made
        return self.leaf()

    def leaf(self) -> Leaf:
        called = self.next.text if self.tokens[min(self.index + 1, len(self.tokens) - 1)].kind == "(" else ""
        if called == "record":
            return self.record()
        at, share = self.next.at, called == "share"
        if share:
            self.take()
            self.take()
        address = self.address()
        if share:
            self.expect(")", say('"{value}"', value=")"))
        op = self.op()
        value = self.value(moment=False)
        return Comparison(address, op, value, self.time(), share, at=at)

    def record(self) -> Record:
        at = self.take().at
        self.take()
        token = self.expect("word", say("the id of a record"))
        if not _LABEL.fullmatch(token.text):
            raise self.wrong(say("the id of a record, such as post-id"), token)
        self.expect(")", say('"{value}"', value=")"))
        if self.next.kind != "op":
            return Record(token.text, time=self.time(), at=at)
        op = self.op()
        return Record(token.text, op, self.value(moment=True).text, self.time(), at=at)

    def address(self) -> Address:
        token = self.next
        if token.kind != "word" or token.text in _KEYWORDS or not _NAME.fullmatch(token.text):
            raise self.wrong(say('a quantity such as power_facility[operational, abilene], share(...), record(...), "not" or "("'))
        self.take()
        labels = list[str]()
        if self.next.kind == "[":
            self.take()
            while True:
                label = self.expect("word", say("a label"))
                if not _LABEL.fullmatch(label.text):
                    raise self.wrong(say("a label such as abilene"), label)
                labels.append(label.text)
                if self.next.kind != ",":
                    break
                self.take()
            self.expect("]", say('"," or "]"'))
        return Address(token.text, tuple(labels))

    def op(self) -> Op:
        token = self.expect("op", say("one of {ops}", ops=" ".join(OPS)))
        return next(op for op in OPS if op == token.text)

    def words(self, separator: str) -> tuple[str, int]:
        first, found = self.next, list[str]()
        while self.next.kind == "word" and self.next.text not in _ENDS:
            found.append(self.take().text)
        return separator.join(found), first.at

    def value(self, *, moment: bool) -> Threshold:
        expected = say(
            "a number with its unit, a date or a time such as 2025-01-22T17:00Z" if moment else "a number with its unit, such as 1.2 GW"
        )
        token = self.next
        text, at = self.words(" ")
        if not text:
            raise self.wrong(expected, token)
        if moment and parse_moment(text) is not None:
            return Threshold(text, at=at)
        try:
            unit(split_number(text)[1] or "1")
        except InputError as error:
            raise fault(say("{error}; expected {expected}", error=error, expected=expected), self.text, at) from None
        return Threshold(text, at=at)

    def time(self) -> Time | None:
        token = self.next
        kinds: dict[str, Literal["on", "by", "over"]] = {"on": "on", "by": "by", "over": "over"}
        if token.kind != "word" or token.text not in kinds:
            return None
        self.take()
        kind = kinds[token.text]
        text, at = self.words("")
        if not text:
            raise self.wrong(say("a date such as 2026-12-31"))
        if (".." in text) != (kind == "over"):
            raise fault(
                say(
                    'got "{text}"; expected FROM..TO after "{kind}"'
                    if kind == "over"
                    else 'got "{text}"; expected one date after "{kind}"',
                    text=text,
                    kind=kind,
                ),
                self.text,
                at,
            )
        try:
            span = parse_window(text)
        except InputError as error:
            raise fault(str(error), self.text, at) from None
        return Time(kind, span.start if kind == "over" else span.end, span.end, at=token.at)
