"""What a hall's hours cost in energy, water and greenhouse gas: of all hours or of a run's, per token and per training run.

Totals come from the hours, not from yearly means: a run in August takes its PUE, its water and its grid of August.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.facility_hours import WATER, Hours
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]


class Footprint(NamedTuple):
    """Totals over hours, each (…): one per draw. NaN where nobody gives a factor: absent, never nothing."""

    racks: Array  # Wh at the racks
    meter: Array  # Wh at the meter
    water_site: Array  # L at the site
    water_upstream: Array  # L at the power plants that feed it
    emissions: Mapping[str, Array]  # g by what was given: scope 1, scope 2, and beside them the marginal

    def per(self, work: ArrayLike) -> Footprint:
        """The same per unit of work done in these hours: tokens, or runs. Work of nothing gives NaN."""
        amount = np.asarray(work, dtype=np.float64)
        amount = np.where(amount > 0.0, amount, np.nan)
        emitted = {name: np.asarray(total / amount) for name, total in self.emissions.items()}
        return Footprint(self.racks / amount, self.meter / amount, self.water_site / amount, self.water_upstream / amount, emitted)


def footprint(
    hours: Hours, rated: float, *, upstream_water: ArrayLike = np.nan, factors: Mapping[str, ArrayLike] | None = None,
    first: int = 0, count: int | None = None,
) -> Footprint:  # fmt: skip
    """Totals of `count` hours from `first` on (all of them), of racks rated at `rated` W.

    water upstream = sum of meter_t w_t;  emissions = sum of meter_t f_t, per factor                          (1)

    upstream_water: L/Wh at the meter; factors: g/Wh at the meter; each one number or (hour,) of all hours. Source: ISO/IEC 30134-9 for
    water on site; GHG Protocol for scopes. Leaves out: making of racks and plants, loss of the grid unless the factors hold it. The
    marginal factor tells what more load makes run; it stands beside scope 2 and is never added to it.
    """
    total = hours.facility.shape[-1]
    stop = total if count is None else first + count
    if not 0 <= first < stop <= total:
        raise InputError(
            say(
                "a run from hour {first:,} to before hour {stop:,} does not lie within the {total:,} hours of the weather",
                first=first,
                stop=stop,
                total=total,
            )
        )
    if not rated > 0.0:
        raise InputError(say("racks rated at {rated:g} W cannot be; expected a power above 0", rated=rated))
    meter = rated * hours.facility[..., first:stop]
    water = rated * sum(hours.water[part][..., first:stop] for part in WATER)
    return Footprint(
        rated * hours.power["it"][..., first:stop].sum(axis=-1), meter.sum(axis=-1), np.asarray(water).sum(axis=-1),
        (meter * _of_hours("upstream_water", upstream_water, total, first, stop)).sum(axis=-1),
        {name: (meter * _of_hours(name, given, total, first, stop)).sum(axis=-1) for name, given in (factors or {}).items()},
    )  # fmt: skip


def _of_hours(name: str, given: ArrayLike, total: int, first: int, stop: int) -> Array:
    """A factor over the hours asked for; one number holds for all. Raises InputError where it has other hours, or is negative."""
    factor = np.asarray(given, dtype=np.float64)
    if factor.ndim > 1 or (factor.ndim == 1 and len(factor) != total):
        raise InputError(
            say(
                "the factor {name} has {given:,} hours; expected one number, or {total:,} as the weather has",
                name=name,
                given=factor.shape[-1],
                total=total,
            )
        )
    if (factor < 0.0).any():
        raise InputError(say("the factor {name} is {lowest:g} at its lowest; expected none below 0", name=name, lowest=factor.min()))
    return factor[first:stop] if factor.ndim else factor


def of_runs(months: Footprint, rate: ArrayLike, ends: ArrayLike) -> tuple[Footprint, Array]:
    """What one run takes that begins with each month and goes on until its work is done; and how long it lasts, h. Axes: (draw, month).

    W(t) = work done since the start of the year, F(t) = what was taken;  run of month m = F(W^-1(W(m) + 1)) - F(m)              (1)

    months: totals of each month, of the share of the site that works on runs; rate: runs done in each month, both (draw, month); ends: the
    hour at which each month ends. Within a month both go on evenly. Absent (NaN) where a run is not done by the end of the year, or where
    nobody gives what is asked. Leaves out: hours of the day, which even out over days.
    """
    done, hours = _since_start(np.asarray(rate, dtype=np.float64)), np.concatenate([[0.0], np.asarray(ends, dtype=np.float64)])
    at = np.stack([_reached(done, done[:, month] + 1.0) for month in range(len(hours) - 1)], axis=1)
    length = np.interp(at, np.arange(len(hours)), hours) - hours[:-1]

    def taken(totals: Array) -> Array:
        summed = _since_start(totals)
        return np.stack([_between(summed, at[:, month]) - summed[:, month] for month in range(at.shape[1])], axis=1)

    return Footprint(
        taken(months.racks), taken(months.meter), taken(months.water_site), taken(months.water_upstream),
        {name: taken(total) for name, total in months.emissions.items()},
    ), length  # fmt: skip


def _since_start(months: Array) -> Array:
    """Sums from the start of the year to the end of each month, nothing at its start."""
    return np.concatenate([np.zeros((len(months), 1)), np.cumsum(months, axis=1)], axis=1)


def _reached(done: Array, wanted: Array) -> Array:
    """When so much is first done, in months since the start, as a number with a fraction; NaN where it is not within the year."""
    last = done.shape[1] - 1
    month = np.minimum((done < wanted[:, None]).sum(axis=1) - 1, last - 1)
    low, high = (np.take_along_axis(done, (month + more)[:, None], axis=1)[:, 0] for more in (0, 1))
    part = np.divide(wanted - low, high - low, out=np.ones(len(done)), where=high > low)
    return np.where(wanted <= done[:, last] * (1.0 + 1e-12), month + np.minimum(part, 1.0), np.nan)


def _between(summed: Array, at: Array) -> Array:
    """A sum at a time between the ends of months; NaN where there is no time."""
    there = np.isfinite(at)
    month = np.minimum(np.where(there, at, 0.0).astype(np.int64), summed.shape[1] - 2)
    low, high = (np.take_along_axis(summed, (month + more)[:, None], axis=1)[:, 0] for more in (0, 1))
    return np.where(there, low + (high - low) * (at - month), np.nan)
