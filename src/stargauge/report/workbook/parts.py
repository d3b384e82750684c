"""What sheets are made of: headings, inputs, single values, rows of columns with one formula each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from stargauge.report.workbook.formula import name_in

Total = Literal["", "sum", "last", "max", "min"]
Look = Literal["calculation", "check", "flag"]
#: The unit of most rows: dollars of the day.
USD = "USD"


@dataclass(frozen=True)
class Heading:
    """A title between rows, and what there is to say about what follows."""

    text: str
    note: str = ""
    level: int = 1


@dataclass(frozen=True)
class Given:
    """An input: a value that the user may change, with unit, and who said it, when and how well it is known.

    `overlays`: its value in the named scenarios that change it. A text unit of `date` shows it as a day.
    """

    name: str
    label: str
    unit: str
    value: float | str | None
    source: str = ""
    status: str = ""
    grade: str = ""
    note: str = ""
    overlays: Mapping[str, float | str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Single:
    """A value that is calculated once."""

    name: str
    label: str
    unit: str
    formula: str
    note: str = ""
    look: Look = "calculation"


@dataclass(frozen=True)
class Row:
    """A row with one formula for every column. `total`: what stands beside it for the whole row."""

    name: str
    label: str
    unit: str
    formula: str
    total: Total = ""
    note: str = ""
    look: Look = "calculation"


@dataclass(frozen=True)
class Path:
    """A row of inputs, one in every column: what differs from month to month and follows no formula of ours."""

    name: str
    label: str
    unit: str
    values: Sequence[float]
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class Text:
    """A line of words."""

    text: str


Part = Heading | Given | Single | Row | Path | Text


def sheet_in(site: str, sheet: str) -> str:
    """The name of a site's own sheet; as it is where the workbook is of that site alone."""
    return f"{site}.{sheet}" if site else sheet


def of_site(site: str, title: str, parts: Iterable[Part]) -> tuple[Part, ...]:
    """Parts of one site on a sheet of all, under its own heading; as they are where the workbook is of that site alone."""
    if not site:
        return tuple(parts)
    named = (part if isinstance(part, Heading | Text) else replace(part, name=name_in(site, part.name)) for part in parts)
    lower = (replace(part, level=2) if isinstance(part, Heading) else part for part in named)
    return (Heading(title), *lower)


#: Headings of the columns of a sheet of months: label, unit, formula.
MONTH_HEADS = (("Month ends", "date", "Timing.month_end[t]"), ("Year", "count", "Timing.year[t]"))


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, what it is about, its parts from top to bottom, how many columns its rows have.

    `scopes`: where its formulas find names, as (sheet, prefix) in turn; itself first. `heads`: what stands above its columns.
    """

    name: str
    title: str
    parts: tuple[Part, ...]
    columns: int = 0
    scopes: tuple[tuple[str, str], ...] = ()
    about: str = ""
    heads: tuple[tuple[str, str, str], ...] = MONTH_HEADS
