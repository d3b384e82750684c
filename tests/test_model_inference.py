"""Inference: throughput, cost of a token, users, break-even."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from stargauge.model import inference

NAN = float("nan")


def throughput(
    z: float = 0.0, middle: tuple[float, ...] = (1265.0, 173.0, NAN), upper: tuple[float, ...] = (4000.0, 600.0, NAN)
) -> np.ndarray:
    """GB200, H100 and a chip nobody measured, with 8, 3.35 and 22 TB/s."""
    bandwidth, other = np.array([8e12, 3.35e12, 22e12]), np.full(3, 1.0)  # the second of two models is served
    p50, p90 = (np.stack([other, np.array(rate)], axis=1) for rate in (middle, upper))
    return np.asarray(inference.accelerator_throughput(p50, p90, np.array([z]), bandwidth, np.array(1.0))[0])


def test_measured_throughput_wins_and_a_chip_nobody_measured_scales_with_its_bandwidth() -> None:
    np.testing.assert_allclose(throughput(), [1265.0, 173.0, 1265.0 * 22 / 8])


def test_the_shared_deviate_moves_all_chips_to_their_upper_end_together() -> None:
    np.testing.assert_allclose(throughput(z=1.2815515655446004)[:2], [4000.0, 600.0])


def test_a_chip_without_rate_and_bandwidth_counts_as_nothing() -> None:
    p50, p90, bandwidth = np.array([[NAN], [10.0]]), np.array([[NAN], [20.0]]), np.array([NAN, 1e12])
    made = inference.accelerator_throughput(p50, p90, np.array([0.0]), bandwidth, np.array(0.0))
    np.testing.assert_allclose(made, [[0.0, 10.0]])


def test_throughput_grows_with_memory_bandwidth_in_the_measured_rows(shared: Path) -> None:
    """DeepSeek-R1, 1,024 in and 8,192 out, output tokens: GB200 (8 TB/s, fp4) 4,379, H200 (4.8 TB/s, fp8) 1,218 per accelerator.

    Per byte of bandwidth they differ by the number format and the size of the domain, a factor of two, so the roof enters as a range.
    """
    with (shared / "facts" / "inference_validation.csv").open(encoding="utf-8") as handle:
        rows = {r["gpu"]: float(r["tokens_per_s_per_gpu"]) for r in csv.DictReader(handle) if r["row_id"] in ("I007", "I008")}
    per_byte = {gpu: rows[gpu] / bandwidth for gpu, bandwidth in (("GB200", 8.0e12), ("H200", 4.8e12))}
    assert 1.5 < per_byte["GB200"] / per_byte["H200"] < 2.5


def served(count: float = 1000.0, share: float = 0.3, used: float = 1.0, peak: float = 2.0) -> np.ndarray:
    return np.asarray(
        inference.inference_tokens_per_s(
            np.full((1, 2, 1, 1), count), np.array([[4000.0, 1000.0]]), np.array([[0.1, 0.6, share]]), np.array([used]), np.array([peak])
        )
    )


def test_tokens_per_second_sum_over_generations() -> None:
    assert served()[0, 0] == pytest.approx(1000 * 5000 * 0.3 * 0.5)


def test_cost_per_million_tokens_at_a_rent() -> None:
    """Ten H100 at 3 USD per hour and 1,000 tokens/s each: 3 / 3.6 = 0.83 USD per million tokens; at half the use twice that."""
    held, share, rent = np.full((1, 1, 1), 10.0), np.array([[0.0, 0.0, 1.0]]), np.array([3.0])
    assert inference.token_cost_rented(np.array([[10_000.0]]), held, share, rent)[0, 0] == pytest.approx(3 / 3.6)
    assert inference.token_cost_rented(np.array([[5_000.0]]), held, share, rent)[0, 0] == pytest.approx(6 / 3.6)


def test_cost_is_absent_while_nothing_is_served() -> None:
    made = inference.token_cost_rented(np.zeros((1, 1)), np.zeros((1, 1, 1)), np.array([[0.0, 0.0, 1.0]]), np.array([3.0]))
    assert np.isnan(made[0, 0])


def test_users_and_break_even_are_two_readings_of_one_balance() -> None:
    """Where users served equal today's users, the break-even is what a user takes."""
    q, take = np.array([[1e8]]), inference.tokens_per_user_day(np.array([25.7]), np.array([400.0]))
    assert take[0] == pytest.approx(1468.6, rel=1e-3)
    users = inference.inference_users_served(q * 86400, take)
    np.testing.assert_allclose(inference.inference_breakeven_tokens(q * 86400, users[0]), take[:, None])


def test_what_is_needed_serves_exactly_the_demand() -> None:
    """Twice what is there for twice what is served; accelerators and power alike, and what is covered is served over demand."""
    held, share = np.full((1, 2, 1, 1), 1000.0), np.array([[0.1, 0.6, 0.3]])
    q = served()
    demand = inference.inference_demand_tokens(np.array([7e8]), np.array([1500.0]))
    covered = inference.inference_demand_covered(inference.inference_tokens_per_day(q), demand)
    assert covered[0, 0] == pytest.approx(q[0, 0] * 86400 / (7e8 * 1500.0))
    need = inference.inference_accelerators_needed(covered, held, share)
    assert need[0, 0] * q[0, 0] / (2000 * 0.3) * 86400 == pytest.approx(7e8 * 1500.0)
    power = inference.inference_power_it(np.full((1, 2, 1), 1e6), share)
    assert power[0, 0] == pytest.approx(0.3 * 2e6)
    assert inference.inference_power_it_needed(covered, power)[0, 0] / power[0, 0] == pytest.approx(need[0, 0] / 600.0)
    at_meter = inference.inference_power_facility(np.full((1, 2, 1), 1.3e6), share)
    needed = inference.inference_power_facility_needed(covered, at_meter)
    assert needed[0, 0] == pytest.approx(1.3 * inference.inference_power_it_needed(covered, power)[0, 0])


def test_what_is_needed_is_absent_while_nothing_is_served() -> None:
    assert np.isnan(inference.inference_power_it_needed(np.zeros((1, 1)), np.zeros((1, 1)))).all()
