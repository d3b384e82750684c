"""What the record holds on a reading: statements that were measured or reported, their state, never a probability.

Only statements with status reported, estimated or observed are looked at. A newer statement of one source (or of sources with one root)
replaces its older one for the same month; sources that differ make the answer "partly met".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from stargauge.audit.claims.binding import COUNTED, comparable
from stargauge.audit.claims.language import (
    AllOf,
    AnyOf,
    Comparison,
    Leaf,
    Not,
    NotTestable,
    Op,
    Reading,
    Record,
    Time,
    leaves,
    parse_moment,
)
from stargauge.quantity.address import Address, parse_address
from stargauge.quantity.dates import Window, month_end
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.quantity import MEANS, STAGES, Quantity
from stargauge.quantity.statement import RECORDED, Statement
from stargauge.quantity.units import convert, split_number

MET, NOT_MET, PARTLY, OPEN = "met", "not met", "partly met", "open"
NO_RECORD, NO_CAPTURE = "not shown: no record", "not shown: no capture"
SETTLED = frozenset({MET, NOT_MET, PARTLY})
#: Words in the id of a record that is about something to be captured.
_PAGES = frozenset({"post", "posts", "page", "reply", "thread", "video"})
_PICKED = frozenset((*STAGES, *MEANS))


@dataclass(frozen=True)
class Found:
    """The record's answer: a state (none: it does not decide), the statements that decide, those looked at, how far off, the unit."""

    state: str | None = None
    deciding: tuple[Statement, ...] = ()
    looked_at: tuple[Statement, ...] = ()
    margin: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Archive:
    """The records known on a date. Keys are ids or addresses; labels of an address may stand in any order."""

    records: Mapping[str, Sequence[Statement]]
    as_of: date
    roots: Mapping[str, str]

    @classmethod
    def of(cls, records: Mapping[str, Sequence[Statement]], as_of: date, roots: Mapping[str, str] | None = None) -> Archive:
        """An archive whose keys are in one form. `roots`: the source from which another took what it says."""
        return cls({_key(name): tuple(statements) for name, statements in records.items()}, as_of, dict(roots or {}))

    def held(self, name: str | Address) -> tuple[Statement, ...]:
        """The statements under an id or an address that were measured or reported."""
        return tuple(s for s in self.records.get(_key(str(name)), ()) if s.status in RECORDED)

    def search(self, reading: Reading, quantities: Mapping[str, Quantity], *, captured: bool = True) -> Found:
        """What the record says on a reading. Without a capture of ours, that a page is gone can only be shown by an observation."""
        match reading:
            case Comparison():
                return self._measured(reading, quantities)
            case Record():
                found = self._recorded(reading)
                no_capture = not captured and is_page(reading) and found.state == NO_RECORD
                return Found(NO_CAPTURE, (), found.looked_at) if no_capture else found
            case Not(Record() as part) if not captured and is_page(part):
                return self._gone(part)
            case Not(part):
                return _turned(self.search(part, quantities, captured=captured))
            case AllOf(parts):
                return _combined([self.search(part, quantities, captured=captured) for part in parts], MET, NOT_MET)
            case AnyOf(parts):
                return _combined([self.search(part, quantities, captured=captured) for part in parts], NOT_MET, MET)
            case NotTestable():
                return Found()

    def shown(self, readings: Iterable[Reading]) -> dict[Record, bool | None]:
        """The truth of every `record(...)` part as a run needs it: None where the record does not settle it."""
        truth = {MET: True, NOT_MET: False}
        records = [leaf for reading in readings for leaf in leaves(reading) if isinstance(leaf, Record)]
        return {record: truth.get(self._recorded(record).state or "") for record in records}

    def _gone(self, part: Record) -> Found:
        everything = self.held(part.id)
        seen = tuple(s for s in everything if s.status == "observed")
        found = _turned(Archive({_key(part.id): seen}, self.as_of, self.roots)._recorded(part))
        return Found(NO_CAPTURE, (), everything) if found.state == NO_RECORD else found

    def _recorded(self, record: Record) -> Found:
        statements = self.held(record.id)
        if record.time is None:
            pool, waiting = statements, False
        else:
            pool = tuple(s for s in statements if _window(s).start <= record.time.end)
            waiting = self.as_of < record.time.end or (self.as_of == record.time.end and record.time.kind != "on")
        holding = tuple(s for s in pool if _holds(record, s))
        if record.time and record.time.kind == "by" and holding:
            return self._decided(holding, [True] * len(holding), statements, record)
        if waiting or not pool:
            return Found(OPEN if waiting else NO_RECORD, (), statements)
        newest = month_end(max(_window(s).end for s in pool))
        last = tuple(s for s in pool if month_end(_window(s).end) == newest)
        return self._decided(last, [_holds(record, s) for s in last], statements, record)

    def _measured(self, reading: Comparison, quantities: Mapping[str, Quantity]) -> Found:
        statements = self.held(reading.address)
        made = quantities.get(reading.address.name)
        if reading.share or made is None or reading.threshold.value is None or not statements:
            return Found(None, (), statements)
        said = [(s, _shows(reading, s, made)) for s in statements]
        telling = [(s, truth) for s, truth in said if truth is not None]
        reached = reading.time is not None and reading.time.kind == "by" and not made.rises
        if reached and any(truth for _, truth in telling):  # what went up and came down again was reached all the same
            telling = [(s, truth) for s, truth in telling if truth]
        if not telling:
            return Found(None, (), statements)
        return self._decided(
            tuple(s for s, _ in telling), [truth for _, truth in telling], statements, reading, made.unit, one_month=made.rises
        )

    def _decided(
        self, deciding: tuple[Statement, ...], truths: Sequence[bool], looked_at: tuple[Statement, ...], leaf: Leaf, unit: str = "",
        one_month: bool = False,
    ) -> Found:  # fmt: skip
        """One answer from several statements: a newer one of the same root replaces the older for its month; roots that differ conflict.

        `one_month`: all of them speak of one moment, as they do of what never falls.
        """
        newest = dict[tuple[str, date], tuple[Statement, bool]]()
        for statement, truth in sorted(zip(deciding, truths, strict=True), key=lambda pair: _published(pair[0])):
            month = date.min if one_month else month_end(_window(statement).end)
            newest[self.roots.get(statement.source) or statement.source, month] = (statement, truth)
        kept = sorted(newest.values(), key=lambda pair: (_window(pair[0]).end, _published(pair[0])))
        chosen = tuple(statement for statement, _ in kept)
        if len({truth for _, truth in kept}) > 1:
            return Found(PARTLY, chosen, looked_at)
        truth = kept[-1][1]
        offs = [_off(leaf, statement, unit) for statement in chosen]
        margins = [off for off in offs if off is not None]
        best = (max if truth else min)(margins, key=lambda off: off[0] if truth else -off[0]) if margins else (None, "")
        return Found(MET if truth else NOT_MET, chosen, looked_at, best[0], best[1])


def is_page(record: Record) -> bool:
    """Whether a record is about a post or a page, something to be captured: its id says so."""
    return not _PAGES.isdisjoint(record.id.split("-"))


def only_records(reading: Reading) -> bool:
    """A reading about the record alone: it gets evidence and status, never a probability."""
    parts = tuple(leaves(reading))
    return bool(parts) and all(isinstance(leaf, Record) for leaf in parts)


def _address(name: str) -> Address | None:
    try:
        address = parse_address(name)
    except InputError:
        return None
    return Address(address.name, tuple(sorted(address.labels)))


def _key(name: str) -> str:
    return str(_address(name) or name.strip())


def _inside(part: Address, whole: Address) -> bool:
    """Whether an address is a part of another: its places are among those of the whole, which names none when it means all."""
    places, inside = set(whole.labels) - _PICKED, set(part.labels) - _PICKED
    return not places or (bool(inside) and inside <= places)


def _window(statement: Statement) -> Window:
    span = statement.as_of or statement.published
    return span if span is not None else Window(date.max, date.max)


def _published(statement: Statement) -> date:
    return statement.known_from or date.min


def _shows(reading: Comparison, statement: Statement, made: Quantity) -> bool | None:
    """Whether a measured value of the reading's own address shows that it holds; None where it shows nothing.

    As of the deadline it decides. Before it: a `by` that was met stays met, and so does a >= on what never falls (a < is broken for good).
    After it: what never falls was not higher before. Without a time, a >= that was reached stays reached.
    """
    value, span, time = _number(statement, made.unit), _window(statement), reading.time
    if value is None or reading.threshold.value is None:
        return None
    holds = _compare(value, reading.op, reading.threshold.value)
    upward = reading.op in (">=", ">")
    if time is None:
        return True if holds and upward else None
    if time.kind == "over":
        return _shows_sum(holds, upward, span, time)
    if span.start <= time.end <= span.end:
        return holds
    if span.end < time.end:
        if time.kind == "by" and holds:
            return True
        return holds if made.rises and upward == holds and (time.kind == "on") else None
    return holds if made.rises and upward != holds else None


def _shows_sum(holds: bool, upward: bool, span: Window, time: Time) -> bool | None:
    if (span.start, span.end) == (time.start, time.end):
        return holds
    within = time.start <= span.start and span.end <= time.end
    return holds if within and upward == holds else None


def _compare(value: float, op: Op, threshold: float) -> bool:
    checks: dict[str, Callable[[float, float], bool]] = {
        ">=": float.__ge__, ">": float.__gt__, "<=": float.__le__, "<": float.__lt__, "==": float.__eq__,
    }  # fmt: skip
    return bool(checks[op](float(value), float(threshold)))


def _number(statement: Statement, wanted: str) -> float | None:
    """The value of a statement in a unit: of a distribution the median; of a text its leading number; None where it holds none."""
    value = statement.value
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, Distribution):
        value = value.quantile(0.5)
    if isinstance(value, str):
        try:
            number, given = split_number(value)
        except InputError:
            return None
        return convert(number, given or wanted, wanted)
    if isinstance(value, Window):
        return None
    if not wanted or (wanted in COUNTED and statement.unit in ("", "1")):
        return float(value)
    try:
        return convert(float(value), statement.unit or wanted, wanted)
    except InputError as error:
        raise InputError(Fault(str(error), statement.path)) from None


def moment_of(statement: Statement) -> datetime | None:
    """The moment a statement tells: its text to the minute where it has one, else the start of its day."""
    for text in (statement.text, statement.value if isinstance(statement.value, str) else ""):
        if text and (found := parse_moment(text)) is not None:
            return found
    if isinstance(statement.value, Window):
        start = statement.value.start
        return datetime(start.year, start.month, start.day, tzinfo=UTC)
    return None


def _holds(record: Record, statement: Statement) -> bool:
    if record.op is None:
        if isinstance(statement.value, str):
            return statement.value.strip().lower() not in ("false", "no", "")
        return bool(statement.value) if isinstance(statement.value, (bool, float, int)) else True
    off = _off(record, statement, "")
    return off is not None and _compare(off[0], ">" if record.op in (">", "<") else ">=", 0.0)


def _off(leaf: Leaf, statement: Statement, unit: str) -> tuple[float, str] | None:
    """How far a recorded value lies on the right side of what the leaf asks, with its unit; times in hours."""
    if isinstance(leaf, Comparison):
        value = _number(statement, unit)
        return None if value is None or leaf.threshold.value is None else (_side(value, leaf.op, leaf.threshold.value), unit)
    if leaf.op is None or leaf.value is None:
        return None
    if (asked := parse_moment(leaf.value)) is not None:
        told = moment_of(statement)
        return None if told is None else (_side((told - asked).total_seconds() / 3600, leaf.op, 0.0), "h")
    given = statement.unit
    if isinstance(statement.value, str):
        try:
            given = split_number(statement.value)[1]
        except InputError:
            return None
    value = _number(statement, given)
    if value is None:
        return None
    value, threshold, shared = comparable(value, given, leaf.value)
    return _side(value, leaf.op, threshold), shared


def _side(value: float, op: Op, threshold: float) -> float:
    if op == "==":
        return -abs(value - threshold)
    return value - threshold if op in (">=", ">") else threshold - value


def _turned(found: Found) -> Found:
    state = {MET: NOT_MET, NOT_MET: MET}.get(found.state or "", found.state)
    return Found(state, found.deciding, found.looked_at, None if found.margin is None else -found.margin, found.unit)


def _combined(parts: list[Found], needed: str, decisive: str) -> Found:
    """and: not met as soon as one part is, met when all are; or: the other way round. What is left decides nothing, or waits."""
    looked_at = tuple(dict.fromkeys(s for part in parts for s in part.looked_at))
    deciders = [part for part in parts if part.state == decisive]
    if deciders:
        return Found(decisive, tuple(s for part in deciders for s in part.deciding), looked_at)
    states = [part.state for part in parts]
    deciding = tuple(dict.fromkeys(s for part in parts for s in part.deciding))
    if all(state == needed for state in states):
        return Found(needed, deciding, looked_at)
    if None in states:
        return Found(None, (), looked_at)
    waiting = next((state for state in (OPEN, PARTLY, NO_CAPTURE, NO_RECORD) if state in states), None)
    return Found(waiting, deciding, looked_at)


def related(archive: Archive, reading: Reading, quantities: Mapping[str, Quantity]) -> tuple[tuple[Address, Statement], ...]:
    """Records of parts of what a reading asks: its quantity at other labels, or what that is directly made of. They settle nothing."""
    out = list[tuple[Address, Statement]]()
    for leaf in leaves(reading):
        if not isinstance(leaf, Comparison) or leaf.share or leaf.address.name not in quantities:
            continue
        made = quantities[leaf.address.name]
        picked = {label for label in leaf.address.labels if label in _PICKED}
        for key in archive.records:
            address = _address(key)
            if address is None or address.name not in (made.name, *made.needs) or address.name not in quantities:
                continue
            alike = {label for label in address.labels if label in _PICKED} == picked and quantities[address.name].unit == made.unit
            if alike and _inside(address, leaf.address):
                out += [(address, s) for s in archive.held(key) if leaf.time is None or _window(s).start <= leaf.time.end]
    own = {_key(str(leaf.address)) for leaf in leaves(reading) if isinstance(leaf, Comparison)}
    return tuple(pair for pair in out if str(pair[0]) not in own)
