"""What is kept as evidence, as plain text: entries, one entry, what checks found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import say, written
from stargauge.report.terminal import PLAIN, Style, labelled, table, wrapped
from stargauge.report.wording import counted

_WIDE = 10


def _proves() -> str:
    return say(
        "This shows that the entry was in the log when the checkpoint was signed, and that it was not altered since. It does not show that "
        "what the entry says is true, nor when it was added: that is our own clock, unless a time stamp by others covers the checkpoint."
    )


def kind_text(kind: str) -> str:
    """What an entry is, by its kind in the log."""
    told = {
        "capture": say("capture", "an entry"), "observation": say("observation", "an entry"), "state": say("state", "an entry"),
        "statement": say("statement", "an entry"), "claim": say("claim", "an entry"), "verdict": say("verdict", "an entry"),
        "heartbeat": say("heartbeat", "an entry"), "erasure": say("erasure", "an entry"), "key": say("key", "an entry"),
    }  # fmt: skip
    return told.get(kind, kind)


def harmless(text: str) -> str:
    """Text from elsewhere as a terminal may show it: nothing in it acts."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)


def second(time: str) -> str:
    """A time without its fraction."""
    return time[:19].replace("T", " ")


def render_entries(entries: Sequence[Mapping[str, Any]], style: Style = PLAIN) -> str:
    """A line per entry."""
    if not entries:
        return style.finish([say("no such entries")])
    rows = [(one["id"], one["kind"], second(one["time"]), harmless(_subject(one))) for one in entries]
    columns = [(say("entry"), 7, "r"), (say("kind"), 11, "l"), (say("added (UTC)"), 19, "l"), (say("about", "a column"), 37, "l")]
    return style.finish(table(columns, rows, style))


def _subject(one: Mapping[str, Any]) -> str:
    """What an entry is about; of a decision on a draft also what was decided, and by whom."""
    about = one["about"]
    if one["kind"] != "claim" or not {"action", "draft", "capture"} <= set(about):
        return str(one["target"])
    told = {"action": about["action"], "draft": about["draft"], "capture": about["capture"], "target": one["target"]}
    if about.get("by"):
        return say("{action} {draft} of {capture}, by {by}: {target}", by=about["by"], **told)
    return say("{action} {draft} of {capture}: {target}", **told)


def render_entry(one: Mapping[str, Any], style: Style = PLAIN) -> str:
    """One entry: what it says, what it holds, and its manifest in the log."""
    lines = [style.bold(say("{id}  {kind}, added {time} UTC", id=one["id"], kind=kind_text(one["kind"]), time=second(one["time"])))]
    lines += labelled(say("target", "a label"), harmless(one["target"]), style, label_width=_WIDE)
    for name, value in one["about"].items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines += labelled(harmless(name), harmless(text), style, label_width=max(_WIDE, len(harmless(name)) + 1))
    for part in one["payloads"]:
        size = written(f"{part['size']:,}")
        gone = say("{size} bytes, erased", size=size)
        text = gone if part["erased"] else say("{size} bytes, SHA-256 {hash}", size=size, hash=part["sha256"])
        lines += labelled(harmless(part["name"]), text, style, label_width=max(_WIDE, len(part["name"]) + 1))
    lines += ["", style.soft(say("in the log, where it commits to all this and shows none of it:")), *wrapped(one["leaf"], style.width)]
    return style.finish(lines)


def render_findings(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """What a look at everything found: the answer first."""
    faults, log = data["faults"], data["log"]
    lines = [style.bold(say("everything is as it was added") if data["sound"] else counted(len(faults), "fault"))]
    held = [counted(data["entries"], "entry", "entries"), counted(data["payloads"], "payload")]
    held += [say("{number} erased", number=written(f"{data['erased_payloads']:,}"))] if data["erased_payloads"] else []
    lines += wrapped(f"{', '.join(held)}.", style.width)
    if log:
        size = counted(log["size"], "entry", "entries")
        told = say("Log {name}: {entries} under a signature, root {root}.", name=log["name"], entries=size, root=log["root"])
        lines += wrapped(told, style.width)
    for fault in faults:
        place = fault["path"] or fault["file"]
        lines += wrapped(f"{place}: {fault['message']}" if place else fault["message"], style.width, "  - ", "    ")
        if fault["path"] and fault["file"]:
            lines += wrapped(fault["file"], style.width, "    ", "    ")
    for note in data["notes"]:
        lines += wrapped(say("note: {text}", text=note), style.width, "  ", "    ")
    return style.finish(lines)


def _entry_text(one: Mapping[str, Any]) -> str:
    """An entry that is proved: of what it is, when it was added, what of it is here."""
    named = harmless(one["target"]) if one["target"] else say("an address that is kept back")
    named = say("{target}, handed in by a person", target=named) if one["user_supplied"] else named
    told = {"id": one["id"], "kind": kind_text(one["kind"]), "target": named, "time": second(one["time"])}
    if not one["contents"]:
        return say("{id}: {kind} of {target}, added {time} UTC by the log's clock.", **told)
    parts = ", ".join(one["contents"])
    return say("{id}: {kind} of {target}, added {time} UTC by the log's clock; here: {parts}.", parts=parts, **told)


def render_proved(data: Mapping[str, Any], style: Style = PLAIN) -> str:
    """What a proof shows, and what it does not."""
    lines = [style.bold(say("{what}: it holds", what=data["what"]))]
    size = written(f"{data['size']:,}")
    lines += wrapped(say("Log {name}: {number} entries, root {root}.", name=data["log"], number=size, root=data["root"]), style.width)
    for one in data.get("entries", ()):
        lines += wrapped(_entry_text(one), style.width)
        for stamp in one["stamps"]:
            of = {"authority": harmless(stamp["authority"]), "time": second(stamp["time"])}
            told = (
                say("Stamped by {authority}: it existed at {time} UTC.", **of)
                if stamp["trusted"]
                else say("A stamp names {authority} and {time} UTC; it was not checked.", **of)
            )
            lines += wrapped(told, style.width, "  ", "  ")
    if later := data.get("later"):
        many = counted(len(later), "later entry", "later entries")
        lines += wrapped(say("{entries} of the same address, the last {id}.", entries=many, id=later[-1]["id"]), style.width)
    for doubt in data.get("doubts", ()):
        lines += wrapped(say("note: {text}", text=doubt), style.width, "", "  ")
    if "entries" in data:
        lines += wrapped(_proves(), style.width)
    elif "index" in data:
        told = say(
            "Entry {index}: {kind}, added {time} UTC by our clock.", index=data["index"], kind=kind_text(data["kind"]),
            time=second(data["time"]),
        )  # fmt: skip
        lines += wrapped(told, style.width)
        lines += wrapped(_proves(), style.width)
    return style.finish(lines)
