"""A site that names a weather file has its hours; one that does not, those of its place; what is wrong is told at the line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests import weather_written as written
from tests.programme_files import SMALL

from stargauge import api
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.place_weather import weather_of
from stargauge.catalogue.weather_files import read_weather
from stargauge.engine.simulate import simulate
from stargauge.programme.load import json_schema
from stargauge.programme.weather import site_weather
from stargauge.quantity.errors import InputError

KNOWN = load_catalogue().known(date(2026, 11, 22))


def programme(folder: Path, weather: str) -> Path:
    """A small programme whose site names a weather file."""
    file = folder / "small.yaml"
    file.write_text(SMALL.replace("    place: abilene-tx\n", f"    place: abilene-tx\n    weather: {weather}\n"), encoding="utf-8")
    return file


def faults(folder: Path, weather: str) -> list[str]:
    """What is said of a site's weather file."""
    with pytest.raises(InputError) as said:
        api.known(api.load(programme(folder, weather)), "2026-11-22")
    assert {(Path(one.file).name, one.line, one.path) for one in said.value.faults} == {("small.yaml", 19, "sites.north.weather")}
    return [one.message for one in said.value.faults]


def test_the_file_that_a_site_names_is_its_weather(tmp_path: Path) -> None:
    (tmp_path / "weather").mkdir()
    file = written.epw(tmp_path / "weather")
    made = api.load(programme(tmp_path, "weather/year.epw"))
    assert api.known(made, "2026-11-22").sites
    here = site_weather(made, KNOWN, "north", seed=1)
    assert here.kind == "file" and all(np.array_equal(a, b) for a, b in zip(here[:7], read_weather(file)[:7], strict=True))


def test_without_a_file_it_is_that_of_the_place(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    here = site_weather(api.load(file), KNOWN, "north", seed=3, years=(2, 5))
    there = weather_of(KNOWN, "abilene-tx", seed=3, years=(2, 5))
    assert here.kind == "synthetic" and here.years == (2, 5) and here.notes == there.notes
    assert all(np.array_equal(a, b) for a, b in zip(here[:7], there[:7], strict=True))


def test_a_file_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    written.epw(tmp_path)
    assert faults(tmp_path, "yaer.epw") == ['there is no weather file "yaer.epw" beside the programme; did you mean "year.epw"?']


def test_every_fault_of_the_file_is_told_with_its_own_line(tmp_path: Path) -> None:
    written.epw(tmp_path, lambda lines: [*lines[:108], *lines[113:]])
    told = faults(tmp_path, "year.epw")
    assert told[0] == "year.epw, line 109: 5 hours missing before 01-05 09:00" and len(told) == 2
    assert str(tmp_path) not in " ".join(told)


@pytest.mark.parametrize("name", ["../year.epw", "/etc/hosts.epw", "a/../../year.epw", "C:/year.epw", "weather\\year.epw"])
def test_no_file_outside_the_programmes_folder_is_read(name: str, tmp_path: Path) -> None:
    written.epw(tmp_path)
    inside = tmp_path / "inside"
    inside.mkdir()
    assert "expected one beside the programme or in a folder below" in faults(inside, f"'{name}'")[0]


def test_no_link_out_of_the_programmes_folder_is_followed(tmp_path: Path) -> None:
    written.epw(tmp_path)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "year.epw").symlink_to(tmp_path / "year.epw")
    assert 'there is no weather file "year.epw" beside the programme' in faults(inside, "year.epw")[0]


def test_only_names_of_weather_files_are_read(tmp_path: Path) -> None:
    assert "expected a name that ends in .epw, .csv" in faults(tmp_path, "small.yaml")[0]


def test_a_scenario_may_name_a_file_beside_the_programme(tmp_path: Path) -> None:
    written.epw(tmp_path)
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    laid = api.load(file, {"sites": {"north": {"weather": "year.epw"}}})
    assert site_weather(laid, KNOWN, "north", seed=1).kind == "file"


def test_a_file_that_changes_is_read_again(tmp_path: Path) -> None:
    made = api.load(programme(tmp_path, "year.epw"))
    written.epw(tmp_path)
    before = site_weather(made, KNOWN, "north", seed=1)
    written.epw(tmp_path, lambda lines: [line.replace(",3.5,", ",7.25,") for line in lines])
    assert site_weather(made, KNOWN, "north", seed=1).wind[0] == 7.25 != before.wind[0]


def test_a_run_of_a_file_that_changed_is_a_run_of_what_it_is_now(tmp_path: Path) -> None:
    made = api.load(programme(tmp_path, "year.epw"))

    def pue() -> float:
        run = simulate(api.known(made, "2026-11-22"), ["pue[north]"], draws=256, seed=0)
        return float(np.nanmean(run["pue[north]"].values))

    written.epw(tmp_path)
    cool = pue()
    written.epw(tmp_path, lambda lines: lines[:8] + [_warmer(line) for line in lines[8:]])
    assert pue() > cool + 1e-3


def _warmer(line: str) -> str:
    cells = line.split(",")
    return ",".join([*cells[:6], f"{float(cells[6]) + 10.0:.1f}", cells[7], *cells[8:]])


def test_a_site_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    with pytest.raises(InputError, match='there is no site "nort"; did you mean "north"'):
        site_weather(api.load(file), KNOWN, "nort", seed=1)


def test_the_schema_knows_the_field() -> None:
    field = json_schema()["$defs"]["Site"]["properties"]["weather"]
    assert "string" in field["type"] and "EPW" in field["description"]
