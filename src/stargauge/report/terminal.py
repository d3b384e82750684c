"""The answer, explanations and the catalogue as plain text in 80 columns. Colour only where asked for, and never the only sign."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from stargauge.report.lineage import formulas, others, own_note, strongest
from stargauge.report.wording import (
    MARKS,
    PLAIN_MARKS,
    bare,
    day_text,
    disputed,
    has_odds,
    percent,
    percent_range,
    range_text,
    shape,
    stated_text,
    text_of,
    unit_text,
    value_text,
)

WIDTH = 80
_PLAIN = str.maketrans(
    {
        "–": "-",
        "−": "-",
        "·": ".",
        "●": "*",
        "⊘": "x",
        "◐": "/",
        "◌": "o",
        "├": "|",
        "└": "`",
        "│": "|",
        "─": "-",
        "…": "~",
        "≥": ">",
        "≤": "<",
        "“": '"',
        "”": '"',
        "’": "'",
        "‘": "'",
        "×": "x",
        "\u00a0": " ",
    }
)
#: Statuses that are longer than their column.
_SHORT = {
    "passed, record silent": "silent",
    "depends on reading": "depends",
    "record too thin": "too thin",
    "not shown: no capture": "not shown",
    "not shown: no record": "not shown",
}
#: Order in which claims stand in the answer: open ones, then those that the record or arithmetic decided, then the rest.
_ORDER = {"open": 0, "not": 1, "part": 1, "met": 1, "none": 2}


@dataclass(frozen=True)
class Style:
    """How text is dressed: with colour, with plain marks, how wide."""

    colour: bool = False
    ascii: bool = False
    width: int = WIDTH

    def bold(self, text: str) -> str:
        """Text in bold where colour is on."""
        return f"\033[1m{text}\033[0m" if self.colour else text

    def soft(self, text: str) -> str:
        """Text in soft ink where colour is on."""
        return f"\033[2m{text}\033[0m" if self.colour else text

    def mark(self, status: str | None) -> str:
        """The mark of a status."""
        return (PLAIN_MARKS if self.ascii else MARKS)[shape(status)]

    def finish(self, lines: Iterable[str]) -> str:
        """Lines as one text, trailing spaces off, in plain characters where asked for."""
        text = "\n".join(line.rstrip() for line in lines) + "\n"
        return text.translate(_PLAIN).encode("ascii", "replace").decode() if self.ascii else text


def style_for(stream: TextIO, ascii: bool = False) -> Style:
    """The style that suits a stream: colour only on a terminal and without NO_COLOR; plain marks where it cannot encode the others."""
    terminal = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
    return Style(colour=terminal, ascii=ascii or not encoding.startswith("utf"))


def cut(text: str, width: int) -> str:
    """Text no longer than `width`, ending in an ellipsis where something is left off."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def table(columns: Sequence[tuple[str, int, str]], rows: Iterable[Sequence[str]], style: Style = Style()) -> list[str]:
    """Lines of a table. A column is (title, width, side): side `l` left, `r` right, `w` left and wrapped, `i` the same indented."""

    def line(cells: Sequence[str]) -> str:
        padded = [(cell.rjust if side == "r" else cell.ljust)(width) for cell, (_, width, side) in zip(cells, columns, strict=True)]
        return "  ".join(padded).rstrip()

    out = [style.soft(line([title for title, _, _ in columns]))]
    for row in rows:
        cells = [_cell(text, width, side) for text, (_, width, side) in zip(row, columns, strict=True)]
        for index in range(max(len(cell) for cell in cells)):
            out.append(line([cell[index] if index < len(cell) else "" for cell in cells]))
    return out


def _cell(text: str, width: int, side: str) -> list[str]:
    """The lines of one cell."""
    if side in ("l", "r"):
        return [cut(text, width)]
    start = "   " if side == "i" else ""
    return textwrap.wrap(text, width, initial_indent=start, subsequent_indent=start) or [""]


def labelled(label: str, text: str, style: Style, indent: int = 3, label_width: int = 8) -> list[str]:
    """A labelled line, wrapped with a hanging indent."""
    start = " " * indent + label.ljust(label_width)
    lines = textwrap.wrap(text, style.width - len(start), break_on_hyphens=False) or [""]
    return [(start if index == 0 else " " * len(start)) + part for index, part in enumerate(lines)]


def render_check(answer: Mapping[str, Any], style: Style = Style(), report: str | None = None, every_claim: bool = False) -> str:
    """The answer of `stargauge check`: one sentence, the dispute, said against record and expectation, the claims, where to look next."""
    lines = [*map(style.bold, textwrap.wrap(str(answer["headline"]), style.width)), *_run_line(answer, style)]
    for part in (_dispute(answer, style), _glance(answer, style), _lines(answer, style), _claims(answer, style, every_claim)):
        lines += ["", *part] if part else []
    return style.finish([*lines, *_next(answer, style, report)])


def _run_line(answer: Mapping[str, Any], style: Style) -> list[str]:
    known = f"known on {day_text(answer['as_of'])}"
    if answer.get("newest_evidence"):
        known += f" (newest evidence {day_text(answer['newest_evidence'])})"
    parts = [str(answer["programme"]["name"]), known, f"{int(answer['draws']):,} draws"]
    if answer.get("seconds") is not None:
        parts.append(f"{float(answer['seconds']):.1f} s")
    parts = [part.replace(" ", "\u00a0") if part.endswith(" s") else part for part in parts]
    return [style.soft(line.replace("\u00a0", " ")) for line in textwrap.wrap(", ".join(parts), style.width)]


def _dispute(answer: Mapping[str, Any], style: Style) -> list[str]:
    """Each statement of the dispute with its readings: the answer as it could be given then, the answer now, and the record."""
    entries = disputed(answer)
    lines = [style.bold("The dispute of 21-23 January 2025: as it could be answered then, and now")] if entries else []
    columns = [("   read as", 14, "i"), ("formally", 30, "w"), ("23 Jan 2025", 12, "w"), ("now", 18, "w")]
    lines += table(columns, [], style) if entries else []
    for number, entry in enumerate(entries, 1):
        lines += labelled(f"{number}", f"{entry['speaker']}, {day_text(entry['said'])}: {entry['says']}", style, indent=0, label_width=3)
        rows = [_disputed_row(reading, style) for reading in entry["readings"]] or [_told_row(entry, style)]
        lines += table(columns, rows, style)[1:]
        held = entry["held"]["text"]
        capture = "" if "no capture" in " ".join(map(str, rows[0])) else entry["capture"]
        for label, text in (("ours", entry["ours"]), ("record", ". ".join(part.rstrip(".") for part in (held, capture) if part))):
            lines += labelled(label, text, style, label_width=8) if text else []
    return lines


def _disputed_row(reading: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    then = reading.get("then")
    before = brief(str(then.get("status") or ""), then.get("probability"), None) if isinstance(then, Mapping) else "–"
    status = str(reading.get("status") or "")
    now = brief(status, reading.get("probability"), reading.get("model_range"))
    missing = text_of(reading.get("missing"))
    now += f" (absent: {missing})" if missing and shape(status) == "none" and "(" not in now else ""
    return str(reading.get("name") or ""), str(reading.get("expression") or ""), before, f"{style.mark(status)} {now}"


def _told_row(entry: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    now = entry.get("now") or {}
    told = f"{style.mark(str(now.get('status') or text_of(now)))} {text_of(now)}"
    return "as said", text_of(entry.get("reading")), text_of(entry.get("then")), told


def brief(status: str, probability: float | None, model_range: Any) -> str:
    """A status in as few words as a column holds, with its odds where there are some."""
    word = "" if status == "open" else _SHORT.get(status, status)
    if (not has_odds(status) and not (status == "" and probability is not None)) or probability is None:
        return word or status or "–"
    span = percent_range(model_range, "-")
    return f"{word}{', ' if word else ''}{percent(probability)}{f' ({span})' if span else ''}"


def _glance(answer: Mapping[str, Any], style: Style) -> list[str]:
    rows = answer.get("said_record_expected") or []
    made = [
        (
            str(row["what"]),
            str(row.get("said_short") or row.get("said") or "–"),
            str(row.get("record") or "–"),
            str(row.get("outcome") or "–"),
            str(row.get("expected_label") or unit_text(row)),
            bare(row, "p10"),
            bare(row, "p50"),
            bare(row, "p90"),
        )
        for row in rows
    ]
    columns = [
        ("", 5, "l"),
        ("said", 18, "w"),
        ("record", 9, "w"),
        ("", 8, "w"),
        ("expect", 8, "w"),
        ("P10", 6, "r"),
        ("P50", 6, "r"),
        ("P90", 6, "r"),
    ]
    return table(columns, made, style) if made else []


def _lines(answer: Mapping[str, Any], style: Style) -> list[str]:
    lines = answer.get("lines") or {}
    out: list[str] = []
    for name in ("capacity", "money", "jobs"):
        text = text_of(lines.get(name))
        out += labelled(name, text, style, indent=0, label_width=10) if text else []
    return out


def _claims(answer: Mapping[str, Any], style: Style, every_claim: bool, limit: int = 12) -> list[str]:
    claims = sorted(answer.get("claims") or [], key=lambda claim: _ORDER[shape(claim.get("status"))])
    shown = claims if every_claim else claims[:limit]
    if not shown:
        return []
    columns = [
        ("claim", 20, "l"),
        *([("reading", 13, "l")] if every_claim else []),
        ("outcome", 11 if every_claim else 14, "l"),
        ("odds (range)", 12, "r"),
        ("then", 6, "r"),
        ("off by", 8 if every_claim else 10, "r"),
    ]
    lines = table(columns, [], style)
    for claim in shown:
        readings = list(claim.get("readings") or [{}])
        for index, reading in enumerate(readings if every_claim else readings[:1]):
            names = [str(claim["id"]) if index == 0 else "", *([str(reading.get("name") or "")] if every_claim else [])]
            status = str((reading.get("status") if every_claim else None) or claim.get("status") or reading.get("status") or "")
            lines += _claim_line(names, reading, status, columns, style)
    if len(claims) > len(shown):
        lines.append(f"... {len(claims) - len(shown)} more: stargauge check --all")
    return lines


def _claim_line(
    names: Sequence[str], reading: Mapping[str, Any], status: str, columns: Sequence[tuple[str, int, str]], style: Style
) -> list[str]:
    marked = f"{style.mark(status)} {_SHORT.get(status, status)}"
    if shape(status) == "none" and not has_odds(status):  # nothing to compare: the reason runs over the columns of odds
        reason = text_of(reading.get("missing"))
        start = "  ".join(cut(name, width).ljust(width) for name, (_, width, _) in zip(names, columns, strict=False))
        return [cut(f"{start}  {marked}{': ' + reason if reason else ''}", style.width)]
    odds = ""
    if has_odds(status) and reading.get("probability") is not None:
        span = percent_range(reading.get("model_range"), "-")
        odds = percent(reading["probability"]) + (f" ({span})" if span else "")
    then = reading.get("then")
    before = percent(then["probability"]) if isinstance(then, Mapping) and then.get("probability") is not None else ""
    return table(columns, [(*names, marked, odds, before, _off_by(reading))], style)[1:]


def _off_by(reading: Mapping[str, Any]) -> str:
    """How far the middle draw falls short, in the claim's own unit; nothing where it does not."""
    margin = reading.get("margin") or {}
    if margin.get("p50") is None:
        return ""
    text = value_text(margin).replace(" USD", "").replace(" jobs", "")
    return text[1:] if text.startswith("−") else "–"


def _next(answer: Mapping[str, Any], style: Style, report: str | None) -> list[str]:
    address = next((row["why"] for row in answer.get("said_record_expected") or [] if row.get("why")), None)
    lines = [""]
    if address:
        lines.append(f"Why?    stargauge explain '{address}'")
    lines.append(f"Report  {report or 'stargauge check --report stargate-report.html'}")
    notes = answer.get("hindsight") or []
    if notes:
        names = ", ".join(f"{note['name']} ({day_text(note['calibrated_to'])})" for note in notes[:3])
        more = f" and {len(notes) - 3} more" if len(notes) > 3 else ""
        lines += labelled("Note", f"hindsight-calibrated: {names}{more}", style, indent=0)
    if answer.get("claims"):
        lines += labelled("", "Odds are a statement about the model and its inputs, not about anyone's honesty.", style, indent=0)
    lines += [style.soft(line) for text in answer.get("attribution") or [] for line in textwrap.wrap(str(text), style.width)]
    return lines


def render_explain(node: Mapping[str, Any], style: Style = Style(), sources: bool = False, depth: int = 6) -> str:
    """An explanation: the number, its formula, and below it what it is made of, down to statements and assumptions."""
    head = value_text(node) if node.get("p50") is not None else text_of(node.get("value")) or _rows(node)
    if range_text(node):
        head += f" (P10 {bare(node, 'p10')}, P90 {bare(node, 'p90')})"
    lines = [*map(style.bold, textwrap.wrap(f"{head}: {text_of(node.get('sentence') or node.get('says'))}", style.width))]
    lines.append(
        style.soft("  " + " · ".join(str(part) for part in (node.get("address"), node.get("unit"), day_text(node.get("date"))) if part))
    )
    for line in formulas(node):
        lines += labelled("=", line, style, indent=2, label_width=2)
    lines += _branches(node, style, "  ", sources, depth)
    lines += _moved(node, style, sources)
    if node.get("leaves_out"):
        lines += labelled("leaves out", text_of(node["leaves_out"]), style, indent=2, label_width=11)
    return style.finish(lines)


def _moved(node: Mapping[str, Any], style: Style, sources: bool) -> list[str]:
    """The inputs that move the number most, with where they come from, and how many others there are."""
    moved = strongest(node)
    lines = ["", style.bold("What moves it (share of the spread), and where that comes from")] if moved else []
    for need in moved:
        need = {**need, "note": own_note(need)}
        lines += textwrap.wrap(_need(need), style.width, initial_indent="  ", subsequent_indent="    ")
        told = [_statement(one, sources) for part in (need, *(need.get("needs") or [])) for one in part.get("statements") or []]
        for text in list(dict.fromkeys(told))[:3]:
            lines += textwrap.wrap(text, style.width, initial_indent="      ", subsequent_indent="        ")
        lines += [f"      {len(set(told)) - 3} more statements"] if len(set(told)) > 3 else []
    rest = others(node, moved)
    if rest:
        lines += labelled(
            "less", f"{len(rest)} more inputs: {', '.join(rest[:12])}{' …' if len(rest) > 12 else ''}", style, indent=2, label_width=6
        )
    return [*lines, "Deeper: --depth N. With links: --sources. Change one: --set NAME=VALUE"] if moved or rest else []


def _branches(node: Mapping[str, Any], style: Style, start: str, sources: bool, depth: int) -> list[str]:
    children = [*(node.get("needs") or []), *(node.get("statements") or [])]
    lines: list[str] = []
    for index, child in enumerate(children if depth else []):
        last = index == len(children) - 1
        label = _need(child) if "published" not in child and "path" not in child else _statement(child, sources)
        room = style.width - len(start) - 2
        wrapped = textwrap.wrap(label, room, subsequent_indent="  ") or [""]
        lines.append(f"{start}{'└' if last else '├'} {wrapped[0]}")
        lines += [f"{start}{' ' if last else '│'} {part}" for part in wrapped[1:]]
        lines += _branches(child, style, start + ("  " if last else "│ "), sources, depth - 1)
    return lines


def _need(node: Mapping[str, Any]) -> str:
    share = f"{percent(node['share'])}  " if node.get("share") is not None else ""
    value = value_text(node) if node.get("p50") is not None else text_of(node.get("value")) or _rows(node)
    span = f" ({range_text(node, '..')})" if range_text(node) and node.get("p10") != node.get("p90") else ""
    kind = f"  {node['kind']}" if node.get("kind") else ""
    note = f"  {text_of(node['note'])}" if node.get("note") else ""
    if node.get("hindsight"):
        note += f"  hindsight-calibrated to {day_text(node['hindsight'])}"
    return f"{share}{node.get('label') or node.get('address')}  {value}{span}{kind}{note}"


def _rows(node: Mapping[str, Any], most: int = 6) -> str:
    """The values of a quantity that cannot be summed: one per label, the rest counted."""
    rows = node.get("rows") or []
    shown = [f"{row['label']} {value_text({**row, 'unit': node.get('unit')})}" for row in rows[:most]]
    return "; ".join([*shown, f"{len(rows) - most} more"] if len(rows) > most else shown)


def _statement(statement: Mapping[str, Any], sources: bool) -> str:
    where = text_of(statement.get("publisher") or statement.get("source")) or "assumption"
    parts = [
        stated_text(statement),
        str(statement.get("status") or ""),
        where,
        day_text(statement.get("published")),
        str(statement.get("grade") or ""),
    ]
    if statement.get("as_of"):
        parts.insert(1, f"as of {day_text(statement['as_of'])}")
    if sources and statement.get("url"):
        parts.append(str(statement["url"]))
    return "  ".join(part for part in parts if part)


def render_catalogue(rows: Sequence[Mapping[str, Any]], style: Style = Style()) -> str:
    """Catalogue rows as a table: what, value, when it was published, by whom, how good the source is."""
    columns = [("name", 20, "l"), ("attribute", 20, "l"), ("value", 16, "r"), ("published", 11, "l"), ("g", 1, "l")]
    made = []
    for row in rows:
        value = stated_text(row) if not isinstance(row.get("value"), str) else f"{row['value']} {row.get('unit') or ''}".strip()
        made.append((str(row["name"]), str(row.get("attribute") or ""), value, day_text(row.get("published")), str(row.get("grade") or "")))
    return style.finish([*table(columns, made, style), f"{len(made)} rows. With sources: --json"])


def render_names(title: str, names: Mapping[str, Sequence[str]], style: Style = Style()) -> str:
    """What there is, by kind: each kind with its names, wrapped."""
    width = max((len(kind) for kind in names), default=0) + 2
    lines = [style.bold(title)]
    for kind, members in names.items():
        lines += labelled(kind, ", ".join(members), style, indent=0, label_width=width)
    return style.finish(lines)
