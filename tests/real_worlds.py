"""The real model on a programme as a world, whole: what the laws and the honesty checks look at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

import stargauge
import stargauge.inputs
from stargauge import api
from stargauge.catalogue.load import Catalogue
from stargauge.engine.assembly import Inputs
from stargauge.engine.result import World
from stargauge.engine.simulate import axes_of, model_graph, programme_of
from stargauge.programme.known import Known

TINY = Path(__file__).parent / "data" / "tiny.yaml"
#: The last day the shipped programmes know of, and the eve of the dispute.
NOW, EVE = date(2026, 11, 22), date(2025, 1, 22)


def world_of(known: Known, seed: int = 0, names: Iterable[str] | None = None) -> World:
    """The inputs of the model on what is known: all, or those behind some names."""
    graph = model_graph()
    wanted = graph.quantities if names is None else graph.upstream(names)
    inputs = Inputs(known, graph).need(name for name, made in graph.quantities.items() if made.is_input and name in wanted)
    return World(graph, inputs, axes_of(known), seed, programme_of(known), stargauge.inputs.LEADING, stargauge.__version__)


@cache
def known_of(programme: str | Path = "stargate", as_of: date = NOW, values: Catalogue | None = None) -> Known:
    """What is known of a programme on a day; made once."""
    return api.known(api.load(programme), as_of, values)
