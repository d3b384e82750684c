"""One run: static steps once, then per block: draw the inputs, call the steps in order, release what nobody needs any more."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from math import prod
from typing import Any

import numpy as np

import stargauge
from stargauge.engine.collect import Collector
from stargauge.engine.executors import Workers, alone, each
from stargauge.engine.graph import Graph, Plan, Step, content_key, median_of
from stargauge.engine.held import Held
from stargauge.engine.memo import Memo
from stargauge.engine.sample import Sampler, dimension, fixed, input_key
from stargauge.engine.select import Block, Frame
from stargauge.engine.streams import BLOCK
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Input

#: The most draws a run may ask for.
MOST_DRAWS = 10_000_000
Progress = Callable[[int, int], None]
#: A run is computed in at least so many portions, of at most so many blocks (or what is computed together).
CHUNKS, MOST_IN_CHUNK = 32, 16
#: The names that glibc's `mallopt` gives its options (malloc.h).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_STATIC = -1  # the block number under which static values are memoised
#: Values per array up to which blocks of a small model are computed together, and the most blocks that are.
BATCH_VALUES, MOST_TOGETHER = 2**13, 32


@dataclass
class Run:
    """A plan with its inputs: everything needed to make any block again, alone, anywhere. `held`: only these draws, packed into blocks."""

    plan: Plan
    frame: Frame
    varying: Mapping[str, Input]
    seed: int
    keys: Mapping[str, str]
    together: int = 1
    static: dict[str, Any] = field(default_factory=dict)
    held: Held | None = None
    programme: str = ""
    leading: Sequence[str] = ()
    _samplers: dict[frozenset[str], Sampler] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, graph: Graph, wanted: Iterable[str], inputs: Mapping[str, Input], axes: Mapping[str, tuple[str, ...]], seed: int = 0,
        programme: str = "", leading: Sequence[str] = (), memo: Memo | None = None, held: Held | None = None,
    ) -> Run:  # fmt: skip
        """Plan what is wanted, and run its static steps."""
        hold_freed_memory()
        plan = graph.plan(wanted)
        needed = {name: inputs[name] for name in plan.inputs} | {n: inputs[n] for n in map(median_of, plan.medians)}
        varying = {n: needed[n] for n in plan.inputs if not needed[n].quantity.static}
        keys = plan.keys({n: f"{programme}:{input_key(made, axes, dimension(n, varying, leading))}" for n, made in needed.items()})
        if held is not None:
            keys |= {name: content_key(keys[name], held.key) for name in ({step.name for step in plan.steps} | varying.keys())}
        frame = Frame(graph.quantities, axes)
        run = cls(plan, frame, varying, seed, keys, _together(graph, axes), held=held, programme=programme, leading=leading)
        once = {n: needed[n] for n in plan.inputs if needed[n].quantity.static} | {n: needed[median_of(n)] for n in plan.medians}
        for name, made in once.items():
            held = memo.get((keys[name], seed, _STATIC, 1)) if memo is not None else None
            run.static[name] = fixed(made, axes) if held is None else held
            run._remember({name: run.static[name]}, _STATIC, 1, memo)
        run._call(plan.static, run.static, _STATIC, 1, memo)
        return run

    @property
    def sampler(self) -> Sampler:
        """The streams of all its inputs."""
        return self._streams(self.varying)

    def _streams(self, names: Iterable[str]) -> Sampler:
        """The streams of some of its inputs, laid out when they are first drawn from: where a memo holds the rest they are few."""
        wanted = frozenset(names)
        if wanted not in self._samplers:
            inputs = {name: made for name, made in self.varying.items() if name in wanted}
            self._samplers[wanted] = Sampler(inputs, self.frame.axes, self.seed, self.programme, self.leading, self.held)
        return self._samplers[wanted]

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_samplers": {}}  # larger than all else, and laid out again in a moment

    def block(self, index: int, memo: Memo | None = None, count: int = 1) -> Block:
        """The wanted values of one block, or of some from there on."""
        held, missing = self._held(index, count, memo)
        values: dict[str, Any] = {**self.static, **held}
        drawn = self._streams(missing & self.varying.keys()).draw(index, count)
        self._remember(drawn, index, count, memo)
        values.update(drawn)
        self._call([step for step in self.plan.steps if step.name in missing], values, index, count, memo)
        return Block(index, self.frame, {name: values[name] for name in self.plan.wanted}, self.draws(index, count))

    def draws(self, index: int, count: int = 1) -> int:
        """How many draws a block holds, or some from there on."""
        return count * BLOCK if self.held is None else self.held.draws(index, count)

    def collect(
        self, collectors: Mapping[str, Collector[Any]], draws: int, workers: Workers = 1, memo: Memo | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What each collector gathers over all blocks; the same bits whoever computes them.

        `progress(done, all)` is called as blocks are done; an exception it raises stops the run, and nothing goes on behind it.
        """
        blocks = blocks_of(draws)
        chunks = self._chunks(blocks)
        here = alone(workers) or isinstance(workers, ThreadPoolExecutor)
        given = (chunks, self, dict(collectors), memo if here else None)  # processes would fill copies of it
        levels: list[list[dict[str, Any]]] = [[]]
        if not here:
            return_freed_memory()
        with closing(each(_gather, given, len(chunks), workers, self._key(collectors, blocks))) as parts:
            for chunk, part in zip(chunks, parts, strict=True):
                _add(collectors, levels, part)
                if progress is not None:
                    progress(chunk.stop, blocks)
        return _joined(collectors, [part for level in reversed(levels) for part in level])

    def _chunks(self, blocks: int) -> Sequence[range]:
        """The blocks in the portions in which they are computed, sent and kept: the same for any number of workers."""
        size = self.together * max(1, min(MOST_IN_CHUNK, blocks // (CHUNKS * self.together)))
        return [range(start, min(start + size, blocks)) for start in range(0, blocks, size)]

    def _key(self, collectors: Mapping[str, Collector[Any]], blocks: int) -> str:
        """A content key of what is gathered: equal keys, equal parts."""
        made = content_key(*(f"{name}={self.keys[name]}" for name in sorted(self.plan.wanted)))
        asked = content_key(*(f"{name}={collector!r}" for name, collector in collectors.items()))
        held = self.held.key if self.held is not None else ""
        return content_key(stargauge.__version__, np.__version__, made, asked, held, f"{self.seed} {blocks} {self.together}")

    def _held(self, index: int, count: int, memo: Memo | None) -> tuple[dict[str, Any], set[str]]:
        """What the memo holds of a block, and the inputs and steps that are still to be made for what is wanted."""
        held: dict[str, Any] = {}
        missing: set[str] = set()
        waiting = [name for name in self.plan.wanted if name not in self.static]
        while waiting:
            name = waiting.pop()
            if name in held or name in missing:
                continue
            value = memo.get((self.keys[name], self.seed, index, count)) if memo is not None else None
            if value is not None:
                held[name] = value
                continue
            missing.add(name)
            made = self.frame.quantities[name]
            waiting.extend(need for need in (() if made.is_input else made.needs) if need not in self.static)
        return held, missing

    def _call(self, steps: Iterable[Step], values: dict[str, Any], index: int, count: int, memo: Memo | None) -> None:
        """Call steps in order. Absent is NaN and never is infinity, so arithmetic on them is not an error."""
        with np.errstate(invalid="ignore", divide="ignore"):
            for step in steps:
                made = step.quantity
                value = memo.get((self.keys[step.name], self.seed, index, count)) if memo is not None and index == _STATIC else None
                if value is None:
                    value = self._checked(
                        step, made.function(**{need: values[need] for need in made.needs}), self.draws(max(index, 0), count)
                    )
                    self._remember({step.name: value}, index, count, memo)
                values[step.name] = value
                for name in step.releases:
                    values.pop(name, None)

    def _checked(self, step: Step, value: Any, draws: int) -> Any:
        """The value of a step, read-only from here on. Raises TypeError where its shape is not the declared one."""
        if isinstance(value, tuple):
            return value
        value = np.asarray(value)
        shape = self.shape(step.name, draws)
        if value.shape != shape:
            raise TypeError(
                f"{step.name} is declared over ({', '.join(step.quantity.axes)}), shape {shape}; its function returned {value.shape}"
            )
        value.flags.writeable = False
        return value

    def shape(self, name: str, draws: int = BLOCK) -> tuple[int, ...]:
        """The declared shape of a value in so many draws."""
        return tuple(draws if axis == "draw" else len(self.frame.axes[axis]) for axis in self.frame.quantities[name].axes)

    def _remember(self, values: Mapping[str, Any], index: int, count: int, memo: Memo | None) -> None:
        if memo is not None:
            for name, value in values.items():
                if index == _STATIC or memo.takes(name):
                    memo.put((self.keys[name], self.seed, index, count), value)


def blocks_of(draws: int) -> int:
    """Whole blocks for a number of draws. Raises InputError outside 1 to 10 million."""
    if not 1 <= draws <= MOST_DRAWS:
        raise InputError(say("got {draws:,} draws; expected 1 to {most:,}", draws=draws, most=MOST_DRAWS))
    return -(-draws // BLOCK)


def drawn(asked: int) -> int:
    """How many draws a run makes of those asked for: whole blocks."""
    return blocks_of(asked) * BLOCK


def hold_freed_memory() -> None:
    """Let the C library keep freed arrays for the next block; returning each to the system costs more than the arithmetic.

    Sets the thresholds of glibc, also over those of an environment variable (Dask sets one for its workers). Elsewhere: nothing.
    """
    _set_thresholds(31 * 2**20)  # the most that glibc takes is 32 MB


def return_freed_memory() -> None:
    """Let the C library give freed arrays back: whoever only joins what others compute would keep the holes that parts leave."""
    _set_thresholds(2**17)


def _set_thresholds(size: int) -> None:
    mallopt = _mallopt()
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, size)
        mallopt(_TRIM_THRESHOLD, 2 * size)


@cache
def _mallopt() -> Callable[[int, int], int] | None:
    return getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None


def _together(graph: Graph, axes: Mapping[str, Sequence[str]]) -> int:
    """How many blocks are computed in one call: one, but more where all arrays are small. A constant of the world, whatever is asked."""
    largest = max(prod(len(axes[axis]) for axis in made.axes if axis != "draw") for made in graph.quantities.values())
    return int(np.clip(BATCH_VALUES // (BLOCK * max(largest, 1)), 1, MOST_TOGETHER))


def _gather(place: int, chunks: Sequence[range], run: Run, collectors: Mapping[str, Collector[Any]], memo: Memo | None) -> dict[str, Any]:
    """What the collectors gather over the blocks of one portion."""
    hold_freed_memory()
    blocks = chunks[place]
    parts = []
    for index in range(blocks.start, blocks.stop, run.together):
        block = run.block(index, memo, min(run.together, blocks.stop - index))
        parts.append({name: collector.take(block) for name, collector in collectors.items()})
        del block  # before the next is made: its values are as large as all that makes one
    return _joined(collectors, parts)


def _add(collectors: Mapping[str, Collector[Any]], levels: list[list[dict[str, Any]]], part: dict[str, Any]) -> None:
    """Add a part behind the others; sixteen of a kind become one, so that neither parts nor copies pile up."""
    for number in range(len(levels) + 1):
        if number == len(levels):
            levels.append([])
        levels[number].append(part)
        if len(levels[number]) < 16:
            return
        part = _joined(collectors, levels[number])
        levels[number] = []


def _joined(collectors: Mapping[str, Collector[Any]], parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All parts as one; they are emptied, so that what is kept is held once."""
    return {name: collector.join([part.pop(name) for part in parts]) for name, collector in collectors.items()}
