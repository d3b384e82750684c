"""Random cases of an order of build, small enough to try out everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import BuildCase, Building, Limit, Target

FIRST_MONTH = 2027 * 12


class Tiny(NamedTuple):
    """A case, and what makes the same with another day of its target (its place)."""

    case: BuildCase
    with_day: Callable[[int, date], BuildCase]


def month_end(index: int) -> date:
    """End of a month counted from the year nought."""
    return date((index + 1) // 12, (index + 1) % 12 + 1, 1) - timedelta(days=1)


def tiny(
    seed: int, *, amount: float = 0.5, probability: float = 0.6, months: int = 4, worlds: int = 5, money: float | None = None, by: int = 14,
    spacing: int = 1, least: bool = False,
) -> Tiny:  # fmt: skip
    """Two sites with two and one buildings, two powers, two chips. `amount`: as a share of all there is; `money`: USD, `by`: in months."""
    rng = np.random.default_rng(seed)
    site = [0, 0, 1]
    it = rng.uniform(100e6, 300e6, 3)
    buildings = tuple(Building(f"b{at}", site[at], float(it[at]), 1.3 * float(it[at])) for at in range(3))
    takes = rng.integers(4, 12, (3, 2, 2, 1, worlds)) + rng.integers(0, 4, worlds)
    ready = np.arange(months)[:, None] + takes  # (building, power, chip, start, world), in months
    cost = 1.2 * it[:, None, None, None] * rng.uniform(25, 40, (3, 2, 2, 1)) * 1.006 ** -np.arange(months)
    gains = np.repeat(it[None, :, None, None] * 1.3, 2, axis=2) * rng.uniform(0.95, 1.05, (1, 3, 1, worlds))
    limits = () if money is None else (Limit("in all", "money", money, "USD", cost),)
    weights = rng.uniform(0.5, 1.5, worlds)
    target = Target("power", amount * 1.3 * float(it.sum()), "W", month_end(FIRST_MONTH + by), probability)
    case = BuildCase(
        ("here", "there"), buildings, ("grid", "gas"), ("old", "new"), tuple(month_end(FIRST_MONTH + m) for m in range(months)),
        np.ones((3, 2, 2, months), dtype=bool), cost, gains, ready[None] <= by, np.zeros((1, worlds)), weights / weights.sum(), (target,),
        limits, (1.5 * float(it[0]), 0.0) if least else (), (spacing, spacing),
    )  # fmt: skip

    def with_day(place: int, day: date) -> BuildCase:
        assert place == 0
        until = day.year * 12 + day.month - 1 - FIRST_MONTH
        return replace(case, there=ready[None] <= until, targets=(case.targets[0]._replace(day=day),))

    return Tiny(case, with_day)
