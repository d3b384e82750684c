"""The unit prices behind an option, read once: the model's own as means over its draws, plants at the catalogue's medians.

Each is kept with what it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.sample import central
from stargauge.engine.simulate import inputs_of, model_graph
from stargauge.plan.build_order.case.choices import FILE, GAS_POWERS
from stargauge.plan.build_order.case.costs import Building, Chips, Money, Supply
from stargauge.plan.build_order.case.worlds import Worlds, read
from stargauge.plan.offers import Basis, basis_of
from stargauge.programme.known import Known
from stargauge.quantity.dates import day
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import COMPONENTS, DTYPES, SOURCES
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import YEAR_HOURS

Array = NDArray[np.float64]

_GENERATION = COMPONENTS.index("generation")
_GRID, _GAS, _CELLS = (SOURCES.index(name) for name in ("grid", "gas", "fuel_cell"))
_YEAR = 365.25  # days
#: What is read of the model, and what it is told as.
READ = (
    "construction_components", "construction_price_drift", "construction_middle_share", "equipment_unit_cost", "equipment_price_drift",
    "equipment_payment_lead", "network_cost_share", "storage_cost_share", "load_factor", "pue", "wue", "grid_price", "energy_price",
    "supply_energy", "supply_emission_factor", "grid_emission_factor", "gas_heat_rate", "land_per_power", "building_life",
    "accelerator_life", "maintenance_share_building", "maintenance_share_equipment", "insurance_share", "property_tax_share",
    "staff_cost_per_power", "embodied_per_it_power", "hall_filled", "price_date", "accelerator_it_power", "design_power_ratio",
)  # fmt: skip
#: What the computing power of accelerators is made of.
COMPUTING = ("accelerator_it_power", "accelerator_peak", "h100_peak", "hall_filled")


@dataclass
class UnitPrices:
    """What the model and the catalogue say as known on a day; what is read joins `basis`."""

    known: Known
    got: dict[str, Array]
    basis: list[Basis] = field(default_factory=list)

    @classmethod
    def of(cls, known: Known, draws: int, seed: int) -> UnitPrices:
        """Read from an ordinary run of what is known."""
        return cls(known, read(known, READ, draws, seed))

    def number(self, kind: str, name: str, attribute: str, unit: str) -> float:
        """The median of a value of the catalogue; it joins the basis. Raises InputError where there is none."""
        found = self.known.catalogue.estimate(kind, name, attribute, unit)
        value = float(central(found.value))
        if np.isnan(value):
            raise InputError(
                say(
                    "the catalogue has no {attribute} of {kind}/{name}; add a row {kind},{name},{attribute},VALUE,{unit},...",
                    attribute=attribute,
                    kind=kind,
                    name=name,
                    unit=unit,
                )
            )
        self._keep(basis_of(name, attribute, value, unit, found))
        return value

    def mean(self, name: str) -> Array:
        """The mean over draws of a quantity of the model."""
        values = self.got[name]
        return np.asarray(values.mean(axis=0) if "draw" in model_graph().quantities[name].axes else values)

    def scalar(self, name: str) -> float:
        """The mean of a quantity that is one number; it joins the basis, with what its newest statement says where it is an input."""
        value, made = float(self.mean(name)), model_graph().quantities[name]
        if made.is_input:
            (found,) = inputs_of(self.known, [name])[name].estimates
            self._keep(basis_of("model", name, value, made.unit, found))
        return value

    def by_site(self, name: str, values: Array, unit: str) -> Array:
        """Means by site of something the model computes; they join the basis as such."""
        for site, value in zip(self.known.axes["site"], values, strict=True):
            self._keep(Basis(site, name, float(value), unit, "computed", "", "", f"mean over draws; stargauge explain {name}"))
        return values

    def _keep(self, one: Basis) -> None:
        if one not in self.basis:
            self.basis.append(one)


def money_of(read: UnitPrices) -> Money:
    """What turns money into present value: the real rate of the catalogue, today, the end of the clock, lives and drifts."""
    return Money(
        day(read.known.as_of), day(read.known.months[-1]), float(read.mean("price_date")),
        read.number("energy", "default", "discount_rate", "1"), read.scalar("construction_price_drift"),
        read.scalar("equipment_price_drift"), read.scalar("construction_middle_share"), read.scalar("equipment_payment_lead"),
        read.scalar("building_life"), read.scalar("accelerator_life"),
    )  # fmt: skip


def building_of(read: UnitPrices, made: Worlds) -> Building:
    """What every building costs and draws, at means over the draws: hall, upkeep, staff, load, water and land."""
    site = made.site
    components = read.mean("construction_components")
    hall = read.by_site("construction_unit_capex, without generation", components.sum(axis=0) - components[_GENERATION], "USD/W")
    load = read.by_site("load_factor", read.mean("load_factor"), "1")
    pue = read.by_site("pue", read.mean("pue").mean(axis=-1), "1")
    wue = read.by_site("wue", read.mean("wue").mean(axis=-1), "L/Wh")
    staff = read.by_site("staff_cost_per_power", read.mean("staff_cost_per_power"), "USD/W/d")
    of_hall = sum(read.scalar(name) for name in ("maintenance_share_building", "insurance_share", "property_tax_share"))
    upkeep = hall * of_hall + equipment_price(read) * read.scalar("maintenance_share_equipment")
    it_power, facility_power = made.it_power.mean(axis=0), made.facility_power.mean(axis=0)
    return Building(
        it_power, facility_power, it_power * (load * pue)[site], hall[site], upkeep[site], _YEAR * staff[site],
        it_power * (load * wue)[site] * YEAR_HOURS, facility_power * read.scalar("land_per_power"),
    )  # fmt: skip


def equipment_price(read: UnitPrices) -> float:
    """The model's price of equipment, USD per W of IT power, whatever the chip."""
    return read.scalar("equipment_unit_cost")


def chips_of(read: UnitPrices, chips: Sequence[str], powers: Sequence[str]) -> Chips:
    """What equipment costs by power and chip: its own price where the catalogue has one, with its network and storage, else the model's.

    c = price / IT power per accelerator * filled / (1 - network - storage), filled: share of IT power that holds accelerators   (1)

    Of a site that is left as the file has it the model's: its accelerators are those of the file.
    """
    axis = read.known.axes["chip"]
    rest = 1.0 - read.scalar("network_cost_share") - read.scalar("storage_cost_share")
    filled, power = read.scalar("hall_filled"), read.mean("accelerator_it_power")
    own = [
        read.number("accelerator", chip, "price", "USD") / power[axis.index(chip)] * filled / rest
        if read.known.catalogue.has("accelerator", chip, "price")
        else np.nan
        for chip in chips
    ]
    price = np.tile(np.array(own, dtype=np.float64), (len(powers), 1))
    price[[power == FILE for power in powers]] = np.nan
    usual = np.isnan(price)
    made = read.scalar("embodied_per_it_power") * filled
    return Chips(np.where(usual, equipment_price(read), price), usual.astype(np.float64), np.full(len(chips), made))


def computing_power(got: Mapping[str, Array], axis: Sequence[str], chips: Sequence[str]) -> Array:
    """H100 equivalents per W of IT power of each chip, in every draw: filled / p * peak / peak of an H100, 16 bits. (draw, chip).

    `got`: `COMPUTING` as read of a run.
    """
    places = [axis.index(chip) for chip in chips]
    peak = got["accelerator_peak"][:, DTYPES.index("bf16")][:, places] / got["h100_peak"]
    return np.asarray(got["hall_filled"][:, None] * peak / got["accelerator_it_power"][:, places])


# --- power ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Feed:
    """One way to feed a building, by site: as `Supply`, without the time until which."""

    capital: Array | float = 0.0
    life: float = 1.0
    yearly: float = 0.0
    price: Array | float = 0.0
    carbon: Array | float = 0.0
    gas: Array | float = 0.0
    grid: Array | float = 0.0


def supply_of_powers(read: UnitPrices, powers: Sequence[str], made: Worlds, until: Array) -> Supply:
    """What each power costs and emits, by building and power. `until`: days from the start of work to the grid, by building."""
    sites = len(read.known.axes["site"])
    feeds = [_feed(read, power) for power in powers]
    bridge = [_rented(read) if power == "bridge" else feed for power, feed in zip(powers, feeds, strict=True)]

    def table(values: Sequence[Array | float]) -> Array:
        return np.stack([np.broadcast_to(value, (sites,))[made.site] for value in values], axis=1)

    waits = np.stack([until if power == "bridge" else np.zeros_like(until) for power in powers], axis=1)
    return Supply(
        table([one.capital for one in feeds]), table([one.life for one in feeds]), table([one.yearly for one in feeds]),
        table([one.price for one in feeds]), table([one.carbon for one in feeds]), table([one.gas for one in feeds]),
        table([one.grid for one in feeds]), waits,
        (table([one.yearly for one in bridge]), table([one.price for one in bridge]), table([one.carbon for one in bridge]),
         table([one.gas for one in bridge])),
    )  # fmt: skip


def _feed(read: UnitPrices, power: str) -> _Feed:
    if power in ("grid", "bridge"):
        price = read.by_site("grid_price", read.mean("grid_price"), "USD/Wh")
        return _Feed(price=price, carbon=read.mean("grid_emission_factor"), grid=1.0)
    if power in ("stated", FILE):
        return _stated(read)
    return _cells(read) if power == "fuel-cell" else _plant(read, GAS_POWERS[power])


def _plant(read: UnitPrices, name: str) -> _Feed:
    """Plants that burn gas and are bought: as large as the building and what is down now and then take."""
    heat, fuel = read.number("energy", name, "heat_rate", "1"), read.number("energy", "natural-gas", "price", "USD/Wh")
    up = read.number("energy", name, "availability", "1")
    return _Feed(
        read.number("energy", name, "capex", "USD/W") / up, _YEAR * read.number("energy", name, "life", "yr"),
        read.number("energy", name, "om_fixed", "USD/W/yr") / up, heat * fuel + read.number("energy", name, "om_variable", "USD/Wh"),
        heat * read.number("emission", "natural-gas", "co2e", "g/Wh"), heat,
    )  # fmt: skip


def _rented(read: UnitPrices) -> _Feed:
    """Rented generators: a fee whether they run or not and the rest of the quoted price by use, as `plan.offers` has it."""
    name = GAS_POWERS["bridge"]
    price, fee = read.number("energy", name, "price", "USD/Wh"), read.number("energy", name, "fee_share", "1")
    heat = read.number("energy", name, "heat_rate", "1")
    carbon = heat * read.number("emission", "natural-gas", "co2e", "g/Wh")
    return _Feed(yearly=fee * price * YEAR_HOURS, price=(1.0 - fee) * price, carbon=carbon, gas=heat)


def _cells(read: UnitPrices) -> _Feed:
    """Fuel cells whose power is bought at the price of a contract, paid whether used or not, as `plan.offers` has it."""
    heat, fuel = read.number("energy", "fuel-cell", "heat_rate", "1"), read.number("energy", "natural-gas", "price", "USD/Wh")
    bought = read.number("energy", "fuel-cell", "lcoe", "USD/Wh")
    carbon = heat * read.number("emission", "natural-gas", "co2e", "g/Wh")
    return _Feed(yearly=max(bought - heat * fuel, 0.0) * YEAR_HOURS, price=heat * fuel, carbon=carbon, gas=heat)


def _stated(read: UnitPrices) -> _Feed:
    """What the file states for a site: energy of its sources in the last month of the clock at their prices; else the grid."""
    energy = read.mean("supply_energy")[..., -1]
    total = energy.sum(axis=0)
    usual = (np.arange(len(SOURCES)) == _GRID)[:, None]
    share = np.where(total > 0.0, energy / np.where(total > 0.0, total, 1.0), usual)
    price = (share * read.mean("energy_price")).sum(axis=0)
    carbon = share * read.mean("supply_emission_factor")
    fuel = read.number("emission", "natural-gas", "co2e", "g/Wh")
    generation = read.mean("construction_components")[_GENERATION] / read.mean("design_power_ratio")  # per facility power
    return _Feed(
        generation, _YEAR * read.number("energy", "gas-turbine", "life", "yr"), 0.0, price, carbon.sum(axis=0),
        carbon[[_GAS, _CELLS]].sum(axis=0) / fuel, share[_GRID],
    )  # fmt: skip
