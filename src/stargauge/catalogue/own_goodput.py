"""A user's records of training jobs: goodput, time between failures, failure rates, from a CSV file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from stargauge.catalogue.tables import cells_of
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

#: The records that are shipped, in the same form.
FILE = Path(__file__).parent / "data" / "goodput-record.csv"
NEEDED = ("job_or_cluster", "metric", "value", "unit")
_TEXTS = ("organisation", "checkpoint_interval", "checkpoint_write_or_stall", "restart_or_recovery_time", "definition_and_notes")
_NUMBERS = ("n_accelerators", "n_nodes", "period_days", "derived_mtbf_h", "derived_failures_per_1000_node_days")
_COUNTS = ("interruptions_unplanned", "interruptions_total")
KNOWN = (*NEEDED, *_TEXTS, *_NUMBERS, *_COUNTS, "row_id", "source", "source_locator", "source_quality", "accelerator", "published", "grade")

Kind = Literal["goodput", "mttf", "rate", "count", ""]
#: Words of a metric, the first that match.
_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"by cause|reduction|irrecoverable|rollback|spike|utili[sz]ation|\bmfu\b", ""),
    (r"goodput|effective[ _-]training|\bettr\b|useful[ _-](training[ _-])?time|training[ _-]efficiency", "goodput"),
    (r"\bm?ttf\b|mttf|mtbf|mtti|time (between|to) (failure|stop|interrupt)", "mttf"),
    (r"failure[s]?[ _-]rate|failures per|interruptions per", "rate"),
    (r"^(unplanned |total )?(restarts|interruptions|failures|stops)$", "count"),
)
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?[kK]?"
_HOURS = {"h": 1.0, "hour": 1.0, "hours": 1.0, "d": 24.0, "day": 24.0, "days": 24.0, "min": 1.0 / 60.0, "minutes": 1.0 / 60.0}
_SHARES = {"%": 0.01, "percent": 0.01, "ratio": 1.0, "1": 1.0, "share": 1.0, "fraction": 1.0, "": 1.0}


class Span(NamedTuple):
    """A number as it was said: exactly, above or below a bound, or between two. Infinite where there is no end."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether one number was said."""
        return self.low == self.high

    def off(self, value: float) -> float:
        """How far a value is from it; nothing within it."""
        return value - self.low if value < self.low else value - self.high if value > self.high else 0.0


class GoodputRecord(NamedTuple):
    """A row. `value` in the unit of its kind: share, hours, failures per node and day; None where it is another kind."""

    line: int
    name: str
    organisation: str
    job: str
    metric: str
    kind: Kind
    value: Span | None
    accelerators: Span | None
    nodes: float | None
    days: float | None
    unplanned: float | None
    mtbf: float | None  # h
    rate: float | None  # per node and day
    interval: str
    write: str
    restart: str
    notes: str
    fault: str = ""  # what cannot be read of it


def kind_of(metric: str) -> Kind:
    """What a metric is; nothing where it is none that can be predicted."""
    words = metric.strip().lower()
    return next((kind for pattern, kind in _KINDS if re.search(pattern, words)), "")


def span_of(text: str) -> Span | None:
    """A number with what stands before it: `>90`, `<=5`, `85..90`, `1,024`, `16K`; nothing where it is no such thing."""
    words = re.sub(r"\(.*?\)", "", text).replace("−", "-").replace(" ", "").rstrip("%")
    if found := re.fullmatch(rf"({_NUMBER})%?(?:\.\.|-|–|to)({_NUMBER})", words):
        ends = sorted(_plain(part) for part in found.groups())
        return Span(ends[0], ends[1])
    found = re.fullmatch(rf"(>=?|<=?|≥|≤|~|about|upto)?({_NUMBER})(\+)?", words)
    if found is None:
        return None
    number, before = _plain(found[2]), found[1] or ""
    if found[3] or before.startswith((">", "≥")):
        return Span(number, float("inf"))
    return Span(0.0, number) if before.startswith(("<", "≤")) else Span(number, number)


def _plain(text: str) -> float:
    thousands = text[-1] in "kK"
    return float(text.rstrip("kK").replace(",", "")) * (1000.0 if thousands else 1.0)


def read_own_goodput(file: Path) -> tuple[GoodputRecord, ...]:
    """The rows of a file, in its order. Raises InputError with what is wrong with its columns and with rows that name no job or metric.

    What else cannot be read in a row is its `fault`.
    """
    rows = cells_of(file, NEEDED, KNOWN)
    faults = [
        Fault(say('"{name}" is empty; expected a text', name=name), cells.get("row_id") or cells["job_or_cluster"], str(file), line, 1)
        for line, cells in rows
        for name in ("job_or_cluster", "metric")
        if not cells[name]
    ]
    if faults:
        raise InputError(faults)
    if not rows:
        raise InputError(say('"{file}" has no rows; expected one line per job and figure', file=file))
    return tuple(_record(line, cells) for line, cells in rows)


def _wrong(cells: Mapping[str, str], kind: Kind) -> Iterator[str]:
    if not kind:
        return
    for name in _NUMBERS:
        text = cells.get(name, "")
        said = span_of(text) if text else Span(1.0, 1.0)
        if said is None or said.high <= 0.0:
            yield say('{name} is "{text}"; expected a number above 0, such as 1024 or >1024', name=name, text=text)
        elif not said.exact and name != "n_accelerators":
            yield say('{name} is "{text}"; expected one number', name=name, text=text)
    if kind != "count":
        yield from _wrong_value(cells, kind)


def _wrong_value(cells: Mapping[str, str], kind: Kind) -> Iterator[str]:
    text, said = cells["value"], span_of(cells["value"])
    if said is None:
        yield say('value is "{text}"; expected a number, a bound such as >90, or a range such as 85..90', text=text)
        return
    factor = _factor(kind, cells["unit"].lower())
    if factor is None:
        yield say('unit is "{unit}"; expected {units}', unit=cells["unit"], units=_UNITS[kind])
    elif kind == "goodput" and not 0.0 <= said.low * factor <= 1.0:
        yield say(
            "value is {text} {unit}; expected a share of time: 0 to 100 with the unit %, 0 to 1 with the unit ratio",
            text=text,
            unit=cells["unit"],
        )
    elif kind != "goodput" and said.low <= 0.0:
        yield say('value is "{text}"; expected a number above 0', text=text)


_UNITS = {"goodput": "% or ratio", "mttf": "hours, days or minutes", "rate": "per 1000 node-days, or per node-day"}


def _factor(kind: Kind, unit: str) -> float | None:
    """What a value is multiplied by; None where the unit is no such one."""
    if kind == "goodput":
        return _SHARES.get(unit)
    if kind == "mttf":
        return _HOURS.get(unit)
    found = re.search(r"(?:1/|per )?(1,?000|k)?[ /-]*node[- /]?d", unit)
    return None if found is None else 1e-3 if found[1] else 1.0


def _record(line: int, cells: Mapping[str, str]) -> GoodputRecord:
    def number(name: str) -> float | None:
        said = span_of(cells.get(name, ""))
        return said.low if said is not None and said.exact else None

    kind = kind_of(cells["metric"])
    said, factor = span_of(cells["value"]), _factor(kind, cells["unit"].lower())
    value = Span(said.low * factor, said.high * factor) if said is not None and factor is not None else None
    per_thousand = number("derived_failures_per_1000_node_days")
    return GoodputRecord(
        line, cells.get("row_id") or f"line {line}", cells.get("organisation", ""), cells["job_or_cluster"], cells["metric"], kind, value,
        span_of(cells.get("n_accelerators", "")), number("n_nodes"), number("period_days"),
        number("interruptions_unplanned") or number("interruptions_total"), number("derived_mtbf_h"),
        None if per_thousand is None else per_thousand / 1000.0, cells.get("checkpoint_interval", ""),
        cells.get("checkpoint_write_or_stall", ""), cells.get("restart_or_recovery_time", ""), cells.get("definition_and_notes", ""),
        "; ".join(_wrong(cells, kind)),
    )  # fmt: skip
