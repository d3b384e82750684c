"""How good building times are on builds of owners the model has not seen: forecasts from what each build is, scored against what
happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.backtest.scoring import coverage, crps, crps_open, interval
from stargauge.catalogue.builds import BuildRecord
from stargauge.engine.series import plain
from stargauge.engine.simulate import builds_of
from stargauge.programme.known import Known
from stargauge.quantity.schedule.builds import AT, EFFECTS, SINCE, build_days, columns, fit_builds, scale

Array = NDArray[np.float64]
#: Samples of the coefficients per fit, and chances per sample, in a forecast.
SAMPLES, CHANCES = 32, 33


@dataclass(frozen=True)
class BuildForecast:
    """A build, what the model said of its time without its owner's builds, and what the median of other owners' builds of its kind says.

    `happened`: days from the start of work to operation, or to the last look where `open`.
    """

    record: BuildRecord
    days: Array
    median: float
    happened: float
    open: bool

    def score(self, values: Array) -> float:
        """The score of any forecast of this build."""
        return crps_open(values, self.happened) if self.open else crps(values, self.happened)

    @property
    def place(self) -> float:
        """Where the outcome (or the last look) falls in the forecast, 0 to 1."""
        return float(np.mean(self.days <= self.happened))

    def to_dict(self) -> dict[str, Any]:
        """As plain data, days from the start of work."""
        p10, p50, p90 = (float(value) for value in np.quantile(self.days, (0.1, 0.5, 0.9)))
        settled = not self.open or self.happened > p90
        return {
            "id": self.record.id, "site": self.record.site, "owner": self.record.owner, "kind": self.record.kind,
            "started": str(self.record.started), "operational": str(self.record.operational) if self.record.operational else None,
            "not_before": str(self.record.known_at) if self.open else None, "days": self.happened,
            "p10": p10, "p50": p50, "p90": p90, "place": self.place, "inside": bool(p10 <= self.happened <= p90) if settled else None,
            "crps_days": self.score(self.days), "crps_median": self.score(np.array([self.median])),
        }  # fmt: skip


@dataclass(frozen=True)
class BuildValidation:
    """Forecasts with their scores, and the rows that could not be scored."""

    forecasts: tuple[BuildForecast, ...]
    left_out: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, rows, left_out}`: the form of JSON, Python and the command line."""
        return {
            "summary": build_summary(self.forecasts), "rows": [one.to_dict() for one in self.forecasts],
            "left_out": [{"id": name, "reason": reason} for name, reason in self.left_out],
        }  # fmt: skip


def build_summary(forecasts: Sequence[BuildForecast]) -> dict[str, Any]:
    """Coverage and scores of forecasts, each with an interval from resampling owners; skill = 1 - score / score of the baseline."""
    ours = np.array([one.score(one.days) for one in forecasts])
    median = np.array([one.score(np.array([one.median])) for one in forecasts])
    places, reached = np.array([one.place for one in forecasts]), np.array([not one.open for one in forecasts], dtype=bool)
    owners = [one.record.owner for one in forecasts]

    def skill(rows: Any = slice(None)) -> float:
        total = float(np.mean(median[rows])) if len(median[rows]) else 0.0
        return 1.0 - float(np.mean(ours[rows])) / total if total > 0.0 else float("nan")

    made = {
        "coverage_p10_p90": (coverage(places, reached), interval(lambda rows: coverage(places[rows], reached[rows]), owners)),
        "crps_days": (float(np.mean(ours)) if len(ours) else float("nan"), interval(lambda rows: float(np.mean(ours[rows])), owners)),
        "crps_skill_vs_median": (skill(), interval(skill, owners)),
    }
    return {
        "n": len(forecasts), "reached": int(reached.sum()), "open": int((~reached).sum()), "owners": len(set(owners)),
        **{name: plain(value) for name, (value, _) in made.items()},
        "intervals": {name: [plain(low), plain(high)] for name, (_, (low, high)) in made.items()},
    }  # fmt: skip


def validate_builds(records: Sequence[BuildRecord], known: Known) -> BuildValidation:
    """Forecast the time of every build from the catalogue's builds without those of its owner, and score it.

    `known`: any programme, as known on the day up to which the catalogue's builds count. A build that still goes on counts through its last
    look, one that waited for power through the day on which it ran. Builds whose start is unknown cannot be scored and are listed.
    """
    left_out = tuple((record.id, "no start of work") for record in records if record.taken_days is None)
    left_out += tuple(
        (record.id, "power decided, not the building") for record in records if record.taken_days is not None and record.held_by
    )
    scored = [record for record in records if record.taken_days is not None and not record.held_by]
    learnt, builds, lead, priors, usual, campus = builds_of(known)
    names = [record.owner for record in learnt]
    folds = list(dict.fromkeys(record.owner if record.owner in names else "" for record in scored))
    keep = np.array([[float(name != fold) for name in names] for fold in folds])
    tables = fit_builds(builds, lead, *priors, SAMPLES, keep)["coefficients"] if folds else np.empty((0, 0, 0))
    made = []
    for record in scored:
        others = [one for one in learnt if one.owner != record.owner and one.operational and one.taken_days is not None]
        table = tables[folds.index(record.owner if record.owner in names else "")]
        made.append(_forecast(record, table, others, usual, campus))
    return BuildValidation(tuple(made), left_out)


def _forecast(record: BuildRecord, table: Array, others: Sequence[BuildRecord], usual: float, campus: float) -> BuildForecast:
    taken = record.taken_days
    assert taken is not None and record.started is not None
    large = float((record.campus_power or 0.0) >= campus)
    effects = columns(
        np.array([float(record.kind == "retrofit")]), np.array([float(record.kind == "expansion")]),
        np.array([np.log(max(record.it_power / usual, 0.01))]), np.array([large]), np.array([float(record.started >= SINCE)]),
    )  # fmt: skip
    place = table[:, :EFFECTS] @ effects.T + table[:, AT["owner"], None]
    chance = ((np.arange(CHANCES) + 0.5) / CHANCES)[None, :]
    days = build_days(np.repeat(chance, len(table), axis=0), place, scale(table)[:, None], np.full((1, 1), np.nan))
    own = [one.taken_days for one in others if one.kind == record.kind] or [one.taken_days for one in others] or [taken]
    return BuildForecast(
        record, np.sort(days.ravel()), float(np.median(np.array(own, dtype=np.float64))), taken, record.operational is None
    )
