"""The page on captures works as it stands, and no wording of ours says more than a capture shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.test_packaging_files import ROOT, run_page, run_python

pytest.importorskip("httpx")
pytest.importorskip("selectolax")
pytest.importorskip("warcio")
pytest.importorskip("cryptography")

from stargauge.evidence.capture.capture import METHODS
from stargauge.evidence.capture.supplied import read_supplied

PAGE = "docs/capture.md"


def test_the_page_on_captures_works_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STARGAUGE_EVIDENCE", raising=False)
    saved = re.findall(r"```html\n(.*?)```", (ROOT / PAGE).read_text(encoding="utf-8"), re.S)[0]
    (tmp_path / "saved.html").write_text(saved, encoding="utf-8")
    assert run_page(PAGE, tmp_path) == 4
    made = read_supplied((tmp_path / "captures.wacz").read_bytes(), "captures.wacz")
    assert made.url == "https://news.example/article" and made.title == "Who pays?"
    run_python(PAGE)


def test_the_page_names_every_method() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert all(f"| `{method}` |" in text for method in METHODS)


def test_no_word_of_ours_judges() -> None:
    words = re.compile(r"\b(?:fake|debunked|censored|lie|lied|manipulated)\b", re.IGNORECASE)
    files = [*(ROOT / "src/stargauge/evidence/capture").rglob("*.py"), ROOT / "src/stargauge/cli/evidence_capture.py", ROOT / PAGE]
    assert not [str(path) for path in files if words.search(path.read_text(encoding="utf-8"))]
