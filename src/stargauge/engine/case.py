"""One world alone: every input at its median, or as one identified draw has it; and what follows when some of its numbers are changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stargauge.engine.graph import content_key
from stargauge.engine.result import World
from stargauge.engine.sample import fixed, input_key
from stargauge.engine.streams import BLOCK, Array
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Estimate


@dataclass(frozen=True)
class Case:
    """A world alone. `draw`: its number in the run, counted from 0; None where every input stands at its median.

    `held`: quantities that are not computed but taken as they are here, without their draw axis.
    """

    world: World
    draw: int | None = None
    held: Mapping[str, Array] = field(default_factory=dict)

    def values(self, names: Iterable[str], given: Mapping[str, Array] | None = None) -> dict[str, Any]:
        """Quantities of this world by name, without their draw axis. `given`: more of what is held.

        Raises InputError for a name that does not exist.
        """
        wanted = list(names)
        graph, axes, held = self.world.graph, self.world.axes, {**self.held, **(given or {})}
        plan = graph.plan(wanted)
        out: dict[str, Any] = {name: fixed(self.world.inputs[name.removesuffix("_p50")], axes) for name in plan.medians}
        out |= self._inputs(plan.inputs)
        for name, value in held.items():
            out[name] = value if graph.quantities[name].static else np.asarray(value)[None]
        with np.errstate(invalid="ignore", divide="ignore"):
            for step in (*plan.static, *plan.steps):
                if step.name not in held:
                    out[step.name] = step.quantity.function(**{need: out[need] for need in step.quantity.needs})
        return {name: out[name] if graph.quantities[name].static else _alone(out[name]) for name in wanted}

    def _inputs(self, names: Iterable[str]) -> dict[str, Any]:
        """Inputs as the functions of the model take them: those that vary by draw with one draw."""
        world, quantities = self.world, self.world.graph.quantities
        static = {name: fixed(world.inputs[name], world.axes) for name in names if quantities[name].static}
        varying = [name for name in names if not quantities[name].static]
        if self.draw is None:
            return static | {name: fixed(world.inputs[name], world.axes)[None] for name in varying}
        if self.draw < 0:
            raise InputError(say("got draw {draw}; draws are counted from 0", draw=self.draw))
        sampler = world.run(varying).sampler
        row = self.draw % BLOCK
        return static | {name: values[row : row + 1] for name, values in sampler.draw(self.draw // BLOCK).items()}

    def fingerprint(self, names: Iterable[str]) -> str:
        """A hash of the inputs behind some quantities, the seed, the draw and the version: equal fingerprints, equal numbers."""
        world = self.world
        keys = [input_key(world.inputs[name], world.axes) for name in world.graph.plan(names).inputs]
        return content_key(*keys, str(world.seed), str(self.draw), world.version)

    def estimate(self, name: str, *labels: str) -> Estimate | None:
        """What is held about a cell of an input, with who said it; None for a quantity that is computed."""
        if name not in self.world.graph.quantities or not self.world.graph.quantities[name].is_input:
            return None
        made = self.world.inputs[name]
        return dict(zip(made.labels, made.estimates, strict=True)).get(labels)


def nearest_draw(values: Array) -> int:
    """The draw whose value lies nearest the median of all, the first of them where several do. Raises InputError where none has any."""
    known = np.isfinite(values)
    if not known.any():
        raise InputError(say("no draw of this address has a finite value, so none is nearest its median"))
    return int(np.argmin(np.where(known, np.abs(values - np.median(values[known])), np.inf)))


def _alone(value: Any) -> Any:
    """A value without its draw axis; several series in one stay together."""
    return type(value)(*(part[0] for part in value)) if isinstance(value, tuple) else value[0]
