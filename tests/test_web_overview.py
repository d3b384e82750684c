"""The overview of a programme in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web_server import DAY, PHONE, Browser, violations, wider_than_screen


@pytest.mark.parametrize("dark", [False, True])
def test_overview_is_accessible(web: str, browser: Browser, dark: bool) -> None:
    with browser.page(f"{web}/p/stargate?as_of={DAY}", dark=dark) as (page, seen):
        assert violations(page) == []
        assert "announced GW" in page.inner_text("h1")
        seen.clean()


def test_overview_fits_a_phone(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/stargate?as_of={DAY}", size=PHONE) as (page, seen):
        assert wider_than_screen(page) <= 0
        assert violations(page) == []
        seen.clean()


def test_knowledge_date_slider_changes_the_page(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/stargate?as_of={DAY}") as (page, seen):
        before: Any = page.inner_text("h1")
        page.focus("#as_of")
        page.keyboard.press("Home")
        page.wait_for_function("text => document.querySelector('h1').innerText !== text", arg=before)
        assert "as_of=2025-01" in page.url
        seen.clean()
