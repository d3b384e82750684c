"""Contracts and the hours sold: picks from the programme's commitments and the catalogue."""

from __future__ import annotations

from stargauge.programme.known import Known, LineView
from stargauge.programme.serving import pledges_for, served_from
from stargauge.quantity.instruments import ROLE, USE_OF_ASSET
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import ABSENT, Estimate


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
    pledges = pledges_for(known, line)
    return known.estimate(pledges[0].it_power or pledges[0].facility_power) if pledges else ABSENT


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
