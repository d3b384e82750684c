"""Reading an explanation: which inputs a number rests on, each once, the ones that move it most first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from stargauge.report.locale import say
from stargauge.report.wording import day_text

Node = Mapping[str, Any]

#: What the address of a choice begins with, beside those of inputs.
CHOICE = "pick:"
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


#: What a value rests on, the weakest first.
KINDS = ("assumed", "default", "stated", "designed", "choice", "chance", "structure")


def kind_of(basis: str) -> str:
    """What a value rests on, in one word: the same in text, cards and pictures."""
    told = {
        "assumed": say("assumption"), "default": say("default"), "stated": say("stated"), "designed": say("designed"),
        "choice": say("choice"), "chance": say("chance"), "structure": say("given"),
    }  # fmt: skip
    return told.get(basis, basis)


def bases(node: Node) -> list[str]:
    """What an input rests on, each that occurs among its cells, the weakest first."""
    cells = node.get("needs") or [] if is_input(node) else []
    found = {str(cell.get("basis") or cell.get("kind") or "") for cell in (cells or [node])} - {"", "input"}
    return [basis for basis in KINDS if basis in found]


def kind_text(node: Node) -> str:
    """What an input rests on, in words: `assumption`, of several cells each that occurs."""
    return ", ".join(kind_of(basis) for basis in bases(node))


def apart(reads: str, node: Node) -> str:
    """That a reading compares something else than the value at the end of its last month, at which the parts are told."""
    compares = {
        "highest": say("the highest month end until then"), "lowest": say("the lowest month end until then"),
        "any": say("every month end until then"), "sum": say("the sum of the months it names"),
    }  # fmt: skip
    if not node.get("date"):
        return say(
            "The reading compares {what}; the parts below are those at the end of the last month. The shares are those of what is "
            "compared.",
            what=compares[reads],
        )
    return say(
        "The reading compares {what}; the parts below are those at the end of {month}. The shares are those of what is compared.",
        what=compares[reads], month=day_text(str(node["date"])[:7]),
    )  # fmt: skip


def shares_text() -> str:
    """What the shares beside inputs are shares of."""
    return say("share of the variance, adding up (Shapley)")


def formulas(node: Node) -> list[str]:
    """The lines of a node's formula, without the numbers that count them in the docstring."""
    lines = str(node.get("formula") or "").splitlines()
    return [re.sub(r"\s*\(\d+\)$", "", line.strip()) for line in lines if line.strip()]


class Whole(Mapping[str, Any]):
    """An explanation that is asked several times what it rests on: its tree is walked once. Reads as its node does."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __getitem__(self, key: str) -> Any:
        return self._node[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._node)

    def __len__(self) -> int:
        return len(self._node)

    @cached_property
    def all_inputs(self) -> dict[str, Node]:
        """Every input by name, in the fullest form in which it occurs."""
        return _fullest(leaves(self._node))

    @cached_property
    def all_shares(self) -> dict[str, float]:
        """The share of each input and choice: as told of the number, else as it stands beside the input."""
        shares = dict(self._node.get("shares") or {})
        for node in walk(self._node):
            if is_input(node) and node.get("share") is not None:
                shares.setdefault(input_name(node), node["share"])
        return shares


def whole(node: Node) -> Whole:
    """An explanation whose tree is walked once, however often it is asked."""
    return node if isinstance(node, Whole) else Whole(node)


def inputs(lineage: Iterable[Node]) -> dict[str, Node]:
    """Every input of some explanations by name, in the fullest form in which it occurs."""
    return _fullest(leaf for root in lineage for leaf in whole(root).all_inputs.values())


def _fullest(held: Iterable[Node]) -> dict[str, Node]:
    found: dict[str, tuple[int, Node]] = {}
    for leaf in held:
        name, told = input_name(leaf), content(leaf)
        if name not in found or told > found[name][0]:
            found[name] = told, leaf
    return {name: leaf for name, (_, leaf) in sorted(found.items())}


def input_name(node: Node) -> str:
    """The name of an input, without labels."""
    return str(node.get("address") or node.get("label") or "").split("[", 1)[0]


def strongest(root: Node, most: int = 8) -> list[Node]:
    """The inputs and choices that bring most of a number's spread, largest first, each with its share."""
    shares, held = whole(root).all_shares, {**whole(root).all_inputs, **choices(root)}
    ordered = sorted((name for name in held if shares.get(name, 0.0) >= LEAST_SHARE), key=lambda name: -shares[name])
    return [{**held[name], "share": shares[name]} for name in ordered[:most]]


def choices(root: Node) -> dict[str, Node]:
    """The choices that bring some of a number's spread as inputs of their own: one of several is true in a world."""
    found: dict[str, Node] = {}
    for pick in root.get("picks") or []:
        options = "; ".join(f"{share(option['weight'])} {option['name']}" for option in pick["options"])
        name = f"{CHOICE}{pick['name']}"
        found[name] = {"address": name, "label": say("the choice {name}", name=pick["name"]), "value": options,
                       "kind": "choice", "basis": "choice",
                       "switches": list(pick["inputs"]),
                       "note": say("switches {inputs}", inputs=_first_four(pick["inputs"]))}  # fmt: skip
    return found


def _first_four(names: Sequence[str]) -> str:
    return f"{', '.join(names[:4])}{' …' if len(names) > 4 else ''}"


#: Shares below this are not told.
_TOLD = 0.005


def rests_text(root: Node) -> str:
    """`62 % of the variance rests on assumptions, 21 % on what sources state; 9 % on sources of grade C or D. 93 % is resolved.`"""
    rests = root.get("rests_on") or {}
    named = (
        ("assumed", say("assumptions")), ("stated", say("what sources state")), ("default", say("defaults of the catalogue")),
        ("designed", say("a plan made here")), ("chance", say("chance alone")), ("choice", say("a choice between sources or methods")),
    )  # fmt: skip
    held = sorted((pair for pair in named if rests.get(pair[0], 0.0) >= _TOLD), key=lambda pair: -rests[pair[0]])
    if not held:
        return ""
    (first, what), *rest = held
    told = [say("{share} of the variance rests on {what}", share=share(rests[first]), what=what)]
    told += [say("{share} on {what}", share=share(rests[name]), what=other) for name, other in rest]
    text = ", ".join(told)
    if rests.get("weak", 0.0) >= _TOLD:
        text += f"; {say('{share} on sources of grade C or D', share=share(rests['weak']))}"
    if rests.get("hindsight", 0.0) >= _TOLD:
        text += f"; {say('{share} on values younger than the knowledge date', share=share(rests['hindsight']))}"
    return f"{text}. {say('{share} of it is resolved.', share=share(rests['resolved']))}"


def share(part: float) -> str:
    """A share of a spread in whole percent: unlike odds it may be 0 and 100."""
    return f"{part:.0%}".replace("%", " %")


def others(root: Node, shown: Iterable[Node]) -> list[str]:
    """The names of the inputs of a number that are not among those shown."""
    names = {input_name(node) for node in shown}
    return [name for name in whole(root).all_inputs if name not in names]
