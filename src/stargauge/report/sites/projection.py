"""Where a place lies on a map: two published projections, and the outlines drawn in them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Point = tuple[float, float]
MAPS = Path(__file__).parent / "maps"

#: Equal Earth (Savric, Patterson, Jenny 2018): the polynomial of the parametric latitude.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3.0) / 2.0
#: The longitude, latitude and standard parallels of the three parts of the map of the United States, all as d3-geo's `geoAlbersUsa` has
#: them; then scale and place of a part beside the first one.
_LOWER_48 = ((-96.0, 0.0), (-0.6, 38.7), (29.5, 45.5), 1.0, (0.0, 0.0))
_ALASKA = ((-154.0, 0.0), (-2.0, 58.5), (55.0, 65.0), 0.35, (-0.307, 0.201))
_HAWAII = ((-157.0, 0.0), (-3.0, 19.9), (8.0, 18.0), 1.0, (-0.205, 0.212))
#: Where each part ends: least and largest longitude and latitude.
_PARTS = (((-180.0, -129.9, 51.0, 72.0), _ALASKA), ((-161.0, -154.0, 18.0, 23.0), _HAWAII), ((-125.5, -66.0, 24.0, 50.0), _LOWER_48))
#: Scale and middle of the outlines of the United States; width of the world and its northern edge.
_SCALE, _MIDDLE = 1300.0, (487.5, 305.0)
_WORLD_WIDTH, _NORTH = 1000.0, 84.0


@dataclass(frozen=True)
class Outlines:
    """Shapes by name, as paths of whole units within a width and a height."""

    width: float
    height: float
    shapes: Mapping[str, str]


@cache
def outlines(name: str) -> Outlines:
    """The outlines of a map: `united_states` by state, or `world`."""
    held = json.loads((MAPS / f"{name}.json").read_text(encoding="utf-8"))
    return Outlines(held["width"], held["height"], held["shapes"])


def albers_usa(lon: float, lat: float, scale: float = _SCALE, middle: Point = _MIDDLE) -> Point | None:
    """A place of the United States in Albers' equal-area projection, Alaska and Hawaii below; None of any other place."""
    for (west, east, south, north), (rotated, centre, parallels, share, moved) in _PARTS:
        if west <= lon <= east and south <= lat <= north:
            x, y = _conic(lon - rotated[0], lat, parallels)
            x0, y0 = _conic(centre[0], centre[1], parallels)
            return middle[0] + scale * (share * (x - x0) + moved[0]), middle[1] + scale * (moved[1] - share * (y - y0))
    return None


def _conic(lon: float, lat: float, parallels: Point) -> Point:
    """Albers' conic equal-area projection on a sphere of radius one (Snyder 1987, eq. 14-1 to 14-6), x to the east, y to the north."""
    first, second = (math.sin(math.radians(one)) for one in parallels)
    n = (first + second) / 2.0
    c = 1.0 + first * (2.0 * n - first)
    rho0, rho = math.sqrt(c) / n, math.sqrt(c - 2.0 * n * math.sin(math.radians(lat))) / n
    theta = n * math.radians(lon)
    return rho * math.sin(theta), rho0 - rho * math.cos(theta)


def equal_earth(lon: float, lat: float) -> Point:
    """A place in the Equal Earth projection on a sphere of radius one, x to the east, y to the north."""
    angle = math.asin(_M * math.sin(math.radians(lat)))
    square = angle * angle
    sixth = square**3
    stretched = _M * (_A1 + 3.0 * _A2 * square + sixth * (7.0 * _A3 + 9.0 * _A4 * square))
    return math.radians(lon) * math.cos(angle) / stretched, angle * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))


def on_world(lon: float, lat: float) -> Point:
    """A place on the map of the world, in the units of its outlines."""
    scale = _WORLD_WIDTH / (2.0 * equal_earth(180.0, 0.0)[0])
    x, y = equal_earth(lon, lat)
    return _WORLD_WIDTH / 2.0 + scale * x, scale * (equal_earth(0.0, _NORTH)[1] - y)


def shape_at(name: str, point: Point) -> str | None:
    """The name of the shape of a map that a point lies in; None where it lies in none."""
    return next((shape for shape, rings in _rings(name).items() if sum(_within(ring, point) for ring in rings) % 2), None)


@cache
def _rings(name: str) -> dict[str, tuple[tuple[Point, ...], ...]]:
    """The corners of every ring of every shape."""
    made = {}
    for shape, path in outlines(name).shapes.items():
        rings = []
        for part in path.split("z")[:-1]:
            numbers = [float(one) for one in re.findall(r"-?\d+", part)]
            x, y, corners = 0.0, 0.0, []
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                corners.append((x, y))
            rings.append(tuple(corners))
        made[shape] = tuple(rings)
    return made


def _within(ring: tuple[Point, ...], point: Point) -> bool:
    """Whether a point lies in a ring: a line from it to the east crosses the ring an odd number of times."""
    inside, (x, y) = False, point
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside
