"""A transformer by its dimensions: parameters, operations per token under named conventions, and what it keeps of each token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

#: How model FLOPs are counted; each publisher has its own.
Convention = Literal["palm", "causal", "bridge", "narayanan"]
CONVENTIONS: tuple[Convention, ...] = ("palm", "causal", "bridge", "narayanan")


class Latent(NamedTuple):
    """Attention with keys and values kept as one low-rank vector (multi-head latent attention)."""

    query_rank: int
    rank: int
    nope: int  # size of a head's query and key without position
    rope: int  # size of the part with position, shared by the heads
    value: int  # size of a head's value


class Window(NamedTuple):
    """Attention to the last tokens only, in a share of the layers."""

    tokens: int
    share: float


@dataclass(frozen=True)
class Transformer:
    """A decoder of equal layers, dense or with experts. Sizes are counts; `ffn` is the inner width of a dense block, or of one expert.

    `dense_layers` of the layers of a model with experts have none, but one block of the width `dense_ffn`; every expert layer has
    `shared_experts` that all tokens pass. `tied`: the output layer uses the embedding's weights;
    `most_domains`: that a token's experts are drawn from at most (node-limited routing); `predicted_tokens`: in training, one layer and
    output layer more for each beyond the first; `unfused_activation`: experts' activation runs by itself in training.
    """

    name: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_size: int
    ffn: int
    vocabulary: int
    gated: bool = True
    experts: int = 0
    experts_per_token: int = 0
    shared_experts: int = 0
    dense_layers: int = 0
    dense_ffn: int = 0
    latent: Latent | None = None
    window: Window | None = None
    tied: bool = False
    most_domains: float = float("inf")
    predicted_tokens: int = 1
    unfused_activation: bool = False

    @property
    def moe_layers(self) -> int:
        """Layers with experts."""
        return self.layers - self.dense_layers if self.experts else 0

    @property
    def _matrices(self) -> int:
        return 3 if self.gated else 2

    @property
    def attention_parameters(self) -> int:
        """Weights of the attention of one layer."""
        if self.latent is None:
            return self.hidden * self.head_size * 2 * (self.heads + self.kv_heads)
        q, kv, nope, rope, value = self.latent
        queries = self.hidden * q + q * self.heads * (nope + rope) if q else self.hidden * self.heads * (nope + rope)
        return queries + self.hidden * (kv + rope) + kv * self.heads * (nope + value) + self.heads * value * self.hidden

    @property
    def expert_parameters(self) -> int:
        """Weights of one expert."""
        return self._matrices * self.hidden * self.ffn

    @property
    def dense_block_parameters(self) -> int:
        """Weights of the block after attention in a layer without experts."""
        return self._matrices * self.hidden * (self.dense_ffn if self.experts else self.ffn)

    @property
    def body_parameters(self) -> int:
        """Weights of all layers, without embedding and output layer; norms and biases left out."""
        dense = (self.layers - self.moe_layers) * self.dense_block_parameters
        moe = self.moe_layers * (self.expert_parameters * (self.experts + self.shared_experts) + self.hidden * self.experts)
        return self.layers * self.attention_parameters + dense + moe

    @property
    def active_body_parameters(self) -> int:
        """Weights of the layers that one token passes."""
        dense = (self.layers - self.moe_layers) * self.dense_block_parameters
        at_work = self.expert_parameters * (self.experts_per_token + self.shared_experts) + self.hidden * self.experts
        return self.layers * self.attention_parameters + dense + self.moe_layers * at_work

    @property
    def parameters(self) -> int:
        """All weights; norms and biases left out."""
        return self.body_parameters + self.vocabulary * self.hidden * (1 if self.tied else 2)

    @property
    def active_parameters(self) -> int:
        """Weights at work per token, with the output layer and the embedding, as model cards count."""
        return self.active_body_parameters + self.vocabulary * self.hidden * (1 if self.tied else 2)

    def score_width(self) -> int:
        """Widths of all heads' keys and values together: 2 of these per pair of tokens is a layer's forward attention in FLOP."""
        if self.latent is None:
            return 2 * self.heads * self.head_size
        return self.heads * (self.latent.nope + self.latent.rope + self.latent.value)

    def tokens_attended(self, sequence: float, causal: bool = True) -> float:
        """Tokens that a token of a sequence attends to on average, over tokens and layers; half of those before it where causal."""
        whole = sequence / 2.0 if causal else float(sequence)
        if self.window is None or self.window.tokens >= sequence:
            return whole
        w = float(self.window.tokens)
        near = w - w * w / (2.0 * sequence) if causal else w
        return self.window.share * near + (1.0 - self.window.share) * whole

    def forward_flop_per_token(self, sequence: float, causal: bool = True) -> float:
        """Operations of one token going forward: twice the weights it passes, output layer included, and attention."""
        weights = self.active_body_parameters + self.vocabulary * self.hidden
        return 2.0 * weights + 2.0 * self.layers * self.score_width() * self.tokens_attended(sequence, causal)

    def training_flop_per_token(self, sequence: float, convention: Convention) -> float:
        """Model FLOPs of training per token under a publisher's convention; nothing recomputed.

        `palm`: 6 N + 12 L h s, whole attention (Chowdhery et al. 2022, appendix B); `causal`: three times forward with causal attention and
        the output layer; `bridge`: 6 (N - V h) + 6 L h s (Megatron-Bridge's tables); `narayanan`: 72 L h^2 (1 + s / 6h + V / 12 L h) of
        Narayanan et al. (2021), eq. 3, without recomputation: the same as three times forward with whole attention.
        """
        if convention == "palm":
            return 6.0 * self.active_parameters + 6.0 * self.layers * self.score_width() * self.tokens_attended(sequence, causal=False)
        return 3.0 * self.forward_flop_per_token(sequence, causal=convention in ("causal", "bridge"))

    def kv_bytes_per_token(self, bytes_each: float) -> float:
        """Bytes kept of each token while serving: keys and values of all layers, or the latent vector."""
        width = 2 * self.kv_heads * self.head_size if self.latent is None else self.latent.rank + self.latent.rope
        return float(self.layers * width) * bytes_each
