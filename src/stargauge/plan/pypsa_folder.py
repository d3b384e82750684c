"""A sized supply as a network of PyPSA, in its folder of CSV files: `pypsa.Network(FOLDER).optimize()` finds the same cost.

PyPSA (Brown, Hoersch and Schlachtberger 2018, Journal of Open Research Software 6, 4) reads such a folder by itself; nothing of it is
needed to write one. Sizes stand as they were found, between ends a millionth apart, so that their capital is part of its objective.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from stargauge.plan.options import YEAR, Array, BatteryOption, Limits, PlantOption, by_hour, share_there
from stargauge.plan.supply_program import Supply
from stargauge.quantity.errors import InputError

_MEGA = 1e6
#: Share by which a size may be larger there, so that what carries a load to the last watt still does.
_ROOM = 1e-6
_BUS, _HELD = "site", "held by"

Row = Mapping[str, object]


def write_pypsa(
    folder: Path, supply: Supply, load: Array, plants: Sequence[PlantOption], batteries: Sequence[BatteryOption], limits: Limits
) -> None:  # fmt: skip
    """Write the network, power in MW, energy in MWh, money in USD over all hours. The folder must not exist, or be empty.

    Raises InputError for a folder that holds something, and for a charge on monthly peaks, which plain PyPSA does not know,
    as for limits on a shortfall, on fuel and on shares.
    """
    charged = [plant.name for plant in plants if plant.peak_charge]
    if charged:
        raise InputError(f"a network of PyPSA has no charge for the peaks of months, which {', '.join(charged)} has; leave the charge out")
    unwritten = [name for name, asked in (("a shortfall", limits.shortfall), ("fuel", limits.fuel), ("shares", limits.most_share)) if asked]
    if unwritten:
        raise InputError(f"limits on {', '.join(unwritten)} are not written for PyPSA; leave them out")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} exists and is not an empty folder; name one that does not exist")
    years = len(load) // YEAR
    files: dict[str, list[Row]] = {
        "snapshots": [{"snapshot": hour} for hour in range(len(load))],
        "buses": [{"name": _BUS}, *({"name": f"{_HELD} {battery.name}"} for battery in batteries)],
        "carriers": [{"name": plant.name, "co2_emissions": plant.carbon} for plant in plants],
        "loads": [{"name": "load", "bus": _BUS}], "loads-p_set": _series({"load": load / _MEGA}),
        "generators": [_generator(plant, supply, years) for plant in plants],
        "generators-p_max_pu": _series({plant.name: by_hour(plant.output, len(load), plant.ready) for plant in plants}),
        "generators-marginal_cost": _series({p.name: by_hour(p.running_cost, len(load)) * _MEGA for p in plants}),
        "stores": [_store(battery, supply, years) for battery in batteries],
        "links": [link for battery in batteries for link in _links(battery, supply, years)],
        "global_constraints": _constraints(limits, load),
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        if rows:
            _write(folder / f"{name}.csv", rows)


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


def _constraints(limits: Limits, load: Array) -> list[Row]:
    if limits.carbon is None:
        return []
    most = limits.carbon * float(load.sum()) / _MEGA
    return [{"name": "carbon", "type": "primary_energy", "carrier_attribute": "co2_emissions", "sense": "<=", "constant": most}]


def _write(file: Path, rows: Sequence[Row]) -> None:
    fields = list(dict.fromkeys(field for row in rows for field in row))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fields, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
