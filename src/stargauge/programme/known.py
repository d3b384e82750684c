"""What was known on a date: the programme, the catalogue and the axes of a run, with nothing later behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np

from stargauge.catalogue.builds import BuildRecord, RampRecord
from stargauge.catalogue.load import BUILDS, EDITIONS, Catalogue, KnownCatalogue
from stargauge.catalogue.records import FitRecord, Vintage
from stargauge.programme import milestones as of
from stargauge.programme.alternatives import options
from stargauge.programme.axes import (
    LineView,
    PartyView,
    PhaseView,
    SiteView,
    axes_of,
    edition_of,
    lines_of,
    parties_of,
    phases_of,
    refit_records,
    sites_of,
)
from stargauge.programme.fields import assumed_value
from stargauge.programme.filter import known_programme
from stargauge.programme.schema import COMMITMENT_STAGES, UNSITED, Milestones, Pledge, PowerSource, Programme, Site, statements_of
from stargauge.quantity.dates import Window, day, month_label, months_between
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.quantity import PHYSICAL_STAGES, STAGES, Quantity
from stargauge.quantity.shown import Shown
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import ABSENT, Estimate, Kind, Statement

COMMERCIAL_STAGES = STAGES[:3]
_START, *_AFTER_START = PHYSICAL_STAGES
#: Years from the start of the clock over which assets are financed: a lease of 15 years of a hall that is built in five.
LIFE_YEARS = 20
#: Axes along which an input holds an array in one cell, instead of a cell per label.
ARRAY_AXES = frozenset({
    "draw", "month", "life_month", "deduction_year", "sample", "coefficient", "outdoor", "hardest_hour", "calendar_month",
})  # fmt: skip


def known(programme: Programme, catalogue: Catalogue, as_of: date) -> Known:
    """Programme and catalogue as known on a date. The only date filter there is: what was published later does not exist behind it."""
    return Known(as_of, known_programme(programme, as_of), catalogue.known(as_of))


@dataclass(frozen=True)
class Known(Shown):
    """A programme, the catalogue and the axes as known on a date; made only by `known()`."""

    as_of: date
    programme: Programme
    catalogue: KnownCatalogue

    def without(self, paths: frozenset[str]) -> Known:
        """The same as if nobody had made the statements at some paths; what they do not touch is shared with it."""
        return replace(self, programme=known_programme(self.programme, self.as_of, paths))

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What others made of it, by name, for as long as it is held: made once, as what is known does not change."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "kept"}

    # --- axes -----------------------------------------------------------------------------------------------------------------------

    @cached_property
    def months(self) -> tuple[date, ...]:
        """The ends of the months of the model's clock."""
        start, horizon = self.programme.start, self.programme.horizon
        if start is None or horizon is None:
            raise InputError(say("the programme has no start and horizon"))
        return months_between(start.start, horizon.end)

    @cached_property
    def life_months(self) -> tuple[date, ...]:
        """The ends of the months over which assets are financed: those of the clock, and on until leases and loans have run."""
        first, last = self.months[0], self.months[-1]
        return months_between(first, max(last, date(first.year + LIFE_YEARS, first.month, 1) - timedelta(days=1)))

    @cached_property
    def sites(self) -> tuple[SiteView, ...]:
        """Sites in the order of the file, `unsited` last where there are pledges."""
        return sites_of(self.programme)

    @cached_property
    def phases(self) -> tuple[PhaseView, ...]:
        """Phases site by site, pledges last."""
        return phases_of(self.programme, self.sites)

    @cached_property
    def parties(self) -> tuple[PartyView, ...]:
        """Parties in the order of the file."""
        return parties_of(self.programme)

    @cached_property
    def lines(self) -> tuple[LineView, ...]:
        """Commitments, party by party."""
        return lines_of(self.programme, self.parties)

    @cached_property
    def slip_records(self) -> tuple[FitRecord, ...]:
        """Plan-to-actual records that slips are learnt from: those of the last edition, or all where too few (these show as hindsight)."""
        return refit_records(self.catalogue)

    @cached_property
    def builds(self) -> tuple[BuildRecord, ...]:
        """Records of builds that building times are learnt from, as they could be seen at the last edition of the fits."""
        return self.catalogue.catalogue.builds(edition_of(self.catalogue.day(BUILDS)))

    @cached_property
    def rack_ramps(self) -> tuple[RampRecord, ...]:
        """Records of racks put into finished halls by then, or all where there are none."""
        return self.catalogue.catalogue.rack_ramps(self.catalogue.day(BUILDS))

    @cached_property
    def vintages(self) -> tuple[Vintage, ...]:
        """Milestones in the editions of a tracker: those whose last edition was known, or all where there are none."""
        every = self.catalogue.catalogue.vintages()
        return tuple(vintage for vintage in every if vintage.editions[-1][0] <= self.catalogue.day(EDITIONS)) or every

    @cached_property
    def axes(self) -> dict[str, tuple[str, ...]]:
        """The labels of every axis but `draw`."""
        life = self.life_months
        spans = {"life_month": tuple(month_label(m) for m in life), "life_year": tuple(dict.fromkeys(f"year-{m.year}" for m in life))}
        return spans | axes_of(
            self.programme, self.catalogue, self.months, self.sites, self.phases, self.parties, self.lines, self.slip_records, self.vintages
        ) | {"build": tuple(record.id for record in self.builds), "rack_ramp": tuple(record.id for record in self.rack_ramps)}  # fmt: skip

    def labels(self, quantity: Quantity) -> tuple[tuple[str, ...], ...]:
        """The label tuples of the cells of an input, the last axis running fastest."""
        axes = tuple(axis for axis in quantity.axes if axis not in ARRAY_AXES)
        if axes not in self._labels:
            self._labels[axes] = tuple(product(*(self.axes[axis] for axis in axes)))
        return self._labels[axes]

    @cached_property
    def _labels(self) -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Label tuples made already, by their axes: many inputs have the same."""
        return {}

    # --- values ---------------------------------------------------------------------------------------------------------------------

    def estimate(self, statements: Sequence[Statement]) -> Estimate:
        """The newest statement as an estimate, all others after it; a date is a day count within its window. Absent where nobody said."""
        chosen = self.milestone(statements) if any(isinstance(s.value, Window) for s in statements) else self._newest(statements)
        if chosen is None:
            return ABSENT
        others = tuple(s for s in statements if s is not chosen and s.path != chosen.path)
        return Estimate(_number(chosen), self.kind(chosen), (chosen, *others), None, chosen.note)

    def _newest(self, statements: Sequence[Statement]) -> Statement | None:
        return of.newest([s for s in statements if s.status != "cancelled"] or statements)

    def kind(self, statement: Statement) -> Kind:
        """Stated; assumed where it has no source; designed where its source is a plan made here."""
        if not statement.source:
            return "assumed"
        source = self.programme.sources.get(statement.source)
        return "designed" if source is not None and source.designed else "stated"

    def available_from(self, source: PowerSource) -> Estimate:
        """The day from which a source of power can be used; of one whose size is designed here, not what others said of another one."""
        sized, dated = self.estimate(source.capacity), self.estimate(source.available_from)
        return ABSENT if sized.kind == "designed" and dated.kind == "stated" else dated

    def text(self, statements: Sequence[Statement]) -> str:
        """The newest text, an empty string where nobody said."""
        chosen = self._newest(statements)
        return str(chosen.value) if chosen else ""

    def default(self, kind: str, name: str, attribute: str) -> Estimate:
        """The catalogue's value; marked with its date where that is after the knowledge date."""
        return self.catalogue.estimate(kind, name, attribute)

    def assumed(
        self, quantity: Quantity, labels: Sequence[tuple[str, ...]], estimates: Sequence[Estimate]
    ) -> tuple[Estimate, ...]:  # fmt: skip
        """The estimates with the assumptions of the programme in their place: for the whole input, or for the cells of an address.

        A label that is not known yet has no cell, so an assumption about it waits.
        """
        out = list(estimates)
        for key, assumption in self.programme.assumptions.items():
            name, _, inside = key.rstrip("]").partition("[")
            if name != quantity.name:
                continue
            wanted = {label.strip() for label in inside.split(",") if label.strip()}
            path = f"assumptions.{key}"
            value = assumed_value(assumption.value, quantity.unit, path)
            said = Statement(value, quantity.unit, note=assumption.reason, path=assumption.path or path, text=str(assumption.value))
            for index, cell in enumerate(labels):
                if wanted <= set(cell):
                    out[index] = _in_place_of(out[index], said, value, assumption.reason)
        return tuple(out)

    @cached_property
    def alternatives(self) -> tuple[tuple[str, tuple[tuple[str, float, Known], ...]], ...]:
        """For each alternative its options: name, weight (adding up to one), and what would be known if it were true."""
        found = options(self.programme)
        return tuple((name, tuple((key, weight, replace(self, programme=laid)) for key, weight, laid in group)) for name, group in found)

    # --- milestones -----------------------------------------------------------------------------------------------------------------

    def milestone(self, statements: Sequence[Statement]) -> Statement | None:
        """The statement of a milestone that counts: that of something reached before that of a plan."""
        return of.observed(statements, self.as_of) or of.planned(statements, self.as_of)

    def milestone_observed(self, phase: PhaseView, stage: str) -> Statement | None:
        """The newest statement that a stage of a phase was reached; commercial stages else of its site."""
        return self._once(self._observed, phase, stage)

    def milestone_planned(self, phase: PhaseView, stage: str) -> Statement | None:
        """The newest plan for a stage of a phase; commercial stages else of its site.

        A plan for power that is older than the newest plan for operation is overtaken by it: power then comes a ramp before operation.
        A phase that is designed here has no other plan than that of its start: what others planned for it is overtaken.
        """
        return self._once(self._planned, phase, stage)

    def designed(self, phase: PhaseView) -> bool:
        """Whether a phase is laid out by a plan made here: the newest plan of its start of work is one, and nothing of it was reached."""
        plan = self.milestone_planned(phase, _START)
        begun = any(self.milestone_observed(phase, stage) for stage in PHYSICAL_STAGES)
        return plan is not None and not begun and self.kind(plan) == "designed"

    @cached_property
    def _milestones(self) -> dict[tuple[str, str, str], Statement | None]:
        return {}

    def _once(self, find: Callable[[PhaseView, str], Statement | None], phase: PhaseView, stage: str) -> Statement | None:
        """What is found is kept: many inputs ask for the same milestone."""
        key = (find.__name__, phase.id, stage)
        if key not in self._milestones:
            self._milestones[key] = find(phase, stage)
        return self._milestones[key]

    def _observed(self, phase: PhaseView, stage: str) -> Statement | None:
        found = of.observed(getattr(phase.spec.milestones, stage), self.as_of)
        return found or (of.observed(getattr(self._at_site(phase), stage), self.as_of) if stage in COMMERCIAL_STAGES else None)

    def _planned(self, phase: PhaseView, stage: str) -> Statement | None:
        if stage in _AFTER_START and self.designed(phase):
            return None
        found = of.planned(getattr(phase.spec.milestones, stage), self.as_of)
        if stage == "energised" and found is not None:
            later = of.planned(phase.spec.milestones.operational, self.as_of)
            return None if later is not None and (later.known_from or date.min) > (found.known_from or date.min) else found
        return found or (of.planned(getattr(self._at_site(phase), stage), self.as_of) if stage in COMMERCIAL_STAGES else None)

    def replanned(self, phase: PhaseView, stage: str) -> bool:
        """Whether the newest plan for a stage of a phase differs from an earlier one."""
        plans = of.plans(getattr(phase.spec.milestones, stage), self.as_of)
        return len({statement.value for statement in plans}) > 1

    def milestone_cancelled(self, phase: PhaseView) -> Statement | None:
        """The statement that a phase, else its site, was given up."""
        return of.cancelled(phase.spec.milestones, self.as_of) or of.cancelled(self._at_site(phase), self.as_of)

    def milestone_paused(self, phase: PhaseView) -> Statement | None:
        """The statement that a phase, else its site, was paused, where nobody says that it went on."""
        parts = (phase.spec.milestones, self._at_site(phase))
        return next((found for part in parts if (found := of.observed(part.paused, self.as_of))), None)

    def milestone_placed(self, phase: PhaseView) -> Statement | None:
        """The statement that a pledge got its sites."""
        return of.observed(phase.spec.milestones.placed, self.as_of) if isinstance(phase.spec, Pledge) else None

    def announced(self, phase: PhaseView) -> Statement | None:
        """The first announcement of a phase or its site, its value the date."""
        return of.announced(phase.spec, self._site(phase.site))

    def first_promise(self, phase: PhaseView) -> Statement | None:
        """The earliest published plan for the operation of a phase (else power, else of its site)."""
        return of.first_promise((phase.spec.milestones, self._at_site(phase)))

    def site_cancelled(self, site: SiteView) -> date | None:
        """The day on which a whole site was given up."""
        found = of.cancelled(site.spec.milestones, self.as_of) if site.spec else None
        return found.value.start if found and isinstance(found.value, Window) else None

    def site_known_from(self, site_id: str) -> date:
        """The day on which the first statement about a site was published; the start of the clock where none has a date."""
        site = self._site(site_id)
        parts = [site] if site else list(self.programme.unsited.values())
        dates = [s.known_from for part in parts for s in statements_of(part) if s.known_from]
        return min(dates, default=min(self.months[0].replace(day=1), self.as_of))

    def observed_through(self, site_id: str) -> date | None:
        """The day up to which a site has been looked at: as the file says, else the newest day that an observation speaks for."""
        site = self._site(site_id)
        if site is None:
            return None
        if site.observed_through and site.observed_through.end <= self.as_of:
            return site.observed_through.end
        return of.looked_through(statements_of(site), self.as_of)

    def stage_of(self, line: LineView) -> str:
        """The stage of a commitment: the furthest that was reached, or as stated; `announced` where nobody said."""
        dates = line.spec.milestones
        reached = [stage for stage in COMMITMENT_STAGES if of.observed(getattr(dates, stage), self.as_of)]
        return max([*reached, self.text(line.spec.stage) or COMMITMENT_STAGES[0]], key=COMMITMENT_STAGES.index)

    def said(self, claim_id: str) -> bool:
        """Whether a claim had been made by then."""
        return self.programme.claims[claim_id].day.start <= self.as_of

    def _site(self, site_id: str) -> Site | None:
        return self.programme.sites.get(site_id)

    def _at_site(self, phase: PhaseView) -> Milestones:
        site = None if phase.site == UNSITED else self._site(phase.site)
        return site.milestones if site else Milestones()


def _number(statement: Statement) -> float | Distribution:
    value = statement.value
    if isinstance(value, Window):
        return day(value.start) if value.start == value.end else Distribution("uniform", (day(value.start), day(value.end)))
    if isinstance(value, Distribution):
        return value
    if isinstance(value, str):
        raise InputError(Fault(say('"{value}" is a text, not a number', value=value), statement.path))
    return float(value)


def _in_place_of(old: Estimate, said: Statement, value: float | Distribution, reason: str) -> Estimate:
    """An assumption in the place of an estimate; a number fills an array, and what was found stays behind it."""
    statements = (said, *old.statements)
    if isinstance(old.value, np.ndarray) and old.value.ndim:
        if isinstance(value, Distribution):
            raise InputError(Fault(say("this input is a series by month; assume one number, not a distribution"), f"{said.path}.value"))
        return Estimate(np.full_like(old.value, value), "assumed", statements, None, reason)
    return Estimate(value, "assumed", statements, None, reason)


__all__ = ["Known", "LineView", "PartyView", "PhaseView", "SiteView", "known"]
