"""The comparison programmes: every value has source, dates, status and grade, and says what the record says."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from stargauge.catalogue.load import load_catalogue
from stargauge.programme.load import load
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.statement import Statement

NAMES = ("anthropic-new-carlisle", "meta-hyperion", "meta-prometheus", "microsoft-fairwater", "xai-colossus-1", "xai-colossus-2")


@pytest.fixture(scope="module", params=NAMES)
def programme(request: pytest.FixtureRequest) -> Programme:
    return load(request.param)


def test_every_value_has_source_dates_status_and_grade(programme: Programme) -> None:
    statements = list(programme.statements())
    assert statements
    for said in statements:
        assert said.source in programme.sources, said.path
        assert said.as_of and said.published and said.status and said.grade, said.path
        assert said.published.end <= date(2026, 11, 22), said.path


def test_epoch_ai_is_attributed(programme: Programme) -> None:
    assert any("Epoch AI" in line and "CC BY 4.0" in line for line in programme.attribution)


def test_places_hardware_and_cooling_are_in_the_catalogue(programme: Programme) -> None:
    catalogue = load_catalogue()
    for site in programme.sites.values():
        assert site.place in catalogue.names("place")
        assert not site.cooling or site.cooling in catalogue.names("cooling")
        for phase in site.phases.values():
            for said in (*site.hardware, *phase.hardware):
                assert said.value in catalogue.names("accelerator")


def _middle(said: Statement) -> float:
    return said.value.quantile(0.5) if isinstance(said.value, Distribution) else float(said.value)  # type: ignore[arg-type]


def test_every_phase_has_a_size_and_facility_power_is_not_below_it_power(programme: Programme) -> None:
    for site in programme.sites.values():
        for phase in site.phases.values():
            assert phase.buildings or phase.it_power or phase.facility_power or phase.chips
            for it, meter in zip(phase.it_power, phase.facility_power, strict=False):
                if it.source == meter.source:
                    assert _middle(it) <= _middle(meter)


def _seen(site_id: str, programme: Programme, by: date) -> tuple[float, float]:
    """IT and facility power of the phases seen operating by a day."""
    it = facility = 0.0
    for phase in programme.sites[site_id].phases.values():
        dates = [s.value.end for s in phase.milestones.operational if s.status == "observed" and isinstance(s.value, Window)]
        if dates and dates[-1] <= by:
            it += sum(float(s.value) for s in phase.it_power[-1:])  # type: ignore[arg-type]
            facility += sum(float(s.value) for s in phase.facility_power[-1:])  # type: ignore[arg-type]
    return it / 1e6, facility / 1e6


SITES = {"xai.colossus1": ("xai-colossus-1", "colossus-1"), "xai.colossus2": ("xai-colossus-2", "colossus-2"),
         "meta.prometheus": ("meta-prometheus", "prometheus"), "amazon_anthropic.new_carlisle": ("anthropic-new-carlisle", "new-carlisle"),
         "microsoft.fairwater_atlanta": ("microsoft-fairwater", "fairwater-atlanta")}  # fmt: skip


def test_phases_add_up_to_the_timeline(shared: Path) -> None:
    """Summed over phases, the observed power is that of every operating row of the timeline, but for the passing drop of Colossus 1."""
    with (shared / "facts" / "peers_programmes.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["programme"] in SITES and row["status"] == "operating" and row["it_mw"]]
    checked = 0
    for row in rows:
        if row["fact_id"] in ("PR041", "PR042"):
            continue
        name, site = SITES[row["programme"]]
        assert _seen(site, load(name), date.fromisoformat(row["date"])) == pytest.approx((float(row["it_mw"]), float(row["facility_mw"])))
        checked += 1
    assert checked >= 11


def test_days_to_100k_is_the_difference_of_its_two_dates() -> None:
    records = load("xai-colossus-1").records
    start, there = (records[key][0].value for key in ("colossus-1-start", "colossus-1-100k"))
    assert isinstance(start, Window) and isinstance(there, Window)
    assert records["colossus-1-days-to-100k"][0].value == (there.start - start.start).days == 131


@pytest.mark.parametrize(
    ("name", "claim", "readings"),
    [
        ("xai-colossus-1", "xai-122d", ["record(colossus-1-days-to-100k) <= 122 d", "accelerators >= 100_000 by 2024-08-24"]),
        ("meta-prometheus", "prometheus-2026",
         ["power_facility[operational, prometheus] >= 1 GW by 2026-12-31", "power_it[operational, prometheus] >= 1 GW by 2026-12-31"]),
        ("meta-hyperion", "hyperion-jobs", ["jobs_permanent[hyperion] >= 500 by 2030-12-31", "jobs_construction_peak[hyperion] >= 5_000"]),
    ],
)  # fmt: skip
def test_claims_have_the_readings_of_the_design(name: str, claim: str, readings: list[str]) -> None:
    assert list(load(name).claims[claim].readings.values()) == readings
