"""A layout as a user writes it, whole or in part: `tp=8,pp=16,recompute=full`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stargauge.plan.layouts.explain import NAMED
from stargauge.quantity.compute.layout import Layouts
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

#: Parts by the short names of the field.
SHORT: Mapping[str, str] = {
    "tp": "tensor", "pp": "pipeline", "dp": "data", "cp": "context", "ep": "expert", "vp": "interleave", "vpp": "interleave",
    "mbs": "micro_batch", "zero": "sharding", "ac": "recompute", "microbatch": "micro_batch", "chunks": "interleave",
}  # fmt: skip
#: Other words for the named values.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "schedule": {"zb": "zero-bubble", "zerobubble": "zero-bubble", "zb1p": "zero-bubble", "dual": "dualpipe", "interleaved": "1f1b"},
    "sharding": {"optimiser": "optimizer", "gradient": "gradients", "weight": "weights", "fsdp": "weights"},
}


def stated_layout(text: str) -> dict[str, int]:
    """The parts of a layout in a text. Raises InputError with every part that is none or has no such value."""
    made, faults = dict[str, int](), list[Fault]()
    for piece in filter(None, (one.strip() for one in text.split(","))):
        name, sign, value = (one.strip().lower() for one in piece.partition("="))
        part = _part(name)
        if not sign or not value:
            faults.append(_fault(say('got "{piece}"; expected PART=VALUE, such as tp=8', piece=piece)))
        elif part is None:
            known = (*Layouts._fields, *SHORT)
            faults.append(
                _fault(
                    say(
                        'no part "{name}" of a layout{near} (one of {fields})',
                        name=name,
                        near=did_you_mean(name, known),
                        fields=", ".join(Layouts._fields),
                    )
                )
            )
        elif part in made:
            faults.append(_fault(say('got "{piece}"; {part} is given twice', piece=piece, part=part)))
        else:
            _take(made, faults, part, value)
    if faults:
        raise InputError(faults)
    return made


def _part(name: str) -> str | None:
    plain = name.replace("-", "_")
    found = SHORT.get(plain.replace("_", ""), plain)
    return found if found in Layouts._fields else None


def _take(made: dict[str, int], faults: list[Fault], part: str, value: str) -> None:
    """Take the value of a part, or say what is wrong with it."""
    if part in NAMED:
        names = NAMED[part]
        word = _WORDS.get(part, {}).get(value.replace("-", ""), value)
        if word in names:
            made[part] = names.index(word)
        elif part == "sharding" and re.fullmatch(r"[0-3]", value):
            made[part] = int(value)
        else:
            faults.append(
                _fault(
                    say(
                        '{part} has no "{value}"{near} (one of {names})',
                        part=part,
                        value=value,
                        near=did_you_mean(value, names),
                        names=", ".join(names),
                    )
                )
            )
    elif re.fullmatch(r"[1-9][0-9_]{0,8}", value):
        made[part] = int(value)
    else:
        faults.append(_fault(say('got {part} "{value}"; expected a whole number of at least 1', part=part, value=value)))


def _fault(message: str) -> Fault:
    return Fault(message, "--layout")


def stated_tiers(text: str) -> tuple[tuple[float, float], ...]:
    """Tiers of a network from `7@3072`: beyond 3,072 accelerators each has a seventh. Several, from the nearest, by commas.

    Raises InputError for what is not of that form.
    """
    made, share = list[tuple[float, float]](), 1.0
    for piece in (one.strip() for one in text.split(",")):
        found = re.fullmatch(r"([0-9.]+)\s*@\s*([0-9_]+)", piece)
        if found is None or not _ratio(found[1]):
            raise InputError(Fault(say('got "{piece}"; expected RATIO@ACCELERATORS, such as 7@3072', piece=piece), "--oversubscription"))
        made.append((float(found[2].replace("_", "")), share))
        share = 1.0 / float(found[1])
    return (*made, (float("inf"), share))


def _ratio(text: str) -> bool:
    try:
        return float(text) >= 1.0
    except ValueError:
        return False
