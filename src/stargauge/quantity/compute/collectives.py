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
    """Seconds until each of a group has `volume` bytes of which each had a part: (n - 1) / n volume / rate, domain and beyond at once.

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


def all_to_all(
    machine: Machine, tokens: Array, copies: float, token_bytes: float, size: Array, once: Array, most_domains: float = np.inf
) -> tuple[Array, Array]:
    """Seconds within the domain and beyond it of sending an accelerator's tokens to `copies` of a group's members, drawn evenly.

    The group's members stand beside each other. `once` (0 or 1): a token goes once to each member that needs it, n (1 - (1 - 1/n)^copies)
    of n, and once to each domain, from where it is handed on; else each copy goes by itself. `most_domains` that one token is sent to.
    """
    here = within(machine, size, np.ones_like(size))
    domains = np.maximum(size / here, 1.0)
    members = _reached(size, copies)
    inside = np.where(once > 0.0, members, copies) * (here - 1.0) / size
    reached = np.minimum(_reached(domains, copies), most_domains) * (domains - 1.0) / domains
    outside = np.where(once > 0.0, reached, copies * (1.0 - here / size))
    volume = tokens * token_bytes
    fast = volume * inside / machine.chip.up + LATENCY_UP * np.log2(here)
    return fast, volume * outside / out_rate(machine, size) + LATENCY_OUT * np.log2(domains)


def _reached(places: Array, copies: float) -> Array:
    """Of a number of places, those that at least one of some copies drawn evenly goes to, on average."""
    return np.asarray(places * (1.0 - (1.0 - 1.0 / places) ** copies))


def neighbour(machine: Machine, volume: Array, stride: Array) -> Array:
    """Seconds of sending `volume` bytes to an accelerator `stride` away: within the domain where it is that near."""
    inside = stride < machine.chip.domain
    rate = np.where(inside, machine.chip.up, out_rate(machine, 2.0 * stride))
    return np.asarray(volume / rate + np.where(inside, LATENCY_UP, LATENCY_OUT))
