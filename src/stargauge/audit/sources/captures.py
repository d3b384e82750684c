"""What an evidence folder holds of what a programme cites: when it was captured, and whether it is still there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from stargauge.evidence.archive import Archive, Entry
from stargauge.evidence.observe.records import captured_at, history, is_supplied
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

NONE = "none"


@dataclass(frozen=True)
class Held:
    """A capture that a programme cites: its state in one line, and where it was looked up what that rests on.

    `captured` (UTC, our clock) and `state` are None where no evidence folder was given. `checks`: how often it was looked for since, by
    the knowledge date; `found`: how often it was there. `cited_by`: the first place of the programme that cites it.
    """

    id: str
    text: str
    cited_by: str = ""
    target: str = ""
    captured: datetime | None = None
    state: str | None = None
    checks: int = 0
    found: int = 0
    supplied: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        when = f"{self.captured:%Y-%m-%dT%H:%M:%SZ}" if self.captured else None
        return {
            "id": self.id, "text": self.text, "cited_by": self.cited_by, "target": self.target, "captured": when, "state": self.state,
            "checks": self.checks, "found": self.found, "user_supplied": self.supplied,
        }  # fmt: skip


def capture_of(part: Any, sources: Mapping[str, Any]) -> str:
    """The capture that holds a claim: its own, else that of its source; empty where there is none."""
    own = str(getattr(part, "capture", "") or "")
    found = own or str(getattr(sources.get(getattr(part, "source", "")), "capture", "") or "")
    return "" if found == NONE else found


def cited(programme: Any) -> dict[str, str]:
    """The captures that a programme cites, in order, each with the first place that does."""
    found = dict[str, str]()
    for name, path in _citations(programme):
        found.setdefault(name, path)
    return found


def _citations(programme: Any) -> Iterator[tuple[str, str]]:
    for name, claim in programme.claims.items():
        yield capture_of(claim, programme.sources), f"claims.{name}"
    for name, source in programme.sources.items():
        yield source.capture, f"sources.{name}"
    for statement in programme.statements():
        yield statement.capture, statement.path


def held(programme: Any, archive: Archive | None, as_of: date) -> dict[str, Held]:
    """What the folder holds of each capture cited, as known on a day. Raises InputError naming every id that it does not hold."""
    wanted = {name: path for name, path in cited(programme).items() if name not in ("", NONE)}
    if archive is None:
        return {name: Held(name, f"capture {name}; whether it is still there: --evidence DIR", path) for name, path in wanted.items()}
    captures = {entry.id: entry for entry in archive.entries("capture")}
    faults = [
        Fault(say('{path}: the evidence folder holds no capture "{name}"{near}', path=path, name=name, near=did_you_mean(name, captures)))
        for name, path in wanted.items()
        if name not in captures
    ]
    if faults:
        raise InputError(faults)
    return {name: _looked_up(archive, captures[name], as_of, path) for name, path in wanted.items()}


def _looked_up(archive: Archive, entry: Entry, as_of: date, path: str) -> Held:
    """What had been found of a capture's target by a day; of a capture made later, when it was made."""
    when = captured_at(entry)
    if when.date() > as_of:
        return Held(entry.id, f"captured only later, {when:%Y-%m-%d} ({entry.id})", path, entry.target, when)
    told = history(archive, entry.target).by(as_of)
    now = told.standing
    text = f"{told.line(capture=entry)} ({entry.id})"
    return Held(entry.id, text, path, entry.target, when, now.state, now.all.checks, now.all.seen, is_supplied(entry.about))
