"""Recorded sums of money forecast before they were public: which are cases, from which day, and what the record then holds."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest

from stargauge import api
from stargauge.audit.backtest.money_backtest import LEAD, MoneyBacktest, Sum, sums, wanted
from stargauge.cli import main

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def found() -> list[Sum]:
    return list(sums("stargate", api.known(api.load("stargate"), TODAY)))


@pytest.fixture(scope="module")
def scored() -> MoneyBacktest:
    return api.backtest_money(["stargate"], draws=64, as_of=TODAY)


def test_each_site_with_loans_is_one_case_forecast_the_day_before_the_first_was_public(found: list[Sum]) -> None:
    made = api.load("stargate")
    loans = {one.of: one for one in found if one.kind == "loan"}
    assert set(loans) == {"abilene", "shackelford", "port-washington", "saline"}
    assert loans["abilene"].amount == pytest.approx(9.4e9)  # 2.3 in January and 7.1 in May 2025
    for site, one in loans.items():
        lines = [line for line in api.known(made, one.as_of).lines if line.to == site and line.spec.kind == "loan"]
        assert not any(line.spec.amount for line in lines)
        assert any(line.to == site and line.spec.amount for line in api.known(made, one.as_of + timedelta(days=1)).lines)


def test_each_cash_statement_after_the_first_is_forecast_from_older_ones(found: list[Sum]) -> None:
    made = api.load("stargate")
    cash = [one for one in found if one.kind == "cash"]
    assert [one.of for one in cash] == ["softbank", "softbank", "openai"]
    for one in cash:
        assert one.as_of == one.day - timedelta(days=LEAD)
        then = next(party for party in api.known(made, one.as_of).parties if party.id == one.of)
        assert [said.value for said in then.spec.cash][-1] == one.before
        assert all(said.as_of is not None and said.as_of.end < one.day for said in then.spec.cash)


def test_a_site_that_was_not_known_then_has_no_forecast() -> None:
    then = api.known(api.load("stargate"), "2025-01-23")
    nowhere = Sum("stargate", "loan", "saline", 1e10, TODAY, then.as_of, "x", None)
    assert wanted(nowhere, then) == ()


def test_scores_count_what_the_cases_hold(scored: MoneyBacktest) -> None:
    data = scored.to_dict()
    for kind, score in data["scores"].items():
        rows = [row for row in data["cases"] if row["kind"] == kind and row["inside"] is not None]
        assert rows and score["n"] == len(rows)
        assert score["inside"] == sum(row["p10"] <= row["amount"] <= row["p90"] for row in rows)
        assert score["error"] == pytest.approx(np.mean([abs(row["p50"] - row["amount"]) for row in rows]))
    unscored = [row for row in data["cases"] if row["inside"] is None]
    assert all(row["why"] and row["p50"] is None for row in unscored)


def test_the_command_says_the_same_as_python_and_refuses_to_write(
    scored: MoneyBacktest, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["backtest", "--money", "stargate", "--draws", "64", "--as-of", str(TODAY), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == scored.to_dict()
    monkeypatch.setattr(api, "backtest_money", lambda *names, **options: scored)  # as text it is the same answer
    assert main(["backtest", "--money", "stargate", "--draws", "64", "--as-of", str(TODAY)]) == 0
    told = capsys.readouterr().out
    assert "abilene, loan" in told and "not scored: port-washington, loan" in told
    assert main(["backtest", "--money", "--write", "."]) == 2
    assert "leave it out with --money" in capsys.readouterr().err
