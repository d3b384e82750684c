"""What would have to be true: boxes against the EMA Workbench on the same draws, and the answer for every reading of Stargate."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.figure import Figure
from stargauge import api
from stargauge.quantity.effects.prim import Dimension, prim

#: A Python with ema_workbench in it; the ratio is left out where the variable is not set.
EMA = os.environ.get("STARGAUGE_EMA", "")
AS_OF = "2026-11-22"
DRAWS, WIDE, READINGS = 10_240, 60, 45


def boxes(draws: int = DRAWS, wide: int = WIDE, readings: int = READINGS) -> Iterator[Figure]:
    """PRIM over many dimensions for many readings; and one reading by the EMA Workbench, its box the same."""
    chance = np.random.default_rng(1)
    columns = [Dimension(chance.random(draws)) for _ in range(wide)]
    truths = [
        (columns[at % wide].values > 0.5) & (columns[(at + 7) % wide].values < 0.6) & (chance.random(draws) < 0.9) for at in range(readings)
    ]
    start = time.process_time()
    found = [prim(columns, truth, least=0.05) for truth in truths]
    ours = time.process_time() - start
    yield Figure("PRIM for all readings", ours, "CPU-s", note=f"{draws:,} draws, {wide} dimensions, {readings} readings")
    if not EMA:
        return
    example = {
        "columns": {f"x{at}": one.values.tolist() for at, one in enumerate(columns)}, "categories": {}, "truth": truths[0].tolist(),
        "least": 0.05,
    }  # fmt: skip
    script = Path(__file__).parent.parent / "tests" / "ema_prim.py"
    other = json.loads(
        subprocess.run([EMA, str(script)], input=json.dumps(example), check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    )
    same = [[box.size, box.held, len(box.restricted)] for box in found[0]] == other["trajectory"]
    yield Figure(
        "ratio to the EMA Workbench", other["seconds"] * readings / ours, "x", at_least=10, note=f"{other['version']}, one reading"
    )
    yield Figure("boxes that are the same", float(same), "", at_least=1, note=f"{len(found[0])} steps, draw for draw")


def needs() -> Iterator[Figure]:
    """The whole answer: run, find, score, more draws where few hold."""
    yield from boxes()
    start = time.perf_counter()
    made = api.needs("stargate", as_of=AS_OF)
    seconds = time.perf_counter() - start
    asked = [one for one in made.readings if one.draws]
    reach = sum(one.holds is not None and one.holds.reaches for one in asked)
    yield Figure(
        "needs, all readings of Stargate", seconds, "s",
        note=f"{len(asked)} with odds, ranges that reach 90 % for {reach}; {made.draws:,} to {made.most_draws:,} draws",
    )  # fmt: skip
