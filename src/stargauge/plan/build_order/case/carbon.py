"""A price on CO2e as a part of the cost."""

from __future__ import annotations

from dataclasses import replace

from stargauge.plan.build_order.case.costs import Costs
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.offers import Basis

#: What it is called among the parts of the cost.
PART = "carbon price"


def with_carbon_price(made: Prepared, price: float) -> Prepared:
    """The same with each option dearer by what it emits until the end of the clock, at a price (USD/g), as a part of its cost:

    cost' = cost + price * emissions                                                                                               (1)

    Not discounted: a tonne counts the same whenever it is emitted. Making the accelerators counts with what it emits.
    """
    if not price:
        return made
    parts = {**made.costs.parts, PART: price * made.uses.emissions}
    said = Basis("plan", PART, price, "USD/g", "assumption", "", "D", "as asked")
    stands = made.stands and made.stands._replace(total=made.stands.total + price * made.stands.emissions)
    return replace(
        made, costs=Costs(parts, made.costs.left), case=replace(made.case, cost=made.case.cost + parts[PART]), stands=stands,
        basis=(*made.basis, said),
    )  # fmt: skip
