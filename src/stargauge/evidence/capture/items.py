"""Items of a thread, the same whatever platform or file they came from.

An `Item` is one post as one capture shows it; a `Thread` is what one capture shows of a conversation. Both go to JSON and back without
loss and without floats: times are UTC texts such as `2025-01-22T17:40:05Z` (with a fraction of a second where one was given).

Order: `Item.position` is the order as displayed (from 0 on); `Thread.by_time` is the order by time. They are two facts, and neither is
computed from the other. `shown` is the count that the platform displays, the captured count is `len(Thread.items)`. Completeness is
`unknown` unless the platform's own answer allows more; a missing item is listed in `missing` or told by a `Gap`, never assumed removed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

Reason = Literal["pagination", "hidden", "login", "limit", "blocked", "own_side_only", "not_captured"]
Completeness = Literal["complete", "partial", "unknown"]


def written(time: datetime) -> str:
    """A time as text in UTC: `2025-01-22T17:40:05Z`."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_time(text: str) -> datetime:
    """A time from its text; one without a zone is refused, since it could be any of 26 hours."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(say('got "{text}"; expected a time with its zone, such as 2025-01-22T17:40:05Z', text=text))
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError(say('got "{text}", which is no time in UTC', text=text)) from None


def time_or_none(text: object) -> datetime | None:
    """A time from what a platform gives for it; None for what is no time with its zone."""
    try:
        return read_time(text) if isinstance(text, str) else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Revision:
    """One earlier or present wording of an item, as the platform's edit history gives it."""

    time: datetime
    text: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"time": written(self.time), "text": self.text}


@dataclass(frozen=True)
class Item:
    """One post: who, what, when, in answer to which, and at which place of the view.

    `id` is the platform's (a status id, an at-uri, a URL). `author` is the stable name (`user@host`, a DID, a handle), `author_name` the
    displayed one. `text` is plain text, never markup. `created` and `edited` are the platform's statements, not ours. `shares` is the id
    of an item that this one passes on (a boost, repost or quote). `depth` is the distance from the root as far as parents are captured.
    """

    id: str
    author: str
    text: str
    position: int
    url: str = ""
    author_name: str = ""
    created: datetime | None = None
    edited: datetime | None = None
    reply_to: str = ""
    shares: str = ""
    depth: int | None = None
    language: str = ""
    revisions: tuple[Revision, ...] = ()
    tombstone: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON; what is empty or unknown is left out."""
        data: dict[str, Any] = {"id": self.id, "author": self.author, "text": self.text, "position": self.position}
        for name in ("url", "author_name", "reply_to", "shares", "language", "tombstone"):
            if value := getattr(self, name):
                data[name] = value
        for name in ("created", "edited"):
            if time := getattr(self, name):
                data[name] = written(time)
        if self.depth is not None:
            data["depth"] = self.depth
        if self.revisions:
            data["revisions"] = [one.to_dict() for one in self.revisions]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Item:
        """From JSON. Raises InputError with all faults."""
        made, faults = _item(data, "item")
        if made is None:
            raise InputError(faults)
        return made


@dataclass(frozen=True)
class Gap:
    """Why items are missing from a thread, and how many where that is known; `after` is the item behind which they are missing."""

    reason: Reason
    count: int | None = None
    after: str = ""
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        data: dict[str, Any] = {"reason": self.reason}
        if self.count is not None:
            data["count"] = self.count
        return data | {name: value for name in ("after", "note") if (value := getattr(self, name))}


@dataclass(frozen=True)
class Thread:
    """What one capture shows of a conversation, in the order displayed."""

    root: str
    items: tuple[Item, ...]
    shown: int | None = None
    gaps: tuple[Gap, ...] = ()
    missing: tuple[str, ...] = ()
    completeness: Completeness = "unknown"

    @property
    def by_time(self) -> tuple[str, ...]:
        """Ids in the order of their time; items without one are left out."""
        timed = [item for item in self.items if item.created]
        return tuple(item.id for item in sorted(timed, key=lambda item: (item.created or datetime.min.replace(tzinfo=UTC), item.position)))

    def item(self, id: str) -> Item | None:
        """The item of this id, if captured."""
        return next((item for item in self.items if item.id == id), None)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        data: dict[str, Any] = {"root": self.root, "items": [item.to_dict() for item in self.items], "completeness": self.completeness}
        if self.shown is not None:
            data["shown"] = self.shown
        if self.gaps:
            data["gaps"] = [gap.to_dict() for gap in self.gaps]
        if self.missing:
            data["missing"] = list(self.missing)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Thread:
        """From JSON. Raises InputError with all faults at once."""
        faults: list[Fault] = []
        items = []
        for place, one in enumerate(_list(data, "items", "thread", faults)):
            made, wrong = _item(one, f"items[{place}]")
            faults += wrong
            if made is not None:
                items.append(made)
        gaps = []
        for place, one in enumerate(_list(data, "gaps", "thread", faults)):
            if not isinstance(one, Mapping) or one.get("reason") not in get_args(Reason):
                faults.append(Fault(say("expected a reason of {get_args}", get_args=", ".join(get_args(Reason))), f"gaps[{place}]"))
            else:
                where = f"gaps[{place}]"
                gaps.append(
                    Gap(
                        one["reason"],
                        _whole(one, "count", where, faults),
                        _text(one, "after", where, faults),
                        _text(one, "note", where, faults),
                    )
                )
        completeness = data.get("completeness", "unknown")
        if completeness not in get_args(Completeness):
            faults.append(
                Fault(
                    say("got {completeness!r}; expected {get_args}", completeness=completeness, get_args=", ".join(get_args(Completeness))),
                    "completeness",
                )
            )
        missing = _list(data, "missing", "thread", faults)
        root, shown = _text(data, "root", "thread", faults), _whole(data, "shown", "thread", faults)
        if faults:
            raise InputError(faults)
        return cls(root, tuple(items), shown, tuple(gaps), tuple(str(one) for one in missing), completeness)


def linked(items: Sequence[Item]) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """The items with their depth from parents that are captured too, and the ids that are referred to but not captured."""
    parents = {item.id: item.reply_to for item in items}
    depths: dict[str, int] = {}
    for item in items:
        _enter_depths(item.id, parents, depths)
    missing = dict.fromkeys(item.reply_to for item in items if item.reply_to and item.reply_to not in parents)
    return tuple(_with_depth(item, depths[item.id]) for item in items), tuple(missing)


def _enter_depths(id: str, parents: Mapping[str, str], depths: dict[str, int]) -> None:
    """The depth of an item and of all above it, each looked at once; those in a circle are as deep as the circle is long."""
    way: dict[str, int] = {}
    at = id
    while at in parents and at not in depths and at not in way:
        way[at] = len(way)
        at = parents[at]
    line = list(way)
    if at in way:
        circle = line[way[at] :]
        depths.update(dict.fromkeys(circle, len(circle) - 1))
        line = line[: way[at]]
    depth = depths.get(at, -1)
    for one in reversed(line):
        depth += 1
        depths[one] = depth


def _with_depth(item: Item, depth: int) -> Item:
    from dataclasses import replace

    return replace(item, depth=depth)


def _item(data: Any, where: str) -> tuple[Item | None, list[Fault]]:
    faults: list[Fault] = []
    if not isinstance(data, Mapping):
        return None, [Fault(say("got {kind}; expected an object", kind=type(data).__name__), where)]
    for name in ("id", "author", "text", "position"):
        if name not in data:
            faults.append(Fault(say("is missing"), f"{where}.{name}"))
    revisions = []
    for place, one in enumerate(_list(data, "revisions", where, faults)):
        at = f"{where}.revisions[{place}]"
        if not isinstance(one, Mapping):
            faults.append(Fault(say("expected an object with time and text"), at))
        elif (time := _time(one, "time", at, faults)) is not None:
            revisions.append(Revision(time, _text(one, "text", at, faults)))
    texts = {
        name: _text(data, name, where, faults)
        for name in ("id", "author", "text", "url", "author_name", "reply_to", "shares", "language", "tombstone")
    }
    position, depth = _whole(data, "position", where, faults), _whole(data, "depth", where, faults)
    created, edited = _time(data, "created", where, faults), _time(data, "edited", where, faults)
    if faults or position is None:
        return None, faults or [Fault(say("is missing"), f"{where}.position")]
    return Item(**texts, position=position, depth=depth, created=created, edited=edited, revisions=tuple(revisions)), []


def _text(data: Mapping[str, Any], name: str, where: str, faults: list[Fault]) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        faults.append(Fault(say("got {kind}; expected a text", kind=type(value).__name__), f"{where}.{name}"))
        return ""
    return value


def _whole(data: Mapping[str, Any], name: str, where: str, faults: list[Fault]) -> int | None:
    value = data.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    faults.append(Fault(say("got {value!r}; expected a whole number", value=value), f"{where}.{name}"))
    return None


def _time(data: Mapping[str, Any], name: str, where: str, faults: list[Fault]) -> datetime | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        return read_time(str(value))
    except ValueError as error:
        faults.append(Fault(f"{error}", f"{where}.{name}"))
        return None


def _list(data: Mapping[str, Any], name: str, where: str, faults: list[Fault]) -> list[Any]:
    value = data.get(name, [])
    if isinstance(value, (list, tuple)):
        return list(value)
    faults.append(Fault(say("got {kind}; expected a list", kind=type(value).__name__), f"{where}.{name}"))
    return []
