"""What moves a number: exact in the same worlds, no input moves what it is not upstream of, a table agrees with plain runs."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.real_worlds import TINY

from stargauge import api
from stargauge.audit.drivers import moved as asked
from stargauge.audit.drivers import sensitivity
from stargauge.audit.drivers.sensitivity import STRONGEST, Sensitivity
from stargauge.audit.drivers.two_way import MOST_CELLS, axes_of_table
from stargauge.engine.simulate import model_graph
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Mixture

LCOC = "lcoc[gb200-nvl72, north]"
DAY = "2026-11-22"


def moved(address: str = LCOC, programme: Any = TINY, **options: Any) -> Sensitivity:
    return api.sensitivity(address, programme, as_of=DAY, draws=256, **options)


def plain(address: str = LCOC, when: date | None = None, **settings: str) -> tuple[float, ...]:
    """P10, P50, P90 of a run with single inputs set."""
    made = api.load(TINY, settings=settings)
    series = api.simulate(made, quantities=[address], as_of=DAY, draws=256)[address]
    return tuple(float(level) for level in (series.at(when) if when else series).quantiles().values())


@pytest.fixture(scope="module")
def whole() -> Sensitivity:
    return moved()


def test_the_number_as_drawn_is_that_of_a_plain_run(whole: Sensitivity) -> None:
    assert whole.base == plain()


def test_each_end_is_the_run_with_that_value_set(whole: Sensitivity) -> None:
    bars = {one.input: one for one in whole.swings}
    life, share = bars["accelerator_life"], bars["hours_sold_share"]
    assert life.at_low is not None and share.at_high is not None
    assert life.low == pytest.approx(plain(accelerator_life=f"{life.at_low!r} d"), rel=1e-12)
    assert share.high == pytest.approx(plain(hours_sold_share=f"{share.at_high!r}"), rel=1e-12)
    assert life.low[1] > whole.base[1] > life.high[1]
    assert share.low[1] > whole.base[1] > share.high[1]


def test_every_uncertain_input_upstream_is_moved_or_said_to_move_nothing(whole: Sensitivity) -> None:
    graph = model_graph()
    named = {one.input for one in whole.swings} | set(whole.still)
    upstream = graph.upstream(["lcoc"])
    assert {name for name in named if not name.startswith("pick:")} <= upstream
    result = api.simulate(TINY, quantities=[LCOC], as_of=DAY, draws=256)
    left = {cell.split("[")[0] for cell in result.sample()} - named
    switched = {name for name in left if all(isinstance(e.value, Mixture | float) for e in result.inputs[name].estimates)}
    assert left == switched  # what only switches with a choice is moved with it
    widths = [one.swing for one in whole.swings]
    assert widths == sorted(widths, reverse=True) and all(one.moves > 0.0 for one in whole.swings)


def test_cells_of_one_input_move_together(whole: Sensitivity) -> None:
    bar = next(one for one in whole.swings if one.input == "construction_unit_cost")
    assert bar.cells > 1 and bar.at_low is not None
    low = plain(construction_unit_cost=f"{bar.at_low!r} USD/W")
    assert bar.low == pytest.approx(low, rel=1e-9)


def test_the_ends_are_the_same_bits_for_any_number_of_workers() -> None:
    names = ["accelerator_life", "hours_sold_share", "equipment_unit_cost"]
    assert moved(inputs=names, workers=1) == moved(inputs=names, workers=2)


def test_only_the_inputs_named_are_moved_one_that_is_certain_over_the_range_given() -> None:
    made = moved(inputs=["discount_rate=8..14 %", "accelerator_life"])
    assert {one.input for one in made.swings} == {"discount_rate", "accelerator_life"} and made.still == ()
    rate = next(one for one in made.swings if one.input == "discount_rate")
    assert (rate.at_low, rate.at_high) == (pytest.approx(0.08), pytest.approx(0.14))
    assert rate.low == pytest.approx(plain(discount_rate="0.08"), rel=1e-9) and rate.low[1] < rate.high[1]


def test_a_fixed_number_moved_over_a_range_is_told_from_an_input_with_a_spread_of_its_own() -> None:
    made = {one.input: one for one in moved(inputs=["discount_rate=8..14 %", "hours_sold_share=0.5..0.6", "accelerator_life"]).swings}
    told = {name: (one.given, one.fixed) for name, one in made.items()}
    assert told == {"discount_rate": (True, pytest.approx(0.11)), "hours_sold_share": (True, None), "accelerator_life": (False, None)}


def test_where_runs_are_long_the_inputs_that_share_most_of_the_spread_are_moved(
    whole: Sensitivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sensitivity, "DEAR", 0)
    made = moved()
    shown = {one.input for one in made.swings} | set(made.still)
    assert len(shown) == STRONGEST and not shown & set(made.left)
    assert shown | set(made.left) == {one.input for one in whole.swings} | set(whole.still) and whole.left == ()
    assert {one.input for one in whole.swings[:4]} <= shown
    assert {one.input: one for one in made.swings}.items() <= {one.input: one for one in whole.swings}.items()
    assert moved(every=True) == whole and moved(inputs=["accelerator_life"]).left == ()


def test_one_cell_may_be_moved_by_its_address() -> None:
    made = moved(inputs=["construction_unit_cost[north]=9..15 USD/W", "construction_unit_cost[south]=9..15 USD/W"])
    assert [one.input for one in made.swings] == ["construction_unit_cost[north]"]
    assert made.still == ("construction_unit_cost[south]",)


def test_a_number_with_months_is_read_at_a_date() -> None:
    when = date(2026, 12, 31)
    made = moved("power_it[operational, north]", when=when, inputs=["slip_phase"])
    assert made.when == when and made.base == plain("power_it[operational, north]", when)
    assert moved(inputs=["accelerator_life"]).when is None


def test_a_choice_is_moved_over_its_options() -> None:
    made = api.sensitivity("power_facility[operational]", "stargate", as_of=DAY, draws=256, inputs=["pick:slip-refit", "pick:oracle-block"])
    bar = next(one for one in made.swings if one.input == "pick:slip-refit")
    assert bar.options is not None and bar.options[0] != bar.options[1]
    assert bar.low[1] < bar.high[1] and (bar.at_low, bar.at_high) == (None, None)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"inputs": ["lcoc"]}, r'"lcoc" is computed, not an input'),
        ({"inputs": ["acelerator_life"]}, r'no input "acelerator_life"; did you mean "accelerator_life"'),
        ({"inputs": ["discount_rate"]}, r'not uncertain here; give it a range: --inputs "discount_rate=LOW..HIGH"'),
        ({"inputs": ["discount_rate=0.1"]}, r"expected INPUT=LOW..HIGH"),
        ({"inputs": ["cash_definition"]}, r'does not depend on "cash_definition"'),
        ({"two_way": ["discount_rate=0.1,0.2"]}, "got 1; expected two"),
        ({"two_way": ["discount_rate", "accelerator_life=3 yr"]}, 'got --two-way "discount_rate"; expected INPUT=VALUE'),
        ({"two_way": ["discount_rate=0.1,0.1", "accelerator_life=3 yr"]}, "names a value twice"),
        ({"two_way": ["discount_rate=0.1", "discount_rate=0.2"]}, "stands on both sides"),
        ({"two_way": ["discount_rate=0.1 GW", "accelerator_life=3 yr"]}, "a power"),
        ({"two_way": ["discount_rate=0.1", "wombat=3"]}, 'no input "wombat"'),
        ({"two_way": ["discount_rate=0.1", "cash_definition=1"]}, 'does not depend on "cash_definition"'),
    ],
)
def test_what_cannot_be_asked_is_a_fault_that_says_why(options: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        moved(**options)


def test_all_faults_of_a_table_and_of_inputs_are_told_at_once_before_any_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "gather", lambda *_, **__: pytest.fail("the model ran"))
    for table, inputs, count in (
        (["a=1,2", "b=3"], None, 2),
        (["discount_rate=1 GW,0.1", "wombat=1"], ["zebra", "hours_sold_share=1 GW..2 GW"], 4),
    ):
        with pytest.raises(InputError) as told:
            moved(two_way=table, inputs=inputs)
        assert len(told.value.faults) == count and not any(fault.file for fault in told.value.faults)
        assert sum(fault.message.startswith("--two-way: ") for fault in told.value.faults) == 2


def test_an_address_that_is_no_one_number_or_absent_is_a_fault() -> None:
    with pytest.raises(InputError, match="chip"):
        moved("lcoc")
    with pytest.raises(InputError, match="absent"):
        moved("token_cost_rented", "meta-hyperion", when=date(2025, 1, 31))


def test_a_table_has_the_plain_run_in_its_centre_and_runs_with_values_set_around_it() -> None:
    made = moved(two_way={"accelerator_life": ["3 yr", "drawn", "6 yr"], "discount_rate": ["0.08", "drawn", "0.14"]}).two_way
    assert made is not None and made.cells[1][1] == plain()
    assert made.cells[0][2] == pytest.approx(plain(accelerator_life="3 yr", discount_rate="0.14"), rel=1e-12)
    medians = np.array([[cell[1] for cell in row] for row in made.cells])
    assert (np.diff(medians, axis=1) > 0.0).all() and medians[0, 0] > medians[2, 0]


def test_two_cells_of_one_input_span_a_table_too() -> None:
    sites = "construction_unit_cost[north]=9 USD/W,drawn", "construction_unit_cost[south]=9 USD/W,drawn"
    made = moved(two_way=sites).two_way
    assert made is not None and made.cells[0][0] == made.cells[0][1] != made.cells[1][1] == made.cells[1][0]


def test_a_table_larger_than_can_be_read_is_a_fault() -> None:
    values = ",".join(f"{number / 100}" for number in range(11))
    with pytest.raises(InputError, match=f"11 x 11 values are 121 runs; expected at most {MOST_CELLS}"):
        axes_of_table([f"discount_rate={values}", f"hours_sold_share={values}"])


def test_a_value_with_brackets_keeps_its_commas() -> None:
    first, _ = axes_of_table(["a=lognormal(p10=3 GW, p90=5 GW),drawn", "supply[grid, north]=1,2"])
    assert first.values == ("lognormal(p10=3 GW, p90=5 GW)", "drawn")


@examples(max_examples=5)
@given(st.sampled_from(["0.05", "0.09", "0.13"]), st.sampled_from(["3 yr", "5 yr", "7 yr"]))
def test_any_cell_of_a_table_is_the_run_with_both_set(rate: str, life: str) -> None:
    made = moved(two_way={"discount_rate": [rate], "accelerator_life": [life]}).two_way
    assert made is not None and made.cells[0][0] == plain(discount_rate=rate, accelerator_life=life)
