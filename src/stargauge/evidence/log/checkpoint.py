"""Checkpoints (C2SP tlog-checkpoint): how many entries a log has and the root over them, under its name, signed."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from stargauge.evidence.log.merkle import HASH_SIZE, ProofError
from stargauge.evidence.log.note import Signer, Verifier, decoded, opened, parted, signed
from stargauge.quantity.spoken import say


@dataclass(frozen=True)
class Checkpoint:
    """The name of a log, its size and root, and lines that say more."""

    origin: str
    size: int
    root: bytes
    more: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, base64.b64encode(self.root).decode(), *self.more))

    @classmethod
    def of(cls, text: str) -> Checkpoint:
        """The checkpoint that a text is. Raises ProofError for what is none."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise ProofError(say("no checkpoint: expected the log's name, its size, its root and nothing empty between"))
        origin, size, root, *more = lines[:-1]
        if not re.fullmatch("0|[1-9][0-9]{0,18}", size):
            raise ProofError(say('the size of the log is "{size}"; expected a whole number', size=size[:30]))
        raw = decoded(root, say("the root"))
        if len(raw) != HASH_SIZE:
            raise ProofError(say("the root has {raw} bytes; expected {hash_size}", raw=len(raw), hash_size=HASH_SIZE))
        return cls(origin, int(size), raw, tuple(more))

    def signed(self, signers: Sequence[Signer]) -> str:
        """The checkpoint as a note signed by each of the signers."""
        return signed(self.text, signers)


def told_checkpoint(note: str) -> Checkpoint:
    """What the note of a checkpoint says, no signature checked."""
    return Checkpoint.of(parted(note)[0])


def opened_checkpoint(note: str, known: Sequence[Verifier], origin: str | None = None) -> Checkpoint:
    """What the note of a checkpoint says, signed by a known key of the log's own name. Raises ProofError where it is not."""
    text, signers = opened(note, known)
    made = Checkpoint.of(text)
    if origin is not None and made.origin != origin:
        raise ProofError(say('a checkpoint of the log "{origin}"; expected one of "{wanted}"', origin=made.origin, wanted=origin))
    if made.origin not in {key.name for key in signers}:
        raise ProofError(say('a checkpoint of the log "{origin}" that the log itself did not sign', origin=made.origin))
    return made
