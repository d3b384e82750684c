"""What cloud contracts usually say, from the catalogue."""

from __future__ import annotations

from stargauge.programme.known import Known
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate

_CONTRACT = ("price", "cloud-contract")


@quantity("1", "draw", least=0.0, most=1.0)
def take_or_pay_usual(known: Known) -> Estimate:
    """Share of a cloud contract that is paid whether used or not where none is stated."""
    return known.default(*_CONTRACT, "take_or_pay")


@quantity("1", "draw", least=0.0, most=1.0)
def contract_used_share(known: Known) -> Estimate:
    """Share of contracted computing power that its customer uses."""
    return known.default(*_CONTRACT, "used_share")


@quantity("1", "draw", least=0.0, most=1.0)
def own_use_share(known: Known) -> Estimate:
    """Share of a site without a cloud contract that its owner or tenant uses himself."""
    return known.default(*_CONTRACT, "own_use_share")
