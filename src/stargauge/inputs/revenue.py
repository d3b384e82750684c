"""Contracts and the hours sold: picks from the programme's commitments and the catalogue."""

from __future__ import annotations

from datetime import date

from stargauge.programme.known import Known, LineView
from stargauge.programme.schema import UNSITED, Pledge
from stargauge.quantity.instruments import ROLE, USE_OF_ASSET
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import ABSENT, Estimate, Statement


@quantity("1", "line")
def line_is_contract(known: Known) -> list[Estimate]:
    """1 for a lease or cloud contract, 0 for every other commitment."""
    return [Estimate(float(ROLE[line.spec.kind] in USE_OF_ASSET), "stated", note=line.spec.kind) for line in known.lines]


@quantity("W", "line")
def line_power(known: Known) -> list[Estimate]:
    """Power a contract is for: as stated, else that of the pledge its provider made; absent where there is none."""
    return [known.estimate(line.spec.power) if line.spec.power else _pledged(known, line) for line in known.lines]


def _pledged(known: Known, line: LineView) -> Estimate:
    if line.spec.kind != "cloud_contract":
        return ABSENT
    pledges = _pledges_for(known, line)
    return known.estimate(pledges[0].it_power or pledges[0].facility_power) if pledges else ABSENT


def _first(*fields: tuple[Statement, ...]) -> date:
    """The day from which something was public."""
    return min((said.known_from for field in fields for said in field if said.known_from), default=date.max)


def _made(pledge: Pledge) -> date:
    return _first(pledge.it_power, pledge.facility_power)


def _pledges_for(known: Known, line: LineView) -> list[Pledge]:
    """The pledges a contract may be served from: those of its provider that were public when the contract was."""
    signed = _first(line.spec.amount, line.spec.stage)
    pledges = [pledge for pledge in known.programme.unsited.values() if pledge.party == line.to]
    return [pledge for pledge in pledges if _made(pledge) <= signed]


def served_from(known: Known, line: LineView) -> tuple[frozenset[str], str]:
    """Sites a contract is served from, and how we know."""
    if line.to_kind == "site":
        return frozenset({line.to}), "the site it goes to"
    own = [other for other in known.lines if other.party == line.to and other.to_kind == "site"]
    pledges = [] if line.spec.power or line.spec.kind != "cloud_contract" else _pledges_for(known, line)
    since = [other.to for other in own if pledges and _first(other.spec.amount, other.spec.stage) >= _made(pledges[0])]
    if since:
        return frozenset(since), "sites its provider has committed to since it pledged that power"
    if own:
        return frozenset(other.to for other in own), "sites its provider has committed to"
    if line.to_kind == "programme":
        return frozenset(site.id for site in known.sites), "nobody said where: all sites"
    if _pledges_for(known, line):
        return frozenset({UNSITED}), "what its provider had pledged without a site"
    return frozenset(), "its provider has no site here: it is served from elsewhere"


@quantity("1", "site line")
def line_serves(known: Known) -> list[Estimate]:
    """1 where a contract is served from a site: the site it goes to, else those its provider has committed to (since it pledged the
    power, where there is a pledge), else its pledge without a site; none where the provider has neither here.
    """
    served = [served_from(known, line) for line in known.lines]
    return [Estimate(float(site.id in sites), "stated", note=why) for site in known.sites for sites, why in served]


@quantity("1", "draw", least=0.0, most=1.0)
def hours_sold_share(known: Known) -> Estimate:
    """Hours an accelerator is sold over all hours."""
    return known.default("price", "operations", "hours_sold_share")
