"""Bluesky: the identity, the record with its proof, and what is only said; absence is proved by the signed repository or not at all."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("httpx")
pytest.importorskip("warcio")
pytest.importorskip("cryptography")

from hypothesis import given
from hypothesis import strategies as st
from tests.capture_servers import Answer, page, serving
from tests.kept import Kept
from tests.repositories import Account
from tests.test_evidence_capture_entry import HERE
from warcio.archiveiterator import ArchiveIterator

from stargauge.evidence.capture.bluesky import HOLDS, record_of, thread_of
from stargauge.evidence.capture.capture import Options, Taken, capture, take
from stargauge.evidence.capture.items import Thread
from stargauge.quantity.errors import InputError

ACCOUNT = Account()
PATH = "app.bsky.feed.post/3lgcl3aaaaa2a"
RECORD = {"$type": "app.bsky.feed.post", "text": "They don’t have the money", "createdAt": "2025-01-22T17:40:05.000Z"}
OTHERS = {f"app.bsky.feed.post/{at}": {"text": f"{at}"} for at in range(30)}


def api(data: Any, status: str = "200 OK") -> bytes:
    return page(json.dumps(data), status, "application/json")


def post(name: str, text: str = "x", parent: str = "", **more: Any) -> dict[str, Any]:
    record = {"text": text, "createdAt": "2025-01-22T17:40:05Z", **({"reply": {"parent": {"uri": parent}}} if parent else {})}
    return {
        "uri": name,
        "author": {"did": ACCOUNT.did, "handle": "a.example", "displayName": "A"},
        "record": record,
        "replyCount": 0,
        **more,
    }


@contextmanager
def hosted(records: dict[str, Any] | None, **answers: Answer) -> Iterator[tuple[str, Options]]:
    """A directory, a host and a view in one server; its address and the options that lead there."""
    table: dict[str, Answer] = {}
    with serving(table) as server:
        document = {
            "id": ACCOUNT.did, "alsoKnownAs": ["at://a.example"],
            "verificationMethod": [{"id": f"{ACCOUNT.did}#atproto", "type": "Multikey", "publicKeyMultibase": ACCOUNT.multibase}],
            "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": server.base}],
        }  # fmt: skip
        table[f"/{ACCOUNT.did}"] = api(document)
        table[f"/{ACCOUNT.did}/log/audit"] = api(ACCOUNT.log)
        table["/.well-known/atproto-did"] = page(ACCOUNT.did, kind="text/plain")
        table["/xrpc/com.atproto.sync.getRepoStatus"] = api({"did": ACCOUNT.did, "active": True})
        if records is not None:
            table["/xrpc/com.atproto.sync.getRecord"] = page(ACCOUNT.repository(records), kind="application/vnd.ipld.car")
        table |= answers
        yield server.base, replace(HERE, settings={"directory": server.base, "view": server.base, "handles": server.base})


def taken(records: dict[str, Any] | None, target: str = f"at://a.example/{PATH}", **answers: Answer) -> Taken:
    with hosted(records, **answers) as (_, options):
        return take(target, "bluesky", options)


def test_a_record_is_proved_by_the_signed_repository() -> None:
    archive = Kept()
    with hosted({PATH: RECORD, **OTHERS}) as (base, options):
        entry = capture(archive, f"https://bsky.app/profile/a.example/post/{PATH.rpartition('/')[2]}", "bluesky", options)
    about = entry.about
    assert (
        about["api"] == "signed_present"
        and about["proof"] == "holds"
        and about["revision"] == "3lgcl3aaaaa2a"
        and about["did"] == ACCOUNT.did
    )
    assert (
        about["identity"] == HOLDS
        and about["account_active"] is True
        and about["uri"] == f"at://{ACCOUNT.did}/{PATH}"
        and about["host"] == base
    )
    assert archive.payload(entry, "text").decode() == RECORD["text"] and json.loads(archive.payload(entry, "record")) == RECORD
    read = list(ArchiveIterator(io.BytesIO(archive.payload(entry, "warc"))))
    assert sum(one.rec_type == "response" for one in read) == 6 and archive.payload(entry, "proof")


def test_absence_is_proved_too() -> None:
    made = taken(OTHERS, f"at://{ACCOUNT.did}/{PATH}")
    assert made.fetched is not None and made.fetched.api == "signed_absent" and made.about["proof"] == "holds" and made.about["cid"] == ""
    assert "proof" in made.payloads and "text" not in made.payloads and not made.notes


@pytest.mark.parametrize(
    ("answer", "api_says", "told"),
    [(api({"error": "RecordNotFound", "message": "no such record"}, "400 Bad"), "not_found", "RecordNotFound"),
     (api({"error": "RepoTakendown"}, "400 Bad"), "restricted", "RepoTakendown"), (api({"error": "RepoNotFound"}, "404 X"), "not_found",
     "RepoNotFound"),
     (page("busy", "503 Busy"), "", "503"), (api({"error": "InternalServerError"}, "500 X"), "", "InternalServerError"),
     (page(Account(did=ACCOUNT.did).repository(OTHERS), kind="application/vnd.ipld.car"), "", "not signed"), (page(b"x",
     kind="application/vnd.ipld.car"), "", "hold"),
     (page(Account(did="did:plc:" + "b" * 24).repository(OTHERS), kind="application/vnd.ipld.car"), "", "of the account"),
     (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx", "", "not HTTP")],
)  # fmt: skip
def test_without_a_proof_it_is_only_said(answer: bytes, api_says: str, told: str) -> None:
    made = taken(None, **{"/xrpc/com.atproto.sync.getRecord": answer})
    assert made.fetched is not None and made.fetched.api == api_says and told in made.about["proof"] and "proof" not in made.payloads
    assert told in made.notes[0] and made.payloads["warc"]


def test_the_status_of_the_account_is_kept_as_the_hosts_statement() -> None:
    stopped = api({"did": ACCOUNT.did, "active": False, "status": "deactivated"})
    made = taken(
        None,
        **{"/xrpc/com.atproto.sync.getRecord": api({"error": "RepoDeactivated"}, "400 X"), "/xrpc/com.atproto.sync.getRepoStatus": stopped},
    )
    assert made.about["account_active"] is False and made.about["account_status"] == "deactivated" and made.about["api"] == "restricted"


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [(f"/{ACCOUNT.did}", api({}), "not its own"), (f"/{ACCOUNT.did}", page("", "404 X"), "could not be had"),
     (f"/{ACCOUNT.did}", api({"id": ACCOUNT.did, "service": [], "verificationMethod": "x"}), "no key or no host"),
     (f"/{ACCOUNT.did}", api({"id": ACCOUNT.did, "verificationMethod": [{"id": "#atproto", "publicKeyMultibase": "zz"}]}),
     "cannot be used"),
     (f"/{ACCOUNT.did}", page("[" * 9999), "not its own"), ("/.well-known/atproto-did", page("nobody"), "no identity")],
    ids=["empty", "missing", "no key", "bad key", "no JSON", "nobody"],
)  # fmt: skip
def test_an_identity_that_cannot_be_found_out_is_told(path: str, answer: bytes, told: str) -> None:
    made = taken(OTHERS, **{path: answer})
    assert told in made.about["proof"] and made.fetched is not None and made.fetched.api == ""


@pytest.mark.parametrize(
    ("answer", "told"),
    [(page("", "404 X"), "could not be had: 404"), (api(Account(did=ACCOUNT.did).log), "another name"), (api([]), "no list"), (api({}),
     "no list"),
     (api([{**ACCOUNT.log[0], "nullified": True}]), "another set"), (api([{**ACCOUNT.log[0], "cid": "x"}]), "does not match its link"),
     (api([1]), "none of this identity")],
)  # fmt: skip
def test_an_identity_whose_history_does_not_lead_to_the_key_is_told(answer: bytes, told: str) -> None:
    made = taken({PATH: RECORD}, **{f"/{ACCOUNT.did}/log/audit": answer})
    assert told in made.about["identity"] and told in made.notes[0] and made.about["api"] == "signed_present"


def test_a_handle_that_the_identity_does_not_name_is_told() -> None:
    assert "does not name" in taken(OTHERS, f"at://b.example/{PATH}").about["proof"]


def test_a_host_in_a_private_network_is_not_asked() -> None:
    document = {
        "id": ACCOUNT.did, "verificationMethod": [{"id": "#atproto", "type": "Multikey", "publicKeyMultibase": ACCOUNT.multibase}],
        "service": [{"id": "#atproto_pds", "serviceEndpoint": "http://10.0.0.1"}],
    }  # fmt: skip
    made = taken(OTHERS, f"at://{ACCOUNT.did}/{PATH}", **{f"/{ACCOUNT.did}": api(document)})
    assert made.fetched is not None and made.fetched.error == "guard" and "private" in made.about["proof"]


def test_a_conversation_as_a_view_shows_it() -> None:
    view = {"thread": {
        "post": post("at://b", "B", "at://a", replyCount=4),
        "parent": {"post": post("at://a", "A"), "parent": {"uri": "at://root", "notFound": True}},
        "replies": [{"post": post("at://c", "C", "at://b"), "replies": [{"post": post("at://d", "D", "at://c")}]},
                    {"uri": "at://e", "blocked": True}, {"post": post("at://f", "F", "at://b")}],
    }}  # fmt: skip
    made = taken({PATH: RECORD}, **{"/xrpc/app.bsky.feed.getPostThread": api(view)})
    thread = made.thread
    assert thread is not None and [item.text for item in thread.items] == ["A", "B", "C", "D", "F"] and thread.shown == 4
    assert [item.depth for item in thread.items] == [0, 1, 2, 3, 2] and thread.completeness == "partial"
    assert [gap.reason for gap in thread.gaps] == ["hidden", "blocked", "hidden"] and thread.gaps[2].count == 2
    assert Thread.from_dict(json.loads(made.payloads["thread"])) == thread


def test_a_conversation_as_deep_as_can_be_read_is_followed() -> None:
    view: dict[str, Any] = {"post": post("at://last")}
    for at in range(2000):
        view = {"post": post(f"at://{at}"), "replies": [view]}
    made = thread_of({"thread": view})
    assert made is not None and len(made.items) == 2001


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner,
max_size=3) | st.dictionaries(
    st.sampled_from(["post", "parent", "replies", "uri", "author", "record", "reply", "embed", "text", "langs", "replyCount"]), inner,
    max_size=5))  # fmt: skip


@given(JSON, JSON)
def test_any_view_makes_a_thread_or_none(one: Any, other: Any) -> None:
    thread_of(one)
    made = thread_of({"thread": {"post": {"uri": "at://a", "record": one, "author": other}, "replies": other, "parent": one}})
    assert made is not None and Thread.from_dict(json.loads(json.dumps(made.to_dict()))) == made


@pytest.mark.parametrize("target", ["at://a.example", "at://a.example/x/y", "at://A_B/app.bsky.feed.post/1",
"https://bsky.app/profile/a.example", "x",
                                    "at://did:plc:short/app.bsky.feed.post/1", "at://a.example/app.bsky.feed.post/..",
                                    "at://a.example/../1"])  # fmt: skip
def test_what_is_no_record_is_told(target: str) -> None:
    with pytest.raises(InputError, match="expected"):
        record_of(target)
