"""The hourly weather of a place of the catalogue: its monthly normals and the coefficients of synthetic years, picked and handed over."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from stargauge.catalogue.load import KnownCatalogue
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Estimate
from stargauge.quantity.weather.synthetic_weather import synthetic_weather
from stargauge.quantity.weather.weather import Weather
from stargauge.quantity.weather.weather_normals import Coefficients, Months, Normals

#: Rows that hold for every place.
GENERAL = "default"
#: Attributes of the monthly normals, in the order of the fields, with the unit the fields want.
_MONTHLY = (
    ("t_mean", "degC"), ("t_daymax", "degC"), ("t_daymin", "degC"), ("t_max", "degC"), ("t_dewpoint", "degC"), ("ghi", "W/m2"),
    ("wind", "m/s"), ("t_wetbulb_max", "degC"),
)  # fmt: skip
#: Attributes of a station alone, and those of which there is a general one.
_PLACED, _EITHER = ("lat", "lon", "utc_offset", "elevation", "hottest_years", "wind_height"), ("hottest_years", "wind_height")
#: Units of the coefficients that are not plain numbers, by the end of their names or by the whole of them.
_UNITS = {"days": "d", "hours": "h", "lag": "h", "peak": "h", "scale": "h"}
_KELVIN = ("spread_least", "dew_point_below_minimum", "range_usual")


def weather_of(catalogue: KnownCatalogue, place: str, seed: int, years: int | Sequence[int] = 0, typical: bool = False) -> Weather:
    """Synthetic years of a place: one by its number, or several one after the other.

    `place` is a place of the catalogue, which names the station it takes, or a station itself. `typical`: months with exactly the normals'
    mean temperature; see `synthetic_weather`. What is estimated, and a proxy, stands in the notes. Raises InputError for a place without.
    """
    station, proxy = station_of(catalogue, place)
    made = synthetic_weather(
        normals_of(catalogue, station), coefficients_of(catalogue), seed, (years,) if isinstance(years, int) else years, typical
    )
    return made._replace(notes=(*proxy, *made.notes))


def rests_on(catalogue: KnownCatalogue, place: str) -> tuple[Estimate, ...]:
    """Every value of the catalogue that the synthetic weather of a place is made of, for who labels what is worked out from it."""
    station, _ = station_of(catalogue, place)
    key = ("weather rests on", station)
    if key not in catalogue.made:
        catalogue.made[key] = _rows_behind(catalogue, station)
    return tuple(catalogue.made[key])


def _rows_behind(catalogue: KnownCatalogue, station: str) -> tuple[Estimate, ...]:
    own = [f"{attribute}_{month:02d}" for attribute, _ in _MONTHLY for month in range(1, 13)]
    asked = [(station, name) for name in (*own, *_PLACED)] + [(GENERAL, name) for name in (*_EITHER, *Coefficients._fields)]
    found = (catalogue.estimate("weather", name, attribute) for name, attribute in asked)
    return tuple(estimate for estimate in found if estimate.statements)


def station_of(catalogue: KnownCatalogue, place: str) -> tuple[str, tuple[str, ...]]:
    """The weather that a place takes, and what its row says of it (a proxy, a weak table); a station is its own."""
    stations, places = catalogue.catalogue.names("weather"), catalogue.catalogue.names("place")
    if place in places:
        station = catalogue.text("place", place, "weather")
        if not station:
            raise InputError(
                say('the place "{place}" names no weather; give a file of it, or a row place,{place},weather,STATION,text', place=place)
            )
        notes = {said.note for said in catalogue.said("place", place, "weather") if said.note}
        return station, tuple(f"weather of {station}: {note}" for note in sorted(notes))
    if place in stations and place != GENERAL:
        return place, ()
    known = sorted({*places, *stations} - {GENERAL})
    raise InputError(
        say(
            'no place "{place}" with weather in the catalogue{near}; a weather file can be given instead',
            place=place,
            near=did_you_mean(place, known),
        )
    )


def normals_of(catalogue: KnownCatalogue, station: str) -> Normals:
    """The monthly normals of a station. Raises InputError where it has no position or no mean temperatures."""
    mean, high, low, hottest, dew, sun, wind, wettest = (_months(catalogue, station, attribute, unit) for attribute, unit in _MONTHLY)
    latitude, longitude, offset, elevation = (
        _number(catalogue, station, attribute, unit)
        for attribute, unit in (("lat", "deg"), ("lon", "deg"), ("utc_offset", "h"), ("elevation", "m"))
    )
    missing = [
        name for name, value in (("lat", latitude), ("lon", longitude), ("utc_offset", offset), ("elevation", elevation)) if isnan(value)
    ]
    if missing:
        raise InputError(
            say(
                "the weather of {station} has no {missing}; add rows weather,{station},{missing_2},VALUE,UNIT",
                station=station,
                missing=", ".join(missing),
                missing_2=missing[0],
            )
        )
    years, height = (_of_place(catalogue, station, attribute, unit) for attribute, unit in (("hottest_years", "1"), ("wind_height", "m")))
    return Normals(
        mean, high, low, hottest, dew, sun, wind, wettest, years, latitude, longitude, offset, elevation, height, station
    )  # fmt: skip


def coefficients_of(catalogue: KnownCatalogue) -> Coefficients:
    """How weather varies about its normals, of the general rows."""
    return Coefficients(*(_number(catalogue, GENERAL, name, _unit(name)) for name in Coefficients._fields))


def _unit(name: str) -> str:
    return "K" if name in _KELVIN else _UNITS.get(name.rpartition("_")[2], "1")


def _months(catalogue: KnownCatalogue, station: str, attribute: str, unit: str) -> Months:
    return tuple(_number(catalogue, station, f"{attribute}_{month:02d}", unit) for month in range(1, 13))


def _of_place(catalogue: KnownCatalogue, station: str, attribute: str, unit: str) -> float:
    """A value of a station, else the general one."""
    own = _number(catalogue, station, attribute, unit)
    return _number(catalogue, GENERAL, attribute, unit) if isnan(own) else own


def _number(catalogue: KnownCatalogue, name: str, attribute: str, unit: str) -> float:
    """The value of an attribute, of a range its median; NaN where nobody says."""
    value = catalogue.estimate("weather", name, attribute, unit).value
    if isinstance(value, Distribution):
        return value.quantile(0.5)
    if isinstance(value, float):
        return value
    raise InputError(say("weather/{name}/{attribute} is no number", name=name, attribute=attribute))
