"""The cheapest supply: cost, process time and memory beside HiGHS on the same arrays and, where a Python has them, PyPSA and linopy.

Name that Python in STARGAUGE_PYPSA. Each runs in a process of its own with one thread; what is timed is building and solving, imports not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
#: Three sites over a year, as `plan_case` has them.
CASES = ("island", "mixed", "firm")


def plan() -> Iterator[Figure]:
    """Each case by each way; ours is the first, the ratios are of the others to it."""
    peer = os.environ.get("STARGAUGE_PYPSA", "")
    for case in CASES:
        ours = _run(sys.executable, "ours", case)
        yield Figure(
            f"plan: {case}, process time", ours["seconds"], "s", note=f"{ours['memory']:.0f} MB, {ours['cost'] / 1e6:.6f} M USD a year"
        )
        for name, python in (("HiGHS", sys.executable), ("PyPSA", peer), ("linopy", peer)):
            if not python:
                continue
            theirs = _run(python, name, case)
            off = abs(ours["cost"] / theirs["cost"] - 1.0)
            yield Figure(f"plan: {case}, cost against {name}", off, "1", at_most=1e-6)
            note = f"{theirs['seconds']:.1f} s; memory {ours['memory'] / theirs['memory']:.2f} of its {theirs['memory']:.0f} MB"
            yield Figure(f"plan: {case}, time over that of {name}", ours["seconds"] / theirs["seconds"], "1", at_most=0.5, note=note)


def _run(python: str, way: str, case: str) -> dict[str, float]:
    quiet = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    command = [python, str(ROOT / "bench" / "plan_case.py"), way, case]
    made = subprocess.run(command, env=quiet, capture_output=True, text=True, check=True, timeout=600)
    found: dict[str, float] = json.loads(made.stdout.splitlines()[-1])
    return found
