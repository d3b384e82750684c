"""From the values of a file to statements: units, dates, sources, defaults; faults with their place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.programme_files import SMALL, changed, faults_of, small, the_fault

from stargauge.programme.fields import RECORD, Reader, Spec, read_stated
from stargauge.programme.positions import parse_document, plain_document
from stargauge.programme.read import read_programme
from stargauge.quantity.dates import Window, parse_window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Source, Statement

DAY = parse_window("2025-03-10")
READER = Reader({"paper": Source("paper", "P", "T", DAY, "", "C")})


def one(raw: object, unit: str = "W") -> Statement:
    reader = Reader(READER.sources)
    (statement,) = read_stated(raw, Spec(unit), ("here",), reader)
    assert not reader.flaws
    return statement


def test_values_come_in_the_unit_of_the_field() -> None:
    assert one("1.2 GW").value == pytest.approx(1.2e9)
    assert one("$40 bn", "USD").value == pytest.approx(40e9)
    assert one("15 years", "d").value == pytest.approx(15 * 365.25)
    assert one("4_000_000 sqft", "m2").value == pytest.approx(4e6 * 0.09290304)


def test_a_range_is_a_distribution_from_p10_to_p90() -> None:
    value = one("3..5 GW").value
    assert isinstance(value, Distribution)
    assert value.quantile(0.1) == pytest.approx(3e9)
    assert value.quantile(0.9) == pytest.approx(5e9)


def test_what_a_statement_leaves_out_comes_from_its_source() -> None:
    said = one({"value": "5 MW", "source": "paper"})
    assert (said.published, said.as_of, said.grade, said.status) == (DAY, DAY, "C", "reported")


def test_what_a_statement_says_wins_over_its_source() -> None:
    said = one({"value": "5 MW", "source": "paper", "published": "2025-04", "as_of": 2024, "grade": "A", "status": "planned"})
    assert said.published == parse_window("2025-04")
    assert said.as_of == parse_window("2024")
    assert (said.grade, said.status) == ("A", "planned")
    assert said.known_from == date(2025, 4, 30)


def test_a_bare_value_and_an_assumption_have_no_source_and_keep_reason_and_text() -> None:
    assert one("5 MW").source == ""
    said = one({"value": "5 MW", "assumption": "equal halls"})
    assert (said.source, said.note, said.text, said.known_from) == ("", "equal halls", "5 MW", None)


@pytest.mark.parametrize(
    ("raw", "value", "unit"),
    [
        (True, True, ""),
        ("64.6 bn USD", 64.6e9, "USD"),
        ("122 d", 122.0, "d"),
        ("6_400", 6400.0, "1"),
        (3, 3.0, "1"),
        ("6_400 jobs", 6400.0, "job"),
        ("10 GW", 1e10, "W"),
        ("3 TWh", 3e12, "Wh"),
        ("2025-01-22T16:42:17Z", Window(date(2025, 1, 22), date(2025, 1, 22)), "date"),
        ("Oracle is the lessee", "Oracle is the lessee", "text"),
        ("8 of 10 halls", "8 of 10 halls", "text"),
    ],
)
def test_a_record_is_a_truth_a_number_a_date_or_a_text(raw: object, value: object, unit: str) -> None:
    said = one({"value": raw, "source": "paper"}, RECORD)
    assert said.value == (pytest.approx(value) if isinstance(value, float) else value)
    assert said.unit == unit
    assert said.text == str(raw)


def test_a_record_may_be_a_range() -> None:
    said = one({"value": "15..19 bn USD", "source": "paper"}, RECORD)
    assert isinstance(said.value, Distribution)
    assert said.unit == "USD"
    assert said.value.quantile(0.1) == pytest.approx(15e9)


PLAIN = st.none() | st.booleans() | st.text(max_size=9) | st.floats()


@given(st.recursive(PLAIN, lambda s: st.lists(s) | st.dictionaries(st.text(max_size=5), s), max_leaves=6),
       st.sampled_from(["W", "USD", "date", "text", "record"]))  # fmt: skip
def test_no_value_makes_reading_fail_but_by_a_fault(raw: object, unit: str) -> None:
    reader = Reader(READER.sources)
    found = read_stated(raw, Spec(unit), ("here",), reader)
    assert reader.flaws or all(isinstance(said, Statement) for said in found)


def test_statements_know_their_path_in_the_file() -> None:
    paths = {said.path: said for said in small().statements()}
    assert paths["sites.north.phases.hall-1.it_power[1]"].value == pytest.approx(103e6)
    assert paths["sites.north.facility_power"].text == "300 MW"
    assert "records.power_it[operational, north]" in paths


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("value: 300 MW", "value: 300 MWh", "300 MWh", "expected a power"),
        ("value: 300 MW", "value: 300", "300, ", "without a unit"),
        ("value: 300 MW, status: planned", "value: 300 MW, status: plannned", "plannned", 'did you mean "planned"'),
        ("facility_power: {value: 300 MW", "facilty_power: {value: 300 MW", "facilty_power", 'did you mean "facility_power"'),
        ("{value: 300 MW, status: planned, source: plan}", "{value: 300 MW, status: planned}", "{value: 300 MW", "neither who said it"),
        ("{value: 300 MW, status: planned, source: plan}", "{vlaue: 300 MW, source: plan}", "vlaue", 'did you mean "value"'),
        ("value: 2025-12-31", "value: 2025-13-31", "2025-13-31", "not a date"),
        ("kind: equity", "kind: equty", "equty", 'did you mean "equity"'),
        ("stage: announced", "stage: anounced", "anounced", 'did you mean "announced"'),
        ("source: plan\n    ours", "source: plann\n    ours", "plann\n", 'did you mean "plan"'),
        ("price_year: 2025", "price_year: soon", "soon", "whole number"),
        ("place: abilene-tx", "place: [abilene]", "[abilene]", "expected text"),
        ("start: 2025-01\n", "start: January\n", "January", "expected a date"),
    ],
)
def test_a_fault_names_line_column_and_repair(old: str, new: str, at: str, says: str) -> None:
    fault = the_fault((old, new))
    before = changed((old, new)).split(at)[0]
    assert (fault.file, fault.line, fault.column) == ("small.yaml", before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert says in fault.message


def test_what_a_programme_needs_is_asked_for_where_it_belongs() -> None:
    fault = the_fault(("    place: abilene-tx\n", ""))
    assert fault.path == "sites.north.place"
    assert SMALL.split("\n")[fault.line - 1].strip() == "north:"
    assert 'needs "place"' in fault.message


def _trails(value: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [trail, *(inner for key, item in items for inner in _trails(item, (*trail, key)))]


_PLACES = _trails(parse_document(SMALL).data)[1:]
_JUNK = st.sampled_from(
    [None, True, -1, 1e30, "", "x", "3..1 GW", "2025-02-30", [], [[]], {}, {"value": {}}, [None], {"x": 1}, "a/b", "north", "plan"]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_PLACES), _JUNK), min_size=1, max_size=3))
def test_junk_anywhere_is_an_input_error_or_loads(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    data = parse_document(SMALL).data
    for trail, junk in changes:
        at = data
        try:
            for step in trail[:-1]:
                at = at[step]
            at[trail[-1]] = junk
        except (KeyError, IndexError, TypeError):
            continue
    try:
        read_programme([plain_document(data)])
    except InputError as error:
        assert all(fault.message for fault in error.faults)


def test_all_faults_come_at_once_of_fields_and_of_rules_in_the_order_of_the_file() -> None:
    found = faults_of(
        ("horizon: 2030-12", "horizon: 2525-12"), ("kind: equity", "kind: gift"), ("value: 100 MW, ", "value: 100, "),
        ("it_power: {value: 110 MW, status: estimated, source: tracker}", "about: no size"), ("speaker: A", "speeker: A"),
    )  # fmt: skip
    assert [fault.path for fault in found] == [
        "horizon", "parties.bank.commitments.bank-equity.kind", "sites.north.phases.hall-1.it_power[0].value",
        "sites.north.phases.hall-2",  "claims.first-hall.speeker",
    ]  # fmt: skip
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)


def test_a_faulty_value_is_not_reported_again_by_a_rule() -> None:
    fault = the_fault(("it_power: {value: 110 MW, status: estimated, source: tracker}", "it_power: 110 MB"))
    assert "expected a power" in fault.message


def test_a_bare_stage_of_a_commitment_is_known_with_its_amount() -> None:
    (stage,) = small().parties["bank"].commitments["bank-equity"].stage
    assert stage.known_from == date(2025, 1, 20)


def test_an_empty_key_is_an_absent_one() -> None:
    assert small(("    accounts: public\n", "    accounts: public\n    debt:\n")).parties["bank"].debt == ()
