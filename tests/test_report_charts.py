"""Charts: valid specifications, the grammar of fans and announced lines, and only the numbers that came in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stargauge.report.claims import definitions, odds_chart
from stargauge.report.drawing import canvas, charts

SAMPLE = Path(__file__).parent / "data" / "check_sample.json"


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    return dict(json.loads(SAMPLE.read_text(encoding="utf-8")))


def drawn(answer: dict[str, Any], name: str, paper: canvas.Paper = canvas.WIDE) -> dict[str, Any]:
    return charts.over_time(answer["lines"][name], answer["quantities"], answer["newest_evidence"], paper)


def layers(spec: dict[str, Any], mark: str) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == mark]


@pytest.mark.parametrize("name", ["capacity", "money"])
@pytest.mark.parametrize("paper", [canvas.WIDE, canvas.NARROW])
def test_specification_is_valid_vega_lite(answer: dict[str, Any], name: str, paper: canvas.Paper) -> None:
    altair = pytest.importorskip("altair")
    altair.LayerChart.from_dict(drawn(answer, name, paper))


@pytest.mark.parametrize("paper", [canvas.ROWS_WIDE, canvas.ROWS_NARROW])
def test_specification_of_rows_is_valid_vega_lite(answer: dict[str, Any], paper: canvas.Paper) -> None:
    altair = pytest.importorskip("altair")
    altair.LayerChart.from_dict(definitions.by_definition(answer["lines"]["jobs"], paper))


def test_phone_drawings_are_358_pixels_wide() -> None:
    assert canvas.NARROW.total == canvas.ROWS_NARROW.total == 358


def test_fans_start_at_the_newest_evidence_never_before(answer: dict[str, Any]) -> None:
    bands = layers(drawn(answer, "capacity"), "area")
    assert len(bands) == 4
    for band in bands:
        assert min(point["month"] for point in band["data"]["values"]) == answer["newest_evidence"]


def test_a_fan_shows_the_quantiles_that_came_in(answer: dict[str, Any]) -> None:
    line = {"series": [{"address": "power_facility[operational]", "role": "fan", "hue": "operational", "label": "Operational"}]}
    spec = charts.over_time(line, answer["quantities"], answer["newest_evidence"])
    point = layers(spec, "area")[0]["data"]["values"][-1]
    data = answer["quantities"]["power_facility[operational]"]
    assert point["p10"] == pytest.approx(data["p10"][-1] / 1e9)
    assert point["p90"] == pytest.approx(data["p90"][-1] / 1e9)


def test_observed_is_a_step_that_ends_at_the_newest_evidence(answer: dict[str, Any]) -> None:
    steps = [layer for layer in layers(drawn(answer, "capacity"), "line") if layer["mark"].get("interpolate") == "step-after"]
    assert len(steps) == 2
    assert all(layer["data"]["values"][-1]["month"] == answer["newest_evidence"] for layer in steps)
    assert {layer["mark"]["strokeWidth"] for layer in steps} == {3.5, 2.25}


def test_announced_is_dashed_neutral_and_without_band(answer: dict[str, Any]) -> None:
    line = {"series": [{"address": "power_facility_promised", "role": "announced", "hue": "announced", "label": "Announced"}]}
    spec = charts.over_time(line, answer["quantities"], answer["newest_evidence"])
    assert not layers(spec, "area")
    assert layers(spec, "line")[0]["mark"]["strokeDash"] == [6, 4]
    assert len(layers(spec, "point")[1]["data"]["values"]) == 5  # one dot per dated promise; the first point layer is the frame


def test_money_is_held_flat_and_dotted_after_the_last_known_signing(answer: dict[str, Any]) -> None:
    dotted = [layer for layer in layers(drawn(answer, "money"), "line") if layer["mark"].get("strokeDash") == [2, 4]]
    assert len(dotted) == 2
    for layer in dotted:
        first, last = layer["data"]["values"]
        assert first["p50"] == last["p50"]


def test_zero_is_on_the_axis_and_every_value_fits(answer: dict[str, Any]) -> None:
    for name in ("capacity", "money"):
        low, high = drawn(answer, name)["layer"][0]["encoding"]["y"]["scale"]["domain"]
        assert low == 0
        values = [
            value
            for layer in drawn(answer, name)["layer"]
            for point in layer["data"]["values"]
            for key, value in point.items()
            if key[0] == "p"
        ]
        assert max(values) <= high


def test_end_labels_never_meet() -> None:
    wanted = [(10.0, 33.0, "a"), (12.0, 33.0, "b"), (13.0, 48.0, "c"), (300.0, 33.0, "d")]
    placed = charts._apart(wanted, 320)
    for (above, _), (below, _), (_, height, _) in zip(placed, placed[1:], wanted, strict=False):
        assert below - above >= height - 1e-9


def test_rows_hold_a_bar_a_stroke_and_a_ring_where_something_was_stated(answer: dict[str, Any]) -> None:
    jobs = answer["lines"]["jobs"]
    spec = definitions.by_definition(jobs)
    assert len(layers(spec, "bar")) == len(layers(spec, "tick")) == len(jobs["rows"])
    rings = [layer for layer in layers(spec, "point") if not layer["mark"].get("filled", True)]
    assert len(rings) == sum(len(row.get("stated") or []) for row in jobs["rows"])


@pytest.mark.parametrize("value", [1_000.0, 60_000.0, 200_000.0])
def test_on_a_phone_the_claim_stays_on_the_paper_and_the_range_is_told(answer: dict[str, Any], value: float) -> None:
    paper, words = canvas.ROWS_NARROW, "100,000 direct jobs by Dec 2025"
    jobs = {**answer["lines"]["jobs"], "claim": {"value": value, "label": "claimed", "text": words}}
    labels = layers(definitions.by_definition(jobs, paper), "text")
    told = {layer["data"]["values"][0]["text"]: layer["encoding"]["x"].get("value") for layer in labels}
    assert 3 * len(words) - paper.left <= told[words] <= paper.width + paper.right - 3 * len(words)
    assert sum(" (P10 " in text and ", P90 " in text for text in told) == len(jobs["rows"])


def test_an_answer_before_any_evidence_has_fans_from_the_start(answer: dict[str, Any]) -> None:
    spec = charts.over_time(answer["lines"]["capacity"], answer["quantities"], None)
    assert min(point["month"] for point in layers(spec, "area")[0]["data"]["values"]) == "2025-01-31"
    assert not layers(spec, "rule")


def test_the_spoken_sentence_has_the_numbers(answer: dict[str, Any]) -> None:
    text = charts.spoken(answer["lines"]["capacity"], answer["quantities"])
    assert "Operational 9.07 GW (6.21 to 11.3) at 31 Dec 2032" in text
    assert "All, with induced 82,000 (48,000 to 128,000)" in definitions.spoken_rows(answer["lines"]["jobs"])


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_absent_months_are_left_out_never_drawn_as_zero(answer: dict[str, Any], missing: float | None) -> None:
    quantities = json.loads(json.dumps(answer["quantities"]))
    for name in ("p10", "p25", "p50", "p75", "p90"):
        quantities["power_facility[operational]"][name][:30] = [missing] * 30
    quantities["power_facility_promised"]["p50"] = [missing] * 96
    line = answer["lines"]["capacity"]
    spec = charts.over_time(line, quantities, answer["newest_evidence"])
    json.dumps(spec, allow_nan=False)
    blue = [layer for layer in layers(spec, "line") if layer["mark"]["color"] == canvas.HUES["operational"]]
    assert min(point["month"] for layer in blue for point in layer["data"]["values"]) == "2027-07-31"


def test_series_in_different_units_stand_on_one_scale(answer: dict[str, Any]) -> None:
    quantities = json.loads(json.dumps(answer["quantities"]))
    small = quantities["power_facility[operational]"]
    before = charts.over_time(answer["lines"]["capacity"], quantities, answer["newest_evidence"])
    for name in ("p10", "p25", "p50", "p75", "p90"):
        small[name] = [value / 1e6 for value in small[name]]
    small["unit"] = "MW"
    after = charts.over_time(answer["lines"]["capacity"], quantities, answer["newest_evidence"])
    ends = [[layer["data"]["values"][-1]["p90"] for layer in layers(spec, "area")] for spec in (before, after)]
    assert ends[0] == pytest.approx(ends[1])
    assert before["layer"][-1]["data"]["values"] == after["layer"][-1]["data"]["values"] == [{"text": "GW"}]


def test_a_month_stands_at_its_end() -> None:
    assert charts.month_day("2028-02") == "2028-02-29"
    assert charts.month_day("2026-09-30") == "2026-09-30"


def point(day: str, odds: float | None, status: str = "open", change: float | None = None) -> dict[str, Any]:
    span = [0.1, 0.2] if odds is not None else None
    return {"day": day, "status": status, "answer": status, "probability": odds, "model_range": span, "likelihood": "unlikely",
            "change": change, "movers": []}  # fmt: skip


def odds_of(*points: dict[str, Any]) -> dict[str, Any]:
    return {"claim": "c", "reading": "r", "says": "s", "sentence": "s", "since_peak": 0.0, "peak": "2025-01-31", "points": list(points)}


GAP = odds_of(
    point("2025-01-31", 0.5), point("2025-02-28", 0.2, change=-0.3), point("2025-03-31", None, "not testable"),
    point("2025-08-31", 0.3, "passed, record silent", change=0.1),
)  # fmt: skip


def texts(spec: dict[str, Any]) -> list[Any]:
    return [value["text"] for layer in layers(spec, "text") for value in layer["data"]["values"]]


@pytest.mark.parametrize("paper", [canvas.ODDS_WIDE, canvas.ODDS_NARROW])
def test_odds_stop_where_nothing_can_be_said_and_the_gap_says_so(paper: canvas.Paper) -> None:
    pytest.importorskip("altair").LayerChart.from_dict(odds_chart.odds_over_time(GAP, paper))
    spec = odds_chart.odds_over_time(GAP, paper)
    (line,) = layers(spec, "line")
    assert line["encoding"]["detail"] == {"field": "part"}
    assert [(value["day"], value["odds"], value["part"]) for value in line["data"]["values"]] == [
        ("2025-01-31", 0.5, 0), ("2025-02-28", 0.2, 0), ("2025-03-31", 0.2, 0), ("2025-08-31", 0.3, 1)]  # fmt: skip
    assert "not testable" in texts(spec)


@pytest.mark.parametrize(("status", "mark"), [("passed, record silent", "_"), ("met", "●"), ("not met", "⊘")])
def test_a_series_of_odds_ends_in_the_mark_of_its_verdict(status: str, mark: str) -> None:
    ends = odds_of(point("2025-01-31", 0.5), point("2025-06-30", 0.5 if "silent" in status else None, status))
    assert mark in texts(odds_chart.odds_over_time(ends, canvas.ODDS_WIDE))
    assert not set(texts(odds_chart.odds_over_time(odds_of(*ends["points"][:1]), canvas.ODDS_WIDE))) & {"_", "●", "⊘"}


def test_the_number_of_an_event_stands_above_the_step_and_the_list_has_its_points() -> None:
    down, up = odds_chart.events(GAP)
    assert (down["number"], down["change"], down["top"]) == (1, "−30", 0.5)
    assert (up["number"], up["change"], up["top"]) == (2, "+10", 0.3)


def test_drawings_of_odds_are_358_pixels_wide_on_a_phone_and_keep_the_words_beside_the_plot() -> None:
    assert canvas.ODDS_NARROW.total == 358
    for paper in (canvas.ODDS_WIDE, canvas.ODDS_NARROW):
        words = [layer for layer in layers(odds_chart.odds_over_time(GAP, paper), "text") if "likely" in str(layer["data"])]
        assert len(words) == 5
        assert all(layer["encoding"]["x"]["value"] > paper.width for layer in words)
