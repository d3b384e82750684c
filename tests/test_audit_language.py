"""The claim language: what it reads, what it refuses and where, and that a reading written out reads back as itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stargauge.audit.claims.binding import check, comparable, unknown_labels
from stargauge.audit.claims.language import (
    AllOf,
    AnyOf,
    Comparison,
    Not,
    Record,
    Threshold,
    Time,
    deadline,
    leaves,
    needs,
    parse,
    parse_moment,
)
from stargauge.quantity.address import Address
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import quantity


@quantity("W", "draw stage site month", adds="site")
def power_facility(known):
    """Power at the meter."""


@quantity("job", "draw site", adds="site")
def jobs_construction_peak(known):
    """Peak of builders."""


@quantity("job", "draw site month", adds="site")
def jobs_direct(known):
    """Direct jobs."""


@quantity("USD", "draw line month", adds="line", flow=True)
def revenue(known):
    """Revenue."""


@quantity("USD", "party month", adds="party")
def equity_pledged(known):
    """Equity pledged."""


QUANTITIES = {f.quantity.name: f.quantity for f in (power_facility, jobs_construction_peak, jobs_direct, revenue, equity_pledged)}
AXES = {
    "site": ("abilene", "milam", "unsited"),
    "party": ("softbank", "oracle", "mgx"),
    "line": ("openai-oracle",),
    "month": tuple(f"{year}-{month:02d}" for year in range(2025, 2033) for month in range(1, 13)),
}

READINGS = """
jobs_direct >= 100_000 by 2025-12-31
capital_deployed >= 100 bn USD by 2025-12-31
funding_available[cash, softbank, openai, oracle, mgx] < 100 bn USD on 2025-01-22
not testable: "secured" was never defined
not testable
record(microsoft-capex-fy25-with-leases) >= 80 bn USD
record(altman-praise-post)
not record(altman-wrong-post-visible) on 2025-01-23
share(equity_pledged[softbank, oracle]) >= 0.99 on 2025-01-23
record(musk-no-money-post-time) >= 2025-01-22T17:00Z
accelerators[gb200-nvl72, abilene] >= 400_000 by 2026-12-31
record(nvidia-invested-in-openai) >= 100 bn USD by 2030-12-31
revenue[openai-oracle] >= 300 bn USD over 2025-07-01..2032-12-31
accelerators[norway] >= 100_000 by 2026-12-31 and record(norway-openai-offtake)
record(colossus-1-days-to-100k) <= 122 d
phase_it_power[abilene/building-1] >= 105 MW
not (a >= 1 by 2026-12-31 or b < $40 bn on 2026-06-30) and not not record(x)
""".strip().splitlines()


@pytest.mark.parametrize("text", READINGS)
def test_every_form_reads_back_as_itself(text):
    reading = parse(text)
    assert parse(str(reading)) == reading


def test_parts_of_a_comparison_are_kept():
    reading = parse("power_facility[operational, abilene] >= 1.15 GW by 2026-06-30")
    assert reading == Comparison(
        Address("power_facility", ("operational", "abilene")), ">=", Threshold("1.15 GW"), Time("by", date(2026, 6, 30), date(2026, 6, 30))
    )


def test_and_binds_closer_than_or_and_not_closest():
    reading = parse("not record(a) and record(b) or record(c)")
    assert reading == AnyOf((AllOf((Not(Record("a")), Record("b"))), Record("c")))


def test_a_month_or_quarter_is_read_at_its_last_day():
    assert deadline(parse("a >= 1 by 2026-Q2")) == date(2026, 6, 30)
    assert deadline(parse("record(a)")) is None


@pytest.mark.parametrize(
    ("text", "character", "expected"),
    [
        ("a = 3", 3, "equal is =="),
        ("a >= ", 6, "a number with its unit"),
        ("a >= 3 GWx on 2025", 6, 'unknown unit "GWx"'),
        ("a >= 3 GW on 2025-13-01", 14, "not a date of the calendar"),
        ("(a >= 3", 8, 'expected ")"'),
        ("a[b,] >= 3", 5, "a label"),
        ("a >= 3 over 2025", 13, "FROM..TO"),
        ("a >= 3 on 2025..2026", 11, "one date"),
        ("record(x", 9, 'expected ")"'),
        ("record(a b)", 10, 'expected ")"'),
        ("a >= 3 and", 11, "a quantity such as"),
        ("a >= 3 MW by 2025 then", 14, "expected a date"),
        ("not not testable", 9, "stand alone"),
        ("__import__('os').system('ls')", 1, "a quantity such as"),
        ("a", 2, "one of >="),
        ("", 1, "a quantity such as"),
    ],
)
def test_a_fault_says_where_and_what_was_expected(text, character, expected):
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.faults[0].column == character
    assert expected in str(caught.value)


def test_deep_nesting_and_long_texts_are_refused():
    with pytest.raises(InputError, match="levels"):
        parse("(" * 500 + "record(a)" + ")" * 500)
    with pytest.raises(InputError, match="at most 2000 characters"):
        parse("record(a) and " * 1000 + "record(b)")


_ID = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
_NAME = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda n: n not in {"on", "by", "over", "and", "or", "not", "share", "record"}
)
_OP = st.sampled_from([">=", ">", "<=", "<", "=="])
_DAY = st.dates(date(2000, 1, 1), date(2100, 1, 1))
_TIME = st.one_of(
    st.none(),
    st.builds(lambda kind, day: Time(kind, day, day), st.sampled_from(["on", "by"]), _DAY),
    st.builds(lambda days: Time("over", min(days), max(days)), st.tuples(_DAY, _DAY)),
)
_VALUE = st.builds("{}{}".format, st.integers(-(10**9), 10**9), st.sampled_from(["", " GW", " bn USD", " jobs", " %", " m USD/MW"]))
_COMPARISON = st.builds(
    Comparison, st.builds(Address, _NAME, st.lists(_ID, max_size=3).map(tuple)), _OP, _VALUE.map(Threshold), _TIME, st.booleans()
)
_RECORD = st.one_of(
    st.builds(Record, _ID, st.none(), st.none(), _TIME),
    st.builds(Record, _ID, _OP, st.one_of(_VALUE, st.just("2025-01-22T17:00Z"), st.just("2025-01-22")), _TIME),
)
_READING = st.recursive(
    st.one_of(_COMPARISON, _RECORD),
    lambda part: st.one_of(
        part.map(Not),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=6,
)


@given(_READING)
@settings(max_examples=150, deadline=None)
def test_what_is_written_out_reads_back_as_itself(reading):
    assert parse(str(reading)) == reading


@given(st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_reading_or_an_input_error(text):
    try:
        parse(text)
    except InputError as error:
        assert error.faults


def test_thresholds_take_the_unit_of_their_quantity():
    assert check(parse("power_facility[operational] >= 1.2 GW on 2026-06-30"), QUANTITIES, AXES).threshold.value == 1.2e9
    assert check(parse("jobs_direct >= 100_000 by 2025-12-31"), QUANTITIES, AXES).threshold.value == 1e5
    assert check(parse("revenue >= 300 bn USD over 2025-07-01..2032-12-31"), QUANTITIES, AXES).threshold.value == 3e11


def test_a_share_learns_its_whole_and_needs_both():
    made = check(parse("share(equity_pledged[softbank, oracle]) >= 99 % on 2025-01-23"), QUANTITIES, AXES)
    assert made.whole == Address("equity_pledged") and made.threshold.value == pytest.approx(0.99)
    assert needs([made]) == {Address("equity_pledged", ("softbank", "oracle")), Address("equity_pledged")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("power_facilty[operational] >= 1 GW on 2026-06-30", 'did you mean "power_facility"'),
        ("power_facility[operational, abilen] >= 1 GW on 2026-06-30", 'did you mean "abilene"'),
        ("power_facility[abilene] >= 1 GW on 2026-06-30", "choose one label along stage"),
        ("power_facility[operational] >= 1 GWh on 2026-06-30", "an energy; expected a power"),
        ("power_facility[operational] >= 1 on 2026-06-30", "without a unit; expected a power"),
        ("power_facility[operational] >= 1 GW", "on DATE or by DATE"),
        ("power_facility[operational] >= 1 GW over 2026..2027", "a stock"),
        ("revenue >= 1 bn USD on 2026-06-30", "a flow"),
        ("jobs_construction_peak >= 2 by 2026-06-30", "has no months"),
        ("jobs_direct >= 2 by 2044-06-30", "outside the months"),
        ("share(equity_pledged) >= 0.5 on 2026-06-30", "is the whole"),
    ],
)
def test_check_says_what_does_not_fit_and_the_nearest(text, says):
    with pytest.raises(InputError, match=r"character [0-9]+") as caught:
        check(parse(text), QUANTITIES, AXES)
    assert says in str(caught.value)


def test_check_gives_all_faults_at_once():
    with pytest.raises(InputError) as caught:
        check(parse("jobs_drect >= 1 by 2026-12-31 and (revenue >= 1 MW over 2026..2027 or record(nope))"), QUANTITIES, AXES, ["note"])
    assert len(caught.value.faults) == 3


def test_labels_that_are_not_known_are_named():
    reading = parse("power_facility[operational, abilene, saline] >= 1 GW on 2026-06-30")
    assert unknown_labels(reading, QUANTITIES, AXES) == ("saline",)
    assert len(list(leaves(reading))) == 1


def test_moments_are_read_in_utc():
    assert parse_moment("2025-01-22T18:00+01:00") == datetime(2025, 1, 22, 17, tzinfo=UTC)
    assert parse_moment("2025-01") == datetime(2025, 1, 1, tzinfo=UTC)
    assert parse_moment("9 GW") is None


def test_a_recorded_value_meets_a_threshold_in_one_unit():
    assert comparable(88.2e9, "USD", "80 bn USD") == (88.2e9, 80e9, "USD")
    assert comparable(131.0, "d", "122 d") == (131.0, 122.0, "d")
    with pytest.raises(InputError):
        comparable(1.0, "W", "80 bn USD")
