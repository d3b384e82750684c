"""What a run gives back: labelled series, conditioned or explained on request; any world of it can be made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from stargauge.engine.collect import Collector, Given, Histogram, Kept, Values
from stargauge.engine.graph import Graph, content_key
from stargauge.engine.lineage import Node, explain
from stargauge.engine.memo import Memo
from stargauge.engine.run import Progress, Run, blocks_of
from stargauge.engine.save import save
from stargauge.engine.select import Frame, Mask
from stargauge.engine.series import LEVELS, Series
from stargauge.engine.streams import BLOCK, Array
from stargauge.quantity.address import parse_address
from stargauge.quantity.statement import Input

#: Bytes of draws kept exactly per run; month series beyond it are kept as counts.
KEEP_BYTES = 160 * 2**20


@dataclass(frozen=True)
class World:
    """All that decides the draws of a run: graph, inputs, labels, seed, programme. The same world gives the same bits for any request."""

    graph: Graph
    inputs: Mapping[str, Input]
    axes: Mapping[str, tuple[str, ...]]
    seed: int = 0
    programme: str = ""
    leading: tuple[str, ...] = ()
    version: str = ""

    def run(self, names: Iterable[str], memo: Memo | None = None) -> Run:
        """A run of what makes these quantities."""
        return Run.of(self.graph, names, self.inputs, self.axes, self.seed, self.programme, self.leading, memo)

    @property
    def frame(self) -> Frame:
        """Names and labels, to resolve addresses against."""
        return Frame(self.graph.quantities, self.axes)


@dataclass
class Result:
    """Series by address, what collectors gathered, and the world behind them. `truth` and `margin` are written by the audit.

    `known` and `programme`: what the run was made of, so that it can be audited later.
    """

    world: World
    draws: int
    inputs_sha256: str
    series: dict[str, Series]
    collected: dict[str, Any] = field(default_factory=dict)
    truth: dict[str, Mask] = field(default_factory=dict)
    margin: dict[str, Array] = field(default_factory=dict)
    condition: Mask | None = None
    memo: Memo | None = None
    dates: tuple[date, ...] = ()
    known: Any = None
    programme: Any = None

    @property
    def seed(self) -> int:
        """The seed of the streams."""
        return self.world.seed

    @property
    def inputs(self) -> Mapping[str, Input]:
        """The inputs by name."""
        return self.world.inputs

    @property
    def fingerprint(self) -> str:
        """A hash of inputs, seed, draws and version: equal fingerprints, equal numbers."""
        return content_key(self.inputs_sha256, str(self.seed), str(self.draws), self.world.version)

    def __getitem__(self, address: str) -> Series:
        """The series of an address; one that was not asked for is made now, in the same worlds."""
        name = str(parse_address(address))
        if name not in self.series:
            made = gather(self.world, [name], self.draws, dates=self.dates, memo=self.memo, mask=self.condition)
            self.series |= made.series
        return self.series[name]

    def given(self, mask: Mask) -> Result:
        """The same result in those draws only in which a claim is true. What was kept as counts runs again, same worlds."""
        mask = np.asarray(mask, dtype=bool)
        whole = np.ones(self.draws, bool) if self.condition is None else self.condition.copy()
        whole[whole] = mask
        exact = {
            name: replace(s, exact=_masked(s.exact, mask)) for name, s in self.series.items() if s.exact is not None and s.counts is None
        }
        again = [name for name in self.series if name not in exact]
        made = gather(self.world, again, self.draws, dates=self.dates, memo=self.memo, mask=whole).series if again else {}
        truth = {name: values[mask] for name, values in self.truth.items()}
        margin = {name: values[mask] for name, values in self.margin.items()}
        return replace(self, series=exact | made, collected={}, truth=truth, margin=margin, condition=whole)

    def explain(self, address: str, when: date | None = None, draws: int = 1024, held: Mask | None = None) -> Node:
        """Why a number is what it is: its formula, what it needs with values at a date, down to statements, defaults and assumptions.

        `held`: the draws that are kept, from the first on (else those of the condition, where the result has one).
        """
        kept = self.condition if held is None else held
        return explain(self.world, address, when, min(draws, self.draws), self.memo, kept)

    def sample(self, names: Iterable[str] | None = None) -> dict[str, Array]:
        """What each input cell drew, by address, and which option each `pick:<choice>` took: the streams made again, no run needed."""
        run = self.world.run(names if names is not None else [parse_address(address).name for address in self.series], self.memo)
        parts = [run.sampler.chances(block) for block in range(blocks_of(self.draws))]
        joined = {cell: np.concatenate([part[cell] for part in parts]) for cell in (parts[0] if parts else {})}
        return joined if self.condition is None else {cell: values[self.condition] for cell, values in joined.items()}

    def to_dict(self, levels: Sequence[float] = LEVELS) -> dict[str, Any]:
        """Draws, seed, fingerprint and every series as plain data."""
        return {
            "programme": self.world.programme,
            "version": self.world.version,
            "draws": self.draws,
            "seed": self.seed,
            "inputs_sha256": self.inputs_sha256,
            "fingerprint": self.fingerprint,
            "quantities": {address: series.to_dict(levels) for address, series in self.series.items()},
        }

    def save(self, folder: Path | str) -> Path:
        """Write `summary.json` and one `.npy` per series kept draw by draw; the folder appears whole or not at all."""
        arrays = {name: series.exact.values for name, series in self.series.items() if series.exact is not None}
        return save(Path(folder), self.to_dict(), arrays)

    def __repr__(self) -> str:
        """Programme, draws (and how many of them hold, where conditioned), seed, and how many series there are."""
        held = "" if self.condition is None else f"{int(self.condition.sum()):,} of "
        return f"<Result {self.world.programme or 'unnamed'}, {held}{self.draws:,} draws, seed {self.seed}, {len(self.series)} series>"


@dataclass(frozen=True)
class Gathered:
    """Series and other collections of one pass over the blocks."""

    run: Run
    series: dict[str, Series]
    collected: dict[str, Any]


def gather(
    world: World, wanted: Iterable[str], draws: int, *, collectors: Mapping[str, Collector[Any]] | None = None, dates: Sequence[date] = (),
    workers: int | Executor = 1, memo: Memo | None = None, progress: Progress | None = None, mask: Mask | None = None,
    only_dates: bool = False,
) -> Gathered:  # fmt: skip
    """One pass over the blocks for addresses and collectors.

    An address is kept draw by draw while all fit in memory; beyond that its months are kept as counts, and draw by draw at `dates` only.
    `only_dates`: nothing but the draws at `dates` is kept, which is all that an answer without charts needs.
    """
    draws, frame = blocks_of(draws) * BLOCK, world.frame
    names = list(dict.fromkeys(str(parse_address(address)) for address in wanted))
    over_months = [name for name in names if "month" in frame.resolve(name).quantity.axes]
    fits = draws * 8 * (len(over_months) * len(world.axes.get("month", ())) + len(names)) <= KEEP_BYTES
    months = None if fits and not only_dates else tuple(sorted({frame.month(when) for when in dates}))
    plan: dict[tuple[str, str], Collector[Any]] = {("other", name): made for name, made in (collectors or {}).items()}
    for name in names:
        kept = months if name in over_months else None
        for kind, made in (("exact", Values(name, kept)), ("counts", Histogram(name))):
            if (kind == "exact" and kept != ()) or (kind == "counts" and kept is not None and not only_dates):
                plan[kind, name] = made if mask is None else Given(made, mask)
    run = world.run(dict.fromkeys(need for made in plan.values() for need in made.needs), memo)
    found = run.collect({"\x1f".join(key): made for key, made in plan.items()}, draws, workers, memo, progress)

    def part(kind: str, name: str) -> Any:
        return found.get(f"{kind}\x1f{name}")

    series = {
        name: Series(
            name, frame, part("exact", name), months if name in over_months and part("exact", name) else None, part("counts", name)
        )
        for name in names
    }
    return Gathered(run, series, {name: part("other", name) for name in collectors or {}})


def _masked(kept: Kept | None, mask: Mask) -> Kept | None:
    return kept and Kept(kept.values[mask], None if kept.partial is None else kept.partial[mask], kept.absent)
