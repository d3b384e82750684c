"""Feeds (RSS 2.0, RSS 1.0, Atom, JSON Feed): their entries as items, read by a parser that knows no entities and no documents elsewhere.

A feed shows the newest entries alone: an entry that is no longer in it may still be where it was. Each entry is an item; its text is the
title and the text of its summary or content, without markup.
"""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.parsers import expat

from stargauge.evidence.capture.capture import Options, Taken, as_method, from_fetched
from stargauge.evidence.capture.items import Gap, Item, Thread, read_time
from stargauge.evidence.capture.links import joined as joined_url
from stargauge.evidence.capture.text import decoded, of_markup
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import say

LARGEST = 16 * 1024 * 1024
DEEPEST, MOST_NODES, MOST_ITEMS = 100, 200_000, 5_000


@dataclass
class Node:
    """An element: its name without its namespace, attributes, children and text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, *names: str) -> list[Node]:
        """Children of these names."""
        return [child for child in self.children if child.name in names]

    def of(self, *names: str) -> str:
        """The text of the first child of these names that has one."""
        found = (child.text.strip() for name in names for child in self.all(name))
        return next((text for text in found if text), "")


def take(target: str, options: Options) -> Taken:
    """The feed and its entries. Raises InputError where what came is no feed, with what it is instead."""
    fetched = as_method(options.fetch(target), "feed")
    if fetched.status != 200 or fetched.error:
        return from_fetched(fetched)
    thread = read_feed(fetched.body, fetched.final_url, fetched.header("content-type"))
    return from_fetched(fetched, thread=thread)


def read_feed(data: bytes, url: str, content_type: str = "") -> Thread:
    """The entries of a feed in their order. Raises InputError with the place of the fault."""
    if len(data) > LARGEST:
        raise InputError(Fault(say("the feed has {data:,} bytes; at most {largest:,} are read", data=len(data), largest=LARGEST), file=url))
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    items = _json_items(data, url) if start[:1] == b"{" else _xml_items(data, url, content_type)
    return Thread(url, tuple(items[:MOST_ITEMS]), None, (Gap("pagination", note="a feed shows its newest entries alone"),), (), "unknown")


def parsed(data: bytes, url: str, content_type: str = "") -> Node:
    """The root element. Raises InputError for entities, depth, size or markup that is broken."""
    top = Node("")
    open_nodes, count = [top], 0
    parts: list[list[str]] = [[]]

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal count
        count += 1
        if len(open_nodes) > DEEPEST or count > MOST_NODES:
            raise InputError(
                say(
                    "the feed is nested deeper than {deepest} or has more than {most_nodes:,} elements",
                    deepest=DEEPEST,
                    most_nodes=MOST_NODES,
                )
            )
        made = Node(_local(name), {_local(key): value for key, value in attributes.items()})
        open_nodes[-1].children.append(made)
        open_nodes.append(made)
        parts.append([])

    def end(name: str) -> None:
        open_nodes.pop().text = "".join(parts.pop())

    def refused(*of: Any) -> Any:
        raise InputError(say("the feed declares a document type or entities, which a feed has no need of"))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = lambda text: parts[-1].append(text)
    parser.EntityDeclHandler = parser.UnparsedEntityDeclHandler = parser.ExternalEntityRefHandler = refused
    parser.StartDoctypeDeclHandler = refused
    try:
        parser.Parse(_plain(data, content_type), True)
    except expat.ExpatError as wrong:
        raise InputError(
            Fault(
                say("it is no XML that can be read: {errorstring}", errorstring=problem(expat.ErrorString(wrong.code))),
                "",
                url,
                wrong.lineno,
                wrong.offset,
            )
        ) from None
    except InputError as error:
        raise InputError(Fault(error.faults[0].message, file=url)) from None
    except (ValueError, LookupError) as wrong:
        raise InputError(Fault(say("it is no XML that can be read: {wrong}", wrong=problem(str(wrong))), file=url)) from None
    return top.children[0]


def _plain(data: bytes, content_type: str) -> bytes:
    """UTF-8 without a declaration of another encoding, where one is stated outside; else as it came."""
    if "charset" not in content_type.lower():
        return data
    text, _ = decoded(data, content_type)
    return re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text).lstrip("\ufeff \t\r\n").encode()


def _local(name: str) -> str:
    return name.rpartition(" ")[2].lower()


def _xml_items(data: bytes, url: str, content_type: str) -> list[Item]:
    root = parsed(data, url, content_type)
    if root.name == "feed":
        owner = next((one.of("name", "email") for one in root.all("author")), "") or root.of("title")
        return [_atom(one, at, url, owner) for at, one in enumerate(root.all("entry")[:MOST_ITEMS])]
    if root.name in ("rss", "rdf"):
        channel = next(iter(root.all("channel")), Node(""))
        owner = channel.of("creator", "managingeditor", "title")
        found = channel.all("item") + root.all("item")
        return [_rss(one, at, url, owner) for at, one in enumerate(found[:MOST_ITEMS])]
    raise InputError(Fault(say("expected a feed (rss, feed or rdf); its outermost element is <{name}>", name=root.name[:40]), file=url))


def _atom(entry: Node, position: int, url: str, owner: str) -> Item:
    links = [one.attributes for one in entry.all("link")]
    link = next((one.get("href", "") for one in links if one.get("rel", "alternate") == "alternate"), "")
    author = next((one.of("name", "email") for one in entry.all("author")), "") or owner
    body = next((_body(one) for name in ("content", "summary") for one in entry.all(name)), "")
    published, updated = _time(entry.of("published", "issued")), _time(entry.of("updated", "modified"))
    return Item(
        entry.of("id") or joined_url(url, link), author, _joined(_title(entry), body), position, joined_url(url, link) if link else "",
        created=published or updated, edited=updated if published and updated != published else None,
    )  # fmt: skip


def _rss(entry: Node, position: int, url: str, owner: str) -> Item:
    link = entry.of("link") or entry.attributes.get("about", "")
    body = _marked(entry.of("encoded", "description"))
    return Item(
        entry.of("guid") or joined_url(url, link) or _title(entry), entry.of("creator", "author") or owner, _joined(_title(entry), body),
        position,
        joined_url(url, link) if link else "", created=_time(entry.of("pubdate", "date")), edited=_time(entry.of("modified")),
    )  # fmt: skip


def _title(entry: Node) -> str:
    return re.sub(r"\s+", " ", _marked(next((_all_text(one) for one in entry.all("title")), ""))).strip()


def _body(node: Node) -> str:
    return _all_text(node) if node.attributes.get("type") in ("text", "xhtml") else _marked(node.text)


def _all_text(node: Node) -> str:
    """Every text below an element; its depth is limited."""
    return node.text + "".join(f"\n{_all_text(child)}" for child in node.children)


def _marked(text: str) -> str:
    """Text of what may be HTML."""
    return of_markup(text) if "<" in text or "&" in text else text.strip()


def _joined(title: str, body: str) -> str:
    return "\n".join(part for part in (title, body) if part)


def _json_items(data: bytes, url: str) -> list[Item]:
    try:
        feed = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as wrong:
        raise InputError(Fault(say("it is no JSON that can be read: {wrong}", wrong=problem(str(wrong))), file=url)) from None
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version", "")) or not isinstance(feed.get("items"), list):
        raise InputError(Fault(say("expected a JSON Feed with version and items"), file=url))
    owner = _author(feed) or str(feed.get("title", ""))
    return [_json_item(one, at, url, owner) for at, one in enumerate(feed["items"][:MOST_ITEMS]) if isinstance(one, dict)]


def _json_item(entry: Mapping[str, Any], position: int, url: str, owner: str) -> Item:
    link = joined_url(url, str(entry.get("url") or ""))
    text = entry.get("content_text") if isinstance(entry.get("content_text"), str) else _marked(str(entry.get("content_html") or ""))
    created, edited = _time(str(entry.get("date_published") or "")), _time(str(entry.get("date_modified") or ""))
    return Item(
        str(entry.get("id") or link), _author(entry) or owner, _joined(str(entry.get("title") or ""), str(text)), position,
        link if entry.get("url") else "", created=created, edited=edited, language=str(entry.get("language") or ""),
    )  # fmt: skip


def _author(data: Mapping[str, Any]) -> str:
    listed = data.get("authors")
    one = listed[0] if isinstance(listed, list) and listed else data.get("author")
    return str(one.get("name") or one.get("url") or "") if isinstance(one, Mapping) else ""


def _time(text: str) -> datetime | None:
    """A time of a feed, or None: RFC 3339 or the form of e-mail; one without a zone is left out."""
    try:
        return read_time(text)
    except ValueError:
        pass
    try:
        made = email.utils.parsedate_to_datetime(text)
        return made.astimezone(UTC) if made.tzinfo else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
