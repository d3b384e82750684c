"""Parts of a programme laid over it: options of alternatives, one of each true in a world, and scenarios, which are supposed."""

from __future__ import annotations

from typing import Any, TypeVar

from stargauge.programme.fields import Part
from stargauge.programme.schema import Content, Programme, Scenario

P = TypeVar("P", bound=Part)


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


def laid_over(programme: Programme, option: Content) -> Programme:
    """The programme as it is where an option is true; its alternatives are settled."""
    return merge(programme, option).model_copy(update={"alternatives": {}})


def supposed(programme: Programme, scenario: Scenario) -> Programme:
    """The programme as it is where a scenario is so; what the scenario says of itself stays with it."""
    return merge(programme, scenario).model_copy(update={"about": programme.about})
