"""What may be decided of a programme, what a site may be powered by, and what an overlay says of it."""

from __future__ import annotations

from datetime import date

import pytest
from tests.build_order_programmes import TODAY, undecided

from stargauge.catalogue.load import load_catalogue
from stargauge.plan.build_order.case.choices import (
    POWERS,
    SUPPLIES,
    Ground,
    buildings_of,
    carried,
    further_buildings,
    ground_of,
    overlay_of,
    powers_of,
    supply_of,
)
from stargauge.programme.known import Known, known
from stargauge.programme.overlay import overlay


def test_what_is_decided_is_what_nobody_began_gave_up_or_published_later() -> None:
    _, now = undecided()
    assert [lot.id for lot in buildings_of(now, {})] == ["north/hall-2", "north/hall-3", "south/hall-1"]


def test_further_buildings_follow_those_of_the_file_and_are_like_the_last_that_stands() -> None:
    _, now = undecided()
    lots = buildings_of(now, {"north": 2, "south": 1, "east": 3})
    assert [(lot.id, lot.like) for lot in lots if lot.further] == [
        ("north/plan-1", "north/hall-3"), ("north/plan-2", "north/hall-3"), ("south/plan-1", "south/hall-1"),
    ]  # fmt: skip


def test_land_decides_how_many_further_buildings_there_are_and_a_site_without_it_gets_its_size_again() -> None:
    _, now = undecided()
    size = {phase.id: 140e6 for phase in now.phases}
    assert further_buildings(now, size, 900_000 / 700e6) == {"north": 2, "south": 1}
    assert further_buildings(now, size, 900_000 / 500e6)["north"] == 0
    assert further_buildings(now, size, 900_000 / 100e6)["north"] == 0


def test_a_site_without_a_stated_supply_may_have_any_power_but_a_stated_one() -> None:
    _, now = undecided()
    assert powers_of(ground_of(now, "north")) == SUPPLIES[1:]
    south = ground_of(now, "south")
    assert not south.begun and south.capacity == {"gas": 300e6}
    assert powers_of(south) == SUPPLIES


def test_what_is_begun_keeps_its_plants_and_its_grid() -> None:
    fed = Ground("site", True, {"gas": 100e6})
    assert powers_of(fed) == ("stated", "fuel-cell")
    connected = Ground("site", True, {"grid": 100e6})
    assert powers_of(connected) == ("stated", "gas-engine", "gas-turbine", "combined-cycle", "fuel-cell")


def test_what_is_stated_carries_no_more_than_its_size() -> None:
    ground = Ground("site", True, {"grid": 100e6, "gas": 50e6})
    assert carried(ground, "stated", 150e6) and not carried(ground, "stated", 151e6)
    assert carried(ground, "gas-engine", 1e12)


def test_a_plant_carries_a_new_site_without_any_grid_and_a_begun_one_beside_it() -> None:
    fresh, begun = Ground("site", False, {}), Ground("site", True, {})
    assert supply_of(fresh, "gas-engine", 1e8)["grid"]["capacity"]["value"] == "0 W"
    assert "grid" not in supply_of(begun, "gas-engine", 1e8)
    assert "grid" not in supply_of(fresh, "bridge", 1e8)
    assert supply_of(fresh, "bridge", 1e8)["gas"]["plant"] == "rented-generator"
    assert supply_of(fresh, "grid", 1e8) == {} == supply_of(fresh, "stated", 1e8)


@pytest.mark.parametrize("power", POWERS)
@pytest.mark.parametrize("cancelled", [False, True])
def test_every_overlay_is_a_part_of_a_programme_without_faults(power: str, cancelled: bool) -> None:
    programme, now = undecided()
    lots = buildings_of(now, {"north": 1})
    sizes = dict.fromkeys((lot.id for lot in lots), 1e8)
    supply = {site: supply_of(ground_of(now, site), power, 3e8) for site in ("north", "south") if power in powers_of(ground_of(now, site))}
    starts = dict.fromkeys((lot.id for lot in lots), date(2028, 1, 31))
    laid = overlay(programme, overlay_of(now, lots, starts, sizes, supply, {"north": "dry-cooler"}, cancelled))
    after: Known = known(laid, load_catalogue(), TODAY)
    assert "north/plan-1" in after.axes["phase"]
    ids = {phase.id: phase for phase in after.phases}
    assert all((after.milestone_cancelled(ids[lot.id]) is not None) == cancelled for lot in lots)
    assert all(after.designed(ids[lot.id]) for lot in lots)
