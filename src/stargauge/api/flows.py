"""Sources and uses of the parties' money."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from stargauge.api.programmes import Progress, known, load
from stargauge.api.runs import DRAWS, Given, condition, workers_of
from stargauge.audit.given import held_of
from stargauge.audit.money.flows import Flows, flows, promised, wanted
from stargauge.audit.summary import Days
from stargauge.catalogue.load import Catalogue
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

__all__ = ["promised", "sources_and_uses"]


def sources_and_uses(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, given: Given = None,
) -> Flows:  # fmt: skip
    """Where the parties' money comes from and goes to, two years ahead at year's end: means over the worlds, which add up.

    Raises InputError for a programme without parties.
    """
    made = load(programme)
    now = known(made, as_of, values)
    if not now.parties:
        raise InputError(say("{name} has no parties on record, so nobody's money can be looked at", name=made.name))
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    result = run_model(
        now, wanted(now), draws=draws, seed=seed, workers=workers_of(workers, draws), progress=progress, dates=(Days.of(now).ahead,),
        only_dates=True, held=held_of(conditions),
    )  # fmt: skip
    return flows(now, result)
