"""Weather files written for tests: a plain year whose every value is known, in each of the forms, and changed line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from math import cos, pi
from pathlib import Path

#: Latitude, longitude, hours from UTC and elevation of the place.
PLACE = (32.5, -99.7, -6.0, 530.0)
Lines = list[str]
Change = Callable[[Lines], Lines]


def unchanged(lines: Lines) -> Lines:
    """The lines as they are."""
    return lines


def hours(year: int = 2019, leap: bool = False) -> Iterator[datetime]:
    """The hours of a year, by their start; with 29 February where asked and there."""
    at = datetime(year, 1, 1)
    while at.year == year:
        if leap or (at.month, at.day) != (2, 29):
            yield at
        at += timedelta(hours=1)


def values(at: datetime) -> tuple[float, float, float, float, float, float, float]:
    """Dry bulb, dew point, humidity, pressure in Pa, global, direct and diffuse sun of an hour."""
    sun = max(0.0, round(900.0 * cos(pi * (at.hour - 12) / 12.0), 0))
    dry = 15.0 + round(12.0 * cos(2.0 * pi * (at.timetuple().tm_yday - 200) / 365.0) + 5.0 * cos(pi * (at.hour - 15) / 12.0), 1)
    return dry, dry - 6.0, 66.0, 95_000.0, sun, 0.6 * sun, 0.4 * sun


def epw(folder: Path, change: Change = unchanged, year: int = 2019, leap: bool = False) -> Path:
    """An EPW file; `change` takes its lines (eight of header) and gives those to write."""
    latitude, longitude, zone, elevation = PLACE
    lines = [f"LOCATION,Testville,TX,USA,TEST,000001,{latitude},{longitude},{zone},{elevation}", *(f"HEADER {n}" for n in range(2, 9))]
    for at in hours(year, leap):
        dry, dew, humidity, pressure, sun, direct, diffuse = values(at)
        lines.append(
            f"{at.year},{at.month},{at.day},{at.hour + 1},0,?9,{dry:.1f},{dew:.1f},{humidity:.0f},{pressure:.0f},0,0,300,"
            f"{sun:.0f},{direct:.0f},{diffuse:.0f},0,0,0,0,180,3.5,0,0"
        )
    return _written(folder / "year.epw", change(lines))


def tmy3(folder: Path, change: Change = unchanged) -> Path:
    """A TMY3 file."""
    latitude, longitude, zone, elevation = PLACE
    lines = [
        f'000001,"TESTVILLE",TX,{zone},{latitude},{longitude},{elevation:.0f}',
        "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2),DHI (W/m^2),Dry-bulb (C),Dew-point (C),RHum (%),Pressure (mbar),Wspd (m/s)",
    ]
    for at in hours():
        dry, dew, humidity, pressure, sun, direct, diffuse = values(at)
        lines.append(
            f"{at.month:02d}/{at.day:02d}/{at.year},{at.hour + 1:02d}:00,{sun:.0f},{direct:.0f},{diffuse:.0f},{dry:.1f},{dew:.1f},"
            f"{humidity:.0f},{pressure / 100.0:.0f},3.5"
        )
    return _written(folder / "year.csv", change(lines))


def nsrdb(folder: Path, change: Change = unchanged) -> Path:
    """A file as the NSRDB gives and SAM reads it."""
    latitude, longitude, zone, elevation = PLACE
    lines = [
        "Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation,Local Time Zone,Temperature Units,Pressure Units",
        f"NSRDB,42,Testville,TX,USA,{latitude},{longitude},{zone:g},{elevation:g},{zone:g},c,mbar",
        "Year,Month,Day,Hour,Minute,GHI,DNI,DHI,Dew Point,Temperature,Pressure,Wind Speed",
    ]
    for at in hours():
        dry, dew, _, pressure, sun, direct, diffuse = values(at)
        lines.append(
            f"{at.year},{at.month},{at.day},{at.hour},30,{sun:.0f},{direct:.0f},{diffuse:.0f},{dew:.1f},{dry:.1f},"
            f"{pressure / 100.0:.0f},3.5"
        )
    return _written(folder / "year.csv", change(lines))


def _written(file: Path, lines: Lines) -> Path:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
