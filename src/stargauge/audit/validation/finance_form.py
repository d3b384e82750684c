"""A reference case as a file states it, and a form that such cases have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.dates import parse_window

Array = NDArray[np.float64]
Values = Mapping[str, Any]
#: Shares of the cost by convention and year, (5, period + 1), of a recovery period in years.
TaxTable = Callable[[int], Array]


@dataclass(frozen=True)
class Case:
    """What a reference case states, and the tax tables it may need."""

    inputs: Values
    expected: Values
    tax_table: TaxTable

    def number(self, name: str, default: float | None = None) -> float:
        """A number of the inputs. Raises ValueError where it is none."""
        value = self.inputs[name] if default is None else self.inputs.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f'"{name}" must be a number, got {value!r}')
        return float(value)

    def numbers(self, name: str) -> Array:
        """A list (or table) of numbers of the inputs. Raises ValueError where it is none."""
        try:
            return np.asarray(self.inputs[name], dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f'"{name}" must be a list of numbers') from None

    def days(self, name: str) -> Array:
        """A list of dates of the inputs as day counts."""
        return np.array([one_day(one) for one in self.inputs[name]])


@dataclass(frozen=True)
class Form:
    """A form of reference case: words of its topic, the inputs it needs, the results it gives (as patterns), and how."""

    name: str
    topics: frozenset[str]
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    make: Callable[[Case], dict[str, Any]]

    def covers(self, expected: Values) -> int:
        """How many of the results asked for it gives."""
        return sum(any(re.fullmatch(pattern, name) for pattern in self.gives) for name in expected)


def one_day(text: object) -> float:
    """A day as a day count. Raises ValueError for what is longer than a day."""
    window = parse_window(str(text))
    if window.start != window.end:
        raise ValueError(f'"{text}" must be one day, such as 2025-01-21')
    return float(window.start.toordinal())
