"""Why a verdict is what it is, as plain text in 80 columns: the reading, its odds or its record, what it compares, down to statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import say, words
from stargauge.report.terminal import PLAIN, Style, formal, honest, labelled, table, wrapped
from stargauge.report.why.explanation import Told, branches, moved_lines, place_text
from stargauge.report.why.lineage import apart, formulas, rests_text
from stargauge.report.wording import (
    bare,
    counted,
    day_text,
    fact_status_text,
    has_odds,
    percent,
    percent_range,
    short_sentence,
    stated_text,
    text_of,
    unit_text,
)


def row_text(reads: str) -> str:
    """What the row of compared values is."""
    told = {
        "on": say("over draws"), "highest": say("highest until then"), "lowest": say("lowest until then"), "any": say("until then"),
        "sum": say("sum over months"),
    }  # fmt: skip
    return told[reads]


def render_reasons(data: Mapping[str, Any], style: Style = PLAIN, sources: bool = False, depth: int = 1) -> str:
    """A verdict explained: the answer, how the claim is read, what decided it, what it compares and what that is made of."""
    reading, claim = data["reading"], data["claim"]
    name = f"{claim['id']}/{reading['name']}"
    lines = [style.bold(line) for line in wrapped(f"{name}: {reading['answer']}.", style.width)]
    lines += labelled(say("said"), f"{claim['speaker']}, {day_text(claim['said'])}: {claim['says']}", style, indent=2, label_width=9)
    if reading["sentence"]:
        lines += labelled(say("read as"), short_sentence(reading["sentence"]), style, indent=2, label_width=9)
    lines += labelled(say("formula"), formal(reading), style, indent=2, label_width=9)
    lines += labelled(say("ours"), text_of(claim["ours"]), style, indent=2, label_width=9) if claim["ours"] else []
    lines += labelled(say("odds"), _odds(data), style, indent=2, label_width=9) if data["true"] is not None else []
    if reading["missing"]:
        lines += labelled(say("absent"), text_of(reading["missing"]), style, indent=2, label_width=9)
    lines += _record(data, style, sources)
    for one in data["compares"]:
        lines += _compared(one, style, sources, depth)
    ends = f"{honest()} " if has_odds(reading["status"]) else ""
    return style.finish([*lines, "", *wrapped(f"{ends}{_next(data, name)}", style.width)])


def _odds(data: Mapping[str, Any]) -> str:
    reading = data["reading"]
    span = percent_range(reading["model_range"])
    ranged = f"; {say('model range {range}', range=f'{span} %')}" if span else ""
    shown = f": {percent(reading['probability'])}" if reading["probability"] is not None else ""
    decided = reading["settled_by"] == "arithmetic" and data["settled"]
    settled = f"; {say('the deadline has passed and arithmetic decides')}" if decided else ""
    held = say("holds in {holds} of {draws} draws", holds=words().count(data["true"]), draws=words().count(data["draws"]))
    return f"{held}{shown}{ranged}{settled}"


def _record(data: Mapping[str, Any], style: Style, sources: bool) -> list[str]:
    """The statements that decided; where none did, those that were looked at, and where nothing is held, that it was looked for."""
    record = data["record"]
    deciding = [one for one in record if one["decides"]]
    shown, title = (deciding, say("The record that decides")) if deciding else (record[:3], say("On record, without deciding"))
    if not shown:
        if data["reading"]["status"] == "not testable":
            return []
        return wrapped(say("On record: looked for, nothing found on what it asks."), style.width, "  ", "  ")
    lines = ["", style.bold(title)]
    for one in shown:
        source = data["sources"].get(one["source"] or "") or {}
        parts = [one["shown"] or stated_text(one), say("as of {day}", day=day_text(one["as_of"])) if one["as_of"] else "",
                 fact_status_text(one["status"]),
                 source.get("publisher") or one["source"] or say("no source"), day_text(one["published"]), one["grade"] or ""]  # fmt: skip
        if sources:
            parts += [f"“{source['title']}”" if source.get("title") else "", source.get("url") or "", place_text(one)]
        lines += wrapped("  ".join(part for part in parts if part), style.width, "  ", "    ")
    left = len(record) - len(shown)
    return [*lines, f"  {say('{statements} looked at', statements=counted(left, 'more statement'))}: --json"] if left else lines


def _compared(one: Mapping[str, Any], style: Style, sources: bool, depth: int) -> list[str]:
    """One comparison: its value against the threshold, how often it holds, its formula and what moves it."""
    node = one["why"]
    lines = ["", *(style.bold(line) for line in wrapped(one["text"], style.width))]
    if one["value"] is not None:
        entry = {**one["value"], "unit": one["unit"], "threshold": one["threshold"]}
        scale = {**entry, "scale": max(abs(entry["threshold"]), abs(entry.get("p90") or 0.0))}
        columns = [(unit_text(scale, "scale"), 20, "l"), *((title, 10, "r") for title in ("P10", "P50", "P90", say("mean"), say("asked")))]
        row = [bare(scale, key, "scale") for key in ("p10", "p50", "p90", "mean")]
        lines += table(columns, [(row_text(one["reads"]), *row, f"{one['op']} {bare(scale, 'threshold', 'scale')}")], style)
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
        return say("All readings: {command}.", command=f"stargauge audit --claim {data['claim']['id']}")
    address = data["compares"][0]["address"]
    deeper = say("Deeper: {command}.", command=f"stargauge explain '{address}' --depth 2")
    if not has_odds(data["reading"]["status"]):
        return deeper
    return f"{deeper} {say('What changed it: {command}.', command=f'stargauge explain {name} --since DATE')}"
