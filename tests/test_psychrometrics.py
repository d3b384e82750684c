"""Psychrometrics: the handbook's formulas over whole arrays, against an independent library and against themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import psychrolib  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError
from stargauge.quantity.hall import psychrometrics as moist

psychrolib.SetUnitSystem(psychrolib.SI)
Array = NDArray[np.float64]

#: Air from the poles to a dryer's exhaust, dew points down to the coldest that the formulas know.
DRY = st.floats(-60.0, 80.0)
DEPRESSION = st.floats(0.0, 60.0)
PRESSURE = st.floats(55_000.0, 108_000.0)


@st.composite
def airs(draw: st.DrawFn) -> tuple[float, float, float]:
    """Dry bulb, dew point and pressure of air that can exist, with the vapour well below the pressure."""
    dry = draw(DRY)
    return dry, max(dry - draw(DEPRESSION), -95.0), draw(PRESSURE)


def one(value: Any) -> float:
    """The only value of an array."""
    return float(np.asarray(value).ravel()[0])


@settings(deadline=None, max_examples=300)
@given(st.floats(-100.0, 200.0))
def test_saturation_pressure_is_that_of_an_independent_library(temperature: float) -> None:
    assert one(moist.saturation_pressure(np.array(temperature))) == pytest.approx(psychrolib.GetSatVapPres(temperature), rel=1e-12)


@pytest.mark.parametrize(("temperature", "pressure"), [(-20.0, 103.24), (5.0, 872.6), (25.0, 3169.7), (50.0, 12_351.3), (100.0, 101_418.0)])
def test_saturation_pressure_is_that_of_the_table(temperature: float, pressure: float) -> None:
    """ASHRAE Fundamentals 2017, chapter 1, table 3."""
    assert one(moist.saturation_pressure(np.array(temperature))) == pytest.approx(pressure, rel=3e-4)


@settings(deadline=None, max_examples=300)
@given(airs())
def test_humidity_and_heat_are_those_of_an_independent_library(air: tuple[float, float, float]) -> None:
    dry, dew, pressure = air
    ratio = one(moist.humidity_ratio(np.array(dew), np.array(pressure)))
    # the library holds a least ratio of 1e-7
    assert max(ratio, 1e-7) == pytest.approx(psychrolib.GetHumRatioFromTDewPoint(dew, pressure), rel=1e-10)
    assert one(moist.relative_humidity(np.array(dry), np.array(dew))) == pytest.approx(
        psychrolib.GetRelHumFromTDewPoint(dry, dew), rel=1e-10
    )
    heat = one(moist.enthalpy(np.array(dry), np.array(max(ratio, 1e-7))))
    assert heat == pytest.approx(psychrolib.GetMoistAirEnthalpy(dry, max(ratio, 1e-7)), rel=1e-10, abs=1e-6)


@settings(deadline=None, max_examples=400)
@given(airs())
def test_wet_bulb_is_that_of_an_independent_library(air: tuple[float, float, float]) -> None:
    """Within the library's own tolerance of 0.001 K; near freezing, where water and ice each have a solution, it is one of the two."""
    dry, dew, pressure = air
    ours = one(moist.wet_bulb(np.array(dry), np.array(dew), np.array(pressure)))
    theirs = psychrolib.GetTWetBulbFromTDewPoint(dry, dew, pressure)
    assert dew - 1e-9 <= ours <= dry + 1e-9
    if abs(ours) > 1.5 and abs(theirs) > 1.5:
        assert ours == pytest.approx(theirs, abs=2e-3)
    elif one(moist.humidity_ratio(np.array(dew), np.array(pressure))) > 1e-7:
        assert ours == pytest.approx(theirs, abs=1.5)
        assert psychrolib.GetHumRatioFromTWetBulb(dry, min(ours, dry), pressure) == pytest.approx(
            psychrolib.GetHumRatioFromTDewPoint(dew, pressure), abs=2e-7
        )


@settings(deadline=None, max_examples=300)
@given(airs())
def test_what_is_worked_out_leads_back(air: tuple[float, float, float]) -> None:
    dry, dew, pressure = (np.array(part) for part in air)
    assert one(moist.dew_point(dry, moist.relative_humidity(dry, dew))) == pytest.approx(one(dew), abs=1e-6)
    wet = np.minimum(moist.wet_bulb(dry, dew, pressure), dry)
    assert one(moist.wet_bulb_humidity_ratio(dry, wet, pressure)) == pytest.approx(one(moist.humidity_ratio(dew, pressure)), abs=1e-9)


@given(st.floats(-100.0, 5_000.0))
def test_pressure_falls_with_height_as_in_the_standard_atmosphere(elevation: float) -> None:
    assert one(moist.pressure_at(np.array(elevation))) == pytest.approx(psychrolib.GetStandardAtmPressure(elevation), rel=1e-12)


def test_saturated_air_has_one_temperature() -> None:
    dry = np.linspace(-50.0, 60.0, 221)
    assert moist.wet_bulb(dry, dry, np.full(dry.shape, 101_325.0)) == pytest.approx(dry, abs=1e-6)
    assert moist.relative_humidity(dry, dry) == pytest.approx(1.0)


def test_a_whole_array_is_its_single_values_and_keeps_its_shape() -> None:
    rng = np.random.default_rng(7)
    dry = rng.uniform(-30.0, 45.0, (3, 4, 5))
    dew = dry - rng.gamma(1.0, 8.0, dry.shape)
    pressure = np.full(dry.shape, 90_000.0)
    whole = moist.wet_bulb(dry, dew, pressure)
    assert whole.shape == dry.shape
    for place in np.ndindex(dry.shape):
        assert whole[place] == pytest.approx(one(moist.wet_bulb(dry[place], dew[place], pressure[place])), abs=1e-7)


def test_a_value_that_is_not_known_stays_so_and_harms_no_other() -> None:
    dry, dew, pressure = np.array([20.0, np.nan, 25.0]), np.array([10.0, 5.0, np.nan]), np.full(3, 101_325.0)
    for made in (moist.wet_bulb(dry, dew, pressure), moist.relative_humidity(dry, dew)):
        assert np.isfinite(made[0]) and np.isnan(made[1:]).all()
    assert moist.wet_bulb(dry, dew, pressure)[0] == pytest.approx(one(moist.wet_bulb(dry[0], dew[0], pressure[0])))


WARM, FULL = np.array([30.0, 20.0]), np.full(2, 101_325.0)


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (
            lambda: moist.wet_bulb(WARM, np.array([10.0, 22.5]), FULL),
            r"a dew point above the air's temperature, by K: 2\.5 at place 1 of 2",
        ),
        (lambda: moist.relative_humidity(WARM, WARM + 1.0), "a dew point above .* 2 values in all"),
        (lambda: moist.saturation_pressure(np.array([-120.0])), "a temperature outside -100 to 200 degC: -120"),
        (lambda: moist.dew_point(WARM, np.array([0.5, 50.0])), r"a relative humidity that is not above 0 and at most 1 \(100 %\): 50"),
        (lambda: moist.dew_point(WARM, np.array([0.5, 1e-12])), "its dew point is below -100 degC"),
        (lambda: moist.humidity_ratio(np.array([99.0]), np.array([80_000.0])), "water boils at the pressure given: 99"),
        (lambda: moist.wet_bulb_humidity_ratio(WARM, WARM + 1.0, FULL), "a wet bulb above the air's temperature: 31"),
        (lambda: moist.enthalpy(WARM, np.array([0.01, -0.01])), "a humidity ratio below 0"),
        (lambda: moist.pressure_at(np.array([20_000.0])), "an elevation outside"),
    ],
)
def test_what_cannot_be_is_refused_with_where_and_how_much(work: Callable[[], Array], words: str) -> None:
    with pytest.raises(InputError, match=words):
        work()
