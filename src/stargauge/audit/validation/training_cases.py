"""Measured training runs as cases to predict: the model and machine that a row means, and the layouts that it may have had."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stargauge.audit.wording.languages import written
from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.machines import chip_in, chip_of, model_in, transformer_of
from stargauge.catalogue.training_fit import shipped_training_fit
from stargauge.catalogue.training_runs import TrainingRun
from stargauge.quantity.compute.layout import RECOMPUTE, SCHEDULES, Job, Layouts
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.training_fit import peak_of
from stargauge.quantity.compute.training_memory import training_memory
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

#: Taken where a row says nothing: the usual size of a head, and the vocabulary of the GPT models of the papers.
USUAL_HEAD, USUAL_VOCABULARY = 128.0, 51200.0
#: A layout of a run that did fit is left out where we say it needs more than this much of the memory: activations may be a tenth too many.
TOLERANCE = 1.1
#: Years after its launch that software is taken to be of where a row says nothing.
_AFTER_LAUNCH = 1.0
#: Weights that are further from the stated ones than the first are a sign of a wrong dimension; nearer than the second, of the right one.
_CLEARLY_OFF, _SURELY = 0.05, 0.005
_MICRO_BATCHES = (1, 2, 4, 8, 16)
_MOST_INTERLEAVE, _MOST_TENSOR = 12, 16
_NUMBER = {"tensor": "tp", "pipeline": "pp", "data": "dp", "context": "cp", "expert": "ep", "interleave": "vp_interleave"}


@dataclass(frozen=True)
class TrainingCase:
    """A run to predict: what it is of, the layouts it may have had, what of them was not stated, and what was taken for it."""

    run: TrainingRun
    model: Transformer
    machine: Machine
    job: Job
    layouts: Layouts
    searched: tuple[str, ...]
    assumed: tuple[str, ...]
    counted: bool = False


def case_of(run: TrainingRun, known: KnownCatalogue) -> TrainingCase | str:
    """The case of a row; else why it cannot be predicted."""
    if reason := _unusable(run):
        return reason
    chip = chip_in(run.texts["gpu"], known)
    if chip is None:
        return f'no accelerator of the catalogue can be told from "{run.texts["gpu"]}"'
    assumed: list[str] = []
    try:
        found = chip_of(known, chip)
        model = model_of(run, known, assumed)
        software = run.software
        if software is None:
            software = (found.launch if not math.isnan(found.launch) else 2023.0) + _AFTER_LAUNCH
            assumed.append(f"software of {software:.1f}, {_AFTER_LAUNCH:g} year after the accelerator's launch")
        machine = Machine(found, int(run.numbers["n_gpus"]), software=software)
        fused = run.texts["attention"] == "fused" if run.texts["attention"] else shipped_training_fit().since("fused_attention", software)
        job = Job(int(run.numbers["seq_len"]), round(run.batch), run.dtype, fused, balanced=True)  # as published runs are made
        peak_of(machine, job)
    except InputError as error:
        return "; ".join(str(fault) for fault in error.faults)
    layouts, searched = _layouts(run, model, machine, job)
    if not layouts.many:
        return say("no layout with the figures stated divides accelerators, layers and batch")
    layouts = _fitting(model, machine, job, layouts, searched)
    if run.recompute is None and "recompute" not in searched and (level := int(layouts.recompute[0])):
        assumed.append(f"recompute {RECOMPUTE[level]}: with less it would not fit")
    return TrainingCase(run, model, machine, job, layouts, searched, tuple(assumed), _dropped(run))


def _dropped(run: TrainingRun) -> bool:
    """Whether experts drop tokens beyond a limit, so that how many each gets is known ahead."""
    return re.search(r"token ?drop|tokens dropped", f"{run.texts['model']} {run.texts['notes']}", re.IGNORECASE) is not None


def _unusable(run: TrainingRun) -> str:
    numbers = run.numbers
    if math.isnan(numbers["seq_len"]) or math.isnan(run.batch):
        return say("no sequence length or batch: tokens of a step are not known")
    if math.isnan(run.seconds):
        return say("neither a step time nor tokens per second")
    if math.isnan(numbers["n_gpus"]):
        return say("no number of accelerators")
    said = [numbers["tp"], numbers["pp"], numbers["dp"], 1.0 if math.isnan(numbers["cp"]) else numbers["cp"]]
    ways = math.prod(said)
    if not math.isnan(ways) and ways != numbers["n_gpus"]:
        counts = {"ways": written(f"{ways:,.0f}"), "stated": written(f"{numbers['n_gpus']:,.0f}")}
        return say("tp x pp x dp x cp is {ways}, not the {stated} accelerators stated", **counts)
    experts, group = numbers["n_experts"], numbers["ep"]
    if not math.isnan(experts) and not math.isnan(group) and experts % group:
        return say("{group} accelerators cannot share {experts} experts evenly", group=f"{group:.0f}", experts=f"{experts:.0f}")
    return ""


def model_of(run: TrainingRun, known: KnownCatalogue, assumed: list[str]) -> Transformer:
    """The model that a row means: by its name where the catalogue has it with the same layers and width, else by its dimensions.

    Raises InputError where dimensions are missing.
    """
    name, numbers = model_in(run.texts["model"], known), run.numbers
    if name is not None:
        try:
            found = transformer_of(known, name)
        except InputError:
            found = None
        if found is not None and _same(numbers["layers"], found.layers) and _same(numbers["hidden"], found.hidden):
            alone = re.search(r"without multi-token prediction|w/o MTP", f"{run.texts['model']} {run.texts['notes']}", re.IGNORECASE)
            return replace(found, name=f"{found.name} without multi-token prediction", predicted_tokens=1) if alone else found
    if math.isnan(numbers["layers"]) or math.isnan(numbers["hidden"]):
        raise InputError(say('layers and hidden of "{model}" are not given, nor is it in the catalogue', model=run.texts["model"]))
    return _by_dimensions(run, assumed)


def _same(said: float, have: int) -> bool:
    return math.isnan(said) or said == have


def _by_dimensions(run: TrainingRun, assumed: list[str]) -> Transformer:
    """A model by its dimensions; with or without a gate as its weights are nearer to what is stated."""
    numbers = run.numbers

    def given(name: str, usual: float) -> int:
        value = numbers[name]
        if math.isnan(value):
            assumed.append(f"{name} {usual:g}")
            return round(usual)
        return round(value)

    hidden = numbers["hidden"]
    heads = given("heads", max(1.0, hidden / USUAL_HEAD))
    size = round(hidden / heads) if math.isnan(numbers["head_size"]) else round(numbers["head_size"])
    experts = 0 if math.isnan(numbers["n_experts"]) else round(numbers["n_experts"])
    shape = {
        "name": run.texts["model"], "layers": round(numbers["layers"]), "hidden": round(hidden), "heads": heads,
        "kv_heads": heads if math.isnan(numbers["kv_heads"]) else round(numbers["kv_heads"]), "head_size": size,
        "ffn": given("ffn", 4.0 * hidden), "vocabulary": given("vocab", USUAL_VOCABULARY), "experts": experts,
        "experts_per_token": given("top_k", 1.0) if experts else 0,
        "shared_experts": 0 if math.isnan(numbers["shared_experts"]) else round(numbers["shared_experts"]),
    }  # fmt: skip
    gated, plain = (Transformer(**shape, gated=gate) for gate in (True, False))  # type: ignore[arg-type]
    said = numbers["params_b"] * 1e9
    if math.isnan(said):
        return plain if numbers["ffn"] == 4.0 * hidden or math.isnan(numbers["ffn"]) else gated
    nearest = min((plain, gated), key=lambda model: _off(model, said))
    if _off(nearest, said) <= _CLEARLY_OFF:
        return nearest
    return _with_layers(nearest, (plain, gated), said, assumed)


def _off(model: Transformer, weights: float) -> float:
    """How far a model's weights are from what is stated, as a logarithm."""
    return abs(math.log(model.parameters / weights))


def _with_layers(nearest: Transformer, tried: Sequence[Transformer], weights: float, assumed: list[str]) -> Transformer:
    """A model whose layers are those that give the weights stated almost exactly; the nearest one as it is where no number does."""
    for model in tried:
        layers = round(model.layers * (weights - (model.parameters - model.body_parameters) / 2) / model.body_parameters)
        found = replace(model, layers=max(layers, 1), tied=True)
        if _off(found, weights) < _SURELY:
            assumed.append(f"{layers} layers: {model.layers} do not give the {weights / 1e9:.1f} bn weights stated")
            return found
    assumed.append(f"dimensions give {nearest.parameters / 1e9:.1f} bn weights, not the {weights / 1e9:.1f} bn stated")
    return nearest


# --- layouts ------------------------------------------------------------------------------------------------------------------------


def _layouts(run: TrainingRun, model: Transformer, machine: Machine, job: Job) -> tuple[Layouts, tuple[str, ...]]:
    """All layouts with what a row states that divide, and the names of what it does not state."""
    said = {name: run.numbers[column] for name, column in _NUMBER.items()} | {"micro_batch": run.numbers["micro_batch"]}
    searched = [name for name, value in said.items() if math.isnan(value) and name not in ("data", "expert")]
    context = 1.0 if math.isnan(said["context"]) else said["context"]
    searched = [name for name in searched if name != "context"]
    level, again = _sharding(run), _recompute(run, searched)
    schedule = float(SCHEDULES.index(run.texts["schedule"] or SCHEDULES[0]))
    found: list[tuple[float, ...]] = []
    for t, p in itertools.product(_tensor(said["tensor"], model, machine), _pipeline(said["pipeline"], model)):
        d = machine.accelerators / (t * p * context) if math.isnan(said["data"]) else said["data"]
        if d != round(d) or d < 1.0:
            continue
        e = _expert(said["expert"], model, t * context * d)
        chunks = _interleave(said["interleave"], model, p) if schedule == 0.0 else (1.0,)
        for v, b, rc in itertools.product(chunks, _micro_batches(said["micro_batch"], job, d), again):
            found.append((t, p, d, context, e, v, b, rc, level, schedule))
    columns = np.array(found, dtype=np.float64).reshape(-1, len(Layouts._fields)).T
    moot = {"interleave"} if all(row[1] == 1.0 for row in found) else set()
    return Layouts(*columns), tuple(name for name in searched if name not in moot)


def _tensor(said: float, model: Transformer, machine: Machine) -> Sequence[float]:
    if not math.isnan(said):
        return (said,)
    small = [t for t in range(1, min(machine.chip.domain, _MOST_TENSOR) + 1) if model.heads % t == 0 and machine.accelerators % t == 0]
    usual = [float(t) for t in small if t & (t - 1) == 0]
    return usual if machine.accelerators & (machine.accelerators - 1) == 0 else [float(t) for t in small]


def _pipeline(said: float, model: Transformer) -> Sequence[float]:
    return (said,) if not math.isnan(said) else [float(p) for p in range(1, model.layers + 1) if model.layers % p == 0]


def _expert(said: float, model: Transformer, ranks: float) -> float:
    if not model.experts or not math.isnan(said):
        return 1.0 if math.isnan(said) else said
    return float(math.gcd(model.experts, int(ranks)))


def _interleave(said: float, model: Transformer, pipeline: float) -> Sequence[float]:
    """Chunks per stage; where layers are two short of dividing, embedding and output layer each stand for one."""
    if not math.isnan(said):
        return (said,)
    if pipeline == 1.0:
        return (1.0,)
    chunks = [v for v in range(1, _MOST_INTERLEAVE + 1) if model.layers % (pipeline * v) == 0 or (model.layers + 2) % (pipeline * v) == 0]
    return [float(v) for v in chunks] or (1.0,)


def _micro_batches(said: float, job: Job, data: float) -> Sequence[float]:
    if not math.isnan(said):
        return (said,)
    return [float(b) for b in _MICRO_BATCHES if job.batch % (data * b) == 0]


def _recompute(run: TrainingRun, searched: list[str]) -> Sequence[float]:
    """Where a row says nothing of recomputation but gives its micro-batch, as little is computed again as fits (published runs are set for
    speed), so that all levels are tried and `_fitting` takes the least; else it is searched."""
    if run.recompute is not None:
        return (float(RECOMPUTE.index(run.recompute)),)
    if "micro_batch" in searched:
        searched.append("recompute")
    return (0.0, 1.0, 2.0)


def _sharding(run: TrainingRun) -> float:
    if run.spread_weights:
        return 3.0
    return 2.0 if run.texts["fsdp_shard"].lower().startswith("grad") else 1.0


def _fitting(model: Transformer, machine: Machine, job: Job, layouts: Layouts, searched: Sequence[str]) -> Layouts:
    """Those of several layouts that fit memory, with the least recomputation where that is not searched; where none fits, the leanest."""
    if layouts.many == 1:
        return layouts
    needed = training_memory(model, job, layouts, shipped_training_fit()).total
    fits = needed <= machine.chip.memory * TOLERANCE
    if not fits.any():
        return layouts.take(needed == needed.min())
    kept = layouts.take(fits)
    return kept if "recompute" in searched else kept.take(kept.recompute == kept.recompute.min())
