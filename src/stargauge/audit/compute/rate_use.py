"""The use for which our models of training and serving give a model's rates on a chip, and the commands that show one of them in full."""

from __future__ import annotations

from datetime import date
from math import isfinite, log
from typing import NamedTuple

from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.machines import chip_of
from stargauge.quantity.distribution import Distribution

#: The day of the software, and of what was measured that the fits rest on.
DAY = date(2026, 11, 22)
#: The template, whose size is a range; its sequence and batch stand in where a model's own are not known.
TEMPLATE = "frontier"
#: In steps of so many accelerators a job is counted.
_JOB = 8192
_LEVELS = (0.1, 0.5, 0.9)


class Use(NamedTuple):
    """P10, P50 and P90 of what a programme does: accelerators of a job, tokens of a prompt, of an answer (P50), seconds per token and to
    the first.
    """

    accelerators: tuple[int, ...]
    prompt: tuple[int, ...]
    answer: int
    each: tuple[float, ...]
    first: float


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


def job_of(known: KnownCatalogue, model: str) -> tuple[int, int]:
    """Sequence and batch of a model; where the catalogue lacks one, that of the template."""

    def said(attribute: str) -> float:
        values = (known.estimate("model", name, attribute).value for name in (model, TEMPLATE))
        numbers = (one.quantile(0.5) if isinstance(one, Distribution) else float(one) for one in values)  # type: ignore[arg-type]
        return next(one for one in numbers if isfinite(one))

    sequence = said("sequence")
    return round(sequence), int(2 ** round(log(said("batch_tokens") / sequence, 2)))  # a power of two, which divides as machines do


def training_type(known: KnownCatalogue, chip: str) -> str:
    """The narrowest type in which most published runs on such a chip train: FP8 where it has that."""
    return "fp8" if "fp8" in chip_of(known, chip).peaks else "bf16"


def training_command(known: KnownCatalogue, model: str, chip: str) -> str:
    """`stargauge train` for the use, as it is at the middle."""
    sequence, batch = job_of(known, model)
    return (
        f"stargauge train --model {model} --cluster {use_of(known).accelerators[1]}x{chip} --dtype {training_type(known, chip)} "
        f"--sequence {sequence} --batch {batch} --software {DAY}"
    )


def serving_command(known: KnownCatalogue, model: str, chip: str) -> str:
    """`stargauge infer` for the use, as it is at the middle."""
    use = use_of(known)
    return (
        f"stargauge infer --model {model} --chip {chip} --input {use.prompt[1]} --output {use.answer} --ttft {use.first:g}s "
        f"--tpot {1000 * use.each[1]:.3g}ms --software {DAY}"
    )
