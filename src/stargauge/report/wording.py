"""Words and marks for outcomes, odds, dates and ranges: the same in the terminal, the report and the charts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from stargauge.quantity import units
from stargauge.quantity.dates import from_day, month_end
from stargauge.quantity.units import scale_of
from stargauge.report.locale import language, notation, say, words, written

#: A span of whole years, and one that begins and ends in the same month.
_WHOLE = re.compile(r"^(?P<first>\d{4})-01-01\.\.(?P<last>\d{4})-12-31$")
_QUARTER = re.compile(r"^(\d{4})-(\d{2}-01)\.\.\1-(\d{2}-\d{2})$")
_QUARTERS = ("01-0103-31", "04-0106-30", "07-0109-30", "10-0112-31")
_MONTH = re.compile(r"^(\d{4}-\d{2})-01\.\.\1-\d{2}$")
#: A value that is a number, or two of a range, with a unit.
_NOTED = re.compile(r"(?P<low>[−-]?[\d,]*\.?\d+)(?:\.\.(?P<high>[−-]?[\d,]*\.?\d+))?(?: (?P<unit>.+))?")
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")

#: First words of a status -> shape of its mark: filled ring, struck ring, half ring, dashed ring, line.
_SHAPES = (("not met", "not"), ("partly", "part"), ("depends", "part"), ("met", "met"), ("open", "open"))
#: The status of a passed deadline on which the record is silent, and the statuses in which nothing can be said.
SILENT = "passed, record silent"
NOTHING_SAID = ("record too thin", "not testable")
MARKS = {"met": "●", "not": "⊘", "part": "◐", "open": "◌", "none": "_"}
PLAIN_MARKS = {"met": "*", "not": "x", "part": "/", "open": "o", "none": "_"}


#: Day counts of the years in which a number of days is a date and no duration.
_DAYS = (693_000.0, 803_000.0)


def shape(status: str | None) -> str:
    """The shape that stands for a status: `met`, `not`, `part`, `open`, or `none` where neither odds nor an outcome exist."""
    text = (status or "").lower()
    return next((made for start, made in _SHAPES if text.startswith(start)), "none")


def status_text(status: Any) -> str:
    """The status of a verdict in the language that is spoken."""
    text = str(status or "")
    return words().texts.get(f"brief_{text}") or {"depends on reading": say("depends on reading")}.get(text, text)


def fact_status_text(status: Any) -> str:
    """What a statement is, in the language that is spoken: planned, observed."""
    text = str(status or "")
    told = {
        "planned": say("planned"), "projected": say("projected"), "reported": say("reported"), "estimated": say("estimated"),
        "observed": say("observed"), "cancelled": say("cancelled"), "stated": say("stated"), "assumed": say("assumed"),
    }  # fmt: skip
    return told.get(text, text)


def stage_text(stage: str) -> str:
    """A stage in the language that is spoken."""
    told = {
        "announced": say("announced"), "contracted": say("contracted"), "financed": say("financed"),
        "under_construction": say("under construction"), "energised": say("energised"), "operational": say("operational"),
    }  # fmt: skip
    return told.get(stage, stage.replace("_", " "))


def topic_text(topic: Any) -> str:
    """What a row at a glance is about, in the language that is spoken."""
    return {"power": say("power"), "money": say("money"), "jobs": say("jobs")}.get(str(topic), str(topic))


def has_odds(status: str | None) -> bool:
    """Whether a status comes with odds: a claim still open, or one whose deadline passed and whose record is silent."""
    return shape(status) == "open" or "silent" in (status or "")


def figures(value: float) -> str:
    """A number of three figures, as the language writes it."""
    return units.figures(value, notation=notation())


def show(value: float, unit_name: str, scale_by: float | None = None) -> str:
    """A value with its unit at the scale that suits it, as the language writes it."""
    return units.show(value, unit_name, scale_by, notation())


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things: `1 input`, `3 inputs`."""
    return f"{words().count(number)} {say(one if number == 1 else many or f'{one}s')}"


def day_text(when: Any) -> str:
    """A date as people read it: `22 Nov 2026`, `Sep 2025`, `2025`; anything else unchanged."""
    text = "" if when is None else str(when)
    if ".." in text:
        if whole := _WHOLE.match(text):
            first, last = str(whole["first"]), str(whole["last"])
            return first if first == last else say("{low} to {high}", low=first, high=last)
        if (inside := _MONTH.match(text)) and text.endswith(_last_day(text[:7])):
            return day_text(str(inside[1]))
        if (quarter := _QUARTER.match(text)) and quarter[2] + quarter[3] in _QUARTERS:
            return f"Q{_QUARTERS.index(quarter[2] + quarter[3]) + 1} {quarter[1]}"
        low, high = (day_text(part) for part in text.split("..", 1))
        return say("{low} to {high}", low=low, high=high)
    found = _DATE.match(text)
    if found is None:
        return text
    year, month, day = found.groups()
    if month is None:
        return year if text == year else text
    if not 1 <= int(month) <= 12:
        return text
    return words().short_date(int(year), int(month), int(day) if day else None)


def _last_day(month: str) -> str:
    """The last day of a month such as `2026-09`."""
    return str(month_end(date(int(month[:4]), int(month[5:]), 1)))


def input_text(driver: Mapping[str, Any]) -> str:
    """An input in words, and the identifier under which it can be set."""
    return f"{driver['says']} ({driver['input']})" if driver.get("says") else str(driver["input"])


def finding(says: str) -> str:
    """What a docstring says first, without the axes and units that stand elsewhere."""
    return re.sub(r"\s*\b(Axes|Units?): .*$", "", says, flags=re.DOTALL)


def quantity_text(address: str, says: str) -> str:
    """What a quantity is: what its docstring says first, or in another language what it is called there, where it has a name."""
    called = words().quantities.get(address.partition("[")[0].strip()) if language() != "en" else None
    return finding(says) if called is None else f"{called.text}."


def percent(probability: float | None) -> str:
    """A probability in whole percent, `< 1 %` and `> 99 %` at the ends; never 0 or 100."""
    if probability is None or math.isnan(probability):
        return "–"
    if probability < 0.01:
        return "< 1 %"
    if probability > 0.99:
        return "> 99 %"
    return f"{probability:.0%}".replace("%", " %")


def iso_day(text: str) -> str:
    """A day of a table of days, in few characters: as it stands in the data, in German `22.11.2026`; a month or a span as `day_text`."""
    if language() == "en":
        return text
    if ".." in text and day_text(text).count(".") > 1:
        low, high = (iso_day(part) for part in text.split("..", 1))
        return say("{low} to {high}", low=low, high=high)
    found = _DATE.fullmatch(text)
    return f"{int(found[3])}.{int(found[2])}.{found[1]}" if found and found[3] else day_text(text)


def noted(text: str) -> str:
    """A value as a file notes it, `8.0 TB/s` or `1.97..2.28 kW`; where it is a number or two, as the language writes them."""
    found = _NOTED.fullmatch(text)
    if language() == "en" or found is None:
        return text
    numbers = [notation().number(one) for one in (found["low"], found["high"]) if one]
    unit = notation().unit(found["unit"] or "", numbers[-1])
    return f"{say('{low} to {high}', low=numbers[0], high=numbers[1]) if len(numbers) == 2 else numbers[0]} {unit}".strip()


def share_text(value: float | None) -> str:
    """A share in whole percent, in plain letters; a dash where there is none."""
    return "-" if value is None else f"{100 * value:.0f} %".replace("-", "\u2212")


def score_text(value: float | None) -> str:
    """A score with three decimals; a dash where there is none."""
    return "-" if value is None else written(f"{value:.3f}")


def rate_text(value: float) -> str:
    """A yearly rate in whole percent, which may be below zero: `−4 %`."""
    return f"{100.0 * value:.0f} %".replace("-", "−")


def percent_range(span: Any, joint: str = "–") -> str:
    """A model range such as `2–9`, without the percent sign."""
    if not span:
        return ""
    low, high = (f"{100 * float(end):.0f}" for end in span)
    return "" if low == high else f"{low}{joint}{high}"


def value_text(entry: Mapping[str, Any], key: str = "p50", by: str = "p50") -> str:
    """One of an entry's numbers with its unit, at the scale that suits its `by` number."""
    value = entry.get(key)
    if value is None or value != value:
        return "–"
    if _is_date(entry, value):
        return day_text(from_day(float(value)))
    return f"{show(float(value), str(entry.get('unit', '1')), float(entry.get(by) or value))} {entry.get('counts') or ''}".strip()


def _is_date(entry: Mapping[str, Any], value: Any) -> bool:
    return entry.get("unit") == "d" and _DAYS[0] < float(value) < _DAYS[1]


def bare(entry: Mapping[str, Any], key: str, by: str = "p50") -> str:
    """The same without the unit, for a column that names it."""
    value = entry.get(key)
    if value is None or value != value:
        return "–"
    if _is_date(entry, value):
        return day_text(from_day(float(value)))
    factor, _ = scale_of(float(entry.get(by) or value), str(entry.get("unit", "1")))
    return figures(float(value) / factor)


def number_text(value: Any, divisor: float = 1.0) -> str:
    """A number of a table, divided to stand in its unit; a dash where it is missing."""
    return "–" if value is None or value != value else figures(float(value) / divisor)


def chip_name(chip: str) -> str:
    """`GB200 NVL72` of `gb200-nvl72`."""
    return chip.replace("-", " ").upper()


def plain_number(value: Any, divisor: float = 1.0) -> str:
    """A number as a file holds it: a point, no thousands, no power of ten, six significant figures; empty where it is missing."""
    return "" if value is None or value != value else format(Decimal(f"{float(value) / divisor:.6g}"), "f")


def unit_text(entry: Mapping[str, Any], by: str = "p50") -> str:
    """The unit in which `bare` shows an entry."""
    return notation().unit(scale_of(float(entry.get(by) or 0.0), str(entry.get("unit", "1")))[1])


def range_text(entry: Mapping[str, Any], joint: str = "") -> str:
    """P10 to P90 of an entry, without unit: `3.3 to 7.4`; with a `joint` such as a dash where that is asked for."""
    if entry.get("p10") is None or entry.get("p90") is None:
        return ""
    low, high = bare(entry, "p10"), bare(entry, "p90")
    return f"{low}{joint}{high}" if joint else say("{low} to {high}", low=low, high=high)


def text_of(value: Any) -> str:
    """The text of a field that is a text, a mapping with `text`, a list of texts, or missing."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(value.get("text") or "")
    if isinstance(value, (list, tuple)):
        return "; ".join(text_of(part) for part in value)
    return str(value)


def stated_text(statement: Mapping[str, Any]) -> str:
    """The value of a statement as people read it."""
    value, unit_name = statement.get("value"), str(statement.get("unit") or "")
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, (int, float)):
        return show(float(value), unit_name or "1").replace(" m2", " m²")
    if unit_name == "date":
        return day_text(value)
    if isinstance(value, str) and statement.get("text"):
        text = str(statement["text"])
        return text.removesuffix(" 1") if unit_name == "1" else text
    return f"{'–' if value is None else value} {unit_name if unit_name not in ('1', 'date', 'text') else ''}".strip()


def held_by_record(*readings: Mapping[str, Any]) -> dict[str, Any]:
    """Text and grade of what the record holds on readings; where it holds nothing and arithmetic settled one of them, that it did."""
    held = next((entry for entry in (record_entry(reading.get("record")) for reading in readings) if entry["text"]), None)
    computed = any(reading.get("settled_by") == "arithmetic" for reading in readings)
    return held or {"text": say("computed from what is published") if computed else "", "grade": None}


def record_entry(record: Any) -> dict[str, Any]:
    """Text and grade of what the record holds: of the statements that decided, else of the newest one looked at."""
    if not isinstance(record, Sequence) or isinstance(record, str):
        return {"text": text_of(record), "grade": record.get("grade") if isinstance(record, Mapping) else None}
    rows = [row for row in record if row.get("decides")] or list(record[-1:])
    told: dict[str, dict[str, None]] = {}
    for row in rows:
        where = ", ".join(part for part in (str(row.get("publisher") or ""), day_text(row.get("as_of"))) if part)
        about = str(row.get("about") or row.get("of") or "")
        told.setdefault(about, {})[f"{text_of(row) or stated_text(row)}{f' ({where})' if where else ''}"] = None
    texts = [f"{about}: {'; '.join(values)}" if about else "; ".join(values) for about, values in told.items()]
    return {"text": "; ".join(texts), "grade": rows[-1].get("grade") if rows else None}


def disputed(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The dispute in order, each entry with the readings and the evidence of its claim where the answer holds them."""
    claims = {claim["id"]: claim for claim in answer.get("claims") or []}
    entries = []
    for entry in sorted(answer.get("dispute") or [], key=lambda one: int(one.get("order") or 0)):
        claim = claims.get(entry.get("claim")) or {}
        held = record_entry(claim["evidence"]) if claim.get("evidence") else record_entry(entry.get("record"))
        capture = text_of(entry.get("capture"))
        capture = say("Not shown: no capture") if capture.lower() in ("", "none") else capture[:1].upper() + capture[1:]
        entries.append(
            {**entry, "readings": claim.get("readings") or [], "ours": text_of(claim.get("ours")), "held": held, "capture": capture}
        )
    return entries


def short_sentence(sentence: Any) -> str:
    """A reading's sentence without the remark, said once elsewhere, that dates are read at the end of their month."""
    return re.sub(r" \(for [^()]*dates are read at the end of their month\)", "", str(sentence or ""))
