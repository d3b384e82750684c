"""A site's hall by the hour: PUE and water by month with ranges, what makes the PUE, and what other designs and redundancy would give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.facility_designs import (
    DESIGNS,
    Drawn,
    facility_of,
    kinds_of,
    parts_of,
    usual_load,
    warmer,
)
from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.hall.cooling_hours import air_of
from stargauge.quantity.hall.electrical_chain import CONFIGURATIONS
from stargauge.quantity.hall.facility_hours import PARTS, Hours, Peaks, facility_hours, peaks
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]

#: Draws of the catalogue's ranges.
DRAWS = 128
#: L per Wh as L per kWh, in which water is published.
_KILO = 1000.0
APPROXIMATION = (
    "The programme's monthly results follow the same rule of an hour in every draw, over the share of each month's hours with the same "
    "air; they differ by the hall's own draws, and by ratios and loads that the programme states."
)


class Hall(NamedTuple):
    """What was asked: a hall's site and place, its design, whether that is on record, and redundancy (none: the catalogue's range)."""

    site: str
    place: str
    design: str
    design_stated: bool
    redundancy: str


@dataclass(frozen=True)
class FacilityAnswer:
    """A hall in a year's weather: draws of the ranges, and every other design at the middle of its ranges."""

    hall: Hall
    weather: Weather
    warmer: float
    load: Array
    hours: Hours
    peaks: Peaks
    others: tuple[dict[str, Any], ...]
    programme: dict[str, Any]
    approximation: dict[str, float] | None

    def to_dict(self) -> dict[str, Any]:
        """As plain data: power per watt of the racks' rated power, water in L per kWh of the racks."""
        hours, hall = self.hours, self.hall
        monthly, water = hours.monthly_pue(), hours.monthly_wue() * _KILO
        parts = {part: float(np.mean(value)) for part, value in hours.waterfall().items()}
        return {
            **self.programme, "site": hall.site, "place": hall.place, "design": hall.design, "design_stated": hall.design_stated,
            "redundancy": hall.redundancy, "draws": len(self.load), "load_factor": _levels(self.load),
            "weather": {
                "name": self.weather.name, "kind": self.weather.kind, "years": self.weather.year_count, "warmer": self.warmer,
                "notes": list(self.weather.notes),
            },
            "pue": {
                "year": {**_levels(hours.mean_pue()), "mean": sum(parts.values())},
                "months": [_levels(monthly[..., month]) for month in range(12)], "hottest": _levels(hours.pue.max(axis=-1)),
            },
            "wue": {"unit": "L/kWh", "year": _levels(hours.mean_wue() * _KILO), "months": [_levels(water[..., m]) for m in range(12)]},
            "waterfall": [{"part": part, "share": parts[part]} for part in PARTS],
            "hours": {name: _levels(values) for name, values in _counts(hours).items()},
            "peaks": {name: _levels(np.asarray(value)) for name, value in self.peaks._asdict().items() if name != "billed_by_month"},
            "designs": list(self.others), "approximation": {"pue": self.approximation, "why": APPROXIMATION},
        }  # fmt: skip


def _counts(hours: Hours) -> dict[str, Array]:
    """Hours a year with chillers, wetted air, a loop too warm, and outdoor air shut out."""
    year = YEAR_HOURS / hours.free_share.shape[-1]
    return {
        "chillers": (hours.free_share < 1.0 - 1e-9).sum(axis=-1) * year, "wetted": (hours.wetted > 0.0).sum(axis=-1) * year,
        "warm": (hours.warm > 0.0).sum(axis=-1) * year, "closed": hours.closed.sum(axis=-1) * year,
    }  # fmt: skip


def _levels(values: Array) -> dict[str, float]:
    p10, p50, p90 = (float(value) for value in np.quantile(values, (0.1, 0.5, 0.9)))
    return {"p10": p10, "p50": p50, "p90": p90}


def facility_answer(
    catalogue: KnownCatalogue, hall: Hall, weather: Weather, *, programme: dict[str, Any], approximation: dict[str, float] | None,
    draws: int = DRAWS, seed: int = 0,
) -> FacilityAnswer:  # fmt: skip
    """Work out a hall hour by hour. Normals are made warmer as the years to come are; a user's file is taken as it is.

    Raises InputError for an unknown design or redundancy, and for weather without what the design needs.
    """
    parts_of(hall.design)
    drawn, more = Drawn(catalogue, draws, seed), warmer(catalogue) if weather.kind == "synthetic" else 0.0
    load = np.broadcast_to(np.asarray(usual_load(drawn)), (draws, 1))
    facility = facility_of(drawn, hall.design, hall.redundancy)
    hours = facility_hours(facility, air_of(weather, kinds_of(facility), more), load + np.zeros((1, len(weather.dry_bulb))))
    others = tuple(_others(catalogue, hall, weather, more))
    return FacilityAnswer(hall, weather, more, load[:, 0], hours, peaks(hours, facility.chain), others, programme, approximation)


def _others(catalogue: KnownCatalogue, hall: Hall, weather: Weather, more: float) -> Sequence[dict[str, Any]]:
    """Every design under every redundancy, each range at its middle: the hall's own first."""
    drawn = Drawn(catalogue)
    load = np.broadcast_to(np.asarray(usual_load(drawn)), (len(weather.dry_bulb),))
    made = []
    for design in dict.fromkeys((hall.design, *DESIGNS)):
        air = air_of(weather, kinds_of(facility_of(drawn, design)), more)
        for redundancy in dict.fromkeys((hall.redundancy, *CONFIGURATIONS)):
            facility = facility_of(drawn, design, redundancy)
            hours = facility_hours(facility, air, load)
            made.append({
                "design": design, "redundancy": redundancy, "pue": float(hours.mean_pue()), "wue": float(hours.mean_wue()) * _KILO,
                "peak": float(hours.facility.max()), "warm_hours": float(_counts(hours)["warm"]),
                "own": design == hall.design and redundancy == hall.redundancy,
            })  # fmt: skip
    return made
