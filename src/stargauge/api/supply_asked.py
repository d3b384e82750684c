"""What is asked of a supply: what is wrong with it, and what would do where no supply keeps the limits; each by the name it is asked by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil, floor, log10
from typing import NamedTuple

from stargauge.plan.offers import CHOICES
from stargauge.plan.sizing import NoSupply, Relief
from stargauge.quantity.errors import Fault, InputError, did_you_mean, says_what_was_expected
from stargauge.quantity.spoken import say
from stargauge.quantity.units import parse_number, split_number, unit

#: Limits by the name they are asked by, their name in the plan, the unit it keeps them in.
_AMOUNTS = (("emissions", "carbon", "g/Wh"), ("land", "land", "m2"), ("gas", "fuel", "Wh"))


class Way(NamedTuple):
    """One limit that alone would do if it gave way: the name it is asked by, what it would have to be, what was asked."""

    name: str
    needed: str
    asked: str


def faults_of(asked: Mapping[str, str | None], sources: Sequence[str] | None) -> Iterator[Fault]:
    """What is wrong with amounts (`load`, `emissions`, `land`, `gas`) and `sources`; each fault has the name as its path."""
    yield from _faults_of_amount("load", asked.get("load"), "W", zero=False)
    for name, _, plain in _AMOUNTS:
        yield from _faults_of_amount(name, asked.get(name), plain, zero=name != "gas")
    if sources is not None and not sources:
        yield Fault(say("got no source; expected some of {choices}", choices=", ".join(CHOICES)), "sources")
    for source in sources or ():
        if source not in CHOICES:
            yield Fault(
                say(
                    'no source "{source}"{near} (all: {choices})',
                    source=source,
                    near=did_you_mean(source, CHOICES),
                    choices=", ".join(CHOICES),
                ),
                "sources",
            )


def _faults_of_amount(name: str, text: str | None, plain: str, zero: bool) -> Iterator[Fault]:
    if text is None:
        return
    try:
        value = parse_number(text, plain)
    except InputError as error:
        yield from (Fault(_expecting(fault.message, plain), name) for fault in error.faults)
        return
    if zero and not value >= 0.0:
        yield Fault(say('got "{text}"; expected 0 or more', text=text), name)
    elif not zero and not value > 0.0:
        yield Fault(say('got "{text}"; expected more than 0', text=text), name)


def _expecting(message: str, plain: str) -> str:
    """A fault of a number with what was expected, where it does not say so."""
    if says_what_was_expected(message):
        return message
    return say("{error}; expected {kind}", error=message, kind=unit(plain).kind)


def no_supply_of(sources: Sequence[str] | None, site: str, by: object) -> str:
    """That no supply keeps all limits at a site, from a day on where one is asked."""
    named = {"sources": ", ".join(sources or ()), "site": site, "by": by}
    if sources:
        if by:
            return say("no supply of {sources} keeps all limits at {site}, from {by} on", **named)
        return say("no supply of {sources} keeps all limits at {site}", **named)
    if by:
        return say("no supply of what is looked at keeps all limits at {site}, from {by} on", **named)
    return say("no supply of what is looked at keeps all limits at {site}", **named)


def ways(fault: NoSupply, asked: Mapping[str, str | None]) -> list[Way]:
    """What each limit alone would have to be for a supply to exist, all else kept, in the unit in which it was asked.

    Limits that were not asked for are left out, and those that alone cannot help.
    """
    return [way for one in fault.reliefs if (way := _way(one, asked))]


def not_yet(fault: NoSupply) -> str:
    """From when what is offered is there, and from which hour on how much is missing; empty where nothing is waited for."""
    texts = [say("{source} not before {day}", source=name, day=day) for name, day in fault.ready.items()]
    if fault.lack is not None:
        lack = {"power": fault.lack.missing / 1e6, "day": fault.lack.day, "hour": fault.lack.hour}
        texts.append(say("{power:,.4g} MW are missing from {day} {hour:02d}:00 on", **lack))
    return ", ".join(texts)


def enough(reliefs: Sequence[Relief]) -> list[Relief]:
    """The same, each amount to three figures and rounded up, so that whoever asks for it gets a supply."""
    return [one if one.needed is None else replace(one, needed=_up(one.needed)) for one in reliefs]


def _way(one: Relief, asked: Mapping[str, str | None]) -> Way | None:
    if one.needed is None:
        return None
    if one.limit == "shortfall":
        return Way("shortfall", f"{_up(one.needed):g}", asked.get("shortfall") or "0") if _up(one.needed) < 1.0 else None
    for name, limit, plain in _AMOUNTS:
        text = asked.get(name)
        if limit == one.limit and text is not None:
            named = split_number(text)[1]
            return Way(name, f"{_written(_up(one.needed * unit(plain).factor / unit(named).factor))} {named}", text)
    return None


def _up(value: float) -> float:
    """A number to three figures, rounded up so that it is enough."""
    if value <= 0.0:
        return 0.0
    scale = 10.0 ** (2 - floor(log10(value)))
    return ceil(value * scale - 1e-6) / scale


def _written(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000.0 else f"{number:g}"
