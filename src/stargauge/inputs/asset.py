"""Terms on which assets are financed and taxed: picks from the programme's commitments and the catalogue, never computes."""

from __future__ import annotations

from collections.abc import Callable

from stargauge.programme.known import Known, LineView
from stargauge.quantity.instruments import ROLE
from stargauge.quantity.quantity import ASSETS, quantity
from stargauge.quantity.statement import ABSENT, Estimate

_LOAN = {"building": "building-loan", "equipment": "equipment-loan"}


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


_LENT_FOR = {"building": ("loan", "bond", "bridge"), "equipment": ("delayed_draw_loan",)}


def _loan_of(known: Known, asset: str, site: str) -> LineView | None:
    """The loan whose terms speak for an asset of a site: the first that states a term, else the first there is."""
    loans = [line for line in known.lines if line.to == site and line.spec.kind in _LENT_FOR[asset]]
    return next((line for line in loans if line.spec.term), loans[0] if loans else None)


def _as_agreed(known: Known, field: str, usual: Callable[[str], Estimate]) -> list[Estimate]:
    """A term of the loan on each asset of each site: as stated for it, else what is usual for the asset."""
    out = []
    for asset in ASSETS:
        else_ = usual(asset)
        for site in known.sites:
            loan = _loan_of(known, asset, site.id)
            stated = getattr(loan.spec, field) if loan is not None else ()
            out.append(known.estimate(stated) if stated else else_)
    return out


def _usual(known: Known, attribute: str) -> Callable[[str], Estimate]:
    return lambda asset: known.default("funding", _LOAN[asset], attribute)


@quantity("1", "draw asset site", least=0.0, most=1.0)
def loan_to_cost_stated(known: Known) -> list[Estimate]:
    """Most that lenders give of all costs of an asset, as the loan on it states it; absent where none does."""
    return _as_agreed(known, "loan_to_cost", lambda _: ABSENT)


@quantity("d", "draw asset site", least=1.0)
def loan_maturity(known: Known) -> list[Estimate]:
    """Time from the first draw until a loan falls due and is lent anew, without extensions."""
    return _as_agreed(known, "term", _usual(known, "maturity"))


@quantity("d", "draw asset site", least=0.0)
def loan_extension(known: Known) -> list[Estimate]:
    """Time by which the borrower may extend the term of a loan; none where nobody said."""
    return _as_agreed(known, "extensions", lambda _: Estimate(0.0, "stated", note="nobody said"))


@quantity("1", "draw", least=0.0, most=1.0)
def equipment_leverage(known: Known) -> Estimate:
    """Debt over cost that lenders give for accelerators under contract."""
    return known.default("funding", "equipment-loan", "leverage")


@quantity("1", "draw asset site", least=1.0)
def dscr_required(known: Known) -> list[Estimate]:
    """Least cover of debt service by income under contract that lenders ask when they size a loan."""
    return _as_agreed(known, "dscr", _usual(known, "dscr"))


@quantity("1", "draw asset", least=0.0)
def dscr_default(known: Known) -> list[Estimate]:
    """Cover over twelve months below which a loan is in breach: below the one it was sized on."""
    return [_usual(known, "dscr_default")(asset) for asset in ASSETS]


@quantity("1", "draw asset site", least=1.0)
def lock_up_cover(known: Known) -> list[Estimate]:
    """Cover below which owners are paid nothing."""
    return _as_agreed(known, "lock_up", _usual(known, "lock_up"))


@quantity("d", "draw asset site", least=0.0)
def reserve_span(known: Known) -> list[Estimate]:
    """Time whose debt service a reserve account holds."""
    return _as_agreed(known, "reserve_months", _usual(known, "reserve"))


@quantity("d", "draw asset site", least=0.0)
def loan_repayment(known: Known) -> list[Estimate]:
    """Time over which payments are reckoned, from the last operation; longer than the term it leaves a balance to refinance."""
    return _as_agreed(known, "amortisation", _usual(known, "repayment"))


@quantity("1", "draw asset")
def refinancing_margin(known: Known) -> list[Estimate]:
    """Yearly rate that a loan lent anew costs more (or less) than the first one."""
    return [_usual(known, "refinancing_margin")(asset) for asset in ASSETS]


@quantity("1", "draw asset site", least=0.0, most=1.0)
def upfront_fee(known: Known) -> list[Estimate]:
    """Fee on the whole facility when it closes."""
    return _as_agreed(known, "upfront_fee", lambda _: known.default("funding", "default", "upfront_fee"))


@quantity("1", "draw asset site", least=0.0, most=1.0)
def commitment_fee(known: Known) -> list[Estimate]:
    """Yearly fee on what is not drawn."""
    return _as_agreed(known, "commitment_fee", lambda _: known.default("funding", "default", "commitment_fee"))


@quantity("1", "asset site")
def loan_draw_rule(known: Known) -> list[Estimate]:
    """In which order loan and owners pay: in step (0), owners first (1), the loan first (2); a loan paid out at once counts as first."""
    place = {"pro_rata": 0.0, "equity_first": 1.0, "debt_first": 2.0, "at_once": 2.0}
    out = []
    for asset in ASSETS:
        for site in known.sites:
            loan = _loan_of(known, asset, site.id)
            said = known.text(loan.spec.draw_rule) if loan is not None else ""
            out.append(
                Estimate(
                    place.get(said, 0.0), "stated", loan.spec.draw_rule if loan is not None and said else (), None, said or "nobody said"
                )
            )
    return out


def _of_vendors(known: Known, field: str, usual: str) -> list[Estimate]:
    """A term of what vendors lend to each site: as the first of them states it, else the usual one."""
    out = []
    for site in known.sites:
        lines = [line for line in known.lines if line.to == site.id and line.spec.kind == "vendor" and getattr(line.spec, field)]
        stated = known.estimate(getattr(lines[0].spec, field)) if lines else None
        out.append(stated or known.default("funding", "vendor-credit", usual))
    return out


@quantity("1", "draw site", least=0.0, most=1.0)
def vendor_rate(known: Known) -> list[Estimate]:
    """Yearly interest on credit of vendors."""
    return _of_vendors(known, "rate", "interest_rate")


@quantity("d", "draw site", least=1.0)
def vendor_term(known: Known) -> list[Estimate]:
    """Time over which credit of vendors is repaid."""
    return _of_vendors(known, "term", "term")


@quantity("1", "draw asset site", least=0.0, most=1.0)
def loan_spread_stated(known: Known) -> list[Estimate]:
    """Spread over the base rate of the loan on each asset of each site, as stated; absent where nobody said."""
    return _as_agreed(known, "spread", lambda _: ABSENT)


@quantity("1", "draw asset site", least=0.0, most=1.0)
def loan_rate_stated(known: Known) -> list[Estimate]:
    """All-in fixed rate of the loan on each asset of each site, as stated; absent where nobody said."""
    return _as_agreed(known, "rate", lambda _: ABSENT)


@quantity("d", "draw", least=0.0)
def receivable_days(known: Known) -> Estimate:
    """Days until customers pay."""
    return known.default("funding", "working-capital", "receivable")


@quantity("1", "draw", least=0.0, most=1.0)
def income_tax_rate(known: Known) -> Estimate:
    """Rate of tax on the profit of an asset: federal, without state tax."""
    return known.default("funding", "default", "tax_rate")


@quantity("1", "life_year")
def life_year_close(known: Known) -> list[Estimate]:
    """Place on the axis of months of the month that closes each tax year (the calendar year; the last year with the axis)."""
    years = [month.year for month in known.life_months]
    return [Estimate(float(len(years) - 1 - years[::-1].index(year)), "stated", note="calendar") for year in dict.fromkeys(years)]


@quantity("d", "draw", least=1.0)
def equipment_life_book(known: Known) -> Estimate:
    """Years over which the books write off accelerators."""
    return known.default("funding", "chips", "life_book")


@quantity("d", "draw", least=1.0)
def building_life_book(known: Known) -> Estimate:
    """Years over which the books write off a building."""
    return known.default("funding", "building", "life_book")
