"""Our answers on all claims beside an outside reading of the same claims: what agrees, and that each difference is explained.

The outside verdicts are read here and nowhere else: no verdict of ours comes from them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.real_worlds import NOW

from stargauge import api
from stargauge.audit.claims.verdict import ReadingVerdict
from stargauge.audit.run import ClaimVerdict
from stargauge.audit.wording.words import likelihood

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "verdicts.md"
PROGRAMMES = ("stargate", "stargate-abroad", "xai-colossus-1", "meta-prometheus", "meta-hyperion")
MET, NOT_MET, OPEN, UNTESTABLE = "met", "not met", "open", "not testable"
NO_CAPTURE, SILENT = "not shown: no capture", "passed, record silent"
VERY_UNLIKELY, UNLIKELY, EVEN, LIKELY = (f"open, {word}" for word in ("very unlikely", "unlikely", "about as likely as not", "likely"))


class Row(NamedTuple):
    """One claim: how the outside verdict begins and what it says of our readings, what we answer now, and whether the two differ."""

    begins: str
    outside: Mapping[str, str]
    ours: Mapping[str, str]
    differs: bool = False


TABLE: dict[str, Row] = {
    "deploy-100bn-now": Row("false by that date", {"as said": NOT_MET}, {"as said": NOT_MET}),
    "invest-500bn-4y": Row(
        "open, unlikely", {"as said": UNLIKELY}, {"as said": VERY_UNLIKELY, "five years": VERY_UNLIKELY}, differs=True
    ),
    "jobs-100k": Row(
        "false as said; open only with economy-wide", {"as said": NOT_MET, "economy-wide": OPEN},
        {"as said": NOT_MET, "by 2029": VERY_UNLIKELY, "economy-wide": EVEN},
    ),
    "no-money": Row(
        "true in the narrow sense", {"as said": MET},
        {"as said": UNTESTABLE, "with committed": UNTESTABLE, "with announced": MET, "with borrowing": NOT_MET}, differs=True,
    ),
    "softbank-lt10": Row(
        'unverifiable for "secured"; false for cash', {"as said": UNTESTABLE, "cash": NOT_MET},
        {"as said": UNTESTABLE, "cash": NOT_MET, "with committed": NOT_MET},
    ),
    "altman-wrong": Row(
        "true on cash, unproved on commitment", {"cash": MET, "with committed": UNTESTABLE},
        {"as said": UNTESTABLE, "cash": MET, "with committed": MET}, differs=True,
    ),
    "site-underway": Row("true", {"as said": MET}, {"as said": MET}),
    "leavitt-trust": Row("not checkable", {"as said": UNTESTABLE}, {"as said": UNTESTABLE}),
    "nadella-80": Row(
        "true counting finance leases", {"with leases": MET, "cash only": NOT_MET}, {"with leases": MET, "cash only": NOT_MET}
    ),
    "altman-praise": Row("true", {"as said": MET}, {"as said": MET}),
    "reply-vanished": Row("not shown", {"vanished": NO_CAPTURE}, {"vanished": NO_CAPTURE, "tampered with": UNTESTABLE}),
    "jobs-hundreds-k": Row("open; no evidence", {"as said": OPEN}, {"as said": UNLIKELY}),
    "ten-buildings": Row("false as said", {"as said": NOT_MET}, {"as said": NOT_MET}),
    "seed-two-funders": Row("false", {"as said": NOT_MET}, {"as said": NOT_MET}),
    "seed-time": Row("false by post id", {"as said": NOT_MET}, {"as said": NOT_MET}),
    "abilene-p1-h1-2025": Row(
        "energised: company says yes; operational: no", {"as said": MET, "operational": NOT_MET}, {"as said": MET, "operational": NOT_MET}
    ),
    "abilene-12gw-mid26": Row("false", {"as said": NOT_MET}, {"as said": NOT_MET, "exactly": NOT_MET}),
    "abilene-400k": Row("open; half installed", {"any generation": OPEN}, {"any generation": UNLIKELY, "GB200 alone": VERY_UNLIKELY}),
    "abilene-450k": Row(
        "unlikely", {"any generation": UNLIKELY}, {"any generation": VERY_UNLIKELY, "GB200 alone": VERY_UNLIKELY}, differs=True
    ),
    "seven-gw-400bn": Row(
        "consistent under one reading only", {"as said": "partly met"},
        {"as said": MET, "at the racks": NOT_MET, "money": MET}, differs=True,
    ),
    "secured-10gw-eoy25": Row(
        "missed by own count", {"own count": NOT_MET}, {"contracted": UNTESTABLE, "financed": UNTESTABLE, "own count": NOT_MET}
    ),
    "ten-gw-apr26": Row(
        "true only if", {"contracted": MET, "running": NOT_MET}, {"contracted": UNTESTABLE, "running": NOT_MET}, differs=True
    ),
    "onsite-25000": Row(
        "plausible as a sum of site peaks, not at one time", {"sum of peaks": OPEN, "at one time": "implausible"},
        {"at one time": EVEN, "sum of peaks": EVEN}, differs=True,
    ),
    "oracle-sites-55gw": Row("open", {"as said": OPEN}, {"as said": VERY_UNLIKELY, "at the racks": VERY_UNLIKELY}),
    "planned-8gw-450bn": Row("true as a sum of plans", {"as said": MET}, {"as said": MET, "money": MET}),
    "nvidia-100bn": Row("superseded", {"as said": "superseded"}, {"as said": OPEN}, differs=True),
    "oracle-300bn": Row("open", {"as said": OPEN}, {"as said": VERY_UNLIKELY}),
    "umbrella": Row("reported", {"as said": "reported"}, {"as said": MET}, differs=True),
    "lordstown-2026": Row("unlikely", {"as said": UNLIKELY}, {"as said": UNLIKELY}),
    "lm-15gw-18m": Row("very unlikely", {"as said": VERY_UNLIKELY}, {"as said": VERY_UNLIKELY, "at the racks": VERY_UNLIKELY}),
    "ohio-small-dc-2025": Row("false", {"as said": NOT_MET}, {"as said": NOT_MET}),
    "shackelford-h2-2026": Row(
        "likely missed", {"energised": UNLIKELY}, {"energised": EVEN, "operational": VERY_UNLIKELY}, differs=True
    ),
    "saline-start-early26": Row("true", {"as said": MET}, {"as said": MET}),
    "saline-jobs": Row("open", {"permanent": OPEN}, {"permanent": EVEN, "construction": LIKELY}),
    "portwash-2028": Row(
        "open", {"power": OPEN}, {"power": UNLIKELY, "permanent jobs": VERY_UNLIKELY, "construction jobs": EVEN}
    ),
    "jupiter-jobs": Row("open", {"permanent": OPEN}, {"permanent": EVEN, "construction": LIKELY}),
    "uae-200mw-2026": Row("open", {"as said": OPEN}, {"as said": EVEN, "at the meter": EVEN}),
    "norway-100k": Row("false", {"as said": NOT_MET}, {"as said": NOT_MET}),
    "uk-8000": Row("false", {"as said": NOT_MET}, {"as said": NOT_MET}),
    "xai-122d": Row("missed by 9 days", {"as said": NOT_MET}, {"as said": NOT_MET, "from the satellite start": SILENT}),
    "prometheus-2026": Row("open; late", {"as said": OPEN}, {"as said": EVEN, "IT power": VERY_UNLIKELY}),
    "hyperion-jobs": Row(
        "open; builder figure confirmed", {"as said": OPEN, "builders": MET}, {"as said": LIKELY, "builders": LIKELY}, differs=True
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def outside(shared: Path) -> dict[str, dict[str, str]]:
    """The claims of the facts with their outside verdicts, by our ids."""
    with (shared / "facts" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return {row["claim_id"].replace("_", "-"): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, ClaimVerdict]:
    """Our verdicts on every claim of every programme."""
    return {verdict.id: verdict for name in PROGRAMMES for verdict in api.audit(name, as_of=NOW, draws=1024)}


def answers(reading: ReadingVerdict) -> set[str]:
    """Our answer as status, and where it is open as status with its word; within twice the sampling error of a bound with either word."""
    if reading.probability is None or reading.status != OPEN:
        return {reading.status}
    error = reading.error or 0.0
    words = {likelihood(min(max(reading.probability + shift * error, 0.02), 0.98)) for shift in (-2.0, 0.0, 2.0)}
    return {reading.status, *(f"{reading.status}, {word}" for word in words)}


def test_every_claim_of_the_facts_is_in_its_programme(outside: dict[str, dict[str, str]], verdicts: dict[str, ClaimVerdict]) -> None:
    assert set(outside) == set(verdicts) == set(TABLE)


def test_the_table_reads_the_outside_verdicts_as_they_stand(outside: dict[str, dict[str, str]]) -> None:
    for name, row in TABLE.items():
        said = outside[name]["verdict_2026_11"]
        assert said.startswith(row.begins), (name, said)


@pytest.mark.parametrize("name", TABLE)
def test_our_answers_are_those_of_the_table(name: str, verdicts: dict[str, ClaimVerdict]) -> None:
    readings = {reading.name: reading for reading in verdicts[name].readings}
    assert list(readings) == list(TABLE[name].ours)
    for key, expected in TABLE[name].ours.items():
        assert expected in answers(readings[key]), (key, readings[key].answer)


@pytest.mark.parametrize("name", TABLE)
def test_the_table_says_truly_where_we_differ(name: str) -> None:
    row = TABLE[name]
    assert set(row.outside) <= set(row.ours) and row.outside
    apart = {key for key, said in row.outside.items() if said != row.ours[key] and not (said == OPEN and row.ours[key].startswith(OPEN))}
    assert bool(apart) == row.differs, apart


def rows_of_page() -> dict[str, list[str]]:
    """The rows of the page by claim: our answer, how we read it, how it compares."""
    found = re.findall(r"^\| `([a-z0-9-]+)` \|(.*)\|$", PAGE.read_text("utf-8"), re.M)
    return {name: [cell.strip() for cell in rest.split(" | ")] for name, rest in found}


def test_the_page_has_one_row_per_claim_with_our_answers() -> None:
    rows = rows_of_page()
    assert list(rows) == list(TABLE)
    for name, (answer, reading, comparison) in rows.items():
        assert answer == "; ".join(f"{key}: {said}" for key, said in TABLE[name].ours.items()), name
        assert len(reading) >= 15 and len(comparison) >= 5, name


def test_the_page_explains_every_difference() -> None:
    for name, (_, _, comparison) in rows_of_page().items():
        assert comparison.startswith("Differs" if TABLE[name].differs else "Agrees"), name
        if TABLE[name].differs:
            assert len(comparison) >= 80, f"{name}: a difference needs its reason"


def test_no_verdict_of_the_facts_is_read_by_the_program() -> None:
    for file in (ROOT / "src").rglob("*"):
        if file.suffix in (".py", ".yaml", ".csv"):
            assert "verdict_2026" not in file.read_text("utf-8"), file
