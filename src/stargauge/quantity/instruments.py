"""Kinds of commitments, and what each is to the one who pays, to the one who gets it, and to the asset. The one place that sorts them."""

from __future__ import annotations

from typing import Literal, get_args

Instrument = Literal[
    "equity", "loan", "lease", "cloud_contract", "vendor", "purchase", "deferred_equity", "preferred", "bridge", "bond",
    "delayed_draw_loan", "margin_loan", "finance_lease", "prepayment", "customer_chips", "asset_sale", "warrant",
]  # fmt: skip
Role = Literal["equity", "debt", "lease", "contract", "purchase", "prepayment", "in_kind", "sale", "option"]

#: In the order of the integer input `line_kind`.
INSTRUMENTS: tuple[Instrument, ...] = get_args(Instrument)
ROLES: tuple[Role, ...] = get_args(Role)

#: equity: an owner's money. debt: to be paid back. lease, contract: a claim on what somebody else built. purchase: equipment bought.
#: prepayment: a customer pays ahead of delivery. in_kind: a customer brings equipment. sale: something owned is sold to raise money.
#: option: no money until it is used.
ROLE: dict[Instrument, Role] = {
    "equity": "equity", "deferred_equity": "equity", "preferred": "equity",
    "loan": "debt", "bridge": "debt", "bond": "debt", "delayed_draw_loan": "debt", "vendor": "debt", "margin_loan": "debt",
    "lease": "lease", "finance_lease": "lease", "cloud_contract": "contract",
    "purchase": "purchase", "customer_chips": "in_kind", "prepayment": "prepayment", "asset_sale": "sale", "warrant": "option",
}  # fmt: skip

#: Roles of lines that bring money to whom they go to; leases, contracts and purchases are its revenue, and no funds until then.
FUNDING: tuple[Role, ...] = ("equity", "debt", "prepayment", "sale")
#: Roles of lines by which somebody else's asset is used and paid for over years.
USE_OF_ASSET: tuple[Role, ...] = ("lease", "contract")
#: Roles of lines that bring equipment to a site.
EQUIPMENT: tuple[Role, ...] = ("purchase", "in_kind")
#: Debt meant to be replaced by other money, so that it may end before the work does.
TO_BE_REPLACED: tuple[Instrument, ...] = ("bridge", "margin_loan", "vendor")


def places_of(*roles: Role) -> tuple[int, ...]:
    """The numbers in `line_kind` of every instrument with one of some roles."""
    return tuple(place for place, instrument in enumerate(INSTRUMENTS) if ROLE[instrument] in roles)
