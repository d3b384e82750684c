"""A model on a machine as a service of the queue: seconds of passes with and without prompts at each number of sequences.

What is measured is forecast by it, and what is asked is answered by it. Tokens are counted by name where rates are told.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import ServingLayouts, ServingTypes, most_sequences
from stargauge.quantity.compute.serving_queue import Service
from stargauge.quantity.compute.serving_step import decode_step, mixed_step, prefill, prefill_back_to_back
from stargauge.quantity.compute.transformer import Transformer

Array = NDArray[np.float64]

#: Each batch up to the first, then in steps of 8 %.
_EVERY, _STEP = 32, 1.08


class Load(NamedTuple):
    """What is asked of a service: tokens of a prompt and of an answer, and the share of prompts' tokens found in a cache of prefixes.

    Speculative decoding is a stated factor: `accepted`, tokens that a step gives each sequence on average; `verified`, tokens that a step
    works on for each; both 1 without. Numbers, or one for each layout.
    """

    prompt: ArrayLike
    answer: ArrayLike
    hits: ArrayLike = 0.0
    accepted: ArrayLike = 1.0
    verified: ArrayLike = 1.0

    def arrays(self) -> tuple[Array, Array, Array, Array, Array]:
        """All five as arrays."""
        prompt, answer, hits, accepted, verified = (np.asarray(one, dtype=np.float64) for one in self)
        return prompt, answer, hits, accepted, verified

    @property
    def fresh(self) -> Array:
        """Tokens of a prompt that have to be worked on."""
        prompt, _, hits, _, _ = self.arrays()
        return np.maximum(prompt * (1.0 - hits), 1.0)

    @property
    def passes(self) -> Array:
        """Passes of a request after its first token."""
        _, answer, _, accepted, _ = self.arrays()
        return np.asarray((answer - 1.0) / accepted)


class Setting(NamedTuple):
    """A model on a machine, with the fit and the types: what all layouts and loads have in common."""

    model: Transformer
    machine: Machine
    fit: ServingFit
    types: ServingTypes


def ladder(most: float) -> Array:
    """Numbers of sequences that are looked at, up to the most."""
    steps = np.arange(1, 1 + max(int(np.ceil(np.log(max(most, _EVERY) / _EVERY) / np.log(_STEP))), 1))
    above = np.unique(np.round(_EVERY * _STEP**steps))
    return np.concatenate([np.arange(1.0, _EVERY + 1.0), above])


def slots_of(on: Setting, layouts: ServingLayouts, load: Load) -> Array:
    """Requests that a replica has room for with all of their tokens, at most what software takes per rank."""
    prompt, answer = load.arrays()[:2]
    room = most_sequences(on.model, on.machine.chip, layouts, prompt + answer, on.fit.settings, on.types)
    return np.minimum(room, on.fit.settings.most_batch * layouts.data)


def service_of(on: Setting, layouts: ServingLayouts, load: Load, slots: Array, grid: Array) -> Service:
    """Seconds of passes with and without prompts, at each number of sequences of the grid."""
    many = np.ones(layouts.many)
    columns = Load(*((one * many)[:, None] for one in load.arrays()))
    prompt, answer, _, _, verified = columns.arrays()
    fresh, passes, context, most = columns.fresh, columns.passes, prompt + answer / 2.0, on.fit.settings.pass_tokens
    wide = ServingLayouts(*(one[:, None] for one in layouts))
    steps = decode_step(on.model, on.machine, wide, grid, context, on.fit, on.types, verified).total
    at_once = np.maximum(grid / passes, 1.0)
    parts = np.maximum(fresh * at_once / (most * wide.data), 1.0)
    new, before = fresh * at_once / parts, prompt - fresh / 2.0
    mixed = mixed_step(on.model, on.machine, wide, grid, context, new, before, on.fit, on.types, verified).total
    alone = prompt_seconds(on, layouts, load)
    return Service(
        alone=alone, lanes=layouts.data * 1.0, chunks=load.fresh / most * many, passes=load.passes * many, slots=slots, batches=grid,
        steps=np.broadcast_to(steps, (layouts.many, len(grid))),
        added=np.broadcast_to(parts * (mixed - steps) / at_once, (layouts.many, len(grid))),
        fill=alone - prompt_seconds(on, layouts, load, back_to_back=True),
    )  # fmt: skip


def prompt_seconds(on: Setting, layouts: ServingLayouts, load: Load, back_to_back: bool = False) -> Array:
    """Seconds of a prompt at an empty replica, with one on each rank; or those that it adds where prompts come one after the other."""
    fresh, prompt = load.fresh, load.arrays()[0]
    taken = prefill_back_to_back if back_to_back else prefill
    made = taken(on.model, on.machine, layouts, fresh * layouts.data, prompt - fresh / 2.0, on.fit, on.types, sequences=layouts.data)
    return np.asarray(made.total)
