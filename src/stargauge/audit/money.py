"""Who pays, when, and is the money there: the ladder of promises, gaps, policies, circles, and what breaks if somebody pays less."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.engine.result import Result
from stargauge.programme.fields import median
from stargauge.programme.known import Known, LineView, PartyView
from stargauge.programme.schema import COMMITMENT_STAGES
from stargauge.quantity.circulation import circulation
from stargauge.quantity.dates import day, from_day
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.instruments import FUNDING, ROLE
from stargauge.quantity.quantity import MEANS
from stargauge.quantity.units import parse_number

Array = NDArray[np.float64]
Spread = dict[str, float | None]

#: How far ahead of the day asked for gaps and breaches are looked for.
AHEAD = timedelta(days=731)
_FIRM = COMMITMENT_STAGES[1:]
_LEVELS = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))
_MEANS_OF = re.compile(r"funding_available\[([^\]]*)\]")
_AMOUNT = re.compile(r"capital_deployed(?:\[[^\]]*\])?\s*>=\s*([\d_.,]+\s*(?:[a-zA-Z]+\s+)?USD)")


@dataclass(frozen=True)
class Question:
    """What is asked of the money: the day on which it has to be there, amounts in USD, and who pays only a share, and from when."""

    when: date
    amounts: tuple[float, ...] = ()
    party: str = ""
    share: float = 1.0
    since: date | None = None
    last: date = date.max

    @property
    def until(self) -> date:
        """The last day looked at for gaps and breaches: two years ahead, at most the end of the clock."""
        return min(self.when + AHEAD, self.last)


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

    def to_dict(self) -> dict[str, Any]:
        """`{programme, ..., date, until, group, dispute, ladder, gaps, covenants, circles, contagion, apart}`; USD of the day."""
        return {
            "programme": self.programme, "asked_as": self.asked_as, "name": self.name, "as_of": self.as_of, "draws": self.draws,
            "seed": self.seed, "date": str(self.question.when), "until": str(self.question.until), "basis": "money of the day",
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


def wanted(known: Known) -> list[str]:
    """The addresses that a run must give for `money`."""
    out = [f"funding_available[{means}, {party.id}]" for means in MEANS for party in group_of(known)]
    for party in known.parties:
        out += [f"cash_needed[{party.id}]", f"capital_owed[{party.id}]"]
        if knowable(party):
            out += [f"{name}[{party.id}]" for name in ("policy_headroom", "first_breach", "liquidity_after_knock_on", "liquidity")]
            out += [f"funding_gap_by_means[{means}, {party.id}]" for means in MEANS]
    return out


# --- the answer -------------------------------------------------------------------------------------------------------------------


def money_parts(known: Known, question: Question, result: Result, other: Result | None) -> dict[str, Any]:
    """Every table of the answer; `other`: the same worlds where a party pays only a share."""
    group = group_of(known)
    amounts = question.amounts or amounts_claimed(known)
    names = {party.id: party.spec.name or party.id for party in known.parties}
    return {
        "names": names, "group": [party.id for party in group],
        "not_knowable": [party.id for party in group if not knowable(party)],
        "dispute": [_there(known, result, question.when, group, amount) for amount in amounts],
        "ladder": ladder(known),
        "gaps": [_gap(result, question, party) for party in known.parties if _in_it(result, question, party)],
        "covenants": [_covenant(known, result, question, party) for party in known.parties if knowable(party)],
        "circles": circles(known),
        "contagion": _contagion(known, question, result, other) if other is not None else None,
        "apart": apart(known),
    }  # fmt: skip


def _spread(values: Array) -> Spread:
    """P10, P50 and P90 of draws; none where absent or never."""
    kept = values[~np.isnan(values)]
    if not len(kept):
        return {name: None for name, _ in _LEVELS}
    found = {name: float(np.quantile(kept, level, method="lower")) for name, level in _LEVELS}
    return {name: value if np.isfinite(value) else None for name, value in found.items()}


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
    total = {means: np.sum([np.nan_to_num(values) for values in of.values()], axis=0) for means, of in have.items()}
    rows = []
    for party in group:
        needed = shares[party.id] * amount
        means = {name: _odds(have[name][party.id], needed) if knowable(party) else None for name in MEANS}
        rows.append({"party": party.id, "share": shares[party.id], "needed": needed, "knowable": knowable(party), "means": means})
    unknown = [party for party in group if not knowable(party)]
    missing = {name: _spread(np.maximum(0.0, amount - total[name])) for name in MEANS}
    return {
        "amount": amount, "lower_bound": bool(unknown), "group": {name: _odds(total[name], amount) for name in MEANS},
        "missing": missing, "parties": rows,
    }  # fmt: skip


def _shares(known: Known, group: Sequence[PartyView]) -> dict[str, float]:
    pledged = {party.id: 0.0 for party in group}
    for line in known.lines:
        if line.party in pledged and line.to_kind == "programme" and ROLE[line.spec.kind] == "equity":
            pledged[line.party] += _amount(known, line) or 0.0
    total = sum(pledged.values())
    return {name: value / total if total > 0.0 else 1.0 / len(pledged) for name, value in pledged.items()}


def _odds(values: Array, amount: float) -> dict[str, Any]:
    return {"probability": float(np.mean(values >= amount)), **_spread(values)}


def _amount(known: Known, line: LineView) -> float | None:
    value = median(known.estimate(line.spec.amount).value)
    return None if value is None or np.isnan(value) else value


# --- promises by stage ------------------------------------------------------------------------------------------------------------


def ladder(known: Known) -> list[dict[str, Any]]:
    """What each party promised, by how far it came: each stage holds those after it; promises without an amount are counted apart."""
    out = []
    for party in known.parties:
        lines = [line for line in known.lines if line.party == party.id and ROLE[line.spec.kind] in FUNDING]
        taken = [line for line in known.lines if line.to == party.id and ROLE[line.spec.kind] in FUNDING]
        if lines or taken:
            unstated = sum(_amount(known, line) is None for line in lines)
            out.append({"party": party.id, "pays": _stages(known, lines), "gets": _stages(known, taken), "without_amount": unstated})
    return out


def _stages(known: Known, lines: Sequence[LineView]) -> dict[str, float]:
    """Amounts that reached at least each stage, the drawn part of a line among what is drawn."""
    out = dict.fromkeys(COMMITMENT_STAGES, 0.0)
    for line in lines:
        amount, reached = _amount(known, line) or 0.0, COMMITMENT_STAGES.index(known.stage_of(line))
        part = median(known.estimate(line.spec.drawn).value) or 0.0
        for place, stage in enumerate(COMMITMENT_STAGES):
            out[stage] += amount if place <= reached else part if stage == "drawn" and not np.isnan(part) else 0.0
    return out


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
        "floor": _number(known, party.spec.cash_floor), "ceiling": _number(known, party.spec.debt_ceiling),
        "room": _spread(_at(result, f"policy_headroom[{party.id}]", question.when)),
        "probability": float(np.mean(breach <= day(question.until))), "first": _days(breach),
    }  # fmt: skip


def _number(known: Known, statements: Any) -> float | None:
    value = median(known.estimate(statements).value) if statements else None
    return None if value is None or np.isnan(value) else value


# --- money that goes round --------------------------------------------------------------------------------------------------------


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
        amount = _amount(known, line)
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
    return {"party": question.party, "share": question.share, "from": str(question.since), "rows": [rows[i] for i in ranked]}


# --- kept apart -------------------------------------------------------------------------------------------------------------------


def apart(known: Known) -> list[dict[str, Any]]:
    """What parties outside the programme's funding spend on plant: shown with its basis, in no sum."""
    inside = {line.party for line in known.lines}
    out = []
    for party in known.parties:
        if party.id in inside:
            continue
        for basis, statements in (
            ("leases not in it, or not said", party.spec.capex),
            ("with finance leases", party.spec.capex_with_leases),
        ):
            for said in statements:
                out.append({
                    "party": party.id, "amount": median(said.value), "basis": basis, "period": str(said.as_of), "status": said.status,
                    "note": said.note, "source": said.source, "grade": said.grade,
                })  # fmt: skip
    return out


def check_question(known: Known, question: Question) -> None:
    """Raise InputError with every fault of what is asked."""
    faults = list[Fault]()
    ids = [party.id for party in known.parties]
    first, last = known.months[0].replace(day=1), known.months[-1]
    if not ids:
        faults.append(Fault("the programme has no parties, so nobody's money can be looked at; give parties with commitments"))
    if not first <= question.when <= last:
        faults.append(Fault(f"--date: {question.when} is outside the model's clock; expected a day from {first} to {last}"))
    if question.party and question.party not in ids:
        near = did_you_mean(question.party, ids)
        faults.append(Fault(f'--if: there is no party "{question.party}"{near} (all: {", ".join(ids) or "none"})'))
    if not 0.0 <= question.share <= 1.0:
        faults.append(Fault(f"--if: got {question.share:g}; expected a share from 0 (pays nothing) to 1 (pays all)"))
    if question.since is not None and not question.party:
        faults.append(Fault("--from goes with --if, such as --if openai=0.5 --from 2027-01-01"))
    if faults:
        raise InputError(faults)
