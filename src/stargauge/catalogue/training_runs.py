"""Measured training runs: a user's CSV file of them, and those that are shipped and that the fit was made from; one row per run."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from stargauge.catalogue.tables import amounts_in, cells_of
from stargauge.quantity.compute.layout import SCHEDULES
from stargauge.quantity.dates import day, parse_window
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

FILE = Path(__file__).parent / "data" / "training-run.csv"
#: Columns without which a file is none of these.
NEEDED = ("model", "gpu", "n_gpus", "seq_len")
#: Columns of numbers that may be empty; those that are read as a part of the model, of the job or of the layout.
NUMBERS = (
    "params_b", "layers", "hidden", "heads", "kv_heads", "head_size", "ffn", "vocab", "seq_len", "n_experts", "top_k", "shared_experts",
    "n_gpus", "tp", "pp", "dp", "cp", "ep", "vp_interleave", "micro_batch", "global_batch_seqs", "global_batch_tokens", "step_time_s",
    "tokens_per_s",
)  # fmt: skip
TEXTS = (
    "row_id",
    "model",
    "gpu",
    "precision",
    "recompute",
    "fsdp_shard",
    "attention",
    "schedule",
    "software",
    "source",
    "source_locator",
    "notes",
)
KNOWN = (
    *NUMBERS, *TEXTS, "source_quality", "active_params_b", "tokens_per_s_per_gpu", "reported_tflops_per_gpu", "flops_convention",
    "reported_mfu_pct", "reported_hfu_pct", "derived_fields", "use", "why", "family",
)  # fmt: skip
_WHOLE = ("layers", "hidden", "heads", "kv_heads", "n_gpus", "tp", "pp", "dp", "cp", "ep", "vp_interleave", "seq_len", "top_k", "n_experts")
_CONTAINER = re.compile(r"container (\d\d)\.(\d\d)")
_EPOCH = day(date(1970, 1, 1))
_YEAR = re.compile(r"\b(20[12]\d)\b")


class TrainingRun(NamedTuple):
    """A measured run. `numbers`: the cells of numbers, NaN where empty; `texts`: the others, small where they are words of ours."""

    line: int
    numbers: Mapping[str, float]
    texts: Mapping[str, str]

    @property
    def name(self) -> str:
        """What a row is called: its own name, else its line."""
        return self.texts["row_id"] or f"line {self.line}"

    @property
    def seconds(self) -> float:
        """Measured seconds of a step; from tokens per second where only those are given; NaN where neither is."""
        if not math.isnan(self.numbers["step_time_s"]):
            return self.numbers["step_time_s"]
        return self.batch * self.numbers["seq_len"] / self.numbers["tokens_per_s"]

    @property
    def batch(self) -> float:
        """Sequences of a step."""
        given = self.numbers["global_batch_seqs"]
        return self.numbers["global_batch_tokens"] / self.numbers["seq_len"] if math.isnan(given) else given

    @property
    def software(self) -> float | None:
        """Day of the software as a year with its fraction: its own column, a container's month, a year in the source; else None."""
        if self.texts["software"]:
            return year_of(self.texts["software"])
        if found := _CONTAINER.search(self.texts["source_locator"]):
            return 2000 + int(found[1]) + (int(found[2]) - 0.5) / 12.0
        years = _YEAR.findall(self.texts["source"])
        return float(years[0]) + 0.25 if years else None

    @property
    def recompute(self) -> str | None:
        """`none`, `selective` or `full` as the row says it; None where it does not."""
        said = self.texts["recompute"].lower()
        beginnings = {"full": "full", "selective": "selective", "partial": "selective", "none": "none"}
        return next((level for word, level in beginnings.items() if said.startswith(word)), None)

    @property
    def spread_weights(self) -> bool:
        """Whether weights are spread over the data-parallel group: `full` of it, or over how many."""
        said = self.texts["fsdp_shard"].lower()
        return said.startswith("full") or (said.isdigit() and int(said) > 1)

    @property
    def dtype(self) -> str:
        """Type of the linear layers."""
        said = self.texts["precision"].upper()
        kinds = {"NVFP4": "nvfp4", "FP4": "nvfp4", "MXFP8": "mxfp8", "FP8": "fp8"}
        return next((kind for word, kind in kinds.items() if word in said), "bf16")


def year_of(text: str) -> float:
    """A day or a year as a year with its fraction."""
    try:
        return float(text)
    except ValueError:
        return 1970.0 + (parse_window(text).middle - _EPOCH) / 365.2425


def read_training_runs(file: Path) -> tuple[TrainingRun, ...]:
    """The rows of a file, in its order. Raises InputError with every fault, its line, what was expected and what came."""
    faults, found = list[Fault](), list[TrainingRun]()
    for line, cells in cells_of(file, NEEDED, KNOWN):
        numbers: dict[str, float] = {}
        wrong = list(_wrong(cells, numbers))
        faults += [Fault(text, cells.get("row_id", "") or cells["model"], str(file), line, 1) for text in wrong]
        found.append(TrainingRun(line, numbers, {name: cells.get(name, "") for name in (*TEXTS, "use", "why", "family")}))
    if faults:
        raise InputError(faults)
    if not found:
        raise InputError(say('"{file}" has no rows; expected one line per run', file=file))
    return tuple(found)


def _wrong(cells: Mapping[str, str], numbers: dict[str, float]) -> Iterator[str]:
    for name in ("model", "gpu"):
        if not cells[name]:
            yield say('"{name}" is empty; expected a text', name=name)
    yield from amounts_in(cells, NUMBERS, _WHOLE, numbers)
    said = cells.get("attention", "")
    if said and said not in ("fused", "unfused"):
        yield say('attention is "{said}"; expected fused or unfused{near}', said=said, near=did_you_mean(said, ("fused", "unfused")))
    said = cells.get("schedule", "")
    if said and said not in SCHEDULES:
        yield say(
            'schedule is "{said}"; expected one of {schedules}{near}',
            said=said,
            schedules=", ".join(SCHEDULES),
            near=did_you_mean(said, SCHEDULES),
        )
    if software := cells.get("software", ""):
        try:
            year_of(software)
        except (ValueError, InputError):
            yield say('software is "{software}"; expected a day such as 2026-06-30, or a year such as 2026.5', software=software)


@lru_cache(maxsize=1)
def shipped_training_runs() -> tuple[TrainingRun, ...]:
    """The measured runs that are shipped."""
    return read_training_runs(FILE)
