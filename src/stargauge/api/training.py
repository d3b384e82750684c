"""What a training job does on a machine: the fastest layout of all, or a stated one, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np

from stargauge.api.programmes import catalogue
from stargauge.api.training_notes import notes, too_old
from stargauge.audit.compute.training import Beside, Front, Search, Setting, Told, TrainingAnswer, kept_work, outcome_of, parts_of
from stargauge.audit.compute.training_range import seen
from stargauge.audit.wording.languages import written
from stargauge.catalogue.load import Catalogue, KnownCatalogue, load_catalogue
from stargauge.catalogue.machines import machine_of, resolved, transformer_of
from stargauge.plan.layouts.counts import between, fewer, points
from stargauge.plan.layouts.explain import alternatives, differences, faults_of
from stargauge.plan.layouts.front import Scored
from stargauge.plan.layouts.search import Costs, Found, searched
from stargauge.plan.layouts.space import Case
from stargauge.plan.layouts.stated import stated_layout, stated_tiers
from stargauge.quantity.compute.layout import Array, Job
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.training_fit import TrainingFit, peak_of
from stargauge.quantity.compute.training_memory import training_memory
from stargauge.quantity.compute.training_step import training_step
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError, kept
from stargauge.quantity.spoken import say

#: Binary digits of a batch at most, how far it may be off for fewer of them.
_DIGITS, _OFF = 4, 0.05
_MILLION = 1e6

#: The model of the catalogue whose batch, sequence and tokens stand in where a model's own are not known.
TEMPLATE = "frontier"
#: Parts that make a layout one that somebody runs; how much of the memory such a one may need as we count: an assumption.
_STATED, _OVER = {"tensor", "pipeline", "recompute"}, 1.15
#: Other words for types.
_TYPES = {"fp4": "nvfp4"}
#: Points of a front that are shown, and those of each number of accelerators where there are several.
_POINTS, _EACH = 12, 3
#: How many times the best step a layout of the front takes at most.
_SLOWEST = 3.0


def train(
    model: str | Path | Transformer, cluster: str | Machine, *, batch: int | None = None, sequence: int | None = None, dtype: str = "bf16",
    layout: str | Mapping[str, int] | None = None, tokens: float | None = None, software: str | float | date | None = None,
    oversubscription: str | None = None, balanced: bool = False, pareto: bool = False, as_of: date | None = None,
    values: Catalogue | None = None, fit: TrainingFit | None = None, most: float = math.inf,
) -> TrainingAnswer:  # fmt: skip
    """A training job on a machine: layout, step time with its interval, tokens per day, days of a run, memory, and why that layout.

    `model`: any unique beginning of a name in the catalogue, a CSV file with a model of yours, or dimensions; `cluster`: as `16384xh100`;
    `batch`: sequences of a step; `dtype`: bf16, fp8, mxfp8 or nvfp4; `layout`: parts of it that are given (`tp=8,pp=16`), the others are
    searched; `tokens`: of the whole run; `software`: the day of the software; `oversubscription`: `7@3072`; `balanced`: experts get equal
    numbers of tokens; `pareto`: also fewer accelerators, and the front of time, memory left and accelerators; `most`: choices of all parts
    that are looked at, at most. Raises InputError with every fault of what is asked, and where no layout works with the nearest that does.
    """
    known, model = known_with(model, values, as_of)
    faults, dtype = list[Fault](), _TYPES.get(dtype, dtype)
    given = kept(faults, lambda: stated_layout(layout) if isinstance(layout, str) else dict(layout or {}), "--layout")
    asked = kept(
        faults, lambda: _setting(known, model, cluster, batch, sequence, dtype, tokens, software, oversubscription, balanced, fit), ""
    )  # fmt: skip
    if asked is None or given is None:
        raise InputError(faults)
    setting, batch_told, sequence_told, tokens_told = asked
    if old := too_old(setting):
        raise InputError(old)
    costs, capacity = costs_of(setting), setting.machine.chip.memory
    case = Case(setting.model, setting.machine, setting.job, setting.machine.accelerators, given)
    _within(case, most)
    strict = found = _searched(setting, case, costs, capacity)
    if given and (set(given) >= _STATED or not found.any):
        found = _searched(setting, case, costs, _OVER * capacity)
    if not found.any:
        raise InputError(faults_of(strict, costs, capacity))
    outcome = outcome_of(setting, found.best.layouts)
    return TrainingAnswer(
        outcome=outcome,
        about={"as_of": str(known.as_of), "asked_model": str(model) if not isinstance(model, Transformer) else model.name},
        given=given,
        batch=batch_told,
        sequence=sequence_told,
        tokens=tokens_told,
        kept=kept_work(known, outcome),
        search=Search(found.count.grid, found.count.dropped, found.unfit, found.evaluated),
        beside=_beside(setting, found, strict, costs, capacity),
        front=_front(setting, found, costs, capacity, pareto),
        notes=notes(
            setting, known, outcome, {"batch": batch_told, "sequence": sequence_told, "tokens of the run": tokens_told}, found, costs
        ),
    )


def _searched(setting: Setting, case: Case, costs: Costs, capacity: float) -> Found:
    """The search, with what is like measured runs."""
    runs = seen(setting.model.experts > 0)
    return searched(case, costs, capacity, like=lambda layouts: runs.like(layouts, setting.job))


def costs_of(setting: Setting) -> Costs:
    """Step and memory of layouts, as the search asks for them."""
    model, machine, job, fit = setting.model, setting.machine, setting.job, setting.fit
    return Costs(
        lambda layouts: training_step(model, machine, job, layouts, fit).total,
        lambda layouts: training_memory(model, job, layouts, fit).total,
    )


def _within(case: Case, most: float) -> None:
    """Raises InputError where a search would have more to look at than it may."""
    choices = math.prod(len(values) for values in case.candidates.values())
    if choices > most:
        told = say(
            "{choices:.2g} choices of layouts; expected at most {most:.2g}: give parts of the layout, such as tp=8,pp=16, or numbers with "
            "fewer divisors, such as {near:,} accelerators",
            choices=choices, most=most, near=1 << (case.accelerators.bit_length() - 1),
        )  # fmt: skip
        raise InputError(Fault(told, "--cluster"))


# -- what is asked -------------------------------------------------------------------------------------------------------------------


def known_with(
    model: str | Path | Transformer, values: Catalogue | None, as_of: date | None
) -> tuple[KnownCatalogue, str | Transformer]:  # fmt: skip
    """The catalogue with a file of the user's model laid over it, and the model's name."""
    made, day = values or catalogue(), as_of or date.today()
    if isinstance(model, Transformer):
        return made.known(day), model
    if not str(model).endswith(".csv"):
        return made.known(day), str(model)
    own = load_catalogue(Path(model))
    names = tuple(dict.fromkeys(row.name for row in own.own_rows if row.kind == "model"))
    if len(names) != 1:
        told = say("models {names}", names=", ".join(names)) if names else say("no model")
        raise InputError(
            Fault(
                say('"{model}" holds {told}; expected rows of one model (kind,name,attribute,value,unit)', model=model, told=told),
                "--model",
            )
        )
    laid = Catalogue(made.own_sources | own.own_sources, (*made.own_rows, *own.own_rows), (*made.own_curves, *own.own_curves), made.without)
    return laid.known(day), names[0]


def _setting(
    known: KnownCatalogue, model: str | Transformer, cluster: str | Machine, batch: int | None, sequence: int | None, dtype: str,
    tokens: float | None, software: str | float | date | None, oversubscription: str | None, balanced: bool, fit: TrainingFit | None,
) -> tuple[Setting, Told, Told, Told | None]:  # fmt: skip
    """Model, machine and job, every fault of them at once."""
    faults = list[Fault]()
    made = model if isinstance(model, Transformer) else kept(faults, lambda: transformer_of(known, model), "--model")
    tiers = None if oversubscription is None else kept(faults, lambda: stated_tiers(str(oversubscription)), "")
    machine = cluster if isinstance(cluster, Machine) else kept(faults, lambda: machine_of(known, cluster, software, tiers), "--cluster")
    name = model.name if isinstance(model, Transformer) else kept([], lambda: resolved(known, "model", model), "") or str(model)
    faults += _amounts(batch, sequence, tokens)
    if machine is not None:
        kept(faults, lambda: peak_of(machine, Job(1, 1, dtype)), "--dtype")
    if faults or made is None or machine is None:
        raise InputError(faults)
    length = _told(known, name, "sequence", sequence)
    asked = _told(known, name, "training_tokens", tokens)
    whole = Told(float(batch), say("asked")) if batch else _batch(known, name, length)
    job = Job(int(length.value), int(whole.value), dtype, balanced=balanced)
    return Setting(made, machine, job, fit or _shipped()), whole, length, asked


def _shipped() -> TrainingFit:
    from stargauge.catalogue.training_fit import shipped_training_fit

    return shipped_training_fit()


def _amounts(batch: int | None, sequence: int | None, tokens: float | None) -> list[Fault]:
    made = [
        Fault(say("got {value:,}; expected a whole number of at least 1", value=value), f"--{name}")
        for name, value in (("batch", batch), ("sequence", sequence)) if value is not None and value < 1
    ]  # fmt: skip
    if tokens is not None and not 0.0 < tokens < math.inf:
        made.append(Fault(say("got {tokens:g}; expected a number of tokens such as 15.6e12", tokens=tokens), "--tokens"))
    return made


def _told(known: KnownCatalogue, name: str, attribute: str, asked: float | None) -> Told:
    """An amount as asked, else the model's in the catalogue, else the template's, with whose word it is."""
    if asked is not None:
        return Told(float(asked), say("asked"))
    for at in (name, TEMPLATE):
        found = known.estimate("model", at, attribute) if at in known.names("model") else None
        if found is not None and found.statements:
            value = found.value.quantile(0.5) if isinstance(found.value, Distribution) else float(found.value)  # type: ignore[arg-type]
            source, grade = found.statements[0].source, found.statements[0].grade
            told = say("{source}, grade {grade}", source=source or say("no source"), grade=grade)
            if at != name:
                told = say("the template {template}, not the model: {told}", template=TEMPLATE, told=told)
            return Told(value, told, at != name or "assumption" in source)
    raise InputError(
        Fault(say("nobody gives {attribute} of {name}; say it", attribute=attribute, name=name), f"--{attribute.removeprefix('training_')}")
    )


def _batch(known: KnownCatalogue, name: str, sequence: Told) -> Told:
    """Sequences of a step by the tokens of a step in the catalogue, as a near number of few binary digits, so that it divides."""
    found = _told(known, name, "batch_tokens", None)
    wanted = max(found.value / sequence.value, 1.0)
    near = (_rounded(wanted, digits) for digits in range(1, _DIGITS + 1))
    batch = next((one for one in near if abs(one / wanted - 1.0) <= _OFF), _rounded(wanted, _DIGITS))
    tokens = written(f"{found.value / _MILLION:.3g}")
    told = say("{number} million tokens, to a number that divides: {told}", number=tokens, told=found.basis)
    return Told(float(batch), told, found.assumed)


def _rounded(value: float, digits: int) -> int:
    """The nearest whole number with so many binary digits that are not nought."""
    step = 1 << max(math.floor(math.log2(value)) + 1 - digits, 0)
    return max(round(value / step), 1) * step


# -- what is found -------------------------------------------------------------------------------------------------------------------


def _beside(setting: Setting, found: Found, strict: Found, costs: Costs, capacity: float) -> tuple[Beside, ...]:
    """The runner-up and the best without each part; where parts were given also the best of all, and of those that fit as counted."""
    best = parts_of(setting, found.best.layouts)._asdict()
    made = list[Beside]()
    if found.case.given:
        free = searched(Case(setting.model, setting.machine, setting.job, found.case.accelerators), costs, capacity, without=False)
        made.append(_one_beside(setting, best, "best of all layouts", free.best))
    if strict.any and strict.best.seconds[0] > found.best.seconds[0]:
        made.append(_one_beside(setting, best, "best that fits as counted", strict.best))
    known = found.measured is None or found.measured.seconds[0] <= found.best.seconds[0]
    like = [] if known else [_one_beside(setting, best, "best like measured runs", found.measured)]
    return (*made, *like, *(_one_beside(setting, best, one.name, one.scored, one.least) for one in alternatives(found)))


def _one_beside(setting: Setting, best: Mapping[str, Array], name: str, scored: Scored | None, least: float | None = None) -> Beside:
    if scored is None:
        return Beside(name, None, {}, least)
    return Beside(name, outcome_of(setting, scored.layouts), differences(best, parts_of(setting, scored.layouts)._asdict()))


def _front(setting: Setting, found: Found, costs: Costs, capacity: float, pareto: bool) -> Front:
    """The front of memory left, thinned evenly; with `pareto` the best of fewer accelerators too, and the front of all three."""
    here = _thinned(found.front, _SLOWEST * found.best.seconds[0], _POINTS)
    headroom = tuple(outcome_of(setting, here.layouts, place) for place in range(here.layouts.many))
    if not pareto:
        return Front(headroom)
    given = {name: value for name, value in found.case.given.items() if name not in ("data", "pipeline")}
    less = dict(fewer(found.case, costs, capacity, given, between(found.count.left)))
    whole = {found.case.accelerators: found, **less}
    best = [outcome_of(setting, one.best.layouts) for one in whole.values()]
    kept = tuple(one for place, one in enumerate(best) if all(one.step.p50 < other.step.p50 for other in best[place + 1 :]))
    three = points({number: _thinned(one.front, _SLOWEST * one.best.seconds[0], _EACH) for number, one in whole.items()})
    shown = three.scored.layouts
    return Front(headroom, kept, tuple(outcome_of(setting, shown, place) for place in range(shown.many)), tuple(whole))


def _thinned(front: Scored, slowest: float, most: int) -> Scored:
    """Of a front, those that take no longer than some time, so many at most: the first, the last and evenly between."""
    near = np.flatnonzero(front.seconds <= slowest)
    return front.take(near[np.unique(np.linspace(0, len(near) - 1, min(len(near), most)).round().astype(int))])
