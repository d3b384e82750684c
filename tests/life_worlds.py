"""Values of the model over the life of assets, once per programme, and the same again with some of them changed."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from tests.real_worlds import NOW, TINY, known_of, world_of

from stargauge.engine.run import Run

WANTED = (
    "lease_income", "lease_income_contracted", "compute_income", "compute_income_contracted", "building_running_cost",
    "equipment_running_cost", "contract_terminated", "contract_defaulted", "debt_rate_path", "contract_late_days", "opex", "power_it",
)  # fmt: skip


@cache
def life_of(name: str) -> tuple[Run, dict[str, Any]]:
    """The run and the values of one block of `tiny` or a shipped programme."""
    world = world_of(known_of(TINY if name == "tiny" else name, NOW), names=WANTED)
    run = world.run(sorted(world.graph.upstream(WANTED)))
    return run, {**run.static, **run.block(0).values}


def again(name: str, **changed: Any) -> dict[str, Any]:
    """All values with some changed, and what rests on them computed anew."""
    run, values = life_of(name)
    out, touched = values | changed, set(changed)
    for step in run.plan.steps:
        if step.name not in touched and touched & set(step.quantity.needs):
            with np.errstate(all="ignore"):
                out[step.name] = step.quantity.function(**{need: out[need] for need in step.quantity.needs})
            touched.add(step.name)
    return out
