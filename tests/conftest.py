"""What the tests share: the folder of facts that lies beside the checkout, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No test is timed; where a change is judged the examples are always the same, elsewhere new ones are looked for each time.
settings.register_profile("judged", deadline=None, derandomize=True)
settings.register_profile("looking", deadline=None)
settings.load_profile("judged" if os.environ.get("CI") else "looking")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts beside the checkout, or the one named by STARGAUGE_SHARED; the test is skipped where it is missing."""
    folder = Path(os.environ.get("STARGAUGE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip(f"the folder of facts is missing: {folder}")
    return folder
