"""CAR version 1: blocks in one file, each checked against its link as it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stargauge.evidence.capture.atproto.cbor import Cid, Malformed, decode, encode

LARGEST_BLOCK = 2 * 1024 * 1024
MOST_BLOCKS = 100_000


@dataclass(frozen=True)
class Car:
    """The root that a file names, and its blocks by link."""

    root: Cid
    blocks: dict[Cid, bytes]


def read(data: bytes) -> Car:
    """A CAR file with one root. Raises Malformed where it is cut off or a block does not match its link."""
    size, at = _varint(data, 0)
    if size > len(data) - at:
        raise Malformed("the file ends within its head")
    head = decode(data[at : at + size])
    roots = head.get("roots") if isinstance(head, dict) else None
    if not isinstance(roots, list) or head.get("version") != 1 or not roots or not isinstance(roots[0], Cid):
        raise Malformed("the head names no version 1 and root")
    at += size
    blocks: dict[Cid, bytes] = {}
    while at < len(data):
        size, at = _varint(data, at)
        if not 36 <= size <= LARGEST_BLOCK or size > len(data) - at:
            raise Malformed(f"a block of {size:,} bytes at {at:,} is too small, too large or cut off")
        cid, block = Cid.read(data[at : at + 36]), data[at + 36 : at + size]
        if Cid.of(block, cid.codec) != cid:
            raise Malformed(f"the block at {at:,} does not match its link {cid}")
        blocks[cid] = block
        if len(blocks) > MOST_BLOCKS:
            raise Malformed(f"more than {MOST_BLOCKS:,} blocks")
        at += size
    return Car(roots[0], blocks)


def write(root: Cid, blocks: Iterable[bytes]) -> bytes:
    """A CAR file."""
    head = encode({"version": 1, "roots": [root]})
    made = [_written(len(head)), head]
    for block in blocks:
        made += [_written(36 + len(block)), Cid.of(block).bytes, block]
    return b"".join(made)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for place in range(9):
        if at + place >= len(data):
            raise Malformed("the file ends within a number")
        byte = data[at + place]
        number |= (byte & 127) << (7 * place)
        if byte < 128:
            if byte == 0 and place:
                raise Malformed(f"a number at {at} is written longer than it need be")
            return number, at + place + 1
    raise Malformed(f"a number at {at} is too long")


def _written(number: int) -> bytes:
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    made.append(number)
    return bytes(made)
