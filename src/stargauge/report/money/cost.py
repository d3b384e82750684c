"""What an accelerator-hour, a megawatt-year and a million tokens cost, as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import notation, say
from stargauge.report.terminal import PLAIN, Style, command_for, labelled, table, to_copy, wrapped
from stargauge.report.why.sensitivity import bars
from stargauge.report.wording import chip_name, counted, day_text, figures, percent

#: What the parts of a cost are called in a column.
_PARTS = {
    "equipment_capital": "chips",
    "building_capital": "hall",
    "electricity": "power",
    "upkeep": "upkeep",
    "staff": "staff",
    "property": "tax",
}
#: How many rents on record are shown.
_MOST_RENTS = 6


def render_cost(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The finding, a table per accelerator-hour, per megawatt-year and per building let, what moves them, and where to look next."""
    lines = [style.bold(one) for one in wrapped(headline(data), style.width)]
    supposed = f", supposing {', '.join(data['supposed'])}" if data["supposed"] else ""
    told = f"{data['programme']}{supposed}, known on {day_text(data['as_of'])}, {data['draws']:,} draws, USD of {data['price_year']}."
    lines += wrapped(told, style.width)
    for title, part in (
        (f"USD per sold hour of one accelerator, {sold(data)} of hours sold", _hours(data, style)),
        (f"The parts of it, P50, USD per sold hour, {sold(data)} of hours sold", _hour_parts(data, style)),
        ("M USD per MW of IT power and year", _sites(data, style)),
        ("A building let without chips and power, USD per kW of IT power and month", _lets(data, style)),
        (f"What moves {data['tornado']['address']}" if data["tornado"] else "", _moves(data, style) if data["tornado"] else []),
        ("Rents on record: on contract, then on demand, the newest first", _rents(data, style)),
    ):
        lines += ["", style.bold(title), *part] if part else []
    lines += [
        "",
        *wrapped(data["basis"], style.width),
        *to_copy("Why?    ", command_for(data["asked_as"], data["hours"][0]["address"]), style),
    ]
    return style.finish(lines)


def headline(data: Mapping[str, Any]) -> str:
    """One sentence: what an hour of the first pair costs, at which utilisation, and how often the market's rent covers it."""
    first = data["hours"][0]
    chip, site = chip_name(first["chip"]), first["site_name"]
    if first["cost"]["p50"] is None:
        return f"The cost of an hour of {chip} at {site} is not known."
    covered = "" if first["covered"] is None else f"; the market's rent covers that in {percent(first['covered'])} of the worlds"
    cost = f"{money(first['cost'], 'p50')} USD ({money(first['cost'], 'p10')} to {money(first['cost'], 'p90')})"
    return f"An hour of one {chip} at {site} costs its owner {cost} where {sold(data)} of hours are sold{covered}."


def sold(data: Mapping[str, Any]) -> str:
    """The share of hours sold: `75 % (63 to 87)`."""
    low, middle, high = (percent(data["hours_sold_share"][name]) for name in ("p10", "p50", "p90"))
    span = say("{low} to {high}", low=low.removesuffix(" %"), high=high.removesuffix(" %"))
    return f"{middle} ({span} %)"


def money(levels: Mapping[str, Any], name: str) -> str:
    """A level with two places where it is small; a dash where it is absent."""
    value = levels[name]
    return "–" if value is None else notation().number(f"{value:.2f}") if abs(value) < 100.0 else figures(value)


def _span(levels: Mapping[str, Any]) -> str:
    return "–" if levels["p10"] is None else f"{money(levels, 'p10')}–{money(levels, 'p90')}"


def _hours(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [("site", 17, "l"), ("chip", 11, "l"), ("P50", 5, "r"), ("P10–P90", 10, "r"), ("market rent", 11, "r"), ("covers", 6, "r"),
               ("USD/Mtok", 8, "r")]  # fmt: skip
    rows = [
        (one["site"], one["chip"], money(one["cost"], "p50"), _span(one["cost"]), _span(one["market_rent"]), percent(one["covered"]),
         money(one["tokens"], "p50"))
        for one in data["hours"]
    ]  # fmt: skip
    return [*table(columns, rows, style), *wrapped(data["notes"]["market_rent"], style.width)]


def _hour_parts(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [("site", 17, "l"), ("chip", 11, "l"), *((word, 6, "r") for word in _PARTS.values())]
    return table(
        columns, [(one["site"], one["chip"], *(money(one["parts"][part], "p50") for part in _PARTS)) for one in data["hours"]], style
    )


def _sites(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [
        ("site", 17, "l"),
        ("P50", 5, "r"),
        ("P10–P90", 11, "r"),
        *((word, 5 if word != "upkeep" else 6, "r") for word in _PARTS.values()),
    ]
    rows = [
        (one["site"], money(one["cost"], "p50"), _span(one["cost"]), *(money(one["parts"][part], "p50") for part in _PARTS))
        for one in data["sites"]
    ]  # fmt: skip
    return [*table(columns, rows, style), *_yardstick(data, style)]


def _yardstick(data: Mapping[str, Any], style: Style) -> list[str]:
    """The published cost per power and year beside ours, on both bases."""
    made, first = data["yardstick"], data["sites"][0]
    if made is None:
        return []
    meter = f"{first['site']}: {money(first['cost'], 'p50')} per MW IT, {money(first['at_the_meter'], 'p50')} at the meter"
    later = f"; published after {day_text(data['as_of'])}" if made["hindsight"] else ""
    text = f"{made['publisher']}: {figures(made['value'])} ({made['note'].split(';')[0]}; which power is not said{later}). {meter}."
    return labelled("check", text, style, indent=0, label_width=7)


def _lets(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [("site", 17, "l"), ("break-even", 10, "r"), ("P10–P90", 13, "r"), ("market rent", 15, "r"), ("covers", 6, "r")]
    rows = [
        (one["site"], money(one["building_rent"], "p50"), _span(one["building_rent"]), _span(one["market_building_rent"]),
         percent(one["building_covered"]))
        for one in data["sites"]
    ]  # fmt: skip
    return [*table(columns, rows, style), *wrapped(data["notes"]["building"], style.width)]


def _moves(data: Mapping[str, Any], style: Style) -> list[str]:
    """Bars of the inputs always shown and of the others that move the cost most, and where all of them are."""
    made = data["tornado"]
    lines = bars(made, style, every=True, ranges="by us")
    kept = "Shown: life, hours sold, power price and discount rate, and the other inputs that move the median most."
    rest = f"Not shown: {counted(len(made['left']), 'uncertain input')}; stargauge sensitivity with this address." if made["left"] else ""
    return [*lines, *wrapped(f"{kept} {rest}".rstrip(), style.width)]


def _rents(data: Mapping[str, Any], style: Style) -> list[str]:
    shown: Sequence[Mapping[str, Any]] = data["rents"][:_MOST_RENTS]
    columns = [("chip", 12, "l"), ("rent", 17, "l"), ("of", 17, "l"), ("", 30, "w")]
    return table(columns, [(one["chip"], one["value"], day_text(one["as_of"]), one["kind"]) for one in shown], style) if shown else []
