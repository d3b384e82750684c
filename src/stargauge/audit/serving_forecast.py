"""What the serving model says of a measured row: rate, time to the first token and between tokens."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.serving_cases import ServingCase
from stargauge.catalogue.serving_runs import BOTH
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import PASS_TOKENS, ServingLayouts
from stargauge.quantity.compute.serving_steady import MOST_BATCH, first_token_seconds, steady_state
from stargauge.quantity.compute.serving_step import prefill

Array = NDArray[np.float64]

#: Batches that are tried per rank where a limit on the time between tokens is to be kept.
_BATCHES = 2.0 ** np.arange(0.0, 10.25, 0.25)


class ServingForecast(NamedTuple):
    """A row's forecast: tokens per second and accelerator as the row counts them, seconds; NaN where not asked or nothing fits."""

    rate: float
    first: float
    between: float
    batch: float
    prompt_share: float
    layout: ServingLayouts


def forecast(case: ServingCase, fit: ServingFit) -> ServingForecast:
    """The forecast of a row with its layout, or with the best of those searched."""
    if case.prefill_only:
        return _prompts(case, fit)
    users, limit = case.run.numbers["concurrency"], case.run.numbers["tpot_limit_ms"] / 1e3
    layouts, batch = case.layouts, np.asarray(np.nan)
    if np.isfinite(users):
        replicas = case.machine.accelerators / layouts.accelerators
        batch = np.maximum(users / replicas, 1.0)
    elif np.isfinite(limit):
        places = np.repeat(np.arange(layouts.many), len(_BATCHES))
        layouts = layouts.take(places)
        batch = np.tile(_BATCHES, case.layouts.many) * layouts.data
    found = steady_state(
        case.model, case.machine, layouts, case.load, fit, case.types, batch if np.isfinite(batch).all() else None, MOST_BATCH
    )
    per = (found.all_tokens if case.run.counted == BOTH else found.output_tokens) / found.accelerators
    kept = per if np.isnan(limit) else np.where(found.between <= limit, per, np.nan)
    if np.isnan(kept).all():
        return ServingForecast(np.nan, np.nan, np.nan, np.nan, np.nan, layouts.take(slice(0, 1)))
    best = int(np.nanargmax(kept))
    one = layouts.take(slice(best, best + 1))
    first = np.array([np.nan])
    if np.isfinite(users):
        part = found._replace(**{name: getattr(found, name)[best : best + 1] for name in found._fields if name != "load"})
        waiting = np.broadcast_to(batch, kept.shape)[best]
        first = first_token_seconds(case.model, case.machine, one, case.load, part, waiting, fit, case.types)
    return ServingForecast(
        float(kept[best]), float(first[0]), float(found.between[best]), float(found.batch[best]), float(found.prompt_share[best]), one
    )


def _prompts(case: ServingCase, fit: ServingFit) -> ServingForecast:
    """The rate of taking prompts in alone, input tokens found in a cache of prefixes counted."""
    load, layouts = case.load, case.layouts
    prompt, _, hits, _, _ = load.arrays()
    fresh = prompt * (1.0 - hits)
    many = np.maximum(np.floor(PASS_TOKENS * layouts.data / fresh), 1.0)
    seconds = prefill(case.model, case.machine, layouts, fresh * many, prompt * hits + fresh / 2.0, fit, case.types, many).total
    rates = prompt * many / seconds / layouts.accelerators
    best = int(np.argmax(rates))
    return ServingForecast(float(rates[best]), np.nan, np.nan, float(many[best]), 1.0, layouts.take(slice(best, best + 1)))
