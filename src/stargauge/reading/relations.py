"""How what is said belongs together, as far as the words say so: an amount that includes another, a denial of what somebody said.

These are notes for a person. Amounts are never added up or taken from each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from stargauge.reading.found import Quantity, Statement
from stargauge.reading.grammar import LANGUAGES, SPACE, grammar, pattern
from stargauge.reading.passages import Passages

#: How far in front of a denial the denied statement may stand, in sentences.
_NEAR = 6


@dataclass(frozen=True)
class Relation:
    """Two findings and the words that join them. `includes` joins quantities, `contradicts` statements, both by number."""

    kind: str
    first: int
    second: int
    text: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _joins() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """The words before a part of an amount, at the start of a sentence, and behind such a part."""
    own = [grammar(name).own["relations"] for name in LANGUAGES]
    before = "|".join(pattern(one["part_before"]) for one in own)
    opening = "|".join(pattern(one["part_opening"]) for one in own)
    behind = "|".join(pattern(one["part_behind"]) for one in own)
    return (
        re.compile(rf"[,;(–—-]?{SPACE}?(?:(?P<of>{before}))(?:{SPACE}[a-zäöüß]{{2,12}}){{0,2}}{SPACE}"),
        re.compile(rf"(?P<of>{opening})(?:{SPACE}[a-zäöüß]{{2,12}}){{0,3}}{SPACE}"),
        re.compile(rf"{SPACE}(?P<of>{behind})(?!\w)"),
    )


def relations(passages: Passages, amounts: Sequence[Quantity], said: Sequence[Statement]) -> list[Relation]:
    """Every relation that the words of a text state."""
    return [*_includes(passages, amounts), *_contradicts(passages, said)]


def _includes(passages: Passages, amounts: Sequence[Quantity]) -> Iterator[Relation]:
    before, opening, behind = _joins()
    text = passages.text
    for n in range(1, len(amounts)):
        whole, part = amounts[n - 1], amounts[n]
        if not _may_hold(whole, part):
            continue
        here = passages.sentence(part.start)
        if passages.sentence_index(whole.start) == passages.sentence_index(part.start):
            found = before.fullmatch(text, whole.end, part.start) or (
                behind.match(text, part.end, here.end) if part.end < here.end else None
            )
        elif passages.sentence_index(whole.start) == passages.sentence_index(part.start) - 1 and _alone(passages, amounts, n - 1):
            found = opening.fullmatch(text, here.start, part.start)
        else:
            found = None
        if found is not None:
            yield Relation("includes", n - 1, n, found["of"], found.start("of"), found.end("of"))


def _may_hold(whole: Quantity, part: Quantity) -> bool:
    """Whether an amount may be a part of another: of one kind, unit and rate, and no larger."""
    most, least = whole.max if whole.max is not None else whole.value, part.min if part.min is not None else part.value
    alike = (whole.kind, whole.unit, whole.per) == (part.kind, part.unit, part.per) and whole.unit is not None
    return alike and whole.kind not in ("ratio", "multiplier", "price") and most is not None and least is not None and least <= most


def _alone(passages: Passages, amounts: Sequence[Quantity], n: int) -> bool:
    """Whether a quantity is the only one of its sentence."""
    index = passages.sentence_index(amounts[n].start)
    return n == 0 or passages.sentence_index(amounts[n - 1].start) != index


def _contradicts(passages: Passages, said: Sequence[Statement]) -> Iterator[Relation]:
    for n, one in enumerate(said):
        if one.kind != "denial":
            continue
        earlier = [m for m in range(n) if _is_near(passages, said[m], one) and not _leads_to(said[m], said)]
        named = [m for m in earlier if _named(said[m], one, passages)]
        if len(named) == 1:
            sentence = passages.sentence(one.start)
            yield Relation("contradicts", n, named[0], passages.text[sentence.start : sentence.end], sentence.start, sentence.end)


def _is_near(passages: Passages, earlier: Statement, one: Statement) -> bool:
    return earlier.form != "narrator" and passages.sentence_index(one.start) - passages.sentence_index(earlier.start) <= _NEAR


def _leads_to(one: Statement, said: Sequence[Statement]) -> bool:
    """Whether a statement only says where another comes from, as in `Er wisse das, so X`."""
    return any(
        other is not one and other.attribution is not None and other.attribution.start <= one.start and one.end <= other.attribution.end
        for other in said
    )


def _named(earlier: Statement, one: Statement, passages: Passages) -> bool:
    """Whether a denial names the speaker of an earlier statement, somebody else than who denies."""
    if not earlier.speaker or earlier.speaker == one.speaker or earlier.speaker_unresolved:
        return False
    surname = re.escape(earlier.speaker.split()[-1])
    return re.search(rf"(?<!\w){surname}(?:['’]?s|['’])?(?!\w)", passages.text[one.start : one.end]) is not None
