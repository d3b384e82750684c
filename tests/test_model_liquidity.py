"""Liquidity, gaps, policies and knock-on: hand-made parties, the published vector, and what must always hold."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.model import liquidity as model
from stargauge.quantity.instruments import INSTRUMENTS
from stargauge.quantity.quantity import MEANS

KIND = {name: float(place) for place, name in enumerate(INSTRUMENTS)}
NAN, NEVER = np.nan, np.inf
CASH, COMMITTED, ANNOUNCED, FINANCEABLE = range(len(MEANS))
MONTHS = 6
ENDS = 30.0 * np.arange(1, MONTHS + 1)
HOURS = np.full(MONTHS, 720.0)
Line = tuple[int, int, str, float, float]


@dataclass
class World:
    """Parties with cash stated on a day, and lines between them: (from, to, kind, amount, due)."""

    cash: list[float]
    lines: list[Line]
    cash_day: float = 0.0
    paid_before: float = 0.0
    drawn: float = NEVER
    term: float = NAN
    pay: dict[int, float] = field(default_factory=dict)
    pay_from: float = -NEVER
    margin: float = 0.5
    capital: Any = 0.0
    revenue: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count, number = len(self.cash), len(self.lines)
        columns = list(zip(*self.lines, strict=True)) if self.lines else [(), (), (), (), ()]
        self.origin, self.to = (np.array(column, dtype=float) for column in columns[:2])
        self.kind = np.array([KIND[name] for name in columns[2]])
        self.amount, self.due = np.array([columns[3]], dtype=float), np.array(columns[4], dtype=float)
        stated = np.array([[NAN if np.isnan(one) else self.cash_day] * MONTHS for one in self.cash])
        self.since = model.cash_counted_from(stated, ENDS)
        self.share = np.array([self.pay.get(party, 1.0) for party in range(count)])
        self.pays_from = np.full(count, self.pay_from)
        self.beside = model.line_beside_cash(
            self.to, self.due, np.full(number, self.drawn), np.full(number, NAN), np.full(number, NAN), self.amount[0],
            np.full((1, number), self.paid_before), self.since,
        )  # fmt: skip
        self.rent = np.zeros((1, number, MONTHS))
        for place, value in self.revenue.items():
            self.rent[0, place] = value

    def brought(self) -> np.ndarray:
        return np.zeros((1, len(self.cash), MONTHS)) + np.asarray(self.capital)

    def received(self) -> np.ndarray:
        return model.money_received(
            self.amount, self.origin, self.to, self.kind, np.zeros(len(self.due)), self.due, self.beside, self.share, self.pays_from,
            np.array([0.75]), self.brought(), ENDS,
        )  # fmt: skip

    def passed_on(self) -> np.ndarray:
        return model.money_passed_on(
            self.amount, self.origin, self.to, self.kind, self.due, self.since, self.share, self.pays_from, ENDS
        )  # fmt: skip

    def repaid(self) -> np.ndarray:
        term = np.full(len(self.due), self.term)
        return model.debt_repaid(
            self.amount, self.origin, self.to, self.kind, self.due, term, np.full(len(self.due), NAN), self.share, self.pays_from,
            self.since, ENDS,
        )  # fmt: skip

    def contracts(self) -> np.ndarray:
        return model.contract_income(
            self.rent, self.origin, self.to, np.array([self.margin]), self.share, self.pays_from, self.since, ENDS, HOURS
        )  # fmt: skip

    def paths(self) -> np.ndarray:
        have = np.repeat(np.array(self.cash)[None, None, :, None], len(MEANS), axis=1).repeat(MONTHS, axis=3)
        zero = np.zeros((1, len(self.cash), MONTHS))
        return model.liquidity_by_means(
            have, self.received(), zero, self.contracts(), self.brought(), zero, self.passed_on(), self.repaid()
        )  # fmt: skip

    def path(self) -> np.ndarray:
        """With firm money only, by its own function."""
        firm = model.firm_money_received(
            self.amount, self.origin, self.to, self.kind, self.due, self.beside, self.share, self.pays_from,
            np.zeros((len(self.cash), MONTHS)), ENDS,
        )  # fmt: skip
        have = np.repeat(np.array(self.cash)[None, None, :, None], len(MEANS), axis=1).repeat(MONTHS, axis=3)
        zero = np.zeros((1, len(self.cash), MONTHS))
        return model.liquidity(have, firm, zero, self.contracts(), self.brought(), zero, self.passed_on(), self.repaid())

    def knock_on(self) -> np.ndarray:
        return model.liquidity_after_knock_on(
            self.path(), self.amount, self.origin, self.to, self.kind, self.due, self.beside, self.rent, self.since,
            self.share, self.pays_from, ENDS,
        )  # fmt: skip


def test_gap_equals_the_vector(shared: Path) -> None:
    """Opening cash, committed inflows and outflows by period."""
    found = json.loads((shared / "facts" / "finance_vectors.json").read_text(encoding="utf-8"))["vectors"]
    vector = next(one for one in found if one["id"] == "funding_gap")
    made, expected = vector["inputs"], vector["expected"]
    have = np.full((1, len(MEANS), 1, 8), float(made["opening_cash"]))
    received = np.zeros_like(have)
    received[0, COMMITTED, 0] = np.cumsum(made["committed_inflow"])
    brought, zero = np.cumsum(made["outflow"], dtype=float)[None, None], np.zeros((1, 1, 8))
    paths = model.liquidity_by_means(have, received, zero, zero, brought, zero, zero, zero)
    path = model.liquidity(have, received[:, COMMITTED], zero, zero, brought, zero, zero, zero)
    np.testing.assert_allclose(path[0, 0], expected["cash_path"], atol=vector["abs_tol"])
    gap = model.funding_gap(path)[0, 0]
    assert model.funding_gap_by_means(paths)[0, COMMITTED, 0, -1] == pytest.approx(expected["peak_gap"])
    assert int(np.argmax(gap > 0)) + 1 == expected["first_gap_period"]


def test_money_counts_from_the_newest_cash_statement_on() -> None:
    """What was due before it is in that cash of who got it, and out of that of who paid it."""
    before = World([10.0, 20.0], [(1, 0, "equity", 8.0, 40.0)], cash_day=60.0, drawn=40.0).paths()[0, COMMITTED]
    np.testing.assert_allclose(before, [[10.0] * MONTHS, [20.0] * MONTHS])
    after = World([10.0, 20.0], [(1, 0, "equity", 8.0, 70.0)], cash_day=60.0).paths()[0, COMMITTED]
    np.testing.assert_allclose(after[:, -1], [18.0, 12.0])
    np.testing.assert_allclose(after[:, 0], [10.0, 20.0])


def test_the_part_of_a_line_drawn_by_a_statement_is_in_it() -> None:
    left = model.line_beside_cash(
        np.zeros(1), np.array([NEVER]), np.array([NEVER]), np.array([8.5]), np.array([10.0]), np.array([20.0]), np.ones((1, 1)),
        np.array([[5.0, 15.0]]),
    )  # fmt: skip
    np.testing.assert_allclose(left, [[[1.0, 1.0 - 8.5 / 20.0]]])


def test_a_firm_line_without_a_day_of_payment_stands_in_later_cash_in_part() -> None:
    """Of three eighths of a line that were paid before the newest cash, five eighths are left to come; a line firm later comes whole."""
    line, later = (1, 0, "equity", 8.0, 40.0), (1, 0, "equity", 8.0, 70.0)
    paths = [World([10.0, NAN], [one], cash_day=60.0, paid_before=0.375).paths()[0, COMMITTED, 0, -1] for one in (line, later)]
    np.testing.assert_allclose(paths, [15.0, 18.0])


def test_a_part_drawn_on_the_very_day_of_the_cash_leaves_nothing_open() -> None:
    left = model.line_beside_cash(
        np.zeros(2), np.full(2, 5.0), np.full(2, NEVER), np.full(2, 8.0), np.array([15.0, 10.0]), np.full(2, 20.0), np.full((1, 2), 0.5),
        np.array([[15.0]]),
    )  # fmt: skip
    np.testing.assert_allclose(left[0, :, 0], [0.6, 0.3])


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_more_was_paid_before_the_less_comes(one: float, other: float) -> None:
    low, high = sorted((one, other))
    lines: list[Line] = [(1, 0, "equity", 8.0, 40.0)]
    more, less = (World([10.0, NAN], lines, cash_day=60.0, paid_before=paid).knock_on()[0, 0, -1] for paid in (low, high))
    assert 10.0 - 1e-9 <= less <= more + 1e-9


def test_a_bridge_is_paid_back_at_the_end_of_its_term() -> None:
    path = World([10.0, NAN], [(1, 0, "bridge", 40.0, 30.0)], term=60.0).paths()[0, COMMITTED, 0]
    np.testing.assert_allclose(path, [50.0, 50.0, 10.0, 10.0, 10.0, 10.0])


def test_what_was_never_lent_is_never_paid_back() -> None:
    path = World([10.0, NAN], [(1, 0, "bridge", 40.0, 30.0)], term=60.0, pay={1: 0.25}, pay_from=0.0).paths()[0, COMMITTED, 0]
    np.testing.assert_allclose(path, [20.0, 20.0, 10.0, 10.0, 10.0, 10.0])


def test_own_flow_goes_on_at_the_stated_pace_from_the_statement() -> None:
    stated, days = np.full((2, MONTHS), [[365.0], [NAN]]), np.full((2, MONTHS), [[365.0], [NAN]])
    burn, burn_days = np.full((2, MONTHS), [[NAN], [730.0]]), np.full((2, MONTHS), [[NAN], [365.0]])
    since = np.full((2, MONTHS), 45.0)
    flow = model.own_cash_flow(stated, days, burn, burn_days, np.ones((1, 2)), since, HOURS, ENDS)[0]
    np.testing.assert_allclose(flow[0, 1:], [15.0, 45.0, 75.0, 105.0, 135.0])
    np.testing.assert_allclose(flow[1, 1:], [-30.0, -90.0, -150.0, -210.0, -270.0])


def test_the_programme_is_in_a_whole_companys_capital_budget_once() -> None:
    brought = np.array([[[0.0, 10.0, 20.0, 300.0, 300.0, 300.0]]])
    pace, days = np.full((1, MONTHS), 365.0), np.full((1, MONTHS), 365.0)
    other = model.other_capex(pace, days, brought, np.full((1, MONTHS), 0.0), HOURS, ENDS)[0, 0]
    np.testing.assert_allclose(other, [30.0, 50.0, 70.0, 0.0, 0.0, 0.0])


def test_means_are_a_ladder_and_borrowing_is_against_what_is_brought() -> None:
    paths = World([100.0, 50.0], [(1, 0, "loan", 8.0, NEVER)], capital=np.array([[40.0], [0.0]])).paths()[0, :, 0, -1]
    np.testing.assert_allclose(paths, [60.0, 60.0, 68.0, 98.0])


def test_a_party_without_accounts_never_gets_a_number_but_the_cash_it_takes() -> None:
    world = World([NAN, 50.0], [(0, 1, "equity", 9.0, 40.0)])
    assert np.isnan(world.paths()[0, :, 0]).all() and np.isnan(world.knock_on()[0, 0]).all()
    gap = model.funding_gap_by_means(world.paths())
    assert np.isnan(gap[0, :, 0]).all()
    needed = model.cash_needed(np.zeros((1, 2, MONTHS)), world.passed_on(), world.received())
    np.testing.assert_allclose(needed[0, 0], [0.0, 9.0, 9.0, 9.0, 9.0, 9.0])


# --- knock-on ---------------------------------------------------------------------------------------------------------------------


def test_who_cannot_pay_pays_what_it_has_and_the_next_in_line_gets_less() -> None:
    """0 owes 1 thirty and has ten; 1 counts on it to pay 2 in the month after."""
    lines: list[Line] = [(0, 1, "equity", 30.0, 40.0), (1, 2, "equity", 25.0, 70.0)]
    after = World([10.0, 0.0, 5.0], lines).knock_on()[0]
    np.testing.assert_allclose(after[:, -1], [0.0, 0.0, 15.0], atol=1e-9)
    solvent = World([30.0, 0.0, 5.0], lines).knock_on()[0]
    np.testing.assert_allclose(solvent[:, -1], [0.0, 5.0, 30.0], atol=1e-9)


def test_paying_half_a_contract_breaks_who_counted_on_it() -> None:
    lines: list[Line] = [(0, 1, "cloud_contract", 600.0, 0.0)]
    usual = World([500.0, 0.0], lines, revenue={0: 100.0}, capital=np.array([[0.0], [40.0]]))
    half = World([500.0, 0.0], lines, revenue={0: 100.0}, capital=np.array([[0.0], [40.0]]), pay={0: 0.5}, pay_from=70.0)
    room = [world.knock_on()[0, 1] for world in (usual, half)]
    np.testing.assert_allclose(room[0] - room[1], [0.0, 0.0, 50.0, 100.0, 150.0, 200.0])
    payer = half.knock_on()[0, 0] - usual.knock_on()[0, 0]
    np.testing.assert_allclose(payer, room[0] - room[1])  # what is not paid is left to who does not pay


def test_circles_of_promises_end() -> None:
    lines: list[Line] = [(0, 1, "equity", 30.0, 40.0), (1, 2, "loan", 30.0, 40.0), (2, 0, "equity", 30.0, 40.0)]
    after = World([0.0, 0.0, 0.0], lines).knock_on()[0]
    assert np.isfinite(after).all()
    np.testing.assert_allclose(after.sum(axis=0), 0.0, atol=1e-9)


PARTIES = 4
LINES = st.lists(
    st.tuples(
        st.integers(0, PARTIES - 1), st.integers(0, PARTIES - 1), st.sampled_from(["equity", "loan", "vendor", "bridge", "cloud_contract"]),
        st.floats(0.1, 100.0), st.floats(1.0, 175.0),
    ).filter(lambda line: line[0] != line[1]),
    min_size=1, max_size=7,
)  # fmt: skip
CASHES = st.lists(st.floats(0.0, 60.0), min_size=PARTIES, max_size=PARTIES)


@given(LINES, CASHES, st.floats(0.0, 50.0))
def test_more_cash_never_makes_a_gap_larger(lines: list[Line], cash: list[float], more: float) -> None:
    lean, rich = (model.funding_gap_by_means(World([c + extra for c in cash], lines).paths()) for extra in (0.0, more))
    assert np.all(rich <= lean + 1e-9)


@given(LINES, CASHES, st.integers(0, PARTIES - 1), st.floats(0.0, 1.0), st.floats(0.0, 180.0))
def test_paying_less_never_helps_who_is_paid(lines: list[Line], cash: list[float], party: int, share: float, since: float) -> None:
    rent = {place: 5.0 for place, line in enumerate(lines) if line[2] == "cloud_contract"}
    whole = World(cash, lines, revenue=rent).paths()[0, COMMITTED]
    part = World(cash, lines, revenue=rent, pay={party: share}, pay_from=since).paths()[0, COMMITTED]
    others = [place for place in range(PARTIES) if place != party]
    assert np.all(part[others] <= whole[others] + 1e-9)


@given(LINES, CASHES, st.integers(0, PARTIES - 1), st.floats(0.0, 1.0))
def test_knock_on_moves_money_and_makes_none(lines: list[Line], cash: list[float], party: int, share: float) -> None:
    world = World(cash, lines, pay={party: share})
    before, after = world.paths()[0, COMMITTED].sum(axis=0), world.knock_on()[0].sum(axis=0)
    np.testing.assert_allclose(before, after, atol=1e-6)


@given(LINES, CASHES)
def test_sources_equal_uses_on_every_path(lines: list[Line], cash: list[float]) -> None:
    world = World(cash, lines, capital=3.0, term=50.0)
    sources = np.array(cash)[None, :, None] + world.received()[:, COMMITTED] + world.contracts()
    uses = world.brought() + world.passed_on() + world.repaid() + world.path()
    np.testing.assert_allclose(sources - uses, 0.0, atol=1e-9)


@given(LINES, CASHES)
def test_the_path_with_firm_money_is_that_of_the_means_committed(lines: list[Line], cash: list[float]) -> None:
    world = World(cash, lines, capital=3.0, term=50.0, cash_day=60.0, drawn=40.0)
    np.testing.assert_array_equal(world.path(), world.paths()[:, COMMITTED])


def _looked_up(total: np.ndarray, day: float, month: int) -> float:
    """A running total at a day, by a straight line between month ends: what the fast function must find."""
    clock = ENDS[0] - HOURS[0] / 24.0
    day = min(max(day, clock), ENDS[month])
    return float(np.interp(day, [clock, *ENDS], [0.0, *total]))


@given(st.lists(st.floats(-1e3, 1e3), min_size=MONTHS, max_size=MONTHS), st.lists(st.floats(-50.0, 400.0), min_size=1, max_size=3))
def test_what_was_gained_since_a_day_is_looked_up_between_month_ends(steps: list[float], days: list[float]) -> None:
    total = np.cumsum(steps)[None, None, :]
    since = np.sort(np.resize(days, MONTHS))[None, :]
    found = model._since(total, since, ENDS, HOURS)[0, 0]
    wanted = [total[0, 0, month] - _looked_up(total[0, 0], since[0, month], month) for month in range(MONTHS)]
    np.testing.assert_allclose(found, wanted, atol=1e-6)


# --- policies ---------------------------------------------------------------------------------------------------------------------


def room_of(spent: float, ceiling: float = 0.25, floor: float = NAN, lent: float = 0.0) -> np.ndarray:
    """A holding company worth 200 with 20 % debt and 30 of cash, of which something was spent, or lent to it."""
    path, have = np.full((1, 1, MONTHS), 30.0 - spent + lent), np.full((1, len(MEANS), 1, MONTHS), 30.0)
    flat = np.full((1, MONTHS), 1.0)
    zero = np.zeros((1, 1, MONTHS))
    return model.policy_headroom(
        path, have, flat * floor, flat * ceiling, flat * 0.2, flat * 160.0, np.array([0.3]), np.zeros((1, 1)), np.array([[lent]]),
        np.zeros(1), np.zeros(1), np.full(1, KIND["loan"]), np.zeros(1), np.ones((1, 1, MONTHS)), zero, zero, zero, np.ones(1),
        np.full(1, np.inf),
        np.full((1, MONTHS), ENDS[-1]), ENDS,
    )[0, 0]  # fmt: skip


def test_the_ceiling_on_debt_binds_before_cash_is_gone() -> None:
    np.testing.assert_allclose(room_of(0.0), 10.0)  # 25 % of 200, less 40
    np.testing.assert_allclose(room_of(12.0), -2.0)  # net debt rises by what is spent


def test_borrowing_alone_changes_no_room_below_a_ceiling_on_net_debt() -> None:
    np.testing.assert_allclose(room_of(0.0, lent=25.0), 10.0)


def test_a_floor_of_cash_binds_where_it_is_stated() -> None:
    np.testing.assert_allclose(room_of(0.0, ceiling=NAN, floor=22.0), 8.0)
    np.testing.assert_allclose(room_of(0.0, ceiling=NAN), 30.0)


def test_the_first_breach_is_the_first_month_end_after_the_newest_cash_below_zero() -> None:
    room = np.array([[[5.0, -1.0, 3.0, -2.0, 1.0, 1.0], [1.0] * 6, [NAN] * 6]])
    found = model.first_breach(room, np.full((3, MONTHS), 65.0), ENDS)[0]
    assert found[0] == ENDS[3] and found[1] == NEVER and np.isnan(found[2])
