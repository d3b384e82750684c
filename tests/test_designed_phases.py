"""Phases whose start of work is designed with Stargauge: the network dates them, others' plans do not; and what supplies their sites."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme_files import read
from tests.real_worlds import NOW, TINY, world_of

from stargauge import api
from stargauge.api.hours import hours
from stargauge.plan.stated import Stated
from stargauge.programme.overlay import overlay
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import day
from stargauge.quantity.quantity import ACTIVITIES, PLANTS, SOURCES, STAGES

START, ENERGISED, OPERATIONAL = (STAGES.index(name) for name in ("under_construction", "energised", "operational"))
GRID, GAS = SOURCES.index("grid"), SOURCES.index("gas")
HALL_2 = (
    "milestones: {energised: {value: 2026-03-31, status: planned, source: plan}, "
    "operational: {value: 2026-06-30, status: planned, source: plan}}"
)
HALL_3 = "hall-3: {it_power: {value: 100 MW, status: planned, source: plan}}"
DESIGN = {"publisher": "Stargauge", "title": "A plan made here", "date": "2026-11-22", "designed": True}
QUICK = ("stage_date", "uncancelled_date", "network_date", "slipped_date", "planned_date", "activity_days", "phase_designed")


def tiny(*changes: tuple[str, str]) -> Programme:
    text = TINY.read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return read(text)


def said(value: Any) -> dict[str, Any]:
    """A value as a plan made here states it."""
    return {"value": value, "source": "design"}


def plan(start: str = "2027-03-01", supply: dict[str, Any] | None = None, phases: tuple[str, ...] = ("hall-2",)) -> dict[str, Any]:
    """The overlay of a plan that begins work on phases of the site `north` on a day."""
    dates = {name: {"hardware": said("gb300-nvl72"), "milestones": {"under_construction": said(start)}} for name in phases}
    return {"sources": {"design": DESIGN}, "sites": {"north": {"supply": supply or {}, "phases": dates}}}


def gas(role: str = "alone", plant: str = "", **more: Any) -> dict[str, Any]:
    return {"role": role, "capacity": said("400 MW"), **({"plant": plant} if plant else {}), **more}


def island(plant: str = "") -> dict[str, Any]:
    return {"grid": {"capacity": said("0 MW")}, "gas": gas(plant=plant)}


def run(programme: Programme, *names: str) -> dict[str, np.ndarray]:
    world = world_of(api.known(programme, NOW, None))
    return dict(world.run(names or QUICK).block(0).values)


def laid(*args: Any, base: Programme | None = None, assumed: dict[str, str] | None = None, **more: Any) -> Programme:
    patch = deepcopy(plan(*args, **more))
    patch["assumptions"] = {name: {"value": value, "reason": "a test"} for name, value in (assumed or {}).items()}
    return overlay(tiny() if base is None else base, patch)


def test_a_designed_start_leaves_no_other_plan_and_the_network_dates_the_rest() -> None:
    made = run(laid())
    assert made["phase_designed"].tolist() == [0.0, 1.0, *[0.0] * (len(made["phase_designed"]) - 2)]
    assert np.isfinite(made["planned_date"][:, START, 1]).all() and np.isnan(made["planned_date"][:, [ENERGISED, OPERATIONAL], 1]).all()
    np.testing.assert_array_equal(made["uncancelled_date"][:, START:, 1], made["network_date"][:, START:, 1])
    assert (made["activity_days"][:, ACTIVITIES.index("permits"), 1] == 0.0).all()


def test_what_others_planned_for_the_phase_moves_no_bit_of_it() -> None:
    with_plans, without = run(laid()), run(laid(base=tiny((HALL_2, "milestones: {}"))))
    for name in QUICK:
        np.testing.assert_array_equal(with_plans[name], without[name], err_msg=name)


def test_a_later_phase_that_is_planned_sooner_pulls_nothing_forward() -> None:
    """From the start of work on it takes as long as if nobody had planned the phase after it, which would run before it."""
    dated = tiny((HALL_3, HALL_3[:-1] + ", milestones: {operational: {value: 2026-12-31, status: planned, source: look}}}"))
    many = {"accelerator_supply": "1000 GW/yr"}
    both = (run(laid(base=dated, assumed=many)), run(laid(assumed=many)))
    first, second = (made["uncancelled_date"][:, [ENERGISED, OPERATIONAL], 1] - made["uncancelled_date"][:, [START], 1] for made in both)
    np.testing.assert_allclose(first, second, atol=1e-6)
    assert (both[0]["uncancelled_date"][:, OPERATIONAL, 1] > both[0]["uncancelled_date"][:, OPERATIONAL, 2]).any()


def test_a_designed_start_lends_no_date_to_the_phases_beside_it() -> None:
    dated = tiny((HALL_3, HALL_3[:-1] + ", milestones: {under_construction: {value: 2027-06, status: planned, source: look}}}"))
    soon, late = (run(laid(start, base=dated)) for start in ("2026-12-01", "2029-12-01"))
    rest = [place for place in range(soon["planned_date"].shape[2]) if place != 1]
    for name in ("planned_date", "slipped_date"):
        np.testing.assert_array_equal(soon[name][..., rest], late[name][..., rest], err_msg=name)


DAYS = st.lists(st.dates(NOW, NOW.replace(year=2032)), min_size=2, max_size=2).map(sorted)


@settings(max_examples=12, deadline=None)
@given(DAYS, st.dates(NOW, NOW.replace(year=2032)), st.sampled_from(["hall-2", "hall-3"]))
def test_an_earlier_start_makes_its_phase_later_in_no_draw(starts: list[Any], beside: Any, moved: str) -> None:
    """Beside another phase that is designed too, with which it shares crews and the supply of accelerators."""
    phase, patch = int(moved[-1]) - 1, plan(str(beside), phases=("hall-2", "hall-3"))
    dates = []
    for start in starts:
        patch["sites"]["north"]["phases"][moved]["milestones"]["under_construction"] = said(str(start))
        dates.append(run(overlay(tiny(), patch))["uncancelled_date"][:, START:, phase])
    assert (dates[0] <= dates[1] + 1e-6).all()


@settings(max_examples=8, deadline=None)
@given(DAYS)
def test_of_two_phases_that_both_start_earlier_none_is_later_where_accelerators_are_many(starts: list[Any]) -> None:
    """Where they are few the one may be served before the other."""
    many, both = {"accelerator_supply": "1000 GW/yr"}, ("hall-2", "hall-3")
    early, late = (run(laid(str(start), phases=both, assumed=many))["uncancelled_date"][:, START:, 1:3] for start in starts)
    assert (early <= late + 1e-6).all()


def test_a_start_slips_by_the_record_and_is_not_before_the_plan_was_made() -> None:
    starts = run(laid("2027-03-01"))["uncancelled_date"][:, START, 1] - day(NOW)
    assert starts.min() == 0.0 and len(np.unique(starts)) > 200 and starts.max() > 200.0


def test_plans_made_here_are_no_look_at_the_site() -> None:
    before, after = (api.known(one, NOW, None).observed_through("north") for one in (tiny(), laid(supply=island())))
    assert before == after


def test_an_island_waits_neither_for_the_grid_nor_for_transformers() -> None:
    many = {"accelerator_supply": "1000 GW/yr"}  # other sites, which wait, do not change who is served when
    ages = {"transformer_lead_time": "20 years", "connection_time": "20 years"} | many
    first, second = run(laid(supply=island(), assumed=many)), run(laid(supply=island(), assumed=ages))
    np.testing.assert_array_equal(first["uncancelled_date"][:, START:, :3], second["uncancelled_date"][:, START:, :3])
    waits = first["activity_days"][:, :, 1]
    assert (waits[:, [ACTIVITIES.index("grid_connection"), ACTIVITIES.index("transformers")]] == 0.0).all()
    assert (waits[:, [ACTIVITIES.index("switchgear"), ACTIVITIES.index("onsite_generation")]] > 0.0).all()


def test_engines_are_there_before_turbines_in_every_draw() -> None:
    engine, turbine = (run(laid(supply=island(plant)))["uncancelled_date"][:, ENERGISED, 1] for plant in ("gas-engine", "gas-turbine"))
    assert (engine <= turbine).all() and (engine < turbine).any()


def test_an_island_runs_on_gas_and_a_bridge_until_the_grid_is_there() -> None:
    names = ("supply_energy",)
    until = {"grid": {"capacity": said("400 MW"), "available_from": said("2026-12-31")}, "gas": gas()}
    alone, bridge = run(laid(supply=island()), *names), run(laid(supply=until), *names)
    assert alone["supply_energy"][:, GAS, 0, -1].min() > 0.0 and not alone["supply_energy"][:, GRID, 0].any()
    energy = bridge["supply_energy"][:, :, 0]
    assert not energy[:, GRID, :23].any() and (energy[:, GAS, 12:23] > 0.0).all()
    assert (energy[:, GRID, 23:] > 0.0).all() and not energy[:, GAS, 24:].any()


def test_the_plant_of_a_site_sets_its_costs_and_those_of_no_other_site() -> None:
    names = ("energy_price", "supply_emission_factor", "generation_unit_capex", "capacity_factor", "generation_lead_time")
    usual, named = run(laid(supply=island()), *names), run(laid(supply=island("combined-cycle")), *names)
    for name in names:
        first, second = (made[name][:, GAS] if made[name].ndim == 3 else made[name] for made in (usual, named))
        assert (first[:, 0] != second[:, 0]).all(), name
        np.testing.assert_array_equal(first[:, 1:], second[:, 1:], err_msg=name)
    rented = run(laid(supply=island("rented-generator")), *names)
    assert rented["energy_price"][:, GAS, 0] * 1e6 == pytest.approx(300.0) and not rented["generation_unit_capex"][:, 0].any()


@pytest.mark.parametrize(("plant", "cost"), [("gas-engine", None), ("rented-generator", 300.0)])
def test_by_the_hour_an_island_runs_on_its_plant(plant: str, cost: float | None) -> None:
    made = hours("north", laid(supply=island(plant)), year=2026, draws=256).to_dict()
    roles = {one["source"]: one["role"] for one in made["supply"]}
    energy = {one["source"]: one["energy"]["p50"] for one in made["sources"]}
    assert roles["gas"] == "alone" and energy["gas"] > 0.0 and not energy["grid"]
    assert made["year"]["shortfall"]["p50"] < 1e-3 * made["year"]["meter"]["p50"]
    assert cost is None or made["cost"]["total"]["p50"] * 1e6 == pytest.approx(cost)


def test_a_day_that_others_stated_for_a_source_does_not_hold_for_the_one_designed_here() -> None:
    facts = api.known(laid(supply={"grid": {"capacity": said("400 MW")}}), NOW, None)
    grid = facts.programme.sites["north"].supply.grid
    assert grid.available_from and not facts.available_from(grid).statements
    kept = api.known(tiny(), NOW, None)
    assert kept.available_from(kept.programme.sites["north"].supply.grid).statements


def test_a_stated_plant_is_planned_with_as_the_kind_it_names() -> None:
    one = Stated("gas", 1e8, None, None, None, "alone", "planned", "design", "D", "")
    assert one.used and one.kind == "gas-turbine" and PLANTS[len(SOURCES)] == "gas-turbine"
    assert Stated(*(getattr(one, name) for name in list(Stated.__dataclass_fields__)[:-1]), "gas-engine").kind == "gas-engine"
