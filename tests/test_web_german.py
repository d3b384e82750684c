"""The pages in German: language, marks of numbers, and no English of the frame left."""

from __future__ import annotations

import re

import pytest
from tests.web_server import DAY, Browser, ask

#: English of the frame and of the sections that are the pages' own.
ENGLISH = (
    "Overview", "Compare", "Compute", "Evidence", "Skip to content", "How to cite", "known on", "draws", "seed", "Permalink", "Every number",
    "Using only what was published by", "Newest evidence", "Last seen", "Complete", "on record", "What the record holds", "Reading",
    "Outcome", "Off by", "Formally", "Said by", "Read as", "Cut-off set by", "All evidence", "nothing on record", "no odds", "All claims",
    "What would have to be true", "Take it with you", "Download", "The odds over time", "What moves it", "not about anyone’s honesty",
)  # fmt: skip
#: A decimal point, where it is neither an address, a version, a date nor the end of an abbreviation.
_POINT = re.compile(r"(?<![\w./:-])\d+\.\d+(?![\w./-])")
_THOUSANDS = re.compile(r"(?<![\w,])\d{1,3},\d{3}(?![\w,])")
_PARTS = ("/p/stargate", "/p/stargate/claims/jobs-100k")


@pytest.mark.parametrize("path", _PARTS)
def test_page_is_in_german(web: str, browser: Browser, path: str) -> None:
    with browser.page(f"{web}{path}?as_of={DAY}&lang=de") as (page, seen):
        assert page.get_attribute("html", "lang") == "de"
        own = page.evaluate("""() => {
            const main = document.body.cloneNode(true);
            main.querySelectorAll('script, svg, code, .late, [hreflang=en], section[aria-labelledby=glance], section[aria-labelledby=power]').forEach((one) => one.remove());
            main.querySelectorAll('section[aria-labelledby=money], section[aria-labelledby=jobs], section[aria-labelledby=dispute]').forEach((one) => one.remove());
            return main.innerText;
        }""")
        assert [word for word in ENGLISH if re.search(rf"\b{re.escape(word)}\b", own)] == []
        assert "Übersicht" in own and "Wissensstand" in own and "Aussagen" in own
        seen.clean()
