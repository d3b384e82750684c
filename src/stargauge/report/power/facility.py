"""A site's hall by the hour, for the terminal: PUE and water by month, what makes the PUE, other designs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import notation, say, words
from stargauge.report.retold import retold
from stargauge.report.terminal import Style, table, wrapped

#: The racks among the parts of a waterfall, and how wide the bar of the largest other part is.
_IT, _BAR = "it", 30
_LEVELS = ("p10", "p50", "p90")


def render_facility(data: Mapping[str, Any], style: Style) -> str:
    """The year first, then months, waterfall, hours, other designs, and what all of it rests on."""
    pue, (water, low, high) = _three(data["pue"]["year"]), _three(data["wue"]["year"])
    head = say(
        "{site}: PUE {pue} ({least} to {most}), water {water} L/kWh ({low} to {high}), {design}.", site=data["site"], pue=pue[0],
        least=pue[1], most=pue[2], water=water, low=low, high=high, design=_design(data),
    )  # fmt: skip
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), *wrapped(_basis(data), style.width), ""]
    lines += [*_months(data, style), "", *_waterfall(data, style), "", *wrapped(_hours(data), style.width), "", *_designs(data, style), ""]
    approximation = data["approximation"]
    if approximation["pue"] is not None:
        beside = say("In the programme's results: {pue}.", pue=_fixed(approximation["pue"]["p50"]))
        lines += wrapped(f"{beside} {say(approximation['why'])}", style.width)
    lines += wrapped(
        say("P10 to P90 over the catalogue's ranges, several of them assumptions of grade D (stargauge catalogue cooling, facility). Notes "
            "on the weather and every figure: --json"), style.width,
    )  # fmt: skip
    return style.finish(lines)


def _fixed(value: float, places: int = 2) -> str:
    """A number with so many decimals."""
    text = f"{value:,.{places}f}"
    return notation().number(text)


def _three(levels: Mapping[str, float]) -> tuple[str, str, str]:
    """The middle, then P10 and P90."""
    low, middle, high = (_fixed(levels[level]) for level in _LEVELS)
    return middle, low, high


def _basis(data: Mapping[str, Any]) -> str:
    """The weather, the load, what the water is per, and what must be said of the weather."""
    weather = data["weather"]
    told = {"name": weather["name"], "warmer": _fixed(weather["warmer"], 1), "load": f"{100 * data['load_factor']['p50']:.0f}"}
    text = (
        say("Weather: {name}, a synthetic typical year, made {warmer} K warmer (assumed). Racks at {load} % of rating (assumed); water per "
            "kWh at the racks.", **told)
        if weather["kind"] == "synthetic"
        else say("Weather: {name}, a file, made {warmer} K warmer (assumed). Racks at {load} % of rating (assumed); water per kWh at the "
                 "racks.", **told)
    )  # fmt: skip
    notes = map(weather_note, weather["notes"])
    return text + "".join(f" {note[:1].upper()}{note[1:]}." for note in notes)


def weather_note(note: str) -> str:
    """What must be said of weather, as far as it is of a known form."""
    start, of, about = note.partition(": ") if note.startswith("weather of ") else ("", "", "")
    if of:
        told = "; ".join(_place_note(part) for part in about.split("; "))
        return say("weather of {station}: {note}", station=start.removeprefix("weather of "), note=told)
    return retold(
        note,
        "daily highs and lows are not known of every month: taken {apart} K apart",
        "humidity is not known of every month: dew point estimated from the daily minimum (FAO-56)",
        "sun is not known of every month: estimated from the daily swing of the temperature (Hargreaves, FAO-56)",
        "hottest hours are not known of every month: spread between days by the seasons alone",
        "wind is not known of every month: no wind there",
        "29 February dropped: {number} hours",
        "dew point worked out from the relative humidity in {number} hours",
        "dew point lowered to the air temperature in {number} hours, by at most {most} K",
        "no pressure in {number} hours: that of the elevation",
        "a typical year: its months are of different years",
    )  # fmt: skip


def _place_note(note: str) -> str:
    """What a row of the catalogue says of the weather that a place takes."""
    return retold(
        note,
        "proxy: {place}, {distance} km away and drier", "proxy: {place}, {distance} km away", "proxy: {place}, {distance} km south",
        "proxy: {place}, across the river", "proxy: {place}, across the lake", "proxy: {place}, hot and humid",
        "proxy: {place}, cooler by some degrees", "proxy: {place}, inland and colder in winter",
        "proxy: {place}, nearest place with normals", "proxy: {place}", "station of the same town", "station of the same city",
        "station {name}", "same city", "city page", "weak table", "mean temperature only", "US wholesale price as a stand-in",
    )  # fmt: skip


def _design(data: Mapping[str, Any]) -> str:
    """The design and its redundancy, and who says so."""
    design, stated = data["design"], data["design_stated"]
    if data["redundancy"]:
        both = f"{design}, {data['redundancy']}"
        return both if stated else say("{design}, assumed", design=both)
    if stated:
        return say("{design}, as the programme file has it", design=design)
    return say("{design}, assumed: no design is on record", design=design)


def _months(data: Mapping[str, Any], style: Style) -> list[str]:
    water_unit = notation().unit("L/kWh")
    columns = [
        (say("month"), 6, "l"),
        ("PUE P10", 8, "r"),
        ("P50", 6, "r"),
        ("P90", 6, "r"),
        (f"{water_unit} P10", 10, "r"),
        ("P50", 6, "r"),
        ("P90", 6, "r"),
    ]
    rows = [
        [words().short_date(2000, month).partition(" ")[0], *(_fixed(levels[level], 3) for levels in both for level in _LEVELS)]
        for month, both in enumerate(zip(data["pue"]["months"], data["wue"]["months"], strict=True), 1)
    ]
    return table(columns, rows, style)


def _waterfall(data: Mapping[str, Any], style: Style) -> list[str]:
    """Each part over the racks' energy; the longest bar is the largest part beside the racks."""
    parts = [(row["part"], row["share"]) for row in data["waterfall"] if row["share"] > 0.0]
    most = max((share for part, share in parts if part != _IT), default=1.0) or 1.0
    mark, names = "#" if style.ascii else "█", part_names()
    rows = [[names[part], _fixed(share, 4), "" if part == _IT else mark * round(_BAR * share / most)] for part, share in parts]
    rows.append([say("PUE (mean of the draws)"), _fixed(data["pue"]["year"]["mean"], 4), ""])
    return table([(say("what makes it"), 24, "l"), (say("per IT"), 7, "r"), ("", _BAR, "l")], rows, style)


def part_names() -> dict[str, str]:
    """What takes energy in a hall, in words."""
    return {
        "it": say("racks (IT)"), "transformers": say("transformers"), "ups": say("uninterruptible supply"),
        "distribution": say("distribution"), "air_fans": say("fans of the racks' air"), "pumps": say("pumps"),
        "rejection_fans": say("fans of heat rejection"), "tower_pumps": say("tower pumps"), "chillers": say("chillers"),
        "lighting": say("light, offices"),
    }  # fmt: skip


def _hours(data: Mapping[str, Any]) -> str:
    hours = {name: _fixed(one["p50"], 0) for name, one in data["hours"].items()}
    parts = [say("chillers run in {hours}", hours=hours["chillers"]), say("air is wetted in {hours}", hours=hours["wetted"])]
    if data["hours"]["warm"]["p90"] > 0:
        parts.append(say("a loop is warmer than wanted in {hours}", hours=hours["warm"]))
    if data["hours"]["closed"]["p90"] > 0:
        parts.append(say("too humid for outdoor air in {hours}", hours=hours["closed"]))
    peak, pue = _fixed(data["peaks"]["coincident"]["p50"]), _fixed(data["pue"]["hottest"]["p50"])
    return say(
        "Hours a year: {hours}. Highest hour at the meter: {peak} W per W of rated racks; PUE then is up to {pue}.",
        hours=", ".join(parts), peak=peak, pue=pue,
    )  # fmt: skip


def _designs(data: Mapping[str, Any], style: Style) -> list[str]:
    """PUE of each design by redundancy, its water, and hours warmer than wanted; the hall's own marked."""
    ways = list(dict.fromkeys(row["redundancy"] for row in data["designs"]))
    short = {"": say("range", "redundancy"), "distributed": "3N/2"}
    columns = [
        (say("design"), 21, "w"), *((short.get(way, way), 5, "r") for way in ways), (notation().unit("L/kWh"), 5, "r"),
        (say("warm h"), 6, "r"),
    ]  # fmt: skip
    rows = []
    for design in dict.fromkeys(row["design"] for row in data["designs"]):
        own = [row for row in data["designs"] if row["design"] == design]
        mark = "> " if any(row["own"] for row in own) else "  "
        rows.append([mark + design, *(_fixed(row["pue"], 3) for row in own), _fixed(own[0]["wue"]), _fixed(own[0]["warm_hours"], 0)])
    return table(columns, rows, style)
