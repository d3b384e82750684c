"""Checks: the books of every month, the roll of every balance, rent paid against rent received, and the run the inputs came from."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.report.workbook.formula import name_in, site_of
from stargauge.report.workbook.parts import Given, Heading, Part, Sheet, Single, Text, of_site

ASSETS = ("Building", "Equipment")
VIEWS = (("years", "Years", "year"), ("quarters", "Quarters", "quarter"), ("fiscal_years", "FiscalYears", "fiscal year"))


def checks_sheet(sites: Sequence[tuple[str, str]], as_run: Sequence[Given]) -> Sheet:
    """Every check is nought. `sites`: (key, name) of each; more than one site, or one with a key, stand in a programme.

    `as_run`: totals of the run, named `run_<sheet>_<row>`, which hold while the inputs are as they were.
    """
    blocks = [part for key, name in sites for part in of_site(key, name, _own(bool(key)))]
    if sites[0][0]:
        blocks += _of_programme()
    own = [part for part in blocks if isinstance(part, Single)]
    compared = tuple(_compared(given) for given in as_run)
    parts: tuple[Part, ...] = (
        Heading("All checks"),
        Single("faults", "Checks that are not nought", "count",
               f"SUMPRODUCT((ABS({own[0].name}::{own[-1].name}) > tolerance) * 1)", look="check"),
        Single("faults_run", "Totals that differ from the run", "count",
               f"SUMPRODUCT((ABS({compared[0].name}::{compared[-1].name}) > tolerance) * 1)", look="check"),
        Single("verdict", "Verdict", "text", 'IF(faults + faults_run = 0, "OK", "FAULT")'),
        Heading("Books: nought whatever the inputs are"),
        *blocks,
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


def _of_programme() -> tuple[Part, ...]:
    """Of the programme as a whole: its views by period, and its owners' flows against those of its sites."""
    return (Heading("Programme"), *(_view(*view) for view in VIEWS))


def _own(in_programme: bool) -> tuple[Single, ...]:
    """Of a site; in a programme it is shown by calendar year only."""
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
            Single(f"{key}_balance", f"{sheet}: assets less debt and equity, sum over months without sign", "USD",
                   f"SUMPRODUCT(ABS({sheet}.balance_sheet[:]))", look="check"),
            Single(f"{key}_repaid", f"{sheet}: debt left at the end", "USD", f"ROUND({sheet}.waiting + {sheet}.balance, 2)", look="check"),
            Single(f"{key}_held", f"{sheet}: held at the end", "USD", f"ROUND({sheet}.held, 2)", look="check"),
            Single(f"{key}_phases", f"{sheet}: cost less that of its phases when complete", "USD",
                   f"ROUND({sheet}.cost_left, 2)", look="check"),
        ]  # fmt: skip
    made += [
        Single("rent", "Rent paid less rent received", "USD", "ROUND(Equipment.rent_paid - Building.income_full, 2)", look="check"),
        *(_view(*view) for view in (VIEWS[:1] if in_programme else VIEWS)),
    ]  # fmt: skip
    return tuple(made)


def _view(name: str, sheet: str, words: str) -> Single:
    shown = " - ".join((f"{sheet}.building_equity_flow + {sheet}.equipment_equity_flow", *(f"{asset}.equity_flow" for asset in ASSETS)))
    return Single(name, f"Owners' flows by {words} less by month", "USD", f"ROUND({shown}, 2)", look="check")


def _compared(given: Given) -> Single:
    site = site_of("", given.name)
    name = given.name.removeprefix(name_in(site, "")).removeprefix("run_")
    sheet, _, row = name.partition("_")
    difference = f"({sheet}.{row} - run_{name})"
    allowed = f"MAX(tolerance, share_that_counts * MAX(run_{sheet}_cost::run_{sheet}_npv))"
    return Single(
        name_in(site, f"against_{name}"),
        given.label,
        "USD",
        f"IF(AND(inputs_changed = 0, ABS({difference}) > {allowed}), {difference}, 0)",
        look="check",
    )
