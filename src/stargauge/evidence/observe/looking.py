"""Look at one target in a round: ask, and where the answer is not plainly "there", ask beside it what tells what the answer means."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from stargauge.evidence.archive import Archive, Entry
from stargauge.evidence.capture.capture import Taken, about_fetched, from_fetched
from stargauge.evidence.capture.items import written
from stargauge.evidence.observe import compare
from stargauge.evidence.observe.outcomes import NOT_FOUND, THERE, Found, Looked, Outcome, classify, same_page
from stargauge.evidence.observe.probes import Probe, language_of
from stargauge.evidence.observe.records import History, observation_about, writable
from stargauge.evidence.observe.standing import Observation, Role
from stargauge.evidence.observe.targets import CONTROLS, Target, host_of, linked_controls, made_up_address, same_account
from stargauge.quantity.errors import InputError

#: Names of the payloads of a capture that a check made.
TEXT, BODY, BESIDE = "text", "body", "beside.txt"
Ask = Callable[[Probe, str], Looked]


@dataclass
class Round:
    """One round: its name, and every address asked in it, so that none is asked twice by the same way."""

    id: str
    ask: Ask
    asked: dict[tuple[str, str, str], Looked] = field(default_factory=dict)
    made_up: dict[str, str] = field(default_factory=dict)

    def look(self, probe: Probe, url: str) -> Looked:
        """What an address gives in this round."""
        key = (probe.method, probe.vantage, url)
        if key not in self.asked:
            self.asked[key] = self.ask(probe, url)
        return self.asked[key]

    def made_up_for(self, target: Target) -> str:
        """An address that cannot exist; one for all targets whose addresses differ in their last part only."""
        if target.made_up:
            return target.made_up
        return self.made_up.setdefault(target.url.rstrip("/").rpartition("/")[0], made_up_address(target.url, self.id))


@dataclass(frozen=True)
class _Beside:
    """What was asked beside a target by the same way."""

    made_up: tuple[str, Looked] | None = None
    controls: tuple[tuple[str, Looked, Found], ...] = ()


def check(archive: Archive, round_: Round, target: Target, probe: Probe, before: History, others: Sequence[str]) -> Entry:
    """One check of a target by one probe, kept as an observation. `others`: other targets of the host, which can be its controls."""
    looked = round_.look(probe, target.url)
    found = classify(looked)
    reference = _reference(archive, before, looked, probe)
    beside = _Beside()
    unsure = found.outcome in THERE and (reference is None or _other_text(looked, reference))
    if unsure or found.outcome in NOT_FOUND:  # a refusal or an outage says the same with and without comparison
        beside = _ask_beside(round_, target, probe, looked, found, reference, others)
        made_up = beside.made_up[1] if beside.made_up else None
        found = classify(looked, made_up, [control for _, control, _ in beside.controls])
    differs = found.outcome == "ok" and reference is not None and bool(_difference(looked, reference, beside))
    if differs:
        found = replace(found, outcome="content_differs")
    text = compared_hash(looked) if differs or reference is None else reference.hash
    own = _observation(looked, found, round_.id, probe, "target", text if found.outcome in THERE else "")
    near = _beside_observations(round_, target, probe, beside)
    if target.account and found.outcome not in THERE:
        seen = round_.look(probe, target.account)
        near.append((target.account, _observation(seen, classify(seen), round_.id, probe, "account")))
    near += [*_stated_of_account(looked, own), *_stated_edit(looked, target, own)]
    capture = _kept(archive, target, probe, looked, own, before, beside)
    own = replace(own, capture=capture)
    about = observation_about(own, target.url, target.thing, near) | _raw(looked)
    return archive.add("observation", target.url, about | ({"of_thread": target.of_thread} if target.of_thread else {}))


def _ask_beside(
    round_: Round, target: Target, probe: Probe, looked: Looked, found: Found, reference: _Reference | None, others: Sequence[str]
) -> _Beside:  # fmt: skip
    """Ask a made-up address and control items, until one of these is there."""
    if looked.fetched.error or target.url.startswith("at://") or looked.fetched.api in ("found", "signed_present", "signed_absent"):
        return _Beside()  # nothing to compare an answer with, or one that needs no comparison
    address = round_.made_up_for(target)
    made_up = round_.look(probe, address)
    tried: list[tuple[str, Looked, Found]] = []
    for url in _control_urls(target, looked, found, reference, others):
        control = round_.look(probe, url)
        tried.append((url, control, classify(control, made_up)))  # the page of every address is none of the control's own
        if tried[-1][2].outcome in THERE:
            break
    return _Beside((address, made_up), tuple(tried))


def _control_urls(target: Target, looked: Looked, found: Found, reference: _Reference | None, others: Sequence[str]) -> list[str]:
    """Addresses to try: those named; other targets of the host, of the same account first; links of the page as it was seen."""
    if target.controls:
        return list(target.controls)[:CONTROLS]
    near = sorted((url for url in others if url != target.url), key=lambda url: not same_account(target.url, url))
    linked = reference.links if reference else ()
    if found.outcome in THERE:
        linked = tuple(linked_controls(target.url, looked.fetched.body.decode("utf-8", "replace")))
    return list(dict.fromkeys([*near, *linked]))[:CONTROLS]


def _observation(looked: Looked, found: Found, round_: str, probe: Probe, role: Role, text: str = "") -> Observation:
    fetched = looked.fetched
    return Observation(
        fetched.started, found.outcome, round_, role, probe.method, probe.vantage, fetched.logged_in, language_of(fetched), text,
        found.says, found.reason, found.stated_by, host_of(fetched.url), fetched.revision, fetched.server_date,
    )  # fmt: skip


def _stated_of_account(looked: Looked, own: Observation) -> list[tuple[str, Observation]]:
    """What the host of the account says of it, where the way of looking asked: a statement of that host alone."""
    about = looked.taken.about if looked.taken else {}
    if not isinstance(about.get("account_active"), bool):
        return []
    host, reason = str(about.get("host", "")), str(about.get("account_status", ""))
    outcome: Outcome = "ok" if about["account_active"] else "api_restricted"
    said = replace(
        own, outcome=outcome, role="account", text="", says=reason, reason=reason, stated_by="platform", host=host_of(host) or host,
        revision="",
    )  # fmt: skip
    return [(host, said)]


def _stated_edit(looked: Looked, target: Target, own: Observation) -> list[tuple[str, Observation]]:
    """That the platform says that the post was edited, by its edit history."""
    for item in looked.thread.items if looked.thread else ():
        asked = target.url in (item.url, item.id) or target.url.rstrip("/").endswith(f"/{item.id}")
        if asked and (item.edited or len(item.revisions) > 1):
            says = f"edited {written(item.edited)}" if item.edited else f"{len(item.revisions)} wordings"
            return [(target.url, replace(own, outcome="event_edit", text="", says=says, stated_by="platform"))]
    return []


def _beside_observations(round_: Round, target: Target, probe: Probe, beside: _Beside) -> list[tuple[str, Observation]]:
    made: list[tuple[str, Observation]] = []
    for url, looked, found in beside.controls:
        own = target.thing == "post" and same_account(target.url, url)
        made.append((url, replace(_observation(looked, found, round_.id, probe, "control"), of_account=own)))
    if beside.made_up:
        url, looked = beside.made_up
        # Where every address gives the same page, a made-up one is told apart by nothing: it is "ok" like the rest.
        made.append((url, _observation(looked, _of_made_up(looked, beside), round_.id, probe, "made_up")))
    return made


def _of_made_up(looked: Looked, beside: _Beside) -> Found:
    """What a made-up address gave: an ordinary page beside controls with something of their own is the host's way to say "nothing"."""
    found = classify(looked)
    there = [control for _, control, what in beside.controls if what.outcome in THERE]
    if found.outcome == "ok" and there and not any(same_page(control, looked) for control in there):
        return Found("soft_404", "the page that this host gives for what cannot exist")
    return found


# --- comparing with what was seen first -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reference:
    """What the target showed at the first look by the same way."""

    hash: str
    text: str | None
    beside: str = ""
    links: tuple[str, ...] = ()


def compared_hash(looked: Looked) -> str:
    """The hash of what is compared: the lines of a text without order and without what changes by itself; of other content the bytes."""
    if not looked.text:
        return looked.fetched.body_sha256
    return text_hash(looked.text)


def text_hash(text: str) -> str:
    """The hash of the lines of a text that are compared."""
    return hashlib.sha256("\n".join(sorted(set(compare.lines(text)))).encode()).hexdigest()


def _reference(archive: Archive, before: History, looked: Looked, probe: Probe) -> _Reference | None:
    """The first look by the same way, also if a capture apart from a check was one."""
    entries = {entry.index: entry for entry in before.entries if entry.kind == "capture"}
    language = language_of(looked.fetched)
    for one in before.observations:
        alike = (one.method, one.logged_in) == (probe.method, looked.fetched.logged_in) and one.language in ("", language)
        if one.role not in ("target", "capture") or one.outcome not in THERE or one.entry is None or not alike:
            continue
        entry = entries.get(one.capture) if one.capture is not None else None
        text = _read(archive, entry, TEXT) if entry else None
        if one.text or text:
            links = tuple(str(link) for link in entry.about.get("links", ())) if entry else ()
            beside = _read(archive, entry, BESIDE) if entry else None
            return _Reference(one.text or text_hash(text or ""), text, beside or "", links)
    return None


def _read(archive: Archive, entry: Entry, name: str) -> str | None:
    """A payload as text; none where it was erased or never there."""
    if name not in entry.payloads:
        return None
    try:
        return archive.payload(entry, name).decode()
    except InputError:
        return None


def _other_text(looked: Looked, reference: _Reference) -> bool:
    return compared_hash(looked) != reference.hash


def _difference(looked: Looked, reference: _Reference, beside: _Beside) -> bool:
    if not _other_text(looked, reference):
        return False
    if not looked.text or reference.text is None:
        return True
    pages = [reference.beside, *(control.text for _, control, found in beside.controls if found.outcome in THERE)]
    return bool(compare.difference(reference.text, looked.text, pages))


# --- keeping --------------------------------------------------------------------------------------------------------------------------


def _kept(archive: Archive, target: Target, probe: Probe, looked: Looked, own: Observation, before: History, beside: _Beside) -> int | None:
    """Keep what came where it is new: a first look, another text, another answer. The place of the capture that shows it."""
    fetched = looked.fetched
    if not fetched.status and not fetched.body and not fetched.api:
        return None
    digest = own.text or fetched.body_sha256
    for entry in reversed(before.entries):
        told = entry.about
        if entry.kind == "capture" and told.get("compared") == digest and told.get("outcome") in _same_kind(own):
            return entry.index
    about = capture_about(looked, probe, own.round, own.outcome, digest)
    if own.outcome in THERE and (links := linked_controls(target.url, fetched.body.decode("utf-8", "replace"))):
        about["links"] = [writable(link) for link in links]
    shown = [control.text for _, control, found in beside.controls if found.outcome in THERE and control.text]
    more = {BESIDE: "\n".join(shown).encode("utf-8", "replace")} if shown and own.outcome in THERE else {}
    return archive.add("capture", target.url, about, {**taken_of(looked).payloads, **more}).index


def capture_about(looked: Looked, probe: Probe, round_: str, outcome: str, compared: str) -> dict[str, Any]:
    """What an entry says of a capture that a check made; `compared`: the hash of what later looks are compared with."""
    own = {"version": 1, "round": round_, "outcome": outcome, "compared": compared}
    return {**taken_of(looked).about, **own, "method": probe.method, "vantage": probe.vantage}


def taken_of(looked: Looked) -> Taken:
    """What is kept of an answer: as any capture, or its body where there is no exchange over a connection of ours."""
    fetched = looked.fetched
    if looked.taken is not None:
        return looked.taken
    if any(exchange.response for exchange in fetched.exchanges):
        return from_fetched(fetched, text=looked.text)
    payloads = {TEXT: looked.text.encode("utf-8", "replace")} if looked.text else {}
    return Taken(fetched.url, about_fetched(fetched, "web"), payloads | ({BODY: fetched.body} if fetched.body else {}))


def _same_kind(own: Observation) -> tuple[str, ...]:
    return tuple(THERE) if own.outcome in THERE else (own.outcome,)


def _raw(looked: Looked) -> dict[str, Any]:
    """The raw outcome, as it stood: status, error, addresses, clocks, the hash of the body."""
    fetched = looked.fetched
    data: dict[str, Any] = {"final_url": writable(fetched.final_url), "ended": _text(fetched.ended)}
    data |= {name: writable(value) for name in ("error", "body_sha256", "api") if (value := getattr(fetched, name))}
    data |= {name: value for name in ("status", "clock_offset") if (value := getattr(fetched, name)) is not None}
    if fetched.redirected:
        data["redirects"] = [writable(hop.url) for hop in fetched.hops]
    return data


def _text(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
