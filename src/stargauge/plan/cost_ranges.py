"""What a sized supply costs over the catalogue's ranges of prices: sizes and energies kept, every price drawn.

Each draw gets prices of its own: capital, life, discount rate, upkeep, heat rates, contracts, delivery, and the price of gas,

    gas = expected exp(s z),    grid = wholesale exp(b s z) + delivery                                      (1)

with `s` the volatility of a yearly mean and `b` by how much power follows gas, as in the programme's own model. Rows are drawn apart from
one another; what two kinds share, as the price of gas, is the same for both. Left out: what other sizes would be best at other prices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from stargauge.plan.offers import GAS, RENTED, Offering, Offers
from stargauge.plan.options import Array, BatteryOption, PlantOption
from stargauge.plan.stated import Stated, stated_plant
from stargauge.plan.supply_program import YEAR, Supply
from stargauge.quantity.distribution import STANDARD_NORMAL, Distribution
from stargauge.quantity.statement import Estimate

#: What of a row is a price, or makes one.
_PRICED = frozenset((
    "capex", "capex_energy", "om_fixed", "om_variable", "life", "discount_rate", "heat_rate", "price", "fee_share", "delivery_adder",
    "lcoe",
))  # fmt: skip
_FUEL, _MARKETS = "natural-gas", "grid-us"


class Priced(Offering):
    """The same catalogue read with every price at its place in a draw; all else stands at its median."""

    def __init__(self, reading: Offering, draws: int, seed: int) -> None:
        vars(self).update(vars(reading))
        self.offers = Offers()
        self.count, self.seed, self.draw = draws, seed, 0
        self._places: dict[str, Array] = {}

    def number(self, kind: str, name: str, attribute: str, unit: str) -> float:
        """A value in this draw."""
        middle = super().number(kind, name, attribute, unit)
        if attribute not in _PRICED:
            return middle
        found = self.catalogue.estimate(kind, name, attribute, unit).value
        drawn = self._drawn(found, f"{kind}/{name}/{attribute}") if isinstance(found, Distribution) else middle
        return drawn * self._with_gas(name) if kind == "energy" and attribute == "price" else drawn

    def _keep(self, of: str, what: str, value: float, unit: str, found: Estimate) -> None:
        """Nothing: what the offers rest on is on record."""

    def _drawn(self, found: Distribution, key: str) -> float:
        if key not in self._places:
            self._places[key] = np.asarray(found.ppf(_places(key, self.count, self.seed)))
        return float(self._places[key][self.draw])

    def _with_gas(self, name: str) -> float:
        """What the price of gas in this draw makes of a price that follows it."""
        if name != _FUEL and not name.startswith("grid-"):
            return 1.0
        follows = 1.0 if name == _FUEL else super().number("energy", _MARKETS, "price_follows_gas", "1")
        spread = super().number("energy", _FUEL, "price_volatility", "1")
        return float(np.exp(follows * spread * self._drawn(STANDARD_NORMAL, "price of gas")))

    def solar(self, name: str) -> PlantOption:
        """Without its output, which no price moves."""
        return PlantOption(name, name, self.solar_cost(name), chosen=False)

    def wind(self, name: str) -> PlantOption:
        """Without its output, which no price moves."""
        return PlantOption(name, name, 0.0, running_cost=self.number("energy", name, "lcoe", "USD/Wh"), chosen=False)


def _places(key: str, count: int, seed: int) -> Array:
    """A share of each draw, evenly spread over 0 to 1, in an order of the key's own."""
    digest = blake2b(f"{seed}\x1f{key}".encode(), digest_size=16).digest()
    order = np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little"))).permutation(count)
    return np.asarray((order + 0.5) / count)


@dataclass(frozen=True)
class Spent:
    """What a supply costs in each draw at the medians of prices (USD a year), what it serves (Wh a year), what each plant gives, and the
    share of the time in which each part is there.
    """

    money: Array
    served: Array
    energy: Mapping[str, Array]
    there: Mapping[str, float]


def cost_range(
    reading: Offering, seed: int, supply: Supply, spent: Spent, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption],
    stated: Mapping[str, Stated],
) -> Array:  # fmt: skip
    """USD per Wh served in each draw, with prices of its own."""
    draws, money = Priced(reading, len(spent.money), seed), spent.money.copy()
    sized = [plant for plant in plants if supply.sizes[plant.name] > 0.0]
    held = [one for one in batteries if one.name not in stated and supply.sizes[one.name] > 0.0]
    for draw in range(draws.count):
        draws.draw = draw
        for plant in sized:
            money[draw] += _dearer(plant, _again(draws, plant, stated), supply, spent, draw)
        for battery in held:
            money[draw] += _dearer_battery(battery, draws.battery(battery.name), supply) * spent.there[battery.name]
    return np.asarray(money / spent.served)


def _again(made: Priced, plant: PlantOption, stated: Mapping[str, Stated]) -> PlantOption:
    if plant.name in stated:
        return stated_plant(made, stated[plant.name])
    offered: Callable[[str], PlantOption] = (
        made.gas if plant.name in GAS else made.rented if plant.name == RENTED else getattr(made, plant.name.replace("-", "_"))
    )
    return offered(plant.name)


def _dearer(usual: PlantOption, drawn: PlantOption, supply: Supply, spent: Spent, draw: int) -> float:
    """USD a year that a plant costs more than at the medians; what gives without a choice is paid for all it could give."""
    size, there = supply.sizes[usual.name], spent.there[usual.name]
    energy = spent.energy[usual.name][draw] if usual.chosen and usual.name in spent.energy else 0.0
    given = energy if usual.chosen else size * YEAR * float(np.mean(usual.output)) * there
    running = float(np.mean(drawn.running_cost)) - float(np.mean(usual.running_cost))
    return size * (drawn.yearly_cost - usual.yearly_cost) * there + float(given) * running


def _dearer_battery(usual: BatteryOption, drawn: BatteryOption, supply: Supply) -> float:
    power = supply.sizes[usual.name] * (drawn.yearly_cost_power - usual.yearly_cost_power)
    return power + supply.sizes[f"{usual.name} energy"] * (drawn.yearly_cost_energy - usual.yearly_cost_energy)
