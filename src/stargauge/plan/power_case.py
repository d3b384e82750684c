"""What is asked of a supply: the load, what can be had, the limits, and how it is tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from stargauge.plan.dispatched import Tested
from stargauge.plan.offers import Offering, Offers
from stargauge.plan.options import Array, BatteryOption, Limits, PlantOption
from stargauge.plan.stated import Stated
from stargauge.plan.supply_program import Supply

#: Share of the highest hour below which a size is not shown, and share of the load below which energy is none.
_DUST, NO_ENERGY = 1e-3, 1e-6


@dataclass(frozen=True)
class PowerCase:
    """What is asked: a load (W by hour, facility), what can be had, limits; and how it is tested.

    `tests`: output of sun and wind over other years, by name (hour, year), with the numbers of these years. `missing`: share of the energy
    that may be missing in nine of ten of these tests. `same_weather`: the years are those it is sized on.
    `test_load`: what the load of the plan's hours is in these years (hour, year); the same where left out. `stated`: what is there already;
    `backups`: what of it stands by in the test and is not planned with.
    `reading`: the catalogue that the offers are read from, for the range of the cost. `water`: L in the hall per Wh of the load,
    `upstream`: L per Wh by plant; `gas_upstream`: g of CO2e per Wh of gas before it is burnt; absent where nobody says.
    """

    load: Array
    start: date | None
    offers: Offers
    limits: Limits
    tests: Mapping[str, Array]
    test_years: tuple[int, ...]
    missing: float = 1e-4
    draws: int = 256
    seed: int = 0
    same_weather: bool = False
    test_load: Array | None = None
    stated: tuple[Stated, ...] = ()
    backups: tuple[PlantOption, ...] = ()
    reading: Offering | None = None
    water: float | None = None
    upstream: Mapping[str, float | None] = field(default_factory=dict)
    gas_upstream: float | None = None

    @property
    def there(self) -> dict[str, Stated]:
        """What is there already and planned with, by its name in the plan."""
        return {one.name: one for one in self.stated if one.used}

    @property
    def tested_load(self) -> Array:
        """The load of the plan's hours in the years of the test: (hour,) where it is that of the plan, else (hour, year)."""
        return self.load if self.test_load is None else self.test_load

    @property
    def peak(self) -> float:
        """W of the highest hour, of the plan or of the test."""
        return max(float(self.load.max()), float(self.tested_load.max()))

    @property
    def plants(self) -> list[PlantOption]:
        """Plants that are there before the plan ends."""
        return [plant for plant in self.offers.plants if plant.ready < len(self.load)]

    @property
    def batteries(self) -> list[BatteryOption]:
        """Batteries that are there before the plan ends."""
        return [battery for battery in self.offers.batteries if battery.ready < len(self.load)]

    @property
    def standing_by(self) -> list[PlantOption]:
        """Backups that are there before the plan ends."""
        return [plant for plant in self.backups if plant.ready < len(self.load)]

    def with_backups(self, supply: Supply) -> Supply:
        """A supply with what stands by beside it, as it is tested."""
        return replace(supply, sizes={**supply.sizes, **{plant.name: plant.most for plant in self.standing_by}})

    @property
    def allowed(self) -> float:
        """Share of the energy that may be missing in the test, in nine of ten histories."""
        return max(self.limits.shortfall, self.missing)

    def enough(self, test: Tested) -> bool:
        """Whether a test is passed."""
        return bool(np.quantile(test.missing, 0.9) <= self.allowed)

    def seen(self, size: float) -> float:
        """A size; nothing where it is so small beside the load that nobody builds it: the method leaves such sizes."""
        return size if size > _DUST * float(self.load.max()) else 0.0
