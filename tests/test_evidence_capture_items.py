"""Items and threads: two orders, what is missing told, and JSON both ways without loss."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.evidence.capture.fetched import Exchange, Fetched, Hop, Tls
from stargauge.evidence.capture.items import Gap, Item, Revision, Thread, linked, read_time, written
from stargauge.quantity.errors import InputError

NOON = datetime(2025, 1, 22, 12, tzinfo=UTC)
TEXT = st.text(max_size=20)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda time: time.replace(tzinfo=UTC))
ITEMS = st.builds(
    Item, TEXT, TEXT, TEXT, st.integers(0, 10**6), url=TEXT, author_name=TEXT, created=st.none() | TIMES, edited=st.none() | TIMES,
    reply_to=TEXT, shares=TEXT, depth=st.none() | st.integers(0, 99), language=TEXT, tombstone=TEXT,
    revisions=st.lists(st.builds(Revision, TIMES, TEXT), max_size=3).map(tuple),
)  # fmt: skip
GAPS = st.builds(Gap, st.sampled_from(["pagination", "hidden", "login", "limit"]), st.none() | st.integers(0, 10**6), TEXT, TEXT)
THREADS = st.builds(
    Thread, TEXT, st.lists(ITEMS, max_size=4).map(tuple), st.none() | st.integers(0, 10**6), st.lists(GAPS, max_size=2).map(tuple),
    st.lists(TEXT, max_size=3).map(tuple), st.sampled_from(["complete", "partial", "unknown"]),
)  # fmt: skip


@given(THREADS)
def test_a_thread_goes_to_json_and_back_without_loss(thread: Thread) -> None:
    assert Thread.from_dict(json.loads(json.dumps(thread.to_dict()))) == thread


@given(ITEMS)
def test_an_item_goes_to_json_and_back_without_loss(item: Item) -> None:
    assert Item.from_dict(json.loads(json.dumps(item.to_dict()))) == item


def test_the_order_displayed_and_the_order_by_time_are_two_facts() -> None:
    first = Item("a", "x", "later but shown first", 0, created=NOON.replace(hour=13))
    second = Item("b", "y", "earlier but shown second", 1, created=NOON)
    thread = Thread("a", (first, second, Item("c", "z", "no time", 2)))
    assert [item.id for item in thread.items] == ["a", "b", "c"]
    assert thread.by_time == ("b", "a")
    assert thread.completeness == "unknown"


def test_depth_follows_captured_parents_and_what_is_referred_to_but_missing_is_listed() -> None:
    items, missing = linked(
        [Item("b", "x", "", 0, reply_to="gone"), Item("c", "x", "", 1, reply_to="b"), Item("d", "x", "", 2, reply_to="c")]
    )
    assert [item.depth for item in items] == [0, 1, 2]
    assert missing == ("gone",)


def test_parents_in_a_circle_end() -> None:
    items, missing = linked([Item("a", "x", "", 0, reply_to="b"), Item("b", "x", "", 1, reply_to="a")])
    assert [item.depth for item in items] == [1, 1] and not missing


def test_all_faults_of_a_thread_are_told_at_once() -> None:
    wrong = {
        "root": 1,
        "items": [{"id": "a", "author": "x", "position": 1.5, "created": "2025-01-22T12:00:00"}],
        "gaps": [{"reason": "cosmic"}],
        "completeness": "surely",
    }
    with pytest.raises(InputError) as caught:
        Thread.from_dict(wrong)
    told = str(caught.value)
    for part in ("thread.root", "items[0].text: is missing", "items[0].position", "items[0].created", "zone", "gaps[0]", "completeness"):
        assert part in told


def test_a_time_is_written_in_utc_and_one_without_a_zone_is_refused() -> None:
    assert written(read_time("2025-01-22T18:40:05+01:00")) == "2025-01-22T17:40:05Z"
    with pytest.raises(ValueError, match="zone"):
        read_time("2025-01-22T18:40:05")


def test_the_outcome_of_a_fetch_goes_to_json_and_back_without_its_bytes() -> None:
    hop = Hop("https://a.example/", ("192.0.2.1",), "192.0.2.1", 301, "/b", Tls("TLSv1.3", "X", ("ab",), (b"der",)))
    made = Fetched(
        "https://a.example/", "https://a.example/b", NOON, NOON, 404, hops=(hop, Hop("https://a.example/b")), server_date=NOON,
        clock_offset=-3, headers=(("Date", "x"),), body=b"gone", exchanges=(Exchange("u", NOON, "a", b"", b""),),
    )  # fmt: skip
    again = Fetched.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again == made and not again.body and again.redirected and again.header("date") == "x"
