"""What if in a real browser: sliders move charts and odds, the address reproduces them, and the form works without scripts."""

from __future__ import annotations

from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from tests.web_server import DAY, PHONE, Browser, violations, wider_than_screen

#: A small programme: its board takes a second.
SMALL = "meta-hyperion"


def _moved(page: Any, before: str) -> None:
    page.wait_for_selector(f"#what-if-sentence:not(:text-is('{before}'))")


def test_a_slider_moves_charts_and_odds_and_the_address_follows(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/{SMALL}/what-if?as_of={DAY}") as (page, seen):
        assert page.locator(".wi input[type=range]").count() >= 6
        assert page.inner_text("#what-if-sentence") == "Everything as drawn"
        assert "hide" in page.get_attribute(".wi-do button", "class")
        drawn = page.inner_html(".wi-side figure svg.w")
        slider = page.locator("#wi-slip_phase")
        slider.focus()
        for _ in range(6):
            page.keyboard.press("ArrowRight")
        _moved(page, "Everything as drawn")
        page.wait_for_selector(".waiting", state="detached")
        assert "set=slip_phase" in page.url and "P62 of its range" in slider.get_attribute("aria-valuetext")
        assert page.inner_html(".wi-side figure svg.w") != drawn
        assert "--set slip_phase=" in page.input_value("#wi-cli")
        assert "change their odds" in page.inner_text("#what-if-said")
        assert violations(page) == []
        address = page.url
        page.locator("[data-reset]").click()
        page.wait_for_selector("#what-if-sentence:text-is('Everything as drawn')")
        assert "set=" not in page.url
        seen.clean()
    with browser.page(address, size=PHONE, dark=True) as (page, seen):
        assert "Delay of a single phase" in page.inner_text("#what-if-sentence")
        assert wider_than_screen(page) <= 0 and violations(page) == []
        seen.clean()


@pytest.mark.slow
def test_more_draws_come_beside_and_replace_the_charts(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/{SMALL}/what-if/board?as_of={DAY}&set=overrun_factor=1.3") as (page, seen):
        page.locator("[data-more='4096']").click()
        page.wait_for_selector("#what-if-sentence + p:has-text('4,096 draws')")
        assert "Cost overrun of building: 1.3" in page.inner_text("#what-if-sentence")
        seen.clean()


def test_the_form_works_without_scripts(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/{SMALL}/what-if?as_of={DAY}", scripts=False) as (page, seen):
        page.locator(".late a").click()
        page.fill("#wi-equipment_unit_cost", "30")
        page.select_option("#wi-labour_method", "1")
        page.get_by_role("button", name="Show what follows").click()
        assert "set=equipment_unit_cost%3D30+USD%2FW&set=labour_method%3D1" in page.url
        assert "30 USD/W" in page.inner_text("#what-if-sentence")
        seen.clean()


def _fetched(address: str) -> tuple[int, str]:
    """Status and text of an answer asked for as a part of a page."""
    try:
        with urlopen(Request(address, headers={"HX-Request-Type": "partial"})) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_only_the_width_asked_for_is_drawn(web: str) -> None:
    address = f"{web}/p/{SMALL}/what-if/charts?as_of={DAY}&set=labour_method=1&width="
    wide, narrow = (_fetched(address + width)[1] for width in ("wide", "narrow"))
    assert 'class="w"' in wide and 'class="nr"' not in wide
    assert 'class="nr"' in narrow and 'class="w"' not in narrow


def test_faults_of_what_is_set_are_told(web: str) -> None:
    status, told = _fetched(f"{web}/p/{SMALL}/what-if/charts?as_of={DAY}&set=labour_metod=1")
    assert status == 400 and "labour_method" in told
    status, told = _fetched(f"{web}/p/{SMALL}/what-if/board?as_of={DAY}&given=no-such-claim")
    assert status == 400 and "all worlds" in told
