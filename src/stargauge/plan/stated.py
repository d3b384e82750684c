"""What the programme states of a site's own plants: there from its day at no capital cost, with what it costs to keep and to run.

A backup of gas or fuel cells joins no plan and stands by in its test; any other backup is told and in neither. What failures,
efficiencies and prices nobody states are those of the catalogue's kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from stargauge.plan.offers import RENTED, Basis, Offering
from stargauge.plan.options import BatteryOption, PlantOption, Running

#: What a programme may state besides the grid, with the kind of the catalogue that it is taken to be.
KINDS = {"gas": "gas-turbine", "fuel_cell": "fuel-cell", "solar": "solar", "wind": "wind", "battery": "battery", "nuclear": "nuclear"}
BATTERY, BACKUP = "battery", "backup"
_AS_WANTED = ("gas", "fuel_cell")
_NAMED = "stated-"


def name_of(source: str) -> str:
    """The name that a stated source has in a plan."""
    return f"{_NAMED}{source.replace('_', '-')}"


@dataclass(frozen=True)
class Stated:
    """One source as it is stated: W at the meter, Wh that a battery holds, its day, USD/Wh, its role, who said the size, and its plant."""

    source: str
    size: float
    energy: float | None
    day: date | None
    price: float | None
    role: str
    status: str
    said_by: str
    grade: str
    note: str
    plant: str = ""

    @property
    def kind(self) -> str:
        """The kind of the catalogue that it is taken to be: the plant that the programme names, else the usual one."""
        return self.plant or KINDS[self.source]

    @property
    def name(self) -> str:
        """Its name in a plan."""
        return name_of(self.source)

    @property
    def used(self) -> bool:
        """Whether it is planned with: a backup is not."""
        return self.role != BACKUP

    @property
    def stands_by(self) -> bool:
        """Whether it is tested with and not planned with: a backup that runs as wanted."""
        return self.role == BACKUP and self.source in _AS_WANTED

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "name": self.name, "size": self.size, "energy_size": self.energy, "ready": str(self.day) if self.day else None,
            "role": self.role, "used": self.used, "stands_by": self.stands_by,
            "status": self.status, "source": self.said_by, "grade": self.grade, "note": self.note,
        }  # fmt: skip


def add_stated(reading: Offering, stated: Sequence[Stated]) -> list[Stated]:
    """Put what is stated among the offers of a reading; returns it with what a battery holds where only its power is stated."""
    made = [_held(reading, one) if one.source == BATTERY else one for one in stated]
    for one in (one for one in made if one.used):
        _on_record(reading, one)
        if one.day is not None:
            reading.offers.ready[one.name] = one.day
        if one.source == BATTERY:
            reading.offers.batteries.append(stated_battery(reading, one))
        else:
            reading.offers.plants.append(stated_plant(reading, one))
    return made


def backups(reading: Offering, stated: Sequence[Stated]) -> list[PlantOption]:
    """What stands by of what is stated."""
    kept = [one for one in stated if one.stands_by]
    for one in kept:
        _on_record(reading, one)
    return [stated_plant(reading, one) for one in kept]


def _on_record(reading: Offering, one: Stated) -> None:
    reading.offers.basis.append(Basis(one.name, "capacity", one.size, "W", "stated", one.said_by, one.grade, one.note))


def stated_plant(reading: Offering, one: Stated) -> PlantOption:
    """A stated plant: as large as it is, its upkeep paid whether it runs or not; that of a backup is the site's own affair."""
    made = replace(_running(reading, one), name=one.name, least=one.size, most=one.size, unit=0.0, land=0.0, ready=_hour(reading, one))
    return replace(made, standby=True) if one.stands_by else made


def _running(reading: Offering, one: Stated) -> PlantOption:
    kind = one.kind
    if kind == RENTED:
        made = reading.rented(kind)
        paid = made if one.price is None else replace(made, yearly_cost=0.0, running_cost=one.price, running=reading.running(kind, 0.0))
        return replace(paid, yearly_cost=0.0) if one.stands_by else paid
    if one.source == "solar":
        return replace(reading.solar(kind), yearly_cost=reading.upkeep(kind))
    if one.source in ("wind", "nuclear"):
        made = reading.wind(kind) if one.source == "wind" else reading.nuclear(kind)
        return made if one.price is None else replace(made, running_cost=one.price)
    heat, price = reading.number("energy", kind, "heat_rate", "1"), reading.number("energy", "natural-gas", "price", "USD/Wh")
    fuel = heat * price + reading.number("energy", kind, "om_variable", "USD/Wh")
    return PlantOption(
        one.name, one.source, 0.0 if one.stands_by else reading.upkeep(kind), running_cost=fuel if one.price is None else one.price,
        output=reading.number("energy", kind, "availability", "1"), fuel=heat,
        carbon=heat * reading.number("emission", "natural-gas", "co2e", "g/Wh"),
        running=reading.running(kind, price if one.price is None else 0.0) if one.source == "gas" else _failing(reading, kind),
    )  # fmt: skip


def stated_battery(reading: Offering, one: Stated) -> BatteryOption:
    """A stated battery: of its power and what it holds, at no cost."""
    held = one.energy or 0.0
    efficiency = reading.number("energy", "battery", "efficiency", "1")
    return BatteryOption(one.name, 0.0, 0.0, efficiency, most=one.size, most_hours=held / one.size, ready=_hour(reading, one))


def _failing(reading: Offering, kind: str) -> Running:
    """What is known of how fuel cells run: that they fail."""
    return Running(repair=reading.number("energy", kind, "time_to_repair", "h"))


def _held(reading: Offering, one: Stated) -> Stated:
    if one.energy is not None or not one.used:
        return one
    hours = reading.number("energy", "battery", "duration", "h")
    reading.offers.notes.append(f"of the stated battery only its power is on record: taken to hold {hours:g} hours of it")
    return replace(one, energy=hours * one.size)


def _hour(reading: Offering, one: Stated) -> int:
    """The hour of the plan from which it is there; the first where it or the plan names no day."""
    if reading.start is None or one.day is None:
        return 0
    return int(np.clip(24 * (one.day - reading.start).days, 0, reading.hours))
