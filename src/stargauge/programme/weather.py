"""The weather of a site: of the file that it names beside the programme, else synthetic years of its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.outdoor_tables import outdoor_of
from stargauge.catalogue.place_weather import weather_of
from stargauge.catalogue.weather_files import read_weather
from stargauge.programme.positions import Flaw, Trail
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.hall.outdoor_hours import OutdoorHours, outdoor_hours
from stargauge.quantity.spoken import language, say
from stargauge.quantity.weather.weather import Weather

ENDINGS = (".epw", ".csv", ".tmy3", ".epw.gz", ".csv.gz", ".tmy3.gz")


def site_weather(
    programme: Programme, catalogue: KnownCatalogue, site: str, seed: int, years: int | Sequence[int] = 0, typical: bool = False
) -> Weather:
    """The hourly weather of a site: all years of its file, else the synthetic years that are asked for of its place.

    Raises InputError where the file cannot be used, and where a site has neither a file nor a place with weather.
    """
    if site not in programme.sites:
        raise InputError(say('there is no site "{site}"{near}', site=site, near=did_you_mean(site, programme.sites)))
    spec = programme.sites[site]
    if spec.weather:
        return _read(_file(programme, site))
    if not spec.place:
        raise InputError(say('the site "{site}" names no place and no weather file; give it one of them', site=site))
    return weather_of(catalogue, spec.place, seed, years, typical)


def site_outdoor(programme: Programme, catalogue: KnownCatalogue, site: str, station: str) -> OutdoorHours | None:
    """The hours of a site by what the air is like: of its weather file, else of the typical year of a station; none without either."""
    if site in programme.sites and programme.sites[site].weather:
        file = _file(programme, site)
        known = file.stat()
        return _tabled_once(file, known.st_mtime_ns, known.st_size)
    return outdoor_of(catalogue, station) if station else None


@lru_cache(maxsize=16)
def _tabled_once(file: Path, changed: int, size: int) -> OutdoorHours:
    """The hours of a file by what the air is like."""
    return outdoor_hours(_read(file))


def flaws_of_weather(programme: Programme) -> Iterator[Flaw]:
    """What is wrong with the weather files that sites name, where they are named."""
    for name, spec in programme.sites.items():
        if not spec.weather:
            continue
        try:
            _read(_file(programme, name))
        except InputError as error:
            yield from (Flaw(_trail(name), _told(fault.message, fault.line, spec.weather)) for fault in error.faults)


def weather_stamps(programme: Programme) -> tuple[tuple[str, int, int], ...]:
    """The weather files that sites name, with when they changed and their size: what was made of others is no longer theirs."""
    found = [_file(programme, name) for name, spec in programme.sites.items() if spec.weather]
    return tuple((str(file), stat.st_mtime_ns, stat.st_size) for file in found for stat in [file.stat()])


def _trail(site: str) -> Trail:
    return ("sites", site, "weather")


def _told(message: str, line: int, name: str) -> str:
    return say("{name}, line {line}: {message}", name=name, line=line, message=message) if line else message


def _file(programme: Programme, site: str) -> Path:
    """Where the weather file of a site lies: in the folder of the file that names it, or below it, and nowhere else."""
    name = programme.sites[site].weather
    written = [document for document in programme.documents if document.file and document.text]
    holder = next((document for document in reversed(written) if document.place(_trail(site)) is not None), None) or next(
        iter(written), None
    )
    if holder is None:
        raise InputError(
            say('the weather file "{name}" is named outside a programme file; name it in one, beside which it lies', name=name)
        )
    parts = PurePosixPath(name)
    if parts.is_absolute() or PureWindowsPath(name).drive or "\\" in name or ".." in parts.parts:
        raise InputError(
            say(
                'got the weather file "{name}"; expected one beside the programme or in a folder below, such as weather/site.epw', name=name
            )
        )
    if not name.lower().endswith(ENDINGS):
        raise InputError(
            say('got the weather file "{name}"; expected a name that ends in {endings}', name=name, endings=", ".join(ENDINGS))
        )
    folder = Path(holder.file).resolve().parent
    file = folder / name
    if not file.is_file() or not file.resolve().is_relative_to(folder):
        near = did_you_mean(name, (one.name for one in folder.iterdir() if one.name.lower().endswith(ENDINGS)))
        raise InputError(say('there is no weather file "{name}" beside the programme{near}', name=name, near=near))
    return file


def _read(file: Path) -> Weather:
    known = file.stat()
    try:
        return _read_once(file, known.st_mtime_ns, known.st_size, language())
    except InputError as error:
        faults = [
            type(fault)(fault.message.replace(str(file), file.name), "", file.name, fault.line, fault.column) for fault in error.faults
        ]
        raise InputError(faults) from None


@lru_cache(maxsize=16)
def _read_once(file: Path, changed: int, size: int, spoken: str) -> Weather:
    """A file's weather; read again where it has changed, and for another language, in which its notes are told."""
    return read_weather(file)
