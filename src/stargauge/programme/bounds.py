"""What may be supposed of an input: a finite number within what the input can be."""

from __future__ import annotations

import math

from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import Quantity
from stargauge.quantity.spoken import say

#: Where a distribution is looked at: what lies beyond is a rare draw.
_LOW, _HIGH = 0.01, 0.99
_ROOM = 1e-9


def beyond(value: float | Distribution, quantity: Quantity) -> str | None:
    """Why a value cannot be supposed of an input: it is no number, or outside what the input can be (a distribution: its P1 or P99)."""
    if isinstance(value, Distribution):
        low, high = (value.quantile(level) for level in (_LOW, _HIGH))
        told = say("of which P1 is {low:.4g} and P99 {high:.4g}; ", low=low, high=high)
        fix = say("; where its tails go too far, uniform(low=..., high=...) has none")
    else:
        low = high = value
        told = fix = ""
    if not (math.isfinite(low) and math.isfinite(high)):
        return say("which is no finite number")
    least, most = quantity.least, quantity.most
    if (least is None or low >= least - _ROOM) and (most is None or high <= most + _ROOM):
        return None
    unit = "" if quantity.unit == "1" else f" {quantity.unit}"
    if most is None:
        expected = say("expected at least {least:g}{unit}", least=least, unit=unit)
    elif least is None:
        expected = say("expected at most {most:g}{unit}", most=most, unit=unit)
    else:
        expected = say("expected at least {least:g} and at most {most:g}{unit}", least=least, most=most, unit=unit)
    return f"{told}{expected}{fix}"
