"""Sweeps: each cell is what its run alone says, in the same worlds; resumable, and the same in every form."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli_runs import ask
from tests.programme_files import SMALL

import stargauge as sg
from stargauge import api
from stargauge.api.sweep import knowledge_days
from stargauge.quantity.errors import InputError

POWER, FIRST = "power_it[operational, north]", "first-hall"
SPAN = "2025-03..2025-06"
ASKED: dict[str, Any] = {"as_of": SPAN, "every": "month", "quantities": [POWER], "claims": [FIRST], "draws": 256, "seed": 3}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sweep") / "small.yaml"
    made.write_text(SMALL, encoding="utf-8")
    (made.parent / "dear.yaml").write_text("assumptions: {overrun_factor: {value: 2, reason: dear}}\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def made(small: Path) -> api.Sweep:
    return sg.sweep(small, ["", small.parent / "dear.yaml"], **ASKED)  # type: ignore[no-any-return]


def test_days_of_a_span() -> None:
    assert knowledge_days("2025-01..2025-04", "month") == tuple(date(2025, m, d) for m, d in ((1, 31), (2, 28), (3, 31), (4, 30)))
    assert knowledge_days("2025-01..2025-11", "3months") == tuple(date(2025, m, d) for m, d in ((3, 31), (6, 30), (9, 30), (11, 30)))
    assert knowledge_days("2025-01-15..2025-07-01", "quarter") == tuple(date(2025, m, d) for m, d in ((1, 15), (3, 31), (6, 30), (7, 1)))
    assert knowledge_days("2025-01-01..2025-01-12", "5") == tuple(date(2025, 1, d) for d in (1, 6, 11, 12))
    assert knowledge_days("2025-01-22", "month") == knowledge_days(date(2025, 1, 22), "month") == (date(2025, 1, 22),)
    for as_of, every, said in (("2025..2026", "week", "expected month, quarter"), ("2026..2025", "month", "ends before it starts"),
                               ("soon..2026", "month", "expected a date"), ("2025..2026", "0", "got \"0\"")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            knowledge_days(as_of, every)


def test_each_cell_is_what_its_run_alone_says(small: Path, made: api.Sweep) -> None:
    assert made.scenarios == ("", "dear") and len(made.days) == 4
    per_cell = 1 + len(api.load(small).claims[FIRST].readings)
    assert len(made.rows) == 2 * 4 * per_cell
    for scenario in made.scenarios:
        for day in made.days:
            rows = [row for row in made.rows if (row.scenario, row.as_of) == (scenario, str(day))]
            whole = api.load(small, small.parent / f"{scenario}.yaml" if scenario else None)
            series = api.simulate(whole, quantities=[POWER], as_of=day, draws=256, seed=3)[POWER].at(made.date)
            assert [rows[0].p10, rows[0].p50, rows[0].p90] == [float(value) for value in series.quantiles().values()]
            verdict = next(one for one in api.audit(whole, as_of=day, draws=256, seed=3) if one.id == FIRST)
            found = {row.name: row for row in rows[1:]}
            for reading in verdict.readings:
                row = found[f"{FIRST}/{reading.name}"]
                assert row.status == reading.status
                assert row.probability is None or reading.probability is None or abs(row.probability - reading.probability) < 0.01


def test_what_is_not_known_yet_says_so(small: Path) -> None:
    rows = api.sweep(small, as_of="2024-06..2025-06", every="12months", quantities=[POWER], claims=[FIRST], draws=256).rows
    assert {row.status for row in rows if row.as_of < "2025"} <= {"record too thin", "not there yet", "not made yet"}
    assert all(row.p50 is None and row.probability is None for row in rows if row.as_of < "2025")


def test_any_number_of_workers_and_a_stopped_sweep_give_the_same(small: Path, made: api.Sweep, tmp_path: Path) -> None:
    scenarios = ["", small.parent / "dear.yaml"]
    assert api.sweep(small, scenarios, workers=2, **ASKED).rows == made.rows

    class Stop(Exception):
        pass

    def stop(done: int, cells: int) -> None:
        if done == 3:
            raise Stop

    with pytest.raises(Stop):
        api.sweep(small, scenarios, resume=tmp_path, progress=stop, **ASKED)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    assert len(kept) == 3
    assert api.sweep(small, scenarios, resume=tmp_path, **ASKED).rows == made.rows
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())
    with pytest.raises(InputError, match="the parts of another run"):
        api.sweep(small, resume=tmp_path, **ASKED)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quantities": ["power_itt[operational]"]}, 'did you mean "power_it"'), ({"claims": ["frist-hall"]}, 'did you mean "first-hall"'),
        ({"claims": ["first-hall/nothing"]}, "has no reading"), ({"when": date(2099, 1, 1)}, "2099"),
        ({"as_of": "1900-01-01..2025-06-01", "every": "1"}, "at most 2,000"),
    ],
)  # fmt: skip
def test_faults(small: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        api.sweep(small, **{**ASKED, **changes})


def test_text_json_and_csv_say_the_same(small: Path, made: api.Sweep, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["sweep", str(small), "--scenario", "", "--scenario", str(small.parent / "dear.yaml"), "--as-of", SPAN, "--every", "month",
               "--quantity", POWER, "--claim", FIRST, "--draws", "256", "--seed", "3"]  # fmt: skip
    answer = ask(capsys, *command, "--json", "--csv", str(tmp_path / "sweep.csv"))
    assert answer.code == 0 and json.loads(answer.out) == made.to_dict()
    with (tmp_path / "sweep.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["p50"] for row in rows if row["kind"] == "quantity"] == [str(row.p50) for row in made.rows if row.kind == "quantity"]
    text = ask(capsys, *command).out
    assert text.count("dear") >= 8 and "as stated" in text and "2025-05-31" in text and all(len(line) <= 80 for line in text.splitlines())
