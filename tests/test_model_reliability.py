"""Reliability: published failure rates, Young's interval, Daly's expected time against a simulation."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.model import reliability


def useful(mtbf: float, stall: float, restart: float) -> float:
    """Goodput at the best interval; everything in hours."""
    m, w, r = np.array([mtbf]), np.array([stall * 3600.0]), np.array([restart])
    none = np.zeros(1)
    return float(reliability.goodput(m, reliability.checkpoint_interval(w, m), w, r, none, none)[0])


@pytest.mark.parametrize(("nodes", "rate", "hours"), [(2048, 6.5e-3, 1.80), (2048, 3.79e-3, 3.09), (124, 14.11e-3, 13.7)])
def test_mtbf_agrees_with_published_clusters(nodes: int, rate: float, hours: float) -> None:
    """Kokolis et al. (2025) projection, Llama 3 (419 stops in 54 days), OPT-175B: within their rounding (1 %)."""
    assert reliability.mtbf(np.array([nodes]), np.array([rate]))[0] == pytest.approx(hours, rel=0.01)


def test_mtbf_agrees_with_every_derived_row(shared: Path) -> None:
    with (shared / "facts" / "goodput_validation.csv").open(encoding="utf-8") as handle:
        rows = [r for r in csv.DictReader(handle) if r["derived_mtbf_h"] and r["derived_failures_per_1000_node_days"] and r["n_nodes"]]
    checked = [r for r in rows if r["metric"] in ("effective_training_time", "restarts")]
    assert checked
    for row in checked:
        made = reliability.mtbf(np.array([float(row["n_nodes"])]), np.array([float(row["derived_failures_per_1000_node_days"]) / 1000.0]))
        assert made[0] == pytest.approx(float(row["derived_mtbf_h"]), rel=0.02), row["row_id"]


def test_nodes_of_a_job() -> None:
    assert reliability.training_job_nodes(np.array([16384.0]), np.array([8.0]))[0] == 2048.0


def test_the_interval_is_a_little_below_youngs() -> None:
    """2 minutes to save, 8 hours between failures: Young's sqrt(2 * (120 / 3600) * 8) = 0.730 h, about two thirds of a save less."""
    made = reliability.checkpoint_interval(np.array([120.0]), np.array([8.0]))[0]
    assert made == pytest.approx(0.7303 - 2.0 / 3.0 * 120.0 / 3600.0, rel=1e-3)


def test_planned_stops_and_slow_nodes_take_their_shares() -> None:
    given = [np.array([value]) for value in (3.0, 0.4, 20.0, 0.1)]
    whole, less = (reliability.goodput(*given, np.array([p]), np.array([s]))[0] for p, s in ((0.0, 0.0), (0.02, 0.01)))
    assert less == pytest.approx(whole * 0.98 * 0.99)


def test_goodput_of_llama_3_is_above_its_bound() -> None:
    """More than 90 % effective time at 3.1 h between stops; saving stalls for seconds, restart takes about ten minutes."""
    assert useful(3.09, 5 / 3600, 10 / 60) > 0.90


def test_goodput_is_first_order_where_failures_are_rare() -> None:
    """ETTR of Kokolis et al.: (1 - (u0 + dt/2) / M) / (1 + w / dt); equal to second order in dt / M."""
    mtbf, stall, restart = 500.0, 0.02, 0.1
    step = float(reliability.checkpoint_interval(np.array([stall * 3600.0]), np.array([mtbf]))[0])
    ettr = (1 - (restart + step / 2) / mtbf) / (1 + stall / step)
    assert useful(mtbf, stall, restart) == pytest.approx(ettr, abs=2e-4)


def test_goodput_agrees_with_an_event_by_event_simulation() -> None:
    """Failures one by one, also during restart; 40,000 intervals, tolerance four standard errors of the mean time."""
    mtbf, stall, restart = 2.0, 0.05, 0.25
    step = float(reliability.checkpoint_interval(np.array([stall * 3600.0]), np.array([mtbf]))[0])
    chance = np.random.default_rng(20250121)
    times = np.empty(40_000)
    for i in range(times.size):
        clock = 0.0
        todo = step + stall
        while (life := chance.exponential(mtbf)) < todo:
            clock += life
            todo = restart + step + stall
        times[i] = clock + todo
    low, high = step / (times.mean() + 4 * times.std() / 200), step / (times.mean() - 4 * times.std() / 200)
    assert low <= useful(mtbf, stall, restart) <= high


@settings(max_examples=100, deadline=None)
@given(st.floats(1e-3, 1e4), st.floats(1e-4, 0.5), st.floats(0, 3))
def test_goodput_lies_between_zero_and_one_at_any_size(mtbf: float, stall: float, restart: float) -> None:
    assert 0.0 <= useful(mtbf, stall, restart) < 1.0


@settings(max_examples=60, deadline=None)
@given(st.floats(0.1, 100), st.floats(1e-3, 0.1), st.floats(0, 1), st.floats(1.01, 5))
def test_goodput_falls_with_failures_stalls_and_slow_restarts(mtbf: float, stall: float, restart: float, factor: float) -> None:
    base = useful(mtbf, stall, restart)
    assert useful(mtbf / factor, stall, restart) <= base + 1e-12
    assert useful(mtbf, stall * factor, restart) <= base + 1e-12
    assert useful(mtbf, stall, restart * factor) <= base + 1e-12
