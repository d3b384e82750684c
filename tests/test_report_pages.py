"""What pages show beside the report: what moves odds as a chart, pairs of a claim, what was missed, two sides in tables."""

from __future__ import annotations

from typing import Any

from stargauge.api.accuracy import scores
from stargauge.report.accuracy.accuracy_page import missed
from stargauge.report.claims.claim_depth import pairs_of_claim
from stargauge.report.why.comparison import comparison_page
from stargauge.report.why.drivers_chart import DRIVERS_NARROW, DRIVERS_WIDE, MOST, drawn, drivers_table, odds_by_input


def driver(name: str, low: float | None, high: float | None) -> dict[str, Any]:
    return {"says": name, "group": "dates", "share": 0.3, "share_at_most": 0.4, "odds_p10": low, "odds_p90": high}


def row(*drivers: dict[str, Any]) -> dict[str, Any]:
    return {"probability": 0.28, "moved": {"drivers": list(drivers)}}


def bars(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [layer["data"]["values"][0] for layer in spec["layer"] if isinstance(layer["mark"], dict) and layer["mark"]["type"] == "bar"]


def test_bar_runs_from_the_lower_to_the_higher_odds_whichever_end_has_them() -> None:
    made = row(driver("rising", 0.1, 0.4), driver("falling", 0.9, 0.2))
    for paper in (DRIVERS_WIDE, DRIVERS_NARROW):
        assert bars(odds_by_input(made, paper)) == [{"low": 0.1, "high": 0.4}, {"low": 0.2, "high": 0.9}]
    assert [cells[4:] for cells in drivers_table(made)["rows"]] == [["10 %", "40 %"], ["90 %", "20 %"]]


def test_input_without_odds_at_an_end_is_in_the_table_and_not_in_the_chart() -> None:
    made = row(driver("told", 0.1, 0.4), driver("untold", None, 0.4))
    assert [one["says"] for one in drawn(made)] == ["told"]
    assert [cells[0] for cells in drivers_table(made)["rows"]] == ["told", "untold"]
    assert len(drawn(row(*[driver(str(place), 0.1, 0.2) for place in range(MOST + 3)]))) == MOST


def test_line_stands_at_the_odds_now() -> None:
    rules = [layer for layer in odds_by_input(row(driver("one", 0.1, 0.4)))["layer"] if layer["mark"].get("type") == "rule"]
    assert rules[0]["data"]["values"] == [{"odds": 0.28}]


def pair(first: str, second: str, relation: str, correlation: float) -> dict[str, Any]:
    return {"first": first, "second": second, "relation": relation, "correlation": correlation, "by": "logic", "telling_draws": 9.0,
            "at_most": 0.01}  # fmt: skip


def test_pairs_of_a_claim_are_seen_from_it_what_excludes_first() -> None:
    data = {
        "draws": 1024,
        "by_reading": {
            "pairs": [
                pair("a/one", "b/one", "free", 0.2), pair("c/one", "a/two", "exclude", -0.1), pair("a/one", "a/two", "implies", 0.9),
                pair("b/one", "c/one", "free", 0.8), pair("a/one", "d/one", "free", -0.7),
            ]
        },
    }  # fmt: skip
    found = pairs_of_claim(data, "a")
    assert [(one["mine"], one["other"]) for one in found] == [("a/two", "c/one"), ("a/one", "d/one"), ("a/one", "b/one")]
    assert found[0]["says"] == "at most one can hold, by what they say"


def test_what_was_missed_is_counted_on_the_cases() -> None:
    told = scores()
    assert told is not None
    found = missed(told)
    cases = told["cases"]
    assert len(found["dates"]["rows"]) == sum(case["inside"] is not True for case in cases["dates"])
    assert len(found["claims"]["rows"]) == sum(case["happened"] != (case["probability"] >= 0.5) for case in cases["claims"])
    assert found["sentence"].startswith(f"{len(found['dates']['rows'])} of {len(cases['dates'])} dates fell outside P10 to P90")


def test_two_sides_in_tables_tell_what_differs_and_nothing_else() -> None:
    import stargauge

    both = stargauge.compare("meta-hyperion@2026-11-01", "+permanent_jobs_per_power=2 job/MW", draws=256).to_dict()
    made = comparison_page(both)
    differing = {one["address"] for one in both["quantities"] if one["a"] != one["b"]}
    assert {one["address"] for one in made["moved"]} == differing >= {"jobs_permanent"}
    assert not differing & set(made["still"])
    assert [cell["input"].partition(" [")[0] for cell in made["cells"]] == ["permanent_jobs_per_power"]
    assert made["sides"][1]["laid"] == ["permanent_jobs_per_power=2 job/MW"]
    assert [one["name"] for one in made["made_by"]] == ["assumptions.permanent_jobs_per_power"]
