"""Why a verdict is what it is, as plain text in 80 columns: the reading, its odds or its record, what it compares, down to statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.explanation import Told, branches, moved_lines, place_text
from stargauge.report.lineage import apart, formulas, rests_text
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import (
    bare,
    counted,
    day_text,
    has_odds,
    percent,
    percent_range,
    short_sentence,
    stated_text,
    text_of,
    unit_text,
)

#: What the row of compared values is.
ROWS = {"on": "over draws", "highest": "highest until then", "lowest": "lowest until then", "any": "until then", "sum": "sum over months"}
_HONEST = "Odds are a statement about the model and its inputs, not about anyone's honesty."


def render_reasons(data: Mapping[str, Any], style: Style = PLAIN, sources: bool = False, depth: int = 1) -> str:
    """A verdict explained: the answer, how the claim is read, what decided it, what it compares and what that is made of."""
    reading, claim = data["reading"], data["claim"]
    name = f"{claim['id']}/{reading['name']}"
    lines = [style.bold(line) for line in wrapped(f"{name}: {reading['answer']}.", style.width)]
    lines += labelled("said", f"{claim['speaker']}, {day_text(claim['said'])}: {claim['says']}", style, indent=2, label_width=9)
    lines += labelled("read as", f"{short_sentence(reading['sentence'])}", style, indent=2, label_width=9) if reading["sentence"] else []
    lines += labelled("formula", reading["expression"], style, indent=2, label_width=9)
    lines += labelled("ours", text_of(claim["ours"]), style, indent=2, label_width=9) if claim["ours"] else []
    lines += labelled("odds", _odds(data), style, indent=2, label_width=9) if data["true"] is not None else []
    if reading["missing"]:
        lines += labelled("absent", text_of(reading["missing"]), style, indent=2, label_width=9)
    lines += _record(data, style, sources)
    for one in data["compares"]:
        lines += _compared(one, style, sources, depth)
    ends = f"{_HONEST} " if has_odds(reading["status"]) else ""
    return style.finish([*lines, "", *wrapped(f"{ends}{_next(data, name)}", style.width)])


def _odds(data: Mapping[str, Any]) -> str:
    reading = data["reading"]
    span = percent_range(reading["model_range"])
    ranged = f"; model range {span} %" if span else ""
    shown = f": {percent(reading['probability'])}" if reading["probability"] is not None else ""
    settled = "; the deadline has passed and arithmetic decides" if reading["settled_by"] == "arithmetic" and data["settled"] else ""
    return f"holds in {data['true']:,} of {data['draws']:,} draws{shown}{ranged}{settled}"


def _record(data: Mapping[str, Any], style: Style, sources: bool) -> list[str]:
    """The statements that decided; where none did, those that were looked at, and where nothing is held, that it was looked for."""
    record = data["record"]
    deciding = [one for one in record if one["decides"]]
    shown, title = (deciding, "The record that decides") if deciding else (record[:3], "On record, without deciding")
    if not shown:
        nothing = "" if data["reading"]["status"] == "not testable" else "  On record: looked for, nothing found on what it asks."
        return [nothing] if nothing else []
    lines = ["", style.bold(title)]
    for one in shown:
        source = data["sources"].get(one["source"] or "") or {}
        parts = [one["shown"] or stated_text(one), f"as of {day_text(one['as_of'])}" if one["as_of"] else "", one["status"],
                 source.get("publisher") or one["source"] or "no source", day_text(one["published"]), one["grade"] or ""]  # fmt: skip
        if sources:
            parts += [f"“{source['title']}”" if source.get("title") else "", source.get("url") or "", place_text(one)]
        lines += wrapped("  ".join(part for part in parts if part), style.width, "  ", "    ")
    left = len(record) - len(shown)
    return [*lines, f"  {counted(left, 'more statement')} looked at: --json"] if left else lines


def _compared(one: Mapping[str, Any], style: Style, sources: bool, depth: int) -> list[str]:
    """One comparison: its value against the threshold, how often it holds, its formula and what moves it."""
    node = one["why"]
    lines = ["", *(style.bold(line) for line in wrapped(one["text"], style.width))]
    if one["value"] is not None:
        entry = {**one["value"], "unit": one["unit"], "threshold": one["threshold"]}
        scale = {**entry, "scale": max(abs(entry["threshold"]), abs(entry.get("p90") or 0.0))}
        columns = [(unit_text(scale, "scale"), 20, "l"), *((title, 10, "r") for title in ("P10", "P50", "P90", "mean", "asked"))]
        row = [bare(scale, key, "scale") for key in ("p10", "p50", "p90", "mean")]
        lines += table(columns, [(ROWS[one["reads"]], *row, f"{one['op']} {bare(scale, 'threshold', 'scale')}")], style)
    if one["reads"] != "on":
        lines += [*wrapped(apart(one["reads"], node), style.width), ""]
    for line in formulas(node):
        lines += labelled("=", line, style, indent=2, label_width=2)
    told = Told(node.get("sources") or {}, sources, node.get("captures") or {})
    lines += branches(node, style, "  ", told, depth) if depth else []
    lines += moved_lines(node, style, told)
    rests = rests_text(node)
    return [*lines, "", *wrapped(rests, style.width)] if rests else lines


def _next(data: Mapping[str, Any], name: str) -> str:
    """Where to look next."""
    if not data["compares"]:
        return f"All readings: stargauge audit --claim {data['claim']['id']}."
    address = data["compares"][0]["address"]
    changed = f" What changed it: stargauge explain {name} --since DATE." if has_odds(data["reading"]["status"]) else ""
    return f"Deeper: stargauge explain '{address}' --depth 2.{changed}"
