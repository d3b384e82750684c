"""A site's stated supply by the hour in the web app: a button, a page in both languages, a year at a time; why where there is none."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from tests.programme_files import SMALL

pytest.importorskip("fastapi", reason="the web extra is not installed")

import stargauge.web.pages  # noqa: F401 - enters the pages
from stargauge import api
from stargauge.report.power.hours import sentence
from stargauge.web.asked import Asked
from stargauge.web.routes import PAGES
from stargauge.web.view import KEPT
from stargauge.web.work import Job, do

DAY = date(2026, 9, 30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    KEPT.clear()
    return tmp_path


def page(folder: Path, name: str, path: str, language: str = "en", **asks: str) -> str:
    made = do(Job("page", name, Asked("small", DAY, 512, language=language), f"/p/small/{path}", {"site": "north", **asks}, folder))
    assert not made.faults, made.faults
    return made.body.decode().replace("\u00a0", " ")


def test_a_site_leads_to_its_hours(folder: Path) -> None:
    text = page(folder, "sites.site", "sites/north")
    assert re.search(r'<a class="button" href="/p/small/sites/north/hours\?[^"]*" data-long>Show it hour by hour</a>', text)
    assert PAGES["sites.site_hours"].slow


def test_it_stands_on_a_page_of_its_own_in_both_languages(folder: Path) -> None:
    made = api.hours("north", folder / "small.yaml", as_of=DAY).to_dict()
    for language, words in {"en": ("What each source gives", "Highest hour"), "de": ("Was jede Quelle gibt", "Höchste Stunde")}.items():
        text = page(folder, "sites.site_hours", "sites/north/hours", language, year="")
        assert [word for word in words if word not in text] == [] and not re.search(r"\bnan\b", text, re.IGNORECASE)
        assert text.count("<h1") == 1 and text.count('id="hours-day"') == 1
        assert re.search(r'href="/p/small/sites/north/hours/figures/hours-day\.csv\?', text)
        assert f"/api/programmes/small/hours?site=north&amp;year={made['year_asked']}&amp;as_of={DAY}" in text
        if language == "en":
            assert sentence(made) in text, "the page says what the command says"


@pytest.mark.parametrize(("year", "told"), [("1999", "year: got 1999; expected a whole year"), ("soon", "got the year &#34;soon&#34;")])
def test_a_year_that_cannot_be_is_told_above_the_form(folder: Path, year: str, told: str) -> None:
    text = page(folder, "sites.site_hours", "sites/north/hours", year=year)
    assert f"It cannot be told: {told}" in text and f'name="year" value="{year}"' in text
