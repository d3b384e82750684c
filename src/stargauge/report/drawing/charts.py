"""Charts as Vega-Lite specifications: one definition for the report, the web and image files; the grammar of the design.

A fan is P10-P90 and P25-P75 in the hue of its stage with P50 as a line; it starts at the newest evidence.
What was observed is a thick step; what was announced is a dashed neutral line. Every line is labelled where it ends; there is no legend.
Two widths are drawn, never scaled: `wide` for a column of the page and `narrow` for a phone. Data points are the numbers that came in,
shown at one scale.
"""

from __future__ import annotations

import textwrap
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stargauge.quantity.units import scale_of, unit
from stargauge.report.drawing.canvas import HUES, WIDE, Paper, Spec, hue, sized, text, value_axis
from stargauge.report.locale import notation, say
from stargauge.report.wording import day_text, range_text, value_text

#: Units whose multiples a chart may choose among.
_BASES = ("W", "USD", "job", "Wh", "FLOP/s", "L", "t", "token", "1")
_QUANTILES = ("p10", "p25", "p50", "p75", "p90")


def over_time(
    line: Mapping[str, Any], quantities: Mapping[str, Mapping[str, Any]], newest_evidence: str | None, paper: Paper = WIDE
) -> Spec:
    """Series over months: fans, announced lines, steps; `line` names the addresses and their roles."""
    series = [(entry, quantities[entry["address"]]) for entry in line.get("series") or [] if entry["address"] in quantities]
    top, unit_name = scale(data for _, data in series)
    months = [month_day(month) for month in series[0][1]["months"]] if series else []
    evidence = newest_evidence if newest_evidence and months and newest_evidence > months[0] else None
    layers: list[Spec] = []
    for entry, data in series:
        layers += _ROLES[entry.get("role", "fan")](_points(data, divisor(data, unit_name)), hue(entry), evidence)
    if evidence:
        layers += _evidence(evidence, months)
    bottom = min([0.0, *(_depth(data) / divisor(data, unit_name) for _, data in series)])
    layers += _end_labels(series, unit_name, (bottom, top), paper)
    return _page(paper, layers, _time_axis(months, paper), _value_axis(bottom, top), f"{notation().unit(unit_name)}{line.get('basis', '')}")


def scale(series: Iterable[Mapping[str, Any]]) -> tuple[float, str]:
    """The largest number of some series and the unit in which it reads best; series may come in different units of one kind."""
    found = list(series)
    peaks = [(peak(data), str(data["unit"])) for data in found]
    top, name = max(peaks, key=lambda pair: pair[0] * unit(pair[1]).factor, default=(0.0, "1"))
    plain = next((base for base in _BASES if unit(base).dimension == unit(name).dimension), name)
    top *= unit(name).factor / unit(plain).factor
    deepest = max((-_depth(data) * unit(str(data["unit"])).factor / unit(plain).factor for data in found), default=0.0)
    factor, named = scale_of(max(top, deepest), plain)
    return (max(top, 0.0) / factor or 1.0), named


def divisor(data: Mapping[str, Any], unit_name: str) -> float:
    """What a series' numbers are divided by to stand in the chart's unit."""
    name = str(data["unit"])
    return 1.0 if name == unit_name else unit(unit_name).factor / unit(name).factor


def month_day(month: Any) -> str:
    """The last day of a month label `2026-09`; a day as it is."""
    label = str(month)
    if len(label) != 7:
        return label
    return f"{label}-{monthrange(int(label[:4]), int(label[5:7]))[1]}"


def peak(data: Mapping[str, Any]) -> float:
    """The largest number a series shows."""
    return float(max((value for value in data.get("p90") or data["p50"] if _there(value)), default=0.0))


def _depth(data: Mapping[str, Any]) -> float:
    """The smallest number a series shows."""
    return float(min((value for value in data.get("p10") or data["p50"] if _there(value)), default=0.0))


def _there(value: Any) -> bool:
    """Whether a value is there: neither missing nor absent (NaN)."""
    return value is not None and value == value


def _points(data: Mapping[str, Any], factor: float) -> list[Spec]:
    """One record per month: its quantiles at the chart's scale; months whose value is absent are left out."""
    named = [name for name in _QUANTILES if data.get(name)]
    return [
        {"month": month_day(month), **{name: data[name][index] / factor for name in named}}
        for index, month in enumerate(data["months"])
        if all(_there(data[name][index]) for name in named)
    ]


def _x(field: str = "month") -> Spec:
    return {"field": field, "type": "temporal"}


def _line(points: Sequence[Spec], colour: str, width: float, **mark: Any) -> Spec:
    return {
        "data": {"values": list(points)},
        "mark": {"type": "line", "color": colour, "strokeWidth": width, "strokeJoin": "round", **mark},
        "encoding": {"x": _x(), "y": {"field": "p50", "type": "quantitative"}},
    }


def _band(points: Sequence[Spec], colour: str, low: str, high: str, opacity: float) -> Spec:
    return {
        "data": {"values": list(points)},
        "mark": {"type": "area", "color": colour, "opacity": opacity, "line": False},
        "encoding": {"x": _x(), "y": {"field": low, "type": "quantitative"}, "y2": {"field": high}},
    }


def _fan(points: Sequence[Spec], colour: str, evidence: str | None) -> list[Spec]:
    """Observed to the newest evidence as a step, the fan from there on."""
    seen, ahead = _split(points, evidence)
    layers: list[Spec] = []
    if ahead and "p90" in ahead[-1]:
        layers += [_band(ahead, colour, "p10", "p90", 0.17), _band(ahead, colour, "p25", "p75", 0.25)]
    layers.append(_line(ahead, colour, 2.25))
    if seen and colour == HUES["need"]:  # computed in the past too: nobody observes it
        layers.append(_line(seen, colour, 2.25))
    elif seen:
        layers.append(_line(seen, colour, 3.5 if colour == HUES["operational"] else 2.25, interpolate="step-after", strokeCap="butt"))
    return layers


def _split(points: Sequence[Spec], evidence: str | None) -> tuple[list[Spec], list[Spec]]:
    """The points up to the newest evidence and those from it on; both hold the evidence's own day, with the values of its month."""
    if not evidence:
        return [], list(points)
    seen = [point for point in points if point["month"] <= evidence]
    ahead = [point for point in points if point["month"] > evidence]
    if ahead and ahead[0]["month"][:7] == evidence[:7]:
        turn = {**ahead[0], "month": evidence}
        seen, ahead = [*seen, turn], [turn, *ahead]
    return seen, ahead


def _announced(points: Sequence[Spec], colour: str, evidence: str | None) -> list[Spec]:
    """A dashed line from promise to promise, straight between them, with a dot at each where they are few."""
    if not points:
        return []
    told = [point for index, point in enumerate(points) if index in (0, len(points) - 1) or point["p50"] != points[index - 1]["p50"]]
    layers = [_line(told, colour, 1.75, strokeDash=[6, 4])]
    if 1 < len(told) <= 14:
        layers.append(
            {
                "data": {"values": told[1:-1]},
                "mark": {"type": "point", "filled": True, "color": colour, "size": 26, "opacity": 1},
                "encoding": {"x": _x(), "y": {"field": "p50", "type": "quantitative"}},
            }
        )
    return layers


def _step(points: Sequence[Spec], colour: str, evidence: str | None) -> list[Spec]:
    """A step to the newest evidence, held flat and dotted after it: no later signing is known."""
    seen, ahead = _split(points, evidence)
    if not seen or not ahead:
        return [_line([*seen, *ahead], colour, 2.25, interpolate="step-after", strokeCap="butt")]
    held = [{**seen[-1], "month": point["month"]} for point in (*ahead[:1], *ahead[-1:])]
    return [_line(seen, colour, 2.25, interpolate="step-after", strokeCap="butt"), _line(held, colour, 2.25, strokeDash=[2, 4])]


def _before(points: Sequence[Spec], colour: str, evidence: str | None) -> list[Spec]:
    """The middle of a fan as it was before a change: a dotted line in its hue, from the newest evidence on."""
    return [_line(_split(points, evidence)[1], colour, 1.5, strokeDash=[1, 4], strokeCap="round")]


_ROLES = {"fan": _fan, "announced": _announced, "step": _step, "before": _before}


def _evidence(evidence: str, months: Sequence[str]) -> list[Spec]:
    near_end = sum(month <= evidence for month in months) * 2 > len(months)
    values = {"values": [{"month": evidence, "text": say("newest evidence")}]}
    rule = {"type": "rule", "color": HUES["rule-2"], "strokeDash": [1, 3]}
    mark = {
        "type": "text",
        "color": HUES["soft"],
        "fontSize": 12.5,
        "baseline": "bottom",
        "dy": -6,
        "align": "right" if near_end else "left",
    }
    return [
        {"data": values, "mark": rule, "encoding": {"x": _x()}},
        {"data": values, "mark": mark, "encoding": {"x": _x(), "y": {"value": 0}, "text": {"field": "text"}}},
    ]


def _end_labels(series: Sequence[tuple[Any, Any]], unit_name: str, ends: tuple[float, float], paper: Paper) -> list[Spec]:
    """A name at the end of each line, with its note beside a wide plot, moved apart where two would meet."""
    wanted = []
    bottom, top = ends
    for entry, data in series:
        if entry.get("role") == "before":
            continue
        value = next((value for value in reversed(data["p50"]) if _there(value)), 0.0)
        notes = [] if paper.narrow else textwrap.wrap(str(entry.get("note") or ""), 23, max_lines=3, placeholder=" …")
        value /= divisor(data, unit_name)
        wanted.append(
            (
                paper.height * (1 - (value - bottom * 1.04) / ((top - bottom) * 1.04)),
                18 + 15 * len(notes),
                (str(entry.get("label", "")), notes),
            )
        )
    layers: list[Spec] = []
    for y, (label, notes) in _apart(sorted(wanted, key=lambda one: one[0]), paper.height):
        x, side = paper.width + (0 if paper.narrow else 8), "right" if paper.narrow else "left"
        if paper.narrow:
            halo: Spec = {"stroke": HUES["paper"], "strokeWidth": 4, "strokeJoin": "round"}
            layers.append(text(label, x, y + 4, HUES["ink"], weight=600, align=side, **halo))
        layers.append(text(label, x, y + 4, HUES["ink"], weight=600, align=side))
        if notes:
            layers.append(text(notes, x, y + 19, HUES["soft"], size=12.5, lineHeight=15))
    return layers


def _apart(wanted: Sequence[tuple[float, float, Any]], high: float) -> list[tuple[float, Any]]:
    """Positions in order so that blocks of the given heights do not meet, inside the plot where they fit."""
    places: list[float] = []
    for index, (y, _, _) in enumerate(wanted):
        places.append(max(y, places[-1] + wanted[index - 1][1] if places else 8.0))
    limit = high + 12
    for index in range(len(places) - 1, -1, -1):
        places[index] = min(places[index], limit - wanted[index][1])
        limit = places[index]
    return [(round(y, 1), entry) for y, (_, _, entry) in zip(places, wanted, strict=True)]


def _time_axis(months: Sequence[str], paper: Paper) -> Spec:
    axis = {
        "format": "%Y",
        "tickCount": {"interval": "year", "step": 2 if paper.narrow and len(months) > 84 else 1},
        "grid": False,
        "title": None,
        "domainColor": HUES["rule-2"],
        "tickColor": HUES["rule-2"],
        "labelColor": HUES["soft"],
        "labelFontSize": 12.5,
        "labelFlush": False,
    }
    ends = [f"{months[0][:7]}-01", months[-1]] if months else None
    return {"field": "month", "type": "temporal", "axis": axis, "scale": {"type": "utc", **({"domain": ends} if ends else {})}}


def _value_axis(bottom: float, top: float) -> Spec:
    return {
        "field": "p50",
        "type": "quantitative",
        "axis": value_axis(5, labelPadding=6, format=",.2~f"),
        "scale": {"domain": [bottom * 1.04, top * 1.04], "nice": False, "zero": True},
    }


def _page(paper: Paper, layers: list[Spec], x: Spec, y: Spec, unit_name: str) -> Spec:
    """The whole drawing: axes on an invisible layer, the unit above the axis, fixed margins."""
    frame = {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}, "encoding": {"x": x, "y": y}}
    unit_mark = {"type": "text", "align": "left", "baseline": "bottom", "color": HUES["soft"], "fontSize": 12.5}
    unit = {
        "data": {"values": [{"text": unit_name}]},
        "mark": unit_mark,
        "encoding": {"x": {"value": -paper.left + 2}, "y": {"value": -28}, "text": {"field": "text"}},
    }
    return sized(paper, paper.height, [frame, *layers, unit])


def spoken(line: Mapping[str, Any], quantities: Mapping[str, Mapping[str, Any]]) -> str:
    """What a chart shows, in one or two sentences for those who do not see it."""
    parts = []
    for entry in line.get("series") or []:
        data = quantities.get(entry["address"])
        if data is None or entry.get("role") == "before":
            continue
        last = {"unit": data["unit"], **{name: data[name][-1] for name in ("p10", "p50", "p90") if data.get(name)}}
        span = f" ({range_text(last)})" if range_text(last) and last["p10"] != last["p90"] else ""
        told = {"name": entry.get("label", entry["address"]), "value": f"{value_text(last)}{span}"}
        parts.append(say("{name} {value} at {month}", month=day_text(data["months"][-1]), **told))
    return f"{line.get('title', '')}. {'; '.join(parts)}."
