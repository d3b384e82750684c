"""The catalogue: kind, name and attribute to dated statements; the values a run falls back on where a programme says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from stargauge.catalogue.builds import BuildRecord, RampRecord, as_seen, read_builds, read_ramps
from stargauge.catalogue.fits import Array, fingerprint, shipped_build_fit, shipped_fit
from stargauge.catalogue.gpu_curves import GpuCurve, is_curve_file, read_curves, shipped_curves
from stargauge.catalogue.records import FitRecord, Vintage, read_fit_records, read_vintages
from stargauge.catalogue.rows import Row, read_rows, read_sources
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.quantity import BUILD_COEFFICIENTS, COEFFICIENTS
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import ABSENT, Estimate, Source, Statement
from stargauge.quantity.units import convert

DATA = Path(__file__).parent / "data"
FIT_RECORDS, VINTAGES, SOURCES = "fit-record.csv", "vintage.csv", "sources.csv"
BUILD_RECORDS, RAMP_RECORDS = "build-record.csv", "ramp-record.csv"
#: What the records of plans and of builds and the editions of a tracker are called beside the kinds of values.
RECORDS, BUILDS, EDITIONS = "fit-record", "build-record", "vintage"
KINDS: tuple[str, ...] = (
    "accelerator", "cooling", "facility", "place", "weather", "energy", "emission", "price", "labour", "funding", "reliability", "model",
    "rate", "usage", "lead-time", "reference-class", "pledge", "depreciation",
)  # fmt: skip


@lru_cache(maxsize=1)
def _shipped_sources() -> dict[str, Source]:
    return read_sources(DATA / SOURCES)


@cache
def _shipped_rows(kind: str) -> tuple[Row, ...]:
    file = DATA / f"{kind}.csv"
    return tuple(read_rows(file, _shipped_sources(), frozenset({kind}))) if file.exists() else ()


@lru_cache(maxsize=1)
def _shipped_records() -> tuple[FitRecord, ...]:
    return read_fit_records(DATA / FIT_RECORDS)


@lru_cache(maxsize=1)
def _shipped_vintages() -> tuple[Vintage, ...]:
    return read_vintages(DATA / VINTAGES)


@lru_cache(maxsize=1)
def _shipped_builds() -> tuple[BuildRecord, ...]:
    return read_builds(DATA / BUILD_RECORDS)


@lru_cache(maxsize=1)
def _shipped_ramps() -> tuple[RampRecord, ...]:
    return read_ramps(DATA / RAMP_RECORDS)


@dataclass(frozen=True)
class Catalogue:
    """The shipped values with a user's own laid over them. Files are read when their kind is first asked for.

    `without`: owners (`stargate`, `meta`) whose recorded outcomes do not exist for whoever reads it: a backtest leaves a programme out.
    """

    own_sources: dict[str, Source] = field(default_factory=dict)
    own_rows: tuple[Row, ...] = ()
    own_curves: tuple[GpuCurve, ...] = ()
    without: frozenset[str] = frozenset()
    _index: dict[str, dict[tuple[str, str], tuple[Row, ...]]] = field(default_factory=dict, repr=False, compare=False)
    _named: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def sources(self) -> dict[str, Source]:
        """All sources by id."""
        return {**_shipped_sources(), **self.own_sources}

    def kinds(self) -> tuple[str, ...]:
        """What it holds, in the order it is shown."""
        return KINDS

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of a kind, in the order of the file."""
        if kind not in self._named:
            self._named[kind] = tuple(dict.fromkeys(name for name, _ in self._of(kind)))
        return self._named[kind]

    def attributes(self, kind: str, name: str) -> tuple[str, ...]:
        """What is known of a name. Raises InputError with the nearest name where there is none such."""
        self._check_name(kind, name)
        return tuple(attribute for at, attribute in self._of(kind) if at == name)

    def rows(self, kind: str, name: str, attribute: str) -> tuple[Statement, ...]:
        """The statements of one attribute, as they stand in the files; the user's own last."""
        return tuple(row.statement for row in self.entries(kind, name, attribute))

    def entries(self, kind: str, name: str, attribute: str) -> tuple[Row, ...]:
        """The rows of one attribute; none where nobody said. Raises InputError for a name or an attribute that the kind does not have."""
        found = self._of(kind).get((name, attribute))
        if found is None:
            self._check_name(kind, name)
            known = {attribute for _, attribute in self._of(kind)}
            if attribute not in known:
                raise InputError(
                    say('no attribute "{attribute}" in {kind}{near}', attribute=attribute, kind=kind, near=did_you_mean(attribute, known))
                )
            return ()
        return found

    def text(self, kind: str, name: str, attribute: str) -> str:
        """The newest text of an attribute, an empty string where nobody said."""
        found = _newest(self.entries(kind, name, attribute), date.max)
        return str(found.statement.value) if found else ""

    def records(self, as_of: date | None = None) -> tuple[FitRecord, ...]:
        """The plan-to-actual records known by a day (all without one)."""
        kept = (record for record in _shipped_records() if record.owner not in self.without)
        return tuple(record for record in kept if as_of is None or record.known_at <= as_of)

    def builds(self, as_of: date) -> tuple[BuildRecord, ...]:
        """The records of builds as they could be seen by a day: what came later has not happened."""
        kept = (as_seen(record, as_of) for record in _shipped_builds() if record.owner not in self.without)
        return tuple(record for record in kept if record is not None)

    def rack_ramps(self, as_of: date) -> tuple[RampRecord, ...]:
        """The records of racks put into halls by a day; all where none was."""
        kept = tuple(record for record in _shipped_ramps() if record.owner not in self.without)
        return tuple(record for record in kept if record.full <= as_of) or kept

    def gpu_curves(self, as_of: date | None = None) -> dict[str, GpuCurve]:
        """The newest measurement of each chip made by a day (all without one); the user's own before shipped ones."""
        ranked = sorted(shipped_curves(), key=lambda one: one.measured) + sorted(self.own_curves, key=lambda one: one.measured)
        return {one.chip: one for one in ranked if one.chip and (as_of is None or one.measured <= as_of)}

    def vintages(self, as_of: date | None = None) -> tuple[Vintage, ...]:
        """The tracker's milestones with the editions published by a day (all without one); those with at least one date."""
        kept = tuple(v for v in _shipped_vintages() if v.owner not in self.without)
        if as_of is None:
            return kept
        cut = (replace(v, editions=tuple(e for e in v.editions if e[0] <= as_of)) for v in kept)
        return tuple(v for v in cut if any(day is not None for _, day in v.editions))

    def slip_fit(self, records: Sequence[FitRecord], priors: tuple[Array, Array], refits: Sequence[str], owner: str) -> list[Array]:
        """The shipped fit of slips for exactly these records and priors, per refit (sample, coefficient); NaN where there is none."""
        return shipped_fit(DATA, fingerprint(records, priors), refits, owner)

    def build_fit(self, made_from: str, owner: str) -> Array:
        """The shipped fit of building times of a fingerprint, (sample, coefficient); NaN where there is none."""
        return shipped_build_fit(DATA, made_from, owner)

    def known(self, as_of: date) -> KnownCatalogue:
        """The catalogue as known on a day."""
        return KnownCatalogue(self, as_of)

    def saying(self, kind: str, name: str, attribute: str, text: str, note: str) -> Catalogue:
        """The same with a text of somebody's own laid over it, such as which model is served."""
        said = Statement(text, "text", note=note, path=f"catalogue/{kind}/{name}/{attribute}", text=text)
        return self.with_rows((Row(kind, name, attribute, said, laid_over=True),))

    def with_rows(self, rows: Iterable[Row]) -> Catalogue:
        """The same with more rows laid over it."""
        return Catalogue(self.own_sources, (*self.own_rows, *rows), self.own_curves, self.without)

    def check(self) -> None:
        """Read every file; raises InputError with the faults of all of them."""
        faults: list[Fault] = []
        for kind in KINDS:
            try:
                self._of(kind)
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(faults)

    def _of(self, kind: str) -> dict[tuple[str, str], tuple[Row, ...]]:
        if kind not in self._index:
            if kind not in KINDS:
                raise InputError(say('no kind "{kind}" in the catalogue{near}', kind=kind, near=did_you_mean(kind, KINDS)))
            grouped: dict[tuple[str, str], list[Row]] = {}
            for row in (*_shipped_rows(kind), *(row for row in self.own_rows if row.kind == kind)):
                grouped.setdefault((row.name, row.attribute), []).append(row)
            self._index[kind] = {key: tuple(rows) for key, rows in grouped.items()}
        return self._index[kind]

    def _check_name(self, kind: str, name: str) -> None:
        names = self.names(kind)
        if name not in names:
            raise InputError(say('no {kind} "{name}" in the catalogue{near}', kind=kind, name=name, near=did_you_mean(name, names)))


@dataclass(frozen=True)
class KnownCatalogue:
    """The catalogue as known on a day: a value is the newest published by then, else the oldest, marked with the day it was published.

    `back`: kinds of data that stay as they were known on an earlier day, to see what has come in of them since. `unsaid`: sources whose
    values do not exist, to see what hangs on them; the next best row is then taken.
    """

    catalogue: Catalogue
    as_of: date
    back: tuple[tuple[str, date], ...] = ()
    unsaid: frozenset[str] = frozenset()
    _held: dict[tuple[str, str, str, str | None], Estimate] = field(default_factory=dict, repr=False, compare=False)
    #: What is made of many values, by what it is and of whom: asked for by several inputs.
    made: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False, compare=False)

    def day(self, kind: str) -> date:
        """The day as of which a kind of data is known."""
        return dict(self.back).get(kind, self.as_of)

    def held_back(self, kind: str, until: date) -> KnownCatalogue:
        """The same with one kind of data as it was known on an earlier day."""
        return KnownCatalogue(self.catalogue, self.as_of, (*self.back, (kind, until)), self.unsaid)

    def held_without(self, sources: frozenset[str]) -> KnownCatalogue:
        """The same as if some sources had given no values; texts, series, records and fits stay."""
        return KnownCatalogue(self.catalogue, self.as_of, self.back, sources)

    def read(self) -> list[tuple[tuple[str, str, str], Statement]]:
        """The values that were asked for so far, each once, with the statement that gives it."""
        found = {key[:3]: held.statements[0] for key, held in self._held.items() if held.statements}
        return list(found.items())

    def has(self, kind: str, name: str, attribute: str) -> bool:
        """Whether anybody gives a value."""
        return bool(self._said(kind, name, attribute))

    def news(self, since: date) -> list[str]:
        """The kinds of which something was published after a day; records and editions are kinds of their own."""
        kinds = [kind for kind in KINDS if any((row.statement.known_from or since) > since for row in self.rows_of(kind))]
        records = [RECORDS] if any(record.known_at > since for record in self.records()) else []
        builds = [BUILDS] if any(record.known_at > since for record in self.catalogue.builds(self.day(BUILDS))) else []
        return [*kinds, *records, *builds, *([EDITIONS] if self.vintages() != self.catalogue.vintages(since) else [])]

    def estimate(self, kind: str, name: str, attribute: str, unit: str | None = None) -> Estimate:
        """The value of an attribute, in its SI unit or in `unit`; ABSENT where nobody said."""
        key = (kind, name, attribute, unit)
        if key not in self._held:
            self._held[key] = self._estimate(*key)
        return self._held[key]

    def _estimate(self, kind: str, name: str, attribute: str, unit: str | None) -> Estimate:
        chosen = _choose(self._said(kind, name, attribute), self.day(kind))
        if chosen is None:
            return ABSENT
        statement = chosen.statement
        value = statement.value
        if isinstance(value, (str, bool)):
            raise InputError(
                say('{kind}/{name}/{attribute} is a text ("{value}"), not a number', kind=kind, name=name, attribute=attribute, value=value)
            )
        number = value.middle if hasattr(value, "middle") else value
        if unit is not None and unit != statement.unit:
            factor = convert(1.0, statement.unit, unit)
            number = number * factor if isinstance(number, float) else number.scaled(factor)
        known_from = statement.known_from
        hindsight = known_from if known_from and known_from > self.day(kind) else None
        return Estimate(number, "assumed" if chosen.assumed else "default", (statement,), hindsight, statement.note)

    def _said(self, kind: str, name: str, attribute: str) -> tuple[Row, ...]:
        """The rows of an attribute whose sources count."""
        return tuple(row for row in self.catalogue.entries(kind, name, attribute) if row.statement.source not in self.unsaid)

    def text(self, kind: str, name: str, attribute: str) -> str:
        """The text of an attribute, chosen as a value is; an empty string where nobody said."""
        chosen = _choose(self.catalogue.entries(kind, name, attribute), self.day(kind))
        return str(chosen.statement.value) if chosen else ""

    def said(self, kind: str, name: str, attribute: str) -> tuple[Statement, ...]:
        """The statement that is chosen of an attribute, alone; none where nobody said."""
        chosen = _choose(self.catalogue.entries(kind, name, attribute), self.day(kind))
        return (chosen.statement,) if chosen else ()

    def hindsight(self, kind: str, name: str, attribute: str) -> date | None:
        """The day on which what is chosen of an attribute was published, where that is after the knowledge date: texts carry no mark."""
        chosen = _choose(self.catalogue.entries(kind, name, attribute), self.day(kind))
        return None if chosen is None or _known(chosen, self.day(kind)) else chosen.statement.known_from

    def rows_of(self, kind: str) -> tuple[Row, ...]:
        """Every row of a kind published by the day, in the order of the files."""
        return tuple(row for rows in self.catalogue._of(kind).values() for row in rows if _known(row, self.day(kind)))

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of a kind."""
        return self.catalogue.names(kind)

    def records(self) -> tuple[FitRecord, ...]:
        """The plan-to-actual records known by the day."""
        return self.catalogue.records(self.day(RECORDS))

    def slip_priors(self) -> tuple[Estimate, Estimate]:
        """What is assumed of the coefficients of the slip before any record: their middles and their widths, each one array."""
        return self._prior("slip-prior", COEFFICIENTS, "middle"), self._prior("slip-prior", COEFFICIENTS, "width")

    def build_priors(self) -> tuple[Estimate, Estimate]:
        """What is assumed of the coefficients of building times before any record: their middles and their widths, each one array."""
        return self._prior("build-prior", BUILD_COEFFICIENTS, "middle"), self._prior("build-prior", BUILD_COEFFICIENTS, "width")

    def _prior(self, name: str, coefficients: tuple[str, ...], side: str) -> Estimate:
        """The priors of a fit by coefficient; the last two, an owner's own, follow from the others and are absent."""
        found = [self.estimate("reference-class", name, f"{one}_{side}") for one in coefficients[:-2]]
        said = tuple(statement for one in found for statement in one.statements)
        later = max((one.hindsight for one in found if one.hindsight), default=None)
        values = [float(np.asarray(one.value)) for one in found]
        value = np.array([*values, float("nan"), float("nan")])
        return Estimate(value, "assumed", said, later, "weak: a few records outweigh it")

    def vintages(self) -> tuple[Vintage, ...]:
        """The tracker's editions published by the day."""
        return self.catalogue.vintages(self.day(EDITIONS))


def _known(row: Row, as_of: date) -> bool:
    return row.statement.known_from is None or row.statement.known_from <= as_of


def _choose(rows: Iterable[Row], as_of: date) -> Row | None:
    """The newest known row, the user's own before shipped ones; else the oldest of those not yet published."""
    rows = tuple(rows)
    known = [row for row in rows if _known(row, as_of)]
    if known:
        return _newest([row for row in known if row.laid_over] or known, as_of)
    own = [row for row in rows if row.laid_over]
    return min(own or rows, key=lambda row: row.statement.known_from or date.min, default=None)


def _newest(rows: Iterable[Row], as_of: date) -> Row | None:
    """The row published last; of one day the one that speaks for the latest date, then the last in the file."""
    ranked = sorted(rows, key=lambda row: (row.statement.known_from or as_of, row.statement.as_of.end if row.statement.as_of else date.min))
    return ranked[-1] if ranked else None


def load_catalogue(overlay: Path | None = None) -> Catalogue:
    """The shipped catalogue, with a user's CSV file or folder of CSV files laid over it.

    Rows laid over have the columns of the shipped files and win over them; they are assumptions unless they name a source,
    shipped or in a `sources.csv` beside them. Files of `stargauge calibrate` are measurements of accelerators. Raises InputError with
    every fault, its file and line.
    """
    if overlay is None:
        return _shipped_catalogue()
    overlay = Path(overlay)
    if not overlay.exists():
        raise InputError(say('no file or folder "{overlay}"', overlay=overlay))
    folder = overlay if overlay.is_dir() else overlay.parent
    files = sorted(folder.glob("*.csv")) if overlay.is_dir() else [overlay]
    own = read_sources(folder / SOURCES) if (folder / SOURCES).exists() else {}
    faults: list[Fault] = []
    rows, curves = list[Row](), list[GpuCurve]()
    for file in files:
        if file.name == SOURCES:
            continue
        try:
            if is_curve_file(file):
                curves += read_curves(file)
                continue
            rows += read_rows(file, {**_shipped_sources(), **own}, frozenset(KINDS), laid_over=True)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    if not rows and not curves:
        raise InputError(say('no rows in "{overlay}"; expected CSV with the columns of the shipped catalogue', overlay=overlay))
    return Catalogue(own, tuple(rows), tuple(curves))


@lru_cache(maxsize=1)
def _shipped_catalogue() -> Catalogue:
    return Catalogue()
