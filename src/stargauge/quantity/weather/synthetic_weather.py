"""Seeded synthetic years of hourly weather from a place's monthly normals: heat, humidity, sun and wind together.

A year is a set of random processes along its hours, correlated with one another, laid over the normals' yearly and daily cycles:

T = m + s X + r (u S+ - v S-) + e R Y6                                                  (1)
r = 1 + a (k - K) + b Y5                                                                (2)
X = Y0,  z_k = c X + sqrt(1 - c^2) Y1,  z_D = alpha X + beta z_k + gamma Y2             (3)

m: yearly cycle through the monthly means; S: what the shape of the day lies above (+) and below (-) its mean; R: usual swing of the day;
r: how much of it there is, more under a clear sky (clearness k, usually K); D: how far the dew point lies below. Y: Gaussian processes of
given autocorrelation; k is logit-normal in z_k, D Weibull in z_D, the wind Weibull in X and Y3; Y4 parts the day's sun among its hours.

u, v, s, K, mean and spread of D, and how far warm is dry, are set so that reference years, the same for every place, have the normals'
mean daily maximum and minimum, hottest hour, sun, dew point and highest wet bulb. Monthly mean temperatures hold by construction.

Sources: mean-preserving cycle, Rymes and Myers (2001), Solar Energy 71; shape of the day, Parton and Logan (1981), Agricultural Meteorology
23, with coefficients of the catalogue; daily to hourly sun, Collares-Pereira and Rabl (1979), Solar Energy 22; sun's path and what of its
light is diffuse: `sun`; processes of an autocorrelation, Dietrich and Newsam (1997), SIAM J. Sci. Comput. 18. Leaves out: changes of
pressure (it is that of the elevation), fronts and storms as events, rain and snow, a climate that warms, ties between places, and between
the end of one year and the start of the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError
from stargauge.quantity.hall.psychrometrics import pressure_at
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import Weather
from stargauge.quantity.weather.weather_cycles import Site, by_month, site_of, yearly_cycle
from stargauge.quantity.weather.weather_fit import filled, fitted
from stargauge.quantity.weather.weather_normals import Coefficients, Normals
from stargauge.quantity.weather.weather_processes import Noise, noise_of
from stargauge.quantity.weather.weather_series import Fit, sun_of, temperatures, wind_of

Array = NDArray[np.float64]


def synthetic_weather(normals: Normals, c: Coefficients, seed: int, years: Sequence[int] = (0,), typical: bool = False) -> Weather:
    """Synthetic years of a place, one after the other; a year is the same bits whatever other years are asked for with it.

    `years` are their numbers, any whole numbers: with the seed and the place's name they decide all that is random. `typical`: every
    month has exactly the normals' mean temperature, as a typical year for energy and cost; without it months are warm or cold as they
    happen to be, as reliability needs. Raises InputError where no mean temperature is known, and where no year is asked for.
    """
    if not years:
        raise InputError(say("no year of weather is asked for; give at least one number of a year"))
    whole, notes = filled(normals, c)
    site, fit = site_of(whole, c), fitted(whole, c)
    # one year at a time: the bits of a sum or a transform may depend on how many are done at once
    made = [_year(whole, site, fit, noise_of(c, normals.name, seed, (year,)), c, typical) for year in years]
    dry_bulb, dew_point, sun, direct, diffuse, wind = (np.concatenate(part) for part in zip(*made, strict=True))
    pressure = np.full(dry_bulb.shape, pressure_at(np.array(normals.elevation)))
    return Weather(
        dry_bulb, dew_point, pressure, sun, direct, diffuse, wind,
        normals.latitude, normals.longitude, normals.utc_offset, normals.elevation, normals.wind_height, normals.name,
        "synthetic", tuple(years), notes,
    )  # fmt: skip


def _year(n: Normals, site: Site, fit: Fit, noise: Noise, c: Coefficients, typical: bool) -> tuple[Array, ...]:
    """Dry bulb, dew point, global, direct and diffuse sun, and wind of the hours of one year."""
    made = temperatures(site, fit, noise, c)
    off = yearly_cycle(by_month(made.dry_bulb[0]) - np.array(n.mean)) if typical else 0.0
    sun, direct, diffuse = sun_of(site, made.clearness, noise.cloud, c)
    wind = wind_of(n, site, noise, c)
    return made.dry_bulb[0] - off, made.dew_point[0] - off, sun[0], direct[0], diffuse[0], wind[0]
