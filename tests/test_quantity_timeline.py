"""Series of groups from dates of phases, against the plain definition."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.quantity.timeline import flow, ramps, standing, steps, wearing

MONTHS = np.cumsum(np.array([31.0, 28, 31, 30, 31, 30, 31, 31, 30, 31])) + 100
GROUPS = np.array([0.0, 1.0, 0.0, 2.0])
DATES = st.lists(st.one_of(st.floats(0, 500), st.just(float("inf")), st.just(float("nan"))), min_size=8, max_size=8)
WEIGHTS = st.lists(st.floats(0, 100), min_size=8, max_size=8)


@given(DATES, WEIGHTS)
def test_steps_sum_what_has_come_by_each_month_end(dates: list[float], weights: list[float]) -> None:
    when, size = np.reshape(dates, (2, 4)), np.reshape(weights, (2, 4))
    made = steps(when, size, GROUPS, 3, MONTHS)
    with np.errstate(invalid="ignore"):
        plain = [[[np.sum(size[d][(g == GROUPS) & (when[d] <= m)]) for m in MONTHS] for g in range(3)] for d in range(2)]
    np.testing.assert_allclose(made, plain, atol=1e-9)


@settings(max_examples=200)
@given(DATES, st.lists(st.floats(0.5, 300), min_size=8, max_size=8), WEIGHTS)
def test_ramps_spend_evenly_between_two_dates(starts: list[float], spans: list[float], weights: list[float]) -> None:
    begin, size = np.reshape(starts, (2, 4)), np.reshape(weights, (2, 4))
    end = begin + np.reshape(spans, (2, 4))
    made = ramps(begin, end, size, GROUPS, 3, MONTHS)
    runs = np.isfinite(begin)
    span = np.where(runs, np.reshape(spans, (2, 4)), 1.0)
    share = np.clip((MONTHS[None, None, :] - np.where(runs, begin, 0)[:, :, None]) / span[:, :, None], 0, 1)
    part = np.where(runs[:, :, None], np.nan_to_num(share) * size[:, :, None], 0.0)
    plain = np.stack([part[:, g == GROUPS].sum(axis=1) for g in range(3)], axis=1)
    np.testing.assert_allclose(made, plain, atol=1e-6)


@given(DATES, DATES, st.lists(st.one_of(st.floats(0, 100), st.just(float("nan"))), min_size=4, max_size=4))
def test_what_stands_is_what_has_come_less_what_has_ended(dates: list[float], ends: list[float], sizes: list[float]) -> None:
    """At two stages of one draw; what has no date never comes, what has no end stays, a size that is absent counts nothing."""
    come, gone, size = np.reshape(dates, (1, 2, 4)), np.reshape(ends, (2, 4))[:1], np.reshape(sizes, (1, 4))
    made = np.empty((1, 2, 3, len(MONTHS)))
    standing(come, gone, size, GROUPS, MONTHS, made)
    there = (come[..., None] <= MONTHS) & ~(gone[:, None, :, None] <= MONTHS)
    plain = np.where(there, np.nan_to_num(size)[:, None, :, None], 0.0)
    plain = np.stack([plain[:, :, g == GROUPS].sum(axis=2) for g in range(3)], axis=2)
    np.testing.assert_allclose(made, plain, atol=1e-9)


@given(DATES, WEIGHTS, st.lists(st.floats(0, 0.01), min_size=2, max_size=2))
def test_what_wears_is_worth_less_each_day_since_it_came(dates: list[float], weights: list[float], rates: list[float]) -> None:
    when, size, rate = np.reshape(dates, (2, 4)), np.reshape(weights, (2, 4)), np.array(rates)
    groups = np.array([GROUPS, GROUPS[::-1]])
    made = wearing(when, size, rate, groups, 3, MONTHS)
    with np.errstate(invalid="ignore"):
        age = np.where(when[..., None] <= MONTHS, MONTHS - when[..., None], np.inf)
    left = np.where(np.isfinite(age), size[..., None] * np.exp(-rate[:, None, None] * np.where(np.isfinite(age), age, 0.0)), 0.0)
    plain = np.stack([np.where(groups[..., None] == g, left, 0.0).sum(axis=1) for g in range(3)], axis=1)
    np.testing.assert_allclose(made, plain, atol=1e-9)


def test_flow_gives_back_the_cumulative() -> None:
    series = np.array([[5.0, 7.0, 7.0, 12.0]])
    np.testing.assert_array_equal(flow(series), [[5.0, 2.0, 0.0, 5.0]])
    np.testing.assert_array_equal(np.cumsum(flow(series), axis=-1), series)


def test_no_phases_at_all_give_noughts() -> None:
    ends = np.array([31.0, 59.0])
    nothing = np.zeros((3, 0))
    assert ramps(nothing, nothing, nothing, np.zeros(0), 2, ends).tolist() == np.zeros((3, 2, 2)).tolist()
