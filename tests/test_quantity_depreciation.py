"""Tax depreciation against the published tables and the rules on conventions and bonus."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import depreciation_by_asset as by_asset

from stargauge.catalogue.depreciation import bonus_law, building_shares, most_late, recovery_periods, recovery_table
from stargauge.catalogue.load import load_catalogue
from stargauge.quantity.errors import InputError
from stargauge.quantity.finance import depreciation as tax
from stargauge.quantity.finance.depreciation import Convention

CATALOGUE = load_catalogue()
LAW = bonus_law(CATALOGUE)
TABLES = recovery_table(CATALOGUE, 5)
FACTORS = {5: 2.0, 7: 2.0, 15: 1.5}


def day(text: str) -> float:
    return float(date.fromisoformat(text).toordinal())


def bonus(contract: str, in_service: str, period: float = 5.0) -> float:
    return float(
        by_asset.bonus_share(
            day(contract), day(in_service), period, share=LAW.share, after=LAW.after, longest=LAW.longest, earlier=LAW.earlier,
            earlier_years=LAW.earlier_years,
        )
    )  # fmt: skip


def test_every_table_sums_to_one() -> None:
    assert recovery_periods(CATALOGUE) == (5, 7, 15)
    for period in recovery_periods(CATALOGUE):
        np.testing.assert_allclose(recovery_table(CATALOGUE, period).sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(building_shares(CATALOGUE).sum(axis=1), 1.0, atol=1e-12)


@pytest.mark.parametrize("period", [5, 7, 15])
def test_the_formula_makes_the_published_tables_to_their_rounding(period: int) -> None:
    made, published = tax.recovery_tables(period, FACTORS[period]), recovery_table(CATALOGUE, period)
    np.testing.assert_allclose(made, published, atol=1.001e-4)  # one place of the last digit: table A-3 cuts 17.857 to 17.85
    exact = [row for row in Convention if not (period == 7 and row is Convention.QUARTER_2)]
    np.testing.assert_allclose(made[exact], published[exact], atol=1e-12)


def test_a_published_row_of_a_table_that_the_catalogue_leaves_to_the_formula() -> None:
    first = [8.75, 9.13, 8.21, 7.39, 6.65, 5.99]
    np.testing.assert_allclose(100.0 * recovery_table(CATALOGUE, 15)[Convention.QUARTER_1][:6], first, atol=1e-9)


def test_buildings_follow_the_middle_of_their_month() -> None:
    table = 100.0 * building_shares(CATALOGUE)
    np.testing.assert_allclose(table[[0, 6, 11], 0], [2.461, 1.177, 0.107], atol=1e-9)
    np.testing.assert_allclose(table[:, 1:39], 2.564, atol=1e-9)
    np.testing.assert_allclose(table[[0, 11], 39], [0.107, 2.461], atol=1e-9)


def test_an_unknown_recovery_period_names_those_known() -> None:
    with pytest.raises(InputError, match="recovery period of 6 years; known: 5, 7, 15"):
        recovery_table(CATALOGUE, 6)


def test_more_than_two_fifths_in_the_last_quarter_bring_the_quarters() -> None:
    days = [day("2026-02-10"), day("2026-12-20"), day("2027-11-01")]
    cost = np.array([[59.0, 41.0, 1.0], [60.0, 40.0, 1.0]])
    late = by_asset.late_share(cost, days)
    np.testing.assert_allclose(late, [[0.41, 0.41, 1.0], [0.4, 0.4, 1.0]])
    np.testing.assert_array_equal(by_asset.conventions(cost, days, most_late(CATALOGUE)), [[1, 4, 4], [0, 0, 4]])


def test_what_never_enters_service_moves_nothing() -> None:
    days = np.array([day("2026-02-10"), np.inf, np.nan])
    late = by_asset.late_share(np.array([10.0, 1e9, 1e9]), days)
    assert late[0] == 0.0 and np.isnan(late[1:]).all()
    assert (by_asset.deductions_by_year(np.ones(3), tax.deduction_shares(TABLES, [0, 0, 0]), days, 2025, 10)[1:] == 0.0).all()


@pytest.mark.parametrize(
    ("contract", "in_service", "share"),
    [
        ("2025-01-20", "2025-01-20", 1.0),
        ("2025-01-19", "2025-06-30", 0.4),
        ("2024-08-01", "2025-01-10", 0.4),
        ("2024-08-01", "2026-03-01", 0.2),
        ("2024-08-01", "2027-03-01", 0.0),
        ("2025-06-01", "2029-03-01", 1.0),
    ],
)
def test_the_bonus_hangs_on_contract_and_service(contract: str, in_service: str, share: float) -> None:
    assert bonus(contract, in_service) == pytest.approx(share)
    assert bonus(contract, in_service, 15.0) == pytest.approx(share)
    assert bonus(contract, in_service, 39.0) == 0.0


def test_a_contract_of_an_unknown_day_gets_no_new_bonus() -> None:
    given_ = dict(share=LAW.share, after=LAW.after, longest=LAW.longest, earlier=LAW.earlier, earlier_years=LAW.earlier_years)
    got = by_asset.bonus_share([np.nan, day("2025-06-01")], [day("2025-07-01"), np.inf], 5.0, **given_)  # type: ignore[arg-type]
    np.testing.assert_allclose(got, [0.4, 0.0])


@given(st.integers(0, 4), st.floats(0.0, 1.0))
def test_what_is_deducted_over_all_years_is_the_cost(row: int, share: float) -> None:
    shares = tax.deduction_shares(TABLES, row, share)
    assert shares.sum() == pytest.approx(1.0) and (shares >= 0.0).all()
    assert shares[0] == pytest.approx(share + (1.0 - share) * TABLES[row, 0])


def test_deductions_stand_in_the_years_of_each_draw_and_site() -> None:
    days = np.array([[day("2026-03-01"), day("2027-10-01")], [day("2024-06-01"), np.inf]])
    cost = np.array([[100.0, 200.0], [50.0, 7.0]])
    rows = np.array([[0, 4], [0, 0]])
    got = by_asset.deductions_by_year(cost, tax.deduction_shares(TABLES, rows), days, 2025, 4)
    np.testing.assert_allclose(got[0], [[0.0, 20.0, 32.0, 19.2], [0.0, 0.0, 10.0, 76.0]])
    np.testing.assert_allclose(got[1], [[16.0, 9.6, 5.76, 5.76], [0.0, 0.0, 0.0, 0.0]])
