"""The catalogue as rows to show: one line per statement, values as they were written."""

from __future__ import annotations

from typing import NamedTuple

from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.rows import Row


class ShownRow(NamedTuple):
    """One line of `stargauge catalogue KIND NAME`, all text."""

    kind: str
    name: str
    attribute: str
    value: str
    unit: str
    as_of: str
    published: str
    source: str
    status: str
    grade: str
    note: str


def kinds(catalogue: Catalogue) -> list[tuple[str, int, int]]:
    """Each kind with its number of names and of rows."""
    return [(kind, len(catalogue.names(kind)), sum(1 for _ in _rows(catalogue, kind))) for kind in catalogue.kinds()]


def rows(catalogue: Catalogue, kind: str, name: str | None = None) -> list[ShownRow]:
    """The rows of a kind, or of one name of it. Raises InputError with the nearest name where there is none such."""
    if name is not None:
        catalogue.attributes(kind, name)
    return [_shown(row) for row in _rows(catalogue, kind) if name is None or row.name == name]


def _rows(catalogue: Catalogue, kind: str) -> list[Row]:
    return [row for name in catalogue.names(kind) for at in catalogue.attributes(kind, name) for row in catalogue.entries(kind, name, at)]


def _shown(row: Row) -> ShownRow:
    said = row.statement
    value, _, unit = said.text.rpartition(" ") if said.unit not in ("text", "date") else (said.text, "", "")
    if said.unit not in ("text", "date"):
        value, unit = _split(said.text)
    return ShownRow(
        row.kind, row.name, row.attribute, value, "" if unit == "1" else unit, str(said.as_of or ""), str(said.published or ""),
        said.source or "assumption of the user", said.status, said.grade or "", said.note,
    )  # fmt: skip


def _split(text: str) -> tuple[str, str]:
    """Value and unit of a written value: the unit follows the first space after the value's last bracket."""
    close = text.rfind(")")
    value, _, unit = text[close + 1 :].partition(" ")
    return text[: close + 1] + value, unit
