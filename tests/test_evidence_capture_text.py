"""The text of a page: fixed, versioned, and taken of hostile pages too, or refused with a reason."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("selectolax")

from stargauge.evidence.capture import text
from stargauge.evidence.capture.text import VERSION, PageText, decoded, extracted, is_page, of_markup, page_text

PAGE = """<!DOCTYPE html><html><head><title> A &amp;
 title </title><style>p{}</style></head><body>
<h1>Head</h1><p>First  line,<br>second <b>bold</b>line.</p><script>alert(1)</script><ul><li>one<li>two</ul>
<table><tr><th>MW<td>1&nbsp;200<tr><td>a<td>b</table><pre>  kept
   as is</pre><noscript>no</noscript><template><p>not</p></template><!-- never --><div><div></div></div>end</body></html>"""


def test_version_one_of_the_text_never_changes() -> None:
    made = page_text(PAGE.encode())
    assert VERSION == "stargauge-text/1"
    assert made.text.splitlines() == [
        "Head", "First line,", "second boldline.", "one", "two", "MW\t1\u00a0200", "a\tb", "  kept", "   as is", "end",
    ]  # fmt: skip
    assert made.title == "A & title"
    assert (
        made.sha256 == hashlib.sha256(made.text.encode()).hexdigest() == "8012b182668a312d700d310201a813933ba58530363329d79e3316397c7d8daa"
    )


def test_a_long_page_is_read_in_its_own_process_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    here = page_text(PAGE.encode())
    monkeypatch.setattr(text, "OWN_PROCESS_BYTES", 0)
    assert page_text(PAGE.encode()) == here


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("Zürich".encode(), "text/html", "Zürich"),
        ("Zürich".encode("cp1252"), "text/html", "Zürich"),
        ("Zürich €".encode("cp1252"), "text/html; charset=ISO-8859-1", "Zürich €"),
        ("Zürich".encode("utf-16"), "text/html", "Zürich"),
        (b"\xef\xbb\xbf" + "Zürich".encode(), "text/html; charset=windows-1252", "Zürich"),
        (b"<meta charset='koi8-r'>" + "мир".encode("koi8-r"), "text/html", "мир"),
        (b"Z\xc3\xbcrich", "text/html; charset=unicode_escape", "Zürich"),
        (b"a+AGI-", "text/html; charset=utf-7", "a+AGI-"),
        (b"a\xffb", "text/html; charset=utf-8", "a\ufffdb"),
        ("１,5 Mrd.".encode("cp932"), "text/html; charset=Shift_JIS", "１,5 Mrd."),
    ],
)
def test_encodings_are_read_as_a_browser_would(body: bytes, content_type: str, expected: str) -> None:
    assert page_text(body, content_type).text == expected


def test_plain_text_keeps_its_lines_and_what_looks_like_tags() -> None:
    assert page_text(b"a  <b>\r\nc", "text/plain").text == "a  <b>\nc"


def test_what_has_a_text() -> None:
    assert is_page("text/html; charset=x", b"") and is_page("", b"  <!doctype HTML><p>") and is_page("text/plain", b"x")
    assert not is_page("image/png", b"<html>") and not is_page("", b"\x89PNG") and not is_page("application/json", b"{}")


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 3000 + "deep", "<b><p>" * 3000 + "deep", "<table><tr><td>" * 3000 + "deep", "<span>" * 10_000 + "deep",
        '<p title="' + "a" * 50_000 + '">deep', "<p " + " ".join(f"a{at}=1" for at in range(3000)) + ">deep",
        "deep\x00<p", "<!--" + "-" * 1000 + "><p>deep", "&" * 1000 + "deep" + "&#0;&#xD800;&#x110000;",
    ],
)  # fmt: skip
def test_hostile_pages_have_a_text(page: str) -> None:
    assert "deep" in page_text(page.encode()).text


def test_a_page_that_costs_the_parser_too_much_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "SECONDS", 0.01)
    made = page_text(b"<div>" + b"<p>words</p>" * 20_000)
    assert not made.text and not made.sha256 and "more than 0.01 s" in made.fault


def test_a_page_longer_than_any_article_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LONGEST", 1000)
    assert "at most 1,000" in page_text(b"x" * 1001).fault


def test_short_markup_becomes_lines_in_time_that_grows_with_its_length() -> None:
    made = of_markup("<p>One &amp;  two<br/>three</p><script>x < y</script><!-- no --><style>p{}</style>4 < 5 <b>six</b>")
    assert made == "One & two\nthree\n4 < 5 six"
    for hostile in ("<" * 300_000, "<a" * 200_000, "<script>" * 50_000, "<!--" * 100_000, "&" * 300_000, "<div>" * 60_000):
        assert isinstance(of_markup(hostile), str)


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(["<p>", "</p>", "<script>", "</script>", "<!", ">", "x", "&lt;", "<br>"])).map("".join)
)
def test_any_markup_becomes_lines(markup: str) -> None:
    assert all(line for line in of_markup(markup).split("\n")) or not of_markup(markup)


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_have_a_text(body: bytes, content_type: str) -> None:
    made = page_text(body, content_type)
    assert isinstance(made, PageText) and made.text.encode() is not None
    assert decoded(body, content_type)[0].encode() is not None


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<b>", "<table>", "<td>", "<pre>", "</pre>", "<textarea>", " ", "\n", "x", "\u00a0", "<br>", "</table>"]
        )
    )
)
def test_a_text_has_no_empty_lines_and_its_own_text_is_itself(parts: list[str]) -> None:
    made = extracted("".join(parts)).text
    assert all(line.strip(" \t") for line in made.splitlines() if made)
    if not {"<pre>", "<textarea>"} & set(parts):
        again = extracted("<br>".join(made.split("\n"))).text
        assert again == made.replace("\t", " ")


@pytest.mark.parametrize("bomb", ["<div>" * 400_000, "<b><p>" * 200_000, "<div>" * 9_000 + "<i>x</i>" * 100_000])
def test_a_long_page_built_to_cost_its_reader_is_told_before_it_is_parsed(bomb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stargauge.evidence.capture.text._apart", lambda page, encoding: pytest.fail("it was parsed"))
    made = page_text(bomb.encode())
    assert not made.text and "deep" in made.fault


def test_a_long_page_as_pages_are_is_parsed() -> None:
    page = "<div><ul><li>one<li>two</ul><p>Some <b>text</b><p>and <br>more</div><script>'<div>' + '<div>'</script>" * 3_000
    made = page_text(page.encode())
    assert not made.fault and made.text.startswith("one\ntwo\nSome text")
