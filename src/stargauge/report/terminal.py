"""The answer, explanations and the catalogue as plain text in 80 columns. Colour only where asked for, and never the only sign."""

from __future__ import annotations

import os
import re
import shlex
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from stargauge.report.columns import fitted, stacked
from stargauge.report.locale import language, notation, say, words
from stargauge.report.wording import (
    MARKS,
    PLAIN_MARKS,
    bare,
    counted,
    day_text,
    disputed,
    has_odds,
    percent,
    percent_range,
    shape,
    status_text,
    text_of,
    topic_text,
    unit_text,
    value_text,
)

WIDTH = 80
#: Holds a number and its percent sign together where lines are wrapped.
_GLUE = "\u00a0"
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
        "«": '"',
        "»": '"',
        "×": "x",
    }
)


def short_status(status: str) -> str:
    """A status in a word or two, in the language that is spoken."""
    told = {
        "passed, record silent": say("silent"), "depends on reading": say("depends"), "record too thin": say("too thin"),
        "not shown: no capture": say("not shown"), "not shown: no record": say("not shown"),
    }  # fmt: skip
    return told.get(status) or status_text(status)


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
        text = "\n".join(line.rstrip() for line in lines).replace(_GLUE, " ") + "\n"
        if not self.ascii:
            return text
        text = text.translate(_UMLAUTS) if language() == "de" else text
        return unicodedata.normalize("NFD", text.translate(_PLAIN)).translate(_ACCENTS).encode("ascii", "replace").decode()


def power_basis() -> str:
    """What the gigawatts of a headline are."""
    return say("Power in the headline is facility power, at the meter.")


def honest() -> str:
    """What odds are about."""
    return say("Odds are a statement about the model and its inputs, not about anyone's honesty.")


#: Umlauts in plain characters.
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})

#: So many captures are listed where not all are asked for.
MOST_CAPTURES = 8

#: Accents on letters, left off in plain characters.
_ACCENTS = dict.fromkeys(range(0x300, 0x370))

#: No colour, the marks as they are, 80 columns.
PLAIN = Style()


def style_for(stream: TextIO, ascii: bool = False) -> Style:
    """The style that suits a stream: colour only on a terminal and without NO_COLOR; plain marks where it cannot encode the others."""
    terminal = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
    return Style(colour=terminal, ascii=ascii or not encoding.startswith("utf"))


def cut(text: str, width: int) -> str:
    """Text no longer than `width`, ending in an ellipsis where something is left off."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of a text: a number keeps its percent sign, and a link stays whole."""
    glued = re.sub(r"([<>]) (?=\d)", rf"\1{_GLUE}", text).replace(" %", f"{_GLUE}%")
    broken = "://" not in text
    return textwrap.wrap(glued, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=broken)


def table(columns: Sequence[tuple[str, int, str]], rows: Iterable[Sequence[str]], style: Style = Style(), fit: bool = True) -> list[str]:
    """Lines of a table. A column is (title, width, side): side `l` left, `r` right, `w` left and wrapped, `i` the same indented.

    Widths are those of English; in another language they are fitted to what is written, unless the table is one of several that align.
    """

    def line(cells: Sequence[str]) -> str:
        padded = [(cell.rjust if side == "r" else cell.ljust)(width) for cell, (_, width, side) in zip(cells, columns, strict=True)]
        return "  ".join(padded).rstrip()

    rows = [tuple(row) for row in rows]
    titles = [[title] for title, _, _ in columns]
    if fit and language() != "en":
        columns = fitted(columns, rows, style.width)
        titles = [textwrap.wrap(title, width, break_long_words=False, break_on_hyphens=False) or [""] for title, width, _ in columns]
    out = [style.soft(text) for text in stacked(titles, line)]
    for row in rows:
        out += stacked([_cell(text, width, side) for text, (_, width, side) in zip(row, columns, strict=True)], line)
    return out


def _cell(text: str, width: int, side: str) -> list[str]:
    """The lines of one cell."""
    if side in ("l", "r"):
        return [cut(text, width)]
    start = "   " if side == "i" else text[: len(text) - len(text.lstrip())]
    return textwrap.wrap(text.lstrip(), width, initial_indent=start, subsequent_indent=start) or [""]


def labelled(label: str, text: str, style: Style, indent: int = 3, label_width: int = 8) -> list[str]:
    """A labelled line, wrapped with a hanging indent."""
    start = " " * indent + label.ljust(max(label_width, len(label) + 1 if label else 0))
    lines = wrapped(text, style.width - len(start)) or [""]
    return [(start if index == 0 else " " * len(start)) + part for index, part in enumerate(lines)]


def render_check(answer: Mapping[str, Any], style: Style = Style(), report: str | None = None, every_claim: bool = False) -> str:
    """The answer of `stargauge check`: one sentence, the dispute, said against record and expectation, the claims, where to look next."""
    lines = [*map(style.bold, wrapped(str(answer["headline"]), style.width)), *_run_line(answer, style)]
    parts = (_dispute(answer, style), _glance(answer, style), _lines(answer, style), _claims(answer, style, every_claim))
    for part in (*parts, _captures(answer, style, every_claim)):
        lines += ["", *part] if part else []
    return style.finish([*lines, *_next(answer, style, report)])


def _captures(answer: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    """The captures that the programme cites, each with whether it is still there; the first few where not all are asked for."""
    held = list((answer.get("captures") or {}).values())
    if not held:
        return []
    lines = [style.bold(say("Evidence: {captures} cited", captures=counted(len(held), "capture")))]
    shown = held if every else held[:MOST_CAPTURES]
    for one in shown:
        lines += labelled("", f"{one['cited_by']}: {one['text']}", style, indent=2, label_width=0)
    return [*lines, f"  {more_text(len(held) - len(shown), '--all')}"] if len(held) > len(shown) else lines


def more_text(number: int, command: str) -> str:
    """That there is more, and how to see it."""
    return say("{number} more: {command}", number=words().count(number), command=command)


def known_text(answer: Mapping[str, Any]) -> str:
    """`known on 22 Nov 2026`."""
    return say("known on {day}", day=day_text(answer["as_of"]))


def _run_line(answer: Mapping[str, Any], style: Style) -> list[str]:
    known = known_text(answer)
    if answer.get("newest_evidence"):
        known += f" ({say('newest evidence {day}', day=day_text(answer['newest_evidence']))})"
    parts = [str(answer["programme"]["name"]), known, counted(int(answer["draws"]), "draw").replace(" ", _GLUE)]
    if answer.get("seconds") is not None:
        seconds = f"{float(answer['seconds']):.1f}"
        parts.append(f"{notation().number(seconds)}{_GLUE}s")
    lines = [style.soft(line) for line in wrapped(", ".join(parts), style.width)]
    return [*lines, style.soft(power_basis())]


def _dispute(answer: Mapping[str, Any], style: Style) -> list[str]:
    """Each statement of the dispute with its readings: the answer as it could be given then, the answer now, and the record."""
    entries = disputed(answer)
    if not entries:
        return []
    told = [then for entry in entries for then in (entry.get("then"), *(r.get("then") for r in entry["readings"])) if then]
    day = next((str(then["as_of"]) for then in told if isinstance(then, Mapping) and then.get("as_of")), "")
    span = _span_of(entries)
    asked = (
        say("The dispute of {days}: as it could be answered then, and now", days=span)
        if day
        else say("The dispute of {days}: how it can be answered", days=span)
    )
    lines = [style.bold(asked)]
    first = (f"   {say('read as')}", 14, "i")
    columns = [first, (say("formally"), 30, "w"), (day_text(day), 13 if language() == "de" else 12, "w"), (say("now"), 17, "w")]
    if not day:
        columns = [first, (say("formally"), 40, "w"), (say("now"), 22, "w")]
    told_of = ([_disputed_row(reading, style) for reading in entry["readings"]] or [_told_row(entry, style)] for entry in entries)
    cells = [[row if day else (*row[:2], row[3]) for row in rows] for rows in told_of]
    if language() != "en":
        columns = fitted(columns, [row for rows in cells for row in rows], style.width)
    lines += table(columns, [], style, fit=False)
    for number, (entry, rows) in enumerate(zip(entries, cells, strict=True), 1):
        lines += labelled(f"{number}", f"{entry['speaker']}, {day_text(entry['said'])}: {entry['says']}", style, indent=0, label_width=3)
        lines += table(columns, rows, style, fit=False)[1:]
        held = entry["held"]["text"]
        capture = "" if "no capture" in str((entry["readings"] or [entry.get("now") or {}])[0].get("status")) else entry["capture"]
        record = ". ".join(part.rstrip(".") for part in (held, capture) if part)
        for label, text in ((say("ours"), entry["ours"]), (say("record"), record)):
            lines += labelled(label, text, style, label_width=8) if text else []
    return lines


def _span_of(entries: Sequence[Mapping[str, Any]]) -> str:
    """The days over which the claims of the dispute were made: `21-23 January 2025`."""
    days = sorted(str(entry["said"])[:10] for entry in entries)
    first, last = day_text(days[0]), day_text(days[-1])
    if first == last:
        return first
    same = days[0][:7] == days[-1][:7]
    return f"{first.split()[0]}-{last}" if same else say("{low} to {high}", low=first, high=last)


def _disputed_row(reading: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    then = reading.get("then")
    before = brief(str(then.get("status") or ""), then.get("probability"), None) if isinstance(then, Mapping) else "–"
    status = str(reading.get("status") or "")
    now = brief(status, reading.get("probability"), reading.get("model_range"))
    missing = text_of(reading.get("missing"))
    now += f" ({say('absent: {names}', names=missing)})" if missing and shape(status) == "none" and "(" not in now else ""
    return title_of(reading), formal(reading), before, f"{style.mark(status)} {now}"


def title_of(reading: Mapping[str, Any]) -> str:
    """What a reading is called, in the language of the answer where its file says so."""
    return str(reading.get("title") or reading.get("name") or "")


def formal(reading: Mapping[str, Any]) -> str:
    """A reading as it is written in the claim language; of one that cannot be tested why, in the language that is spoken."""
    expression = str(reading.get("expression") or "")
    told = language() != "en" and expression.startswith("not testable")
    return str(reading.get("answer") or expression) if told else expression


def _told_row(entry: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    now = entry.get("now") or {}
    told = f"{style.mark(str(now.get('status') or text_of(now)))} {text_of(now)}"
    return say("as said"), text_of(entry.get("reading")), text_of(entry.get("then")), told


def brief(status: str, probability: float | None, model_range: Any) -> str:
    """A status in as few words as a column holds, with its odds where there are some."""
    word = "" if status == "open" else short_status(status)
    if (not has_odds(status) and not (status == "" and probability is not None)) or probability is None:
        return word or status_text(status) or "–"
    span = percent_range(model_range, "-")
    return f"{word}{', ' if word else ''}{percent(probability)}{f' ({span})' if span else ''}"


def _glance(answer: Mapping[str, Any], style: Style) -> list[str]:
    rows = answer.get("said_record_expected") or []
    made = [
        (
            topic_text(row["what"]),
            str(row.get("said_short") or row.get("said") or "–"),
            str(row.get("record") or "–"),
            status_text(row["outcome"]) if row.get("outcome") else "–",
            str(row.get("expected_label") or unit_text(row)),
            bare(row, "p10"),
            bare(row, "p50"),
            bare(row, "p90"),
        )
        for row in rows
    ]
    columns = [
        ("", 5, "l"), (say("said"), 18, "w"), (say("record"), 9, "w"), ("", 8, "w"), (say("expect"), 8, "w"),
        *((level, 6, "r") for level in ("P10", "P50", "P90")),
    ]  # fmt: skip
    return table(columns, made, style) if made else []


def _lines(answer: Mapping[str, Any], style: Style) -> list[str]:
    lines = answer.get("lines") or {}
    out: list[str] = []
    labels = {"capacity": say("capacity"), "money": say("money"), "jobs": say("jobs")}
    for name in labels:
        text = text_of(lines.get(name))
        out += labelled(labels[name], text, style, indent=0, label_width=10) if text else []
    return out


def _claims(answer: Mapping[str, Any], style: Style, every_claim: bool, limit: int = 12) -> list[str]:
    claims = sorted(answer.get("claims") or [], key=lambda claim: _ORDER[shape(claim.get("status"))])
    shown = claims if every_claim else claims[:limit]
    if not shown:
        return []
    told_then = any(reading.get("then") for claim in shown for reading in claim.get("readings") or [])
    rows = [row for claim in shown for row in _claim_rows(claim, every_claim)]
    columns = [
        (say("claim"), min(max(len(name) for name, _, _ in rows), 26 if told_then else 34), "w"),
        (say("outcome"), 15 if language() == "de" else 14, "l"),
        (say("odds (range)"), 12, "r"),
        *([(say("then"), 6, "r")] if told_then else []),
    ]
    room = style.width - sum(width + 2 for _, width, _ in columns)
    columns.append((say("off by"), min(room, 16) if language() == "de" else 13, "r"))
    lines = table(columns, [], style, fit=False)
    for name, reading, status in rows:
        lines += _claim_line(name, reading, status, columns, style)
    if len(claims) > len(shown):
        lines.append(f"... {more_text(len(claims) - len(shown), f'{_command(answer)} --all')}")
    return lines


def _claim_rows(claim: Mapping[str, Any], every_claim: bool) -> list[tuple[str, Mapping[str, Any], str]]:
    """A claim as (name, reading, status): one row, or with every reading a row for each below that of the claim."""
    readings = list(claim.get("readings") or [{}])
    status = str(claim.get("status") or readings[0].get("status") or "")
    if not every_claim or len(readings) == 1:
        return [(str(claim["id"]), readings[0], status)]
    return [(str(claim["id"]), {}, ""), *(("  " + title_of(r), r, str(r.get("status") or "")) for r in readings)]


def _claim_line(name: str, reading: Mapping[str, Any], status: str, columns: Sequence[tuple[str, int, str]], style: Style) -> list[str]:
    if not status:
        return [name]
    marked = f"{style.mark(status)} {short_status(status)}"
    if shape(status) == "none" and not has_odds(status):  # nothing to compare: the reason runs over the columns of odds
        missing = reading.get("missing")
        names = ", ".join(map(str, missing)) if isinstance(missing, (list, tuple)) else ""
        reason = say("nothing known of {names}", names=names) if names else text_of(missing)
        return _reasoned(name, f"{marked}: {reason}" if reason else marked, columns, style)
    odds = ""
    if has_odds(status) and reading.get("probability") is not None:
        span = percent_range(reading.get("model_range"), "-")
        odds = percent(reading["probability"]) + (f" ({span})" if span else "")
    then = reading.get("then")
    before = percent(then["probability"]) if isinstance(then, Mapping) and then.get("probability") is not None else ""
    told = (before,) if len(columns) == 5 else ()
    return table(columns, [(name, marked, odds, *told, _off_by(reading))], style, fit=False)[1:]


def _reasoned(name: str, text: str, columns: Sequence[tuple[str, int, str]], style: Style) -> list[str]:
    """A claim's line whose outcome runs over the columns that have nothing to show."""
    width = columns[0][1]
    return table([("", width, "w"), ("", style.width - width - 2, "w")], [(name, text)], style, fit=False)[1:]


def _command(answer: Mapping[str, Any], address: str = "") -> str:
    return command_for(str(answer["programme"].get("asked_as") or "stargate"), address)


def command_for(name: str, address: str = "") -> str:
    """The command that asks for a programme again, or for why a number of it is what it is."""
    parts = ["stargauge", "explain" if address else "check", *([f"'{address}'"] if address else [])]
    if name != "stargate":
        parts += [*(["--programme"] if address else []), shlex.quote(name)]
    return in_language(" ".join(parts))


def in_language(command: str) -> str:
    """A command that answers in the language that is spoken."""
    return f"{command} --language {language()}" if language() != "en" else command


def to_copy(label: str, command: str, style: Style) -> list[str]:
    """A command after its label; too long for a line, it goes on below a backslash, as a shell reads it."""
    first, option, rest = command.partition(" --")
    if len(label) + len(command) <= style.width or not option:
        return [label + command]
    return [f"{label}{first} \\", f"{' ' * len(label)} {option}{rest}"]


def _off_by(reading: Mapping[str, Any]) -> str:
    """How far the middle draw falls short, in the claim's own unit; nothing where it does not."""
    margin = reading.get("margin") or {}
    if margin.get("p50") is None:
        return ""
    if "off_by" in margin:
        return str(margin["off_by"]) or "–"
    text = value_text(margin)
    return text[1:] if text.startswith("−") else "–"


def _next(answer: Mapping[str, Any], style: Style, report: str | None) -> list[str]:
    address = next((row["why"] for row in answer.get("said_record_expected") or [] if row.get("why")), None)
    lines = [""]
    if address:
        lines += to_copy(f"{say('Why?'):<8}", _command(answer, address), style)
    name = str(answer["programme"].get("id") or "stargate")
    lines += to_copy(f"{say('Report'):<8}", report or f"{_command(answer)} --report {name}-report.html", style)
    notes = answer.get("hindsight") or []
    if notes:
        names = ", ".join(f"{note['name']} ({day_text(note['calibrated_to'])})" for note in notes[:3])
        told = say("{names} and {number} more", names=names, number=len(notes) - 3) if len(notes) > 3 else names
        lines += labelled(say("Note"), say("hindsight-calibrated: {names}", names=told), style, indent=0)
    if answer.get("claims"):
        shown = say("Those of an open claim are never shown below 2 or above 98 % unless arithmetic settles it.")
        lines += labelled("", f"{honest()} {shown}", style, indent=0)
    lines += [style.soft(line) for text in answer.get("attribution") or [] for line in wrapped(str(text), style.width)]
    return lines
