"""The Merkle tree of a log: its hash, proofs that an entry is in it and that it only grew, and their checks.

Hashes are those of RFC 6962 section 2.1 (SHA-256), the checks those of RFC 9162 sections 2.1.3.2 and 2.1.4.2. A node of level l and index i
is the root over the entries from i * 2^l to (i + 1) * 2^l.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

from stargauge.quantity.errors import InputError, counted
from stargauge.quantity.spoken import say

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

#: The hash of a node, by level and index.
Nodes = Callable[[int, int], bytes]


class ProofError(InputError):
    """A proof, a signature or a checkpoint that does not hold."""


def _entries(number: int) -> str:
    return counted(number, "entry", "entries")


def _hashes(proof: Sequence[bytes]) -> str:
    return counted(len(proof), "hash", "hashes")


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def halved(hashes: Sequence[bytes]) -> list[bytes]:
    """The hashes of the level above; one left over at the end is not carried up."""
    return [sha256(b"\x01" + hashes[place] + hashes[place + 1]).digest() for place in range(0, len(hashes) - 1, 2)]


def folded(root: bytes | None, hashes: Sequence[bytes]) -> bytes | None:
    """The root over subtrees of one size, fewer than would make the next tile, and what lies right of them (None: nothing does)."""
    level = hashes
    while level:
        if len(level) % 2:
            root = level[-1] if root is None else node_hash(level[-1], root)
        level = halved(level)
    return root


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    return folded(None, hashes) or EMPTY_ROOT


def subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The whole subtrees, as level and index, that make up the entries from start (a multiple of the largest of them) to end."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def range_root(start: int, end: int, node: Nodes) -> bytes:
    """The root over the entries from start to end, as they stand in the tree."""
    parts = [node(level, index) for level, index in subtrees(start, end)]
    root = parts.pop()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


def tree_root(size: int, node: Nodes) -> bytes:
    """The root of the tree over the first `size` entries."""
    return range_root(0, size, node) if size else EMPTY_ROOT


def _split(start: int, end: int) -> int:
    """Where a tree over these entries parts: after the largest power of two below their number."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def inclusion_proof(index: int, size: int, node: Nodes) -> list[bytes]:
    """The hashes that lead from an entry to the root of the tree of that size, from the entry up (RFC 6962, PATH)."""
    if not 0 <= index < size:
        raise ProofError(
            say(
                "entry {index:,} is not in the log of {entries}; expected 0 to {size:,}", index=index, entries=_entries(size), size=size - 1
            )
        )
    start, end, path = 0, size, []
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    return path[::-1]


def consistency_proof(old: int, size: int, node: Nodes) -> list[bytes]:
    """The hashes that show that the tree of `old` entries is the beginning of that of `size` entries (RFC 6962, PROOF)."""
    if not 0 < old <= size:
        raise ProofError(say("consistency is proved from a log of 1 to {size:,}; got {old:,}", size=size, old=old))
    start, end, path = 0, size, []
    while end != old:
        middle = _split(start, end)
        if old <= middle:
            path.append(range_root(middle, end, node))
            end = middle
        else:
            path.append(range_root(start, middle, node))
            start = middle
    if start:
        path.append(range_root(start, end, node))
    return path[::-1]


def _expect_hashes(*hashes: bytes) -> None:
    wrong = {len(one) for one in hashes} - {HASH_SIZE}
    if wrong:
        raise ProofError(say("a hash has {size} bytes; expected {hash_size}", size=min(wrong), hash_size=HASH_SIZE))


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a proof of inclusion leads to from a leaf hash. Raises ProofError where its length does not fit index and size."""
    if not 0 <= index < size:
        raise ProofError(say("index {index:,} is not within a log of {entries}", index=index, entries=_entries(size)))
    _expect_hashes(leaf, *proof)
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError(
                say("the proof has {hashes}, more than entry {index:,} of {size:,} needs", hashes=_hashes(proof), index=index, size=size)
            )
        if place % 2 or place == last:
            root = node_hash(sibling, root)
            while not (place % 2 or place == 0):
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError(
            say("the proof has {hashes}, fewer than entry {index:,} of {size:,} needs", hashes=_hashes(proof), index=index, size=size)
        )
    return root


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise ProofError unless the proof shows the leaf hash at that index of the tree of that size and root."""
    _expect_hashes(root)
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise ProofError(
            say(
                "the proof of entry {index:,} does not lead to the root of the log of {entries}: the entry is not in it",
                index=index,
                entries=_entries(size),
            )
        )


def check_consistency(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofError unless the proof shows that the tree of `old` entries is the beginning of that of `size` entries."""
    if not 0 < old <= size:
        raise ProofError(
            say(
                "consistency is shown from a log of at least one entry to one as large or larger; got {old:,} and {size:,}",
                old=old,
                size=size,
            )
        )
    if old == size:  # the same log: nothing is hashed
        if proof or old_root != root:
            raise ProofError(
                say(
                    "two logs of {entries} need no proof"
                    if proof
                    else "two logs of {entries} have different roots: one of them was altered",
                    entries=_entries(size),
                )
            )
        return
    _expect_hashes(old_root, root, *proof)
    if not proof:
        raise ProofError(say("no proof from {old:,} to {entries}", old=old, entries=_entries(size)))
    path: Iterable[bytes] = proof if old & (old - 1) else (old_root, *proof)
    first, *rest = path
    place, last = old - 1, size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    before, now = first, first
    for sibling in rest:
        if last == 0:
            raise ProofError(
                say(
                    "the proof has {hashes}, more than it needs from {old:,} to {entries}",
                    hashes=_hashes(proof),
                    old=old,
                    entries=_entries(size),
                )
            )
        if place % 2 or place == last:
            before, now = node_hash(sibling, before), node_hash(sibling, now)
            while not (place % 2 or place == 0):
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofError(
            say(
                "the proof has {hashes}, fewer than it needs from {old:,} to {entries}",
                hashes=_hashes(proof),
                old=old,
                entries=_entries(size),
            )
        )
    if before != old_root or now != root:
        raise ProofError(
            say(
                "the log of {entries} does not begin with that of {old:,}: it was altered or it is another", entries=_entries(size), old=old
            )
        )
