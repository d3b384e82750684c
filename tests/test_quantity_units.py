"""Units, distributions and dates at the border of the model."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.dates import Window, day, months_between, parse_window
from stargauge.quantity.distribution import Distribution, from_p10_p90, parse_value
from stargauge.quantity.errors import InputError
from stargauge.quantity.statistics.normal import normal_cdf, normal_ppf
from stargauge.quantity.units import figures, parse_number, show


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1.2 GW", "W", 1.2e9), ("1,200 MW", "W", 1.2e9), ("$40 bn", "USD", 40e9), ("40 bn USD", "USD", 40e9), ("40 Mrd. USD", "USD", 40e9),
        ("11.7 M USD/MW", "USD/W", 11.7), ("30 USD/MWh", "USD/Wh", 3e-5), ("736.6 lb/MWh", "g/Wh", 736.6 * 453.59237 / 1e6),
        ("8989 Btu/kWh", "W*s/Wh", 8989 * 1055.05585262 / 1000), ("6.5 MWh", "Wh", 6.5e6), ("128 weeks", "d", 896.0), ("85 %", "1", 0.85),
        ("0.4 jobs/MW", "job/W", 4e-7), ("100_000 jobs", "job", 100_000.0), ("3 EFLOP/s", "FLOP/s", 3e18), ("8", "1", 8.0),
    ],
)  # fmt: skip
def test_number_with_unit_is_read_in_the_wanted_unit(text: str, unit: str, value: float) -> None:
    assert parse_number(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("1.2 GWh", "W", "an energy; expected a power, e.g. 1.2 GW"), ("12 bananas", "W", 'unknown unit "bananas"'),
        ("3", "W", "without a unit; expected a power"), ("3 GW", "USD", "a power; expected an amount of money"),
        ("40 bn EUR", "USD", "expected an amount of money"), ("many", "1", "not a number"), ("5..3 GW", "W", "must rise"),
        ("lognormal(p10=3 GW, p99=4 GW)", "W", "expected one of"), ("choice({1 GW})", "W", "value: weight"),
    ],
)  # fmt: skip
def test_wrong_unit_says_what_came_and_what_was_expected(text: str, unit: str, says: str) -> None:
    with pytest.raises(InputError) as error:
        parse_value(text, unit)
    assert says in str(error.value)


def test_range_is_the_tenth_and_ninetieth_percentile() -> None:
    made = parse_value("3..5 GW", "W")
    assert isinstance(made, Distribution)
    assert made.quantile(0.1) == pytest.approx(3e9) and made.quantile(0.9) == pytest.approx(5e9)
    crossing = from_p10_p90(-1.0, 3.0)
    assert (crossing.kind, crossing.quantile(0.5)) == ("normal", pytest.approx(1.0))


def test_normal_quantile_and_probability_agree_with_scipy() -> None:
    from scipy.stats import norm

    u = np.linspace(1e-12, 1 - 1e-9, 20_001)
    assert np.max(np.abs(normal_ppf(u) - norm.ppf(u))) < 1e-8
    z = np.linspace(-30, 8, 20_001)
    assert np.max(np.abs(normal_cdf(z) / norm.cdf(z) - 1)) < 1e-6


@pytest.mark.parametrize(("kind", "parameters"), [("triangular", (1.0, 2.0, 5.0)), ("uniform", (1.0, 4.0)), ("lognormal", (2.0, 0.3))])
def test_quantiles_agree_with_scipy(kind: str, parameters: tuple[float, ...]) -> None:
    from scipy import stats

    oracle = {
        "triangular": stats.triang(0.25, 1, 4), "uniform": stats.uniform(1, 3), "lognormal": stats.lognorm(0.3, scale=2.0),
    }[kind]  # fmt: skip
    u = np.linspace(0.001, 0.999, 999)
    np.testing.assert_allclose(Distribution(kind, parameters).ppf(u), oracle.ppf(u), rtol=1e-9)


def test_choice_keeps_its_weights() -> None:
    made = parse_value("choice({10 GW: 0.7, 5 GW: 0.3})", "W")
    assert isinstance(made, Distribution)
    values = made.ppf((np.arange(1000) + 0.5) / 1000)
    assert np.count_nonzero(values == 1e10) == 700 and set(values) == {1e10, 5e9}


@given(st.floats(1e-3, 1e15))
def test_three_figures_never_lose_more_than_half_a_percent(value: float) -> None:
    shown = float(figures(value).replace(",", ""))
    assert shown == pytest.approx(value, rel=0.0051)


def test_values_are_shown_in_the_unit_that_reads_best() -> None:
    assert [show(590e6, "W"), show(16e9, "USD"), show(6400, "job"), show(float("nan"), "W")] == [
        "590 MW",
        "16 bn USD",
        "6,400 jobs",
        "absent",
    ]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2026-12-31"), ("2026-Q4", "2026-10-01", "2026-12-31"), ("2026-H1", "2026-01-01", "2026-06-30"),
        ("2024-02", "2024-02-01", "2024-02-29"), ("2026-10-01..2027-03-31", "2026-10-01", "2027-03-31"),
        ("2025-01-21T23:47:45Z", "2025-01-21", "2025-01-21"),
    ],
)  # fmt: skip
def test_dates_keep_the_precision_they_were_stated_in(text: str, start: str, end: str) -> None:
    assert parse_window(text) == Window(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("text", ["2026-13", "2026-02-30", "soon", "2027..2026"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_window(text)


def test_month_axis_is_month_ends() -> None:
    months = months_between(date(2024, 11, 30), date(2025, 2, 1))
    assert [str(m) for m in months] == ["2024-11-30", "2024-12-31", "2025-01-31", "2025-02-28"]
    assert day(months[1]) - day(months[0]) == 31


def test_what_rounds_up_to_a_thousand_is_one_of_the_next_unit() -> None:
    assert [show(v, "USD") for v in (999.4e6, 999.6e6, 1.02e9, -999.9e6)] == ["999 million USD", "1 bn USD", "1.02 bn USD", "−1 bn USD"]
    assert [show(999_700.0, "W"), show(0.99951e12, "USD"), show(999.9, "USD"), show(0.9, "USD")] == [
        "1 MW",
        "1 tn USD",
        "1,000 USD",
        "0.9 USD",
    ]


def test_rates_per_power_and_per_day_are_shown_in_units_that_can_be_read() -> None:
    assert [show(4e-7, "job/W"), show(8.1e6, "W/d"), show(0.02 / 365.25, "1/d")] == ["0.4 jobs/MW", "8.1 MW/d", "0.02 a year"]


def test_a_range_without_a_unit_is_told_as_it_was_written() -> None:
    with pytest.raises(InputError, match=r'got "55\.\.65" without a unit; expected a power'):
        parse_value("55..65", "W")
    assert isinstance(parse_value("55..65", "1"), Distribution)
