"""Whether two captures of a page say the same: line by line, without what changes by itself.

Rules, in this order: Unicode NFC, single spaces; lines that also stand in another page of the same host at the same time are the host's own
(menus, teasers, advertisements) and are left out of both; counters ("1,204 views"), ages ("3 hours ago") and clock lines are left out;
order does not matter (layout). Anything else that was added or is gone is a difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_NUMBER = r"[\d.,'’\u00a0\u202f ]*\d\s?(?:k|m|mio\.?|tsd\.?)?"
_COUNTED = (
    r"views?|likes?|shares?|reposts?|retweets?|quotes?|replies|reply|bookmarks?|comments?|favou?rites?|boosts?|followers?|following|votes?|points?|reads?|readers?"
    r"|aufrufe?|gefällt mir|mal geteilt|geteilt|kommentare?|antworten|antwort|zitate?|lesezeichen|follower|stimmen|leser"
)
_AGE = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|[smhdwy]"
    r"|sekunden?|minuten?|stunden?|std\.?|tage?n?|wochen?|monate?n?|jahre?n?)"
)
#: Lines that change by themselves.
_MOVING = re.compile(
    rf"{_NUMBER}(?: (?:{_COUNTED}))?|(?:{_COUNTED}):? {_NUMBER}"
    rf"|{_NUMBER} ?{_AGE}(?: ago)?|vor {_NUMBER} ?{_AGE}|(?:just now|gerade eben|yesterday|gestern)"
    r"|\d{1,2}[:.]\d{2}(?: ?(?:am|pm|uhr))?|(?:advertisement|anzeige|werbung|sponsored)"
)
_SPACE = re.compile(r"\s+")
#: Two pages are the same answer from this share of common lines on.
ALIKE = 0.9


@dataclass(frozen=True)
class Difference:
    """Lines only in the earlier text, and only in the later one."""

    gone: tuple[str, ...]
    added: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.gone or self.added)


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text that can be compared."""
    tidy = (_SPACE.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).splitlines())
    return tuple(line for line in tidy if line and not _MOVING.fullmatch(line.casefold()))


def difference(earlier: str, later: str, others: Iterable[str] = ()) -> Difference:
    """What a later text has else than an earlier one; `others`: texts of other pages of the host, captured beside either."""
    own = set().union(*(lines(other) for other in others))
    before = [line for line in lines(earlier) if line not in own]
    after = [line for line in lines(later) if line not in own]
    old, new = set(before), set(after)
    return Difference(tuple(line for line in before if line not in new), tuple(line for line in after if line not in old))


def alike(one: str, other: str) -> bool:
    """Whether two texts are one answer: nearly all of their lines are common to both."""
    first, second = set(lines(one)), set(lines(other))
    return bool(first or second) and len(first & second) >= ALIKE * max(len(first), len(second))
