"""What files bring: weather, tables, captures by others, bundles of evidence, feeds, signed notes, repositories."""

from __future__ import annotations

import atexit
import gzip
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from email.message import Message
from functools import lru_cache
from pathlib import Path
from random import Random

from tests.fuzz.grammars import small
from tests.fuzz.mutate import Mutator, of_bytes, of_texts
from tests.fuzz.part import Part, bytes_of, expect
from tests.fuzz.watch import ours

from stargauge import api
from stargauge.evidence import bundle, proving
from stargauge.evidence.capture import bluesky, feeds, mastodon
from stargauge.evidence.capture.atproto import car, cbor
from stargauge.evidence.capture.items import Thread
from stargauge.evidence.capture.links import about_links
from stargauge.evidence.capture.supplied import read_supplied
from stargauge.evidence.log import note
from stargauge.evidence.log.proof import LogProof
from stargauge.evidence.log.tiles import entries_of
from stargauge.quantity.errors import InputError
from stargauge.reading.page import text_of_page

Case = Callable[[Random], bytes]
URL = "https://x.example/status/1"
PAGE = "<!doctype html><html><head><title>A page</title></head><body><p>They don’t <b>have</b> the money<script>x()</script><table><tr><td>1<td>2</table>"
_TAGS = (
    b"<p>",
    b"</p>",
    b"<table>",
    b"<script>",
    b"<!--",
    b"-->",
    b"<pre>",
    b"<svg><math>",
    b"<template>",
    b"<a href=",
    b"<br/>",
    b"</",
    b"<meta charset=utf-16>",
    b"<meta charset=utf-7>",
    b"<![CDATA[",
    b"<plaintext>",
    b"<frameset>",
    b"<select><option>",
    b"&#xFFFFFF;",
)


@lru_cache(maxsize=1)
def _folder() -> Path:
    """Where cases lie that a reader wants as a file; in memory where there is such a place."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def _file(case: bytes, name: str) -> Path:
    with ours():
        file = _folder() / name
        file.write_bytes(case)
    return file


# --- weather and tables -----------------------------------------------------------------------------------------------------------

_EPW_HEAD = "LOCATION,Testville,TX,USA,TEST,000001,32.5,-99.7,-6.0,530.0\n" + "".join(f"HEADER {n}\n" for n in range(2, 9))
_EPW = [f"2019,1,1,{hour},0,?9,5.{hour % 10},1.0,66,95000,0,0,300,0,0,0,0,0,0,0,180,3.5,0,0\n" for hour in range(1, 25)]
_TMY3 = '000001,"TESTVILLE",TX,-6.0,32.5,-99.7,530\nDate (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),Dry-bulb (C),Dew-point (C),Pressure (mbar),Wspd (m/s)\n'
_SAM = "Source,Location ID,City,Latitude,Longitude,Time Zone,Elevation,Local Time Zone\nNSRDB,42,Testville,32.5,-99.7,-6,530,-6\nYear,Month,Day,Hour,Minute,GHI,Dew Point,Temperature,Pressure,Wind Speed\n"
WEATHER = (
    _EPW_HEAD + "".join(_EPW), _TMY3 + "".join(f"01/01/2019,{hour:02d}:00,0,5.0,1.0,950,3.5\n" for hour in range(1, 25)),
    _SAM + "".join(f"2019,1,1,{hour},30,0,1.0,5.0,950,3.5\n" for hour in range(24)),
)  # fmt: skip
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@lru_cache(maxsize=1)
def _year() -> str:
    """A whole year that is read."""
    rows = (f"2019,{month},{day},{hour},0,?9,{5 + hour % 7}.0,1.0,66,95000,0,0,300,0,0,0,0,0,0,0,180,3.5,0,0\n"
            for month, days in enumerate(_DAYS, 1) for day in range(1, days + 1) for hour in range(1, 25))  # fmt: skip
    return _EPW_HEAD + "".join(rows)


def _weather() -> Case:
    some = of_texts(WEATHER, ("\n", ",", "-9999", "99.9", "LOCATION", "Date (MM/DD/YYYY)", "24", "0", ";", '"'), 20_000)

    def case(random: Random) -> bytes:
        if random.random() < 0.01:
            whole, start = _year(), random.randrange(len(_EPW_HEAD) + 400_000)
            piece = Mutator([whole[start : start + 200]], some.words, ()).case(random)
            return bytes_of(whole[:start] + piece + whole[start + 200 :])
        made = bytes_of(some.case(random))
        return gzip.compress(made, 1) if random.random() < 0.1 else made

    return case


def read_weather(case: bytes) -> object:
    """Hourly weather of a file."""
    from stargauge.catalogue.weather_files import read_weather as read

    made = read(_file(case, "case.epw.gz" if case[:2] == b"\x1f\x8b" else "case.epw"))
    expect(len(made.dry_bulb) % 8760 == 0, "no whole years")
    return made


def _readers() -> Mapping[str, tuple[Callable[[Path], object], str]]:
    from stargauge.catalogue.gpu_curves import read_curves
    from stargauge.catalogue.hourly_factors import read_hourly_factors
    from stargauge.catalogue.own_builds import read_own_builds
    from stargauge.catalogue.own_goodput import read_own_goodput
    from stargauge.catalogue.own_pue import read_own_pue
    from stargauge.catalogue.projects import read_projects
    from stargauge.catalogue.serving_runs import read_serving_runs
    from stargauge.catalogue.tariff import read_tariff
    from stargauge.catalogue.training_runs import read_training_runs

    return {
        "statements": (lambda file: api.import_statements("csv", file, small()), "path,value,as_of,published,source,status,grade,note\n"
                       "sites.north.facility_power,310 MW,2026-05-01,2026-05-02,tracker,reported,B,seen\n"
                       "sites.north.phases.hall-1.milestones.operational,2026-06-30,,2026-06-30,tracker,reported,,\n"),
        "builds": (read_own_builds, "site,owner,kind,it_mw,started,roofed,operational,known_at\nAbc,Own,new,100,2023-01-01,2023-06-01,"
                   "2024-01-01,2024-02-01\nDef,Own,retrofit,20,2023-05,,2024-02,\n"),
        "goodput": (read_own_goodput, "job_or_cluster,metric,value,unit\nrun,goodput,95,%\nrun,mtbf,3.5,hours\n"),
        "pue": (read_own_pue, "operator,site,cooling,pue,year,wue_l_per_kwh\nA,B,air,1.2,2024,1.1\nA,C,liquid,,2024,0.2\n"),
        "projects": (read_projects, "project,kind,milestone,plan_date,plan_published,actual_date,outcome,as_known_at\n"
                     "X,nuclear,operational,2020-01,2015-01-01,2023-07,done,2024-01-01\n"),
        "training": (read_training_runs, "model,gpu,n_gpus,seq_len,mfu\nllama-3.1-405b,h100,16384,8192,0.41\n"),
        "serving": (read_serving_runs, "model,gpu,n_gpus,precision,isl,osl,tokens_per_s_per_gpu\nllama-3.1-70b,h100,8,fp8,1024,1024,900\n"),
        "tariff": (read_tariff, "item,unit,value,season,days,hours\nenergy,USD/MWh,50,summer,weekdays,14-20\ndemand,USD/kW/month,12,,,\n"),
        "curves": (read_curves, "device,measured,operation,dtype,shape,value,unit,flop,bytes,seconds\nH,2026-01-01,matmul,bf16,1x1,5,TFLOP/s,1,1,1\n"),
        "factors": (read_hourly_factors, "hour,gas (kgCO2e/MWh)\n1,400\n2,390\n"),
    }  # fmt: skip


def _tables() -> Case:
    made = {
        name: of_texts([text], (",", "\n", '"', "\r\n", "\x0c", ";", "2026-01-01", "-1", "nan"), 20_000)
        for name, (_, text) in _readers().items()
    }

    def case(random: Random) -> bytes:
        name = random.choice(list(made))
        return bytes_of(f"{name}\n{made[name].case(random)}")

    return case


def read_table(case: bytes) -> object:
    """A user's CSV file, by the reader that its first line names."""
    name, _, content = case.partition(b"\n")
    return _readers()[name.decode()][0](_file(content, "case.csv"))


# --- captures by others -----------------------------------------------------------------------------------------------------------


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip file of parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def _warc_text() -> bytes:
    body = PAGE.encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: {URL}\r\nWARC-Date: 2025-01-22T12:00:00Z\r\n"
    )
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    own = "WARC/1.0\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:0>\r\nContent-Length: 9\r\n\r\nsoftware:\r\n\r\n"
    return own.encode() + head.encode() + answer + b"\r\n\r\n"


def _chunked_warc() -> bytes:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    packed = gzip.compress(PAGE.encode(), 1, mtime=0)
    answer += f"{len(packed):x}\r\n".encode() + packed + b"\r\n0\r\n\r\n"
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\nContent-Type: application/http\r\nContent-Length: {len(answer)}\r\n"
    )
    digest = f"WARC-Block-Digest: sha256:{hashlib.sha256(answer).hexdigest()}\r\n\r\n"
    return (head + digest).encode() + answer + b"\r\n\r\n"


def _warc() -> Case:
    words = (b"WARC/1.1\r\n", b"Content-Length: ", b"WARC-Type: response\r\n", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n", b"Transfer-Encoding: chunked\r\n",
             b"Content-Encoding: gzip\r\n", b"Content-Encoding: br\r\n", b"WARC-Type: revisit\r\n", b"sha1:", b"999999999999", b"-5", *_TAGS)  # fmt: skip
    plain = of_bytes([_warc_text(), _chunked_warc(), _warc_text() + _chunked_warc()], words)

    def case(random: Random) -> bytes:
        made = plain.case(random)
        if random.random() < 0.3:
            made = gzip.compress(made, 1, mtime=0)
            made = of_bytes([made], words).case(random) if random.random() < 0.3 else made
        return made

    return case


def _har() -> Case:
    entry = {
        "startedDateTime": "2025-01-22T18:40:05.123+01:00", "request": {"url": URL, "headers": [{"name": "Cookie", "value": "s"}]},
        "response": {"status": 200, "headers": [], "content": {"mimeType": "text/html", "text": PAGE}},
    }  # fmt: skip
    packed = json.loads(json.dumps(entry))
    packed["response"]["content"] = {"mimeType": "text/html; charset=utf-8", "text": "PHA+aGVsbG8=", "encoding": "base64"}
    seeds = [
        json.dumps({"log": {"version": "1.2", "entries": entries}}).encode() for entries in ([entry], [packed], [entry, packed, entry])
    ]
    return of_bytes(seeds, (b'"log":{', b"[[", b"{}", b"[]", b"null", b'"text":', b'"encoding":"base64"', b"1e999", b"NaN", *_TAGS)).case


def _mhtml() -> Case:
    part = Message()
    part["Content-Type"] = 'text/html; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part["Content-Location"] = URL
    part.set_payload("<!doctype html><title>A page</title><p>They don=E2=80=99t=\r\n have")
    head = f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {URL}\r\nDate: Wed, 22 Jan 2025 18:40:05 +0100\r\nMIME-Version: 1.0\r\n"
    whole = (
        f'{head}Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="b"\r\n\r\n\r\n--b\r\n{part.as_string()}\r\n--b--\r\n'
    )
    words = (b"--b\r\n", b"--b--", b"boundary=", b"Content-Type: message/rfc822\r\n", b"Content-Type: multipart/mixed; boundary=b\r\n", b"\r\n\r\n",
             b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n", b"=?utf-8?b?", b"?=", b"charset*0=", b"=\r\n",
             b"begin 644 x\r\n", b"Date: ", *_TAGS)  # fmt: skip
    return of_bytes([whole.encode()], words).case


def _wacz() -> Case:
    words = (b'"path":', b'"hash":', b"sha256:", b"md5:", b"resources", b"../", b"archive/")
    inner = {"archive/a.warc": _warc_text(), "pages/pages.jsonl": b'{"format":"json-pages-1.0"}\n{"url":"%s"}\n' % URL.encode()}
    bodies = {name: of_bytes([data], words) for name, data in inner.items()}

    def package(parts: Mapping[str, bytes]) -> bytes:
        listed = [
            {"name": name, "path": name, "hash": f"sha256:{hashlib.sha256(data).hexdigest()}", "bytes": len(data)}
            for name, data in parts.items()
        ]
        return json.dumps({"profile": "data-package", "resources": listed}).encode()

    def case(random: Random) -> bytes:
        parts = {name: bodies[name].case(random) if random.random() < 0.4 else data for name, data in inner.items()}
        told = package(parts)
        told = of_bytes([told], words).case(random) if random.random() < 0.3 else told
        made = zipped({**parts, "datapackage.json": told})
        return of_bytes([made], (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06")).case(random) if random.random() < 0.4 else made

    return case


def _x_archive() -> Case:
    post = '{"tweet":{"id_str":"5","full_text":"a &lt; b","created_at":"Wed Jan 22 17:40:05 +0000 2025","in_reply_to_status_id_str":"4","lang":"en"}}'
    text = f"window.YTD.tweets.part0 = [{post},{post.replace(chr(53), '6', 1)}]"
    account = 'window.YTD.account.part0 = [{"account":{"username":"some","accountId":"9"}}]'
    inside = of_texts([text], ('"deleted_at":', "window.YTD.", "[", "{}", '"id":'))

    def case(random: Random) -> bytes:
        made = bytes_of(inside.case(random))
        return zipped({"data/tweets.js": made, "data/account.js": account.encode()}) if random.random() < 0.4 else made

    return case


def _html() -> Case:
    seeds = [
        PAGE.encode(),
        f"<!-- saved from url=(0026){URL} -->\n<html>{PAGE}<link rel=canonical href='{URL}'>".encode(),
        b"<html><body>" + b"<div>" * 40 + b"x",
    ]
    return of_bytes(seeds, _TAGS).case


def _supplied(name: str) -> Callable[[bytes], object]:
    def read(case: bytes) -> object:
        made = read_supplied(case, name)
        if made.text:
            made.text.text.encode()
        json.dumps([dict(made.facts), made.url, made.title, list(made.notes), made.thread.to_dict() if made.thread else None])
        return made

    return read


def read_page(case: bytes) -> object:
    """A saved page: as a capture, its links, and its text by the reader of articles."""
    about_links(URL, case)
    text_of_page(case.decode("utf-8", "replace"))
    return _supplied("page.html")(case)


# --- bundles, notes, feeds, repositories ------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _bundle() -> Mapping[str, bytes]:
    """The files of a bundle of a small log; it is kept, as each log has keys of its own."""
    with zipfile.ZipFile(Path(__file__).parents[1] / "fuzz_seeds" / "bundle" / "whole.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _bundles() -> Case:
    words = (
        b'"entries"',
        b'"index"',
        b'"salt"',
        b"index 0",
        b"\n\n",
        b"\xe2\x80\x94 ",
        b"c2sp.org/tlog-proof@v1\n",
        b"=",
        b"+Az",
        b"null",
        b"[]",
        b"-1",
        b"1e999",
    )

    def case(random: Random) -> bytes:
        parts = dict(_bundle())
        for name in random.sample(sorted(parts), random.choice((1, 1, 2))):
            parts[name] = of_bytes([parts[name]], words).case(random)
        if random.random() < 0.1:
            parts[random.choice(("../x", "/etc/passwd", "entries/1/contents/../../x", "entries/9/leaf.json", "a" * 200))] = b"x"
        made = zipped(parts)
        return of_bytes([made], (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06")).case(random) if random.random() < 0.2 else made

    return case


def read_bundle(case: bytes) -> object:
    """A bundle, opened and checked."""
    return proving.check(bundle.opened(case, "bundle.zip"))


def _notes() -> Case:
    def case(random: Random) -> bytes:
        files = _bundle()
        texts = [files["checkpoint"], files["keys.pub"], files["entries/1/proof.tlog-proof"], files["entries/1/leaf.json"]]
        return of_bytes(texts, (b"\n", b"\n\n", b"\xe2\x80\x94 ", b"+", b"=", b"index ", b"extra ")).case(random)

    return case


def read_note(case: bytes) -> object:
    """A signed note, a proof, a key and an entry: each text is read as all of them."""
    made, refused = list[object](), list[InputError]()
    text = case.decode("utf-8", "replace")
    for read in (note.parted, note.Verifier.of, LogProof.of, lambda one: entries_of(one.encode("utf-8", "surrogatepass"))):
        try:
            made.append(read(text))
        except InputError as error:
            refused.append(error)
    if not made:
        raise refused[0]
    return made


def _feeds() -> Case:
    seeds = (
        b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title><item><title>A</title><link>https://x.example/1</link>'
        b"<description>&lt;p&gt;text</description><pubDate>Wed, 22 Jan 2025 18:40:05 +0100</pubDate><guid>1</guid></item></channel></rss>",
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><author><name>N</name></author><entry><id>urn:1</id><title type="html">A</title>'
        b'<link href="https://x.example/1"/><updated>2025-01-22T12:00:00Z</updated><content type="xhtml"><div>x</div></content></entry></feed>',
        b'{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","content_text":"x","date_published":"2025-01-22T12:00:00Z"}]}',
    )  # fmt: skip
    words = (b'<!DOCTYPE x [<!ENTITY a "b">]>', b"&a;", b'<!ENTITY x SYSTEM "file:///etc/passwd">', b"<item>", b"</item>", b"<entry>", b"<![CDATA[", b"]]>",
             b'encoding="utf-16"', b'encoding="x"', b"xmlns:", b"&#0;", b"<?x ?>", *_TAGS)  # fmt: skip
    return of_bytes(seeds, words).case


def read_feed(case: bytes) -> object:
    """A feed's entries."""
    made = feeds.read_feed(case, "https://x.example/feed", "application/xml")
    json.dumps(made.to_dict())
    return made


def _repositories() -> Case:
    block = cbor.encode({"a": 1, "b": [True, None, "x", b"\x00"], "c": {"d": -5}})
    made = car.write(cbor.Cid.of(block), [block, cbor.encode([1, 2, 3])])
    return of_bytes(
        [made, block, cbor.encode([[[[1]]]] * 3)],
        (b"\xa1", b"\x81", b"\x9f", b"\xbf", b"\xff", b"\xd8\x2a", b"\x5b\xff", b"\x1b" + b"\xff" * 8),
    ).case


def read_repository(case: bytes) -> object:
    """A file of blocks, and CBOR alone; what is decoded is encoded as it was."""
    value = cbor.decode(case) if case[:1] >= b"\x80" else car.read(case)
    if not isinstance(value, car.Car):
        expect(cbor.encode(value) == case, "is encoded otherwise")
    return value


def _threads() -> Case:
    status = {"id": "2", "content": "<p>Hello<br>there</p>", "created_at": "2025-01-22T17:40:05.000Z", "in_reply_to_id": "1", "url": "https://m.example/@a/2",
              "account": {"acct": "a", "display_name": "A", "url": "https://m.example/@a"}, "replies_count": 1, "language": "en", "reblog": None}  # fmt: skip
    view = {"uri": "at://did:plc:x/app.bsky.feed.post/1", "author": {"did": "did:plc:x", "handle": "a.example"}, "replyCount": 2,
            "record": {"text": "hi", "createdAt": "2025-01-22T17:40:05Z", "langs": ["en"], "reply": {"parent": {"uri": "at://y"}}}}  # fmt: skip
    seeds = [{"post": status, "context": {"ancestors": [{**status, "id": "1"}], "descendants": [{**status, "id": "3", "in_reply_to_id": "2"}]}},
             {"thread": {"post": view, "parent": {"post": view}, "replies": [{"post": view}, {"blocked": True, "uri": "at://z"}, {"notFound": True}]}}]  # fmt: skip
    return of_bytes(
        [json.dumps(one).encode() for one in seeds], (b"null", b"[]", b"{}", b"1e999", b'"http://["', b'"uri":', b"true", b'{"id":"1"}')
    ).case


def read_thread(case: bytes) -> object:
    """A conversation as an interface of a platform gives it."""
    try:
        told = json.loads(case)
    except (ValueError, RecursionError):
        raise InputError("no JSON") from None
    if isinstance(told, dict) and isinstance(post := told.get("post"), dict) and "id" in post:
        made = mastodon.thread_of(post, told.get("context"))
        mastodon.revisions_of([post])
    else:
        made = bluesky.thread_of(told) or Thread("", ())
    json.dumps(made.to_dict())
    return made


PARTS = (
    Part("weather", _weather(), read_weather, 10),
    Part("table", _tables(), read_table, 24),
    Part("har", _har(), _supplied("x.har"), 30, placed=True),
    Part("mhtml", _mhtml(), _supplied("x.mhtml"), 20, placed=True),
    Part("warc", _warc(), _supplied("x.warc"), 20, placed=True),
    Part("wacz", _wacz(), _supplied("x.wacz"), 12, placed=True),
    Part("x-archive", _x_archive(), _supplied("tweets.js"), 14, placed=True),
    Part("page", _html(), read_page, 20),
    Part("bundle", _bundles(), read_bundle, 14),
    Part("note", _notes(), read_note, 30),
    Part("thread", _threads(), read_thread, 30),
    Part("feed", _feeds(), read_feed, 30),
    Part("repository", _repositories(), read_repository, 40, refuses=(cbor.Malformed,)),
)
