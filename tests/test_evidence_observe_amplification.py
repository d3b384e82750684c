"""Amplification: counts of captured posts by stated rules, examples to look at, what was not captured, and no word of judgement."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.evidence_doubles import MemoryArchive

from stargauge.evidence.capture.items import Gap, Item, Thread
from stargauge.evidence.observe.amplification import RULES, Captured, amplification, captured, plain_link

LONG = "Exactly the same sentence, word for word, by several accounts."


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2025, 1, day, hour, tzinfo=UTC)


POSTS = (
    Item("1", "Anna", "The plan is here https://www.plan.example/a/?utm_source=x#top @Sam", 0, created=at(21)),
    Item("2", "ben", "", 1, created=at(22), shares="1"),
    Item("3", "Carl", "Look at this", 2, created=at(22, 13), shares="1"),
    Item("4", "ben", f"{LONG} http://plan.example/a", 3, created=at(22, 14)),
    Item("5", "dora", f"{LONG} http://plan.example/a", 4, created=at(23), reply_to="1"),
    Item("6", "emil", "RT @anna: The plan is here", 5, created=at(23)),
    Item("7", "fred", "No time is known @sam", 6),
    Item("8", "gina", "", 7, created=at(23), shares="99"),
)


def archive_of(*threads: Thread) -> MemoryArchive:
    made = MemoryArchive()
    for thread in threads:
        made.add("capture", f"https://x.example/{thread.root}", {"method": "api"}, {"thread": json.dumps(thread.to_dict()).encode()})
    return made


def told(*threads: Thread, **asked: Any) -> dict[str, Any]:
    return amplification(captured(archive_of(*threads)), **asked)


def test_the_timeline_by_day() -> None:
    made = told(Thread("1", POSTS))
    assert (made["posts"], made["accounts"], made["without_time"]) == (8, 7, 1)
    assert [(one["day"], one["posts"], one["accounts"], one["originals"], one["shares"], one["quotes"], one["replies"], one["links"])
            for one in made["days"]] == [
        ("2025-01-21", 1, 1, 1, 0, 0, 0, 1), ("2025-01-22", 3, 2, 1, 1, 1, 0, 1), ("2025-01-23", 3, 3, 0, 2, 0, 1, 1),
    ]  # fmt: skip


def test_who_shared_what_about_whom() -> None:
    made = told(Thread("1", POSTS))
    link = next(one for one in made["shared"] if one["kind"] == "link")
    assert (link["what"], link["posts"], link["accounts"]) == ("https://plan.example/a", 3, 3) and link["about"] == ["anna", "sam"]
    shared = next(one for one in made["shared"] if one["what"] == "1")
    assert (shared["by"], shared["posts"], shared["accounts"], shared["examples"]) == ("anna", 2, 2, ["C-0"])
    pairs = {(one["who"], one["kind"], one["what"], one["whom"]) for one in made["who_what_whom"]}
    assert {("ben", "item", "1", "anna"), ("emil", "words_of", "anna", "anna"), ("anna", "link", "https://plan.example/a", "sam")} <= pairs
    assert {("gina", "item", "99", "")} <= pairs


def test_a_post_of_several_captures_counts_once_and_its_first_capture_is_the_example() -> None:
    once, thrice = told(Thread("1", POSTS)), told(Thread("1", POSTS), Thread("1", POSTS), Thread("4", POSTS[3:5]))
    for name in ("posts", "accounts", "days", "shared", "who_what_whom", "same_text"):
        assert once[name] == thrice[name]
    assert thrice["not_captured"]["captures"] == 3


def test_the_same_text_by_several_accounts_is_listed_and_stays_apart() -> None:
    made = told(Thread("1", POSTS))
    assert [(one["posts"], one["accounts"]) for one in made["same_text"]] == [(2, 2)]


def test_what_was_not_captured_is_said() -> None:
    gone = Item("9", "hans", "", 8, tombstone="This Post is unavailable")
    first = Thread("1", (*POSTS, gone), shown=214, gaps=(Gap("pagination"), Gap("login")), missing=("77", "4"))
    made = told(first, Thread("4", POSTS[3:4], completeness="complete"))["not_captured"]
    assert made["captures"] == 2 and made["partial"] == 1 and made["completeness_unknown"] == 0
    assert (made["shown_by_platforms"], made["captured_of_these"]) == (214, 9)
    assert made["gaps"] == {"login": 1, "pagination": 1} and made["tombstones"] == 1
    assert made["answered_but_not_captured"] == 1 and made["shared_but_not_captured"] == 1


def test_filters_by_account_link_and_day() -> None:
    assert told(Thread("1", POSTS), about="@Sam")["posts"] == 2
    assert told(Thread("1", POSTS), about="anna")["posts"] == 4
    assert told(Thread("1", POSTS), link="http://www.plan.example/a/")["posts"] == 3
    made = told(Thread("1", POSTS), start=date(2025, 1, 22), end=date(2025, 1, 22))
    assert made["posts"] == 3 and made["asked"]["from"] == "2025-01-22"
    assert told(Thread("1", POSTS), about="nobody")["posts"] == 0


def test_captures_that_cannot_be_read_are_named() -> None:
    archive = archive_of(Thread("1", POSTS))
    archive.add("capture", "https://x.example/2", {}, {"thread": b"{"})
    archive.add("capture", "https://x.example/3", {}, {"thread": b'{"root": 1}'})
    made = amplification(captured(archive))
    assert made["posts"] == 8 and [one[:3] for one in made["not_captured"]["unreadable"]] == ["C-1", "C-2"]


def test_links_that_lead_to_one_place_are_one() -> None:
    same = ("http://www.a.example/x/", "https://a.example/x#part", "https://A.example/x?utm_medium=m&fbclid=1", "https://a.example:443/x")
    assert {plain_link(one) for one in same} == {"https://a.example/x"}
    assert plain_link("https://x.com/a/status/1?s=20&t=abc") == "https://x.com/a/status/1"
    assert plain_link("https://a.example/watch?t=90&s=1") == "https://a.example/watch?t=90&s=1"
    assert plain_link("https://[bad/") == "https://[bad/"


def test_no_text_of_a_post_and_no_judging_word_is_in_the_answer() -> None:
    made = json.dumps(told(Thread("1", POSTS)))
    assert "word for word" not in made and "Look at this" not in made
    judging = r"campaign|bot|troll|fake|coordinat|disinformation|propaganda|manipulat|inauthentic|suspicious|smear"
    assert not re.search(rf"\b(?:{judging})", made, re.IGNORECASE) and len(RULES) == 9


items = st.builds(
    Item,
    id=st.sampled_from([str(number) for number in range(12)]),
    author=st.sampled_from(["a", "b", "C"]),
    text=st.sampled_from(["", "x @a", LONG, "RT @b: y", "https://a.example/q"]),
    position=st.integers(0, 9),
    created=st.sampled_from([None, at(1), at(1, 23), at(2)]),
    reply_to=st.sampled_from(["", "1", "40"]),
    shares=st.sampled_from(["", "2", "41"]),
)


@given(st.lists(items, max_size=25, unique_by=lambda one: one.id), st.integers(0, 1000))
def test_every_post_is_counted_once_in_whatever_order_it_was_captured(found: list[Item], seed: int) -> None:
    made = told(Thread("r", tuple(found)))
    assert sum(one["posts"] for one in made["days"]) + made["without_time"] == made["posts"] == len(found)
    assert all(one["originals"] + one["shares"] + one["quotes"] + one["replies"] == one["posts"] for one in made["days"])
    assert made == told(Thread("r", tuple(random.Random(seed).sample(found, len(found)))))


def test_an_empty_archive_gives_an_empty_answer() -> None:
    made = amplification(Captured())
    assert made["posts"] == 0 and made["days"] == [] and made["not_captured"]["captures"] == 0
