"""What the fleet can serve: tokens per second, cost of a token, users, and what today's users need of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import USES, quantity

Array = NDArray[np.float64]

_INFERENCE = USES.index("inference")
_SECONDS = 86400.0
_Z90 = 1.2815515655446004  # standard normal quantile of 0.9


@quantity("token/s", "draw chip")
def accelerator_throughput(
    inference_rate_p50: Array, inference_rate_p90: Array, inference_rate_deviate: Array, accelerator_bandwidth: Array, serving_model: Array
) -> Array:
    """Output tokens per second of one accelerator serving the reference model at full load.

    q = q50 (q90 / q50)^(z / 1.28); a chip nobody measured: q50 = bandwidth * largest (q50 / bandwidth) of the measured ones          (1)

    z is shared by all chips: what is served, how long, how fast, and how far software has come. Decoding is bound by memory bandwidth.
    Axes: draw, chip. Units: token/s, output tokens only; the input tokens that come with them are in the rate. Source: modelled for stated
    lengths, else measured (`rate` and `model` of the catalogue), of the model that `serving_model` names by its place; `frontier` is a
    template, not a model. A chip without rate and bandwidth counts as nothing. Leaves out: limits of a given service.
    """
    place = int(serving_model)
    middle, upper = inference_rate_p50[:, place], inference_rate_p90[:, place]
    per_byte = middle / accelerator_bandwidth
    measured = np.isfinite(per_byte)
    roof = accelerator_bandwidth * (per_byte[measured].max() if measured.any() else np.nan)
    spread = upper / middle
    known = np.isfinite(spread)
    wide = np.where(known, spread, spread[known].max() if known.any() else 1.0)
    return np.nan_to_num(np.where(np.isnan(middle), roof, middle) * wide ** (inference_rate_deviate[:, None] / _Z90))


@quantity("token/s", "draw month")
def inference_tokens_per_s(
    accelerators: Array, accelerator_throughput: Array, fleet_share: Array, serving_utilisation: Array, serving_peak_factor: Array
) -> Array:
    """Output tokens per second that the inference share of the fleet serves on average.

    Q = share[inference] * u / k * sum over chips of N q                                    (1)

    u: share of the rate reached in service; k: peak of the day over its mean. Axes: draw, month. Units: token/s, output tokens
    only. Source: as `accelerator_throughput`. Leaves out: regions, models larger or smaller than the reference model.
    """
    held = accelerators.sum(axis=2)
    most = np.einsum("dcm,dc->dm", held, accelerator_throughput)
    return np.asarray(most * (fleet_share[:, _INFERENCE] * serving_utilisation / serving_peak_factor)[:, None])


@quantity("token/d", "draw month")
def inference_tokens_per_day(inference_tokens_per_s: Array) -> Array:
    """Output tokens per day that the inference share of the fleet serves: 86,400 Q. Axes: draw, month. Units: token/d."""
    return inference_tokens_per_s * _SECONDS


@quantity("USD/Mtok", "draw month")
def token_cost_rented(inference_tokens_per_s: Array, compute_h100e: Array, fleet_share: Array, accelerator_rent: Array) -> Array:
    """Cost of a million output tokens to who rents the accelerators of the fleet at the market's rent.

    c = rent * H100 equivalents * share[inference] / (3,600 Q) * 1e6                           (1)

    The rent is that of an H100, newer accelerators rent in proportion to their peak. Axes: draw, month. Units: USD/h -> USD/Mtok, money of
    the price year. Absent while nothing is served. Source: rents per accelerator-hour of the catalogue. Leaves out: staff, margin,
    research; to who owns them: `token_cost_owned`.
    """
    hours = compute_h100e.sum(axis=1) * fleet_share[:, _INFERENCE][:, None]
    served = np.where(inference_tokens_per_s > 0.0, inference_tokens_per_s, np.nan)
    return np.asarray(accelerator_rent[:, None] * hours / (3600.0 * served) * 1e6)


@quantity("token/d", "draw")
def tokens_per_user_day(messages_per_user_week: Array, tokens_per_message: Array) -> Array:
    """Output tokens a weekly user takes on an average day: messages per week / 7 * tokens per message. Axes: draw. Units: token/d."""
    return messages_per_user_week / 7.0 * tokens_per_message


@quantity("1", "draw month")
def inference_users_served(inference_tokens_per_day: Array, tokens_per_user_day: Array) -> Array:
    """Weekly users the inference share of the fleet could serve at today's use: a capacity, no forecast of demand.

    U = tokens per day / tokens per user and day                                                  (1)

    Axes: draw, month. Units: 1. Source: usage of ChatGPT in the catalogue (NBER working paper 34255). Leaves out: images, voice, agents.
    """
    return inference_tokens_per_day / tokens_per_user_day[:, None]


@quantity("token/d", "draw month")
def inference_breakeven_tokens(inference_tokens_per_day: Array, weekly_users: Array) -> Array:
    """Output tokens per weekly user and day at which today's users would fill the inference share of the fleet.

    b = tokens per day / users                                                                   (1)

    Axes: draw, month. Units: token/d. Above it the programme is too small for the users it has; below it there is room. No assumption on
    what a user takes enters. Source: users as stated by the service.
    """
    return inference_tokens_per_day / weekly_users[:, None]


@quantity("token/d", "draw")
def inference_demand_tokens(weekly_users: Array, tokens_per_user_day: Array) -> Array:
    """Output tokens per day that today's weekly users take: users * tokens per user and day. Axes: draw. Units: token/d.

    Source: users as the service says, messages as measured, tokens per message assumed. Leaves out: images, voice, agents, the API.
    """
    return weekly_users * tokens_per_user_day


@quantity("1", "draw month")
def inference_demand_covered(inference_tokens_per_day: Array, inference_demand_tokens: Array) -> Array:
    """How much of today's users' demand the inference share of the fleet could serve: above one where it could serve more.

    c = tokens per day / demand                                                                   (1)

    Axes: draw, month. Units: 1. Source: as `inference_users_served`. Leaves out: growth of users and of what each takes (`weekly_users`,
    `tokens_per_message` can be set).
    """
    return inference_tokens_per_day / inference_demand_tokens[:, None]


@quantity("1", "draw month")
def inference_accelerators_needed(inference_demand_covered: Array, accelerators: Array, fleet_share: Array) -> Array:
    """Accelerators of the fleet's mix that today's users need.

    n = N share[inference] / c,  c: how much of the demand is covered                           (1)

    Axes: draw, month. Units: 1. Absent while nothing is served. Source: as `inference_users_served`.
    """
    serving = accelerators.sum(axis=(1, 2)) * fleet_share[:, _INFERENCE][:, None]
    return _for_demand(serving, inference_demand_covered)


@quantity("W", "draw month")
def inference_power_it(fleet_power_it: Array, fleet_share: Array) -> Array:
    """IT power of the inference share of the fleet: share[inference] * sum over sites. Axes: draw, month. Units: W."""
    return np.asarray(fleet_power_it.sum(axis=1) * fleet_share[:, _INFERENCE][:, None])


@quantity("W", "draw month")
def inference_power_facility(fleet_power_facility: Array, fleet_share: Array) -> Array:
    """Facility power, at the meter, of the inference share of the fleet: share[inference] * sum over sites. Axes: draw, month. Units: W."""
    return np.asarray(fleet_power_facility.sum(axis=1) * fleet_share[:, _INFERENCE][:, None])


@quantity("W", "draw month")
def inference_power_it_needed(inference_demand_covered: Array, inference_power_it: Array) -> Array:
    """IT power of the fleet's mix of accelerators that today's users need, with the peak of their day: P / c.

    Axes: draw, month. Units: W. Absent while nothing is served. Source: as `inference_demand_covered`.
    """
    return _for_demand(inference_power_it, inference_demand_covered)


@quantity("W", "draw month")
def inference_power_facility_needed(inference_demand_covered: Array, inference_power_facility: Array) -> Array:
    """Facility power, at the meter, that today's users need on the fleet's mix of accelerators: P / c.

    Axes: draw, month. Units: W. Absent while nothing is served. Source: as `inference_demand_covered`.
    """
    return _for_demand(inference_power_facility, inference_demand_covered)


def _for_demand(serving: Array, covered: Array) -> Array:
    """What the demand needs of what serves so much of it."""
    return np.asarray(serving / np.where(covered > 0.0, covered, np.nan))
