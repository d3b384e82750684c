"""Amounts without a currency take that of an amount beside them, and say so; what stays without one says that too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from stargauge.reading.found import Quantity
from stargauge.reading.passages import Passages

#: How many quantities before and behind are looked at.
_BEFORE, _BEHIND = 8, 5


def with_currencies(found: Sequence[Quantity], passages: Passages) -> list[Quantity]:
    """Each amount with a currency: its own, that of the amount before it in its sentence or the one before, else of its sentence."""
    out = list(found)
    for n, made in enumerate(found):
        if made.kind != "money" or (made.unit is not None and not (made.currency_inferred and _is_cents(made))):
            continue
        index = passages.sentence_index(made.start)
        near = [one for one in _near(found, n, index, passages) if one.kind == "money" and one.unit and not _is_cents(one)]
        before = [one for one in near if one.start < made.start]
        after = [one for one in near if one.start > made.start and passages.sentence_index(one.start) == index]
        source = before[-1] if before else after[0] if after else None
        if source is not None:
            out[n] = replace(made, unit=source.unit, currency_inherited=True, currency_inferred=False)
        elif made.unit is None:
            out[n] = replace(made, currency_missing=True)
    return out


def _is_cents(made: Quantity) -> bool:
    return made.text.casefold().endswith(("cent", "cents", "ct", "ct."))


def _near(found: Sequence[Quantity], n: int, index: int, passages: Passages) -> Iterator[Quantity]:
    near = found[max(0, n - _BEFORE) : n + _BEHIND]
    return (one for one in near if index - 1 <= passages.sentence_index(one.start) <= index)
