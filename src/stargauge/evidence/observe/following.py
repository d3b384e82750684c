"""Follow a conversation from round to round: keep a view that differs from the last one kept, and ask by id for what is no longer in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from stargauge.evidence.archive import Archive, Entry
from stargauge.evidence.capture.items import Item, Thread, written
from stargauge.evidence.observe.looking import Round, capture_about, check, taken_of
from stargauge.evidence.observe.outcomes import Outcome
from stargauge.evidence.observe.probes import Probe
from stargauge.evidence.observe.records import History, captured_at, history
from stargauge.evidence.observe.standing import SEEN
from stargauge.evidence.observe.targets import CONTROLS, Target
from stargauge.evidence.observe.threads import difference, own_continuation, to_ask
from stargauge.quantity.errors import InputError

THREAD = "thread"
#: So many items are asked for in one round; what remains is asked for in the next.
MOST_ASKED = 20


@dataclass(frozen=True)
class Followed:
    """What followed from a view: the entry that says how it differs, and the items that were asked for by their id."""

    entry: Entry | None = None
    asked: tuple[Target, ...] = ()


def follow(archive: Archive, round_: Round, target: Target, probe: Probe, before: History, checked: Entry) -> Followed:
    """Compare the view of this round with the last one kept of the same way of looking: platforms do not show the same to everybody.

    `before`: the history up to the check `checked`.
    """
    looked = round_.look(probe, target.url)
    if looked.thread is None:
        return Followed()
    last = _last_view(archive, before, probe, looked.fetched.logged_in)
    if last is None:
        _kept_view(archive, round_, target, probe, before, checked)
        return Followed()
    entry, earlier = last
    found = difference(earlier, looked.thread)
    if not found:
        return Followed()
    asked: dict[str, Outcome] = {}
    targets = []
    for child, item in _children(target, earlier, looked.thread, to_ask(found)):
        known = history(archive, child.url)
        if not known.observations:
            known = _seen_in_view(archive, child, entry, probe)
        made = check(archive, round_, child, probe, known, ())
        asked[item.id] = made.about["outcome"]
        targets.append(child)
    found = difference(earlier, looked.thread, asked=asked)
    after = _kept_view(archive, round_, target, probe, before, checked)
    about = {
        "version": 1, "thing": target.thing, "round": round_.id, "time": written(looked.fetched.started), "method": probe.method,
        "vantage": probe.vantage, "thread": found.to_dict(), "earlier": entry.index, "later": after,
        "own_continuation": list(own_continuation(looked.thread)),
    }  # fmt: skip
    return Followed(archive.add("observation", target.url, about), tuple(targets))


def _seen_in_view(archive: Archive, child: Target, view: Entry, probe: Probe) -> History:
    """Keep that an item was in an earlier view: seen then, though nobody had asked for it by its id."""
    about = {
        "version": 1, "thing": child.thing, "role": "capture", "outcome": "ok", "time": written(captured_at(view)), "method": probe.method,
        "vantage": probe.vantage, "capture": view.index, "of_thread": child.of_thread, "url": child.url,
    }  # fmt: skip
    archive.add("observation", child.url, about)
    return history(archive, child.url)


def unsettled(archive: Archive, roots: set[str]) -> list[Target]:
    """Items asked for by their id in earlier rounds that have not been found since."""
    made: dict[str, Target] = {}
    for entry in archive.entries("observation"):
        root = str(entry.about.get("of_thread", ""))
        if root in roots and entry.target not in roots:
            made[entry.target] = Target(entry.target, "post", of_thread=root)
    return [one for one in made.values() if history(archive, one.url).standing.state not in SEEN]


def _last_view(archive: Archive, before: History, probe: Probe, logged_in: bool) -> tuple[Entry, Thread] | None:
    way = (probe.method, probe.vantage, logged_in)
    for entry in reversed(before.entries):
        about = entry.about
        same = (about.get("method"), about.get("vantage", "local"), bool(about.get("logged_in"))) == way
        if entry.kind == "capture" and THREAD in entry.payloads and same:
            try:
                return entry, Thread.from_dict(json.loads(archive.payload(entry, THREAD)))
            except (InputError, ValueError):
                continue
    return None


def _children(target: Target, earlier: Thread, later: Thread, ids: tuple[str, ...]) -> Iterator[tuple[Target, Item]]:
    """Items as targets; their controls are items of the view that are there, those of the same author first."""
    there = [item for item in later.items if not item.tombstone and _address(item)]
    for id in ids[:MOST_ASKED]:
        item = earlier.item(id)
        if item is None or not (url := _address(item)) or url == target.url:
            continue
        near = sorted(there, key=lambda other: other.author != item.author)
        controls = dict.fromkeys([*(_address(other) for other in near), target.url])
        yield Target(url, "post", tuple(controls)[:CONTROLS], of_thread=target.url), item


def _address(item: Item) -> str:
    return item.url or (item.id if item.id.startswith(("http://", "https://", "at://")) else "")


def _kept_view(archive: Archive, round_: Round, target: Target, probe: Probe, before: History, checked: Entry) -> int:
    """The place of the capture of this view; the check itself has kept it where the post was new or differed too."""
    kept = checked.about.get("capture")
    for entry in archive.entries("capture", target.url):
        if entry.index == kept and entry.about.get("vantage") == probe.vantage and all(one.index != kept for one in before.entries):
            return entry.index
    about = capture_about(round_.look(probe, target.url), probe, round_.id, checked.about["outcome"], checked.about.get("text", ""))
    return archive.add("capture", target.url, about, taken_of(round_.look(probe, target.url)).payloads).index
