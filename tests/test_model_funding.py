"""Whose money: hand-made parties, the published vector, and what must always hold (books tie, more money never widens a gap)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.catalogue.load import load_catalogue
from stargauge.engine.simulate import simulate
from stargauge.model import funding
from stargauge.programme.known import known
from stargauge.programme.load import load
from stargauge.quantity.instruments import INSTRUMENTS, ROLE, ROLES, places_of
from stargauge.quantity.quantity import MEANS

ENDS = np.array([31.0, 59.0, 90.0])
KIND = {name: float(place) for place, name in enumerate(INSTRUMENTS)}
NAN = np.nan
CASH, COMMITTED, ANNOUNCED, FINANCEABLE = range(len(MEANS))


class Books:
    """Three parties (landlord, lender, tenant), one site, some lines: (from, to party, to site, kind, amount, announced, committed)."""

    def __init__(self, *lines: tuple[int, int, int, str, float, float, float], cash: tuple[float, ...] = (5.0, 50.0, 20.0)) -> None:
        columns = list(zip(*lines, strict=True))
        self.origin, self.party, self.site = (np.array(c, dtype=float) for c in columns[:3])
        self.kind = np.array([KIND[k] for k in columns[3]])
        self.amount = np.array([columns[4]], dtype=float)
        self.announced, self.committed = (np.array(c, dtype=float) for c in columns[5:])
        self.cash = np.repeat(np.array(cash)[:, None], 3, axis=1)
        self.sites = np.zeros(1)

    def owed(self, building: np.ndarray, total: np.ndarray) -> np.ndarray:
        where = (self.amount, self.origin, self.site, self.kind, self.cash, self.sites)
        loans, equity = funding.site_loans(*where), funding.site_equity(*where)
        owner = funding.owner_share(equity, self.amount, self.origin, self.party, self.site, self.kind)
        equipment = funding.equipment_share(self.amount, self.origin, self.site, self.kind, owner)
        used = funding.loans_used(loans, equity, building)
        return funding.capital_owed(loans, owner, equipment, used, building, total)

    def transfers(self) -> np.ndarray:
        return funding.transfers_owed(self.amount, self.origin, self.party, self.kind, self.committed, self.cash, ENDS)

    def beside_cash(self) -> np.ndarray:
        return np.ones((1, len(self.origin), 3))

    def available(self, leverage: float = 0.75) -> np.ndarray:
        return funding.funding_available(
            self.cash, np.ones((1, len(self.cash))), self.amount, self.origin, self.party, self.kind, self.announced, self.committed,
            self.beside_cash(), np.array([leverage]), ENDS,
        )  # fmt: skip


ABILENE = (
    (0, -1, 0, "equity", 5.0, 0.0, 0.0),
    (1, -1, 0, "loan", 10.0, 0.0, 0.0),
    (2, -1, 0, "purchase", 40.0, 0.0, np.inf),
    (2, -1, 0, "lease", NAN, 0.0, 0.0),
)
BUILDING, TOTAL = np.array([[[6.0, 15.0, 18.0]]]), np.array([[[6.0, 25.0, 48.0]]])


def test_lender_and_owner_pay_the_building_pro_rata_and_the_tenant_the_equipment() -> None:
    owed = Books(*ABILENE).owed(BUILDING, TOTAL)[0]
    np.testing.assert_allclose(owed[0], [2.0, 5.0, 8.0])  # an overrun of 3 falls on the owner
    np.testing.assert_allclose(owed[1], [4.0, 10.0, 10.0])
    np.testing.assert_allclose(owed[2], [0.0, 10.0, 30.0])


def test_capital_is_counted_once() -> None:
    np.testing.assert_allclose(Books(*ABILENE).owed(BUILDING, TOTAL).sum(axis=1), TOTAL[:, 0])


def test_a_site_nobody_promised_to_is_owed_by_those_who_pledged_to_the_programme() -> None:
    pledges = ((0, -1, -1, "equity", 19.0, 0.0, np.inf), (2, -1, -1, "equity", 1.0, 0.0, np.inf))
    owed = Books(*pledges).owed(BUILDING, TOTAL)[0]
    np.testing.assert_allclose(owed[:, 2], [48.0 * 0.95, 0.0, 48.0 * 0.05])


def test_contracts_add_nothing_to_capital_owed() -> None:
    contract = (2, 0, -1, "cloud_contract", 300.0, 0.0, 0.0)
    without, with_it = Books(*ABILENE), Books(*ABILENE, contract)
    np.testing.assert_array_equal(without.owed(BUILDING, TOTAL), with_it.owed(BUILDING, TOTAL))
    np.testing.assert_array_equal(without.available(), with_it.available())
    assert with_it.transfers().sum() == 0.0


def test_means_are_a_ladder_of_definitions() -> None:
    lines = (
        (1, 0, -1, "loan", 8.0, 10.0, 40.0),  # announced in the first month, firm in the second
        (0, -1, -1, "equity", 19.0, 10.0, np.inf),  # an announced pledge of its own
    )
    available = Books(*lines).available(leverage=0.75)[0, :, 0]
    np.testing.assert_allclose(available[CASH], 5.0)
    np.testing.assert_allclose(available[COMMITTED], [5.0, 13.0, 13.0])
    np.testing.assert_allclose(available[ANNOUNCED], 19.0)  # the pledge, larger than cash and loan together
    np.testing.assert_allclose(available[FINANCEABLE], 19.0 + 3.0 * (19.0 - 8.0))  # nobody lends on what is lent already


def test_a_line_drawn_before_the_newest_cash_of_who_got_it_counts_once() -> None:
    books = Books((1, 0, -1, "loan", 8.0, 10.0, 20.0))
    books.beside_cash = lambda: np.array([[[1.0, 0.25, 0.0]]])  # type: ignore[method-assign]
    np.testing.assert_allclose(books.available()[0, COMMITTED, 0], [13.0, 7.0, 5.0])


def test_a_party_without_accounts_is_absent_until_it_signs() -> None:
    books = Books((2, -1, 0, "loan", 7.0, 40.0, 70.0), cash=(5.0, 50.0, NAN))
    available = books.available()[0, :, 2]
    assert np.isnan(available[CASH]).all()
    np.testing.assert_array_equal(available[COMMITTED], [NAN, NAN, 7.0])
    np.testing.assert_array_equal(available[ANNOUNCED], [NAN, 7.0, 7.0])


def test_cash_before_the_first_report_is_that_of_the_first_report() -> None:
    books = Books((0, -1, -1, "equity", 1.0, 0.0, np.inf))
    books.cash = np.array([[NAN, 5.0, 6.0], [1.0, 1.0, 1.0], [NAN, NAN, NAN]])
    np.testing.assert_array_equal(books.available()[0, CASH], [[5.0, 5.0, 6.0], [1.0, 1.0, 1.0], [NAN, NAN, NAN]])


def test_equity_pledged_counts_pledges_to_the_programme_from_the_day_they_are_known() -> None:
    """19, 19, 7 and 7 bn USD reported on 22 January 2025: SoftBank and Oracle are half of it."""
    parties = np.zeros((4, 3))
    origin, kind = np.arange(4.0), np.zeros(4)
    pledged = funding.equity_pledged(
        np.array([19e9, 19e9, 7e9, 7e9]), origin, np.full(4, -1.0), np.full(4, -1.0), kind, np.full(4, 22.0), parties, ENDS
    )
    np.testing.assert_array_equal(pledged[:, 0], [19e9, 19e9, 7e9, 7e9])
    assert pledged[[0, 2], 0].sum() / pledged[:, 0].sum() == pytest.approx(0.5)
    to_a_site = funding.equity_pledged(np.array([1e9]), np.zeros(1), np.full(1, -1.0), np.zeros(1), np.zeros(1), np.zeros(1), parties, ENDS)
    assert to_a_site.sum() == 0.0


LINES = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from([-1]), st.sampled_from([-1, 0]),
        st.sampled_from(list(INSTRUMENTS)),
        st.floats(0.1, 100.0), st.floats(0.0, 95.0), st.floats(0.0, 95.0),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(LINES, st.lists(st.floats(0.0, 60.0), min_size=3, max_size=3), st.floats(0.0, 50.0))
def test_more_money_never_widens_a_gap_and_the_books_tie(lines: list[Any], cash: list[float], more: float) -> None:
    lean, rich = Books(*lines, cash=tuple(cash)), Books(*lines, cash=tuple(c + more for c in cash))
    opens = []
    for books in (lean, rich):
        owed, moved, available = books.owed(BUILDING, TOTAL), books.transfers(), books.available()
        need = funding.funding_need(owed, moved)
        drawn = funding.funding_drawn(available, need)
        still = funding.funding_open(drawn, need)
        np.testing.assert_allclose(funding.sources_less_uses(drawn, still, owed, moved), 0.0, atol=1e-9)
        assert drawn.min() >= -1e-12
        assert np.all(np.diff(available, axis=1) >= -1e-9)
        opens.append(still)
    assert np.all(opens[1] <= opens[0] + 1e-9)


def test_firm_money_to_another_party_is_a_need_of_who_gives_it() -> None:
    books = Books((2, 0, -1, "equity", 30.0, 0.0, 45.0))
    np.testing.assert_array_equal(books.transfers()[0, 2], [0.0, 30.0, 30.0])


def test_pledged_money_is_equity_at_market_leverage_times_what_such_pledges_spent() -> None:
    share = funding.pledge_share_spent(np.array([0.05]), np.zeros(2), np.array([2 * 365.25]))
    np.testing.assert_allclose(share, 0.1)
    stated, unsited = np.array([[52.0, NAN]]), np.array([1.0, 0.0])
    nowhere, kind = np.full(2, -1.0), np.zeros(2)
    lines = (np.array([[33.0, 19.0]]), nowhere, nowhere, kind)
    realised = funding.pledge_capital_realised(stated, share, *lines, np.array([0.75]), unsited)
    assert realised[0, 0] == pytest.approx(52.0 / 0.25 * 0.1)
    assert np.isnan(realised[0, 1])
    alone = funding.pledge_capital_realised(stated, share, np.array([[0.0, 0.0]]), *lines[1:], np.array([0.75]), unsited)
    assert alone[0, 0] == pytest.approx(5.2)


def test_a_pledge_never_spends_more_than_it_is() -> None:
    assert funding.pledge_share_spent(np.array([0.5]), np.zeros(1), np.array([9999.0]))[0, 0] == 1.0


def test_every_instrument_has_one_role_and_every_role_an_instrument() -> None:
    assert set(ROLE) == set(INSTRUMENTS)
    assert set(ROLE.values()) == set(ROLES)
    assert sorted(place for role in ROLES for place in places_of(role)) == list(range(len(INSTRUMENTS)))


def test_books_of_the_shipped_programme_tie_for_every_party_and_month() -> None:
    stargate = known(load("stargate"), load_catalogue(), date(2026, 11, 22))
    parties = stargate.axes["party"]
    wanted = [f"{name}[{party}]" for party in parties for name in ("sources_less_uses", "funding_gap")]
    result = simulate(stargate, [*wanted, "equity_pledged[softbank, oracle]", "equity_pledged"], draws=256)
    for party in parties:
        left = result[f"sources_less_uses[{party}]"].values
        assert np.abs(left).max() < 0.01
    pledged = result["equity_pledged[softbank, oracle]"].values.reshape(-1)[0] / result["equity_pledged"].values.reshape(-1)[0]
    assert pledged == pytest.approx(0.5, abs=0.06)  # 19 and 7 of 52 bn USD, where no conflicting report is drawn
