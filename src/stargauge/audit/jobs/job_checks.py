"""What others counted, announced or found about jobs, each beside what the model has for the same thing: inside its range, above or below.

Nothing here feeds the model's result for the site it is about: announced jobs stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.jobs.job_definitions import BUILDING_YEARS, BY_NAME, NAMES, PEAK, PERMANENT
from stargauge.audit.summary import exists
from stargauge.audit.wording.words import publisher_of
from stargauge.quantity.address import parse_address
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import STAGES
from stargauge.quantity.statement import Statement

Array = NDArray[np.float64]
#: The draws of an address at the end of a date's month.
Draws = Callable[[str, date], Array]
INSIDE, ABOVE, BELOW, APART = "inside", "above", "below", "no counterpart"
RECORDED, ANNOUNCED, STUDY = "counted", "announced", "study"
_LEVELS = (0.1, 0.5, 0.9)
_RUNS, _BUILT = f"power_facility[{STAGES[-1]}]", f"buildings[{STAGES[-1]}]"
_SPENT, _CAPITAL, _PRICE_RISE = "construction_deployed", "capital_deployed_real", "construction_price_rise"
_BUILDER_1, _BUILDER_2, _POST_2 = "builder_multiplier_type_1", "builder_multiplier_type_2", "post_multiplier_type_2"


@dataclass(frozen=True)
class Compared:
    """A figure of others beside the model: what it counts, where, its value, the model's P10, P50 and P90, and on which side it lies.

    `levels` is none where the model has nothing that counts the same.
    """

    kind: str
    where: str
    what: str
    value: float
    unit: str
    levels: tuple[float, float, float] | None
    source: str
    publisher: str
    grade: str
    published: str
    note: str

    @property
    def standing(self) -> str:
        """Inside P10 to P90, above, below, or without a counterpart."""
        if self.levels is None:
            return APART
        low, _, high = self.levels
        return BELOW if self.value < low * (1.0 - _EDGE) else ABOVE if self.value > high * (1.0 + _EDGE) else INSIDE

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        low, middle, high = self.levels or (None, None, None)
        return {
            "kind": self.kind, "where": self.where, "what": self.what, "value": self.value, "unit": self.unit, "p10": low, "p50": middle,
            "p90": high, "standing": self.standing, "source": self.source, "publisher": self.publisher, "grade": self.grade,
            "published": self.published, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """What of the model counts the same as an attribute of a study: its name, the addresses it needs, how they make it.

    `per_dollar`: the study speaks of dollars of its own year, so that what the model has is put in those.
    """

    what: str
    needs: tuple[str, ...]
    make: Callable[..., Array]
    per_dollar: bool = False


def _over(above: Array, below: Array) -> Array:
    """One over the other where there is another; absent elsewhere."""
    return np.where(below > 0.0, above / np.where(below > 0.0, below, 1.0), np.nan)


#: What the peak of builders is called.
AT_PEAK = "builders at the peak"
#: By the attribute of a study's row in the catalogue; taken at the end of the clock, when what is planned runs.
MEASURES: Mapping[str, Measure] = {
    "construction_total_per_direct": Measure("jobs in all per job of building", (_BUILDER_2,), lambda made: made),
    "construction_type_1": Measure("jobs on site and at suppliers per job of building", (_BUILDER_1,), lambda made: made),
    "offsite_per_onsite": Measure("jobs at suppliers per job of building", (_BUILDER_1,), lambda made: made - 1.0),
    "total_per_direct": Measure("jobs in all per permanent post", (_POST_2,), lambda made: made),
    "added_per_direct": Measure("jobs added per permanent post", (_POST_2,), lambda made: made - 1.0),
    "per_building": Measure("permanent posts per building", (PERMANENT, _BUILT), _over),
    "permanent_per_power": Measure("permanent posts per facility power", (PERMANENT, _RUNS), _over),
    "permanent_per_capital": Measure("permanent posts per capital with chips", (PERMANENT, _CAPITAL), _over),
    "construction_share_of_capital": Measure("construction in capital with chips", (_SPENT, _CAPITAL), _over),
    "jobs_per_cost": Measure(
        "job-years in all per cost of building", (BUILDING_YEARS, _BUILDER_2, _SPENT),
        lambda years, ratio, spent: _over(years * ratio, spent), per_dollar=True,
    ),
    "direct": Measure("job-years of building per cost of building", (BUILDING_YEARS, _SPENT), _over, per_dollar=True),
}  # fmt: skip
#: What studies and campuses count that the model does not.
_WITHOUT = {
    "construction_peak": "builders at the peak of one large site", "construction_workers": "people who ever took part in building",
    "operation_jobs": "posts and suppliers at one centre", "state_total": "jobs in all of a state",
    "direct_us": "direct jobs of the country", "total_us": "jobs in all of the country", "jobs_per_output": "jobs per new output",
    "permanent": "permanent posts",
    "direct_and_supplier": "job-years with suppliers per cost of building", "model_over_developer": "a model's jobs over a developer's",
}  # fmt: skip
_NAMES_OF_STUDIES = ("study-", "campus-", "construction")
#: Of the rows on construction, those that somebody else's count stands behind; the others are inputs in another form.
_OF_CONSTRUCTION = ("direct", "jobs_per_cost")
#: A figure that lies no further than this share beyond P10 or P90 is on the edge, and inside: the ends of a range are sampled.
_EDGE = 0.02


def needed(known: Any) -> dict[str, tuple[date, ...]]:
    """The addresses that a run must give for `compared`, each with the dates at which it is read."""
    end = known.months[-1]
    measured = (_PRICE_RISE, *(address for measure in MEASURES.values() for address in measure.needs))
    out: dict[str, list[date]] = {address: [end] for address in measured if exists(known, address)}
    for address, when, *_ in _stated(known):
        out.setdefault(address, []).append(when)
    return {address: tuple(dict.fromkeys(dates)) for address, dates in out.items()}


def compared(known: Any, draws: Draws, names: Mapping[str, str], site: str | None = None) -> tuple[Compared, ...]:
    """Every figure known on the day: counted and announced at sites, then of studies and other campuses (not where one site is asked)."""
    sources = {**known.catalogue.catalogue.sources, **known.programme.sources}
    made = [
        _row(kind, f"{names.get(place, place)}{_year(said)}", what, said, sources, draws(address, when))
        for address, when, place, kind, what, said in _stated(known)
        if site in (None, place)
    ]
    return (*made, *(() if site else _studies(known, draws, sources)))


def _stated(known: Any) -> Iterator[tuple[str, date, str, str, str, Statement]]:
    """(address, when, site, kind, what, statement) of what was counted at sites, by date, and of what was announced for them."""
    end = known.months[-1]
    for key, statements in known.programme.records.items():
        if key.partition("[")[0] not in NAMES:
            continue
        address = parse_address(key)
        what = BY_NAME[address.name].label if address.name in BY_NAME else AT_PEAK
        for said in statements:
            when = said.as_of.end if said.as_of else end
            if known.months[0].replace(day=1) <= when <= end and set(address.labels) <= set(known.axes["site"]):
                yield str(address), when, ", ".join(address.labels), RECORDED, what, said
    for view in known.sites:
        for name, what in ((PEAK, AT_PEAK), (PERMANENT, BY_NAME[PERMANENT].label)) if view.spec is not None else ():
            for said in getattr(view.spec, name):
                if said.status == "planned":
                    yield f"{name}[{view.id}]", end, view.id, ANNOUNCED, what, said
                elif said.status in ("reported", "observed", "estimated") and f"{name}[{view.id}]" not in known.programme.records:
                    yield f"{name}[{view.id}]", end, view.id, RECORDED, what, said


def _studies(known: Any, draws: Draws, sources: Mapping[str, Any]) -> Iterator[Compared]:
    """The rows of the catalogue that come from studies and other campuses, in the order of the file."""
    end = known.months[-1]
    for row in known.catalogue.rows_of("labour"):
        if not row.name.startswith(_NAMES_OF_STUDIES) or (row.name.startswith("construction") and row.attribute not in _OF_CONSTRUCTION):
            continue
        measure = MEASURES.get(row.attribute)
        if measure is None and row.attribute not in _WITHOUT:
            continue
        found = None
        if measure is not None and all(exists(known, address) for address in measure.needs):
            found = measure.make(*(draws(address, end) for address in measure.needs))
            found = found * _dollars(known, row.statement, draws) if measure.per_dollar else found
        what = measure.what if measure is not None else _WITHOUT[row.attribute]
        yield _row(STUDY, _title(row.name, row.statement, sources), what, row.statement, sources, found)


def _dollars(known: Any, said: Statement, draws: Draws) -> Array:
    """USD of the price year over those of a study's year: jobs per dollar fall as prices rise."""
    year = said.as_of.end.year if said.as_of else known.programme.price_year
    return np.asarray((1.0 + draws(_PRICE_RISE, known.months[-1])) ** max(known.programme.price_year - year, 0))


def _title(name: str, said: Statement, sources: Mapping[str, Any]) -> str:
    """Which campus, or who found it and for when: `campus-amazon-ohio` -> Amazon Ohio; PwC for the Data Center Coalition -> PwC, 2021."""
    if name.startswith("campus-"):
        return name.removeprefix("campus-").replace("-", " ").title()
    who = publisher_of(said.source, sources).split(" for ")[0].split(" on ")[0].split(" (")[0]
    return f"{who}{_year(said)}"


def _year(said: Statement) -> str:
    """For which year it speaks; nothing where only the day is known on which an undated page was read."""
    undated = said.as_of is None or (said.as_of.start == said.as_of.end and said.as_of == said.published)
    return f", {said.as_of.end.year}" if said.as_of is not None and not undated else ""


def _published(said: Statement, entry: Any) -> str:
    """When a statement was published, else its source."""
    return str(said.published or getattr(entry, "published", None) or "")


def _row(kind: str, where: str, what: str, said: Statement, sources: Mapping[str, Any], found: Array | None) -> Compared:
    value = said.value.quantile(0.5) if isinstance(said.value, Distribution) else float(said.value)  # type: ignore[arg-type]
    there = np.empty(0) if found is None else found[np.isfinite(found)]
    low, middle, high = (float(level) for level in np.quantile(there, _LEVELS)) if there.size else (0.0, 0.0, 0.0)
    entry = sources.get(said.source)
    return Compared(
        kind, where, what, value, said.unit, (low, middle, high) if there.size else None, said.source, publisher_of(said.source, sources),
        said.grade or str(getattr(entry, "grade", None) or "D"), _published(said, entry), said.note,
    )  # fmt: skip
