"""A sized supply as a network of PyPSA, in its folder of CSV files: `pypsa.Network(FOLDER).optimize()` finds the same cost.

PyPSA (Brown, Hoersch and Schlachtberger 2018, Journal of Open Research Software 6, 4) reads such a folder by itself; nothing of it is
needed to write one. Sizes stand as they were found, between ends a millionth apart, so that their capital is part of its objective. What
plain PyPSA has no component for stands as one that gives nothing and costs what it has to: charges on the highest hours of months, whose
peaks then bound the grid in the hours that they count, and fixed charges.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from stargauge.plan.options import NEGLIGIBLE, YEAR, Array, BatteryOption, Limits, PlantOption, by_hour, share_there
from stargauge.plan.supply_program import UNSERVED, Supply
from stargauge.quantity.errors import InputError, system_text
from stargauge.quantity.spoken import say

_MEGA = 1e6
#: Share by which a size may be larger there, so that what carries a load to the last watt still does.
_ROOM = 1e-6
_BUS, _HELD = "site", "held by"

Row = Mapping[str, object]


def expect_free(folder: Path) -> None:
    """Raise InputError where a network cannot be written to a folder: it holds something, or what it is to stand in is not there."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(say("{folder} exists and is not an empty folder; name one that does not exist", folder=folder))
    if not folder.resolve().parent.is_dir():
        raise InputError(say('no folder "{parent}" to write the network to; make it, or choose another place', parent=folder.parent))


def write_pypsa(
    folder: Path, supply: Supply, load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits
) -> None:  # fmt: skip
    """Write the network, power in MW, energy in MWh, money in USD over all hours. The folder must not exist, or be empty.

    It appears whole or not at all. Raises InputError for a folder that holds something or cannot be written.
    """
    expect_free(folder)
    files = dict(_files(supply, load, plants, batteries, limits))
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.resolve().parent))
        try:
            for name, rows in files.items():
                if rows:
                    _write(made / f"{name}.csv", rows)
            made.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            os.replace(made, folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise InputError(
            say("{folder} cannot be written: {why}; choose another place for the network", folder=folder, why=system_text(error))
        ) from None


def _files(
    supply: Supply, load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits
) -> Iterator[tuple[str, list[Row]]]:  # fmt: skip
    """The rows of each file."""
    years, hours = len(load) // YEAR, len(load)
    shares = list(limits.most_share)
    yield "snapshots", [{"snapshot": hour} for hour in range(hours)]
    yield "buses", [{"name": _BUS}, *({"name": f"{_HELD} {battery.name}"} for battery in batteries)]
    yield "carriers", [*(_carrier(plant, shares) for plant in plants), *([{"name": UNSERVED, UNSERVED: 1.0}] if limits.shortfall else [])]
    yield "loads", [{"name": "load", "bus": _BUS}]
    yield "loads-p_set", _series({"load": load / _MEGA})
    generators = [_generator(plant, supply, years) for plant in plants]
    fixed = [_only_costs(name, cost) for name, cost in _charges(supply, load, plants)]
    short = {"name": UNSERVED, "bus": _BUS, "carrier": UNSERVED, "p_nom": float(load.max()) / _MEGA}
    yield "generators", [*generators, *fixed, *([short] if limits.shortfall else [])]
    yield "generators-p_max_pu", _series({plant.name: _given(plant, supply, hours) for plant in plants})
    yield "generators-marginal_cost", _series({plant.name: by_hour(plant.running_cost, hours) * _MEGA for plant in plants})
    yield "stores", [_store(battery, supply, years) for battery in batteries]
    yield "links", [link for battery in batteries for link in _links(battery, supply, years)]
    yield "global_constraints", list(_constraints(limits, load, years))


def _carrier(plant: PlantOption, shares: Sequence[str]) -> Row:
    """What counts for limits, of each Wh that a plant gives."""
    counted = {f"share_{name}": float(plant.chosen and name in (plant.name, plant.source)) for name in shares}
    return {"name": plant.name, "co2_emissions": plant.carbon, "fuel": plant.fuel if plant.chosen else 0.0, **counted}


def _peaks(plant: PlantOption, supply: Supply, hours: int) -> Iterator[tuple[str, float, float, Array]]:
    """Of each charge and month: a name, the highest hour (W), what a W of it costs, and the hours that it counts."""
    drawn, year = supply.flows[plant.name], np.arange(hours) // YEAR
    for number, charge in enumerate(plant.peak_charge):
        price, month = by_hour(charge.price, hours), 12 * year + np.tile(charge.month, hours // YEAR)
        for one in np.unique(month[price > 0.0]):
            counts = (month == one) & (price > 0.0)
            yield f"{plant.name} charge {number + 1} of month {one + 1}", float(drawn[counts].max()), float(price[counts].max()), counts


def _given(plant: PlantOption, supply: Supply, hours: int) -> Array:
    """Share of its size that a plant can give by hour; of a grid with charges no more than the peaks that are paid for."""
    share = by_hour(plant.output, hours, plant.ready)
    for _, peak, _, counts in _peaks(plant, supply, hours) if plant.peak_charge else ():
        share[counts] = np.minimum(share[counts], peak / max(supply.sizes[plant.name], 1e-9))
    return share


def _charges(supply: Supply, load: Array, plants: Sequence[PlantOption]) -> Iterator[tuple[str, float]]:
    """What is paid for highest hours and for good, USD over all hours, by name."""
    for plant in plants:
        if plant.peak_charge:
            yield from ((name, peak * price) for name, peak, price, _ in _peaks(plant, supply, len(load)) if peak > 0.0)
        if plant.fixed_cost and supply.sizes[plant.name] > NEGLIGIBLE * float(load.max()):
            there = share_there(plant.ready, len(load)) * (len(load) // YEAR)
            yield f"{plant.name} fixed charge", plant.fixed_cost * there


def _only_costs(name: str, cost: float) -> Row:
    """A generator that gives nothing and costs a sum."""
    return {"name": name, "bus": _BUS, **_sized(1.0, cost, "p"), "p_min_pu": 0.0, "p_max_pu": 0.0}


def _series(by_name: Mapping[str, Array]) -> list[Row]:
    names = list(by_name)
    columns = np.stack([by_name[name] for name in names], axis=1) if names else np.zeros((0, 0))
    return [{"snapshot": hour, **dict(zip(names, map(repr, map(float, row)), strict=True))} for hour, row in enumerate(columns)]


def _sized(size: float, cost: float, what: str) -> dict[str, object]:
    return {f"{what}_nom_extendable": True, f"{what}_nom_min": size, f"{what}_nom_max": size * (1.0 + _ROOM), "capital_cost": cost}


def _generator(plant: PlantOption, supply: Supply, years: int) -> Row:
    cost = plant.yearly_cost * _MEGA * share_there(plant.ready, years * YEAR) * years
    exact = {"p_min_pu": 0.0}
    return {"name": plant.name, "bus": _BUS, "carrier": plant.name, **_sized(supply.sizes[plant.name] / _MEGA, cost, "p"), **exact}


def _store(battery: BatteryOption, supply: Supply, years: int) -> Row:
    cost = battery.yearly_cost_energy * _MEGA * share_there(battery.ready, years * YEAR) * years
    size = supply.sizes[f"{battery.name} energy"] / _MEGA
    return {"name": battery.name, "bus": f"{_HELD} {battery.name}", "e_cyclic": True, "standing_loss": 1.0 - battery.keep,
            **_sized(size, cost, "e")}  # fmt: skip


def _links(battery: BatteryOption, supply: Supply, years: int) -> Iterable[Row]:
    """Charging, at whose ends the cost of power stands, and discharging; both as large at the terminals of the battery."""
    size, cost = supply.sizes[battery.name] / _MEGA, battery.yearly_cost_power * _MEGA * share_there(battery.ready, years * YEAR) * years
    held = f"{_HELD} {battery.name}"
    yield {"name": f"{battery.name} in", "bus0": _BUS, "bus1": held, "efficiency": battery.one_way, **_sized(size, cost, "p")}
    wear = battery.running_cost * _MEGA * battery.one_way
    yield {"name": f"{battery.name} out", "bus0": held, "bus1": _BUS, "efficiency": battery.one_way, "marginal_cost": wear,
           **_sized(size / battery.one_way, 0.0, "p")}  # fmt: skip


def _constraints(limits: Limits, load: Array, years: int) -> Iterator[Row]:
    """Limits on sums over all hours; those on sizes hold as these stand."""
    energy = float(load.sum()) / _MEGA
    limited = {
        "co2_emissions": limits.carbon,
        UNSERVED: limits.shortfall or None,
        **{f"share_{n}": s for n, s in limits.most_share.items()},
    }
    sums = {name: share * energy for name, share in limited.items() if share is not None}
    if limits.fuel is not None:
        sums["fuel"] = limits.fuel * years / _MEGA
    for name, most in sums.items():
        yield {"name": name, "type": "primary_energy", "carrier_attribute": name, "sense": "<=", "constant": most}


def _write(file: Path, rows: Sequence[Row]) -> None:
    fields = list(dict.fromkeys(field for row in rows for field in row))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fields, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
