"""What a model reaches on an accelerator, by our models of training and serving: the rows of `rate.csv`, and those that it lacks.

Each is what `stargauge train` and `stargauge infer` answer for the use of a programme: the best layout of one large job, and the best
layout and load under limits on time, at stated lengths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import exp, log, sqrt
from typing import NamedTuple

from stargauge.api.serving import infer
from stargauge.api.training import costs_of, train
from stargauge.audit.compute.rate_use import DAY, TEMPLATE, job_of, training_type, use_of
from stargauge.audit.compute.training import Outcome, errors_of, outcome_of
from stargauge.catalogue.load import Catalogue, KnownCatalogue
from stargauge.catalogue.machines import machine_of, transformer_of
from stargauge.catalogue.model_rates import RATE, SOURCE
from stargauge.catalogue.rows import Row, kept_unit
from stargauge.catalogue.serving_fit import shipped_serving_fit
from stargauge.plan.layouts.search import searched
from stargauge.plan.layouts.space import Case
from stargauge.plan.serving.answer import option_of
from stargauge.plan.serving.demand import Demand
from stargauge.plan.serving.rows import Case as ServingCase
from stargauge.plan.serving.search import refined
from stargauge.plan.serving.search import searched as searched_serving
from stargauge.quantity.compute.serving_memory import ServingTypes
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.dates import parse_window
from stargauge.quantity.distribution import Distribution, from_p10_p90
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Statement

#: In steps of so many widths, inner widths and experts a template is made: numbers that divide as machines do.
_WIDTH, _INNER, _EXPERTS = 1024, 128, 64
#: The least of the middle that an end is counted with.
_LEAST = 0.1


class Rate(NamedTuple):
    """P10 and P90 of a rate, and of what it is."""

    low: float
    high: float
    note: str

    @property
    def text(self) -> str:
        """The range as a row has it."""
        return "..".join(f"{float(f'{end:.4g}'):.10g}" for end in (self.low, self.high))


def utilisation(values: Catalogue, model: str, chip: str, around: bool = True) -> Rate | None:
    """Model FLOPs over dense 16-bit peak of one large job with its best layout; None where the chip or the model lacks figures.

    FLOPs: three times forward with causal attention and the output layer, as a programme counts them. P10 to P90: how far off predictions
    were of runs that the fit has not seen, and, with `around`, other sizes of the job (and of a template), added as independent errors are.
    """
    known = values.known(DAY)
    least, usual, most = use_of(known).accelerators
    dtype = training_type(known, chip)
    sequence, batch = job_of(known, model)
    shape, *sized = _shapes(known, model, around)
    try:
        made = train(shape, f"{usual}x{chip}", dtype=dtype, sequence=sequence, batch=batch, software=DAY, as_of=DAY, values=values).outcome
    except InputError:
        return None

    def share(outcome: Outcome) -> float:
        peak = outcome.setting.machine.chip.peaks["bf16"] * outcome.accelerators
        return outcome.tokens_per_s.p50 * outcome.setting.model.training_flop_per_token(sequence, "causal") / peak

    def end(one: Transformer, accelerators: int) -> float:
        setting = replace(made.setting, model=one, machine=machine_of(known, f"{accelerators}x{chip}", DAY))
        found = searched(
            Case(one, setting.machine, setting.job, accelerators), costs_of(setting), setting.machine.chip.memory, without=False
        )
        return share(outcome_of(setting, found.best.layouts)) if found.any else 0.0

    groups = [[end(shape, least), end(shape, most)], [end(one, usual) for one in sized]] if around else []
    assumed = " (assumed)" if "bf16" in made.setting.machine.chip.assumed else ""  # how far off it may be a programme draws with the peak
    note = f"best layout of a job of {usual:,} accelerators in {dtype.upper()}, of the dense 16-bit peak{assumed}"
    return _rate(share(made), errors_of(made.setting)[0], groups, note)


def output_rate(values: Catalogue, model: str, chip: str, around: bool = True) -> Rate | None:
    """Output tokens per second and accelerator with the best layout and load under the limits; None where something lacks figures.

    P10 to P90 as `utilisation`; `around`: with other lengths of prompts, other limits per token, and other sizes of a template.
    """
    known = values.known(DAY)
    use = use_of(known)
    (short, prompt, long), (quick, each, slow) = use.prompt, use.each
    try:
        made = infer(model, chip, ttft=use.first, tpot=each, input=prompt, output=use.answer, software=DAY.isoformat(), values=values)
    except InputError:
        return None
    types, machine = ServingTypes(**made.types), machine_of(known, f"1x{chip}", DAY)

    def end(one: Transformer, tokens: int, seconds: float) -> float:
        demand = Demand(tokens, use.answer, first=use.first, each=seconds)
        try:
            found = searched_serving(ServingCase(one, machine, demand, shipped_serving_fit(), types))
        except InputError:  # it has no room
            return 0.0
        return option_of(refined(found), 0).per_accelerator if found.good.any() else 0.0

    shape, *sized = _shapes(known, model, around)
    groups = [
        [end(shape, short, each), end(shape, long, each)], [end(shape, prompt, quick), end(shape, prompt, slow)],
        [end(one, prompt, each) for one in sized],
    ] if around else []  # fmt: skip
    note = (
        f"best layout and load, {prompt:,} tokens in and {use.answer:,} out, {1000 * each:.0f} ms per token, first token within "
        f"{use.first:g} s in 99 of 100, weights in {types.blocks.upper()}"
    )
    found = made.interval["per_accelerator"]
    return _rate(found["p50"], found["p90"] / found["p50"], groups, note)


def _rate(value: float, error: float, groups: Sequence[Sequence[float]], note: str) -> Rate:
    """The middle, and how far its error and the ends of each group lie below and above it, as independent errors add up: by the squares of
    their logarithms. An end at which hardly anything works is left out, as nobody would use the chip so.
    """
    below, above = [log(error)], [log(error)]
    for group in groups:
        ends = [end for end in group if end > _LEAST * value]
        below.append(log(value / min([*ends, value])))
        above.append(log(max([*ends, value]) / value))
    low, high = (exp(sqrt(sum(one * one for one in side))) for side in (below, above))
    return Rate(value / low, value * high, note)


# --- models -----------------------------------------------------------------------------------------------------------------------


def _shapes(known: KnownCatalogue, model: str, around: bool) -> list[Transformer]:
    """A model by its dimensions, then (the template alone) as small and as large as its range says."""
    made = transformer_of(known, model)
    if model != TEMPLATE or not around:
        return [made]
    ranges = [known.estimate("model", model, name).value for name in ("active_parameters", "parameters")]
    ends = [[one.quantile(q) for one in ranges if isinstance(one, Distribution)] for q in (0.1, 0.9)]
    return [made, *(_sized(made, *end) for end in ends if len(end) == len(ranges))]


def _sized(made: Transformer, active: float, whole: float) -> Transformer:
    """The same shape with about so many parameters at work and in all: wider by the root of the one, with as many experts as make the other
    up.
    """
    wider = sqrt(active / made.active_parameters)
    hidden = max(round(made.hidden * wider / _WIDTH), 1) * _WIDTH
    experts = made.experts * (whole / made.parameters) / (active / made.active_parameters)
    return replace(
        made, hidden=hidden, heads=hidden // made.head_size, ffn=max(round(made.ffn * wider / _INNER), 1) * _INNER,
        experts=max(round(experts / _EXPERTS), 1) * _EXPERTS,
    )  # fmt: skip


# --- rows -------------------------------------------------------------------------------------------------------------------------


#: Each rate: its unit, and how it is reckoned.
RATES = {"mfu": ("1", utilisation), "inference_rate": ("tokens/s", output_rate)}


def rows_of(
    values: Catalogue, model: str, chips: Iterable[str], around: bool = True, whats: Iterable[str] = tuple(RATES)
) -> Iterator[tuple[str, str, Rate]]:
    """Attribute, unit and rate of a model on each chip that it can be reckoned for; `whats`: which rates."""
    for chip in chips:
        for what in whats:
            unit, made = RATES[what]
            try:
                rate = made(values, model, chip, around)
            except InputError:  # a chip or a model without the figures that it takes
                continue
            if rate is not None:
                yield f"{what}_{chip}", unit, rate


def with_rates(values: Catalogue, model: str, chips: Iterable[str]) -> Catalogue:
    """The catalogue with the rates of a model that it has none of, reckoned now: at the middle of sizes, lengths and limits alone."""
    held = values.attributes(RATE, model) if model in values.names(RATE) else ()
    lacking = [chip for chip in chips if not any(one.endswith(f"_{chip}") for one in held)]
    made = tuple(_row(values, model, *one) for one in rows_of(values, model, lacking, around=False))
    return values.with_rows(made) if made else values


def _row(values: Catalogue, model: str, attribute: str, unit: str, rate: Rate) -> Row:
    when = parse_window(DAY.isoformat())
    said = Statement(
        from_p10_p90(rate.low, rate.high), kept_unit(unit), when, when, SOURCE, "estimated",
        values.sources[SOURCE].grade, f"{rate.note}; reckoned now", f"catalogue/{RATE}/{model}/{attribute}", f"{rate.text} {unit}",
    )  # fmt: skip
    return Row(RATE, model, attribute, said, laid_over=True)
