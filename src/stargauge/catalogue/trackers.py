"""Trackers whose editions can be read: who publishes them, under which licence, and how they call our sites."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Tracker:
    """One tracker: publisher, title, licence and address of its editions, their grade, and our site ids by its names."""

    id: str
    publisher: str
    title: str
    licence: str
    url: str
    grade: str
    sites: dict[str, str]


def tracker(name: str) -> Tracker:
    """A tracker of the catalogue by id. Raises KeyError for one that it does not have."""
    sites = {row["name"]: row["site"] for row in _rows("tracker-name.csv") if row["tracker"] == name}
    found = {row["tracker"]: row for row in _rows("tracker.csv")}[name]
    return Tracker(name, found["publisher"], found["title"], found["licence"], found["url"], found["grade"], sites)


def _rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))
