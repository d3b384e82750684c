"""From truth and record to a verdict on one reading: status, odds with model range, margin, and what is missing.

A passed deadline is settled in this order: a record of the reading's own address; arithmetic, if every draw agrees and the sites are
observed through the deadline; else the record is silent. Outcome and odds never mix: what the record settles has no probability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.evaluate import Outcome
from stargauge.audit.claims.language import Comparison, Not, NotTestable, Reading, deadline, leaves
from stargauge.audit.claims.questions import Question
from stargauge.audit.claims.record import NO_RECORD, SETTLED, Archive, Found, only_records
from stargauge.audit.drivers.drivers import Driver, Moved
from stargauge.audit.jobs.job_definitions import ELSEWHERE
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.words import shown
from stargauge.engine.columns import let_go
from stargauge.quantity.address import resolve
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import Quantity
from stargauge.quantity.spoken import say
from stargauge.quantity.units import show

NOT_TESTABLE, OPEN, SILENT, TOO_THIN = "not testable", "open", "passed, record silent", "record too thin"
#: The statuses of a reading that is itself a condition.
GIVEN, GIVEN_NOT = "given", "given not to hold"
#: Every status a reading can have.
STATUSES = (
    NOT_TESTABLE, OPEN, "met", "not met", "partly met", SILENT, TOO_THIN, "not shown: no record", "not shown: no capture", GIVEN, GIVEN_NOT,
)  # fmt: skip

#: Below this many blocks the binomial error is used instead of the spread between blocks.
FEW_BLOCKS = 16
#: A pick's group with fewer draws says nothing about the model range.
FEW_DRAWS = 30
#: The site label of what is pledged without a site: nothing there can be observed.
UNSITED = "unsited"

Picks = Mapping[str, NDArray[Any]]
UNFOUND = Found()


@dataclass(frozen=True)
class Margin:
    """How far off, in the reading's own unit, over draws (or as recorded: then all three are one); positive where it holds."""

    p10: float
    p50: float
    p90: float
    unit: str

    @property
    def off_by(self) -> str:
        """How much is missing in the middle, `0.56 GW`; empty where nothing is."""
        return show(-self.p50, self.unit) if self.p50 < 0 else ""

    def to_dict(self) -> dict[str, Any]:
        """As plain data; what is not finite as None."""
        numbers = {"p10": self.p10, "p50": self.p50, "p90": self.p90}
        return {name: value if np.isfinite(value) else None for name, value in numbers.items()} | {"unit": self.unit}


@dataclass(frozen=True)
class Odds:
    """Share of draws in which a reading holds, its range over picks, its sampling error."""

    probability: float
    model_range: tuple[float, float] | None
    error: float


@dataclass(frozen=True)
class Judgement:
    """A verdict before it is put into words."""

    status: str
    found: Found = UNFOUND
    odds: Odds | None = None
    margin: Margin | None = None
    settled_by: str | None = None
    missing: tuple[str, ...] = ()
    unknowable: bool = False
    partial: bool = False


@dataclass(frozen=True)
class ReadingVerdict:
    """The verdict on one reading; `answer` is what may be printed as it is. `title`: its name in the language of the answer.

    `options`: of a driver that is a choice, by its input: each option with its name, the odds and the middle of what is compared under it.
    """

    name: str
    expression: str
    sentence: str
    status: str
    answer: str
    probability: float | None = None
    model_range: tuple[float, float] | None = None
    error: float | None = None
    likelihood: str | None = None
    margin: Margin | None = None
    drivers: tuple[Driver, ...] = ()
    record: tuple[dict[str, Any], ...] = ()
    missing: tuple[str, ...] = ()
    settled_by: str | None = None
    deadline: date | None = None
    title: str = ""
    options: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    moved: Moved | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the form of JSON, Python and the command line; `moved` is what `stargauge drivers` tells."""
        return {
            "name": self.name, "title": self.title or self.name, "expression": self.expression, "sentence": self.sentence,
            "probability": self.probability,
            "model_range": list(self.model_range) if self.model_range else None, "error": self.error, "likelihood": self.likelihood,
            "status": self.status, "answer": self.answer, "margin": self.margin.to_dict() if self.margin else None,
            "drivers": [self._driver(driver) for driver in self.drivers], "record": list(self.record), "missing": list(self.missing),
            "settled_by": self.settled_by, "deadline": str(self.deadline) if self.deadline else None,
        }  # fmt: skip

    def _driver(self, driver: Driver) -> dict[str, Any]:
        options = self.options.get(driver.input)
        return {**driver.to_dict(), **({"options": [dict(one) for one in options]} if options else {})}


@dataclass(frozen=True)
class Setting:
    """What every reading is judged against: the knowledge date, the records, how far sites are observed, names and sources.

    `settled`: where something is given, what arithmetic settles with nothing given, by `claim/reading`: that alone is settled.
    """

    as_of: date
    archive: Archive
    quantities: Mapping[str, Quantity]
    names: Names
    observed_through: Callable[[str], date | None]
    sources: Mapping[str, Any]
    block: int = 256
    settled: Mapping[str, Judgement] | None = None


def judge(question: Question, outcome: Outcome | None, setting: Setting, picks: Picks | None = None, *, captured: bool = True) -> Judgement:
    """Status, odds and margin of one reading. `picks`: which option each choice behind it took, per draw."""
    reading = question.reading
    if isinstance(reading, NotTestable):
        return Judgement(NOT_TESTABLE)
    found = setting.archive.search(reading, setting.quantities, captured=captured)
    if found.state in SETTLED:
        return Judgement(found.state or "", found, margin=_recorded_margin(found), settled_by="record")
    if only_records(reading):
        return Judgement(found.state or "", found)
    if question.missing:
        return Judgement(TOO_THIN, found, missing=question.missing)
    if outcome is None:
        raise InputError(say('"{key}" was not run', key=question.key))
    if outcome.undecided is not None:
        return _undecided(reading, outcome, found, setting)
    if setting.settled is not None and question.key in setting.settled:
        return _carried(setting.settled[question.key], found, picks or {})
    return _by_draws(question, outcome, found, setting, picks or {})


def _carried(made: Judgement, found: Found, picks: Picks) -> Judgement:
    """What was settled with nothing given; every option of a choice agrees then."""
    odds = made.odds
    if odds is not None and picks:
        odds = replace(odds, model_range=(odds.probability, odds.probability))
    return replace(made, found=found, odds=odds)


def decidable(question: Question, setting: Setting) -> bool:
    """Whether agreement of all draws would settle a reading: it has a deadline, through which its sites are observed."""
    reading = question.reading
    last = None if isinstance(reading, NotTestable) else deadline(reading)
    return last is not None and not question.missing and not only_records(reading) and observed(reading, last, setting)


def taken(made: Judgement, holds: bool) -> Judgement:
    """The judgement of a reading that is itself a condition: given, with its margin in the worlds in which it is."""
    return Judgement(GIVEN if holds else GIVEN_NOT, made.found, margin=made.margin)


def _by_draws(question: Question, outcome: Outcome, found: Found, setting: Setting, picks: Picks) -> Judgement:
    reading = question.reading
    odds = odds_of(outcome, picks, setting.block)
    margin = margin_of(reading, outcome)
    let_go(outcome.truth, outcome.margin)
    last = deadline(reading)
    passed = last is not None and setting.as_of > last
    agrees = odds.probability in (0.0, 1.0) and setting.settled is None
    settled = last is not None and agrees and observed(reading, last, setting)
    if passed and settled:
        return Judgement("met" if odds.probability else "not met", found, odds, margin, "arithmetic")
    held = Odds(shown(odds.probability, settled=settled), _shown_range(odds.model_range, settled), odds.error)
    return Judgement(SILENT if passed else OPEN, found, held, margin, "arithmetic" if settled else None)


def _shown_range(span: tuple[float, float] | None, settled: bool) -> tuple[float, float] | None:
    return None if span is None or settled else (shown(span[0]), shown(span[1]))


def odds_of(outcome: Outcome, picks: Picks, block: int = 256) -> Odds:
    """Share of true draws; least and greatest share among draws with one pick of an alternative or refit; sampling error.

    Each choice is looked at alone, in groups of at least 30 draws. Error: binomial sqrt(p (1 - p) / n) below 16 blocks, where 0 and n of n
    count as half a draw more or less; else the spread between blocks, which are independent replicates.
    """
    truth = outcome.truth
    count, probability = len(truth), float(truth.mean())
    return Odds(probability, _model_range(truth, picks), _error(truth, probability, count, block))


def _model_range(truth: NDArray[np.bool_], picks: Picks) -> tuple[float, float] | None:
    shares = list[float]()
    for picked in picks.values():
        count = min(len(picked), len(truth))
        for option in np.unique(picked[:count]):
            group = truth[:count][picked[:count] == option]
            if len(group) >= FEW_DRAWS:
                shares.append(float(group.mean()))
    if not shares:
        return None
    whole = float(truth.mean())
    return min(whole, *shares), max(whole, *shares)


def odds_by(outcome: Outcome, picked: NDArray[Any], option: int) -> tuple[float, float | None] | None:
    """Odds, and the middle of the margin, of the draws that took an option of a choice; None where they are too few to tell."""
    count = min(len(picked), len(outcome.truth))
    took = picked[:count] == option
    if int(took.sum()) < FEW_DRAWS:
        return None
    margin = None if outcome.margin is None else float(np.median(outcome.margin[:count][took]))
    return shown(float(outcome.truth[:count][took].mean())), margin if margin is not None and np.isfinite(margin) else None


def _error(truth: NDArray[np.bool_], probability: float, count: int, block: int) -> float:
    blocks = count // block
    if blocks >= FEW_BLOCKS:
        means = truth[: blocks * block].reshape(blocks, block).mean(axis=1)
        if (spread := float(means.std(ddof=1))) > 0:
            return spread / float(np.sqrt(blocks))
    held = min(max(probability, 0.5 / count), 1 - 0.5 / count)
    return float(np.sqrt(held * (1 - held) / count))


def margin_of(reading: Reading, outcome: Outcome) -> Margin | None:
    """P10, P50 and P90 of the margin of a reading that is one comparison."""
    part = reading
    while isinstance(part, Not):
        part = part.part
    if not isinstance(part, Comparison) or outcome.margin is None or np.isnan(outcome.margin).any():
        return None
    p10, p50, p90 = (float(value) for value in np.quantile(outcome.margin, (0.1, 0.5, 0.9), method="nearest"))
    return Margin(p10, p50, p90, part.threshold.unit)


def _recorded_margin(found: Found) -> Margin | None:
    return None if found.margin is None else Margin(found.margin, found.margin, found.margin, found.unit)


def _undecided(reading: Reading, outcome: Outcome, found: Found, setting: Setting) -> Judgement:
    """Where only records are wanting: still open, or not shown. Else what of the quantities is absent decides."""
    if found.state is not None:
        return Judgement(found.state, found)
    if not all(label.startswith("record(") for label in outcome.absent):
        return _absent(reading, outcome, found, setting)
    last = deadline(reading)
    return Judgement(OPEN if last is not None and setting.as_of <= last else NO_RECORD, found)


def _absent(reading: Reading, outcome: Outcome, found: Found, setting: Setting) -> Judgement:
    """Nothing published of what it asks: too thin. A party without accounts, or some parts of a sum: not testable, and which."""
    missing, whole, parties = dict[str, None](), True, True
    for leaf in leaves(reading):
        if not isinstance(leaf, Comparison):
            continue
        chosen = dict(resolve(leaf.address, setting.quantities, setting.names.axes).labels)
        all_labels = {label for axis, labels in chosen.items() for label in labels if axis in ("site", "phase", "party", "line")}
        named = [part for label in outcome.absent for part in label.split(", ") if part in all_labels]
        if not named and str(leaf.address) in outcome.absent:
            named = [label for label in leaf.address.labels if label in all_labels] or [leaf.address.name]
        missing.update(dict.fromkeys(named))
        whole &= all_labels <= set(named)
        parties &= bool(named) and all(label in chosen.get("party", ()) for label in named)
    names = tuple(missing) or outcome.absent
    if parties and names:
        return Judgement(NOT_TESTABLE, found, missing=names, unknowable=True)
    return Judgement(TOO_THIN, found, missing=names) if whole else Judgement(NOT_TESTABLE, found, missing=names, partial=True)


def observed(reading: Reading, until: date, setting: Setting) -> bool:
    """Whether every site that a reading depends on has been looked at until a date, and a look at sites shows what it counts.

    `unsited` is no place to look at. Jobs at suppliers are at none: that all draws agree on them says what the multipliers are, not what
    was there.
    """
    if setting.as_of < until or any(isinstance(leaf, Comparison) and leaf.address.name in ELSEWHERE for leaf in leaves(reading)):
        return False
    seen = [setting.observed_through(site) for site in sites_of(reading, setting)]
    return all(through is not None and through >= until for through in seen)


def sites_of(reading: Reading, setting: Setting) -> tuple[str, ...]:
    """The sites a reading depends on: those it names, else all where its quantity has sites or is made from something that has."""
    everywhere = [site for site in setting.names.axes.get("site", ()) if site != UNSITED]
    out = dict[str, None]()
    for leaf in leaves(reading):
        if not isinstance(leaf, Comparison):
            continue
        made = setting.quantities[leaf.address.name]
        named = [label.split("/")[0] for label in leaf.address.labels if label.split("/")[0] in everywhere]
        if named and ("site" in made.axes or "phase" in made.axes):
            out.update(dict.fromkeys(named))
        elif set(leaf.address.labels) != {UNSITED} and _has_sites(made.name, setting.quantities):
            out.update(dict.fromkeys(everywhere))
    return tuple(out)


def _has_sites(name: str, quantities: Mapping[str, Quantity]) -> bool:
    seen, waiting = set[str](), [name]
    while waiting:
        made = quantities.get(waiting.pop())
        if made is None or made.name in seen:
            continue
        if "site" in made.axes or "phase" in made.axes:
            return True
        seen.add(made.name)
        waiting.extend(() if made.is_input else made.needs)
    return False
