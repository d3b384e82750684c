"""Watching: rounds as they run, what is kept of them, who is told, and what happens to checks that do not run."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from tests.evidence_doubles import START, Clock, MemoryArchive, Site, answer, page

from stargauge.evidence.observe.alerts import AlertFile, Terminal, Webhook, alert_of
from stargauge.evidence.observe.outcomes import Looked
from stargauge.evidence.observe.pace import Pace, read_interval, retry_after
from stargauge.evidence.observe.probes import Probe, web
from stargauge.evidence.observe.records import history, targets
from stargauge.evidence.observe.targets import (
    Target,
    expect_targets,
    linked_controls,
    made_up_address,
    read_targets,
    same_account,
    target_of,
)
from stargauge.evidence.observe.watch import ALL, Watch
from stargauge.quantity.errors import InputError

ROOT = Path(__file__).parents[1]
HOUR = timedelta(hours=1)
ARTICLE = ("A story about a promise.", "They announced 100 billion.", "And much more.")


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.show("/news/story", "A story", *ARTICLE)
    made.show("/news/other", "Another story", "Something else.")
    yield made
    made.close()


class Told:
    """A channel that remembers."""

    def __init__(self) -> None:
        self.alerts: list[Any] = []

    def send(self, alert: Any) -> None:
        self.alerts.append(alert)

    def close(self, seconds: float) -> int:
        return 0


def watched(archive: MemoryArchive, clock: Clock, probes: list[Probe], *made: Target, **more: Any) -> Watch:
    return Watch(
        archive.open, made, probes, clock=clock, ticks=lambda: clock.ticks, wait=clock.wait, gap=more.pop("gap", 0.0), **more
    )  # fmt: skip


def local(site: Site, clock: Clock, vantage: str = "local") -> Probe:
    """The real way of looking, at the test's time."""
    from dataclasses import replace

    inner = web(vantage, [site.host], seconds=10)

    def look(url: str) -> Looked:
        looked = inner.look(url)
        return Looked(replace(looked.fetched, started=clock.now, ended=clock.now, server_date=None), looked.text)

    return Probe(look, "web", vantage)


def rounds(watch: Watch, clock: Clock, number: int, hours: float) -> list[str]:
    """The state of the first target after each of some rounds."""
    made = []
    for _ in range(number):
        made.append(watch.round().checked[0].standing.state)
        clock.now += hours * HOUR
        clock.ticks += hours * 3600
    return made


# A site that changes its answers over the rounds.


def test_a_page_that_goes_and_comes_back(site: Site) -> None:
    clock, told = Clock(), Told()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock, "home"), local(site, clock, "office")], target, channels=[told])
    assert rounds(watch, clock, 2, 6) == ["live", "live"]
    del site.pages["/news/story"]
    assert rounds(watch, clock, 5, 6) == ["not_found_once"] * 4 + ["not_found"]
    site.show("/news/story", "A story", *ARTICLE)
    assert rounds(watch, clock, 2, 6) == ["reappeared", "live"]
    assert [(one["from"], one["to"]) for one in told.alerts] == [
        ("live", "not_found_once"), ("not_found_once", "not_found"), ("not_found", "reappeared"),
    ]  # fmt: skip
    states = [entry.about["state"] for entry in archive.entries("state", target.url)]
    assert states == ["live", "not_found_once", "not_found", "reappeared", "live"]
    made = history(archive, target.url)
    assert made.standing.all.seen == 8 and made.standing.all.not_found == 10 and not made.faults
    assert made.line() == "captured 2025-01-22 17:40 UTC, there at 8 of 18 checks and at the last"


def test_what_came_is_kept_once_and_so_are_the_error_pages(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock)], target)
    rounds(watch, clock, 3, 1)
    del site.pages["/news/story"]
    rounds(watch, clock, 3, 1)
    captures = list(archive.entries("capture", target.url))
    assert [one.about["outcome"] for one in captures] == ["ok", "http_404"]
    assert {"warc", "metadata", "text", "beside.txt"} == set(captures[0].payloads)
    assert archive.payload(captures[0], "text").decode().splitlines() == list(ARTICLE)
    checks = list(archive.entries("observation", target.url))
    assert [one.about["capture"] for one in checks] == [captures[0].index] * 3 + [captures[1].index] * 3
    assert checks[-1].about["status"] == 404 and checks[-1].about["body_sha256"]
    assert {one["role"]: one["outcome"] for one in checks[-1].about["beside"]} == {"control": "ok", "made_up": "http_404"}


def test_one_network_and_one_method_are_never_enough_and_the_answer_says_so(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock)], target)
    rounds(watch, clock, 1, 1)
    del site.pages["/news/story"]
    assert set(rounds(watch, clock, 12, 12)) == {"not_found_once"}
    assert history(archive, target.url).standing.lacking == ("methods",)


def test_the_looks_of_another_place_count_as_another_network(site: Site) -> None:
    clock = Clock()
    here, there = MemoryArchive(clock), MemoryArchive(clock)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watches = [
        watched(there, clock, [local(site, clock, "abroad")], target),
        watched(here, clock, [local(site, clock, "home")], target, others=[there]),
    ]
    for hour in range(5):
        if hour == 1:
            del site.pages["/news/story"]
        states = [watch.round().checked[0].standing.state for watch in watches]
        clock.now += 12 * HOUR
    assert states == ["not_found_once", "not_found"]


def test_a_host_that_blocks_us_with_404_is_not_believed(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock, "home"), local(site, clock, "office")], target)
    rounds(watch, clock, 1, 1)
    site.pages.clear()
    assert set(rounds(watch, clock, 8, 12)) == {"not_found_once"}
    assert "control" in history(archive, target.url).standing.lacking


def test_without_named_controls_links_of_the_page_are_tried(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    site.pages["/news/story"] = (
        200,
        {},
        page("A story", *ARTICLE, '<a href="/news/gone">x</a> <a href="/news/other">y</a> <a href="/">z</a>'),
    )
    target = Target(site.url("/news/story"))
    watch = watched(archive, clock, [local(site, clock, "home"), local(site, clock, "office")], target)
    rounds(watch, clock, 1, 1)
    del site.pages["/news/story"]
    assert rounds(watch, clock, 4, 12)[-1] == "not_found"
    beside = list(archive.entries("observation", target.url))[-1].about["beside"]
    assert [(one["url"], one["outcome"]) for one in beside if one["role"] == "control"] == [
        (site.url("/news/gone"), "http_404"), (site.url("/news/other"), "ok"),
    ]  # fmt: skip


def test_no_network_is_unreachable_however_long(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"))
    gone = Probe(lambda url: answer(url, None, error="dns", at=clock.now, message="no address"), "web", "home")
    rounds(watched(archive, clock, [local(site, clock)], target), clock, 1, 1)
    assert set(rounds(watched(archive, clock, [gone], target), clock, 30, 12)) == {"unreachable"}


def test_an_edit_is_told_and_a_moving_part_is_not(site: Site) -> None:
    clock, told = Clock(), Told()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock)], target, channels=[told])
    for number in range(3):
        site.show("/news/story", "A story", *ARTICLE, f"{1000 + number} views", f"Teaser {number}")
        site.show("/news/other", "Another story", "Something else.", f"Teaser {number}")
        assert watch.round().checked[0].standing.state == "live"
    site.show("/news/story", "A story", ARTICLE[0], "They announced 500 billion.", ARTICLE[2])
    assert watch.round().checked[0].standing.state == "edited"
    assert [one["to"] for one in told.alerts] == ["edited"]
    captures = list(archive.entries("capture", target.url))
    assert [one.about["outcome"] for one in captures] == ["ok", "content_differs"]


def test_a_capture_made_before_is_what_the_watch_compares_with(site: Site) -> None:
    from stargauge.evidence.capture.capture import Options, capture
    from stargauge.evidence.capture.guard import Guard

    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"))
    capture(archive, target.url, options=Options(guard=Guard(frozenset({site.host})), clock=lambda: START))
    clock.now += HOUR
    watch = watched(archive, clock, [local(site, clock)], target)
    assert watch.round().checked[0].standing.state == "live"
    assert history(archive, target.url).line() == "captured 2025-01-22 17:40 UTC, still there at 1 of 1 check"
    site.show("/news/story", "A story", *ARTICLE, "And a line more.")
    assert watch.round().checked[0].standing.state == "edited"
    site.show("/news/story", "A story", "All of it is new.")
    assert watch.round().checked[0].standing.state == "another_page"


LONG = tuple(f"Sentence {number} of the story tells of matter {number * 7} and of money." for number in range(12))
EMPTY = (200, {}, b"<!doctype html><html><head></head><body></body></html>")
NOTICE = ("Dear readers, this house has something to tell you first.", "Choose one of two ways below, and we go on from there together.")


def test_an_empty_page_or_a_wall_ends_no_count_and_is_no_edit(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    site.show("/news/story", "A story", *LONG)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock, "home"), local(site, clock, "office")], target)
    assert rounds(watch, clock, 1, 6) == ["live"]
    del site.pages["/news/story"]
    rounds(watch, clock, 2, 6)
    site.pages["/news/story"] = EMPTY
    assert rounds(watch, clock, 1, 6) == ["not_found_once"]
    site.show("/news/story", "The site", *NOTICE)  # known by no words, and kin to nothing
    assert rounds(watch, clock, 1, 6) == ["another_page"]
    del site.pages["/news/story"]
    assert rounds(watch, clock, 1, 6) == ["not_found"]
    site.show("/news/story", "A story", *LONG)
    assert rounds(watch, clock, 2, 6) == ["reappeared", "live"]
    outcomes = [one.about["outcome"] for one in archive.entries("observation", target.url)]
    assert "no_content" in outcomes and "another_page" in outcomes and "content_differs" not in outcomes


def test_the_page_after_a_wall_that_came_first_is_no_edit_and_a_capture_settles_it(site: Site) -> None:
    from stargauge.evidence.capture.capture import Options, capture
    from stargauge.evidence.capture.guard import Guard

    clock = Clock()
    archive = MemoryArchive(clock)
    site.show("/news/story", "The site", *NOTICE)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock)], target)
    assert rounds(watch, clock, 1, 6) == ["live"]
    site.show("/news/story", "A story", *LONG)
    assert rounds(watch, clock, 2, 6) == ["another_page"] * 2
    assert "another page shown" in history(archive, target.url).line()
    capture(archive, target.url, options=Options(guard=Guard(frozenset({site.host})), clock=lambda: clock.now))
    assert rounds(watch, clock, 1, 6) == ["live"]
    site.show("/news/story", "A story", *LONG[:-1], "Another end of it.")
    assert rounds(watch, clock, 1, 6) == ["edited"]
    site.show("/news/story", "A story", *LONG)
    assert rounds(watch, clock, 1, 6) == ["live"]


def test_a_page_that_changes_step_by_step_stays_the_page(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock)], target)
    for step in range(6):
        site.show(
            "/news/story",
            "Live",
            *(f"At {number} o'clock minister {number * 3} spoke about item {number * 5}." for number in range(step * 4, step * 4 + 12)),
        )
        assert watch.round().checked[0].standing.state == ("edited" if step else "live")


def test_a_control_that_shows_something_else_than_before_vouches_for_nothing(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    site.show("/news/story", "A story", *LONG)
    site.show("/news/other", "Another", *(line.replace("story", "tale") + " More is said there." for line in LONG))
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock, "home"), local(site, clock, "office")], target)
    rounds(watch, clock, 1, 6)
    del site.pages["/news/story"]
    site.show("/news/other", "The site", *NOTICE)
    assert set(rounds(watch, clock, 5, 12)) == {"not_found_once"}
    beside = list(archive.entries("observation", target.url))[-1].about["beside"]
    assert [one["outcome"] for one in beside if one["role"] == "control"] == ["another_page"]
    site.pages["/news/other"] = EMPTY
    assert set(rounds(watch, clock, 5, 12)) == {"not_found_once"}


@pytest.mark.parametrize("lang", ["", ' lang="en"'])
def test_the_language_of_an_error_page_hides_no_control(site: Site, lang: str) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    link = f'<p><a href="{site.url("/news/other")}">another</a></p>'
    body = "".join(f"<p>{line}</p>" for line in LONG)
    site.pages["/news/story"] = (200, {}, f'<html lang="en"><body>{body}{link}</body></html>'.encode())
    site.missing = (404, {}, f"<html{lang}><head><title>Not found</title></head><body><p>Nothing.</p></body></html>".encode())
    target = Target(site.url("/news/story"))
    watch = watched(archive, clock, [local(site, clock, "home"), local(site, clock, "office")], target)
    rounds(watch, clock, 1, 12)
    del site.pages["/news/story"]
    assert rounds(watch, clock, 3, 12)[-1] == "not_found"


def test_a_look_without_a_language_between_leaves_no_edit(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watch = watched(archive, clock, [local(site, clock)], target)
    site.show("/news/story", "A story", *LONG)
    assert rounds(watch, clock, 1, 1) == ["live"]
    body = "".join(f"<p>{line}</p>" for line in (*LONG, "And more."))
    site.pages["/news/story"] = (200, {}, f"<html><body>{body}</body></html>".encode())
    assert rounds(watch, clock, 1, 1) == ["edited"]
    site.show("/news/story", "A story", *LONG)
    assert rounds(watch, clock, 1, 1) == ["live"]
    assert "another text" not in history(archive, target.url).line()


def test_a_page_taken_by_capture_can_reach_not_found_by_the_links_it_kept(site: Site) -> None:
    from stargauge.evidence.capture.capture import Options, capture
    from stargauge.evidence.capture.guard import Guard

    clock = Clock()
    archive = MemoryArchive(clock)
    link = f'<p><a href="{site.url("/news/other")}">another</a></p>'
    site.pages["/news/story"] = (200, {}, f"<html><body>{''.join(f'<p>{line}</p>' for line in LONG)}{link}</body></html>".encode())
    target = Target(site.url("/news/story"))
    kept = capture(archive, target.url, options=Options(guard=Guard(frozenset({site.host})), clock=lambda: clock.now))
    assert kept.about["links"] == [site.url("/news/other")]
    del site.pages["/news/story"]
    watch = watched(archive, clock, [local(site, clock, "home"), local(site, clock, "office")], target)
    assert rounds(watch, clock, 4, 12)[-1] == "not_found"


def test_an_address_that_must_not_be_asked_is_told_with_its_reason(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    watch = watched(archive, clock, [web(seconds=5)], Target("http://10.0.0.1/a"))
    made = watch.round().checked[0]
    assert made.standing.state == "not_checked" and made.standing.all.checks == 0
    line = made.history.line()
    assert "private" in line and "no answer" not in line and "0 of 1" not in line
    assert [one.about["outcome"] for one in archive.entries("observation")] == ["not_asked"]


def test_a_platform_at_an_address_that_must_not_be_asked_is_not_asked() -> None:
    from stargauge.evidence.observe.outcomes import classify
    from stargauge.evidence.observe.probes import platform

    found = classify(platform("mastodon", seconds=5).look("http://10.0.0.1/@anna/1"))
    assert found.outcome == "not_asked" and "private" in found.says


def test_a_wall_that_was_captured_is_no_look_at_the_thing(site: Site) -> None:
    from stargauge.evidence.capture.capture import Options, capture
    from stargauge.evidence.capture.guard import Guard

    archive = MemoryArchive()
    for body in (EMPTY[2], page("Access denied", "Access denied", "Your IP address has been blocked.")):
        site.pages["/news/story"] = (200, {}, body)
        capture(archive, site.url("/news/story"), options=Options(guard=Guard(frozenset({site.host})), clock=lambda: START))
    assert history(archive, site.url("/news/story")).first_capture is None


def test_what_is_written_down_by_hand_says_so_and_counts_from_its_entry() -> None:
    archive, url = MemoryArchive(), "https://site.example/a"
    archive.add("capture", url, {"status": 200, "method": "web", "started": "2020-01-01T00:00:00Z"}, {"text": b"Words of a page."})
    assert history(archive, url).line() == "recorded by hand 2025-01-22 17:40 UTC, not checked since"
    archive.add(
        "capture",
        f"{url}/b",
        {"status": 200, "method": "web", "tool": "stargauge/1", "started": "2020-01-01T00:00:00Z"},
        {"text": b"A page."},
    )
    assert history(archive, f"{url}/b").line().startswith("recorded by hand 2025")
    assert history(archive, url).line("de") == "von Hand eingetragen am 22.01.2025 um 17:40 UTC, seither nicht geprüft"


def test_a_capture_that_was_erased_is_told_with_both_days() -> None:
    from dataclasses import replace

    archive, url = MemoryArchive(), "https://site.example/a"
    made = archive.add("capture", url, {"method": "supplied", "user_supplied": True, "tool": "stargauge/1"}, {"text": b"Words."})
    archive.kept[0] = replace(made, about={}, payloads={})
    told = {"entry": made.id, "ground": "asked for", "payloads": ["text"], "about": True, "was": {"kind": "capture", "user_supplied": True}}
    archive.kept.append(replace(made, index=1, kind="erasure", about=told, payloads={}, time=START + 48 * HOUR))
    kept = history(archive, url)
    expected = "captured 2025-01-22 17:40 UTC (supplied by a user), erased on 2025-01-24, not checked since"
    assert kept.line() == expected and kept.line(capture=archive.kept[0]) == expected
    assert "gelöscht am 24.01.2025" in kept.line("de") and "erased" not in kept.by(START.date()).line()


def test_an_answer_to_a_login_a_block_and_a_tombstone_over_rounds() -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    url = "https://x.example/a/status/1"
    script = [
        (200, "A post"), (200, "Log in to see this post"), (429, ""), (200, "This Post was deleted by the Post author."),
        (200, "This Post was deleted by the Post author."), (200, "A post"),
    ]  # fmt: skip
    step = iter(script)

    def look(asked: str) -> Looked:
        status, text = next(step) if asked == url else (200, "Another post") if asked.endswith("/2") else (404, "")
        return answer(asked, status, text, at=clock.now)

    target = Target(url, "post", ("https://x.example/a/status/2",))
    watch = watched(archive, clock, [Probe(look)], target)
    assert rounds(watch, clock, 6, 3) == ["live", "restricted", "restricted", "not_found_once", "withdrawn_stated", "reappeared"]
    stated = list(archive.entries("state", url))[3].about
    assert stated["removed_by"] == "author" and stated["stated_by"] == "platform"


def test_the_account_is_asked_where_one_is_named_and_the_thing_is_not_there() -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    url, account = "https://x.example/@a/1", "https://x.example/@a"

    def look(asked: str) -> Looked:
        if asked == account:
            return answer(asked, 403, api="restricted", message="This account is suspended", at=clock.now)
        return answer(asked, 404, at=clock.now)

    watch = watched(archive, clock, [Probe(look, "mastodon")], Target(url, "post", account=account))
    made = watch.round().checked[0]
    assert made.standing.state == "account_unavailable" and made.standing.reason == "suspended" and made.standing.host == "x.example"


PHASES = (
    "up",
    "gone",
    "blocked by 404",
    "every address the same page",
    "front page for all",
    "check for robots",
    "down",
    "overloaded",
    "login",
)


def answered(phase: str, url: str, clock: Clock) -> Looked:
    """What a host gives in a phase for the thing, for its control and for what cannot exist."""
    there = url.endswith("/control") or (url.endswith("/thing") and phase != "gone")
    made: dict[str, Any] = {"at": clock.now}
    if phase in ("up", "gone"):
        return answer(url, 200 if there else 404, f"The text of {url}" if there else "", **made)
    if phase == "blocked by 404":
        return answer(url, 404, **made)
    if phase == "every address the same page":
        return answer(url, 200, "Welcome", **made)
    if phase == "front page for all":
        return answer(url, 200, "Welcome", final="https://a.example/", **made)
    if phase == "check for robots":
        return answer(url, 404, "Checking", title="Just a moment...", **made)
    if phase == "login":
        return answer(url, 200, "Log in", final="https://a.example/login", **made)
    return answer(url, 503 if phase == "overloaded" else None, error="" if phase == "overloaded" else "timeout", **made)


@given(
    st.lists(st.tuples(st.sampled_from(PHASES), st.sampled_from([0.25, 7, 25])), min_size=1, max_size=12), st.sampled_from(["page", "post"])
)
def test_whatever_a_host_does_not_found_needs_that_the_thing_alone_was_gone(story: list[tuple[str, float]], thing: Any) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    phase = [""]
    probes = [Probe(lambda url: answered(phase[0], url, clock), "web", vantage) for vantage in ("home", "office")]
    target = Target("https://a.example/thing", thing, ("https://a.example/control",))
    watch = watched(archive, clock, probes, target)
    gone: list[float] = []
    hour = 0.0
    for phase[0], pause in story:
        made = watch.round().checked[0].standing
        gone = [] if phase[0] == "up" else [*gone, hour] if phase[0] == "gone" else gone
        enough = len(gone) >= 2 and gone[-1] - gone[0] >= (0.5 if thing == "post" else 24)
        assert (made.state == "not_found") == enough
        assert made.state not in ("withdrawn_stated", "account_unavailable", "absent_proved") and made.removed_by == "unknown"
        hour += pause
        clock.now += pause * HOUR


# Manners.


def test_a_host_is_asked_with_pauses_and_nothing_twice_in_a_round(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    made = [Target(site.url(f"/news/{name}")) for name in ("gone-1", "gone-2", "story")]
    watched(archive, clock, [local(site, clock)], *made, gap=2.0).round()
    assert len(site.asked) == len(set(site.asked)) == 4  # three targets, which are each other's controls, and one made-up address
    assert sum(clock.waited) == pytest.approx(2.0 * 3)


def test_a_host_that_asks_to_wait_is_left_alone_and_that_is_kept(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    site.pages["/news/story"] = (429, {"Retry-After": "7200"}, b"")
    target = Target(site.url("/news/story"))
    watch = watched(archive, clock, [local(site, clock)], target)
    watch.round()
    asked = len(site.asked)
    clock.now += HOUR
    result = watch.round()
    assert len(site.asked) == asked and not result.checked and "asked to wait" in result.left_out[0][1]
    assert [one.about["event"] for one in archive.entries("heartbeat", target.url)] == ["not_run"]
    clock.now += 2 * HOUR
    assert watch.round().checked


def test_retry_after_is_read_as_seconds_or_a_date_and_at_most_a_day() -> None:
    def until(value: str, status: int = 429) -> Any:
        return retry_after(answer("https://a.example/", status, headers={"Retry-After": value}).fetched, START)

    assert until("120") == START + timedelta(seconds=120)
    assert until("Wed, 22 Jan 2025 18:40:00 GMT", 503) == START + HOUR
    assert until("999999999999") == until("Wed, 22 Jan 2035 18:40:00 GMT") == START + timedelta(days=1)
    assert until("Tue, 21 Jan 2025 18:40:00 GMT") is until("soon") is until("120", 200) is None


def test_a_host_that_asks_to_wait_in_the_middle_of_a_round_is_asked_nothing_more(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    site.missing = (429, {"Retry-After": "7200"}, b"")
    made = [Target(site.url("/news/story")), Target(site.url("/news/other"))]
    result = watched(archive, clock, [local(site, clock)], *made).round()
    assert len(site.asked) == 2 and result.left_out[0][0] == made[1].url  # the first target and the made-up address beside it
    assert result.checked[0].standing.state == "live"


def test_a_second_way_of_looking_is_not_run_where_the_host_asked_the_first_to_wait(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    site.pages["/news/story"] = (503, {"Retry-After": "60"}, b"")
    target = Target(site.url("/news/story"))
    made = watched(archive, clock, [local(site, clock, "home"), local(site, clock, "office")], target).round().checked[0]
    assert len(site.asked) == 1 and made.standing.all.checks == 1
    assert "web from office: the host asked to wait" in events(archive, target.url)[0]["reason"]


@pytest.mark.parametrize("status", [429, 503, 403])
def test_a_refusal_is_not_answered_with_more_requests(site: Site, status: int) -> None:
    clock = Clock()
    site.pages["/news/story"] = (status, {}, b"")
    target = Target(site.url("/news/story"), controls=(site.url("/news/other"),))
    watched(MemoryArchive(clock), clock, [local(site, clock)], target).round()
    assert site.asked == ["/news/story"]


def test_an_answer_that_brings_a_reader_down_is_no_answer_and_ends_no_watch(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    inner = local(site, clock)

    def look(url: str) -> Looked:
        if url.endswith("story"):
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return inner.look(url)

    made = [Target(site.url(f"/news/{name}")) for name in ("story", "other")]
    said: list[str] = []
    result = watched(archive, clock, [Probe(look)], *made, say=said.append).round()
    assert [one.standing.state for one in result.checked] == ["unreachable", "live"]
    about = next(archive.entries("observation", made[0].url)).about
    assert about["outcome"] == "not_read" and about["says"].startswith("our fault: UnicodeEncodeError") and len(said) == 1


def test_a_fault_of_ours_with_one_target_leaves_the_others_checked_and_is_kept(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    kept = archive.add

    def add(kind: Any, target: str, *arguments: Any, **more: Any) -> Any:
        if kind == "capture" and target.endswith("story"):
            raise MemoryError
        return kept(kind, target, *arguments, **more)

    archive.add = add  # type: ignore[method-assign]
    made = [Target(site.url(f"/news/{name}")) for name in ("story", "other")]
    result = watched(archive, clock, [local(site, clock)], *made).round()
    assert [one.target.url for one in result.checked] == [made[1].url] and "our fault" in result.left_out[0][1]
    assert events(archive, made[0].url)[0]["reason"].startswith("our fault: MemoryError")


def test_a_disk_that_is_full_is_said_and_leads_to_no_more_requests(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    said: list[str] = []
    watch = watched(archive, clock, [local(site, clock)], Target(site.url("/news/story")), say=said.append)
    kept, full = archive.add, [False]

    def add(*arguments: Any, **more: Any) -> Any:
        if full[0]:
            raise InputError("could not be kept: no space left on device")
        return kept(*arguments, **more)

    archive.add = add  # type: ignore[method-assign]
    watch._begin(HOUR)
    full[0] = True
    due = {site.url("/news/story"): clock.now}
    watch._due_round(list(watch.targets), due, HOUR)
    assert due == {site.url("/news/story"): START + HOUR} and any("no space" in text for text in said)


def test_a_silent_host_is_asked_less_and_less_often() -> None:
    clock = Clock()
    pace = Pace(0.0, clock, lambda: clock.ticks, clock.wait)
    ran = []
    for number in range(40):
        if not pace.closed_until("a"):
            ran.append(number)
            pace.round_over("a", False, HOUR)
        clock.now += HOUR
    assert ran[:5] == [0, 1, 2, 4, 8] and {later - earlier for earlier, later in pairwise(ran[5:])} == {8}
    pace.round_over("a", True, HOUR)
    assert not pace.closed_until("a")


# On a schedule.


def stopping(watch: Watch, archive: MemoryArchive, rounds_: int) -> None:
    """Stop the watch after so many rounds."""
    inner = watch.round

    def counted(*arguments: Any, **more: Any) -> Any:
        result = inner(*arguments, **more)
        if len([one for one in archive.entries("heartbeat", ALL) if one.about["event"] == "round"]) >= rounds_:
            watch.stop.set()
        return result

    watch.round = counted  # type: ignore[method-assign]


def events(archive: MemoryArchive, target: str) -> list[dict[str, Any]]:
    return [dict(one.about) for one in archive.entries("heartbeat", target)]


def test_rounds_follow_the_interval_and_each_leaves_a_heartbeat(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"))
    watch = watched(archive, clock, [local(site, clock)], target)
    stopping(watch, archive, 4)
    watch.run(6 * HOUR)
    times = [one.time for one in archive.entries("observation", target.url)]
    assert times == [START + number * 6 * HOUR for number in range(4)]
    assert [one["event"] for one in events(archive, ALL)] == ["start", "round", "round", "round", "round", "stop"]
    assert not events(archive, target.url) and archive.opened == 6


def test_a_post_that_is_not_found_is_asked_again_soon() -> None:
    clock, told = Clock(), Told()
    archive = MemoryArchive(clock)
    url = "https://x.example/a/status/1"

    def look(asked: str) -> Looked:
        there = asked.endswith("/2") or (asked == url and clock.now < START + HOUR)
        return answer(asked, 200 if there else 404, "A post" if there else "", at=clock.now)

    target = Target(url, "post", ("https://x.example/a/status/2",))
    watch = watched(archive, clock, [Probe(look, vantage="home"), Probe(look, vantage="office")], target, channels=[told])
    stopping(watch, archive, 6)
    watch.run(6 * HOUR)
    times = [(one.time - START) / HOUR for one in archive.entries("observation", url)][::2]
    assert times[:2] == [0, 6] and times[2:5] == pytest.approx([6 + 1 / 6, 6 + 2 / 6, 6 + 3 / 6])
    assert told.alerts[-1]["to"] == "not_found" and told.alerts[-1]["state"]["first_alarm"] is True
    assert "First alarm" in told.alerts[-1]["text"]["en"]


def test_what_cannot_be_settled_soon_is_not_asked_for_ever_more_often() -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    url = "https://x.example/a/status/1"

    def look(asked: str) -> Looked:
        return answer(asked, 404 if clock.now > START else 200, "" if clock.now > START else "A post", at=clock.now)

    watch = watched(archive, clock, [Probe(look)], Target(url, "post", ("https://x.example/a/status/2",)))
    stopping(watch, archive, 40)
    watch.run(6 * HOUR)
    times = [(one.time - START) / HOUR for one in archive.entries("observation", url)]
    assert 8 <= sum(later - earlier < 1 for earlier, later in pairwise(times)) <= 12
    assert times[-1] - times[-2] == pytest.approx(6, abs=0.2)


def test_a_restart_goes_on_and_what_was_due_meanwhile_is_kept_as_not_run(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"))
    first = watched(archive, clock, [local(site, clock)], target)
    stopping(first, archive, 2)
    first.run(6 * HOUR)
    clock.now = START + 31 * HOUR
    second = watched(archive, clock, [local(site, clock)], target)
    stopping(second, archive, 4)
    second.run(6 * HOUR)
    missed = events(archive, target.url)
    assert [(one["event"], one["missed"], one["reason"]) for one in missed] == [("not_run", 4, "no watch was running")]
    assert missed[0]["first_due"] == "2025-01-23T05:40:00Z"
    times = [(one.time - START) / HOUR for one in archive.entries("observation", target.url)]
    assert times == [0, 6, 31, 37]
    assert history(archive, target.url).standing.all.checks == 4


def test_a_restart_in_time_waits_for_what_is_due(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"))
    for number in (1, 2):
        watch = watched(archive, clock, [local(site, clock)], target)
        stopping(watch, archive, number)
        watch.run(6 * HOUR)
        clock.now += HOUR
    assert [(one.time - START) / HOUR for one in archive.entries("observation", target.url)] == [0, 6]
    assert not events(archive, target.url)


@pytest.mark.parametrize("jump", [50, -50])
def test_a_clock_that_is_set_is_noticed_and_kept(site: Site, jump: int) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"))
    watch = watched(archive, clock, [local(site, clock)], target)
    stopping(watch, archive, 3)
    inner = clock.wait

    def wait(seconds: float) -> bool:
        if len(clock.waited) == 5:
            clock.now += jump * HOUR
        return inner(seconds)

    watch.pace.pause = watch._wait = wait
    watch.run(6 * HOUR)
    noticed = [one for one in events(archive, ALL) if one["event"] == "clock"]
    assert [one["seconds"] for one in noticed] == [jump * 3600]
    assert [one["missed"] for one in events(archive, target.url)] == ([7] if jump > 0 else [])
    ticks = clock.ticks / 3600
    assert ticks == pytest.approx(12 if jump < 0 else 4.07, abs=0.2)


def test_an_archive_that_somebody_else_writes_to_puts_a_round_off(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"))
    said: list[str] = []
    watch = watched(archive, clock, [local(site, clock)], target, say=said.append)
    inner = archive.open
    times = iter(range(100))

    def locked() -> Any:
        if next(times) in (1, 2, 3):
            raise InputError("another process writes to these records")
        return inner()

    watch.open_archive = locked
    stopping(watch, archive, 1)
    watch.run(6 * HOUR)
    assert len(said) == 3 and "put off" in said[0]
    assert len(list(archive.entries("observation", target.url))) == 1


def test_a_stop_within_a_round_keeps_what_did_not_run(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    made = [Target(site.url(f"/news/{name}")) for name in ("story", "other")]
    watch = watched(archive, clock, [local(site, clock)], *made)
    inner = watch.probes[0].look

    def look(url: str) -> Looked:
        watch.stop.set()
        return inner(url)

    watch.probes = [Probe(look)]
    watch.run(HOUR)
    assert [one.target for one in archive.entries("observation")] == [made[0].url]
    assert events(archive, made[1].url)[0]["reason"] == "the watch was stopped"
    assert [one["event"] for one in events(archive, ALL)] == ["start", "round", "stop"]


# Alerts.


def an_alert(archive: MemoryArchive) -> dict[str, Any]:
    from stargauge.evidence.observe.standing import Standing

    entry = archive.add("state", "https://a.example/", {"state": "not_found"})
    return alert_of("https://a.example/", "page", "live", Standing("unreachable"), entry)


def test_alerts_are_appended_to_a_file_whole_also_after_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_bytes(b'{"torn": ')
    made = an_alert(MemoryArchive())
    writers = [threading.Thread(target=lambda: [AlertFile(path, print).send(made) for _ in range(20)]) for _ in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    assert first == '{"torn": ' and len([line for line in rest if line]) == 80
    assert all(json.loads(line)["schema"] == "stargauge-alert/1" for line in rest if line)


def test_an_alert_that_cannot_be_written_is_said_and_holds_up_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder that exists"):
        AlertFile(tmp_path / "missing" / "alerts.jsonl", print)
    said: list[str] = []
    channel = AlertFile(tmp_path / "a.jsonl", said.append)
    (tmp_path / "a.jsonl").mkdir()
    channel.send(an_alert(MemoryArchive()))
    assert channel.close(1) == 1 and "S-0" in said[0]


def test_a_webhook_gets_each_alert_and_a_failing_one_is_asked_again(site: Site) -> None:
    site.pages["/hook"] = lambda number: (503 if number < 3 else 204, {"Content-Length": "0"}, b"")
    hook = Webhook(site.url("/hook"), print, pauses=(0.01, 0.01, 0.01))
    hook.send(an_alert(MemoryArchive()))
    assert hook.close(10) == 0
    assert len(site.posted) == 3 and json.loads(site.posted[-1][1])["to"] == "unreachable"


@pytest.mark.parametrize(("status", "times"), [(500, 3), (429, 3), (404, 1), (302, 1)])
def test_a_webhook_that_refuses_is_told_by_its_host_only(site: Site, status: int, times: int) -> None:
    site.pages["/secret-token"] = (status, {"Location": site.url("/news/story")}, b"")
    said: list[str] = []
    hook = Webhook(site.url("/secret-token"), said.append, pauses=(0.01, 0.01))
    hook.send(an_alert(MemoryArchive()))
    assert hook.close(10) == 1
    assert len(site.posted) == times and not site.asked
    assert f"answered {status}" in said[0] and "secret" not in said[0]


def test_a_webhook_that_hangs_never_holds_up_a_round() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        hook = Webhook(f"http://127.0.0.1:{server.getsockname()[1]}/x", lambda text: None, pauses=(30.0,), seconds=0.5)
        start = time.monotonic()
        for _ in range(1100):
            hook.send(an_alert(MemoryArchive()))
        assert time.monotonic() - start < 20
        assert hook.close(0.2) == 1100


def test_a_webhook_by_name_must_not_lead_into_a_private_network_and_one_named_as_such_may() -> None:
    from dataclasses import replace

    from stargauge.evidence.capture.guard import Refused
    from stargauge.evidence.observe.alerts import guard_of

    url = "https://hooks.example:7443/x"
    assert replace(guard_of(url), answers=lambda host, port: ["93.184.216.34"]).resolve(url).port == 7443
    with pytest.raises(Refused):
        replace(guard_of(url), answers=lambda host, port: ["10.0.0.7"]).resolve(url)
    assert guard_of("http://10.0.0.7:9000/x").resolve("http://10.0.0.7:9000/x").address == "10.0.0.7"


@pytest.mark.parametrize("url", ["ftp://a.example/", "https://", "not an address", "https://user:word@a.example/"])
def test_a_webhook_needs_an_address_of_the_web(url: str) -> None:
    with pytest.raises(InputError, match="webhook"):
        Webhook(url, print)


def test_the_terminal_says_a_change_in_a_line() -> None:
    said: list[str] = []
    Terminal(said.append).send(an_alert(MemoryArchive()))
    assert said == ["changed: https://a.example/: there -> no answer (S-0)"]


# Targets.


def test_targets_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "watch.txt"
    path.write_text(
        "# what we watch\nhttps://a.example/x#part control=https://a.example/y control=https://a.example/z made-up=https://a.example/none\n\n"
        "https://b.example/@c/1   # a post\nhttps://c.example/q kind=post account=https://c.example/q-account\n",
        encoding="utf-8",
    )
    assert read_targets(path) == [
        Target("https://a.example/x#part", "page", ("https://a.example/y", "https://a.example/z"), "https://a.example/none"),
        Target("https://b.example/@c/1", "post"),
        Target("https://c.example/q", "post", account="https://c.example/q-account"),
    ]


def test_all_faults_of_a_file_of_targets_come_at_once(tmp_path: Path) -> None:
    path = tmp_path / "watch.txt"
    path.write_text(
        "nowhere\nhttps://a.example/ contrl=https://a.example/x\nhttps://b.example/ kind=video\n"
        "https://c.example/x control=https://d.example/y\nhttps://c.example/x\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_targets(path)
    told = [(fault.line, fault.message) for fault in caught.value.faults]
    assert [line for line, _ in told] == [1, 2, 3, 4, 0]
    assert 'did you mean "control"' in told[1][1] and "listed more than once" in told[-1][1]
    with pytest.raises(InputError, match="holds no address"):
        path.write_text("# nothing\n", encoding="utf-8")
        read_targets(path)
    with pytest.raises(InputError, match="no address"):
        expect_targets(["x", "https://a.example/"])


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("https://x.com/a/status/1882105953423", r"https://x\.com/a/status/90\d{11}"),
        ("https://m.example/@a/113871", r"https://m\.example/@a/90\d{6}"),
        ("https://n.example/2025/a-story.html", r"https://n\.example/2025/a-story-[0-9a-f]{12}\.html"),
        ("https://n.example/2025/a-story/", r"https://n\.example/2025/a-story-[0-9a-f]{12}/"),
        ("https://n.example/?id=12", r"https://n\.example/\?id=90\d{6}"),
        ("https://n.example/", r"https://n\.example/[0-9a-f]{16}"),
    ],
)
def test_a_made_up_address_is_of_the_same_make(url: str, pattern: str) -> None:
    made = made_up_address(url, "r1")
    assert re.fullmatch(pattern, made) and made == made_up_address(url, "r1") != made_up_address(url, "r2")


def test_posts_and_accounts_by_their_addresses() -> None:
    for url in (
        "https://x.com/a/status/1",
        "https://m.example/@a/1",
        "https://bsky.app/profile/a/post/3k",
        "at://did:plc:a/app.bsky.feed.post/3k",
    ):
        assert target_of(url).thing == "post"
    assert target_of("https://n.example/2025/story").thing == "page"
    assert same_account("https://x.com/a/status/1", "https://x.com/a/status/2")
    assert not same_account("https://x.com/a/status/1", "https://x.com/b/status/2")


def test_links_that_can_be_controls() -> None:
    html = '<a href="/a/b">1</a><a href="#x">2</a><a href="https://else.example/a/b">3</a><a href="/">4</a>'
    html += '<a href="javascript:x">5</a><a href="c?d=1#e">6'
    assert linked_controls("https://n.example/a/x", html) == ["https://n.example/a/b", "https://n.example/a/c?d=1"]


def test_intervals() -> None:
    assert [read_interval(text) for text in ("45s", "30m", "6h", " 1D ")] == [timedelta(seconds=n) for n in (45, 1800, 21600, 86400)]
    for text in ("", "6", "0h", "h", "-1h", "6 hours"):
        with pytest.raises(InputError, match="30m, 6h or 1d"):
            read_interval(text)


def test_everything_that_was_checked_is_listed(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    made = [Target(site.url(f"/news/{name}")) for name in ("story", "other")]
    watched(archive, clock, [local(site, clock)], *made).round()
    assert targets(archive) == [one.url for one in made]


def test_entries_that_cannot_be_read_are_named_and_the_rest_counts(site: Site) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    target = Target(site.url("/news/story"))
    watched(archive, clock, [local(site, clock)], target).round()
    archive.add("observation", target.url, {"outcome": "vanished", "time": "2025-01-22T17:40:00Z"})
    archive.add("observation", target.url, {"outcome": "ok", "time": "yesterday"})
    made = history(archive, target.url)
    assert made.standing.state == "live" and len(made.faults) == 2 and 'no outcome "vanished"' in made.faults[0]
