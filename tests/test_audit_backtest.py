"""The backtest: cases fixed by rule, no programme trains its own forecasts, and the scores are those of the cases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.backtest import LEADS, Backtest, milestones
from stargauge.audit.measured import SCORES, TABLES, Measured, measured, shipped
from stargauge.programme.known import known as known_on
from stargauge.quantity.dates import parse_window
from stargauge.quantity.errors import InputError

SMALL = ("xai-colossus-1", "microsoft-fairwater")


@pytest.fixture(scope="module")
def kept() -> Measured:
    found = shipped()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def tested(kept: Measured) -> Backtest:
    """A fresh run over all shipped programmes, as the shipped result was made."""
    return api.backtest(draws=kept.scores["draws"], seed=kept.scores["seed"], as_of=kept.scores["made_on"])


@pytest.fixture(scope="module")
def whole(tested: Backtest) -> dict[str, Any]:
    return tested.to_dict()


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


# --- what ships -------------------------------------------------------------------------------------------------------------------

RENEW = "the shipped result is not that of the code and data at hand; look at what got better or worse, then renew it: make scores"


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of plain data with its path."""
    if isinstance(value, (Mapping, list)):
        for key, part in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from flat(part, f"{path}/{key}")
    else:
        yield path, value


def differing(one: Any, other: Any) -> list[str]:
    """The paths at which plain data differ, numbers by more than another processor's rounding."""
    first, second = dict(flat(one)), dict(flat(other))
    near = {path for path in first.keys() & second.keys() if first[path] == second[path] or _close(first[path], second[path])}
    return [f"{path}: {first.get(path)} -> {second.get(path)}" for path in sorted((first.keys() | second.keys()) - near)]


def _close(one: Any, other: Any) -> bool:
    return isinstance(one, (int, float)) and isinstance(other, (int, float)) and other == pytest.approx(one, rel=1e-4, abs=1e-6)


def test_what_ships_is_what_a_fresh_run_gives(kept: Measured, tested: Backtest, tmp_path: Path) -> None:
    made_on, draws, seed = (kept.scores[key] for key in ("made_on", "draws", "seed"))
    measured(tested, len(api.shipped()), made_on, draws, seed, api.catalogue()).write(tmp_path)
    fresh = shipped(tmp_path)
    assert fresh is not None
    changed = [*differing(kept.scores, fresh.scores), *differing(kept.tables, fresh.tables)]
    assert not changed, f"{RENEW}\n" + "\n".join(changed[:40])


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


def test_an_earlier_day_scores_only_what_had_happened_by_then() -> None:
    cases = api.backtest(["stargate"], draws=64, as_of="2026-04-30").to_dict()["cases"]
    dates = [case for case in cases if case["kind"] == "milestone"]
    assert dates and all(parse_window(case["outcome"]).start <= date(2026, 4, 30) for case in dates)
    assert len(cases) < len(api.backtest(["stargate"], draws=64).to_dict()["cases"])
