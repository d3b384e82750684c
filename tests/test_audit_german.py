"""One grammar, two languages: both tables are whole, German output is German, and every reading has a sentence in both."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.readings_in_words import FILE, lines

from stargauge import api
from stargauge.api.runs import condition
from stargauge.audit.answer_data import claim_texts
from stargauge.audit.claims.binding import check
from stargauge.audit.claims.language import AllOf, AnyOf, Comparison, Not, NotTestable, Reading, Record, Threshold, Time, leaves, parse
from stargauge.audit.claims.meanings import words as meanings
from stargauge.audit.claims.record import Archive, Found
from stargauge.audit.claims.verdict import STATUSES, Judgement, Margin, Odds, Setting
from stargauge.audit.export.wording import Wording
from stargauge.audit.jobs.job_definitions import DEFINITIONS
from stargauge.audit.needs.needs_words import choice_said, date_said, number_said
from stargauge.audit.wording.answer import answer
from stargauge.audit.wording.input_names import CLAUSES, PLURAL
from stargauge.audit.wording.languages import LANGUAGES, words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.publishers import GERMAN as PUBLISHERS
from stargauge.audit.wording.sentence import Names, sentence, subject, written
from stargauge.audit.wording.telling import TELLING, Respect, phase_named
from stargauge.audit.wording.words import forbidden, input_name, likelihood, odds, percent
from stargauge.engine.simulate import inputs_of, model_graph
from stargauge.programme.alternatives import METHODS
from stargauge.programme.schema import Programme
from stargauge.quantity.address import Address, parse_address
from stargauge.quantity.dates import day
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import PICK, Mixture, Statement
from stargauge.quantity.units import ENGLISH as ENGLISH_NOTATION
from stargauge.quantity.units import GERMAN as GERMAN_NOTATION
from stargauge.quantity.units import Notation, figures, show

GERMAN = LANGUAGES["de"]
SAID, SEEN = Statement(5.9e8, "W", source="tracker"), Statement(True, "", source="tracker")
SOURCES = {"tracker": SimpleNamespace(publisher="Tracker", grade="B", root="", url="")}
TABLES = ("quantities", "labels", "operators", "texts", "reasons", "inputs", "definitions")
#: Words that stand in English alone; none of them is a German word, in any case.
ENGLISH_WORDS = frozenset(
    re.findall(r"\w+", """
    the of and or by at to on is are be been it its that this with from for not as said record recorded reading readings jobs job
    power facility building buildings builders site sites money month months end known open met likely unlikely draws draw least
    more than most exactly before after between share depends tested testable nothing yes bn tn contract year years only each both
    which nobody deadline passed silent sources shown holds hold cash committed announced reaches reach adds never would could
    cannot cost costs time delay whole phase phases first last date dates shares spread moved moves chosen editors speaker chips
    weeks days
    """)
)  # fmt: skip
#: Names that keep their own language.
NAMES = (
    "Data Center Dynamics", "Financial Times", "Wall Street Journal", "The Million Dollar Way (blog)", "Related Digital", "Stargate Norway",
    "Shackelford County", "Milam County", "Saline Township", "Port Washington", "US Chamber of Commerce", "PV Tech", "LBNL in Joule",
    "The Irish Times", "The Daily Mail News Today", "Fujitsu Laboratories of Europe", "Data Center Coalition",
    "Stargate UAE", "Stargate UK", "SoftBank Group",
)  # fmt: skip


# --- the tables are whole ---------------------------------------------------------------------------------------------------------


def missing(english: Messages, other: Messages) -> list[str]:
    """What one language has and the other lacks, as a reader finds it. A template `KEY that` may stand in one alone."""
    out = []
    for table in TABLES:
        first, second = ({key.removesuffix(" that") for key in getattr(words, table)} for words in (english, other))
        out += [f"{table}: {key} (German is missing)" for key in sorted(first - second)]
        out += [f"{table}: {key} (English is missing)" for key in sorted(second - first)]
    return out


def blanks(template: str) -> set[str]:
    """The names of what is filled into a template."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert missing(ENGLISH, GERMAN) == []
    assert len(GERMAN.likelihoods) == len(ENGLISH.likelihoods) and len(GERMAN.months) == len(GERMAN.short_months) == 12


def test_a_key_that_one_language_lacks_is_named() -> None:
    poorer = Messages(**{**{f.name: getattr(GERMAN, f.name) for f in fields(Messages)}, "labels": {}})
    assert f"labels: {next(iter(sorted(ENGLISH.labels)))} (German is missing)" in missing(ENGLISH, poorer)


#: Filled into one language alone: a German day has no need of the form 2025-01-22.
FREE = {"iso", "day", "month"}


def test_both_languages_fill_in_the_same_values() -> None:
    for table in ("texts", "labels"):
        english, german = getattr(ENGLISH, table), getattr(GERMAN, table)
        for key, template in german.items():
            wanted = blanks(english[key.removesuffix(" that")])
            free = FREE if key.startswith("record_") and key in ("record_day", "record_month") else set()
            assert blanks(template) - free == wanted - free, (table, key)


def test_every_status_is_called_something_in_the_exports() -> None:
    wording = Wording({"language": "de", "texts_language": "en", "untranslated": [], "as_of": "2026-11-22"})
    assert all(wording.status(status) for status in (*STATUSES, "depends on reading"))


def test_every_german_phrase_has_a_gender_and_an_article_in_every_place() -> None:
    for name, phrase in GERMAN.quantities.items():
        assert phrase.gender in ("f", "m", "n"), name
        assert all(GERMAN.article(place, phrase) for place in ("subject", "whole", "about"))
        assert not phrase.plural  # a count is "die Zahl der ..."


def test_every_definition_of_a_job_has_a_name_in_both() -> None:
    assert {one.name: one.label for one in DEFINITIONS} == dict(ENGLISH.definitions)
    assert {one.name for one in DEFINITIONS} == set(GERMAN.definitions)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a table, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from texts_in(part)
    elif hasattr(value, "text"):
        yield value.text
        yield value.at_one_site


def all_of(words: Messages) -> list[str]:
    return [text for field in fields(Messages) if field.name != "notation" for text in texts_in(getattr(words, field.name))]


@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["en", "de"])
def test_no_table_holds_a_forbidden_word(words: Messages) -> None:
    assert [text for text in all_of(words) if forbidden(text)] == []


def test_german_is_spelt_as_in_switzerland() -> None:
    german = all_of(GERMAN)
    for name in api.shipped():
        german += api.load(name).translations.get("de", {}).values()
    assert [text for text in german if re.search('[ß„“”"‹›]', text)] == []
    assert [text for text in german if re.search(r"\d\.\d|\d,\d{3}\b|\d{5}|  ", text)] == []


# --- numbers, dates, words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "english", "german"),
    [
        (5.9e8, "W", "590 MW", "590 MW"), (1.15e9, "W", "1.15 GW", "1,15 GW"), (1e11, "USD", "100 bn USD", "100 Mrd. USD"),
        (5e6, "USD", "5 million USD", "5 Mio. USD"), (2.5e12, "USD", "2.5 tn USD", "2,5 Bio. USD"),
        (6400, "job", "6,400 jobs", "6400 Stellen"),
        (1e5, "job", "100,000 jobs", "100’000 Stellen"), (99_500, "1", "99,500", "99’500"), (131, "d", "131 d", "131 Tage"),
        (1, "d", "1 d", "1 Tag"), (-1.5e9, "USD", "−1.5 bn USD", "−1,5 Mrd. USD"), (float("nan"), "W", "absent", "nicht angegeben"),
        (0.5, "1", "0.5", "0,5"), (2e12, "token/d", "2 tn tokens/d", "2 Bio. Tokens/Tag"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_its_language_has_it(value: float, unit: str, english: str, german: str) -> None:
    assert show(value, unit) == english
    assert show(value, unit, notation=GERMAN_NOTATION) == german


@given(st.floats(min_value=-1e15, max_value=1e15, allow_nan=False))
def test_a_notation_changes_marks_and_no_figure(value: float) -> None:
    english, german = figures(value), figures(value, notation=GERMAN_NOTATION)
    assert re.sub("[^0-9e]", "", english) == re.sub("[^0-9e]", "", german)
    assert ENGLISH_NOTATION.number(english) == english
    assert not re.search(r"\.", german) and not re.search(r"\d{5}(?![^,]*$)", german.split(",")[0])


def test_a_notation_without_words_leaves_units_alone() -> None:
    assert Notation().unit("bn USD") == "bn USD"
    assert GERMAN_NOTATION.unit("USD/kW/month") == "USD/kW/Monat" and GERMAN_NOTATION.unit("days", "1") == "Tag"


def test_thresholds_dates_and_likelihoods_as_the_table_of_words_has_them() -> None:
    assert [written(text, GERMAN) for text in ("100_000", "6_400", "1.15 GW", "100 bn USD", "122 d", "99 %")] == [
        "100’000", "6400", "1,15 GW", "100 Mrd. USD", "122 Tage", "99 %",
    ]  # fmt: skip
    assert GERMAN.day(date(2026, 11, 22)) == "22. Nov. 2026" and GERMAN.day(date(2025, 12, 31)) == "31. Dez. 2025"
    assert GERMAN.moment("2025-01-22T04:35:18Z") == "22. Jan. 2025, 04:35:18 UTC" and GERMAN.moment("2026-05") == "Mai 2026"
    assert GERMAN.moment("2026-05..2026-08") == "Mai 2026 bis August 2026" and GERMAN.moment("bald") == "bald"
    assert likelihood(0.5, GERMAN) == "etwa gleich wahrscheinlich wie nicht" and likelihood(0.001, GERMAN) == "besonders unwahrscheinlich"
    assert odds(0.03, (0.02, 0.09), GERMAN) == "sehr unwahrscheinlich (3 %, Modellspanne 2–9 %)"
    assert percent(0.0, GERMAN) == "< 1 %"


def test_words_that_are_never_said_in_german() -> None:
    told = "Eine Lüge: gefälscht, manipuliert, zensiert, entlarvt"
    assert forbidden(told) == ("Lüge", "gefälscht", "manipuliert", "zensiert", "entlarvt")
    assert forbidden("Das ist falsch") == ("falsch",) and forbidden("Das ist falsch", deadline_passed=True) == ()
    assert forbidden("Nutzer schreiben «manipuliert»") == () and forbidden("Der Flug ist genügend gefällig") == ()


def test_a_language_that_there_is_not_is_named() -> None:
    with pytest.raises(InputError, match='there is no language "dee"'):
        words_of("dee")


# --- the grammar ------------------------------------------------------------------------------------------------------------------

AXES = {
    "site": ("abilene", "milam", "unsited"), "party": ("softbank", "oracle"), "line": ("openai-oracle",), "chip": ("gb200-nvl72",),
}  # fmt: skip
GIVEN = {"abilene": "Abilene", "softbank": "SoftBank", "oracle": "Oracle", "openai": "OpenAI"}
EN, DE = (Names(AXES, model_graph().quantities, GIVEN, words) for words in (ENGLISH, GERMAN))


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("power_facility[operational, abilene] >= 1.15 GW by 2026-06-30",
         "die Anlagenleistung in Betrieb in Abilene erreicht bis Ende Juni 2026 mindestens 1,15 GW"),
        ("not power_facility[operational, abilene] >= 1.15 GW by 2026-06-30",
         "es trifft nicht zu, dass die Anlagenleistung in Betrieb in Abilene bis Ende Juni 2026 mindestens 1,15 GW erreicht"),
        ("capital_deployed < 100 bn USD on 2025-12-31",
         "die Summe des eingesetzten Kapitals beträgt Ende Dezember 2025 weniger als 100 Mrd. USD"),
        ("revenue[openai-oracle] > 300 bn USD over 2025-07-01..2032-12-31",
         "der Umsatz aus dem Vertrag openai-oracle summiert sich in den Monaten von Juli 2025 bis Dezember 2032 auf mehr als 300 Mrd. USD"),
        ("not revenue >= 1 bn USD over 2025-07-01..2025-12-31",
         "es trifft nicht zu, dass der Umsatz sich in den Monaten von Juli 2025 bis Dezember 2025 auf mindestens 1 Mrd. USD summiert"),
        ("jobs_direct <= 100_000 by 2025-12-31",
         "die Zahl der direkten Stellen (Bau und Dauerstellen) beträgt bis Ende Dezember 2025 an mindestens einem Monatsende "
         "höchstens 100’000"),
        ("share(equity_pledged[softbank, oracle]) >= 99 % on 2025-01-23",
         "der Anteil von SoftBank und Oracle an der Summe des zugesagten Eigenkapitals beträgt Ende Januar 2025 mindestens 99 % "
         "(gemeint ist der 23. Jan. 2025; gerechnet wird auf das Monatsende)"),
        ("record(post-seen) by 2025-01-23", "laut Belegen trifft «Post seen» bis 23. Jan. 2025 zu"),
        ("not record(post-seen) on 2025-01-23", "laut Belegen trifft «Post seen» am 23. Jan. 2025 nicht zu"),
        ("record(post-time) >= 2025-01-22T17:00Z", "der belegte Zeitpunkt von «Post time» liegt nicht vor dem 22. Jan. 2025, 17:00 UTC"),
        ("not (record(a) and record(b) <= 5 d)",
         "es trifft nicht zu, dass («A» laut Belegen zutrifft, und der belegte Wert zu «B» höchstens 5 Tage beträgt)"),
        ("not not record(a)", "es trifft nicht zu, dass «A» laut Belegen nicht zutrifft"),
        ("accelerators[gb200-nvl72, abilene] == 1 by 2026-12-31",
         "die Zahl der installierten Beschleuniger (nur GB200 NVL72) in Abilene beträgt bis Ende Dezember 2026 "
         "an mindestens einem Monatsende genau 1"),
        ("not testable", "lässt sich nicht prüfen"),
    ],
)  # fmt: skip
def test_readings_in_german(text: str, german: str) -> None:
    assert sentence(parse(text), DE) == german


_LABELS = st.sampled_from(["abilene", "milam", "unsited", "softbank", "oracle", "openai-oracle", "gb200-nvl72", "operational", "announced",
                           "under_construction", "energised", "cash", "financeable"])  # fmt: skip
_OPS = st.sampled_from([">=", ">", "<=", "<", "=="])
_DAYS = st.dates(date(2024, 1, 1), date(2033, 12, 31))
_TIMES = st.one_of(
    st.none(), st.builds(lambda kind, day: Time(kind, day, day), st.sampled_from(["on", "by"]), _DAYS),
    st.builds(lambda days: Time("over", min(days), max(days)), st.tuples(_DAYS, _DAYS)),
)  # fmt: skip
_VALUES = st.builds("{}{}".format, st.integers(-(10**9), 10**9), st.sampled_from(["", " GW", " bn USD", " jobs", " %", " d", " million L"]))
#: Quantities without a phrase, which bear their name in words, and an input, which bears its own.
_NAMED_AS_THEY_ARE = ("phase_it_power", "contract_default_date", "construction_workers_limit")
_COMPARISONS = st.builds(
    lambda name, labels, op, value, time, share: Comparison(
        Address(name, tuple(labels)), op, Threshold(value), time, share and bool(labels)
    ),
    st.sampled_from([*sorted(ENGLISH.quantities), *_NAMED_AS_THEY_ARE]),
    st.lists(_LABELS, max_size=3, unique=True), _OPS, _VALUES, _TIMES, st.booleans(),
)  # fmt: skip
_IDS = st.from_regex(r"[a-z]{1,6}(-[a-z]{1,4}){0,2}", fullmatch=True)
_RECORDS = st.one_of(
    st.builds(Record, _IDS, st.none(), st.none(), _TIMES),
    st.builds(Record, _IDS, _OPS, st.one_of(_VALUES, st.sampled_from(["2025-01-22T17:00Z", "2025-01-22", "2025-01"])), _TIMES),
)
_READINGS = st.recursive(
    st.one_of(_COMPARISONS, _RECORDS, st.builds(NotTestable, st.sampled_from(["", "«das» wurde nie festgelegt"]))),
    lambda part: st.one_of(
        part.map(Not), st.lists(part, min_size=2, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=5,
)  # fmt: skip


@given(_READINGS, st.booleans())
@settings(max_examples=300)
def test_every_reading_has_a_sentence_in_both_languages(reading: Reading, after_that: bool) -> None:
    for names in (EN, DE):
        said = sentence(reading, names, after_that)
        assert said and said == said.strip() and not re.search(r"[{}]|  | [,;.]|None", said), said
        assert forbidden(said) == ()
    said = sentence(reading, DE, after_that)
    for name in (name for name in _NAMED_AS_THEY_ARE if name not in GERMAN.inputs):
        said = said.replace(name.replace("_", " "), " ")  # a quantity's own name is no word of the sentence
    assert not english_in(said), said


def test_what_claims_and_definitions_name_has_a_phrase_in_both_languages() -> None:
    """Every quantity of a reading of a shipped claim, of a word that can be counted in several ways, and of what `needs` tells."""
    asked = [reading for name in api.shipped() for claim in api.load(name).claims.values() for reading in claim.readings.values()]
    parts = [leaf for text in asked for leaf in leaves(parse(text)) if isinstance(leaf, Comparison)]
    named = {part.address.name for part in parts} | {part.whole.name for part in parts if part.whole}
    named |= {choice for word in meanings() if word.kind in ("quantity", "chip") for choice in word.choices}
    named |= {one.at_sites for one in DEFINITIONS if one.at_sites} | {one.name for one in TELLING}
    assert len(named) > 20 and named <= ENGLISH.quantities.keys() and named <= GERMAN.quantities.keys()


def test_an_input_that_a_reading_names_bears_its_phrase() -> None:
    said = [sentence(parse("construction_workers_limit >= 25 by 2028-12-31"), names) for names in (EN, DE)]
    assert said == [
        "highest number of builders per unit of power reaches at least 25 by the end of December 2028",
        "Höchste Zahl der Bauarbeiter je Leistung erreicht bis Ende Dezember 2028 mindestens 25",
    ]
    assert ENGLISH.inputs.keys() >= PLURAL | CLAUSES and not PLURAL & CLAUSES
    assert sentence(parse("permanent_jobs_per_power[abilene] >= 1"), EN) == "permanent posts per unit of power at Abilene are at least 1"


def test_no_template_of_the_german_table_holds_english() -> None:
    for key, template in [*GERMAN.texts.items(), *GERMAN.labels.items(), *GERMAN.operators.items(), *GERMAN.reasons.items()]:
        assert not english_in(re.sub(r"[{][^}]*[}]", " ", template)), (key, template)


def test_what_is_needed_is_said_in_both_languages() -> None:
    posts = Respect("permanent_jobs_per_power[abilene]", "number", "job/W", "", plural=True)
    for names, number, dated, choice in (
        (EN, "permanent posts per unit of power at Abilene are at least 0.38 jobs/MW", "the first building at Abilene runs by March 2027",
         "the work of building is reckoned by cost and pay"),
        (DE, "Dauerstellen je Leistung in Abilene mindestens 0,38 Stellen/MW",
         "Betriebsbeginn des ersten Gebäudes in Abilene spätestens im März 2027", "Arbeit am Bau berechnet nach Kosten und Lohn"),
    ):  # fmt: skip
        words = names.words
        told = replace(posts, words=subject(parse_address("permanent_jobs_per_power[abilene]"), names))
        assert number_said(told, 0.38e-6, None, 0.4e-6, words) == number
        first = Respect("first", "date", "d", words.say("needs_first_operational", site="Abilene"))
        assert date_said(first, None, day(date(2027, 3, 31)), words) == dated
        assert choice_said(Respect("pick:labour_method", "choice", "", ""), ["by-cost"], names) == choice
    assert choice_said(Respect("pick:two-counts", "choice", "", ""), ["first-one"], EN) == (
        "of the contradicting statements on “two counts” those of “first one” hold"
    )
    named = Names(AXES, model_graph().quantities, GIVEN, GERMAN, {"two-counts": "zwei Zählungen", "first-one": "die erste"})
    assert choice_said(Respect("pick:two-counts", "choice", "", ""), ["first-one"], named) == (
        "von den widersprüchlichen Angaben zu «zwei Zählungen» gilt «die erste»"
    )


@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["en", "de"])
def test_every_status_is_called_something_in_short(words: Messages) -> None:
    assert all(words.texts[f"brief_{status}"] for status in STATUSES)


def english_in(text: str) -> set[str]:
    """The English words of a German text; names, ids of records and texts that bear their own language are none of its words."""
    own = re.sub(r'«<span lang="en">.*?</span>»|\(<[^>]*>\)|`[^`]*`', " ", text)
    for name in NAMES:
        own = own.replace(name, " ")
    own = re.sub(r"\[([^\]]*)\]", " ", re.sub(r"«[^»]*»", " ", own))
    return {word for word in re.findall(r"[A-Za-zÄÖÜäöü]+", own) if word in ENGLISH_WORDS}


def test_the_word_list_finds_english() -> None:
    assert english_in("die Zahl der builders in Abilene") == {"builders"} and not english_in("die Zahl der Gebäude in Abilene")


# --- answers ----------------------------------------------------------------------------------------------------------------------

RUNS_NOW = "power_facility[operational, abilene] >= 1.15 GW by 2026-06-30"
RUNS_LATER = "power_facility[operational, abilene] >= 1.15 GW by 2028-12-31"


@pytest.mark.parametrize(
    ("text", "made", "english", "german"),
    [
        (RUNS_LATER, Judgement("open", odds=Odds(0.03, (0.02, 0.09), 0.01)), "Very unlikely (3 %, model range 2–9 %), known on 22 Nov 2026",
         "Sehr unwahrscheinlich (3 %, Modellspanne 2–9 %), Wissensstand 22. Nov. 2026"),
        (RUNS_NOW, Judgement("not met", found=Found("not met", deciding=(SAID,)), settled_by="record"),
         "Not met by 30 Jun 2026: 590 MW recorded", "Bis 30. Juni 2026 nicht erfüllt: 590 MW belegt"),
        ("record(seen)", Judgement("met", found=Found("met", deciding=(SEEN,)), settled_by="record"), "Met: on record", "Erfüllt: belegt"),
        ("record(seen)", Judgement("not met", found=Found("not met", deciding=(SEEN,)), settled_by="record"),
         "Not met: the record says otherwise", "Nicht erfüllt: Die Belege sagen etwas anderes"),
        (RUNS_NOW, Judgement("partly met", found=Found("partly met", deciding=(SAID, SAID))),
         "Partly met by 30 Jun 2026: sources differ (590 MW, Tracker; 590 MW, Tracker)",
         "Bis 30. Juni 2026 teilweise erfüllt: Quellen widersprechen sich (590 MW, Tracker; 590 MW, Tracker)"),
        (RUNS_NOW, Judgement("passed, record silent", odds=Odds(0.2, None, 0.01)), "Deadline passed; the record is silent; unlikely (20 %)",
         "Frist abgelaufen; keine Angabe gefunden; unwahrscheinlich (20 %)"),
        ("record(seen) by 2027-01-31", Judgement("open"), "Open until 31 Jan 2027: nothing on record so far",
         "Offen bis 31. Jan. 2027: bisher nichts belegt"),
        ("record(seen) by 2027-01-31", Judgement("open", found=Found(looked_at=(SAID,))), "Open until 31 Jan 2027: 590 MW on record so far",
         "Offen bis 31. Jan. 2027: bisher 590 MW belegt"),
        ("record(seen)", Judgement("not shown: no record"), "Not shown: no record", "Nicht belegt: keine Angabe gefunden"),
        ("record(seen)", Judgement("not shown: no capture", found=Found(looked_at=(SEEN,))),
         "Not shown: no capture; reported by third parties", "Nicht belegt: keine eigene Erfassung; von Dritten berichtet"),
        ("buildings[under_construction, abilene] >= 1 by 2028-12-31", Judgement("record too thin", missing=("abilene",)),
         "Record too thin on 22 Nov 2026: no start of work published by then",
         "Angaben zu dünn am 22. Nov. 2026: kein Baubeginn veröffentlicht"),
        ("capital_deployed >= 1 bn USD by 2028-12-31", Judgement("record too thin", missing=("capital_deployed",)),
         "Record too thin on 22 Nov 2026: nothing about capital deployed published by then",
         "Angaben zu dünn am 22. Nov. 2026: nichts zur Summe des eingesetzten Kapitals veröffentlicht"),
        ("power_it[operational] >= 1 GW by 2028-12-31", Judgement("record too thin", missing=("nowhere",)),
         "Record too thin on 22 Nov 2026: nothing about Nowhere published by then",
         "Angaben zu dünn am 22. Nov. 2026: nichts zu Nowhere veröffentlicht"),
        ("funding_available[cash, oracle] >= 1 bn USD on 2028-12-31", Judgement("not testable", missing=("oracle",), unknowable=True),
         "Not knowable: no accounts of Oracle are public", "Nicht feststellbar: Abschlüsse von Oracle sind nicht öffentlich"),
        ("power_it[operational] >= 1 GW by 2028-12-31", Judgement("not testable", missing=("abilene", "milam"), partial=True),
         "Not testable: nothing is known of Abilene and Milam, and without it the sum is only a lower bound",
         "Nicht prüfbar: Zu Abilene und Milam ist nichts bekannt, und ohne diesen Teil ist die Summe nur eine Untergrenze"),
        ("not testable", Judgement("not testable"), "Not testable", "Nicht prüfbar"),
        ("not testable: «gesichert» wurde nie festgelegt", Judgement("not testable"), "Not testable: «gesichert» wurde nie festgelegt",
         "Nicht prüfbar: «gesichert» wurde nie festgelegt"),
        (RUNS_NOW, Judgement("not met", settled_by="arithmetic", margin=Margin(-1e9, -5.6e8, -1e8, "W")),
         "Not met by 30 Jun 2026: 590 MW computed, no draw differs, and the sites are observed until then",
         "Bis 30. Juni 2026 nicht erfüllt: 590 MW berechnet, kein Durchlauf weicht ab, und die Standorte sind bis dahin beobachtet"),
    ],
)  # fmt: skip
def test_every_status_has_an_answer_in_both_languages(text: str, made: Judgement, english: str, german: str) -> None:
    for names, wanted in ((EN, english), (DE, german)):
        around = Setting(date(2026, 11, 22), Archive.of({}, date(2026, 11, 22)), names.quantities, names, lambda site: None, SOURCES)
        axes = {**AXES, "month": tuple(f"{year}-{month:02d}" for year in range(2025, 2033) for month in range(1, 13))}
        reading = parse(text)
        reading = check(reading, names.quantities, axes) if isinstance(reading, Comparison) else reading
        assert answer(reading, made, around) == wanted


# --- the shipped programmes -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def answered(name: str, language: str) -> dict[str, Any]:
    return api.check(name, as_of="2026-11-22", draws=256, language=language).to_dict()


def test_the_readings_in_words_are_those_that_were_reviewed() -> None:
    reviewed = FILE.read_text(encoding="utf-8").splitlines()
    assert list("\n".join(lines()).splitlines()) == reviewed, "python -m tests.readings_in_words writes them anew"


@pytest.mark.parametrize("name", sorted(api.shipped()))
def test_german_answers_are_german_throughout(name: str) -> None:
    answer = answered(name, "de")
    assert answer["untranslated"] == []
    said = [answer["headline"], *answer["input_names"].values()]
    for claim in answer["claims"]:
        said += [claim["speaker"], claim["says"], claim["sentence"], *claim["ours"]]
        said += [row[key] for row in claim["evidence"] for key in ("about", "text")]
        said += [told["sentence"] for told in claim.get("jobs", ())]
        for reading in claim["readings"]:
            said += [reading["title"], reading["sentence"], reading["answer"], (reading["margin"] or {}).get("off_by", "")]
            said += [reading["then"]["text"]] if reading["then"] else []
            said += [reading["likelihood"]] if reading["likelihood"] else []
    for entry in answer["dispute"]:
        said += [entry["speaker"], entry["reading"], entry["then"]["text"], entry["now"]["text"], entry["record"]["text"]]
    for text in said:
        assert not english_in(text), (english_in(text), text)
        assert forbidden(text) == () and not re.search(r"[{}ß“”]|  |\d\.\d|\d,\d{3}\b", text), text


#: What stands in an answer as an id or in the claim language, whatever the language: no reader's words.
IDS = frozenset({
    "programme", "asked_as", "claim", "claims", "reading", "expression", "status", "why", "of", "kind", "unit", "options", "of_options",
    "source", "told_apart_by", "id", "word", "choices", "as_read", "settled_by", "missing", "key", "state", "relation", "by", "first",
    "second", "members", "without", "open_claims", "said", "text", "name",
})  # fmt: skip


def words_in(part: Any, key: str = "") -> Iterator[str]:
    """Every text of an answer that is there to be read; `text` is a condition as it was asked, but what is known of a range in words."""
    if isinstance(part, str) and (key not in IDS or key == "record text"):
        yield part
    elif isinstance(part, Mapping):
        for name, value in part.items():
            if name == "choices" and isinstance(value, Mapping) and "reason" not in part:
                continue  # the choices of a definition by word, as ids
            yield from words_in(value, "record text" if key == "record" and name == "text" else "" if name == "choices" else name)
    elif isinstance(part, list):
        for value in part:
            yield from words_in(value, key)


def assert_german(part: Mapping[str, Any], least: int) -> None:
    said = list(dict.fromkeys(words_in(part)))
    assert len(said) > least
    for text in said:
        assert not english_in(text), (english_in(text), text)
        assert forbidden(text) == () and not re.search(r"[{}ß“”]|  |\d\.\d", text.replace("CC BY 4.0", "")), text


@lru_cache(maxsize=16)
def in_depth(name: str, language: str) -> dict[str, Any]:
    """What claims need, how they fare by definition, and which can hold together."""
    parts: tuple[tuple[Any, dict[str, Any]], ...] = (api.needs, {"most": 256}), (api.definitions, {}), (api.together, {})
    return {ask.__name__: ask(name, as_of="2026-11-22", draws=256, language=language, **more).to_dict() for ask, more in parts}


@pytest.mark.parametrize("name", sorted(api.shipped()))
def test_what_is_asked_in_german_is_answered_in_german(name: str) -> None:
    for part in in_depth(name, "de").values():
        assert_german(part, 20 if name == "stargate" else 1)


def without_words(part: Any, key: str = "") -> Any:
    """An answer with every text left out that is there to be read."""
    if isinstance(part, Mapping):
        return {name: without_words(value, name) for name, value in part.items() if name not in ("meanings", "choices")}
    if isinstance(part, list):
        return [without_words(value, key) for value in part]
    return None if isinstance(part, str) and (key not in IDS or key == "text") else part


@pytest.mark.parametrize("name", sorted(api.shipped()))
def test_the_language_of_what_is_asked_changes_words_and_nothing_else(name: str) -> None:
    english, german = (without_words(in_depth(name, language)) for language in ("en", "de"))
    assert english == german


def test_a_german_answer_has_its_parts_and_what_is_given_in_german() -> None:
    asked = ["lordstown-2026", "not jobs-100k/economy-wide"]
    answer = api.check("stargate", as_of="2026-11-22", draws=64, language="de", given=asked, charts=True).to_dict()
    assert answer["given"]["sentence"].startswith(
        "Vorausgesetzt, dass die Anlagenleistung in Betrieb in Lordstown bis Ende Dezember 2026 mindestens 1 MW erreicht, und dass nicht "
        "zutrifft, dass die Zahl aller Stellen"
    )
    assert_german(answer["given"], 2)
    for name in ("needs", "definitions", "together"):
        assert answer[name]["given"] == answer["given"]
        assert_german(answer[name], 20)


def test_what_is_given_is_said_in_the_language_of_each_answer() -> None:
    now = api.known(api.load("stargate"), "2026-11-22")
    english = condition("lordstown-2026", "stargate", now=now, draws=256)
    german = condition(english, "stargate", now=now, language="de")
    assert english is not None and german is not None and german.held is english.held
    assert english.says().startswith("Given that facility power that runs at Lordstown reaches")
    assert german.says().startswith("Vorausgesetzt, dass die Anlagenleistung in Betrieb in Lordstown bis Ende Dezember 2026 mindestens")
    assert german.parts[0].sentence.startswith("die Anlagenleistung in Betrieb in Lordstown erreicht bis")
    assert condition(german, "stargate", now=now) == english


@pytest.mark.parametrize("ask", [api.needs, api.definitions, api.together])
def test_a_language_that_there_is_not_is_refused_before_anything_is_run(ask: Any) -> None:
    with pytest.raises(InputError, match='there is no language "fr"'):
        ask("stargate", language="fr")


def test_phases_are_called_in_the_language_of_the_words() -> None:
    assert phase_named("prometheus/buildings-7-19", GERMAN) == "Gebäude 7–19"
    assert phase_named("prometheus/first-200mw", GERMAN) == "erste 200mw" and phase_named("a/hall-2", GERMAN) == "hall 2"


def test_publishers_of_the_catalogue_whose_names_describe_them_have_german_ones() -> None:
    names = {source.publisher for source in api.catalogue().sources.values()}
    assert PUBLISHERS.keys() <= names
    assert sorted(name for name in names - PUBLISHERS.keys() if english_in(name)) == []
    assert not [name for name in PUBLISHERS.values() if english_in(name)]


@pytest.mark.parametrize("name", sorted(api.shipped()))
def test_the_language_changes_words_and_nothing_else(name: str) -> None:
    english, german = (answered(name, language) for language in ("en", "de"))
    for first, second in zip(english["claims"], german["claims"], strict=True):
        assert (first["id"], first["status"], first["said"]) == (second["id"], second["status"], second["said"])
        for one, other in zip(first["readings"], second["readings"], strict=True):
            same = ("name", "expression", "status", "probability", "model_range", "deadline", "settled_by", "missing")
            assert [one[key] for key in same] == [other[key] for key in same]
            assert bool(one["likelihood"]) == bool(other["likelihood"])


@pytest.mark.parametrize("name", sorted(api.shipped()))
def test_translations_translate_what_stands_in_the_file(name: str) -> None:
    made = api.load(name)
    options = {option for group in made.alternatives.values() for option in group}
    written_here = {made.name, *made.alternatives, *options, *made.records, *(claim.speaker for claim in made.claims.values())}
    written_here |= {text for claim in made.claims.values() for text in claim_texts(claim)}
    written_here |= {part.name.split(",")[0].split(" (")[0] for group in (made.sites, made.parties) for part in group.values()}
    written_here |= {source.publisher for source in made.sources.values()}
    assert [text for text in made.translations.get("de", {}) if text not in written_here] == []
    assert [name for name in made.translations.get("en", {}) if name not in {*made.records, *made.alternatives, *options}] == []
    assert all(made.translations[language].keys() >= {*made.alternatives, *options} for language in ("en", "de") if options)
    asked = (leaf for claim in made.claims.values() for text in claim.readings.values() for leaf in leaves(parse(text)))
    ids = {leaf.id for leaf in asked if isinstance(leaf, Record)}
    assert ids <= set(made.translations.get("en", {})) and ids <= set(made.translations.get("de", {}))
    spoken = {claim.speaker for claim in made.claims.values()}
    assert spoken == set(made.speakers)


def uncertain(made: Programme) -> Iterator[str]:
    """The inputs of a programme that are drawn, and the choices between accounts."""
    asked = [name for name, one in model_graph().quantities.items() if one.is_input and not one.static]
    for name, given_as in inputs_of(api.known(made, "2026-11-22"), asked).items():
        values = [estimate.value for estimate in given_as.estimates]
        yield from (PICK + value.pick for value in values if isinstance(value, Mixture))
        if any(isinstance(value, Distribution) and value.quantile(0.1) < value.quantile(0.9) for value in values):
            yield name


@pytest.mark.parametrize("name", sorted(api.shipped()))
def test_every_uncertain_input_has_a_name_in_both_languages(name: str) -> None:
    made = api.load(name)
    found = set(uncertain(made))
    assert len(found) > 100
    own = {PICK + pick for pick in made.alternatives}
    assert sorted(one for one in found - own if one not in ENGLISH.inputs or one not in GERMAN.inputs) == []
    assert {pick for pick in found & own if not all(pick.removeprefix(PICK) in made.translations[one] for one in ("en", "de"))} == set()
    assert {pick for pick in found - own if pick.startswith(PICK)} == {PICK + name for name in METHODS} | {"pick:slip-refit"}


def test_names_of_inputs_are_short_distinct_and_of_inputs() -> None:
    graph = model_graph().quantities
    for words in (ENGLISH, GERMAN):
        names = {key: text for key, text in words.inputs.items() if not key.startswith(PICK)}
        assert all(graph[key].is_input for key in names)
        assert all(len(text) <= 64 and text == text.strip() and not text.endswith(".") for text in names.values())
        told = [text for key, text in names.items() if key not in ("slip_refit", "labour_method")]
        assert len(set(told)) == len(told)
    assert not any(english_in(text) for text in GERMAN.inputs.values())


def test_a_choice_of_the_file_bears_its_own_name() -> None:
    assert input_name("pick:oracle-block") == "which account is right: oracle block"
    assert input_name("pick:oracle-block", GERMAN, {"oracle-block": "Zählung des Blocks"}) == "Welche Angabe stimmt: Zählung des Blocks"
    assert input_name("not_named") == "not named"
    names = api.load("stargate").translations["en"]
    assert input_name("pick:equity-report", texts=names) == "which account is right: SoftBank's equity as reported"
    rows = api.drivers("stargate", as_of="2025-11-30", draws=256).to_dict()["rows"]
    said = {driver["input"]: driver["says"] for row in rows if row["moved"] for driver in row["moved"]["drivers"]}
    assert said["pick:oracle-block"] == "which account is right: what Oracle's block of 5.5 GW includes"


def test_a_text_without_a_translation_stays_as_it_is_and_is_told() -> None:
    claim = {"speaker": "Ann", "said": "2025-03-01", "says": "It will be big.", "source": "plan", "readings": {"so": "not testable: vague"}}
    made = api.load("tests/data/tiny.yaml", {"claims": {"big": claim}})
    answer = api.check(made, as_of="2026-01-31", draws=256, language="de").to_dict()
    assert answer["untranslated"][-3:] == ["It will be big.", "so", "vague"]
    assert next(one for one in answer["claims"] if one["id"] == "big")["sentence"] == "Nicht prüfbar: vague"
