"""Buildings over time: a bar from the start of work to operation, with its range, the latest start, and the day by which it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from stargauge.report.drawing.canvas import HUES, whole_svg
from stargauge.report.locale import say
from stargauge.report.plan.plan_words import building_text, dates_text, power_text, target_text
from stargauge.report.wording import counted, day_text, show

Data = Mapping[str, Any]


@dataclass(frozen=True)
class _Sheet:
    """A size of drawing: its width, where the plot begins and ends, heights of a site's row and of a building's."""

    width: int
    left: int
    right: int
    site: int
    row: int
    narrow: bool = False


WIDE, NARROW = _Sheet(1120, 236, 880, 34, 24), _Sheet(358, 4, 350, 44, 40, True)
#: Room for the years below; from which height on they stand above too.
_FOOT, _TALL = 26, 600
_BAR = 10


@dataclass(frozen=True)
class _Scale:
    """From a day to its place on the drawing, at the edge where it lies beyond."""

    first: date
    last: date
    sheet: _Sheet

    def at(self, day: str) -> float:
        """The place of a day."""
        share = (date.fromisoformat(day[:10]) - self.first).days / (self.last - self.first).days
        return round(self.sheet.left + min(1.0, max(0.0, share)) * (self.sheet.right - self.sheet.left), 1)


def gantt_svg(data: Data, narrow: bool = False) -> str:
    """The drawing as SVG in the light palette."""
    sheet = NARROW if narrow else WIDE
    scale = _Scale(*span_of(data), sheet)
    top = 116 if narrow else 64
    y, rows = float(top), list[str]()
    for site in _shown(data):
        rows += _site(site, sheet, y)
        y += sheet.site
        for one, begun in _buildings(site):
            rows += _row(one, begun, str(data["as_of"]), scale, y)
            y += sheet.row
    parts = [*_key(sheet), *_years(scale, top, y), *_targets(data, scale, top, y), *rows]
    return whole_svg(sheet.width, y + _FOOT, parts)


def _shown(data: Data) -> list[Data]:
    """The sites that have a building to show."""
    return [one for one in data["sites"] if one["buildings"] or one["under_way"]]


def _buildings(site: Data) -> Iterator[tuple[Data, bool]]:
    """The buildings of a site, those under way first, and whether each is."""
    yield from ((one, True) for one in site["under_way"])
    yield from ((one, False) for one in site["buildings"])


def span_of(data: Data) -> tuple[date, date]:
    """Whole years from the day of knowledge on that hold every start, every end of a bar and every target; a range may end beyond."""
    days = [str(data["as_of"]), *(str(one["by"]) for one in data["targets"])]
    for site in data["sites"]:
        for one, _ in _buildings(site):
            days += [one[key] for key in ("start", "latest") if one.get(key)]
            days += [one["operational"]["p50"]] if one["operational"]["p50"] else []
    first, last = int(str(data["as_of"])[:4]), max(days)
    return date(first, 1, 1), date(int(last[:4]) + (1 if last[5:7] < "07" else 2), 1, 1)


def _text(
    words: str, x: float, y: float, hue: str = "ink", anchor: str = "start", bold: bool = False, size: float = 13, over: bool = False
) -> str:  # fmt: skip
    """A text; `over`: it stands over lines, which it parts."""
    weight = ' font-weight="600"' if bold else ""
    weight += f' paint-order="stroke" stroke="{HUES["paper"]}" stroke-width="4" stroke-linejoin="round"' if over else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="{anchor}" fill="{HUES[hue]}"{weight}>{escape(words)}</text>'


def _bar(low: float, high: float, y: float, hue: str, opacity: float, height: float = _BAR) -> str:
    return (f'<rect x="{low:g}" y="{y - height / 2:g}" width="{max(high - low, 2):g}" height="{height:g}" rx="2" fill="{HUES[hue]}" '
            f'fill-opacity="{opacity:g}"/>')  # fmt: skip


def _stroke(x: float, y: float, hue: str, half: float = 7, wide: float = 2) -> str:
    return f'<line x1="{x:g}" x2="{x:g}" y1="{y - half:g}" y2="{y + half:g}" stroke="{HUES[hue]}" stroke-width="{wide:g}"/>'


def _whisker(low: float, high: float, y: float) -> list[str]:
    line = f'<line x1="{low:g}" x2="{high:g}" y1="{y:g}" y2="{y:g}" stroke="{HUES["operational"]}" stroke-width="2"/>'
    return [line, _stroke(low, y, "operational", 4), _stroke(high, y, "operational", 4)]


def _key(sheet: _Sheet) -> list[str]:
    """What the marks stand for."""
    entries: list[tuple[Callable[[float, float], list[str]], str]] = [
        (lambda x, y: [_bar(x, x + 22, y, "construction", 1)], say("being built, until it runs (P50)")),
        (lambda x, y: [_bar(x, x + 22, y, "construction", 0.4)], say("under way already")),
        (lambda x, y: _whisker(x, x + 22, y), say("runs, P10 to P90")),
        (lambda x, y: [_stroke(x + 11, y, "ink")], say("latest start")),
    ]
    made, x, y = list[str](), float(sheet.left), 10.0
    for mark, words in entries:
        made += [*mark(x, y), _text(words, x + 29, y + 4, size=12.5)]
        if sheet.narrow:
            y += 18
        else:
            x += 52 + 6.7 * len(words)
    return made


def _years(scale: _Scale, top: float, bottom: float) -> list[str]:
    made = []
    step = 1 if scale.last.year - scale.first.year <= (7 if scale.sheet.narrow else 16) else 2
    for year in range(scale.first.year, scale.last.year + 1):
        x = scale.at(f"{year}-01-01")
        made.append(f'<line x1="{x:g}" x2="{x:g}" y1="{top}" y2="{bottom}" stroke="{HUES["rule"]}"/>')
        if year < scale.last.year and (year - scale.first.year) % step == 0:
            middle = (x + scale.at(f"{year}-12-31")) / 2
            made.append(_text(str(year), round(middle, 1), bottom + 18, "soft", "middle", size=12.5))
            if bottom - top > _TALL:
                made.append(_text(str(year), round(middle, 1), top - 28, "soft", "middle", size=12.5))
    return made


def _targets(data: Data, scale: _Scale, top: float, bottom: float) -> list[str]:
    """A line on the day of each target, named by its day."""
    made, named = list[str](), say("asked by {days}", days=", ".join(day_text(day) for day in _days(data)))
    for day in _days(data):
        x = scale.at(day)
        made.append(
            f'<line x1="{x:g}" x2="{x:g}" y1="{top - 4}" y2="{bottom:g}" stroke="{HUES["ink"]}" stroke-width="1.5" stroke-dasharray="6 4"/>'
        )
        if day == _days(data)[-1]:
            beyond = x > (scale.sheet.left + scale.sheet.right) / 2
            made.append(_text(named, x, top - 9, "ink", "end" if beyond else "start", True, 12.5))
    return made


def _days(data: Data) -> list[str]:
    return sorted({str(one["by"]) for one in data["targets"]})


def _site(site: Data, sheet: _Sheet, y: float) -> list[str]:
    """The head of a site: its name, what feeds it, and what is left out."""
    fed = site["power"]
    power = say("{source}, {capacity}", source=power_text(fed["id"]), capacity=show(fed["capacity"], fed["unit"])) if fed else ""
    left = say("not built: {count}", count=len(site["not_built"])) if site["not_built"] else ""
    name, line = (
        str(site["name"] or site["id"]).split(",")[0],
        f'<line x1="0" x2="{sheet.width}" y1="{y:g}" y2="{y:g}" stroke="{HUES["rule"]}"/>',
    )
    about = ", ".join(part for part in (power, left) if part)
    if sheet.narrow:
        return [line, _text(name, 0, y + 19, bold=True), _text(power or left, 0, y + 36, "soft", size=12.5)]
    return [line, _text(name, 0, y + 22, bold=True), _text(about, sheet.left + 6, y + 22, "soft", size=12.5)]


def _row(one: Data, begun: bool, today: str, scale: _Scale, y: float) -> list[str]:
    """One building: its name, its bar and range, and when it runs."""
    sheet, runs = scale.sheet, one["operational"]
    name = building_text(one)
    size = say("{power} IT", power=show(one["it_power"], "W"))
    middle = y + (27 if sheet.narrow else 12)
    if sheet.narrow:
        made = [_text(name, 0, y + 14, size=12.5), _text(when_text(one), sheet.width - 4, y + 14, "soft", "end", size=12.5, over=True)]
    else:
        made = [_text(name, 12, y + 16), _text(size, sheet.left - 14, y + 16, "soft", "end", size=12.5),
                _text(when_text(one), sheet.right + 16, y + 16, size=12.5)]  # fmt: skip
    if runs["p90"] and runs["p90"] <= today:
        return [*made, f'<circle cx="{scale.at(runs["p50"]):g}" cy="{middle:g}" r="4" fill="{HUES["operational"]}"/>']
    end = scale.at(runs["p50"]) if runs["p50"] else float(sheet.right)
    if begun or one["start"]:
        made.append(_bar(scale.at(today if begun else one["start"]), end, middle, "construction", 0.4 if begun else 1))
    if runs["p10"]:
        made += _whisker(scale.at(runs["p10"]), scale.at(runs["p90"]) if runs["p90"] else float(sheet.right), middle)
    if not begun and not one["start"]:
        made.append(_stroke(end, middle, "operational"))  # begun as the file has it, which says no day
    if not begun and one.get("latest"):
        made.append(_stroke(scale.at(one["latest"]), middle, "ink"))
    return made


def when_text(one: Data) -> str:
    """When a building runs: the middle month with P10 and P90."""
    return dates_text(one["operational"])


def spoken_gantt(data: Data) -> str:
    """What the drawing shows, in a sentence for those who do not see it."""
    parts = [
        say("{site}: {count}, the last runs in {end}", site=site["name"] or site["id"], count=counted(len(site["buildings"]), "building"),
            end=_last(site))
        for site in data["sites"] if site["buildings"]
    ]  # fmt: skip
    asked = "; ".join(target_text(one) for one in data["targets"])
    return say("Buildings over time, from the start of work to operation. Asked: {asked}. {each}.", asked=asked, each="; ".join(parts))


def _last(site: Data) -> str:
    days = [one["operational"]["p50"] for one in site["buildings"]]
    return say("never") if None in days else day_text(max(days)[:7])
