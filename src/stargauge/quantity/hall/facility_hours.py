"""A data hall from its racks to the meter, hour by hour: losses, cooling, power, water, and what of it makes the PUE.

Everything is per watt of the racks' rated power; parameters are numbers or arrays that broadcast against hours, so a column of draws gives
all draws at once. A site's megawatts come in only where it is scaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.cooling_hours import Air, Cooled, Loop, Rejection, cool
from stargauge.quantity.hall.electrical_chain import Chain, Value, rack_side_losses, transformer_losses
from stargauge.quantity.power.hourly import MONTH_ENDS, hour_name
from stargauge.quantity.spoken import say
from stargauge.quantity.units import show
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]

#: What a meter feeds, in the order of a waterfall; the racks first.
PARTS = (
    "it", "transformers", "ups", "distribution", "air_fans", "pumps", "rejection_fans", "tower_pumps", "chillers", "lighting",
)  # fmt: skip
#: What of it is lost on the way, and what cooling takes; the racks and light are the rest.
LOSSES, COOLING = PARTS[1:4], PARTS[4:9]
#: Where water goes.
WATER = ("evaporated", "blown_down", "other")
_STARTS = np.array([0, *MONTH_ENDS[:-1]])
_ROUNDS = 40


class Facility(NamedTuple):
    """A hall: loops that take up the heat, the plants that reject it, the electrical chain, lights, and water for all else."""

    loops: tuple[Loop, ...]
    rejections: tuple[Rejection, ...]  # of each loop
    chain: Chain
    lighting: Value  # W per W of rated power
    water_other: Value  # L per Wh of the racks


class Hours(NamedTuple):
    """Hours of a hall, per W of rated power: W of each part (…, hour), L of water, and how it was cooled."""

    power: Mapping[str, Array]
    water: Mapping[str, Array]
    free_share: Array  # of the heat that outdoor air or evaporation takes without chillers
    warm: Array  # K that the warmest loop is above its supply temperature
    wetted: Array  # share of the loops' heat whose incoming air is wetted
    closed: Array  # 1 in hours too humid for outdoor air

    @property
    def facility(self) -> Array:
        """W at the meter: the sum of all parts."""
        return np.asarray(sum(self.power[part] for part in PARTS))

    @property
    def pue(self) -> Array:
        """Power at the meter over power at the racks; NaN in hours without load."""
        return _over(self.facility, self.power["it"])

    @property
    def wue(self) -> Array:
        """L per Wh at the racks."""
        return _over(np.asarray(sum(self.water[part] for part in WATER)), self.power["it"])

    def mean_pue(self) -> Array:
        """Energy at the meter over energy at the racks, of all hours: (…). Source: ISO/IEC 30134-2."""
        return _over(self.facility.sum(axis=-1), self.power["it"].sum(axis=-1))

    def mean_wue(self) -> Array:
        """Water over energy at the racks, of all hours, L/Wh. Source: ISO/IEC 30134-9."""
        return _over(np.asarray(sum(self.water[part] for part in WATER)).sum(axis=-1), self.power["it"].sum(axis=-1))

    def monthly_pue(self) -> Array:
        """PUE of each month of the year over all years: (…, month)."""
        return _over(monthly_sum(self.facility), monthly_sum(self.power["it"]))

    def monthly_wue(self) -> Array:
        """WUE of each month of the year over all years, L/Wh: (…, month)."""
        return _over(monthly_sum(np.asarray(sum(self.water[part] for part in WATER))), monthly_sum(self.power["it"]))

    def waterfall(self) -> dict[str, Array]:
        """Energy of each part over energy at the racks, in the order of `PARTS`: their sum in that order is the PUE to the last bit."""
        total = self.power["it"].sum(axis=-1)
        return {part: _over(self.power[part].sum(axis=-1), total) for part in PARTS}


class Peaks(NamedTuple):
    """Highest powers at the meter, W per W of rated power."""

    coincident: Array  # highest hour of the whole hall
    of_parts: Array  # if racks, losses and every part of cooling had their highest hours at once
    billed: Array  # mean over the months of each month's highest hour, what a demand charge by the month is paid on: (…)
    billed_by_month: Array  # (…, month): highest hour of each month over all years
    design: Value  # what the transformers needed are built for
    load_factor: Array  # mean over highest hour


def facility_hours(facility: Facility, air: Air, load: Array, capacity: float | None = None) -> Hours:
    """The hours of a hall. `load`: share of the racks' rated power, (hour,) or (draw, hour); `capacity`: most at the meter, same measure.

    heat = racks + losses of distribution and uninterruptible supply + light;  meter = racks + all losses + cooling + light      (1)

    Cooling is fed past the uninterruptible supply; transformers stand outdoors, so their heat needs no cooling. Raises InputError for a
    load that is absent, negative or above the rated power, and for power above the capacity, with the hour and the amount.
    """
    load = np.asarray(load, dtype=np.float64)
    _refuse_load(load, air.dry_bulb.shape[-1])
    distribution, ups = rack_side_losses(facility.chain, load)
    lighting = np.asarray(facility.lighting) + np.zeros_like(distribution)
    full = sum(rack_side_losses(facility.chain, np.array(1.0))) + 1.0 + np.asarray(facility.lighting)
    heat = load + distribution + ups + lighting
    cooled = [cool(loop, plant, air, heat / full) for loop, plant in zip(facility.loops, facility.rejections, strict=True)]
    movers = {name: _sum([one.movers for loop, one in zip(facility.loops, cooled, strict=True) if loop.name == name], heat) * full
              for name in ("air", "liquid")}  # fmt: skip
    fans, pumps, chillers, evaporated, blown = (
        _sum([getattr(one, name) for one in cooled], heat) * full
        for name in ("fans", "tower_pumps", "chillers", "evaporated", "blown_down")
    )
    below = load + distribution + ups + lighting + movers["air"] + movers["liquid"] + fans + pumps + chillers
    transformers = transformer_losses(facility.chain, below)
    values = (
        load, transformers, ups, distribution, movers["air"], movers["liquid"], fans, pumps, chillers, lighting,
    )  # fmt: skip
    shape = np.broadcast_shapes(*(np.shape(value) for value in values))
    power = {part: np.broadcast_to(value, shape) for part, value in zip(PARTS, values, strict=True)}
    water = {"evaporated": evaporated, "blown_down": blown, "other": np.asarray(facility.water_other * load)}
    made = Hours(power, {name: np.broadcast_to(one, shape) for name, one in water.items()}, *_how(facility, cooled, shape))
    if capacity is not None:
        _refuse_power(made.facility, capacity)
    return made


def _sum(parts: list[Array], like: Array) -> Array:
    return np.asarray(sum(parts)) if parts else np.zeros_like(like)


def _how(facility: Facility, cooled: list[Cooled], shape: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
    """Share of free cooling, K too warm, share wetted, hours closed."""
    heat = np.asarray(sum(one.heat for one in cooled))
    free = 1.0 - _over(np.asarray(sum(one.chilled for one in cooled)), heat)
    warm = np.max([np.broadcast_to(one.warm, shape) for one in cooled], axis=0)
    wetted = np.asarray(sum(loop.share * one.wetted for loop, one in zip(facility.loops, cooled, strict=True)))
    closed = np.max([np.broadcast_to(one.closed, shape) for one in cooled], axis=0).astype(np.float64)
    return tuple(np.broadcast_to(one, shape) for one in (free, warm, wetted, closed))  # type: ignore[return-value]


def _over(top: Array, bottom: Array) -> Array:
    """Top over bottom, NaN where the bottom is nothing."""
    return np.asarray(top / np.where(bottom > 0.0, bottom, np.nan))


def by_year(hours: Array) -> Array:
    """(…, hour of years) as (…, year, hour)."""
    return hours.reshape(*hours.shape[:-1], -1, YEAR_HOURS)


def monthly_sum(hours: Array) -> Array:
    """Sums over each month of the year, all years together: (…, month)."""
    return np.asarray(np.add.reduceat(by_year(hours), _STARTS, axis=-1).sum(axis=-2))


def peaks(hours: Hours, chain: Chain) -> Peaks:
    """Highest hours of a hall: of the whole (racks and weather do not peak at one moment), of its parts, and of each month."""
    whole = hours.facility
    months = np.maximum.reduceat(by_year(whole), _STARTS, axis=-1)
    coincident = whole.max(axis=-1)
    apart = np.asarray(sum(hours.power[part].max(axis=-1) for part in PARTS))
    return Peaks(
        coincident, apart, np.asarray(months.mean(axis=(-1, -2))), months.max(axis=-2), chain.transformer_rating,
        _over(whole.mean(axis=-1), coincident),
    )  # fmt: skip


def capped_load(facility: Facility, air: Air, load: Array, cap: float) -> Array:
    """The load that keeps power at the meter at or below a cap in every hour: racks slow down where cooling needs more. (…, hour).

    Found by bisection, since power at the meter rises with the load. Raises InputError where the cap does not even feed a hall at rest.
    """
    load = np.asarray(load, dtype=np.float64)
    whole = facility_hours(facility, air, load).facility
    low, high = np.zeros_like(whole), np.broadcast_to(load, whole.shape).copy()
    idle = facility_hours(facility, air, low).facility
    if (idle > cap).any():
        at = np.unravel_index(int(np.argmax(idle)), idle.shape)
        raise InputError(
            say(
                "a cap of {cap:.3g} W per W of rated power does not feed the hall at rest, which draws {idle:.3g} in {hour}; raise it",
                cap=cap,
                idle=float(idle[at]),
                hour=hour_name(int(at[-1])),
            )
        )
    free = whole <= cap
    for _ in range(_ROUNDS):
        middle = (low + high) / 2.0
        over = facility_hours(facility, air, middle).facility > cap
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.where(free, np.broadcast_to(load, whole.shape), low)


def _refuse_load(load: Array, hours: int) -> None:
    if load.shape[-1:] not in ((hours,), (1,), ()):
        raise InputError(
            say("the load has {given:,} hours and the weather {hours:,}; expected as many of both", given=load.shape[-1], hours=hours)
        )
    wrong = ~((load >= 0.0) & (load <= 1.0 + 1e-9))
    if wrong.any():
        at = tuple(int(one[0]) for one in np.nonzero(np.atleast_1d(wrong)))
        got = float(np.atleast_1d(load)[at])
        where, count = hour_name(at[-1]), say("{count:,} of {all:,} hours", count=int(wrong.sum()), all=load.size)
        if np.isnan(got):
            raise InputError(
                say(
                    "the load is absent in {where}, and wrong in {count}; expected a share of the rated power from 0 to 1",
                    where=where,
                    count=count,
                )
            )
        more = say(", {over:.3g} of the rated power above what the racks are rated for", over=got - 1.0) if got > 1.0 else ""
        raise InputError(
            say(
                "the load is {got:.4g} in {where}{more}, and wrong in {count}; expected a share of the rated power from 0 to 1",
                got=got,
                where=where,
                more=more,
                count=count,
            )
        )


def _refuse_power(power: Array, capacity: float) -> None:
    over = power > capacity * (1.0 + 1e-12)
    if over.any():
        first, highest = (np.unravel_index(int(place), power.shape) for place in (np.argmax(over), np.argmax(power)))
        worst = float(power[highest]) - capacity
        raise InputError(
            say(
                "power at the meter is above the capacity of {capacity} W per W of rated power in {over:,} hours, first "
                "in {hour}, most in {highest} by {worst:.3g}; cap the load, or raise the capacity",
                capacity=show(capacity, "1"),
                over=int(over.sum()),
                hour=hour_name(int(first[-1])),
                highest=hour_name(int(highest[-1])),
                worst=worst,
            )
        )
