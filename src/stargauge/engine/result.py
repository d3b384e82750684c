"""What a run gives back: labelled series, conditioned or explained on request; any world of it can be made again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from stargauge.engine.collect import Collector, Histogram, Kept, Values
from stargauge.engine.executors import Workers
from stargauge.engine.graph import Graph, content_key
from stargauge.engine.held import Held
from stargauge.engine.lineage import explain, explain_briefly
from stargauge.engine.memo import Memo
from stargauge.engine.node import Node
from stargauge.engine.run import Progress, Run, blocks_of
from stargauge.engine.save import save
from stargauge.engine.select import Frame, Mask
from stargauge.engine.series import LEVELS, Series
from stargauge.engine.streams import BLOCK, Array
from stargauge.quantity.address import parse_address
from stargauge.quantity.shown import Shown, chart_of
from stargauge.quantity.statement import Input

#: Bytes of draws kept exactly per run; month series beyond it are kept as counts.
KEEP_BYTES = 160 * 2**20


@dataclass(frozen=True)
class World:
    """All that decides the draws of a run: graph, inputs, labels, seed, programme. The same world gives the same bits for any request.

    `held`: only these draws of it, those in which a condition holds; every run of it then makes these and no others.
    """

    graph: Graph
    inputs: Mapping[str, Input]
    axes: Mapping[str, tuple[str, ...]]
    seed: int = 0
    programme: str = ""
    leading: tuple[str, ...] = ()
    version: str = ""
    held: Held | None = None

    def run(self, names: Iterable[str], memo: Memo | None = None) -> Run:
        """A run of what makes these quantities."""
        return Run.of(self.graph, names, self.inputs, self.axes, self.seed, self.programme, self.leading, memo, self.held)

    def drawn(self, draws: int) -> int:
        """How many draws a run of it makes of those asked for: whole blocks; where only some are held, all of these."""
        return blocks_of(draws) * BLOCK if self.held is None else self.held.kept

    @property
    def frame(self) -> Frame:
        """Names and labels, to resolve addresses against."""
        return Frame(self.graph.quantities, self.axes)


@dataclass
class Result(Shown):
    """Series by address, what collectors gathered, and the world behind them. `truth` and `margin` are written by the audit.

    `known` and `programme`: what the run was made of, so that it can be audited later. `conditions`: the words for what is given, where
    only some draws are held; everything here is of these draws, and `draws` counts them.
    """

    world: World
    draws: int
    inputs_sha256: str
    series: dict[str, Series]
    collected: dict[str, Any] = field(default_factory=dict)
    truth: dict[str, Mask] = field(default_factory=dict)
    margin: dict[str, Array] = field(default_factory=dict)
    memo: Memo | None = None
    dates: tuple[date, ...] = ()
    known: Any = None
    programme: Any = None
    conditions: Any = None

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
        kept = (self.world.held.key,) if self.world.held is not None else ()
        return content_key(self.inputs_sha256, str(self.seed), str(self.draws), self.world.version, *kept)

    @property
    def condition(self) -> Mask | None:
        """Which of the worlds made are kept; None where all are."""
        return None if self.world.held is None else self.world.held.mask

    def __getitem__(self, address: str) -> Series:
        """The series of an address; one that was not asked for is made now, in the same worlds."""
        name = str(parse_address(address))
        if name not in self.series:
            made = gather(self.world, [name], self.draws, dates=self.dates, memo=self.memo)
            self.series |= made.series
        return self.series[name]

    def given(self, mask: Mask) -> Result:
        """The same result in those draws only in which a claim is true. What was kept as counts runs again, same worlds."""
        mask = np.asarray(mask, dtype=bool)
        held = Held(mask) if self.world.held is None else self.world.held.within(mask)
        world = replace(self.world, held=held)
        exact = {
            name: replace(s, exact=_masked(s.exact, mask)) for name, s in self.series.items() if s.exact is not None and s.counts is None
        }
        again = [name for name in self.series if name not in exact]
        made = gather(world, again, held.kept, dates=self.dates, memo=self.memo).series if again else {}
        truth = {name: values[mask] for name, values in self.truth.items()}
        margin = {name: values[mask] for name, values in self.margin.items()}
        return replace(self, world=world, draws=held.kept, series=exact | made, collected={}, truth=truth, margin=margin)

    def explain(self, address: str, when: date | None = None, draws: int = 1024) -> Node:
        """Why a number is what it is: its formula, what it needs with values at a date, down to statements, defaults and assumptions."""
        return explain(self.world, address, when, min(draws, self.draws), self.memo)

    def explain_briefly(self, addresses: Sequence[str], when: date, draws: int = 1024) -> list[Node]:
        """Short explanations of several addresses of one quantity: what each is made of at first hand, and the inputs that move it most."""
        return explain_briefly(self.world, addresses, when, min(draws, self.draws), self.memo)

    def sample(self, names: Iterable[str] | None = None) -> dict[str, Array]:
        """What each input cell drew, by address, and which option each `pick:<choice>` took: the streams made again, no run needed."""
        run = self.world.run(names if names is not None else [parse_address(address).name for address in self.series], self.memo)
        parts = [run.sampler.chances(block) for block in range(blocks_of(self.draws))]
        return {cell: np.concatenate([part[cell] for part in parts]) for cell in (parts[0] if parts else {})}

    def to_dict(self, levels: Sequence[float] = LEVELS) -> dict[str, Any]:
        """Draws, seed, fingerprint and every series as plain data."""
        return {
            "programme": self.world.programme,
            "version": self.world.version,
            "draws": self.draws,
            "seed": self.seed,
            "inputs_sha256": self.inputs_sha256,
            "fingerprint": self.fingerprint,
            **({"given": self.conditions.to_dict()} if self.conditions is not None else {}),
            "quantities": {address: series.to_dict(levels) for address, series in self.series.items()},
        }

    def over_months(self, *addresses: str) -> dict[str, Series]:
        """The series of addresses over all their months; those kept at some dates only are made again, in the same worlds."""
        found = {name: self[name] for name in map(str, map(parse_address, addresses))}
        lacking = [name for name, one in found.items() if one.kept_at is not None and one.counts is None]
        return found | (gather(self.world, lacking, self.draws, memo=self.memo).series if lacking else {})

    def chart(self, *addresses: str) -> Any:
        """The quantiles of some addresses by month as one chart; without any, of those in the unit of the first that has months.

        Raises InputError where an address has no months, or where units are of different kinds.
        """
        return chart_of(self, *addresses)

    def save(self, folder: Path | str) -> Path:
        """Write `summary.json` and one `.npy` per series kept draw by draw; the folder appears whole or not at all."""
        arrays = {name: series.exact.values for name, series in self.series.items() if series.exact is not None}
        return save(Path(folder), self.to_dict(), arrays)

    def __repr__(self) -> str:
        """Programme, draws (and how many of them hold, where conditioned), seed, and how many series there are."""
        of = "" if self.world.held is None else f" of {self.world.held.made:,}"
        return f"<Result {self.world.programme or 'unnamed'}, {self.draws:,}{of} draws, seed {self.seed}, {len(self.series)} series>"


@dataclass(frozen=True)
class Gathered:
    """Series and other collections of one pass over the blocks."""

    run: Run
    series: dict[str, Series]
    collected: dict[str, Any]


def gather(
    world: World, wanted: Iterable[str], draws: int, *, collectors: Mapping[str, Collector[Any]] | None = None, dates: Sequence[date] = (),
    workers: Workers = 1, memo: Memo | None = None, progress: Progress | None = None,
    only_dates: bool = False,
) -> Gathered:  # fmt: skip
    """One pass over the blocks for addresses and collectors.

    An address is kept draw by draw while all fit in memory; beyond that its months are kept as counts, and draw by draw at `dates` only.
    `only_dates`: nothing but the draws at `dates` is kept, which is all that an answer without charts needs.
    """
    draws, frame = world.drawn(draws), world.frame
    names = list(dict.fromkeys(str(parse_address(address)) for address in wanted))
    over_months = [name for name in names if "month" in frame.resolve(name).quantity.axes]
    fits = draws * 8 * (len(over_months) * len(world.axes.get("month", ())) + len(names)) <= KEEP_BYTES
    months = None if fits and not only_dates else tuple(sorted({frame.month(when) for when in dates}))
    plan: dict[tuple[str, str], Collector[Any]] = {("other", name): made for name, made in (collectors or {}).items()}
    for name in names:
        kept = months if name in over_months else None
        for kind, made in (("exact", Values(name, kept)), ("counts", Histogram(name))):
            if (kind == "exact" and kept != ()) or (kind == "counts" and kept is not None and not only_dates):
                plan[kind, name] = made
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
