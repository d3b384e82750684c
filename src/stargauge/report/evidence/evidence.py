"""What is kept as evidence, as plain text: entries, one entry, what checks found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted

_COLUMNS = (("entry", 7, "r"), ("kind", 11, "l"), ("added (UTC)", 19, "l"), ("about", 37, "l"))
_WIDE = 10
_PROVES = (
    "This shows that the entry was in the log when the checkpoint was signed, and that it was not altered since. It does not show that "
    "what the entry says is true, nor when it was added: that is our own clock, unless a time stamp by others covers the checkpoint."
)


def harmless(text: str) -> str:
    """Text from elsewhere as a terminal may show it: nothing in it acts."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


def second(time: str) -> str:
    """A time without its fraction."""
    return time[:19].replace("T", " ")


def render_entries(entries: Sequence[Mapping[str, Any]], style: Style = PLAIN) -> str:
    """A line per entry."""
    if not entries:
        return style.finish(["no such entries"])
    rows = [(one["id"], one["kind"], second(one["time"]), harmless(_subject(one))) for one in entries]
    return style.finish(table(_COLUMNS, rows, style))


def _subject(one: Mapping[str, Any]) -> str:
    """What an entry is about; of a decision on a draft also what was decided, and by whom."""
    about = one["about"]
    if one["kind"] != "claim" or not {"action", "draft", "capture"} <= set(about):
        return str(one["target"])
    by = f", by {about['by']}" if about.get("by") else ""
    return f"{about['action']} {about['draft']} of {about['capture']}{by}: {one['target']}"


def render_entry(one: Mapping[str, Any], style: Style = PLAIN) -> str:
    """One entry: what it says, what it holds, and its manifest in the log."""
    lines = [style.bold(f"{one['id']}  {one['kind']}, added {second(one['time'])} UTC")]
    lines += labelled("target", harmless(one["target"]), style, label_width=_WIDE)
    for name, value in one["about"].items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines += labelled(harmless(name), harmless(text), style, label_width=max(_WIDE, len(harmless(name)) + 1))
    for part in one["payloads"]:
        text = f"{part['size']:,} bytes, " + ("erased" if part["erased"] else f"SHA-256 {part['sha256']}")
        lines += labelled(harmless(part["name"]), text, style, label_width=max(_WIDE, len(part["name"]) + 1))
    lines += ["", style.soft("in the log, where it commits to all this and shows none of it:"), *wrapped(one["leaf"], style.width)]
    return style.finish(lines)


def render_findings(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """What a look at everything found: the answer first."""
    faults, log = data["faults"], data["log"]
    lines = [style.bold("everything is as it was added" if data["sound"] else counted(len(faults), "fault"))]
    gone = f", {data['erased_payloads']:,} erased" if data["erased_payloads"] else ""
    lines += wrapped(f"{counted(data['entries'], 'entry', 'entries')}, {counted(data['payloads'], 'payload')}{gone}.", style.width)
    if log:
        size = counted(log["size"], "entry", "entries")
        lines += wrapped(f"Log {log['name']}: {size} under a signature, root {log['root']}.", style.width)
    for fault in faults:
        place = fault["path"] or fault["file"]
        lines += wrapped(f"{place}: {fault['message']}" if place else fault["message"], style.width, "  - ", "    ")
        if fault["path"] and fault["file"]:
            lines += wrapped(fault["file"], style.width, "    ", "    ")
    for note in data["notes"]:
        lines += wrapped(f"note: {note}", style.width, "  ", "    ")
    return style.finish(lines)


def render_proved(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """What a proof shows, and what it does not."""
    lines = [style.bold(f"{data['what']}: it holds")]
    lines += wrapped(f"Log {data['log']}: {data['size']:,} entries, root {data['root']}.", style.width)
    for one in data.get("entries", ()):
        named = harmless(one["target"]) if one["target"] else "an address that is kept back"
        parts = f"; here: {', '.join(one['contents'])}" if one["contents"] else ""
        mark = ", handed in by a person" if one["user_supplied"] else ""
        text = f"{one['id']}: {one['kind']} of {named}{mark}, added {second(one['time'])} UTC by the log's clock{parts}."
        lines += wrapped(text, style.width)
        for stamp in one["stamps"]:
            told = "Stamped by {}: it existed at {} UTC." if stamp["trusted"] else "A stamp names {} and {} UTC; it was not checked."
            lines += wrapped(told.format(harmless(stamp["authority"]), second(stamp["time"])), style.width, "  ", "  ")
    if later := data.get("later"):
        lines += wrapped(
            f"{counted(len(later), 'later entry', 'later entries')} of the same address, the last {later[-1]['id']}.", style.width
        )
    for doubt in data.get("doubts", ()):
        lines += wrapped(f"note: {doubt}", style.width, "", "  ")
    if "entries" in data:
        lines += wrapped(_PROVES, style.width)
    elif "index" in data:
        lines += wrapped(f"Entry {data['index']}: {data['kind']}, added {second(data['time'])} UTC by our clock.", style.width)
        lines += wrapped(_PROVES, style.width)
    return style.finish(lines)
