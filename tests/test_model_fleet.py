"""Fleet: accelerators by generation, refresh and retirement, peak, H100 equivalents."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.catalogue.load import load_catalogue
from stargauge.inputs import facility as facility_inputs
from stargauge.inputs import fleet as fleet_inputs
from stargauge.inputs import supply as supply_inputs
from stargauge.model import fleet
from stargauge.programme.known import Known, known
from stargauge.programme.load import load, shipped
from stargauge.quantity.dates import day, months_between
from stargauge.quantity.quantity import FIXED_AXES, SOURCES, STAGES, quantities_of
from stargauge.quantity.statement import Estimate

MONTHS = months_between(date(2025, 1, 1), date(2030, 12, 31))
MONTH_END = np.array([day(month) for month in MONTHS])
NAN = float("nan")
#: H100, GB200, GB300: dense TFLOP/s in bf16, fp8, fp4 (data sheets); first shipments.
PEAK = np.array([[989.0, 2500.0, 2500.0], [1979.0, 5000.0, 5000.0], [NAN, 10000.0, 15000.0]])[None] * 1e12
SHIPS = np.array([[day(date(2022, 12, 1)), day(date(2025, 2, 1)), day(date(2025, 8, 1))]])


def installed(
    count: list[float], when: list[date | None], chip: list[int], *, life: float = 1e6, retire: float = 0.0, **over: Any
) -> np.ndarray:
    """(chip, site, month) of phases at one site in one draw."""
    dates = np.array([[day(d) if d else np.inf for d in when]])
    chips, counts = np.array([chip], float), np.array([count])
    power = np.array([[1.4e3, 2.1e3, 2.2e3]])
    refresh = fleet.refresh_date(dates, np.array([life]))
    again = fleet.refresh_chip(refresh, np.array([0.0]), SHIPS)
    more = fleet.refresh_accelerators(counts, chips, again, power)
    sites = np.array(over.get("sites", [0.0] * len(count)))
    made = fleet.accelerators(
        dates,
        np.full(dates.shape, over.get("span", 0.0)),
        chips,
        counts,
        refresh,
        again,
        more,
        np.array([retire]),
        SHIPS,
        sites,
        np.zeros(int(sites.max()) + 1),
        MONTH_END,
    )
    return np.asarray(made[0])


def h100_equivalents(counts: np.ndarray) -> np.ndarray:
    peak = fleet.compute_peak(counts[None], fleet.accelerator_peak(PEAK))
    return np.asarray(fleet.compute_h100e(peak, np.array(989e12))[0])


def test_racks_go_live_over_their_span_and_all_stand_at_operation() -> None:
    made = installed([100.0], [date(2025, 6, 30)], [1], span=120.0)[1, 0]
    steps = dict(zip(MONTH_END, made, strict=True))
    reached = [steps[day(date(2025, m, d))] for m, d in ((3, 31), (4, 30), (5, 31), (6, 30))]
    assert reached == [0.0, 25.0, 75.0, 100.0]  # on 1 April, 1 May, 31 May and 30 June


def test_racks_go_live_no_sooner_than_power_is_on_and_at_once_where_they_take_no_time() -> None:
    """Power on 90 days before full operation: racks that take 50 days go live over 50, those that take 200 over 90."""
    dates = np.full((1, len(STAGES), 5), NAN)
    dates[0, STAGES.index("energised")] = [910.0, 910.0, 1000.0, np.inf, 910.0]
    dates[0, STAGES.index("operational")] = [1000.0, 1000.0, 1000.0, np.inf, np.inf]
    with np.errstate(invalid="ignore"):  # as in a run
        made = fleet.rack_span(dates, np.array([[50.0, 200.0, 50.0, 50.0, 50.0]]))
    assert made.tolist() == [[50.0, 90.0, 0.0, 0.0, 0.0]]


def test_what_never_runs_has_no_racks_and_a_longer_span_never_more_of_them() -> None:
    quick, slow = (installed([100.0, 50.0], [date(2026, 1, 31), None], [1, 1], span=span)[1, 0] for span in (0.0, 300.0))
    assert quick.max() == slow.max() == pytest.approx(100.0)
    before = np.array([month < date(2026, 1, 31) for month in MONTHS])
    assert (slow[before] >= quick[before]).all() and slow[before].max() == pytest.approx(75.0)


def test_refresh_and_retirement_leave_nothing_of_racks_that_came_one_after_the_other() -> None:
    made = installed([2200.0], [date(2025, 6, 30)], [1], span=120.0, life=365.0, retire=0.1 / 365.25)
    assert made[1, 0, -1] == pytest.approx(0.0, abs=1e-6) and made[2, 0].max() == pytest.approx(2100.0, rel=0.01)


def test_racks_per_week_fill_the_hall_in_its_time() -> None:
    """50,400 accelerators, 72 to a rack, in 100 days: 7 racks a day, 49 a week; of the second generation 36 to a rack, twice as many."""
    args = np.array([[100.0, 100.0]]), np.array([[50_400.0, 50_400.0]]), np.array([[0.0, 1.0]]), np.array([[72.0, 36.0]])
    assert fleet.racks_per_week(*args).tolist() == [[49.0, 98.0]]


@pytest.mark.parametrize(("chip", "count", "published"), [(1, 110_000.0, 277_918.0), (0, 100_000.0, 100_000.0)])
def test_h100_equivalents_agree_with_the_published_campuses(chip: int, count: float, published: float) -> None:
    """Epoch AI: 110,000 GB200 = 277,918 and 100,000 H100 = 100,000 H100 equivalents (0.1 %)."""
    made = h100_equivalents(installed([count], [date(2025, 3, 1)], [chip]))
    assert made[0, -1] == pytest.approx(published, rel=1e-3)


def test_missing_formats_fall_back_to_the_next_wider_one() -> None:
    stated = np.array([[[2500.0, 989.0], [5000.0, 1979.0], [10_000.0, NAN]]])
    made = fleet.accelerator_peak(stated)
    np.testing.assert_array_equal(made[0, :, 1], [989.0, 1979.0, 1979.0])
    assert np.isnan(stated[0, 2, 1])


def test_generation_is_the_newest_that_ships_at_delivery_unless_stated() -> None:
    dates = np.array([[day(date(2023, 1, 1)), day(date(2025, 5, 1)), day(date(2027, 1, 1)), day(date(2027, 1, 1)), np.inf]])
    stated = np.array([NAN, NAN, NAN, 0.0, NAN])
    made = fleet.phase_chip(stated, dates, np.array([30.0]), SHIPS)
    np.testing.assert_array_equal(made, [[0, 1, 2, 0, 2]])


def test_a_delivery_before_every_generation_gets_the_oldest() -> None:
    assert fleet.newest_shipping(np.array([[0.0]]), SHIPS[:, ::-1])[0, 0] == 2


def test_a_stated_number_of_chips_wins_over_power() -> None:
    made = fleet.phase_accelerators(
        np.array([[NAN, 8000.0]]), np.array([[105e6, 105e6]]), np.array([[1.0, 1.0]]), np.array([[1400.0, 2100.0]]), np.array([1.0])
    )
    np.testing.assert_allclose(made, [[50_000.0, 8000.0]])


def test_accelerators_count_from_the_month_the_phase_runs_and_add_over_sites() -> None:
    made = installed([100.0, 200.0, 50.0], [date(2025, 3, 31), date(2025, 4, 1), None], [1, 2, 1], sites=[0.0, 1.0, 1.0])
    assert made.shape == (3, 2, len(MONTHS))
    assert made[1, 0, 1] == 0.0 and made[1, 0, 2] == pytest.approx(100.0)
    assert made[2, 1, 3] == pytest.approx(200.0) and made[1, 1].sum() == 0.0
    assert made.sum(axis=(0, 1))[-1] == pytest.approx(300.0)


def test_refresh_swaps_the_generation_at_equal_power() -> None:
    made = installed([2200.0], [date(2025, 1, 31)], [1], life=365.0)
    assert made[1, 0, 0] == pytest.approx(2200.0)
    assert made[1, 0, -1] == pytest.approx(0.0, abs=1e-6)
    assert made[2, 0, -1] == pytest.approx(2200.0 * 2.1 / 2.2)


def test_retirement_takes_its_share_per_year() -> None:
    """One per cent of a year's stock per year: after 1,000 days exp(-0.01 * 1000 / 365.25) is left."""
    made = installed([1000.0], [MONTHS[0]], [1], retire=0.01 / 365.25)
    later = int(np.searchsorted(MONTH_END, MONTH_END[0] + 1000))
    assert made[1, 0, later] == pytest.approx(1000.0 * np.exp(-0.01 * (MONTH_END[later] - MONTH_END[0]) / 365.25))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1e5), st.integers(0, 80), st.integers(0, 2)), min_size=1, max_size=6),
    st.floats(200, 3000),
    st.floats(0, 1e-3),
)
def test_accelerators_are_never_negative_and_never_more_than_was_delivered(
    rows: list[tuple[float, int, int]], life: float, retire: float
) -> None:
    when = [MONTHS[m] if m < len(MONTHS) else None for _, m, _ in rows]
    made = installed([n for n, _, _ in rows], when, [c for _, _, c in rows], life=life, retire=retire)
    assert (made >= 0.0).all()
    assert made.sum(axis=0).max() <= sum(n for n, _, _ in rows) * 2.2 / 1.4 + 1e-6


def test_installed_date_reads_the_operational_stage_and_absent_is_never() -> None:
    dates = np.full((1, len(STAGES), 2), 5.0)
    dates[0, -1] = [7.0, NAN]
    np.testing.assert_array_equal(fleet.installed_date(dates), [[7.0, np.inf]])


def test_deliveries_add_up_to_first_installs_and_refreshes() -> None:
    dates = np.array([[MONTH_END[3] - 2, np.inf]])
    made = fleet.accelerators_delivered(
        dates, np.array([[100.0, 9.0]]), dates + 400.0, np.array([[90.0, 9.0]]), np.zeros(2), np.zeros(1), MONTH_END
    )
    assert made[0, 0, 3] == pytest.approx(100.0)
    assert made.sum() == pytest.approx(190.0)


def test_racks_hold_seventy_two() -> None:
    assert fleet.racks(np.full((1, 1, 1, 1), 144.0), np.array([[72.0]]))[0, 0, 0, 0] == 2.0


# --- inputs on the shipped programmes ---------------------------------------------------------------------------------------------


@cache
def shipped_known(name: str, as_of: date = date(2026, 11, 22)) -> Known:
    return known(load(name), load_catalogue(), as_of)


@pytest.mark.parametrize("name", sorted(shipped()))
@pytest.mark.parametrize("module", ["fleet", "facility", "supply", "reliability", "training", "inference", "environment"])
def test_every_input_makes_one_estimate_per_cell(name: str, module: str) -> None:
    facts = shipped_known(name)
    for made in quantities_of(import_module(f"stargauge.inputs.{module}")).values():
        cells = made.function(facts)
        cells = [cells] if isinstance(cells, Estimate) else cells
        assert len(cells) == len(facts.labels(made)), made.name
        stored = [cell for cell in cells if isinstance(cell.value, np.ndarray)]
        inner = ("outdoor", "hardest_hour", "calendar_month", "month")
        rows = tuple(len(FIXED_AXES.get(axis, facts.months)) for axis in made.axes if axis in inner)
        assert all(cell.value.shape == rows for cell in stored), made.name


def test_abilenes_buildings_pair_facility_and_it_power_of_one_source() -> None:
    facts = shipped_known("stargate")
    pairs = zip(facts.phases, facility_inputs.phase_facility_power_paired(facts), facility_inputs.phase_it_power_paired(facts), strict=True)
    ratios = [f.value / p.value for phase, f, p in pairs if phase.site == "abilene" and f.statements]
    assert ratios and all(1.35 < ratio < 1.45 for ratio in ratios)


def test_a_site_takes_hardware_and_chips_from_its_phases() -> None:
    facts = shipped_known("xai-colossus-2")
    chips = facts.axes["chip"]
    named = {chips[int(cell.value)] for cell in fleet_inputs.phase_chip_stated(facts)}
    assert {"gb200-nvl72", "gb300-nvl72"} <= named
    assert [cell.value for cell in fleet_inputs.phase_chips_stated(facts)] == [110_000.0, 110_000.0]


def test_hardware_outside_the_succession_follows_its_own_makers_dates() -> None:
    facts = shipped_known("anthropic-new-carlisle")
    assert all(np.isfinite(cell.value) for cell in fleet_inputs.chip_ships_from(facts))


def test_abilenes_gas_is_backup_and_its_grid_has_a_date() -> None:
    facts = shipped_known("stargate")
    cells = {
        (source, site.id): (role, when)
        for (source, site), role, when in zip(
            [(source, site) for source in SOURCES for site in facts.sites],
            supply_inputs.supply_prime(facts), supply_inputs.supply_available_from(facts), strict=True,
        )
    }  # fmt: skip
    assert cells["gas", "abilene"][0].value == 0.0
    assert cells["fuel_cell", "dona-ana"][0].value == 1.0
    assert day(date(2025, 12, 1)) < cells["grid", "abilene"][1].value < day(date(2026, 3, 1))
    assert np.isnan(cells["solar", "abilene"][0].value)


def test_power_of_a_fleet_is_that_of_its_accelerators_at_racks_and_meter() -> None:
    held, each = np.array([[[[10.0], [0.0]], [[5.0], [4.0]]]]), np.array([[2000.0, 1000.0]])
    power = fleet.fleet_power_it(held, each)
    np.testing.assert_allclose(power, [[[25_000.0], [4000.0]]])
    np.testing.assert_allclose(fleet.fleet_power_facility(power, np.array([[1.2, 1.5]])), [[[30_000.0], [6000.0]]])
