"""Parts of a programme laid over it: options of alternatives, one of each true in a world, and scenarios, which are supposed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from stargauge.programme.fields import Part
from stargauge.programme.schema import Content, Programme, Scenario
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import PICK

P = TypeVar("P", bound=Part)
#: The ways of reckoning between which the model itself chooses: the input that holds the choice, and its options as 0, 1 and so on.
METHODS = {"labour_method": ("by-cost", "by-workers-per-power")}


def merge(base: P, patch: Part) -> P:
    """A part with the fields that the patch sets: parts and keys are merged, all else takes the place of what stood there."""
    update: dict[str, Any] = {}
    for name in patch.model_fields_set:
        if name in type(base).model_fields:
            update[name] = _merged(getattr(base, name), getattr(patch, name))
    return base.model_copy(update=update) if update else base


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, Part) and isinstance(new, Part):
        return merge(old, new)
    if new == ():
        return old
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old[key], value) if key in old else value for key, value in new.items()}}
    return new


def options(programme: Programme) -> list[tuple[str, list[tuple[str, float, Programme]]]]:
    """For each alternative its options: name, weight (adding up to one) and the programme with the option laid over it.

    Call it with what was known on a date (`Known.programme`): an option then says only what was known.
    """
    out = []
    for name, group in programme.alternatives.items():
        total = sum(option.weight for option in group.values())
        out.append((name, [(key, option.weight / total, laid_over(programme, option)) for key, option in group.items()]))
    return out


def choices_of(programme: Programme) -> dict[str, tuple[str, ...]]:
    """What can be chosen: alternatives of the programme, then ways of reckoning of the model, each with its options."""
    return {**{name: tuple(group) for name, group in programme.alternatives.items()}, **METHODS}


def expect_choices(programme: Programme, settings: Mapping[str, str]) -> None:
    """Raise InputError with every choice among some settings that there is not, or that has no such option."""
    there, faults = choices_of(programme), list[Fault]()
    for name, option in settings.items():
        pick = name.removeprefix(PICK)
        if name in programme.alternatives:
            faults.append(
                Fault(
                    say(
                        '"{name}" is a choice between sources; expected {pick}{name}={there}',
                        name=name,
                        pick=PICK,
                        there=say(" or ").join(there[name]),
                    )
                )
            )
        elif not name.startswith(PICK):
            continue
        elif pick not in there:
            faults.append(
                Fault(
                    say(
                        'there is no choice "{name}"{near} (all: {listed})',
                        name=name,
                        near=did_you_mean(name, [PICK + one for one in there]),
                        listed=_listed(there),
                    )
                )
            )
        elif option not in there[pick]:
            near = did_you_mean(option, there[pick])
            faults.append(
                Fault(
                    say(
                        'the choice "{name}" has no option "{option}"{near} (all: {there})',
                        name=name,
                        option=option,
                        near=near,
                        there=", ".join(there[pick]),
                    )
                )
            )
    if faults:
        raise InputError(faults)


def _listed(there: Mapping[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{PICK}{name}={'|'.join(options)}" for name, options in there.items())


def chosen(programme: Programme, picks: Mapping[str, str]) -> Programme:
    """The programme with one option of some of its alternatives true in every world. On a day it then says what was known of that one."""
    kept = {name: {option: programme.alternatives[name][option]} for name, option in picks.items() if name in programme.alternatives}
    return programme.model_copy(update={"alternatives": {**programme.alternatives, **kept}})


def laid_over(programme: Programme, option: Content) -> Programme:
    """The programme as it is where an option is true; its alternatives are settled."""
    return merge(programme, option).model_copy(update={"alternatives": {}})


def supposed(programme: Programme, scenario: Scenario) -> Programme:
    """The programme as it is where a scenario is so; what the scenario says of itself stays with it."""
    return merge(programme, scenario).model_copy(update={"about": programme.about})
