"""Which definition a claim on jobs needs to be true: for each number a claim names, the odds by every definition, and one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.claims.evaluate import Judge, Outcome
from stargauge.audit.claims.language import Comparison, Reading, Threshold, Time
from stargauge.audit.claims.questions import Question
from stargauge.audit.jobs.job_definitions import COUNTS, DIRECT, NAMES, Definition, counted_as, dated
from stargauge.audit.wording.messages import Messages
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.words import percent, shown
from stargauge.engine.collect import First
from stargauge.engine.columns import let_go
from stargauge.engine.streams import BLOCK
from stargauge.quantity.address import Address
from stargauge.quantity.units import figures, show

#: The name under which a run collects the definitions of what claims say about jobs.
COLLECTOR = "job definitions"
_LEVELS = (0.1, 0.5, 0.9)
#: So many draws tell what every definition makes of a number; they would be most of what a longer run holds.
MOST_DRAWS = 2**17
#: From this share of draws on a definition is said to make a number true.
_AS_LIKELY_AS_NOT = 0.5
#: How many definitions a sentence names.
_NAMED = 3


@dataclass(frozen=True)
class Number:
    """A number of jobs that a claim names: how many, where, until when; and the quantities by which the claim is read."""

    claim: str
    threshold: float
    op: str
    sites: tuple[str, ...]
    time: Time
    read_as: tuple[str, ...]

    def comparison(self, definition: Definition) -> Comparison:
        """The same number by another definition, as a reading."""
        threshold = Threshold(f"{self.threshold:g}", self.threshold, "job")
        return Comparison(Address(definition.name, self.sites), self.op, threshold, self.time)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Published:
    """The least and the greatest published number of jobs in all per direct one; none where nothing had been published."""

    low: float
    high: float


@dataclass(frozen=True)
class ByDefinition:
    """A number by one definition: the share of draws in which it is reached, and what is reached by then: P10, P50 and P90."""

    definition: Definition
    probability: float
    levels: tuple[float, float, float]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        low, middle, high = self.levels
        one = self.definition
        return {
            "name": one.name, "label": one.label, "says": one.says, "basis": one.basis, "unit": "job", "probability": self.probability,
            "p10": low, "p50": middle, "p90": high,
        }  # fmt: skip


@dataclass(frozen=True)
class NumberVerdict:
    """What a number of jobs needs to be true. `definitions`: those under which it is likeliest first.

    `jobs_per_direct`: how many jobs in all each direct one would have to stand for, in the middle draw; none where there are no
    direct ones.
    """

    number: Number
    definitions: tuple[ByDefinition, ...]
    jobs_per_direct: float | None
    published: Published | None
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the form of JSON, Python and the command line."""
        time, seen = self.number.time, self.published
        return {
            "claim": self.number.claim, "number": self.number.threshold, "sites": list(self.number.sites), "deadline": str(time.end),
            "read_as": list(self.number.read_as), "sentence": self.sentence, "jobs_per_direct": self.jobs_per_direct,
            "published_jobs_per_direct": [seen.low, seen.high] if seen else None,
            "definitions": [one.to_dict() for one in self.definitions],
        }  # fmt: skip


def numbers_of(asked: Sequence[Question], horizon: date) -> tuple[Number, ...]:
    """The numbers of jobs that readings name, each once: readings that differ in the definition alone are one number.

    A reading without a date (a peak) is asked until the end of the clock. Only "at least" and "more than" are numbers to be reached.
    """
    found: dict[tuple[str, float, str, tuple[str, ...], Time], list[str]] = {}
    for question in asked:
        reading = question.reading
        if question.missing or not isinstance(reading, Comparison) or reading.address.name not in NAMES or reading.share:
            continue
        if reading.op not in (">=", ">") or reading.threshold.value is None or (reading.time and reading.time.kind == "over"):
            continue
        key = (question.claim, reading.threshold.value, reading.op, reading.address.labels, dated(reading.time, horizon))
        found.setdefault(key, []).append(counted_as(reading.address.name))
    return tuple(Number(*key, tuple(dict.fromkeys(read_as))) for key, read_as in found.items())


def judge_of(numbers: Sequence[Number]) -> First[tuple[Outcome, ...]]:
    """The collector that gathers every number by every definition while a run goes on, in its first draws; name it COLLECTOR."""
    return First(_judge(numbers), MOST_DRAWS // BLOCK)


def outcomes_of(numbers: Sequence[Number], collected: tuple[Outcome, ...]) -> dict[Reading, Outcome]:
    """What a run has collected, by comparison."""
    return _judge(numbers).outcomes(collected)


def _judge(numbers: Sequence[Number]) -> Judge:
    return Judge.of(number.comparison(one) for number in numbers for one in COUNTS)


def published_of(known: Any) -> Published | None:
    """The span of published jobs in all per direct job, of building or of posts, as known on the day."""
    rows = [
        row for row in known.catalogue.rows_of("labour") if row.attribute.endswith("total_per_direct") and row.name.startswith("study-")
    ]
    values = [float(row.statement.value) for row in rows if isinstance(row.statement.value, (int, float))]
    return Published(min(values), max(values)) if values else None


def number_verdicts(
    numbers: Sequence[Number], outcomes: Mapping[Any, Outcome], known: Any, names: Names
) -> tuple[NumberVerdict, ...]:  # fmt: skip
    """For each number what it needs to be true, from a run that collected `judge_of(numbers)`; none where a part of it is absent."""
    seen = published_of(known)
    decided = [number for number in numbers if all(outcomes[number.comparison(one)].undecided is None for one in COUNTS)]
    return tuple(_verdict(number, outcomes, seen, names, known.as_of) for number in decided)


def _verdict(number: Number, outcomes: Mapping[Any, Outcome], seen: Published | None, names: Names, as_of: date) -> NumberVerdict:
    made = [_by(number, one, outcomes[number.comparison(one)]) for one in COUNTS]
    direct = next(one for one in made if one.definition.name == DIRECT).levels[1]
    needed = number.threshold / direct if direct >= 0.5 else None
    ranked = tuple(sorted(made, key=lambda one: -one.probability))
    return NumberVerdict(number, ranked, needed, seen, _sentence(number, made, needed, seen, names, as_of))


def _by(number: Number, definition: Definition, outcome: Outcome) -> ByDefinition:
    if outcome.margin is None:
        raise ValueError(f"{definition.name} was compared, so it has a margin")
    reached = outcome.margin.astype(np.float64) + number.threshold
    low, middle, high = (float(value) for value in np.quantile(reached, _LEVELS))
    probability = shown(float(outcome.truth.mean()))
    let_go(outcome.truth, outcome.margin)
    return ByDefinition(definition, probability, (low, middle, high))


def _sentence(
    number: Number, made: Sequence[ByDefinition], needed: float | None, seen: Published | None, names: Names, as_of: date
) -> str:  # fmt: skip
    """How likely a number is as read; where that is less than even, which definitions make it so, the narrowest first, else the likeliest;
    then the ratio that it would take.
    """
    words = names.words
    place = words.labels["site"].format(names=_listed([names.name(site) for site in number.sites], words)) if number.sites else ""
    start = " ".join(part for part in (show(number.threshold, "job", notation=words.notation), place) if part)
    until = words.say(f"{number.time.kind}_day", day=words.day(number.time.end))
    read = [one for one in made if one.definition.name in number.read_as]
    others = [one for one in made if one.probability >= _AS_LIKELY_AS_NOT and one not in read]
    told = {"number": start, "until": until, "read": _listed([_odds(one, words) for one in read], words)}
    if any(one.probability >= _AS_LIKELY_AS_NOT for one in read):
        first = words.say("jobs_as_read", **told)
    elif others:
        first = words.say("jobs_needs", definitions=_listed([_odds(one, words) for one in others[:_NAMED]], words, last="or"), **told)
    else:
        first = words.say("jobs_none", best=_odds(max(made, key=lambda one: one.probability), words), **told)
    passed = words.texts["jobs_passed"] if number.time.end < as_of else ""
    return " ".join(part for part in (first, _ratio(needed, seen, words), passed) if part)


def _ratio(needed: float | None, seen: Published | None, words: Messages) -> str:
    """How many jobs in all each direct one would have to stand for, beside what has been published."""
    if needed is None:
        return words.texts["jobs_no_direct"]
    if needed <= 1.0:
        return ""
    published = (
        words.say("jobs_published", low=figures(seen.low, 2, words.notation), high=figures(seen.high, 2, words.notation)) if seen else ""
    )
    beyond = seen is not None and needed > seen.high
    return words.say("jobs_ratio_beyond" if beyond else "jobs_ratio", needed=figures(needed, 2, words.notation), published=published)


def _odds(one: ByDefinition, words: Messages) -> str:
    return f"{words.definitions.get(one.definition.name, one.definition.label)} ({percent(one.probability, words)})"


def _listed(parts: Sequence[str], words: Messages, last: str = "and") -> str:
    joint = words.labels[last]
    return f" {joint} ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
