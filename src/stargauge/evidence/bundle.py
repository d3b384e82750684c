"""Proof for a third party: one file with entries, what they commit to, their way to a signed checkpoint, and time stamps over that.

Whoever has the file and the public key can check it alone, offline: nothing is asked of the folder it came from. It is a zip archive of
plain files: each entry as it stands in the log, the salts and hashes that open its commitments, its contents, a `.tlog-proof`; what was
found later of the same address; the checkpoint and the key; earlier checkpoints with the stamps over them (`openssl ts -verify` accepts
these), each with the proof that the log only grew since. Contents are never unpacked to disk or shown. A file in it that it
does not name is refused.
"""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stargauge.evidence.log.following import KeyChange
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.note import Verifier, decoded
from stargauge.evidence.log.proof import LogProof
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

FORMAT = "stargauge evidence bundle v1"
CHECKPOINT, KEYS, READ_ME, FIRST, LATER = "checkpoint", "keys.pub", "README.txt", "bundle.json", "later.jsonl"
#: A bundle holds at most so many files; words and proofs have so many bytes, each content so many: more is refused unread.
MOST_FILES, MOST_WORDS, MOST_CONTENT = 4096, 256 * 1024**2, 4 * 1024**3
_CONTENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_HASH = re.compile("[0-9a-f]{64}")
#: The time of every file in the archive, so that the same contents make the same bytes.
_WHEN = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Member:
    """A content within an archive, read only when it is asked for."""

    archive: zipfile.ZipFile
    name: str

    def chunks(self) -> Iterator[bytes]:
        """The content, a piece at a time."""
        with self.archive.open(self.name) as file:
            while part := file.read(_CHUNK):
                yield part


@dataclass(frozen=True)
class Content:
    """A payload: its SHA-256 and salt (hex), size, and where its bytes are where the bundle brings them."""

    sha256: str
    salt: str
    size: int
    held: bytes | Member | None = None

    def chunks(self) -> Iterator[bytes]:
        """Its bytes, a piece at a time."""
        if isinstance(self.held, Member):
            yield from self.held.chunks()
        elif self.held is not None:
            yield self.held

    def read(self) -> bytes:
        """All its bytes; of one that was checked they are as they were captured."""
        return b"".join(self.chunks())


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
    """Entries, what was found `later` of their targets, the note of the checkpoint that covers all of them, the keys of the log.

    `anchors`: checkpoints that were stamped. `changes` of keys, so that whoever trusts an old key can follow. `words` are for people, and
    proved by nothing.
    """

    entries: tuple[Opened, ...]
    checkpoint: str
    keys: tuple[Verifier, ...]
    anchors: tuple[Anchor, ...] = ()
    later: tuple[Opened, ...] = ()
    changes: tuple[KeyChange, ...] = ()
    words: str = ""


# --- writing ----------------------------------------------------------------------------------------------------------------------


def packed(bundle: Bundle) -> bytes:
    """The bundle as one file: for the same contents always the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, chunks in _files(bundle):
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, b"".join(chunks))
    return out.getvalue()


def _files(bundle: Bundle) -> Iterator[tuple[str, Iterator[bytes]]]:
    told = {
        "format": FORMAT, "entries": [_opening(one) for one in bundle.entries], "anchors": [_anchor(one) for one in bundle.anchors],
        "changes": [_change(one) for one in bundle.changes],
    }  # fmt: skip
    texts = {
        READ_ME: bundle.words, FIRST: json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n",
        KEYS: "".join(f"{key.text}\n" for key in bundle.keys), CHECKPOINT: bundle.checkpoint,
    }  # fmt: skip
    if bundle.later:
        texts[LATER] = "".join(f"{json.dumps(_line(one), ensure_ascii=False, allow_nan=False)}\n" for one in bundle.later)
    for place, anchor in enumerate(bundle.anchors, 1):
        texts[f"anchors/{place}/checkpoint"] = anchor.checkpoint
        yield from ((f"anchors/{place}/stamp-{number}.tsr", iter([stamp])) for number, stamp in enumerate(anchor.stamps, 1))
    for one in bundle.entries:
        index = Leaf.of(one.leaf).index
        texts |= {f"entries/{index}/leaf.json": one.leaf, f"entries/{index}/proof.tlog-proof": one.proof.text}
        yield from ((_content_path(index, name), content.chunks()) for name, content in one.contents.items() if content.held is not None)
    yield from ((name, iter([text.encode()])) for name, text in texts.items())


def _opening(one: Opened) -> dict[str, Any]:
    contents = {name: {"sha256": made.sha256, "salt": made.salt, "size": made.size} for name, made in one.contents.items()}
    return {
        "index": Leaf.of(one.leaf).index, "target": one.target, "target_salt": one.target_salt,
        "about": one.about if one.about_salt else None, "about_salt": one.about_salt, "contents": contents,
    }  # fmt: skip


def _line(one: Opened) -> dict[str, Any]:
    """An entry with its proof on one line: what was found later comes by the thousand."""
    return {**_opening(one), "leaf": one.leaf, "proof": [base64.b64encode(part).decode() for part in one.proof.hashes]}


def _anchor(one: Anchor) -> dict[str, Any]:
    return {"stamps": len(one.stamps), "growth": [base64.b64encode(part).decode() for part in one.growth]}


def _change(one: KeyChange) -> dict[str, Any]:
    paths = {"inclusion": one.inclusion, "growth": one.growth}
    told = {name: [base64.b64encode(part).decode() for part in path] for name, path in paths.items()}
    return {"checkpoint": one.checkpoint, "leaf": one.leaf, **told}


def _content_path(index: int, name: str) -> str:
    if not _CONTENT.fullmatch(name):
        raise InputError(
            say('a content cannot be called "{name}" in a bundle; expected letters, digits, dots, dashes and underscores', name=name)
        )
    return f"entries/{index}/contents/{name}"


# --- reading ----------------------------------------------------------------------------------------------------------------------


def opened(raw: bytes, file: str = "") -> Bundle:
    """The bundle that a file is. Raises InputError for what is none, is damaged or too large, or holds what it does not name."""
    try:
        files = _Members(zipfile.ZipFile(io.BytesIO(raw)))
        made = _read(files)
        if files.unread:
            raise ValueError(say("it holds what it does not name: {unread}", unread=", ".join(sorted(files.unread)[:5])))
        return made
    except InputError as error:
        raise InputError([Fault(fault.message, fault.path, file) for fault in error.faults]) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, OverflowError) as error:
        raise InputError(Fault(say("this is no bundle of evidence, or it is damaged: {error}", error=_why(error)), file=file)) from None
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            Fault(say("this is no bundle of evidence, or a part is missing: {error}", error=problem(str(error))), file=file)
        ) from None


def _why(error: Exception) -> str:
    """What is damaged: in our words, or in those of whoever reads the format."""
    return (str(error) if type(error) is ValueError else problem(str(error))) if str(error) else say("it ends too early")


class _Members:
    """The files of an archive: words are read within a limit in all, contents when they are asked for."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        members = archive.infolist()
        if len(members) > MOST_FILES:
            raise ValueError(
                say("it holds {members:,} files; expected at most {most_files:,}", members=len(members), most_files=MOST_FILES)
            )
        self._archive, self._sizes = archive, {one.filename: one.file_size for one in members}
        if len(self._sizes) < len(members):
            raise ValueError(say("it holds two files of one name"))
        self._left, self.unread = MOST_WORDS, set(self._sizes)

    def bytes(self, name: str) -> bytes:
        """A file of words by its name."""
        if name not in self._sizes:
            raise ValueError(say('the file "{name}" is missing', name=name))
        self._left -= self._sizes[name]
        if self._left < 0:
            raise ValueError(say("its words and proofs have more than {most_words:,} bytes", most_words=MOST_WORDS))
        self.unread.discard(name)
        with self._archive.open(name) as file:
            return file.read(self._sizes[name])

    def text(self, name: str) -> str:
        """A file of text by its name."""
        return self.bytes(name).decode("utf-8")

    def content(self, name: str) -> Member | None:
        """A content by its name, where it is here."""
        if name not in self._sizes:
            return None
        self.unread.discard(name)
        if self._sizes[name] > MOST_CONTENT:
            raise ValueError(say('"{name}" has more than {most_content:,} bytes', name=name, most_content=MOST_CONTENT))
        return Member(self._archive, name)

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._sizes


def _read(files: _Members) -> Bundle:
    told = json.loads(files.text(FIRST))
    if told.get("format") != FORMAT:
        raise ValueError(say('its format is "{format}"; this tool reads "{ours}"', format=str(told.get("format"))[:60], ours=FORMAT))
    note = files.text(CHECKPOINT)
    lines = files.text(LATER).splitlines() if files.has(LATER) else []
    return Bundle(
        tuple(_entry(files, one) for one in told["entries"]), note, tuple(Verifier.of(line) for line in files.text(KEYS).splitlines()),
        tuple(_read_anchor(files, place, one) for place, one in enumerate(told["anchors"], 1)),
        tuple(_later(json.loads(line), note) for line in lines), tuple(_read_change(one) for one in told["changes"]), files.text(READ_ME),
    )  # fmt: skip


def _read_change(told: Mapping[str, Any]) -> KeyChange:
    inclusion, growth = (tuple(decoded(one, say("a hash of a change of keys")) for one in told[name]) for name in ("inclusion", "growth"))
    return KeyChange(str(told["checkpoint"]), str(told["leaf"]), inclusion, growth)


def _read_anchor(files: _Members, place: int, told: Mapping[str, Any]) -> Anchor:
    count = _whole(told["stamps"], say("the number of stamps"))
    stamps = (files.bytes(f"anchors/{place}/stamp-{number}.tsr") for number in range(1, min(count, MOST_FILES) + 1))
    growth = tuple(decoded(one, say("a hash of the growth")) for one in told["growth"])
    return Anchor(files.text(f"anchors/{place}/checkpoint"), tuple(stamps), growth)


def _entry(files: _Members, told: Mapping[str, Any]) -> Opened:
    index = _whole(told["index"], say("the place of an entry"))
    contents = {name: _content(made, files.content(_content_path(index, name))) for name, made in told["contents"].items()}
    proof = LogProof.of(files.text(f"entries/{index}/proof.tlog-proof"))
    return _opened(told, files.text(f"entries/{index}/leaf.json"), contents, proof)


def _later(told: Mapping[str, Any], note: str) -> Opened:
    contents = {name: _content(made, None) for name, made in told["contents"].items()}
    hashes = tuple(decoded(one, say("a hash of a proof")) for one in told["proof"])
    return _opened(told, str(told["leaf"]), contents, LogProof(_whole(told["index"], say("the place of an entry")), hashes, note))


def _opened(told: Mapping[str, Any], leaf: str, contents: Mapping[str, Content], proof: LogProof) -> Opened:
    about, salts = told["about"], [str(told["target_salt"]), str(told["about_salt"])]
    if about is not None and not isinstance(about, Mapping):
        raise ValueError(say("what an entry says is no object"))
    if wrong := [salt for salt in salts if salt and not _HASH.fullmatch(salt)]:
        raise ValueError(say('"{wrong}" is no salt', wrong=wrong[0][:40]))
    return Opened(leaf, str(told["target"]), salts[0], about, salts[1], contents, proof)


def _content(told: Mapping[str, Any], held: Member | None) -> Content:
    digest, salt = str(told["sha256"]), str(told["salt"])
    if wrong := [one for one in (digest, salt) if one and not _HASH.fullmatch(one)]:
        raise ValueError(say('"{wrong}" is no hash or salt of a content', wrong=wrong[0][:40]))
    return Content(digest, salt, _whole(told["size"], say("the size of a content")), held)


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(say("{what} is no whole number", what=what))
    return value
