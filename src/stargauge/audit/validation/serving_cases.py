"""A row of measured serving to what the model needs: model, machine, layouts, types and load, and what had to be assumed or searched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isnan

import numpy as np

from stargauge.audit.wording.languages import written
from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.machines import chip_in, chip_of, model_in, transformer_of
from stargauge.catalogue.serving_fit import family_of, group_of, published_type, shipped_prior
from stargauge.catalogue.serving_runs import INPUT, ServingRun, shipped_runs
from stargauge.quantity.compute.machine import Chip, Machine
from stargauge.quantity.compute.serving_memory import ServingLayouts, ServingTypes, serving_layouts
from stargauge.quantity.compute.serving_service import Load
from stargauge.quantity.compute.serving_types import PRECISIONS, serving_types, usual_precision
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

_LENGTHS = ("mlperf_prompt", "mlperf_answer")
#: Accelerators of a replica that are searched through at most.
_LARGEST = 128
_SPREAD = re.compile(r"\b(TP|TEP|DP|DEP)(\d+)\b")


@dataclass(frozen=True)
class ServingCase:
    """A row as the model takes it. `layouts`: one where stated, several to search. `assumed`: what is not stated; empty where all is."""

    run: ServingRun
    model: Transformer
    machine: Machine
    layouts: ServingLayouts
    types: ServingTypes
    load: Load
    prefill_only: bool
    family: str
    assumed: tuple[str, ...]

    @property
    def group(self) -> str:
        """The model family on the chip."""
        return group_of(self.family, self.machine.chip.name)

    @property
    def kind(self) -> str:
        """Whether the model has experts or is dense."""
        return "experts" if self.model.experts else "dense"

    @property
    def searched(self) -> bool:
        """Whether the layout is searched."""
        return any(one.startswith("layout") for one in self.assumed)

    @property
    def on(self) -> tuple[str, str, ServingTypes, float]:
        """What cases of one setting have in common."""
        return self.model.name, self.machine.chip.name, self.types, self.machine.software

    @property
    def stated(self) -> bool:
        """Whether layout, lengths and precision are stated."""
        return not self.assumed


def case_of(run: ServingRun, known: KnownCatalogue) -> ServingCase | str:
    """The case of a row, or why there is none."""
    name, chip_name = model_in(run.texts["model"], known), chip_in(run.texts["gpu"], known)
    if name is None:
        return f'no model of the catalogue can be told from "{run.texts["model"]}"'
    if chip_name is None:
        return f'no chip of the catalogue can be told from "{run.texts["gpu"]}"'
    benchmark = _benchmark(run, known, name)
    if reason := _lacking(run, bool(benchmark)):
        return reason
    assumed = list[str]()
    try:
        model, chip = transformer_of(known, name), chip_of(known, chip_name)
        types = _types(run, model, chip, published_type(known, name), assumed)
    except InputError as error:
        return "; ".join(fault.message for fault in error.faults)
    only = run.counted == INPUT
    layouts = _layouts(run, model, assumed)
    if isinstance(layouts, str):
        return layouts
    machine = Machine(chip, round(run.numbers["n_gpus"]), software=_software(run))
    return ServingCase(
        run,
        model,
        machine,
        layouts,
        types,
        _load(run, benchmark, assumed),
        only,
        family_of(known, name),
        tuple(assumed),
    )


def _lacking(run: ServingRun, benchmark: bool) -> str:
    """Why a row cannot be scored, by what it does not say; an empty text where it can. `benchmark`: one whose lengths are known."""
    said = run.texts["tokens_counted"]
    if isnan(run.rate):
        return say('no rate of tokens; counted: "{text}"', text=said) if said else say("no rate of tokens")
    if isnan(run.numbers["n_gpus"]):
        return say("the number of accelerators is not stated")
    if run.counted is None:
        return say('which tokens are counted is not clear ("{text}")', text=said) if said else say("which tokens are counted is not stated")
    if run.counted != INPUT and (isnan(run.numbers["isl"]) or isnan(run.numbers["osl"])) and not benchmark:
        return say("the lengths of prompts and answers are not stated, and the rate depends on them")
    return ""


def _types(run: ServingRun, model: Transformer, chip: Chip, published: str, assumed: list[str]) -> ServingTypes:
    text = run.texts["precision"]
    if not text and not published:
        named = re.findall(rf"\b({'|'.join(PRECISIONS)})\b", run.texts["model"].lower())
        text = named[0] if named else usual_precision(chip)
        told = text.upper()
        assumed.append(say("precision {type}, as the model is named", type=told) if named else say("precision {type}", type=told))
    return serving_types(text, model, chip, published)


def _software(run: ServingRun) -> float:
    """The day of a row's software: as stated, as shipped for the same row, else the usual one."""
    given = run.numbers["software"]
    if not isnan(given):
        return given
    same = [one.numbers["software"] for one in shipped_runs() if _same(one, run)]
    return same[0] if same else shipped_prior().fit.settings.usual_software


def _same(one: ServingRun, other: ServingRun) -> bool:
    """Whether two rows are the same measurement: of the same model, chip and lengths, with the same rate."""
    told = all(one.texts[name].casefold() == other.texts[name].casefold() for name in ("model", "gpu"))
    return (
        told
        and all(_alike(one.numbers[name], other.numbers[name]) for name in ("n_gpus", "isl", "osl", "concurrency"))
        and _alike(one.rate, other.rate)
    )


def _alike(one: float, other: float) -> bool:
    return one == other or (isnan(one) and isnan(other))


def _benchmark(run: ServingRun, known: KnownCatalogue, name: str) -> tuple[float, float] | None:
    """Mean tokens of prompts and answers of the MLPerf benchmark of a model, where a row names it and the catalogue has them."""
    if "mlperf" not in f"{run.texts['source']} {run.texts['scenario']}".lower():
        return None
    there = known.catalogue.attributes("model", name)
    found = [known.estimate("model", name, one).value for one in _LENGTHS if one in there]
    prompt, answer = found if len(found) == len(_LENGTHS) else (None, None)
    return (float(prompt), float(answer)) if isinstance(prompt, (int, float)) and isinstance(answer, (int, float)) else None


def _load(run: ServingRun, benchmark: tuple[float, float] | None, assumed: list[str]) -> Load:
    prompt, answer = run.numbers["isl"], run.numbers["osl"]
    if benchmark is not None and isnan(prompt) and isnan(answer):
        prompt, answer = benchmark
        lengths = {"prompt": written(f"{prompt:,.0f}"), "answer": written(f"{answer:,.0f}")}
        assumed.append(say("prompts of {prompt} and answers of {answer} tokens, of the MLPerf benchmark", **lengths))
    if isnan(prompt):
        prompt = shipped_prior().fit.settings.usual_prompt
        assumed.append(say("prompts of {prompt} tokens", prompt=written(f"{prompt:,.0f}")))
    return Load(prompt, 1.0 if isnan(answer) else answer, run.hits)


# --- layouts ----------------------------------------------------------------------------------------------------------------------


def _layouts(run: ServingRun, model: Transformer, assumed: list[str]) -> ServingLayouts | str:
    """The stated layout, else all that the number of accelerators allows; a text that says why none is possible."""
    stated = _stated(run, model)
    if isinstance(stated, str):
        return stated
    if stated is not None:
        return stated
    found = possible_layouts(model, round(run.numbers["n_gpus"]))
    assumed.append(say("layout: the best of {number}, searched", number=found.many))
    return found


def _stated(run: ServingRun, model: Transformer) -> ServingLayouts | str | None:
    """The layout of a row from its deployment (`DEP4`, `TP2`, `TEP8`) or its columns; None where neither says."""
    n = round(run.numbers["n_gpus"])
    tensor, pipeline, expert = (run.numbers[name] for name in ("tp", "pp", "ep"))
    word = _SPREAD.search(run.texts["deployment"])
    if word is not None:
        many = int(word[2])
        if n % many:
            return say("{part} does not divide {number} accelerators", part=word[0], number=n)
        data = many if word[0].startswith("D") else 1
        return serving_layouts(1 if data > 1 else many, 1, many if "E" in word[0] else 1, data)
    if isnan(tensor) and isnan(expert):
        return None
    t, p = (1 if isnan(one) else round(one) for one in (tensor, pipeline))
    e = 1 if isnan(expert) or not model.experts else round(expert)
    if n % (t * p):
        return say("{part} does not divide {number} accelerators", part=f"tp {t} x pp {p}", number=n)
    data = max(e // t, 1)
    if n % (t * p * data):
        return say("{part} does not divide {number} accelerators", part=f"ep {e} x pp {p}", number=n)
    return serving_layouts(t, p, e, data)


def possible_layouts(model: Transformer, accelerators: int) -> ServingLayouts:
    """Layouts of replicas whose size divides a number of accelerators: tensor ranks, or ranks that keep sequences of their own."""
    found = list[tuple[int, int, int, int]]()
    for size in (one for one in range(1, min(accelerators, _LARGEST) + 1) if accelerators % one == 0):
        if model.experts % size:
            continue  # whole experts on each rank
        splits = [t for t in range(1, size + 1) if size % t == 0 and model.heads % t == 0]
        found += [(t, 1, size if model.experts else 1, size // t) for t in splits if model.experts or t == size]
    return serving_layouts(*np.array(found, dtype=np.float64).T)
