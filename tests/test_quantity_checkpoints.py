"""Checkpoints: the best interval against the Lambert function and a search, published approximations, goodput and its parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stargauge.quantity.compute.checkpoints import (
    Recovery,
    best_interval,
    daly_interval,
    goodput,
    recovery_time,
    time_by_part,
    write_time,
    young_interval,
)
from stargauge.quantity.compute.failures import DAY, Failures, causes_of, time_between, wait_for_spare

BETWEEN, STALL = st.floats(1.0, 1e7), st.floats(1e-3, 1e5)


def _at(value: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(value)


@settings(max_examples=200, deadline=None)
@given(BETWEEN, STALL)
def test_the_best_interval_is_that_of_lamberts_function(between: float, stall: float) -> None:
    """M (1 + W0(-exp(-1 - w / M))), by another route; scipy's W loses digits near its branch point, where Young's form holds."""
    special = pytest.importorskip("scipy.special")
    made = float(best_interval(_at(stall), _at(between)))
    if stall / between > 1e-7:
        assert made == pytest.approx(between * (1.0 + special.lambertw(-np.exp(-1.0 - stall / between)).real), rel=1e-6)
    else:
        assert made == pytest.approx(float(young_interval(_at(stall), _at(between))), rel=1e-3)


@settings(max_examples=100, deadline=None)
@given(BETWEEN, STALL, st.floats(0.0, 1e4), st.floats(0.0, 1e3), st.floats(0.2, 5.0))
def test_no_other_interval_keeps_more(between: float, stall: float, standing: float, reload: float, factor: float) -> None:
    """Neither standing still nor reload moves the best interval."""
    assume(stall / between < 40.0 and reload / between < 100.0)  # beyond, goodput is held at next to nothing
    recovery, best = Recovery(_at(standing), _at(reload)), best_interval(_at(stall), _at(between))
    kept = [float(goodput(_at(between), each, _at(stall), recovery)) for each in (best, best * factor)]
    assert kept[1] <= kept[0] * (1.0 + 1e-9)


def test_a_background_write_holds_back_the_next_checkpoint() -> None:
    best = best_interval(_at(2.0), _at(7200.0))
    assert float(best_interval(_at(2.0), _at(7200.0), 100.0)) == float(best)
    assert float(best_interval(_at(2.0), _at(7200.0), 900.0)) == 898.0
    assert float(best_interval(_at(0.0), _at(7200.0), 300.0)) == 300.0


def test_a_search_in_brackets_finds_the_same_with_a_background_write() -> None:
    optimise = pytest.importorskip("scipy.optimize")
    recovery = Recovery(_at(200.0), _at(300.0))
    found = optimise.minimize_scalar(
        lambda tau: -float(goodput(_at(9000.0), _at(tau), _at(25.0), recovery, 60.0)), bounds=(100.0, 9000.0), method="bounded",
        options={"xatol": 1e-4},
    )  # fmt: skip
    assert float(best_interval(_at(25.0), _at(9000.0), 60.0)) == pytest.approx(found.x, rel=1e-4)


@pytest.mark.parametrize(("stall", "between"), [(30.0, 11_000.0), (5.0, 1000.0), (600.0, 80_000.0), (300.0, 1800.0)])
def test_published_approximations_are_near(stall: float, between: float) -> None:
    """Daly's form is nearer to the exact one than Young's."""
    exact, daly, young = (float(form(_at(stall), _at(between))) for form in (best_interval, daly_interval, young_interval))
    assert abs(daly - exact) < abs(young - exact) and daly == pytest.approx(exact, rel=2e-3)
    assert float(daly_interval(_at(3.0 * between), _at(between))) == between


def test_recovery_is_dalys_where_nothing_stands_still() -> None:
    """M (exp(R / M) - 1) of a restart that failures may hit; the restart itself where they cannot."""
    assert float(recovery_time(_at(1000.0), Recovery(_at(0.0), _at(500.0)))) == pytest.approx(1000.0 * np.expm1(0.5))
    assert float(recovery_time(_at(1000.0), Recovery(_at(500.0), _at(0.0)))) == 500.0


@settings(max_examples=200, deadline=None)
@given(st.floats(1e-2, 1e9), st.floats(1e-3, 1e6), st.floats(0.0, 1e5), st.floats(0.0, 1e6), st.floats(0.0, 1e6), st.floats(0.0, 1.0))
def test_goodput_is_a_share_at_any_size(
    between: float, interval: float, stall: float, standing: float, reload: float, behind: float
) -> None:
    made = float(goodput(_at(between), _at(interval), _at(stall), Recovery(_at(standing), _at(reload)), behind * interval))
    assert 0.0 <= made <= 1.0


@settings(max_examples=100, deadline=None)
@given(st.floats(10.0, 1e6), st.floats(1.0, 1e5), st.floats(0.0, 1e3), st.floats(0.0, 1e3), st.floats(0.0, 1e3), st.floats(0.0, 1.0))
def test_parts_add_up_and_none_is_negative(
    between: float, interval: float, stall: float, standing: float, reload: float, behind: float
) -> None:
    parts = time_by_part(_at(between), _at(interval), _at(stall), Recovery(_at(standing), _at(reload)), behind * interval)
    assert sum(float(part) for part in parts) == pytest.approx(1.0, abs=1e-9)
    assert min(float(part) for part in parts) >= -1e-9


# --- failures -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nodes", "rate", "hours"), [(2048, 6.5e-3, 1.80), (2048, 3.79e-3, 3.09), (124, 14.11e-3, 13.7)])
def test_time_between_failures_of_published_clusters(nodes: int, rate: float, hours: float) -> None:
    """Kokolis et al. (2025), Llama 3, OPT-175B; the same whether nodes are counted or accelerators."""
    assert 24.0 * float(time_between(_at(nodes), _at(rate))) == pytest.approx(hours, rel=0.01)
    failures = Failures(_at(rate / 8.0 / DAY), causes_of({"a": 3.0, "b": 1.0}, frozenset({"a"})))
    assert float(failures.between(_at(8.0 * nodes))) / 3600.0 == pytest.approx(hours, rel=0.01)
    assert failures.swapped == 0.75 and [cause.name for cause in failures.causes] == ["a", "b"]


def test_more_spares_wait_less_and_enough_wait_never() -> None:
    recovery = Recovery(_at(300.0), _at(300.0))
    waits = wait_for_spare(_at(3600.0), recovery, 0.8, _at(2.0 * DAY), np.array([0, 10, 40, 60, 200]))
    assert np.all(np.diff(waits) < 0.0) and waits[-1] < 1e-9 < waits[0]


def test_the_state_of_llama_3_is_written_in_seconds() -> None:
    """405e9 parameters at 14 bytes over 2 TB/s (sustained, as published): 2.8 s."""
    assert float(write_time(405e9, _at(14.0), _at(2e12 / 16384), _at(16384.0))) == pytest.approx(2.835)
