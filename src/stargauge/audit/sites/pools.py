"""Shared supply: transformers, turbines and grid connections for which several programmes queue, and how much later each gets power."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.sites.standing import POOLS, Standing
from stargauge.catalogue.load import KnownCatalogue
from stargauge.engine.spread import quantiles
from stargauge.engine.streams import BLOCK, stratified, stream_key
from stargauge.programme.fields import assumed_value
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.schedule.network import queued
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]

LEVELS = (0.1, 0.5, 0.9)
#: Days of a year: what a pool gives is kept per day and shown per year.
YEAR = 365.25
#: The work, in days, by which a site that is counted in another file waits in a queue without drawing on it twice.
_NO_WORK = 1e-9
_KIND, _ATTRIBUTE = "lead-time", "supply"
#: Of each pool: its name in the catalogue, where it is shared, what it is, and whose power draws on it.
_ABOUT = {
    "transformers": ("transformer", "US", "large power transformers delivered", "sites in the United States that wait for the grid"),
    "turbines": ("gas-turbine", "world", "gas turbines delivered", "sites with gas turbines of their own that run all year"),
    "queue": ("default", "US", "large loads connected to the grid", "sites in the United States, as far as the grid feeds them"),
}  # fmt: skip

#: Their names in the catalogue, and what is said of them in words.
ENTRIES = tuple(entry for entry, *_ in _ABOUT.values())
SAID = tuple(text for _, _, *texts in _ABOUT.values() for text in texts)


@dataclass(frozen=True)
class Pool:
    """A supply that programmes share. `supply`: power per day it can equip, None where there is no figure.

    `kind`: given, catalogue or none. `scope`: the country whose sites share it, or `world`.
    """

    name: str
    scope: str
    says: str
    drawn_by: str
    supply: float | Distribution | None
    kind: str
    source: str = ""
    note: str = ""

    def drawn(self, draws: int, seed: int) -> Array:
        """The supply in every draw, W/d; endless where there is no figure. A stream of its own, so that nothing else moves it."""
        if self.supply is None:
            return np.full(draws, np.inf)
        if not isinstance(self.supply, Distribution):
            return np.full(draws, self.supply)
        keys = np.array([stream_key(seed, "system", "pool", (self.name,))], dtype=np.uint64)
        return np.asarray(self.supply.ppf(stratified(keys, 0, -(-draws // BLOCK))[0][:draws]))


def pools_of(catalogue: KnownCatalogue, given: Mapping[str, str]) -> tuple[Pool, ...]:
    """The pools with their figures: those given, else those the catalogue has a source for, else none.

    `given`: by name a power per time such as `2 GW/yr` or `1..3 GW/yr`, or `none`. Raises InputError with every fault.
    """
    faults = [
        Fault(
            say('--pool: there is no pool "{name}"{near} (all: {pools})', name=name, near=did_you_mean(name, POOLS), pools=", ".join(POOLS))
        )
        for name in given
        if name not in POOLS
    ]
    made = []
    for name in POOLS:
        try:
            made.append(_pool(name, catalogue, given.get(name)))
        except InputError as error:
            faults += [Fault(say("--pool {name}: {message}", name=name, message=fault.message)) for fault in error.faults]
    if faults:
        raise InputError(faults)
    return tuple(made)


def _pool(name: str, catalogue: KnownCatalogue, given: str | None) -> Pool:
    entry, scope, says, drawn_by = _ABOUT[name]
    if given is not None and given.strip() != "none":
        value = assumed_value(given, "W/d", name)
        least = value.quantile(1e-4) if isinstance(value, Distribution) else value
        if not least > 0.0:
            raise InputError(
                say('got "{given}"; expected more than nothing per year, such as 2 GW/yr, or none where there is no limit', given=given)
            )
        return Pool(name, scope, says, drawn_by, value, "given", "", "as given, no figure of a source")
    if given is None and catalogue.has(_KIND, entry, _ATTRIBUTE):
        found = catalogue.estimate(_KIND, entry, _ATTRIBUTE, "W/d")
        said = found.statements[0]
        if isinstance(found.value, (float, Distribution)):
            return Pool(name, scope, says, drawn_by, found.value, "catalogue", said.source, said.note)
    return Pool(name, scope, says, drawn_by, None, "none")


def pools_text(names: Sequence[str]) -> str:
    """What is shared, in the language that is spoken: `transformers and turbines`."""
    told = {"transformers": say("transformers"), "turbines": say("turbines"), "queue": say("queue", "shared supply")}
    out = told.get(names[0], names[0])
    for name in names[1:]:
        out = say("{one} and {other}", one=out, other=told.get(name, name))
    return out


@dataclass(frozen=True)
class Queuer:
    """A programme before the pools: what it waits for; by phase the country of its site, and whether another file draws for it."""

    made: Standing
    country: tuple[str, ...]
    counted_elsewhere: NDArray[np.bool_]

    def orders(self, pool: Pool) -> Array:
        """Facility power per phase that still has to be equipped from a pool, 0 where none: (draw, phase)."""
        place = POOLS.index(pool.name)
        inside = np.array([where != "" and pool.scope in ("world", where) for where in self.country], dtype=bool)
        made = self.made
        asked = made.waits & inside & np.isfinite(made.due) & np.isfinite(made.lead[:, place]) & (made.gone > made.due)
        return np.where(asked, made.size * made.share[:, place], 0.0)


def delays(pool: Pool, queuers: Sequence[Queuer], supply: Array, shared: bool = True) -> list[Array]:
    """Days by which each programme's phases get power later because the pool gives no more: (draw, phase) each.

    finish_k = max(finish_(k-1), released_k) + P_k / supply,  delay = max(0, finish - due)           (1)

    An order is released its lead time before power is due and served in the order of release, in each draw; what has power is served.
    `shared`: all in one queue, a site in two files once; else each programme alone before the whole pool.
    """
    if not np.isfinite(supply).all():
        return [np.zeros_like(one.made.due) for one in queuers]
    if not shared:
        alone = (Queuer(one.made, one.country, np.zeros_like(one.counted_elsewhere)) for one in queuers)
        return [delays(pool, [one], supply)[0] for one in alone]
    place = POOLS.index(pool.name)
    wanted = [one.orders(pool) for one in queuers]
    power = np.concatenate(wanted, axis=1)
    due = np.concatenate([one.made.due for one in queuers], axis=1)
    lead = np.concatenate([one.made.lead[:, place] for one in queuers], axis=1)
    elsewhere = np.concatenate([one.counted_elsewhere for one in queuers])
    asked = power > 0.0
    work = np.where(asked, np.where(elsewhere, _NO_WORK, power / supply[:, None]), 0.0)
    released = np.where(asked, due - np.maximum(np.nan_to_num(lead), 0.0), np.inf)
    late = np.where(asked, np.maximum(queued(released, work) - np.where(asked, due, 0.0), 0.0), 0.0)
    return list(np.split(late, np.cumsum([one.shape[1] for one in wanted])[:-1], axis=1))


def longest(parts: Sequence[Sequence[Array]], queuers: Sequence[Queuer]) -> list[Array]:
    """Of each programme the longest delay over pools: power comes when the last of them is there."""
    return [
        np.maximum.reduce([part[place] for part in parts] or [np.zeros_like(one.made.due)]) for place, one in enumerate(queuers)
    ]  # fmt: skip


def mean_days(days: Array, queuer: Queuer) -> Array:
    """Days later, mean over the power of a programme that still waits for it, in each draw; nought where nothing does."""
    made = queuer.made
    weight = np.where(made.waits & np.isfinite(made.due), made.size, 0.0)
    whole = weight.sum(axis=1)
    return np.asarray((np.where(weight > 0.0, days, 0.0) * weight).sum(axis=1) / np.where(whole > 0.0, whole, 1.0))


def levels(values: Array) -> dict[str, float | None]:
    """P10, P50 and P90 over draws by name; None where one is absent."""
    found = quantiles(values, LEVELS)
    return {f"p{100 * level:g}": float(one) if np.isfinite(one) else None for level, one in zip(LEVELS, found, strict=True)}


def asked_by_year(pool: Pool, queuers: Sequence[Queuer], years: Sequence[int], ends: Array) -> list[dict[str, Any]]:
    """Facility power that wants to be equipped from a pool in each year, by the day on which power is due: the years in which some is."""
    total = np.zeros((len(queuers[0].made.due), len(years)))
    for one in queuers:
        power = np.where(one.counted_elsewhere, 0.0, one.orders(pool))
        place = np.searchsorted(ends, one.made.due)
        for year in range(len(years)):
            total[:, year] += np.where(place == year, power, 0.0).sum(axis=1)
    found = {year: levels(total[:, at]) for at, year in enumerate(years)}
    return [{"year": year, "power": power} for year, power in found.items() if power["p90"]]


def pool_data(pool: Pool, supply: Array, late: Sequence[Array], asked: list[dict[str, Any]]) -> dict[str, Any]:
    """A pool as plain data: its figure per year, what is asked of it, in which share of worlds somebody waits for it."""
    bound = np.logical_or.reduce([(days > 0.0).any(axis=1) for days in late])
    return {
        "name": pool.name, "says": pool.says, "scope": pool.scope, "drawn_by": pool.drawn_by, "kind": pool.kind, "source": pool.source,
        "note": pool.note, "supply": None if pool.supply is None else levels(supply * YEAR), "unit": "W/yr", "base": "facility",
        "asked": asked, "binds": None if pool.supply is None else float(bound.mean()),
    }  # fmt: skip
