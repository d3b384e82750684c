"""`stargauge evidence watch | history | amplification` as a newsroom uses them, also when stopped, killed and started again."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cryptography", reason="needs the extra `evidence`")
pytest.importorskip("httpx", reason="needs the extra `evidence`")
pytest.importorskip("selectolax", reason="needs the extra `evidence`")
pytest.importorskip("warcio", reason="needs the extra `evidence`")

from tests.cli_runs import Answer, ask
from tests.evidence_doubles import Site, page
from tests.test_packaging_files import commands, run_python

from stargauge.evidence.capture.items import Item, Thread
from stargauge.evidence.workspace import Workspace

ROOT = Path(__file__).parents[1]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.pages["/news/story"] = (200, {}, page("A story", "They announced 100 billion.", '<a href="/news/other">Another</a>'))
    made.show("/news/other", "Another story", "Something else.")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STARGAUGE_EVIDENCE", raising=False)
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    with Workspace.init(tmp_path / "evidence"):
        pass
    yield tmp_path
    for name, handler in before.items():
        signal.signal(name, handler)


def watch(capsys: pytest.CaptureFixture[str], site: Site, *more: str) -> Answer:
    return ask(capsys, "evidence", "watch", "--allow-private", site.host, "--pause", "0", *more)


def data(answer: Answer) -> Any:
    assert answer.code == 0, answer.err
    return json.loads(answer.out)


def test_a_page_is_checked_goes_and_is_told_in_text_and_json(capsys: pytest.CaptureFixture[str], site: Site, folder: Path) -> None:
    url = site.url("/news/story")
    first = watch(capsys, site, url)
    assert first.code == 0 and first.out.startswith(f"there\n  {url}\n  captured 20") and "still there at 1 of 1 check" in first.out
    assert max(map(len, first.out.splitlines())) <= 80
    del site.pages["/news/story"]
    second = data(watch(capsys, site, url, "--json", "--alert-file", "alerts.jsonl"))
    target = second["targets"][0]
    assert second["schema"] == "stargauge-watch/1" and target["state"] == "not_found_once" and target["changed"]
    assert target["standing"]["lacking"] == ["checks", "span", "methods"] and target["standing"]["removed_by"] == "unknown"
    alert = json.loads((folder / "alerts.jsonl").read_text(encoding="utf-8"))
    assert (alert["from"], alert["to"], alert["target"]) == ("live", "not_found_once", url)
    assert "nicht gefunden" in watch(capsys, site, url, "--language", "de").out


def test_history_shows_every_entry_and_what_may_be_said(capsys: pytest.CaptureFixture[str], site: Site) -> None:
    url = site.url("/news/story")
    watch(capsys, site, url)
    del site.pages["/news/story"]
    watch(capsys, site, url)
    answer = ask(capsys, "evidence", "history", url)
    assert answer.code == 0 and "Last seen " in answer.out and "made up: http 404" in answer.out
    made = data(ask(capsys, "evidence", "history", url, "--json"))
    assert [one["kind"] for one in made["entries"]] == ["capture", "observation", "state", "capture", "observation", "state"]
    assert [one["state"] for one in made["changes"]] == ["live", "not_found_once"] and made["faults"] == []
    unknown = ask(capsys, "evidence", "history", url + "x")
    assert unknown.code == 2 and f'did you mean "{url}"?' in unknown.told


def test_history_in_german_is_german_throughout(capsys: pytest.CaptureFixture[str], site: Site) -> None:
    url = site.url("/news/story")
    watch(capsys, site, url)
    site.pages["/news/story"] = (200, {}, page("A story", "They announced 500 billion.", '<a href="/news/other">Another</a>'))
    watch(capsys, site, url)
    out = ask(capsys, "evidence", "history", url, "--language", "de").out
    assert "Zeit (UTC)" in out and "anderer Text (web von local)" in out and "Stand: da, mit anderem Text" in out
    assert "Aufnahme C-" in out and "Logbuch" in out
    for word in ("entry", "state:", "content differs", "edited", "Erfassung", "Protokoll"):
        assert word not in out


@pytest.mark.parametrize("about", [[], ["--about"]])
def test_an_erased_capture_is_told_as_erased(capsys: pytest.CaptureFixture[str], folder: Path, about: list[str]) -> None:
    url = "https://news.example/story"
    (folder / "saved.html").write_bytes(page("A story", "They announced 100 billion."))
    assert ask(capsys, "evidence", "capture", "saved.html", "--shows", url).code == 0
    assert ask(capsys, "evidence", "erase", "C-1", "--ground", "asked for", *about).code == 0
    out = " ".join(ask(capsys, "evidence", "history", url).out.split())
    assert re.search(r"captured 20\S+ \S+ UTC(?: \(supplied by a user\))?, erased on 20\S+, not checked since", out)
    assert ("supplied by a user" in out) or about  # with what the entry says, its mark is erased too, unless the erasure repeats it
    assert "C-1 erased: asked for" in out


def test_an_entry_added_by_hand_does_not_set_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://news.example/story"
    about = '{"status": 200, "method": "web", "started": "2020-01-01T00:00:00Z"}'
    assert ask(capsys, "evidence", "add", "capture", url, "--about", about).code == 0
    out = ask(capsys, "evidence", "history", url).out
    assert "recorded by hand 20" in out and "2020-01-01 00:00" not in out


def test_an_address_in_a_private_network_is_not_asked_and_told_so(capsys: pytest.CaptureFixture[str], site: Site) -> None:
    out = " ".join(ask(capsys, "evidence", "watch", "--pause", "0", site.url("/news/story")).out.split())
    assert "not asked at the last attempt" in out and "not one of the web" in out and "no answer" not in out and not site.asked


def test_another_place_counts_as_another_network(capsys: pytest.CaptureFixture[str], site: Site, folder: Path) -> None:
    url = site.url("/news/story")
    with Workspace.init(folder / "abroad"):
        pass
    watch(capsys, site, url, "--network", "abroad", "--evidence", "abroad")
    watch(capsys, site, url, "--network", "home")
    del site.pages["/news/story"]
    watch(capsys, site, url, "--network", "abroad", "--evidence", "abroad")
    made = data(watch(capsys, site, url, "--network", "home", "--also", "abroad", "--json"))
    assert made["targets"][0]["standing"]["networks"] == ["abroad", "home"]
    assert made["targets"][0]["standing"]["lacking"] == ["checks", "span"]
    seen = data(ask(capsys, "evidence", "history", url, "--also", "abroad", "--json"))
    assert seen["standing"]["all"]["checks"] == 4


def test_a_hostile_page_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str], site: Site, folder: Path) -> None:
    url = site.url("/news/story")
    watch(capsys, site, url)
    site.pages["/news/story"] = (410, {}, page("Gone", "\x1b[2Jcleared \x9b31m"))
    told = ("--alert-file", "alerts.jsonl", "--json")
    for answer in (watch(capsys, site, url), watch(capsys, site, url, *told), ask(capsys, "evidence", "history", url)):
        assert answer.code == 0 and "\x1b" not in answer.out and "\x9b" not in answer.out
    assert not (folder / "alerts.jsonl").exists()  # nothing changed
    del site.pages["/news/story"]
    site.missing = (403, {}, page("Denied", "\x9b31m \u202e no"))
    assert watch(capsys, site, url, *told).code == 0
    assert b"\xc2\x9b" not in (folder / "alerts.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "expected a target"),
        (("nowhere",), "is no address"),
        (("--targets", "missing.txt"), "cannot be read"),
        (("https://a.example/", "--every", "soon"), "30m, 6h or 1d"),
        (("https://a.example/", "--alert-file", "missing/x"), "a folder that exists"),
        (("https://a.example/", "--webhook", "ftp://a.example/"), "for the webhook"),
        (("https://a.example/", "--method", "bluesky"), "suits none"),
        (("at://did:plc:a/app.bsky.feed.post/b", "--method", "web"), "cannot be asked by web"),
        (("https://a.example/", "--evidence", "missing"), "stargauge evidence init"),
        (("https://a.example/", "--also", "missing"), "stargauge evidence init"),
    ],
)
def test_faults_are_told_before_anything_is_asked(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    answer = ask(capsys, "evidence", "watch", *arguments)
    assert answer.code == 2 and told in answer.told and answer.out == ""


def test_what_somebody_states_is_kept_and_told_as_theirs(capsys: pytest.CaptureFixture[str], site: Site) -> None:
    url = "https://x.example/a/status/1"
    assert ask(capsys, "evidence", "stated", url, "--by", "others", "--says", "Users say it is gone", "--source", site.url("/a")).code == 0
    reported = data(ask(capsys, "evidence", "history", url, "--json"))
    assert reported["state"] == "reported_by_third_party" and "A thread view shows a part" in reported["text"]["en"]
    made = data(ask(capsys, "evidence", "stated", url, "--by", "author", "--says", "I took it down", "--json"))
    assert made["state"] == "withdrawn_stated"
    shown = ask(capsys, "evidence", "history", url)
    assert "as stated by the author" in " ".join(shown.out.split()) and "stated by others: Users say it is gone" in shown.out
    legal = data(ask(capsys, "evidence", "stated", url + "2", "--by", "legal-notice", "--says", "Court order", "--json"))
    assert legal["line"] == "not captured, withdrawn, as stated by a legal notice"
    assert ask(capsys, "evidence", "stated", url, "--by", "gossip", "--says", "x").code == 2


@pytest.mark.parametrize("missing", ["httpx", "warcio", "selectolax"])
def test_what_is_not_installed_is_told_and_nothing_is_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, site: Site, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    answer = watch(capsys, site, site.url("/news/story"))
    assert answer.code == 2 and f"needs {missing}" in answer.told and not site.asked


def test_amplification_in_text_and_json(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    items = (
        Item("1", "anna", "See https://plan.example/a @sam", 0),
        Item("2", "ben", "", 1, shares="1"),
    )
    with Workspace.open(folder / "evidence") as archive:
        archive.add("capture", "https://x.example/1", {"method": "api"}, {"thread": json.dumps(Thread("1", items).to_dict()).encode()})
    made = data(ask(capsys, "evidence", "amplification", "--json"))
    assert made["posts"] == 2 and made["schema"] == "stargauge-amplification/1"
    text = ask(capsys, "evidence", "amplification", "--about", "sam")
    assert text.code == 0 and "1 captured post of 1 account" in text.out and "asked: about sam" in text.out
    assert max(map(len, text.out.splitlines())) <= 80
    assert ask(capsys, "evidence", "amplification", "--from", "monday").code == 2


def test_the_page_on_watching_works_as_it_stands(capsys: pytest.CaptureFixture[str], site: Site, folder: Path) -> None:
    site.pages |= {path.replace("news", "2025"): found for path, found in list(site.pages.items())}
    site.show("/@anna/1139", "Another post", "Another post.")
    text = (ROOT / "docs/watching.md").read_text(encoding="utf-8")
    listed = re.findall(r"```text\n(.*?)```", text, re.S)[0].replace("https://news.example", site.url(""))
    (folder / "watch.txt").write_text(listed, encoding="utf-8")
    asked = [shlex.split(command.replace("https://news.example", site.url("")))[1:] for command in commands("docs/watching.md")]
    assert len(asked) == 7
    shutil.rmtree(folder / "evidence")
    for command in asked:
        more = ["--allow-private", site.host, "--pause", "0"] if command[1] == "watch" else []
        answer = ask(capsys, *command, *more)
        assert answer.code == 0 and answer.out.strip(), answer.err
    alerts = [json.loads(line) for line in (folder / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["to"] for one in alerts] == ["not_found_once"]
    assert run_python("docs/watching.md")["line"] == "captured 2025-01-22 17:40 UTC, still there at 6 of 6 checks"
    assert {name for name in re.findall(r"^\| (`[a-z_`, ]+`) \| [a-zA-Z0-9\"]", text, re.M)} >= {"`not_found`", "`withdrawn_stated`"}


# As a process of its own.


class Running:
    """A watch in its own process."""

    def __init__(self, folder: Path, site: Site, *more: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "stargauge", "evidence", "watch", "--allow-private", site.host, "--pause", "0", *more]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.folder = folder

    def until(self, enough: int, kind: Any = "observation") -> None:
        """Wait until so many entries of a kind are kept."""
        for _ in range(600):
            if self.process.poll() is not None or len(entries(self.folder, kind)) >= enough:
                return
            time.sleep(0.05)

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, str, str]:
        """End it; exit code and what it said."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def entries(folder: Path, kind: Any) -> list[Any]:
    with Workspace.open(folder / "evidence", write=False) as archive:
        return list(archive.entries(kind))


def test_a_watch_ends_in_order_when_asked_to_and_goes_on_when_started_again(site: Site, folder: Path) -> None:
    url = site.url("/news/story")
    running = Running(folder, site, url, "--every", "1s", "--json", "--alert-file", "alerts.jsonl", "--webhook", site.url("/hook"))
    running.until(2)
    del site.pages["/news/story"]
    running.until(4)
    code, out, err = running.stop()
    assert code == 0, err
    rounds = [json.loads(line) for line in out.splitlines()]
    assert len(rounds) >= 3 and {one["targets"][0]["state"] for one in rounds} == {"live", "not_found_once"}
    assert "changed:" in err and len(site.posted) == 1
    assert json.loads(site.posted[0][1]) == json.loads((folder / "alerts.jsonl").read_text(encoding="utf-8"))
    events = [one.about["event"] for one in entries(folder, "heartbeat") if one.target == "watch"]
    assert events[0] == "start" and events[-1] == "stop"
    checks = len(entries(folder, "observation"))
    time.sleep(2.2)
    site.show("/news/story", "A story", "They announced 100 billion.")
    again = Running(folder, site, url, "--every", "1s", "--json")
    again.until(checks + 1)
    code, out, err = again.stop(signal.SIGINT)
    assert code == 0, err
    assert json.loads(out.splitlines()[0])["targets"][0]["state"] == "reappeared"
    missed = [one.about for one in entries(folder, "heartbeat") if one.about["event"] == "not_run"]
    (between,) = [one for one in missed if one["reason"] == "no watch was running"]  # where the machine is busy, rounds are late as well
    assert between["missed"] >= 2


def test_a_watch_that_is_killed_loses_nothing_and_goes_on(site: Site, folder: Path) -> None:
    url = site.url("/news/story")
    for number in range(3):
        running = Running(folder, site, url, "--every", "1s")
        running.until(2 * number + 2)
        running.stop(signal.SIGKILL)
    with Workspace.open(folder / "evidence") as archive:
        observations = list(archive.entries("observation"))
        assert len(observations) >= 4 and {one.about["outcome"] for one in observations} == {"ok"}
        assert archive.checkpoint()[0].size == len(archive)


def test_reading_and_adding_go_on_while_a_watch_waits(site: Site, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    running = Running(folder, site, site.url("/news/story"), "--every", "1h")
    running.until(2, "heartbeat")
    assert ask(capsys, "evidence", "history", site.url("/news/story")).code == 0
    for _ in range(100):  # the round may still be letting go of the folder
        added = ask(capsys, "evidence", "add", "capture", "https://a.example/")
        if added.code == 0:
            break
        time.sleep(0.05)
    assert added.code == 0
    assert running.stop()[0] == 0
