"""What is asked of a run: every reading of every claim, parsed and checked, or what is missing before it can be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stargauge.audit.claims.binding import Axes, check, unknown_labels
from stargauge.audit.claims.language import Comparison, Reading, leaves, parse
from stargauge.programme.positions import Document, Flaw, faults_of
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.quantity import Quantity, find


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
    documents: Sequence[Document] = (),
) -> tuple[Question, ...]:
    """Every reading of the claims, checked against the graph and the labels known. Raises InputError with all faults at once.

    `ids`: labels that the whole file knows, whatever the date. A label that is one of them but is not known yet is missing; any other
    unknown label is a fault. `documents`: the files of the claims, so that a fault says its line and column.
    """
    out, flaws = list[Question](), list[Flaw]()
    for claim, made in claims.items():
        for name, text in made.readings.items():
            try:
                out.append(_question(claim, name, str(text), quantities, axes, ids, records))
            except InputError as error:
                flaws += [_flaw(claim, name, fault) for fault in error.faults]
    if flaws:
        raise faults_of(flaws, documents)
    return tuple(out)


def misread(documents: Sequence[Document], quantities: Mapping[str, Quantity]) -> Iterator[Flaw]:
    """The faults of readings that can be told from the files alone: their grammar, and quantities that do not exist."""
    for document in documents:
        claims = document.value(("claims",))
        for claim, made in claims.items() if isinstance(claims, dict) else ():
            readings = made.get("readings") if isinstance(made, dict) else None
            for name, text in readings.items() if isinstance(readings, dict) else ():
                try:
                    for leaf in leaves(parse(str(text))):
                        if isinstance(leaf, Comparison):
                            find(leaf.address.name, dict(quantities))
                except InputError as error:
                    yield from (_flaw(claim, name, fault) for fault in error.faults)


def _flaw(claim: str, reading: str, fault: Fault) -> Flaw:
    return Flaw(("claims", claim, "readings", reading), fault.message, character=fault.column)


def _question(
    claim: str, name: str, text: str, quantities: Mapping[str, Quantity], axes: Axes, ids: Collection[str], records: Collection[str] | None
) -> Question:
    reading = parse(text)
    unknown = () if not ids else unknown_labels(reading, quantities, axes)
    if unknown and all(label in ids for label in unknown):
        return Question(claim, name, text, reading, unknown)
    return Question(claim, name, text, check(reading, quantities, axes, records, text))
