"""The cheapest plan over hours: the same optimum as HiGHS, a bound that holds, and clear errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hour_program_oracle import by_highs

from stargauge.plan.hour_program import Column, Flow, HourProgram, Limit, Store
from stargauge.plan.interior_point import optimum
from stargauge.quantity.errors import InputError


def _all(hours: int, value: float) -> np.ndarray:
    return np.full(hours, value)


def _at(hours: int, column: int) -> np.ndarray:
    return np.full(hours, column, dtype=np.int64)


def island(hours: int = 240, gas_share: float = 0.4, seed: int = 0, keep: float = 0.9999) -> HourProgram:
    """Sun, a battery and gas for a flat load, gas limited to a share of the energy."""
    chance, hour = np.random.default_rng(seed), np.arange(hours)
    bright = np.clip(0.75 + 0.2 * chance.standard_normal(hours // 24 + 1)[hour // 24], 0.05, 1.0)
    sun, load, one = np.maximum(0.0, -np.cos(hour / 24 * 2 * np.pi)) * bright, _all(hours, 100.0), _all(hours, 1.0)
    years = hours / 8760
    columns = (
        Column("sun", 103_200 * years, 1e4, sun), Column("battery power", 30_000 * years, 1e4),
        Column("battery energy", 26_000 * years, 1e5), Column("gas", 115_000 * years, 1e4),
    )  # fmt: skip
    flows = (
        Flow("gas", 45.0 * one, 1.0, _at(hours, 3), one), Flow("charge", 0.0 * one, -1.0, _at(hours, 1), one, 0, 0.95),
        Flow("discharge", 0.1 * one, 1.0, _at(hours, 1), one, 0, -1 / 0.95),
    )  # fmt: skip
    limit = Limit("gas", gas_share * load.sum(), np.zeros(4), ((0, one),))
    return HourProgram(load, columns, flows, (Store("battery", 2, keep),), (limit,))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.9, 2.0])
def test_the_optimum_is_that_of_highs(share: float) -> None:
    program = island(gas_share=share)
    ours, theirs = optimum(program), by_highs(program)
    assert ours.converged
    assert ours.cost == pytest.approx(theirs.fun, rel=1e-8)
    assert ours.at_least <= theirs.fun * (1 + 1e-9)
    assert ours.gap < 1e-8
    np.testing.assert_allclose(ours.sizes, theirs.sizes, rtol=1e-5, atol=1e-5)


@st.composite
def _programs(draw: st.DrawFn) -> HourProgram:
    hours, seed = draw(st.integers(2, 40)), draw(st.integers(0, 10_000))
    chance = np.random.default_rng(seed)
    stores, firm, suns = draw(st.integers(0, 2)), draw(st.integers(1, 3)), draw(st.integers(0, 2))
    columns = [Column(f"firm {n}", float(chance.uniform(0, 50)), 500.0) for n in range(firm)]
    columns += [Column(f"sun {n}", float(chance.uniform(1, 80)), 500.0, chance.uniform(0, 1, hours).round(2)) for n in range(suns)]
    columns += [Column(f"store {n}", float(chance.uniform(0.5, 20)), 400.0) for n in range(2 * stores)]
    months = (np.arange(hours) * firm // hours).astype(np.int64)  # a bound that changes over the hours
    flows = [Flow("priced by hour", chance.uniform(1, 60, hours), 1.0, months, chance.uniform(0.3, 1, hours))]
    flows += [Flow(f"firm {n}", _all(hours, float(chance.uniform(1, 90))), 1.0, _at(hours, n), _all(hours, 1.0)) for n in range(firm)]
    for n in range(stores):
        power, into = firm + suns + 2 * n, float(chance.uniform(0.8, 1))
        flows += [Flow("in", _all(hours, 0.01), -1.0, _at(hours, power), _all(hours, 1.0), n, into)]
        flows += [Flow("out", _all(hours, 0.0), 1.0, _at(hours, power), _all(hours, 1.0), n, -1 / into)]
    made = tuple(Store(f"store {n}", firm + suns + 2 * n + 1, float(chance.uniform(0.95, 1))) for n in range(stores))
    load = chance.uniform(10, 100, hours).round(1)
    weight = ((0, chance.uniform(0, 1, hours)), (1, _all(hours, 0.5)))
    limit = Limit("sum", float(load.sum() * chance.uniform(0.4, 2)), chance.uniform(0, 0.1, len(columns)), weight)
    return HourProgram(load, tuple(columns), tuple(flows), made, (limit,) if draw(st.booleans()) else ())


@given(_programs())
@settings(max_examples=60, deadline=None)
def test_any_program_has_the_optimum_of_highs_or_none(program: HourProgram) -> None:
    ours, theirs = optimum(program), by_highs(program)
    if theirs.status == 0:
        assert ours.cost == pytest.approx(theirs.fun, rel=1e-6, abs=1e-6)
        assert ours.at_least <= theirs.fun + 1e-7 * abs(theirs.fun)
        assert ours.unmet < 1e-7
    else:
        assert not ours.converged


def test_prices_are_what_one_more_unit_costs() -> None:
    program = island(gas_share=0.3)
    ours, more = optimum(program), 1.0
    relaxed = program._replace(limits=(program.limits[0]._replace(bound=program.limits[0].bound + more),))
    assert ours.cost - optimum(relaxed).cost == pytest.approx(ours.limit_prices[0] * more, rel=1e-3)
    load = program.load.copy()
    load[100] += 0.01
    assert (optimum(program._replace(load=load)).cost - ours.cost) / 0.01 == pytest.approx(ours.price[100], rel=1e-2, abs=1e-3)


def test_the_plan_keeps_every_row() -> None:
    program = island()
    plan = optimum(program)
    gas, charge, discharge = plan.flows
    np.testing.assert_allclose(gas - charge + discharge + plan.sizes[0] * program.columns[0].gives - plan.spill, program.load, atol=1e-6)
    before = np.roll(plan.levels[0], 1)
    np.testing.assert_allclose(plan.levels[0], 0.9999 * before + 0.95 * charge - discharge / 0.95, atol=1e-5)
    assert plan.levels[0].max() <= plan.sizes[2] + 1e-6
    assert gas.sum() <= program.limits[0].bound * (1 + 1e-9)


def test_the_same_program_gives_the_same_bits() -> None:
    one, other = optimum(island()), optimum(island())
    assert one.cost == other.cost
    np.testing.assert_array_equal(one.flows, other.flows)


def test_what_no_plan_can_carry_does_not_converge() -> None:
    program = island(gas_share=0.0)
    small = tuple(column._replace(most=10.0) for column in program.columns)
    plan = optimum(program._replace(columns=small))
    assert not plan.converged
    assert plan.unmet > 1e-3


def test_every_fault_is_named_with_its_hour_and_amount() -> None:
    program = island(hours=48)
    load = program.load.copy()
    load[[7, 9]] = np.nan
    flow = program.flows[0]._replace(share=_all(48, -1.0))
    wrong = program._replace(
        load=load, flows=(flow, *program.flows[1:]), columns=(program.columns[0]._replace(most=0.0), *program.columns[1:])
    )
    with pytest.raises(InputError) as fault:
        optimum(wrong)
    text = str(fault.value)
    assert "load: got nan in hour 7 and 1 more like it" in text
    assert "gas: got a share of -1 in hour 0" in text
    assert "sun: expected a finite cost and a largest size above 0" in text
