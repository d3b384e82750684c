"""The option that a branch of the search is halved by: a power, a month of start or an accelerator that some plans have and others not."""

from __future__ import annotations

import numpy as np

from stargauge.plan.build_order.case import Choice
from stargauge.plan.build_order.pricing import Cut, Plan, Scaled

Shares = dict[tuple[Choice, ...], float]


def halving(scaled: Scaled, shares: list[Shares]) -> Cut:
    """The power, start or accelerator whose share is nearest to a half; `shares`: of plans, by site. Some site has more than one plan."""
    found: dict[Cut, float] = {}
    for site, own in enumerate(shares):
        if len(own) > 1:
            found |= {cut: share for cut, share in _shared(scaled, site, own).items() if _splits(scaled, cut, own)}
    return min(found, key=lambda cut: (abs(found[cut] - 0.5), cut))


def _shared(scaled: Scaled, site: int, own: Shares) -> dict[Cut, float]:
    months = len(scaled.case.months)
    out: dict[Cut, float] = {}
    starts = sorted({one.start for choices in own for one in choices})
    for choices, share in own.items():
        if choices:
            out[Cut("power", site, choices[0].power, True)] = out.get(Cut("power", site, choices[0].power, True), 0.0) + share
        for one in choices:
            for month in [*[start for start in starts if start >= one.start], months - 1]:
                cut = Cut("start", one.building, month, True)
                out[cut] = out.get(cut, 0.0) + share
            out[Cut("chip", one.building, one.chip, True)] = out.get(Cut("chip", one.building, one.chip, True), 0.0) + share
    return out


def _splits(scaled: Scaled, cut: Cut, own: Shares) -> bool:
    """Whether both halves leave out some of the plans."""
    site = cut.at if cut.kind == "power" else scaled.case.buildings[cut.at].site
    nothing = np.zeros(0)
    plans = [Plan(site, choices, 0.0, nothing, nothing) for choices in own]
    inside = [scaled.held(plan, (cut,)) for plan in plans]
    outside = [scaled.held(plan, (cut._replace(inside=not cut.inside),)) for plan in plans]
    return not all(inside) and not all(outside)
