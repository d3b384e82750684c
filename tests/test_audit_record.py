"""What the record holds: which statements decide, when later or earlier ones do, conflicts, posts without a capture."""

from __future__ import annotations

from datetime import date

import pytest

from stargauge.audit.claims.binding import check
from stargauge.audit.claims.language import parse
from stargauge.audit.claims.record import Archive, only_records, related
from stargauge.quantity.dates import parse_window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Statement

AS_OF = date(2026, 11, 22)


@quantity("USD", "draw site month", adds="site", rises=True)
def capital_deployed(known):
    """Capital."""


@quantity("job", "draw site month", adds="site")
def jobs_direct(jobs_onsite):
    """Direct jobs."""


@quantity("job", "draw site month", adds="site")
def jobs_onsite(known):
    """Builders."""


@quantity("job", "draw site", adds="site")
def jobs_peak(known):
    """Peak."""


@quantity("USD", "draw line month", adds="line", flow=True)
def revenue(known):
    """Revenue."""


QUANTITIES = {f.quantity.name: f.quantity for f in (capital_deployed, jobs_direct, jobs_onsite, jobs_peak, revenue)}
AXES = {"site": ("abilene", "milam"), "line": ("l",), "month": tuple(f"{y}-{m:02d}" for y in range(2025, 2033) for m in range(1, 13))}


def said(value, as_of, unit="", status="reported", source="s1", published=None, text="", grade="B"):
    at = parse_window(as_of)
    return Statement(value, unit, at, parse_window(published) if published else at, source, status, grade, text=text)


def search(text, records, as_of=AS_OF, roots=None, **options):
    reading = check(parse(text), QUANTITIES, AXES)
    return Archive.of(records, as_of, roots).search(reading, QUANTITIES, **options)


def state(text, statements, key="x", **options):
    return search(text, {key: statements}, **options).state


CAPITAL = "capital_deployed[abilene] >= 10 bn USD"


@pytest.mark.parametrize(
    ("text", "value", "as_of", "expected"),
    [
        (f"{CAPITAL} by 2025-12-31", 12e9, "2025-12-31", "met"),
        (f"{CAPITAL} by 2025-12-31", 8e9, "2025-12", "not met"),
        (f"{CAPITAL} by 2025-12-31", 12e9, "2025-06-30", "met"),
        (f"{CAPITAL} on 2025-12-31", 12e9, "2025-06-30", "met"),  # it never falls
        (f"{CAPITAL} by 2025-12-31", 8e9, "2025-06-30", None),  # it may have risen since
        (f"{CAPITAL} by 2025-12-31", 8e9, "2026-09-24", "not met"),  # later, and it never falls
        (f"{CAPITAL} by 2025-12-31", 12e9, "2026-09-24", None),
        (f"{CAPITAL} by 2030-12-31", 12e9, "2026-09-24", "met"),  # reached before the deadline
        ("capital_deployed[abilene] < 10 bn USD on 2025-12-31", 8e9, "2026-09-24", "met"),
        ("capital_deployed[abilene] < 10 bn USD on 2025-12-31", 12e9, "2025-06-30", "not met"),
        (f"not {CAPITAL} by 2025-12-31", 8e9, "2026-09-24", "met"),
    ],
)
def test_which_records_of_what_never_falls_decide(text, value, as_of, expected):
    found = search(text, {"capital_deployed[abilene]": [said(value, as_of, "USD")]})
    assert found.state == expected


@pytest.mark.parametrize(
    ("text", "as_of", "value", "expected"),
    [
        ("jobs_direct >= 5_000 by 2025-12-31", "2025-09-23", 6400.0, "met"),
        ("jobs_direct >= 5_000 on 2025-12-31", "2025-09-23", 6400.0, None),  # it may have fallen
        ("jobs_direct >= 5_000 by 2025-12-31", "2026-03-01", 3000.0, None),
        ("jobs_direct >= 5_000 by 2025-12-31", "2025-12-31", 3000.0, "not met"),
    ],
)
def test_what_may_fall_is_decided_as_of_the_deadline_or_once_reached(text, as_of, value, expected):
    assert state(text, [said(value, as_of, "job")], "jobs_direct") == expected


def test_what_was_reached_and_lost_again_was_reached():
    records = [said(6400.0, "2025-09-23", "job"), said(3000.0, "2025-12-31", "job")]
    assert state("jobs_direct >= 5_000 by 2025-12-31", records, "jobs_direct") == "met"


def test_labels_stand_in_any_order_and_only_the_own_address_decides():
    records = {"jobs_direct[milam, abilene]": [said(6400.0, "2025-12-31", "job")]}
    assert search("jobs_direct[abilene, milam] >= 5_000 by 2025-12-31", records).state == "met"
    assert search("jobs_direct >= 5_000 by 2025-12-31", records).state is None


@pytest.mark.parametrize("status", ["planned", "projected", "cancelled"])
def test_plans_are_no_record(status):
    assert state("record(x) >= 3 GW", [said(5e9, "2025-06-01", "W", status)]) == "not shown: no record"


def test_no_statement_no_answer():
    assert state("record(x)", []) == "not shown: no record"
    assert state("not record(x)", []) == "not shown: no record"


def test_a_margin_is_in_the_records_unit():
    found = search("record(x) >= 80 bn USD", {"x": [said(64.55e9, "2025-07", "USD")]})
    assert (found.state, found.unit) == ("not met", "USD") and found.margin == pytest.approx(-15.45e9)
    assert search("record(x) <= 122 d", {"x": [said(131.0, "2024-09-02", "d")]}).margin == -9


def test_a_time_of_day_is_compared_to_the_second():
    post = said(parse_window("2025-01-22"), "2025-01-22", "date", text="2025-01-22T04:35:18Z")
    assert state("record(x) >= 2025-01-22T17:00Z", [post]) == "not met"
    assert state("record(x) < 2025-01-22T04:35:19Z", [post]) == "met"


def test_by_takes_any_statement_until_then_and_on_the_newest():
    own = [said(8e9, "2025-10-30", "W"), said(10e9, "2026-04-29", "W")]
    assert state("record(x) >= 10 GW by 2025-12-31", own) == "not met"
    assert state("record(x) >= 10 GW by 2026-04-29", own) == "met"
    assert state("record(x) >= 10 GW on 2026-03-01", own) == "not met"
    assert state("record(x) >= 10 GW on 2025-01-01", own) == "not shown: no record"


def test_an_open_deadline_stays_open_until_it_is_met():
    assert state("record(x) >= 100 bn USD by 2030-12-31", [said(30e9, "2026-02", "USD")]) == "open"
    assert state("record(x) >= 100 bn USD by 2030-12-31", [said(130e9, "2026-02", "USD")]) == "met"


def test_facts_are_true_or_false():
    assert state("record(x)", [said(True, "2025-01-22")]) == "met"
    assert state("not record(x) on 2026-04-29", [said(False, "2026-04-29")]) == "met"
    assert state("record(x) and record(y)", [said(True, "2025-01-22")]) == "not shown: no record"
    assert state("record(x) or record(y)", [said(True, "2025-01-22")]) == "met"
    assert state("record(y) and not record(x)", [said(True, "2025-01-22")]) == "not met"


def test_sources_that_differ_make_it_partly_met_and_one_root_counts_once():
    pair = [said(5e9, "2025-12-31", "W", source="a"), said(2e9, "2025-12-30", "W", source="b", published="2026-01-05")]
    found = search("record(x) >= 3 GW", {"x": pair})
    assert found.state == "partly met" and {s.source for s in found.deciding} == {"a", "b"}
    assert state("record(x) >= 3 GW", pair, roots={"a": "wire", "b": "wire"}) == "not met"  # the newer of the two


def test_a_newer_edition_replaces_the_older_one():
    pair = [said(5e9, "2025-12-31", "W", published="2026-01-01"), said(2e9, "2025-12-31", "W", published="2026-05-01")]
    assert state("record(x) >= 3 GW", pair) == "not met"


def test_that_a_post_is_gone_needs_a_capture():
    reports = [said(False, "2025-01-23", source="paper")]
    text, key = "not record(wrong-post-visible) on 2025-01-23", "wrong-post-visible"
    assert state(text, reports, key, captured=False) == "not shown: no capture"
    assert state(text, [], key, captured=False) == "not shown: no capture"
    assert state(text, [said(False, "2025-01-23", status="observed")], key, captured=False) == "met"
    assert state("not record(joint-company-active)", reports, "joint-company-active", captured=False) == "met"


def test_a_distribution_counts_by_its_median_and_a_bare_count_as_jobs():
    assert state("record(x) >= 3 GW", [said(Distribution("uniform", (2e9, 5e9)), "2025-12-31", "W")]) == "met"
    assert state("jobs_direct >= 5_000 on 2025-12-31", [said(6400.0, "2025-12-31", "1")], "jobs_direct") == "met"


def test_a_sum_over_a_span_is_settled_by_its_own_span_or_by_a_part_that_suffices():
    text = "revenue[l] >= 3 bn USD over 2025-01-01..2025-12-31"
    assert state(text, [said(2e9, "2025", "USD")], "revenue[l]") == "not met"
    assert state(text, [said(4e9, "2025-H1", "USD")], "revenue[l]") == "met"
    assert state(text, [said(2e9, "2025-H1", "USD")], "revenue[l]") is None


def test_a_peak_without_a_date_can_be_met_but_not_missed():
    assert state("jobs_peak[abilene] >= 5_000", [said(6400.0, "2025-09-23", "job")], "jobs_peak[abilene]") == "met"
    assert state("jobs_peak[abilene] >= 9_000", [said(6400.0, "2025-09-23", "job")], "jobs_peak[abilene]") is None


def test_a_run_gets_the_truth_of_records_where_there_is_one():
    readings = [parse("record(x) and record(y)")]
    shown = Archive.of({"x": [said(True, "2025-01-22")]}, AS_OF).shown(readings)
    assert sorted(shown.values(), key=str) == [None, True]
    assert only_records(readings[0]) and not only_records(parse("a >= 1 and record(x)"))


def test_records_of_parts_are_shown_but_settle_nothing():
    archive = Archive.of(
        {"jobs_onsite[abilene]": [said(6400.0, "2025-09-23", "job")], "capital_deployed": [said(1e9, "2025", "USD")]}, AS_OF
    )
    reading = check(parse("jobs_direct >= 100_000 by 2025-12-31"), QUANTITIES, AXES)
    assert [str(address) for address, _ in related(archive, reading, QUANTITIES)] == ["jobs_onsite[abilene]"]
    assert archive.search(reading, QUANTITIES).state is None
