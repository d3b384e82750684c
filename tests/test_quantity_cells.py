"""Cells of tables from texts of others: no formula for a spreadsheet, no mark that turns a line, numbers as they are."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.quantity.cells import STEERING, csv_cell
from stargauge.report.drawing.drawing import _NUMBER, csv_text
from stargauge.report.sweep import sweep_csv

MARKS = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\tx", " =1", "\u202e=1", "\r=1", "\u2066 +1", "＝1", "|calc", "%x", "\n=1"]
)
def test_what_may_be_a_formula_stands_behind_an_apostrophe(text: str) -> None:
    made = csv_cell(text)
    assert made == f"'{STEERING.sub('', text)}"


def test_marks_that_turn_a_line_are_left_out_and_all_else_stays() -> None:
    assert csv_cell("".join(f"a{mark}" for mark in MARKS)) == "a" * len(MARKS)
    assert [csv_cell(one) for one in (-1.5, None, 7, "a = b", "", "−3 GW", "it’s\nso")] == [-1.5, None, 7, "a = b", "", "−3 GW", "it’s\nso"]


@given(st.text(st.sampled_from([*MARKS, *'=+-@\t\r\n ax1,"']), max_size=8))
def test_every_table_takes_them_so(text: str) -> None:
    row = {"scenario": text, "as_of": "2026-01-01", "kind": "quantity", "name": "x", "p50": -1.0}
    tables = [csv_text({"head": ["a", "b"], "rows": [[text, -1.0]]}), sweep_csv({"rows": [row]})]
    for made, place in zip(tables, (0, 0), strict=True):
        cell = list(csv.reader(io.StringIO(made, newline="")))[1][place]
        harmless = not cell.startswith(("\t", "\r")) and not cell.lstrip().startswith(("=", "+", "-", "@"))
        assert not set(cell) & {*MARKS, "\r"} and (harmless or _NUMBER.fullmatch(cell))
