"""Columns of a long run: in files without a name instead of memory, read as if they were there."""

from __future__ import annotations

import mmap
import os
import tempfile
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError

#: From so many draws on what is kept of a run is kept in files.
LONG = 2**16
#: Bytes of a file: so many columns share one.
_TOGETHER = 2**26


@dataclass
class _Room:
    """A file of which this process has written so many bytes, and its view. Pages that were never looked at take no memory."""

    file: Any
    view: mmap.mmap
    process: int
    written: int = 0


_lock = threading.Lock()
_last: list[_Room] = []


def stacked(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Arrays of one kind behind one another; from LONG draws on read-only, in a file. Raises InputError where there is no room for it."""
    rows = sum(len(array) for array in arrays)
    size = sum(array.nbytes for array in arrays)
    if rows < LONG or not size:
        return np.concatenate(arrays)
    with _lock:
        try:
            room = _room(size)
            start = room.written
            room.written += -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
            room.file.seek(start)
            for array in arrays:
                room.file.write(np.ascontiguousarray(array))
                let_go(array)
            room.file.flush()
        except OSError as error:
            raise InputError(
                f"cannot keep {size:,} bytes of a long run in {tempfile.gettempdir()}: {error.strerror}; name another folder with TMPDIR, "
                "or ask for fewer draws"
            ) from None
    kind, shape = arrays[0].dtype, arrays[0].shape[1:]
    return np.frombuffer(room.view, kind, size // kind.itemsize, start).reshape(rows, *shape)


def let_go(*arrays: NDArray[Any] | None) -> None:
    """Give back the memory into which columns were read; they are read again where they are looked at again. Of others: nothing."""
    for array in arrays:
        held: Any = array
        while isinstance(held, np.ndarray):
            held = held.base
        view = held.obj if isinstance(held, memoryview) else None
        if isinstance(view, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            view.madvise(mmap.MADV_DONTNEED)


def _room(size: int) -> _Room:
    """The file that is written to, with room for so many bytes more; a process that was forked begins one of its own."""
    if not _last or _last[0].process != os.getpid() or _last[0].written + size > len(_last[0].view):
        file = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as columns are added)
        length = max(_TOGETHER, size)
        file.truncate(length)
        _last[:] = [_Room(file, mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ), os.getpid())]
        weakref.finalize(_last[0], file.close)
    return _last[0]
