"""From what was read to drafts of claims: a formal reading where number and deadline are said, else why there is none. YAML to edit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import yaml

from stargauge.reading.drafting import Draft
from stargauge.reading.found import Quantity, Statement, When
from stargauge.reading.grammar import grammar

SOURCE = "article"
#: Longer texts are shown by their beginning.
_SHOWN = 60
UNKNOWN = "not stated"
_OPS = {"exact": ">=", "approx": ">=", "approx_below": ">=", "approx_above": ">=", "lower": ">="}
_NO_NUMBER = {
    "opinion": "an opinion", "accusation": "an accusation: what is meant by it is for a person to say",
    "speculation": "a suspicion about somebody", "observation": "what was seen is a matter of captures, not of the model",
}  # fmt: skip


class _Plain(yaml.SafeDumper):
    """YAML without anchors and aliases, which programme files do not use."""

    def ignore_aliases(self, data: Any) -> bool:
        """Every value is written out."""
        return True


@dataclass(frozen=True)
class Article:
    """Where a text comes from, as far as it is known."""

    publisher: str = ""
    title: str = ""
    url: str = ""
    collected: date | None = None
    capture: str = ""


def draft_data(draft: Draft, article: Article) -> dict[str, Any]:
    """A file of drafts with their source, as plain data: `stargauge check` accepts it alone, and laid over a programme as a scenario."""
    source: dict[str, Any] = {
        "publisher": article.publisher or UNKNOWN, "title": article.title or _start_of(draft.text), "grade": "B",
    }  # fmt: skip
    source |= {"date": draft.published} if draft.published else {"collected": article.collected or date.today()}
    if article.capture:
        source |= {"collected": article.collected, "capture": article.capture}
    source |= {"url": article.url} if article.url else {}
    names = [_id(n, one) for n, one in enumerate(draft.statements, 1)]
    drafts = {names[n]: draft_entry(draft, one, _relation_lines(draft, n, names)) for n, one in enumerate(draft.statements)}
    return {"sources": {SOURCE: source}, "drafts": drafts}


def _relation_lines(draft: Draft, n: int, names: list[str]) -> list[str]:
    """How a statement belongs to others, and its amounts to each other, in words for the person who decides."""
    out = []
    for one in draft.relations:
        if one.kind == "contradicts" and one.first == n:
            out.append(f'contradicts {names[one.second]}: "{_short(one.text)}" [{one.start}-{one.end}]')
        if one.kind == "includes" and one.second in draft.statements[n].quantities:
            whole, part = draft.quantities[one.first], draft.quantities[one.second]
            out.append(
                f'"{_short(whole.text)}" [{whole.start}-{whole.end}] includes "{_short(part.text)}" [{part.start}-{part.end}] '
                f'("{one.text}"); they are not added'
            )
    return out


def draft_entry(draft: Draft, one: Statement, related: list[str]) -> dict[str, Any]:
    """One statement as a draft."""
    amounts = [draft.quantities[n] for n in one.quantities]
    days = [draft.dates[n] for n in one.dates]
    readings, ours = proposed(one, amounts, days, draft.language)
    out: dict[str, Any] = {"status": "draft", "kind": one.kind, "form": one.form, "speaker": one.speaker or ""}
    out |= {"said": draft.published} if draft.published else {}
    out |= {"source": SOURCE, "quote": one.text, "start": one.start, "end": one.end, "byte_start": one.byte_start, "byte_end": one.byte_end}
    out |= {"text_sha256": draft.sha256}
    out |= {"translated_quote": True} if one.translated_quote else {}
    out |= {"chain": list(one.chain)} if one.chain else {}
    out |= {"found": [*map(_amount_line, amounts), *map(_day_line, days)]} if amounts or days else {}
    out |= {"relations": related} if related else {}
    return out | {"readings": readings} | ({"ours": ours} if ours else {})


def confirmed(entry: Mapping[str, Any], publisher: str = "", capture: str = "none") -> dict[str, Any]:
    """A draft as the claim it becomes once a person has confirmed it."""
    out: dict[str, Any] = {"speaker": entry.get("speaker") or publisher or "the article"}
    out |= {key: entry[key] for key in ("said",) if entry.get(key)}
    out |= {"says": entry.get("says") or entry["quote"], "source": entry["source"], "capture": capture, "readings": entry["readings"]}
    return out | ({"ours": entry["ours"]} if entry.get("ours") else {})


def yaml_of(data: Mapping[str, Any]) -> str:
    """Plain data as YAML, in its own order."""
    return yaml.dump(dict(data), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=132)


# --- readings ---------------------------------------------------------------------------------------------------------------------


def proposed(one: Statement, amounts: list[Quantity], days: list[When], language: str) -> tuple[dict[str, str], list[str]]:
    """Readings by name, and which parts of them are ours. Each amount is read alone: amounts are never added."""
    said: dict[str, str] = {}
    ours: list[str] = []
    deadline = _deadline(days)
    if one.kind in _NO_NUMBER:
        return {"as said": f"not testable: {_NO_NUMBER[one.kind]}"}, ours
    for amount in amounts:
        for name, text in _readings(amount, deadline, one, language).items():
            key = name if name not in said else f"{name} {len(said) + 1}"
            said[key] = text
    if not said:
        said["as said"] = "not testable: " + ("which site and stage are meant is for a person to say" if days else "no number is said")
    if deadline and any(" by " in text and not text.startswith("not testable") for text in said.values()):
        ours.append(f'deadline: "{deadline.text}" is read as by {deadline.date_to}')
    if any(amount.bound.startswith("approx") for amount in amounts):
        ours.append("threshold: an approximate number is read as that number")
    return said, ours


def _readings(amount: Quantity, deadline: When | None, one: Statement, language: str) -> dict[str, str]:
    if amount.modality == "denied":
        return {_first(amount): "not testable: it is denied; what holds instead is not said"}
    if amount.bound == "upper":
        return {_first(amount): f'not testable: any smaller number also fits "{_short(amount.text)}"'}
    wanted = _wanted(amount, one, language)
    if isinstance(wanted, str):
        return {_first(amount): f"not testable: {wanted}"}
    op = ">" if amount.strict and amount.bound == "lower" else _OPS.get(amount.bound, "")
    value = amount.value if amount.bound != "range" else amount.min
    if (not op and amount.bound != "range") or value is None or amount.alternatives:
        return {_first(amount): "not testable: the number is not certain"}
    out = {}
    for name, (address, unit) in wanted.items():
        comparison = f"{address} {op or '>='} {_threshold(value, unit)}"
        if deadline is None:
            out[name] = f"not testable: no deadline is said; with one it could be {comparison} by DATE"
        else:
            out[name] = f"{comparison} by {deadline.date_to}"
    return out


def _wanted(amount: Quantity, one: Statement, language: str) -> dict[str, tuple[str, str]] | str:
    """The quantities of the model that an amount may speak of, by the name of the reading, or why there is none."""
    if amount.kind in ("vague_magnitude", "vague_count"):
        return "only an order of magnitude is said"
    if amount.per:
        return f"a number per {amount.per}; the quantity it speaks of is for a person to choose"
    if amount.kind == "count" and amount.unit == "jobs":
        return {"as said": ("jobs_direct", "jobs"), "economy-wide": ("jobs_total", "jobs")}
    if amount.kind == "power":
        both = {"as said": ("power_facility[operational]", "MW"), "at the racks": ("power_it[operational]", "MW")}
        return {"as said": both["at the racks"]} if amount.power_basis == "it" else both if amount.power_basis == "unstated" else {
            "as said": both["as said"]
        }  # fmt: skip
    if amount.kind == "money":
        if amount.unit != "USD":
            return "an amount in another currency than USD" if amount.unit else "an amount whose currency is not said"
        if not re.search(str(grammar(language).own["topics"]["investment"]), one.text):
            return "what the money is for is for a person to say"
        return {"as said": ("capital_deployed", "USD")}
    return "the quantity it speaks of is for a person to choose"


def _deadline(days: list[When]) -> When | None:
    """The one date by which something is to be; none where there are several, or where it is no deadline."""
    ends = [one for one in days if one.date_to and one.relation in ("by", "in", "within", "until", "before", "from_to")]
    return ends[0] if len(ends) == 1 else None


def _threshold(value: Fraction, unit: str) -> str:
    if unit == "USD":
        for power, name in ((9, "bn USD"), (6, "M USD")):
            if value >= 10**power:
                return f"{float(value / 10**power):g} {name}"
        return f"{float(value):g} USD"
    return f"{float(value):g} {unit}" if unit != "jobs" else f"{int(value):_}"


def _first(amount: Quantity) -> str:
    return "as said" if amount.kind != "duration" else "duration"


# --- words ------------------------------------------------------------------------------------------------------------------------


def _amount_line(one: Quantity) -> str:
    """A quantity in one line for the person who decides."""
    value = f"{float(one.value):,.12g}" if one.value is not None else (
        f"{float(one.min):,.12g} to {float(one.max):,.12g}" if one.min is not None and one.max is not None else "no value"
    )  # fmt: skip
    notes = [one.bound + (" (strict)" if one.strict else ""), one.modality]
    notes += [f"per {one.per}"] if one.per else []
    notes += [f"power: {one.power_basis}"] if one.power_basis else []
    notes += [f"change from {one.baseline}" if one.baseline else "change"] if one.change else []
    notes += [name.replace("_", " ") for name in ("currency_inherited", "currency_inferred", "currency_missing") if getattr(one, name)]
    notes += [f"may also be {', '.join(f'{float(v):,.12g}' for v in one.alternatives)}"] if one.alternatives else []
    return f'"{one.text}": {value} {one.unit or "unit not known"}; {", ".join(notes)} [{one.start}-{one.end}]'


def _day_line(one: When) -> str:
    """A date in one line."""
    days = f"{one.date_from} to {one.date_to}" if one.date_from else (
        "depends on the day of publication" if one.needs_publication_day else "no days"
    )  # fmt: skip
    return f'"{one.text}": {days}; {one.relation}, {one.precision}{", ambiguous" if one.ambiguous else ""} [{one.start}-{one.end}]'


def _id(n: int, one: Statement) -> str:
    name = (one.speaker or "text").split()[-1]
    ascii_name = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return f"d{n:03}-{re.sub(r'[^a-z0-9]+', '-', ascii_name).strip('-')[:24].strip('-') or 'text'}"


def _start_of(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "an empty text")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1].rstrip() + "…"


def _short(text: str) -> str:
    return text.replace('"', "'")
