"""A small case of an order of build, made by hand, for tests of limits and funds: two sites, three buildings, two powers, two chips."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.plan.build_order.case.case import BuildCase, Building, Choice, Target
from stargauge.plan.build_order.case.takes import Takes
from stargauge.plan.build_order.funding.funds import Funders
from stargauge.quantity.dates import day

Array = NDArray[np.float64]

SITES, MONTHS, YEARS = ("north", "south"), (date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)), (2026, 2027, 2028)
BUILDINGS = (Building("north/a", 0, 100e6, 140e6), Building("north/b", 0, 100e6, 140e6), Building("south/a", 1, 50e6, 70e6))
#: USD of each building: its halls, and its equipment.
HALLS, EQUIPMENT = (1e9, 1e9, 0.5e9), (3e9, 3e9, 1.5e9)
SHAPE = (3, 2, 2, 3)


def case_of(**changes: Any) -> BuildCase:
    """Everything is possible, in two worlds, and one target asks for all power."""
    worlds = 2
    made: dict[str, Any] = {
        "sites": SITES, "buildings": BUILDINGS, "powers": ("grid", "gas-turbine"), "chips": ("old", "new"), "months": MONTHS,
        "allowed": np.ones(SHAPE, dtype=bool), "cost": np.ones(SHAPE), "gains": np.ones((1, 3, 2, worlds)),
        "there": np.ones((1, *SHAPE, worlds), dtype=bool), "fixed": np.zeros((1, worlds)), "weights": np.full(worlds, 0.5),
        "targets": (Target("all", 3.0, "1", date(2028, 12, 31), 0.5),),
    }  # fmt: skip
    return BuildCase(**made | changes)


def takes_of(**changes: Any) -> Takes:
    """Halls are paid in 2027, equipment in 2028; gas emits ten times what the grid does; a building runs a year after its start."""

    def along(values: Any, axis: int) -> Array:
        shape = [1, 1, 1, 1]
        shape[axis] = -1
        return np.asarray(values, dtype=np.float64).reshape(shape)

    power = along([one.facility_power for one in BUILDINGS], 0)
    starts = along([day(month) for month in MONTHS], 3)
    made = Takes(
        YEARS, along(HALLS, 0)[..., None] * np.array([0.0, 1.0, 0.0]), along(EQUIPMENT, 0)[..., None] * np.array([0.0, 0.0, 1.0]),
        power * along([1.0, 10.0], 1), power * 100.0, power * along([0.0, 20_000.0], 1), power * 0.01, power * 0.005,
        power * along([1.0, 0.0], 1), power * along([0.0, 1.0], 1), power / 1400.0, starts + 300.0, starts + 320.0, starts + 365.0,
    )  # fmt: skip
    return made._replace(**changes)


def funders_of(left: Any, may_pay: Any = ((True, True), (False, True)), **changes: Any) -> Funders:
    """Two parties with accounts and one without: ann may pay for north, bob for both; the landlord owns the halls of south."""
    left = np.asarray(left, dtype=np.float64)
    whole = np.concatenate([np.broadcast_to(left, (2, len(YEARS))), np.full((1, len(YEARS)), np.inf)])
    may = np.column_stack([np.asarray(may_pay, dtype=bool), [False, False]])
    made: dict[str, Any] = {
        "means": "committed", "quantile": 0.5, "sites": SITES, "parties": ("ann", "bob", "landlord"),
        "names": ("Ann", "Bob", "Landlord"), "years": YEARS, "left": whole,
        "owner": np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]), "equipment": np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        "may_pay": may, "lent": np.array([0.8, 0.8]), "lent_by": ("loan to cost", "loan to cost"),
        "level": np.array([1.0, 1.0, 1.0]), "unstated": np.zeros((3, 2, 2)),
    }  # fmt: skip
    return Funders(**made | changes)


#: All three buildings on the grid with old chips as early as can be.
ALL = (Choice(0, 0, 0, 0), Choice(1, 0, 0, 0), Choice(2, 0, 0, 0))
