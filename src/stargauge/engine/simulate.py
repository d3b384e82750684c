"""From what is known to a result: the one module that knows the model and its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

import stargauge
import stargauge.inputs
import stargauge.model
from stargauge.engine.assembly import Inputs
from stargauge.engine.case import Case
from stargauge.engine.collect import Collector
from stargauge.engine.executors import Workers
from stargauge.engine.graph import Graph, content_key
from stargauge.engine.held import Held
from stargauge.engine.memo import Memo
from stargauge.engine.result import Result, World, gather
from stargauge.engine.run import Progress, Run, blocks_of
from stargauge.engine.sample import input_key
from stargauge.inputs.build import made_from
from stargauge.quantity.address import parse_address
from stargauge.quantity.quantity import FIXED_AXES
from stargauge.quantity.statement import Input

if TYPE_CHECKING:
    from stargauge.programme.known import Known


@cache
def model_graph() -> Graph:
    """The graph of all modules of the model and its inputs."""
    return Graph.of(
        import_module(f"{package.__name__}.{name}") for package in (stargauge.inputs, stargauge.model) for name in package.MODULES
    )


def simulate(
    known: Known, wanted: Iterable[str], *, draws: int = 1024, seed: int = 0, workers: Workers = 1, memo: Memo | None = None,
    collectors: Mapping[str, Collector[Any]] | None = None, dates: Sequence[date] = (), progress: Progress | None = None,
    only_dates: bool = False, inputs: Inputs | None = None, held: Held | None = None,
) -> Result:  # fmt: skip
    """Run the model on what is known, for the addresses wanted and what the collectors need.

    `draws` rounds up to whole blocks of 256. Same known, seed and draws: same bits, for any request and any number of workers. Above the
    memory limit months are kept as counts, draw by draw only at `dates` (`only_dates`: never more than these). `inputs`: those of what is
    known, where some are made already. `held`: only these draws, whatever number is asked for; everything in the result is of them.
    Raises InputError for an address that does not exist.
    """
    blocks_of(draws)
    others = dict(collectors or {})
    addresses = [str(parse_address(address)) for address in wanted]
    needed = [parse_address(address).name for address in addresses] + [need for made in others.values() for need in made.needs]
    world = world_of(known, needed, seed, inputs, held)
    made = gather(
        world, addresses, draws, collectors=others, dates=dates, workers=workers, memo=memo, progress=progress, only_dates=only_dates
    )
    keys = content_key(*(input_key(world.inputs[name], world.axes) for name in input_names(needed)))
    return Result(world, world.drawn(draws), keys, made.series, made.collected, memo=memo, dates=tuple(dates), known=known)


def input_names(needed: Iterable[str]) -> list[str]:
    """The inputs upstream of some quantities."""
    graph = model_graph()
    return [name for name in sorted(graph.upstream(list(needed))) if graph.quantities[name].is_input]


def world_of(
    known: Known, needed: Iterable[str], seed: int = 0, inputs: Inputs | None = None, held: Held | None = None
) -> World:  # fmt: skip
    """The world in which these quantities are made, with the inputs upstream of them; of it only the draws `held`, where these are."""
    graph = model_graph()
    made = (assembled(known) if inputs is None else inputs).need(input_names(needed))
    leading = tuple(getattr(stargauge.inputs, "LEADING", ()))
    return World(graph, made, axes_of(known), seed, programme_of(known), leading, stargauge.__version__, held)


def assembled(known: Known) -> Inputs:
    """The inputs of what is known, as those asked for here: one that was asked for before is not assembled again."""
    if "inputs" not in known.kept:
        known.kept["inputs"] = Inputs(known, model_graph(), shared=True)
    return Inputs(known, model_graph(), known.kept["inputs"])


def inputs_of(known: Known, names: Iterable[str]) -> dict[str, Input]:
    """Some inputs of what is known, by name, alternatives as choices."""
    wanted = list(names)
    made = assembled(known).need(wanted)
    return {name: made[name] for name in wanted}


def case_of(known: Known, draw: int | None = None, seed: int = 0) -> Case:
    """What is known as one world alone: as a draw of the run with this seed has it, or with every input at its median."""
    graph = model_graph()
    leading = tuple(getattr(stargauge.inputs, "LEADING", ()))
    return Case(World(graph, assembled(known), axes_of(known), seed, programme_of(known), leading, stargauge.__version__), draw)


def statics_of(known: Known, names: Iterable[str]) -> dict[str, Any]:
    """Values without a draw axis, by name: of inputs and of what is computed from them once."""
    wanted, graph = list(names), model_graph()
    inputs = assembled(known).need(name for name in sorted(graph.upstream(wanted)) if graph.quantities[name].is_input)
    run = Run.of(graph, wanted, inputs, axes_of(known))
    return {name: run.static[name] for name in wanted}


def build_records_of(known: Known) -> str:
    """The fingerprint of what the fit of building times is made from."""
    return made_from(known)


def builds_of(known: Known) -> tuple[Sequence[Any], Any, Any, tuple[Any, Any], float, float]:
    """What building times are fitted from: the records, the same as numbers, lead times, priors, the usual size and that of a campus."""
    names = ("builds_recorded", "build_record_transformer_lead", "build_record_connection_lead", "build_prior_middle", "build_prior_width",
             "usual_build_power", "campus_size")  # fmt: skip
    builds, transformer, connection, middle, width, usual, campus = statics_of(known, names).values()
    return known.builds, builds, np.fmax(transformer, connection), (middle, width), float(usual), float(campus)


def axes_of(known: Known) -> dict[str, tuple[str, ...]]:
    """The labels along every axis: those of the programme, and those that never change."""
    return {**FIXED_AXES, **{axis: tuple(labels) for axis, labels in known.axes.items()}}


def programme_of(known: Known) -> str:
    """The programme's name in its streams: the same for every scenario of it."""
    return str(known.programme.name)
