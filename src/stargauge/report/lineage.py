"""Reading an explanation: which inputs a number rests on, each once, the ones that move it most first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]

#: How a choice is called beside inputs.
CHOICE = "the choice "
#: A share of the spread below this is not worth a card of its own.
LEAST_SHARE = 0.01


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it."""
    yield node
    for need in node.get("needs") or []:
        yield from walk(need)


def is_input(node: Node) -> bool:
    """Whether a node is an input: stated, default, assumed or designed, and not computed from others."""
    return node.get("kind") not in (None, "derived")


def leaves(node: Node) -> Iterator[Node]:
    """The inputs below a node, each whole: cells of one input stay together, and what was explained elsewhere is passed over."""
    if is_input(node):
        if content(node):
            yield node
        return
    for need in node.get("needs") or []:
        yield from leaves(need)


def content(node: Node) -> int:
    """How much an input's node tells: its value, its statements and those of its cells; nothing where it was explained elsewhere."""
    cells = node.get("needs") or []
    own = len(node.get("statements") or []) + (node.get("value") is not None) + (node.get("p50") is not None)
    return own + sum(1 + len(cell.get("statements") or []) for cell in cells)


def own_note(node: Node) -> str:
    """The note of a node, where none of its statements says the same."""
    note = str(node.get("note") or "")
    return "" if any(note == told.get("note") for told in node.get("statements") or []) else note


def formulas(node: Node) -> list[str]:
    """The lines of a node's formula, without the numbers that count them in the docstring."""
    lines = str(node.get("formula") or "").splitlines()
    return [re.sub(r"\s*\(\d+\)$", "", line.strip()) for line in lines if line.strip()]


def inputs(lineage: Iterable[Node]) -> dict[str, Node]:
    """Every input of some explanations by name, in the fullest form in which it occurs."""
    found: dict[str, Node] = {}
    for root in lineage:
        for leaf in leaves(root):
            name = input_name(leaf)
            if name not in found or content(leaf) > content(found[name]):
                found[name] = leaf
    return dict(sorted(found.items()))


def input_name(node: Node) -> str:
    """The name of an input, without labels."""
    return str(node.get("address") or node.get("label") or "").split("[", 1)[0]


def strongest(root: Node, most: int = 8) -> list[Node]:
    """The inputs and choices that bring most of a number's spread, largest first, each with its share."""
    shares = dict(root.get("shares") or {})
    for node in walk(root):
        if is_input(node) and node.get("share") is not None:
            shares.setdefault(input_name(node), node["share"])
    held = {**inputs([root]), **choices(root)}
    ordered = sorted((name for name in held if shares.get(name, 0.0) >= LEAST_SHARE), key=lambda name: -shares[name])
    return [{**held[name], "share": shares[name]} for name in ordered[:most]]


def choices(root: Node) -> dict[str, Node]:
    """The choices that bring some of a number's spread as inputs of their own: one of several is true in a world."""
    found: dict[str, Node] = {}
    for pick in root.get("picks") or []:
        options = "; ".join(f"{share(option['weight'])} {option['name']}" for option in pick["options"])
        name = f"pick:{pick['name']}"
        found[name] = {"address": name, "label": f"{CHOICE}{pick['name']}", "value": options, "kind": "choice", "basis": "choice",
                       "switches": list(pick["inputs"]),
                       "note": f"switches {', '.join(pick['inputs'][:4])}{' …' if len(pick['inputs']) > 4 else ''}"}  # fmt: skip
    return found


#: What a spread may rest on, in words.
_BASES = (
    ("assumed", "assumptions"), ("stated", "what sources state"), ("default", "defaults of the catalogue"),
    ("designed", "a plan made here"),
    ("chance", "chance alone"), ("choice", "a choice between sources or methods"),
)  # fmt: skip
#: Shares below this are not told.
_TOLD = 0.005


def rests_text(root: Node) -> str:
    """`62 % of the spread rests on assumptions, 21 % on what sources state; 9 % on sources of grade C or D. 93 % is resolved.`"""
    rests = root.get("rests_on") or {}
    held = sorted((pair for pair in _BASES if rests.get(pair[0], 0.0) >= _TOLD), key=lambda pair: -rests[pair[0]])
    if not held:
        return ""
    first, *rest = [f"{share(rests[name])} {{}}on {words}" for name, words in held]
    text = ", ".join([first.format("of the spread rests "), *(one.format("") for one in rest)])
    if rests.get("weak", 0.0) >= _TOLD:
        text += f"; {share(rests['weak'])} on sources of grade C or D"
    if rests.get("hindsight", 0.0) >= _TOLD:
        text += f"; {share(rests['hindsight'])} on values younger than the knowledge date"
    return f"{text}. {share(rests['resolved'])} of it is resolved."


def share(part: float) -> str:
    """A share of a spread in whole percent: unlike odds it may be 0 and 100."""
    return f"{part:.0%}".replace("%", " %")


def others(root: Node, shown: Iterable[Node]) -> list[str]:
    """The names of the inputs of a number that are not among those shown."""
    names = {input_name(node) for node in shown}
    return [name for name in inputs([root]) if name not in names]
