"""Kernels as PyTorch runs them, on the processor, where PyTorch happens to be installed: no test of ours needs it."""

from __future__ import annotations

from typing import Any

import pytest

from stargauge.measure import kernels
from stargauge.measure.all_reduce import sums_timed
from stargauge.measure.device import CannotRun
from stargauge.measure.torch_calls import Maker

torch: Any = pytest.importorskip("torch", reason="the gpu extra is not installed")


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setattr(kernels, "TOKENS", 256)
    return Maker(torch, "cpu", 0)


@pytest.mark.parametrize("dtype", kernels.DTYPES)
def test_products_are_right_and_say_how_near(maker: Maker, dtype: str) -> None:
    made = maker.calls(kernels.product(dtype, 48, 32, 64), 2)
    assert len(made.calls) == 2 and made.calls[0]().shape == (48, 32)
    assert float(made.note.split()[0]) < 5e-3


def test_a_wrong_product_is_no_measurement(maker: Maker) -> None:
    a, b = torch.ones(4, 4), torch.ones(4, 4)
    with pytest.raises(CannotRun, match="the product is wrong"):
        maker._checked(lambda: torch.zeros(4, 4), a, b)


def test_attention_over_a_cache_is_that_of_each_query_over_its_keys(maker: Maker) -> None:
    made = maker.calls(kernels.cached(2, 32, "flash"), 1)
    query, keys, values = made.calls[0].args  # type: ignore[attr-defined]
    weights = torch.softmax(query.double() @ keys.double().transpose(-1, -2) / kernels.CACHE_WIDTH**0.5, dim=-1)
    assert torch.allclose(made.calls[0]().double(), weights @ values.double(), atol=0.02)


@pytest.mark.parametrize("backward", [False, True])
def test_attention_and_layers_run(maker: Maker, backward: bool) -> None:
    scores = maker.calls(kernels.attention(128, 4, 32, "flash", backward), 1).calls[0]()
    assert (scores[0] if backward else scores).shape == (2, 4, 128, 32)
    out = maker.calls(kernels.layer((256, 8, 2, 512, 64, 2), "flash", backward), 1).calls[0]()
    parts = out if backward else (out,)
    assert all(torch.isfinite(one).all() for one in parts)
    assert len(parts) == (7 if backward else 1)  # four weights, two norms, and what came in


def test_the_same_seed_gives_the_same_data() -> None:
    first, again = (Maker(torch, "cpu", 5).calls(kernels.moved("copy", 4096), 1).calls[0]() for _ in range(2))
    assert torch.equal(first, again) and first.abs().sum() > 0


def test_a_sum_over_processes_is_timed() -> None:
    found = sums_timed("gloo", 2, (1 << 12,), 2)
    assert list(found) == [1 << 12] and len(found[1 << 12]) == 2 and min(found[1 << 12]) > 0
