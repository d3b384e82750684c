"""How long things take against what was expected: a hierarchical regression with open records, by Gibbs sampling.

y = ln((taken + c) / (expected + c)) = x b + sum of group effects + e                   (1)
group effect ~ normal(0, s_g), e ~ s t_4                                                (2)

c (offset) lets short expectations be missed by days whatever their length; nought where none is wanted.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.statistics.normal import normal_cdf, normal_ppf
from stargauge.quantity.statistics.student import FREEDOM, t4_ppf

Array = NDArray[np.float64]

#: What a fit starts from, and how many sweeps each chain makes before its state is kept.
SEED, SWEEPS = 2025_01_21, 200
#: What is known of a record: reached, not yet by the last look (it takes at least so long), or decided by something else (at most so long).
REACHED, AT_LEAST, AT_MOST = 1.0, 0.0, -1.0
#: How much of a normal part's variance a t with four degrees of freedom needs for the same P10 to P90.
NORMAL_IN_T = float(normal_ppf(np.asarray(0.9)) / t4_ppf(np.asarray(0.9))) ** 2
#: Values beyond e^3 times the expected are cut.
MOST = 3.0


class Records(NamedTuple):
    """What is fitted, one entry per record: days expected and taken, what is known of the latter, and what the effects are multiplied by.

    columns: (record, effect); window: half widths in days, of which the effect number `moving` takes the share in the expected time (-1:
    no such effect). groups: for each kind of group the number of the group that a record belongs to.
    """

    expected: Array
    taken: Array
    known: Array
    columns: Array
    window: Array
    moving: int
    groups: tuple[Array, ...]


class Prior(NamedTuple):
    """What is assumed before any record: of the effects middle and width, of the offset middle and width of its logarithm (0: fixed), of
    each spread (the errors' first, then one per kind of group) the root mean square."""

    effects: Array
    widths: Array
    offset: float
    offset_width: float
    spreads: Array


class Fit(NamedTuple):
    """Samples of the posterior: effects (selection, sample, effect), offset (selection, sample), spreads (selection, sample, spread), and
    for each kind of group the effects of its groups (selection, sample, group)."""

    effects: Array
    offset: Array
    spreads: Array
    groups: tuple[Array, ...]


class _State(NamedTuple):
    """One state of all chains: (chain, ...) each."""

    effects: Array
    groups: tuple[Array, ...]
    offset: Array
    variances: tuple[Array, ...]
    scale: Array
    value: Array


#: Fits made before, by what they were made from: many runs ask for the same one.
_HELD: OrderedDict[bytes, Fit] = OrderedDict()
_MOST_HELD = 64


def fit(records: Records, prior: Prior, keep: Array, samples: int, seed: int = SEED) -> Fit:
    """Samples of the posterior of equations (1) and (2) of this module, for several selections of the records at once.

    A record not reached by its last look counts as "at least so long", one that something else decided as "at most so long". Effects and
    the logarithm of the offset have normal priors, the variances inverse gamma ones of shape 2 with the mean of the squared spread: few
    records stay wide. keep: (selection, record), 1 where a record counts.

    Each of `samples` chains per selection makes SWEEPS sweeps (latent values of open records, effects, groups, variances, weights of the t,
    offset by one Metropolis step); its last state is one sample, so samples are independent and the same seed gives the same bits.
    Sources: Chib (1992), J. Econometrics 51, p. 79 (censored values); Geweke (1993), J. Appl. Econometrics 8, p. S19 (t as a mixture of
    normals); Gelman and Hill (2006), ch. 18 (varying intercepts). The priors are assumptions.
    """
    made_from = _content((records, prior, keep, samples, seed))
    if made_from not in _HELD:
        _HELD[made_from] = _sampled(records, prior, keep, samples, seed)
        while len(_HELD) > _MOST_HELD:
            _HELD.popitem(last=False)
    return _HELD[made_from]


def _content(value: object) -> bytes:
    """What a nested tuple of arrays and numbers holds, as a short key."""
    digest = sha256()

    def add(part: object) -> None:
        if isinstance(part, tuple):
            for inner in part:
                add(inner)
        else:
            array = np.asarray(part, dtype=np.float64)
            digest.update(repr(array.shape).encode() + np.ascontiguousarray(array).tobytes())

    add(value)
    return digest.digest()


def _sampled(records: Records, prior: Prior, keep: Array, samples: int, seed: int) -> Fit:
    rng = np.random.default_rng(seed)
    mask = np.repeat(np.asarray(keep, dtype=np.float64), samples, axis=0)
    state = _first_state(records, prior, mask)
    for _ in range(SWEEPS):
        state = _sweep(state, records, prior, mask, rng)
    shape = (len(keep), samples)
    spreads = np.sqrt(np.stack(state.variances, axis=1))
    return Fit(
        state.effects.reshape(*shape, -1), state.offset.reshape(shape), spreads.reshape(*shape, -1),
        tuple(effects.reshape(*shape, -1) for effects in state.groups),
    )  # fmt: skip


def mean(effects: Array, columns: Array, share: Array | float, moving: int) -> Array:
    """x b of equation (1): (chain, record). `share`: what the moving effect is multiplied by."""
    out = effects @ columns.T
    return np.asarray(out if moving < 0 else out + effects[:, moving, None] * share)


def share_of(window: Array, expected: Array, offset: Array) -> Array:
    """Half the width of what was expected in parts of the expected time, (chain, record)."""
    return np.asarray(window / (np.maximum(expected, 0.0) + offset[:, None]))


def _log_ratio(taken: Array, expected: Array, offset: Array) -> Array:
    return np.asarray(np.log((np.maximum(taken, 0.5) + offset[:, None]) / (np.maximum(expected, 0.0) + offset[:, None])))


def _first_state(records: Records, prior: Prior, mask: Array) -> _State:
    chains = len(mask)
    offset = np.full(chains, prior.offset)
    groups = tuple(np.zeros((chains, int(group.max(initial=0.0)) + 1)) for group in records.groups)
    variances = tuple(np.full(chains, spread**2) for spread in prior.spreads)
    value = _log_ratio(records.taken[None, :], records.expected[None, :], offset)
    return _State(np.tile(prior.effects, (chains, 1)), groups, offset, variances, np.ones(mask.shape), value)


def _sweep(state: _State, records: Records, prior: Prior, mask: Array, rng: np.random.Generator) -> _State:
    """One sweep of the sampler over all parts of the state."""
    share = share_of(records.window, records.expected, state.offset) if records.moving >= 0 else 0.0
    places = [group.astype(np.int64) for group in records.groups]
    others = _of_groups(state.groups, places, mask)
    fitted = mean(state.effects, records.columns, share, records.moving) + others
    value = _open_values(state, records, fitted, rng)
    scale = rng.gamma((FREEDOM + 1.0) / 2.0, size=mask.shape) / ((FREEDOM + (value - fitted) ** 2 / state.variances[0][:, None]) / 2.0)
    weight = scale * mask / state.variances[0][:, None]
    effects = _effects(records, share, value - others, weight, prior, rng)
    plain = value - mean(effects, records.columns, share, records.moving)
    groups = list(state.groups)
    for kind, place in enumerate(places):
        rest = plain - _of_groups([g for n, g in enumerate(groups) if n != kind], [p for n, p in enumerate(places) if n != kind], mask)
        groups[kind] = _group_effects(rest, weight, np.eye(groups[kind].shape[1])[place], state.variances[kind + 1], rng)
    others = _of_groups(groups, places, mask)
    squares = [(scale * mask * (plain - others) ** 2).sum(axis=1), *((group**2).sum(axis=1) for group in groups)]
    counts = [mask.sum(axis=1), *(np.full(len(mask), group.shape[1]) for group in groups)]
    variances = tuple(_variance(s, n, middle, rng) for s, n, middle in zip(squares, counts, prior.spreads, strict=True))
    made = _State(effects, tuple(groups), state.offset, variances, scale, value)
    return _moved_offset(made, records, prior, others, mask, rng) if prior.offset_width else made


def _of_groups(groups: list[Array] | tuple[Array, ...], places: list[NDArray[np.int64]], mask: Array) -> Array:
    """The effects of the groups that each record belongs to, added up: (chain, record)."""
    out = np.zeros(mask.shape)
    for group, place in zip(groups, places, strict=True):
        out += group[:, place]
    return out


def _open_values(state: _State, records: Records, fitted: Array, rng: np.random.Generator) -> Array:
    """The values as recorded; those only bounded drawn from the part of their distribution beyond the bound."""
    known = _log_ratio(records.taken[None, :], records.expected[None, :], state.offset)
    spread = np.sqrt(state.variances[0][:, None] / state.scale)
    sign = np.where(records.known == AT_MOST, -1.0, 1.0)
    least = sign * (known - fitted) / spread
    above = -normal_ppf(np.clip(normal_cdf(-least) * rng.random(fitted.shape), 1e-300, 1.0 - 1e-16))
    return np.where(records.known == REACHED, known, fitted + sign * spread * np.maximum(above, least))


def _effects(records: Records, share: Array | float, value: Array, weight: Array, prior: Prior, rng: np.random.Generator) -> Array:
    """A draw of the effects given all else: normal, precision X'WX + prior."""
    columns, moving, count = records.columns, records.moving, records.columns.shape[1]
    base = np.diag(prior.widths**-2.0)
    pairs = (columns[:, :, None] * columns[:, None, :]).reshape(len(columns), -1)
    precision = (weight @ pairs).reshape(-1, count, count) + base
    towards = (weight * value) @ columns + base @ prior.effects
    if moving >= 0:
        cross = (weight * share) @ columns
        precision[:, moving, :] += cross
        precision[:, :, moving] += cross
        precision[:, moving, moving] += (weight * share**2).sum(axis=1)
        towards[:, moving] += (weight * value * share).sum(axis=1)
    root = np.swapaxes(np.linalg.cholesky(precision), 1, 2)
    chance = rng.standard_normal(towards.shape)
    return np.asarray((np.linalg.solve(precision, towards[..., None]) + np.linalg.solve(root, chance[..., None]))[..., 0])


def _group_effects(value: Array, weight: Array, members: Array, variance: Array, rng: np.random.Generator) -> Array:
    """A draw of each group's effect given all else; of a group without records its prior."""
    precision = weight @ members + 1.0 / variance[:, None]
    return np.asarray((weight * value) @ members / precision + rng.standard_normal(precision.shape) / np.sqrt(precision))


def _variance(squares: Array, count: Array, middle: float, rng: np.random.Generator) -> Array:
    """A draw of a variance: inverse gamma of shape 2 with the mean middle^2, and what the squares say."""
    return np.asarray((middle**2 + squares / 2.0) / rng.gamma(2.0 + count / 2.0))


def _moved_offset(state: _State, records: Records, prior: Prior, others: Array, mask: Array, rng: np.random.Generator) -> _State:
    """One Metropolis step of the offset, its logarithm normal around that of its prior; the time taken stays as it is."""
    expected = np.maximum(records.expected, 0.0)[None, :]
    taken = (expected + state.offset[:, None]) * np.exp(np.minimum(state.value, MOST)) - state.offset[:, None]

    def likely(offset: Array) -> Array:
        value = np.log((np.maximum(taken, 0.5) + offset[:, None]) / (expected + offset[:, None]))
        share = share_of(records.window, records.expected, offset) if records.moving >= 0 else 0.0
        left = value - mean(state.effects, records.columns, share, records.moving) - others
        data = -0.5 * state.scale * left**2 / state.variances[0][:, None] - np.log(np.maximum(taken, 0.5) + offset[:, None])
        return np.asarray((mask * data).sum(axis=1) - 0.5 * (np.log(offset / prior.offset) / prior.offset_width) ** 2)

    tried = state.offset * np.exp(0.4 * rng.standard_normal(len(mask)))
    better = np.log(rng.random(len(mask))) < likely(tried) - likely(state.offset)
    return state._replace(offset=np.where(better, tried, state.offset))
