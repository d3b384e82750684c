"""Which language each part of a text is in: settled by paragraph, by sentence where one clearly differs, and by quotation likewise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

from stargauge.reading.passages import ONLY, Passages, Span, language_of

#: So many words of a language, and so many times as many as of the other, make it clear.
_ENOUGH, _TIMES = 2, 2


@dataclass(frozen=True)
class Tongue:
    """A text as one language reads it: its passages with the parts that are in it, and its sentences by number."""

    passages: Passages
    sentences: frozenset[int]


def tongues(whole: Passages) -> list[Tongue]:
    """A text as each of its languages reads it, that of the whole first. A text in one language has one, and all of it is in it."""
    spoken = [_base(whole.language)] * len(whole.sentences)
    parts: dict[str, list[Span]] = {}
    unsure = list[Span]()
    at = 0
    for paragraph in whole.paragraphs:
        usual = _clear(_outside(whole, paragraph))
        while at < len(whole.sentences) and whole.sentences[at].start < paragraph.end:
            part = whole.sentences[at]
            settled = _clear(_outside(whole, part)) or usual
            unsure += [] if settled else [part]
            spoken[at] = settled or _base(whole.language)
            for span, language in _cut(whole, part, spoken[at]):
                parts.setdefault(language, []).append(span)
            at += 1
    if set(parts) <= {_base(whole.language)}:
        return [Tongue(replace(whole, unsure=tuple(unsure) if whole.unsure else ()), frozenset(range(len(whole.sentences))))]
    whole = replace(whole, unsure=tuple(unsure))
    names = sorted(parts, key=lambda name: name != _base(whole.language))
    return [_tongue(whole, name, tuple(parts[name]), frozenset(n for n, one in enumerate(spoken) if one == name)) for name in names]


def _tongue(whole: Passages, name: str, parts: tuple[Span, ...], sentences: frozenset[int]) -> Tongue:
    if name == _base(whole.language):
        return Tongue(replace(whole, parts=parts), sentences)
    words = " ".join(whole.text[one.start : one.end] for one in parts)
    language = language_of(words) if name == "de" else name
    return Tongue(replace(whole, language=language if _base(language) == name else name, parts=parts), sentences)


def _base(language: str) -> str:
    return language.partition("-")[0]


def _clear(text: str) -> str:
    """The language of some words where they leave no doubt, else nothing."""
    count = {name: len(made.findall(text)) for name, made in ONLY.items()}
    for name, other in (("de", "en"), ("en", "de")):
        if count[name] >= _ENOUGH and count[name] > _TIMES * count[other]:
            return name
    return ""


def _quotes(whole: Passages, part: Span) -> list[Span]:
    starts = whole.quote_starts
    return list(whole.quotes[bisect_left(starts, part.start) : bisect_left(starts, part.end)])


def _outside(whole: Passages, part: Span) -> str:
    """The words of a part that stand in no quotation."""
    out, at = list[str](), part.start
    for one in _quotes(whole, part):
        out.append(whole.text[at : one.start])
        at = one.end
    return " ".join([*out, whole.text[at : max(at, part.end)]])


def _cut(whole: Passages, part: Span, language: str) -> Iterator[tuple[Span, str]]:
    """A sentence in pieces: quotations that are clearly in another language, and what stands between them."""
    at = part.start
    for one in _quotes(whole, part):
        own = _clear(whole.text[one.start : one.end])
        if own and own != language and one.end <= part.end:
            if one.start > at:
                yield Span(at, one.start), language
            yield one, own
            at = one.end
    if part.end > at:
        yield Span(at, part.end), language
