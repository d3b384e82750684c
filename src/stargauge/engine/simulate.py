"""From what is known to a result: the one module that knows the model and its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import stargauge
import stargauge.inputs
import stargauge.model
from stargauge.engine.choices import Option, with_choices
from stargauge.engine.collect import Collector
from stargauge.engine.graph import Graph, content_key
from stargauge.engine.memo import Memo
from stargauge.engine.result import Result, World, gather
from stargauge.engine.run import Progress, blocks_of
from stargauge.engine.sample import input_key
from stargauge.engine.streams import BLOCK
from stargauge.quantity.address import parse_address
from stargauge.quantity.quantity import FIXED_AXES, Quantity
from stargauge.quantity.statement import Estimate, Input

if TYPE_CHECKING:
    from stargauge.programme.known import Known

#: Axes of the catalogue's records: no option of an alternative speaks of them, so what lies along them is made once.
OF_RECORDS = frozenset({"record", "vintage"})


@cache
def model_graph() -> Graph:
    """The graph of all modules of the model and its inputs."""
    return Graph.of(
        import_module(f"{package.__name__}.{name}") for package in (stargauge.inputs, stargauge.model) for name in package.MODULES
    )


def simulate(
    known: Known, wanted: Iterable[str], *, draws: int = 1024, seed: int = 0, workers: int | Executor = 1, memo: Memo | None = None,
    collectors: Mapping[str, Collector[Any]] | None = None, dates: Sequence[date] = (), progress: Progress | None = None,
    only_dates: bool = False,
) -> Result:  # fmt: skip
    """Run the model on what is known, for the addresses wanted and what the collectors need.

    `draws` rounds up to whole blocks of 256. Same known, seed and draws: same bits, for any request and any number of workers. Above the
    memory limit months are kept as counts, draw by draw only at `dates` (`only_dates`: never more than these). Raises InputError for an
    address that does not exist.
    """
    blocks = blocks_of(draws)
    others = dict(collectors or {})
    addresses = [str(parse_address(address)) for address in wanted]
    graph = model_graph()
    needed = [parse_address(address).name for address in addresses] + [need for made in others.values() for need in made.needs]
    names = [name for name in sorted(graph.upstream(needed)) if graph.quantities[name].is_input]
    inputs = Inputs(known, graph, names)
    world = World(
        graph, inputs, axes_of(known), seed, programme_of(known), tuple(getattr(stargauge.inputs, "LEADING", ())), stargauge.__version__
    )
    made = gather(
        world, addresses, draws, collectors=others, dates=dates, workers=workers, memo=memo, progress=progress, only_dates=only_dates
    )
    keys = content_key(*(input_key(inputs[name], world.axes) for name in names))
    return Result(world, blocks * BLOCK, keys, made.series, made.collected, memo=memo, dates=tuple(dates), known=known)


class Inputs(dict[str, Input]):
    """Inputs by name, assembled when first asked for."""

    def __init__(self, known: Known, graph: Graph, names: Sequence[str] = ()) -> None:
        super().__init__(inputs_of(known, [graph.quantities[name] for name in names]))
        self._known, self._graph = known, graph

    def __missing__(self, name: str) -> Input:
        self.update(inputs_of(self._known, [self._graph.quantities[name]]))
        return self[name]


def axes_of(known: Known) -> dict[str, tuple[str, ...]]:
    """The labels along every axis: those of the programme, and those that never change."""
    return {**FIXED_AXES, **{axis: tuple(labels) for axis, labels in known.axes.items()}}


def programme_of(known: Known) -> str:
    """The programme's name in its streams: the same for every scenario of it."""
    return str(known.programme.name)


def inputs_of(known: Known, quantities: Sequence[Quantity]) -> dict[str, Input]:
    """Inputs by name; an assumption replaces what was found and keeps its reason; alternatives become choices."""
    base = assemble(known, quantities)
    spoken_of = [made for made in quantities if not OF_RECORDS & {*made.axes}]
    alternatives = {
        pick: [Option(name, weight, {**base, **assemble(view, spoken_of)}) for name, weight, view in group]
        for pick, group in known.alternatives
    }
    return with_choices(base, alternatives)


def assemble(known: Known, quantities: Sequence[Quantity]) -> dict[str, Input]:
    """Inputs by name, one estimate per cell."""
    out = {}
    for made in quantities:
        found = made.function(known)
        estimates = [found] if isinstance(found, Estimate) else list(found)
        labels = tuple(tuple(label) for label in known.labels(made)) if not isinstance(found, Estimate) else ((),)
        out[made.name] = Input(made, labels, tuple(known.assumed(made, labels, estimates)))
    return out
