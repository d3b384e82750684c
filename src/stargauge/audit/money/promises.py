"""What parties promised, as stated: how far each promise came, what goes round between them, and what they spend outside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stargauge.programme.fields import median
from stargauge.programme.known import Known, LineView
from stargauge.programme.schema import COMMITMENT_STAGES
from stargauge.quantity.finance.circulation import circulation
from stargauge.quantity.instruments import FUNDING, ROLE

_FIRM = COMMITMENT_STAGES[1:]
#: What is in a capital expenditure stated by a party outside the funding.
BASES = ("leases not in it, or not said", "with finance leases", "cash, leases not in it")


def stated_amount(known: Known, line: LineView) -> float | None:
    """The amount of a line in USD, as estimated from its statements; none where nobody stated it."""
    value = median(known.estimate(line.spec.amount).value)
    return None if value is None or np.isnan(value) else value


def ladder(known: Known) -> list[dict[str, Any]]:
    """What each party promised, by how far it came: each stage holds those after it; promises without an amount are counted apart."""
    out = []
    for party in known.parties:
        lines = [line for line in known.lines if line.party == party.id and ROLE[line.spec.kind] in FUNDING]
        taken = [line for line in known.lines if line.to == party.id and ROLE[line.spec.kind] in FUNDING]
        if lines or taken:
            unstated = sum(stated_amount(known, line) is None for line in lines)
            out.append({"party": party.id, "pays": _stages(known, lines), "gets": _stages(known, taken), "without_amount": unstated})
    return out


def _stages(known: Known, lines: Sequence[LineView]) -> dict[str, float]:
    """Amounts that reached at least each stage, the drawn part of a line among what is drawn."""
    out = dict.fromkeys(COMMITMENT_STAGES, 0.0)
    for line in lines:
        amount, reached = stated_amount(known, line) or 0.0, COMMITMENT_STAGES.index(known.stage_of(line))
        part = median(known.estimate(line.spec.drawn).value) or 0.0
        for place, stage in enumerate(COMMITMENT_STAGES):
            out[stage] += amount if place <= reached else part if stage == "drawn" and not np.isnan(part) else 0.0
    return out


def stated_number(known: Known, statements: Any) -> float | None:
    """The number that statements of a field give, in the unit of the field; none where there are none."""
    value = median(known.estimate(statements).value) if statements else None
    return None if value is None or np.isnan(value) else value


def circles(known: Known) -> dict[str, Any]:
    """Commitments between parties as arcs: the largest circulation, its cycles, and the share of each party's promises that comes back.

    Amounts as stated over the whole term, once with what was only announced and once with what is firm. A purchase goes to its supplier.
    """
    places = {party.id: place for place, party in enumerate(known.parties)}
    arcs, silent = list[dict[str, Any]](), 0
    for line in known.lines:
        to = line.spec.supplier or (line.to if line.to_kind == "party" else "")
        if to not in places or to == line.party or ROLE[line.spec.kind] == "option":
            continue
        amount = stated_amount(known, line)
        silent += amount is None
        if amount:
            arcs.append(
                {"id": line.id, "from": line.party, "to": to, "kind": line.spec.kind, "stage": known.stage_of(line), "amount": amount}
            )
    out: dict[str, Any] = {"arcs": arcs, "without_amount": silent}
    for basis, stages in (("announced", COMMITMENT_STAGES), ("committed", _FIRM)):
        chosen = [arc for arc in arcs if arc["stage"] in stages]
        ends = [[places[arc[side]] for arc in chosen] for side in ("from", "to")]
        made = circulation(ends[0], ends[1], [arc["amount"] for arc in chosen], len(places))
        for arc, round_ in zip(chosen, made.flow, strict=True):
            arc[f"round_{basis}"] = float(round_)
        out[basis] = _round(known, chosen, ends, made)
    return out


def _round(known: Known, arcs: Sequence[Mapping[str, Any]], ends: Sequence[Sequence[int]], made: Any) -> dict[str, Any]:
    amounts = np.array([arc["amount"] for arc in arcs])
    count = len(known.parties)
    pays, gets = (np.bincount(np.asarray(side, dtype=np.int64), amounts, minlength=count).tolist() for side in ends)
    rows = [
        {"party": party.id, "pays": pays[i], "gets": gets[i], "share": float(made.round_trip_share[i])}
        for i, party in enumerate(known.parties)
        if pays[i] > 0.0
    ]
    cycles = [{"parties": [known.parties[i].id for i in cycle.parties], "amount": float(cycle.amount)} for cycle in made.cycles]
    return {"cycles": cycles, "goes_round": float(sum(cycle.amount for cycle in made.cycles)), "parties": rows}


def apart(known: Known) -> list[dict[str, Any]]:
    """What parties outside the programme's funding spend on plant: shown with its basis, in no sum."""
    inside = {line.party for line in known.lines}
    out = []
    for party in known.parties:
        if party.id in inside:
            continue
        for basis, statements in (
            (BASES[0], party.spec.capex),
            (BASES[1], party.spec.capex_with_leases),
        ):
            for said in statements:
                in_cash = basis == BASES[0] and said.note.startswith("cash ")
                out.append({
                    "party": party.id, "amount": median(said.value), "period": str(said.as_of), "status": said.status,
                    "basis": BASES[2] if in_cash else basis, "note": said.note, "source": said.source, "grade": said.grade,
                })  # fmt: skip
    return out
