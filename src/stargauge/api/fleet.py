"""The fleet of a programme over time, and what it would compute."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from stargauge.api.programmes import Progress, known, load
from stargauge.api.runs import DRAWS, Given, condition, workers_of
from stargauge.audit.fleet import Fleet, fleet, wanted
from stargauge.audit.given import held_of
from stargauge.catalogue.load import Catalogue
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.schema import Programme

__all__ = ["compute"]


def compute(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, given: Given = None,
) -> Fleet:  # fmt: skip
    """Accelerators by generation over time, their peak, and what the fleet would train and serve: training runs a year, users, tokens."""
    made = load(programme)
    now = known(made, as_of, values)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    result = run_model(
        now, wanted(now), draws=draws, seed=seed, workers=workers_of(workers, draws), progress=progress, held=held_of(conditions)
    )
    return fleet(now, result)
