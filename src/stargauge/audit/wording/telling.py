"""In what respects worlds can be told apart in words: input cells, choices, and dates and amounts on the way to a reading.

Abstract deviates say nothing to a reader; where a reading hangs on them, the dates and amounts that they make stand here instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.language import Comparison, Reading, deadline, leaves
from stargauge.audit.wording.input_names import CLAUSES, PLURAL
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.sentence import Names, phrase, subject
from stargauge.engine.result import World
from stargauge.engine.select import Block
from stargauge.quantity.address import Address, parse_address
from stargauge.quantity.dates import day, month_end, month_label
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import PHYSICAL_STAGES, STAGES
from stargauge.quantity.statement import PICK, Estimate, Input, Mixture

Array = NDArray[np.float64]
Kind = Literal["number", "date", "choice"]
#: How a quantity is read: once per world, at the end of the deadline's month, or at its highest until then.
Read = Literal["once", "then", "highest"]

#: Parameters of distributions that only say where in its range something falls.
_DEVIATES = {("uniform", (0.0, 1.0)), ("normal", (0.0, 1.0))}
#: Choices between fits of the records, which say nothing about a world.
_REFITS = "-refit"
#: Axes whose cells are too many, or too small, to be said one by one.
_UNSAID_AXES = frozenset({"phase", "chip", "model", "record", "component", "source"})
#: Quantities that say how much power or how many buildings there are: to a reading on one of them any other says the same again.
SIZES = frozenset({"power_it", "power_facility", "power_load", "power_load_peak", "buildings", "phase_it_power"})
UNSITED = "unsited"


@dataclass(frozen=True)
class Telling:
    """A quantity that a reader understands: how it is read, and what must be upstream of a reading for it to be on the way to it."""

    name: str
    read: Read
    cause: str
    labels: tuple[str, ...] = ()
    says_size: bool = False


#: Beside the dates of sites: amounts on the way.
TELLING = (
    Telling("power_facility", "then", "stage_date", ("operational",), says_size=True),
    Telling("power_being_built", "highest", "construction_unit_capex"),
    Telling("unit_capex_it", "once", "capital_deployed_real"),
    Telling("construction_overrun", "once", "construction_unit_capex"),
)


@dataclass(frozen=True)
class Respect:
    """One respect in which worlds differ: an input cell by its address, a choice (`pick:NAME`), or an address read in one way.

    `last`: of a date, the day after which all that is said is that it comes later; `first`: the day before which nothing is told, as it has
    passed.
    """

    name: str
    kind: Kind
    unit: str
    words: str
    plural: bool = False
    options: tuple[str, ...] = ()
    address: str = ""
    read: Read = "once"
    month: int = -1
    last: float = float("inf")
    first: float = float("-inf")

    @property
    def drawn(self) -> bool:
        """Whether it is an input cell or a choice, and so known from the streams alone."""
        return not self.address


@dataclass(frozen=True)
class Told:
    """A collector: the values of addresses in every draw, each read in its way; one column per respect."""

    respects: tuple[Respect, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the quantities it reads."""
        return tuple(sorted({parse_address(one.address).name for one in self.respects}))

    def take(self, block: Block) -> Array:
        """(draw, respect) of one block."""
        out = np.full((block.draws, len(self.respects)), np.nan)
        for column, one in enumerate(self.respects):
            values = block.select(one.address)
            if one.read == "then":
                values = values[..., one.month]
            elif one.read == "highest":
                values = values[..., : one.month + 1].max(axis=-1)
            out[:, column] = np.minimum(np.maximum(values, one.first), one.last + _LATER) if one.kind == "date" else values
        return out

    def join(self, parts: Sequence[Array]) -> Array:
        """All draws of all parts."""
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


#: Days after the last day told at which everything later stands.
_LATER = 15.0


def respects_of(reading: Reading, world: World, names: Names, known: date | None = None) -> tuple[Respect, ...]:
    """The respects in which worlds can be told apart for a reading, itself left out.

    `known`: the day of knowledge. What had happened by then is on record or not known: no date before the end of its month is told.
    """
    asked = _Asked.of(reading, world)
    dates = tuple(_dates(asked, names))
    if known is not None:
        now = day(month_end(known))
        dates = tuple(replace(one, first=now) for one in dates if now <= one.last)
    return (*_cells(asked, names), *dates, *_amounts(asked, names))


@dataclass(frozen=True)
class _Asked:
    """A reading with what is upstream of it, the sites it names (all, where it names none), and when it is read."""

    world: World
    upstream: frozenset[str]
    names: frozenset[str]
    addresses: frozenset[str]
    sites: tuple[str, ...]
    named: bool
    lines: tuple[str, ...]
    stage: int
    end: date

    @classmethod
    def of(cls, reading: Reading, world: World) -> _Asked:
        parts = [leaf for leaf in leaves(reading) if isinstance(leaf, Comparison)]
        labels = [label for part in parts for label in part.address.labels]
        known = [site for site in world.axes.get("site", ()) if site != UNSITED]
        named = tuple(dict.fromkeys(site for label in labels for site in [label.split("/")[0]] if site in known))
        months = world.axes["month"]
        end = _end_of(months[-1])
        last = deadline(reading)
        stages = [STAGES.index(label) for label in labels if label in STAGES]
        return cls(
            world,
            frozenset(world.graph.upstream({part.address.name for part in parts})) if parts else frozenset(),
            frozenset(part.address.name for part in parts),
            frozenset(str(part.address) for part in parts),
            named or tuple(known),
            bool(named),
            tuple(label for label in labels if label in world.axes.get("line", ())),
            min(stages, default=len(STAGES)),
            min(month_end(last), end) if last is not None and month_label(last) >= months[0] else end,
        )

    @property
    def month(self) -> int:
        return self.world.axes["month"].index(month_label(self.end))


def _end_of(label: str) -> date:
    return month_end(date(int(label[:4]), int(label[5:7]), 1))


def _cells(asked: _Asked, names: Names) -> Iterator[Respect]:
    """Input cells and choices upstream that can be said."""
    picks = dict[str, tuple[str, ...]]()
    for name in sorted(asked.upstream):
        made = asked.world.inputs.get(name)
        if made is None or made.quantity.static:
            continue
        for label, estimate in zip(made.labels, made.estimates, strict=True):
            if isinstance(estimate.value, Mixture):
                picks[estimate.value.pick] = estimate.value.labels
            elif _sayable(made, label, estimate, asked):
                yield _cell(made, label, names)
    for pick, options in sorted(picks.items()):
        if not pick.endswith(_REFITS) and len(options) > 1:
            yield Respect(PICK + pick, "choice", "", pick, options=options)


def _sayable(made: Input, label: tuple[str, ...], estimate: Estimate, asked: _Asked) -> bool:
    value = estimate.value
    if not isinstance(value, Distribution) or (value.kind, tuple(float(one) for one in value.parameters)) in _DEVIATES:
        return False
    if _UNSAID_AXES & set(made.quantity.axes) or UNSITED in label:
        return False
    sites = set(asked.world.axes.get("site", ()))
    return all(part not in sites or part in asked.sites for part in label)


def _cell(made: Input, label: tuple[str, ...], names: Names) -> Respect:
    name = made.quantity.name
    cell = f"{name}[{', '.join(label)}]" if label else name
    return Respect(cell, "number", made.quantity.unit, _cell_said(Address(name, label), names), _plural(name, names))


def _cell_said(address: Address, names: Names) -> str:
    """`permanent posts per unit of power at Saline`, `the price of gas`."""
    told, words = subject(address, names), names.words
    alone = address.name in words.inputs and address.name not in words.quantities and address.name not in PLURAL | CLAUSES
    return words.say("needs_input", subject=told) if alone else told


def _plural(name: str, names: Names) -> bool:
    """Whether its name takes a plural verb: `jobs per power`, `hours of one worker`."""
    called = phrase(name, names.words)
    known = name in names.words.quantities or name in names.words.inputs
    return called.plural or (not known and called.text.split(" per ")[0].split(" of ")[0].endswith("s"))


def _dates(asked: _Asked, names: Names) -> Iterator[Respect]:
    """When sites start, get power and run; what comes after the stage a reading asks for is left out."""
    if "stage_date" not in asked.upstream:
        return
    last = day(asked.end)
    stages = _stages(asked)
    for site in asked.sites:
        for stage in stages if asked.named else [stage for stage in stages if stage != "energised"]:
            yield _date(f"site_first_date[{stage}, {site}]", f"needs_first_{stage}", names, last, site=names.name(site))
        if "operational" in stages:
            yield _date(f"site_complete_date[{site}]", "needs_complete", names, last, site=names.name(site))
    if len(asked.sites) == 1 and asked.named and stages:
        phases = [phase for phase in asked.world.axes.get("phase", ()) if phase.startswith(f"{asked.sites[0]}/")]
        for phase in phases[1 : -1 if stages[-1] == "operational" else None]:
            address, key = f"stage_date[{stages[-1]}, {phase}]", "needs_phases" if _several(phase) else "needs_phase"
            called = phase_named(phase, names.words)
            yield _date(address, f"{key}_{stages[-1]}", names, last, phase=called, site=names.name(asked.sites[0]))
    for line in asked.lines:
        if "contract_default_date" in asked.upstream:
            yield _date(f"contract_default_date[{line}]", "needs_paid", names, last, line=names.name(line))


def phase_named(label: str, words: Messages = ENGLISH) -> str:
    """`prometheus/buildings-7-19` -> buildings 7–19; words that phases often bear in the language of the words."""
    parts = re.sub(r"(\d)-(?=\d)", r"\1–", label.split("/", 1)[1]).split("-")
    return " ".join(words.labels.get(f"phase {part}", part) for part in parts)


def _several(phase: str) -> bool:
    """Whether the name of a phase begins with a plural: buildings 7–19."""
    return phase.split("/", 1)[1].split("-")[0].endswith("s")


def _stages(asked: _Asked) -> list[str]:
    """The stages whose dates lie on the way: those until the one asked for; of how much one site has, those before it."""
    until = asked.stage if asked.names <= SIZES and asked.named and len(asked.sites) == 1 else asked.stage + 1
    return [stage for stage in PHYSICAL_STAGES if STAGES.index(stage) < until]


def _date(address: str, key: str, names: Names, last: float, **named: str) -> Respect:
    return Respect(address, "date", "d", names.words.say(key, **named), address=address, last=last)


def _amounts(asked: _Asked, names: Names) -> Iterator[Respect]:
    """Amounts on the way, over the sites that the reading names, else over all."""
    for one in TELLING:
        made = asked.world.graph.quantities.get(one.name)
        if made is None or one.cause not in asked.upstream or one.name in asked.names or (one.says_size and asked.names & SIZES):
            continue
        sites = asked.sites if asked.named and "site" in made.axes else ()
        address = Address(one.name, (*one.labels, *sites))
        told = subject(address, names)
        if one.read != "once":
            told = names.words.say(f"needs_{one.read}", subject=told, month=names.words.month(asked.end))
        name = str(address) if one.read == "once" else f"{address} {'on' if one.read == 'then' else 'at most until'} {asked.end:%Y-%m}"
        yield Respect(name, "number", made.unit, told, address=str(address), read=one.read, month=asked.month)


def collected(every: Iterable[Sequence[Respect]]) -> tuple[Respect, ...]:
    """What of the respects of some readings a run has to gather, each once."""
    return tuple(dict.fromkeys(one for respects in every for one in respects if not one.drawn))


def values_of(respects: Sequence[Respect], told: Told, gathered: Array | None, drawn: Mapping[str, Any]) -> list[Array | None]:
    """The values of respects over draws; None for what is absent in a world or does not differ between worlds."""
    place = {one: column for column, one in enumerate(told.respects)}
    out = list[Array | None]()
    for one in respects:
        values = drawn.get(one.name) if one.drawn else None if gathered is None else gathered[:, place[one]]
        differs = values is not None and bool(np.isfinite(values).all()) and float(np.ptp(values)) > (_LATER if one.kind == "date" else 0.0)
        out.append(np.asarray(values, dtype=np.float64) if differs else None)
    return out


__all__ = ["SIZES", "TELLING", "Respect", "Telling", "Told", "collected", "phase_named", "respects_of", "values_of"]
