"""A user's yearly PUE and water figures of halls: a CSV file, one row per hall and year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from stargauge.catalogue.tables import cells_of
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

NEEDED = ("operator", "site", "cooling", "pue")
KNOWN = (*NEEDED, "year", "wue_l_per_kwh", "note", "source")
#: The largest yearly PUE and WUE that are taken for one, and not for a slip of the pen.
_MOST = {"pue": 6.0, "wue_l_per_kwh": 20.0}
_LEAST = {"pue": 1.0, "wue_l_per_kwh": 0.0}


class PueRecord(NamedTuple):
    """What was published of one hall or fleet. None where nothing was."""

    line: int
    operator: str
    site: str
    year: str
    cooling: str
    pue: float | None
    wue: float | None  # L per kWh


def read_own_pue(file: Path) -> tuple[PueRecord, ...]:
    """The rows of a file, in its order. Raises InputError with every fault, its line, what was expected and how to fix it."""
    faults: list[Fault] = []
    found = list[PueRecord]()
    for line, cells in cells_of(file, NEEDED, KNOWN):
        numbers: dict[str, float | None] = {}
        wrong = list(_wrong(cells, numbers))
        faults += [Fault(text, cells["site"], str(file), line, 1) for text in wrong]
        if not wrong:
            found.append(PueRecord(line, cells["operator"], cells["site"], cells.get("year", ""), cells["cooling"], *numbers.values()))
    if faults:
        raise InputError(faults)
    if not found:
        raise InputError(say('"{file}" has no rows; expected one line per hall and year', file=file))
    return tuple(found)


def _hint(name: str, text: str) -> str:
    """How a text that is no number may be written as one."""
    plain = text.removesuffix("%").strip()
    if text.endswith("%") and name == "pue" and plain.replace(".", "", 1).isdecimal():
        return (
            say(": a PUE is a ratio, such as {ratio:g}", ratio=float(plain) / 100.0)
            if float(plain) >= 100.0
            else say(": a PUE is a ratio from 1 up")
        )
    return (
        say(", with a decimal point")
        if text.replace(",", "", 1).isdecimal()
        else say(", without a unit, such as 1.15")
        if name == "pue"
        else ""
    )


def _wrong(cells: Mapping[str, str], numbers: dict[str, float | None]) -> Iterator[str]:
    for name in ("operator", "site"):
        if not cells[name]:
            yield say('"{name}" is empty; expected a text', name=name)
    for name in ("pue", "wue_l_per_kwh"):
        text, least, most = cells.get(name, ""), _LEAST[name], _MOST[name]
        try:
            numbers[name] = float(text) if text else None
        except ValueError:
            yield say('{name} is "{text}"; expected a number{hint}', name=name, text=text, hint=_hint(name, text))
            continue
        value = numbers[name]
        if value is not None and not least <= value <= most:
            hint = say("; a PUE is energy at the meter over energy at the racks") if name == "pue" else say("; litres per kWh at the racks")
            yield say(
                "{name} is {text}; expected a number from {least:g} to {most:g}{hint}",
                name=name,
                text=text,
                least=least,
                most=most,
                hint=hint,
            )
    if not cells["pue"] and not cells.get("wue_l_per_kwh"):
        yield say("pue and wue_l_per_kwh are both empty; expected at least one")
