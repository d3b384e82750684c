"""An explanation as plain data: what a number is and is made of, who says so and where that stands, what a scenario put in its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stargauge.audit.run import texts_of
from stargauge.audit.sources.captures import Held
from stargauge.audit.sources.places import Places
from stargauge.audit.sources.supposed import Change, changes_of
from stargauge.audit.summary import names_of
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.sentence import Names, phrase, subject
from stargauge.catalogue.places import cited_of
from stargauge.engine.cells import Cell, Choice
from stargauge.engine.node import Node, Row
from stargauge.engine.series import plain
from stargauge.engine.simulate import model_graph
from stargauge.quantity.address import parse_address, parse_share
from stargauge.quantity.statement import PICK, Statement

#: Statements of a cell that a report keeps.
MOST_SAID = 3


@dataclass(frozen=True)
class Telling:
    """What an explanation tells beside the numbers: where statements stand, what was laid over the inputs; how many statements a cell."""

    places: Places | None = None
    changes: Mapping[str, Mapping[str, Change]] = field(default_factory=dict)
    most: int | None = MOST_SAID

    def said(self, statements: Iterable[Statement]) -> list[dict[str, Any]]:
        """Statements as plain data."""
        return [statement_data(said, self.places) for said in list(statements)[: self.most]]


SHORT = Telling()


def explained(node: Node, known: Any, captures: Mapping[str, Held] | None = None, language: str = "en") -> dict[str, Any]:
    """An explanation with what its address is called, the sources of its statements, and what is held of the captures they cite.

    Every statement says the file and line where it stands; an input that a scenario, a single input or values of one's own changed says
    by which, why, and what it took the place of. `language`: of what the address is called.
    """
    graph = model_graph().quantities
    axes = {axis: tuple(labels) for axis, labels in known.axes.items()}
    names = Names(axes, graph, names_of(known), words_of(language), texts_of(known.programme, language))
    part = parse_share(node.address)
    address = part or parse_address(node.address)
    called = subject(address, names) if address.name in names.words.quantities else str(address)
    plural = part is None and phrase(address.name, names.words).plural and address.name in names.words.quantities
    leaves = [one.name for one in node.walk() if one.is_input]
    telling = Telling(Places(known.programme, known.catalogue.catalogue), changes_of(known, leaves), None)
    timed = "month" in graph[address.name].axes
    data = {**node_data(node, telling), "date": node.month if timed else None}
    shown = {said["capture"] for said in _said_in(data) if said["capture"]}
    return {
        **data, "sources": cited(_said_in(data), known), "plural": plural,
        "captures": {name: one.to_dict() for name, one in (captures or {}).items() if name in shown},
        "subject": _subject(called, str(address), part is not None),
    }  # fmt: skip


def reported(node: Node, known: Any) -> dict[str, Any]:
    """An explanation as a report holds it: with what its address is called, without the places of statements."""
    names = Names({axis: tuple(labels) for axis, labels in known.axes.items()}, model_graph().quantities, names_of(known))
    address = parse_address(node.address)
    held = address.name in names.words.quantities
    called = subject(address, names) if held else node.address
    timed = "month" in model_graph().quantities[address.name].axes
    return {
        **node_data(node),
        "date": node.month if timed else None,
        "subject": _subject(called, node.address, False),
        "plural": held and phrase(address.name, names.words).plural,
    }


def _subject(called: str, address: str, share: bool) -> str:
    if share:
        return f"The share of {called[:1].lower() + called[1:] if called != address else address}"
    return called if called == address else called[:1].upper() + called[1:]


def cited(said: Iterable[Mapping[str, Any]], known: Any) -> dict[str, Any]:
    """The sources of statements by id; a record of the catalogue cites its own in words."""
    book = {**known.catalogue.catalogue.sources, **known.programme.sources}
    out: dict[str, Any] = {}
    for one in said:
        name = one["source"]
        if name and name in book:
            out[name] = source_data(book[name])
        elif name and name not in out:
            told = cited_of(Statement(0.0, "1", path=one["path"]))
            out[name] = {"publisher": name, "title": "", "date": one["published"] or "", "url": told.url if told else "",
                         "grade": one["grade"]}  # fmt: skip
    return dict(sorted(out.items()))


def _said_in(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every statement of an explanation, those of what was replaced included."""
    out = list(data.get("statements") or [])
    for choice in data.get("choices") or []:
        out += choice["statements"]
    if changed := data.get("changed"):
        out += (changed["from"] or {}).get("statements") or []
    for need in data.get("needs") or []:
        out += _said_in(need)
    return out


def node_data(node: Node, telling: Telling = SHORT) -> dict[str, Any]:
    """An explanation as the terminal and the report read it: one value, what it needs, statements at the leaves."""
    out: dict[str, Any] = {
        "address": node.address, "label": node.address, "says": node.says, "formula": "\n".join(node.formula), "unit": node.unit,
        "date": node.month, "kind": "input" if node.is_input else "derived",
    }  # fmt: skip
    if node.repeated:
        return out | _rows(node) | {"note": "explained elsewhere"}
    out |= _rows(node)
    if len(node.rows) == 1:
        out["mean"] = plain(node.rows[0].mean)
        if node.rows[0].absent:
            out["note"] = f"a lower bound: absent for {', '.join(node.rows[0].absent)}"
    if node.parts:
        out["parts"], out["parted"] = [_part(row) for row in node.parts], node.parted
    out["needs"] = [node_data(need, telling) for need in node.needs]
    if node.cells:
        out |= _cells(node, telling)
    if node.draws:
        out["draws"] = node.draws
    if node.rests is not None:
        out["shares"], out["rests_on"] = dict(node.shares), node.rests.to_dict()
        out["picks"] = _picks(node)
        _share_out(out, node.shares)
    return out


def _picks(node: Node) -> list[dict[str, Any]]:
    """The choices that bring some of the spread: their options with weights, and the inputs that switch with each."""
    held: dict[str, dict[str, Any]] = {}
    for one in node.leaves():
        for cell in one.cells:
            if cell.pick and (share := node.shares.get(f"{PICK}{cell.pick}")):
                options = [{"name": option.name, "weight": option.weight} for option in cell.choices]
                found = held.setdefault(cell.pick, {"name": cell.pick, "share": share, "options": options, "inputs": []})
                found["inputs"] += [] if one.name in found["inputs"] else [one.name]
    return sorted(held.values(), key=lambda pick: -float(pick["share"]))


def _part(row: Row) -> dict[str, Any]:
    return {"label": row.label, **_spread(row.spread), "mean": plain(row.mean), "absent": list(row.absent)}


def _rows(node: Node) -> dict[str, Any]:
    """What a quantity is: one value, or one per row; a date that is not reached in half of the worlds is "never"."""
    if len(node.rows) == 1 and not node.rows[0].time:
        never = node.unit == "d" and node.rows[0].spread[1] == float("inf")
        return _spread(node.rows[0].spread) | ({"value": "never in most worlds"} if never else {})
    if not node.rows:
        return {}
    times = [{"time": row.time, "which": row.which} if row.time else {} for row in node.rows]
    rows = [{"label": row.label, **when, **_spread(row.spread)} for row, when in zip(node.rows, times, strict=True)]
    return {"rows": rows, "more": node.more}


def _cells(node: Node, telling: Telling) -> dict[str, Any]:
    if len(node.cells) == 1:
        return _held(node, node.cells[0], telling)
    return {"needs": [_cell(node, cell, telling) for cell in node.cells]}


def _cell(node: Node, cell: Cell, telling: Telling) -> dict[str, Any]:
    label = ", ".join(cell.labels[:4]) + (" …" if len(cell.labels) > 4 else "")
    return {"address": node.name, "label": label, "unit": node.unit, **_held(node, cell, telling)}


def _held(node: Node, cell: Cell, telling: Telling) -> dict[str, Any]:
    """What is held about cells that are alike: value, kind, what it rests on, who said it; the options of a choice; what it replaced."""
    out: dict[str, Any] = {
        **_spread(cell.spread), "kind": cell.kind, "basis": cell.basis, "value": _value_text(cell.value), "note": cell.note,
        "hindsight": str(cell.hindsight) if cell.hindsight else None, "statements": telling.said(cell.statements),
    }  # fmt: skip
    if cell.choices and cell.pick:
        out |= {"pick": cell.pick, "choices": [_choice(one, telling) for one in cell.choices]}
    found = telling.changes.get(node.name, {})
    changed = next((found[label] for label in (cell.labels or ("",)) if label in found), None)
    return out | ({"changed": _changed(changed, telling)} if changed is not None else {})


def _choice(one: Choice, telling: Telling) -> dict[str, Any]:
    return {"name": one.name, "weight": one.weight, "value": _value_text(one.value), **_spread(one.spread),
            "statements": telling.said(one.statements)}  # fmt: skip


def _changed(change: Change, telling: Telling) -> dict[str, Any]:
    """By what an input was changed, why, and what it was before; nothing where there was none."""
    before, held = change.before, None
    if before is not None:
        own = Telling(change.places, most=telling.most)
        held = {"value": _value_text(before.value), "kind": before.kind, **_spread(before.spread), "note": before.note,
                "statements": own.said(before.statements)}  # fmt: skip
    return {"by": change.by, "reason": change.reason, "from": held}


def _value_text(value: str) -> str | None:
    """A value as it was given; nothing where nobody said, and never where it does not come."""
    return {"nan": None, "inf": "never"}.get(value, value)


def _spread(spread: Sequence[float]) -> dict[str, Any]:
    return {name: None if v != v or abs(v) == float("inf") else float(v) for name, v in zip(("p10", "p50", "p90"), spread, strict=True)}


def _share_out(tree: dict[str, Any], shares: Mapping[str, float]) -> None:
    """Write the share of the spread beside each input of the tree, once."""
    for child in tree.get("needs", ()):
        name = str(child.get("address", "")).split("[", 1)[0]
        if child.get("kind") != "derived" and name in shares and "share" not in child:
            child["share"] = shares[name]
        _share_out(child, shares)


def statement_data(said: Statement, places: Places | None = None) -> dict[str, Any]:
    """A statement as plain data; with places, also the file and line where it stands."""
    out: dict[str, Any] = {
        "path": said.path, "value": value_data(said.value), "text": said.text, "unit": said.unit,
        "as_of": str(said.as_of) if said.as_of else None, "published": str(said.published) if said.published else None,
        "source": said.source or None, "status": said.status, "grade": said.grade, "note": said.note,
        "capture": said.capture or None,
    }  # fmt: skip
    if places is None:
        return out
    place = places.of(said)
    return out | {"file": place.file if place else None, "line": place.line if place else None}


def value_data(value: Any) -> Any:
    """A value as JSON takes it: numbers as numbers, dates and distributions as text."""
    if isinstance(value, (bool, int, float, str)):
        return value if value == value else None
    return str(value)


def source_data(entry: Any) -> dict[str, Any]:
    """A source as plain data."""
    when = getattr(entry, "published", None) or getattr(entry, "date", None)
    return {"publisher": entry.publisher, "title": entry.title, "date": str(when or ""), "url": entry.url, "grade": entry.grade}
