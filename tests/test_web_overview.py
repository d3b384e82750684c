"""The overview of a programme and the knowledge date in a real browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.web_server import DAY, Browser, sound

from stargauge import api
from stargauge.web.days import days_of, events_of, first_day, text_of


def test_overview_holds_what_was_said_where_it_stands_and_what_holds(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/stargate?as_of={DAY}&draws=256") as (page, seen):
        assert page.inner_text("p.deck").startswith("All of what runs is at one site, Abilene. 36 claims on record:")
        for id in ("glance", "power", "sites", "money", "jobs", "claims", "dispute"):
            assert page.locator(f"h2#{id}").count() == 1, id
        assert page.inner_text("h2#sites") == "Seven sites in five states; one of them runs"
        told = page.locator(".map svg.w[role=img]").get_attribute("aria-label")
        assert told.startswith("Map of the United States with 7 sites.") and "Lordstown: 300 MW announced, none known to run" in told
        assert page.locator("table.sites tbody tr").count() == 9
        assert page.locator("table.board a[href*='/claims/jobs-100k']").count() == 1
        assert page.locator("table.dispute a[href*='/claims/']").count() >= 10
        for name in ("capacity", "map", "money", "jobs"):
            for ending in ("svg", "png", "csv"):
                assert page.locator(f"a[href*='figures/{name}.{ending}']").count() == 1
        file = page.request.get(page.locator("a[href*='figures/map.csv']").get_attribute("href").replace("/p/", f"{web}/p/", 1))
        assert file.text().startswith("Site,Place,Last seen,State") and "Santa Teresa" in file.text()
        drawn = page.request.get(
            page.locator("a[href*='figures/capacity.svg']").get_attribute("href").replace("/p/", f"{web}/p/", 1)
        ).text()
        assert page.inner_text("h2#power") in drawn and "programme Stargate, known on 1 Nov 2026, 256 draws, seed 0" in drawn
        assert sound(page) == []
        seen.clean()


def test_nothing_is_left_blank_where_a_programme_lacks_parties(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/meta-prometheus?as_of={DAY}&draws=256") as (page, seen):
        assert page.inner_text("section[aria-labelledby=money]").startswith("Money\n\nNo party of this programme is on record")
        assert page.locator("h2#dispute").count() == 0
        seen.clean()


def _events(name: str) -> list[Any]:
    made = api.load(name)
    return events_of(made, first_day(made))


def test_knowledge_date_slider_changes_the_page(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/meta-prometheus?as_of={DAY}&draws=256") as (page, seen):
        before: Any = page.inner_text("h1")
        assert page.get_attribute("#as_of", "aria-valuetext") == "1 Nov 2026"
        page.focus("#as_of")
        page.keyboard.press("Home")
        page.wait_for_function("text => document.querySelector('h1').innerText !== text", arg=before)
        page.wait_for_selector(f"#as_of[aria-valuetext='14 Jul 2025, {text_of(_events('meta-prometheus')[0])}']")
        page.wait_for_selector("#as_of:focus")
        assert "as_of=2025-07-14" in page.url
        seen.clean()


def test_too_early_a_day_says_so_and_leads_on(web: str, browser: Browser) -> None:
    for rest in ("", "/sites"):
        with browser.page(f"{web}/p/meta-prometheus{rest}?as_of=2025-01-22&draws=256") as (page, seen):
            assert page.inner_text("h1").startswith("Record too thin on 22 Jan 2025")
            page.click("text=Look at that day")
            page.wait_for_url("**as_of=2025-07-14*")
            assert "Record too thin" not in page.inner_text("h1")
            seen.clean()


def test_a_day_can_be_asked_for_without_scripts(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/meta-prometheus?as_of={DAY}&draws=256", scripts=False) as (page, seen):
        page.fill("#as_of", "2025-07-14")
        page.click("form.kd button")
        assert "as_of=2025-07-14" in page.url and "14 Jul 2025" in page.inner_text("#cite")
        seen.clean()


@pytest.mark.parametrize("name", ["stargate", "stargate-abroad", "microsoft-fairwater"])
def test_the_slider_begins_where_something_can_be_said(name: str) -> None:
    made = api.load(name)
    first = first_day(made)
    days, events = days_of(made, first), events_of(made, first)
    assert api.known(made, first).phases
    assert days == sorted(set(days)) and (days[0], days[-1]) == (first, date.today())
    assert [one.day for one in events] == sorted(one.day for one in events) and {one.day for one in events} <= set(days)
    assert all(text_of(one) for one in events)


def test_days_bear_the_names_of_what_came_in() -> None:
    events = {str(one.day): text_of(one) for one in _events("stargate")}
    assert (events["2025-01-21"], events["2025-09-24"]) == ("announced", "3 new sites")
