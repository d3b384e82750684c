"""Fetching in a process of its own: the same outcome to the byte, and a process that breaks down is an outcome too."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from tests.capture_servers import page, redirect, serving
from tests.test_evidence_capture_entry import HERE
from tests.test_evidence_capture_fetch import QUICK, endless

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")

from stargauge.evidence.capture import apart
from stargauge.evidence.capture.capture import take
from stargauge.evidence.capture.fetch import fetch
from stargauge.evidence.capture.fetched import Fetched
from stargauge.evidence.capture.warc import certificates_of, warc_of

APART = replace(HERE, apart=True, clock=None)


def test_the_outcome_is_the_same_to_the_byte() -> None:
    with serving({"/a": redirect("/b"), "/b": page("<title>T</title><p>Zürich\u202e", "410 Gone")}) as server:
        made = APART.fetch(server.base + "/a")
        here = fetch(server.base + "/a", guard=HERE.guard, limits=QUICK)
    times = ("started", "ended", "clock_offset", "exchanges")
    assert all(getattr(made, one.name) == getattr(here, one.name) for one in fields(Fetched) if one.name not in times)
    assert [(one.request, one.response, one.address) for one in made.exchanges] == [
        (one.request, one.response, one.address) for one in here.exchanges
    ]  # fmt: skip
    assert made.text == "Zürich\u202e" and made.body == here.body and server.asked[0] == server.asked[2] and warc_of(made)
    assert certificates_of(made) == {}


def test_limits_and_the_guard_hold_there_too() -> None:
    with serving({"/": endless, "/in": redirect("http://10.0.0.1/")}) as server:
        assert APART.fetch(server.base + "/").error == "too_large"
        made = APART.fetch(server.base + "/in")
    assert made.error == "guard" and "10.0.0.1" in made.message and made.status == 302
    assert replace(APART, guard=type(HERE.guard)()).fetch(server.base + "/").error == "guard"


@pytest.mark.parametrize(
    ("code", "told"), [("import os; os.abort()", "exit code"), ("print('no outcome')", "something else"), ("print('{}')", "something else"),
                       ("import time; time.sleep(60)", "did not end")]
)  # fmt: skip
def test_a_process_that_breaks_down_is_an_outcome(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, told: str) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(apart, "SPARE_SECONDS", 1 if "sleep" in code else 30)
    made = APART.fetch("http://127.0.0.1/")
    assert made.error == "protocol" and told in made.message and not made.exchanges


def test_a_capture_by_another_process_is_a_capture() -> None:
    with serving({"/": page("<p>Hello")}) as server:
        made = take(server.base + "/", options=APART)
    assert made.text == "Hello" and made.payloads["text"] == b"Hello" and made.about["status"] == 200
