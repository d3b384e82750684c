"""Accelerators: what a programme states of its hardware, and the catalogue's generations. Picks and labels, never computes."""

from __future__ import annotations

from stargauge.programme.axes import PhaseView
from stargauge.programme.known import Known
from stargauge.programme.milestones import newest
from stargauge.quantity.quantity import DTYPES, quantity
from stargauge.quantity.statement import ABSENT, Estimate, Statement

_FP16 = "peak_fp16"
_H100 = "h100-sxm"


def _by_chip(known: Known, attribute: str) -> list[Estimate]:
    return [known.default("accelerator", chip, attribute) for chip in known.axes["chip"]]


def _fleet(known: Known, attribute: str) -> Estimate:
    return known.default("accelerator", "fleet", attribute)


@quantity("d", "draw chip")
def chip_ships_from(known: Known) -> list[Estimate]:
    """Day from which each generation is what a hall of unnamed hardware or a refresh gets; absent where it is installed only when named.

    The catalogue's succession; where none of the programme's accelerators is in it, the day each ships.
    """
    succession = _by_chip(known, "default_from")
    return succession if any(estimate.statements for estimate in succession) else _by_chip(known, "ships_from")


@quantity("W", "draw chip")
def accelerator_it_power(known: Known) -> list[Estimate]:
    """IT power per accelerator of each generation, with its share of processors, switches, network and storage."""
    return _by_chip(known, "it_power")


@quantity("1", "draw chip")
def accelerators_per_rack(known: Known) -> list[Estimate]:
    """Accelerators in one rack of each generation."""
    return _by_chip(known, "accelerators_per_rack")


@quantity("FLOP/s", "draw dtype chip")
def accelerator_peak_stated(known: Known) -> list[Estimate]:
    """Dense peak of each generation in each number format; absent where the hardware does not have it or nobody published it.

    Sixteen bits are BF16, or FP16 on a generation that has those alone.
    """
    return [_peak(known, chip, dtype) for dtype in DTYPES for chip in known.axes["chip"]]


def _peak(known: Known, chip: str, dtype: str) -> Estimate:
    fp16 = dtype == DTYPES[0] and f"peak_{dtype}" not in known.catalogue.catalogue.attributes("accelerator", chip)
    return known.default("accelerator", chip, _FP16 if fp16 else f"peak_{dtype}")


@quantity("FLOP/s")
def h100_peak(known: Known) -> Estimate:
    """Dense 16-bit peak of one H100, the measure of `compute_h100e`."""
    return known.default("accelerator", _H100, f"peak_{DTYPES[0]}")


@quantity("1", "phase")
def phase_chip_stated(known: Known) -> list[Estimate]:
    """Generation stated for each phase, or for its site (its place on the chip axis); absent where nobody said."""
    place = {chip: float(index) for index, chip in enumerate(known.axes["chip"])}
    return [
        Estimate(place[phase.hardware], "stated", _hardware_said(known, phase), None, f"hardware: {phase.hardware}")
        if phase.hardware in place
        else ABSENT
        for phase in known.phases
    ]


def _hardware_said(known: Known, phase: PhaseView) -> tuple[Statement, ...]:
    """Who says what stands in a phase, else at its site, the newest statement first; nobody where the file just gives it."""
    site = known.sites[phase.site_index].spec
    said = [one for one in phase.spec.hardware or (site.hardware if site is not None else ()) if one.source]
    first = newest(said)
    return () if first is None else (first, *(other for other in said if other is not first))


@quantity("1", "draw phase")
def phase_chips_stated(known: Known) -> list[Estimate]:
    """Number of accelerators stated for each phase; absent where nobody said."""
    return [known.estimate(phase.spec.chips) for phase in known.phases]


@quantity("d", "draw")
def delivery_lead(known: Known) -> Estimate:
    """Days between shipment of a generation and the hall that runs on it."""
    return _fleet(known, "delivery_lead")


@quantity("d", "draw", least=1.0)
def accelerator_life(known: Known) -> Estimate:
    """Economic life of accelerators, after which they are replaced."""
    return _fleet(known, "life_economic")


@quantity("1/d", "draw")
def accelerator_retirement(known: Known) -> Estimate:
    """Share of accelerators that fail and are not replaced, per day."""
    return _fleet(known, "retirement")


@quantity("1", "draw")
def hall_filled(known: Known) -> Estimate:
    """Share of the IT power that holds accelerators."""
    return _fleet(known, "hall_filled")
