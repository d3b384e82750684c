"""Every layout of a replica that the rules of divisibility allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stargauge.quantity.compute.machine import Chip
from stargauge.quantity.compute.serving_memory import ServingLayouts, serving_layouts
from stargauge.quantity.compute.transformer import Transformer
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

#: The parts of a layout as they are written, in the order of ServingLayouts.
PARTS = ("tp", "pp", "ep", "dp")
#: Accelerators of a replica where nobody says how many there are: what runs as one today.
MOST = 64
_MOST_STAGES = 16
Parts = tuple[int, int, int, int]


def most_of(chip: Chip) -> int:
    """The largest replica that is looked at where nobody says how many accelerators there are: 64, or one domain where that is more."""
    return max(MOST, chip.domain)


def broken(model: Transformer, chip: Chip, parts: Parts) -> Iterator[str]:
    """The rules that a layout breaks, in words."""
    tp, pp, ep, dp = parts
    if model.heads % tp:
        yield say("tp={tp} does not divide the {heads} heads of {name}", tp=tp, heads=model.heads, name=model.name)
    if tp > chip.domain:
        yield say("tp={tp} is more than the {domain} accelerators of a fast network of {name}", tp=tp, domain=chip.domain, name=chip.name)
    if pp > model.layers:
        yield say("pp={pp} is more than the {layers} layers of {name}", pp=pp, layers=model.layers, name=model.name)
    if not model.experts:
        if ep > 1:
            yield say("ep={ep}: {name} has no experts", ep=ep, name=model.name)
        if dp > 1:
            yield say(
                "dp={dp}: {name} has no experts to share, so ranks of attention would be replicas: leave it at 1", dp=dp, name=model.name
            )
        return
    if (tp * dp) % ep:
        yield say("ep={ep} does not divide tp * dp = {tp}", ep=ep, tp=tp * dp)
    if model.experts % ep:
        yield say("ep={ep} does not divide the {experts} experts of {name}", ep=ep, experts=model.experts, name=model.name)
    if ep < dp:
        yield say("ep={ep} is less than dp={dp}: each rank of attention needs experts of its own to send to", ep=ep, dp=dp)


def layouts_of(model: Transformer, chip: Chip, most: int, fixed: Mapping[str, int] | None = None) -> ServingLayouts:
    """All layouts of at most so many accelerators. `fixed`: parts that have to be so. Raises InputError where there is none."""
    fixed = fixed or {}
    found = [one for one in _all(model, chip, most) if all(one[PARTS.index(name)] == value for name, value in fixed.items())]
    if not found:
        raise InputError(Fault(_why_none(model, chip, most, fixed), path="--layout" if fixed else "--accelerators"))
    return serving_layouts(*zip(*found, strict=True))


def _all(model: Transformer, chip: Chip, most: int) -> Iterator[Parts]:
    for tp in (one for one in range(1, min(model.heads, chip.domain, most) + 1) if model.heads % one == 0):
        for pp in (one for one in (1, 2, 4, 8, _MOST_STAGES) if one <= model.layers and tp * one <= most):
            if not model.experts:
                yield (tp, pp, 1, 1)
                continue
            for dp in range(1, most // (tp * pp) + 1):
                ranks = tp * dp
                yield from ((tp, pp, ep, dp) for ep in range(dp, ranks + 1) if ranks % ep == 0 and model.experts % ep == 0)


def _why_none(model: Transformer, chip: Chip, most: int, fixed: Mapping[str, int]) -> str:
    asked = (fixed.get("tp", 1), fixed.get("pp", 1), fixed.get("ep", fixed.get("dp", 1)), fixed.get("dp", 1))
    reasons = [*broken(model, chip, asked)]
    size = asked[0] * asked[1] * asked[3]
    if size > most:
        reasons.append(say("{size} accelerators per replica are more than {most}", size=size, most=most))
    near = min(
        _all(model, chip, most), key=lambda one: sum(abs(a - fixed[name]) for a, name in zip(one, PARTS, strict=True) if name in fixed)
    )
    told = ",".join(f"{name}={value}" for name, value in zip(PARTS, near, strict=True) if name in fixed)
    return say("{reasons}; nearest that works: {layout}", reasons="; ".join(reasons) or say("no layout is so"), layout=told)
