"""Captured text as a terminal may show it: what would steer the terminal or the reader's eye is written out instead of obeyed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

#: Before every line of captured content, so that none can pass for a line of ours.
MARGIN = "| "
#: Format characters that belong to words: zero-width joiner and non-joiner between letters of scripts that need them.
KEPT = "\u200c\u200d"


def plain(text: str) -> str:
    """One line: control characters, direction marks and other invisible ones become `\\u{...}`."""
    return "".join(one if one.isprintable() or one in KEPT else _named(one) for one in text)


def _named(one: str) -> str:
    if one == "\u00a0" or unicodedata.category(one) == "Zs":
        return one
    return f"\\u{{{ord(one):x}}}"


def quoted(text: str, most: int = 20, width: int = 78) -> Iterator[str]:
    """The first lines of a captured text behind a margin, and how many more there are."""
    lines = text.split("\n")
    for line in lines[:most]:
        shown = plain(line.replace("\t", " "))
        yield f"{MARGIN}{shown if len(shown) <= width else shown[: width - 3] + '...'}"
    if len(lines) > most:
        yield f"({len(lines) - most:,} more lines)"
