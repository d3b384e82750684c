"""A folder as a user of the pages has it: programmes, one of them faulty, and evidence; and pages asked for without a server."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.web_server import DAY, LAPTOP, PHONE, violations, wider_than_screen

import stargauge.web.pages  # noqa: F401 - enters the pages
from stargauge.evidence.workspace import Workspace
from stargauge.programme.template import starter
from stargauge.web.asked import Asked
from stargauge.web.work import Job, Made, do

PAGE, POST = "https://grower.example/plan", "https://social.example/@grower/1"
HOSTILE = "<script>document.title = 'taken over'</script><img src=x onerror=alert(1)>"
FAULTY = "name: Faulty\nabout: has errors\nsites:\n  north: {it_power: 1.2 GWh}\n"


def filled(folder: Path, evidence: bool = True) -> Path:
    """Fill a folder; keeping evidence takes a while."""
    (folder / "mine.yaml").write_text(starter("Mine"), encoding="utf-8")
    (folder / "faulty.yaml").write_text(FAULTY, encoding="utf-8")
    return _with_evidence(folder) if evidence else folder


def _with_evidence(folder: Path) -> Path:
    now = datetime(2026, 6, 1, 17, 40, tzinfo=UTC)
    times = iter(now + timedelta(hours=6 * step) for step in range(100))
    last = [now]

    def clock() -> datetime:
        last[0] = next(times)
        return last[0]

    def seen(url: str, outcome: str) -> dict[str, Any]:
        when = f"{last[0] + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        asked = {"time": when, "method": "web", "vantage": "local"}
        beside = [{"role": "control", "url": "https://grower.example/other", "outcome": "ok", **asked}]
        return {"version": 1, "thing": "page", "round": when, "url": url, "outcome": outcome, **asked, "beside": beside}

    with Workspace.init(folder / "evidence", name="grower.example/desk", clock=clock) as made:
        about = {"method": "web", "status": 200, "tool": "stargauge", "title": HOSTILE}
        first = f"The plan\n800 MW by 2027\n{HOSTILE}\n"
        made.add("capture", PAGE, about, {"body": f"<h1>The plan</h1>{HOSTILE}".encode(), "text": first.encode()})
        made.add("observation", PAGE, seen(PAGE, "ok"))
        second = "The plan\n600 MW by 2028\nA new line\n"
        made.add("capture", PAGE, about, {"body": b"<h1>The plan</h1>", "text": second.encode()})
        made.add("observation", PAGE, seen(PAGE, "http_404"))
        made.add("capture", POST, about | {"title": "A post"}, {"text": b"400 jobs\n"})
    return folder


def ask(
    folder: Path, page: str, path: str, *, at: str = "mine", body: dict[str, Any] | None = None, language: str = "en", **arguments: str
) -> Made:
    """A page as a worker makes it."""
    asked = Asked(at, date.fromisoformat(DAY), language=language)
    evidence = folder / "evidence"
    return do(Job("page", page, asked, path, arguments, folder, evidence if evidence.is_dir() else None, body=body or {}))


def flaws(page: Any) -> list[str]:
    """What axe finds on an open page, light and dark, and by how much it is too wide for a phone; the page is left light on a laptop."""
    found = violations(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    found += [f"dark, on a phone: {one}" for one in violations(page)]
    found += ["too wide for a phone"] if wider_than_screen(page) > 0 else []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(LAPTOP)
    return found


def told(made: Made) -> str:
    """What is wrong, in words."""
    return " ".join(str(fault) for fault in made.faults)
