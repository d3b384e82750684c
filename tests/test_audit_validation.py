"""The slip model on projects it has not seen: no leaking, clear faults, the same numbers from every interface."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.cli_runs import ask

from stargauge import api
from stargauge.audit.backtest.calibration import all_fits, build_fit_of, fit_of, fit_view
from stargauge.audit.validation.slip_validation import validate_schedule
from stargauge.catalogue.fits import BUILD_FITTED, FITTED, fingerprint, shipped_build_fit, shipped_fit
from stargauge.catalogue.load import DATA, load_catalogue
from stargauge.catalogue.projects import owner_of, read_projects
from stargauge.engine.simulate import build_records_of
from stargauge.quantity.errors import InputError

CATALOGUE = load_catalogue()
COLUMNS = ("project", "kind", "milestone", "plan_date", "plan_precision", "plan_published", "actual_date", "outcome", "as_known_at")
GOOD = {
    "project": "acme.north", "kind": "AI campus", "milestone": "operational", "plan_date": "2025-06-30", "plan_precision": "day",
    "plan_published": "2024-06-30", "actual_date": "2025-09-15", "outcome": "reached", "as_known_at": "2025-10-01",
}  # fmt: skip


def _file(folder: Path, *rows: Mapping[str, str]) -> Path:
    path = folder / "projects.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_an_owners_own_outcomes_do_not_train_its_forecasts() -> None:
    records = CATALOGUE.records()
    one = next(record for record in records if record.project == "meta.mesa")
    mine = [replace(r, actual_mid=(r.actual_mid or 0.0) + 900.0) if r.owner == "meta" and r.outcome == "reached" else r for r in records]

    class Changed(type(CATALOGUE)):  # type: ignore[misc]
        def records(self, as_of: date | None = None) -> tuple[object, ...]:
            return tuple(mine)

    before = validate_schedule([one], CATALOGUE).forecasts[0]
    after = validate_schedule([one], Changed()).forecasts[0]
    assert np.array_equal(before.days, after.days)


def test_more_time_to_go_means_a_later_and_wider_forecast(tmp_path: Path) -> None:
    near, far = GOOD | {"plan_date": "2024-08-30"}, GOOD | {"plan_date": "2026-06-30", "project": "acme.south"}
    made = validate_schedule(read_projects(_file(tmp_path, near, far)), CATALOGUE).forecasts
    spans = [np.quantile(one.days, 0.9) - np.quantile(one.days, 0.1) for one in made]
    assert spans[1] > spans[0] and np.median(made[1].days) > np.median(made[0].days)


def test_an_unknown_kind_is_forecast_by_all_kinds_and_says_so(tmp_path: Path) -> None:
    made = validate_schedule(read_projects(_file(tmp_path, GOOD | {"kind": "data center"}, GOOD)), CATALOGUE).to_dict()
    row = made["rows"][0]
    assert row["kind"] == "other" and row["reference_class"] == "all kinds"
    (note,) = made["notes"]
    assert note.startswith('kind "data-center" is not known; did you mean "data-centre"?') and 'scored as "other"' in note


def test_open_rows_alone_tell_no_coverage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waiting = GOOD | {"actual_date": "", "outcome": "censored", "as_known_at": "2025-01-01"}
    path = _file(tmp_path, waiting)
    assert validate_schedule(read_projects(path), CATALOGUE).to_dict()["summary"]["coverage_p10_p90"] is None
    told = ask(capsys, "validate", "schedule", str(path))
    assert told.code == 0 and told.out.startswith("No outcome is known yet")


def test_names_in_any_script_stay_apart(tmp_path: Path) -> None:
    made = read_projects(_file(tmp_path, GOOD | {"project": "日本"}, GOOD | {"project": "台湾"}, GOOD | {"project": "Élan_Nord"}))
    assert [(one.project, one.owner) for one in made] == [("日本", "日本"), ("台湾", "台湾"), ("élan-nord", "élan-nord")]


def test_more_cells_than_columns_and_digits_of_other_scripts_are_faults(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD, GOOD)
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + ",more\n", encoding="utf-8")
    with pytest.raises(InputError, match="more cells than columns") as raised:
        read_projects(path)
    assert [fault.line for fault in raised.value.faults] == [3]
    path.write_text(f"{','.join((*COLUMNS, 'plan_vintage_no'))}\n{','.join(GOOD.values())},\u00b2\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected a whole number"):
        read_projects(path)


def test_an_open_row_counts_through_its_bound(tmp_path: Path) -> None:
    waiting = GOOD | {"actual_date": "", "outcome": "censored", "as_known_at": "2030-01-01"}
    early = waiting | {"as_known_at": "2024-07-01", "project": "acme.south"}
    late, soon = validate_schedule(read_projects(_file(tmp_path, waiting, early)), CATALOGUE).to_dict()["rows"]
    assert late["inside"] is False and late["crps_days"] > 500 and late["crps_announcement"] == pytest.approx(1646, abs=2)
    assert soon["inside"] is None and soon["crps_days"] < 1


def test_all_faults_at_once_with_line_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(
        tmp_path, GOOD, GOOD | {"outcome": "reachd"}, GOOD | {"plan_date": "30/06/2025"}, GOOD | {"plan_date": "2023-01-01"},
        GOOD | {"actual_date": ""},
    )  # fmt: skip
    with pytest.raises(InputError) as raised:
        read_projects(path)
    text = str(raised.value)
    assert [fault.line for fault in raised.value.faults] == [3, 4, 5, 6]
    assert 'did you mean "reached"' in text and "before its own publication" in text and "expected a date such as" in text
    done = ask(capsys, "validate", "schedule", str(path))
    assert done.code == 2 and "4 errors, nothing was run" in done.told


def test_missing_columns_and_kinds_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"")
    with pytest.raises(InputError, match="is empty; expected a first line with the columns project"):
        read_projects(path)
    path.write_text("project,kind,milestone,plan_day\na,b,c,2025\n", encoding="utf-8")
    with pytest.raises(InputError, match='no column "plan_date"; did you mean "plan_day"'):
        read_projects(path)
    with pytest.raises(InputError, match='did you mean "schedule"'):
        api.validate("shedule", path)


def test_the_command_prints_what_python_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _file(tmp_path, GOOD, GOOD | {"project": "meta.somewhere", "plan_published": ""})
    printed = json.loads(ask(capsys, "validate", "schedule", str(path), "--json").out)
    assert printed == json.loads(json.dumps(api.validate("schedule", path).to_dict()))
    assert printed["summary"]["n"] == 1 and printed["left_out"] == [{"id": "3", "reason": "no plan or no day of its publication"}]
    assert {"n", "coverage_p10_p90", "crps_days", "crps_skill_vs_announcement", "crps_skill_vs_median_slip"} <= set(printed["summary"])
    assert "acme.north" in ask(capsys, "validate", "schedule", str(path)).out


def test_numbered_units_of_one_plant_have_one_owner() -> None:
    assert [owner_of(name) for name in ("vogtle-3", "meta.mesa", "necec")] == ["vogtle", "meta", "necec"]


def test_the_shipped_fits_are_what_the_procedure_makes() -> None:
    """Another processor may round differently, which chains of 200 sweeps carry on: distributions agree, the records agree exactly."""
    known = CATALOGUE.known(date(2026, 11, 24))
    made = fit_of(known)
    shipped = shipped_fit(DATA, made.made_from, made.refits, "")
    assert len(shipped) == len(made.refits) and not np.isnan(shipped[0]).any()
    for place, name in enumerate(FITTED):
        mine, theirs = made.coefficients[0][:, place], shipped[0][:, place]
        assert abs(np.median(mine) - np.median(theirs)) < 0.5 * np.std(mine) + 1e-3, name


def test_the_shipped_fits_of_building_times_are_what_the_procedure_makes() -> None:
    made = build_fit_of(fit_view(CATALOGUE, date(2026, 11, 24)))
    shipped = shipped_build_fit(DATA, made.made_from, "meta")
    assert not np.isnan(shipped).any()
    for place, name in enumerate(BUILD_FITTED):
        mine, theirs = made.coefficients[:, place], shipped[:, place]
        assert abs(np.median(mine) - np.median(theirs)) < 0.5 * np.std(mine) + 1e-3, name
    own = made.owners[:, made.owner_names.index("meta")]
    assert shipped[0, -2:] == pytest.approx([own.mean(), own.std()], abs=0.5 * own.std())


def test_every_quarters_builds_have_a_shipped_fit() -> None:
    for day in ("2020-01-01", "2024-12-31", "2025-01-22", "2025-09-30", "2026-05-01", "2026-11-24"):
        made_from = build_records_of(fit_view(CATALOGUE, date.fromisoformat(day)))
        assert not np.isnan(shipped_build_fit(DATA, made_from, "meta")).any(), day


def test_an_owner_without_builds_gets_the_fit_of_a_new_one_and_unknown_records_none() -> None:
    made_from = build_records_of(fit_view(CATALOGUE, date(2026, 11, 24)))
    new, own = shipped_build_fit(DATA, made_from, "nobody"), shipped_build_fit(DATA, made_from, "meta")
    assert (new[:, -2] == 0.0).all() and np.array_equal(new[:, -1], new[:, BUILD_FITTED.index("spread_owner")])
    assert np.array_equal(new[:, :-2], own[:, :-2]) and own[0, -2] != 0.0
    assert np.isnan(shipped_build_fit(DATA, "0" * 12, "meta")).all()


def test_every_quarters_records_have_a_shipped_fit() -> None:
    from stargauge.programme.axes import refit_records, refits_of

    for day in ("2020-01-01", "2024-12-31", "2025-01-22", "2025-09-30", "2026-05-01", "2026-11-24"):
        known = CATALOGUE.known(date.fromisoformat(day))
        records = refit_records(known)
        priors = tuple(np.asarray(one.value) for one in known.slip_priors())
        tables = shipped_fit(DATA, fingerprint(records, (priors[0], priors[1])), refits_of(records), "meta")
        assert not np.isnan(tables[0]).any(), day


def test_calibration_writes_what_is_shipped(tmp_path: Path) -> None:
    api.calibrate("2024-02-01", folder=tmp_path)
    first = all_fits(CATALOGUE, date(2024, 2, 1))[0]
    assert shipped_fit(tmp_path, first.made_from, first.refits, "")[0].shape[0] == 32
    with pytest.raises(InputError, match="no folder"):
        api.calibrate(folder=tmp_path / "nowhere")
