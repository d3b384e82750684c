"""A site's supply as charts: power over the hours of the day with its range, and greenhouse gas by month and scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.quantity.units import scale_of
from stargauge.report.drawing.canvas import HUES, Paper, Spec, drawn_rows, frame, sized, text, value_axis
from stargauge.report.locale import notation, say
from stargauge.report.power.hours import clock, level, month_name, months

Data = Mapping[str, Any]
#: The scopes of a month, from the bottom up, with their colours.
_SCOPES = (("scope1", "announced"), ("scope2", "operational"))
_TICKS = (0, 6, 12, 18)
_HOURS, _MONTHS = 24, 12


def _paper(narrow: bool) -> Paper:
    return Paper(316, 200, 34, 30, 8, 44) if narrow else Paper(640, 240, 34, 30, 40, 44)


def _y(top: float) -> Spec:
    return {"field": "high", "type": "quantitative", "axis": value_axis(5, labelPadding=6, format=",.3~f"),
            "scale": {"domain": [0, top * 1.04], "nice": False, "zero": True}}  # fmt: skip


# --- the day ------------------------------------------------------------------------------------------------------------------------


def day_chart(data: Data, narrow: bool = False) -> Spec:
    """Mean power at the meter by hour of the day: the middle of the draws as a line, P10 to P90 as an area."""
    rows = [row["mean_power"] for row in data["clock"]]
    top = max(row["p90"] for row in rows)
    factor, unit = scale_of(top, "W")
    paper = _paper(narrow)
    x: Spec = {"field": "hour", "type": "quantitative"}
    framed = {**x, "axis": None, "scale": {"domain": [0, _HOURS - 1], "nice": False}}
    y: Spec = {"field": "high", "type": "quantitative"}
    band = [{"hour": hour, "low": row["p10"] / factor, "high": row["p90"] / factor} for hour, row in enumerate(rows)]
    line = [{"hour": hour, "high": row["p50"] / factor} for hour, row in enumerate(rows)]
    return sized(paper, paper.height, [
        frame(framed, _y(top / factor)),
        {"data": {"values": band}, "mark": {"type": "area", "color": HUES["operational"], "opacity": 0.25, "line": False},
         "encoding": {"x": x, "y": y, "y2": {"field": "low"}}},
        {"data": {"values": line}, "mark": {"type": "line", "color": HUES["operational"], "strokeWidth": 2}, "encoding": {"x": x, "y": y}},
        *(text(f"{hour:02d}:00", paper.width * hour / (_HOURS - 1), paper.height + 18, HUES["soft"], size=12.5, align="center")
          for hour in _TICKS),
        text(notation().unit(unit), -paper.left + 2, -8, HUES["soft"], size=12.5),
    ])  # fmt: skip


def day_table(data: Data) -> dict[str, Any]:
    """The hours of the day as a table."""
    return drawn_rows(clock(data).head, clock(data).rows)


def spoken_day(data: Data) -> str:
    """What the chart of the day shows, in one sentence."""
    most = max(data["clock"], key=lambda row: row["mean_power"]["p50"])
    return say("Mean power at the meter by hour of the day, P10 to P90 over the draws; most at {hour}: {power}",
               hour=f"{most['hour']:02d}:00", power=level(most["mean_power"], "W"))  # fmt: skip


# --- the year -----------------------------------------------------------------------------------------------------------------------


def year_chart(data: Data, narrow: bool = False) -> Spec:
    """Greenhouse gas of each month by scope, middles of the draws."""
    parts = [[row["emissions"][scope]["p50"] for scope, _ in _SCOPES] for row in data["months"]]
    top = max(max(sum(part) for part in parts), 1.0)
    factor, unit = scale_of(top, "g")
    paper = _paper(narrow)
    wide = paper.width / _MONTHS
    x: Spec = {"field": "month", "type": "quantitative", "axis": None, "scale": {"domain": [0, _MONTHS], "nice": False}}
    layers = [frame(x, _y(top / factor))]
    for place, part in enumerate(parts):
        low = 0.0
        for amount, (_, hue) in zip(part, _SCOPES, strict=True):
            if amount > 0.0:
                layers.append(_bar(place, low / factor, (low + amount) / factor, HUES[hue], wide))
            low += amount
        if not narrow or place % 2 == 0:  # twelve names do not fit a phone
            layers.append(text(month_name(place + 1), wide * (place + 0.5), paper.height + 18, HUES["soft"], size=11.5, align="center"))
    names = ((say("scope 1"), "announced"), (say("scope 2"), "operational"))
    layers += [text(name, 60.0 + 90.0 * place, -8, HUES[hue], weight=600, size=12.5) for place, (name, hue) in enumerate(names)]
    return sized(paper, paper.height, [*layers, text(notation().unit(unit), -paper.left + 2, -8, HUES["soft"], size=12.5)])


def _bar(place: int, low: float, high: float, colour: str, wide: float) -> Spec:
    rows = [{"month": place + edge, "low": low, "high": high} for edge in (0.18, 0.82)]
    return {"data": {"values": rows}, "mark": {"type": "area", "color": colour, "opacity": 0.9, "line": False},
            "encoding": {"x": {"field": "month", "type": "quantitative"}, "y": {"field": "high", "type": "quantitative"},
                         "y2": {"field": "low"}}}  # fmt: skip


def year_table(data: Data) -> dict[str, Any]:
    """The months as a table."""
    return drawn_rows(months(data).head, months(data).rows)


def spoken_year(data: Data) -> str:
    """What the chart of the year shows, in one sentence."""
    gas = data["emissions"]
    return say("CO2e of each month, middles of the draws: {one} in scope 1 and {two} in scope 2 over the year",
               one=level(gas["scope1"], "g"), two=level(gas["scope2"], "g"))  # fmt: skip
