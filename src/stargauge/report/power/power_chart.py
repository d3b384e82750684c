"""A supply over a week as stacked areas by source with the load over them, and mixes as bars of cost with CO2e beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text, value_axis
from stargauge.report.locale import notation, say
from stargauge.report.power.power_tables import mix_why
from stargauge.report.power.power_words import STATED, kind_text, mix_name, mix_text, money, share_text, source_text
from stargauge.report.wording import figures, plain_number, show

Data = Mapping[str, Any]
#: From the bottom up: what runs as wanted, what gives what it gives, what was stored. What stands above the load is stored or not used.
_STACK = (
    "stated-nuclear", "nuclear", "grid", "stated-fuel-cell", "stated-gas", "combined-cycle", "gas-turbine", "gas-engine", "fuel-cell",
    "rented-generator", "stated-wind", "wind", "stated-solar", "solar", "stated-battery", "battery",
)  # fmt: skip
#: What burns gas is most often side by side: dark, pink and light grey; what is there already has a dashed edge of ink.
_HUES = {
    "nuclear": "rule", "grid": "operational", "combined-cycle": "need", "gas-turbine": "financed", "gas-engine": "rule-2",
    "fuel-cell": "ink", "rented-generator": "rule", "wind": "energised", "solar": "construction", "battery": "contracted",
    "stated-gas": "rule", "stated-fuel-cell": "ink", "stated-nuclear": "rule", "stated-wind": "energised",
    "stated-solar": "construction", "stated-battery": "contracted",
}  # fmt: skip
_DAY, _WEEK = 24, 168
_LINE, _ROW = 18, 46


def week(data: Data, name: str, narrow: bool = False) -> Spec:
    """One of the two weeks, hour by hour."""
    made = data["weeks"][name]
    names = stacked(made["sources"])
    flows = [[max(value, 0.0) for value in made["sources"][one]] for one in names]
    edges = list(accumulate(flows, lambda below, flow: [a + b for a, b in zip(below, flow, strict=True)], initial=[0.0] * _WEEK))
    top, (factor, unit) = max(*edges[-1], *made["load"]), scale_of(max(data["load"]["peak"], 1.0), "W")
    paper = _paper(narrow, len(names))
    layers = [_axes(top / factor)]
    for one, low, high in zip(names, edges, edges[1:], strict=False):
        rows = [{"hour": hour, "low": a / factor, "high": b / factor} for hour, (a, b) in enumerate(zip(low, high, strict=True))]
        layers += [_area(rows, HUES[_HUES.get(one, "need")]), _edge(rows, one)]
    load = [{"hour": hour, "high": value / factor} for hour, value in enumerate(made["load"])]
    layers.append(
        {"data": {"values": load}, "mark": {"type": "line", "color": HUES["ink"], "strokeWidth": 2}, "encoding": {"x": _X, "y": _Y}}
    )
    told = text(notation().unit(unit), -paper.left + 2, -8, HUES["soft"], size=12.5)
    return sized(paper, paper.height, [*layers, *_days(paper), *_key(names, paper), told])


def stacked(sources: Data) -> list[str]:
    """The sources of a week from the bottom up."""
    return sorted(sources, key=lambda name: _STACK.index(name) if name in _STACK else -1)


def _paper(narrow: bool, count: int) -> Paper:
    """A narrow drawing has its names above the plot, a wide one beside it."""
    return Paper(316, 220, 34, 30 + _LINE * (count + 1), 8, 30) if narrow else Paper(540, 260, 34, 30, 164, 30)


_X: Spec = {"field": "hour", "type": "quantitative"}
_Y: Spec = {"field": "high", "type": "quantitative"}


def _axes(top: float) -> Spec:
    x = {**_X, "axis": None, "scale": {"domain": [0, _WEEK - 1], "nice": False}}
    y = {**_Y, "axis": value_axis(5, labelPadding=6, format=",.2~f"), "scale": {"domain": [0, top * 1.04], "nice": False, "zero": True}}
    return {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}}


def _area(rows: list[Spec], colour: str) -> Spec:
    return {"data": {"values": rows}, "mark": {"type": "area", "color": colour, "opacity": 0.8, "line": False},
            "encoding": {"x": _X, "y": _Y, "y2": {"field": "low"}}}  # fmt: skip


def _edge(rows: list[Spec], name: str) -> Spec:
    """The upper edge of an area: of paper, so that areas of near shades part; of dashed ink where it is there already."""
    mark: Spec = {"type": "line", "color": HUES["paper"], "strokeWidth": 1}
    if name.startswith(STATED):
        mark = {"type": "line", "color": HUES["ink"], "strokeWidth": 1, "strokeDash": [3, 3]}
    return {"data": {"values": rows}, "mark": mark, "encoding": {"x": _X, "y": _Y}}


def _days(paper: Paper) -> list[Spec]:
    """Where a day begins, and its number."""
    begins = [{"hour": _DAY * day} for day in range(1, 7)]
    rules = {"data": {"values": begins}, "mark": {"type": "rule", "color": HUES["rule"], "strokeWidth": 1}, "encoding": {"x": _X}}
    names = [say("day {number}", number=day) if not paper.narrow else str(day) for day in range(1, 8)]
    wide = paper.width / 7.0
    return [rules, *(text(name, wide * (day + 0.5), paper.height + 18, HUES["soft"], size=12.5, align="center")
                     for day, name in enumerate(names))]  # fmt: skip


def _key(names: Sequence[str], paper: Paper) -> list[Spec]:
    """The names of the areas in the order in which they lie, the load first."""
    entries = [(say("load"), HUES["ink"]), *((_short(one), HUES[_HUES.get(one, "need")]) for one in reversed(names))]
    x, first = (8.0, -_LINE * len(entries) - 14.0) if paper.narrow else (paper.width + 20.0, 8.0)
    layers: list[Spec] = []
    for place, (name, colour) in enumerate(entries):
        y = first + _LINE * place
        dot = {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": colour}
        layers.append({"data": {"values": [{}]}, "mark": dot, "encoding": {"x": {"value": x}, "y": {"value": y - 4}}})
        layers.append(text(name, x + 12, y, HUES["ink"], weight=600, size=12.5))
    return layers


def _short(name: str) -> str:
    """The name of a source in a key, where there is little room."""
    return say("{source} (there)", source=kind_text(name)) if name.startswith(STATED) else source_text(name)


def week_table(data: Data, name: str) -> dict[str, Any]:
    """The hours of a week as a table: the load and each source; what charges a battery is below zero."""
    made = data["weeks"][name]
    factor, unit = scale_of(max(data["load"]["peak"], 1.0), "W")
    names = stacked(made["sources"])
    head = [say("Hour"), *(f"{one}, {notation().unit(unit)}" for one in (say("load"), *map(source_text, names)))]
    columns = [made["load"], *(made["sources"][one] for one in names)]
    rows = [[str(hour), *(figures(_quiet(value, factor)) for value in values)] for hour, values in enumerate(zip(*columns, strict=True), 1)]
    plain = [
        [str(hour), *(plain_number(_quiet(value, factor)) for value in values)] for hour, values in enumerate(zip(*columns, strict=True), 1)
    ]
    return {"head": head, "rows": rows, "file": {"head": head, "rows": plain}}


def _quiet(value: float, factor: float) -> float:
    """A power in a unit to four decimals: what is less is the method's own noise."""
    return round(value / factor, 4) + 0.0


def spoken_week(data: Data, name: str) -> str:
    """What a week shows, in one sentence."""
    made = data["weeks"][name]
    names = ", ".join(source_text(one) for one in reversed(stacked(made["sources"])))
    if name == "worst":
        return say("Week {number}, the one that asks most of plants that run as wanted: power by source ({names}) against the load",
                   number=made["week"], names=names)  # fmt: skip
    return say("Week {number}, a typical one: power by source ({names}) against the load", number=made["week"], names=names)


# --- mixes ------------------------------------------------------------------------------------------------------------------------


def mixes_chart(data: Data, narrow: bool = False) -> Spec:
    """A bar for what each mix costs, its CO2e beside it."""
    rows = _mix_rows(data, narrow)
    paper = Paper(316, 0, 8, 12, 12, 12) if narrow else Paper(480, 0, 8, 12, 240, 12)
    top = max(cost for _, cost, _, _ in rows)
    x = {"field": "cost", "type": "quantitative", "axis": None, "scale": {"domain": [0, top], "nice": False}}
    layers: list[Spec] = [{"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x}}]
    for place, (name, cost, told, own) in enumerate(rows):
        y = _ROW * place + 14
        layers.append(text(name, 0, y, HUES["ink"], weight=600))
        bar = {"type": "bar", "height": 12, "color": HUES["operational" if own else "rule-2"], "cornerRadius": 2}
        where = {"x": {"field": "cost", "type": "quantitative"}, "x2": {"value": 0}, "y": {"value": y + 14}}
        if cost:
            layers.append({"data": {"values": [{"cost": cost}]}, "mark": bar, "encoding": where})
        if narrow:
            layers.append(text(told, paper.width, y, HUES["soft"], size=12.5, align="right"))
        else:
            layers.append(text(told, paper.width + 14, y + 18, HUES["soft"], size=12.5))
    return sized(paper, _ROW * len(rows), layers)


def _mix_rows(data: Data, narrow: bool = False) -> list[tuple[str, float, str, bool]]:
    """Name, cost, what is written beside it, and whether it is the supply itself."""
    own = _beside(data["cost"]["mean"], data["carbon"]["per_load"], narrow)
    rows = [(say("this supply"), data["cost"]["mean"], own, True)]
    for one in data["mixes"]:
        if one["possible"]:
            rows.append((mix_name(one), one["cost"]["mean"], _beside(one["cost"]["mean"], one["carbon"]["value"], narrow), False))
        else:
            rows.append((mix_text(one["name"]), 0.0, mix_why(one), False))
    return rows


def _beside(cost: float, carbon: float, narrow: bool) -> str:
    """Cost and CO2e; a narrow drawing has no room for the name of the latter, which its unit tells."""
    if narrow:
        return say("{cost}, {carbon} kg/MWh", cost=money(cost), carbon=figures(carbon / 1e-3))
    return say("{cost}, {carbon} kg/MWh CO2e", cost=money(cost), carbon=figures(carbon / 1e-3))


def mixes_table(data: Data) -> dict[str, Any]:
    """The bars as a table: cost, CO2e, land, and what each source gives."""
    head = [say("Mix"), say("USD/MWh"), say("CO2e, kg/MWh"), say("Land, km²"), say("Energy by source, of the load")]
    own = {"name": "", "possible": True, "cost": data["cost"], "carbon": {"value": data["carbon"]["per_load"]}, "land": data["land"],
           "shares": {one["name"]: one["share"] for one in data["plants"] if one["size"]}}  # fmt: skip
    rows, plain = [], []
    for one in (own, *data["mixes"]):
        name = mix_name(one) or say("this supply")
        if not one["possible"]:
            rows.append([name, "–", "–", "–", mix_why(one)])
            plain.append([name, "", "", "", mix_why(one)])
            continue
        values = (one["cost"]["mean"] / 1e-6, one["carbon"]["value"] / 1e-3, one["land"]["value"] / 1e6)
        shares = ", ".join(f"{source_text(source)} {share_text(share)}" for source, share in one["shares"].items())
        rows.append([name, *map(figures, values), shares])
        plain.append([name, *map(plain_number, values), shares])
    return {"head": head, "rows": rows, "file": {"head": head, "rows": plain}}


def spoken_mixes(data: Data) -> str:
    """What the bars show, in one sentence."""
    told = [f"{name} {show(cost, 'USD/Wh')}" if cost else f"{name} –" for name, cost, _, _ in _mix_rows(data)]
    return say("What each mix costs: {mixes}", mixes=", ".join(told))
