"""What can be had at a site: plants and batteries at the catalogue's costs, each with what its numbers rest on.

Uncertain values stand at their medians; what is an assumption says so. Money is USD of the catalogue's years, as the values say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.plants import solar_plant, wind_plant
from stargauge.catalogue.tariff import Tariff
from stargauge.engine.sample import central
from stargauge.plan.options import Array, BatteryOption, PlantOption, Running, monthly_charge
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.power.sun import solar_power
from stargauge.quantity.power.wind_power import wind_power
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Estimate
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

#: What may be built, by the name of its rows; the source it counts as.
GAS = ("gas-engine", "gas-turbine", "combined-cycle")
RENTED = "rented-generator"
CHOICES = ("grid", *GAS, "fuel-cell", "solar", "wind", "nuclear", "battery", RENTED)
_SOURCE = {**dict.fromkeys((*GAS, RENTED), "gas"), "fuel-cell": "fuel_cell"}
_MARKET, _REGION_ABROAD = "grid-us", "world-grid"


@dataclass(frozen=True)
class Basis:
    """One number behind an offer: what it is, its value in a unit, where it is from, and the year that it speaks for."""

    of: str
    what: str
    value: float
    unit: str
    kind: str
    source: str
    grade: str
    note: str
    year: int | None = None


def basis_of(of: str, what: str, value: float, unit: str, found: Estimate) -> Basis:
    """A number with what the record says of it."""
    said = found.statements[0] if found.statements else None
    source, grade = (said.source, said.grade or "") if said else ("", "")
    year = said.as_of.start.year if said and said.as_of else None
    return Basis(of, what, value, unit, found.kind, source, grade, found.note, year)


@dataclass
class Offers:
    """Plants and batteries, the day each could be there if ordered today, and the numbers they rest on."""

    plants: list[PlantOption] = field(default_factory=list)
    batteries: list[BatteryOption] = field(default_factory=list)
    ready: dict[str, date] = field(default_factory=dict)
    basis: list[Basis] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """Where it is: the market and grid region that the catalogue names, and the connection that is stated (W), if any."""

    market: str
    region: str
    connection: float | None = None
    connection_from: date | None = None


class Offering:
    """Reads the catalogue as known on a day and keeps what it read."""

    def __init__(
        self, catalogue: KnownCatalogue, place: Place, weather: Weather, today: date, start: date | None, hours: int,
        tariff: Tariff | None = None,
    ) -> None:  # fmt: skip
        self.catalogue, self.place, self.weather = catalogue, place, weather
        self.today, self.start, self.hours = today, start, hours
        self.turn = 0 if start is None else 24 * (date(2027, start.month, min(start.day, 28)).timetuple().tm_yday - 1)
        self.offers, self.tariff = Offers(), tariff

    def number(self, kind: str, name: str, attribute: str, unit: str) -> float:
        """The median of a catalogue value; it joins the basis. Raises InputError where there is none."""
        found = self.catalogue.estimate(kind, name, attribute, unit)
        value = float(central(found.value))
        if np.isnan(value):
            raise InputError(
                say(
                    "the catalogue has no {attribute} of {kind}/{name}; add a row {kind},{name},{attribute},VALUE,{unit},...",
                    attribute=attribute,
                    kind=kind,
                    name=name,
                    unit=unit,
                )
            )
        self._keep(name, attribute, value, unit, found)
        return value

    def _keep(self, of: str, what: str, value: float, unit: str, found: Estimate) -> None:
        basis = basis_of(of, what, value, unit, found)
        if basis not in self.offers.basis:
            self.offers.basis.append(basis)

    def annuity(self, name: str) -> float:
        """Share of its capital that a plant costs a year: r / (1 - (1 + r)^-n) over its life, at the real rate of the catalogue."""
        rate, life = self.number("energy", "default", "discount_rate", "1"), self.number("energy", name, "life", "yr")
        return float(rate / -np.expm1(-life * np.log1p(rate)))

    def upkeep(self, name: str) -> float:
        """Fixed operation and maintenance, USD per W and year."""
        return self.number("energy", name, "om_fixed", "USD/W/yr")

    def hour(self, name: str, attribute: str = "lead_time", row: str = "") -> int:
        """The hour of the plan from which something ordered today is there."""
        days = self.number("lead-time", row or name, attribute, "d")
        self.offers.ready[name] = self.today + timedelta(days=round(days))
        return self._from(self.offers.ready[name])

    def _from(self, day: date) -> int:
        """The hour of the plan at which a day begins; the first where the plan names no day."""
        if self.start is None:
            return 0
        return int(np.clip(24 * (day - self.start).days, 0, self.hours))

    # -- one kind each -----------------------------------------------------------------------------------------------------------------

    def gas(self, name: str) -> PlantOption:
        """Engines, turbines or combined cycles that burn gas on site."""
        heat, price = self.number("energy", name, "heat_rate", "1"), self.number("energy", "natural-gas", "price", "USD/Wh")
        return PlantOption(
            name, _SOURCE[name], self.number("energy", name, "capex", "USD/W") * self.annuity(name) + self.upkeep(name),
            running_cost=heat * price + self.number("energy", name, "om_variable", "USD/Wh"),
            output=self.number("energy", name, "availability", "1"), unit=self.number("energy", name, "unit_size", "W"), fuel=heat,
            carbon=heat * self.number("emission", "natural-gas", "co2e", "g/Wh"), ready=self.hour(name), running=self.running(name, price),
        )  # fmt: skip

    def running(self, name: str, price: float) -> Running:
        """How units that burn gas at a price really run, which a test knows and sizing leaves out."""
        return Running(
            self.number("energy", name, "availability", "1"), self.number("energy", name, "time_to_repair", "h"),
            self.number("energy", name, "minimum_load", "1"), self.number("energy", name, "heat_half_load", "1"),
            self.number("energy", name, "ramp", "1/h"), self.number("energy", name, "start_cost", "USD/W"), price,
        )  # fmt: skip

    def rented(self, name: str) -> PlantOption:
        """Generators that are rented from their day on: a fee whether they run or not, and the rest of the quoted price by what they give.

        At full use, as often as they are up, both together are that price, fuel included.
        """
        heat, gas = self.number("energy", name, "heat_rate", "1"), self.number("energy", "natural-gas", "price", "USD/Wh")
        price, standing = self.number("energy", name, "price", "USD/Wh"), self.number("energy", name, "fee_share", "1")
        output = self.number("energy", name, "availability", "1")
        return PlantOption(
            name, _SOURCE[name], standing * price * YEAR_HOURS * output, running_cost=(1.0 - standing) * price, output=output,
            unit=self.number("energy", name, "unit_size", "W"), fuel=heat,
            carbon=heat * self.number("emission", "natural-gas", "co2e", "g/Wh"), ready=self.hour(name), running=self.running(name, gas),
        )  # fmt: skip

    def fuel_cell(self, name: str) -> PlantOption:
        """Fuel cells whose power is bought, at the price of a contract, fuel included; paid for whether used or not."""
        heat, price = self.number("energy", name, "heat_rate", "1"), self.number("energy", "natural-gas", "price", "USD/Wh")
        output, bought = self.number("energy", name, "availability", "1"), self.number("energy", name, "lcoe", "USD/Wh")
        return PlantOption(
            name, _SOURCE[name], max(bought - heat * price, 0.0) * YEAR_HOURS * output, running_cost=heat * price, output=output, fuel=heat,
            carbon=heat * self.number("emission", "natural-gas", "co2e", "g/Wh"), ready=self.hour(name),
        )  # fmt: skip

    def grid(self, name: str) -> PlantOption:
        """The grid: its wholesale price and delivery; as large and from when it is stated, else any size after the usual wait.

        A plan has all of it in every hour; that it fails now and then is for the test.
        """
        market, stated = self.place.market or _MARKET, self.place.connection
        if stated == 0.0:
            raise InputError(say("the programme says that the site has no grid (a capacity of 0); leave the grid out of the sources"))
        if stated is not None:
            when = self.place.connection_from or self.today
            self.offers.ready[name], ready = when, self._from(when)
        else:
            row = next((row for row in (self.place.region, "default") if row in self.catalogue.catalogue.names("lead-time")), "default")
            ready = self.hour(name, "connection_time", row)
        most, tariff = np.inf if stated is None else stated, self.tariff
        if tariff is None:
            price: float | Array = sum(self.number("energy", market, part, "USD/Wh") for part in ("price", "delivery_adder"))
        else:
            price, most = np.roll(tariff.energy, -self.turn), min(most, tariff.contract)
            self.offers.notes.append(f"the grid is paid for by the tariff {tariff.name}")
        return PlantOption(
            name, "grid", tariff.capacity if tariff else 0.0, running_cost=price, most=most,
            peak_charge=tuple(monthly_charge(demand, self.turn) for demand in tariff.demand) if tariff else (),
            fixed_cost=tariff.fixed if tariff else 0.0,
            carbon=self.number("emission", self.place.region or _REGION_ABROAD, "co2e", "g/Wh"), ready=ready,
            running=Running(self.number("energy", _MARKET, "availability", "1"), self.number("energy", _MARKET, "time_to_repair", "h")),
        )  # fmt: skip

    def solar(self, name: str) -> PlantOption:
        """Solar power with trackers, by the sun of the weather."""
        plant = solar_plant(self.number, name)
        there = self.number("energy", name, "availability", "1")
        output = self._known(solar_power(self._aired(), plant), "sun") * there
        return PlantOption(
            name, name, self.solar_cost(name), output=output, chosen=False, land=self.number("energy", name, "land", "m2/W"),
            ready=self.hour(name),
        )  # fmt: skip

    def solar_cost(self, name: str) -> float:
        """Capital, priced by the modules, and upkeep of solar power, USD per W at its inverters and year."""
        dc_cost = self.number("energy", name, "capex", "USD/W") * self.number("energy", name, "dc_ac_ratio", "1")
        return dc_cost * self.annuity(name) + self.upkeep(name)

    def wind(self, name: str) -> PlantOption:
        """Wind power under contract: what it gives is paid for at the price of the catalogue, used or not."""
        plant = wind_plant(self.number, name)
        output = self._known(wind_power(self.weather, plant), "wind")
        price = self.number("energy", name, "lcoe", "USD/Wh")
        return PlantOption(name, name, 0.0, running_cost=price, output=output, chosen=False, ready=self.hour(name))

    def nuclear(self, name: str) -> PlantOption:
        """Nuclear power under contract: the same in every hour, paid for used or not."""
        share, price = self.number("energy", name, "capacity_factor", "1"), self.number("energy", name, "lcoe", "USD/Wh")
        return PlantOption(name, name, 0.0, running_cost=price, output=share, chosen=False, ready=self.hour(name))

    def battery(self, name: str) -> BatteryOption:
        """Lithium batteries, priced by what they hold."""
        return BatteryOption(
            name, self.upkeep(name), self.number("energy", name, "capex_energy", "USD/Wh") * self.annuity(name),
            self.number("energy", name, "efficiency", "1"), ready=self.hour(name),
        )  # fmt: skip

    def _aired(self) -> Weather:
        """The weather with still air where no wind is known, an assumption that is noted: modules then give a little less."""
        if not np.isnan(self.weather.wind).any():
            return self.weather
        self.offers.notes.append(f"the weather of {self.weather.name} has no wind: modules of solar power are taken as in still air")
        return self.weather._replace(wind=np.nan_to_num(self.weather.wind))

    def _known(self, output: Array, what: str) -> Array:
        """What sun or wind gives by the hours of the plan, whose first is not always that of a year."""
        lacks = np.isnan(output)
        if lacks.any():
            hour = int(np.flatnonzero(lacks)[0])
            raise InputError(
                say(
                    "the weather of {name} has no {what} in hour {hour} and {more} more; leave out {what} power with "
                    "--sources, or give a weather file that has it",
                    name=self.weather.name,
                    what=what,
                    hour=hour,
                    more=int(lacks.sum()) - 1,
                )
            )
        return np.roll(output, -self.turn)


def offers(reading: Offering, wanted: Sequence[str]) -> Offers:
    """What is wanted, as it can be had. Raises InputError for names that there are not."""
    unknown = [name for name in wanted if name not in CHOICES]
    if unknown:
        raise InputError("\n".join(f'no source "{name}"{did_you_mean(name, CHOICES)}; there are {", ".join(CHOICES)}' for name in unknown))
    for name in dict.fromkeys(wanted):
        if name == "battery":
            reading.offers.batteries.append(reading.battery(name))
            continue
        make = reading.gas if name in GAS else reading.rented if name == RENTED else getattr(reading, name.replace("-", "_"))
        reading.offers.plants.append(make(name))
    return reading.offers
