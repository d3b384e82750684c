"""Who pays for an order of build: rows of what parties have against cases made by hand, a division to the cent, Stargate end to end."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build_order_by_hand import ALL, EQUIPMENT, HALLS, YEARS, case_of, funders_of, takes_of
from tests.real_worlds import NOW, known_of

from stargauge import api
from stargauge.plan.build_order.case.case import BuildCase, BuildOrder, Choice, faults_of
from stargauge.plan.build_order.case.worlds import read
from stargauge.plan.build_order.funding import funds
from stargauge.plan.build_order.funding.division import LENDERS, Division, divide
from stargauge.plan.build_order.funding.funds import NOBODY, fund_rows, missing_row, within_means
from stargauge.programme.known import Known, known
from stargauge.programme.overlay import overlay
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import MEANS, PHYSICAL_STAGES

BN = 1e9


def paid(division: Division, who: str) -> list[float]:
    """What one source pays by year, bn USD."""
    return (division.usd[division.sources.index(who)].sum(axis=(0, 1)) / BN).round(6).tolist()


def tied(division: Division, capital: np.ndarray) -> bool:
    """Whether sources are uses, to the cent, at every site, for every asset, in every year."""
    return bool((division.cents.sum(axis=0) == np.rint(100.0 * capital)).all() and (division.cents >= 0).all())


def capital_of(chosen: tuple[Choice, ...]) -> np.ndarray:
    """(site, asset, year): halls in 2027, equipment in 2028."""
    out = np.zeros((2, 2, 3))
    for one in chosen:
        site = 0 if one.building < 2 else 1
        out[site, 0, 1] += HALLS[one.building]
        out[site, 1, 2] += EQUIPMENT[one.building]
    return out


# --- rows -------------------------------------------------------------------------------------------------------------------------


def test_rows_are_those_of_hall() -> None:
    """Bob alone may pay for south: 1.5 bn of equipment. Both may pay for north, so together they need 1.5 + 2 * (0.2 + 3) bn."""
    rows = {row.name: row for row in fund_rows(funders_of([[1.0 * BN], [1.0 * BN]]), case_of(), takes_of())}
    assert rows.keys() == {"Bob by 2028", "Ann + Bob by 2028"}
    assert [float(rows["Bob by 2028"].use[one]) / BN for one in ALL] == pytest.approx([0.0, 0.0, 1.5])
    assert [float(rows["Ann + Bob by 2028"].use[one]) / BN for one in ALL] == pytest.approx([3.2, 3.2, 1.5])
    assert (rows["Bob by 2028"].most, rows["Ann + Bob by 2028"].most) == (1.0 * BN, 2.0 * BN)
    assert all(row.kind == "party" and row.unit == "USD" for row in rows.values())


def test_enough_means_leave_no_row() -> None:
    """A row that nothing can break is none."""
    assert fund_rows(funders_of([[9.0 * BN], [9.0 * BN]]), case_of(), takes_of()) == ()


def test_a_party_without_accounts_has_no_limit_but_pays_no_more_than_its_share() -> None:
    """The landlord owns the halls of south, so nobody else has to bring them; it does not pay for equipment."""
    building, equipment = funders_of([[0.0], [0.0]]).rest()
    assert building == pytest.approx([0.2, 0.0])
    assert equipment == pytest.approx([1.0, 1.0])


def test_a_site_of_nobody_is_left_open() -> None:
    """Where nobody has promised anything nothing is known of who could pay: no row, and the division says nobody."""
    nobody = funders_of(
        [[0.0], [0.0]], ((False, False), (False, False)), owner=np.zeros((2, 3)), equipment=np.zeros((2, 3)),
    )  # fmt: skip
    assert nobody.orphans == ("north", "south")
    assert fund_rows(nobody, case_of(), takes_of()) == ()
    made = divide(nobody, case_of(), takes_of(), ALL)
    assert paid(made, NOBODY) == [0.0, 2.5, 7.5]


def test_money_that_one_year_end_does_not_see_is_found() -> None:
    """Ann has to pay for north and bob for south by 2027, but ann's money comes in 2028 only, when bob's is spent: a cut over two years."""
    takes = takes_of(
        building_capital=np.zeros((3, 1, 1, 1, 3)),
        equipment_capital=np.array([[0.0, 4.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 4.0]])[:, None, None, None, :] * BN,
    )  # fmt: skip
    funders = funders_of([[0.0, 0.0, 4.0 * BN], [0.0, 4.0 * BN, 4.0 * BN]])
    case = case_of()
    case = replace(case, limits=fund_rows(funders, case, takes))
    assert faults_of(case, ALL) == []  # by 2027 bob's 4 are enough for north; by 2028 both have 8; south alone needs 4 of bob's 4
    row = missing_row(funders, case, takes, ALL)
    assert row is not None and any("money over the years" in fault for fault in faults_of(replace(case, limits=(row,)), ALL))
    assert faults_of(replace(case, limits=(row,)), ALL[:2]) == [
        fault for fault in faults_of(replace(case, limits=()), ALL[:2])
    ]  # north alone can be paid
    assert paid(divide(funders, case, takes, ALL), NOBODY) != [0.0, 0.0, 0.0]


# --- division ---------------------------------------------------------------------------------------------------------------------


def test_division_by_present_shares_where_nobody_is_limited() -> None:
    """Lenders give 80 % of halls; ann and bob halve the rest of north's, the landlord has that of south; equipment by its shares."""
    made = divide(funders_of([[0.0], [0.0]]), case_of(), takes_of(), ALL, limited=False)
    assert paid(made, LENDERS) == [0.0, 2.0, 0.0]
    assert paid(made, "ann") == [0.0, 0.2, 6.0]
    assert paid(made, "bob") == [0.0, 0.2, 1.5]
    assert paid(made, "landlord") == [0.0, 0.1, 0.0]
    assert paid(made, NOBODY) == [0.0, 0.0, 0.0]
    assert tied(made, capital_of(ALL))


def test_division_moves_only_what_a_party_has_not() -> None:
    """Ann has 5.2 bn in all: bob takes the other 1 bn of north's equipment, and everything else stays."""
    made = divide(funders_of([[5.2 * BN], [9.0 * BN]]), case_of(), takes_of(), ALL)
    assert paid(made, "ann") == [0.0, 0.2, 5.0]
    assert paid(made, "bob") == [0.0, 0.2, 2.5]
    assert paid(made, LENDERS) == [0.0, 2.0, 0.0]
    assert paid(made, NOBODY) == [0.0, 0.0, 0.0]
    assert tied(made, capital_of(ALL))


def test_what_nobody_has_is_told() -> None:
    """With 1 bn in all, 6.9 bn of 7.9 have nobody who pays them."""
    made = divide(funders_of([[0.5 * BN], [0.5 * BN]]), case_of(), takes_of(), ALL)
    assert sum(paid(made, NOBODY)) == pytest.approx(6.9)
    assert tied(made, capital_of(ALL))
    assert made.to_dict()["nobody"] == pytest.approx([0.0, *(1e9 * np.array(paid(made, NOBODY)[1:]))])


amounts = st.lists(st.lists(st.floats(0.0, 8e9), min_size=3, max_size=3), min_size=2, max_size=2)


@settings(max_examples=40, deadline=None)
@given(amounts, st.sets(st.integers(0, 2), min_size=1), st.floats(0.5, 2.0))
def test_rows_and_division_agree_and_sums_are_exact(means: list[list[float]], built: set[int], level: float) -> None:
    """Whatever parties have: an order that keeps all rows is paid, one that breaks one is not; cents add up; more never hurts."""
    left = np.maximum.accumulate(np.array(means), axis=1)
    chosen = tuple(ALL[at] for at in sorted(built))
    case, takes = case_of(), takes_of()
    funders = funders_of(left, level=np.full(3, level))
    rows = (*fund_rows(funders, case, takes), *filter(None, [missing_row(funders, case, takes, chosen)]))
    breaks = any(float(sum(row.use[one] for one in chosen)) > row.most + 10.0 for row in rows)
    made = divide(funders, case, takes, chosen)
    assert tied(made, capital_of(chosen) * level)
    unpaid = int(made.cents[made.sources.index(NOBODY)].sum())
    assert (unpaid > 1000) == breaks or abs(unpaid) <= 2000
    spent = made.usd[:2].sum(axis=(1, 2)).cumsum(axis=1)
    assert (spent <= left + 1.0).all()
    richer = divide(funders_of(1.5 * left + 1e8, level=np.full(3, level)), case, takes, chosen)
    assert int(richer.cents[richer.sources.index(NOBODY)].sum()) <= unpaid + 10


def test_division_is_the_same_again() -> None:
    """Same means, same cents."""
    first, again = (divide(funders_of([[3.0 * BN], [2.0 * BN]]), case_of(), takes_of(), ALL) for _ in range(2))
    assert (first.cents == again.cents).all()


# --- Stargate ---------------------------------------------------------------------------------------------------------------------


def without_what_is_decided(now: Known) -> Known:
    """The programme with every phase on which no work has begun taken out."""
    sites: dict[str, Any] = {}
    for phase in now.phases:
        begun = any(now.milestone_observed(phase, stage) is not None for stage in PHYSICAL_STAGES)
        if phase.site != "unsited" and not begun and now.milestone_cancelled(phase) is None:
            gone = {"value": str(now.as_of), "status": "cancelled", "source": "plan"}
            sites.setdefault(phase.site, {"phases": {}})["phases"][phase.id.split("/")[1]] = {"milestones": {"cancelled": gone}}
    made = {"publisher": "Stargauge", "title": "a plan", "date": str(now.as_of), "grade": "D", "designed": True}
    return known(overlay(api.load("stargate"), {"sources": {"plan": made}, "sites": sites}), now.catalogue.catalogue, now.as_of)


@pytest.fixture(scope="module")
def begun() -> Known:
    return without_what_is_decided(known_of())


def test_means_of_stargate(begun: Known) -> None:
    """Parties with accounts are those that state cash; wider means are never less; P10 is never more than P50."""
    sites = ("shackelford", "dona-ana", "milam")
    made = {means: funds.funders_of(begun, sites, YEARS, means, draws=256) for means in MEANS}
    low = funds.funders_of(begun, sites, YEARS, "committed", 0.1, draws=256)
    assert {one for one, known_ in zip(low.parties, low.knowable, strict=True) if known_} == {"softbank", "openai", "oracle"}
    liquid = funds.funders_of(begun, sites, YEARS, "liquidity", draws=256)
    assert (liquid.left[liquid.knowable] <= made["financeable"].left[liquid.knowable] + 1.0).all()
    assert (liquid.left[low.parties.index("openai")] < made["financeable"].left[low.parties.index("openai")]).all()
    for less, more in pairwise(MEANS):
        known_ = made[less].knowable
        assert (made[less].left[known_] <= made[more].left[known_] + 1.0).all()
    assert (low.left[low.knowable] <= made["committed"].left[low.knowable] + 1.0).all()
    assert not made["financeable"].leverage.any() and (made["financeable"].lent == made["committed"].lent).all()
    assert ((made["committed"].leverage > 0.55) & (made["committed"].leverage < 0.85)).all()
    openai = made["committed"].left[low.parties.index("openai")]
    assert 80 * BN < openai[0] < 160 * BN  # cash of 79 bn and 72 bn promised, less what is under way


def test_commitments_of_a_plan_for_stargate(begun: Known) -> None:
    """What each pays is its commitment; they add up to the capital; the model reads them and leaves shares in what is under way alone."""
    now, sites = known_of(), ("shackelford", "dona-ana")
    funders = funds.funders_of(begun, sites, YEARS, "committed", draws=256)
    made = divide(funders, case_of(sites=sites), takes_of(), ALL)
    lines = made.commitments(now)
    every = {name: line for party in lines.values() for name, line in party["commitments"].items()}
    new = {name: line for name, line in every.items() if not name.endswith("under-way")}
    total = sum(float(line["amount"]["value"].split()[0]) for line in new.values())
    assert round(100 * total) == int(made.cents[: made.sources.index(NOBODY)].sum())
    assert set(every) - set(new) == {
        "plan-oracle-shackelford-equipment-under-way",
        "plan-oracle-dona-ana-equipment-under-way",
        "plan-oracle-dona-ana-building-under-way",
    }
    source = {"publisher": "Stargauge", "title": "a plan", "date": str(now.as_of), "grade": "D", "designed": True}
    laid = known(overlay(api.load("stargate"), {"sources": {"plan": source}, "parties": lines}), now.catalogue.catalogue, NOW)
    assert len(laid.lines) == len(now.lines) + len(every)
    share = read(laid, ["equipment_share"], 256, 0)["equipment_share"].mean(axis=0)
    at, oracle = [site.id for site in laid.sites].index("shackelford"), [party.id for party in laid.parties].index("oracle")
    begun_part = float(funders.unstated[funders.parties.index("oracle"), 0, 1])
    assert share[at, oracle] == pytest.approx(begun_part / (begun_part + 6e9 * funders.level[-1]), rel=0.02)


def test_money_over_years_is_kept_by_solving_again() -> None:
    """What one year end does not see becomes a row, until what is found can be paid."""
    takes = takes_of(
        building_capital=np.zeros((3, 1, 1, 1, 3)),
        equipment_capital=np.array([[0.0, 4.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 4.0]])[:, None, None, None, :] * BN,
    )  # fmt: skip
    funders = funders_of([[0.0, 0.0, 4.0 * BN], [0.0, 4.0 * BN, 4.0 * BN]])
    case = case_of()
    orders = (ALL, ALL[:2], ALL[2:], ())

    def first_possible(asked: BuildCase) -> BuildOrder:
        chosen = next(one for one in orders if not any("limit" in fault for fault in faults_of(asked, one)))
        return BuildOrder(chosen, 0.0, 0.0, np.ones((1, 2), dtype=bool))

    made, order = within_means(replace(case, limits=fund_rows(funders, case, takes)), funders, takes, first_possible)
    assert order.chosen == ALL[:2] and missing_row(funders, made, takes, order.chosen) is None
    assert paid(divide(funders, made, takes, order.chosen), NOBODY) == [0.0, 0.0, 0.0]


def test_faults_of_means() -> None:
    """A kind of means that there is not, with the nearest."""
    with pytest.raises(InputError, match='no means "comitted"; did you mean "committed"'):
        funds.funders_of(known_of(), ("milam",), YEARS, "comitted")
    with pytest.raises(InputError, match="between 0 and 1"):
        funds.funders_of(known_of(), ("milam",), YEARS, "cash", 1.5)


def test_lenders_give_what_cover_allows_at_each_site(begun: Known) -> None:
    """At most loan to cost, and less where income under contract covers no more; where nothing is under way loan to cost alone."""
    sites = ("shackelford", "milam", "abilene-expansion")
    made = funds.funders_of(begun, sites, YEARS, "committed", draws=256)
    got = read(begun, ["loan_to_cost_limit", "loan_to_cost"], 256, 0)
    at = [[site.id for site in begun.sites].index(site) for site in sites]
    assert (made.lent <= np.median(got["loan_to_cost_limit"][:, 0, at], axis=0) + 1e-9).all()
    for place, site in enumerate(at[:2]):
        lent = got["loan_to_cost"][:, 0, site]
        assert made.lent[place] == pytest.approx(float(np.median(lent[~np.isnan(lent)])))
    assert made.lent_by[2] == funds.COST and made.lent[2] == pytest.approx(float(np.median(got["loan_to_cost_limit"][:, 0, at[2]])))


def test_a_party_is_told_by_how_much_it_is_over_what_it_has() -> None:
    """Bob brings 1.5 bn of equipment for south and his share of north, in 2028, and has 1 bn; the landlord's means are not knowable."""
    made = divide(funders_of([[10.0 * BN], [1.0 * BN]]), case_of(), takes_of(), ALL, limited=False)
    told = {one["id"]: one for one in made.to_dict()["parties"]}
    assert (told["ann"]["over"], told["ann"]["over_by"]) == (0.0, None)
    brought = sum(paid(made, "bob"))
    assert told["bob"]["over"] / BN == pytest.approx(brought - 1.0) and told["bob"]["over_by"] == 2028
    assert (told["landlord"]["over"], told["landlord"]["over_by"]) == (None, None)
    assert made.to_dict()["over"] == pytest.approx(told["bob"]["over"])
    assert not divide(funders_of([[10.0 * BN], [10.0 * BN]]), case_of(), takes_of(), ALL, limited=False).to_dict()["over"]


def test_what_lenders_give_is_told_by_site() -> None:
    made = divide(funders_of([[10.0 * BN], [10.0 * BN]]), case_of(), takes_of(), ALL).to_dict()
    assert [one["site"] for one in made["sites"]] == ["north", "south"]
    for one in made["sites"]:
        assert one["loan_to_cost"] == pytest.approx(one["lenders"] / one["capital"]) and one["loan_to_cost"] <= one["most"] + 1e-9
    assert sum(one["lenders"] for one in made["sites"]) == pytest.approx(sum(made["lenders"]))
