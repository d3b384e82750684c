"""Uncertain numbers: what a user may write instead of a number, and how it is sampled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from stargauge.quantity.errors import InputError, begins_with_what_came
from stargauge.quantity.spoken import say
from stargauge.quantity.statistics.normal import Array, normal_ppf
from stargauge.quantity.units import MOST, convert, parse_number, split_number, unit

_Z90 = 1.2815515655446004  # standard normal quantile of 0.9
#: The largest sigma, and the largest ratio of P90 to P10: far above any that is meant; no draw overflows.
_MOST_SIGMA, _MOST_RATIO = 20.0, 1e20


@dataclass(frozen=True)
class Distribution:
    """A distribution by kind and parameters, in the unit of the quantity it belongs to.

    Kinds: `normal` (mean, sd), `lognormal` (median, sd of the logarithm), `uniform` (low, high), `triangular` (low, mode, high),
    `choice` (values, then their weights), `standard` (0, 1; a pure stream of normal deviates).
    """

    kind: str
    parameters: tuple[float, ...]

    def ppf(self, u: Array) -> Array:
        """The value at each probability u in (0, 1); the way a stream of uniforms becomes draws."""
        p = self.parameters
        match self.kind:
            case "normal":
                return p[0] + p[1] * normal_ppf(u)
            case "lognormal":
                return np.asarray(p[0] * np.exp(p[1] * normal_ppf(u)))
            case "uniform":
                return p[0] + (p[1] - p[0]) * u
            case "triangular":
                low, mode, high = p
                cut = (mode - low) / (high - low)
                left = low + np.sqrt(u * (high - low) * (mode - low))
                right = high - np.sqrt((1 - u) * (high - low) * (high - mode))
                return np.asarray(np.where(u < cut, left, right))
            case "choice":
                half = len(p) // 2
                edges = np.cumsum(p[half:]) / np.sum(p[half:])
                return np.asarray(p[:half])[np.minimum(np.searchsorted(edges, u, side="right"), half - 1)]
            case _:
                raise InputError(say('unknown distribution "{kind}"', kind=self.kind))

    def quantile(self, q: float) -> float:
        """One quantile."""
        return float(self.ppf(np.asarray([q]))[0])

    def scaled(self, factor: float) -> Distribution:
        """The distribution of factor times the number; factor > 0."""
        p = self.parameters
        if self.kind == "lognormal":
            return Distribution(self.kind, (p[0] * factor, p[1]))
        if self.kind == "choice":
            half = len(p) // 2
            return Distribution(self.kind, (*(v * factor for v in p[:half]), *p[half:]))
        return Distribution(self.kind, tuple(v * factor for v in p))

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(f'{v:g}' for v in self.parameters)})"


STANDARD_NORMAL = Distribution("normal", (0.0, 1.0))
STANDARD_UNIFORM = Distribution("uniform", (0.0, 1.0))


def from_p10_p90(low: float, high: float) -> Distribution:
    """The distribution a range stands for: P10 to P90, lognormal where both ends are above zero, else normal."""
    if high <= low:
        raise InputError(say("a range must rise: got {low:g}..{high:g}", low=low, high=high))
    if low > 0:
        if low < 1.0 / MOST or high > low * _MOST_RATIO:
            raise InputError(say("a range is wider than a range can be here: got {low:g}..{high:g}", low=low, high=high))
        return Distribution("lognormal", (float(np.sqrt(low * high)), float(np.log(high / low) / (2 * _Z90))))
    return Distribution("normal", ((low + high) / 2, (high - low) / (2 * _Z90)))


_RANGE = re.compile(r"^(?P<low>.+?)\s*\.\.\s*(?P<high>.+)$")
_CALL = re.compile(r"^(?P<name>[a-z]+)\s*\((?P<arguments>.*)\)$", re.S)


def parse_value(text: str | float | int, wanted: str) -> float | Distribution:
    """Read a number, a range `3..5 GW` (P10..P90) or a distribution `lognormal(p10=3 GW, p90=5 GW)` in the wanted unit.

    Also `normal(mean=, sd=)`, `uniform(low=, high=)`, `triangular(low=, mode=, high=)` and `choice({10 GW: 0.7, 5 GW: 0.3})`.
    Raises InputError saying what was expected and what came.
    """
    if not isinstance(text, str):
        return parse_number(text, wanted)
    try:
        return _parse_text(text.strip(), wanted)
    except InputError as error:
        raise error if begins_with_what_came(str(error)) else InputError(say('got "{text}": {error}', text=text, error=error)) from None
    except ValueError:
        raise InputError(say('got "{text}", in which a number cannot be read', text=text)) from None


def _parse_text(text: str, wanted: str) -> float | Distribution:
    if call := _CALL.match(text):
        return _parse_call(call["name"], call["arguments"], wanted)
    if pair := _RANGE.match(text):
        high_number, high_unit = split_number(pair["high"])
        low_number, low_unit = split_number(pair["low"])
        if not (low_unit or high_unit) and unit(wanted).dimension:
            raise InputError(say('got "{text}" without a unit; expected {kind}', text=text, kind=unit(wanted).kind))
        return from_p10_p90(convert(low_number, low_unit or high_unit or "1", wanted), convert(high_number, high_unit or "1", wanted))
    return parse_number(text, wanted)


def _parse_call(name: str, arguments: str, wanted: str) -> Distribution:
    if name == "choice":
        pairs = [pair.rsplit(":", 1) for pair in arguments.strip().strip("{}").split(",") if pair.strip()]
        if not pairs or any(len(pair) != 2 for pair in pairs):
            raise InputError(say("expected choice({value: weight, value: weight})"))
        weights = [parse_number(weight.strip(), "1") for _, weight in pairs]
        if min(weights) < 0 or sum(weights) <= 0:
            raise InputError(say("the weights of a choice must be positive"))
        return Distribution("choice", (*(parse_number(value.strip(), wanted) for value, _ in pairs), *weights))
    named = dict[str, float]()
    for piece in filter(None, (piece.strip() for piece in re.split(r",(?![0-9]{3}\b)", arguments))):
        key, _, value = piece.partition("=")
        if not value:
            raise InputError(say('expected name=value in {name}(...), got "{piece}"', name=name, piece=piece))
        if key.strip() in named:
            raise InputError(say("{key}= stands twice in {name}(...)", key=key.strip(), name=name))
        named[key.strip()] = parse_number(value.strip(), "1" if key.strip() == "sigma" else wanted)
    wants: dict[str, list[tuple[str, ...]]] = {
        "lognormal": [("p10", "p90"), ("median", "sigma")], "normal": [("mean", "sd"), ("p10", "p90")],
        "uniform": [("low", "high")], "triangular": [("low", "mode", "high")],
    }  # fmt: skip
    if name not in wants or tuple(named) not in wants[name]:
        forms = "; ".join(f"{n}({', '.join(f'{k}=' for k in keys)})" for n, options in wants.items() for keys in options)
        raise InputError(
            say("got {name}({keys}); expected one of {forms}; choice({{value: weight}})", name=name, keys=", ".join(named), forms=forms)
        )
    values = tuple(named.values())
    if "p10" in named:
        made = from_p10_p90(*values)
        if made.kind != name and name == "lognormal":
            raise InputError(say("a lognormal needs ends above zero"))
        return made if name == "lognormal" else Distribution("normal", ((values[0] + values[1]) / 2, (values[1] - values[0]) / (2 * _Z90)))
    if name in ("uniform", "triangular") and (any(b < a for a, b in pairwise(values)) or values[0] == values[-1]):
        raise InputError(say("the numbers of {name}(...) must rise", name=name))
    if name == "lognormal" and not (values[0] > 0.0 and 0.0 <= values[1] <= _MOST_SIGMA):
        raise InputError(say("a lognormal needs a median above zero and a sigma of 0 to {most:g}", most=_MOST_SIGMA))
    if name == "normal" and values[1] < 0.0:
        raise InputError(say("the sd of a normal must not be below zero"))
    return Distribution(name, values)
