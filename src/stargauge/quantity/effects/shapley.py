"""Dividing what players explain together: Shapley values of a worth that every set of players has."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def coalitions(players: int) -> NDArray[np.bool_]:
    """Every set of so many players: (set, player), the empty one first and all of them last."""
    return (np.arange(2**players)[:, None] >> np.arange(players) & 1).astype(bool)


def shapley_values(worth: Array) -> Array:
    """What each player adds, over all orders in which they may join: (..., player) from the worth of each set (..., set of `coalitions`).

    phi_i = sum over sets u without i of |u|! (m - |u| - 1)! / m! (c(u with i) - c(u))                        (1)

    Source: Shapley (1953), A value for n-person games; as effects of inputs that depend on one another: Song, Nelson and Staum (2016),
    SIAM/ASA Journal on Uncertainty Quantification 4, 1060-1083.
    """
    players = int(worth.shape[-1]).bit_length() - 1
    sizes = coalitions(players).sum(axis=1)
    weight = np.array([factorial(size) * factorial(players - size - 1) / factorial(players) for size in range(players)] or [1.0])
    out = np.zeros((*worth.shape[:-1], players))
    for player in range(players):
        without = np.flatnonzero(~coalitions(players)[:, player])
        out[..., player] = (worth[..., without | (1 << player)] - worth[..., without]) @ weight[sizes[without]]
    return out


def explained(moments: Array, draws: Array, owners: Sequence[frozenset[int]], players: int) -> Array:
    """The share of a number's variance that each set of players explains by least squares: (sample, set).

    c(u) = 1 - (1 - R^2) (n - 1) / (n - p - 1), at least 0, of the p functions whose owners are all in u      (1)

    `moments`: per sample the mean products of the centred functions and, last, the number: (sample, function + 1, function + 1).
    `draws`: how many each rests on.
    """
    sets = coalitions(players)
    inside = np.array([[all(row[owner] for owner in owned) for owned in owners] for row in sets], dtype=np.float64)
    products, with_number, own = moments[:, :-1, :-1], moments[:, :-1, -1], moments[:, -1, -1]
    size = products.shape[-1]
    held = products[:, None] * inside[None, :, :, None] * inside[None, :, None, :]
    held = held + np.eye(size) * ((1.0 - inside) + 1e-9)[None, :, :, None]
    target = with_number[:, None, :] * inside
    square = (np.linalg.solve(held, target[..., None])[..., 0] * target).sum(axis=-1) / own[:, None]
    counted = draws[:, None] - 1.0
    return np.asarray(np.maximum(0.0, 1.0 - (1.0 - square) * counted / np.maximum(counted - inside.sum(axis=1), 1.0)))
