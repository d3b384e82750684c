"""Files that are there whole after a power cut, or not at all; and one writer at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

#: How many files are written and open at a time.
_AT_ONCE = 128


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
    for above in _made(folder, mode):
        sync_folder(above)


def _made(folder: Path, mode: int = 0o777) -> list[Path]:
    """Make a folder with those above it; the folders that hold a new name."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(mode, exist_ok=True)
    return [one.parent for one in reversed(missing)]


def write_files(
    root: Path, files: Mapping[str, bytes], spare: Path, mode: int = 0o644, also: Mapping[Path, bytes] | None = None,
    last: Mapping[Path, bytes] | None = None,
) -> None:  # fmt: skip
    """Write files by paths below a folder, and others by their own: all to a spare place and synced, then renamed, then the folders.

    `last`: files that take their places once all others are there after a power cut. Syncs run side by side: a file system completes many
    in about the time of one.
    """
    wanted = [*((root / name, content) for name, content in files.items()), *(also or {}).items()]
    for start in range(0, max(len(wanted), 1), _AT_ONCE):
        _write(wanted[start : start + _AT_ONCE], spare, mode, [*(last or {}).items()] if start + _AT_ONCE >= len(wanted) else [])


def _write(wanted: Sequence[tuple[Path, bytes]], spare: Path, mode: int, last: Sequence[tuple[Path, bytes]]) -> None:
    made: list[Path] = []
    handles: list[int] = []
    try:
        for place, (_, content) in enumerate([*wanted, *last]):
            made.append(spare / f"{os.getpid()}-{place}")
            handles.append(os.open(made[-1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode))
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handles[-1], rest) :]
        _side_by_side(os.fsync, handles)
        while handles:
            os.close(handles.pop())
        for some, paths in ((wanted, made), (last, made[len(wanted) :])):
            folders: dict[Path, None] = {}
            for path, (target, _) in zip(paths, some, strict=False):
                if target.parent not in folders:
                    folders.update(dict.fromkeys([target.parent, *_made(target.parent, 0o777 if mode & 0o077 else 0o700)]))
                os.replace(path, target)
            _side_by_side(sync_folder, list(folders))
    except BaseException:
        for handle in handles:
            os.close(handle)
        for path in made:
            path.unlink(missing_ok=True)
        raise


def _side_by_side(sync: Callable[[Any], None], things: Sequence[Any]) -> None:
    if len(things) < 2:
        for thing in things:
            sync(thing)
        return
    with ThreadPoolExecutor(min(len(things), 16)) as threads:
        for _ in threads.map(sync, things):
            pass


class Busy(InputError):
    """Somebody else writes to the same records."""


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
            raise Busy(
                Fault(
                    say(
                        "another process{holder} writes to these records; one writer at a time: wait until it has ended, or stop it. "
                        "Reading goes on meanwhile",
                        holder=f" ({holder})" if holder else "",
                    ),
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
