"""What of a workspace only its owner may read: the index, which holds every target and salt, payloads, keys. The log is for everyone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from stargauge.quantity.spoken import say

FILE, FOLDER = 0o600, 0o700
_FOLDERS = ("spare", "keys", "blobs", "blobs/sha256")


def private_file(path: Path) -> None:
    """Make an empty file that only its owner may read, unless there is one: what SQLite puts beside it then has the same rights."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE))


def too_open(folder: Path, index: str) -> Iterator[Path]:
    """What others may read and should not, in the folder of a workspace."""
    if os.name != "posix":
        return
    for name in (*_FOLDERS, index, f"{index}-wal", f"{index}-shm"):
        try:
            if (folder / name).stat().st_mode & 0o077:
                yield folder / name
        except FileNotFoundError:
            continue


def closed(folder: Path, index: str) -> list[str]:
    """Take the rights of others from all that; what it could not be taken from, in words."""
    told = []
    for path in list(too_open(folder, index)):
        try:
            path.chmod(FOLDER if path.is_dir() else FILE)
            if path == folder / "blobs":
                _close_below(path)
        except PermissionError:
            told.append(say("others can read {path}, which belongs to another user: `chmod go= {path}`", path=path))
    return told


def _close_below(folder: Path) -> None:
    for path, folders, files in os.walk(folder):
        for name in folders:
            os.chmod(Path(path, name), FOLDER)
        for name in files:
            os.chmod(Path(path, name), FILE)
