"""What the tests share: the folder of facts that lies beside the checkout, where there is one."""

from __future__ import annotations

import os
import sys

# Many tests begin processes of their own, and every worker collects every file: compiled once, then, whatever the machine is set to.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# As the command does, before numpy is loaded: our products are small, and threads of the library only get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.web_server import Browser

sys.dont_write_bytecode = False
# No test is timed; where a change is judged the examples are always the same, elsewhere new ones are looked for each time.
settings.register_profile("judged", deadline=None, derandomize=True)
settings.register_profile("looking", deadline=None)
settings.load_profile("judged" if os.environ.get("CI") else "looking")


@pytest.fixture(scope="session", autouse=True)
def _one_core() -> Iterator[None]:
    """A run takes one process unless a test asks for more: the tests themselves use every core, and a process begun anew costs seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.cpu_count", lambda: 1)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts beside the checkout, or the one named by STARGAUGE_SHARED; the test is skipped where it is missing."""
    folder = Path(os.environ.get("STARGAUGE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip(f"the folder of facts is missing: {folder}")
    return folder


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the pages, over an empty folder."""
    from tests.web_server import serving

    with serving(tmp_path_factory.mktemp("programmes")) as address:
        yield address


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a server of the pages whose folder may be written to, and that folder; evidence lies in it."""
    from tests.web_folder import filled
    from tests.web_server import serving

    folder = filled(tmp_path_factory.mktemp("desk"))
    with serving(folder, folder / "evidence", workers=1) as address:
        yield address, folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, one for all tests of the pages."""
    from playwright.sync_api import sync_playwright
    from tests.web_server import Browser

    with sync_playwright() as playwright:
        made = Browser(playwright)
        yield made
        made.close()


#: Files of few tests that take long, longest first: begun last, one of them would keep one worker busy while the others have nothing to do.
LONG = (
    "test_laws", "test_cli_what_if", "test_cli_explain", "test_audit_german", "test_honesty", "test_cli_commands", "test_audit_scores",
    "test_report_links", "test_web_api", "test_report_explanation",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; the order within a file stays."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))
