"""Where the money comes from and where it goes: by party from each means, to the sites and to other parties; means over the worlds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.money.promises import ladder
from stargauge.audit.summary import Days
from stargauge.engine.result import Result
from stargauge.programme.known import Known
from stargauge.programme.schema import COMMITMENT_STAGES
from stargauge.quantity.quantity import MEANS

#: What no means meet, and the capital at the sites that no party owes.
OPEN, NOBODY = "open", "nobody"
USES = ("sites", "parties")
#: Parties that bring less than this share of the whole are shown together.
FEW, OTHERS = 0.01, "others"


@dataclass(frozen=True)
class Flows:
    """Sources, parties and uses at a date, in USD of the day; each flow the mean over the worlds, so that they add up."""

    programme: str
    as_of: date
    when: date
    draws: int
    names: dict[str, str]
    links: tuple[tuple[str, str, float], ...]
    others: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data: `links` from a source to a party and from a party to a use."""
        return {
            "programme": self.programme, "as_of": str(self.as_of), "date": str(self.when), "draws": self.draws, "names": self.names,
            "links": [{"from": start, "to": end, "amount": amount} for start, end, amount in self.links], "others": list(self.others),
            "total": sum(amount for start, _, amount in self.links if start in (*MEANS, OPEN)),
        }  # fmt: skip


def wanted(known: Known) -> list[str]:
    """The addresses that a run must give for `flows`."""
    out = [f"funding_drawn[{means}, {party.id}]" for means in MEANS for party in known.parties]
    return out + [f"{name}[{party.id}]" for name in ("funding_open", "capital_owed", "transfers_owed") for party in known.parties]


def flows(known: Known, result: Result) -> Flows:
    """Sources and uses of every party two years ahead at year's end; small parties together."""
    when = Days.of(known).ahead

    def mean(address: str) -> float:
        return max(0.0, float(np.nanmean(result[address].at(when).values)))

    uses = {p.id: {"sites": mean(f"capital_owed[{p.id}]"), "parties": mean(f"transfers_owed[{p.id}]")} for p in known.parties}
    sources = {
        p.id: {**{m: mean(f"funding_drawn[{m}, {p.id}]") for m in MEANS}, OPEN: mean(f"funding_open[{p.id}]")} for p in known.parties
    }
    whole = sum(sum(of.values()) for of in uses.values())
    small = [name for name, of in uses.items() if 0.0 < sum(of.values()) < FEW * whole]
    shown = {name: OTHERS if name in small and len(small) > 1 else name for name in uses}
    added: dict[tuple[str, str], float] = {}
    for name, of in sources.items():
        for source, amount in of.items():
            added[source, shown[name]] = added.get((source, shown[name]), 0.0) + amount
    for name, of in uses.items():
        for use, amount in of.items():
            added[shown[name], use] = added.get((shown[name], use), 0.0) + amount
    names = {party.id: party.spec.name or party.id for party in known.parties}
    links = tuple((start, end, amount) for (start, end), amount in added.items() if amount > 1e-4 * whole)
    return Flows(
        known.programme.name, known.as_of, when, result.draws, names, links, tuple(names[one] for one in small) if len(small) > 1 else ()
    )


def promised(known: Known) -> dict[str, Any]:
    """What all parties have promised, as stated, by how far it came; no run needed."""
    rows = ladder(known)
    sums = {stage: sum(row["pays"][stage] for row in rows) for stage in COMMITMENT_STAGES}
    payers = [row for row in rows if row["without_amount"] or any(row["pays"].values())]
    return {**sums, "parties": len(payers), "without_amount": sum(row["without_amount"] for row in rows)}
