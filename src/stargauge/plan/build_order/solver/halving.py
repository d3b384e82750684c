"""What a branch of the search is halved by: a world kept in part, or a power, a month of start or an accelerator that some plans have."""

from __future__ import annotations

import numpy as np

from stargauge.plan.build_order.case.case import Array, Choice, Mask
from stargauge.plan.build_order.solver.master import Relaxed
from stargauge.plan.build_order.solver.pricing import Cut, Plan, Scaled

Shares = dict[tuple[Choice, ...], float]


def broken_in(scaled: Scaled, relaxed: Relaxed) -> Mask:
    """Worlds that are kept in part: (target, world)."""
    return np.asarray((relaxed.kept > 1e-5) & (relaxed.kept < 1.0 - 1e-5) & (scaled.need > 0.0))


def saved_by(scaled: Scaled, relaxed: Relaxed) -> Array:
    """What keeping worlds in part saves, by target."""
    worth = relaxed.prices.target * scaled.need * (1.0 - relaxed.kept)
    return np.asarray((worth * broken_in(scaled, relaxed)).sum(axis=1))


def world_of(scaled: Scaled, relaxed: Relaxed) -> int:
    """The world to branch on: the least likely one of the target by whose worlds kept in part most is saved. Some are kept in part."""
    broken = broken_in(scaled, relaxed)
    target = int(np.argmax(np.where(broken.any(axis=1), saved_by(scaled, relaxed), -1.0)))
    return int(target * broken.shape[1]) + int(np.argmin(np.where(broken[target], relaxed.kept[target], np.inf)))


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
