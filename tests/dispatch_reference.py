"""The rule of dispatch once more, slow and plain: one draw, one hour after another, floats and `if`. Shares no code with what it checks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from stargauge.quantity.power.hourly import Hourly
from stargauge.quantity.power.outages import units_up
from stargauge.quantity.power.power_sources import Battery, Given, Grid, Plant, Source


@dataclass
class Told:
    """What one draw comes to, summed over all hours."""

    energy: dict[str, float] = field(default_factory=dict)
    curtailed: dict[str, float] = field(default_factory=dict)
    fuel: dict[str, float] = field(default_factory=dict)
    starts: dict[str, float] = field(default_factory=dict)
    unit_hours: dict[str, float] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    dumped: float = 0.0
    charged: float = 0.0
    load: float = 0.0
    shortfall: float = 0.0
    short_hours: int = 0
    first: int = -1
    worst_hour: int = -1
    worst: float = 0.0
    peak: float = 0.0
    cycles: float = 0.0
    stored: float = 0.0
    capacity: float = 0.0
    stored_by_hour: list[float] = field(default_factory=list)
    capacity_by_hour: list[float] = field(default_factory=list)
    missing_by_hour: list[float] = field(default_factory=list)


def one(value: Any, draw: int) -> float:
    """A number of one draw."""
    try:
        return float(value[draw] if len(value) > 1 else value[0])
    except TypeError:
        return float(value)


def value_at(series: Hourly, hour: int, draw: int) -> float:
    """A series in one hour of one draw."""
    if series.values.ndim == 1:
        base = float(series.values[hour])
    else:
        base = float(series.values[hour, draw if series.column is None else int(one(series.column, draw))])
    if series.since is not None and hour < one(series.since, draw):
        return 0.0
    if series.until is not None and hour >= one(series.until, draw):
        return 0.0
    return base * one(series.scale, draw)


def reference(load: Hourly, sources: list[Source], order: list[str], draw: int, draws: int) -> Told:
    """Meet the load of one draw."""
    out = Told()
    by_name = {source.name: source for source in sources}
    ordered = [by_name[name] for name in order]
    hours = len(load.values)
    up = {
        plant.name: units_up(hours, plant.units, plant.outages, draws)[:, draw]
        for plant in ordered
        if isinstance(plant, Plant) and plant.outages is not None
    }
    for name in order:
        out.energy[name] = out.curtailed[name] = out.fuel[name] = out.starts[name] = out.unit_hours[name] = 0.0
    last: dict[str, float | None] = dict.fromkeys(order)
    ran: dict[str, int | None] = dict.fromkeys(order)
    battery = next((source for source in ordered if isinstance(source, Battery)), None)
    held = capacity = first_capacity = taken_today = taken = 0.0
    if battery is not None:
        capacity = first_capacity = one(battery.energy, draw)
        held = one(battery.initial, draw) * capacity
    for hour in range(hours):
        need = demand = value_at(load, hour, draw)
        gave: dict[str, float] = {}
        had: dict[str, float] = {}
        floor: dict[str, float] = {}
        most: dict[str, float] = {}
        running: dict[str, int] = {}
        size: dict[str, float] = {}
        beyond = 0.0
        for source in ordered:
            name = source.name
            if isinstance(source, Given | Grid):
                had[name] = value_at(source.power if isinstance(source, Given) else source.limit, hour, draw)
                gave[name] = min(need, had[name])
                floor[name] = 0.0
                need -= gave[name]
            elif isinstance(source, Battery):
                could = (held - one(source.least, draw) * capacity) * one(source.efficiency_out, draw)
                gave[name] = min(could, one(source.power_out, draw), need)
                floor[name] = 0.0
                need -= gave[name]
            else:
                number = int(up[name][hour]) if name in up else int(one(source.units, draw))
                size[name] = one(source.size, draw) * (1.0 if source.available is None else value_at(source.available, hour, draw))
                cap = min(number, one(source.units, draw) - one(source.spare, draw)) * size[name]
                wanted = min(need, cap)
                low, high, ramp, before = 0.0, math.inf, one(source.ramp, draw), last[name]
                if ramp < 1.0 and before is not None:
                    begins = min(before, cap)
                    reach = ramp * one(source.size, draw) * number
                    low, high = max(begins - reach, 0.0), begins + reach
                    wanted = max(min(wanted, high), low)
                count = math.ceil(wanted / size[name] - 1e-9) if size[name] > 0.0 else 0
                if count > 0:
                    count = min(count + int(one(source.spinning, draw)), number)
                minimum = count * one(source.minimum, draw) * size[name]
                given = max(wanted, minimum)
                met = min(given, need)
                need -= met
                beyond += given - met
                gave[name], floor[name], running[name] = given, max(minimum, low), count
                most[name] = min(count * size[name], cap, high)
        for source in reversed(ordered):
            if not isinstance(source, Given) and beyond > 0.0:
                back = min(beyond, gave[source.name] - floor[source.name])
                gave[source.name] -= back
                beyond -= back
        spilt = {source.name: had[source.name] - gave[source.name] for source in ordered if isinstance(source, Given)}
        charge = 0.0
        if battery is not None:
            room = min((capacity - held) / one(battery.efficiency_in, draw), one(battery.power_in, draw))
            for name in spilt:
                part = min(spilt[name], room)
                spilt[name] -= part
                gave[name] += part
                room -= part
                charge += part
            part = min(beyond, room)
            beyond -= part
            room -= part
            charge += part
            if battery.charge_hours is None or battery.charge_hours[hour]:
                for name in battery.charged_by:
                    spare = (had[name] if name in had else most[name]) - gave[name]
                    part = max(min(spare, room), 0.0)
                    gave[name] += part
                    room -= part
                    charge += part
            drawn = gave[battery.name] / one(battery.efficiency_out, draw)
            held += charge * one(battery.efficiency_in, draw) - drawn
            taken += drawn
            taken_today += drawn
            if hour % 24 == 23:
                capacity -= taken_today * one(battery.fade_cycle, draw) + 24 * one(battery.fade_hour, draw) * first_capacity
                capacity, taken_today = max(capacity, 0.0), 0.0
            held = min(max(held, one(battery.least, draw) * capacity), capacity)
            out.stored_by_hour.append(held)
            out.capacity_by_hour.append(capacity)
        for source in ordered:
            name = source.name
            out.energy[name] += gave[name]
            if isinstance(source, Given):
                out.curtailed[name] += spilt[name]
            elif isinstance(source, Grid):
                out.peak = max(out.peak, gave[name])
                for rate, series in source.rates.items():
                    out.rates[rate] = out.rates.get(rate, 0.0) + value_at(series, hour, draw) * gave[name]
            elif isinstance(source, Plant):
                full, part_rate, at = one(source.heat_rate, draw), one(source.heat_rate_part, draw), one(source.part_load, draw)
                before_ran = ran[name]
                started = max(running[name] - (running[name] if before_ran is None else before_ran), 0)
                ran[name], last[name] = running[name], gave[name]
                through_origin = (at * part_rate - at * full) / (1.0 - at)  # fuel of a running unit at no load, per size
                out.fuel[name] += through_origin * running[name] * size[name] + (full - through_origin) * gave[name]
                out.fuel[name] += started * one(source.start_fuel, draw)
                out.starts[name] += started
                out.unit_hours[name] += running[name]
        out.dumped += beyond
        out.charged += charge
        out.load += demand
        if need <= 1e-9 * demand:
            need = 0.0
        out.missing_by_hour.append(need)
        if need > 0.0:
            out.shortfall += need
            out.short_hours += 1
            out.first = hour if out.first < 0 else out.first
            if need > out.worst:
                out.worst, out.worst_hour = need, hour
    out.cycles = taken / first_capacity if first_capacity > 0.0 else 0.0
    out.stored, out.capacity = held, capacity
    return out
