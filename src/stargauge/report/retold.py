"""Sentences that an answer holds in English, made of a few forms, told again in the language that is spoken."""

from __future__ import annotations

import re
from functools import cache

from stargauge.report.locale import language, notation, say

#: What a form leaves open, and a number in it.
_OPEN = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"\d[\d,]*(\.\d+)?")


def retold(text: str, *forms: str) -> str:
    """A text of one of these forms, what they leave open filled in again; as it is where it is of none of them, or in English."""
    if language() == "en":
        return text
    for form in forms:
        if found := _pattern(form).fullmatch(text):
            return say(form, **{name: _number(part) for name, part in found.groupdict().items()})
    return text


def _number(text: str) -> str:
    return notation().number(text) if _NUMBER.fullmatch(text) else text


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """What matches a form: as little as will do for what it leaves open."""
    parts = _OPEN.split(form)
    return re.compile("".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)), re.DOTALL)
