"""What an import changes, for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import say
from stargauge.report.terminal import Style, table, wrapped
from stargauge.report.wording import day_text, noted

_SHOWN = ("moved", "new", "changed")


def render_import(data: Mapping[str, Any], style: Style, written: str | None = None) -> str:
    """One sentence of counts, the dates and sizes that are new or differ, what found no place, and where to look next."""
    lines = [style.bold(line) for line in wrapped(_head(data), style.width)]
    rows = [_row(change) for kind in _SHOWN for change in data["changes"] if change["kind"] == kind]
    if rows:
        columns = [(say("what"), 38, "w"), (say("known", "a value"), 14, "w"), (say("now"), 14, "w"), ("", 8, "r")]
        lines += ["", *table(columns, rows, style)]
    lines += _listed(say("No statement about"), data["silent"], style) + _listed(say("Not placed"), data["unplaced"], style)
    lines += _listed(say("Left out, against what the programme says"), data["left_out"], style)
    lines += _listed(say("Not known by name ({number})", number=len(data["unmatched"])), data["unmatched"], style)
    if data["attribution"]:
        lines += ["", *wrapped(data["attribution"], style.width)]
    return style.finish([*lines, "", *wrapped(_next(data, written), style.width)])


def _head(data: Mapping[str, Any]) -> str:
    counts = data["counts"]
    told = {
        "title": data["title"], "day": day_text(data["edition"]), "programme": data["programme"],
        "counts": say("{new} new, {moved} moved, {changed} changed, {unchanged} unchanged", **counts),
    }  # fmt: skip
    if counts["held"]:
        return say("{title}, {day}, against {programme}: {counts}; {held} stood there already.", held=counts["held"], **told)
    return say("{title}, {day}, against {programme}: {counts}.", **told)


def _row(change: Mapping[str, Any]) -> list[str]:
    path = str(change["path"]).removeprefix("sites.").replace(".phases.", "/").replace(".milestones.", " ").replace(".", " ")
    place, _, name = path.rpartition(" ")
    field = say(name.replace("_", " "), "field")
    what = say("{place} {field}", "statement", place=place.replace("_", " "), field=field) if place else field
    kinds = {"new": say("new", "a statement"), "changed": say("changed")}
    days = say("{days} d", days=f"{change['days']:+.0f}") if change["kind"] == "moved" else kinds[change["kind"]]
    return [what, day_text(noted(change["known"])) or "-", day_text(noted(change["value"])), days.replace("-", "\u2212")]


def _listed(title: str, names: Sequence[str], style: Style) -> list[str]:
    return ["", *wrapped(f"{title}: {'; '.join(names)}.", style.width)] if names else []


def _next(data: Mapping[str, Any], written: str | None) -> str:
    if not data["patch"]:
        return say("Nothing to add.") if written is None else say("Nothing to add; no file was written.")
    if written is not None:
        return say("Wrote {file}. Next: stargauge check PROGRAMME --scenario {file}", file=written)
    return say("To add these, older statements kept: --write FILE. Every statement, unchanged ones too: --json")
