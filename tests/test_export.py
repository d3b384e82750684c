"""Claims in the forms of others: ClaimReview, CSV, Markdown. What a user or a source wrote never becomes a formula, markup or a link."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli_runs import ask
from tests.schema_org import GOOGLE_RECOMMENDED, GOOGLE_REQUIRED, PROPERTIES, faults
from tests.test_audit_german import answered, english_in
from tests.test_packaging_files import run_page, run_python

from stargauge import api
from stargauge.audit.export.article import article, escaped
from stargauge.audit.export.claimreview import STILL_OPEN, TERMS, UNTESTABLE, Publisher, reviews
from stargauge.audit.export.table import COLUMNS, table
from stargauge.audit.export.wording import Wording, link, plain
from stargauge.audit.run import texts_of
from stargauge.audit.wording.input_names import inside
from stargauge.audit.wording.messages import ENGLISH
from stargauge.audit.wording.words import forbidden
from stargauge.quantity.errors import InputError
from stargauge.report.listing import render_audit
from stargauge.report.terminal import Style
from stargauge.report.wording import value_text

US = Publisher("The Example Desk", "https://example.org/checks/stargate", "https://example.org")
NASTY = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=cmd|' /C calc'!A0", "  =HYPERLINK(\"https://evil.example\")", "＝1+1",
    "[x](https://evil.example)", "<script>alert(1)</script>", "![i](https://evil.example/i.png)", "`code` *b* _i_ ~~s~~ # h",
    "https://evil.example www.evil.example", "a | b\n\n# heading\n- item\n1. one\n> quote\n\n    code", "<!-- -->", "&lt;b&gt; &#60;b&#62;",
    "</span><b>x</b>", "[a]: https://evil.example", "\\[x](y)", "\u202eevil\u202c\x1b[31m",
    "---", "$x$", "|a|b|\n|-|-|", "{{ x }}", "{% raw %}",
)  # fmt: skip


@lru_cache(maxsize=64)
def graph(name: str, language: str = "en", forecasts: bool = True) -> list[dict[str, Any]]:
    return list(reviews(answered(name, language), US, forecasts=forecasts).document["@graph"])


def with_claims() -> list[str]:
    return [name for name in sorted(api.shipped()) if api.load(name).claims]


def nodes(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def hostile(text: str) -> dict[str, Any]:
    """The answer of a programme in which every text that a user or a source gives is this one."""
    answer = deepcopy(answered("xai-colossus-1", "en"))
    answer["programme"]["name"] = answer["headline"] = text
    answer["attribution"] = [text]
    for source in answer["sources"].values():
        source.update(publisher=text, title=text, url=text, grade="C")
    for claim in answer["claims"]:
        claim.update(says=text, speaker=text, ours=[text], sentence=text, author={"name": text, "kind": "person", "same_as": [text]})
        claim["jobs"] = [{"sentence": text}]
        for reading in claim["readings"]:
            reading.update(name=text, title=text, sentence=text, answer=text, expression=text)
            for row in reading["record"]:
                row.update(about=text, text=text, publisher=text, url=text, as_of=text)
    return answer


# --- CSV --------------------------------------------------------------------------------------------------------------------------


def test_the_columns_are_those_that_are_documented() -> None:
    assert list(COLUMNS) == [
        "id", "reading", "speaker", "said", "says", "expression", "sentence", "status", "answer", "probability", "range_low", "range_high",
        "likelihood", "margin_p10", "margin_p50", "margin_p90", "unit", "deadline", "drivers", "record", "sources", "language", "programme",
        "as_of", "draws", "seed", "inputs_sha256", "version",
    ]  # fmt: skip
    page = (Path(__file__).parents[1] / "docs/export.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"`{name}`" not in page] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_one_row_per_reading_with_numbers_that_a_program_reads(language: str) -> None:
    answer = answered("stargate", language)
    text = table(answer)
    assert text.endswith("\r\n") and text.count("\n") == text.count("\r\n")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    readings = [(claim, reading) for claim in answer["claims"] for reading in claim["readings"]]
    assert len(rows) == len(readings)
    for row, (claim, reading) in zip(rows, readings, strict=True):
        assert (row["id"], row["reading"], row["status"]) == (claim["id"], reading["name"], reading["status"])
        settled = reading["status"] not in ("open", "passed, record silent")
        assert row["probability"] == ("" if settled or reading["probability"] is None else str(reading["probability"]))
        assert row["margin_p50"] == ("" if not reading["margin"] else str(reading["margin"]["p50"]))
        assert row["deadline"] == (reading["deadline"] or "") and int(row["draws"]) == answer["draws"]
        assert row["language"] == language and len(row["inputs_sha256"]) >= 32
    assert any(row["record"] and row["sources"].startswith("https://") for row in rows)


@pytest.mark.parametrize("text", NASTY)
def test_no_cell_is_a_formula_and_none_breaks_a_row(text: str) -> None:
    made = table(hostile(text))
    for row in csv.reader(io.StringIO(made, newline="")):
        assert len(row) == len(COLUMNS)
        for cell in row:
            assert not re.match(r"\s*[=+@＝＋－＠|]", cell) and "\n" not in cell and "\t" not in cell
            assert not cell.startswith("-") or float(cell) < 0  # a number


@given(st.text(max_size=40))
def test_any_text_is_one_cell_in_one_line(text: str) -> None:
    row = list(csv.reader(io.StringIO(table(hostile(text)), newline="")))[1]
    assert len(row) == len(COLUMNS) and plain(text) == row[4].removeprefix("'" if row[4] != plain(text) else "")


# --- Markdown ---------------------------------------------------------------------------------------------------------------------


def rendered(text: str) -> tuple[str, list[str], list[str]]:
    """What a reader of CommonMark with tables, strike-through and links by themselves makes of a text: HTML, addresses, kinds of nodes."""
    markdown_it = pytest.importorskip("markdown_it")
    reader = markdown_it.MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    tokens = [one for token in reader.parse(text) for one in (token, *(token.children or []))]
    addresses = [str(one.attrGet("href") or one.attrGet("src")) for one in tokens if one.type in ("link_open", "image")]
    return reader.render(text), addresses, [one.type for one in tokens]


@pytest.mark.parametrize("text", NASTY)
def test_what_others_wrote_is_never_markup(text: str) -> None:
    calm = rendered(article(hostile("calm")))
    html, addresses, kinds = rendered(article(hostile(text)))
    assert [address for address in addresses if "evil" in address] == []
    assert sorted(set(kinds) - {"text_special"}) == sorted(set(calm[2]))
    assert kinds.count("heading_open") == calm[2].count("heading_open") and kinds.count("list_item_open") == calm[2].count("list_item_open")
    shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", "", html))
    told = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert told in shown


@given(st.text(max_size=40))
def test_any_text_is_shown_sign_for_sign(text: str) -> None:
    _, addresses, kinds = rendered(f"x {escaped(text)} x")
    assert not addresses and set(kinds) <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}


def test_a_link_goes_to_the_web_or_nowhere() -> None:
    assert link("https://a.example/x y") == "" and link("javascript:alert(1)") == "" and link(None) == ""
    assert link("https://a.example/x>y") == "https://a.example/x%3Ey"


@pytest.mark.parametrize("name", with_claims())
@pytest.mark.parametrize("language", ["en", "de"])
def test_an_article_says_who_what_when_and_how_to_check_it(name: str, language: str) -> None:
    answer = answered(name, language)
    text = article(answer)
    assert text.endswith("\n") and not re.search(r"[ \t]\n|\n{3}|None(?! of)|\{|\}", text.replace("\\", ""))
    assert answer["inputs_sha256"] in text and answer["reproduce"][0] in text and answer["version"] in text
    for claim in answer["claims"]:
        assert f"## {escaped(claim['says'])}" in text and escaped(claim["speaker"]) in text
        assert all(escaped(reading["answer"]) in text for reading in claim["readings"])
    words = Wording(answer).messages
    has_odds = any(r["probability"] is not None and r["status"] == "open" for c in answer["claims"] for r in c["readings"])
    assert (words.texts["below_odds"] in text) == has_odds or not has_odds
    assert forbidden(re.sub(r"\(<[^>]*>\)|\[[^\]]*\]", "", text)) == ()
    if language == "de":
        told = re.sub(r"    stargauge .*|Stargauge [0-9.]+, |Daten: .*", "", text)
        assert not english_in(told), english_in(told)


def test_an_article_in_german_reads_as_one() -> None:
    text = article(answered("stargate", "de"), "abilene-12gw-mid26")
    assert "## Abilene erreicht bis Mitte 2026 1,2 GW." in text
    assert "**Urteil**: **Nicht erfüllt.** Wie die Aussage gelesen werden kann:" in text
    assert (
        "- *dem Wortlaut nach*, das heisst: die Anlagenleistung in Betrieb in Abilene erreicht bis Ende Juni 2026 mindestens 1,15 GW: "
        "**Bis 30. Juni 2026 nicht erfüllt: 590 MW belegt.**"
    ) in text
    assert "**Von der Redaktion gewählt, nicht von der zitierten Seite**: Schwelle: 1,15 GW, was gerundet 1,2 ergibt" in text
    assert text.count("## ") == 2


def test_a_reason_in_another_language_is_marked_inside_the_answer() -> None:
    answer = deepcopy(answered("stargate", "de"))
    claim = next(one for one in answer["claims"] if one["id"] == "leavitt-trust")
    claim["readings"][0]["answer"] = "Nicht prüfbar: an *opinion*"
    answer["untranslated"] = ["an *opinion*"]
    assert '**Urteil**: **Nicht prüfbar: «<span lang="en">an \\*opinion\\*</span>».**' in article(answer, "leavitt-trust")


def test_a_text_in_another_language_is_quoted_and_marked() -> None:
    answer = deepcopy(answered("xai-colossus-1", "de"))
    claim = answer["claims"][0]
    claim["says"] = "It ran <early>."
    answer["untranslated"] = [claim["says"]]
    assert '## «<span lang="en">It ran &lt;early&gt;.</span>»' in article(answer)
    node = reviews(answer, US, claim["id"], forecasts=True).document["itemReviewed"]
    assert node["inLanguage"] == "en" and node["name"] == "It ran <early>."


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (
            {"captured": "2025-01-22T17:00:00Z", "checks": 6, "found": 4},
            "**Erfassung**: C-17 vom 22. Jan. 2025; bei 4 von 6 späteren Prüfungen",
        ),
        ({"captured": "2025-01-22T17:00:00Z", "checks": 0, "found": 0}, "**Erfassung**: C-17 vom 22. Jan. 2025; seither nicht gesucht."),
        ({"captured": None, "checks": 0, "found": 0}, "**Erfassung**: C-17."),
    ],
)
def test_an_article_says_which_capture_holds_what_was_said(held: dict[str, Any], told: str) -> None:
    answer = deepcopy(answered("xai-colossus-1", "de"))
    answer["claims"][0]["capture"] = "C-17"
    answer["captures"] = {"C-17": {"id": "C-17", **held}}
    assert told in article(answer)


def test_what_is_supposed_is_never_told_as_known(capsys: pytest.CaptureFixture[str]) -> None:
    laid = ("--scenario", "dear-power", "--set", "load_factor=0.8")
    made = ask(capsys, "export", "markdown", "stargate", "--claim", "invest-500bn-4y", *laid, *RUN)
    assert made.code == 0 and "**Not what is known, but what is supposed: dear-power, load\\_factor=0.8.**" in made.out
    assert "stargauge check stargate --scenario dear-power --set load_factor=0.8 --as-of 2026-11-22 --draws 256 --seed 0" in made.out


@pytest.mark.parametrize(
    ("text", "english", "german"),
    [
        ("2026-11-22", "22 Nov 2026", "22. Nov. 2026"), ("2025-03", "March 2025", "März 2025"), ("2025", "2025", "2025"),
        ("2025-07-01..2025-09-30", "Q3 2025", "3. Quartal 2025"),
        ("2025-07..2025-08", "July 2025 to August 2025", "Juli 2025 bis August 2025"),
        ("2024-04-24..2024-05-02", "24 Apr 2024 to 2 May 2024", "24. April 2024 bis 2. Mai 2024"),
        ("2024..2025", "2024 to 2025", "2024 bis 2025"),
        ("2025-01-21T23:47:45Z", "21 Jan 2025, 23:47 UTC", "21. Jan. 2025, 23:47 UTC"), ("soon", "soon", "soon"), (None, "", ""),
    ],
)  # fmt: skip
def test_dates_as_each_language_writes_them(text: str | None, english: str, german: str) -> None:
    for language, wanted in (("en", english), ("de", german)):
        wording = Wording({"language": language, "texts_language": "en", "untranslated": [], "as_of": "2026-11-22"})
        assert wording.when(text) == wanted


# --- ClaimReview ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", with_claims())
@pytest.mark.parametrize("language", ["en", "de"])
def test_reviews_keep_to_the_vocabulary(name: str, language: str) -> None:
    for review in graph(name, language):
        assert list(faults(review)) == []
        assert review["inLanguage"] == language and review["@type"] == "ClaimReview"


def test_the_checker_finds_what_is_not_of_the_vocabulary() -> None:
    review = deepcopy(graph("stargate")[0])
    review["claimReviewd"] = review.pop("claimReviewed")
    review["author"] = "somebody"
    review["reviewRating"]["@type"] = "AggregateRating"
    assert len(list(faults(review))) == 3
    assert all(kind in PROPERTIES for kinds in (GOOGLE_REQUIRED, GOOGLE_RECOMMENDED) for kind in kinds)


@pytest.mark.parametrize("name", with_claims())
def test_reviews_have_what_search_engines_ask_for(name: str) -> None:
    for review in graph(name):
        for node in nodes(review):
            kind = str(node.get("@type"))
            assert all(node.get(field) for field in GOOGLE_REQUIRED.get(kind, ())), kind
        for kind, node in (("ClaimReview", review), ("Claim", review["itemReviewed"])):
            assert all(node.get(field) for field in GOOGLE_RECOMMENDED[kind] if field != "appearance")
        date.fromisoformat(review["datePublished"])
        assert re.match(r"\d{4}", review["itemReviewed"]["datePublished"]) and ".." not in review["itemReviewed"]["datePublished"]


def test_a_review_expands_to_the_terms_of_schema_org_and_our_own() -> None:
    jsonld = pytest.importorskip("pyld").jsonld

    def loader(url: str, options: Any = None) -> dict[str, Any]:
        assert url == "https://schema.org"
        context = {"@vocab": "http://schema.org/", "url": {"@type": "@id"}, "sameAs": {"@type": "@id"}}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": {"@context": context}}

    document = json.loads(json.dumps(reviews(answered("stargate", "en"), US, forecasts=True).document))
    expanded = jsonld.expand(document, {"documentLoader": loader})
    found = expanded[0].get("@graph", expanded)
    assert len(found) == len(document["@graph"])
    for node in found:
        assert node["@type"] == ["http://schema.org/ClaimReview"]
        keys = {key for key in node if not key.startswith("@")}
        assert all(key.startswith(("http://schema.org/", TERMS)) for key in keys)
        assert {TERMS + "inputsSha256", TERMS + "reading", "http://schema.org/itemReviewed"} <= keys
        assert node["http://schema.org/url"][0]["@id"].startswith("https://example.org/checks/stargate#")


def by_id(name: str, claim: str, **options: Any) -> Mapping[str, Any]:
    return reviews(answered(name, "en"), US, claim, **options).document


def test_only_an_outcome_has_a_place_on_the_scale() -> None:
    for name in with_claims():
        claims = {claim["id"]: claim for claim in answered(name, "en")["claims"]}
        for review in graph(name):
            claim, rating = claims[review["url"].partition("#")[2]], review["reviewRating"]
            settled = claim["status"] in ("met", "not met", "partly met")
            to_come = any((reading["deadline"] or "") > "2026-11-22" for reading in claim["readings"])
            assert ("ratingValue" in rating) == (settled and not to_come)
            if "ratingValue" in rating:
                assert (rating["worstRating"], rating["bestRating"]) == (1, 3) and 1 <= rating["ratingValue"] <= 3
    assert by_id("stargate", "abilene-12gw-mid26")["reviewRating"]["ratingValue"] == 1
    assert by_id("stargate", "site-underway")["reviewRating"] | {"ratingExplanation": ""} == {
        "@type": "Rating", "alternateName": "Met", "ratingValue": 3, "bestRating": 3, "worstRating": 1, "ratingExplanation": "",
    }  # fmt: skip
    norway = by_id("stargate-abroad", "norway-100k")["reviewRating"]
    assert norway["alternateName"] == "Not met" and "ratingValue" not in norway  # its deadline is still to come


def test_an_outcome_has_no_probability_and_odds_have_no_rating() -> None:
    for review in graph("stargate"):
        for reading in review["sg:reading"]:
            assert ("sg:probability" in reading) <= (reading["sg:status"] in ("open", "passed, record silent"))
            assert reading.get("sg:probability", 0.5) not in (0, 1)
        if review["sg:status"] == "open":
            assert "ratingValue" not in review["reviewRating"]


def test_open_claims_need_to_be_asked_for_and_opinions_are_never_rated() -> None:
    answer = answered("stargate", "en")
    made = reviews(answer, US)
    assert made.left_out["leavitt-trust"] == UNTESTABLE and made.left_out["invest-500bn-4y"] == STILL_OPEN
    assert len(made.document["@graph"]) + len(made.left_out) == len(answer["claims"])
    everything = reviews(answer, US, forecasts=True)
    assert set(everything.left_out) == {"leavitt-trust"}
    with pytest.raises(InputError, match="leavitt-trust: cannot be tested"):
        reviews(answer, US, "leavitt-trust", forecasts=True)
    with pytest.raises(InputError, match="still open"):
        reviews(answer, US, "nvidia-100bn")


def test_a_review_says_what_is_ours_and_what_odds_are() -> None:
    told = by_id("stargate", "abilene-12gw-mid26")["reviewRating"]["ratingExplanation"]
    assert "Chosen by the editors of this programme file, not by the speaker: threshold: 1.15 GW" in told
    open_one = by_id("stargate", "nvidia-100bn", forecasts=True)["reviewRating"]
    assert open_one["alternateName"] == "Open"
    odds = by_id("stargate", "oracle-300bn", forecasts=True)["reviewRating"]
    assert odds["alternateName"] == "Very unlikely" and odds["ratingExplanation"].endswith(ENGLISH.texts["below_odds"])


def test_who_said_it_is_a_person_an_organisation_or_left_open() -> None:
    assert by_id("stargate", "site-underway")["itemReviewed"]["author"] == {
        "@type": "Person", "name": "Sam Altman", "sameAs": "https://en.wikipedia.org/wiki/Sam_Altman",
    }  # fmt: skip
    answer = deepcopy(answered("stargate", "en"))
    claim = next(claim for claim in answer["claims"] if claim["id"] == "site-underway")
    claim["author"] = None
    node = reviews(answer, US, "site-underway").document["itemReviewed"]
    assert node["author"] == {"name": "Sam Altman"} and list(faults(node)) == []


def test_only_a_primary_text_is_a_first_appearance() -> None:
    for name in with_claims():
        answer = answered(name, "en")
        grades = {claim["id"]: answer["sources"][claim["source"]]["grade"] for claim in answer["claims"]}
        for review in graph(name):
            assert ("firstAppearance" in review["itemReviewed"]) <= (grades[review["url"].partition("#")[2]] == "A")


def test_a_publisher_is_asked_for_with_everything_that_is_wrong() -> None:
    with pytest.raises(InputError) as caught:
        Publisher("", " ", "ftp://x", "nowhere").check()
    told = " ".join(fault.message for fault in caught.value.faults)
    assert all(option in told for option in ("--publisher", "--url", "--publisher-url", "--proof")) and len(caught.value.faults) == 4
    proven = reviews(answered("stargate", "en"), Publisher("Desk", "https://a.example", proof="https://a.example/b.zip"), "site-underway")
    assert proven.document["sg:proofBundle"] == {"@id": "https://a.example/b.zip"} and proven.document["url"] == "https://a.example"


@pytest.mark.parametrize("text", NASTY)
def test_a_review_of_hostile_texts_is_still_a_review(text: str) -> None:
    made = reviews(hostile(text), US, forecasts=True).document
    assert [fault for review in made["@graph"] for fault in faults(review)] == []
    assert not re.search("[\x00-\x1f\u202a-\u202e]", "".join(str(node.get("claimReviewed", "")) for node in nodes(made)))


# --- the command and the function -------------------------------------------------------------------------------------------------

RUN = ("--as-of", "2026-11-22", "--draws", "256")


def test_the_command_prints_or_writes_whole_and_never_over_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made = ask(capsys, "export", "markdown", "meta-prometheus", "--language", "de", *RUN)
    assert made.code == 0 and made.out.startswith("# Meta Prometheus: was gesagt wurde") and made.err == ""
    target = tmp_path / "p.md"
    assert ask(capsys, "export", "markdown", "meta-prometheus", "--language", "de", "--output", str(target), *RUN).code == 0
    assert target.read_text(encoding="utf-8") == made.out
    again = ask(capsys, "export", "csv", "meta-prometheus", "--output", str(target), *RUN)
    assert again.code == 2 and "exists already; it was not touched" in again.told and target.read_text(encoding="utf-8") == made.out


def test_the_command_says_what_it_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    made = ask(capsys, "export", "claimreview", "stargate-abroad", "--publisher", "Desk", "--url", "https://a.example/x", *RUN)
    assert made.code == 0 and "left out, still open" in made.told and "uae-200mw-2026" in made.told
    assert [node["@type"] for node in json.loads(made.out)["@graph"]] == ["ClaimReview"] * 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("markdwon",), 'there is no export "markdwon"; did you mean "markdown"?'),
        (("csv", "--language", "fr"), 'there is no language "fr"'),
        (("csv", "--claim", "jobs-100"), 'there is no claim "jobs-100"; did you mean "jobs-100k"?'),
        (("claimreview",), "give --publisher NAME"),
        (("csv", "--claim", "umbrella", "--as-of", "2026-01-01"), 'the claim "umbrella" had not been made by 2026-01-01'),
        (("csv", "--output", "no/such/folder/x.csv"), 'no folder "no/such/folder"'),
    ],
)
def test_faults_name_what_was_expected(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str) -> None:
    made = ask(capsys, "export", arguments[0], "stargate", "--draws", "256", *arguments[1:])
    assert made.code == 2 and made.out == ""
    assert told in made.told


def test_the_function_gives_the_text_and_what_is_left_out() -> None:
    made = api.export("claimreview", "stargate-abroad", publisher="Desk", url="https://a.example/x", as_of="2026-11-22", draws=256)
    assert set(made.left_out) == {"uae-200mw-2026"} and str(made) == made.text
    assert json.loads(made.text)["@context"][0] == "https://schema.org"


@pytest.mark.slow
def test_the_page_on_exports_works_as_it_stands(tmp_path: Path) -> None:
    assert run_page("docs/export.md", tmp_path) == 5
    assert (tmp_path / "stargate.csv").read_bytes().count(b"\r\n") > 50
    assert "Wissensstand" in str(run_python("docs/export.md")["text"])


# --- what an article says of numbers and drivers ----------------------------------------------------------------------------------


def test_what_moves_it_names_the_reading_where_there_are_several() -> None:
    answer = answered("stargate", "de")
    text = article(answer, "jobs-100k")
    claim = next(one for one in answer["claims"] if one["id"] == "jobs-100k")
    moved = text.split("**Was am meisten bewegt**:\n\n")[1].split("\n\n")[0].splitlines()
    assert [line.split("*")[1] for line in moved] == [r["title"] for r in claim["readings"] if r["drivers"]]
    assert "höchste Zahl der Bauarbeiter je Leistung (" in text and "Höchste" not in text
    single = next(one for one in answer["claims"] if len(one["readings"]) == 1 and one["readings"][0]["drivers"])
    assert "**Was am meisten bewegt**: " in article(answer, single["id"])


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("Höchste Zahl der Bauarbeiter je Leistung", "höchste Zahl der Bauarbeiter je Leistung"), ("Zahl der Racks", "Zahl der Racks"),
        ("IT-Leistung je Beschleuniger", "IT-Leistung je Beschleuniger"), ("Bautempo", "Bautempo"),
    ],
)  # fmt: skip
def test_a_german_phrase_inside_a_sentence(phrase: str, told: str) -> None:
    assert inside(phrase, "de") == told and inside(phrase, "en") == phrase


def test_below_one_percent_reads_the_same_raw_and_rendered() -> None:
    assert escaped("sehr unwahrscheinlich (< 1 %), (> 99 %)") == "sehr unwahrscheinlich (< 1 %), (> 99 %)"
    html, _, kinds = rendered(escaped("very unlikely (< 1 %), or > 99 %"))
    assert "(&lt; 1 %), or &gt; 99 %" in html and set(kinds) <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}
    assert escaped("> 9 <b>") == "&gt; 9 &lt;b&gt;"


@pytest.mark.parametrize(("language", "told"), [("en", "2 buildings recorded"), ("de", "2 Gebäude belegt")])
def test_a_number_of_things_says_what_it_counts(language: str, told: str) -> None:
    answer = answered("stargate", language)
    assert told in article(answer, "site-underway")
    chips = next(one for one in answer["claims"] if one["id"] == "abilene-400k")["readings"][0]["margin"]
    assert chips["counts"] == ("chips" if language == "en" else "Chips")
    assert value_text({**chips, "p50": -4720.0}) == f"−4,720 {chips['counts']}"
    jobs = next(one for one in answer["claims"] if one["id"] == "jobs-100k")["jobs"]
    assert any(("100,000 jobs" if language == "en" else "100’000 Stellen") in one["sentence"] for one in jobs)
    shares = [r for one in answer["claims"] for r in one["readings"] if r["expression"].startswith("share(") and r["settled_by"]]
    assert shares and all("50 %" in one["answer"] for one in shares)


def test_the_power_of_the_headline_is_named() -> None:
    assert "facility power, at the meter" in article(answered("stargate", "en"))
    assert "Anlagenleistung" in article(answered("stargate", "de")).split("## ")[0]


def test_a_common_name_of_a_reading_needs_no_translation() -> None:
    made = api.load("xai-colossus-1")
    own = made.model_copy(update={"translations": {}})
    assert texts_of(own, "de")["as said"] == "wie gesagt" and texts_of(own, "en") == {}


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_choice_names_its_options_with_the_odds_under_each(language: str) -> None:
    answer = answered("stargate", language)
    reading = next(r for c in answer["claims"] if c["id"] == "jobs-100k" for r in c["readings"] if r["name"] == "economy-wide")
    chosen = next(one for one in reading["drivers"] if one["input"] == "pick:labour_method")
    assert [one["name"] for one in chosen["options"]] == (
        ["by cost and pay", "by workers per power"] if language == "en" else ["nach Kosten und Lohn", "nach Arbeitskräften je Leistung"]
    )
    odds, values = ([one[key] for one in chosen["options"]] for key in ("odds", "value"))
    assert (odds[0] - odds[1]) * (values[0] - values[1]) > 0
    assert all("options" not in one for one in reading["drivers"] if not one["input"].startswith("pick:"))
    if language == "en":
        text = " ".join(render_audit(answer, Style()).split())
        assert re.search(r"of the spread; odds \d+ % by cost and pay, \d+ % by workers per power", text)
        assert "where it is low" in text
