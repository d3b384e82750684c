"""Trust follows a change of keys as far as the log's own signatures carry it, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.cli_runs import ask

from stargauge.evidence.fsck import fsck
from stargauge.evidence.items import Item
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint, told_checkpoint
from stargauge.evidence.log.following import followed
from stargauge.evidence.log.merkle import ProofError
from stargauge.evidence.log.note import Signer, Verifier
from stargauge.evidence.outside import checked_log, checked_proof, export_log, keys_followed
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

URL = "https://example.org/post/1"
NAME = "evidence.example.org/desk"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Workspace]:
    """A log of 315 entries that changed its key twice, at entries 4 and 309."""
    with Workspace.init(tmp_path / "kept", NAME) as made:
        made.add("capture", URL, {"status": 200}, {"body": b"x"})
        for count, last in ((2, False), (304, False), (5, True)):
            made.add_many([Item("observation", URL, {"n": n}) for n in range(count)])
            if not last:
                made.rotate_key()
        yield made


def newest(kept: Workspace) -> Checkpoint:
    return told_checkpoint(kept.checkpoint()[1])


def test_whoever_trusts_any_key_that_ever_signed_comes_to_the_one_that_signs_now(kept: Workspace) -> None:
    made = newest(kept)
    changes = kept.key_changes(made.size)
    keys = kept.verifiers()
    assert len(keys) == 3 and len(changes) == 2
    other = Signer.new("witness.example.org").verifier
    for place, key in enumerate(keys):
        assert followed([other, key], changes[place and place - 1 :], made) == (other, keys[-1])
    assert followed(keys, changes, made) == (keys[-1],)
    assert opened_checkpoint(kept.checkpoint()[1], followed(keys[:1], changes, made)) == made
    stranger = Signer.new(NAME).verifier
    assert followed([stranger], changes, made) == (stranger,)
    assert followed([], changes, made) == ()


def test_changes_are_shown_at_every_size_that_was_signed(kept: Workspace) -> None:
    keys = kept.verifiers()
    full = newest(kept)
    for size, count in ((4, 0), (5, 1), (309, 1), (310, 2), (full.size, 2)):
        changes = kept.key_changes(size)
        root = full.root if size == full.size else Checkpoint(NAME, size, _root(kept, size)).root
        assert len(changes) == count and all(one.checkpoint for one in changes)
        assert followed(keys[:1], changes, Checkpoint(NAME, size, root)) == (keys[count],)


def _root(kept: Workspace, size: int) -> bytes:
    from stargauge.evidence.log.folder import roots_of

    return roots_of((row.leaf.encode() for row, _ in kept.rows()), [size])[size]


def test_a_forged_change_is_refused_with_a_reason(kept: Workspace) -> None:
    made, keys = newest(kept), kept.verifiers()
    first, second = kept.key_changes(made.size)
    thief = Signer.new(NAME)
    text = told_checkpoint(first.checkpoint).text
    new_line, old_line = (line for line in first.checkpoint.splitlines(keepends=True)[-2:])
    forged = {
        "is not signed with " + keys[1].id.hex(): replace(first, checkpoint=f"{text}\n{old_line}"),
        "is not signed with " + keys[0].id.hex(): replace(first, checkpoint=f"{text}\n{new_line}"),
        "expected a signature by a known key": replace(first, checkpoint=thief.line(text).join([f"{text}\n", ""])),
        "it was altered": replace(first, checkpoint=first.checkpoint.replace("\n5\n", "\n6\n")),
        "is not signed with " + thief.verifier.id.hex(): replace(first, leaf=first.leaf.replace(keys[1].text, thief.verifier.text)),
        "the entry is not in it": replace(first, leaf=first.leaf.replace('"previous":0', '"previous":3')),
        "fewer than": replace(first, inclusion=first.inclusion[1:]),
        "was not kept": replace(first, checkpoint=""),
        "does not begin with": replace(first, growth=(first.growth[1], first.growth[0], *first.growth[2:])),
        "as a change of keys": replace(first, leaf=kept.leaf(kept.entry(1))),
    }
    for reason, change in forged.items():
        with pytest.raises(ProofError) as error:
            followed(keys[:1], [change, second], made)
        assert reason in str(error.value), reason
    with pytest.raises(ProofError):  # the same change in a log that went another way
        followed(keys[:1], [first, second], Checkpoint(NAME, made.size, bytes(32)))
    with pytest.raises(ProofError, match="announces a key of"):
        followed(keys[:1], [first], Checkpoint("other.example", made.size, made.root))


def test_the_checkpoint_of_a_change_is_there_before_the_old_key_goes_and_stays(kept: Workspace) -> None:
    held = {path.name: path.read_text() for path in sorted((kept.folder / "keys" / "changes").iterdir())}
    assert {name: told_checkpoint(note).size for name, note in held.items()} == {"4.checkpoint": 5, "309.checkpoint": 310}
    seed = Signer.new(NAME)
    kept.keys.keep_change(4, Checkpoint(NAME, 5, bytes(32)).signed([seed]), kept.verifiers()[1])
    assert (kept.folder / "keys" / "changes" / "4.checkpoint").read_text() == held["4.checkpoint"]
    assert not fsck(kept).faults and not fsck(kept).notes


def test_a_change_without_its_checkpoint_cannot_be_followed_and_that_is_told(kept: Workspace, tmp_path: Path) -> None:
    (kept.folder / "keys" / "changes" / "4.checkpoint").unlink()
    keys, made = kept.verifiers(), newest(kept)
    changes = kept.key_changes(made.size)
    assert changes[0].checkpoint == ""
    with pytest.raises(ProofError, match="entry 4 cannot be followed: the checkpoint that both keys signed was not kept"):
        followed(keys[:1], changes, made)
    assert followed(keys[:2], changes, made) == (keys[0], keys[2]) and followed(keys[1:2], changes, made) == (keys[2],)
    assert any("entry 4" in one and "not kept" in one for one in fsck(kept).notes)
    export_log(kept, tmp_path / "copy")
    with pytest.raises(ProofError, match="was not kept"):
        checked_log(tmp_path / "copy", keys[:1])
    assert checked_log(tmp_path / "copy", keys[1:2]) == made
    (kept.folder / "keys" / "changes" / "309.checkpoint").write_text("not a note")
    with pytest.raises(InputError) as error:
        kept.key_changes(made.size)
    assert "309.checkpoint" in error.value.faults[0].file
    assert any("309.checkpoint" in fault.file for fault in fsck(kept).faults)


def test_a_copy_of_the_log_and_old_proofs_hold_for_whoever_trusts_the_first_key(tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "kept", NAME) as made:
        entry = made.add("capture", URL, {})
        (tmp_path / "old.tlog-proof").write_text(made.proof(entry).text)
        made.rotate_key()
        made.add("observation", URL, {"outcome": "ok"})
        (tmp_path / "new.tlog-proof").write_text(made.proof(entry).text)
        export_log(made, tmp_path / "copy")
        first, last = made.verifiers()
        made.add("observation", URL, {"outcome": "ok"})
        (tmp_path / "newer.tlog-proof").write_text(made.proof(entry).text)
    copy, stranger = tmp_path / "copy", Signer.new(NAME).verifier
    assert checked_log(copy, [first]).size == 4 and keys_followed(copy, [first]) == [last] and keys_followed(copy, [last]) == []
    for name, size in (("old", 2), ("new", 4), ("newer", 5)):
        for key in (first, last):
            assert checked_proof(tmp_path / f"{name}.tlog-proof", [key], [copy]).checkpoint.size == size
        with pytest.raises(ProofError, match="known key"):
            checked_proof(tmp_path / f"{name}.tlog-proof", [stranger], [copy])
    with pytest.raises(ProofError):
        checked_proof(tmp_path / "new.tlog-proof", [first])
    (copy / "key-changes" / "9.checkpoint").write_text("")
    with pytest.raises(ProofError, match="belongs to no entry"):
        checked_log(copy, [first])


def test_a_key_that_was_replaced_cannot_tell_another_story(tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "kept", NAME) as made:
        entry = made.add("capture", URL, {})
        stolen = made.keys.signer(made.verifiers()[0])
        assert stolen is not None
        made.rotate_key()
        made.add("observation", URL, {})
        export_log(made, tmp_path / "copy")
        keys = made.verifiers()
        proof = made.proof(entry)
    for size, reason in ((4, "not of one history"), (9, "known key")):
        note = Checkpoint(NAME, size, bytes(32)).signed([stolen])
        (tmp_path / "p.tlog-proof").write_text(replace(proof, checkpoint=note).text)
        with pytest.raises(ProofError, match=reason):
            checked_proof(tmp_path / "p.tlog-proof", keys[:1], [tmp_path / "copy"])


def test_verify_follows_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Workspace.init(tmp_path / "kept", NAME) as made:
        entry = made.add("capture", URL, {})
        first: Verifier = made.verifiers()[0]
        made.rotate_key()
        made.add("observation", URL, {})
        (tmp_path / "C-1.tlog-proof").write_text(made.proof(entry).text)
        last = made.verifiers()[1]
    assert ask(capsys, "evidence", "export", "copy", "--evidence", "kept").code == 0
    assert ask(capsys, "evidence", "verify", "C-1.tlog-proof", "--key", first.text).code == 2
    answer = ask(capsys, "evidence", "verify", "C-1.tlog-proof", "copy", "--key", first.text)
    assert answer.code == 0 and "changed its key" in answer.out and last.text in answer.out
    assert "changed its key" not in ask(capsys, "evidence", "verify", "copy", "--key", last.text).out


def test_an_older_index_is_told_as_that_also_where_it_knows_no_later_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "kept"
    with Workspace.init(folder, NAME) as made:
        made.add("capture", URL, {})
    older = (folder / "evidence.sqlite").read_bytes()
    with Workspace.open(folder) as made:
        made.rotate_key()
        made.add("capture", URL, {})
    (folder / "evidence.sqlite").write_bytes(older)
    for write in (True, False):
        with pytest.raises(InputError) as error, Workspace.open(folder, write=write) as made:
            list(made.entries())
        (fault,) = error.value.faults
        assert "4 entries were signed, and the index holds 2: it was replaced by an older copy" in fault.message and fault.file
    for command in (("list",), ("proof", "C-1"), ("rotate-key",), ("verify", "C-1"), ("fsck",)):
        answer = ask(capsys, "evidence", *command, "--evidence", str(folder))
        text = " ".join((answer.out + answer.err).split())
        assert answer.code == 2 and "older copy" in text and "known key" not in text and "private part" not in text, command


def test_one_is_not_many(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Workspace.init(tmp_path / "kept", NAME).close()
    (tmp_path / "kept" / "blobs" / "sha256" / "ab" / "cd").mkdir(parents=True)
    (tmp_path / "kept" / "blobs" / "sha256" / "ab" / "cd" / "abcd").write_bytes(b"")
    told = [ask(capsys, "evidence", *command, "--evidence", "kept") for command in (("export", "copy"), ("fsck",), ("show", "C-7"))]
    texts = [" ".join((one.out + one.err).split()) for one in told]
    assert "the log of 1 entry and" in texts[0] and "1 file below blobs/ belongs to no entry" in texts[1] and "has 1 entry, " in texts[2]
