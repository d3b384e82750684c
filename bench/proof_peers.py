"""Ratios to tools of others: the same task by both, each alone in a process of its own, the answers compared, then CPU time and memory.

The tools lie in an environment of their own (`requirements/proof.txt`); the peaks of memory hold what each loads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import fleet_events, plan, small
from bench.audit import _WEIGHTS, _g_indices
from bench.audit_needs import DRAWS, WIDE
from bench.figure import Figure

ROOT = Path(__file__).resolve().parents[1]
#: The Python that has the tools of others.
OTHERS = Path(os.environ.get("STARGAUGE_PROOF_PYTHON") or ROOT / ".venv" / "proof" / "bin" / "python")
#: Seconds that one task may take.
LIMIT = 400
Answer = dict[str, Any]


class Missing(Exception):
    """A tool of others that is not there."""


def theirs(task: str, asked: Answer) -> Answer:
    """A task by a tool of others."""
    if not OTHERS.exists():
        raise Missing(f"there is no Python with {task}: its environment could not be made (requirements/proof.txt)")
    return _answer([str(OTHERS), str(ROOT / "bench" / "proof_others.py"), task], asked)


def ours(task: str, asked: Answer) -> Answer:
    """The same task by Stargauge."""
    return _answer([sys.executable, "-m", "bench.proof_ours", task], asked)


def _answer(command: list[str], asked: Answer) -> Answer:
    one_thread = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")}
    given = {**os.environ, **one_thread, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONWARNINGS": "ignore"}
    made = subprocess.run(command, input=json.dumps(asked), env=given, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT)
    if made.returncode:
        last = made.stderr.strip().splitlines()[-1:] or [f"exit code {made.returncode}"]
        raise Missing(last[0]) if "ModuleNotFoundError" in last[0] else RuntimeError(last[0])
    found: Answer = json.loads(made.stdout.splitlines()[-1])
    return found


def speeds(work: str, mine: tuple[float, Answer], other: tuple[float, Answer]) -> Iterator[Figure]:
    """Work done per CPU-second by both, the ratio, and the ratio of the peaks of memory."""
    (amount, our_answer), (their_amount, their_answer) = mine, other
    our_rate, their_rate = amount / our_answer["seconds"], their_amount / their_answer["seconds"]
    yield Figure(f"{work}, ours", our_rate, "1/CPU-s", note=f"{amount:,.0f} in {our_answer['seconds']:.3g} CPU-s")
    yield Figure(f"{work}, theirs", their_rate, "1/CPU-s", note=f"{their_amount:,.0f} in {their_answer['seconds']:.3g} CPU-s")
    yield Figure(f"{work}: ratio", our_rate / their_rate, "times", at_least=1.0)
    note = f"{our_answer['memory']:.0f} MB beside {their_answer['memory']:.0f} MB, for the work as stated"
    yield Figure(f"{work}: peak memory over theirs", our_answer["memory"] / their_answer["memory"], "times", note=note)


def _apart(ours: Any, theirs: Any) -> float:
    """The largest relative difference of two tables of numbers."""
    one, other = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    return float(np.max(np.abs(one - other) / np.maximum(np.abs(other), 1e-12)))


def _errors_apart(ours: Any, theirs: Any) -> float:
    """How many standard errors the means of two samples are apart."""
    one, other = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    error = np.hypot(one.std(ddof=1) / one.size**0.5, other.std(ddof=1) / other.size**0.5)
    return float(abs(one.mean() - other.mean()) / error)


# --- each tool --------------------------------------------------------------------------------------------------------------------


def pysam() -> Iterator[Figure]:
    """Single owner, 400 prices, by NREL's System Advisor Model."""
    asked = {
        "power_kw": 1e5, "cost": 1e9, "om": 25e6, "years": 25, "tax": 0.21, "cover": 1.3, "tenor": 18, "rate": 0.07, "most": 0.7,
        "recovery": 5, "prices": np.linspace(0.10, 0.21, 400).tolist(),  # above, PySAM's search finds no rate of return
    }  # fmt: skip
    one, other = ours("NREL-PySAM", asked), theirs("NREL-PySAM", asked)
    mine, other_rows = np.array(one["found"]["rows"]), np.array(other["found"]["rows"])
    note = "largest relative gap, 400 prices"
    yield Figure(f"debt and equity beside PySAM {other['version']}", _apart(mine[:, :2], other_rows[:, :2]), "", at_most=1e-9, note=note)
    yield Figure(
        "return after tax beside PySAM", _apart(mine[:, 2], other_rows[:, 2]), "", at_most=1e-5, note=f"{note}; it stops searching there"
    )
    yield from speeds("single-owner cases", (400, one), (400, other))


def squigglepy() -> Iterator[Figure]:
    """The small model of 12 inputs: squigglepy called once per draw, as its users write models, and its sampler by whole arrays."""
    from bench import engine

    if not OTHERS.exists():
        raise Missing("there is no Python with squigglepy: its environment could not be made (requirements/proof.txt)")
    engine.PEER = str(OTHERS)
    yield from engine.peer()
    asked = {"ranges": small.RANGES, "draws": 2**20, "points": {}}
    one, other = ours("squigglepy", asked), theirs("squigglepy", asked)
    gaps = [
        abs(mean - theirs_mean) / np.hypot(error, their_error)
        for mean, theirs_mean, error, their_error in zip(
            one["found"]["means"], other["found"]["means"], one["found"]["errors"], other["found"]["errors"], strict=True
        )
    ]
    yield Figure("largest gap of the means, arrays", max(gaps), "std. errors", at_most=4, note="six outputs")
    yield from speeds("draws by whole arrays", (2**20, one), (2**20, other))


def ema() -> Iterator[Figure]:
    """A sweep of the small model by the EMA Workbench, our outcomes at its points; and PRIM on the same draws."""
    from bench import audit_needs

    runs = 20_000
    asked = {"ranges": small.RANGES, "outputs": small.OUTPUTS, "runs": runs}
    other = theirs("ema_workbench", asked)
    one = ours("ema_workbench", {"draws": 2**18, "points": other["found"]["points"]})
    gap = max(_apart(one["found"]["outcomes"][name], other["found"]["outcomes"][name]) for name in small.OUTPUTS)
    yield Figure(f"outcomes beside EMA Workbench {other['version']}", gap, "", at_most=1e-6, note=f"largest relative gap, {runs:,} points")
    yield from speeds("runs of a sweep", (2**18, one), (runs, other))
    audit_needs.EMA = str(OTHERS)
    yield from audit_needs.boxes(DRAWS, WIDE, 5)


def salib() -> Iterator[Figure]:
    """Sobol indices of the g-function of eight inputs, from as many evaluations as SALib takes."""
    rows, (first, total) = 1024, _g_indices()
    asked = {"weights": _WEIGHTS.tolist(), "rows": rows}
    other = theirs("SALib", asked)
    count = other["found"]["evaluations"]

    def error(answer: Answer) -> float:
        return float(
            max(np.abs(np.array(answer["found"]["first"]) - first).max(), np.abs(np.array(answer["found"]["total"]) - total).max())
        )

    yield Figure(f"SALib {other['version']}: error of indices", error(other), "", note=f"{count:,} evaluations, against the closed form")
    one = ours("SALib", asked)
    yield Figure("ours: error of indices", error(one), "", at_most=0.01, note=f"{count:,} plain draws, any would do")
    yield Figure("error over SALib's", error(one) / error(other), "times", at_most=1.0)
    yield from speeds("evaluations with their indices", (count, one), (count, other))


def simpy() -> Iterator[Figure]:
    """A training job on a fleet with spares, 4 days: histories per CPU-second."""
    job = {name: float(value) for name, value in fleet_events._job()._asdict().items()}
    asked = {"job": job, "spares": 16, "repair": 172_800.0, "horizon": 4 * 86_400.0}
    asked["swapped"] = sum(cause.share for cause in fleet_events.CAUSES if cause.swap)
    many, few = 8192, 400
    one, other = ours("simpy", {**asked, "histories": many}), theirs("simpy", {**asked, "histories": few})
    names = ("work", "checkpoint", "planned", "detection", "waiting", "reload", "kept", "lost", "stops")
    gaps = {name: _errors_apart(one["found"][name], other["found"][name]) for name in names}
    worst = max(gaps, key=lambda name: gaps[name])
    yield Figure(
        f"means beside SimPy {other['version']}", gaps[worst], "std. errors", at_most=4.0, note=f"{len(names)} quantities, worst: {worst}"
    )
    yield from speeds("histories of a fleet", (many, one), (few, other))
    events = float(np.mean(one["found"]["events"])), float(np.mean(other["found"]["events"]))
    yield Figure("events, ours", many * events[0] / one["seconds"] / 1e6, "M/CPU-s", at_least=2.0, note=f"{events[0]:,.0f} a history")
    yield Figure(
        "events, SimPy", few * events[1] / other["seconds"] / 1e6, "M/CPU-s", note=f"{events[1]:,.0f} a history, as the tool counts"
    )


def pypsa() -> Iterator[Figure]:
    """The cheapest supply of three sites over a year of hours, by PyPSA with HiGHS."""
    if not OTHERS.exists():
        raise Missing("there is no Python with PyPSA: its environment could not be made (requirements/proof.txt)")
    for case in plan.CASES:
        one, other = plan._run(sys.executable, "ours", case), plan._run(str(OTHERS), "PyPSA", case)
        note = f"{one['cost'] / 1e6:.6f} M USD a year"
        yield Figure(f"{case}: cost beside PyPSA's", abs(one["cost"] / other["cost"] - 1.0), "", at_most=1e-6, note=note)
        note = f"{one['seconds']:.2f} CPU-s beside {other['seconds']:.1f} CPU-s"
        yield Figure(f"{case}: ratio", other["seconds"] / one["seconds"], "times", at_least=2.0, note=note)
        note = f"{one['memory']:.0f} MB beside {other['memory']:.0f} MB"
        yield Figure(f"{case}: peak memory over theirs", one["memory"] / other["memory"], "times", note=note)


def build_order() -> Iterator[Figure]:
    """The cheapest order of build of a small made-up programme, by HiGHS on the whole program at once, within a minute."""
    from bench.build_order import GAP, _run

    one, other = _run("ours", "small"), _run("HiGHS", "small")
    yield Figure("proven gap, ours", 100 * one["gap"], "%", at_most=100 * GAP, note=f"{one['value'] / 1e9:.2f} bn USD")
    yield Figure(
        "cost over that of HiGHS", 100 * (one["value"] / other["value"] - 1.0), "%", at_most=100 * GAP, note=f"its gap {other['gap']:.2%}"
    )
    note = f"{one['seconds']:.2f} CPU-s beside {other['seconds']:.1f} CPU-s"
    yield Figure("order of build: ratio", other["seconds"] / one["seconds"], "times", at_least=2.0, note=note)
    note = f"{one['memory']:.0f} MB beside {other['memory']:.0f} MB"
    yield Figure("order of build: peak memory over theirs", one["memory"] / other["memory"], "times", note=note)
