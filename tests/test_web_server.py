"""The server as a process: how it starts, stops, and keeps its workers."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.programme_files import SMALL
from tests.web_server import in_a_loop

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")
#: How long something may take before it counts as never.
NEVER = 60.0


class Running:
    """A server started from the command line."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "stargauge", "serve", str(folder), "--port", "0", "--no-browser", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment())
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline()
        self.address = self.first.partition(": ")[2].strip().partition("?")[0].rstrip("/")

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of an address."""
        try:
            with urlopen(self.address + path, timeout=NEVER) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()

    @property
    def workers(self) -> list[int]:
        """The processes that make pages: those that lead a group of their own."""
        return [pid for pid in _below(self.process.pid) if os.getpgid(pid) == pid]

    def count(self, name: str) -> int:
        """One of the server's numbers."""
        found = re.search(rf"(?m)^stargauge_{name} (\d+)$", self.get("/metrics")[1])
        assert found
        return int(found[1])

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Tell it to stop; its exit code and what it printed."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=NEVER)
        return self.process.returncode, out, err


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src")}


def _parents() -> dict[int, int]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                found[int(entry.name)] = int(parent)
    return found


def _below(pid: int) -> list[int]:
    """Every process that one started, and those that they started."""
    parents = _parents()
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def _until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + NEVER
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.05)


@contextmanager
def _served(folder: Path, *options: str) -> Iterator[Running]:
    running = Running(folder, *options)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.communicate()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with one small programme."""
    made = tmp_path_factory.mktemp("programmes")
    (made / "small.yaml").write_text(SMALL, encoding="utf-8")
    return made


def test_server_lives_and_stops_in_order(folder: Path) -> None:
    with _served(folder, "--workers", "2") as running:
        assert running.get("/health") == (200, "ok\n")
        _until(lambda: running.count("workers") == 2)
        first, *_ = running.workers
        os.kill(first, signal.SIGKILL)
        _until(lambda: running.count("broken_total") == 1 and running.count("workers") == 2)
        assert running.get("/api/programmes/small?seed=9")[0] == 200

        started = running.get("/metrics")[0]
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(running.get("/api/programmes/small/check?draws=1024")[0]))
        asking.start()
        _until(lambda: running.count("busy") > 0 or answers)
        every = _below(running.process.pid)
        code, _, err = running.end()
        asking.join(NEVER)
        assert (started, answers) == (200, [200])
        assert code == 0
        assert err.rstrip().endswith("Stopped.")
        assert "Only this machine can ask" in err
        assert "Traceback" not in err
        _until(lambda: not set(every) & set(_parents()))


def test_no_worker_outlives_a_server_that_is_killed(folder: Path) -> None:
    with _served(folder) as running:
        _until(lambda: len(running.workers) == 2)
        every = _below(running.process.pid)
        running.process.send_signal(signal.SIGKILL)
        running.process.wait(NEVER)
        _until(lambda: not set(every) & set(_parents()))


def test_other_machines_need_a_token_that_is_printed(folder: Path) -> None:
    with _served(folder, "--host", "0.0.0.0", "--workers", "1") as running:
        found = re.search(r"\?token=([\w-]{32})\n", running.first)
        assert found
        assert running.get("/")[0] == 401
        assert running.get("/health")[0] == 200
        assert running.get(f"/api/programmes/small?token={found[1]}")[0] == 401  # redirected: only a cookie remembers
        code, _, err = running.end(signal.SIGINT)
        assert code == 0
        assert "Other machines can ask: whoever has the address with its token sees" in err
        assert "may change them" in err
        assert "encrypted" in err


def test_a_proxy_that_is_named_needs_the_token_too(folder: Path) -> None:
    with _served(folder, "--name", "box.example", "--workers", "1") as running:
        found = re.search(r"\?token=([\w-]{32})\n", running.first)
        assert found
        assert running.get("/")[0] == 401
        code, _, err = running.end()
        assert code == 0
        assert f"https://box.example/?token={found[1]}" in err
        assert "Other machines can ask" in err


def _failed(*options: str) -> str:
    command = [sys.executable, "-m", "stargauge", "serve", "--no-browser", *options]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment(), timeout=NEVER)
    assert done.returncode == 2
    return done.stderr


def test_faults_of_the_command(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"could not listen on 127.0.0.1:{port}" in _failed(str(folder), "--port", str(port))
    told = " ".join(_failed(str(folder / "nix"), "--evidence", str(folder / "no"), "--port", "70000", "--workers", "0").split())
    for said in ("4 errors", "no folder", "stargauge evidence init makes one", "expected 0 to 65535", "expected 1 to 16"):
        assert said in told


# -- jobs that go wrong, in a server of this process -----------------------------------------------------------------------------------


@pytest.fixture
def desk_job() -> Any:
    """A desk with one worker, asked for one job by a function that runs in an event loop."""

    from stargauge.web.asked import Asked
    from stargauge.web.desk import Desk
    from stargauge.web.settings import Settings
    from stargauge.web.work import Job

    def run(settings: dict[str, Any], *names: str) -> list[Any]:
        async def asked() -> list[Any]:
            desk = Desk(Settings(workers=1, **settings))
            try:
                await desk.ready()
                made = []
                for place, name in enumerate(names):
                    made.append(await desk.get(Job("answer", name, Asked(seed=place)), f"stamp {place}"))
                return [*made, dict(desk.counts)]
            finally:
                await desk.close()

        return in_a_loop(asked())

    return run


def test_what_goes_wrong_is_our_fault_by_name_only(desk_job: Any) -> None:
    wrong, right, counts = desk_job({}, "no-such-answer", "schema")
    assert wrong.status == 500
    assert wrong.faults[0].message == "our fault: KeyError; the server's log says where"
    assert right.status == 200
    assert json.loads(right.body)["type"] == "object"
    assert counts["broken"] == 0


def test_a_job_that_takes_too_long_is_stopped_and_the_next_one_done(desk_job: Any) -> None:
    before = set(threading.enumerate())
    overdue, counts = desk_job({"job_seconds": 0.0}, "accuracy")
    assert overdue.status == 503
    assert "was stopped" in overdue.faults[0].message
    assert counts["overdue"] == 1
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not any("worker" in name for name in left)


# -- what is kept ----------------------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_made_anew_when_a_file_it_reads_has_changed(tmp_path: Path) -> None:
    from tests.web_server import serving

    mine, other = tmp_path / "mine.yaml", tmp_path / "other.yaml"
    mine.write_text(SMALL, encoding="utf-8")
    other.write_text(SMALL.replace("name: Small", "name: Other"), encoding="utf-8")
    with serving(tmp_path, workers=1) as address:

        def seen(path: str) -> str:
            with urlopen(f"{address}{path}", timeout=NEVER) as answer:
                return str(answer.read().decode())

        compared = "/p/mine/compare/charts?b_programme=other&draws=256&as_of=2025-06-01"
        listed = "/api/programmes/other"
        assert "Other" in seen(compared)
        assert '"name": "Other"' in seen(listed)
        other.write_text(SMALL.replace("name: Small", "name: Elsewhere"), encoding="utf-8")
        assert "Elsewhere" in seen(compared)
        assert '"name": "Elsewhere"' in seen(listed)
