"""What a phase waits for: a small case with every date by hand, each activity deciding in its turn, and what is done holding nothing up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.model import feeding, network
from stargauge.quantity.quantity import ACTIVITIES, SOURCES, STAGES

START, ENERGISED, OPERATIONAL = (STAGES.index(s) for s in ("under_construction", "energised", "operational"))
NAN = float("nan")
#: Work starts on day 1000 after 60 days of permits; the building takes 500 days, 130 of which are racks (100) and commissioning (30), so
#: the hall is ready on day 1370: roof on day 1300 (0.6 of 500 days), fit-out after it. Half of the lead times of power is left: grid
#: connection on day 1350, transformers on day 1300, switchgear on day 1200, plants on site on day 1250. 100 MW of accelerators at 1 MW a
#: day, ordered 180 days before the racks, are there on day 1290. The phase runs on day 1500.
HAND: dict[str, Any] = {
    "start": 1000.0, "permits": 60.0, "build": 500.0, "racks": 100.0, "commissioning": 30.0, "shell_share": 0.6, "left": 0.5,
    "transformers": 600.0, "switchgear": 400.0, "connection": 700.0, "generation": 500.0, "generation_here": 300.0,
    "supply": 1e6, "lead": 180.0, "power": 100e6, "spacing": 200.0, "seen": NAN, "chip": NAN, "delivery": 40.0,
}  # fmt: skip


@dataclass
class Network:
    """All that the network says of some phases; a keyword replaces a number of the hand-made case, for all phases or for each."""

    phases: int = 1
    draws: int = 1
    site: tuple[int, ...] = ()
    observed: dict[tuple[str, int], float] = field(default_factory=dict)
    slipped: dict[tuple[str, int], float] = field(default_factory=dict)
    dated: dict[str, float] = field(default_factory=dict)
    unsited: tuple[float, ...] = ()
    placed: tuple[float, ...] = ()
    unfinished: tuple[float, ...] = ()
    alone: tuple[int, ...] = ()
    here: tuple[int, ...] = ()
    designed: tuple[float, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)

    def phase(self, name: str) -> np.ndarray:
        value = np.asarray((HAND | self.values)[name], dtype=float)
        return np.array(np.broadcast_to(value[:, None] if value.ndim == 1 and self.draws > 1 else value, (self.draws, self.phases)))

    def draw(self, name: str) -> np.ndarray:
        return np.array(np.broadcast_to(np.asarray((HAND | self.values)[name], dtype=float), (self.draws,)))

    def _stages(self, dates: dict[tuple[str, int], float]) -> np.ndarray:
        out = np.full((self.draws, len(STAGES), self.phases), NAN)
        for (stage, phase), value in dates.items():
            out[:, STAGES.index(stage), phase] = value
        return out

    def __post_init__(self) -> None:
        phases, draws = self.phases, self.draws
        sited = np.array(self.site or (0,) * phases, dtype=float)
        sites = int(sited.max()) + 1

        def of_site(name: str) -> np.ndarray:
            return np.repeat(self.draw(name)[:, None], sites, axis=1)

        observed, slipped, seen = self._stages(self.observed), self._stages(self.slipped), np.full(sites, HAND["seen"])
        seen[:] = (HAND | self.values)["seen"]
        racks, commissioning, size = self.phase("racks"), self.phase("commissioning"), self.phase("power")
        ramp, build = racks + commissioning, self.phase("build")
        available = np.full((draws, len(SOURCES), sites), NAN)
        for source, when in self.dated.items():
            available[:, SOURCES.index(source)] = when
        alone = np.zeros((len(SOURCES), sites))
        alone[SOURCES.index("gas"), list(self.alone)] = 1.0
        here = np.zeros((len(SOURCES), sites))
        here[SOURCES.index("gas"), list(self.here)] = 1.0
        fed = feeding.phase_fed_here(np.array(self.designed or (0.0,) * phases), here, sited)
        power = feeding.power_date(available, alone, here, fed, sited)
        placed = np.array(self.placed or (0.0,) * phases)
        unfinished = np.array(self.unfinished or (1.0,) * phases)
        self.start = network.build_start(observed, slipped, self.phase("start"), build, seen, sited)
        self.hall_days = network.hall_days(observed, slipped, self.start, build, ramp)
        self.days = network.activity_days(
            observed, slipped, self.phase("permits"), self.hall_days, of_site("shell_share"), ramp, racks, commissioning, of_site("left"),
            self.draw("transformers"), self.draw("switchgear"), of_site("connection"), of_site("generation"), of_site("generation_here"),
            power, feeding.phase_without_grid(alone, here, fed, sited), fed, sited,
        )  # fmt: skip
        self.hall = network.hall_ready(self.start, self.days, power, observed)
        self.wanted = network.racks_wanted(observed, slipped, self.hall, self.start, ramp)
        chip = np.broadcast_to(np.asarray((HAND | self.values)["chip"], dtype=float), (phases,))
        self.accelerators = network.accelerators_ready(
            self.wanted, size, placed, self.draw("supply"), self.draw("lead"), self.start, chip, np.tile([500.0, 1900.0], (draws, 1)),
            self.draw("delivery"),
        )  # fmt: skip
        self.crew = network.crew_ready(
            self.wanted, observed, slipped, self.start, self.draw("spacing"), sited, np.array(self.unsited or (0.0,) * phases)
        )
        self.ready = network.activity_ready(self.start, self.days, power, observed, self.accelerators, self.crew)
        self.date = network.network_date(self.days, self.ready, self.hall, self.start)
        known = np.zeros(sites)
        rest = (size, unfinished, sited, known)
        self.held = network.held_up(self.days, self.ready, observed, slipped, *rest)
        self.costs = network.days_held_up(self.days, self.ready, observed, slipped, self.start, *rest)
        self.risk = network.plan_at_risk(self.days, self.ready, self.wanted, observed, slipped, *rest)
        self.past = network.days_past_plan(self.days, self.ready, self.wanted, observed, slipped, *rest)

    @property
    def runs(self) -> np.ndarray:
        return np.asarray(self.date[:, OPERATIONAL])

    def deciding(self, site: int = 0) -> dict[str, float]:
        """What decides in the first draw, with its share."""
        return {name: share for name, share in zip(ACTIVITIES, self.held[0, :, site].tolist(), strict=True) if share}

    def at_risk(self, site: int = 0) -> dict[str, tuple[float, float]]:
        """What puts plans at risk in the first draw, with its share and its days."""
        both = zip(ACTIVITIES, self.risk[0, :, site].tolist(), self.past[0, :, site].tolist(), strict=True)
        return {name: (share, days) for name, share, days in both if share}

    def days_saved(self, site: int = 0) -> dict[str, float]:
        """What would save days in the first draw, with how many."""
        return {name: days for name, days in zip(ACTIVITIES, self.costs[0, :, site].tolist(), strict=True) if days}


def hand(**values: Any) -> Network:
    return Network(values=values)


ALWAYS = {"rack_installation": 1.0, "commissioning": 1.0}


# --- the hand-made case -------------------------------------------------------------------------------------------------------------


def test_every_activity_takes_what_was_worked_out_by_hand() -> None:
    made = dict(zip(ACTIVITIES, hand().days[0, :, 0].tolist(), strict=True))
    assert made == {
        "permits": 60.0, "shell": 300.0, "fit_out": 70.0, "grid_connection": 350.0, "transformers": 300.0, "switchgear": 200.0,
        "onsite_generation": 250.0, "accelerators": 0.0, "crew": 0.0, "rack_installation": 100.0, "commissioning": 30.0,
    }  # fmt: skip


def test_the_dates_of_the_hand_made_case() -> None:
    made = hand()
    assert made.date[0, [START, ENERGISED, OPERATIONAL], 0].tolist() == [1000.0, 1370.0, 1500.0]
    assert np.isnan(made.date[0, :START]).all()


def test_the_shell_decides_where_it_does_and_costs_no_more_than_until_the_next_is_ready() -> None:
    """Without the roof or the fit-out the grid connection of day 1350 would decide, 20 days sooner."""
    made = hand()
    assert made.deciding() == {"permits": 1.0, "shell": 1.0, "fit_out": 1.0} | ALWAYS
    assert made.days_saved() == {"permits": 60.0, "shell": 20.0, "fit_out": 20.0, "rack_installation": 100.0, "commissioning": 30.0}


@pytest.mark.parametrize(
    ("activity", "lead", "ready"),
    [
        ("grid_connection", {"connection": 900.0}, 1450.0), ("transformers", {"transformers": 1000.0}, 1500.0),
        ("switchgear", {"switchgear": 1200.0}, 1600.0), ("onsite_generation", {"generation": 800.0}, 1400.0),
    ],
)  # fmt: skip
def test_each_part_of_power_decides_where_half_its_lead_time_is_longer_than_the_hall(
    activity: str, lead: dict[str, float], ready: float
) -> None:
    made = hand(**lead)
    assert (made.hall[0, 0], made.runs[0, 0]) == (ready, ready + 130.0)
    assert made.deciding() == {"permits": 1.0, activity: 1.0} | ALWAYS
    assert made.days_saved()[activity] == ready - 1370.0 and "shell" not in made.days_saved()


def test_a_site_that_a_plant_carries_alone_waits_for_its_switchgear_and_its_plant_only() -> None:
    late = {"connection": 9000.0, "transformers": 9000.0}
    made = Network(values=late, alone=(0,))
    days = dict(zip(ACTIVITIES, made.days[0, :, 0].tolist(), strict=True))
    assert [days[name] for name in ("grid_connection", "transformers", "switchgear", "onsite_generation")] == [0.0, 0.0, 200.0, 250.0]
    assert made.runs[0, 0] == 1500.0
    assert Network(values=late, alone=(0,), dated={"grid": 5000.0}).runs[0, 0] == 1500.0  # nor for a grid that comes later
    assert Network(values=late | {"switchgear": 1200.0}, alone=(0,)).hall[0, 0] == 1600.0
    assert Network(values=late | {"switchgear": 9000.0}, alone=(0,), dated={"gas": 1400.0}).hall[0, 0] == 1400.0  # the plant has its own


def test_the_grid_of_a_site_carried_alone_comes_after_its_connection_time_or_on_its_day() -> None:
    start, left, wait = np.array([[1000.0, 900.0, 800.0]]), np.array([[0.5, 0.5]]), np.array([[700.0, 700.0]])
    available, alone = np.full((1, len(SOURCES), 2), NAN), np.zeros((len(SOURCES), 2))
    alone[SOURCES.index("gas"), 0] = 1.0
    sited = np.array([0.0, 0.0, 1.0])

    def made(designed: np.ndarray, here: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        fed, never = feeding.phase_fed_here(designed, here, sited), np.full(3, NAN)
        since = feeding.grid_since_designed(available, alone, here, start, left, wait, fed, sited)
        return feeding.grid_available_from(available, alone, here, start, left, wait, since, fed, never, sited), since

    stated, designed = np.zeros_like(alone), alone.copy()
    np.testing.assert_array_equal(made(np.zeros(3), stated)[0], [[1250.0, NAN]])  # the second has the grid from the first
    np.testing.assert_array_equal(made(np.array([1.0, 1.0, 0.0]), designed), [[[1250.0, NAN]], [[1250.0, NAN]]])
    np.testing.assert_array_equal(made(np.array([1.0, 0.0, 0.0]), designed), [[[NAN, NAN]], [[1350.0, NAN]]])  # the grid of what is begun
    available[:, SOURCES.index("grid"), 0] = 2000.0
    assert made(np.zeros(3), stated)[0][0, 0] == 2000.0


def test_a_plant_that_is_designed_here_dates_the_phases_designed_with_it_and_no_other() -> None:
    late: dict[str, Any] = {"connection": 900.0, "power": [10e6, 10e6], "spacing": 0.0}
    plain, mixed = (Network(phases=2, values=late, here=here, designed=(0.0, 1.0)) for here in ((), (0,)))
    assert plain.hall[0].tolist() == [1450.0, 1450.0] and mixed.hall[0].tolist() == [1450.0, 1370.0]
    days = dict(zip(ACTIVITIES, mixed.days[0, :, 1].tolist(), strict=True))
    assert [days[name] for name in ("grid_connection", "transformers", "switchgear", "onsite_generation")] == [0.0, 0.0, 200.0, 150.0]
    np.testing.assert_array_equal(plain.days[:, :, 0], mixed.days[:, :, 0])
    dated = Network(phases=2, values=late, here=(0,), designed=(0.0, 1.0), dated={"grid": 1600.0})
    assert dated.hall[0].tolist() == [1600.0, 1370.0]


def test_permits_decide_nothing_where_work_has_a_date() -> None:
    for dates in ({"observed": {("under_construction", 0): 1000.0}}, {"slipped": {("under_construction", 0): 1000.0}}):
        made = Network(**dates)  # type: ignore[arg-type]
        assert made.days[0, 0, 0] == 0.0 and "permits" not in made.deciding() and "permits" not in made.days_saved()
        assert made.runs[0, 0] == 1500.0


def test_accelerators_decide_where_the_supply_is_short() -> None:
    """100 MW at 0.2 MW a day from the order on day 1190: 500 days, there on day 1690, 320 days after the hall."""
    made = hand(supply=0.2e6)
    assert (made.accelerators[0, 0], made.runs[0, 0]) == (1690.0, 1820.0)
    assert made.deciding() == {"accelerators": 1.0} | ALWAYS and made.days_saved()["accelerators"] == 320.0


def test_a_stated_generation_comes_after_its_first_shipment_and_delivery() -> None:
    made = hand(chip=1)
    assert (made.accelerators[0, 0], made.runs[0, 0]) == (1940.0, 2070.0)
    assert made.deciding() == {"accelerators": 1.0} | ALWAYS
    assert hand(chip=0).runs[0, 0] == 1500.0


def test_a_roof_is_never_later_than_the_hall() -> None:
    """0.9 of 500 days would be later than the hall of day 1370."""
    made = hand(shell_share=0.9)
    assert made.days[0, ACTIVITIES.index("shell"), 0] == 370.0 and made.days[0, ACTIVITIES.index("fit_out"), 0] == 0.0


# --- several phases -----------------------------------------------------------------------------------------------------------------


def test_the_second_building_waits_for_the_crew_of_the_first_and_the_third_for_that_of_the_second() -> None:
    made = Network(phases=3, values={"power": [10e6, 10e6, 10e6]})
    assert made.crew[0].tolist() == [1000.0, 1570.0, 1770.0] and made.runs[0].tolist() == [1500.0, 1700.0, 1900.0]
    assert made.deciding()["crew"] == pytest.approx(2.0 / 3.0) and made.days_saved()["crew"] == pytest.approx((0.0 + 200.0 + 400.0) / 3.0)


@pytest.mark.parametrize("apart", [{"site": (0, 1)}, {"unsited": (1.0, 1.0)}])
def test_another_site_and_a_pledge_have_crews_of_their_own(apart: dict[str, Any]) -> None:
    assert Network(phases=2, values={"power": [10e6, 10e6]}, **apart).runs[0].tolist() == [1500.0, 1500.0]


def test_a_plan_has_its_crew_in_it_but_its_building_keeps_the_crew_busy() -> None:
    made = Network(phases=2, slipped={("operational", 0): 1510.0}, values={"power": [10e6, 10e6]})
    assert made.crew[0].tolist() == [made.start[0, 0], 1580.0] and made.runs[0].tolist() == [1510.0, 1710.0]


def test_one_supplier_serves_the_phases_one_after_the_other_across_sites() -> None:
    """Both order on day 1190, 100 MW each at 0.5 MW a day: there on day 1390 and on day 1590."""
    made = Network(phases=2, site=(0, 1), values={"supply": 0.5e6})
    assert made.accelerators[0].tolist() == [1390.0, 1590.0] and made.runs[0].tolist() == [1520.0, 1720.0]


def test_a_pledge_that_got_its_sites_orders_nothing() -> None:
    made = Network(phases=2, site=(0, 1), values={"supply": 0.5e6}, placed=(1.0, 0.0))
    assert made.accelerators[0].tolist() == [1000.0, 1390.0]


def test_what_decides_counts_by_power_of_what_is_unfinished() -> None:
    """The larger phase, three quarters of the power, waits for accelerators of a later generation."""
    values = {"power": [100e6, 300e6, 50e6], "chip": [NAN, 1, 1], "spacing": 0.0, "supply": 1e9}
    made = Network(phases=3, values=values, unfinished=(1.0, 1.0, 0.0))
    assert made.deciding()["accelerators"] == 0.75 and made.deciding()["shell"] == 0.25
    assert made.days_saved()["accelerators"] == pytest.approx(0.75 * (1940.0 - 1370.0))


def test_a_site_with_nothing_unfinished_says_nothing() -> None:
    made = Network(phases=2, site=(0, 1), unfinished=(1.0, 0.0))
    assert np.isnan(made.held[:, :, 1]).all() and np.isnan(made.costs[:, :, 1]).all()
    assert np.isfinite(made.held[:, :, 0]).all() and np.isfinite(made.costs[:, :, 0]).all()


def test_unfinished_is_what_neither_runs_nor_was_given_up_nor_got_its_sites() -> None:
    observed = np.full((len(STAGES), 4), NAN)
    observed[OPERATIONAL, 0], observed[ENERGISED, 3] = 900.0, 900.0
    made = network.phase_unfinished(observed, np.array([NAN, 950.0, NAN, NAN]), network.phase_placed(np.array([NAN, NAN, 800.0, NAN])))
    assert made.tolist() == [0.0, 0.0, 0.0, 1.0]


# --- dates in the programme ---------------------------------------------------------------------------------------------------------


def test_a_planned_phase_is_ready_for_racks_a_ramp_before_its_slipped_date() -> None:
    """Planned for day 1800: work starts 500 days before, on day 1300, and the hall is ready on day 1670."""
    made = Network(slipped={("operational", 0): 1800.0})
    assert (made.start[0, 0], made.hall_days[0, 0], made.hall[0, 0], made.wanted[0, 0]) == (1300.0, 370.0, 1670.0, 1670.0)
    assert made.runs[0, 0] == 1800.0 and np.isnan(made.held).all() and np.isnan(made.costs).all()


def test_a_plan_is_at_risk_from_what_is_there_after_it_wants_racks() -> None:
    """Planned for day 1800, racks wanted on day 1670; work from day 1300: half of 900 days of grid later is day 1750."""
    made = Network(slipped={("operational", 0): 1800.0}, values={"connection": 900.0})
    assert (made.start[0, 0], made.wanted[0, 0], made.runs[0, 0]) == (1300.0, 1670.0, 1880.0)
    assert made.at_risk() == {"grid_connection": (1.0, 80.0)}
    soon = Network(slipped={("operational", 0): 1800.0})
    assert soon.at_risk() == {}


def test_a_plan_with_power_on_is_at_risk_from_accelerators_alone() -> None:
    """100 MW at 0.1 MW a day, ordered on day 1490: there on day 2490, 820 days after racks are wanted."""
    values = {"connection": 9000.0, "supply": 0.1e6}
    made = Network(observed={("energised", 0): 1400.0}, slipped={("operational", 0): 1800.0}, values=values)
    assert made.at_risk() == {"accelerators": (1.0, 820.0)}


def test_a_phase_without_a_plan_has_none_at_risk() -> None:
    made = Network(phases=2, slipped={("operational", 0): 1800.0}, site=(0, 1), values={"connection": 900.0})
    assert np.isnan(made.risk[:, :, 1]).all() and np.isnan(made.past[:, :, 1]).all()
    assert np.isnan(made.held[:, :, 0]).all() and np.isfinite(made.held[:, :, 1]).all()


def test_a_plan_close_to_the_start_of_work_wants_racks_half_way() -> None:
    """Work seen to start on day 1000, planned to run on day 1200: 130 days of racks and commissioning leave but 100."""
    made = Network(observed={("under_construction", 0): 1000.0}, slipped={("operational", 0): 1200.0})
    assert (made.hall_days[0, 0], made.wanted[0, 0]) == (100.0, 1100.0)


@pytest.mark.parametrize(("seen", "start"), [(1200.0, 1300.0), (1450.0, 1450.0), (1700.0, 1300.0), (NAN, 1300.0)])
def test_work_that_was_not_seen_starts_after_the_look_unless_that_must_have_missed_it(seen: float, start: float) -> None:
    """Planned for day 1800, 500 days of building: from day 1300; a look after day 1550 must have missed it."""
    made = Network(slipped={("operational", 0): 1800.0}, values={"seen": seen, "left": 0.0})
    assert (made.start[0, 0], made.runs[0, 0]) == (start, 1800.0)


def test_what_runs_was_begun_before_it_ran_whenever_its_site_was_looked_at() -> None:
    made = Network(observed={("operational", 0): 1200.0}, values={"seen": 1450.0})
    assert (made.start[0, 0], made.wanted[0, 0]) == (700.0, 1070.0)


def test_a_start_on_record_stays_whatever_the_plan_for_operation() -> None:
    made = Network(observed={("under_construction", 0): 900.0}, slipped={("operational", 0): 1800.0}, values={"start": 900.0})
    assert (made.start[0, 0], made.hall_days[0, 0], made.runs[0, 0]) == (900.0, 770.0, 1800.0)


def test_what_is_done_holds_nothing_up() -> None:
    """Power on since day 1400: racks and commissioning are left, and accelerators where they are late."""
    made = Network(observed={("energised", 0): 1400.0, ("under_construction", 0): 1000.0})
    assert (made.hall[0, 0], made.runs[0, 0]) == (1400.0, 1530.0)
    assert made.deciding() == ALWAYS and made.days_saved() == {"rack_installation": 100.0, "commissioning": 30.0}
    late = Network(observed={("energised", 0): 1400.0, ("under_construction", 0): 1000.0}, values={"supply": 0.2e6})
    assert late.deciding() == {"accelerators": 1.0} | ALWAYS and late.days_saved()["accelerators"] == 320.0


def test_a_stated_date_of_the_grid_takes_the_place_of_the_lead_times_and_is_the_grids_alone() -> None:
    made = Network(dated={"grid": 1600.0}, values={"transformers": 9000.0, "switchgear": 9000.0, "connection": 9000.0})
    assert (made.hall[0, 0], made.runs[0, 0]) == (1600.0, 1730.0)
    assert made.deciding() == {"grid_connection": 1.0} | ALWAYS and made.days_saved()["grid_connection"] == 230.0


@pytest.mark.parametrize("plant", ["gas", "fuel_cell"])
def test_a_stated_date_of_plants_on_site_decides_as_such(plant: str) -> None:
    made = Network(dated={plant: 1600.0}, values={"generation": 9000.0})
    assert made.deciding() == {"onsite_generation": 1.0} | ALWAYS and made.days_saved()["onsite_generation"] == 230.0


def test_where_no_plants_are_to_come_nothing_waits_for_them() -> None:
    assert hand(generation=NAN).runs[0, 0] == 1500.0


# --- what always holds --------------------------------------------------------------------------------------------------------------

spans = st.floats(0.0, 900.0)


@given(st.lists(st.tuples(spans, spans, spans, spans, spans), min_size=2, max_size=5), st.sampled_from([0.05e6, 1e6, 50e6]))
def test_operation_is_that_of_the_longest_path_and_days_are_saved_only_by_what_decides(
    rows: list[tuple[float, float, float, float, float]], supply: float
) -> None:
    build, transformers, switchgear, connection, generation = (np.array(part) for part in zip(*rows, strict=True))
    made = Network(draws=len(rows), values={
        "build": build, "transformers": transformers, "switchgear": switchgear, "connection": connection, "generation": generation,
        "supply": supply,
    })  # fmt: skip
    hall = 1000.0 + np.maximum(build - 130.0, 0.5 * build)
    power = 1000.0 + 0.5 * np.max([transformers, switchgear, connection, generation], axis=0)
    ready = np.maximum(hall, power)
    served = ready - 180.0 + 100e6 / supply
    expected = np.maximum(ready, served) + 130.0
    np.testing.assert_allclose(made.runs[:, 0], expected)
    assert (made.costs >= -1e-9).all() and ((made.held == 0.0) | (made.held == 1.0)).all()
    assert (made.held[made.costs > 1e-6] == 1.0).all() and (made.held[:, -2:] == 1.0).all()


def test_paths_of_equal_length_meet_later_than_each_of_them() -> None:
    """Merge bias: hall and grid connection with the same mean and spread; the mean of the later is one spread / sqrt(pi) later."""
    rng = np.random.default_rng(7)
    build, connection = 630.0 + 100.0 * rng.normal(size=40_000), 1000.0 + 200.0 * rng.normal(size=40_000)
    made = Network(draws=40_000, values={"build": build, "connection": connection, "transformers": 0.0, "switchgear": 0.0,
                                         "generation": 0.0})  # fmt: skip
    assert made.hall.mean() == pytest.approx(1500.0 + 100.0 / np.sqrt(np.pi), abs=1.5)  # standard error 0.4
    assert np.nanmean(made.held[:, ACTIVITIES.index("grid_connection"), 0]) == pytest.approx(0.5, abs=0.01)
