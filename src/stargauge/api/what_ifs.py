"""What if: a programme run once as drawn, and asked again and again with a few inputs changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from stargauge.api.drivers import drivers
from stargauge.api.programmes import Progress, known, load, said_by
from stargauge.api.runs import DRAWS, asked_of
from stargauge.audit.claims.evaluate import Judge
from stargauge.audit.drivers.slider import MOST, Slider, rank, slider_of
from stargauge.audit.drivers.what_if import Shown, WhatIf, still_open
from stargauge.audit.drivers.what_if_data import what_if_data
from stargauge.audit.run import judge_of
from stargauge.audit.summary import (
    BUILDING,
    CAPITAL,
    DIRECT,
    GAP,
    HAVE,
    NEED,
    PEAK,
    PERMANENT,
    PROMISED,
    RUNS,
    TOTAL,
    exists,
)
from stargauge.catalogue.load import Catalogue
from stargauge.engine.simulate import inputs_of, model_graph, world_of
from stargauge.programme.alternatives import merge
from stargauge.programme.known import Known
from stargauge.programme.naming_checks import flaws_against_quantities
from stargauge.programme.positions import expect_section, faults_of, plain_document
from stargauge.programme.read import read_part, sources_of
from stargauge.programme.schema import Programme
from stargauge.quantity.statement import Input

#: The numbers that are shown.
ADDRESSES = (RUNS, BUILDING, PROMISED, NEED, HAVE, GAP, CAPITAL, DIRECT, TOTAL, PEAK, PERMANENT)
#: With how many draws the inputs that matter most are looked for.
LOOKED = 512
#: How many changed inputs wait for the next change; each is small.
MOST_CHANGED = 256


@dataclass
class Movable:
    """A programme as known on a day, run once as drawn. `sliders`: the inputs that move its numbers and open claims most.

    `answer(settings)` is what `check` with these settings gives: the same draws, the same bits.
    """

    programme: Programme
    known: Known
    asker: WhatIf
    drawn: Shown
    sliders: tuple[Slider, ...]
    says: Mapping[str, str]
    changed: OrderedDict[tuple[str, str], Input] = field(default_factory=OrderedDict)

    def answer(self, settings: Mapping[str, str] | None = None, progress: Progress | None = None) -> dict[str, Any]:
        """The numbers and the odds with single inputs set, beside those as drawn, as plain data. Raises InputError with every fault."""
        settings = dict(settings or {})
        now = self.asker.answer(self.inputs(settings), progress) if settings else self.drawn
        return what_if_data(self.known, self.asker.questions, self.drawn, now, settings, self.says)

    def inputs(self, settings: Mapping[str, str]) -> dict[str, Input]:
        """The inputs that settings speak of, as they are with these: as `load(..., settings=...)` lays them over a programme."""
        names = dict.fromkeys(name.split("[")[0].strip() for name in settings)
        alone = {name: [(key, value) for key, value in settings.items() if key.split("[")[0].strip() == name] for name in names}
        keys = {name: (name, repr(alone[name])) for name in names}
        missing = [name for name in names if keys[name] not in self.changed]
        if missing:
            made = changed_inputs(self.programme, self.known, dict(settings))
            for name in missing:
                self.changed[keys[name]] = made[name]
        found = {name: self.changed[keys[name]] for name in names}
        for key in keys.values():
            self.changed.move_to_end(key)
        while len(self.changed) > MOST_CHANGED:
            self.changed.popitem(last=False)
        return found


def changed_inputs(programme: Programme, now: Known, settings: Mapping[str, str]) -> dict[str, Input]:
    """The inputs that single settings speak of, as they are with these. Raises InputError with every fault.

    What a setting lays over a programme is an assumption, which no other rule of a programme looks at: only it is read and checked.
    """
    document = plain_document({"assumptions": {name: {"value": value, "reason": "set by the user"} for name, value in settings.items()}},
                              "--set")  # fmt: skip
    part, flaws = read_part(expect_section(document), sources_of(programme), programme.currencies, partial=True)
    flaws += list(flaws_against_quantities(part, model_graph().quantities, now.labels))
    if flaws:
        raise faults_of(flaws, (document,))
    laid = merge(now.programme, part)
    return inputs_of(replace(now, programme=laid), {name.split("[")[0].strip() for name in settings})


def movable(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    scenario: Path | str | None = None, values: Catalogue | None = None, progress: Progress | None = None,
    threads: int = 1, inputs: Sequence[str] | None = None,
) -> Movable:  # fmt: skip
    """A programme run once as drawn, to be asked with inputs changed. `inputs`: those that will be; left out, those that matter most.

    `threads` make an answer together, with the same bits, and end with it: later runs may start processes again.
    Up to 1,024 draws what no change makes again is held (some 300 MB for the largest shipped programme), so that an answer takes a fraction
    of a run; with more draws each answer is a run.
    """
    made = load(programme, scenario)
    now = known(made, as_of, values)
    said = said_by(made, now.as_of)
    asked = [one for one in asked_of(now, made, said) if not one.missing and Judge.of([one.reading]).readings]
    addresses = [address for address in ADDRESSES if exists(now, address)]
    names = {address.split("[")[0] for address in addresses} | {name for one in asked for name in Judge.of([one.reading]).needs}
    world = world_of(now, sorted(names), seed)
    found = sliders_of(made, now, world.inputs, seed, values) if inputs is None else ()
    moved = tuple(one.input for one in found) if inputs is None else tuple(inputs)

    def asker(questions: Sequence[Any]) -> WhatIf:
        held = moved if draws <= DRAWS else ()
        return WhatIf(world, now, addresses, questions, said, draws, held, lambda some: judge_of(some, now), threads)

    opened = [one for one in asked if one.claim in said and _may_be_open(one, now)]
    first = asker(opened)
    drawn = first.answer(progress=progress)
    first.questions = tuple(one for one in opened if still_open(drawn.judgements[one.key]))
    kept = {one.key for one in first.questions}
    drawn = replace(drawn, judgements={name: told for name, told in drawn.judgements.items() if name in kept})
    return Movable(made, now, first, drawn, found, {name: str(claim.says) for name, claim in said.items()})


def _may_be_open(question: Any, now: Known) -> bool:
    """Whether a reading can have odds that a change moves: its deadline is not over."""
    from stargauge.audit.claims.language import deadline

    last = deadline(question.reading)
    return last is None or last >= now.as_of


def sliders_of(
    made: Programme, now: Known, inputs: Mapping[str, Input], seed: int, values: Catalogue | None
) -> tuple[Slider, ...]:  # fmt: skip
    """The inputs that move the shown numbers and the open claims most, of those that one value can be given to; strongest first."""
    found = drivers(made, as_of=now.as_of, draws=LOOKED, seed=seed, values=values)
    sliders = (slider_of(inputs[name]) for name in rank(found.rows) if name in inputs)
    return tuple(one for one in sliders if one is not None)[:MOST]
