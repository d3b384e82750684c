"""How good the dates and odds are, measured once and shipped: the whole backtest and the validation on the records, with provenance.

A report cannot replay every programme, so it shows this. It belongs to the values it was made from: other catalogue values or programmes
give another fingerprint, and whoever shows the figures says so. Code is not in the fingerprint; a test holds the figures to a fresh run.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from stargauge import __version__
from stargauge.audit.backtest.backtest import Backtest
from stargauge.audit.backtest.calibration import fit_view
from stargauge.audit.validation.build_validation import validate_builds
from stargauge.audit.validation.slip_validation import validate_schedule
from stargauge.catalogue.load import DATA, Catalogue
from stargauge.programme.load import SHIPPED

#: The files: scores and provenance, and one table per kind of case.
SCORES = "backtest.json"
TABLES = {
    "dates": "backtest-date.csv",
    "claims": "backtest-claim.csv",
    "records": "backtest-record.csv",
    "unscored": "backtest-unscored.csv",
}
#: Columns of the tables that are no text.
_FLAGS = ("inside", "happened")
_NUMBERS = (
    "phases", "lead_days", "place", "crps_days", "crps_announcement", "crps_median_slip", "probability", "slip_p50_days",
)  # fmt: skip
_DIGITS = 6


def made_from(catalogue: Catalogue) -> str:
    """What a measurement is made from, in twelve characters: the catalogue, a user's own values and the shipped programmes."""
    files = [*(file for file in DATA.glob("*.csv") if file.name not in TABLES.values()), *SHIPPED.rglob("*.y*ml")]
    own = [(row.kind, row.name, row.attribute, row.statement) for row in catalogue.own_rows]  # wherever their file lies
    digest = sha256(repr(own).encode())
    for file in sorted(files, key=lambda one: one.as_posix()):
        digest.update(f"{file.parent.name}/{file.name}\n{file.read_text(encoding='utf-8')}".encode())
    return digest.hexdigest()[:12]


@dataclass(frozen=True)
class Measured:
    """The scores with their provenance, and the cases behind them, as plain data.

    `scores`: made_on, version, made_from, draws, seed, rule, programmes (their number), backtest and records (each a summary).
    `tables`: rows by the names of TABLES.
    """

    scores: Mapping[str, Any]
    tables: Mapping[str, Sequence[Mapping[str, Any]]]

    def to_dict(self, catalogue: Catalogue) -> dict[str, Any]:
        """As a report reads it, with whether it belongs to the values and the version at hand."""
        fits = self.scores["made_from"] == made_from(catalogue) and self.scores["version"] == __version__
        return {**self.scores, "fits": fits, "cases": dict(self.tables)}

    def write(self, folder: Path) -> None:
        """Write it in the form in which it is shipped."""
        text = json.dumps(self.scores, indent=1, ensure_ascii=False, allow_nan=False)
        (folder / SCORES).write_text(text + "\n", encoding="utf-8", newline="\n")
        for name, file in TABLES.items():
            _write_rows(folder / file, self.tables[name])


def measured(tested: Backtest, programmes: int, made_on: str, draws: int, seed: int, catalogue: Catalogue) -> Measured:
    """A backtest over all shipped programmes as it is shipped, with the validation on the catalogue's records."""
    told, checked = tested.to_dict(), validate_schedule(catalogue.records(), catalogue).to_dict()
    view = fit_view(catalogue, date.fromisoformat(made_on))
    scores = {
        "made_on": made_on, "version": __version__, "made_from": made_from(catalogue), "draws": draws, "seed": seed,
        "programmes": programmes, "rule": told["rule"], "backtest": told["summary"], "records": checked["summary"],
        "builds": validate_builds(view.builds, view).to_dict()["summary"],
    }  # fmt: skip
    tables = {
        "dates": [case.to_dict() for case in tested.dates], "claims": [case.to_dict() for case in tested.claims],
        "records": checked["rows"], "unscored": [*told["unscored"], *_left_out(checked)],
    }  # fmt: skip
    return Measured(_rounded(scores), _rounded(tables))


def _left_out(checked: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"programme": "records", "what": one["id"], "reason": one["reason"]} for one in checked["left_out"]]


def shipped(folder: Path = DATA) -> Measured | None:
    """What is shipped; None where there is none."""
    if not (folder / SCORES).is_file():
        return None
    scores = json.loads((folder / SCORES).read_text(encoding="utf-8"))
    return Measured(scores, {name: _read_rows(folder / file) for name, file in TABLES.items()})


def _rounded(value: Any) -> Any:
    """Plain data with its numbers rounded, so that other processors write the same file."""
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(part) for part in value]
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


def _write_rows(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(rows[0] if rows else ())
        writer.writerows([_cell(value) for value in row.values()] for row in rows)


def _cell(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _read_rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return [{name: _value(name, cell) for name, cell in row.items()} for row in csv.DictReader(handle)]


def _value(column: str, cell: str) -> Any:
    if column in _FLAGS:
        return {"true": True, "false": False}.get(cell)
    if column in _NUMBERS:
        return json.loads(cell) if cell else None
    return cell or None
