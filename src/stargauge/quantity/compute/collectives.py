"""How long accelerators exchange data: rings, all-to-all and neighbours over a fast domain and the tiers beyond it (latency and bandwidth).

Groups stand at a stride: a group of `size` accelerators `stride` apart has domain / stride of its members in one domain. No group straddles
a border that it need not: where a group does not divide a domain the rest of that domain stays idle (groups of 64 take 64 of 72), and one
longer than a domain takes equal parts of as few domains as hold it. Volumes are bytes; rows do not know of each other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stargauge.quantity.compute.layout import Array
from stargauge.quantity.compute.machine import Machine


class Links(NamedTuple):
    """What exchanges reach of a machine's networks: shares of the makers' B/s within the domain and beyond it, seconds of starting one
    exchange, and seconds of each of its steps within the domain and beyond it."""

    up: float
    out: float
    start: float
    step_up: float
    step_out: float


def within(machine: Machine, size: Array, stride: Array) -> Array:
    """Members of a group in one domain, at least one: all, else equal parts in as few domains as hold the group."""
    places = np.maximum(np.floor(machine.chip.domain / stride), 1.0)
    return np.asarray(size / np.ceil(size / places))


def out_rate(machine: Machine, span: Array) -> Array:
    """B/s that one accelerator has to all others of a span of accelerators, each talking to all of them: the share of the farthest tier."""
    share = np.full_like(span, machine.tiers[-1].share)
    for tier in reversed(machine.tiers):
        share = np.where(span <= tier.accelerators, tier.share, share)
    return machine.chip.out * share


def line_rate(machine: Machine, length: Array, block: Array) -> Array:
    """B/s that one accelerator has to the next of blocks in a line or ring of some length: only the blocks beside the border of a tier
    cross it, so that they have the tier's whole width among them; the slowest border paces all."""
    rate = np.full_like(length, machine.chip.out)
    for near, far in zip(machine.tiers, machine.tiers[1:], strict=False):
        blocks = np.maximum(np.floor(near.accelerators / block), 1.0)
        slow = machine.chip.out * np.minimum(1.0, far.share * blocks)
        rate = np.where(length > near.accelerators, np.minimum(rate, slow), rate)
    return rate * machine.tiers[0].share


def all_gather(machine: Machine, links: Links, volume: Array, size: Array, stride: Array, exchanges: float = 1.0) -> Array:
    """Seconds until each of a group has `volume` bytes of which each had a part: (n - 1) / n volume / rate, domain and beyond at once.

    The same for a reduce-scatter. Nought for a group of one. `exchanges` in which the volume goes, one after the other.
    """
    size, stride = size + 0.0 * volume, stride + 0.0 * volume
    here = within(machine, size, stride)
    domains = size / here
    inside = (here - 1.0) / here * volume / (machine.chip.up * links.up)
    outside = (domains - 1.0) / domains * volume / (line_rate(machine, size * stride, stride * here) * here * links.out)
    waits = links.start * (size > 1.0) + (here - 1.0) * links.step_up + (domains - 1.0) * links.step_out
    return np.asarray(np.maximum(inside, outside) + exchanges * waits)


def all_reduce(machine: Machine, links: Links, volume: Array, size: Array, stride: Array, exchanges: float = 1.0) -> Array:
    """Seconds of a sum that all get: reduce-scatter, then all-gather, started as one exchange."""
    once = all_gather(machine, links._replace(start=links.start / 2.0), volume, size, stride, exchanges)
    return 2.0 * once


def all_to_all(
    machine: Machine, links: Links, tokens: Array, copies: float, token_bytes: float, size: Array, once: Array,
    most_domains: float = np.inf, exchanges: float = 1.0,
) -> tuple[Array, Array]:  # fmt: skip
    """Seconds within the domain and beyond it of sending an accelerator's tokens to `copies` of a group's members, drawn evenly.

    The group's members stand beside each other. `once` (0 or 1): a token goes once to each domain that needs it, to the member there that
    stands where its own does, and from there once to each member that needs it; n places are met n (1 - (1 - 1/n)^copies) times. Else each
    copy goes by itself. `most_domains`: copies are drawn from so many domains, themselves drawn evenly. `token_bytes` of all `exchanges`.
    """
    size = size + 0.0 * tokens
    here = within(machine, size, np.ones_like(size))
    domains = size / here
    limited = np.minimum(domains, most_domains)
    handed = _reached(limited * here, copies) * (here - 1.0) / here
    reached = _reached(limited, copies) * (domains - 1.0) / domains
    inside = np.where(once > 0.0, handed, copies * (here - 1.0) / size)
    outside = np.where(once > 0.0, reached, copies * (1.0 - here / size))
    volume = tokens * token_bytes
    fast = volume * inside / (machine.chip.up * links.up) + exchanges * links.step_up * np.log2(here)
    far = volume * outside / (out_rate(machine, size) * links.out) + exchanges * links.step_out * np.log2(domains)
    return fast + exchanges * links.start * (size > 1.0), far


def _reached(places: Array, copies: float) -> Array:
    """Of a number of places, those that at least one of some copies drawn evenly goes to, on average."""
    return np.asarray(places * (1.0 - (1.0 - 1.0 / places) ** copies))


def neighbour(machine: Machine, links: Links, volume: Array, stride: Array, stages: Array) -> Array:
    """Seconds of sending `volume` bytes to the next of `stages` that stand `stride` apart: by the slowest border between two of them.

    Within the domain where all stages stand in one; else by the tiers that they reach over.
    """
    length = stride * stages + 0.0 * volume
    inside = length <= machine.chip.domain
    rate = np.where(inside, machine.chip.up * links.up, line_rate(machine, length, stride + 0.0 * length) * links.out)
    return np.asarray(volume / rate + links.start + np.where(inside, links.step_up, links.step_out))
