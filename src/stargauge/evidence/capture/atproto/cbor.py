"""DAG-CBOR, strictly: one encoding for each value, so that a hash of the bytes is a hash of the value. No floats, as the protocol demands.

Integers, byte and text strings, lists, maps with text keys, booleans, null, and links (`Cid`). Whatever could be written in a second way (a
longer length, keys in another order, a key twice, text that is not UTF-8, more bytes after the end) is refused.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

DEEPEST = 128
DAG_CBOR, RAW = 0x71, 0x55


class Malformed(ValueError):
    """Bytes that are not what they should be, and where."""


@dataclass(frozen=True, order=True)
class Cid:
    """A link by content: the SHA-256 of a block, and what kind of block it is."""

    codec: int
    digest: bytes

    @classmethod
    def of(cls, block: bytes, codec: int = DAG_CBOR) -> Cid:
        """The link to a block."""
        return cls(codec, hashlib.sha256(block).digest())

    @classmethod
    def read(cls, data: bytes) -> Cid:
        """A link from its 36 bytes. Only version 1 with SHA-256 is used by the protocol."""
        if len(data) != 36 or data[0] != 1 or data[1] not in (DAG_CBOR, RAW) or data[2:4] != b"\x12\x20":
            raise Malformed(f"not a link as the protocol uses them: {data[:8].hex()}...")
        return cls(data[1], data[4:])

    @property
    def bytes(self) -> bytes:
        """The 36 bytes."""
        return bytes([1, self.codec, 0x12, 0x20]) + self.digest

    def __str__(self) -> str:
        return "b" + base64.b32encode(self.bytes).decode().lower().rstrip("=")


def decode(data: bytes) -> Any:
    """The value of all bytes. Raises Malformed."""
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise Malformed(f"{len(data) - end} bytes after the end")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise Malformed(f"nested deeper than {DEEPEST}")
    start = at
    kind, number, at = _head(data, at)
    if kind == 0:
        return number, at
    if kind == 1:
        return -1 - number, at
    if kind in (2, 3):
        end = at + number
        if end > len(data):
            raise Malformed(f"{number:,} bytes stated at {start}, {len(data) - at:,} left")
        return (data[at:end] if kind == 2 else _text(data[at:end], at)), end
    if kind == 4:
        return _list(data, at, number, depth)
    if kind == 5:
        return _map(data, at, number, depth)
    if kind == 6:
        return _link(data, at, number, depth)
    if number in (20, 21, 22) and data[start] in (0xF4, 0xF5, 0xF6):
        return {20: False, 21: True, 22: None}[number], at
    raise Malformed(f"byte {data[start]:#x} at {start} is no value of DAG-CBOR that the protocol allows")


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    if at >= len(data):
        raise Malformed("ends too early")
    kind, short = data[at] >> 5, data[at] & 31
    if short < 24:
        return kind, short, at + 1
    if short > 27:
        raise Malformed(f"a length without end at {at}")
    size = 1 << (short - 24)
    if at + 1 + size > len(data):
        raise Malformed("ends too early")
    number = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    if kind != 7 and number < (24 if size == 1 else 1 << (size * 4)):
        raise Malformed(f"a number at {at} is written longer than it need be")
    return kind, number, at + 1 + size


def _text(data: bytes, at: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Malformed(f"text at {at} is not UTF-8") from None


def _list(data: bytes, at: int, number: int, depth: int) -> tuple[list[Any], int]:
    if number > len(data) - at:
        raise Malformed(f"{number:,} items stated, {len(data) - at:,} bytes left")
    made = []
    for _ in range(number):
        value, at = _value(data, at, depth + 1)
        made.append(value)
    return made, at


def _map(data: bytes, at: int, number: int, depth: int) -> tuple[dict[str, Any], int]:
    if number * 2 > len(data) - at:
        raise Malformed(f"{number:,} pairs stated, {len(data) - at:,} bytes left")
    made: dict[str, Any] = {}
    last: tuple[int, bytes] | None = None
    for _ in range(number):
        key, at = _value(data, at, depth + 1)
        if not isinstance(key, str):
            raise Malformed(f"a key before {at} is no text")
        order = (len(key.encode()), key.encode())
        if last is not None and order <= last:
            raise Malformed(f'the key "{key}" is there twice or out of order')
        last = order
        made[key], at = _value(data, at, depth + 1)
    return made, at


def _link(data: bytes, at: int, tag: int, depth: int) -> tuple[Cid, int]:
    value, at = _value(data, at, depth + 1)
    if tag != 42 or not isinstance(value, bytes) or value[:1] != b"\0":
        raise Malformed(f"tag {tag} before {at} is no link")
    return Cid.read(value[1:]), at


def encode(value: Any) -> bytes:
    """The one encoding of a value. Raises Malformed for what has none."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return _written(0, value) if value >= 0 else _written(1, -1 - value)
    if isinstance(value, bytes):
        return _written(2, len(value)) + value
    if isinstance(value, str):
        data = value.encode()
        return _written(3, len(data)) + data
    if isinstance(value, list | tuple):
        return _written(4, len(value)) + b"".join(encode(one) for one in value)
    if isinstance(value, dict):
        pairs = sorted(((len(key.encode()), key.encode(), encode(key) + encode(one)) for key, one in value.items()))
        return _written(5, len(pairs)) + b"".join(pair for _, _, pair in pairs)
    if isinstance(value, Cid):
        return b"\xd8\x2a" + encode(b"\0" + value.bytes)
    raise Malformed(f"{type(value).__name__} has no encoding")


def _written(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    for short, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([kind << 5 | short]) + number.to_bytes(size, "big")
    raise Malformed("a number beyond 64 bits")
