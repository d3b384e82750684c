"""Proof for a third party: one file with entries, what they commit to, their way to a signed checkpoint, and time stamps over that.

Whoever has the file and the public key can check it alone, offline: nothing is asked of the folder it came from. It is a zip archive of
plain files: each entry as it stands in the log, the salts and hashes that open its commitments, its contents, a `.tlog-proof`; the
checkpoint and the key; earlier checkpoints with the stamps over them (`openssl ts -verify` accepts these), each with the proof that the log
only grew since. Contents are never unpacked to disk or shown.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from stargauge.evidence import timestamp
from stargauge.evidence.log.checkpoint import Checkpoint, opened_checkpoint, told_checkpoint
from stargauge.evidence.log.leaf import Leaf, about_commitment, payload_commitment, target_commitment
from stargauge.evidence.log.merkle import ProofError, check_consistency, check_inclusion, leaf_hash
from stargauge.evidence.log.note import Verifier, decoded
from stargauge.evidence.log.note import opened as opened_note
from stargauge.evidence.log.proof import LogProof
from stargauge.evidence.timestamp import Stamp
from stargauge.quantity.errors import Fault, InputError

FORMAT = "stargauge evidence bundle v1"
CHECKPOINT, KEYS, READ_ME, FIRST = "checkpoint", "keys.pub", "README.txt", "bundle.json"
#: A bundle holds at most so many files and so many bytes: more is refused unread.
MOST_FILES = 4096
MOST_BYTES = 2 * 1024**3
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
#: The time of every file in the archive, so that the same contents make the same bytes.
_WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Content:
    """A payload: its SHA-256 and salt (hex), size, and its bytes where the bundle brings them."""

    sha256: str
    salt: str
    size: int
    data: bytes | None = None


@dataclass(frozen=True)
class Opened:
    """An entry with what opens its commitments: target and what it says with their salts (hex), contents by name.

    A content whose salt is empty was erased, or is kept back: the entry still commits to it.
    """

    leaf: str
    target: str
    target_salt: str
    about: Mapping[str, Any] | None
    about_salt: str
    contents: Mapping[str, Content]
    proof: LogProof


@dataclass(frozen=True)
class Anchor:
    """The note of a checkpoint that authorities stamped, their answers, and the hashes that show that the log only grew since."""

    checkpoint: str
    stamps: tuple[bytes, ...]
    growth: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Bundle:
    """Entries, the note of the checkpoint that covers all of them, the keys of the log, and the checkpoints that were stamped."""

    entries: tuple[Opened, ...]
    checkpoint: str
    keys: tuple[Verifier, ...]
    anchors: tuple[Anchor, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class Proved:
    """One entry, once it is shown that the log holds it: its id, kind and time, what it is about, and which contents are here.

    `stamps`: those over a checkpoint that covers it, the earliest first: it was there by then.
    """

    id: str
    leaf: Leaf
    target: str | None
    about: Mapping[str, Any] | None
    contents: Mapping[str, Content]
    missing: tuple[str, ...] = ()
    stamps: tuple[Stamp, ...] = ()


@dataclass(frozen=True)
class Shown:
    """What a bundle shows: the entries, the checkpoint with who signed it, and what is left in doubt.

    `own_key`: only the key in the bundle itself was used, so it shows that the parts fit, not whose log it is.
    """

    entries: tuple[Proved, ...]
    checkpoint: Checkpoint
    signers: tuple[Verifier, ...]
    own_key: bool
    doubts: tuple[str, ...] = ()


def entry_id(leaf: Leaf) -> str:
    """How people refer to an entry: C-17."""
    return f"{leaf.kind[0].upper()}-{leaf.index}"


# --- writing ----------------------------------------------------------------------------------------------------------------------


def packed(bundle: Bundle) -> bytes:
    """The bundle as one file: for the same contents always the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _files(bundle):
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()


def _files(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    told = {"format": FORMAT, "entries": [_opening(one) for one in bundle.entries], "anchors": [_anchor(one) for one in bundle.anchors]}
    yield READ_ME, bundle.words.encode()
    yield FIRST, (json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
    yield KEYS, "".join(f"{key.text}\n" for key in bundle.keys).encode()
    yield CHECKPOINT, bundle.checkpoint.encode()
    for place, anchor in enumerate(bundle.anchors, 1):
        yield f"anchors/{place}/checkpoint", anchor.checkpoint.encode()
        for number, stamp in enumerate(anchor.stamps, 1):
            yield f"anchors/{place}/stamp-{number}.tsr", stamp
    for one in bundle.entries:
        index = Leaf.of(one.leaf).index
        yield f"entries/{index}/leaf.json", one.leaf.encode()
        yield f"entries/{index}/proof.tlog-proof", one.proof.text.encode()
        for name, content in one.contents.items():
            if content.data is not None:
                yield _content_path(index, name), content.data


def _opening(one: Opened) -> dict[str, Any]:
    contents = {name: {"sha256": made.sha256, "salt": made.salt, "size": made.size} for name, made in one.contents.items()}
    return {
        "index": Leaf.of(one.leaf).index, "target": one.target, "target_salt": one.target_salt,
        "about": one.about if one.about_salt else None, "about_salt": one.about_salt, "contents": contents,
    }  # fmt: skip


def _anchor(one: Anchor) -> dict[str, Any]:
    return {"stamps": len(one.stamps), "growth": [base64.b64encode(part).decode() for part in one.growth]}


def _content_path(index: int, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise InputError(f'a content cannot be called "{name}" in a bundle; expected letters, digits, dots, dashes and underscores')
    return f"entries/{index}/contents/{name}"


# --- reading and checking ---------------------------------------------------------------------------------------------------------


def opened(raw: bytes, file: str = "") -> Bundle:
    """The bundle that a file is. Raises InputError for what is none, is damaged or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _expect_small(archive)
            return _read(_Members(archive))
    except InputError as error:
        raise InputError([Fault(fault.message, fault.path, file) for fault in error.faults]) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise InputError(Fault(f"this is no bundle of evidence, or it is damaged: {error or 'it ends too early'}", file=file)) from None
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(Fault(f"this is no bundle of evidence, or a part is missing: {error}", file=file)) from None


def _expect_small(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise ValueError(f"it holds {len(members):,} files; expected at most {MOST_FILES:,}")
    if len({one.filename for one in members}) < len(members):
        raise ValueError("it holds two files of one name")
    if (size := sum(one.file_size for one in members)) > MOST_BYTES:
        raise ValueError(f"unpacked it would have {size:,} bytes; at most {MOST_BYTES:,} are read")


class _Members:
    """The files of an archive, none read further than the archive says it goes."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.names = {one.filename: one.file_size for one in archive.infolist()}

    def bytes(self, name: str) -> bytes:
        """A file by its name."""
        if name not in self.names:
            raise ValueError(f'the file "{name}" is missing')
        with self._archive.open(name) as file:
            data = file.read(self.names[name] + 1)
        if len(data) != self.names[name]:
            raise ValueError(f'the file "{name}" is longer than it says')
        return data

    def text(self, name: str) -> str:
        """A file of text by its name."""
        return self.bytes(name).decode("utf-8")


def _read(files: _Members) -> Bundle:
    told = json.loads(files.text(FIRST))
    if told.get("format") != FORMAT:
        raise ValueError(f'its format is "{str(told.get("format"))[:60]}"; this tool reads "{FORMAT}"')
    anchors = (_read_anchor(files, place, one) for place, one in enumerate(told["anchors"], 1))
    return Bundle(
        tuple(_entry(files, one) for one in told["entries"]), files.text(CHECKPOINT),
        tuple(Verifier.of(line) for line in files.text(KEYS).splitlines()),
        tuple(anchors), files.text(READ_ME),
    )  # fmt: skip


def _read_anchor(files: _Members, place: int, told: Mapping[str, Any]) -> Anchor:
    stamps = (files.bytes(f"anchors/{place}/stamp-{number}.tsr") for number in range(1, int(told["stamps"]) + 1))
    growth = tuple(decoded(one, "a hash of the growth") for one in told["growth"])
    return Anchor(files.text(f"anchors/{place}/checkpoint"), tuple(stamps), growth)


def _entry(files: _Members, told: Mapping[str, Any]) -> Opened:
    index = int(told["index"])
    contents = {}
    for name, made in told["contents"].items():
        path = _content_path(index, name)
        data = files.bytes(path) if path in files.names else None
        contents[name] = Content(str(made["sha256"]), str(made["salt"]), int(made["size"]), data)
    return Opened(
        files.text(f"entries/{index}/leaf.json"), str(told["target"]), str(told["target_salt"]), told["about"], str(told["about_salt"]),
        contents, LogProof.of(files.text(f"entries/{index}/proof.tlog-proof")),
    )  # fmt: skip


def check(bundle: Bundle, keys: Sequence[Verifier] = (), roots: Sequence[bytes] = ()) -> Shown:
    """What a bundle shows, checked with the keys that the reader trusts and root certificates (PEM) of stamping authorities.

    Without keys those in the bundle are used, which is said. Raises InputError with everything that does not hold; what cannot be checked
    without roots stands among the doubts.
    """
    known = tuple(keys) or bundle.keys
    faults = list[Fault]()
    try:
        checkpoint, signers = opened_checkpoint(bundle.checkpoint, known), opened_note(bundle.checkpoint, known)[1]
    except ProofError as error:
        faults.append(Fault(str(error), CHECKPOINT))
        checkpoint, signers = told_checkpoint(bundle.checkpoint), ()
    if not bundle.entries:
        faults.append(Fault("it holds no entry"))
    stamps = _stamps(bundle, checkpoint, roots, faults)
    proved = [_proved(one, bundle.checkpoint, checkpoint, stamps, faults) for one in bundle.entries]
    if faults:
        raise InputError(faults)
    doubts = [] if keys else ["the key came with the bundle: compare it with one that the log's owner published"]
    doubts += [f"the stamp of {one.authority} was not checked against root certificates" for _, one in stamps if not one.trusted]
    return Shown(tuple(one for one in proved if one), checkpoint, signers, not keys, tuple(dict.fromkeys(doubts)))


def _stamps(bundle: Bundle, last: Checkpoint, roots: Sequence[bytes], faults: list[Fault]) -> list[tuple[int, Stamp]]:
    """Stamps with the number of entries that each covers, the earliest first."""
    found = []
    for place, anchor in enumerate(bundle.anchors, 1):
        try:
            covered = told_checkpoint(anchor.checkpoint)
            if covered.origin != last.origin:
                raise ProofError(f'it is a checkpoint of the log "{covered.origin}", not of "{last.origin}"')
            check_consistency(covered.size, last.size, covered.root, last.root, anchor.growth)
            found += [(covered.size, timestamp.read(token, anchor.checkpoint.encode(), roots)) for token in anchor.stamps]
        except InputError as error:
            faults += [Fault(fault.message, f"anchors/{place}") for fault in error.faults]
    return sorted(found, key=lambda one: one[1].time)


def _proved(one: Opened, note: str, checkpoint: Checkpoint, stamps: Sequence[tuple[int, Stamp]], faults: list[Fault]) -> Proved | None:
    """An entry that holds in every part; otherwise nothing, and what does not hold among the faults."""
    try:
        leaf = Leaf.of(one.leaf)
    except ProofError as error:
        faults.append(Fault(str(error), "an entry"))
        return None
    wrong = [*_wrong_place(one, leaf, note, checkpoint), *_wrong_words(one, leaf), *_wrong_contents(one, leaf)]
    if wrong:
        faults += [Fault(message, entry_id(leaf)) for message in wrong]
        return None
    missing = tuple(name for name, content in one.contents.items() if content.data is None)
    target = one.target if one.target_salt else None
    covering = tuple(stamp for size, stamp in stamps if size > leaf.index)
    return Proved(entry_id(leaf), leaf, target, one.about if one.about_salt else None, one.contents, missing, covering)


def _wrong_place(one: Opened, leaf: Leaf, note: str, checkpoint: Checkpoint) -> Iterator[str]:
    if one.proof.checkpoint != note:
        yield "its proof leads to another checkpoint than that of the bundle"
    if one.proof.index != leaf.index:
        yield f"its proof is for entry {one.proof.index:,} of the log"
    try:
        if one.proof.extra not in (None, one.leaf.encode()):
            yield "its proof carries another entry"
        check_inclusion(leaf_hash(one.leaf.encode()), one.proof.index, checkpoint.size, one.proof.hashes, checkpoint.root)
    except ProofError as error:
        yield f"the log does not hold it: {error}"


def _wrong_words(one: Opened, leaf: Leaf) -> Iterator[str]:
    if one.target_salt and target_commitment(_salt(one.target_salt), one.target) != leaf.target:
        yield "it is about another target than the bundle says"
    if one.about_salt and about_commitment(_salt(one.about_salt), one.about or {}) != leaf.about:
        yield "it says something else than the bundle says"


def _wrong_contents(one: Opened, leaf: Leaf) -> Iterator[str]:
    """Contents are committed to in the order of their names."""
    if len(one.contents) != len(leaf.payloads):
        yield f"it has {len(leaf.payloads)} contents, the bundle names {len(one.contents)}"
        return
    for (name, content), (commitment, size) in zip(sorted(one.contents.items()), leaf.payloads, strict=True):
        if content.size != size:
            yield f"the content {name} has {size:,} bytes, the bundle says {content.size:,}"
        if not content.salt:
            if content.data is not None:
                yield f"the content {name} comes without the salt that shows that it is the one captured"
        elif payload_commitment(_salt(content.salt), name, bytes.fromhex(content.sha256)) != commitment:
            yield f"the content {name} is not the one that the entry commits to"
        elif content.data is not None and (sha256(content.data).hexdigest() != content.sha256 or len(content.data) != size):
            yield f"the content {name} was altered: its hash is {sha256(content.data).hexdigest()[:16]}…, not {content.sha256[:16]}…"


def _salt(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InputError(f'a salt of the bundle is no hexadecimal text: "{text[:40]}"') from None
