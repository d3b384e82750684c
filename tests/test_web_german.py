"""The pages in German: the language of the page, marks of numbers, and no English of the pages' own left."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.request import urlopen

import pytest
from tests.web_server import DAY

#: English that the pages say themselves, in their frame and in their own sections.
ENGLISH = (
    "Overview", "Compare", "Compute", "Evidence", "Skip to content", "How to cite", "known on", "draws", "seed", "Permalink",
    "Every number", "Using only what was published by", "today", "new site", "Last seen", "Complete", "of them run", "begun",
    "What the record holds",
    "Outcome", "Off by", "Formally", "Said by", "Cut-off set by", "All evidence", "nothing on record", "All claims",
    "What would have to be true", "Take it with you", "Download", "The odds over time", "What moves it", "not about anyone’s honesty",
)  # fmt: skip
#: Sections whose words come from the answer or the record, with the notes that stand in the file as they were written.
_SAID_ELSEWHERE = ("glance", "power", "money", "jobs", "dispute", "record")
_POINT = re.compile(r"(?<![\w./:-])\d+\.\d+(?![\w./-])")
_COMMA = re.compile(r"(?<![\w,])\d{1,3},\d{3} (?:Stellen|Mrd|GW|Durchläufe)")


class _Seen(HTMLParser):
    """The text that a reader sees in the pages' own parts, and the language of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.language, self.text, self.skipped, self.links = "", "", list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.language = told.get("lang") or "" if tag == "html" else self.language
        self.links += [told["href"] or ""] if tag == "a" and told.get("href") and told.get("hreflang") != "en" else []
        hidden = tag in ("script", "style", "code", "svg") or (tag == "section" and told.get("aria-labelledby") in _SAID_ELSEWHERE)
        if hidden or (self.skipped and tag == self.skipped[-1]):
            self.skipped.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped and tag == self.skipped[-1]:
            self.skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.text += f" {data}"


def _seen(address: str) -> _Seen:
    with urlopen(address) as answer:
        made = _Seen()
        made.feed(answer.read().decode())
    return made


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", ("Sieben Standorte in fünf Bundesstaaten; einer davon läuft", "verzeichnet: ", "Was von den Aussagen zutrifft")),
        ("/claims/jobs-100k", ("Wie die Aussage gelesen werden kann", "Was dafür zutreffen müsste", "Redaktion dieser Programmdatei")),
    ],
)
def test_page_is_in_german(web: str, path: str, said: tuple[str, ...]) -> None:
    seen = _seen(f"{web}/p/stargate{path}?as_of={DAY}&lang=de")
    assert seen.language == "de"
    assert [text for text in (*said, "Übersicht", "Wissensstand", "Startwert 0") if text not in seen.text] == []
    assert [text for text in ENGLISH if re.search(rf"\b{re.escape(text)}\b", seen.text)] == []
    own = re.sub(r"(Stargauge|CC BY) [\d.]+\w*", "", seen.text)
    assert _POINT.findall(own) == []
    assert _COMMA.findall(own) == []
    pages = [link for link in seen.links if link.startswith("/") and not link.startswith("/api/")]
    assert pages and [link for link in pages if "lang=de" not in link and "/figures/" not in link] == []
    assert re.search(r"\d[,’]\d", own) and "1024 Durchläufe" in own


def test_numbers_of_the_sliders_are_as_the_language_writes_them(web: str) -> None:
    ticks = re.findall(r"<span>(P[159]0 [^<]+)</span>", urlopen(f"{web}/p/stargate/what-if/board?as_of={DAY}&lang=de").read().decode())
    assert ticks and not [tick for tick in ticks if "." in tick or "job" in tick or tick.endswith(",")]
    assert any(tick.endswith("Stellen/MW") for tick in ticks)


@pytest.mark.parametrize(
    ("path", "said", "english"),
    [
        (
            "/claims/jobs-100k/drivers",
            ("Gesamteffekt: der Anteil der Streuung", "Was die verglichene Zahl am meisten bewegt"),
            "What moves",
        ),
        ("/compute/cost", ("kostet den Eigentümer", "Die Marktmiete ist eine Annahme", "Geld des Preisjahrs"), "Market rent is"),
    ],
)
def test_what_moves_a_claim_and_what_an_hour_costs_is_in_german(web: str, path: str, said: tuple[str, ...], english: str) -> None:
    text = " ".join(_seen(f"{web}/p/stargate{path}?as_of={DAY}&lang=de").text.split())
    assert [one for one in said if one not in text] == [] and english not in text
