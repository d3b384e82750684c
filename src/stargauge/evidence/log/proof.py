"""Proofs that travel on their own (C2SP tlog-proof v1): an entry's place, the way from it to the root, and a signed checkpoint."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint, told_checkpoint
from stargauge.evidence.log.merkle import HASH_SIZE, ProofError, check_inclusion, leaf_hash
from stargauge.evidence.log.note import Verifier, decoded
from stargauge.quantity.spoken import say

FIRST_LINE = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class LogProof:
    """That an entry stands in a log: its index, the hashes up to the root, the checkpoint with its signatures; extra is not covered."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    @property
    def text(self) -> str:
        """As it is written to a file."""
        lines = [FIRST_LINE]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines.extend(base64.b64encode(one).decode() for one in self.hashes)
        return "\n".join(lines) + "\n\n" + self.checkpoint

    @classmethod
    def of(cls, text: str) -> LogProof:
        """The proof that a text is. Raises ProofError for what is none."""
        head, gap, checkpoint = text.partition("\n\n")
        first, *lines = head.split("\n")
        if first != FIRST_LINE or not gap:
            raise ProofError(
                say(
                    'no proof of a log: expected "{first_line}" on its first line, and a checkpoint after an empty line',
                    first_line=FIRST_LINE,
                )
            )
        extra = decoded(lines.pop(0)[6:], say("what is extra")) if lines and lines[0].startswith("extra ") else None
        index = re.fullmatch("index (0|[1-9][0-9]{0,18})", lines.pop(0) if lines else "")
        if index is None:
            raise ProofError(say('no line such as "index 17" where the place of the entry should stand'))
        hashes = tuple(decoded(line, say("a hash of the proof")) for line in lines)
        if wrong := [len(one) for one in hashes if len(one) != HASH_SIZE]:
            raise ProofError(say("a hash of the proof has {wrong} bytes; expected {hash_size}", wrong=wrong[0], hash_size=HASH_SIZE))
        told_checkpoint(checkpoint)
        return cls(int(index[1]), hashes, checkpoint, extra)

    def check(self, entry: bytes, known: Sequence[Verifier], origin: str | None = None) -> Checkpoint:
        """The checkpoint, once it is shown that a known key signed it and that the entry is in its tree. Raises ProofError."""
        made = opened_checkpoint(self.checkpoint, known, origin)
        check_inclusion(leaf_hash(entry), self.index, made.size, self.hashes, made.root)
        return made
