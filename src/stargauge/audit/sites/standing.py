"""What is kept of a programme's run for a system of several: facility power at year ends by site, and what its phases still wait for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.select import Block, Mask
from stargauge.quantity.quantity import PLANTS, SOURCES, STAGES

Array = NDArray[np.float64]

#: The stages a system is told by: asked for, under contract, with power, running.
TOLD = ("announced", "contracted", "energised", "operational")
#: What is built with equipment that others want too.
POOLS = ("transformers", "turbines", "queue")
_AT = [STAGES.index(stage) for stage in TOLD]
_ENERGISED, _OPERATIONAL = STAGES.index("energised"), STAGES.index("operational")
_GAS, _GRID = SOURCES.index("gas"), SOURCES.index("grid")
#: Plants that have a gas turbine in them; gas without a name of its plant is one.
_TURBINES = [PLANTS.index(name) for name in ("gas", "gas-turbine", "combined-cycle")]
_NEEDS = (
    "power_facility", "stage_date", "cancelled_date", "phase_it_power", "design_power_ratio", "phase_site", "observed_date", "month_end",
    "transformer_lead_time", "connection_time", "generation_lead_time", "supply_capacity_stated", "supply_prime",
    "supply_alone", "source_plant", "supply_designed", "phase_fed_here", "phase_without_grid",
)  # fmt: skip


class Standing(NamedTuple):
    """The kept arrays of one programme; every one but `site` and `ends` begins with the draws.

    `power`: facility power that has reached each of `TOLD`, by site, at each instant of `ends` (draw, stage, site, instant); absent (NaN)
    where nobody stated the stage. By phase: `size` facility power; `due` and `runs` the days of power and of operation, `gone` that of
    its end; `waits` whether it has no power on record yet. By pool and phase: `lead` the days from order to delivery, `share` the part of
    its power that draws on the pool. `site`: the place of each phase's site.
    """

    power: Array
    size: Array
    due: Array
    runs: Array
    gone: Array
    waits: Mask
    lead: Array
    share: Array
    site: NDArray[np.intp]
    ends: Array


@dataclass(frozen=True)
class StandingAt:
    """Gathers a `Standing` at some places of the month axis."""

    places: tuple[int, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """What it reads."""
        return _NEEDS

    def take(self, block: Block) -> Standing:
        """What it keeps of one block."""
        got = block.values
        index = np.asarray(got["phase_site"]).astype(np.intp)
        size = np.nan_to_num(got["phase_it_power"] * got["design_power_ratio"][:, index])
        dates, seen = got["stage_date"], got["observed_date"]
        power = np.ascontiguousarray(got["power_facility"][:, _AT][..., list(self.places)])
        lead = np.stack(
            [
                np.broadcast_to(got["transformer_lead_time"][:, None], size.shape),
                got["generation_lead_time"][:, index],
                got["connection_time"][:, index],
            ],
            axis=1,
        )
        return Standing(
            power, size, dates[:, _ENERGISED].copy(), dates[:, _OPERATIONAL].copy(), np.array(got["cancelled_date"]),
            np.isnan(seen[:, _ENERGISED]) & np.isnan(seen[:, _OPERATIONAL]), lead,
            _shares(got, size, index), index, np.asarray(got["month_end"])[list(self.places)],
        )  # fmt: skip

    def join(self, parts: Sequence[Standing]) -> Standing:
        """All draws of all parts."""
        if len(parts) == 1:
            return parts[0]
        drawn = Standing._fields[:-2]
        return parts[0]._replace(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in drawn})


def _shares(got: Mapping[str, Array], size: Array, index: NDArray[np.intp]) -> Array:
    """The part of each phase's power that draws on each pool: (draw, pool, phase).

    transformers: all; turbines: prime gas turbines / power of the site's phases, at most 1; queue: the stated grid connection likewise, all
    where nobody put a number on it.                                                          (1)
    What a plant carries alone waits neither for transformers nor in the queue. Turbines that are designed here are those of the phases that
    they feed, all others those of the rest.
    """
    capacity, sites = got["supply_capacity_stated"], np.arange(got["supply_capacity_stated"].shape[2])
    carried, fed, designed = got["phase_without_grid"] > 0.5, got["phase_fed_here"] > 0.5, got["supply_designed"][_GAS] > 0.5

    def part(source: int, of_it: Mask) -> Array:
        whole = size @ ((index[:, None] == sites) & of_it[:, None])
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.clip(capacity[:, source] / np.where(whole > 0.0, whole, np.nan), 0.0, 1.0))

    runs = ((got["supply_prime"][_GAS] > 0.5) | (got["supply_alone"][_GAS] > 0.5)) & np.isin(got["source_plant"][_GAS], _TURBINES)
    burn, grid = fed == designed[index], part(_GRID, ~fed)
    gas, queue = np.nan_to_num(part(_GAS, burn) * runs)[:, index] * burn, np.where(np.isnan(grid), 1.0, grid)[:, index]
    return np.stack([np.where(carried, 0.0, np.ones_like(size)), gas, np.where(carried, 0.0, queue)], axis=1)


def later(made: Standing, days: Array) -> Array:
    """The same power if every phase gets power, and runs, so many days later: (draw, stage, site, instant).

    P' = P - sum of the size of phases that would stand by then and, so much later, do not           (1)

    What does not wait keeps every bit of its power. `days`: (draw, phase). Leaves out: that what comes later is given up more often.
    """
    out = made.power.copy()
    sites = np.arange(out.shape[2])
    belongs = (made.site[:, None] == sites).astype(np.float64)
    for stage, dates in ((TOLD.index("energised"), made.due), (TOLD.index("operational"), made.runs)):
        for place, end in enumerate(made.ends):
            missing = (dates <= end) & (dates + days > end) & (made.gone > end)
            if missing.any():
                out[:, stage, :, place] -= np.where(missing, made.size, 0.0) @ belongs
    return out
