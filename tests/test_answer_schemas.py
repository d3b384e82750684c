"""Every answer as JSON is as its schema says: of every command, every address and every shipped programme; and all of it is told."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import jsonschema
import pytest
from tests.answer_schemas import SHAPES, answer_of, faults
from tests.answers_asked import DAY, DRAWS, LONG, OF_EACH, addresses, further, of_each
from tests.cli_runs import ask
from tests.programme_files import SMALL
from tests.web_server import serving

from stargauge import api
from stargauge.api import schemas
from stargauge.catalogue.load import DATA

NAMES = schemas.names()
#: The fastest programmes of those that are shipped: one without parties, and one with claims.
QUICK = ("small", "xai-colossus-1")


def objects(schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of a schema, with where it stands."""
    if isinstance(schema, list):
        for one in schema:
            yield from objects(one, place)
    elif isinstance(schema, dict):
        if "properties" in schema or schema.get("type") == "object":
            yield place, schema
        for key, one in schema.items():
            yield from objects(one, f"{place}/{key}")


# --- the schemas --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_sound_and_tells_every_part(name: str) -> None:
    schema = schemas.answer_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == schemas.DIALECT and schema["title"] and schema["description"]
    for place, one in objects(schema):
        told = {part: inner.get("description", "") for part, inner in one.get("properties", {}).items()}
        assert not [part for part, text in told.items() if not re.fullmatch(r"[A-Z`].+\.", text)], place
        assert not told or one["additionalProperties"] is False, place
        assert set(one.get("required", ())) <= set(told), place


def test_shapes_and_words_are_of_the_same_answers_and_no_words_are_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {path.stem for path in SHAPES.glob("*.json")} == set(NAMES)
    used: set[str] = set()

    class Noted(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            used.add(key)
            return super().__getitem__(key)

    told = {**schemas.words(), "parts": Noted(schemas.words()["parts"])}
    monkeypatch.setattr(schemas, "words", lambda: told)
    for name in NAMES:
        schemas.answer_schema(name)
    assert sorted(set(told["parts"]) - used) == []


def test_an_answer_that_is_not_as_its_schema_says_is_told() -> None:
    row = {"name": "capex", "kind": "quantity", "unit": "USD", "axes": ["draw"], "says": "Capital."}
    assert faults("names", [row]) == []
    assert "Additional properties are not allowed ('more' was unexpected)" in faults("names", [{**row, "more": 1}])[0]
    assert "is not of type 'string'" in faults("names", [{**row, "unit": None}])[0]
    assert "'says' is a required property" in faults("names", [{key: one for key, one in row.items() if key != "says"}])[0]


def test_every_command_that_prints_json_has_a_schema() -> None:
    from tests.test_docs_generated import cli_page

    with_json = {name for name, made in cli_page.commands().items() if any(text == "--json" for text, _ in cli_page.options(made))}
    asked = {text for name in NAMES for text in schemas.words()["answers"][name]["asked"]}
    commands = {re.match(r"stargauge ((?:evidence )?[a-z-]+)", text)[1] for text in asked if text.startswith("stargauge")}  # type: ignore[index]
    assert with_json - {"schema"} == commands


def test_every_address_names_the_schema_of_its_answer() -> None:
    from stargauge.web.app import create_app

    document = create_app().openapi()
    for path, made in document["paths"].items():
        content = made["get"]["responses"]["200"]["content"].get("application/json", {}).get("schema", {"type": "object"})
        named = [one["$ref"].rpartition("/")[2] for one in content.get("anyOf", [content]) if "$ref" in one]
        assert named or path in ("/api/schema", "/api/programmes/{programme}/export"), path
        assert [name for name in NAMES if path in schemas.words()["answers"][name]["asked"]] == sorted(named), path
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert referred <= set(document["components"]["schemas"])


# --- the answers --------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def slow(answer: str, *more: str) -> list[pytest.MarkDecorator]:
    """How a question is marked: what takes long, and what is asked of the larger programmes, where what takes minutes runs."""
    return [pytest.mark.slow] if answer in LONG or any(one not in QUICK for one in more) else []


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("answer", "asked"),
    [pytest.param(answer, asked, id=" ".join(asked[:-1]), marks=slow(answer)) for answer, asked in further()],
)
def test_the_answer_of_a_command_is_as_its_schema_says(capsys: pytest.CaptureFixture[str], answer: str, asked: list[str]) -> None:
    given = ask(capsys, *asked)
    data = json.loads(given.out)
    assert faults(answer if answer != "explain" else str(answer_of(asked, data)), data) == [], given.err


@pytest.mark.parametrize(
    ("answer", "asked"),
    [pytest.param(answer, asked, id=" ".join(asked[:-1]), marks=slow(answer, name)) for answer, name, asked in of_each()],
)
def test_every_shipped_programme_answers_as_the_schema_says(capsys: pytest.CaptureFixture[str], answer: str, asked: list[str]) -> None:
    given = ask(capsys, *asked)
    assert faults(answer, json.loads(given.out)) == [], given.err


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("programmes")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    with serving(folder, at_once=1e9) as home:
        yield home


@pytest.mark.parametrize(
    ("answer", "path"),
    [pytest.param(name, path, id=path, marks=slow(name, *re.findall(r"programmes/([^/?]+)", path))) for name, path in addresses()],
)
def test_the_answer_of_an_address_is_as_its_schema_says(served: str, answer: str, path: str) -> None:
    with urlopen(served + path) as got:
        assert faults(answer, json.load(got)) == []


def paths_of(name: str) -> Iterator[tuple[str, str]]:
    """The addresses of a programme whose answers commands print too."""
    site = next(iter(api.load(name).sites))
    more = {"facility": f"site={site}", "hours": f"site={site}", "explain": f"address={quote('power_it[operational]')}",
            "sensitivity": f"address={quote('power_it[operational]')}&inputs=overrun_factor",
            "changed": f"address={quote('power_it[operational]')}&since=2026-01-01",
            "power": f"site={site}&load={quote('100 MW')}&source=gas-turbine&mixes=false"}  # fmt: skip
    for answer in OF_EACH:
        path = f"/api/programmes/{name}/{answer}?draws={DRAWS}&as_of={DAY}"
        yield answer, f"{path}&{more[answer]}" if answer in more else path


@pytest.mark.parametrize(
    ("answer", "path"),
    [pytest.param(answer, path, id=path, marks=slow(answer, name)) for name in api.shipped() for answer, path in paths_of(name)],
)
def test_every_address_of_a_shipped_programme_answers_as_the_schema_says(served: str, answer: str, path: str) -> None:
    with urlopen(served + path, timeout=300) as got:
        assert faults(answer, json.load(got)) == []


@pytest.mark.usefixtures("here")
def test_what_is_done_with_evidence_is_answered_as_the_schemas_say(capsys: pytest.CaptureFixture[str]) -> None:
    Path("page.html").write_text("<p>so</p>", encoding="utf-8")
    url = "https://example.org/plan"
    for asked in (
        ("init", "--name", "desk.example.org/log"), ("add", "capture", url, "--about", '{"status": 200}', "--payload", "body=page.html"),
        ("add", "capture", url, "--payload", "body=page.html"), ("list",), ("show", "C-1"), ("verify",), ("checkpoint",), ("fsck",),
        ("proof", "C-1"), ("export", "copy"), ("verify", "copy", "--key", "copy/keys.pub"), ("history", url), ("bundle", "C-1"),
        ("receipt", "C-1.zip"), ("verify", "C-1.zip"), ("erase", "C-1", "--ground", "the author asked", "--payload", "body"),
        ("rotate-key",), ("timestamp",), ("stated", url, "--by", "others", "--says", "It was removed."), ("show", "C-1"),
    ):  # fmt: skip
        given = ask(capsys, "evidence", *asked, "--json")
        assert given.code == 0 and given.out.startswith(("{", "[")), (asked, given.err)


@pytest.mark.usefixtures("here")
def test_measured_services_are_validated_as_the_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    from tests.test_serving_validation import ATLARGE, GOOD

    with Path("runs.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(GOOD))
        writer.writeheader()
        writer.writerows([GOOD, ATLARGE, {**GOOD, "gpu": "abacus"}])
    given = ask(capsys, "validate", "inference", "runs.csv", "--json")
    assert given.code == 0 and json.loads(given.out)["rows"]


@pytest.mark.parametrize(
    ("kind", "file", "column"),
    [
        ("training", "training-run.csv", "precision"),
        ("inference", "serving-run.csv", "precision"),
        ("goodput", "goodput-record.csv", "metric"),
    ],
)
def test_an_answer_on_a_file_of_few_rows_or_of_many_is_as_its_schema_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str, file: str, column: str
) -> None:
    """A row of each sort alone in a file, where much is nothing; then all of them, and one whose accelerator nobody knows."""
    with (DATA / file).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    unknown = {name: "abacus" if name == "gpu" else value for name, value in rows[0].items()}
    for number, some in enumerate([*([row] for row in {row[column]: row for row in rows}.values()), [*rows, unknown]]):
        path = tmp_path / f"{number}.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            written = csv.DictWriter(handle, list(unknown))
            written.writeheader()
            written.writerows(some)
        assert ask(capsys, "validate", kind, str(path), "--json").code == 0, some[0]
