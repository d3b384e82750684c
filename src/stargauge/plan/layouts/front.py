"""What no other is at least as good as in both of two things."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.compute.layout import Array, Layouts


class Scored(NamedTuple):
    """Layouts with the time of a step (s) and the memory an accelerator has left (bytes)."""

    layouts: Layouts
    seconds: Array
    headroom: Array

    def take(self, places: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Scored:
        """Some of them."""
        return Scored(self.layouts.take(places), self.seconds[places], self.headroom[places])

    def with_more(self, other: Scored) -> Scored:
        """These, then those."""
        return Scored(joined(self.layouts, other.layouts), *(np.concatenate(pair) for pair in zip(self[1:], other[1:], strict=True)))


def joined(first: Layouts, second: Layouts) -> Layouts:
    """Layouts, then others."""
    return Layouts(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))


def nothing() -> Scored:
    """No layouts."""
    none = np.zeros(0)
    return Scored(Layouts(*(none for _ in Layouts._fields)), none, none)


def ranked(scored: Scored) -> NDArray[np.intp]:
    """Places by time, then by memory left, then as they came."""
    return np.lexsort((-scored.headroom, scored.seconds))


def front(scored: Scored) -> Scored:
    """Those that no other beats: in the order of time, each with more memory left than all before it."""
    order = ranked(scored)
    left = scored.headroom[order]
    before = np.concatenate(([-np.inf], np.maximum.accumulate(left)[:-1]))
    return scored.take(order[left > before])


def beaten(scored: Scored, by: Scored) -> NDArray[np.bool_]:
    """Whether one of a front takes no longer than each and leaves no less memory."""
    most = np.concatenate(([-np.inf], by.headroom))
    return np.asarray(most[np.searchsorted(by.seconds, scored.seconds, side="right")] >= scored.headroom)
