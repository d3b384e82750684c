"""Which readings hold together: pairs, what excludes or implies what, the largest sets that can hold, the smallest that cannot.

All of it is counted from the truth of every reading in every draw, which the audit collects anyhow. What the counts cannot tell is said: a
pair that holds together in none of N draws holds in at most 3/N of all worlds with 95 % confidence, and where fewer than ten draws would
have had both if the two had nothing to do with each other, that none has both says nothing.
Source of the bound: Hanley and Lippman-Hand (1983), "If nothing goes wrong, is everything all right?", JAMA 249(13).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.language import Not, Reading
from stargauge.audit.claims.logic import excludes, implies, satisfiable
from stargauge.quantity.quantity import Quantity

Mask = NDArray[np.bool_]
Quantities = Mapping[str, Quantity]

#: Draws that two independent readings would have shared (or had apart) before their absence says that it cannot be.
ENOUGH = 10.0
#: With none of N draws, at most this many times 1/N of all worlds, with 95 % confidence.
RULE_OF_THREE = 3.0
#: The largest conflicts looked for, and how many sets of one size are looked at before the search ends.
MOST_AT_ODDS, MOST_CANDIDATES = 4, 200_000
#: How the two of a pair stand to each other.
EXCLUDE, IMPLY, IMPLIED, SAME, OPPOSITE, RARE, NEITHER = "exclude", "implies", "implied", "same", "opposite", "too rare to tell", "free"
LOGIC, DRAWS = "logic", "draws"


@dataclass(frozen=True)
class Member:
    """One reading (or claim) among those compared: its truth in every draw. `settled`: the record decides it, the same in every world."""

    key: str
    truth: Mask
    reading: Reading | None = None
    settled: bool | None = None

    @property
    def probability(self) -> float:
        """In how many of the draws it holds."""
        return float(self.truth.mean()) if self.settled is None else float(self.settled)

    @property
    def free(self) -> bool:
        """Whether it holds in some draws and not in others, so that what holds with it is a question."""
        return self.settled is None and bool(self.truth.any()) and not bool(self.truth.all())


@dataclass(frozen=True)
class Pair:
    """Two readings over so many draws: in how many both hold, only the first, only the second, neither; and what that makes of them.

    `by`: shown by logic (what the readings say), or by draws. `exclude`: no world has both; `implies`: the second holds wherever the first
    does (`implied`: the other way round); `same`: both ways; `opposite`: exactly one holds.
    """

    first: str
    second: str
    both: int
    only_first: int
    only_second: int
    neither: int
    relation: str = NEITHER
    by: str | None = None

    @property
    def draws(self) -> int:
        """All draws."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def expected(self) -> float:
        """Draws in which both would hold if they had nothing to do with each other."""
        return (self.both + self.only_first) * (self.both + self.only_second) / self.draws

    @property
    def telling(self) -> float | None:
        """Draws that independence would have put where a relation says there are none; None where there is no relation."""
        n, a, b = self.draws, self.both + self.only_first, self.both + self.only_second
        cases = {EXCLUDE: (a, b), OPPOSITE: (a, b), IMPLY: (a, n - b), IMPLIED: (n - a, b)}
        if self.relation == SAME:
            return min(a * (n - b), (n - a) * b) / n
        return cases[self.relation][0] * cases[self.relation][1] / n if self.relation in cases else None

    @property
    def lift(self) -> float | None:
        """How many times as often they hold together as if they had nothing to do with each other; None where one never holds."""
        return self.both / self.expected if self.expected > 0 else None

    @property
    def at_most(self) -> float | None:
        """Where no draw is as a relation says none is, and logic does not say so: at most this share of worlds is, with 95 % confidence."""
        shown = self.by == DRAWS or (self.relation == RARE and self.both == 0)
        return min(1.0, RULE_OF_THREE / self.draws) if shown else None

    @property
    def correlation(self) -> float:
        """Pearson's correlation of the two truths; 0 where one does not vary."""
        n, a, b = self.draws, self.both + self.only_first, self.both + self.only_second
        spread = float(a) * (n - a) * b * (n - b)
        return (n * self.both - a * b) / float(np.sqrt(spread)) if spread > 0 else 0.0

    def to_dict(self) -> dict[str, Any]:
        """As plain data: shares of draws."""
        n = self.draws
        return {
            "first": self.first, "second": self.second, "both": self.both / n, "only_first": self.only_first / n,
            "only_second": self.only_second / n, "neither": self.neither / n, "expected_draws": self.expected, "lift": self.lift,
            "correlation": self.correlation, "relation": self.relation, "by": self.by, "telling_draws": self.telling,
            "at_most": self.at_most,
        }  # fmt: skip


@dataclass(frozen=True)
class Conflict:
    """Readings of which every part can hold, but never all: shown by logic, or held together by none of the draws."""

    members: tuple[str, ...]
    by: str
    expected: float

    def to_dict(self, draws: int) -> dict[str, Any]:
        """As plain data."""
        bound = None if self.by == LOGIC else min(1.0, RULE_OF_THREE / draws)
        return {"members": list(self.members), "by": self.by, "expected_draws": self.expected, "at_most": bound}


@dataclass(frozen=True)
class Conflicts:
    """The smallest conflicts. `searched`: up to that many members; `complete`: there are no larger ones. `rare`: too rare to tell."""

    found: tuple[Conflict, ...]
    searched: int
    complete: bool
    rare: int

    def to_dict(self, draws: int) -> dict[str, Any]:
        """As plain data."""
        found = [one.to_dict(draws) for one in self.found]
        return {"found": found, "searched": self.searched, "complete": self.complete, "too_rare_to_tell": self.rare}


@dataclass(frozen=True)
class Possible:
    """Readings that can hold together and to which none can be added, and in how many draws all of them do."""

    members: tuple[str, ...]
    draws: int


@dataclass(frozen=True)
class Sets:
    """The sets that can hold together, largest first, and how many draws there are."""

    found: tuple[Possible, ...]
    draws: int

    @property
    def largest(self) -> tuple[Possible, ...]:
        """Those with the most members."""
        return tuple(one for one in self.found if len(one.members) == len(self.found[0].members))

    def to_dict(self, every: Sequence[str], most: int) -> dict[str, Any]:
        """As plain data, the first so many sets; with those of all readings that are not in each."""
        shown = [
            {
                "members": list(one.members), "without": [name for name in every if name not in one.members],
                "draws": one.draws, "share": one.draws / self.draws,
            }
            for one in self.found[:most]
        ]  # fmt: skip
        return {"count": len(self.found), "size": len(self.found[0].members) if self.found else 0, "found": shown}


def pair(first: Member, second: Member, quantities: Quantities | None = None) -> Pair:
    """Two readings counted over the draws, and how they stand to each other."""
    a, b = first.truth, second.truth
    both, one, other, none = (int(np.count_nonzero(part)) for part in (a & b, a & ~b, ~a & b, ~a & ~b))
    made = Pair(first.key, second.key, both, one, other, none)
    if not (first.free and second.free):
        return made
    relation, by = _relation(made, first.reading, second.reading, quantities)
    return replace(made, relation=relation, by=by)


def pairs(members: Sequence[Member], quantities: Quantities | None = None) -> tuple[Pair, ...]:
    """Every pair of some readings, in their order."""
    return tuple(pair(one, other, quantities) for one, other in combinations(members, 2))


def _relation(made: Pair, first: Reading | None, second: Reading | None, quantities: Quantities | None) -> tuple[str, str | None]:
    """What a pair is: by logic where the readings say so, else by draws where there are enough to tell."""
    if first is not None and second is not None:
        apart = made.both == 0 and excludes(first, second, quantities)
        forth = made.only_first == 0 and implies(first, second, quantities)
        back = made.only_second == 0 and implies(second, first, quantities)
        one_holds = made.neither == 0 and not satisfiable((Not(first), Not(second)), quantities)
        if found := _named(apart, forth, back, one_holds):
            return found, LOGIC
    told = _enough(made)
    empty = made.both == 0, made.only_first == 0, made.only_second == 0, made.neither == 0
    if found := _named(*(none and enough for none, enough in zip(empty, told, strict=True))):
        return found, DRAWS
    return (RARE if any(empty[:3]) else NEITHER), None


def _named(apart: bool, forth: bool, back: bool, one_holds: bool) -> str:
    if apart:
        return OPPOSITE if one_holds else EXCLUDE
    if forth or back:
        return SAME if forth and back else IMPLY if forth else IMPLIED
    return ""


def _enough(made: Pair) -> tuple[bool, bool, bool, bool]:
    """Whether independence would have put enough draws into each of the four cases that an empty one says something."""
    n, a, b = made.draws, made.both + made.only_first, made.both + made.only_second
    return tuple(x * y / n >= ENOUGH for x, y in ((a, b), (a, n - b), (n - a, b), (n - a, n - b)))  # type: ignore[return-value]


def largest_sets(members: Sequence[Member]) -> Sets:
    """The sets of readings that hold together in some draw and to which none can be added: by size, then by how often they hold.

    Of all readings that the record or every draw settles as true, which belong to every set, none is named here.
    """
    free = [one for one in members if one.free]
    draws = len(members[0].truth) if members else 0
    if not free:
        return Sets((), draws)
    truth = np.stack([one.truth for one in free])
    found = [Possible(_names(free, row), _held(truth, row)) for row in maximal_patterns(truth)]
    return Sets(tuple(sorted(found, key=lambda one: (-len(one.members), -one.draws, one.members))), draws)


def maximal_patterns(truth: Mask) -> Mask:
    """Of the truth of some readings (reading, draw): the patterns that occur and are part of no other. One row per pattern."""
    patterns = np.unique(truth.T, axis=0)
    patterns = patterns[np.argsort(-patterns.sum(axis=1), kind="stable")]
    kept = np.zeros((0, patterns.shape[1]), dtype=bool)
    for pattern in patterns:
        if not (kept | ~pattern).all(axis=1).any():
            kept = np.vstack([kept, pattern])
    return kept


def _names(free: Sequence[Member], row: Mask) -> tuple[str, ...]:
    return tuple(one.key for one, holds in zip(free, row, strict=True) if holds)


def _held(truth: Mask, row: Mask) -> int:
    return int(truth[row].all(axis=0).sum()) if row.any() else truth.shape[1]


def conflicts(members: Sequence[Member], quantities: Quantities | None = None, most: int = MOST_AT_ODDS) -> Conflicts:
    """The smallest sets of readings that hold together in no draw though every part of them does, by size.

    Level by level: a set is looked at where each of its parts, one reading fewer, holds in some draw. Those of three or more that ten
    draws would not have shown even if the last were independent of the others are too rare to tell: counted, not listed.
    """
    free = [one for one in members if one.free]
    packed = [np.packbits(one.truth) for one in free]
    found, rare = list[Conflict](), 0
    level: dict[tuple[int, ...], Any] = {(place,): bits for place, bits in enumerate(packed)}
    searched, complete = 1, len(free) < 2
    for size in range(2, most + 1):
        candidates = list(_grown(level))
        if not candidates:
            complete = True
            break
        if len(candidates) > MOST_CANDIDATES:
            break
        searched, following = size, dict[tuple[int, ...], Any]()
        for places in candidates:
            bits = level[places[:-1]] & packed[places[-1]]
            if bits.any():
                following[places] = bits
                continue
            if (one := _conflict([free[place] for place in places], quantities)) is None:
                rare += 1
            else:
                found.append(one)
        level = following
    else:
        complete = not any(True for _ in _grown(level))
    return Conflicts(tuple(found), searched, complete, rare)


def _grown(level: Mapping[tuple[int, ...], Any]) -> Iterable[tuple[int, ...]]:
    """Sets with one member more, all of whose parts are in the level."""
    starts: dict[tuple[int, ...], list[int]] = {}
    for places in level:
        starts.setdefault(places[:-1], []).append(places[-1])
    for start, ends in starts.items():
        for one, other in combinations(ends, 2):
            grown = (*start, one, other)
            if all(grown[:drop] + grown[drop + 1 :] in level for drop in range(len(start))):
                yield grown


def _conflict(members: Sequence[Member], quantities: Quantities | None) -> Conflict | None:
    """A conflict, shown by logic or by enough draws; None where it is too rare to tell."""
    truth = np.stack([one.truth for one in members])
    count = truth.shape[1]
    alone, others = truth.sum(axis=1), [truth[np.arange(len(truth)) != row].all(axis=0).sum() for row in range(len(truth))]
    expected = float(min(a * b / count for a, b in zip(alone, others, strict=True)))
    readings = [one.reading for one in members if one.reading is not None]
    names = tuple(one.key for one in members)
    if len(readings) == len(members) and not satisfiable(readings, quantities):
        return Conflict(names, LOGIC, expected)
    return Conflict(names, DRAWS, expected) if expected >= ENOUGH else None
