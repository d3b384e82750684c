"""What the report and the pages say, in every language: every English text has its German one, and no German one is left over."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from tests.messages import catalogue_of, key_of, said

from stargauge.quantity.spoken import CATALOGUES, say, speaking, texts
from stargauge.report.wording import counted, day_text, percent, range_text, value_text

#: Fields in the braces of a text.
_FIELDS = re.compile(r"\{(\w+)")
LANGUAGES = sorted(file.stem for file in CATALOGUES.glob("*.po"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    missing = {text: place for text, place in said().items() if text not in texts(language)}
    assert not missing, "\n".join(f"{place}: {text}" for text, place in missing.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    assert set(texts(language)) - set(said()) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fill_in_the_same_values(language: str) -> None:
    assert {text: made for text, made in texts(language).items() if set(_FIELDS.findall(text)) != set(_FIELDS.findall(made))} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_read_as_babel_reads_it(language: str) -> None:
    read = catalogue_of(CATALOGUES / f"{language}.po")
    assert texts(language) == {key_of(one): str(one.string) for one in read if one.id and one.string}
    assert not [one.id for one in read if one.id and (one.fuzzy or one.pluralizable)] and not read.obsolete


def test_german_is_swiss() -> None:
    assert [german for german in texts("de").values() if "ß" in german] == []


def test_numbers_and_dates_follow_the_language() -> None:
    power = {"unit": "W", "p10": 3.3e9, "p50": 5.1234e9, "p90": 7.4e9}
    assert (value_text(power), range_text(power), day_text("2026-11-22")) == ("5.12 GW", "3.3 to 7.4", "22 Nov 2026")
    with speaking("de"):
        assert (value_text(power), range_text(power), day_text("2026-11-22")) == ("5,12 GW", "3,3 bis 7,4", "22. Nov. 2026")
        assert day_text("2026-01..2026-03") == "Jan. 2026 bis März 2026"
        assert percent(0.03) == "3 %"
        assert value_text({"unit": "job", "p50": 100_000.0}).startswith("100’000")
    assert day_text("2026-11") == "Nov 2026"


def test_what_a_language_lacks_is_said_in_english() -> None:
    with speaking("de"):
        assert say("no such text {of}", of=1) == "no such text 1"


@pytest.mark.parametrize(("number", "text"), [(1, "1 error"), (2, "2 errors"), (12_345, "12,345 errors")])
def test_things_are_counted(number: int, text: str) -> None:
    assert counted(number, "error") == text


#: Heads, labels and sentences of the report in English, as they stand between tags or in attributes; none may stand in a German one.
UI_WORDS = (
    "Skip to content", "Sections", "At a glance", "What was said", "What the record shows", "What to expect", "nothing on record",
    "The same programme by stage", "Same data as a table", "Month", "Under construction", "Operational", "Promised by date", "Need",
    "Cash and committed", "Gap, by party", "What counts as a job decides the answer", "Building, peak", "Counted or stated",
    "When each site runs, and what holds it up", "To come", "What holds it up", "Who pays, and is the money there?", "Party", "Firm",
    "Room", "How is each site paid for?", "Site and asset", "Loan", "Owners", "Return of owners",
    "Falls due", "The claims", "Claim", "Outcome",
    "Odds", "What the record holds", "Verdict", "Read as", "Formally", "How good these dates and odds are", "Score", "Cases",
    "The facts used", "Value", "As of", "Published", "Source", "Why these numbers?", "How it is made, step by step",
    "What this rests on", "Assumptions", "Get the same numbers", "How to cite.", "Why?", "assumption", "default", "passed, record silent",
    "Power", "Money", "Jobs", "Claims", "Facts", "Sites", "Said", "Expect",
)  # fmt: skip


def test_the_report_of_a_german_answer_is_german(tmp_path: Path) -> None:
    pytest.importorskip("jinja2", reason="the report extra is not installed")
    pytest.importorskip("vl_convert", reason="the report extra is not installed")
    from tests.programme_files import SMALL

    from stargauge.api import check
    from stargauge.report.html import render_report

    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    answer = check(file, as_of="2026-11-22", draws=64, charts=True, language="de").to_dict(charts=True)
    page = render_report(answer).replace("\u00a0", " ")
    shown = {unescape(text).strip() for found in re.findall(r'>([^<>]+)<|(?:data-l|title|aria-label)="([^"]*)"', page) for text in found}
    assert '<html lang="de">' in page
    assert [word for word in UI_WORDS if word in shown] == []
    assert {"Auf einen Blick", "Die Aussagen", "Im Bau", "Annahme"} <= shown
    assert "IT-Leistung in Betrieb" in page and "22. Nov. 2026" in page
