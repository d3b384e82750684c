"""Repositories of the AT Protocol as tests need them: a tree built from keys by its definition, commits signed by a key of our own."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from stargauge.evidence.capture.atproto import car
from stargauge.evidence.capture.atproto.cbor import Cid, encode
from stargauge.evidence.capture.atproto.plc import name_of
from stargauge.evidence.capture.atproto.signing import CURVES, DIGITS
from stargauge.evidence.capture.atproto.tree import layer_of, shared

Pairs = list[tuple[bytes, Cid]]


def in_base58(data: bytes) -> str:
    """A base58 text of bytes."""
    number, made = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        made = DIGITS[digit] + made
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + made


def tree(pairs: Pairs) -> tuple[Cid, dict[Cid, bytes]]:
    """The root and every node of the tree of these keys: what stands at the top layer splits what lies below."""
    blocks: dict[Cid, bytes] = {}

    def kept(node: dict[str, Any]) -> Cid:
        block = encode(node)
        cid = Cid.of(block)
        blocks[cid] = block
        return cid

    def built(part: Pairs, layer: int) -> Cid | None:
        if not part:
            return None
        tops = [at for at, (key, _) in enumerate(part) if layer_of(key) == layer]
        if not tops:
            return kept({"l": built(part, layer - 1), "e": []})
        entries, last = [], b""
        for place, at in enumerate(tops):
            key, value = part[at]
            until = tops[place + 1] if place + 1 < len(tops) else len(part)
            prefix = shared(last, key) if place else 0
            entries.append({"p": prefix, "k": key[prefix:], "v": value, "t": built(part[at + 1 : until], layer - 1)})
            last = key
        return kept({"l": built(part[: tops[0]], layer - 1), "e": entries})

    pairs = sorted(pairs)
    root = built(pairs, max((layer_of(key) for key, _ in pairs), default=0)) or kept({"l": None, "e": []})
    return root, blocks


class Account:
    """An account with a key."""

    def __init__(self, curve: str = "secp256k1", did: str = "") -> None:
        self._key = ec.generate_private_key(ec.SECP256K1() if curve == "secp256k1" else ec.SECP256R1())
        prefix, self._order = next((prefix, order) for prefix, (name, order) in CURVES.items() if name == curve)
        point = self._key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
        self.key = prefix + point
        self.multibase = "z" + in_base58(self.key)
        self.log: list[dict[str, Any]] = []
        self.did = did
        self.update(self, [self], "2025-01-01T00:00:00.000Z")
        self.did = did or self.did

    def update(self, signer: Account, rotation: list[Account], time: str, prev: int | None = None, **more: Any) -> None:
        """Add an operation to the identity's history, signed by an account's key, after the one at a place (default: the last)."""
        operation: dict[str, Any] = {
            "type": "plc_operation", "rotationKeys": [f"did:key:{one.multibase}" for one in rotation],
            "verificationMethods": {"atproto": f"did:key:{self.multibase}"}, "alsoKnownAs": ["at://a.example"], "services": {},
            "prev": self.log[-1 if prev is None else prev]["cid"] if self.log else None, **more,
        }  # fmt: skip
        operation["sig"] = base64.urlsafe_b64encode(signer.sign(encode(operation))).decode().rstrip("=")
        self.did = self.did or name_of(operation)
        if prev is not None:
            for one in self.log[self.log.index(self.log[prev]) + 1 :]:
                one["nullified"] = True
        entry = {"did": self.did, "operation": operation, "cid": str(Cid.of(encode(operation))), "nullified": False, "createdAt": time}
        self.log.append(entry)

    def sign(self, message: bytes, high: bool = False) -> bytes:
        """64 bytes, low S unless a high one is asked for."""
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        low = min(s, self._order - s)
        return r.to_bytes(32, "big") + ((self._order - low) if high else low).to_bytes(32, "big")

    def repository(self, records: dict[str, Any], rev: str = "3lgcl3aaaaa2a", high: bool = False) -> bytes:
        """All of a repository as a CAR file."""
        blocks = {path: encode(record) for path, record in records.items()}
        root, nodes = tree([(path.encode(), Cid.of(block)) for path, block in blocks.items()])
        commit: dict[str, Any] = {"did": self.did, "version": 3, "data": root, "rev": rev, "prev": None}
        commit["sig"] = self.sign(encode(commit), high)
        top = encode(commit)
        return car.write(Cid.of(top), [top, *nodes.values(), *blocks.values()])
