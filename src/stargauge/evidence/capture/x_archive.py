"""The export of an X account, as its holder gets it: a zip file, or one of its .js files. It has the holder's own side only.

X has changed the form several times: posts stand in `tweet.js` or `tweets.js`, in parts or not, each bare or as `{"tweet": {...}}`. Posts
of others in a conversation are never in it, and the holder could have changed the file: it shows what was exported, not what was public.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stargauge.evidence.capture import supplied_archives
from stargauge.evidence.capture.items import Gap, Item, Thread, linked, read_time
from stargauge.evidence.capture.supplied import Supplied, as_json
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

HEAD = re.compile(rb"\s*window\.YTD\.[\w-]+\.part\d+\s*=\s*")
POSTS = re.compile(r"(?:.*/)?tweets?(?:-part\d+)?\.js")
DELETED = re.compile(r"(?:.*/)?deleted-tweets?(?:-part\d+)?\.js")
ACCOUNT = re.compile(r"(?:.*/)?account\.js")
NOTES = re.compile(r"(?:.*/)?note-tweet(?:-part\d+)?\.js")
NAME = re.compile(r"[A-Za-z0-9_]{1,50}")
MOST = 500_000


def read_x_archive(data: bytes, name: str, target: str) -> Supplied:
    """The posts of an export in the order in which they stand there. Raises InputError with all faults."""
    files = _files(data, name)
    account = next((one for path, file in files.items() if ACCOUNT.fullmatch(path) for one in _listed(file, path)), {})
    about = account.get("account", account)
    author, shown = str(about.get("username", "")), str(about.get("accountDisplayName", ""))
    items: list[Item] = []
    faults: list[Fault] = []
    for path, file in files.items():
        if not (POSTS.fullmatch(path) or DELETED.fullmatch(path)):
            continue
        for at, one in enumerate(_listed(file, path)):
            if len(items) >= MOST:
                raise InputError(Fault(say("it has more than {most:,} posts", most=MOST), path))
            try:
                items.append(_item(one.get("tweet", one), len(items), author, shown))
            except (KeyError, ValueError, TypeError, AttributeError) as wrong:
                faults.append(
                    Fault(say("cannot be read: {kind}: {wrong}", kind=type(wrong).__name__, wrong=problem(str(wrong))), f"{path}[{at}]")
                )
    if faults:
        raise InputError(faults[:20])
    if not items:
        raise InputError(Fault(say("it has no posts (expected tweets.js with a list of posts)")))
    return _supplied(items, files, about, author, target)


def _supplied(items: list[Item], files: Mapping[str, bytes], about: Mapping[str, Any], author: str, target: str) -> Supplied:
    made, missing = linked(items)
    wanted = re.search(r"/status(?:es)?/(\d+)", target)
    if wanted and wanted[1] not in {item.id for item in made}:
        raise InputError(
            Fault(
                say(
                    "it has no post {wanted}; it has {posts} of {author}"
                    if author
                    else "it has no post {wanted}; it has {posts} of an account not named",
                    wanted=wanted[1],
                    posts=say("{count:,} post" if len(made) == 1 else "{count:,} posts", count=len(made)),
                    author=author,
                )
            )
        )
    gap = Gap("own_side_only", note="an export has the posts of its holder alone")
    thread = Thread(wanted[1] if wanted else made[0].id, made, gaps=(gap,), missing=missing, completeness="partial")
    notes = [say("the holder's own side only; the holder had the file in hand")]
    if long := sum(len(_listed(file, path)) for path, file in files.items() if NOTES.fullmatch(path)):
        notes.append(
            say(
                "{number} long posts have their full text in note-tweet.js, which is kept but not joined to the posts" if long > 1
                else "{number} long post has its full text in note-tweet.js, which is kept but not joined to the posts",
                number=f"{long:,}",
            )
        )  # fmt: skip
    owner = f"https://x.com/{author}" if NAME.fullmatch(author) else ""
    if not author:
        notes.append(say("the file does not say whose posts these are"))
    facts = {"posts": len(made), "deleted": sum(bool(item.tombstone) for item in made), "account": str(about.get("accountId", ""))}
    return Supplied(
        "x_archive", "application/zip", "archive_export", target or owner, thread=thread, documents=len(made), facts=facts,
        notes=tuple(notes),
    )  # fmt: skip


def _files(data: bytes, name: str) -> dict[str, bytes]:
    """The .js files that are read, by name."""
    if data[:4] != b"PK\x03\x04":
        base = name.replace("\\", "/").rpartition("/")[2]
        return {base if POSTS.fullmatch(base) or DELETED.fullmatch(base) else "tweets.js": data}
    with supplied_archives.opened(data) as archive:
        wanted = [path for path in archive.namelist() if any(rule.fullmatch(path) for rule in (POSTS, DELETED, ACCOUNT, NOTES))]
        return {path: supplied_archives.part(archive, path) for path in sorted(wanted)}


def _listed(file: bytes, path: str) -> list[dict[str, Any]]:
    try:
        file = file.removeprefix(b"\xef\xbb\xbf")
        read = as_json(file[head.end() :] if (head := HEAD.match(file)) else file)
    except InputError as error:
        raise InputError([Fault(fault.message, path) for fault in error.faults]) from None
    if not isinstance(read, list) or not all(isinstance(one, dict) for one in read):
        raise InputError(Fault(say("expected a list of objects"), path))
    return read


def _item(post: Mapping[str, Any], position: int, author: str, shown: str) -> Item:
    id = str(post.get("id_str") or post["id"])
    if not id.isdecimal():
        raise ValueError(say('the id is "{id}"', id=id[:40]))
    text = str(post["full_text"] if "full_text" in post else post["text"])
    for escaped, plain in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, plain)
    reply, quoted = post.get("in_reply_to_status_id_str"), post.get("quoted_status_id_str")
    deleted = post.get("deleted_at")
    return Item(
        id, author, text, position, f"https://x.com/{author or 'i'}/status/{id}", shown, _time(str(post["created_at"])),
        reply_to=str(reply or ""), shares=str(quoted or ""), language=str(post.get("lang") or ""),
        tombstone=f"deleted at {deleted} by the export's own list" if deleted else "",
    )  # fmt: skip


def _time(text: str) -> datetime:
    """`Wed Jan 22 17:40:05 +0000 2025` or an ISO time; English names whatever the machine's language."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    if found := re.fullmatch(r"\w{3} (\w{3}) (\d\d?) (\d\d):(\d\d):(\d\d) \+0000 (\d{4})", text):
        month, day, hour, minute, second, year = found.groups()
        return datetime(int(year), months.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    return read_time(text)
