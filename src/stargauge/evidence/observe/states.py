"""What may be said of a thing from all observations of it: a pure function of them, in the order of the log (of time where it has none).

| state | needs |
| --- | --- |
| `live` | there, with the text of the first look by the same method |
| `edited` | there when it was seen last, with another text than at the first look by the same method, or the platform says so |
| `another_page` | the newest answer since then is a page that shares nearly nothing with what was seen; a person can say more |
| `unreachable` | nothing but network errors, 5xx, 429, blocks since it was last seen |
| `restricted` | 401, 403, 451, a login, a protected account since then |
| `not_found_once` | "not found" since then, and not enough for more; `lacking` says what is missing |
| `not_found` | at least 3 "not found" that count, over at least 24 hours, by at least 2 methods or from 2 networks; of a post from |
| | 30 minutes on, as a `first_alarm` until 24 hours have passed |
| `withdrawn_stated` | a delete event or a recorded notice; or 410, or a tombstone that names the author or a legal ground, in 2 rounds |
| | that count, half an hour apart |
| `account_unavailable` | the newest probe of the account says suspended, deactivated, deleted or protected |
| `absent_proved` | a signed repository without it |
| `reappeared` | there again, after any of these but the first three; at the next check it is `live` or `edited` |

A "not found" *counts* where in the same round, by the same method and from the same network, another item of the host was there and a
made-up address got a "does not exist" answer. Where a made-up address gets 410 too, 410 is an ordinary "not found". Spans of time hold by
our clock and by the server's where it gave one: a clock that was set makes no day. One round in which the thing is there ends all that was
counted before.
An address that the guard refuses was not asked: no check, and nothing follows. Nothing here is final, and who
removed something is unknown unless it is stated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stargauge.evidence.observe.outcomes import APART, NOT_FOUND, RESTRICTED, THERE, UNREACHABLE, Outcome, StatedBy
from stargauge.evidence.observe.standing import (
    ACCOUNT_REASONS,
    ENOUGH,
    FIRST_ALARM_SPAN,
    SEEN,
    SPAN,
    STATEMENTS,
    SUPPLIED,
    WAYS,
    WINDOW,
    Lacking,
    Observation,
    Standing,
    State,
    Tally,
    Thing,
)  # fmt: skip

_TALLIES = ("seen", "not_found", "restricted", "unreachable", "another_page")


def standing(observations: Iterable[Observation], thing: Thing = "page") -> Standing:
    """What may be said now."""
    run = _Run(thing)
    for one in rounds(observations):
        run.add(one)
    return run.standing()


def changes(observations: Iterable[Observation], thing: Thing = "page") -> list[Standing]:
    """Every standing that followed another, oldest first, as it was when the round that gave it was over."""
    run, made, key = _Run(thing), [], None
    for one in rounds(observations):
        run.add(one)
        if (new := run.key()) != key:
            made.append(run.standing())
            key = new
    return made


def rounds(observations: Iterable[Observation]) -> Iterator[list[Observation]]:
    """Observations by round, rounds in the order of their first."""
    ordered = list(observations)
    if all(one.entry is not None for one in ordered):
        ordered.sort(key=lambda one: (one.entry or 0, one.time))
    else:
        ordered.sort(key=lambda one: (one.time, one.entry or 0))
    made: dict[object, list[Observation]] = {}
    for place, one in enumerate(ordered):
        made.setdefault(one.round or place, []).append(one)
    yield from made.values()


@dataclass
class _Counted:
    """The "not found" that count, as sums: adding one costs the same however many there were."""

    number: int = 0
    first: datetime | None = None
    last: datetime | None = None
    server_first: datetime | None = None
    server_last: datetime | None = None
    with_server: int = 0
    methods: set[str] = field(default_factory=set)
    networks: set[str] = field(default_factory=set)
    by_account: bool = True
    entries: list[int] = field(default_factory=list)
    rounds: set[str] = field(default_factory=set)

    def add(self, one: Observation, by_account: bool) -> None:
        """One more."""
        self.number += 1
        self.first = one.time if self.first is None else min(self.first, one.time)
        self.last = one.time if self.last is None else max(self.last, one.time)
        if one.server_time is not None:
            self.with_server += 1
            self.server_first = one.server_time if self.server_first is None else min(self.server_first, one.server_time)
            self.server_last = one.server_time if self.server_last is None else max(self.server_last, one.server_time)
        self.methods.add(one.method)
        self.networks.add(one.vantage)
        self.rounds.add(one.round)
        self.by_account &= by_account
        if one.entry is not None:
            self.entries.append(one.entry)

    @property
    def span(self) -> timedelta:
        """How far they lie apart, by the clock by which they lie nearer."""
        if self.first is None or self.last is None:
            return timedelta(0)
        ours = self.last - self.first
        if self.with_server == self.number and self.server_first is not None and self.server_last is not None:
            return min(ours, self.server_last - self.server_first)
        return ours


@dataclass
class _Since:
    """What came after the thing was last seen."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_TALLIES, 0))
    counted: _Counted = field(default_factory=_Counted)
    stated: _Counted = field(default_factory=_Counted)
    last: Observation | None = None
    last_telling: Observation | None = None
    last_stated: Observation | None = None
    said: Observation | None = None
    proved: Observation | None = None
    account: Observation | None = None
    uncontrolled: int = 0


class _Run:
    """The fold over rounds."""

    def __init__(self, thing: Thing) -> None:
        self.needed = FIRST_ALARM_SPAN if thing == "post" else SPAN
        self.state: State = "not_checked"
        self.since: datetime | None = None
        self.before: State = "not_checked"
        self.first_seen: Observation | None = None
        self.last_seen: Observation | None = None
        self.last_check: Observation | None = None
        self.counts = dict.fromkeys(_TALLIES, 0)
        self.recent: deque[tuple[datetime, str]] = deque()
        self.references: dict[tuple[str, bool, str], str] = {}
        self.differs = False
        self.edit_stated = False
        self.not_asked = ""
        self.mixed = 0
        self.gone = _Since()

    def add(self, round_: Sequence[Observation]) -> None:
        """One more round."""
        tried = [one for one in round_ if one.role == "target" and one.method != SUPPLIED]
        asked = [one for one in tried if one.outcome != "not_asked"]
        if tried:
            self.not_asked = "" if asked else tried[-1].says
        for one in asked:
            self._count(one)
        shown = [one for one in round_ if one.role in ("target", "capture") and one.outcome in THERE]
        if shown and not self.first_seen:
            self.first_seen = shown[0]
        there = [one for one in shown if one.method != SUPPLIED]
        lost = self._lost()
        if there:
            self._seen(there)
            self.mixed += any(one.outcome in NOT_FOUND for one in asked)
        else:
            self._not_seen(round_, asked)
        before, checked = self.state, bool(asked or there)
        self.state = self._derive(bool(there), lost, checked, any(one.role == "report" for one in round_))
        if before != self.state:
            self.since, self.before = round_[0].time, before

    def _count(self, one: Observation) -> None:
        self.last_check = one
        if name := tally_name(one.outcome):
            self.counts[name] += 1
            self.recent.append((one.time, name))
            while self.recent[0][0] < one.time - WINDOW:
                self.recent.popleft()

    def _seen(self, there: Sequence[Observation]) -> None:
        self.last_seen = there[-1]
        self.gone = _Since()
        if any(one.role == "target" and one.outcome in ("ok", "content_differs") for one in there):
            self.differs = False  # what the newest check shows counts; a capture apart from checks is compared by the next one
        for one in there:
            if one.outcome == "event_edit":
                self.edit_stated = True
                continue
            view = self._view(one)
            if one.outcome == "content_differs":
                # Without an earlier look by the same method there is nothing that it can differ from.
                self.differs |= view in self.references
                self.references.setdefault(view, one.text)
            elif one.outcome == "ok":  # without a text: the same as at first
                reference = self.references[view] = self.references.get(view) or one.text
                self.differs |= bool(one.text) and one.text != reference

    def _view(self, one: Observation) -> tuple[str, bool, str]:
        """With which earlier looks this one is compared: those by the same method, of another language only if neither names one."""
        view = (one.method, one.logged_in, one.language)
        if view in self.references:
            return view
        alike = [other for other in self.references if other[:2] == view[:2] and "" in (other[2], one.language)]
        return alike[0] if alike else view

    def _lost(self) -> bool:
        """Whether being there now is being there again."""
        if self.state == "another_page":  # a page that nobody has looked at makes nothing gone
            return bool(self.gone.counts["not_found"] or self.gone.said or self.gone.proved)
        return self.state not in SEEN and self.state not in ("not_checked", "reported_by_third_party")

    def _not_seen(self, round_: Sequence[Observation], asked: Sequence[Observation]) -> None:
        gone = self.gone
        ways: set[tuple[str, str]] = set()
        for one in asked:
            gone.last = one
            if name := tally_name(one.outcome):
                gone.counts[name] += 1
            if one.outcome in NOT_FOUND or one.outcome in RESTRICTED or one.outcome in APART:
                gone.last_telling = one
            if one.outcome == "event_delete":
                gone.said = one
            elif one.outcome == "signed_absent":
                gone.proved = one
            elif one.outcome in NOT_FOUND and (one.method, one.vantage) not in ways:
                ways.add((one.method, one.vantage))
                self._not_found(one, round_)
        for one in round_:
            if one.role == "account" and (one.outcome in THERE or _account_says(one, round_)):
                gone.account = one

    def _not_found(self, one: Observation, round_: Sequence[Observation]) -> None:
        gone = self.gone
        controls = [other for other in round_ if other.role == "control" and _beside(one, other) and other.outcome in THERE]
        made_up = [other for other in round_ if other.role == "made_up" and _beside(one, other) and other.outcome in NOT_FOUND]
        if not controls or not made_up:
            gone.uncontrolled += 1
            return
        by_account = any(other.of_account for other in controls)
        gone.counted.add(one, by_account)
        says = all(other.outcome != "http_410" for other in made_up) if one.outcome == "http_410" else bool(one.stated_by)
        if says:
            gone.stated.add(one, by_account)
            gone.last_stated = one

    def _derive(self, there: bool, lost: bool, asked: bool, reported: bool) -> State:
        if there:
            if lost:
                return "reappeared"
            return "edited" if self.edited else "live"
        gone = self.gone
        if gone.proved:
            return "absent_proved"
        if self._statement():
            return "withdrawn_stated"
        if gone.account and gone.account.outcome not in THERE:
            return "account_unavailable"
        if gone.counted.number and not self._lacking():
            return "not_found"
        if gone.last_telling:
            if gone.last_telling.outcome in APART:
                return "another_page"
            return "not_found_once" if gone.last_telling.outcome in NOT_FOUND else "restricted"
        if asked:
            return "unreachable"
        if self.state == "account_unavailable":  # and the account is there again: as it was before that was said
            return (
                "unreachable" if any(gone.counts.values()) else "not_checked" if not self.last_seen else "edited" if self.edited else "live"
            )
        return "reported_by_third_party" if reported and self.state == "not_checked" else self.state

    @property
    def edited(self) -> bool:
        """Whether the newest check that saw it shows another text than at the first look by its way, or the platform says so."""
        return self.edit_stated or self.differs

    @property
    def first_alarm(self) -> bool:
        """Whether a post was not found for less than a day."""
        return self.state == "not_found" and self.gone.counted.span < SPAN

    def _statement(self) -> Observation | None:
        """Who says that it was withdrawn: an event or a notice at once; a page only if it says so in two rounds that count."""
        gone = self.gone
        if gone.said:
            return gone.said
        twice = len(gone.stated.rounds) >= STATEMENTS and gone.stated.span >= FIRST_ALARM_SPAN
        return gone.last_stated if twice else None

    def _lacking(self) -> tuple[Lacking, ...]:
        counted = self.gone.counted
        lacking: list[Lacking] = []
        if counted.number < ENOUGH:
            lacking.append("checks")
        if counted.span < self.needed:
            lacking.append("span")
        if max(len(counted.methods), len(counted.networks)) < WAYS:
            lacking.append("methods")
        if self.gone.uncontrolled and lacking:
            lacking.append("control")
        return tuple(lacking)

    def _source(self) -> Observation | None:
        """The observation that carries the state in its own words, where one does."""
        gone = self.gone
        if self.state == "withdrawn_stated":
            return self._statement()
        if self.state == "account_unavailable":
            return gone.account
        if self.state == "absent_proved":
            return gone.proved
        return (
            gone.last_telling
            if self.state in ("restricted", "not_found_once", "another_page")
            else gone.last
            if self.state == "unreachable"
            else None
        )

    def _stated_by(self, source: Observation | None) -> StatedBy:
        if source is None or self.state not in ("withdrawn_stated", "account_unavailable"):
            return ""
        return source.stated_by or "platform"

    def _removed_by(self, source: Observation | None) -> str:
        return "author" if source is not None and self.state == "withdrawn_stated" and source.reason == "author" else "unknown"

    def key(self) -> tuple[str, ...]:
        """`Standing.key`, without a standing."""
        source = self._source() if self.state in ("withdrawn_stated", "account_unavailable") else None
        alarm = "first alarm" if self.first_alarm else ""
        return (self.state, alarm, self._stated_by(source), source.reason if source else "", self._removed_by(source))

    def standing(self) -> Standing:
        """What may be said after the rounds so far."""
        counted, source = self.gone.counted, self._source()
        rests = [one.entry for one in (source, self.last_seen) if one is not None and one.entry is not None]
        recent = {name: sum(kind == name for _, kind in self.recent) for name in _TALLIES}
        return Standing(
            state=self.state, since=self.since, before=self.before,
            first_seen=self.first_seen, last_seen=self.last_seen, last_check=self.last_check,
            all=Tally(**self.counts), after=Tally(**self.gone.counts), recent=Tally(**recent),
            counted=counted.number, first_counted=counted.first, last_counted=counted.last,
            methods=tuple(sorted(counted.methods)), networks=tuple(sorted(counted.networks)),
            account_control=bool(counted.number) and counted.by_account,
            lacking=self._lacking() if self.state == "not_found_once" else (),
            first_alarm=self.first_alarm, edited=self.edited, mixed=self.mixed,
            stated_by=self._stated_by(source), says=source.says if source else "",
            not_asked=self.not_asked, reason=source.reason if source else "",
            host=source.host if source else "", revision=source.revision if source else "", removed_by=self._removed_by(source),
            entries=tuple(sorted({*rests, *counted.entries})),
        )  # fmt: skip


def tally_name(outcome: Outcome) -> str:
    """Where an attempt is counted; an event of a stream is none."""
    if outcome in THERE:
        return "seen" if outcome != "event_edit" else ""
    if outcome in NOT_FOUND or outcome == "signed_absent":
        return "not_found"
    if outcome in APART:
        return "another_page"
    return "restricted" if outcome in RESTRICTED else "unreachable" if outcome in UNREACHABLE else ""


def _beside(one: Observation, other: Observation) -> bool:
    """Whether another probe of the round vouches for this one: same method, network and host."""
    return one.method == other.method and one.vantage == other.vantage and (not one.host or not other.host or one.host == other.host)


def _account_says(one: Observation, round_: Sequence[Observation]) -> bool:
    """Whether a probe of the account names a reason; a page that does needs a control that was there."""
    if one.outcome == "event_delete":
        return True
    if one.reason not in ACCOUNT_REASONS:
        return False
    controlled = any(other.role == "control" and _beside(one, other) and other.outcome in THERE for other in round_)
    return one.outcome == "api_restricted" or (one.outcome == "tombstone" and controlled)
