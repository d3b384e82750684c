"""An NVIDIA GPU by way of PyTorch, which is loaded when one is opened and not before."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from importlib import import_module
from math import ceil
from typing import Any, TypeVar

from stargauge.measure.all_reduce import sums_timed
from stargauge.measure.device import CannotRun, Draw, Effort, Facts, Timing
from stargauge.measure.kernels import REDUCED, Kernel
from stargauge.measure.nvml import Nvml, Unread, if_read, opened
from stargauge.measure.torch_calls import Calls, Maker
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

T = TypeVar("T")
#: Data of a kernel that is run again and again: several times what the cache holds, in at most so many sets.
_CACHES, _MOST_SETS = 3, 128
#: Calls shorter than this are replayed from a graph, so that what the host takes to launch them stays out; calls in one graph at most.
_SHORT, _MOST_CALLS = 0.0002, 512
#: Seconds without work that make a rested chip, and repeats that are then timed, of so many seconds each.
_REST, _RESTED, _EACH_RESTED = 1.0, 5, 0.004
_SETTLE, _WARM = 0.5, 0.02
#: Share of the free memory that a kernel may take.
_MOST_MEMORY = 0.8
_SKIPPED, _BATCH = 1.5, 32


class Nvidia:
    """One GPU. Measured as it is found: no clock and no limit is set."""

    def __init__(self, torch: Any, index: int, seed: int) -> None:
        self._torch, self._place = torch, f"cuda:{index}"
        torch.cuda.set_device(index)
        about = torch.cuda.get_device_properties(index)
        self._nvml: Nvml | None = opened(str(getattr(about, "uuid", "")))
        self._facts = _facts_of(torch, about, self._nvml)
        self._maker = Maker(torch, self._place, seed)
        self._sums: dict[int, list[float]] | None = None
        self._settle()

    @property
    def facts(self) -> Facts:
        """What it says of itself."""
        return self._facts

    def time(self, kernel: Kernel, effort: Effort) -> Timing:
        """The time of a kernel, back to back. Raises CannotRun where it does not run here."""
        if kernel.operation == "all-reduce":
            return self._summed(kernel, effort)
        self._expect_room(kernel)
        return self._free_after(lambda: self._timed(kernel, effort))

    def draw(self, kernel: Kernel, seconds: float) -> Draw:
        """Its power while a kernel runs over and over."""
        if self._nvml is None:
            raise CannotRun("the driver's library for reading power (NVML) was not found")
        nvml = self._nvml
        return self._free_after(lambda: self._drawn(nvml, kernel, seconds))

    # --- timing -------------------------------------------------------------------------------------------------------------------

    def _timed(self, kernel: Kernel, effort: Effort) -> Timing:
        with self._maker.precision(kernel.dtype):
            made = self._maker.calls(kernel, self._sets(kernel))
            each = self._estimated(made)
            rested = kernel.variant == "rested"
            count = max(len(made.calls), min(_MOST_CALLS, ceil((_EACH_RESTED if rested else effort.each) / each)))
            short = made.graph and (each < _SHORT or kernel.variant == "graph")
            run, short = self._replayed(made, count) if short else (_loop(made, count), False)
            repeats = _RESTED if rested else int(min(effort.repeats, max(5.0, effort.most / (each * count))))
            self._lead(run, 0.0 if rested else effort.lead)
            seconds, clock = self._repeated(run, repeats)
            return Timing(tuple(one / count for one in seconds), "graph" if short else "eager", clock, made.note)

    def _sets(self, kernel: Kernel) -> int:
        """How many sets of data it takes that a cache serves none of them."""
        if kernel.operation in ("launch", "layer", "layer-both", "attention-backward", "sustained"):
            return 1
        return max(1, min(_MOST_SETS, ceil(_CACHES * self._facts.cache / kernel.byte)))

    def _estimated(self, made: Calls) -> float:
        """About how long one call takes, after it has been run for a while."""
        for call in made.calls:
            call()
        self._torch.cuda.synchronize()
        start, count = time.perf_counter(), 0
        while (passed := time.perf_counter() - start) < _WARM or count < 2:
            for call in made.calls:
                call()
            count += len(made.calls)
            self._torch.cuda.synchronize()
            if passed > 5 * _WARM and count >= 2:
                break
        return max(1e-6, (time.perf_counter() - start) / count)

    def _replayed(self, made: Calls, count: int) -> tuple[Callable[[], Any], bool]:
        """Calls as a graph, and that they are; one after another where no graph can hold them."""
        try:
            return self._graph(made, count), True
        except RuntimeError:
            self._torch.cuda.synchronize()
            return _loop(made, count), False

    def _graph(self, made: Calls, count: int) -> Callable[[], Any]:
        torch = self._torch
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for call in made.calls:
                call()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            _loop(made, count)()
        graph.replay()
        torch.cuda.synchronize()
        replay: Callable[[], Any] = graph.replay
        return replay

    def _repeated(self, run: Callable[[], Any], repeats: int) -> tuple[list[float], float]:
        """Seconds of each repeat by the device's own clock, and the clock of its multiprocessors while it worked."""
        torch, clock = self._torch, 0.0
        marks = [(torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)) for _ in range(repeats)]
        for place, (start, end) in enumerate(marks):
            start.record()
            run()
            end.record()
            if place == repeats // 2 and self._nvml is not None:
                with if_read():
                    clock = self._nvml.clock()
        torch.cuda.synchronize()
        return [start.elapsed_time(end) / 1e3 for start, end in marks], clock

    def _lead(self, run: Callable[[], Any], seconds: float) -> None:
        """What is timed next, run for a while; nothing for a while where that is nought."""
        if not seconds:
            time.sleep(_REST)
            return
        self._until(run, seconds)

    def _settle(self) -> None:
        """Out of idle: half a second of products."""
        data = self._torch.randn(2048, 2048, device=self._place, dtype=self._torch.float16)
        start = time.perf_counter()
        while time.perf_counter() - start < _SETTLE:
            for _ in range(_BATCH):
                data @ data
            self._torch.cuda.synchronize()

    def _expect_room(self, kernel: Kernel) -> None:
        free, _ = self._torch.cuda.mem_get_info()
        if kernel.byte > _MOST_MEMORY * free:
            raise CannotRun(f"it moves {kernel.byte / 1e9:.1f} GB and {free / 1e9:.1f} GB are free")

    def _free_after(self, work: Callable[[], T]) -> T:
        """Do it and give back the memory; what PyTorch refuses is CannotRun."""
        try:
            return work()
        except (RuntimeError, TypeError, NotImplementedError, AttributeError) as error:
            raise CannotRun(_first_line(error)) from None
        finally:
            gc.collect()
            self._torch.cuda.empty_cache()

    # --- several, and power -------------------------------------------------------------------------------------------------------

    def _summed(self, kernel: Kernel, effort: Effort) -> Timing:
        """All sizes at once, on first asking: starting a process for each GPU takes longer than the sums."""
        if self._sums is None:
            self._sums = sums_timed("nccl", kernel.side("devices"), REDUCED, effort.repeats)
        return Timing(tuple(self._sums[kernel.side("size")]), "processes")

    def _drawn(self, nvml: Nvml, kernel: Kernel, seconds: float) -> Draw:
        """Read after a first while: the driver's reading is a mean over the last second."""
        torch = self._torch
        made = self._maker.calls(kernel, 1)
        run = _loop(made, _BATCH)
        self._until(run, _SKIPPED)
        torch.cuda.synchronize()
        watts, clocks = list[float](), list[float]()

        def read() -> None:
            with if_read():
                watts.append(nvml.power())
                clocks.append(nvml.clock())

        before, start = _energy(nvml), time.perf_counter()
        count = self._until(run, seconds, read)
        torch.cuda.synchronize()
        passed, after = time.perf_counter() - start, _energy(nvml)
        if not watts:
            raise CannotRun("the driver gives no reading of the power")
        mean = (after - before) / passed if before and after else sum(watts) / len(watts)
        temperature = 0.0
        with if_read():
            temperature = nvml.temperature()
        return Draw(tuple(watts), tuple(clocks), mean, count * _BATCH / passed, temperature)

    def _until(self, run: Callable[[], Any], seconds: float, read: Callable[[], None] | None = None) -> int:
        """Run over and over, one batch ahead of what is done, for so many seconds; how often it ran."""
        start, count, last = time.perf_counter(), 0, None
        while time.perf_counter() - start < seconds:
            run()
            mark = self._torch.cuda.Event()
            mark.record()
            if last is not None:
                last.synchronize()
            if read is not None:
                read()
            last, count = mark, count + 1
        return count


def open_nvidia(index: int = 0, seed: int = 0) -> Nvidia:
    """A GPU of this machine. Raises InputError where PyTorch is not installed, or there is none that it can use."""
    try:
        torch: Any = import_module("torch")
    except ImportError as error:
        missing = error.name or "torch"
        raise InputError(
            say("to measure a GPU needs the extra `gpu` ({missing} is missing): pip install 'stargauge[gpu]'", missing=missing)
        ) from None
    if not torch.cuda.is_available():
        built = getattr(torch.version, "cuda", None)
        about = {"version": torch.__version__, "built": built}
        why = say("PyTorch {version}, built for CUDA {built}, sees none", **about) if built else say("this PyTorch is built without CUDA")
        raise InputError(say("no NVIDIA GPU: {why}; run it on the machine that has one, with its driver (nvidia-smi shows it)", why=why))
    count = int(torch.cuda.device_count())
    if not 0 <= index < count:
        raise InputError(
            say("no GPU {index}; expected 0", index=index)
            if count == 1
            else say("no GPU {index}; expected 0 to {last}", index=index, last=count - 1)
        )
    return Nvidia(torch, index, seed)


def _facts_of(torch: Any, about: Any, nvml: Nvml | None) -> Facts:
    software = f"PyTorch {torch.__version__}; CUDA {torch.version.cuda}; cuDNN {torch.backends.cudnn.version()}"
    return Facts(
        str(about.name), _driver(nvml), software, float(about.total_memory), int(about.multi_processor_count),
        float(getattr(about, "L2_cache_size", 0)), f"{about.major}.{about.minor}", *_limits(nvml), devices=int(torch.cuda.device_count()),
    )  # fmt: skip


def _limits(nvml: Nvml | None) -> tuple[float, float, float]:
    found = [0.0, 0.0, 0.0]
    if nvml is not None:
        for place, read in enumerate((nvml.most_clock, nvml.most_memory_clock, nvml.power_limit)):
            with if_read():
                found[place] = read()
    return found[0], found[1], found[2]


def _driver(nvml: Nvml | None) -> str:
    try:
        return nvml.driver() if nvml is not None else ""
    except Unread:
        return ""


def _energy(nvml: Nvml) -> float:
    try:
        return nvml.energy()
    except Unread:
        return 0.0


def _loop(made: Calls, count: int) -> Callable[[], None]:
    """Calls in turn, so many."""
    calls = [made.calls[place % len(made.calls)] for place in range(count)]

    def run() -> None:
        for call in calls:
            call()

    return run


def _first_line(error: BaseException) -> str:
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {text}"[:160]
