"""What the tests share: the folder of facts that lies beside the checkout, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts beside the checkout, or the one named by STARGAUGE_SHARED; the test is skipped where it is missing."""
    folder = Path(os.environ.get("STARGAUGE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip(f"the folder of facts is missing: {folder}")
    return folder
