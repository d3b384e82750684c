"""Building times of owners not seen: the promised scores, nothing of an owner in its own forecasts, the same from every interface."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.build_validation import BuildValidation, validate_builds
from stargauge.audit.calibration import fit_view
from stargauge.catalogue import load
from stargauge.catalogue.own_builds import NEEDED, read_own_builds
from stargauge.quantity.errors import InputError

VIEW = fit_view(load.load_catalogue(), date(2026, 11, 24))
GOOD = {
    "site": "north", "owner": "acme", "kind": "new", "it_mw": "120", "started": "2024-03-01", "operational": "2026-05-01",
    "known_at": "2026-06-01",
}  # fmt: skip


def _file(folder: Path, *rows: Mapping[str, str]) -> Path:
    path = folder / "builds.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, dict.fromkeys([*NEEDED, *(name for row in rows for name in row)]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def scored() -> BuildValidation:
    return validate_builds(VIEW.builds, VIEW)


def test_most_outcomes_lie_in_the_band_owner_by_owner_left_out(scored: BuildValidation) -> None:
    summary = scored.to_dict()["summary"]
    assert summary["reached"] >= 50 and summary["open"] >= 20 and summary["owners"] >= 15
    assert 0.70 <= summary["coverage_p10_p90"] <= 0.95
    low, high = summary["intervals"]["coverage_p10_p90"]
    assert low <= summary["coverage_p10_p90"] <= high


def test_the_kind_of_build_tells_more_than_the_median_of_others(scored: BuildValidation) -> None:
    assert scored.to_dict()["summary"]["crps_skill_vs_median"] >= 0.2


def test_forecasts_have_no_side(scored: BuildValidation) -> None:
    """Open builds, which count in the fits, are the slow ones: of those that run somewhat more than half came before their middle."""
    assert 0.30 <= np.mean([one.place > 0.5 for one in scored.forecasts if not one.open]) <= 0.60


def test_what_has_no_start_or_waited_for_power_is_listed_and_not_scored(scored: BuildValidation) -> None:
    reasons = dict(scored.left_out)
    ids = [one.record.id for one in scored.forecasts]
    assert sorted([*ids, *reasons]) == sorted(record.id for record in VIEW.builds)
    assert reasons["br105"].startswith("power decided") and set(reasons.values()) >= {"no start of work"}


def test_an_owners_own_builds_do_not_train_its_forecasts(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = [record for record in VIEW.builds if record.owner == "meta" and record.taken_days]
    before = validate_builds(mine[:2], VIEW).forecasts
    moved = tuple(replace(one, started=one.started and one.started - timedelta(900)) if one.owner == "meta" else one
                  for one in load._shipped_builds())  # fmt: skip
    monkeypatch.setattr(load, "_shipped_builds", lambda: moved)
    changed = fit_view(load.load_catalogue(), date(2026, 11, 24))
    assert [one.started for one in changed.builds] != [one.started for one in VIEW.builds]
    after = validate_builds(mine[:2], changed).forecasts
    assert all(np.array_equal(one.days, two.days) for one, two in zip(before, after, strict=True))


def test_a_refit_is_forecast_sooner_than_a_new_build_and_a_larger_one_later(tmp_path: Path) -> None:
    rows = [GOOD, GOOD | {"kind": "retrofit"}, GOOD | {"it_mw": "400"}, GOOD | {"kind": "expansion"}]
    new, refit, large, later = (np.median(one.days) for one in validate_builds(read_own_builds(_file(tmp_path, *rows)), VIEW).forecasts)
    assert refit < later < new < large


def test_an_open_build_counts_through_its_last_look(tmp_path: Path) -> None:
    waiting = GOOD | {"operational": "", "known_at": "2036-03-01"}
    soon = GOOD | {"operational": "", "known_at": "2024-04-01"}
    late, early = validate_builds(read_own_builds(_file(tmp_path, waiting, soon)), VIEW).to_dict()["rows"]
    assert late["inside"] is False and late["crps_days"] > 1500.0 and late["days"] == 4383.0
    assert early["inside"] is None and early["crps_days"] < 1.0


def test_own_builds_are_megawatts_and_days(tmp_path: Path) -> None:
    made = read_own_builds(_file(tmp_path, GOOD | {"campus_mw": "900", "roofed": "2025-03-31"}))[0]
    assert (made.it_power, made.campus_power, made.taken_days) == (120e6, 900e6, 791.0)
    assert made.shell_share == pytest.approx(395 / 791)


def test_all_faults_of_own_builds_at_once_with_their_lines(tmp_path: Path) -> None:
    path = _file(
        tmp_path, GOOD, GOOD | {"kind": "refit"}, GOOD | {"started": "2026-05-02"}, GOOD | {"it_mw": "-3"},
        GOOD | {"operational": "", "known_at": ""}, GOOD | {"owner": ""},
    )  # fmt: skip
    with pytest.raises(InputError) as raised:
        read_own_builds(path)
    assert [fault.line for fault in raised.value.faults] == [3, 4, 5, 6, 7]
    text = str(raised.value)
    assert "expected one of new, expansion, retrofit" in text and "started (2026-05-02) lies after operational" in text


def test_the_command_prints_what_python_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, GOOD, GOOD | {"started": ""})
    printed = json.loads(ask(capsys, "validate", "build", str(path), "--json").out)
    assert printed == json.loads(json.dumps(api.validate("build", path).to_dict()))
    assert printed["summary"]["n"] == 1 and [row["reason"] for row in printed["left_out"]] == ["no start of work"]
    text = ask(capsys, "validate", "build", str(path)).out
    assert "north" in text and max(map(len, text.splitlines())) <= 80
