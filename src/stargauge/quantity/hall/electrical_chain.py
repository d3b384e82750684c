"""Losses between the meter and the racks by the hour: transformers, uninterruptible supply and distribution, with what is spare."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]
#: One number, or an array that broadcasts against hours (its last axis): a column of draws, a row of hours.
Value = Array | float

#: Ways to keep spare capacity, by the trade's names.
CONFIGURATIONS = ("N", "N+1", "2N", "distributed", "block")


class Redundancy(NamedTuple):
    """Spare capacity of a chain, over the capacity needed: what is switched on, and what of it shares the load."""

    installed: Value
    carrying: Value


def redundancy_of(name: str, units: float) -> Redundancy:
    """The spare capacity of a configuration whose need is met by a number of units.

    N: nothing spare. N+1: one unit more, all share the load. 2N: everything twice, both halves share it. distributed: three systems for the
    need of two ("3N/2"). block: one unit more that waits without load and takes over from any other ("catcher").
    """
    if name not in CONFIGURATIONS:
        raise InputError(
            say(
                'no redundancy "{name}"{near}; expected one of {known}',
                name=name,
                near=did_you_mean(name, CONFIGURATIONS),
                known=", ".join(CONFIGURATIONS),
            )
        )
    if not units >= 1.0:
        raise InputError(say("a chain of {units:g} units cannot be; expected 1 at least", units=units))
    more = (units + 1.0) / units
    return {
        "N": Redundancy(1.0, 1.0), "N+1": Redundancy(more, more), "2N": Redundancy(2.0, 2.0), "distributed": Redundancy(1.5, 1.5),
        "block": Redundancy(more, 1.0),
    }[name]  # fmt: skip


class Chain(NamedTuple):
    """The stages from the meter to the racks. Losses: of full load, per what passes; assumptions or ranges of whoever gives them."""

    transformer_loss: Value
    ups_loss: Value
    distribution_loss: Value
    no_load_share: Value  # share of a stage's full-load loss that is there without load
    redundancy: Redundancy
    transformer_rating: Value  # power that the transformers needed are built for, over the rated power of the racks


def stage_loss(loss: Value, no_load_share: Value, redundancy: Redundancy, rating: Value, passed: Array) -> Array:
    """Loss of a stage whose needed units are built for `rating` and pass on `passed`, in the unit of both.

    P = lambda R (nu k + (1 - nu) (x / R)^2 / c),  k: installed, c: carrying, over needed                    (1)

    Source: no-load and load^2 loss of a transformer (IEC 60076-1 form), taken for every stage. More units cost no-load loss and spare load
    loss: at the same load 2N loses more than N below a load of sqrt(2 nu / (1 - nu)), less above. Leaves out: harmonics, temperature,
    charging of batteries, losses in proportion to the load.
    """
    constant = np.asarray(no_load_share) * redundancy.installed
    rising = (1.0 - np.asarray(no_load_share)) * (passed / rating) ** 2 / redundancy.carrying
    return np.asarray(loss * np.asarray(rating) * (constant + rising))


def rack_side_losses(chain: Chain, load: Array) -> tuple[Array, Array]:
    """Losses of distribution and of the uninterruptible supply for a load of the racks; all per rated power of the racks."""
    distribution = stage_loss(chain.distribution_loss, chain.no_load_share, chain.redundancy, 1.0, load)
    rating = 1.0 + np.asarray(chain.distribution_loss)
    ups = stage_loss(chain.ups_loss, chain.no_load_share, chain.redundancy, rating, load + distribution)
    return distribution, ups


def transformer_losses(chain: Chain, passed: Array) -> Array:
    """Loss of the transformers, through which everything goes that the site draws; per rated power of the racks."""
    return stage_loss(chain.transformer_loss, chain.no_load_share, chain.redundancy, chain.transformer_rating, passed)
