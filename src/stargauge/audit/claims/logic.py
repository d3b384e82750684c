"""What follows from the readings alone, whatever any world is like: which exclude each other, and which imply which.

A comparison says between which bounds a number lies: a quantity at a date, its highest or lowest until a date, a sum over months. Two of
these numbers are ordered where the one cannot be above the other: the highest until a date is at least the value at any date before it, and
what never falls is at its highest at the end. Bounds that cannot be met in that order contradict each other. Nothing here looks at a draw;
what it does not show may still be so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Literal

from stargauge.audit.claims.language import AllOf, AnyOf, Comparison, Not, NotTestable, Reading, Record
from stargauge.quantity.dates import month_end
from stargauge.quantity.quantity import Quantity

#: The most ways in which readings may hold together that are looked at; with more nothing is claimed.
MOST_CASES = 256

Kind = Literal["at", "highest", "lowest", "sum"]


@dataclass(frozen=True)
class Number:
    """What a comparison is about: a quantity (or its share) at a month's end, its highest or lowest until then, or its sum over months."""

    address: tuple[str, tuple[str, ...]]
    share: bool
    kind: Kind
    start: date | None
    end: date | None
    rises: bool


@dataclass(frozen=True)
class Bound:
    """A number is at least (`lower`) or at most a value; `strict`: and not equal to it."""

    number: Number
    lower: bool
    value: float
    strict: bool


@dataclass(frozen=True)
class Said:
    """What a record says: that it is so, or that it is not."""

    record: str
    holds: bool


Fact = Bound | Said
Case = tuple[Fact, ...]


def excludes(first: Reading, second: Reading, quantities: Mapping[str, Quantity] | None = None) -> bool:
    """Whether the two can hold in no world together."""
    return not satisfiable((first, second), quantities)


def implies(first: Reading, second: Reading, quantities: Mapping[str, Quantity] | None = None) -> bool:
    """Whether the second holds wherever the first does."""
    return not satisfiable((first, Not(second)), quantities)


def satisfiable(readings: Sequence[Reading], quantities: Mapping[str, Quantity] | None = None) -> bool:
    """Whether nothing in the readings themselves speaks against all of them holding at once. Checked readings only."""
    cases = [_cases(reading, True, quantities or {}) for reading in readings]
    count = 1
    for ways in cases:
        count *= max(len(ways), 1)
        if count > MOST_CASES:
            return True
    return any(_possible([fact for case in ways for fact in case]) for ways in product(*cases))


def _cases(reading: Reading, holds: bool, quantities: Mapping[str, Quantity]) -> list[Case]:
    """The ways in which a reading holds (or does not), each as facts that hold together. No facts: nothing is known of it."""
    match reading:
        case Comparison():
            bound = _bound(reading, holds, quantities)
            return [bound] if isinstance(bound, tuple) else [(bound,)]
        case Record():
            return [(Said(str(reading), holds),)]
        case Not(part):
            return _cases(part, not holds, quantities)
        case AllOf(parts) | AnyOf(parts):
            ways = [_cases(part, holds, quantities) for part in parts]
            if isinstance(reading, AllOf) != holds:
                return [case for one in ways for case in one][:MOST_CASES] if sum(map(len, ways)) <= MOST_CASES else [()]
            return _together(ways)
        case NotTestable():
            return [()]


def _together(ways: Sequence[list[Case]]) -> list[Case]:
    out: list[Case] = [()]
    for one in ways:
        if len(out) * len(one) > MOST_CASES:
            return [()]
        out = [(*before, *after) for before in out for after in one]
    return out


def _bound(made: Comparison, holds: bool, quantities: Mapping[str, Quantity]) -> Bound | tuple[Bound, ...]:
    """What a comparison, or that it does not hold, says of its number; nothing where it says it of no single range."""
    if made.threshold.value is None:
        return ()
    value, op = made.threshold.value, made.op
    if op == "==":
        # By a date it may be equal at any month, and computed values are compared with a small tolerance: this bounds the number only.
        number = _number(made, "at", quantities)
        slack = 1e-9 * abs(value)
        if not holds or (made.time is not None and made.time.kind == "by"):
            return ()
        return Bound(number, True, value - slack, False), Bound(number, False, value + slack, False)
    upward = op in (">=", ">")
    kind: Kind = "highest" if upward else "lowest"
    number = _number(made, kind, quantities)
    return Bound(number, upward == holds, value, (op in (">", "<")) == holds)


def _number(made: Comparison, until: Kind, quantities: Mapping[str, Quantity]) -> Number:
    known = quantities.get(made.address.name)
    rises = bool(known and known.rises) and not made.share
    address, time = (made.address.name, tuple(sorted(made.address.labels))), made.time
    if time is None:
        return Number(address, made.share, "at", None, None, rises)
    if time.kind == "over":
        return Number(address, made.share, "sum", time.start.replace(day=1), month_end(time.end), rises)
    end = month_end(time.end)
    if time.kind == "on":
        return Number(address, made.share, "at", None, end, rises)
    # What never falls is at its highest at the end.
    return Number(address, made.share, "at" if rises and until == "highest" else until, None, end, rises)


def _possible(facts: Sequence[Fact]) -> bool:
    said = {(fact.record, fact.holds) for fact in facts if isinstance(fact, Said)}
    if any((record, not holds) in said for record, holds in said):
        return False
    bounds = [fact for fact in facts if isinstance(fact, Bound)]
    return not any(_contradict(low, high) for low, high in _pairs(bounds))


def _pairs(bounds: Sequence[Bound]) -> Iterator[tuple[Bound, Bound]]:
    lows, highs = [one for one in bounds if one.lower], [one for one in bounds if not one.lower]
    return ((low, high) for low in lows for high in highs if low.number.address == high.number.address)


def _contradict(low: Bound, high: Bound) -> bool:
    """At least a and at most b with a above b, of numbers of which the first is never above the second."""
    if not never_above(low.number, high.number):
        return False
    return low.value > high.value or (low.value == high.value and (low.strict or high.strict))


def never_above(one: Number, other: Number) -> bool:
    """Whether the first number is at most the second in any world, as far as their kinds and dates show."""
    if one == other:
        return True
    if (one.address, one.share) != (other.address, other.share) or "sum" in (one.kind, other.kind):
        return False
    if one.end is None or other.end is None:
        return False
    match one.kind, other.kind:
        case "at" | "highest", "highest":
            return one.end <= other.end
        case "lowest", "lowest":
            return one.end >= other.end
        case "lowest", "at":
            return one.end >= other.end or one.rises
        case "lowest", "highest":
            return True
        case "at", "at":
            return one.rises and one.end <= other.end
        case _:
            return False
