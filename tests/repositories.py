"""Repositories of the AT Protocol as tests need them: a tree built from keys by its definition, commits signed by a key of our own."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from stargauge.evidence.capture.atproto import car
from stargauge.evidence.capture.atproto.cbor import Cid, encode
from stargauge.evidence.capture.atproto.signing import CURVES, in_base58
from stargauge.evidence.capture.atproto.tree import layer_of, shared

Pairs = list[tuple[bytes, Cid]]


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

    def __init__(self, curve: str = "secp256k1", did: str = "did:plc:abcdefghijklmnopqrstuvwx") -> None:
        self.did = did
        self._key = ec.generate_private_key(ec.SECP256K1() if curve == "secp256k1" else ec.SECP256R1())
        prefix, self._order = next((prefix, order) for prefix, (name, order) in CURVES.items() if name == curve)
        point = self._key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
        self.key = prefix + point
        self.multibase = "z" + in_base58(self.key)

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
