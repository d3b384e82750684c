"""Where leases and contracts are served from: the site they go to, else where their provider builds or has pledged to."""

from __future__ import annotations

from datetime import date

from stargauge.programme.known import Known, LineView
from stargauge.programme.schema import UNSITED, Pledge
from stargauge.quantity.statement import Statement


def _first(*fields: tuple[Statement, ...]) -> date:
    """The day from which something was public."""
    return min((said.known_from for field in fields for said in field if said.known_from), default=date.max)


def _made(pledge: Pledge) -> date:
    return _first(pledge.it_power, pledge.facility_power)


def pledges_for(known: Known, line: LineView) -> list[Pledge]:
    """The pledges a contract may be served from: those of its provider that were public when the contract was."""
    signed = _first(line.spec.amount, line.spec.stage)
    pledges = [pledge for pledge in known.programme.unsited.values() if pledge.party == line.to]
    return [pledge for pledge in pledges if _made(pledge) <= signed]


def served_from(known: Known, line: LineView) -> tuple[frozenset[str], str]:
    """Sites a contract is served from, and how we know."""
    if line.to_kind == "site":
        return frozenset({line.to}), "the site it goes to"
    own = [other for other in known.lines if other.party == line.to and other.to_kind == "site"]
    pledges = [] if line.spec.power or line.spec.kind != "cloud_contract" else pledges_for(known, line)
    since = [other.to for other in own if pledges and _first(other.spec.amount, other.spec.stage) >= _made(pledges[0])]
    if since:
        return frozenset(since), "sites its provider has committed to since it pledged that power"
    if own:
        return frozenset(other.to for other in own), "sites its provider has committed to"
    if line.to_kind == "programme":
        return frozenset(site.id for site in known.sites), "nobody said where: all sites"
    if pledges_for(known, line):
        return frozenset({UNSITED}), "what its provider had pledged without a site"
    return frozenset(), "its provider has no site here: it is served from elsewhere"
