"""One task by Stargauge, the same that a tool of others does in `proof_others.py`: `python -m bench.proof_ours TASK < asked.json`.

The answer has the same form: what was found, CPU-seconds of the work alone, peak memory in MB.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np

from bench import fleet_events as fleet
from bench import small
from bench.engine import small_world
from bench.proof_others import Asked, Found, peak_memory
from stargauge.engine.collect import Values
from stargauge.engine.spread import sampling_error
from stargauge.quantity.compute.fleet_events import PHASES, Spares, run_fleet
from stargauge.quantity.distribution import from_p10_p90
from stargauge.quantity.effects.effects import effects
from stargauge.quantity.finance.depreciation import Convention, deduction_shares, recovery_tables
from stargauge.quantity.finance.single_owner import single_owner


def owner(asked: Asked) -> Found:
    """Single owner: debt, equity and the rate of return after tax at each price."""
    years, cost = asked["years"], asked["cost"]
    began, rows = time.process_time(), []
    shares = deduction_shares(recovery_tables(asked["recovery"], 2.0), Convention.HALF_YEAR)
    written_off = cost * np.concatenate([shares, np.zeros(years - len(shares))])
    for price in asked["prices"]:
        made = single_owner(
            cost, np.full(years, price * asked["power_kw"] * 8760.0), np.full(years, asked["om"]), written_off, cover=asked["cover"],
            tenor=asked["tenor"], debt_rate=asked["rate"], tax_rate=asked["tax"], most_debt=asked["most"] * cost,
        )  # fmt: skip
        rows.append([made.debt, made.equity, made.rate_of_return()])
    return {"rows": rows}, time.process_time() - began


def indices(asked: Asked) -> Found:
    """First and total indices of the g-function from plain draws, as many as the other tool's chosen points."""
    weights = np.array(asked["weights"])
    began = time.process_time()
    at = np.random.default_rng(1).random((len(weights), asked["rows"] * (len(weights) + 2)))
    values = np.prod((np.abs(4.0 * at - 2.0) + weights[:, None]) / (1.0 + weights[:, None]), axis=0)
    (found,) = effects({str(row): one for row, one in enumerate(at)}, values[None])
    assert found is not None
    told = [(one.alone.value, one.total.value) for one in found.factors()[: len(weights)]]
    taken = time.process_time() - began
    return {"first": [one for one, _ in told], "total": [one for _, one in told]}, taken


def sweep(asked: Asked) -> Found:
    """The small model in many draws; and, unmeasured, at the points of the other tool."""
    run = small_world().run(small.OUTPUTS)
    collectors = {name: Values(name) for name in small.OUTPUTS}
    run.collect(collectors, 2**14)
    began = time.process_time()
    made = run.collect(collectors, asked["draws"])
    taken = time.process_time() - began
    means = [float(made[name].values.mean()) for name in small.OUTPUTS]
    errors = [float(sampling_error(made[name].values)) for name in small.OUTPUTS]
    return {"means": means, "errors": errors, "outcomes": _at(asked["points"])}, taken


def _at(points: dict[str, list[float]]) -> dict[str, list[float]]:
    values = {name: from_p10_p90(*small.RANGES[name]).ppf(np.array(at)) for name, at in points.items()}
    if values:
        for one in small.FUNCTIONS:
            values[one.quantity.name] = one.quantity.function(**{need: values[need] for need in one.quantity.needs})
    return {name: values[name].tolist() for name in small.OUTPUTS if name in values}


def histories(asked: Asked) -> Found:
    """One job on a fleet with spares in many histories."""
    spares = Spares(asked["spares"], asked["repair"])
    run_fleet([fleet._job()], fleet.CAUSES, 0.01 * asked["horizon"], 64, 0, spares)
    began = time.process_time()
    made = run_fleet([fleet._job()], fleet.CAUSES, asked["horizon"], asked["histories"], 0, spares)
    taken = time.process_time() - began
    told = {name: made.phase[at, 0].tolist() for at, name in enumerate(PHASES)}
    told |= {"kept": made.kept[0].tolist(), "lost": made.lost[0].tolist(), "stops": made.stops[:, 0].sum(axis=0).tolist()}
    return told | {"events": [made.events / asked["histories"]]}, taken


TASKS: dict[str, Callable[[Asked], Found]] = {
    "NREL-PySAM": owner, "SALib": indices, "ema_workbench": sweep, "squigglepy": sweep, "simpy": histories,
}  # fmt: skip


def main(task: str) -> None:
    """Do one task: what is asked from standard input, the answer to standard output."""
    found, seconds = TASKS[task](json.load(sys.stdin))
    print(json.dumps({"found": found, "seconds": seconds, "memory": peak_memory()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
