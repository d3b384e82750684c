"""`stargauge draft`: a file that `check` accepts, nothing confirmed without a person, faults told, the same from every interface."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cli_runs import ask

from stargauge import api, reading
from stargauge.audit.claims.language import NotTestable, parse
from stargauge.cli.draft_text import text_of

TEXT = """Die Firma Nordlicht will bis Ende 2028 mindestens 450 Arbeitsplätze schaffen. Die Anlage soll bis 2029 auf 300 Megawatt wachsen.

Chefin Pia Keller sagte: «Wir investieren 2 Milliarden Dollar.» Später könnten es bis zu 5 Milliarden werden. Gestern war Baubeginn.

Ihr Nachbar warf Keller vor, das Geld sei nicht da.
"""


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    answer = ask(capsys, "draft", *arguments)
    assert answer.code == 0, answer.err
    made: dict[str, Any] = yaml.safe_load(answer.out)
    return made


def readings(data: dict[str, Any], section: str = "drafts") -> dict[str, str]:
    return {f"{name} {key}": text for name, one in data[section].items() for key, text in one["readings"].items()}


def test_a_draft_has_its_words_and_their_places(article: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = told(capsys, article, "--published", "2026-03-12", "--publisher", "Tagblatt", "--title", "Baubeginn")
    assert set(data) == {"sources", "drafts"} and data["sources"]["article"]["publisher"] == "Tagblatt"
    for one in data["drafts"].values():
        assert one["status"] == "draft" and TEXT[one["start"] : one["end"]] == one["quote"]
        assert TEXT.encode()[one["byte_start"] : one["byte_end"]].decode() == one["quote"]
    kinds = [(one["form"], one["speaker"]) for one in data["drafts"].values()]
    assert ("direct", "Pia Keller") in kinds and ("indirect", "Ihr Nachbar") in kinds


def test_a_reading_is_proposed_only_where_number_and_deadline_are_said(article: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = told(capsys, article, "--published", "2026-03-12")
    proposed = readings(data)
    testable = {text for text in proposed.values() if not isinstance(parse(text), NotTestable)}
    assert testable == {
        "jobs_direct >= 450 by 2028-12-31", "jobs_total >= 450 by 2028-12-31",
        "power_facility[operational] >= 300 MW by 2029-12-31", "power_it[operational] >= 300 MW by 2029-12-31",
    }  # fmt: skip
    left = " ".join(proposed.values())
    assert "no deadline is said; with one it could be capital_deployed >= 2 bn USD by DATE" in left
    assert "any smaller number also fits" in left and "an accusation" in left and "7 bn" not in left
    assert any('deadline: "bis 2029" is read as by 2029-12-31' in one.get("ours", ()) for one in data["drafts"].values())


def test_check_accepts_it_alone_and_laid_over_a_programme(article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "draft.yaml"
    assert ask(capsys, "draft", article, "--published", "2026-03-12", "--write", str(path)).code == 0
    alone = ask(capsys, "check", str(path))
    assert alone.code == 0 and "Nothing was run" in alone.out and "0 confirmed" in alone.out
    assert json.loads(ask(capsys, "check", str(path), "--json").out)["claims"] == []
    whole, laid = api.load("stargate"), api.load("stargate", path)
    assert laid.claims == whole.claims and len(laid.drafts) >= 5 and laid.name == whole.name and laid.start == whole.start
    again = ask(capsys, "draft", article, "--write", str(path))
    assert again.code == 2 and "exists already" in again.told


def test_nothing_else_runs_on_drafts_alone(article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "draft.yaml"
    ask(capsys, "draft", article, "--write", str(path))
    for asked in (["audit", str(path)], ["simulate", str(path)], ["check", str(path), "--report", str(tmp_path / "a.html")]):
        answer = ask(capsys, *asked)
        assert answer.code == 2 and "nothing to run" in answer.told


def test_a_broken_reading_of_a_draft_is_told(article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = told(capsys, article)
    first = next(iter(data["drafts"]))
    data["drafts"][first]["readings"] = {"as said": "jobs_direct => 5"}
    data["drafts"][first]["source"] = "nowhere"
    path = tmp_path / "draft.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    assert 'there is no source "nowhere"' in ask(capsys, "check", str(path)).told
    data["drafts"][first]["source"] = "article"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    assert f"drafts.{first}.readings.as said" in ask(capsys, "check", str(path)).told


def test_relative_dates_without_the_day_of_publication_are_told(article: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "draft", article)
    assert "1 date depends on the day of publication" in answer.told and "never added" in answer.told
    assert "2026-03-11" in ask(capsys, "draft", article, "--published", "2026-03-12").out


# --- confirming -------------------------------------------------------------------------------------------------------------------


def review(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, answers: str, *arguments: str
) -> tuple[dict[str, Any], str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
    answer = ask(capsys, "draft", *arguments, "--review")
    assert answer.code == 0, answer.err
    return yaml.safe_load(answer.out), answer.err


def test_a_person_confirms_edits_rejects(article: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = "a\ne\nPia Keller AG\n\nThe plant grows to 300 MW by the end of 2029.\n\nr\nhm\ns\nq\n"
    data, said = review(capsys, monkeypatch, answers, article, "--published", "2026-03-12")
    first, second = data["claims"].values()
    assert first["says"].startswith("Die Firma Nordlicht") and str(first["said"]) == "2026-03-12"
    assert second["speaker"] == "Pia Keller AG" and second["says"] == "The plant grows to 300 MW by the end of 2029."
    assert "2 confirmed, 1 rejected" in said and 'got "hm"' in said
    assert len(data["drafts"]) == len(told(capsys, article, "--published", "2026-03-12")["drafts"]) - 3


def test_confirmed_claims_are_claims_of_the_programme(
    article: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, _ = review(capsys, monkeypatch, "a\n", article, "--published", "2026-03-12")
    path = tmp_path / "reviewed.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    (name,) = data["claims"]
    laid = api.load("stargate", path)
    assert laid.claims[name].readings["as said"] == "jobs_direct >= 450 by 2028-12-31"
    api.known(laid, "2026-09-30")  # its readings fit the model
    assert ask(capsys, "check", str(path)).code == 0


def test_without_answers_nothing_is_confirmed(article: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    data, said = review(capsys, monkeypatch, "", article, "--published", "2026-03-12")
    assert "claims" not in data and "0 confirmed" in said


def test_a_claim_needs_the_day_it_was_said_and_a_reading_that_can_be_read(
    article: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, said = review(
        capsys, monkeypatch, "a\ne\n\nsoon\n\n\ne\n\n2026-03-12\n\njobs_direct => 5\ne\n\n\n\njobs_direct >= 5 by 2030-12-31\n", article
    )
    assert said.count("not confirmed") == 3
    (claim,) = data["claims"].values()
    assert claim["readings"]["as said"] == "jobs_direct >= 5 by 2030-12-31"


def test_the_text_and_the_answers_cannot_both_come_from_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "draft", "-", "--review")
    assert answer.code == 2 and "standard input" in answer.told


# --- where the text comes from ----------------------------------------------------------------------------------------------------


def test_standard_input_python_and_json_give_the_same(
    article: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from_file = json.loads(ask(capsys, "draft", article, "--json", "--published", "2026-03-12").out)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    from_input = json.loads(ask(capsys, "draft", "-", "--json", "--published", "2026-03-12").out)
    assert from_file == from_input == reading.draft(TEXT, published="2026-03-12").to_dict()
    assert {"statements", "quantities", "dates", "left", "notes", "sha256"} <= set(from_file)


def test_a_page_becomes_its_text(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<!DOCTYPE html><html><head><title>T</title><style>p {}</style></head><body><h1>Bau&shy;beginn</h1><p>Es sind\n 12&#39;500 "
        "<b>Stellen</b>.</p><script>var a = '5 GW';</script><p>Ende&nbsp;2027.<br>Neu</p></body></html>",
        encoding="utf-8",
    )
    text = text_of(str(page)).text
    made = reading.draft(text, "de-CH")
    assert [(one.text, one.value) for one in made.quantities] == [("12'500 Stellen", 12500)]
    assert made.dates[0].date_from == "2027-10-01" and "var a" not in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["https://example.org/a"], "with --evidence DIR it is captured"),
        (["C-17"], "name the folder that holds it with --evidence"),
        (["a.txt", "--evidence", "evidence"], "stargauge evidence capture a.txt"),
        (["C-17", "--evidence", "nowhere"], "no evidence is kept here"),
        (["a.txt", "--by", "Ada"], "it goes with --review and --evidence"),
    ],
)
def test_what_cannot_be_read_so_is_told_with_the_way_that_works(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ask(capsys, "draft", *arguments)
    assert answer.code == 2 and expected in " ".join(answer.told.split())


@pytest.mark.parametrize(
    ("content", "arguments", "expected"),
    [
        (b"\xff\xfe\x00bad", [], "is not UTF-8"),
        (b"x", ["--language", "fr"], "de-CH"),
        (b"x", ["--published", "soon"], "expected a day"),
        (None, [], "cannot be read"),
    ],
)
def test_faults_are_told(
    content: bytes | None, arguments: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.txt"
    if content is not None:
        path.write_bytes(content)
    answer = ask(capsys, "draft", str(path), *arguments)
    assert answer.code == 2 and expected in answer.told


def test_an_empty_text_is_an_empty_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"")
    assert told(capsys, str(path))["drafts"] == {}


def test_scores_are_told_in_the_terminal_and_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    cases = str(Path(__file__).parent / "data" / "reading_cases.jsonl")
    shown = ask(capsys, "validate", "reading", cases)
    assert shown.code == 0 and "no wrong values" in shown.out and "modality" in shown.out
    data = json.loads(ask(capsys, "validate", "reading", cases, "--json").out)
    assert data == api.validate("reading", cases).to_dict() and {"n", "f1", "wrong_values", "bound", "modality"} <= set(data["summary"])
