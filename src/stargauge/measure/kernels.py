"""What is run on an accelerator: each kernel with its shape, the operations it must do and the fewest bytes it must move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

#: Bytes of one element.
SIZE = {"fp32": 4, "tf32": 4, "bf16": 2, "fp16": 2, "fp8": 1}
#: Bytes of one element of a product: fp8 is multiplied into bf16.
SIZE_OUT = {**SIZE, "fp8": 2}
DTYPES = tuple(SIZE)

#: Sides of square products, by type; plain fp32 stops where one product takes a tenth of a second.
SQUARES = {
    "bf16": (512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384),
    "fp8": (512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12288, 16384),
    "fp16": (512, 1024, 2048, 4096, 8192, 16384),
    "tf32": (512, 1024, 2048, 4096, 8192, 16384),
    "fp32": (512, 1024, 2048, 4096, 8192),
}
#: (n, k) of the four products of a transformer layer: query, key and value together; output; gate and up together; down. Widths 4,096 and
#: 8,192, gated, eight key-value heads.
LAYER_SIDES = ((6144, 4096), (4096, 4096), (28672, 4096), (4096, 14336), (10240, 8192), (8192, 8192), (57344, 8192), (8192, 28672))
#: Tokens of a micro-batch, and sequences that are decoded at once.
BATCH_TOKENS = (2048, 16384)
DECODED = (1, 4, 16, 32, 64, 128, 256, 512)
DECODE_SIDES = ((4096, 4096), (10240, 8192), (8192, 28672))
#: Sizes of buffers, bytes.
BUFFERS = tuple(2**power for power in (20, 22, 24, 26, 28, 30, 31, 32, 33))
#: (sequence, heads, width of a head): at 16,384 tokens in all, or one sequence where it is longer.
ATTENTIONS = ((512, 32, 128), (1024, 32, 128), (2048, 32, 128), (4096, 32, 128), (8192, 32, 128), (16384, 32, 128), (32768, 32, 128),
              (4096, 8, 128), (4096, 64, 128), (4096, 32, 64))  # fmt: skip
TOKENS = 16384
ATTENTION_VARIANTS = ("flash", "cudnn")
#: (sequences, tokens kept of each): one new token of each over its keys and values; 64 heads, eight of keys and values.
CACHES = ((1, 4096), (1, 32768), (16, 1024), (16, 8192), (64, 1024), (64, 8192), (128, 2048))
CACHE_HEADS, CACHE_GROUP, CACHE_WIDTH = 8, 8, 128
#: (width, heads, key-value heads, inner width, sequence, sequences) of whole dense layers.
LAYERS = ((4096, 32, 8, 14336, 4096, 4), (8192, 64, 8, 28672, 4096, 2))
#: The side of products that are run on a rested chip, and for seconds.
RESTED = 8192
#: Bytes that each accelerator holds of what is summed over all.
REDUCED = tuple(2**power for power in (16, 20, 24, 28, 30))

#: What stands for what in the operations of attention: two products forward, five backward (scores are made anew).
_FORWARD, _BACKWARD = 2, 5
#: A quick look takes every third kernel of its kind.
_EVERY = 3


@dataclass(frozen=True)
class Kernel:
    """One thing to run: `flop` operations counted, `byte` bytes that it has to move at least, `sides` its shape by name."""

    operation: str
    variant: str
    dtype: str
    sides: tuple[tuple[str, int], ...]
    flop: float
    byte: float

    @property
    def shape(self) -> str:
        """Its shape as text: `m=512 n=512 k=512`."""
        return " ".join(f"{name}={size}" for name, size in self.sides)

    @property
    def unit(self) -> str:
        """The unit of what it reaches: operations per second, bytes per second, or seconds where it does neither."""
        if self.operation in ("copy", "read", "decode-attention", "all-reduce") or self.variant == "copy":
            return "B/s"
        return "FLOP/s" if self.flop else "s"

    @property
    def amount(self) -> float:
        """What it does, in the unit of its rate: operations or bytes."""
        return self.byte if self.unit == "B/s" else self.flop

    def side(self, name: str) -> int:
        """One side of its shape."""
        return dict(self.sides)[name]


def product(dtype: str, m: int, n: int, k: int) -> Kernel:
    """A product of matrices: (m, k) by (k, n)."""
    byte = (m * k + k * n) * SIZE[dtype] + m * n * SIZE_OUT[dtype]
    return Kernel("matmul", "", dtype, (("m", m), ("n", n), ("k", k)), 2.0 * m * n * k, float(byte))


def rested(dtype: str) -> Kernel:
    """A product on a chip that had nothing to do before: what it reaches until its power is held back."""
    return replace(product(dtype, RESTED, RESTED, RESTED), variant="rested")


def moved(operation: str, size: int) -> Kernel:
    """A buffer copied (read and written) or read."""
    return Kernel(operation, "", "fp32", (("size", size),), 0.0, float(size * (2 if operation == "copy" else 1)))


def attention(sequence: int, heads: int, width: int, variant: str, backward: bool) -> Kernel:
    """Causal attention of whole sequences, forward or backward alone: half of the scores count."""
    sequences = max(1, TOKENS // sequence)
    products = _BACKWARD if backward else _FORWARD
    flop = products * 2.0 * sequences * heads * sequence * sequence * width / 2.0
    byte = sequences * heads * sequence * width * SIZE["bf16"] * (8 if backward else 4)
    sides = (("sequences", sequences), ("sequence", sequence), ("heads", heads), ("width", width))
    return Kernel("attention-backward" if backward else "attention", variant, "bf16", sides, flop, float(byte))


def cached(sequences: int, sequence: int, variant: str) -> Kernel:
    """One new token of each sequence over the keys and values kept of it."""
    heads, group, width = CACHE_HEADS, CACHE_GROUP, CACHE_WIDTH
    sides = (("sequences", sequences), ("sequence", sequence), ("kv_heads", heads), ("group", group), ("width", width))
    byte = 2 * sequences * sequence * heads * width * SIZE["bf16"]
    return Kernel("decode-attention", variant, "bf16", sides, 4.0 * sequences * sequence * heads * group * width, float(byte))


def layer(sides: tuple[int, int, int, int, int, int], variant: str, backward: bool) -> Kernel:
    """A dense transformer layer, forward alone or forward and backward: its products and its causal attention count, nothing else."""
    width, heads, kv_heads, inner, sequence, sequences = sides
    tokens, head = sequence * sequences, width // heads
    weights = width * (width + 2 * kv_heads * head) + width * width + 3 * width * inner
    scores = 2.0 * sequences * heads * sequence * sequence * head / 2.0
    flop = 2.0 * tokens * weights * (3 if backward else 1) + scores * (_FORWARD + (_BACKWARD if backward else 0))
    named = (("width", width), ("heads", heads), ("kv_heads", kv_heads), ("inner", inner), ("sequence", sequence), ("sequences", sequences))
    return Kernel("layer-both" if backward else "layer", variant, "bf16", named, flop, float(weights * SIZE["bf16"]))


def reduced(size: int, devices: int) -> Kernel:
    """A sum over all accelerators that each then holds: bytes each sends at least, 2 (n - 1) / n of what it holds."""
    return Kernel("all-reduce", "", "bf16", (("size", size), ("devices", devices)), 0.0, 2.0 * (devices - 1) / devices * size)


def launch(variant: str) -> Kernel:
    """The smallest kernel there is, one after another: `eager`, each launched by the host, or `graph`, replayed."""
    return Kernel("launch", variant, "fp32", (("elements", 1),), 0.0, 0.0)


def sustained(quick: bool) -> list[Kernel]:
    """What is repeated for seconds while the power is read: products, and memory copied; quick: one product."""
    side = RESTED
    products = [replace(product(dtype, side, side, side), operation="sustained", variant="product") for dtype in ("bf16", "fp8")]
    return products[:1] if quick else [*products, replace(moved("copy", BUFFERS[-2]), operation="sustained", variant="copy")]


def plan(quick: bool, devices: int = 1) -> list[Kernel]:
    """Everything that is run, what matters most first: where time runs out, the rest is left out. Quick: every third of its kind."""
    whole = [*_first(), *_squares(), *_others(devices), *_shapes()]
    if not quick:
        return whole
    seen, kept = dict[tuple[str, str, str], int](), []
    for kernel in whole:
        kind = (kernel.operation, kernel.variant, kernel.dtype)
        seen[kind] = seen.get(kind, -1) + 1
        if seen[kind] % _EVERY == 0:
            kept.append(kernel)
    return kept


def _first() -> Iterator[Kernel]:
    yield from (launch(variant) for variant in ("eager", "graph"))
    yield from (moved(operation, size) for operation in ("copy", "read") for size in BUFFERS)


def _squares() -> Iterator[Kernel]:
    yield from (rested(dtype) for dtype in ("bf16", "fp8"))
    for dtype, squares in SQUARES.items():
        yield from (product(dtype, side, side, side) for side in squares)


def _shapes() -> Iterator[Kernel]:
    for dtype in ("bf16", "fp8"):
        yield from (product(dtype, count, n, k) for n, k in DECODE_SIDES for count in DECODED)
        yield from (product(dtype, tokens, n, k) for tokens in BATCH_TOKENS for n, k in LAYER_SIDES)


def _others(devices: int) -> Iterator[Kernel]:
    for variant in ATTENTION_VARIANTS:
        for backward in (False, True):
            yield from (attention(sequence, heads, width, variant, backward) for sequence, heads, width in ATTENTIONS)
    yield from (cached(sequences, sequence, variant) for variant in ATTENTION_VARIANTS for sequences, sequence in CACHES)
    yield from (layer(sides, variant, backward) for variant in ATTENTION_VARIANTS for sides in LAYERS for backward in (False, True))
    if devices > 1:
        yield from (reduced(size, devices) for size in REDUCED)
