"""Truth and margin of a reading in every draw of a block.

The model's clock ticks in months. `on` reads the end of the date's month. `by` holds if the comparison holds at the end of any month
until then: the running maximum for >= and >, the running minimum for <= and <, any month for ==. `over` adds the flows of whole months.

Margin = how far off, in the quantity's unit; positive (or 0 where the bound itself counts) where the comparison holds.
Where a sum lacks parts it is a lower bound: it shows that >= or > holds (and that <= or < does not); what it does not show is undecided,
and so is what has no value at all: never false.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.language import AllOf, AnyOf, Comparison, Not, NotTestable, Reading, Record, Time, leaves, needs
from stargauge.engine.columns import stacked
from stargauge.engine.parts import keepable
from stargauge.quantity.address import Address
from stargauge.quantity.dates import month_label
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
Margins = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Selected:
    """What an address gives: values (draw) or (draw, month), the labels that are absent, the months (`2025-01`) where there are months.

    `partial`: where a sum lacks parts; left out, everywhere if any label is absent.
    """

    values: Array
    absent: tuple[str, ...] = ()
    months: tuple[str, ...] | None = None
    partial: Mask | None = None

    @property
    def lacking(self) -> Mask | None:
        """Where the values are lower bounds."""
        return np.ones(self.values.shape, dtype=bool) if self.partial is None and self.absent else self.partial


Select = Callable[[Address], Selected]


@keepable
class Outcome(NamedTuple):
    """Truth per draw; margin per draw where all is one comparison; the absent labels; the draws that cannot be decided (or none)."""

    truth: Mask
    margin: Margins | None
    absent: tuple[str, ...]
    undecided: Mask | None


def evaluate(reading: Reading, select: Select, shown: Mapping[Record, bool | None] | None = None) -> Outcome:
    """Truth and margin of a checked reading. `shown`: what the record holds for each `record(...)` part; None where it holds nothing.

    not: truth and margin turn round. and, or: truth only, as margins of different units never meet (undecided by Kleene's rule).
    """
    match reading:
        case Comparison():
            return _compared(reading, select)
        case Record():
            state = (shown or {}).get(reading)
            undecided = None if state is not None else np.ones(1, dtype=bool)
            return Outcome(np.array([bool(state)]), None, () if state is not None else (str(reading),), undecided)
        case Not(part):
            truth, margin, absent, undecided = evaluate(part, select, shown)
            return Outcome(~truth if undecided is None else ~truth & ~undecided, None if margin is None else -margin, absent, undecided)
        case AllOf(parts):
            return _joined([evaluate(part, select, shown) for part in parts], every=True)
        case AnyOf(parts):
            return _joined([evaluate(part, select, shown) for part in parts], every=False)
        case NotTestable():
            raise InputError(say('"{reading}" has no truth to evaluate', reading=reading))


def _compared(reading: Comparison, select: Select) -> Outcome:
    threshold = reading.threshold.value
    if threshold is None:
        raise InputError(say('"{reading}" was not checked: its threshold has no unit yet', reading=reading))
    selected = select(reading.address)
    absent, values, lacking = selected.absent, selected.values, selected.lacking
    if reading.share:
        if reading.whole is None:
            raise InputError(say('"{reading}" was not checked: its whole is not known', reading=reading))
        whole = select(reading.whole)
        absent = tuple(dict.fromkeys((*absent, *whole.absent)))
        lacks = [mask for mask in (lacking, whole.lacking) if mask is not None]
        lacking = reduce(np.logical_or, lacks) if lacks else None
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(whole.values != 0, values / whole.values, np.nan)
    when = _months(selected.months, reading.time)
    margin = np.atleast_1d(_margin(values, when, reading.time, reading.op, threshold))
    truth = margin > 0 if reading.op in (">", "<") else margin >= 0
    unsure = _without_value(values, margin, when, reading.time) & ~truth
    if lacking is not None:
        bound = ~truth if reading.op in (">=", ">") else truth if reading.op in ("<=", "<") else np.ones_like(truth)
        unsure |= _any(lacking, when, reading.time) & (np.ones_like(truth) if reading.share else bound)
    return Outcome(truth & ~unsure, margin.astype(np.float32), absent if unsure.any() else (), unsure if unsure.any() else None)


def _months(months: tuple[str, ...] | None, time: Time | None) -> slice | None:
    """The months read: that of the date, all until then, or those of the span."""
    if time is None or months is None:
        return None
    first, last = bisect_left(months, month_label(time.start)), bisect_left(months, month_label(time.end))
    return slice({"on": last, "by": 0, "over": first}[time.kind], last + 1)


def _without_value(values: Array, margin: Array, when: slice | None, time: Time | None) -> Mask:
    """The draws in which a value that was needed is absent."""
    if when is None or time is None or time.kind != "by":
        return np.isnan(margin)
    span = values[..., when]
    return np.atleast_1d(np.isnan(span).any(axis=-1)) if np.isnan(span.sum()) else np.zeros(margin.shape, dtype=bool)


def _any(mask: Mask, when: slice | None, time: Time | None) -> Mask:
    return np.atleast_1d(mask if when is None else mask[..., when].any(axis=-1))


def _margin(values: Array, when: slice | None, time: Time | None, op: str, threshold: float) -> Array:
    if time is None or when is None:
        return _side(values, op, threshold)
    if time.kind == "on":
        return _side(values[..., when.start], op, threshold)
    if time.kind == "over":
        return _side(values[..., when].sum(axis=-1), op, threshold)
    return _reached(values[..., when], op, threshold)


def _reached(span: Array, op: str, threshold: float) -> Array:
    """The best margin at any month end; months without a value are passed over."""
    if op == "==":
        return np.asarray(np.fmax.reduce(_side(span, op, threshold), axis=-1))
    best = np.fmax if op in (">=", ">") else np.fmin
    return _side(best.reduce(span, axis=-1), op, threshold)


def _side(values: Array, op: str, threshold: float) -> Array:
    """How far values lie on the right side of a threshold."""
    if op == "==":
        close = np.isclose(values, threshold, rtol=1e-9, atol=0.0)
        return np.where(close, 0.0, -np.abs(values - threshold))
    return np.asarray(values - threshold if op in (">=", ">") else threshold - values)


def _joined(parts: list[Outcome], *, every: bool) -> Outcome:
    """Three-valued and / or: decided as soon as one part decides it, else undecided where any part is."""
    holds = reduce(np.logical_and if every else np.logical_or, [part.truth for part in parts])
    absent = tuple(dict.fromkeys(label for part in parts for label in part.absent))
    if all(part.undecided is None for part in parts):
        return Outcome(holds, None, absent, None)
    unsure = [np.zeros(1, dtype=bool) if part.undecided is None else part.undecided for part in parts]
    decides = [~p.truth & ~u if every else p.truth & ~u for p, u in zip(parts, unsure, strict=True)]
    undecided = reduce(np.logical_or, unsure) & ~reduce(np.logical_or, decides)
    holds, undecided = np.broadcast_arrays(holds, undecided)
    return Outcome(holds & ~undecided, None, absent, undecided if undecided.any() else None)


class Frame(Protocol):
    """The labels of a run."""

    @property
    def axes(self) -> Mapping[str, Sequence[str]]:
        """Labels by axis."""


class Block(Protocol):
    """What a block of draws offers to a judge."""

    @property
    def draws(self) -> int:
        """How many draws it holds."""

    @property
    def frame(self) -> Frame:
        """Its labels."""

    def picked(self, address: Address) -> tuple[Array, Mask | None]:
        """The values of an address, and where a sum lacks parts."""

    def absent(self, address: Address) -> tuple[str, ...]:
        """The labels that are absent anywhere."""


def selected(block: Block, address: Address) -> Selected:
    """An address in a block of the engine."""
    values, partial = block.picked(address)
    absent = block.absent(address) if partial is not None or np.isnan(values).any() else ()
    months = tuple(block.frame.axes["month"]) if values.ndim == 2 else None
    return Selected(values, absent, months, np.zeros(values.shape, dtype=bool) if partial is None and absent else partial)


@dataclass(frozen=True)
class Judge:
    """A collector: truth and margin of many readings, block by block. Nothing else of a block is kept (5 bytes per draw and reading)."""

    readings: tuple[Reading, ...]
    shown: Mapping[Record, bool | None]

    @classmethod
    def of(cls, readings: Iterable[Reading], shown: Mapping[Record, bool | None] | None = None) -> Judge:
        """A judge of the readings that a run can answer: those with a comparison in them, each once."""
        asked = dict.fromkeys(r for r in readings if any(isinstance(leaf, Comparison) for leaf in leaves(r)))
        return cls(tuple(asked), dict(shown or {}))

    @property
    def addresses(self) -> frozenset[Address]:
        """The addresses it asks a block for."""
        return needs(self.readings)

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the quantities it reads."""
        return tuple(sorted({address.name for address in self.addresses}))

    def take(self, block: Block) -> tuple[Outcome, ...]:
        """Outcomes of one block, one per reading; each address is selected once."""
        held = dict[Address, Selected]()

        def select(address: Address) -> Selected:
            if address not in held:
                held[address] = selected(block, address)
            return held[address]

        return tuple(_full(evaluate(reading, select, self.shown), block.draws) for reading in self.readings)

    def join(self, parts: list[tuple[Outcome, ...]]) -> tuple[Outcome, ...]:
        """Outcomes over the draws of all parts, one per reading; what is joined is let go."""
        if len(parts) == 1:
            return parts[0]
        columns = list(zip(*parts, strict=True))[::-1]
        parts.clear()
        return tuple(_concatenated(columns.pop()) for _ in range(len(columns)))

    def outcomes(self, joined: tuple[Outcome, ...]) -> dict[Reading, Outcome]:
        """Outcomes by reading."""
        return dict(zip(self.readings, joined, strict=True))


def _full(outcome: Outcome, draws: int) -> Outcome:
    """An outcome with one entry per draw, also where nothing in it varies."""

    def full(a: NDArray) -> NDArray:  # type: ignore[type-arg]
        return a if a.shape == (draws,) else np.broadcast_to(a, (draws,)).copy()

    truth, margin, absent, undecided = outcome
    return Outcome(full(truth), None if margin is None else full(margin), absent, None if undecided is None else full(undecided))


def _concatenated(parts: tuple[Outcome, ...]) -> Outcome:
    absent = tuple(dict.fromkeys(label for part in parts for label in part.absent))
    margins = [part.margin for part in parts if part.margin is not None]
    undecided = None
    if any(part.undecided is not None for part in parts):
        undecided = stacked([np.zeros(len(p.truth), dtype=bool) if p.undecided is None else p.undecided for p in parts])
    margin = stacked(margins) if len(margins) == len(parts) else None
    return Outcome(stacked([part.truth for part in parts]), margin, absent, undecided)
