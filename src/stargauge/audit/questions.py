"""What is asked of a run: every reading of every claim, parsed and checked, or what is missing before it can be asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from stargauge.audit.binding import Axes, check, unknown_labels
from stargauge.audit.language import Reading, parse
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.quantity import Quantity


@dataclass(frozen=True)
class Question:
    """One reading of a claim. `missing`: labels it names that do not exist on this knowledge date; then it is not checked and not run."""

    claim: str
    name: str
    text: str
    reading: Reading
    missing: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """`claim/reading`."""
        return f"{self.claim}/{self.name}"


def questions(
    claims: Mapping[str, Any],
    quantities: Mapping[str, Quantity],
    axes: Axes,
    ids: Collection[str] = (),
    records: Collection[str] | None = None,
) -> tuple[Question, ...]:
    """Every reading of the claims, checked against the graph and the labels known. Raises InputError with all faults at once.

    `ids`: labels that the whole file knows, whatever the date. A label that is one of them but is not known yet is missing; any other
    unknown label is a fault.
    """
    out, faults = list[Question](), list[Fault]()
    for claim, made in claims.items():
        for name, text in made.readings.items():
            try:
                out.append(_question(claim, name, str(text), quantities, axes, ids, records))
            except InputError as error:
                path = f"claims.{claim}.readings.{name}"
                faults.extend(Fault(fault.message, path, fault.file, fault.line, fault.column) for fault in error.faults)
    if faults:
        raise InputError(faults)
    return tuple(out)


def _question(
    claim: str, name: str, text: str, quantities: Mapping[str, Quantity], axes: Axes, ids: Collection[str], records: Collection[str] | None
) -> Question:
    reading = parse(text)
    unknown = () if not ids else unknown_labels(reading, quantities, axes)
    if unknown and all(label in ids for label in unknown):
        return Question(claim, name, text, reading, unknown)
    return Question(claim, name, text, check(reading, quantities, axes, records, text))
