"""Named streams of uniforms: what one input cell draws depends on its name and label alone, so that nothing else ever moves it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Keys = NDArray[np.uint64]

#: Draws per block. A constant, no option: a block is its own small Sobol set and its own Latin hypercubes.
BLOCK = 256
#: Dimensions of the Sobol sequence, for as many programme-wide inputs.
SOBOL_DIMENSIONS = 16

_BITS = 8  # 2**8 = BLOCK
_STEP = np.uint64(0x9E3779B97F4A7C15)
_COUNTERS = np.arange(1, BLOCK + 1, dtype=np.uint64) * _STEP
_INDEX = np.arange(BLOCK, dtype=np.uint64)


def stream_key(seed: int, programme: str, name: str, label: Sequence[str] = ()) -> int:
    """The 64-bit key of a cell's stream: a hash of seed, programme, input name and label, and of nothing else."""
    text = "\x1f".join((str(seed), programme, name, *label))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def mixed(state: Keys) -> Keys:
    """The output function of SplitMix64: a 64-bit hash of each state.

    Source: Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA '14, with Stafford's variant 13.
    """
    state = state ^ (state >> np.uint64(30))
    state *= np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(27)
    state *= np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return state


def _noise(keys: Keys, block: int, count: int = 1) -> Keys:
    """256 hashes per key and block, of key, block and draw. Shape (key, block, draw)."""
    started = mixed(keys[:, None] + np.arange(block + 1, block + count + 1, dtype=np.uint64) * _STEP)
    return mixed(started[:, :, None] + _COUNTERS)


def _within(strata: Keys, noise: Keys) -> Array:
    """A point in each stratum of 1/256, placed by the low 32 bits of its hash; always inside (0, 1)."""
    out = (noise & np.uint64(0xFFFFFFFF)).astype(np.float64)
    out += 0.5
    out *= 2.0**-32
    out += strata
    out /= BLOCK
    return out.reshape(len(strata), strata.shape[1] * BLOCK)


def stratified(keys: Keys, block: int, count: int = 1) -> Array:
    """A Latin hypercube per key and block: each of 256 equal strata is hit once, in an order of its own. Shape (key, draw).

    The order is that of the high halves of the hashes; the draw's number stands below them, so that sorting gives the permutation.
    Source: McKay, Beckman and Conover (1979), Technometrics 21, 239-245.
    """
    noise = _noise(keys, block, count)
    order = noise >> np.uint64(32 - _BITS)
    order &= ~np.uint64(BLOCK - 1)
    order |= _INDEX
    order.sort(axis=-1)
    order &= np.uint64(BLOCK - 1)
    return _within(order, noise)


def sobol(keys: Keys, dimensions: Sequence[int], block: int, count: int = 1) -> Array:
    """The first 256 Sobol points in the given dimensions (from 0), nested uniform scrambling by key and block. Shape (key, draw).

    Each dimension hits each stratum of 1/256 once, so eight levels of random flips below the root scramble it fully; the rest is uniform.
    Source: Owen (1995), Randomly permuted (t,m,s)-nets and (t,s)-sequences.
    """
    flips = mixed(_noise(keys, block, count)) >> np.uint64(63)
    levels = np.arange(_BITS, dtype=np.uint64)[:, None]
    nodes = (np.uint64(1) << levels) | (_INDEX >> (np.uint64(_BITS) - levels))
    bits = flips[:, :, nodes.astype(np.intp)] << (np.uint64(_BITS - 1) - levels)
    scrambled = _INDEX ^ bits.sum(axis=2, dtype=np.uint64)
    strata = np.take_along_axis(scrambled, sobol_points()[list(dimensions), None], axis=2)
    return _within(strata, _noise(keys ^ _STEP, block, count))


@cache
def sobol_points() -> NDArray[np.intp]:
    """The leading eight bits of the first 256 points of the Sobol sequence in 16 dimensions. Shape (dimension, point).

    Source: Joe and Kuo (2008), see sobol.csv.
    """
    points = np.zeros((SOBOL_DIMENSIONS, BLOCK), dtype=np.intp)
    for dimension, numbers in enumerate(_direction_numbers()):
        for bit, number in enumerate(numbers):
            points[dimension] ^= np.where(np.arange(BLOCK) >> bit & 1, number << (_BITS - 1 - bit), 0)
    return points


def _direction_numbers() -> list[list[int]]:
    """m_1 to m_8 of each dimension: the stated ones, then m_k = 2 a_1 m_(k-1) ^ ... ^ 2^s m_(k-s) ^ m_(k-s)."""
    out = [[1] * _BITS]
    lines = files(__package__).joinpath("sobol.csv").read_text("utf-8").splitlines()
    for line in [line for line in lines if not line.startswith("#")][1:]:
        _, degree, coefficients, initial = line.split(",")
        s, a, m = int(degree), int(coefficients), [int(word) for word in initial.split()]
        for k in range(s, _BITS):
            new = m[k - s] ^ (m[k - s] << s)
            for i in range(1, s):
                new ^= ((a >> (s - 1 - i)) & 1) * (m[k - i] << i)
            m.append(new)
        out.append(m[:_BITS])
    return out
