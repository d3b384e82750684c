"""Scenarios and alternatives laid over a programme."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.programme_files import SMALL, small

from stargauge.catalogue.load import load_catalogue
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
