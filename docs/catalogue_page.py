"""The page of the catalogue, made from its files: every table with its columns, rows and sources, and every source."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from generated import code, plain, table

from stargauge.catalogue.load import DATA, KINDS, load_catalogue

HEAD = """# The catalogue

What a run falls back on where a programme says nothing: chips, places, prices, weather, reference classes, and the records that forecasts
were fitted to. Every row has its unit, dates, source, status and grade; a row whose source is `stargauge-assumption` is an assumption of
ours and says so wherever it shows. `stargauge catalogue KIND NAME` prints the rows; [own values](own-values.md) says how to lay yours over
them. This page is made from the files.
"""
#: What a row is, for the tables that have columns of their own.
ROWS = {
    "backtest-claim.csv": "a reading of a claim replayed on an earlier day, and what happened",
    "backtest-date.csv": "a milestone of a shipped programme forecast on an earlier day, and what happened",
    "backtest-record.csv": "a recorded project forecast without its own owner's records, and what happened",
    "backtest-unscored.csv": "what could not be scored, and why",
    "build-fit.csv": "a fit of building times to the records known by a day",
    "build-owner.csv": "the effect of an owner in such a fit",
    "build-record.csv": "a step of a campus: start of work, roof, operation, or what was last seen of it",
    "fit-record.csv": "plan and outcome of a milestone",
    "goodput-record.csv": "a recorded training job and what it kept of its time",
    "gpu-curve.csv": "a kernel measured on a GPU",
    "outdoor-hours.csv": "a month of a typical year by states of the air",
    "ramp-record.csv": "racks put into a finished hall",
    "serving-fit.csv": "a coefficient of the speed of serving",
    "serving-prior.csv": "what the fit of serving starts from",
    "serving-run.csv": "a measured serving run",
    "slip-fit.csv": "a fit of the slip of plans to the records known by a day",
    "slip-owner.csv": "the effect of an owner in such a fit",
    "sources.csv": "where the rows come from",
    "tracker.csv": "who publishes a tracker of sites",
    "tracker-name.csv": "what a tracker calls a site",
    "training-fit.csv": "a coefficient of the speed of training",
    "training-run.csv": "a measured training run",
    "vintage.csv": "a milestone as successive editions of a tracker give it",
}
_LINE = re.compile(r"^\| (?P<files>`[^|]*?) \| (?P<origin>.*?) \| (?P<licence>.*?) \|$", re.MULTILINE)


@cache
def rows(file: str) -> tuple[dict[str, str], ...]:
    """The rows of a table."""
    with (DATA / file).open(encoding="utf-8-sig", newline="") as handle:
        return tuple(csv.DictReader(handle))


def files() -> list[str]:
    """The tables, by name."""
    return sorted(path.name for path in Path(DATA).glob("*.csv"))


@cache
def _origins() -> dict[str, tuple[str, str]]:
    """Where a table is from and its licence, as the folder's own description has it."""
    told = (DATA / "README.md").read_text(encoding="utf-8")
    return {
        name: (found["origin"], found["licence"]) for found in _LINE.finditer(told) for name in re.findall(r"`([^`]+)`", found["files"])
    }  # fmt: skip


def _source_ids(file: str) -> list[str]:
    known = load_catalogue().sources
    return sorted({row["source"] for row in rows(file) if row.get("source") in known})


def _linked(ids: Sequence[str]) -> str:
    return ", ".join(f'<a href="#source-{one}">{one}</a>' for one in ids)


def _values(kind: str) -> Iterator[list[str]]:
    """The attributes of a kind: unit, how many names have it."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for row in rows(f"{kind}.csv"):
        units, names = found.setdefault(re.sub(r"_(0[1-9]|1[0-2])$", "_MONTH", row["attribute"]), (set(), set()))
        units.add(row["unit"])
        names.add(row["name"])
    for attribute, (units, names) in found.items():
        yield [code(attribute), ", ".join(map(code, sorted(units))), str(len(names))]


def _table(file: str) -> str:
    made, kind = rows(file), file.removesuffix(".csv")
    columns = ", ".join(map(code, made[0]))
    parts = [f"### {kind}\n", f"`{file}`: {len(made):,} rows. Columns: {columns}.\n"]
    if file in ROWS:
        parts.append(f"A row is {ROWS[file]}.\n")
    pattern = next((one for one in _origins() if re.fullmatch(re.escape(one).replace(r"\*", ".*"), file)), None)
    if pattern:
        origin, licence = _origins()[pattern]
        parts.append(f"From: {origin.replace('<', '&lt;')}. Licence and attribution: {licence}.\n")
    if kind in KINDS:
        names = list(dict.fromkeys(row["name"] for row in made))
        parts.append(f"{len(names)} names: {', '.join(map(code, names))}.\n")
        parts.append(table(("attribute", "unit", "names with it"), _values(kind)))
    if ids := _source_ids(file):
        assumed = sum(row.get("source") == "stargauge-assumption" for row in made)
        parts.append(f"{len(ids)} sources: {_linked(ids)}." + (f" {assumed:,} rows are assumptions of ours." if assumed else "") + "\n")
    return "\n".join(parts)


def _sources() -> Iterator[list[str]]:
    for one in sorted(rows("sources.csv"), key=lambda row: row["id"]):
        title = plain(one["title"])
        shown = f'<a href="{one["url"]}">{title}</a>' if one["url"] else title
        yield [f'<span id="source-{one["id"]}">{one["id"]}</span>', plain(one["publisher"]), shown, one["date"], one["grade"]]


def page() -> str:
    """The whole page."""
    values = [file for file in files() if file.removesuffix(".csv") in KINDS]
    records = [file for file in files() if file not in values and file != "sources.csv"]
    parts = [HEAD, "## Values\n", "What `stargauge catalogue` lists, and what a programme may name.\n", *map(_table, values)]
    parts += ["## Records and fits\n", "What forecasts are fitted to and judged by, and what was fitted.\n", *map(_table, records)]
    grades = "Grade A: a primary text or filing; B: press, a tracker or a faithful copy; C: a digest; D: weak."
    parts += ["## Sources\n", f"{len(rows('sources.csv'))} sources of the catalogue. {grades}\n"]
    parts += [table(("id", "publisher", "title", "date", "grade"), _sources())]
    return "\n".join(parts)
