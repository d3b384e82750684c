"""The gallery: every shipped programme checked, with its picture and its report; and the schemas to download.

What is made lies in `docs/_made/site` and goes into the site as it is. It is made again only where the package has changed since.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from generated import plain, write

import stargauge
from stargauge import __version__

#: The day that the gallery knows, so that every build shows the same.
AS_OF, DRAWS = "2026-11-22", 256
PAPER = "#fbfaf7"
HEAD = f"""# Gallery

Every programme that comes with Stargauge, as known on {AS_OF}: its answer, its capacity, and its report. A report is one file that opens
without a network: charts with their tables, every claim with its readings, every fact with its source; in English and in German.

Dashed: what would run had every dated promise held. Bands: half and four fifths of the simulated worlds. Facility power, at the meter.
Each answer was made by the command below it; with {DRAWS} draws odds are off by a few per cent, more draws are steadier. Site data:
Epoch AI, "AI Data Centers", epoch.ai/data/ai-data-centers, CC BY 4.0.
"""
Card = dict[str, Any]


def fingerprint() -> str:
    """What the gallery is made from: every file of the package that is no compiled one, and this file."""
    folder = Path(stargauge.__file__).parent
    made = hashlib.sha256()
    for path in (*sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"), Path(__file__)):
        made.update(f"{path.name}\n".encode() + path.read_bytes())
    return made.hexdigest()


def card(name: str, folder: Path) -> Card:
    """Check a programme; write its report and pictures into a folder; what the gallery says of it."""
    from stargauge import api
    from stargauge.report.drawing.canvas import NARROW, WIDE
    from stargauge.report.drawing.charts import over_time
    from stargauge.report.drawing.drawing import svg
    from stargauge.report.html import render_report

    data, german = (
        api.check(name, as_of=AS_OF, draws=DRAWS, charts=True, language=language).to_dict(charts=True) for language in ("en", "de")
    )
    line = data["lines"]["capacity"]
    for paper, ending in ((WIDE, ""), (NARROW, "-narrow")):
        drawn = over_time(line, data["quantities"], data["newest_evidence"], paper)
        write(folder / "pictures" / f"{name}{ending}.svg", svg({**drawn, "background": PAPER}))
    write(folder / "reports" / f"{name}.html", render_report(data))
    write(folder / "reports" / f"{name}.de.html", render_report(german))
    return {
        "id": name, "name": data["programme"]["name"], "about": data["programme"]["about"], "headline": data["headline"],
        "newest_evidence": data["newest_evidence"], "claims": len(data["claims"]), "text": line["text"], "command": data["reproduce"][0],
    }  # fmt: skip


def picture(one: Card) -> str:
    """The picture of a programme, drawn for a wide and for a narrow page."""
    label = str(one["text"]).replace("&", "&amp;").replace('"', "&quot;")
    return (
        f'<picture><source media="(max-width: 640px)" srcset="pictures/{one["id"]}-narrow.svg">'
        f'<img class="chart" src="pictures/{one["id"]}.svg" alt="{label}"></picture>'
    )


def reports(one: Card) -> str:
    """The links to the reports of a programme, each in the language of the report."""
    name = plain(one["name"])
    english = f'<a href="reports/{one["id"]}.html">The report of {name}</a>'
    return f'{english}, <a href="reports/{one["id"]}.de.html" lang="de" hreflang="de">der Bericht über {name} auf Deutsch</a>'


def page(cards: list[Card]) -> str:
    """The page of the gallery."""
    parts = [HEAD]
    for one in cards:
        count = {0: "No claim", 1: "1 claim"}.get(one["claims"], f"{one['claims']} claims")
        evidence = f", newest evidence {one['newest_evidence']}" if one["newest_evidence"] else ""
        parts += [
            f"## {plain(one['name'])}\n", f"**{plain(one['headline'])}**\n", f"{plain(one['about'])} {count}{evidence}.\n",
            f"{picture(one)}\n", f"{reports(one)}\n", f"```text\n{one['command']} --report {one['id']}.html\n```\n",
        ]  # fmt: skip
    return "\n".join(parts)


def names() -> list[str]:
    """The shipped programmes, the one of the examples first."""
    from stargauge import api

    return sorted(api.shipped(), key=lambda name: (not name.startswith("stargate"), name))


def _made(folder: Path) -> list[Card]:
    """The cards of all programmes, made where the package has changed."""
    kept, now = folder.with_name("gallery.json"), fingerprint()
    told = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if told.get("fingerprint") == now:
        return list(told["cards"])
    print(f"Making the gallery: {len(names())} programmes", file=sys.stderr)
    cards = [card(name, folder) for name in names()]
    write(kept, json.dumps({"fingerprint": now, "version": __version__, "cards": cards}, indent=1))
    return cards


def schemas() -> dict[str, Any]:
    """The schemas to download, by file name."""
    import answers_page
    import api_page

    from stargauge.api import schemas as of_answers
    from stargauge.programme.load import json_schema

    answers = {answers_page.file_of(name).removeprefix("schemas/"): of_answers.answer_schema(name) for name in of_answers.names()}
    return {"programme.schema.json": json_schema(), "openapi.json": api_page.schema(), **answers}


def write_all(docs: Path) -> None:
    """Write the gallery's page, its reports and pictures, and the schemas."""
    folder = docs / "_made" / "site"
    write(docs / "gallery.md", page(_made(folder)))
    for name, made in schemas().items():
        write(folder / "schemas" / name, json.dumps(made, indent=1, ensure_ascii=False) + "\n")
