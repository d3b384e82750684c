"""Sources of power as stated, their prices and emissions by the catalogue: picks and labels, never computes."""

from __future__ import annotations

from stargauge.programme.known import Known, SiteView
from stargauge.programme.schema import PowerSource
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import STANDARD_NORMAL
from stargauge.quantity.quantity import GAS_PLANTS, PLANTS, SOURCES, quantity
from stargauge.quantity.statement import ABSENT, Estimate, resting_on

_TECHNOLOGY = {"gas": "gas-turbine", "fuel_cell": "fuel-cell"}
_RENTED = "rented-generator"
_GIVES = {
    **{plant: (plant, "availability") for plant in GAS_PLANTS}, "grid": ("grid-us", "availability"), "gas": ("gas-turbine", "availability"),
    "fuel_cell": ("fuel-cell", "availability"), "solar": ("solar", "capacity_factor"), "wind": ("wind", "capacity_factor"),
    "nuclear": ("nuclear", "capacity_factor"),
}  # fmt: skip
_MARKET, _REGION_ABROAD = "grid-us", "world-grid"


def _entry(site: SiteView, source: str) -> PowerSource | None:
    """What the programme says of a source at a site; None where it states no capacity."""
    entry: PowerSource | None = getattr(site.spec.supply, source) if site.spec else None
    return entry if entry is not None and entry.capacity else None


def _cells(known: Known) -> list[PowerSource | None]:
    return [_entry(site, source) for source in SOURCES for site in known.sites]


@quantity("W", "draw source site")
def supply_capacity_stated(known: Known) -> list[Estimate]:
    """Capacity of each source at each site as stated; absent where nobody said."""
    return [ABSENT if entry is None else known.estimate(entry.capacity) for entry in _cells(known)]


@quantity("d", "draw source site")
def supply_available_from(known: Known) -> list[Estimate]:
    """Day from which each source is there as stated (the middle of the stated window); absent where nobody said."""
    return [ABSENT if entry is None else _date(known.available_from(entry)) for entry in _cells(known)]


def _date(said: Estimate) -> Estimate:
    if not said.statements or not isinstance(window := said.statements[0].value, Window):
        return said
    return Estimate(window.middle, said.kind, said.statements, said.hindsight, said.note)


@quantity("1", "source site")
def supply_prime(known: Known) -> list[Estimate]:
    """1 where a source runs all year, 0 where it is backup; absent where there is none."""
    return [
        ABSENT if entry is None else Estimate(float(entry.role == "prime"), "stated", note=f"role: {entry.role}") for entry in _cells(known)
    ]


@quantity("1", "source site")
def supply_alone(known: Known) -> list[Estimate]:
    """1 where a source carries its site without the grid: for good, or until the grid is there; 0 elsewhere, absent where there is none."""
    return [
        ABSENT if entry is None else Estimate(float(entry.role == "alone"), "stated", note=f"role: {entry.role}") for entry in _cells(known)
    ]


@quantity("1", "source site")
def supply_designed(known: Known) -> list[Estimate]:
    """1 where a plan made here sizes a source along with phases that it designs, which that source feeds; else 0."""
    none = Estimate(0.0, "stated", note="no plan made here")
    cells = [(site, source, _entry(site, source)) for source in SOURCES for site in known.sites]
    return [
        Estimate(1.0, "designed", known.estimate(entry.capacity).statements) if entry and designed_here(known, site, source) else none
        for site, source, entry in cells
    ]


def designed_here(known: Known, site: SiteView, source: str) -> bool:
    """Whether a plan made here sizes a source of a site, and designs a phase there that it feeds."""
    entry = _entry(site, source)
    sized = entry is not None and known.estimate(entry.capacity).kind == "designed"
    return sized and any(known.designed(phase) for phase in known.phases if phase.site == site.id)


@quantity("1", "source site")
def source_plant(known: Known) -> list[Estimate]:
    """Which plant each source of a site is, its place among the plants: the one that the programme names, else the usual of its kind."""
    return [_plant(_entry(site, source), source) for source in SOURCES for site in known.sites]


def _plant(entry: PowerSource | None, source: str) -> Estimate:
    name = entry.plant if entry is not None and entry.plant else source
    return Estimate(float(PLANTS.index(name)), "stated", note=name)


def gas_plant(site: SiteView) -> str:
    """The rows of the catalogue that gas of a site goes by: of the plant that is named, else of a turbine."""
    entry = _entry(site, "gas")
    return entry.plant if entry is not None and entry.plant else _TECHNOLOGY["gas"]


@quantity("USD/Wh", "draw source site", least=0.0)
def source_price_stated(known: Known) -> list[Estimate]:
    """Price of energy from each source as stated for a site; absent where nobody said."""
    return [ABSENT if entry is None else known.estimate(entry.price) for entry in _cells(known)]


@quantity("1", "draw plant", least=0.0, most=1.0)
def source_availability(known: Known) -> list[Estimate]:
    """Share of its capacity that each plant gives on average: availability, or capacity factor of sun, wind and nuclear power."""
    return [known.default("energy", *_GIVES[plant]) for plant in PLANTS]


@quantity("1", "draw site", least=0.0, most=1.0)
def solar_capacity_factor(known: Known) -> list[Estimate]:
    """Capacity factor of solar power at each site."""
    return [known.default("energy", "solar", "capacity_factor") for _ in known.sites]


@quantity("USD/Wh", "draw plant", least=0.0)
def power_purchase_price(known: Known) -> list[Estimate]:
    """Price of nuclear power on contract and of rented generators, fuel included; none for what is one's own or taken from the grid."""
    own = Estimate(0.0, "default", note="made on site, or priced by the market of the site")
    bought = {"nuclear": "lcoe", _RENTED: "price"}
    return [known.default("energy", plant, bought[plant]) if plant in bought else own for plant in PLANTS]


@quantity("USD/W/d", "draw plant", least=0.0)
def source_fixed_cost(known: Known) -> list[Estimate]:
    """Fixed operation and maintenance of plants on site, per capacity and day; none for what is bought or rented."""
    none = Estimate(0.0, "default", note="bought: in its price")
    return [none if plant in ("grid", "nuclear", _RENTED) else _fixed(known, _TECHNOLOGY.get(plant, plant)) for plant in PLANTS]


def _fixed(known: Known, technology: str) -> Estimate:
    said = known.default("energy", technology, "om_fixed")
    return said if said.statements else known.default("energy", "solar", "om_fixed")


def _of_place(known: Known, site: SiteView, attribute: str, usual: str, kind: str, wanted: str) -> Estimate:
    """A value of the market or grid region that the catalogue names for the place of a site; of the usual one where it names none."""
    place = site.spec.place if site.spec else None
    if not place:
        return known.default(kind, usual, wanted)
    named = known.catalogue.text("place", place, attribute) or usual
    return resting_on(known.default(kind, named, wanted), known.catalogue.hindsight("place", place, attribute))


def _of_market(known: Known, wanted: str) -> list[Estimate]:
    return [_of_place(known, site, "power_market", _MARKET, "energy", wanted) for site in known.sites]


@quantity("USD/Wh", "draw site", least=0.0)
def grid_price_wholesale(known: Known) -> list[Estimate]:
    """Wholesale price of power in the market of each site."""
    return _of_market(known, "price")


@quantity("USD/Wh", "draw site", least=0.0)
def grid_price_delivery(known: Known) -> list[Estimate]:
    """What transmission, capacity and the supplier add to the wholesale price."""
    return _of_market(known, "delivery_adder")


@quantity("1", "draw")
def grid_follows_gas(known: Known) -> Estimate:
    """Rise of the logarithm of the wholesale price with that of gas."""
    return known.default("energy", _MARKET, "price_follows_gas")


@quantity("USD/Wh", "draw", least=0.0)
def gas_price_expected(known: Known) -> Estimate:
    """Price of gas delivered to power plants as forecast."""
    return known.default("energy", "natural-gas", "price")


@quantity("1", "draw", least=0.0)
def gas_price_volatility(known: Known) -> Estimate:
    """Spread of the logarithm of the gas price around the forecast."""
    return known.default("energy", "natural-gas", "price_volatility")


@quantity("1", "draw")
def gas_price_deviate(known: Known) -> Estimate:
    """Where the gas price lies in its spread, a standard normal deviate shared by every site."""
    return Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; the spread is gas_price_volatility")


@quantity("1", "draw site", least=0.0)
def gas_heat_rate(known: Known) -> list[Estimate]:
    """Fuel energy per electricity of the gas plant of each site."""
    return [known.default("energy", gas_plant(site), "heat_rate") for site in known.sites]


@quantity("USD/Wh", "draw site", least=0.0)
def gas_variable_cost(known: Known) -> list[Estimate]:
    """Variable operation and maintenance of the gas plant of each site; none where it is rented."""
    rented = Estimate(0.0, "default", note="rented: in its price")
    return [rented if gas_plant(site) == _RENTED else known.default("energy", gas_plant(site), "om_variable") for site in known.sites]


@quantity("1", "draw", least=0.0, most=1.0)
def fuel_cell_efficiency(known: Known) -> Estimate:
    """Electricity per fuel energy of fuel cells."""
    return known.default("energy", "fuel-cell", "efficiency")


@quantity("g/Wh", "draw site")
def grid_emission_factor(known: Known) -> list[Estimate]:
    """Greenhouse gas per energy of the grid at each site: mean of its subregion, a wide range where none is in the catalogue."""
    return [_of_place(known, site, "grid_region", _REGION_ABROAD, "emission", "co2e") for site in known.sites]


@quantity("g/Wh", "draw")
def gas_emission_factor(known: Known) -> Estimate:
    """Greenhouse gas per fuel energy of burnt gas."""
    return known.default("emission", "natural-gas", "co2e")
