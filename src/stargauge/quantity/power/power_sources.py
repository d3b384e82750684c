"""Sources of power as a dispatch by the hour sees them, and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.power.hourly import Hourly, hourly_faults
from stargauge.quantity.power.outages import Outages
from stargauge.quantity.spoken import say
from stargauge.quantity.units import show

Array = NDArray[np.float64]


class Given(NamedTuple):
    """A source that gives what it gives: sun, wind, a contract for fixed output. What nobody takes charges the battery or is curtailed."""

    name: str
    power: Hourly  # W


class Grid(NamedTuple):
    """A grid connection. What of it is dated or curtailed stands in the limit: `since`, `until`, hours below the contract."""

    name: str
    limit: Hourly  # W
    rates: Mapping[str, Hourly] = MappingProxyType({})  # per Wh drawn: prices, average and marginal emissions, water; summed by name
    charges: Mapping[str, Hourly] = MappingProxyType({})  # per W drawn in an hour; the most of each period is kept by name


class Battery(NamedTuple):
    """A battery, each field by draw or one for all. Powers are at its terminals, losses lie between them and what it holds."""

    name: str
    energy: ArrayLike  # Wh it can hold in the first hour
    power_in: ArrayLike  # W
    power_out: ArrayLike  # W
    efficiency_in: ArrayLike
    efficiency_out: ArrayLike
    initial: ArrayLike  # share of the energy it holds before the first hour
    least: ArrayLike = 0.0  # share of the energy that is never taken out
    fade_cycle: ArrayLike = 0.0  # share of the energy lost with each full cycle
    fade_hour: ArrayLike = 0.0  # share of the energy lost with each hour
    charged_by: tuple[str, ...] = ()  # sources before it that may charge it beyond surplus, in this order
    charge_hours: NDArray[np.bool_] | None = None  # (hour,): hours in which they may; without it all


class Plant(NamedTuple):
    """A plant of equal units that burn fuel: engines, turbines, combined cycles, fuel cells, backup. Each field by draw or one for all.

    Fuel of n units that run = size n (f0 + f1 x), x: share of their capacity that they give; f0 + f1 = heat rate at full load,
    f0 + f1 p = p (heat rate at part load p): a straight line (Willans), so that energy and unit-hours give the fuel of a year     (1)
    """

    name: str
    size: ArrayLike  # W of a unit
    units: ArrayLike  # installed
    heat_rate: ArrayLike  # Wh of fuel per Wh at full load
    heat_rate_part: ArrayLike  # the same at part load
    part_load: ArrayLike  # the share of its capacity at which the latter holds
    minimum: ArrayLike = 0.0  # least share of its capacity at which a unit runs
    ramp: ArrayLike = np.inf  # share of the capacity of units that are up by which output may move from hour to hour; 1 and more: no limit
    spare: ArrayLike = 0.0  # units that only stand in for others: 1 is N+1
    spinning: ArrayLike = 0.0  # units that run beyond those the output takes
    start_fuel: ArrayLike = 0.0  # Wh of fuel for each start of a unit
    outages: Outages | None = None
    available: Hourly | None = None  # share of its size that a unit can give: heat, height, dates, gas


Source = Given | Grid | Battery | Plant


class Part(NamedTuple):
    """A part of the load, W, and the only sources that may not feed the rest of it; what is in no part feeds all."""

    load: Hourly
    sources: tuple[str, ...]


def part_faults(parts: Sequence[Part], sources: Sequence[Source]) -> list[Fault]:
    """What is wrong with parts of a load: each is fed by some of the sources, none by a battery, and no two by the same."""
    named = [name for part in parts for name in part.sources]
    feeding = {source.name for source in sources if not isinstance(source, Battery)}
    faults = [
        Fault(say('a part of the load is fed by "{name}"; expected a source of the order, and no battery', name=name))
        for name in named if name not in feeding
    ]  # fmt: skip
    if len(set(named)) < len(named):
        faults.append(Fault(say("a source feeds one part of the load at most; got {named}", named=", ".join(named))))
    return faults


def curtailed_share(ranking: ArrayLike, hours: int, left: float) -> Array:
    """Share of a grid's limit by hour where its operator curtails for some hours a year: those that rank highest, the earlier of equals.

    ranking: (hour,), as price, heat or the grid's own load; hours: how many are curtailed; left: share of the limit that stays then.
    Leaves out: notice, limits on hours in a row, hours that differ by draw (give a series of columns).
    """
    rank = np.asarray(ranking, dtype=np.float64)
    if rank.ndim != 1 or np.isnan(rank).any() or not 0 <= hours <= len(rank) or not 0.0 <= left <= 1.0:
        raise InputError(
            say(
                "curtailment of {hours} of {size:,} hours to {left:g} of the limit cannot be: expected a rank for every "
                "hour, as many hours at most, and a share from 0 to 1",
                hours=hours,
                size=rank.size,
                left=left,
            )
        )
    out = np.ones(len(rank))
    out[np.argsort(-rank, kind="stable")[:hours]] = left
    return out


#: The least of what must be above nothing.
_ABOVE = 1e-6
#: What each number of a source may be: unit, least, most.
_BOUNDS: dict[str, tuple[str, float, float]] = {
    "energy": ("Wh", 0.0, np.inf), "power_in": ("W", 0.0, np.inf), "power_out": ("W", 0.0, np.inf), "efficiency_in": ("1", _ABOVE, 1.0),
    "efficiency_out": ("1", _ABOVE, 1.0), "initial": ("1", 0.0, 1.0), "least": ("1", 0.0, 1.0), "fade_cycle": ("1", 0.0, 1.0),
    "fade_hour": ("1", 0.0, 1.0), "size": ("W", 0.0, np.inf), "units": ("1", 0.0, 1e4), "heat_rate": ("1", 1.0, np.inf),
    "heat_rate_part": ("1", 1.0, np.inf), "part_load": ("1", _ABOVE, 1.0 - 1e-6), "minimum": ("1", 0.0, 1.0), "ramp": ("1", _ABOVE, np.inf),
    "spare": ("1", 0.0, 1e4), "spinning": ("1", 0.0, 1e4), "start_fuel": ("Wh", 0.0, np.inf),
    "time_to_failure": ("h", 1.0, np.inf), "time_to_repair": ("h", 1.0, np.inf), "seed": ("1", 0.0, 1.0),
}  # fmt: skip
#: What stands for a value with more than one axis among numbers of draws.
_AXES = -1
_COUNTS = ("units", "spare", "spinning")
_MAY_BE_INFINITE = ("ramp", "time_to_failure")


def series_of(source: Source) -> Iterator[tuple[str, Hourly, str, float]]:
    """The series of a source: what it is called in an error, the series, its unit, the most it may be."""
    if isinstance(source, Given):
        yield say("power of {name}", name=source.name), source.power, "W", np.inf
    elif isinstance(source, Grid):
        yield say("limit of {name}", name=source.name), source.limit, "W", np.inf
    elif isinstance(source, Plant) and source.available is not None:
        yield say("share available of {name}", name=source.name), source.available, "1", 1.0


def numbers_of(source: Source) -> Iterator[tuple[str, ArrayLike]]:
    """The numbers of a source by draw: field and value."""
    fields = {**source._asdict(), **(source.outages._asdict() if isinstance(source, Plant) and source.outages else {})}
    yield from ((name, fields[name]) for name in fields if name in _BOUNDS)


def checked(load: Hourly, sources: Sequence[Source], order: Sequence[str], hours: int) -> tuple[list[Fault], int]:
    """All that is wrong with what a dispatch is asked, and how many draws it speaks of."""
    counts = _counts(load, sources)
    many = {count: name for count, name in counts.items() if count != 1}
    faults = list(_order_faults(sources, order))
    if len(many) > 1 or _AXES in many:
        said = ", ".join(say("{name} has {count:,}", name=name, count=count) for count, name in many.items() if count != _AXES)
        also = say("; {name} has more than one axis", name=many[_AXES]) if _AXES in many else ""
        faults.append(Fault(say("values by draw must be as many: {said}{also}", said=said, also=also)))
    else:
        faults += [fault for source in sources for fault in _together_faults(source, next(iter(many), 1))]
    faults += _value_faults(load, sources, hours)
    return faults or list(_place_faults(sources, order)), next(iter(many), 1)


def _counts(load: Hourly, sources: Sequence[Source]) -> dict[int, str]:
    """The numbers of draws that values have, each with the first that has it; `_AXES` for one that has too many axes."""
    told: dict[int, str] = {}

    def tell(name: str, value: ArrayLike | None) -> None:
        shape = np.shape(value) if value is not None else ()
        if shape:
            told.setdefault(shape[0] if len(shape) == 1 else _AXES, name)

    for name, series in ((say("load", "hour"), load), *(one for source in sources for one in _all_series(source))):
        if series.column is None and np.ndim(series.values) == 2:
            told.setdefault(np.shape(series.values)[1], name)
        for field in ("scale", "column", "since", "until"):
            tell(say("{field} of {name}", field=field, name=name), getattr(series, field))
    for source in sources:
        for field, value in numbers_of(source):
            tell(say("{field} of {name}", field=field, name=source.name), value)
    return told


def _all_series(source: Source) -> Iterator[tuple[str, Hourly]]:
    yield from ((name, series) for name, series, *_ in series_of(source))
    if isinstance(source, Grid):
        yield from ((say("rate {rate} of {name}", rate=name, name=source.name), series) for name, series in source.rates.items())
        yield from ((say("charge {charge} of {name}", charge=name, name=source.name), series) for name, series in source.charges.items())


def _value_faults(load: Hourly, sources: Sequence[Source], hours: int) -> Iterator[Fault]:
    """What is wrong with series by the hour and with numbers, each by itself."""
    yield from hourly_faults(say("load", "hour"), load, hours, "W")
    yield from _scale_faults(say("load", "hour"), load, "W")
    for source in sources:
        for name, series, unit, most in series_of(source):
            yield from hourly_faults(name, series, hours, unit, most)
            yield from _scale_faults(name, series, unit, most)
        if isinstance(source, Grid):
            for name, series in source.rates.items():
                called = say("rate {rate} of {name}", rate=name, name=source.name)
                yield from hourly_faults(called, series, hours, "1", signed=True)
                yield from _scale_faults(called, series, "1")
            for name, series in source.charges.items():
                called = say("charge {charge} of {name}", charge=name, name=source.name)
                yield from hourly_faults(called, series, hours, "1")
                yield from _scale_faults(called, series, "1")
        if isinstance(source, Battery) and source.charge_hours is not None and np.shape(source.charge_hours) != (hours,):
            yield Fault(
                say(
                    "charge_hours of {name} has {given} values; expected {hours:,}, one an hour",
                    name=source.name,
                    given=_length(source.charge_hours),
                    hours=hours,
                )
            )
        for field, value in numbers_of(source):
            yield from _number_faults(source.name, field, value)


def _together_faults(source: Source, draws: int) -> Iterator[Fault]:
    """What is wrong with numbers of a source beside one another."""
    if isinstance(source, Battery) and np.any(np.asarray(source.initial) < np.asarray(source.least)):
        yield Fault(say("{name} begins with less than the least share it keeps: raise `initial` or lower `least`", name=source.name))
    if isinstance(source, Plant):
        yield from _plant_faults(source)
        if source.outages is not None and np.size(source.outages.seed) < draws:
            yield Fault(
                say(
                    "seed of {name} is one number for {draws:,} draws, so that all had the same outages; give each its own",
                    name=source.name,
                    draws=draws,
                )
            )


def _order_faults(sources: Sequence[Source], order: Sequence[str]) -> Iterator[Fault]:
    known = [source.name for source in sources]
    for name in sorted({name for name in known if known.count(name) > 1}):
        yield Fault(say('two sources are called "{name}"; each needs a name of its own', name=name))
    for kind in (Grid, Battery):
        same = [source.name for source in sources if isinstance(source, kind)]
        if len(same) > 1:
            yield Fault(
                say(
                    "there are {number} of the kind {kind} ({same}); expected at most one",
                    number=len(same),
                    kind=kind.__name__.lower(),
                    same=", ".join(same),
                )
            )
    for place, name in enumerate(order):
        if name not in known:
            yield Fault(
                say(
                    'no source is called "{name}"{near} (there are: {known})',
                    name=name,
                    near=did_you_mean(name, known),
                    known=", ".join(known),
                ),
                path=f"order[{place}]",
            )
        elif name in order[:place]:
            yield Fault(say('"{name}" stands twice; a source has one place in the order', name=name), path=f"order[{place}]")
    for name in known:
        if name not in order:
            yield Fault(say('"{name}" has no place in the order: add it, or leave the source out', name=name))


def _place_faults(sources: Sequence[Source], order: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with places about the battery: what charges it must stand before it, so that it never gives and takes at once."""
    by_name = {source.name: source for source in sources}
    battery = next((source for source in sources if isinstance(source, Battery)), None)
    if battery is None:
        return
    before = order[: list(order).index(battery.name)]
    for source in sources:
        if isinstance(source, Given) and source.name not in before:
            yield Fault(
                say(
                    "{name} stands after {battery} in the order; what gives what it gives must come before a battery",
                    name=source.name,
                    battery=battery.name,
                )
            )
    for name in battery.charged_by:
        if name not in by_name:
            yield Fault(
                say(
                    '{name} is charged by "{source}", which is no source{near}',
                    name=battery.name,
                    source=name,
                    near=did_you_mean(name, by_name),
                )
            )
        elif not isinstance(by_name[name], Grid | Plant):
            yield Fault(
                say(
                    "{name} is charged by {source}, whose surplus charges it anyway; name the grid or plants only",
                    name=battery.name,
                    source=name,
                )
            )
        elif name not in before:
            yield Fault(
                say(
                    "{name} is charged by {source}, which stands after it in the order; put {source} before {name}",
                    name=battery.name,
                    source=name,
                )
            )


def _plant_faults(plant: Plant) -> Iterator[Fault]:
    with np.errstate(all="ignore"):
        given = (plant.heat_rate, plant.heat_rate_part, plant.part_load, plant.minimum)
        full, part, at, least = (np.asarray(one, dtype=np.float64) for one in given)
        slope = (full - at * part) / (1.0 - at)
        if np.any(full - slope + slope * least < -1e-12 * full):
            yield Fault(
                say(
                    "the heat rates of {name} give fuel below nothing at its minimum load; raise `heat_rate_part` or `minimum`",
                    name=plant.name,
                )
            )
        if np.any(np.asarray(plant.spare) > np.asarray(plant.units)):
            yield Fault(say("{name} keeps more units spare than it has", name=plant.name))


def _number_faults(source: str, field: str, value: ArrayLike) -> Iterator[Fault]:
    unit, least, most = _BOUNDS[field]
    values = np.atleast_1d(np.asarray(value, dtype=np.float64))
    with np.errstate(invalid="ignore"):
        wrong = ~((values >= least) & (values <= most)) | (np.isinf(values) & (field not in _MAY_BE_INFINITE))
        if field in _COUNTS:
            wrong |= values != np.floor(values)
    if wrong.any():
        yield Fault(
            say(
                "{field} of {source} is {place}; expected {allowed}",
                field=field,
                source=source,
                place=_place(values, wrong, unit),
                allowed=_allowed(field, least, most, unit),
            )
        )


def _scale_faults(name: str, series: Hourly, unit: str, most: float = np.inf) -> Iterator[Fault]:
    values = np.atleast_1d(np.asarray(series.scale, dtype=np.float64))
    wrong = ~((values >= 0.0) & (values <= most) & np.isfinite(values))
    if wrong.any():
        yield Fault(
            say(
                "scale of the {name} is {place}; expected {allowed}",
                name=name,
                place=_place(values, wrong, unit),
                allowed=_allowed("scale", 0.0, most, unit),
            )
        )
    for field, hours in (("since", series.since), ("until", series.until)):
        absent = np.isnan(np.atleast_1d(np.asarray(0.0 if hours is None else hours, dtype=np.float64)))
        if absent.any():
            where = say(" in draw {draw}", draw=int(np.argmax(absent))) if len(absent) > 1 else ""
            yield Fault(
                say(
                    "`{field}` of the {name} is absent{where}; expected an hour of the pass, infinite where that never comes",
                    field=field,
                    name=name,
                    where=where,
                )
            )


def _place(values: NDArray[np.float64], wrong: NDArray[np.bool_], unit: str) -> str:
    draw = int(np.argmax(wrong))
    got = float(values[draw])
    said = say("absent", "hour") if np.isnan(got) else say("infinite", "hour") if np.isinf(got) else show(got, unit)
    return say("{value} in draw {draw}", value=said, draw=draw) if len(values) > 1 else said


def _allowed(field: str, least: float, most: float, unit: str) -> str:
    kind = say("a whole number") if field in _COUNTS else say("a number")
    if least == _ABOVE:
        if most == np.inf:
            return say("{kind} above 0", kind=kind)
        return say("{kind} above 0 and at most 1", kind=kind) if most == 1.0 else say("{kind} above 0 and below 1", kind=kind)
    if most != np.inf:
        return say("{kind} from {least:g} to {most:g}", kind=kind, least=least, most=most)
    if least == 0.0:
        return say("{kind} that is not negative", kind=kind)
    return say("{kind} of at least {least:g}{unit}", kind=kind, least=least, unit="" if unit == "1" else f" {unit}")


def _length(values: ArrayLike) -> str:
    return " x ".join(f"{length:,}" for length in np.shape(values))
