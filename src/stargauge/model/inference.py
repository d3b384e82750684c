"""What the fleet can serve: tokens per second, cost of a token, users."""

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
    inference_rate_p50: Array, inference_rate_p90: Array, inference_rate_deviate: Array, accelerator_bandwidth: Array
) -> Array:
    """Output tokens per second of one accelerator serving the reference model at full load.

    q = q50 (q90 / q50)^(z / 1.28); a chip nobody measured: q50 = bandwidth * largest (q50 / bandwidth) of the measured ones          (1)

    z is shared by all chips, since it is the model served, its context and the limit on latency that nobody states; decoding is bound by
    memory bandwidth. Axes: draw, chip. Units: token/s, output tokens only. Source: measured rates and the reference model `frontier` of the
    catalogue (a template, not a model). A chip without rate and bandwidth counts as nothing. Leaves out: batching and cache limits of a
    given service.
    """
    per_byte = inference_rate_p50 / accelerator_bandwidth
    measured = np.isfinite(per_byte)
    roof = accelerator_bandwidth * (per_byte[measured].max() if measured.any() else np.nan)
    middle = np.where(np.isnan(inference_rate_p50), roof, inference_rate_p50)
    spread = inference_rate_p90 / inference_rate_p50
    known = np.isfinite(spread)
    wide = np.where(known, spread, spread[known].max() if known.any() else 1.0)
    return np.nan_to_num(middle * wide ** (inference_rate_deviate[:, None] / _Z90))


@quantity("token/s", "draw month")
def inference_tokens_per_s(
    accelerators: Array, accelerator_throughput: Array, fleet_share: Array, serving_utilisation: Array, serving_peak_factor: Array
) -> Array:
    """Output tokens per second that the inference share of the fleet serves on average.

    Q = share[inference] * u / k * sum over chips of N q                                    (1)

    u: share of the measured rate reached in service; k: peak of the day over its mean. Axes: draw, month. Units: token/s, output tokens
    only. Source: measured throughput of the catalogue. Leaves out: regions, models larger or smaller than the reference model.
    """
    held = accelerators.sum(axis=2)
    most = np.einsum("dcm,dc->dm", held, accelerator_throughput)
    return np.asarray(most * (fleet_share[:, _INFERENCE] * serving_utilisation / serving_peak_factor)[:, None])


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
def inference_users_served(inference_tokens_per_s: Array, tokens_per_user_day: Array) -> Array:
    """Weekly users the inference share of the fleet could serve at today's use: a capacity, no forecast of demand.

    U = 86,400 Q / tokens per user and day                                                  (1)

    Axes: draw, month. Units: 1. Source: usage of ChatGPT in the catalogue (NBER working paper 34255). Leaves out: images, voice, agents.
    """
    return inference_tokens_per_s * _SECONDS / tokens_per_user_day[:, None]


@quantity("token/d", "draw month")
def inference_breakeven_tokens(inference_tokens_per_s: Array, weekly_users: Array) -> Array:
    """Output tokens per weekly user and day at which today's users would fill the inference share of the fleet.

    b = 86,400 Q / users                                                                   (1)

    Axes: draw, month. Units: token/d. Above it the programme is too small for the users it has; below it there is room. No assumption on
    what a user takes enters. Source: users as stated by the service.
    """
    return inference_tokens_per_s * _SECONDS / weekly_users[:, None]


@quantity("1", "draw month")
def inference_accelerators_needed(
    weekly_users: Array, tokens_per_user_day: Array, inference_tokens_per_s: Array, accelerators: Array, fleet_share: Array
) -> Array:
    """Accelerators of the fleet's mix that today's users need.

    n = users * tokens per user and day / 86,400 * (N share[inference] / Q)                     (1)

    Axes: draw, month. Units: 1. Absent while nothing is served. Source: as `inference_users_served`.
    """
    serving = accelerators.sum(axis=(1, 2)) * fleet_share[:, _INFERENCE][:, None]
    each = serving / np.where(inference_tokens_per_s > 0.0, inference_tokens_per_s, np.nan)
    return np.asarray((weekly_users * tokens_per_user_day / _SECONDS)[:, None] * each)
