"""What moves readings and numbers, as plain text: a table of all, or one with every input that stands out."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from stargauge.report.locale import language, say
from stargauge.report.terminal import PLAIN, Style, command_for, in_language, known_text, labelled, table, to_copy, wrapped
from stargauge.report.why.sensitivity import levels_text
from stargauge.report.wording import bare, counted, day_text, percent, quantity_text, status_text, value_text

#: How many inputs are shown of one reading or number unless all are asked for.
MOST = 12
_ONE = 0.005


def render_drivers(data: Mapping[str, Any], style: Style = PLAIN, every: bool = False) -> str:
    """One reading or number in full, or all in a table."""
    rows = data["rows"]
    known = f"{data['programme']}, {known_text(data)}, {counted(data['draws'], 'draw')}."
    if len(rows) == 1:
        lines = _one(rows[0], style, every)
        method = wrapped(data["method"], style.width) if rows[0]["moved"] else []
        return style.finish([*lines, "", *wrapped(known, style.width), *method, *_why(data, rows[0], style)])
    return style.finish([*_all(data, style), "", *wrapped(known, style.width), *_next(data, style)])


def _all(data: Mapping[str, Any], style: Style) -> list[str]:
    moving = [row for row in data["rows"] if row["moved"]]
    led = ", ".join(f"{group_text(group)} {count}" for group, count in data["leading"].items())
    of = counted(len(moving), "open reading or number", "open readings and numbers")
    head = say("What moves most, of {readings}: {groups}.", readings=of, groups=led) if led else say("Nothing here moves.")
    lines = [style.bold(one) for one in wrapped(head, style.width)]
    columns = [
        (say("reading or number"), 21, "w"), (say("strongest inputs, at least % of variance"), 39, "w"), (say("groups, %"), 16, "w"),
    ]  # fmt: skip
    lines += table(columns, [(_name(row), _strongest(row), _groups(row)) for row in moving], style) if moving else []
    told = dict[str, list[str]]()
    for row in data["rows"]:
        if not row["moved"]:
            told.setdefault(_still(row), []).append(row["name"])
    for status, names in told.items():
        lines += ["", *labelled(f"{status}:", ", ".join(names), style, indent=0, label_width=len(status) + 2)]
    return lines


def group_text(group: str) -> str:
    """A kind of uncertainty in the language that is spoken."""
    told = {
        "dates": say("dates", "inputs"), "money": say("money", "inputs"), "chips": say("chips", "inputs"), "power": say("power", "inputs"),
        "labour": say("labour", "inputs"), "definitions": say("definitions", "inputs"), "other": say("other", "inputs"),
    }  # fmt: skip
    return told.get(group, group)


def _still(row: Mapping[str, Any]) -> str:
    """Why nothing moves a row: it is the same in every draw, or it has no odds."""
    if _same(row):
        return say("the same in every draw")
    if row["status"] is None:
        return say("absent")
    return say("open, by the record alone") if row["status"] == "open" else status_text(row["status"])


def _name(row: Mapping[str, Any]) -> str:
    if row["kind"] == "reading":
        return f"{row['name']} {percent(row['probability'])}"
    at = f" {day_text(row['date'][:7])}" if row["date"] else ""
    return f"{row['name']}{at}: {value_text({**row['levels'], 'unit': row['unit']})}"


def _strongest(row: Mapping[str, Any]) -> str:
    found = [f"{driver['says']} {_points(driver['share'])}" for driver in row["moved"]["drivers"][:3]]
    return "; ".join(found) or say("none stands out")


def _groups(row: Mapping[str, Any]) -> str:
    parts = sorted((one for one in row["moved"]["groups"] if one["share"] >= _ONE), key=lambda one: -one["share"])
    told = [f"{group_text(one['group'])} {_points(one['share'])}" for one in parts if one["share"] > one["within"]]
    rest = say("rest {points}", points=_points(row["moved"]["rest"]))
    return ", ".join([*told, rest]) if row["moved"]["drivers"] else say("too few draws")


def _one(row: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    if not row["moved"]:
        says = row["says"] if language() == "en" or row["kind"] == "reading" else quantity_text(row["name"], row["says"])
        return [*map(style.bold, wrapped(row["nothing"], style.width)), *wrapped(f"{row['name']}: {says}", style.width)]
    moved = row["moved"]
    shown = moved["drivers"] if every else moved["drivers"][:MOST]
    lines = [style.bold(one) for one in wrapped(headline_of(row), style.width)]
    says = quantity_text(row["name"], row["says"]) if row["kind"] == "quantity" else row["says"]
    lines += wrapped(f"{row['name']}: {says}", style.width)
    if moved["chosen"]:
        told = say("These are chosen draws, in which inputs go together: at least and at most are of the Shapley effect.")
        lines += wrapped(told, style.width)
    ends = [abs(one[end]) for one in shown for end in ("low", "high") if one[end] is not None]
    scale = {"unit": moved["unit"], "by": max(ends, default=0.0)}
    odds = any(one["odds_p10"] is not None for one in shown)
    alone = say("alone", "of the variance")
    columns = [
        (say("input (group)"), 23 - max(5, len(alone)), "w"), (say("at least", "of the variance"), 8, "r"),
        (say("at most", "of the variance"), 7, "r"),
        (alone, max(5, len(alone)), "r"),
        ("Shapley", 7, "r"),
    ]  # fmt: skip
    columns += [(say("low to high"), 14, "w")] if ends else []
    columns += [(say("odds, %"), 8, "w")] if odds else []
    rows = [_cells(one, scale if ends else None, odds) for one in shown]
    total = say("Total at least, and at most, in % of the variance (± sampling error):")
    none = say("No input stands out of the noise of these draws.")
    lines += ["", *wrapped(total, style.width), *table(columns, rows, style)] if rows else ["", none]
    more = len(moved["drivers"]) - len(shown)
    out = {"inputs": counted(more, "more input")}
    lines += [say("{inputs} that stands out: --all", **out) if more == 1 else say("{inputs} that stand out: --all", **out)] if more else []
    groups = [f"{group_text(one['group'])} {_within(one)}" for one in moved["groups"] if one["share"] >= _ONE]
    lines += ["", *labelled(say("groups"), ", ".join(groups), style, indent=0, label_width=10)] if groups else [""]
    pairs = [f"{_joined(one['says'])} {_within(one)}" for one in moved["together"]]
    lines += labelled(say("together"), "; ".join(pairs), style, indent=0, label_width=10) if pairs else []
    held = {"resolved": _within(moved["resolved"]), "inputs": counted(moved["faint"], "input")}
    in_all = say("{resolved} % resolved; {inputs} too faint to tell", **held)
    names = [(one["input"], one["says"]) for one in shown]
    return [
        *lines,
        *labelled(say("in all", "of the variance"), in_all, style, indent=0, label_width=10),
        *(["", *table([(say("name"), 32, "l"), (say("input"), 46, "w")], names, style)] if names else []),
    ]


def _within(share: Mapping[str, Any]) -> str:
    """A share with half the width of its interval."""
    return f"{_points(share['share'])} ±{_points(share['within'])}"


def _joined(inputs: Sequence[str]) -> str:
    """Inputs that act together."""
    first, *others = inputs
    for other in others:
        first = say("{input} with {other}", input=first, other=other)
    return first


def headline_of(row: Mapping[str, Any]) -> str:
    """What a reading or a number comes to, and which group of inputs and which single one move it most, in one sentence."""
    moved = row["moved"]
    what = say("Odds {share}", share=percent(row["probability"])) if row["kind"] == "reading" else _number(row)
    if not moved["drivers"]:
        return say("{number}; no input stands out of these draws.", number=what)
    group = max(moved["groups"], key=lambda one: float(one["share"]))
    told = {
        "number": what, "group": group_text(group["group"]), "share": percent(group["share"]), "first": moved["drivers"][0]["says"],
        "own": percent(moved["drivers"][0]["share"]),
    }  # fmt: skip
    if moved["of"] == "truth":
        return say("{number}. What moves whether it holds most: {group} (at least {share} of the variance), first {first} ({own}).", **told)
    if row["kind"] == "reading":
        return say("{number}. What moves what it compares most: {group} (at least {share} of the variance), first {first} ({own}).", **told)
    return say("{number}. What moves it most: {group} (at least {share} of the variance), first {first} ({own}).", **told)


def _number(row: Mapping[str, Any]) -> str:
    levels = levels_text(row["levels"], row)
    return say("{levels} at the end of {month}", levels=levels, month=day_text(row["date"][:7])) if row["date"] else levels


def _cells(one: Mapping[str, Any], scale: Mapping[str, Any] | None, odds: bool) -> tuple[str, ...]:
    name = f"{one['says']} ({group_text(one['group'])})"
    out = [
        name,
        _within(one),
        _points(one["share_at_most"]),
        _points(one["alone"]),
        _points(one["shapley"]),
    ]
    if scale is not None:
        low, high = (bare({**scale, "end": one[end]}, "end", "by") if one[end] is not None else say("never") for end in ("low", "high"))
        out.append(say("{low} to {high}", low=low, high=high))
    if not odds:
        return tuple(out)
    return (*out, say("{low} to {high}", low=_points(one["odds_p10"]), high=_points(one["odds_p90"])))


def _points(share: float) -> str:
    """A share in whole percent without the sign; what rounds to nothing shows as less than one."""
    return f"{100 * share:.0f}" if abs(share) >= _ONE or share == 0.0 else "<1"


def _why(data: Mapping[str, Any], row: Mapping[str, Any], style: Style) -> list[str]:
    if row["kind"] == "quantity":
        return to_copy(f"{say('Why?'):<8}", command_for(data["asked_as"], row["name"]), style)
    command = f"stargauge odds{_named(data)} --claim {shlex.quote(row['name'])}"
    return to_copy(f"{say('Over time')}  ", in_language(command), style)


def _next(data: Mapping[str, Any], style: Style) -> list[str]:
    told = say(
        "Total effects, at least: shares of the variance that an input has a part in; they overlap. A true share may be greater by up to "
        "the rest, which is too faint or too entangled to be told."
    )
    command = f"stargauge drivers{_named(data)} --claim ID/READING"
    return [*wrapped(told, style.width), *to_copy(f"{say('One in full')}  ", in_language(command), style)]


def _named(data: Mapping[str, Any]) -> str:
    return "" if data["asked_as"] == "stargate" else f" {shlex.quote(data['asked_as'])}"


def _same(row: Mapping[str, Any]) -> bool:
    return row["probability"] is not None or (row["kind"] == "quantity" and row["levels"] is not None)
