"""Buildings as the file has them: when they come and what they add in the run of the programme as it stands.

The programme is run as it stands and with all that is decided given up. What a building of site s adds is its part of the difference:

    own_b(t) = (all_s(t) - begun_s(t)) P_b [runs_b <= t] / sum over decided b' of s of P_b' [runs_b' <= t]      (1)
    added_b(t) = (all(t) - begun(t)) own_b(t) / sum of own(t)                                                  (2)

(2) takes off what is under way and comes later because the decided buildings stand in the same queue. So sites that are left as they stand
add up to the run of the file, draw by draw, and a plan never does worse than to change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.choices import Lot
from stargauge.plan.build_order.case.worlds import days_of, read
from stargauge.programme.known import Known
from stargauge.quantity.dates import from_day
from stargauge.quantity.quantity import STAGES

Array = NDArray[np.float64]

_START, _OPERATIONAL = STAGES.index("under_construction"), STAGES.index("operational")
#: What may be planned for, and how it is asked of a run.
KINDS = {"power_facility": "power_facility[operational{}]", "power_it": "power_it[operational{}]", "compute_h100e": "compute_h100e{}"}
#: What is read of the run of the file.
_READ = ("uncancelled_date", "stage_date", "racks_wanted", "phase_it_power")


def address_of(kind: str, sites: Sequence[str]) -> str:
    """What is asked of a run: a kind of `KINDS` at some sites, at all where none is named."""
    inside = ", ".join(sites)
    if kind == "compute_h100e":
        return f"compute_h100e[{inside}]" if inside else "compute_h100e"
    return KINDS[kind].format(f", {inside}" if inside else "")


class Filed(NamedTuple):
    """Buildings in the run of the file: (draw, building) each, day counts, infinity where there is none; so for further buildings.

    `start`, `ready`, `operation`: whatever is cancelled; `runs`: day of operation, infinity where it is cancelled before. `wanted`: (draw,
    phase of the run with further buildings) day on which racks are wanted. `site`: by building; `months`: day counts of month ends;
    `added`: by kind and sites (none: all), (draw, month) what there is more of than without what is decided. `begun`: P50 of the start of
    work of every phase.
    """

    start: Array
    ready: Array
    operation: Array
    runs: Array
    it_power: Array
    wanted: Array
    site: tuple[str, ...]
    months: Array
    added: Mapping[tuple[str, tuple[str, ...]], Array]
    begun: Mapping[str, date | None]

    def amount(self, kind: str, sites: tuple[str, ...], when: float) -> Array:
        """What each building adds to a kind of target of some sites (all where none is named) by a day: (draw, building). (1), (2)

        Where a part of a hall runs before its power is all on, it is that of the building that comes first.
        """
        out = np.zeros(self.runs.shape)
        month = int(np.searchsorted(self.months, when, side="right")) - 1
        mine = np.array([not sites or one in sites for one in self.site])
        if month < 0 or not mine.any():
            return out
        for site in dict.fromkeys(one for one, of_it in zip(self.site, mine, strict=True) if of_it):
            here = [place for place, one in enumerate(self.site) if one == site]
            more = np.maximum(self.added[kind, (site,)][:, month, None], 0.0)
            out[:, here] = more * _parts(self.runs[:, here], self.it_power[:, here], when)
        total, own = self.added[kind, sites][:, month, None], out.sum(axis=1, keepdims=True)
        known = self.it_power * mine
        even = total * known / np.maximum(known.sum(axis=1, keepdims=True), 1e-300)
        return np.where((own > 0.0) & (total > 0.0), out * total / np.where(own > 0.0, own, 1.0), even)

    def expected(self, last: float) -> tuple[Array, Array, Array]:
        """Means of start, ready and operation by building over the draws in which they come, a last day where they come in none."""
        return tuple(_mean(one, last) for one in (self.start, self.ready, self.operation))  # type: ignore[return-value]


def _mean(days: Array, last: float) -> Array:
    known = np.isfinite(days)
    mean = np.where(known, days, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.asarray(np.where(known.any(axis=0), mean, last))


def _parts(runs: Array, power: Array, when: float) -> Array:
    """Share of each building of a site in what is added there by a day: (draw, building)."""
    own = np.where(runs <= when, power, 0.0)
    first = np.equal(np.arange(runs.shape[1])[None], runs.argmin(axis=1)[:, None]) & np.isfinite(runs)
    own = np.where(own.max(axis=1, keepdims=True) > 0.0, own, first)
    return np.asarray(own / np.maximum(own.sum(axis=1, keepdims=True), 1e-300))


def addresses_of(asked: Iterable[tuple[str, tuple[str, ...]]], lots: Sequence[Lot]) -> dict[tuple[str, tuple[str, ...]], str]:
    """What is asked of a run for `Filed.added`: by kind and sites, those asked for and each site by itself."""
    sites = dict.fromkeys((lot.site,) for lot in lots)
    wanted = [one for kind, of in asked for one in ((kind, of), *((kind, site) for site in sites))]
    return {one: address_of(*one) for one in wanted}


def filed_of(
    now: Known, lots: Sequence[Lot], of: Iterable[tuple[str, tuple[str, ...]]], idle: Mapping[str, Array], phases: Sequence[str],
    draws: int, seed: int,
) -> Filed:  # fmt: skip
    """From a run of what is known as it stands.

    `of`: kinds and sites of targets; `idle`: by address, what there is with all that is decided given up; `phases`: of the axis on which
    `wanted` stands.
    """
    asked = addresses_of(of, lots)
    got = read(now, _READ, draws, seed, [*asked.values()])
    axis = {name: place for place, name in enumerate(now.axes["phase"])}

    def of_lots(values: Array) -> Array:
        return _at([axis.get(lot.id, -1) for lot in lots], values)

    dates, runs = got["uncancelled_date"], got["stage_date"]
    begun = {name: _middle(runs[:, _START, place]) for name, place in axis.items()}
    added = {one: np.nan_to_num(got[name]) - np.nan_to_num(idle[name]) for one, name in asked.items()}
    return Filed(
        of_lots(dates[:, _START]), of_lots(got["racks_wanted"]), of_lots(dates[:, _OPERATIONAL]), of_lots(runs[:, _OPERATIONAL]),
        np.nan_to_num(of_lots(got["phase_it_power"]), posinf=0.0), _at([axis.get(name, -1) for name in phases], got["racks_wanted"]),
        tuple(lot.site for lot in lots), days_of(now.months), added, begun,
    )  # fmt: skip


def _at(places: Sequence[int], values: Array) -> Array:
    """Values (draw, phase) at some places, infinity for what is not there (-1) or has none."""
    out = np.full((len(values), len(places)), np.inf)
    known = np.array([place >= 0 for place in places], dtype=bool)
    out[:, known] = values[:, [place for place in places if place >= 0]]
    return np.asarray(np.where(np.isnan(out), np.inf, out))


def _middle(days: Array) -> date | None:
    """The median day; None where half of the draws or more have none."""
    middle = float(np.quantile(np.nan_to_num(days, nan=np.inf, posinf=np.inf), 0.5, method="lower"))
    return from_day(middle) if np.isfinite(middle) else None


def symbolic_starts(expected: Array, by_site: Sequence[Sequence[int]], spacing: Sequence[int], months: Array) -> NDArray[np.intp]:
    """The month that stands for the start of work of each building of the file: (building,), -1 for one that has none (NaN).

    The nearest to the expected day that leaves the spacing of its site on both sides, so that what the file has is an order of build.
    """
    out = np.full(len(expected), -1, dtype=np.intp)
    for places, gap in zip(by_site, spacing, strict=True):
        here = [place for place in places if np.isfinite(expected[place])]
        before = -gap
        for number, place in enumerate(here):
            latest = len(months) - 1 - gap * (len(here) - 1 - number)
            before = out[place] = min(max(int(np.abs(months - expected[place]).argmin()), before + gap), latest)
    return out
