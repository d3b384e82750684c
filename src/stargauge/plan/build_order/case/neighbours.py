"""What other programmes take of a supply that all share, by what they have announced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.sites.pools import YEAR, Pool
from stargauge.engine.sample import central
from stargauge.engine.simulate import statics_of
from stargauge.plan.build_order.case.takes import country_of
from stargauge.plan.offers import Basis
from stargauge.programme.known import Known
from stargauge.programme.known import known as known_on
from stargauge.programme.load import load, shipped
from stargauge.quantity.dates import day

Array = NDArray[np.float64]

_PROMISED = "power_facility_promised"


def taken_by_others(now: Known, pool: Pool, ends: Sequence[date]) -> Array:
    """Facility power that the other shipped programmes want to equip from a pool from the day of knowledge to each of some days, W.

    sum over programmes of: promised by t - promised by today, at the sites where the pool is shared                                  (1)

    Each first dated promise as it was made, and all of it as if it drew on the pool: no less than they take if they keep their dates, so
    what is left to this one is a careful figure. Buyers who are in no programme count nothing: their part is in the lead times.
    """
    total = np.zeros(len(ends))
    for name in shipped():
        programme = load(name)
        if programme.name != now.programme.name:
            total += _promised(known_on(programme, now.catalogue.catalogue, now.as_of), pool, ends)
    return total


def _promised(other: Known, pool: Pool, ends: Sequence[date]) -> Array:
    inside = [pool.scope in ("world", country_of(other, site.id)) for site in other.sites]
    if not other.phases or not any(inside):
        return np.zeros(len(ends))
    promised = np.nan_to_num(np.asarray(statics_of(other, [_PROMISED])[_PROMISED]))[inside].sum(axis=0)
    so_far = np.concatenate([[0.0], promised])
    months = np.array([day(month) for month in other.months])
    at = so_far[np.searchsorted(months, [day(other.as_of), *(day(end) for end in ends)], side="right")]
    return np.asarray(np.maximum(at[1:] - at[0], 0.0))


def shared_basis(now: Known, pools: Sequence[Pool], last: date) -> tuple[Basis, ...]:
    """Of each pool with a figure: what it gives this programme a year on average until a day, as a number that the plan rests on."""
    out, years = [], (day(last) - day(now.as_of)) / YEAR
    for pool in pools:
        if pool.supply is not None and years > 0.0:
            left = float(central(pool.supply)) * YEAR - float(taken_by_others(now, pool, [last])[0]) / years
            note = f"{pool.says} a year, less what the other programmes have announced by {last}; buyers outside these count nothing"
            out.append(Basis(pool.name, "left by other programmes", left, "W/yr", "assumption", pool.source, "D", note))
    return tuple(out)
