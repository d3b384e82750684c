"""Who shared what about whom over time: counts of captured posts and where to find examples. No text is repeated and nothing is judged.

The rules, in this order, are part of the answer (`RULES`). What was not captured is part of it too: a count says how often something was
captured, never how often it happened.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from stargauge.evidence.archive import Archive, Entry
from stargauge.evidence.capture.items import Item, Thread
from stargauge.evidence.observe.compare import lines
from stargauge.evidence.observe.threads import completeness
from stargauge.quantity.errors import InputError

SCHEMA = "stargauge-amplification/1"
RULES = (
    "A post that several captures show counts once, by its platform's id; the first capture is the example.",
    "A post counts on the day that its platform states for it (UTC); posts without a time are counted apart.",
    "A post that passes on another one is a share where it has no text of its own, and a quote where it has.",
    "A post that begins with RT @NAME: is a share of that account's words, of which the id is not known.",
    "An account that shares the same thing several times counts once among the accounts and each time among the posts.",
    "Links count as one where they differ only in http or https, www., the fragment, a slash at the end, or known tracking parameters.",
    "Posts by different ids with the same text (more than 40 characters, counters left out) stay apart and are listed as same text.",
    "About whom: the accounts that a post mentions, and the author of what it passes on or answers, where that was captured.",
    "Accounts are compared by their stable name in lower case; one person with two accounts is two.",
)
_LINK = re.compile(r"https?://[^\s<>\"'»«“”]+[^\s<>\"'»«“”.,;:!?)\]]")
_MENTION = re.compile(r"(?<![\w/@.])@([\w-]+(?:\.[\w-]+)*(?:@[\w-]+(?:\.[\w-]+)+)?)")
_PASSED_ON = re.compile(r"RT @([\w.@-]+?):")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref_src|ref_url|cmpid|xtor")
#: On these hosts `s` and `t` tell who shared a link, and how; elsewhere they can be part of the address.
_TRACKING_BY_HOST = {"x.com": ("s", "t"), "twitter.com": ("s", "t"), "youtu.be": ("si",)}
EXAMPLES = 3
_OWN_TEXT = 40


@dataclass(frozen=True)
class Post:
    """A captured post. `entries` are the places in the log of the captures that show it, the first one first."""

    id: str
    author: str
    time: datetime | None
    reply_to: str
    shares: str
    passed_on_from: str
    has_text: bool
    links: tuple[str, ...]
    mentions: tuple[str, ...]
    text_hash: str
    entries: tuple[str, ...]

    @property
    def kind(self) -> str:
        """`share`, `quote`, `reply` or `post`: the first that fits."""
        if self.passed_on_from or (self.shares and not self.has_text):
            return "share"
        return "quote" if self.shares else "reply" if self.reply_to else "post"


@dataclass
class Captured:
    """Posts by id, and what the captures themselves say is missing."""

    posts: dict[str, Post] = field(default_factory=dict)
    threads: int = 0
    partial: int = 0
    unknown: int = 0
    shown: int = 0
    captured_of_shown: int = 0
    gaps: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missing: set[str] = field(default_factory=set)
    tombstones: int = 0
    unreadable: list[str] = field(default_factory=list)

    def add(self, thread: Thread, entry: str) -> None:
        """What one capture shows."""
        self.threads += 1
        state = completeness(thread)
        self.partial += state == "partial"
        self.unknown += state == "unknown"
        if thread.shown is not None:
            self.shown += thread.shown
            self.captured_of_shown += min(len(thread.items), thread.shown)
        for gap in thread.gaps:
            self.gaps[gap.reason] += 1
        self.missing |= set(thread.missing)
        for item in thread.items:
            if item.tombstone:
                self.tombstones += 1
            else:
                self.posts[item.id] = _again(self.posts.get(item.id), item, entry)


def captured(archive: Archive) -> Captured:
    """Everything that captures show as posts."""
    made = Captured()
    for entry in archive.entries(kind="capture"):
        if "thread" in entry.payloads:
            try:
                made.add(_thread(archive, entry), entry.id)
            except (InputError, ValueError) as wrong:
                made.unreadable.append(f"{entry.id}: {wrong}")
    return made


def _thread(archive: Archive, entry: Entry) -> Thread:
    return Thread.from_dict(json.loads(archive.payload(entry, "thread")))


def amplification(
    found: Captured, about: str = "", link: str = "", start: date | None = None, end: date | None = None
) -> dict[str, Any]:  # fmt: skip
    """The timeline of what was captured. `about`: an account; `link`: an address; `start`, `end`: days. Names are taken as written.

    Raises InputError where nothing captured fits, naming what there is.
    """
    names = {post.id: post.author for post in found.posts.values()}
    tests: list[Callable[[Post], bool]] = []
    if about:
        tests.append(lambda post: account(about) in _about(post, names))
    if link:
        tests.append(lambda post: plain_link(link) in post.links)
    if start:
        tests.append(lambda post: post.time is not None and post.time.date() >= start)
    if end:
        tests.append(lambda post: post.time is not None and post.time.date() <= end)
    posts = sorted((post for post in found.posts.values() if all(test(post) for test in tests)), key=_order)
    shared = _shared(posts, names)
    return {
        "schema": SCHEMA,
        "asked": {
            "about": account(about), "link": plain_link(link) if link else "", "from": start.isoformat() if start else "",
            "to": end.isoformat() if end else "",
        },
        "posts": len(posts),
        "accounts": len({post.author for post in posts}),
        "without_time": sum(post.time is None for post in posts),
        "days": _days(posts),
        "shared": shared,
        "who_what_whom": _pairs(posts, names),
        "same_text": _same_text(posts),
        "not_captured": _not_captured(found, posts),
        "rules": list(RULES),
    }  # fmt: skip


def plain_link(url: str) -> str:
    """An address without what does not change where it leads."""
    try:
        split = urlsplit(url.strip())
        host = (split.hostname or "").removeprefix("www.")
        port = f":{split.port}" if split.port not in (None, 80, 443) else ""
    except ValueError:
        return url
    own = _TRACKING_BY_HOST.get(host, ())
    asked = parse_qsl(split.query, keep_blank_values=True)
    query = [(name, value) for name, value in asked if name not in own and not _TRACKING.fullmatch(name)]
    return urlunsplit(("https", host + port, split.path.rstrip("/"), urlencode(query), "")) if host else url


def account(name: str) -> str:
    """An account's name as it is compared."""
    return name.strip().removeprefix("@").casefold()


def _again(known: Post | None, item: Item, entry: str) -> Post:
    """A post as it was first captured, with one more capture that shows it."""
    if known is not None:
        return known if entry in known.entries else replace(known, entries=(*known.entries, entry))
    passed_on = _PASSED_ON.match(item.text)
    kept = "\n".join(lines(item.text))
    return Post(
        id=item.id, author=account(item.author), time=item.created and item.created.astimezone(UTC),
        reply_to=item.reply_to, shares=item.shares,
        passed_on_from=account(passed_on[1]) if passed_on else "", has_text=bool(item.text.strip()),
        links=tuple(dict.fromkeys(plain_link(link) for link in _LINK.findall(item.text))),
        mentions=tuple(dict.fromkeys(account(name) for name in _MENTION.findall(item.text))),
        text_hash=sha256(kept.casefold().encode("utf-8", "replace")).hexdigest() if len(kept) > _OWN_TEXT and not passed_on else "",
        entries=(entry,),
    )  # fmt: skip


def _about(post: Post, names: dict[str, str]) -> tuple[str, ...]:
    others = (names.get(post.shares, ""), names.get(post.reply_to, ""), post.passed_on_from)
    return tuple(name for name in dict.fromkeys((*post.mentions, *others)) if name and name != post.author)


def _order(post: Post) -> tuple[bool, datetime, str]:
    return (post.time is None, post.time or datetime.min.replace(tzinfo=UTC), post.id)


def _whats(post: Post) -> list[tuple[str, str]]:
    """The things that a post passes on: an item, words of an account, links."""
    made = [("item", post.shares)] if post.shares else []
    if post.passed_on_from:
        made.append(("words_of", post.passed_on_from))
    return made + [("link", link) for link in post.links]


def _days(posts: Sequence[Post]) -> list[dict[str, Any]]:
    by_day: dict[date, list[Post]] = defaultdict(list)
    for post in posts:
        if post.time is not None:
            by_day[post.time.date()].append(post)
    return [
        {
            "day": day.isoformat(), "posts": len(on), "accounts": len({post.author for post in on}),
            **{f"{name}s" if name != "reply" else "replies": sum(post.kind == kind for post in on) for name, kind in _KINDS},
            "links": sum(len(post.links) for post in on), "examples": _examples(on),
        }
        for day, on in sorted(by_day.items())
    ]  # fmt: skip


_KINDS = (("original", "post"), ("share", "share"), ("quote", "quote"), ("reply", "reply"))


def _shared(posts: Sequence[Post], names: dict[str, str]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Post]] = defaultdict(list)
    for post in posts:
        for what in _whats(post):
            groups[what].append(post)
    rows = [
        {
            "kind": kind, "what": what, "by": names.get(what, "") if kind == "item" else what if kind == "words_of" else "",
            **_counts(on), "about": sorted({name for post in on for name in _about(post, names)}),
        }
        for (kind, what), on in groups.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["posts"], row["kind"], row["what"]))


def _pairs(posts: Sequence[Post], names: dict[str, str]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str, str, str], list[Post]] = defaultdict(list)
    for post in posts:
        for kind, what in _whats(post):
            for whom in _about(post, names) or ("",):
                groups[post.author, kind, what, whom].append(post)
    rows = [
        {"who": who, "kind": kind, "what": what, "whom": whom} | {name: value for name, value in _counts(on).items() if name != "accounts"}
        for (who, kind, what, whom), on in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row["posts"], row["who"], row["what"], row["whom"]))


def _same_text(posts: Sequence[Post]) -> list[dict[str, Any]]:
    groups: dict[str, list[Post]] = defaultdict(list)
    for post in posts:
        if post.text_hash:
            groups[post.text_hash].append(post)
    rows = [{**_counts(on), "text_sha256": digest} for digest, on in groups.items() if len(on) > 1]
    return sorted(rows, key=lambda row: (-row["posts"], row["text_sha256"]))


def _counts(on: Sequence[Post]) -> dict[str, Any]:
    times = [post.time for post in on if post.time is not None]
    return {
        "posts": len(on), "accounts": len({post.author for post in on}), "first": _text(min(times, default=None)),
        "last": _text(max(times, default=None)), "examples": _examples(on),
    }  # fmt: skip


def _examples(on: Iterable[Post]) -> list[str]:
    return list(dict.fromkeys(post.entries[0] for post in on))[:EXAMPLES]


def _text(time: datetime | None) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z") if time else ""


def _not_captured(found: Captured, posts: Sequence[Post]) -> dict[str, Any]:
    known = set(found.posts)
    return {
        "captures": found.threads, "partial": found.partial, "completeness_unknown": found.unknown, "shown_by_platforms": found.shown,
        "captured_of_these": found.captured_of_shown, "gaps": dict(sorted(found.gaps.items())),
        "answered_but_not_captured": len(found.missing - known),
        "shared_but_not_captured": len({post.shares for post in posts if post.shares} - known),
        "tombstones": found.tombstones, "unreadable": list(found.unreadable),
    }  # fmt: skip
