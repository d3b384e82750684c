"""What the commands print in German: no English of their own is left, on the shipped programmes, in numbers, dates and sentences."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli_runs import ask
from tests.messages import said

from stargauge.quantity.spoken import texts

DAY = ("--as-of", "2026-11-22", "--draws", "256")
#: English words that German does not have, no name of a reading, a party or a publisher bears, and the claim language does without.
ENGLISH = frozenset((
    "the", "with", "from", "is", "are", "were", "that", "which", "than", "has", "have", "known", "draws", "draw", "each", "its", "more",
    "most", "where", "there", "this", "these", "those", "of", "no", "what", "if", "claim", "claims", "reading", "readings", "outcome",
    "odds", "evidence", "newest", "power", "money", "jobs", "site", "sites", "end", "middle", "mean", "median", "absent",
))  # fmt: skip
#: What stands in a file or a catalogue as somebody said it: claim language and addresses, ids, commands, quotations, formulas.
_QUOTED = re.compile(
    r"stargauge\s+[^\n]*(\n +-[^\n]*)*"
    r"|“[^”]*”|«[^»]*»|'[^']*'|\[[^\]]*\]|--\w+|Holders of the"
    r"|\b[a-z]+-[a-z]+: [a-z ]+?(?=  )|\b[\w-]+/[\w -]+?(?=  |$|[:;,]| [<>]? ?\d+ %)|\b[a-z0-9]+([_-][a-z0-9]+)+\b"
    r"|^   evidence\b"  # an extra of the package
    r"|Power\s+at\s+the\s+meter\s+that\s+has\s+reached\s+at\s+least\s+each\s+stage,\s+at\s+the\s+end\s+of\s+each\s+month",
    re.MULTILINE,
)
COMMANDS = (
    ("check", "stargate"), ("check", "meta-hyperion", "--all"), ("audit", "meta-hyperion"), ("needs", "meta-hyperion"),
    ("needs", "meta-hyperion", "--claim", "hyperion-jobs"), ("definitions", "meta-hyperion"),
    ("definitions", "meta-hyperion", "--claim", "hyperion-jobs"), ("together", "meta-hyperion"), ("sources", "meta-hyperion"),
    ("schedule", "stargate"), ("jobs", "meta-hyperion"), ("money", "meta-hyperion"), ("finance", "meta-hyperion"),
    ("explain", "hyperion-jobs/builders", "--programme", "meta-hyperion"), ("explain", "power_facility[operational]"),
    ("explain", "hyperion-jobs/as said", "--programme", "meta-hyperion", "--since", "2026-01-15", "--sources"),
    ("explain", "power_facility[operational]", "--since", "2026-06-01"),
    ("compare", "meta-hyperion@2026-06-01", "@2026-11-22"), ("odds", "meta-hyperion"),
    ("odds", "meta-hyperion", "--claim", "hyperion-jobs"), ("simulate", "meta-hyperion"), ("backtest", "meta-hyperion"),
    ("backtest", "--money", "meta-hyperion"), ("catalogue", "energy"), ("catalogue", "accelerator", "gb300-nvl72"),
    ("import", "epoch", "tests/data/epoch-2026-09-24"), ("validate", "reading", "tests/data/reading_cases.jsonl"),
    ("train", "--model", "llama3-405b", "--cluster", "1024xh100"), ("goodput", "--cluster", "16384xh100", "--simulate", "4"),
    ("goodput", "--cluster", "16384xh100", "--model", "llama3-405b", "--interval", "20min"),
    ("infer", "--model", "deepseek-r1", "--chip", "gb300", "--ttft", "2s", "--tpot", "20ms"),
    ("infer", "--model", "llama3-70b", "--chip", "h100", "--concurrency", "64", "--accelerators", "8"),
    ("drivers", "meta-hyperion"), ("drivers", "meta-hyperion", "--claim", "hyperion-jobs/builders", "--all"),
    ("drivers", "meta-hyperion", "--address", "power_facility[operational]"), ("compute", "meta-hyperion"),
    ("facility", "hyperion", "--programme", "meta-hyperion"),
    ("facility", "abilene", "--design", "liquid/evaporative", "--redundancy", "2N"), ("cost", "meta-hyperion"),
    ("sensitivity", "jobs_direct", "meta-hyperion", "--inputs", "slip_phase", "--variance"),
    ("sensitivity", "power_facility[operational]", "--two-way", "slip_phase=-1,1", "site_power_band=0.8,1.2", "--inputs", "slip_phase"),
    ("sweep", "meta-hyperion", "--claim", "hyperion-jobs", "--quantity", "jobs_direct"), ("system", "meta-hyperion", "stargate"),
    ("system", "meta-hyperion", "--pool", "transformers=1 GW/yr", "--by", "programme"), ("doctor",), ("calibrate", "schedule"),
    ("calibrate", "--show", "h200-sxm"),
)  # fmt: skip
#: What of the day and the draws a command takes, where that is not both.
TAKES = {
    "compare": DAY[2:], "odds": DAY[2:], "facility": DAY[:2],
    **dict.fromkeys(("doctor", "calibrate", "catalogue", "import", "validate", "train", "infer", "goodput"), ()),
}  # fmt: skip


def _asked(command: tuple[str, ...]) -> list[str]:
    """A command with its day and draws, as far as it takes them."""
    return [*command, *TAKES.get(command[0], DAY)]


def english_in(text: str) -> list[str]:
    """The lines with English words outside what is quoted."""
    own = _QUOTED.sub(lambda found: "\n" * found[0].count("\n"), text)
    return [line for line in own.splitlines() if ENGLISH & set(re.findall(r"[A-Za-zÄÖÜäöü]+", line))]


def test_the_word_list_finds_english() -> None:
    assert english_in("6 Quellen, known on 22. Nov. 2026") and not english_in("Warum?  stargauge explain 'jobs_direct' --of the end")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_answers_in_german_throughout(capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    answer = ask(capsys, *_asked(command), "--language", "de")
    assert answer.code == 0, answer.err
    assert english_in(answer.out) == []
    assert "ß" not in answer.out and not re.search(r"\d,\d{3},\d{3}", answer.out)
    assert max(map(len, answer.out.splitlines())) <= 100


def test_what_others_measured_keeps_its_names_in_a_validation_in_german(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, "validate", "goodput", "--language", "de").out
    assert told.startswith("Goodput von ") and "Zeit zwischen Ausfällen" in told and "Llama 3 405B pre-training" in told
    assert "> 90,0" in told and "angegeben: 419 Ausfälle in 54 Tagen" in " ".join(told.split())


def test_evidence_is_kept_and_proved_in_german(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder, file, bundle = str(tmp_path / "evidence"), tmp_path / "text", str(tmp_path / "c.zip")
    file.write_text("Ein Satz.\n", encoding="utf-8")
    address = "https://news.example/a"
    asked: tuple[tuple[str, ...], ...] = (
        ("init", folder), ("add", "capture", address, "--payload", f"text={file}"), ("list",), ("show", "C-1"), ("verify",),
        ("verify", "C-1"), ("bundle", "C-1", "--write", bundle), ("verify", bundle),
        ("stated", address, "--by", "author", "--says", "Zurückgezogen."), ("amplification",), ("timestamp",), ("fsck",),
        ("erase", "C-1", "--ground", "verlangt"),
    )  # fmt: skip
    for command in asked:
        answer = ask(capsys, "evidence", *command, "--evidence", folder, "--language", "de")
        assert answer.code == 0, answer.err
        assert answer.out and english_in(answer.out) == []


def test_an_article_is_asked_about_in_german_whatever_its_language(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text("“We will invest 40 billion dollars by 2029,” Jane Doe said. It has spent 2 billion dollars.\n", encoding="utf-8")
    answer = ask(capsys, "--language", "de", "draft", str(article))
    assert answer.code == 0 and answer.out.startswith("# Nach Regeln gelesen") and "Beträge werden nie zusammengezählt" in answer.err
    assert "speaker: Jane Doe" in answer.out


def test_the_language_changes_words_and_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    asked = (*_asked(("check", "meta-hyperion")), "--json", "--language")
    english, german = (json.loads(ask(capsys, *asked, one).out) for one in ("en", "de"))
    assert (english["language"], german["language"]) == ("en", "de") and english["headline"] != german["headline"]
    odds = [[one["probability"] for claim in answer["claims"] for one in claim["readings"]] for answer in (english, german)]
    assert odds[0] == odds[1]


def test_umlauts_are_spelt_out_in_plain_characters(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, *_asked(("check", "meta-hyperion")), "--language", "de", "--ascii").out
    assert told.isascii() and "256 Durchlaeufe" in told and "?" not in told.replace("Warum?", "")


def test_no_message_was_left_in_english() -> None:
    """A translation that reads as the English does is one only where the two languages share the words."""
    same = [english for english in said() if texts("de").get(english) == english]
    assert [text for text in same if ENGLISH & set(re.findall(r"[a-z]+", re.sub(r"\{\w+\}|`[^`]*`", "", text)))] == []


def test_the_page_of_several_programmes_is_german(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("jinja2", reason="the report extra is not installed")
    pytest.importorskip("vl_convert", reason="the report extra is not installed")
    page = tmp_path / "system.html"
    command = ("system", "meta-hyperion", "--pool", "transformers=1 GW/yr")
    assert ask(capsys, *_asked(command), "--language", "de", "--report", str(page)).code == 0
    html = page.read_text(encoding="utf-8")
    body = html.partition("<body>")[2]
    told = "\n".join(re.findall(r">([^<>]+)<", re.sub(r"<(script|svg).*?</\1>", "", body, flags=re.DOTALL)))
    assert '<html lang="de">' in html and "Leistung nach Netzregion, Jahr" in told
    assert english_in(told) == []
