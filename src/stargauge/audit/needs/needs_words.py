"""The ranges of what would have to be true, in words: dates as months, numbers in their unit, choices as what they choose."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.audit.wording.messages import Messages
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.telling import Respect
from stargauge.quantity.dates import from_day
from stargauge.quantity.statement import PICK
from stargauge.quantity.units import show


def size_of(levels: Sequence[float]) -> float:
    """The size by which numbers are shown: the middle one's, of those that are mostly nothing the largest."""
    return float(abs(levels[1]) or max(abs(level) for level in levels))


def date_said(one: Respect, low: float | None, high: float | None, words: Messages) -> str:
    """`Abilene's first building runs by March 2027`; an end at or after the last day told means no more than later."""
    first, last = (None if end is None else words.month(from_day(end)) for end in (low, high))
    key = "needs_by" if first is None else "needs_after" if last is None else "needs_within"
    return words.say(key, event=one.words, first=first, last=last)


def number_said(one: Respect, low: float | None, high: float | None, size: float, words: Messages) -> str:
    """`permanent jobs per power at Saline are at least 0.33 jobs/MW`."""
    low_text, high_text = (None if end is None else show(end, one.unit, size, words.notation) for end in (low, high))
    key = "needs_most" if low is None else "needs_least" if high is None else "needs_between"
    return words.say(f"{key}_{'many' if one.plural else 'one'}", subject=one.words, low=low_text, high=high_text)


def choice_said(one: Respect, kept: Sequence[str], names: Names) -> str:
    """A choice in words: of a choice of model its own, of contradicting statements their name and option as the file calls them."""
    name, words = one.name.removeprefix(PICK), names.words
    options = words.texts["needs_or"].join(options_said(one, kept, names))
    own = words.texts.get(f"needs_pick {name}")
    return own.format(options=options) if own else words.say("needs_pick", name=_called(name, names), options=options)


def options_said(one: Respect, options: Sequence[str], names: Names) -> list[str]:
    """Options of a choice in words."""
    name, words = one.name.removeprefix(PICK), names.words
    return [
        words.texts.get(f"needs_pick {name} {option}") or words.say("needs_option", option=_called(option, names)) for option in options
    ]


def _called(name: str, names: Names) -> str:
    """What the file calls one of its alternatives or options: in the language of the words where it says so, else the id in words."""
    return names.texts.get(name) or name.replace("-", " ").replace("_", " ")
