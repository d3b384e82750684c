"""Phases of a site over time: what is on record as solid marks, what is to come as bars from P10 to P90, plans as hollow marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from stargauge.report.drawing.canvas import HUES, whole_svg
from stargauge.report.locale import say
from stargauge.report.sites.site_table import month_text
from stargauge.report.wording import day_text, percent, value_text

Phase = Mapping[str, Any]

#: The stages from the first to the last, and the hue of each.
STAGES = (("under_construction", "construction"), ("energised", "energised"), ("operational", "operational"))
#: From which share of worlds on it is said that a phase may never run.
_LEAST = 0.05


@dataclass(frozen=True)
class _Sheet:
    """A size of drawing: its width, where the plot begins and ends, the height of a row, and where its lanes begin in it."""

    width: int
    left: int
    right: int
    row: int
    lanes: int
    narrow: bool = False


WIDE, NARROW = _Sheet(1120, 196, 900, 46, 10), _Sheet(358, 4, 346, 80, 44, True)
_TOP, _LANE, _FOOT = 52, 12, 26


def phases_svg(data: Mapping[str, Any], narrow: bool = False) -> str:
    """The drawing as SVG in the light palette."""
    sheet, phases = NARROW if narrow else WIDE, data["phases"]
    first, last = span_of(data)
    top = _TOP + (22 if narrow else 0)
    bottom = top + sheet.row * len(phases)
    scale = _Scale(first, last, sheet)
    parts = [*_key(sheet), *_years(scale, top, bottom), *_evidence(data, scale, top, bottom)]
    for place, phase in enumerate(phases):
        parts += _row(phase, scale, top + sheet.row * place)
    high = bottom + _FOOT
    return whole_svg(sheet.width, high, parts)


@dataclass(frozen=True)
class _Scale:
    """From a day to its place on the drawing."""

    first: date
    last: date
    sheet: _Sheet

    def at(self, day: date) -> float:
        """The place of a day, at the edge where it lies beyond."""
        share = (day - self.first).days / (self.last - self.first).days
        return round(self.sheet.left + min(1.0, max(0.0, share)) * (self.sheet.right - self.sheet.left), 1)


def span_of(data: Mapping[str, Any]) -> tuple[date, date]:
    """Whole years that hold every date on record, every plan and every bar, and no year after the end of the programme's months."""
    days = [data["as_of"][:10]]
    for phase in data["phases"]:
        for stage in phase["stages"].values():
            days += [end for said in (stage["observed"], stage["planned"]) if said for end in _ends(said)]
            days += [one for name in ("p10", "p50", "p90") if stage["expected"] and (one := stage["expected"][name])]
    years = [int(day[:4]) for day in days]
    return date(min(years), 1, 1), date(max(min(max(years), int(data["until"][:4])), min(years)) + 1, 1, 1)


def _ends(said: Mapping[str, Any]) -> tuple[str, str]:
    """The first and the last day of a dated statement."""
    first, _, last = str(said["value"]).partition("..")
    return first, last or first


def _text(words: str, x: float, y: float, hue: str = "ink", anchor: str = "start", bold: bool = False, size: float = 13) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{HUES[hue]}"{weight}>{escape(words)}</text>'


def _key(sheet: _Sheet) -> list[str]:
    """What the hues and the marks stand for."""
    made, x, y = [], float(sheet.left), 14
    for stage, hue in STAGES:
        words = stage_name(stage)
        made += [f'<circle cx="{x + 5:g}" cy="{y - 4}" r="5" fill="{HUES[hue]}"/>', _text(words, x + 15, y, size=12.5)]
        x += 30 + 7.4 * len(words)
    if sheet.narrow:
        x, y = float(sheet.left), y + 20
    made += [_diamond(x + 5, y - 4), _text(say("planned"), x + 15, y, size=12.5)]
    made += [f'<rect x="{x + 80:g}" y="{y - 8}" width="22" height="8" rx="2" fill="{HUES["soft"]}" fill-opacity=".35"/>']
    return [*made, _text(say("P10 to P90, stroke P50"), x + 108, y, size=12.5)]


def _years(scale: _Scale, top: float, bottom: float) -> list[str]:
    made = []
    count = scale.last.year - scale.first.year
    step = 1 if count <= (6 if scale.sheet.narrow else 14) else 2
    for year in range(scale.first.year, scale.last.year + 1):
        x = scale.at(date(year, 1, 1))
        made.append(f'<line x1="{x:g}" x2="{x:g}" y1="{top}" y2="{bottom}" stroke="{HUES["rule"]}"/>')
        if year < scale.last.year and (year - scale.first.year) % step == 0:
            middle = (x + scale.at(date(year + 1, 1, 1))) / 2
            made.append(_text(str(year), round(middle, 1), bottom + 18, "soft", "middle", size=12.5))
    return made


def _evidence(data: Mapping[str, Any], scale: _Scale, top: float, bottom: float) -> list[str]:
    """A dotted line on the day of the last look."""
    if not data["newest_evidence"]:
        return []
    x = scale.at(date.fromisoformat(data["newest_evidence"]))
    anchor = "start" if x < (scale.sheet.left + scale.sheet.right) / 2 else "end"
    line = f'<line x1="{x:g}" x2="{x:g}" y1="{top - 4}" y2="{bottom}" stroke="{HUES["rule-2"]}" stroke-dasharray="1 3"/>'
    return [line, _text(say("newest evidence"), x, top - 9, "soft", anchor, size=12.5)]


def _row(phase: Phase, scale: _Scale, y: float) -> list[str]:
    """One phase: its name and size, a lane for each stage, and when it runs."""
    sheet = scale.sheet
    when, more = runs_text(phase)
    made = [f'<line x1="0" x2="{sheet.width}" y1="{y:g}" y2="{y:g}" stroke="{HUES["rule"]}"/>']
    if sheet.narrow:
        made += [_text(phase["name"], 0, y + 17, bold=True), _text(when, sheet.width - 4, y + 17, anchor="end", bold=True)]
        made += [_text(_size(phase), 0, y + 31, "soft", size=12.5), _text(more, sheet.width - 4, y + 31, "soft", "end", size=12.5)]
    else:
        made += [_text(phase["name"], 0, y + 20, bold=True), _text(_size(phase), 0, y + 36, "soft", size=12.5)]
        made += [_text(when, sheet.right + 16, y + 20, bold=True), _text(more, sheet.right + 16, y + 36, "soft", size=12.5)]
    for lane, (stage, hue) in enumerate(STAGES):
        made += _marks(phase["stages"][stage], HUES[hue], scale, y + sheet.lanes + _LANE * lane)
    return made


def stage_name(stage: str) -> str:
    """What reaching a stage is called in the key and in the table."""
    return {"under_construction": say("Work begins"), "energised": say("Power is on")}.get(stage) or say("Runs")


def _size(phase: Phase) -> str:
    return say("{power} IT", power=value_text(phase["it_power"])) if phase["it_power"]["p50"] else say("no power on record")


def _marks(stage: Mapping[str, Any], hue: str, scale: _Scale, y: float) -> list[str]:
    if stage["observed"]:
        first, last = (scale.at(date.fromisoformat(one)) for one in _ends(stage["observed"]))
        made = f'<line x1="{first:g}" x2="{last:g}" y1="{y:g}" y2="{y:g}" stroke="{hue}" stroke-width="3"/>' if last > first else ""
        return [made, f'<circle cx="{(first + last) / 2:g}" cy="{y:g}" r="5" fill="{hue}"/>']
    made_of = [_bar(stage["expected"], hue, scale, y)] if stage["expected"] else []
    if stage["planned"]:
        first, last = (scale.at(date.fromisoformat(one)) for one in _ends(stage["planned"]))
        made_of.append(_diamond((first + last) / 2, y))
    return made_of


def _bar(expected: Mapping[str, Any], hue: str, scale: _Scale, y: float) -> str:
    """From P10 to P90, open to the right where one world in ten never comes so far."""
    if not expected["p10"]:
        return ""
    low = scale.at(date.fromisoformat(expected["p10"]))
    high = scale.at(date.fromisoformat(expected["p90"])) if expected["p90"] else float(scale.sheet.right)
    bar = f'<rect x="{low:g}" y="{y - 4:g}" width="{max(high - low, 3):g}" height="8" rx="2" fill="{hue}" fill-opacity=".35"/>'
    if not expected["p50"]:
        return bar
    middle = scale.at(date.fromisoformat(expected["p50"]))
    return f'{bar}<line x1="{middle:g}" x2="{middle:g}" y1="{y - 5:g}" y2="{y + 5:g}" stroke="{hue}" stroke-width="2.5"/>'


def _diamond(x: float, y: float) -> str:
    return f'<path d="M{x:g},{y - 5:g}l5,5l-5,5l-5,-5z" fill="{HUES["paper"]}" stroke="{HUES["announced"]}" stroke-width="1.5"/>'


def runs_text(phase: Phase) -> tuple[str, str]:
    """When a phase runs, in two parts: the day on record or the middle of what is expected; then how sure that is."""
    stage = phase["stages"]["operational"]
    if stage["observed"]:
        return say("runs, {day}", day=day_text(stage["observed"]["value"])), say("on record")
    if phase["given_up"]:
        return say("given up"), day_text(phase["given_up"]["value"])
    if phase["paused"]:
        return say("paused"), day_text(phase["paused"]["value"])
    expected = stage["expected"]
    if not expected or not expected["p50"]:
        return say("not expected to run"), ""
    low, middle, high = (month_text(expected[name]) for name in ("p10", "p50", "p90"))
    never = f"; {say('never {share}', share=percent(expected['never']))}" if expected["never"] >= _LEAST else ""
    return middle, f"{low}–{high}{never}"


def stage_text(stage: Mapping[str, Any]) -> str:
    """A stage in a cell: the date on record, else the middle of what is expected with P10 and P90."""
    if stage["observed"]:
        return say("{day}, on record", day=day_text(stage["observed"]["value"]))
    expected = stage["expected"]
    if not expected or not expected["p10"]:
        return "–"
    low, middle, high = (month_text(expected[name]) for name in ("p10", "p50", "p90"))
    return say("{middle} ({low} to {high})", low=low, middle=middle, high=high)


def phases_table(phases: Sequence[Phase]) -> dict[str, Any]:
    """The same as a table: per phase its size, the three stages, and the newest plan for operation."""
    head = [say("Phase"), say("IT power"), *(stage_name(stage) for stage, _ in STAGES), say("Planned to run")]
    rows = []
    for phase in phases:
        plan = phase["stages"]["operational"]["planned"]
        gone = phase["given_up"] or phase["paused"]
        stages = [stage_text(phase["stages"][stage]) for stage, _ in STAGES]
        if gone and not phase["stages"]["operational"]["observed"]:
            stages[-1] = " ".join(part for part in runs_text(phase) if part)
        rows.append([phase["name"], value_text(phase["it_power"]), *stages, day_text(plan["value"]) if plan else "–"])
    return {"head": head, "rows": rows}


def spoken_phases(data: Mapping[str, Any]) -> str:
    """What the drawing shows, in a sentence for those who do not see it."""
    told = "; ".join(f"{phase['name']}: {' '.join(part for part in runs_text(phase) if part)}" for phase in data["phases"])
    return say("Phases of {site} over time. {each}.", site=data["site"]["name"], each=told)
