"""Records the fits learn from: what was planned and what happened, and how a tracker's dates moved between its editions."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.dates import Window, day, parse_window
from stargauge.quantity.quantity import PROJECT_KINDS
from stargauge.quantity.schedule.slip import OPERATION, POWER, START, Outcomes, Plans


@dataclass(frozen=True)
class FitRecord:
    """One planned milestone and its outcome as known on a day. Dates are day counts, spans days; None where nobody said.

    `outcome` is `reached`, `censored` (not reached by `known_at`) or `cancelled`; `frame` says how the record was selected; `vintage`
    counts the plans published for the same milestone; `slip_days` is the middle of the actual less that of the planned window.
    """

    id: str
    project: str
    owner: str
    kind: str
    subkind: str
    frame: str
    milestone: str
    plan: Window | None
    plan_mid: float | None
    plan_published: float | None
    actual: Window | None
    actual_mid: float | None
    known_at: date
    outcome: str
    slip_days: float | None
    slip_outside_window_days: float | None
    lead_days: float | None
    slip_lower_bound_days: float | None
    vintage: int
    source: str
    grade: str

    @property
    def taken_days(self) -> float | None:
        """Days from the publication of the plan to the outcome, or the last look if not reached; None where a date is missing."""
        end = self.actual_mid if self.outcome == "reached" else day(self.known_at)
        return None if end is None or self.plan_mid is None or self.lead_days is None else end - (self.plan_mid - self.lead_days)

    @property
    def group(self) -> str:
        """The kind of project it is grouped with, of PROJECT_KINDS."""
        return GROUPS.get(self.kind, "other")

    @property
    def stage(self) -> str:
        """The physical stage that its milestone means: start of work, power on, else operation."""
        return stage_of(self.milestone)

    @property
    def by_tracker(self) -> bool:
        """Whether a third party forecast the date, not whoever builds."""
        return self.frame == TRACKER_FRAME


#: How a refit is called that leaves a frame out.
WITHOUT = "without-"
#: Records of a third party's forecasts.
TRACKER_FRAME = "forecast-vintage"
#: The kind of PROJECT_KINDS that each kind in the records counts as; all others are "other".
GROUPS = {
    "hyperscale-data-centre": "data_centre", "data-centre": "data_centre", "ai-campus": "ai_campus", "nuclear": "nuclear",
    "gas-plant": "power_and_grid", "solar-storage": "power_and_grid", "transmission-or-interconnection": "power_and_grid",
    "power-and-grid": "power_and_grid",
    "semiconductor-fab": "fab", "fab": "fab", "other-large-industrial": "other", "other": "other",
}  # fmt: skip
_STARTS = ("construction start", "start of construction", "start of work", "site works start", "ground-breaking", "groundbreaking")
_POWERS = ("energis", "energiz", "power on", "power-up", "substation")


def stage_of(milestone: str) -> str:
    """The physical stage a milestone's words mean; operation where they say neither a start of work nor power."""
    words = milestone.lower()
    if any(word in words for word in _STARTS):
        return "under_construction"
    return "energised" if any(word in words for word in _POWERS) else "operational"


@dataclass(frozen=True)
class Vintage:
    """The date of one milestone in the editions of one tracker, each (edition published by, day count or None), and the days it moved."""

    programme: str
    milestone: str
    editions: tuple[tuple[date, float | None], ...]
    slip_days: float
    source: str
    grade: str

    @property
    def owner(self) -> str:
        """Whose programme it is: the first part of its name."""
        return self.programme.partition("/")[0]


#: Milestones as the slip of plans numbers them.
_STAGE_NUMBER = {"operational": OPERATION, "under_construction": START, "energised": POWER}


def plans_of(records: Sequence[FitRecord]) -> Plans:
    """The plans of records as numbers, side by side."""
    rows = [
        (
            r.lead_days or 0.0,
            r.plan.half if r.plan else 0.0,
            PROJECT_KINDS.index(r.group),
            _STAGE_NUMBER[r.stage],
            r.vintage > 1,
            r.by_tracker,
        )
        for r in records
    ]
    return Plans(*np.array(rows, dtype=np.float64).reshape(-1, 6).T)


def outcomes_of(records: Sequence[FitRecord], refits: Sequence[str]) -> Outcomes:
    """What came of the plans as numbers, side by side; `refits` are named after the frame they leave out."""
    owners, projects = (_places([getattr(r, name) for r in records]) for name in ("owner", "project"))
    left_out = [float(refits.index(WITHOUT + r.frame)) if WITHOUT + r.frame in refits else -1.0 for r in records]
    return Outcomes(
        np.array([r.taken_days or 0.0 for r in records]), np.array([float(r.outcome == "reached") for r in records]), owners, projects,
        np.array(left_out),
    )  # fmt: skip


def _places(names: Sequence[str]) -> NDArray[np.float64]:
    numbers = {name: index for index, name in enumerate(dict.fromkeys(names))}
    return np.array([float(numbers[name]) for name in names])


def _number(text: str) -> float | None:
    return float(text) if text else None


def _span(text: str) -> Window | None:
    return parse_window(text) if text else None


def _middle(window: Window | None) -> float | None:
    return window.middle if window else None


def read_fit_records(file: Path) -> tuple[FitRecord, ...]:
    """The plan-to-actual records, in the order of the file."""
    with file.open(encoding="utf-8", newline="") as handle:
        return tuple(_fit_record(cells) for cells in csv.DictReader(handle))


def _fit_record(cells: dict[str, str]) -> FitRecord:
    plan, actual, known = _span(cells["plan"]), _span(cells["actual"]), parse_window(cells["known_at"])
    return FitRecord(
        cells["id"], cells["project"], cells["owner"], cells["kind"], cells["subkind"], cells["frame"], cells["milestone"],
        plan, _middle(plan), _middle(_span(cells["plan_published"])), actual, _middle(actual), known.end, cells["outcome"],
        _number(cells["slip_days"]), _number(cells["slip_outside_window_days"]), _number(cells["lead_days"]),
        _number(cells["slip_lower_bound_days"]), int(cells["vintage"]), cells["source"], cells["grade"],
    )  # fmt: skip


def read_vintages(file: Path) -> tuple[Vintage, ...]:
    """The milestones of the tracker with their date in each of its editions; an edition counts from the last day of its window."""
    with file.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        editions = [name for name in reader.fieldnames or () if name[:2] == "20"]
        return tuple(
            Vintage(
                cells["programme"], cells["milestone"],
                tuple((parse_window(name).end, _middle(_span(cells[name]))) for name in editions),
                float(cells["slip_days"]), cells["source"], cells["grade"],
            )
            for cells in reader
        )  # fmt: skip
