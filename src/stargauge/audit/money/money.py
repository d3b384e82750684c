"""Who pays, when, and is the money there: means, gaps and policies, and what breaks if somebody pays less."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.given import Condition, given_data
from stargauge.audit.money.money_question import Question
from stargauge.audit.money.promises import apart, circles, ladder, stated_amount, stated_number
from stargauge.engine.result import Result
from stargauge.engine.spread import quantiles
from stargauge.programme.fields import median
from stargauge.programme.known import Known, LineView, PartyView
from stargauge.quantity.dates import day, from_day
from stargauge.quantity.instruments import FUNDING, ROLE, USE_OF_ASSET
from stargauge.quantity.quantity import MEANS
from stargauge.quantity.units import parse_number

Array = NDArray[np.float64]
Spread = dict[str, float | None]

#: A statement of cash older than this on the day asked for is marked.
_OLD = timedelta(days=366)
_LEVELS = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))
_MEANS_OF = re.compile(r"funding_available\[([^\]]*)\]")
_AMOUNT = re.compile(r"capital_deployed(?:\[[^\]]*\])?\s*>=\s*([\d_.,]+\s*(?:[a-zA-Z]+\s+)?USD)")


@dataclass(frozen=True)
class Money:
    """Who pays, when, and whether the money is there: the question, and the tables that answer it."""

    programme: str
    asked_as: str
    name: str
    as_of: str
    draws: int
    seed: int
    question: Question
    parts: Mapping[str, Any] = field(default_factory=dict)
    given: Condition | None = None

    def to_dict(self) -> dict[str, Any]:
        """`{programme, ..., fingerprint, group, dispute, assumed, books, ladder, gaps, covenants, circles, contagion, apart}`; USD."""
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": self.name, "as_of": self.as_of, "draws": self.draws,
            "seed": self.seed, **given_data(self.given), "date": str(self.question.when), "until": str(self.question.until),
            "basis": "money of the day",
            **self.parts,
        }  # fmt: skip


# --- what is asked ----------------------------------------------------------------------------------------------------------------


def amounts_claimed(known: Known) -> tuple[float, ...]:
    """The sums that claims made by then say will be deployed, the smallest first."""
    texts = [text for name, claim in known.programme.claims.items() if known.said(name) for text in claim.readings.values()]
    return tuple(sorted({parse_number(found, "USD") for text in texts for found in _AMOUNT.findall(text)}))


def group_of(known: Known) -> tuple[PartyView, ...]:
    """Those who pledged equity to the programme as a whole; else those whose money its claims speak of; else all who promised money."""
    pledged = {line.party for line in known.lines if line.to_kind == "programme" and ROLE[line.spec.kind] == "equity"}
    texts = [text for claim in known.programme.claims.values() for text in claim.readings.values()]
    named = {label.strip() for text in texts for found in _MEANS_OF.findall(text) for label in found.split(",")}
    named &= {party.id for party in known.parties}
    chosen = pledged or named or {line.party for line in known.lines if ROLE[line.spec.kind] in FUNDING}
    return tuple(party for party in known.parties if party.id in chosen)


def knowable(party: PartyView) -> bool:
    """Whether a party states cash."""
    return bool(party.spec.cash)


def wanted(known: Known, asked: str = "") -> list[str]:
    """The addresses that a run must give for `money`; `asked`: the party that pays only a share, if any."""
    out = [f"funding_available[{means}, {party.id}]" for means in MEANS for party in group_of(known)]
    out += [f"line_beside_cash[{line.id}]" for line in _into_cash(known)]
    terms = ("line_amount", "line_beside_cash", "line_announced_date", "line_committed_date")
    out += [f"{name}[{line.id}]" for line in _within(known, group_of(known)) for name in terms]
    out += [f"contract_share_of_site[{site.id}, {line.id}]" for line in _paid_for_use(known, asked) for site in known.sites]
    for party in known.parties:
        out += [f"cash_needed[{party.id}]", f"capital_owed[{party.id}]", f"sources_less_uses[{party.id}]"]
        if knowable(party):
            out += [f"{name}[{party.id}]" for name in ("policy_headroom", "first_breach", "liquidity_after_knock_on", "liquidity")]
            out += [f"funding_gap_by_means[{means}, {party.id}]" for means in MEANS]
    return out


def told_by(data: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The addresses of which the tables of an answer tell, those of one quantity together, each with the day of its numbers."""
    group = {row["party"] for one in data["dispute"] for row in one["parties"] if row["knowable"]}
    gaps = [one["party"] for one in data["gaps"]]
    stating, policies = [one["party"] for one in data["gaps"] if one["knowable"]], [one["party"] for one in data["covenants"]]
    when, until = data["date"], data["until"]
    out = [
        (when, [f"funding_available[{means}, {party}]" for party in sorted(group) for means in MEANS]),
        (until, [f"funding_gap_by_means[{means}, {party}]" for party in stating for means in MEANS]),
        (until, [f"cash_needed[{party}]" for party in gaps]),
        *((when, [f"{name}[{party}]" for party in policies]) for name in ("policy_headroom", "first_breach")),
    ]
    return [(day_told, addresses) for day_told, addresses in out if addresses]


# --- the answer -------------------------------------------------------------------------------------------------------------------


def money_parts(known: Known, question: Question, result: Result, other: Result | None) -> dict[str, Any]:
    """Every table of the answer; `other`: the same worlds where a party pays only a share."""
    group = group_of(known)
    amounts = question.amounts or amounts_claimed(known)
    names = {party.id: party.spec.name or party.id for party in known.parties}
    return {
        "fingerprint": result.fingerprint, "names": names, "sites": len(known.programme.sites), "group": [party.id for party in group],
        "not_knowable": [party.id for party in group if not knowable(party)],
        "dispute": [_there(known, result, question.when, group, amount) for amount in amounts],
        "assumed": [_assumed(known, line, question.when) for line in _into_cash(known) if _varies(result, line, question.when)],
        "books": [{"party": party.id, "largest_difference": _off(result, party)} for party in known.parties],
        "ladder": ladder(known),
        "gaps": [_gap(result, question, party) for party in known.parties if _in_it(result, question, party)],
        "covenants": [_covenant(known, result, question, party) for party in known.parties if knowable(party)],
        "circles": circles(known),
        "contagion": _contagion(known, question, result, other) if other is not None else None,
        "apart": apart(known),
    }  # fmt: skip


def _spread(values: Array) -> Spread:
    """P10, P50 and P90 of draws; none where absent or never."""
    found = quantiles(values, [level for _, level in _LEVELS])
    return {name: float(value) if np.isfinite(value) else None for (name, _), value in zip(_LEVELS, found, strict=True)}


def _days(values: Array) -> dict[str, str | None]:
    return {name: None if value is None else str(from_day(value)) for name, value in _spread(values).items()}


def _at(result: Result, address: str, when: date) -> Array:
    return np.asarray(result[address].at(when).values)


def _there(known: Known, result: Result, when: date, group: Sequence[PartyView], amount: float) -> dict[str, Any]:
    """How likely an amount is there by each definition: for the group (those who state nothing count as nothing) and for each its part.

    The part of a party is that of its pledge in what the group pledged; equal parts where no pledge was known.
    """
    have = {means: {p.id: _at(result, f"funding_available[{means}, {p.id}]", when) for p in group} for means in MEANS}
    shares = _shares(known, group)
    inside = _owed_within(known, result, when, group, have)
    total = {means: np.sum([np.nan_to_num(values) for values in of.values()], axis=0) - inside[means] for means, of in have.items()}
    rows = []
    for party in group:
        needed = shares[party.id] * amount
        means = {name: _odds(have[name][party.id], needed) if knowable(party) else None for name in MEANS}
        stated = cash_day(party, when)
        rows.append({
            "party": party.id, "share": shares[party.id], "needed": needed, "knowable": knowable(party), "means": means,
            "cash_stated": str(stated) if stated else None, "old": stated is not None and when - stated > _OLD,
        })  # fmt: skip
    unknown = [party for party in group if not knowable(party)]
    missing = {name: _spread(np.maximum(0.0, amount - total[name])) for name in MEANS}
    return {
        "amount": amount, "lower_bound": bool(unknown), "group": {name: _odds(total[name], amount) for name in MEANS},
        "missing": missing, "within": {name: _spread(inside[name] + np.zeros(result.draws)) for name in MEANS}, "parties": rows,
    }  # fmt: skip


def _within(known: Known, group: Sequence[PartyView]) -> list[LineView]:
    """Lines of money from one of a group to another."""
    ids = {party.id for party in group}
    return [line for line in known.lines if {line.party, line.to} <= ids and ROLE[line.spec.kind] in FUNDING]


def _owed_within(
    known: Known, result: Result, when: date, group: Sequence[PartyView], have: Mapping[str, Mapping[str, Array]]
) -> dict[str, Array | float]:
    """What parties of a group have from one another by each definition: it stands with who pays too, so their sum counts it once."""
    out: dict[str, Array | float] = dict.fromkeys(MEANS, 0.0)
    for line in _within(known, group):
        left = np.nan_to_num(result[f"line_amount[{line.id}]"].values) * _at(result, f"line_beside_cash[{line.id}]", when)
        signed, told = (result[f"line_{name}_date[{line.id}]"].values <= day(when) for name in ("committed", "announced"))
        public, levered = left * (signed | told), np.nan_to_num(have["financeable"][line.to]) / np.maximum(have["announced"][line.to], 1.0)
        out["committed"] += left * signed
        out["announced"] += public
        out["financeable"] += public * np.maximum(levered, 1.0)
    return out


def cash_day(party: PartyView, when: date) -> date | None:
    """The day of the newest cash statement of a party by a day; its first where all are later; none where it states no cash."""
    days = sorted(said.as_of.end for said in party.spec.cash if said.as_of)
    return max((one for one in days if one <= when), default=days[0] if days else None)


def _into_cash(known: Known) -> list[LineView]:
    """Lines of money to parties that state cash."""
    states = {party.id for party in known.parties if knowable(party)}
    return [line for line in known.lines if line.to in states and ROLE[line.spec.kind] in FUNDING]


def _varies(result: Result, line: LineView, when: date) -> bool:
    """Whether what of a line is in the cash of who gets it already is an assumption on that day."""
    left = _at(result, f"line_beside_cash[{line.id}]", when)
    return bool(left.max() > left.min())


def _assumed(known: Known, line: LineView, when: date) -> dict[str, Any]:
    to = next(party for party in known.parties if party.id == line.to)
    stated, amount = cash_day(to, when), stated_amount(known, line)
    drawn = stated_number(known, line.spec.drawn) or 0.0
    return {
        "id": line.id, "from": line.party, "to": line.to, "amount": None if amount is None else amount - drawn,
        "cash_stated": str(stated) if stated else None,
    }  # fmt: skip


def _off(result: Result, party: PartyView) -> float:
    """The most by which sources and uses of a party differ in any month of any world."""
    return float(np.abs(result[f"sources_less_uses[{party.id}]"].values).max())


def _shares(known: Known, group: Sequence[PartyView]) -> dict[str, float]:
    pledged = {party.id: 0.0 for party in group}
    for line in known.lines:
        if line.party in pledged and line.to_kind == "programme" and ROLE[line.spec.kind] == "equity":
            pledged[line.party] += stated_amount(known, line) or 0.0
    total = sum(pledged.values())
    return {name: value / total if total > 0.0 else 1.0 / len(pledged) for name, value in pledged.items()}


def _odds(values: Array, amount: float) -> dict[str, Any]:
    return {"probability": float(np.mean(values >= amount)), **_spread(values)}


# --- gaps and policies ------------------------------------------------------------------------------------------------------------


def _in_it(result: Result, question: Question, party: PartyView) -> bool:
    """Whether a party has anything to bring, or states means of its own."""
    return knowable(party) or bool((_at(result, f"cash_needed[{party.id}]", question.until) > 0.0).any())


def _gap(result: Result, question: Question, party: PartyView) -> dict[str, Any]:
    needed = _spread(_at(result, f"cash_needed[{party.id}]", question.until))
    if not knowable(party):
        return {"party": party.id, "knowable": False, "cash_needed": needed, "means": None, "chance": None}
    peaks = {means: _at(result, f"funding_gap_by_means[{means}, {party.id}]", question.until) for means in MEANS}
    chance = {means: float(np.mean(values > 0.01)) for means, values in peaks.items()}
    return {
        "party": party.id,
        "knowable": True,
        "cash_needed": needed,
        "means": {m: _spread(v) for m, v in peaks.items()},
        "chance": chance,
    }


def _covenant(known: Known, result: Result, question: Question, party: PartyView) -> dict[str, Any]:
    breach = result[f"first_breach[{party.id}]"].values
    newest = max((s.as_of.end for s in party.spec.cash if s.as_of), default=None)
    return {
        "party": party.id, "policy": known.text(party.spec.policy) or None, "cash_stated": str(newest) if newest else None,
        "floor": stated_number(known, party.spec.cash_floor), "ceiling": stated_number(known, party.spec.debt_ceiling),
        "room": _spread(_at(result, f"policy_headroom[{party.id}]", question.when)),
        "probability": float(np.mean(breach <= day(question.until))), "first": _days(breach),
    }  # fmt: skip


# --- who breaks when --------------------------------------------------------------------------------------------------------------


def scenario(question: Question) -> dict[str, Any]:
    """The partial programme under which a party pays only a share of what it promised, from a day on."""
    asked = {f"paid_share[{question.party}]": question.share, f"paid_from[{question.party}]": str(question.since)}
    reason = f"asked: {question.party} pays {question.share:g} of what it promised from {question.since}"
    return {"assumptions": {name: {"value": value, "reason": reason} for name, value in asked.items()}}


def _contagion(known: Known, question: Question, result: Result, other: Result) -> dict[str, Any]:
    rows, last = list[dict[str, Any]](), day(question.until)
    for party in known.parties:
        if not knowable(party):
            continue
        before, after = (one[f"first_breach[{party.id}]"].values for one in (result, other))
        lost = [_at(one, f"liquidity_after_knock_on[{party.id}]", question.until) for one in (result, other)]
        rows.append({
            "party": party.id, "before": float(np.mean(before <= last)), "after": float(np.mean(after <= last)),
            "first_before": _days(before), "first_after": _days(after), "change": _spread(lost[1] - lost[0]),
        })  # fmt: skip
    ranked = sorted(range(len(rows)), key=lambda i: (-(rows[i]["after"] - rows[i]["before"]), rows[i]["change"]["p50"] or 0.0, i))
    return {
        "party": question.party, "share": question.share, "from": str(question.since), "rows": [rows[i] for i in ranked],
        "outside": _outside(known, question.party), "sites": _depends(known, question.party, result),
        "not_knowable": _silent(known, question.party), "not_marked_down": _holders(known, question.party),
    }  # fmt: skip


def _paid_for_use(known: Known, party: str) -> list[LineView]:
    """Leases and cloud contracts that a party pays."""
    return [line for line in known.lines if line.party == party and ROLE[line.spec.kind] in USE_OF_ASSET]


def _outside(known: Known, party: str) -> list[dict[str, Any]]:
    """Promises of a party that the calculation of who breaks leaves out, and why: to sites and the programme, or not stated in full."""
    out = []
    for line in known.lines:
        role, amount = ROLE[line.spec.kind], stated_amount(known, line)
        term = median(known.estimate(line.spec.term).value)
        why = ""
        if line.to_kind != "party":
            why = f"to {'a site' if line.to_kind == 'site' else 'the programme'}, which keeps no accounts"
        elif role in (*FUNDING, *USE_OF_ASSET) and amount is None:
            why = "no amount stated"
        elif role in USE_OF_ASSET and (term is None or np.isnan(term)):
            why = "no term stated"
        if line.party == party and why and role != "option":
            out.append({"id": line.id, "to": line.to, "to_kind": line.to_kind, "kind": line.spec.kind, "amount": amount, "why": why})
    return out


def _depends(known: Known, party: str, result: Result) -> list[dict[str, Any]]:
    """Sites whose leases or cloud contracts a party pays: its part of them, and the debt stated there."""
    out, lines = list[dict[str, Any]](), _paid_for_use(known, party)
    for site in known.sites:
        parts = {"lease": 0.0, "contract": 0.0}
        for line in lines:
            parts[ROLE[line.spec.kind]] += float(np.mean(result[f"contract_share_of_site[{site.id}, {line.id}]"].values))
        if any(parts.values()):
            debt = [stated_amount(known, line) or 0.0 for line in known.lines if line.to == site.id and ROLE[line.spec.kind] == "debt"]
            out.append({"site": site.id, "rent": parts["lease"], "computing": parts["contract"], "debt": sum(debt)})
    return out


def _silent(known: Known, party: str) -> list[str]:
    """Those without accounts who wait for a party's money: whom it promised money, or who built or lent at the sites it pays for."""
    to = {line.to for line in known.lines if line.party == party}
    behind = {line.party for line in known.lines if line.to in to and line.to_kind == "site" and ROLE[line.spec.kind] in FUNDING}
    return [one.id for one in known.parties if one.id in (to | behind) - {party} and not knowable(one)]


def _holders(known: Known, party: str) -> list[str]:
    """Those who own a part of a party and have a ceiling on debt over what they hold."""
    owners = {line.party for line in known.lines if line.to == party and ROLE[line.spec.kind] == "equity"}
    return [one.id for one in known.parties if one.id in owners and one.spec.debt_ceiling]
