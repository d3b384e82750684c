"""Odds over time as plain text: one reading with its track and what moved it, or a table of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import language, say
from stargauge.report.terminal import PLAIN, Style, honest, short_status, table, wrapped
from stargauge.report.wording import NOTHING_SAID, SILENT, day_text, percent, percent_range, shape, status_text

_CELLS = 30
#: Where the likelihood bands meet.
_TICKS = (0.0, 0.10, 0.33, 0.66, 0.90, 1.0)
_SHOWN = 4


def render_odds(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """The odds of what was asked for over time."""
    lines = list[str]()
    if data["attributed"]:
        for one in data["series"]:
            lines += [*_reading(one, style), ""]
    else:
        lines += _all(data, style)
    told = (
        say("Effect in points when the statement alone is left out.")
        if data["attributed"]
        else say("One claim and what moved it: {command}.", command="stargauge odds --claim ID")
    )
    return style.finish([*lines, *wrapped(f"{told} {honest()}", style.width)])


def headline(one: Mapping[str, Any]) -> str:
    """One sentence: the odds now or the outcome, those on the day it was said, the change since the peak."""
    points = one["points"]
    last, first = points[-1], points[0]
    on_the_day = percent(first["probability"]) if first["probability"] is not None else status_text(first["status"])
    if ended(last) or last["probability"] is None:
        return say("{answer} ({odds} on the day it was said).", answer=last["answer"], odds=on_the_day)
    span = percent_range(last["model_range"], "-")
    told = {"now": percent(last["probability"]), "likelihood": last["likelihood"], "odds": on_the_day, "range": span}
    if span:
        return say("{now} (range {range}), {likelihood} ({odds} on the day it was said).", **told) + _since(one)
    return say("{now}, {likelihood} ({odds} on the day it was said).", **told) + _since(one)


def _since(one: Mapping[str, Any]) -> str:
    fall = points_text(one["since_peak"] or 0.0).lstrip("−")
    if fall == "0":
        return ""
    since = {"fall": fall, "month": day_text(one["peak"][:7])}
    told = say("Down {fall} point since {month}.", **since) if fall == "1" else say("Down {fall} points since {month}.", **since)
    return f" {told}"


def points_text(change: float) -> str:
    """A change of odds in points: `+2`, `−9`, `0`."""
    rounded = f"{100 * change:+.0f}".replace("-", "−")
    return "0" if rounded in ("+0", "−0") else rounded


def track(probability: float) -> str:
    """A 0 to 100 track cut at the bounds of the likelihood bands, with a dot at the odds."""
    cells = ["·"] * (_CELLS + 1)
    for tick in _TICKS:
        cells[round(tick * _CELLS)] = "|"
    cells[round(probability * _CELLS)] = "●"
    return "".join(cells)


def ended(point: Mapping[str, Any]) -> bool:
    """Whether a series ends here: the record has decided, or the deadline passed and it is silent."""
    return shape(point["status"]) in ("met", "not", "part") or point["status"] == SILENT


def mover_text(mover: Mapping[str, Any]) -> str:
    """A mover with its effect in points, or with what could be said without it where that is no odds."""
    if mover["effect"] is not None:
        return f"{points_text(mover['effect'])} {mover['text']}"
    told = say("nothing can be said") if mover["without"] in NOTHING_SAID else status_text(mover["without"])
    return say("{answer} without {statement}", answer=told, statement=mover["text"])


def _reading(one: Mapping[str, Any], style: Style) -> list[str]:
    lines = [*map(style.bold, wrapped(headline(one), style.width))] if one["points"] else []
    lines += wrapped(f"{one['claim']}/{one['reading']}: {one['sentence'] or one['says']}", style.width)
    scale = "0  10     33        66     90 100"
    lines.append(style.soft(f"{say('known on'):<{_day_width()}}{say('odds'):>6}  {scale:<32}     {say('moved most (alone)')}"))
    before = None
    for index, point in enumerate(one["points"]):
        if point["probability"] is not None or point["status"] != before:
            lines += _row(point, index == 0, style)
        before = point["status"]
    return lines


def _row(point: Mapping[str, Any], first: bool, style: Style) -> list[str]:
    day = f"{day_text(point['day']):>{_day_width()}} "
    if point["probability"] is None:
        return wrapped(str(point["answer"]), style.width, f"{day} {style.mark(point['status'])}  ", " " * (_day_width() + 4))
    change = "" if point["change"] is None else points_text(point["change"])
    start = f"{day}{percent(point['probability']):>5}  {track(point['probability'])} {change:>4}  "
    ends = [f"{style.mark(point['status'])} {say('deadline passed, record silent')}"] if point["status"] == SILENT else []
    told = "; ".join([*ends, say("claim made")] if first else [*ends, *map(mover_text, point["movers"][:1])])
    return wrapped(told, style.width, start, " " * len(start)) or [start]


def _day_width() -> int:
    """The longest a day can be: `22 Nov 2026`, `24. Sept. 2026`."""
    return 14 if language() == "de" else 11


def _all(data: Mapping[str, Any], style: Style) -> list[str]:
    """All readings: odds on the day made, on a few days, and at the end."""
    some = sorted({point["day"] for one in data["series"] for point in one["points"]})
    shown = [some[round(place * (len(some) - 1) / (_SHOWN + 1))] for place in range(1, _SHOWN + 1)] if len(some) > _SHOWN + 1 else []
    columns = [(say("claim"), 26, "w"), (say("made"), 6, "r"), *((day_text(day[:7]), 8, "r") for day in shown), (say("now"), 10, "w")]
    rows = []
    for one in data["series"]:
        if not one["points"]:
            continue
        last = one["points"][-1]
        held = last["status"] == "open" and last["probability"] is not None
        now = percent(last["probability"]) if held else short_status(last["status"])
        rows.append([f"{one['claim']}/{one['reading']}", _short(one["points"][0]), *(_at(one, day) for day in shown), now])
    told = say("{name}: odds over time, {low} to {high}", name=data["name"], low=day_text(data["from"]), high=day_text(data["to"]))
    return [*map(style.bold, wrapped(told, style.width)), *table(columns, rows, style)]


def _short(point: Mapping[str, Any]) -> str:
    if point["probability"] is not None:
        return percent(point["probability"])
    return say("thin") if "thin" in point["status"] else "–"


def _at(one: Mapping[str, Any], day: str) -> str:
    """The odds known on a day: those of the last point until then; none any more once the series has ended."""
    before = [point for point in one["points"] if point["day"] <= day]
    if not before:
        return ""
    return "–" if ended(before[-1]) and before[-1]["day"] < day else _short(before[-1])
