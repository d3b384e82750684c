"""A site's hall by the hour, for the terminal: PUE and water by month, what makes the PUE, other designs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import Style, table, wrapped

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTS = {
    "it": "racks (IT)", "transformers": "transformers", "ups": "uninterruptible supply", "distribution": "distribution",
    "air_fans": "fans of the racks' air", "pumps": "pumps", "rejection_fans": "fans of heat rejection", "tower_pumps": "tower pumps",
    "chillers": "chillers", "lighting": "light, offices",
}  # fmt: skip
_BAR = 30


def render_facility(data: Mapping[str, Any], style: Style) -> str:
    """The year first, then months, waterfall, hours, other designs, and what all of it rests on."""
    year, wue, weather = data["pue"]["year"], data["wue"]["year"], data["weather"]
    head = (
        f"{data['site']}: PUE {year['p50']:.2f} ({year['p10']:.2f} to {year['p90']:.2f}), water {wue['p50']:.2f} L/kWh "
        f"({wue['p10']:.2f} to {wue['p90']:.2f}), {_design(data)}."
    )
    kind = "a synthetic typical year" if weather["kind"] == "synthetic" else "a file"
    told = (
        f"Weather: {weather['name']}, {kind}, made {weather['warmer']:.1f} K warmer (assumed). "
        f"Racks at {data['load_factor']['p50']:.0%} of rating (assumed); water per kWh at the racks."
        + "".join(f" {note[:1].upper()}{note[1:]}." for note in weather["notes"])
    )
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), *wrapped(told.replace("%", " %"), style.width), ""]
    lines += [*_months(data, style), "", *_waterfall(data, style), "", *wrapped(_hours(data), style.width), "", *_designs(data, style), ""]
    approximation = data["approximation"]
    if approximation["pue"] is not None:
        beside = f"In the programme's results: {approximation['pue']['p50']:.2f}. {approximation['why']}"
        lines += wrapped(beside, style.width)
    lines += wrapped(
        "P10 to P90 over the catalogue's ranges, several of them assumptions of grade D (stargauge catalogue cooling, facility). Notes on "
        "the weather and every figure: --json", style.width,
    )  # fmt: skip
    return style.finish(lines)


def _design(data: Mapping[str, Any]) -> str:
    if data["redundancy"]:
        return f"{data['design']}, {data['redundancy']}" + ("" if data["design_stated"] else ", assumed")
    return f"{data['design']}, " + ("as the programme file has it" if data["design_stated"] else "assumed: no design is on record")


def _months(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [
        ("month", 6, "l"),
        ("PUE P10", 8, "r"),
        ("P50", 6, "r"),
        ("P90", 6, "r"),
        ("L/kWh P10", 10, "r"),
        ("P50", 6, "r"),
        ("P90", 6, "r"),
    ]
    rows = [
        [name, *(f"{pue[level]:.3f}" for level in ("p10", "p50", "p90")), *(f"{wue[level]:.3f}" for level in ("p10", "p50", "p90"))]
        for name, pue, wue in zip(_MONTHS, data["pue"]["months"], data["wue"]["months"], strict=True)
    ]
    return table(columns, rows, style)


def _waterfall(data: Mapping[str, Any], style: Style) -> list[str]:
    """Each part over the racks' energy; the longest bar is the largest part beside the racks."""
    parts = [(PARTS[row["part"]], row["share"]) for row in data["waterfall"] if row["share"] > 0.0]
    most = max((share for name, share in parts if name != PARTS["it"]), default=1.0) or 1.0
    mark = "#" if style.ascii else "█"
    rows = [[name, f"{share:.4f}", "" if name == PARTS["it"] else mark * round(_BAR * share / most)] for name, share in parts]
    rows.append(["PUE (mean of the draws)", f"{data['pue']['year']['mean']:.4f}", ""])
    return table([("what makes it", 24, "l"), ("per IT", 7, "r"), ("", _BAR, "l")], rows, style)


def _hours(data: Mapping[str, Any]) -> str:
    hours = {name: f"{one['p50']:,.0f}" for name, one in data["hours"].items()}
    peak = data["peaks"]["coincident"]["p50"]
    told = f"Hours a year: chillers run in {hours['chillers']}, air is wetted in {hours['wetted']}"
    told += f", a loop is warmer than wanted in {hours['warm']}" if data["hours"]["warm"]["p90"] > 0 else ""
    told += f", too humid for outdoor air in {hours['closed']}" if data["hours"]["closed"]["p90"] > 0 else ""
    return f"{told}. Highest hour at the meter: {peak:.2f} W per W of rated racks; PUE then is up to {data['pue']['hottest']['p50']:.2f}."


def _designs(data: Mapping[str, Any], style: Style) -> list[str]:
    """PUE of each design by redundancy, its water, and hours warmer than wanted; the hall's own marked."""
    ways = list(dict.fromkeys(row["redundancy"] for row in data["designs"]))
    short = {"": "range", "distributed": "3N/2"}
    columns = [("design", 21, "w"), *((short.get(way, way), 5, "r") for way in ways), ("L/kWh", 5, "r"), ("warm h", 6, "r")]
    rows = []
    for design in dict.fromkeys(row["design"] for row in data["designs"]):
        own = [row for row in data["designs"] if row["design"] == design]
        mark = "> " if any(row["own"] for row in own) else "  "
        rows.append([mark + design, *(f"{row['pue']:.3f}" for row in own), f"{own[0]['wue']:.2f}", f"{own[0]['warm_hours']:,.0f}"])
    return table(columns, rows, style)
