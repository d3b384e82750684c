"""Why a number is what it is, in a real browser."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
from tests.web_server import DAY, PHONE, Browser, sound, violations, wider_than_screen

#: Few draws: it is the pages that are tested.
ASKED = f"as_of={DAY}&draws=256"

HERE = "p/meta-hyperion"


def test_number_tells_its_value_its_formula_and_its_sources(web: str, browser: Browser) -> None:
    import stargauge
    from stargauge.report.wording import value_text

    node = stargauge.explain("jobs_construction_onsite", "meta-hyperion", as_of=DAY, draws=256)
    level = dict(zip(("p10", "p50", "p90"), node.rows[0].spread, strict=True))
    with browser.page(f"{web}/{HERE}/why/jobs_construction_onsite?{ASKED}") as (page, seen):
        assert violations(page) == []
        assert page.inner_text("p.num").startswith(value_text({**level, "unit": "job"}))
        assert page.locator(".formula").count() == 1
        assert page.locator("#made svg").count() == 2
        assert page.locator(".srcs code").count() > 0
        page.locator("ul.lin h3 a").first.click()
        page.wait_for_url("**/why/**")
        seen.clean()


def test_month_can_be_chosen_and_stays_in_the_files(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{HERE}/why/jobs_permanent?{ASKED}") as (page, seen):
        before = page.inner_text("p.num")
        page.fill("input[name=when]", "2030-12")
        page.click("form:has(input[name=when]) button")
        page.wait_for_url("**when=2030-12**")
        assert page.inner_text("p.num") != before
        assert "Dec 2030" in page.inner_text("h1")
        files = page.locator("#made .foot a[download]")
        assert files.count() == 3
        with urlopen(web + str(files.nth(2).get_attribute("href"))) as answer:
            assert answer.headers["Content-Type"].startswith("text/csv")
            assert "when=2030-12" in answer.url
        seen.clean()


def test_verdict_leads_to_what_it_compares(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{HERE}/why/hyperion-jobs%2Fbuilders?{ASKED}") as (page, seen):
        assert "jobs_construction" in page.inner_text("#cmp-1")
        assert sound(page) == []
        page.locator("table th a").first.click()
        page.wait_for_url("**/why/jobs_construction**")
        seen.clean()


@pytest.mark.slow
def test_what_changed_is_asked_for_and_told_in_place(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{HERE}/why/jobs_permanent?{ASKED}") as (page, seen):
        page.fill("input[name=since]", "2026-04-01")
        page.click("text=Find what changed")
        page.wait_for_selector("progress[data-progress]")
        page.wait_for_selector(".asks", state="detached")
        assert "as known on 1 Apr 2026" in page.inner_text("main")
        assert violations(page) == []
        seen.clean()


def test_unknown_address_names_the_nearest(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{HERE}/why/jobs_permanentt?{ASKED}") as (page, seen):
        assert violations(page) == []
        page.click("main >> text=jobs_permanent >> nth=-1")
        page.wait_for_selector("p.num")
        assert all("404" in one for one in (*seen.failed, *seen.console))
        assert not seen.left


def test_address_of_several_offers_each(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/meta-prometheus/why/stage_date%5Boperational%5D?{ASKED}", scripts=False) as (page, seen):
        assert page.locator("ul.links a").count() > 0
        assert all("operational" in one for one in page.locator("ul.links a").all_inner_texts())
        seen.clean()


def test_every_number_is_listed_and_can_be_searched(web: str, browser: Browser) -> None:
    from stargauge.engine.simulate import model_graph

    with browser.page(f"{web}/{HERE}/why?{ASKED}", size=PHONE) as (page, seen):
        assert page.locator("dl.names dt").count() == len(model_graph().quantities)
        page.fill("main input[type=search]", "power_facility[operational, hyperion]")
        page.click("form[role=search] button")
        page.wait_for_selector("text=Explain power_facility[operational, hyperion]")
        page.fill("main input[type=search]", "permanent posts")
        page.click("form[role=search] button")
        page.wait_for_selector("text=speak of")
        assert page.locator("dl.names dt:visible").count() > 0
        assert wider_than_screen(page) <= 0
        assert violations(page) == []
        seen.clean()


def test_every_part_of_the_model_has_a_short_name() -> None:
    from stargauge.web.pages.why import _names, _titles

    assert {one["part"] for one in _names()} <= set(_titles())
