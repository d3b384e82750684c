"""Facts, notes and numbers of a plan in words: on what decisions hang, what insisting costs, what the plan rests on."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from stargauge.report.locale import language, notation, say
from stargauge.report.plan_words import Data, money_text, power_text
from stargauge.report.power_words import source_text, what_text
from stargauge.report.wording import chip_name, day_text, fact_status_text

#: Facts as the answer names them, in English, each with what it has of its own.
_FACTS = (
    re.compile(r"how soon (?P<power>\S+) carries (?P<site>\S+)"),
    re.compile(r"(?:when|delivery) (?P<chip>\S+)(?: is delivered)?"),
    re.compile(r"(?:how long|wait) (?P<waits>\S+)(?: waits for hall and power \(.*\))?"),
)


def fact_text(fact: Any) -> str:
    """A fact on which a decision hangs."""
    text = str(fact)
    plain = {
        "how long the work on it takes": say("how long the work on it takes"),
        "the next start of work at the site": say("the next start of work at the site"),
        "how everything turns out": say("how everything turns out"), "everything": say("how everything turns out"),
    }  # fmt: skip
    found = next((made.groupdict() for one in _FACTS if (made := one.fullmatch(text))), {})
    if text in plain or not found:
        return plain.get(text, text)
    if "chip" in found:
        return say("when {chip} is delivered", chip=chip_name(found["chip"]))
    if "waits" in found:
        return say("how long {site} waits for hall and power", site=found["waits"])
    return say("how soon {site} is fed by {power}", power=power_text(found["power"]), site=found["site"])


def note_text(note: str) -> str:
    """A note of the answer, with days as they are read."""
    if found := re.fullmatch(r"What was announced cannot be had by (\S+) with (.+ %): planned for (\S+) instead\.", note):
        return say("What was announced cannot be had by {day} with {share}: planned for {when} instead.", day=day_text(found[1]),
                   share=found[2], when=day_text(found[3]))  # fmt: skip
    if found := re.fullmatch(r"The best plan that was found keeps it with (.+) in the ordinary run, where (.+) is asked\.", note):
        return say("The best plan that was found keeps it with {share} in the ordinary run, where {asked} is asked.", share=found[1],
                   asked=found[2])  # fmt: skip
    if found := re.fullmatch(r"(?:No plan|Not even everything at once) keeps it by (\S+), the end of the clock\.", note):
        return say("Nothing that may be built keeps it by {day}, the end of the clock.", day=day_text(found[1]))
    return note


def insist_text(one: Data) -> str:
    """What it costs to insist on a part of what was announced."""
    if not one["possible"]:
        return say("not enough") if one["what"] == "money" else say("cannot be had")
    if one["difference"] is None:
        return money_text(one["cost"])
    more = money_text(abs(one["difference"]))
    return say("{more} more", more=more) if one["difference"] >= 0.0 else say("{less} less", less=more)


def insist_name(one: Data) -> str:
    """On what somebody insists, without what comes of it."""
    said, what = re.split(r" costs |: | cannot be had", str(one["text"]))[0], str(one["what"])
    if found := re.fullmatch(r"the announced day, (\S+)", said):
        return say("the announced day, {day}", day=day_text(found[1]))
    if found := re.fullmatch(r"the announced (\S+ \S+)", said):
        return say("the announced amount, {amount}", amount=_shown(found[1]))
    if found := re.fullmatch(r"(.+) spent", said):
        return say("{money} spent", money=_shown(found[1]))
    if said and language() == "en":
        return said
    names = {"amount": say("the amount"), "day": say("the day"), "money": say("the money"), "probability": say("the probability")}
    return names.get(what, what)


def instead_text(instead: Any) -> str:
    """What can be had instead of what somebody insists on, or what the same money buys."""
    text = str(instead or "–")
    if found := re.fullmatch(r"(.+) buys (.+) by (.+?) with a probability of (.+ %)", text):
        return say("{money} buys {amount} by {day} with a probability of {share}", money=_shown(found[1]),
                   amount=_shown(found[2]), day=_day(found[3]), share=notation().number(found[4]))  # fmt: skip
    if found := re.fullmatch(r"(.+) by (.+) is the most that can be had with a probability of (.+ %)", text):
        return say("{amount} by {day} is the most that can be had with a probability of {share}", amount=_shown(found[1]),
                   day=_day(found[2]), share=notation().number(found[3]))  # fmt: skip
    if found := re.fullmatch(r"nothing of it can be had by then with a probability of (.+ %)", text):
        return say("nothing of it can be had by then with a probability of {share}", share=notation().number(found[1]))
    return text


def _shown(text: str) -> str:
    """An amount as the answer writes it, as the language does."""
    number, _, unit = text.partition(" ")
    return f"{notation().number(number)} {notation().unit(unit)}" if unit else notation().number(number)


def _day(text: str) -> str:
    """A day such as `28 February 2030` as people read it in the language."""
    try:
        return day_text(datetime.strptime(text, "%d %B %Y").date())
    except ValueError:
        return text


def assumption_text(name: str) -> str:
    """What a number behind the plan is of: `gas engines: capital cost`."""
    of, mark, what = name.partition(": ")
    return f"{source_text(of)}: {what_text(what)}" if mark else name


def kind_of_value(kind: str) -> str:
    """Whether a value is stated, of the catalogue, assumed or computed."""
    names = {"stated": say("stated"), "default": say("default"), "assumption": say("assumption"), "assumed": say("assumed"),
             "derived": say("computed"), "computed": say("computed"), "designed": say("designed")}  # fmt: skip
    return names.get(kind) or fact_status_text(kind)
