"""The programme: its sites side by side, and their sums month by month."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.report.workbook.formula import name_in
from stargauge.report.workbook.outputs import SHOWN, Shown, summary_parts
from stargauge.report.workbook.parts import Heading, Part, Row, Sheet, Single, Text
from stargauge.report.workbook.returns import FLOWS

#: What is summed beyond the rows that are shown by period.
_ALSO = (
    Shown("income_full", "Income before equipment was handed on"),
    Shown("running_full", "Running cost before equipment was handed on"),
    Shown("rent_of_owner", "of which rent to the building", only="Equipment"),
)


def programme_sheet(sites: Sequence[tuple[str, str]]) -> Sheet:
    """What the sheet of outputs tells of each site, one column per site; sites as (key, name)."""
    names = ", ".join(f'"{name}"' for _, name in sites)
    parts: tuple[Part, ...] = (
        Heading("Rates of return of the whole programme, from its calendar years"),
        *(Single(f"whole_{name}", label.capitalize(), "share", f"Returns.{name}") for name, _, label in FLOWS),
        Heading("Sites"),
        Row("number", "Site, counted from 1", "count", "number[t-1] + 1"),
        *(_across(part, sites) for part in summary_parts() if not isinstance(part, Text)),
    )
    return Sheet(
        "Programme",
        "The programme: its sites side by side",
        parts,
        len(sites),
        (),
        "Totals are those of the programme. By month: sheets Building and Equipment; by period: Years, Quarters, FiscalYears.",
        (("Site", "text", f"CHOOSE(number[t], {names})"), ("Number", "count", "number[t]")),
    )


def _across(part: Part, sites: Sequence[tuple[str, str]]) -> Part:
    """A value of each site; money adds up."""
    if not isinstance(part, Single):
        return part
    own = ", ".join(f"Outputs.{name_in(key, part.name)}" for key, _ in sites)
    return Row(part.name, part.label.replace(": site", ""), part.unit, f"CHOOSE(number[t], {own})", "sum" if part.unit == "USD" else "")


def total_sheet(asset: tuple[str, str], sites: Sequence[tuple[str, str]], months: int) -> Sheet:
    """An asset of all sites by month: the same rows as on the sheet of a site, added up."""
    sheet, label = asset

    def added(row: str) -> str:
        return " + ".join(f"{key}.{sheet}.{row}" for key, _ in sites)

    rows = [shown for shown in (*SHOWN, *_ALSO) if shown.only in ("", sheet)]
    parts: tuple[Part, ...] = (
        Heading("All sites"),
        *(Row(one.name, one.label, "USD", added(f"{one.name}[t]"), "sum" if one.flow else "last") for one in rows),
        Single("npv", "Net present value to the owners", "USD", added("npv")),
    )
    return Sheet(sheet, f"{label} of all sites", parts, months, (), "Sums of the sheets of the sites.")
