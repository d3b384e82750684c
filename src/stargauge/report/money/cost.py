"""What an accelerator-hour, a megawatt-year and a million tokens cost, as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import notation, say
from stargauge.report.retold import retold
from stargauge.report.terminal import PLAIN, Style, command_for, known_text, labelled, table, to_copy, wrapped
from stargauge.report.why.sensitivity import bars
from stargauge.report.wording import chip_name, counted, day_text, figures, percent

#: How many rents on record are shown.
_MOST_RENTS = 6


def render_cost(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The finding, a table per accelerator-hour, per megawatt-year and per building let, what moves them, and where to look next."""
    lines = [style.bold(one) for one in wrapped(headline(data), style.width)]
    supposed = say(", supposing {what}", what=", ".join(data["supposed"])) if data["supposed"] else ""
    money_of = say("USD of {year}", year=data["price_year"])
    told = f"{data['programme']}{supposed}, {known_text(data)}, {counted(data['draws'], 'draw')}, {money_of}."
    lines += wrapped(told, style.width)
    for title, part in (
        (say("USD per sold hour of one accelerator, {sold} of hours sold", sold=sold(data)), _hours(data, style)),
        (say("The parts of it, P50, USD per sold hour, {sold} of hours sold", sold=sold(data)), _hour_parts(data, style)),
        (say("M USD per MW of IT power and year"), _sites(data, style)),
        (say("A building let without chips and power, USD per kW of IT power and month"), _lets(data, style)),
        (say("What moves {address}", address=data["tornado"]["address"]) if data["tornado"] else "", _moves(data, style)),
        (say("Rents on record: on contract, then on demand, the newest first"), _rents(data, style)),
    ):
        lines += ["", *(style.bold(one) for one in wrapped(title, style.width)), *part] if part else []
    why = command_for(data["asked_as"], data["hours"][0]["address"])
    lines += ["", *wrapped(say(data["basis"]), style.width), *to_copy(f"{say('Why?'):<8}", why, style)]
    return style.finish(lines)


def headline(data: Mapping[str, Any]) -> str:
    """One sentence: what an hour of the first pair costs, at which utilisation, and how often the market's rent covers it."""
    first = data["hours"][0]
    chip, site = chip_name(first["chip"]), first["site_name"]
    if first["cost"]["p50"] is None:
        return say("The cost of an hour of {chip} at {site} is not known.", chip=chip, site=site)
    middle, low, high = (money(first["cost"], name) for name in ("p50", "p10", "p90"))
    told = say(
        "An hour of one {chip} at {site} costs its owner {cost} USD ({low} to {high}) where {sold} of hours are sold", chip=chip, site=site,
        cost=middle, low=low, high=high, sold=sold(data),
    )  # fmt: skip
    if first["covered"] is None:
        return f"{told}."
    return say("{cost}; the market's rent covers that in {share} of the worlds.", cost=told, share=percent(first["covered"]))


def _parts() -> dict[str, str]:
    """What the parts of a cost are called in a column."""
    return {
        "equipment_capital": say("chips", "cost"), "building_capital": say("hall", "cost"), "electricity": say("power", "cost"),
        "upkeep": say("upkeep", "cost"), "staff": say("staff", "cost"), "property": say("tax", "cost"),
    }  # fmt: skip


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
    columns = [(say("site"), 17, "l"), (say("chip"), 11, "l"), ("P50", 5, "r"), ("P10–P90", 10, "r"), (say("market rent"), 11, "r"),
               (say("covers"), 6, "r"), ("USD/Mtok", 8, "r")]  # fmt: skip
    rows = [
        (one["site"], one["chip"], money(one["cost"], "p50"), _span(one["cost"]), _span(one["market_rent"]), percent(one["covered"]),
         money(one["tokens"], "p50"))
        for one in data["hours"]
    ]  # fmt: skip
    return [*table(columns, rows, style), *wrapped(say(data["notes"]["market_rent"]), style.width)]


def _hour_parts(data: Mapping[str, Any], style: Style) -> list[str]:
    parts = _parts()
    columns = [(say("site"), 17, "l"), (say("chip"), 11, "l"), *((word, 6, "r") for word in parts.values())]
    rows = [(one["site"], one["chip"], *(money(one["parts"][part], "p50") for part in parts)) for one in data["hours"]]
    return table(columns, rows, style)


def _sites(data: Mapping[str, Any], style: Style) -> list[str]:
    parts = _parts()
    columns = [
        (say("site"), 17, "l"),
        ("P50", 5, "r"),
        ("P10–P90", 11, "r"),
        *((word, max(5, len(word)), "r") for word in parts.values()),
    ]
    rows = [
        (one["site"], money(one["cost"], "p50"), _span(one["cost"]), *(money(one["parts"][part], "p50") for part in parts))
        for one in data["sites"]
    ]  # fmt: skip
    return [*table(columns, rows, style), *_yardstick(data, style)]


def _yardstick(data: Mapping[str, Any], style: Style) -> list[str]:
    """The published cost per power and year beside ours, on both bases."""
    made, first = data["yardstick"], data["sites"][0]
    if made is None:
        return []
    told = {
        "publisher": made["publisher"], "value": figures(made["value"]), "note": say(made["note"].split(";")[0]), "site": first["site"],
        "cost": money(first["cost"], "p50"), "meter": money(first["at_the_meter"], "p50"),
    }  # fmt: skip
    text = (
        say("{publisher}: {value} ({note}; which power is not said; published after {day}). {site}: {cost} per MW IT, {meter} at the "
            "meter.",
            day=day_text(data["as_of"]), **told)
        if made["hindsight"]
        else say("{publisher}: {value} ({note}; which power is not said). {site}: {cost} per MW IT, {meter} at the meter.", **told)
    )  # fmt: skip
    return labelled(say("check"), text, style, indent=0, label_width=7)


def _lets(data: Mapping[str, Any], style: Style) -> list[str]:
    columns = [
        (say("site"), 17, "l"), (say("break-even"), 10, "r"), ("P10–P90", 13, "r"), (say("market rent"), 15, "r"), (say("covers"), 6, "r"),
    ]  # fmt: skip
    rows = [
        (one["site"], money(one["building_rent"], "p50"), _span(one["building_rent"]), _span(one["market_building_rent"]),
         percent(one["building_covered"]))
        for one in data["sites"]
    ]  # fmt: skip
    return [*table(columns, rows, style), *wrapped(say(data["notes"]["building"]), style.width)]


def _moves(data: Mapping[str, Any], style: Style) -> list[str]:
    """Bars of the inputs always shown and of the others that move the cost most, and where all of them are."""
    made = data["tornado"]
    if not made:
        return []
    lines = bars(made, style, every=True, ours=True)
    kept = say("Shown: life, hours sold, power price and discount rate, and the other inputs that move the median most.")
    if made["left"]:
        left = counted(len(made["left"]), "uncertain input")
        kept = f"{kept} {say('Not shown: {inputs}; stargauge sensitivity with this address.', inputs=left)}"
    return [*lines, *wrapped(kept, style.width)]


def _rents(data: Mapping[str, Any], style: Style) -> list[str]:
    shown: Sequence[Mapping[str, Any]] = data["rents"][:_MOST_RENTS]
    columns = [(say("chip"), 12, "l"), (say("rent"), 17, "l"), (say("of", "date"), 17, "l"), ("", 30, "w")]
    rows = [(one["chip"], _rent(one["value"]), day_text(one["as_of"]), say(one["kind"])) for one in shown]
    return table(columns, rows, style) if shown else []


def _rent(value: str) -> str:
    """A rent as its row has it: `1.99..5.0 USD/h`."""
    return retold(value, "{low}..{high} USD/h", "{rent} USD/h")
