"""What parties' filings and policies say of their cash, their yearly flows and their debt: picks, never computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from stargauge.inputs.capex import newest_by_month
from stargauge.inputs.funding import earliest_of
from stargauge.programme.fields import median
from stargauge.programme.known import Known, LineView, PartyView
from stargauge.quantity.dates import day
from stargauge.quantity.distribution import STANDARD_NORMAL, Distribution
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import ABSENT, Estimate, Statement

#: A flow is stated for a period of at least so many days; a figure for a day or a month is a pace that nobody said for how long.
_LEAST_DAYS = 80
_FIRM = ("committed", "available", "drawn")


@quantity("d", "party month")
def party_cash_date(known: Known) -> list[Estimate]:
    """Day that the newest stated cash of each party speaks for, at each month end; absent where it publishes none by then."""
    return [_days_of_newest(known, party.spec.cash) for party in known.parties]


def _days_of_newest(known: Known, statements: Sequence[Statement]) -> Estimate:
    dated = sorted(((_spoken_for(s), s) for s in statements), key=lambda pair: pair[0])
    value = np.full(len(known.months), np.nan)
    for place, month in enumerate(known.months):
        said = [since for since, _ in dated if since <= month]
        if said:
            value[place] = day(said[-1])
    return Estimate(value, "stated", tuple(s for _, s in reversed(dated)), None, "" if dated else "nobody said")


def _spoken_for(statement: Statement) -> date:
    return (statement.as_of.end if statement.as_of else None) or statement.known_from or date.min


def _period(statement: Statement) -> int:
    return (statement.as_of.end - statement.as_of.start).days + 1 if statement.as_of else 0


def _flow(known: Known, statements: Sequence[Statement], pick: Callable[[Statement], float]) -> Estimate:
    """Of the statement of a period for each month: the one whose period holds it, the newest where several do; else the nearest before it;
    before all of them the first."""
    usable = sorted((s for s in statements if _period(s) >= _LEAST_DAYS), key=lambda s: (_spoken_for(s), s.known_from or date.min))
    value = np.full(len(known.months), np.nan)
    for place, month in enumerate(known.months) if usable else ():
        within = [s for s in usable if s.as_of and s.as_of.start <= month <= s.as_of.end]
        before = [s for s in usable if _spoken_for(s) <= month]
        chosen = max(within, key=lambda s: s.known_from or date.min, default=None) or (before[-1] if before else usable[0])
        value[place] = pick(chosen)
    return Estimate(value, "stated", tuple(reversed(usable)), None, "" if usable else "nobody said")


def _amount(statement: Statement) -> float:
    value = median(statement.value)
    return float("nan") if value is None else value


def _length(statement: Statement) -> float:
    return float(_period(statement))


@quantity("USD", "party month")
def operating_cash_flow_stated(known: Known) -> list[Estimate]:
    """Operating cash flow of each party in the stated period that holds each month, else the newest before; absent where nobody said."""
    return [_flow(known, party.spec.operating_cash_flow, _amount) for party in known.parties]


@quantity("d", "party month")
def operating_cash_flow_days(known: Known) -> list[Estimate]:
    """Length of the period of `operating_cash_flow_stated`."""
    return [_flow(known, party.spec.operating_cash_flow, _length) for party in known.parties]


@quantity("USD", "party month")
def cash_burn_stated(known: Known) -> list[Estimate]:
    """Cash each party burns before new money, in the stated or forecast period that holds each month, else the newest before."""
    return [_flow(known, party.spec.cash_burn, _amount) for party in known.parties]


@quantity("d", "party month")
def cash_burn_days(known: Known) -> list[Estimate]:
    """Length of the period of `cash_burn_stated`."""
    return [_flow(known, party.spec.cash_burn, _length) for party in known.parties]


@quantity("USD", "party month")
def own_capex_stated(known: Known) -> list[Estimate]:
    """Capital expenditure of each party as a whole in the stated period that holds each month, else the newest before."""
    return [_flow(known, party.spec.capex, _amount) for party in known.parties]


@quantity("d", "party month")
def own_capex_days(known: Known) -> list[Estimate]:
    """Length of the period of `own_capex_stated`."""
    return [_flow(known, party.spec.capex, _length) for party in known.parties]


@quantity("1", "draw party")
def own_flow_factor(known: Known) -> list[Estimate]:
    """Factor on each party's own yearly cash flow: the width of its widest forecast of burn, else an assumption."""
    return [_width(known, party) for party in known.parties]


def _width(known: Known, party: PartyView) -> Estimate:
    ranges = [s for s in party.spec.cash_burn if isinstance(s.value, Distribution) and s.value.kind == "lognormal"]
    if not ranges:
        return known.default("funding", "own-flow", "factor")
    widest = max(ranges, key=_sigma)
    return Estimate(Distribution("lognormal", (1.0, _sigma(widest))), "stated", (widest,), None, "width of the forecasts")


def _sigma(statement: Statement) -> float:
    return statement.value.parameters[1] if isinstance(statement.value, Distribution) else 0.0


@quantity("1", "draw")
def contract_cash_margin(known: Known) -> Estimate:
    """Share of a cloud contract's revenue that is left in cash after running it, before capital."""
    return known.default("funding", "contract", "cash_margin")


@quantity("USD", "party month")
def policy_cash_floor(known: Known) -> list[Estimate]:
    """Least cash that each party's own policy asks for; absent where it states none."""
    return [newest_by_month(known, party.spec.cash_floor, by_date=True) for party in known.parties]


@quantity("1", "party month", least=0.0)
def policy_debt_ceiling(known: Known) -> list[Estimate]:
    """Most debt over the value of its holdings that each party's own policy allows; absent where it states none."""
    return [newest_by_month(known, party.spec.debt_ceiling, by_date=True) for party in known.parties]


@quantity("1", "party month")
def debt_share_stated(known: Known) -> list[Estimate]:
    """Debt over the value of its holdings as each party states it, the newest at each month end; absent where it states none."""
    return [newest_by_month(known, party.spec.debt_share, by_date=True) for party in known.parties]


@quantity("USD", "party month")
def net_assets_stated(known: Known) -> list[Estimate]:
    """Value of each party's holdings less its debt, as it states it, the newest at each month end; absent where it states none."""
    return [newest_by_month(known, party.spec.net_assets, by_date=True) for party in known.parties]


@quantity("1", "draw")
def holdings_volatility(known: Known) -> Estimate:
    """Yearly volatility of the value of what a holding company holds."""
    return known.default("funding", "holdings", "volatility")


@quantity("1", "draw party")
def holdings_chance(known: Known) -> list[Estimate]:
    """Standard normal deviate of the value of each party's holdings."""
    return [Estimate(STANDARD_NORMAL, "default", note="a pure stream of chance; used in policy_headroom") for _ in known.parties]


@quantity("d", "line")
def line_due_date(known: Known) -> list[Estimate]:
    """Day on which the money of each firm commitment is due or can be drawn: as stated, else when it was firm; never otherwise."""
    return [earliest_of(line, "available", "drawn") if _dated(line) else earliest_of(line, *_FIRM) for line in known.lines]


def _dated(line: LineView) -> bool:
    return bool(line.spec.milestones.available or line.spec.milestones.drawn)


@quantity("d", "line")
def line_drawn_date(known: Known) -> list[Estimate]:
    """Day by which each commitment was paid: as stated, else when first called drawn; never otherwise."""
    return [earliest_of(line, "drawn") for line in known.lines]


@quantity("USD", "line")
def line_drawn_part(known: Known) -> list[Estimate]:
    """The part of each commitment that had been paid out by its newest statement; absent where nobody said."""
    return [Estimate(_amount(said[-1]), "stated", tuple(reversed(said))) if (said := _drawn(line)) else ABSENT for line in known.lines]


@quantity("d", "line")
def line_drawn_part_date(known: Known) -> list[Estimate]:
    """Day that `line_drawn_part` speaks for."""
    return [Estimate(day(_spoken_for(said[-1])), "stated", (said[-1],)) if (said := _drawn(line)) else ABSENT for line in known.lines]


def _drawn(line: LineView) -> list[Statement]:
    return sorted(line.spec.drawn, key=_spoken_for)


@quantity("1", "draw line")
def line_share_already_paid(known: Known) -> list[Estimate]:
    """Share of each line that was paid by the newest cash statement of who gets it, where nobody said when it was paid: an assumption."""
    return [known.default("funding", "line", "share_already_paid") for _ in known.lines]


@quantity("d", "line")
def line_extensions(known: Known) -> list[Estimate]:
    """Time by which the term of each commitment can be extended; absent where nobody said."""
    return [known.estimate(line.spec.extensions) for line in known.lines]


@quantity("1", "party", least=0.0, most=1.0)
def paid_share(known: Known) -> list[Estimate]:
    """Share that each party pays of what it promised to other parties; all of it unless asked otherwise."""
    return [Estimate(1.0, "assumed", note="everything promised is paid") for _ in known.parties]


@quantity("d", "party")
def paid_from(known: Known) -> list[Estimate]:
    """Day from which each party pays the share `paid_share`; the knowledge date unless asked otherwise."""
    return [Estimate(day(known.as_of), "assumed", note="from the knowledge date") for _ in known.parties]
