"""The claims as a table in CSV (RFC 4180, UTF-8): one row per reading, for a spreadsheet or a program.

Numbers stand as a program reads them, whatever the language; a text that a spreadsheet would take for a formula starts with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from stargauge.audit.export.wording import Data, Wording, claims_of, decided_by, link, odds_of, plain, source_of
from stargauge.quantity.cells import csv_cell

Cell = str | int | float | None


def _margin(key: str) -> Callable[[Data, Data, Data, Wording], Cell]:
    return lambda answer, claim, reading, wording: (reading["margin"] or {}).get(key)


#: Column -> how its cell is taken from the answer, the claim and the reading. Names and order are stable; new ones come last.
COLUMNS: dict[str, Callable[[Data, Data, Data, Wording], Cell]] = {
    "id": lambda answer, claim, reading, wording: claim["id"],
    "reading": lambda answer, claim, reading, wording: reading["name"],
    "speaker": lambda answer, claim, reading, wording: claim["speaker"],
    "said": lambda answer, claim, reading, wording: claim["said"],
    "says": lambda answer, claim, reading, wording: claim["says"],
    "expression": lambda answer, claim, reading, wording: reading["expression"],
    "sentence": lambda answer, claim, reading, wording: reading["sentence"],
    "status": lambda answer, claim, reading, wording: reading["status"],
    "answer": lambda answer, claim, reading, wording: reading["answer"],
    "probability": lambda answer, claim, reading, wording: odds_of(reading)[0],
    "range_low": lambda answer, claim, reading, wording: odds_of(reading)[1],
    "range_high": lambda answer, claim, reading, wording: odds_of(reading)[2],
    "likelihood": lambda answer, claim, reading, wording: reading["likelihood"],
    "margin_p10": _margin("p10"),
    "margin_p50": _margin("p50"),
    "margin_p90": _margin("p90"),
    "unit": _margin("unit"),
    "deadline": lambda answer, claim, reading, wording: reading["deadline"],
    "drivers": lambda answer, claim, reading, wording: "; ".join(f"{one['input']} {one['share']}" for one in reading["drivers"]),
    "record": lambda answer, claim, reading, wording: "; ".join(_recorded(row, wording) for row in decided_by(reading)),
    "sources": lambda answer, claim, reading, wording: " ".join(_addresses(answer, claim, reading)),
    "language": lambda answer, claim, reading, wording: wording.language,
    "programme": lambda answer, claim, reading, wording: answer["programme"]["id"],
    "as_of": lambda answer, claim, reading, wording: answer["as_of"],
    "draws": lambda answer, claim, reading, wording: answer["draws"],
    "seed": lambda answer, claim, reading, wording: answer["seed"],
    "inputs_sha256": lambda answer, claim, reading, wording: answer["inputs_sha256"],
    "version": lambda answer, claim, reading, wording: answer["version"],
}


def table(answer: Data, claim: str | None = None) -> str:
    """The readings of an answer's claims, or of one claim, as CSV with a header."""
    wording, out = Wording(answer), io.StringIO()
    rows: Sequence[list[Any]] = [
        [_cell(take(answer, one, reading, wording)) for take in COLUMNS.values()]
        for one in claims_of(answer, claim)
        for reading in one["readings"]
    ]
    csv.writer(out, lineterminator="\r\n").writerows([list(COLUMNS), *rows])
    return out.getvalue()


def _cell(value: Cell) -> Cell:
    """A number as it is, nothing as an empty cell, a text in one line and never a formula."""
    made: Cell = csv_cell(plain(value) if isinstance(value, str) else value)
    return made


def _recorded(row: Data, wording: Wording) -> str:
    where = ", ".join(part for part in (row["publisher"], wording.when(row["as_of"]), row["grade"]) if part)
    return f"{row['about']}: {row['text']} ({where})" if where else f"{row['about']}: {row['text']}"


def _addresses(answer: Data, claim: Data, reading: Data) -> list[str]:
    """The addresses of the source of what was said and of what decided, each once."""
    urls = [source_of(claim, answer).get("url"), *(row["url"] for row in decided_by(reading))]
    return list(dict.fromkeys(link(url) for url in urls if link(url)))
