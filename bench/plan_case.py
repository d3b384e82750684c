"""One way of one case of `bench.plan`, as a process of its own: prints cost a year, seconds of a processor and peak memory in MB."""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
from typing import Any

import numpy as np

HOURS = np.arange(8760)
DAY, CLOCK = HOURS // 24, HOURS % 24
ONE_WAY = float(np.sqrt(0.92))
CASES = {"island": (True, False, False, 0.2), "mixed": (True, True, True, 0.1), "firm": (False, True, True, 0.25)}


def weather() -> tuple[Any, Any]:
    """Made-up sun and wind of a year, as shares of capacity."""
    chance = np.random.default_rng(1)
    bright = np.clip(0.75 + 0.25 * np.sin((DAY - 80) / 365 * 2 * np.pi) + 0.2 * chance.standard_normal(366)[DAY], 0.05, 1.0)
    gusts = np.convolve(chance.standard_normal(len(HOURS) + 24), np.ones(24) / 5, "same")[: len(HOURS)]
    return np.maximum(0.0, -np.cos(CLOCK / 24 * 2 * np.pi)) * bright, np.clip(0.35 + 0.3 * gusts, 0.0, 1.0)


SUN, WIND = weather()
LOAD = 100e6 * (1.0 + 0.05 * np.sin(CLOCK / 24 * 2 * np.pi))


def options(case: str) -> tuple[Any, Any, Any]:
    """Plants, batteries and limits of a case."""
    from stargauge.plan.options import BatteryOption, Limits, PlantOption

    battery, grid, wind, carbon = CASES[case]
    plants = [PlantOption("gas", "gas", 0.12, 4.5e-5, 0.93, carbon=0.5), PlantOption("solar", "solar", 0.08, output=SUN, chosen=False)]
    plants += [PlantOption("grid", "grid", 0.0, 5e-5, most=40e6, carbon=0.33)] if grid else []
    plants += [PlantOption("wind", "wind", 0.15, output=WIND, chosen=False)] if wind else []
    return plants, [BatteryOption("battery", 0.01, 0.028, ONE_WAY**2)] if battery else [], Limits(carbon=carbon)


def ours(case: str) -> float:
    """By the interior-point method of the chain's shape."""
    from stargauge.plan.sizing import cheapest

    return cheapest(LOAD, *options(case)).total


def highs(case: str) -> float:
    """By HiGHS on sparse arrays of the same program, interior point with crossover."""
    from tests.hour_program_oracle import by_highs

    from stargauge.plan.supply_program import SupplyProgram

    return float(by_highs(SupplyProgram(LOAD, *options(case)).program, "highs-ipm").fun)


def pypsa(case: str) -> float:
    """By PyPSA with HiGHS, interior point, in power of MW."""
    import pypsa as library

    battery, grid, wind, carbon = CASES[case]
    network = library.Network(snapshots=HOURS)
    network.add("Bus", "site")
    network.add("Carrier", "gas", co2_emissions=0.5)
    network.add("Carrier", "grid", co2_emissions=0.33)
    network.add("Load", "load", bus="site", p_set=LOAD / 1e6)
    sized = {"bus": "site", "p_nom_extendable": True}
    network.add("Generator", "gas", **sized, carrier="gas", capital_cost=120e3, marginal_cost=45.0, p_max_pu=0.93)
    network.add("Generator", "solar", **sized, capital_cost=80e3, p_max_pu=SUN)
    if grid:
        network.add("Generator", "grid", **sized, carrier="grid", p_nom_max=40.0, marginal_cost=50.0)
    if wind:
        network.add("Generator", "wind", **sized, capital_cost=150e3, p_max_pu=WIND)
    if battery:
        _pypsa_battery(network)
    most = carbon * float(LOAD.sum()) / 1e6
    network.add("GlobalConstraint", "carbon", type="primary_energy", carrier_attribute="co2_emissions", sense="<=", constant=most)
    network.optimize(solver_name="highs", solver_options={"solver": "ipm", "threads": 1, "output_flag": False}, io_api="direct",
                     extra_functionality=_same_power if battery else None)  # fmt: skip
    return float(network.objective)


def _pypsa_battery(network: Any) -> None:
    network.add("Bus", "held")
    network.add("Store", "battery", bus="held", e_nom_extendable=True, capital_cost=28e3, e_cyclic=True)
    network.add("Link", "in", bus0="site", bus1="held", p_nom_extendable=True, efficiency=ONE_WAY, capital_cost=10e3)
    network.add("Link", "out", bus0="held", bus1="site", p_nom_extendable=True, efficiency=ONE_WAY)


def _same_power(network: Any, _snapshots: Any) -> None:
    """The battery takes as much at its terminals as it gives."""
    size = network.model["Link-p_nom"]
    network.model.add_constraints(size.sel(name="in") - ONE_WAY * size.sel(name="out") == 0, name="same")


def linopy(case: str) -> float:
    """By the same program written in linopy, with HiGHS, interior point, in power of MW."""
    import linopy as library
    import xarray

    battery, grid, wind, carbon = CASES[case]
    model, hours = library.Model(), [xarray.DataArray(HOURS, dims="hour", coords={"hour": HOURS}).coords["hour"].to_index()]
    sun, gusts, load = (xarray.DataArray(each, coords={"hour": HOURS}, dims="hour") for each in (SUN, WIND, LOAD / 1e6))

    def size(name: str, most: float = float("inf")) -> Any:
        return model.add_variables(lower=0.0, upper=most, name=f"size {name}")

    def flow(name: str) -> Any:
        return model.add_variables(lower=0.0, coords=hours, name=name)

    gas, held, sunny = flow("gas"), size("gas"), size("solar")
    model.add_constraints(gas - 0.93 * held <= 0, name="gas")
    given, cost = gas + sun * sunny - flow("spill"), 120e3 * held + 45.0 * gas.sum() + 80e3 * sunny
    emitted = 0.5 * gas.sum()
    if grid:
        drawn, line = flow("grid"), size("grid", 40.0)
        model.add_constraints(drawn - line <= 0, name="grid")
        given, cost, emitted = given + drawn, cost + 50.0 * drawn.sum(), emitted + 0.33 * drawn.sum()
    if wind:
        windy = size("wind")
        given, cost = given + gusts * windy, cost + 150e3 * windy
    if battery:
        power, energy, into, out, level = size("power"), size("energy"), flow("in"), flow("out"), flow("level")
        for name, one, most in (("in", into, power), ("out", out, power), ("level", level, energy)):
            model.add_constraints(one - most <= 0, name=f"most {name}")
        model.add_constraints(level - level.roll(hour=1) - ONE_WAY * into + (1.0 / ONE_WAY) * out == 0, name="chain")
        given, cost = given - into + out, cost + 10e3 * power + 28e3 * energy
    model.add_constraints(given == load, name="balance")
    model.add_constraints(emitted <= carbon * float(load.sum()), name="carbon")
    model.add_objective(cost)
    model.solve("highs", io_api="direct", solver="ipm", threads=1, output_flag=False)
    return float(model.objective.value)


def main(way: str, case: str) -> None:
    """Time one way of one case once its libraries are there."""
    logging.disable(logging.WARNING)
    if way == "PyPSA":
        import pypsa as _library  # noqa: F401
    elif way == "linopy":
        import linopy as _other  # noqa: F401
    else:
        import scipy.linalg
        import scipy.optimize  # noqa: F401
    began = time.process_time()
    cost = {"ours": ours, "HiGHS": highs, "PyPSA": pypsa, "linopy": linopy}[way](case)
    taken = time.process_time() - began
    print(json.dumps({"cost": cost, "seconds": taken, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main(*sys.argv[1:])
