"""How firmly a number is said: planned, promised, possible, denied and so on, by the words of its clause."""

from __future__ import annotations

import re

from stargauge.reading.grammar import Grammar
from stargauge.reading.passages import Passages, Span

_AND = re.compile(r"(?<!\w)(?:und|oder|and|or|but|aber|sowie)(?!\w)")


def modality(passages: Passages, words: Grammar, at: int, end: int, quoted: Span | None) -> str:
    """The modality of what stands from one place to another: the clause decides, for a denial and for hearsay the whole sentence."""
    sentence = passages.sentence(at)
    near = Span(max(sentence.start, at - 400), min(sentence.end, end + 400))
    if words.any_modality.search(passages.text, near.start, near.end) and (found := _by_cue(passages, words, at, end, near, sentence)):
        return found
    if quoted is not None and _promises(passages.text, words, Span(max(quoted.start, at - 200), min(quoted.end, end + 200))):
        return "promised"
    return "asserted"


def _by_cue(passages: Passages, words: Grammar, at: int, end: int, near: Span, sentence: Span) -> str:
    clause = passages.clause(at, sentence)
    while _is_elliptic(passages.text, clause, at) and clause.start > near.start:
        clause = Span(passages.clause(max(near.start, clause.start - 2), sentence).start, clause.end)
    reach = Span(clause.start, _reach(passages.text, end, clause.end))
    if words.cue("modality", "negated").search(passages.text, clause.start, at):
        return "denied"
    wide = frozenset(words.own["modality"]["wide"])
    for name in words.own["modality"]["order"]:
        span = near if name in wide else reach
        if words.cue("modality", name).search(passages.text, span.start, span.end):
            return str(name).removesuffix("_wide")
    return ""


def _reach(text: str, end: int, limit: int) -> int:
    """How far the clause reaches behind a number: up to the next `and`, behind which another verb may rule."""
    found = _AND.search(text, end, limit)
    return found.start() if found else limit


def _is_elliptic(text: str, clause: Span, at: int) -> bool:
    """Whether a clause starts with its number, as in `, and up to 40`: then the verb of the clause before rules it."""
    between = text[clause.start : at].strip()
    return _AND.fullmatch(between) is not None


def _promises(text: str, words: Grammar, near: Span) -> bool:
    person, deed = words.cue("promise", "person"), words.cue("promise", "deed")
    return bool(person.search(text, near.start, near.end) and deed.search(text, near.start, near.end))
