"""Kernels as PyTorch runs them: calls without arguments, over random data, each over data of its own so that no cache serves the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from stargauge.measure.device import CannotRun
from stargauge.measure.kernels import SIZE, Kernel

Call = Callable[[], Any]
#: Products up to this many operations are compared with the same in float64, and how far they may be from it.
_CHECKED, _WRONG = 2.0 * 1024**3, 0.05


class Calls(NamedTuple):
    """Calls that do the same over different data; whether a graph can replay them; what was noted."""

    calls: list[Call]
    graph: bool = True
    note: str = ""


class Maker:
    """Makes the calls of a kernel on one device, the data from a seed."""

    def __init__(self, torch: Any, place: str, seed: int) -> None:
        self.torch, self.place = torch, place
        self.generator = torch.Generator(device=place)
        self.generator.manual_seed(seed)
        self.types = {"fp32": torch.float32, "tf32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16,
                      "fp8": getattr(torch, "float8_e4m3fn", None)}  # fmt: skip

    def calls(self, kernel: Kernel, sets: int) -> Calls:
        """The calls of a kernel, over so many sets of data where it has more than one."""
        if kernel.variant == "copy":
            return self._copy(kernel, sets)
        made = {
            "matmul": self._product, "sustained": self._product, "copy": self._copy, "read": self._read, "launch": self._launch,
            "attention": self._attention, "attention-backward": self._attention_backward, "decode-attention": self._cached,
            "layer": self._layer, "layer-both": self._layer,
        }[kernel.operation]  # fmt: skip
        return made(kernel, sets)

    @contextmanager
    def precision(self, dtype: str) -> Iterator[None]:
        """Products of 32-bit numbers in tf32 or in full, as asked."""
        before = self.torch.get_float32_matmul_precision()
        self.torch.set_float32_matmul_precision("high" if dtype == "tf32" else "highest")
        try:
            yield
        finally:
            self.torch.set_float32_matmul_precision(before)

    def _random(self, dtype: str, *sides: int, scale: float = 1.0) -> Any:
        kind = self.types[dtype]
        if kind is None:
            raise CannotRun(f"this PyTorch has no type for {dtype}")
        drawn = self.torch.float32 if dtype in ("fp32", "tf32") else self.torch.bfloat16 if dtype != "fp16" else self.torch.float16
        made = self.torch.randn(*sides, generator=self.generator, device=self.place, dtype=drawn)
        return (made if scale == 1.0 else made * scale).to(kind)

    # --- products -----------------------------------------------------------------------------------------------------------------

    def _product(self, kernel: Kernel, sets: int) -> Calls:
        m, n, k = (kernel.side(name) for name in "mnk")
        pairs = [(self._random(kernel.dtype, m, k), self._random(kernel.dtype, n, k).t()) for _ in range(sets)]
        calls = [self._scaled(a, b) if kernel.dtype == "fp8" else self._plain(a, b) for a, b in pairs]
        note = self._checked(calls[0], *pairs[0]) if kernel.flop <= _CHECKED else ""
        return Calls(calls, note=note)

    def _plain(self, a: Any, b: Any) -> Call:
        out, multiply = self.torch.empty(a.shape[0], b.shape[1], dtype=a.dtype, device=self.place), self.torch.mm
        return lambda: multiply(a, b, out=out)

    def _scaled(self, a: Any, b: Any) -> Call:
        one, multiply = self.torch.ones((), device=self.place), getattr(self.torch, "_scaled_mm", None)
        if multiply is None:
            raise CannotRun("this PyTorch multiplies no fp8")
        kind = self.torch.bfloat16
        return lambda: multiply(a, b, scale_a=one, scale_b=one, out_dtype=kind, use_fast_accum=True)

    def _checked(self, call: Call, a: Any, b: Any) -> str:
        """How far a product is from the same in float64, by the norm. Raises CannotRun where it is wrong."""
        got = call().double()
        wanted = a.double() @ b.double()
        error = float((got - wanted).norm() / wanted.norm())
        if not error < _WRONG:
            raise CannotRun(f"the product is wrong: {error:.1e} from the same in float64")
        return f"{error:.1e} from the same in float64"

    # --- memory -------------------------------------------------------------------------------------------------------------------

    def _copy(self, kernel: Kernel, sets: int) -> Calls:
        count = kernel.side("size") // SIZE["fp32"]
        pairs = [(self._random("fp32", count), self.torch.empty(count, device=self.place)) for _ in range(sets)]
        return Calls([partial(target.copy_, source) for source, target in pairs])

    def _read(self, kernel: Kernel, sets: int) -> Calls:
        count, total = kernel.side("size") // SIZE["fp32"], self.torch.sum
        return Calls([partial(total, self._random("fp32", count)) for _ in range(sets)])

    def _launch(self, kernel: Kernel, sets: int) -> Calls:
        data = self._random("fp32", 1)
        return Calls([lambda: data.add_(1.0)], graph=kernel.variant == "graph")

    # --- attention ----------------------------------------------------------------------------------------------------------------

    def _kernel_of(self, variant: str) -> Any:
        """What PyTorch is told to take for attention, and nothing else."""
        from importlib import import_module

        found = import_module("torch.nn.attention")
        backend = {"flash": "FLASH_ATTENTION", "cudnn": "CUDNN_ATTENTION"}[variant]
        return lambda: found.sdpa_kernel(getattr(found.SDPBackend, backend))

    def _attend(self, variant: str, causal: bool, grouped: bool = False) -> Callable[[Any, Any, Any], Any]:
        only, function = self._kernel_of(variant), self.torch.nn.functional.scaled_dot_product_attention
        more = {"enable_gqa": True} if grouped else {}

        def attended(q: Any, k: Any, v: Any) -> Any:
            with only():
                return function(q, k, v, is_causal=causal, **more)

        return attended

    def _attention(self, kernel: Kernel, sets: int) -> Calls:
        attend = self._attend(kernel.variant, True)
        return Calls([partial(attend, *self._heads(kernel)) for _ in range(sets)])

    def _attention_backward(self, kernel: Kernel, sets: int) -> Calls:
        attend, derived = self._attend(kernel.variant, True), self.torch.autograd.grad
        data = [one.requires_grad_() for one in self._heads(kernel)]
        out = attend(*data)
        given = self.torch.randn(out.shape, generator=self.generator, device=self.place, dtype=out.dtype)
        return Calls([lambda: derived(out, data, given, retain_graph=True)], graph=False)

    def _heads(self, kernel: Kernel) -> list[Any]:
        sides = [kernel.side(name) for name in ("sequences", "heads", "sequence", "width")]
        return [self._random("bf16", *sides) for _ in range(3)]

    def _cached(self, kernel: Kernel, sets: int) -> Calls:
        """The queries that share keys and values stand together as rows, so that these are read once."""
        count, heads, group, kept, width = (kernel.side(name) for name in ("sequences", "kv_heads", "group", "sequence", "width"))
        attend = self._attend(kernel.variant, False)
        calls = list[Call]()
        for _ in range(sets):
            query, *held = (self._random("bf16", count, heads, rows, width) for rows in (group, kept, kept))
            calls.append(partial(attend, query, *held))
        return Calls(calls)

    # --- a whole layer ------------------------------------------------------------------------------------------------------------

    def _layer(self, kernel: Kernel, sets: int) -> Calls:
        width, heads, kv_heads, inner = (kernel.side(name) for name in ("width", "heads", "kv_heads", "inner"))
        head, scale = width // heads, width**-0.5
        both = kernel.operation == "layer-both"
        shapes = ((width + 2 * kv_heads * head, width), (width, width), (2 * inner, width), (width, inner))
        weights = [self._random("bf16", *shape, scale=scale) for shape in shapes]
        norms = [self.torch.ones(width, dtype=self.torch.bfloat16, device=self.place) for _ in range(2)]
        data = self._random("bf16", kernel.side("sequences"), kernel.side("sequence"), width)
        attend = self._attend(kernel.variant, True, grouped=heads != kv_heads)
        given = self._random("bf16", *data.shape)
        learnt = [one.requires_grad_(both) for one in (*weights, *norms, data)]

        def forward() -> Any:
            return self._layered(data, weights, norms, (heads, kv_heads, head), attend)

        def once() -> Any:
            if not both:
                with self.torch.no_grad():
                    return forward()
            return self.torch.autograd.grad(forward(), learnt, given)

        return Calls([once], graph=False)

    def _layered(self, data: Any, weights: list[Any], norms: list[Any], sides: tuple[int, int, int], attend: Any) -> Any:
        """Norm, attention, norm, gated inner layer, each added to what came in. No positions, no dropout."""
        heads, kv_heads, head = sides
        function = self.torch.nn.functional
        first = function.linear(function.rms_norm(data, (data.shape[-1],), norms[0]), weights[0])
        parts = first.view(*data.shape[:2], heads + 2 * kv_heads, head).transpose(1, 2).split([heads, kv_heads, kv_heads], dim=1)
        mixed = attend(*parts).transpose(1, 2).reshape(data.shape)
        data = data + function.linear(mixed, weights[1])
        gate, up = function.linear(function.rms_norm(data, (data.shape[-1],), norms[1]), weights[2]).chunk(2, dim=-1)
        return data + function.linear(function.silu(gate) * up, weights[3])
