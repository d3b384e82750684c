"""What each source decides as plain text: the sources by how much hangs on them, and the verdicts that hang on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.claims.odds import points_text
from stargauge.report.locale import say
from stargauge.report.terminal import PLAIN, Style, brief, honest, known_text, more_text, table, to_copy, wrapped
from stargauge.report.wording import counted

#: How many sources and verdicts are shown where not all are asked for; how many things that a verdict rests on, how many others speak of.
SHOWN, RESTS, OTHERS = 16, 8, 4


def method() -> str:
    """How the sources are left out."""
    return say(
        "Each source is left out alone, with all it says, in the same draws; sources that repeat one root are one. A second source that "
        "says the same does not always save a verdict: it may speak later, of less, or settle less."
    )


def render_sources(data: Mapping[str, Any], style: Style = PLAIN, every: bool = False) -> str:
    """The answer in a sentence, the sources, what hangs on them, the catalogue, where next."""
    lines = [style.bold(one) for one in wrapped(data["sentence"], style.width)]
    about = f"{data['name']}{', ' + data['claim'] if data['claim'] else ''}, {known_text(data)}, {counted(data['draws'], 'draw')}"
    left = {"sources": counted(data["sources"], "source"), "deciding": data["deciding"], "silent": data["silent"]}
    told = f"{about}: {say('{sources} left out in turn; decide an outcome: {deciding}, change nothing: {silent}.', **left)}"
    lines += wrapped(told, style.width) if data["verdicts"] else []
    for part in (_sources(data, style, every), _verdicts(data, style, every), _catalogue(data, style)):
        lines += ["", *part] if part else []
    return style.finish([*lines, "", *wrapped(f"{method()} {honest()}", style.width), *_next(data, style)])


def _sources(data: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    telling = [one for one in data["dropped"] if one["changes"] or one["cannot"]]
    shown = telling if every else telling[:SHOWN]
    rows = [
        [f"{one['publisher']} ({one['source']})", one["grade"], str(one["statements"]),
         *(("–", one["cannot"]) if one["cannot"] else (str(one["flips"]), moves_text(one)))] for one in shown
    ]  # fmt: skip
    columns = [
        (say("left out"), 32, "w"), ("g", 1, "l"), (say("says"), 5, "r"), (say("decides"), 11, "r"), (say("moves"), 23, "w"),
    ]  # fmt: skip
    more = [f"... {more_text(len(telling) - len(shown), '--all')}"] if len(shown) < len(telling) else []
    gone = [line for one in shown for line in _gone(one, style)]
    return [*table(columns, rows, style), *more, *gone] if rows else []


def _gone(one: Mapping[str, Any], style: Style) -> list[str]:
    """Where verdicts hang on a source because without it a part of a sum is missing: which part, and how many verdicts."""
    lacking = [change for change in one["changes"] if change["flips"] and change["missing"]]
    if not lacking:
        return []
    parts = ", ".join(dict.fromkeys(name for change in lacking for name in change["missing"]))
    on = list(dict.fromkeys(text for change in lacking for text in change["on"]))
    sizes = [text for text in on if " power: " in text] or on
    said = f" ({_few(sizes, 2)})" if sizes else ""
    told = say(
        "Without {source} a part of the whole is missing, so no verdict on {readings}: {parts}.",
        source=one["source"], readings=counted(len(lacking), "reading"), parts=f"{parts}{said}",
    )  # fmt: skip
    return wrapped(told, style.width, "  ", "    ")


def moves_text(one: Mapping[str, Any]) -> str:
    """How many odds move beside the outcomes that change, and how far the furthest."""
    count, points = one["moved"] - one["flips"], points_text(one["most_points"]).lstrip("+")
    if not one["most_points"]:
        return "–"
    far = say("{number} point", number=points) if points == "1" else say("{number} points", number=points)
    return say("{number} more, {far}", number=count, far=far) if count else far


def _verdicts(data: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    """The verdicts whose outcome hangs on a source: as it is, without the source, and whether another says the same."""
    flips = [(one, change) for one in data["dropped"] for change in one["changes"] if change["flips"]]
    shown = flips if every or data["claim"] else flips[:SHOWN]
    rows = [
        [f"{change['claim']}/{change['reading']}", _outcome(change["status"], change["probability"], style),
         _outcome(change["without"], change["probability_without"], style), f"{one['source']} ({one['grade']})", second_text(change)]
        for one, change in shown
    ]  # fmt: skip
    columns = [
        (say("verdict"), 20, "w"), (say("is", "a verdict"), 12, "w"), (say("without"), 13, "w"), (say("this source"), 17, "w"),
        (say("second", "a source"), 10, "w"),
    ]  # fmt: skip
    more = [f"... {more_text(len(flips) - len(shown), '--all')}"] if len(shown) < len(flips) else []
    detail = [line for one, change in shown for line in _on(one, change, style)] if data["claim"] else []
    return [*table(columns, rows, style), *more, *detail] if rows else []


def _outcome(status: str, probability: float | None, style: Style) -> str:
    return f"{style.mark(status)} {brief(status, probability, None)}"


def second_text(change: Mapping[str, Any]) -> str:
    """Whether other sources say what the one that was left out says: in a word for a cell of a table."""
    if change["seconded"]:
        return say("says the same")
    if any(second["same"] for second in change["seconds"]):
        return say("in part")
    return say("differs") if change["seconds"] else say("none", "a source")


def _on(one: Mapping[str, Any], change: Mapping[str, Any], style: Style) -> list[str]:
    """On what of a source a verdict rests, and who else speaks of it."""
    if not change["on"]:
        return []
    decides = say(", each of which decides alone") if change["alone"] and len(change["on"]) > 1 else ""
    lines = wrapped(f"{change['reading']}, {one['publisher']}{decides}: {_few(change['on'], RESTS)}", style.width, "", "  ")
    others = [f"{second['publisher']}: {second['says']}" for second in change["seconds"]]
    return [*lines, *(wrapped(f"{say('second', 'a source')}: {_few(others, OTHERS)}", style.width, "  ", "    ") if others else [])]


def _few(texts: Sequence[str], most: int) -> str:
    """The first of some texts, and how many more there are."""
    return "; ".join([*texts[:most], *([say("{number} more", number=len(texts) - most)] if len(texts) > most else [])])


def _catalogue(data: Mapping[str, Any], style: Style) -> list[str]:
    """The sources of catalogue values: what moves without them, and those for whose values nobody else stands in."""
    rows = data["catalogue"]
    if not rows:
        return []
    alone = [one for one in rows if one["cannot"]]
    moving = [one for one in rows if one["changes"]]
    told = say(
        "Values of the catalogue come from {sources}; our own assumptions ({assumed}) stay.",
        sources=counted(len(rows), "source"), assumed=data["assumed"],
    )  # fmt: skip
    lines = wrapped(told, style.width)
    for one in moving:
        told = say("without {source}: outcomes that change {flips}", source=f"{one['publisher']} ({one['grade']})", flips=one["flips"])
        lines += wrapped(f"{told}, {moves_text(one)}", style.width, "  ", "    ")
    names = ", ".join(f"{one['source']} ({one['grade']})" for one in alone)
    last = say("Nothing can be run without {number} of them, as nobody else gives their values: {names}.", number=len(alone), names=names)
    return [*lines, *wrapped(last, style.width)] if alone else lines


def _next(data: Mapping[str, Any], style: Style) -> Sequence[str]:
    first = next((change for one in data["dropped"] for change in one["changes"] if change["flips"]), None)
    if data["claim"] or first is None:
        return []
    name = "" if data["asked_as"] == "stargate" else f" {data['asked_as']}"
    return to_copy(f"{say('On what')}  ", f"stargauge sources{name} --claim {first['claim']}", style)
