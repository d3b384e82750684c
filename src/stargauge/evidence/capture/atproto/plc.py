"""The history of an identity of the kind did:plc: its name is the hash of its first operation,
and each later one is signed by a key before it.

A directory that serves the history cannot make up keys for an identity; it can only leave out the newest operations. An operation may
overturn others that are at most 72 hours old if a key that ranks higher signs it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from stargauge.evidence.capture.atproto.cbor import Cid, Malformed, encode
from stargauge.evidence.capture.atproto.signing import key_bytes, signed

RECOVERY = timedelta(hours=72)
MOST = 1_000


@dataclass(frozen=True)
class Operation:
    """One operation: its link, the link before it, when the directory took it, the keys that may sign the next, which of them signed it."""

    cid: str
    prev: str | None
    time: datetime
    rotation: tuple[str, ...]
    signing: str
    signer: int
    tombstone: bool


def history(log: Any, did: str) -> Operation:
    """The operation that holds now, after every operation of a log was checked (`/DID/log/audit`). Raises Malformed with the place."""
    if not isinstance(log, Sequence) or isinstance(log, str) or not 0 < len(log) <= MOST:
        raise Malformed("the history is no list of operations")
    active: list[Operation] = []
    stated: dict[str, bool] = {}
    for at, entry in enumerate(log):
        try:
            made, kept = _next(entry, did, active)
        except Malformed as wrong:
            raise Malformed(f"operation {at}: {wrong}") from None
        active = [*kept, made]
        stated[made.cid] = entry.get("nullified") is True
    holding = {one.cid for one in active}
    if any(nullified == (cid in holding) for cid, nullified in stated.items()):
        raise Malformed("the directory states another set of operations as overturned than follows from their signatures")
    return active[-1]


def _next(entry: Any, did: str, active: list[Operation]) -> tuple[Operation, list[Operation]]:
    """An operation, and the operations before it that still hold."""
    operation = entry.get("operation") if isinstance(entry, Mapping) else None
    if not isinstance(operation, Mapping) or entry.get("did") != did:
        raise Malformed("is none of this identity")
    cid, time, prev = str(Cid.of(encode(dict(operation)))), _time(entry.get("createdAt")), operation.get("prev")
    if entry.get("cid") != cid:
        raise Malformed("does not match its link")
    rotation, signing, tombstone = _keys(operation)
    if not active:
        if prev is not None or tombstone or name_of(operation) != did:
            raise Malformed("is not the first of this identity: its hash gives another name")
        return Operation(cid, None, time, rotation, signing, _signer(operation, rotation), tombstone), []
    place = next((at for at, one in enumerate(active) if one.cid == prev), None)
    if place is None:
        raise Malformed("follows none that holds")
    before, overturned = active[place], active[place + 1 :]
    if before.tombstone:
        raise Malformed("follows the end of the identity")
    allowed = before.rotation
    if overturned:
        first = overturned[0]
        allowed = before.rotation[: first.signer]
        if time - first.time > RECOVERY:
            raise Malformed("overturns what is older than 72 hours")
    return Operation(cid, before.cid, time, rotation, signing, _signer(operation, allowed), tombstone), active[: place + 1]


def name_of(operation: Mapping[str, Any]) -> str:
    """The name of an identity by its first operation."""
    digest = hashlib.sha256(encode(dict(operation))).digest()
    return "did:plc:" + base64.b32encode(digest).decode().lower()[:24]


def _keys(operation: Mapping[str, Any]) -> tuple[tuple[str, ...], str, bool]:
    """Keys that may sign the next operation, by rank; the key that signs records; whether the identity ends."""
    kind = operation.get("type")
    if kind == "plc_tombstone":
        return (), "", True
    if kind == "create":  # the form of the first months
        return (str(operation.get("recoveryKey", "")), str(operation.get("signingKey", ""))), str(operation.get("signingKey", "")), False
    rotation, methods = operation.get("rotationKeys"), operation.get("verificationMethods")
    if kind != "plc_operation" or not isinstance(rotation, list) or not isinstance(methods, Mapping):
        raise Malformed("has not the fields of an operation")
    return tuple(str(one) for one in rotation), str(methods.get("atproto", "")), False


def _signer(operation: Mapping[str, Any], allowed: Sequence[str]) -> int:
    """The rank of the key that signed."""
    text = operation.get("sig")
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]{86}", text):
        raise Malformed("has no signature as it should be written")
    signature = base64.urlsafe_b64decode(text + "==")
    if base64.urlsafe_b64encode(signature).decode().rstrip("=") != text:
        raise Malformed("has no signature as it should be written")
    message = encode({name: value for name, value in operation.items() if name != "sig"})
    for at, key in enumerate(allowed):
        if signed(key_bytes(key), message, signature):
            return at
    raise Malformed("is signed by no key that may")


def _time(text: Any) -> datetime:
    try:
        made = datetime.fromisoformat(str(text))
    except ValueError:
        made = None
    if made is None or made.tzinfo is None:
        raise Malformed("has no time")
    return made
