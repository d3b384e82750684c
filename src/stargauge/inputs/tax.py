"""Tax depreciation as the law has it: picks from the catalogue, never computes."""

from __future__ import annotations

import numpy as np

from stargauge.catalogue.depreciation import bonus_law, building_shares, most_late, recovery_table
from stargauge.programme.known import Known
from stargauge.quantity.dates import Window, day
from stargauge.quantity.instruments import ROLE
from stargauge.quantity.quantity import ASSETS, DEDUCTION_YEARS, quantity
from stargauge.quantity.statement import ABSENT, Estimate, Statement

_PERIODS = (5, 15)
_LAW = "the law of 2025, for all knowledge dates"


def _said(known: Known, name: str) -> tuple[Statement, ...]:
    """What the catalogue says of a table or a rule."""
    values = known.catalogue.catalogue
    return tuple(statement for one in values.attributes("depreciation", name) for statement in values.rows("depreciation", name, one))


def _of(known: Known, value: float | np.ndarray, name: str) -> Estimate:
    """A value of the law with the statements behind it, and the day it was published where that is after the knowledge date."""
    said = _said(known, name)
    newest = max((s.known_from for s in said if s.known_from), default=None)
    later = newest if newest is not None and newest > known.as_of else None
    return Estimate(value, "default", said, later, _LAW if later else "")


@quantity("1", "tax_row deduction_year")
def deduction_share(known: Known) -> list[Estimate]:
    """Share of the cost deducted in each year from the one placed in service, by recovery period and convention."""
    values = known.catalogue.catalogue
    rows = [(row, f"macrs-{period}") for period in _PERIODS for row in recovery_table(values, period)]
    rows += [(row, "building") for row in building_shares(values)]
    most = len(DEDUCTION_YEARS)
    return [_of(known, np.append(row, np.zeros(most))[:most], name) for row, name in rows]


@quantity("1", least=0.0, most=1.0)
def late_share_most(known: Known) -> Estimate:
    """Share of a year's property in its last quarter above which the quarters count."""
    return _of(known, most_late(known.catalogue.catalogue), "mid-quarter")


@quantity("1", least=0.0, most=1.0)
def bonus_rate(known: Known) -> Estimate:
    """Share deducted at once of what is bound by contract and placed in service after the law changed."""
    return _of(known, bonus_law(known.catalogue.catalogue).share, "bonus")


@quantity("d")
def bonus_after(known: Known) -> Estimate:
    """The day after which both the contract and the service must come for it."""
    return _of(known, bonus_law(known.catalogue.catalogue).after, "bonus")


@quantity("1", "life_year")
def bonus_earlier(known: Known) -> list[Estimate]:
    """Share deducted at once of what was bound before, by the year it is placed in service."""
    law = bonus_law(known.catalogue.catalogue)
    kept = dict(zip(law.earlier_years, law.earlier, strict=True))
    years = dict.fromkeys(month.year for month in known.life_months)
    return [_of(known, float(kept.get(float(year), 0.0)), "bonus") for year in years]


@quantity("d", "asset site")
def bound_date_stated(known: Known) -> list[Estimate]:
    """Day on which a written contract for an asset became binding, as stated; absent where nobody said."""
    roles = {"building": ("debt", "equity"), "equipment": ("purchase",)}
    out = []
    for asset in ASSETS:
        for site in known.sites:
            lines = [line for line in known.lines if line.to == site.id and ROLE[line.spec.kind] in roles[asset]]
            dated = [s for line in lines for s in line.spec.milestones.bound if isinstance(s.value, Window)]
            first = min(dated, key=lambda s: s.value.end, default=None)  # type: ignore[union-attr]
            out.append(ABSENT if first is None else Estimate(day(first.value.end), "stated", (first,)))  # type: ignore[union-attr]
    return out
