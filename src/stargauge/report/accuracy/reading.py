"""Reading for the terminal: how it scores on marked sentences, and what a file of drafts holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import score_text

_SCORES = [("", 34, "w"), ("", 8, "r")]
_DRAFTS = [("draft", 26, "w"), ("kind", 14, "w"), ("who", 20, "w"), ("words", 34, "w")]
_NAMES = (
    ("f1", "spans of quantities, F1"), ("precision", "  found that are marked"), ("recall", "  marked that are found"),
    ("bound", "bound (of those found)"), ("modality", "modality (of those found)"), ("dates", "dates: span, days, relation"),
    ("statements", "statements: span, speaker, form"),
)  # fmt: skip


def render_reading(data: Mapping[str, Any], style: Style) -> str:
    """The scores, then each sentence that was not read as it is marked."""
    summary = data["summary"]
    wrong = summary["wrong_values"]
    head = (
        f"{summary['n']} sentences with {summary['quantities']} marked quantities: {wrong or 'no'} wrong value{'' if wrong == 1 else 's'}."
    )
    rows = [[name, score_text(summary[key])] for key, name in _NAMES]
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), "", *table(_SCORES, rows, style), ""]
    for row in data["rows"]:
        told = [f"wrong: {one}" for one in row["wrong"]] + [f"not found: {one}" for one in row["missed"]]
        told += [f"not marked: {one}" for one in row["extra"]]
        lines += wrapped(f"{row['id']}: {'; '.join(told)}", style.width, "", "  ") if told else []
    return style.finish([*lines, *wrapped("Every sentence: --json", style.width)])


def render_drafts(data: Mapping[str, Any], style: Style) -> str:
    """What a file of drafts holds, and how to go on."""
    drafts, claims = len(data["drafts"]), len(data["claims"])
    held = f"{drafts} draft{'' if drafts == 1 else 's'}, {claims} confirmed claim{'' if claims == 1 else 's'}"
    head = f"{data['programme']}: {held}. Nothing was run."
    rows = [[one["id"], one["kind"], one["speaker"] or "the text itself", _start(one["quote"])] for one in data["drafts"]]
    lines = [*(style.bold(line) for line in wrapped(head, style.width)), ""]
    lines += [*table(_DRAFTS, rows, style), ""] if rows else []
    lines += wrapped(
        "A draft counts once you have confirmed it and it stands under claims. To judge claims, lay the file over a programme:", style.width
    )
    return style.finish([*lines, "  stargauge check PROGRAMME --scenario THIS_FILE"])


def _start(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:59].rstrip()}…"
