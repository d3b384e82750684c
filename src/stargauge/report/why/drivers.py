"""What moves readings and numbers, as plain text: a table of all, or one with every input that stands out."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from stargauge.report.terminal import PLAIN, Style, command_for, labelled, table, to_copy, wrapped
from stargauge.report.wording import bare, counted, day_text, finding, percent, unit_text, value_text

#: How many inputs are shown of one reading or number unless all are asked for.
MOST = 12
_ONE = 0.005
#: What is said of rows without odds, where it is not their status.
_WITHOUT = {"open": "open, by the record alone", None: "absent"}


def render_drivers(data: Mapping[str, Any], style: Style = PLAIN, every: bool = False) -> str:
    """One reading or number in full, or all in a table."""
    rows = data["rows"]
    known = f"{data['programme']}, known on {day_text(data['as_of'])}, {data['draws']:,} draws."
    if len(rows) == 1:
        lines = _one(rows[0], style, every)
        method = wrapped(data["method"], style.width) if rows[0]["moved"] else []
        return style.finish([*lines, "", *wrapped(known, style.width), *method, *_why(data, rows[0], style)])
    return style.finish([*_all(data, style), "", *wrapped(known, style.width), *_next(data, style)])


def _all(data: Mapping[str, Any], style: Style) -> list[str]:
    moving = [row for row in data["rows"] if row["moved"]]
    led = [f"{group} {count}" for group, count in data["leading"].items()]
    head = f"What moves most, of {counted(len(moving), 'open reading or number', 'open readings and numbers')}: {', '.join(led)}."
    lines = [style.bold(one) for one in wrapped(head if led else "Nothing here moves.", style.width)]
    columns = [("reading or number", 21, "w"), ("strongest inputs, at least % of variance", 39, "w"), ("groups, %", 16, "w")]
    lines += table(columns, [(_name(row), _strongest(row), _groups(row)) for row in moving], style) if moving else []
    told = dict[str, list[str]]()
    for row in data["rows"]:
        if not row["moved"]:
            told.setdefault("the same in every draw" if _same(row) else _WITHOUT.get(row["status"], row["status"]), []).append(row["name"])
    for status, names in told.items():
        lines += ["", *labelled(f"{status}:", ", ".join(names), style, indent=0, label_width=len(status) + 2)]
    return lines


def _name(row: Mapping[str, Any]) -> str:
    if row["kind"] == "reading":
        return f"{row['name']} {percent(row['probability'])}"
    at = f" {day_text(row['date'][:7])}" if row["date"] else ""
    return f"{row['name']}{at}: {value_text({**row['levels'], 'unit': row['unit']})}"


def _strongest(row: Mapping[str, Any]) -> str:
    found = [f"{driver['says']} {_points(driver['share'])}" for driver in row["moved"]["drivers"][:3]]
    return "; ".join(found) or "none stands out"


def _groups(row: Mapping[str, Any]) -> str:
    parts = sorted((one for one in row["moved"]["groups"] if one["share"] >= _ONE), key=lambda one: -one["share"])
    told = [f"{one['group']} {_points(one['share'])}" for one in parts if one["share"] > one["within"]]
    return ", ".join([*told, f"rest {_points(row['moved']['rest'])}"] if row["moved"]["drivers"] else ["too few draws"])


def _one(row: Mapping[str, Any], style: Style, every: bool) -> list[str]:
    if not row["moved"]:
        return [*map(style.bold, wrapped(row["nothing"], style.width)), *wrapped(f"{row['name']}: {row['says']}", style.width)]
    moved = row["moved"]
    shown = moved["drivers"] if every else moved["drivers"][:MOST]
    lines = [style.bold(one) for one in wrapped(headline_of(row), style.width)]
    lines += wrapped(f"{row['name']}: {finding(row['says'])}", style.width)
    if moved["chosen"]:
        lines += wrapped(
            "These are chosen draws, in which inputs go together: at least and at most are of the Shapley effect.", style.width
        )
    ends = [abs(one[end]) for one in shown for end in ("low", "high") if one[end] is not None]
    scale = {"unit": moved["unit"], "by": max(ends, default=0.0)}
    odds = any(one["odds_p10"] is not None for one in shown)
    columns = [("input (group)", 18, "w"), ("at least", 8, "r"), ("at most", 7, "r"), ("alone", 5, "r"), ("Shapley", 7, "r")]
    columns += [("low to high", 14, "w")] if ends else []
    columns += [("odds, %", 8, "w")] if odds else []
    rows = [_cells(one, scale if ends else None, odds) for one in shown]
    total = "Total at least, and at most, in % of the variance (± sampling error):"
    lines += (
        ["", *wrapped(total, style.width), *table(columns, rows, style)]
        if rows
        else ["", "No input stands out of the noise of these draws."]
    )
    more = len(moved["drivers"]) - len(shown)
    lines += [f"{counted(more, 'more input')} that {'stands' if more == 1 else 'stand'} out: --all"] if more else []
    groups = [f"{one['group']} {_points(one['share'])} ±{_points(one['within'])}" for one in moved["groups"] if one["share"] >= _ONE]
    lines += ["", *labelled("groups", ", ".join(groups), style, indent=0, label_width=10)] if groups else [""]
    pairs = [f"{' with '.join(one['says'])} {_points(one['share'])} ±{_points(one['within'])}" for one in moved["together"]]
    lines += labelled("together", "; ".join(pairs), style, indent=0, label_width=10) if pairs else []
    resolved = f"{_points(moved['resolved']['share'])} ±{_points(moved['resolved']['within'])} % resolved"
    names = [(one["input"], one["says"]) for one in shown]
    return [
        *lines,
        *labelled("in all", f"{resolved}; {counted(moved['faint'], 'input')} too faint to tell", style, indent=0, label_width=10),
        *(["", *table([("name", 32, "l"), ("input", 46, "w")], names, style)] if names else []),
    ]


def headline_of(row: Mapping[str, Any]) -> str:
    """What a reading or a number comes to, and which group of inputs and which single one move it most, in one sentence."""
    moved = row["moved"]
    what = f"Odds {percent(row['probability'])}" if row["kind"] == "reading" else _number(row)
    if not moved["drivers"]:
        return f"{what}; no input stands out of these draws."
    group = max(moved["groups"], key=lambda one: float(one["share"]))
    first, share = moved["drivers"][0]["says"], percent(moved["drivers"][0]["share"])
    of = "whether it holds" if moved["of"] == "truth" else "what it compares" if row["kind"] == "reading" else "it"
    return f"{what}. What moves {of} most: {group['group']} (at least {percent(group['share'])} of the variance), first {first} ({share})."


def _number(row: Mapping[str, Any]) -> str:
    entry = {**row["levels"], "unit": row["unit"]}
    at = f" at the end of {day_text(row['date'][:7])}" if row["date"] else ""
    return f"{bare(entry, 'p50')} {unit_text(entry)}".rstrip() + f" (P10 {bare(entry, 'p10')}, P90 {bare(entry, 'p90')}){at}"


def _cells(one: Mapping[str, Any], scale: Mapping[str, Any] | None, odds: bool) -> tuple[str, ...]:
    name = f"{one['says']} ({one['group']})"
    out = [
        name,
        f"{_points(one['share'])} ±{_points(one['within'])}",
        _points(one["share_at_most"]),
        _points(one["alone"]),
        _points(one["shapley"]),
    ]
    if scale is not None:
        low, high = (bare({**scale, "end": one[end]}, "end", "by") if one[end] is not None else "never" for end in ("low", "high"))
        out.append(f"{low} to {high}")
    return (*out, f"{_points(one['odds_p10'])} to {_points(one['odds_p90'])}") if odds else tuple(out)


def _points(share: float) -> str:
    """A share in whole percent without the sign; what rounds to nothing shows as less than one."""
    return f"{100 * share:.0f}" if abs(share) >= _ONE or share == 0.0 else "<1"


def _why(data: Mapping[str, Any], row: Mapping[str, Any], style: Style) -> list[str]:
    if row["kind"] == "quantity":
        return to_copy("Why?    ", command_for(data["asked_as"], row["name"]), style)
    return to_copy("Over time  ", f"stargauge odds{_named(data)} --claim {shlex.quote(row['name'])}", style)


def _next(data: Mapping[str, Any], style: Style) -> list[str]:
    told = (
        "Total effects, at least: shares of the variance that an input has a part in; they overlap. A true share may be greater by up to "
    )
    told += "the rest, which is too faint or too entangled to be told."
    command = f"stargauge drivers{_named(data)} --claim ID/READING"
    return [*wrapped(told, style.width), *to_copy("One in full  ", command, style)]


def _named(data: Mapping[str, Any]) -> str:
    return "" if data["asked_as"] == "stargate" else f" {shlex.quote(data['asked_as'])}"


def _same(row: Mapping[str, Any]) -> bool:
    return row["probability"] is not None or (row["kind"] == "quantity" and row["levels"] is not None)
