"""What the buildings of a plan take from one another and from what is under way: crews of a site, and the queue for accelerators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.worlds import Worlds, by_model, given_up, ready_of

Array = NDArray[np.float64]
Places = NDArray[np.intp]

#: What is read of a run in which nothing that is decided is built.
QUEUES = (
    "racks_wanted", "build_start", "observed_date", "slipped_date", "phase_it_power", "phase_placed", "accelerator_supply",
    "accelerator_lead_time", "chip_ships_from", "delivery_lead", "phase_chip_stated", "phase_site", "phase_unsited", "building_spacing",
)  # fmt: skip
#: What the racks of a phase wait for beside hall and power, and what the model makes it of.
_WAITED_FOR = {
    "accelerators_ready": (
        "racks_wanted", "phase_it_power", "phase_placed", "accelerator_supply", "accelerator_lead_time", "build_start",
        "phase_chip_stated", "chip_ships_from", "delivery_lead",
    ),
    "crew_ready": (
        "racks_wanted", "observed_date", "slipped_date", "build_start", "building_spacing", "phase_site", "phase_unsited",
    ),
}  # fmt: skip


class Queues(NamedTuple):
    """What else wants crews and accelerators, as read by the names of `QUEUES`.

    `filed`: (draw, phase), day on which each phase wants racks in the run of the file. `phases`: places of the buildings that are decided
    on the axis of phases; `chips`: places of the accelerators on theirs; `names`: of those phases.
    """

    got: Mapping[str, Array]
    filed: Array
    phases: Places
    chips: Places
    names: tuple[str, ...]


def operation_with_queues(made: Worlds, others: Queues, chosen: Places, planned: Array) -> Array:
    """Day of operation of a plan (4, choice), work planned to start on some days: (draw, choice); infinity where it is cancelled before.

    max(ready, crew, accelerators) + racks + commissioning       (1)

    As the ordinary model has it, but that nothing under way waits for what is decided. What is left as the file has it runs as in the run
    of the file, and stands in the queue as there.
    """
    building, power, chip, _ = chosen
    start, ready = ready_of(made, building, power, planned)
    got, at, filed = others.got, others.phases[building], power == made.file
    ready = np.where(filed, others.filed[:, at], ready)
    wanted = np.where(np.isin(got["phase_site"], made.site[building[filed]]), others.filed, got["racks_wanted"])
    begun, stated = got["build_start"].copy(), got["phase_chip_stated"].copy()
    wanted[:, at], begun[:, at], stated[at] = ready, start, others.chips[chip]
    held = {**got, "racks_wanted": wanted, "build_start": begun, "phase_chip_stated": stated}
    chips, crew = (by_model(name, **{need: held[need] for need in needs}) for name, needs in _WAITED_FOR.items())
    runs = np.maximum(ready, np.fmax(chips, crew)[:, at]) + made.racks[:, building]
    runs = np.where(given_up(made, start, ready, made.site[building]), np.inf, runs)
    return np.where(filed, made.filed[:, building], runs)
