"""The records that slips are learnt from, one cell per record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from stargauge.catalogue.records import FitRecord, Vintage
from stargauge.programme.known import Known
from stargauge.quantity.dates import Window, day, from_day
from stargauge.quantity.distribution import STANDARD_NORMAL, Distribution
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate, Mixture, Statement


def _cells(known: Known, value: Callable[[FitRecord], float], unit: str) -> list[Estimate]:
    return [_estimate(record, value(record), unit, known) for record in known.slip_records]


def _estimate(record: FitRecord, value: float, unit: str, known: Known) -> Estimate:
    published = Window(record.known_at, record.known_at)
    statement = Statement(
        value, unit, published, published, record.source, "observed" if record.outcome == "reached" else "reported", record.grade,  # type: ignore[arg-type]
        record.milestone, f"catalogue/fit-record/{record.id}", record.project,
    )  # fmt: skip
    return Estimate(value, "default", (statement,), record.known_at if record.known_at > known.as_of else None)


def _published(record: FitRecord) -> float:
    assert record.plan_mid is not None and record.lead_days is not None
    return record.plan_mid - record.lead_days


def _taken(record: FitRecord) -> float:
    end = record.actual_mid if record.outcome == "reached" and record.actual_mid is not None else day(record.known_at)
    return end - _published(record)


def _index_of(names: Sequence[str]) -> dict[str, int]:
    return {name: index for index, name in enumerate(dict.fromkeys(names))}


@quantity("d", "record")
def slip_record_lead(known: Known) -> list[Estimate]:
    """Days from the publication of a plan to the middle of its planned window, per record."""
    return _cells(known, lambda record: float(record.lead_days or 0.0), "d")


@quantity("d", "record")
def slip_record_taken(known: Known) -> list[Estimate]:
    """Days from the publication of a plan to what happened, or to the last look where it had not happened yet, per record."""
    return _cells(known, _taken, "d")


@quantity("1", "record")
def slip_record_reached(known: Known) -> list[Estimate]:
    """1 where the milestone was reached, 0 where it was not yet at the last look, per record."""
    return _cells(known, lambda record: float(record.outcome == "reached"), "1")


@quantity("1", "record")
def slip_record_owner(known: Known) -> list[Estimate]:
    """Number of the owner a record belongs to."""
    numbers = _index_of([record.owner for record in known.slip_records])
    return _cells(known, lambda record: float(numbers[record.owner]), "1")


@quantity("1", "record")
def slip_record_project(known: Known) -> list[Estimate]:
    """Number of the project a record belongs to."""
    numbers = _index_of([record.project for record in known.slip_records])
    return _cells(known, lambda record: float(numbers[record.project]), "1")


@quantity("1", "record")
def slip_record_frame(known: Known) -> list[Estimate]:
    """Number of the group a record was found in (a company's full list, press, listed companies ...); each refit leaves one out."""
    numbers = {name: index for index, name in enumerate(known.axes["refit"][1:])}
    return _cells(known, lambda record: float(numbers[f"without-{record.frame}"]), "1")


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
def slip_programme(known: Known) -> Estimate:
    """The part of the slip that the whole programme shares, a standard normal deviate."""
    return Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; its weight is slip_share_programme")


@quantity("1", "draw site")
def slip_site(known: Known) -> list[Estimate]:
    """The part of the slip that one site shares, a standard normal deviate."""
    return [Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; its weight is slip_share_site") for _ in known.sites]


@quantity("1", "draw phase")
def slip_phase(known: Known) -> list[Estimate]:
    """The part of the slip that is a phase's own, a standard normal deviate."""
    return [Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; its weight is what the shares leave") for _ in known.phases]


def _vintage_cells(known: Known, value: Callable[[Vintage], float], unit: str) -> list[Estimate]:
    out = []
    for vintage in known.vintages:
        last = vintage.editions[-1][0]
        window = Window(last, last)
        statement = Statement(
            value(vintage), unit, window, window, vintage.source, "estimated", vintage.grade, vintage.milestone,  # type: ignore[arg-type]
            f"catalogue/vintage/{vintage.programme}", vintage.programme,
        )  # fmt: skip
        out.append(Estimate(value(vintage), "default", (statement,), last if last > known.as_of else None))
    return out


def _past(vintage: Vintage) -> bool:
    edition, stated = vintage.editions[0]
    return stated is not None and from_day(stated) <= edition - timedelta(days=0)


@quantity("d", "vintage")
def vintage_revision(known: Known) -> list[Estimate]:
    """Days by which a milestone's date moved between the first and the last edition of a tracker, per milestone."""
    return _vintage_cells(known, lambda vintage: vintage.slip_days, "d")


@quantity("d", "vintage")
def vintage_elapsed(known: Known) -> list[Estimate]:
    """Days between the first and the last edition of the tracker, per milestone."""
    return _vintage_cells(known, lambda v: float((v.editions[-1][0] - v.editions[0][0]).days), "d")


@quantity("1", "vintage")
def vintage_past(known: Known) -> list[Estimate]:
    """1 where the first edition already called the milestone past (a re-dating), 0 where it was a forecast, per milestone."""
    return _vintage_cells(known, lambda vintage: float(_past(vintage)), "1")


@quantity("d", "draw phase")
def phase_redating(known: Known) -> list[Estimate]:
    """Days by which a tracker's estimate of a past date moves later again: the re-datings seen between its editions, equally likely.

    Zero for phases whose operational date is no tracker's estimate.
    """
    past = [v for v in known.vintages if _past(v)]
    later = max((v.editions[-1][0] for v in known.vintages if v.editions[-1][0] > known.as_of), default=None)
    out = []
    for phase in known.phases:
        seen = known.milestone_observed(phase, "operational")
        if seen is None or seen.status != "estimated" or not past:
            out.append(Estimate(0.0, "default", note="no estimated date to move"))
            continue
        moves = (0.0, *sorted(max(0.0, v.slip_days) for v in past))
        value = Distribution("choice", (*moves, float(len(past)), *(1.0 for _ in past)))
        out.append(
            Estimate(
                value, "default", (seen,), later, "not moved in half of the worlds (an assumption), else as dates in three editions were"
            )
        )
    return out
