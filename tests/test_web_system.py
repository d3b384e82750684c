"""All programmes together on a page: map, year, tables, what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.web_server import DAY, PHONE, Browser, violations, wider_than_screen

import stargauge as sg

ASKED = f"as_of={DAY}&draws=256"


def test_all_programmes_are_on_one_map_and_in_tables(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/system?{ASKED}") as (page, seen):
        page.wait_for_selector(".late", state="detached")
        said = page.inner_text("main")
        assert "asked for" in page.inner_text("#together") and "by the end of 2028" in page.inner_text("#together")
        assert page.locator("figure svg.w").count() == 2 and "erct" in said and "region not stated" in said and "unsited" in said
        page.select_option("select[name=year]", "2030")
        page.get_by_role("button", name="Show").nth(1).click()
        page.wait_for_url("**year=2030**")
        page.wait_for_selector(".late", state="detached")
        assert "by the end of 2030" in page.inner_text("#together")
        assert violations(page) == []
        seen.clean()


def test_it_reads_on_a_phone_in_german_in_the_dark_and_says_the_same_numbers(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/system/all?{ASKED}&lang=de", size=PHONE, dark=True) as (page, seen):
        assert wider_than_screen(page) <= 0 and violations(page) == []
        said = page.inner_text("main")
        assert "dürften Ende 2028 laufen" in said and "Region nicht angegeben" in said and "asked for" not in said
        link = str(page.locator("figure a[download]").nth(2).get_attribute("href"))
        seen.clean()
    with urlopen(web + link) as answer:
        table = answer.read().decode()
    marks = sg.system(as_of=DAY, draws=256).marks(2028)
    erct = next(one for one in marks if one["id"] == "erct")
    row = next(line for line in table.splitlines() if line.startswith("erct"))
    assert f"{erct['planned']['p50'] / 1e9:.6g}" in row


def test_a_year_that_is_not_on_the_clock_is_refused(web: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{web}/system/all?{ASKED}&year=1999")
    assert refused.value.code in (400, 422) and "expected 20" in refused.value.read().decode()


def test_files_with_faults_are_named_and_left_out(desk: tuple[str, Path]) -> None:
    address, _ = desk
    with urlopen(f"{address}/system/all?{ASKED}") as answer:
        page = answer.read().decode()
    assert "its file has faults" in page and "/p/faulty/edit" in page and "erct" in page


def test_the_api_answers_as_python_does(web: str) -> None:
    asked = f"{web}/api/system?{ASKED}&by=programme&pool=transformers%3D2%20GW/yr"
    with urlopen(asked) as answer:
        data = json.loads(answer.read())
    assert data == json.loads(json.dumps(sg.system(by="programme", pools={"transformers": "2 GW/yr"}, as_of=DAY, draws=256).to_dict()))


@pytest.mark.parametrize(("asked", "said"), [("by=gird", "did you mean"), ("pool=x", "expected NAME=VALUE"), ("pool=x%3D1", "no pool")])
def test_faults_of_what_is_asked_are_data(web: str, asked: str, said: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{web}/api/system?{ASKED}&{asked}")
    assert refused.value.code == 422 and said in refused.value.read().decode()
