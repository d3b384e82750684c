"""Functions of independent factors that stand out in a number: a sparse polynomial chaos, fitted by least squares.

Candidates are functions of one, two and three of the factors that seem strongest; in rounds, those that go with what is left beyond chance
are taken, and all taken are fitted anew.

Source: Blatman and Sudret (2011), Journal of Computational Physics 230, 2345-2367, for the idea; selection here is by correlation with the
rest, as in orthogonal matching pursuit, Pati, Rezaiifar and Krishnaprasad (1993), 27th Asilomar Conference, 40-44.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, combinations, pairwise, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.effects.orthogonal import contrasts, degrees_within, legendre

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

#: Draws that are one replicate, where there are many: replicates are independent of one another.
BLOCK = 256
#: With fewer blocks than these the draws are cut into as many parts; never more parts than the most.
FEW_REPLICATES, MOST_REPLICATES = 16, 64
#: How many functions may be selected for a number, in how many rounds, and how much fainter than the strongest of a round one may be.
MOST_TERMS, ROUNDS, GREED = 160, 6, 12.0
#: How many times the strongest factors are looked for again in what is left over, where factors depend on one another.
AGAIN = 2
#: With how many of the strongest factors of a number every other is tried.
SCANNED = 4
#: How many places a table of samples has, and from how many draws on each of them is looked at.
PLACES, FEWEST_FOR_TABLES = 32, 1000
#: How many factors' functions are made at a time.
ROWS = 64
#: Where there are so few factors all are looked at, also one that does nothing alone.
FEW_FACTORS = 12


class Reach(NamedTuple):
    """How far candidates go: how many factors, the degree of one alone, of the pairs among the first so many, and of trios.

    `pairs`: places in the order of strength, and the sum of degrees of a pair whose fainter factor stands before that place.
    """

    factors: int
    alone: int
    pairs: tuple[tuple[int, int], ...]
    trio_factors: int
    trio_degree: int


#: Of fewer than 1,000 draws, than 4,000, and of more.
REACH = (
    Reach(8, 4, ((3, 3), (8, 2)), 0, 0),
    Reach(12, 6, ((3, 4), (12, 3)), 4, 4),
    Reach(14, 8, ((3, 10), (5, 5), (10, 3)), 5, 5),
)


def standard(functions: Floats) -> Floats:
    """Functions with mean 0 and variance 1 over these draws; those that do not vary are 0."""
    centred = functions - functions.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    spread = np.sqrt(np.square(centred, dtype=np.float64).mean(axis=1, keepdims=True)).astype(np.float32)
    return np.asarray(np.where(spread > 1e-6, centred / np.maximum(spread, np.float32(1e-6)), np.float32(0.0)), dtype=np.float32)


class Term(NamedTuple):
    """A product of functions: of which factors (ascending), and of which degree of each."""

    factors: tuple[int, ...]
    degrees: tuple[int, ...]


@dataclass(frozen=True)
class Design:
    """The factors over the draws, up to which degree functions of each are looked at by themselves, and the replicates.

    The functions of all factors are made anew for each pass, some factors at a time: together they would fill the memory.
    """

    names: tuple[str, ...]
    uniforms: Floats
    options: Mapping[int, Floats]
    tables: Mapping[int, Floats]
    degree: int
    edges: NDArray[np.intp]
    dependent: bool = False
    held: dict[int, Floats] = field(default_factory=dict)

    @classmethod
    def of(cls, factors: Mapping[str, Array], choices: Collection[str], tables: Collection[str], dependent: bool = False) -> Design:
        """Of few draws the first two degrees of each factor, else three; of choices and places in a table, where draws carry them, all."""
        names = tuple(factors)
        draws = len(factors[names[0]])
        uniforms = np.stack([np.asarray(factors[name], dtype=np.float32) for name in names])
        options = {row: contrasts(factors[name]) for row, name in enumerate(names) if name in choices}
        looked_up = [row for row, name in enumerate(names) if name in tables and draws >= FEWEST_FOR_TABLES]
        places = {row: contrasts(np.floor(np.asarray(factors[names[row]]) * PLACES)) for row in looked_up}
        return cls(names, uniforms, options, places, 2 if draws < 1000 else 3, _edges(draws), dependent)

    @cached_property
    def frames(self) -> Mapping[int, Array]:
        """How a constant and the functions of each choice and table turn at the frequencies met with each replicate left out.

        L L' = mean of their products there: (replicate, function, function); they are L times functions that are orthonormal there. A
        little is added, so that an option which no draw is left of does no harm.
        """
        sizes = np.diff(self.edges)[:, None, None]
        out = dict[int, Array]()
        for row, values in ((row, values) for row, values in (*self.options.items(), *self.tables.items()) if len(values)):
            held = np.concatenate([np.ones((1, self.draws)), values])
            parts = np.stack([held[:, start:end] @ held[:, start:end].T for start, end in pairwise(self.edges)])
            out[row] = np.linalg.cholesky((parts.sum(axis=0) - parts) / (self.draws - sizes) + 1e-5 * np.eye(len(held)))
        return out

    @property
    def moves(self) -> bool:
        """Whether any factor has a function: a choice of which one option is left has none."""
        return bool(self.smooth) or any(len(values) for values in (*self.options.values(), *self.tables.values()))

    @property
    def smooth(self) -> list[int]:
        """The factors that are neither a choice nor the place in a table."""
        return [row for row in range(len(self.names)) if row not in self.options and row not in self.tables]

    def pieces(self, most: int = PLACES) -> Iterator[tuple[list[Term], Floats]]:
        """Every factor's own functions, of a few factors and one degree at a time; `most`: up to this degree."""
        smooth = self.smooth
        for rows in (smooth[at : at + ROWS] for at in range(0, len(smooth), ROWS)):
            for degree, values in enumerate(legendre(self.uniforms[rows], min(self.degree, most)), start=1):
                yield [Term((row,), (degree,)) for row in rows], standard(values) if self.dependent else values
        for row, values in ((row, values) for row, values in (*self.options.items(), *self.tables.items()) if len(values)):
            yield [Term((row,), (degree + 1,)) for degree in range(min(len(values), most))], values[:most]

    def joint(self) -> Iterator[tuple[list[Term], Floats]]:
        """What each choice does with each place in a table: it may choose the table, so that no low degree tells what they do together."""
        for row, places in self.tables.items():
            for other, options in ((other, options) for other, options in self.options.items() if len(options) and len(places)):
                first, second = ((row, places), (other, options)) if row < other else ((other, options), (row, places))
                products = (first[1][:, None] * second[1][None]).reshape(-1, self.draws)
                degrees = product(range(1, len(first[1]) + 1), range(1, len(second[1]) + 1))
                yield [Term((first[0], second[0]), pair) for pair in degrees], standard(products) if self.dependent else products

    def apart(self, numbers: Floats) -> tuple[list[Term], Array]:
        """Functions that are looked at whatever is selected, and the mean of each times each number by replicate."""
        terms, means = list[Term](), list[Array]()
        for some, values in chain(self.pieces(), self.joint()):
            terms += some
            means.append(self.by_replicate(values, numbers))
        return terms, np.concatenate(means, axis=1)

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return int(self.uniforms.shape[1])

    def functions(self, row: int, degree: int) -> Floats:
        """The functions of one factor up to a degree: (degree, draw); of a choice all it has."""
        if row not in self.held:
            known = self.options[row] if row in self.options else self.tables[row][:degree] if row in self.tables else None
            self.held[row] = np.stack(list(legendre(self.uniforms[row], degree))) if known is None else known
        return self.held[row]

    def product(self, term: Term) -> Floats:
        """The values of one product of functions."""
        out = np.prod([self.functions(row, degree)[degree - 1] for row, degree in zip(*term, strict=True)], axis=0, dtype=np.float32)
        return np.asarray(standard(out[None])[0] if self.dependent else out)

    def whole(self, row: int) -> int:
        """How many functions a choice has, so that none of its options is left out; 1 for a uniform."""
        return len(self.options[row]) if row in self.options else 1

    def by_replicate(self, functions: Floats, rest: Floats) -> Array:
        """Mean of function times rest in each replicate: (replicate, function, number)."""
        out = np.empty((len(self.edges) - 1, len(functions), len(rest)))
        for place, (start, end) in enumerate(pairwise(self.edges)):
            out[place] = functions[:, start:end] @ rest[:, start:end].T / np.float32(end - start)
        return out


def _edges(draws: int) -> NDArray[np.intp]:
    """Where replicates begin and end: whole blocks where there are enough of them."""
    blocks = draws // BLOCK
    if blocks < FEW_REPLICATES:
        return np.linspace(0, draws, FEW_REPLICATES + 1).astype(np.intp)
    edges = np.round(np.linspace(0, blocks, min(blocks, MOST_REPLICATES) + 1)).astype(np.intp) * BLOCK
    edges[-1] = draws
    return edges


class Fit(NamedTuple):
    """What was selected for one number: terms, their coefficients, the same with each replicate left out, and what they leave over."""

    terms: tuple[Term, ...]
    coefficients: Array
    left_out: Array
    rest: Floats
    lost: float


def fitted(design: Design, numbers: Floats) -> list[Fit]:
    """The functions that stand out in each number, fitted together by least squares.

    Where factors depend on one another, one may go with nothing until another is accounted for: there the strongest are looked for again
    in what each fit leaves over.
    """
    strength = _strengths(design, numbers)
    fits = [_fit(design, values, strength[:, column]) for column, values in enumerate(numbers)]
    for _ in range(AGAIN if design.dependent else 0):
        strength = np.maximum(strength, _strengths(design, standard(np.stack([fit.rest for fit in fits]))))
        for column, fit in enumerate(fits):
            np.maximum.at(strength[:, column], [row for term in fit.terms for row in term.factors], 1.0)
        fits = [_fit(design, values, strength[:, column]) for column, values in enumerate(numbers)]
    return fits


def _strengths(design: Design, numbers: Floats) -> Array:
    """What each factor seems to do in a number, alone or with one of the strongest: (factor, number)."""
    terms, apart = design.apart(numbers)
    own = [at for at, term in enumerate(terms) if len(term.factors) == 1]
    strength = np.zeros((len(design.names), len(numbers)))
    np.add.at(strength, np.array([terms[at].factors[0] for at in own], dtype=np.intp), _squares(apart[:, own]))
    return np.maximum(strength, _by_others(design, numbers, strength))


def _by_others(design: Design, numbers: Floats, strength: Array) -> Array:
    """What each factor seems to do together with one of the strongest of a number, where that is beyond chance: (factor, number).

    So that a factor is looked at which does nothing alone. Only functions of the first degree.
    """
    leads = [(place, int(row)) for place, column in enumerate(strength.T) for row in np.argsort(-column, kind="stable")[:SCANNED]]
    wanted = {row for _, row in leads}
    first = {
        term.factors[0]: values[at] for terms, values in design.pieces(1) for at, term in enumerate(terms) if term.factors[0] in wanted
    }
    leads = [(place, row) for place, row in leads if row in first]
    if not leads:
        return np.zeros(strength.shape)
    products = np.stack([first[row] * numbers[place] for place, row in leads])
    size = np.maximum(np.square(products, dtype=np.float64).sum(axis=1) * design.draws, 1e-12)  # nothing is left over of some
    beyond = (np.sqrt(2.0 * np.log(len(design.names) * SCANNED)) + 0.5) ** 2 / design.draws
    out = np.zeros(strength.shape)
    for terms, values in design.pieces(1):
        rows = np.array([term.factors[0] for term in terms], dtype=np.intp)
        found = np.square(values @ products.T, dtype=np.float64) / size
        for (place, lead), share in zip(leads, found.T, strict=True):
            out[rows, place] = np.maximum(out[rows, place], np.where((share > beyond) & (rows != lead), share, 0.0))
    return out


def _squares(apart: Array) -> Array:
    """Squared means over replicates (the first axis), less what chance puts into them."""
    count = len(apart)
    middle = apart.mean(axis=0)
    return np.asarray(np.square(middle) - np.square(apart - middle).sum(axis=0) / (count * (count - 1)))


def _fit(design: Design, values: Floats, strength: Array) -> Fit:
    """Rounds of: correlate all candidates with what is left, take those beyond chance, fit all taken anew."""
    terms, columns = _candidates(design, strength)
    draws, most = design.draws, min(MOST_TERMS, design.draws // 20)
    beyond = np.sqrt(2.0 * np.log(len(terms) + 1.0)) + 0.5
    taken, rest, solved = np.zeros(0, dtype=np.intp), values, np.zeros(0)
    for _ in range(ROUNDS):
        spread = float(np.sqrt(np.mean(np.square(rest, dtype=np.float64))))
        if spread < 1e-6:
            break
        score = np.abs(columns @ rest) / np.float32(spread * np.sqrt(draws))
        score[taken] = 0.0
        best = np.argsort(-score, kind="stable")[: max(0, most - len(taken))]
        new = best[score[best] > max(beyond, float(score[best[0]]) / GREED)] if len(best) else best
        if not len(new):
            break
        taken = np.concatenate([taken, new])
        chosen = columns[taken]
        solved = np.linalg.lstsq((chosen @ chosen.T).astype(np.float64), (chosen @ values).astype(np.float64), rcond=1e-8)[0]
        rest = values - solved.astype(np.float32) @ chosen
    chosen = columns[taken]
    gram = (chosen @ chosen.T).astype(np.float64) / draws
    scores = design.by_replicate(chosen, rest[None])[:, :, 0]
    sizes = np.diff(design.edges)[:, None] / draws
    moved = np.linalg.lstsq(gram, (scores * sizes).T, rcond=1e-8)[0].T if len(taken) else np.zeros((len(sizes), 0))
    lost = 1.0 - len(taken) / draws
    return Fit(tuple(terms[at] for at in taken), solved, solved - moved / ((1.0 - sizes) * lost), rest, lost)


def _candidates(design: Design, strength: Array) -> tuple[list[Term], Floats]:
    """Functions of one, two and three of the strongest factors of a number: more of each the stronger, and the more draws there are."""
    few = len(strength) <= FEW_FACTORS
    order = [int(row) for row in np.argsort(-strength, kind="stable") if strength[row] > 5.0 / design.draws or few]
    reach = REACH[min(2, (design.draws >= 1000) + (design.draws >= 4000) + (few and design.draws >= 500))]
    strong = order[: reach.factors]
    held = {row: design.functions(row, reach.alone) for row in strong}
    terms = [Term((row,), (degree + 1,)) for row in strong for degree in range(len(held[row]))]
    for first, second in combinations(range(len(strong)), 2):
        most = next((degree for place, degree in reach.pairs if second < place), 0)
        if most:
            one, two = sorted((strong[first], strong[second]))
            whole = design.whole(one) + design.whole(two)
            terms += [Term((one, two), pair) for pair in degrees_within((len(held[one]), len(held[two])), max(most, whole))]
    for three in combinations(sorted(strong[: reach.trio_factors]), 3):
        terms += [Term(three, trio) for trio in degrees_within(tuple(min(2, len(held[row])) for row in three), reach.trio_degree)]
    columns = np.empty((len(terms), design.draws), dtype=np.float32)
    for place, (factors, degrees) in enumerate(terms):
        columns[place] = held[factors[0]][degrees[0] - 1]
        for row, degree in zip(factors[1:], degrees[1:], strict=True):
            columns[place] *= held[row][degree - 1]
    return terms, standard(columns) if design.dependent else columns
