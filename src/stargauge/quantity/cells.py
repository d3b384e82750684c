"""Texts of others as cells of a table that a spreadsheet opens: never a formula, and nothing that steers what shows them.

Source: OWASP, CSV Injection: what begins with = + - @, a tab or a carriage return may be run as a formula; so may their wide forms, and by
some programs | and %.
"""

from __future__ import annotations

import re
from typing import Any

#: Characters that steer a terminal or turn the direction of a line (U+202A to U+202E, U+2066 to U+2069), and those that nobody sees.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠|%]|[\t\n]")


def csv_cell(value: Any) -> Any:
    """A text without characters that steer, behind an apostrophe where it could be taken for a formula; all else as it is."""
    if not isinstance(value, str):
        return value
    text = STEERING.sub("", value)
    return f"'{text}" if _FORMULA.match(text) else text
