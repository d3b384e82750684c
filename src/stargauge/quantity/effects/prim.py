"""Patient rule induction (PRIM): a box of ranges in which a condition holds far more often than elsewhere.

Source: J. H. Friedman and N. I. Fisher (1999), Bump hunting in high-dimensional data, Statistics and Computing 9, 123-143; coverage,
density and quasi-p-values: B. P. Bryant and R. J. Lempert (2010), Technological Forecasting and Social Change 77, 34-49. The lenient
objective divides the gain of the mean by the draws it costs, as the EMA Workbench does, so that no large category goes for a small gain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Objective = Literal["lenient", "original"]

Side = tuple[dict[int, tuple[float, float]], dict[int, frozenset[int]]]
#: The share of a box that a peel takes off and a paste puts back, and the least share of all draws that a box keeps.
PEEL, PASTE, LEAST = 0.05, 0.05, 0.05


@dataclass(frozen=True)
class Dimension:
    """One column: a number per draw, or the number of a category (`categories`: how many there are)."""

    values: Array
    categories: int = 0

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The draws from the lowest to the highest value; sorted once, however many boxes are looked for."""
        return np.argsort(self.values, kind="stable")


@dataclass(frozen=True)
class Box:
    """A range per restricted dimension (ends included; infinite where open), the categories kept, the draws in it and how many hold."""

    ranges: dict[int, tuple[float, float]] = field(default_factory=dict)
    kept: dict[int, frozenset[int]] = field(default_factory=dict)
    size: int = 0
    held: int = 0

    @property
    def restricted(self) -> tuple[int, ...]:
        """The dimensions that it restricts."""
        return tuple(sorted((*self.ranges, *self.kept)))

    @property
    def density(self) -> float:
        """The share of its draws that hold."""
        return self.held / self.size if self.size else 0.0

    def side(self, place: int) -> Side:
        """What it asks of one dimension: the ranges and the categories of a box of that alone."""
        return (
            {place: self.ranges[place]} if place in self.ranges else {}, {place: self.kept[place]} if place in self.kept else {}
        )  # fmt: skip

    def inside(self, dimensions: Sequence[Dimension]) -> Mask:
        """The draws that lie in it."""
        out = np.ones(len(dimensions[0].values) if dimensions else 0, dtype=bool)
        for place, (low, high) in self.ranges.items():
            values = dimensions[place].values
            out &= (values >= low) & (values <= high)
        for place, kept in self.kept.items():
            out &= np.isin(dimensions[place].values, list(kept))
        return out

    def scored(self, dimensions: Sequence[Dimension], truth: Mask) -> Box:
        """The same box with the draws it holds of others."""
        inside = self.inside(dimensions)
        return Box(self.ranges, self.kept, int(inside.sum()), int((inside & truth).sum()))

    def without(self, place: int, side: int | None = None) -> Box:
        """The box without the restriction of a dimension, or of one side of its range (0: the lower end, 1: the upper)."""
        ranges, kept = dict(self.ranges), {at: cats for at, cats in self.kept.items() if at != place}
        if place in ranges:
            low, high = ranges.pop(place)
            ends = (-np.inf if side == 0 else low, np.inf if side == 1 else high)
            if side is not None and np.isfinite(ends).any():
                ranges[place] = ends
        return Box(ranges, kept)


def prim(
    dimensions: Sequence[Dimension], truth: Mask, *, peel: float = PEEL, paste: float = PASTE, least: float = LEAST,
    objective: Objective = "lenient", until: float | None = None,
) -> tuple[Box, ...]:  # fmt: skip
    """The trajectory of boxes: all draws first, then each peel, then each paste, the last one the box found.

    A peel takes off what lies beyond the quantile `peel` (or 1 - `peel`) of what is in the box, or one category:
    gain = (mean after - mean before) / (draws before - draws after)   lenient                                 (1)
    gain = mean after                                                  original                                (2)

    The peel of the greatest gain is made while (1) stays above 0 and the box holds at least the share `least` of all draws; of equal gains
    the one that restricts fewer dimensions, then the first. A paste puts back the best quantile `paste` of what lies beyond one end, as
    long as the mean rises. `until`: stop peeling once the mean is that high. Deterministic. Dimensions must have values everywhere.
    """
    truth = np.asarray(truth, dtype=bool)
    state = _State.of(dimensions, truth, peel, paste, max(1, int(np.ceil(least * len(truth) - 1e-9))), objective)
    boxes = [Box({}, {}, len(truth), int(truth.sum()))]
    while (until is None or boxes[-1].density < until) and (box := state.peeled()) is not None:
        boxes.append(box)
    while (box := state.pasted(boxes[-1])) is not None:
        boxes.append(box)
    return tuple(boxes)


@dataclass
class _State:
    """A box while it is peeled: its draws in the order of each numeric dimension, sorted once; categories; what is restricted so far."""

    dimensions: Sequence[Dimension]
    truth: Mask
    peel: float
    paste: float
    least: int
    objective: Objective
    numeric: list[int]
    order: NDArray[np.intp]
    table: Array
    inside: Mask
    low: dict[int, float] = field(default_factory=dict)
    high: dict[int, float] = field(default_factory=dict)
    kept: dict[int, frozenset[int]] = field(default_factory=dict)
    outside: dict[int, tuple[Side, Mask]] = field(default_factory=dict)

    @classmethod
    def of(cls, dimensions: Sequence[Dimension], truth: Mask, peel: float, paste: float, least: int, objective: Objective) -> _State:
        numeric = [place for place, one in enumerate(dimensions) if not one.categories]
        order = np.empty((len(numeric), len(truth)), dtype=np.intp)
        table = np.empty(order.shape)
        for row, place in enumerate(numeric):
            order[row], table[row] = dimensions[place].order, dimensions[place].values
        return cls(dimensions, truth, peel, paste, least, objective, numeric, order, table, np.ones(len(truth), dtype=bool))

    def box(self) -> Box:
        places = dict.fromkeys((*self.low, *self.high))
        ranges = {place: (self.low.get(place, -np.inf), self.high.get(place, np.inf)) for place in places}
        return Box(ranges, dict(self.kept), int(self.inside.sum()), int((self.inside & self.truth).sum()))

    def peeled(self) -> Box | None:
        """The best peel, made; None where there is none."""
        size, held = int(self.inside.sum()), int((self.inside & self.truth).sum())
        sizes, hits, made = self._number_peels(size, held)
        for place in [place for place, one in enumerate(self.dimensions) if one.categories]:
            found = self._category_peels(place)
            sizes, hits, made = np.append(sizes, found[0]), np.append(hits, found[1]), made + found[2]
        fit = (sizes >= self.least) & (sizes < size)
        gain = _gain(sizes, hits, size, held, self.objective)
        if not len(made) or not (best := self._best(gain, sizes < size, made)) or not fit[best[0]] or gain[best[0]] <= 0.0:
            return None
        if self.objective == "original" and hits[best[0]] * size <= held * sizes[best[0]]:
            return None
        self._take(made[best[0]])
        return self.box()

    def _best(self, gain: Array, shrinks: Mask, made: list[tuple[int, int, Any]]) -> list[int]:
        """The candidate of the greatest gain; of equal ones that on a dimension already restricted, then the first."""
        if not shrinks.any():
            return []
        top = np.flatnonzero(shrinks & (gain == gain[shrinks].max()))
        before = [at for at in top if made[at][0] in self.low or made[at][0] in self.high or made[at][0] in self.kept]
        return [int((before or list(top))[0])]

    def _number_peels(self, size: int, held: int) -> tuple[NDArray[np.int64], NDArray[np.int64], list[tuple[int, int, Any]]]:
        """Of every numeric dimension both ends, upper first: the draws that stay, how many of them hold, and the new limit."""
        ends = [self._ends(size, (size - 1) * (1.0 - self.peel), True), self._ends(size, (size - 1) * self.peel, False)]
        sizes = np.stack([size - gone for gone, _, _ in ends], axis=1).ravel()
        hits = np.stack([held - hit for _, hit, _ in ends], axis=1).ravel()
        made: list[tuple[int, int, Any]] = []
        for row, place in enumerate(self.numeric):
            made += [(place, 1, float(ends[0][2][row])), (place, 0, float(ends[1][2][row]))]
        return sizes, hits, made

    def _ends(self, size: int, at: float, upper: bool) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        """Of every numeric dimension one end: the draws beyond its quantile, how many of them hold, and the limit.

        Only the draws beyond it are looked at; a row in which equal values meet there is looked through as a whole.
        """
        rows = np.arange(len(self.numeric))
        below, above = int(np.floor(at)), int(np.ceil(at))
        low, high = (self.table[rows, self.order[:, place]] for place in (below, above))
        beyond = self.order[:, below + 1 :] if upper else self.order[:, :above]
        gone = np.full(len(rows), beyond.shape[1], dtype=np.int64)
        hits, limits = self.truth[beyond].sum(axis=1, dtype=np.int64), (low + high) / 2.0
        for row in np.flatnonzero((low == high) | (limits == (high if upper else low))):
            values, truth = self.table[row, self.order[row]], self.truth[self.order[row]]
            limits[row] = _limit(values, at, upper)
            edge = int(np.searchsorted(values, limits[row], "right" if upper else "left"))
            gone[row], hits[row] = (size - edge, truth[edge:].sum()) if upper else (edge, truth[:edge].sum())
        return gone, hits, limits

    def _category_peels(self, place: int) -> tuple[list[int], list[int], list[tuple[int, int, Any]]]:
        """Each category of a dimension left out alone; none where only one is left."""
        one = self.dimensions[place]
        kept = self.kept.get(place, frozenset(range(one.categories)))
        here, codes = self.inside, one.values.astype(np.int64)
        count = np.bincount(codes[here], minlength=one.categories)
        held = np.bincount(codes[here & self.truth], minlength=one.categories)
        left = [code for code in sorted(kept) if len(kept) > 1]
        return (
            [int(count.sum() - count[code]) for code in left],
            [int(held.sum() - held[code]) for code in left],
            [(place, 2, kept - {code}) for code in left],
        )

    def _take(self, made: tuple[int, int, Any]) -> None:
        place, side, limit = made
        values = self.dimensions[place].values
        if side == 2:
            self.kept[place] = limit
            stays = np.isin(values, list(limit))
        else:
            (self.high if side else self.low)[place] = limit
            stays = values <= limit if side else values >= limit
        self.inside &= stays
        if self.numeric:
            self.order = self.order[self.inside[self.order]].reshape(len(self.numeric), -1)

    def pasted(self, box: Box) -> Box | None:
        """The best paste onto a box; None where none raises its mean."""
        for place in box.restricted:
            if place not in self.outside or self.outside[place][0] != box.side(place):
                self.outside[place] = (box.side(place), ~Box(*box.side(place)).inside(self.dimensions))
        outside = [self.outside[place][1] for place in box.restricted]
        missed = np.sum(outside, axis=0, dtype=np.int16) if outside else np.zeros(len(self.truth), dtype=np.int16)
        best: tuple[float, int, Box] | None = None
        for place, out in zip(box.restricted, outside, strict=True):
            beside = np.flatnonzero(missed == out)
            for new in self._pastes(box, place, self.dimensions[place].values[beside], self.truth[beside]):
                if new.size <= box.size or new.size < self.least or new.density <= box.density:
                    continue
                gain = (new.density - box.density) / (new.size - box.size) if self.objective == "lenient" else new.density
                if best is None or (gain, -len(new.restricted)) > best[:2]:
                    best = (gain, -len(new.restricted), new)
        return None if best is None else best[2]

    def _pastes(self, box: Box, place: int, values: Array, truth: Mask) -> list[Box]:
        """The box with a dimension widened at either end, or by a category; `values` and `truth`: of the draws inside all its others."""
        one = self.dimensions[place]
        if place in box.kept:
            every, kept = frozenset(range(one.categories)), box.kept[place]
            others = {at: cats for at, cats in box.kept.items() if at != place}
            wider = [kept | {code} for code in sorted(every - kept)]
            made = [(others if cats == every else others | {place: cats}, np.isin(values, list(cats))) for cats in wider]
            return [Box(box.ranges, cats, int(inside.sum()), int(truth[inside].sum())) for cats, inside in made]
        (low, high), out = box.ranges[place], list[Box]()
        ends = list[tuple[float, float]]()
        if np.isfinite(low):
            ends.append((_paste_limit(np.sort(values[values <= low]), 1.0 - self.paste, float(one.values[one.order[0]])), high))
        if np.isfinite(high):
            ends.append((low, _paste_limit(np.sort(values[values >= high]), self.paste, float(one.values[one.order[-1]]))))
        for pair in ends:
            inside = (values >= pair[0]) & (values <= pair[1])
            out.append(Box({**box.ranges, place: pair}, box.kept, int(inside.sum()), int(truth[inside].sum())))
        return out


def _paste_limit(data: Array, share: float, end: float) -> float:
    """How far a paste reaches among the draws beyond an end; to the end of all where there are none."""
    return _limit(data, (len(data) - 1) * share, share > 0.5) if len(data) else float(end)


def _gain(sizes: NDArray[np.int64], hits: NDArray[np.int64], size: int, held: int, objective: Objective) -> Array:
    """Equation (1) or (2) of `prim`."""
    with np.errstate(invalid="ignore", divide="ignore"):
        after = np.where(sizes > 0, hits / np.maximum(sizes, 1), -1.0 if objective == "original" else 0.0)
        if objective == "original":
            return after
        return np.where(sizes < size, (after - held / size) / np.maximum(size - sizes, 1), 0.0)


def _limit(ordered: Array, at: float, upper: bool) -> float:
    """A quantile half-way between two draws that differ: of equal ones the whole group goes, as far as there is another value."""
    below, above = int(np.floor(at)), int(np.ceil(at))
    if ordered[below] == ordered[above]:
        if upper:
            below = max(0, int(np.searchsorted(ordered, ordered[above], "left")) - 1)
        else:
            above = min(len(ordered) - 1, int(np.searchsorted(ordered, ordered[below], "right")))
    return float((ordered[below] + ordered[above]) / 2.0)


def quasi_p(box: Box, dimensions: Sequence[Dimension], truth: Mask) -> dict[int, tuple[float | None, float | None]]:
    """How likely each restriction would do as well by chance: of each end of a range, or of the categories kept (then the first of two).

    P(X >= held), X ~ binomial(size, density of the box without this restriction)                              (1)

    None for an end that is open. It judges the draws that a box was found on, so it is a lower bound of the chance, not a test.
    """
    scored = box.scored(dimensions, truth)
    out = dict[int, tuple[float | None, float | None]]()
    for place, ends in box.ranges.items():
        lower, upper = (
            _chance(scored, box.without(place, side).scored(dimensions, truth)) if np.isfinite(end) else None
            for side, end in enumerate(ends)
        )
        out[place] = (lower, upper)
    for place in box.kept:
        out[place] = (_chance(scored, box.without(place).scored(dimensions, truth)), None)
    return out


def _chance(box: Box, wider: Box) -> float:
    return binomial_tail(box.held, box.size, wider.density)


def binomial_tail(held: int, size: int, chance: float) -> float:
    """P(X >= held) for X ~ binomial(size, chance)."""
    if held <= 0 or chance >= 1.0:
        return 1.0
    if chance <= 0.0:
        return 0.0
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1, dtype=np.float64)))])
    k = np.arange(held, size + 1)
    terms = logs[size] - logs[k] - logs[size - k] + k * np.log(chance) + (size - k) * np.log1p(-chance)
    top = terms.max()
    return float(min(1.0, np.exp(top) * np.exp(terms - top).sum()))


def wilson(held: int, size: int, deviate: float = 1.2815515655446004) -> tuple[float, float]:
    """The interval of a share that covers 80 % (P10 to P90) unless said otherwise. Source: E. B. Wilson (1927), JASA 22, 209-212."""
    if size == 0:
        return 0.0, 1.0
    share, square = held / size, deviate * deviate
    middle = (share + square / (2 * size)) / (1 + square / size)
    half = deviate * np.sqrt(share * (1 - share) / size + square / (4 * size * size)) / (1 + square / size)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


__all__ = ["LEAST", "PASTE", "PEEL", "Box", "Dimension", "binomial_tail", "prim", "quasi_p", "wilson"]
