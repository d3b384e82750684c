"""The sheet of phases: which of them come, how far building and paying have got, what each costs, when it begins to run."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.report.workbook.parts import Heading, Part, Row, Sheet, Single, sheet_in


def phases_sheet(site: str, phases: Sequence[tuple[str, str]], components: Sequence[str], months: int) -> Sheet:
    """Blocks of one row per phase; phases as (key, name)."""
    parts = (
        Heading("Which phases come", "A phase that would run after it was given up, or after the last month, never runs."),
        *(_comes(key, name) for key, name in phases),
        *(_runs(key, name) for key, name in phases),
        Heading("Length of the work, in days"),
        *(
            Single(f"length_{key}", name, "d",
                   f"IF(AND(ISNUMBER(start_{key}), ISNUMBER(energised_{key})), MAX(1, energised_{key} - start_{key}), 1)")
            for key, name in phases
        ),
        *(Single(f"pays_from_{key}", f"{name}: equipment is paid from", "date",
                 f"IF(comes_{key} = 1, energised_{key} - payment_lead, 0)") for key, name in phases),
        *(Single(f"pays_first_{key}", f"{name}: equipment would be paid from, for the tax law", "date", _pays_first(key))
          for key, name in phases),
        Heading("Share of the time of work that has passed"),
        *(Row(f"passed_{key}", name, "1", _passed(key)) for key, name in phases),
        Heading("Share of the construction that is paid", "Three straight thirds of the time; the middle one takes its own share."),
        *(Row(f"built_{key}", name, "1", _s_curve(key)) for key, name in phases),
        Heading("Share of the equipment that is paid", "Evenly, from a lead before power is on until the racks run."),
        *(Row(f"paid_{key}", name, "1", _ramp(key)) for key, name in phases),
        Heading("Cost of each phase when complete, USD of the price year"),
        Single("building_unit_cost", "Cost of building per W of IT power", "USD/W", f"SUM(cost_{components[0]}::cost_{components[-1]})"),
        *(Single(f"building_unit_{key}", f"{name}: cost of building per W", "USD/W", _building_unit(key)) for key, name in phases),
        *(Single(f"equipment_unit_{key}", f"{name}: cost of equipment per W", "USD/W", _equipment_unit(key)) for key, name in phases),
        *(Single(f"building_whole_{key}", f"{name}: construction", "USD", f"it_power_{key} * building_unit_{key}") for key, name in phases),
        *(Single(f"equipment_whole_{key}", f"{name}: equipment", "USD", f"it_power_{key} * equipment_unit_{key}") for key, name in phases),
        *_costs("building", "Construction", "built", phases),
        *_costs("equipment", "Equipment", "paid", phases),
        Heading("Phase begins to run in the month"),
        *(Row(f"begins_{key}", name, "flag", _begins(key), "sum", look="flag") for key, name in phases),
        Heading("IT power that runs at month end"),
        *(Row(f"running_{key}", name, "W", _running(key), "last") for key, name in phases),
    )  # fmt: skip
    scopes = (("Timing", ""), ("Prices", ""), ("Inputs", ""))
    return Sheet(sheet_in(site, "Phases"), "Phases: what is built, paid and running", parts, months, scopes, ASKED)


#: Where the numbers of the sheet can be asked why they are what they are.
ASKED = "Dates, power and unit costs come from Inputs, whose notes say at which address each can be asked: stargauge explain."


def _comes(key: str, name: str) -> Part:
    after_stop = f"IF(ISNUMBER(stop_{key}), IF(operational_{key} > stop_{key}, 0, 1), 1)"
    formula = f"IF(AND(ISNUMBER(energised_{key}), ISNUMBER(operational_{key})), {after_stop}, 0)"
    return Single(f"comes_{key}", f"{name}: comes one day", "flag", formula, look="flag")


def _runs(key: str, name: str) -> Part:
    formula = f"IF(comes_{key} = 1, IF(operational_{key} <= last_month_end, 1, 0), 0)"
    return Single(f"runs_{key}", f"{name}: runs within these months", "flag", formula, look="flag")


def _pays_first(key: str) -> str:
    """The first payment for equipment of a phase that gets power, whether or not it runs one day."""
    lead = f"energised_{key} - payment_lead"
    return f'IF(ISNUMBER(energised_{key}), IF(ISNUMBER(stop_{key}), IF(energised_{key} > stop_{key}, "never", {lead}), {lead}), "never")'


def _passed(key: str) -> str:
    work = f"(IF(ISNUMBER(stop_{key}), MIN(stop_{key}, month_end[t]), month_end[t]) - start_{key}) / length_{key}"
    return f"IF(AND(ISNUMBER(start_{key}), ISNUMBER(energised_{key})), MAX(0, MIN(1, {work})), 0)"


def _s_curve(key: str) -> str:
    x = f"passed_{key}[t]"
    outer = f"(1 - middle_share) / 2 * 3 * (MIN({x}, 1 / 3) + MAX(0, {x} - 2 / 3))"
    return f"{outer} + middle_share * 3 * MIN(1 / 3, MAX(0, {x} - 1 / 3))"


def _ramp(key: str) -> str:
    span = f"operational_{key} - pays_from_{key}"
    return f"IF(comes_{key} = 1, IF({span} > 0, MAX(0, MIN(1, (month_end[t] - pays_from_{key}) / ({span}))), 0), 0)"


def _begins(key: str) -> str:
    return f"IF(runs_{key} = 1, IF(AND(operational_{key} <= month_end[t], operational_{key} > month_end[t-1]), 1, 0), 0)"


def _costs(asset: str, label: str, share: str, phases: Sequence[tuple[str, str]]) -> tuple[Part, ...]:
    return (
        Heading(f"{label} paid in the month, money of the day"),
        *(
            Row(f"{asset}_{key}", name, "USD", f"{asset}_whole_{key} * ({share}_{key}[t] - {share}_{key}[t-1]) * price_level[t]", "sum")
            for key, name in phases
        ),
        Heading("of which for phases that never run", level=2),
        *(Row(f"{asset}_lost_{key}", name, "USD", f"{asset}_{key}[t] * (1 - runs_{key})", "sum") for key, name in phases),
        Heading("Cost of phases that begin to run in the month, complete, USD of the price year", level=2),
        *(Row(f"{asset}_starts_{key}", name, "USD", f"{asset}_whole_{key} * begins_{key}[t]", "sum") for key, name in phases),
    )


def _building_unit(key: str) -> str:
    """Cost of building and of its plants at the prices of the day on which work starts; at the price date for one that never does."""
    years = f"(IF(ISNUMBER(start_{key}), start_{key}, price_date) - price_date) / days_of_year"
    return f"(building_unit_cost + plants_beyond_{key}) * EXP(building_price_drift * {years})"


def _equipment_unit(key: str) -> str:
    """Cost of equipment at the date a phase runs; at the price date for one that never does."""
    years = f"(IF(comes_{key} = 1, operational_{key}, price_date) - price_date) / days_of_year"
    return f"reference_equipment_unit_cost * EXP(equipment_price_drift * {years})"


def _running(key: str) -> str:
    """IT power from the day a phase runs until it is given up."""
    open_still = f"IF(ISNUMBER(stop_{key}), IF(MAX(stop_{key}, operational_{key}) > month_end[t], 1, 0), 1)"
    return f"IF(comes_{key} = 1, IF(operational_{key} <= month_end[t], it_power_{key} * {open_still}, 0), 0)"
