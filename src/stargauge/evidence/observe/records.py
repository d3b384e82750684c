"""Observations and states as entries of the archive, and back: everything that is derived can be derived again from what is kept.

An entry of kind `observation` is one attempt at its target, with the attempts beside it that vouch for it (`beside`). An entry of kind
`capture` that no check made counts as a look without being a check. Entries of kind `state` say what was derived, when and from which
entries; nothing is derived from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from stargauge.evidence.archive import Archive, Entry
from stargauge.evidence.capture.fetched import Fetched
from stargauge.evidence.capture.items import read_time, written
from stargauge.evidence.observe.outcomes import THERE, Looked, Outcome, StatedBy, classify
from stargauge.evidence.observe.standing import SUPPLIED, Observation, Standing, Tally, Thing
from stargauge.evidence.observe.states import standing
from stargauge.evidence.observe.wording import Holding, Language, one_line
from stargauge.quantity.errors import InputError

_OUTCOMES = frozenset(get_args(Outcome))
#: Words of an answer are kept whole in its capture; an observation quotes so much of them.
QUOTED = 500
_TEXTS = ("method", "vantage", "language", "text", "says", "reason", "stated_by", "host", "revision")
#: The payload of a capture with the text of its page.
TEXT = "text"
#: A capture begins so near to its entry; any other time in it was written by somebody.
NEAR = timedelta(minutes=10)
#: Texts of an observation that are kept whole.
_WHOLE = ("sketch",)


@dataclass(frozen=True)
class History:
    """Everything kept about a target, in the order of the log."""

    target: str
    entries: tuple[Entry, ...] = ()
    observations: tuple[Observation, ...] = ()
    thing: Thing = "page"
    first_capture: Entry | None = None
    faults: tuple[str, ...] = field(default=())
    day: date | None = None

    @property
    def standing(self) -> Standing:
        """What may be said now."""
        return standing(self.observations, self.thing)

    def by(self, day: date) -> History:
        """The same as it was known at the end of a day (UTC)."""
        return replace(self, observations=tuple(one for one in self.observations if one.time.astimezone(UTC).date() <= day), day=day)

    def line(self, language: Language = "en", capture: Entry | None = None) -> str:
        """The evidence in a line, for a report. `capture`: the one that a claim refers to (default: the first)."""
        chosen = capture or self.first_capture
        if chosen is None:
            return one_line(self.standing, None, language)
        erased = self.erasures_of(chosen)
        names = {str(name) for one in erased for name in one.about.get("payloads", ())}
        part = bool(chosen.about) and not set(chosen.payloads) <= names
        supplied = is_supplied(chosen.about) or any(is_supplied(one.about.get("was", {})) for one in erased)
        held = Holding(supplied, by_hand(chosen), erased[-1].time if erased else None, part)
        return one_line(self.standing, captured_at(chosen), language, held)

    def erasures_of(self, capture: Entry) -> list[Entry]:
        """The entries, by the day of the history, that say that something of a capture was erased."""
        made = [entry for entry in self.entries if entry.kind == "erasure" and entry.about.get("entry") == capture.id]
        return [entry for entry in made if self.day is None or entry.time.astimezone(UTC).date() <= self.day]


def history(archive: Archive, target: str, others: Sequence[Archive] = ()) -> History:
    """Everything kept about a target. `others`: archives of other places, whose looks count as well; their entries are not ours."""
    entries = tuple(archive.entries(target=target))
    made, faults = _observations(archive, entries)
    for place, other in enumerate(others):
        more, wrong = _observations(other, tuple(other.entries(target=target)))
        made += [replace(one, entry=None, capture=None, round=f"{place}:{one.round}" if one.round else "") for one in more]
        faults += wrong
    things = [entry.about.get("thing") for entry in entries if entry.kind == "observation"]
    first = next((entry for entry in entries if entry.kind == "capture" and (not entry.about or _is_shown(archive, entry))), None)
    return History(target, entries, tuple(made), "post" if things and things[-1] == "post" else "page", first, tuple(faults))


def targets(archive: Archive) -> list[str]:
    """Everything that was ever checked, in the order of the first check."""
    return list(dict.fromkeys(entry.target for entry in archive.entries(kind="observation")))


def observation_about(one: Observation, url: str, thing: Thing, beside: Iterable[tuple[str, Observation]] = ()) -> dict[str, Any]:
    """What an entry says of an attempt at `url`, and of those beside it."""
    return {
        "version": 1, "thing": thing, "round": one.round, **_about(one, url),
        "beside": [{"role": other.role, **_about(other, asked)} for asked, other in beside],
    }  # fmt: skip


def statement_about(by: StatedBy, says: str, source: str = "", now: datetime | None = None) -> dict[str, Any]:
    """What an entry says of a statement: withdrawn, says the author, the platform or a legal notice; by none of these, a report."""
    return {
        "version": 1, "role": "target" if by else "report", "outcome": "event_delete", "method": "statement",
        "says": writable(says[:QUOTED]),
        "time": written(now or datetime.now(UTC)), **({"stated_by": by} if by else {}), **({"reason": "author"} if by == "author" else {}),
        **({"source": writable(source)} if source else {}),
    }  # fmt: skip


def _about(one: Observation, url: str) -> dict[str, Any]:
    data: dict[str, Any] = {"url": url, "outcome": one.outcome, "time": written(one.time)}
    data |= {name: writable(value[:QUOTED]) for name in _TEXTS if (value := getattr(one, name))}
    data |= {name: value for name in _WHOLE if (value := getattr(one, name))}
    data |= {name: True for name in ("logged_in", "of_account") if getattr(one, name)}
    if one.server_time is not None:
        data["server_time"] = written(one.server_time)
    if one.capture is not None:
        data["capture"] = one.capture
    return data


def writable(text: str) -> str:
    """Text without half characters, which nobody can write alike."""
    return text.encode("utf-8", "replace").decode()


def state_about(made: Standing, thing: Thing) -> dict[str, Any]:
    """What an entry says of a standing."""
    data: dict[str, Any] = {
        "version": 1, "thing": thing, "state": made.state, "before": made.before, "removed_by": made.removed_by,
        "all": tally_dict(made.all), "after": tally_dict(made.after), "recent": tally_dict(made.recent),
        "counted": made.counted, "methods": list(made.methods), "networks": list(made.networks), "lacking": list(made.lacking),
        "first_alarm": made.first_alarm, "edited": made.edited, "mixed": made.mixed, "rests_on": list(made.entries[-50:]),
    }  # fmt: skip
    data |= {
        name: writable(str(value)[:QUOTED])
        for name in ("stated_by", "says", "not_asked", "reason", "host", "revision")
        if (value := getattr(made, name))
    }
    times = {"since": made.since, "first_counted": made.first_counted, "last_counted": made.last_counted}
    times |= {name: one.time for name in ("first_seen", "last_seen", "last_check") if (one := getattr(made, name)) is not None}
    return data | {name: written(time) for name, time in times.items() if time is not None}


def tally_dict(tally: Tally) -> dict[str, int]:
    """Checks by what they gave."""
    return {
        "checks": tally.checks, "seen": tally.seen, "not_found": tally.not_found, "restricted": tally.restricted,
        "unreachable": tally.unreachable, "another_page": tally.another_page,
    }  # fmt: skip


def _observations(archive: Archive, entries: Sequence[Entry]) -> tuple[list[Observation], list[str]]:
    """The observations of entries; entries that cannot be read are named, not guessed at."""
    made: list[Observation] = []
    faults: list[str] = []
    for entry in entries:
        try:
            if entry.kind == "observation":
                made += _of_check(entry)
            elif entry.kind == "capture":
                made += _of_capture(archive, entry)
        except (KeyError, TypeError, ValueError) as wrong:
            faults.append(f"{entry.id} cannot be read: {wrong}")
    return made, faults


def _of_check(entry: Entry) -> list[Observation]:
    about = entry.about
    if "outcome" not in about:  # of a thread: what follows from it are checks of their own
        return []
    role = str(about.get("role", "target"))
    own = _read(about, entry, str(about.get("round", "")), role)
    return [*(_read(one, entry, own.round, str(one["role"])) for one in about.get("beside", ())), own]


def _read(data: Mapping[str, Any], entry: Entry, round_: str, role: str) -> Observation:
    if data["outcome"] not in _OUTCOMES:
        raise ValueError(f'there is no outcome "{data["outcome"]}"')
    server = data.get("server_time")
    texts: dict[str, Any] = {name: str(data[name]) for name in (*_TEXTS, *_WHOLE) if name in data}
    return Observation(
        read_time(data["time"]), data["outcome"], round_, role, **texts, logged_in=bool(data.get("logged_in")),  # type: ignore[arg-type]
        of_account=bool(data.get("of_account")), server_time=read_time(server) if server else None, entry=entry.index,
        capture=data.get("capture"), asked=str(data.get("url", "")),
    )  # fmt: skip


def _of_capture(archive: Archive, entry: Entry) -> list[Observation]:
    """A capture that no check made: it was there then, unless what was captured says otherwise."""
    about = entry.about
    if about.get("round") or not _is_shown(archive, entry):
        return []
    method = SUPPLIED if is_supplied(about) else str(about.get("method", "web"))
    vantage, logged_in = str(about.get("vantage", "local")), bool(about.get("logged_in"))
    return [Observation(captured_at(entry), "ok", "", "capture", method, vantage, logged_in, entry=entry.index, capture=entry.index)]


def _is_shown(archive: Archive, entry: Entry) -> bool:
    """Whether a capture shows the thing, not an error or a wall in its place."""
    about = entry.about
    if "outcome" in about:
        return about["outcome"] in THERE
    if is_supplied(about):
        return True
    text = payload_text(archive, entry, TEXT)
    return classify(Looked(_fetched(entry), text or "", unread=text is None)).outcome in THERE


def payload_text(archive: Archive, entry: Entry, name: str) -> str | None:
    """A payload as text; none where it was erased or never there."""
    if name not in entry.payloads:
        return None
    try:
        return archive.payload(entry, name).decode("utf-8", "replace")
    except InputError:
        return None


def _fetched(entry: Entry) -> Fetched:
    """The attempt as an entry of a capture tells it; one that tells none counts as no answer."""
    about = entry.about
    texts = {name: str(about[name]) for name in ("error", "message", "title", "api", "revision", "tombstone") if name in about}
    status = about.get("status")
    url = str(about.get("requested", entry.target))
    kind = (("Content-Type", str(about["content_type"])),) if "content_type" in about else ()
    return Fetched(
        url, str(about.get("final_url") or url), entry.time, entry.time, status if isinstance(status, int) else None, headers=kind,
        **texts,  # type: ignore[arg-type]
    )  # fmt: skip


def is_supplied(about: Mapping[str, Any]) -> bool:
    """Whether what a capture holds was handed in by somebody."""
    return bool(about.get("user_supplied")) or bool({about.get("source_terms"), about.get("method")} & {SUPPLIED, "archive_export"})


def by_hand(entry: Entry) -> bool:
    """Whether a capture was written down by a person: by no tool of ours, or with a time far from that of its entry."""
    about = entry.about
    if not about:  # what it said was erased
        return False
    if not str(about.get("tool", "")).startswith("stargauge"):
        return True
    started = about.get("started")
    try:
        return isinstance(started, str) and abs(read_time(started) - entry.time) > NEAR
    except (ValueError, TypeError):
        return True


def captured_at(entry: Entry) -> datetime:
    """When a capture was taken, by our clock; of a file handed in, when it was; of one written down by hand, when that was done."""
    started = entry.about.get("started")
    return read_time(started) if isinstance(started, str) and not by_hand(entry) else entry.time.astimezone(UTC)
