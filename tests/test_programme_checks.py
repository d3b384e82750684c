"""Rules a programme must keep: each is broken once, and each has a case that is no fault."""

from __future__ import annotations

import pytest
from tests.programme_files import faults_of, small, the_fault

from stargauge.programme.checks import CHECKS
from stargauge.programme.naming_checks import flaws_against_catalogue, flaws_against_quantities
from stargauge.programme.positions import faults_of as told
from stargauge.quantity.quantity import Quantity

PLACE = "place: abilene-tx"
HALL_1_IT = "it_power: [{value: 100 MW, status: planned, source: plan}, {value: 103 MW, status: estimated, source: tracker}]"
HALL_2 = "it_power: {value: 110 MW, status: estimated, source: tracker}"


def test_every_rule_is_named_for_what_it_looks_for_and_the_small_programme_keeps_all() -> None:
    assert all(check.__name__.startswith("check_for_") and check.__doc__ for check in CHECKS)
    assert small().name == "Small"


def test_a_source_that_does_not_exist_suggests_the_nearest() -> None:
    fault = the_fault(("status: estimated, source: tracker}]\n        facility", "status: estimated, source: traker}]\n        facility"))
    assert fault.path == "sites.north.phases.hall-1.it_power[1].source"
    assert 'did you mean "tracker"' in fault.message


def test_the_root_of_a_source_must_exist() -> None:
    assert the_fault(("root: plan", "root: plans")).path == "sources.copy.root"


def test_a_source_without_any_date_is_a_fault_and_the_day_it_was_collected_is_one() -> None:
    assert "collected" in the_fault(("title: Tracker, date: 2026-04", "title: Tracker")).message
    said = small(("title: Tracker, date: 2026-04", "title: Tracker, collected: 2026-11-22")).sites["north"].phases["hall-2"].it_power[0]
    assert str(said.known_from) == "2026-11-22"


@pytest.mark.parametrize("value", ["-110 MW", "-5..5 MW", "normal(mean=10 MW, sd=9 MW)", "uniform(low=-1 MW, high=2 MW)"])
def test_power_below_zero_is_a_fault(value: str) -> None:
    fault = the_fault((HALL_2, f"it_power: {{value: '{value}', source: plan}}"))
    assert "below zero" in fault.message
    assert fault.path == "sites.north.phases.hall-2.it_power"


@pytest.mark.parametrize(
    ("supply", "path", "says"),
    [
        ("gas: {capacity: 1 MW, plant: gas-engin}", "gas.plant", 'did you mean "gas-engine"'),
        ("fuel_cell: {capacity: 1 MW, plant: gas-engine}", "fuel_cell.plant", "only gas says which plant it is"),
        ("grid: {capacity: 1 MW, role: alone}", "grid.role", "cannot carry a site alone"),
        ("gas: {role: alone}", "gas.role", 'needs "capacity"'),
    ],
)
def test_plants_that_there_are_not_and_sources_that_carry_no_site_alone_are_faults(supply: str, path: str, says: str) -> None:
    fault = the_fault((PLACE, f"{PLACE}\n    supply:\n      {supply}"))
    assert fault.path == f"sites.north.supply.{path}" and says in fault.message
    assert fault.line == 20


@pytest.mark.parametrize("supply", ["gas: {capacity: 1 MW, plant: combined-cycle}", "fuel_cell: {capacity: 1 MW, role: alone}"])
def test_gas_names_its_plant_and_gas_or_fuel_cells_may_carry_a_site_alone(supply: str) -> None:
    small((PLACE, f"{PLACE}\n    supply:\n      {supply}"))


def test_cash_flows_may_be_negative() -> None:
    small(("    accounts: public\n", "    accounts: public\n    operating_cash_flow: {value: -1 bn USD, source: plan}\n"))


def test_facility_power_below_it_power_is_a_fault_at_the_facility_power() -> None:
    fault = the_fault(("facility_power: {value: 140 MW", "facility_power: {value: 90 MW"))
    assert fault.path == "sites.north.phases.hall-1.facility_power"
    assert "below the IT power" in fault.message


def test_facility_power_is_compared_for_the_same_date_too_not_only_the_newest() -> None:
    faults = faults_of((
        "facility_power: {value: 140 MW, status: planned, source: plan}",
        "facility_power: [{value: 90 MW, status: planned, source: plan}, {value: 145 MW, status: planned, source: tracker}]",
    ))  # fmt: skip
    assert [fault.path for fault in faults] == ["sites.north.phases.hall-1.facility_power[0]"]


def test_a_plan_of_facility_power_is_not_held_against_a_later_record_of_it_power() -> None:
    small((HALL_1_IT, "it_power: [{value: 100 MW, status: planned, source: plan}, {value: 150 MW, status: estimated, source: tracker}]"))


def test_recorded_stages_out_of_order_are_a_fault() -> None:
    fault = the_fault((
        "energised: {value: 2025-12-31, status: planned, source: plan}", "energised: {value: 2026-04-02, status: observed, source: tracker}"
    ))  # fmt: skip
    assert fault.path == "sites.north.phases.hall-1.milestones.operational[1]"
    assert "under_construction <= energised <= operational" in fault.message


def test_a_plan_before_its_own_publication_is_a_fault() -> None:
    fault = the_fault(
        ("energised: {value: 2025-12-31, status: planned, source: plan}", "energised: {value: 2019-12-31, status: planned, source: plan}")
    )
    assert "before its own publication" in fault.message and "correct one" in fault.message


def test_planned_stages_out_of_order_are_a_fault() -> None:
    assert "comes before" in the_fault(("energised: {value: 2025-12-31", "energised: {value: 2026-12-31")).message


def test_a_renewed_plan_for_power_is_not_held_against_an_older_plan_for_operation() -> None:
    small(
        (
            "energised: {value: 2025-12-31, status: planned, source: plan}",
            "energised: {value: 2026-12-31, status: planned, source: tracker}",
        )
    )


def test_a_month_and_a_day_within_it_are_in_order() -> None:
    small(
        (
            "energised: {value: 2025-12-31, status: planned, source: plan}",
            "energised: {value: 2026-02-20, status: reported, source: tracker}",
        )
    )


def test_a_phase_without_size_is_a_fault_and_any_size_will_do() -> None:
    assert "no size" in the_fault((HALL_2, "about: nobody said")).message
    for size in ("buildings: 2", "chips: 50_000", "facility_power: 140 MW"):
        small((HALL_2, size))


@pytest.mark.parametrize(("old", "new", "path"), [
    ("  north:\n", "  North_Campus:\n", "sites.North_Campus"), ("      hall-2:\n", "      hall_2:\n", "sites.north.phases.hall_2"),
    ("  first-hall:\n", "  first hall:\n", "claims.first hall"), ("  post-visible:", "  Post visible:", "records.Post visible"),
])  # fmt: skip
def test_a_badly_formed_id_is_a_fault_at_its_key(old: str, new: str, path: str) -> None:
    fault = the_fault((old, new))
    assert fault.path == path


@pytest.mark.parametrize("name", ["cash", "announced", "unsited", "grid", "programme", "bank"])
def test_an_id_that_is_another_label_is_a_fault(name: str) -> None:
    assert "already" in the_fault(("  north:\n", f"  {name}:\n")).message


def test_sources_that_repeat_one_another_in_a_circle_are_a_fault() -> None:
    faults = faults_of(("date: 2025-01-20, grade: A}", "date: 2025-01-20, grade: A, root: copy}"))
    assert {fault.path for fault in faults} == {"sources.plan.root", "sources.copy.root"}
    assert "circular" in faults[0].message


def test_a_party_that_commits_money_to_itself_is_circular() -> None:
    assert "circular" in the_fault(("to: programme", "to: bank")).message


def test_parties_may_owe_one_another() -> None:
    small((
        "sites:\n",
        "  maker:\n    name: Maker\n    commitments:\n"
                "      maker-bank: {to: bank, kind: vendor, amount: {value: 1 bn USD, source: plan}, stage: drawn}\nsites:\n",
    ), ("to: programme", "to: maker"))  # fmt: skip


def test_a_commitment_to_nobody_is_a_fault_with_the_nearest_target() -> None:
    assert 'did you mean "north"' in the_fault(("to: programme", "to: nort")).message


def test_a_conflict_of_two_sources_is_a_fault_that_names_the_way_out() -> None:
    fault = the_fault((
        HALL_2, "it_power: [{value: 110 MW, as_of: 2026-04-02, source: tracker},"
        " {value: 120 MW, as_of: 2026-04-20, published: 2026-05-01, source: plan}]"
    ))  # fmt: skip
    assert fault.path == "sites.north.phases.hall-2.it_power[1]"
    assert "under alternatives" in fault.message


@pytest.mark.parametrize("second", [
    "{value: 110 MW, as_of: 2026-04-20, published: 2026-05-01, source: plan}",  # the same value
    "{value: 120 MW, as_of: 2026-05-02, published: 2026-05-03, source: plan}",  # a later month
    "{value: 120 MW, as_of: 2026-04-20, published: 2026-05-01, source: plan, status: projected}",  # another status
    "{value: 120 MW, as_of: 2026-04-20, published: 2026-05-01, source: tracker}",  # the same source corrects itself
])  # fmt: skip
def test_what_is_no_conflict(second: str) -> None:
    small((HALL_2, f"it_power: [{{value: 110 MW, as_of: 2026-04-02, source: tracker}}, {second}]"))


def test_a_source_and_its_copy_do_not_conflict() -> None:
    small((HALL_2, "it_power: [{value: 110 MW, as_of: 2025-01-20, source: plan}, {value: 111 MW, as_of: 2025-01-21, source: copy}]"))


def test_dates_that_overlap_do_not_conflict_and_others_do() -> None:
    both = (
        "milestones: {{energised: [{{value: 2025-06, as_of: 2026-04, source: tracker}},"
        " {{value: {}, as_of: 2026-04, published: 2026-04, source: plan}}]}}"
    )
    small((HALL_2, f"{HALL_2}\n        {both.format('2025-06-28')}"))
    assert "under alternatives" in the_fault((HALL_2, f"{HALL_2}\n        {both.format('2025-09-26')}")).message


def test_what_was_observed_after_it_was_published_is_a_fault_and_a_plan_is_none() -> None:
    assert "planned or projected" in the_fault((HALL_2, "it_power: {value: 110 MW, as_of: 2027, source: tracker}")).message
    small((HALL_2, "it_power: {value: 110 MW, as_of: 2027, status: projected, source: tracker}"))


@pytest.mark.parametrize(("horizon", "says"), [("2024-12", "before the start"), ("2525-12", "at most 60"), ("2086-01", "at most 60")])
def test_the_clock_runs_forward_for_at_most_60_years(horizon: str, says: str) -> None:
    assert says in the_fault(("horizon: 2030-12", f"horizon: {horizon}")).message
    small(("horizon: 2030-12", "horizon: 2085-12"))


def test_a_claim_needs_a_reading() -> None:
    assert "reading" in the_fault(('readings: {as said: "power_it[operational, north] >= 100 MW by 2026-03-31"}', "readings: {}")).message


def test_two_claims_cannot_have_one_place_in_the_dispute() -> None:
    other = '  other: {speaker: B, said: 2025-01-22, says: No., source: plan, dispute: 1, readings: {a: "x"}}\n'
    second = f'readings: {{a: "x"}}\n    dispute: 1\n{other}'
    fault = the_fault(('readings: {as said: "power_it[operational, north] >= 100 MW by 2026-03-31"}\n', second))
    assert fault.path == "claims.other.dispute"


ALTERNATIVES = (
    "alternatives: {size: {big: {weight: 0.5, sites: {north: {phases: {hall-2: {it_power: {value: 130 MW, source: plan}}}}}},"
    " same: {weight: 0.5}}}"
)


@pytest.mark.parametrize(("old", "new", "says"), [
    ("same: {weight: 0.5}", "same: {weight: 0}", "above zero"), (", same: {weight: 0.5}", "", "fewer than two"),
    ("hall-2", "hall-3", "not in the programme"), ("same: {weight: 0.5}", "same: {}", "needs"),
    ("source: plan}}}}", "source: paln}}}}", 'did you mean "plan"'), ("130 MW", "-130 MW", "below zero"),
    ("same: {weight: 0.5}", "same: {weight: 0.5, alternatives: {}}", "unknown key"),
])  # fmt: skip
def test_faults_of_alternatives(old: str, new: str, says: str) -> None:
    assert old in ALTERNATIVES
    small(("records:\n", f"{ALTERNATIVES}\nrecords:\n"))
    fault = the_fault(("records:\n", f"{ALTERNATIVES.replace(old, new)}\nrecords:\n"))
    assert says in fault.message
    assert fault.path.startswith("alternatives.size")


def test_an_option_that_breaks_a_rule_together_with_the_programme_is_a_fault() -> None:
    broken = ALTERNATIVES.replace(
        "hall-2: {it_power: {value: 130 MW, source: plan}}", "hall-1: {facility_power: {value: 90 MW, status: planned, source: plan}}"
    )
    fault = the_fault(("records:\n", f"{broken}\nrecords:\n"))
    assert fault.path == "alternatives.size.big"
    assert "below the IT power" in fault.message


class _Names:
    def names(self, kind: str) -> tuple[str, ...]:
        return {"place": ("abilene-tx",), "cooling": ("closed-loop-chiller",), "accelerator": ("gb200-nvl72", "gb300-nvl72")}[kind]


def test_names_of_the_catalogue_are_checked_with_line_and_nearest_name() -> None:
    assert not list(flaws_against_catalogue(small(), _Names()))
    changed = small(("hardware: gb200-nvl72", "hardware: gb20-nvl72"), ("place: abilene-tx", "place: abilene"))
    place, hardware = told(list(flaws_against_catalogue(changed, _Names())), changed.documents).faults
    assert 'did you mean "abilene-tx"' in place.message
    assert 'did you mean "gb200-nvl72"' in hardware.message
    assert hardware.line == place.line + 2


def test_assumptions_name_inputs() -> None:
    made = Quantity("load_factor", "1", (), frozenset(), False, False, True, ("known",), lambda known: None)
    programme = small(("records:\n", "assumptions:\n  load_facter[north]: {value: 0.8, reason: why}\nrecords:\n"))
    (fault,) = told(list(flaws_against_quantities(programme, {"load_factor": made})), programme.documents).faults
    assert 'did you mean "load_factor"' in fault.message
    assert fault.line > 0
