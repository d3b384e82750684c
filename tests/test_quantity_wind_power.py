"""Wind at the hub, density, power curve: values by hand, the standard atmosphere, and what must hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stargauge.quantity.errors import InputError
from stargauge.quantity.power.wind_power import WindPlant, air_density, curve_output, wind_at_height, wind_power
from stargauge.quantity.weather.weather import Weather

#: A made-up curve: cube between 3 and 12 m/s, flat to 25.
SPEEDS = (3.0, 6.0, 9.0, 12.0, 25.0)
SHARES = (0.0, 0.125, 0.421875, 1.0, 1.0)
PLANT = WindPlant(100.0, 0.2, SPEEDS, SHARES, 0.1)


def weather(wind: Any, dry_bulb: float = 15.0, pressure: float = 101325.0) -> Weather:
    speed = np.asarray(wind, dtype=np.float64)
    whole, none = np.ones_like(speed), np.full_like(speed, np.nan)
    return Weather(dry_bulb * whole, none, pressure * whole, none, none, none, speed, 0.0, 0.0, 0.0, 0.0, 10.0, "made up", "synthetic")


def test_density_is_that_of_the_standard_atmosphere() -> None:
    assert air_density(101325.0, 15.0) == pytest.approx(1.225, rel=1e-5)
    assert air_density(89874.6, 8.5) == pytest.approx(1.1117, rel=2e-4)  # 1,000 m, ISO 2533
    assert air_density(101325.0, 15.0, 100.0) == pytest.approx(1.225 * np.exp(-100.0 / 8434.5), rel=1e-4)  # scale height of 288.15 K


def test_wind_rises_with_height_by_the_power_law() -> None:
    assert wind_at_height(5.0, 10.0, 100.0, 1.0 / 7.0) == pytest.approx(5.0 * 10.0 ** (1.0 / 7.0))
    assert wind_at_height(5.0, 10.0, 10.0, 0.3) == 5.0


def test_a_curve_is_linear_between_its_points_and_nothing_outside() -> None:
    np.testing.assert_allclose(curve_output([0.0, 2.9, 4.5, 12.0, 25.0, 25.1], SPEEDS, SHARES), [0.0, 0.0, 0.0625, 1.0, 1.0, 0.0])


def test_an_hour_by_hand() -> None:
    made = wind_power(weather([4.5]), PLANT)
    hub = 4.5 * 10.0**0.2
    speed = hub * (float(air_density(101325.0, 15.0, 100.0)) / 1.225) ** (1.0 / 3.0)
    assert made[0] == pytest.approx(0.9 * (0.125 + (speed - 6.0) / 3.0 * (0.421875 - 0.125)))


def test_thin_air_gives_less_and_storms_stop_it_whatever_the_air() -> None:
    wind = np.linspace(2.0, 7.0, 50)
    assert wind_power(weather(wind, 35.0, 85000.0), PLANT).sum() < 0.9 * wind_power(weather(wind), PLANT).sum()
    storm = np.array([24.9, 25.1]) / 10.0**0.2
    for air in (weather(storm, -20.0, 104000.0), weather(storm, 40.0, 80000.0)):
        np.testing.assert_allclose(wind_power(air, PLANT), [0.9, 0.0])


def test_absent_wind_is_absent_power() -> None:
    assert np.isnan(wind_power(weather([np.nan, 5.0]), PLANT)).tolist() == [True, False]


def test_a_plant_that_cannot_be_is_refused_with_all_faults() -> None:
    with pytest.raises(InputError) as caught:
        wind_power(weather([5.0]), WindPlant(0.0, 0.2, (3.0, 3.0), (0.0, 1.2), 1.5))
    said = str(caught.value)
    for part in ("must rise", "from 0 to 1 of the rated power", "losses are 1.5", "hub is at 0 m"):
        assert part in said
