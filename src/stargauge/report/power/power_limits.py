"""What a supply must keep, in words: the fields that ask for it, what a little more would save, and why there is no supply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from stargauge.audit.wording.words import sentence_case
from stargauge.report.locale import say
from stargauge.report.power.power_words import KM2, LITTLE, Data, area, money, share_text, source_text
from stargauge.report.wording import day_text, figures, show

#: What saves more than this a year is worth a word, USD.
_WORTH = 1000.0


def fields() -> list[tuple[str, str, str]]:
    """The fields in which limits are asked for: name, label, an example."""
    return [
        ("load", say("Load, in every hour"), "500 MW"), ("shortfall", say("Energy that may be missing"), "0.1 %"),
        ("emissions", say("CO2e at most"), "200 kg/MWh"), ("land", say("Land at most"), "2000 acres"),
        ("gas", say("Gas a year at most"), "5 TWh"), ("years", say("Years of weather"), "1"),
    ]  # fmt: skip


class Relief(Protocol):
    """What one limit would have to be."""

    @property
    def limit(self) -> str:
        """Which limit it is."""

    @property
    def needed(self) -> float | None:
        """What it would have to be, in the unit of the limit; None where it alone cannot help."""


class Lack(Protocol):
    """The first hour that nothing carries."""

    @property
    def day(self) -> date:
        """The day it falls on."""

    @property
    def hour(self) -> int:
        """The hour of the day, from 0."""

    @property
    def missing(self) -> float:
        """The power that is missing, W."""


def impossible(reliefs: Sequence[Relief], asked: Data, ready: Mapping[str, date] | None = None, lack: Lack | None = None) -> str:
    """Why there is no supply, about what each limit that was asked for would have to be for one, what is there when and what is missing."""
    return ". ".join([_no_way(reliefs, asked), *_not_yet(ready or {}, lack)])


def _not_yet(ready: Mapping[str, date], lack: Lack | None) -> list[str]:
    texts = []
    if ready:
        days = [say("{source} not before {day}", source=source_text(name), day=day_text(str(day))) for name, day in ready.items()]
        texts.append(sentence_case(", ".join(days)))
    if lack is not None:
        texts.append(say("From {day}, {hour} o’clock on {power} are missing", day=day_text(str(lack.day)), hour=lack.hour,
                         power=show(lack.missing, "W")))  # fmt: skip
    return texts


def _no_way(reliefs: Sequence[Relief], asked: Data) -> str:
    told = {
        "shortfall": lambda value: say("{share} of the energy missing", share=share_text(value)),
        "carbon": lambda value: say("{number} kg of CO2e per MWh", number=figures(value / 1e-3)),
        "land": lambda value: say("{area} of land", area=area(value)),
        "fuel": lambda value: say("{energy} of gas", energy=show(value, "Wh")),
    }  # fmt: skip
    names = {"carbon": "emissions", "land": "land", "fuel": "gas"}
    ways = [told[one.limit](one.needed) for one in reliefs
            if one.needed is not None and (one.limit == "shortfall" or (one.limit in names and asked.get(names[one.limit])))]  # fmt: skip
    if not ways:
        return say("no supply of what may be built keeps all limits, and no single limit that gives way would be enough")
    return say(
        "no supply of what may be built keeps all limits; any one of these would do, about, all else kept: {ways}", ways="; ".join(ways)
    )


def limits(data: Data) -> list[tuple[str, str]]:
    """Each limit: its name, what was asked, and in words what a little more of it would save."""
    return [*(_TOLD[one["name"]](one) for one in data["limits"] if one["name"] in _TOLD), *_waits(data)]


def _waits(data: Data) -> list[tuple[str, str]]:
    """What it costs that something is not there from the start, the dearest first; nothing where nothing is waited for."""
    every = data.get("waits") or ()
    waits = sorted((one for one in every if one["costs"]["value"] is not None), key=lambda one: (-one["costs"]["value"], one["name"]))
    lost = [source_text(one["name"]) for one in every if one["costs"]["value"] is None]
    told = [
        say("{name} until {day} costs {cost}", name=source_text(one["name"]), day=day_text(one["until"]), cost=money(one["costs"]["value"]))
        for one in waits if one["costs"]["value"] >= LITTLE
    ]  # fmt: skip
    free = [source_text(one["name"]) for one in waits if one["costs"]["value"] < LITTLE]
    texts = []
    if told:
        texts.append(say("To wait for {waits}, each alone against a supply that has it from the start.", waits="; ".join(told)))
    if free:
        texts.append(say("To wait for {names} costs nothing.", names=", ".join(free)))
    if lost:
        texts.append(say("What it costs to wait for {names} was not found.", names=", ".join(lost)))
    return [(say("time"), " ".join(texts))] if texts else []


def _shortfall(one: Data) -> tuple[str, str]:
    if not one["asked"]:
        return say("shortfall"), say("No energy of the load may be missing in the plan.")
    asked = say("At most {share} of the energy may be missing.", share=share_text(one["asked"]))
    return say("shortfall"), f"{asked} {_saves(one, 1e-3, say('Another 0.1 % allowed to be missing'))}"


def _carbon(one: Data) -> tuple[str, str]:
    asked = say("At most {number} kg of CO2e per MWh of the load.", number=figures(one["asked"] / 1e-3))
    asked += " " + say("Left out of it: what gas emits before it is burnt.")
    return say("CO2e"), f"{asked} {_saves(one, 1e-3, say('One more kg/MWh of CO2e allowed'))}"


def _land(one: Data) -> tuple[str, str]:
    asked = say("At most {area} of land.", area=area(one["asked"]))
    return say("land"), f"{asked} {_saves(one, KM2, say('One more km² allowed'))}"


def _fuel(one: Data) -> tuple[str, str]:
    asked = say("At most {energy} of gas burnt a year.", energy=show(one["asked"], "Wh"))
    return say("gas"), f"{asked} {_saves(one, 1e9, say('One more GWh of gas a year allowed'))}"


def _firm(one: Data) -> tuple[str, str]:
    asked = say(
        "At least {power} of plants that run as wanted: with fewer the test is not passed.",
        power=show(one["asked"], "W"),
    )
    saved = one["saves"]["value"] * 1e6
    return say("reserve"), f"{asked} {_saves(one, 1e6, say('One MW less of it'))}" if saved >= _WORTH else asked


_TOLD = {"shortfall": _shortfall, "carbon": _carbon, "land": _land, "fuel": _fuel, "firm": _firm}


def _saves(one: Data, step: float, more: str) -> str:
    """What a step more of a limit saves a year; that it does not bind where that is nothing."""
    saved = one["saves"]["value"] * step
    if saved < _WORTH:
        return say("It costs nothing: the plan would be the same without it.")
    return say("{more} would save at most {money} a year.", more=more, money=show(saved, "USD"))
