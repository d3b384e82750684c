"""The backtest: cases fixed by rule, no programme trains its own forecasts, and the scores are those of the cases."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.backtest import LEADS, milestones
from stargauge.programme.known import known as known_on
from stargauge.quantity.dates import parse_window

SMALL = ("xai-colossus-1", "microsoft-fairwater")


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    return api.backtest(draws=256).to_dict()


def test_every_recorded_milestone_and_settled_claim_is_a_case_or_listed(whole: dict[str, Any]) -> None:
    found = sum(len(list(milestones(name, api.known(api.load(name))))) for name in api.shipped())
    dates = [case for case in whole["cases"] if case["kind"] == "milestone"]
    listed = [one for one in whole["unscored"] if "days before" in one["what"]]
    assert len(dates) + len(listed) == found * len(LEADS)
    claims = [case for case in whole["cases"] if case["kind"] == "claim"]
    readings = sum(len(claim.readings) for name in api.shipped() for claim in api.load(name).claims.values())
    assert len(claims) + sum("days before" not in one["what"] for one in whole["unscored"]) == readings
    assert all(one["reason"] for one in whole["unscored"])


def test_the_summary_is_that_of_its_cases(whole: dict[str, Any]) -> None:
    summary = whole["summary"]
    dates = [case for case in whole["cases"] if case["kind"] == "milestone"]
    claims = [case for case in whole["cases"] if case["kind"] == "claim"]
    assert summary["cases"] == len(dates) >= 20 and summary["brier_cases"] == len(claims) >= 8
    assert summary["crps_days"] == pytest.approx(np.mean([case["crps_days"] for case in dates]))
    assert summary["brier"] == pytest.approx(np.mean([(case["probability"] - case["happened"]) ** 2 for case in claims]))
    assert sum(one["cases"] for one in summary["reliability"]) == len(claims)
    planned = [case for case in dates if case["announced"]]
    ours, announced = (np.mean([case[key] for case in planned]) for key in ("crps_days", "crps_announcement"))
    assert summary["crps_skill_vs_announcement"] == pytest.approx(1 - ours / announced)


def test_odds_on_the_day_beat_the_base_rate(whole: dict[str, Any]) -> None:
    assert whole["summary"]["brier"] < whole["summary"]["brier_base_rate"]


def test_forecasts_are_made_before_the_outcome_and_never_know_it(whole: dict[str, Any]) -> None:
    for case in whole["cases"]:
        if case["kind"] == "milestone":
            outcome = parse_window(case["outcome"]).middle
            assert date.fromisoformat(case["as_of"]).toordinal() == int(outcome - case["lead_days"])


def test_a_programmes_own_records_change_none_of_its_forecasts() -> None:
    values = api.catalogue()
    day = date(2025, 6, 1)
    without = replace(values, without=frozenset({"stargate"}))
    then = known_on(api.load("stargate"), without, day)
    assert all(record.owner != "stargate" for record in then.slip_records)
    assert all(vintage.owner != "stargate" for vintage in then.vintages)
    mine = known_on(api.load("stargate"), values, date(2026, 11, 24))
    assert any(record.owner == "stargate" for record in mine.slip_records)


def test_same_seed_same_cases_from_every_interface(capsys: pytest.CaptureFixture[str]) -> None:
    first, again = (api.backtest(SMALL, draws=256).to_dict() for _ in range(2))
    assert first == again
    printed = json.loads(ask(capsys, "backtest", *SMALL, "--draws", "256", "--json").out)
    assert printed == json.loads(json.dumps(first))
    assert Counter(case["programme"] for case in first["cases"])
    shown = ask(capsys, "backtest", *SMALL, "--draws", "256").out
    assert "fell within P10 to P90" in shown and "Left out:" in shown


def test_a_programme_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    done = ask(capsys, "backtest", "stargatte")
    assert done.code == 2 and 'did you mean "stargate"' in done.told
