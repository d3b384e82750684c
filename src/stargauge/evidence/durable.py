"""Files that are there whole after a power cut, or not at all; and one writer at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from stargauge.quantity.errors import Fault, InputError


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    if sys.platform == "win32":
        return  # a folder cannot be synced there; renaming writes through
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """A folder that is there after a power cut, with those above it."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(mode, exist_ok=True)
        sync_folder(one.parent)


def write_files(root: Path, files: Mapping[str, bytes], spare: Path, mode: int = 0o644) -> None:
    """Write files by their paths below a folder: each to a spare place, synced, renamed, the folders synced at the end."""
    made: list[tuple[Path, Path]] = []
    try:
        for place, (name, content) in enumerate(files.items()):
            path = spare / f"{os.getpid()}-{place}"
            made.append((path, root / name))
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(handle, rest) :]
                os.fsync(handle)
            finally:
                os.close(handle)
        folders: dict[Path, None] = {}
        for path, target in made:
            if target.parent not in folders:
                make_folder(target.parent)
                folders[target.parent] = None
            os.replace(path, target)
        for folder in folders:
            sync_folder(folder)
    except BaseException:
        for path, _ in made:
            path.unlink(missing_ok=True)
        raise


class WriterLock:
    """Held by the one process that writes; the file says by which, and is empty once that process ended in order."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(self._handle)
        except OSError:
            holder = os.pread(self._handle, 200, 0).decode(errors="replace").strip() if sys.platform != "win32" else ""
            os.close(self._handle)
            raise InputError(
                Fault(
                    f"another process{f' ({holder})' if holder else ''} writes to these records; one writer at a time: "
                    "wait until it has ended, or stop it. Reading goes on meanwhile",
                    file=str(path.parent),
                )
            ) from None
        #: Whether whoever wrote last was cut off.
        self.cut_off = os.lseek(self._handle, 0, os.SEEK_END) > 0
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, f"process {os.getpid()}\n".encode())
        os.fsync(self._handle)

    def release(self, in_order: bool = True) -> None:
        """Let the next one write; in order unless something was left undone."""
        if self._handle < 0:
            return
        if in_order:
            os.ftruncate(self._handle, 0)
        os.close(self._handle)  # which gives the lock back
        self._handle = -1


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
