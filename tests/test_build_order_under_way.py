"""What is designed for new buildings of a site changes nothing of what is under way there: no day, no power, no supply, no cost."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.build_order_programmes import TODAY, undecided

from stargauge.catalogue.load import load_catalogue
from stargauge.plan.build_order.case.choices import GAS_POWERS, SUPPLIES, given_up, powers_of, supply_of
from stargauge.plan.build_order.case.decisions import Laid, decisions_of
from stargauge.plan.build_order.case.takes import begun_known
from stargauge.plan.build_order.case.worlds import read
from stargauge.programme.known import Known, known
from stargauge.programme.load import load, shipped
from stargauge.programme.overlay import overlay
from stargauge.quantity.quantity import SOURCES

DRAWS = 256
#: Of what is under way, by phase: the same to the bit. Accelerators are many here, since all stand in one queue for them.
DATES = ("build_start", "build_days", "activity_days", "hall_ready", "racks_wanted", "slipped_date", "stage_date", "phase_it_power")
SITES = ("design_power_ratio", "pue", "wue", "load_factor")
MANY = {"assumptions": {"accelerator_supply": {"value": "100000 GW/yr", "reason": "a test"}}}
SUPPLY = ("supply_energy", "supply_shortfall", "supply_designed", *SITES)
PROGRAMMES = ("undecided", *shipped())
GRID, PLANTS = SOURCES.index("grid"), [place for place, name in enumerate(SOURCES) if name != "grid"]


@cache
def _laid(name: str) -> tuple[Laid, dict[str, np.ndarray], tuple[str, ...]]:
    """What lays starts over a programme, its run with nothing of what is decided built, and the phases of that run."""
    programme = overlay(undecided()[0] if name == "undecided" else load(name), MANY)
    now = known(programme, load_catalogue(), TODAY)
    idle = begun_known(programme, now)
    return (
        Laid(programme, now, decisions_of(now), {}),
        read(idle, (*DATES, "phase_construction_cost", *SUPPLY), DRAWS, 0),
        idle.axes["phase"],
    )


def _with(name: str, power: str) -> tuple[Known, dict[str, np.ndarray]]:
    laid = _laid(name)[0]
    made = laid.at([month for month in laid.now.months if month > TODAY][8], power)
    return made, read(made, (*DATES, "phase_construction_cost", *SUPPLY), DRAWS, 0)


@pytest.mark.parametrize("power", SUPPLIES)
@pytest.mark.parametrize("name", PROGRAMMES)
def test_no_power_of_what_is_decided_changes_what_is_under_way(name: str, power: str) -> None:
    laid, idle, phases = _laid(name)
    if power not in laid.ground.powers:
        return
    made, got = _with(name, power)
    decided = {lot.id for lot in laid.ground.lots}
    gone = {one.id for one in laid.now.phases if given_up(laid.now, one)}
    under_way = [one for one in phases if one not in decided | gone]
    for quantity in SITES:
        np.testing.assert_array_equal(got[quantity], idle[quantity], err_msg=quantity)
    at, there = ([axis.index(one) for one in under_way] for axis in (phases, made.axes["phase"]))
    for quantity in DATES:
        np.testing.assert_array_equal(got[quantity][..., there], idle[quantity][..., at], err_msg=quantity)
    fed = {one.id for one in laid.ground.grounds if power != "stated" and power in powers_of(one)}  # more buildings share what is stated
    own = [place for place, one in enumerate(under_way) if one.split("/")[0] in fed]
    now, before = (one["phase_construction_cost"][:, places][:, own] for one, places in ((got, there), (idle, at)))
    np.testing.assert_allclose(now, before, rtol=1e-9)
    for site in (place for place, one in enumerate(made.sites) if got["supply_designed"][GRID, place] < 0.5):
        stated = [source for source in PLANTS if got["supply_designed"][source, site] < 0.5]
        if len(stated) < len(PLANTS):  # a plant is designed: it feeds what is designed along with it, all else runs as before
            np.testing.assert_allclose(got["supply_energy"][:, stated, site], idle["supply_energy"][:, stated, site], rtol=1e-9, atol=1e3)
            assert (got["supply_energy"][:, GRID, site] >= idle["supply_energy"][:, GRID, site] * (1.0 - 1e-9) - 1e3).all()


def test_of_a_plant_that_what_is_begun_has_there_is_no_second_one_even_as_backup() -> None:
    abilene = next(one for one in _laid("stargate")[0].ground.grounds if one.id == "abilene")
    assert abilene.begun and abilene.backup == ("gas",) and powers_of(abilene) == ("stated", "fuel-cell")


def test_a_plant_beside_what_is_begun_runs_for_good_and_a_bridge_until_the_grid_is_there() -> None:
    for power in ("gas-engine", "bridge"):
        _, got = _with("undecided", power)
        gas, runs = got["supply_energy"][:, SOURCES.index("gas"), 0], got["supply_shortfall"][:, 0]
        assert (gas[:, -1] > 0.0).mean() > 0.5 if power == "gas-engine" else not gas[:, -1].all()
        assert runs.max() < 1.0


def test_what_a_plan_adds_makes_no_campus_of_a_site_that_was_none() -> None:
    laid, *_ = _laid("microsoft-fairwater")
    made = laid.at(next(month for month in laid.now.months if month > TODAY), "grid")
    added = read(made, ("phase_added",), DRAWS, 0)["phase_added"]
    assert [name for name, one in zip(made.axes["phase"], added, strict=True) if one] == [lot.id for lot in laid.ground.lots if lot.further]


def test_supply_of_gas_is_named_as_its_plant() -> None:
    ground = _laid("undecided")[0].ground.grounds[0]
    for power, plant in GAS_POWERS.items():
        assert supply_of(ground, power, 1e8)["gas"]["plant"] == plant
