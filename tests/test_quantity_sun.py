"""The sun and what it gives on planes: beside values of an independent library, the day's integral in closed form, and what must hold."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.errors import InputError
from stargauge.quantity.power import sun
from stargauge.quantity.weather.weather import Weather

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "solar_vectors.json").read_text(encoding="utf-8"))
YEAR = np.arange(8760)
ABILENE = (32.45, -99.73, -6.0)
PLANT = sun.SolarPlant(sun.Tracking(180.0, 60.0, 0.4), 1.3, 0.0037, 25.0, 6.84, 0.14, 0.96, 0.2)


def position(zenith: float, azimuth: float, outside: float) -> sun.Position:
    return sun.Position(np.array([np.cos(np.radians(zenith))]), np.array([azimuth]), np.ones(1), np.array([outside]))


def weather(place: tuple[float, float, float] = ABILENE, cloud: float = 1.0, **changes: Any) -> Weather:
    """A year of clear skies, or of a share of them, at 20 degC and 3 m/s."""
    at = sun.sun_position(YEAR, *place)
    whole = cloud * sun.clear_sky(at.cos_zenith) * at.up
    absent, calm = np.full(8760, np.nan), np.full(8760, 3.0)
    made = Weather(
        np.full(8760, 20.0), absent, np.full(8760, 1e5), whole, absent, absent, calm, *place, 500.0, 10.0, "made up", "synthetic"
    )
    return made._replace(**changes)


@pytest.mark.parametrize("row", VECTORS["spencer"], ids=lambda row: str(row["day"]))
def test_series_of_the_year_are_those_of_spencer(row: dict[str, float]) -> None:
    assert sun.declination(row["day"]) == pytest.approx(row["declination"], abs=1e-10)
    assert sun.equation_of_time(row["day"]) == pytest.approx(row["equation_of_time"], abs=1e-9)
    assert sun.outside_sun(row["day"]) == pytest.approx(row["outside"], rel=1e-11)


@pytest.mark.parametrize("row", VECTORS["position"], ids=lambda row: f"{row['place']}-{row['hour']}")
def test_the_sun_stands_where_an_exact_algorithm_puts_it(row: dict[str, Any]) -> None:
    """Within 0.2 degrees of the zenith angle and half a degree of azimuth: a year of 365 days is up to 0.3 degrees of declination off."""
    at = sun.sun_position(np.array([row["hour"]]), row["latitude"], row["longitude"], row["utc_offset"])
    assert at.up[0] == 1.0
    assert np.degrees(np.arccos(at.cos_zenith[0])) == pytest.approx(row["zenith"], abs=0.2)
    assert (at.azimuth[0] - row["azimuth"] + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize("latitude", [0.0, 32.45, 52.0, 68.4, -35.3, 80.0])
def test_hours_of_a_day_add_up_to_the_day_in_closed_form(latitude: float) -> None:
    """Duffie & Beckman eq. 1.10.3; partial hours of sunrise and sunset weigh as long as the sun is up. Hours are midpoints: 1 %."""
    at = sun.sun_position(YEAR, latitude, 0.0, 0.0)
    hourly = (at.outside * at.cos_zenith * at.up).reshape(365, 24).sum(axis=1)
    day = np.arange(365) + 0.5
    phi, delta = np.radians(latitude), np.radians(sun.declination(day))
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(delta), -1.0, 1.0))
    exact = 24.0 / np.pi * sun.outside_sun(day) * (np.cos(phi) * np.cos(delta) * np.sin(sunset) + sunset * np.sin(phi) * np.sin(delta))
    np.testing.assert_allclose(hourly[1:-1], exact[1:-1], rtol=0.01, atol=15.0)
    moves = 0.12 if latitude < 70.0 else 1.0  # h: a day at 80 degrees grows by as much from one to the next
    np.testing.assert_allclose(at.up.reshape(365, 24).sum(axis=1)[1:-1], (24.0 / np.pi * sunset)[1:-1], atol=moves)


def test_the_sun_is_in_the_south_at_noon_in_the_north_and_rises_in_the_east() -> None:
    at = sun.sun_position(YEAR, 40.0, 0.0, 0.0)
    azimuth, up = at.azimuth.reshape(365, 24), at.up.reshape(365, 24)
    assert (np.abs(azimuth[:, 11:13] - 180.0) < 35.0).all()
    assert (azimuth[:, :11][up[:, :11] > 0.0] < 180.0).all() and (azimuth[:, 13:][up[:, 13:] > 0.0] > 180.0).all()


def test_polar_summer_has_sun_all_day_and_polar_winter_none() -> None:
    at = sun.sun_position(YEAR, 70.0, 20.0, 1.0)
    assert (at.up.reshape(365, 24)[171] == 1.0).all() and (at.cos_zenith.reshape(365, 24)[171] > 0.0).all()
    assert not at.up.reshape(365, 24)[354].any() and not at.cos_zenith.reshape(365, 24)[354].any()


@pytest.mark.parametrize("row", VECTORS["erbs"], ids=lambda row: str(row["sun"]))
def test_the_sun_is_split_as_by_erbs(row: dict[str, float]) -> None:
    beam, diffuse = sun.split_sun(np.array([row["sun"]]), position(row["zenith"], 180.0, row["outside"]))
    assert beam[0] == pytest.approx(row["beam"], rel=1e-9, abs=1e-9)
    assert diffuse[0] == pytest.approx(row["diffuse"], rel=1e-9)


@given(st.floats(0.0, 1400.0), st.floats(0.0, 89.9), st.floats(0.0, 1.0))
def test_what_is_split_adds_up_again_and_is_never_negative(whole: float, zenith: float, up: float) -> None:
    at = position(zenith, 180.0, 1361.0)._replace(up=np.array([up]))
    beam, diffuse = sun.split_sun(np.array([whole]), at)
    assert beam[0] >= -1e-9 and diffuse[0] >= -1e-9
    assert beam[0] * at.cos_zenith[0] + diffuse[0] == pytest.approx(whole, abs=1e-9)


PLANES = VECTORS["planes"]


@pytest.mark.parametrize("row", PLANES["rows"], ids=lambda row: f"{row['zenith']:.1f}")
def test_planes_and_their_sun_are_those_of_an_independent_library(row: dict[str, Any]) -> None:
    at = position(row["zenith"], row["sun_azimuth"], PLANES["outside"])
    fixed = sun.fixed_plane(at, sun.Fixed(row["tilt"], row["azimuth"]))
    assert fixed.cos_incidence[0] == pytest.approx(max(np.cos(np.radians(row["aoi"])), 0.0), abs=1e-9)
    on = sun.sun_on_plane(PLANES["beam"], PLANES["diffuse"], at, fixed, PLANES["albedo"])
    assert on[0] == pytest.approx(row["sun"], rel=1e-9)
    for name, cover in (("tracking", 0.0), ("backtracking", PLANES["ground_cover"])):
        plane = sun.tracking_plane(at, sun.Tracking(180.0, PLANES["most"], cover))
        assert plane.tilt[0] == pytest.approx(row[name]["tilt"], abs=1e-6)
        assert plane.azimuth[0] == pytest.approx(row[name]["azimuth"])
        assert plane.cos_incidence[0] == pytest.approx(np.cos(np.radians(row[name]["aoi"])), abs=1e-9)
        on = sun.sun_on_plane(PLANES["beam"], PLANES["diffuse"], at, plane, PLANES["albedo"])
        assert on[0] == pytest.approx(row[name]["sun"], rel=1e-9)


def test_clear_sky_cells_and_inverters_are_those_of_an_independent_library() -> None:
    for row in VECTORS["haurwitz"]:
        assert sun.clear_sky(np.cos(np.radians(row["zenith"]))) == pytest.approx(row["sun"], rel=1e-9)
    for row in VECTORS["faiman"]:
        assert sun.cell_temperature(row["sun"], row["dry_bulb"], row["wind"], 25.0, 6.84) == pytest.approx(row["cell"], rel=1e-9)
    for row in VECTORS["inverter"]:
        assert sun.inverter_output(row["dc"], 0.96) == pytest.approx(row["ac"], rel=1e-9)


def test_one_hour_of_a_plant_is_the_chain_of_its_parts() -> None:
    clear = weather()
    at = sun.sun_position(YEAR, *ABILENE)
    beam, diffuse = sun.split_sun(clear.sun, at)
    plane = sun.tracking_plane(at, sun.Tracking(180.0, 60.0, 0.4))
    on = sun.sun_on_plane(beam, diffuse, at, plane, 0.2)
    hour = 8 + 24 * 100
    cell = 20.0 + on[hour] / (25.0 + 6.84 * 3.0)
    dc = 1.3 * on[hour] / 1000.0 * (1.0 - 0.0037 * (cell - 25.0)) * (1.0 - 0.14)
    assert 0.0 < sun.solar_power(clear, PLANT)[hour] == pytest.approx(float(sun.inverter_output(dc, 0.96)))


def test_beam_and_diffuse_that_are_given_are_used_and_only_gaps_are_split() -> None:
    whole = weather()
    at = sun.sun_position(YEAR, *ABILENE)
    beam, diffuse = sun.split_sun(whole.sun, at)
    np.testing.assert_allclose(sun.solar_power(whole._replace(sun_direct=beam, sun_diffuse=diffuse), PLANT), sun.solar_power(whole, PLANT))
    gaps = whole._replace(sun_direct=np.where(YEAR % 2, beam * 0.5, np.nan), sun_diffuse=diffuse)
    mixed = sun.solar_power(gaps, PLANT)
    np.testing.assert_allclose(mixed[::2], sun.solar_power(whole, PLANT)[::2])
    assert mixed[1::2].sum() < 0.9 * sun.solar_power(whole, PLANT)[1::2].sum()


def test_a_plant_is_between_nothing_and_its_rating_dark_at_night_and_absent_without_weather() -> None:
    clear = weather()
    made = sun.solar_power(clear, PLANT)
    assert made.min() == 0.0 and made.max() == 1.0
    assert not made[sun.sun_position(YEAR, *ABILENE).up == 0.0].any()
    assert np.isnan(sun.solar_power(clear._replace(wind=np.full(8760, np.nan)), PLANT)).all()


def test_tracking_gives_more_than_fixed_and_fixed_more_than_flat() -> None:
    clear = weather(cloud=0.75)
    energy = [
        sun.solar_power(clear, PLANT._replace(mount=mount)).sum()
        for mount in (sun.Fixed(0.0, 180.0), sun.Fixed(30.0, 180.0), sun.Tracking(180.0, 60.0, 0.4), sun.Tracking(180.0, 60.0))
    ]
    assert energy == sorted(energy)
    assert 1.1 < energy[2] / energy[1] < 1.35


def test_a_hotter_and_a_calmer_plant_gives_less_and_clipping_holds_its_peak() -> None:
    clear = weather()
    usual = sun.solar_power(clear, PLANT).sum()
    assert sun.solar_power(clear._replace(dry_bulb=np.full(8760, 40.0)), PLANT).sum() < usual
    assert sun.solar_power(clear._replace(wind=np.zeros(8760)), PLANT).sum() < usual
    more = sun.solar_power(clear, PLANT._replace(dc_ratio=1.6))
    assert more.max() == 1.0 and usual < more.sum() < usual * 1.6 / 1.3


def test_a_plant_that_cannot_be_is_refused_with_all_faults() -> None:
    with pytest.raises(InputError) as caught:
        sun.solar_power(weather(), PLANT._replace(mount=sun.Tracking(180.0, 100.0, 1.4), dc_ratio=np.nan, losses=1.2, heat_wind=-1.0))
    for part in ("losses is 1.2", "ground_cover is 1.4", "most is 100 deg", "dc_ratio is nan", "heat_wind is -1"):
        assert part in str(caught.value)


def station(folder: Path) -> Weather:
    """The typical year of a station in Texas, read plainly."""
    with gzip.open(folder / "vectors" / "weather" / "TX-Abilene.tmy3.gz", "rt") as file:
        place, names, *rows = list(csv.reader(file))

    def column(begins: str) -> np.ndarray:
        at = next(index for index, name in enumerate(names) if name.startswith(begins))
        return np.array([float(row[at]) for row in rows])

    return Weather(
        column("Dry-bulb (C"), column("Dew-point (C"), 100.0 * column("Pressure (mbar"), column("GHI (W"), column("DNI (W"),
        column("DHI (W"), column("Wspd (m"), float(place[4]), float(place[5]), float(place[3]), float(place[6]), 10.0, place[1], "file",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mount", "energy", "irradiation"),
    [
        (sun.Fixed(30.0, 180.0), 0.243082, 2064.70),
        (sun.Tracking(180.0, 60.0), 0.293412, 2490.50),
        (sun.Tracking(180.0, 60.0, 0.4), 0.278175, 2364.74),
    ],
    ids=("fixed", "tracking", "backtracking"),
)
def test_a_year_at_a_station_gives_what_an_independent_library_gives(
    shared: Path, mount: sun.Fixed | sun.Tracking, energy: float, irradiation: float
) -> None:
    """Capacity factor and kWh/m2 on the plane by pvlib 0.16.1 with the exact position of the sun, the same models and the same losses."""
    weather = station(shared)
    at = sun.sun_position(YEAR, weather.latitude, weather.longitude, weather.utc_offset)
    plane = sun.fixed_plane(at, mount) if isinstance(mount, sun.Fixed) else sun.tracking_plane(at, mount)
    on = sun.sun_on_plane(weather.sun_direct, weather.sun_diffuse, at, plane, 0.2)
    assert on.sum() / 1000.0 == pytest.approx(irradiation, rel=2e-3)
    assert sun.solar_power(weather, PLANT._replace(mount=mount)).mean() == pytest.approx(energy, rel=2e-3)


def test_a_year_split_by_clearness_is_near_the_measured_split(shared: Path) -> None:
    """Erbs beside the station's own beam and diffuse: 4 % of the year's energy of a tracking plant."""
    weather, none = station(shared), np.full(8760, np.nan)
    whole = sun.solar_power(weather, PLANT).sum()
    assert sun.solar_power(weather._replace(sun_direct=none, sun_diffuse=none), PLANT).sum() == pytest.approx(whole, rel=0.04)
