"""Units at the border: text to SI floats and back. Inside the model a number is a float in the unit its quantity names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

_HOUR, _DAY, _YEAR = 3600.0, 86400.0, 365.25 * 86400.0

#: Currencies that text may name. Inside the model money is USD; the others need a dated rate.
CURRENCIES = (
    "USD", "EUR", "GBP", "JPY", "NZD", "CHF", "AED", "NOK", "SEK", "DKK", "CAD", "AUD", "CNY", "KRW", "INR", "SGD", "SAR", "QAR", "TWD",
)  # fmt: skip

# Symbol -> (factor, dimension). A dimension is a product of base symbols with exponents.
_BASE: dict[str, tuple[float, dict[str, int]]] = {
    "1": (1.0, {}), "%": (0.01, {}), "x": (1.0, {}), "ratio": (1.0, {}), "share": (1.0, {}), "bp": (1e-4, {}),
    "W": (1.0, {"W": 1}), "J": (1.0, {"W": 1, "s": 1}), "Wh": (_HOUR, {"W": 1, "s": 1}),
    "Btu": (1055.05585262, {"W": 1, "s": 1}), "MMBtu": (1055.05585262e6, {"W": 1, "s": 1}),
    "s": (1.0, {"s": 1}), "min": (60.0, {"s": 1}), "h": (_HOUR, {"s": 1}), "d": (_DAY, {"s": 1}),
    "day": (_DAY, {"s": 1}), "days": (_DAY, {"s": 1}), "week": (7 * _DAY, {"s": 1}), "weeks": (7 * _DAY, {"s": 1}),
    "month": (_YEAR / 12, {"s": 1}), "months": (_YEAR / 12, {"s": 1}),
    "yr": (_YEAR, {"s": 1}), "year": (_YEAR, {"s": 1}), "years": (_YEAR, {"s": 1}), "a": (_YEAR, {"s": 1}),
    **{code: (1.0, {code: 1}) for code in CURRENCIES},
    "g": (1.0, {"g": 1}), "t": (1e6, {"g": 1}), "lb": (453.59237, {"g": 1}),
    "gCO2e": (1.0, {"g": 1}), "tCO2e": (1e6, {"g": 1}),
    "L": (1.0, {"L": 1}), "gal": (3.785411784, {"L": 1}), "m3": (1000.0, {"L": 1}),
    "job": (1.0, {"job": 1}), "jobs": (1.0, {"job": 1}), "FTE": (1.0, {"job": 1}), "worker": (1.0, {"job": 1}),
    "workers": (1.0, {"job": 1}),
    "FLOP": (1.0, {"FLOP": 1}), "token": (1.0, {"token": 1}), "tokens": (1.0, {"token": 1}), "tok": (1.0, {"token": 1}),
    "B": (1.0, {"B": 1}), "bit": (0.125, {"B": 1}), "K": (1.0, {"K": 1}), "degC": (1.0, {"degC": 1}),
    "m": (1.0, {"m": 1}), "m2": (1.0, {"m": 2}), "acre": (4046.8564224, {"m": 2}), "acres": (4046.8564224, {"m": 2}),
    "sqft": (0.09290304, {"m": 2}), "deg": (1.0, {"deg": 1}), "Pa": (1.0, {"Pa": 1}),
    "building": (1.0, {}), "buildings": (1.0, {}), "accelerator": (1.0, {}), "accelerators": (1.0, {}), "GPU": (1.0, {}),
    "GPUs": (1.0, {}),
    "chip": (1.0, {}), "chips": (1.0, {}), "rack": (1.0, {}), "racks": (1.0, {}), "users": (1.0, {}), "user": (1.0, {}),
    "messages": (1.0, {}),
    "node": (1.0, {}), "parameters": (1.0, {}), "parties": (1.0, {}),
}  # fmt: skip
_PREFIX = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21}
_PREFIXABLE = {"W", "J", "Wh", "g", "gCO2e", "L", "FLOP", "token", "tok", "B", "bit", "t", "tCO2e", "Pa", "s", "m"}
_MAGNITUDE = {
    "k": 1e3, "thousand": 1e3, "mn": 1e6, "Mio.": 1e6, "million": 1e6, "M": 1e6,
    "bn": 1e9, "billion": 1e9, "Mrd.": 1e9, "tn": 1e12, "trillion": 1e12,
}  # fmt: skip
_EXAMPLES = {
    "W": "1.2 GW", "W*s": "3 TWh", "USD": "40 bn USD", "s": "90 d", "g": "3 t", "L": "5 L", "job": "450 jobs", "": "8",
    "FLOP/s": "3 EFLOP/s", "USD/W": "11.7 M USD/MW", "USD/W/s": "40 USD/MWh", "degC": "27 degC", "K": "8 K", "L/W/s": "1.8 L/kWh",
    "m*m": "2000 acres", "g/W/s": "0.35 kgCO2e/kWh", "job/W": "0.4 jobs/MW", "job/USD": "5 jobs/M USD",
}  # fmt: skip


def _kinds() -> dict[str, str]:
    """What units measure, in words, by their dimension."""
    return {
        "W": say("a power"), "W*s": say("an energy"), "USD": say("an amount of money"), "s": say("a duration"), "g": say("a mass"),
        "L": say("a volume"), "job": say("a number of jobs"), "": say("a plain number"), "FLOP/s": say("a rate of computing"),
        "USD/W": say("a price per power"), "USD/W/s": say("a price per energy, or per power and time"), "degC": say("a temperature"),
        "K": say("a temperature difference"), "L/W/s": say("a volume per energy"), "m*m": say("an area"),
        "g/W/s": say("a mass per energy"), "job/W": say("jobs per power"), "job/USD": say("jobs per money"),
    }  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """A unit: factor to SI and the exponents of its base symbols, sorted."""

    factor: float
    dimension: tuple[tuple[str, int], ...]

    @property
    def name(self) -> str:
        """What it measures, in words."""
        up, down = self._sides
        return _kinds().get(up + down) or say("a quantity in {unit}", unit=(up or "1") + down)

    @property
    def kind(self) -> str:
        """What it measures, in words with an example."""
        example = _EXAMPLES.get("".join(self._sides), "")
        return say("{kind}, e.g. {example}", kind=self.name, example=example) if example else self.name

    @property
    def _sides(self) -> tuple[str, str]:
        """Its base symbols, and those that it is per."""
        up = "*".join(n for n, e in self.dimension for _ in range(e) if e > 0)
        return up, "".join(f"/{n}" for n, e in sorted(self.dimension, key=lambda p: p[0] == "s") for _ in range(-e))


def _symbol(text: str) -> tuple[float, dict[str, int]]:
    if text in _BASE:
        return _BASE[text]
    if len(text) > 1 and text[0] in _PREFIX and text[1:] in _PREFIXABLE:
        factor, dimension = _BASE[text[1:]]
        return factor * _PREFIX[text[0]], dimension
    raise InputError(say('unknown unit "{text}"', text=text))


#: The largest number that text may give: far above anything that is measured, far below what overflows.
MOST = 1e60


@lru_cache(maxsize=4096)
def unit(text: str) -> Unit:
    """Parse a unit such as `W`, `USD/W`, `kgCO2e/kWh`, `M USD/MW`, `FLOP/s`. Raises InputError on an unknown symbol."""
    factor, exponents = 1.0, dict[str, int]()
    for index, part in enumerate(text.strip().split("/")):
        for piece in part.replace("*", " ").split() or (["1"] if index == 0 else [""]):
            if piece in _MAGNITUDE and piece not in _BASE:
                scale, dimension = _MAGNITUDE[piece], dict[str, int]()
            else:
                scale, dimension = _symbol(piece)
            sign = 1 if index == 0 else -1
            factor *= scale**sign
            for name, exponent in dimension.items():
                exponents[name] = exponents.get(name, 0) + sign * exponent
    if not 1.0 / MOST <= factor <= MOST:
        raise InputError(say('the unit "{text}" is larger or smaller than a unit can be here', text=text[:80]))
    return Unit(factor, tuple(sorted((n, e) for n, e in exponents.items() if e)))


_NUMBER = r"[-+−]?\d[\d_,]*(?:\.\d+)?(?:[eE][-+−]?\d+)?"
_SIMPLE = re.compile(rf"^\s*(?P<pre>\$|{'|'.join(CURRENCIES)})?\s*(?P<number>{_NUMBER})\s*(?P<unit>.*?)\s*$")


def split_number(text: str) -> tuple[float, str]:
    """`"$40 bn"` -> (40.0, "bn USD"); raises InputError where the text does not start with a number."""
    match = _SIMPLE.match(text)
    if match is None:
        raise InputError(say('got "{text}", which is not a number with a unit', text=text))
    number = float(match["number"].replace("_", "").replace(",", "").replace("−", "-"))
    if abs(number) > MOST:
        raise InputError(say('got "{text}", more than a number can be here', text=text))
    currency = {"$": "USD", None: ""}.get(match["pre"], match["pre"])
    return number, f"{match['unit']} {currency}".strip()


def convert(number: float, given: str, wanted: str) -> float:
    """A number in one unit as a float in another. Raises InputError naming both kinds where they do not fit."""
    have, want = unit(given), unit(wanted)
    if have.dimension != want.dimension:
        raise InputError(
            say(
                'got "{number:g} {given}", {kind_given}; expected {kind}',
                number=number,
                given=given,
                kind_given=have.name,
                kind=want.kind,
            )
        )
    return number * (have.factor / want.factor)


def parse_number(text: str | float | int, wanted: str) -> float:
    """A number with unit as a float in the wanted unit; a bare number is accepted for dimensionless quantities only."""
    if isinstance(text, bool) or not isinstance(text, (str, float, int)):
        raise InputError(say('got "{text}"; expected {kind}', text=text, kind=unit(wanted).kind))
    if not isinstance(text, str):
        if unit(wanted).dimension:
            raise InputError(say('got "{text}" without a unit; expected {kind}', text=text, kind=unit(wanted).kind))
        if not -MOST <= text <= MOST:
            raise InputError(say('got "{text}", more than a number can be here', text=text))
        return float(text) / unit(wanted).factor
    number, given = split_number(text)
    if not given and unit(wanted).dimension:
        raise InputError(say('got "{text}" without a unit; expected {kind}', text=text, kind=unit(wanted).kind))
    return convert(number, given or "1", wanted)


_SCALES: dict[str, list[tuple[float, str]]] = {
    "W": [(1e12, "TW"), (1e9, "GW"), (1e6, "MW"), (1e3, "kW"), (1.0, "W")],
    "Wh": [(1e12, "TWh"), (1e9, "GWh"), (1e6, "MWh"), (1e3, "kWh"), (1.0, "Wh")],
    "USD": [(1e12, "tn USD"), (1e9, "bn USD"), (1e6, "million USD"), (1.0, "USD")],
    "USD*yr": [(1e12, "tn USD years"), (1e9, "bn USD years"), (1e6, "million USD years"), (1.0, "USD years")],
    "FLOP/s": [(1e21, "ZFLOP/s"), (1e18, "EFLOP/s"), (1e15, "PFLOP/s"), (1e12, "TFLOP/s"), (1.0, "FLOP/s")],
    "t": [(1e6, "Mt"), (1e3, "kt"), (1.0, "t")],
    "L": [(1e9, "bn L"), (1e6, "million L"), (1.0, "L")],
    "token": [(1e12, "tn tokens"), (1e9, "bn tokens"), (1e6, "million tokens"), (1.0, "tokens")],
    "USD/W/d": [(1e-3 / (_YEAR / 12 / _DAY), "USD/kW/month")],
    "USD/Wh": [(1e-6, "USD/MWh")], "USD/W": [(1.0, "USD/W")], "L/Wh": [(1e-3, "L/kWh")], "g/Wh": [(1e-3, "g/kWh")],
    "token/d": [(1e12, "tn tokens/d"), (1e9, "bn tokens/d"), (1e6, "million tokens/d"), (1.0, "tokens/d")],
    "token/s": [(1e9, "bn tokens/s"), (1e6, "million tokens/s"), (1.0, "tokens/s")],
    "g": [(1e12, "Mt"), (1e9, "kt"), (1e6, "t"), (1e3, "kg"), (1.0, "g")],
    "job/W": [(1e-6, "jobs/MW")], "W/d": [(1e9, "GW/d"), (1e6, "MW/d"), (1e3, "kW/d")], "1/d": [(_DAY / _YEAR, "a year")],
    "job": [(1.0, "jobs")], "1": [(1e9, "bn"), (1e6, "million"), (1.0, "")], "d": [(1.0, "d")],
}  # fmt: skip


@dataclass(frozen=True)
class Notation:
    """How a language writes numbers and units: decimal mark, what sets thousands apart from how many digits on, words of units.

    `words`: a piece of a unit as units are written here (`bn`, `jobs`, `/d`) -> in this language; `one`: the same after the number 1.
    """

    decimal: str = "."
    thousands: str = ","
    grouped_from: int = 4
    absent: str = "absent"
    words: Mapping[str, str] = field(default_factory=dict)
    one: Mapping[str, str] = field(default_factory=dict)

    def number(self, text: str) -> str:
        """A number written as `12,345.6`, in this notation."""
        whole, point, rest = text.replace(",", "").partition(".")
        digits = whole.lstrip("−-")
        if digits.isdecimal() and len(digits) >= self.grouped_from:
            whole = whole[: len(whole) - len(digits)] + f"{int(digits):,}".replace(",", self.thousands)
        return whole + (self.decimal + rest if point else "")

    def unit(self, name: str, number: str = "") -> str:
        """A unit such as `bn USD` or `tokens/d`, in this language, after a number."""
        known = {**self.words, **self.one} if number == "1" else self.words
        return _PIECE.sub(lambda piece: self._piece(piece[0], known), name) if known else name

    @staticmethod
    def _piece(piece: str, known: Mapping[str, str]) -> str:
        bare = piece.removeprefix("/")
        return known.get(piece) or piece[: len(piece) - len(bare)] + known.get(bare, bare)


_PIECE = re.compile(r"/?[^\s/]+")
ENGLISH = Notation()
#: Swiss: thousands are set apart from five digits on.
GERMAN = Notation(
    ",", "’", 5, "nicht angegeben",
    {
        "bn": "Mrd.", "billion": "Mrd.", "million": "Mio.", "mn": "Mio.", "tn": "Bio.", "trillion": "Bio.", "thousand": "Tsd.", "k": "Tsd.",
        "d": "Tage", "day": "Tage", "days": "Tage", "week": "Wochen", "weeks": "Wochen", "month": "Monate", "months": "Monate",
        "yr": "Jahre", "year": "Jahre", "years": "Jahre", "h": "h", "/d": "/Tag", "/day": "/Tag", "/week": "/Woche", "/month": "/Monat",
        "/yr": "/Jahr", "/year": "/Jahr", "job": "Stellen", "jobs": "Stellen", "FTE": "Vollzeitstellen", "worker": "Arbeitskräfte",
        "token": "Tokens", "tokens": "Tokens", "/token": "/Token", "L": "l", "/L": "/l", "building": "Gebäude", "buildings": "Gebäude",
        "accelerator": "Beschleuniger", "accelerators": "Beschleuniger", "GPU": "GPUs", "chip": "Chips", "chips": "Chips", "rack": "Racks",
        "racks": "Racks", "user": "Nutzer", "users": "Nutzer", "messages": "Nachrichten", "parties": "Parteien", "points": "Prozentpunkte",
        "acres": "Acres", "acre": "Acres", "node": "Knoten", "parameters": "Parameter", "degC": "°C", "deg": "°",
    },
    {
        "d": "Tag", "day": "Tag", "days": "Tag", "week": "Woche", "weeks": "Woche", "month": "Monat", "months": "Monat", "yr": "Jahr",
        "year": "Jahr", "years": "Jahr", "job": "Stelle", "jobs": "Stelle", "FTE": "Vollzeitstelle", "worker": "Arbeitskraft",
        "token": "Token", "tokens": "Token", "chip": "Chip", "chips": "Chip", "GPU": "GPU", "GPUs": "GPU", "rack": "Rack", "racks": "Rack",
        "parties": "Partei", "points": "Prozentpunkt", "messages": "Nachricht",
    },
)  # fmt: skip
#: How the languages other than English write numbers.
NOTATIONS = {"de": GERMAN}


def figures(value: float, digits: int = 3, notation: Notation = ENGLISH) -> str:
    """At most three significant figures, thousands separated, a true minus."""
    if value == 0:
        return "0"
    text = f"{value:,.{max(0, digits - len(str(int(abs(value)))) if abs(value) >= 1 else digits)}f}"
    if abs(value) >= 10**digits:
        scale = 10 ** (len(str(int(abs(value)))) - digits)
        text = f"{round(value / scale) * scale:,.0f}"
    elif abs(value) < 1:
        text = f"{value:.{digits}g}"
    if "." in text and "e" not in text:
        text = text.rstrip("0").rstrip(".")
    return notation.number(text.replace("-", "−"))


def share_text(share: float, notation: Notation = ENGLISH) -> str:
    """A share in per cent, with its decimals where it is small: `12.5 %`."""
    return f"{figures(100.0 * share, notation=notation)} %"


#: What three figures round up to one of the larger unit: 999.5 million is 1 bn.
_ROUNDS_UP = 0.9995


def scale_of(value: float, unit_name: str) -> tuple[float, str]:
    """The factor and the name of the unit in which a value of this size reads best (W -> GW, USD -> bn USD)."""
    for factor, name in _SCALES.get(unit_name, [(1.0, unit_name)]):
        if abs(value) >= factor * _ROUNDS_UP:
            return factor, name
    return _SCALES.get(unit_name, [(1.0, unit_name)])[-1]


def show(value: float, unit_name: str, scale_by: float | None = None, notation: Notation = ENGLISH) -> str:
    """A value as people read it: `0.59 GW`, `16 bn USD`, `6,400 jobs`; `scale_by` fixes the scale to that of another value."""
    if value != value:
        return notation.absent
    factor, name = scale_of(value if scale_by is None else scale_by, unit_name)
    number = figures(value / factor, notation=notation)
    return f"{number} {notation.unit(name, number)}".strip()
