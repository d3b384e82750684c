"""Two programmes, scenarios or days beside one another, and how good the numbers were, in a real browser."""

from __future__ import annotations

from urllib.request import urlopen

from tests.web_server import DAY, PHONE, Browser, violations, wider_than_screen

#: Few draws: it is the pages that are tested.
ASKED = f"as_of={DAY}&draws=256"


def test_two_programmes_are_chosen_and_compared(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/meta-hyperion/compare?{ASKED}") as (page, seen):
        page.select_option("select[name=b_programme]", "meta-prometheus")
        page.click("form.sides button")
        page.wait_for_url("**b_programme=meta-prometheus**")
        page.wait_for_selector(".late, .asks", state="detached")
        assert "B has" in page.inner_text("#result ~ div")
        assert page.locator("figure svg.w").count() == 2
        assert "meta-hyperion" in page.locator("select[name=a_programme]").input_value()
        assert violations(page) == []
        seen.clean()


def test_two_days_of_one_programme_tell_what_came_in(web: str, browser: Browser) -> None:
    asked = f"{ASKED}&a_as_of=2026-03-01&b_as_of={DAY}"
    with browser.page(f"{web}/p/meta-hyperion/compare/result?{asked}", size=PHONE, dark=True) as (page, seen):
        assert "What made the difference" in page.inner_text("main")
        assert wider_than_screen(page) <= 0
        assert violations(page) == []
        seen.clean()


def test_side_that_there_is_not_is_refused_with_all_its_faults(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/p/meta-hyperion/compare?b_scenario=/etc/passwd&b_set=../x&b_programme=meta-hyperon") as (page, seen):
        said = page.inner_text("main")
        assert 'no scenario "/etc/passwd"' in said
        assert 'got "../x"; expected INPUT=VALUE' in said
        assert 'no programme "meta-hyperon"; did you mean "meta-hyperion"' in said
        page.goto(f"{web}/p/meta-hyperion/compare?scenario=/etc/passwd")
        assert "expected the name of one that the programme has" in page.inner_text("main")
        assert not seen.left


def test_accuracy_says_what_was_missed_before_it_says_how_good(web: str, browser: Browser) -> None:
    with browser.page(f"{web}/accuracy", size=PHONE, dark=True) as (page, seen):
        assert wider_than_screen(page) <= 0
        assert violations(page) == []
        assert page.locator("h2").all_inner_texts()[:2] == ["What we missed", "How good these dates and odds are"]
        assert "fell outside P10 to P90" in page.inner_text("main")
        with urlopen(web + str(page.locator(".measured a[download]").nth(2).get_attribute("href"))) as answer:
            assert answer.read().decode().startswith("Part of the forecast,Outcomes")
        seen.clean()
