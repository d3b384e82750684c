"""The package as a newcomer gets it: built, installed beside its core alone, asked for help and for the first answer."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

AS_OF = "2026-11-22"
RUNS = 5


def _worked() -> float:
    """CPU-seconds of all processes that were begun here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def package() -> Iterator[Figure]:
    """Sizes of wheel, archive, package and environment; seconds to build, to install, to help, to a completed word, to the first answer."""
    from tests.bare_environment import asked, bare, built, bytes_below, copied, core

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = copied(folder / "source")
        began = time.perf_counter()
        wheel, archive = built(source, folder / "out")
        yield Figure("wheel and archive built", time.perf_counter() - began, "s")
        yield Figure("wheel", wheel.stat().st_size / 1e6, "MB", at_most=5.0)
        yield Figure("source archive", archive.stat().st_size / 1e6, "MB")
        began = time.perf_counter()
        programs = bare(folder / "bare", wheel)
        yield Figure("installed beside its core", time.perf_counter() - began, "s", note="the core is linked, not fetched")
        there = next((folder / "bare").glob("lib/python*/site-packages"))
        yield Figure("package", sum(bytes_below(there / "stargauge")) / 1e6, "MB")
        whole = sum(bytes_below(there)) / 1e6
        yield Figure("environment", whole, "MB", note=", ".join(f"{one} {version}" for one, version in core().items()))
        for name, arguments, most in (
            ("stargauge --help", ("--help",), 0.25), ("the same in German", ("--language", "de", "--help"), 0.25),
            ("a word completed", ("completion", "words", "--", "che"), 0.25), ("stargauge doctor", ("doctor",), None),
            ("first check of Stargate", ("check", "--as-of", AS_OF), None),
        ):  # fmt: skip
            seconds, work = [], []
            for _ in range(RUNS):
                began, worked = time.perf_counter(), _worked()
                made = asked(programs, folder, *arguments)
                seconds.append(time.perf_counter() - began)
                work.append(_worked() - worked)
                if made.returncode:
                    raise RuntimeError(f"{' '.join(arguments)}: {made.stderr}")
            yield Figure(name, min(seconds), "s", at_most=most, note=f"at first {seconds[0]:.2f} s; {min(work):.2f} CPU-s")
        floor = []
        for _ in range(RUNS):
            began = time.perf_counter()
            subprocess.run([programs / "python", "-c", "pass"], check=True)
            floor.append(time.perf_counter() - began)
        yield Figure("floor: Python alone", min(floor), "s", note=f"Python {sys.version.split()[0]}")
