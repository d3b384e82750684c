"""A user's CSV file to rows of texts, with its columns checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from stargauge.quantity.errors import Fault, InputError, did_you_mean

#: The largest file read.
MOST_BYTES = 20 * 2**20
_MOST_AMOUNT = 1e20


def cells_of(file: Path, needed: Sequence[str], known: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a file, each with its line, cells without spaces around them. Raises InputError with what is wrong with the file."""
    if file.is_dir():
        raise InputError(f'"{file}" is a folder; expected a CSV file with the columns {", ".join(needed)}')
    if not file.is_file():
        raise InputError(f'no file "{file}"')
    if file.stat().st_size > MOST_BYTES:
        raise InputError(f'"{file}" is larger than {MOST_BYTES // 2**20} MB; split it')
    if not file.read_bytes().strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError(f'"{file}" is empty; expected a first line with the columns {", ".join(needed)}')
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            _check_columns(file, reader.fieldnames or (), needed, known)
            rows = [(reader.line_num, row) for row in reader]
            _check_width(file, rows)
    except UnicodeDecodeError as error:
        raise InputError(f'"{file}" is no CSV file in UTF-8 ({error.reason}); save it again as UTF-8 or "CSV UTF-8"') from None
    except csv.Error as error:
        raise InputError(f'"{file}" is no CSV file in UTF-8: {error}') from None
    return [(line, {name.strip(): (text or "").strip() for name, text in row.items() if name}) for line, row in rows]


def _check_width(file: Path, rows: Sequence[tuple[int, Mapping[str | None, object]]]) -> None:
    """No row has more cells than there are columns: a comma within a text would shift the others. Raises InputError."""
    faults = [
        Fault("more cells than columns; put texts with commas in double quotes", file=str(file), line=line, column=1)
        for line, row in rows
        if None in row
    ]
    if faults:
        raise InputError(faults)


def _check_columns(file: Path, names: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> None:
    given = [str(name).strip() for name in names]
    missing = [name for name in needed if name not in given]
    spare = {one.casefold(): one for one in given if one not in known}
    told = [f'no column "{name}"{_near(name, spare)}; needed: {", ".join(needed)}' for name in missing]
    told += [f'the column "{name}" stands {given.count(name)} times; leave one' for name in known if given.count(name) > 1]
    if len(given) == 1 and ";" in given[0]:
        told = [f"the columns are separated by semicolons; expected commas, and decimal points; needed: {', '.join(needed)}"]
    if told:
        raise InputError([Fault(text, file=str(file), line=1, column=1) for text in told])


def _near(name: str, spare: Mapping[str, str]) -> str:
    """The nearest of the columns that are not known, whatever its case."""
    return f'; did you mean "{spare[name]}"? columns are written small' if name in spare else did_you_mean(name, spare.values())


def amounts_in(cells: Mapping[str, str], names: Sequence[str], whole: Collection[str], numbers: dict[str, float]) -> Iterator[str]:
    """What is wrong with the cells that hold amounts above 0, put into `numbers`; empty or unreadable ones are NaN. `whole`: counts."""
    for name in names:
        text, numbers[name] = cells.get(name, ""), math.nan
        try:
            numbers[name] = float(text) if text else math.nan
        except ValueError:
            hint = ", with a decimal point" if text.replace(",", "", 1).isdecimal() else ", without a unit"
            yield f'{name} is "{text}"; expected a number{hint}'
            continue
        if text and not 0.0 < numbers[name] < _MOST_AMOUNT:
            yield f"{name} is {text}; expected a number above 0"
        elif text and name in whole and numbers[name] != round(numbers[name]):
            yield f"{name} is {text}; expected a whole number"
