"""How good forecasts of money were: loans to sites and cash of parties, forecast before they were public.

The cases are fixed by rule and listed before anything is scored:
- loans: every site to which somebody lends a stated amount, forecast as known on the day before the first of its loans was public; the
  outcome is the sum of the amounts that the newest statements hold;
- cash: every statement of a party's cash after its first, forecast from 90 days before the day it speaks for.
What could not be forecast then (the site or the party was not known, or had no plan or accounts) is listed, not scored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from stargauge.engine.result import Result
from stargauge.programme.axes import PartyView
from stargauge.programme.known import Known, LineView
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.instruments import ROLE
from stargauge.quantity.quantity import ASSETS
from stargauge.quantity.statement import Statement

#: Days before the day of a cash statement from which it is forecast.
LEAD = 90
#: The band that most outcomes should fall into.
BAND = (0.1, 0.9)


@dataclass(frozen=True)
class Sum:
    """A recorded sum of money that can be forecast: what of whom, how much, when, and the day from which it is forecast."""

    programme: str
    kind: str
    of: str
    amount: float
    day: date
    as_of: date
    source: str
    before: float | None


@dataclass(frozen=True)
class MoneyCase:
    """A recorded sum and its forecast: P10, P50, P90 over draws, and whether it fell between the outer two; `why` where there is none."""

    sum: Sum
    p10: float | None
    p50: float | None
    p90: float | None
    why: str = ""

    @property
    def inside(self) -> bool | None:
        """Whether the sum fell between P10 and P90; none without a forecast."""
        return None if self.p10 is None or self.p90 is None else self.p10 <= self.sum.amount <= self.p90

    def to_dict(self) -> dict[str, Any]:
        """`{programme, kind, of, amount, day, as_of, before, p10, p50, p90, inside, why, source}`; USD, nominal."""
        one = self.sum
        return {
            "programme": one.programme, "kind": one.kind, "of": one.of, "amount": one.amount, "day": str(one.day), "as_of": str(one.as_of),
            "before": one.before, "p10": self.p10, "p50": self.p50, "p90": self.p90, "inside": self.inside, "why": self.why,
            "source": one.source,
        }  # fmt: skip


@dataclass(frozen=True)
class MoneyBacktest:
    """Every case, and how many of each kind fell between P10 and P90. Amounts in USD, nominal."""

    draws: int
    seed: int
    cases: tuple[MoneyCase, ...]

    def to_dict(self) -> dict[str, Any]:
        """`{draws, seed, lead, scores: {loan: {n, inside, error, error_unchanged}, cash: ...}, cases}`.

        error: mean distance of P50 from the outcome, USD; error_unchanged: of the amount stated before (cash only).
        """
        kinds = dict.fromkeys(case.sum.kind for case in self.cases)
        return {
            "draws": self.draws, "seed": self.seed, "lead": LEAD, "scores": {kind: self._score(kind) for kind in kinds},
            "cases": [case.to_dict() for case in self.cases],
        }  # fmt: skip

    def _score(self, kind: str) -> dict[str, Any]:
        scored = [case for case in self.cases if case.sum.kind == kind and case.inside is not None]
        off = [abs((case.p50 or 0.0) - case.sum.amount) for case in scored]
        kept = [abs(case.sum.before - case.sum.amount) for case in scored if case.sum.before is not None]
        return {
            "n": len(scored), "inside": sum(bool(case.inside) for case in scored), "error": float(np.mean(off)) if off else None,
            "error_unchanged": float(np.mean(kept)) if kept else None,
        }  # fmt: skip


def sums(programme: str, now: Known) -> Iterator[Sum]:
    """Every recorded sum that can be forecast, loans first, each in the order of the file."""
    by_site: dict[str, list[LineView]] = {}
    for line in now.lines:
        if line.to_kind == "site" and ROLE[line.spec.kind] == "debt" and _amount(line.spec.amount) is not None:
            by_site.setdefault(line.to, []).append(line)
    for site, lines in by_site.items():
        said = [line.spec.amount[-1] for line in lines]
        first = min((one.known_from for line in lines for one in line.spec.amount if one.known_from), default=None)
        if first is not None:
            total = sum(_amount([one]) or 0.0 for one in said)
            yield Sum(programme, "loan", site, total, first, first - timedelta(days=1), said[-1].source, None)
    for party in now.parties:
        yield from _cash(programme, party)


def _cash(programme: str, party: PartyView) -> Iterator[Sum]:
    told = [one for one in party.spec.cash if one.as_of is not None and _amount([one]) is not None]
    for one in told:
        assert one.as_of is not None
        as_of = one.as_of.end - timedelta(days=LEAD)
        before = [old for old in told if old.as_of and old.known_from and old.as_of.end < one.as_of.end and old.known_from <= as_of]
        if before:
            newest = max(before, key=lambda old: old.as_of.end if old.as_of else date.min)
            yield Sum(programme, "cash", party.id, _amount([one]) or 0.0, one.as_of.end, as_of, one.source, _amount([newest]))


def _amount(statements: Sequence[Statement]) -> float | None:
    """The middle of the newest amount stated; none where there is none."""
    value = statements[-1].value if statements else None
    if isinstance(value, Distribution):
        return float(value.quantile(0.5))
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def wanted(one: Sum, then: Known) -> tuple[str, ...]:
    """The addresses of a forecast; none where it could not be made then."""
    if one.kind == "loan":
        known = any(site.id == one.of for site in then.sites)
        return tuple(f"asset_sources[loan, {asset}, {one.of}]" for asset in ASSETS) if known else ()
    return (f"liquidity[{one.of}]",) if any(party.id == one.of for party in then.parties) else ()


def money_case(one: Sum, then: Known, run: Callable[[Known, Sequence[str]], Result]) -> MoneyCase:
    """A recorded sum with its forecast from the day before."""
    asked = wanted(one, then)
    if not asked:
        return MoneyCase(one, None, None, None, f"the {'site' if one.kind == 'loan' else 'party'} was not known then")
    if one.kind == "cash" and not then.months[0] <= one.day <= then.months[-1]:
        return MoneyCase(one, None, None, None, "before the model's clock")
    result = run(then, asked)
    values = result[asked[0]].values if one.kind == "loan" else result[asked[0]].at(one.day).values
    if not np.any(np.isfinite(values)) or (one.kind == "loan" and not np.any(values > 0.0)):
        return MoneyCase(one, None, None, None, "no plan of it was known then" if one.kind == "loan" else "not knowable then")
    low, middle, high = (float(np.quantile(values[np.isfinite(values)], level)) for level in (BAND[0], 0.5, BAND[1]))
    return MoneyCase(one, low, middle, high)


def money_cases(
    programme: str, now: Known, known_at: Callable[[date], Known], run: Callable[[Known, Sequence[str]], Result]
) -> Iterator[MoneyCase]:
    """Every recorded sum of a programme, forecast before it was public."""
    for one in sums(programme, now):
        yield money_case(one, known_at(one.as_of), run)
