"""What a target costs by other days and with other probabilities, and what fewer emissions cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from stargauge.plan.build_order.case.case import BuildCase
from stargauge.plan.build_order.orders.reckoning import Reckoning, Row

#: What counts as cheaper, as a share of what is compared.
_LESS = 1e-3


@dataclass(frozen=True)
class Point:
    """The cheapest order found by a day with a probability, that of the first target; `row`: None where none was found.

    `asked`: the one that was asked for, where the plan stands. `proven`: where none was found, that not even everything at once, held up by
    no queue, keeps it; `most`: the largest probability of it that was found then.
    """

    by: date
    probability: float
    row: Row | None
    plan: float
    asked: bool = False
    proven: bool = False
    most: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data, USD and g CO2e; `difference`: cost above that of the plan."""
        row = self.row
        return {
            "by": str(self.by), "probability": self.probability, "kept": row.kept[0] if row else None, **come_to(row),
            "difference": row.cost - self.plan if row else None, "possible": row is not None, "asked": self.asked, "proven": self.proven,
            "most": self.most,
        }  # fmt: skip


def come_to(row: Row | None) -> dict[str, float | None]:
    """What an order comes to: cost (present value) and capital, USD, and emissions, g CO2e; None of none."""
    return {name: getattr(row, name) if row else None for name in ("cost", "capital", "emissions")}


def frontier(cases: Sequence[tuple[BuildCase, bool]], reckoning: Reckoning) -> tuple[Point, ...]:
    """Cheapest orders of cases that differ in the day or the probability of the first target; the flag says which is the one asked.

    The strictest first: their orders are in hand for what is looser, so that more time or less probability never costs more.
    """
    plan = reckoning.row(reckoning.case, reckoning.plan)
    strictest = sorted(cases, key=lambda one: (one[0].targets[0].day, -one[0].targets[0].probability))
    points = []
    for case, asked in strictest:
        target = case.targets[0]
        hopeless = not asked and reckoning.hopeless(case)
        row = plan if asked else None if hopeless else reckoning.best(case)
        most = reckoning.most_probable(case) if row is None else None
        points.append(Point(target.day, target.probability, row, plan.cost, asked, hopeless, most))
    return tuple(sorted(points, key=lambda one: (one.by, one.probability)))


class Traded(NamedTuple):
    """An order with the price of CO2e, USD/g, at which it is the best found: nought for the least cost, None for the least emissions."""

    price: float | None
    row: Row
    plan: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain data, USD and g CO2e."""
        return {"carbon_price": self.price, **come_to(self.row), "kept": self.row.kept[0], "plan": self.plan}


def emissions_frontier(reckoning: Reckoning) -> tuple[Traded, ...]:
    """Cost against emissions at what is asked: the least of each, and the best at the price of CO2e at which these two are worth the same.
    None where nothing trades.

    The first step of the weighted-sum search of Aneja and Nair (1979, Management Science 25, Bicriteria transportation problem).
    """
    case, emissions = reckoning.case, reckoning.days.made.uses.emissions
    plan = reckoning.row(case, reckoning.plan)
    cheap = plan if reckoning.goal is None else reckoning.best(case, goal=case.cost)
    clean = reckoning.best(case, goal=emissions)
    if cheap is None or clean is None or clean.emissions >= cheap.emissions * (1.0 - _LESS):
        return ()
    points: list[tuple[float | None, Row]] = [(0.0, cheap), (None, clean)]
    first = _between(reckoning, cheap, clean)
    points[1:1] = [first] if first is not None else []
    made = sorted(points, key=lambda one: -one[1].emissions)
    return tuple(
        Traded(price, row, row.chosen == reckoning.plan) for price, row in made
        if row.chosen == reckoning.plan or not any(_beats(other, row) for _, other in made)
    )  # fmt: skip


def _between(reckoning: Reckoning, dear: Row, clean: Row) -> tuple[float, Row] | None:
    """The best order at the price at which two are worth the same; None where it is worth no less than these."""
    saved = dear.emissions - clean.emissions
    if saved <= _LESS * dear.emissions or clean.cost <= dear.cost:
        return None
    price = (clean.cost - dear.cost) / saved
    found = reckoning.best(reckoning.case, goal=reckoning.case.cost + price * reckoning.days.made.uses.emissions)
    worth = clean.cost + price * clean.emissions
    return (price, found) if found is not None and found.value < worth - _LESS * abs(worth) else None


def _beats(one: Row, other: Row) -> bool:
    """Whether an order is no worse than another in both, and better in one."""
    return one.cost <= other.cost and one.emissions <= other.emissions and (one.cost, one.emissions) != (other.cost, other.emissions)
