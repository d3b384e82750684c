"""Conversations: what differs between two views, what is asked by id, and what is never said of an item that a view leaves out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence_doubles import START, Clock, MemoryArchive, Site, answer

from stargauge.evidence.capture.capture import Taken, about_fetched, about_thread, as_bytes
from stargauge.evidence.capture.items import Gap, Item, Revision, Thread
from stargauge.evidence.observe.amplification import captured
from stargauge.evidence.observe.outcomes import NOT_FOUND, RESTRICTED, THERE, UNREACHABLE, Looked
from stargauge.evidence.observe.probes import Probe, platform
from stargauge.evidence.observe.records import history
from stargauge.evidence.observe.targets import Target
from stargauge.evidence.observe.threads import completeness, difference, own_continuation, to_ask
from stargauge.evidence.observe.watch import Watch
from stargauge.evidence.observe.wording import tell

HOST = "https://x.example/a/status/"


def item(id: str, position: int = 0, **more: Any) -> Item:
    return Item(id, more.pop("author", f"user{id}"), more.pop("text", f"Text of {id}"), position, url=f"{HOST}{id}", **more)


def view(*ids: str, **more: Any) -> Thread:
    return Thread(more.pop("root", ids[0]), tuple(item(id, place) for place, id in enumerate(ids)), **more)


def test_what_is_the_same_is_no_difference() -> None:
    assert not difference(view("1", "2"), view("1", "2"))


def test_an_item_that_a_view_leaves_out_was_not_captured_this_time_and_is_asked_for() -> None:
    made = difference(view("1", "2", "3"), view("1", "3", "4"))
    assert dict(made.gone) == {"2": "not_captured_this_time"} and made.added == ("4",) and to_ask(made) == ("2",)


@pytest.mark.parametrize(
    ("outcomes", "known"),
    [
        (THERE, "found_when_asked_by_id"), (NOT_FOUND, "not_found_when_asked_by_id"), (RESTRICTED, "restricted_when_asked_by_id"),
        (UNREACHABLE, "no_answer"),
    ],
)  # fmt: skip
def test_what_was_asked_by_id_is_told_apart(outcomes: frozenset[Any], known: str) -> None:
    for outcome in outcomes:
        made = difference(view("1", "2"), view("1"), asked={"2": outcome})
        assert dict(made.gone) == {"2": known} and to_ask(made) == ()


def test_a_tombstone_in_place_of_an_item_is_its_answer_by_id() -> None:
    after = Thread("1", (item("1"), item("2", 1, text="", tombstone="This Post is unavailable")))
    assert dict(difference(view("1", "2"), after).gone) == {"2": "not_found_when_asked_by_id"}
    assert not difference(after, after)
    assert difference(after, view("1", "2")).added == ()


def test_edits_need_the_same_way_or_a_statement() -> None:
    before, other = view("1"), Thread("1", (item("1", text="Another text"),))
    assert difference(before, other).edited[0].text_differs
    assert not difference(before, other, same_way=False)
    stated = Thread("1", (item("1", text="Another text", edited=START),))
    made = difference(before, stated, same_way=False).edited[0]
    assert made.stated and not made.text_differs
    history_ = (Revision(START, "a"), Revision(START, "b"))
    assert difference(Thread("1", (item("1", revisions=history_[:1]),)), Thread("1", (item("1", revisions=history_),))).edited[0].stated


def test_counters_in_a_text_are_no_edit() -> None:
    assert not difference(Thread("1", (item("1", text="A\n5 likes"),)), Thread("1", (item("1", text="A\n9 likes"),)))


def test_another_order_names_the_fewest_items_that_moved() -> None:
    assert difference(view("1", "2", "3", "4"), view("1", "4", "2", "3", root="1")).reordered == ("4",)
    assert difference(view("1", "2", "3"), view("1", "9", "2", "3", root="1")).reordered == ()


@given(st.permutations(list("abcdefg")), st.sets(st.sampled_from("abcdefg")))
def test_moving_back_what_moved_restores_the_order(order: list[str], left_out: set[str]) -> None:
    after = [id for id in order if id not in left_out]
    made = difference(view(*"abcdefg"), Thread("a", tuple(item(id, place) for place, id in enumerate(after))))
    kept = [id for id in after if id not in made.reordered]
    assert kept == sorted(kept) and set(made.gone) == left_out
    assert not made.reordered or after != sorted(after)


def test_completeness_is_what_can_be_said() -> None:
    assert completeness(view("1")) == "unknown"
    assert completeness(view("1", completeness="complete")) == "complete"
    assert completeness(view("1", completeness="complete", shown=214)) == "partial"
    assert completeness(view("1", gaps=(Gap("pagination"),))) == "partial"
    assert completeness(view("1", missing=("0",))) == "partial"
    made = difference(view("1", shown=214), view("1", "2", shown=220)).to_dict()
    assert made["shown"] == [214, 220] and made["captured"] == [1, 2] and made["completeness"] == ["partial", "partial"]


def test_the_authors_own_continuation() -> None:
    items = (
        item("1", 0, author="a"), item("2", 1, author="a", reply_to="1"), item("3", 2, author="b", reply_to="1"),
        item("4", 3, author="a", reply_to="3"), item("5", 4, author="a", reply_to="2"),
    )  # fmt: skip
    assert own_continuation(Thread("1", items)) == ("2", "5")
    assert own_continuation(Thread("9", items)) == ()


# From round to round.


class Platform:
    """A platform whose view of a conversation and whose items change."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.shown, self.there = ["1", "2", "3"], {"1", "2", "3"}
        self.asked: list[str] = []

    def look(self, url: str) -> Looked:
        self.asked.append(url)
        id = url.removeprefix(HOST)
        if id not in self.there:
            return answer(url, 404, api="not_found", method="api", at=self.clock.now)
        made = answer(url, 200, f"Text of {id}", api="found", method="api", at=self.clock.now)
        thread = view(*self.shown) if id == "1" else None
        about = about_fetched(made.fetched, "api") | (about_thread(thread) if thread else {})
        payloads = {"text": made.text.encode()} | ({"thread": as_bytes(thread.to_dict())} if thread else {})
        return Looked(made.fetched, made.text, thread, Taken(url, about, payloads, made.fetched, thread, made.text))


def started(clock: Clock, archive: MemoryArchive, platform: Platform, *networks: str) -> Watch:
    target = Target(f"{HOST}1", "post")
    probes = [Probe(platform.look, "api", network) for network in networks or ("home",)]
    return Watch(archive.open, [target], probes, clock=clock, ticks=lambda: clock.ticks, wait=clock.wait, gap=0.0)


def differences(archive: MemoryArchive) -> list[Any]:
    return [entry.about["thread"] for entry in archive.entries("observation", f"{HOST}1") if "thread" in entry.about]


def test_an_item_left_out_that_is_there_when_asked_is_no_finding() -> None:
    clock = Clock()
    archive, platform = MemoryArchive(clock), Platform(clock)
    watch = started(clock, archive, platform)
    watch.round()
    platform.shown = ["1", "3"]
    clock.now += timedelta(hours=1)
    watch.round()
    assert differences(archive)[0]["gone_from_view"] == {"2": "found_when_asked_by_id"}
    assert history(archive, f"{HOST}2").standing.state == "live"
    asked = len(platform.asked)
    watch.round()
    assert f"{HOST}2" not in platform.asked[asked:]
    assert len(differences(archive)) == 1


def test_an_item_that_is_not_found_by_id_becomes_a_thing_of_its_own_and_is_followed_after_a_restart() -> None:
    clock = Clock()
    archive, platform = MemoryArchive(clock), Platform(clock)
    started(clock, archive, platform, "home", "office").round()
    platform.shown, platform.there = ["1", "3"], {"1", "3"}
    for _ in range(4):
        clock.now += timedelta(minutes=20)
        result = started(clock, archive, platform, "home", "office").round()
    assert differences(archive)[0]["gone_from_view"] == {"2": "not_found_when_asked_by_id"}
    made = history(archive, f"{HOST}2")
    assert made.standing.state == "not_found" and made.standing.first_alarm and made.standing.removed_by == "unknown"
    assert made.standing.last_seen is not None and made.standing.last_seen.time == START
    assert tell(made.standing, "post").startswith("Last seen 22 Jan 2025 17:40 UTC (capture C-0, ")
    assert made.standing.all.seen == 0  # it was in a view, which is no check of it
    assert [one.target.url for one in result.checked] == [f"{HOST}1", f"{HOST}2"]
    assert history(archive, f"{HOST}1").standing.state == "live"
    platform.there.add("2")
    clock.now += timedelta(minutes=20)
    assert started(clock, archive, platform, "home", "office").round().checked[-1].standing.state == "reappeared"
    clock.now += timedelta(minutes=20)
    assert [one.target.url for one in started(clock, archive, platform, "home", "office").round().checked] == [f"{HOST}1"]


def test_each_view_that_differs_is_kept_once() -> None:
    clock = Clock()
    archive, platform = MemoryArchive(clock), Platform(clock)
    watch = started(clock, archive, platform)
    for shown in (["1", "2"], ["1", "2"], ["1", "2", "3"], ["1", "3", "2"], ["1", "3", "2"]):
        platform.shown = shown
        watch.round()
        clock.now += timedelta(hours=1)
    captures = [entry for entry in archive.entries("capture", f"{HOST}1") if "thread" in entry.payloads]
    assert [(one["added"], one["reordered"]) for one in differences(archive)] == [(["3"], []), ([], ["3"])]
    assert len(captures) == 3


def test_views_logged_in_and_not_are_not_compared_by_text() -> None:
    clock = Clock()
    archive, platform = MemoryArchive(clock), Platform(clock)
    watch = started(clock, archive, platform)
    watch.round()
    inner = platform.look

    def logged_in(url: str) -> Looked:
        made = inner(url)
        thread = made.thread and replace(made.thread, items=tuple(replace(one, text="Another") for one in made.thread.items))
        return replace(made, fetched=replace(made.fetched, logged_in=True), thread=thread)

    watch.probes = [Probe(logged_in, "api", "home")]
    watch.round()
    assert differences(archive) == []


def test_views_of_two_networks_are_two_stories() -> None:
    clock = Clock()
    archive, platform = MemoryArchive(clock), Platform(clock)
    watch = started(clock, archive, platform)
    other = Platform(clock)
    other.shown = ["1", "3", "2"]
    watch.probes = [*watch.probes, Probe(other.look, "api", "abroad")]
    for _ in range(3):
        watch.round()
    assert differences(archive) == []


def test_an_edit_that_the_platform_states_is_one_without_a_text_of_before() -> None:
    clock = Clock()
    archive, platform = MemoryArchive(clock), Platform(clock)
    inner = platform.look

    def look(url: str) -> Looked:
        made = inner(url)
        return replace(made, thread=Thread("1", (item("1", edited=START), item("2", 1))))

    watch = started(clock, archive, platform)
    watch.probes = [Probe(look, "api", "home")]
    made = watch.round().checked[0]
    assert made.standing.state == "edited" and made.standing.all.checks == 1
    assert watch.round().checked[0].standing.state == "edited"


# By a platform's own interface.


def status(site: Site, id: str, content: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id, "uri": site.url(f"/users/anna/statuses/{id}"), "url": site.url(f"/@anna/{id}"), "content": f"<p>{content}</p>",
        "created_at": "2025-01-21T12:00:00.000Z", "edited_at": None, "in_reply_to_id": None, "language": "en", "replies_count": 2,
        "account": {"id": "1", "acct": "anna", "username": "anna", "display_name": "Anna", "url": site.url("/@anna")}, "reblog": None,
        "mentions": [], "tags": [], "media_attachments": [], **more,
    }  # fmt: skip


class Mastodon:
    """A local host that answers like Mastodon."""

    def __init__(self, site: Site) -> None:
        self.site = site
        site.missing = self._json(404, {"error": "Record not found"})
        self.show("100", "The plan is here")
        self.show("200", "Another post")
        self.context("101", "102")

    def show(self, id: str, content: str, **more: Any) -> None:
        self.site.pages[f"/api/v1/statuses/{id}"] = self._json(200, status(self.site, id, content, **more))
        self.site.pages[f"/api/v1/statuses/{id}/context"] = self._json(200, {"ancestors": [], "descendants": []})

    def context(self, *ids: str) -> None:
        replies = [status(self.site, id, f"Reply {id}", in_reply_to_id="100") for id in ids]
        self.site.pages["/api/v1/statuses/100/context"] = self._json(200, {"ancestors": [], "descendants": replies})

    def remove(self, id: str) -> None:
        for path in (f"/api/v1/statuses/{id}", f"/api/v1/statuses/{id}/context"):
            self.site.pages.pop(path, None)

    @staticmethod
    def _json(code: int, data: Any) -> tuple[int, dict[str, str], bytes]:
        return code, {"Content-Type": "application/json"}, json.dumps(data).encode()


@pytest.fixture
def mastodon() -> Iterator[Mastodon]:
    pytest.importorskip("httpx")
    pytest.importorskip("selectolax")
    pytest.importorskip("warcio")
    site = Site()
    yield Mastodon(site)
    site.close()


def asked_by_interface(mastodon: Mastodon, clock: Clock, archive: MemoryArchive) -> Watch:
    def probe(vantage: str) -> Probe:
        inner = platform("mastodon", vantage, [mastodon.site.host], 10)

        def look(url: str) -> Looked:
            made = inner.look(url)
            return replace(made, fetched=replace(made.fetched, started=clock.now, server_date=None))

        return Probe(look, "mastodon", vantage, inner.suits)

    targets = [Target(mastodon.site.url("/@anna/100"), "post", (mastodon.site.url("/@anna/200"),))]
    probes = [probe("home"), probe("office")]
    return Watch(archive.open, targets, probes, clock=clock, ticks=lambda: clock.ticks, wait=clock.wait, gap=0.0)


def test_a_post_by_the_interface_of_mastodon_over_rounds(mastodon: Mastodon) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    watch = asked_by_interface(mastodon, clock, archive)

    def state(minutes: int = 20) -> str:
        clock.now += timedelta(minutes=minutes)
        return watch.round().checked[0].standing.state

    assert [state(), state()] == ["live", "live"]
    mastodon.remove("100")
    assert [state(), state(), state()] == ["not_found_once", "not_found_once", "not_found"]
    made = history(archive, mastodon.site.url("/@anna/100"))
    assert made.standing.account_control and made.standing.first_alarm
    assert "other posts of this account were reachable" in tell(made.standing, "post")
    mastodon.show("100", "The plan is there", edited_at="2025-01-22T18:00:00.000Z")
    mastodon.site.pages["/api/v1/statuses/100/history"] = Mastodon._json(200, [])
    assert [state(), state()] == ["reappeared", "edited"]
    mastodon.site.pages["/api/v1/statuses/100"] = Mastodon._json(410, {"error": "This resource is gone"})
    assert [state(), state(60)] == ["not_found_once", "withdrawn_stated"]
    mastodon.show("100", "The plan is here")
    assert state() == "reappeared"


def test_a_reply_that_the_interface_leaves_out_is_asked_for_by_its_id(mastodon: Mastodon) -> None:
    clock = Clock()
    archive = MemoryArchive(clock)
    watch = asked_by_interface(mastodon, clock, archive)
    mastodon.show("101", "Reply 101")
    watch.round()
    mastodon.context("102")
    clock.now += timedelta(hours=1)
    watch.round()
    root = mastodon.site.url("/@anna/100")
    found = [entry.about["thread"]["gone_from_view"] for entry in archive.entries("observation", root) if "thread" in entry.about]
    assert found == [{"101": "found_when_asked_by_id"}] * 2
    mastodon.context()
    clock.now += timedelta(hours=1)
    watch.round()
    assert history(archive, mastodon.site.url("/@anna/102")).standing.state == "not_found_once"
    assert captured(archive).posts.keys() >= {"100", "101", "102"}
