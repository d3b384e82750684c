"""Loading by name, file and folder; the JSON Schema; the starter file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.programme_files import SMALL, loaded, small

from stargauge.catalogue.load import load_catalogue
from stargauge.programme.load import json_schema, load, shipped
from stargauge.programme.naming_checks import flaws_against_catalogue
from stargauge.programme.positions import parse_document
from stargauge.programme.schema import Programme, fields_of, parts_of
from stargauge.programme.template import starter
from stargauge.quantity.errors import InputError


def test_a_file_and_a_folder_of_sections_are_the_same_programme(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    sections = SMALL.split("\nparties:\n")[1].split("\nsites:\n")
    (folder / "programme.yaml").write_text(SMALL.split("parties:\n")[0] + SMALL[SMALL.index("unsited:") :], encoding="utf-8")
    (folder / "parties.yaml").write_text(sections[0] + "\n", encoding="utf-8")
    (folder / "sites.yaml").write_text(sections[1].split("unsited:")[0], encoding="utf-8")
    assert load(folder).__dict__ == loaded(tmp_path, SMALL).__dict__


def test_faults_in_a_folder_name_the_file_of_their_section(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text("name: X\nprice_year: 2025\nstart: 2025-01\nhorizon: 2030-12\n", encoding="utf-8")
    (tmp_path / "sites.yaml").write_text("north:\n  place: abilene-tx\n  fases: {}\n", encoding="utf-8")
    (tmp_path / "parties.yaml").write_text("bank: {name: Bank, cash: 5 GW}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(tmp_path)
    assert [(Path(f.file).name, f.line, f.path) for f in caught.value.faults] == [
        ("parties.yaml", 1, "parties.bank.cash"), ("sites.yaml", 3, "sites.north.fases"),
    ]  # fmt: skip


def test_a_folder_with_a_strange_file_or_a_section_twice_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "programme.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "sites.yaml").write_text("north: {}\n", encoding="utf-8")
    (tmp_path / "site.yaml").write_text("north: {}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(tmp_path)
    assert ['did you mean "sites"' in caught.value.faults[0].message, "keep one" in caught.value.faults[1].message] == [True, True]


def test_an_unknown_name_suggests_a_shipped_programme() -> None:
    if "stargate" in shipped():
        with pytest.raises(InputError, match='did you mean "stargate"'):
            load("stargat")


def test_an_empty_file_and_a_list_are_faults(tmp_path: Path) -> None:
    for text in ("", "- a\n", "just text\n"):
        with pytest.raises(InputError, match="expected keys"):
            loaded(tmp_path, text)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_programme_loads_and_names_only_what_the_catalogue_has(name: str) -> None:
    programme = load(name)
    assert not list(flaws_against_catalogue(programme, load_catalogue()))
    assert all(said.source in programme.sources or not said.source for said in programme.statements())


def test_a_programme_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        small().name = "Other"  # type: ignore[misc]


def plain(text: str) -> Any:
    return parse_document(text).data


def test_the_schema_is_valid_and_accepts_what_loads() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    assert not list(check.iter_errors(plain(SMALL)))
    assert not list(check.iter_errors(plain(starter("Mine"))))


@pytest.mark.parametrize("name", [name for name, path in shipped().items() if path.is_file()])
def test_the_schema_accepts_every_shipped_file(name: str) -> None:
    data = plain(shipped()[name].read_text(encoding="utf-8"))
    assert not [error.message for error in jsonschema.Draft202012Validator(json_schema()).iter_errors(data)]


@pytest.mark.parametrize(("old", "new"), [
    ("facility_power: {value: 300 MW", "facilty_power: {value: 300 MW"), ("kind: equity", "kind: gift"),
    ("place: abilene-tx\n", "about: x\n"),
    ("status: planned, source: plan}\n    phases", "status: plan, source: plan}\n    phases"),
    ("post-visible: {value: true, ", "post-visible: {"),
])  # fmt: skip
def test_the_schema_refuses_what_does_not_load(old: str, new: str) -> None:
    assert old in SMALL
    assert list(jsonschema.Draft202012Validator(json_schema()).iter_errors(plain(SMALL.replace(old, new))))


def test_the_schema_describes_every_field_once_with_its_unit() -> None:
    schema = json_schema()
    for model in (schema, *schema["$defs"].values()):
        assert all(field.get("description") for field in model.get("properties", {}).values())
    assert "unit: W" in schema["$defs"]["Phase"]["properties"]["it_power"]["description"]


@pytest.mark.parametrize("name", ["Mine", "A: b # c", 'Quote "x" \\ y', "北", "{x}"])
def test_the_starter_file_loads_whatever_its_name(name: str, tmp_path: Path) -> None:
    programme = loaded(tmp_path, starter(name))
    assert programme.name == name
    assert not list(flaws_against_catalogue(programme, load_catalogue()))


def test_the_starter_file_shows_every_way_to_write_a_value(tmp_path: Path) -> None:
    programme: Programme = loaded(tmp_path, starter("Mine"))
    said = list(programme.statements())
    assert any(not s.source for s in said)
    assert any(len(statements) > 1 for _, part in parts_of(programme) for _, _, statements in fields_of(part))
    assert (len(programme.parties), len(programme.sites), len(programme.sites["example-campus"].phases)) == (3, 1, 2)
    lines = {name: line for party in programme.parties.values() for name, line in party.commitments.items()}
    assert {line.kind for line in lines.values()} == {"equity", "loan", "lease", "cloud_contract"}
    assert lines["example-loan"].spread and lines["example-loan"].extensions and lines["example-lease"].outside_date
    assert programme.claims["campus-by-2027"].readings


def test_the_commented_parts_of_the_starter_file_load_too(tmp_path: Path) -> None:
    text = starter("Mine")
    for word in ("assumptions:", "alternatives:"):
        head, tail = text.split(f"# {word}")
        lines = tail.split("\n")
        end = next(i for i, line in enumerate(lines) if i and not line.startswith("# "))
        text = head + word + "\n".join([line.removeprefix("# ") for line in lines[:end]] + lines[end:])
    programme = loaded(tmp_path, text)
    assert set(programme.alternatives) == {"hall-1-size"}
    assert set(programme.assumptions) == {"load_factor[example-campus]"}


@pytest.mark.parametrize("name", ["", "  ", "two\nlines"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        starter(name)


def test_a_programme_is_read_again_only_where_its_files_hold_something_else(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    first = load(file)
    assert load(file) is first
    file.write_text(SMALL.replace("name: Small\n", "name: Smaln\n"), encoding="utf-8")  # as long, and perhaps written in the same instant
    assert load(file).name == "Smaln" and first.name == "Small"
    file.write_text(SMALL, encoding="utf-8")
    assert load(file).name == "Small"


def test_faults_are_told_however_often_a_faulty_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "faulty.yaml"
    file.write_text(SMALL.replace("cash: {value: 24.3 bn USD", "cash: {value: 24.3 GW"), encoding="utf-8")
    told = []
    for _ in range(2):
        with pytest.raises(InputError) as caught:
            load(file)
        told.append([str(fault) for fault in caught.value.faults])
    assert told[0] == told[1] and len(told[0]) == 1
