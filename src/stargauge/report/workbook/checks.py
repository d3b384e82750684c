"""Checks: the books of every month, the roll of every balance, rent paid against rent received, and the run that the inputs came from."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.report.workbook.parts import Given, Heading, Part, Sheet, Single, Text

ASSETS = ("Building", "Equipment")


def checks_sheet(as_run: Sequence[Given]) -> Sheet:
    """Every check is nought. `as_run`: totals of the run, named `run_<sheet>_<row>`, which hold while the inputs are as they were."""
    own = _own()
    compared = tuple(_compared(given) for given in as_run)
    parts: tuple[Part, ...] = (
        Heading("All checks"),
        Single("faults", "Checks that are not nought", "count",
               f"SUMPRODUCT((ABS({own[0].name}::{own[-1].name}) > tolerance) * 1)", look="check"),
        Single("faults_run", "Totals that differ from the run", "count",
               f"SUMPRODUCT((ABS({compared[0].name}::{compared[-1].name}) > tolerance) * 1)", look="check"),
        Single("verdict", "Verdict", "text", 'IF(faults + faults_run = 0, "OK", "FAULT")'),
        Heading("Books: nought whatever the inputs are"),
        *own,
        Heading("Against the run: nought while the inputs are as the run left them"),
        Single("inputs_changed", "Inputs that were changed", "count", "Inputs.changed"),
        *compared,
        Text("Every scenario has totals of its own. Once an input is changed, the totals of the run no longer apply and these "
             "checks say nought."),
    )  # fmt: skip
    return Sheet(
        "Checks",
        "Checks",
        parts,
        0,
        (("Inputs", ""), ("Run", "")),
        "Differences in USD; one below half a cent, or in the eleventh digit of the largest total, is none.",
    )


def _own() -> tuple[Single, ...]:
    made: list[Single] = []
    for sheet in ASSETS:
        key = sheet.lower()
        made += [
            Single(f"{key}_books", f"{sheet}: sources less uses, sum over months without sign", "USD",
                   f"SUMPRODUCT(ABS({sheet}.books[:]))", look="check"),
            Single(f"{key}_debt", f"{sheet}: debt at the end less drawn, accrued and paid", "USD",
                   f"SUMPRODUCT(ABS({sheet}.debt_roll[:]))", look="check"),
            Single(f"{key}_cash", f"{sheet}: cash in less cash out and held", "USD",
                   f"SUMPRODUCT(ABS({sheet}.cash_roll[:]))", look="check"),
            Single(f"{key}_repaid", f"{sheet}: debt left at the end", "USD", f"ROUND({sheet}.waiting + {sheet}.balance, 2)", look="check"),
            Single(f"{key}_held", f"{sheet}: held at the end", "USD", f"ROUND({sheet}.held, 2)", look="check"),
            Single(f"{key}_phases", f"{sheet}: cost less that of its phases when complete", "USD",
                   f"ROUND({sheet}.cost_left, 2)", look="check"),
        ]  # fmt: skip
    made += [
        Single("rent", "Rent paid less rent received", "USD", "ROUND(Equipment.rent_paid - Building.income_full, 2)", look="check"),
        Single("years", "Owners' flows by year less by month", "USD",
               "ROUND(Years.building_equity_flow + Years.equipment_equity_flow - Building.equity_flow - "
               "Equipment.equity_flow, 2)", look="check"),
        Single("quarters", "Owners' flows by quarter less by month", "USD",
               "ROUND(Quarters.building_equity_flow + Quarters.equipment_equity_flow - Building.equity_flow - "
               "Equipment.equity_flow, 2)", look="check"),
        Single("fiscal_years", "Owners' flows by fiscal year less by month", "USD",
               "ROUND(FiscalYears.building_equity_flow + FiscalYears.equipment_equity_flow - Building.equity_flow - "
               "Equipment.equity_flow, 2)", look="check"),
    ]  # fmt: skip
    return tuple(made)


def _compared(given: Given) -> Single:
    sheet, _, row = given.name.removeprefix("run_").partition("_")
    difference = f"({sheet}.{row} - {given.name})"
    allowed = f"MAX(tolerance, share_that_counts * MAX(run_{sheet}_cost::run_{sheet}_npv))"
    return Single(
        f"against_{sheet}_{row}",
        given.label,
        "USD",
        f"IF(AND(inputs_changed = 0, ABS({difference}) > {allowed}), {difference}, 0)",
        look="check",
    )
