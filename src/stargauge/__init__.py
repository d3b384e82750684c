"""Stargauge: put an AI mega-project to the test, from dollars to megawatts to chips to jobs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

__all__ = [
    "audit", "backtest", "calibrate", "calibrate_gpu", "catalogue", "check", "compare", "compute", "cost", "definitions", "drivers",
    "explain", "explain_reading", "export", "facility", "finance", "goodput", "gpu_curve", "hours", "infer", "jobs", "load", "money",
    "needs", "odds", "plan", "power", "schedule", "sensitivity", "simulate", "sources", "sweep", "system", "together", "train", "validate",
    "what_changed", "workbook",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load the public functions on first use, so that `stargauge --help` imports nothing heavy."""
    if name in __all__:
        return getattr(import_module("stargauge.api"), name)
    raise AttributeError(f"module 'stargauge' has no attribute {name!r}")
