"""Where the sites lie: a ring whose area is what was announced, in it a disc whose area is what runs; beside it their names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from stargauge.report.drawing.canvas import HUES, whole_svg
from stargauge.report.locale import say
from stargauge.report.sites.projection import Outlines, Point, albers_usa, on_world, outlines, shape_at
from stargauge.report.wording import counted, value_text

#: Width of the drawing in the page and on a phone, the largest ring there, and the size of its text.
WIDE, NARROW = (454, 20.0), (358, 15.0)
_SIZE, _LETTER, _GAP, _DOT = 13.0, 8.6, 5.0, 1.8
#: Where a name may stand: from which angle it sits at its ring (0 to the east, 90 to the north), what is best first; and how far off.
_ANGLES, _OFF = (0, 180, 40, 320, 140, 220, 90, 270, 60, 300, 120, 240), (0.0, 8.0, 16.0, 26.0, 40.0)

Site = Mapping[str, Any]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Placed:
    """A site on the drawing: its middle, the radius of its ring, and that of its disc."""

    name: str
    x: float
    y: float
    ring: float
    disc: float


@dataclass(frozen=True)
class Label:
    """A name on the drawing: where it begins, its side, and the middle it belongs to where it stands off."""

    text: str
    x: float
    y: float
    anchor: str
    box: Box
    line: tuple[Point, Point] | None = None


def on_map(sites: Sequence[Site]) -> list[Site]:
    """The sites that a map can show: those whose place is known and that were not given up."""
    return [one for one in sites if one.get("place") and _planned(one) > 0.0]


def map_of(sites: Sequence[Site]) -> str:
    """The map that shows all of the sites: `united_states`, or `world` where one of them lies elsewhere."""
    return "united_states" if all(albers_usa(*_where(one)) for one in sites) else "world"


def states_of(sites: Sequence[Site]) -> list[str]:
    """The states of the United States in which the sites lie, each once; none where one lies elsewhere."""
    shown = on_map(sites)
    if map_of(shown) != "united_states":
        return []
    found = (shape_at("united_states", albers_usa(*_where(one)) or (0.0, 0.0)) for one in shown)
    return list(dict.fromkeys(one for one in found if one))


def spoken_map(sites: Sequence[Site]) -> str:
    """What the map shows, in a sentence for those who do not see it."""
    shown = on_map(sites)
    told = "; ".join(_told(one) for one in shown)
    many = {"sites": counted(len(shown), "site"), "each": told}
    if map_of(shown) == "united_states":
        return say("Map of the United States with {sites}. {each}.", **many)
    return say("Map of the world with {sites}. {each}.", **many)


def _told(site: Site) -> str:
    return say("{name}: {planned} announced, {runs}", name=site["name"], planned=value_text(site["planned"]), runs=_runs_text(site))


def _runs_text(site: Site) -> str:
    running = (site["runs"].get("p50") or 0.0) > 0.0
    return say("{power} runs", power=value_text(site["runs"])) if running else say("none known to run")


def site_map(sites: Sequence[Site], narrow: bool = False) -> str:
    """The map as SVG in the light palette."""
    shown = on_map(sites)
    name = map_of(shown)
    width, largest = NARROW if narrow else WIDE
    land = outlines(name)
    scale = width / land.width
    height = math.ceil(land.height * scale)
    placed = places(shown, name, scale, largest)
    names = labels(placed, width, height)
    parts = [*_land(land, states_of(shown), scale), *(mark for one in placed for mark in _marks(one)), *(_name(one) for one in names)]
    return whole_svg(width, height, parts)


def places(sites: Sequence[Site], name: str, scale: float, largest: float) -> list[Placed]:
    """Sites with their rings on a drawing, the largest first so that no small one is hidden."""
    most = max((_planned(one) for one in sites), default=0.0) or 1.0
    made = []
    for one in sorted(sites, key=lambda site: -_planned(site)):
        x, y = (albers_usa(*_where(one)) if name == "united_states" else None) or on_world(*_where(one))
        ring = max(3.0, largest * math.sqrt(_planned(one) / most))
        runs = min(1.0, float(one["runs"].get("p50") or 0.0) / _planned(one))
        made.append(Placed(str(one["name"]), round(x * scale, 1), round(y * scale, 1), round(ring, 1), round(ring * math.sqrt(runs), 1)))
    return made


def labels(placed: Sequence[Placed], width: float, height: float) -> list[Label]:
    """A place for each name: at its ring where nothing else stands, else further off with a line to it."""
    made: list[Label] = []
    for one in sorted(placed, key=lambda site: (site.y, site.x)):
        wanted = [_label(one, angle, off) for off in _OFF for angle in _ANGLES]
        made.append(min(enumerate(wanted), key=lambda pair: (_crossed(pair[1], one, placed, made, width, height), pair[0]))[1])
    return made


def _label(one: Placed, angle: float, off: float) -> Label:
    """A name that sits at an angle to its ring, so far off."""
    far = one.ring + _GAP + off
    turned = math.radians(angle)
    x, y = one.x + far * math.cos(turned), one.y - far * math.sin(turned)
    long = _LETTER * len(one.name)
    anchor = "middle" if angle in (90, 270) else "start" if math.cos(turned) > 0 else "end"
    left = {"start": x, "middle": x - long / 2.0, "end": x - long}[anchor]
    base = y + (0.0 if angle == 90 else _SIZE * 0.8 if angle == 270 else _SIZE * 0.35)
    line = ((one.x + one.ring * math.cos(turned), one.y - one.ring * math.sin(turned)), (x, y)) if off else None
    return Label(one.name, round(x, 1), round(base, 1), anchor, (left, base - _SIZE * 0.8, left + long, base + _SIZE * 0.25), line)


def _crossed(label: Label, own: Placed, placed: Sequence[Placed], made: Sequence[Label], width: float, height: float) -> int:
    """How much a name stands in the way: over the edge, over other names, over rings."""
    left, top, right, bottom = label.box
    edge = left < 0 or top < 0 or right > width or bottom > height
    names = sum(_meet(label.box, other.box) for other in made)
    rings = sum(_covers(label.box, other) for other in placed if other is not own)
    return 100 * edge + 40 * names + 12 * rings


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] + 2 and other[0] < one[2] + 2 and one[1] < other[3] + 1 and other[1] < one[3] + 1


def _covers(box: Box, site: Placed) -> bool:
    """Whether a box touches the ring of a site."""
    x, y = min(max(site.x, box[0]), box[2]), min(max(site.y, box[1]), box[3])
    return math.hypot(site.x - x, site.y - y) < site.ring + 1.5


def _land(land: Outlines, stressed: Sequence[str], scale: float) -> list[str]:
    """The land in a quiet hue, states with a site a little stronger, borders in the hue of the paper."""
    made = []
    for name, path in land.shapes.items():
        strength = "1" if name in stressed else ".55"
        made.append(f'<path d="{path}" fill="{HUES["rule"]}" fill-opacity="{strength}"/>')
    border = f'fill-rule="evenodd" stroke="{HUES["paper"]}" stroke-width="{1.0 / scale:.2f}" stroke-linejoin="round"'
    return [f'<g transform="scale({scale:.5f})" {border}>{"".join(made)}</g>']


def _marks(one: Placed) -> list[str]:
    at = f'cx="{one.x:g}" cy="{one.y:g}"'
    ring = f'<circle {at} r="{one.ring:g}" fill="none" stroke="{HUES["announced"]}" stroke-width="2"/>'
    if one.disc > _DOT:
        return [ring, f'<circle {at} r="{one.disc:g}" fill="{HUES["operational"]}"/>']
    return [ring, f'<circle {at} r="{_DOT:g}" fill="{HUES["announced"]}"/>']


def _name(label: Label) -> str:
    """A name with a halo of paper, so that it reads over borders."""
    place = f'x="{label.x:g}" y="{label.y:g}" text-anchor="{label.anchor}" font-size="{_SIZE:g}" font-weight="600"'
    halo = f'<text {place} fill="none" stroke="{HUES["paper"]}" stroke-width="3" stroke-linejoin="round">{escape(label.text)}</text>'
    line = ""
    if label.line:
        (x1, y1), (x2, y2) = label.line
        line = f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{HUES["rule-2"]}"/>'
    return f'{line}{halo}<text {place} fill="{HUES["ink"]}">{escape(label.text)}</text>'


def _where(site: Site) -> Point:
    return float(site["place"]["lon"]), float(site["place"]["lat"])


def _planned(site: Site) -> float:
    return float(site["planned"].get("p50") or 0.0)
