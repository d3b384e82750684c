"""Odds over time: what could be said of a reading on each day, and what moved it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from stargauge.audit.claims.verdict import OPEN, SILENT, TOO_THIN, ReadingVerdict
from stargauge.audit.over_time.movers import POINT, Mover, Step, movers_between, told
from stargauge.audit.over_time.tracker import Key, Tracker, claims_with
from stargauge.audit.run import texts_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.engine.executors import each
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import month_end

EVERY = ("month", "quarter")
#: Statuses in which the record, or arithmetic after the deadline, has decided.
DECIDED = ("met", "not met", "partly met")
#: Statuses that end a series; a silent record only until it decides.
ENDED = (*DECIDED, SILENT)


@dataclass(frozen=True)
class Point:
    """A reading as it could be judged on a day: status, odds where it has them, the change since the point before and what moved it."""

    day: date
    status: str
    answer: str
    probability: float | None = None
    model_range: tuple[float, float] | None = None
    likelihood: str | None = None
    change: float | None = None
    movers: tuple[Mover, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "day": str(self.day), "status": self.status, "answer": self.answer, "probability": self.probability,
            "model_range": list(self.model_range) if self.model_range else None, "likelihood": self.likelihood, "change": self.change,
            "movers": [mover.to_dict() for mover in self.movers],
        }  # fmt: skip


@dataclass(frozen=True)
class Series:
    """The points of one reading, from the day its claim was made until it is settled or the last day asked for."""

    claim: str
    reading: str
    says: str
    speaker: str
    said: date
    sentence: str
    deadline: date | None
    points: tuple[Point, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data. `peak`: the point of the highest odds, the last of equal ones."""
        held = [point for point in self.points if point.probability is not None]
        peak = max(held, key=lambda point: (point.probability or 0.0, point.day), default=None)
        return {
            "claim": self.claim, "reading": self.reading, "says": self.says, "speaker": self.speaker, "said": str(self.said),
            "sentence": self.sentence, "deadline": str(self.deadline) if self.deadline else None,
            "peak": str(peak.day) if peak else None, "since_peak": held[-1].probability - peak.probability if peak else None,  # type: ignore[operator]
            "points": [point.to_dict() for point in self.points],
        }  # fmt: skip


@dataclass(frozen=True)
class OddsOverTime:
    """Odds over time of the readings asked for; `to_dict` is what the command line prints with `--json`."""

    programme: str
    name: str
    draws: int
    seed: int
    start: date
    end: date
    every: str
    attributed: bool
    series: tuple[Series, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "programme": self.programme, "name": self.name, "draws": self.draws, "seed": self.seed, "from": str(self.start),
            "to": str(self.end), "every": self.every, "attributed": self.attributed, "series": [one.to_dict() for one in self.series],
        }  # fmt: skip


def days_between(start: date, end: date, every: str) -> tuple[date, ...]:
    """The knowledge dates: the first and the last day, and between them the ends of months or quarters, or steps of so many days."""
    if every in EVERY:
        ends, at = list[date](), month_end(start)
        while at < end:
            if at > start and (every == "month" or at.month % 3 == 0):
                ends.append(at)
            at = month_end(at + timedelta(days=1))
    else:
        step = int(every)
        ends = [start + timedelta(days=count) for count in range(step, (end - start).days, step)]
    return tuple(dict.fromkeys((start, *ends, end)))


def point(day: date, verdict: ReadingVerdict | None, words: Messages = ENGLISH) -> Point:
    """A verdict as a point; too thin where there was nothing to run."""
    if verdict is None:
        return Point(day, TOO_THIN, words.say("too_thin", day=words.day(day), missing=words.texts["missing_phases"]))
    if verdict.status not in (OPEN, SILENT):
        return Point(day, verdict.status, verdict.answer)
    return Point(day, verdict.status, verdict.answer, verdict.probability, verdict.model_range, verdict.likelihood)


def track(
    tracker: Tracker, programme: Programme, readings: Mapping[str, Sequence[str]], days: Mapping[str, Sequence[date]], attribute: bool,
    workers: int = 1, progress: Callable[[int, int], None] | None = None,
) -> tuple[Series, ...]:  # fmt: skip
    """The series of readings by claim, each on the days of its claim; what is settled ends there. `attribute`: with what moved it.

    `workers`: processes that share the work; the same bits for any number. `progress(done, all)`: percent.
    """
    said = progress or (lambda done, every: None)
    keys = [(claim, name) for claim, names in readings.items() for name in names]
    due = {day: [key for key in keys if day in days[key[0]]] for day in sorted({day for some in days.values() for day in some})}
    points: dict[Key, list[Point]] = {key: [] for key in keys}
    verdicts: dict[Key, ReadingVerdict] = {}
    for done, (day, found) in enumerate(zip(due, each(_judged, ([*due.items()], tracker, programme), len(due), workers), strict=True), 1):
        verdicts |= found
        for key in due[day]:
            _add(points[key], point(day, found.get(key), words_of(tracker.language)))
        said(done * (50 if attribute else 100) // len(due), 100)
    if attribute:
        _attribute(points, tracker, programme, workers, lambda share: said(50 + int(50 * share), 100))
    texts = texts_of(programme, tracker.language)
    return tuple(_series(programme, texts, key, verdicts.get(key), points[key]) for key in keys)


def _judged(place: int, due: Sequence[tuple[date, Sequence[Key]]], tracker: Tracker, programme: Programme) -> dict[Key, ReadingVerdict]:
    day, keys = due[place]
    return tracker.judged(tracker.view(day), claims_with(programme, keys))


def _add(points: list[Point], new: Point) -> None:
    """Add a point with its change. Nothing follows a decision, and only a decision a deadline on which the record was silent."""
    if points and points[-1].status in ENDED and (points[-1].status in DECIDED or new.status not in DECIDED):
        return
    before = next((one.probability for one in reversed(points) if one.probability is not None), None)
    change = None if before is None or new.probability is None else new.probability - before
    points.append(replace(new, change=change))


def _attribute(
    points: Mapping[Key, list[Point]], tracker: Tracker, programme: Programme, workers: int, progress: Callable[[float], None]
) -> None:
    """Put what moved them into the points whose odds changed."""
    moved: dict[tuple[date, date], dict[Key, int]] = {}
    for key, series in points.items():
        held = [place for place, one in enumerate(series) if one.probability is not None]
        for before, after in pairwise(held):
            if abs(series[after].change or 0.0) >= POINT:
                moved.setdefault((series[before].day, series[after].day), {})[key] = after
    steps = [Step(*days, {key: _odds(points[key][at]) for key, at in places.items()}) for days, places in moved.items()]
    for places, found in zip(moved.values(), movers_between(steps, tracker, programme, workers, progress), strict=True):
        for key, at in places.items():
            points[key][at] = replace(points[key][at], movers=tuple(_told(one, programme, tracker.language) for one in found[key]))


def _told(one: Mover, programme: Programme, language: str) -> Mover:
    return replace(one, text=told(one.text, one.paths, one.kind, programme, language))


def _odds(one: Point) -> tuple[float, float]:
    return one.probability or 0.0, one.change or 0.0


def _series(
    programme: Programme, texts: Mapping[str, str], key: tuple[str, str], verdict: ReadingVerdict | None, points: Sequence[Point]
) -> Series:  # fmt: skip
    claim = programme.claims[key[0]]
    says, sentence = str(claim.says), verdict.sentence if verdict else ""
    deadline = verdict.deadline if verdict else None
    return Series(*key, texts.get(says, says), str(claim.speaker), claim.day.start, sentence, deadline, tuple(points))
