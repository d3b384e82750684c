"""Statements, estimates and inputs: what somebody said about one number, and what we hold about one cell of the model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution

Array = NDArray[np.float64]
Kind = Literal["stated", "default", "assumed", "designed"]
Status = Literal["planned", "projected", "reported", "estimated", "observed", "cancelled"]
Grade = Literal["A", "B", "C", "D"]

STATUSES: tuple[Status, ...] = ("planned", "projected", "reported", "estimated", "observed", "cancelled")
#: The source of values of the catalogue that no source says: they are our own assumptions.
OURS = "stargauge-assumption"
RECORDED: frozenset[str] = frozenset({"reported", "estimated", "observed"})


@dataclass(frozen=True)
class Source:
    """Where statements come from: publisher, title, date of publication (with its precision), address, grade A to D.

    `capture`: the entry of an evidence folder that holds it. `designed`: it is a plan made with Stargauge.
    """

    id: str
    publisher: str
    title: str
    published: Window | None
    url: str = ""
    grade: Grade = "B"
    capture: str = ""
    designed: bool = False


@dataclass(frozen=True)
class Statement:
    """One dated, sourced value of one input or record.

    `value` is a float in the unit of the field it stands in, a Distribution, a Window (a date) or a text. `as_of` is the window it speaks
    for; it counts as known from the last day of `published`. Without a source it is an assumption. `capture`: the entry of an evidence
    folder that holds it.
    """

    value: float | Distribution | Window | str | bool
    unit: str
    as_of: Window | None = None
    published: Window | None = None
    source: str = ""
    status: Status = "reported"
    grade: Grade | None = None
    note: str = ""
    path: str = ""
    text: str = ""
    capture: str = ""

    @property
    def known_from(self) -> date | None:
        """The day from which it can be known: the last day of the published window."""
        return self.published.end if self.published else None


#: What stands before the name of a choice where it stands among inputs, and before the stream that picks its option.
PICK = "pick:"


@dataclass(frozen=True)
class Mixture:
    """One of several values per draw: the pick is shared by every cell that names the same choice, so readings switch together."""

    pick: str
    weights: tuple[float, ...]
    options: tuple[float | Distribution | Array, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """What we hold about one cell: the value, where it came from, and whether it is younger than the knowledge date.

    `value` is a float, a Distribution, a Mixture, or an array over the axes of the input that follow its label axes.
    `hindsight` is the publication date of a value younger than the knowledge date (only catalogue values and fits may be).
    """

    value: float | Distribution | Mixture | Array
    kind: Kind = "stated"
    statements: tuple[Statement, ...] = ()
    hindsight: date | None = None
    note: str = ""


ABSENT = Estimate(float("nan"), "stated", (), None, "nobody said")


def resting_on(estimate: Estimate, *hindsight: date | None) -> Estimate:
    """An estimate that also rests on what was published on these days, all after the knowledge date (None: on nothing later)."""
    days = [day for day in (estimate.hindsight, *hindsight) if day is not None]
    return replace(estimate, hindsight=max(days)) if days else estimate


@dataclass(frozen=True)
class Input:
    """A named input of the model: its quantity, the labels of its cells (tuples along its label axes), one Estimate per cell."""

    quantity: Any
    labels: tuple[tuple[str, ...], ...]
    estimates: tuple[Estimate, ...]
    shape: tuple[int, ...] = field(default=())
    #: Drawn from streams beside its own, independent of them: the same uncertainty in other worlds.
    redrawn: bool = False
    #: Content keys made of it, by the places of its cells: what is shared between states of a programme is hashed once.
    keys: dict[Any, str] = field(init=False, default_factory=dict, compare=False, repr=False)

    @cached_property
    def picks(self) -> frozenset[str]:
        """The choices that switch any of its cells, as streams are named."""
        return frozenset(PICK + one.value.pick for one in self.estimates if isinstance(one.value, Mixture))
