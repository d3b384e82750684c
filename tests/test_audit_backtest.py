"""The backtest: cases fixed by rule, no programme trains its own forecasts, and the scores are those of the cases."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.backtest.measured import SCORES, TABLES, Measured, shipped
from stargauge.programme.known import known as known_on
from stargauge.quantity.errors import InputError

SMALL = ("xai-colossus-1", "microsoft-fairwater")


@pytest.fixture(scope="module")
def kept() -> Measured:
    found = shipped()
    assert found is not None
    return found


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


# --- what ships -------------------------------------------------------------------------------------------------------------------


def test_what_ships_knows_whether_it_belongs_to_the_values_at_hand(kept: Measured, tmp_path: Path) -> None:
    assert kept.to_dict(api.catalogue())["fits"]
    own = tmp_path / "own.csv"
    own.write_text(
        "kind,name,attribute,value,unit,as_of,published,source,status,grade,note\nenergy,fuel-cell,lcoe,90,USD/MWh,,,,,,mine\n",
        encoding="utf-8",
    )
    assert not kept.to_dict(api.catalogue(own))["fits"]
    other = Measured({**kept.scores, "version": "0.0.1"}, kept.tables)
    assert not other.to_dict(api.catalogue())["fits"]


def test_only_the_whole_result_can_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name no programme"):
        api.backtest(SMALL, folder=tmp_path)
    done = ask(capsys, "backtest", "--write", str(tmp_path / "nowhere"))
    assert done.code == 2 and "no folder" in done.told
    assert not list(tmp_path.iterdir())


def test_a_result_comes_back_from_its_files_as_it_was(kept: Measured, tmp_path: Path) -> None:
    kept.write(tmp_path)
    assert shipped(tmp_path) == kept
    assert {path.name for path in tmp_path.iterdir()} == {SCORES, *TABLES.values()}
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 100_000
    assert shipped(tmp_path / "nowhere") is None
