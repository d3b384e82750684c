"""What capturing and observing ask of whatever keeps the evidence: add an entry, list entries, read a payload back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

Kind = Literal["capture", "observation", "state", "statement", "claim", "verdict", "heartbeat", "erasure", "key"]


def now() -> datetime:
    """Our clock, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Entry:
    """One entry of the log: its place from 0 on, what it is, when it was added (UTC, our clock), what it is about.

    `about`: strings, integers, booleans, lists and objects of these. `payloads`: SHA-256 (hex) of each payload by name; a payload that was
    erased is still named here.
    """

    index: int
    kind: Kind
    target: str
    time: datetime
    about: Mapping[str, Any] = field(default_factory=dict)
    payloads: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """How people refer to it: `C-17` a capture, `O-18` an observation."""
        return f"{self.kind[0].upper()}-{self.index}"


class Archive(Protocol):
    """Keeps entries in order, for good."""

    def add(self, kind: Kind, target: str, about: Mapping[str, Any], payloads: Mapping[str, bytes] | None = None) -> Entry:
        """A new entry, durable when this returns. Raises InputError for what cannot be kept."""
        ...

    def entries(self, kind: Kind | None = None, target: str | None = None) -> Iterator[Entry]:
        """Entries in order."""
        ...

    def payload(self, entry: Entry, name: str) -> bytes:
        """A payload as it was added. Raises InputError where it was erased, is missing or does not match its hash."""
        ...
