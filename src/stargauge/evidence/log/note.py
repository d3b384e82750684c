"""Signed notes (C2SP signed-note): a text, and a line per signature; keys with names, as Go's sumdb and tile logs write them.

Keys are Ed25519. Signatures by keys that are not known are passed over; one by a known key that does not fit refuses the whole note.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from stargauge.evidence.log.merkle import ProofError
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

ED25519 = 0x01
#: Notes with more lines than this are refused unread.
MOST_SIGNATURES = 64
_LINE = re.compile("— ([^ +\n]+) ([A-Za-z0-9+/]+={0,2})")


def key_id(name: str, public: bytes, kind: int = ED25519) -> bytes:
    """Four bytes that tell keys apart."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def expect_name(name: str) -> None:
    """Raise InputError for what cannot be the name of a key."""
    if not name or re.search(r"[\s+]", name) or not name.isprintable():
        raise InputError(
            say('"{name}" cannot name a key; expected a text without spaces and plus signs, such as evidence.example.org/desk', name=name)
        )


def decoded(text: str, what: str) -> bytes:
    """Bytes from base 64 as it is written by everyone: padded, and with nothing else in it."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProofError(say('{what} is not base 64: "{text}"', what=what, text=text[:60])) from None
    if base64.b64encode(raw).decode() != text:
        raise ProofError(say('{what} is not base 64 as it is written: "{text}"', what=what, text=text[:60]))
    return raw


@dataclass(frozen=True)
class Verifier:
    """A public key with its name."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys apart."""
        return key_id(self.name, self.public)

    @property
    def text(self) -> str:
        """The key on one line: name, id, type and key."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([ED25519]) + self.public).decode()}"

    @classmethod
    def of(cls, text: str) -> Verifier:
        """The key that a line writes. Raises ProofError for what is none."""
        parts = text.strip().split("+", 2)
        if len(parts) != 3 or not re.fullmatch("[0-9a-f]{8}", parts[1]):
            raise ProofError(say('"{text}" is no public key; expected NAME+ID+KEY on one line', text=text.strip()[:60]))
        name, told, coded = parts
        expect_name(name)
        raw = decoded(coded, say("the public key"))
        if raw[:1] != bytes([ED25519]):
            raise ProofError(
                say(
                    "the public key is of type {kind}; expected {ed25519} (Ed25519)",
                    kind=raw[0] if raw else say("none", "type"),
                    ed25519=ED25519,
                )
            )
        if len(raw) != 33:
            raise ProofError(say("the public key has {raw} bytes; expected 32", raw=len(raw) - 1))
        made = cls(name, raw[1:])
        if made.id.hex() != told:
            raise ProofError(
                say("the public key of {name} has id {hex}, and {told} is written beside it", name=name, hex=made.id.hex(), told=told)
            )
        return made

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Whether the key signed the message."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, repr=False)
class Signer:
    """A private key with its name."""

    name: str
    seed: bytes

    @classmethod
    def new(cls, name: str) -> Signer:
        """A key made now."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        expect_name(name)
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> Verifier:
        """Its public part."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Verifier(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @property
    def text(self) -> str:
        """The private key on one line, as Go's sumdb writes it."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{base64.b64encode(bytes([ED25519]) + self.seed).decode()}"

    @classmethod
    def of(cls, text: str, file: str = "") -> Signer:
        """The key that a line writes. What is wrong with it is told without showing it."""
        from stargauge.quantity.errors import Fault

        parts = text.strip().split("+", 4)
        if len(parts) == 5 and parts[:2] == ["PRIVATE", "KEY"]:
            try:
                raw = base64.b64decode(parts[4], validate=True)
            except (binascii.Error, ValueError):
                raw = b""
            if len(raw) == 33 and raw[0] == ED25519:
                made = cls(parts[2], raw[1:])
                if made.verifier.id.hex() == parts[3]:
                    return made
        raise InputError(Fault(say("no private key stands here; expected one line PRIVATE+KEY+NAME+ID+KEY of an Ed25519 key"), file=file))

    def sign(self, message: bytes) -> bytes:
        """The signature of a message: for one key and message always the same."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def line(self, text: str) -> str:
        """The line that signs the text of a note."""
        coded = base64.b64encode(self.verifier.id + self.sign(text.encode())).decode()
        return f"— {self.name} {coded}\n"


@dataclass(frozen=True)
class Signature:
    """One signature line: name and id of the key, and what it signed."""

    name: str
    id: bytes
    signature: bytes


def signed(text: str, signers: Sequence[Signer]) -> str:
    """A note of a text that ends with a newline, signed by each of the signers."""
    if not text.endswith("\n"):
        raise ValueError(say("the text of a note ends with a newline"))
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def parted(note: str) -> tuple[str, tuple[Signature, ...]]:
    """The text of a note and its signatures, nothing checked yet. Raises ProofError for what is no note."""
    if any(ord(character) < 0x20 and character != "\n" for character in note):
        raise ProofError(say("a signed note holds a control character"))
    place = note.rfind("\n\n")
    if place < 0 or not note.endswith("\n"):
        raise ProofError(say("no signed note: expected a text, an empty line and lines of signatures"))
    text, lines = note[: place + 1], note[place + 2 :].split("\n")[:-1]
    if not lines:
        raise ProofError(say("the note is not signed"))
    if len(lines) > MOST_SIGNATURES:
        raise ProofError(
            say(
                "the note has {lines} lines of signatures; expected at most {most_signatures}",
                lines=len(lines),
                most_signatures=MOST_SIGNATURES,
            )
        )
    found = []
    for line in lines:
        read = _LINE.fullmatch(line)
        raw = decoded(read[2], say("a signature")) if read else b""
        if read is None or len(raw) < 5:
            raise ProofError(say('"{line}" is no line of a signature; expected "— NAME SIGNATURE"', line=line[:60]))
        found.append(Signature(read[1], raw[:4], raw[4:]))
    return text, tuple(found)


def opened(note: str, known: Sequence[Verifier]) -> tuple[str, tuple[Verifier, ...]]:
    """The text of a note and the known keys that signed it, at least one. Raises ProofError where none did, or one did not fit."""
    text, signatures = parted(note)
    fitting: list[Verifier] = []
    for one in signatures:
        for key in known:
            if (key.name, key.id) != (one.name, one.id) or key in fitting:
                continue
            if not key.accepts(text.encode(), one.signature):
                raise ProofError(
                    say("the signature by {name} (key {hex}) does not fit the text: it was altered", name=key.name, hex=key.id.hex())
                )
            fitting.append(key)
    if not fitting:
        names = ", ".join(dict.fromkeys(f"{one.name} (key {one.id.hex()})" for one in signatures))
        asked = ", ".join(f"{key.name} (key {key.id.hex()})" for key in known) or "none"
        raise ProofError(say("signed by {names}; expected a signature by a known key: {asked}", names=names, asked=asked))
    return text, tuple(fitting)
