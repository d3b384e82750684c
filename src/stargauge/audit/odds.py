"""Odds over time: what could be said of a reading on each day, and which statements moved it.

A statement's effect is the change of the odds on the later day when it alone is left out, in the same draws; statements that one source
made about the same field of the same site are one. What is left over is several statements together, and time passing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from stargauge.audit.answer import value_text
from stargauge.audit.evaluate import Judge
from stargauge.audit.messages import ENGLISH
from stargauge.audit.questions import Question
from stargauge.audit.run import COLLECTOR, audit, judge_of
from stargauge.audit.verdict import OPEN, SILENT, TOO_THIN, ReadingVerdict
from stargauge.audit.words import publisher_of
from stargauge.engine.memo import Memo
from stargauge.engine.sample import input_key
from stargauge.engine.simulate import assemble, axes_of, inputs_of, model_graph, simulate
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme, statements_of
from stargauge.quantity.dates import month_end
from stargauge.quantity.statement import Statement

#: A change of the odds from which on it is asked what moved them.
POINT = 0.01
EVERY = ("month", "quarter")
CATALOGUE, TOGETHER = "catalogue", "several together, and time passing"
#: Statuses that end a series: the record, or arithmetic after the deadline, has decided.
DECIDED = ("met", "not met", "partly met")
_INDEX = re.compile(r"\[\d+\]$")
#: (day, paths left out) -> what is known then.
View = Callable[[date, frozenset[str]], Known]
Ask = Callable[[Known, Mapping[str, Any]], tuple[Question, ...]]


@dataclass(frozen=True)
class Mover:
    """What moved the odds: a text, the paths of its statements, their source, and its effect when it alone is left out."""

    text: str
    effect: float
    source: str = ""
    paths: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"text": self.text, "effect": self.effect, "source": self.source, "paths": list(self.paths)}


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


@dataclass
class Tracker:
    """Judges claims on many days in the same draws; what does not differ between days is computed once."""

    view: View
    ask: Ask
    ids: Iterable[str]
    draws: int
    seed: int
    memo: Memo

    def judged(self, known: Known, claims: Mapping[str, Any]) -> dict[tuple[str, str], ReadingVerdict]:
        """The verdicts on claims by (claim, reading); nothing where nothing is known to run."""
        if not known.phases or not claims:
            return {}
        asked = self.ask(known, claims)
        collectors = {COLLECTOR: judge_of(asked, known)}
        result = simulate(known, (), draws=self.draws, seed=self.seed, collectors=collectors, memo=self.memo)
        verdicts = audit(result, known, claims, ids=tuple(self.ids))
        return {(verdict.id, reading.name): reading for verdict in verdicts for reading in verdict.readings}

    def point(self, day: date, verdict: ReadingVerdict | None) -> Point:
        """A verdict as a point; too thin where there was nothing to run."""
        if verdict is None:
            return Point(day, TOO_THIN, f"Record too thin on {ENGLISH.day(day)}: no phase or pledge published by then")
        held = verdict.status in (OPEN, SILENT)
        return Point(
            day, verdict.status, verdict.answer, verdict.probability if held else None, verdict.model_range if held else None,
            verdict.likelihood,
        )  # fmt: skip

    def movers(self, before: Point, after: Point, claims: Mapping[str, Any], programme: Programme) -> tuple[Mover, ...]:
        """What moved the one reading of a claim between two points: each group of new statements left out alone, then what is left over."""
        if before.probability is None or after.probability is None or after.change is None or abs(after.change) < POINT:
            return ()
        known = self.view(after.day, frozenset())
        names = _inputs_behind(self.ask(known, claims))
        groups = groups_of(s for s in statements_of(programme) if s.known_from and before.day < s.known_from <= after.day)
        keys = _keys(known, names)
        found = list[Mover]()
        for members in groups.values():
            paths = frozenset(s.path for s in members)
            left = self.view(after.day, paths)
            if _same(known, left, names, paths, keys):
                continue
            found += self._effect(left, after, claims, _text(members, known), members[0].source, tuple(sorted(paths)))
        earlier = replace(known, catalogue=self.view(before.day, frozenset()).catalogue)
        if _keys(earlier, names) != keys:
            found += self._effect(earlier, after, claims, CATALOGUE, "", ())
        found.sort(key=lambda mover: (-abs(mover.effect), mover.paths))
        rest = after.change - sum(mover.effect for mover in found)
        return (*found, Mover(TOGETHER, rest)) if abs(rest) >= POINT / 2 else tuple(found)

    def _effect(
        self, left: Known, after: Point, claims: Mapping[str, Any], text: str, source: str, paths: tuple[str, ...]
    ) -> list[Mover]:  # fmt: skip
        """The effect of what is left out, where there are odds without it and they differ."""
        verdict = next(iter(self.judged(left, claims).values()), None)
        if verdict is None or verdict.probability is None or after.probability is None or verdict.probability == after.probability:
            return []
        return [Mover(text, after.probability - verdict.probability, source, paths)]


def track(
    tracker: Tracker, programme: Programme, readings: Mapping[str, Sequence[str]], days: Mapping[str, Sequence[date]], attribute: bool,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Series, ...]:  # fmt: skip
    """The series of readings by claim, each on the days of its claim; what is settled ends there. `attribute`: with what moved it."""
    keys = [(claim, name) for claim, names in readings.items() for name in names]
    points: dict[tuple[str, str], list[Point]] = {key: [] for key in keys}
    verdicts: dict[tuple[str, str], ReadingVerdict] = {}
    every = sorted({day for some in days.values() for day in some})
    for done, day in enumerate(every):
        due = [key for key in keys if day in days[key[0]] and not (points[key] and points[key][-1].status in DECIDED)]
        found = tracker.judged(tracker.view(day, frozenset()), _claims(programme, due)) if due else {}
        for key in due:
            verdicts |= {key: found[key]} if key in found else {}
            made = tracker.point(day, found.get(key))
            before = next((point for point in reversed(points[key]) if point.probability is not None), None)
            if before is not None and before.probability is not None and made.probability is not None:
                made = replace(made, change=made.probability - before.probability)
                if attribute:
                    made = replace(made, movers=tracker.movers(before, made, _claims(programme, [key]), programme))
            points[key].append(made)
        if progress is not None:
            progress(done + 1, len(every))
    return tuple(_series(programme, key, verdicts.get(key), points[key]) for key in keys)


def _series(programme: Programme, key: tuple[str, str], verdict: ReadingVerdict | None, points: Sequence[Point]) -> Series:
    claim = programme.claims[key[0]]
    sentence = verdict.sentence if verdict else ""
    return Series(
        *key, str(claim.says), str(claim.speaker), claim.day.start, sentence, verdict.deadline if verdict else None, tuple(points)
    )


def _claims(programme: Programme, keys: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The claims of some readings, with only these."""
    out: dict[str, dict[str, str]] = {}
    for claim, name in keys:
        out.setdefault(claim, {})[name] = programme.claims[claim].readings[name]
    return {claim: programme.claims[claim].model_copy(update={"readings": kept}) for claim, kept in out.items()}


def groups_of(statements: Iterable[Statement]) -> dict[tuple[str, str, str], list[Statement]]:
    """Statements by source, site (or party, pledge, option) and field: what one source said of one thing is one piece of news."""
    out: dict[tuple[str, str, str], list[Statement]] = {}
    for said in statements:
        if not said.path.startswith(("claims.", "assumptions.")):
            out.setdefault((said.source, *place_of(said.path)), []).append(said)
    return out


def place_of(path: str) -> tuple[str, str]:
    """Where a path stands: site (or what stands at its place) and field, without phase and position."""
    parts = _INDEX.sub("", path).split(".")
    option = parts[:3] if parts[0] == "alternatives" else []
    parts = parts[len(option) :]
    return ".".join([*option, *parts[:2]]) if len(parts) > 2 else ".".join([*option, parts[0]]), parts[-1]


def _text(members: Sequence[Statement], known: Known) -> str:
    """A group in a few words: what, how many, the value said last, and who said it."""
    site, name = place_of(members[0].path)
    values = list(dict.fromkeys(value_text(s, ENGLISH) for s in members))
    count = f" ({len(members)})" if len(members) > 1 else ""
    said = values[0] if len(values) == 1 else f"{values[0]} to {values[-1]}"
    publisher = publisher_of(members[0].source, known.programme.sources)
    return f"{site.split('.')[-1]} {name.replace('_', ' ')}{count}: {said} ({publisher})"


def _inputs_behind(asked: Sequence[Question]) -> list[str]:
    graph = model_graph()
    needed = {address.name for address in _addresses(asked)}
    return [name for name in sorted(graph.upstream(needed)) if graph.quantities[name].is_input]


def _addresses(asked: Sequence[Question]) -> Iterable[Any]:
    """The addresses that the readings compare."""
    return Judge.of([question.reading for question in asked if not question.missing]).addresses


def _keys(known: Known, names: Sequence[str], plain: bool = True) -> dict[str, str]:
    """Content keys of inputs; `plain`: without the options of alternatives."""
    axes, quantities = axes_of(known), [model_graph().quantities[name] for name in names]
    made = assemble(known, quantities) if plain else inputs_of(known, quantities)
    return {name: input_key(made[name], axes) for name in names}


def _same(known: Known, left: Known, names: Sequence[str], paths: Iterable[str], keys: Mapping[str, str]) -> bool:
    """Whether leaving statements out changes no input. Options of alternatives are looked at only where one of them is left out."""
    if not left.phases or known.axes != left.axes or _keys(left, names) != keys:
        return False
    return not any(path.startswith("alternatives.") for path in paths) or _keys(left, names, False) == _keys(known, names, False)
