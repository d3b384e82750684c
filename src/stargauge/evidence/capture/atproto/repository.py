"""What a signed repository proves about one record: that it is there with this content, or that it is not, at a revision.

A proof is a CAR file as `com.atproto.sync.getRecord` gives it: the signed commit, the nodes of the tree on the way to the record, the
record. The key is the account's, held as a rule by the server that hosts it: the signature shows what that server published for the
account, not who typed it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from stargauge.evidence.capture.atproto import car
from stargauge.evidence.capture.atproto.cbor import Cid, Malformed, decode, encode
from stargauge.evidence.capture.atproto.signing import signed
from stargauge.evidence.capture.atproto.tree import find

PATH = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9-]+)+/(?!\.{1,2}$)[a-zA-Z0-9~._:-]{1,512}")


@dataclass(frozen=True)
class Proof:
    """What was proved: account, record, revision, link of the commit, and link and content of the record,
    or None twice where it is absent."""

    did: str
    path: str
    revision: str
    commit: Cid
    cid: Cid | None
    record: Any


def prove(data: bytes, did: str, path: str, keys: list[bytes]) -> Proof:
    """What a CAR file proves about a record (`COLLECTION/RKEY`) of an account by one of its keys. Raises Malformed if it proves nothing."""
    if not PATH.fullmatch(path):
        raise Malformed(f'"{path}" is no path of a record')
    read = car.read(data)
    if read.root not in read.blocks:
        raise Malformed("the commit is missing")
    commit = decode(read.blocks[read.root])
    if not isinstance(commit, dict) or commit.get("version") != 3 or not isinstance(commit.get("data"), Cid):
        raise Malformed("the root is no commit of version 3")
    if commit.get("did") != did:
        raise Malformed(f"the commit is of the account {commit.get('did')}, not of {did}")
    signature, revision = commit.get("sig"), commit.get("rev")
    if not isinstance(signature, bytes) or not isinstance(revision, str):
        raise Malformed("the commit has no signature or revision")
    message = encode({name: value for name, value in commit.items() if name != "sig"})
    if not any(signed(key, message, signature) for key in keys):
        raise Malformed("the commit is not signed by the account's key")
    cid = find(read.blocks, commit["data"], path.encode())
    if cid is None:
        return Proof(did, path, revision, read.root, None, None)
    if cid not in read.blocks:
        raise Malformed("the record itself is missing")
    return Proof(did, path, revision, read.root, cid, decode(read.blocks[cid]))
