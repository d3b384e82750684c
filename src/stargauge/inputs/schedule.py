"""Dates and sizes of phases as stated: picks and labels, never computes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from stargauge.programme.known import Known, PhaseView, SiteView
from stargauge.quantity.dates import Window, day
from stargauge.quantity.distribution import STANDARD_NORMAL, STANDARD_UNIFORM, Distribution
from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.statement import ABSENT, Estimate, Statement

_BAND = ("reference-class", "tracker-power")


def _window(statement: Statement) -> Window:
    assert isinstance(statement.value, Window)
    return statement.value


def _date_of(known: Known, statement: Statement | None, pick: Callable[[Window], float | Distribution]) -> Estimate:
    return ABSENT if statement is None else Estimate(pick(_window(statement)), known.kind(statement), (statement,), None, statement.note)


def _spread(window: Window) -> float | Distribution:
    return day(window.start) if window.start == window.end else Distribution("uniform", (day(window.start), day(window.end)))


def _by_stage(known: Known, make: Callable[[PhaseView, str], Estimate]) -> list[Estimate]:
    return [make(phase, stage) for stage in STAGES for phase in known.phases]


@quantity("d", "month")
def month_end(known: Known) -> Estimate:
    """The last day of each month of the programme's clock."""
    return Estimate(np.array([day(month) for month in known.months]), "stated", note="calendar")


@quantity("d", "life_month")
def life_end(known: Known) -> Estimate:
    """The last day of each month over which assets are financed."""
    return Estimate(np.array([day(month) for month in known.life_months]), "stated", note="calendar")


@quantity("d", "life_month")
def life_days(known: Known) -> Estimate:
    """Days of each month over which assets are financed."""
    return Estimate(np.array([float(month.day) for month in known.life_months]), "stated", note="calendar")


@quantity("d", "life_year")
def life_year_end(known: Known) -> list[Estimate]:
    """The last day of each calendar year over which assets are financed."""
    last = {month.year: day(month) for month in known.life_months}
    return [Estimate(end, "stated", note="calendar") for end in last.values()]


@quantity("1", "phase")
def phase_site(known: Known) -> list[Estimate]:
    """The site each phase belongs to (its place on the site axis)."""
    place = {site.id: index for index, site in enumerate(known.sites)}
    return [Estimate(float(place[phase.site]), "stated", note=phase.site) for phase in known.phases]


@quantity("1", "phase")
def phase_unsited(known: Known) -> list[Estimate]:
    """1 for a pledge without a site, 0 for a phase of a site."""
    return [Estimate(float(phase.site == "unsited"), "stated", note=phase.site) for phase in known.phases]


@quantity("W", "draw phase")
def phase_it_power_stated(known: Known) -> list[Estimate]:
    """IT power of each phase as stated; absent where nobody said."""
    return [known.estimate(phase.spec.it_power) for phase in known.phases]


@quantity("W", "draw phase")
def phase_facility_power_stated(known: Known) -> list[Estimate]:
    """Facility power of each phase as stated; absent where nobody said."""
    return [known.estimate(phase.spec.facility_power) for phase in known.phases]


@quantity("1", "draw site")
def site_power_band(known: Known) -> list[Estimate]:
    """Factor by which the true power of a site may differ from a tracker's estimate, one for all its phases."""
    return [known.default(*_BAND, "band") for _ in known.sites]


@quantity("1", "phase")
def phase_power_tracked(known: Known) -> list[Estimate]:
    """1 where the size of a phase is a tracker's estimate, 0 where it is a plan or a company's own figure (no measurement band)."""
    chosen = [known.estimate(phase.spec.it_power or phase.spec.facility_power) for phase in known.phases]
    none = Estimate(0.0, "stated", note="nobody said a size in power")
    return [
        Estimate(float(e.statements[0].status in ("estimated", "observed")), "stated", e.statements[:1]) if e.statements else none
        for e in chosen
    ]


@quantity("1", "draw phase")
def phase_buildings(known: Known) -> list[Estimate]:
    """Buildings of each phase; none for a pledge without a site."""
    return [
        Estimate(0.0, "stated", note="a pledge without a site") if phase.site == "unsited" else known.estimate(phase.spec.buildings)
        for phase in known.phases
    ]


@quantity("d", "draw stage phase")
def phase_date_observed(known: Known) -> list[Estimate]:
    """Date at which a stage was reached as the record says, anywhere in the stated window; absent where it says nothing."""

    def make(phase: PhaseView, stage: str) -> Estimate:
        if stage == "announced":
            return _date_of(known, known.announced(phase), lambda window: day(window.start))
        return _date_of(known, known.milestone_observed(phase, stage), _spread)

    return _by_stage(known, make)


@quantity("d", "stage phase")
def phase_date_seen(known: Known) -> list[Estimate]:
    """Day of the look that saw a stage reached; absent where it was not seen."""

    def make(phase: PhaseView, stage: str) -> Estimate:
        seen = known.milestone_observed(phase, stage)
        return ABSENT if seen is None or seen.as_of is None else Estimate(day(seen.as_of.start), "stated", (seen,))

    return _by_stage(known, make)


@quantity("d", "draw stage phase")
def phase_date_planned(known: Known) -> list[Estimate]:
    """Planned date of a stage as stated (the middle of the stated window); absent where there is no plan."""
    return _by_stage(known, lambda phase, stage: _date_of(known, known.milestone_planned(phase, stage), lambda window: window.middle))


@quantity("d", "draw stage phase")
def phase_plan_published(known: Known) -> list[Estimate]:
    """Day on which the plan of a stage was published; absent where there is no plan."""

    def make(phase: PhaseView, stage: str) -> Estimate:
        plan = known.milestone_planned(phase, stage)
        published = plan.published or plan.as_of if plan else None
        return ABSENT if plan is None else Estimate(day(published.end if published else known.as_of), "stated", (plan,))

    return _by_stage(known, make)


@quantity("d", "stage phase")
def phase_plan_window(known: Known) -> list[Estimate]:
    """Half the width of the planned window of a stage: a plan for a year says less than one for a day; absent where there is no plan."""
    return _by_stage(known, lambda phase, stage: _date_of(known, known.milestone_planned(phase, stage), lambda window: window.half))


@quantity("1", "stage phase")
def phase_plan_again(known: Known) -> list[Estimate]:
    """1 where a plan replaced an earlier one of another date, 0 where it is the first; absent where there is no plan."""

    def make(phase: PhaseView, stage: str) -> Estimate:
        plan = known.milestone_planned(phase, stage)
        return ABSENT if plan is None else Estimate(float(known.replanned(phase, stage)), "stated", (plan,))

    return _by_stage(known, make)


@quantity("1", "stage phase")
def phase_plan_tracked(known: Known) -> list[Estimate]:
    """1 where the plan of a stage is a third party's forecast, 0 where it is the builder's own; absent where there is no plan."""

    def make(phase: PhaseView, stage: str) -> Estimate:
        plan = known.milestone_planned(phase, stage)
        return ABSENT if plan is None else Estimate(float(plan.status != "planned" and known.kind(plan) == "stated"), "stated", (plan,))

    return _by_stage(known, make)


@quantity("1", "phase")
def phase_designed(known: Known) -> list[Estimate]:
    """1 where a plan made with Stargauge says when work on a phase starts, so that the network of activities dates the rest; else 0."""
    none = Estimate(0.0, "stated", note="no plan made here")
    plans = (known.milestone_planned(phase, "under_construction") if known.designed(phase) else None for phase in known.phases)
    return [none if plan is None else Estimate(1.0, "designed", (plan,)) for plan in plans]


@quantity("1", "phase")
def phase_added(known: Known) -> list[Estimate]:
    """1 for a phase that a plan made with Stargauge adds to the programme, since its size is designed; else 0."""
    none = Estimate(0.0, "stated", note="no plan made here")
    sizes = (known.estimate(phase.spec.it_power) for phase in known.phases)
    return [Estimate(1.0, "designed", one.statements) if one.kind == "designed" else none for one in sizes]


@quantity("d", "draw phase")
def phase_date_cancelled(known: Known) -> list[Estimate]:
    """Day on which a phase was given up, or paused and not taken up again, as the record says; absent where it was not."""
    ended = (known.milestone_cancelled(phase) or known.milestone_paused(phase) for phase in known.phases)
    return [_date_of(known, statement, lambda window: day(window.start)) for statement in ended]


@quantity("d", "phase")
def phase_date_placed(known: Known) -> list[Estimate]:
    """Day on which a pledge without a site got its sites; absent for phases of sites and for open pledges."""
    return [_date_of(known, known.milestone_placed(phase), lambda window: day(window.start)) for phase in known.phases]


@quantity("d", "phase")
def phase_date_promised(known: Known) -> list[Estimate]:
    """The first dated promise of power for each phase (operational, else energised), end of its window; absent where there was none."""
    return [_date_of(known, known.first_promise(phase), lambda window: day(window.end)) for phase in known.phases]


@quantity("W", "phase")
def phase_facility_power_promised(known: Known) -> list[Estimate]:
    """Facility power of each phase as stated, without its band; absent where only IT power was stated."""
    chosen = (known.estimate(phase.spec.facility_power) for phase in known.phases)
    return [Estimate(_middle(e), e.kind, e.statements, e.hindsight, e.note) for e in chosen]


def _middle(estimate: Estimate) -> float:
    return estimate.value.quantile(0.5) if isinstance(estimate.value, Distribution) else float(np.asarray(estimate.value))


def _announced_by_month(known: Known, site: SiteView, statements: tuple[Statement, ...]) -> Estimate:
    """The newest stated size of a whole site at each month end; not counted from the month its cancellation became known."""
    dated = sorted((s for s in statements if s.known_from), key=lambda s: s.known_from or date.min)
    dropped = known.site_cancelled(site)
    value = np.full(len(known.months), np.nan)
    for index, month in enumerate(known.months):
        said = [s for s in dated if (s.known_from or date.min) <= month]
        if said and not (dropped and dropped <= month):
            newest = said[-1].value
            value[index] = newest.quantile(0.5) if isinstance(newest, Distribution) else float(newest)  # type: ignore[arg-type]
    return Estimate(value, "stated", tuple(reversed(dated))) if dated else Estimate(value, "stated", (), None, "nobody said")


@quantity("W", "draw site month")
def site_it_power_announced(known: Known) -> list[Estimate]:
    """IT power of each whole site as it had been announced by each month end; absent where nobody said."""
    return [_announced_by_month(known, site, site.spec.it_power if site.spec else ()) for site in known.sites]


@quantity("W", "draw site month")
def site_facility_power_announced(known: Known) -> list[Estimate]:
    """Facility power of each whole site as it had been announced by each month end; absent where nobody said."""
    return [_announced_by_month(known, site, site.spec.facility_power if site.spec else ()) for site in known.sites]


@quantity("d", "site")
def site_observed_through(known: Known) -> list[Estimate]:
    """The day up to which each site has been looked at; absent where nobody looked."""
    seen = [known.observed_through(site.id) for site in known.sites]
    return [
        Estimate(day(when), "stated", (), None, f"looked at until {when}, the newest observation among its statements") if when else ABSENT
        for when in seen
    ]


@quantity("d", "site")
def site_known_from(known: Known) -> list[Estimate]:
    """The day on which the first statement about each site was published."""
    return [
        Estimate(day(known.site_known_from(site.id)), "stated", (), None, "the oldest publication among its statements")
        for site in known.sites
    ]


@quantity("1", "draw site")
def cancellation_site(known: Known) -> list[Estimate]:
    """Chance by which a site is cancelled, a uniform deviate shared by its phases."""
    return [Estimate(STANDARD_UNIFORM, "default", note="a pure stream of chance; the rate is cancellation_rate_*") for _ in known.sites]


@quantity("1", "draw")
def cancellation_rate_chance(known: Known) -> Estimate:
    """How often announced projects are cancelled, a standard normal deviate."""
    return Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; used in cancellation_rate_announced")


@quantity("1")
def cancellation_cases(known: Known) -> Estimate:
    """Cancelled projects of the reference class that count before our own records do."""
    return known.default("reference-class", "data-centre", "cancellation_cases")


@quantity("1")
def cancellation_years(known: Known) -> Estimate:
    """Years over which the projects of the reference class were watched, all together."""
    return known.default("reference-class", "data-centre", "cancellation_years")


@quantity("1", "draw")
def cancellation_share_building(known: Known) -> Estimate:
    """Rate of cancellation of projects being built over that of announced ones."""
    return known.default("reference-class", "data-centre", "cancellation_share_building")


@quantity("1", "draw phase", least=0.0, most=1.0)
def pledge_share(known: Known) -> list[Estimate]:
    """Share of its stated size that a pledge without a site comes to; one for a phase of a site."""
    return [
        known.default("reference-class", "unsited", "share_built")
        if phase.site == "unsited"
        else Estimate(1.0, "stated", note="has a site")
        for phase in known.phases
    ]


@quantity("d", "draw phase")
def announced_to_start(known: Known) -> list[Estimate]:
    """Days from the announcement to the start of work where nothing is planned: of a site, or of a pledge that must find one first."""
    return [
        known.default("reference-class", "unsited", "time_to_site")
        if phase.site == "unsited"
        else known.default("reference-class", "build", "announced_to_start")
        for phase in known.phases
    ]
