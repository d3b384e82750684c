"""Entries on their way into the log: what is asked for, what is wrong with it, and the rows that are kept of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from stargauge.evidence.archive import Entry, Kind
from stargauge.evidence.log import leaf as manifests
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.store import EntryRow, PayloadRow
from stargauge.quantity.errors import Fault, did_you_mean
from stargauge.quantity.spoken import say

_PAYLOAD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

#: So that an entry of the log stays small.
MOST_PAYLOADS = 32


@dataclass(frozen=True)
class Item:
    """One entry to be added."""

    kind: Kind
    target: str
    about: Mapping[str, Any] = field(default_factory=dict)
    payloads: Mapping[str, bytes] = field(default_factory=dict)


def _unsure(item: Item) -> tuple[Any, Any, Mapping[Any, Any]]:
    """What an item holds, whatever it should be."""
    return item.target, item.about, item.payloads


def item_faults(item: Item, place: str = "") -> list[Fault]:
    """What is wrong with an entry to be added."""
    faults = []
    if item.kind not in manifests.KINDS:
        near = did_you_mean(str(item.kind), manifests.KINDS)
        faults.append(
            Fault(
                say('there is no kind "{kind}"{near} (all: {kinds})', kind=item.kind, near=near, kinds=", ".join(manifests.KINDS)),
                f"{place}kind",
            )
        )
    target, about, payloads = _unsure(item)
    if not isinstance(target, str) or not target.strip() or manifests.faults_of(item.target):
        faults.append(Fault(say("expected a URL, an at-uri or an id"), f"{place}target"))
    if isinstance(about, Mapping):
        faults += manifests.faults_of(about, f"{place}about")
    else:
        faults.append(Fault(say("expected an object; got {kind}", kind=type(about).__name__), f"{place}about"))
    if len(payloads) > MOST_PAYLOADS:
        text = say(
            "{payloads} payloads; an entry names at most {most_payloads}: put several into one, or add several entries",
            payloads=len(payloads),
            most_payloads=MOST_PAYLOADS,
        )
        faults.append(Fault(text, f"{place}payloads"))
    for name, content in payloads.items():
        if not isinstance(name, str) or not _PAYLOAD.fullmatch(name):
            faults.append(
                Fault(say("{name!r} cannot name a payload; expected letters, digits, dots, dashes and _", name=name), f"{place}payloads")
            )
        if not isinstance(content, bytes):
            faults.append(Fault(say("expected bytes; got {kind}", kind=type(content).__name__), f"{place}payloads.{name}"))
    return faults


class Erased(NamedTuple):
    """What an erasure deletes: of which entry, which payloads, and whether also what it says."""

    entry: int
    names: Sequence[str]
    about: bool


_MARK = re.compile(r"[a-z][a-z_]{0,31}")


def was(kind: str, about: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What kind of thing an erased entry was: its kind, how it was taken, whether it was handed in; nothing of what it said.

    `before`: what an earlier erasure told of it, where what it says is gone already.
    """
    marks = {name: about[name] for name in ("method", "source_terms") if _MARK.fullmatch(str(about.get(name, "")))}
    handed_in = {"user_supplied": True} if about.get("user_supplied") is True else {}
    return {**(before or {}), "kind": kind, **marks, **handed_in}


class Signed(NamedTuple):
    """Where and when entries are added: the first place, our clock, the time of the entry before, the key; a new key, what is erased."""

    first: int
    clock: datetime
    before: datetime
    key: str
    public_key: str | None = None
    erases: int | None = None


def rows_of(
    items: Sequence[Item], digests: Iterator[str], last_of: Callable[[Sequence[str]], Mapping[str, int]], at: Signed
) -> tuple[list[EntryRow], list[PayloadRow]]:  # fmt: skip
    """The rows of new entries, with fresh salts. Time never runs back: where the clock does, entries bear the last time and say so."""
    time = max(at.clock, at.before)
    latest = dict(last_of(list(dict.fromkeys(item.target for item in items))))
    rows, parts = [], []
    for place, item in enumerate(items, start=at.first):
        names = sorted(item.payloads)
        salts = os.urandom((len(names) + 2) * manifests.SALT_SIZE)
        salt = [salts[start : start + manifests.SALT_SIZE] for start in range(0, len(salts), manifests.SALT_SIZE)]
        own = [
            PayloadRow(place, name, next(digests), len(item.payloads[name]), mine.hex()) for name, mine in zip(names, salt[2:], strict=True)
        ]
        about = manifests.canonical(item.about)
        made = Leaf(
            kind=item.kind,
            index=place,
            time=time,
            target=manifests.target_commitment(salt[0], item.target),
            about=manifests.about_commitment(salt[1], about),
            key=at.key,
            payloads=tuple((payload_commitment_of(part), part.size) for part in own),
            previous=latest.get(item.target),
            clock=at.clock if at.clock < at.before else None,
            erases=at.erases,
            public_key=at.public_key,
        )
        manifests.expect_small(made)
        latest[item.target] = place
        rows.append(EntryRow(place, item.kind, item.target, manifests.time_text(time), about, made.text, salt[0].hex(), salt[1].hex()))
        parts.extend(own)
    return rows, parts


def payload_commitment_of(part: PayloadRow) -> str:
    """The commitment to a payload as it is kept."""
    return manifests.payload_commitment(bytes.fromhex(part.salt), part.name, bytes.fromhex(part.sha256))


def entry_of(row: EntryRow, parts: Iterable[PayloadRow]) -> Entry:
    """An entry as others see it."""
    held = {part.name: part.sha256 for part in parts}
    return Entry(row.id, row.kind, row.target, manifests.time_of(row.time), json.loads(row.about), held)  # type: ignore[arg-type]
