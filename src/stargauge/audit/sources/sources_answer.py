"""Which verdicts hang on one source, as it is handed out: each source left out, with what changes, and the sentence on all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stargauge.audit.claims.verdict import NOT_TESTABLE, OPEN, SILENT, Judgement
from stargauge.audit.over_time.tracker import Key
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import Messages

PROGRAMME, CATALOGUE = "programme", "catalogue"


@dataclass(frozen=True)
class Second:
    """Another source, of another root, that speaks of the same field: what it says, and whether that is the same."""

    source: str
    publisher: str
    grade: str
    says: str
    same: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"source": self.source, "publisher": self.publisher, "grade": self.grade, "says": self.says, "same": self.same}


@dataclass(frozen=True)
class Change:
    """A reading that is judged otherwise without a source: status and odds with it and without it.

    Where the status changes: `on`, what it rests on of that source; `alone`, whether each field of that decides by itself; `seconds`, who
    else speaks of that; `seconded`, whether independent sources say the same of all of it; `missing`, what nothing is known of any more.
    """

    claim: str
    reading: str
    status: str
    without: str
    probability: float | None
    probability_without: float | None
    on: tuple[str, ...] = ()
    alone: bool = False
    missing: tuple[str, ...] = ()
    seconds: tuple[Second, ...] = ()
    seconded: bool = False

    @property
    def flips(self) -> bool:
        """Whether the status is another."""
        return self.status != self.without

    @property
    def points(self) -> float | None:
        """The odds with the source less those without it; None where either has none."""
        if self.probability is None or self.probability_without is None:
            return None
        return self.probability - self.probability_without

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "claim": self.claim, "reading": self.reading, "status": self.status, "without": self.without, "probability": self.probability,
            "probability_without": self.probability_without, "points": self.points, "flips": self.flips,
            "on": list(self.on), "alone": self.alone,
            "missing": list(self.missing), "seconded": self.seconded, "seconds": [second.to_dict() for second in self.seconds],
        }  # fmt: skip


@dataclass(frozen=True)
class Dropped:
    """A source left out. `members`: it and those that repeat it; `cannot`: why nothing can be run without it, empty where it can."""

    source: str
    kind: str
    members: tuple[str, ...]
    publisher: str
    title: str
    grade: str
    statements: int
    changes: tuple[Change, ...] = ()
    cannot: str = ""

    @property
    def flips(self) -> tuple[Change, ...]:
        """The readings whose status hangs on it."""
        return tuple(change for change in self.changes if change.flips)

    @property
    def most(self) -> float:
        """The largest change of odds."""
        return max((abs(change.points) for change in self.changes if change.points is not None), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "source": self.source, "kind": self.kind, "members": list(self.members), "publisher": self.publisher, "title": self.title,
            "grade": self.grade, "statements": self.statements, "flips": len(self.flips), "moved": len(self.changes),
            "most_points": self.most, "cannot": self.cannot or None, "changes": [change.to_dict() for change in self.changes],
        }  # fmt: skip


@dataclass(frozen=True)
class Sources:
    """What every source decides; `to_dict` is what the command line prints with `--json`."""

    programme: str
    name: str
    asked_as: str
    as_of: str
    draws: int
    seed: int
    claim: str | None
    verdicts: Mapping[Key, Judgement]
    dropped: tuple[Dropped, ...]
    assumed: int
    claimless: bool = False
    language: str = "en"

    @property
    def hanging(self) -> dict[Key, list[str]]:
        """The readings whose status changes when some one source of the programme is left out, each with these sources."""
        out: dict[Key, list[str]] = {}
        for one in self.own:
            for change in one.flips:
                out.setdefault((change.claim, change.reading), []).append(one.source)
        return out

    @property
    def own(self) -> tuple[Dropped, ...]:
        """The sources of the programme; the others are those of catalogue values."""
        return tuple(one for one in self.dropped if one.kind == PROGRAMME)

    @property
    def seconded(self) -> int:
        """How many of the verdicts that hang on one source have an independent second source that says the same."""
        return sum(all(change.seconded for change in self._flips_of(key)) for key in self.hanging)

    @property
    def cases(self) -> tuple[int, int]:
        """How often one source decides a verdict, and in how many of these an independent second source says the same."""
        flips = [change for one in self.own for change in one.flips]
        return len(flips), sum(change.seconded for change in flips)

    @property
    def untestable(self) -> int:
        """How many readings cannot be tested, whatever the sources say: opinions among them."""
        return sum(made.status == NOT_TESTABLE for made in self.verdicts.values())

    def sentence(self) -> str:
        """How many verdicts hang on one source, and on which most of them."""
        words = words_of(self.language)
        told = {"hanging": len(self.hanging), "count": len(self.verdicts), "sources": len(self.own)}
        if not self.verdicts:
            return words.texts["claimless" if self.claimless else "no_claims"]
        if not self.hanging:
            return " ".join([words.say("sources_none", **told), *self._untested(words)])
        first = max(self.own, key=lambda one: len(one.flips))
        parts = [words.say("sources_some" if len(self.hanging) > 1 else "sources_one", **told)]
        if len(first.flips) > 1:
            parts.append(words.say("sources_most", publisher=first.publisher, grade=first.grade, most=len(first.flips)))
        cases, seconded = self.cases
        parts.append(words.say("sources_seconded" if seconded else "sources_alone", cases=cases, seconded=seconded))
        return " ".join([*parts, *self._untested(words)])

    def _untested(self, words: Messages) -> list[str]:
        if not self.untestable:
            return []
        if self.untestable == len(self.verdicts) == 1:
            return [words.texts["sources_untestable_only"]]
        return [words.say("sources_untestable_one" if self.untestable == 1 else "sources_untestable", count=self.untestable)]

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        hanging = self.hanging
        readings = [
            {
                "claim": claim, "reading": name, "status": made.status, "probability": odds_of(made),
                "hangs_on": hanging.get((claim, name), []), **self._furthest((claim, name)),
            }
            for (claim, name), made in self.verdicts.items()
        ]  # fmt: skip
        own = self.own
        return {
            "programme": self.programme, "name": self.name, "asked_as": self.asked_as, "as_of": self.as_of, "draws": self.draws,
            "seed": self.seed, "claim": self.claim, "sentence": self.sentence(),
            "verdicts": len(self.verdicts), "hanging": len(hanging), "seconded": self.seconded,
            "cases": self.cases[0], "seconded_cases": self.cases[1], "untestable": self.untestable,
            "sources": len(own), "deciding": sum(bool(one.flips) for one in own), "silent": sum(not one.changes for one in own),
            "assumed": self.assumed, "dropped": [one.to_dict() for one in own],
            "catalogue": [one.to_dict() for one in self.dropped if one.kind == CATALOGUE], "readings": readings,
        }  # fmt: skip

    def _flips_of(self, key: Key) -> list[Change]:
        return [change for one in self.own for change in one.flips if (change.claim, change.reading) == key]

    def _furthest(self, key: Key) -> dict[str, Any]:
        """The source that moves a reading's odds furthest, and by how much."""
        moved = [
            (change.points, one.source) for one in self.own for change in one.changes
            if (change.claim, change.reading) == key and change.points is not None
        ]  # fmt: skip
        points, source = max(moved, key=lambda pair: abs(pair[0]), default=(None, None))
        return {"moved_most_by": source, "points": points}


def odds_of(made: Judgement) -> float | None:
    """The odds of a reading that is not settled."""
    return made.odds.probability if made.odds is not None and made.status in (OPEN, SILENT) else None
