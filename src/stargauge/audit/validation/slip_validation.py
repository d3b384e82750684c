"""How good the slip model is on projects it has not seen: forecasts made from each plan alone, scored against what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.backtest.scoring import by_tenths, coverage, crps, crps_open, interval
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.records import GROUPS, FitRecord, outcomes_of, plans_of
from stargauge.engine.series import plain
from stargauge.quantity.dates import FAR, from_day
from stargauge.quantity.errors import did_you_mean
from stargauge.quantity.schedule.slip import AT, Outcomes, Plans, fit_slips, location, scale, slipped
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]

#: Samples of the coefficients per fit, and chances per sample, in a forecast.
SAMPLES, CHANCES = 32, 33
#: Reached records that a reference class needs; with fewer, all kinds together are the class.
_ENOUGH = 5


@dataclass(frozen=True)
class Forecast:
    """A plan, what the model said of it without its owner's records, what the baselines said, and the scores, in days.

    `happened`: days from the plan's publication to the outcome, or to the last look where `open`.
    """

    record: FitRecord
    days: Array
    median_slip: float
    reference: str
    happened: float
    open: bool

    def score(self, values: Array) -> float:
        """The score of any forecast of this plan."""
        return crps_open(values, self.happened) if self.open else crps(values, self.happened)

    @property
    def announced(self) -> Array:
        """The forecast that believes the announcement: the middle of the planned window."""
        return np.array([self.record.lead_days or 0.0])

    @property
    def place(self) -> float:
        """Where the outcome (or the last look) falls in the forecast, 0 to 1."""
        return float(np.mean(self.days <= self.happened))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        record, lead = self.record, self.record.lead_days or 0.0
        start = (record.plan_mid or 0.0) - lead
        p10, p50, p90 = (float(value) for value in np.quantile(self.days, (0.1, 0.5, 0.9)))
        settled = not self.open or self.happened > p90
        return {
            "id": record.id, "project": record.project, "owner": record.owner, "kind": record.group, "milestone": record.milestone,
            "stage": record.stage, "outcome": record.outcome, "plan": str(record.plan), "lead_days": lead,
            "actual": str(record.actual) if record.actual else None,
            "not_before": str(from_day(start + self.happened)) if self.open else None,
            "p10": str(from_day(start + p10)), "p50": str(from_day(start + p50)), "p90": str(from_day(start + p90)),
            "slip_p50_days": p50 - lead, "place": self.place, "inside": bool(p10 <= self.happened <= p90) if settled else None,
            "crps_days": self.score(self.days), "crps_announcement": self.score(self.announced),
            "crps_median_slip": self.score(self.announced + self.median_slip), "reference_class": self.reference,
        }  # fmt: skip


@dataclass(frozen=True)
class Validation:
    """Forecasts with their scores, and the rows that could not be scored."""

    forecasts: tuple[Forecast, ...]
    left_out: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, rows, left_out, notes}`: the form of JSON, Python and the command line."""
        return {
            "summary": summary(self.forecasts) | {"by_kind": {kind: summary(part) for kind, part in self._by_kind().items()}}
            | {"built_here": summary(self._built_here()), "built_here_reached": summary([o for o in self._built_here() if not o.open])},
            "rows": [forecast.to_dict() for forecast in self.forecasts],
            "left_out": [{"id": name, "reason": reason} for name, reason in self.left_out],
            "notes": [
                say(
                    'kind "{kind}" is not known{near}: scored as "other"; known: {known}', kind=kind, near=did_you_mean(kind, GROUPS),
                    known=", ".join(GROUPS),
                )
                for kind in dict.fromkeys(one.record.kind for one in self.forecasts)
                if kind not in GROUPS
            ],
        }  # fmt: skip

    def _built_here(self) -> list[Forecast]:
        """Those of data centres and AI campuses, which is what programmes build."""
        return [one for one in self.forecasts if one.record.group in ("data_centre", "ai_campus")]

    def _by_kind(self) -> dict[str, list[Forecast]]:
        kinds = dict.fromkeys(forecast.record.group for forecast in self.forecasts)
        return {kind: [one for one in self.forecasts if one.record.group == kind] for kind in kinds}


def summary(forecasts: Sequence[Forecast]) -> dict[str, Any]:
    """Coverage and scores of forecasts, each with an interval from resampling owners; skill = 1 - score / score of the baseline."""
    ours = np.array([one.score(one.days) for one in forecasts])
    announced = np.array([one.score(one.announced) for one in forecasts])
    median = np.array([one.score(one.announced + one.median_slip) for one in forecasts])
    places = np.array([one.place for one in forecasts])
    reached = np.array([not one.open for one in forecasts], dtype=bool)
    owners = [one.record.owner for one in forecasts]

    def skill(baseline: Array, rows: Any = slice(None)) -> float:
        total = float(np.mean(baseline[rows]))
        return 1.0 - float(np.mean(ours[rows])) / total if total > 0.0 else float("nan")

    if not forecasts:
        return _nothing()
    made = {
        "coverage_p10_p90": (coverage(places, reached), interval(lambda rows: coverage(places[rows], reached[rows]), owners)),
        "crps_days": (float(np.mean(ours)), interval(lambda rows: float(np.mean(ours[rows])), owners)),
        "crps_skill_vs_announcement": (skill(announced), interval(lambda rows: skill(announced, rows), owners)),
        "crps_skill_vs_median_slip": (skill(median), interval(lambda rows: skill(median, rows), owners)),
    }
    return {
        "n": len(forecasts), "reached": int(reached.sum()), "open": int((~reached).sum()), "owners": len(set(owners)),
        "places": by_tenths(places[reached]),
        **{name: plain(value) for name, (value, _) in made.items()},
        "crps_announcement_days": float(np.mean(announced)), "crps_median_slip_days": float(np.mean(median)),
        "intervals": {name: [plain(low), plain(high)] for name, (_, (low, high)) in made.items()},
    }  # fmt: skip


def _nothing() -> dict[str, Any]:
    """The summary where nothing could be scored."""
    names = ("coverage_p10_p90", "crps_days", "crps_skill_vs_announcement", "crps_skill_vs_median_slip")
    none: dict[str, Any] = dict.fromkeys((*names, "crps_announcement_days", "crps_median_slip_days"))
    return {"n": 0, "reached": 0, "open": 0, "owners": 0, "places": [0] * 10, **none, "intervals": {name: [None, None] for name in names}}


def validate_schedule(records: Sequence[FitRecord], catalogue: Catalogue) -> Validation:
    """Forecast every plan from the catalogue's records without those of its owner, and score it against its outcome.

    A plan not reached by the last look (or given up) counts through that day. Rows without a day of publication, a plan or a look cannot be
    scored and are listed.
    """
    scored = [r for r in records if r.taken_days is not None and r.taken_days >= 0.0]
    left_out = tuple((r.id, "no plan or no day of its publication") for r in records if r.taken_days is None)
    left_out += tuple((r.id, "last looked at before the plan was published") for r in records if (r.taken_days or 0.0) < 0.0)
    known = [r for r in catalogue.records() if r.taken_days is not None]
    learnt = {record.owner for record in known}
    folds = list(dict.fromkeys(record.owner if record.owner in learnt else "" for record in scored))
    tables = _fold_fits(known, folds, catalogue) if folds else np.empty((0, 0, 0))
    made = [
        forecast(record, tables[folds.index(record.owner if record.owner in learnt else "")], [r for r in known if r.owner != record.owner])
        for record in scored
    ]
    return Validation(tuple(made), left_out)


def _fold_fits(known: Sequence[FitRecord], folds: Sequence[str], catalogue: Catalogue) -> Array:
    """Coefficients (fold, sample, coefficient), each fold fitted without one owner's records (the empty name leaves none out)."""
    keep = np.array([[float(record.owner != fold) for record in known] for fold in folds])
    middle, width = (np.asarray(one.value) for one in catalogue.known(FAR).slip_priors())
    outcomes: Outcomes = outcomes_of(known, ())
    return fit_slips(plans_of(known), outcomes, keep, middle, width, SAMPLES)["coefficients"]


def forecast(record: FitRecord, table: Array, others: Sequence[FitRecord]) -> Forecast:
    """What a fit (sample, coefficient) says of a plan, and what the middle of a reference class of other records says."""
    chance = (np.arange(CHANCES) + 0.5) / CHANCES
    plans: Plans = plans_of([record])
    place, spread, offset = location(table, plans), scale(table)[:, None], table[:, AT["offset"], None]
    days = slipped(chance[None, :], place, spread, plans.lead[None, :], offset, np.array(np.nan))
    reached = [r for r in others if r.outcome == "reached" and r.slip_days is not None]
    own = [r for r in reached if r.group == record.group]
    reference, members = (record.group, own) if len(own) >= _ENOUGH else ("all kinds", reached)
    median = float(np.median([r.slip_days for r in members if r.slip_days is not None])) if members else 0.0
    taken = record.taken_days
    assert taken is not None
    return Forecast(record, np.sort(days.ravel()), median, reference, taken, record.outcome != "reached")
