"""Memory of serving: weights by type and layout, what is kept of each token, and how many sequences fit beside the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stargauge.quantity.compute.machine import Chip
from stargauge.quantity.compute.serving_efficiency import Settings
from stargauge.quantity.compute.transformer import Transformer

Array = NDArray[np.float64]

#: Bytes of a number by type; 4-bit types carry a scale of 8 bits for each block of 16 (nvfp4) or 32 (mxfp4).
BYTES: Mapping[str, float] = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5625, "mxfp4": 0.53125}


class ServingLayouts(NamedTuple):
    """Layouts of one replica, one per place; accelerators = tensor * pipeline * data.

    `data`: ranks of attention that each keep whole sequences (attention data-parallel); `expert`: ranks over which whole experts are
    spread, which divides tensor * data (what is left of that splits each expert); 1 in models without experts.
    """

    tensor: Array
    pipeline: Array
    expert: Array
    data: Array

    @property
    def accelerators(self) -> Array:
        """Accelerators of a replica."""
        return self.tensor * self.pipeline * self.data

    @property
    def many(self) -> int:
        """How many layouts these are."""
        return len(self.tensor)

    def take(self, places: NDArray[np.intp] | NDArray[np.bool_] | slice) -> ServingLayouts:
        """Some of them."""
        return ServingLayouts(*(one[places] for one in self))


def serving_layouts(tensor: ArrayLike = 1, pipeline: ArrayLike = 1, expert: ArrayLike = 1, data: ArrayLike = 1) -> ServingLayouts:
    """Layouts from numbers or equally long lists."""
    made = np.broadcast_arrays(*(np.atleast_1d(np.asarray(one, dtype=np.float64)) for one in (tensor, pipeline, expert, data)))
    return ServingLayouts(*(np.array(one) for one in made))


class ServingTypes(NamedTuple):
    """Types of numbers: of the weights of blocks and experts, of attention's weights, of the cache, and in which products are done.

    `blocks`, `attention`, `cache`: as kept, of BYTES; `products`: of the chip's peaks, for blocks and experts; `attention_products`: for
    attention's weights; `core`: for scores and values. Embedding and output layer are kept and done in 16 bits.
    """

    blocks: str = "fp8"
    attention: str = "fp8"
    cache: str = "fp8"
    products: str = "fp8"
    attention_products: str = "fp8"
    core: str = "bf16"


#: The usual types: weights and cache in 8 bits, scores and values in 16.
USUAL_TYPES = ServingTypes()


class ServingMemory(NamedTuple):
    """Bytes per accelerator."""

    weights: Array
    workspace: Array
    room: Array  # room for what is kept of tokens; below nought where the weights do not fit


class Weights(NamedTuple):
    """Weights by part, in numbers: attention, blocks that all tokens pass (dense and shared), routed experts, output layer."""

    attention: float
    blocks: float
    experts: float
    head: float


def weights_of(model: Transformer) -> Weights:
    """The weights of a model by part, over all layers; routers count with the blocks."""
    shared = model.moe_layers * (model.expert_parameters * model.shared_experts + model.hidden * model.experts)
    dense = (model.layers - model.moe_layers) * model.dense_block_parameters
    return Weights(
        float(model.layers * model.attention_parameters), float(dense + shared),
        float(model.moe_layers * model.expert_parameters * model.experts), float(model.vocabulary * model.hidden),
    )  # fmt: skip


def attention_each(model: Transformer, tensor: ArrayLike) -> Array:
    """Weights of the attention of a layer on each of so many tensor ranks: heads are split; keys and values no further than their heads.

    What makes the latent vector is kept whole on each rank.
    """
    ranks = np.asarray(tensor, dtype=np.float64)
    if model.latent is None:
        heads = model.heads / ranks + np.maximum(model.kv_heads / ranks, 1.0)
        return np.asarray(2.0 * model.hidden * model.head_size * heads)
    whole = model.hidden * (model.latent.query_rank + model.latent.rank + model.latent.rope)
    return np.asarray(whole + (model.attention_parameters - whole) / ranks)


def cache_split(model: Transformer, layouts: ServingLayouts) -> Array:
    """Parts into which tensor ranks split what is kept of a token: by its heads; a latent vector is kept whole on each."""
    heads = 1.0 if model.latent is not None else float(model.kv_heads)
    return np.minimum(layouts.tensor, heads)


def tokens_kept(model: Transformer, context: ArrayLike) -> Array:
    """Tokens kept of a context on average over layers: all, or the last ones in layers that look no further back."""
    whole = np.asarray(context, dtype=np.float64)
    if model.window is None:
        return whole
    near = np.minimum(whole, float(model.window.tokens))
    return np.asarray(model.window.share * near + (1.0 - model.window.share) * whole)


def stage_share(model: Transformer, layouts: ServingLayouts) -> Array:
    """Share of the layers on the fullest stage of the pipeline."""
    return np.ceil(model.layers / layouts.pipeline) / model.layers


def weight_bytes(model: Transformer, layouts: ServingLayouts, types: ServingTypes) -> Array:
    """Bytes of weights on the fullest accelerator: attention and blocks split by tensor ranks, experts by all ranks of a stage."""
    parts, share = weights_of(model), stage_share(model, layouts)
    attention = model.layers * attention_each(model, layouts.tensor) * BYTES[types.attention]
    blocks = parts.blocks * BYTES[types.blocks] / layouts.tensor
    ends = parts.head * BYTES["bf16"] * np.where(layouts.pipeline > 1, 1.0, 1.0 if model.tied else 2.0)
    experts = parts.experts * BYTES[types.blocks] / (layouts.tensor * layouts.data)
    return share * (attention + blocks + experts) + ends / layouts.tensor


def workspace_bytes(model: Transformer, layouts: ServingLayouts, settings: Settings) -> Array:
    """Bytes of buffers: activations of one pass, and the runtime's own."""
    held = settings.pass_tokens * model.hidden * BYTES["bf16"] * settings.widths_held
    return held / layouts.tensor + settings.runtime


def serving_memory(
    model: Transformer, chip: Chip, layouts: ServingLayouts, settings: Settings, types: ServingTypes = USUAL_TYPES
) -> ServingMemory:  # fmt: skip
    """Bytes per accelerator: weights, buffers, and room for the cache."""
    weights, workspace = weight_bytes(model, layouts, types), workspace_bytes(model, layouts, settings)
    return ServingMemory(weights, workspace, settings.cache_share * (chip.memory - weights - workspace))


def cache_bytes_per_sequence(model: Transformer, layouts: ServingLayouts, context: ArrayLike, types: ServingTypes) -> Array:
    """Bytes that a sequence of `context` tokens takes on each accelerator of the rank that keeps it."""
    whole = tokens_kept(model, context) * model.kv_bytes_per_token(BYTES[types.cache])
    return np.asarray(whole * stage_share(model, layouts) / cache_split(model, layouts))


def most_sequences(
    model: Transformer, chip: Chip, layouts: ServingLayouts, context: ArrayLike, settings: Settings, types: ServingTypes = USUAL_TYPES
) -> Array:  # fmt: skip
    """Sequences of a replica that fit into its memory at `context` tokens each; nought where the weights do not fit.

    n = ranks * (memory - weights - workspace) / (bytes per token * context)                  (1)
    """
    room = serving_memory(model, chip, layouts, settings, types).room
    each = cache_bytes_per_sequence(model, layouts, context, types)
    return np.asarray(layouts.data * np.floor(np.maximum(room, 0.0) / each))
