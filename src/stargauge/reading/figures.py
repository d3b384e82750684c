"""The figures of a text: its quantities and its dates, with what is both settled."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

from stargauge.reading.currencies import with_currencies
from stargauge.reading.dates import dates
from stargauge.reading.found import Abstention, Quantity, When
from stargauge.reading.passages import Passages
from stargauge.reading.quantities import quantities

#: How far behind a change the year may stand that it is counted from.
_BASELINE = 60


def figures(whole: Passages, spoken: list[Passages], published: date | None = None) -> tuple[list[Quantity], list[When], list[Abstention]]:
    """Quantities, dates and what was left, each in the order of the text.

    A duration inside a phrase of time is that date and no quantity; a year inside a quantity is no date, nor is the year that a change is
    counted from.
    """
    amounts, left = list[Quantity](), list[Abstention]()
    for one in spoken:
        found, aside = quantities(one)
        amounts += found
        left += aside
    amounts = with_currencies(sorted(amounts, key=lambda one: one.start), whole)
    left.sort(key=lambda one: one.start)
    days = sorted((when for one in spoken for when in dates(one, published)), key=lambda one: one.start)
    amounts = [one for one in amounts if one.kind != "duration" or not _overlaps(one.start, one.end, days)]
    starts = [one.start for one in amounts]
    kept = [one for one in days if not _taken(one, amounts, starts)]
    return amounts, kept, left


def _overlaps(start: int, end: int, days: list[When]) -> bool:
    n = bisect_right(days, end - 1, key=lambda one: one.start) - 1
    return n >= 0 and days[n].end > start


def _taken(when: When, amounts: list[Quantity], starts: list[int]) -> bool:
    n = bisect_right(starts, when.end - 1) - 1
    for one in amounts[max(0, n - 1) : n + 1]:
        if one.start < when.end and when.start < one.end:
            return True
        if one.baseline and 0 <= when.start - one.end <= _BASELINE and one.baseline in when.text:
            return True
    return False
