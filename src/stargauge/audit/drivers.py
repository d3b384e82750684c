"""Which inputs move a reading most: rank correlation of every sampled cell with its margin, all cells and readings at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.evaluate import Outcome

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

#: More draws than these change no order of drivers.
MOST_DRAWS = 4096
#: The lowest fifth of a sample has the input's P10 in its middle, the highest its P90.
FIFTH = 0.2
#: Two cells with streams of their own correlate less than this in any sample of 256 or more (five standard deviations).
SWITCHED = 0.32


@dataclass(frozen=True)
class Driver:
    """An input, the share of the reading's spread it explains, its strongest cell with P10 and P90, and the odds there."""

    input: str
    share: float
    cell: str
    p10: float
    p90: float
    unit: str
    odds_p10: float
    odds_p90: float

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "input": self.input, "share": round(self.share, 4), "cell": self.cell, "p10": self.p10, "p90": self.p90, "unit": self.unit,
            "odds_p10": round(self.odds_p10, 4), "odds_p90": round(self.odds_p90, 4),
        }  # fmt: skip


def drivers(
    outcomes: Sequence[Outcome],
    sample: Mapping[str, Array],
    units: Mapping[str, str] | None = None,
    upstream: Sequence[frozenset[str]] | None = None,
    most: int = 3,
) -> list[tuple[Driver, ...]]:
    """The inputs that move each reading most, strongest first.

    share of an input = max(0, sum over its cells of (r^2 - 1 / (n - 1)))                                   (1)
    r = Spearman's rank correlation of cell and margin (of cell and truth, where there is no margin)        (2)

    `sample`: draws of every cell by address; `pick:` names are choices, and a cell that switches with one counts for what it adds to it.
    `upstream`: the inputs each reading depends on; others may only switch together with one, and are left out.
    1 / (n - 1) is what chance alone gives; a share within two standard deviations of it (sqrt(2 cells) / n) is left out.
    Leaves out what acts only jointly, or not monotonically.
    """
    count = min([MOST_DRAWS, *(len(values) for values in sample.values()), *(len(o.truth) for o in outcomes)])
    cells = [name for name, values in sample.items() if np.isfinite(values[:count]).all()]
    if count < 10 or not cells or not outcomes:
        return [() for _ in outcomes]
    z = _without_picks(standard_ranks(np.stack([sample[name][:count] for name in cells])), cells)
    target = standard_ranks(np.stack([_target(outcome, count) for outcome in outcomes]))
    names, group, correlation, shares, noise = _shared(cells, z, target)
    out = []
    for column, outcome in enumerate(outcomes):
        order = [int(i) for i in np.argsort(-shares[:, column]) if shares[i, column] > noise[i]]
        best = [i for i in order if upstream is None or names[i] in upstream[column]][:most]
        look = _Look(cells, z, correlation[:, column], outcome.truth[:count], sample, units or {})
        out.append(tuple(_driver(names[i], np.flatnonzero(group == i), float(shares[i, column]), look) for i in best))
    return out


class _Shares(NamedTuple):
    """Inputs, the input of each cell, correlations by cell and reading, shares by input and reading, and what chance alone may give."""

    names: list[str]
    group: NDArray[np.intp]
    correlation: Floats
    shares: Floats
    noise: Array


def _shared(cells: Sequence[str], z: Floats, target: Floats) -> _Shares:
    """Equations (1) and (2) of `drivers` from standard ranks of cells and of readings."""
    count = z.shape[1]
    correlation = (z @ target.T) / np.float32(count)
    names = list(dict.fromkeys(name.split("[")[0] for name in cells))
    place = {name: index for index, name in enumerate(names)}
    group = np.array([place[name.split("[")[0]] for name in cells])
    member = (np.arange(len(names))[:, None] == group).astype(np.float32)
    shares = member @ (correlation * correlation - np.float32(1.0 / (count - 1)))
    return _Shares(names, group, correlation, shares, 2.0 * np.sqrt(2.0 * member.sum(axis=1)) / count)


def strongest(sample: Mapping[str, Array], values: Array) -> dict[str, float]:
    """By how much the share of a number's spread that each input explains, (1) of `drivers`, exceeds what chance may give; largest first.

    An input of many cells so does not lead by chance. Draws in which the number is absent are left out; inputs that do not vary do not
    stand here.
    """
    present = np.flatnonzero(~np.isnan(values))[:MOST_DRAWS]
    cells = [name for name, drawn in sample.items() if np.isfinite(drawn[present]).all()]
    if len(present) < 10 or not cells:
        return {}
    z = _without_picks(standard_ranks(np.stack([sample[name][present] for name in cells])), cells)
    found = _shared(cells, z, standard_ranks(values[None, present]))
    lead = dict(zip(found.names, (found.shares[:, 0] - found.noise).tolist(), strict=True))
    return dict(sorted(lead.items(), key=lambda pair: (-pair[1], pair[0])))


def _without_picks(z: Floats, cells: Sequence[str]) -> Floats:
    """Cells less what the choice they switch with explains of them; cells drawn apart never correlate as much as that."""
    for row in [row for row, name in enumerate(cells) if name.startswith("pick:")]:
        r = z @ z[row] / z.shape[1]
        r[row] = 0.0
        switched = np.flatnonzero(np.abs(r) > SWITCHED)
        if len(switched):
            rest = z[switched] - r[switched, None] * z[row]
            spread = np.sqrt(np.mean(rest * rest, axis=1, keepdims=True))
            z[switched] = np.where(spread > 1e-3, rest / np.maximum(spread, 1e-3), 0.0)
    return z


class _Look(NamedTuple):
    """One reading before all cells: their names, standard ranks and correlations, the reading's truth, the draws and units of inputs."""

    cells: Sequence[str]
    z: Floats
    correlation: Floats
    truth: NDArray[np.bool_]
    sample: Mapping[str, Array]
    units: Mapping[str, str]


def _driver(name: str, rows: NDArray[np.intp], share: float, look: _Look) -> Driver:
    cells, z, correlation, truth, sample, units = look
    strength = np.abs(correlation[rows])
    strongest = cells[int(rows[int(np.argmax(strength))])]
    weight = np.where(strength >= min(float(strength.max()), 2.0 / np.sqrt(len(truth))), strength, 0.0)
    low, high = _ends(weight.astype(np.float32) @ z[rows])
    p10, p90 = np.quantile(sample[strongest][: len(truth)], (0.1, 0.9), method="nearest")
    return Driver(name, share, strongest, float(p10), float(p90), units.get(name, "1"), float(truth[low].mean()), float(truth[high].mean()))


def _ends(index: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The draws in the lowest and in the highest fifth of an index."""
    size = max(1, round(FIFTH * len(index)))
    order = np.argsort(index, kind="stable")
    return order[:size], order[-size:]


def _target(outcome: Outcome, count: int) -> Array:
    if outcome.margin is not None:
        margin = outcome.margin[:count].astype(np.float64)
        if np.isfinite(margin).all() and np.ptp(margin) > 0:
            return margin
    return outcome.truth[:count].astype(np.float64)


def standard_ranks(values: Array) -> Floats:
    """Mid-ranks of each row, with mean 0 and variance 1; rows that do not vary are 0."""
    rows, count = values.shape
    order = np.argsort(values, axis=1, kind="stable")
    ranks = np.empty((rows, count))
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(count, dtype=np.float64), (rows, count)), axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    for row in np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1)):
        _, inverse, counts = np.unique(values[row], return_inverse=True, return_counts=True)
        ranks[row] = (np.cumsum(counts) - (counts + 1) / 2.0)[inverse]
    ranks -= (count - 1) / 2.0
    spread = np.sqrt(np.mean(ranks * ranks, axis=1, keepdims=True))
    return np.asarray(ranks / np.where(spread > 0, spread, 1.0), dtype=np.float32)
