"""Rules that promises of money and rates of currencies must keep, one function per rule; each says how to repair what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from stargauge.programme.currencies import OTHERS
from stargauge.programme.fields import median, place_of
from stargauge.programme.positions import Flaw, Trail
from stargauge.programme.schema import Commitment, Milestones, Party, Programme, Site
from stargauge.quantity.dates import Window
from stargauge.quantity.errors import did_you_mean
from stargauge.quantity.instruments import ROLE, TO_BE_REPLACED
from stargauge.quantity.spoken import language, say
from stargauge.quantity.statement import Statement
from stargauge.quantity.units import ENGLISH, NOTATIONS, figures

Line = tuple[Trail, str, Party, Commitment]
#: Fields of a commitment that are shares.
_SHARES = ("rate", "spread", "upfront_fee", "commitment_fee", "loan_to_cost", "take_or_pay", "escalation")


def _lines(programme: Programme) -> Iterator[Line]:
    for party_id, party in programme.parties.items():
        for name, line in party.commitments.items():
            yield ("parties", party_id, "commitments", name), party_id, party, line


def _newest(statements: Sequence[Statement]) -> tuple[Statement, float] | None:
    """The newest statement of a number, with that number."""
    said = [(s, value) for s in statements if (value := median(s.value)) is not None and s.status != "cancelled"]
    return max(said, key=lambda pair: pair[0].known_from or date.min, default=None)


def check_for_amounts_above_their_cap(programme: Programme) -> Iterator[Flaw]:
    """No commitment is larger than the cap stated for it, and no more of it is drawn than it holds."""
    for trail, _, _, line in _lines(programme):
        amount, cap, drawn = _newest(line.amount), _newest(line.cap), _newest(line.drawn)
        if amount and cap and amount[1] > cap[1]:
            yield Flaw(
                place_of((*trail, "amount"), amount[0]),
                say(
                    'got "{text}", above the cap "{cap}"; correct one, or put what exceeds it in a line of its own',
                    text=amount[0].text,
                    cap=cap[0].text,
                ),
            )
        most = amount or cap
        if drawn and most and drawn[1] > most[1]:
            yield Flaw(
                place_of((*trail, "drawn"), drawn[0]),
                say(
                    'got "{text}" drawn, above the amount "{most}"; what is drawn is a part of it: correct one'
                    if amount
                    else 'got "{text}" drawn, above the cap "{most}"; what is drawn is a part of it: correct one',
                    text=drawn[0].text,
                    most=most[0].text,
                ),
            )


def check_for_cover_below_one(programme: Programme) -> Iterator[Flaw]:
    """Debt that needs more than the whole cash flow to be served cannot be sized: cover is at least 1."""
    for trail, _, _, line in _lines(programme):
        for name in ("dscr", "lock_up"):
            for said in getattr(line, name):
                value = median(said.value)
                if value is not None and value < 1.0:
                    yield Flaw(
                        place_of((*trail, name), said),
                        say(
                            'got "{text}", a cover of {cover}; below 1 the cash flow does not pay the debt service: expected 1 '
                            "or more, such as 1.3 (cash flow over debt service, not its inverse)",
                            text=said.text,
                            cover=figures(value, notation=NOTATIONS.get(language(), ENGLISH)),
                        ),
                    )


def check_for_shares_above_one(programme: Programme) -> Iterator[Flaw]:
    """Debt is at most the cost; yearly rates, fees and shares are below the whole."""
    for trail, _, _, line in _lines(programme):
        for name in _SHARES:
            for said in getattr(line, name):
                value = median(said.value)
                if value is not None and value > 1.0:
                    yield Flaw(
                        place_of((*trail, name), said),
                        say(
                            'got "{text}", {what}, above the whole; expected at most 100 %, such as 80 %, 6.58 % or 250 bp',
                            text=said.text,
                            what=_share(name),
                        ),
                    )


def _share(name: str) -> str:
    """What a share is, in words."""
    return {
        "rate": say("a yearly rate"), "spread": say("a yearly rate"), "upfront_fee": say("a fee"), "commitment_fee": say("a yearly fee"),
        "loan_to_cost": say("debt as a share of cost"), "take_or_pay": say("a share of what was ordered"),
        "escalation": say("a yearly rise"),
    }[name]  # fmt: skip


def _start(line: Commitment) -> date | None:
    """The day a line begins to run: signed, else available, drawn or announced, else when its amount was first said."""
    for name in ("committed", "available", "drawn", "announced"):
        days = [s.value.end for s in getattr(line.milestones, name) if isinstance(s.value, Window)]
        if days:
            return min(days)
    return min((s.as_of.end for s in (*line.amount, *line.stage) if s.as_of), default=None)


def _completed(milestones: Milestones) -> tuple[date, str, Statement] | None:
    """The last day, by the newest statement, on which everything runs, else on which power has come."""
    for stage in ("operational", "energised"):
        dated = [s for s in getattr(milestones, stage) if isinstance(s.value, Window) and s.status != "cancelled"]
        if dated:
            said = max(dated, key=lambda s: s.known_from or date.min)
            assert isinstance(said.value, Window)
            return said.value.start, stage, said
    return None


def _construction_end(site: Site) -> tuple[date, str, Statement] | None:
    found = [end for part in (site.milestones, *(phase.milestones for phase in site.phases.values())) if (end := _completed(part))]
    return max(found, key=lambda end: end[0], default=None)


def check_for_terms_shorter_than_construction(programme: Programme) -> Iterator[Flaw]:
    """Debt for a site runs at least until what it pays for is built. Bridges, margin loans and vendor credit are there to be replaced."""
    for trail, _, _, line in _lines(programme):
        term, begins = _newest(line.term), _start(line)
        site = programme.sites.get(line.to)
        if not term or not begins or site is None or ROLE[line.kind] != "debt" or line.kind in TO_BE_REPLACED:
            continue
        built, longer = _construction_end(site), _newest(line.extensions)
        ends = begins + timedelta(days=round(term[1] + (longer[1] if longer else 0.0)))
        if built and ends < built[0]:
            yield Flaw(
                place_of((*trail, "term"), term[0]),
                say(
                    'got "{text}": with its extensions the loan ends {ends}, before {site} is {stage} on "{day}"; '
                    "expected a term to the end of construction: give a longer term or extensions, or make it a bridge",
                    text=term[0].text,
                    ends=ends,
                    site=line.to,
                    stage=built[1],
                    day=built[2].text,
                ),
            )


def check_for_periods_longer_than_the_term(programme: Programme) -> Iterator[Flaw]:
    """Interest-only time lies within the term, and what extends a term has one."""
    for trail, _, _, line in _lines(programme):
        term, only, longer = _newest(line.term), _newest(line.interest_only), _newest(line.extensions)
        if term and only and only[1] > term[1] + (longer[1] if longer else 0.0):
            yield Flaw(
                place_of((*trail, "interest_only"), only[0]),
                say(
                    'got "{text}", longer than the term "{term}"; expected at most the term with its extensions',
                    text=only[0].text,
                    term=term[0].text,
                ),
            )
        if longer and not term:
            yield Flaw(place_of((*trail, "extensions"), longer[0]), say('extends a term that is not given; give "term" too'))


def check_for_outside_dates_before_the_contract(programme: Programme) -> Iterator[Flaw]:
    """The last day of delivery comes after the contract was signed."""
    for trail, _, _, line in _lines(programme):
        signed = [s for name in ("committed", "bound") for s in getattr(line.milestones, name) if isinstance(s.value, Window)]
        first = min(signed, key=lambda s: s.value.start if isinstance(s.value, Window) else date.max, default=None)
        for said in line.outside_date:
            if first and isinstance(said.value, Window) and isinstance(first.value, Window) and said.value.end < first.value.start:
                yield Flaw(
                    place_of((*trail, "outside_date"), said),
                    say(
                        'got "{text}", before the contract was signed on "{first_text}"; expected a later day: correct one',
                        text=said.text,
                        first_text=first.text,
                    ),
                )


def check_for_unknown_guarantors(programme: Programme) -> Iterator[Flaw]:
    """Who guarantees is a party, and not the one who pays anyway."""
    for trail, party_id, _, line in _lines(programme):
        if line.guarantor and line.guarantor not in programme.parties:
            near = did_you_mean(line.guarantor, programme.parties)
            yield Flaw(
                (*trail, "guarantor"),
                say('there is no party "{guarantor}"{near}; expected the id of one', guarantor=line.guarantor, near=near),
            )
        elif line.guarantor == party_id:
            yield Flaw(
                (*trail, "guarantor"),
                say('"{party_id}" pays it anyway; a guarantor is another party: name it, or leave the key out', party_id=party_id),
            )


def check_for_unknown_suppliers(programme: Programme) -> Iterator[Flaw]:
    """Who supplies what is bought is a party, and not the buyer."""
    for trail, party_id, _, line in _lines(programme):
        if line.supplier and (line.supplier not in programme.parties or line.supplier == party_id):
            near = did_you_mean(line.supplier, programme.parties)
            told = (
                say("buys from itself; expected the id of another party")
                if line.supplier == party_id
                else say('there is no party "{supplier}"{near}; expected the id of another party', supplier=line.supplier, near=near)
            )
            yield Flaw((*trail, "supplier"), told)


def check_for_unusable_currencies(programme: Programme) -> Iterator[Flaw]:
    """Rates are for currencies that can be read, and above zero."""
    for code, stated in programme.currencies.items():
        if code not in OTHERS:
            near, all_of = did_you_mean(code, OTHERS), ", ".join(OTHERS)
            told = (
                say("money is USD already; expected one of {codes}", codes=all_of)
                if code == "USD"
                else say('there is no currency "{code}"{near}; expected one of {codes}', code=code, near=near, codes=all_of)
            )
            yield Flaw(("currencies", code), told, at_key=True)
        for said in stated:
            value = said.value
            if not isinstance(value, float):
                yield Flaw(
                    place_of(("currencies", code), said),
                    say('got "{text}"; expected one number: {code} for one USD on a day', text=said.text, code=code),
                )
            elif not value > 0.0:
                yield Flaw(
                    place_of(("currencies", code), said),
                    say('got "{text}"; expected a rate above zero: {code} for one USD', text=said.text, code=code),
                )


COMMITMENT_CHECKS: tuple[Callable[[Programme], Iterator[Flaw]], ...] = (
    check_for_amounts_above_their_cap, check_for_cover_below_one, check_for_shares_above_one, check_for_terms_shorter_than_construction,
    check_for_periods_longer_than_the_term, check_for_outside_dates_before_the_contract, check_for_unknown_guarantors,
    check_for_unknown_suppliers,
    check_for_unusable_currencies,
)  # fmt: skip
