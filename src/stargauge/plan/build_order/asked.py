"""What is asked of a plan, from texts: capacity by days with a probability, a goal, what may be chosen. Limits are read beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np

from stargauge.audit.claims.binding import check
from stargauge.audit.claims.language import Comparison, Reading, leaves, parse
from stargauge.engine.simulate import axes_of, model_graph, statics_of
from stargauge.plan.build_order.case.case import Target
from stargauge.plan.build_order.case.choices import POWERS
from stargauge.plan.build_order.case.decisions import chips_for
from stargauge.plan.build_order.case.limits import amount_of
from stargauge.plan.build_order.case.split import is_need
from stargauge.plan.build_order.told.said import DATE, Said
from stargauge.programme.known import Known
from stargauge.programme.schema import UNSITED
from stargauge.quantity.address import Address
from stargauge.quantity.dates import month_end, parse_window
from stargauge.quantity.errors import Fault, InputError, did_you_mean, says_what_was_expected
from stargauge.quantity.spoken import say
from stargauge.quantity.units import parse_number, unit

CARBON_PRICE = "100 USD/tCO2e"
GOALS = ("cost", "capacity", "emissions", "wait")
#: The probability with which a target is kept unless told otherwise, and what may be asked for.
USUAL, LEAST, MOST = 0.8, 0.01, 0.99
_RUNS = "operational"
#: What a target may be of: the quantity, the label it has to bear, and its unit.
_QUANTITIES = {"power_facility": (_RUNS, "W"), "power_it": (_RUNS, "W"), "compute_h100e": ("", "1")}
POSSIBLE = "10 GW by 2029-12-31, 1.2 GW IT at SITE by 2028, 20 million H100e by 2029, or 'power_it[operational] >= 8 GW by 2029-12-31'"
_SHORT = re.compile(
    r"^\s*(?:(?P<amount>\S.*?)\s+)??(?:(?P<base>IT|facility|H100e)\s+)?(?:at\s+(?P<sites>[a-z0-9_, -]+?)\s+)?by\s+(?P<day>\S+)\s*$"
)
T = TypeVar("T")
_BASES = {"IT": "power_it", "facility": "power_facility", "H100e": "compute_h100e", None: "power_facility"}


class Announced(NamedTuple):
    """The announcement as a target: facility power that would run had every first promise held, and the last day of these."""

    amount: float
    day: date


@dataclass(frozen=True)
class Wanted:
    """What is asked, read and checked. `announced`: nobody asked for a target, so the announcement is one.

    `open_amount`: for the goal `capacity`, whether the amount of the first target is looked for instead of asked for; `carbon_price`: USD
    per g CO2e, part of the cost.
    """

    goal: str
    targets: tuple[Target, ...]
    powers: tuple[str, ...]
    chips: tuple[str, ...]
    further: bool
    start_from: date
    announced: bool = False
    open_amount: bool = False
    carbon_price: float = 0.0


def wanted(
    now: Known, *, target: str | Sequence[str] | None = None, claim: str | Sequence[str] | None = None,
    probability: str | float | None = None, goal: str = "cost", powers: Sequence[str] | None = None, chips: Sequence[str] | None = None,
    further: bool = True, start_from: date | str | None = None, carbon_price: str | None = None,
) -> Wanted:  # fmt: skip
    """Read what is asked of a plan of what is known. Raises InputError with every fault at once."""
    faults = list[Fault]()
    share = _taken(lambda: probability_of(probability), faults, "probability")
    if goal not in GOALS:
        faults.append(
            Fault(
                say('no goal "{goal}"{near} (all: {goals})', goal=goal, near=did_you_mean(str(goal), GOALS), goals=", ".join(GOALS)), "goal"
            )
        )
    price = _taken(lambda: carbon_price_of(carbon_price, now), faults, "carbon_price")
    if price and goal in GOALS and goal != "cost":
        faults.append(
            Fault(say("a price on CO2e is part of the cost, and the goal is {goal}; leave out one of them", goal=goal), "carbon_price")
        )
    targets = list[Target]()
    asked = _taken(lambda: texts_of(target, say(POSSIBLE)), faults, "target") or []
    claims = _taken(lambda: texts_of(claim, say("CLAIM or CLAIM/READING")), faults, "claim") or []
    powers = None if powers is None else _taken(partial(texts_of, powers, "grid"), faults, "powers")
    chips = None if chips is None else _taken(partial(texts_of, chips, "gb300-nvl72"), faults, "chips")
    for text in asked:
        if (found := _taken(lambda text=text: target_of(text, share or USUAL, now, goal == "capacity"), faults, "target")) is not None:  # type: ignore[misc]
            targets.append(found)
    for text in claims:
        if (found := _taken(lambda text=text: claimed(text, share or USUAL, now), faults, "claim")) is not None:  # type: ignore[misc]
            targets.append(found)
    faults += [Fault(text, "target") for text in contradictions(targets)]
    given = bool(target or claim)
    if not given and (one := _taken(lambda: announcement(now, share or USUAL), faults, "target")) is not None:
        targets.append(one)
    faults += _unknown(powers, POWERS, "powers")
    known_chips = axes_of(now)["chip"]
    faults += _unknown(chips, known_chips, "chips")
    first = _taken(lambda: _first(start_from, now), faults, "start_from")
    if faults:
        raise InputError(faults)
    return Wanted(
        goal, tuple(targets), tuple(powers or POWERS), chips_for(now, tuple(chips or ())), further,
        first or now.as_of, not given, goal == "capacity" and not targets[0].amount, price or 0.0,
    )  # fmt: skip


def texts_of(given: object, example: str) -> list[str]:
    """One text or several as a list; none where nothing is given. Raises InputError for what is no text, with what one is like."""
    several = given if isinstance(given, (list, tuple)) else [] if given is None else [given]
    wrong = [one for one in several if not isinstance(one, str)]
    if wrong:
        raise InputError([Fault(say("got {one!r}; expected a text such as {example}", one=one, example=example)) for one in wrong])
    return [one for one in several if isinstance(one, str)]


def carbon_price_of(given: str | None, now: Known) -> float:
    """A price on CO2e, USD per g; nought where none is given. Raises InputError where it is no price per mass, or less than nothing."""
    if given is None:
        return 0.0
    (text,) = texts_of(given, CARBON_PRICE) or [""]
    try:
        price, _ = amount_of(text, ("USD/g",), CARBON_PRICE, now)
    except InputError as error:
        raise InputError(
            f"{error}"
            if CARBON_PRICE in str(error)
            else say("{error}; a price on CO2e is such as {example}", error=error, example=CARBON_PRICE)
        ) from None
    if not 0.0 <= price < np.inf:
        raise InputError(
            say('got "{text}"; expected a price on CO2e of nought or more, such as {example}', text=text, example=CARBON_PRICE)
        )
    return price


def _taken(read: Callable[[], T], faults: list[Fault], option: str) -> T | None:
    """What is read, or None and its faults noted with the option's name."""
    try:
        return read()
    except InputError as error:
        faults += [Fault(fault.message, option) for fault in error.faults]
        return None


def probability_of(given: str | float | None) -> float:
    """A probability as a share: `90 %`, `0.9`; the usual one where none is given. Raises InputError outside 1 to 99 %."""
    if given is None:
        return USUAL
    try:
        share = parse_number(given, "1")
    except InputError as error:
        raise InputError(say("{error}; expected a probability such as 90 % or 0.9", error=error)) from None
    if not LEAST <= share <= MOST:
        meant = say("; did you mean {share:g} %?", share=share) if 1.0 < share <= 100.0 * MOST else ""
        raise InputError(
            say("got {given}; expected a probability from 1 % to 99 %, as no build is certain{meant}", given=given, meant=meant)
        )
    return share


# --- targets ----------------------------------------------------------------------------------------------------------------------


def target_of(text: str, probability: float, now: Known, may_be_open: bool = False) -> Target:
    """A target from a text, short or in the claim language. Raises InputError with what is possible.

    `may_be_open`: the amount may be left out, as in `IT by 2029`; it is then nought.
    """
    if any(op in text for op in "<>="):
        return _checked(text, probability, now)
    short = _SHORT.match(text)
    if short is None:
        raise InputError(say('got "{text}"; expected an amount by a day, such as {example}', text=text, example=say(POSSIBLE)))
    if short["amount"] is None and not may_be_open:
        raise InputError(
            say(
                'got "{text}" without an amount, which only the goal capacity looks for; expected such as {example}',
                text=text,
                example=say(POSSIBLE),
            )
        )
    name = _BASES[short["base"]]
    sites = [one.strip() for one in (short["sites"] or "").split(",") if one.strip()]
    named = [one.id for one in now.sites if one.id != UNSITED]
    if wrong_sites := [one for one in sites if one not in now.axes["site"]]:
        raise InputError(
            [
                Fault(say('no site "{one}"{near} (all: {named})', one=one, near=did_you_mean(one, named), named=", ".join(named)))
                for one in wrong_sites
            ]
        )
    labels = [label for label in (_QUANTITIES[name][0], *sites) if label]
    plain = _QUANTITIES[name][1]
    amount = short["amount"] or f"0 {plain}"
    try:
        parse_number(amount, plain)
    except InputError as error:
        told = str(error)
        if not says_what_was_expected(told):
            told = say("{error}; expected {kind}", error=error, kind=unit(plain).kind)
        raise InputError(say("{told}; a target is such as {example}", told=told, example=say(POSSIBLE))) from None
    day = month_end(parse_window(short["day"]).end)
    if wrong := _wrong_day(day, now):
        raise InputError(wrong)
    return _checked(f"{Address(name, tuple(labels))} >= {amount} by {day}", probability, now)


def claimed(text: str, probability: float, now: Known) -> Target:
    """The threshold and the deadline of a claim's reading: `CLAIM` (the first that a plan can be made for) or `CLAIM/READING`."""
    name, _, reading = text.partition("/")
    claims = now.programme.claims
    if name not in claims:
        raise InputError(
            say(
                'there is no claim "{name}"{near} (all: {claims})',
                name=name,
                near=did_you_mean(name, claims),
                claims=", ".join(claims) or say("the programme has none"),
            )
        )
    readings: Mapping[str, str] = claims[name].readings
    if reading and reading not in readings:
        raise InputError(
            say(
                '{name} has no reading "{reading}"{near} (all: {readings})',
                name=name,
                reading=reading,
                near=did_you_mean(reading, readings),
                readings=", ".join(readings),
            )
        )
    faults = dict[str, str]()
    for one in [reading] if reading else readings:
        try:
            return _checked(str(readings[one]), probability, now)
        except InputError as error:
            faults[one] = str(error)
    raise InputError("; ".join(f"{name}/{one}: {fault}" for one, fault in faults.items()))


def _checked(text: str, probability: float, now: Known) -> Target:
    """A reading as a target: one comparison of what a plan can bring about, by a day that is still to come."""
    reading = parse(text)
    made = check(reading, model_graph().quantities, axes_of(now), None, text)
    if not isinstance(made, Comparison) or made.share:
        raise InputError(say('"{text}" is no target: expected one amount by a day, such as {example}', text=text, example=say(POSSIBLE)))
    label, plain = _QUANTITIES.get(made.address.name, ("", ""))
    if not is_need(text) and (not plain or (label and label not in made.address.labels)):
        raise InputError(
            say(
                'no plan can be made for "{address}"; possible are {example}, at all sites or at some',
                address=made.address,
                example=_possible(),
            )
        )
    if made.op not in (">=", ">"):
        raise InputError(say('got "{op}" in "{text}"; a target is at least an amount: expected >=', op=made.op, text=text))
    if made.time is None or made.time.kind == "over":
        raise InputError(say('"{text}" has no day; expected "by DATE", such as by 2029-12-31', text=text))
    if UNSITED in made.address.labels:
        raise InputError(say("a pledge without a site cannot be planned; name sites, or none for all"))
    day = month_end(made.time.end)
    if wrong := _wrong_day(day, now):
        raise InputError(wrong)
    if made.threshold.value is None or made.threshold.value < 0.0:
        raise InputError(say('got "{text}"; expected more than nothing', text=made.threshold.text))
    sized = f"{made.address} >= {made.threshold.text} by {day}"
    return Target(sized, made.threshold.value, made.threshold.unit, day, probability)


def _wrong_day(day: date, now: Known) -> str:
    """Why a month end cannot be planned for: it is past, or beyond the clock; an empty string where it can."""
    if month_end(now.as_of) <= day <= now.months[-1]:
        return ""
    days = {"day": day, "as_of": now.as_of, "last": now.months[-1]}
    if day < now.as_of:
        return say("{day} is past on {as_of}; expected a day from then to {last}, the end of the clock", **days)
    return say("{day} is beyond the programme's clock on {as_of}; expected a day from then to {last}, the end of the clock", **days)


def _possible() -> str:
    return ", ".join(f"{name}[{label}]" if label else name for name, (label, _) in _QUANTITIES.items())


def reading_of(target: Target, now: Known) -> Comparison:
    """A target as a checked reading, so that a run can be asked for its truth."""
    made = check(parse(target.text), model_graph().quantities, axes_of(now))
    assert isinstance(made, Comparison)
    return made


def sites_of(reading: Reading, sites: Collection[str]) -> tuple[str, ...]:
    """The sites that a reading names; none where it is of all."""
    return tuple(label for leaf in leaves(reading) if isinstance(leaf, Comparison) for label in leaf.address.labels if label in sites)


def contradictions(targets: Sequence[Target]) -> Iterator[str]:
    """What of the targets cannot be meant together: two amounts for one day, or less on a later day than before."""
    by: dict[str, list[Target]] = {}
    for one in targets:
        by.setdefault(one.text.partition(" >")[0], []).append(one)
    for what, group in by.items():
        ordered = sorted(group, key=lambda one: one.day)
        for first, then in pairwise(ordered):
            if first.day == then.day:
                yield say('"{first}" and "{then}" are two targets for one day; keep one', first=first.text, then=then.text)
            elif then.amount < first.amount:
                yield say(
                    '"{then}" asks for less of {what} than "{first}" before it; leave out the later one, or raise it',
                    then=then.text, what=what, first=first.text,
                )  # fmt: skip


# --- the announcement -------------------------------------------------------------------------------------------------------------


def announced(now: Known) -> Announced | None:
    """Facility power that would run had the first dated promise of each phase held, and the month end by which; None without any."""
    total = np.nan_to_num(np.asarray(statics_of(now, ["power_facility_promised"])["power_facility_promised"])).sum(axis=0)
    if not total[-1] > 0.0:
        return None
    return Announced(float(total[-1]), now.months[int(np.argmax(total >= total[-1] * (1.0 - 1e-9)))])


def announced_text(target: Target) -> Said:
    """Why this is the target where none was asked for."""
    words = (
        "Nothing else was asked for, so the target is what was announced: {amount} by {day}, the sum of the first dated promise of each "
        "phase, by the last of their days."
    )
    return Said(words, {"amount": (target.amount, target.unit), "day": (str(target.day), DATE)})


def announcement(now: Known, probability: float) -> Target:
    """The announcement as a target: what was promised, by the last promised day, or by the next month end where that is past."""
    said = announced(now)
    if said is None:
        raise InputError(
            say("{name} has promised no power by a day; name a target, such as {example}", name=now.programme.name, example=say(POSSIBLE))
        )
    day = max(said.day, month_end(now.as_of))
    return _checked(f"power_facility[{_RUNS}] >= {said.amount / 1e9:.6g} GW by {day}", probability, now)


# --- what may be chosen -----------------------------------------------------------------------------------------------------------


def _unknown(given: Sequence[str] | None, known: Sequence[str], option: str) -> list[Fault]:
    names = {"known": ", ".join(known)}
    if given is not None and not given:
        none = (
            say("got no power; expected some of {known}", **names)
            if option == "powers"
            else say("got no accelerator; expected some of {known}", **names)
        )
        return [Fault(none, option)]
    return [Fault(_not_known(one, known, option), option) for one in given or () if one not in known]


def _not_known(name: str, known: Sequence[str], option: str) -> str:
    names = {"name": name, "near": did_you_mean(name, known), "known": ", ".join(known)}
    if option == "powers":
        return say('no power "{name}"{near} (all: {known})', **names)
    return (
        say('no accelerator "{name}"{near} (all: {known})', **names)
        if len(known) <= len(POWERS)
        else say('no accelerator "{name}"{near}', **names)
    )


def _first(given: date | str | None, now: Known) -> date:
    """The first day on which work may start: a day to come."""
    if given is None:
        return now.as_of
    if not isinstance(given, (date, str)):
        raise InputError(say("got {given!r}; expected a day such as 2027-06-30", given=given))
    day = given if isinstance(given, date) else parse_window(given).start
    if not now.as_of <= day <= now.months[-1]:
        raise InputError(
            say(
                "got {given}; expected a day from {as_of}, the knowledge date, to {last}, the end of the clock",
                given=given,
                as_of=now.as_of,
                last=now.months[-1],
            )
        )
    return day
