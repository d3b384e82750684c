"""Several programmes as one: each site counts once, sums are those of the programmes, shared supply only ever makes later."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli_runs import ask
from tests.programme_files import SMALL
from tests.real_worlds import world_of
from tests.test_packaging_files import run_page, run_python

import stargauge as sg
from stargauge import api
from stargauge.audit.sites.pools import Pool, Queuer, delays
from stargauge.audit.sites.standing import POOLS, TOLD, Standing, StandingAt, later
from stargauge.audit.sites.system import System
from stargauge.catalogue.load import load_catalogue
from stargauge.quantity.errors import InputError
from stargauge.report.sites.system import render_system, row_parts

DAY = "2026-06-30"
CATALOGUE = load_catalogue()
QUICK = {"as_of": DAY, "draws": 256}
ASKED = ("--as-of", DAY, "--draws", "256")
#: A pool so large that nothing waits, and one that is too small for what is planned.
ENDLESS, SHORT = "1_000_000_000 GW/yr", "40 MW/yr"


def written(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A programme file made from the small one, with parts of its text exchanged."""
    text = SMALL
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def named(name: str, owner: str = "") -> tuple[str, str]:
    return ("name: Small\n", f"name: {name}\n" + (f"owner: {owner}\n" if owner else ""))


ABROAD = ("    place: abilene-tx\n", "    place: abu-dhabi\n")
#: A fact of the site `north`, before its phases.
SAME = ("    phases:\n", "    facts: {same-site-as: {value: first/north, source: plan}}\n    phases:\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two programmes in Texas and one in Abu Dhabi."""
    written(tmp_path, "first", named("First", "acme"))
    written(tmp_path, "second", named("Second", "other"), ("  north:\n", "  south:\n"), ("[operational, north]", "[operational, south]"))
    written(tmp_path, "third", named("Third", "third"), ABROAD)
    return tmp_path


def whole(made: System, powers: Sequence[Any] | None = None) -> Any:
    """The sum over everything, absent parts left out: (draw, stage, instant)."""
    return np.nansum(np.stack(list(made.free if powers is None else powers)), axis=0)


def at(made: System, stage: str, year: int) -> tuple[int, int]:
    return TOLD.index(stage), made.years.index(year)


# --- sums -------------------------------------------------------------------------------------------------------------------------


def test_each_programme_counts_as_in_its_own_run_bit_for_bit(folder: Path) -> None:
    made = sg.system(folder, **QUICK)
    for member in made.members:
        alone = sg.simulate(folder / f"{member.id}.yaml", quantities=["power_facility[operational]"], **QUICK)
        series = alone["power_facility[operational]"]
        for year in (2026, 2028, 2030):
            stage, place = at(made, "operational", year)
            own = member.standing.power[:, stage, :, place].sum(axis=1)
            assert np.array_equal(own, series.values[:, series.months.index(f"{year}-12")])


@pytest.mark.parametrize("by", ["grid,year", "country,year", "programme,year", "site,year", "grid,programme,year"])
def test_rows_add_up_to_the_total_of_the_programmes(folder: Path, by: str) -> None:
    made = sg.system(folder, by=by, **QUICK)
    parts = sum(np.nan_to_num(member.standing.power).sum(axis=2) for member in made.members)
    assert np.allclose(whole(made), parts, rtol=1e-12)
    keys = {tuple(made.key_of(group).items()) for group in made.groups}
    assert len(made.rows()) == len(keys) * len(made.years) * len(TOLD)


def test_what_has_no_region_and_what_has_no_site_stand_apart(folder: Path) -> None:
    grids = [row["grid"] for row in sg.system(folder, **QUICK).to_dict()["rows"]]
    assert list(dict.fromkeys(grids)) == ["erct", "region not stated", "unsited"]
    countries = {row["country"] for row in sg.system(folder, by="country", **QUICK).to_dict()["rows"]}
    assert countries == {"US", "AE", "unsited"}


def test_what_nobody_stated_is_absent_also_beside_sites_that_were_given_up() -> None:
    data = sg.system("stargate-abroad", as_of="2026-09-30", draws=256).to_dict()
    rows = [row for row in data["rows"] if row["grid"] == "region not stated" and row["year"] == 2028]
    asked, contracted, powered = (next(row for row in rows if row["stage"] == one) for one in ("announced", "contracted", "energised"))
    assert asked["power"]["p50"] > 1e9 and contracted["not_stated"] == ["stargate-abroad/uae"]
    assert contracted["power"] == powered["power"]
    early = [row for row in data["rows"] if row["grid"] == "region not stated" and row["stage"] == "contracted" and row["not_stated"]]
    assert set(early[0]["power"].values()) == {None} and early[0]["year"] < 2028


def test_what_has_power_is_under_contract_at_least() -> None:
    rows = sg.system("xai-colossus-1", as_of="2026-11-22", draws=256).to_dict()["total"]
    power = {(row["year"], row["stage"]): row["power"]["p50"] for row in rows}
    assert max(power[year, "energised"] for year, _ in power) > 1e8
    assert all(power[year, "contracted"] == power[year, "energised"] for year, _ in power if power[year, "energised"])


def test_a_sum_of_which_a_part_is_not_stated_is_a_lower_bound(folder: Path) -> None:
    row = {"power": {"p10": 1e9, "p50": 2e9, "p90": 3e9}, "not_stated": ["a/b"]}
    assert row_parts(row, 1e9) == ("≥2.0", "1.0–3.0")
    assert row_parts({**row, "not_stated": []}, 1e9) == ("2.0", "1.0–3.0")
    assert row_parts({**row, "power": {"p10": None, "p50": None, "p90": None}}, 1e9) == ("–", "")


def test_regions_have_their_names_with_the_source(folder: Path) -> None:
    data = sg.system(folder, **QUICK).to_dict()
    assert data["grid_names"] == {"erct": {"name": "ERCOT All", "source": "egrid-names"}}
    assert "erct (ERCOT All)" in render_system(data)
    regions = {name for name in CATALOGUE.names("emission") if CATALOGUE.entries("emission", name, "co2")}
    assert [name for name in regions if not CATALOGUE.text("emission", name, "name")] == []


def test_every_figure_says_what_it_is(folder: Path) -> None:
    data = sg.system(folder, **QUICK).to_dict()
    for row in (*data["rows"], *data["total"]):
        assert set(row["power"]) == {"p10", "p50", "p90"} and (row["unit"], row["base"]) == ("W", "facility")
        assert row["stage"] in TOLD and row["year"] in data["years"]
    contracted = [row for row in data["total"] if row["stage"] == "contracted"]
    powered = {row["year"]: row["power"]["p50"] for row in data["total"] if row["stage"] == "energised"}
    assert all((row["power"]["p50"] or 0.0) == powered[row["year"]] and len(row["not_stated"]) == row["sites"] for row in contracted)


def test_stages_come_in_their_order_in_every_world(folder: Path) -> None:
    total = whole(sg.system(folder, **QUICK))
    assert (total[:, TOLD.index("operational")] <= total[:, TOLD.index("energised")] + 1e-3).all()


def test_adding_a_programme_never_lowers_what_all_have_together(folder: Path) -> None:
    two = sg.system([folder / "first.yaml", folder / "third.yaml"], **QUICK)
    three = sg.system(folder, **QUICK)
    assert (whole(three) >= whole(two)).all()


def test_a_copy_of_a_site_never_lowers_either(folder: Path) -> None:
    before = sg.system(folder, **QUICK)
    written(folder, "a-copy", named("A copy", "acme"), ("value: 300 MW", "value: 200 MW"), ("unsited:\n", "drafts: {}\nunsited:\n"))
    assert (whole(sg.system(folder, **QUICK)) >= whole(before)).all()


def test_the_order_of_files_changes_nothing(folder: Path) -> None:
    files = [folder / f"{name}.yaml" for name in ("first", "second", "third")]
    pools = {"transformers": SHORT}
    assert sg.system(files, pools=pools, **QUICK).to_dict() == sg.system(files[::-1], pools=pools, **QUICK).to_dict()


def test_any_number_of_workers_gives_the_same_bits(folder: Path) -> None:
    one, two = (sg.system(folder / "first.yaml", as_of=DAY, draws=512, workers=workers) for workers in (1, 2))
    assert one.to_dict() == two.to_dict()


def test_a_folder_of_parts_is_one_programme_and_counts_among_others(folder: Path) -> None:
    parts = folder / "in-parts"
    parts.mkdir()
    text = written(folder, "gone", named("In parts", "acme"), ABROAD).read_text(encoding="utf-8")
    (folder / "gone.yaml").unlink()
    head, _, rest = text.partition("claims:\n")
    (parts / "programme.yaml").write_text(head, encoding="utf-8")
    lines = rest.partition("records:\n")[0].splitlines()
    (parts / "claims.yaml").write_text("\n".join(line[2:] for line in lines), encoding="utf-8")
    assert [member.id for member in sg.system(folder, **QUICK).members] == ["first", "in-parts", "second", "third"]
    assert [member.id for member in sg.system(parts, **QUICK).members] == ["in-parts"]


def test_without_years_it_is_one_year_end(folder: Path) -> None:
    data = sg.system(folder, by="programme", **QUICK).to_dict()
    assert {row["year"] for row in data["rows"]} == {2028} == {data["year"]}
    assert len(sg.system(folder, by=(), **QUICK).rows()) == len(TOLD)


def test_programmes_of_different_clocks_are_carried_on_to_the_longest(folder: Path) -> None:
    written(folder, "fourth", named("Fourth"), ("horizon: 2030-12", "horizon: 2027-06"), ABROAD)
    made = sg.system(folder, **QUICK)
    assert made.years == tuple(range(2025, 2031))
    fourth = next(member for member in made.members if member.id == "fourth")
    assert str(fourth.clock.end) == "2027-06-30" and np.isfinite(fourth.standing.power[:, TOLD.index("operational")]).all()


# --- one site in two files ----------------------------------------------------------------------------------------------------------


def test_a_site_of_one_place_name_and_owner_counts_once(folder: Path) -> None:
    written(folder, "copy", named("Copy", "acme"))
    data = sg.system(folder, **QUICK).to_dict()
    (one,) = data["merged"]
    assert one["sites"] == ["copy/north", "first/north"] and one["counted_under"] == "copy"
    assert one["grounds"] == [
        {"sites": ["copy/north", "first/north"], "ground": "place, name and owner", "says": "at abilene-tx"}
    ]  # fmt: skip
    assert one["not_counted_twice"]["power"]["p50"] == pytest.approx(300e6)
    row = next(row for row in data["rows"] if (row["grid"], row["year"], row["stage"]) == ("erct", 2028, "announced"))
    assert row["power"]["p50"] == pytest.approx(600e6) and row["sites"] == 2


def test_of_sites_that_are_one_the_larger_counts_in_each_world(folder: Path) -> None:
    written(folder, "copy", named("Copy", "acme"))
    made = sg.system(folder, **QUICK)
    group = next(group for group in made.groups if len(group.sites) == 2)
    one, other = (next(m for m in made.members if m.id == site.programme).standing.power[:, :, site.at] for site in group.sites)
    assert np.array_equal(made.free[made.groups.index(group)], np.fmax(one, other), equal_nan=True)


def test_a_file_may_say_that_its_site_is_another_s(folder: Path) -> None:
    written(folder, "tenant", named("Tenant", "somebody"), SAME, ABROAD)
    (one,) = sg.system(folder, **QUICK).to_dict()["merged"]
    assert one["sites"] == ["first/north", "tenant/north"]
    assert one["grounds"][0]["ground"] == "statement" and one["grounds"][0]["says"] == "same-site-as: first/north"


def test_a_statement_counts_from_the_day_it_was_published(folder: Path) -> None:
    later_on = ("{value: first/north, source: plan}", "{value: first/north, published: 2026-05-01, source: tracker}")
    written(folder, "tenant", named("Tenant", "somebody"), SAME, ABROAD, later_on)
    assert len(sg.system(folder, **QUICK).to_dict()["merged"]) == 1
    assert sg.system(folder, as_of="2026-04-30", draws=256).to_dict()["merged"] == []


@pytest.mark.parametrize(("owner", "differs"), [("", ["owner not stated"]), ("else", ["other owner"])])
def test_what_is_only_alike_counts_as_two_and_is_named(folder: Path, owner: str, differs: list[str]) -> None:
    written(folder, "copy", named("Copy", owner))
    data = sg.system(folder, **QUICK).to_dict()
    assert data["merged"] == []
    assert {"sites": ["copy/north", "first/north"], "place": "abilene-tx", "differs": differs} in data["alike"]


def test_sites_are_one_by_way_of_a_third(folder: Path) -> None:
    written(folder, "copy", named("Copy", "acme"))
    written(folder, "tenant", named("Tenant", "somebody"), SAME, ABROAD)
    (one,) = sg.system(folder, **QUICK).to_dict()["merged"]
    assert one["sites"] == ["copy/north", "first/north", "tenant/north"] and len(one["grounds"]) == 2


def test_a_site_of_a_programme_that_is_not_there_is_told(folder: Path) -> None:
    written(folder, "tenant", named("Tenant"), (SAME[0], SAME[1].replace("first/north", "nobody/north")))
    assert sg.system(folder, **QUICK).to_dict()["named_elsewhere"] == [{"site": "tenant/north", "same_as": "nobody/north"}]


# --- shared supply ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def short(folder: Path) -> System:
    made: System = sg.system(folder, pools={"transformers": SHORT}, **QUICK)
    return made


def test_a_pool_as_large_as_everything_changes_no_bit(folder: Path) -> None:
    made = sg.system(folder, pools=dict.fromkeys(POOLS, ENDLESS), **QUICK)
    for free, alone, shared in zip(made.free, made.alone, made.shared, strict=True):
        assert np.array_equal(free, alone, equal_nan=True) and np.array_equal(free, shared, equal_nan=True)
    assert all(row["shared"] == row["power"] for row in made.rows() if "shared" in row)


def test_sharing_a_short_pool_only_ever_makes_later(short: System) -> None:
    free, alone, shared = (whole(short, powers) for powers in (short.free, short.alone, short.shared))
    assert (shared <= alone + 1e-3).all() and (alone <= free + 1e-3).all() and (shared < free - 1e6).any()
    data = short.to_dict()
    assert data["effect"]["pools"] == ["transformers", "turbines"]
    assert any(row["less"]["p50"] > 0.0 for row in data["effect"]["less"] if row["stage"] == "operational")
    told = {row["programme"]: row["later"]["p90"] for row in data["effect"]["later"]}
    assert min(told.values()) >= 0.0 < max(told["first"], told["second"]) and told["third"] == 0.0  # Abu Dhabi takes none of the US's


def test_what_has_power_waits_for_nothing(short: System) -> None:
    for member, days in zip(short.members, short.late, strict=True):
        assert (days[~member.standing.waits] == 0.0).all()


def test_a_larger_pool_is_never_later(folder: Path) -> None:
    slow, fast = (sg.system(folder, pools={"transformers": size}, **QUICK) for size in ("40 MW/yr", "80 MW/yr"))
    assert all((a >= b).all() for a, b in zip(slow.late, fast.late, strict=True))


def test_a_pool_is_known_by_its_source_given_or_has_no_figure(folder: Path) -> None:
    pools = {one["name"]: one for one in sg.system(folder, pools={"queue": "1..3 GW/yr"}, **QUICK).to_dict()["pools"]}
    assert pools["transformers"]["kind"] == "none" and pools["transformers"]["supply"] is None
    assert pools["turbines"]["kind"] == "catalogue" and pools["turbines"]["source"] == "woodmac-turbines"
    assert 60e9 < pools["turbines"]["supply"]["p50"] < 70e9 and pools["turbines"]["binds"] == 0.0
    assert pools["queue"]["kind"] == "given" and pools["queue"]["supply"]["p10"] == pytest.approx(1e9, rel=0.02)
    lifted = sg.system(folder, pools={"turbines": "none"}, **QUICK).to_dict()
    assert lifted["effect"] is None and all(one["supply"] is None for one in lifted["pools"])


def test_a_site_in_two_files_draws_on_a_pool_once(folder: Path) -> None:
    asked = {"transformers": SHORT}
    (before,) = (one["asked"] for one in sg.system(folder, pools=asked, **QUICK).to_dict()["pools"] if one["name"] == "transformers")
    written(folder, "copy", named("Copy", "acme"))
    (after,) = (one["asked"] for one in sg.system(folder, pools=asked, **QUICK).to_dict()["pools"] if one["name"] == "transformers")
    assert sum(row["power"]["p50"] for row in after) == pytest.approx(sum(row["power"]["p50"] for row in before), rel=0.1)


def queuer(due: list[float], size: list[float], lead: float, country: str = "US", elsewhere: bool = False) -> Queuer:
    """A programme of one draw whose phases wait for power on given days."""
    days, power = np.array([due]), np.array([size])
    ones = np.ones((1, len(POOLS), len(due)))
    made = Standing(
        np.zeros((1, len(TOLD), 1, 1)), power, days, days + 30.0, np.full_like(days, np.inf), np.ones(days.shape, bool), lead * ones, ones,
        np.zeros(len(due), np.intp), np.array([0.0]),
    )  # fmt: skip
    return Queuer(made, (country,) * len(due), np.full(len(due), elsewhere))


US = Pool("transformers", "US", "", "", 1.0, "given")
DUES = st.lists(st.tuples(st.floats(0.0, 3000.0), st.floats(1.0, 500.0)), min_size=1, max_size=6)


def served(orders: list[tuple[float, float]], supply: float) -> list[float]:
    """The day on which each order (released, size) is done by one supplier, worked out one by one."""
    done, free = [0.0] * len(orders), -np.inf
    for place in sorted(range(len(orders)), key=lambda one: (orders[one][0], one)):
        released, size = orders[place]
        free = max(free, released) + size / supply
        done[place] = free
    return done


@settings(max_examples=60, deadline=None)
@given(DUES, DUES, st.floats(0.0, 900.0), st.floats(0.2, 50.0))
def test_delays_are_those_of_one_supplier_served_in_order(a: Any, b: Any, lead: float, supply: float) -> None:
    one, other = (queuer([due for due, _ in part], [size for _, size in part], lead) for part in (a, b))
    found = np.concatenate(delays(US, [one, other], np.array([supply])), axis=1)[0]
    orders = [(due - lead, size) for due, size in (*a, *b)]
    wanted = [max(0.0, done - due) for done, (due, _) in zip(served(orders, supply), (*a, *b), strict=True)]
    assert np.allclose(found, wanted, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(DUES, DUES, st.floats(0.0, 900.0), st.floats(0.2, 50.0))
def test_nobody_is_sooner_for_sharing(a: Any, b: Any, lead: float, supply: float) -> None:
    both = [queuer([due for due, _ in part], [size for _, size in part], lead) for part in (a, b)]
    shared, alone = (delays(US, both, np.array([supply]), shared=way) for way in (True, False))
    assert all((s >= o - 1e-6).all() for s, o in zip(shared, alone, strict=True))


def test_two_orders_worked_by_hand() -> None:
    """Two orders of 100 W released on day 0 and day 10 at 5 W a day: done on days 20 and 40; due on days 10 and 20, so 10 and 20 late."""
    both, supply = [queuer([10.0], [100.0], 10.0), queuer([20.0], [100.0], 10.0)], np.array([5.0])
    assert [float(one[0, 0]) for one in delays(US, both, supply)] == [10.0, 20.0]
    assert [float(one[0, 0]) for one in delays(US, both, supply, shared=False)] == [10.0, 10.0]


@pytest.mark.parametrize(
    ("supply", "shares"),
    [
        ("grid: {capacity: 70 MW}, gas: {capacity: 35 MW}", (1.0, 0.25, 0.5)), ("gas: {capacity: 35 MW, role: backup}", (1.0, 0.0, 1.0)),
        ("grid: {capacity: 70 MW}, gas: {capacity: 35 MW, plant: gas-engine}", (1.0, 0.0, 0.5)),
        ("grid: {capacity: 0 MW}, gas: {capacity: 35 MW, role: alone}", (0.0, 0.25, 0.0)),
        ("gas: {capacity: 35 MW, role: alone, plant: combined-cycle}", (0.0, 0.25, 0.0)),
        ("gas: {capacity: 35 MW, role: alone, plant: gas-engine}", (0.0, 0.0, 0.0)),
    ],
)  # fmt: skip
def test_what_carries_a_site_says_which_pools_it_draws_on(tmp_path: Path, supply: str, shares: tuple[float, ...]) -> None:
    """Of 140 MW at the meter: transformers and grid only where the grid is waited for, turbines only where the plant has one."""
    file, kept = written(tmp_path, "first", ("    phases:\n", f"    supply: {{{supply}}}\n    phases:\n")), StandingAt((0,))
    world = world_of(api.known(api.load(file), date.fromisoformat("2025-06-30"), CATALOGUE))
    found = kept.take(world.run(kept.needs).block(0))
    assert found.share[:, :, 0].mean(axis=0) == pytest.approx(shares)


def test_other_countries_draw_on_no_national_pool() -> None:
    found = delays(US, [queuer([10.0], [1e9], 0.0, "AE"), queuer([10.0], [1e9], 0.0, "")], np.array([1.0]))
    assert all((one == 0.0).all() for one in found)


def test_power_that_is_late_is_missing_until_it_comes() -> None:
    made = queuer([10.0, 100.0], [5.0, 7.0], 0.0).made._replace(
        power=np.array([[[[12.0, 12.0]], [[np.nan, np.nan]], [[5.0, 12.0]], [[0.0, 12.0]]]]), ends=np.array([30.0, 200.0])
    )  # fmt: skip
    out = later(made, np.array([[25.0, 0.0]]))
    assert out[0, TOLD.index("energised"), 0].tolist() == [0.0, 12.0]
    assert out[0, TOLD.index("operational"), 0].tolist() == [0.0, 12.0] and np.isnan(out[0, 1]).all()


# --- faults -------------------------------------------------------------------------------------------------------------------------


def test_an_empty_folder_says_what_is_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "system", str(tmp_path))
    assert answer.code == 2 and "holds no programme" in answer.told and "stargauge new" in answer.told and answer.out == ""
    (tmp_path / "notes.yaml").write_text("colour: blue\n", encoding="utf-8")
    assert "none of its 1 YAML files names one" in ask(capsys, "system", str(tmp_path)).told


def test_the_faults_of_all_files_come_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "bad-one", named("Bad one"), ("value: 300 MW", "value: 300 MWh"))
    written(folder, "bad-two", named("Bad two"), ("    place: abilene-tx\n", "    place: abilene\n"))
    answer = ask(capsys, "system", str(folder), *ASKED)
    assert answer.code == 2 and answer.out == ""
    assert "bad-one.yaml" in answer.told and "an energy" in answer.told


def test_a_place_that_the_catalogue_lacks_is_told_with_the_nearest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(folder, "bad-two", named("Bad two"), ("    place: abilene-tx\n", "    place: abilene\n"))
    answer = ask(capsys, "system", str(folder), *ASKED)
    assert answer.code == 2 and 'did you mean "abilene-tx"?' in answer.told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--by", "gird,year"), '--by: there is no "gird"; did you mean "grid"? (any of: grid, country, programme, site, year)'),
        (("--by", ""), '--by: there is no ""'),
        (("--pool", "transformer=2 GW/yr"), '--pool: there is no pool "transformer"; did you mean "transformers"?'),
        (("--pool", "transformers"), 'got --pool "transformers"; expected NAME=VALUE'),
        (("--pool", "transformers=2 GW"), "--pool transformers: got"),
        (("--pool", "transformers=0 GW/yr"), "expected more than nothing per year"),
        (("--pool", "transformers=-2 GW/yr"), "expected more than nothing per year"),
        (("--draws", "10_000_000"), "expected at most 65,536"),
    ],
)
def test_what_is_asked_wrong_is_told(folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    answer = ask(capsys, "system", str(folder), *ASKED, *arguments)
    assert answer.code == 2 and told in answer.told and answer.out == ""


def test_a_region_outside_the_catalogue_is_shown_and_told_with_the_nearest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = folder / "mine.csv"
    head = "kind,name,attribute,value,unit,as_of,published,source,status,grade,note"
    own.write_text(f"{head}\nplace,abilene-tx,grid_region,ercot,text,2026,2026,,,,\n", encoding="utf-8")
    answer = ask(capsys, "system", str(folder), *ASKED, "--catalogue", str(own))
    assert answer.code == 0, answer.err
    said = " ".join(answer.out.split())
    assert '"ercot" is no grid region of the catalogue; did you mean "erct"? (first/north, second/south)' in said
    assert "\nercot\n" in answer.out and "\nerct\n" not in answer.out


def test_a_statement_about_a_site_that_is_not_there_is_a_fault(folder: Path) -> None:
    written(folder, "tenant", named("Tenant"), (SAME[0], SAME[1].replace("first/north", "first/nort")))
    with pytest.raises(InputError, match='first has no site "nort"; did you mean "north"'):
        sg.system(folder, **QUICK).to_dict()


def test_two_programmes_of_one_name_cannot_be_told_apart(folder: Path) -> None:
    other = folder / "more"
    other.mkdir()
    written(other, "first", named("First"))
    with pytest.raises(InputError, match='two programmes are called "first"'):
        sg.system([folder, other], **QUICK)


def test_what_was_not_known_yet_and_what_only_drafts_are_left_out(folder: Path) -> None:
    written(folder, "late", named("Late"), ("date: 2025-01-20", "date: 2025-03-20"))
    drafts = "name: Drafts\nsources: {a: {publisher: A, title: B, date: 2025-01-20}}\ndrafts: {one: {speaker: A, source: a, quote: b}}\n"
    (folder / "drafts.yaml").write_text(drafts, encoding="utf-8")
    made = sg.system(folder, as_of="2025-02-01", draws=256).to_dict()
    left = {Path(one["file"]).stem: one["why"] for one in made["left_out"]}
    assert [one["id"] for one in made["programmes"]] == ["first", "second", "third"]
    assert "record too thin" in left["late"] and "drafts" in left["drafts"]


# --- the command --------------------------------------------------------------------------------------------------------------------


def test_it_reads_in_eighty_columns_answer_first(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    answer = ask(capsys, "system", ".", *ASKED, "--pool", f"transformers={SHORT}")
    assert answer.code == 0, answer.err
    assert max(map(len, answer.out.splitlines())) <= 80
    assert answer.out.startswith("3 programmes ask for ") and "facility power" in answer.out
    for part in ("erct", "region not stated", "unsited", "all together", "Shared supply", "no figure", "days later", "Map and table"):
        assert part in answer.out, part
    plain = ask(capsys, "system", str(folder), *ASKED, "--ascii").out
    assert plain.isascii()


def test_cli_and_python_say_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "system", str(folder), *ASKED, "--by", "programme", "--json")
    made = sg.system(folder, by="programme", **QUICK).to_dict()
    assert json.loads(answer.out)["rows"] == made["rows"] and json.loads(json.dumps(made, allow_nan=False)) == made


def test_the_page_has_map_and_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jinja2")
    target = folder / "system.html"
    answer = ask(capsys, "system", str(folder), *ASKED, "--pool", f"transformers={SHORT}", "--report", str(target))
    assert answer.code == 0, answer.err
    page = target.read_text(encoding="utf-8")
    assert page.lstrip().startswith("<!doctype html>") and "<svg" in page and "erct" in page and "<script" not in page
    assert ask(capsys, "system", str(folder), *ASKED, "--report", str(folder / "none" / "x.html")).code == 2


@pytest.mark.slow
def test_the_page_of_the_documentation_works_as_it_stands(tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    assert run_page("docs/system.md", tmp_path) == 4
    assert run_python("docs/system.md")["erct"][-1]["year"] == 2032  # type: ignore[index]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stargate", "xai-colossus-1"])
def test_a_shipped_programme_counts_as_in_its_own_run(name: str) -> None:
    made = sg.system([name, "meta-prometheus"], as_of="2026-09-30", draws=256)
    member = next(member for member in made.members if member.id == name)
    for stage in TOLD:
        series = sg.simulate(name, quantities=[f"power_facility[{stage}]"], as_of="2026-09-30", draws=256)[f"power_facility[{stage}]"]
        at, place = TOLD.index(stage), made.years.index(2028)
        own = np.nansum(member.standing.power[:, at, :, place], axis=1)
        assert np.allclose(own, np.nan_to_num(series.values[:, series.months.index("2028-12")]), rtol=1e-12)


@pytest.mark.slow
def test_the_shipped_programmes_are_a_system() -> None:
    made = sg.system(as_of="2026-09-30")
    data = made.to_dict()
    assert len(data["programmes"]) == len(sg.api.shipped())
    parts = sum(np.nan_to_num(member.standing.power).sum(axis=2) for member in made.members)
    assert data["merged"] == [] and np.allclose(whole(made), parts, rtol=1e-12)
    assert {row["grid"] for row in data["rows"]} >= {"erct", "rfcw", "region not stated", "unsited"}
