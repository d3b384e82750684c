"""What is read is what was signed: an index or log that was altered is told when it is read, with what to do."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.cli_runs import ask

from stargauge.evidence.archive import Entry
from stargauge.evidence.fsck import fsck
from stargauge.evidence.items import Item
from stargauge.evidence.log.leaf import about_commitment
from stargauge.evidence.log.tiles import tile_path
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

URL, OTHER = "https://example.org/post/1", "https://example.org/post/2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """600 entries: a capture, checks of two targets in turn, one of them erased."""
    with Workspace.init(tmp_path / "kept", "evidence.example.org/desk") as made:
        made.add("capture", URL, {"status": 200}, {"body": b"first", "text": b"words"})
        made.add_many([Item("observation", (URL, OTHER)[n % 2], {"outcome": "ok", "n": n}) for n in range(590)])
        gone = made.add("capture", OTHER, {"status": 200}, {"body": b"second"})
        made.erase(gone, "asked for", about=True)
        made.add_many([Item("observation", OTHER, {"outcome": "ok", "n": n}) for n in range(5)])
    return tmp_path / "kept"


def change(folder: Path, statement: str, *values: object) -> None:
    base = sqlite3.connect(folder / "evidence.sqlite")
    with base:
        base.execute(statement, values)
    base.close()


def refused(folder: Path, read: Callable[[Workspace], object]) -> str:
    """What is told where reading is refused."""
    with Workspace.open(folder, write=False) as made, pytest.raises(InputError) as error:
        read(made)
    assert all(fault.file for fault in error.value.faults)
    return " | ".join(map(str, error.value.faults))


def test_what_was_not_altered_reads_as_it_was_added(folder: Path) -> None:
    with Workspace.open(folder, write=False) as made:
        entries = list(made.entries())
        assert len(entries) == len(made) == 599
        assert [one for one in entries if one.target == URL] == list(made.entries(target=URL))
        assert [one for one in entries if one.kind == "capture"] == list(made.entries("capture"))
        assert [one for one in entries if (one.kind, one.target) == ("observation", OTHER)] == list(made.entries("observation", OTHER))
        assert [made.entry(index) for index in (0, 255, 256, 511, 512, 598)] == [entries[index] for index in (0, 255, 256, 511, 512, 598)]
        assert made.payload(entries[1], "body") == b"first"


ALTERED = {
    'UPDATE entry SET about = \'{"n":6,"outcome":"http_410"}\' WHERE id = 8': "what it says is not what",
    "UPDATE entry SET target = 'https://example.org/3' WHERE id = 8": "its target is not",
    "UPDATE entry SET time = '2020-01-01T00:00:00.000000Z' WHERE id = 8": "its kind or time is not",
    "UPDATE entry SET kind = 'verdict' WHERE id = 8": "its kind or time is not",
    "UPDATE entry SET about = '{}', about_salt = '' WHERE id = 8": "no entry tells of that",
    "UPDATE entry SET about = '{\"outcome\":\"http_410\"}', about_salt = '' WHERE id = 592": "something stands there",
    "UPDATE entry SET leaf = (SELECT leaf FROM entry WHERE id = 10) WHERE id = 8": "not the one that the signed log holds",
    "UPDATE entry SET target_salt = 'none' WHERE id = 8": "a salt of it cannot be read",
    "UPDATE payload SET sha256 = '' WHERE entry = 1 AND name = 'body'": "no entry tells of that",
    "UPDATE payload SET size = 7 WHERE entry = 1 AND name = 'body'": 'its payload "body" is not the one',
    "DELETE FROM payload WHERE entry = 1 AND name = 'body'": "its payload",
    "DELETE FROM entry WHERE id = 8": "of 599 entries 1 is missing",
    "DELETE FROM entry WHERE id > 590": "599 entries were signed, and the index holds 591",
}


@pytest.mark.parametrize("statement", ALTERED)
def test_an_entry_that_was_altered_is_not_given(folder: Path, statement: str) -> None:
    change(folder, statement)
    text = refused(folder, lambda made: list(made.entries()))
    assert ALTERED[statement] in text and "stargauge evidence fsck" in text
    with Workspace.open(folder, write=False) as made:
        assert fsck(made).faults
    touched = next((index for index in (1, 592, 8) if f"= {index}" in statement and "SELECT" not in statement), 8)
    assert refused(folder, lambda made: made.entry(touched))
    if "payload" in statement:
        assert refused(folder, lambda made: made.payload(Entry(1, "capture", URL, datetime.now(UTC)), "text"))


def test_an_entry_moved_to_another_target_is_missed_where_it_was(folder: Path) -> None:
    change(folder, "UPDATE entry SET target = ? WHERE id = 8", "https://example.org/3")
    for kind in (None, "observation"):
        assert "which its manifest names, is not here" in refused(folder, lambda made, kind=kind: list(made.entries(kind, URL)))  # type: ignore[misc]
    with Workspace.open(folder, write=False) as made:  # what is not touched is still read
        assert len(list(made.entries(target=OTHER))) == 302


def test_an_altered_manifest_and_log_do_not_pass_either(folder: Path) -> None:
    base = sqlite3.connect(folder / "evidence.sqlite")
    leaf, salt = base.execute("SELECT leaf, about_salt FROM entry WHERE id = 8").fetchone()
    about = '{"n":6,"outcome":"http_410"}'
    forged = leaf.replace(json.loads(leaf)["about"], about_commitment(bytes.fromhex(salt), about))
    with base:
        base.execute("UPDATE entry SET about = ?, leaf = ? WHERE id = 8", (about, forged))
    base.close()
    assert "not the one that the signed log holds" in refused(folder, lambda made: made.entry(8))
    from stargauge.evidence.log.merkle import leaf_hash

    tile = folder / "log" / tile_path(0, 0)
    raw = tile.read_bytes()
    tile.write_bytes(raw[: 8 * 32] + leaf_hash(forged.encode()) + raw[9 * 32 :])
    text = refused(folder, lambda made: made.entry(8))
    assert "is not what was signed" in text and "--mend" in text
    with Workspace.open(folder, write=False) as made:
        assert made.entry(300).index == 300


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("log/tile/1/000.p/2", b"x" * 64, "do not have the root"),
        ("log/tile/1/000.p/2", b"x", "expected 64"),
        ("log/tile/1/000.p/2", None, "is missing"),
        ("log/tile/0/000", None, "is missing"),
        ("log/checkpoint", None, "there is no checkpoint"),
        ("log/checkpoint", b"nothing", "no signed note"),
    ],
)
def test_a_log_that_was_damaged_is_told_when_reading(folder: Path, path: str, content: bytes | None, reason: str) -> None:
    (folder / path).unlink() if content is None else (folder / path).write_bytes(content)
    with Workspace.open(folder, write=False) as made, pytest.raises(InputError, match=reason):
        list(made.entries())


def test_what_is_added_meanwhile_is_read_by_others_and_checked(folder: Path) -> None:
    with Workspace.open(folder, write=False) as reader, Workspace.open(folder) as writer:
        assert len(list(reader.entries())) == 599
        writer.add_many([Item("observation", URL, {"n": n}) for n in range(300)])
        assert len(list(reader.entries())) == 899 and reader.entry(898) == writer.entry(898)
        with sqlite3.connect(folder / "evidence.sqlite") as base:
            base.execute("UPDATE entry SET about = '{}' WHERE id = 898")
        with pytest.raises(InputError, match="what it says"):
            reader.entry(898)
    base.close()


def test_an_index_that_was_altered_is_no_answer_of_a_command(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    shutil.copytree(folder, folder.parent / "evidence")
    monkeypatch.chdir(folder.parent)
    change(folder.parent / "evidence", "UPDATE entry SET about = '{\"outcome\":\"http_410\"}' WHERE kind = 'observation'")
    for command in (("history", URL), ("list",), ("show", "O-8"), ("bundle", "O-8")):
        answer = ask(capsys, "evidence", *command)
        assert answer.code == 2 and "entry " in answer.err and "fsck" in answer.err and not answer.out
