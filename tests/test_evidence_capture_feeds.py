"""Feeds: entries as items whatever the form, and no entity, no depth and no size that a hostile feed could use."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.capture_servers import page, serving
from tests.kept import Kept
from tests.test_evidence_capture_entry import HERE

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from stargauge.evidence.capture import feeds
from stargauge.evidence.capture.capture import capture
from stargauge.evidence.capture.feeds import read_feed
from stargauge.evidence.capture.items import Item, Thread
from stargauge.quantity.errors import InputError

URL = "https://news.example/feed"
AT = datetime(2025, 1, 22, 17, 40, 5, tzinfo=UTC)
RSS = """<?xml version="1.0"?><rss version="2.0"
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:c="http://purl.org/rss/1.0/modules/content/">
<channel><title>News</title><item><title>One &amp;amp; two</title><link>/1</link><guid>g1</guid><dc:creator>Ann</dc:creator>
<pubDate>Wed, 22 Jan 2025 18:40:05 +0100</pubDate><description>short</description>
<c:encoded><![CDATA[<p>Long <b>text</b></p><script>x</script>]]></c:encoded>
</item><item><title>No date</title><link>https://news.example/2</link><pubDate>yesterday</pubDate></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><author><name>Ben</name></author><entry><id>urn:1</id>
<title type="html">A &lt;i&gt;title&lt;/i&gt;</title><link rel="self" href="/x"/><link
href="/1"/><published>2025-01-22T17:40:05Z</published> <updated>2025-01-22T18:00:00Z</updated><content
type="html">&lt;p&gt;Body&lt;/p&gt;</content></entry> <entry><id>urn:2</id><title>T</title><updated>2025-01-22T17:40:05Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>in</p><p>side</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>News</title></channel>
<item rdf:about="https://news.example/1"><title>One</title>
<dc:date>2025-01-22T17:40:05Z</dc:date></item></rdf:RDF>"""
JSON_FEED = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "News", "authors": [{"name": "Cy"}], "items": [
    {"id": 1, "url": "/1", "title": "One", "content_html": "<p>Body", "date_published": "2025-01-22T17:40:05Z"},
    {"id": "2", "content_text": "<plain>"},
]})  # fmt: skip


def items(text: str | bytes, content_type: str = "") -> tuple[Item, ...]:
    return read_feed(text.encode() if isinstance(text, str) else text, URL, content_type).items


def test_rss() -> None:
    one, two = items(RSS)
    assert one.id == "g1" and one.author == "Ann" and one.created == AT and one.url == "https://news.example/1"
    assert one.text == "One & two\nLong text"
    assert two.author == "News" and two.created is None and two.id == "https://news.example/2"


def test_atom() -> None:
    one, two = items(ATOM)
    assert one.id == "urn:1" and one.author == "Ben" and one.text == "A title\nBody" and one.url == "https://news.example/1"
    assert one.created == AT and one.edited == AT.replace(hour=18, minute=0, second=0)
    assert two.created == AT and two.edited is None and [line for line in two.text.split("\n") if line.strip()] == ["T", "in", "side"]


def test_rdf_and_json() -> None:
    assert [(one.id, one.text, one.created) for one in items(RDF)] == [("https://news.example/1", "One", AT)]
    one, two = items(JSON_FEED)
    assert one.id == "1" and one.text == "One\nBody" and one.author == "Cy" and one.created == AT and two.text == "<plain>" and not two.url


def test_encodings() -> None:
    latin = RSS.replace("One", "Zürich").replace('version="1.0"?', 'version="1.0" encoding="iso-8859-1"?', 1).encode("latin-1")
    assert items(latin)[0].text.startswith("Zürich")
    assert items(RSS.replace("One", "Zürich").encode("cp1252"), "application/rss+xml; charset=windows-1252")[0].text.startswith("Zürich")


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel><title>&b;</title></channel></rss>'


@pytest.mark.parametrize(
    ("text", "told"),
    [(BOMB, "declares"), ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><rss/>', "declares"), ("<a>" * 200, "nested deeper"), ("<rss>",
     "no XML"),
     ("", "no XML"), ("<html><body/></html>", "outermost element is <html>"), ("{", "no JSON"), ('{"version": "1"}', "JSON Feed"),
     ("<rss>&undefined;</rss>", "no XML"), ('<?xml version="1.0" encoding="nonsense"?><rss/>', "no XML"), ('{"a":' * 100_000, "no JSON"),
     ("<rss>" + "<a/>" * 200_001 + "</rss>", "more than 200,000")],
)  # fmt: skip
def test_what_is_no_feed_or_hostile_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        items(text)
    assert caught.value.faults[0].file == URL


def test_a_feed_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LARGEST", 100)
    with pytest.raises(InputError, match="at most 100"):
        items(RSS)


def test_a_feed_becomes_an_entry_and_an_error_page_too() -> None:
    archive = Kept()
    with serving({"/feed": page(RSS, kind="application/rss+xml"), "/gone": page("gone", "410 Gone")}) as server:
        entry = capture(archive, server.base + "/feed", "feed", HERE)
        gone = capture(archive, server.base + "/gone", "feed", HERE)
    assert entry.about["method"] == "feed" and entry.about["items_captured"] == 2 and entry.about["completeness"] == "unknown"
    assert Thread.from_dict(json.loads(archive.payload(entry, "thread"))).gaps[0].reason == "pagination"
    assert gone.about["status"] == 410 and "thread" not in gone.payloads


PIECES = st.lists(st.sampled_from(["<rss>", "</rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "x", "&lt;b", "&#0;",
"<![CDATA[", "]]>",
                                   "<feed>", "<entry>", "<link href='x'/>", "<id/>", "{", "\x00", "<?xml version='1.0'?>"]),
                                   max_size=20)  # fmt: skip


@given(PIECES | st.text(max_size=100))
def test_any_text_is_a_feed_or_is_refused(pieces: Any) -> None:
    text = pieces if isinstance(pieces, str) else "".join(pieces)
    try:
        made = items(text)
    except InputError:
        return
    assert all(isinstance(one, Item) for one in made)
