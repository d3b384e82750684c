"""The sentences of a standing in English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from stargauge.evidence.observe.standing import ENOUGH, Observation, Standing, Tally, Thing

CAUSES = (
    "the author deleted it", "a setting of the account", "an action of the platform", "a legal order", "a block between accounts",
    "a fault of the display", "our requests were blocked",
)  # fmt: skip
NOT_CAPTURED = "not captured"
MIXED_SHORT = "which differed by the way of looking"
REASONS = {
    "suspended": "suspended", "deactivated": "deactivated", "deleted": "deleted", "protected": "protected", "takendown": "taken down",
    "author_account_gone": "no longer there",
}  # fmt: skip
LACKING = {
    "checks": f"fewer than {ENOUGH} checks that count", "span": "too short a time", "methods": "one method from one network only",
    "control": "no control item of the same host, or no made-up address, to compare with",
}  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LABELS = {
    "not_checked": "not checked", "reported_by_third_party": "reported by others", "live": "there", "edited": "there, with another text",
    "another_page": "another page is shown at its address",
    "unreachable": "no answer", "restricted": "access restricted", "not_found_once": "not found, not enough to say more",
    "not_found": "not found", "withdrawn_stated": "withdrawn, as stated", "account_unavailable": "account not available",
    "absent_proved": "absent, proved", "reappeared": "there again",
}  # fmt: skip
SILENT = "That does not say whether it is there."
ANOTHER_TEXT = "Its text is another than at the first look by the same method."
UNKNOWN = "Not known: who removed or hid it, and why."


def moment(at: datetime) -> str:
    """`22 Jan 2025 21:14 UTC`."""
    return f"{at.day} {MONTHS[at.month - 1]} {at.year} {at:%H:%M} UTC"


def short_moment(at: datetime) -> str:
    """`2025-01-22 17:40 UTC`."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def number(count: int) -> str:
    """`2,302`."""
    return f"{count:,}"


def captured(at: datetime, supplied: bool, by_hand: bool = False) -> str:
    """When it was captured first, or written down by somebody."""
    made = "recorded by hand" if by_hand else "captured"
    return f"{made} {short_moment(at)}{' (supplied by a user)' if supplied else ''}"


def erased(at: datetime, in_part: bool) -> str:
    """When the capture was erased, or something of it."""
    return f"{'erased in part' if in_part else 'erased'} on {at:%Y-%m-%d}"


def not_asked(why: str) -> str:
    """Why the last attempt asked nothing, within a line."""
    return f"not asked at the last attempt ({why.removeprefix('not asked: ')})"


def not_asked_sentence(why: str) -> str:
    """Why the last attempt asked nothing."""
    return f"At the last attempt nothing was asked: {why.removeprefix('not asked: ')}. {SILENT}"


def last_seen_short(at: datetime) -> str:
    """When it was seen last."""
    return f"last seen {short_moment(at)}"


def last_seen(seen: Observation | None, stamp: str) -> str:
    """When it was seen last, and where that is kept."""
    if seen is None:
        return "Never seen by us."
    notes = [
        f"capture C-{seen.capture}" if seen.capture is not None else "",
        f"log entry {number(seen.entry)}" if seen.entry is not None else "",
    ]
    notes = [note for note in (*notes, f"stamped by {stamp}" if stamp else "") if note]
    return f"Last seen {moment(seen.time)}{' (' + ', '.join(notes) + ')' if notes else ''}."


def recent(tally: Tally) -> str:
    """The last 14 days of a page."""
    return f"Not found at {number(tally.not_found)} of {_checks(tally.checks)} in the last 14 days."


def mixed(rounds: int) -> str:
    """Where ways of looking gave different answers."""
    times = "In one round" if rounds == 1 else f"In {number(rounds)} rounds"
    return f"{times} one way of looking found it and another did not; platforms do not show the same to everybody."


def short(standing: Standing) -> str:
    """A standing within a line."""
    every, after, state = standing.all, standing.after, standing.state
    there = f"there at {number(every.seen)} of {_checks(every.checks)}"
    if state == "not_checked" or (state in ("live", "edited") and not every.checks):
        return "not checked since"
    if state == "reported_by_third_party":
        return "reported by others as no longer found, no check of ours"
    if state == "live" or state == "edited":
        text = f"still {there}" if every.seen == every.checks else f"{there}{_at_last(standing)}"
        return f"{text}, with another text than at first" if state == "edited" else text
    if state == "reappeared":
        return f"there again since {short_moment(standing.since)}, {there}" if standing.since else f"there again, {there}"
    if state == "unreachable":
        return f"{there}, no answer at the last{f' {number(after.unreachable)}' if after.unreachable > 1 else ''}"
    if state == "another_page":
        return f"{there}, another page shown at its address at {number(after.another_page)} of {_checks(after.checks)} since"
    if state == "restricted":
        return f"{there}, access restricted at {number(after.restricted)} of {_checks(after.checks)} since"
    if state == "not_found_once":
        return f"not found at {number(after.not_found)} of {_checks(after.checks)} since, too little to say more"
    if state == "not_found":
        alarm = " (first alarm)" if standing.first_alarm else ""
        return f"not found at {number(standing.counted)} of {_checks(after.checks)} since {_ways(standing)}{alarm}, why is not known"
    if state == "withdrawn_stated":
        return f"withdrawn, as stated by {_who(standing)}"
    if state == "account_unavailable":
        return f"its account {REASONS.get(standing.reason, 'not available')}, as stated by {standing.host or 'its host'}"
    return f"not in the signed repository of its account{f' at revision {standing.revision}' if standing.revision else ''}"


def sentences(standing: Standing, thing: Thing) -> list[str]:
    """What may be said beside when it was seen last."""
    every, after, state = standing.all, standing.after, standing.state
    if state == "not_checked":
        return ["Not checked by us."]
    if state == "reported_by_third_party":
        return [
            "Others report that it could no longer be found. There is no observation of ours.",
            "A thread view shows a part of the replies only, so it may also not have been shown.",
            _listed(),
        ]
    if state == "live" or state == "edited":
        there = f"There at {number(every.seen)} of {_checks(every.checks)}{_at_last(standing)}." if every.checks else "Not checked since."
        return [there, ANOTHER_TEXT if state == "edited" else ""]
    if state == "reappeared":
        unclear = every.restricted + every.unreachable + every.another_page
        told = f"Of {_checks(every.checks)}: found at {number(every.seen)}, not found at {number(every.not_found)}"
        told = f"{told}, no result at {number(unclear)}."
        since = f"There again since {moment(standing.since)}." if standing.since else "There again."
        return [since, told, ANOTHER_TEXT if standing.edited else ""]
    if state == "unreachable":
        return [f"No answer to the question at the last {_checks(after.unreachable)}.", SILENT]
    if state == "another_page":
        shown = (
            f"At {number(after.another_page)} of {_checks(after.checks)} since, its address showed a page sharing nearly nothing with it."
        )
        return [
            shown,
            "Whether that is the page rewritten, a notice in its place or something else, only a person who looks can say.",
            SILENT,
        ]
    if state == "restricted":
        return [f"The host asked for a login or refused access at {number(after.restricted)} of {_checks(after.checks)} since.", SILENT]
    if state == "not_found_once":
        lacking = "; ".join(LACKING[one] for one in standing.lacking)
        return [f"Not found at {number(after.not_found)} of {_checks(after.checks)} since. That is too little to say more: {lacking}."]
    if state == "not_found":
        return _not_found(standing, thing)
    if state == "withdrawn_stated":
        words = f" In its words: “{standing.says}”." if standing.says else ""
        unknown = UNKNOWN if standing.removed_by == "unknown" else ""
        return [f"Withdrawn, as stated by {_who(standing)}.{words}", "Such a statement can be taken back.", unknown]
    if state == "account_unavailable":
        return [
            f"{standing.host or 'Its host'} says that the account is {REASONS.get(standing.reason, 'not available')}.",
            "That holds for this host only and can be taken back. Not known: who brought it about, and why.",
        ]
    return [
        f"The signed repository of the account{f' at revision {standing.revision}' if standing.revision else ''} does not hold it.",
        f"The server that hosts the account has its key, so this does not show who acted. {UNKNOWN}",
    ]


def _not_found(standing: Standing, thing: Thing) -> list[str]:
    between = ""
    if standing.first_counted and standing.last_counted:
        between = f" between {moment(standing.first_counted)} and {moment(standing.last_counted)}"
    others = "other posts of this host" if thing == "post" else "other pages of this site"
    return [
        f"Not found at {number(standing.counted)} of {_checks(standing.after.checks)} {_ways(standing)}{between}.",
        "First alarm: these checks span less than a day." if standing.first_alarm else "",
        f"In the same rounds, {'other posts of this account' if standing.account_control else others} were reachable.",
        UNKNOWN,
        _listed(),
    ]


def _at_last(standing: Standing) -> str:
    return " and at the last" if standing.last_check is standing.last_seen else ""


def _checks(count: int) -> str:
    return f"{number(count)} check{'s' if count != 1 else ''}"


def _ways(standing: Standing) -> str:
    if len(standing.networks) > 1:
        return f"from networks named {_and(standing.networks)}"
    return f"by {len(standing.methods)} method{'s' if len(standing.methods) != 1 else ''}"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _who(standing: Standing) -> str:
    if standing.stated_by == "author":
        return "the author"
    if standing.stated_by == "legal_notice":
        return "a legal notice"
    platform = f"the platform ({standing.host})" if standing.host else "the platform"
    return f"{platform}, which names the author as who did it" if standing.removed_by == "author" else platform


def _listed() -> str:
    return f"Possible causes, in no order: {'; '.join(CAUSES)}."


# --- the table of a history -----------------------------------------------------------------------------------------------------------

WORDS: dict[str, str] = {}


def word(name: str) -> str:
    """A word of an entry, such as an outcome."""
    return WORDS.get(name, name.replace("_", " "))


def way(method: str, vantage: str) -> str:
    """How and from where."""
    return f"{method} from {vantage}"


def stated(by: str, says: str) -> str:
    """What somebody states."""
    return f"stated by {by.replace('_', ' ')}: {says}"


def changed(name: str, count: int) -> str:
    """How many items of a conversation were added, edited or re-ordered."""
    return f"{number(count)} {name}"


def gone_from_view(count: int, known: str) -> str:
    """How many items are no longer in a view, and what asking for them gave."""
    return f"{number(count)} gone from view, {known.replace('_', ' ')}"


def state_of(state: str, first_alarm: bool) -> str:
    """A state that was derived."""
    return f"state: {LABELS.get(state, state)}{', first alarm' if first_alarm else ''}"


def erasure_of(entry: str, ground: str) -> str:
    """What was erased, and on what ground."""
    return f"{entry} erased: {ground}"


IN_CONVERSATION = "in a conversation, "
