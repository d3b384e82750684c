"""Scenarios and alternatives laid over a programme."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.programme_files import SMALL, small

from stargauge import api
from stargauge.audit.sources.supposed import changes_of
from stargauge.catalogue.load import load_catalogue
from stargauge.engine.result import Result
from stargauge.programme.known import known
from stargauge.programme.load import load
from stargauge.programme.overlay import options, overlay
from stargauge.quantity.errors import InputError

NOW = date(2026, 11, 22)


def test_a_patch_takes_the_place_of_a_field_and_leaves_the_rest() -> None:
    base = small()
    laid = overlay(base, {"sites": {"north": {"phases": {"hall-2": {"it_power": "150 MW", "milestones": {"operational": "2027-06"}}}}}})
    phase = laid.sites["north"].phases["hall-2"]
    assert [said.value for said in phase.it_power] == [pytest.approx(150e6)]
    assert phase.milestones.operational[0].text == "2027-06"
    assert laid.sites["north"].phases["hall-1"] is base.sites["north"].phases["hall-1"]
    assert laid.sites["north"].place == "abilene-tx"
    assert base.sites["north"].phases["hall-2"].it_power[0].value == pytest.approx(110e6)


def test_values_of_a_patch_are_assumed_unless_they_bring_a_source() -> None:
    bare = overlay(small(), {"sites": {"north": {"phases": {"hall-2": {"it_power": "150 MW"}}}}})
    sourced = overlay(small(), {
        "sources": {"own": {"publisher": "X", "title": "Y", "date": "2026-06-01", "designed": True}},
        "sites": {"north": {"phases": {"hall-2": {
            "it_power": {"value": "150 MW", "source": "own"}, "chips": {"value": 9, "source": "plan"},
        }}}},
    })  # fmt: skip
    for programme, kind in ((bare, "assumed"), (sourced, "designed")):
        at = known(programme, load_catalogue(), NOW)
        assert at.estimate(programme.sites["north"].phases["hall-2"].it_power).kind == kind
    assert known(sourced, load_catalogue(), NOW).estimate(sourced.sites["north"].phases["hall-2"].chips).kind == "stated"


def test_an_empty_patch_changes_nothing() -> None:
    base = small()
    assert overlay(base, {}).__dict__ == small().__dict__
    assert len(base.documents) == 1


def test_a_patch_may_add_a_site_and_the_whole_is_checked() -> None:
    laid = overlay(small(), {"sites": {"south": {"place": "abilene-tx", "phases": {"a": {"it_power": "1 GW"}}}}})
    assert list(laid.sites) == ["north", "south"]
    with pytest.raises(InputError, match="no size"):
        overlay(small(), {"sites": {"south": {"place": "abilene-tx", "phases": {"a": {"about": "?"}}}}})


def test_faults_of_a_patch_name_its_file_and_come_all_at_once(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "sites:\n  north:\n    phases:\n      hall-1:\n        facility_power: 80 MW\n        it_pwer: 3 MW\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        overlay(small(), file)
    size, key = caught.value.faults
    assert (size.file, size.line, size.column, "below the IT power" in size.message) == (str(file), 5, 25, True)
    assert (key.file, key.line, key.column, 'did you mean "it_power"' in key.message) == (str(file), 6, 9, True)
    base = tmp_path / "base.yaml"
    base.write_text(SMALL, encoding="utf-8")
    file.write_text(
        "sites:\n  north:\n    phases:\n      hall-1:\n        it_power: -3 MW\nparties: {bank: {accounts: open}}\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        load(base, file)
    assert [(fault.file, fault.line) for fault in caught.value.faults] == [(str(file), 5), (str(file), 6)]


ALTERNATIVES = """\
alternatives:
  size:
    big: {weight: 3, sites: {north: {phases: {hall-2: {it_power: {value: 130 MW, source: plan}}}}}}
    small: {weight: 1, sites: {north: {phases: {hall-2: {it_power: {value: 90 MW, source: tracker}}}}}}
records:
"""


def test_options_are_programmes_with_weights_that_add_to_one() -> None:
    ((name, group),) = options(small(("records:\n", ALTERNATIVES)))
    assert name == "size"
    assert [(key, weight) for key, weight, _ in group] == [("big", 0.75), ("small", 0.25)]
    sizes = [laid.sites["north"].phases["hall-2"].it_power[0].value for _, _, laid in group]
    assert sizes == [pytest.approx(130e6), pytest.approx(90e6)]
    assert all(not laid.alternatives for _, _, laid in group)


def test_an_option_says_only_what_was_known() -> None:
    own = ("it_power: {value: 110 MW, status: estimated, source: tracker}", "it_power: {value: 110 MW, source: copy}")
    at = known(small(("records:\n", ALTERNATIVES), own), load_catalogue(), date(2025, 3, 1))
    ((_, group),) = at.alternatives
    sizes = [inside.estimate(inside.phases[1].spec.it_power).value for _, _, inside in group]
    assert sizes == [pytest.approx(130e6), pytest.approx(110e6)]  # the second option was published later: the programme's own value stays


def test_an_alternative_of_which_nothing_was_known_does_not_exist() -> None:
    later = ALTERNATIVES.replace("source: plan", "source: tracker")
    assert known(small(("records:\n", later)), load_catalogue(), date(2025, 3, 1)).alternatives == ()
    assert len(known(small(("records:\n", later)), load_catalogue(), NOW).alternatives) == 1


# --- choices that a user pins -----------------------------------------------------------------------------------------------------

DAY = "2026-09-30"
ADDRESSES = ("power_facility[announced]", "funding_gap", "jobs_construction_onsite", "capital_deployed")


@pytest.fixture(scope="module")
def plain() -> Result:
    return api.simulate("stargate", quantities=ADDRESSES, as_of=DAY, draws=256)


@pytest.mark.parametrize(
    ("pick", "option", "number", "moves"),
    [
        ("oracle-block", "with-abilene", 0, "power_facility[announced]"),
        ("oracle-block", "without-abilene", 1, "power_facility[announced]"),
        ("equity-report", "fifteen", 1, "funding_gap"),
        ("labour_method", "by-cost", 0, "jobs_construction_onsite"),
        ("labour_method", "by-workers-per-power", 1, "jobs_construction_onsite"),
    ],
)
def test_what_is_pinned_is_so_in_every_world_and_nothing_else_changes(
    plain: Result, pick: str, option: str, number: int, moves: str
) -> None:
    made = api.load("stargate", settings={f"pick:{pick}": option})
    pinned = api.simulate(made, quantities=ADDRESSES, as_of=DAY, draws=256)
    took = plain.sample()[f"pick:{pick}"] == number
    assert 0 < took.sum() < 256 and f"pick:{pick}" not in pinned.sample()
    for address in ADDRESSES:
        before, after = plain[address].values, pinned[address].values
        assert np.array_equal(before[took], after[took], equal_nan=True)
        assert np.array_equal(before[~took], after[~took], equal_nan=True) == (address != moves)
    assert made.supposed == (f"pick:{pick}={option}",)


def test_the_other_choices_are_drawn_as_before(plain: Result) -> None:
    made = api.load("stargate", settings={"pick:equity-report": "nineteen", "overrun_factor": "1"})
    drawn = api.simulate(made, quantities=["funding_gap"], as_of=DAY, draws=256).sample()
    same = drawn.keys() & (before := plain.sample()).keys()
    assert "pick:abilene-last-four" in same and len(same) > 50
    assert all(np.array_equal(drawn[name], before[name], equal_nan=True) for name in same)
    assert "overrun_factor" not in drawn and made.supposed == ("pick:equity-report=nineteen", "overrun_factor=1")


def test_what_is_pinned_says_no_more_than_was_known_on_a_day() -> None:
    made = api.load("stargate", settings={"pick:oracle-block": "without-abilene"})
    one, other = (api.simulate(programme, quantities=ADDRESSES, as_of="2025-01-22", draws=256) for programme in ("stargate", made))
    for address in ADDRESSES:
        assert np.array_equal(one[address].values, other[address].values, equal_nan=True)


def test_choices_and_options_that_there_are_not_are_all_named_with_those_that_there_are() -> None:
    wrong = {"pick:orcle-block": "x", "pick:labour_method": "cost", "oracle-block": "with-abilene", "pick:equity-report": "fifteen"}
    with pytest.raises(InputError) as error:
        api.load("stargate", settings=wrong)
    first, second, third = (fault.message for fault in error.value.faults)
    assert first.startswith('there is no choice "pick:orcle-block"; did you mean "pick:oracle-block"?')
    assert "pick:oracle-block=with-abilene|without-abilene; " in first and first.endswith(
        "pick:labour_method=by-cost|by-workers-per-power)"
    )
    assert second == 'the choice "pick:labour_method" has no option "cost"; did you mean "by-cost"? (all: by-cost, by-workers-per-power)'
    assert third == '"oracle-block" is a choice between sources; expected pick:oracle-block=with-abilene or without-abilene'
    with pytest.raises(InputError, match="no choice") as bare:
        api.load("xai-colossus-1", settings={"pick:slip-refit": "all"})
    assert bare.value.faults[0].message.endswith("(all: pick:labour_method=by-cost|by-workers-per-power)")


def test_a_side_of_a_comparison_may_pin_a_choice() -> None:
    made = api.compare("stargate", "+pick:labour_method=by-cost", draws=256).to_dict()
    assert [cell["input"] for cell in made["inputs"]] == ["labour_method"]


def test_an_explanation_says_that_a_user_pinned_it() -> None:
    made = api.load("stargate", settings={"pick:equity-report": "fifteen"})
    changed = changes_of(api.known(made, DAY), ["line_amount"])["line_amount"]
    assert set(changed) == {"softbank-equity"} and changed["softbank-equity"].by == "--set"


def test_a_choice_is_moved_over_its_options_and_no_range() -> None:
    with pytest.raises(InputError, match="pick:labour_method is a choice and moved over its options; expected pick:labour_method alone"):
        api.sensitivity("jobs_direct", as_of=DAY, draws=256, inputs=["pick:labour_method=by-cost"])
