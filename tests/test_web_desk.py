"""Who has what made, in which order, and what happens when a worker ends: with workers that do what a test says."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from stargauge.web import desk as desks
from stargauge.web import work
from stargauge.web.asked import Asked
from stargauge.web.desk import Desk, cost
from stargauge.web.progress import Board
from stargauge.web.settings import Settings
from stargauge.web.work import Job, Made, memory_limit


class Hand:
    """A worker that is told by a test what it makes and when it ends; it starts at once, or not at all."""

    all: list[Hand]
    starts = True

    def __init__(self, context: Any, heard: Callable[[Any], None], gone: Callable[[], None]) -> None:
        self.heard, self._gone, self.ended = heard, gone, False
        self.at: Any = None
        self.process = SimpleNamespace(pid=0)
        Hand.all.append(self)
        loop = asyncio.get_running_loop()
        loop.call_soon(*((heard, ("ready",)) if Hand.starts else (self.kill,)))

    def send(self, message: Any) -> None:
        """Take a job; what makes a worker warm is done at once."""
        if isinstance(message, Job) and message.kind == "warm":
            asyncio.get_running_loop().call_soon(self.heard, ("made", Made()))
        else:
            self.at = message

    def make(self, text: str = "") -> None:
        """Have made what was asked last."""
        self.at = None
        self.heard(("made", Made(text.encode() or b"made")))

    def kill(self) -> None:
        """End."""
        if not self.ended:
            self.ended = True
            asyncio.get_running_loop().call_soon(self._gone)

    def join(self, seconds: float) -> None:
        """It is gone."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Run a test in an event loop, with a desk of so many such workers and no patience."""
    Hand.all, Hand.starts = [], True
    monkeypatch.setattr(desks, "Worker", Hand)
    monkeypatch.setattr(desks, "PATIENCE", 0.0)
    monkeypatch.setattr(desks, "PAUSE", 1e6)

    def begin(test: Callable[[Desk], Awaitable[None]], workers: int = 1, **settings: Any) -> None:
        async def whole() -> None:
            desk = Desk(Settings(workers=workers, **settings))
            await desk.ready()
            await _settle()
            try:
                await asyncio.wait_for(test(desk), 30)
            finally:
                await desk.close()

        asyncio.run(whole())

    return begin


async def _settle() -> None:
    """Let everything happen that is about to."""
    for _ in range(20):
        await asyncio.sleep(0)


def _job(number: int, draws: int = 1024, **more: Any) -> Job:
    return Job("answer", "schema", Asked(seed=number, draws=draws), **more)


def _asked(desk: Desk, number: int, stamp: str = "as it is", **more: Any) -> asyncio.Task[Made]:
    draws, body = more.pop("draws", 1024), more.pop("body", {})
    return asyncio.create_task(desk.get(_job(number, draws, body=body), stamp, **more))


def _begun() -> list[int]:
    """The jobs that workers are at."""
    return [hand.at.asked.seed for hand in Hand.all if hand.at is not None and not hand.ended]


def _by(number: int) -> Hand:
    """The worker that is at a job."""
    return next(hand for hand in Hand.all if hand.at is not None and not hand.ended and hand.at.asked.seed == number)


def test_what_two_ask_at_once_is_made_once(run: Any) -> None:
    async def test(desk: Desk) -> None:
        asked = [_asked(desk, 1), _asked(desk, 1)]
        await _settle()
        assert _begun() == [1]
        Hand.all[0].make("once")
        assert [(await one).body for one in asked] == [b"once", b"once"]
        assert (await desk.get(_job(1), "as it is")).body == b"once"
        assert (desk.counts["made"], desk.counts["kept"]) == (1, 1)
        again = _asked(desk, 1, "changed since")
        await _settle()
        assert _begun() == [1]
        Hand.all[0].make("anew")
        assert (await again).body == b"anew"

    run(test)


def test_a_job_whose_worker_ends_is_done_by_the_next_one(run: Any) -> None:
    async def test(desk: Desk) -> None:
        asked = _asked(desk, 1)
        await _settle()
        Hand.all[0].kill()
        await _settle()
        assert not asked.done()
        Hand.all[1].make("after all")
        assert (await asked).body == b"after all"
        again = _asked(desk, 2)
        for _ in range(2):
            await _settle()
            _by(2).kill()
        assert "twice" in (await again).faults[0].message

    run(test)


def test_what_is_written_is_not_written_twice(run: Any) -> None:
    async def test(desk: Desk) -> None:
        asked = _asked(desk, 1, "", body={"text": "name: x"})
        await _settle()
        Hand.all[0].kill()
        made = await asked
        await _settle()
        assert (made.status, _begun()) == (500, [])
        assert "look whether" in made.faults[0].message

    run(test)


def test_who_comes_to_a_full_queue_is_told_to_come_again(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "MOST_WAITING", 4)
    monkeypatch.setattr(desks, "MOST_OF_ONE", 3)

    async def test(desk: Desk) -> None:
        asked = [_asked(desk, number, who="one") for number in range(5)]  # one is begun, three wait
        await _settle()
        assert (await asked[4]).status == 503
        other = [_asked(desk, number, who="other") for number in (5, 6)]
        await _settle()
        assert (await other[1]).status == 503
        assert not other[0].done()
        assert (desk.gauges["waiting"], desk.counts["refused"]) == (4, 2)

    run(test)


def test_readers_take_turns(run: Any) -> None:
    async def test(desk: Desk) -> None:
        for number in range(4):
            _asked(desk, number, who="one")
        await _settle()
        other = _asked(desk, 9, who="other")
        order = []
        for _ in range(3):
            await _settle()
            order += _begun()
            Hand.all[0].make()
        assert order == [0, 9, 1]
        assert (await other).body == b"made"

    run(test)


def test_what_takes_long_leaves_a_worker_to_the_rest(run: Any) -> None:
    async def test(desk: Desk) -> None:
        for number, who in enumerate(("one", "one", "other")):
            _asked(desk, number, draws=16_384 if number else 1024, aside=not number, who=who)
        await asyncio.sleep(0.01)
        await _settle()
        assert _begun() == [0]
        short = _asked(desk, 7, who="one")
        await _settle()
        assert sorted(_begun()) == [0, 7]
        _by(7).make()
        await short
        _by(0).make()
        await _settle()
        assert len(_begun()) == 1

    run(test, workers=2)


def test_one_reader_has_one_long_thing_made_at_a_time(run: Any) -> None:
    async def test(desk: Desk) -> None:
        for number, who in enumerate(("one", "one", "other")):
            _asked(desk, number, aside=True, who=who)
        await asyncio.sleep(0.01)
        await _settle()
        assert sorted(_begun()) == [0, 2]

    run(test, workers=4)


def test_what_is_aside_is_not_done_where_the_pages_are(run: Any) -> None:
    async def test(desk: Desk) -> None:
        _asked(desk, 1, lane="here")
        await _settle()
        pages = _by(1)
        pages.make()
        await _settle()
        _asked(desk, 2, lane="here", aside=True)
        await _settle()
        assert _by(2) is not pages

    run(test, workers=2)


def test_what_nobody_waits_for_is_not_begun(run: Any) -> None:
    async def test(desk: Desk) -> None:
        first, left, kept = _asked(desk, 1), _asked(desk, 2), _asked(desk, 3)
        also = _asked(desk, 3)
        await _settle()
        for one in (left, also):
            one.cancel()
        await _settle()
        Hand.all[0].make()
        await first
        await _settle()
        assert _begun() == [3]
        assert desk.counts["dropped"] == 1
        Hand.all[0].make()
        assert (await kept).body == b"made"
        again = _asked(desk, 2)  # it is no answer that nobody waited
        await _settle()
        Hand.all[0].make("now")
        assert (await again).body == b"now"

    run(test)


def test_a_worker_that_cannot_start_takes_no_jobs_from_one_that_works(run: Any) -> None:
    async def test(desk: Desk) -> None:
        asked = [_asked(desk, number) for number in (1, 2, 3)]
        await _settle()
        Hand.starts = False
        one = _by(1)
        next(hand for hand in Hand.all if hand is not one).kill()  # it and every one in its place
        await _settle()
        await _settle()
        one.make()
        for number in (2, 3):
            await asyncio.sleep(0.01)
            await _settle()
            if number in _begun():
                _by(number).make()
        made = [(await asyncio.wait_for(each, 5)).status for each in asked]
        assert made == [200, 200, 200]
        last = _asked(desk, 4)
        await _settle()
        one.kill()
        for _ in range(3):
            await _settle()
        assert (await last).status == 500  # none is left

    run(test, workers=2)


def test_a_page_whose_part_is_lost_makes_it_itself(run: Any) -> None:
    async def test(desk: Desk) -> None:
        asked = _asked(desk, 1)
        await _settle()
        asker = _by(1)
        asker.heard(("part", 5, _job(8)))
        await _settle()
        other = _by(8)
        asker.heard(("want", 5))
        other.kill()
        await _settle()
        number, made = asker.at
        assert number == 5
        assert made.faults
        asker.make("whole")
        assert (await asked).body == b"whole"

    run(test, workers=2)


def test_what_is_kept_is_bounded_with_its_addresses(run: Any) -> None:
    async def test(desk: Desk) -> None:
        for number in range(30):
            asked = asyncio.create_task(desk.get(_job(number, arguments={"q": "a" * 1000}), "as it is"))
            await _settle()
            Hand.all[0].make()
            await asked
        assert desk.gauges["kept_bytes"] <= 10_000
        assert len(desk._kept) < 10
        assert sum(desks._weight(key, made) for key, made in desk._kept.items()) == desk.gauges["kept_bytes"]

    run(test, kept_bytes=10_000)


def test_what_something_costs_grows_with_draws_and_kind() -> None:
    assert [cost(_job(1, draws), aside) for draws, aside in ((256, False), (1024, False), (16_384, False), (1024, True))] == [1, 1, 16, 8]


def test_memory_of_a_worker_is_bounded_and_a_run_that_needs_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    assert [memory_limit(gib * 2**30) // 2**30 for gib in (1, 8, 512)] == [2, 4, 6]
    told = list[Any]()
    monkeypatch.setattr(resource, "setrlimit", lambda what, most: told.append((what, most[0])))
    work._within_memory()
    assert (resource.RLIMIT_DATA, memory_limit(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))) in told

    def too_much(job: Job) -> Made:
        raise MemoryError

    monkeypatch.setitem(work._KINDS, "answer", too_much)
    made = work.do(_job(1))
    assert (made.status, "fewer draws" in made.faults[0].message) == (503, True)


def test_a_worker_killed_at_its_job_is_replaced_and_the_job_done() -> None:
    async def whole() -> tuple[Made, dict[str, int]]:
        desk = Desk(Settings(workers=1))
        try:
            await desk.ready()
            asked = asyncio.create_task(desk.get(Job("answer", "check", Asked("xai-colossus-1", draws=256)), "as it is"))
            while desk.gauges["busy"] == 0:
                await asyncio.sleep(0)
            os.kill(desk._lanes[0].worker.process.pid, signal.SIGKILL)
            return await asked, dict(desk.counts)
        finally:
            await desk.close()

    made, counts = asyncio.run(whole())
    assert (made.status, counts["broken"], counts["made"]) == (200, 1, 1)


def test_who_listens_before_a_job_is_begun_hears_it_all() -> None:
    async def whole() -> list[tuple[int, int]]:
        board, heard = Board(), list[tuple[int, int]]()

        async def listen() -> None:
            async for told in board.follow(7):
                heard.append(told)

        listening = asyncio.create_task(listen())
        await _settle()
        for done in (1, 2):
            board.tell(7, done, 2)
            await _settle()
        board.end(7)
        await asyncio.wait_for(listening, 5)
        return heard

    assert asyncio.run(whole()) == [(1, 2), (2, 2)]


def test_numbers_that_pages_choose_are_ones_the_server_takes() -> None:
    script = (Path(work.__file__).parent / "static" / "app.js").read_text(encoding="utf-8")
    chosen = re.findall(r"1 \+ Math\.floor\(Math\.random\(\) \* ([^)]*)\)", script)
    assert [int(most) for most in chosen] == [999_999_998]
    assert script.count("new EventSource") == 1
