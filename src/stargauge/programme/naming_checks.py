"""Names of the catalogue and of the model's inputs that a programme uses must be there: checks that need what it cannot know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from stargauge.programme.bounds import beyond
from stargauge.programme.checks import scenarios_of
from stargauge.programme.fields import assumed_value, place_of
from stargauge.programme.id_checks import labels_of
from stargauge.programme.positions import Flaw, Trail
from stargauge.programme.schema import Content, Phase, Pledge, Programme, Site, parts_of
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.quantity import Quantity
from stargauge.quantity.spoken import say

Labels = Callable[[Quantity], Iterable[tuple[str, ...]]]


class Names(Protocol):
    """What a check asks of the catalogue."""

    def names(self, kind: str) -> Sequence[str]:
        """The names of a kind."""


def flaws_against_catalogue(programme: Programme, catalogue: Names) -> Iterator[Flaw]:
    """Every place, cooling design and accelerator that the catalogue does not have."""
    for trail, kind, name in _catalogue_names(programme):
        known = catalogue.names(kind)
        if name not in known:
            near = did_you_mean(name, known)
            told = say(
                'there is no {kind} "{name}" in the catalogue{near} (all: stargauge catalogue {kind})', kind=kind, name=name, near=near
            )
            yield Flaw(trail, told)


def _catalogue_names(programme: Programme) -> Iterator[tuple[Trail, str, str]]:
    for trail, part in parts_of(programme):
        if isinstance(part, Site):
            yield from (((*trail, kind), kind, name) for kind, name in (("place", part.place), ("cooling", part.cooling)) if name)
        if isinstance(part, (Site, Phase, Pledge)):
            yield from ((place_of((*trail, "hardware"), said), "accelerator", str(said.value)) for said in part.hardware)


def flaws_against_quantities(programme: Programme, quantities: Mapping[str, Quantity], labels: Labels | None = None) -> Iterator[Flaw]:
    """Every assumption that names no input, a label the input does not have, or a value of another kind.

    `labels`: the label tuples of an input's cells in the whole file, whatever the date; left out, labels are not looked at.
    """
    yield from _assumptions_at_fault(programme, quantities, labels, (), ())
    for trail, scenario in scenarios_of(programme):
        own = {str(step) for inner, _ in labels_of(scenario) for step in inner} | {
            f"{site}/{phase}" for site, spec in scenario.sites.items() for phase in spec.phases
        }
        yield from _assumptions_at_fault(scenario, quantities, labels, trail, own)


def _assumptions_at_fault(
    owner: Content, quantities: Mapping[str, Quantity], labels: Labels | None, at: Trail, added: Iterable[str]
) -> Iterator[Flaw]:  # fmt: skip
    """Faults of the assumptions of a programme or scenario; `added`: labels that it brings itself."""
    inputs = [name for name, made in quantities.items() if made.is_input]
    for key, assumption in owner.assumptions.items():
        name, trail = key.split("[")[0], (*at, "assumptions", key)
        if name not in inputs:
            if name in quantities:
                told = say('"{name}" is computed, not an input (all: stargauge explain --list)', name=name)
            else:
                near = did_you_mean(name, inputs)
                told = say('there is no input "{name}"{near} (all: stargauge explain --list)', name=name, near=near)
            yield Flaw(trail, told, at_key=True)
            continue
        wanted = {label.strip() for label in key.rstrip("]").partition("[")[2].split(",") if label.strip()}
        cells = labels(quantities[name]) if wanted and labels else ()
        offered = dict.fromkeys([*(label for cell in cells for label in cell), *(added if cells else ())])
        for label in sorted(wanted - set(offered)) if labels else ():
            yield Flaw(
                trail, say('"{label}" is no label of {name}{near}', label=label, name=name, near=did_you_mean(label, offered)), at_key=True
            )
        try:
            value = assumed_value(assumption.value, quantities[name].unit, "")
            if wrong := beyond(value, quantities[name]):
                yield Flaw((*trail, "value"), say('got "{value}" for {name}; {wrong}', value=assumption.value, name=name, wrong=wrong))
        except InputError as error:
            yield from (Flaw((*trail, "value"), fault.message) for fault in error.faults)
