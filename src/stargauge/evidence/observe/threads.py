"""What a conversation shows at two times, and what follows from a difference: first of all a question, not a finding.

A view shows a part of the replies. An item that was in one view and is not in the next was *not captured this time*; only after it was
asked for by its id it is *not found when asked by id* (or found, or nobody answered). What that means is for the states of the item itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from stargauge.evidence.capture.items import Completeness, Item, Thread
from stargauge.evidence.observe.compare import lines
from stargauge.evidence.observe.outcomes import NOT_FOUND, RESTRICTED, THERE, Outcome

#: What is known of an item that is no longer in the view.
GoneFromView = Literal[
    "not_captured_this_time", "found_when_asked_by_id", "not_found_when_asked_by_id", "restricted_when_asked_by_id", "no_answer"
]


@dataclass(frozen=True)
class Edit:
    """An item with another text, or with an edit that the platform states."""

    id: str
    text_differs: bool
    stated: bool


@dataclass(frozen=True)
class ThreadDifference:
    """How a later view differs from an earlier one. `same_way`: both by one method and alike logged in; else texts are not compared.

    `reordered` are the fewest items whose moving explains the other order of the items in both views.
    """

    added: tuple[str, ...] = ()
    gone: Mapping[str, GoneFromView] = field(default_factory=dict)
    edited: tuple[Edit, ...] = ()
    reordered: tuple[str, ...] = ()
    same_way: bool = True
    completeness: tuple[Completeness, Completeness] = ("unknown", "unknown")
    shown: tuple[int | None, int | None] = (None, None)
    captured: tuple[int, int] = (0, 0)

    def __bool__(self) -> bool:
        return bool(self.added or self.gone or self.edited or self.reordered)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        data: dict[str, Any] = {
            "added": list(self.added), "gone_from_view": dict(self.gone), "reordered": list(self.reordered), "same_way": self.same_way,
            "edited": [{"id": one.id, "text_differs": one.text_differs, "stated": one.stated} for one in self.edited],
            "completeness": list(self.completeness), "captured": list(self.captured),
        }  # fmt: skip
        if self.shown[0] is not None and self.shown[1] is not None:
            data["shown"] = [self.shown[0], self.shown[1]]
        return data


def completeness(thread: Thread) -> Completeness:
    """What may be said of a view: partial where something is known to be missing, complete only where the platform's answer allows it."""
    missing = thread.gaps or thread.missing or (thread.shown is not None and thread.shown > len(thread.items))
    return "partial" if missing else thread.completeness


def own_continuation(thread: Thread) -> tuple[str, ...]:
    """The author's own replies that go on from the root, in the order displayed."""
    root = thread.item(thread.root)
    if root is None:
        return ()
    chain = {root.id}
    for item in sorted(thread.items, key=lambda item: item.position):
        if item.author == root.author and item.reply_to in chain:
            chain.add(item.id)
    return tuple(item.id for item in sorted(thread.items, key=lambda item: item.position) if item.id in chain - {root.id})


def difference(before: Thread, after: Thread, same_way: bool = True, asked: Mapping[str, Outcome] | None = None) -> ThreadDifference:
    """How a later view differs. `asked`: what items gave that were asked for by their id since; tombstones in the view are such items."""
    old, new = {item.id: item for item in before.items}, {item.id: item for item in after.items}
    answers: dict[str, Outcome] = dict(asked or {})
    for item in after.items:
        if item.tombstone and not (item.id in old and old[item.id].tombstone):
            answers.setdefault(item.id, "tombstone")
    gone = [id for id, item in old.items() if not item.tombstone and (id not in new or new[id].tombstone)]
    both = [id for id in old if id in new and id not in gone]
    edits = (_edit(old[id], new[id], same_way) for id in both)
    return ThreadDifference(
        added=tuple(item.id for item in after.items if item.id not in old and not item.tombstone),
        gone={id: _gone(answers.get(id)) for id in gone},
        edited=tuple(one for one in edits if one is not None),
        reordered=_moved([id for id in _displayed(before) if id in set(both)], [id for id in _displayed(after) if id in set(both)]),
        same_way=same_way,
        completeness=(completeness(before), completeness(after)),
        shown=(before.shown, after.shown),
        captured=(len(before.items), len(after.items)),
    )


def to_ask(made: ThreadDifference) -> tuple[str, ...]:
    """The items to ask for by their id before anything is said of them."""
    return tuple(id for id, known in made.gone.items() if known == "not_captured_this_time")


def _gone(outcome: Outcome | None) -> GoneFromView:
    if outcome is None:
        return "not_captured_this_time"
    if outcome in THERE:
        return "found_when_asked_by_id"
    if outcome in NOT_FOUND or outcome == "signed_absent":
        return "not_found_when_asked_by_id"
    return "restricted_when_asked_by_id" if outcome in RESTRICTED else "no_answer"


def _edit(before: Item, after: Item, same_way: bool) -> Edit | None:
    differs = same_way and lines(before.text) != lines(after.text)
    later = after.edited is not None and (before.edited is None or after.edited > before.edited)
    stated = later or len(after.revisions) > len(before.revisions) > 0
    return Edit(after.id, differs, stated) if differs or stated else None


def _displayed(thread: Thread) -> list[str]:
    return [item.id for item in sorted(thread.items, key=lambda item: item.position)]


def _moved(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """The items outside of the longest run that kept its order."""
    place = {id: number for number, id in enumerate(before)}
    tails: list[int] = []
    ends: list[str] = []
    previous: dict[str, str | None] = {}
    for id in after:
        at = bisect_left(tails, place[id])
        previous[id] = ends[at - 1] if at else None
        if at == len(tails):
            tails.append(place[id])
            ends.append(id)
        else:
            tails[at], ends[at] = place[id], id
    kept: set[str] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = previous[last]
    return tuple(id for id in after if id not in kept)
