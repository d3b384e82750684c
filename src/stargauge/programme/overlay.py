"""Scenarios: a part of a programme laid over it, by the name that the programme gives it, or from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stargauge.programme.alternatives import METHODS, chosen, expect_choices, merge, options, supposed
from stargauge.programme.positions import expect_section, plain_document, read_document
from stargauge.programme.read import finish, read_part, sources_of
from stargauge.programme.schema import Laid, Programme
from stargauge.quantity.errors import InputError, did_you_mean
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import PICK

__all__ = ["options", "overlay", "scenario", "with_settings"]
#: Why an input is as a user set it, and what faults call it.
_REASON, _SET = "set by the user", "--set"


def scenario(programme: Programme, asked: Path | str | Mapping[str, Any]) -> Programme:
    """The programme with a scenario laid over it: one that it names itself, else a file (a path, or a text with a folder or an ending).

    Raises InputError where there is neither, with the nearest name, and with every fault of the file.
    """
    if isinstance(asked, str) and asked in programme.scenarios:
        return _named(programme, asked)
    if isinstance(asked, Mapping):
        return overlay(programme, asked)
    if Path(asked).exists():
        laid = overlay(programme, asked)
        laid._supposed = (*programme.supposed, Path(asked).name)
        return laid
    if isinstance(asked, Path) or not asked.replace("-", "").isalnum():
        raise InputError(say('no scenario file "{asked}"{near}', asked=asked, near=did_you_mean(Path(asked).name, _beside(Path(asked)))))
    names = list(programme.scenarios)
    near = did_you_mean(asked, [*names, *_beside(Path(asked))])
    all_of = say("all: {names}", names=", ".join(names)) if names else say("it has none", "scenarios")
    raise InputError(
        say(
            '{name} has no scenario "{asked}", and there is no file of that name{near} ({all_of})',
            name=programme.name,
            asked=asked,
            near=near,
            all_of=all_of,
        )
    )


def _named(programme: Programme, name: str) -> Programme:
    """With a scenario of its own, which was checked when the file was read; laid over another one it is checked again."""
    laid = supposed(programme, programme.scenarios[name])
    finish(laid, (), programme.documents)
    laid._supposed = (*programme.supposed, name)
    laid._laid = (*programme.laid, Laid(name, programme.scenarios[name].reason, programme))
    return laid


def _beside(path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []


def overlay(programme: Programme, patch: Path | str | Mapping[str, Any], name: str = "overlay") -> Programme:
    """The programme with a partial file or mapping of the same schema laid over it.

    What the patch says about a field takes the place of what the programme says; the rest stays. Its values are assumptions unless they
    bring a source; `name`: what faults call a mapping. Raises InputError with every fault of the patch and of the result.
    """
    document = plain_document(dict(patch), name) if isinstance(patch, Mapping) else read_document(Path(patch))
    part, flaws = read_part(expect_section(document), sources_of(programme), programme.currencies, partial=True)
    laid = merge(programme, part).model_copy()
    finish(laid, flaws, (*programme.documents, document))
    laid._laid = (*programme.laid, Laid(name if isinstance(patch, Mapping) else Path(patch).name, "", programme))
    return laid


def with_settings(programme: Programme, settings: Mapping[str, str]) -> Programme:
    """The programme with single inputs (`INPUT`: value) and choices (`pick:NAME`: option) as a user set them.

    A way of reckoning of the model is set as the input that holds it. Raises InputError for choices and options that there are not, and
    with every fault of the values.
    """
    expect_choices(programme, settings)
    picks = {name.removeprefix(PICK): option for name, option in settings.items() if name.startswith(PICK)}
    values = {name: value for name, value in settings.items() if not name.startswith(PICK)}
    values |= {name: str(METHODS[name].index(option)) for name, option in picks.items() if name in METHODS}
    laid = overlay(programme, {"assumptions": {name: {"value": value, "reason": _REASON} for name, value in values.items()}}, _SET)
    laid = chosen(laid, picks)
    laid._supposed = (*programme.supposed, *(f"{name}={value}" for name, value in settings.items()))
    return laid
