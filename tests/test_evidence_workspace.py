"""The workspace as those who capture and watch use it: what is added is there, provable, erasable, and never altered unnoticed."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stargauge.evidence.archive import Archive
from stargauge.evidence.fsck import fsck
from stargauge.evidence.items import Item
from stargauge.evidence.log import leaf as manifests
from stargauge.evidence.log import note
from stargauge.evidence.log.checkpoint import opened_checkpoint
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.merkle import ProofError, check_consistency
from stargauge.evidence.log.proof import LogProof
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

URL = "https://example.org/post/1"
START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    with Workspace.init(tmp_path / "kept", "evidence.example.org/desk", clock) as made:
        yield made


def told(error: pytest.ExceptionInfo[InputError]) -> str:
    return " | ".join(f"{fault.file} {fault}" for fault in error.value.faults)


# --- adding and reading ---------------------------------------------------------------------------------------------------------------


def test_what_is_added_is_there_again_after_closing(tmp_path: Path, clock: Clock) -> None:
    with Workspace.init(tmp_path / "kept", clock=clock) as first:
        archive: Archive = first
        one = archive.add("capture", URL, {"status": 200, "seen": True, "hops": ["a", {"b": 1}]}, {"body": b"<p>x</p>", "text": b"x"})
        two = archive.add("observation", URL, {"outcome": "ok"})
        other = archive.add("capture", "at://did/post", {})
    assert (one.id, two.id, other.id) == ("C-1", "O-2", "C-3")
    with Workspace.open(tmp_path / "kept", write=False) as again:
        assert list(again.entries())[1:] == [one, two, other]
        assert list(again.entries("capture")) == [one, other]
        assert list(again.entries(target=URL)) == [one, two]
        assert list(again.entries("capture", URL)) == [one]
        assert again.payload(one, "body") == b"<p>x</p>" and again.payload(one, "text") == b"x"
        assert again.find("C-1") == again.find("1") == again.find("c1") == one
        assert one.time == START and one.about["hops"] == ["a", {"b": 1}]
        assert Leaf.of(again.leaf(two)).previous == 1 and Leaf.of(again.leaf(one)).previous is None
        assert not again.notes


def test_entries_can_be_added_while_they_are_gone_through(kept: Workspace) -> None:
    kept.add_many([Item("observation", URL, {"round": place}) for place in range(1500)])
    seen = 0
    for entry in kept.entries("observation"):
        seen += 1
        if entry.index % 500 == 0:
            kept.add("state", URL, {"state": "live"})
    assert seen == 1500 and len(list(kept.entries("state"))) == 3


def test_every_entry_is_proved_and_every_checkpoint_continues_the_one_before(kept: Workspace) -> None:
    keys = kept.verifiers()
    seen = []
    for count in (1, 3, 255, 2, 700, 1):
        kept.add_many([Item("observation", URL, {"round": place}) for place in range(count)])
        seen.append(kept.checkpoint()[0])
        for before in seen:
            proof = kept.consistency(before.size)
            check_consistency(before.size, seen[-1].size, before.root, seen[-1].root, proof)
    for index in (0, 1, 255, 256, 511, 512, 962):
        proof_text = kept.proof(kept.entry(index)).text
        proof = LogProof.of(proof_text)
        assert proof.index == index and proof.extra is not None
        assert proof.check(proof.extra, keys, kept.origin) == seen[-1]
        assert Leaf.of(proof.extra.decode()).index == index
        with pytest.raises(ProofError):
            proof.check(proof.extra.replace(b"2026-", b"2025-"), keys)


def test_the_log_holds_nothing_of_what_is_kept(kept: Workspace) -> None:
    secret = "https://example.org/very/secret/post"
    kept.add("capture", secret, {"author": "somebody unmistakable"}, {"page.html": b"words unmistakable"})
    log = b"".join(path.read_bytes() for path in sorted((kept.folder / "log").rglob("*")) if path.is_file())
    for told_nowhere in (b"secret", b"somebody", b"unmistakable", b"page.html", b"example.org/very"):
        assert told_nowhere not in log
    row, parts = kept.row(1)
    made = Leaf.of(row.leaf)
    assert len(row.leaf.encode()) < 4096
    assert made.target == manifests.target_commitment(bytes.fromhex(row.target_salt), secret)
    assert made.about == manifests.about_commitment(bytes.fromhex(row.about_salt), '{"author":"somebody unmistakable"}')
    digest = bytes.fromhex(parts[0].sha256)
    assert made.payloads == ((manifests.payload_commitment(bytes.fromhex(parts[0].salt), "page.html", digest), 18),)


def test_the_same_thing_added_twice_cannot_be_told_from_the_log(kept: Workspace) -> None:
    one, two = (Leaf.of(kept.leaf(kept.add("capture", URL, {"a": 1}, {"body": b"same"}))) for _ in range(2))
    assert one.payloads != two.payloads and one.target != two.target and one.about != two.about
    assert len(list((kept.folder / "blobs").rglob("*/*/*/*"))) == 1


def test_the_index_is_plain_tables(kept: Workspace) -> None:
    kept.add("capture", URL, {"status": 200}, {"body": b"x"})
    base = sqlite3.connect(kept.folder / "evidence.sqlite")
    row = base.execute("SELECT e.kind, e.target, e.time, p.name, p.size FROM entry e JOIN payload p ON p.entry = e.id").fetchone()
    status = base.execute("SELECT json_extract(about, '$.status') FROM entry WHERE id = 1").fetchone()
    base.close()
    assert row == ("capture", URL, "2026-01-02T03:04:05.000000Z", "body", 1) and status == (200,)


def test_what_cannot_be_kept_is_told_all_at_once_and_nothing_is_added(kept: Workspace) -> None:
    wrong = [
        Item("captures", " ", {"a": 1.5, "b": None}, {"../up": b"x"}),  # type: ignore[arg-type]
        Item("capture", URL, {"n": 2**60}, {"body": "text"}),  # type: ignore[dict-item]
        Item("key", URL),
        Item("erasure", URL),
    ]
    with pytest.raises(InputError) as error:
        kept.add_many(wrong)
    text = told(error)
    for part in (
        'did you mean "capture"',
        "[0] target",
        "about.a",
        "about.b",
        "'../up'",
        "about.n",
        "expected bytes",
        "rotate_key",
        "erase",
    ):
        assert part in text, part
    assert len(kept) == 1 and not list((kept.folder / "blobs").rglob("*/*/*/*"))


def test_an_entry_that_names_too_many_payloads_is_refused(kept: Workspace) -> None:
    with pytest.raises(InputError, match="33 payloads; an entry names at most 32"):
        kept.add("capture", URL, {}, {f"part{place}": b"x" for place in range(33)})
    assert len(kept) == 1 and not list(kept.blobs.all())
    large = kept.add("capture", URL, {}, {f"part{place}": bytes(100_000) for place in range(32)})
    assert len(kept.leaf(large)) < 4096


def test_a_heartbeat_is_about_the_log_itself_unless_said_otherwise(kept: Workspace) -> None:
    assert kept.heartbeat({"due": 3, "ran": 2}).target == kept.origin
    assert kept.heartbeat({"due": 3}, "watch/1").target == "watch/1"
    assert [one.about["due"] for one in kept.entries("heartbeat")] == [3, 3]


def test_adding_nothing_adds_nothing(kept: Workspace) -> None:
    assert kept.add_many([]) == [] and len(kept) == 1


def test_names_of_entries_that_do_not_exist_are_told_apart(kept: Workspace) -> None:
    kept.add("capture", URL, {}, {"body": b"x"})
    for name, says in (("C-9", "the log has 2"), ("O-1", "did you mean C-1"), ("x", "expected an entry such as C-17")):
        with pytest.raises(InputError, match=says):
            kept.find(name)
    with pytest.raises(InputError, match='did you mean "body"'):
        kept.payload(kept.entry(1), "bodi")


# --- payloads that are not what they were ---------------------------------------------------------------------------------------------


def test_an_altered_or_missing_payload_is_refused(kept: Workspace) -> None:
    entry = kept.add("capture", URL, {}, {"body": b"as it was"})
    path = kept.blobs.path(entry.payloads["body"])
    path.write_bytes(b"as it is!")
    with pytest.raises(InputError, match="altered or damaged"):
        kept.payload(entry, "body")
    path.unlink()
    with pytest.raises(InputError, match="is missing"):
        kept.payload(entry, "body")


# --- time -----------------------------------------------------------------------------------------------------------------------------


def test_an_erasure_says_what_kind_of_thing_is_gone_and_is_found_from_it(kept: Workspace) -> None:
    about = {"method": "supplied", "source_terms": "archive_export", "user_supplied": True, "words": "unmistakable", "format": "har"}
    one = kept.add("capture", URL, about, {"body": b"x", "text": b"y"})
    two = kept.add("capture", URL, {"method": "Words that somebody said", "source_terms": "web", "user_supplied": "unmistakable"})
    assert kept.erasure_of(one) is None
    first = kept.erase(one, "asked for", ["body"])
    second = kept.erase(one, "asked for", [], about=True)
    third = kept.erase(one, "asked for", ["text"])
    was = {"kind": "capture", "method": "supplied", "source_terms": "archive_export", "user_supplied": True}
    assert first.about["was"] == second.about["was"] == third.about["was"] == was
    assert kept.erasure_of(one) == third and kept.erasure_of(two) is None
    assert kept.erase(two, "asked for", about=True).about["was"] == {"kind": "capture", "source_terms": "web"}
    kept.erase(third, "asked for", about=True)
    assert kept.erasure_of(one) == kept.entry(third.index)
    assert kept.entry(one.index).about == {} and "unmistakable" not in json.dumps([dict(one.about) for one in kept.entries()])


def test_a_clock_that_had_been_far_ahead_is_told_by_every_command_that_writes(tmp_path: Path, clock: Clock) -> None:
    with Workspace.init(tmp_path / "kept", clock=clock) as first:
        first.add("capture", URL, {})
    clock.now = START - timedelta(hours=23)
    with Workspace.open(tmp_path / "kept", clock=clock) as again:
        assert not again.notes
    clock.now = START - timedelta(hours=25)
    with Workspace.open(tmp_path / "kept", clock=clock) as again:
        (note_of,) = again.notes
        assert "bears 2026-01-02 03:04 UTC, and our clock shows 2026-01-01 02:04" in note_of


def test_a_clock_set_back_never_makes_time_run_back_and_is_noted(tmp_path: Path, clock: Clock) -> None:
    with Workspace.init(tmp_path / "kept", clock=clock) as first:
        before = first.add("capture", URL, {})
    clock.now = START - timedelta(days=3)
    with Workspace.open(tmp_path / "kept", clock=clock) as again:
        during = again.add("capture", URL, {})
        clock.now = START + timedelta(days=1)
        after = again.add("capture", URL, {})
        assert before.time == during.time == START and after.time == START + timedelta(days=1)
        assert Leaf.of(again.leaf(during)).clock == START - timedelta(days=3)
        assert Leaf.of(again.leaf(after)).clock is None


# --- erasing --------------------------------------------------------------------------------------------------------------------------


def test_erasing_deletes_payload_and_salt_and_keeps_entry_and_proof(kept: Workspace) -> None:
    entry = kept.add("capture", URL, {"author": "name"}, {"body": b"to be forgotten", "text": b"kept"})
    digest, salt = entry.payloads["body"], {part.name: part.salt for part in kept.row(1)[1]}["body"]
    before = kept.leaf(entry)
    made = kept.erase(entry, "the author asked for it", ["body"])
    told_of = {"entry": "C-1", "ground": "the author asked for it", "payloads": ["body"], "about": False, "was": {"kind": "capture"}}
    assert made.id == "E-2" and made.about == told_of
    assert Leaf.of(kept.leaf(made)).erases == 1 and Leaf.of(kept.leaf(made)).previous == 1
    again = kept.entry(1)
    assert again.payloads == {"body": "", "text": entry.payloads["text"]} and kept.leaf(again) == before
    assert kept.proof(again).check(before.encode(), kept.verifiers()).size == 3
    with pytest.raises(InputError, match="was erased"):
        kept.payload(again, "body")
    assert kept.payload(again, "text") == b"kept"
    assert not kept.blobs.path(digest).exists()
    everything = b"".join(path.read_bytes() for path in kept.folder.rglob("*") if path.is_file())
    for gone in (digest.encode(), salt.encode(), b"to be forgotten"):
        assert gone not in everything


def test_what_an_entry_says_can_be_erased_too(kept: Workspace) -> None:
    entry = kept.add("capture", URL, {"author": "a name to forget"}, {"body": b"x"})
    kept.erase(entry, "court order 12/26", about=True)
    again = kept.entry(1)
    assert again.about == {} and again.payloads == {"body": ""}
    everything = b"".join(path.read_bytes() for path in kept.folder.rglob("*") if path.is_file())
    assert b"a name to forget" not in everything


def test_a_payload_that_another_entry_holds_too_stays(kept: Workspace) -> None:
    one = kept.add("capture", URL, {}, {"body": b"same"})
    two = kept.add("capture", URL, {}, {"body": b"same"})
    kept.erase(one, "ground")
    assert kept.payload(two, "body") == b"same"
    kept.erase(two, "ground")
    assert not kept.blobs.path(one.payloads["body"]).exists()
    three = kept.add("capture", URL, {}, {"body": b"same"})
    assert kept.payload(three, "body") == b"same"


def test_what_cannot_be_erased_is_told(kept: Workspace) -> None:
    entry = kept.add("capture", URL, {}, {"body": b"x"})
    with pytest.raises(InputError) as error:
        kept.erase(entry, " ", ["bodi", "other"])
    assert len(error.value.faults) == 3 and 'did you mean "body"' in told(error) and "on what ground" in told(error)
    kept.erase(entry, "ground")
    for names in (["body"], None):
        with pytest.raises(InputError, match=r"was erased before|nothing that could be erased"):
            kept.erase(entry, "ground", names)
    assert len(kept) == 3


# --- keys -----------------------------------------------------------------------------------------------------------------------------


def test_private_keys_are_their_owner_s_alone(kept: Workspace) -> None:
    private = list((kept.folder / "keys").glob("*.key"))
    assert len(private) == 1 and stat.S_IMODE(private[0].stat().st_mode) == 0o600
    assert stat.S_IMODE((kept.folder / "keys").stat().st_mode) == 0o700
    assert not list(kept.keys.too_open())


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_only_the_owner_may_read_what_is_kept_and_all_the_log(tmp_path: Path) -> None:
    def rights(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    before = os.umask(0o022)
    try:
        folder = tmp_path / "kept"
        with Workspace.init(folder) as made:
            made.add("capture", URL, {}, {"body": b"x"})
            made.rotate_key()
            own = {path for path in folder.rglob("*") if path.relative_to(folder).parts[0] not in ("log", "lock") and path.suffix != ".pub"}
            assert {path.name for path in own} >= {
                "evidence.sqlite",
                "evidence.sqlite-wal",
                "evidence.sqlite-shm",
                "spare",
                "blobs",
                "sha256",
            }
            assert {path: rights(path) for path in own if rights(path) & 0o077 and "keys" not in path.parts} == {}
            assert all(rights(path) & 0o044 == 0o044 for path in (folder, *(folder / "log").rglob("*")))
            assert not fsck(made).notes
        for path in own:
            if path.exists():
                path.chmod(0o755 if path.is_dir() else 0o644)
        with Workspace.open(folder, write=False) as made:
            assert any("others can read" in one and "evidence.sqlite" in one for one in fsck(made).notes)
        with Workspace.open(folder) as made:
            made.add("capture", URL, {}, {"body": b"y"})
            assert {path for path in own if rights(path) & 0o077 and "keys" not in path.parts} == set() and rights(folder / "keys") == 0o700
            assert not made.notes and not fsck(made).notes
    finally:
        os.umask(before)


def test_a_new_key_is_announced_in_the_log_and_both_sign_the_change(kept: Workspace) -> None:
    old = kept.verifiers()[-1]
    kept.add("capture", URL, {})
    made = kept.rotate_key()
    new = kept.verifiers()[-1]
    _, text = kept.checkpoint()
    assert note.opened(text, [old, new])[1] == (new, old)
    assert Leaf.of(kept.leaf(made)).public_key == new.text and Leaf.of(kept.leaf(made)).key == old.id.hex()
    assert kept.keys.private() == [new.id.hex()]
    later = kept.add("capture", URL, {})
    assert Leaf.of(kept.leaf(later)).key == new.id.hex()
    assert note.opened(kept.checkpoint()[1], [new])[1] == (new,)
    with pytest.raises(ProofError):
        opened_checkpoint(kept.checkpoint()[1], [old])
    assert {path.suffix for path in (kept.folder / "keys").glob(f"{old.id.hex()}.*")} == {".pub"}


def test_a_second_key_signs_only_what_continues_what_it_signed(kept: Workspace, tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    partner = note.Signer.new("partner.example.net")
    key = tmp_path / "away" / "partner.key"
    key.write_text(partner.text + "\n")
    kept.add("capture", URL, {})
    text = kept.cosign(key)
    assert {one.name for one in note.opened(text, [*kept.verifiers(), partner.verifier])[1]} == {kept.origin, partner.name}
    assert kept.cosign(key) == text == kept.checkpoint()[1]
    kept.add("capture", URL, {})
    kept.cosign(key)
    with Workspace.init(tmp_path / "other", kept.origin) as other:
        for _ in range(5):
            other.add("capture", URL, {})
        with pytest.raises(InputError, match="do not have the root that was signed"):
            other.cosign(key)


def test_a_foreign_key_is_refused(tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "kept") as first:
        first.add("capture", URL, {})
        key = first.verifiers()[-1]
    path = tmp_path / "kept" / "keys" / f"{key.id.hex()}.key"
    own = path.read_text()
    path.write_text(note.Signer.new(key.name).text)
    with pytest.raises(InputError, match="not the one it is named after"):
        Workspace.open(tmp_path / "kept")
    path.unlink()
    with pytest.raises(InputError, match="whose private part is not here"):
        Workspace.open(tmp_path / "kept")
    path.write_text(own)
    checkpoint = tmp_path / "kept" / "log" / "checkpoint"
    stranger = note.Signer.new(key.name)
    text = note.parted(checkpoint.read_text())[0]
    checkpoint.write_text(note.signed(text, [stranger]))
    with pytest.raises(InputError, match="expected a signature by a known key"):
        Workspace.open(tmp_path / "kept")


# --- one writer -----------------------------------------------------------------------------------------------------------------------


def test_a_second_writer_is_told_and_readers_go_on(kept: Workspace) -> None:
    with pytest.raises(InputError, match="one writer at a time"):
        Workspace.open(kept.folder)
    code = f"from stargauge.evidence.workspace import Workspace\nWorkspace.open({str(kept.folder)!r})"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert f"process {os.getpid()}" in other.stderr and "one writer at a time" in other.stderr
    with Workspace.open(kept.folder, write=False) as reader:
        entry = kept.add("capture", URL, {}, {"body": b"x"})
        assert reader.payload(reader.entry(1), "body") == b"x" and reader.proof(entry).index == 1
        with pytest.raises(InputError, match="for reading only"):
            reader.add("capture", URL, {})


# --- places that are no workspace -----------------------------------------------------------------------------------------------------


def test_places_that_do_not_fit_are_told(tmp_path: Path, kept: Workspace) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("x")
    for path, says in ((tmp_path / "full", "is not an empty folder"), (kept.folder, "holds a workspace already")):
        with pytest.raises(InputError, match=says):
            Workspace.init(path)
    with pytest.raises(InputError, match="stargauge evidence init"):
        Workspace.open(tmp_path / "full")
    with pytest.raises(InputError, match="cannot name a key"):
        Workspace.init(tmp_path / "new", "two words")
    assert not (tmp_path / "new").exists()


def test_the_manifest_is_what_the_documentation_shows(kept: Workspace) -> None:
    kept.add("capture", URL, {"status": 200}, {"body": b"x"})
    made = json.loads(kept.leaf(kept.entry(1)))
    assert set(made) == {"version", "type", "index", "time", "target", "about", "key", "payloads"}
    assert set(made["payloads"][0]) == {"commitment", "size"}
