"""Pages as PDF, printed by a Chromium that is installed; nothing in them may act or be fetched."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from stargauge.evidence.capture.devtools import binary
from stargauge.quantity.errors import InputError
from stargauge.report.locale import say

_SECONDS = 60


def _is_root() -> bool:
    """Chromium refuses to run with its sandbox as root; there is no script and no network in what is printed."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def printed(page: str) -> bytes:
    """A self-contained HTML page as PDF. Raises InputError where no browser is there, or it fails."""
    try:
        browser = binary()
    except InputError:
        raise InputError(
            say(
                "a PDF needs Chromium, and none is here (STARGAUGE_BROWSER names one); write the page as .html and print "
                "it from any browser"
            )
        ) from None
    with tempfile.TemporaryDirectory(prefix="stargauge-pdf-") as name:
        folder = Path(name)
        (folder / "page.html").write_text(page, encoding="utf-8")
        command = [
            browser, "--headless", *(["--no-sandbox"] if _is_root() else []), "--disable-gpu", "--disable-extensions",
            "--no-first-run", "--no-pdf-header-footer",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}",
            f"--print-to-pdf={folder / 'page.pdf'}", (folder / "page.html").as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - a browser, which prints our page
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError(
                say(
                    "{browser} could not print the page: {error}; write it as .html and print it from any browser",
                    browser=browser,
                    error=error,
                )
            ) from None
        made = folder / "page.pdf"
        if done.returncode or not made.is_file():
            raise InputError(
                say(
                    "{browser} could not print the page (code {code}); write it as .html and print it from any browser",
                    browser=browser,
                    code=done.returncode,
                )
            )
        return made.read_bytes()
