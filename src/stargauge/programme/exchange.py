"""What differs between two states of one programme, entry by entry, and the programme with one entry of the other state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stargauge.programme.filter import with_present_options
from stargauge.programme.schema import Programme, statements_of
from stargauge.quantity.statement import Statement

#: Sections whose entries are exchanged one by one, and what is exchanged whole; claims are what is tested, no inputs.
BY_ENTRY = ("sites", "unsited", "parties", "assumptions")
WHOLE = ("records", "start", "horizon", "price_year", "owner")
ALTERNATIVES = "alternatives"


@dataclass(frozen=True)
class Entry:
    """One thing that two states of a programme say differently: `sites.abilene`, `assumptions.load_factor`, `horizon`.

    `choices`: the alternatives that speak of it and differ too; they go where it goes.
    """

    section: str
    key: str = ""
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.section}.{self.key}" if self.key else self.section

    def statements(self, programme: Programme) -> Iterator[Statement]:
        """What a programme says of it."""
        for section, key in ((self.section, self.key), *((ALTERNATIVES, choice) for choice in self.choices)):
            held = getattr(programme, section)
            yield from _said(held.get(key) if key else held)


def differing(first: Programme, second: Programme) -> tuple[Entry, ...]:
    """The entries that two states of a programme say differently, in the order of the file."""
    changed = [(section, key) for section in BY_ENTRY for key in _changed(getattr(first, section), getattr(second, section))]
    attached: dict[tuple[str, str], list[str]] = {}
    alone: list[str] = []
    for choice in _changed(first.alternatives, second.alternatives):
        about = next((one for one in changed if _speaks_of(choice, one, (first, second))), None)
        (alone if about is None else attached.setdefault(about, [])).append(choice)
    whole = [Entry(name) for name in WHOLE if getattr(first, name) != getattr(second, name)]
    own = [Entry(section, key, tuple(attached.get((section, key), ()))) for section, key in changed]
    return (*own, *(Entry(ALTERNATIVES, choice) for choice in alone), *whole)


def exchanged(base: Programme, other: Programme, entry: Entry) -> Programme:
    """The base with one entry as the other has it: in its place, or gone where the other has none."""
    update: dict[str, Any] = {"sources": {**other.sources, **base.sources}}
    for section, key in ((entry.section, entry.key), *((ALTERNATIVES, choice) for choice in entry.choices)):
        held, new = update.get(section, getattr(base, section)), getattr(other, section)
        update[section] = _with(held, new, key) if key else new
    return with_present_options(base.model_copy(update=update))


def in_order(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """The keys of two lists in one order: that of the second, each key of the first alone behind the one that it followed there."""
    order = list(second)
    for place, key in enumerate(first):
        if key not in order:
            order.insert(order.index(first[place - 1]) + 1 if place else 0, key)
    return order


def _with(held: Mapping[str, Any], new: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The held entries with one of the new ones; in the order of both, so that one exchange alone gives the other side to the bit."""
    chosen = {**{name: value for name, value in held.items() if name != key}, **({key: new[key]} if key in new else {})}
    return {name: chosen[name] for name in in_order(list(held), list(new)) if name in chosen}


def _changed(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    return [key for key in in_order(list(first), list(second)) if first.get(key) != second.get(key)]


def _speaks_of(choice: str, about: tuple[str, str], states: Sequence[Programme]) -> bool:
    section, key = about
    return any(key in getattr(option, section) for state in states for option in state.alternatives.get(choice, {}).values())


def _said(held: Any) -> Iterator[Statement]:
    """Every statement in a part, in a group of parts, or in lists by key."""
    if isinstance(held, Statement):
        yield held
    elif isinstance(held, Mapping):
        for value in held.values():
            yield from _said(value)
    elif isinstance(held, tuple):
        for value in held:
            yield from _said(value)
    elif hasattr(held, "specs"):
        yield from statements_of(held)
