"""What measured runs had that the fit was made from, and what of a layout lies outside of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.wording.languages import written
from stargauge.catalogue.training_runs import TrainingRun, shipped_training_runs
from stargauge.quantity.compute.layout import RECOMPUTE, SCHEDULES, Array, Job, Layouts
from stargauge.quantity.spoken import say

_SPREAD = 3


class Part(NamedTuple):
    """A size of a layout that runs had up to some value: what it is in words, and how it is worked out of layouts."""

    words: str
    of: Callable[[Layouts, Job], Array]
    form: str = ".0f"


#: What is held against runs. A pass is what one accelerator's micro-batch has in tokens; spread: over how many its weights are (FSDP).
PARTS: Mapping[str, Part] = {
    "pass": Part("a pass of {value} tokens", lambda at, job: at.micro_batch * job.sequence / at.context, ",.0f"),
    "tensor": Part("tensor {value}", lambda at, job: at.tensor),
    "pipeline": Part("{value} stages", lambda at, job: at.pipeline),
    "context": Part("context {value}", lambda at, job: at.context),
    "expert": Part("experts over {value}", lambda at, job: at.expert),
    "interleave": Part("{value} chunks of a stage", lambda at, job: at.interleave),
    "spread": Part("weights spread over {value}", lambda at, job: np.where(at.sharding == _SPREAD, at.data * at.context, 1.0)),
    "accelerators": Part("{value} accelerators", lambda at, job: at.tensor * at.pipeline * at.context * at.data, ",.0f"),
}
_COLUMNS = {"tensor": "tp", "pipeline": "pp", "context": "cp", "expert": "ep", "interleave": "vp_interleave", "accelerators": "n_gpus"}


@dataclass(frozen=True)
class Seen:
    """The most of each part in measured runs of a kind of model, the schedules and recomputations that they had."""

    kind: str
    most: Mapping[str, float]
    schedules: frozenset[int]
    recompute: frozenset[int]

    def like(self, layouts: Layouts, job: Job) -> NDArray[np.bool_]:
        """Which layouts have nothing that no run had."""
        sizes = [part.of(layouts, job) <= self.most[name] for name, part in PARTS.items()]
        kinds = ((layouts.schedule, self.schedules), (layouts.recompute, self.recompute))
        named = [np.logical_or.reduce([values == one for one in sorted(there)]) for values, there in kinds]
        return np.asarray(np.logical_and.reduce([*sizes, *named]))

    def outside(self, layouts: Layouts, job: Job) -> tuple[str, ...]:
        """What the first of some layouts has that no run had, each in words."""
        made = list[str]()
        for name, part in PARTS.items():
            value, most = float(part.of(layouts, job)[0]), self.most[name]
            if value > most:
                had = say("none had it") if most <= 1.0 else say("at most {value}", value=written(f"{most:,.0f}"))
                made.append(f"{say(part.words, 'outside', value=written(format(value, part.form)))} ({had})")
        schedule, recompute = int(layouts.schedule[0]), int(layouts.recompute[0])
        if schedule not in self.schedules:
            made.append(say("schedule {name} (none had it)", name=SCHEDULES[schedule]))
        if recompute not in self.recompute:
            made.append(say("recompute {name} (none had it)", name=RECOMPUTE[recompute]))
        return tuple(made)


@lru_cache(maxsize=2)
def seen(experts: bool) -> Seen:
    """What the runs had that the shipped fit was made from: of models with experts, or of those without."""
    return seen_in((run for run in shipped_training_runs() if run.texts["use"] == "fit"), experts)


def seen_in(runs: Iterable[TrainingRun], experts: bool) -> Seen:
    """What runs of a kind of model had, as far as they state it."""
    here = [run for run in runs if (_stated(run, "n_experts", 0.0) > 0.0) == experts]
    most = {name: max((_stated(run, column) for run in here), default=1.0) for name, column in _COLUMNS.items()}
    most["pass"] = max((_stated(run, "micro_batch", 0.0) * run.numbers["seq_len"] / _stated(run, "cp") for run in here), default=0.0)
    most["spread"] = max((_spread(run) for run in here), default=1.0)
    schedules = frozenset(SCHEDULES.index(run.texts["schedule"] or SCHEDULES[0]) for run in here)
    recompute = frozenset(RECOMPUTE.index(run.recompute) for run in here if run.recompute is not None)
    return Seen("with experts" if experts else "without experts", most, schedules, recompute)


def _stated(run: TrainingRun, column: str, usual: float = 1.0) -> float:
    value = run.numbers[column]
    return usual if math.isnan(value) else value


def _spread(run: TrainingRun) -> float:
    """Accelerators over which a run's weights were spread."""
    said = run.texts["fsdp_shard"]
    if not run.spread_weights:
        return 1.0
    return float(said) if said.isdigit() else run.numbers["n_gpus"] / (_stated(run, "tp") * _stated(run, "pp"))
