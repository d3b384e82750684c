"""Longer listings for the terminal: every reading of every claim, a run by year, every quantity with what it is."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.quantity import Quantity
from stargauge.report.terminal import Style, labelled, table
from stargauge.report.wording import day_text, percent


def render_audit(answer: Mapping[str, Any], style: Style) -> str:
    """Every claim with its readings: the sentence, the answer, odds then and now, what moves it, the record."""
    lines = [style.bold(f"{answer['programme']['name']}: {len(answer['claims'])} claims, known on {day_text(answer['as_of'])}")]
    for claim in answer["claims"]:
        lines += ["", *textwrap.wrap(f"{style.mark(claim['status'])} {claim['id']}: {claim['says']}", style.width)]
        lines += labelled("said", f"{claim['speaker']}, {day_text(claim['said'])}", style)
        if claim.get("ours"):
            lines += labelled("ours", "; ".join(claim["ours"]), style)
        for reading in claim["readings"]:
            lines += _reading(reading, style)
    lines += ["", "Odds are a statement about the model and its inputs, not about anyone's honesty."]
    return style.finish(lines)


def _reading(reading: Mapping[str, Any], style: Style) -> list[str]:
    lines = labelled("read", f"{reading['name']}: {reading['sentence']}", style)
    lines += labelled("", str(reading["expression"]), style)
    lines += labelled("answer", str(reading["answer"]), style)
    margin = reading.get("margin")
    if margin and margin.get("text"):
        lines += labelled("margin", str(margin["text"]), style)
    then = reading.get("then")
    if then:
        lines += labelled("then", f"{day_text(then['as_of'])}: {then['text']}", style)
    for driver in reading.get("drivers") or ():
        lines += labelled("moved by", _driver(driver), style, label_width=9)
    for row in (reading.get("record") or ())[:3]:
        lines += labelled("record", " ".join(str(row.get(key) or "") for key in ("text", "publisher", "grade")).strip(), style)
    return lines


def _driver(driver: Mapping[str, Any]) -> str:
    text = f"{driver['input']}, {percent(driver['share'])} of the spread"
    if driver.get("odds_p10") is None:
        return text
    return f"{text}; odds {percent(driver['odds_p10'])} where it is low, {percent(driver['odds_p90'])} where it is high"


def render_simulation(run: Mapping[str, Any], style: Style) -> str:
    """Each address with its P10, P50 and P90 at year ends."""
    lines = [f"{run['draws']:,} draws, seed {run['seed']}, fingerprint {str(run['fingerprint'])[:12]}"]
    for row in run["rows"]:
        lines += ["", style.bold(f"{row['address']}{', ' + row['unit'] if row['unit'] else ''}"), *textwrap.wrap(row["says"], style.width)]
        if row["absent"]:
            lines += textwrap.wrap(f"A lower bound: absent for {', '.join(row['absent'])}.", style.width)
        cells = zip(row["dates"], row["p10"], row["p50"], row["p90"], strict=True)
        lines += table([("month", 9, "l"), ("P10", 10, "r"), ("P50", 10, "r"), ("P90", 10, "r")], [list(cell) for cell in cells], style)
    return style.finish(lines)


def quantity_rows(quantities: Mapping[str, Quantity]) -> list[dict[str, Any]]:
    """Every quantity of the model, then every input, as plain data."""
    rows = [
        {"name": q.name, "kind": "input" if q.is_input else "quantity", "unit": q.unit, "axes": list(q.axes), "says": q.says}
        for _, q in sorted(quantities.items())
    ]
    return sorted(rows, key=lambda row: row["kind"] == "input")


def render_quantities(rows: Sequence[Mapping[str, Any]], style: Style) -> str:
    """Quantities and inputs by name, each with unit, axes and what it is."""
    lines: list[str] = []
    for title, kind in (("Quantities", "quantity"), ("Inputs", "input")):
        lines.append(style.bold(title))
        for row in (row for row in rows if row["kind"] == kind):
            axes = ", ".join(axis for axis in row["axes"] if axis != "draw")
            unit = "" if row["unit"] == "1" else f"{row['unit']} "
            lines.append(f"{row['name']}  {style.soft(f'{unit}({axes})' if axes else unit.strip())}".rstrip())
            lines += textwrap.wrap(str(row["says"]), style.width, initial_indent="    ", subsequent_indent="    ")
        lines.append("")
    return style.finish([*lines, "Why one is what it is: stargauge explain 'NAME[LABEL, ...]' --date DATE"])
