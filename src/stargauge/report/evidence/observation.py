"""What was watched, as plain text: a round, the history of a target, who shared what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.evidence.evidence import harmless
from stargauge.report.terminal import PLAIN, Style, table, wrapped
from stargauge.report.wording import counted

_ENTRIES = {
    "en": (("time (UTC)", 16, "l"), ("entry", 7, "r"), ("what", 53, "w")),
    "de": (("Zeit (UTC)", 16, "l"), ("Eintrag", 7, "r"), ("was", 53, "w")),
}
_LEFT_OUT = {"en": "not checked this time", "de": "diesmal nicht geprüft"}
_NOTE = {"en": "note", "de": "Hinweis"}
_DAYS = (
    ("day", 10, "l"), ("posts", 6, "r"), ("accounts", 8, "r"), ("original", 8, "r"), ("shares", 6, "r"), ("quotes", 6, "r"),
    ("replies", 7, "r"), ("examples", 14, "w"),
)  # fmt: skip
_SHARED = (("posts", 6, "r"), ("accounts", 8, "r"), ("what", 38, "w"), ("about", 20, "w"))
_WHOM = (("posts", 6, "r"), ("who", 20, "w"), ("what", 28, "w"), ("whom", 20, "w"))
_MOST_ROWS = 20
_BEFORE = {"en": "before", "de": "vorher"}


def render_round(data: Mapping[str, Any], style: Style = PLAIN, language: str = "en") -> str:
    """A round: each target with its state and the evidence in a line."""
    lines: list[str] = []
    for one in data["targets"]:
        before = one["label_before"][language] if one["changed"] and one["before"] != "not_checked" else ""
        was = f" ({_BEFORE[language]}: {before})" if before else ""
        lines += [style.bold(f"{one['label'][language]}{was}"), *wrapped(harmless(one["target"]), style.width, "  ", "  ")]
        lines += wrapped(harmless(one["line"][language]), style.width, "  ", "  ")
    for one in data["left_out"]:
        lines += [style.bold(_LEFT_OUT[language]), *wrapped(harmless(one["target"]), style.width, "  ", "  ")]
        lines += wrapped(harmless(one["reason"]), style.width, "  ", "  ")
    return style.finish(lines)


def render_history(data: Mapping[str, Any], style: Style = PLAIN, language: str = "en") -> str:
    """A target: what may be said of it, then every entry."""
    lines = [style.bold(data["label"][language]), *wrapped(harmless(data["target"]), style.width), ""]
    lines += [*wrapped(harmless(data["line"][language]), style.width), "", *wrapped(harmless(data["text"][language]), style.width), ""]
    rows = [(one["time"][:16].replace("T", " "), one["id"], harmless(one["what"][language])) for one in data["entries"]]
    lines += table(_ENTRIES[language], rows, style)
    for fault in data["faults"]:
        lines += wrapped(f"{_NOTE[language]}: {harmless(fault)}", style.width)
    return style.finish(lines)


def render_amplification(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """A timeline: by day, what was shared most, by whom about whom, what was not captured, and the rules."""
    lines = [style.bold(f"{counted(data['posts'], 'captured post')} of {counted(data['accounts'], 'account')}")]
    lines += [f"asked: {name} {harmless(value)}" for name, value in data["asked"].items() if value]
    if data["days"]:
        rows = [
            (
                one["day"], *(f"{one[name]:,}" for name in ("posts", "accounts", "originals", "shares", "quotes", "replies")),
                " ".join(one["examples"]),
            )
            for one in data["days"]
        ]  # fmt: skip
        lines += ["", *table(_DAYS, rows, style)]
    if data["without_time"]:
        lines += wrapped(f"{counted(data['without_time'], 'post')} without a time: in no day.", style.width)
    shared = [
        (f"{one['posts']:,}", f"{one['accounts']:,}", _thing(one), ", ".join(map(harmless, one["about"]))) for one in data["shared"]
    ]  # fmt: skip
    lines += _part("what was shared", _SHARED, shared, style)
    pairs = [(f"{one['posts']:,}", harmless(one["who"]), _thing(one), harmless(one["whom"])) for one in data["who_what_whom"]]
    lines += _part("by whom, about whom", _WHOM, pairs, style)
    if data["same_text"]:
        lines += ["", style.bold("the same text")]
        for one in data["same_text"][:_MOST_ROWS]:
            lines.append(f"{counted(one['posts'], 'post')} of {counted(one['accounts'], 'account')}: {' '.join(one['examples'])}")
    lines += ["", style.bold("what was not captured"), *wrapped(_not_captured(data["not_captured"]), style.width)]
    lines += [f"cannot be read: {harmless(one)}" for one in data["not_captured"]["unreadable"]]
    lines += ["", style.bold("how it was counted")]
    for rule in data["rules"]:
        lines += wrapped(rule, style.width, "- ", "  ")
    return style.finish(lines)


def _part(title: str, columns: Any, rows: Sequence[Sequence[str]], style: Style) -> list[str]:
    if not rows:
        return []
    more = [f"and {counted(len(rows[_MOST_ROWS:]), 'more row')}: --json"] if len(rows) > _MOST_ROWS else []
    return ["", style.bold(title), *table(columns, rows[:_MOST_ROWS], style), *more]


def _thing(one: Mapping[str, Any]) -> str:
    kind = {"item": "post ", "words_of": "words of "}.get(one["kind"], "")
    by = f" by {harmless(one['by'])}" if one["kind"] == "item" and one.get("by") else ""
    return f"{kind}{harmless(one['what'])}{by}"


def _not_captured(one: Mapping[str, Any]) -> str:
    gaps = "; ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in one["gaps"].items()) or "none named"
    return (
        f"{counted(one['captures'], 'capture')}: {one['partial']:,} known to be partial, of {one['completeness_unknown']:,} unknown. "
        f"Platforms showed {one['shown_by_platforms']:,} posts, {one['captured_of_these']:,} of these were captured. Gaps: {gaps}. "
        f"{one['answered_but_not_captured']:,} posts that others answer and {one['shared_but_not_captured']:,} that others share were not "
        f"captured, {one['tombstones']:,} stood there as not available. The counts are of what was captured, not of what happened."
    )
