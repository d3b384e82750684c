"""What if: the whole time from a request for a changed input to its charts, by input, and memory over 1,000 such changes."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from bench.figure import Figure

#: The goal of a change, in seconds, and the day up to which the programme is known.
GOAL, DAY = 0.25, "2026-11-01"
#: How often each input is moved, and how many changes memory is watched over.
MOVES, CHANGES = 5, 1000
#: By how much memory may differ between the last changes and those after the first hundred, as a share.
FLAT = 1.1


@dataclass(frozen=True)
class Served:
    """A server that runs in a process of its own."""

    address: str
    process: Any

    def fetch(self, path: str) -> tuple[float, str]:
        """Seconds until an answer is whole, and the answer; asked for as a part, as the page's script does."""
        asked = Request(f"{self.address}{path}", headers={"HX-Request-Type": "partial", "Accept-Encoding": "identity"})
        began = time.perf_counter()
        with urlopen(asked, timeout=300) as answer:
            text = answer.read().decode()
        return time.perf_counter() - began, text

    def processes(self) -> set[int]:
        """The server and all that it started."""
        parents = {int(name): _parent(int(name)) for name in os.listdir("/proc") if name.isdigit()}
        mine, found = {self.process.pid}, 1
        while found:
            more = {name for name, parent in parents.items() if parent in mine} - mine
            mine, found = mine | more, len(more)
        return mine

    def memory(self) -> float:
        """MB that these hold."""
        return sum(_held(name) for name in self.processes())

    def worked(self) -> float:
        """Seconds of a processor that these have taken: what a change costs, however busy the machine is."""
        return sum(_worked(name) for name in self.processes())


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _worked(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _held(process: int) -> float:
    """MB that a process has for itself, what it shares with others counted in parts."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


@contextmanager
def _serving() -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src")}
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "stargauge", "serve", "--no-browser", "--port", str(port)]
        process = subprocess.Popen(command, cwd=folder, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    urlopen(f"{address}/health").close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield Served(address, process)
        finally:
            process.terminate()
            process.wait(30)


def _inputs(board: str) -> dict[str, list[str]]:
    """The sliders of a page with the values they may take."""
    found = re.findall(r'data-input="([^"]+)"(?: data-values="([^"]+)")?', board)
    return {name: values.split("|") if values else ["0", "1"] for name, values in found}


def what_if() -> Iterator[Figure]:
    """Each slider of Stargate moved by itself, then 1,000 changes of all of them, one after another."""
    with _serving() as served:
        charts = f"/p/stargate/what-if/charts?as_of={DAY}&width=wide"
        seconds, board = served.fetch(f"/p/stargate/what-if/board?as_of={DAY}")
        yield Figure("what if: the board, cold", seconds, "s", note="run as drawn, and which inputs matter most")
        inputs = _inputs(board)
        served.fetch(charts)
        for name, values in inputs.items():
            places = [values[number * (len(values) - 1) // max(1, MOVES - 1)] for number in range(MOVES)]
            before = served.worked()
            taken = [served.fetch(f"{charts}&set={quote(f'{name}={value}')}")[0] for value in dict.fromkeys(places)]
            middle, work = statistics.median(taken), (served.worked() - before) / len(taken)
            yield Figure(
                f"what if: {name}", middle, "s", at_most=GOAL, note=f"{middle / GOAL:.1f} times the goal; {work:.2f} s of a processor"
            )
        names, held = list(inputs), list[float]()
        for number in range(CHANGES):
            name = names[number % len(names)]
            values = inputs[name]
            served.fetch(f"{charts}&set={quote(f'{name}={values[number * 7 % len(values)]}')}")
            if number % 100 == 99:
                held.append(served.memory())
        note = f"after each hundred: {', '.join(f'{one:.0f}' for one in held)} MB"
        yield Figure("what if: memory over 1,000 changes", held[-1] / held[0], "times", at_most=FLAT, note=note)
