"""Whether two captures of a page say the same: line by line, without what changes by itself.

Rules, in this order: Unicode NFC, single spaces; lines that also stand in another page of the same host at the same time are the host's own
(menus, teasers, advertisements) and are left out of both; counters ("1,204 views"), ages ("3 hours ago") and clock lines are left out;
order does not matter (layout). Anything else that was added or is gone is a difference.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

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


def text_hash(text: str) -> str:
    """The hash of the lines of a text that are compared."""
    return hashlib.sha256("\n".join(sorted(set(lines(text)))).encode()).hexdigest()


#: A line tells by itself what page it is of where it has so many words, or signs; shorter ones are menus as a rule.
TELLING_WORDS, TELLING_SIGNS = 4, 24
#: So much of the pairs of words of an earlier text a later one has, to be another state of the same page.
SHARE = 0.2
#: The same of both where it is not known what the host shows on every page: menus and footers are then a part of what two texts share.
SHARE_WITH_FRAME = 0.35
SKETCH = 64
FEW_WORDS = 12
_WORD = re.compile(r"\w+")


def pairs(text: str, others: Iterable[str] = ()) -> frozenset[str]:
    """Hashes of all pairs of words that follow each other within the telling lines of a text; of a very short one, of its words too.

    `others`: as of `difference`.
    """
    own = set().union(*(lines(other) for other in others))
    kept = [line for line in lines(text) if line not in own]
    told = [line for line in kept if len(line.split()) >= TELLING_WORDS or len(line) >= TELLING_SIGNS] or kept
    made: set[str] = set()
    by_line = [_WORD.findall(line.casefold()) or [line] for line in told]
    if sum(map(len, by_line)) < FEW_WORDS:  # a word more or less is much of so short a text
        made.update(word for words in by_line for word in words)
    for words in by_line:
        made.update(" ".join(words[at : at + 2]) for at in range(max(len(words) - 1, 1)))
    return frozenset(hashlib.sha256(pair.encode("utf-8", "replace")).hexdigest()[:12] for pair in made)


def related(earlier: frozenset[str], later: frozenset[str], framed: bool = False) -> bool:
    """Whether two texts, by their pairs or sketches, can be two states of one page. Without an earlier text everything can.

    `framed`: menus and footers of the host are still in them.
    """
    if not earlier:
        return True
    if len(earlier) >= SKETCH or len(later) >= SKETCH:  # of a sketch only the smallest hashes are known: compare as far as both reach
        reach = min(max(one) for one in (earlier, later) if len(one) >= SKETCH)
        earlier, later = (frozenset(pair for pair in one if pair <= reach) for one in (earlier, later))
    shared = len(earlier & later)
    if framed:
        return bool(shared) and shared >= SHARE_WITH_FRAME * max(len(earlier), len(later))
    return bool(shared) and shared >= SHARE * len(earlier)


def sketch(text: str) -> str:
    """The smallest hashes of the pairs of a text: enough to tell another page from another wording."""
    return " ".join(sorted(pairs(text))[:SKETCH])


def of_sketch(made: str) -> frozenset[str]:
    """A sketch as `related` takes it."""
    return frozenset(made.split())


def without(text: str, others: Iterable[str]) -> str:
    """The lines of a text that stand in none of the other pages."""
    own = set().union(*(lines(other) for other in others))
    return "\n".join(line for line in lines(text) if line not in own)


def says_no_more(text: str, url: str, other: str, other_url: str) -> bool:
    """Whether a page says nothing that another one does not say too, but for the address of each: the two are one answer of the host.

    One line of its own is enough to make it a page of its own: most lines of pages are menus, which all pages of a host share.
    """
    own = _without_address(text, url)
    return bool(own) and own <= _without_address(other, other_url)


def _without_address(text: str, url: str) -> set[str]:
    split = urlsplit(url)
    last = split.path.rstrip("/").rpartition("/")[2]
    named = [part for part in (url, f"{split.path}?{split.query}", split.path, last) if len(part) > 3]
    made = set()
    for line in lines(text):
        for part in named:
            line = line.replace(part, "…")
        made.add(line)
    return made
