"""Named scenarios: laid over a programme by name, checked like the rest of its file, never known before they are asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.programme_files import SMALL

from stargauge import api
from stargauge.engine.simulate import inputs_of, model_graph
from stargauge.programme.load import json_schema, load
from stargauge.programme.naming_checks import flaws_against_catalogue, flaws_against_quantities
from stargauge.programme.overlay import scenario
from stargauge.quantity.errors import InputError

NAMED = """\
scenarios:
  larger:
    about: The second hall is half as large again.
    reason: invented
    horizon: 2032-12
    sites: {north: {phases: {hall-2: {it_power: 165 MW}}}}
  short-lived:
    about: Chips last three years.
    reason: invented
    assumptions:
      accelerator_life: {value: 3 yr, reason: invented}
      load_factor[north]: {value: 0.5, reason: invented}
  elsewhere:
    about: A second site.
    reason: invented
    sources: {own: {publisher: X, title: Y, date: 2026-05-01}}
    sites: {west: {place: milam-tx, phases: {all: {it_power: {value: 50 MW, status: planned, source: own}}}}}
    assumptions:
      load_factor[west]: {value: 0.5, reason: invented}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "named.yaml"
    path.write_text(SMALL + NAMED, encoding="utf-8")
    return path


def faults(folder: Path, text: str) -> list[str]:
    """The faults of the small programme with these scenarios, each `line path message`."""
    path = folder / "wrong.yaml"
    path.write_text(SMALL + text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        api.known(api.load(path), "2026-11-22")
    assert all(fault.file == str(path) for fault in caught.value.faults)
    return [f"{fault.line - SMALL.count(chr(10))} {fault.path}: {fault.message}" for fault in caught.value.faults]


def test_a_named_scenario_is_the_same_as_its_file(file: Path, tmp_path: Path) -> None:
    patch = tmp_path / "larger.yaml"
    patch.write_text("horizon: 2032-12\nsites: {north: {phases: {hall-2: {it_power: 165 MW}}}}\n", encoding="utf-8")
    base = load(file)
    named, filed = scenario(base, "larger"), scenario(base, patch)
    phases = [made.sites["north"].phases["hall-2"].it_power[0].value for made in (base, named, filed)]
    assert phases == [pytest.approx(110e6), pytest.approx(165e6), pytest.approx(165e6)]
    assert named.horizon == filed.horizon != base.horizon
    assert named.about == base.about
    assert (base.supposed, named.supposed, filed.supposed) == ((), ("larger",), ("larger.yaml",))
    one, other = (api.simulate(made, quantities=["power_it[operational]"], draws=256, as_of="2026-11-22") for made in (named, filed))
    assert one.fingerprint == other.fingerprint


def test_nothing_of_a_scenario_is_known_before_it_is_asked_for(file: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.yaml"
    plain.write_text(SMALL, encoding="utf-8")
    with_them, without = (api.known(api.load(path), "2026-11-22") for path in (file, plain))
    assert with_them.programme.scenarios == {} and with_them.axes == without.axes
    assert list(with_them.programme.statements()) == list(without.programme.statements())
    assert len(list(api.load(file).statements())) == len(list(api.load(plain).statements()))


def test_scenarios_follow_one_another(file: Path) -> None:
    both = api.load(api.load(file, "larger"), "short-lived")
    assert both.supposed == ("larger", "short-lived") and "accelerator_life" in both.assumptions
    assert both.sites["north"].phases["hall-2"].it_power[0].value == pytest.approx(165e6)


def test_a_scenario_may_bring_a_site_with_sources_and_assumptions_of_its_own(file: Path) -> None:
    made = api.known(api.load(file, "elsewhere"), "2026-11-22")
    assert [site.id for site in made.sites] == ["north", "west", "unsited"]


def test_a_name_that_there_is_not_names_the_nearest_and_all(file: Path) -> None:
    with pytest.raises(InputError, match=r'no scenario "lager".*did you mean "larger".*all: larger, short-lived, elsewhere'):
        api.load(file, "lager")
    with pytest.raises(InputError, match=r'no scenario file "lager.yaml"'):
        api.load(file, "lager.yaml")
    with pytest.raises(InputError, match="it has none"):
        api.load("xai-colossus-1", "larger")


def test_a_path_is_always_a_file(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("larger").write_text("horizon: 2034-12\n", encoding="utf-8")
    base = load(file)
    assert scenario(base, "larger").horizon == scenario(base, "larger").horizon
    assert str(scenario(base, Path("larger")).horizon) != str(scenario(base, "larger").horizon)
    assert str(scenario(base, "./larger").horizon) == str(scenario(base, Path("larger")).horizon)


def test_faults_of_a_scenario_come_with_those_of_the_file_and_its_lines(tmp_path: Path) -> None:
    told = faults(tmp_path, """\
scenarios:
  Slow One: {about: x, reason: y}
  fast:
    about: x
    sites: {north: {phases: {hall-2: {it_power: {value: 10 MWh, assumption: r}, facility_powr: 3 MW}}}}
  late:
    about: x
    reason: y
    horizon: 2024-12
    sites: {north: {phases: {hall-9: {buildings: -1}}}}
    parties: {bank: {commitments: {more: {to: nort, kind: equity, amount: {value: 3 USD, source: plann}}}}}
""")  # fmt: skip
    wanted = [
        "2 scenarios.Slow One: the id", '3 scenarios.fast.reason: a scenario needs "reason"',
        "5 scenarios.fast.sites.north.phases.hall-2.it_power.value: got",
        '5 scenarios.fast.sites.north.phases.hall-2.facility_powr: unknown',
        "9 scenarios.late.horizon: ends 2024-12-31", '10 scenarios.late.sites.north.phases.hall-9.buildings: got "-1"',
        '11 scenarios.late.parties.bank.commitments.more.to: there is no party or site "nort"',
        '11 scenarios.late.parties.bank.commitments.more.amount.source: there is no source "plann"; did you mean "plan"',
    ]  # fmt: skip
    assert all(any(one.startswith(start) for one in told) for start in wanted), told
    assert len(told) == len(wanted)


def test_assumptions_of_a_scenario_name_inputs_and_labels(tmp_path: Path) -> None:
    told = faults(tmp_path, """\
scenarios:
  fast:
    about: x
    reason: y
    assumptions:
      acelerator_life: {value: 3 yr, reason: r}
      load_factor[nort]: {value: 0.3, reason: r}
      load_factor[north]: {value: 3 W, reason: r}
""")  # fmt: skip
    starts = ('6 scenarios.fast.assumptions.acelerator_life: there is no input "acelerator_life"; did you mean "accelerator_life"',
              '7 scenarios.fast.assumptions.load_factor[nort]: "nort" is no label',
              '8 scenarios.fast.assumptions.load_factor[north].value:')  # fmt: skip
    assert len(told) == 3 and all(one.startswith(start) for one, start in zip(told, starts, strict=True)), told


def test_a_file_of_a_folder_may_hold_them(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "scenarios.yaml").write_text("\n".join(line[2:] for line in NAMED.splitlines()[1:]) + "\n", encoding="utf-8")
    assert list(load(tmp_path).scenarios) == ["larger", "short-lived", "elsewhere"]


def test_the_schema_knows_them() -> None:
    made = json_schema()
    scenario_of = made["$defs"]["Scenario"]
    assert "scenarios" in made["properties"] and {"about", "reason", "assumptions", "sites", "horizon"} <= set(scenario_of["properties"])
    assert set(scenario_of["required"]) == {"about", "reason"}


@pytest.mark.parametrize("name", sorted(api.load("stargate").scenarios))
def test_each_shipped_scenario_runs_and_says_that_it_is_an_assumption(name: str) -> None:
    base = api.load("stargate")
    made = api.load(base, name)
    assert made.scenarios[name].about.endswith(".") and made.scenarios[name].reason
    values = api.catalogue()
    now = api.known(made, date(2026, 11, 22), values)
    assert not list(flaws_against_catalogue(made, values))
    quantities = model_graph().quantities
    assert not list(flaws_against_quantities(made, quantities, now.labels))
    for key in made.scenarios[name].assumptions:
        cells = inputs_of(now, [key.split("[")[0]])[key.split("[")[0]].estimates
        assert all(cell.kind == "assumed" and cell.note for cell in cells)


def test_a_side_of_a_comparison_may_be_a_scenario_by_name(file: Path) -> None:
    made = api.compare(f"{file}@2026-11-22", "+short-lived", draws=256).to_dict()
    assert made["b"]["asked"].endswith("+short-lived")
    assert {cause["name"] for cause in made["causes"]} == {"assumptions.accelerator_life", "assumptions.load_factor[north]"}
    with pytest.raises(InputError, match=r'did you mean "short-lived"'):
        api.compare(f"{file}@2026-11-22", "+short-live", draws=256)
