"""The hours of a year by what the air is like: how much of each month is spent at each temperature and dew point, and the hardest hours.

What a hall needs in an hour depends on the air of that hour alone, so a month needs no hours in a row, only their shares. The shares of an
hour are those of linear interpolation between the states around it: a sum over states is exact for whatever is linear between them.
Air beyond the states (-30 to 56 degC, dew points of -40 to 31 degC) counts as the last of them, and how many hours that are is kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.power.hourly import MONTH_ENDS
from stargauge.quantity.quantity import CALENDAR_MONTHS, DEW_POINTS, DRY_BULBS, HARDEST_HOURS, OUTDOOR
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

Array = NDArray[np.float64]
Places = NDArray[np.intp]

MONTHS, STATES, HARDEST = len(CALENDAR_MONTHS), len(OUTDOOR), len(HARDEST_HOURS)
_PARTS = 1e6


class OutdoorHours(NamedTuple):
    """A place's hours: shares of each calendar month by state, the hours that may be the hardest, and the pressure."""

    shares: Array  # (state, month), adding up to one in each month
    dry_bulb: Array  # degC of the hardest hours, hottest first
    dew_point: Array  # degC of the same
    pressure: float  # Pa
    beyond: int = 0  # hours of all years that are hotter, colder, drier or more humid than any state, and count as the nearest


def outdoor_hours(weather: Weather) -> OutdoorHours:
    """The hours of a weather by state. Shares are kept to a millionth and temperatures to a hundredth, as they are shipped."""
    hardest = _hardest(weather.dry_bulb, weather.dew_point)
    return OutdoorHours(
        _shares(weather), np.round(weather.dry_bulb[hardest], 2), np.round(weather.dew_point[hardest], 2),
        float(np.round(np.mean(weather.pressure))), _beyond(weather),
    )  # fmt: skip


def state_temperatures() -> tuple[Array, Array]:
    """Temperature and dew point of every state, degC; air whose dew point would be above its temperature is saturated."""
    dry, dew = (part.ravel() for part in np.meshgrid(DRY_BULBS, DEW_POINTS, indexing="ij"))
    return dry, np.minimum(dry, dew)


def by_dry_bulb(shares: Array) -> Array:
    """Shares (..., state, month) of the temperatures alone, all dew points together: (..., dry bulb, month)."""
    return np.asarray(shares.reshape(*shares.shape[:-2], len(DRY_BULBS), len(DEW_POINTS), shares.shape[-1]).sum(axis=-2))


def _shares(weather: Weather) -> Array:
    out = np.zeros((len(DRY_BULBS), len(DEW_POINTS), MONTHS))
    month = np.searchsorted(np.array(MONTH_ENDS), np.arange(len(weather.dry_bulb)) % YEAR_HOURS, side="right")
    (dry, over_dry), (dew, over_dew) = _between(weather.dry_bulb, DRY_BULBS), _between(weather.dew_point, DEW_POINTS)
    for more_dry, part_dry in ((0, 1.0 - over_dry), (1, over_dry)):
        for more_dew, part_dew in ((0, 1.0 - over_dew), (1, over_dew)):
            np.add.at(out, (dry + more_dry, dew + more_dew, month), part_dry * part_dew)
    whole = out / out.sum(axis=(0, 1))
    return np.asarray(np.round(whole * _PARTS).reshape(-1, MONTHS) / _PARTS)


def _beyond(weather: Weather) -> int:
    """Hours whose temperature or dew point lies beyond the states."""
    given = ((weather.dry_bulb, DRY_BULBS), (weather.dew_point, DEW_POINTS))
    return int(np.any([(values < nodes[0]) | (values > nodes[-1]) for values, nodes in given], axis=0).sum())


def _between(values: Array, nodes: tuple[float, ...]) -> tuple[Places, Array]:
    """The node below each value, and how far it is on the way to the next; a value beyond the nodes counts as the last of them."""
    at = np.array(nodes)
    inside = np.clip(values, at[0], at[-1])
    below = np.clip(np.searchsorted(at, inside, side="right") - 1, 0, len(at) - 2)
    return below, (inside - at[below]) / (at[below + 1] - at[below])


def _hardest(dry_bulb: Array, dew_point: Array) -> Places:
    """Hours that no other exceeds in temperature and dew point, hottest first: whatever rises with both is highest in one of them.

    Of more than `HARDEST` every few are kept, the hottest and the most humid among them; of fewer the last is repeated.
    """
    order = np.lexsort((-dew_point, -dry_bulb))
    before = np.concatenate([[-np.inf], np.maximum.accumulate(dew_point[order])[:-1]])
    found = order[dew_point[order] > before]
    if len(found) > HARDEST:
        return found[np.round(np.linspace(0, len(found) - 1, HARDEST)).astype(np.intp)]
    return np.concatenate([found, np.repeat(found[-1:], HARDEST - len(found))])
