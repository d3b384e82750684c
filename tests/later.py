"""What was published after a day, changed at random: the material of the test that nothing later is used silently."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from stargauge.catalogue.load import KINDS, Catalogue
from stargauge.catalogue.records import FitRecord, Vintage
from stargauge.catalogue.rows import Row
from stargauge.programme.schema import Programme, parts_of
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.statement import Statement

T = TypeVar("T")


def is_later(statement: Statement, day: date) -> bool:
    """Whether a statement was published after a day."""
    return statement.known_from is not None and statement.known_from > day


# --- programme --------------------------------------------------------------------------------------------------------------------


def changed_programme(programme: Programme, day: date, chance: random.Random) -> tuple[Programme, int]:
    """The programme with every statement published after a day changed, and how many these are.

    Numbers are shuffled among statements of one unit and scaled, dates are shuffled and moved, facts are denied, statuses and days of
    publication (all still later) are shuffled. What is a text is a label of something and only shuffled within its field.
    """
    later = [s for _, part in parts_of(programme) for _, said in _stated(part) for s in said if is_later(s, day)]
    swapped = _shuffled(later, lambda s: (type(s.value).__name__, s.unit) if not isinstance(s.value, str) else s.path, chance)
    new = {id(old): _other(old, taken, day, chance) for old, taken in zip(later, swapped, strict=True)}
    made: Programme = _rebuilt(programme, lambda said: tuple(new.get(id(s), s) for s in said))
    return made, len(later)


def _stated(part: Any) -> Iterator[tuple[str, tuple[Statement, ...]]]:
    for name, spec in part.specs.items():
        value = getattr(part, name)
        for said in value.values() if spec.keyed else (value,):
            if said:
                yield name, said


def _other(old: Statement, taken: Statement, day: date, chance: random.Random) -> Statement:
    published = Window(*(2 * (day + timedelta(days=chance.randint(1, 900)),)))
    return replace(old, value=_moved(taken.value, chance), published=published, note=f"{old.note} changed")


def _moved(value: Any, chance: random.Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, Window):
        days = timedelta(days=chance.randint(-200, 200))
        return Window(value.start + days, value.end + days)
    if isinstance(value, Distribution):
        return value.scaled(chance.uniform(0.5, 2.0))
    return value * chance.uniform(0.5, 2.0) if isinstance(value, float) else value


def _rebuilt(part: Any, change: Callable[[tuple[Statement, ...]], tuple[Statement, ...]]) -> Any:
    """A part with every tuple of statements passed through a function."""
    update: dict[str, Any] = {}
    for name in part.model_fields_set:
        value, spec = getattr(part, name), part.specs.get(name)
        if spec is not None:
            update[name] = {key: change(said) for key, said in value.items()} if spec.keyed else change(value)
        elif hasattr(value, "model_fields_set"):
            update[name] = _rebuilt(value, change)
        elif isinstance(value, dict):
            update[name] = _rebuilt_group(value, change)
    return part.model_copy(update=update)


def _rebuilt_group(group: dict[str, Any], change: Callable[[tuple[Statement, ...]], tuple[Statement, ...]]) -> dict[str, Any]:
    return {
        key: _rebuilt(v, change) if hasattr(v, "model_fields_set") else _rebuilt_group(v, change) if isinstance(v, dict) else v
        for key, v in group.items()
    }


def _shuffled(members: list[T], kind: Callable[[T], Hashable], chance: random.Random) -> list[T]:
    """The members in another order within each kind."""
    groups: dict[Hashable, list[int]] = {}
    for place, member in enumerate(members):
        groups.setdefault(kind(member), []).append(place)
    out = list(members)
    for places in groups.values():
        for place, other in zip(places, chance.sample(places, len(places)), strict=True):
            out[place] = members[other]
    return out


# --- catalogue --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changed(Catalogue):
    """A catalogue with other rows, fit records and editions of the tracker."""

    fits: tuple[FitRecord, ...] = ()
    tracked: tuple[Vintage, ...] = field(default=())

    def records(self, as_of: date | None = None) -> tuple[FitRecord, ...]:
        """The plan-to-actual records known by a day."""
        return tuple(record for record in self.fits if as_of is None or record.known_at <= as_of)

    def vintages(self, as_of: date | None = None) -> tuple[Vintage, ...]:
        """The tracker's milestones with the editions published by a day."""
        cut = (replace(v, editions=tuple(e for e in v.editions if as_of is None or e[0] <= as_of)) for v in self.tracked)
        return tuple(v for v in cut if any(day is not None for _, day in v.editions))


def rows_of(catalogue: Catalogue) -> list[Row]:
    """Every row of a catalogue."""
    return [
        row for kind in KINDS for name in catalogue.names(kind) for attribute in catalogue.attributes(kind, name)
        for row in catalogue.entries(kind, name, attribute)
    ]  # fmt: skip


def changed_catalogue(
    catalogue: Catalogue, day: date, chance: random.Random, kept: Callable[[Row | FitRecord | Vintage], bool] = lambda _: False
) -> tuple[Changed, int, int]:
    """The catalogue with every row and every fit record published after a day changed, but for the kept; how many rows, how many records.

    Numbers are scaled, dates are moved; texts, which name something of the catalogue, are shuffled within their kind and attribute.
    """
    rows = rows_of(catalogue)
    later = [row for row in rows if is_later(row.statement, day) and not kept(row)]
    texts = [row for row in later if isinstance(row.statement.value, str)]
    swapped = _shuffled(texts, lambda row: (row.kind, row.attribute), chance)
    other = {id(row): replace(row.statement, value=taken.statement.value) for row, taken in zip(texts, swapped, strict=True)}
    for row in later:
        if id(row) not in other:
            other[id(row)] = replace(row.statement, value=_moved(row.statement.value, chance))
    index: dict[str, dict[tuple[str, str], tuple[Row, ...]]] = {kind: {} for kind in KINDS}
    for row in rows:
        held = index[row.kind].get((row.name, row.attribute), ())
        index[row.kind][row.name, row.attribute] = (*held, replace(row, statement=other.get(id(row), row.statement)))
    fits = [record for record in catalogue.records() if record.known_at > day and not kept(record)]
    tracked = [vintage for vintage in catalogue.vintages() if vintage.editions[-1][0] > day and not kept(vintage)]
    records = tuple(_other_record(record, chance) if record in fits else record for record in catalogue.records())
    vintages = tuple(_other_vintage(vintage, chance) if vintage in tracked else vintage for vintage in catalogue.vintages())
    return Changed(_index=index, fits=records, tracked=vintages), len(later), len(fits) + len(tracked)


def _other_record(record: FitRecord, chance: random.Random) -> FitRecord:
    moved = None if record.actual_mid is None else record.actual_mid + chance.randint(-300, 300)
    lead = None if record.lead_days is None else record.lead_days * chance.uniform(0.5, 2.0)
    outcome, owner = chance.choice(("reached", "censored")), chance.choice(("one", "other"))
    return replace(record, actual_mid=moved, lead_days=lead, outcome=outcome, owner=owner)


def _other_vintage(vintage: Vintage, chance: random.Random) -> Vintage:
    return replace(vintage, slip_days=vintage.slip_days + chance.randint(-200, 200))
