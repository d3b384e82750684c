"""A site's supply hour by hour, for the terminal: energy and what is missing, cost, greenhouse gas, water, months, hours of the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.terminal import Style, labelled, table, wrapped
from stargauge.report.wording import figures, show

Data = Mapping[str, Any]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: What is told of greenhouse gas.
GASES = {
    "scope1": "burnt on site (scope 1)", "scope2": "of the grid, by location (scope 2)",
    "upstream_gas": "of gas before it is burnt (scope 3)", "marginal": "of what more load makes run",
}  # fmt: skip
PARTS = {"bought": "energy bought", "gas": "gas", "upkeep": "upkeep of plants", "demand_charge": "charge for the highest hour"}
BESIDE = {
    "pue": "PUE", "meter": "at the meter", "shortfall": "missing", "water_hall": "water of the hall", "cost": "cost", "scope1": "scope 1",
    "scope2": "scope 2",
}  # fmt: skip
_EVERY = 3
_LABEL = 13


def render_hours(data: Data, style: Style) -> str:
    """The year first, then sources, cost, greenhouse gas and water, months, hours of the day, tokens and runs, and the months beside."""
    lines = [*(style.bold(line) for line in wrapped(_head(data), style.width)), *map(style.soft, wrapped(_about(data), style.width)), ""]
    lines += [*_sources(data, style), ""]
    for label, text in _told(data):
        lines += labelled(label, text, style, indent=0, label_width=_LABEL)
    lines += ["", *_months(data, style), "", *_clock(data, style), ""]
    lines += _runs(data, style) if data["training_runs"] else []
    lines += [*_beside(data, style), ""]
    for note in (*data["notes"], *data["weather"]["notes"]):
        lines += wrapped(f"{note[:1].upper()}{note[1:]}.", style.width)
    lines += wrapped(
        "P10 to P90 over the draws. Load profile, part load, failures and most factors of water are assumptions of grade D (stargauge "
        f"catalogue energy, facility). Money of {data['price_year'] or 'the price year'}, without capital. All figures: --json",
        style.width,
    )  # fmt: skip
    return style.finish(lines)


def level(of: Mapping[str, float] | None, unit: str, key: str = "p50") -> str:
    """One level with its unit; a dash where there is none."""
    return "–" if of is None else show(of[key], unit)


def spread(of: Mapping[str, float] | None, unit: str) -> str:
    """The middle, and from where to where."""
    if of is None:
        return "not given"
    low, middle, high = (show(of[key], unit, of["p50"] or None) for key in ("p10", "p50", "p90"))
    return middle if low == middle == high else f"{middle} ({low} to {high})"


def _head(data: Data) -> str:
    year, gas = data["year"], data["emissions"]
    return (
        f"{data['site']} in {data['year_asked']}: {spread(year['meter'], 'Wh')} at the meter, PUE {spread(year['pue'], '1')}; "
        f"{spread(gas['per_energy'], 'g/Wh')} CO2e in scopes 1 and 2; {spread(data['cost']['total'], 'USD/Wh')}."
    )


def _about(data: Data) -> str:
    weather = data["weather"]
    kind = f"{weather['years']} synthetic years" if weather["kind"] == "synthetic" else f"{weather['years']} of a file"
    design = f"{data['design']}, " + ("as the programme file has it" if data["design_stated"] else "assumed or asked for")
    factors = f" Factors of the grid: {data['factors']}." if data["factors"] else ""
    return (
        f"{data['draws']:,} draws of the model, each in one weather year: {weather['name']}, {kind}. Cooling: {design}. Load: "
        f"{data['profile']}, an assumption, with the mean of each draw in every month.{factors}"
    )


def _sources(data: Data, style: Style) -> list[str]:
    stated = {row["source"]: row for row in data["supply"]}
    rows = []
    for row in data["sources"]:
        said = stated[row["source"]]
        rows.append([
            row["source"], said["role"] + ("" if said["stated"] else ", unstated"), level(said["capacity"], "W"),
            level(row["energy"], "Wh"), level(row["fuel"], "Wh"), level(row["starts"], "1"),
        ])  # fmt: skip
    columns = [("source", 9, "l"), ("role", 16, "l"), ("size", 9, "r"), ("gives", 9, "r"), ("gas", 9, "r"), ("starts", 7, "r")]
    return table(columns, rows, style)


def _told(data: Data) -> Sequence[tuple[str, str]]:
    year, water = data["year"], data["water"]
    cost = ", ".join(f"{PARTS[name]} {level(data['cost'][name], 'USD/Wh')}" for name in PARTS if data["cost"][name] is not None)
    missing = "" if data["cost"]["demand_charge"] is not None else "; no tariff is stated for the highest hour"
    out = [
        ("Missing", _missing(data)),
        ("Highest hour", f"{spread(year['peak'], 'W')}; of the grid, mean of the months {spread(year['billed_peak'], 'W')}."),
        ("Cost", f"{cost}{missing}."),
    ]
    out += [("CO2e", f"{spread(data['emissions'][name], 'g')} {text}" + _beside_only(name)) for name, text in GASES.items()
            if data["emissions"][name] is not None]  # fmt: skip
    out += [("Water", f"{spread(water['site'], 'L')} at the site, {spread(water['upstream'], 'L')} at the power plants that feed it.")]
    if (tokens := data["per_million_tokens"]) is not None:
        gas = tokens["emissions"]
        out.append((
            "1m tokens",
            f"{spread(tokens['meter'], 'Wh')}; {level(gas['scope1'], 'g')} and {level(gas['scope2'], 'g')} CO2e (scopes 1, 2); "
            f"{level(tokens['water_site'], 'L')} and {level(tokens['water_upstream'], 'L')} of water (site, power plants).",
        ))  # fmt: skip
    return out


def _missing(data: Data) -> str:
    year = data["year"]
    if data["shortage"] is None:
        return "nothing: supply meets the load in every hour of every draw."
    missing = f"{spread(year['shortfall_hours'], 'h')} a year, {spread(year['shortfall'], 'Wh')}"
    return f"{missing}: {data['shortage']}. How often units and the grid fail is assumed."


def _beside_only(name: str) -> str:
    return "; beside scope 2, never added." if name == "marginal" else "."


def _months(data: Data, style: Style) -> list[str]:
    columns = [("month", 6, "l"), ("meter", 8, "r"), ("PUE", 5, "r"), ("highest", 8, "r"), ("missing", 8, "r"), ("scope 1", 8, "r"),
               ("scope 2", 8, "r"), ("water", 9, "r")]  # fmt: skip
    rows = [
        [MONTHS[row["month"] - 1], level(row["meter"], "Wh"), level(row["pue"], "1"), level(row["peak"], "W"),
         level(row["shortfall"], "Wh"), level(row["emissions"]["scope1"], "g"), level(row["emissions"]["scope2"], "g"),
         _short(level(row["water_site"], "L"))]
        for row in data["months"]
    ]  # fmt: skip
    return table(columns, rows, style)


def _short(water: str) -> str:
    return water.replace(" million ", "m ").replace(" bn ", "bn ")


def _clock(data: Data, style: Style) -> list[str]:
    columns = [("hour of the day", 15, "l"), ("mean", 9, "r"), ("scope 1", 9, "r"), ("scope 2", 9, "r"), ("water at site", 13, "r")]
    rows = [
        [f"{row['hour']:02d}:00", level(row["mean_power"], "W"), level(row["emissions"]["scope1"], "g"),
         level(row["emissions"]["scope2"], "g"), _short(level(row["water_site"], "L"))]
        for row in data["clock"] if row["hour"] % _EVERY == 0
    ]  # fmt: skip
    return table(columns, rows, style)


def _runs(data: Data, style: Style) -> list[str]:
    """A training run of each model, in the month that emits least and in the one that emits most."""
    columns = [("a training run of", 18, "w"), ("begun in", 8, "l"), ("lasts", 8, "r"), ("meter", 9, "r"), ("scope 1+2", 10, "r"),
               ("water", 9, "r")]  # fmt: skip
    rows = []
    for run in data["training_runs"]:
        by_month = {row["month"]: row for row in run["months"]}
        if run["emissions"] is None:
            rows.append([run["model"], "", "not done in the year", "", "", ""])
            continue
        for which in dict.fromkeys((run["emissions"]["best"], run["emissions"]["worst"])):
            row = by_month[which]
            rows.append([run["model"], MONTHS[which - 1], level(row["hours"], "h"), level(row["meter"], "Wh"),
                         level(row["scopes"], "g"), _short(level(row["water"], "L"))])  # fmt: skip
    return [*table(columns, rows, style), ""]


def _beside(data: Data, style: Style) -> list[str]:
    columns = [("beside", 18, "l"), ("by month", 12, "r"), ("by hour", 12, "r"), ("hour/month", 10, "r")]
    rows = []
    for name, row in data["beside_months"].items():
        if name in BESIDE:
            ratio = row["ratio"]
            rows.append([BESIDE[name], _short(level(row["months"], row["unit"])), _short(level(row["hours"], row["unit"])),
                         "–" if ratio is None else figures(ratio["p50"])])  # fmt: skip
    return [*table(columns, rows, style), *map(style.soft, wrapped(str(data["beside_months"]["why"]), style.width))]
