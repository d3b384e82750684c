"""Watch targets: rounds of checks, once or on a schedule, each kept as it ran; what did not run is kept too, so that silence is visible.

A round asks each target by each probe, derives its standing anew from everything kept, and keeps and tells a change. On a schedule a target
is due again after the interval, sooner after a first "not found". A host is asked one request at a time with a pause between, left alone
for as long as it asks, and less often while it gives no answer. The archive is opened for a round and closed after it. A restart goes on
from what is kept: a check that was due meanwhile becomes a `heartbeat` entry that says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from stargauge.evidence.archive import Archive, now
from stargauge.evidence.capture.fetched import Fetched
from stargauge.evidence.capture.items import written
from stargauge.evidence.observe.alerts import Channel, alert_of, is_news
from stargauge.evidence.observe.following import follow, unsettled
from stargauge.evidence.observe.looking import Round, check
from stargauge.evidence.observe.outcomes import UNREACHABLE, Looked
from stargauge.evidence.observe.pace import Pace
from stargauge.evidence.observe.probes import Probe
from stargauge.evidence.observe.records import QUOTED, History, history, state_about, writable
from stargauge.evidence.observe.standing import SEEN, Standing, State, Thing
from stargauge.evidence.observe.targets import Target, host_of
from stargauge.quantity.errors import InputError

#: What heartbeats of no single target are about.
ALL = "watch"
#: After a "not found" that does not count yet, a target is due again after this, or the interval if that is shorter.
FOLLOW_UP: dict[Thing, timedelta] = {"post": timedelta(minutes=10), "page": timedelta(hours=6)}
MOST_FOLLOW_UPS = 12
#: The schedule is looked at this often, so that a clock that was set is noticed.
NAP = 60.0
#: Our clock and one that nobody sets may drift apart by this much between naps.
DRIFT = timedelta(seconds=30)
DELIVER = 20.0


@dataclass(frozen=True)
class Checked:
    """A target after a round: its history, the state before, and whether that changed."""

    target: Target
    history: History
    standing: Standing
    before: State
    changed: bool


@dataclass(frozen=True)
class RoundResult:
    """A round: what was checked, and what was left out and why."""

    id: str
    checked: tuple[Checked, ...]
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass
class Watch:
    """Targets, the ways of looking at them, where it is kept and who is told.

    `open_archive` is called once a round. `clock` is the time of day, `ticks` seconds of a clock that nobody sets, `wait` pauses for
    seconds and says whether to stop. `others`: archives of other places whose observations count as well.
    """

    open_archive: Callable[[], AbstractContextManager[Archive]]
    targets: Sequence[Target]
    probes: Sequence[Probe]
    channels: Sequence[Channel] = ()
    gap: float = 2.0
    others: Sequence[Archive] = ()
    say: Callable[[str], object] = lambda text: None
    clock: Callable[[], datetime] = now
    ticks: Callable[[], float] = time.monotonic
    stop: threading.Event = field(default_factory=threading.Event)
    wait: Callable[[float], bool] | None = None
    on_round: Callable[[RoundResult], object] = lambda result: None

    def __post_init__(self) -> None:
        self._wait = self.wait or self.stop.wait
        self.pace = Pace(self.gap, self.clock, self.ticks, self._wait)
        self._number = 0
        self._children: dict[str, Target] = {}
        self._resumed = False

    # --- one round ---------------------------------------------------------------------------------------------------------------

    def round(self, targets: Sequence[Target] | None = None, every: timedelta | None = None) -> RoundResult:
        """One round over the targets, or over some of them. `every`: the interval, where there is one."""
        self._number += 1
        made = Round(f"{written(self.clock())} {self._number}", self._ask)
        checked: list[Checked] = []
        left: list[tuple[str, str]] = []
        with self.open_archive() as archive:
            self._resume(archive)
            chosen = self._watched() if targets is None else list(targets)
            reached: dict[str, bool] = {}
            for target in chosen:
                if why := self._not_now(target.host):
                    left.append((target.url, why))
                    continue
                try:
                    one, answered = self._check(archive, made, target)
                except ModuleNotFoundError:  # what is not installed is missing for every target
                    raise
                except Exception as error:  # whatever one target brings about, the others are checked
                    left.append((target.url, f"our fault: {type(error).__name__}: {error}"))
                    self.say(f"{target.url} not checked: {type(error).__name__}: {error}")
                    continue
                checked.append(one)
                reached[target.host] = reached.get(target.host, False) or answered
            for host, answered in reached.items():
                self.pace.round_over(host, answered, every)
            try:
                self._beat(archive, made.id, checked, left, every)
            except InputError as fault:
                self.say(f"not kept that the round ran: {fault}")
        return RoundResult(made.id, tuple(checked), tuple(left))

    def _not_now(self, host: str) -> str:
        """Why a host is not asked now, or an empty text."""
        if self.stop.is_set():
            return "the watch was stopped"
        until = self.pace.closed_until(host)
        return f"{until[1]}; not before {written(until[0])}" if until else ""

    def _ask(self, probe: Probe, url: str) -> Looked:
        if why := self._not_now(host_of(url)):
            return self._not_asked(probe, url, f"not asked: {why}")
        self.pace.turn(host_of(url))
        try:
            looked = probe.look(url)
        except ModuleNotFoundError:
            raise
        except Exception as error:  # an answer can be built to bring a reader down; the watch goes on
            self.say(f"{url} not read: {type(error).__name__}: {error}")
            return self._not_asked(probe, url, f"our fault: {type(error).__name__}: {error}", asked=True)
        self.pace.answered(host_of(url), looked.fetched)
        return looked

    def _not_asked(self, probe: Probe, url: str, why: str, asked: bool = False) -> Looked:
        now = self.clock()
        return Looked(
            Fetched(url, url, now, now, error="encoding" if asked else "guard", message=why, method=probe.method, vantage=probe.vantage)
        )

    def _check(self, archive: Archive, round_: Round, target: Target) -> tuple[Checked, bool]:
        """One target by all probes; also whether its host gave any answer."""
        before = history(archive, target.url)
        others = [one.url for one in self._watched() if one.host == target.host and one.url != target.url]
        answered = False
        for probe in (one for one in self.probes if one.suits(target.url)):
            if why := self._not_now(target.host):
                self._not_run(archive, round_.id, target.url, f"{probe.method} from {probe.vantage}: {why}")
                continue
            entry = check(archive, round_, target, probe, before, others)
            answered = answered or entry.about["outcome"] not in (*UNREACHABLE, "not_asked")
            for child in follow(archive, round_, target, probe, before, entry).asked:
                self._settle(self._noted(archive, child, history(archive, child.url, self.others)))
        made = self._noted(archive, target, history(archive, target.url, self.others))
        if target.of_thread:
            self._settle(made)
        return made, answered

    def _settle(self, made: Checked) -> None:
        """An item of a conversation is asked for by its id until it is found: then only the view had left it out."""
        if made.standing.state in SEEN:
            self._children.pop(made.target.url, None)
        else:
            self._children[made.target.url] = made.target

    def _resume(self, archive: Archive) -> None:
        """Once: the items of conversations that an earlier watch was still asking for."""
        if not self._resumed:
            self._resumed = True
            self._children = {one.url: one for one in unsettled(archive, {target.url for target in self.targets})}

    def _watched(self) -> list[Target]:
        named = {one.url for one in self.targets}
        return [*self.targets, *(child for url, child in self._children.items() if url not in named)]

    def _noted(self, archive: Archive, target: Target, after: History) -> Checked:
        """Keep a state that is another than the last one kept, and tell it."""
        made = after.standing
        last = next((entry.about for entry in reversed(after.entries) if entry.kind == "state"), {})
        before: State = last.get("state", "not_checked")
        changed = not last or _key(last) != made.key
        if changed:
            entry = archive.add("state", target.url, state_about(made, target.thing))
            if is_news(before, made):
                for channel in self.channels:
                    channel.send(alert_of(target.url, target.thing, before, made, entry))
        return Checked(target, after, made, before, changed)

    def _beat(
        self, archive: Archive, round_: str, checked: Sequence[Checked], left: Sequence[tuple[str, str]], every: timedelta | None
    ) -> None:
        now = written(self.clock())
        for url, why in left:
            archive.add(
                "heartbeat",
                url,
                {"version": 1, "event": "not_run", "round": round_, "time": now, "missed": 1, "reason": writable(why[:QUOTED])},
            )
        about: dict[str, Any] = {
            "version": 1, "event": "round", "round": round_, "time": now, "checked": len(checked), "left_out": len(left),
        }  # fmt: skip
        archive.add("heartbeat", ALL, about | _interval(every))

    def _not_run(self, archive: Archive, round_: str, url: str, why: str) -> None:
        about = {"version": 1, "event": "not_run", "round": round_, "time": written(self.clock()), "missed": 1}
        archive.add("heartbeat", url, {**about, "reason": writable(why[:QUOTED])})

    # --- on a schedule -----------------------------------------------------------------------------------------------------------

    def run(self, every: timedelta) -> None:
        """Rounds until stopped. A stop ends the check at hand, keeps what did not run, and delivers what waits."""
        due = self._begin(every)
        seen, ticks = self.clock(), self.ticks()
        while not self.stop.is_set():
            now = self.clock()
            slip = (now - seen) - timedelta(seconds=self.ticks() - ticks)
            if abs(slip) > DRIFT:
                due = self._clock_set(due, slip)
            seen, ticks = now, self.ticks()
            for child in self._watched():
                due.setdefault(child.url, now + min(every, FOLLOW_UP[child.thing]))
            ready = [target for target in self._watched() if due[target.url] <= now]
            if ready:
                self._due_round(ready, due, every)
            else:
                soonest = min(due[target.url] for target in self._watched())
                self._wait(max(0.05, min((soonest - now).total_seconds(), NAP)))
        self._end()

    def _begin(self, every: timedelta) -> dict[str, datetime]:
        """When each target is due, from what is kept; what was missed since is kept."""
        now = self.clock()
        due: dict[str, datetime] = {}
        with self.open_archive() as archive:
            before = _last_interval(archive)
            self._resume(archive)
            for target in self._watched():
                last = _last_check(archive, target.url)
                due[target.url] = now if last is None else max(now, last + every)
                if last is not None and before is not None and (missed := int((now - last) / before)) > 0:
                    self._missed(archive, target.url, last + before, now, missed, before, "no watch was running")
            about = {"version": 1, "event": "start", "time": written(now), "targets": len(self.targets)}
            archive.add("heartbeat", ALL, about | _interval(every))
        return due

    def _due_round(self, ready: Sequence[Target], due: dict[str, datetime], every: timedelta) -> None:
        now = self.clock()
        late = {target.url: int((now - due[target.url]) / every) for target in ready}
        try:
            if any(late.values()):
                with self.open_archive() as archive:
                    for url, missed in late.items():
                        if missed > 0:
                            self._missed(
                                archive, url, due[url], now, missed, every, "the machine slept, the clock was set, or a round took longer"
                            )
            result = self.round(ready, every)
            self.on_round(result)
        except InputError as fault:  # somebody else writes to the archive: the checks are late, and told when they run
            self.say(f"round put off: {fault}")
            self._wait(min(NAP, every.total_seconds()))
            return
        soon = {one.target.url for one in result.checked if _may_settle(one.standing)}
        for target in ready:
            base = due[target.url] + (late[target.url] + 1) * every
            due[target.url] = min(base, self.clock() + FOLLOW_UP[target.thing]) if target.url in soon else base

    def _clock_set(self, due: dict[str, datetime], slip: timedelta) -> dict[str, datetime]:
        """Keep that the clock was set, or the machine slept. After a clock was set back, checks stay as far away as they were."""
        seconds = int(slip.total_seconds())
        try:
            with self.open_archive() as archive:
                archive.add("heartbeat", ALL, {"version": 1, "event": "clock", "time": written(self.clock()), "seconds": seconds})
        except InputError as fault:
            self.say(f"not kept that the clock moved by {seconds} s: {fault}")
        return {url: time + slip for url, time in due.items()} if slip < timedelta(0) else due

    def _missed(self, archive: Archive, url: str, first: datetime, now: datetime, missed: int, every: timedelta, why: str) -> None:
        about = {
            "version": 1, "event": "not_run", "time": written(now), "missed": missed, "first_due": written(first), "reason": why,
        }  # fmt: skip
        archive.add("heartbeat", url, about | _interval(every))

    def _end(self) -> None:
        try:
            with self.open_archive() as archive:
                archive.add("heartbeat", ALL, {"version": 1, "event": "stop", "time": written(self.clock())})
        except InputError as fault:
            self.say(f"not kept that the watch stopped: {fault}")

    def close(self, seconds: float = DELIVER) -> int:
        """Deliver the alerts that wait; how many could not be."""
        return sum(channel.close(seconds) for channel in self.channels)


def _may_settle(made: Standing) -> bool:
    """Whether checks that come soon can tell more: after a first "not found", and only so many times."""
    return made.state == "not_found_once" and bool({"checks", "span"} & set(made.lacking)) and made.after.checks < MOST_FOLLOW_UPS


def _interval(every: timedelta | None) -> dict[str, Any]:
    return {} if every is None else {"every_seconds": int(every.total_seconds())}


def _last_interval(archive: Archive) -> timedelta | None:
    """The interval of the last watch on a schedule."""
    starts = [entry.about for entry in archive.entries("heartbeat", ALL) if entry.about.get("event") == "start"]
    return timedelta(seconds=int(starts[-1]["every_seconds"])) if starts else None


def _last_check(archive: Archive, url: str) -> datetime | None:
    times = [entry.time for entry in archive.entries("observation", url)]
    return times[-1] if times else None


def _key(about: Any) -> tuple[str, ...]:
    """`Standing.key` of a state as it was kept."""
    reason = str(about.get("reason", "")) if about.get("stated_by") else ""
    return (
        str(about.get("state")), "first alarm" if about.get("first_alarm") else "", str(about.get("stated_by", "")), reason,
        str(about.get("removed_by", "unknown")),
    )  # fmt: skip
