"""Limits that cut off, leave out or wait, each at its edge: as much as may be is taken whole, and of one more the rest is not."""

from __future__ import annotations

import math
import queue
import re
import socket
import time
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("cryptography")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

import httpcore
from tests.programme_files import SMALL, small
from tests.web_folder import PAGE, ask, filled

from stargauge import api
from stargauge.evidence.capture import capture, connection, devtools
from stargauge.evidence.capture.fetched import Fetched
from stargauge.evidence.capture.guard import Place
from stargauge.evidence.capture.items import Item, Thread
from stargauge.evidence.observe import alerts, following
from stargauge.evidence.observe.targets import Target
from stargauge.evidence.workspace import Workspace
from stargauge.quantity.errors import InputError
from stargauge.reading import frames
from stargauge.reading.passages import Passages, Span
from stargauge.web import chips
from stargauge.web.asked import Asked
from stargauge.web.pages import evidence as evidence_page
from stargauge.web.work import Job, do

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = date(2026, 9, 30)


# --- evidence ---------------------------------------------------------------------------------------------------------------------


def test_an_entry_says_of_what_was_fetched_so_many_characters_each() -> None:
    for length in (capture.LONGEST, capture.LONGEST + 1):
        headers = (("content-type", "t" * length),)
        made = capture.about_fetched(Fetched(PAGE, PAGE, NOON, NOON, message="m" * length, title="t" * length, headers=headers), "web")
        assert {len(made[name]) for name in ("message", "title", "content_type")} == {capture.LONGEST}


def test_so_many_addresses_of_a_place_are_tried() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        for count in (connection.MOST_ADDRESSES, connection.MOST_ADDRESSES + 1):
            answers = (*(f"127.0.0.{at + 2}" for at in range(count - 1)), "127.0.0.1")  # only the last one answers
            backend = connection._Backend(Place("http", "x.example", port, answers, answers[0]), time.monotonic() + 60.0, 1000)
            if count == connection.MOST_ADDRESSES:
                backend.connect_tcp("x.example", port).close()
            else:
                with pytest.raises(httpcore.ConnectError):
                    backend.connect_tcp("x.example", port)


@pytest.mark.parametrize(("more", "taken"), [(0, True), (1, False)])
def test_a_message_of_the_browser_is_read_up_to_its_limit(monkeypatch: pytest.MonkeyPatch, more: int, taken: bool) -> None:
    monkeypatch.setattr(devtools, "LONGEST", 100)
    message = b'"' + b"x" * (100 + more - 2) + b'"'
    pieces = iter([message, b"\0", b""])
    monkeypatch.setattr(devtools, "os", SimpleNamespace(read=lambda *_: next(pieces)))
    came: queue.Queue[Any] = queue.Queue()
    devtools.Browser._read(SimpleNamespace(_in=0, _came=came))  # type: ignore[arg-type]
    assert list(came.queue) == ([message.decode().strip('"'), None] if taken else [None])


def test_so_many_alerts_wait_and_one_more_is_told_as_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    class Still(alerts.Webhook):
        """One that delivers nothing."""

        def _run(self) -> None:
            self._closing.wait()

    monkeypatch.setattr(alerts, "MOST_WAITING", 2)
    told = list[str]()
    hook = Still("https://hooks.example/x", told.append)
    for number in range(2):
        hook.send({"entry": f"O-{number}"})
    assert told == []
    hook.send({"entry": "O-2"})
    assert len(told) == 1 and "more than 2 wait" in told[0] and hook.close(0.01) == 3


def test_of_the_posts_of_a_conversation_that_are_gone_so_many_are_asked_after() -> None:
    most = following.MOST_ASKED
    items = tuple(Item(f"https://x.example/{at}", "a", "text", at) for at in range(most + 1))
    view = Thread("https://x.example/root", items)
    for count in (most, most + 1):
        ids = tuple(one.id for one in items[:count])
        asked = [item.id for _, item in following._children(Target("https://x.example/root", "post"), view, view, ids)]
        assert asked == list(ids[:most])


# --- reading ----------------------------------------------------------------------------------------------------------------------


def test_a_sentence_is_looked_through_up_to_its_limit() -> None:
    said = "Jane Doe said that it is "
    for length, found in ((frames.LONGEST, 1), (frames.LONGEST + 1, 0)):
        text = said + "x" * (length - len(said))
        assert len(list(frames.Frames(Passages(text, "en")).of(Span(0, len(text))))) == found


# --- runs and the server ----------------------------------------------------------------------------------------------------------


def test_a_sweep_has_so_many_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: dict[str, Any] = {"quantities": ["power_it[operational]"], "draws": 16, "as_of": "2026-08..2026-09", "every": "month"}
    runs = len(api.sweep(small(), **swept).days)
    monkeypatch.setattr(import_module("stargauge.api.sweep"), "MOST_CELLS", runs)
    assert len(api.sweep(small(), **swept).days) == runs > 1
    monkeypatch.setattr(import_module("stargauge.api.sweep"), "MOST_CELLS", runs - 1)
    with pytest.raises(InputError, match=f"{runs} runs; at most {runs - 1}"):
        api.sweep(small(), **swept)


def test_a_sweep_of_the_server_has_so_many_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr("stargauge.web.sweep.MOST_CELLS", 1)
    plain = {"over": (), "from": None, "to": None, "every": "month", "quantity": ("power_it[operational]",), "claim": (), "date": None}
    made = {start: do(Job("answer", "sweep", Asked("small", DAY, 16), arguments={**plain, "from": start}, folder=tmp_path))
            for start in (None, date(2026, 8, 31))}  # fmt: skip
    assert not made[None].faults
    assert "that makes 2 runs; at most 1" in str(made[date(2026, 8, 31)].faults[0])


def test_a_search_of_layouts_has_so_many_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    training, counted = import_module("stargauge.api.training"), list[int]()
    within = training._within

    def count(case: Any, most: float) -> None:
        counted.append(math.prod(len(values) for values in case.candidates.values()))
        within(case, most)

    monkeypatch.setattr(training, "_within", count)
    view = SimpleNamespace(asked=SimpleNamespace(day=DAY))
    given = {"model": "llama-3-8b", "cluster": "8xh100-sxm", "layout": "tp=1,pp=1"}
    chips._train(view, given)  # type: ignore[arg-type]
    for most in (counted[0], counted[0] - 1):
        monkeypatch.setattr(chips, "MOST_CHOICES", most)
        if most == counted[0]:
            chips._train(view, given)  # type: ignore[arg-type]
        else:
            with pytest.raises(InputError, match="choices of layouts; expected at most"):
                chips._train(view, given)  # type: ignore[arg-type]


def test_histories_have_so_many_events(monkeypatch: pytest.MonkeyPatch) -> None:
    view = SimpleNamespace(asked=SimpleNamespace(day=DAY, seed=0))
    given = {"cluster": "64xh100-sxm", "days": 30.0, "draws": 16}
    monkeypatch.setattr(chips, "MOST_EVENTS", 50.0)
    with pytest.raises(InputError, match=r"events; expected at most 50: [0-9,]+ histories") as caught:
        chips._goodput(view, {**given, "simulate": 100_000})  # type: ignore[arg-type]
    most = int(re.findall(r"at most 50: ([0-9,]+) histories", str(caught.value))[0].replace(",", ""))
    chips._goodput(view, {**given, "simulate": most})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="events; expected at most 50"):
        chips._goodput(view, {**given, "simulate": most + 1})  # type: ignore[arg-type]


# --- the pages of evidence --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with two things that were captured; the later capture of the first has three lines."""
    return filled(tmp_path_factory.mktemp("evidence"))


def test_a_page_lists_so_many_targets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for most, more in ((2, False), (1, True)):
        monkeypatch.setattr(evidence_page, "MOST_TARGETS", most)
        text = ask(folder, "evidence.evidence", "/evidence", programme="", start="").body.decode()
        assert ("start=1" in text, text.count("/evidence/target?of=")) == (more, most)


def test_an_entry_shows_so_many_characters(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = "The plan\n600 MW by 2028\nA new line\n"
    with Workspace.open(folder / "evidence", write=False) as archive:
        for most in (len(whole), len(whole) - 1):
            monkeypatch.setattr(evidence_page, "MOST_TEXT", most)
            assert evidence_page._text(archive, archive.find("C-3"), "text") == whole[:most]


def test_so_many_lines_of_two_captures_are_compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for most, shown in ((3, 1), (2, 0)):
        monkeypatch.setattr(evidence_page, "MOST_LINES", most)
        text = ask(folder, "evidence.diff", "/evidence/diff", a="C-1", b="C-3").body.decode()
        assert len(re.findall("</span>A new line</ins>", text)) == shown, text
