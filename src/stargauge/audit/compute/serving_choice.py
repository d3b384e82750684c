"""Which types of numbers a model is served in on a chip: those whose products, or whose widening, somebody tells of."""

from __future__ import annotations

from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.serving_fit import published_type
from stargauge.quantity.compute.machine import Chip
from stargauge.quantity.compute.serving_memory import ServingTypes
from stargauge.quantity.compute.serving_types import serving_types, usual_precision
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

#: What may be asked for. `fp4` alone is none of them: numbers of 4 bits come in two forms.
TYPES = ("bf16", "fp16", "fp8", "mxfp8", "nvfp4", "mxfp4")
_NVIDIA = "NVIDIA"


def four_bits(known: KnownCatalogue, chip: Chip) -> tuple[str, ...]:
    """The forms of 4-bit weights that a chip is served with: NVIDIA's own on NVIDIA's chips that have such products; MXFP4 where a chip has
    4-bit products, or on NVIDIA's, whose software widens it (TensorRT-LLM's guide for GPT-OSS).
    """
    own = known.text("accelerator", chip.name, "vendor") == _NVIDIA
    products = "fp4" in chip.peaks
    return (*(("nvfp4",) if own and products else ()), *(("mxfp4",) if own or products else ()))


def usual_type(known: KnownCatalogue, model: Transformer, chip: Chip) -> tuple[str, str]:
    """The type that is taken where nobody asks for one, and why."""
    published = published_type(known, model.name) if model.name in known.names("model") else ""
    if published and (published != "mxfp4" or published in four_bits(known, chip)):
        return published, say("in which its weights were published")
    if not published:
        return usual_precision(chip), say("the narrowest of 8 bits and more that the chip has")
    told = say(
        "the narrowest of 8 bits and more that the chip has, as nobody tells how {chip} works with {type}", chip=chip.name, type=published
    )  # fmt: skip
    return usual_precision(chip), told


def asked_types(known: KnownCatalogue, dtype: str, model: Transformer, chip: Chip) -> ServingTypes:
    """The types of a model by the name of one. Raises InputError where there is none of that name, or the chip does not work with it."""
    name = dtype.strip().lower()
    if name not in TYPES:
        more = say("; numbers of 4 bits come in two forms") if name == "fp4" else ""
        raise InputError(
            say(
                'got "{dtype}"{near}; expected one of {types}{more}',
                dtype=dtype,
                near=did_you_mean(name, TYPES),
                types=", ".join(TYPES),
                more=more,
            )
        )
    there = four_bits(known, chip)
    if name in ("nvfp4", "mxfp4") and name not in there and (there or name == "mxfp4"):
        has = ", ".join([*(one for one in ("bf16", "fp8") if one in chip.peaks), *there])
        raise InputError(say("nobody tells how {chip} works with weights in {dtype}; it has {has}", chip=chip.name, dtype=name, has=has))
    return serving_types(name, model, chip)


def types_beside(known: KnownCatalogue, model: Transformer, chip: Chip, taken: ServingTypes) -> dict[str, ServingTypes]:
    """The types that an answer is compared over: those the chip has products in, and the one that is taken."""
    names = [name for name in ("bf16", "fp8") if name in chip.peaks] + ([*four_bits(known, chip)[:1]] if "fp4" in chip.peaks else [])
    made = {name: serving_types(name, model, chip) for name in names}
    return made if taken in made.values() else {**made, taken.blocks: taken}
