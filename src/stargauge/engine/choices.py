"""Alternatives as choices: a cell that differs between the options of one becomes a mixture, and all such cells switch together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stargauge.engine.sample import Value
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Estimate, Input, Mixture

Inputs = Mapping[str, Input]


@dataclass(frozen=True)
class Option:
    """One option of an alternative: its name, its weight, and the inputs as they are where it is true."""

    name: str
    weight: float
    inputs: Inputs


def with_choices(base: Inputs, alternatives: Mapping[str, Sequence[Option]]) -> dict[str, Input]:
    """The inputs with a mixture in each cell that differs between the options of an alternative.

    Raises InputError, all at once, for a cell that two alternatives change, and for one whose place on the axes an option changes.
    """
    out = dict(base)
    changed: dict[tuple[str, int], str] = {}
    faults: list[Fault] = []
    for pick, options in alternatives.items():
        for name, made in base.items():
            views = [option.inputs[name] for option in options]
            if all(view is made for view in views):
                continue
            if any(view.labels != made.labels for view in views):
                faults.append(Fault(say("{name} has other labels in an option of {pick}", name=name, pick=pick), f"alternatives.{pick}"))
                continue
            cells = list(out[name].estimates)
            for place, estimates in enumerate(zip(*(view.estimates for view in views), strict=True)):
                if all(same(estimates[0].value, other.value) for other in estimates[1:]):
                    cells[place] = cells[place] if same(estimates[0].value, made.estimates[place].value) else estimates[0]
                    continue
                if (name, place) in changed:
                    cell = ", ".join(made.labels[place])
                    faults.append(
                        Fault(
                            say(
                                "{name}[{cell}] differs under {changed} and under {pick}",
                                name=name,
                                cell=cell,
                                changed=changed[name, place],
                                pick=pick,
                            ),
                            f"alternatives.{pick}",
                        )
                    )
                changed[name, place] = pick
                cells[place] = mixture(pick, options, estimates)
            out[name] = replace(out[name], estimates=tuple(cells))
    if faults:
        raise InputError(faults)
    return out


def mixture(pick: str, options: Sequence[Option], estimates: Sequence[Estimate]) -> Estimate:
    """One estimate for a cell that is another in each option: all values, all statements."""
    names, weights = tuple(option.name for option in options), tuple(option.weight for option in options)
    kind = next((e.kind for e in estimates if e.kind != "stated"), estimates[0].kind)
    statements = tuple(dict.fromkeys(s for e in estimates for s in e.statements))
    hindsight = max((e.hindsight for e in estimates if e.hindsight), default=None)
    values: list[Value] = [e.value for e in estimates]
    if any(isinstance(value, Mixture) for value in values):
        raise InputError(Fault(say("a value within an option is itself a choice"), f"alternatives.{pick}"))
    made = Mixture(pick, weights, tuple(values), names)  # type: ignore[arg-type]
    return Estimate(made, kind, statements, hindsight, f"one of: {', '.join(names)}")


def same(first: Value, second: Value) -> bool:
    """Whether two values are one: numbers and arrays element by element, absent as absent."""
    if first is second:
        return True
    if isinstance(first, float) and isinstance(second, float):
        return first == second or (first != first and second != second)
    if isinstance(first, Mixture) and isinstance(second, Mixture):
        alike = (first.pick, first.weights, len(first.options)) == (second.pick, second.weights, len(second.options))
        return alike and all(same(a, b) for a, b in zip(first.options, second.options, strict=True))
    if isinstance(first, Distribution | Mixture) or isinstance(second, Distribution | Mixture):
        return isinstance(first, Distribution) and first == second
    return np.array_equal(np.asarray(first), np.asarray(second), equal_nan=True)
