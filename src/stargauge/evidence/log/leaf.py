"""The entries of a log: small manifests that commit to what is kept elsewhere, and hold none of it.

A commitment is SHA-256 over a label, a salt of 32 random bytes and the SHA-256 of what it commits to. Whoever is given salt and thing can
check it; without the salt nobody can try things out, so once salt and thing are deleted the entry tells nothing any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

from stargauge.evidence.archive import Kind
from stargauge.evidence.log.merkle import ProofError
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

VERSION = 1
SALT_SIZE = 32
#: An entry is smaller than this.
MOST_BYTES = 4096
KINDS: tuple[Kind, ...] = ("capture", "observation", "state", "statement", "claim", "verdict", "heartbeat", "erasure", "key")
_LARGEST = 2**53 - 1


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True)
_ENCODER_AS_GIVEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def faults_of(value: Any, path: str = "about") -> list[Fault]:
    """What in a value cannot be written so that everyone writes the same bytes: floats, null, keys that are no texts, huge integers."""
    if isinstance(value, bool):
        return []
    if isinstance(value, str):
        return [] if _writable(value) else [Fault(say("holds half a character (a lone surrogate); expected text"), path)]
    if isinstance(value, int):
        return (
            []
            if abs(value) <= _LARGEST
            else [Fault(say("{value} is too large to be read alike everywhere; write it as text", value=value), path)]
        )
    if isinstance(value, dict | Mapping):
        wrong = [Fault(say("the key {key!r} is no text", key=key), path) for key in value if not isinstance(key, str) or not _writable(key)]
        return wrong + [one for key, part in value.items() for one in faults_of(part, f"{path}.{key}")]
    if isinstance(value, list | tuple):
        return [one for place, part in enumerate(value) for one in faults_of(part, f"{path}[{place}]")]
    got = (
        "null"
        if value is None
        else say("{value} (write it as text, or in a smaller unit)", value=value)
        if isinstance(value, float)
        else type(value).__name__
    )
    return [Fault(say("expected text, a whole number, true or false, a list or an object; got {got}", got=got), path)]


def _writable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def canonical(value: Any) -> str:
    """JSON that everyone writes alike (RFC 8785), for what `faults_of` finds nothing wrong with."""
    if isinstance(value, dict):
        try:
            text = _ENCODER.encode(value)
        except TypeError:  # mappings of other types within
            text = ""
        if text and (text.isascii() or max(text) <= "\uffff"):  # up to here code points and UTF-16 units are in the same order
            return text
    return _ENCODER_AS_GIVEN.encode(_sorted(value))


def _sorted(value: Any) -> Any:
    """Keys in the order of their UTF-16 units, as RFC 8785 asks."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_sorted(part) for part in value]
    return value


_TARGET, _ABOUT = b"stargauge/v1/target\n", b"stargauge/v1/about\n"


def commitment(label: str, salt: bytes, digest: bytes) -> str:
    """The commitment (hex) to the thing with that SHA-256: `target`, `about`, or `payload/NAME`."""
    return sha256(f"stargauge/v1/{label}\n".encode() + salt + digest).hexdigest()


def target_commitment(salt: bytes, target: str) -> str:
    """The commitment to what an entry is about: a URL, an id."""
    return sha256(_TARGET + salt + sha256(target.encode()).digest()).hexdigest()


def about_commitment(salt: bytes, about: Mapping[str, Any] | str) -> str:
    """The commitment to what an entry says, given as an object or as its canonical JSON."""
    text = about if isinstance(about, str) else canonical(about)
    return sha256(_ABOUT + salt + sha256(text.encode()).digest()).hexdigest()


def payload_commitment(salt: bytes, name: str, digest: bytes) -> str:
    """The commitment to a payload with that name and SHA-256."""
    return commitment(f"payload/{name}", salt, digest)


@lru_cache(maxsize=64)
def time_text(time: datetime) -> str:
    """A time as entries write it: UTC, microseconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def time_of(text: str) -> datetime:
    """The time that a text is."""
    if len(text) != 27 or text[-1] != "Z":
        raise ValueError(say("no time as entries write it: {text}", text=text[:40]))
    return datetime.fromisoformat(text)


def text_of(
    kind: str, index: int, time: str, target: str, about: str, key: str, payloads: Iterable[tuple[str, int]] = (),
    previous: int | None = None, clock: str | None = None, erases: int | None = None, public_key: str | None = None,
) -> str:  # fmt: skip
    """A manifest as it stands in the log: canonical JSON, written at once since every field is plain."""
    held = ",".join([f'{{"commitment":"{made}","size":{size}}}' for made, size in payloads]) if payloads else ""
    shown = f'"clock":"{clock}",' if clock is not None else ""
    gone = f'"erases":{erases},' if erases is not None else ""
    before = f'"previous":{previous},' if previous is not None else ""
    announced = f'"public_key":{canonical(public_key)},' if public_key is not None else ""
    return (
        f'{{"about":"{about}",{shown}{gone}"index":{index},"key":"{key}","payloads":[{held}],{before}{announced}'
        f'"target":"{target}","time":"{time}","type":"{kind}","version":{VERSION}}}'
    )


@dataclass(frozen=True)
class Leaf:
    """One manifest. `payloads`: commitment and size of each, by name in order; `previous`: the entry before on the same target.

    `clock`: what our clock showed, where it showed less than when the entry before was added. `erases`: the entry of which something was
    deleted. `public_key`: the key that signs from here on.
    """

    kind: Kind
    index: int
    time: datetime
    target: str
    about: str
    key: str
    payloads: tuple[tuple[str, int], ...] = ()
    previous: int | None = None
    clock: datetime | None = None
    erases: int | None = None
    public_key: str | None = None

    @cached_property
    def text(self) -> str:
        """The manifest as it stands in the log."""
        return text_of(
            self.kind, self.index, time_text(self.time), self.target, self.about, self.key, self.payloads, self.previous,
            time_text(self.clock) if self.clock else None, self.erases, self.public_key,
        )  # fmt: skip

    @classmethod
    def of(cls, text: str) -> Leaf:
        """The manifest that a text is. Raises ProofError for what is none, or is not written as ours are."""
        try:
            told = json.loads(text)
            made = cls(
                kind=told["type"],
                index=told["index"],
                time=time_of(told["time"]),
                target=told["target"],
                about=told["about"],
                key=told["key"],
                payloads=tuple((one["commitment"], one["size"]) for one in told["payloads"]),
                previous=told.get("previous"),
                clock=time_of(told["clock"]) if "clock" in told else None,
                erases=told.get("erases"),
                public_key=told.get("public_key"),
            )
        except (ValueError, KeyError, TypeError):
            raise ProofError(say('no entry of a log of ours: "{text}"', text=text[:60])) from None
        if told.get("version") != VERSION:
            raise ProofError(
                say("an entry of version {made}; this tool reads version {version}", made=told.get("version"), version=VERSION)
            )
        if made.kind not in KINDS or made.text != text:
            raise ProofError(say('an entry that is not written as ours are: "{text}"', text=text[:60]))
        return made


def expect_small(leaf: Leaf) -> None:
    """Raise InputError for an entry that is too large: it names too many payloads."""
    if (size := len(leaf.text.encode())) >= MOST_BYTES:
        raise InputError(
            say(
                "the entry would have {size:,} bytes with its {payloads} payloads; fewer than {most_bytes:,} "
                "are allowed: put several payloads into one, or add several entries",
                size=size,
                payloads=len(leaf.payloads),
                most_bytes=MOST_BYTES,
            )
        )
