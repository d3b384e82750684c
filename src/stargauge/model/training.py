"""What the fleet can train: tokens per day, runs per year, days of a run, time of a step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import DTYPES, USES, quantity

Array = NDArray[np.float64]

_BF16 = DTYPES.index("bf16")
_TRAINING = USES.index("training")
_SECONDS = 86400.0
_YEAR = 365.25
_Z90 = 1.2815515655446004  # standard normal quantile of 0.9


@quantity("1", "draw use", adds="use")
def fleet_share(inference_share: Array, training_share: Array) -> Array:
    """Share of the fleet's time spent on each use: training runs that end in a model, research, inference. They add to one.

    inference = i, training = (1 - i) t, research = (1 - i) (1 - t)                             (1)

    Axes: draw, use. Units: 1. Source: Epoch AI's estimate of OpenAI's compute spending in 2024; where it goes by 2030 is an assumption.
    """
    rest = 1.0 - inference_share
    return np.stack([rest * training_share, rest * (1.0 - training_share), inference_share], axis=1)


@quantity("FLOP/token", "draw model")
def training_flop_per_token(model_active_parameters: Array, model_layers: Array, model_width: Array, model_sequence: Array) -> Array:
    """Floating point operations of training per token: forward and backward, attention causal, nothing recomputed.

    F = 6 N + 6 L s h                                                                       (1)

    N: parameters that a token is multiplied with, output layer included; L layers, s sequence, h width of the heads (the attention term is
    left out where they are unknown). For a model with dimensions three times the forward pass with causal attention, as `stargauge train`
    counts it under the convention `causal`, and as modelled utilisations are. Axes: draw, model. Units: FLOP/token. Source: Kaplan et al.
    (2020), arXiv:2001.08361, for 6 N; the causal half of the attention term in Chowdhery et al. (2022), arXiv:2204.02311, appendix B.
    Model FLOPs, so utilisation is MFU.
    """
    return 6.0 * model_active_parameters + 6.0 * np.nan_to_num(model_layers * model_sequence * model_width)


@quantity("1", "draw chip model")
def training_utilisation(training_utilisation_p50: Array, training_utilisation_p90: Array, training_utilisation_deviate: Array) -> Array:
    """Model FLOPs per dense 16-bit peak of each generation while it trains each model.

    u = u50 (u90 / u50)^(z / 1.28)                                                          (1)

    z is shared by all generations and models: what software and network reach that day. Axes: draw, chip, model. Units: 1. Source: modelled
    for the size of the job, else measured for the model, else that of the template (`rate` and `model` of the catalogue). In narrower
    formats than 16 bits it can be above one.
    """
    return _spread(training_utilisation_p50, training_utilisation_p90, training_utilisation_deviate)


@quantity("1", "draw model")
def training_job_utilisation(
    training_job_utilisation_p50: Array, training_job_utilisation_p90: Array, training_utilisation_deviate: Array
) -> Array:
    """The same of the accelerators of one large job. Axes: draw, model. Units: 1. Source: as `training_utilisation`."""
    return _spread(training_job_utilisation_p50, training_job_utilisation_p90, training_utilisation_deviate)


def _spread(middle: Array, upper: Array, deviate: Array) -> Array:
    """A lognormal by its P50 and P90 at a standard normal deviate of each draw."""
    power = (deviate / _Z90).reshape(-1, *(1,) * middle.ndim)
    return np.asarray(middle * (upper / middle) ** power)


@quantity("token/d", "draw model month")
def training_tokens_per_day(
    accelerators: Array, accelerator_peak: Array, training_utilisation: Array, goodput: Array, fleet_share: Array,
    training_flop_per_token: Array,
) -> Array:  # fmt: skip
    """Tokens per day the training share of the whole fleet could learn from, were all of it one model's.

    n = goodput * share[training] * sum over chips of N peak[bf16] MFU / F * 86,400              (1)

    Axes: draw, model, month. Units: token/d. MFU is counted on the dense 16-bit peak for every model; where low precision is used it is the
    16-bit equivalent. Source: peaks and utilisations of the catalogue. Leaves out: the limit of one job to one site, networks between
    sites.
    """
    held = accelerators.sum(axis=2)
    each = np.nan_to_num(accelerator_peak[:, _BF16])[:, :, None] * training_utilisation / training_flop_per_token[:, None, :]
    useful = (goodput * fleet_share[:, _TRAINING])[:, None, None]
    return np.asarray(np.matmul(each.transpose(0, 2, 1), held) * useful * _SECONDS)


@quantity("1", "draw model month")
def training_runs_per_year(training_tokens_per_day: Array, model_training_tokens: Array) -> Array:
    """Training runs of each model that a year of the fleet at this month would allow: tokens per year over tokens of one run.

    Axes: draw, model, month. Units: 1 per year. Leaves out: failed runs, ablations (these are the research share), data.
    """
    return training_tokens_per_day * _YEAR / model_training_tokens[:, :, None]


@quantity("d", "draw model month")
def training_fleet_days(training_tokens_per_day: Array, model_training_tokens: Array, accelerators: Array) -> Array:
    """Days that one run of each model takes on the training share of the whole fleet, were that one job.

    d = tokens of one run / tokens per day                                                   (1)

    Axes: draw, model, month. Units: d. Absent while less than one accelerator stands. Leaves out: what `training_tokens_per_day` leaves
    out, so it is the least that it could take.
    """
    stands = accelerators.sum(axis=(1, 2))[:, None, :] >= 1.0
    return model_training_tokens[:, :, None] / np.where(stands & (training_tokens_per_day > 0.0), training_tokens_per_day, np.nan)


@quantity("d", "draw model")
def training_days(
    model_training_tokens: Array, training_flop_per_token: Array, training_job_accelerators: Array, training_job_peak: Array,
    training_job_utilisation: Array, goodput: Array,
) -> Array:  # fmt: skip
    """Days that one run of each model takes on one large job.

    d = T F / (n peak[bf16] MFU goodput * 86,400)                                            (1)

    T: tokens of one run, n: accelerators of the job. Axes: draw, model. Units: d. Source: definition of MFU and of goodput. Leaves out:
    changes of the job's size, context extension and what follows pre-training.
    """
    speed = (training_job_accelerators * training_job_peak * goodput)[:, None] * training_job_utilisation
    return model_training_tokens * training_flop_per_token / (speed * _SECONDS)


@quantity("s", "draw model")
def training_step_time(
    training_batch_tokens: Array, training_flop_per_token: Array, training_job_accelerators: Array, training_job_peak: Array,
    training_job_utilisation: Array,
) -> Array:  # fmt: skip
    """Time of one optimiser step of a large job.

    t = B F / (n peak[bf16] MFU)                                                           (1)

    B: tokens per batch, n: accelerators of the job. Axes: draw, model. Units: s. Source: definition of MFU. What the layout (parallelism,
    pipeline bubble, collectives) does is in the MFU.
    """
    speed = (training_job_accelerators * training_job_peak)[:, None] * training_job_utilisation
    return training_batch_tokens * training_flop_per_token / speed
