"""Yearly PUE and water of halls: read from text, worked out without any of them, scored against the best constant."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.validation.pue_validation import NOTE, PueValidation, constants, design_in, place_in, validate_pue
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.own_pue import KNOWN, read_own_pue
from stargauge.quantity.errors import InputError

VIEW = load_catalogue().known(date(2026, 11, 27))
GOOD = {"operator": "acme", "site": "Council Bluffs IA", "year": "2024", "cooling": "towers", "pue": "1.10", "wue_l_per_kwh": "1.2"}


def _file(folder: Path, *rows: Mapping[str, str]) -> Path:
    path = folder / "pue.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, KNOWN)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _scored(folder: Path, *rows: Mapping[str, str]) -> PueValidation:
    made = api.validate("pue", _file(folder, *rows))
    assert isinstance(made, PueValidation)
    return made


@pytest.fixture(scope="module")
def published(shared: Path) -> PueValidation:
    return validate_pue(read_own_pue(shared / "facts" / "pue_wue.csv"), VIEW)


# --- published rows ---------------------------------------------------------------------------------------------------------------


def test_published_rows_are_scored_by_what_is_said_of_their_cooling(published: PueValidation) -> None:
    data = published.to_dict()
    summary = data["summary"]
    assert summary["n"] >= 14 and summary["n"] == summary["stated"]["n"] + summary["not_stated"]["n"]
    assert sum(part["n"] for part in summary["by_design"].values()) == summary["n"]
    assert len(data["rows"]) + len(data["left_out"]) == 34
    assert data["notes"] == [NOTE] and "No AI campus with liquid cooling has published" in NOTE


def test_design_and_weather_tell_more_than_the_best_constant(published: PueValidation) -> None:
    summary = published.to_dict()["summary"]
    assert summary["skill_vs_constant"] > 0.0
    assert summary["mae"] < 0.08


def test_no_figure_of_a_row_moves_any_forecast(published: PueValidation) -> None:
    """Every PUE and water is changed: the forecasts stay to the last bit, the errors do not."""
    changed = [one.record._replace(pue=1.9, wue=3.0) for one in published.forecasts]
    again = validate_pue(changed, VIEW)
    for one, other in zip(published.forecasts, again.forecasts, strict=True):
        np.testing.assert_array_equal(one.pue, other.pue)
        np.testing.assert_array_equal(one.wue, other.wue)
    assert again.to_dict()["summary"]["mae"] > 0.5


def test_fleets_and_places_without_weather_are_said_not_scored(published: PueValidation) -> None:
    told = {(one["operator"], one["site"]): one["reason"] for one in published.to_dict()["left_out"]}
    assert "a fleet or a survey" in told["Uptime survey", "global average"] and "a fleet" in told["Meta", "fleet"]
    assert "no place with weather" in told["AWS", "ap-southeast-4 Melbourne"]


# --- scores -----------------------------------------------------------------------------------------------------------------------


def test_the_constant_of_a_row_is_the_median_of_the_others() -> None:
    assert constants([1.1, 1.2, 1.3, 1.9]) == pytest.approx([1.3, 1.3, 1.2, 1.2])
    assert constants([1.1, 1.2]) == [None, None]


def test_the_median_of_the_others_is_the_best_constant_for_them() -> None:
    values = [1.07, 1.1, 1.12, 1.34, 1.5]
    for place, best in enumerate(constants(values)):
        others = [value for at, value in enumerate(values) if at != place]
        assert best is not None
        assert min(np.linspace(1.0, 1.6, 601), key=lambda c: sum(abs(c - v) for v in others)) <= best + 0.25
        assert sum(abs(best - v) for v in others) <= min(sum(abs(c - v) for v in others) for c in np.linspace(1.0, 1.6, 601)) + 1e-9


def test_skill_is_one_less_the_ratio_of_errors(published: PueValidation) -> None:
    data = published.to_dict()
    rows = [row for row in data["rows"] if row["pue"] is not None]
    ours, constant = (np.mean([abs(value) for value in values]) for values in (
        [row["error"] for row in rows], [row["constant"] - row["pue"] for row in rows]
    ))  # fmt: skip
    assert data["summary"]["mae"] == pytest.approx(ours) and data["summary"]["mae_constant"] == pytest.approx(constant)
    assert data["summary"]["skill_vs_constant"] == pytest.approx(1.0 - ours / constant)


def test_few_halls_show_little_and_the_interval_says_so(published: PueValidation) -> None:
    summary = published.to_dict()["summary"]
    low, high = summary["skill_interval"]
    assert low < summary["skill_vs_constant"] < high and high - low > 0.2


def test_one_row_has_an_error_and_no_skill(tmp_path: Path) -> None:
    summary = _scored(tmp_path, GOOD).to_dict()["summary"]
    assert summary["n"] == 1 and summary["mae"] < 0.05 and summary["skill_vs_constant"] is None
    assert summary["wue"] == {"n": 1, "mae": summary["wue"]["mae"], "factor": 3.0, "within_factor": 1}


def test_rows_with_water_alone_count_for_water_alone(tmp_path: Path) -> None:
    data = _scored(tmp_path, GOOD | {"pue": ""}).to_dict()
    assert data["summary"]["n"] == 0 and data["summary"]["mae"] is None and data["summary"]["wue"]["n"] == 1
    json.dumps(data, allow_nan=False)


# --- what a text tells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "design"),
    [
        ("outside air with adiabatic assist (fleet statement)", ("air-economiser", True)),
        ("100% outside air, direct evaporative misting", ("air-economiser", True)),
        ("warm-water liquid, towers, later thermosyphon", ("liquid/tower-without-chiller", True)),
        ("not stated", ("closed-loop-chiller", False)),
        ("", ("closed-loop-chiller", False)),
        ("dry coolers", ("dry-cooler", True)),
        ("cooling towers", ("evaporative", True)),
        ("Evaporative", ("evaporative", True)),
        ("air-cooled chillers", ("air/air-cooled-chiller", True)),
        ("closed-loop chillers", ("closed-loop-chiller", True)),
        ("mixed", None),
    ],
)
def test_designs_are_read_from_what_operators_write(text: str, design: tuple[str, bool] | None) -> None:
    assert design_in(text) == design


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("us-central1 Council Bluffs IA", "council-bluffs-ia"),
        ("southcentralus Texas (San Antonio)", "abilene-tx"),
        ("us-east-1 N. Virginia", "ashburn-va"),
        ("eu-west-1 Ireland", "dublin-ie"),
        ("southeastasia Singapore", "singapore"),
        ("us-east5 Columbus OH", "lordstown-oh"),
        ("westus3 Arizona (Phoenix)", "phoenix-az"),
        ("northcentralus Illinois", "chicago-il"),
    ],
)
def test_places_are_read_from_the_text(text: str, place: str) -> None:
    found = place_in(text, VIEW)
    assert found is not None and found.place == place and found.how


def test_a_place_that_nothing_tells_is_none() -> None:
    assert place_in("ap-southeast-4 Melbourne", VIEW) is None
    assert place_in("hall 7", VIEW) is None


# --- bad files, and the command ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"pue": "0.9"}, "pue is 0.9; expected a number from 1 to 6; a PUE is energy at the meter"),
        ({"pue": "nan"}, "pue is nan; expected a number from 1"),
        ({"pue": "110 %"}, 'pue is "110 %"; expected a number: a PUE is a ratio, such as 1.1'),
        ({"pue": "18%"}, "a PUE is a ratio from 1 up"),
        ({"pue": "1,18"}, 'pue is "1,18"; expected a number, with a decimal point'),
        ({"pue": "one"}, "expected a number, without a unit, such as 1.15"),
        ({"wue_l_per_kwh": "-1"}, "wue_l_per_kwh is -1; expected a number from 0"),
        ({"pue": "", "wue_l_per_kwh": ""}, "both empty"),
        ({"site": ""}, '"site" is empty'),
    ],
)
def test_faults_of_a_row_are_told_with_their_line(tmp_path: Path, change: dict[str, str], told: str) -> None:
    with pytest.raises(InputError) as error:
        read_own_pue(_file(tmp_path, GOOD, GOOD | change))
    assert any(told in fault.message and fault.line == 3 for fault in error.value.faults)


def test_an_empty_file_and_a_missing_column_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rows"):
        read_own_pue(_file(tmp_path))
    path = tmp_path / "short.csv"
    path.write_text("operator,site,cooling,PUE\nacme,here,towers,1.1\n", encoding="utf-8")
    with pytest.raises(InputError, match='no column "pue"; did you mean "PUE"\\? columns are written small'):
        read_own_pue(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"operator,site,cooling,pue,pue\na,b,towers,1.1,1.2\n", 'the column "pue" stands 2 times; leave one'),
        (b"operator;site;cooling;pue\na;b;towers;1,1\n", "the columns are separated by semicolons; expected commas"),
        (b"\xef\xbb\xbf\r\n", "is empty; expected a first line with the columns operator"),
        ("operator,site,cooling,pue\n".encode("utf-16"), 'save it again as UTF-8 or "CSV UTF-8"'),
    ],
)
def test_a_file_of_another_form_says_how_to_save_it(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_own_pue(path)
    assert told in str(error.value)
    with pytest.raises(InputError, match="is a folder; expected a CSV file with the columns operator"):
        read_own_pue(tmp_path)


def test_the_command_says_it_and_gives_the_same_as_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, GOOD, GOOD | {"site": "Phoenix AZ", "pue": "1.2"}, GOOD | {"cooling": "not stated"}, GOOD | {"site": "nowhere"})
    answer = ask(capsys, "validate", "pue", str(path))
    assert answer.code == 0 and "PUE of 3 halls" in answer.out and "has published a yearly PUE" in " ".join(answer.out.split())
    assert "not scored: acme, nowhere" in answer.out and "(closed-loop-" in answer.out
    assert max(len(line) for line in answer.out.splitlines()) <= 80
    printed = json.loads(ask(capsys, "validate", "pue", str(path), "--json").out)
    assert printed == json.loads(json.dumps(api.validate("pue", path).to_dict()))
    assert set(printed) >= {"summary", "rows"} and {"n", "mae", "skill_vs_constant"} <= set(printed["summary"])
    none = ask(capsys, "validate", "pue", str(_file(tmp_path, GOOD | {"site": "nowhere"})), "--json")
    assert json.loads(none.out)["summary"]["n"] == 0


def test_own_catalogue_values_count(tmp_path: Path) -> None:
    rows = tmp_path / "mine.csv"
    rows.write_text(
        "kind,name,attribute,value,unit\nfacility,default,ups_loss,0.5,1\n", encoding="utf-8"
    )  # fmt: skip
    path = _file(tmp_path, GOOD)
    usual, worse = (api.validate("pue", path, values=values).to_dict()["rows"][0]["pue_p50"] for values in (None, load_catalogue(rows)))
    assert worse > usual + 0.3
