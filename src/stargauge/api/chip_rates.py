"""What a model reaches on an accelerator, by our models of training and serving: the rows of `rate.csv`, and those that it lacks.

Each is what `stargauge train` and `stargauge infer` answer for the use of a programme: the best layout of one large job, and the best
layout and load under limits on time, at stated lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from math import exp, isfinite, log, sqrt
from typing import Any, NamedTuple

from stargauge.api.serving import infer
from stargauge.api.training import train
from stargauge.catalogue.load import Catalogue, KnownCatalogue
from stargauge.catalogue.machines import chip_of, transformer_of
from stargauge.catalogue.model_rates import RATE, SOURCE
from stargauge.catalogue.rows import Row, kept_unit
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.dates import parse_window
from stargauge.quantity.distribution import Distribution, from_p10_p90
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Statement

#: The day of the software, and of what was measured that the fits rest on.
DAY = date(2026, 11, 22)
#: The template, whose size is a range.
_TEMPLATE = "frontier"
#: In steps of so many accelerators a job is counted, and in steps of so many widths, heads of experts and experts a template is made.
_JOB, _WIDTH, _INNER, _EXPERTS = 8192, 1024, 128, 8
_LEVELS = (0.1, 0.5, 0.9)
#: The least of the middle that an end is counted with.
_LEAST = 0.1


class Use(NamedTuple):
    """P10, P50 and P90 of what a programme does: accelerators of a job, tokens of a prompt, of an answer (P50), seconds per token and to
    the first.
    """

    accelerators: tuple[int, ...]
    prompt: tuple[int, ...]
    answer: int
    each: tuple[float, ...]
    first: float


class Rate(NamedTuple):
    """P10 and P90 of a rate, and of what it is."""

    low: float
    high: float
    note: str

    @property
    def text(self) -> str:
        """The range as a row has it."""
        return "..".join(f"{float(f'{end:.4g}'):.10g}" for end in (self.low, self.high))


def use_of(known: KnownCatalogue) -> Use:
    """What the catalogue says of the use."""

    def levels(name: str, attribute: str, unit: str | None = None) -> tuple[float, ...]:
        value = known.estimate("usage", name, attribute, unit).value
        return tuple(value.quantile(q) if isinstance(value, Distribution) else float(value) for q in _LEVELS)  # type: ignore[arg-type]

    return Use(
        tuple(max(round(one / _JOB), 1) * _JOB for one in levels("training-job", "accelerators")),
        tuple(round(one) for one in levels("serving", "input_tokens")), round(levels("chatgpt", "tokens_per_message")[1]),
        levels("serving", "time_per_token", "s"), levels("serving", "time_to_first_token", "s")[1],
    )  # fmt: skip


def utilisation(values: Catalogue, model: str, chip: str, around: bool = True) -> Rate | None:
    """Model FLOPs over dense 16-bit peak of one large job with its best layout; None where the chip or the model lacks figures.

    P10 to P90: how far off predictions were of runs that the fit has not seen, and, with `around`, other sizes of the job (and of a
    template), added as independent errors are.
    """
    known = values.known(DAY)
    least, usual, most = use_of(known).accelerators
    dtype = "fp8" if "fp8" in chip_of(known, chip).peaks else "bf16"
    sequence, batch = _job_of(known, model)

    def reach(shape: Transformer, accelerators: int) -> tuple[float, float]:
        outcome = train(
            shape, f"{accelerators}x{chip}", dtype=dtype, sequence=sequence, batch=batch, software=DAY, as_of=DAY, values=values
        ).outcome
        peak, tokens = outcome.setting.machine.chip.peaks["bf16"] * outcome.accelerators, outcome.tokens_per_s
        return tokens.p50 * _flop_per_token(known, model, shape, sequence) / peak, tokens.p90 / tokens.p50

    shape, *sized = _shapes(known, model, around)
    groups = [[(shape, least), (shape, most)], [(one, usual) for one in sized]] if around else []
    assumed = " (assumed)" if "bf16" in chip_of(known, chip).assumed else ""  # how far off it may be a programme draws with the peak itself
    note = f"best layout of a job of {usual:,} accelerators in {dtype.upper()}, of the dense 16-bit peak{assumed}"
    return _rate(reach, (shape, usual), groups, note)


def output_rate(values: Catalogue, model: str, chip: str, around: bool = True) -> Rate | None:
    """Output tokens per second and accelerator with the best layout and load under the limits; None where something lacks figures.

    P10 to P90 as `utilisation`; `around`: with other lengths of prompts, other limits per token, and other sizes of a template.
    """
    known = values.known(DAY)
    use = use_of(known)

    def reach(shape: Transformer, prompt: int, each: float) -> tuple[float, float]:
        made = infer(shape, chip, ttft=use.first, tpot=each, input=prompt, output=use.answer, software=DAY.isoformat(), values=values)
        found = made.interval["per_accelerator"]
        return found["p50"], found["p90"] / found["p50"]

    shape, *sized = _shapes(known, model, around)
    (short, prompt, long), (quick, each, slow) = use.prompt, use.each
    groups = [
        [(shape, short, each), (shape, long, each)], [(shape, prompt, quick), (shape, prompt, slow)],
        [(one, prompt, each) for one in sized],
    ] if around else []  # fmt: skip
    note = (
        f"best layout and load, {prompt:,} tokens in and {use.answer:,} out, {1000 * each:.0f} ms per token, first token within "
        f"{use.first:g} s in 99 of 100"
    )
    return _rate(reach, (shape, prompt, each), groups, note)


def _rate(
    reach: Callable[..., tuple[float, float]], middle: tuple[Any, ...], groups: Sequence[Sequence[tuple[Any, ...]]], note: str
) -> Rate | None:  # fmt: skip
    """The middle, and how far its error and the ends of each group lie below and above it, as independent errors add up: by the squares of
    their logarithms. None where nothing works; an end at which hardly anything works is left out, as nobody would use the chip so.
    """
    try:
        value, error = reach(*middle)
    except InputError:
        return None
    below, above = [log(error)], [log(error)]
    for group in groups:
        ends = [end for asked in group if (end := _or_nothing(reach, asked)) > _LEAST * value]
        below.append(log(value / min([*ends, value])))
        above.append(log(max([*ends, value]) / value))
    low, high = (exp(sqrt(sum(one * one for one in side))) for side in (below, above))
    return Rate(value / low, value * high, note)


def _or_nothing(reach: Callable[..., tuple[float, float]], asked: tuple[Any, ...]) -> float:
    """What is reached; nothing where no layout works."""
    try:
        return reach(*asked)[0]
    except InputError:
        return 0.0


# --- models -----------------------------------------------------------------------------------------------------------------------


def _shapes(known: KnownCatalogue, model: str, around: bool) -> list[Transformer]:
    """A model by its dimensions, then (the template alone) as small and as large as its range says."""
    made = transformer_of(known, model)
    if model != _TEMPLATE or not around:
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


def _flop_per_token(known: KnownCatalogue, model: str, shape: Transformer, sequence: int) -> float:
    """Operations as a programme counts them (`training_flop_per_token`), so that utilisation gives the tokens back."""
    stated = known.estimate("model", model, "active_parameters").value if model != _TEMPLATE else None
    active = float(stated) if isinstance(stated, (int, float)) and isfinite(stated) else float(shape.active_parameters)
    return 6.0 * active + 6.0 * shape.layers * sequence * shape.hidden


def _job_of(known: KnownCatalogue, model: str) -> tuple[int, int]:
    """Sequence and batch of a model where the catalogue has both; else those of the template."""

    def said(name: str, attribute: str) -> float:
        value = known.estimate("model", name, attribute).value
        return value.quantile(0.5) if isinstance(value, Distribution) else float(value)  # type: ignore[arg-type]

    sequence, tokens = (said(model, one) for one in ("sequence", "batch_tokens"))
    if not isfinite(sequence + tokens):
        sequence, tokens = (said(_TEMPLATE, one) for one in ("sequence", "batch_tokens"))
    return round(sequence), int(2 ** round(log(tokens / sequence, 2)))  # a power of two, which divides as machines do


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
