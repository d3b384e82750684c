"""Records of builds: when work on a campus began and its buildings ran, and how fast racks were put into a finished hall."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from stargauge.quantity.dates import parse_window

#: What a record may say of how its operation was dated: seen from above, told by the company, or by the tracker's rule of thumb.
DATED_BY = ("image", "company", "rule", "")
#: What may have decided it other than the building: power that was not there when the halls were complete.
POWER = "power"


@dataclass(frozen=True)
class BuildRecord:
    """One step of a campus: some buildings that came on together. Dates are None where nobody saw or said them.

    `kind`: `new` (the first buildings of a campus), `expansion` (later ones, or beside an older plant), `retrofit` (existing halls);
    `buildings` and `it_power` (W) are those of the step, `campus_power` (W) that of the whole campus as foreseen, where it is large;
    `known_at` is the last look; `outcome` is `reached` or `censored`.
    """

    id: str
    site: str
    owner: str
    kind: str
    step: int
    buildings: float
    it_power: float
    campus_power: float | None
    started: date | None
    roofed: date | None
    operational: date | None
    known_at: date
    dated_by: str
    held_by: str
    source: str
    grade: str

    @property
    def taken_days(self) -> float | None:
        """Days from the start of work to operation, or to the last look where it does not run; None where the start is unknown."""
        return None if self.started is None else float(((self.operational or self.known_at) - self.started).days)

    @property
    def shell_share(self) -> float | None:
        """Share of the time from start to operation after which the roof was complete; None where one of the dates is missing."""
        taken = self.taken_days
        if taken is None or self.operational is None or self.roofed is None or self.started is None:
            return None
        return (self.roofed - self.started).days / taken


@dataclass(frozen=True)
class RampRecord:
    """Racks put into finished halls: IT power (W) per hall in so many days, until the day on which it was full."""

    id: str
    owner: str
    it_power: float
    days: float
    full: date
    source: str
    grade: str


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def read_builds(file: Path) -> tuple[BuildRecord, ...]:
    """The records of builds, in the order of the file."""
    with file.open(encoding="utf-8", newline="") as handle:
        return tuple(
            BuildRecord(
                cells["id"], cells["site"], cells["owner"], cells["kind"], int(cells["step"]), float(cells["buildings"]),
                1e6 * float(cells["it_mw"]), 1e6 * float(cells["campus_mw"]) if cells["campus_mw"] else None, _day(cells["started"]),
                _day(cells["roofed"]), _day(cells["operational"]),
                date.fromisoformat(cells["known_at"]), cells["dated_by"], cells["held_by"], cells["source"], cells["grade"],
            )
            for cells in csv.DictReader(handle)
        )  # fmt: skip


def read_ramps(file: Path) -> tuple[RampRecord, ...]:
    """The records of racks put into halls, in the order of the file; a window counts from its middle."""
    with file.open(encoding="utf-8", newline="") as handle:
        return tuple(_ramp(cells) for cells in csv.DictReader(handle))


def _ramp(cells: dict[str, str]) -> RampRecord:
    started, full = parse_window(cells["started"]), parse_window(cells["full"])
    days = full.middle - started.middle
    return RampRecord(
        cells["id"], cells["owner"], 1e6 * float(cells["it_mw"]) / float(cells["halls"]), days, full.end, cells["source"], cells["grade"]
    )


def as_seen(record: BuildRecord, day: date) -> BuildRecord | None:
    """What could have been seen of a build by a day: later dates have not come yet; None where nothing had begun."""
    happened = [when for when in (record.started, record.roofed, record.operational) if when is not None and when <= day]
    if not happened:
        return None

    def kept(when: date | None) -> date | None:
        return when if when is not None and when <= day else None

    runs = kept(record.operational)
    held = record.held_by if runs is not None else ""
    return replace(
        record, started=kept(record.started), roofed=kept(record.roofed), operational=runs, known_at=min(record.known_at, day), held_by=held
    )
