"""What changed a number or the odds of a reading since a day, as an answer: then and now, and what came in between, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from stargauge.audit.claims.verdict import ReadingVerdict
from stargauge.audit.over_time.movers import POINT, TOGETHER, Mover, field_text, groups_of, told
from stargauge.audit.over_time.news import SEVERAL, TIME, Level, News
from stargauge.audit.sources.places import Places
from stargauge.programme.known import Known
from stargauge.programme.schema import statements_of
from stargauge.quantity.spoken import say, speaking
from stargauge.quantity.statement import Statement


@dataclass(frozen=True)
class Changed:
    """What changed since a day. Of an address `levels` and `news`; of a reading `verdicts` and `movers`, whose effects are in odds.

    `supplied`: where the earlier day had no number, and nothing alone supplied it, what came in on what was missing then. `language`: of
    what is said.
    """

    asked: str
    subject: str
    unit: str
    when: date | None
    since: date
    known: Known
    draws: int
    seed: int
    asked_as: str
    levels: tuple[Level | None, Level | None] | None = None
    news: tuple[News, ...] = ()
    verdicts: tuple[ReadingVerdict | None, ReadingVerdict | None] | None = None
    movers: tuple[Mover, ...] = ()
    supplied: tuple[Mover, ...] = ()
    language: str = "en"

    @property
    def whole(self) -> bool:
        """Whether both days have a number, so that there is a change to tell."""
        if self.levels is not None:
            return None not in self.levels
        return moved(self.verdicts or ()) is not None

    @property
    def method(self) -> str:
        """How what came in was weighed."""
        later = self.levels[1] if self.levels is not None else _probability(self.verdicts[1] if self.verdicts else None)
        with speaking(self.language):
            return _method(self.whole, later is not None)

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `kind` says whether it is an address (changes of median and mean) or a reading (changes of the odds)."""
        out: dict[str, Any] = {
            "asked": self.asked, "subject": self.subject, "kind": "address" if self.levels is not None else "reading",
            "unit": self.unit, "date": str(self.when) if self.when else None, "since": str(self.since), "as_of": str(self.known.as_of),
            "programme": {"name": self.known.programme.name, "asked_as": self.asked_as}, "draws": self.draws, "seed": self.seed,
            "method": self.method, "whole": self.whole,
        }  # fmt: skip
        said, places = self._said(), Places(self.known.programme, self.known.catalogue.catalogue)
        if self.levels is not None:
            out["then"], out["now"] = (level and level.to_dict() for level in self.levels)
            out["news"] = [
                {
                    "text": self._told(one),
                    "kind": kind_of(one.text),
                    "rest": one.text in (TOGETHER, SEVERAL),
                    "median": one.median,
                    "mean": one.mean,
                    "draws": one.draws or None,
                    **self._cited(one.paths, said, places),
                }
                for one in self.news
            ]
        else:
            out["then"], out["now"] = (_odds(verdict) for verdict in self.verdicts or (None, None))
            out["news"] = [
                {
                    "text": self._told(one),
                    "kind": kind_of(one.text),
                    "rest": one.text in (TOGETHER, SEVERAL),
                    "odds": one.effect,
                    "without": one.without,
                    **self._cited(one.paths, said, places),
                }
                for one in self.movers
            ]
        with speaking(self.language):
            texts = [field_text([said[path] for path in one.paths]) for one in self.supplied]
        out["supplied"] = [{"text": text, **self._cited(one.paths, said, places)} for text, one in zip(texts, self.supplied, strict=True)]
        return out

    def _told(self, one: News | Mover) -> str:
        return told(one.text, one.paths, one.kind, self.known.programme, self.language)

    def _said(self) -> Mapping[str, Statement]:
        return {said.path: said for said in statements_of(self.known.programme)}

    def _cited(self, paths: Iterable[str], said: Mapping[str, Statement], places: Places) -> dict[str, Any]:
        """Who said it, when it was published (the last of several), and where each statement stands."""
        held = [said[path] for path in paths if path in said]
        book = self.known.programme.sources
        source = book.get(held[0].source) if held else None
        days = sorted(one.known_from for one in held if one.known_from)
        return {
            "source": held[0].source if held else None, "publisher": source.publisher if source else None,
            "title": source.title if source else None, "url": source.url if source else None,
            "published": str(days[-1]) if days else None, "grades": sorted({one.grade for one in held if one.grade}),
            "statements": [_placed(one, places) for one in held],
        }  # fmt: skip


def _method(whole: bool, later: bool) -> str:
    """How what came in was weighed: over a change, or, where one of the days has no number, over the later day alone."""
    if whole:
        return say(
            "Each alone: what came in is left out alone on the later day, in the same draws, and the change that goes with it is given. "
            "As what is alone is no sum, the rest is several together. Time passing: what was known on the earlier day, read on the later "
            "one."
        )
    if later:
        return say(
            "Each alone: what came in is left out alone on the later day, in the same draws. As one of the days has no number, there is no "
            "change to divide: told is what the number cannot do without, and by how much each of the others moves it on the later day."
        )
    return say("As the later day has no odds, no effect can be given.")


def _placed(said: Statement, places: Places) -> dict[str, Any]:
    place = places.of(said)
    return {"path": said.path, "text": said.text, "file": place.file if place else None, "line": place.line if place else None}


def _odds(verdict: ReadingVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"probability": verdict.probability, "likelihood": verdict.likelihood, "status": verdict.status, "answer": verdict.answer,
            "model_range": list(verdict.model_range) if verdict.model_range else None, "missing": list(verdict.missing),
            "settled_by": verdict.settled_by, "record": [row for row in verdict.record if row.get("decides")]}  # fmt: skip


def kind_of(text: str) -> str:
    """Whether it is a piece of news, the passing of time, or what several do together."""
    return {TIME: "time", TOGETHER: "rest", SEVERAL: "rest"}.get(text, "news")


def apart(movers: Sequence[Mover], change: float | None, passing: float | None) -> tuple[Mover, ...]:
    """Movers with what is left of a change told apart: time passing, and what several do together.

    `change`: None where one of the days has no odds; then nothing is left to tell. `passing`: None where what was known on the earlier day
    has no odds on the later one.
    """
    alone = tuple(one for one in movers if one.text != TOGETHER)
    if change is None:
        return alone
    rest = change - sum(one.effect or 0.0 for one in alone) - (passing or 0.0)
    if passing is None:
        return (*alone, Mover(TOGETHER, rest)) if abs(rest) >= POINT / 2 else alone
    return (*alone, Mover(TIME, passing), *((Mover(SEVERAL, rest),) if abs(rest) > 1e-9 else ()))


def supplied_by(new: Iterable[Statement], missing: Iterable[str]) -> tuple[Mover, ...]:
    """What came in on sites, phases or parties of which something was missing, by source and field, the earliest first."""
    labels = {part for label in missing for part in label.split("/")}
    out = list[tuple[str, Mover]]()
    for (source, place, name), members in groups_of(new).items():
        if labels & {part for said in members for part in re.split(r"[./\[\]]", said.path)}:
            count = f" ({len(members)})" if len(members) > 1 else ""
            paths = tuple(sorted(said.path for said in members))
            first = min(str(said.known_from or "") for said in members)
            out.append((first, Mover(f"{place.split('.')[-1]} {name.replace('_', ' ')}{count}", None, source, paths)))
    return tuple(mover for _, mover in sorted(out, key=lambda one: (one[0], one[1].paths)))


def _probability(verdict: ReadingVerdict | None) -> float | None:
    return verdict.probability if verdict else None


def moved(verdicts: Sequence[ReadingVerdict | None]) -> tuple[float, float] | None:
    """The odds on the later day and their change; None where either day has none."""
    before, after = (_probability(verdict) for verdict in verdicts)
    return None if before is None or after is None else (after, after - before)
