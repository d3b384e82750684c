"""Reading for the terminal: how it scores on marked sentences, and what a file of drafts holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.locale import say
from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import counted, score_text

_SCORES = [("", 34, "w"), ("", 8, "r")]


def _names() -> tuple[tuple[str, str], ...]:
    """The scores by their keys, in words."""
    return (
        ("f1", say("spans of quantities, F1")), ("precision", say("  found that are marked")), ("recall", say("  marked that are found")),
        ("bound", say("bound (of those found)")), ("modality", say("modality (of those found)")),
        ("dates", say("dates: span, days, relation")), ("statements", say("statements: span, speaker, form")),
    )  # fmt: skip


def render_reading(data: Mapping[str, Any], style: Style) -> str:
    """The scores, then each sentence that was not read as it is marked."""
    summary = data["summary"]
    rows = [[name, score_text(summary[key])] for key, name in _names()]
    head = _head(summary)
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), "", *table(_SCORES, rows, style), ""]
    for row in data["rows"]:
        told = [say("wrong: {what}", what=one) for one in row["wrong"]] + [say("not found: {what}", what=one) for one in row["missed"]]
        told += [say("not marked: {what}", what=one) for one in row["extra"]]
        lines += wrapped(f"{row['id']}: {'; '.join(told)}", style.width, "", "  ") if told else []
    return style.finish([*lines, *wrapped(say("Every sentence: --json"), style.width)])


def _head(summary: Mapping[str, Any]) -> str:
    wrong, counts = summary["wrong_values"], {"sentences": summary["n"], "quantities": summary["quantities"]}
    if not wrong:
        return say("{sentences} sentences with {quantities} marked quantities: no wrong values.", **counts)
    if wrong == 1:
        return say("{sentences} sentences with {quantities} marked quantities: 1 wrong value.", **counts)
    return say("{sentences} sentences with {quantities} marked quantities: {wrong} wrong values.", wrong=wrong, **counts)


def render_drafts(data: Mapping[str, Any], style: Style) -> str:
    """What a file of drafts holds, and how to go on."""
    drafts, claims = counted(len(data["drafts"]), "draft"), counted(len(data["claims"]), "confirmed claim")
    head = say("{programme}: {drafts}, {claims}. Nothing was run.", programme=data["programme"], drafts=drafts, claims=claims)
    columns = [(say("draft"), 26, "w"), (say("kind"), 14, "w"), (say("who"), 20, "w"), (say("words"), 34, "w")]
    rows = [[one["id"], one["kind"], one["speaker"] or say("the text itself", "who"), _start(one["quote"])] for one in data["drafts"]]
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), ""]
    lines += [*table(columns, rows, style), ""] if rows else []
    lines += wrapped(
        say("A draft counts once you have confirmed it and it stands under claims. To judge claims, lay the file over a programme:"),
        style.width,
    )
    return style.finish([*lines, f"  {say('stargauge check PROGRAMME --scenario THIS_FILE')}"])


def _start(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:59].rstrip()}…"
