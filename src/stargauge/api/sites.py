"""The sites of a programme, and one of them in depth, each by its own run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from stargauge.api.programmes import Progress, known, load
from stargauge.api.runs import DRAWS, MANY_DRAWS, Given, condition, workers_of
from stargauge.audit.answer_data import slug
from stargauge.audit.given import held_of
from stargauge.audit.sites.site import SitePage, asked, wanted, wanted_energy
from stargauge.audit.sites.sites import Sites, named, rows_of, whole_of
from stargauge.audit.sites.sites import wanted as wanted_sites
from stargauge.audit.summary import Days, dates_of
from stargauge.catalogue.load import Catalogue
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say


def sites(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, given: Given = None,
) -> Sites:  # fmt: skip
    """Where the sites lie, what of each runs at the newest evidence, what was announced there, and when it is complete.

    Raises InputError where no site was known by then.
    """
    made = load(programme)
    now = known(made, as_of, values)
    if not named(now):
        raise InputError(say("no site of {name} was published by {as_of}: what is known has no place yet", name=made.name, as_of=now.as_of))
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    result = run_model(
        now, wanted_sites(now), draws=draws, seed=seed, workers=workers_of(workers, draws), progress=progress, dates=dates_of(now),
        held=held_of(conditions),
    )  # fmt: skip
    rows, whole = rows_of(result, now), whole_of(result, now)
    return Sites(slug(made.name), asked_as(made), made.name, str(now.as_of), result.draws, seed, rows, whole, conditions)


def site(
    name: str, programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    workers: int | None = None, values: Catalogue | None = None, progress: Progress | None = None, given: Given = None,
) -> SitePage:  # fmt: skip
    """One site: its phases with what is on record and when the rest comes, its power over time, what feeds it, every statement about it.

    The yearly energy balance takes at most 4,096 draws. Raises InputError for a site that there is not on the day.
    """
    made = load(programme)
    now = known(made, as_of, values)
    view = asked(now, name)
    conditions = condition(given, made, now=now, draws=draws, seed=seed, workers=workers)
    count, few = workers_of(workers, draws), draws <= MANY_DRAWS
    addresses = [*wanted(now, view), *(wanted_energy(now, view) if few else ())]
    days = Days.of(now)
    result = run_model(
        now, addresses, draws=draws, seed=seed, workers=count, progress=progress, dates=(days.as_of, days.evidence),
        held=held_of(conditions),
    )  # fmt: skip
    energy = result if few else run_model(now, wanted_energy(now, view), draws=MANY_DRAWS, seed=seed, held=held_of(conditions, MANY_DRAWS))
    return SitePage(now, result, energy, view, slug(made.name), asked_as(made), conditions)
