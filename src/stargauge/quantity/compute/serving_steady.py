"""The steady state of a service at full load: continuous batching on one pool of accelerators, or prompts and answers on two.

Tokens are counted by name: output tokens alone, input and output tokens, with or without input tokens found in a cache of prefixes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.serving_efficiency import ServingFit
from stargauge.quantity.compute.serving_memory import (
    BYTES,
    PASS_TOKENS,
    USUAL_TYPES,
    ServingLayouts,
    ServingTypes,
    cache_split,
    most_sequences,
    tokens_kept,
)  # fmt: skip
from stargauge.quantity.compute.serving_step import decode_step, mixed_step, prefill
from stargauge.quantity.compute.transformer import Transformer

Array = NDArray[np.float64]

#: Sequences that one rank takes in a batch at most, where nobody says otherwise: between settings that software recommends, 720 to 2,048.
MOST_BATCH = 1024.0
_FULL = 0.95  # share of its time up to which a server's queue is reckoned by a formula that has a pole at 1


class Load(NamedTuple):
    """What is asked of a service: tokens of a prompt and of an answer, and the share of prompts' tokens found in a cache of prefixes.

    Speculative decoding is a stated factor: `accepted`, tokens that a step gives each sequence on average; `verified`, tokens that a step
    works on for each; both 1 without.
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


class Steady(NamedTuple):
    """A replica's steady state; absent (NaN) where nothing fits into memory. Seconds, per second."""

    requests: Array  # per second
    batch: Array  # sequences at work
    between: Array  # from one token of a sequence to the next on average, prompts of others between them counted
    decode: Array  # of a step that takes no prompt in
    prompt: Array  # that one prompt takes from the other sequences
    prompt_share: Array  # of the time
    accelerators: Array
    load: Load

    @property
    def output_tokens(self) -> Array:
        """Output tokens per second."""
        return self.requests * self.load.arrays()[1]

    @property
    def output_tokens_per_accelerator(self) -> Array:
        """Output tokens per second and accelerator."""
        return self.output_tokens / self.accelerators

    @property
    def all_tokens(self) -> Array:
        """Input and output tokens per second, input tokens found in the cache of prefixes counted."""
        return self.requests * (self.load.arrays()[0] + self.load.arrays()[1])

    @property
    def worked_tokens(self) -> Array:
        """Input and output tokens per second without those found in the cache of prefixes."""
        prompt, answer, hits, _, _ = self.load.arrays()
        return self.requests * (prompt * (1.0 - hits) + answer)


def steady_state(
    model: Transformer, machine: Machine, layouts: ServingLayouts, load: Load, fit: ServingFit, types: ServingTypes = USUAL_TYPES,
    batch: ArrayLike | None = None, most_batch: float = MOST_BATCH,
) -> Steady:  # fmt: skip
    """Continuous batching with requests always waiting. `batch`: sequences at work at most (a fixed concurrency).

    n = least of concurrency, ranks * most_batch and sequences of full length that memory holds; x = n / steps requests end in a step and
    as many prompts enter. Where x < 1, one step in 1 / x takes a prompt in:

        seconds per request = (1/x - 1) t_decode(n) + t_mixed(n, one prompt), else t_mixed(n, x prompts) / x                        (1)

    A started request is never put off: room is kept for its whole answer. The mean context of a sequence is prompt + answer / 2.
    """
    prompt, answer, hits, accepted, verified = load.arrays()
    n = sequences_at_work(model, machine, layouts, load, types, batch, most_batch)
    context, fresh, steps = prompt + answer / 2.0, prompt * (1.0 - hits), answer / accepted
    entering = n / steps
    plain = decode_step(model, machine, layouts, n, context, fit, types, verified).total
    prompts = np.maximum(entering, 1.0)
    parts = np.maximum(fresh * prompts / (PASS_TOKENS * layouts.data), 1.0)
    before = prompt * hits + fresh / 2.0
    mixed = parts * mixed_step(model, machine, layouts, n / parts, context, fresh * prompts / parts, before, fit, types, verified).total
    request = np.where(entering < 1.0, (1.0 / np.minimum(entering, 1.0) - 1.0) * plain + mixed, mixed / prompts)
    share = 1.0 - plain / entering / request
    return Steady(
        1.0 / request, n, n * request / answer, plain / accepted, request - plain / entering, share,
        layouts.accelerators * np.ones_like(request), load,
    )  # fmt: skip


def sequences_at_work(
    model: Transformer, machine: Machine, layouts: ServingLayouts, load: Load, types: ServingTypes = USUAL_TYPES,
    batch: ArrayLike | None = None, most_batch: float = MOST_BATCH,
) -> Array:  # fmt: skip
    """Sequences of a replica at work at full load; absent (NaN) where not even one fits."""
    prompt, answer = load.arrays()[:2]
    room = most_sequences(model, machine.chip, layouts, prompt + answer, types)
    n = np.minimum(room, most_batch * layouts.data)
    n = n if batch is None else np.minimum(n, np.asarray(batch, dtype=np.float64))
    return np.asarray(np.where(n >= 1.0, n, np.nan))


def first_token_seconds(
    model: Transformer, machine: Machine, layouts: ServingLayouts, load: Load, steady: Steady, concurrency: ArrayLike, fit: ServingFit,
    types: ServingTypes = USUAL_TYPES,
) -> Array:  # fmt: skip
    """Mean seconds to the first token where a fixed number of users each ask again as soon as they are answered.

    Users that do not fit into the batch wait (Little's law), prompts wait for one another, and each is taken in:

        T = (users - n) / requests per second + rho t_prompt / (2 (1 - rho)) + t_prefill,   rho = requests per second * t_prompt    (1)
    """
    prompt, _, hits, _, _ = load.arrays()
    users, fresh = np.asarray(concurrency, dtype=np.float64), prompt * (1.0 - hits)
    alone = prefill(model, machine, layouts, fresh, prompt * hits + fresh / 2.0, fit, types).total
    busy = np.minimum(steady.requests * steady.prompt, _FULL)
    queue = np.where(steady.batch > 1.0, busy * steady.prompt / (2.0 * (1.0 - busy)), 0.0)
    return np.asarray(np.maximum(users - steady.batch, 0.0) / steady.requests + queue + alone)


class Pools(NamedTuple):
    """Prompts on accelerators of their own, answers on others. Per second and accelerator of both pools together; seconds."""

    requests: Array
    prompt_share: Array  # share of the accelerators that take prompts in
    first_token: Array  # without queueing: taking the prompt in and sending what is kept of it
    between: Array
    batch: Array  # sequences at work in a replica of the second pool


def two_pools(
    model: Transformer, machine: Machine, prompts: ServingLayouts, answers: ServingLayouts, load: Load, fit: ServingFit,
    types: ServingTypes = USUAL_TYPES, batch: ArrayLike | None = None, most_batch: float = MOST_BATCH,
) -> Pools:  # fmt: skip
    """Disaggregated serving with pools in the proportion that keeps both busy. `prompts`, `answers`: layouts of a replica of each.

    requests per accelerator = 1 / (accelerators_1 t_1 + accelerators_2 t_2), t: seconds of a replica per request                  (1)
    """
    prompt, answer, hits, accepted, verified = load.arrays()
    fresh = prompt * (1.0 - hits)
    many = np.maximum(np.floor(PASS_TOKENS * prompts.data / fresh), 1.0)
    taking = prefill(model, machine, prompts, fresh * many, prompt * hits + fresh / 2.0, fit, types, many).total
    n = sequences_at_work(model, machine, answers, load, types, batch, most_batch)
    step = decode_step(model, machine, answers, n, prompt + answer / 2.0, fit, types, verified).total
    first, second = prompts.accelerators * taking / many, answers.accelerators * step * (answer / accepted) / n
    kept = tokens_kept(model, prompt) * model.kv_bytes_per_token(BYTES[types.cache]) / cache_split(model, prompts)
    sending = kept / (machine.chip.out * fit.network)
    return Pools(1.0 / (first + second), first / (first + second), taking + sending, step / accepted, n)
