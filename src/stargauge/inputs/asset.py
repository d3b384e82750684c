"""Terms on which assets are financed and taxed: picks from the programme's commitments and the catalogue, never computes."""

from __future__ import annotations

from stargauge.programme.known import Known, LineView
from stargauge.quantity.instruments import ROLE
from stargauge.quantity.quantity import ASSETS, quantity
from stargauge.quantity.statement import ABSENT, Estimate

_LOAN = {"building": "building-loan", "equipment": "equipment-loan"}


def _by_asset(known: Known, attribute: str) -> list[Estimate]:
    return [known.default("funding", _LOAN[asset], attribute) for asset in ASSETS]


def _where(known: Known, holds: str) -> list[Estimate]:
    """1 for the commitments whose role or kind is the one asked for."""
    return [Estimate(float(holds in (line.spec.kind, ROLE[line.spec.kind])), "stated", note=line.spec.kind) for line in known.lines]


@quantity("1", "line")
def line_brings_prepayment(known: Known) -> list[Estimate]:
    """1 for what a customer pays ahead of delivery, 0 for every other commitment."""
    return _where(known, "prepayment")


@quantity("1", "line")
def line_brings_equipment(known: Known) -> list[Estimate]:
    """1 for accelerators that a customer supplies, 0 for every other commitment."""
    return _where(known, "in_kind")


@quantity("1", "line")
def line_is_vendor(known: Known) -> list[Estimate]:
    """1 for what a vendor lends, 0 for every other commitment."""
    return _where(known, "vendor")


def _loan_of(known: Known, site: str) -> LineView | None:
    """The largest loan to a site that states a term, else the first loan to it."""
    loans = [line for line in known.lines if line.to == site and ROLE[line.spec.kind] == "debt" and line.spec.kind != "vendor"]
    return next((line for line in loans if line.spec.term), loans[0] if loans else None)


@quantity("1", "asset site")
def loan_to_cost_stated(known: Known) -> list[Estimate]:
    """Most that lenders give of all costs of an asset, as a loan to its site states it; absent where none does."""
    found = {site.id: _loan_of(known, site.id) for site in known.sites}
    return [
        known.estimate(loan.spec.loan_to_cost) if asset == "building" and (loan := found[site.id]) is not None else ABSENT
        for asset in ASSETS
        for site in known.sites
    ]


@quantity("d", "draw asset site")
def loan_maturity(known: Known) -> list[Estimate]:
    """Time from the first draw until a loan falls due and is lent anew: the term stated for the site's loan, else the catalogue's."""
    usual = dict(zip(ASSETS, _by_asset(known, "maturity"), strict=True))
    found = {site.id: _loan_of(known, site.id) for site in known.sites}
    return [
        known.estimate(loan.spec.term) if asset == "building" and (loan := found[site.id]) is not None and loan.spec.term else usual[asset]
        for asset in ASSETS
        for site in known.sites
    ]


@quantity("d", "site")
def loan_extension(known: Known) -> list[Estimate]:
    """Time by which the borrower of a site's loan may extend its term; none where nobody said."""
    loans = [_loan_of(known, site.id) for site in known.sites]
    nobody = Estimate(0.0, "stated", note="nobody said")
    return [known.estimate(loan.spec.extensions) if loan is not None and loan.spec.extensions else nobody for loan in loans]


@quantity("1", "draw")
def equipment_leverage(known: Known) -> Estimate:
    """Debt over cost that lenders give for accelerators under contract."""
    return known.default("funding", "equipment-loan", "leverage")


@quantity("1", "draw asset")
def dscr_required(known: Known) -> list[Estimate]:
    """Least cover of debt service by income under contract that lenders ask when they size a loan."""
    return _by_asset(known, "dscr")


@quantity("1", "draw asset")
def dscr_default(known: Known) -> list[Estimate]:
    """Cover over twelve months below which a loan is in breach."""
    return _by_asset(known, "dscr_default")


@quantity("1", "draw asset")
def lock_up_cover(known: Known) -> list[Estimate]:
    """Cover below which owners are paid nothing."""
    return _by_asset(known, "lock_up")


@quantity("d", "draw asset")
def reserve_span(known: Known) -> list[Estimate]:
    """Time whose debt service a reserve account holds."""
    return _by_asset(known, "reserve")


@quantity("d", "draw asset")
def loan_repayment(known: Known) -> list[Estimate]:
    """Time over which payments are reckoned, from the last operation; longer than the term it leaves a balance to refinance."""
    return _by_asset(known, "repayment")


@quantity("1", "draw asset")
def refinancing_margin(known: Known) -> list[Estimate]:
    """Yearly rate that a loan lent anew costs more (or less) than the first one."""
    return _by_asset(known, "refinancing_margin")


@quantity("1", "draw asset")
def upfront_fee(known: Known) -> list[Estimate]:
    """Fee on the whole facility when it closes."""
    return [known.default("funding", "default", "upfront_fee") for _ in ASSETS]


@quantity("1", "draw asset")
def commitment_fee(known: Known) -> list[Estimate]:
    """Yearly fee on what is not drawn."""
    return [known.default("funding", "default", "commitment_fee") for _ in ASSETS]


@quantity("1", "draw")
def vendor_rate(known: Known) -> Estimate:
    """Yearly interest on credit of vendors."""
    return known.default("funding", "vendor-credit", "interest_rate")


@quantity("d", "draw")
def vendor_term(known: Known) -> Estimate:
    """Time over which credit of vendors is repaid."""
    return known.default("funding", "vendor-credit", "term")


@quantity("d", "draw")
def receivable_days(known: Known) -> Estimate:
    """Days until customers pay."""
    return known.default("funding", "working-capital", "receivable")


@quantity("1", "draw")
def income_tax_rate(known: Known) -> Estimate:
    """Rate of tax on the profit of an asset: federal, without state tax."""
    return known.default("funding", "default", "tax_rate")


@quantity("1", "life_year")
def life_year_close(known: Known) -> list[Estimate]:
    """Place on the axis of months of the month that closes each tax year (the calendar year; the last year with the axis)."""
    years = [month.year for month in known.life_months]
    return [Estimate(float(len(years) - 1 - years[::-1].index(year)), "stated", note="calendar") for year in dict.fromkeys(years)]
