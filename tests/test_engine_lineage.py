"""Explanations: walked from the graph, with values, down to who said it."""

from __future__ import annotations

import json
import weakref
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests import engine_toy as toy

from stargauge.engine.cells import spread_of
from stargauge.engine.lineage import explain, explain_briefly, formula_of, telling_times
from stargauge.engine.node import Node
from stargauge.engine.result import gather
from stargauge.engine.run import Run
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Mixture

WHEN = date(2030, 6, 30)


@pytest.fixture(scope="module")
def node() -> Node:
    return explain(toy.world(), "output[north]", WHEN, 1024)


def find(node: Node, name: str) -> Node:
    return next(found for found in node.walk() if found.name == name and not found.repeated)


def test_the_root_is_the_series_at_the_date_with_its_formula(node: Node) -> None:
    series = gather(toy.world(), ["output[north]"], 1024).series["output[north]"].at(WHEN)
    assert node.rows[0].spread == pytest.approx([float(q) for q in series.quantiles().values()])
    assert (node.address, node.unit, node.month) == ("output[north]", "W", "2030-06")
    assert node.formula == ("y = capacity * season                                                           (1)",)
    assert [need.name for need in node.needs] == ["capacity", "season"]


def test_a_short_explanation_says_the_same_of_the_number_and_stops_at_first_hand() -> None:
    addresses = ["output[north]", "output[south]"]
    for address, short in zip(addresses, explain_briefly(toy.world(), addresses, WHEN, 1024), strict=True):
        whole = explain(toy.world(), address, WHEN, 1024)
        assert (short.rows, short.shares, short.rests, short.month) == (whole.rows, whole.shares, whole.rests, whole.month)
        assert {need.name for need in whole.needs} <= {need.name for need in short.needs}
        assert not any(need.needs for need in short.needs)
        held = {need.name for need in short.needs if need.cells}
        assert {name for name, share in whole.shares.items() if share >= 0.01 and ":" not in name} <= held


def test_no_block_outlives_the_reading_of_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    made, seen = Run.block, list[weakref.ref[Any]]()

    def block(run: Run, *asked: Any) -> Any:
        assert all(ref() is None for ref in seen)  # nothing of the block before is held
        new = made(run, *asked)
        seen.extend(weakref.ref(value) for name, value in new.values.items() if name not in run.static)
        return new

    monkeypatch.setattr(Run, "block", block)
    assert explain(toy.world(), "output[north]", WHEN, 1024).draws == 1024 and len(seen) >= 8


def test_a_formula_wrapped_over_lines_reads_whole_and_the_text_around_it_stays_out() -> None:
    doc = "What it is (1)\n\nSome text\nof two lines.\n\na = b +\n    c      (1)\nd = e    (2)\nAxes: draw.\n"
    assert formula_of(doc) == ("a = b + c      (1)", "d = e    (2)")


def test_a_site_passes_to_its_phases_and_a_need_keeps_shared_labels(node: Node) -> None:
    assert find(node, "capacity").address == "capacity[north]"
    assert [row.label for row in find(node, "opened").rows] == ["north/a", "north/b"]
    assert {label for cell in find(node, "size").cells for label in cell.labels} == {"north/a", "north/b"}


def test_cells_name_kind_value_statements_and_alike_cells_stand_once(node: Node) -> None:
    told = find(node, "size").cells[1]
    assert (told.kind, told.value) == ("stated", "triangular(50, 80, 120)")
    assert told.statements[0].source == "almanac" and told.statements[0].grade == "B"
    (own,) = find(node, "delay_own").cells
    assert own.labels == ("north/a", "north/b") and own.kind == "default"
    assert find(node, "delay_scale").cells[0].kind == "assumed"


def test_what_was_explained_already_is_not_explained_again(node: Node) -> None:
    repeated = [found for found in node.walk() if found.repeated]
    assert repeated and all(not found.needs and not found.cells for found in repeated)


def test_shares_name_what_moves_the_number() -> None:
    """Before the second phase opens, when the first one does is all that moves output; what is of other parts brings nothing.

    Output is then one of two values: normals by themselves explain at most 2/pi of the variance of such an outcome, together more.
    """
    node = explain(toy.world(), "output[north]", date(2030, 2, 28), 4096)
    assert sum(node.shares.values()) <= 1.0 + 1e-9
    assert node.shares["delay"] + node.shares["delay_own"] > 2 / np.pi
    assert node.shares.get("size", 0.0) < 0.02 and "purse" not in node.shares
    assert sum(node.cell_shares.values()) == pytest.approx(sum(node.shares.values()), abs=0.02)
    assert node.cell_shares["delay_own[north/a]"] > 0.2 > abs(node.cell_shares["delay_own[south/a]"])


def test_sums_with_absent_parts_name_them_and_rows_stand_for_what_cannot_be_summed() -> None:
    assert explain(toy.world(), "output", WHEN, 256).rows[0].absent == ("unsited",)
    assert len(find(explain(toy.world(), "output", WHEN, 256), "opened").rows) == 5


def test_an_input_explains_itself_and_an_unknown_date_is_refused() -> None:
    node = explain(toy.world(), "price", None, 256)
    assert node.is_input and node.cells[0].value == "large (0.25): normal(5, 0.5); small (0.75): 4"
    with pytest.raises(InputError, match="outside the months"):
        explain(toy.world(), "output", date(1999, 1, 1), 256)


def test_an_explanation_is_plain_data(node: Node) -> None:
    told = node.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["needs"][0]["needs"][0]["rows"][0].keys() >= {"label", "p10", "p50", "p90"}


def test_the_spread_of_a_cell_is_that_of_its_value() -> None:
    assert spread_of(Distribution("uniform", (0.0, 1.0))) == pytest.approx((0.1, 0.5, 0.9))
    mixed = Mixture("m", (0.5, 0.5), (10.0, Distribution("uniform", (0.0, 1.0))))
    assert spread_of(mixed) == pytest.approx((0.2, 1.0, 10.0), abs=0.01)
    assert spread_of(np.array([1.0, 2.0]), 1) == (2.0, 2.0, 2.0)


YEARS = ("2030", "2031", "2032", "2033")


def test_the_times_that_tell_are_the_sum_of_a_flow_and_where_it_is_lowest_and_highest() -> None:
    spent = np.array([[0.0, -5.0, 2.0, 9.0], [0.0, -4.0, 1.0, 9.0], [0.0, -5.0, 3.0, 8.0]])
    told = telling_times(spent, YEARS, None, flow=True, adds=True)
    assert [(place, time, which) for place, time, which in told] == [
        ([0, 1, 2, 3], "2030..2033", "in all"), (1, "2031", "lowest"), (3, "2033", "highest"),
    ]  # fmt: skip
    assert [time for _, time, _ in telling_times(spent, YEARS, 2, flow=True, adds=True)] == ["2030..2033", "2032", "2031", "2033"]


def test_of_what_is_never_below_zero_the_lowest_says_nothing_unless_it_is_a_ratio() -> None:
    balance = np.array([[0.0, 5.0, 2.0, 0.0]])
    assert [(time, which) for _, time, which in telling_times(balance, YEARS, None, flow=False, adds=True)] == [("2031", "highest")]
    assert [which for *_, which in telling_times(balance, YEARS, None, flow=False, adds=False)] == ["lowest", "highest"]


def test_a_time_that_is_absent_in_most_worlds_is_not_told() -> None:
    cover = np.array([[np.nan, 1.0, 2.0, np.nan], [np.nan, np.nan, 2.0, np.nan], [0.2, np.nan, 3.0, np.nan]])
    assert [(time, which) for _, time, which in telling_times(cover, YEARS, 0, flow=False, adds=False)] == [("2032", "")]
    assert [which for *_, which in telling_times(np.full((3, 4), 0.5), YEARS, 1, flow=False, adds=False)] == ["throughout"]
    assert [which for *_, which in telling_times(np.full((3, 4), np.nan), YEARS, 1, flow=False, adds=False)] == ["throughout"]
