"""States: each row of their table, what is never said, and that they are a function of the observations."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stargauge.evidence.observe.outcomes import NOT_FOUND, RESTRICTED, THERE, UNREACHABLE, Outcome
from stargauge.evidence.observe.standing import SEEN, Observation, State
from stargauge.evidence.observe.states import changes, rounds, standing
from stargauge.evidence.observe.wording import Holding, causes, label, one_line, tell

START = datetime(2025, 1, 22, 17, 40, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: How near to "gone" a state is.
NEARNESS: dict[State, int] = {
    "not_checked": 0, "reported_by_third_party": 0, "live": 0, "edited": 0, "reappeared": 0, "unreachable": 0, "restricted": 1,
    "another_page": 1,    "not_found_once": 2, "not_found": 3, "withdrawn_stated": 3, "account_unavailable": 3, "absent_proved": 3,
}  # fmt: skip


def look(hours: float, outcome: Outcome = "ok", **more: Any) -> Observation:
    """A look at the thing, so many hours after the start."""
    more.setdefault("round", f"r{hours}")
    return Observation(START + hours * HOUR, outcome, **more)


def checked(hours: float, outcome: Outcome = "http_404", made_up: Outcome = "http_404", **more: Any) -> list[Observation]:
    """A look with a control item that is there and a made-up address that is not."""
    made = look(hours, outcome, **more)
    control = replace(made, outcome="ok", role="control", says="", reason="", stated_by="", of_account=True)
    return [control, replace(control, role="made_up", outcome=made_up), made]


def gone(*hours: float, **more: Any) -> list[Observation]:
    """Looks that count, from two networks in turn."""
    return [one for place, hour in enumerate(hours) for one in checked(hour, vantage=("home", "office")[place % 2], **more)]


def state(*observations: Observation, thing: Any = "page") -> State:
    return standing(observations, thing).state


# Rows of the table.


def test_nothing_observed_is_not_checked() -> None:
    assert state() == "not_checked"
    assert state(look(0, role="control")) == "not_checked"


def test_a_report_by_others_is_no_observation_of_ours() -> None:
    assert state(look(0, "http_404", role="report")) == "reported_by_third_party"
    assert state(look(0, "http_404", role="report"), look(1)) == "live"
    assert state(look(0), look(1, "http_404", role="report")) == "live"


@pytest.mark.parametrize("outcome", ["ok", "not_modified"])
def test_there_with_the_same_text_is_live(outcome: Outcome) -> None:
    made = standing([look(0, text="a"), look(6, outcome, text="a")])
    assert made.state == "live" and (made.all.seen, made.all.checks) == (2, 2)


def test_another_text_by_the_same_method_is_edited_and_back_again_is_live() -> None:
    assert state(look(0, text="a"), look(1, text="b")) == "edited"
    assert state(look(0, text="a"), look(1, "content_differs", text="b")) == "edited"
    assert state(look(0, text="a"), look(1, text="b"), look(2, text="a")) == "live"
    assert state(look(0, text="a"), look(1, "event_edit")) == "edited"
    assert state(look(0, text="a"), look(1, text="b"), look(2, "not_modified")) == "edited"


@pytest.mark.parametrize("view", [{"method": "browser"}, {"logged_in": True}, {"language": "de"}])
def test_another_text_by_another_way_of_looking_is_no_edit(view: dict[str, Any]) -> None:
    first = look(0, text="a", language="en")
    assert state(first, look(1, text="b", **view)) == "live"
    assert state(first, look(1, "content_differs", text="b", **view)) == "live"
    assert state(first, look(1, text="b", **view), look(2, text="c", **view)) == "edited"


def test_a_difference_needs_something_to_differ_from() -> None:
    assert state(look(0, "content_differs", text="b")) == "live"


@pytest.mark.parametrize("outcome", sorted(UNREACHABLE))
def test_no_answer_is_unreachable_however_often(outcome: Outcome) -> None:
    assert state(look(0), look(1, outcome)) == "unreachable"
    assert state(look(0), *gone(*range(1, 200, 5), outcome=outcome)) == "unreachable"


@pytest.mark.parametrize("outcome", sorted(RESTRICTED))
def test_a_refusal_is_restricted_however_often(outcome: Outcome) -> None:
    assert state(look(0), *gone(*range(1, 200, 5), outcome=outcome)) == "restricted"


@pytest.mark.parametrize("outcome", sorted(NOT_FOUND))
def test_one_not_found_is_only_that(outcome: Outcome) -> None:
    made = standing([look(0), *checked(1, outcome)])
    assert made.state == "not_found_once" and set(made.lacking) == {"checks", "span", "methods"}


@pytest.mark.parametrize("outcome", sorted(NOT_FOUND - {"http_410"}))
def test_three_over_a_day_from_two_networks_with_controls_are_not_found(outcome: Outcome) -> None:
    made = standing([look(0), *gone(1, 13, 25, outcome=outcome)])
    assert made.state == "not_found" and made.counted == 3 and made.networks == ("home", "office") and not made.first_alarm
    assert made.removed_by == "unknown" and made.stated_by == ""


def test_two_methods_do_as_well_as_two_networks() -> None:
    looks = [one for place, hour in enumerate((1, 13, 25)) for one in checked(hour, method=("web", "browser")[place % 2])]
    assert state(look(0), *looks) == "not_found"


@pytest.mark.parametrize(
    ("looks", "lacking"),
    [
        (gone(1, 25), {"checks"}),
        (gone(1, 12, 24.9), {"span"}),
        ([one for hour in (1, 13, 25) for one in checked(hour)], {"methods"}),
        ([look(hour, "http_404", vantage=f"net {hour}") for hour in range(1, 100, 7)], {"checks", "span", "methods", "control"}),
    ],
)
def test_each_thing_that_lacks_keeps_it_from_being_not_found(looks: list[Observation], lacking: set[str]) -> None:
    made = standing([look(0), *looks])
    assert made.state == "not_found_once" and set(made.lacking) == lacking


def without(role: str, looks: Sequence[Observation]) -> list[Observation]:
    return [one for one in looks if one.role != role]


@pytest.mark.parametrize("role", ["control", "made_up"])
def test_no_number_without_a_control_probe_is_not_found(role: str) -> None:
    looks = gone(*range(1, 300, 3))
    assert state(look(0), *looks) == "not_found"
    assert state(look(0), *without(role, looks)) == "not_found_once"


@pytest.mark.parametrize("outcome", sorted(set(get_args(Outcome)) - THERE))
def test_a_control_that_is_not_there_vouches_for_nothing(outcome: Outcome) -> None:
    looks = [replace(one, outcome=outcome) if one.role == "control" else one for one in gone(*range(1, 300, 3))]
    assert state(look(0), *looks) == "not_found_once"


@pytest.mark.parametrize("outcome", sorted(set(get_args(Outcome)) - NOT_FOUND))
def test_a_made_up_address_that_is_not_told_apart_vouches_for_nothing(outcome: Outcome) -> None:
    looks = [replace(one, outcome=outcome) if one.role == "made_up" else one for one in gone(*range(1, 300, 3))]
    assert state(look(0), *looks) == "not_found_once"


@pytest.mark.parametrize("change", [{"method": "browser"}, {"vantage": "elsewhere"}, {"round": "another"}, {"host": "other.example"}])
def test_a_control_of_another_kind_vouches_for_nothing(change: dict[str, Any]) -> None:
    looks = [replace(one, **change) if one.role == "control" else one for one in gone(*range(1, 300, 3), host="site.example")]
    assert state(look(0), *looks) == "not_found_once"


def test_a_block_that_looks_like_404_is_caught_by_its_control() -> None:
    blocked = [replace(one, outcome="http_404") for one in gone(1, 13, 25, 37)]
    assert state(look(0), *blocked) == "not_found_once"


def test_many_at_once_are_one() -> None:
    burst = [one for place in range(20) for one in checked(1, round="same") if place == 0 or one.role == "target"]
    assert standing([look(0), *burst]).counted == 1


def test_a_post_gives_a_first_alarm_after_half_an_hour_and_loses_the_word_first_after_a_day() -> None:
    assert state(look(0), *gone(1, 1.2, 1.4), thing="post") == "not_found_once"
    early = standing([look(0), *gone(1, 1.25, 1.5)], "post")
    assert early.state == "not_found" and early.first_alarm and "First alarm" in tell(early, "post")
    assert state(look(0), *gone(1, 1.25, 1.5)) == "not_found_once"
    late = changes([look(0), *gone(1, 1.25, 1.5, 25)], "post")
    assert [one.state for one in late] == ["live", "not_found_once", "not_found", "not_found"]
    assert [one.first_alarm for one in late] == [False, False, True, False]


def test_410_is_a_statement_only_twice_with_controls_and_where_a_made_up_address_gets_another_answer() -> None:
    assert state(look(0), *checked(1, "http_410")) == "not_found_once"
    assert state(look(0), look(1, "http_410"), look(9, "http_410"), look(30, "http_410")) == "not_found_once"
    made = standing([look(0), *checked(1, "http_410"), *checked(2, "http_410")])
    assert (made.state, made.stated_by, made.removed_by) == ("withdrawn_stated", "platform", "unknown")
    assert state(look(0), *checked(1, "http_410"), *checked(1.1, "http_410")) == "not_found_once"
    assert state(look(0), *checked(1, "http_410", "http_410"), *checked(2, "http_410", "http_410")) == "not_found_once"
    assert state(look(0), *gone(1, 13, 25, outcome="http_410", made_up="http_410")) == "not_found"


def test_410_and_then_back() -> None:
    looks = [look(0), *checked(1, "http_410"), *checked(2, "http_410"), *checked(50, "ok"), *checked(60, "ok")]
    assert [one.state for one in changes(looks)] == ["live", "not_found_once", "withdrawn_stated", "reappeared", "live"]


def test_an_event_or_a_notice_states_it_at_once() -> None:
    event = standing([look(0), look(1, "event_delete", method="stream")])
    assert (event.state, event.stated_by, event.removed_by) == ("withdrawn_stated", "platform", "unknown")
    assert standing([look(0), look(1, "event_delete", stated_by="author", reason="author")]).removed_by == "author"
    assert standing([look(0), look(1, "event_delete", stated_by="legal_notice")]).stated_by == "legal_notice"
    assert state(look(0), look(1, "event_delete"), look(2, "dns"), look(3, "http_404")) == "withdrawn_stated"
    assert state(look(0), look(1, "event_delete"), look(2)) == "reappeared"


def test_a_tombstone_that_names_the_author_is_a_statement_and_another_is_not() -> None:
    named: dict[str, Any] = {
        "outcome": "tombstone",
        "reason": "author",
        "stated_by": "platform",
        "says": "This Post was deleted by the Post author.",
    }
    assert state(look(0), *checked(1, **named)) == "not_found_once"
    assert state(look(0), *without("control", [*checked(1, **named), *checked(9, **named)])) == "not_found_once"
    made = standing([look(0), *checked(1, **named), *checked(9, **named)])
    assert made.state == "withdrawn_stated" and made.removed_by == "author" and "in its words" in tell(made).casefold()
    assert state(look(0), *gone(1, 13, 25, outcome="tombstone", reason="unavailable")) == "not_found"


@pytest.mark.parametrize("reason", ["suspended", "deactivated", "deleted", "protected"])
def test_the_account_is_unavailable_where_its_probe_says_so(reason: str) -> None:
    says = look(1, "api_restricted", role="account", reason=reason, host="bsky.example")
    made = standing([look(0), says, look(1.1, "http_404")])
    assert made.state == "account_unavailable" and made.host == "bsky.example" and made.reason == reason
    assert state(look(0), says, look(2, role="account"), look(2, "http_404", round="r2")) == "not_found_once"
    assert state(look(0), says, look(3)) == "reappeared"


def test_an_account_that_is_not_found_says_nothing_of_why() -> None:
    for outcome in ("http_404", "api_not_found", "dns", "api_restricted"):
        assert state(look(0), look(1, outcome, role="account", round="r1"), look(1.1, "http_404", round="r1")) == "not_found_once"


def test_what_is_there_in_a_round_stands_before_what_its_account_says() -> None:
    assert state(look(0, round="r"), look(0.1, "api_restricted", role="account", reason="suspended", round="r")) == "live"


def test_a_signed_repository_without_it_proves_absence_and_nothing_else_does() -> None:
    made = standing([look(0), look(1, "signed_absent", revision="3kq")])
    assert made.state == "absent_proved" and made.revision == "3kq" and "3kq" in tell(made)
    assert state(look(0), look(1, "signed_absent"), look(2, "dns"), *checked(3)) == "absent_proved"


@pytest.mark.parametrize(
    "away",
    [
        [look(1, "dns")], [look(1, "http_403")], [look(1, "http_404")], gone(1, 13, 25), [look(1, "event_delete")],
        [look(1, "api_restricted", role="account", reason="suspended")], [look(1, "signed_absent")],
    ],
)  # fmt: skip
def test_there_again_after_any_of_them_is_reappeared_and_then_live(away: list[Observation]) -> None:
    assert state(look(0), *away) not in SEEN
    assert state(look(0), *away, look(50)) == "reappeared"
    assert state(look(0), *away, look(50), look(51)) == "live"
    assert standing([look(0), *away, look(50)]).before == state(look(0), *away)


# Edge cases.


def test_flapping_never_adds_up() -> None:
    looks = [one for hour in range(0, 400, 10) for one in (*gone(hour), *checked(hour + 5, "ok"))]
    seen = {one.state for one in changes(looks)}
    assert seen == {"not_found_once", "reappeared"}
    made = standing(looks)
    assert made.all.seen == made.all.not_found == 40 and "Of 80 checks: found at 40, not found at 40" in tell(made)


def test_an_outage_leaves_what_was_found_as_it_was() -> None:
    assert state(look(0), *gone(1, 13, 25), look(26, "dns"), look(27, "timeout")) == "not_found"
    assert state(look(0), *gone(1), look(2, "dns")) == "not_found_once"


def test_one_way_that_finds_it_stands_before_another_that_does_not() -> None:
    looks = [one for hour in (1, 13, 25, 37) for one in (*checked(hour), look(hour + 0.1, method="api", round=f"r{hour}"))]
    made = standing([look(0), *looks])
    assert made.state == "live" and made.mixed == 4 and (made.all.seen, made.all.checks) == (5, 9)
    assert "which differed" in one_line(made)


def test_a_clock_that_was_set_makes_no_day() -> None:
    looks = gone(1, 2, 40)
    servers = [replace(one, server_time=START + timedelta(minutes=place)) for place, one in enumerate(looks)]
    assert state(look(0), *looks) == "not_found"
    assert standing([look(0), *servers]).lacking == ("span",)


def test_a_clock_set_back_changes_no_order_of_the_log() -> None:
    looks = [look(0, entry=0), look(10, "http_404", entry=1), look(5, entry=2)]
    assert state(*looks) == "reappeared"
    looks = [look(0, entry=0), look(10, entry=1), look(5, "http_404", entry=2)]
    assert state(*looks) == "not_found_once"


def test_a_gap_in_the_checks_is_no_finding() -> None:
    assert state(look(0), look(24 * 90)) == "live"
    assert standing([look(0), *gone(1, 24 * 30)]).lacking == ("checks",)


def test_a_file_handed_in_says_nothing_about_now() -> None:
    made = standing([look(0, method="user_supplied")])
    assert made.state == "not_checked" and made.first_seen is not None
    assert one_line(made, held=Holding(supplied=True)) == "captured 2025-01-22 17:40 UTC (supplied by a user), not checked since"
    assert state(*gone(0, 12, 25), look(30, method="user_supplied")) == "not_found"


def test_a_capture_apart_from_a_check_is_seen_and_no_check() -> None:
    made = standing([look(0, role="capture", text="a"), look(1, text="b")])
    assert made.state == "edited" and made.all.checks == 1
    assert state(*gone(0, 12, 25), look(30, role="capture")) == "reappeared"


def test_the_last_fourteen_days_are_counted_apart() -> None:
    looks = [*gone(*range(0, 24 * 20, 24)), look(24 * 20)]
    made = standing(looks)
    assert (made.recent.not_found, made.recent.checks) == (14, 15)
    assert "Not found at 14 of 15 checks in the last 14 days." in tell(made)


# What always holds.

WEIGHTED = sorted(get_args(Outcome)) + ["ok"] * 6 + ["http_404"] * 12 + ["http_410"] * 4


@st.composite
def stories(draw: st.DrawFn) -> list[Observation]:
    """Rounds with one or two looks, with or without controls, hours or days apart."""
    made: list[Observation] = []
    hour = 0.0
    for place in range(draw(st.integers(1, 9))):
        hour += draw(st.sampled_from([0.2, 1, 12, 30]))
        for vantage in draw(st.sampled_from([("home",), ("home", "office")])):
            outcome = draw(st.sampled_from(WEIGHTED))
            reason = draw(st.sampled_from(["", "author", "suspended"]))
            one = look(hour, outcome, round=f"r{place}", vantage=vantage, reason=reason, stated_by="platform" if reason == "author" else "")
            control, made_up = draw(st.sampled_from(["ok", "ok", "dns", "http_404"])), draw(st.sampled_from(["http_404", "http_404", "ok"]))
            made += [replace(one, role="control", outcome=control), replace(one, role="made_up", outcome=made_up), one]
    return made


@given(stories(), st.integers(0, 10_000), st.sampled_from(["page", "post"]))
def test_the_order_in_which_observations_are_handed_over_does_not_matter(story: list[Observation], seed: int, thing: Any) -> None:
    numbered = [replace(one, entry=place) for place, one in enumerate(story)]
    shuffled = random.Random(seed).sample(numbered, len(numbered))
    assert changes(shuffled, thing) == changes(numbered, thing)
    assert standing(shuffled, thing) == standing(numbered, thing)


@given(stories(), st.sampled_from(["page", "post"]))
def test_what_was_derived_before_is_how_all_that_is_derived_later_begins(story: list[Observation], thing: Any) -> None:
    by_round = list(rounds(story))
    whole = changes(story, thing)
    for length in range(len(by_round) + 1):
        part = [one for round_ in by_round[:length] for one in round_]
        shorter = changes(part, thing)
        assert shorter == whole[: len(shorter)]
        assert not shorter or shorter[-1].key == standing(part, thing).key


@given(stories(), st.sampled_from(sorted(UNREACHABLE)), st.data(), st.sampled_from(["page", "post"]))
def test_a_failed_request_more_never_moves_towards_gone(
    story: list[Observation], outcome: Outcome, data: st.DataObject, thing: Any
) -> None:
    place = data.draw(st.integers(0, len(story) - 1))
    own = data.draw(st.booleans())
    failed = replace(story[place], role="target", outcome=outcome, reason="", stated_by="", round="failed" if own else story[place].round)
    before, after = standing(story, thing), standing([*story[:place], failed, *story[place:]], thing)
    assert NEARNESS[after.state] <= NEARNESS[before.state]


@given(stories(), st.sampled_from(["page", "post"]))
def test_without_controls_nothing_is_ever_not_found_or_withdrawn_by_a_page(story: list[Observation], thing: Any) -> None:
    plain = [one for one in story if one.role == "target" and one.outcome not in ("event_delete", "signed_absent")]
    weak = {"live", "edited", "reappeared", "unreachable", "restricted", "not_found_once", "another_page", "not_checked"}
    assert {one.state for one in changes(plain, thing)} <= weak


@given(stories(), st.sampled_from(["page", "post"]))
def test_one_round_that_finds_it_ends_everything_before(story: list[Observation], thing: Any) -> None:
    last = max(one.time for one in story)
    found = Observation(last + HOUR, "ok", round="found", vantage="home")
    assert standing([*story, found], thing).state in SEEN


# Wording.

FORBIDDEN = re.compile(
    r"\b(?:lie[sd]?\b|lying|fake|debunk|manipulat|censor|false|zensier|lüge|gelogen|gefälscht|falsch)|deleted by|gelöscht von",
    re.IGNORECASE,
)
TOLD: dict[State, list[Observation]] = {
    "not_checked": [],
    "reported_by_third_party": [look(0, "http_404", role="report")],
    "live": [look(0), look(1)],
    "edited": [look(0, text="a"), look(1, text="b")],
    "another_page": [look(0), look(1, "another_page")],
    "unreachable": [look(0), look(1, "dns")],
    "restricted": [look(0), look(1, "http_403")],
    "not_found_once": [look(0), look(1, "http_404")],
    "not_found": [look(0), *gone(1, 13, 25)],
    "withdrawn_stated": [look(0), look(1, "event_delete")],
    "account_unavailable": [look(0), look(1, "api_restricted", role="account", reason="suspended")],
    "absent_proved": [look(0), look(1, "signed_absent", revision="3kq")],
    "reappeared": [look(0), look(1, "http_404"), look(2)],
}


@pytest.mark.parametrize("name", get_args(State))
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_state_is_said_without_a_cause_that_nobody_stated(name: State, language: Any) -> None:
    made = standing(TOLD[name])
    assert made.state == name
    for thing in ("page", "post"):
        text = tell(made, thing, language)
        line = one_line(made, language=language)
        for said in (text.partition("Possible causes")[0].partition("Mögliche Ursachen")[0], line):
            assert said and not FORBIDDEN.search(said), said
            assert "  " not in said and "None" not in said and "{" not in said
        assert text.endswith((".", "»."))


def test_the_line_of_a_report() -> None:
    looks = [look(0, role="capture"), *(look(hour) for hour in range(6, 42, 6))]
    assert one_line(standing(looks)) == "captured 2025-01-22 17:40 UTC, still there at 6 of 6 checks"
    assert one_line(standing(looks), language="de") == "aufgenommen am 22.01.2025 um 17:40 UTC, bei 6 von 6 Prüfungen noch da"
    assert one_line(standing([*looks, look(48, "dns")])) == "captured 2025-01-22 17:40 UTC, there at 6 of 7 checks, no answer at the last"
    assert one_line(standing([])) == "not captured, not checked since"


def test_not_found_is_said_as_it_was_seen() -> None:
    seen = replace(look(0), entry=4102, capture=17)
    looks = [replace(one, entry=5000 + place) for place, one in enumerate(gone(1, 7, 13, 19, 24, 25))]
    made = standing([seen, *looks], "post")
    assert tell(made, "post", stamp="TSA before 17:50") == (
        "Last seen 22 Jan 2025 17:40 UTC (capture C-17, log entry 4,102, stamped by TSA before 17:50). Not found at 6 of 6 checks from"
        " networks named home and office between 22 Jan 2025 18:40 UTC and 23 Jan 2025 18:40 UTC. In the same rounds, other posts of this"
        f" account were reachable. Not known: who removed or hid it, and why. Possible causes, in no order: {'; '.join(causes())}."
    )
    assert tell(made, "post", "de") == (
        "Zuletzt gesehen am 22. Januar 2025, 17:40 UTC (Aufnahme C-17, Eintrag 4\u202f102 im Logbuch). Seither bei 6 von 6 Prüfungen"
        " aus den Netzen namens home und office zwischen dem 22. Januar 2025, 18:40 UTC und dem 23. Januar 2025, 18:40 UTC nicht gefunden;"
        " andere Beiträge des Kontos waren gleichzeitig erreichbar."
        " Nicht bekannt ist, wer den Beitrag entfernt oder verborgen hat und warum. Mögliche Ursachen, ohne"
        f" Reihenfolge: {'; '.join(causes('de'))}."
    )
    assert one_line(made) == (
        "captured 2025-01-22 17:40 UTC, last seen 2025-01-22 17:40 UTC, not found at 6 of 6 checks since from networks named"
        " home and office, why is not known"
    )


def test_a_control_of_the_host_is_not_called_one_of_the_account() -> None:
    looks = [replace(one, of_account=False) for one in gone(1, 13, 25)]
    assert "other posts of this host were reachable" in tell(standing(looks, "post"), "post")
    assert "andere Seiten derselben Website" in tell(standing(looks), "page", "de")


def test_numbers_are_written_one_way() -> None:
    looks = [look(0), *(look(hour, round=f"r{hour}") for hour in range(1, 2302))]
    assert "at 2,302 of 2,302 checks" in one_line(standing(looks))
    assert "bei 2\u202f302 von 2\u202f302 Prüfungen" in one_line(standing(looks), language="de")
    assert "at the last 1 check." in tell(standing([look(0), look(1, "dns")])) and "letzten Prüfung." in tell(
        standing([look(0), look(1, "dns")]), "page", "de"
    )


def test_words_of_standings_in_german() -> None:
    legal = [look(0), *gone(1, 2, outcome="tombstone", reason="legal", stated_by="legal_notice")]
    assert "Zurückgezogen laut einem rechtlichen Hinweis" in tell(standing(legal), "page", "de")
    assert label("absent_proved", "de") == "nachweislich nicht vorhanden"
    assert "(von Hand eingereicht)" in one_line(standing([look(0, role="capture")]), language="de", held=Holding(supplied=True))


def test_the_newest_check_that_saw_it_says_whether_it_is_edited() -> None:
    first, edited = look(0, text="a", language="en"), look(1, "content_differs", text="b")
    assert state(first, edited) == "edited"
    assert state(first, edited, look(2, text="a", language="en")) == "live"
    assert state(first, edited, look(2, "dns"), look(3, text="a")) in ("reappeared", "live")
    assert not standing([first, edited, look(2, text="a", language="en")]).edited


def test_another_page_is_counted_apart_and_makes_nothing_gone_or_there_again() -> None:
    made = standing([look(0), look(1, "another_page")])
    assert (made.state, made.all.another_page, made.all.seen, made.all.checks) == ("another_page", 1, 0 + 1, 2)
    assert state(look(0), look(1, "another_page"), look(2)) == "live"
    assert state(look(0), look(1, "http_404"), look(2, "another_page"), look(3)) == "reappeared"
    kept = standing([look(0), *gone(1, 13), look(20, "another_page"), look(21, "no_content"), *gone(26)])
    assert kept.state == "not_found"  # neither ends what was counted


def test_what_was_not_asked_is_no_check() -> None:
    made = standing([look(0, role="capture"), look(1, "not_asked", says="not asked: 10.0.0.1 is private")])
    assert (made.state, made.all.checks) == ("live", 0) and "not asked at the last attempt (10.0.0.1 is private)" in one_line(made)
    assert standing([look(1, "not_asked", says="x")]).state == "not_checked"
    assert not standing([look(0), look(1, "not_asked", says="x"), look(2)]).not_asked


def test_all_seven_possible_causes_are_named_in_both_languages() -> None:
    assert len(causes("en")) == len(causes("de")) == 7
