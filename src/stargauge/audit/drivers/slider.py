"""Inputs that a reader can move by hand: those that matter most, each with the values it may take and what they are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stargauge.audit.wording.messages import ENGLISH
from stargauge.audit.wording.words import input_name
from stargauge.engine.choices import same
from stargauge.quantity.distribution import STANDARD_NORMAL, Distribution
from stargauge.quantity.statement import Input, Mixture
from stargauge.quantity.units import unit

#: The most sliders.
MOST = 12
#: Where a slider may stand: at these quantiles of its input.
STOPS = tuple(number / 100 for number in range(2, 99, 2))
TICKS = (0.1, 0.5, 0.9)
#: Inputs that pick one of many samples: their order says nothing.
_SAMPLES = "_sample"
#: Units that people use instead of those of the model.
_SPOKEN = {"job/W": "job/MW", "1/d": "1/yr", "W/d": "GW/yr", "d": "d", "W": "MW", "USD/Wh": "USD/MWh"}


@dataclass(frozen=True)
class Slider:
    """One input: its values at the stops as `--set` takes them, and its P10, P50, P90. `options`: of a choice, by value, in words.

    `bare`: its numbers are plain chance (a deviate), of which only the place in the range says anything.
    """

    input: str
    name: str
    unit: str
    values: tuple[str, ...]
    ticks: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    bare: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "input": self.input, "name": self.name, "unit": self.unit, "values": list(self.values), "ticks": list(self.ticks),
            "levels": list(STOPS), "options": [{"value": value, "name": name} for value, name in self.options], "bare": self.bare,
        }  # fmt: skip


def rank(rows: Iterable[Any]) -> list[str]:
    """Inputs by how much of the variance of numbers and open readings they share, strongest first; a number counts twice."""
    weight: dict[str, float] = {}
    for row in rows:
        for driver in row.moved.drivers if row.moved is not None else ():
            name = driver.input.removeprefix("pick:")
            weight[name] = weight.get(name, 0.0) + driver.share * (2.0 if row.kind == "quantity" else 1.0)
    return sorted(weight, key=lambda name: (-weight[name], name))


def slider_of(made: Input) -> Slider | None:
    """The slider of an input; None where no one value can be given to it: its cells differ, it picks samples, or nothing is uncertain."""
    quantity, values = made.quantity, [estimate.value for estimate in made.estimates]
    first = values[0]
    if quantity.name.endswith(_SAMPLES) or not all(same(first, other) for other in values[1:]):
        return None
    name, spoken = input_name(quantity.name), _SPOKEN.get(quantity.unit, quantity.unit)
    if isinstance(first, Mixture) and len(values) == 1:
        numbers = [_text(option, quantity.unit, spoken) for option in first.options if isinstance(option, float)]
        named = tuple((number, _option(quantity.name, label)) for number, label in zip(numbers, first.labels, strict=False))
        return Slider(quantity.name, name, spoken, (), (), named) if len(named) == len(first.options) else None
    if not isinstance(first, Distribution):
        return None
    stops, ticks = (tuple(_text(first.quantile(q), quantity.unit, spoken) for q in levels) for levels in (STOPS, TICKS))
    return Slider(quantity.name, name, spoken, stops, ticks, bare=_is_chance(first))


def _is_chance(spread: Distribution) -> bool:
    """Whether a distribution is plain chance: a deviate, or a place in a range that equals its own share."""
    return spread == STANDARD_NORMAL or all(abs(spread.quantile(level) - level) < 1e-9 for level in TICKS)


def _option(pick: str, label: str) -> str:
    return ENGLISH.texts.get(f"needs_pick {pick} {label}") or label.replace("-", " ")


def _text(value: float, own: str, spoken: str) -> str:
    """A value as `--set` takes it: three significant figures, in the unit people use."""
    number = f"{value * unit(own).factor / unit(spoken).factor:.3g}"
    number = f"{float(number):.0f}" if "e+" in number else number
    return number if spoken == "1" else f"{number} {spoken}"
