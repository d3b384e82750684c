"""Other mixes of what can be had, each as cheap as it comes, with as many units as its test takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from stargauge.plan.dispatched import Tested
from stargauge.plan.offers import GAS, RENTED
from stargauge.plan.options import PlantOption, share_there
from stargauge.plan.power_case import PowerCase
from stargauge.plan.sizing import NoSupply, cheapest
from stargauge.plan.stages import each
from stargauge.plan.standing import as_there, first_help, more, trial
from stargauge.plan.supply_program import Supply
from stargauge.quantity.errors import InputError

#: Share of a unit above which one more is taken.
_WHOLE = 1e-3
#: How the reason begins where the method did not find the cheapest of a mix.
NOT_FOUND = "not found"
#: The mixes that are compared: name, what has to be offered for it, what may be built, and the most of the energy that gas may give.
MIXES: tuple[tuple[str, str, tuple[str, ...], float | None], ...] = (
    ("gas only", "", (*GAS, RENTED), None), ("44 % sun", "solar", (*GAS, RENTED, "solar", "battery"), 0.56),
    ("90 % sun", "solar", (*GAS, RENTED, "solar", "battery"), 0.10),
    ("grid and peaker", "grid", ("grid", "gas-engine", "gas-turbine", RENTED), None),
)  # fmt: skip


@dataclass(frozen=True)
class Mix:
    """A supply from part of what can be had, and its test; None where no supply of these keeps the limits, with why.

    `added`: units that it took beside what was planned to pass the test, in its sizes and its cost; the rest is not sized again.
    """

    name: str
    supply: Supply | None
    why: str = ""
    test: Tested | None = None
    added: tuple[PlantOption, int] | None = None


def tried(case: PowerCase, name: str, needed: str, allowed: Sequence[str], share: float | None) -> Mix:
    """A mix of what may be built of it and what is there already, as planned, and its test."""
    plants = [plant for plant in case.plants if plant.name in allowed or plant.name in case.there]
    batteries = [battery for battery in case.batteries if battery.name in allowed or battery.name in case.there]
    there = {one.name for one in each((plants, batteries))}
    if not there or (needed and needed not in there):
        return Mix(name, None, f"none of {needed or ', '.join(allowed)} was offered")
    limits = replace(case.limits, most_share={**case.limits.most_share, **({"gas": share} if share is not None else {})})
    try:
        made = as_there(case, cheapest(case.load, plants, batteries, limits), limits)
        return _passing(case, name, _rounded(case, made, plants))
    except InputError as fault:  # there is none, or the method does not find it
        return Mix(name, None, str(fault) if isinstance(fault, NoSupply) else f"{NOT_FOUND}: {fault}")


def _rounded(case: PowerCase, supply: Supply, plants: Sequence[PlantOption]) -> Supply:
    """A supply with each plant that comes in units rounded up to whole ones, paid for as it is tested; what nobody builds is none of them.

    Not searched for, as those of the plan itself are: what a mix costs lies above the best of its units, by a unit of each kind at most.
    """
    sizes, cost = dict(supply.sizes), dict(supply.cost)
    for plant in (one for one in plants if one.unit):
        size = sizes[plant.name]
        sizes[plant.name] = ceil(size / plant.unit - _WHOLE) * plant.unit if case.seen(size) else 0.0
        there = share_there(plant.ready, len(case.load))
        cost[plant.name] += max(sizes[plant.name] - size, 0.0) * plant.yearly_cost * there
    return replace(supply, sizes=sizes, cost=cost, total=supply.total + sum(cost.values()) - sum(supply.cost.values()))


def _passing(case: PowerCase, name: str, supply: Supply) -> Mix:
    """A mix with as many units as its test takes, of the first kind that helps, the cheapest to hold first; as planned where none does."""
    test = trial(case, supply)
    added = None if case.enough(test) else first_help(case, supply, test)
    if added is None:
        return Mix(name, supply, test=test)
    plant, units = added.plant, added.units
    there = share_there(plant.ready, len(case.load))
    cost, sized = units * plant.unit * plant.yearly_cost * there, more(supply, plant, units)
    sized = replace(sized, total=sized.total + cost, cost={**sized.cost, plant.name: sized.cost[plant.name] + cost})
    return Mix(name, sized, test=added.test, added=(plant, units))
