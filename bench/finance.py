"""Project finance of eight sites in 10,000 draws over 180 months, beside a compiled model that reckons one site by years."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.figure import Figure
from stargauge.engine.run import hold_freed_memory
from stargauge.quantity.finance import project_finance as pf

DRAWS, SITES, MONTHS, BLOCK = 10_000, 8, 180, 256
_PEER = Path(__file__).with_name("finance_peer.py")


def finance() -> Iterator[Figure]:
    """CPU seconds of size, schedule, tax and waterfall; site cash flows per CPU-second beside the peer's."""
    rng = np.random.default_rng(1)
    given = _given(rng, BLOCK * SITES)
    hold_freed_memory()  # as every run of the engine does
    _project(*given)
    seconds, owed, lost = 0.0, 0.0, 0.0
    blocks = -(-DRAWS // BLOCK)
    for _ in range(blocks):
        begun = time.process_time()
        loan, accounts, tax = _project(*given)
        seconds += time.process_time() - begun
        owed = max(owed, float(np.abs((loan.waiting + loan.balance)[-1]).max()))
        lost = max(lost, _unbalanced(given[2], tax, accounts))
    seconds *= DRAWS / (blocks * BLOCK)
    note = f"{DRAWS:,} draws x {SITES} sites x {MONTHS} months; debt left {owed:.1e} USD, cash lost {lost:.1e} USD"
    yield Figure("project finance with full waterfall", seconds, "CPU-s", at_most=3.0, note=note)
    ours = DRAWS * SITES / seconds
    theirs = _peer()
    if theirs is None:
        yield Figure("site cash flows per CPU-second", ours, "1/s", note="no peer: see bench/README.md")
        return
    yield Figure("annual runs of PySAM Singleowner", theirs, "1/s", note="one site by years, execute() alone")
    yield Figure("site cash flows over the peer's", ours / theirs, "times", at_least=300.0)


def _given(rng: np.random.Generator, cells: int) -> tuple[np.ndarray, ...]:
    """Two buildings per site, built in two years, let for twelve; income and rates that move."""
    cost, begins = np.zeros((MONTHS, cells)), np.zeros((MONTHS, cells))
    cost[:24] = rng.uniform(1e7, 6e7, (24, cells))
    begins[11], begins[24] = 0.5, 1.0
    secured = np.zeros((MONTHS, cells))
    secured[12:25], secured[25:170] = rng.uniform(4e6, 8e6, cells), rng.uniform(9e6, 1.6e7, cells)
    cash = secured * rng.uniform(0.6, 1.2, (MONTHS, cells))
    rate = np.full((MONTHS, cells), 0.08 / 12) + rng.normal(0.0, 2e-4, (MONTHS, cells))
    return cost, begins, cash, secured, rate


def _project(cost: np.ndarray, begins: np.ndarray, cash: np.ndarray, secured: np.ndarray, rate: np.ndarray) -> tuple:
    months, cells = cost.shape
    one = np.ones(cells)
    terms = pf.Terms(
        rate, rate + 1e-3, 0.7 * one, 1.3 * one, np.inf * one, 0.02 * one, np.full((months, cells), 4e-4), 150.0 * one, 72.0 * one,
        0.0 * one,
    )  # fmt: skip
    loan = pf.sized_loan(cost, begins, secured, np.ones((months, cells)), terms)[1]
    closing = pf.years_of(np.arange(months) % 12 + 1)
    tax = pf.income_tax(cash - loan.interest, np.full((len(closing), cells), 5e7), 0.21 * one, closing)
    service = np.maximum(loan.interest + loan.principal, 0.0)
    target = pf.reserve_target(service, 6.0 * one)
    rules = pf.Rules(1.15 * one, target, np.full((months, cells), 1e5), np.full((months, cells), 1e5))
    return loan, pf.waterfall(cash - tax, np.zeros((months, cells)), service, rate, rules), tax


def _unbalanced(cash: np.ndarray, tax: np.ndarray, out: pf.Accounts) -> float:
    held = np.diff(out.reserve + out.renewal + out.trapped, axis=0, prepend=0.0)
    return float(np.abs(cash - tax + out.support - out.paid - out.junior_paid - out.distribution - held).max())


def _peer() -> float | None:
    """Runs per CPU-second of the peer, by a Python that has it; None where no such Python is named."""
    python = os.environ.get("STARGAUGE_BENCH_PYSAM")
    if not python:
        return None
    done = subprocess.run([python, str(_PEER)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return None
    return float(json.loads(done.stdout)["per_second"])
