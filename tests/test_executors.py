"""Who computes: the same bits whoever does, few tasks under way, nothing lost with a worker, nothing left behind, nothing done twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from pickle import PicklingError
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import engine_toy as toy
from tests.cli_runs import ask
from tests.engine_laws import equal_bits

from stargauge import api
from stargauge.audit.claims.evaluate import Outcome
from stargauge.engine.collect import Histogram, Kept, Values
from stargauge.engine.executors import AHEAD, Pool, Workers, each, expect_address
from stargauge.engine.histogram import count
from stargauge.engine.parts import Parts, keepable
from stargauge.engine.run import Run
from stargauge.quantity.errors import InputError

DRAWS = 2**17
COLLECTORS = {"paid": Values("paid[ann]"), "size": Values("capacity[north]", (3,)), "counts": Histogram("output[south]")}


def environment() -> dict[str, str]:
    """The environment of a process beside us: it finds what we find."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path("src").resolve()), str(Path.cwd()), *filter(None, sys.path)])}


def square(place: int, folder: str) -> int:
    """The square of a place; leaves a note that it was begun."""
    Path(folder, str(place)).touch()
    return place * place


def fall(place: int) -> int:
    """End the process that computes it, as a system short of memory does."""
    os.kill(os.getpid(), signal.SIGKILL)
    return place


def refuse(place: int) -> int:
    """A task at fault."""
    raise ValueError(f"place {place}")


def refuse_in_words(place: int) -> int:
    """A task that is asked what it cannot answer."""
    raise InputError([f"place {place}", "and another"])


def large(place: int) -> Any:
    """An answer that no pipe takes at once."""
    return np.full(2**20, place)


def unsendable(place: int) -> Any:
    """An answer that cannot be sent."""
    return lambda: place


def linger(place: int, folder: str) -> int:
    """Leave a note of who computes, and go on for longer than anybody waits."""
    Path(folder, str(os.getpid())).touch()
    time.sleep(60)
    return place


@pytest.fixture
def run() -> Run:
    return toy.world().run(["paid", "capacity", "output"])


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return toy.world().run(["paid", "capacity", "output"]).collect(COLLECTORS, DRAWS)


def alike(one: Any, other: Any) -> bool:
    """Whether two collections have the same bits."""
    return all(
        equal_bits(one[name].values, other[name].values) and one[name].absent == other[name].absent for name in ("paid", "size")
    ) and equal_bits(one["counts"].inside, other["counts"].inside)


@pytest.mark.parametrize("workers", [1, 2, Pool(3), "threads"])
def test_places_come_in_order_whoever_computes(tmp_path: Path, workers: Any) -> None:
    made: Workers = ThreadPoolExecutor(2) if workers == "threads" else workers
    assert list(each(square, (str(tmp_path),), 40, made)) == [place * place for place in range(40)]


def test_few_tasks_are_under_way(tmp_path: Path) -> None:
    with closing(each(square, (str(tmp_path),), 500, 2)) as made:
        assert [next(made), next(made)] == [0, 1]
        time.sleep(0.2)
        assert len(list(tmp_path.iterdir())) <= 2 + 2 * AHEAD
    assert not multiprocessing.active_children()


def test_a_killed_process_takes_nothing_with_it(run: Run, expected: dict[str, Any]) -> None:
    killed: list[int] = []

    def kill(done: int, blocks: int) -> None:
        if done in (blocks // 32, blocks // 2):
            killed.append(multiprocessing.active_children()[0].pid or 0)
            os.kill(killed[-1], signal.SIGKILL)

    assert alike(run.collect(COLLECTORS, DRAWS, 2, progress=kill), expected)
    assert len(set(killed)) == 2 and not multiprocessing.active_children()


def test_a_process_killed_while_it_sends_takes_nothing_with_it() -> None:
    killed: set[int] = set()
    for place, made in enumerate(each(large, (), 24, 2)):
        assert (made == place).all() and len(made) == 2**20
        if place % 3 == 0 and place < 18:
            time.sleep(0.2)  # both wait for us to read on
            for child in multiprocessing.active_children():
                killed.add(child.pid or 0)
                child.kill()
    assert place == 23 and len(killed) == 12 and not multiprocessing.active_children()


def test_processes_that_end_again_and_again_are_given_up() -> None:
    with pytest.raises(InputError, match="ended 3 times before anything more was done: killed, or out of memory"):
        list(each(fall, (), 4, 2))
    assert not multiprocessing.active_children()


def test_a_task_at_fault_is_no_lost_worker() -> None:
    with pytest.raises(ValueError, match="place 0") as told:
        list(each(refuse, (), 4, 2))
    assert 'raise ValueError(f"place {place}")' in told.value.__notes__[0]
    with pytest.raises(InputError, match="place 0"):
        list(each(refuse_in_words, (), 4, 2))
    with pytest.raises((AttributeError, PicklingError), match="unsendable"):
        list(each(unsendable, (), 4, 2))
    assert not multiprocessing.active_children()


def test_who_stops_leaves_no_process_behind(run: Run) -> None:
    def stop(done: int, blocks: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.collect(COLLECTORS, DRAWS, 2, progress=stop)
    assert not multiprocessing.active_children()


def test_processes_end_with_whoever_began_them(tmp_path: Path) -> None:
    command = f"from tests.test_executors import *; list(each(linger, ({str(tmp_path)!r},), 4, 2))"
    child = subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, env=environment())
    while len(list(tmp_path.iterdir())) < 2 and child.poll() is None:
        time.sleep(0.05)
    assert child.poll() is None and len(list(tmp_path.iterdir())) == 2
    child.kill()
    child.communicate(timeout=30)  # its output ends once nobody is left who could write to it


# --- parts that are kept


class Stop(Exception):
    """Stops a run."""


def stopped_after(chunks: int) -> Any:
    """A progress that stops the run after so many portions."""
    seen: list[int] = []

    def tell(done: int, blocks: int) -> None:
        seen.append(done)
        if len(seen) == chunks:
            raise Stop

    return tell


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1)])
def test_a_run_goes_on_where_it_stopped(tmp_path: Path, run: Run, expected: dict[str, Any], first: int, second: int) -> None:
    with pytest.raises(Stop):
        run.collect(COLLECTORS, DRAWS, Pool(first, parts=Parts(tmp_path)), progress=stopped_after(3))
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    assert len(kept) == 3
    assert alike(run.collect(COLLECTORS, DRAWS, Pool(second, parts=Parts(tmp_path))), expected)
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())
    assert len(list(tmp_path.rglob("*.npz"))) == 32 and not list(tmp_path.rglob(".part-*"))


def test_parts_of_another_run_are_refused(tmp_path: Path, run: Run) -> None:
    run.collect(COLLECTORS, 16384, Pool(parts=Parts(tmp_path)))
    others = (
        lambda: run.collect(COLLECTORS, 32768, Pool(parts=Parts(tmp_path))),
        lambda: run.collect({"paid": COLLECTORS["paid"]}, 16384, Pool(parts=Parts(tmp_path))),
        lambda: toy.world(seed=4).run(["paid", "capacity", "output"]).collect(COLLECTORS, 16384, Pool(parts=Parts(tmp_path))),
    )
    for other in others:
        with pytest.raises(InputError, match="keeps the parts of another run"):
            other()


def test_a_folder_with_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="holds something else"):
        Parts(tmp_path).of("key")
    (tmp_path / "parts.json").write_text("[]")
    with pytest.raises(InputError, match="holds something else"):
        Parts(tmp_path).of("key")
    with pytest.raises(InputError, match="cannot keep parts"):
        Parts(tmp_path / "letter.txt").of("key")


def test_a_part_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    parts = Parts(tmp_path).of("key")
    parts.put(0, 1.5)
    path = next(tmp_path.rglob("*.npz"))
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(InputError, match="delete it, and it is computed again"):
        parts.get(0)
    np.savez(path, form=np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="delete it"):  # a pickle is not opened, whatever it holds
        parts.get(0)


@keepable
class Pair(NamedTuple):
    """Something that parts may hold."""

    left: Any
    right: Any


PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=5)
ARRAYS = st.lists(st.floats(width=32), max_size=4).map(lambda found: np.array(found, dtype=np.float32))
TREES = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3)
    | st.builds(Pair, inner, inner),
    max_leaves=8,
)  # fmt: skip


@given(TREES)
def test_what_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, tree: Any) -> None:
    parts = Parts(tmp_path_factory.mktemp("parts")).of("key")
    parts.put(7, tree)
    assert parts.places() == {7}
    assert same(parts.get(7), tree)


def same(one: Any, other: Any) -> bool:
    """Whether two trees are of the same kinds and bits."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and equal_bits(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def test_collections_of_the_engine_and_the_audit_may_be_kept(tmp_path: Path) -> None:
    parts = Parts(tmp_path).of("key")
    values, mask = np.array([1.0, np.nan, np.inf]), np.array([True, False, True])
    parts.put(0, {"kept": Kept(values, mask, ("x",)), "counts": count(values), "outcome": (Outcome(mask, None, (), None),)})
    found = parts.get(0)
    assert isinstance(found["kept"], Kept) and equal_bits(found["kept"].values, values) and found["kept"].absent == ("x",)
    assert equal_bits(found["counts"].inside, count(values).inside)
    assert isinstance(found["outcome"][0], Outcome) and found["outcome"][0].margin is None


def test_what_may_not_be_kept_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="keepable"):
        Parts(tmp_path).of("key").put(0, {1, 2})


SIMULATE = ("simulate", "--as-of", "2025-06-01", "--quantity", "jobs_direct", "--json")


@pytest.mark.slow
def test_a_command_that_is_stopped_goes_on_with_the_same_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "stargauge", *SIMULATE, "--draws", "16384", "--workers", "2", "--resume", str(tmp_path)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), start_new_session=True)
    while child.poll() is None and len(list(tmp_path.rglob("*.npz"))) < 3:
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGINT)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 2 and b"the same command goes on from there" in told and b"Traceback" not in told
    assert 3 <= len(list(tmp_path.rglob("*.npz"))) < 32
    whole = subprocess.run(command[:-2], capture_output=True, check=True, env=environment())
    assert subprocess.run(command, capture_output=True, check=True, env=environment()).stdout == whole.stdout


# --- a cluster


@pytest.mark.parametrize("text", ["localhost:8786", "http://localhost:8786", "tcp://localhost", "tcp://:8786", "tcp://host:port", ""])
def test_an_address_of_something_else_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="expected the address of a Dask scheduler"):
        expect_address(text)
    answer = ask(capsys, *SIMULATE, "--executor", text)
    assert answer.code == 2 and "tls://HOST:PORT" in answer.told
    assert expect_address("tls://[::1]:8786") == "tls://[::1]:8786"


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'stargauge\[dask\]'"):
        list(each(square, (str(tmp_path),), 4, Pool(address="tcp://127.0.0.1:8786")))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers on this machine: its address and the workers."""
    pytest.importorskip("distributed")
    folder = tmp_path_factory.mktemp("cluster")
    said = folder / "scheduler.json"

    def begin(kind: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments, "--no-dashboard"]
        with (folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment(), start_new_session=True)

    scheduler = begin("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(said))
    while not said.exists():
        time.sleep(0.1)
    address = json.loads(said.read_text())["address"]
    workers = [begin("worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder / str(n))) for n in range(2)]
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    yield address, workers
    for one in (*workers, scheduler):
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGTERM)
        one.wait(30)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_cluster_gives_the_same_bits_also_when_it_loses_a_worker(cluster: Any, run: Run, expected: dict[str, Any]) -> None:
    address, workers = cluster
    pool = Pool(address=address)
    assert alike(run.collect(COLLECTORS, DRAWS, pool), expected)
    here, there = (api.simulate("stargate", quantities=["jobs_direct"], as_of="2025-06-01", draws=8192, workers=w) for w in (1, address))
    assert equal_bits(here["jobs_direct"].values, there["jobs_direct"].values)

    def kill(done: int, blocks: int) -> None:
        if workers[0].poll() is None:
            workers[0].kill()
            workers[0].wait()

    assert alike(run.collect(COLLECTORS, DRAWS, pool, progress=kill), expected)
    workers[1].kill()
    workers[1].wait()
    with pytest.raises(InputError, match=r"has no workers|ended 3 times"):
        run.collect(COLLECTORS, DRAWS, pool)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_does_not_answer(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="no Dask scheduler answers at tcp"):
        list(each(square, (str(tmp_path),), 4, Pool(address="tcp://127.0.0.1:9")))
