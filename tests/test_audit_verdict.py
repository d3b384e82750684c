"""Verdicts: the order in which a passed deadline is settled, how odds may be shown, what is missing, and the words for it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from stargauge.audit.claims.binding import check
from stargauge.audit.claims.evaluate import Outcome
from stargauge.audit.claims.language import Not, parse
from stargauge.audit.claims.questions import Question, questions
from stargauge.audit.claims.record import Archive
from stargauge.audit.claims.verdict import Setting, judge, margin_of, observed, odds_of
from stargauge.audit.wording.answer import answer, claim_answer, record_of
from stargauge.audit.wording.messages import ENGLISH
from stargauge.audit.wording.sentence import Names, sentence
from stargauge.audit.wording.words import attribution, forbidden, independent, likelihood, odds, percent
from stargauge.quantity.dates import parse_window
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import quantity
from stargauge.quantity.statement import Statement


@quantity("W", "draw stage site month", adds="site", rises=True)
def power_facility(known):
    """Power at the meter."""


@quantity("USD", "draw means party month", adds="party")
def funding_available(known):
    """Money."""


@quantity("1", "draw month")
def users_served(power_facility):
    """Users."""


QUANTITIES = {f.quantity.name: f.quantity for f in (power_facility, funding_available, users_served)}
AXES = {
    "site": ("abilene", "milam", "unsited"),
    "party": ("softbank", "openai"),
    "month": tuple(f"{y}-{m:02d}" for y in range(2025, 2033) for m in range(1, 13)),
}
SOURCES = {
    "tracker": SimpleNamespace(publisher="Tracker", grade="B", root="", url="https://tracker.example"),
    "blog": SimpleNamespace(publisher="A Blog", grade="C", root="wire", url=""),
    "copy": SimpleNamespace(publisher="A Copy", grade="C", root="", url=""),
    "wire": SimpleNamespace(publisher="A Wire", grade="B", root="", url=""),
}
PASSED = "power_facility[operational, abilene] >= 1.15 GW by 2026-06-30"
OPEN = "power_facility[operational, abilene] >= 1.15 GW by 2027-06-30"


def said(value, as_of, source="tracker", unit="W", status="estimated", grade=None):
    at = parse_window(as_of)
    return Statement(value, unit, at, at, source, status, grade)


def setting(records=None, as_of=date(2026, 11, 22), observed_through=date(2026, 9, 24)):
    names = Names(AXES, QUANTITIES, {"openai": "OpenAI"})
    archive = Archive.of(records or {}, as_of)
    return Setting(as_of, archive, QUANTITIES, names, lambda site: observed_through, SOURCES)


def outcome(share, count=1024, absent=(), undecided=None):
    truth = np.arange(count) < share * count
    margin = np.where(truth, 1e8, -5.6e8).astype(np.float32)
    return Outcome(truth, margin, absent, undecided)


def verdict(text, out=None, picks=None, **options):
    around = setting(**options)
    question = Question("claim", "as said", text, check(parse(text), QUANTITIES, AXES))
    made = judge(question, out, around, picks)
    return made, answer(question.reading, made, around)


def test_a_record_settles_before_the_model():
    made, text = verdict(PASSED, outcome(1.0), records={"power_facility[abilene, operational]": [said(5.9e8, "2026-09-24")]})
    assert (made.status, made.settled_by, made.odds) == ("not met", "record", None)
    assert made.margin.off_by == "560 MW"
    assert text == "Not met by 30 Jun 2026: 590 MW recorded"


def test_arithmetic_settles_where_every_draw_agrees_and_the_site_was_looked_at():
    made, text = verdict(PASSED, outcome(0.0))
    assert (made.status, made.settled_by, made.odds.probability) == ("not met", "arithmetic", 0.0)
    assert text == "Not met by 30 Jun 2026: 590 MW computed, no draw differs, and the sites are observed until then"
    assert verdict(PASSED, outcome(1.0))[0].status == "met"


def test_an_outcome_before_its_deadline_names_no_date():
    text = "power_facility[operational, abilene] >= 0.5 GW by 2027-06-30"
    made, said_text = verdict(text, outcome(0.5), records={"power_facility[operational, abilene]": [said(5.9e8, "2026-09-24")]})
    assert (made.status, said_text) == ("met", "Met: 590 MW recorded")


def test_arithmetic_about_money_speaks_of_no_sites():
    made, text = verdict(
        "funding_available[cash, softbank] < 10 bn USD on 2025-01-22", Outcome(np.zeros(4, bool), np.full(4, -5e9), (), None)
    )
    assert made.status == "not met"
    assert text == "Not met on 22 Jan 2025: 15 bn USD computed from what is published, and no draw differs"


@pytest.mark.parametrize(("share", "seen"), [(0.5, date(2026, 9, 24)), (0.0, date(2026, 5, 1)), (0.0, None)])
def test_else_the_record_is_silent_with_odds_held_within_2_to_98_percent(share, seen):
    made, text = verdict(PASSED, outcome(share), observed_through=seen)
    assert made.status == "passed, record silent" and made.settled_by is None
    assert made.odds.probability == max(share, 0.02)
    assert text.startswith("Deadline passed; the record is silent; ")


def test_an_open_claim_gets_odds_with_word_number_and_range():
    picks = {"pick:block": np.arange(1024) % 2}
    truth = np.where(np.arange(1024) % 2, np.arange(1024) % 10 == 1, np.arange(1024) % 50 == 0)
    made, text = verdict(OPEN, Outcome(truth, None, (), None), picks=picks)
    assert made.status == "open"
    assert text == "Unlikely (12 %, model range 4–20 %), known on 22 Nov 2026"


def test_open_odds_never_leave_2_to_98_percent():
    made, text = verdict(OPEN, outcome(1.0))
    assert made.odds.probability == 0.98 and "98 %" in text
    assert verdict(OPEN, outcome(0.0))[0].odds.probability == 0.02


def test_the_knowledge_date_decides_whether_a_deadline_has_passed():
    assert verdict(PASSED, outcome(0.3), as_of=date(2026, 6, 30))[0].status == "open"
    assert verdict(PASSED, outcome(0.3), as_of=date(2026, 7, 1))[0].status == "passed, record silent"


def test_conflicting_records_are_both_named():
    records = {"power_facility[operational, abilene]": [said(5.9e8, "2026-06-30"), said(1.2e9, "2026-06-30", "wire")]}
    made, text = verdict(PASSED, outcome(0.5), records=records)
    assert made.status == "partly met"
    assert text == "Partly met by 30 Jun 2026: sources differ (590 MW, Tracker; 1.2 GW, A Wire)"


def test_a_figure_of_weak_sources_names_them():
    records = {"power_facility[operational, abilene]": [said(5.9e8, "2026-06-30", "blog")]}
    assert verdict(PASSED, outcome(0.5), records=records)[1].endswith("590 MW (A Blog quoting A Wire) recorded")


def test_all_absent_is_too_thin_and_says_what_is_missing():
    nothing = Outcome(np.zeros(4, bool), np.full(4, np.nan), ("power_facility[under_construction, abilene]",), np.ones(4, bool))
    text = "power_facility[under_construction, abilene] >= 1 MW on 2025-01-23"
    made, said_text = verdict(text, nothing, as_of=date(2025, 1, 23))
    assert made.status == "record too thin" and made.missing == ("abilene",)
    assert said_text == "Record too thin on 23 Jan 2025: no start of work published by then"


def test_a_party_without_accounts_is_not_knowable():
    absent = outcome(0.0, 4, ("openai",), np.ones(4, bool))
    made, text = verdict("funding_available[cash, softbank, openai] < 100 bn USD on 2025-01-22", absent)
    assert made.status == "not testable" and made.missing == ("openai",)
    assert text == "Not knowable: no accounts of OpenAI are public"


def test_a_sum_without_some_parts_names_them():
    absent = outcome(0.0, 4, ("milam",), np.ones(4, bool))
    made, text = verdict("power_facility[contracted] >= 10 GW by 2025-12-31", absent)
    assert made.status == "not testable" and "Milam" in text and "lower bound" in text


def test_labels_not_known_yet_are_missing_and_others_are_faults():
    claims = {"c": SimpleNamespace(readings={"as said": "power_facility[operational, saline] >= 1 GW by 2027-06-30"})}
    asked = questions(claims, QUANTITIES, AXES, ids={"saline"})
    assert asked[0].missing == ("saline",)
    made = judge(asked[0], None, setting())
    assert answer(asked[0].reading, made, setting()) == "Record too thin on 22 Nov 2026: nothing about Saline published by then"
    with pytest.raises(InputError, match=r"claims\.c\.readings\.as said"):
        questions(claims, QUANTITIES, AXES, ids={"milam"})
    with pytest.raises(InputError):
        questions(claims, QUANTITIES, AXES)


def test_a_reading_about_the_record_has_no_probability():
    made, text = verdict("record(x) >= 100 bn USD by 2030-12-31", records={"x": [said(30e9, "2026-02", unit="USD")]})
    assert (made.status, made.odds) == ("open", None)
    assert text == "Open until 31 Dec 2030: 30 bn USD on record so far"
    assert verdict("record(y)")[1] == "Not shown: no record"
    assert verdict("record(x)", records={"x": [said(True, "2025-01-22")]})[1] == "Met: on record"


def test_a_mixed_reading_follows_the_record_where_it_decides():
    text = f"{OPEN} and record(offtake)"
    waiting = Outcome(np.zeros(4, bool), None, ("record(offtake)",), np.ones(4, bool))
    assert verdict(text, waiting, records={"offtake": [said(False, "2026-04-15")]})[0].status == "not met"
    assert verdict(text, waiting)[0].status == "open"
    assert verdict(f"{PASSED} and record(offtake)", waiting)[0].status == "not shown: no record"


def test_what_cannot_be_tested_says_why():
    assert verdict('not testable: "secured" was never defined')[1] == 'Not testable: "secured" was never defined'


def test_observed_looks_at_the_sites_a_reading_depends_on():
    seen = {"abilene": date(2026, 9, 24), "milam": date(2026, 1, 1)}
    around = setting()
    around = Setting(around.as_of, around.archive, QUANTITIES, around.names, seen.get, SOURCES)
    until = date(2026, 6, 30)
    assert observed(parse(PASSED), until, around)
    assert not observed(parse("power_facility[operational] >= 1 GW by 2026-06-30"), until, around)
    assert not observed(parse("users_served >= 1 by 2026-06-30"), until, around)  # made from power
    assert observed(parse("funding_available[cash, softbank] >= 1 USD on 2026-06-30"), until, around)
    assert not observed(parse(PASSED), date(2027, 1, 1), around)


def test_model_range_is_over_picks_with_enough_draws():
    truth = np.arange(1000) < 500
    picks = {"pick:a": (np.arange(1000) >= 800).astype(float), "pick:rare": (np.arange(1000) < 20).astype(float)}
    made = odds_of(Outcome(truth, None, (), None), picks)
    assert made.model_range == (0.0, pytest.approx(500 / 800))
    assert odds_of(Outcome(truth, None, (), None), {}).model_range is None


def test_sampling_error_is_binomial_for_few_blocks_and_between_blocks_for_many():
    rng = np.random.default_rng(1)
    few = rng.random(1024) < 0.3
    assert odds_of(Outcome(few, None, (), None), {}).error == pytest.approx(np.sqrt(few.mean() * (1 - few.mean()) / 1024))
    even = np.tile(np.arange(256) % 4 == 0, 40)  # every block the same: the spread between them is nought, but not the doubt
    many = np.concatenate([np.full(256, block % 2 == 0) for block in range(32)])
    assert odds_of(Outcome(many, None, (), None), {}).error == pytest.approx(np.std([0, 1] * 16, ddof=1) / np.sqrt(32))
    assert odds_of(Outcome(even, None, (), None), {}).error > 0
    assert odds_of(Outcome(np.zeros(512, bool), None, (), None), {}).error > 0


def test_a_margin_has_quantiles_in_the_readings_unit():
    reading = check(parse(OPEN), QUANTITIES, AXES)
    made = margin_of(Not(reading), outcome(0.3))
    assert (made.p10, made.p90, made.unit) == (pytest.approx(-5.6e8), pytest.approx(1e8), "W")
    assert made.to_dict()["unit"] == "W"


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (0.005, "exceptionally unlikely"), (0.01, "very unlikely"), (0.05, "very unlikely"), (0.1, "unlikely"),
        (0.33, "about as likely as not"), (0.5, "about as likely as not"), (0.66, "about as likely as not"), (0.67, "likely"),
        (0.9, "likely"), (0.95, "very likely"), (0.99, "very likely"), (0.995, "virtually certain"),
    ],
)  # fmt: skip
def test_exact_bounds_take_the_word_nearer_the_middle(probability, word):
    assert likelihood(probability) == word


def test_never_0_or_100_percent():
    assert [percent(p) for p in (0.0, 0.004, 0.02, 0.281, 0.98, 1.0)] == ["< 1 %", "< 1 %", "2 %", "28 %", "98 %", "> 99 %"]
    assert odds(0.03, (0.02, 0.09)) == "very unlikely (3 %, model range 2–9 %)"


def test_words_that_are_never_said():
    assert forbidden("He lied; a fake, debunked and manipulated") == ("lied", "fake", "debunked", "manipulated")
    assert forbidden("Users say “Musk manipulated the thread”") == ()
    assert forbidden("It is false") == ("false",) and forbidden("It is false", deadline_passed=True) == ()


def test_no_generated_text_holds_a_forbidden_word():
    tables = [
        *ENGLISH.texts.values(),
        *ENGLISH.labels.values(),
        *ENGLISH.reasons.values(),
        *ENGLISH.likelihoods,
        *ENGLISH.operators.values(),
    ]
    tables += [phrase.text for phrase in ENGLISH.quantities.values()]
    assert [text for text in tables if forbidden(text)] == []


def test_a_figure_of_one_root_counts_once_and_weak_ones_are_quoted():
    assert independent(["blog", "wire", "tracker"], SOURCES) == 2
    assert attribution([said(1.0, "2025", "blog"), said(1.0, "2025", "tracker")], SOURCES) == ""
    assert attribution([said(1.0, "2025", "blog")], SOURCES) == "A Blog quoting A Wire"
    assert attribution([said(1.0, "2025", "copy")], SOURCES) == "A Copy, a secondary source"


def test_a_claim_depends_on_its_reading_when_they_differ():
    assert claim_answer([("a", "met", "Met"), ("b", "met", "Met as well")], ENGLISH) == "Met"
    both = claim_answer([("as said", "not met", "Not met"), ("wide", "open", "Unlikely (28 %)")], ENGLISH)
    assert both == "Depends on reading: “as said”: Not met; “wide”: Unlikely (28 %)"


def test_evidence_names_source_grade_and_what_decided():
    around = setting({"power_facility[operational, abilene]": [said(5.9e8, "2026-09-24")]})
    reading = check(parse(PASSED), QUANTITIES, AXES)
    row = record_of(reading, judge(Question("c", "r", PASSED, reading), None, around), around)[0]
    assert (row["text"], row["publisher"], row["grade"], row["decides"]) == ("590 MW", "Tracker", "B", True)
    assert (row["of"], row["about"]) == ("power_facility[operational, abilene]", "facility power that runs at Abilene")


ABILENE = "facility power that runs at Abilene"
READ_AT_END = "at the end of January 2025 (for 22 Jan 2025: dates are read at the end of their month)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("power_facility[operational, abilene] >= 1.15 GW on 2026-06-30", f"{ABILENE} is at least 1.15 GW at the end of June 2026"),
        (
            "power_facility[operational, abilene, milam] >= 1.15 GW by 2026-06-30",
            f"{ABILENE} and Milam reaches at least 1.15 GW by the end of June 2026",
        ),
        ("funding_available[cash, softbank] < 10 bn USD on 2025-01-22", f"money in cash of Softbank is less than 10 bn USD {READ_AT_END}"),
        ("buildings[energised] >= 2 by 2025-12-31", "buildings energised reach at least 2 by the end of December 2025"),
        ("record(post-time) >= 2025-01-22T17:00Z", "the recorded value of “Post time” is not before 2025-01-22 17:00 UTC"),
        ("buildings[operational, abilene] >= 2 on 2025-06-30", "buildings that run at Abilene are at least 2 at the end of June 2025"),
        ("jobs_construction_onsite[abilene] >= 5", "builders on site at Abilene are at least 5"),
        ("jobs_construction_onsite[abilene, milam] >= 5", "builders on site at one time at Abilene and Milam are at least 5"),
        ("revenue[softbank-openai] >= 1 USD", "revenue of the contract Softbank–Openai is at least 1 USD"),
        ("revenue[abilene-loan-1] >= 1 USD", "revenue of the contract abilene-loan-1 is at least 1 USD"),
        ("record(softbank-praise-post)", "the record says yes to “Softbank praise post”"),
        ("not record(post) on 2025-01-23", "the record says no to “Post” on 23 Jan 2025"),
        ("not testable: an opinion", "cannot be tested: an opinion"),
    ],
)
def test_a_reading_as_a_sentence(text, words):
    lines = {"line": ("softbank-openai", "abilene-loan-1")}
    assert sentence(parse(text), Names(AXES | lines, QUANTITIES)) == words


def test_the_id_of_a_record_is_told_with_the_names_of_parties():
    assert Names(AXES, QUANTITIES, {"openai": "OpenAI"}).record("deal-with-openai-signed") == "Deal with OpenAI signed"
    assert Names(AXES, QUANTITIES).record("money-planned-2025-09") == "Money planned 2025-09"
