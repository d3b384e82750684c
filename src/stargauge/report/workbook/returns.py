"""Rates of return that are there: values of the flows along a ladder of rates, so that none, one or several are told apart."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.report.workbook.parts import Heading, Part, Row, Sheet, Single, of_site

#: Rates on the ladder.
STEPS = 120
FLOWS = (
    ("building_equity", "Years.building_equity_flow", "owners of the building, after debt and tax"),
    ("equipment_equity", "Years.equipment_equity_flow", "owners of the equipment, after debt and tax"),
    ("building_project", "Years.building_project_flow", "building before debt, tax as with it"),
    ("equipment_project", "Years.equipment_project_flow", "equipment before debt, tax as with it"),
)


def returns_sheet(sites: Sequence[tuple[str, str]]) -> Sheet:
    """Value of each asset's flows by calendar year at each rate of the ladder; where it changes sign once there is one rate of return.

    `sites`: (key, name) of each, with an empty key for the programme as a whole, or for a site alone.
    """
    parts: list[Part] = [
        Heading("Ladder of yearly rates, evenly spaced in logarithms"),
        Row("step", "Step", "count", "step[t-1] + 1"),
        Row("rate_year", "Rate per year", "share",
            "EXP(LN(1 + lowest_return) + (step[t] - 1) / (MAX(step[:]) - 1) * (LN(1 + highest_return) - LN(1 + lowest_return))) - 1"),
    ]  # fmt: skip
    if len(sites) > 1:
        parts.append(Heading("Programme"))
    for site, title in sites:
        parts += of_site(site, title, _rates())
    about = "One change of sign between the lowest and the highest rate: one rate of return. None or several are told in words."
    return Sheet("Returns", "Rates of return", tuple(parts), STEPS, (("Inputs", ""),), about, (("Rate per year", "share", "rate_year[t]"),))


def _rates() -> tuple[Part, ...]:
    return tuple(part for flow in FLOWS for part in _rate(*flow))


def _rate(name: str, flow: str, label: str) -> tuple[Part, ...]:
    return (
        Heading(label.capitalize()),
        Row(f"{name}_value", "Value of the flows at the rate", "USD",
            f"SUMPRODUCT({flow}[:] / (1 + rate_year[t]) ^ (Years.count[:] - 1))"),
        Row(f"{name}_turn", "It changes sign after this rate", "flag",
            f"IF(step[t] < MAX(step[:]), IF({name}_value[t] * {name}_value[t+1] < 0, 1, 0), 0)",
            "sum", look="flag"),
        Row(f"{name}_at", "Rate at which it does", "share", f"{name}_turn[t] * rate_year[t]", "sum"),
        Single(name, f"Rate of return per year: {label}", "share",
               f'IF({name}_turn = 1, IFERROR(IRR({flow}[:], {name}_at), "none found"), IF({name}_turn = 0, "none", "several"))'),
    )  # fmt: skip
