"""A look at everything finds what was altered, removed or damaged, wherever it lies; and outsiders find it in a copy of the log."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stargauge.evidence.fsck import fsck
from stargauge.evidence.items import Item
from stargauge.evidence.log.merkle import ProofError
from stargauge.evidence.log.note import Signer, Verifier
from stargauge.evidence.outside import checked_log, checked_proof, export_log, keys_of
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")

URL = "https://example.org/post/1"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of 300 entries with two payloads, one of them erased."""
    folder = tmp_path_factory.mktemp("made") / "kept"
    with Workspace.init(folder, "evidence.example.org/desk") as made:
        one = made.add("capture", URL, {"status": 200}, {"body": b"first"})
        made.add("capture", URL, {"status": 200}, {"body": b"second"})
        made.erase(one, "asked for")
        made.add_many([Item("observation", URL, {"round": place}) for place in range(296)])
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "kept")
    return tmp_path / "kept"


def faults(folder: Path) -> str:
    with Workspace.open(folder, write=False) as made:
        return "\n".join(f"{fault.file} {fault}" for fault in fsck(made).faults)


def change(folder: Path, statement: str) -> None:
    base = sqlite3.connect(folder / "evidence.sqlite")
    with base:
        base.execute(statement)
    base.close()


def test_nothing_is_found_where_nothing_was_altered(folder: Path) -> None:
    with Workspace.open(folder, write=False) as made:
        found = fsck(made)
    assert not found.faults and not found.notes
    assert (found.entries, found.payloads, found.erased) == (300, 1, 1)
    assert found.checkpoint is not None and found.checkpoint.size == 300


STATEMENTS = {
    "UPDATE entry SET target = 'https://example.org/other' WHERE id = 2": "entry 2: its target is not the one",
    "UPDATE entry SET about = '{\"status\":404}' WHERE id = 2": "entry 2: what it says is not what its manifest commits to",
    "UPDATE entry SET time = '2020-01-01T00:00:00.000000Z' WHERE id = 7": "entry 7: its kind or time is not that of its manifest",
    "UPDATE entry SET kind = 'verdict' WHERE id = 7": "entry 7: its kind or time",
    "UPDATE entry SET leaf = replace(leaf, 'observation', 'verdict') WHERE id = 7": "300 entries were signed, and the entries do not have",
    "UPDATE payload SET name = 'text' WHERE entry = 2": 'entry 2: its payload "text" is not the one',
    "UPDATE payload SET size = 7 WHERE entry = 2": 'entry 2: its payload "body" is not the one',
    "DELETE FROM payload WHERE entry = 2": "entry 2: it has 0 payloads in the index, 1 in its manifest",
    "DELETE FROM entry WHERE id = 299": "300 entries were signed, and 299 entries do not have",
    "DELETE FROM entry WHERE id = 100": "entry 100 is missing from the index; 101 follows",
}


@pytest.mark.parametrize("statement", STATEMENTS)
def test_an_index_that_was_altered_is_found(folder: Path, statement: str) -> None:
    change(folder, statement)
    assert STATEMENTS[statement] in faults(folder)


def files(folder: Path, pattern: str) -> Iterator[Path]:
    found = [path for path in folder.glob(pattern) if path.is_file()]
    assert found
    yield from found


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


def test_a_root_that_is_no_base_64_names_its_file(folder: Path) -> None:
    size = (folder / "keys/signed").read_text(encoding="utf-8").splitlines()[0]
    (folder / "keys/signed").write_text(f"{size}\nlnM9GRMbiWXTC/zCFANd.1U42BKBpRzmw62eHiecXKM=\n", encoding="utf-8")
    assert str(folder / "keys/signed") in faults(folder)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


DAMAGE: dict[str, Callable[[Path], None]] = {"flip": flip, "cut": cut, "empty": lambda path: path.write_bytes(b""), "remove": os.remove}
PLACES = ("log/tile/0/000", "log/tile/0/001.p/44", "log/tile/1/000.p/1", "log/tile/entries/000", "log/tile/entries/001.p/44")


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("place", PLACES)
def test_a_damaged_file_of_the_log_is_found_and_mended_when_it_is_next_written(folder: Path, place: str, damage: str) -> None:
    before = (folder / place).read_bytes()
    DAMAGE[damage](folder / place)
    assert place in faults(folder) and "fsck --mend" in faults(folder)
    with Workspace.open(folder) as made:
        assert any(place.removeprefix("log/") in text for text in made.notes)
        assert (folder / place).read_bytes() == before
        assert not fsck(made).faults


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("place", ["log/checkpoint", "blobs", "keys/signed"])
def test_what_cannot_be_mended_is_found(folder: Path, place: str, damage: str) -> None:
    path = next(files(folder, "blobs/sha256/*/*/*")) if place == "blobs" else folder / place
    DAMAGE[damage](path)
    assert str(path) in faults(folder)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_a_private_key_that_others_can_read_is_found(folder: Path) -> None:
    next(files(folder, "keys/*.key")).chmod(0o644)
    assert "others can read this private key" in faults(folder)


# --- opening for writing refuses what the entries do not bear out ---------------------------------------------------------------------


def refused(folder: Path) -> str:
    before = {path: path.read_bytes() for path in sorted((folder / "log").rglob("*")) if path.is_file()}
    with pytest.raises(InputError) as error:
        Workspace.open(folder)
    assert before == {path: path.read_bytes() for path in sorted((folder / "log").rglob("*")) if path.is_file()}
    return "\n".join(f"{fault.file} {fault}" for fault in error.value.faults)


def test_a_checkpoint_larger_than_the_entries_is_refused(folder: Path) -> None:
    change(folder, "DELETE FROM entry WHERE id > 290")
    said = refused(folder)
    assert "300 entries were signed, and the index holds 291" in said
    assert str(folder / "log" / "checkpoint") in said and str(folder / "keys" / "signed") in said


def test_an_older_index_beside_an_older_log_is_refused_by_what_was_signed_last(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "older")
    with Workspace.open(folder) as made:
        made.add("capture", URL, {})
    for name in ("evidence.sqlite", "log"):  # a backup was put back, but for the keys
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        (shutil.copytree if path.name == "log" else shutil.copy)(tmp_path / "older" / name, path)
    assert "301 entries were signed, and the index holds 300" in refused(folder)


def test_an_altered_entry_is_refused(folder: Path) -> None:
    change(folder, "UPDATE entry SET leaf = replace(leaf, 'observation', 'verdict') WHERE id = 7")
    assert "do not have the root that was signed" in refused(folder)


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_a_damaged_checkpoint_is_refused(folder: Path, damage: str) -> None:
    DAMAGE[damage](folder / "log" / "checkpoint")
    assert str(folder / "log" / "checkpoint") in refused(folder)


def test_a_lost_checkpoint_is_signed_again(folder: Path) -> None:
    before = (folder / "log" / "checkpoint").read_text()
    (folder / "log" / "checkpoint").unlink()
    with Workspace.open(folder) as made:
        assert made.checkpoint()[1] == before and not fsck(made).faults


# --- outsiders ------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> tuple[Path, list[Verifier]]:
    with Workspace.open(folder, write=False) as made:
        export_log(made, tmp_path / "copy")
    return tmp_path / "copy", keys_of([str(tmp_path / "copy" / "keys.pub")])


def test_a_copy_of_the_log_is_checked_without_the_workspace(copy: tuple[Path, list[Verifier]]) -> None:
    assert checked_log(*copy).size == 300
    assert {path.name for path in copy[0].iterdir()} == {"checkpoint", "keys.pub", "tile"}
    with pytest.raises(ProofError, match="expected a signature by a known key"):
        checked_log(copy[0], [Signer.new("evidence.example.org/desk").verifier])


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("place", ["checkpoint", *(place.removeprefix("log/") for place in PLACES)])
def test_an_altered_copy_is_refused(copy: tuple[Path, list[Verifier]], place: str, damage: str) -> None:
    DAMAGE[damage](copy[0] / place)
    with pytest.raises(ProofError) as error:
        checked_log(*copy)
    assert all(fault.file for fault in error.value.faults)


def test_a_copy_is_not_laid_over_something(folder: Path, copy: tuple[Path, list[Verifier]]) -> None:
    with Workspace.open(folder, write=False) as made, pytest.raises(InputError, match="choose a new or empty folder"):
        export_log(made, copy[0])


def test_a_proof_in_a_file_is_checked_without_the_workspace(folder: Path, tmp_path: Path) -> None:
    with Workspace.open(folder, write=False) as made:
        path, keys = tmp_path / "C-2.tlog-proof", made.verifiers()
        path.write_text(made.proof(made.entry(2)).text)
    leaf, checkpoint = checked_proof(path, keys)
    assert (leaf.index, leaf.kind, checkpoint.size) == (2, "capture", 300)
    lines = path.read_text().splitlines(keepends=True)
    for broken in ([*lines[:1], *lines[2:]], [*lines[:3], *lines[4:]], [*lines[:2], "index 3\n", *lines[3:]], lines[:-1]):
        path.write_text("".join(broken))
        with pytest.raises(ProofError) as error:
            checked_proof(path, keys)
        assert error.value.faults[0].file == str(path)


def test_every_key_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys.pub").write_text(f"{Signer.new('a.example').verifier.text}\nrubbish\n")
    with pytest.raises(InputError) as error:
        keys_of([str(tmp_path / "keys.pub"), "b.example+0000+x"])
    assert [fault.file for fault in error.value.faults] == [str(tmp_path / "keys.pub"), ""]
