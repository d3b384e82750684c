"""Which types of numbers a model is served in, from how its publisher or its user calls the precision."""

from __future__ import annotations

import re

from stargauge.quantity.compute.machine import Chip
from stargauge.quantity.compute.serving_memory import ServingTypes
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say

#: What a precision may be called, and what is meant.
PRECISIONS = {"bf16": "bf16", "fp16": "bf16", "fp8": "fp8", "mxfp8": "fp8", "fp4": "fp4", "nvfp4": "fp4", "mxfp4": "mxfp4"}


def precision_in(text: str) -> str:
    """The precision that a text begins with (`FP8 (BF16 attention core)` is fp8). Raises InputError for one that is not known."""
    words = re.findall(r"[a-z]+\d+", text.lower())
    if not words or words[0] not in PRECISIONS:
        raise InputError(
            say(
                'got the precision "{text}"{near}; expected one of {precisions}',
                text=text,
                near=did_you_mean(text.lower(), PRECISIONS),
                precisions=", ".join(PRECISIONS),
            )
        )
    return PRECISIONS[words[0]]


def serving_types(precision: str, model: Transformer, chip: Chip, published: str = "") -> ServingTypes:
    """The types that a model is served in. `published`: the type its weights were published in, where that is kept (`mxfp4`).

    bf16, fp8: weights, products and cache alike, but a latent vector is kept in 16 bits (published weights bring no scales for it).
    fp4: weights and products of blocks, and of attention unless it has a latent vector (those weights stay in 16 bits); cache in 8 bits.
    mxfp4: experts' weights in 4 bits, the rest in 16; products in 8 bits on chips with 4-bit products, else widened to 16 bits at use, and
    the cache likewise (TensorRT-LLM's guide for GPT-OSS). Scores and values in 8 bits where the chip has 4-bit products and the cache 8,
    else in 16. What no source tells of these is an assumption. Raises InputError where the chip has no such products: nothing is guessed.
    """
    kept = "mxfp4" if published.lower() == "mxfp4" else precision_in(precision)
    core = "fp8" if "fp4" in chip.peaks else "bf16"
    if kept == "mxfp4":
        wide = "fp8" if "fp4" in chip.peaks else "bf16"
        return ServingTypes("mxfp4", "bf16", wide, wide, "bf16", core)
    if kept not in chip.peaks:
        raise InputError(
            say(
                "no {kept} figure for {name}: the chip does not have it or the maker gives none; it has {peaks}",
                kept=kept,
                name=chip.name,
                peaks=", ".join(chip.peaks),
            )
        )
    if kept == "fp4":
        attention = "fp4" if model.latent is None else "bf16"
        return ServingTypes("fp4", attention, "fp8", "fp4", attention, "fp8")
    cache, core = (kept, core) if kept == "fp8" and model.latent is None else ("bf16", "bf16")
    return ServingTypes(kept, kept, cache, kept, kept, core)


def usual_precision(chip: Chip) -> str:
    """The narrowest type that a chip has products in, of fp8 and wider ones."""
    return "fp8" if "fp8" in chip.peaks else "bf16"
