"""The cheapest supply of a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from stargauge.api.programmes import Progress, known, load
from stargauge.api.runs import DRAWS
from stargauge.audit.sites.site import asked
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.place_weather import weather_of
from stargauge.catalogue.tariff import read_tariff
from stargauge.catalogue.weather_files import read_weather
from stargauge.engine.sample import central
from stargauge.engine.simulate import simulate as run_model
from stargauge.plan.hall_load import busiest_year, by_hall, calendar_month, hall_hours, in_other_years
from stargauge.plan.offers import RENTED, Offering, Place, offers
from stargauge.plan.options import Array, Limits
from stargauge.plan.power import PowerPlan, planned
from stargauge.plan.power_case import PowerCase
from stargauge.plan.pypsa_folder import write_pypsa as write_network
from stargauge.plan.stated import KINDS, Stated, add_stated, backups, name_of
from stargauge.programme.known import Known, SiteView
from stargauge.programme.load import asked_as
from stargauge.programme.schema import PowerSource, Programme
from stargauge.programme.weather import site_weather
from stargauge.quantity.dates import Window, parse_window
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.power.hourly import MONTH_DAYS
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Statement
from stargauge.quantity.units import parse_number
from stargauge.quantity.weather.weather import YEAR_HOURS, Weather

#: What is looked at unless told otherwise: rented generators only where something has to be there by a day.
SOURCES = ("grid", "gas-engine", "gas-turbine", "combined-cycle", "solar", "wind", "battery")
#: Years of weather that a supply is sized on, and those it is tested on; and years looked at where it has to be there by a day.
YEARS, TESTS, STAGED = 1, 5, 3
MOST_YEARS, MOST_DRAWS = 10, 4096


class LoadFrom(NamedTuple):
    """Where a load is from: as asked, or as expected (`address`) in the months of a year or from a day on, by the hours of a design."""

    text: str
    kind: str = "asked"
    address: str = ""
    year: int | None = None
    design: str = ""
    design_stated: bool = False


@dataclass(frozen=True)
class SitePower:
    """The plan of one site, with where its load and its weather come from."""

    programme: str
    asked_as: str
    site: str
    as_of: date
    load_from: LoadFrom
    weather: Weather
    plan: PowerPlan

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        weather = {"name": self.weather.name, "kind": self.weather.kind, "notes": [*self.weather.notes, *self.plan.case.offers.notes]}
        about = {
            "programme": {"name": self.programme, "asked_as": self.asked_as},
            "site": self.site,
            "as_of": str(self.as_of),
            "weather": weather,
        }
        made = self.plan.to_dict()
        said = {"from": self.load_from.text, **{name: one for name, one in self.load_from._asdict().items() if name != "text"}}
        return {**about, **made, "load": {**made["load"], **said}, "seed": self.plan.case.seed}

    def write_pypsa(self, folder: str | Path) -> None:
        """Write the supply as a network that PyPSA solves to the same cost: a folder of CSV files, which must not exist or be empty."""
        case, supply = self.plan.case, self.plan.supply
        plants = [one for one in case.plants if one.name in supply.sizes]
        batteries = [one for one in case.batteries if one.name in supply.sizes]
        write_network(Path(folder), supply, case.load, plants, batteries, case.limits)


def power(
    site: str, programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, by: date | str | None = None,
    load_at: str | float | None = None, sources: Sequence[str] | None = None, years: int | None = None, shortfall: float = 0.0,
    emissions: str | float | None = None, land: str | float | None = None, gas: str | float | None = None, weather: Path | None = None,
    mixes: bool = True, draws: int = 256, seed: int = 0, values: Catalogue | None = None, progress: Progress | None = None,
    greenfield: bool = False, tariff: Path | None = None,
) -> SitePower:  # fmt: skip
    """The cheapest supply that carries a site's load: sizes of plants, what a unit of energy costs, what binds, other mixes, and a test.

    `load_at`: facility power to carry, flat; left out, what the site is expected to draw in the year in which most runs, hour by hour as
    its hall takes it in the weather. `greenfield`: what the programme states of plants at the site is left out; else it is there from its
    day at no capital cost. `by`: the day from
    which it has to be carried; what takes longer to get comes later, and rented generators are looked at too. `shortfall`: share of the
    energy that may be missing. `emissions` per energy, `land`, `gas` burnt a year: at most. `weather`: an hourly file in place of the
    catalogue's normals. `tariff`: a file of what the grid costs, in place of the catalogue's price. Raises InputError for wrong input and
    where no supply keeps the limits, with what would relax them.
    """
    if find_spec("scipy") is None:
        raise InputError(say("to size a supply needs the extra `plan` (scipy is missing): pip install 'stargauge[plan]'"))
    made = load(programme)
    now = known(made, as_of, values)
    view = asked(now, site)
    start = _day(by) if by else None
    span = (STAGED if by else YEARS) if years is None else years
    _expect(now, start, span, shortfall, draws)
    sky, others = _skies(now, view, weather, seed, span)
    reading = Offering(
        now.catalogue, _place(now, view), sky, now.as_of, start, YEAR_HOURS * span, read_tariff(tariff) if tariff is not None else None
    )
    drawn = _load(now, view, load_at, reading, others)
    wanted = list(sources) if sources is not None else _usual(reading, start)
    if tariff is not None and "grid" not in wanted:
        raise InputError(
            say("the tariff {tariff} is that of the grid, which is not among the sources; add it, or leave the tariff out", tariff=tariff)
        )
    found = offers(reading, wanted)
    stated = add_stated(reading, () if greenfield else _stated(now, view))
    case = PowerCase(
        drawn.hours, start, found, Limits(shortfall, _amount(emissions, "g/Wh"), _amount(land, "m2"), _amount(gas, "Wh")),
        _outputs(reading, others), _numbers(others), draws=draws, seed=seed, same_weather=others is sky,
        test_load=drawn.others, stated=tuple(stated), backups=tuple(backups(reading, stated)), reading=reading, water=drawn.water,
        upstream=_waters(reading, stated), gas_upstream=_gas_upstream(reading),
    )  # fmt: skip
    return SitePower(made.name, asked_as(made), view.id, now.as_of, drawn.said, sky, planned(case, mixes, progress))


def _outputs(reading: Offering, others: Weather) -> dict[str, Array]:
    """What sun and wind give in the years of the test, by name: (hour, year)."""
    again, made = _again(reading, others), dict[str, Array]()
    for plant in reading.offers.plants:
        kind = next((kind for kind in ("solar", "wind") if plant.name in (kind, name_of(kind))), None)
        if kind is not None:
            output = again.solar(kind).output if kind == "solar" else again.wind(kind).output
            made[plant.name] = np.asarray(output).reshape(-1, YEAR_HOURS).T
    return made


def _waters(reading: Offering, stated: Sequence[Stated]) -> dict[str, float | None]:
    """L of water consumed per Wh that a plant gives, by its name; None where the catalogue has no figure."""
    market = "grid-us" if reading.place.region else "grid-abroad"
    kinds = {one.name: one.kind for one in stated}
    made: dict[str, float | None] = {}
    for plant in reading.offers.plants:
        rows = (reading.place.market, market) if plant.source == "grid" else (kinds.get(plant.name, plant.name),)
        found = [row for row in rows if row and _has_water(reading, row)]
        made[plant.name] = reading.number("energy", found[0], "water", "L/Wh") if found else None
    return made


def _gas_upstream(reading: Offering) -> float | None:
    """g of CO2e per Wh of gas before it is burnt; None where nothing burns gas, or the catalogue has no figure known on the day."""
    if not any(plant.fuel for plant in reading.offers.plants):
        return None
    try:
        return reading.number("emission", "natural-gas", "upstream", "g/Wh")
    except InputError:
        return None


def _has_water(reading: Offering, row: str) -> bool:
    try:
        return bool(reading.catalogue.estimate("energy", row, "water", "L/Wh").statements)
    except InputError:  # no row of the catalogue has such a figure
        return False


def _stated(now: Known, view: SiteView) -> list[Stated]:
    """What the programme states of plants at the site, besides the grid."""
    if view.spec is None:
        return []
    entries = [(source, getattr(view.spec.supply, source)) for source in KINDS]
    return [_source(now, source, entry) for source, entry in entries if entry is not None and _number(now, entry.capacity)]


def _source(now: Known, source: str, entry: PowerSource) -> Stated:
    said, when = now.estimate(entry.capacity).statements[0], now.available_from(entry).statements
    day = when[0].value.start if when and isinstance(when[0].value, Window) else None
    energy, price = (_number(now, part) if part else None for part in (entry.energy, entry.price))
    size = _number(now, entry.capacity)
    return Stated(source, size, energy, day, price, entry.role, said.status, said.source, said.grade or "", said.note, entry.plant)


def _number(now: Known, said: tuple[Statement, ...]) -> float:
    """What is stated, at its median; 0 where nothing is."""
    return float(np.nan_to_num(central(now.estimate(said).value)))


def _expect(now: Known, start: date | None, years: int, shortfall: float, draws: int) -> None:
    """Raise InputError with everything that is asked wrong."""
    faults = []
    if start is not None and not now.as_of <= start <= now.months[-1]:
        faults.append(
            say(
                "by {day}: expected a day from {as_of}, the knowledge date, to {last}, the end of the clock",
                day=start,
                as_of=now.as_of,
                last=now.months[-1],
            )
        )
    if not 1 <= years <= MOST_YEARS:
        faults.append(say("got {years} years; expected 1 to {most}", years=years, most=MOST_YEARS))
    if not 0.0 <= shortfall < 1.0:
        faults.append(say("shortfall: got {shortfall}; expected a share of the energy from 0 to below 1", shortfall=shortfall))
    if not 1 <= draws <= MOST_DRAWS:
        faults.append(say("draws: got {draws:,}; expected 1 to {most:,} years of failures", draws=draws, most=MOST_DRAWS))
    if faults:
        raise InputError([Fault(fault) for fault in faults])


def _usual(reading: Offering, start: date | None) -> list[str]:
    """What is looked at unless told otherwise; without a grid where there is none, and without wind where the weather has none, a note."""
    wanted = list(SOURCES if start is None else (*SOURCES, RENTED))
    if reading.place.connection == 0.0:
        wanted.remove("grid")
    if np.isnan(reading.weather.wind).any():
        wanted.remove("wind")
        reading.offers.notes.append(f"the weather of {reading.weather.name} has no wind: wind power is not looked at")
    return wanted


def _numbers(weather: Weather) -> tuple[int, ...]:
    """The years by their numbers; where a file mixes years into one, by their place."""
    return weather.years or tuple(range(weather.year_count))


def _again(reading: Offering, weather: Weather) -> Offering:
    """The same catalogue read for other weather, its numbers not listed twice."""
    made = Offering(reading.catalogue, reading.place, weather, reading.today, None, len(weather.dry_bulb))
    made.turn = reading.turn
    return made


def _day(text: date | str) -> date:
    return text if isinstance(text, date) else parse_window(text).start


def _amount(text: str | float | None, unit: str) -> float | None:
    """A number is one of the SI unit; a text names its own."""
    return None if text is None else float(text) if isinstance(text, (int, float)) else parse_number(text, unit)


def _place(now: Known, view: SiteView) -> Place:
    """What the catalogue and the file say of where the site is and how it is connected."""
    place = view.spec.place if view.spec else ""
    market, region = (now.catalogue.text("place", place, what) if place else "" for what in ("power_market", "grid_region"))
    grid = view.spec.supply.grid if view.spec else None
    if grid is None or not grid.capacity:
        return Place(market, region)
    stated = central(now.estimate(grid.capacity).value)
    said = now.available_from(grid)
    when = said.statements[0].value if said.statements else None
    return Place(market, region, float(stated), when.start if isinstance(when, Window) else None)


def _skies(now: Known, view: SiteView, file: Path | None, seed: int, span: int) -> tuple[Weather, Weather]:
    """The weather a supply is sized on, and that it is tested on: the latter the very same where there is no other.

    Of a file the first years are for sizing, and what it has beyond them for the test; else the test is on synthetic years of the place.
    """
    years, others = range(span), range(span, span + TESTS)
    found = read_weather(file) if file is not None else site_weather(now.programme, now.catalogue, view.id, seed, years)
    if found.kind == "synthetic":
        return found, site_weather(now.programme, now.catalogue, view.id, seed, others)
    sized, place = _picked(found, years), view.spec.place if view.spec else ""
    if found.year_count > span:
        return sized, _picked(found, range(span, min(found.year_count, span + TESTS)))
    try:
        return sized, weather_of(now.catalogue, place, seed, others)
    except InputError:
        return sized, sized


def _picked(found: Weather, years: range) -> Weather:
    """Some years of a file, taken in turn."""
    count = found.year_count
    place = np.concatenate([np.arange(YEAR_HOURS) + YEAR_HOURS * (year % count) for year in years])
    return found._replace(
        dry_bulb=found.dry_bulb[place], dew_point=found.dew_point[place], pressure=found.pressure[place], sun=found.sun[place],
        sun_direct=found.sun_direct[place], sun_diffuse=found.sun_diffuse[place], wind=found.wind[place],
        years=tuple(found.years[year % count] for year in years) if found.years else (),
    )  # fmt: skip


class _Load(NamedTuple):
    """The load by hour, in the weather of the test (hour, year), where it is from, and L of water on site per Wh of it."""

    hours: Array
    others: Array | None
    said: LoadFrom
    water: float | None


def _load(now: Known, view: SiteView, asked_for: str | float | None, reading: Offering, others: Weather) -> _Load:
    """What is to be carried: as asked, the same in every hour, or as expected of the site."""
    design = view.spec.cooling if view.spec else ""
    if asked_for is not None:
        level = _amount(asked_for, "W")
        if not (level and level > 0.0):
            raise InputError(say("the load is {given}; expected a power above 0, such as 1.2 GW", given=asked_for))
        said = LoadFrom("as asked, the same in every hour")
        return _Load(np.full(reading.hours, level), None, said, _water(now, design, reading.weather))
    hall = hall_hours(now.catalogue, design, reading.weather)
    expected, said = _expected(now, view, reading)
    month = calendar_month(reading.turn, reading.hours)
    hours, level_of = by_hall(hall.rolled(reading.turn), expected, month)
    again = hall_hours(now.catalogue, design, others).rolled(reading.turn)
    said = said._replace(design=hall.design, design_stated=hall.stated)
    return _Load(hours, in_other_years(again, level_of), said, hall.water_of(1.0))


def _water(now: Known, design: str, weather: Weather) -> float | None:
    """L of water on site per Wh at the meter; absent where the weather lacks what the hall's design needs."""
    try:
        return hall_hours(now.catalogue, design, weather).water_of(1.0)
    except InputError:
        return None


def _expected(now: Known, view: SiteView, reading: Offering) -> tuple[Array, LoadFrom]:
    """What the site is expected to draw on average in the month of each hour."""
    address = f"power_load[{view.id}]"
    series = run_model(now, [address], draws=DRAWS)[address]
    middle = np.nan_to_num(np.asarray(series.quantiles((0.5,))[0.5]))
    if not middle.max() > 0.0:
        raise InputError(
            say(
                "nothing is expected to run at {id} up to {months}; give the load with --load, such as --load 500MW",
                id=view.id,
                months=now.months[-1],
            )
        )
    if reading.start is None:
        places = busiest_year(now.months, middle)
        year = now.months[int(places[0])].year
        text = f"median of {address} in each month of {year}, the year in which most runs, by the hours of its hall in the weather"
        return middle[places[calendar_month(0, reading.hours)]], LoadFrom(text, "expected", address, year)
    place, last = _months(reading.start, reading.hours // YEAR_HOURS) + _first(now, reading.start), len(middle)
    months = middle[np.where(place < last, place, last - 12 + (place - last) % 12)]
    past = "; past the end of the clock its last twelve months again" if place[-1] >= last else ""
    text = f"median of {address} in each month from {reading.start}, by the hours of its hall in the weather{past}"
    return months, LoadFrom(text, "expected", address)


def _first(now: Known, start: date) -> int:
    return next((place for place, month in enumerate(now.months) if month >= start), len(now.months) - 1)


def _months(start: date, years: int) -> Any:
    """How many months after the first each hour lies, in years of 365 days from a day on."""
    ends = np.cumsum(MONTH_DAYS)
    day = date(2027, start.month, min(start.day, 28)).timetuple().tm_yday - 1 + np.arange(YEAR_HOURS * years) // 24
    return 12 * (day // 365) + np.searchsorted(ends, day % 365, side="right") - (start.month - 1)
