"""Two sides as plain text in 80 columns: what differs in the answer, in the claims and in the inputs, and what made the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stargauge.audit.compare.compare import SPOKEN_AXES
from stargauge.report.locale import notation, say, words
from stargauge.report.terminal import PLAIN, Style, brief, known_text, labelled, table, wrapped
from stargauge.report.wording import counted, day_text, number_text, range_text, rate_text, stated_text, value_text

#: Rows shown of each kind, and inputs of each cause; the rest is counted, and stands in the JSON.
MOST, PER_CAUSE = 10, 2
Dict = Mapping[str, Any]


def render_comparison(data: Dict, style: Style = PLAIN) -> str:
    """One sentence, the two sides, quantities, claims, what made the difference, the inputs, where to look next."""
    lines = [*map(style.bold, wrapped(str(data["headline"]), style.width)), *_sides(data, style)]
    for made in (_quantities, _finance, _claims, _causes, _inputs, _only):
        part = made(data, style)
        lines += ["", *part] if part else []
    return style.finish([*lines, "", *wrapped(f"{say('All of it:')} {data['reproduce'][0]} --json", style.width, "", "  ")])


def _sides(data: Dict, style: Style) -> list[str]:
    lines = []
    for side in ("a", "b"):
        told = data[side]
        seen = f" ({say('newest evidence {day}', day=day_text(told['newest_evidence']))})" if told["newest_evidence"] else ""
        asked = f", {say('with {names}', names=', '.join(told['laid']))}" if told["laid"] else ""
        lines += labelled(side.upper(), f"{told['programme']['name']}, {known_text(told)}{seen}{asked}", style, 0, 3)
    known = data["statements"]
    parts = [say("{draws} draws, seed {seed}", draws=words().count(data["draws"]), seed=data["seed"])]
    parts.append(f"{notation().number(format(data['seconds'], '.1f'))} s")
    if known:
        told = {"statements": counted(known["only_b"], "statement"), "number": words().count(known["only_a"])}
        parts.append(say("{statements} only B knows, {number} only A", **told))
    return [style.soft(line) for line in [*lines, *wrapped(", ".join(parts), style.width)]]


def _quantities(data: Dict, style: Style) -> list[str]:
    """Each quantity that differs; where none of the usual ones does, that it does not."""
    lines = _rows(data["quantities"], data, style)
    still = [row["address"] for row in data["quantities"] if row["a"] == row["b"] and row["a"] is not None]
    if not lines and still and data["inputs"]:
        return wrapped(say("None of the usual outputs moves: {outputs}.", outputs=", ".join(still)), style.width)
    return lines + (labelled(say("same"), ", ".join(still), style, 0, 6) if still and lines else [])


def _rows(rows: Iterable[Dict], data: Dict, style: Style) -> list[str]:
    """Each row that differs: P50, below it P10..P90; the change of the median, below it that of each draw."""
    moved = [row for row in rows if row["a"] != row["b"]]
    change = say("B less A, by draw") if data["same_programme"] else say("B less A")
    columns = [(say("end of {month}", month=day_text(data["date"][:7])), 27, "w"), ("A", 15, "r"), ("B", 15, "r"), (change, 17, "r")]
    lines = table(columns, [], style, fit=False) if moved else []
    for row in moved:
        sides = [{"unit": row["unit"], **row[side]} if row[side] else None for side in ("a", "b")]
        middle = [value_text(side) if side else say("absent") for side in sides]
        spread = [_span(side) if side else "" for side in sides]
        drawn = {"unit": row["unit"], **row["change"], "p50": row["median_change"]} if row["change"] else None
        lines += table(columns, [(_broken(row["address"], 27), *middle, _signed(row["median_change"], row["unit"]))], style, fit=False)[1:]
        if any(spread):
            lines += table(columns, [("", *spread, _span(drawn) if drawn else "")], style, fit=False)[1:]
    said = say("P50; below it P10..P90 (of B less A: draw by draw)") if data["same_programme"] else say("P50; below it P10..P90")
    return [*lines, *(wrapped(said, style.width) if moved else [])]


#: Per asset of a site: what is shown of it, and how.
_OF_ASSETS = (("loan_to_cost", rate_text), ("dscr", lambda value: notation().number(f"{value:.2f}".replace("-", "−"))), ("irr", rate_text))


def _of_finance(draws: int) -> str:
    """What the columns of assets are."""
    return say(
        "Of the first {draws} draws, as the sums are; only assets for which something differs. Cover: the least, of debt service over "
        "twelve months. Return: of the owners, yearly. An hour: of an accelerator of the generation of which most stand there.",
        draws=words().count(draws),
    )


def _finance(data: Dict, style: Style) -> list[str]:
    """Loans, cover, returns and the cost of an hour: sums first, then a line for each asset of each site that both sides have."""
    if not data["finance"]:
        return []
    rows = data["finance"]["quantities"]
    if not any(row["a"] != row["b"] for row in rows):
        draws = words().count(data["finance"]["draws"])
        return wrapped(say("Loans, cover and returns do not move either ({draws} draws).", draws=draws), style.width)
    lines = _rows([row for row in rows if "[" not in row["address"]], data, style)
    by_address = {row["address"]: row for row in rows}
    places = dict.fromkeys(row["address"].partition("[")[2].rstrip("]") for row in rows if row["address"].startswith("loan_to_cost["))
    hours = {row["address"].rstrip("]").split(", ")[1]: row for row in rows if row["address"].startswith("lcoc[")}
    shown = []
    for place in places:
        asset, site = place.split(", ")
        cells = [_both(by_address.get(f"{name}[{place}]"), text) for name, text in _OF_ASSETS]
        cells.append(_both(hours[site], number_text) if asset == "equipment" and site in hours else "")
        if any("→" in cell for cell in cells):
            shown.append((f"{site}, {say('equipment') if asset == 'equipment' else say('building')}", *cells))
    columns = [
        (say("P50 of A → B"), 20, "w"), (say("loan over cost"), 14, "r"), (say("cover"), 11, "r"), (say("return"), 12, "r"),
        (say("USD an hour"), 12, "r"),
    ]  # fmt: skip
    lines += ["", *table(columns, shown, style)] if shown else []
    return [*lines, *wrapped(_of_finance(data["finance"]["draws"]), style.width)]


def _both(row: Dict | None, text: Callable[[float], str]) -> str:
    """The medians of both sides: `63 % → 52 %`, one of them where they read the same, a dash where there is none."""
    sides = ["–" if row is None or row[side] is None else text(row[side]["p50"]) for side in ("a", "b")]
    return sides[0] if sides[0] == sides[1] else " → ".join(sides)


def _broken(address: str, width: int) -> str:
    """An address that may break before its labels where it does not fit."""
    return address if len(address) <= width else address.replace("[", " [")


def _span(entry: Dict, joint: str = "..") -> str:
    """P10..P90; nothing where they read the same."""
    text = range_text(entry, joint)
    low, _, high = text.partition(joint)
    return text if low != high else ""


def _to(entry: Dict) -> str:
    """P10 to P90 in words; nothing where they read the same."""
    low, _, high = range_text(entry, "|").partition("|")
    return say("{low} to {high}", low=low, high=high) if low != high else ""


def _signed(value: float | None, unit: str) -> str:
    """A change with its sign; a dash where there is nothing to compare."""
    if value is None:
        return "–"
    return "0" if value == 0 else f"{'+' if value > 0 else ''}{value_text({'p50': value, 'unit': unit})}"


def _claims(data: Dict, style: Style) -> list[str]:
    """The claims whose status or odds differ, in whole points; those that one side alone has."""
    moved = [row for row in data["claims"] if row["differs"] and _points(row["points"]) not in ("+0", "−0")]
    columns = [(say("claim: reading"), 32, "w"), ("A", 17, "w"), ("B", 17, "w"), (say("points"), 7, "r")]
    rows = [
        (f"{row['claim']}: {row['reading']}", _verdict(row["a"], style), _verdict(row["b"], style), _points(row["points"])) for row in moved
    ]
    lines = table(columns, rows[:MOST], style) if rows else []
    left, same = len(rows) - len(rows[:MOST]), len(data["claims"]) - len(moved)
    lines += [f"... {say('{number} more that differ', number=left)}"] if left else []
    lines += [say("{readings} alike on both sides (by less than a point)", readings=counted(same, "reading"))] if same else []
    for side in ("a", "b"):
        lines += (
            labelled(say("only {side}", side=side.upper()), _listed(data["claims_only"][side]), style, 0, 8)
            if data["claims_only"][side]
            else []
        )
    return lines


def _count(number: int, axis: str) -> str:
    """So many sites, phases, parties or commitments."""
    if axis == "site":
        return counted(number, "site")
    if axis == "phase":
        return counted(number, "phase")
    return counted(number, "party", "parties") if axis == "party" else counted(number, "commitment")


def _verdict(reading: Dict, style: Style) -> str:
    return f"{style.mark(reading['status'])} {brief(reading['status'], reading['probability'], reading['model_range'])}"


def _points(points: float | None) -> str:
    return "" if points is None else f"{points:+.0f}".replace("-", "−")


def _causes(data: Dict, style: Style) -> list[str]:
    """What made the difference: the change each thing alone makes, the rest, all."""
    if not data["causes"]:
        return []
    told = data["columns"]
    columns = [(say("what made it: each alone"), 26, "w"), *((column["label"], 7, "r") for column in told)]
    lines = table(columns, [(f"({say('change of P50')})", *(notation().unit(column["unit"]) for column in told))], style)
    weighty = [cause for cause in data["causes"] if cause["weight"] > 0][:MOST]
    for cause in weighty:
        lines += table(columns, [(cause["name"], *(_part(cause["effects"].get(c["address"]), c) for c in told))], style, fit=False)[1:]
        lines += wrapped(_news(cause), style.width, "   ", "   ")
    left = len(data["causes"]) - len(weighty)
    lines += [f"... {say('{number} more with less or nothing', number=left)}"] if left else []
    lines += table(columns, [(say("only together"), *(_part(data["together"].get(c["address"]), c) for c in told))], style, fit=False)[1:]
    lines += table(columns, [(say("all: B less A"), *(_part(c["change"], c) for c in told))], style, fit=False)[1:]
    return [*lines, *wrapped(str(data["method"]), style.width)]


def _part(value: float | None, column: Dict) -> str:
    if value is None:
        return "–"
    text = number_text(value, column["divisor"])
    return f"+{text}" if value > 0 else text


def _news(cause: Dict) -> str:
    """What is said of a cause on one side only: how many statements, and the newest of those that an input rests on."""
    told = {"as_of": say("the day itself: what was planned for the time between"), "catalogue": say("values and records of the catalogue")}
    parts = [told[cause["name"]]] if cause["name"] in told else []
    for side in ("only_b", "only_a"):
        count, behind = cause["statements"][side], sorted(cause["behind"][side], key=lambda one: str(one["published"] or ""))
        name = side[-1].upper()
        parts += [say("{statements} only {side} knows", statements=counted(count, "statement"), side=name)] if count else []
        parts += [say("{side} rests on {statement}", side=name, statement=_statement(behind[-1]))] if behind else []
    return "; ".join(parts) or say("{number} input cells differ", number=cause["cells"])


def _inputs(data: Dict, style: Style) -> list[str]:
    """The input cells that both sides have and that differ, those of the weightiest causes first; how many one side alone has."""
    both = [cell for cell in data["inputs"] if cell["a"] and cell["b"]]
    rows, seen = [], dict[Any, set[Any]]()
    for cell in both:
        told = seen.setdefault(cell["cause"], set())
        rows += [cell] if len(told) < 2 * PER_CAUSE and told.isdisjoint(_about(cell)) else []
        told.update(_about(cell))
    columns = [(say("input"), 28, "w"), ("A", 24, "w"), ("B", 24, "w")]
    shown = [(_cell(cell), *(_held(cell[side], cell["unit"]) for side in ("a", "b"))) for cell in rows[:MOST]]
    lines = table(columns, shown, style) if shown else []
    left, alone = len(both) - len(shown), len(data["inputs"]) - len(both)
    more = [counted(left, "more cell that differs", "more cells that differ")] if left else []
    more += [say("{number} that only one side has", number=words().count(alone))] if alone else []
    return lines + ([f"... {', '.join(more)}"] if more else [])


def _about(cell: Dict) -> set[Any]:
    """What tells a cell from others of its cause: its input, and the statement it rests on, which may feed several inputs."""
    said = cell["b"]["statement"] or cell["a"]["statement"]
    return {cell["input"], (said["path"], said["published"]) if said else cell["input"]}


def _cell(cell: Dict) -> str:
    return _broken(str(cell["input"]) + (f"[{', '.join(cell['label'])}]" if cell["label"] else ""), 28)


def _held(held: Dict, unit: str) -> str:
    """What a side holds in a cell: value, range, who said it and when; of a series what was said last."""
    if held["absent"]:
        return say("absent")
    said = held["statement"]
    if held["values"] > 1:
        value = stated_text(said) if said else counted(held["values"], "value")
    else:
        value = value_text({"unit": unit, **held}) if held["p50"] is not None else say("never")
    span = _span({"unit": unit, **held}) if held["values"] == 1 and held["p10"] is not None else ""
    return f"{value}{f' ({span})' if span else ''}, {_source(said) if said else _kind(held['kind'])}"


def _kind(kind: str) -> str:
    """What a value is where no statement stands behind it."""
    told = {"default": say("default"), "stated": say("stated"), "assumed": say("assumed"), "designed": say("designed")}
    return told.get(kind, kind)


def _statement(said: Dict) -> str:
    """What was said, of what, by whom and when."""
    about = str(said["path"]).rpartition("/")[2].rpartition("[")[0] or str(said["path"]).rpartition("/")[2]
    about = " ".join(part for part in about.split(".")[2:] if part not in ("phases", "milestones", "commitments")).replace("_", " ")
    return f"{f'{about}: ' if about else ''}{stated_text(said)} ({_source(said)})"


def _source(said: Dict) -> str:
    """Who said it and when; an assumption where nobody did."""
    return ", ".join(part for part in (str(said["publisher"] or ""), day_text(said["published"])) if part) or say("assumed")


def _only(data: Dict, style: Style) -> list[str]:
    """Sites, phases, parties and commitments of one side only."""
    lines = []
    for side in ("a", "b"):
        parts = []
        for axis in SPOKEN_AXES:
            found = data["labels"][axis][f"only_{side}"]
            if found:
                parts.append(_count(len(found), axis) + (f" ({_listed(found, 8)})" if axis in ("site", "party") else ""))
        lines += labelled(say("only {side}", side=side.upper()), "; ".join(parts), style, 0, 8) if parts else []
    return lines


def _listed(names: Iterable[str], most: int = 12) -> str:
    """Names in a row, the rest counted."""
    every = list(names)
    if len(every) <= most:
        return ", ".join(every)
    return say("{names} and {number} more", names=", ".join(every[:most]), number=len(every) - most)


# -- as a page shows it --------------------------------------------------------------------------------------------------------------------


def comparison_page(data: Dict) -> dict[str, Any]:
    """The same as tables of a page: the two sides, quantities, claims, what made the difference, the inputs, what one side alone has."""
    claims = [row for row in data["claims"] if row["differs"] and _points(row["points"]) not in ("+0", "−0")]
    finance = [_quantity(row) for row in (data["finance"] or {}).get("quantities") or [] if row["a"] != row["b"]]
    return {
        **data, "sides": [_side(data[side], side) for side in ("a", "b")],
        "moved": [_quantity(row) for row in data["quantities"] if row["a"] != row["b"]],
        "still": [row["address"] for row in data["quantities"] if row["a"] == row["b"] and row["a"] is not None],
        "financed": [row for row in finance if "[" not in row["address"]],
        "of_assets": [row for row in finance if "[" in row["address"]],
        "changed": [_claim(row) for row in claims], "alike": len(data["claims"]) - len(claims),
        "made_by": [_made_by(cause, data) for cause in data["causes"] if cause["weight"] > 0][:MOST],
        "together_parts": [_part(data["together"].get(one["address"]), one) for one in data["columns"]] if data["together"] else [],
        "totals": [_part(one["change"], one) for one in data["columns"]],
        "cells": [
            {"input": _cell(cell), "a": _held(cell["a"], cell["unit"]), "b": _held(cell["b"], cell["unit"]), "cause": cell["cause"]}
            for cell in data["inputs"] if cell["a"] and cell["b"]
        ],
        "alone": {side: _alone(data, side) for side in ("a", "b")},
    }  # fmt: skip


def _side(told: Dict, side: str) -> dict[str, Any]:
    return {**told, "side": side.upper()}


def _quantity(row: Dict) -> dict[str, Any]:
    sides = {side: {"unit": row["unit"], **row[side]} if row[side] else None for side in ("a", "b")}
    drawn = {"unit": row["unit"], **row["change"], "p50": row["median_change"]} if row["change"] else None
    return {
        "address": row["address"], "change": _signed(row["median_change"], row["unit"]), "by_draw": _to(drawn) if drawn else "",
        **{side: value_text(held) if held else "" for side, held in sides.items()},
        **{f"{side}_range": _span(held, "–") if held else "" for side, held in sides.items()},
    }  # fmt: skip


def _claim(row: Dict) -> dict[str, Any]:
    told = {side: brief(row[side]["status"], row[side]["probability"], row[side]["model_range"]) for side in ("a", "b")}
    return {"claim": row["claim"], "reading": row["reading"], "points": _points(row["points"]), **told,
            "a_status": row["a"]["status"], "b_status": row["b"]["status"]}  # fmt: skip


def _made_by(cause: Dict, data: Dict) -> dict[str, Any]:
    return {
        "name": cause["name"],
        "news": _news(cause),
        "parts": [_part(cause["effects"].get(one["address"]), one) for one in data["columns"]],
    }


def _alone(data: Dict, side: str) -> str:
    """Sites, phases, parties, commitments and claims that one side alone has, in words; nothing where there are none."""
    parts = [f"{_count(len(found), axis)}{f' ({_listed(found, 8)})' if axis in ('site', 'party') else ''}"
             for axis in SPOKEN_AXES if (found := data["labels"][axis][f"only_{side}"])]  # fmt: skip
    claims = data["claims_only"][side]
    return "; ".join([*parts, *([f"{counted(len(claims), 'claim')} ({_listed(claims)})"] if claims else [])])
