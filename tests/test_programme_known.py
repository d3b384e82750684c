"""The knowledge date: what was published later does not exist; which statement counts; axes and labels."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme_files import small

from stargauge.catalogue.load import load_catalogue
from stargauge.programme.axes import edition_of
from stargauge.programme.known import Known, known
from stargauge.programme.load import load, shipped
from stargauge.programme.milestones import observed, planned
from stargauge.programme.positions import plain_document
from stargauge.programme.read import read_programme
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import Window, day, parse_window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import Quantity
from stargauge.quantity.statement import Estimate, Statement

CATALOGUE = load_catalogue()
BEFORE, THEN, NOW = date(2025, 1, 19), date(2025, 1, 22), date(2026, 11, 22)


def at(when: date, programme: Programme | None = None) -> Known:
    return known(programme or small(), CATALOGUE, when)


# --- the filter -------------------------------------------------------------------------------------------------------------------


def published() -> st.SearchStrategy[str]:
    days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
    return st.one_of(
        days.map(str), days.map(lambda d: f"{d.year}-{d.month:02d}"), days.map(lambda d: f"{d.year}-Q{(d.month + 2) // 3}"),
        days.map(lambda d: str(d.year)),
    )  # fmt: skip


def sized(values: list[tuple[int, str]]) -> list[dict[str, str]]:
    return [{"value": f"{size} MW", "published": when, "as_of": when, "source": "s"} for size, when in values]


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    sizes = st.lists(st.tuples(st.integers(1, 99), published()), min_size=1, max_size=3)
    phases = {f"p-{i}": {"it_power": sized(draw(sizes)), "milestones": {"operational": [
        {"value": "2031-06", "status": "planned", "published": draw(published()), "source": "s"}
    ]}} for i in range(draw(st.integers(0, 3)))}  # fmt: skip
    option = {"weight": 1, "sites": {"a": {"facility_power": [{**said, "value": "999 MW"} for said in sized(draw(sizes))]}}}
    dated = {"value": "1 USD", "source": "s", "published": draw(published())}
    data = {
        "name": "X", "price_year": 2025, "start": "2025-01", "horizon": "2026-12",
        "sources": {"s": {"publisher": "P", "title": "T", "date": 2024}},
        "parties": {"y": {"name": "Y", "cash": {"value": "1 USD", "source": "s", "published": draw(published())}, "commitments": {
            "c": {"to": "programme", "kind": "loan", "stage": "drawn", "amount": dated}
        }}},
        "sites": {"a": {"place": "here", "facility_power": [{**said, "value": "999 MW"} for said in sized(draw(sizes))], "phases": phases}},
        "unsited": {"u": {"basis": "b", "capital": {"value": "1 USD", "source": "s", "published": draw(published())}}},
        "records": {"r": {"value": True, "source": "s", "published": draw(published())}},
        "alternatives": {"alt": {"one": option, "two": {"weight": 1}}},
    }  # fmt: skip
    return read_programme([plain_document(data)])


days = st.dates(date(2023, 12, 1), date(2028, 2, 1))


@settings(max_examples=150, deadline=None)
@given(programmes(), days)
def test_nothing_published_later_survives_and_all_else_does(programme: Programme, when: date) -> None:
    left = [s.path for s in at(when, programme).programme.statements()]
    said = [s for s in programme.statements()]
    assert all(s.known_from is not None for s in said)
    later = {s.path for s in said if s.known_from and s.known_from > when}
    assert not later & set(left)
    wanted = {s.path for s in said} - later
    kept = at(when, programme)
    if not kept.alternatives:
        wanted = {path for path in wanted if not path.startswith("alternatives")}
    assert wanted - set(left) <= {path for path in wanted if path.startswith(("alternatives", "parties.y.commitments.c"))}


@settings(max_examples=100, deadline=None)
@given(programmes(), days)
def test_what_comes_later_changes_nothing_before(programme: Programme, when: date) -> None:
    """A programme without its later statements is, on that day, the same as the whole one."""
    cut = at(when, programme)
    again = known(cut.programme, CATALOGUE, when)
    assert again.programme.__dict__ == cut.programme.__dict__
    assert again.axes == cut.axes


@settings(max_examples=100, deadline=None)
@given(programmes(), days, st.integers(0, 900))
def test_knowledge_only_grows(programme: Programme, when: date, more: int) -> None:
    earlier, later = at(when, programme), at(when + timedelta(days=more), programme)
    assert {s.path for s in earlier.programme.statements()} <= {s.path for s in later.programme.statements()}
    for axis in ("site", "phase", "party", "line"):
        assert set(earlier.axes[axis]) <= set(later.axes[axis])


@pytest.mark.parametrize(
    ("source", "first"), [("2025-03", "2025-03-31"), ("2025", "2025-12-31"), ("2025-Q2", "2025-06-30"), ("2025-03-04", "2025-03-04")]
)
def test_a_source_counts_from_the_end_of_its_window(source: str, first: str) -> None:
    programme = small(("title: Plan, date: 2025-01-20", f"title: Plan, date: {source}"))
    when = date.fromisoformat(first)
    assert "north" not in at(when - timedelta(days=1), programme).programme.sites
    assert "north" in at(when, programme).programme.sites


def test_a_site_a_phase_a_party_and_a_pledge_exist_from_the_day_somebody_speaks_of_them() -> None:
    nothing, then, now = at(BEFORE), at(THEN), at(NOW)
    assert [nothing.axes[axis] for axis in ("site", "phase", "party", "line")] == [(), (), (), ()]
    assert then.axes["site"] == ("north", "unsited")
    assert then.axes["phase"] == ("north/hall-1", "unsited/rest")
    assert now.axes["phase"] == ("north/hall-1", "north/hall-2", "unsited/rest")
    assert (then.axes["party"], then.axes["line"]) == (("bank",), ("bank-equity",))


def test_assumptions_without_a_date_are_always_known_but_make_no_site() -> None:
    bare = ("it_power: {value: 110 MW, status: estimated, source: tracker}", "it_power: 110 MW")
    assert at(THEN, small(bare)).axes["phase"] == ("north/hall-1", "north/hall-2", "unsited/rest")
    assert at(BEFORE, small(bare)).axes["phase"] == ()


def test_claims_stay_and_say_whether_they_had_been_made() -> None:
    assert "first-hall" in at(BEFORE).programme.claims
    assert not at(BEFORE).said("first-hall")
    assert at(date(2025, 1, 20)).said("first-hall")


def test_the_filter_is_pure() -> None:
    programme = small()
    before = [s.path for s in programme.statements()]
    at(BEFORE, programme)
    assert [s.path for s in programme.statements()] == before
    assert at(NOW, programme).programme.sites["north"] is programme.sites["north"]


# --- which statement counts -------------------------------------------------------------------------------------------------------


def said(value: str, published_: str, status: str = "reported", as_of: str = "", source: str = "s") -> Statement:
    window = parse_window(published_) if published_ else None
    return Statement(
        parse_window(value), "date", parse_window(as_of) if as_of else window, window, source, status, "B", path=value + status
    )  # type: ignore[arg-type]


def test_the_newest_published_wins_and_comes_first() -> None:
    phase = at(NOW).phases[0].spec
    estimate = at(NOW).estimate(phase.it_power)
    assert estimate.value == pytest.approx(103e6)
    assert [s.text for s in estimate.statements] == ["103 MW", "100 MW"]
    assert at(THEN).estimate(at(THEN).phases[0].spec.it_power).value == pytest.approx(100e6)


def test_nobody_said_is_absent_not_zero() -> None:
    estimate = at(NOW).estimate(())
    assert np.isnan(estimate.value)
    assert estimate.statements == ()


def test_a_sourced_value_wins_over_an_assumption_however_it_stands_in_the_list() -> None:
    programme = small(
        ("it_power: {value: 110 MW, status: estimated, source: tracker}", "it_power: [{value: 110 MW, source: plan}, 120 MW]")
    )
    estimate = at(NOW, programme).estimate(programme.sites["north"].phases["hall-2"].it_power)
    assert (estimate.value, estimate.kind) == (pytest.approx(110e6), "stated")


def test_a_date_with_a_window_is_uniform_over_it() -> None:
    estimate = at(NOW).estimate((said("2026-03", "2026-04-10", "observed"),))
    assert estimate.value == Distribution("uniform", (day(date(2026, 3, 1)), day(date(2026, 3, 31))))
    assert at(NOW).estimate((said("2026-03-05", "2026-04-10"),)).value == day(date(2026, 3, 5))


def test_a_record_of_a_date_wins_over_a_newer_plan() -> None:
    record, plan = said("2025-09-26", "2025-10-01", "estimated"), said("2026-01-01", "2026-09-01", "planned")
    assert observed((record, plan), NOW) is record
    assert planned((record, plan), NOW) is plan
    assert at(NOW).milestone((record, plan)) is record


def test_the_newest_record_of_a_date_wins_over_older_ones() -> None:
    first, second = said("2025-06-28", "2026-04-17", "estimated"), said("2025-09-26", "2026-05-23", "estimated")
    assert observed((second, first), NOW) is second
    assert observed((second, first), NOW) is observed((first, second), NOW)


@pytest.mark.parametrize(("statement", "is_plan"), [
    (said("2026-11-01", "2026-09-18", "estimated"), True),  # a tracker's date that lies ahead
    (said("2026-09-01", "2026-09-18", "estimated"), False),
    (said("2026", "2026-09-18", "estimated"), True),  # its window has not passed
    (said("2025-06", "2025-06-10", "reported"), False),  # said to have begun
    (said("2025-06", "2025-05-10", "reported"), True),
    (said("2025-06", "2026-05-10", "planned"), True),  # whoever calls it a plan has not seen it
    (said("2025-06", "2026-05-10", "observed", as_of="2025-05"), True),  # looked at before
    (said("2025-06", "", source=""), False),  # an assumption: held against the knowledge date
    (said("2027-06", "", source=""), True),
])  # fmt: skip
def test_what_is_a_plan_and_what_was_reached(statement: Statement, is_plan: bool) -> None:
    assert (planned((statement,), NOW) is not None) is is_plan
    assert (observed((statement,), NOW) is None) is is_plan


def test_what_was_seen_to_have_begun_ends_no_later_than_the_look() -> None:
    found = observed((said("2025-06", "2025-06-10"),), NOW)
    assert found is not None
    assert found.value == Window(date(2025, 6, 1), date(2025, 6, 10))


def test_a_cancelled_date_is_no_plan() -> None:
    assert planned((said("2026-06", "2026-03-06", "cancelled"),), NOW) is None


def test_milestones_of_phases_plans_then_records() -> None:
    then, now = at(date(2025, 2, 1)), at(NOW)
    assert then.milestone_observed(then.phases[0], "operational") is None
    plan, record = then.milestone_planned(then.phases[0], "operational"), now.milestone_observed(now.phases[0], "operational")
    assert plan is not None and plan.text == "2026-03-31"
    assert record is not None and record.text == "2026-02"
    promise = now.first_promise(now.phases[0])
    assert promise is not None and promise.text == "2026-03-31"


def test_commercial_stages_and_cancellation_come_from_the_site_where_the_phase_is_silent() -> None:
    programme = small(
        (
            "    phases:\n",
            "    milestones:\n      contracted: {value: 2025-01-15, source: plan}\n"
            "      cancelled: {value: 2026-03-06, source: tracker}\n    phases:\n",
        )
    )
    now = at(NOW, programme)
    contracted = now.milestone_observed(now.phases[0], "contracted")
    assert contracted is not None and contracted.text == "2025-01-15"
    assert now.site_cancelled(now.sites[0]) == date(2026, 3, 6)
    assert now.milestone_cancelled(now.phases[1]) is not None
    assert at(THEN, programme).site_cancelled(at(THEN, programme).sites[0]) is None
    assert now.milestone_observed(now.phases[0], "energised") is None


def test_announced_is_the_first_publication_of_a_size_unless_stated() -> None:
    now = at(NOW)
    first, pledge = now.announced(now.phases[0]), now.announced(now.phases[2])
    assert first is not None and str(first.value) == "2025-01-20"
    assert pledge is not None and pledge.path == "unsited.rest.milestones.announced"


def test_observed_through_is_stated_or_the_newest_observation_and_never_after_the_knowledge_date() -> None:
    assert at(NOW).observed_through("north") == date(2026, 4, 1)
    assert at(THEN).observed_through("north") is None  # plans are no observation
    stated = small(("    place: abilene-tx\n", "    place: abilene-tx\n    observed_through: 2026-09-24\n"))
    assert at(NOW, stated).observed_through("north") == date(2026, 9, 24)
    assert at(date(2026, 5, 2), stated).observed_through("north") == date(2026, 4, 1)
    assert at(NOW).observed_through("unsited") is None


def test_site_known_from_is_the_first_statement() -> None:
    assert at(NOW).site_known_from("north") == date(2025, 1, 20)
    assert at(NOW).site_known_from("unsited") == date(2025, 1, 20)


def test_the_stage_of_a_commitment_is_that_of_the_day() -> None:
    programme = small(("stage: announced}", "stage: announced, milestones: {committed: {value: 2026-02, source: tracker}}}"))
    assert at(THEN, programme).stage_of(at(THEN, programme).lines[0]) == "announced"
    assert at(NOW, programme).stage_of(at(NOW, programme).lines[0]) == "committed"


def test_a_bare_stage_beyond_announced_waits_for_the_newest_amount() -> None:
    programme = small(
        (
            "amount: {value: $19 bn, source: plan}, stage: announced",
            "amount: [{value: $19 bn, source: plan}, {value: $15 bn, source: tracker}], stage: drawn",
        )
    )
    assert at(THEN, programme).stage_of(at(THEN, programme).lines[0]) == "announced"
    assert at(NOW, programme).stage_of(at(NOW, programme).lines[0]) == "drawn"


# --- axes, labels, assumptions ----------------------------------------------------------------------------------------------------


def test_axes_have_labels_that_differ_and_months_run_from_start_to_horizon() -> None:
    now = at(NOW)
    assert all(len(set(labels)) == len(labels) for labels in now.axes.values())
    assert (now.axes["month"][0], now.axes["month"][-1], len(now.months)) == ("2025-01", "2030-12", 72)
    assert now.months[1] == date(2025, 2, 28)
    assert [(p.site, p.site_index, p.index, p.hardware) for p in now.phases] == [
        ("north", 0, 0, "gb200-nvl72"), ("north", 0, 1, "gb200-nvl72"), ("unsited", 1, 2, ""),
    ]  # fmt: skip


def test_a_phase_has_one_building_where_nobody_says_how_many() -> None:
    estimate = at(NOW).estimate(at(NOW).phases[0].spec.buildings)
    assert (estimate.value, estimate.kind) == (1.0, "assumed")


def test_hardware_may_change_with_what_is_known() -> None:
    dated = "hardware: [{value: gb200-nvl72, source: plan}, {value: gb300-nvl72, source: tracker}]"
    programme = small(("hardware: gb200-nvl72", dated))
    assert [at(when, programme).phases[0].hardware for when in (THEN, NOW)] == ["gb200-nvl72", "gb300-nvl72"]


def test_accelerators_that_may_follow_the_named_one_are_on_the_axis() -> None:
    chips = at(NOW).axes["chip"]
    assert {"gb200-nvl72", "gb300-nvl72"} <= set(chips)
    assert set(chips) <= set(CATALOGUE.names("accelerator"))


def made(name: str, unit: str, *axes: str) -> Quantity:
    return Quantity(name, unit, axes, frozenset(), False, False, True, ("known",), lambda known: None)


def test_labels_of_cells_leave_out_draws_and_months() -> None:
    now = at(NOW)
    assert now.labels(made("x", "1", "draw")) == ((),)
    assert now.labels(made("x", "1", "draw", "site", "month")) == (("north",), ("unsited",))
    assert now.labels(made("x", "1", "draw", "stage", "phase"))[:2] == (("announced", "north/hall-1"), ("announced", "north/hall-2"))


def test_an_assumption_replaces_the_cells_it_names_and_keeps_its_reason() -> None:
    now = at(NOW, small(("records:\n", "assumptions:\n  load_factor[north]: {value: 0.8, reason: contract}\nrecords:\n")))
    quantity = made("load_factor", "1", "draw", "site")
    before = (Estimate(0.6, "default"), Estimate(0.7, "default"))
    after = now.assumed(quantity, now.labels(quantity), before)
    assert (after[0].value, after[0].kind, after[0].note) == (0.8, "assumed", "contract")
    assert after[0].statements[0].path == "assumptions.load_factor[north]"
    assert after[1] is before[1]


def test_an_assumption_without_labels_holds_for_all_cells_and_fills_series() -> None:
    now = at(NOW, small(("records:\n", "assumptions:\n  price: {value: 50 USD/MWh, reason: mine}\nrecords:\n")))
    quantity = made("price", "USD/Wh", "site", "month")
    before = (Estimate(np.ones(3)), Estimate(2.0))
    series, number = now.assumed(quantity, now.labels(quantity), before)
    assert np.asarray(series.value) == pytest.approx([50e-6] * 3)
    assert number.value == pytest.approx(50e-6)


@pytest.mark.parametrize(("key", "value", "says"), [
    ("load_factor[north]", "five", "is not a number with a unit"), ("load_factor", "5 MW", "expected a plain number"),
])  # fmt: skip
def test_an_assumption_that_does_not_fit_is_an_input_error(key: str, value: str, says: str) -> None:
    now = at(NOW, small(("records:\n", f"assumptions:\n  {key}: {{value: {value}, reason: x}}\nrecords:\n")))
    quantity = made("load_factor", "1", "draw", "site")
    with pytest.raises(InputError, match=says):
        now.assumed(quantity, now.labels(quantity), (Estimate(1.0), Estimate(1.0)))


def test_a_date_may_be_assumed() -> None:
    now = at(NOW, small(("records:\n", "assumptions:\n  when: {value: 2027-06-01, reason: x}\nrecords:\n")))
    (estimate,) = now.assumed(made("when", "d", "draw"), ((),), (Estimate(1.0),))
    assert estimate.value == day(date(2027, 6, 1))


def test_catalogue_values_younger_than_the_knowledge_date_are_marked() -> None:
    estimate = at(date(2020, 1, 1)).default("accelerator", "gb200-nvl72", "it_power")
    assert estimate.hindsight is not None and estimate.hindsight > date(2020, 1, 1)


def test_refits_leave_out_each_group_of_records() -> None:
    for when in (THEN, NOW):
        now = at(when)
        assert now.axes["refit"][0] == "all"
        built_here = {record.frame for record in now.slip_records if record.group in ("data_centre", "ai_campus")}
        assert set(now.axes["refit"][1:]) == {f"without-{frame}" for frame in built_here}
        assert len(now.slip_records) >= 8


@pytest.mark.parametrize(
    ("day", "edition"),
    [("2020-05-01", "2023-12-31"), ("2025-01-22", "2024-12-31"), ("2025-03-31", "2025-03-31"), ("2026-12-31", "2026-12-31")],
)
def test_fits_are_renewed_each_quarter(day: str, edition: str) -> None:
    assert str(edition_of(date.fromisoformat(day))) == edition


def test_no_record_younger_than_the_edition_trains_a_fit() -> None:
    now = at(date(2025, 5, 2))
    assert max(record.known_at for record in now.slip_records) <= date(2025, 3, 31)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_programmes_know_nothing_before_anybody_spoke(name: str) -> None:
    nothing = known(load(name), CATALOGUE, date(2015, 1, 1))
    assert (nothing.axes["site"], nothing.axes["phase"], nothing.axes["party"]) == ((), (), ())
    assert not [s for s in nothing.programme.statements() if s.source]


def test_a_known_year_before_the_clock_is_no_fault() -> None:
    assert at(date(2000, 1, 1)).months[0] == date(2025, 1, 31)
