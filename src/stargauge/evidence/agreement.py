"""What is read from the index is checked against what was signed: each entry against its manifest, each manifest against the log.

The checkpoint's signature covers the root; the hashes over whole tiles lead to the root, and are checked once; the hashes of the manifests
in a tile lead to the hash over it, and are checked when the first of them is needed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from stargauge.evidence.items import payload_commitment_of
from stargauge.evidence.log import leaf as manifests
from stargauge.evidence.log.checkpoint import Checkpoint, told_checkpoint
from stargauge.evidence.log.folder import LogFolder
from stargauge.evidence.log.merkle import ProofError, folded, leaf_hash, root_of
from stargauge.evidence.log.note import Verifier, parted
from stargauge.evidence.log.tiles import WIDTH, TileReader, tile_path, width_of
from stargauge.evidence.store import EntryRow, Index, PayloadRow
from stargauge.quantity.errors import Fault, InputError, counted
from stargauge.quantity.spoken import say

#: How many tiles are kept in memory.
_KEPT = 1024


def _restore() -> str:
    return say(". Look at everything with `stargauge evidence fsck`, and bring back an evidence.sqlite that belongs to this log")


def mend() -> str:
    """How files of a log are written again."""
    return say("; `stargauge evidence fsck --mend` writes it again from the entries")


class Agreement:
    """The hashes of the manifests under one checkpoint, from the tiles of the log; none is used that does not lead to the root."""

    def __init__(self, log: LogFolder, checkpoint: Checkpoint) -> None:
        self.size = checkpoint.size
        self._log = log
        self._reader = TileReader(self.size, log.read)
        self._kept: dict[int, list[bytes]] = {}
        self._turn = threading.Lock()
        whole, rest = divmod(self.size, WIDTH)
        tail = self._hashes(0, whole) if rest else []
        over = [one for place in range(-(-whole // WIDTH)) for one in self._hashes(1, place)]
        if folded(folded(None, tail), over) != checkpoint.root:
            text = say(
                "the files of the log do not have the root that was signed for {entries}: they were altered or are damaged{mend}",
                entries=counted(self.size, "entry", "entries"),
                mend=mend(),
            )
            raise InputError(Fault(text, file=str(log.folder)))
        self._roots = [*over, root_of(tail)]

    def _hashes(self, level: int, place: int) -> list[bytes]:
        width = width_of(level, place, self.size)
        try:
            return self._reader.hashes(level, place, width)
        except OSError:
            wrong = say("is missing")
        except ProofError as error:
            wrong = str(error)
        raise InputError(Fault(f"{wrong}{mend()}", file=str(self._log.folder / tile_path(level, place, width))))

    def _tile(self, place: int) -> list[bytes]:
        hashes = self._hashes(0, place)
        if root_of(hashes) != self._roots[place]:
            file = str(self._log.folder / tile_path(0, place, len(hashes)))
            raise InputError(Fault(say("is not what was signed: it was altered or is damaged{mend}", mend=mend()), file=file))
        with self._turn:
            self._kept[place] = hashes
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]
        return hashes

    def holds(self, row: EntryRow) -> bool:
        """Whether the manifest of an entry is the one in the log; also where no checkpoint covers it yet."""
        if row.id >= self.size:
            return True
        place, within = divmod(row.id, WIDTH)
        held = self._kept.get(place)
        return (self._tile(place) if held is None else held)[within] == leaf_hash(row.leaf.encode())


def as_committed(row: EntryRow, parts: Sequence[PayloadRow]) -> bool:
    """Whether an entry is what its manifest commits to, for most entries: told from the text, nothing of it erased."""
    leaf = row.leaf
    if not row.about_salt:
        return False
    try:
        target = manifests.target_commitment(bytes.fromhex(row.target_salt), row.target)
        about = manifests.about_commitment(bytes.fromhex(row.about_salt), row.about)
        held = ",".join([f'{{"commitment":"{payload_commitment_of(part)}","size":{part.size}}}' for part in parts if part.sha256])
    except ValueError:  # a salt that is none
        return False
    return (
        leaf[10:74] == about
        and leaf.endswith(f'"target":"{target}","time":"{row.time}","type":"{row.kind}","version":{manifests.VERSION}}}')
        and f'"index":{row.id},"key":"' in leaf
        and f'"payloads":[{held}],' in leaf
    )


def differences(row: EntryRow, parts: Sequence[PayloadRow]) -> Iterator[str]:
    """Where an entry of the index is not what its manifest commits to."""
    try:
        told = json.loads(row.leaf)
        place, kind, time, target, about = (told[name] for name in ("index", "type", "time", "target", "about"))
        payloads = [(one["commitment"], one["size"]) for one in told["payloads"]]
    except (ValueError, KeyError, TypeError):
        yield say("its manifest cannot be read")
        return
    if place != row.id:
        yield say("its manifest is that of entry {place}", place=place)
    if (kind, time) != (row.kind, row.time):
        yield say("its kind or time is not that of its manifest")
    try:
        if target != manifests.target_commitment(bytes.fromhex(row.target_salt), row.target):
            yield say("its target is not the one that its manifest commits to")
        if row.about_salt and about != manifests.about_commitment(bytes.fromhex(row.about_salt), row.about):
            yield say("what it says is not what its manifest commits to")
        for part, one in zip(parts, payloads, strict=False):
            if part.sha256 and one != (payload_commitment_of(part), part.size):
                yield say('its payload "{name}" is not the one that its manifest commits to', name=part.name)
    except ValueError:
        yield say("a salt of it cannot be read")
    if not row.about_salt and row.about != "{}":
        yield say("what it says should be erased, and something stands there")
    if len(parts) != len(payloads):
        yield say(
            "it has {counted} in the index, {payloads} in its manifest", counted=counted(len(parts), "payload"), payloads=len(payloads)
        )


def blank(row: EntryRow, parts: Sequence[PayloadRow]) -> bool:
    """Whether something of an entry is erased: an erasure entry must then tell of it."""
    return not row.about_salt or not all(part.sha256 for part in parts)


class CheckedIndex:
    """The entries of an index, none given that does not agree with the log. `checkpoint`: the newest one, its signature checked."""

    def __init__(self, index: Index, file: Path, log: LogFolder, note: Callable[[], str], checkpoint: Callable[[], Checkpoint]) -> None:
        self._index = index
        self._file = str(file)
        self._log = log
        self._note = note
        self._checkpoint = checkpoint
        self._last: tuple[str, Agreement] | None = None
        self._whole = False

    def rows(self, kind: str | None = None, target: str | None = None) -> Iterator[tuple[EntryRow, list[PayloadRow]]]:
        """Entries with their payloads, in order. Of a target each names the one before, so none of those between is missing either."""
        agreed = self._agreed()
        before: int | None = None
        for row, parts in self._index.rows(kind if target is None else None, target):
            if row.id >= agreed.size:  # others may have added it since
                agreed = self._agreed()
            self._expect(row, parts, agreed)
            if target is not None:
                if f'"previous":{before},' not in row.leaf and not (before is None and '"previous":' not in row.leaf):
                    raise self._fault(
                        row, say("the entry before it on its target, which its manifest names, is not here under this target")
                    )
                before = row.id
                if kind is not None and row.kind != kind:
                    continue
            yield row, parts

    def row(self, index: int) -> tuple[EntryRow, list[PayloadRow]] | None:
        """One entry with its payloads; None where there is none of that place."""
        agreed = self._agreed()
        for row, parts in self._index.rows(start=index, end=index + 1):
            self._expect(row, parts, agreed)
            return row, parts
        if 0 <= index < agreed.size:
            raise InputError(
                Fault(
                    say("entry {index} is in the log, and missing here: it was removed{restore}", index=index, restore=_restore()),
                    file=self._file,
                )
            )
        return None

    def _agreed(self) -> Agreement:
        """What the newest checkpoint covers; it is read anew where it has changed."""
        note = self._note()
        last = self._last
        if last is not None and last[0] == note:
            return last[1]
        try:
            made = self._checkpoint()
        except ModuleNotFoundError as lacking:
            raise InputError(say("evidence needs {name}; install it with: pip install 'stargauge[evidence]'", name=lacking.name)) from None
        if not self._whole:  # once: what is cut off is seen by this, what is added later is checked as it is read
            if (size := self._index.size()) < made.size:
                raise InputError(fewer(made.size, size, self._file))
            if missing := self._index.removed():
                text = say(
                    "of {entries} {missing:,} is missing: it was removed{restore}"
                    if missing == 1
                    else "of {entries} {missing:,} are missing: they were removed{restore}",
                    entries=counted(size, "entry", "entries"),
                    missing=missing,
                    restore=_restore(),
                )
                raise InputError(Fault(text, file=self._file))
            self._whole = True
        agreed = Agreement(self._log, made)
        self._last = (note, agreed)
        return agreed

    def _expect(self, row: EntryRow, parts: Sequence[PayloadRow], agreed: Agreement) -> None:
        if not agreed.holds(row):
            raise self._fault(row, say("its manifest is not the one that the signed log holds"))
        if as_committed(row, parts):
            if all(part.sha256 for part in parts):
                return
        elif wrong := list(differences(row, parts)):
            raise self._fault(row, "; ".join(wrong))
        if blank(row, parts) and self._index.erasure_of(row.id, row.target) is None:
            raise self._fault(row, say("something of it is erased, and no entry tells of that"))

    def _fault(self, row: EntryRow, what: str) -> InputError:
        return InputError(
            Fault(
                say("{what}: the index was altered or is damaged{restore}", what=what, restore=_restore()),
                say("entry {id}", id=row.id),
                self._file,
            )
        )


def were_signed(size: int) -> str:
    """How many entries were signed."""
    return say("{entries} was signed" if size == 1 else "{entries} were signed", entries=counted(size, "entry", "entries"))


def is_older(note: str, known: Sequence[Verifier], size: int) -> bool:
    """Whether an index of so many entries, with these keys, is older than a checkpoint that a later key of the log signed."""
    try:
        told, signatures = told_checkpoint(note), parted(note)[1]
    except ProofError:
        return False
    return told.size > size and not any((one.name, one.id) == (key.name, key.id) for one in signatures for key in known)


def fewer(signed: int, held: int, file: str) -> Fault:
    """That the index holds fewer entries than were signed."""
    what = say("it was replaced by an older copy, or entries were removed")
    return Fault(
        say(
            "{were_signed}, and the index holds {held:,}: {what}{restore}",
            were_signed=were_signed(signed),
            held=held,
            what=what,
            restore=_restore(),
        ),
        file=file,
    )
