"""What would have to be true, as it is handed out: ranges, how they score, and the sentences on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Any

from stargauge.audit.given import Condition, given_data
from stargauge.audit.needs.discovery import FEWEST_INSIDE, TARGET, Score
from stargauge.audit.needs.needs_words import size_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.words import percent, sentence_case
from stargauge.quantity.dates import from_day
from stargauge.quantity.units import figures, scale_of

#: Why there is no box: what stands in `why`.
SETTLED, NO_ODDS, ALWAYS, NEVER, FEW, NOTHING = "settled", "no odds", "always", "never", "too few", "nothing tells"
#: The changes of one thing alone.
CHANGES = ("even", "single", "strongest")
#: How far below the target the lower end of the interval may lie where a box is said to reach it.
SLACK = 0.05


@dataclass(frozen=True)
class Range:
    """One range: of what, in words, its ends (None where open; of a date the last day of a month), and how it is spread over all worlds.

    `chance`: how likely each end does as well by chance on the half where it was found. `record`: what is known of it. `ranks`: the shares
    of all worlds below its lower and up to its upper end; of a choice from none to those with the options kept.
    """

    of: str
    kind: str
    unit: str
    says: str
    low: float | None
    high: float | None
    options: tuple[str, ...]
    of_options: tuple[str, ...]
    levels: tuple[float, ...]
    chance: tuple[float | None, float | None]
    record: Mapping[str, Any]
    ranks: tuple[float, float]

    def to_dict(self, words: Messages = ENGLISH) -> dict[str, Any]:
        """As plain data; dates as days, and as dates in `low_date` and `high_date`."""
        ends = {"low": self.low, "high": self.high}
        dated = self.kind == "date"
        return {
            "of": self.of, "kind": self.kind, "unit": self.unit, "says": self.says, **ends,
            **{f"{name}_date": str(from_day(end)) if dated and end is not None else None for name, end in ends.items()},
            "options": list(self.options), "of_options": list(self.of_options),
            "worlds": dict(zip(("least", "p10", "p50", "p90", "most"), self.levels, strict=True)) if self.levels else None,
            "quasi_p": list(self.chance), "record": dict(self.record), "known": record_said(self, words), "ranks": list(self.ranks),
        }  # fmt: skip


@dataclass(frozen=True)
class Region:
    """Worlds told apart by conditions, with the score on the half they were not found on, and on the half they were."""

    conditions: tuple[Range, ...]
    scored: Score
    found: Score
    target: float

    @property
    def reaches(self) -> bool:
        """Whether density reaches the target on the half that the conditions were not found on, and surely nearly does."""
        return surely_reaches(self.scored, self.target)

    @property
    def about(self) -> bool:
        """Whether density reaches the target there, but on so few worlds that it may well lie lower."""
        return not self.reaches and self.scored.inside >= FEWEST_INSIDE and (self.scored.density or 0.0) >= self.target

    def to_dict(self, words: Messages = ENGLISH) -> dict[str, Any]:
        """As plain data."""
        return {
            "target": self.target, "reaches": self.reaches, "about": self.about,
            "where": listed([one.says for one in self.conditions], words),
            "conditions": [one.to_dict(words) for one in self.conditions],
            "scored": self.scored.to_dict() | {"density_said": density_percent(self, words)}, "found": self.found.to_dict(),
        }  # fmt: skip


def surely_reaches(score: Score, target: float) -> bool:
    """Whether density is no less than the target in 20 worlds or more, and the lower end of its interval no more than 5 points below it."""
    return score.inside >= FEWEST_INSIDE and (score.density or 0.0) >= target and score.density_within[0] >= target - SLACK


@dataclass(frozen=True)
class ReadingNeeds:
    """What one reading needs; `says` may be printed as it is. `why`: why there are no ranges, empty where there are some.

    `holds`: the ranges under which it holds; `fails`: of one that holds nearly always, those under which it does not. `even` and `single`:
    the change of one thing alone that asks least to make it as likely as not, and to reach the target; `strongest`: where none makes it as
    likely as not, the one that raises its odds most; `unreached`: the least of these shares that no change of one thing reaches.
    `probability`: as the verdict shows it; `held` of `draws` worlds as they are.
    """

    claim: str
    reading: str
    expression: str
    sentence: str
    status: str
    answer: str
    deadline: date | None
    says: str
    why: str = ""
    probability: float | None = None
    draws: int = 0
    held: int = 0
    holds: Region | None = None
    fails: Region | None = None
    even: Region | None = None
    single: Region | None = None
    strongest: Region | None = None
    unreached: float | None = None
    told: tuple[str, ...] = ()
    trajectory: tuple[Mapping[str, float], ...] = ()

    @property
    def key(self) -> str:
        """`claim/reading`."""
        return f"{self.claim}/{self.reading}"

    def to_dict(self, words: Messages = ENGLISH) -> dict[str, Any]:
        """As plain data: the same from the command line and Python. `words`: those in which the reading is said."""
        regions = {name: getattr(self, name) for name in ("holds", "fails", *CHANGES)}
        return {
            "claim": self.claim, "reading": self.reading, "expression": self.expression, "sentence": self.sentence, "status": self.status,
            "answer": self.answer, "deadline": str(self.deadline) if self.deadline else None, "says": self.says, "why": self.why or None,
            "draws": self.draws or None, "held": self.held if self.draws else None,
            "probability": self.probability,
            **{
                name: region.to_dict(words) | ({"says": change_said(region, words)} if name in CHANGES else {}) if region else None
                for name, region in regions.items()
            },
            "unreached": None if self.unreached is None else {"target": self.unreached, "says": unreached_said(self.unreached, words)},
            "told_apart_by": list(self.told), "trajectory": [dict(point) for point in self.trajectory],
        }  # fmt: skip


@dataclass(frozen=True)
class Needs:
    """What the readings asked for need, with all that made the answer."""

    programme: str
    name: str
    asked_as: str
    supposed: tuple[str, ...]
    as_of: date
    draws: int
    most_draws: int
    seed: int
    readings: tuple[ReadingNeeds, ...]
    given: Condition | None = None
    language: str = "en"

    def to_dict(self) -> dict[str, Any]:
        """As plain data: what the command line prints with `--json`."""
        words = words_of(self.language)
        return {
            "programme": self.programme, "name": self.name, "asked_as": self.asked_as, "supposed": list(self.supposed),
            "as_of": str(self.as_of), "draws": self.draws, "most_draws": self.most_draws, "seed": self.seed, "target": TARGET,
            **given_data(self.given), "readings": [one.to_dict(words) for one in self.readings],
            "method": words.texts["needs_method"],
        }  # fmt: skip


def said(made: ReadingNeeds, words: Messages = ENGLISH) -> str:
    """The answer in a sentence or two."""
    counts = {"held": words.count(made.held), "draws": words.count(made.draws)}
    if made.why in (NEVER, FEW, NOTHING):
        return words.say({NEVER: "needs_never", FEW: "needs_few", NOTHING: "needs_nothing"}[made.why], **counts)
    if made.why == ALWAYS:
        parts = [words.say("needs_always", **counts)]
        if made.fails is not None:
            parts.append(_said(made.fails, "needs_fails", "needs_fails_at_best", words))
        return " ".join(parts)
    return _said(made.holds, "needs_true", "needs_at_best", words) if made.holds else made.says


def _said(region: Region, reached: str, short: str, words: Messages) -> str:
    return words.say(
        reached if region.reaches or region.about else short,
        density=density_said(region, words), coverage=_percent(region.scored.coverage, words),
        target=_percent(region.target, words), conditions=listed([one.says for one in region.conditions], words),
    )  # fmt: skip


def density_percent(region: Region, words: Messages = ENGLISH) -> str:
    """The density in whole percent; one that falls short is never rounded up to the target."""
    share = region.scored.density or 0.0
    return _percent(floor(100 * share) / 100 if 0.01 <= share < region.target else share, words)


def density_said(region: Region, words: Messages = ENGLISH) -> str:
    """`92 %`; where it does not surely reach the target `about 92 % (82 to 96 %)`, where it falls short `89 % (87 to 91 %)`."""
    told = density_percent(region, words)
    if region.reaches or not region.scored.inside:
        return told
    low, high = (round(100 * end) for end in region.scored.density_within)
    return words.say("needs_about" if region.about else "needs_interval", density=told, low=low, high=high)


def listed(parts: Sequence[str], words: Messages) -> str:
    """`A, B and C`."""
    return words.texts["needs_and"].join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)


def _percent(share: float | None, words: Messages) -> str:
    return percent(share or 0.0, words)


def change_said(region: Region, words: Messages = ENGLISH) -> str:
    """A single change in a sentence: what it is, what it makes of the odds, how many worlds are such, and what is known of it."""
    condition = region.conditions[0]
    return words.say(
        "needs_change" if region.reaches or region.about else "needs_change_short",
        condition=sentence_case(condition.says), density=density_said(region, words), target=_percent(region.target, words),
        mass=_percent(region.scored.mass, words), record=sentence_case(record_said(condition, words)),
    )  # fmt: skip


def unreached_said(target: float, words: Messages = ENGLISH) -> str:
    """That no change of one thing alone makes a reading hold so often."""
    return words.say("needs_unreached", target=_percent(target, words))


def record_said(condition: Range, words: Messages = ENGLISH) -> str:
    """What is known of a condition: P10 to P90 over all worlds, how it is held and who said it."""
    record = condition.record
    parts = list[str]()
    if condition.kind == "number":
        low, _, high = condition.levels[1:4]
        factor, unit = scale_of(size_of(condition.levels[1:4]), condition.unit)
        first, last = (figures(end / factor, notation=words.notation) for end in (low, high))
        parts.append(words.say("needs_spread", low=first, high=f"{last} {words.notation.unit(unit, last)}".strip()))
    elif condition.kind == "date":
        parts.append(words.say("needs_spread", **{name: _month(condition.levels[at], words) for name, at in (("low", 1), ("high", 3))}))
    held = words.texts[f"needs_{record['kind']}"]
    by = ", ".join(part for part in (record["text"] if condition.kind != "number" else "", record["publisher"]) if part)
    parts.append(f"{held} ({by})" if by else held)
    return "; ".join(parts)


def _month(value: float, words: Messages) -> str:
    return words.month(from_day(value))
