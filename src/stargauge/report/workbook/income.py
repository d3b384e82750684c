"""What the assets earn and what running them costs: leases, cloud contracts, own use, the market; rent stands in both assets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stargauge.report.workbook.parts import USD, Heading, Part, Row, Single

_NEVER = '"never"'


class Let(NamedTuple):
    """Part of a phase under one lease or cloud contract: its own key, the phase's, the line's, and what it is called."""

    key: str
    phase: str
    line: str
    name: str


def _start_and_end(part: Let) -> tuple[Part, ...]:
    """When a part begins and ends, for its lender (nobody leaves, nobody defaults) and as it comes."""
    k, phase, line, _ = part
    closed = f"IF(ISNUMBER(stop_{phase}), MAX(stop_{phase}, operational_{phase}), last_month_end + 1)"
    return (
        Single(f"closed_{k}", f"{part.name}: phase closes", "date", closed),
        Single(f"ends_{k}", f"{part.name}: ends for the lender", "date",
               f"IF(Phases.comes_{phase} = 1, MIN(operational_{phase} + term_{line}, closed_{k}), {_NEVER})"),
        Single(f"leaves_{k}", f"{part.name}: customer leaves or no longer pays", "date",
               f"MIN(leaves_{line}, defaults_{line}, last_month_end + 1)",
               "a day that never comes counts as after the last month"),
        Single(f"kept_{k}", f"{part.name}: begins before the customer leaves", "flag",
               f"IF(Phases.comes_{phase} = 1, IF(operational_{phase} <= leaves_{k}, 1, 0), 0)", look="flag"),
        Single(f"stops_{k}", f"{part.name}: ends as it comes", "date",
               f"IF(kept_{k} = 1, MIN(operational_{phase} + term_{line}, defaults_{line}, closed_{k}), {_NEVER})"),
        Row(f"secured_{k}", f"{part.name}: runs, for the lender", "flag",
            f"IF(Phases.comes_{phase} = 1, IF(AND(operational_{phase} <= month_end[t], ends_{k} > month_end[t]), 1, 0), 0)", look="flag"),
        Row(f"runs_{k}", f"{part.name}: runs, as it comes", "flag",
            f"IF(kept_{k} = 1, IF(AND(operational_{phase} <= month_end[t], stops_{k} > month_end[t]), 1, 0), 0)", look="flag"),
    )  # fmt: skip


def _damages(part: Let, rate: str) -> tuple[Part, ...]:
    """Delay damages: per day from the planned day until it runs, the customer leaves, or the cap is reached."""
    k, phase, line, _ = part
    until = f"MIN(IF(Phases.comes_{phase} = 1, operational_{phase}, last_month_end + far), leaves_far_{k}, planned_{phase} + damages_cap)"
    share = f"MAX(0, MIN(1, (month_end[t] - planned_{phase}) / (late_until_{k} - planned_{phase})))"
    before = f"MAX(0, MIN(1, (IF(number[t] = 1, planned_{phase}, month_end[t-1]) - planned_{phase}) / (late_until_{k} - planned_{phase})))"
    return (
        Single(f"leaves_far_{k}", f"{part.name}: customer leaves or no longer pays, however late", "date",
               f"MIN(leaves_{line}, defaults_{line}, last_month_end + far)"),
        Single(f"late_until_{k}", f"{part.name}: delay is paid until", "date", f"IF(ISNUMBER(planned_{phase}), {until}, {_NEVER})"),
        Single(f"damages_whole_{k}", f"{part.name}: delay damages", USD,
               f"IF(ISNUMBER(planned_{phase}), power_{k} * IF(ISNUMBER(damages_{line}), damages_{line} / watts_per_kilowatt / "
               f"days_of_month, {rate} * damages_share)"
               f" * MAX(0, late_until_{k} - planned_{phase}), 0)"),
        Row(f"damages_{k}", f"{part.name}: delay damages of the month", USD,
            f"IF(damages_whole_{k} > 0, damages_whole_{k} * ({share} - {before}), 0)", "sum"),
    )  # fmt: skip


def lease_parts(leases: Sequence[Let], phases: Sequence[tuple[str, str]]) -> tuple[Part, ...]:
    """Rent of the building: under leases for the lender, as it comes, then the market; its running cost."""
    rows: list[Part] = [Heading("Leases", "Rent per IT power and day; a lease begins when its phase runs.")]
    rows.append(
        Single(
            "campus_rent_day",
            "Market rent of a campus per W and day, price date",
            "USD/W/d",
            "campus_asking_rent * campus_ratio / watts_per_kilowatt / days_of_month",
        )
    )
    for part in leases:
        k, phase, line = part.key, part.phase, part.line
        at = f'MIN(COUNTIF(month_end[:], "<" & operational_{phase}) + 1, number_of_months)'
        at = f"INDEX(price_level[:], IF(Phases.comes_{phase} = 1, {at}, number_of_months))"
        rows += [
            Heading(part.name, level=2),
            Single(f"power_{k}", f"{part.name}: IT power let", "W", f"it_power_{phase} * let_{k}"),
            Single(f"rent_{k}", f"{part.name}: first rent per W and day", "USD/W/d",
                   f"IF(ISNUMBER(rent_{line}), rent_{line} / watts_per_kilowatt / days_of_month, campus_rent_day * {at})"),
            *_start_and_end(part),
            Row(f"rises_{k}", f"{part.name}: rise of the rent since the start", "1",
                f"IF(Phases.comes_{phase} = 1, EXP(LN(1 + escalation_{line}) * (month_end[t] - operational_{phase}) / days_of_year), 0)"),
            Row(f"lease_secured_{k}", f"{part.name}: rent for the lender", USD,
                f"secured_{k}[t] * power_{k} * rent_{k} * rises_{k}[t] * days[t]", "sum"),
            Row(f"lease_{k}", f"{part.name}: rent as it comes", USD, f"runs_{k}[t] * power_{k} * rent_{k} * rises_{k}[t] * days[t]", "sum"),
            Single(f"again_{k}", f"{part.name}: let again from", "date",
                   f"IF(Phases.comes_{phase} = 1, IF(kept_{k} = 1, stops_{k}, operational_{phase}) + relet_gap, {_NEVER})"),
            Row(f"market_{k}", f"{part.name}: power let again", "W",
                f"IF(Phases.comes_{phase} = 1, IF(AND(again_{k} <= month_end[t], closed_{k} > month_end[t]), power_{k} * "
                f"IF(kept_{k} = 1, relet_ratio, 1), 0), 0)"),
            *(_damages(part, f"rent_{k}") if line != "unlet" else (Row(f"damages_{k}", f"{part.name}: delay damages of "
                f"the month", USD, "0 * days[t]", "sum"),)),
        ]  # fmt: skip
    for phase, name in phases:
        mine = " - ".join(f"power_{part.key}" for part in leases if part.phase == phase)
        own = f"MAX(0, it_power_{phase}" + (f" - {mine}" if mine else "") + ")"
        closed = f"IF(ISNUMBER(stop_{phase}), MAX(stop_{phase}, operational_{phase}), last_month_end + 1)"
        rows.append(
            Row(f"unlet_{phase}", f"{name}: power that no lease is for, let on the market", "W",
                f"IF(Phases.comes_{phase} = 1, IF(AND(operational_{phase} + relet_gap <= month_end[t], {closed} > month_end[t]), "
                f"{own}, 0), 0)")
        )  # fmt: skip
    sums = {
        "secured_rent": "lease_secured", "lease_rent": "lease", "market_power": "market", "damages": "damages",
    }  # fmt: skip
    added = {name: " + ".join(f"{row}_{part.key}[t]" for part in leases) for name, row in sums.items()}
    unlet = " + ".join(f"unlet_{phase}[t]" for phase, _ in phases)
    rows += [
        Heading("Income and running cost of the building"),
        Row("lease_rent", "Rent under leases", USD, added["lease_rent"], "sum"),
        Row("market_power", "IT power let on the market", "W", f"{added['market_power']} + {unlet}"),
        Row("market_income", "Rent of the market", USD, "market_power[t] * campus_rent_day * price_level[t] * days[t]", "sum"),
        Row("damages", "Delay damages", USD, added["damages"], "sum"),
        Row("income_full", "Income", USD, "lease_rent[t] + market_income[t] - damages[t] + Paths.residual_guarantee[t]", "sum"),
        Row("income_secured", "Income under contract, for the lender", USD, added["secured_rent"], "sum"),
        Row("running_full", "Running cost: management", USD, "MAX(0, income_full[t]) * management_share", "sum"),
        *_kept(),
    ]  # fmt: skip
    return tuple(rows)


def _kept() -> tuple[Part, ...]:
    """Share of the income under contract that still comes, over the last twelve months."""
    return (
        Row("due_so_far", "Income under contract so far", USD, "due_so_far[t-1] + income_secured[t]"),
        Row("came_so_far", "of which came", USD, "came_so_far[t-1] + MIN(income_full[t], income_secured[t])"),
        Row("due_year", "Income under contract of twelve months", USD,
            "due_so_far[t] - IF(number[t] > 12, INDEX(due_so_far[:], number[t] - 12), 0)"),
        Row("came_year", "of which came", USD, "came_so_far[t] - IF(number[t] > 12, INDEX(came_so_far[:], number[t] - 12), 0)"),
        Row("kept", "Share of the income under contract that still comes", "share",
            "IF(due_year[t] > 0, MAX(0, MIN(1, came_year[t] / IF(due_year[t] > 0, due_year[t], 1))), 1)"),
    )  # fmt: skip


def compute_parts(contracts: Sequence[Let], phases: Sequence[tuple[str, str]]) -> tuple[Part, ...]:
    """Income of the equipment: cloud contracts, own use at cost, hours on the market; and what running it costs."""
    rows: list[Part] = [*_running(phases), Heading("Cloud contracts")]
    for part in contracts:
        k, phase, line = part.key, part.phase, part.line
        rows += [
            Heading(part.name, level=2),
            Single(f"power_{k}", f"{part.name}: IT power under contract", "W", f"it_power_{phase} * let_{k}"),
            Single(f"rate_{k}", f"{part.name}: price per W and day", "USD/W/d", f"price_{line} / watts_per_kilowatt / days_of_month"),
            *_start_and_end(part),
            Row(f"contract_secured_{k}", f"{part.name}: paid used or not", USD,
                f"secured_{k}[t] * power_{k} * rate_{k} * take_or_pay_{line} * days[t]", "sum"),
            Row(f"contract_{k}", f"{part.name}: paid as it comes", USD,
                f"runs_{k}[t] * power_{k} * rate_{k} * MAX(take_or_pay_{line}, used_share) * days[t]", "sum"),
            Row(f"bound_{k}", f"{part.name}: power that runs under it", "W", f"runs_{k}[t] * power_{k}"),
            *_damages(part, f"rate_{k}"),
        ]  # fmt: skip

    def added(row: str) -> str:
        return " + ".join(f"{row}_{part.key}[t]" for part in contracts) or "0 * days[t]"

    h100 = " + ".join(f"h100_{phase}[t]" for phase, _ in phases)
    rows += [
        Heading("Computing power on the market"),
        Single("life_days", "Economic life of equipment in days", "d", "equipment_life * days_of_month"),
        *(row for phase, name in phases for row in _h100(phase, name)),
        Row("h100", "Computing power that runs, counted in H100", "1", h100),
        Row("bound_power", "IT power that runs under contracts", "W", added("bound")),
        Row("free_share", "Share of the computing power that is for the market", "share",
            "IF(power[t] > 0, MAX(0, MIN(1, 1 - own_use - bound_power[t] / IF(power[t] > 0, power[t], 1))), MAX(0, 1 - own_use))"),
        Row("market_income", "Hours sold on the market", USD,
            "free_share[t] * h100[t] * Prices.market_rent[t] * hours_sold_share * hours_per_day * days[t]", "sum"),
        Heading("Own use, credited at cost"),
        Single("real_rate", "Real rate that equity asks", "share", "MAX((1 + discount_rate) / (1 + inflation) - 1, rounding)"),
        Single("recovery", "Yearly share of the cost that repays it with that rate over its life", "share",
               "real_rate / (1 - (1 + real_rate) ^ (-equipment_life / 12))"),
        Single("mean_unit_cost", "Cost of equipment per W of the site", "USD/W",
               "IF(site_power > 0, SUM(Phases.equipment_whole_{0}::Phases.equipment_whole_{1}) / site_power, 0)"),
        Row("own_use_income", "Own use at cost", USD,
            "own_use * (mean_unit_cost * recovery / days_of_year * power[t] * price_level[t] * days[t] + running_full[t])", "sum"),
        Heading("Income"),
        Row("contract_income", "Cloud contracts", USD, added("contract"), "sum"),
        Row("damages", "Delay damages", USD, added("damages"), "sum"),
        Row("income_full", "Income of all equipment", USD, "contract_income[t] + market_income[t] + own_use_income[t] - damages[t]", "sum"),
        Row("income_secured", "Income under contract, for the lender", USD, f"{added('contract_secured')} + own_use_income[t]", "sum"),
        *_kept(),
    ]  # fmt: skip
    first, last = phases[0][0], phases[-1][0]
    return tuple(_filled(row, first, last) for row in rows)


def _filled(part: Part, first: str, last: str) -> Part:
    if isinstance(part, Single) and "{0}" in part.formula:
        return Single(part.name, part.label, part.unit, part.formula.format(first, last), part.note, part.look)
    return part


def _h100(phase: str, name: str) -> tuple[Part, ...]:
    """Computing power of a phase: its own generation until the first renewal, then the next; later ones compute more per W."""
    closed = f"IF(ISNUMBER(stop_{phase}), MAX(stop_{phase}, installed_{phase}), last_month_end + 1)"
    starts = f"(installed_{phase} + renewals_{phase}[t] * life_days)"
    newest = f"IF(renewals_{phase}[t] = 0, newest_{phase}, newest_next_{phase})"
    per_power = f"IF(renewals_{phase}[t] = 0, h100_per_kilowatt_{phase}, h100_per_kilowatt_next_{phase})"
    ahead = f"{newest} * MAX(0, MIN({starts}, MAX(newest_ships, last_month_end)) - newest_ships) / days_of_year"
    runs = f"IF(AND(installed_{phase} <= month_end[t], {closed} > month_end[t]), 1, 0)"
    return (
        Row(f"renewals_{phase}", f"{name}: renewals so far", "count",
            f"IF(ISNUMBER(installed_{phase}), MAX(0, MIN(most_renewals, INT((month_end[t] - installed_{phase}) / life_days))), 0)"),
        Row(f"ahead_{phase}", f"{name}: years after the newest generation announced", "years",
            f"IF(ISNUMBER(installed_{phase}), {ahead}, 0)"),
        Row(f"h100_{phase}", f"{name}: computing power, counted in H100", "1",
            f"IF(ISNUMBER(installed_{phase}), {runs} * it_power_{phase} / watts_per_kilowatt * {per_power} * EXP(-rent_drift * "
            f"ahead_{phase}[t]), 0)"),
    )  # fmt: skip


def _running(phases: Sequence[tuple[str, str]]) -> tuple[Part, ...]:
    running = " + ".join(f"Phases.running_{phase}[t]" for phase, _ in phases)
    power = " + ".join(f"it_power_{phase}" for phase, _ in phases)
    return (
        Heading("Running cost of the equipment"),
        Single("site_power", "IT power of all phases", "W", power),
        Row("power", "IT power that runs at month end", "W", running),
        Single("building_unit", "Cost of building per W of IT power", "USD/W", "Phases.building_unit_cost"),
        Single("staff_unit", "Staff per W and day", "USD/W/d", "staff_per_kilowatt_year / watts_per_kilowatt / days_of_year"),
        Single("upkeep_unit", "Upkeep of building and equipment per W and day", "USD/W/d",
               "(building_unit * maintenance_building + reference_equipment_unit_cost * maintenance_equipment) / days_of_year"),
        Single("insurance_unit", "Insurance per W and day", "USD/W/d", "building_unit * insurance_share / days_of_year"),
        Single("property_tax_unit", "Property tax per W and day, before abatement", "USD/W/d",
               "building_unit * property_tax_share / days_of_year"),
        Row("energy", "Electricity", USD, "power[t] * Paths.energy_unit[t] * energy_factor * price_level[t] * days[t]", "sum"),
        Row("staff", "Staff", USD, "power[t] * staff_unit * price_level[t] * days[t]", "sum"),
        Row("upkeep", "Upkeep", USD, "power[t] * upkeep_unit * price_level[t] * days[t]", "sum"),
        Row("insurance", "Insurance", USD, "power[t] * insurance_unit * price_level[t] * days[t]", "sum"),
        Row("property_tax", "Property tax before abatement", USD, "power[t] * property_tax_unit * price_level[t] * days[t]", "sum"),
        Row("powered", "Something runs", "flag", "IF(power[t] > 0, 1, 0)", look="flag"),
        Single("abated_until", "Property tax is abated until", "date",
               "IFERROR(INDEX(month_end[:], MATCH(1, powered[:], 0)) + abatement_term, 0)"),
        Row("abated", "Property tax abated", USD,
            "IF(month_end[t] <= abated_until, property_tax[t] * abatement_share * abatement_kept, 0)", "sum"),
        Row("rent_paid", "Rent paid to the building", USD, "Building.income_full[t]", "sum"),
        Row("running_full", "Running cost of all equipment, with rent", USD,
            "energy[t] + staff[t] + upkeep[t] + insurance[t] + property_tax[t] - abated[t] + rent_paid[t]", "sum"),
    )  # fmt: skip
