"""What would have to be true: the smallest set of ranges under which a reading holds, and the single change that asks least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import floor, inf, isfinite, nextafter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.answer import value_text
from stargauge.audit.discovery import (
    EVEN,
    FEWEST_INSIDE,
    SAID,
    TARGET,
    Found,
    Halves,
    Score,
    discovered,
    enough,
    restated,
    restated_together,
    rounded_number,
    single,
    strongest,
)
from stargauge.audit.given import Condition, given_data
from stargauge.audit.language import Comparison, Reading, leaves
from stargauge.audit.messages import ENGLISH, Messages
from stargauge.audit.questions import Question
from stargauge.audit.sentence import Names
from stargauge.audit.telling import SIZES, Respect, Told, respects_of, values_of
from stargauge.audit.verdict import OPEN, SILENT, ReadingVerdict
from stargauge.audit.words import percent, publisher_of, sentence_case
from stargauge.engine.result import Result, World
from stargauge.engine.sample import PICK, central
from stargauge.engine.streams import BLOCK
from stargauge.quantity.address import parse_address
from stargauge.quantity.dates import day, from_day, month_end
from stargauge.quantity.prim import Box, Dimension
from stargauge.quantity.quantity import STAGES
from stargauge.quantity.statement import Estimate
from stargauge.quantity.units import figures, scale_of, show

Array = NDArray[np.float64]
#: The name under which a run collects what worlds can be told apart by.
COLLECTOR = "needs"
#: Why there is no box: what stands in `why`.
SETTLED, NO_ODDS, ALWAYS, NEVER, FEW, NOTHING = "settled", "no odds", "always", "never", "too few", "nothing tells"

#: The source of what we assume.
OURS = "stargauge-assumption"
#: The changes of one thing alone.
CHANGES = ("even", "single", "strongest")
#: A box that falls short with fewer draws that hold is looked for again among more.
UNSURE = 1000
#: How far below the target the lower end of the interval may lie where a box is said to reach it.
SLACK = 0.05
#: The dates of a site by which all of it runs.
_COMPLETE = "site_complete_date"

METHOD = (
    "Ranges are found with PRIM on every other block of the draws and scored on the others: density is the share of the worlds within the "
    "ranges in which the reading holds, coverage the share of the worlds in which it holds that lie within them, each with an interval of "
    "5 to 95 %. The ranges are rounded before they are scored."
)


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

    def to_dict(self) -> dict[str, Any]:
        """As plain data; dates as days, and as dates in `low_date` and `high_date`."""
        ends = {"low": self.low, "high": self.high}
        dated = self.kind == "date"
        return {
            "of": self.of, "kind": self.kind, "unit": self.unit, "says": self.says, **ends,
            **{f"{name}_date": str(from_day(end)) if dated and end is not None else None for name, end in ends.items()},
            "options": list(self.options), "of_options": list(self.of_options),
            "worlds": dict(zip(("least", "p10", "p50", "p90", "most"), self.levels, strict=True)) if self.levels else None,
            "quasi_p": list(self.chance), "record": dict(self.record), "known": record_said(self), "ranks": list(self.ranks),
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

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "target": self.target, "reaches": self.reaches, "about": self.about,
            "where": listed([one.says for one in self.conditions], ENGLISH),
            "conditions": [one.to_dict() for one in self.conditions],
            "scored": self.scored.to_dict() | {"density_said": density_percent(self)}, "found": self.found.to_dict(),
        }  # fmt: skip


def surely_reaches(score: Score, target: float) -> bool:
    """Whether density is no less than the target in 20 worlds or more, and the lower end of its interval no more than 5 points below it."""
    return score.inside >= FEWEST_INSIDE and (score.density or 0.0) >= target and score.density_within[0] >= target - SLACK


@dataclass(frozen=True)
class ReadingNeeds:
    """What one reading needs; `says` may be printed as it is. `why`: why there are no ranges, empty where there are some.

    `holds`: the ranges under which it holds; `fails`: of one that holds nearly always, those under which it does not. `even` and `single`:
    the change of one thing alone that asks least to make it as likely as not, and to reach the target; `strongest`: where none makes it as
    likely as not, the one that raises its odds most. `probability`: as the verdict shows it; `held` of `draws` worlds as they are.
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
    told: tuple[str, ...] = ()
    trajectory: tuple[Mapping[str, float], ...] = ()

    @property
    def key(self) -> str:
        """`claim/reading`."""
        return f"{self.claim}/{self.reading}"

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the same from the command line and Python."""
        regions = {name: getattr(self, name) for name in ("holds", "fails", *CHANGES)}
        return {
            "claim": self.claim, "reading": self.reading, "expression": self.expression, "sentence": self.sentence, "status": self.status,
            "answer": self.answer, "deadline": str(self.deadline) if self.deadline else None, "says": self.says, "why": self.why or None,
            "draws": self.draws or None, "held": self.held if self.draws else None,
            "probability": self.probability,
            **{
                name: region.to_dict() | ({"says": change_said(region)} if name in CHANGES else {}) if region else None
                for name, region in regions.items()
            },
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

    def to_dict(self) -> dict[str, Any]:
        """As plain data: what the command line prints with `--json`."""
        return {
            "programme": self.programme, "name": self.name, "asked_as": self.asked_as, "supposed": list(self.supposed),
            "as_of": str(self.as_of), "draws": self.draws, "most_draws": self.most_draws, "seed": self.seed, "target": TARGET,
            **given_data(self.given), "readings": [one.to_dict() for one in self.readings], "method": METHOD,
        }  # fmt: skip


def open_with_odds(verdict: ReadingVerdict) -> bool:
    """Whether there is anything to ask: odds that neither the record nor arithmetic has settled."""
    return verdict.status in (OPEN, SILENT) and verdict.probability is not None and verdict.settled_by is None


def told_of(asked: Sequence[Question], world: World, names: Names, known: date | None = None) -> dict[str, tuple[Respect, ...]]:
    """By reading, the respects in which worlds can be told apart for it; no date that has passed on the day `known`."""
    return {question.key: respects_of(question.reading, world, names, known) for question in asked}


def needs_of(
    result: Result, question: Question, verdict: ReadingVerdict, respects: Sequence[Respect], told: Told, names: Names,
    sources: Mapping[str, Any], drawn: Mapping[str, Any],
) -> ReadingNeeds:  # fmt: skip
    """What a reading needs, from a run that gathered `told` under COLLECTOR. `drawn`: what each input cell and choice drew."""
    base = _base(question, verdict, names.words)
    if not open_with_odds(verdict) or question.key not in result.truth:
        return base
    truth = np.asarray(result.truth[question.key], dtype=bool)
    base = replace(base, draws=len(truth), held=int(truth.sum()))
    asked = _Look.of(result, truth, question.reading, respects, told, names, sources, drawn)
    if not truth.any() or truth.all():
        return _with(base, NEVER if not truth.any() else ALWAYS, names.words)
    usually = truth.mean() >= TARGET
    halves = Halves.of(asked.dimensions, ~truth if usually else truth, BLOCK)
    if not enough(halves):
        return _with(base, ALWAYS if usually else FEW, names.words)
    found, boxes = discovered(halves, asked.rounded)
    while found is not None and asked.restates(found):
        asked = asked.without(found.box.restricted)
        halves = Halves.of(asked.dimensions, halves.truth, BLOCK)
        found, boxes = discovered(halves, asked.rounded)
    region = asked.region(found, TARGET)
    if region is not None and (region.scored.coverage or 0.0) < SAID:
        region = None
    base = replace(base, told=tuple(one.name for one in asked.respects), trajectory=_points(boxes, halves.first[1]))
    if usually:
        return _with(replace(base, fails=region), ALWAYS, names.words)
    even = None if truth.mean() >= EVEN else asked.region(single(halves, asked.rounded, EVEN), EVEN)
    base = replace(
        base, holds=region, even=even,
        single=asked.region(single(halves, asked.rounded, TARGET), TARGET),
        strongest=asked.region(strongest(halves, asked.rounded), EVEN) if even is None and truth.mean() < EVEN else None,
    )  # fmt: skip
    return _with(base, "" if region else NOTHING, names.words)


def too_few(made: ReadingNeeds) -> bool:
    """Whether more draws may tell what this many do not."""
    if made.why in (FEW, NEVER):
        return True
    if made.why == ALWAYS:
        return made.fails is None or _unsure(made.fails)
    return (made.why == NOTHING and made.held < UNSURE) or (made.holds is not None and _unsure(made.holds))


def _unsure(region: Region) -> bool:
    """Whether it does not surely reach the target on the half where it was found, with few draws that hold; the other half has no say."""
    return not surely_reaches(region.found, region.target) and region.found.held < UNSURE


def _base(question: Question, verdict: ReadingVerdict, words: Messages) -> ReadingNeeds:
    """A reading as judged; what is said of one without open odds."""
    settled = verdict.settled_by is not None or verdict.status in ("met", "not met", "partly met")
    says = words.say("needs_settled" if settled else "needs_no_odds", answer=verdict.answer)
    return ReadingNeeds(
        question.claim, question.name, question.text, verdict.sentence, verdict.status, verdict.answer, verdict.deadline, says,
        SETTLED if settled else NO_ODDS, None if settled else verdict.probability,
    )  # fmt: skip


def _with(made: ReadingNeeds, why: str, words: Messages) -> ReadingNeeds:
    """The reading with the reason why it has no ranges, and the sentence."""
    made = replace(made, why=why)
    return replace(made, says=said(made, words))


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


def _points(boxes: Sequence[Box], truth: NDArray[np.bool_]) -> tuple[Mapping[str, float], ...]:
    """Coverage and density of the boxes that none betters in both, on the half where they were found."""
    held, count = int(truth.sum()), len(truth)
    return tuple(
        {
            "coverage": box.held / held, "density": box.density, "mass": box.size / count, "dimensions": len(box.restricted),
        }
        for box in boxes
    )  # fmt: skip


@dataclass(frozen=True)
class _Look:
    """One reading before the respects that differ between its worlds, and how ranges of them are rounded and said."""

    respects: tuple[Respect, ...]
    dimensions: tuple[Dimension, ...]
    world: World
    names: Names
    sources: Mapping[str, Any]
    sized: bool = False

    @classmethod
    def of(
        cls, result: Result, truth: NDArray[np.bool_], reading: Reading, respects: Sequence[Respect], told: Told, names: Names,
        sources: Mapping[str, Any], drawn: Mapping[str, Any],
    ) -> _Look:  # fmt: skip
        """What differs between worlds, and does not say again what the reading says."""
        values = values_of(respects, told, result.collected.get(COLLECTOR), drawn)
        chosen, dimensions = list[Respect](), list[Dimension]()
        for one, held in zip(respects, values, strict=True):
            if held is None:
                continue
            dimension = Dimension(held, len(one.options))
            if one.drawn or not restated(dimension, truth):
                chosen.append(one)
                dimensions.append(dimension)
        names_of = {leaf.address.name for leaf in leaves(reading) if isinstance(leaf, Comparison)}
        return cls(tuple(chosen), tuple(dimensions), result.world, names, sources, bool(names_of) and names_of <= SIZES)

    def restates(self, found: Found) -> bool:
        """Whether dates and amounts of a box say the reading again: they hold where it does, or all of its sites run in time."""
        chosen = [self.respects[at] for at in found.box.restricted]
        if any(one.drawn for one in chosen):
            return False
        return restated_together(found.found) or self._all_in_time(chosen, found)

    def _all_in_time(self, chosen: Sequence[Respect], found: Found) -> bool:
        """Whether a box says of a reading on how much there is that all of every site that differs runs by the deadline of the reading."""
        every = {one.address for one in self.respects if one.address.startswith(_COMPLETE)}
        if not self.sized or not every or {one.address for one in chosen} != every:
            return False
        ends = [found.box.ranges[at] for at in found.box.restricted]
        months = [from_day(one.last) for one in chosen]
        return all(
            not isfinite(low) and isfinite(high) and month_end(from_day(high)) >= month_end(last)
            for (low, high), last in zip(ends, months, strict=True)
        )

    def without(self, places: Sequence[int]) -> _Look:
        """The same without some respects."""
        kept = [at for at in range(len(self.respects)) if at not in places]
        return replace(self, respects=tuple(self.respects[at] for at in kept), dimensions=tuple(self.dimensions[at] for at in kept))

    def rounded(self, at: int, end: float, upper: bool) -> Sequence[float]:
        """The ends that can be said near an end: ends of months, numbers of two and three figures."""
        one = self.respects[at]
        if one.kind != "date":
            return rounded_number(end, self._factor(at))
        last = month_end(from_day(end))
        first = day(last.replace(day=1)) - 1.0
        # Up to the end of a month, or from the day after it on; what comes after the last day told is all the same.
        ends = [min(first, one.last), min(day(last), one.last)]
        ends += [inf] if upper and day(last) > one.last else []
        # A month that had passed on the day of knowledge is nothing that can still come true.
        ends = [end for end in ends if end >= one.first] or [one.first]
        return tuple(dict.fromkeys(ends if upper else [nextafter(end, inf) for end in ends]))

    def _factor(self, at: int) -> float:
        """The unit in which the numbers of a dimension are shown, the same for all of its ends."""
        levels = np.quantile(self.dimensions[at].values, (0.1, 0.5, 0.9), method="nearest").tolist()
        return scale_of(size_of(levels), self.respects[at].unit)[0]

    def region(self, found: Found | None, target: float) -> Region | None:
        """A box as conditions in words."""
        if found is None:
            return None
        conditions = [self._condition(at, found) for at in found.box.restricted]
        return Region(tuple(conditions), found.scored, found.found, target)

    def _condition(self, at: int, found: Found) -> Range:
        one, values = self.respects[at], self.dimensions[at].values
        chance, record = found.quasi_p.get(at, (None, None)), record_of(one, self.world, self.names, self.sources)
        if one.kind == "choice":
            codes = sorted(found.box.kept[at])
            kept, share = tuple(one.options[code] for code in codes), float(np.isin(values, codes).mean())
            said = choice_said(one, kept, self.names)
            return Range(one.name, one.kind, "", said, None, None, kept, one.options, (), chance, record, (0.0, share))
        low, high = (end if isfinite(end) else None for end in found.box.ranges[at])
        levels = tuple(float(level) for level in np.quantile(values, (0.0, 0.1, 0.5, 0.9, 1.0), method="nearest"))
        ends = found.box.ranges[at]
        ranks = (float((values < ends[0]).mean()), float((values <= ends[1]).mean()))
        words = self.names.words
        dated = one.kind == "date"
        says = date_said(one, low, high, words) if dated else number_said(one, low, high, size_of(levels[1:4]), words)
        return Range(one.name, one.kind, one.unit, says, low, high, (), (), levels, chance, record, ranks)


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


def record_of(one: Respect, world: World, names: Names, sources: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a respect: how it is held, its value in words, who said it; of a date the plan, else that it is computed."""
    words = names.words
    if one.kind == "choice":
        text = words.texts["needs_or"].join(options_said(one, one.options, names))
        return {"kind": "choice", "text": text, "source": "", "publisher": ""}
    estimate = _planned(one, world) if one.kind == "date" else _cell(one, world)
    if estimate is None:
        return {"kind": "computed", "text": "", "source": "", "publisher": ""}
    statement = estimate.statements[0] if estimate.statements else None
    text = value_text(statement, words) if statement is not None else _median(estimate, one.unit, words)
    if one.kind == "date":
        text = words.say("needs_planned", month=words.month(from_day(float(np.max(central(estimate.value))))))
    source = statement.source if statement else ""
    kind, publisher = "assumed" if source == OURS else estimate.kind, publisher_of(source, sources) if source else ""
    return {"kind": kind, "text": text, "source": source, "publisher": publisher}


def _median(estimate: Estimate, unit: str, words: Messages) -> str:
    return show(float(np.max(central(estimate.value))), unit, notation=words.notation)


def _cell(one: Respect, world: World) -> Estimate | None:
    address = parse_address(one.name) if one.drawn else None
    made = world.inputs.get(address.name) if address else None
    if made is None or address is None:
        return None
    return next((held for label, held in zip(made.labels, made.estimates, strict=True) if label == address.labels), None)


def _planned(one: Respect, world: World) -> Estimate | None:
    """The plan of a date of a site or a phase: of the first (or last) phase with one."""
    made, address = world.inputs.get("phase_date_planned"), parse_address(one.address)
    if made is None or address.name not in ("site_first_date", "site_complete_date", "stage_date"):
        return None
    stage = next((label for label in address.labels if label in STAGES), "operational")
    place = next(label for label in address.labels if label not in STAGES)
    plans = [
        held
        for label, held in zip(made.labels, made.estimates, strict=True)
        if label[0] == stage and (label[1] == place or label[1].startswith(f"{place}/")) and held.statements
    ]
    dated = [held for held in plans if isfinite(float(np.max(central(held.value))))]
    if not dated:
        return None
    order = sorted(dated, key=lambda held: float(np.max(central(held.value))))
    return order[-1 if address.name == "site_complete_date" else 0]


def change_said(region: Region, words: Messages = ENGLISH) -> str:
    """A single change in a sentence: what it is, what it makes of the odds, how many worlds are such, and what is known of it."""
    condition = region.conditions[0]
    return words.say(
        "needs_change" if region.reaches or region.about else "needs_change_short",
        condition=sentence_case(condition.says), density=density_said(region, words), target=_percent(region.target, words),
        mass=_percent(region.scored.mass, words), record=sentence_case(record_said(condition, words)),
    )  # fmt: skip


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


__all__ = [
    "COLLECTOR",
    "METHOD",
    "Needs",
    "Range",
    "ReadingNeeds",
    "Region",
    "change_said",
    "density_said",
    "needs_of",
    "open_with_odds",
    "record_said",
    "told_of",
    "too_few",
]  # fmt: skip
