"""What is shown beside a case: waits for power, what is under way, what is assumed, and what to know of the answer."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from stargauge.plan.build_order.case.choices import FILE, Lot, given_up
from stargauge.plan.build_order.case.decisions import Decisions
from stargauge.plan.build_order.case.worlds import Worlds
from stargauge.plan.build_order.told.filed import Filed
from stargauge.plan.offers import Basis
from stargauge.programme.known import Known
from stargauge.programme.schema import UNSITED


class UnderWay(NamedTuple):
    """A phase that is not decided, and the day on which work on it began: observed, else P50; None where half of the draws have none."""

    id: str
    start: date | None


class Waits(NamedTuple):
    """Days from the start of work at a site until hall and power are there, for one power: quantiles over the draws."""

    p10: float
    p50: float
    p90: float


def notes_of(made: Worlds) -> tuple[str, ...]:
    """What to know of the answer."""
    filed = (
        "Buildings that are designed here wait for the crew of their site and for the supplier of accelerators; those left as the file has "
        "them run on their announced dates with the usual slip, which holds such waits already, and change nothing of the file.",
    )
    worth = (
        "The present value takes off what halls, plants and equipment are still worth at the end of the clock: with their price as an even "
        "sum a year over their life, the years that are left. The capital takes nothing off and is not discounted.",
    )
    return (*(filed if made.file >= 0 else ()), *worth)


def under_way(now: Known, lots: tuple[Lot, ...], filed: Filed) -> tuple[UnderWay, ...]:
    """Phases of sites on which work has begun, and which are not given up."""
    decided = {lot.id for lot in lots}
    here = [phase.id for phase in now.phases if phase.site != UNSITED and phase.id not in decided and not given_up(now, phase)]
    return tuple(UnderWay(one, filed.begun[one]) for one in here)


def waits_of(made: Worlds, filed: Filed, sites: tuple[str, ...], ground: Decisions) -> dict[tuple[str, str], Waits]:
    """How long each power of a site takes, at its first decided building; as the file has it until it wants racks."""
    out = {}
    for site in sites:
        first = next(place for place, lot in enumerate(ground.lots) if lot.site == site)
        for at, power in enumerate(ground.powers):
            if ground.offered[first, at]:
                span = filed.ready[:, first] - filed.start[:, first] if power == FILE else made.span[:, first, at]
                span = span[np.isfinite(span)]
                low, middle, high = (float(one) for one in np.quantile(span, (0.1, 0.5, 0.9))) if len(span) else (np.nan,) * 3
                out[site, power] = Waits(low, middle, high)
    return out


def assumed(ground: Decisions) -> list[Basis]:
    """Further buildings as assumptions: how many of them a site is taken to have room for."""
    return [
        Basis(
            one.id,
            "further buildings",
            float(number),
            "1",
            "assumed",
            "",
            "D",
            "like its last one, as many as its land or its own size allow",
        )
        for one in ground.grounds
        if (number := sum(lot.further for lot in ground.lots if lot.site == one.id))
    ]
