"""A table of statements as CSV: lines with their cells by column, of a bounded size; faults of its form all at once."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

MOST_BYTES = 20 * 2**20
MOST_ROWS = 100_000
MOST_FAULTS = 100
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


@dataclass(frozen=True)
class Row:
    """One line of a CSV file: where it begins, and its cells by column."""

    file: str
    line: int
    cells: dict[str, str]
    columns: tuple[str, ...]

    def fault(self, column: str, message: str, path: str = "") -> Fault:
        """A fault of one cell; its column is the number of the cell in the line."""
        return Fault(f"{column}: {message}", path, self.file, self.line, self.columns.index(column) + 1 if column in self.columns else 1)


def read_table(file: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Header and lines of a CSV file of bounded size. Raises InputError where it cannot be read or its lines are uneven."""
    name = str(file)
    if not file.is_file():
        raise InputError(say('no file "{file}"', file=file))
    if file.stat().st_size > MOST_BYTES:
        raise InputError(Fault(say("larger than {most_bytes} MB; leave out what is not needed", most_bytes=MOST_BYTES // 2**20), file=name))
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            columns = tuple(cell.strip() for cell in next(reader, []))
            rows, faults = _lines(name, reader, columns)
    except UnicodeDecodeError:
        raise InputError(Fault(say("got bytes that are not UTF-8 text; save the file as UTF-8"), file=name)) from None
    except csv.Error as error:
        raise InputError(Fault(say("no readable CSV: {error}", error=problem(error)), file=name, line=reader.line_num, column=1)) from None
    except OSError as error:
        raise InputError(Fault(say("cannot be read: {strerror}", strerror=problem(error)), file=name)) from None
    twice = sorted({column for column in columns if columns.count(column) > 1})
    faults = [
        *(Fault(say('the column "{column}" stands there twice', column=column), file=name, line=1, column=1) for column in twice),
        *faults,
    ]
    if faults:
        raise InputError(faults[:MOST_FAULTS])
    return columns, rows


def _lines(name: str, reader: Any, columns: tuple[str, ...]) -> tuple[list[Row], list[Fault]]:
    rows, faults, start = list[Row](), list[Fault](), reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if len(cells) != len(columns):
                faults.append(
                    Fault(
                        say("{cells} cells; expected {columns}, as in line 1", cells=len(cells), columns=len(columns)),
                        file=name,
                        line=start,
                        column=1,
                    )
                )
            elif bad := next((cell for cell in cells if _CONTROL.search(cell)), None):
                faults.append(Fault(say("a control character; take it out"), file=name, line=start, column=cells.index(bad) + 1))
            else:
                rows.append(Row(name, start, {c: cell.strip() for c, cell in zip(columns, cells, strict=True)}, columns))
        if len(rows) > MOST_ROWS:
            raise InputError(Fault(say("more than {most_rows:,} lines; split it", most_rows=MOST_ROWS), file=name))
        start = reader.line_num + 1
    return rows, faults
