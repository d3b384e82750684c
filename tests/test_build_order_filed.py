"""Sites that are left as the file has them: a plan never does worse than to change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build_order_programmes import TODAY, UNDECIDED, aim, undecided

from stargauge.catalogue.load import load_catalogue
from stargauge.plan.build_order.case.carbon import with_carbon_price
from stargauge.plan.build_order.case.case import Choice, faults_of, kept_in, reached, value_of
from stargauge.plan.build_order.case.choices import overlay_of
from stargauge.plan.build_order.case.decisions import NothingToDecide, chips_for
from stargauge.plan.build_order.case.limits import natural_rows
from stargauge.plan.build_order.case.prepare import BuildAsked, Prepared, prepare
from stargauge.plan.build_order.case.reach import by_world
from stargauge.plan.build_order.case.takes import begun_known, begun_of, takes_of
from stargauge.plan.build_order.case.variants import some_targets
from stargauge.plan.build_order.case.worlds import read
from stargauge.plan.build_order.solver.solve import solve
from stargauge.plan.build_order.told.filed import address_of, symbolic_starts
from stargauge.programme.known import Known, known
from stargauge.programme.load import load, shipped
from stargauge.programme.positions import parse_document
from stargauge.programme.read import read_programme
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import month_end
from stargauge.quantity.errors import InputError

DRAWS, BY = 256, date(2029, 12, 31)
KINDS = ("power_facility", "power_it", "compute_h100e")


@cache
def _programme(name: str) -> tuple[Programme, Known]:
    made = load(name)
    return made, known(made, load_catalogue(), TODAY)


@cache
def _as_it_stands(name: str, kind: str) -> np.ndarray:
    """What the ordinary run of the programme has of a kind, by month: (draw, month)."""
    return _reads((undecided() if name == "undecided" else _programme(name))[1], kind, DRAWS)


def _reads(now: Known, kind: str, draws: int) -> np.ndarray:
    address = address_of(kind, ())
    return np.nan_to_num(read(now, (), draws, 0, [address])[address])


def _at(name: str, kind: str, when: date) -> np.ndarray:
    _, now = undecided() if name == "undecided" else _programme(name)
    return _as_it_stands(name, kind)[:, list(now.months).index(when)]


@pytest.fixture(scope="module")
def made() -> Prepared:
    """The small programme, with a target of each kind."""
    aims = (aim(500e6, BY), aim(300e6, date(2028, 12, 31), "power_it"), aim(1e5, BY, "compute_h100e"))
    return prepare(*undecided(), BuildAsked(aims, draws=DRAWS))


# --- against the run of the file --------------------------------------------------------------------------------------------------


def test_all_sites_as_the_file_has_them_are_the_run_of_the_file(made: Prepared) -> None:
    chosen = made.as_filed
    assert [made.lots[one.building].id for one in chosen] == ["north/hall-2", "north/hall-3", "south/hall-1"]
    real = np.stack([_at("undecided", one.kind, one.target.day) for one in made.aims])
    for queues in (False, True):
        assert made.reached(chosen, queues) == pytest.approx(real, rel=1e-9)
    assert reached(made.case, chosen) == pytest.approx(by_world(real, made.group), rel=0.02)
    assert faults_of(some_targets(made.case, ()), chosen) == []


@settings(max_examples=5, deadline=None)
@given(st.dates(date(2027, 1, 1), date(2031, 12, 31)), st.sampled_from(KINDS))
def test_by_any_day_it_is_the_run_of_the_file(when: date, kind: str) -> None:
    got = _prepared(kind)
    there = got.there(0, month_end(when))
    real = by_world(_at("undecided", kind, month_end(when)), got.group)
    without = _without(kind)[:, list(undecided()[1].months).index(month_end(when))]
    added = sum(got.case.gains[0, one.building, one.chip] * there[one] for one in got.as_filed)
    assert (added >= real - by_world(without, got.group) - 1e-6 * real.max()).all()
    assert added.mean() == pytest.approx((real - by_world(without, got.group)).mean(), rel=0.02, abs=0.01 * max(real.mean(), 1.0))


@cache
def _prepared(kind: str) -> Prepared:
    return prepare(*undecided(), BuildAsked((aim(3e8 if kind != "compute_h100e" else 2e5, BY, kind),), draws=DRAWS))


@cache
def _without(kind: str) -> np.ndarray:
    """What there is with all that is decided given up: (draw, month)."""
    address = address_of(kind, ())
    return np.nan_to_num(read(begun_known(*undecided()), (), DRAWS, 0, [address])[address])


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_programme_is_planned_no_worse_than_it_stands(name: str) -> None:
    """What its run keeps in seven of ten draws is kept by changing nothing, within how things are, and by the order found, for no more."""
    got = _at_seven_of_ten(
        name, "power_facility", BuildAsked((), powers=("file", "grid", "fuel-cell"), last=date(2027, 3, 31), draws=128, worlds=16)
    )
    if got is None:
        return
    programme, now = _programme(name)
    rows = natural_rows(now, got.case, takes_of(got, now), begun_of(begun_known(programme, now), draws=64))
    case = replace(got.case, limits=rows)
    assert faults_of(some_targets(case, ()), got.as_filed) == []
    kept = float(case.weights[kept_in(case, got.as_filed)[0]].sum())
    case = replace(case, targets=(case.targets[0]._replace(probability=kept),))
    found, stated = solve(case, gap=0.05, time_limit=5.0), value_of(case, got.as_filed)
    assert faults_of(case, found.chosen) == [] and found.value <= stated * (1.0 + 1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["power_facility", "compute_h100e"])
@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_programme_keeps_what_it_keeps_without_a_plan(name: str, kind: str) -> None:
    """The same with all that may be chosen, of computing power too."""
    _at_seven_of_ten(name, kind, BuildAsked((), draws=DRAWS))


def _at_seven_of_ten(name: str, kind: str, asked: BuildAsked) -> Prepared | None:
    """What is prepared for the amount that the run of a programme keeps in seven of ten draws; None where there is nothing to decide.

    By its worlds and in every draw, changing nothing keeps it as the run does.
    """
    programme, now = _programme(name)
    by = min(BY, now.months[-1])
    real = _reads(now, kind, asked.draws)[:, list(now.months).index(by)]
    amount = float(np.quantile(real, 0.3))
    try:
        got = prepare(programme, now, replace(asked, aims=(aim(amount, by, kind, probability=0.7),)))
    except NothingToDecide:
        return None
    stated, worlds = (real >= amount * (1.0 - 1e-9)).mean(), got.case.weights[kept_in(got.case, got.as_filed)[0]].sum()
    assert worlds == pytest.approx(stated, abs=1.5 / len(got.case.weights) + 1e-9)
    assert got.reached(got.as_filed)[0] == pytest.approx(real, rel=5e-3)
    return got


# --- as options -------------------------------------------------------------------------------------------------------------------


def test_it_is_one_option_of_each_building_of_the_file_and_none_of_a_further_one(made: Prepared) -> None:
    file = made.case.powers.index("file")
    assert made.case.allowed[:, file].sum(axis=(1, 2)).tolist() == [int(not lot.further) for lot in made.lots]
    assert (made.case.cost[made.case.allowed] > 0.0).all()


def test_what_is_begun_last_is_given_up_first(made: Prepared) -> None:
    chosen = made.as_filed
    case = some_targets(made.case, ())
    assert faults_of(case, (chosen[0], chosen[2])) == []
    assert faults_of(case, chosen[1:]) == ["north: a building before the one before it"]
    other = Choice(chosen[1].building, made.case.powers.index("grid"), 0, chosen[1].start)
    assert "north: more than one power" in faults_of(case, (chosen[0], other, chosen[2]))


def test_what_was_measured_of_designed_buildings_says_nothing_of_those_of_the_file(made: Prepared) -> None:
    file, late = made.case.powers.index("file"), np.full((len(made.lots), DRAWS), 9e5)
    held = made.held(late)
    assert (held.case.there[:, :, file] == made.case.there[:, :, file]).all() and not held.case.there[:, :, :file].any()
    assert (held.operation(made.as_filed) == made.operation(made.as_filed)).all()


def test_months_stand_for_the_file_where_a_site_has_more_than_there_are_until_the_target() -> None:
    got = prepare(*undecided(), BuildAsked((aim(1e8, date(2027, 1, 31)),), draws=128, worlds=8))
    assert faults_of(some_targets(got.case, ()), got.as_filed) == []
    designed = got.case.allowed[:, : got.case.powers.index("file")].any(axis=(0, 1, 2))
    assert [month for month, some in zip(got.case.months, designed, strict=True) if some] == [date(2026, 12, 31), date(2027, 1, 31)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-500.0, 3000.0), min_size=1, max_size=6), st.integers(0, 4), st.integers(21, 60))
def test_months_that_stand_for_the_file_keep_the_spacing(days: list[float], gap: int, months: int) -> None:
    starts = symbolic_starts(np.array([*days, np.nan]), [[*range(len(days))], [len(days)]], (gap, 0), 30.0 * np.arange(months))
    assert starts[-1] == -1 and starts[0] >= 0 and starts[-2] < months and (np.diff(starts[:-1]) >= gap).all()


def test_where_powers_are_named_the_file_is_one_of_them_or_none() -> None:
    got = prepare(*undecided(), BuildAsked((aim(1e8, BY),), draws=128, worlds=8, powers=("grid",)))
    assert got.case.powers == ("grid",) and got.as_filed == ()
    alone = prepare(*undecided(), BuildAsked((aim(1e8, BY),), draws=128, worlds=8, powers=("file",), further=False))
    assert alone.case.powers == ("file",) and len(alone.as_filed) == 3 and int(alone.case.allowed.sum()) == 3


def test_what_the_file_comes_to_is_known_though_no_site_may_be_left_as_it_has_it(made: Prepared) -> None:
    """As an option of a plan it costs the same, with a price on CO2e too."""
    stands, own = made.stands, made.as_filed
    assert stands is not None
    assert stands.total == pytest.approx(value_of(made.case, own), rel=1e-12) and stands.emissions > 0.0
    assert stands.capital == pytest.approx(sum(float(made.uses.capital[one].sum()) for one in own), rel=1e-12)
    aims = tuple(one._replace(own=None) for one in made.aims)
    without = prepare(*undecided(), BuildAsked(aims, powers=("grid",), chips=(made.case.chips[made.left.chip],), draws=DRAWS))
    assert without.as_filed == () and without.stands == pytest.approx(stands, rel=1e-12)
    priced = with_carbon_price(without, 1e-4)
    assert priced.stands is not None and priced.stands.total == pytest.approx(stands.total + 1e-4 * stands.emissions)


def test_of_a_file_that_has_nothing_left_to_decide_there_is_no_cost() -> None:
    got = prepare(*_programme("xai-colossus-1"), BuildAsked((aim(1e8, date(2026, 12, 31)),), draws=64, worlds=4, powers=("fuel-cell",)))
    assert got.stands is None


def test_a_power_that_no_site_may_have_is_told() -> None:
    """All of it has begun on a connection of its own, so there is no file to leave it as, and no second one to ask for."""
    with pytest.raises(InputError, match=r"file, grid: at none of its sites to be had .possible: stated, fuel-cell"):
        prepare(*_programme("xai-colossus-1"), BuildAsked((aim(1e8, BY),), draws=64, worlds=4, powers=("file", "grid")))


def test_an_overlay_leaves_what_has_no_start_as_it_is(made: Prepared) -> None:
    _, now = undecided()
    starts = {"south/hall-1": date(2027, 6, 30)}
    got = overlay_of(now, made.lots, starts, {}, {"north": {"grid": {}}}, {"north": "dry-cooler"})
    assert set(got["sites"]) == {"south"} and set(got["sites"]["south"]["phases"]) == {"hall-1"}


# --- what is told -----------------------------------------------------------------------------------------------------------------


def test_starts_are_those_of_the_file_where_it_is_left_alone(made: Prepared) -> None:
    one = made.as_filed[0]
    assert made.start_of(one) == made.left.filed.begun["north/hall-2"]
    assert made.start_of(one._replace(power=1, start=3)) == made.case.months[3]
    assert replace(made, today=date(2032, 1, 1)).start_of(one) is None  # what nobody had seen by then has no day of its own
    assert any("as the file has" in note for note in made.notes) and any("still worth" in note for note in made.notes)


def test_capital_is_what_is_paid_and_value_takes_off_what_is_left(made: Prepared) -> None:
    chosen = made.as_filed
    parts = {name: value_of(made.case, chosen, values) for name, values in made.costs.parts.items()}
    built = sum(parts[name] for name in ("construction", "generation", "equipment"))
    capital = sum(float(made.uses.capital[one].sum()) for one in chosen)
    assert -built < parts["worth at the end"] < 0.0 < built < capital


def test_accelerators_that_two_newer_ones_followed_are_not_offered() -> None:
    assert chips_for(_programme("stargate-abroad")[1]) == ("gb300-nvl72", "vr-nvl72")
    before = known(load("stargate-abroad"), load_catalogue(), date(2025, 6, 30))
    assert chips_for(before)[:2] == ("h100-sxm", "gb200-nvl72")
    assert chips_for(before, ("h100-sxm",)) == ("h100-sxm",)


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        ({"north/hall-2", "north/hall-3", "south/hall-1"}, "Work has begun on every phase"),
        ({"north/hall-1", "north/hall-2", "north/hall-3", "south/hall-1"}, "Every phase of Undecided is given up"),
    ],
)
def test_nothing_to_decide_says_why(gone: set[str], why: str) -> None:
    text = UNDECIDED
    cancelled = "milestones: {cancelled: {value: 2026-05-31, as_of: 2026-06-30, status: cancelled, source: news}}"
    lines, site, phase = list[str](), "", ""
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        site, phase = (line.strip(" :") if indent == 2 else site), (line.strip(" :") if indent == 6 else phase)
        if f"{site}/{phase}" in gone and line.strip().startswith("milestones"):
            continue
        lines.append(line)
        if indent == 6 and f"{site}/{phase}" in gone:
            lines.append(f"        {cancelled}")
    programme = read_programme([parse_document("\n".join(lines) + "\n", "undecided.yaml")])
    now = known(programme, load_catalogue(), TODAY)
    with pytest.raises(NothingToDecide, match=why):
        prepare(programme, now, BuildAsked((aim(1e8, BY),), draws=64, worlds=4, further=False))
