"""A site's stated supply, run hour by hour in the draws of the model."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stargauge.api.programmes import Progress, known, load
from stargauge.audit.answer_data import slug
from stargauge.audit.hours.accounts import HoursAccounts
from stargauge.audit.hours.hall import Warming, ends_of, load_shape, skies_of
from stargauge.audit.hours.hours import HoursAnswer, Note
from stargauge.audit.hours.run import SiteYear, addresses, own_of, site_year, years_of
from stargauge.audit.hours.supply import BatteryStated, SupplyTerms, stated_sources
from stargauge.audit.hours.year import Case, run_hours
from stargauge.audit.sites.site import asked
from stargauge.catalogue.facility_designs import DEFAULT, Drawn, facility_of, kinds_of, parts_of
from stargauge.catalogue.hourly_factors import read_hourly_factors
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.plants import solar_output, wind_output
from stargauge.catalogue.tariff import read_tariff
from stargauge.catalogue.weather_files import read_weather
from stargauge.engine.sample import central, fixed
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known, SiteView
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.programme.weather import site_weather
from stargauge.quantity.dates import Window
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import Weather

Array = NDArray[np.float64]

#: Draws unless told otherwise and at most, and synthetic weather years among which they are shared out.
DRAWS, MOST_DRAWS, YEARS = 256, 2048, 8
_NO_BACKUP = (
    "while the connection is out, only sources of the programme's file carry the site: uninterruptible supply and generators that it does "
    "not name are not counted"
)


def hours(
    site: str, programme: str | Path | Programme = "stargate", *, year: int | None = None, as_of: date | str | None = None,
    design: str | None = None, profile: str = "mixed", weather: str | Path | None = None, factors: str | Path | None = None,
    tariff: str | Path | None = None, spare: int = 0, draws: int = DRAWS, seed: int = 0, values: Catalogue | None = None,
    progress: Progress | None = None,
) -> HoursAnswer:  # fmt: skip
    """What a site draws, gets, pays, emits and takes in water, hour by hour over a year, in the same draws as the model's own results.

    `year`: a whole year of the clock (default: the first after the knowledge date in which something runs); `design`: of cooling (default:
    the site's, else ours);
    `profile` of the racks' load: mixed, training, inference or flat; `weather`: an hourly file (default: synthetic years of the place);
    `factors`: the grid's factors by the hour (CSV); `tariff`: what the grid costs by the hour and by the highest hour of a month (CSV;
    without one the cost has no such charge); `spare`: units of each plant that only stand in for others (1 is N+1). Raises
    InputError for what is asked wrong, for a site without weather, and for a year in which nothing runs there.
    """
    made = load(programme)
    now = known(made, as_of, values)
    view = asked(now, site)
    _expect(now, year, spare, draws)
    stated = (view.spec.cooling if view.spec else "") or ""
    row = design or stated or DEFAULT
    parts_of(row)
    given = None if factors is None else read_hourly_factors(Path(factors))
    if tariff is not None:
        read_tariff(Path(tariff))  # what is wrong in it is told before the model runs
    sky = read_weather(Path(weather)) if weather is not None else site_weather(now.programme, now.catalogue, site, seed, range(YEARS))
    result = run_model(now, addresses(now, site).values(), draws=draws, seed=seed)
    found = site_year(result, now, site, year, seed)
    weekday = date(found.year, 1, 1).weekday()
    paid = None if tariff is None else read_tariff(Path(tariff), weekday)
    drawn = _drawn(now, found, stated or DEFAULT)
    notes = list[Note]()
    terms = SupplyTerms(drawn, _grid_row(now, view), _outputs(drawn, found, sky, notes), _battery(now, view, found), given, spare, paid)
    inputs = result.world.inputs
    shape = load_shape(Drawn(now.catalogue), profile, float(fixed(inputs["inference_share"], result.world.axes)), weekday)
    warming = Warming(found["ambient_offset"], *ends_of(inputs["ambient_offset"].estimates[0].value)) if sky.kind == "synthetic" else None
    run = run_hours(Case(found, terms, row, skies_of(sky, Drawn(now.catalogue), row, warming, found.draws), shape), progress)
    about = {
        "programme": slug(made.name), "asked_as": asked_as(made), "name": made.name, "as_of": str(now.as_of), "seed": seed, "site": site,
        "place": view.spec.place if view.spec else "", "year_asked": found.year, "price_year": now.programme.price_year, "profile": profile,
        "design": row, "design_stated": bool(stated) and row == stated, "spare": spare, "factors": None if given is None else given.name,
        "tariff": None if paid is None else paid.name,
    }  # fmt: skip
    notes = [*_notes(found, row, stated or DEFAULT, terms), *notes]
    return HoursAnswer(about, tuple(notes), sky, HoursAccounts(found, terms, run))


def _expect(now: Known, year: int | None, spare: int, draws: int) -> None:
    """Raise InputError for what is asked wrong, before the model runs."""
    faults, there = list[str](), years_of(now)
    if year is not None and year not in there:
        faults.append(
            say(
                "year: got {year}; expected a whole year of the programme's clock, {first} to {last}",
                year=year,
                first=there[0],
                last=there[-1],
            )
        )
    if not 1 <= draws <= MOST_DRAWS:
        faults.append(say("draws: got {draws:,}; expected 1 to {most:,}", draws=draws, most=MOST_DRAWS))
    if spare < 0:
        faults.append(say("spare: got {spare}; expected 0, or how many units of a plant only stand in for others", spare=spare))
    if faults:
        raise InputError([Fault(fault) for fault in faults])


def _drawn(now: Known, found: SiteYear, row: str) -> Drawn:
    """The catalogue's ranges as the run has drawn them; what the run does not need is drawn here."""
    tower = "tower" in kinds_of(facility_of(Drawn(now.catalogue), row))
    return Drawn(now.catalogue, found.draws, found.seed, own_of(found, row, tower), stream=lambda key: found.chance(f"range {key}"))


def _outputs(drawn: Drawn, found: SiteYear, sky: Weather, notes: list[Note]) -> dict[str, Array]:
    """What sun and wind give by the hour, of those that the site states."""
    made = dict[str, Array]()
    for name, output in (("solar", solar_output), ("wind", wind_output)):
        if name in stated_sources(found):
            given, said = output(drawn, sky)
            notes += [(f"weather_{name}", said)] if said else []
            made |= {} if given is None else {name: given}
    return made


def _battery(now: Known, view: SiteView, found: SiteYear) -> BatteryStated | None:
    """The battery as stated, at its middle; energy that nobody states is by the usual hours of the catalogue."""
    entry = view.spec.supply.battery if view.spec else None
    if entry is None or not entry.capacity:
        return None
    usual = Drawn(now.catalogue)
    power = float(central(now.estimate(entry.capacity).value))
    duration, efficiency = (float(np.asarray(usual.value("energy", "battery", *what))) for what in (("duration", "h"), ("efficiency", "1")))
    held = float(central(now.estimate(entry.energy).value)) if entry.energy else power * duration
    said = now.available_from(entry)
    when = said.statements[0].value if said.statements else None
    since = float(found.hour_of(np.array(when.middle))) if isinstance(when, Window) else 0.0
    return BatteryStated(power, held, since, efficiency**0.5)


def _grid_row(now: Known, view: SiteView) -> str:
    """The catalogue's grid whose water it is: of its market where that has a row, else of the country; abroad where no region is known."""
    place = view.spec.place if view.spec else ""
    market, region = (now.catalogue.text("place", place, what) if place else "" for what in ("power_market", "grid_region"))
    if not region:
        return "grid-abroad"
    return market if market and now.catalogue.has("energy", market, "water") else "grid-us"


def _notes(found: SiteYear, row: str, own: str, terms: SupplyTerms) -> list[Note]:
    """What must be said beside the figures, each with its name."""
    said = list[Note]()
    if np.isnan(found["supply_capacity_stated grid"]).all():
        unsaid = "the programme's file puts no number on the grid connection: it is taken as large as what is energised"
        said.append(("grid_unstated", unsaid))
    said.append(("no_backup", _NO_BACKUP))
    if terms.tariff is not None:
        said.append(("tariff", f"the grid is paid for by {terms.tariff.name} in the hours, and at the programme's price in its own months"))
    if found.leap:
        said.append(("leap_day", f"{found.year} has 29 February; a year here has 365 days, and the months beside are scaled to them"))
    if row != own:
        said.append(("other_design", f"the programme's own months are of the design {own}, the hours of {row}"))
    return said
