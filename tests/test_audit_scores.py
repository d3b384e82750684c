"""All that a fresh run scores: every case of the shipped programmes, records and builds as promised, and that it is what ships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stargauge import api
from stargauge.audit.backtest import measured as scores
from stargauge.audit.backtest.backtest import LEADS, Backtest, milestones
from stargauge.audit.backtest.calibration import fit_view
from stargauge.audit.backtest.measured import Measured, shipped
from stargauge.audit.validation.build_validation import BuildValidation
from stargauge.audit.validation.slip_validation import Validation
from stargauge.quantity.dates import parse_window


@dataclass(frozen=True)
class Fresh:
    """What a fresh run would ship, and the two validations that it makes on its way: all take long and are made once."""

    measured: Measured
    records: Validation
    builds: BuildValidation


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


@pytest.fixture(scope="module")
def fresh(kept: Measured, tested: Backtest) -> Fresh:
    made = dict[str, Any]()

    def noted(name: str) -> Any:
        validate = getattr(scores, name)
        return lambda *given: made.setdefault(name, validate(*given))

    made_on, draws, seed = (kept.scores[key] for key in ("made_on", "draws", "seed"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("validate_schedule", "validate_builds"):
            patch.setattr(scores, name, noted(name))
        measured = scores.measured(tested, len(api.shipped()), made_on, draws, seed, api.catalogue())
    return Fresh(measured, made["validate_schedule"], made["validate_builds"])


# --- every case -------------------------------------------------------------------------------------------------------------------


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


def test_an_earlier_day_scores_only_what_had_happened_by_then(whole: dict[str, Any]) -> None:
    cases = api.backtest(["stargate"], draws=64, as_of="2026-04-30").to_dict()["cases"]
    dates = [case for case in cases if case["kind"] == "milestone"]
    assert dates and all(parse_window(case["outcome"]).start <= date(2026, 4, 30) for case in dates)
    assert len(cases) < sum(case["left_out"] == "stargate" for case in whole["cases"])


# --- records and builds -----------------------------------------------------------------------------------------------------------


def test_the_promised_scores_hold_owner_by_owner_left_out(fresh: Fresh) -> None:
    summary = fresh.records.to_dict()["summary"]
    assert summary["n"] >= 60 and summary["open"] >= 10
    assert 0.70 <= summary["coverage_p10_p90"] <= 0.90
    assert summary["crps_skill_vs_announcement"] >= 0.25
    assert summary["crps_skill_vs_median_slip"] >= 0.0


def test_most_outcomes_lie_in_the_band_owner_by_owner_left_out(fresh: Fresh) -> None:
    summary = fresh.builds.to_dict()["summary"]
    assert summary["reached"] >= 50 and summary["open"] >= 20 and summary["owners"] >= 15
    assert 0.70 <= summary["coverage_p10_p90"] <= 0.95
    low, high = summary["intervals"]["coverage_p10_p90"]
    assert low <= summary["coverage_p10_p90"] <= high


def test_the_kind_of_build_tells_more_than_the_median_of_others(fresh: Fresh) -> None:
    assert fresh.builds.to_dict()["summary"]["crps_skill_vs_median"] >= 0.2


def test_forecasts_have_no_side(fresh: Fresh) -> None:
    """Open builds, which count in the fits, are the slow ones: of those that run somewhat more than half came before their middle."""
    assert 0.30 <= np.mean([one.place > 0.5 for one in fresh.builds.forecasts if not one.open]) <= 0.60


def test_what_has_no_start_or_waited_for_power_is_listed_and_not_scored(kept: Measured, fresh: Fresh) -> None:
    view = fit_view(api.catalogue(), date.fromisoformat(kept.scores["made_on"]))
    reasons = dict(fresh.builds.left_out)
    ids = [one.record.id for one in fresh.builds.forecasts]
    assert sorted([*ids, *reasons]) == sorted(record.id for record in view.builds)
    assert reasons["br105"].startswith("power decided") and set(reasons.values()) >= {"no start of work"}


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


def test_what_ships_is_what_a_fresh_run_gives(kept: Measured, fresh: Fresh, tmp_path: Path) -> None:
    fresh.measured.write(tmp_path)
    again = shipped(tmp_path)
    assert again is not None
    changed = [*differing(kept.scores, again.scores), *differing(kept.tables, again.tables)]
    assert not changed, f"{RENEW}\n" + "\n".join(changed[:40])
