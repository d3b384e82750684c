"""Explanations as plain text in 80 columns: a number, its formula, what it is made of, what moves it, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stargauge.report.locale import language, say
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.why.lineage import formulas, kind_text, others, own_note, rests_text, share, shares_text, strongest
from stargauge.report.wording import (
    bare,
    counted,
    day_text,
    fact_status_text,
    finding,
    percent,
    range_text,
    stated_text,
    text_of,
    unit_text,
    value_text,
)

#: Statements told of one input, and parts of one sum; the others are counted.
MOST_SAID, MOST_PARTS = 3, 16


def render_explain(node: Mapping[str, Any], style: Style = PLAIN, sources: bool = False, depth: int = 6) -> str:
    """An explanation: the number, its formula, and below it what it is made of, down to statements and assumptions.

    `sources`: with the titles and links of what was said. A node may bring its sources by id.
    """
    told = Told(node.get("sources") or {}, sources, node.get("captures") or {})
    lines = [*map(style.bold, wrapped(_answer_line(node), style.width))]
    says = finding(text_of(node.get("sentence") or node.get("says")))
    address = " · ".join(str(part) for part in (node.get("address"), node.get("unit")) if part and part != "1")
    lines += [style.soft(line) for line in wrapped(f"{address}: {says}" if says else address, style.width, "  ", "  ")]
    for line in formulas(node):
        lines += labelled("=", line, style, indent=2, label_width=2)
    lines += _parts(node, style)
    lines += branches(node, style, "  ", told, depth)
    lines += moved_lines(node, style, told)
    rests = rests_text(node)
    lines += ["", *wrapped(rests, style.width)] if rests else []
    if node.get("leaves_out"):
        lines += labelled(say("leaves out"), text_of(node["leaves_out"]), style, indent=2, label_width=11)
    return style.finish([*lines, "", *wrapped(_kinds(), style.width)])


@dataclass(frozen=True)
class Told:
    """What is shown of a statement's source: its publisher, where asked for its title and link, and what is held of its captures."""

    sources: Mapping[str, Mapping[str, Any]]
    links: bool = False
    captures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def _kinds() -> str:
    return say(
        "stated: a source says it; default: from the catalogue; assumption: no source says it; chance: drawn, its width from other inputs; "
        "given: how the file is built; derived: computed. "
        "Deeper: --depth N. Titles and links: --sources. Change an input: --set NAME=VALUE"
    )


def _answer_line(node: Mapping[str, Any]) -> str:
    """`Facility power that runs at Abilene is 0.74 GW at the end of Dec 2026 (P10 0.59, P90 1.03).`"""
    subject = str(node.get("subject") or "")
    when = f" {say('at the end of {month}', month=day_text(str(node['date'])[:7]))}" if node.get("date") else ""
    if node.get("p50") is None:
        value = text_of(node.get("value")) or _rows(node) or _cells_text(node) or _absent(node)
        return f"{subject or node.get('address')}{when}: {value}."
    spread = f" (P10 {bare(node, 'p10')}, P90 {bare(node, 'p90')}{_mean(node)})" if _varies(node) else ""
    told = f"{value_text(node)}{when}{spread}."
    if not subject or language() != "en":
        return f"{subject}: {told}" if subject else told
    return f"{subject} {'are' if node.get('plural') else 'is'} {told}"


def _parts(node: Mapping[str, Any], style: Style) -> list[str]:
    """The parts of a sum with their values, and the sum: means add up, medians do not."""
    parts = node.get("parts") or []
    if not parts:
        return []
    scaled = {"unit": node.get("unit"), "scale": max(abs(node.get("mean") or 0.0), abs(node.get("p90") or 0.0))}
    parted = {"site": say("by site"), "party": say("by party"), "commitment": say("by commitment"), "phase": say("by phase")}
    title = f"{parted.get(node['parted'], node['parted'])}, {unit_text(scaled, 'scale')}"
    columns = [(title, 34, "l"), *((name, 9, "r") for name in ("P10", "P50", "P90", say("mean")))]
    rows = [(part["label"], *_numbers({**part, **scaled})) for part in parts[:MOST_PARTS]]
    left = len(parts) - len(rows)
    more = [f"{counted(left, 'more part')}: --json"] if left else []
    total = table(columns, [(say("in all"), *_numbers({**node, **scaled}))], style, fit=False)[1:]
    return ["", *table(columns, rows, style), *more, *total, style.soft(say("Means add up; medians do not.")), ""]


def _numbers(row: Mapping[str, Any]) -> list[str]:
    return [bare(row, key, "scale") for key in ("p10", "p50", "p90", "mean")]


def _absent(node: Mapping[str, Any]) -> str:
    nobody = node.get("kind") == "input"
    return say("absent: nobody said") if nobody else say("absent: it does not apply, or what it rests on is absent")


def _varies(node: Mapping[str, Any]) -> bool:
    return bool(range_text(node)) and node.get("p10") != node.get("p90")


def _mean(node: Mapping[str, Any]) -> str:
    """The mean over worlds where many have the same value, so that the median says little."""
    heaped = node.get("mean") is not None and node["p50"] in (node["p10"], node["p90"])
    return f", {say('mean')} {bare(node, 'mean')}" if heaped else ""


def moved_lines(node: Mapping[str, Any], style: Style, told: Told) -> list[str]:
    """The inputs that move the number most, with where they come from, and how many others there are."""
    moved = strongest(node)
    lines = ["", *(style.bold(line) for line in wrapped(f"{_moves(node)}: {shares_text()}", style.width))] if moved else []
    for need in moved:
        need = {**need, "note": own_note(need)}
        lines += wrapped(_need(need), style.width, "  ", "    ")
        parts = (need, *(need.get("needs") or []))
        for text in list(dict.fromkeys(text for part in parts for text in _also(part, told)))[:MOST_SAID]:
            lines += wrapped(text, style.width, "      ", "        ")
        said = list(dict.fromkeys(_statement(one, told) for part in parts for one in part.get("statements") or []))
        for text in said[:MOST_SAID]:
            lines += wrapped(text, style.width, "      ", "        ")
        lines += [f"      {text}" for text in _more_said(said)]
    rest = others(node, [*moved, node])
    if rest:
        lines += labelled(
            say("less"),
            f"{counted(len(rest), 'more input')}: {', '.join(rest[:12])}{' …' if len(rest) > 12 else ''}",
            style,
            indent=2,
            label_width=6,
        )
    return lines


def _moves(node: Mapping[str, Any]) -> str:
    compared = node.get("compared") or {}
    if compared.get("reads", "on") == "on":
        return say("What moves it")
    return say("What moves whether it holds") if compared["of"] == "truth" else say("What moves what is compared")


def branches(node: Mapping[str, Any], style: Style, start: str, told: Told, depth: int) -> list[str]:
    """What a node needs, to a depth, and who says it, as a tree."""
    said = [_statement(one, told) for one in node.get("statements") or []]
    children: list[Any] = [*(node.get("needs") or []), *_also(node, told), *said[:MOST_SAID], *_more_said(said)]
    lines: list[str] = []
    for index, child in enumerate(children if depth else []):
        last = index == len(children) - 1
        label = child if isinstance(child, str) else _need(child)
        parts = wrapped(label, style.width - len(start) - 2, "", "  ") or [""]
        lines.append(f"{start}{'└' if last else '├'} {parts[0]}")
        lines += [f"{start}{' ' if last else '│'} {part}" for part in parts[1:]]
        if not isinstance(child, str):
            lines += branches(child, style, start + ("  " if last else "│ "), told, depth - 1)
    return lines


def _more_said(said: list[str]) -> list[str]:
    return [counted(len(said) - MOST_SAID, "more statement")] if len(said) > MOST_SAID else []


def _also(node: Mapping[str, Any], told: Told) -> list[str]:
    """What else is to be known of an input: what changed it and what it was before, the options of a choice."""
    out = []
    if changed := node.get("changed"):
        before = changed["from"]
        why = f": {changed['reason']}" if changed.get("reason") else ""
        out.append(f"{say('changed by {name}', name=changed['by'])}{why}")
        if before is None:
            out.append(say("there was no such value before"))
        else:
            was = value_text({**before, "unit": node.get("unit")}) if before.get("p50") is not None else before.get("value")
            said = "; ".join(_statement(one, told) for one in before["statements"][:1])
            out.append(f"{say('in the place of {value}', value=was or say('nothing: nobody said'))}{f' ({said})' if said else ''}")
    for option in node.get("choices") or []:
        worth = value_text({**option, "unit": node.get("unit")}) if option.get("p50") is not None else text_of(option.get("value")) or "–"
        said = "; ".join(_statement(one, told) for one in option["statements"][:1])
        out.append(f"{share(option['weight'])} {option['name']}: {worth}{f'  {said}' if said else ''}")
    return out


def _need(node: Mapping[str, Any]) -> str:
    """One input of a formula: its share of the spread, its value and range, what kind of value it is, what to know about it."""
    part = f"{percent(node['share'])}  " if node.get("share") is not None else ""
    value = value_text(node) if node.get("p50") is not None else text_of(node.get("value")) or _rows(node) or _cells_text(node)
    span = f" ({range_text(node, '..')})" if range_text(node) and node.get("p10") != node.get("p90") else ""
    hindsight = say("hindsight-calibrated to {day}", day=day_text(node["hindsight"])) if node.get("hindsight") else ""
    parts = (f"{part}{node.get('label') or node.get('address')}", f"{value}{span}", _kind(node), text_of(node.get("note")), hindsight)
    return "  ".join(part for part in parts if part)


def _kind(node: Mapping[str, Any]) -> str:
    """Stated, default, assumption or derived; of an input with several cells, each that occurs."""
    return say("derived") if node.get("kind") == "derived" else kind_text(node)


def _cells_text(node: Mapping[str, Any], most: int = 2) -> str:
    """The values of an input's cells where it has a few, else their number."""
    cells = [cell for cell in node.get("needs") or [] if cell.get("p50") is not None] if node.get("kind") != "derived" else []
    if len(cells) > most:
        return counted(len(cells), "value")
    return "; ".join(f"{cell.get('label')} {value_text(cell)}".strip() for cell in cells)


def _rows(node: Mapping[str, Any], most: int = 6) -> str:
    """The values of a quantity that cannot be summed, one per label, or of its times those that tell most; the rest counted."""
    rows = node.get("rows") or []
    shown = [_row({**row, "unit": node.get("unit")}) for row in rows[:most]]
    left = len(rows) - len(shown) + int(node.get("more") or 0)
    return "; ".join([*shown, say("{number} more", number=left)] if left else shown)


def _row(row: Mapping[str, Any]) -> str:
    """`abilene 0.74 GW`, or along the life of an asset `lowest in Mar 2031 1.56 (1.06..2.2)`."""
    if not row.get("time"):
        return f"{row['label']} {value_text(row)}"
    span = day_text(row["time"])
    which = {"lowest": say("lowest in {month}", month=span), "highest": say("highest in {month}", month=span)}
    time = which.get(str(row["which"]), f"{row['which']} {span}").strip()
    around = f" ({range_text(row, '..')})" if range_text(row) and row["p10"] != row["p90"] else ""
    return f"{row['label']} {time}: {value_text(row)}{around}".strip()


def place_text(statement: Mapping[str, Any]) -> str:
    """`stargate/sites.yaml:214`; nothing where no file holds it."""
    file, line = statement.get("file"), statement.get("line")
    return "" if not file else f"{file}:{line}" if line else str(file)


def _statement(statement: Mapping[str, Any], told: Told) -> str:
    """A statement: value, the time it speaks for, status, publisher, when published, grade."""
    source = told.sources.get(str(statement.get("source") or "")) or {}
    where = text_of(source.get("publisher") or statement.get("publisher") or statement.get("source")) or say("no source")
    spoken = statement.get("as_of")
    parts = [
        stated_text(statement),
        say("as of {day}", day=day_text(spoken)) if spoken not in (None, "", statement.get("published")) else "",
        fact_status_text(statement.get("status")) if statement.get("source") else "",
        where,
        day_text(statement.get("published")),
        str(statement.get("grade") or ""),
        text_of((told.captures.get(str(statement.get("capture") or "")) or {}).get("text")),
    ]
    if told.links:
        url = source.get("url") or statement.get("url")
        parts += [f"“{source['title']}”" if source.get("title") else "", str(url) if url else "", place_text(statement)]
    return "  ".join(part for part in parts if part)
