"""The pages as readers have them: a server in a process of its own, readers in another, on the same machine."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from bench.figure import Figure

LAST = date(2026, 11, 1)
#: Readers at once, for how long, how long each looks at a page at most, and how often somebody asks for a page that is not kept.
READERS, SECONDS, LOOKS, COLD_EVERY = 50, float(os.environ.get("STARGAUGE_BENCH_SECONDS", "60")), 0.5, 3.0
PROGRAMMES = ("stargate", "xai-colossus-1")
STARTS, WARM, WHAT_IFS = 3, 50, int(os.environ.get("STARGAUGE_BENCH_WHAT_IFS", "1000"))
_MIB = 2**20


@contextmanager
def _served(folder: str) -> Iterator[tuple[str, int, float]]:
    """A running server with nothing made ready; its address, process, and the seconds until it listened."""
    code = (
        "import sys; from pathlib import Path; from stargauge.web.serve import serve; from stargauge.web.settings import Settings\n"
        "if __name__ == '__main__': serve(Settings(Path(sys.argv[1]), port=0, per_second=1e9, at_once=1e9), browser=False)"
    )
    script = Path(folder) / "serve.py"
    script.write_text(code, encoding="utf-8")
    began = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src"), "PYTHONDONTWRITEBYTECODE": ""}
    server = subprocess.Popen(
        [sys.executable, str(script), folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    assert server.stdout is not None
    address = server.stdout.readline().partition(": ")[2].strip().rstrip("/").replace("localhost", "127.0.0.1")
    try:
        yield address, server.pid, time.perf_counter() - began
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _seconds(address: str) -> float:
    began = time.perf_counter()
    with urlopen(address) as answer:
        answer.read()
    return time.perf_counter() - began


def _ready(address: str, workers: int = 2) -> None:
    """Wait until every worker is ready and warm."""
    while f"stargauge_warm {workers}" not in urlopen(f"{address}/metrics").read().decode():
        time.sleep(0.05)


def _memory(pid: int) -> float:
    """The memory of a process and of all below it, in MB; what they share is counted once."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return sum(_share(one) for one in found) / 1024


def _share(pid: int) -> int:
    """The memory of one process in kB, its share of what it has in common with others."""
    try:
        told = re.search(r"(?m)^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:
        return 0
    return int(told[1]) if told else 0


def web() -> Iterator[Figure]:
    """From the first page of a fresh server to fifty readers at once and many what-ifs."""
    first, cold, starts = list[float](), list[float](), list[float]()
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as folder, _served(folder) as (address, _, seconds):
            starts.append(seconds)
            first.append(_seconds(f"{address}/"))
            _ready(address)
            cold.append(_seconds(f"{address}/p/stargate?as_of={LAST}"))
    yield Figure("serve, until it listens", median(starts), "s")
    yield Figure("first page after it listens", median(first), "s", at_most=0.3, note=f"median of {STARTS} starts")
    yield Figure("overview of Stargate, cold", median(cold), "s", at_most=1.0, note=f"median of {STARTS} fresh servers")
    with tempfile.TemporaryDirectory() as folder, _served(folder) as (address, pid, _):
        _ready(address)
        yield from _kept(address)
        yield from _loaded(address, pid)
        yield from _what_ifs(address, pid)


def _kept(address: str) -> Iterator[Figure]:
    _seconds(f"{address}/p/stargate?as_of={LAST}")
    other = [_seconds(f"{address}/p/stargate?as_of={LAST - timedelta(days=40 * n)}") for n in (1, 2, 3)]
    yield Figure("overview of Stargate, another day", median(other), "s", at_most=1.0, note="nothing kept of that day")
    warm = sorted(_seconds(f"{address}/p/stargate?as_of={LAST}") for _ in range(WARM))
    yield Figure("overview of Stargate, warm", warm[int(0.95 * WARM)], "s", at_most=0.2, note=f"p95 of {WARM}")


def _loaded(address: str, pid: int) -> Iterator[Figure]:
    kept = [f"/p/{name}?as_of={LAST - timedelta(days=30 * n)}" for name in PROGRAMMES for n in range(3)]
    for page in kept:
        _seconds(address + page)
    before = _memory(pid)
    told = subprocess.run(
        [sys.executable, "-m", "bench.web", address, json.dumps(kept)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).resolve().parents[1],
    )  # fmt: skip
    found = json.loads(told.stdout)
    took = sorted(found["took"])
    note = f"{len(took):,} pages in {SECONDS:g} s, {found['cold']} of them not kept; median {median(took) * 1000:.0f} ms"
    yield Figure(f"{READERS} readers, p95", took[int(0.95 * len(took))], "s", at_most=0.5, note=note)
    yield Figure(f"{READERS} readers, errors", found["errors"], "", at_most=0)
    yield Figure("memory after the readers", _memory(pid), "MB", note=f"before: {before:.0f} MB")


def _what_ifs(address: str, pid: int) -> Iterator[Figure]:
    """One input changed, each time to another value; the memory after a third of them beside that after all."""
    asked = f"{address}/api/programmes/stargate/simulate?as_of={LAST}&draws=256&quantity=power_facility[operational]&set=overrun_factor="
    took, after = list[float](), 0.0
    for place in range(WHAT_IFS):
        took.append(_seconds(f"{asked}{1 + place / 10_000:.4f}"))
        if place == WHAT_IFS // 3:
            after = _memory(pid)
    yield Figure("what-ifs, median", median(took), "s", note=f"{WHAT_IFS:,}, 256 draws")
    yield Figure("memory after all beside a third of them", _memory(pid) / after, "", at_most=1.1, note=f"{_memory(pid):.0f} MB")


# -- the readers, in a process of their own ------------------------------------------------------------------------------------------


async def _reader(address: str, pages: list[str], until: float, took: list[float], errors: list[str]) -> None:
    """One reader with a connection of its own, who looks at a page for a while and then asks for another."""
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    while time.perf_counter() < until:
        await asyncio.sleep(random.random() * LOOKS)
        began = time.perf_counter()
        status = await _get(reader, writer, random.choice(pages))
        took.append(time.perf_counter() - began)
        if status != 200:
            errors.append(str(status))
    writer.close()


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, page: str) -> int:
    writer.write(f"GET {page} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"(?i)content-length: (\d+)", head)
    await reader.readexactly(int(length[1]) if length else 0)
    return int(head.split()[1])


async def _readers(address: str, pages: list[str]) -> dict[str, object]:
    took, cold, errors = list[float](), list[float](), list[str]()
    until = time.perf_counter() + SECONDS

    async def latecomer() -> None:
        place = 0
        while time.perf_counter() < until:
            place += 1
            fresh = f"/p/{PROGRAMMES[place % len(PROGRAMMES)]}?as_of={LAST - timedelta(days=200 + place)}"
            await _reader(address, [fresh], time.perf_counter() + 0.01, cold, errors)
            await asyncio.sleep(COLD_EVERY)

    await asyncio.gather(latecomer(), *(_reader(address, pages, until, took, errors) for _ in range(READERS)))
    return {"took": took + cold, "cold": len(cold), "errors": len(errors)}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_readers(sys.argv[1], json.loads(sys.argv[2])))))
