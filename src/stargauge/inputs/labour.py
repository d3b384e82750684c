"""Work per cost and per power, pay and multipliers, from the catalogue."""

from __future__ import annotations

from datetime import date

from stargauge.programme.alternatives import METHODS
from stargauge.programme.known import Known
from stargauge.quantity.dates import day
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate, Mixture


@quantity("1", "draw")
def labour_method(known: Known) -> Estimate:
    """How the work of building is reckoned: 0 by cost and pay, 1 by workers per power; a choice of model, both as likely."""
    choice = Mixture("labour_method", (0.5, 0.5), (0.0, 1.0), METHODS["labour_method"])
    return Estimate(choice, "assumed", note="nothing published favours one of the two ways; equal weights are ours")


@quantity("1", "draw", least=0.0, most=1.0)
def construction_labour_share(known: Known) -> Estimate:
    """Pay of workers on site over the cost of construction."""
    return known.default("labour", "construction", "onsite_labour_share")


@quantity("USD/h", "draw")
def construction_hourly_cost(known: Known) -> Estimate:
    """Cost of an hour of construction work with benefits, in the price year."""
    return known.default("labour", "construction", "compensation_hour_moved")


@quantity("1", "draw")
def construction_trade_premium(known: Known) -> Estimate:
    """What data-centre sites pay their trades above others."""
    return known.default("labour", "construction", "wage_premium")


@quantity("h", "draw")
def construction_hours_per_year(known: Known) -> Estimate:
    """Hours of one construction worker in a year."""
    return known.default("labour", "construction", "hours_per_year")


@quantity("job/W", "draw")
def construction_workers_per_power(known: Known) -> Estimate:
    """Peak heads building per W of facility power."""
    return known.default("labour", "construction", "workers_per_power")


@quantity("job/W", "draw")
def construction_workers_limit(known: Known) -> Estimate:
    """Most heads that can build at once per W of facility power."""
    return known.default("labour", "construction", "workers_limit")


@quantity("job/W", "draw site")
def permanent_jobs_per_power(known: Known) -> list[Estimate]:
    """Permanent posts per W of facility power."""
    return [known.default("labour", "permanent", "per_power") for _ in known.sites]


@quantity("1", "draw", least=0.0)
def added_jobs_per_builder(known: Known) -> Estimate:
    """Indirect and induced jobs per job of building on site."""
    return known.default("labour", "multiplier", "added_per_builder")


@quantity("1", "draw", least=0.0)
def added_jobs_per_post(known: Known) -> Estimate:
    """Indirect and induced jobs per permanent post."""
    return known.default("labour", "multiplier", "added_per_post")


@quantity("1", "draw", least=0.0, most=1.0)
def indirect_share_of_added(known: Known) -> Estimate:
    """Share of suppliers' jobs in what direct jobs add."""
    return known.default("labour", "multiplier", "indirect_share")


@quantity("1", "draw", least=0.0, most=1.0)
def local_share(known: Known) -> Estimate:
    """Share of purchases and of workers' spending that stays in the region of a site."""
    return known.default("labour", "multiplier", "local_share")


@quantity("job/USD", "draw")
def direct_jobs_per_spending(known: Known) -> Estimate:
    """Job-years of building per USD of construction, in the dollars of the study."""
    return known.default("labour", "construction", "direct")


@quantity("job/USD", "draw")
def supplier_jobs_per_spending(known: Known) -> Estimate:
    """Job-years at suppliers per USD of construction, in the dollars of the study."""
    return known.default("labour", "construction", "supplier")


@quantity("job/USD", "draw")
def induced_jobs_per_spending(known: Known) -> Estimate:
    """Job-years from the spending of those paid per USD of construction, in the dollars of the study."""
    return known.default("labour", "construction", "induced")


@quantity("1", "draw")
def construction_price_rise(known: Known) -> Estimate:
    """Yearly rise of the price of building since the study of jobs per dollar."""
    return known.default("labour", "construction", "price_rise")


@quantity("d")
def spending_study_date(known: Known) -> Estimate:
    """The day for which the dollars of the study of jobs per dollar speak: the middle of its year."""
    made = known.default("labour", "construction", "direct")
    year = next((said.as_of.start.year for said in made.statements if said.as_of), known.programme.price_year)
    return Estimate(day(date(year, 6, 30)), "default", made.statements, None, "the study names no price year; that of its tables is taken")
