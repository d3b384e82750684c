"""What an explanation rests on: every input once, in its fullest form, the strongest first."""

from __future__ import annotations

from typing import Any

from stargauge.report.why.lineage import formulas, inputs, others, own_note, strongest

STATED: dict[str, Any] = {
    "address": "power",
    "kind": "stated",
    "value": "105 MW",
    "p50": 1.05e8,
    "statements": [{"value": 1.05e8, "note": "seen"}],
    "note": "seen",
}
AGAIN: dict[str, Any] = {"address": "power", "kind": "input", "note": "explained elsewhere"}
CELLS: dict[str, Any] = {
    "address": "date[operational]", "kind": "input",
    "needs": [{"label": "a", "kind": "stated", "statements": [{"value": "2025"}]}, {"label": "b", "kind": "assumed", "note": "ours"}],
}  # fmt: skip
ROOT: dict[str, Any] = {
    "address": "total", "kind": "derived", "shares": {"power": 0.2, "date": 0.7, "slip": 0.004},
    "needs": [{"address": "part", "kind": "derived", "needs": [STATED, CELLS]}, AGAIN, {"address": "slip", "kind": "default", "p50": 0.0}],
}  # fmt: skip


def test_every_input_stands_once_in_its_fullest_form() -> None:
    found = inputs([{"address": "x", "kind": "derived", "needs": [AGAIN]}, ROOT])
    assert list(found) == ["date", "power", "slip"]
    assert found["power"]["statements"]
    assert len(found["date"]["needs"]) == 2


def test_the_strongest_come_first_and_the_faint_are_only_named() -> None:
    moved = strongest(ROOT)
    assert [(node["address"], node["share"]) for node in moved] == [("date[operational]", 0.7), ("power", 0.2)]
    assert others(ROOT, moved) == ["slip"]


def test_a_note_that_a_statement_repeats_is_told_once() -> None:
    assert own_note(STATED) == ""
    assert own_note({**STATED, "note": "ours"}) == "ours"


def test_formulas_lose_the_numbers_of_their_lines() -> None:
    assert formulas({"formula": "a = b + c   (1)\n\n  d = f(2)  (2)"}) == ["a = b + c", "d = f(2)"]
