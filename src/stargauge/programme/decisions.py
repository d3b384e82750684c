"""What a person decided on drafts, as entries of an evidence log: which words of which text, what was proposed, what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from stargauge.reading.drafting import VERSION

Action = Literal["draft", "edit", "confirm", "reject"]
_EDITABLE = ("speaker", "said", "says")


@dataclass(frozen=True)
class Decision:
    """One step on one draft: as it stood before and as it stands after."""

    action: Action
    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def steps(name: str, proposed: Mapping[str, Any], after: Mapping[str, Any], step: str) -> list[Decision]:
    """What a person did with a draft that was put to them, in order: it was put to them, changed, and confirmed or rejected."""
    out = [Decision("draft", name, proposed, proposed)]
    if step in ("accept", "reject") and after != proposed:
        out.append(Decision("edit", name, proposed, after))
    if step in ("accept", "reject"):
        out.append(Decision("confirm" if step == "accept" else "reject", name, after, after))
    return out


def about_of(decision: Decision, capture: str, by: str = "") -> dict[str, Any]:
    """What the log keeps of a decision. The words of the text stand there by their hash alone: they are in the capture."""
    before, after = decision.before, decision.after
    about: dict[str, Any] = {
        "action": decision.action, "draft": decision.name, "capture": capture, "text_sha256": after["text_sha256"], "rules": VERSION,
        "start": after["start"], "end": after["end"], "quote_sha256": _hash(str(after["quote"])),
        "kind": after["kind"], "form": after["form"], "speaker": after.get("speaker") or "", "readings": dict(after["readings"]),
    }  # fmt: skip
    if decision.action == "edit":
        changed = [name for name in (*_EDITABLE, "readings") if before.get(name) != after.get(name)]
        about["before"] = {name: _plain(before.get(name)) for name in changed}
        about["after"] = {name: _plain(after.get(name)) for name in changed}
    if decision.action == "confirm" and after.get("says"):
        about["says"] = str(after["says"])
    return about | ({"by": by} if by else {})


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value or "")


def abouts(decisions: Sequence[Decision], capture: str, by: str = "") -> list[dict[str, Any]]:
    """What the log keeps of several decisions, in order."""
    return [about_of(one, capture, by) for one in decisions]
