"""A user's CSV file to rows of texts, with its columns checked."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

#: The largest file read.
MOST_BYTES = 20 * 2**20
_MOST_AMOUNT = 1e20


def cells_of(file: Path, needed: Sequence[str], known: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a file, each with its line, cells without spaces around them. Raises InputError with what is wrong with the file."""
    if file.is_dir():
        raise InputError(say('"{file}" is a folder; expected a CSV file with the columns {needed}', file=file, needed=", ".join(needed)))
    if not file.is_file():
        raise InputError(say('no file "{file}"', file=file))
    if file.stat().st_size > MOST_BYTES:
        raise InputError(say('"{file}" is larger than {most_bytes} MB; split it', file=file, most_bytes=MOST_BYTES // 2**20))
    if not file.read_bytes().strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError(say('"{file}" is empty; expected a first line with the columns {needed}', file=file, needed=", ".join(needed)))
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            _check_columns(file, reader.fieldnames or (), needed, known)
            rows = [(reader.line_num, row) for row in reader]
            _check_width(file, rows)
    except UnicodeDecodeError as error:
        raise InputError(
            say(
                '"{file}" is no CSV file in UTF-8 ({reason}); save it again as UTF-8 or "CSV UTF-8"',
                file=file,
                reason=problem(error.reason),
            )
        ) from None
    except csv.Error as error:
        raise InputError(say('"{file}" is no CSV file in UTF-8: {error}', file=file, error=problem(error))) from None
    return [(line, {name.strip(): (text or "").strip() for name, text in row.items() if name}) for line, row in rows]


def _check_width(file: Path, rows: Sequence[tuple[int, Mapping[str | None, object]]]) -> None:
    """No row has more cells than there are columns: a comma within a text would shift the others. Raises InputError."""
    faults = [
        Fault(say("more cells than columns; put texts with commas in double quotes"), file=str(file), line=line, column=1)
        for line, row in rows
        if None in row
    ]
    if faults:
        raise InputError(faults)


def _check_columns(file: Path, names: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> None:
    given = [str(name).strip() for name in names]
    missing = [name for name in needed if name not in given]
    spare = {one.casefold(): one for one in given if one not in known}
    told = [
        say('no column "{name}"{near}; needed: {needed}', name=name, near=_near(name, spare), needed=", ".join(needed)) for name in missing
    ]
    told += [
        say('the column "{name}" stands {count} times; leave one', name=name, count=given.count(name))
        for name in known
        if given.count(name) > 1
    ]
    if len(given) == 1 and ";" in given[0]:
        told = [
            say("the columns are separated by semicolons; expected commas, and decimal points; needed: {needed}", needed=", ".join(needed))
        ]
    if told:
        raise InputError([Fault(text, file=str(file), line=1, column=1) for text in told])


def _near(name: str, spare: Mapping[str, str]) -> str:
    """The nearest of the columns that are not known, whatever its case."""
    return (
        say('; did you mean "{spare}"? columns are written small', spare=spare[name])
        if name in spare
        else did_you_mean(name, spare.values())
    )


def amounts_in(cells: Mapping[str, str], names: Sequence[str], whole: Collection[str], numbers: dict[str, float]) -> Iterator[str]:
    """What is wrong with the cells that hold amounts above 0, put into `numbers`; empty or unreadable ones are NaN. `whole`: counts."""
    for name in names:
        text, numbers[name] = cells.get(name, ""), math.nan
        try:
            numbers[name] = float(text) if text else math.nan
        except ValueError:
            hint = say(", with a decimal point") if text.replace(",", "", 1).isdecimal() else say(", without a unit")
            yield say('{name} is "{text}"; expected a number{hint}', name=name, text=text, hint=hint)
            continue
        if text and not 0.0 < numbers[name] < _MOST_AMOUNT:
            yield say("{name} is {text}; expected a number above 0", name=name, text=text)
        elif text and name in whole and numbers[name] != round(numbers[name]):
            yield say("{name} is {text}; expected a whole number", name=name, text=text)
