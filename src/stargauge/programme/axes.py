"""The axes of a run: sites, phases, parties, commitments, accelerators and records as known, in the order of the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from stargauge.catalogue.load import RECORDS, KnownCatalogue
from stargauge.catalogue.records import WITHOUT, FitRecord, Vintage
from stargauge.programme.id_checks import PROGRAMME
from stargauge.programme.milestones import newest
from stargauge.programme.schema import UNSITED, Commitment, Party, Phase, Pledge, Programme, Site
from stargauge.quantity.address import slug
from stargauge.quantity.dates import month_label
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import FIXED_AXES
from stargauge.quantity.statement import Statement

#: The refit that leaves nothing out.
ALL = "all"
OTHER = "other"
#: Kinds of records of which a refit leaves a group out, how many a fit needs, and how many make a group of their own.
_BUILT_HERE = frozenset({"data_centre", "ai_campus"})
_ENOUGH, _GROUP = 8, 3
#: The oldest records a fit is made from; fits are renewed at the end of each quarter.
FIRST_EDITION = date(2023, 12, 31)
_ONE_BUILDING = (Statement(1.0, "1", note="one building where nobody says how many", text="1"),)


@dataclass(frozen=True)
class SiteView:
    """A site at its place on the site axis; `unsited` has no spec."""

    id: str
    index: int
    spec: Site | None


@dataclass(frozen=True)
class PhaseView:
    """A phase, or a pledge under `unsited`, at its place on the phase axis; `hardware` is its own, else that of its site."""

    id: str
    site: str
    site_index: int
    index: int
    spec: Phase | Pledge
    hardware: str


@dataclass(frozen=True)
class PartyView:
    """A party at its place on the party axis."""

    id: str
    index: int
    spec: Party


@dataclass(frozen=True)
class LineView:
    """A commitment at its place on the line axis: from a party, to the programme, a party or a site."""

    id: str
    party: str
    party_index: int
    to: str
    to_kind: str
    index: int
    spec: Commitment


def sites_of(programme: Programme) -> tuple[SiteView, ...]:
    """Sites in the order of the file, `unsited` last where there are pledges."""
    named: list[tuple[str, Site | None]] = [*programme.sites.items(), *([(UNSITED, None)] if programme.unsited else [])]
    return tuple(SiteView(name, index, spec) for index, (name, spec) in enumerate(named))


def phases_of(programme: Programme, sites: Sequence[SiteView]) -> tuple[PhaseView, ...]:
    """Phases site by site, pledges last; a phase has one building where nobody says how many."""
    out: list[PhaseView] = []
    for site in sites:
        if site.spec is None:
            for name, pledge in programme.unsited.items():
                out.append(PhaseView(f"{UNSITED}/{name}", UNSITED, site.index, len(out), pledge, _text(pledge.hardware)))
            continue
        for name, phase in site.spec.phases.items():
            spec = phase if phase.buildings else phase.model_copy(update={"buildings": _ONE_BUILDING})
            hardware = _text(phase.hardware or site.spec.hardware)
            out.append(PhaseView(f"{site.id}/{name}", site.id, site.index, len(out), spec, hardware))
    return tuple(out)


def _text(statements: Sequence[Statement]) -> str:
    chosen = newest(statements)
    return str(chosen.value) if chosen else ""


def parties_of(programme: Programme) -> tuple[PartyView, ...]:
    """Parties in the order of the file."""
    return tuple(PartyView(name, index, party) for index, (name, party) in enumerate(programme.parties.items()))


def lines_of(programme: Programme, parties: Sequence[PartyView]) -> tuple[LineView, ...]:
    """Commitments, party by party; one to a target not yet known goes to the programme."""
    out: list[LineView] = []
    for party in parties:
        for name, spec in party.spec.commitments.items():
            kind = "party" if spec.to in programme.parties else "site" if spec.to in programme.sites else PROGRAMME
            out.append(LineView(name, party.id, party.index, spec.to if kind != PROGRAMME else PROGRAMME, kind, len(out), spec))
    return tuple(out)


def edition_of(as_of: date) -> date:
    """The last day of the quarter before a day (or that day): fits use the records known then; the first edition for all earlier days."""
    first = date(as_of.year, 3 * ((as_of.month - 1) // 3) + 1, 1)
    following = date(first.year + (first.month == 10), (first.month + 2) % 12 + 1, 1) - timedelta(days=1)
    return max(FIRST_EDITION, following if following == as_of else first - timedelta(days=1))


def refit_records(catalogue: KnownCatalogue) -> tuple[FitRecord, ...]:
    """Records with a dated plan, published on a stated day, known at the last edition of the fit (all where too few).

    Of data centres, the rarer ways in which they were found count as one group; other kinds are left out by no refit.
    """
    usable = [r for r in catalogue.catalogue.records(edition_of(catalogue.day(RECORDS))) if r.taken_days is not None]
    if len(usable) < _ENOUGH:
        usable = [r for r in catalogue.catalogue.records() if r.taken_days is not None]
    size = Counter(record.frame for record in usable if record.group in _BUILT_HERE)
    return tuple(r if size[r.frame] >= _GROUP or r.group not in _BUILT_HERE else replace(r, frame=OTHER) for r in usable)


def refits_of(records: Sequence[FitRecord]) -> tuple[str, ...]:
    """The refits of the slip: with all records, and without each group of data centres."""
    frames = dict.fromkeys(record.frame for record in records if record.group in _BUILT_HERE)
    return (ALL, *(f"{WITHOUT}{frame}" for frame in frames))


def axes_of(
    programme: Programme, catalogue: KnownCatalogue, months: Sequence[date], sites: Sequence[SiteView], phases: Sequence[PhaseView],
    parties: Sequence[PartyView], lines: Sequence[LineView], records: Sequence[FitRecord], vintages: Sequence[Vintage],
) -> dict[str, tuple[str, ...]]:  # fmt: skip
    """The labels of every axis but `draw`."""
    return {
        **FIXED_AXES,
        "site": tuple(site.id for site in sites),
        "phase": tuple(phase.id for phase in phases),
        "party": tuple(party.id for party in parties),
        "line": tuple(line.id for line in lines),
        "month": tuple(month_label(month) for month in months),
        "chip": chips_of(programme, catalogue, phases),
        "model": models_of(catalogue),
        "record": tuple(record.id for record in records),
        "vintage": _unique([f"{slug(vintage.programme)}:{slug(vintage.milestone)}" for vintage in vintages]),
        "refit": refits_of(records),
    }


def models_of(catalogue: KnownCatalogue) -> tuple[str, ...]:
    """Models whose training a programme reckons: those that the catalogue marks so (`programmes`), and all that a user adds."""
    shipped = {row.name for row in catalogue.rows_of("model") if not row.laid_over}
    marked = {name: catalogue.text("model", name, "programmes") for name in catalogue.names("model")}
    return tuple(name for name, mark in marked.items() if mark == "yes" or (not mark and name not in shipped))


def chips_of(programme: Programme, catalogue: KnownCatalogue, phases: Sequence[PhaseView]) -> tuple[str, ...]:
    """Accelerators that a run can need: those named, and what a hall of unnamed hardware or a refresh gets.

    The catalogue's succession (`default_from`), from the generation of the programme's start or that of the oldest named one on, whichever
    is earlier. Where none of the named is in the succession: what their makers ship later.
    """
    names = catalogue.names("accelerator")
    named = [name for name in names if any(phase.hardware == name for phase in phases)]
    since = {name: _day_of(catalogue, name, "default_from") for name in names}
    if not named or any(name in named and since[name] == since[name] for name in names):
        start = float(programme.start.start.toordinal()) if programme.start else 0.0
        first = max((when for when in since.values() if when <= start), default=start)
        first = min([first, *(since[name] for name in named if since[name] == since[name])])
        return tuple(name for name in names if name in named or since[name] >= first)
    ships = {name: _day_of(catalogue, name, "ships_from") for name in names}
    makers = {catalogue.text("accelerator", name, "vendor") for name in named}
    first = min(ships[name] for name in named)
    return tuple(n for n in names if n in named or (ships[n] >= first and catalogue.text("accelerator", n, "vendor") in makers))


def _day_of(catalogue: KnownCatalogue, name: str, attribute: str) -> float:
    """A date of the catalogue as a day count, NaN where nobody said."""
    value = catalogue.estimate("accelerator", name, attribute).value
    if isinstance(value, Distribution):
        return value.quantile(0.5)
    return float(value) if isinstance(value, (int, float)) else float("nan")


def _unique(labels: Sequence[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    out = []
    for label in labels:
        seen[label] += 1
        out.append(label if seen[label] == 1 else f"{label}-{seen[label]}")
    return tuple(out)
