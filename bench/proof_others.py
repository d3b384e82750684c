"""One task by a tool of others, run by a Python that has it: `PYTHON bench/proof_others.py TASK < asked.json > answer.json`.

The answer holds what was found, CPU-seconds of the work alone (loading the tool is not counted), peak memory in MB, and name and version.
Nothing of Stargauge is loaded here.
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import NormalDist
from typing import Any

Asked = dict[str, Any]
#: What a task leaves: its result, and the CPU-seconds that it took.
Found = tuple[dict[str, Any], float]


def peak_memory() -> float:
    """Peak memory of this process since it began, in MB: that of the process which started it is not in it, as with getrusage."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"))
    return int(found[1]) / 1024.0 if found else float("nan")


# --- NREL System Advisor Model ----------------------------------------------------------------------------------------------------


def pysam(asked: Asked) -> Found:
    """Single owner: debt, equity and the rate of return after tax at each price."""
    import PySAM.Singleowner as tool

    model = tool.default("CustomGenerationProfileSingleOwner")
    given: dict[str, dict[str, Any]] = {
        "SystemOutput": {"gen": [asked["power_kw"]] * 8760, "degradation": (0,)},
        "Lifetime": {"inflation_rate": 0},
        "SystemCosts": {
            "total_installed_cost": asked["cost"], "om_fixed": (asked["om"],), "om_capacity": (0,), "om_production": (0,),
            "om_fuel_cost": (0,),
        },
        "Revenue": {"ppa_escalation": 0, "ppa_soln_mode": 1},
        "FinancialParameters": {
            "analysis_period": asked["years"], "inflation_rate": 0, "real_discount_rate": 8, "federal_tax_rate": (100 * asked["tax"],),
            "state_tax_rate": (0,), "insurance_rate": 0, "prop_tax_cost_assessed_percent": 0, "property_tax_rate": 0, "debt_option": 1,
            "dscr": asked["cover"], "term_tenor": asked["tenor"], "term_int_rate": 100 * asked["rate"], "dscr_reserve_months": 0,
            "months_working_reserve": 0, "cost_debt_fee": 0, "cost_debt_closing": 0, "cost_other_financing": 0,
            "construction_financing_cost": 0, "equip1_reserve_cost": 0, "equip2_reserve_cost": 0, "equip3_reserve_cost": 0,
            "dscr_limit_debt_fraction": 1, "dscr_maximum_debt_fraction": 100 * asked["most"], "salvage_percentage": 0,
        },
        "Depreciation": {
            "depr_alloc_macrs_5_percent": 100, "depr_alloc_macrs_15_percent": 0, "depr_alloc_sl_5_percent": 0,
            "depr_alloc_sl_15_percent": 0, "depr_alloc_sl_20_percent": 0, "depr_alloc_sl_39_percent": 0, "depr_alloc_custom_percent": 0,
            "depr_bonus_fed": 0,
        },
    }  # fmt: skip
    for group, values in given.items():
        for name, value in values.items():
            if hasattr(getattr(model, group), name):
                setattr(getattr(model, group), name, value)
    model.execute(0)
    began, rows = time.process_time(), []
    for price in asked["prices"]:
        model.Revenue.ppa_price_input = (price,)
        model.execute(0)
        out = model.Outputs
        rows.append([out.size_of_debt, out.size_of_equity, out.project_return_aftertax_irr / 100])
    return {"rows": rows}, time.process_time() - began


# --- SALib ------------------------------------------------------------------------------------------------------------------------


def salib(asked: Asked) -> Found:
    """Sobol indices of the g-function by Saltelli's design: points, values, first and total indices."""
    import numpy as np
    from SALib.analyze import sobol
    from SALib.sample import sobol as points

    weights = np.array(asked["weights"])
    size = len(weights)
    made = {"num_vars": size, "names": [f"x{row}" for row in range(size)], "bounds": [[0.0, 1.0]] * size}
    began = time.process_time()
    at = points.sample(made, asked["rows"], calc_second_order=False, seed=1)
    values = np.prod((np.abs(4.0 * at - 2.0) + weights) / (1.0 + weights), axis=1)
    found = sobol.analyze(made, values, calc_second_order=False, seed=1)
    taken = time.process_time() - began
    return {"first": found["S1"].tolist(), "total": found["ST"].tolist(), "evaluations": len(values)}, taken


# --- EMA Workbench ----------------------------------------------------------------------------------------------------------------


def ema(asked: Asked) -> Found:
    """A sweep of the small model over a Latin hypercube: points in the unit cube, outcomes."""
    import logging

    import numpy as np
    from ema_workbench import Model, RealParameter, ScalarOutcome, SequentialEvaluator, ema_logging

    ema_logging.log_to_stderr(logging.ERROR)
    model = Model("campus", function=_campus_of(asked["ranges"]))
    model.uncertainties = [RealParameter(name, 1e-9, 1 - 1e-9) for name in asked["ranges"]]
    model.outcomes = [ScalarOutcome(name) for name in asked["outputs"]]
    np.random.seed(1)
    began = time.process_time()
    with SequentialEvaluator(model) as evaluator:
        experiments, outcomes = evaluator.perform_experiments(asked["runs"])
    taken = time.process_time() - began
    return {
        "points": {name: experiments[name].tolist() for name in asked["ranges"]},
        "outcomes": {name: outcomes[name].tolist() for name in asked["outputs"]},
    }, taken  # fmt: skip


def _campus_of(ranges: dict[str, tuple[float, float]]) -> Callable[..., dict[str, float]]:
    """The model of `small.py` as a plain function of places in the unit cube, as a user of the workbench would write it."""
    from math import exp, log

    levels, ninth = NormalDist(), NormalDist().inv_cdf(0.9)
    middles = {name: (log(low * high) / 2, log(high / low) / (2 * ninth)) for name, (low, high) in ranges.items()}

    def campus(**places: float) -> dict[str, float]:
        x = {name: exp(middles[name][0] + middles[name][1] * levels.inv_cdf(place)) for name, place in places.items()}
        power_it = x["racks"] * x["rack_power"]
        power = power_it * x["design_ratio"]
        energy = power_it * x["overhead"] * x["load_factor"] * 8766.0
        return {
            "power": power, "investment": power * x["price_shell"] + power_it * x["price_racks"], "energy_cost": energy * x["tariff"],
            "emissions": energy * x["carbon"], "jobs_building": power * x["price_shell"] * x["labour_share"] / x["wage"],
            "jobs_running": power * x["staff"],
        }  # fmt: skip

    return campus


# --- squigglepy -------------------------------------------------------------------------------------------------------------------


def squigglepy(asked: Asked) -> Found:
    """The small model with arrays of squigglepy's sampler, the quickest way that the library has: means and their errors."""
    import numpy as np
    import squigglepy as sq

    sq.set_seed(1)
    began = time.process_time()
    x = {name: sq.sample(sq.lognorm(low, high, credibility=80), n=asked["draws"]) for name, (low, high) in asked["ranges"].items()}
    power_it = x["racks"] * x["rack_power"]
    power = power_it * x["design_ratio"]
    energy = power_it * x["overhead"] * x["load_factor"] * 8766.0
    out = [
        power, power * x["price_shell"] + power_it * x["price_racks"], energy * x["tariff"], energy * x["carbon"],
        power * x["price_shell"] * x["labour_share"] / x["wage"], power * x["staff"],
    ]  # fmt: skip
    means = [float(np.mean(one)) for one in out]
    taken = time.process_time() - began
    return {"means": means, "errors": [float(np.std(one) / len(one) ** 0.5) for one in out]}, taken


# --- SimPy ------------------------------------------------------------------------------------------------------------------------


def simpy(asked: Asked) -> Found:
    """One job on a fleet with spares: seconds in each phase, work kept and lost, stops, and the events that the tool made."""
    began = time.process_time()
    histories = [_Job(asked, random.Random(seed)).lived() for seed in range(asked["histories"])]
    taken = time.process_time() - began
    return {name: [one[name] for one in histories] for name in histories[0]}, taken


class _Job:
    """One history as processes of the tool: a life of work and failures, its work broken off by them, repairs, and slow nodes."""

    def __init__(self, asked: Asked, chance: random.Random) -> None:
        import simpy as tool

        self.asked, self.job, self.chance, self.world = asked, asked["job"], chance, tool.Environment()
        self.interrupt, self.spares = tool.Interrupt, tool.Container(self.world, init=asked["spares"])
        self.told = dict.fromkeys(("work", "checkpoint", "planned", "detection", "waiting", "reload", "kept", "lost", "stops"), 0.0)
        self.phase, self.since, self.slow = "work", 0.0, False
        self.progress, self.mark, self.written = 0.0, 0.0, math.inf

    def lived(self) -> dict[str, float]:
        """Step to the end of the time."""
        self.world.process(self.life())
        self.world.process(self.pace())
        end, steps = self.world.timeout(self.asked["horizon"]), 0
        while not end.processed:
            self.world.step()
            steps += 1
        self.enter("end")
        self.settle()
        return self.told | {"events": float(steps)}

    def after(self, mean: float) -> float:
        return self.chance.expovariate(1.0 / mean)

    def enter(self, phase: str) -> None:
        """Book the phase that ends, and its work."""
        passed = self.world.now - self.since
        self.told[self.phase] = self.told.get(self.phase, 0.0) + passed
        if self.phase == "work":
            self.progress += passed * (1.0 - self.job["slowdown"]) if self.slow else passed
        self.phase, self.since = phase, self.world.now

    def settle(self) -> None:
        """A checkpoint written in the background is safe once its time has passed."""
        if self.written <= self.world.now:
            self.told["kept"], self.written = self.mark, math.inf

    def pace(self) -> Iterator[Any]:
        healthy, spell = self.job["healthy"], self.job["slow_spell"]
        self.slow = self.chance.random() < spell / (healthy + spell)
        while True:
            yield self.world.timeout(self.after(spell if self.slow else healthy))
            self.enter(self.phase)
            self.slow = not self.slow

    def life(self) -> Iterator[Any]:
        while True:
            work, failure = self.world.process(self.stoppable()), self.world.timeout(self.after(self.job["between"]))
            yield work | failure
            if work.is_alive:
                work.interrupt()
                yield from self.mended()
            else:
                self.enter("planned")
                yield self.world.timeout(self.job["planned"])

    def stoppable(self) -> Iterator[Any]:
        """Work and checkpoints, until a planned stop or a failure."""
        try:
            while True:
                self.enter("work")
                yield self.world.timeout(self.job["interval"])
                self.enter("checkpoint")
                yield self.world.timeout(self.job["stall"])
                self.settle()
                self.mark, self.written = self.progress, self.world.now + self.job["background"]
                if self.chance.random() < self.job["planned_chance"]:
                    return
        except self.interrupt:
            return

    def mended(self) -> Iterator[Any]:
        """Noticed, swapped where it has to be, loaded again; once more where it fails meanwhile."""
        while True:
            self.enter("detection")
            self.settle()
            self.told["lost"] += self.progress - self.told["kept"]
            self.progress, self.written = self.told["kept"], math.inf
            self.told["stops"] += 1.0
            yield self.world.timeout(self.job["detection"])
            if self.chance.random() < self.asked["swapped"]:
                self.world.process(self.repaired())
                self.enter("waiting")
                yield self.spares.get(1)
            self.enter("reload")
            life = self.after(self.job["between"])
            yield self.world.timeout(min(life, self.job["reload"]))
            if life >= self.job["reload"]:
                return

    def repaired(self) -> Iterator[Any]:
        yield self.world.timeout(self.after(self.asked["repair"]))
        yield self.spares.put(1)


TASKS: dict[str, Callable[[Asked], Found]] = {
    "NREL-PySAM": pysam, "SALib": salib, "ema_workbench": ema, "squigglepy": squigglepy, "simpy": simpy,
}  # fmt: skip


def main(task: str) -> None:
    """Do one task: what is asked from standard input, the answer to standard output."""
    warnings.filterwarnings("ignore")
    found, seconds = TASKS[task](json.load(sys.stdin))
    print(json.dumps({"found": found, "seconds": seconds, "memory": peak_memory(), "version": version(task)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
