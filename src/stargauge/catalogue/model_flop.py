"""What training FLOP per token are counted from, of a model whose dimensions the catalogue has: one convention for programmes and rates."""

from __future__ import annotations

from dataclasses import replace

from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.machines import transformer_of
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Estimate

#: What an estimate says that was counted.
_NOTE = "by the dimensions of the model"


def multiplied_parameters(known: KnownCatalogue, model: str) -> Estimate:
    """Weights that a token is multiplied with: of the layers that it passes, and of the output layer, but not of the embedding.

    As stated where the model has no dimensions, or is a template whose size is a range.
    """
    shape = _shape(known, model)
    said = known.estimate("model", model, "active_parameters")
    return said if shape is None else _counted(known, model, said, shape.active_body_parameters + shape.vocabulary * shape.hidden)


def attention_width(known: KnownCatalogue, model: str, sequence: Estimate) -> Estimate:
    """Width of the heads of a layer: half of that of keys and values together, less where only near tokens are attended to.

    The hidden width as stated where the model has no dimensions, or is a template whose size is a range.
    """
    shape = _shape(known, model)
    said = known.estimate("model", model, "hidden")
    length = sequence.value
    if shape is None or not isinstance(length, float) or not length > 0.0:
        return said
    return _counted(known, model, said, shape.score_width() * shape.tokens_attended(length) / length)


def _shape(known: KnownCatalogue, model: str) -> Transformer | None:
    if isinstance(known.estimate("model", model, "hidden").value, Distribution):
        return None
    try:
        return transformer_of(known, model)
    except InputError:
        return None


def _counted(known: KnownCatalogue, model: str, said: Estimate, value: float) -> Estimate:
    """A number counted from dimensions: whoever stated it of the model, else its dimensions, stands behind it."""
    like = known.text("model", model, "dimensions_of") or model
    behind = said if said.statements else known.estimate("model", like, "hidden")
    return replace(behind, value=float(value), note=_NOTE)
