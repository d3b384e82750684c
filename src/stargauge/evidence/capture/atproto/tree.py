"""The Merkle search tree of a repository: what its nodes prove about one key.

Each key has a layer, by the zeros at the front of its hash (two bits a layer). A node holds the keys of one layer in order, and between
them links to subtrees one layer down. The path from the root to where a key must stand proves that it is there, with which value, or that
it is not. Every node on the path is checked as a node of such a tree: order, prefixes, layers. A node that is missing proves nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stargauge.evidence.capture.atproto.cbor import Cid, Malformed, decode

DEEPEST = 129


@dataclass(frozen=True)
class Node:
    """Keys with their values in order, and the subtrees: before the first key, and after each."""

    keys: tuple[bytes, ...]
    values: tuple[Cid, ...]
    subtrees: tuple[Cid | None, ...]


def layer_of(key: bytes) -> int:
    """The layer of a key: zero bits at the front of its SHA-256, by two."""
    digest = hashlib.sha256(key).digest()
    return (256 - int.from_bytes(digest, "big").bit_length()) // 2


def shared(a: bytes, b: bytes) -> int:
    """How many bytes two keys share at the front."""
    return next((at for at, (one, other) in enumerate(zip(a, b, strict=False)) if one != other), min(len(a), len(b)))


def read_node(block: bytes) -> Node:
    """A node from its block. Raises Malformed where it is none."""
    data = decode(block)
    if not isinstance(data, dict) or set(data) != {"l", "e"} or not isinstance(data["e"], list):
        raise Malformed("a node has not the fields l and e")
    keys: list[bytes] = []
    values: list[Cid] = []
    subtrees = [_subtree(data["l"])]
    for entry in data["e"]:
        prefix, rest, value = _entry(entry)
        last = keys[-1] if keys else b""
        if prefix > len(last):
            raise Malformed("a key shares more than the key before it has")
        key = last[:prefix] + rest
        if keys and (key <= last or shared(key, last) != prefix):
            raise Malformed("the keys of a node are not in order, or not written as short as they can be")
        if not keys and prefix:
            raise Malformed("the first key of a node shares with none")
        keys.append(key)
        values.append(value)
        subtrees.append(_subtree(entry["t"]))
    if len({layer_of(key) for key in keys}) > 1:
        raise Malformed("a node holds keys of several layers")
    return Node(tuple(keys), tuple(values), tuple(subtrees))


def _entry(entry: Any) -> tuple[int, bytes, Cid]:
    if not isinstance(entry, dict) or set(entry) != {"p", "k", "v", "t"}:
        raise Malformed("an entry of a node has not the fields p, k, v and t")
    prefix, rest, value = entry["p"], entry["k"], entry["v"]
    if not isinstance(prefix, int) or isinstance(prefix, bool) or prefix < 0 or not isinstance(rest, bytes) or not isinstance(value, Cid):
        raise Malformed("an entry of a node has fields of another kind")
    return prefix, rest, value


def _subtree(link: Any) -> Cid | None:
    if link is not None and not isinstance(link, Cid):
        raise Malformed("a subtree of a node is no link")
    return link


def find(blocks: Mapping[Cid, bytes], root: Cid, key: bytes) -> Cid | None:
    """The value of a key, or None where the tree proves that it has none. Raises Malformed where the blocks prove neither."""
    wanted = layer_of(key)
    at: Cid | None = root
    layer: int | None = None
    low, high = b"", None
    for _ in range(DEEPEST):
        if at is None:
            return None
        if at not in blocks:
            raise Malformed(f"the node {at} on the way to the key is missing, so nothing is proved")
        node = read_node(blocks[at])
        layer = _layer(node, layer, root == at)
        if any(not low < one or (high is not None and one >= high) for one in node.keys):
            raise Malformed("a node holds keys that do not belong where it stands")
        place = sum(one < key for one in node.keys)
        if place < len(node.keys) and node.keys[place] == key:
            return node.values[place]
        if layer is not None and layer <= wanted:
            return None  # its own layer lacks it, and below that it cannot stand
        low = node.keys[place - 1] if place else low
        high = node.keys[place] if place < len(node.keys) else high
        at = node.subtrees[place]
    raise Malformed("the tree is deeper than any")


def _layer(node: Node, above: int | None, is_root: bool) -> int | None:
    """The layer of a node: by its keys, else one below the node above. Raises Malformed where the two differ."""
    own = layer_of(node.keys[0]) if node.keys else None
    below = None if above is None else above - 1
    if own is None:
        if is_root and not any(node.subtrees):
            return None  # the tree of a repository without records
        if is_root:
            raise Malformed("the root of the tree has no key")
        if below is None or below < 0:
            raise Malformed("a node without keys stands at the bottom of the tree")
        return below
    if below is not None and own != below:
        raise Malformed(f"a node of layer {own} stands where layer {below} belongs")
    return own
