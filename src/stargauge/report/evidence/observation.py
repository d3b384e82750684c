"""What was watched, as plain text: a round, the history of a target, who shared what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.evidence.evidence import harmless
from stargauge.report.locale import language as language_now
from stargauge.report.locale import say, written
from stargauge.report.terminal import PLAIN, Style, table, wrapped
from stargauge.report.wording import counted, iso_day

_ENTRIES = {
    "en": (("time (UTC)", 16, "l"), ("entry", 7, "r"), ("what", 53, "w")),
    "de": (("Zeit (UTC)", 16, "l"), ("Eintrag", 7, "r"), ("was", 53, "w")),
}
_LEFT_OUT = {"en": "not checked this time", "de": "diesmal nicht geprüft"}
_NOTE = {"en": "note", "de": "Hinweis"}
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


Columns = list[tuple[str, int, str]]


def _days() -> Columns:
    return [
        (say("day", "a column"), 10, "l"), (say("posts"), 8 if language_now() == "de" else 6, "r"), (say("accounts"), 8, "r"),
        (say("original"), 8, "r"), (say("shares", "of posts"), 7 if language_now() == "de" else 6, "r"), (say("quotes"), 6, "r"),
        (say("replies"), 9 if language_now() == "de" else 7, "r"), (say("examples"), 14, "w"),
    ]  # fmt: skip


def _shared() -> Columns:
    posts = (say("posts"), 8 if language_now() == "de" else 6, "r")
    return [posts, (say("accounts"), 8, "r"), (say("what"), 38, "w"), (say("about", "a column"), 20, "w")]


def _whom() -> Columns:
    posts = (say("posts"), 8 if language_now() == "de" else 6, "r")
    return [posts, (say("who"), 20, "w"), (say("what"), 28, "w"), (say("whom"), 20, "w")]


def render_amplification(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """A timeline: by day, what was shared most, by whom about whom, what was not captured, and the rules."""
    posts, accounts = counted(data["posts"], "captured post"), counted(data["accounts"], "account")
    lines = [style.bold(say("{posts} of {accounts}", posts=posts, accounts=accounts))]
    lines += [say("asked: {option} {value}", option=name, value=harmless(value)) for name, value in data["asked"].items() if value]
    if data["days"]:
        rows = [
            (
                iso_day(one["day"]),
                *(written(f"{one[name]:,}") for name in ("posts", "accounts", "originals", "shares", "quotes", "replies")),
                " ".join(one["examples"]),
            )
            for one in data["days"]
        ]  # fmt: skip
        lines += ["", *table(_days(), rows, style)]
    if data["without_time"]:
        lines += wrapped(say("{posts} without a time: in no day.", posts=counted(data["without_time"], "post")), style.width)
    shared = [
        (written(f"{one['posts']:,}"), written(f"{one['accounts']:,}"), _thing(one), ", ".join(map(harmless, one["about"])))
        for one in data["shared"]
    ]
    lines += _part(say("what was shared"), _shared(), shared, style)
    pairs = [(written(f"{one['posts']:,}"), harmless(one["who"]), _thing(one), harmless(one["whom"])) for one in data["who_what_whom"]]
    lines += _part(say("by whom, about whom"), _whom(), pairs, style)
    if data["same_text"]:
        lines += ["", style.bold(say("the same text"))]
        for one in data["same_text"][:_MOST_ROWS]:
            told = {"posts": counted(one["posts"], "post"), "accounts": counted(one["accounts"], "account")}
            lines.append(say("{posts} of {accounts}: {examples}", examples=" ".join(one["examples"]), **told))
    lines += ["", style.bold(say("what was not captured")), *wrapped(_not_captured(data["not_captured"]), style.width)]
    lines += [say("cannot be read: {what}", what=harmless(one)) for one in data["not_captured"]["unreadable"]]
    lines += ["", style.bold(say("how it was counted"))]
    for rule in data["rules"]:
        lines += wrapped(say(rule, "a rule"), style.width, "- ", "  ")
    return style.finish(lines)


def _part(title: str, columns: Any, rows: Sequence[Sequence[str]], style: Style) -> list[str]:
    if not rows:
        return []
    more = [say("and {rows}: --json", rows=counted(len(rows[_MOST_ROWS:]), "more row"))] if len(rows) > _MOST_ROWS else []
    return ["", style.bold(title), *table(columns, rows[:_MOST_ROWS], style), *more]


def _thing(one: Mapping[str, Any]) -> str:
    what = harmless(one["what"])
    if one["kind"] == "item" and one.get("by"):
        return say("post {what} by {who}", what=what, who=harmless(one["by"]))
    if one["kind"] == "item":
        return say("post {what}", what=what)
    return say("words of {what}", what=what) if one["kind"] == "words_of" else what


def _not_captured(one: Mapping[str, Any]) -> str:
    gaps = "; ".join(f"{name.replace('_', ' ')} {written(f'{number:,}')}" for name, number in one["gaps"].items()) or say("none named")
    names = (
        "partial", "completeness_unknown", "shown_by_platforms", "captured_of_these", "answered_but_not_captured",
        "shared_but_not_captured", "tombstones",
    )  # fmt: skip
    return say(
        "{captures}: {partial} known to be partial, of {completeness_unknown} unknown. Platforms showed {shown_by_platforms} posts, "
        "{captured_of_these} of these were captured. Gaps: {gaps}. {answered_but_not_captured} posts that others answer and "
        "{shared_but_not_captured} that others share were not captured, {tombstones} stood there as not available. The counts are of what "
        "was captured, not of what happened.",
        captures=counted(one["captures"], "capture"), gaps=gaps, **{name: written(f"{one[name]:,}") for name in names},
    )  # fmt: skip
