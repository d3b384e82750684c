"""Limits of an order of build: what is read from texts, rows by hand, and how things are for Stargate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build_order_by_hand import ALL, MONTHS, case_of, takes_of
from tests.real_worlds import known_of

from stargauge import api
from stargauge.plan.build_order.case.case import Limit, Target, faults_of
from stargauge.plan.build_order.case.limits import (
    Bound,
    _pool_rows,
    asked_rows,
    binding,
    least_of,
    most_possible,
    natural_rows,
    read_limits,
    shared_pools,
)
from stargauge.plan.build_order.case.neighbours import shared_basis, taken_by_others
from stargauge.plan.build_order.case.prepare import Aim, BuildAsked, Prepared, prepare
from stargauge.plan.build_order.case.takes import Begun, Takes, begun_known, begun_of
from stargauge.plan.build_order.case.takes import takes_of as real_takes_of
from stargauge.programme.known import Known, known
from stargauge.programme.overlay import overlay
from stargauge.quantity.dates import day
from stargauge.quantity.errors import InputError


class Nothing(Begun):
    """Two sites on which a little is under way: 20 MW of facility power each, one building of north still going up."""

    def __init__(self) -> None:
        object.__setattr__(self, "known", known_of())

    def land(self, sites: Any) -> Any:
        return np.full(2, 20e6 * 0.005)

    def water(self, sites: Any) -> Any:
        return np.full(2, 20e6 * 0.01)

    def grid(self, sites: Any) -> Any:
        return np.full(2, 20e6)

    def finishing(self, site: str) -> Any:
        return np.array([day(date(2027, 1, 15))] if site == "north" else [])

    def chips_by(self, days: Any) -> Any:
        return np.full(len(days), 10e6)

    def ordered_by(self, pool: Any, days: Any) -> Any:
        return np.full(len(days), 30e6)


def rows(*bounds: Bound, **changes: Any) -> dict[str, Limit]:
    """Rows of what is asked on the small case, by kind and name."""
    made = asked_rows(bounds, case_of(), takes_of(**changes), Nothing())
    return {f"{row.kind} {row.name}": row for row in made}


def used(row: Limit) -> list[float]:
    """What each building takes on the grid with old chips, begun at once."""
    return [float(row.use[one]) for one in ALL]


# --- rows by hand -----------------------------------------------------------------------------------------------------------------


def test_money_in_all_and_by_year() -> None:
    """10 bn in all: halls of 1 and equipment of 3 bn; halls alone in 2027."""
    made = rows(Bound("money", "", 8e9, "USD", "8 bn USD"), Bound("money", "2027", 2e9, "USD", "2027=2 bn USD"))
    assert used(made["money in all"]) == [4e9, 4e9, 2e9]
    assert used(made["money 2027"]) == [1e9, 1e9, 0.5e9]
    assert made["money 2027"].most == 2e9


def test_a_limit_that_nothing_can_break_is_no_row() -> None:
    """All together take 10 bn."""
    assert rows(Bound("money", "", 10e9, "USD", "10 bn USD")) == {}


def test_emissions_in_all_and_per_energy() -> None:
    """Grid 0.01 g/Wh, gas 0.1 g/Wh: at 0.05 the grid makes up for gas."""
    made = rows(Bound("emissions", "", 3e8, "g", "300 t"), Bound("emissions", "", 0.05, "g/Wh", "50 g/kWh"))
    assert used(made["emissions in all"]) == [140e6, 140e6, 70e6]
    per = made["emissions per energy, 50 g/kWh"]
    assert per.most == 0.0
    assert [float(per.use[0, power, 0, 0]) for power in (0, 1)] == pytest.approx([140e6 * (1 - 5), 140e6 * (10 - 5)])


def test_limits_of_a_site_count_what_is_under_way() -> None:
    """Land for 20 MW is taken at each site; a limit without a name is for each."""
    made = rows(
        Bound("land", "", 1e6, "m2", ""), Bound("water", "south", 500_000.0, "L/yr", ""), Bound("grid", "north", 150e6, "W", ""),
    )  # fmt: skip
    assert set(made) == {"land north", "water south", "grid north"}  # south's 70 MW need 350,000 m2 of 900,000
    assert made["land north"].most == pytest.approx(1e6 - 100_000)
    assert (made["land north"].stated, made["land north"].begun) == (1e6, pytest.approx(100_000))
    assert used(made["land north"]) == pytest.approx([700_000, 700_000, 0.0])
    assert made["water south"].most == pytest.approx(300_000)
    assert made["grid north"].most == pytest.approx(130e6)
    assert made["grid north"].use[0, 1].max() == 0.0  # gas needs none


def test_a_site_over_its_limit_gets_nothing_more() -> None:
    """Never less than nothing."""
    assert rows(Bound("land", "south", 1.0, "m2", ""))["land south"].most == 0.0


def test_crews_begun_in_a_month_and_at_once_at_a_site() -> None:
    """At most one begun a month; two going up at once at north, where one is until January."""
    made = rows(Bound("crew", "", 1 / (365.25 / 12), "1/d", ""), Bound("crew", "north", 2.0, "1", ""))
    january = made["crew begun in 2027-01"]
    assert january.most == pytest.approx(1.0)
    assert [float(january.use[0, 0, 0, start]) for start in range(3)] == [0.0, 1.0, 0.0]
    assert [made[f"crew north, {month:%Y-%m}"].most for month in MONTHS[:1]] == [1.0]
    assert [float(made["crew north, 2026-12"].use[0, 0, 0, start]) for start in range(3)] == [1.0, 0.0, 0.0]
    assert "crew north, 2027-01" not in made  # by the end of January that one runs: two of two


def test_pools_give_what_they_have_given_by_a_year_end() -> None:
    """40 MW a year since the knowledge date, less 30 MW under way; turbines are for gas alone."""
    transformers = Bound("pool", "transformers", 40e6 / 365.25, "W/d", "transformers=40 MW/yr")
    turbines = Bound("pool", "turbines", 50e6 / 365.25, "W/d", "turbines=50 MW/yr")
    case = case_of(sites=("abilene", "shackelford"))
    made = {row.name: row for row in asked_rows((transformers, turbines), case, takes_of(), Nothing())}
    span = day(date(2027, 12, 31)) - day(date(2026, 11, 22))
    assert made["transformers by 2027"].most == pytest.approx(40e6 * span / 365.25 - 30e6)
    assert used(made["transformers by 2027"]) == [140e6, 140e6, 70e6]
    assert made["turbines by 2027"].use[0, 0].max() == 0.0 and made["turbines by 2027"].use[0, 1, 0, 0] == 140e6
    assert not any("2026" in name for name in made)  # nothing is due in 2026


def test_accelerators_by_quarter() -> None:
    """Accelerators of one kind, or of all, that are wanted by a quarter end."""
    made = rows(Bound("chips", "new", 100.0, "1/d", ""))
    late = made["chips new by 2027-12"]
    assert late.use[0, 0, 0].max() == 0.0 and late.use[0, 0, 1, 0] == pytest.approx(100_000.0)
    assert late.most == pytest.approx(100.0 * (day(date(2027, 12, 31)) - day(date(2026, 11, 22))))


def test_least_useful_cluster() -> None:
    """That of a site stands before that of all; none asked for is none."""
    asked = (Bound("least", "", 50e6, "W", ""), Bound("least", "north", 200e6, "W", ""))
    assert least_of(asked, case_of()) == (200e6, 50e6)
    assert least_of((), case_of()) == ()


def test_of_rows_with_the_same_use_the_least_stays() -> None:
    """Money of 2027 to 2029 that is all paid in 2027 is one row."""
    use = np.ones((3, 2, 2, 3))
    made = binding(case_of(), [Limit(str(most), "money", most, "USD", use) for most in (2.0, 1.0, 5.0)])
    assert [row.name for row in made] == ["1.0"]


@settings(max_examples=50, deadline=None)
@given(st.floats(1e8, 2e10), st.floats(1.0, 3.0), st.sets(st.integers(0, 2)))
def test_more_money_never_bars_more(most: float, factor: float, built: set[int]) -> None:
    """What is possible within a limit is possible within a larger one."""
    chosen = tuple(one for one in ALL if one.building in built)

    def barred(amount: float) -> bool:
        found = asked_rows((Bound("money", "", amount, "USD", ""),), case_of(), takes_of(), Nothing())
        return any("limit" in fault for fault in faults_of(case_of(limits=found), chosen))

    assert barred(most) or not barred(most * factor)
    assert barred(most) == (sum((4e9, 4e9, 2e9)[at] for at in built) > most + 1e-6 * most)


# --- reading ----------------------------------------------------------------------------------------------------------------------


def test_units_and_names_are_read() -> None:
    """Amounts in SI units, each with the name it is of."""
    made = read_limits(
        {
            "money": ["300 bn USD", "2028 = 120 bn USD"], "emissions": ["40 Mt", "0.3 kgCO2e/kWh"], "gas": ["60 TWh/yr"],
            "land": ["milam=1_000 acres"], "water": ["8 million gal/yr"], "pool": ["transformers=2 GW/yr"],
            "crew": ["3 buildings/month", "milam=4 buildings"], "chips": ["100_000/month", "gb300-nvl72=40_000/month"], "least": ["100 MW"],
        },
        known_of(),
    )  # fmt: skip
    found = {(one.kind, one.name, one.unit): one.most for one in made}
    assert found["money", "2028", "USD"] == 120e9
    assert found["emissions", "", "g/Wh"] == pytest.approx(0.3)
    assert found["gas", "", "Wh/yr"] == pytest.approx(60e12)
    assert found["water", "", "L/yr"] == pytest.approx(8e6 * 3.785411784)
    assert found["land", "milam", "m2"] == pytest.approx(1000 * 4046.8564224)
    assert found["pool", "transformers", "W/d"] == pytest.approx(2e9 / 365.25)
    assert found["crew", "", "1/d"] == pytest.approx(36 / 365.25)
    assert found["crew", "milam", "1"] == 4.0
    assert found["chips", "gb300-nvl72", "1/d"] == pytest.approx(480_000 / 365.25)


def test_all_faults_at_once_with_the_nearest_names() -> None:
    """Unknown kinds and names, no amount, other units, other currencies, two for one."""
    with pytest.raises(InputError) as caught:
        read_limits(
            {
                "watter": ["1 L/yr"], "money": ["0 USD", "300 GW", "300 bn EUR", "2019=1 bn USD", "1 bn USD", "2 bn USD"],
                "pool": ["transformer=2 GW/yr", "2 GW/yr"], "land": ["shackleford=1 acres"], "chips": ["-5/month", "gb300=1/month"],
                "crew": ["milam=1 buildings/month"],
            },
            known_of(),
        )  # fmt: skip
    said = [str(fault) for fault in caught.value.faults]
    for part in (
        'no limit "watter"; did you mean "water"',
        '"0 USD"; a limit is more than nothing',
        '"300 GW", a power; expected an amount of money',
        '"300 bn EUR", in EUR, and the programme has no rate',
        'no year "2019"',
        '"1 bn USD" and "2 bn USD" limit the same',
        'no pool "transformer"; did you mean "transformers"',
        '"2 GW/yr" without a pool',
        'no site "shackleford"; did you mean "shackelford"',
        '"-5/month"; a limit is more than nothing',
        'no chip "gb300"',
        "begun per month is of all sites together",
    ):
        assert any(part in one for one in said), (part, said)
    assert len(said) == 12


def test_money_by_the_rate_of_the_programme() -> None:
    """A budget in euros is one where the programme states what a euro is worth."""
    rate = {"sources": {"ecb": {"publisher": "A bank", "title": "A rate", "date": "2026-01-02"}},
            "currencies": {"EUR": {"value": 0.8, "as_of": "2026-01-02", "source": "ecb"}}}  # fmt: skip
    now = known_of()
    laid = known(overlay(api.load("stargate"), rate), now.catalogue.catalogue, now.as_of)
    assert read_limits({"money": ["80 bn EUR"]}, laid)[0].most == pytest.approx(100e9)


# --- Stargate ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stargate() -> tuple[Known, Prepared, Takes, Begun]:
    now, programme = known_of(), api.load("stargate")
    target = Target("10 GW", 10e9, "W", date(2029, 12, 31), 0.8)
    made = prepare(
        programme, now, BuildAsked((Aim(target, "power_facility"),), draws=256, worlds=10, further=False, last=date(2027, 12, 31))
    )
    return now, made, real_takes_of(made, now), begun_of(begun_known(programme, now), draws=256)


def test_what_options_take_of_stargate(stargate: tuple[Known, Prepared, Takes, Begun]) -> None:
    """Capital adds up to that of the case's uses; chips are those of the halls; a MW of load is a MW for some years."""
    _, made, takes, _ = stargate
    allowed = made.case.allowed
    assert takes.building_capital + takes.equipment_capital == pytest.approx(made.uses.capital, rel=1e-9, abs=1.0)
    per_watt = takes.equipment_capital.sum(axis=-1)[allowed] / made.uses.it[allowed]
    assert per_watt.min() > 15.0 and per_watt.max() < 60.0  # USD/W, as the catalogue's prices of racks and the model's own
    each = made.uses.it[allowed] / takes.accelerators[allowed]
    assert each.min() > 700.0 and each.max() < 4000.0  # W of IT power per accelerator
    assert takes.energy.max() < 1.2 * made.uses.it.max() * 24 * 365.25 * 6


def test_how_things_are_for_stargate(stargate: tuple[Known, Prepared, Takes, Begun]) -> None:
    """The supply of accelerators binds, nobody asked for it, and what is under way has its part; pools of the world do not bind."""
    now, made, takes, begun = stargate
    found = natural_rows(now, made.case, takes, begun)
    assert {row.kind for row in found} <= {"chips", "grid"} and not any(row.asked for row in found)
    chips = [row for row in found if row.kind == "chips"]
    assert chips and all(row.source == "stargauge-assumption" for row in chips)
    mosts = [row.most for row in chips]
    assert mosts == sorted(mosts) and mosts[-1] < 3.2e9 * 7
    assert 2e9 < begun.it_power(made.case.sites).sum() < 4e9  # at sites where something is still to be decided
    assert all(most_possible(made.case, row.use) > row.most for row in found)


def test_of_a_shared_pool_a_programme_gets_what_the_others_leave(stargate: tuple[Known, Prepared, Takes, Begun]) -> None:
    """A pool as tight as what is announced elsewhere: its rows are what it gives less what others and what is under way take of it."""
    now, made, takes, begun = stargate
    ends = [date(year, 12, 31) for year in range(now.as_of.year, takes.years[-1] + 1)]
    (pool,) = shared_pools(now, ())
    assert pool.name == "turbines" and pool.source == "woodmac-turbines"
    others = taken_by_others(now, pool, ends)
    assert (np.diff(others) >= 0.0).all() and 2e9 < others[-1] < 10e9  # 6 to 7 GW announced by the other seven, some of it running
    tight = replace(pool, supply=2e9 / 365.25)
    rows = {row.name: row for row in _pool_rows(tight, made.case, takes, begun, asked=False)}
    alone = {row.name: row for row in _pool_rows(tight, made.case, takes, begun, asked=True)}
    for at, end in enumerate(ends):
        name = f"turbines by {end.year}"
        assert rows[name].most == pytest.approx(max(alone[name].most - others[at], 0.0), abs=1.0)


def test_a_pool_may_be_lifted_and_its_part_is_told_as_an_assumption(stargate: tuple[Known, Prepared, Takes, Begun]) -> None:
    now, made, takes, begun = stargate
    bounds = read_limits({"pool": ["turbines=none"]}, now)
    assert bounds[0].most == np.inf and not asked_rows(bounds, made.case, takes, begun) and not shared_pools(now, bounds)
    (row,) = shared_basis(now, shared_pools(now, ()), date(2030, 12, 31))
    assert row.kind == "assumption" and row.source == "woodmac-turbines" and 60e9 < row.value < 65e9
    assert not shared_basis(now, (), date(2030, 12, 31))
