"""A claim's verdict by definition of its words: every combination of what they can mean, judged as any reading is, the loosest first.

The rows of a claim are its readings with other meanings of their words (`meanings`), each a reading of the claim language that goes through
the same judge: record first, then arithmetic, then odds. What is varied is our choice; what the file itself reads is marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stargauge.audit.claims.definitions_tried import Candidate, Tried
from stargauge.audit.claims.language import Not, Reading, parse
from stargauge.audit.claims.meanings import (
    DEADLINE,
    Sense,
    asks,
    label_of,
    most,
    why_open,
)
from stargauge.audit.claims.verdict import OPEN, SILENT, ReadingVerdict
from stargauge.audit.given import Condition, given_data
from stargauge.audit.run import ClaimVerdict
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.words import percent

#: From this share of draws on an open definition is said to hold.
AS_LIKELY_AS_NOT = 0.5
#: How many choices of a word a sentence names.
_NAMED = 3
MET, PARTLY, NOT_MET = "met", "partly met", "not met"
#: The order of rows: what holds, what has odds, what does not hold, what nothing can be said of.
_ORDER = {MET: 0, PARTLY: 1, OPEN: 2, SILENT: 2, NOT_MET: 3}
_LAST = 4


@dataclass(frozen=True)
class Row:
    """One definition with its verdict. `meanings`: its choices in words, by word; `of`: the readings of which it is a variant;
    `as_read`: those that it is.
    """

    sense: Sense
    meanings: Mapping[str, str]
    of: tuple[str, ...]
    as_read: tuple[str, ...]
    verdict: ReadingVerdict

    @property
    def holds(self) -> bool | None:
        """Whether it is met, or more likely than not; None where neither record nor draws say anything."""
        if self.verdict.status in (OPEN, SILENT):
            return None if self.verdict.probability is None else self.verdict.probability >= AS_LIKELY_AS_NOT
        return {MET: True, NOT_MET: False, PARTLY: False}.get(self.verdict.status)

    @property
    def weight(self) -> float | None:
        """How far it holds, from 0 to 1: its odds where it has some, else its outcome; None where there is neither."""
        if self.verdict.status in (OPEN, SILENT):
            return self.verdict.probability
        return {MET: 1.0, PARTLY: 0.5, NOT_MET: 0.0}.get(self.verdict.status)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        made = self.verdict
        return {
            "meanings": dict(self.meanings), "choices": dict(self.sense), "of": list(self.of), "as_read": list(self.as_read),
            "ours": not self.as_read,
            "holds": self.holds, "status": made.status, "probability": made.probability,
            "model_range": list(made.model_range) if made.model_range else None, "error": made.error,
            "margin": made.margin.to_dict() if made.margin else None, "settled_by": made.settled_by, "missing": list(made.missing),
            "answer": made.answer, "sentence": made.sentence, "expression": made.expression,
        }  # fmt: skip


@dataclass(frozen=True)
class WordSwing:
    """What the choice of one word decides: the least and the greatest weight over its choices, the others as the file reads them."""

    word: str
    asks: str
    reason: str
    choices: Mapping[str, str]
    low: float | None
    high: float | None

    @property
    def swing(self) -> float:
        """From the least to the greatest."""
        return 0.0 if self.low is None or self.high is None else self.high - self.low

    def to_dict(self) -> dict[str, Any]:
        """As plain data; every choice but those of the file's readings is ours."""
        return {
            "word": self.word, "asks": self.asks, "reason": self.reason, "choices": dict(self.choices), "low": self.low, "high": self.high,
            "swing": self.swing, "ours": True,
        }  # fmt: skip


@dataclass(frozen=True)
class ClaimDefinitions:
    """A claim by definition of its words. No rows: no word of it can be counted two ways."""

    id: str
    speaker: str
    said: str
    says: str
    sentence: str
    rows: tuple[Row, ...]
    words: tuple[WordSwing, ...]
    combinations: int

    @property
    def left_out(self) -> int:
        """How many combinations were not judged."""
        return self.combinations - len(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the form of JSON, Python and the command line."""
        known = [row for row in self.rows if row.holds is not None]
        return {
            "id": self.id, "speaker": self.speaker, "said": self.said, "says": self.says, "sentence": self.sentence,
            "definitions": len(self.rows), "hold": sum(bool(row.holds) for row in known), "told": len(known),
            "combinations": self.combinations, "left_out": self.left_out, "most": most(),
            "loosest": self.rows[0].to_dict() if self.rows else None, "strictest": known[-1].to_dict() if known else None,
            "words": [word.to_dict() for word in self.words], "rows": [row.to_dict() for row in self.rows],
        }  # fmt: skip


@dataclass(frozen=True)
class Definitions:
    """The claims asked for by definition of their words; `to_dict` is what the command line prints with `--json`."""

    programme: str
    name: str
    asked_as: str
    as_of: str
    draws: int
    seed: int
    one: bool
    claims: tuple[ClaimDefinitions, ...]
    given: Condition | None = None
    claimless: bool = False
    language: str = "en"

    def sentence(self, words: Messages = ENGLISH) -> str:
        """How many claims hold under some definitions of their words alone."""
        if not self.claims:
            return words.texts["claimless" if self.claimless else "no_claims"]
        if self.one:
            return self.claims[0].sentence
        told = [claim for claim in self.claims if claim.rows]
        some = sum(len({row.holds for row in claim.rows if row.holds is not None}) > 1 for claim in told)
        return words.say("defs_some", some=some, count=len(self.claims), plain=len(self.claims) - len(told))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "sentence": self.sentence(words_of(self.language)),
            "programme": self.programme, "name": self.name,
            "asked_as": self.asked_as, "as_of": self.as_of, "draws": self.draws, "seed": self.seed,
            **given_data(self.given), "one": self.one,
            "claims": [claim.to_dict() for claim in self.claims],
        }  # fmt: skip


# --- what comes of it -------------------------------------------------------------------------------------------------------------


def claim_definitions(name: str, claim: Any, made: Tried, verdict: ClaimVerdict | None, names: Names) -> ClaimDefinitions:
    """A claim by definition of its words, from the verdicts on what was tried of it; none where nothing could be."""
    speaker, says = (names.text(str(text)) for text in (claim.speaker, claim.says))
    if verdict is None:
        return ClaimDefinitions(name, speaker, str(claim.said), says, names.words.texts["def_none"], (), (), 0)
    rows = _carried([_row(one, reading, names) for one, reading in zip(made.candidates, verdict.readings, strict=True)])
    rows.sort(key=lambda row: (_ORDER.get(row.verdict.status, _LAST), -(row.verdict.probability or 0.0)))
    swings = sorted((_swing(word, made, rows, names) for word in made.choices), key=lambda one: -one.swing)
    said = _sentences(rows, made, names)
    return ClaimDefinitions(name, speaker, str(claim.said), says, said, tuple(rows), tuple(swings), made.combinations)


def _row(one: Candidate, verdict: ReadingVerdict, names: Names) -> Row:
    return Row(one.sense, {word: label_of(word, choice, names) for word, choice in one.sense.items()}, one.of, one.as_read, verdict)


def _carried(rows: Sequence[Row]) -> list[Row]:
    """What was met by one deadline is met by every later one; a row that the file itself reads stays as it is judged."""
    return [row if (met := _met_before(row, rows)) is None else _as_met(row, met) for row in rows]


def _met_before(row: Row, rows: Sequence[Row]) -> Row | None:
    """The row met by the earliest deadline no later than that of one that is not settled and asks the same."""
    if row.as_read or row.verdict.status not in (OPEN, SILENT) or DEADLINE not in row.sense or _denies(row.verdict.expression):
        return None
    others = _but(DEADLINE, row.sense)
    met = [
        one for one in rows
        if one.verdict.status == MET and one.of == row.of and DEADLINE in one.sense and _but(DEADLINE, one.sense) == others
        and one.sense[DEADLINE] <= row.sense[DEADLINE]
    ]  # fmt: skip
    return min(met, key=lambda one: one.sense[DEADLINE], default=None)


def _denies(expression: str) -> bool:
    """Whether a part of a reading is denied, so that a later deadline does not have what an earlier one has."""
    return _has_not(parse(expression))


def _has_not(reading: Reading) -> bool:
    return isinstance(reading, Not) or any(_has_not(part) for part in getattr(reading, "parts", ()))


def _as_met(row: Row, met: Row) -> Row:
    """A row with the verdict of one met before, about its own deadline."""
    own = row.verdict
    verdict = replace(met.verdict, name=own.name, expression=own.expression, sentence=own.sentence, deadline=own.deadline, title=own.title)
    return replace(row, verdict=verdict)


def _swing(word: str, made: Tried, rows: Sequence[Row], names: Names) -> WordSwing:
    """The range of a word over its choices with the others as read: of the reading over which it is widest."""
    spans = list[tuple[float, float]]()
    for base in (row for row in rows if row.as_read and word in row.sense):
        others = _but(word, base.sense)
        alike = (row for row in rows if row.of == base.of and word in row.sense and _but(word, row.sense) == others)
        weights = [row.weight for row in alike if row.weight is not None]
        if weights:
            spans.append((min(weights), max(weights)))
    low, high = max(spans, key=lambda span: span[1] - span[0], default=(None, None))
    choices = {choice: label_of(word, choice, names) for choice in made.choices[word]}
    return WordSwing(word, asks(word, names), why_open(word, names), choices, low, high)


def _but(word: str, sense: Sense) -> dict[str, str]:
    """A sense without one of its words."""
    return {key: choice for key, choice in sense.items() if key != word}


def _sentences(rows: Sequence[Row], made: Tried, names: Names) -> str:
    """One sentence; where readings name several numbers, one for each of them."""
    groups = list(dict.fromkeys(one.of for one in made.candidates))
    if len(groups) == 1:
        return _sentence(rows, made, names)
    told = [(", ".join(map(names.text, of)), _sentence([row for row in rows if row.of == of], made, names)) for of in groups]
    return " ".join(names.words.say("def_of", names=of, sentence=sentence) for of, sentence in told)


def _sentence(rows: Sequence[Row], made: Tried, names: Names) -> str:
    """Under which definitions a claim holds, and how it fares as the file reads it."""
    told = [row for row in rows if row.holds is not None]
    holding = [row for row in told if row.holds]
    texts = names.words
    read = "; ".join(
        texts.say("def_read", name=names.text(name), answer=_short(row.verdict, texts))
        for name, row in sorted(((name, row) for row in rows for name in row.as_read), key=lambda pair: rows.index(pair[1]))
    )
    said = {"count": len(told), "hold": len(holding), "read": read}
    if not told:
        first = texts.say("def_untold", **said)
    elif not holding:
        best = max(told, key=lambda row: row.weight or 0.0)
        first = texts.say("def_never", best=_short(best.verdict, texts), meaning=", ".join(best.meanings.values()), **said)
    elif len(holding) == len(told):
        first = texts.say(f"def_always_{_certainty(holding)}", **said)
    elif conditions := _conditions(holding, told, made, names):
        first = texts.say(f"def_only_{_certainty(holding)}", conditions=_listed(conditions, texts), **said)
    else:
        first = texts.say(f"def_some_{_certainty(holding)}", **said)
    untold = len(rows) - len(told)
    if not told or not untold:
        return first
    return f"{texts.say('def_told', sentence=first[0].lower() + first[1:])} {texts.say('def_left', count=untold)}"


def _certainty(holding: Sequence[Row]) -> str:
    """Whether all that holds is met, or all only likely, or some of each."""
    met = sum(row.verdict.status == MET for row in holding)
    return "met" if met == len(holding) else "likely" if not met else "either"


def _conditions(holding: Sequence[Row], told: Sequence[Row], made: Tried, names: Names) -> list[str]:
    """For each word whose choice excludes some of what was told: the choices with which the claim can hold."""
    out = list[str]()
    for word, choices in made.choices.items():
        possible_choices = [choice for choice in choices if any(row.sense.get(word) == choice for row in told)]
        needed = [choice for choice in possible_choices if any(row.sense.get(word) == choice for row in holding)]
        if len(needed) < len(possible_choices) and all(word in row.sense for row in holding):
            out.append(names.words.say("def_meaning", word=asks(word, names), choices=_choices(word, needed, possible_choices, names)))
    return out


def _choices(word: str, needed: Sequence[str], among: Sequence[str], names: Names) -> str:
    """Choices as a list; deadlines from one on as that one or later, and most of many by the few that are not among them."""
    texts, labels = names.words, [label_of(word, choice, names) for choice in needed]
    if word == DEADLINE and list(needed) == list(among[-len(needed) :]) and len(needed) > 1:
        return texts.say("def_later", deadline=labels[0])
    others = [label_of(word, choice, names) for choice in among if choice not in needed]
    if len(others) < _NAMED < len(labels):
        return texts.say("def_but", choices=f" {texts.labels['or']} ".join(others))
    more = [texts.say("def_more", count=len(labels) - _NAMED)] if len(labels) > _NAMED + 1 else []
    return f" {texts.labels['or']} ".join([*(labels[:_NAMED] if more else labels), *more])


def _short(verdict: ReadingVerdict, texts: Messages) -> str:
    """A verdict in a few words: its outcome, or its odds."""
    if verdict.status in (OPEN, SILENT) and verdict.probability is not None:
        return percent(verdict.probability, texts)
    return texts.texts[f"brief_{verdict.status}"]


def _listed(parts: Sequence[str], texts: Messages) -> str:
    joint = texts.labels["and"]
    return f" {joint} ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
