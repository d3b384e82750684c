"""Wording rules: likelihood words, how a probability is shown, what is never said, whose figure it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.quantity.statement import PICK, Statement

#: Upper bounds of the likelihood bands; from the third on a bound itself belongs to the word nearer the middle.
#: Source: IPCC AR4 WG2 (2007), front matter F.
BANDS = (0.01, 0.10, 0.33, 0.66, 0.90, 0.99)
#: An open probability is never shown beyond these; the model is not that sure of itself.
LOWEST, HIGHEST = 0.02, 0.98

_NEVER = re.compile(
    r"\b(lie[ds]?|lying|liars?|fakes?d?|debunk\w*|censor\w*|manipulat\w*|misleading|misled?"
    r"|lüg\w*|lügner\w*|gelogen\w*|\w*fälsch(t|te|ten|ung|ungen|er|en)\b|manipulier\w*|zensur\w*|zensier\w*|entlarv\w*|irreführend\w*)\b",
    re.I,
)
_ONLY_AFTER = re.compile(r"\b(false(ly|hoods?)?|falsch(e[nmrs]?|heit)?)\b", re.I)
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"")


def likelihood(probability: float, words: Messages = ENGLISH) -> str:
    """The word for a probability; on a bound between two words the one nearer the middle."""
    below = sum(probability > bound if bound > 0.5 else probability >= bound for bound in BANDS)
    return words.likelihoods[below]


def shown(probability: float, *, settled: bool = False) -> float:
    """A probability as it may be shown: held within 2 to 98 % unless arithmetic settles it."""
    return probability if settled else min(max(probability, LOWEST), HIGHEST)


def percent(probability: float, words: Messages = ENGLISH) -> str:
    """`28 %`; never 0 or 100: `< 1 %`, `> 99 %`."""
    if probability < 0.01:
        return words.texts["under_one"]
    if probability > 0.99:
        return words.texts["over_99"]
    return words.say("percent", number=round(100 * probability))


def odds(probability: float, model_range: tuple[float, float] | None, words: Messages = ENGLISH) -> str:
    """`very unlikely (3 %, model range 2–9 %)`."""
    low, high = (round(100 * bound) for bound in model_range or (0.0, 0.0))
    span = words.say("range", low=low, high=high) if low < high else ""
    return words.say("odds", word=likelihood(probability, words), percent=percent(probability, words), range=span)


def forbidden(text: str, *, deadline_passed: bool = False) -> tuple[str, ...]:
    """Words that a generated text must not hold; what stands in quotation marks was said by others. "false" only after a deadline."""
    own = _QUOTED.sub("", text)
    found = [match.group(0) for match in _NEVER.finditer(own)]
    if not deadline_passed:
        found += [match.group(0) for match in _ONLY_AFTER.finditer(own)]
    return tuple(found)


def input_name(name: str, words: Messages = ENGLISH, texts: Mapping[str, str] | None = None) -> str:
    """What an input of the model, or a choice between accounts of a file, is called. `texts`: those of the file in this language."""
    if called := words.inputs.get(name):
        return called
    bare = name.removeprefix(PICK)
    said = (texts or {}).get(bare) or bare.replace("-", " ").replace("_", " ")
    return words.say("choice", name=said) if name.startswith(PICK) else said


def sentence_case(text: str) -> str:
    """The first letter as a capital."""
    return text[:1].upper() + text[1:]


def root_of(source: str, sources: Mapping[str, Any]) -> str:
    """The source from which a source took what it says; itself where it names none."""
    seen = {source}
    while (above := getattr(sources.get(source), "root", None)) and above not in seen:
        seen.add(above)
        source = above
    return source


def independent(found: Iterable[str], sources: Mapping[str, Any]) -> int:
    """How many sources there are when those with one root count once."""
    return len({root_of(source, sources) for source in found if source})


def grade_of(statement: Statement, sources: Mapping[str, Any]) -> str:
    """The grade of a statement; where it names none, its source's."""
    return statement.grade or getattr(sources.get(statement.source), "grade", None) or "D"


def attribution(
    statements: Sequence[Statement], sources: Mapping[str, Any], words: Messages = ENGLISH, texts: Mapping[str, str] | None = None
) -> str:
    """Whose figure it is, where no source of grade A or B holds it: `X quoting Y`. Empty where one does, or where there is no source."""
    sourced = [s for s in statements if s.source]
    if not sourced or any(grade_of(s, sources) in ("A", "B") for s in sourced):
        return ""
    best = min(sourced, key=lambda s: grade_of(s, sources))
    root = root_of(best.source, sources)
    publisher = publisher_of(best.source, sources, texts)
    if root != best.source:
        return words.say("quoting", publisher=publisher, origin=publisher_of(root, sources, texts))
    return words.say("quoting_unnamed", publisher=publisher)


def publisher_of(source: str, sources: Mapping[str, Any], texts: Mapping[str, str] | None = None) -> str:
    """The publisher of a source, its id where nobody is named. `texts`: those of the file in another language."""
    named = getattr(sources.get(source), "publisher", None) or source
    return (texts or {}).get(named, named)
