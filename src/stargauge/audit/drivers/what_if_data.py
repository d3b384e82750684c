"""What a change does, as plain data: charts as lines of series, jobs by definition, and the board of open claims before and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.audit.claims.questions import Question
from stargauge.audit.drivers.what_if import Shown
from stargauge.audit.summary import BUILDING, CAPITAL, DIRECT, GAP, HAVE, NEED, PROMISED, RUNS, Days, jobs_counted
from stargauge.audit.wording.words import input_name, likelihood
from stargauge.programme.known import Known
from stargauge.quantity.dates import month_label

#: Under which names the series as drawn stand beside those of now.
DRAWN = "as drawn: "
_LINES = {
    "capacity": ((PROMISED, "announced", "announced", "Promised by date"), (BUILDING, "fan", "under_construction", "Under construction"),
                 (RUNS, "fan", "operational", "Operational")),
    "money": ((NEED, "fan", "need", "Need"), (HAVE, "fan", "contracted", "Cash and committed"), (GAP, "fan", "financed", "Gap, by party")),
}  # fmt: skip


def what_if_data(
    known: Known, questions: Sequence[Question], drawn: Shown, now: Shown, settings: Mapping[str, str], says: Mapping[str, str]
) -> dict[str, Any]:
    """Now beside as drawn: the form of JSON, Python and the web."""
    days, moved = Days.of(known), bool(settings)
    board = [_odds(one, drawn, now, says) for one in questions]
    return {
        "as_of": str(known.as_of), "draws": now.draws, "newest_evidence": str(days.evidence) if days.looked else None,
        "ahead": str(days.ahead), "programme": {"name": known.programme.name},
        "set": [{"input": name, "says": input_name(name.split("[")[0]), "value": value} for name, value in settings.items()],
        "quantities": {**now.quantities, **({DRAWN + name: data for name, data in drawn.quantities.items()} if moved else {})},
        "lines": {name: _line(entries, now, moved) for name, entries in _LINES.items() if any(one[0] in now.quantities for one in entries)},
        "rows": _rows(drawn, now, days, moved), "numbers": _numbers(drawn, now, days),
        "claims": board, "moving": sum(one["moved"] for one in board),
    }  # fmt: skip


def _line(entries: Sequence[tuple[str, str, str, str]], now: Shown, moved: bool) -> dict[str, Any]:
    """A chart over time: its series, and behind each fan its middle as drawn."""
    held = [one for one in entries if one[0] in now.quantities]
    before = [{"address": DRAWN + address, "role": "before", "hue": hue, "label": ""} for address, role, hue, _ in held if role == "fan"]
    series = [{"address": address, "role": role, "hue": hue, "label": label} for address, role, hue, label in held]
    return {"series": [*(before if moved else []), *series], "why": held[-1][0]}


def _at(data: Mapping[str, Any], days: Days) -> dict[str, Any]:
    """P10, P50 and P90 of a series at the date that headline numbers are read at, or of what has no months."""
    label = month_label(days.ahead)
    place = list(data["months"]).index(label) if "months" in data else None
    return {level: data[level] if place is None else data[level][place] for level in ("p10", "p50", "p90")} | {"unit": data["unit"]}


def _rows(drawn: Shown, now: Shown, days: Days, moved: bool) -> list[dict[str, Any]]:
    """Jobs, one row per definition; as drawn as a ring."""
    out = []
    for address, label, explained in jobs_counted():
        if address not in now.quantities:
            continue
        when = f", {days.ahead:%b %Y}" if "months" in now.quantities[address] else ""
        before = _at(drawn.quantities[address], days)["p50"]
        ring = {"stated": [{"value": before, "text": "as drawn"}]} if moved and before is not None else {}
        row = {"label": label + when, "says": explained, "address": address, "hue": "need", **_at(now.quantities[address], days)}
        out.append({**row, "unit": "jobs", **ring})
    return out


def _numbers(drawn: Shown, now: Shown, days: Days) -> list[dict[str, Any]]:
    """The numbers of a sentence: what runs, what is owed, what is missing, direct jobs; each as drawn too."""
    out = []
    for name, address in (("power", RUNS), ("capital", CAPITAL), ("gap", GAP), ("jobs", DIRECT)):
        if address in now.quantities:
            told, before = _at(now.quantities[address], days), _at(drawn.quantities[address], days)
            if told["p50"] is not None:
                out.append({"name": name, "address": address, "now": told, "drawn": before, "moved": told != before})
    return out


def _odds(question: Question, drawn: Shown, now: Shown, says: Mapping[str, str]) -> dict[str, Any]:
    """One open reading: odds as drawn and now, with their words."""
    before, told = drawn.judgements[question.key], now.judgements[question.key]
    return {
        "claim": question.claim, "reading": question.name, "says": says.get(question.claim, question.claim),
        "status": told.status, "before": _share(before), "now": _share(told), "moved": _share(before) != _share(told),
    }  # fmt: skip


def _share(judgement: Any) -> dict[str, Any] | None:
    if judgement.odds is None:
        return None
    return {"probability": judgement.odds.probability, "likelihood": likelihood(judgement.odds.probability)}


__all__ = ["DRAWN", "what_if_data"]
