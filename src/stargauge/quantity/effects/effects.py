"""Whose variance it is: effects of independent factors on numbers, from draws that exist already.

A number is taken apart into what each factor does alone and what sets of factors do together (analysis of variance). Each part is a sum of
squared coefficients of orthonormal functions of the factors (a sparse polynomial chaos), each square less what chance alone puts into it:

y = mean + sum over sets u of f_u,  V_u = sum over the functions of u of (c^2 - var(c)),  V = sum of V_u + the rest       (1)

Source: Sudret (2008), Reliability Engineering and System Safety 93, 964-979; Blatman and Sudret (2011), Journal of Computational Physics
230, 2345-2367. Shapley effects of independent factors: Owen (2014), SIAM/ASA Journal on Uncertainty Quantification 2, 245-251.

The first degrees of every factor are looked at whatever is selected, each square without bias; what a factor does in higher degrees, and
what acts only jointly, is looked for among the strongest factors of each number and kept where it stands out of the noise. What is not
found stays in the rest: it is shared out to nobody. So a share is a lower bound, up to its sampling error, and the whole of the rest
could at most belong to it: the true share lies between the two, and its interval alone need not hold it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.effects.chaos import Design, Fit, Floats, Term, fitted
from stargauge.quantity.effects.shapley import explained, shapley_values

Array = NDArray[np.float64]

#: Draws below which nothing is said.
FEWEST_DRAWS = 32
#: Among how many groups of factors that depend on one another what they explain is divided.
MOST_PLAYERS = 7


class Share(NamedTuple):
    """A share of a number's variance that is resolved, with the half width of the 95 % interval of that: its sampling error.

    Of a function that is not resolved whole (a threshold, a tail) the true share may be greater: see `at_most`.
    """

    value: float
    within: float

    def at_most(self, resolved: Share) -> float:
        """What the true share may come to if all that is not resolved belongs to it, and chance took its part away."""
        return min(1.0, max(0.0, self.value) + min(1.0, max(0.0, 1.0 - resolved.value)) + self.within)


@dataclass(frozen=True)
class Effect:
    """What a factor (or some together) does: alone, with all others, and its part where what is done together is divided equally."""

    name: str
    alone: Share
    total: Share
    shapley: Share


@dataclass(frozen=True)
class Effects:
    """The parts of one number's variance. `parts`: which factors act together; `shares`: the share of each part.

    `left_out`: the same with each replicate left out in turn (replicate, part), from which come all intervals. Shares are unbiased for
    what is resolved and not cut at zero: of a factor that does nothing they scatter around zero.
    """

    names: tuple[str, ...]
    variance: float
    parts: tuple[tuple[int, ...], ...]
    shares: Array
    left_out: Array

    @property
    def resolved(self) -> Share:
        """The share of the variance that the parts hold; the rest is what was too small, or too entangled, to be told."""
        return self._share(np.ones((len(self.parts), 1)))[0]

    def factors(self) -> tuple[Effect, ...]:
        """The effect of every factor, in the order of the names."""
        return self.by({name: name for name in self.names})

    def only(self, names: Collection[str]) -> Effects:
        """Without the parts that hold any factor but these: what a number cannot depend on is chance."""
        kept = [row for row, part in enumerate(self.parts) if all(self.names[factor] in names for factor in part)]
        return replace(self, parts=tuple(self.parts[row] for row in kept), shares=self.shares[kept], left_out=self.left_out[:, kept])

    def by(self, groups: Mapping[str, str]) -> tuple[Effect, ...]:
        """The effects of groups of factors, in the order in which they come; factors without a group are one named ''.

        A group does alone what its factors do together, and takes part as one player in what it does with others.
        """
        names = list(dict.fromkeys(groups.get(name, "") for name in self.names))
        place = {name: at for at, name in enumerate(names)}
        member = [place[groups.get(name, "")] for name in self.names]
        alone, total, shapley = (np.zeros((len(self.parts), len(names))) for _ in range(3))
        single = [row for row, part in enumerate(self.parts) if len(part) == 1]
        owners = [member[self.parts[row][0]] for row in single]
        alone[single, owners] = total[single, owners] = shapley[single, owners] = 1.0
        for row, part in ((row, part) for row, part in enumerate(self.parts) if len(part) > 1):
            players = sorted({member[factor] for factor in part})
            total[row, players], shapley[row, players] = 1.0, 1.0 / len(players)
            alone[row, players] = float(len(players) == 1)
        columns = zip(names, self._share(alone), self._share(total), self._share(shapley), strict=True)
        return tuple(Effect(*column) for column in columns)

    def together(self, groups: Mapping[str, str]) -> tuple[tuple[tuple[str, ...], Share], ...]:
        """What groups do only jointly: each set that acts together with its share, the largest first."""
        found: dict[tuple[str, ...], list[int]] = {}
        for row, part in ((row, part) for row, part in enumerate(self.parts) if len(part) > 1):
            players = tuple(sorted({groups.get(self.names[factor], "") for factor in part}))
            if len(players) > 1:
                found.setdefault(players, []).append(row)
        weights = np.zeros((len(self.parts), len(found)))
        for column, rows in enumerate(found.values()):
            weights[rows, column] = 1.0
        pairs = zip(found, self._share(weights), strict=True)
        return tuple(sorted(pairs, key=lambda pair: (-pair[1].value, pair[0])))

    def cells(self) -> dict[str, float]:
        """The Shapley effect of every factor by its name; together they are what is resolved."""
        weights = np.zeros(len(self.names))
        for part, share in zip(self.parts, self.shares, strict=True):
            weights[list(part)] += share / len(part)
        return dict(zip(self.names, weights.tolist(), strict=True))

    def _share(self, weights: Array) -> list[Share]:
        value, out = self.shares @ weights, self.left_out @ weights
        return [Share(float(v), float(w)) for v, w in zip(value, half_width(out), strict=True)]


def effects(
    factors: Mapping[str, Array], numbers: Array, choices: Collection[str] = (), tables: Collection[str] = ()
) -> tuple[Effects | None, ...]:
    """The effects of independent factors on some numbers (number, draw); None for one that does not vary, or of too few draws.

    `factors`: the uniforms that each was drawn from, or the option's number of those that are `choices`. `tables`: those that are
    the place in a table of 32 samples, which a number may follow in any way, by itself and with a choice of the table. Nothing is absent.
    """
    distinct, place = np.unique(numbers, axis=0, return_inverse=True) if len(numbers) else (numbers, np.zeros(0, dtype=np.intp))
    varying = np.flatnonzero([len(one) >= FEWEST_DRAWS and varies(one) for one in distinct]) if factors else np.zeros(0, dtype=np.intp)
    if not len(varying):
        return (None,) * len(numbers)
    centred = distinct[varying] - distinct[varying].mean(axis=1, keepdims=True)
    variance = np.square(centred).mean(axis=1)
    design = Design.of(factors, choices, tables)
    if not design.moves:
        return (None,) * len(numbers)
    fits = fitted(design, (centred / np.sqrt(variance)[:, None]).astype(np.float32))
    made = dict(zip(varying.tolist(), _effects(design, fits, variance), strict=True))
    return tuple(made.get(int(at)) for at in place.ravel())


def varies(values: Array) -> bool:
    """Whether a number is anything but one value, beyond what rounding makes of a sum."""
    return bool(np.ptp(values) > 1e-9 * np.abs(values).max())


@dataclass(frozen=True)
class Dependent:
    """Effects of factors that go together, as in draws that were chosen by what came out of them.

    Alone: all that goes with a factor, through others too. Total: what only it can explain. Between the two stands its Shapley effect, and
    these add up to what is resolved.
    """

    factors: tuple[Effect, ...]
    resolved: Share


def dependent_effects(
    factors: Mapping[str, Array], numbers: Array, groups: Mapping[str, str], choices: Collection[str] = ()
) -> tuple[Dependent | None, ...]:
    """Shapley effects of the groups of factors that explain most of each number, from draws in which factors depend on one another.

    c(u) = share of the variance that functions of the factors in u explain by least squares                       (1)

    Source: Song, Nelson and Staum (2016), SIAM/ASA Journal on Uncertainty Quantification 4, 1060-1083; Owen and Prieur (2017), the same 5,
    986-1002. Of more groups than `MOST_PLAYERS` the strongest; what only others explain stays in the rest.
    """
    if not factors or not len(numbers) or numbers.shape[1] < FEWEST_DRAWS:
        return (None,) * len(numbers)
    moving = [row for row, values in enumerate(numbers) if varies(values)]
    design = Design.of(factors, choices, (), dependent=True)
    if not moving or not design.moves:
        return (None,) * len(numbers)
    centred = numbers[moving] - numbers[moving].mean(axis=1, keepdims=True)
    scaled = (centred / np.sqrt(np.square(centred).mean(axis=1, keepdims=True))).astype(np.float32)
    fits = zip(moving, scaled, fitted(design, scaled), strict=True)
    made = {row: _divided(design, fit, values, groups) for row, values, fit in fits}
    return tuple(made.get(row) for row in range(len(numbers)))


def _divided(design: Design, fit: Fit, values: Floats, groups: Mapping[str, str]) -> Dependent:
    """What is explained by the functions selected for a number, divided among the groups that have the strongest of them."""
    owned = [frozenset(groups.get(design.names[row], "") for row in term.factors) for term in fit.terms]
    lead = dict[str, float]()
    for owners, coefficient in zip(owned, fit.coefficients, strict=True):
        for owner in owners:
            lead[owner] = lead.get(owner, 0.0) + float(coefficient**2)
    players = sorted(lead, key=lambda name: (-lead[name], name))[:MOST_PLAYERS]
    if not players:
        return Dependent((), Share(0.0, 0.0))
    kept = [at for at, owners in enumerate(owned) if owners <= set(players)]
    columns = np.concatenate([np.stack([design.product(fit.terms[at]) for at in kept]), values[None]]).astype(np.float64)
    sizes = np.diff(design.edges)
    parts = np.stack([columns[:, start:end] @ columns[:, start:end].T for start, end in pairwise(design.edges)])
    means = np.stack([columns[:, start:end].sum(axis=1) for start, end in pairwise(design.edges)])
    draws = np.array([design.draws, *(design.draws - sizes)], dtype=np.float64)
    products = np.stack([parts.sum(axis=0), *(parts.sum(axis=0) - part for part in parts)]) / draws[:, None, None]
    middle = np.stack([means.sum(axis=0), *(means.sum(axis=0) - mean for mean in means)]) / draws[:, None]
    moments = products - middle[:, :, None] * middle[:, None, :]
    worth = explained(moments, draws, [frozenset(map(players.index, owned[at])) for at in kept], len(players))
    single = [1 << player for player in range(len(players))]
    every = worth.shape[1] - 1
    columns3 = (worth[:, single], worth[:, every, None] - worth[:, [every ^ one for one in single]], shapley_values(worth))
    shares = [[Share(float(v), float(w)) for v, w in zip(one[0], half_width(one[1:]), strict=True)] for one in columns3]
    made = [Effect(name, *row) for name, row in zip(players, zip(*shares, strict=True), strict=True)]
    whole = Share(float(worth[0, every]), float(half_width(worth[1:, every, None])[0]))
    return Dependent(tuple(sorted(made, key=lambda one: (-one.shapley.value, one.name))), whole)


def _effects(design: Design, fits: Sequence[Fit], variance: Array) -> Iterator[Effects]:
    """The parts of each number: what was selected, and of every other function of one factor what is left of it in the rest."""
    own, apart = design.apart(np.stack([fit.rest for fit in fits]))
    sizes = np.diff(design.edges) / design.draws
    index = {term: at for at, term in enumerate(own)}
    for column, fit in enumerate(fits):
        plain = apart[:, :, column] * (sizes * len(sizes))[:, None]
        middle = plain.mean(axis=0)
        out = (middle * len(sizes) - plain) / (len(sizes) - 1.0)
        known = [index[term] for term in fit.terms if term in index]
        coefficients = np.concatenate([np.delete(middle, known), fit.coefficients])
        left_out = np.concatenate([np.delete(out, known, axis=1), fit.left_out], axis=1)
        taken = set(known)
        terms = [*(term for at, term in enumerate(own) if at not in taken), *fit.terms]
        yield _parts(design, terms, coefficients, left_out, fit, float(variance[column]))


def _parts(design: Design, terms: Sequence[Term], coefficients: Array, left_out: Array, fit: Fit, variance: float) -> Effects:
    """Equation (1): squares less their noise, added up by the set of factors, as shares of all."""
    parts = dict.fromkeys(term.factors for term in terms)
    place = {factors: at for at, factors in enumerate(parts)}
    of = np.array([place[term.factors] for term in terms])
    count = len(left_out)
    noise = (count - 1) / count * np.square(left_out - left_out.mean(axis=0)).sum(axis=0)
    square, squares_out = np.square(coefficients) - noise, np.square(_at_frequencies(design, terms, left_out)) - noise
    selected = slice(len(terms) - len(fit.terms), None)
    rest = np.square(fit.rest, dtype=np.float64)
    each = np.add.reduceat(rest, design.edges[:-1])
    sizes = np.diff(design.edges)
    whole = square[selected].sum() + rest.mean() / fit.lost
    whole_out = squares_out[:, selected].sum(axis=1) + (rest.sum() - each) / (design.draws - sizes) / fit.lost
    shares = np.bincount(of, square, len(parts)) / whole
    out = np.stack([np.bincount(of, row, len(parts)) for row in squares_out]) / whole_out[:, None]
    return Effects(design.names, variance, tuple(parts), shares, out)


def _at_frequencies(design: Design, terms: Sequence[Term], left_out: Array) -> Array:
    """Coefficients with each replicate left out, of functions that are orthonormal at the frequencies of the options in those draws.

    How often an option comes is told by the draws as well: without this the intervals would hold nothing of that error.
    """
    place, missing = {term: at for at, term in enumerate(terms)}, len(terms)
    found: dict[int, dict[Term, list[int]]] = {row: {} for row in design.frames}
    for at, term in enumerate(terms):
        for factor, degree in ((factor, degree) for factor, degree in zip(*term, strict=True) if factor in found):
            others = [pair for pair in zip(*term, strict=True) if pair[0] != factor]
            other = Term(tuple(row for row, _ in others), tuple(many for _, many in others))
            size = design.frames[factor].shape[-1]
            found[factor].setdefault(other, [place.get(other, missing), *[missing] * (size - 1)])[degree] = at
    out = np.concatenate([left_out, np.zeros((len(left_out), 1))], axis=1)
    for row, kept in ((row, list(kept.values())) for row, kept in found.items() if kept):
        out[:, kept] = out[:, kept] @ design.frames[row]
        out[:, missing] = 0.0
    return out[:, :missing]


def stands_out(share: Share) -> bool:
    """Whether a share is more than chance gives: half as far again from zero as its interval, since many are looked at."""
    return share.value > 1.5 * share.within


def half_width(left_out: Array) -> Array:
    """Half widths of 95 % intervals from values with each replicate left out in turn (replicate, value): the jackknife.

    se^2 = (R - 1) / R sum (theta_-r - mean)^2, times Student's quantile for R - 1                                 (1)

    Source: Efron and Stein (1981), Annals of Statistics 9, 586-596.
    """
    count = left_out.shape[0]
    spread = np.sqrt((count - 1) / count * np.square(left_out - left_out.mean(axis=0)).sum(axis=0))
    return np.asarray(student_975(count - 1) * spread)


def student_975(freedom: int) -> float:
    """Student's quantile at 97.5 %, by its expansion in 1 / freedom: within 0.001 from 10 degrees on.

    Source: Abramowitz and Stegun (1964), 26.7.5.
    """
    z = 1.959963984540054
    return float(z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2))
