"""Scenario discovery: the fewest ranges under which something holds, found on one half of the draws and scored on the other.

Boxes are those of `prim` on few dimensions (J. H. Kwakkel (2019), Futures & Foresight Science 1, e8: PRIM on every small set of the telling
dimensions), their ends rounded to numbers that can be said and scored again as they are said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from math import floor, log10, sqrt

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.effects.prim import Box, Dimension, prim, quasi_p, wilson

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: How often something has to hold in a box; how often at least is as likely as not.
TARGET, EVEN = 0.9, 0.5
#: The fewest true draws of the finding half from which something can be learnt, and the fewest of them that a box holds.
FEWEST, FEWEST_INSIDE = 30, 20
#: The most dimensions of a box; how many are tried; a box that covers this share is taken before one with more dimensions.
MOST, TRIED, COVERS, WORTH = 4, 8, 0.5, 0.8
#: The least share of where it holds that a box must cover to be worth saying; how much more often it must hold there where it falls short.
SAID, TELLING = 0.1, 1.25
#: A restriction that does as well by chance more often than this is none; divided by how many there were to choose from.
SIGNIFICANT = 0.05
#: What a dimension more has to add to the density of a box that does not reach the target.
NEAR = 0.05
#: The standard normal deviate of the intervals, 5 to 95 %.
WITHIN = 1.6448536269514722
#: A point of density.
POINT = 0.01
#: The most points of a trajectory that are kept, and the share of draws that a single range keeps at least.
POINTS, KEEPS = 40, 0.02
#: How much more than the target a single range is asked on the half where it is found, should it fall short on the other.
MORE = (0.0, POINT, 2 * POINT, 5 * POINT)
#: The ends to which an end may be rounded, the best to say first.
Rounded = Callable[[int, float, bool], Sequence[float]]


@dataclass(frozen=True)
class Score:
    """How often something holds in a box (density), and how much of where it holds lies there (coverage), each with its interval."""

    draws: int
    inside: int
    held_inside: int
    held: int

    @property
    def density(self) -> float | None:
        """Share of the draws in the box that hold; None where none lie in it."""
        return self.held_inside / self.inside if self.inside else None

    @property
    def coverage(self) -> float | None:
        """Share of all draws that hold which lie in the box."""
        return self.held_inside / self.held if self.held else None

    @property
    def mass(self) -> float:
        """Share of all draws that lie in the box."""
        return self.inside / self.draws if self.draws else 0.0

    @property
    def density_within(self) -> tuple[float, float]:
        """5 to 95 %."""
        return wilson(self.held_inside, self.inside, WITHIN)

    @property
    def coverage_within(self) -> tuple[float, float]:
        """5 to 95 %."""
        return wilson(self.held_inside, self.held, WITHIN)

    def to_dict(self) -> dict[str, object]:
        """As plain data."""
        return {
            "draws": self.draws, "inside": self.inside, "held_inside": self.held_inside, "held": self.held, "density": self.density,
            "density_within": list(self.density_within) if self.inside else None, "coverage": self.coverage,
            "coverage_within": list(self.coverage_within) if self.held else None, "mass": self.mass,
        }  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A box in rounded numbers: its score where it was found and on the other half, and how likely each side does as well by chance."""

    box: Box
    found: Score
    scored: Score
    quasi_p: dict[int, tuple[float | None, float | None]]


@dataclass(frozen=True)
class Halves:
    """The draws of every other block to find boxes on, and the others to score them on."""

    finding: Mask
    dimensions: tuple[Dimension, ...]
    truth: Mask

    @cached_property
    def first(self) -> tuple[list[Dimension], Mask]:
        """Dimensions and truth of the half on which boxes are found."""
        return self._half(True)

    @cached_property
    def other(self) -> tuple[list[Dimension], Mask]:
        """Those of the half on which they are scored."""
        return self._half(False)

    @classmethod
    def of(cls, dimensions: Sequence[Dimension], truth: Mask, block: int) -> Halves:
        """Whole blocks go to either half, since the draws of one block are stratified together."""
        return cls((np.arange(len(truth)) // block) % 2 == 0, tuple(dimensions), np.asarray(truth, dtype=bool))

    def _half(self, finding: bool) -> tuple[list[Dimension], Mask]:
        chosen = self.finding == finding
        return [Dimension(one.values[chosen], one.categories) for one in self.dimensions], self.truth[chosen]

    def scored(self, box: Box) -> tuple[Score, Score]:
        """The score of a box on the finding half and on the other."""
        return score(box, *self.first), score(box, *self.other)


def score(box: Box, dimensions: Sequence[Dimension], truth: Mask) -> Score:
    """How a box does on some draws."""
    inside = box.inside(dimensions) if dimensions else np.ones(len(truth), dtype=bool)
    return Score(len(truth), int(inside.sum()), int((inside & truth).sum()), int(truth.sum()))


def enough(halves: Halves) -> bool:
    """Whether enough draws of the finding half hold to learn from."""
    return int(halves.first[1].sum()) >= FEWEST


def discovered(halves: Halves, rounded: Rounded, target: float = TARGET) -> tuple[Found | None, tuple[Box, ...]]:
    """The box of fewest dimensions in which truth holds as often as the target, and the boxes that no other one met betters in both
    coverage and density.

    Among boxes that reach the target on the finding half (by one standard error, as they are the best of many) the first size is taken
    whose best box covers half of where it holds, or 0.8 of what any covers. Where none reaches it, the densest box. None where no range
    tells anything.
    """
    dimensions, truth = halves.first
    if not dimensions:
        return None, ()
    least = min(0.5, FEWEST_INSIDE / len(truth))
    met = list(prim(dimensions, truth, least=least))
    best = _smallest(dimensions, truth, _telling(dimensions, truth, met, target), least, target, met)
    if best is not None and not _reaches(best, target) and _surely(best) < TELLING * truth.mean():
        best = None
    box = best and _rounded(_pruned(best, dimensions, truth, target), dimensions, truth, rounded, target)
    if not box or not box.restricted:
        return None, _frontier(met)
    found, other = halves.scored(box)
    return Found(box, found, other, quasi_p(box, dimensions, truth)), _frontier(met)


def _telling(dimensions: Sequence[Dimension], truth: Mask, whole: Sequence[Box], target: float) -> list[int]:
    """The dimensions worth trying: the significant ones of the box of all, and those that go with truth most by themselves."""
    box = next((one for one in whole if one.density >= target), whole[-1])
    chances = {place: min(one for one in ends if one is not None) for place, ends in quasi_p(box, dimensions, truth).items()}
    strong = [place for place in sorted(chances, key=lambda at: (chances[at], at)) if chances[place] < SIGNIFICANT]
    alone = sorted(range(len(dimensions)), key=lambda at: (-_association(dimensions[at], truth), at))
    return list(dict.fromkeys((*strong[: TRIED - 2], *alone[: TRIED // 2], *strong)))[:TRIED]


def _association(one: Dimension, truth: Mask) -> float:
    """How much a dimension goes with truth: the largest gap between the shares of true and of false draws below a value, or of a category.

    For numbers the statistic of Kolmogorov and Smirnov.
    """
    held, count = int(truth.sum()), len(truth)
    if held in (0, count):
        return 0.0
    weights = np.where(truth, 1.0 / held, -1.0 / (count - held))
    if one.categories:
        return float(np.abs(np.bincount(one.values.astype(np.int64), weights=weights)).max())
    order = one.order
    ordered, sums = one.values[order], np.cumsum(weights[order])
    ends = np.append(ordered[1:] != ordered[:-1], True)
    return float(np.abs(sums[ends]).max())


def _reaches(box: Box, target: float) -> bool:
    return box.size > 0 and box.density >= min(1.0, target + sqrt(target * (1.0 - target) / box.size))


def _smallest(
    dimensions: Sequence[Dimension], truth: Mask, tried: Sequence[int], least: float, target: float, met: list[Box]
) -> Box | None:  # fmt: skip
    """The box to say, as `discovered` chooses it; `met` grows by every box that is met on the way."""
    reaching, densest = dict[int, Box](), dict[int, Box]()
    stems: list[tuple[int, ...]] = [()]
    for size in range(1, min(MOST, len(tried)) + 1):
        subsets = combinations(tried, size) if size <= 2 else _grown(stems, tried)
        ranked = list[tuple[float, float, tuple[int, ...]]]()
        for subset in subsets:
            boxes = [_placed(box, subset) for box in prim([dimensions[at] for at in subset], truth, least=least, until=target + 0.05)]
            met += boxes
            some = [box for box in boxes if box.held >= max(FEWEST_INSIDE, SAID * int(truth.sum())) and box.restricted]
            if not some:
                continue
            reach = max((box for box in some if _reaches(box, target)), key=lambda box: box.held, default=None)
            dense = max(some, key=_surely)
            ranked.append((float(reach.held) if reach else 0.0, _surely(dense), subset))
            if reach is not None and (size not in reaching or reach.held > reaching[size].held):
                reaching[size] = reach
            if size not in densest or _surely(dense) > _surely(densest[size]):
                densest[size] = dense
        stems = [subset for _, _, subset in sorted(ranked, key=lambda one: (-one[0], -one[1], one[2]))[:3]]
        if size in reaching and reaching[size].held >= COVERS * int(truth.sum()):
            break
    if reaching:
        most = max(box.held for box in reaching.values())
        return next(reaching[size] for size in sorted(reaching) if reaching[size].held >= min(WORTH * most, COVERS * int(truth.sum())))
    top = max(map(_surely, densest.values()), default=0.0)
    return next((densest[size] for size in sorted(densest) if _surely(densest[size]) >= top - NEAR), None)


def _surely(box: Box) -> float:
    """The lower end of its density's interval, by which boxes of few draws do not win by chance."""
    return wilson(box.held, box.size, WITHIN)[0]


def _grown(stems: Sequence[tuple[int, ...]], tried: Sequence[int]) -> list[tuple[int, ...]]:
    """Sets of one dimension more."""
    return list(dict.fromkeys(tuple(sorted((*stem, at))) for stem in stems for at in tried if at not in stem))


def _placed(box: Box, subset: Sequence[int]) -> Box:
    """A box over some dimensions as one over all."""
    ranges = {subset[at]: ends for at, ends in box.ranges.items()}
    return Box(ranges, {subset[at]: kept for at, kept in box.kept.items()}, box.size, box.held)


def _pruned(box: Box, dimensions: Sequence[Dimension], truth: Mask, target: float) -> Box:
    """The box without sides that may well be chance or are not needed to hold as often, the least telling first; the last one stays."""
    kept = None if _reaches(box, target) else box.density
    while True:
        chances = quasi_p(box, dimensions, truth)
        sides = [(p, at, side) for at, ends in chances.items() for side, p in enumerate(ends) if p is not None]
        for p, at, side in sorted(sides, reverse=True) if len(sides) > 1 else []:
            wider = box.without(at, side if at in box.ranges else None).scored(dimensions, truth)
            needless = _reaches(wider, target) if kept is None else wider.density >= kept
            if needless or p > SIGNIFICANT / (2 * len(dimensions)):
                box = wider
                break
        else:
            return box


def _rounded(box: Box, dimensions: Sequence[Dimension], truth: Mask, rounded: Rounded, target: float) -> Box:
    """The box with ends that can be said: of all ways to round them the one that covers most and still reaches what the box reached."""
    sides = [(at, side) for at in sorted(box.ranges) for side in (0, 1) if np.isfinite(box.ranges[at][side])]
    if not sides:
        return box.scored(dimensions, truth)
    choices = [rounded(at, box.ranges[at][side], side == 1) for at, side in sides]
    wanted = target if box.density >= target else box.density
    best: tuple[tuple[bool, float, int], Box] | None = None
    for chosen in product(*(list(enumerate(ends)) for ends in choices)):
        ranges = {at: list(ends) for at, ends in box.ranges.items()}
        for (at, side), (_, end) in zip(sides, chosen, strict=True):
            ranges[at][side] = end
        made = Box({at: (low, high) for at, (low, high) in ranges.items() if np.isfinite([low, high]).any()}, box.kept)
        made = made.scored(dimensions, truth)
        reached = made.density >= wanted
        # Equal draws: the shorter number. Short of what the box reached: the surely densest.
        rank = (reached, float(made.held) if reached else _surely(made), -sum(place for place, _ in chosen))
        if made.size and (best is None or rank > best[0]):
            best = (rank, made)
    return best[1] if best is not None else box


def single(halves: Halves, rounded: Rounded, target: float) -> Found | None:
    """Of ranges of one dimension, open at one end, the one that reaches a target and keeps most draws: what asks least.

    The widest that reaches it where it was found may just fall short on the other half; it then gives way to the next that reaches it on
    both: a little narrower, or of another dimension. None where there is none.
    """
    dimensions, truth = halves.first
    found = [(box, target + more) for more in MORE for at, one in enumerate(dimensions) for box in _prefixes(at, one, truth, target + more)]
    for box, asked in sorted(found, key=lambda pair: (-pair[0].size, pair[0].restricted[0])):
        made = _single(box, halves, rounded, asked)
        if made is not None and made.scored.inside >= FEWEST_INSIDE and (made.scored.density or 0.0) >= target:
            return made
    return None


def strongest(halves: Halves, rounded: Rounded) -> Found | None:
    """Of ranges of one dimension, open at one end, the one in which truth holds most often; None where none holds more often than all."""
    dimensions, truth = halves.first
    found = [box for at, one in enumerate(dimensions) for box in _prefixes(at, one, truth, None)]
    best = max(found, key=lambda box: (_surely(box), box.size), default=None)
    if best is None or best.density <= truth.mean():
        return None
    return _single(best, halves, rounded, best.density)


def _single(box: Box, halves: Halves, rounded: Rounded, target: float) -> Found | None:
    dimensions, truth = halves.first
    box = _rounded(box, dimensions, truth, rounded, target)
    if not box.restricted:
        return None
    first, second = halves.scored(box)
    return Found(box, first, second, quasi_p(box, dimensions, truth))


def _prefixes(at: int, one: Dimension, truth: Mask, target: float | None) -> Iterator[Box]:
    """The widest range from either end that reaches a target (the densest where there is none), and categories alone or left out."""
    fewest = max(1, int(np.ceil(KEEPS * len(truth))))
    if one.categories:
        every = frozenset(range(one.categories))
        sets = {frozenset({code}) for code in every} | {every - {code} for code in every}
        boxes = [Box({}, {at: kept}).scored(_filled(at, one), truth) for kept in sorted(sets, key=sorted) if kept and kept != every]
        fit = [
            box
            for box in boxes
            if box.size >= fewest
            and box.held >= FEWEST_INSIDE
            and (target is None or box.density >= _asked(target, np.array([box.size]))[0])
        ]
        if fit:
            yield max(fit, key=lambda box: (box.size if target is not None else _surely(box), box.size))
        return
    order = one.order
    ordered, held = one.values[order], np.cumsum(truth[order], dtype=np.int64)
    count, every_held = len(truth), int(held[-1])
    last = np.flatnonzero(ordered[1:] != ordered[:-1])
    for upper in (True, False) if len(last) else ():
        size = last + 1 if upper else count - last - 1
        hits = held[last] if upper else every_held - held[last]
        density = hits / np.maximum(size, 1)
        asked = 0.0 if target is None else _asked(target, size)
        meets = (size >= fewest) & (hits >= FEWEST_INSIDE) & (density >= asked)
        if not meets.any():
            continue
        rank = np.where(meets, size if target is not None else density, -1.0)
        best = int(np.argmax(rank))
        end = float((ordered[last[best]] + ordered[last[best] + 1]) / 2.0)
        ends = (-np.inf, end) if upper else (end, np.inf)
        yield Box({at: ends}, {}, int(size[best]), int(hits[best]))


def _asked(target: float, sizes: NDArray[np.int64]) -> Array:
    """What a single range has to show on the half where it is found: of few draws more than the target, as it is the best of many.

    By what a standard error is beyond a point: over many draws the target itself, since density may hardly rise along a range.
    """
    return np.minimum(1.0, target + np.maximum(0.0, np.sqrt(target * (1.0 - target) / np.maximum(sizes, 1)) - POINT))


def _filled(at: int, one: Dimension) -> list[Dimension]:
    """A list in which the dimension stands at its place."""
    return [one] * (at + 1)


def restated(one: Dimension, truth: Mask, share: float = 0.97) -> bool:
    """Whether a range of a dimension, open at one end, holds nearly all of where something holds and nearly nothing else."""
    if one.categories or not truth.any():
        return False
    order = one.order
    ordered, held = one.values[order], np.cumsum(truth[order], dtype=np.int64)
    last = np.flatnonzero(ordered[1:] != ordered[:-1])
    every, count = int(held[-1]), len(truth)
    for hits, size in ((held[last], last + 1), (every - held[last], count - last - 1)):
        if bool(np.any((hits >= share * every) & (hits >= share * size))):
            return True
    return False


def restated_together(found: Score, share: float = 0.97) -> bool:
    """Whether several ranges together hold nearly all of where something holds and nearly nothing else."""
    return found.held > 0 and found.held_inside >= share * found.held and found.held_inside >= share * found.inside


def rounded_number(value: float, factor: float = 1.0) -> tuple[float, ...]:
    """Two figures below and above, then three figures: of the number in the unit in which it is shown."""
    shown = value / factor
    if shown == 0.0:
        return (0.0,)
    out = list[float]()
    for figures in (2, 3):
        step = 10.0 ** (floor(log10(abs(shown))) - figures + 1)
        out += [float(f"{end * step:.12g}") * factor for end in (floor(shown / step), floor(shown / step) + 1)]
    return tuple(dict.fromkeys(out))


def _frontier(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """The boxes that no other betters in both coverage and density, the widest first; at most so many, the ends among them."""
    out = list[Box]()
    for box in sorted(boxes, key=lambda one: (-one.held, -one.density, len(one.restricted))):
        if box.held and (not out or box.density > out[-1].density):
            out.append(box)
    places = np.unique(np.round(np.linspace(0, len(out) - 1, min(len(out), POINTS))).astype(int))
    return tuple(out[at] for at in places)


__all__ = [
    "EVEN", "FEWEST", "FEWEST_INSIDE", "SAID", "TARGET", "Found", "Halves", "Score", "discovered", "enough", "restated",
    "restated_together", "rounded_number", "score", "single", "strongest",
]  # fmt: skip
