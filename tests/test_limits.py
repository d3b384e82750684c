"""Each limit on what may be handed in or asked for holds at its edge: what is as large as may be is taken, one more is refused and told.

The limits are those of the page of limits. Where the real one is too large for a test, a smaller one stands in its place.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("selectolax")
pytest.importorskip("warcio")
pytest.importorskip("cryptography")
pytest.importorskip("fastapi")
pytest.importorskip("rfc3161_client")

from tests.fuzz.readers import zipped
from tests.programme_files import SMALL, small
from tests.test_packaging_files import ROOT

from stargauge import api
from stargauge.audit.claims import language
from stargauge.catalogue.own_pue import read_own_pue
from stargauge.catalogue.tariff import read_tariff
from stargauge.catalogue.weather_files import read_weather
from stargauge.cli import draft_text
from stargauge.cli import serve as serving
from stargauge.engine.run import blocks_of
from stargauge.evidence import bundle, items, timestamp
from stargauge.evidence.capture import bluesky, feeds, links, mastodon, supplied, supplied_archives, text, x_archive
from stargauge.evidence.capture.atproto import car, cbor, plc
from stargauge.evidence.log import leaf, note, tiles
from stargauge.programme import positions, statement_table
from stargauge.quantity.distribution import parse_value
from stargauge.quantity.errors import InputError
from stargauge.quantity.units import parse_number
from stargauge.reading import draft, numerals, passages, validate
from stargauge.web import api_plan, asked, chips, files, guard, library
from stargauge.web import view as views
from stargauge.web.app import create_app
from stargauge.web.pages import evidence as evidence_page
from stargauge.web.pages import reading as reading_page
from stargauge.web.progress import Board
from stargauge.web.settings import Settings
from stargauge.web.work import memory_limit

sys.path.insert(0, str(ROOT / "docs"))
import limits_page

PAGE = "<!doctype html><p>x"
ITEM = "<item><title>a</title></item>"


@dataclass(frozen=True)
class Edge:
    """A limit by its name: `ask` hands in so many; refused is what says `said`. `instead`: a smaller limit."""

    name: str
    said: str
    ask: Callable[[Path, int], object]
    instead: int = 0

    def __str__(self) -> str:
        return self.name


def written(folder: Path, content: str | bytes, name: str = "case.csv") -> Path:
    """A file of a content."""
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def padded(start: str, length: int, filling: str = "x") -> str:
    """A text of so many characters."""
    return start + filling * (length - len(start))


def rows(number: int) -> str:
    """A table of statements of so many lines."""
    return "path,value\n" + "a,1\n" * number


def nested(levels: int) -> str:
    """Lists within lists."""
    return "[" * (levels + 1) + "]" * (levels + 1)


def feed(entries: int) -> bytes:
    """A feed with so many entries."""
    return f"<rss><channel>{ITEM * entries}</channel></rss>".encode()


def posts(number: int) -> bytes:
    """An export of an account with so many posts."""
    post = {"id_str": "5", "full_text": "a", "created_at": "2025-01-22T17:40:05Z"}
    return b"window.YTD.tweets.part0 = " + json.dumps([{"tweet": post}] * number).encode()


def parts(number: int) -> dict[str, bytes]:
    """So many parts of a zip file."""
    return {f"part-{at}": b"x" for at in range(number)}


def mhtml(number: int) -> bytes:
    """A message of so many parts, itself counted."""
    part = f"--b\r\nContent-Type: text/html\r\n\r\n{PAGE}\r\n"
    head = "MIME-Version: 1.0\r\nSnapshot-Content-Location: https://x.example/\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    return (head + part * (number - 1) + "--b--\r\n").encode()


def blocks(number: int) -> bytes:
    """A repository of so many blocks."""
    made = [cbor.encode(at) for at in range(number)]
    return car.write(cbor.Cid.of(made[0]), made)


def signed(number: int) -> str:
    """A note with so many lines of signatures."""
    return "text\n\n" + "".join(f"\u2014 name{at} {'A' * 8}\n" for at in range(number))


def leaf_of(size: int) -> object:
    """An entry of the log whose manifest has so many bytes."""
    made = SimpleNamespace(text="x" * size, payloads={})
    return leaf.expect_small(made)  # type: ignore[arg-type]


def payloads(number: int) -> None:
    """Raises InputError for an entry with so many payloads."""
    if faults := items.item_faults(items.Item("capture", "x", {}, {f"p{at}": b"x" for at in range(number)})):
        raise InputError(faults)


def served(folder: Path, workers: int) -> None:
    """A server with so many workers is asked for, on a folder that there is not."""
    serving.serve(
        SimpleNamespace(workers=workers, folder=folder / "none", evidence=None, port=0, host="127.0.0.1", name=[], no_browser=True)
    )  # type: ignore[arg-type]


def question(**parameters: Any) -> object:
    """A question of an address."""
    return asked.asked_of("small", {key: value if isinstance(value, list) else [value] for key, value in parameters.items()})


def long_parameter(name: str, length: int) -> None:
    """Raises InputError for a parameter that is too long."""
    if faults := asked.too_long({name: "x" * length}):
        raise InputError(faults)


def address(folder: Path, length: int) -> None:
    """Raises InputError where an address is too long for the server."""
    request = SimpleNamespace(
        headers={"host": "localhost"}, method="GET", scope={"raw_path": b"/", "query_string": b"x" * (length - 1)}, url=SimpleNamespace(path="/"),
        query_params={}, cookies={},
    )  # fmt: skip
    answer = guard.refused(request, Settings(folder))  # type: ignore[arg-type]
    if answer is not None:
        raise InputError(bytes(answer.body).decode())


def form(page: str, **texts: str) -> object:
    """What a form of the pages on chips says."""
    made, faults = chips.read(page, texts)
    faults = [fault for fault in faults if fault.path in texts]
    if faults:
        raise InputError(faults)
    return made


def article(length: int, statements: int = 1) -> object:
    """An article on the page that reads them."""
    told = "“We will spend $5 billion,” Ann Example said. " * statements
    view = SimpleNamespace(body={})
    return reading_page._read(view, {"text": padded(told, max(length, len(told)), " "), "language": "en", "published": "2026-01-01", "publisher": "P",
                                     "title": "T", "url": "https://x.example"})  # type: ignore[arg-type]  # fmt: skip


def of(module: str) -> Any:
    """A module of ours; where a function has its name too, the module all the same."""
    return import_module(f"stargauge.{module}")


def goodput(days: float = 1.0, simulate: int = 0, draws: int = 256) -> None:
    """Raises InputError for what is asked of goodput beyond what may be."""
    if faults := of("api.goodput")._faults("background", None, None, None, days, simulate, draws):
        raise InputError(faults)


def plan(**more: Any) -> object:
    """A plan whose target is none, so that nothing is worked out: faults of the rest come with that of the target."""
    return api.plan(small(), target="nothing", **more)


EDGES = (
    Edge("programme.positions.MAX_BYTES", "bytes; expected at most", lambda folder, n: positions.bytes_of(written(folder, padded("a: ", n)))),
    Edge("programme.positions.MAX_NODES", "more than", lambda folder, n: positions.parse_document("- 1\n" * (n - 1)), 50),
    Edge("programme.positions.MAX_DEPTH", "nested deeper", lambda folder, n: positions.parse_document(nested(n))),
    Edge("programme.date_checks.MAX_YEARS", "years after the start", lambda folder, n: small(("2030-12", f"{2025 + n}-12"))),
    Edge("audit.claims.language.LONGEST", "at most 2000 characters", lambda folder, n: language.parse(padded("a == 1", n, " "))),
    Edge("audit.claims.language.DEEPEST", "at most 40 levels", lambda folder, n: language.parse("not " * (n - 1) + "a == 1")),
    Edge("catalogue.tables.MOST_BYTES", "larger than 1 MB", lambda folder, n: read_own_pue(written(folder, padded("operator,site,cooling,pue,note\nA,B,air,1.2,", n))), 2**20),
    Edge("programme.statement_table.MOST_BYTES", "larger than 1 MB", lambda folder, n: statement_table.read_table(written(folder, padded("path,value\na,", n))), 2**20),
    Edge("programme.statement_table.MOST_ROWS", "more than", lambda folder, n: statement_table.read_table(written(folder, rows(n))), 20),
    Edge("catalogue.tariff._LARGEST", "larger than", lambda folder, n: read_tariff(written(folder, padded("item,unit,value\nenergy,USD/MWh,", n)))),
    Edge("quantity.distribution._MOST_SIGMA", "sigma", lambda folder, n: parse_value(f"lognormal(median=1, sigma={n})", "1")),
    Edge("quantity.distribution._MOST_RATIO", "wider than", lambda folder, n: parse_value(f"1..{n if n == 10**20 else 2 * n}", "1")),
    Edge("engine.run.MOST_DRAWS", "expected 1 to", lambda folder, n: blocks_of(n)),
    Edge("api.runs.MOST_WORKERS", "expected 1 to", lambda folder, n: api.runs.workers_of(n, 256)),
    Edge("api.plan.MOST_DRAWS", "draws as worlds", lambda folder, n: plan(draws=n)),
    Edge("api.plan.MOST_WORLDS", "worlds", lambda folder, n: plan(worlds=n, draws=4096)),
    Edge("api.hours.MOST_DRAWS", "expected 1 to", lambda folder, n: of("api.hours")._expect(api.known(small(), date(2026, 9, 30)), None, 0, n)),
    Edge("api.supply.MOST_DRAWS", "draws", lambda folder, n: of("api.supply")._expect(None, None, 1, 0.0, n)),
    Edge("api.supply.MOST_YEARS", "years", lambda folder, n: of("api.supply")._expect(None, None, n, 0.0, 256)),
    Edge("api.system.MOST_DRAWS", "expected at most", lambda folder, n: api.system([small()], draws=n, as_of=date(2026, 9, 30)), 256),
    Edge("api.goodput.MOST_DAYS", "days", lambda folder, n: goodput(days=float(n))),
    Edge("api.goodput.MOST_HISTORIES", "histories", lambda folder, n: goodput(simulate=n)),
    Edge("api.goodput.MOST_DRAWS", "expected 16 to", lambda folder, n: goodput(draws=n)),
    Edge("evidence.capture.supplied.LARGEST", "at most .* are read", lambda folder, n: supplied.read_file(written(folder, b"x" * n)), 100),
    Edge("evidence.capture.supplied.UNPACKED", "unpacks to", lambda folder, n: supplied_archives.opened(zipped({"a": b"x" * n})), 1000),
    Edge("evidence.capture.supplied.PARTS", "parts", lambda folder, n: supplied_archives.opened(zipped(parts(n))), 20),
    Edge("evidence.capture.supplied.PARTS", "parts", lambda folder, n: supplied.read_supplied(mhtml(n), "x.mhtml"), 20),
    Edge("evidence.capture.feeds.LARGEST", "at most .* are read", lambda folder, n: feeds.read_feed(padded(feed(1).decode(), n, " ").encode(), "https://x.example"), 500),
    Edge("evidence.capture.feeds.DEEPEST", "nested deeper", lambda folder, n: feeds.parsed(b"<a>" * n + b"</a>" * n, "https://x.example")),
    Edge("evidence.capture.feeds.MOST_NODES", "elements", lambda folder, n: feeds.parsed(b"<a>" + b"<b/>" * (n - 1) + b"</a>", "https://x.example"), 50),
    Edge("evidence.capture.x_archive.MOST", "more than", lambda folder, n: x_archive.read_x_archive(posts(n), "tweets.js", ""), 20),
    Edge("evidence.capture.atproto.car.MOST_BLOCKS", "blocks", lambda folder, n: car.read(blocks(n)), 20),
    Edge("evidence.capture.atproto.car.LARGEST_BLOCK", "too large", lambda folder, n: car.read(car.write(cbor.Cid.of(b"x"), [b"x" * (n - 36)])), 500),
    Edge("evidence.capture.atproto.plc.MOST", "operations", lambda folder, n: plc.history([{}] * n, "did:plc:x"), 20),
    Edge("evidence.items.MOST_PAYLOADS", "an entry names at most", lambda folder, n: payloads(n)),
    Edge("evidence.log.leaf.MOST_BYTES", "bytes", lambda folder, n: leaf_of(n - 1)),  # fewer than so many
    Edge("evidence.log.tiles.MOST_BYTES", "bytes", lambda folder, n: tiles.bundle([b"x" * n])),
    Edge("evidence.log.note.MOST_SIGNATURES", "lines of signatures", lambda folder, n: note.parted(signed(n))),
    Edge("evidence.bundle.MOST_FILES", "files; expected at most", lambda folder, n: bundle.opened(zipped(parts(n))), 20),
    Edge("evidence.bundle.MOST_CONTENT", "has more than", lambda folder, n: bundle._Members(zipfile.ZipFile(io.BytesIO(zipped({"a": b"x" * n})))).content("a"), 500),
    Edge("evidence.bundle.MOST_WORDS", "words and proofs", lambda folder, n: bundle.opened(zipped({bundle.FIRST: b"x" * n})), 500),
    Edge("evidence.timestamp.MOST_BYTES", "as a time stamp", lambda folder, n: timestamp.read(b"x" * n, b"")),
    Edge("cli.draft_text.LARGEST", "expected a text", lambda folder, n: draft_text._text(b"x" * n, False, "a file"), 500),
    Edge("web.guard.MOST_ADDRESS", "too long", address),
    Edge("web.asked.LONGEST_SET", "characters", lambda folder, n: question(set=padded("a=", n))),
    Edge("web.asked.LONGEST", "characters", lambda folder, n: question(given="x" * n)),
    Edge("web.asked.LONGEST", "characters", lambda folder, n: long_parameter("q", n)),
    Edge("web.asked.MOST_LAID", "too many", lambda folder, n: question(set=[f"a{at}=1" for at in range(n)])),
    Edge("web.asked.MOST_LAID", "too many", lambda folder, n: question(given=[f"a{at}" for at in range(n)])),
    Edge("web.asked.MOST_DRAWS", "draws", lambda folder, n: question(draws=str(n))),
    Edge("web.library.MOST_FILES", "files already", lambda folder, n: _room(folder, n - 1), 5),
    Edge("web.files.MOST_TEXT", "characters; expected at most", lambda folder, n: files.plain_text("x" * n)),
    Edge("web.files.MOST_TEXT", "more than", lambda folder, n: files.text_of(written(folder, "x" * n))),
    Edge("web.pages.reading.MOST_ARTICLE", "characters; expected at most", lambda folder, n: article(n)),
    Edge("web.pages.reading.MOST_DRAFTS", "statements; expected at most", lambda folder, n: article(0, n), 5),
    Edge("web.pages.evidence.MOST_UNPACKED", "unpacks to", lambda folder, n: evidence_page._expect_small(zipped({"a": b"x" * n})), 500),
    Edge("web.chips.MOST_ACCELERATORS", "at most", lambda folder, n: form("infer", accelerators=str(n))),
    Edge("web.chips.MOST_BATCH", "at most", lambda folder, n: form("train", batch=str(n))),
    Edge("web.chips.MOST_SEQUENCE", "at most", lambda folder, n: form("train", sequence=str(n))),
    Edge("web.chips.MOST_SEQUENCE", "at most", lambda folder, n: form("infer", input=str(n))),
    Edge("web.chips.MOST_TOKENS", "at most", lambda folder, n: form("train", tokens=str(n) if n == 10**18 else "1.1e18")),
    Edge("web.chips.MOST_USERS", "at most", lambda folder, n: form("infer", concurrency=str(n))),
    Edge("web.chips.MOST_REQUESTS", "at most", lambda folder, n: form("infer", most_requests=str(n))),
    Edge("web.chips.MOST_DAYS", "at most", lambda folder, n: form("goodput", days=str(n))),
    Edge("web.chips.MOST_HISTORIES", "at most", lambda folder, n: form("goodput", simulate=str(n))),
    Edge("cli.serve.MOST_WORKERS", "expected 1 to", served),
    Edge("reading.validate._LARGEST", "more than", lambda folder, n: validate.read_cases(written(folder, "x" * n)), 500),
)  # fmt: skip


def _room(folder: Path, there: int) -> None:
    for at in range(there):
        written(folder, "x", f"{at}.yaml")
    library.room_in(folder)


@pytest.mark.parametrize("edge", EDGES, ids=str)
def test_a_limit_holds_at_its_edge(edge: Edge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, _, name = edge.name.rpartition(".")
    if edge.instead:
        monkeypatch.setattr(import_module(f"stargauge.{module}"), name, edge.instead)
    most = edge.instead or int(getattr(import_module(f"stargauge.{module}"), name))
    within = tmp_path / "within"
    within.mkdir()
    try:
        edge.ask(within, most)
    except (InputError, cbor.Malformed) as error:  # wrong in another way, for which it was looked at
        assert not pytest.raises(Exception, match=edge.said).matches(error), error
    beyond = tmp_path / "beyond"
    beyond.mkdir()
    with pytest.raises((InputError, cbor.Malformed, ValueError), match=f"(?s).*{edge.said}"):
        edge.ask(beyond, most + 1)


# --- limits that cut off or let go instead of refusing ------------------------------------------------------------------------------


def test_a_packed_weather_file_is_unpacked_no_further_than_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("stargauge.catalogue.weather_files"), "MOST_BYTES", 2**20)
    with pytest.raises(InputError, match="larger than 1 MB"):
        read_weather(written(tmp_path, gzip.compress(b"x" * (2**20 + 1)), "year.epw.gz"))
    with pytest.raises(InputError, match="is no CSV file"):
        read_weather(written(tmp_path, gzip.compress(b"x" * 2**20), "year.epw.gz"))


@pytest.mark.parametrize(
    ("text", "taken"),
    [("1e60", True), ("-1e60", True), ("1.000001e60", False), ("1e61", False), (1e60, True), (1.1e60, False), (float("inf"), False)],
)
def test_numbers_have_an_end(text: str | float, taken: bool) -> None:
    if taken:
        assert abs(parse_number(text, "1")) == 1e60
        return
    with pytest.raises(InputError, match="more than a number can be"):
        parse_number(text, "1")


def test_no_more_faults_are_told_than_are_read(tmp_path: Path) -> None:
    for wrong, beyond in ((positions.MAX_FAULTS, 0), (positions.MAX_FAULTS + 1, 1), (positions.MAX_FAULTS + 2, 2)):
        with pytest.raises(InputError) as caught:
            small(("price_year: 2025\n", "price_year: 2025\n" + "".join(f"wrong-{at}: 1\n" for at in range(wrong))))
        assert len(caught.value.faults) == positions.MAX_FAULTS + (beyond > 0)
        assert not beyond or f"and {beyond} more fault" in caught.value.faults[-1].message
    with pytest.raises(InputError) as caught:
        statement_table.read_table(written(tmp_path, "path,value\n" + "a\n" * (statement_table.MOST_FAULTS + 1)))
    assert len(caught.value.faults) == statement_table.MOST_FAULTS


def test_of_a_feed_and_of_a_conversation_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (feeds, mastodon, bluesky):
        monkeypatch.setattr(module, "MOST_ITEMS" if module is feeds else "MOST", 3)
    assert [len(feeds.read_feed(feed(n), "https://x.example").items) for n in (3, 4)] == [3, 3]
    post = {"id": "0", "account": {}}
    assert [len(mastodon.thread_of(post, {"descendants": [{"id": str(at)} for at in range(1, n)]}).items) for n in (3, 4)] == [3, 3]
    view = {"post": {"uri": "at://x"}}
    made = [bluesky.thread_of({"thread": {**view, "replies": [view] * (n - 1)}}) for n in (3, 4)]
    assert [(len(one.items), [gap.note for gap in one.gaps]) for one in made if one] == [(3, []), (3, ["more than 3 posts"])]


def test_text_is_taken_of_a_page_of_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LONGEST", 200)
    assert [bool(text.page_text(padded(PAGE, n).encode()).fault) for n in (200, 201)] == [False, True]


def test_so_many_numbers_of_progress_are_kept_and_so_many_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stargauge.web.progress.MOST_NUMBERS", 3)
    monkeypatch.setattr("stargauge.web.progress.MOST_LISTENERS", 2)

    async def listen() -> None:
        board, full = Board(), list[bool]()
        for number in range(1, 5):
            board.tell(number, 1, 2)
        assert list(board._last) == [2, 3, 4]
        for number in (8, 9):
            full.append(board.full)
            waiting = asyncio.create_task(anext(board.follow(number)))
            await asyncio.sleep(0)
            tasks.append(waiting)
        assert [*full, board.full] == [False, False, True]
        for one in tasks:
            one.cancel()

    tasks = list[Any]()
    asyncio.run(listen())


def test_what_reads_articles_looks_at_so_much() -> None:
    quoted = [
        passages.Passages(f'She said "{"x" * (n - 1)}" today.', "en").quotes for n in (passages.LONGEST_QUOTE, passages.LONGEST_QUOTE + 1)
    ]
    assert [len(one) for one in quoted] == [1, 0]
    for n, found in ((numerals.LONGEST, 1), (numerals.LONGEST + 1, 0)):
        amounts = draft(f"It costs {'1' * (n - 1)}5 dollars.", "en").quantities
        assert len([one for one in amounts if one.kind == "money"]) == found, n


def test_a_page_is_looked_at_for_links_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "<a href='/page/1'>" + " " * 10 + "<a href='/page/2'>"
    for most, found in ((len(page), 2), (len(page) - 1, 1)):
        monkeypatch.setattr(links, "LONGEST", most)
        assert len(links.linked_controls("https://x.example/page/0", page)) == found


def test_so_many_answers_are_kept() -> None:
    kept = views.Kept(3)
    for key in range(4):
        kept.get(key, lambda: "made", 1)
    assert [kept.holds(key) for key in range(4)] == [False, True, True, True]


def test_a_file_of_a_folder_is_looked_at_up_to_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MOST_BYTES", len(SMALL))
    written(tmp_path, SMALL, "small.yaml")
    written(tmp_path, SMALL + "#", "large.yaml")
    assert {"small"} == {name for name, one in library.shelves(tmp_path).items() if one.own}


@pytest.mark.parametrize(
    ("path", "parameter", "most"),
    [("/api/programmes/{programme}/plan", "worlds", api_plan.MOST_WORLDS), ("/api/goodput", "draws", chips.MOST_GOODPUT_DRAWS)],
)
def test_the_document_says_the_most_of_a_parameter(path: str, parameter: str, most: int) -> None:
    asked_for = create_app().openapi()["paths"][path]["get"]["parameters"]
    schema = next(one["schema"] for one in asked_for if one["name"] == parameter)
    told = [one for one in (schema, *schema.get("anyOf", ())) if "maximum" in one]
    assert [one["maximum"] for one in told] == [most]


def test_a_worker_of_the_server_has_half_of_the_memory_within_limits() -> None:
    assert [memory_limit(there * 2**30) // 2**30 for there in (1, 4, 8, 12, 13, 64)] == [2, 2, 4, 6, 6, 6]


# --- that there are no others ---------------------------------------------------------------------------------------------------------

#: Limits whose edge other tests hold.
ELSEWHERE = {
    "quantity.units.MOST": "test_limits.py::test_numbers_have_an_end",
    "programme.positions.MAX_FAULTS": "test_limits.py::test_no_more_faults_are_told_than_are_read",
    "programme.statement_table.MOST_FAULTS": "test_limits.py::test_no_more_faults_are_told_than_are_read",
    "evidence.capture.feeds.MOST_ITEMS": "test_limits.py::test_of_a_feed_and_of_a_conversation_so_many_are_kept",
    "evidence.capture.mastodon.MOST": "test_limits.py::test_of_a_feed_and_of_a_conversation_so_many_are_kept",
    "evidence.capture.bluesky.MOST": "test_limits.py::test_of_a_feed_and_of_a_conversation_so_many_are_kept",
    "api.needs.MOST_DRAWS": "test_audit_needs.py::inspect_defaults",

    "evidence.capture.links.LONGEST": "test_limits.py::test_a_page_is_looked_at_for_links_so_far",
    "reading.passages.LONGEST_QUOTE": "test_limits.py::test_what_reads_articles_looks_at_so_much",
    "reading.numerals.LONGEST": "test_limits.py::test_what_reads_articles_looks_at_so_much",
    "web.api_plan.MOST_WORLDS": "test_limits.py::test_the_document_says_the_most_of_a_parameter",
    "web.chips.MOST_GOODPUT_DRAWS": "test_limits.py::test_the_document_says_the_most_of_a_parameter",
    "web.desk.MOST_OF_ONE": "test_web_desk.py::test_who_comes_to_a_full_queue_is_told_to_come_again",
    "web.desk.MOST_WAITING": "test_web_desk.py::test_who_comes_to_a_full_queue_is_told_to_come_again",
    "web.library.MOST_BYTES": "test_limits.py::test_a_file_of_a_folder_is_looked_at_up_to_its_limit",
    "web.view.MOST_DRAWS_KEPT": "test_limits.py::test_so_many_answers_are_kept",
    "web.view.MOST_LONG": "test_web_one_number.py::test_a_part_with_draws_of_its_own_says_so",
    "evidence.capture.text.LONGEST": "test_limits.py::test_text_is_taken_of_a_page_of_so_many_bytes",
    "evidence.capture.proxy.MOST": "test_evidence_capture_browser.py::test_the_proxy_ends_at_its_limit",
    "web.progress.MOST_NUMBERS": "test_limits.py::test_so_many_numbers_of_progress_are_kept_and_so_many_listen",
    "web.progress.MOST_LISTENERS": "test_limits.py::test_so_many_numbers_of_progress_are_kept_and_so_many_listen",
    "evidence.capture.capture.LONGEST": "test_limits_cut.py::test_an_entry_says_of_what_was_fetched_so_many_characters_each",
    "evidence.capture.connection.MOST_ADDRESSES": "test_limits_cut.py::test_so_many_addresses_of_a_place_are_tried",
    "evidence.capture.devtools.LONGEST": "test_limits_cut.py::test_a_message_of_the_browser_is_read_up_to_its_limit",
    "evidence.observe.alerts.MOST_WAITING": "test_limits_cut.py::test_so_many_alerts_wait_and_one_more_is_told_as_lost",
    "evidence.observe.following.MOST_ASKED": "test_limits_cut.py::test_of_the_posts_of_a_conversation_that_are_gone_so_many_are_asked_after",
    "reading.frames.LONGEST": "test_limits_cut.py::test_a_sentence_is_looked_through_up_to_its_limit",
    "api.sweep.MOST_CELLS": "test_limits_cut.py::test_a_sweep_has_so_many_runs",
    "web.sweep.MOST_CELLS": "test_limits_cut.py::test_a_sweep_of_the_server_has_so_many_runs",
    "web.chips.MOST_CHOICES": "test_limits_cut.py::test_a_search_of_layouts_has_so_many_choices",
    "web.chips.MOST_EVENTS": "test_limits_cut.py::test_histories_have_so_many_events",
    "web.pages.evidence.MOST_TARGETS": "test_limits_cut.py::test_a_page_lists_so_many_targets",
    "web.pages.evidence.MOST_TEXT": "test_limits_cut.py::test_an_entry_shows_so_many_characters",
    "web.pages.evidence.MOST_LINES": "test_limits_cut.py::test_so_many_lines_of_two_captures_are_compared",
    "web.serve.MOST_AT_ONCE": "test_web_connections.py::test_one_connection_more_than_there_may_be_is_told_to_come_again",
    "web.work.MOST_MEMORY": "test_limits.py::test_a_worker_of_the_server_has_half_of_the_memory_within_limits",
}  # fmt: skip


def test_every_limit_of_the_page_is_held_at_its_edge() -> None:
    listed = {f"{one.module}.{one.name}" for group in limits_page.GROUPS.values() for one in group}
    held = {edge.name for edge in EDGES} | set(ELSEWHERE)
    assert listed - held == set()
    for place in ELSEWHERE.values():
        file, _, test = place.partition("::")
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), place
