"""Odds over time: nothing later behind a point, effects as if a statement had never been made, the same from every side."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.cli_runs import ask
from tests.programme_files import changed, small

from stargauge import api
from stargauge.api import tracks
from stargauge.audit.over_time.movers import groups_of
from stargauge.audit.over_time.odds import DECIDED, OddsOverTime, days_between
from stargauge.programme.filter import known_programme
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Statement
from stargauge.report.claims.odds import render_odds

#: The claim is open in May 2026; the tracker's date of April 2026 decides most of it.
OPEN_CLAIM = (
    ("power_it[operational, north] >= 100 MW by 2026-03-31", "power_it[operational, north] >= 100 MW by 2026-09-30"),
    ("power_it[operational, north]: {value: 100 MW", "power_it[operational, north]: {value: 10 MW"),
)
TRACKED = "{value: 2026-02, status: estimated, source: tracker}"
PLAN_ONLY = (f", {TRACKED}]", "]")
RUN = {"claim": "first-hall/as said", "start": "2026-01-31", "every": "60", "draws": 256}


@pytest.fixture(scope="module")
def moved() -> OddsOverTime:
    """The odds of the small programme's claim up to May 2026."""
    return api.odds(small(*OPEN_CLAIM), end="2026-05-31", **RUN)  # type: ignore[arg-type]


def test_the_first_point_is_the_day_on_which_the_claim_was_made(moved: OddsOverTime) -> None:
    days = [point.day for point in moved.series[0].points]
    assert days[0] == date(2025, 1, 20)
    assert days[-1] == date(2026, 5, 31)
    assert days == sorted(days)


def test_what_a_statement_moves_is_the_difference_to_a_run_without_it(moved: OddsOverTime) -> None:
    last = moved.series[0].points[-1]
    mover = next(mover for mover in last.movers if any("milestones.operational" in path for path in mover.paths))
    without = api.odds(small(*OPEN_CLAIM, PLAN_ONLY), end="2026-05-31", **RUN).series[0].points[-1]  # type: ignore[arg-type]
    assert last.probability is not None
    assert without.probability is not None
    assert mover.effect == last.probability - without.probability != 0


def test_effects_and_the_rest_add_up_to_the_change(moved: OddsOverTime) -> None:
    for point in moved.series[0].points:
        if point.movers and point.change is not None:
            assert sum(mover.effect or 0.0 for mover in point.movers) == pytest.approx(point.change, abs=0.005)


def test_what_is_published_later_changes_no_bit_of_earlier_points(moved: OddsOverTime) -> None:
    without = api.odds(small(*OPEN_CLAIM, PLAN_ONLY), end="2026-05-31", **RUN)  # type: ignore[arg-type]
    early = [[p for p in made.series[0].points if p.day < date(2026, 4, 30)] for made in (moved, without)]
    assert early[0] == early[1]
    assert len(early[0]) >= 2


def test_an_open_claim_stays_within_2_and_98_percent(moved: OddsOverTime) -> None:
    assert all(0.02 <= point.probability <= 0.98 for point in moved.series[0].points if point.probability is not None)


def test_a_decided_claim_ends_in_its_verdict() -> None:
    points = api.odds(small(("by 2026-03-31", "by 2026-04-30")), end="2026-12-31", **RUN).series[0].points  # type: ignore[arg-type]
    assert points[-1].status == "met"
    assert points[-1].probability is None
    assert points[-1].day < date(2026, 12, 31)
    assert not any(point.status in DECIDED for point in points[:-1])


#: The deadline passes before the tracker's record of April 2026 decides; and where that is published only in August.
DECIDED_LATER = (
    ("by 2026-03-31", "by 2026-02-28"),
    ("power_it[operational, north]: {value: 100 MW", "power_it[operational, north]: {value: 10 MW"),
)
SILENT = (*DECIDED_LATER, ("as_of: 2026-04-10, status", "as_of: 2026-04-10, published: 2026-08-12, status"))


def test_a_deadline_on_which_the_record_is_silent_ends_the_odds() -> None:
    asked = {**RUN, "every": "10"}
    made = api.odds(small(*SILENT), end="2026-05-31", **asked)  # type: ignore[arg-type]
    points = made.series[0].points
    silent = [point for point in points if point.status == "passed, record silent"]
    assert silent == [points[-1]]
    assert points[-1].day == min(date(2026, 1, 31) + timedelta(days=10 * n) for n in range(12) if n > 2)
    assert points[-1].probability is not None
    told = " ".join(render_odds(made.to_dict()).split())
    assert told.startswith("Deadline passed; the record is silent")
    assert "_ deadline passed, record silent" in told


def test_the_table_of_all_shows_no_odds_after_the_end_of_a_series() -> None:
    later = ("claims:\n", "claims:\n  rest: {speaker: A, said: 2025-01-20T10:00:00Z, says: s, source: plan, ours: all,"
             " readings: {as said: 'power_it[operational, north] >= 100 MW by 2027-12-31'}}\n")  # fmt: skip
    made = api.odds(small(*SILENT, later), every="60", end="2026-07-31", draws=256)
    rows = [line.split() for line in render_odds(made.to_dict()).splitlines() if line.startswith(("first-hall", "rest"))]
    assert [(row[-1], row[-2]) for row in rows if row[0].startswith("first-hall")] == [("silent", "–")]
    assert all(row[-1] == "%" for row in rows if row[0].startswith("rest"))


def test_after_a_silent_deadline_only_the_decision_is_shown() -> None:
    points = api.odds(small(*DECIDED_LATER), end="2026-12-31", **{**RUN, "every": "10"}).series[0].points  # type: ignore[arg-type]
    assert [point.status for point in points[-3:]] == ["open", "passed, record silent", "not met"]
    assert points[-1].probability is None
    assert points[-1].day - points[-2].day > timedelta(days=20)


#: A site of which the tracker tells an announcement and one hall: without the hall the sum lacks a part.
NEW_SITE = (
    ("power_it[operational, north] >= 100 MW by 2026-03-31", "power_it[operational] >= 1 GW by 2028-12-31"),
    (
        "unsited:\n",
        """  south:
    place: abilene-tx
    milestones: {announced: {value: 2026-04-01, source: tracker}}
    phases: {hall: {it_power: {value: 1 GW, status: projected, source: tracker}}}
unsited:
""",
    ),
)


def test_a_statement_without_which_nothing_can_be_said_is_decisive_on_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = api.odds(small(*NEW_SITE), end="2026-05-31", **RUN).series[0].points[-1]  # type: ignore[arg-type]
    first, *others = last.movers
    assert (first.effect, first.without, first.paths) == (None, "not testable", ("sites.south.phases.hall.it_power",))
    assert first.to_dict()["effect"] is None
    assert first.to_dict()["without"] == "not testable"
    assert all(mover.without is None for mover in others)
    assert sum(mover.effect or 0.0 for mover in others) == pytest.approx(last.change, abs=0.005)
    file = tmp_path / "small.yaml"
    file.write_text(changed(*NEW_SITE), encoding="utf-8")
    told = ask(capsys, "odds", str(file), "--claim", "first-hall", "--from", "2026-05-01", "--to", "2026-05-31", "--draws", "256").out
    assert "nothing can be said without south it power" in " ".join(told.split())


def test_any_number_of_processes_gives_the_same_odds_and_movers(moved: OddsOverTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "workers_of", lambda asked, draws: 2)
    assert api.odds(small(*OPEN_CLAIM), end="2026-05-31", **RUN) == moved  # type: ignore[arg-type]


def test_each_kind_of_catalogue_data_is_left_out_alone(moved: OddsOverTime) -> None:
    movers = [mover for point in moved.series[0].points for mover in point.movers if mover.text.startswith("catalogue")]
    assert {mover.text for mover in movers} == {"catalogue: plan-to-actual records", "catalogue: records of builds"}
    known = api.catalogue().known(date(2026, 5, 31))
    held = known.held_back("fit-record", date(2025, 1, 20))
    assert "fit-record" in known.news(date(2025, 1, 20))
    assert held.records() == api.catalogue().known(date(2025, 1, 20)).records() != known.records()
    assert held.rows_of("labour") == known.rows_of("labour") != known.held_back("labour", date(2020, 1, 1)).rows_of("labour")
    assert known.news(known.as_of) == []


def test_statements_of_one_source_about_one_field_of_one_site_are_one() -> None:
    said = [Statement(1.0, "W", source=s, path=f"sites.north.phases.{hall}.it_power[{n}]") for s, hall, n in
            (("a", "one", 0), ("a", "two", 0), ("b", "one", 1))]  # fmt: skip
    other = Statement(1.0, "W", source="a", path="sites.south.it_power[0]")
    assert [len(group) for group in groups_of([*said, other]).values()] == [2, 1, 1]


def test_a_statement_left_out_is_gone_and_nothing_else() -> None:
    programme = small()
    day = date(2026, 12, 31)
    path = next(s.path for s in programme.statements() if "milestones.operational" in s.path)
    left = {s.path for s in known_programme(programme, day, frozenset({path})).statements()}
    assert left == {s.path for s in known_programme(programme, day).statements()} - {path}


def test_days_are_ends_of_months_or_quarters_or_steps() -> None:
    first, last = date(2025, 1, 21), date(2025, 5, 10)
    assert [str(day) for day in days_between(first, last, "month")] == [
        "2025-01-21", "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-10"]  # fmt: skip
    assert [str(day) for day in days_between(first, last, "quarter")] == ["2025-01-21", "2025-03-31", "2025-05-10"]
    assert [str(day) for day in days_between(first, last, "40")] == ["2025-01-21", "2025-03-02", "2025-04-11", "2025-05-10"]


def test_json_is_what_python_gives(moved: OddsOverTime, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(changed(*OPEN_CLAIM), encoding="utf-8")
    options = ("--claim", "first-hall/as said", "--from", "2026-01-31", "--to", "2026-05-31", "--every", "60", "--draws", "256")
    answer = ask(capsys, "odds", str(file), *options, "--json")
    assert answer.code == 0
    assert json.loads(answer.out) == json.loads(json.dumps(moved.to_dict()))
    text = ask(capsys, "odds", str(file), *options, "--ascii").out
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    assert "on the day it was said" in text.replace("\n", " ")


def test_the_table_of_all_claims_has_no_movers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(changed(*OPEN_CLAIM), encoding="utf-8")
    answer = ask(capsys, "odds", str(file), "--to", "2026-05-31", "--every", "quarter", "--draws", "256")
    assert answer.code == 0
    assert "first-hall/as said" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80


def test_every_wrong_option_is_named_at_once_with_the_nearest_name(capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(capsys, "odds", "--claim", "jobs-100/x", "--from", "soon", "--to", "2025-13-01", "--every", "mont")
    assert answer.code == 2
    for part in ("4 errors", "jobs-100k", "--from", "--to", "--every", "month"):
        assert part in answer.told
    with pytest.raises(InputError, match="no reading"):
        api.odds("stargate", "jobs-100k/economy")
