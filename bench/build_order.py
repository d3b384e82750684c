"""The cheapest order of build: process time, memory and proven gap at the size of Stargate, and beside HiGHS on the whole program at once.

Each runs in a process of its own with one thread; what is timed is the solving, making the case not. Memory is that of the process, most
of it taken while the case is made.
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
#: Seconds that a case has, and the gap asked for.
LIMIT, GAP = 60.0, 0.01
#: By name: (share, month) of targets, USD a year, and the size where it is not that of Stargate.
CASES: dict[str, tuple[tuple[tuple[float, int], ...], float, str]] = {
    "share 0.4": (((0.4, 60),), 0.0, "large"),
    "share 0.7": (((0.7, 60),), 0.0, "large"),
    "share 0.95": (((0.95, 84),), 0.0, "large"),
    "money short": (((0.5, 72),), 35e9, "large"),
    "three targets": (((0.3, 48), (0.5, 66), (0.5, 66)), 0.0, "large"),
    "small": (((0.5, 30),), 0.0, "small"),
}


def build_order() -> Iterator[Figure]:
    """Each case; the most that can be had of one; then the small one by HiGHS alone."""
    for name in CASES:
        ours = _run("ours", name)
        if "none" in ours:
            yield Figure(f"build order: {name}", ours["seconds"], "s", at_most=LIMIT, note="no order of build keeps it all")
            continue
        note = f"value {ours['value'] / 1e9:.2f} bn USD, {ours['memory']:.0f} MB, {ours['programs']:.0f} programs"
        yield Figure(f"build order: {name}, process time", ours["seconds"], "s", at_most=LIMIT, note=note)
        yield Figure(f"build order: {name}, gap", ours["gap"], "1", at_most=GAP)
        yield Figure(f"build order: {name}, memory", ours["memory"], "MB", at_most=2000.0)
    most = _run("most", "share 0.7")
    note = f"{most['value'] / 1e9:.2f} GW, {'proven' if most['proven'] else 'not proven'} to {GAP:.0%}"
    yield Figure("build order: share 0.7, the most by its day, process time", most["seconds"], "s", at_most=LIMIT / 2.0, note=note)
    theirs = _run("HiGHS", "small")
    note = f"{theirs['seconds']:.1f} s, gap {theirs['gap']:.2%}; value over its {ours['value'] / theirs['value'] - 1.0:+.2%}"
    yield Figure("build order: small, time over that of HiGHS", ours["seconds"] / theirs["seconds"], "1", at_most=0.5, note=note)


def _run(way: str, name: str) -> dict[str, float]:
    quiet = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "bench.build_order", way, name]
    made = subprocess.run(command, env=quiet, cwd=ROOT, capture_output=True, text=True, check=True, timeout=900)
    found: dict[str, float] = json.loads(made.stdout.splitlines()[-1])
    return found


def measure(way: str, name: str) -> dict[str, float]:
    """One case solved: seconds of process time, MB at most, value and gap."""
    import resource
    from time import process_time

    from tests.build_order_cases import Size, random_case

    shares, money, size = CASES[name]
    small = {"sites": 4, "buildings": 14, "months": 36, "powers": 4, "chips": 2, "worlds": 20, "limits": 3}
    case = random_case(1, Size(**(small if size == "small" else {}), shares=shares, money=money))  # type: ignore[arg-type]
    from stargauge.plan.build_order.case.variants import Finder
    from stargauge.plan.build_order.conflict.relief import most_amount
    from stargauge.plan.build_order.solver.solve import NoOrder, solve

    before = process_time()
    if way == "ours":
        try:
            order = solve(case, gap=GAP, time_limit=LIMIT)
        except NoOrder:
            return {"none": 1.0, "seconds": process_time() - before}
        out = {"value": order.value, "gap": order.gap, **dict(order.steps)}
    elif way == "most":
        find = Finder(solve, time_limit=LIMIT / 10.0)
        amount, _ = most_amount(case, 0, find, near=GAP)
        out = {"value": amount, "proven": float(not find.late)}
    else:
        import numpy as np

        from stargauge.plan.build_order.solver.pricing import Kept, Scaled
        from stargauge.plan.build_order.solver.rest import rest

        scaled = Scaled(case)
        every = Kept(np.zeros(scaled.need.shape), np.ones(scaled.need.shape))
        found, proven, *_ = rest(scaled, case.allowed, every, nodes=2**31 - 1, seconds=LIMIT, gap=GAP)
        value = np.inf if found is None else sum(float(scaled.worth[one]) for plan in found for one in plan)
        out = {"value": float(value) * scaled.unit, "gap": 1.0 - proven / float(value)}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**out, "seconds": process_time() - before, "memory": memory}


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:3])))
