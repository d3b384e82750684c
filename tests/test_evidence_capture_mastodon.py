"""Mastodon: post, conversation and edit history by plain requests; what is missing told, no cause guessed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.capture_servers import Answer, Served, page, serving
from tests.kept import Kept
from tests.test_evidence_capture_entry import HERE

pytest.importorskip("httpx")
pytest.importorskip("warcio")

from warcio.archiveiterator import ArchiveIterator

from stargauge.evidence.capture.capture import capture, take
from stargauge.evidence.capture.items import Thread
from stargauge.evidence.capture.mastodon import plain_of, status_of, thread_of
from stargauge.quantity.errors import InputError


def post(id: str, content: str = "<p>Hi</p>", **more: Any) -> dict[str, Any]:
    return {
        "id": id, "created_at": "2025-01-22T17:40:05.000Z", "edited_at": None, "in_reply_to_id": None, "content": content,
        "replies_count": 0,
        "url": f"https://m.example/@a/{id}", "account": {"acct": "a", "url": "https://m.example/@a", "display_name": "A"}, "language": "en",
        "spoiler_text": "", "reblog": None, **more,
    }  # fmt: skip


def api(data: Any, status: str = "200 OK") -> bytes:
    return page(json.dumps(data), status, "application/json; charset=utf-8")


ROOT, MAIN = (
    post("10"),
    post(
        "11", "<p>A &amp; B<br>c</p><p>d <a href='x'>l</a></p>", in_reply_to_id="10", replies_count=3, edited_at="2025-01-22T18:00:00.000Z"
    ),
)
REPLY = post(
    "12",
    in_reply_to_id="11",
    account={"acct": "b@other.example"},
    created_at="2025-01-22T17:00:00.000Z",
    quote={"quoted_status": {"id": "5"}},
)
ORPHAN = post("14", in_reply_to_id="13", spoiler_text="Careful")
HISTORY = [
    {"content": "<p>second</p>", "created_at": "2025-01-22T18:00:00.000Z"},
    {"content": "<p>first</p>", "created_at": "2025-01-22T17:40:05.000Z"},
]


@pytest.fixture
def server() -> Iterator[Served]:
    answers: dict[str, Answer] = {
        "/api/v1/statuses/11": api(MAIN), "/api/v1/statuses/11/context": api({"ancestors": [ROOT], "descendants": [REPLY, ORPHAN]}),
        "/api/v1/statuses/11/history": api(HISTORY),
    }  # fmt: skip
    with serving(answers) as made:
        yield made


def test_a_post_with_its_conversation_and_every_wording(server: Served) -> None:
    archive = Kept()
    entry = capture(archive, f"{server.base}/@a/11", "mastodon", HERE)
    thread = Thread.from_dict(json.loads(archive.payload(entry, "thread")))
    assert [item.id for item in thread.items] == ["10", "11", "12", "14"] and thread.root == "10"
    assert thread.by_time == ("12", "10", "11", "14")
    main, reply = thread.items[1], thread.items[2]
    assert main.text == "A & B\nc\n\nd l" and main.author == "a@m.example" and main.reply_to == "10" and main.depth == 1
    assert [one.text for one in main.revisions] == ["first", "second"] and main.edited is not None
    assert reply.author == "b@other.example" and reply.shares == "5" and thread.items[3].text == "Careful\nHi"
    assert thread.missing == ("13",) and thread.shown == 3 and thread.completeness == "partial"
    assert [(gap.reason, gap.count) for gap in thread.gaps] == [("hidden", 2)]
    assert entry.target == f"{server.base}/@a/11" and entry.about["api"] == "found" and entry.about["source_terms"] == "api"
    assert archive.payload(entry, "text").decode() == main.text and entry.about["items_captured"] == 4
    kinds = [one.rec_type for one in ArchiveIterator(io.BytesIO(archive.payload(entry, "warc")))]
    assert kinds.count("response") == 3 and kinds.count("metadata") == 3


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(api({"error": "Record not found"}, "404 Not Found"), "not_found"), (api({"error": "Gone"}, "410 Gone"), "not_found"),
     (api({"error": "no"}, "401 Unauthorized"), "restricted"), (page("<h1>404", "404 Not Found"), ""), (api({"error": "x"}, "503 Busy"),
     ""),
     (api({"error": "x"}, "429 Slow"), ""), (api(post("99")), ""), (api([]), ""), (page("{" * 10_000, kind="application/json"), "")],
)  # fmt: skip
def test_what_a_server_states_is_kept_and_no_cause_is_guessed(answer: bytes, expected: str) -> None:
    with serving({"/api/v1/statuses/11": answer}) as server:
        made = take(f"{server.base}/@a/11", "mastodon", HERE)
    assert made.fetched is not None and made.fetched.api == expected and made.thread is None
    assert made.about.get("api", "") == expected and made.payloads["warc"] and made.fetched.method == "mastodon"


def test_a_conversation_that_did_not_come_is_a_gap() -> None:
    with serving(
        {"/api/v1/statuses/11": api({**MAIN, "edited_at": None}), "/api/v1/statuses/11/context": page("busy", "503 Busy")}
    ) as server:
        made = take(f"{server.base}/users/a/statuses/11", "mastodon", HERE)
    assert made.thread is not None and [gap.reason for gap in made.thread.gaps] == ["not_captured"] and len(made.thread.items) == 1


def test_what_a_visitor_is_not_shown_is_a_gap() -> None:
    thread = thread_of(
        post("1", replies_count=60), {"ancestors": [], "descendants": [post(f"{at}", in_reply_to_id="1") for at in range(2, 62)]}
    )
    assert [gap.reason for gap in thread.gaps] == ["limit"]


@pytest.mark.parametrize(
    ("path", "id"),
    [("/@a/11", "11"), ("/@a@b.example/11/", "11"), ("/users/a/statuses/11", "11"), ("/notice/AbCdEfGhIjKl", "AbCdEfGhIjKl")],
)
def test_addresses_of_posts(path: str, id: str) -> None:
    assert status_of(f"https://m.example{path}") == ("https://m.example", id)


@pytest.mark.parametrize("url", ["https://m.example/@a", "https://m.example/", "at://x/1", "https://m.example/@a/1/2"])
def test_other_addresses_are_told(url: str) -> None:
    with pytest.raises(InputError, match="expected a post"):
        status_of(url)


NAMES = [
    "id",
    "content",
    "account",
    "acct",
    "reblog",
    "quote",
    "quoted_status",
    "created_at",
    "in_reply_to_id",
    "ancestors",
    "descendants",
    "url",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=20,
)


@given(JSON, st.dictionaries(st.sampled_from(list(MAIN)), JSON, max_size=5))
def test_any_answer_makes_a_thread(context: Any, more: dict[str, Any]) -> None:
    made = thread_of({**MAIN, **more, "id": "11"}, context)
    assert Thread.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_markup_becomes_text() -> None:
    assert plain_of("<p>1 &lt; 2</p><p>x<br />y</p><script>z") == "1 < 2\n\nx\nyz"
