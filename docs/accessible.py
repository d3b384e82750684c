"""Looks at pages of the built site as readers do, with what checks accessibility: `python docs/accessible.py SITE [PAGE...]`.

Each page is opened in Chromium in light and in dark, on a laptop and on a phone, and held against WCAG 2.2 A and AA by axe; a phone's page
is no wider than the phone. Exit code 1 where something is found; 2 where there is no browser, or no axe, to look with.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Pages of each kind: the first, a tutorial, references made from the code, how to, examples, explanation with charts.
PAGES = (
    "index.html", "tutorial-check-a-claim.html", "commands.html", "http-api.html", "answers.html", "catalogue.html", "gallery.html",
    "howto-money.html", "proof-of-quality.html", "notebook.html",
)  # fmt: skip
LAPTOP, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def looked_at(page: Any) -> Iterator[str]:
    """What axe finds on an open page, each with the first element it is at."""
    from axe_playwright_python.sync_playwright import Axe

    for one in Axe().run(page, options=RULES).response["violations"]:
        yield f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})"


def faults(site: Path, pages: tuple[str, ...]) -> Iterator[str]:
    """What is found on pages of a site, by page, light or dark, and width."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=FLAGS)
        for name in pages:
            for scheme in ("light", "dark"):
                for size in (LAPTOP, PHONE):
                    open_now = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
                    page = open_now.new_page()
                    page.goto((site / name).resolve().as_uri())
                    found = list(looked_at(page))
                    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    found += [f"{wider} pixels wider than the window"] if wider > 0 else []
                    yield from (f"{name}, {scheme}, {size['width']}: {one}" for one in found)
                    open_now.close()
        browser.close()


def main(arguments: list[str]) -> int:
    """Print what is found."""
    try:
        import axe_playwright_python.sync_playwright  # noqa: F401
    except ModuleNotFoundError as missing:
        print(f"not looked at: {missing.name} is not installed (requirements/test.txt)", file=sys.stderr)
        return 2
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        print("not looked at: no Chromium", file=sys.stderr)
        return 2
    count = 0
    for fault in faults(Path(arguments[0]), tuple(arguments[1:]) or PAGES):
        print(fault, flush=True)
        count += 1
    print(f"{count} found")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
