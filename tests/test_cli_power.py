"""`stargauge power`: the cheapest supply of a site, asked for with limits in their own units; faults all at once."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import ask
from tests.programme_files import SMALL
from tests.test_packaging_files import ROOT, commands, run_page, run_python

import stargauge as sg

pytest.importorskip("scipy", reason="the plan extra is not installed")

DAY = "2026-09-30"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the small programme."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


ASKED = ("power", "north", "--programme", "small.yaml", "--as-of", DAY, "--draws", "16")
#: One source and a flat load, so that it takes seconds.
QUICK = (*ASKED, "--sources", "gas-turbine", "--load", "100MW", "--no-mixes")


def test_text_json_page_and_python_say_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("jinja2", reason="the report extra is not installed")
    asked = ("--emissions", "600 kg/MWh", "--shortfall", "0.1 %")
    told = ask(capsys, *QUICK, *asked, "--report", "supply.html", "--language", "de", "--json")
    assert (told.code, told.err) == (0, "")
    made = sg.power(
        "north", here / "small.yaml", as_of=DAY, load_at="100 MW", sources=["gas-turbine"], mixes=False, draws=16,
        emissions="600 kg/MWh", shortfall=0.001,
    )  # fmt: skip
    wanted = json.loads(json.dumps(made.to_dict()))
    wanted["programme"]["asked_as"] = "small.yaml"
    assert json.loads(told.out) == wanted
    scopes = wanted["scopes"]
    assert 0.16 < scopes["gas_upstream"]["value"] / scopes["carbon"][0]["value"] < 0.65  # the range that the row is derived from
    assert wanted["cost"]["above_least"] == pytest.approx(wanted["cost"]["mean"] / wanted["cost"]["at_least"] - 1.0, rel=1e-3)
    page = (here / "supply.html").read_text(encoding="utf-8")
    assert '<html lang="de">' in page and "Die günstigste gefundene Versorgung von north" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace('http-equiv="Content', "")

    from stargauge.report.power.power import render_power

    text = render_power(wanted)
    assert text.startswith("To carry 100 MW (facility, mean) at north around the clock but for 0.1 % of") and "USD/MWh" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "nan" not in text.lower().replace("finance", "") and "At most 600 kg of CO2e per MWh of the load." in text


def test_where_no_supply_keeps_the_limits_each_is_told_in_its_unit(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, *QUICK, "--emissions", "50 kg/MWh")
    assert told.code == 2 and told.out == ""
    assert "no supply of gas-turbine keeps all limits at north" in told.told
    assert "--shortfall 0.9" in told.told and "(asked 0)" in told.told
    needed = told.told.split("--emissions '")[1].split(" kg/MWh'")[0]
    assert 500.0 < float(needed) < 520.0 and "(asked at most 50 kg/MWh)" in told.told


def test_what_cannot_be_there_by_the_day_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, *QUICK, "--by", "2027-01", "--years", "1")
    assert told.code == 2
    assert "keeps all limits at north, from 2027-01 on" in told.told and "later day with --by" in told.told
    assert re.search(r"gas-turbine not before 20\d\d-\d\d-\d\d, 100 MW are missing from 2027-01-01 00:00 on", told.told)


def test_a_supply_that_does_not_pass_its_test_ends_with_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    power = sg.power

    class Failing:
        """A supply whose test is not passed."""

        def __init__(self, made: Any) -> None:
            self.made = made

        def to_dict(self) -> dict[str, Any]:
            data = self.made.to_dict()
            return {**data, "test": {**data["test"], "passed": False}}

    monkeypatch.setattr("stargauge.api.power", lambda *asked, **more: Failing(power(*asked, **more)))
    told = ask(capsys, *QUICK)
    assert told.code == 1 and told.out.startswith("Does not pass its test: ")


def test_all_faults_come_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(
        capsys, "power", "nort", "--programme", "small.yaml", "--as-of", DAY, "--load", "100 MWh", "--emissions", "200", "--land", "3 GW",
        "--gas", "0 TWh", "--shortfall", "2", "--sources", "gas-turbin,solar", "--years", "20", "--by", "2024", "--draws", "0",
        "--weather", "none.epw",
    )  # fmt: skip
    assert told.code == 2 and told.out == "" and "11 errors, nothing was run" in told.told
    for text in (
        'no site "nort"', 'got "100 MWh", an energy; expected a power', 'got "200" without a unit', "expected an area, e.g. 2000 acres",
        'got "0 TWh"; expected more than 0', "a share of the energy from 0 to below 1", 'did you mean "gas-turbine"?', "expected 1 to 10",
        "which is past on 2026-09-30", "years of failures", 'no file "none.epw"',
    ):  # fmt: skip
        assert text in told.told, text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("abylene",), 'no site "abylene"'),
        (("abilene", "--sources", ","), "got no source; expected some of grid"),
        (("abilene", "--shortfall", "much"), "a share such as 0.001 or 0.1 %"),
        (("abilene", "--by", "soon"), "--by"),
        (("abilene", "--report", "missing/x.html"), 'no folder "missing"'),
        (("abilene", "--sourcs", "grid"), '"--sources"'),
    ],
)
def test_what_is_asked_wrong_is_told(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    answer = ask(capsys, "power", *arguments)
    assert answer.code == 2 and answer.out == "" and told in answer.told


@pytest.mark.parametrize(("module", "extra"), [("scipy", "plan"), ("jinja2", "report")])
def test_a_missing_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, module: str, extra: str
) -> None:  # fmt: skip
    for holder in ("stargauge.cli.extras", "stargauge.api.supply"):
        monkeypatch.setattr(f"{holder}.find_spec", lambda name: None if name == module else sys)
    told = ask(capsys, *QUICK, "--report", "supply.html")
    assert told.code == 2 and f"pip install 'stargauge[{extra}]'" in told.told


def test_help_says_what_each_argument_takes(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = ask(capsys, "power", "--help")
    assert told.code == 0 and max(map(len, told.out.splitlines())) <= 80
    options = ("--by", "--load", "--sources", "--shortfall", "--emissions", "--land", "--gas", "--weather", "--no-mixes", "--report")
    for option in (*options, "--tariff", "--pypsa"):
        assert option in told.out


def test_faults_of_a_tariff_have_its_lines_and_stand_with_all_others(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "tariff.csv").write_text("kind,value,hours\nenergy,38 USD/MWh,\ndemand,9 USD/kW,\nenergy,4 USD/MWh,25\n", encoding="utf-8")
    told = ask(capsys, *QUICK, "--tariff", "tariff.csv", "--pypsa", ".", "--shortfall", "2")
    assert told.code == 2
    said = ("tariff.csv: 4 errors", "3:1 demand", "expected a charge a month, such as 9 USD/kW/month", "4:1 hours", '"25"')
    for part in (*said, "is not an empty folder", "--shortfall"):
        assert part in told.told, part
    (here / "tariff.csv").write_text("kind,value\nenergy,38 USD/MWh\n", encoding="utf-8")
    told = ask(capsys, *QUICK, "--tariff", "tariff.csv")
    assert told.code == 2 and "is that of the grid, which is not among the sources" in told.told
    assert sorted(file.name for file in here.iterdir()) == ["small.yaml", "tariff.csv"]


def test_a_network_of_pypsa_is_written_beside_the_answer(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, *QUICK, "--pypsa", "network")
    assert told.code == 0 and "Network of PyPSA" in told.out
    assert (here / "network" / "generators.csv").is_file()
    again = ask(capsys, *QUICK, "--pypsa", "network")
    assert again.code == 2 and "is not an empty folder" in again.told


def test_the_page_of_the_documentation_works_as_it_stands(here: Path) -> None:
    tariff = re.findall(r"```text\n(kind,.*?)```", (ROOT / "docs/power.md").read_text(encoding="utf-8"), re.S)[0]
    (here / "tariff.csv").write_text(tariff, encoding="utf-8")
    assert run_page("docs/power.md", here) == len(commands("docs/power.md")) > 0
    assert len((here / "network" / "snapshots.csv").read_text(encoding="utf-8").splitlines()) == 8761
    left = run_python("docs/power.md")
    assert left["data"]["plants"][0]["units"] == 3  # type: ignore[index]
