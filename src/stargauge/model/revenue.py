"""What contracts bring in as capacity runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.timeline import flow

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")


@quantity("1", "draw line month")
def contract_delivered_share(
    power_it: Array, site_it_power: Array, line_serves: Array, line_power: Array, line_is_contract: Array
) -> Array:
    """Share of a contract's capacity that is delivered: power running at the sites it is served from over power contracted, at most one.

    s = min(1, P_running / P_contracted); P_contracted as stated, else all that those sites are planned for   (1)

    Axes: draw, line, month. Units: 1; zero for lines that are no contract. Leaves out: capacity of a site that is rented to others.
    """
    out = np.zeros((power_it.shape[0], len(line_power), power_it.shape[3]))
    running = np.where(np.isnan(power_it[:, _OPERATIONAL]), 0.0, power_it[:, _OPERATIONAL])
    for line in np.flatnonzero(line_is_contract > 0.5):
        sites = np.flatnonzero(line_serves[:, line] > 0.5)
        planned = site_it_power[:, sites].sum(axis=1)
        contracted = planned if np.isnan(line_power[line]) else np.full(len(planned), line_power[line])
        share = running[:, sites].sum(axis=1) / np.where(contracted > 0.0, contracted, np.inf)[:, None]
        np.minimum(1.0, share, out=out[:, line])
    return out


@quantity("USD", "draw line month", flow=True)
def revenue(
    contract_delivered_share: Array, line_amount: Array, line_term: Array, line_is_contract: Array, contract_default_date: Array,
    month_hours: Array, month_end: Array,
) -> Array:  # fmt: skip
    """What a lease or cloud contract brings in within each month: its yearly rate times the share delivered, until its amount is used up.

    R(m) = A / term * days of the month * s(m), with sum R <= A; nothing once customer and guarantor are in default   (1)

    Axes: draw, line, month. Units: USD of the day (contracts are nominal). Zero for lines that are no contract; absent (NaN) for a contract
    without amount or term. Leaves out: prepayments, minimum take, delay damages, price steps. Contracts are claims on the assets: never
    add them to capital, nor to one another (money may go round).
    """
    out = np.zeros(contract_delivered_share.shape)
    stated = np.isfinite(line_amount).any(axis=0) & np.isfinite(line_term)
    out[:, (line_is_contract > 0.5) & ~stated] = np.nan
    for line in np.flatnonzero((line_is_contract > 0.5) & stated):
        per_day = line_amount[:, line, None] / line_term[line]
        paid = contract_delivered_share[:, line] * (contract_default_date[:, line, None] > month_end)
        so_far = np.cumsum(per_day * paid * (month_hours / 24.0), axis=1)
        out[:, line] = flow(np.minimum(so_far, line_amount[:, line, None]))
    return out
