"""Streams: uniform, stratified, independent, and never moved by anything else."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stargauge.engine.streams import BLOCK, SOBOL_DIMENSIONS, sobol, sobol_points, stratified, stream_key

KEYS = np.array([stream_key(7, "toy", "input", (str(number),)) for number in range(64)], dtype=np.uint64)


def test_sobol_points_are_those_of_an_independent_library() -> None:
    """SciPy's table is the full table of Joe and Kuo (2008); its Gray-code order visits the same 256 points."""
    other = (stats.qmc.Sobol(SOBOL_DIMENSIONS, scramble=False).random(BLOCK) * BLOCK).astype(int)
    assert sorted(map(tuple, sobol_points().T.tolist())) == sorted(map(tuple, other.tolist()))


@pytest.mark.parametrize("make", [lambda block: stratified(KEYS, block), lambda block: sobol(KEYS[:16], range(16), block)])
def test_every_stream_hits_each_stratum_of_a_block_once(make: object) -> None:
    uniforms = make(3)  # type: ignore[operator]
    assert uniforms.min() > 0.0 and uniforms.max() < 1.0
    assert np.array_equal(np.sort((uniforms * BLOCK).astype(int), axis=1), np.tile(np.arange(BLOCK), (len(uniforms), 1)))


def test_the_place_within_a_stratum_is_uniform() -> None:
    """Kolmogorov-Smirnov over 64 x 16 x 256 fractions; a fixed seed, so the p-value is a constant."""
    fractions = np.concatenate([(stratified(KEYS, block) * BLOCK % 1.0).ravel() for block in range(16)])
    assert stats.kstest(fractions, "uniform").pvalue > 0.01


def test_order_of_strata_is_uniform_over_draws() -> None:
    """In every draw the strata of many keys and blocks are spread evenly (chi-square over 16 groups of strata)."""
    strata = np.concatenate([stratified(KEYS, block)[:, 5] for block in range(100)])
    assert stats.chisquare(np.histogram(strata, bins=16, range=(0, 1))[0]).pvalue > 0.01


def test_streams_are_independent_of_one_another_and_between_blocks() -> None:
    """Correlations of 64 streams over 16 blocks stay within 5 standard errors of zero."""
    uniforms = np.concatenate([stratified(KEYS, block) for block in range(16)], axis=1)
    off = np.corrcoef(uniforms)[~np.eye(len(KEYS), dtype=bool)]
    assert np.abs(off).max() < 5 / np.sqrt(uniforms.shape[1])
    assert abs(np.corrcoef(stratified(KEYS, 0).ravel(), stratified(KEYS, 1).ravel())[0, 1]) < 5 / np.sqrt(64 * 256)


def test_scrambling_keeps_the_net() -> None:
    """Any two of the first three dimensions keep their elementary boxes: each 16 x 16 cell holds as many points as before scrambling."""
    for block in range(4):
        scrambled = sobol(KEYS[:2], (0, 1), block)
        cells = (scrambled[0] * 16).astype(int) * 16 + (scrambled[1] * 16).astype(int)
        assert np.array_equal(np.bincount(cells, minlength=256), np.ones(256, dtype=int))


def test_scrambles_differ_between_blocks_and_average_to_the_truth() -> None:
    """The mean of a product of 8 inputs: unbiased over blocks (within 4 standard errors), and closer than independent draws."""
    means = np.array([np.prod(0.5 + sobol(KEYS[:8], range(8), block), axis=0).mean() for block in range(200)])
    assert abs(means.mean() - 1.0) < 4 * means.std() / np.sqrt(200)
    independent = np.sqrt(((1 + 1 / 12) ** 8 - 1) / BLOCK)
    assert 0 < means.std() < 0.5 * independent


def test_a_stream_is_the_same_whatever_else_is_drawn() -> None:
    assert np.array_equal(stratified(KEYS, 2)[17:18], stratified(KEYS[17:18], 2))
    assert np.array_equal(sobol(KEYS[:4], (0, 5, 2, 9), 2)[1:2], sobol(KEYS[1:2], (5,), 2))


def test_any_part_of_its_name_makes_another_stream() -> None:
    names = [(0, "p", "x", ()), (1, "p", "x", ()), (0, "q", "x", ()), (0, "p", "y", ()), (0, "p", "x", ("a",)), (0, "p", "x", ("a", "b"))]
    assert len({stream_key(*name) for name in names}) == len(names)
    assert stream_key(0, "p", "x", ("a",)) == stream_key(0, "p", "x", ("a",))


def test_draws_of_a_seed_never_change() -> None:
    """Frozen: a saved fingerprint names these numbers."""
    one = np.array([1], dtype=np.uint64)
    assert stream_key(0, "stargate", "slip_programme") == 3865330723487047498
    assert stratified(one, 0)[0, :3].tolist() == [0.5681796896083142, 0.30953102976354785, 0.9734267325770816]
    assert sobol(one, [3], 1)[0, :3].tolist() == [0.8327163580111119, 0.20238882450257734, 0.4769711476642442]
