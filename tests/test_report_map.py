"""The map of sites: projections against published values, outlines that hold the places they should, names that do not meet."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.catalogue.load import load_catalogue
from stargauge.report.sites.projection import albers_usa, equal_earth, on_world, outlines, shape_at
from stargauge.report.sites.site_map import WIDE, labels, map_of, on_map, places, site_map, spoken_map, states_of


def site(name: str, lat: float, lon: float, planned: float = 1e9, runs: float = 0.0, **more: Any) -> dict[str, Any]:
    """A site as the table of sites has it."""
    return {
        "id": name.lower(), "name": name, "place": {"lat": lat, "lon": lon, "country": "US", "note": "", "id": "x"}, "given_up": None,
        "planned": {"p50": planned, "unit": "W"}, "runs": {"p50": runs, "unit": "W"}, **more,
    }  # fmt: skip


# d3-geo's own tests of geoAlbersUsa, at its default scale of 1070 and middle (480, 250), to a tenth of a unit
@pytest.mark.parametrize(
    ("where", "at"),
    [
        ((-122.4194, 37.7749), (107.4, 214.1)),
        ((-74.0059, 40.7128), (794.6, 176.5)),
        ((-95.9928, 36.1540), (488.8, 298.0)),
        ((-149.9003, 61.2181), (171.2, 446.9)),
        ((-157.8583, 21.3069), (298.5, 451.0)),
    ],
)
def test_albers_usa_is_that_of_d3(where: tuple[float, float], at: tuple[float, float]) -> None:
    assert albers_usa(*where, scale=1070.0, middle=(480.0, 250.0)) == pytest.approx(at, abs=0.1)


@pytest.mark.parametrize("where", [(2.3522, 48.8566), (54.4, 24.45), (-68.06, -38.95), (-0.1, 51.5)])
def test_other_countries_are_not_on_the_map_of_the_united_states(where: tuple[float, float]) -> None:
    assert albers_usa(*where) is None


def test_equal_earth_has_its_published_size() -> None:
    # Savric, Patterson, Jenny 2018: half the width and half the height of the map on a sphere of radius one
    assert equal_earth(180.0, 0.0) == pytest.approx((2.706630, 0.0), abs=1e-6)
    assert equal_earth(0.0, 90.0) == pytest.approx((0.0, 1.317363), abs=1e-6)


@settings(deadline=None)
@given(st.floats(-170.0, 170.0), st.floats(-80.0, 80.0))
def test_equal_earth_keeps_areas(lon: float, lat: float) -> None:
    step = 1e-4
    (x1, y1), (x2, y2), (x3, y3) = equal_earth(lon, lat), equal_earth(lon + step, lat), equal_earth(lon, lat + step)
    area = abs((x2 - x1) * (y3 - y1) - (x3 - x1) * (y2 - y1))
    assert area == pytest.approx(math.radians(step) ** 2 * math.cos(math.radians(lat)), rel=2e-3)


@pytest.mark.parametrize(
    ("place", "state"),
    [
        ("abilene-tx", "Texas"), ("santa-teresa-nm", "New Mexico"), ("lordstown-oh", "Ohio"), ("saline-mi", "Michigan"),
        ("port-washington-wi", "Wisconsin"), ("memphis-tn", "Tennessee"), ("phoenix-az", "Arizona"), ("quincy-wa", "Washington"),
        ("ashburn-va", "Virginia"), ("richland-parish-la", "Louisiana"), ("new-carlisle-in", "Indiana"), ("council-bluffs-ia", "Iowa"),
    ],
)  # fmt: skip
def test_outlines_hold_the_places_of_the_catalogue(place: str, state: str) -> None:
    values = load_catalogue()
    lat, lon = (float(values.entries("place", place, name)[0].statement.value) for name in ("lat", "lon"))
    assert shape_at("united_states", albers_usa(lon, lat) or (0.0, 0.0)) == state


@pytest.mark.parametrize(("lon", "lat", "land"), [(10.0, 50.0, True), (-60.0, -10.0, True), (134.0, -25.0, True), (-30.0, 30.0, False)])
def test_the_world_has_land_where_land_is(lon: float, lat: float, land: bool) -> None:
    assert (shape_at("world", on_world(lon, lat)) == "Land") is land


def test_outlines_are_small_and_within_their_frame() -> None:
    for name, count in (("united_states", 51), ("world", 1)):
        made = outlines(name)
        assert len(made.shapes) == count and sum(map(len, made.shapes.values())) < 40_000
        assert all(path.startswith("M") and path.endswith("z") for path in made.shapes.values())


def test_one_site_abroad_brings_the_map_of_the_world() -> None:
    texas, norway = site("Texas", 32.4, -99.7), site("Narvik", 68.4, 17.4)
    assert (map_of([texas]), map_of([texas, norway])) == ("united_states", "world")
    assert (states_of([texas]), states_of([texas, norway])) == (["Texas"], [])


def test_rings_and_discs_have_areas_to_scale() -> None:
    whole, quarter = places([site("A", 32.0, -99.0, 4e9, 1e9), site("B", 42.0, -83.0, 1e9, 1e9)], "united_states", 0.5, 20.0)
    assert (whole.ring, whole.disc, quarter.ring, quarter.disc) == (20.0, 10.0, 10.0, 10.0)


def test_what_was_given_up_or_has_no_place_is_not_on_the_map() -> None:
    gone, lost = site("Gone", 32.0, -99.0, 0.0), {**site("Lost", 0.0, 0.0), "place": None}
    assert on_map([gone, lost, site("Here", 32.0, -99.0)])[0]["name"] == "Here"
    assert len(on_map([gone, lost])) == 0


# the seven US sites of Stargate: two of them 50 km apart
SEVEN = [
    site("Abilene", 32.449, -99.733, 1.18e9, 0.59e9), site("Shackelford County", 32.723, -99.297, 1.96e9),
    site("Santa Teresa", 31.856, -106.639, 2.45e9), site("Milam County", 30.853, -96.977, 1.2e9), site("Lordstown", 41.166, -80.858, 0.3e9),
    site("Saline Township", 42.167, -83.782, 1.38e9), site("Port Washington", 43.387, -87.876, 1.3e9),
]  # fmt: skip


@pytest.mark.parametrize(("width", "largest"), [WIDE, (358, 15.0)])
def test_names_stand_apart_and_inside(width: float, largest: float) -> None:
    land = outlines("united_states")
    placed = places(SEVEN, "united_states", width / land.width, largest)
    made = labels(placed, width, land.height * width / land.width)
    for one, other in combinations(made, 2):
        (a, b, c, d), (e, f, g, h) = one.box, other.box
        assert c <= e or g <= a or d <= f or h <= b, (one.text, other.text)
    assert all(one.box[0] >= 0 and one.box[2] <= width for one in made)
    assert {one.text for one in made} == {one["name"] for one in SEVEN}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.floats(26.0, 48.0), st.floats(-122.0, -70.0), st.floats(1e6, 5e9)), min_size=1, max_size=9))
def test_the_order_of_sites_changes_nothing(found: list[tuple[float, float, float]]) -> None:
    sites = [site(f"Site {index}", lat, lon, power) for index, (lat, lon, power) in enumerate(found) if albers_usa(lon, lat)]
    once = places(sites, "united_states", 0.5, 20.0)
    assert sorted(places(sites[::-1], "united_states", 0.5, 20.0), key=lambda one: one.name) == sorted(once, key=lambda one: one.name)
    assert len(labels(once, 454, 284)) == len(sites)


def test_the_map_is_spoken_and_its_texts_are_escaped() -> None:
    odd = site("<b>A & B</b>", 32.0, -99.0, 1e9, 0.5e9)
    drawn, told = site_map([odd]), spoken_map([odd])
    assert "<b>" not in drawn and "&lt;b&gt;A &amp; B&lt;/b&gt;" in drawn
    assert told == "Map of the United States with 1 site. <b>A & B</b>: 1 GW announced, 500 MW runs."
    assert "style=" not in drawn and "onload" not in drawn
