"""The pages of sites in a real browser."""

from __future__ import annotations

from urllib.parse import unquote

from tests.web_server import DAY, Browser, sound, violations

HREFS = "found => found.map(one => one.href)"
SITE = f"p/meta-prometheus/sites/prometheus?as_of={DAY}&draws=256"


def test_a_site_opens_with_all_its_parts(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{SITE}") as (page, seen):
        assert "announced GW at Prometheus runs" in page.inner_text("h1")
        for id in ("phases", "power", "supply", "delays", "cost", "jobs", "facts"):
            assert page.locator(f"h2#{id}").count() == 1, id
        assert page.locator("svg.w[role=img]").first.get_attribute("aria-label").startswith("Phases of Prometheus over time.")
        assert page.locator("#facts ~ details code").first.inner_text().startswith("meta-prometheus.yaml:")
        why = page.locator("dl.known a.n").last
        assert why.get_attribute("aria-label").endswith("why?")
        assert "/why/power_facility[operational, prometheus]" in unquote(why.get_attribute("href"))
        found = {name: page.locator(f"a[href*='figures/{name}.']").evaluate_all(HREFS) for name in ("phases", "power", "jobs")}
        assert [len(links) for links in found.values()] == [3, 3, 3]
        image, drawing, numbers = (page.request.get(link).body() for link in found["phases"])
        assert image[1:4] == b"PNG" and drawing.startswith(b"<svg xmlns=") and numbers.startswith(b"Phase,IT power,Work begins")
        assert b"var(--" not in drawing
        assert sound(page) == []
        seen.clean()


def test_a_site_reads_without_scripts(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{SITE}", scripts=False) as (page, seen):
        assert page.locator("#phases").count() == 1
        page.click("text=What computing costs here")
        assert page.inner_text("h2").startswith("What computing costs here")
        seen.clean()


def test_all_sites_lead_to_each(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/stargate-abroad/sites?as_of={DAY}&draws=256") as (page, seen):
        assert page.inner_text("h1") == "Two sites; none of them is known to run"
        assert page.locator(".map svg.w[role=img]").get_attribute("aria-label").startswith("Map of the world with 1 site.")
        assert "at risk from" in page.inner_text("section[aria-labelledby=schedule]").lower()
        assert violations(page) == []
        page.click("table.sites >> text=Stargate Norway")
        page.wait_for_url("**/sites/norway?*")
        assert page.inner_text("h1") == "Stargate Norway was given up on 15 Apr 2026"
        seen.clean()


def test_a_site_published_later_says_when(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/stargate-abroad/sites/norway?as_of=2025-06-15&draws=256") as (page, seen):
        assert page.inner_text("h1") == "Stargate Norway was not known on 15 Jun 2025"
        assert violations(page) == []
        assert "as_of=2025-07-31" in page.locator("text=Look at that day").get_attribute("href")
        seen.clean()


def test_a_site_that_there_is_not(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/stargate-abroad/sites/norwey?as_of={DAY}") as (page, _):
        told = page.inner_text("main")
        assert 'there is no site "norwey"' in told and 'did you mean "norway"' in told
