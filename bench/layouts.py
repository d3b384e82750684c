"""The layout search: how many layouts it looks at in a second of one core, and how long the whole space of a known case takes.

GPT-3 175B on 1,024 accelerators with a batch of 1,536 sequences is the case that Calculon's authors search (Isaev et al. 2023). Their tool
was run on such a machine as this one; its rate is stated, not measured here: 53.7 layouts per CPU-second. Its space has other switches,
so rates are of layouts, not of the same layouts. A layout of `rate` is one that keeps the rules: its memory is worked out, and its time
where it fits; those of `those that fit` had both worked out. Searches are repeated, as other work on the machine shows in CPU-seconds too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from time import process_time

import numpy as np

from bench.figure import Figure
from stargauge.api.programmes import catalogue
from stargauge.api.training import costs_of
from stargauge.audit.compute.training import Setting
from stargauge.audit.validation.training_cases import case_of
from stargauge.catalogue.training_fit import shipped_training_fit
from stargauge.catalogue.training_runs import shipped_training_runs
from stargauge.plan.layouts.search import searched
from stargauge.plan.layouts.space import Case, Count, blocks
from stargauge.quantity.compute.layout import Job, Layouts
from stargauge.quantity.compute.machine import Chip, Machine
from stargauge.quantity.compute.transformer import Latent, Transformer

#: Layouts per CPU-second that Calculon evaluates: 1,342 of GPT-3 175B on 1,024 accelerators in 25 CPU-seconds.
CALCULON = 53.7
_ALONE, _TIMES = 300, 5

_A100 = Chip("a100-sxm-80", "A100", {"bf16": 312e12}, 80e9, 2.039e12, 8, 300e9, 25e9, 2020.9)
_H100 = Chip("h100-sxm", "H100", {"bf16": 989e12, "fp8": 1979e12}, 80e9, 3.35e12, 8, 450e9, 50e9, 2022.8)
GPT3 = Transformer("gpt-3-175b", 96, 12288, 96, 96, 128, 49152, 51200, gated=False)
LLAMA = Transformer("llama-3.1-405b", 126, 16384, 128, 8, 128, 53248, 128256)
DEEPSEEK = Transformer("deepseek-v3", 61, 7168, 128, 128, 128, 2048, 129280, True, 256, 8, 1, 3, 18432, Latent(1536, 512, 128, 64, 128))
CASES: dict[str, tuple[Transformer, Machine, Job, float | None]] = {
    "GPT-3 175B on 1,024": (GPT3, Machine(_A100, 1024), Job(2048, 1536), 2.0),
    "Llama 3.1 405B on 16,384": (LLAMA, Machine(_H100, 16384), Job(8192, 2048), None),
    "DeepSeek-V3 on 2,048": (DEEPSEEK, Machine(_H100, 2048), Job(4096, 15360, "fp8"), None),
}


def layouts() -> Iterator[Figure]:
    """Each case: time of the whole search, layouts per second; against Calculon and against one layout at a time."""
    fit = shipped_training_fit()
    for name, (model, machine, job, goal) in CASES.items():
        setting = Setting(model, machine, job, fit)
        costs, case = costs_of(setting), Case(model, machine, job, machine.accelerators)
        searched(case, costs, machine.chip.memory)
        taken = list[float]()
        for _ in range(_TIMES):
            begun = process_time()
            found = searched(case, costs, machine.chip.memory)
            taken.append(process_time() - begun)
        seconds, many = sorted(taken)[_TIMES // 2], found.count.left
        note = (
            f"the middle of {_TIMES} from {min(taken):.2f} to {max(taken):.2f} s; {found.count.grid:,} in the grid, {many:,} keep the "
            f"rules, {found.evaluated:,} fit; best {found.best.seconds[0]:.2f} s"
        )
        yield Figure(f"layouts: {name}, whole search", seconds, "s", at_most=goal, note=note)
        yield Figure(
            f"layouts: {name}, rate",
            many / seconds,
            "layouts/s",
            at_least=100_000,
            note="of one core: memory of each, time of those that fit",
        )
        yield Figure(f"layouts: {name}, those that fit", found.evaluated / seconds, "layouts/s", note="memory and time worked out")
        yield Figure(f"layouts: {name}, over Calculon", many / seconds / CALCULON, "1", note=f"its {CALCULON} a CPU-second as recorded")
        alone = _one_by_one(setting)
        yield Figure(
            f"layouts: {name}, over one at a time", many / seconds * alone, "1", note=f"the same functions, {alone * 1e3:.2f} ms each"
        )
    times = published()
    low, middle, high = (float(one) for one in np.quantile(times, (0.1, 0.5, 0.9)))
    note = f"{len(times)} measured runs, both predicted; P10 {low:.2f}, P90 {high:.2f}"
    yield Figure("layouts: step of the best over the published", middle, "1", at_most=1.05, note=note)


def published() -> list[float]:
    """For each measured run whose layout, or most of it, was published: the step of the best of all layouts over that of the published."""
    known, fit, made = catalogue().known(date.today()), shipped_training_fit(), list[float]()
    for run in shipped_training_runs():
        case = case_of(run, known)
        if isinstance(case, str):
            continue
        costs = costs_of(Setting(case.model, case.machine, case.job, fit))
        of = Case(case.model, case.machine, case.job, case.machine.accelerators)
        found = searched(of, costs, case.machine.chip.memory, without=False)
        if found.any:
            made.append(float(found.best.seconds[0] / costs.seconds(case.layouts).min()))
    return made


def _one_by_one(setting: Setting) -> float:
    """Seconds for one layout where each is worked out alone: memory, and the time of those that fit; of layouts evenly over the space."""
    costs, whole = costs_of(setting), list(blocks(Case(setting.model, setting.machine, setting.job, setting.machine.accelerators), Count()))
    every = Layouts(*(np.concatenate(parts) for parts in zip(*whole, strict=True)))
    places = np.linspace(0, every.many - 1, _ALONE).astype(int)
    begun = process_time()
    for place in places:
        one = every.take(slice(place, place + 1))
        if costs.memory(one)[0] <= setting.machine.chip.memory:
            costs.seconds(one)
    return (process_time() - begun) / len(places)
