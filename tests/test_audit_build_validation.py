"""Building times of owners not seen: nothing of an owner in its own forecasts, the same from every interface."""

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
from stargauge.audit.backtest.calibration import fit_view
from stargauge.audit.validation.build_validation import validate_builds
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
