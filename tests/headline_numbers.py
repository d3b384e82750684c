"""The headline numbers that a reviewer sees change: `python -m tests.headline_numbers` writes them anew."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from stargauge import api

FILE = Path(__file__).parent / "data" / "headline_numbers.csv"
COLUMNS = ("as_of", "address", "date", "unit", "p10", "p50", "p90")
DRAWS, SEED = 1024, 0
LEVELS = (0.1, 0.5, 0.9)


class Headline(NamedTuple):
    """One number: the knowledge date, what, at which date, and P10, P50, P90 over the draws."""

    as_of: str
    address: str
    date: str
    unit: str
    p10: float
    p50: float
    p90: float


#: What is asked, by knowledge date: an address and the dates at which it is read.
ASKED: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "2026-11-22": (
        ("power_facility[announced]", ("2026-11-30",)),
        ("power_facility[under_construction]", ("2026-11-30",)),
        ("power_facility[energised]", ("2028-12-31",)),
        ("power_facility[operational]", ("2026-09-24", "2028-12-31", "2030-12-31")),
        ("power_facility[operational, abilene]", ("2026-09-24", "2027-12-31")),
        ("power_it[operational, abilene]", ("2026-09-24",)),
        ("power_it[operational, unsited]", ("2032-12-31",)),
        ("buildings[operational, shackelford]", ("2028-12-31",)),
        ("pue[abilene]", ("2027-07-31",)),
        ("accelerators", ("2026-12-31", "2028-12-31")),
        ("compute_h100e", ("2028-12-31",)),
        ("supply_energy[grid, abilene]", ("2027-12-31",)),
        ("goodput", ("2028-12-31",)),
        ("inference_users_served", ("2028-12-31",)),
        ("capital_deployed", ("2025-12-31", "2028-12-31", "2032-12-31")),
        ("capital_deployed[abilene]", ("2026-12-31",)),
        ("opex", ("2028-12-31",)),
        ("funding_need[oracle]", ("2028-12-31",)),
        ("liquidity[oracle]", ("2028-12-31",)),
        ("funding_available[committed, softbank]", ("2026-12-31",)),
        ("jobs_direct", ("2025-12-31", "2028-12-31")),
        ("jobs_total", ("2028-12-31",)),
        ("jobs_construction_peak[abilene]", ("2028-12-31",)),
        ("emissions[scope2]", ("2028-12-31",)),
    ),
    "2025-01-23": (
        ("power_facility[announced]", ("2025-01-31",)),
        ("power_facility[operational, abilene]", ("2026-06-30", "2028-12-31")),
        ("power_it[operational]", ("2028-12-31",)),
        ("capital_deployed", ("2025-12-31", "2029-01-20")),
        ("funding_available[announced, softbank]", ("2025-01-23",)),
        ("jobs_direct", ("2025-12-31",)),
        ("jobs_total", ("2029-01-20",)),
    ),
}


def headlines() -> Iterator[Headline]:
    """The numbers as the model has them now."""
    for as_of, asked in ASKED.items():
        result = api.simulate("stargate", quantities=[address for address, _ in asked], draws=DRAWS, seed=SEED, as_of=as_of)
        for address, dates in asked:
            for when in dates:
                series = result[address].at(date.fromisoformat(when))
                found = series.quantiles(LEVELS)
                yield Headline(as_of, address, when, series.unit, *(float(found[level]) for level in LEVELS))


def reviewed() -> list[Headline]:
    """The numbers as they were last reviewed."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [Headline(*(row[c] for c in COLUMNS[:4]), *(float(row[c]) for c in COLUMNS[4:])) for row in rows]  # type: ignore[call-arg]


def write() -> None:
    """Write the numbers anew, for review."""
    made = list(headlines())
    assert all(math.isfinite(number) for row in made for number in row[4:])
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([*row[:4], *(f"{number:.12g}" for number in row[4:])] for row in made)
    print(f"{FILE}: {len(made)} numbers, P10, P50 and P90 each")


if __name__ == "__main__":
    write()
