"""What changed a number or the odds of a reading since a day, as an answer: then and now, and what came in between, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from stargauge.audit.movers import TOGETHER, Mover
from stargauge.audit.news import Level, News
from stargauge.audit.places import Places
from stargauge.audit.verdict import ReadingVerdict
from stargauge.programme.known import Known
from stargauge.programme.schema import statements_of
from stargauge.quantity.statement import Statement

METHOD = (
    "Each alone: what came in is left out alone on the later day, in the same draws, and the change that goes with it is given. As what is "
    "alone is no sum, the rest is several together, and time passing."
)


@dataclass(frozen=True)
class Changed:
    """What changed since a day. Of an address `levels` and `news`; of a reading `verdicts` and `movers`, whose effects are in odds."""

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

    def to_dict(self) -> dict[str, Any]:
        """As plain data; `kind` says whether it is an address (changes of median and mean) or a reading (changes of the odds)."""
        out: dict[str, Any] = {
            "asked": self.asked, "subject": self.subject, "kind": "address" if self.levels is not None else "reading",
            "unit": self.unit, "date": str(self.when) if self.when else None, "since": str(self.since), "as_of": str(self.known.as_of),
            "programme": {"name": self.known.programme.name, "asked_as": self.asked_as}, "draws": self.draws, "seed": self.seed,
            "method": METHOD,
        }  # fmt: skip
        said, places = self._said(), Places(self.known.programme, self.known.catalogue.catalogue)
        if self.levels is not None:
            out["then"], out["now"] = (level and level.to_dict() for level in self.levels)
            out["news"] = [
                {
                    "text": one.text,
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
                    "text": one.text,
                    "rest": one.text == TOGETHER,
                    "odds": one.effect,
                    "without": one.without,
                    **self._cited(one.paths, said, places),
                }
                for one in self.movers
            ]
        return out

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


def _placed(said: Statement, places: Places) -> dict[str, Any]:
    place = places.of(said)
    return {"path": said.path, "text": said.text, "file": place.file if place else None, "line": place.line if place else None}


def _odds(verdict: ReadingVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"probability": verdict.probability, "likelihood": verdict.likelihood, "status": verdict.status, "answer": verdict.answer,
            "model_range": list(verdict.model_range) if verdict.model_range else None}  # fmt: skip


def moved(verdicts: Sequence[ReadingVerdict | None]) -> tuple[float, float] | None:
    """The odds on the later day and their change; None where either day has none."""
    before, after = (verdict.probability if verdict else None for verdict in verdicts)
    return None if before is None or after is None else (after, after - before)
