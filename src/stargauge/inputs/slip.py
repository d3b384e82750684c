"""The records that slips are learnt from, one cell per record; their fit as shipped, and the chances by which plans slip."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np

from stargauge.catalogue.records import FitRecord, outcomes_of, plans_of
from stargauge.programme.known import Known
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import STANDARD_NORMAL, STANDARD_UNIFORM
from stargauge.quantity.quantity import quantity
from stargauge.quantity.schedule.slip import Plans
from stargauge.quantity.statement import Estimate, Mixture, Statement, resting_on


@lru_cache(maxsize=256)
def _cells_of(records: tuple[FitRecord, ...], refits: tuple[str, ...], as_of: date, name: str, unit: str) -> tuple[Estimate, ...]:
    """One column of the records as estimates; made once, as every option of every alternative asks for the same."""
    plans, outcomes = plans_of(records), outcomes_of(records, refits)
    values = getattr(plans if name in Plans._fields else outcomes, name)
    return tuple(_estimate(record, float(value), unit, as_of) for record, value in zip(records, values, strict=True))


def _cells(known: Known, name: str, unit: str) -> list[Estimate]:
    return list(_cells_of(known.slip_records, known.axes["refit"], known.as_of, name, unit))


def _estimate(record: FitRecord, value: float, unit: str, as_of: date) -> Estimate:
    published = Window(record.known_at, record.known_at)
    statement = Statement(
        value, unit, published, published, record.source, "observed" if record.outcome == "reached" else "reported", record.grade,  # type: ignore[arg-type]
        record.milestone, f"catalogue/fit-record/{record.id}", record.project,
    )  # fmt: skip
    return Estimate(value, "default", (statement,), record.known_at if record.known_at > as_of else None)


@quantity("d", "record")
def slip_record_lead(known: Known) -> list[Estimate]:
    """Days from the publication of a plan to the middle of its planned window, per record."""
    return _cells(known, "lead", "d")


@quantity("d", "record")
def slip_record_window(known: Known) -> list[Estimate]:
    """Half the width of the planned window, per record: a plan for a year is less than a plan for a day."""
    return _cells(known, "window", "d")


@quantity("d", "record")
def slip_record_taken(known: Known) -> list[Estimate]:
    """Days from the publication of a plan to what happened, or to the last look where it had not happened yet, per record."""
    return _cells(known, "taken", "d")


@quantity("1", "record")
def slip_record_reached(known: Known) -> list[Estimate]:
    """1 where the milestone was reached, 0 where it was not yet at the last look or was given up, per record."""
    return _cells(known, "reached", "1")


@quantity("1", "record")
def slip_record_cancelled(known: Known) -> list[Estimate]:
    """1 where the project was given up, 0 where it was reached or still open at the last look, per record."""
    return [_estimate(record, float(record.outcome == "cancelled"), "1", known.as_of) for record in known.slip_records]


@quantity("1", "record")
def slip_record_group(known: Known) -> list[Estimate]:
    """Kind of project of a record, its place among the kinds that are told apart."""
    return _cells(known, "group", "1")


@quantity("1", "record")
def slip_record_stage(known: Known) -> list[Estimate]:
    """What the milestone of a record means: 0 operation, 1 start of work, 2 power."""
    return _cells(known, "stage", "1")


@quantity("1", "record")
def slip_record_replan(known: Known) -> list[Estimate]:
    """1 where a plan had been replaced by this one, 0 for a first plan, per record."""
    return _cells(known, "replan", "1")


@quantity("1", "record")
def slip_record_tracker(known: Known) -> list[Estimate]:
    """1 where a third party forecast the date, 0 where whoever builds stated it, per record."""
    return _cells(known, "tracker", "1")


@quantity("1", "record")
def slip_record_owner(known: Known) -> list[Estimate]:
    """Number of the owner a record belongs to."""
    return _cells(known, "owner", "1")


@quantity("1", "record")
def slip_record_project(known: Known) -> list[Estimate]:
    """Number of the project a record belongs to."""
    return _cells(known, "project", "1")


@quantity("1", "record")
def slip_record_frame(known: Known) -> list[Estimate]:
    """Number of the refit that leaves a record out, by how it was found (a list, press ...); -1 where none does."""
    return _cells(known, "frame", "1")


@quantity("1")
def slip_owner(known: Known) -> Estimate:
    """Number of the owner whose earlier records speak for the programme; -1 where there are none."""
    places = dict(zip((record.owner for record in known.slip_records), outcomes_of(known.slip_records, ()).owner, strict=True))
    owner = known.programme.owner
    return Estimate(float(places.get(owner, -1.0)), "stated", (), None, owner or "no earlier records")


@quantity("1", "refit sample coefficient")
def slip_fit_shipped(known: Known) -> list[Estimate]:
    """The fit of slips as shipped with the catalogue for these very records and priors; absent where there is none."""
    later = max((record.known_at for record in known.slip_records if record.known_at > known.as_of), default=None)
    priors = known.catalogue.slip_priors()
    middle, width = (np.asarray(one.value) for one in priors)
    tables = known.catalogue.catalogue.slip_fit(known.slip_records, (middle, width), known.axes["refit"], known.programme.owner)
    note = "fitted to the plan-to-actual records, see slip_fit"
    return [resting_on(Estimate(table, "default", (), later, note), *(prior.hindsight for prior in priors)) for table in tables]


@quantity("1", "coefficient")
def slip_prior_middle(known: Known) -> Estimate:
    """What is assumed of each coefficient before any record: its middle (of a spread: its root mean square; of the offset: days)."""
    return known.catalogue.slip_priors()[0]


@quantity("1", "coefficient")
def slip_prior_width(known: Known) -> Estimate:
    """How far each coefficient may lie from its middle before any record: a standard deviation (of the offset: of its logarithm)."""
    return known.catalogue.slip_priors()[1]


@quantity("1", "draw")
def slip_refit(known: Known) -> Estimate:
    """Which refit of the slip a world uses: all records (half of the worlds), or all but one group."""
    names = known.axes["refit"]
    rest = len(names) - 1
    weights = (0.5, *(0.5 / rest for _ in range(rest))) if rest else (1.0,)
    value = Mixture("slip-refit", weights, tuple(float(i) for i in range(len(names))), tuple(names)) if rest else 0.0
    later = max((record.known_at for record in known.slip_records if record.known_at > known.as_of), default=None)
    note = "half of the worlds use all records; the others leave one group of records out, in equal parts"
    return Estimate(value, "assumed", (), later, note)


@quantity("1", "draw")
def slip_sample(known: Known) -> Estimate:
    """Which sample of the fitted coefficients a world uses, a uniform deviate: few records leave them uncertain."""
    return Estimate(STANDARD_UNIFORM, "default", note="a pure stream of chance; the samples are slip_fit")


@quantity("1", "draw")
def slip_programme(known: Known) -> Estimate:
    """The part of the slip that the whole programme shares, a standard normal deviate."""
    return Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; its weight is the owner_spread of slip_fit")


@quantity("1", "draw site")
def slip_site(known: Known) -> list[Estimate]:
    """The part of the slip that one site shares, a standard normal deviate."""
    return [
        Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; its weight is the spread_project of slip_fit")
        for _ in known.sites
    ]


@quantity("1", "draw site")
def slip_site_pick(known: Known) -> list[Estimate]:
    """Which of the strata of a site's part of the slip a world has, given the looks at the site, a uniform deviate."""
    return [Estimate(STANDARD_UNIFORM, "default", note="a pure stream of chance; used in slip_site_seen") for _ in known.sites]


@quantity("d", "draw")
def building_memory(known: Known) -> Estimate:
    """Days between the plans of two buildings of a site over which what holds up the one ceases to hold up the other."""
    return known.default("reference-class", "build", "building_memory")


@quantity("1", "draw phase")
def slip_phase(known: Known) -> list[Estimate]:
    """The part of the slip that is a phase's own, a standard normal deviate."""
    return [
        Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; its weight is the spread of slip_fit") for _ in known.phases
    ]
