"""Sums over several accelerators, one process each: every process holds the sum of what all held."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from stargauge.measure.device import CannotRun

_WARM, _CALLS = 5, 10


def sums_timed(backend: str, devices: int, sizes: Sequence[int], repeats: int) -> dict[int, list[float]]:
    """Seconds of one sum by the size that each holds, in each repeat. `backend`: nccl on GPUs, gloo on processors."""
    processes: Any = import_module("torch.multiprocessing")
    with tempfile.TemporaryDirectory(prefix="stargauge-") as folder:
        try:
            processes.spawn(_one, args=(backend, devices, tuple(sizes), repeats, folder), nprocs=devices, join=True)
            found = json.loads((Path(folder) / "seconds.json").read_text(encoding="utf-8"))
        except Exception as error:  # what a process dies of reaches us as one of several kinds
            raise CannotRun(f"the sum over {devices} accelerators failed: {str(error).strip().splitlines()[-1][:120]}") from None
    return {int(size): seconds for size, seconds in found.items()}


def _one(rank: int, backend: str, devices: int, sizes: tuple[int, ...], repeats: int, folder: str) -> None:
    """One of the processes; the first writes what it timed."""
    torch: Any = import_module("torch")
    distributed: Any = import_module("torch.distributed")
    on_gpu = backend == "nccl"
    if on_gpu:
        torch.cuda.set_device(rank)
    distributed.init_process_group(backend, init_method=f"file://{folder}/meeting", rank=rank, world_size=devices)
    try:
        found = {}
        for size in sizes:
            data = torch.randn(size // 2, device=f"cuda:{rank}" if on_gpu else "cpu").to(torch.bfloat16)
            found[size] = _timed(torch, distributed, data, repeats, on_gpu)
        if rank == 0:
            (Path(folder) / "seconds.json").write_text(json.dumps(found), encoding="utf-8")
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


def _timed(torch: Any, distributed: Any, data: Any, repeats: int, on_gpu: bool) -> list[float]:
    wait = torch.cuda.synchronize if on_gpu else lambda: None
    for _ in range(_WARM):
        distributed.all_reduce(data)
    seconds = []
    for _ in range(repeats):
        wait()
        distributed.barrier()
        wait()
        start = time.perf_counter()
        for _ in range(_CALLS):
            distributed.all_reduce(data)
        wait()
        seconds.append((time.perf_counter() - start) / _CALLS)
    return seconds
