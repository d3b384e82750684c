"""Measured serving runs: a user's CSV file of them, and those that are shipped and that the fit was made from; one row per run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from stargauge.catalogue.tables import amounts_in, cells_of
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

FILE = Path(__file__).parent / "data" / "serving-run.csv"
#: Columns without which a file is none of these.
NEEDED = ("model", "gpu", "n_gpus", "precision", "isl", "osl", "tokens_per_s_per_gpu")
#: Columns of numbers, which may be empty.
NUMBERS = (
    "n_gpus", "tp", "pp", "ep", "isl", "osl", "concurrency", "ttft_limit_ms", "tpot_limit_ms", "measured_ttft_ms", "measured_itl_ms",
    "tokens_per_s_total", "tokens_per_s_per_gpu", "software",
)  # fmt: skip
_WHOLE = ("n_gpus", "tp", "pp", "ep")
TEXTS = ("row_id", "model", "gpu", "deployment", "precision", "scenario", "tokens_counted", "source", "notes")
KNOWN = (
    *NUMBERS, *TEXTS, "source_locator", "source_quality", "params_b", "active_params_b", "interactivity_tok_s_user", "grade", "family",
)  # fmt: skip
#: How a row's tokens are counted.
OUTPUT, INPUT, BOTH = "output tokens", "input tokens", "input and output tokens"
_HITS = re.compile(r"(\d+(?:\.\d+)?)\s*% [^,;]*hits", re.IGNORECASE)


class ServingRun(NamedTuple):
    """A measured run. `numbers`: the cells of numbers, NaN where empty; `texts`: the others."""

    line: int
    numbers: Mapping[str, float]
    texts: Mapping[str, str]

    @property
    def name(self) -> str:
        """What a row is called: its own name, else its line."""
        return self.texts["row_id"] or f"line {self.line}"

    @property
    def rate(self) -> float:
        """Tokens per second and accelerator, as the row counts them; NaN where it gives none."""
        given = self.numbers["tokens_per_s_per_gpu"]
        return self.numbers["tokens_per_s_total"] / self.numbers["n_gpus"] if math.isnan(given) else given

    @property
    def counted(self) -> str | None:
        """Which tokens are counted; None where that cannot be told."""
        said = self.texts["tokens_counted"].lower()
        if "output" in said and "input" in said:
            return BOTH
        return OUTPUT if said.startswith("output") else INPUT if said.startswith("input") else None

    @property
    def hits(self) -> float:
        """Share of input tokens found in a cache of prefixes, as the row says; 0 where it says nothing."""
        found = _HITS.search(self.texts["tokens_counted"])
        return float(found[1]) / 100.0 if found else 0.0


def read_serving_runs(file: Path) -> tuple[ServingRun, ...]:
    """The runs in a file, in its order. Raises InputError with every fault, its line, what was expected and how to fix it."""
    faults, found = list[Fault](), list[ServingRun]()
    for line, cells in cells_of(file, NEEDED, KNOWN):
        numbers = dict[str, float]()
        wrong = list(_wrong(cells, numbers))
        faults += [Fault(text, cells["model"], str(file), line, 1) for text in wrong]
        found.append(ServingRun(line, numbers, {name: cells.get(name, "") for name in TEXTS}))
    if faults:
        raise InputError(faults)
    if not found:
        raise InputError(say('"{file}" has no rows; expected one line per measured run', file=file))
    return tuple(found)


def _wrong(cells: Mapping[str, str], numbers: dict[str, float]) -> Iterator[str]:
    for name in ("model", "gpu"):
        if not cells[name]:
            yield say('"{name}" is empty; expected a text', name=name)
    yield from amounts_in(cells, NUMBERS, _WHOLE, numbers)


@lru_cache(maxsize=1)
def shipped_runs() -> tuple[ServingRun, ...]:
    """The runs that are shipped."""
    return read_serving_runs(FILE)
