"""Compute in a real browser: the fleet over time, what it trains and serves, and what an hour of it costs."""

from __future__ import annotations

from tests.web_server import DAY, Browser, sound

SMALL = "meta-hyperion"


def test_compute_shows_the_fleet_and_its_cost(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/{SMALL}/compute?as_of={DAY}&draws=256") as (page, seen):
        page.wait_for_selector("#hour")
        page.wait_for_selector("#fleet-now")
        assert "accelerators at the end of" in page.inner_text("#fleet-now")
        assert {"fleet", "peak", "training", "users", "tokens"} <= {one.get_attribute("id") for one in page.locator("figure h2").all()}
        assert "weekly users" in page.inner_text("section[aria-labelledby=demand] .deck")
        assert "covered" in {one.get_attribute("id") for one in page.locator("figure h2").all()}
        assert "Dense 16-bit peak" in page.content() and "no sparsity" in page.content()
        assert sound(page) == []
        seen.clean()
