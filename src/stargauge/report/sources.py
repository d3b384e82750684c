"""What each source decides as plain text: the sources by how much hangs on them, and the verdicts that hang on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.odds import points_text
from stargauge.report.terminal import PLAIN, Style, brief, table, to_copy, wrapped
from stargauge.report.wording import counted, day_text

#: How many sources and verdicts are shown where not all are asked for; how many things that a verdict rests on, how many others speak of.
SHOWN, RESTS, OTHERS = 16, 8, 4
METHOD = (
    "Each source is left out alone, with all it says, in the same draws; sources that repeat one root are one. A second source that says "
    "the same does not always save a verdict: it may speak later, of less, or settle less. Odds are a statement about the model and its "
    "inputs, not about anyone's honesty."
)


def render_sources(data: Mapping[str, Any], style: Style = PLAIN, every: bool = False) -> str:
    """The answer in a sentence, the sources, what hangs on them, the catalogue, where next."""
    lines = [style.bold(one) for one in wrapped(data["sentence"], style.width)]
    told = (
        f"{data['name']}{', ' + data['claim'] if data['claim'] else ''}, known on {day_text(data['as_of'])}, {data['draws']:,} draws: of "
        f"{counted(data['sources'], 'source')} left out in turn {data['deciding']} {_verb(data['deciding'], 'decide')} an outcome, "
        f"{data['silent']} {_verb(data['silent'], 'change')} nothing."
    )
    lines += wrapped(told, style.width) if data["verdicts"] else []
    for part in (_sources(data, style, every), _verdicts(data, style, every), _catalogue(data, style)):
        lines += ["", *part] if part else []
    return style.finish([*lines, "", *wrapped(METHOD, style.width), *_next(data, style)])


def _sources(data: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    telling = [one for one in data["dropped"] if one["changes"] or one["cannot"]]
    shown = telling if every else telling[:SHOWN]
    rows = [
        [f"{one['publisher']} ({one['source']})", one["grade"], str(one["statements"]),
         *(("–", one["cannot"]) if one["cannot"] else (str(one["flips"]), moves_text(one)))] for one in shown
    ]  # fmt: skip
    columns = [("left out", 37, "w"), ("g", 1, "l"), ("says", 4, "r"), ("decides", 7, "r"), ("moves", 23, "w")]
    more = [f"... {len(telling) - len(shown)} more: --all"] if len(shown) < len(telling) else []
    gone = [line for one in shown for line in _gone(one, style)]
    return [*table(columns, rows, style), *more, *gone] if rows else []


def _verb(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb


def _gone(one: Mapping[str, Any], style: Style) -> list[str]:
    """Where verdicts hang on a source because without it a part of a sum is missing: which part, and how many verdicts."""
    lacking = [change for change in one["changes"] if change["flips"] and change["missing"]]
    if not lacking:
        return []
    parts = ", ".join(dict.fromkeys(name for change in lacking for name in change["missing"]))
    on = list(dict.fromkeys(text for change in lacking for text in change["on"]))
    sizes = [text for text in on if " power: " in text] or on
    said = f" ({_few(sizes, 2)})" if sizes else ""
    hit = counted(len(lacking), "verdict")
    told = f"Without {one['source']} a part of the whole is missing, so {hit} cannot be given: {parts}{said}."
    return wrapped(told, style.width, "  ", "    ")


def moves_text(one: Mapping[str, Any]) -> str:
    """How many odds move beside the outcomes that change, and how far the furthest."""
    count, points = one["moved"] - one["flips"], points_text(one["most_points"]).lstrip("+")
    if not one["most_points"]:
        return "–"
    far = f"{points} point{'' if points == '1' else 's'}"
    return f"{count} more, {far}" if count else far


def _verdicts(data: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    """The verdicts whose outcome hangs on a source: as it is, without the source, and whether another says the same."""
    flips = [(one, change) for one in data["dropped"] for change in one["changes"] if change["flips"]]
    shown = flips if every or data["claim"] else flips[:SHOWN]
    rows = [
        [f"{change['claim']}/{change['reading']}", _outcome(change["status"], change["probability"], style),
         _outcome(change["without"], change["probability_without"], style), f"{one['source']} ({one['grade']})", second_text(change)]
        for one, change in shown
    ]  # fmt: skip
    columns = [("verdict", 22, "w"), ("is", 11, "w"), ("without", 12, "w"), ("this source", 17, "w"), ("second", 10, "w")]
    more = [f"... {len(flips) - len(shown)} more: --all"] if len(shown) < len(flips) else []
    detail = [line for one, change in shown for line in _on(one, change, style)] if data["claim"] else []
    return [*table(columns, rows, style), *more, *detail] if rows else []


def _outcome(status: str, probability: float | None, style: Style) -> str:
    return f"{style.mark(status)} {brief(status, probability, None)}"


def second_text(change: Mapping[str, Any]) -> str:
    """Whether other sources say what the one that was left out says: in a word for a cell of a table."""
    if change["seconded"]:
        return "says the same"
    if any(second["same"] for second in change["seconds"]):
        return "in part"
    return "differs" if change["seconds"] else "none"


def _on(one: Mapping[str, Any], change: Mapping[str, Any], style: Style) -> list[str]:
    """On what of a source a verdict rests, and who else speaks of it."""
    if not change["on"]:
        return []
    decides = ", each of which decides alone" if change["alone"] and len(change["on"]) > 1 else ""
    lines = wrapped(f"{change['reading']}, {one['publisher']}{decides}: {_few(change['on'], RESTS)}", style.width, "", "  ")
    others = [f"{second['publisher']}: {second['says']}" for second in change["seconds"]]
    return [*lines, *(wrapped(f"second: {_few(others, OTHERS)}", style.width, "  ", "    ") if others else [])]


def _few(texts: Sequence[str], most: int) -> str:
    """The first of some texts, and how many more there are."""
    return "; ".join([*texts[:most], *([f"{len(texts) - most} more"] if len(texts) > most else [])])


def _catalogue(data: Mapping[str, Any], style: Style) -> list[str]:
    """The sources of catalogue values: what moves without them, and those for whose values nobody else stands in."""
    rows = data["catalogue"]
    if not rows:
        return []
    alone = [one for one in rows if one["cannot"]]
    moving = [one for one in rows if one["changes"]]
    told = f"Values of the catalogue come from {counted(len(rows), 'source')}; our own assumptions ({data['assumed']}) stay."
    lines = wrapped(told, style.width)
    for one in moving:
        count = f"{counted(one['flips'], 'outcome')} {_verb(one['flips'], 'change')}"
        lines += wrapped(f"without {one['publisher']} ({one['grade']}): {count}, {moves_text(one)}", style.width, "  ", "    ")
    names = ", ".join(f"{one['source']} ({one['grade']})" for one in alone)
    return (
        [*lines, *(wrapped(f"Nothing can be run without {len(alone)} of them, as nobody else gives their values: {names}.", style.width))]
        if alone
        else lines
    )


def _next(data: Mapping[str, Any], style: Style) -> Sequence[str]:
    first = next((change for one in data["dropped"] for change in one["changes"] if change["flips"]), None)
    if data["claim"] or first is None:
        return []
    name = "" if data["asked_as"] == "stargate" else f" {data['asked_as']}"
    return to_copy("On what  ", f"stargauge sources{name} --claim {first['claim']}", style)
