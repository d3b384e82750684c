"""What an import changes, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import day_text

_SHOWN = ("moved", "new", "changed")


def render_import(data: Mapping[str, Any], style: Style, written: str | None = None) -> str:
    """One sentence of counts, the dates and sizes that are new or differ, what found no place, and where to look next."""
    lines = [style.bold(line) for line in wrapped(_head(data), style.width)]
    rows = [_row(change) for kind in _SHOWN for change in data["changes"] if change["kind"] == kind]
    if rows:
        columns = [("what", 38, "w"), ("known", 14, "w"), ("now", 14, "w"), ("", 8, "r")]
        lines += ["", *table(columns, rows, style)]
    lines += _listed("No statement about", data["silent"], style) + _listed("Not placed", data["unplaced"], style)
    lines += _listed("Left out, against what the programme says", data["left_out"], style)
    lines += _listed(f"Not known by name ({len(data['unmatched'])})", data["unmatched"], style)
    if data["attribution"]:
        lines += ["", *wrapped(data["attribution"], style.width)]
    return style.finish([*lines, "", *wrapped(_next(data, written), style.width)])


def _head(data: Mapping[str, Any]) -> str:
    counts = data["counts"]
    said = ", ".join(f"{counts[kind]} {kind}" for kind in ("new", "moved", "changed", "unchanged"))
    held = f"; {counts['held']} stood there already" if counts["held"] else ""
    return f"{data['title']}, {day_text(data['edition'])}, against {data['programme']}: {said}{held}."


def _row(change: Mapping[str, Any]) -> list[str]:
    path = str(change["path"]).removeprefix("sites.").replace(".phases.", "/").replace(".milestones.", " ").replace(".", " ")
    days = f"{change['days']:+.0f} d" if change["kind"] == "moved" else change["kind"]
    return [path.replace("_", " "), day_text(change["known"]) or "-", f"{day_text(change['value'])}", days.replace("-", "\u2212")]


def _listed(title: str, names: Sequence[str], style: Style) -> list[str]:
    return ["", *wrapped(f"{title}: {'; '.join(names)}.", style.width)] if names else []


def _next(data: Mapping[str, Any], written: str | None) -> str:
    if not data["patch"]:
        return "Nothing to add" + ("; no file was written." if written is not None else ".")
    if written is not None:
        return f"Wrote {written}. Next: stargauge check PROGRAMME --scenario {written}"
    return "To add these, older statements kept: --write FILE. Every statement, unchanged ones too: --json"
