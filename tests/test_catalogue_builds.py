"""The records of builds and of racks: whole, in order, from named sources; and nothing in them is seen before its day."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge import api
from stargauge.audit.backtest.calibration import fit_view
from stargauge.catalogue.builds import DATED_BY, POWER, BuildRecord, as_seen, read_builds, read_ramps
from stargauge.catalogue.load import DATA, load_catalogue
from stargauge.engine.simulate import statics_of
from stargauge.inputs.build import build_record_days, made_from
from stargauge.programme.known import known
from stargauge.quantity.dates import day

BUILDS = read_builds(DATA / "build-record.csv")
RAMPS = read_ramps(DATA / "ramp-record.csv")
CATALOGUE = load_catalogue()
KINDS = ("new", "expansion", "retrofit")
records = st.sampled_from(BUILDS)
days = st.dates(date(2015, 1, 1), date(2027, 12, 31))


def _dates(record: BuildRecord) -> list[date]:
    return [when for when in (record.started, record.roofed, record.operational) if when is not None]


# --- the files ----------------------------------------------------------------------------------------------------------------------


def test_every_record_has_an_id_of_its_own_a_source_and_a_grade() -> None:
    for rows in (BUILDS, RAMPS):
        assert len({record.id for record in rows}) == len(rows) > 0
        assert all(record.source in CATALOGUE.sources and record.grade in ("A", "B", "C", "D") for record in rows)


def test_dates_are_in_order_and_none_is_later_than_the_last_look() -> None:
    for record in BUILDS:
        assert all(one <= two for one, two in pairwise([*_dates(record), record.known_at])), record.id


def test_a_record_is_reached_exactly_where_it_has_a_day_of_operation_and_says_who_dated_it() -> None:
    with (DATA / "build-record.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert {row["outcome"] for row in rows} == {"reached", "censored"}
    for row in rows:
        assert (row["outcome"] == "reached") == bool(row["operational"]) == bool(row["dated_by"]), row["id"]


def test_words_are_those_that_the_records_may_use() -> None:
    for record in BUILDS:
        assert record.kind in KINDS and record.dated_by in DATED_BY and record.held_by in ("", POWER), record.id
        assert record.owner and record.owner == record.owner.strip().lower(), record.id


def test_sizes_are_watts_of_one_to_some_buildings_and_no_step_is_larger_than_its_campus() -> None:
    for record in BUILDS:
        assert 1e6 <= record.it_power <= 3e9 and record.buildings >= 1.0, record.id
        assert record.campus_power is None or record.campus_power >= record.it_power, record.id
    assert all(1e6 <= record.it_power <= 3e9 and 1.0 <= record.days <= 1000.0 for record in RAMPS)


def test_steps_of_a_campus_are_numbered_from_one_and_only_the_first_is_new() -> None:
    for site in {record.site for record in BUILDS}:
        steps = [record for record in BUILDS if record.site == site]
        assert [record.step for record in steps] == list(range(1, len(steps) + 1)), site
        assert len({record.owner for record in steps}) == len({record.campus_power for record in steps}) == 1, site
        assert all(record.kind != "new" for record in steps if record.step > 1), site


def test_what_power_held_up_runs_by_now() -> None:
    """A build without power that does not run would count as one that is still built."""
    held = [record for record in BUILDS if record.held_by == POWER]
    assert held and all(record.operational and record.started for record in held)


@pytest.mark.parametrize("name", sorted(api.shipped()))
def test_the_owner_that_a_programme_names_has_builds_on_record(name: str) -> None:
    owner = api.load(name).owner
    assert owner in {record.owner for record in BUILDS if record.started}


@pytest.mark.parametrize(("id", "taken"), [("br033", 131.0), ("br003", 919.0)])
def test_days_taken_run_from_the_start_to_operation(id: str, taken: float) -> None:
    """Colossus 1: 24 April to 2 September 2024; Fairwater Atlanta: 9 April 2023 to 14 October 2025."""
    assert next(record for record in BUILDS if record.id == id).taken_days == taken


def test_days_of_an_open_build_run_to_the_last_look_and_the_roof_counts_in_their_share() -> None:
    built = BuildRecord(
        "x", "x", "x", "new", 1, 1.0, 1e8, None, date(2024, 1, 1), date(2024, 4, 10), date(2024, 7, 19), date(2025, 1, 1), "image", "",
        "epoch-2026-09", "B",
    )  # fmt: skip
    assert (built.taken_days, built.shell_share) == (200.0, 0.5)
    still = as_seen(built, date(2024, 5, 1))
    assert still is not None and (still.taken_days, still.shell_share) == (121.0, None)


def test_racks_count_from_the_middle_of_a_window_to_the_day_the_hall_was_full() -> None:
    """Colossus 1: 11 August to 2 September 2024; Abilene: June 2025 to 26 September 2025."""
    found = {record.id: record.days for record in RAMPS}
    assert found["rr001"] == 22.0
    assert found["rr002"] == pytest.approx((date(2025, 9, 26) - date(2025, 6, 15)).days, abs=1.0)


# --- as seen by a day ---------------------------------------------------------------------------------------------------------------


@given(records, days)
def test_nothing_is_seen_before_its_day(record: BuildRecord, until: date) -> None:
    seen = as_seen(record, until)
    happened = [when for when in _dates(record) if when <= until]
    assert (seen is None) == (not happened)
    if seen is not None:
        assert _dates(seen) == happened and seen.known_at <= until
        assert seen.operational is not None or (seen.held_by == "" and seen.shell_share is None)
        assert seen.taken_days is None or 0.0 <= seen.taken_days <= (until - min(happened)).days


def test_that_power_decided_is_not_known_before_it_came() -> None:
    for record in (record for record in BUILDS if record.held_by and record.operational):
        before = as_seen(record, record.operational - timedelta(days=1))  # type: ignore[operator]
        assert before is not None and before.held_by == "" and before.operational is None


@given(records, days, st.integers(0, 900))
def test_a_later_day_sees_no_less(record: BuildRecord, until: date, more: int) -> None:
    before, after = as_seen(record, until), as_seen(record, until + timedelta(days=more))
    if before is not None:
        assert after is not None and set(_dates(before)) <= set(_dates(after))
        if before.taken_days is not None and after.taken_days is not None:
            assert before.taken_days <= after.taken_days


def test_the_last_look_sees_the_record_itself() -> None:
    assert all(as_seen(record, record.known_at) == record for record in BUILDS)


@given(st.dates(date(2020, 1, 1), date(2026, 11, 22)))
def test_the_inputs_of_a_past_day_hold_no_later_build(until: date) -> None:
    facts = fit_view(CATALOGUE, until)
    assert all(when <= until or until < date(2024, 1, 1) for record in facts.builds for when in (*_dates(record), record.known_at))
    assert all(record.full <= until for record in facts.rack_ramps) or all(record.full > until for record in RAMPS)


# --- as inputs ----------------------------------------------------------------------------------------------------------------------


def test_inputs_of_builds_are_days_watts_and_marks_of_the_records() -> None:
    facts = known(api.load("stargate"), CATALOGUE, date(2026, 11, 22))
    names = ("days", "runs", "power", "retrofit", "expansion", "since_2024", "shell_share", "operational", "transformer_lead")
    found = statics_of(facts, [f"build_record_{name}" for name in names])
    place = [record.id for record in facts.builds].index("br033")
    got = [float(np.asarray(found[f"build_record_{name}"])[place]) for name in names]
    assert got[:6] == [131.0, 1.0, 139e6, 1.0, 0.0, 1.0]
    assert np.isnan(got[6]) and got[7] == day(date(2024, 9, 2)) and 300.0 < got[8] < 1500.0


def test_owners_and_campuses_are_told_apart() -> None:
    facts = known(api.load("meta-hyperion"), CATALOGUE, date(2026, 11, 22))
    found = statics_of(facts, ["build_record_owner", "build_record_site", "build_owner"])
    for name, of in (("owner", "owner"), ("site", "site")):
        numbers = np.asarray(found[f"build_record_{name}"]).tolist()
        pairs = {(getattr(record, of), number) for record, number in zip(facts.builds, numbers, strict=True)}
        assert len(pairs) == len(set(numbers)) == len({getattr(record, of) for record in facts.builds})
    own = np.asarray(found["build_record_owner"])[[record.owner for record in facts.builds].index("meta")]
    assert float(found["build_owner"]) == own


def test_another_record_lead_time_or_prior_is_another_fit() -> None:
    """The fingerprint by which a shipped fit is found."""
    made = [made_from(fit_view(CATALOGUE, until)) for until in (date(2025, 3, 31), date(2025, 4, 2), date(2025, 7, 1))]
    assert made[0] == made[1] != made[2]
    assert made_from(fit_view(replace(CATALOGUE, without=frozenset({"meta"})), date(2025, 3, 31))) != made[0]


def test_records_collected_after_the_day_asked_about_are_marked_as_hindsight() -> None:
    then, now = (build_record_days(fit_view(CATALOGUE, until)) for until in (date(2025, 1, 22), date(2026, 11, 22)))
    assert all(cell.hindsight and cell.hindsight > date(2025, 1, 22) for cell in then if cell.statements)
    assert not any(cell.hindsight for cell in now)
