"""Formulas by name: a template such as `balance[t-1] + drawn[t]` becomes the addresses of cells.

`name` is a single value (an input, or the total of a row); `name[t]`, `name[t-1]`, `name[t+1]` the row at, before and after the column;
`name[:]` the whole row, `name[..t]` from its first column to this one, `name[..t-1]` to the one before, `name[t..]`, `name[t+1..]` from
here and from the next on. `sheet.name` is a row of another sheet. `a::b`, `a[t]::b[t]`: all cells from a down to b.

In the workbook of a programme a site has sheets of its own, called `site.sheet`, and rows of its own on the sheets of all, called
`site__name`. A formula of a site finds the site's own first, then what is shared; it is written as in the workbook of one site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from stargauge.quantity.errors import did_you_mean

#: Functions that Excel 2007 and LibreOffice both know, and that give the same in both.
FUNCTIONS = frozenset({
    "ABS", "AND", "CHOOSE", "COUNT", "COUNTIF", "DATE", "DAY", "EDATE", "EOMONTH", "EXP", "FLOOR", "IF", "IFERROR", "INDEX", "INT", "IRR",
    "ISNUMBER", "LN", "LOOKUP", "MATCH", "MAX", "MIN", "MOD", "MONTH", "NOT", "OR", "ROUND", "SIGN", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT",
    "TEXT", "YEAR", "AVERAGE", "TRUE", "FALSE",
})  # fmt: skip
#: The numbers a formula may hold: counts of a calendar and of thirds. Every other number is an input.
NUMBERS = frozenset(map(str, (*range(13), 31)))
#: Between a site and the name of its row.
_OF_SITE = "__"
_TOKEN = re.compile(
    r'(?P<text>"[^"]*")|(?P<function>[A-Z]+)(?=\()|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)(?P<at>\[[^\]]*\])?|(?P<number>\d+(?:\.\d+)?(?:E[-+]?\d+)?)'
)


@dataclass(frozen=True)
class Place:
    """Where a name lives: its sheet, its row (from 0), the column of its single value, and the columns of its series (from 0)."""

    sheet: str
    row: int
    single: int
    first: int = -1
    last: int = -1


@cache
def column_name(column: int) -> str:
    """The letters of a column counted from 0."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, len(_LETTERS))
        letters = _LETTERS[rest] + letters
    return letters


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def site_of(sheet: str, name: str = "") -> str:
    """The site that a sheet, or else a row, belongs to; nothing where it belongs to all."""
    site, between, _ = name.partition(_OF_SITE)
    return site if between else sheet.rpartition(".")[0]


def name_in(site: str, name: str) -> str:
    """The name of a site's row on a sheet of all sites; as it is where there is no site."""
    return f"{site}{_OF_SITE}{name}" if site else name


@dataclass(frozen=True)
class Formula:
    """A template with its names found, ready to be written into any column."""

    template: str
    sheet: str
    parts: tuple[str | tuple[Place, str], ...]

    @classmethod
    def of(cls, template: str, sheet: str, find: Callable[[str], Place]) -> Formula:
        """Read a template. Raises ValueError for a function or number that may not stand in a formula, and for an unknown name."""
        parts: list[str | tuple[Place, str]] = []
        end = 0
        for token in _TOKEN.finditer(template):
            between = template[end : token.start()].replace(" ", "")
            part = _part(token, template, find)
            if between.endswith("::") and not isinstance(part, str):
                between, part = between.removesuffix(":"), (part[0], "::" + part[1])
            parts += [between, part]
            end = token.end()
        parts.append(template[end:].replace(" ", ""))
        return cls(template, sheet, tuple(part for part in parts if part != ""))

    def at(self, column: int) -> str:
        """The formula of a cell in this column."""
        return "=" + "".join(part if isinstance(part, str) else self._address(*part, column) for part in self.parts)

    @property
    def links(self) -> bool:
        """Whether it only shows a value of another sheet."""
        return len(self.parts) == 1 and not isinstance(self.parts[0], str) and self.parts[0][0].sheet != self.sheet

    def _address(self, place: Place, at: str, column: int) -> str:
        """The cell or cells of a name; without the sheet where it is this one, or the end of a range that names it already."""
        quoted = f"'{place.sheet}'" if "." in place.sheet else place.sheet
        sheet = "" if place.sheet == self.sheet or at.startswith("::") else f"{quoted}!"
        return sheet + _ADDRESSES[at.removeprefix("::")](place, column)


def _cell(column: int, place: Place) -> str:
    return f"{column_name(column)}{place.row + 1}"


#: How each way to name cells becomes an address, from the place of the row and the column of the formula.
_ADDRESSES: dict[str, Callable[[Place, int], str]] = {
    "": lambda place, column: f"${column_name(place.single)}${place.row + 1}",
    "[t]": lambda place, column: _cell(column, place),
    "[t-1]": lambda place, column: _cell(column - 1, place),
    "[t+1]": lambda place, column: _cell(column + 1, place),
    "[:]": lambda place, column: f"${_cell(place.first, place)}:${_cell(place.last, place)}",
    "[..t]": lambda place, column: f"${_cell(place.first, place)}:{_cell(column, place)}",
    "[..t-1]": lambda place, column: f"${_cell(place.first - 1, place)}:{_cell(column - 1, place)}",
    "[t..]": lambda place, column: f"{_cell(column, place)}:${_cell(place.last, place)}",
    "[t+1..]": lambda place, column: f"{_cell(column + 1, place)}:${_cell(place.last + 1, place)}",
}


def _part(token: re.Match[str], template: str, find: Callable[[str], Place]) -> str | tuple[Place, str]:
    if token["text"]:
        return str(token["text"])
    if token["function"]:
        if token["function"] not in FUNCTIONS:
            raise ValueError(f"{token['function']} in `{template}` is no function of both Excel 2007 and LibreOffice")
        return str(token["function"])
    if token["number"]:
        if token["number"] not in NUMBERS:
            raise ValueError(f"{token['number']} in `{template}`: a number belongs among the inputs")
        return str(token["number"])
    at = token["at"] or ""
    if at not in _ADDRESSES:
        raise ValueError(f"{at} in `{template}`; expected one of {', '.join(filter(None, _ADDRESSES))}")
    place = find(token["name"])
    if at and place.first < 0:
        raise ValueError(f"{token['name']} in `{template}` is a single value and has no columns")
    return place, at


@dataclass(frozen=True)
class Names:
    """Where every name of a book lives, by sheet."""

    places: Mapping[str, Mapping[str, Place]]

    def finder(self, scopes: Sequence[tuple[str, str]], site: str = "") -> Callable[[str], Place]:
        """How names are found on a sheet: in each (sheet, prefix) in turn; `sheet.name` only there. Of a site its own comes first."""

        def find(name: str) -> Place:
            sheet, _, own = name.rpartition(".")
            asked = [(sheet, own)] if sheet else [(where, prefix + name) for where, prefix in scopes]
            tries = [one for where, full in asked for one in _own_first(site, where, full)]
            for where, full in tries:
                if full in self.places.get(where, {}):
                    return self.places[where][full]
            near = [known for where, _ in tries for known in self.places.get(where, {})]
            raise ValueError(f'no row or input "{name}"{did_you_mean(name, near)}')

        return find


def _own_first(site: str, sheet: str, name: str) -> tuple[tuple[str, str], ...]:
    """Where a name may live: on the site's own sheet, in its own row of a sheet of all, or for all."""
    everywhere = (sheet, name)
    return ((f"{site}.{sheet}", name), (sheet, name_in(site, name)), everywhere) if site else (everywhere,)
