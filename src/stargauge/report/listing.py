"""Longer listings for the terminal: every reading of every claim, a run by year, every quantity with what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.quantity.quantity import Quantity
from stargauge.report.locale import language, say
from stargauge.report.terminal import PLAIN, Style, formal, honest, known_text, labelled, table, title_of, wrapped
from stargauge.report.wording import counted, day_text, finding, input_text, iso_day, noted, percent, stated_text


def render_audit(answer: Mapping[str, Any], style: Style) -> str:
    """Every claim with its readings: the sentence, the answer, odds then and now, what moves it, the record."""
    count = len(answer["claims"])
    claims = counted(count, "claim") if count else say("no claims")
    lines = [style.bold(f"{answer['programme']['name']}: {claims}, {known_text(answer)}")]
    captures = answer.get("captures") or {}
    for claim in answer["claims"]:
        lines += ["", *wrapped(f"{style.mark(claim['status'])} {claim['id']}: {claim['says']}", style.width)]
        lines += labelled(say("said"), f"{claim['speaker']}, {day_text(claim['said'])}", style)
        if claim.get("ours"):
            lines += labelled(say("ours"), "; ".join(claim["ours"]), style)
        if held := captures.get(claim.get("capture")):
            lines += labelled(say("capture"), str(held["text"]), style)
        for reading in claim["readings"]:
            lines += _reading(reading, style)
    lines += ["", *wrapped(honest(), style.width)] if count else []
    return style.finish(lines)


def _reading(reading: Mapping[str, Any], style: Style) -> list[str]:
    lines = labelled(say("read"), f"{title_of(reading)}: {reading['sentence']}", style)
    lines += labelled("", formal(reading), style)
    lines += labelled(say("answer"), str(reading["answer"]), style)
    if short := (reading.get("margin") or {}).get("off_by"):
        middle = f" {say('in the middle draw')}" if reading.get("probability") is not None else ""
        lines += labelled(say("off by"), f"{short}{middle}", style)
    then = reading.get("then")
    if then:
        lines += labelled(say("then"), f"{day_text(then['as_of'])}: {then['text']}", style)
    for driver in reading.get("drivers") or ():
        lines += labelled(say("moved by"), _driver(driver), style, label_width=len(say("moved by")) + 1)
    for row in (reading.get("record") or ())[:3]:
        lines += labelled(say("record"), " ".join(str(row.get(key) or "") for key in ("text", "publisher", "grade")).strip(), style)
    return lines


def _driver(driver: Mapping[str, Any]) -> str:
    text = say("{input}, at least {share} of the spread", input=input_text(driver), share=percent(driver["share"]))
    told = [f"{percent(one['odds'])} {one['name']}" for one in driver.get("options") or () if one["odds"] is not None]
    if told:
        return f"{text}; {say('odds')} {', '.join(told)}"
    if driver.get("odds_p10") is None:
        return text
    ends = {"low": percent(driver["odds_p10"]), "high": percent(driver["odds_p90"])}
    return f"{text}; {say('odds {low} where it is low, {high} where it is high', **ends)}"


def render_simulation(run: Mapping[str, Any], style: Style) -> str:
    """Each address with its P10, P50 and P90 at year ends."""
    made = (say("seed {number}", number=run["seed"]), say("fingerprint {hash}", hash=str(run["fingerprint"])[:12]))
    lines = [", ".join((counted(run["draws"], "draw"), *made))]
    for row in run["rows"]:
        lines += ["", style.bold(f"{row['address']}{', ' + row['unit'] if row['unit'] else ''}")]
        lines += wrapped(finding(row["says"]), style.width)
        if row["absent"]:
            lines += wrapped(say("A lower bound: absent for {names}.", names=", ".join(row["absent"])), style.width)
        cells = zip(row["dates"], row["p10"], row["p50"], row["p90"], strict=True)
        wide = (10, 14) if language() == "de" else (9, 12)
        columns = [(say("month"), wide[0], "l"), *((title, wide[1], "r") for title in ("P10", "P50", "P90"))]
        timed = any(row["dates"])
        rows = [[iso_day(month), *values] if timed else values for month, *values in cells]
        lines += table(columns if timed else columns[1:], rows, style)
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
    for title, kind in ((say("Quantities"), "quantity"), (say("Inputs"), "input")):
        lines.append(style.bold(title))
        for row in (row for row in rows if row["kind"] == kind):
            axes = ", ".join(axis for axis in row["axes"] if axis != "draw")
            unit = "" if row["unit"] == "1" else f"{row['unit']} "
            lines.append(f"{row['name']}  {style.soft(f'{unit}({axes})' if axes else unit.strip())}".rstrip())
            lines += wrapped(finding(str(row["says"])), style.width, "    ", "    ")
        lines.append("")
    return style.finish([*lines, say("Why one is what it is: {command}", command="stargauge explain 'NAME[LABEL, ...]' --date DATE")])


def render_catalogue(rows: Sequence[Mapping[str, Any]], style: Style = PLAIN) -> str:
    """Catalogue rows as a table: what, value, when it was published, how good the source is."""
    made = []
    for row in rows:
        value = stated_text(row) if not isinstance(row.get("value"), str) else noted(f"{row['value']} {row.get('unit') or ''}".strip())
        made.append((str(row["name"]), str(row.get("attribute") or ""), value, _published(row), str(row.get("grade") or "")))
    names = len({name for name, *_ in made})
    lines = [style.bold(made[0][0])] if names == 1 else []
    wide = [max((len(row[place]) for row in made), default=4) for place in range(4)]
    dated = min(wide[3], 12) or len(say("published", "a column"))
    sizes = [(say("name"), min(wide[0], 24)), (say("attribute"), min(wide[1], 24)), (say("published", "a column"), dated), ("g", 1)]
    sizes = sizes[1:] if names == 1 else sizes
    room = style.width - sum(width + 2 for _, width in sizes)
    sizes.insert(-2, (say("value"), min(wide[2], room)))
    columns = [(title, width, "w") for title, width in sizes]
    lines += table(columns, [row[1:] if names == 1 else row for row in made], style)
    told = say("{rows}; g is the grade of the source. With sources and notes: --json", rows=_rows(len(made)))
    return style.finish([*lines, *wrapped(told, style.width)])


def _rows(number: int) -> str:
    return f"{number} {say('row') if number == 1 else say('rows')}"


def _published(row: Mapping[str, Any]) -> str:
    return day_text(row.get("published")) if language() == "en" else iso_day(str(row.get("published") or ""))


def render_names(title: str, names: Mapping[str, Sequence[str]], style: Style = PLAIN) -> str:
    """What there is, by kind: each kind with its names, wrapped."""
    width = max((len(kind) for kind in names), default=0) + 2
    lines = [style.bold(title)]
    for kind, members in names.items():
        lines += labelled(kind, ", ".join(members), style, indent=0, label_width=width)
    return style.finish(lines)
