"""Prices of building, equipment and money: picks from the catalogue, never computes."""

from __future__ import annotations

from datetime import date

import numpy as np

from stargauge.programme.known import Known, SiteView
from stargauge.quantity.dates import day
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.quantity import COMPONENTS, GAS_PLANTS, PLANTS, quantity
from stargauge.quantity.statement import Estimate, Statement

_SPLIT = {"site": "share_site", "shell": "share_shell", "critical": "share_electrical_mechanical", "white_space": "share_white_space"}
_BOUGHT = Estimate(0.0, "stated", note="bought, not built: its price is that of its energy")


@quantity("d")
def price_date(known: Known) -> Estimate:
    """The day for which USD of the price year speak: the middle of the year."""
    return Estimate(day(date(known.programme.price_year, 6, 30)), "stated", note="the programme's price_year")


@quantity("1", "month")
def price_index_observed(known: Known) -> Estimate:
    """Consumer price index of a calendar year, at its middle month; absent elsewhere and where it was not published yet."""
    rows = [row.statement for row in known.catalogue.rows_of("price") if (row.name, row.attribute) == ("us-cpi", "price_level")]
    by_year = {row.as_of.start.year: row for row in rows if row.as_of}
    value = np.full(len(known.months), np.nan)
    for place, month in enumerate(known.months):
        if month.month == 6 and month.year in by_year:
            value[place] = _number(by_year[month.year])
    return Estimate(value, "default", tuple(sorted(rows, key=lambda row: row.known_from or date.min, reverse=True)))


@quantity("1", "draw")
def inflation_assumed(known: Known) -> Estimate:
    """Yearly rise of the general price level beyond the last published index."""
    return known.default("price", "us-cpi", "inflation")


@quantity("USD/W", "draw site", least=0.0)
def construction_unit_cost(known: Known) -> list[Estimate]:
    """Cost of building per W of critical load at each site: anywhere in the range of surveyed markets; the mean where no site is named."""
    market, mean = known.default("price", "construction", "cost"), known.default("price", "construction", "cost_mean")
    return [market if site.spec else mean for site in known.sites]


@quantity("USD/W", "draw", least=0.0)
def construction_cost_mean(known: Known) -> Estimate:
    """Mean cost of building per W of critical load over surveyed markets."""
    return known.default("price", "construction", "cost_mean")


@quantity("1", "draw")
def construction_price_drift(known: Known) -> Estimate:
    """Yearly drift of the logarithm of the cost of building, beyond general prices."""
    return known.default("price", "construction", "drift_per_year")


@quantity("1", "draw")
def construction_premium_ai(known: Known) -> Estimate:
    """What halls for AI cost more than others, as a share."""
    return known.default("price", "construction", "ai_premium")


@quantity("1", "component")
def construction_split(known: Known) -> list[Estimate]:
    """Share of each component in the surveyed cost of building; zero for components outside it."""
    outside = Estimate(0.0, "stated", note="not part of the surveyed cost of building")
    return [known.default("price", "construction", _SPLIT[name]) if name in _SPLIT else outside for name in COMPONENTS]


@quantity("1", "draw", least=0.0)
def overrun_factor(known: Known) -> Estimate:
    """Final over expected cost of construction, by the reference class."""
    return known.default("funding", "overrun", "factor")


@quantity("1", "draw")
def overrun_slip_elasticity(known: Known) -> Estimate:
    """Rise of the logarithm of cost per standard deviation of the programme's slip."""
    return known.default("funding", "overrun", "slip_elasticity")


@quantity("1", "draw", least=0.0, most=1.0)
def soft_cost_share(known: Known) -> Estimate:
    """Soft cost (design, permits, owner's cost) over construction cost."""
    return known.default("price", "soft-cost", "share")


@quantity("USD/m2", "draw", least=0.0)
def land_price(known: Known) -> Estimate:
    """Price of land for data centres."""
    return known.default("price", "land", "cost")


@quantity("m2/W", "draw")
def land_per_power(known: Known) -> Estimate:
    """Area of land per W of facility power."""
    return known.default("price", "land", "area_per_power")


@quantity("USD/W", "draw plant", least=0.0)
def generation_unit_cost(known: Known) -> list[Estimate]:
    """Cost of power generation on site per W, by plant; none for power that is bought and plants that are rented."""
    adder = known.default("price", "generation", "adder")
    bought, own = ("grid", "nuclear", "rented-generator"), ("solar", *GAS_PLANTS)
    return [_BOUGHT if plant in bought else known.default("energy", plant, "capex") if plant in own else adder for plant in PLANTS]


@quantity("USD/W", "draw", least=0.0)
def equipment_unit_cost(known: Known) -> Estimate:
    """Cost of accelerators, servers, network and storage per W of IT power in the price year."""
    return known.default("price", "it-equipment", "cost_per_power")


@quantity("1", "draw")
def equipment_price_drift(known: Known) -> Estimate:
    """Yearly drift of the logarithm of the cost of equipment per W, beyond general prices."""
    return known.default("price", "it-equipment", "drift_per_year")


@quantity("1", "draw")
def construction_middle_share(known: Known) -> Estimate:
    """Share of the cost of building that is spent in the middle third of its time."""
    return known.default("price", "construction", "middle_share")


@quantity("d", "draw")
def equipment_payment_lead(known: Known) -> Estimate:
    """Days before power is on from which equipment is paid."""
    return known.default("price", "it-equipment", "payment_lead")


@quantity("1", "draw", least=0.0)
def network_cost_share(known: Known) -> Estimate:
    """Network in the cost of equipment."""
    return known.default("price", "network", "share_of_it")


@quantity("1", "draw", least=0.0)
def storage_cost_share(known: Known) -> Estimate:
    """Storage in the cost of equipment."""
    return known.default("price", "storage", "share_of_it")


def _number(statement: Statement) -> float:
    value = statement.value
    return value.quantile(0.5) if isinstance(value, Distribution) else float(value)  # type: ignore[arg-type]


def newest_by_month(known: Known, statements: tuple[Statement, ...], by_date: bool = False) -> Estimate:
    """The newest stated value at each month end, by publication (or by the date it speaks for); absent before the first."""

    def since(statement: Statement) -> date:
        spoken = statement.as_of.end if by_date and statement.as_of else None
        return spoken or statement.known_from or date.min

    dated = sorted(statements, key=since)
    value = np.full(len(known.months), np.nan)
    for place, month in enumerate(known.months):
        said = [statement for statement in dated if since(statement) <= month]
        if said:
            value[place] = _number(said[-1])
    return Estimate(value, "stated", tuple(reversed(dated)), None, "" if dated else "nobody said")


def _capital(site: SiteView) -> tuple[Statement, ...]:
    return site.spec.capital if site.spec else ()


@quantity("USD", "site month")
def site_capital_stated(known: Known) -> list[Estimate]:
    """Capital of each site as it had been stated by each month end, on whatever basis; absent before anybody said."""
    return [newest_by_month(known, _capital(site)) for site in known.sites]


@quantity("USD", "month")
def programme_capital_stated(known: Known) -> Estimate:
    """Capital of the whole programme as it had been stated by each month end: its pledges in money and the records of planned
    investment.
    """
    pledged = tuple(s for phase in known.phases if phase.site == "unsited" for s in phase.spec.capital)
    planned = tuple(s for name, record in known.programme.records.items() if name.startswith("investment-planned") for s in record)
    return newest_by_month(known, pledged + planned)
