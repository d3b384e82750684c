"""Random cases of an order of build, from tiny ones to the size of Stargate, their worlds groups of draws that are alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import Array, BuildCase, Building, Limit, Target
from stargauge.plan.build_order.case.standing_for import groups_of_draws, plans_at_random

#: Waits for power in months (median, sigma of its logarithm) and USD per W, of some kinds of it.
POWERS = {"grid": (50.0, 0.35, 0.1), "gas-engine": (14.0, 0.3, 1.6), "gas-turbine": (36.0, 0.3, 1.2), "combined-cycle": (48.0, 0.3, 1.4)}
POWERS |= {"fuel-cell": (18.0, 0.3, 3.0), "bridge": (5.0, 0.3, 4.0)}
#: Draws of a world, and plans at random by which they are told apart.
DRAWS, PLANS = 20, 60
#: Months in a year; nought is one a year of discount of eight per cent.
YEAR, DISCOUNT = 12, 0.08


class Size(NamedTuple):
    """How large a random case is; `shares`: of all that could be built, the amount of each target, and its month of day.

    `common`: how far waits and times of building go together over all sites, as a correlation of their logarithms with what they share. In
    a programme that is most of what tells draws apart; at nought worlds differ by the chances of a few draws alone.
    """

    sites: int = 7
    buildings: int = 46
    months: int = 96
    powers: int = 6
    chips: int = 4
    worlds: int = 50
    shares: tuple[tuple[float, int], ...] = ((0.7, 72),)
    probability: float = 0.8
    limits: int = 10
    money: float = 0.0
    common: float = 0.9


def random_case(seed: int, size: Size) -> BuildCase:
    """A case by chance: waits, times of building and prices as in a programme; a share of `money` above nought limits capital by year."""
    chance, draws = np.random.default_rng(seed), size._replace(worlds=DRAWS * size.worlds)
    shared, at, powers = chance.standard_normal(draws.worlds), _sites_of(chance, size), list(POWERS)[: size.powers]
    waits = _waits(chance, draws, shared)
    power = np.round(chance.uniform(100.0, 330.0, size.buildings)) * 1e6
    ready, ships = _ready(chance, draws, at, waits, shared), _ships(chance, draws)
    under_way = 0.1 * power.sum() * (1.0 - 0.15 * size.common * shared + 0.05 * chance.standard_normal(draws.worlds))
    group = _groups(ready, ships, size, at, power, under_way, seed)
    there = _there(ready, ships, size, group)
    gains = np.broadcast_to(power[None, :, None, None], (len(size.shares), size.buildings, size.chips, size.worlds)).copy()
    if len(size.shares) > 1:  # the last target is computing power: newer chips give more
        gains[-1] *= np.linspace(1.0, 1.8, size.chips)[None, :, None]
    cost = _cost(chance, size, at, power, powers)
    fixed = np.tile([under_way[draws].mean() for draws in group], (len(size.shares), 1))
    whole = gains.max(axis=2).sum(axis=1).mean(axis=1)
    targets = tuple(
        Target(f"target {place}", float(share * whole[place]), "W", date(2027 + day // YEAR, 12, 31), size.probability)
        for place, (share, day) in enumerate(size.shares)
    )
    buildings = tuple(Building(f"b{n}", int(site), float(it), float(1.3 * it)) for n, (site, it) in enumerate(zip(at, power, strict=True)))
    months = tuple(date(2027 + month // YEAR, month % YEAR + 1, 28) for month in range(size.months))
    allowed = np.ones(cost.shape, dtype=bool)
    allowed &= chance.uniform(size=(size.buildings, size.powers, 1, 1)) < 0.95
    least = tuple(float(one) for one in chance.choice([0.0, 0.3e9, 0.5e9 if size.buildings > 10 else 0.0], size.sites))
    spacing = tuple(int(gap) for gap in chance.integers(0, 3, size.sites))
    case = BuildCase(
        tuple(f"s{n}" for n in range(size.sites)), buildings, tuple(powers), tuple(f"chip {n}" for n in range(size.chips)), months,
        allowed, cost, gains, there, fixed, np.full(size.worlds, 1.0 / size.worlds), targets, (), least, spacing,
    )  # fmt: skip
    return _limited(case, size, chance)


def _groups(ready: Array, ships: Array, size: Size, at: np.ndarray, power: Array, fixed: Array, seed: int) -> list[np.ndarray]:
    """Draws of each world, by what plans at random run by the day of each target."""
    by_site, spacing = [list(np.flatnonzero(at == site)) for site in range(size.sites)], [1] * size.sites
    offered = np.ones((size.buildings, size.powers), dtype=bool)
    plans = plans_at_random(by_site, offered, spacing, size.chips, size.months, PLANS, seed)
    plans = [plan for plan in plans if plan.size]
    runs = [np.maximum(ready[plan[0], plan[1], plan[3]], ships[plan[2]]) for plan in plans]
    reached = [fixed + power[plan[0]] @ (run <= day) for plan, run in zip(plans, runs, strict=True) for _, day in size.shares]
    group = groups_of_draws(np.stack(reached), (), np.zeros(len(fixed)), size.worlds).group
    return [np.flatnonzero(group == world) for world in range(size.worlds)]


def _there(ready: Array, ships: Array, size: Size, group: list[np.ndarray]) -> Array:
    """Share of the draws of each world in which an option runs by the day of a target."""
    out = np.empty((len(size.shares), *ready.shape[:2], size.chips, size.months, size.worlds))
    for world, draws in enumerate(group):
        for target, (_, day) in enumerate(size.shares):
            by_chip = (ships[:, draws] <= day)[None, None, :, None]
            out[target, ..., world] = ((ready[..., draws] <= day)[:, :, None] & by_chip).mean(axis=-1)
    return out


def _sites_of(chance: np.random.Generator, size: Size) -> np.ndarray:
    more = chance.integers(0, size.sites, max(size.buildings - size.sites, 0))
    return np.sort(np.concatenate([np.arange(min(size.sites, size.buildings)), more]))


def _waits(chance: np.random.Generator, size: Size, shared: Array) -> Array:
    """Months until power, by (site, power, draw)."""
    rows = list(POWERS.values())[: size.powers]
    own = chance.standard_normal((size.sites, size.powers, size.worlds))
    median, sigma = (np.array([row[place] for row in rows])[None, :, None] for place in (0, 1))
    site = np.exp(0.2 * chance.standard_normal((size.sites, size.powers, 1)))
    return np.asarray(median * site * np.exp(sigma * _together(size.common, shared, own)) * min(1.0, size.months / 60))


def _together(common: float, shared: Array, own: Array) -> Array:
    return np.asarray(common * shared + (1.0 - common**2) ** 0.5 * own)


def _ready(chance: np.random.Generator, size: Size, at: np.ndarray, waits: Array, shared: Array) -> Array:
    """Month in which a building runs, by (building, power, start, draw): built, powered, fitted."""
    site = chance.standard_normal((size.sites, size.worlds))[at]
    own = chance.standard_normal((size.buildings, size.worlds))
    scale = min(1.0, size.months / 60)
    built = scale * chance.uniform(12.0, 30.0, (size.buildings, 1)) * np.exp(0.18 * _together(size.common, shared, 0.8 * site + 0.6 * own))
    fitted = scale * 4.0 * np.exp(0.3 * chance.standard_normal(size.worlds))
    start = np.arange(size.months)
    hall = start[None, None, :, None] + built[:, None, None, :]
    # what waits for power is asked for with the first work at a site; half of it runs before the start
    power = 0.5 * start[None, None, :, None] + waits[at][:, :, None, :]
    return np.asarray(np.maximum(hall, power) + fitted)


def _ships(chance: np.random.Generator, size: Size) -> Array:
    """Month from which a chip is had, by (chip, draw)."""
    return np.asarray(np.arange(size.chips)[:, None] * size.months / 8 + chance.uniform(0.0, 4.0, (1, size.worlds)))


def _cost(chance: np.random.Generator, size: Size, at: np.ndarray, power: Array, powers: list[str]) -> Array:
    """USD, present value, by (building, power, chip, start)."""
    base = 30.0 * chance.uniform(1.0, 1.25, size.sites)[at] * chance.uniform(0.97, 1.03, size.buildings)
    plant = np.array([POWERS[name][2] for name in powers]) * chance.uniform(0.8, 1.2, (size.sites, len(powers)))[at]
    chip = 1.0 + 0.1 * np.arange(size.chips)
    later = (1.0 + DISCOUNT) ** (-np.arange(size.months) / YEAR)
    per_watt = (base[:, None, None] * chip[None, None, :] + plant[:, :, None])[..., None] * later
    return np.asarray(per_watt * power[:, None, None, None])


def _limited(case: BuildCase, size: Size, chance: np.random.Generator) -> BuildCase:
    """With limits: capital by year where money is one, then power by site, pools of plants, starts by year."""
    _, power, chip, start = np.indices(case.cost.shape, sparse=True)
    it = np.array([one.it_power for one in case.buildings])[:, None, None, None]
    undone = case.cost * (1.0 + DISCOUNT) ** (start / YEAR)
    limits: list[Limit] = []
    if size.money:
        for year in range(min(-(-size.months // YEAR), size.limits)):
            spent = 0.5 * undone * ((start // YEAR == year) + 1.0 * (start // YEAR + 1 == year))
            limits.append(Limit(f"year {year}", "money", size.money, "USD", spent))
    ones = np.ones(case.cost.shape)
    for number in range(size.limits - len(limits)):
        kind, most = number % 3, float(chance.uniform(0.5, 0.9)) * float(it.sum())
        part = (power == number % size.powers, start // YEAR == number % (size.months // YEAR + 1), chip == number % size.chips)[kind]
        use = it * part * ones
        limits.append(Limit(f"{number}", ("pool", "crew", "chips")[kind], most, "W", use))
    return replace(case, limits=tuple(limits))


def tiny(seed: int) -> BuildCase:
    """A case that can be tried out whole."""
    chance = np.random.default_rng(seed)
    shares = tuple((float(chance.uniform(0.2, 0.7)), int(chance.integers(4, 10))) for _ in range(int(chance.integers(1, 3))))
    size = Size(
        int(chance.integers(2, 4)), int(chance.integers(3, 5)), 4, 2, 2, int(chance.integers(4, 7)), shares,
        float(chance.choice([0.5, 0.7, 0.8, 1.0])), int(chance.integers(0, 4)), float(chance.choice([0.0, 5e9, 8e9])),
    )  # fmt: skip
    return random_case(seed + 1, size)
