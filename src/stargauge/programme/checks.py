"""Rules a programme must keep, one function per rule; each yields its faults with the place and the way to repair it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from stargauge.programme.alternatives import laid_over, supposed
from stargauge.programme.commitment_checks import COMMITMENT_CHECKS
from stargauge.programme.date_checks import age_of, check_for_clock, check_for_plans_of_the_past, check_for_stages_out_of_order
from stargauge.programme.fields import TEXT, got, median, place_of
from stargauge.programme.id_checks import PROGRAMME, check_for_bad_ids, check_for_ids_used_twice
from stargauge.programme.milestones import PLANS
from stargauge.programme.positions import Flaw, Trail, written
from stargauge.programme.schema import (
    UNSITED,
    Content,
    Phase,
    Pledge,
    PowerSource,
    Programme,
    Site,
    fields_of,
    parts_of,
)
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import did_you_mean
from stargauge.quantity.quantity import GAS_PLANTS
from stargauge.quantity.spoken import language, say
from stargauge.quantity.statement import RECORDED, Statement
from stargauge.quantity.units import ENGLISH, NOTATIONS, show

#: A circle of more sources is not told name by name.
_SHOWN = 12
ALONE, CARRY_ALONE = "alone", ("gas", "fuel_cell")

#: Fields of a scenario that change no statement of the programme.
_ONLY_ASSUMES = frozenset({"about", "reason", "assumptions"})

Field = tuple[Trail, str, tuple[Statement, ...]]


def check_programme(programme: Programme) -> Iterator[Flaw]:
    """Every fault of every rule, one after the other as they are looked for."""
    for check in CHECKS:
        yield from check(programme)


def _fields(programme: Programme) -> Iterator[Field]:
    for trail, part in parts_of(programme):
        for keys, unit, statements in fields_of(part):
            yield (*trail, *keys), unit, statements


def check_for_unknown_sources(programme: Programme) -> Iterator[Flaw]:
    """Every source that is named exists."""
    for trail, owner in [((), programme), *_options(programme), *scenarios_of(programme)]:
        known = {**programme.sources, **owner.sources}
        for inner, part in parts_of(owner, trail):
            if owner is programme and inner[:1] in (("alternatives",), ("scenarios",)):
                continue
            for keys, _, statements in fields_of(part):
                for statement in statements:
                    if statement.source and statement.source not in known:
                        at = place_of((*inner, *keys), statement)
                        yield Flaw(
                            (*at, "source"),
                            _no_source(statement.source, known),
                        )
        for name, claim in owner.claims.items():
            if claim.source and claim.source not in known:
                yield Flaw(
                    (*trail, "claims", name, "source"),
                    _no_source(claim.source, known),
                )
        for name, draft in programme.drafts.items() if owner is programme else ():
            if draft.source and draft.source not in known:
                yield Flaw(
                    ("drafts", name, "source"),
                    _no_source(draft.source, known),
                )
        for name, source in owner.sources.items():
            if source.root and source.root not in known:
                yield Flaw(
                    (*trail, "sources", name, "root"),
                    _no_source(source.root, known),
                )


def _no_source(name: str, known: Mapping[str, Any]) -> str:
    return say('there is no source "{source}"{near}', source=name, near=did_you_mean(name, known))


def check_for_undated_sources(programme: Programme) -> Iterator[Flaw]:
    """Every source says when it was published, or when it was collected."""
    for trail, owner in [((), programme), *_options(programme), *scenarios_of(programme)]:
        for name, source in owner.sources.items():
            if source.published is None:
                yield Flaw(
                    (*trail, "sources", name), say('a source needs "date"; where it has none, give "collected": the day it was seen')
                )


def check_for_negative_values(programme: Programme) -> Iterator[Flaw]:
    """No power, money, number of chips, buildings or jobs is below zero. Cash flows and records may be."""
    for trail, unit, statements in _fields(programme):
        if "records" in (trail[0], *trail[2:3]) or trail[-1] in ("operating_cash_flow",):
            continue
        for statement in statements:
            low = statement.value.quantile(0.01) if isinstance(statement.value, Distribution) else median(statement.value)
            if low is not None and low < 0:
                yield Flaw(
                    place_of(trail, statement),
                    say(
                        'got "{text}", below zero; expected {least} or more',
                        text=statement.text,
                        least=show(0.0, unit, notation=NOTATIONS.get(language(), ENGLISH)),
                    ),
                )


def check_for_retrofit_beyond_one(programme: Programme) -> Iterator[Flaw]:
    """Halls are refitted (1), built (0), or something between; nothing else."""
    for name, site in programme.sites.items():
        for said in site.retrofit:
            value = median(said.value)
            if value is not None and value > 1.0:
                at = place_of(("sites", name, "retrofit"), said)
                yield Flaw(at, say('got "{text}"; expected 1 where existing halls are refitted, 0 where they are built', text=said.text))


def check_for_plants_and_roles(programme: Programme) -> Iterator[Flaw]:
    """Only gas names its plant, one that there is; only gas and fuel cells carry a site alone, and say how large they are."""
    for trail, part in parts_of(programme):
        if not isinstance(part, PowerSource):
            continue
        kind = str(trail[-1])
        if part.plant and kind != "gas":
            yield Flaw(
                (*trail, "plant"),
                say("got {given} for {kind}; only gas says which plant it is: leave it out", given=got(part.plant), kind=kind),
            )
        elif part.plant and part.plant not in GAS_PLANTS:
            near = did_you_mean(part.plant, GAS_PLANTS)
            yield Flaw(
                (*trail, "plant"),
                say("got {given}; expected one of {gas_plants}{near}", given=got(part.plant), gas_plants=", ".join(GAS_PLANTS), near=near),
            )
        if part.role == ALONE and kind not in CARRY_ALONE:
            yield Flaw(
                (*trail, "role"),
                say(
                    "{kind} cannot carry a site alone; expected prime or backup, or {carry_alone}",
                    kind=kind,
                    carry_alone=say(" or ").join(CARRY_ALONE),
                ),
            )
        elif part.role == ALONE and not part.capacity and trail[:1] == ("sites",):
            yield Flaw((*trail, "role"), say('a plant that carries its site alone needs "capacity"'))


def check_for_facility_power_below_it_power(programme: Programme) -> Iterator[Flaw]:
    """Facility power is never below IT power: in the newest statements of one kind, and wherever both speak for the same date."""
    for trail, part in parts_of(programme):
        if isinstance(part, (Phase, Site, Pledge)) and part.it_power and part.facility_power:
            for facility, it in _pairs(part.facility_power, part.it_power):
                below, above = median(facility.value), median(it.value)
                if below is not None and above is not None and below < above:
                    yield Flaw(
                        place_of((*trail, "facility_power"), facility),
                        say(
                            'got "{text}", below the IT power "{it_text}"; power at the meter includes the racks: '
                            "exchange the two, or correct one",
                            text=facility.text,
                            it_text=it.text,
                        ),
                    )


def _pairs(one: Sequence[Statement], other: Sequence[Statement]) -> list[tuple[Statement, Statement]]:
    pairs = []
    for recorded in (True, False):
        left = [s for s in one if (s.status in RECORDED) is recorded]
        right = [s for s in other if (s.status in RECORDED) is recorded]
        same = [(a, b) for a in left for b in right if a.as_of is not None and a.as_of == b.as_of and a.status == b.status]
        if left and right:
            same.append((max(left, key=age_of), max(right, key=age_of)))
        pairs += same
    unique = {(id(a), id(b)): (a, b) for a, b in pairs}
    return list(unique.values())


def check_for_phases_without_size(programme: Programme) -> Iterator[Flaw]:
    """Every phase and pledge has a size: power, chips or buildings (a pledge: or money)."""
    for site_id, site in programme.sites.items():
        for name, phase in site.phases.items():
            if not (phase.it_power or phase.facility_power or phase.chips or phase.buildings):
                trail = ("sites", site_id, "phases", name)
                yield Flaw(trail, say("has no size; give it_power, facility_power, chips or buildings"), at_key=True)
    for name, pledge in programme.unsited.items():
        if not (pledge.it_power or pledge.facility_power or pledge.chips or pledge.capital):
            yield Flaw((UNSITED, name), say("has no size; give it_power, facility_power, chips or capital"), at_key=True)


def check_for_circular_references(programme: Programme) -> Iterator[Flaw]:
    """No source repeats itself by way of others, and no party commits money to itself. Parties may owe one another in a circle."""
    for circle in _circles({name: source.root for name, source in programme.sources.items() if source.root}):
        for place, name in enumerate(circle):
            shown = [*circle[place:], *circle[:place]] if len(circle) <= _SHOWN else [name, "…"]
            told = " -> ".join([*shown, name])
            yield Flaw(("sources", name, "root"), say("circular: {told}; the source that said it first has no root", told=told))
    for party_id, party in programme.parties.items():
        for name, commitment in party.commitments.items():
            if commitment.to in (party_id, name):
                yield Flaw(
                    ("parties", party_id, "commitments", name, "to"),
                    say('circular: "{party_id}" commits money to itself', party_id=party_id),
                )


def _circles(next_of: Mapping[str, str]) -> Iterator[list[str]]:
    """The circles among names of which each leads to one other; each name is gone through once."""
    done = set[str]()
    for start in next_of:
        way: dict[str, int] = {}
        at = start
        while at in next_of and at not in done and at not in way:
            way[at] = len(way)
            at = next_of[at]
        if at in way:
            yield list(way)[way[at] :]
        done.update(way)


def check_for_unknown_targets(programme: Programme) -> Iterator[Flaw]:
    """Commitments go to the programme, a party or a site; pledges come from a party."""
    targets = dict.fromkeys([PROGRAMME, *programme.parties, *programme.sites])
    for party_id, party in programme.parties.items():
        for name, commitment in party.commitments.items():
            if commitment.to and commitment.to not in targets:
                yield Flaw(
                    ("parties", party_id, "commitments", name, "to"),
                    say(
                        'there is no party or site "{to}"{near}; expected one, or programme',
                        to=commitment.to,
                        near=did_you_mean(commitment.to, targets),
                    ),
                )
    for name, pledge in programme.unsited.items():
        if pledge.party and pledge.party not in programme.parties:
            yield Flaw(
                (UNSITED, name, "party"),
                say('there is no party "{party}"{near}', party=pledge.party, near=did_you_mean(pledge.party, programme.parties)),
            )


def check_for_conflicts(programme: Programme) -> Iterator[Flaw]:
    """No two sources say different values of one field for the same month with the same status; such values stand under alternatives.

    Forecasts of a time ahead, made on different days, are no conflict: the newer one counts.
    """
    for trail, unit, statements in _fields(programme):
        if unit == TEXT or len(statements) < 2:
            continue
        seen: dict[tuple[Any, ...], Statement] = {}
        for statement in statements:
            if statement.as_of is None or not statement.source:
                continue
            start, end = statement.as_of.start, statement.as_of.end
            forecast = statement.published if statement.status in PLANS and statement.published and end > statement.published.end else None
            other = seen.setdefault((start.year, start.month, end.year, end.month, statement.status, forecast), statement)
            if _differ(statement, other) and _root(programme, statement.source) != _root(programme, other.source):
                yield Flaw(
                    place_of(trail, statement),
                    say(
                        '"{text}" ({source}) and "{other_text}" ({other_source}) are both {status} for {as_of}; put them '
                        "under alternatives, or give the newer one its own as_of",
                        text=statement.text,
                        source=statement.source,
                        other_text=other.text,
                        other_source=other.source,
                        status=statement.status,
                        as_of=statement.as_of,
                    ),
                )


def _differ(one: Statement, other: Statement) -> bool:
    if isinstance(one.value, Window) and isinstance(other.value, Window):
        return one.value.end < other.value.start or other.value.end < one.value.start
    a, b = median(one.value), median(other.value)
    if a is not None and b is not None:
        return abs(a - b) > 1e-9 * max(abs(a), abs(b))
    return one.value != other.value


def _root(programme: Programme, source: str) -> str:
    seen: set[str] = set()
    while source in programme.sources and programme.sources[source].root and source not in seen:
        seen.add(source)
        source = programme.sources[source].root
    return source


def check_for_records_of_the_future(programme: Programme) -> Iterator[Flaw]:
    """What is reported, estimated or observed speaks for a time that had begun when it was published."""
    for trail, _, statements in _fields(programme):
        for s in statements:
            if s.source and s.status in RECORDED and s.as_of and s.published and s.as_of.start > s.published.end:
                yield Flaw(
                    place_of(trail, s),
                    say(
                        "{status} for {as_of}, but published {published}; what lies ahead is planned or projected: correct one",
                        status=s.status,
                        as_of=s.as_of,
                        published=s.published,
                    ),
                )


def check_for_claims_without_readings(programme: Programme) -> Iterator[Flaw]:
    """Every claim has a reading; places in the dispute differ."""
    places: dict[int, str] = {}
    for name, claim in programme.claims.items():
        if not claim.readings:
            yield Flaw(("claims", name), say('has no reading; give one, or "not testable: REASON"'), at_key=True)
        if claim.dispute is not None and places.setdefault(claim.dispute, name) != name:
            yield Flaw(
                ("claims", name, "dispute"),
                say('place {place} in the dispute is already that of "{other}"', place=claim.dispute, other=places[claim.dispute]),
            )


def _options(programme: Programme) -> list[tuple[Trail, Content]]:
    return [(("alternatives", name, option), part) for name, options in programme.alternatives.items() for option, part in options.items()]


def check_for_alternatives(programme: Programme) -> Iterator[Flaw]:
    """An alternative has at least two options with weights above zero, and changes only what the programme has."""
    for name, options in programme.alternatives.items():
        if len(options) < 2:
            yield Flaw(("alternatives", name), say("has fewer than two options; one that changes nothing needs only a weight"), at_key=True)
        for option, part in options.items():
            trail = ("alternatives", name, option)
            if not 0 < part.weight < float("inf"):
                yield Flaw((*trail, "weight"), say('got "{weight:g}"; expected a weight above zero', weight=part.weight))
            yield from _additions(programme, part, trail)


def _additions(programme: Programme, option: Content, trail: Trail) -> Iterator[Flaw]:
    groups: list[tuple[Trail, Mapping[str, Any], Mapping[str, Any]]] = [
        (("sites",), option.sites, programme.sites), (("parties",), option.parties, programme.parties),
        ((UNSITED,), option.unsited, programme.unsited), (("claims",), option.claims, programme.claims),
    ]  # fmt: skip
    groups += [(("sites", s, "phases"), site.phases, programme.sites[s].phases) for s, site in option.sites.items() if s in programme.sites]
    groups += [
        (("parties", p, "commitments"), party.commitments, programme.parties[p].commitments)
        for p, party in option.parties.items() if p in programme.parties
    ]  # fmt: skip
    for keys, added, known in groups:
        for name in added:
            if name not in known:
                near = did_you_mean(name, known)
                message = say(
                    '"{name}" is not in the programme{near}; an option changes what the programme has: add it there', name=name, near=near
                )
                yield Flaw((*trail, *keys, name), message, at_key=True)


def check_for_options_that_break_a_rule(programme: Programme) -> Iterator[Flaw]:
    """The programme keeps the rules of sizes and dates in every option too."""
    rules = (check_for_facility_power_below_it_power, check_for_stages_out_of_order, *COMMITMENT_CHECKS)
    before = {(flaw.trail, flaw.message) for rule in rules for flaw in rule(programme)}
    for name, options in programme.alternatives.items():
        for key, option in options.items():
            laid = laid_over(programme, option)
            for flaw in (flaw for rule in rules for flaw in rule(laid)):
                if (flaw.trail, flaw.message) not in before:
                    yield Flaw(
                        ("alternatives", name, key),
                        say("where this is true, {place}: {message}", place=written(flaw.trail), message=flaw.message),
                        at_key=True,
                    )


def scenarios_of(programme: Programme) -> list[tuple[Trail, Content]]:
    """The scenarios of a programme, each with its place in the file."""
    return [(("scenarios", name), scenario) for name, scenario in programme.scenarios.items()]


def check_for_scenarios_that_break_a_rule(programme: Programme) -> Iterator[Flaw]:
    """The programme keeps every rule with a scenario laid over it too. One that only assumes values of inputs can break none of them."""
    changing = {name: one for name, one in programme.scenarios.items() if not one.model_fields_set <= _ONLY_ASSUMES}
    if not changing:
        return
    rules = [rule for rule in CHECKS if rule is not check_for_scenarios_that_break_a_rule]
    found = {(flaw.trail, flaw.message) for rule in rules for flaw in rule(programme)}
    for name, scenario in changing.items():
        laid = supposed(programme.model_copy(update={"scenarios": {}}), scenario)
        for flaw in (flaw for rule in rules for flaw in rule(laid)):
            trail = ("scenarios", name, *flaw.trail)
            if not {(flaw.trail, flaw.message), (trail, flaw.message)} & found:
                yield Flaw(trail, flaw.message, flaw.at_key)


CHECKS: tuple[Callable[[Programme], Iterator[Flaw]], ...] = (
    check_for_unknown_sources, check_for_undated_sources, check_for_negative_values, check_for_retrofit_beyond_one,
    check_for_plants_and_roles, check_for_facility_power_below_it_power,
    check_for_stages_out_of_order, check_for_phases_without_size, check_for_bad_ids, check_for_ids_used_twice,
    check_for_circular_references, check_for_unknown_targets, check_for_conflicts, check_for_records_of_the_future,
    check_for_plans_of_the_past, check_for_clock, check_for_claims_without_readings, check_for_alternatives,
    check_for_options_that_break_a_rule, check_for_scenarios_that_break_a_rule, *COMMITMENT_CHECKS,
)  # fmt: skip
