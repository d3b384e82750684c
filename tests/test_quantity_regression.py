"""The regression of what was expected on what was taken: oracles by least squares and maximum likelihood, priors, masks, groups, offset."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from scipy import optimize, stats

from stargauge.quantity.statistics import regression
from stargauge.quantity.statistics.regression import AT_LEAST, AT_MOST, REACHED, Fit, Prior, Records, fit

#: What makes the made-up records: usual, effect of the one column, scale of the t with four degrees of freedom.
USUAL, SLOPE, SCALE = 0.3, -0.5, 0.25
COUNT, YEAR = 400, 365.25
WIDE = Prior(np.zeros(2), np.full(2, 3.0), 0.0, 0.0, np.array([0.3]))


class Made(NamedTuple):
    """Records as they are known, and as they would be if nothing were hidden."""

    seen: Records
    whole: Records


def records(taken: np.ndarray, known: np.ndarray, column: np.ndarray, expected: np.ndarray | None = None, *groups: np.ndarray) -> Records:
    count = len(taken)
    columns = np.stack([np.ones(count), column], axis=1)
    return Records(np.full(count, YEAR) if expected is None else expected, taken, known, columns, np.zeros(count), -1, groups)


@pytest.fixture(scope="module")
def made() -> Made:
    """Builds that take year exp(0.3 - 0.5 x + 0.25 t_4): some still go on at a look, of some only the power that came later was seen."""
    rng = np.random.default_rng(1)
    column = rng.normal(size=COUNT)
    taken = YEAR * np.exp(USUAL + SLOPE * column + SCALE * rng.standard_t(4, COUNT))
    look, power = YEAR * np.exp(rng.normal(0.5, 0.5, COUNT)), YEAR * np.exp(rng.normal(0.0, 0.6, COUNT))
    known = np.where(taken > look, AT_LEAST, np.where(power > taken, AT_MOST, REACHED))
    seen = np.where(known == AT_LEAST, look, np.maximum(taken, np.minimum(power, look)))
    return Made(records(seen, known, column), records(taken, np.ones(COUNT), column))


def all_of(made: Records, samples: int = 64, prior: Prior = WIDE) -> Fit:
    return fit(made, prior, np.ones((1, len(made.taken))), samples)


def likeliest(made: Records) -> np.ndarray:
    """Effects and scale of the largest likelihood: a tobit model with errors of Student's t, four degrees of freedom."""
    value = np.log(made.taken / made.expected)

    def unlikely(of: np.ndarray) -> float:
        left = (value - made.columns @ of[:2]) / np.exp(of[2])
        each = np.where(made.known == AT_LEAST, stats.t.logsf(left, 4), stats.t.logcdf(left, 4))
        return -float(np.where(made.known == REACHED, stats.t.logpdf(left, 4) - of[2], each).sum())

    found = optimize.minimize(unlikely, np.array([0.0, 0.0, -1.0])).x
    return np.array([*found[:2], np.exp(found[2])])


def test_records_open_on_either_side_give_back_what_made_them(made: Made) -> None:
    assert all(np.mean(made.seen.known == kind) > 0.2 for kind in (AT_LEAST, AT_MOST, REACHED))
    found = all_of(made.seen)
    away = (found.effects[0].mean(axis=0) - (USUAL, SLOPE)) / found.effects[0].std(axis=0)
    assert np.abs(away).max() < 3.0  # standard errors
    assert found.spreads[0, :, 0].mean() == pytest.approx(SCALE, abs=0.06)


def test_open_records_agree_with_the_largest_likelihood(made: Made) -> None:
    """Weak priors and hundreds of records: posterior means and the likeliest values differ by a fraction of their standard error."""
    found, best = all_of(made.seen), likeliest(made.seen)
    off = (found.effects[0].mean(axis=0) - best[:2]) / found.effects[0].std(axis=0)
    assert np.abs(off).max() < 0.4  # 64 samples: the mean of them is known within 1/8
    assert found.spreads[0, :, 0].mean() == pytest.approx(best[2], rel=0.05)


def test_normal_errors_without_open_records_agree_with_least_squares() -> None:
    rng = np.random.default_rng(3)
    column = rng.normal(size=COUNT)
    value = USUAL + SLOPE * column + 0.2 * rng.normal(size=COUNT)
    data = records(YEAR * np.exp(value), np.ones(COUNT), column)
    best = np.linalg.lstsq(data.columns, value, rcond=None)[0]
    found = all_of(data).effects[0]
    assert np.abs((found.mean(axis=0) - best) / found.std(axis=0)).max() < 0.6  # of errors that are normal t_4 leaves a part unused
    assert found.std(axis=0) == pytest.approx(0.2 / np.sqrt(COUNT), rel=0.35)


@pytest.mark.parametrize("wrong", ["taken as reached", "left out"])
def test_open_records_taken_otherwise_would_mislead(made: Made, wrong: str) -> None:
    known = made.seen.known
    keep = (known == REACHED)[None].astype(float) if wrong == "left out" else np.ones((1, COUNT))
    other = fit(made.seen._replace(known=np.ones(COUNT)), WIDE, keep, 64).effects[0]
    assert abs(other[:, 1].mean() - SLOPE) > 3.0 * other[:, 1].std()
    assert abs(other[:, 1].mean() - SLOPE) > 4.0 * abs(all_of(made.seen).effects[0, :, 1].mean() - SLOPE)


def test_at_least_makes_slower_and_at_most_faster(made: Made) -> None:
    def usual(kind: float) -> float:
        known = np.where(np.arange(COUNT) % 3 == 0, kind, REACHED)
        return float(all_of(made.whole._replace(known=known), 16).effects[0, :, 0].mean())

    assert usual(AT_MOST) + 0.03 < usual(REACHED) < usual(AT_LEAST) - 0.03


def test_without_records_the_fit_is_the_prior() -> None:
    """Kolmogorov-Smirnov at one in a thousand: effects normal, variances inverse gamma of shape 2 with the mean of the squared spread."""
    data = records(np.full(3, 100.0), np.ones(3), np.zeros(3), None, np.array([0.0, 1.0, 1.0]))
    prior = Prior(np.array([0.6, -0.5]), np.array([0.5, 0.2]), 0.0, 0.0, np.array([0.45, 0.3]))
    found = fit(data, prior, np.zeros((1, 3)), 1500)
    assert stats.kstest((found.effects[0] - prior.effects) / prior.widths, "norm").pvalue.min() > 1e-3
    error = found.spreads[0, :, 0] ** 2 / prior.spreads[0] ** 2
    assert stats.kstest(error, stats.invgamma(2.0).cdf).pvalue > 1e-3


def test_few_records_leave_the_effects_as_wide_as_the_prior_and_many_do_not(made: Made) -> None:
    few = (np.arange(COUNT) < 3).astype(float)
    prior = Prior(np.zeros(2), np.full(2, 0.5), 0.0, 0.0, np.array([0.3]))
    found = fit(made.seen, prior, np.stack([few, np.ones(COUNT)]), 64)
    wide, narrow = found.effects.std(axis=1)
    assert (wide > 5.0 * narrow).all() and (wide < 1.2 * 0.5).all()
    assert found.spreads[0, :, 0].std() > 3.0 * found.spreads[1, :, 0].std()


def test_what_is_left_out_has_no_influence_on_any_part_bit_for_bit(made: Made) -> None:
    """Its day, its kind, its columns and its expectation may be anything; offset, spreads and the effect of its group stay the same."""
    keep = np.ones((2, 60))
    keep[0, 7], keep[1, 30:] = 0.0, 0.0
    data = records(made.seen.taken[:60], made.seen.known[:60], made.seen.columns[:60, 1], None, np.arange(60.0) // 6)
    prior = Prior(np.zeros(2), np.ones(2), 50.0, 0.5, np.array([0.3, 0.3]))
    seventh = np.arange(60) == 7
    other = data._replace(
        taken=np.where(seventh, 9000.0, data.taken), known=np.where(seventh, AT_MOST, data.known),
        columns=np.where(seventh[:, None], 4.0, data.columns), expected=np.where(seventh, 20.0, data.expected),
    )  # fmt: skip
    first, second = fit(data, prior, keep, 4), fit(other, prior, keep, 4)
    for one, two in ((first.effects, second.effects), (first.offset, second.offset), (first.spreads, second.spreads)):
        assert np.array_equal(one[0], two[0]) and not np.array_equal(one[1], two[1])
    assert np.array_equal(first.groups[0][0], second.groups[0][0])


def test_the_same_seed_gives_the_same_bits_and_another_others(made: Made) -> None:
    first = all_of(made.seen, 4)
    regression._HELD.clear()  # fits are held for those who ask again
    again = all_of(made.seen, 4)
    assert again is not first and all(np.array_equal(one, two) for one, two in zip(first[:3], again[:3], strict=True))
    assert not np.array_equal(first.effects, fit(made.seen, WIDE, np.ones((1, COUNT)), 4, seed=2).effects)


def test_a_fit_that_is_held_is_only_given_for_the_very_same_records(made: Made) -> None:
    first = all_of(made.seen, 4)
    assert all_of(made.seen, 4) is first
    later = made.seen._replace(taken=made.seen.taken + np.eye(1, COUNT, 5)[0])
    for other in (all_of(later, 4), all_of(made.seen, 4, WIDE._replace(widths=np.full(2, 2.9))), all_of(made.seen, 5)):
        assert other is not first


def test_groups_are_found_by_their_records_and_a_group_of_few_is_drawn_to_the_middle() -> None:
    """Thirty records of one group tell its effect; of a single one about s_g^2 / (s_g^2 + s^2) of what it shows."""
    rng = np.random.default_rng(11)
    group = np.concatenate([np.repeat(np.arange(20.0), 30), [20.0]])
    truth = np.append(rng.normal(0.0, 0.4, 20), 0.0)
    value = 0.2 + truth[group.astype(int)] + 0.2 * rng.standard_t(4, len(group))
    value[-1] = 0.2 + 1.2
    data = records(YEAR * np.exp(value), np.ones(len(group)), np.zeros(len(group)), None, group)
    found = all_of(data, 64, Prior(np.zeros(2), np.ones(2), 0.0, 0.0, np.array([0.3, 0.3])))
    effects = found.groups[0][0].mean(axis=0)
    assert np.corrcoef(effects[:20], truth[:20])[0, 1] > 0.97
    assert found.spreads[0, :, 1].mean() == pytest.approx(truth[:20].std(), rel=0.3)
    assert 0.2 < effects[20] < 1.1


def test_the_offset_is_found_where_short_expectations_are_missed_by_days() -> None:
    rng = np.random.default_rng(5)
    expected = rng.uniform(0.0, 900.0, COUNT)
    taken = (expected + 150.0) * np.exp(0.3 + 0.15 * rng.standard_t(4, COUNT)) - 150.0
    data = records(np.maximum(taken, 1.0), np.ones(COUNT), np.zeros(COUNT), expected)
    found = all_of(data, 64, Prior(np.zeros(2), np.ones(2), 60.0, 0.8, np.array([0.3])))
    assert found.offset[0].mean() == pytest.approx(150.0, abs=3.0 * found.offset[0].std())
    assert np.quantile(found.offset[0], 0.1) > 60.0 and found.offset[0].std() < 60.0
    assert found.effects[0, :, 0].mean() == pytest.approx(0.3, abs=0.1)


def test_the_effect_of_the_window_counts_in_parts_of_the_expected_time() -> None:
    """y = 0.1 + 0.8 (half width / expected): a month's window matters for a plan of a year, not for one of ten."""
    rng = np.random.default_rng(6)
    expected, window = rng.uniform(200.0, 2000.0, COUNT), rng.uniform(0.0, 400.0, COUNT)
    taken = expected * np.exp(0.1 + 0.8 * window / expected + 0.1 * rng.standard_t(4, COUNT))
    data = records(taken, np.ones(COUNT), np.zeros(COUNT), expected)._replace(window=window, moving=1)
    found = all_of(data).effects[0]
    assert found.mean(axis=0) == pytest.approx([0.1, 0.8], abs=0.06)
