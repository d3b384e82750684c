"""Posts of Mastodon and servers that answer like it: status, conversation and edit history, by plain requests without an account.

`https://HOST/@NAME/ID` is asked as `/api/v1/statuses/ID`, with `/context` and, where the post says it was edited, `/history`. A post of
another server is asked at the host given, which knows it by its own id. What a server answers is its statement: a 404 can mean deleted,
hidden, blocked or never there, and a 410 can be undone; `api` says `not_found` or `restricted` and nothing more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from stargauge.evidence.capture.capture import Options, Taken, as_method, from_fetched
from stargauge.evidence.capture.fetched import Api, Fetched
from stargauge.evidence.capture.items import Gap, Item, Revision, Thread, linked, time_or_none
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

PATH = re.compile(r"/(?:@[^/]+|users/[^/]+/statuses|notice|web/statuses|deck/@[^/]+)/(\d+|[A-Za-z0-9]{10,40})/?")
#: A server shows a visitor without an account at most so many answers and posts before (Mastodon, statuses controller).
VISITOR_DESCENDANTS, VISITOR_ANCESTORS = 60, 40
MOST = 10_000


def status_of(url: str) -> tuple[str, str]:
    """The host's address and the id of a post. Raises InputError for what is no post."""
    split = urlsplit(url)
    if split.scheme not in ("http", "https") or not (found := PATH.fullmatch(split.path)):
        raise InputError(say('got "{url}"; expected a post such as https://mastodon.example/@name/113870000000000000', url=url))
    return f"{split.scheme}://{split.netloc}", found[1]


def take(target: str, options: Options) -> Taken:
    """The post, its conversation and its edit history."""
    host, id = status_of(target)
    first = as_method(options.fetch(f"{host}/api/v1/statuses/{id}"), "mastodon", url=target)
    post = answer_of(first)
    first = as_method(first, "mastodon", api=api_of(first, post, id))
    if first.api != "found" or not isinstance(post, Mapping):
        return from_fetched(first, terms="api")
    context = as_method(options.fetch(f"{host}/api/v1/statuses/{id}/context"), "mastodon")
    others = [context]
    revisions: tuple[Revision, ...] = ()
    if post.get("edited_at"):
        history = as_method(options.fetch(f"{host}/api/v1/statuses/{id}/history"), "mastodon")
        others.append(history)
        revisions = revisions_of(answer_of(history))
    thread = thread_of(post, answer_of(context), revisions)
    item = thread.item(str(post["id"]))
    return from_fetched(first, *others, terms="api", text=item.text if item else "", thread=thread)


def answer_of(fetched: Fetched) -> Any:
    """The JSON of an answer, or None where it has none that can be read."""
    try:
        return json.loads(fetched.body) if fetched.body and not fetched.error else None
    except (ValueError, RecursionError):
        return None


def api_of(fetched: Fetched, answer: Any, id: str) -> Api:
    """What the server states: `found` only for the post itself, `not_found` and `restricted` by its status, else nothing."""
    if fetched.error:
        return ""
    if fetched.status == 200 and isinstance(answer, Mapping) and str(answer.get("id")) == id and "content" in answer:
        return "found"
    if fetched.status in (404, 410) and isinstance(answer, Mapping):
        return "not_found"
    if fetched.status in (401, 403, 451) and isinstance(answer, Mapping):
        return "restricted"
    return ""


def thread_of(post: Mapping[str, Any], context: Any, revisions: tuple[Revision, ...] = ()) -> Thread:
    """The conversation in the order in which the server shows it: before, the post, after."""
    known = isinstance(context, Mapping)
    before = _posts(context.get("ancestors")) if known else []
    after = _posts(context.get("descendants")) if known else []
    posts = [*before, post, *after]
    items, missing = linked([item_of(one, at, revisions if one is post else ()) for at, one in enumerate(posts[:MOST])])
    shown = post.get("replies_count")
    gaps = [] if known else [Gap("not_captured", note="the server gave no conversation")]
    if len(after) >= VISITOR_DESCENDANTS or len(before) >= VISITOR_ANCESTORS:
        gaps.append(Gap("limit", note="servers show visitors without an account only so many posts"))
    direct = sum(str(one.get("in_reply_to_id")) == str(post["id"]) for one in after)
    count = shown if isinstance(shown, int) and not isinstance(shown, bool) else None
    if known and count is not None and count > direct:
        gaps.append(
            Gap(
                "hidden", count - direct, str(post["id"]), "answers counted by the server but not shown: other servers, private, or blocked"
            )
        )
    return Thread(items[0].id, items, count, tuple(gaps), missing, "partial" if gaps or missing else "unknown")


def _posts(listed: Any) -> list[Mapping[str, Any]]:
    return [one for one in listed if isinstance(one, Mapping) and "id" in one] if isinstance(listed, list) else []


def item_of(post: Mapping[str, Any], position: int, revisions: tuple[Revision, ...] = ()) -> Item:
    """One post. What a server leaves out or writes oddly is left out, never guessed."""
    account = post.get("account")
    by: Mapping[str, Any] = account if isinstance(account, Mapping) else {}
    shared = next((one for one in (post.get("reblog"), post.get("quote")) if isinstance(one, Mapping)), {})
    quoted = shared.get("quoted_status") if isinstance(shared.get("quoted_status"), Mapping) else shared
    url = str(post.get("url") or post.get("uri") or "")
    name = str(by.get("acct") or "")
    warning = plain_of(str(post.get("spoiler_text") or ""))
    body = plain_of(str(post.get("content") or ""))
    return Item(
        str(post["id"]), name if "@" in name or not name else f"{name}@{_host(str(by.get('url') or url))}",
        f"{warning}\n{body}" if warning else body, position, url, str(by.get("display_name") or ""), time_or_none(post.get("created_at")),
        time_or_none(post.get("edited_at")), str(post.get("in_reply_to_id") or ""), str((quoted or {}).get("id") or ""),
        language=str(post.get("language") or ""), revisions=revisions,
    )  # fmt: skip


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def revisions_of(history: Any) -> tuple[Revision, ...]:
    """Every wording that the server gives, oldest first."""
    found = [one for one in history if isinstance(one, Mapping)] if isinstance(history, list) else []
    made = [Revision(time, plain_of(str(one.get("content") or ""))) for one in found if (time := time_or_none(one.get("created_at")))]
    return tuple(sorted(made, key=lambda one: one.time))


def plain_of(markup: str) -> str:
    """Text of a post's markup: paragraphs and breaks as lines, hidden parts of links kept."""
    text = re.sub(r"(?i)<br\s*/?>", "\n", re.sub(r"(?i)</p>\s*<p[^<>]*>", "\n\n", markup))
    return unescape(re.sub(r"<[^<>]*>", "", text)).strip()
