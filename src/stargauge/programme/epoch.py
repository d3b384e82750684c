"""Epoch AI's table of data-centre timelines as statements: one line per site and day, with what runs there in all by then.

A line dated not after the edition is an estimate, a later one a projection. Buildings are counted in all; they are the phases in order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from stargauge.catalogue.trackers import Tracker
from stargauge.programme.fields import DATE, RECORD, Spec, median
from stargauge.programme.importing import Proposal, proposal
from stargauge.programme.milestones import newest
from stargauge.programme.read import sources_of
from stargauge.programme.schema import Phase, Programme, Site
from stargauge.programme.statement_table import MOST_FAULTS, Row, read_table
from stargauge.quantity.dates import Window
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Source, Statement

FILE = "data_center_timelines.csv"
#: What is read, by the names its columns have had in the editions; money bears the year of its prices.
_COLUMNS = {
    "date": r"date", "name": r"data cent(er|re)( name)?", "buildings": r"buildings operational( .*)?",
    "power": r"(facility )?power \(mw\)", "it": r"it power \(mw\)", "h100e": r"h100 equivalents",
    "current": r"current h100 equivalents( .*)?", "capital": r"total capital cost \((?P<year>\d{4}) usd billions\)",
}  # fmt: skip
_NEEDED = {"date": "Date", "name": "Data center", "buildings": "Buildings operational", "power": "Power (MW)"}
_H100E = "compute_h100e[{}]"
#: How far ahead of its publication an edition may count a line as current: the one of 24 September 2026 counts 1 October.
_AHEAD = timedelta(days=7)
#: A day as a spreadsheet of the United States writes it, when somebody saves the table with one.
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Step:
    """What runs at a site by a day, in all: buildings, MW at the meter and at the racks, H100 equivalents, bn USD; None where not said."""

    row: Row
    day: date
    buildings: float | None
    power: float | None
    it: float | None
    h100e: float | None
    capital: float | None


@dataclass(frozen=True)
class Edition:
    """What was read of an edition: statements, its source by id (empty where known), when it was published, and what found no place."""

    proposals: list[Proposal]
    published: Window
    new_sources: dict[str, dict[str, Any]]
    unmatched: tuple[str, ...]
    silent: tuple[str, ...]
    unplaced: tuple[str, ...]


def read_epoch(folder: Path, programme: Programme, tracker: Tracker, published: Window | None, today: date) -> Edition:
    """The statements of an edition about the sites of a programme; without `published` the days that its own figures allow.

    Raises InputError with all faults of the lines about these sites; names it does not know are listed, not faults.
    """
    columns, rows = _table(folder)
    spans = _counted_current(rows, columns)
    if published is None:
        published = _published(folder, spans, today)
    # What the edition did not count as running was ahead of it, however late it was published.
    cut = min([published.end, *(end for _, end in spans)])
    named = {name: site for name, site in tracker.sites.items() if site in programme.sites}
    source, entry = source_of(programme, tracker, published)
    faults = list[Fault]()
    steps: dict[str, list[Step]] = {site: [] for site in named.values()}
    for row in rows:
        site = named.get(row.cells[columns["name"]])
        step = _step(row, columns, faults) if site else None
        if site and step:
            steps[site].append(step)
    if faults:
        raise InputError(faults[:MOST_FAULTS])
    year = re.fullmatch(_COLUMNS["capital"], columns.get("capital", "").lower())
    writer = _Writer(programme, {**sources_of(programme), source.id: source}, source, columns, year["year"] if year else "", faults, cut)
    for site, said in steps.items():
        writer.site(site, sorted(said, key=lambda step: step.day))
    if faults:
        raise InputError(faults[:MOST_FAULTS])
    there = {row.cells[columns["name"]] for row in rows}
    unmatched = tuple(sorted(name for name in there if name not in tracker.sites))
    silent = tuple(site for site in programme.sites if not steps.get(site))
    return Edition(writer.proposals, published, entry, unmatched, silent, tuple(writer.unplaced))


def _published(folder: Path, spans: Sequence[tuple[date, date]], today: date) -> Window:
    """The days on which the edition can have been made: at most a week before the last line it counts as current, before all others."""
    counted = max((start for start, _ in spans), default=date.max)
    last = min((end for _, end in spans), default=date.max)
    if last == date.max or counted > last:
        raise InputError(Fault(say("does not tell when it was published; give --vintage DATE"), file=str(folder / FILE)))
    first = counted - _AHEAD
    if first > today:
        raise InputError(
            Fault(
                say("counts what is dated {counted} as current, after today; give --vintage DATE", counted=counted), file=str(folder / FILE)
            )
        )
    return Window(first, min(last, today))


def _counted_current(rows: Sequence[Row], columns: Mapping[str, str]) -> list[tuple[date, date]]:
    """For each name the days on which what it counts as current ran: from its line to the day before compute changes again."""
    if "current" not in columns or "h100e" not in columns:
        return []
    lines: dict[str, list[tuple[date, bool]]] = {}
    for row in rows:
        try:
            day, current, ran = (
                date.fromisoformat(row.cells[columns["date"]]),
                *(float(row.cells[columns[k]]) for k in ("current", "h100e")),
            )
        except ValueError:
            continue
        lines.setdefault(row.cells[columns["name"]], []).append((day, math.isclose(ran, current, rel_tol=1e-6, abs_tol=0.5)))
    spans = []
    for said in map(sorted, lines.values()):
        same = [day for day, is_current in said if is_current]
        if same:
            later = [day for day, is_current in said if not is_current and day > same[-1]]
            spans.append((same[0], later[0] - timedelta(days=1) if later else date.max))
    return spans


def source_of(programme: Programme, tracker: Tracker, published: Window) -> tuple[Source, dict[str, dict[str, Any]]]:
    """The source of an edition: that of the programme where it has it, else a new one that repeats the tracker's first."""
    sources = sources_of(programme)
    publisher = tracker.publisher.partition(" (")[0]
    own = {name: s for name, s in sources.items() if name.startswith(f"{tracker.id}-") and s.publisher.partition(" (")[0] == publisher}
    # A programme may hold several pages of one day; the edition of the tracker is the one called by the tracker and a date.
    editions = {name: source for name, source in own.items() if re.fullmatch(rf"{tracker.id}-\d{{4}}-\d{{2}}(-\d{{2}})?", name)}
    for source in editions.values():
        if source.published == published:
            return source, {}
    name = f"{tracker.id}-{published.end}"
    while name in sources:
        name += "-import"
    root = next((programme.sources[one].root or one for one in editions), "")
    title = f"{tracker.title}, edition of {published}"
    entry: dict[str, Any] = {
        "publisher": tracker.publisher, "title": title, "date": str(published), "url": tracker.url,
        "grade": tracker.grade,
    }  # fmt: skip
    if root:
        entry["root"] = root
    return Source(name, tracker.publisher, title, published, tracker.url, tracker.grade), {name: entry}  # type: ignore[arg-type]


def _table(folder: Path) -> tuple[dict[str, str], list[Row]]:
    """The names of the columns, and the lines. Raises InputError for a folder without the file and for an unknown layout."""
    if not folder.is_dir():
        raise InputError(say('no folder "{folder}"; expected the folder that holds {file}', folder=folder, file=FILE))
    file = folder / FILE
    if not file.is_file():
        raise InputError(Fault(say("is not there; expected the published table of timelines{near}", near=_near(folder)), file=str(file)))
    header, rows = read_table(file)
    found = {key: column for key, form in _COLUMNS.items() for column in header if re.fullmatch(form, column.lower())}
    if missing := [name for key, name in _NEEDED.items() if key not in found]:
        raise InputError([
            Fault(
                say('no column "{name}"{near}; an unknown layout, nothing was read', name=name, near=did_you_mean(name, header)),
                file=str(file), line=1, column=1,
            )
            for name in missing
        ])  # fmt: skip
    if not rows:
        raise InputError(Fault(say("has no lines"), file=str(file)))
    return found, _with_days(rows, found["date"])


def _with_days(rows: list[Row], column: str) -> list[Row]:
    """The lines with days such as 9/20/2016 as 2016-09-20, where the days of the file leave no doubt that the month comes first."""
    slashed = [found for row in rows if (found := _SLASHED.fullmatch(row.cells[column]))]
    if any(int(found[1]) > 12 for found in slashed) or not any(int(found[2]) > 12 for found in slashed):
        return rows
    return [replace(row, cells={**row.cells, column: _SLASHED.sub(_iso, row.cells[column])}) for row in rows]


def _iso(found: re.Match[str]) -> str:
    return f"{found[3]}-{int(found[1]):02}-{int(found[2]):02}"


def _near(folder: Path) -> str:
    return did_you_mean(FILE, sorted(path.name for path in folder.glob("*.csv")))


def _step(row: Row, columns: Mapping[str, str], faults: list[Fault]) -> Step | None:
    before = len(faults)
    text = row.cells[columns["date"]]
    try:
        day = date.fromisoformat(text)
    except ValueError:
        faults.append(row.fault(columns["date"], say('got "{text}"; expected a day such as 2026-11-01', text=text)))
        day = date.min
    numbers = [_number(row, columns.get(key, ""), faults) for key in ("buildings", "power", "it", "h100e", "capital")]
    return Step(row, day, *numbers) if len(faults) == before else None


def _number(row: Row, column: str, faults: list[Fault]) -> float | None:
    text = row.cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        faults.append(row.fault(column, say('got "{text}"; expected a number that is not negative', text=text)))
        return None
    return value


@dataclass
class _Writer:
    """Turns the steps of a site into statements."""

    programme: Programme
    sources: dict[str, Source]
    source: Source
    columns: dict[str, str]
    price_year: str
    faults: list[Fault]
    cut: date

    def __post_init__(self) -> None:
        self.proposals: list[Proposal] = []
        self.unplaced: list[str] = []
        assert self.source.published is not None
        self.edition = self.source.published

    def site(self, name: str, steps: Sequence[Step]) -> None:
        """Sizes of the site at its end, dates and sizes of its phases, and the compute that runs by the edition."""
        if not steps:
            return
        site = self.programme.sites[name]
        self._sizes(name, steps[-1])
        self._phases(name, site, steps)
        past = [step for step in steps if step.day <= self.cut and step.h100e]
        if past and _H100E.format(name) in self.programme.records:
            self._add(past[-1], ("records", _H100E.format(name)), Spec(RECORD), "h100e", f"{past[-1].h100e:.0f}", as_of=str(past[-1].day))

    def _sizes(self, name: str, last: Step) -> None:
        count = f"{last.buildings:g} building{'' if last.buildings == 1 else 's'}, " if last.buildings else ""
        for field, column, value in (("facility_power", "power", last.power), ("it_power", "it", last.it)):
            if value:
                self._add(last, ("sites", name, field), Site.specs[field], column, _power(value), note=f"{count}end state")
        if last.capital and self.price_year:
            note = f"prices of {self.price_year}, {count}with chips, end state"
            self._add(last, ("sites", name, "capital"), Site.specs["capital"], "capital", f"{last.capital:.4g} bn USD", "estimated", note)

    def _phases(self, name: str, site: Site, steps: Sequence[Step]) -> None:
        """The phases that each step completes: it does so when it counts the buildings of all phases up to them."""
        counted = [step for step in steps if step.buildings is not None]
        ends = self._ends(name, site, max((step.buildings or 0.0 for step in counted), default=0.0))
        last, reached = Step(steps[0].row, date.min, 0.0, 0.0, 0.0, None, None), 0.0
        for step in counted:
            assert step.buildings is not None
            if step.buildings <= reached:
                last = step if step.buildings == reached else last
                continue
            done = [phase for phase, end in ends.items() if reached < end <= step.buildings]
            if done:
                self._operational(name, site, done, step)
                aligned = ends[done[-1]] == step.buildings and reached in (0.0, *ends.values())
                steady = {other.power for other in counted if other.buildings == step.buildings} == {step.power}
                if aligned and steady:
                    self._shares(name, site.phases, done, step, last)
            last, reached = step, step.buildings
        left = [phase for phase, end in ends.items() if end > reached]
        if left and steps[-1].buildings is None:
            self.unplaced.append(say("{site}: the line of {day} does not count buildings", site=name, day=steps[-1].day))
        else:
            self.unplaced += [say("{site}/{phase}: its building is not counted by the last line", site=name, phase=phase) for phase in left]

    def _ends(self, name: str, site: Site, counted: float) -> dict[str, float]:
        """How many buildings of a site are counted in all once each phase is complete; what cannot be told apart is listed.

        A phase that does not say how many buildings it has counts as one, unless the edition counts more than the phases have.
        """
        said = {phase: newest(spec.buildings) for phase, spec in site.phases.items()}
        have = sum(self._buildings(spec) for spec in site.phases.values())
        ends, at = dict[str, float](), 0.0
        for phase, spec in site.phases.items():
            if said[phase] is None and counted > have:
                self.unplaced.append(
                    say(
                        "{site}: it counts {count} buildings, and {phase} does not say how many are its own",
                        site=name,
                        count=f"{counted:g}",
                        phase=phase,
                    )
                )
                return ends
            own = self._buildings(spec)
            if own:
                at += own
                ends[phase] = at
            else:
                self.unplaced.append(say("{site}/{phase}: no building of its own", site=name, phase=phase))
        if counted > at:
            self.unplaced.append(
                say(
                    "{site}: {some} of the {all} buildings that it counts belong to no phase; see that both number them alike",
                    site=name,
                    some=f"{counted - at:g}",
                    all=f"{counted:g}",
                )
            )
        return ends

    def _operational(self, name: str, site: Site, done: Sequence[str], step: Step) -> None:
        """The date of a step: of its last phase, and of those for which the tracker had one before; it says nothing of the others."""
        for phase in done:
            known = site.phases[phase].milestones.operational
            if phase == done[-1] or any(self._ours(said) for said in known):
                spec = type(site.milestones).specs["operational"]
                assert spec.unit == DATE
                self._add(step, ("sites", name, "phases", phase, "milestones", "operational"), spec, "date", str(step.day))

    def _ours(self, said: Statement) -> bool:
        """Whether the tracker itself dates it; a plan is what it relays of others."""
        found = self.sources.get(said.source) if said.status != "planned" else None
        return found is not None and found.publisher.partition(" (")[0] == self.source.publisher.partition(" (")[0]

    def _shares(self, name: str, phases: Mapping[str, Phase], done: Sequence[str], step: Step, before: Step) -> None:
        """What a step adds, in equal shares per building of the phases that it completes."""
        for field, column, now, then in (("facility_power", "power", step.power, before.power), ("it_power", "it", step.it, before.it)):
            if now is None or then is None or now <= then:
                continue
            counts = {phase: self._buildings(phases[phase]) for phase in done}
            for phase, count in counts.items():
                share = (now - then) * count / sum(counts.values())
                several = f"share by buildings of the {_power(now - then)} that {len(done)} phases add" if len(done) > 1 else ""
                note = several or (f"{_power(now)} in all, less {_power(then)}" if then else "")
                self._add(step, ("sites", name, "phases", phase, field), Phase.specs[field], column, _power(share), note=note)

    @staticmethod
    def _buildings(phase: Phase) -> float:
        """The buildings of a phase; one where nobody says."""
        said = newest(phase.buildings)
        found = median(said.value) if said else None
        return 1.0 if found is None else found

    def _add(
        self, step: Step, trail: tuple[str, ...], spec: Spec, column: str, value: str, status: str = "", note: str = "", as_of: str = ""
    ) -> None:  # fmt: skip
        raw = {
            "value": value, "as_of": as_of or str(self.edition), "published": str(self.edition), "source": self.source.id,
            "status": status or ("estimated" if step.day <= self.cut else "projected"), "grade": self.source.grade,
        }  # fmt: skip
        if note:
            raw["note"] = note
        made = proposal(step.row, trail, spec, raw, self.sources, self.faults, {"value": self.columns[column]})
        if made is not None:
            self.proposals.append(made)


def _power(megawatt: float) -> str:
    return f"{megawatt:.6g} MW"
