"""Killed writers, full disks: what was said to be kept is kept, under one history, and the next writer completes the rest."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stargauge.evidence.fsck import fsck
from stargauge.evidence.items import Item
from stargauge.evidence.log.following import followed
from stargauge.evidence.log.merkle import check_consistency
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="killing and forking are those of POSIX")

URL = "https://example.org/post/1"
SOURCE = Path(__file__).parents[1] / "src"


def killed(root: Path, *how: str) -> Iterator[Path]:
    """The workspaces that killed writers left."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    script = str(Path(__file__).with_name("evidence_crashes.py"))
    made = subprocess.run(
        [sys.executable, script, how[0], str(root), *how[1:]], capture_output=True, text=True, env=environment, timeout=900, check=False
    )
    assert made.returncode == 0, made.stderr
    yield from (root / str(place) for place in range(int(made.stdout)))


def expect_whole(folder: Path) -> tuple[int, int]:
    """What was told is there, each checkpoint begins the next, all is sound; how many were told of, how many entries there are."""
    path = folder / "acks"
    acks = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    with Workspace.open(folder) as made:
        now = made.checkpoint()[0]
        for size, root in acks:
            check_consistency(size, now.size, bytes.fromhex(root), now.root, made.consistency(size))
        assert now.size == len(made) >= (acks[-1][0] if acks else 1)
        found = fsck(made)
        assert not found.faults, found.faults
        assert not list((folder / "spare").iterdir())
        made.add("capture", URL, {}, {"body": b"life goes on"})
        made.proof(made.entry(len(made) - 1))
    with Workspace.open(folder) as again:
        assert not again.notes and not fsck(again).faults and len(again.keys.private()) == 1
    return acks[-1][0] if acks else 1, now.size


def expect_kept_at_every_step(root: Path, first: int, stride: int) -> int:
    count = 0
    for folder in killed(root, "steps", str(first), str(stride)):
        acked, size = expect_whole(folder)
        assert size <= acked + 251
        with Workspace.open(folder, write=False) as made:
            erased = [entry.about["entry"] for entry in made.entries("erasure")]
            assert erased in ([], ["C-1"])
            if erased:
                assert made.entry(1).payloads["body"] == ""
                assert not [path for path in made.blobs.all() if made.blobs.get(path) == b"first"]
            keys, now = made.verifiers(), made.checkpoint()[0]
            assert followed(keys[:1], made.key_changes(now.size), now) == (keys[-1],)  # the old key never goes before that can be shown
        count += 1
    return count


def test_a_writer_killed_at_some_steps_leaves_what_it_told(tmp_path: Path) -> None:
    assert expect_kept_at_every_step(tmp_path, 3, 11) >= 10


def test_writers_killed_at_any_time_leave_what_they_told(tmp_path: Path) -> None:
    for folder in killed(tmp_path, "clock", "10", "1"):
        expect_whole(folder)


@pytest.mark.slow
def test_a_writer_killed_at_every_step_leaves_what_it_told(tmp_path: Path) -> None:
    assert expect_kept_at_every_step(tmp_path, 1, 1) >= 100


@pytest.mark.slow
def test_writers_killed_at_200_times_leave_what_they_told(tmp_path: Path) -> None:
    assert sum(1 for folder in killed(tmp_path, "clock", "200", "2") if expect_whole(folder)) == 200


# --- what a power cut may not undo ----------------------------------------------------------------------------------------------------


def test_all_is_synced_before_the_checkpoint_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killing a process loses nothing that a power cut would: so the order of syncs and renames is looked at itself."""
    events: list[tuple[str, int, Path | None]] = []
    sync, replace = os.fsync, os.replace

    def synced(handle: int) -> None:
        sync(handle)
        events.append(("synced", os.fstat(handle).st_ino, None))

    def replaced(source: Path, target: Path) -> None:
        number = os.stat(source).st_ino
        replace(source, target)
        events.append(("named", number, Path(target)))

    with Workspace.init(tmp_path / "kept") as made:
        made.add_many([Item("observation", URL, {"n": n}) for n in range(300)])
        assert made._index._asked("PRAGMA synchronous") == [(2,)]  # type: ignore[attr-defined]
        assert made._index._asked("PRAGMA journal_mode") == [("wal",)]  # type: ignore[attr-defined]
        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(os, "replace", replaced)
        made.add("capture", URL, {}, {"body": b"new", "text": b"new too"})
        monkeypatch.undo()
        names = [(place, number, path) for place, (what, number, path) in enumerate(events) if what == "named" and path is not None]
        assert names[-1][2] == made.log.folder / "checkpoint"
        assert {path.name for _, _, path in names[:-1]} >= {"signed", "46", *made.entry(301).payloads.values()}
        for place, number, path in names:
            until = len(events) if path.name == "checkpoint" else names[-1][0]
            folder = path.parent.stat().st_ino
            assert ("synced", number, None) in events[:place], path
            assert ("synced", folder, None) in events[place:until], path


# --- a full disk ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_disk_that_is_full_at_any_step_is_told_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    real = getattr(os, call)
    left = 0

    def full(*given: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given, **named)

    with Workspace.init(tmp_path / "kept") as made:
        monkeypatch.setattr(os, call, full)
        said = set()
        for step in range(40):
            left = step
            before = len(made)
            try:
                made.add("capture", URL, {"step": step}, {"body": b"%d" % step, "text": b"x%d" % step})
            except InputError as error:
                said.add("kept, but" if "kept, but the log could not be written" in str(error) else "nothing was added")
                assert "No space left" in str(error)
                assert len(made) == before + ("kept, but" in str(error))
            else:
                break
        left = 10_000
        assert said == {"kept, but", "nothing was added"} and step > 3
        made.add("capture", URL, {})
        assert not fsck(made).faults
    with Workspace.open(tmp_path / "kept") as again:
        assert not fsck(again).faults


def test_an_index_that_is_full_is_told_and_nothing_is_added(tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "kept") as made:
        base = made._index._base  # type: ignore[attr-defined]
        ((pages,),) = base.execute("PRAGMA page_count").fetchall()
        base.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(InputError, match=r"disk is full; nothing was added"):
            made.add_many([Item("observation", URL, {"n": n, "text": "x" * 500}) for n in range(100)])
        assert len(made) == 1
        base.execute("PRAGMA max_page_count = 100000")
        made.add_many([Item("observation", URL, {"n": n, "text": "x" * 500}) for n in range(100)])
        assert len(made) == 101 and not fsck(made).faults


def test_a_file_that_may_not_grow_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    Workspace.init(tmp_path / "kept").close()
    code = (
        "import resource, signal, sys\n"
        "from stargauge.cli.main import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        f"sys.exit(main(['evidence', 'add', 'capture', 'x', '--payload', 'body=large', '--evidence', {str(tmp_path / 'kept')!r}]))"
    )
    (tmp_path / "large").write_bytes(bytes(500_000))
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    made = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert made.returncode == 2 and "a payload could not be kept" in " ".join(made.stderr.split())
    with Workspace.open(tmp_path / "kept") as again:
        assert len(again) == 1 and not again.notes and not fsck(again).faults
