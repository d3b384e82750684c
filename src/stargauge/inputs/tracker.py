"""The dates of one tracker in its editions, one cell per milestone, and the chances by which it revises more of them."""

from __future__ import annotations

from collections.abc import Callable

from stargauge.catalogue.records import Vintage
from stargauge.programme.known import Known
from stargauge.quantity.dates import Window, from_day
from stargauge.quantity.distribution import STANDARD_NORMAL, STANDARD_UNIFORM, Distribution
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate, Statement


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
    return stated is not None and from_day(stated) <= edition


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


@quantity("1", "vintage")
def vintage_programme(known: Known) -> list[Estimate]:
    """Number of the programme that a tracker's milestone belongs to: its dates often move together."""
    numbers = {name: index for index, name in enumerate(dict.fromkeys(vintage.programme for vintage in known.vintages))}
    return _vintage_cells(known, lambda vintage: float(numbers[vintage.programme]), "1")


def _chance(distribution: Distribution, count: int, of: str) -> list[Estimate]:
    return [Estimate(distribution, "default", note=f"a pure stream of chance; used in {of}") for _ in range(count)]


@quantity("1", "draw site")
def drift_moved(known: Known) -> list[Estimate]:
    """Whether a tracker moves its dates of a site within a month, a uniform deviate."""
    return _chance(STANDARD_UNIFORM, len(known.sites), "estimate_drift")


@quantity("1", "draw site")
def drift_size(known: Known) -> list[Estimate]:
    """How far a tracker moves its dates of a site if it does, a standard normal deviate."""
    return _chance(STANDARD_NORMAL, len(known.sites), "estimate_drift")


@quantity("1", "draw site")
def drift_rate(known: Known) -> list[Estimate]:
    """How often a tracker moves its dates of a site, a standard normal deviate."""
    return _chance(STANDARD_NORMAL, len(known.sites), "estimate_drift")


@quantity("1", "draw")
def redating_share(known: Known) -> Estimate:
    """How often a tracker dates past events anew, a uniform deviate."""
    return _chance(STANDARD_UNIFORM, 1, "phase_redating")[0]


@quantity("1", "draw phase")
def redating_moved(known: Known) -> list[Estimate]:
    """Whether a phase's past date is moved, a uniform deviate."""
    return _chance(STANDARD_UNIFORM, len(known.phases), "phase_redating")


@quantity("1", "draw phase")
def redating_size(known: Known) -> list[Estimate]:
    """How far a phase's past date is moved if it is, a standard normal deviate."""
    return _chance(STANDARD_NORMAL, len(known.phases), "phase_redating")


@quantity("1", "phase")
def phase_date_tracked(known: Known) -> list[Estimate]:
    """1 where the date on which a phase began to operate is a tracker's estimate, 0 where it is a company's date or not past."""
    out = []
    for phase in known.phases:
        seen = known.milestone_observed(phase, "operational")
        tracked = seen is not None and seen.status == "estimated"
        none = Estimate(0.0, "default", note="no estimated date to move")
        out.append(Estimate(float(tracked), "stated", (seen,)) if seen is not None else none)
    return out
