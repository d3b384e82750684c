"""Which kind of uncertainty an input is: of dates, money, chips, power, labour, of a definition, or other. One table."""

from __future__ import annotations

from collections.abc import Mapping

from stargauge.quantity.quantity import Quantity
from stargauge.quantity.statement import PICK, Input, Mixture

DATES, MONEY, CHIPS, POWER, LABOUR, DEFINITIONS, OTHER = "dates", "money", "chips", "power", "labour", "definitions", "other"
GROUPS = (DATES, MONEY, CHIPS, POWER, LABOUR, DEFINITIONS, OTHER)

#: The group of the inputs that each module of inputs/ makes.
MODULES: Mapping[str, str] = {
    "schedule": DATES, "slip": DATES, "tracker": DATES, "build": DATES,
    "asset": MONEY, "capex": MONEY, "contract": MONEY, "debt": MONEY, "funding": MONEY, "lease": MONEY, "liquidity": MONEY,
    "market": MONEY, "opex": MONEY, "revenue": MONEY, "tax": MONEY,
    "compute": CHIPS, "fleet": CHIPS, "inference": CHIPS, "reliability": CHIPS, "training": CHIPS,
    "facility": POWER, "supply": POWER,
    "labour": LABOUR, "running": LABOUR,
    "environment": OTHER,
}  # fmt: skip

#: Inputs and choices that stand for what a word means, or for a way of reckoning, and not for something in the world.
DEFINED = frozenset({"cash_definition", "labour_method", "pick:labour_method"})

#: Inputs that are of another group than the rest of their module.
APART: Mapping[str, str] = {
    "site_power_band": POWER, "pledge_share": POWER, "building_power": POWER, "campus_size": POWER,
    "accelerator_lead_time": CHIPS, "accelerator_supply": CHIPS, "equipment_unit_cost": CHIPS, "equipment_price_drift": CHIPS,
    "abatement_share": MONEY, "abatement_term": MONEY, "abatement_wage": MONEY, "abatement_investment": MONEY,
}  # fmt: skip


def group_of(quantity: Quantity) -> str:
    """The group of an input."""
    if quantity.name in DEFINED:
        return DEFINITIONS
    return APART.get(quantity.name) or MODULES.get(quantity.function.__module__.rpartition(".")[2], OTHER)


def groups_of(inputs: Mapping[str, Input]) -> dict[str, str]:
    """The group of every input and choice by name; a choice belongs where most of the inputs do that take it, the first of equal ones."""
    out = {name: group_of(made.quantity) for name, made in inputs.items()}
    taken = dict[str, list[str]]()
    for name, made in inputs.items():
        for pick in dict.fromkeys(e.value.pick for e in made.estimates if isinstance(e.value, Mixture)):
            taken.setdefault(PICK + pick, []).append(out[name])
    found = {pick: max(GROUPS, key=groups.count) for pick, groups in taken.items()}
    return out | {pick: DEFINITIONS if pick in DEFINED else group for pick, group in found.items()}
