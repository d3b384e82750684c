"""Our own charts drawn without an engine: the same places as the engine's, and what they are not made of is left to it."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.audit.wording.languages import words_of
from stargauge.report.claims.definitions import by_definition
from stargauge.report.drawing import svg
from stargauge.report.drawing.canvas import NARROW, ROWS_NARROW, ROWS_WIDE, WIDE, Paper
from stargauge.report.drawing.charts import over_time

MONTHS = [f"{2025 + place // 12}-{place % 12 + 1:02d}" for place in range(96)]
SERIES = {
    "fan": {"unit": "GW", "months": MONTHS, **{f"p{q}": [place * (0.05 + q / 2000) for place in range(96)] for q in (10, 25, 50, 75, 90)}},
    "told": {"unit": "GW", "months": MONTHS, "p50": [float(place // 24) for place in range(96)]},
}
LINE = {
    "title": "Power", "series": [
        {"address": "told", "role": "announced", "hue": "announced", "label": "Promised & <kept>"},
        {"address": "told", "role": "step", "hue": "contracted", "label": "Signed"},
        {"address": "fan", "role": "before", "hue": "operational", "label": ""},
        {"address": "fan", "role": "fan", "hue": "operational", "label": "Runs", "note": "a note that is long enough to take two lines"},
    ],
}  # fmt: skip
JOBS = {
    "rows": [{"label": "Direct", "says": "heads", "unit": "jobs", "hue": "need", "p10": 1000.0, "p50": 2500.0, "p90": 9000.0,
              "stated": [{"value": 3000.0, "text": "counted"}]}],
    "claim": {"value": 10_000.0, "label": "claimed", "text": "10,000 jobs"},
}  # fmt: skip
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def _specs(paper: Paper, rows: Paper) -> list[dict[str, Any]]:
    return [over_time(LINE, SERIES, "2026-09-26", paper), by_definition(JOBS, rows)]


def _texts(drawing: str) -> list[str]:
    root = ElementTree.fromstring(drawing)
    return sorted("".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text"))


@pytest.mark.parametrize("papers", [(WIDE, ROWS_WIDE), (NARROW, ROWS_NARROW)])
def test_texts_and_size_are_those_of_the_engine(papers: tuple[Paper, Paper]) -> None:
    engine = pytest.importorskip("vl_convert")
    for spec in _specs(*papers):
        ours, theirs = svg.draw(spec), str(engine.vegalite_to_svg(spec))
        assert _texts(ours) == _texts(theirs)
        assert re.search(r'viewBox="([^"]+)"', ours)[1] == re.search(r'viewBox="([^"]+)"', theirs)[1]  # type: ignore[index]


def test_the_middle_of_a_fan_runs_as_the_engine_draws_it() -> None:
    engine = pytest.importorskip("vl_convert")
    spec = over_time({"title": "x", "series": [LINE["series"][3]]}, SERIES, None, WIDE)  # type: ignore[index]
    ours, theirs = (
        re.findall(r'<path[^>]*d="([^"]+)"[^>]*stroke-width="2.25"', drawing)
        for drawing in (svg.draw(spec), str(engine.vegalite_to_svg(spec)))
    )
    found, wanted = ([float(number) for number in NUMBER.findall(path[0])] for path in (ours, theirs))
    assert found == pytest.approx(wanted, abs=0.11)


@pytest.mark.parametrize(("first", "last", "count", "wanted"), [
    (0.0, 10.4, 5, [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]),
    (0.0, 120_881.0, 6, [0.0, 20_000.0, 40_000.0, 60_000.0, 80_000.0, 100_000.0, 120_000.0]),
    (0.0, 0.73, 5, [0.0, 0.2, 0.4, 0.6]),
    (0.0, 3.2, 4, [0.0, 1.0, 2.0, 3.0]),
])  # fmt: skip
def test_ticks_are_round(first: float, last: float, count: int, wanted: list[float]) -> None:
    assert svg.ticks(svg.Scale(first, last, 0.0, 100.0), count) == pytest.approx(wanted)


@given(st.floats(0.001, 1e12), st.integers(2, 8))
def test_ticks_rise_within_the_scale(last: float, count: int) -> None:
    found = svg.ticks(svg.Scale(0.0, last, 0.0, 100.0), count)
    assert found[0] == 0.0 and found == sorted(set(found)) and found[-1] <= last * (1 + 1e-6) and len(found) <= 3 * count


def test_numbers_follow_the_language() -> None:
    spec = by_definition(JOBS, ROWS_WIDE)
    assert "10,000" in svg.draw(spec) and "10’000" in svg.draw(spec, words_of("de").notation)


def test_what_is_not_ours_is_left_to_the_engine() -> None:
    assert not svg.draws({"data": {"values": [{}]}, "mark": "point"})
    spec = _specs(WIDE, ROWS_WIDE)[0]
    assert svg.draws(spec)
    assert not svg.draws({**spec, "layer": [*spec["layer"], {"mark": "arc", "encoding": {}}]})
    assert not svg.draws({**spec, "layer": [*spec["layer"], {"mark": "point", "encoding": {"x": {"field": "a", "type": "nominal"}}}]})
    assert not svg.draws({**spec, "layer": [*spec["layer"], {"mark": {"type": "point", "shape": "triangle"}, "encoding": {}}]})


def test_text_is_escaped() -> None:
    drawing = svg.draw(_specs(WIDE, ROWS_WIDE)[0])
    assert "Promised &amp; &lt;kept&gt;" in drawing and "<script" not in drawing


def test_a_label_whose_first_line_is_empty_keeps_the_others() -> None:
    spec = dict(by_definition(JOBS, ROWS_WIDE))
    layer = {
        "data": {"values": [{"says": ["", "second"]}, {"says": ["", ""]}]}, "mark": {"type": "text", "color": "#000"},
        "encoding": {"x": {"value": 1}, "y": {"value": 2}, "text": {"field": "says"}},
    }  # fmt: skip
    made = svg.draw({**spec, "layer": [*spec["layer"], layer]})
    assert ">second</tspan>" in made and "False" not in made
