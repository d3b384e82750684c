"""`stargauge facility`: one answer for Python and the command line, what it says of designs, bad input, and the page that tells of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli_runs import ask
from tests.test_packaging_files import ROOT, run_page, run_python

from stargauge import api
from stargauge.audit.sites.facility import APPROXIMATION, FacilityAnswer
from stargauge.catalogue.facility_designs import DESIGNS
from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.electrical_chain import CONFIGURATIONS

DAY = "2026-11-22"


@pytest.fixture(scope="module")
def abilene() -> FacilityAnswer:
    return api.facility("abilene", as_of=DAY, draws=32)


def test_the_waterfall_adds_up_to_the_mean_of_the_draws(abilene: FacilityAnswer) -> None:
    data = abilene.to_dict()
    assert sum(row["share"] for row in data["waterfall"]) == data["pue"]["year"]["mean"]
    assert data["pue"]["year"]["mean"] == pytest.approx(float(abilene.hours.mean_pue().mean()), rel=1e-12)
    assert data["waterfall"][0] == {"part": "it", "share": 1.0}


def test_levels_rise_and_summer_is_the_worst(abilene: FacilityAnswer) -> None:
    data = abilene.to_dict()
    for one in (data["pue"]["year"], *data["pue"]["months"], *data["wue"]["months"], *data["hours"].values(), *data["peaks"].values()):
        assert one["p10"] <= one["p50"] <= one["p90"]
    assert max(range(12), key=lambda month: data["pue"]["months"][month]["p50"]) in (6, 7)
    assert data["pue"]["year"]["p90"] < data["pue"]["hottest"]["p50"]
    assert data["peaks"]["billed"]["p50"] <= data["peaks"]["coincident"]["p50"] <= data["peaks"]["of_parts"]["p50"]


def test_every_design_and_redundancy_stands_once_and_the_halls_own_is_marked(abilene: FacilityAnswer) -> None:
    rows = abilene.to_dict()["designs"]
    assert len(rows) == len(DESIGNS) * (len(CONFIGURATIONS) + 1)
    assert [row["design"] for row in rows if row["own"]] == [abilene.hall.design]
    by_design = {(row["design"], row["redundancy"]): row for row in rows}
    assert by_design["evaporative", "N"]["wue"] > 20 * by_design["closed-loop-chiller", "N"]["wue"]
    assert by_design["dry-cooler", "2N"]["pue"] > by_design["dry-cooler", "N"]["pue"]


def test_what_the_programme_itself_says_stands_beside_with_its_reason(abilene: FacilityAnswer) -> None:
    beside = abilene.to_dict()["approximation"]
    assert beside["why"] == APPROXIMATION
    assert beside["pue"]["p50"] == pytest.approx(abilene.to_dict()["pue"]["year"]["p50"], abs=0.012)
    assert api.facility("abilene", as_of=DAY, draws=2, design="evaporative").to_dict()["approximation"]["pue"] is None


def test_same_seed_same_bits_and_plain_data(abilene: FacilityAnswer) -> None:
    again = api.facility("abilene", as_of=DAY, draws=32)
    assert json.dumps(again.to_dict(), allow_nan=False) == json.dumps(abilene.to_dict(), allow_nan=False)
    assert api.facility("abilene", as_of=DAY, draws=32, seed=1).to_dict()["pue"] != abilene.to_dict()["pue"]


def test_a_weather_file_is_taken_as_it_is(tmp_path: Path, shared: Path) -> None:
    file = next((shared / "vectors" / "weather").glob("*Phoenix*"))
    data = api.facility("abilene", as_of=DAY, draws=4, weather=file).to_dict()
    assert data["weather"]["kind"] == "file" and data["weather"]["warmer"] == 0.0
    assert data["pue"]["year"]["p50"] > api.facility("abilene", as_of=DAY, draws=4).to_dict()["pue"]["year"]["p50"]


def test_the_command_says_what_python_gives(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "facility", "abilene", "--as-of", DAY, "--redundancy", "2N")
    assert answer.code == 0 and "what makes it" in answer.out and "> closed-loop-" in answer.out
    assert max(len(line) for line in answer.out.splitlines()) <= 80
    printed = json.loads(ask(capsys, "facility", "abilene", "--as-of", DAY, "--redundancy", "2N", "--json").out)
    assert printed == json.loads(json.dumps(api.facility("abilene", "stargate", as_of=DAY, redundancy="2N").to_dict()))
    head = re.search(r"PUE (\d\.\d\d)", answer.out)
    assert head and float(head[1]) == pytest.approx(printed["pue"]["year"]["p50"], abs=0.0051)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("abilen",), 'there is no site "abilen"'),
        (("abilene", "--design", "evaporativ"), 'no cooling design "evaporativ"'),
        (("abilene", "--design", "liquid/air-economiser"), "outdoor air cannot cool liquid"),
        (("abilene", "--redundancy", "3N"), 'no redundancy "3N"'),
        (("abilene", "--design", "evaporativ", "--redundancy", "3N"), "2 errors, nothing was run"),
        (("abilene", "--draws", "5"), "it is an option of other commands"),
        (("abilene", "--weather", "none.epw"), "none.epw"),
    ],
)
def test_bad_input_is_told(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    answer = ask(capsys, "facility", *arguments)
    assert answer.code == 2 and told in answer.told and not answer.out


def test_no_draws_are_refused() -> None:
    with pytest.raises(InputError, match="draws: got 0"):
        api.facility("abilene", draws=0)


def test_the_page_on_halls_works_as_it_stands(tmp_path: Path) -> None:
    text = (ROOT / "docs/facility.md").read_text(encoding="utf-8")
    (tmp_path / "halls.csv").write_text(re.findall(r"```text\n(operator.*?)```", text, re.DOTALL)[0], encoding="utf-8")
    assert run_page("docs/facility.md", tmp_path) == 4
    made = run_python("docs/facility.md")
    assert 1.0 < made["pue"] < 1.3 and made["megawatts"].max() <= 95e6 * made["highest"].coincident * 1.0001  # type: ignore
