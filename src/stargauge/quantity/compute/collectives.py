"""How long accelerators exchange data: rings, all-to-all and neighbours over a fast domain and the tiers beyond it (latency and bandwidth).

Groups stand at a stride: a group of `size` accelerators `stride` apart has domain / stride of its members in one domain. Volumes are bytes.
"""

from __future__ import annotations

import numpy as np

from stargauge.quantity.compute.layout import Array
from stargauge.quantity.compute.machine import Machine

#: Seconds of one step of a collective within the domain and beyond it: assumptions, of the size that point-to-point tests print.
LATENCY_UP, LATENCY_OUT = 3e-6, 10e-6


def within(machine: Machine, size: Array, stride: Array) -> Array:
    """Members of a group in one domain, at least one."""
    return np.clip(np.floor(machine.chip.domain / stride), 1.0, size)


def out_rate(machine: Machine, span: Array) -> Array:
    """B/s that one accelerator has to all others of a span of accelerators, each talking to all of them: the share of the farthest tier."""
    share = np.full_like(span, machine.tiers[-1].share)
    for tier in reversed(machine.tiers):
        share = np.where(span <= tier.accelerators, tier.share, share)
    return machine.chip.out * share


def ring_rate(machine: Machine, size: Array, stride: Array) -> Array:
    """B/s of a ring beyond the domain per domain: all its members there send; only a few hops of a ring cross an oversubscribed tier."""
    here = within(machine, size, stride)
    rate = np.full_like(size, machine.chip.out)
    for near, far in zip(machine.tiers, machine.tiers[1:], strict=False):
        hops = np.maximum(np.floor(near.accelerators / (stride * here)), 1.0)
        slow = machine.chip.out * np.minimum(1.0, far.share * hops)
        rate = np.where(size * stride > near.accelerators, np.minimum(rate, slow), rate)
    return rate * machine.tiers[0].share * here


def all_gather(machine: Machine, volume: Array, size: Array, stride: Array) -> Array:
    """Seconds until each of a group has `volume` bytes of which each had an equal part: (n - 1) / n volume / rate, domain and beyond at once.

    The same for a reduce-scatter. Nought for a group of one.
    """
    size, stride = size + 0.0 * volume, stride + 0.0 * volume
    here = within(machine, size, stride)
    domains = np.maximum(size / here, 1.0)
    inside = (here - 1.0) / here * volume / machine.chip.up
    outside = (domains - 1.0) / domains * volume / ring_rate(machine, size, stride)
    return np.asarray(np.maximum(inside, outside) + (here - 1.0) * LATENCY_UP + (domains - 1.0) * LATENCY_OUT)


def all_reduce(machine: Machine, volume: Array, size: Array, stride: Array) -> Array:
    """Seconds of a sum that all get: reduce-scatter, then all-gather."""
    return 2.0 * all_gather(machine, volume, size, stride)


def all_to_all(machine: Machine, tokens: Array, copies: float, token_bytes: float, size: Array, stride: Array) -> tuple[Array, Array]:
    """Seconds within the domain and beyond it of sending each of an accelerator's tokens to `copies` others of a group, drawn evenly.

    A token goes only once to a domain, however many of its copies belong there, and is handed on within it: with N domains
    (N - 1) (1 - (1 - 1/N)^copies) of them are reached from outside.
    """
    size, stride = size + 0.0 * tokens, stride + 0.0 * tokens
    here = within(machine, size, stride)
    domains = np.maximum(size / here, 1.0)
    inside = tokens * copies * token_bytes * (here - 1.0) / here / machine.chip.up
    reached = (domains - 1.0) * (1.0 - (1.0 - 1.0 / domains) ** copies)
    outside = tokens * token_bytes * reached / out_rate(machine, size * stride)
    fast = inside + np.where(size > 1.0, LATENCY_UP * np.log2(np.maximum(here, 1.0)), 0.0)
    return fast, outside + LATENCY_OUT * np.log2(domains)


def neighbour(machine: Machine, volume: Array, stride: Array) -> Array:
    """Seconds of sending `volume` bytes to an accelerator `stride` away: within the domain where it is that near."""
    inside = stride < machine.chip.domain
    rate = np.where(inside, machine.chip.up, out_rate(machine, 2.0 * stride))
    return np.asarray(volume / rate + np.where(inside, LATENCY_UP, LATENCY_OUT))
