"""Faults of what is asked of pages and the API, in the language of the page."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.faults_german import english_left

#: Addresses of pages with faults in what is asked, with the status of the answer.
PAGES = (
    ("/nowhere", 404),
    ("/p/nowhere", 404),
    ("/p/stargate?draws=5&seed=x&as_of=soon&set=load_factor", 400),
    ("/p/stargate?scenario=none", 400),
    ("/p/stargate?as_of=1950-01-01&scenario=../x", 400),
    ("/p/stargate/claims/none", 400),
    ("/p/stargate/why/power_facilty", 404),
    ("/p/stargate/why/power_facility[operational]?when=soon", 400),
    ("/p/stargate/compare/result?a_as_of=soon&b_programme=none&b_set=load", 400),
    ("/p/stargate/plan/answer?by=2029-12-31", 200),
    ("/p/stargate/sites/nowhere/power", 400),
    ("/chips/infer?model=none&chip=none", 422),
    ("/p/stargate/figures/none.svg", 400),
    ("/system/all?year=1999", 400),
    ("/chips/train?model=llama3-405b&batch=x", 422),
    ("/chips/infer?model=deepseek-r1", 422),
    ("/chips/goodput?cluster=16384xh100&days=0&failure_rate=often", 422),
    ("/evidence/entry/C-1", 400),
)


@pytest.mark.parametrize(("path", "status"), PAGES)
def test_a_page_tells_its_faults_in_german(web: str, path: str, status: int) -> None:
    code, text = _had(f"{web}{path}{'&' if '?' in path else '?'}lang=de")
    told = _told_on(text)
    assert (code, told != []) == (status, True), text
    assert [(one, english_left(one)) for one in told if english_left(one)] == []
    assert '<html lang="de"' in text


def _had(address: str) -> tuple[int, str]:
    try:
        with urlopen(address.replace("[", "%5B").replace("]", "%5D")) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def _told_on(page: str) -> list[str]:
    """The faults that a page lists, as a reader sees them."""
    lists = re.findall(r'<ul class="plain">.*?</ul>|<ol class="faults">.*?</ol>|<span class="wrong"[^>]*>.*?</span>', page, re.DOTALL)
    items = [one for found in lists for one in re.findall(r"<(?:li|span)[^>]*>(.*?)</(?:li|span)>", found, re.DOTALL)]
    return [unescape(re.sub(r"<code.*?</code>|<[^>]+>", "", one)) for one in items]


def test_the_api_tells_faults_in_the_language_asked_for(web: str) -> None:
    for path in ("/api/programmes/nowhere/check?draws=256", "/api/programmes/stargate/check?draws=5&seed=x&as_of=soon&oops=1"):
        english, german = (json.loads(_had(f"{web}{path}{one}")[1])["errors"] for one in ("", "&lang=de"))
        assert [one["path"] for one in english] == [one["path"] for one in german]
        assert all(english_left(one["message"]) for one in english), english
        assert [one for one in german if english_left(one["message"])] == []
