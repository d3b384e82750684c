"""How often a host may be asked: a pause between requests, what it asks for itself (Retry-After), longer pauses while it is silent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from stargauge.evidence.capture.fetched import Fetched
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
#: A host that asks for more is asked again after this.
LONGEST_WAIT = timedelta(days=1)
#: The pause between rounds grows to so many times the usual one while a host gives no answer.
MOST_TIMES = 8


def read_interval(text: str) -> timedelta:
    """`30m`, `6h`, `1d`, `45s` as a time. Raises InputError."""
    found = re.fullmatch(r"(\d{1,6})\s*([smhd])", text.strip().lower())
    if found is None or not int(found[1]):
        raise InputError(say('got "{text}"; expected a time such as 30m, 6h or 1d', text=text))
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def retry_after(fetched: Fetched, now: datetime) -> datetime | None:
    """Until when the host asks to be left alone, where it does: seconds or a date, at most a day."""
    stated = fetched.header("retry-after").strip()
    if not stated or fetched.status not in (429, 503, 403, 301):
        return None
    if stated.isdecimal():
        return now + min(timedelta(seconds=min(int(stated), 10**7)), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    until = (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    return min(until, now + LONGEST_WAIT) if until > now else None


@dataclass
class _Host:
    last: float = float("-inf")
    wait_until: datetime | None = None
    silent_rounds: int = 0
    not_before: datetime | None = None


@dataclass
class Pace:
    """The hosts of a watch. `clock` is the time of day, `ticks` seconds of a clock that nobody sets, `pause` waits."""

    gap: float
    clock: Callable[[], datetime]
    ticks: Callable[[], float]
    pause: Callable[[float], object]
    hosts: dict[str, _Host] = field(default_factory=dict)

    def turn(self, host: str) -> None:
        """Wait until the host may be asked again."""
        known = self.hosts.setdefault(host, _Host())
        if (rest := known.last + self.gap - self.ticks()) > 0:
            self.pause(rest)
        known.last = self.ticks()

    def closed_until(self, host: str) -> tuple[datetime, str] | None:
        """Until when the host is left alone in whole rounds, and why."""
        known, now = self.hosts.get(host, _Host()), self.clock()
        if known.wait_until and known.wait_until > now:
            return known.wait_until, "the host asked to wait"
        if known.not_before and known.not_before > now:
            return known.not_before, f"no answer in {known.silent_rounds} rounds, so it is asked less often"
        return None

    def answered(self, host: str, fetched: Fetched) -> None:
        """Note what the host asks for."""
        if until := retry_after(fetched, self.clock()):
            self.hosts.setdefault(host, _Host()).wait_until = until

    def round_over(self, host: str, reached: bool, every: timedelta | None) -> None:
        """Note whether the host gave any answer in a round; from the third silent one on it is left out of more and more rounds."""
        known = self.hosts.setdefault(host, _Host())
        known.silent_rounds = 0 if reached else known.silent_rounds + 1
        times = min(2 ** max(known.silent_rounds - 2, 0), MOST_TIMES)
        # A little before the round it is meant for, which never starts at the very second.
        known.not_before = self.clock() + every * times - every / 2 if every is not None and times > 1 else None
