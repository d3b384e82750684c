"""Terms of leases and cloud contracts: as stated on the commitment, else usual ones from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from stargauge.programme.known import Known, LineView
from stargauge.quantity.dates import day
from stargauge.quantity.distribution import STANDARD_UNIFORM
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Estimate

_NOBODY = -1.0
_CHANCE = Estimate(STANDARD_UNIFORM, "default", note="a pure stream of chance")


def _stated(known: Known, lines: Sequence[LineView], field: str) -> list[Estimate]:
    """A term of each commitment as stated; absent where nobody said."""
    return [known.estimate(getattr(line.spec, field)) for line in lines]


@quantity("d")
def known_date(known: Known) -> Estimate:
    """The knowledge date, from which on markets move and customers may default."""
    return Estimate(day(known.as_of), "stated", note="the day as of which the run is made")


@quantity("d", "draw", least=1.0)
def lease_term_usual(known: Known) -> Estimate:
    """Term of a lease where none is stated."""
    return known.default("price", "capacity-lease", "term")


@quantity("d", "draw", least=1.0)
def cloud_term_usual(known: Known) -> Estimate:
    """Term of a cloud contract where none is stated."""
    return known.default("price", "cloud-contract", "term")


@quantity("1", "line")
def line_guarantor(known: Known) -> list[Estimate]:
    """The party that stands for each commitment (its place on the party axis); -1 where nobody does."""
    place = {party.id: float(party.index) for party in known.parties}
    named = [line.spec.guarantor for line in known.lines]
    return [Estimate(place.get(name, _NOBODY), "stated", note=name or "nobody") for name in named]


@quantity("d", "draw line")
def line_outside_date(known: Known) -> list[Estimate]:
    """Last day of delivery after which the customer may leave, as stated; absent where nobody said."""
    return _stated(known, known.lines, "outside_date")


@quantity("d", "draw", least=0.0)
def delivery_grace(known: Known) -> Estimate:
    """Days from the planned delivery to the outside date where none is stated."""
    return known.default("price", "delivery", "grace")


@quantity("1", "draw", least=0.0, most=1.0)
def termination_chance(known: Known) -> Estimate:
    """Chance that a customer who may leave does."""
    return known.default("price", "delivery", "termination_used")


@quantity("1", "draw line")
def termination_deviate(known: Known) -> list[Estimate]:
    """Whether the customer of a line uses a right to leave: one uniform deviate per line."""
    return [_CHANCE for _ in known.lines]


@quantity("1", "draw party", least=0.0, most=1.0)
def customer_default_rate(known: Known) -> list[Estimate]:
    """Chance per year that a party no longer pays: of companies with public accounts, and of others."""
    return [
        known.default("funding", f"customer-{'public' if party.spec.accounts == 'public' else 'private'}", "default_rate")
        for party in known.parties
    ]


@quantity("1", "draw party")
def customer_default_deviate(known: Known) -> list[Estimate]:
    """When a party defaults: one uniform deviate per party, shared by all it owes."""
    return [_CHANCE for _ in known.parties]


@quantity("USD/W/d", "draw line", least=0.0)
def line_rent(known: Known) -> list[Estimate]:
    """Rent of each lease or contract per IT power and time, as stated; absent where nobody said."""
    return _stated(known, known.lines, "rent")


@quantity("1", "draw line")
def line_escalation(known: Known) -> list[Estimate]:
    """Yearly rise of the rent of each lease, as stated; absent where nobody said."""
    return _stated(known, known.lines, "escalation")


@quantity("1", "draw line", least=0.0, most=1.0)
def line_take_or_pay(known: Known) -> list[Estimate]:
    """Share of each contract that is paid whether used or not, as stated; absent where nobody said."""
    return _stated(known, known.lines, "take_or_pay")


@quantity("USD/W/d", "draw line", least=0.0)
def line_delay_damages(known: Known) -> list[Estimate]:
    """Damages per late IT power and time of each lease or contract, as stated; absent where nobody said."""
    return _stated(known, known.lines, "delay_damages")


@quantity("USD", "draw line", least=0.0)
def line_residual_guarantee(known: Known) -> list[Estimate]:
    """Value of the building at the end of each lease that is guaranteed to its owner, as stated; absent where nobody said."""
    return _stated(known, known.lines, "residual_guarantee")


@quantity("1", "draw", least=0.0, most=1.0)
def delay_damages_share(known: Known) -> Estimate:
    """Delay damages of a day over the day's rent where none are stated."""
    return known.default("price", "delivery", "damages_share")


@quantity("d", "draw", least=0.0)
def delay_damages_cap(known: Known) -> Estimate:
    """Days of delay for which damages are paid at most."""
    return known.default("price", "delivery", "damages_cap")
