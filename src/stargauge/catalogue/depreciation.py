"""The law on tax depreciation as the catalogue has it: published tables, the formula behind them elsewhere, and the bonus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stargauge.catalogue.load import Catalogue
from stargauge.quantity.dates import Window, day
from stargauge.quantity.errors import InputError
from stargauge.quantity.finance.depreciation import Convention, building_table, declining_balance, first_year_share
from stargauge.quantity.spoken import say

Array = NDArray[np.float64]

_KIND = "depreciation"
_TABLE = "macrs-"
_FIRST = "earlier_contract_"


@dataclass(frozen=True)
class BonusLaw:
    """The first-year bonus: share, the day after which both contract and service must come, longest recovery
    period, and by year of service what earlier contracts keep."""

    share: float
    after: float
    longest: float
    earlier: Array
    earlier_years: Array


def recovery_periods(values: Catalogue) -> tuple[int, ...]:
    """The recovery periods of personal property that the catalogue knows, in years."""
    return tuple(int(name.removeprefix(_TABLE)) for name in values.names(_KIND) if name.startswith(_TABLE))


def recovery_table(values: Catalogue, period: int) -> Array:
    """Shares of the cost by convention and year, (5, period + 1): the published table where the catalogue has it, else its formula.

    Raises InputError for a recovery period that is not known.
    """
    if period not in recovery_periods(values):
        known = ", ".join(str(one) for one in recovery_periods(values))
        raise InputError(
            say("no tax table for a recovery period of {period} years; known: {known} (and buildings)", period=period, known=known)
        )
    name = f"{_TABLE}{period}"
    have, factor = set(values.attributes(_KIND, name)), _number(values, name, "declining_balance")

    def row(convention: Convention) -> Array:
        attributes = [f"{convention.name.lower()}_year_{year:02d}" for year in range(1, period + 2)]
        if have.issuperset(attributes):
            return np.array([_number(values, name, attribute) for attribute in attributes])
        return declining_balance(period, factor, first_year_share(convention))

    return np.array([row(convention) for convention in Convention])


def building_shares(values: Catalogue) -> Array:
    """Shares of a building's cost by month placed in service and year: (12, 40)."""
    return building_table(round(_number(values, "building", "recovery_period") / 365.25))


def most_late(values: Catalogue) -> float:
    """The share of a year's property in its last quarter above which the quarters count."""
    return _number(values, "mid-quarter", "most_late")


def bonus_law(values: Catalogue) -> BonusLaw:
    """The first-year bonus and the day it changed."""
    years = sorted(attribute for attribute in values.attributes(_KIND, "bonus") if attribute.startswith(_FIRST))
    after = values.rows(_KIND, "bonus", "after")[-1].value
    assert isinstance(after, Window)
    return BonusLaw(
        _number(values, "bonus", "share"), day(after.end), _number(values, "bonus", "longest_period") / 365.25,
        np.array([_number(values, "bonus", one) for one in years]), np.array([float(one.removeprefix(_FIRST)) for one in years]),
    )  # fmt: skip


def _number(values: Catalogue, name: str, attribute: str) -> float:
    """The last value, the user's own where there is one."""
    return float(np.asarray(values.rows(_KIND, name, attribute)[-1].value))
