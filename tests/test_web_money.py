"""Money in a real browser: what was promised, the flow of sources and uses, loans, and who breaks if somebody pays less."""

from __future__ import annotations

from urllib.request import urlopen

from tests.web_server import DAY, PHONE, Browser, violations, wider_than_screen

#: A programme with a few parties and a site, and one that names nobody who pays.
SMALL, NOBODY = "meta-hyperion", "xai-colossus-1"


def test_money_shows_where_it_goes_and_who_breaks_is_asked_with_a_form(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/{SMALL}/money?as_of={DAY}&draws=256") as (page, seen):
        for part in ("flow", "parties", "finance"):
            page.wait_for_selector(f"#{part}")
        assert "promised" in page.inner_text("h1")
        assert page.locator("figure svg.w").count() >= 3
        assert violations(page) == []
        page.fill("#if-share", "40 %")
        page.get_by_role("button", name="Show who breaks").click()
        page.wait_for_url("**share=40**")
        page.wait_for_selector("text=who breaks when")
        page.wait_for_selector(".late", state="detached")
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size(PHONE)
        assert wider_than_screen(page) <= 0
        assert violations(page) == []
        seen.clean()


def test_a_programme_that_names_nobody_says_so(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/{NOBODY}/money?as_of={DAY}&draws=256") as (page, seen):
        assert "No party" in page.inner_text("h1")
        assert violations(page) == []
        seen.clean()


def test_the_flow_can_be_had_as_a_file(web: str) -> None:
    address = f"{web}/p/{SMALL}/money/flow/figures/flow"
    drawing, numbers = (_fetched(f"{address}.{ending}?as_of={DAY}&draws=256") for ending in ("svg", "csv"))
    assert drawing.startswith("<svg") and "var(--" not in drawing
    assert numbers.startswith("From,To")


def _fetched(address: str) -> str:
    with urlopen(address) as answer:
        return str(answer.read().decode())
