"""The page on evidence works as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.test_packaging_files import run_page

pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")


def test_the_page_on_evidence_works_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>we do not have the money</p>")
    assert run_page("docs/evidence.md", tmp_path) == 12
    kept = {path.name for path in (tmp_path / "desk").iterdir()}
    assert {"blobs", "log", "keys", "evidence.sqlite"} <= kept
