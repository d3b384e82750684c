"""Writers of evidence that are killed: `python evidence_crashes.py steps FOLDER KILL...` and `... clock FOLDER COUNT SEED`.

Each writer is a fork that works on a copy of a workspace and is killed (SIGKILL, as a power cut would) either at the N-th system call that
makes something durable, half-way through it where it writes, or after a random time. What it was told is kept goes to a file, line by line.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stargauge.evidence.items import Item
from stargauge.evidence.workspace import Workspace

URL = "https://example.org/post/1"


def told(acks: int, workspace: Workspace) -> None:
    """Keep what the workspace says is kept: its size and root."""
    made, _ = workspace.checkpoint()
    REAL_WRITE(acks, f"{json.dumps([made.size, made.root.hex()])}\n".encode())


REAL_WRITE = os.write


def scenario(folder: Path, acks: int) -> None:
    """Everything that writes: an entry, many over the edge of a tile, an erasure, a new key."""
    with Workspace.open(folder) as workspace:
        one = workspace.add("capture", URL, {"n": 1}, {"body": b"first", "text": b"words"})
        told(acks, workspace)
        workspace.add_many([Item("observation", URL, {"n": n}) for n in range(251)])
        told(acks, workspace)
        workspace.add_many([Item("observation", URL, {"n": n}, {"body": b"%d" % (n % 3)}) for n in range(6)])
        told(acks, workspace)
        workspace.erase(one, "asked for", ["body"])
        told(acks, workspace)
        workspace.rotate_key()
        told(acks, workspace)
        workspace.add("state", URL, {"n": 2})
        told(acks, workspace)


def endless(folder: Path, acks: int) -> None:
    """Appends of all sizes until killed."""
    with Workspace.open(folder) as workspace:
        count = 0
        while True:
            count += 1
            items = [
                Item("observation", URL, {"n": count}, {"body": os.urandom(2000)} if n == 0 else {}) for n in range(count * 7 % 40 + 1)
            ]
            workspace.add_many(items)
            told(acks, workspace)


class Counted:
    """System calls that make something durable, counted; the process ends at one of them."""

    def __init__(self, last: int) -> None:
        self.left = last

    def __call__(self, name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def called(*given: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                if name == "write":
                    real(given[0], bytes(given[1])[: len(given[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return called


def forked(folder: Path, run: Callable[[int], None]) -> int:
    """Run a writer in a fork; its process."""
    process = os.fork()
    if process == 0:
        try:
            run(os.open(folder / "acks", os.O_WRONLY | os.O_CREAT | os.O_APPEND))
            os._exit(0)
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
    return process


def killed_at(start: Path, folder: Path, step: int) -> bool:
    """Kill a writer at a step; whether it came so far. A fault of its own ends this program."""
    shutil.copytree(start, folder)

    def run(acks: int) -> None:
        counted = Counted(step)
        for name in ("fsync", "replace", "write", "unlink", "ftruncate"):
            setattr(os, name, counted(name))
        scenario(folder, acks)

    _, status = os.waitpid(forked(folder, run), 0)
    if status not in (0, signal.SIGKILL):
        sys.exit(f"step {step}: status {status}")
    return status != 0


def main(how: str, root: str, *more: str) -> None:
    """Make the workspaces of killed writers, `FOLDER/0` and so on, and print how many."""
    start = Path(root) / "start"
    Workspace.init(start, "evidence.example.org/desk").close()
    if how == "steps":
        first, stride = map(int, more)
        place, step = 0, first
        while killed_at(start, Path(root) / str(place), step):
            place, step = place + 1, step + stride
        print(place)
        return
    count, seed = map(int, more)
    chance = random.Random(seed)
    shutil.copytree(start, Path(root) / "0")
    for place in range(count):
        folder = Path(root) / str(place)
        acks = folder / "acks"
        before = acks.stat().st_size if acks.exists() else 0
        process = forked(folder, lambda handle, folder=folder: endless(folder, handle))
        while not acks.exists() or acks.stat().st_size == before:
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.05))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        if place + 1 < count:  # the next one goes on where this one was killed
            shutil.copytree(folder, Path(root) / str(place + 1))
    print(count)


if __name__ == "__main__":
    main(*sys.argv[1:])
