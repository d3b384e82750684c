"""The log's formats and proofs: against vectors and logs written by others, and what must hold for every log."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.evidence.log import merkle, note, tiles
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint
from stargauge.evidence.log.leaf import Leaf, canonical, commitment, faults_of, target_commitment
from stargauge.evidence.log.merkle import ProofError
from stargauge.evidence.log.proof import LogProof
from stargauge.quantity.errors import InputError

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")


@pytest.fixture
def vectors(shared: Path) -> Path:
    folder = shared / "vectors" / "merkle_vectors"
    if not folder.is_dir():
        pytest.skip(f"the vectors are missing: {folder}")
    return folder


def hashes(count: int) -> list[bytes]:
    """Leaf hashes of made-up entries."""
    return [merkle.leaf_hash(place.to_bytes(4, "big")) for place in range(count)]


def nodes(leaves: list[bytes]) -> merkle.Nodes:
    """The nodes of a tree by its definition: split where RFC 6962 says, never by tiles."""

    def node(level: int, index: int) -> bytes:
        return by_definition(leaves[index << level : (index + 1) << level])

    return node


def by_definition(leaves: list[bytes]) -> bytes:
    """The tree hash as RFC 6962 section 2.1 writes it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else merkle.EMPTY_ROOT
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


# --- the tree, against others ---------------------------------------------------------------------------------------------------------


def test_the_published_tree(vectors: Path) -> None:
    known = json.loads((vectors / "rfc6962_known_tree.json").read_text(encoding="utf-8"))
    leaves = [merkle.leaf_hash(bytes.fromhex(text)) for text in known["leaf_inputs_hex"]]
    assert [merkle.root_of(leaves[:size]).hex() for size in range(9)] == known["root_hash_hex_by_size_0_to_8"]
    for level, row in enumerate(known["node_hash_hex_by_level"]):
        for index, expected in enumerate(row):
            if (index + 1) << level <= len(leaves):
                assert merkle.root_of(leaves[index << level : (index + 1) << level]).hex() == expected


def test_published_proofs_hold_or_are_refused_as_their_authors_say(vectors: Path) -> None:
    lines = (vectors / "transparency_dev_merkle_proofs.jsonl").read_text(encoding="utf-8").splitlines()
    apart = []
    for case in map(json.loads, lines):
        proof = [base64.b64decode(one) for one in case["proof"] or ()]
        try:
            if "size1" in case:
                roots = base64.b64decode(case["root1"] or ""), base64.b64decode(case["root2"] or "")
                merkle.check_consistency(case["size1"], case["size2"], *roots, proof)
            else:
                leaf, root = base64.b64decode(case["leafHash"] or ""), base64.b64decode(case["root"] or "")
                merkle.check_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)
            held = True
        except ProofError:
            held = False
        if held == case["wantErr"]:
            apart.append(case["path"])
    assert len(lines) == 196 and not apart


def test_a_log_written_by_another_program(vectors: Path) -> None:
    log = vectors / "tessera_testlog"
    key = note.Verifier.of((log / "vkey.txt").read_text(encoding="utf-8"))
    leaves: list[bytes] = []
    for size in range(16):
        made = opened_checkpoint((log / f"checkpoint.{size}").read_text(encoding="utf-8"), [key], key.name)
        if size:
            entries = tiles.entries_of((log / tiles.bundle_path(0, size)).read_bytes())
            leaves = [merkle.leaf_hash(entry) for entry in entries]
            assert tiles.bundle(entries) == (log / tiles.bundle_path(0, size)).read_bytes()
            assert b"".join(leaves) == (log / tiles.tile_path(0, 0, size)).read_bytes()
        assert made.size == size == len(leaves) and made.root == merkle.root_of(leaves)
        reader = tiles.TileReader(size, lambda path: (log / path).read_bytes())
        assert tiles.Edge.read(reader).root == made.root
        for index in range(size):
            proof = merkle.inclusion_proof(index, size, reader.node)
            merkle.check_inclusion(leaves[index], index, size, proof, made.root)


def _rekor_key(key: dict[str, Any], name: str) -> note.Verifier:
    raw = base64.b64decode(key["rawBytes"] if "rawBytes" in key else key["publicKey"]["rawBytes"])
    return note.Verifier(name, raw[-32:])


def test_checkpoints_of_a_public_log(vectors: Path) -> None:
    rows = json.loads((vectors / "rekor_v2_staging_checkpoints.json").read_text(encoding="utf-8"))
    assert sorted(row["expect"] for row in rows) == ["fail"] * 5 + ["ok"] * 3
    for row in rows:
        keys = [_rekor_key(key, "log2025-alpha1.rekor.sigstage.dev") for key in row["log_keys"]]
        lines = ["c2sp.org/tlog-proof@v1", f"index {row['logIndex']}", *row["hashes_b64"]]
        entry = base64.b64decode(row["entry_b64"])
        try:
            LogProof.of("\n".join(lines) + "\n\n" + row["checkpoint"]).check(entry, keys)
            held = True
        except ProofError:
            held = False
        assert held == (row["expect"] == "ok"), row["path"]


def test_signed_notes_of_others(vectors: Path) -> None:
    rows = json.loads((vectors / "signed_note_examples.json").read_text(encoding="utf-8"))
    told = [row for row in rows if "note" in row]
    assert len(told) == 5
    for row in told:
        key = note.Verifier.of(row["vkey"])
        assert key.text == row["vkey"]
        if row["verifies"]:
            text, signers = note.opened(row["note"], [key])
            assert row["note"].startswith(text) and signers == (key,)
        else:
            with pytest.raises(ProofError):
                note.opened(row["note"], [key])
    for bad in (text for row in rows for text in row.get("bad_vkeys", ())):
        with pytest.raises(ProofError):
            note.Verifier.of(bad)


def test_a_note_signed_twice_names_both_keys(vectors: Path) -> None:
    rows = json.loads((vectors / "signed_note_examples.json").read_text(encoding="utf-8"))
    keys = [note.Verifier.of(row["vkey"]) for row in rows[1:3]]
    assert note.opened(rows[2]["note"], keys)[1] == tuple(keys)


# --- the tree, by its laws ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 700))
def test_roots_are_those_of_the_definition(size: int) -> None:
    leaves = hashes(size)
    assert merkle.root_of(leaves) == by_definition(leaves) == merkle.tree_root(size, nodes(leaves))


@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))), st.data())
def test_a_proof_of_inclusion_holds_and_no_other_does(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place
    leaves = hashes(size)
    root = merkle.root_of(leaves)
    proof = merkle.inclusion_proof(index, size, nodes(leaves))
    merkle.check_inclusion(leaves[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index), label="other index") if size > 1 else None
    wrong: list[tuple[bytes, int, int, list[bytes], bytes]] = [
        (merkle.leaf_hash(b"another"), index, size, proof, root),
        (leaves[index], index, size, proof, merkle.leaf_hash(b"")),
        (leaves[index], index, size, [*proof, root], root),
        (leaves[index], size, size, proof, root),
    ]
    if other is not None:
        flipped = [bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:]]
        wrong += [(leaves[index], other, size, proof, root), (leaves[index], index, size, proof[:-1], root)]
        wrong += [(leaves[index], index, size, flipped, root), (leaves[index], index, size, [proof[0][:31], *proof[1:]], root)]
    for case in wrong:
        with pytest.raises(ProofError):
            merkle.check_inclusion(*case)


@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size))), st.data())
def test_a_proof_of_consistency_holds_and_no_other_does(sizes: tuple[int, int], data: st.DataObject) -> None:
    old, size = sizes
    leaves = hashes(size)
    before, now = merkle.root_of(leaves[:old]), merkle.root_of(leaves)
    proof = merkle.consistency_proof(old, size, nodes(leaves))
    merkle.check_consistency(old, size, before, now, proof)
    altered = [*leaves]
    place = data.draw(st.integers(0, old - 1), label="altered entry")
    altered[place] = merkle.leaf_hash(b"altered later")
    wrong = [(old, size, merkle.root_of(altered[:old]), now, proof), (old, size, before, now, [*proof, now]), (0, size, before, now, proof)]
    wrong.append((old, size, before, merkle.root_of(altered), merkle.consistency_proof(old, size, nodes(altered))))
    if old < size:
        wrong.append((old, size, before, now, proof[:-1]))
        wrong.append((size, old, now, before, proof))
    for case in wrong:
        with pytest.raises(ProofError):
            merkle.check_consistency(*case)


# --- tiles ----------------------------------------------------------------------------------------------------------------------------


def tiles_of(size: int, since: int = 0) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of every tile of a log of that size that a log of `since` entries lacks or has narrower."""
    level = 0
    while size >> (8 * level):
        first = (since >> (8 * level)) // tiles.WIDTH
        for index in range(first, -(-(size >> (8 * level)) // tiles.WIDTH)):
            if (width := tiles.width_of(level, index, size)) > tiles.width_of(level, index, since):
                yield level, index, width
        level += 1


def test_paths_of_tiles_are_those_of_the_specification() -> None:
    assert tiles.tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tiles.tile_path(2, 0, 5) == "tile/2/000.p/5"
    assert tiles.bundle_path(273, 112) == "tile/entries/273.p/112"
    assert list(tiles_of(70_000, 69_888)) == [(0, 273, 112)]
    large = list(tiles_of(70_000))
    assert len([one for one in large if one[0] == 0 and one[2] == 256]) == 273
    assert large[273:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]


@settings(max_examples=30)
@given(st.lists(st.integers(1, 900), min_size=1, max_size=6), st.data())
def test_a_log_that_grows_by_parts_has_the_tiles_of_its_size(parts: list[int], data: st.DataObject) -> None:
    leaves = hashes(sum(parts))
    files: dict[str, bytes] = {}
    edge = tiles.Edge()
    for part in parts:
        since = edge.size
        full = list(edge.append(leaves[since : since + part]))
        written = [*full, *edge.partial()]
        assert {(level, index, len(row)) for level, index, row in written} >= set(tiles_of(edge.size, since))
        for level, index, row in written:
            files[tiles.tile_path(level, index, len(row))] = b"".join(row)
        assert edge.root == merkle.root_of(leaves[: edge.size])
    reader = tiles.TileReader(edge.size, files.__getitem__)
    assert tiles.Edge.read(reader).root == edge.root == merkle.tree_root(edge.size, reader.node)
    index = data.draw(st.integers(0, edge.size - 1), label="index")
    merkle.check_inclusion(leaves[index], index, edge.size, merkle.inclusion_proof(index, edge.size, reader.node), edge.root)
    old = data.draw(st.integers(1, edge.size), label="old size")
    proof = merkle.consistency_proof(old, edge.size, reader.node)
    merkle.check_consistency(old, edge.size, merkle.root_of(leaves[:old]), edge.root, proof)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_are_read_back_and_a_cut_one_is_refused(entries: list[bytes]) -> None:
    raw = tiles.bundle(entries)
    assert tiles.entries_of(raw) == entries
    for cut in range(1, min(3, len(raw))):
        try:
            assert tiles.entries_of(raw[:-cut]) == entries[: len(tiles.entries_of(raw[:-cut]))] != entries
        except ProofError as error:
            assert "breaks off" in str(error)


# --- notes, checkpoints, proofs, entries ----------------------------------------------------------------------------------------------

NAME = "evidence.example.org/desk"


def signer(byte: int, name: str = NAME) -> note.Signer:
    return note.Signer(name, bytes([byte]) * 32)


def test_signatures_by_unknown_keys_are_passed_over_and_a_wrong_one_refuses() -> None:
    desk, partner, thief = signer(1), signer(2, "partner.example.net"), signer(3)
    text = Checkpoint(NAME, 5, bytes(32)).text
    signed = note.signed(text, [partner, desk])
    assert note.opened(signed, [desk.verifier]) == (text, (desk.verifier,))
    assert note.opened(signed, [desk.verifier, partner.verifier])[1] == (partner.verifier, desk.verifier)
    with pytest.raises(ProofError, match="expected a signature by a known key"):
        note.opened(signed, [thief.verifier])
    broken = signed.replace(partner.line(text), f"— {partner.name} {base64.b64encode(partner.verifier.id + bytes(64)).decode()}\n")
    with pytest.raises(ProofError, match="does not fit the text"):
        note.opened(broken, [desk.verifier, partner.verifier])
    assert note.opened(broken, [desk.verifier])[1] == (desk.verifier,)
    many = [signer(place, f"witness{place}.example") for place in range(10, 30)]
    assert len(note.opened(note.signed(text, [*many, desk]), [one.verifier for one in many])[1]) == 20


def test_a_checkpoint_is_the_log_s_own() -> None:
    desk, partner = signer(1), signer(2, "partner.example.net")
    made = Checkpoint(NAME, 5, bytes(range(32)))
    assert opened_checkpoint(made.signed([desk]), [desk.verifier], NAME) == made
    with pytest.raises(ProofError, match="did not sign"):
        opened_checkpoint(made.signed([partner]), [partner.verifier])
    with pytest.raises(ProofError, match="expected one of"):
        opened_checkpoint(made.signed([desk]), [desk.verifier], "another.example")


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}\n05\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{NAME}\n-5\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{NAME}\n5\n{base64.b64encode(bytes(31)).decode()}\n",
        f"{NAME}\n5\n{base64.b64encode(bytes(32)).decode()[:-1]}\n",
        f"{NAME}\n5\n",
        f"\n5\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{NAME}\n5\n{base64.b64encode(bytes(32)).decode()}",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        Checkpoint.of(text)


def test_keys_are_written_and_read_back_and_a_secret_is_never_shown() -> None:
    made = note.Signer.new(NAME)
    assert note.Signer.of(made.text) == made and note.Verifier.of(made.verifier.text) == made.verifier
    secret = base64.b64encode(b"\x01" + made.seed).decode()
    assert secret in made.text and secret not in repr(made)
    with pytest.raises(InputError) as told:
        note.Signer.of(made.text[:-6] + "AAAAA=", "the.key")
    assert secret[:-6] not in str(told.value) and told.value.faults[0].file == "the.key"
    for name in ("", "two words", "a+b", "line\nbreak"):
        with pytest.raises(InputError):
            note.Signer.new(name)


@given(st.integers(1, 40).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))), st.none() | st.binary(max_size=20))
def test_a_proof_travels_as_text(place: tuple[int, int], extra: bytes | None) -> None:
    index, size = place
    leaves = hashes(size)
    checkpoint = Checkpoint(NAME, size, merkle.root_of(leaves)).signed([signer(1)])
    made = LogProof(index, tuple(merkle.inclusion_proof(index, size, nodes(leaves))), checkpoint, extra)
    assert LogProof.of(made.text) == made
    assert made.check(index.to_bytes(4, "big"), [signer(1).verifier], NAME).size == size
    with pytest.raises(ProofError):
        made.check(b"another", [signer(1).verifier])
    for broken in (made.text.replace("index ", "index 0"), made.text.replace("@v1", "@v2"), made.text.replace("\n\n", "\n", 1)):
        with pytest.raises(ProofError):
            LogProof.of(broken)


LEAF = Leaf("capture", 17, datetime(2026, 1, 2, 3, 4, 5, 6, UTC), "ab" * 32, "cd" * 32, "0011aabb", (("ef" * 32, 12),), 3)


def test_an_entry_is_written_in_one_way_and_read_back() -> None:
    more = replace(LEAF, clock=LEAF.time, erases=4, public_key='a"ü+00112233+AA==', previous=None, payloads=LEAF.payloads * 2)
    for made in (LEAF, more, replace(LEAF, payloads=())):
        assert Leaf.of(made.text) == made and canonical(json.loads(made.text)) == made.text
    assert LEAF.text.startswith('{"about":"cdcd') and '"time":"2026-01-02T03:04:05.000006Z"' in LEAF.text
    for other in (LEAF.text.replace(":17", ": 17"), LEAF.text.replace("capture", "rumour"), LEAF.text[:-1] + ',"more":1}', "[]"):
        with pytest.raises(ProofError):
            Leaf.of(other)


def test_a_commitment_needs_salt_thing_and_label() -> None:
    salt, other = bytes(32), bytes([1]) * 32
    made = target_commitment(salt, "https://example.org/")
    assert made != target_commitment(other, "https://example.org/") and made != target_commitment(salt, "https://example.org")
    assert commitment("payload/a", salt, other) != commitment("payload/b", salt, other)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_json_is_canonical_as_another_library_writes_it(value: Any) -> None:
    assert faults_of(value) == []
    assert json.loads(canonical(value)) == value
    rfc8785 = pytest.importorskip("rfc8785", reason="the oracle of canonical JSON is an extra of the tests")
    assert canonical(value).encode() == rfc8785.dumps(value)


def test_what_cannot_be_written_alike_is_named_all_at_once() -> None:
    told = {str(fault) for fault in faults_of({"a": 1.5, "b": [None, "\ud800"], "c": {1: "x"}, "d": 2**60})}
    assert {text.split(":")[0] for text in told} == {"about.a", "about.b[0]", "about.b[1]", "about.c", "about.d"}
