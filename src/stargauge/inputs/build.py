"""Records of builds and of racks put into halls, one cell each; lead times, crews and chances of a build: picks and labels only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from stargauge.catalogue.builds import POWER, BuildRecord, RampRecord
from stargauge.catalogue.fits import build_fingerprint
from stargauge.inputs.supply import designed_here, gas_plant
from stargauge.programme.known import Known, SiteView
from stargauge.quantity.dates import Window, day
from stargauge.quantity.distribution import STANDARD_NORMAL, STANDARD_UNIFORM, Distribution
from stargauge.quantity.quantity import quantity
from stargauge.quantity.schedule.builds import SINCE
from stargauge.quantity.statement import ABSENT, Estimate, Statement, resting_on

_CLASS, _LEAD = "reference-class", "lead-time"
_GENERATION = ("gas", "fuel_cell")


# --- records of builds ------------------------------------------------------------------------------------------------------------


def _cell(known: Known, record: BuildRecord | RampRecord, value: float | None, unit: str, when: date, says: str) -> Estimate:
    """One value of a record as an estimate; absent where the record does not say it; hindsight where its edition is younger."""
    if value is None:
        return ABSENT
    published = known.catalogue.catalogue.sources[record.source].published
    seen = Window(when, when)
    said = Statement(
        value, unit, seen, published or seen, record.source, "estimated", record.grade, says,  # type: ignore[arg-type]
        f"catalogue/build-record/{record.id}", record.owner,
    )  # fmt: skip
    later = published.end if published and published.end > known.as_of else None
    return Estimate(value, "default", (said,), later)


def _builds(known: Known, pick: Callable[[BuildRecord], float | None], unit: str = "1") -> list[Estimate]:
    return [_cell(known, record, pick(record), unit, record.known_at, record.site) for record in known.builds]


def _leads(known: Known, name: str, attribute: str) -> list[Estimate]:
    """The middle of a lead time when each build began: the newest value that speaks for a time before it, else the oldest."""
    rows = sorted((row.statement for row in known.catalogue.catalogue.entries(_LEAD, name, attribute)), key=_speaks_for)
    dated = [(_speaks_for(said), _lead(said, known.as_of)) for said in rows]
    return [_newest_before(dated, record.started) for record in known.builds]


def _newest_before(dated: Sequence[tuple[date, Estimate]], when: date | None) -> Estimate:
    return ABSENT if when is None else next((lead for since, lead in reversed(dated) if since <= when), dated[0][1])


def _lead(said: Statement, as_of: date) -> Estimate:
    value = said.value.quantile(0.5) if isinstance(said.value, Distribution) else float(said.value)  # type: ignore[arg-type]
    later = said.known_from if said.known_from and said.known_from > as_of else None
    return Estimate(value, "default", (said,), later, said.note)


def _number_of(names: Sequence[str]) -> dict[str, float]:
    return {name: float(place) for place, name in enumerate(dict.fromkeys(names))}


@quantity("d", "build")
def build_record_days(known: Known) -> list[Estimate]:
    """Days from the start of work to operation, or to the last look where a build still goes on; absent where its start is unknown."""
    return _builds(known, lambda record: record.taken_days, "d")


@quantity("1", "build")
def build_record_runs(known: Known) -> list[Estimate]:
    """1 where a build runs, 0 where it still went on at the last look."""
    return _builds(known, lambda record: float(record.operational is not None))


@quantity("1", "build")
def build_record_power_decided(known: Known) -> list[Estimate]:
    """1 where the halls stood complete and waited for power, 0 elsewhere."""
    return _builds(known, lambda record: float(record.held_by == POWER))


@quantity("1", "build")
def build_record_retrofit(known: Known) -> list[Estimate]:
    """1 where existing halls were refitted, 0 for new ones."""
    return _builds(known, lambda record: float(record.kind == "retrofit"))


@quantity("1", "build")
def build_record_expansion(known: Known) -> list[Estimate]:
    """1 for later buildings of a campus or beside an older plant, 0 for the first."""
    return _builds(known, lambda record: float(record.kind == "expansion"))


@quantity("W", "build")
def build_record_power(known: Known) -> list[Estimate]:
    """IT power that came on with each build."""
    return _builds(known, lambda record: record.it_power, "W")


@quantity("1", "build")
def build_record_buildings(known: Known) -> list[Estimate]:
    """Buildings that came on with each build."""
    return _builds(known, lambda record: record.buildings)


@quantity("W", "build")
def build_record_campus(known: Known) -> list[Estimate]:
    """IT power of the whole campus as foreseen, where the catalogue has it: for the large ones; absent elsewhere."""
    return _builds(known, lambda record: record.campus_power, "W")


@quantity("1", "build")
def build_record_since_2024(known: Known) -> list[Estimate]:
    """1 for builds begun since 2024, 0 for earlier ones."""
    return _builds(known, lambda record: None if record.started is None else float(record.started >= SINCE))


@quantity("1", "build")
def build_record_owner(known: Known) -> list[Estimate]:
    """Number of the owner that a build belongs to."""
    numbers = _number_of([record.owner for record in known.builds])
    return _builds(known, lambda record: numbers[record.owner])


@quantity("1", "build")
def build_record_site(known: Known) -> list[Estimate]:
    """Number of the campus that a build belongs to."""
    numbers = _number_of([record.site for record in known.builds])
    return _builds(known, lambda record: numbers[record.site])


@quantity("1", "build")
def build_record_shell_share(known: Known) -> list[Estimate]:
    """Share of the time from start to operation after which the roof was complete; absent where one of the dates is unknown."""
    return _builds(known, lambda record: record.shell_share)


@quantity("d", "build")
def build_record_operational(known: Known) -> list[Estimate]:
    """Day on which each build began to run; absent where it had not."""
    return _builds(known, lambda record: None if record.operational is None else day(record.operational), "d")


@quantity("d", "build")
def build_record_transformer_lead(known: Known) -> list[Estimate]:
    """Lead time of large transformers when each build began, by the catalogue's dated values; absent where its start is unknown."""
    return _leads(known, "transformer", "lead_time")


@quantity("d", "build")
def build_record_connection_lead(known: Known) -> list[Estimate]:
    """Time to connect a large load when each build began, by the catalogue's value for any region; absent where its start is unknown."""
    return _leads(known, "default", "connection_time")


def _speaks_for(said: Statement) -> date:
    return said.as_of.start if said.as_of else date.max


@quantity("1")
def build_owner(known: Known) -> Estimate:
    """Number of the owner whose earlier builds speak for the programme; -1 where there are none."""
    numbers = _number_of([record.owner for record in known.builds])
    owner = known.programme.owner
    return Estimate(numbers.get(owner, -1.0), "stated", (), None, owner or "no earlier builds")


def made_from(known: Known) -> str:
    """The fingerprint of the records, lead times and priors that the fit of building times is made from."""
    leads = [*build_record_transformer_lead(known), *build_record_connection_lead(known)]
    numbers = [np.asarray(one.value) for one in (*known.catalogue.build_priors(), campus_size(known))]
    return build_fingerprint(known.builds, [*numbers, np.array([float(np.asarray(lead.value)) for lead in leads])])


@quantity("1", "sample build_coefficient")
def build_fit_shipped(known: Known) -> Estimate:
    """The fit of building times as shipped with the catalogue for these very records, lead times and priors; absent where there is none."""
    rests_on = (*build_record_days(known), *build_record_transformer_lead(known), *known.catalogue.build_priors())
    table = known.catalogue.catalogue.build_fit(made_from(known), known.programme.owner)
    made = Estimate(table, "default", (), None, "fitted to the records of builds, see build_fit")
    return resting_on(made, *(cell.hindsight for cell in rests_on))


@quantity("1", "build_coefficient")
def build_prior_middle(known: Known) -> Estimate:
    """What is assumed of each coefficient of building times before any record: its middle (of a spread: its root mean square)."""
    return known.catalogue.build_priors()[0]


@quantity("1", "build_coefficient")
def build_prior_width(known: Known) -> Estimate:
    """How far each coefficient of building times may lie from its middle before any record: a standard deviation."""
    return known.catalogue.build_priors()[1]


@quantity("1")
def shell_share_prior(known: Known) -> Estimate:
    """What is assumed, before any record, of the share of the building time until the roof: its middle."""
    return known.default(_CLASS, "build-prior", "shell_share_middle")


@quantity("1")
def shell_share_prior_spread(known: Known) -> Estimate:
    """How far the share of the building time until the roof is assumed to vary: a standard deviation of its log odds."""
    return known.default(_CLASS, "build-prior", "shell_share_width")


@quantity("d")
def building_spacing_prior(known: Known) -> Estimate:
    """What is assumed, before any record, of the days between two buildings of a campus: its middle."""
    return known.default(_CLASS, "build-prior", "building_spacing_middle")


@quantity("1")
def building_spacing_prior_spread(known: Known) -> Estimate:
    """How far the days between two buildings of a campus is assumed to vary: a standard deviation of its logarithm."""
    return known.default(_CLASS, "build-prior", "building_spacing_width")


@quantity("W/d")
def rack_rate_prior(known: Known) -> Estimate:
    """What is assumed, before any record, of the IT power of racks put into a building per day: its middle."""
    return known.default(_CLASS, "build-prior", "rack_rate_middle")


@quantity("1")
def rack_rate_prior_spread(known: Known) -> Estimate:
    """How far the IT power of racks put into a building per day is assumed to vary: a standard deviation of its logarithm."""
    return known.default(_CLASS, "build-prior", "rack_rate_width")


# --- records of racks put into halls ----------------------------------------------------------------------------------------------


@quantity("W/d", "rack_ramp")
def rack_ramp_rate(known: Known) -> list[Estimate]:
    """IT power of racks put into a hall per day, per record."""
    return [_cell(known, record, record.it_power / record.days, "W/d", record.full, record.id) for record in known.rack_ramps]


@quantity("1", "rack_ramp")
def rack_ramp_owner(known: Known) -> list[Estimate]:
    """Number of the owner of each record: several halls of one owner count as one."""
    numbers = _number_of([record.owner for record in known.rack_ramps])
    return [_cell(known, record, numbers[record.owner], "1", record.full, record.id) for record in known.rack_ramps]


# --- the phases of the programme --------------------------------------------------------------------------------------------------


@quantity("1", "phase")
def phase_retrofit(known: Known) -> list[Estimate]:
    """1 where existing halls are refitted, 0 where they are built."""
    out = []
    for phase in known.phases:
        site = known.programme.sites.get(phase.site)
        said = site.retrofit if site else ()
        out.append(known.estimate(said) if said else Estimate(0.0, "assumed", note="built new where nobody says otherwise"))
    return out


@quantity("1", "phase")
def phase_expansion(known: Known) -> list[Estimate]:
    """1 for a later building of a site, 0 for its first and for pledges."""
    firsts = {phase.site: phase.id for phase in reversed(known.phases)}
    return [
        Estimate(
            float(phase.spec is not None and phase.site != "unsited" and firsts[phase.site] != phase.id), "stated", note="by its place"
        )
        for phase in known.phases
    ]


# --- chances ----------------------------------------------------------------------------------------------------------------------


def _chance(distribution: Distribution, of: str) -> Estimate:
    return Estimate(distribution, "default", note=f"a pure stream of chance; used in {of}")


@quantity("1", "draw")
def build_sample(known: Known) -> Estimate:
    """Which sample of the fitted building times a world uses, a uniform deviate: few records leave them uncertain."""
    return _chance(STANDARD_UNIFORM, "build_world")


@quantity("1", "draw")
def build_pace_programme(known: Known) -> Estimate:
    """The part of the pace of building that the whole programme shares, a standard normal deviate."""
    return _chance(STANDARD_NORMAL, "build_days")


@quantity("1", "draw site")
def build_pace_site(known: Known) -> list[Estimate]:
    """The part of the pace of building that one site shares, a standard normal deviate."""
    return [_chance(STANDARD_NORMAL, "build_days") for _ in known.sites]


@quantity("1", "draw site")
def shell_share_chance(known: Known) -> list[Estimate]:
    """How much of the building time goes until the roof, a standard normal deviate."""
    return [_chance(STANDARD_NORMAL, "shell_share") for _ in known.sites]


@quantity("1", "draw site")
def power_left_chance(known: Known) -> list[Estimate]:
    """How much of the lead times of power is left when work starts, a uniform deviate; one per site."""
    return [_chance(STANDARD_UNIFORM, "power_left") for _ in known.sites]


@quantity("1", "draw")
def building_spacing_chance(known: Known) -> Estimate:
    """How fast crews go from one building to the next, a standard normal deviate."""
    return _chance(STANDARD_NORMAL, "building_spacing")


@quantity("1", "draw site")
def rack_rate_chance(known: Known) -> list[Estimate]:
    """How fast racks are put in at a site, a standard normal deviate."""
    return [_chance(STANDARD_NORMAL, "rack_rate") for _ in known.sites]


# --- lead times and pools ---------------------------------------------------------------------------------------------------------


@quantity("d", "draw", least=0.0)
def transformer_lead_time(known: Known) -> Estimate:
    """Lead time of large power transformers."""
    return known.default(_LEAD, "transformer", "lead_time")


@quantity("d", "draw", least=0.0)
def switchgear_lead_time(known: Known) -> Estimate:
    """Lead time of switchgear."""
    return known.default(_LEAD, "switchgear", "lead_time")


@quantity("d", "draw site", least=0.0)
def connection_time(known: Known) -> list[Estimate]:
    """Time from asking for a grid connection of a large load to power, by the region of each site, else of any region."""
    return [_connection(known, site) for site in known.sites]


def _connection(known: Known, site: SiteView) -> Estimate:
    place = site.spec.place if site.spec else ""
    region = known.catalogue.text("place", place, "grid_region").lower() if place else ""
    named = region if region in known.catalogue.names(_LEAD) else "default"
    return known.default(_LEAD, named, "connection_time")


@quantity("d", "draw site", least=0.0)
def generation_lead_time(known: Known) -> list[Estimate]:
    """Lead time of plants that are to run all year on each site, or to carry it alone; absent where none is stated."""
    return [_generation(known, site, designed=False) for site in known.sites]


@quantity("d", "draw site", least=0.0)
def generation_lead_designed(known: Known) -> list[Estimate]:
    """Lead time of plants on each site that are designed here along with what they feed; absent where there are none."""
    return [_generation(known, site, designed=True) for site in known.sites]


def _generation(known: Known, site: SiteView, designed: bool) -> Estimate:
    supply = site.spec.supply if site.spec else None
    stated = {source: entry for source in _GENERATION if supply and (entry := getattr(supply, source)).capacity and entry.role != "backup"}
    running = {source: entry for source, entry in stated.items() if designed_here(known, site, source) == designed}
    for source in sorted(running, key=lambda source: running[source].role != "alone"):
        return known.default(_LEAD, gas_plant(site) if source == "gas" else "fuel-cell", "lead_time")
    return ABSENT


@quantity("d", "draw phase", least=0.0)
def commissioning_time(known: Known) -> list[Estimate]:
    """Days from the last rack to full operation."""
    return [known.default(_LEAD, "commissioning", "duration") for _ in known.phases]


@quantity("W")
def campus_size(known: Known) -> Estimate:
    """IT power from which on a site is a campus: its crews go from building to building."""
    return known.default(_CLASS, "build", "campus_size")


@quantity("W", "draw", least=0.0)
def building_power(known: Known) -> Estimate:
    """The largest IT power of one building: more takes another one, whatever was said."""
    return known.default(_CLASS, "build", "building_power")


@quantity("d", "draw", least=0.0)
def accelerator_lead_time(known: Known) -> Estimate:
    """Days from the order of accelerators to delivery."""
    return known.default(_LEAD, "accelerators", "lead_time")


@quantity("W/d", "draw", least=0.0)
def accelerator_supply(known: Known) -> Estimate:
    """IT power of accelerators that one programme can get per day."""
    return known.default(_LEAD, "accelerators", "supply")
