"""Signed repositories: encodings, signatures and trees against the protocol's own cases, and proofs of presence and absence."""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cryptography")

from tests.repositories import Account, in_base58, tree

from stargauge.evidence.capture.atproto import car, cbor
from stargauge.evidence.capture.atproto.cbor import Cid, Malformed, decode, encode
from stargauge.evidence.capture.atproto.plc import history
from stargauge.evidence.capture.atproto.repository import prove
from stargauge.evidence.capture.atproto.signing import base58, key_bytes, signed
from stargauge.evidence.capture.atproto.tree import find, layer_of, read_node
from stargauge.evidence.capture.atproto.tree import shared as prefix


def cases(shared: Path, name: str) -> list[dict[str, Any]]:
    folder = shared / "vectors" / "merkle_vectors" / "atproto"
    if not folder.is_dir():
        pytest.skip(f"the cases of the protocol are missing: {folder}")
    return list(json.loads((folder / name).read_text(encoding="utf-8")))


def unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def as_value(data: Any) -> Any:
    """JSON of the protocol as a value."""
    if isinstance(data, dict):
        if set(data) == {"$link"}:
            return Cid.read(base64.b32decode(data["$link"][1:].upper() + "=" * (-len(data["$link"][1:]) % 8)))
        if set(data) == {"$bytes"}:
            return unpadded(data["$bytes"])
        return {name: as_value(one) for name, one in data.items()}
    return [as_value(one) for one in data] if isinstance(data, list) else data


def test_values_of_the_protocol_have_their_bytes_and_links(shared: Path) -> None:
    found = cases(shared, "data-model_data-model-fixtures.json")
    assert len(found) >= 3
    for one in found:
        data = unpadded(one["cbor_base64"])
        assert decode(data) == as_value(one["json"]) and encode(as_value(one["json"])) == data and str(Cid.of(data)) == one["cid"]


def test_signatures_of_the_protocol(shared: Path) -> None:
    found = cases(shared, "crypto_signature-fixtures.json")
    assert {one["validSignature"] for one in found} == {True, False}
    for one in found:
        message, signature = unpadded(one["messageBase64"]), unpadded(one["signatureBase64"])
        for key in (key_bytes(one["publicKeyDid"]), key_bytes(one["publicKeyMultibase"], one["didDocSuite"])):
            assert signed(key, message, signature) == one["validSignature"], one["comment"]


def test_layers_and_prefixes_of_the_protocol(shared: Path) -> None:
    for one in cases(shared, "mst_key_heights.json"):
        assert layer_of(one["key"].encode()) == one["height"]
    for one in cases(shared, "mst_common_prefix.json"):
        assert prefix(one["left"].encode(), one["right"].encode()) == one["len"]


def test_the_blocks_of_a_change_prove_what_was_added_and_what_was_removed(shared: Path) -> None:
    found = cases(shared, "firehose_commit-proof-fixtures.json")
    assert len(found) >= 5
    for one in found:
        value = as_value({"$link": one["leafValue"]})
        before = [(key.encode(), value) for key in one["keys"]]
        after = [(key.encode(), value) for key in sorted({*one["keys"], *one["adds"]} - set(one["dels"]))]
        assert str(tree(before)[0]) == one["rootBeforeCommit"], one["comment"]
        root, blocks = tree(after)
        assert str(root) == one["rootAfterCommit"], one["comment"]
        proof = {cid: block for cid, block in blocks.items() if str(cid) in one["blocksInProof"]}
        assert all(find(proof, root, key.encode()) == value for key in one["adds"]), one["comment"]
        assert all(find(proof, root, key.encode()) is None for key in one["dels"]), one["comment"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=30)
    | st.builds(Cid, st.sampled_from([cbor.DAG_CBOR, cbor.RAW]), st.binary(min_size=32, max_size=32)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
)  # fmt: skip


@given(VALUES)
def test_a_value_has_one_encoding(value: Any) -> None:
    assert decode(encode(value)) == value


@given(st.binary(max_size=60))
def test_bytes_that_decode_are_the_encoding_of_what_they_say(data: bytes) -> None:
    try:
        value = decode(data)
    except Malformed:
        return
    assert encode(value) == data


@pytest.mark.parametrize(
    "data",
    ["1800", "1817", "190017", "1a0000ffff", "5801 61", "f97e00", "fb3ff0000000000000", "fa00000000", "9f01ff", "5f4101ff",
     "a2616100616100", "a2616200616100", "a26261610061620 0", "a10000", "d82a 01", "d82a4100", "c100", "f7", "f814", "e0", "ff", "",
     "00 00", "61ff",
     "9bffffffffffffffff", "bbffffffffffffffff", "5bffffffffffffffff", "81" * 200],
)  # fmt: skip
def test_what_could_be_written_in_two_ways_is_refused(data: str) -> None:
    with pytest.raises(Malformed):
        decode(bytes.fromhex(data.replace(" ", "")))


RKEYS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=1, max_size=6).map(lambda text: f"app.bsky.feed.post/{text}")
ACCOUNTS = {curve: Account(curve) for curve in ("secp256k1", "P-256")}


@settings(max_examples=60)
@given(st.sets(RKEYS, max_size=60), RKEYS)
def test_every_key_is_proved_present_or_absent_by_the_nodes_on_its_way(keys: set[str], other: str) -> None:
    value = Cid.of(b"\xa0")
    root, blocks = tree([(key.encode(), value) for key in keys])
    for key in {*keys, other}:
        assert (find(blocks, root, key.encode()) is not None) == (key in keys)
    for block in blocks.values():
        read_node(block)


@settings(max_examples=40)
@given(st.sets(RKEYS, min_size=8, max_size=60), RKEYS, st.integers(0, 10**6))
def test_without_a_node_nothing_false_is_proved(keys: set[str], other: str, which: int) -> None:
    value = Cid.of(b"\xa0")
    root, blocks = tree([(key.encode(), value) for key in keys])
    del blocks[sorted(blocks)[which % len(blocks)]]
    for key in {*keys, other}:
        with contextlib.suppress(Malformed):
            assert (find(blocks, root, key.encode()) is not None) == (key in keys)


@pytest.mark.parametrize("curve", ["secp256k1", "P-256"])
def test_a_signed_repository_proves_presence_and_absence(curve: str) -> None:
    account = ACCOUNTS[curve]
    records = {f"app.bsky.feed.post/{at}": {"text": f"post {at}", "$type": "app.bsky.feed.post"} for at in range(40)}
    data = account.repository(records)
    there = prove(data, account.did, "app.bsky.feed.post/7", [account.key])
    assert (
        there.record["text"] == "post 7"
        and there.revision == "3lgcl3aaaaa2a"
        and there.cid == Cid.of(encode(records["app.bsky.feed.post/7"]))
    )
    gone = prove(data, account.did, "app.bsky.feed.post/99", [account.key])
    assert gone.cid is None and gone.record is None
    assert prove(account.repository({}), account.did, "app.bsky.feed.post/1", [account.key]).cid is None


def test_what_is_not_signed_by_the_account_proves_nothing() -> None:
    account, other = ACCOUNTS["secp256k1"], Account("secp256k1")
    records = {f"app.bsky.feed.post/{at}": {"text": f"post {at}"} for at in range(20)}
    data, path = account.repository(records), "app.bsky.feed.post/1"
    for car_file, did, keys, told in (
        (data, account.did, [other.key], "not signed"), (data, "did:plc:other", [account.key], "of the account"),
        (data, account.did, [], "not signed"), (account.repository(records, high=True), account.did, [account.key], "not signed"),
        (data[:-5], account.did, [account.key], "cut off"),
        (data.replace(b"post 1", b"post 9"), account.did, [account.key], "does not match its link"),
        (data[:60], account.did, [account.key], "cut off|ends within"), (b"", account.did, [account.key], "ends within"),
    ):  # fmt: skip
        with pytest.raises(Malformed, match=told):
            prove(car_file, did, path, keys)
    with pytest.raises(Malformed, match="no path"):
        prove(data, account.did, "../x", [account.key])


def test_a_tree_that_is_none_proves_nothing() -> None:
    value = Cid.of(b"\xa0")
    root, blocks = tree([(f"app.bsky.feed.post/{at}".encode(), value) for at in range(50)])
    node = decode(blocks[root])
    wrong = [
        {"e": node["e"]}, {**node, "e": [{**node["e"][0], "p": 5}]}, {**node, "l": "x"}, {**node, "e": "x"}, {**node,
        "e": [{**node["e"][0], "v": None}]}, {"l": node["l"], "e": []},
    ]  # fmt: skip
    for one in wrong:
        block = encode(one)
        with pytest.raises(Malformed):
            find({**blocks, Cid.of(block): block}, Cid.of(block), b"app.bsky.feed.post/1")
    several = next(one for one in map(decode, blocks.values()) if len(one["e"]) > 1)
    for entries in (
        [*reversed(several["e"])],
        [several["e"][0], {**several["e"][1], "p": several["e"][1]["p"] - 1}],
        [several["e"][0]] * 2,
    ):
        with pytest.raises(Malformed):
            read_node(encode({**several, "e": entries}))


def test_a_subtree_that_stands_in_another_place_proves_nothing() -> None:
    value = Cid.of(b"\xa0")
    root, blocks = tree([(f"app.bsky.feed.post/{at}".encode(), value) for at in range(200)])
    node = decode(blocks[root])
    swapped = encode({**node, "l": node["e"][-1]["t"], "e": [*node["e"][:-1], {**node["e"][-1], "t": node["l"]}]})
    seen = 0
    for at in range(200):
        try:
            find({**blocks, Cid.of(swapped): swapped}, Cid.of(swapped), f"app.bsky.feed.post/{at}".encode())
        except Malformed:
            seen += 1
    assert seen > 100


def test_the_history_of_an_identity_leads_to_its_key_and_higher_keys_overturn_within_three_days() -> None:
    high, low, thief = Account(), Account("P-256"), Account()
    owner = Account()
    owner.update(owner, [high, low], "2025-01-02T00:00:00Z")
    owner.update(low, [thief], "2025-01-03T00:00:00Z", verificationMethods={"atproto": f"did:key:{thief.multibase}"})
    assert history(owner.log, owner.did).signing == f"did:key:{thief.multibase}"
    owner.update(high, [high, low], "2025-01-06T00:00:00Z", prev=1)
    assert history(owner.log, owner.did).signing == f"did:key:{owner.multibase}" and history(owner.log, owner.did).signer == 0
    owner.update(high, [], "2025-01-07T00:00:00Z", type="plc_tombstone")
    assert history(owner.log, owner.did).tombstone


@pytest.mark.parametrize(
    ("signer", "time", "told"), [("high", "2025-01-06T00:00:01Z", "72 hours"), ("low", "2025-01-04T00:00:00Z", "no key that may"),
                                 ("thief", "2025-01-04T00:00:00Z", "no key that may"), ("high", "2025-01-04T00:00:00", "no time")]
)  # fmt: skip
def test_a_history_that_breaks_the_rules_does_not_hold(signer: str, time: str, told: str) -> None:
    keys = {"high": Account(), "low": Account(), "thief": Account()}
    owner = Account()
    owner.update(owner, [keys["high"], keys["low"]], "2025-01-02T00:00:00Z")
    owner.update(keys["low"], [keys["thief"]], "2025-01-03T00:00:00Z")
    owner.update(keys[signer], [keys["high"]], time, prev=1)
    with pytest.raises(Malformed, match=f"operation 3: .*{told}"):
        history(owner.log, owner.did)
    with pytest.raises(Malformed, match="follows none"):
        history([owner.log[0], owner.log[2]], owner.did)


def test_keys_are_written_as_the_protocol_does() -> None:
    account = ACCOUNTS["P-256"]
    assert key_bytes(account.multibase) == account.key == key_bytes("did:key:" + account.multibase)
    for wrong in ("did:key:u123", "z0", "z1111", "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"):
        with pytest.raises(Malformed):
            key_bytes(wrong)


@given(st.binary(max_size=40))
def test_base58_goes_both_ways(data: bytes) -> None:
    assert base58(in_base58(data)) == data


@given(st.binary(max_size=120))
def test_any_bytes_are_a_file_of_blocks_or_are_refused(data: bytes) -> None:
    account = ACCOUNTS["P-256"]
    for one in (data, account.repository({})[:70] + data):
        with pytest.raises(Malformed):
            prove(one, account.did, "a.b/c", [account.key])
    assert car.read(account.repository({})).root
