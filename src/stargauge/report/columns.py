"""How wide the columns of a table in a terminal are where another language than English writes in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

#: A longer word of a wrapped text, such as an id, may be broken.
_WORD = 18


def fitted(columns: Sequence[tuple[str, int, str]], rows: Sequence[Sequence[str]], most: int) -> list[tuple[str, int, str]]:
    """Columns, whose widths are those of English, with room for what another language writes: no number cut, no word broken.

    So that the table is no wider than `most`, columns with room to spare give some: those of numbers first, as nothing wraps there.
    """
    needs = [max(0, *map(len, title.split()), *(_need(row[at], side) for row in rows)) for at, (title, _, side) in enumerate(columns)]
    given = [width for _, width, _ in columns]
    widths = [max(pair) for pair in zip(given, needs, strict=True)]
    over = sum(widths) + 2 * (len(columns) - 1) - most
    sides = [side for _, _, side in columns]
    for floor, taken in ((needs, "lr"), (needs, "wi"), (given, "lwi")):  # the last cuts and breaks texts, never numbers
        while over > 0:
            spare = [width - least if side in taken else 0 for width, least, side in zip(widths, floor, sides, strict=True)]
            if max(spare) <= 0:
                break
            widths[spare.index(max(spare))] -= 1
            over -= 1
    return [(title, width, side) for (title, _, side), width in zip(columns, widths, strict=True)]


def _need(text: str, side: str) -> int:
    """Characters that a cell needs: all of a number or name, the longest word of a wrapped text."""
    return len(text) if side in ("l", "r") else min(_longest(text) + 3 * (side == "i"), _WORD)


def _longest(text: str) -> int:
    """Characters of the longest word; one with hyphens may be broken there."""
    return max((len(word) for word in re.split(r"\s|(?<=-)", text)), default=0)


def stacked(cells: Sequence[Sequence[str]], line: Callable[[Sequence[str]], str]) -> list[str]:
    """The lines of one row, as many as its highest cell has."""
    return [line([cell[index] if index < len(cell) else "" for cell in cells]) for index in range(max(len(cell) for cell in cells))]
