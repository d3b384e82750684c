"""All layouts of a job on a machine: what each part of a layout may be, and the rules that a layout must keep.

A layout has ten parts. The grid is every choice of each; a rule drops what does not divide or has no use. Rules are looked at as soon as
the parts they speak of are there, so that what they drop is counted and never built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.compute.layout import RECOMPUTE, SCHEDULES, SHARDING, Job, Layouts
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.spoken import say

Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]
#: Parts by name, each an array with one place per layout.
Parts = Mapping[str, Whole]

#: In which order parts are chosen; `data` follows from the first three.
ORDER = ("tensor", "pipeline", "context", "interleave", "schedule", "micro_batch", "expert", "sharding", "recompute")
#: Layouts of a block at most, about.
BLOCK = 1 << 15
#: Places for layers in all chunks over layers, for chunks to be of near equal length.
UNEVEN = 1.1
_DUALPIPE = SCHEDULES.index("dualpipe")


@dataclass(frozen=True)
class Case:
    """A model trained on accelerators of a machine (all, or fewer), and parts of the layout that are given."""

    model: Transformer
    machine: Machine
    job: Job
    accelerators: int
    given: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def candidates(self) -> dict[str, Whole]:
        """What each part may be before any rule."""
        made = {
            **dict.fromkeys(("tensor", "pipeline", "context"), divisors(self.accelerators)),
            "interleave": self._chunks(),
            "schedule": np.arange(len(SCHEDULES)),
            "micro_batch": divisors(self.job.batch),
            "expert": divisors(self.model.experts or 1),
            "sharding": np.arange(len(SHARDING)),
            "recompute": np.arange(len(RECOMPUTE)),
        }
        return {name: np.array([self.given[name]]) if name in self.given else values for name, values in made.items()}

    def _chunks(self) -> Whole:
        """Chunks in which some pipeline's stage can be cut."""
        stages = divisors(self.accelerators)
        chunks = np.arange(1, self.model.layers + 1)
        return chunks[[bool(_even(self.model.layers, stages, np.full_like(stages, one)).any()) for one in chunks]]


def divisors(number: int) -> Whole:
    """The divisors of a number, rising."""
    low = [one for one in range(1, isqrt(number) + 1) if number % one == 0]
    return np.array(sorted({*low, *(number // one for one in low)}), dtype=np.int64)


def _even(layers: int, stages: Whole, chunks: Whole) -> Truth:
    """Whether stages of a pipeline can be cut into so many chunks: of equal length, or so near to it that few places stay empty."""
    places = stages * chunks
    near = (places <= layers) & (places * -(-layers // places) <= UNEVEN * layers)
    return np.asarray((-(-layers // stages) % chunks == 0) | near)


class Rule(NamedTuple):
    """A rule that layouts keep: of which parts it speaks, where it holds, and what it expects in words."""

    name: str
    of: tuple[str, ...]
    holds: Callable[[Case, Parts], Truth]
    expects: Callable[[Case], str]


def micro_batches(case: Case, at: Parts) -> Whole:
    """Micro-batches of a step in each data-parallel rank."""
    made: Whole = case.job.batch // (at["data"] * at["micro_batch"])
    return made


def _shares_kv(case: Case, at: Parts) -> Truth:
    kept = 1 if case.model.latent is not None else case.model.kv_heads
    return np.asarray((kept % at["tensor"] == 0) | (at["tensor"] % kept == 0))


def _stated_data(case: Case, at: Parts) -> Truth:
    return np.asarray(at["data"] == case.given.get("data", at["data"]))


def _stages(case: Case, at: Parts) -> Truth:
    """Stages that a schedule can have: 1F1B any number, zero bubble several, a DualPipe, which is filled from both ends, an even number."""
    stages, schedule = at["pipeline"], at["schedule"]
    return np.asarray((schedule == 0) | ((stages > 1) & ((schedule != _DUALPIPE) | (stages % 2 == 0))))


def _pairs(case: Case, at: Parts) -> Truth:
    """Micro-batches of a DualPipe enter from both ends alike, at least two for each stage."""
    many = micro_batches(case, at)
    return np.asarray((at["schedule"] != _DUALPIPE) | ((many % 2 == 0) & (many >= 2 * at["pipeline"])))


def _held_twice(case: Case, at: Parts) -> Truth:
    """Whether there is anything to spread; whoever states a layout may say so all the same."""
    twice = at["context"] * at["data"] > 1
    if case.model.experts:
        twice = twice | (at["tensor"] * at["context"] * at["data"] > at["expert"])
    return np.asarray((at["sharding"] == 0) | twice | ("sharding" in case.given))


RULES: tuple[Rule, ...] = (
    Rule("domain", ("tensor",), lambda case, at: at["tensor"] <= case.machine.chip.domain,
         lambda case: say("tensor within the fast network of {domain} accelerators", domain=case.machine.chip.domain)),
    Rule("heads", ("tensor",), lambda case, at: case.model.heads % at["tensor"] == 0,
         lambda case: say("tensor a divisor of the {heads} attention heads", heads=case.model.heads)),
    Rule("kv-heads", ("tensor",), _shares_kv,
         lambda case: say("tensor a divisor or a multiple of the {heads} heads of keys and values", heads=case.model.kv_heads)),
    Rule("ffn", ("tensor",), lambda case, at: _dense_width(case.model) % at["tensor"] == 0,
         lambda case: say("tensor a divisor of the {width:,} inner width of a dense block", width=_dense_width(case.model))),
    Rule("layers", ("pipeline",), lambda case, at: at["pipeline"] <= case.model.layers,
         lambda case: say("pipeline of at most {layers} stages, one layer each", layers=case.model.layers)),
    Rule("context", ("context",), lambda case, at: (at["context"] == 1) | (case.job.sequence % (2 * at["context"]) == 0),
         lambda case: say("twice context a divisor of the sequence of {sequence:,} tokens", sequence=case.job.sequence)),
    Rule("sequence", ("tensor", "context"), lambda case, at: case.job.sequence % (at["tensor"] * at["context"]) == 0,
         lambda case: say("tensor x context a divisor of the sequence of {sequence:,} tokens", sequence=case.job.sequence)),
    Rule("stated-data", ("data",), _stated_data,
         lambda case: say("tensor x pipeline x context x data = {accelerators:,} accelerators", accelerators=case.accelerators)),
    Rule("batch", ("data",), lambda case, at: case.job.batch % at["data"] == 0,
         lambda case: say("data a divisor of the batch of {batch:,} sequences", batch=case.job.batch)),
    Rule("chunks", ("pipeline", "interleave"), lambda case, at: _even(case.model.layers, at["pipeline"], at["interleave"]),
         lambda case: say("interleave that cuts a stage's layers ({layers} over pipeline) into equal chunks, or nearly",
                          layers=case.model.layers)),
    Rule("one-stage", ("pipeline", "interleave"), lambda case, at: (at["pipeline"] > 1) | (at["interleave"] == 1),
         lambda case: say("interleave 1 where there is one stage")),
    Rule("turns", ("pipeline", "schedule"), _stages,
         lambda case: say("zero-bubble with a pipeline, dualpipe with an even number of stages")),
    Rule("one-chunk", ("interleave", "schedule"), lambda case, at: (at["schedule"] == 0) | (at["interleave"] == 1),
         lambda case: say("interleave 1 with zero-bubble and dualpipe")),
    Rule("micro-batch", ("data", "micro_batch"), lambda case, at: case.job.batch % (at["data"] * at["micro_batch"]) == 0,
         lambda case: say("data x micro-batch a divisor of the batch of {batch:,} sequences", batch=case.job.batch)),
    Rule("fill", ("data", "micro_batch", "pipeline", "interleave"), lambda case, at: (at["interleave"] == 1)
         | (micro_batches(case, at) >= at["pipeline"]),
         lambda case: say("with interleave at least as many micro-batches as stages")),
    Rule("pairs", ("data", "micro_batch", "pipeline", "schedule"), _pairs,
         lambda case: say("dualpipe with an even number of micro-batches, two a stage or more")),
    Rule("expert-count", ("expert",), lambda case, at: max(case.model.experts, 1) % at["expert"] == 0,
         lambda case: say("expert a divisor of the {experts} experts", experts=case.model.experts) if case.model.experts
         else say("expert 1: the model has none")),
    Rule("experts", ("expert", "tensor", "context", "data"), lambda case, at: at["tensor"] * at["context"] * at["data"] % at["expert"] == 0,
         lambda case: say("expert a divisor of tensor x context x data")),
    Rule("ranks", ("sharding", "tensor", "context", "data", "expert"), _held_twice,
         lambda case: say("sharding none where no two accelerators hold the same")),
)  # fmt: skip


def _dense_width(model: Transformer) -> int:
    return (model.dense_ffn or model.ffn) if model.experts else model.ffn


@dataclass
class Count:
    """How many layouts the grid has, and how many each rule dropped."""

    grid: int = 0
    dropped: dict[str, int] = field(default_factory=dict)

    def drop(self, rule: str, many: int) -> None:
        """Count layouts that a rule dropped."""
        if many:
            self.dropped[rule] = self.dropped.get(rule, 0) + many

    @property
    def left(self) -> int:
        """Layouts that keep every rule."""
        return self.grid - sum(self.dropped.values())


def blocks(case: Case, count: Count) -> Iterator[Layouts]:
    """All layouts that keep every rule, in blocks; `count` tells afterwards how many were dropped by which rule.

    The order is the same each time: of the parts as in `ORDER`, rising, the last fastest.
    """
    first = _split(case, count)
    for name in ORDER[3:6]:
        first = _chosen(case, count, first, name)
    rest = ORDER[6:]
    wide = int(np.prod([len(case.candidates[name]) for name in rest]))
    rows = max(1, BLOCK // wide)
    for start in range(0, len(first["tensor"]), rows):
        at: Parts = {name: values[start : start + rows] for name, values in first.items()}
        for name in rest:
            at = _chosen(case, count, at, name)
        if len(at["tensor"]):
            yield layouts_of(at)


def _split(case: Case, count: Count) -> Parts:
    """Tensor, pipeline, context and the data that follows; where they do not multiply to the accelerators nothing is left."""
    names = ORDER[:3]
    grid = np.meshgrid(*(case.candidates[name] for name in names), indexing="ij")
    at = {name: values.ravel() for name, values in zip(names, grid, strict=True)}
    used = at["tensor"] * at["pipeline"] * at["context"]
    whole = case.accelerators % used == 0
    at = {name: values[whole] for name, values in at.items()} | {"data": case.accelerators // used[whole]}
    count.grid += len(at["tensor"]) * _later(case, "context")
    return _kept(case, count, at, "context", ())


def _chosen(case: Case, count: Count, at: Parts, name: str) -> Parts:
    """Each layout with every candidate of one more part, those that break a rule dropped."""
    values = case.candidates[name]
    many = len(values)
    grown = {known: np.repeat(one, many) for known, one in at.items()} | {name: np.tile(values, len(at["tensor"]))}
    return _kept(case, count, grown, name, tuple(at))


def _kept(case: Case, count: Count, at: Parts, name: str, before: tuple[str, ...]) -> Parts:
    """Layouts that keep the rules that could not be looked at before, one rule after the other."""
    later = _later(case, name)
    for rule in RULES:
        if set(rule.of) <= set(at) and not set(rule.of) <= set(before):
            holds = rule.holds(case, at)
            count.drop(rule.name, int(np.count_nonzero(~holds)) * later)
            at = at if holds.all() else {known: one[holds] for known, one in at.items()}
    return at


def _later(case: Case, name: str) -> int:
    """Choices of all parts after one."""
    made = 1
    for after in ORDER[ORDER.index(name) + 1 :]:
        made *= len(case.candidates[after])
    return made


def layouts_of(at: Parts) -> Layouts:
    """Parts as the layouts that times and memory are worked out of."""
    return Layouts(*(at[name].astype(np.float64) for name in Layouts._fields))


def parts_of(layouts: Layouts) -> dict[str, Whole]:
    """Layouts as whole numbers by part."""
    return {name: getattr(layouts, name).astype(np.int64) for name in Layouts._fields}


def broken(case: Case, layouts: Layouts) -> list[Rule]:
    """The rules that the first of some layouts breaks, whatever its number of accelerators."""
    at = parts_of(layouts.take(slice(0, 1)))
    return [rule for rule in RULES if rule.name != "stated-data" and not bool(rule.holds(case, at)[0])]
