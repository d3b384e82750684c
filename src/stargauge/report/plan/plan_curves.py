"""Three curves of a plan: capacity against time beside the file as it stands, cost against the day asked for, money by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.drawing.canvas import HUES, Paper, Spec, sized, text, value_axis
from stargauge.report.drawing.charts import month_day
from stargauge.report.locale import notation, say
from stargauge.report.plan.plan_tables import top_of, traded
from stargauge.report.plan.plan_words import amount_text, money_text, planned, target_text
from stargauge.report.wording import day_text, percent, show

Data = Mapping[str, Any]
_Y: Spec = {"field": "p50", "type": "quantitative"}
_HALO: Spec = {"stroke": HUES["paper"], "strokeWidth": 4, "strokeJoin": "round"}
#: How far two names at the ends of lines stand apart at least, in pixels.
_APART = 18.0


def _paper(narrow: bool) -> Paper:
    """A narrow drawing has the names of its lines above the plot, a wide one beside it."""
    return Paper(308, 240, 42, 80, 8, 30) if narrow else Paper(540, 300, 42, 30, 156, 30)


def _days_axis(first: str, last: str, narrow: bool) -> Spec:
    many = int(last[:4]) - int(first[:4]) > (6 if narrow else 12)
    axis = {"format": "%Y", "tickCount": {"interval": "year", "step": 2 if many else 1}, "grid": False, "title": None,
            "domainColor": HUES["rule-2"], "tickColor": HUES["rule-2"], "labelColor": HUES["soft"], "labelFontSize": 12.5,
            "labelFlush": False}  # fmt: skip
    return {"field": "month", "type": "temporal", "axis": axis, "scale": {"type": "utc", "domain": [first, last]}}


_X: Spec = {"field": "month", "type": "temporal"}


def _frame(x: Spec, top: float, unit: str, paper: Paper) -> list[Spec]:
    """The axes on a layer that is not seen, and the unit above."""
    y = {
        **_Y,
        "axis": value_axis(5, labelPadding=6, format=",.2~f"),
        "scale": {"domain": [0, top * 1.06 or 1.0], "nice": False, "zero": True},
    }
    axes = {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}}
    return [axes, text(unit, -paper.left + 2, -10, HUES["soft"], size=12.5)]


def _line(rows: Sequence[Spec], hue: str, width: float, **look: Any) -> Spec:
    mark = {"type": "line", "color": HUES[hue], "strokeWidth": width, "strokeJoin": "round", **look}
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": {"x": _X, "y": _Y}}


def _points(rows: Sequence[Spec], size: float, **look: Any) -> Spec:
    return {"data": {"values": list(rows)}, "mark": {"type": "point", "size": size, "opacity": 1, **look}, "encoding": {"x": _X, "y": _Y}}


# -- capacity ------------------------------------------------------------------------------------------------------------------------


def capacity_chart(data: Data, narrow: bool = False) -> Spec:
    """The plan's fan against that of the file as it stands, targets as rings."""
    made, paper = data["capacity"], _paper(narrow)
    marks = targets_in(data)
    factor, unit = scale_of(max(top_of(made), *(one["amount"] for one in marks), 0.0), made["unit"])
    months = [month_day(month) for month in made["months"]]
    fans = [(made, "operational", say("this plan"), 0.28)] if planned(data) or not made["as_stated"] else []
    fans += [(made["as_stated"], "need", say("the file as it stands"), 0.15)] if made["as_stated"] else []
    top = max(top_of(made), *(one["amount"] for one in marks), 0.0) / factor
    last = max(months[-1], *(str(one["by"]) for one in marks), "")
    layers = _frame(_days_axis(f"{months[0][:7]}-01", last, narrow), top, notation().unit(unit), paper)
    for levels, hue, _, opacity in reversed(fans):
        layers += _fan(months, levels, factor, hue, opacity)
    ends = [(name, hue, levels["p50"][-1] / factor) for levels, hue, name, _ in fans]
    layers += _names_above(ends, paper) if narrow else _names_beside(ends, top, paper)
    return sized(paper, paper.height, [*layers, *_asked(marks, factor, months[0], last)])


def targets_in(data: Data) -> list[Data]:
    """The targets that can stand on the chart of capacity: of its unit."""
    return [one for one in data["targets"] if one["unit"] == data["capacity"]["unit"]]


def _fan(months: Sequence[str], levels: Data, factor: float, hue: str, opacity: float) -> list[Spec]:
    rows = [
        {"month": month, **{name: levels[name][place] / factor for name in ("p10", "p50", "p90")}} for place, month in enumerate(months)
    ]
    band = {"data": {"values": rows}, "mark": {"type": "area", "color": HUES[hue], "opacity": opacity, "line": False},
            "encoding": {"x": _X, "y": {**_Y, "field": "p90"}, "y2": {"field": "p10"}}}  # fmt: skip
    return [band, _line(rows, hue, 2.25)]


def _asked(marks: Sequence[Data], factor: float, first: str, last: str) -> list[Spec]:
    """A ring at the amount and day asked for, with the amount beside it."""
    layers: list[Spec] = []
    for one in marks:
        row = {
            "month": str(one["by"]),
            "p50": one["amount"] / factor,
            "text": say("asked: {amount}", amount=show(one["amount"], one["unit"])),
        }
        early = int(row["month"][:4]) * 2 < int(first[:4]) + int(last[:4])
        side: Spec = {"align": "left", "dx": 10} if early else {"align": "right", "dx": -10}
        layers.append(_points([row], 120, filled=False, stroke=HUES["ink"], fill=HUES["paper"], strokeWidth=2.5))
        for halo in (_HALO, {}):
            mark = {"type": "text", "fontSize": 13, "fontWeight": 600, "color": HUES["ink"], "baseline": "middle", "dy": -9, **side, **halo}
            layers.append({"data": {"values": [row]}, "mark": mark, "encoding": {"x": _X, "y": _Y, "text": {"field": "text"}}})
    return layers


def _names_above(ends: Sequence[tuple[str, str, float]], paper: Paper) -> list[Spec]:
    """The names of lines above a narrow plot, each with a dot of its hue."""
    layers: list[Spec] = []
    for place, (name, hue, _) in enumerate(ends):
        y = -46.0 + 17 * (place - max(0, len(ends) - 2))
        dot = {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": HUES[hue]}
        layers.append({"data": {"values": [{}]}, "mark": dot, "encoding": {"x": {"value": 6}, "y": {"value": y - 4}}})
        layers.append(text(name, 18, y, HUES["ink"], weight=600, size=12.5))
    return layers


def _names_beside(ends: Sequence[tuple[str, str, float]], top: float, paper: Paper) -> list[Spec]:
    """The names of lines where they end, moved apart where two would meet."""
    layers: list[Spec] = []
    below = float("-inf")
    for name, _, value in sorted(ends, key=lambda one: -one[2]):
        y = max(paper.height * (1 - value / (top * 1.06 or 1.0)) + 4, below)
        layers.append(text(name, paper.width + 8, y, HUES["ink"], weight=600))
        below = y + _APART
    return layers


def spoken_capacity(data: Data) -> str:
    """What the chart of capacity shows, in one or two sentences."""
    made = data["capacity"]
    month = day_text(str(made["months"][-1])[:7])
    parts = [say("the plan {power} in {month}", power=show(made["p50"][-1], made["unit"]), month=month)] if planned(data) else []
    if stated := made["as_stated"]:
        parts.append(say("the file as it stands {power}", power=show(stated["p50"][-1], made["unit"])))
    asked = "; ".join(target_text(one) for one in data["targets"])
    return say("Capacity over time, P10 to P90: {parts}. Asked: {asked}.", parts=", ".join(parts), asked=asked)


# -- cost against time and against emissions -------------------------------------------------------------------------------------------


def frontier_chart(data: Data, narrow: bool = False) -> Spec:
    """Cost by the day at the probability asked for, other probabilities as points; a cross for what cannot be had, a ring for the plan."""
    rows, paper = data["frontier"], _paper(narrow)
    factor, unit, top = _costs(rows)
    days = sorted(str(one["by"]) for one in rows)
    layers = _frame(_days_axis(f"{days[0][:4]}-01-01", f"{int(days[-1][:4]) + 1}-01-01", narrow), top, notation().unit(unit), paper)
    curve, others = _curve_of(rows)
    made = [_at(one, one["cost"] / factor) for one in curve if one["possible"]]
    layers += [_line(made, "operational", 2.25), _points(made, 50, filled=True, color=HUES["operational"])] if made else []
    for one in others:
        if one["possible"]:
            row = {**_at(one, one["cost"] / factor), "text": say("with {share}", share=percent(one["probability"]))}
            layers += [_points([row], 60, filled=True, color=HUES["rule-2"]), *_beside([row], 12.5)]
    layers += [_cross(one) for one in curve if not one["possible"]]
    layers.append(_ring([_at(one, one["cost"] / factor) for one in rows if one["asked"] and one["possible"]]))
    ends = [(say("with {share}", share=percent(curve[0]["probability"])), "operational", made[-1]["p50"] if made else 0.0)] if curve else []
    layers += _names_above(ends, paper) if narrow else _names_beside(ends, top, paper)
    if any(not one["possible"] for one in curve):
        layers.append(text(say("× cannot be had"), 6, 14 if narrow else 12, HUES["soft"], size=12.5))
    return sized(paper, paper.height, layers)


def _curve_of(rows: Sequence[Data]) -> tuple[list[Data], list[Data]]:
    """The rows at the probability asked for, and those at others."""
    asked = next((one["probability"] for one in rows if one["asked"]), rows[0]["probability"])
    return [one for one in rows if one["probability"] == asked], [one for one in rows if one["probability"] != asked]


def _costs(rows: Sequence[Data]) -> tuple[float, str, float]:
    """The scale of some costs, its unit, and the largest on it."""
    largest = max((one["cost"] for one in rows if one["cost"] is not None), default=1.0)
    factor, unit = scale_of(largest, "USD")
    return factor, unit, largest / factor


def _at(one: Data, value: float) -> Spec:
    return {"month": str(one["by"]), "p50": value}


def _ring(rows: Sequence[Spec]) -> Spec:
    return _points(rows, 150, filled=False, stroke=HUES["ink"], strokeWidth=2)


def _beside(rows: Sequence[Spec], size: float) -> list[Spec]:
    """The text of points at their right, on a halo."""
    mark = {"type": "text", "fontSize": size, "color": HUES["ink"], "align": "left", "baseline": "middle", "dx": 8}
    encoding = {"x": _X, "y": _Y, "text": {"field": "text"}}
    return [{"data": {"values": list(rows)}, "mark": {**mark, **halo}, "encoding": encoding} for halo in (_HALO, {})]


def _cross(one: Data) -> Spec:
    mark = {"type": "text", "fontSize": 17, "fontWeight": 600, "color": HUES["ink"], "align": "center", "baseline": "middle", "dy": -9}
    return {"data": {"values": [{**_at(one, 0.0), "text": "×"}]}, "mark": mark, "encoding": {"x": _X, "y": _Y, "text": {"field": "text"}}}


def spoken_frontier(data: Data) -> str:
    """What the chart of costs shows, in one sentence."""
    told = [
        say("{day} with {share}: {cost}", day=day_text(one["by"]), share=percent(one["probability"]),
            cost=money_text(one["cost"]) if one["possible"] else say("not possible"))
        for one in data["frontier"]
    ]  # fmt: skip
    return say("Cost by the day and the probability asked for. {each}.", each="; ".join(told))


def emissions_chart(data: Data, narrow: bool = False) -> Spec:
    """Cost against CO2e of plans for the same target, each named by the price of CO2e for which it is the best; a ring for the plan."""
    rows, paper = traded(data), _paper(narrow)
    factor, unit, top = _costs(rows)
    most = max(one["emissions"] for one in rows)
    scale, mass = scale_of(most, "g")
    axis = {**value_axis(4 if narrow else 6, labelPadding=6, format=",.2~f"), "grid": False, "ticks": True, "domain": True,
            "domainColor": HUES["rule-2"], "tickColor": HUES["rule-2"], "labelColor": HUES["soft"]}  # fmt: skip
    x = {"field": "month", "type": "quantitative", "axis": axis, "scale": {"domain": [0, most / scale * 1.06 or 1.0], "nice": False}}
    layers = _frame(x, top, notation().unit(unit), paper)
    along: Spec = {"x": {"field": "month", "type": "quantitative"}, "y": _Y}
    made = [{"month": one["emissions"] / scale, "p50": one["cost"] / factor} for one in rows]
    looks = [
        {"type": "line", "color": HUES["operational"], "strokeWidth": 2.25, "strokeJoin": "round"},
        {"type": "point", "size": 50, "opacity": 1, "filled": True, "color": HUES["operational"]},
    ]  # fmt: skip
    layers += [{"data": {"values": made}, "mark": look, "encoding": along} for look in looks]
    rings = [point for point, one in zip(made, rows, strict=True) if one["plan"]]
    layers.append({**_ring(rings), "encoding": along})
    named = say("CO2e, {unit}", unit=notation().unit(mass))
    layers.append(text(named, paper.width, paper.height + 32, HUES["soft"], size=12.5, align="right"))
    return sized(Paper(paper.width, paper.height, paper.left, paper.top, paper.right, paper.bottom + 10), paper.height, layers)


def spoken_emissions(data: Data) -> str:
    """What the chart of cost against CO2e shows, in one sentence."""
    told = [say("{mass}: {cost}", mass=show(one["emissions"], "g"), cost=money_text(one["cost"])) for one in traded(data)]
    return say("Cost of what is asked by its CO2e. {each}.", each="; ".join(told))


# -- money ---------------------------------------------------------------------------------------------------------------------------


def money_chart(data: Data, narrow: bool = False) -> Spec:
    """A bar of all that is built for each year: from below what lenders give, what parties bring, and what nobody does."""
    made, paper = data["money"], _paper(narrow)
    factor, unit = scale_of(max(made["capital"], default=0.0), made["unit"])
    top = max(made["capital"], default=0.0) / factor
    x: Spec = {"field": "month", "type": "quantitative", "axis": None, "scale": {"domain": [0, len(made["years"])], "nice": False}}
    layers = _frame(x, top, notation().unit(unit), paper)
    wide = paper.width / len(made["years"])
    nobody = made.get("nobody") or [0.0] * len(made["years"])
    for place, year in enumerate(made["years"]):
        lent, whole, lacking = (values[place] / factor for values in (made["lenders"], made["capital"], nobody))
        layers += [
            _block(place, 0.0, lent, "financed"),
            _block(place, lent, whole - lacking, "need"),
            _block(place, whole - lacking, whole, "rule-2"),
        ]
        if not narrow or place % 2 == 0 or len(made["years"]) < 7:
            layers.append(text(str(year), wide * (place + 0.5), paper.height + 18, HUES["soft"], size=12.5, align="center"))
    keys = [(say("nobody"), "rule-2", 0.0)] if any(nobody) else []
    keys += [(say("parties"), "need", 0.0), (say("lenders"), "financed", 0.0)]
    layers += _names_above(keys, paper) if narrow else _keys_beside(keys, paper)
    return sized(paper, paper.height, layers)


def _keys_beside(keys: Sequence[tuple[str, str, float]], paper: Paper) -> list[Spec]:
    layers: list[Spec] = []
    for place, (name, hue, _) in enumerate(keys):
        y = 14.0 + 18 * place
        dot = {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": HUES[hue]}
        layers.append({"data": {"values": [{}]}, "mark": dot, "encoding": {"x": {"value": paper.width + 14}, "y": {"value": y - 4}}})
        layers.append(text(name, paper.width + 26, y, HUES["ink"], weight=600, size=12.5))
    return layers


def _block(place: int, low: float, high: float, hue: str) -> Spec:
    rows = [{"month": place + edge, "p10": low, "p50": high} for edge in (0.18, 0.82)]
    return {"data": {"values": rows}, "mark": {"type": "area", "color": HUES[hue], "opacity": 0.9, "line": False},
            "encoding": {"x": {"field": "month", "type": "quantitative"}, "y": _Y, "y2": {"field": "p10"}}}  # fmt: skip


def spoken_money(data: Data) -> str:
    """What the chart of money shows, in one sentence."""
    made = data["money"]
    years = ", ".join(f"{year} {amount_text(value, made['unit'])}" for year, value in zip(made["years"], made["capital"], strict=True))
    return say("Capital spent by year, of parties and lenders: {years}.", years=years)
