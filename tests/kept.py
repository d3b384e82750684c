"""An archive in memory, as the seam asks for one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from stargauge.evidence.archive import Entry, Kind


class Kept:
    """Keeps entries in a list; refuses what no archive can keep (floats)."""

    def __init__(self) -> None:
        self.made: list[Entry] = []
        self.blobs: dict[str, bytes] = {}

    def add(self, kind: Kind, target: str, about: Mapping[str, Any], payloads: Mapping[str, bytes] | None = None) -> Entry:
        """Add an entry."""
        again = json.loads(json.dumps(about), parse_float=lambda text: 1 / 0)
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in (payloads or {}).items()}
        self.blobs |= {hashes[name]: data for name, data in (payloads or {}).items()}
        self.made.append(Entry(len(self.made), kind, target, datetime.now(UTC), again, hashes))
        return self.made[-1]

    def entries(self, kind: Kind | None = None, target: str | None = None) -> Iterator[Entry]:
        """Entries in order."""
        return (one for one in self.made if kind in (None, one.kind) and target in (None, one.target))

    def payload(self, entry: Entry, name: str) -> bytes:
        """A payload."""
        return self.blobs[entry.payloads[name]]
