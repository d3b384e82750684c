"""Look at one target in a round: ask, and where the answer is not plainly "there", ask beside it what tells what the answer means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from stargauge.evidence.archive import Archive, Entry
from stargauge.evidence.capture.capture import Taken, about_fetched, from_fetched
from stargauge.evidence.capture.items import written
from stargauge.evidence.capture.links import about_links
from stargauge.evidence.observe import compare
from stargauge.evidence.observe.outcomes import NOT_FOUND, THERE, Found, Looked, Outcome, classify, same_page
from stargauge.evidence.observe.probes import Probe, language_of
from stargauge.evidence.observe.records import QUOTED, TEXT, History, observation_about, payload_text, writable
from stargauge.evidence.observe.standing import Observation, Role
from stargauge.evidence.observe.targets import CONTROLS, Target, host_of, linked_controls, made_up_address, same_account

#: Names of the payloads of a capture that a check made.
BODY, BESIDE = "body", "beside.txt"
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
        beside = _ask_beside(round_, target, probe, looked, found, reference, others, before)
        made_up = beside.made_up[1] if beside.made_up else None
        found = classify(looked, made_up, [control for _, control, _ in beside.controls])
        found = _within_frame(looked, beside) or found
    if found.outcome == "ok" and reference is not None and _other_text(looked, reference):
        if not _related(archive, before, looked, probe, reference, beside):
            found = Found("another_page", looked.text[:QUOTED])
        elif _difference(looked, reference, beside):
            found = replace(found, outcome="content_differs")
    differs = found.outcome == "content_differs"
    # Compared with a page that a person captured since the first look, "the same" is no other text than at first.
    text = compared_hash(looked) if differs or reference is None else "" if reference.anew else reference.hash
    own = _observation(looked, found, round_.id, probe, "target", text if found.outcome in THERE else "")
    near = _beside_observations(round_, target, probe, beside, before)
    if target.account and found.outcome not in THERE:
        seen = round_.look(probe, target.account)
        near.append((target.account, _observation(seen, classify(seen), round_.id, probe, "account")))
    near += [*_stated_of_account(looked, own), *_stated_edit(looked, target, own)]
    capture = _kept(archive, target, probe, looked, own, before, beside)
    own = replace(own, capture=capture)
    about = observation_about(own, target.url, target.thing, near) | _raw(looked)
    return archive.add("observation", target.url, about | ({"of_thread": target.of_thread} if target.of_thread else {}))


def _ask_beside(
    round_: Round, target: Target, probe: Probe, looked: Looked, found: Found, reference: _Reference | None, others: Sequence[str],
    before: History,
) -> _Beside:  # fmt: skip
    """Ask a made-up address and control items, until one of these is there."""
    if looked.fetched.error or target.url.startswith("at://") or looked.fetched.api in ("found", "signed_present", "signed_absent"):
        return _Beside()  # nothing to compare an answer with, or one that needs no comparison
    address = round_.made_up_for(target)
    made_up = round_.look(probe, address)
    tried: list[tuple[str, Looked, Found]] = []
    for url in _control_urls(target, looked, found, reference, others):
        control = round_.look(probe, url)
        what = classify(control, made_up)  # the page of every address is none of the control's own
        if what.outcome == "ok" and control.text and not _as_before(control, _sketches(before, url, probe)):
            what = Found("another_page", control.text[:QUOTED])
        tried.append((url, control, what))
        if tried[-1][2].outcome in THERE:
            break
    return _Beside((address, made_up), tuple(tried))


#: What a page may turn out to be once what its host shows on every page is left out.
_WALLS = frozenset({"blocked_or_captcha", "consent_wall", "maintenance", "paywall", "logged_out", "no_content"})


def _within_frame(looked: Looked, beside: _Beside) -> Found | None:
    """What stands in the way within the menus and footers of the host, which a control shows too; none where it is no such page."""
    for _, control, what in beside.controls:
        own = compare.without(control.text, [looked.text])
        if what.outcome in THERE and looked.text and own:  # else the control is this page under another address
            found = classify(replace(looked, text=compare.without(looked.text, [control.text]), unread=False))
            return found if found.outcome in _WALLS else None
    return None


def _sketches(before: History, url: str, probe: Probe) -> list[str]:
    """What a control showed in earlier rounds by the same method, where it was there."""
    same = [one for one in before.observations if one.role == "control" and one.asked == url and one.method == probe.method]
    return list(dict.fromkeys(one.sketch for one in same if one.sketch))


def _as_before(control: Looked, sketches: Sequence[str]) -> bool:
    """Whether a control shows what it showed when it was asked first, or last; new ones have nothing to be held to."""
    now = compare.pairs(control.text)
    return not sketches or any(compare.related(compare.of_sketch(one), now, framed=True) for one in {sketches[0], sketches[-1]})


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


def _beside_observations(
    round_: Round, target: Target, probe: Probe, beside: _Beside, before: History
) -> list[tuple[str, Observation]]:  # fmt: skip
    made: list[tuple[str, Observation]] = []
    for url, looked, found in beside.controls:
        own = target.thing == "post" and same_account(target.url, url)
        shown = compare.sketch(looked.text) if found.outcome in THERE else ""
        shown = "" if shown in _sketches(before, url, probe)[-1:] else shown  # kept where it is new
        made.append((url, replace(_observation(looked, found, round_.id, probe, "control"), of_account=own, sketch=shown)))
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
    """What the target showed at the first look by the same way; `anew`: at a capture since then, as that one shows another page."""

    hash: str
    text: str | None
    beside: str = ""
    links: tuple[str, ...] = ()
    anew: bool = False


def compared_hash(looked: Looked) -> str:
    """The hash of what is compared: the lines of a text without order and without what changes by itself; of other content the bytes."""
    if not looked.text:
        return looked.fetched.body_sha256
    return compare.text_hash(looked.text)


def _reference(archive: Archive, before: History, looked: Looked, probe: Probe) -> _Reference | None:
    """The first look by the same way, also if a capture apart from a check was one.

    A page that a person captured later, and that shares nearly nothing with the first look, takes its place: somebody has looked.
    """
    found: _Reference | None = None
    for one, entry in _looks(before, looked, probe):
        if found is not None and one.role != "capture":
            continue
        text = payload_text(archive, entry, TEXT) if entry else None
        if not one.text and not text:
            continue
        anew = found is not None
        if found is not None and (not text or not found.text or compare.related(compare.pairs(found.text), compare.pairs(text))):
            continue
        links = tuple(str(link) for link in entry.about.get("links", ())) if entry else ()
        beside = payload_text(archive, entry, BESIDE) if entry else None
        found = _Reference(one.text or compare.text_hash(text or ""), text, beside or "", links, anew)
    return found


def _looks(before: History, looked: Looked, probe: Probe) -> Iterator[tuple[Observation, Entry | None]]:
    """Earlier looks that saw the target by the same way, each with its capture; in another language only if both pages name theirs."""
    entries = {entry.index: entry for entry in before.entries if entry.kind == "capture"}
    language = language_of(looked.fetched)
    for one in before.observations:
        alike = (one.method, one.logged_in) == (probe.method, looked.fetched.logged_in)
        alike = alike and (not language or one.language in ("", language))
        if one.role in ("target", "capture") and one.outcome in THERE and one.entry is not None and alike:
            yield one, entries.get(one.capture) if one.capture is not None else None


def _related(archive: Archive, before: History, looked: Looked, probe: Probe, reference: _Reference, beside: _Beside) -> bool:
    """Whether what came can be another state of the page: it shares text with the first look, or with the newest one kept."""
    if reference.text is None:
        return True  # nothing to hold it to
    if not looked.text:
        return not reference.text
    pages = [reference.beside, *(control.text for _, control, found in beside.controls if found.outcome in THERE)]
    pages += [beside.made_up[1].text] if beside.made_up else []
    now, first = compare.pairs(looked.text, pages), compare.pairs(reference.text, pages)
    framed = len(compare.without(looked.text, pages)) == len(compare.without(looked.text, ()))  # no line is known as the host's own
    if compare.related(first, now, framed) if first else not now:
        return True
    newest = {entry.index: entry for _, entry in _looks(before, looked, probe) if entry}
    text = payload_text(archive, newest[max(newest)], TEXT) if newest else None
    return bool(text) and not reference.anew and compare.related(compare.pairs(text or "", pages), now, framed)


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
    if own.outcome in THERE:
        about |= about_links(target.url, fetched.body)
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
