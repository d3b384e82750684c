"""A site financed as two assets: cost, tax, loan, cash and books, on shipped programmes, on stated terms, against the law's tables."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import depreciation_by_asset as by_asset
from tests.real_worlds import NOW, TINY, known_of, world_of

from stargauge import api
from stargauge.catalogue.depreciation import bonus_law, building_shares, recovery_table
from stargauge.catalogue.load import load_catalogue
from stargauge.model import asset_cash, asset_cost, asset_loan, asset_tax
from stargauge.quantity.dates import day, months_between
from stargauge.quantity.finance.depreciation import deduction_shares
from stargauge.quantity.finance.project_finance import Accounts, Loan
from stargauge.quantity.quantity import ASSETS, CASH_LINES, FUNDS, OUTLAYS, STAGES, TAX_ROWS

BUILDING, EQUIPMENT = (ASSETS.index(a) for a in ("building", "equipment"))
MONTHS = months_between(date(2025, 1, 1), date(2034, 12, 1))
ENDS = np.array([day(month) for month in MONTHS])
CENT = 0.01


@cache
def values(programme: str | Path = "stargate", block: int = 0) -> dict[str, Any]:
    """One block of everything about the assets of a programme."""
    names = (
        "asset_cost", "asset_cost_given_up", "asset_begins", "asset_placed_in_service", "asset_renewal", "capex", "senior_loan",
        "cash_accounts", "loan_to_cost", "loan_to_cost_limit", "coverage_binds", "agreed_amount_binds", "asset_sources",
        "asset_uses", "books_off", "irr",
        "irr_count", "cover_year", "dscr", "dscr_average", "llcr", "plcr", "debt_balance", "idc", "cash_flow", "equity_flow", "book_value",
        "debt_breach_date", "debt_breached", "secured_cash", "dscr_required", "loans_agreed",
    )  # fmt: skip
    return dict(world_of(known_of(programme, NOW), names=names).run(names).block(block).values)


PROGRAMMES = pytest.mark.parametrize("programme", ["stargate", TINY, "meta-hyperion"])


# --- books ------------------------------------------------------------------------------------------------------------------------


@PROGRAMMES
def test_books_tie_to_the_cent_in_every_month_of_every_world(programme: str | Path) -> None:
    """Sources are uses, and assets are debt and equity, for each asset of each site."""
    for block in range(2):
        assert not values(programme, block)["books_off"].any()


@PROGRAMMES
def test_money_raised_is_money_spent(programme: str | Path) -> None:
    made = values(programme)
    np.testing.assert_allclose(made["asset_sources"].sum(axis=1), made["asset_uses"].sum(axis=1), atol=CENT)
    assert made["asset_sources"][:, FUNDS.index("loan")].min() >= 0.0


def test_a_book_fault_of_a_cent_shows() -> None:
    wrong = np.zeros((256, 2, 3, 4))
    wrong[3, 1, 2, 0] = 0.01
    assert asset_cash.books_off(wrong, np.zeros_like(wrong))[3, 1, 2] == 0.01


def test_lines_of_the_cash_flow_add_up_to_what_owners_put_in_later() -> None:
    made = values()
    flow = made["cash_flow"].sum(axis=(1, -1))
    later = made["asset_uses"][:, OUTLAYS.index("renewal")] + made["asset_uses"][:, OUTLAYS.index("support")]
    first = made["asset_uses"][:, OUTLAYS.index("first_working_capital")]
    np.testing.assert_allclose(-flow, later + first, atol=1.0)
    assert CASH_LINES[0] == "income" and made["cash_flow"][:, 0].min() >= -1e10


# --- cost -------------------------------------------------------------------------------------------------------------------------


def test_what_assets_cost_is_the_capital_of_the_clock() -> None:
    made = values()
    clock = made["capex"].shape[-1]
    np.testing.assert_allclose(made["asset_cost"][..., :clock].sum(axis=1), made["capex"].sum(axis=1), rtol=1e-9, atol=1.0)


def test_all_that_runs_one_day_is_placed_in_service_once() -> None:
    made = values()
    built = (made["asset_cost"] - made["asset_cost_given_up"]).sum(axis=-1)
    begun = made["asset_begins"].any(axis=-1)
    placed = (made["asset_placed_in_service"] - made["asset_renewal"]).sum(axis=-1)
    np.testing.assert_allclose(placed[begun], built[begun], rtol=1e-9, atol=CENT)


def test_what_begins_last_is_all_that_waits() -> None:
    begins = values()["asset_begins"]
    some = begins > 0.0
    last = begins.shape[-1] - 1 - np.argmax(some[..., ::-1], axis=-1)
    ends = np.take_along_axis(begins, last[..., None], axis=-1)[..., 0][some.any(axis=-1)]
    np.testing.assert_allclose(ends, 1.0, rtol=1e-9)
    assert begins.min() >= 0.0 and begins.max() <= 1.0 + 1e-9


def test_equipment_is_bought_again_after_each_life_where_that_pays() -> None:
    cost = np.zeros((2, 2, 1, 40))
    cost[:, EQUIPMENT, 0, 0] = 100.0
    nothing, flat, life = np.zeros_like(cost), np.ones((2, 40)), np.full(2, 10 * 365.25 / 12)
    pays = np.ones((2, 1, 40))
    pays[1, 0, 15:] = 0.0
    again = asset_cost.asset_renewal(cost, nothing, pays, life, np.zeros(2), flat, ENDS[:40])
    np.testing.assert_allclose(again[0, EQUIPMENT, 0].nonzero()[0], [10, 20, 30])
    np.testing.assert_allclose(again[1, EQUIPMENT, 0].nonzero()[0], [10])
    assert again[0, EQUIPMENT].sum() == pytest.approx(300.0) and not again[:, BUILDING].any()
    kept = asset_cost.asset_kept(cost, nothing, pays, life, flat)
    np.testing.assert_array_equal(kept[1, EQUIPMENT, 0], np.where(np.arange(40) < 20, 1.0, 0.0))
    assert (kept[:, BUILDING] == 1.0).all()


def test_renewal_follows_prices() -> None:
    cost = np.zeros((1, 2, 1, 24))
    cost[0, EQUIPMENT, 0, 0] = 100.0
    level = np.full((1, 24), 1.0)
    level[0, 12:] = 1.5
    again = asset_cost.asset_renewal(cost, np.zeros_like(cost), np.ones((1, 1, 24)), np.array([365.25]), np.array([0.1]), level, ENDS[:24])
    years = (ENDS[12] - ENDS[0]) / 365.25
    assert again[0, EQUIPMENT, 0, 12] == pytest.approx(100.0 * 1.5 * np.exp(0.1 * years))


# --- tax --------------------------------------------------------------------------------------------------------------------------


def law() -> np.ndarray:
    """The tables of the catalogue as the model reads them."""
    values_ = load_catalogue()
    rows = [row for period in (5, 15) for row in recovery_table(values_, period)] + list(building_shares(values_))
    return np.array([np.pad(row, (0, 41 - len(row))) for row in rows])


def depreciated(placed: np.ndarray, bonus: float = 0.0, works: float = 0.0, land: float = 0.0) -> np.ndarray:
    site = np.array([[works]]), np.array([[land]])
    return asset_tax.asset_depreciation(placed, np.full(placed.shape, bonus), *site, law(), np.float64(0.4), ENDS)[0, :, 0]


def placed_in(asset: int, amount: float, *months: int) -> np.ndarray:
    out = np.zeros((1, 2, 1, len(ENDS)))
    for month in months:
        out[0, asset, 0, month] = amount
    return out


def test_equipment_is_written_off_by_the_half_year_table_of_five_years() -> None:
    found = depreciated(placed_in(EQUIPMENT, 1e9, 4))[EQUIPMENT]
    np.testing.assert_allclose(found[:6] / 1e7, [20.0, 32.0, 19.2, 11.52, 11.52, 5.76])
    assert found.sum() == pytest.approx(1e9)


def test_a_hall_filled_in_december_flips_to_the_table_of_the_last_quarter() -> None:
    found = depreciated(placed_in(EQUIPMENT, 1e9, 11))[EQUIPMENT]
    np.testing.assert_allclose(found[:6] / 1e7, [5.0, 38.0, 22.8, 13.68, 10.94, 9.58])


def test_the_quarters_count_only_above_two_fifths_of_the_year() -> None:
    both = placed_in(EQUIPMENT, 1e9, 2, 3, 11)
    assert depreciated(both)[EQUIPMENT][0] == pytest.approx(3e9 * 0.20)
    both[0, EQUIPMENT, 0, 11] = 3e9
    first = 1e9 * law()[TAX_ROWS.index("5-year-quarter-1"), 0] + 1e9 * law()[TAX_ROWS.index("5-year-quarter-2"), 0] + 3e9 * 0.05
    assert depreciated(both)[EQUIPMENT][0] == pytest.approx(first)


def test_a_building_is_written_off_in_parts_land_never() -> None:
    found = depreciated(placed_in(BUILDING, 1e9, 0), works=0.2, land=0.1)[BUILDING]
    expected = 0.2e9 * 0.05 + 0.7e9 * building_shares(load_catalogue())[0, 0]
    assert found[0] == pytest.approx(expected)
    assert found.sum() < 0.9e9


def test_bonus_is_deducted_at_once_for_equipment_and_never_for_a_building_of_39_years() -> None:
    assert depreciated(placed_in(EQUIPMENT, 1e9, 4), bonus=1.0)[EQUIPMENT].tolist()[:2] == pytest.approx([1e9, 0.0])
    assert depreciated(placed_in(BUILDING, 1e9, 4), bonus=1.0)[BUILDING][0] < 0.03e9


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 119), st.floats(1e6, 1e9)), min_size=1, max_size=6), st.sampled_from([0.0, 0.4, 1.0]))
def test_deductions_are_those_of_each_asset_from_its_own_day(bought: list[tuple[int, float]], bonus: float) -> None:
    """Adding up by month and year first gives what each delivery gives alone, under the convention its year has."""
    placed = np.zeros((1, 2, 1, len(ENDS)))
    for month, amount in bought:
        placed[0, EQUIPMENT, 0, month] += amount
    months = np.flatnonzero(placed[0, EQUIPMENT, 0])
    cost, days = placed[0, EQUIPMENT, 0, months], ENDS[months]
    rows = by_asset.conventions(cost, days, 0.4)
    shares = deduction_shares(recovery_table(load_catalogue(), 5), rows, np.full(len(months), bonus))
    expected = by_asset.deductions_by_year(cost, shares, days, 2025, 10).sum(axis=0)
    np.testing.assert_allclose(depreciated(placed, bonus=bonus)[EQUIPMENT], expected, rtol=1e-9, atol=1.0)


def bonus(start: date, stated: float = np.nan) -> np.ndarray:
    """The bonus by month of service, of a site on which work starts and equipment is first paid on a day; a contract as stated."""
    rule = bonus_law(load_catalogue())
    kept = dict(zip(rule.earlier_years.tolist(), rule.earlier.tolist(), strict=True))
    earlier = np.array([kept.get(float(year), 0.0) for year in range(2025, 2035)])
    dates = np.full((1, len(STAGES), 1), float(day(start)))
    return asset_tax.bonus_share(
        dates, dates, np.zeros(1), np.full((2, 1), stated), np.float64(rule.share), np.float64(rule.after), earlier, np.zeros(1), ENDS
    )[0, :, 0]


@pytest.mark.parametrize(
    ("bound", "month", "share"),
    [(date(2025, 2, 1), 3, 1.0), (date(2024, 10, 1), 3, 0.4), (date(2024, 10, 1), 15, 0.2), (date(2024, 10, 1), 27, 0.0)],
)  # fmt: skip
def test_bonus_hangs_on_the_day_of_the_contract_and_the_year_of_service(bound: date, month: int, share: float) -> None:
    for asset in (BUILDING, EQUIPMENT):
        assert bonus(date(2030, 1, 1), float(day(bound)))[asset, month] == pytest.approx(share)
        assert bonus(bound)[asset, month] == pytest.approx(share), "a contract nobody dated counts from the first work or payment"


# --- loan -------------------------------------------------------------------------------------------------------------------------


@PROGRAMMES
def test_no_loan_is_above_its_limit_and_the_limit_that_binds_is_told(programme: str | Path) -> None:
    made = values(programme)
    share, limit = made["loan_to_cost"], made["loan_to_cost_limit"]
    known = np.isfinite(share)
    assert (share[known] <= limit[known] * (1 + 1e-9)).all()
    binds = made["coverage_binds"]
    assert set(np.unique(binds[np.isfinite(binds)])) <= {0.0, 1.0}


def test_a_building_is_lent_no_more_than_was_agreed() -> None:
    made = values()
    agreed, drawn = made["loans_agreed"], made["asset_sources"][:, FUNDS.index("loan"), BUILDING]
    some = agreed > 0.0
    assert some.any() and (drawn[some] <= agreed[some] * (1 + 1e-9)).all()
    told = made["agreed_amount_binds"][:, BUILDING]
    np.testing.assert_array_equal(told[some] == 1.0, drawn[some] >= agreed[some] * (1 - 1e-9))
    assert not (made["agreed_amount_binds"] + made["coverage_binds"] > 1.0).any()
    assert 0.0 < told[some].mean() < 1.0


def test_the_lenders_case_keeps_the_cover_asked_in_every_month() -> None:
    made = values()
    loan: Loan = made["senior_loan"]
    service = (loan.interest + loan.principal)[..., :-1]
    before = np.cumsum(loan.refinanced + loan.gap, axis=-1)[..., :-1] == 0.0
    most = np.maximum(made["secured_cash"], 0.0)[..., :-1] / made["dscr_required"][..., None]
    assert (np.where(before, service - most, 0.0) <= 1.0).all()


@PROGRAMMES
def test_every_loan_ends_at_nothing(programme: str | Path) -> None:
    loan: Loan = values(programme)["senior_loan"]
    assert np.abs(loan.balance[..., -1]).max() < CENT and np.abs(loan.waiting[..., -1]).max() < 1.0


def test_a_loan_as_stated_limits_and_ends_as_stated() -> None:
    """Terms of a commitment to the site go before the catalogue's."""
    loan = {
        "parties": {"bob": {"commitments": {"bob-loan": {
            "loan_to_cost": {"value": "35 %", "source": "plan"}, "term": {"value": "3 years", "source": "plan"},
            "extensions": {"value": "1 year", "source": "plan"}, "lock_up": {"value": 1.3, "source": "plan"},
            "upfront_fee": {"value": "3 %", "source": "plan"}, "draw_rule": {"value": "equity_first", "source": "plan"},
        }}}}
    }  # fmt: skip
    known = api.known(api.load(TINY, loan), NOW)
    names = (
        "loan_to_cost_limit",
        "loan_maturity",
        "loan_extension",
        "lock_up_cover",
        "upfront_fee",
        "loan_draw_rule",
        "senior_loan",
        "books_off",
    )
    found = world_of(known, names=names).run(names).block(0).values
    at = (slice(None), BUILDING, [view.id for view in known.sites].index("north"))
    for name, value in {"loan_to_cost_limit": 0.35, "lock_up_cover": 1.3, "upfront_fee": 0.03, "loan_extension": 365.25}.items():
        np.testing.assert_allclose(found[name][at], value)
    np.testing.assert_allclose(found["loan_maturity"][at], 3 * 365.25)
    assert found["loan_draw_rule"][at[1:]] == 1.0
    assert not found["books_off"].any()


def test_a_stated_cover_sizes_a_loan_and_is_no_default_level_and_a_vendors_rate_is_his_own() -> None:
    stated = {
        "parties": {
            "bob": {"commitments": {"bob-loan": {"dscr": {"value": 1.4, "source": "plan"}}}},
            "dan": {"commitments": {"dan-vendor": {"rate": {"value": "15 %", "source": "plan"}}}},
        }
    }
    known = api.known(api.load(TINY, stated), NOW)
    names = ("dscr_required", "dscr_default", "debt_rate_path", "vendor_rate")
    found = world_of(known, names=names).run(names).block(0).values
    north, east = ([view.id for view in known.sites].index(name) for name in ("north", "east"))
    np.testing.assert_allclose(found["dscr_required"][:, BUILDING, north], 1.4)
    assert found["dscr_default"].max() < 1.1
    np.testing.assert_allclose(found["vendor_rate"][:, east], 0.15)
    np.testing.assert_array_equal(found["debt_rate_path"][:, EQUIPMENT, east], found["debt_rate_path"][:, EQUIPMENT, north])


def test_owners_pay_working_capital_once_however_often_income_dips() -> None:
    held = np.array([0.0, 10.0, 4.0, 10.0, 12.0, 12.0]).reshape(1, 1, 1, 6)
    begins = np.array([0.5, 0.0, 0.0, 1.0, 0.0, 0.0]).reshape(1, 1, 1, 6)
    paid = asset_cash.working_capital_funded(held, begins)[0, 0, 0]
    np.testing.assert_allclose(paid, [0.0, 10.0, 0.0, 0.0, 2.0, 0.0])


def test_customers_and_vendors_pay_before_lenders_and_owners() -> None:
    """What customers bring is earned back out of their payments; what vendors lend is paid after the senior loan."""
    brings = {
        "parties": {"cid": {"commitments": {
            "cid-ahead": {"to": "north", "kind": "prepayment", "amount": {"value": "0.2 bn USD", "source": "plan"}},
            "cid-own": {"to": "north", "kind": "customer_chips", "amount": {"value": "0.3 bn USD", "source": "plan"}},
            "cid-lent": {"to": "north", "kind": "vendor", "amount": {"value": "0.4 bn USD", "source": "plan"}},
        }}}
    }  # fmt: skip
    known = api.known(api.load(TINY, brings), NOW)
    names = (
        "customer_money", "vendor_credit", "customer_credit_share", "compute_income_contracted", "books_off", "junior_balance",
        "asset_cost", "asset_cost_given_up",
    )  # fmt: skip
    found = world_of(known, names=names).run(names).block(0).values
    north = [view.id for view in known.sites].index("north")
    cost = (found["asset_cost"] - found["asset_cost_given_up"])[:, EQUIPMENT, north].sum(axis=-1)
    due = np.maximum(found["compute_income_contracted"][:, north], 0.0).sum(axis=-1)
    runs = (cost > 1e9) & (due > 0.0)
    assert runs.any() and not found["customer_money"][:, BUILDING].any()
    np.testing.assert_allclose(found["customer_money"][runs, EQUIPMENT, north].sum(axis=-1), 0.5e9)
    np.testing.assert_allclose(found["vendor_credit"][runs, EQUIPMENT, north].sum(axis=-1), 0.4e9)
    earned = found["customer_credit_share"][runs, north] * due[runs]
    assert (earned <= 0.5e9 + CENT).all() and (np.abs(found["junior_balance"][..., -1]) < 1.0).all()
    assert not found["books_off"].any()


# --- cash and returns -------------------------------------------------------------------------------------------------------------


def test_cover_is_absent_never_infinite_where_nothing_is_due() -> None:
    made = values()
    for name in ("cover_year", "dscr", "dscr_average", "llcr", "plcr"):
        assert not np.isinf(made[name]).any(), name
    unpaid = made["asset_sources"][:, FUNDS.index("loan")] == 0.0
    assert np.isnan(made["dscr"][unpaid]).all()


def test_project_life_covers_at_least_the_loan_life_where_cash_is_never_below_nothing() -> None:
    made = values()
    accounts: Accounts = made["cash_accounts"]
    fine = (accounts.available >= 0.0).all(axis=-1) & np.isfinite(made["llcr"])
    assert fine.any() and (made["plcr"][fine] >= made["llcr"][fine] - 1e-9).all()


def test_a_breach_stays_a_breach_and_comes_on_its_day() -> None:
    made = values()
    breached, when = made["debt_breached"], made["debt_breach_date"]
    assert (np.diff(breached, axis=-1) >= 0.0).all()
    assert (breached[..., -1] == (when <= day(known_of("stargate", NOW).months[-1]))).all()


def test_a_rate_of_return_makes_the_flows_worth_nothing_and_none_is_made_up() -> None:
    made = values()
    flows = made["equity_flow"].reshape(*made["equity_flow"].shape[:-1], -1, 12).sum(axis=-1)
    rate = made["irr"]
    found = np.isfinite(rate)
    growth = (1.0 + rate[found])[:, None] ** -np.arange(flows.shape[-1])
    worth, size = (flows[found] * growth).sum(axis=-1), (np.abs(flows[found]) * growth).sum(axis=-1)
    assert (np.abs(worth) <= 1e-9 * size).all()
    assert (found == (made["irr_count"] == 1.0)).all()
    never = (flows <= 0.0).all(axis=-1) | (flows >= 0.0).all(axis=-1)
    assert np.isnan(rate[never]).all()


def test_debt_of_the_clock_is_that_of_the_life() -> None:
    made = values()
    loan: Loan = made["senior_loan"]
    clock = made["debt_balance"].shape[-1]
    assert (made["debt_balance"] >= (loan.waiting + loan.balance)[..., :clock] - CENT).all()
    np.testing.assert_allclose(made["idc"], loan.costs[..., :clock])


def test_books_write_off_what_was_placed_in_service() -> None:
    placed = placed_in(EQUIPMENT, 60.0, 0)
    value = asset_cash.book_value(placed, np.array([5 * 365.25]), np.array([25 * 365.25]))[0, EQUIPMENT, 0]
    np.testing.assert_allclose(value[:3], [60.0, 59.0, 58.0])
    assert value[60] == pytest.approx(0.0)


def test_no_book_value_is_below_nothing() -> None:
    assert values()["book_value"].min() >= -1.0


def test_a_dearer_building_is_never_lent_a_larger_share_by_cover() -> None:
    """Twice the cost against the same income under contract."""
    shape = (1, 2, 1, 60)
    cost, begins, secured = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    cost[..., :6], begins[..., 5], secured[..., 6:] = 10.0, 1.0, 1.2
    nothing, ones = np.zeros(shape), np.ones((1, 2, 1))

    def share(factor: float) -> float:
        loan = asset_loan.senior_loan(
            factor * cost, nothing, nothing, nothing, begins, secured, np.ones(shape), np.full(shape, 0.06), np.full(shape, 0.06),
            0.95 * ones, np.zeros((1, 1)), 1.3 * ones, 0.01 * ones, 0.005 * ones, 54 * 30.44 * ones, 1e5 * ones, 0.0 * ones,
            np.zeros((2, 1)), np.full(60, 30.4),
        )  # fmt: skip
        return float(loan.drawn[0, BUILDING, 0].sum() / (factor * 60.0))

    assert share(2.0) == pytest.approx(share(1.0) / 2.0)
