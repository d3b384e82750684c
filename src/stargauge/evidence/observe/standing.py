"""What states are derived from and what is derived: an observation, and a standing with everything that it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from stargauge.evidence.observe.outcomes import Outcome, StatedBy

State = Literal[
    "not_checked", "reported_by_third_party", "live", "edited", "another_page", "unreachable", "restricted", "not_found_once", "not_found",
    "withdrawn_stated", "account_unavailable", "absent_proved", "reappeared",
]  # fmt: skip
Thing = Literal["page", "post"]
Role = Literal["target", "control", "made_up", "account", "capture", "report"]
#: What a `not_found_once` needs to become `not_found`: more checks, more time, another method or network, a control that was there.
Lacking = Literal["checks", "span", "methods", "control"]

SEEN: frozenset[State] = frozenset({"live", "edited", "reappeared"})
#: So many "not found", over so much time, in so many ways.
ENOUGH = 3
SPAN = timedelta(hours=24)
FIRST_ALARM_SPAN = timedelta(minutes=30)
WAYS = 2
#: A page's own statement counts where it was made in so many rounds.
STATEMENTS = 2
WINDOW = timedelta(days=14)
#: What a probe of an account may say; "not found" is not among them.
ACCOUNT_REASONS = frozenset({"suspended", "deactivated", "deleted", "protected", "takendown", "author_account_gone"})
#: A file that somebody hands in says nothing about whether the thing is there now.
SUPPLIED = "user_supplied"


@dataclass(frozen=True, slots=True)
class Observation:
    """One attempt, as derived states see it.

    `round` holds the attempts of one round together. `role` says what was asked for: the thing, a control item, a made-up address, the
    account, or nothing (`capture`: captured apart from a check; `report`: somebody else says that it is gone). `text` is the hash of the
    compared text. `asked` is the address; of a control, `sketch` tells another page from another wording (compare.py), and `of_account`
    says that it is another item of the same account. `server_time` is the server's clock. `entry` and `capture` are places in the log.
    """

    time: datetime
    outcome: Outcome
    round: str = ""
    role: Role = "target"
    method: str = "web"
    vantage: str = "local"
    logged_in: bool = False
    language: str = ""
    text: str = ""
    says: str = ""
    reason: str = ""
    stated_by: StatedBy = ""
    host: str = ""
    revision: str = ""
    server_time: datetime | None = None
    of_account: bool = False
    entry: int | None = None
    capture: int | None = None
    sketch: str = ""
    asked: str = ""


@dataclass(frozen=True)
class Tally:
    """Attempts at the thing, by what they gave."""

    seen: int = 0
    not_found: int = 0
    restricted: int = 0
    unreachable: int = 0
    another_page: int = 0

    @property
    def checks(self) -> int:
        """All of them."""
        return self.seen + self.not_found + self.restricted + self.unreachable + self.another_page


@dataclass(frozen=True)
class Standing:
    """A state, and what it rests on.

    `since` is the start of the round that gave it, `before` the state that it followed. `all` counts every check, `after` those after the
    thing was last seen, `recent` those of the 14 days before the last. `counted` is the number of "not found" that count, from
    `first_counted` to `last_counted`, by `methods`, from `networks`. `mixed` is the number of rounds in which one way of looking found the
    thing and another did not. `not_asked` is why the last attempt asked nothing; it is no check. `entries` are the places in the
    log of what all this rests on.
    """

    state: State = "not_checked"
    since: datetime | None = None
    before: State = "not_checked"
    first_seen: Observation | None = None
    last_seen: Observation | None = None
    last_check: Observation | None = None
    all: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)
    recent: Tally = field(default_factory=Tally)
    counted: int = 0
    first_counted: datetime | None = None
    last_counted: datetime | None = None
    methods: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    account_control: bool = False
    lacking: tuple[Lacking, ...] = ()
    first_alarm: bool = False
    edited: bool = False
    mixed: int = 0
    stated_by: StatedBy = ""
    says: str = ""
    not_asked: str = ""
    reason: str = ""
    host: str = ""
    revision: str = ""
    removed_by: str = "unknown"
    entries: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it another standing: the state, a first alarm, who states it and why."""
        reason = self.reason if self.stated_by else ""
        return (self.state, "first alarm" if self.first_alarm else "", self.stated_by, reason, self.removed_by)
