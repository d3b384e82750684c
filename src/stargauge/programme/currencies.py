"""Amounts in other currencies as USD, at a rate that the programme states with its date and source. Inside the model money is USD."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution, parse_value
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.quantity.statement import Statement
from stargauge.quantity.units import CURRENCIES

#: Units of each currency for one USD, by code, as stated at dates.
Rates = Mapping[str, tuple[Statement, ...]]
OTHERS = tuple(code for code in CURRENCIES if code != "USD")
_CODE = re.compile(rf"(?<![A-Za-z])({'|'.join(OTHERS)})(?![A-Za-z])")


def currency_of(raw: object, unit: str) -> str:
    """The code of the other currency that a text for a field in USD names; empty where it names none."""
    found = _CODE.search(raw) if isinstance(raw, str) and "USD" in unit else None
    return found[1] if found else ""


def in_usd(raw: str, unit: str, code: str, rates: Rates, when: Window | None) -> tuple[float | Distribution, str]:
    """A value in another currency as USD, and the words that say at which rate. Raises InputError where the programme gives no rate."""
    rate = _at(rates.get(code, ()), when)
    if rate is None:
        raise InputError(
            say(
                'got "{raw}", in {code}, and the programme has no rate for it; give one, dated, at the top of the '
                "programme: currencies: {{{code}: {{value: UNITS OF {code} FOR ONE USD, as_of: DATE, source: ID}}}}",
                raw=raw,
                code=code,
            )
        )
    value, per_usd = parse_value(raw, unit.replace("USD", code)), float(str(rate.value))
    said = f"{raw} at {per_usd:g} {code}/USD" + (f" ({', '.join(filter(None, (str(rate.as_of or ''), rate.source)))})")
    return (value.scaled(1.0 / per_usd) if isinstance(value, Distribution) else value / per_usd), said


def _at(stated: tuple[Statement, ...], when: Window | None) -> Statement | None:
    """The newest rate for a day not after the one a value speaks for, else the earliest there is."""
    usable = [rate for rate in stated if isinstance(rate.value, float) and rate.value > 0.0]
    before = [rate for rate in usable if when is None or rate.as_of is None or rate.as_of.start <= when.end]
    if before:
        return max(before, key=_day)
    return min(usable, key=_day, default=None)


def _day(rate: Statement) -> date:
    return rate.as_of.end if rate.as_of else date.min
