"""What must be said beside the figures of a training job."""

from __future__ import annotations

import math
from collections.abc import Iterator

from stargauge.audit.compute.training import WAITING, Outcome, Setting, Told
from stargauge.audit.wording.languages import written
from stargauge.catalogue.load import KnownCatalogue
from stargauge.plan.layouts.counts import spared
from stargauge.plan.layouts.search import Costs, Found, searched
from stargauge.quantity.compute.machine import peak_told
from stargauge.quantity.errors import Fault
from stargauge.quantity.spoken import say

#: Memory left that is called tight, as a share of an accelerator's.
_TIGHT = 0.05
#: How much faster a step is on fewer accelerators for it to be said.
_FASTER = 0.99
#: Waiting, as a share of the step, from which on fewer accelerators are tried.
_MUCH = 0.1
#: Years before a chip's launch of which software is taken: launches are known to the quarter or the year, makers have chips before.
_BEFORE = 0.5
_GIGA = 1e9


def notes(
    setting: Setting, known: KnownCatalogue, outcome: Outcome, asked: dict[str, Told | None], found: Found, costs: Costs
) -> tuple[str, ...]:  # fmt: skip
    """All that must be said. `asked`: amounts of the job by what they are called."""
    made = [*_of_the_chip(setting), *_hindsight(setting, known), *_of_memory(setting, outcome), *_outside(setting, outcome)]
    for name, told in asked.items():
        if told is not None and told.assumed:
            made.append(say("{name}: an assumption, of {source}", name=say(name, "training"), source=told.basis))
    return (*made, *_fewer(outcome, found, costs, setting.machine.chip.memory))


def too_old(setting: Setting) -> list[Fault]:
    """A fault where the software is older than the chip."""
    launch, software = setting.machine.chip.launch, setting.machine.software
    if math.isnan(launch) or software >= launch - _BEFORE:
        return []
    told = say(
        "software of {software:.1f} is older than the chip: {chip} came out in {launch:.1f}; expected a day from {launch:.1f} on (without "
        "--software it is that of --as-of)",
        software=software, chip=setting.machine.chip.title, launch=launch,
    )  # fmt: skip
    return [Fault(told, "--software")]


def _of_the_chip(setting: Setting) -> Iterator[str]:
    title = setting.machine.chip.title
    if told := peak_told(setting.machine.chip, setting.job.dtype):
        yield say("{told}; the interval holds its range", told=told)
    if not setting.known_generation:
        yield say("no training run on {chip} was measured: coefficients are those of all chips, the interval is wider", chip=title)
    years = setting.fit.years_past(setting.machine)
    if years > 0.0:
        yield say(
            "software {years} years later than the newest measured run: the interval is wider by how software moved between runs",
            years=written(f"{years:.1f}"),
        )


def _hindsight(setting: Setting, known: KnownCatalogue) -> Iterator[str]:
    """What was only published after the knowledge date."""
    for kind, name, attribute in (("model", setting.model.name, "layers"), ("accelerator", setting.machine.chip.name, "peak_bf16")):
        if name in known.names(kind) and known.has(kind, name, attribute):
            later = known.estimate(kind, name, attribute).hindsight
            if later is not None:
                yield say(
                    "hindsight: figures of {name} were published by {later}, after the knowledge date {day}",
                    name=name,
                    later=later,
                    day=known.as_of,
                )


def _of_memory(setting: Setting, outcome: Outcome) -> Iterator[str]:
    capacity = setting.machine.chip.memory
    if outcome.headroom < 0.0:
        yield say(
            "needs {needed} GB as we count, {more} GB more than there is: taken all the same, as the layout was given and layouts are "
            "known to run of which we count so much too much",
            needed=written(f"{(capacity - outcome.headroom) / _GIGA:,.1f}"), more=written(f"{-outcome.headroom / _GIGA:,.1f}"),
        )  # fmt: skip
    elif outcome.headroom < max(outcome.memory_off, _TIGHT * capacity):
        yield say("memory is tight: less is left than the memory model can be off by; see the other layouts with more left")


def _outside(setting: Setting, outcome: Outcome) -> Iterator[str]:
    if outcome.outside:
        what = ", ".join(outcome.outside)
        yield (
            say("outside what was measured of models with experts: {what}; the interval does not count that", what=what)
            if setting.model.experts > 0
            else say("outside what was measured of models without experts: {what}; the interval does not count that", what=what)
        )


def _fewer(outcome: Outcome, found: Found, costs: Costs, capacity: float) -> Iterator[str]:
    """Where the accelerators divide badly: the step on a few fewer, where it is faster."""
    waiting = sum(outcome.parts[name] for name in WAITING)
    if found.case.given or waiting < _MUCH * outcome.step.p50:
        return
    best, number = float(found.best.seconds[0]), 0
    for case in spared(found.case, found.count.left):
        fewer = searched(case, costs, capacity, without=False)
        if fewer.any and float(fewer.best.seconds[0]) < best:
            best, number = float(fewer.best.seconds[0]), case.accelerators
    if number and best < _FASTER * float(found.best.seconds[0]):
        yield say(
            "{all} accelerators divide badly: {some} of them would be faster, {seconds} s a step, and the others spare",
            all=written(f"{found.case.accelerators:,}"), some=written(f"{number:,}"), seconds=written(f"{best:,.3g}"),
        )  # fmt: skip
