"""The keys of a workspace: private ones that only their owner may read, public ones to hand out, and what was signed last."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from stargauge.evidence.durable import make_folder, sync_folder, write_files
from stargauge.evidence.log.checkpoint import Checkpoint
from stargauge.evidence.log.merkle import ProofError
from stargauge.evidence.log.note import Signer, Verifier, opened
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

CHANGES = "changes"


class KeyFolder:
    """`ID.key` a private key, `ID.pub` its public part, `signed` the last size and root that were signed.

    `changes/INDEX.checkpoint`: the checkpoint that the old and the new key signed when entry INDEX announced the new one.
    """

    def __init__(self, folder: Path, spare: Path) -> None:
        self.folder = folder
        self._spare = spare

    def add(self, signer: Signer) -> None:
        """Keep a key."""
        make_folder(self.folder, 0o700)
        name = signer.verifier.id.hex()
        write_files(self.folder, {f"{name}.pub": f"{signer.verifier.text}\n".encode()}, self._spare)
        write_files(self.folder, {f"{name}.key": f"{signer.text}\n".encode()}, self._spare, mode=0o600)

    def signer(self, verifier: Verifier) -> Signer | None:
        """The private key to a public one, where it is here. Raises InputError where another stands in its file."""
        path = self.folder / f"{verifier.id.hex()}.key"
        if not path.is_file():
            return None
        made = Signer.of(path.read_text(encoding="utf-8", errors="replace"), str(path))
        if made.verifier != verifier:
            raise InputError(
                Fault(
                    say("holds the key {hex} of {name}, not the one it is named after", hex=made.verifier.id.hex(), name=made.name),
                    file=str(path),
                )
            )
        return made

    def private(self) -> list[str]:
        """Ids of the private keys here."""
        return sorted(path.stem for path in self.folder.glob("*.key"))

    def remove(self, verifier: Verifier) -> None:
        """Delete the private key; its public part stays."""
        (self.folder / f"{verifier.id.hex()}.key").unlink(missing_ok=True)
        sync_folder(self.folder)

    def discard_unannounced(self, origin: str, known: Sequence[Verifier]) -> None:
        """Delete keys of this log that never came to sign it: announcing them was cut off."""
        for path in sorted(self.folder.glob("*.pub")):
            try:
                found = Verifier.of(path.read_text(encoding="utf-8", errors="replace"))
            except InputError:
                continue  # no key of ours
            if found.name == origin and found not in known:
                self.remove(found)
                path.unlink()

    def too_open(self) -> Iterator[Path]:
        """Private keys that others can read."""
        if os.name == "posix":
            yield from (path for path in sorted(self.folder.glob("*.key")) if path.stat().st_mode & 0o077)

    def change_path(self, index: int) -> Path:
        """Where the checkpoint lies that both keys signed when that entry announced the new one."""
        return self.folder / CHANGES / f"{index}.checkpoint"

    def keep_change(self, index: int, note: str, new: Verifier) -> None:
        """Keep that checkpoint, for good: trust follows by it. One that the new key signed before stays."""
        try:
            opened(self.change(index), [new])
        except ProofError:
            path = self.change_path(index)
            write_files(path.parent, {path.name: note.encode()}, self._spare)

    def change(self, index: int) -> str:
        """That checkpoint; empty where it was not kept."""
        try:
            return self.change_path(index).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def last_signed(self, origin: str) -> Checkpoint | None:
        """What was signed last. Raises InputError where that cannot be read."""
        return read_signed(self.folder / "signed", origin)

    def to_remember(self, checkpoint: Checkpoint) -> dict[Path, bytes]:
        """The file that keeps what is about to be signed."""
        return {self.folder / "signed": signed_text(checkpoint)}

    def remember(self, checkpoint: Checkpoint, name: str = "signed") -> None:
        """Keep what is about to be signed."""
        write_files(self.folder, {name: signed_text(checkpoint)}, self._spare)


def signed_text(checkpoint: Checkpoint) -> bytes:
    """Size and root on two lines."""
    return f"{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n".encode()


def read_signed(path: Path, origin: str) -> Checkpoint | None:
    """Size and root that a file says were signed last; None where there is no such file."""
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    wrong = say("does not say what was signed last; expected a size and a root on two lines. Restore it")
    if not re.fullmatch(r"\d+\n\S+\n", text):
        raise InputError(Fault(wrong, file=str(path)))
    try:
        return Checkpoint.of(f"{origin}\n{text}")
    except ProofError as error:
        raise InputError(Fault(f"{wrong} ({error})", file=str(path))) from None
