"""`python -m bench.proof [NAME ...]`: every validation, and every ratio to a tool of others, in one go, written to a dated page.

Each part runs in a process of its own, one after the other, and can fail alone: the page then says which could not run, and why. With names
only those parts are run; the others stay on the page as they were, each with its date. `--show` prints and writes nothing.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.proof_page import figures, write_page
from bench.proof_parts import PARTS
from stargauge import __version__

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "docs" / "_static" / "proof-of-quality.json"
#: Seconds that one part may take.
LIMIT = 600.0
#: What begins the line by which the process of a part hands over its figures.
_HANDED = "figures: "


def measured(name: str) -> dict[str, Any]:
    """A part, run in a process of its own: its figures, or why it could not run."""
    command = [sys.executable, "-m", "bench.proof", "--part", name]
    given = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    began, failed, told = time.perf_counter(), "", list[dict[str, Any]]()
    try:
        made = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False)
        lines = [line for line in made.stdout.splitlines() if line.startswith(_HANDED)]
        told = json.loads(lines[-1].removeprefix(_HANDED)) if lines else []
        failed = "" if made.returncode == 0 else (made.stderr.strip().splitlines() or [f"exit code {made.returncode}"])[-1]
    except subprocess.TimeoutExpired:
        failed = f"not done within {LIMIT:.0f} s"
    if not told and not failed:
        failed = "it gave no figure"
    return {
        "on": datetime.now(UTC).date().isoformat(), "machine": machine(), "version": __version__,
        "seconds": round(time.perf_counter() - began, 1), "failed": failed, "figures": told,
    }  # fmt: skip


def machine() -> str:
    """The processor, as the system names it, with how many cores this process may use."""
    told = re.search(r"model name\s*:\s*(.+)", _text(Path("/proc/cpuinfo")))
    many = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{told[1].strip() if told else platform.processor() or platform.machine()}, {many} cores, Python {platform.python_version()}"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def as_data(made: Iterable[Figure]) -> list[dict[str, Any]]:
    """Figures as they are kept; a value that is none (NaN) is null."""
    return [_plain(one) for one in made]


def _plain(one: Figure) -> dict[str, Any]:
    value = float(one.value)
    goals = {name: None if goal is None else float(goal) for name, goal in (("at_least", one.at_least), ("at_most", one.at_most))}
    return {"name": one.name, "value": value if isfinite(value) else None, "unit": one.unit, **goals, "note": one.note}


def kept() -> dict[str, Any]:
    """What was measured last, by part."""
    found: dict[str, Any] = json.loads(_text(KEPT) or "{}")
    return found


def main(names: list[str], writes: bool = True) -> int:
    """Run the parts, or those named, print their figures, write the page; 1 where a part could not run."""
    if unknown := [name for name in names if name not in PARTS]:
        print(f"no such part: {', '.join(unknown)} (there are: {', '.join(PARTS)})", file=sys.stderr)
        return 2
    made, failed = kept(), 0
    for name in names or PARTS:
        made[name] = measured(name)
        failed += bool(made[name]["failed"])
        print(f"{name} ({made[name]['seconds']:.0f} s)", *figures(made[name]), sep="\n  ")
        if made[name]["failed"]:
            print(f"  could not run: {made[name]['failed']}")
        sys.stdout.flush()
        if writes:
            write({part: made[part] for part in PARTS if part in made})
    return int(failed > 0)


def write(made: Mapping[str, Any]) -> None:
    """Write the figures, the page and its pictures."""
    KEPT.write_text(json.dumps(made, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8", newline="\n")
    write_page(made, ROOT / "docs")


def _hand_over(name: str) -> None:
    """Run a part here; hand over the figures it gave, also where it broke off."""
    made = list[Figure]()
    try:
        for figure in PARTS[name].run():
            made.append(figure)
    finally:
        print(f"\n{_HANDED}{json.dumps(as_data(made))}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        _hand_over(sys.argv[2])
    else:
        given = [one for one in sys.argv[1:] if one != "--show"]
        sys.exit(main(given, writes="--show" not in sys.argv))
