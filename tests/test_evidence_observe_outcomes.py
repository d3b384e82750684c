"""Outcomes: what one answer is called, and above all what it is not called."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence_doubles import answer
from tests.evidence_walls import LAST_WALLS, LATER_WALLS, MORE_PAGES, PAGES, WALLS, Wall

from stargauge.evidence.observe.compare import difference, lines, of_sketch, pairs, related, says_no_more, sketch
from stargauge.evidence.observe.outcomes import APART, NOT_FOUND, RESTRICTED, THERE, UNREACHABLE, Looked, Outcome, classify
from stargauge.evidence.observe.phrases import says_no_such_page, tombstone_reason

URL = "https://site.example/2025/01/story"
ARTICLE = "\n".join(f"Paragraph {number} of a story that is told at some length." for number in range(60))


def outcome(*arguments: Any, **more: Any) -> Outcome:
    return classify(answer(URL, *arguments, **more)).outcome


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("dns", "dns"), ("tls", "tls"), ("timeout", "timeout"), ("connect", "connection"), ("protocol", "connection"),
        ("too_large", "not_read"), ("bomb", "not_read"), ("encoding", "not_read"), ("redirects", "not_read"),
    ],
)  # fmt: skip
def test_an_error_of_the_network_is_what_it_is_and_never_not_found(error: Any, expected: Outcome) -> None:
    assert outcome(None, error=error) == expected
    assert outcome(404, error=error) == expected  # an answer began and was cut off
    assert expected in UNREACHABLE


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "ok"), (206, "ok"), (304, "not_modified"), (400, "http_other"), (401, "http_401"), (402, "http_other"), (403, "http_403"),
        (404, "http_404"), (406, "http_other"), (410, "http_410"), (429, "http_429"), (451, "http_451"), (500, "http_5xx"),
        (503, "http_5xx"), (599, "http_5xx"), (302, "http_other"), (999, "http_other"),
    ],
)  # fmt: skip
def test_a_status(status: int, expected: Outcome) -> None:
    assert outcome(status, "Something") == expected


def test_every_outcome_has_one_meaning() -> None:
    from typing import get_args

    groups = [THERE, NOT_FOUND, RESTRICTED, UNREACHABLE, APART, frozenset({"event_delete", "signed_absent", "not_asked"})]
    assert sorted(one for group in groups for one in group) == sorted(get_args(Outcome))


@pytest.mark.parametrize("home", ["/", "", "/index.html", "/de/", "/en", "/de-ch/", "/start"])
def test_a_redirect_from_a_deep_page_to_the_front_page_is_told_apart(home: str) -> None:
    assert outcome(200, ARTICLE, final=f"https://site.example{home}") == "redirect_home"
    assert outcome(200, ARTICLE, final=f"https://other.example{home}") == "redirect_home"


def test_redirects_that_lead_to_the_thing_are_none() -> None:
    assert outcome(200, ARTICLE, final="https://www.site.example/2025/01/story/") == "ok"
    assert classify(answer("http://site.example/", 200, ARTICLE, final="https://site.example/de/")).outcome == "ok"
    assert outcome(200, ARTICLE, final="https://site.example/?p=123") == "ok"
    assert outcome(404, "gone", final="https://site.example/") == "http_404"


@pytest.mark.parametrize(
    "place", ["/login?next=%2Fx", "/i/flow/login", "/accounts/login/", "/signin", "/anmelden", "/sessions/new", "/oauth2/authorize"]
)  # fmt: skip
def test_a_redirect_to_a_login_is_no_not_found(place: str) -> None:
    assert outcome(200, "Welcome", final=f"https://site.example{place}") == "redirect_login"
    assert outcome(200, "Welcome", final="https://login.site.example/") == "redirect_login"


def test_a_page_about_logging_in_is_not_a_login() -> None:
    assert classify(answer("https://site.example/help/login/", 200, ARTICLE, final="https://site.example/help/login")).outcome == "ok"


def test_consent_and_error_pages_that_a_redirect_leads_to() -> None:
    assert outcome(200, "Before you continue", final="https://consent.site.example/m?continue=x") == "blocked_or_captcha"
    assert outcome(200, "Sorry", final="https://site.example/404") == "soft_404"
    assert outcome(200, "Sorry", final="https://site.example/de/seite-nicht-gefunden.html") == "soft_404"


@pytest.mark.parametrize(
    "title",
    [
        "404", "404 Not Found", "Error 404", "Page not found | The Site", "The Site - Page Not Found", "Seite nicht gefunden",
        "404: Not Found",
        "Seite nicht gefunden – Zeitung", "This page doesn’t exist", "Sorry, that page was not found",
        "Dieser Artikel ist nicht mehr verfügbar",
        "Page introuvable", "Not found", "Page cannot be found",
    ],
)  # fmt: skip
def test_a_title_that_says_there_is_no_such_page(title: str) -> None:
    assert says_no_such_page(title) and outcome(200, ARTICLE, title=title) == "soft_404"


@pytest.mark.parametrize(
    "title",
    [
        "", "Wallet not found in the sea after ten years | News", "The 404 area code turns 75", "What to do when a page is not found",
        "Removed from office: a story", "Gone with the wind", "Nicht gefunden: das verlorene Gemälde der Familie", "Error in the budget",
    ],
)  # fmt: skip
def test_a_story_about_something_not_found_is_there(title: str) -> None:
    assert not says_no_such_page(title) and outcome(200, ARTICLE, title=title) == "ok"


@pytest.mark.parametrize("status", [200, 403, 404, 429, 503])
def test_a_check_for_robots_is_a_block_whatever_its_status(status: int) -> None:
    assert outcome(status, "Checking", title="Just a moment...") == "blocked_or_captcha"
    assert outcome(status, "Checking", headers={"CF-Mitigated": "challenge"}) == "blocked_or_captcha"
    if status != 429:
        assert outcome(status, "Our systems have detected unusual traffic from your network.") == "blocked_or_captcha"


def test_a_long_story_about_captchas_is_there() -> None:
    assert outcome(200, ARTICLE + "\nWho has not sighed at a captcha?") == "ok"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("This Post was deleted by the Post author. Learn more", "author"),
        ("Dieser Beitrag wurde vom Verfasser des Beitrags gelöscht.", "author"),
        ("This Post is from an account that no longer exists.", "author_account_gone"),
        ("This Post is from a suspended account.", "suspended"),
        ("This Post violated the X Rules.", "platform_rules"),
        ("This content was withheld in your country in response to a legal demand.", "legal"),
        ("This Post is unavailable.", "unavailable"),
        ("Post not found, may have been deleted", "unavailable"),
    ],
)
def test_a_tombstone_is_kept_with_its_words_and_only_a_guess(text: str, reason: str) -> None:
    found = classify(answer(URL, 200, text))
    assert (found.outcome, found.says, found.reason) == ("tombstone", text, reason)
    assert found.stated_by == {"author": "platform", "legal": "legal_notice"}.get(reason, "")


def test_a_tombstone_within_a_longer_page_is_that_of_another_item() -> None:
    assert outcome(200, ARTICLE + "\nThis Post was deleted by the Post author.") == "ok"
    assert tombstone_reason("This post is available to everybody") is None


@pytest.mark.parametrize(
    "text",
    [
        "Anna\nMy account has been suspended for a day, and nobody says why.",
        "They told me that this post was removed by the moderators.\nFunny.",
        "Ben\nHis account is private now, so please log in to see nothing.",
        "Unser Konto wurde gesperrt. Wir haben nachgefragt.",
        "I had to solve the captcha four times today.",
        "What a sentence: page not found!",
    ],
)
def test_a_short_post_about_such_things_is_there(text: str) -> None:
    assert outcome(200, text, title="A post on X") == "ok"


def test_a_short_page_that_says_it_in_its_text_alone() -> None:
    assert outcome(200, "The Site\nPage not found\nBack to the front page") == "soft_404"


def test_protected_and_age_restricted_are_restricted() -> None:
    assert outcome(200, "These posts are protected") == "api_restricted"
    assert outcome(200, "Age-restricted adult content") == "api_restricted"


def test_a_page_that_asks_to_log_in_and_one_that_needs_a_script_say_nothing_of_the_thing() -> None:
    assert outcome(200, "Log in to see this post") == "logged_out"
    assert outcome(200, "Sie müssen sich anmelden") == "logged_out"
    assert outcome(200, "JavaScript is not available.") == "no_content"


def test_answers_of_platforms() -> None:
    assert outcome(200, api="found") == "ok" and outcome(200, api="signed_present") == "ok"
    assert outcome(404, api="not_found") == "api_not_found"
    assert outcome(401, api="restricted") == "api_restricted"
    absent = classify(answer(URL, 200, api="signed_absent", revision="3kq"))
    assert absent.outcome == "signed_absent" and "3kq" in absent.says
    assert outcome(429, api="") == "http_429"


def test_410_is_said_by_the_platform_and_451_names_a_legal_ground() -> None:
    assert classify(answer(URL, 410)).stated_by == "platform"
    assert classify(answer(URL, 451)).reason == "legal"


# The host's own answer for what cannot exist.


def test_the_page_that_comes_for_every_address_is_not_found_or_says_nothing() -> None:
    shell = answer("https://site.example/x-1", 200, "Welcome\nSearch\nNews")
    same, other = answer(URL, 200, "Welcome\nSearch\nNews"), answer(URL, 200, ARTICLE)
    control = answer("https://site.example/2025/01/other", 200, ARTICLE.replace("story", "tale"))
    assert classify(same, shell, [control]).outcome == "soft_404"
    assert classify(same, shell, [answer(URL, 200, "Welcome\nSearch\nNews")]).outcome == "no_content"
    assert classify(other, shell, [control]).outcome == "ok"
    assert classify(same, answer(URL, 404, "Welcome\nSearch\nNews"), [control]).outcome == "ok"


def test_a_page_with_long_menus_and_one_line_of_its_own_is_there_on_a_host_without_error_codes() -> None:
    menu = "\n".join(f"Menu {number}" for number in range(300))
    nothing = answer("https://site.example/none-1", 200, f"{menu}\nWe have nothing at /none-1 for you")
    control = answer("https://site.example/other", 200, f"{menu}\nAnother text")
    assert classify(answer(URL, 200, f"{menu}\nOne line of text"), nothing, [control]).outcome == "ok"
    gone = answer(URL, 200, f"{menu}\nWe have nothing at /2025/01/story for you")
    assert classify(gone, nothing, [control]).outcome == "soft_404"
    assert classify(control, nothing).outcome == "ok"


def test_what_has_no_text_is_there_if_it_came() -> None:
    picture = answer("https://site.example/a.png", 200, "", body=b"\x89PNG")
    assert classify(picture, answer("https://site.example/b.png", 200, ""), []).outcome == "ok"


@given(st.sampled_from(["dns", "tls", "timeout", "connect", "protocol", "too_large", "bomb"]), st.integers(100, 599), st.text())
def test_no_text_makes_an_error_of_the_network_a_not_found(error: Any, status: int, text: str) -> None:
    made = answer(URL, status, text, error=error, title="404 Not Found")
    assert classify(made, Looked(made.fetched, text), [made]).outcome in UNREACHABLE


# What stands in the way.

PAGE = {"headers": {"Content-Type": "text/html"}}


@pytest.mark.parametrize("wall", [*WALLS, *LATER_WALLS], ids=lambda wall: wall[0])
def test_a_wall_is_neither_there_nor_not_found(wall: Wall) -> None:
    _, status, title, text, expected = wall
    assert outcome(status, text, title=title, **PAGE) in expected


def test_most_walls_that_no_rule_was_made_for_are_known_too() -> None:
    known = [outcome(status, text, title=title, **PAGE) in expected for _, status, title, text, expected in LAST_WALLS]
    assert sum(known) >= 12  # of 14; the others are told from what was seen before by the text that they do not share


@pytest.mark.parametrize("page", [*PAGES, *MORE_PAGES], ids=lambda page: page[0])
def test_an_ordinary_page_that_speaks_of_such_things_is_there(page: tuple[str, str, str]) -> None:
    assert outcome(200, page[2], title=page[1], **PAGE) == "ok"


def test_a_page_without_words_has_no_content_and_a_picture_has() -> None:
    assert outcome(200, "", body=b"<html><body></body></html>", **PAGE) == "no_content"
    assert outcome(200, "", body=b"") == "no_content"
    assert outcome(200, "", body=b"%PDF-1.7", headers={"Content-Type": "application/pdf"}) == "ok"


def test_a_page_whose_reading_was_ended_says_so() -> None:
    found = classify(answer(URL, 200, "", body=b"<div>", message="the page nests 40,000 deep", **PAGE))
    assert found.outcome == "not_read" and "40,000" in found.says


def test_an_address_that_the_guard_refuses_was_not_asked() -> None:
    found = classify(answer(URL, None, error="guard", message="not asked: 10.0.0.1 is a private or reserved address"))
    assert found.outcome == "not_asked" and "private" in found.says
    assert outcome(302, error="guard", message="the redirect leads to a private address") == "not_read"


# Kinship of texts.


def test_another_wording_is_kin_and_another_page_is_not() -> None:
    wall = "Please let us use cookies on this device.\nYou can change your mind at any time in the settings.\nSite notice"
    edited = ARTICLE.replace("length", "great length")
    assert related(pairs(ARTICLE), pairs(edited)) and not related(pairs(ARTICLE), pairs(wall)) and not related(pairs(wall), pairs(ARTICLE))
    assert related(pairs("They announced 100 billion."), pairs("They announced 500 billion."), framed=True)
    long = "\n".join(f"Sentence {number} speaks of matter {number * 7} and of money {number * 13}." for number in range(60))
    assert related(pairs(long), pairs("\n".join(long.splitlines()[:20])))  # a third of it is left
    assert not related(pairs(long), pairs("\n".join(long.splitlines()[:3])))  # that little can be a stub


def test_a_sketch_tells_the_same() -> None:
    other = "\n".join(f"An entirely different thing is said in line {number} here, about boats." for number in range(80))
    long = "\n".join(f"Sentence {number} speaks of matter {number * 7} and of money {number * 13}." for number in range(80))
    assert related(of_sketch(sketch(long)), pairs(long.replace("money 13", "cash 13")))
    assert not related(of_sketch(sketch(long)), pairs(other))


@given(st.text(), st.text())
def test_kinship_does_not_depend_on_the_order_of_lines(one: str, other: str) -> None:
    assert related(pairs(one), pairs(one))
    assert related(pairs(f"{one}\n{other}"), pairs(f"{other}\n{one}"))


# Comparing two captures.


def test_what_changes_by_itself_is_no_difference() -> None:
    before = "Menu\nA title\nThe text.\n1,204 views\n3 hours ago\n17:40\n12 Kommentare\nAnzeige"
    after = "A title\nMenu\nThe text.\n1,377 views\nvor 2 Tagen\n09:12\n15 Kommentare\nWerbung"
    assert not difference(before, after)


def test_lines_of_the_host_s_other_pages_are_no_difference() -> None:
    assert not difference("News\nOld teaser\nThe text.", "News\nNew teaser\nThe text.", ["News\nNew teaser\nOther", "Old teaser\nOther"])
    assert difference("The text.", "The text, altered.", ["Other"])


def test_numbers_of_the_text_itself_are_a_difference() -> None:
    found = difference("They invest 100 billion.\nEnd", "They invest 500 billion.\nEnd")
    assert found.gone == ("They invest 100 billion.",) and found.added == ("They invest 500 billion.",)


@given(st.text(), st.text())
def test_a_difference_has_a_direction_and_a_text_none_from_itself(one: str, other: str) -> None:
    assert not difference(one, one)
    there, back = difference(one, other), difference(other, one)
    assert set(there.added) == set(back.gone) and bool(there) == bool(back)
    assert bool(there) == (set(lines(one)) != set(lines(other)))
    assert says_no_more(one, "", one, "") == bool(lines(one))
