"""The board of claims and the page of one claim in a real browser."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.request import urlopen

import pytest
from tests.web_server import DAY, Browser, sound, violations

#: Few draws: it is the pages that are tested.
ASKED = f"as_of={DAY}&draws=256"

CLAIM = "p/meta-hyperion/claims/hyperion-jobs"


def text_of(address: str) -> str:
    """What the server sends under an address."""
    with urlopen(address) as answer:
        return str(answer.read().decode())


def test_board_leads_to_a_claim_and_can_be_narrowed(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/meta-hyperion/claims?{ASKED}") as (page, seen):
        assert violations(page) == []
        assert page.inner_text("h1") == "One claim, still open"
        page.click("nav.filters >> text=Still open (1)")
        page.wait_for_url("**status=still-open")
        page.wait_for_selector(".late", state="detached")
        assert page.inner_text("#together") == "Which can hold together"
        page.click("#claim-hyperion-jobs th a")
        page.wait_for_url("**/claims/hyperion-jobs?**")
        seen.clean()


def test_board_of_a_programme_without_claims_says_so(web: str) -> None:
    said = text_of(f"{web}/p/anthropic-new-carlisle/claims?{ASKED}")
    assert "No claim about this programme is on record by 1 Nov 2026." in said
    assert 'href="/reading"' in said


@pytest.mark.slow
def test_sources_are_left_out_with_a_bar_that_tells_how_far(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/meta-hyperion/claims?{ASKED}") as (page, seen):
        assert page.locator("progress").count() == 0
        page.click("text=Leave each source out in turn")
        page.wait_for_selector("progress[data-progress]")
        page.wait_for_selector("text=sources left out in turn")
        assert violations(page) == []
        seen.clean()


def test_claim_has_readings_and_all_its_parts(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{CLAIM}?{ASKED}") as (page, seen):
        assert page.locator("table.readings tbody tr").count() == 2
        assert [page.locator(f"#{part}").count() for part in ("over-time", "drivers", "definitions", "pairs", "record")] == [1] * 5
        assert page.locator("figure svg.w").count() >= 2
        assert page.locator("table.readings a.n").first.get_attribute("href").startswith("/p/meta-hyperion/why/hyperion-jobs%2F")
        assert sound(page) == []
        seen.clean()


@pytest.mark.slow
def test_what_would_have_to_be_true_is_looked_for_when_asked(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{CLAIM}?{ASKED}") as (page, seen):
        page.click("text=Look for what would have to be true")
        page.wait_for_selector("text=A statement about the model and its inputs, not about what anyone")
        assert sound(page) == []
        seen.clean()


def test_claim_reads_without_scripts_and_what_if_it_holds_goes_with_the_reader(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/{CLAIM}?{ASKED}", scripts=False) as (page, seen):
        page.click("text=What moves it")
        assert page.locator("h1").count() == 1
        assert page.inner_text("#drivers") == "What moves it"
        page.goto(f"{web}/{CLAIM}?{ASKED}&given=hyperion-jobs/builders")
        assert "Take the condition away" in page.inner_text("main")
        assert "given=hyperion-jobs%2Fbuilders" in page.get_attribute("nav >> text=Claims", "href")
        seen.clean()


def test_numbers_of_a_claim_are_those_of_python(web: str) -> None:
    import stargauge

    check = stargauge.check("meta-hyperion", as_of=DAY, draws=256, depths=False)
    (claim,) = check.to_dict()["claims"]
    rows = list(csv.DictReader(io.StringIO(text_of(f"{web}/{CLAIM}/export/csv?{ASKED}"))))
    told = {row["reading"]: row for row in rows}
    for reading in claim["readings"]:
        assert float(told[reading["name"]]["probability"]) == reading["probability"]


def test_claim_can_be_taken_as_a_review_and_as_a_text(web: str) -> None:
    asked = f"{ASKED}&publisher=Someone&url=https://example.org/x&forecasts=1"
    review: Any = json.loads(text_of(f"{web}/{CLAIM}/export/claimreview?{asked}"))
    assert (review["@type"], review["author"]["name"], review["sg:knowledgeDate"]) == ("ClaimReview", "Someone", DAY)
    assert text_of(f"{web}/{CLAIM}/export/markdown?{ASKED}").startswith("# ")


def test_claim_before_it_was_made_and_one_that_there_is_not(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/stargate/claims/jupiter-jobs?as_of=2025-02-01") as (page, seen):
        assert page.inner_text("h1") == "Not said yet on 1 Feb 2025"
        assert violations(page) == []
        page.goto(f"{web}/p/meta-hyperion/claims/hyperion-job")
        assert 'there is no claim "hyperion-job"; did you mean "hyperion-jobs"' in page.inner_text("main")
        seen.failed.clear()
        seen.console.clear()
        seen.clean()


def test_opinion_is_called_one_and_gets_no_number(web: str) -> None:
    said = text_of(f"{web}/p/stargate/claims/leavitt-trust?{ASKED}")
    assert "This is an opinion, or a sentence that names nothing that could be measured. It gets no odds and no outcome." in said
    assert 'class="pg"' not in said
    assert "/over-time" not in said
