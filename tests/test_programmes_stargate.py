"""The Stargate programme files: every value carries its provenance, and the figures are those of the facts they were taken from."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from stargauge.programme.load import load, shipped
from stargauge.programme.overlay import options
from stargauge.quantity.dates import Window, parse_window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.statement import STATUSES, Statement
from stargauge.quantity.units import convert

NAMES = ("stargate", "stargate-abroad")
ABROAD = {"uae-200mw-2026", "norway-100k", "uk-8000"}
COMPARISON = {"xai-122d", "prometheus-2026", "hyperion-jobs"}
DISPUTE = [
    "deploy-100bn-now", "invest-500bn-4y", "jobs-100k", "no-money", "softbank-lt10", "altman-wrong", "site-underway", "leavitt-trust",
    "nadella-80", "altman-praise", "reply-vanished",
]  # fmt: skip
US_SITES = ("abilene", "shackelford", "dona-ana", "lordstown", "milam", "saline", "port-washington")


def parts(thing: Any) -> Iterator[tuple[str, Any]]:
    """The named parts of a model, a mapping or a list."""
    if hasattr(type(thing), "model_fields"):
        yield from ((name, getattr(thing, name)) for name in type(thing).model_fields)
    elif isinstance(thing, dict):
        yield from ((str(key), value) for key, value in thing.items())
    elif isinstance(thing, (list, tuple)):
        yield from ((str(index), value) for index, value in enumerate(thing))


def walk(thing: Any, path: str = "") -> Iterator[tuple[str, Statement]]:
    """Every statement below a part, with its path."""
    if isinstance(thing, Statement):
        yield path, thing
        return
    for name, part in parts(thing):
        yield from walk(part, f"{path}.{name}" if path else name)


def at(thing: Any, path: str) -> Any:
    """The part at a dotted path."""
    for step in path.split("."):
        thing = thing[step] if isinstance(thing, dict) else getattr(thing, step)
    return thing


def values(programme: Any, path: str) -> list[Any]:
    """The values stated at a path."""
    return [statement.value for _, statement in walk(at(programme, path))]


def newest(statements: tuple[Statement, ...]) -> float:
    """The value of the statement that became known last."""
    value = max(statements, key=lambda s: s.known_from or date.min).value
    assert isinstance(value, float)
    return value


def text_of(name: str) -> str:
    """The text of a shipped programme."""
    path = Path(shipped()[name])
    return "\n".join(file.read_text("utf-8") for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path]))


def rows(shared: Path, name: str, key: str) -> dict[str, dict[str, str]]:
    """The rows of a fact file by their id."""
    with (shared / "facts" / name).open(encoding="utf-8") as file:
        return {row[key]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def us() -> Any:
    return load("stargate")


@pytest.fixture(scope="module")
def abroad() -> Any:
    return load("stargate-abroad")


@pytest.mark.parametrize("name", NAMES)
def test_every_value_has_unit_source_dates_status_and_grade(name: str) -> None:
    programme = load(name)
    found = list(walk(programme))
    assert len(found) >= 40
    for path, statement in found:
        numeric = isinstance(statement.value, (float, Distribution)) and not isinstance(statement.value, bool)
        assert statement.unit or not numeric, f"{path}: no unit"
        assert statement.source in programme.sources, f"{path}: source {statement.source!r}"
        assert isinstance(statement.as_of, Window), f"{path}: no as-of date"
        assert isinstance(statement.published, Window), f"{path}: no date of publication"
        assert statement.status in STATUSES, f"{path}: status {statement.status!r}"
        assert statement.grade in {"A", "B", "C", "D"}, f"{path}: grade {statement.grade!r}"


@pytest.mark.parametrize("name", NAMES)
def test_every_source_is_used(name: str) -> None:
    programme = load(name)
    used = {statement.source for _, statement in walk(programme)} | {claim.source for claim in programme.claims.values()}
    used |= {match for match in re.findall(r"root: ([\w-]+)", text_of(name))}
    assert set(programme.sources) - used == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_statement_speaks_of_a_past_later_than_its_publication(name: str) -> None:
    for path, statement in walk(load(name)):
        if statement.status in ("reported", "estimated", "observed") and statement.as_of and statement.published:
            assert statement.as_of.start <= statement.published.end, path


def test_the_seven_sites_and_the_dropped_expansion(us: Any) -> None:
    assert set(us.sites) == {*US_SITES, "abilene-expansion"}
    counts = {"abilene": 8, "shackelford": 10, "dona-ana": 4, "saline": 3, "port-washington": 4}
    assert {site: len(us.sites[site].phases) for site in counts} == counts


def test_phases_add_up_to_the_power_stated_for_their_site(us: Any) -> None:
    """Equal shares are rounded to the hundredth of a MW, so 0.1 MW is allowed; Abilene's powers are its buildings' own."""
    for site in US_SITES:
        spec = us.sites[site]
        for field in ("it_power", "facility_power"):
            whole = getattr(spec, field)
            if whole:
                total = sum(newest(getattr(phase, field)) for phase in spec.phases.values())
                assert total == pytest.approx(newest(whole), abs=0.1e6), f"{site}.{field}"


def test_an_option_of_an_alternative_keeps_the_sites_whole(us: Any) -> None:
    """An option's list takes the place of the base's, so the newest sizes must still add up, and no newer statement may be lost."""
    for name, choices in options(us):
        assert sum(weight for _, weight, _ in choices) == pytest.approx(1.0)
        for key, _, laid in choices:
            for site in US_SITES:
                spec = laid.sites[site]
                total = sum(newest(phase.facility_power) for phase in spec.phases.values())
                assert total == pytest.approx(newest(us.sites[site].facility_power), abs=0.1e6), (name, key, site)


def test_abilene_powers_by_building(us: Any) -> None:
    phases = us.sites["abilene"].phases
    facility = [newest(phases[f"building-{n}"].facility_power) for n in range(1, 9)]
    power = [newest(phases[f"building-{n}"].it_power) for n in range(1, 9)]
    assert sum(facility) == pytest.approx(1180e6) and sum(power) == pytest.approx(843e6)
    assert sum(facility[:4]) == pytest.approx(590e6) and sum(power[:4]) == pytest.approx(421e6)
    assert all(f >= p for f, p in zip(facility, power, strict=True))


def test_what_could_be_known_of_abilene_before_the_dispute(us: Any) -> None:
    """On 22 January 2025 the first phase was public with 206 MW, the equity pledges were not."""
    day = date(2025, 1, 22)
    known = [[s for s in us.sites["abilene"].phases[f"building-{n}"].it_power if s.known_from and s.known_from <= day] for n in (1, 2)]
    assert sum(newest(tuple(statements)) for statements in known) == pytest.approx(206e6)
    for party in ("softbank", "openai", "oracle", "mgx"):
        for _, statement in walk(us.parties[party].commitments[f"{party}-equity"]):
            assert statement.known_from == date(2025, 1, 23)


def test_claims_are_all_there_and_computed_from_readings(us: Any, abroad: Any) -> None:
    assert len(us.claims) == 36 and set(abroad.claims) == ABROAD
    for claim in (*us.claims.values(), *abroad.claims.values()):
        assert claim.readings and claim.speaker and claim.says and claim.said


def test_the_dispute_stands_in_its_order(us: Any) -> None:
    ordered = sorted((claim.dispute, name) for name, claim in us.claims.items() if claim.dispute is not None)
    assert [name for _, name in ordered] == DISPUTE


def test_claim_ids_are_those_of_the_fact_file(us: Any, abroad: Any, shared: Path) -> None:
    wanted = {claim.replace("_", "-") for claim in rows(shared, "claims.csv", "claim_id")}
    assert set(us.claims) | set(abroad.claims) | COMPARISON == wanted
    assert not set(us.claims) & set(abroad.claims)


@pytest.mark.parametrize("name", NAMES)
def test_no_verdicts_and_no_forbidden_words(name: str, shared: Path) -> None:
    """A file holds what was measured, never an outcome; `false` is a record's value, never a word about a claim."""
    text = text_of(name)
    words = ("verdict", "misleading", "lie", "lied", "fake", "debunked", "manipulated", "missed", "superseded", "unlikely", "plausible")
    for word in words:
        assert not re.search(rf"\b{word}\b", text, re.IGNORECASE), word
    assert not re.search(r"\bfalse\b", re.sub(r"value: false,", "", text), re.IGNORECASE)
    for row in rows(shared, "claims.csv", "claim_id").values():
        for column in ("verdict_2026_11", "evidence"):
            assert len(row[column]) < 12 or row[column] not in text, row["claim_id"]


def test_a_claims_own_total_is_never_an_amount(us: Any) -> None:
    """The 100 and 500 bn USD and the 16 bn computed from a flat price stand in no funding line, pledge or record."""
    inputs = [*walk(us.parties), *walk(us.unsited), *walk(us.records)]
    money = {s.value: path for path, s in inputs if s.unit == "USD" and not path.startswith("nvidia.commitments")}
    assert not {500e9, 15.95e9, 16e9} & set(money)
    assert all("nvidia" in path for path, s in inputs if s.unit == "USD" and s.value == 100e9)


@pytest.mark.parametrize("name", NAMES)
def test_epoch_ai_is_attributed(name: str) -> None:
    assert any("Epoch AI" in line and "CC BY 4.0" in line for line in load(name).attribution)


def test_three_editions_of_the_tracker_keep_their_dates(us: Any, shared: Path) -> None:
    """Each milestone holds what each edition printed, so a knowledge date picks the edition of its day."""
    places = {
        ("stargate.abilene", "building 1 operational"): "abilene.phases.building-1",
        ("stargate.abilene", "building 2 operational"): "abilene.phases.building-2",
        ("stargate.abilene", "buildings 3-4 operational"): "abilene.phases.building-4",
        ("stargate.abilene", "buildings 5-8 operational"): "abilene.phases.building-8",
        ("stargate.shackelford", "building 1 operational"): "shackelford.phases.building-1",
        ("stargate.shackelford", "all 10 buildings operational"): "shackelford.phases.building-10",
        ("stargate.dona_ana", "complete"): "dona-ana.phases.building-4",
        ("stargate.milam", "complete"): "milam.phases.building-4",
        ("stargate.saline", "complete"): "saline.phases.building-3",
        ("stargate.port_washington", "complete"): "port-washington.phases.building-4",
    }
    with (shared / "facts" / "epoch_vintage_revisions.csv").open(encoding="utf-8") as file:
        table = {(row["programme"], row["milestone"]): row for row in csv.DictReader(file)}
    editions = {"epoch-2026-04": "2026_04", "epoch-2026-05": "2026_05_23", "epoch-2026-09": "2026_08_09"}
    for key, place in places.items():
        stated = {s.source: s.value for _, s in walk(at(us.sites, f"{place}.milestones.operational")) if s.status != "planned"}
        for source, column in editions.items():
            assert stated[source] == parse_window(table[key][f"date_in_vintage_{column}"]), (place, source)


#: fact id -> path, and the unit the fact's number is printed in ("date" for a date; "sum:FIELD" adds the newest values of the phases).
SPOTS: tuple[tuple[str, str, str], ...] = (
    ("SG005", "sites.abilene.buildings", "1"), ("SG006", "sites.abilene.facility_power", "MW"),
    ("SG007", "sites.abilene", "sum:it_power"),
    ("SG008", "sites.abilene.floor_area", "sqft"), ("SG009", "sites.abilene.phases.building-1.milestones.under_construction", "date"),
    ("SG010", "sites.abilene.phases.building-5.milestones.under_construction", "date"),
    ("SG011", "sites.abilene.phases.building-2.milestones.energised", "date"),
    ("SG012", "sites.abilene.phases.building-2.milestones.energised", "date"),
    ("SG013", "sites.abilene.phases.building-1.milestones.operational", "date"),
    ("SG014", "sites.abilene.phases.building-2.milestones.operational", "date"),
    ("SG015", "sites.abilene.phases.building-3.milestones.operational", "date"),
    ("SG016", "sites.abilene.phases.building-5.milestones.operational", "date"),
    ("SG017", "records.power_it[operational, abilene]", "MW"), ("SG018", "records.power_facility[operational, abilene]", "MW"),
    ("SG019", "sites.abilene.phases.building-8.milestones.operational", "date"), ("SG022", "sites.abilene.supply.grid.capacity", "MW"),
    ("SG023", "sites.abilene.supply.gas.capacity", "MW"), ("SG029", "sites.abilene.phases.building-1.chips", "1"),
    ("SG030", "records.accelerators[abilene]", "1"), ("SG031", "sites.abilene.capital", "bn USD"),
    ("SG032", "sites.abilene.capital", "bn USD"),
    ("SG035", "sites.abilene.capital", "bn USD"), ("SG038", "sites.abilene.jobs_permanent", "jobs"),
    ("SG039", "sites.abilene.jobs_permanent", "jobs"),
    ("SG040", "sites.abilene.jobs_permanent", "jobs"), ("SG041", "sites.abilene.jobs_permanent", "jobs"),
    ("SG042", "sites.abilene.jobs_permanent", "jobs"),
    ("SG043", "sites.abilene.jobs_permanent", "jobs"), ("SG044", "records.jobs_construction_onsite[abilene]", "jobs"),
    ("SG047", "sites.abilene-expansion.facility_power", "MW"), ("SG048", "sites.abilene-expansion.milestones.cancelled", "date"),
    ("SG052", "sites.shackelford.it_power", "MW"), ("SG053", "sites.shackelford.buildings", "1"),
    ("SG054", "sites.shackelford.capital", "bn USD"),
    ("SG055", "parties.jpmorgan.commitments.shackelford-loan.amount", "bn USD"),
    ("SG056", "sites.shackelford.phases.building-1.milestones.energised", "date"),
    ("SG057", "sites.shackelford.phases.building-1.milestones.under_construction", "date"),
    ("SG058", "sites.shackelford.phases.building-3.milestones.under_construction", "date"),
    ("SG059", "sites.shackelford.phases.building-1.milestones.operational", "date"),
    ("SG060", "sites.shackelford.phases.building-10.milestones.operational", "date"), ("SG066", "sites.dona-ana.buildings", "1"),
    ("SG067", "sites.dona-ana.facility_power", "MW"),
    ("SG069", "sites.dona-ana.phases.building-1.milestones.under_construction", "date"),
    ("SG071", "sites.dona-ana.phases.building-4.milestones.operational", "date"), ("SG072", "sites.dona-ana.jobs_permanent", "jobs"),
    ("SG073", "sites.dona-ana.jobs_permanent", "jobs"), ("SG074", "sites.dona-ana.jobs_construction_peak", "jobs"),
    ("SG075", "sites.dona-ana.jobs_construction_peak", "jobs"),
    ("SG080", "sites.lordstown.phases.building-1.milestones.operational", "date"),
    ("SG082", "sites.lordstown.facility_power", "MW"), ("SG083", "sites.lordstown.phases.building-1.milestones.operational", "date"),
    ("SG085", "sites.milam.facility_power", "MW"), ("SG088", "sites.milam.phases.building-1.milestones.under_construction", "date"),
    ("SG094", "sites.saline.facility_power", "MW"), ("SG095", "sites.saline.buildings", "1"),
    ("SG096", "sites.saline.capital", "bn USD"),
    ("SG097", "parties.pimco.commitments.saline-debt.amount", "bn USD"),
    ("SG100", "sites.saline.phases.building-1.milestones.under_construction", "date"),
    ("SG102", "sites.saline.phases.building-3.milestones.operational", "date"),
    ("SG104", "sites.saline.jobs_construction_peak", "jobs"),
    ("SG105", "sites.saline.jobs_permanent", "jobs"), ("SG109", "sites.port-washington.it_power", "MW"),
    ("SG110", "sites.port-washington.facility_power", "MW"), ("SG112", "sites.port-washington.capital", "bn USD"),
    ("SG113", "parties.jpmorgan.commitments.port-washington-loan.amount", "bn USD"),
    ("SG114", "sites.port-washington.phases.building-1.milestones.under_construction", "date"),
    ("SG117", "sites.port-washington.jobs_construction_peak", "jobs"), ("SG118", "sites.port-washington.jobs_permanent", "jobs"),
    ("SG136", "parties.softbank.commitments.softbank-equity.amount", "bn USD"),
    ("SG137", "parties.openai.commitments.openai-equity.amount", "bn USD"),
    ("SG138", "parties.oracle.commitments.oracle-equity.amount", "bn USD"),
    ("SG139", "parties.mgx.commitments.mgx-equity.amount", "bn USD"),
    ("SG141", "parties.softbank.cash", "bn USD"), ("SG142", "parties.oracle.cash", "bn USD"),
    ("SG143", "parties.openai.cash", "bn USD"),
    ("SG146", "unsited.oracle-4-5gw.it_power", "GW"), ("SG147", "parties.openai.commitments.openai-oracle.amount", "bn USD"),
    ("SG149", "records.capacity-secured", "GW"), ("SG150", "records.capacity-secured", "GW"),
    ("SG151", "records.power_facility[operational]", "GW"), ("SG159", "parties.nvidia.commitments.nvidia-openai.amount", "bn USD"),
    ("SG160", "records.nvidia-invested-in-openai", "bn USD"),
    ("SG162", "parties.jpmorgan.commitments.softbank-bridge-2025.amount", "bn USD"),
    ("SG167", "parties.jpmorgan.commitments.softbank-bridge-2026.amount", "bn USD"), ("SG172", "parties.oracle.debt", "bn USD"),
    ("SG205", "parties.oracle.capex", "bn USD"), ("SG206", "records.microsoft-capex-fy25-with-leases", "bn USD"),
    *((f"SG{n}", f"sites.{site}", kind) for n, site, kind in (
        (184, "abilene", "sum:it_power"), (185, "abilene", "sum:facility_power"), (187, "shackelford", "sum:it_power"),
        (188, "shackelford", "sum:facility_power"), (190, "dona-ana", "sum:it_power"), (191, "dona-ana", "sum:facility_power"),
        (193, "lordstown", "sum:it_power"), (194, "lordstown", "sum:facility_power"), (196, "saline", "sum:it_power"),
        (197, "saline", "sum:facility_power"), (199, "milam", "sum:it_power"), (200, "milam", "sum:facility_power"),
        (202, "port-washington", "sum:it_power"), (203, "port-washington", "sum:facility_power"),
    )),
    *((f"SG{n}", f"sites.{site}.capital", "bn USD") for n, site in (
        (186, "abilene"), (189, "shackelford"), (192, "dona-ana"), (195, "lordstown"), (198, "saline"), (201, "milam"),
        (204, "port-washington"),
    )),
)  # fmt: skip

SPOTS_ABROAD: tuple[tuple[str, str, str], ...] = (
    ("SG120", "sites.uae.it_power", "MW"), ("SG121", "sites.uae.phases.first-200mw.it_power", "MW"),
    ("SG122", "sites.uae.phases.first-200mw.milestones.operational", "date"),
    ("SG123", "sites.norway.phases.first-230mw.facility_power", "MW"),
    ("SG124", "sites.norway.capital", "bn USD"), ("SG125", "records.norway-openai-offtake", "as-of"),
    ("SG126", "sites.norway.phases.first-230mw.milestones.operational", "date"), ("SG127", "sites.uk.phases.first-chips.chips", "1"),
    ("SG128", "sites.uk.milestones.paused", "date"), ("SG130", "records.india-capacity-talked-about", "MW"),
)  # fmt: skip


def holds(programme: Any, path: str, unit: str, printed: str) -> bool:
    """Whether the programme states the printed figure at a path."""
    if unit == "date":
        return parse_window(printed) in values(programme, path)
    if unit == "as-of":
        return parse_window(printed) in [s.as_of for _, s in walk(at(programme, path))]
    if unit.startswith("sum:"):
        total = sum(newest(getattr(phase, unit[4:])) for phase in at(programme, path).phases.values())
        return total == pytest.approx(float(printed) * 1e6, abs=0.1e6)
    inside = {"1": "1", "MW": "W", "GW": "W", "bn USD": "USD", "jobs": "job", "sqft": "m2"}[unit]
    wanted = pytest.approx(convert(float(printed), unit, inside), rel=1e-9)
    return any(value == wanted for value in values(programme, path) if isinstance(value, float))


def test_enough_figures_are_checked() -> None:
    assert len({fact for fact, _, _ in SPOTS + SPOTS_ABROAD}) >= 100


@pytest.mark.parametrize(("fact", "path", "unit"), SPOTS, ids=[spot[0] for spot in SPOTS])
def test_figures_are_those_of_the_facts(us: Any, shared: Path, fact: str, path: str, unit: str) -> None:
    assert holds(us, path, unit, rows(shared, "stargate_facts.csv", "fact_id")[fact]["value"])


@pytest.mark.parametrize(("fact", "path", "unit"), SPOTS_ABROAD, ids=[spot[0] for spot in SPOTS_ABROAD])
def test_figures_abroad_are_those_of_the_facts(abroad: Any, shared: Path, fact: str, path: str, unit: str) -> None:
    assert holds(abroad, path, unit, rows(shared, "stargate_facts.csv", "fact_id")[fact]["value"])


def test_sources_carry_the_grade_and_address_of_their_facts(us: Any, shared: Path) -> None:
    facts = rows(shared, "stargate_facts.csv", "fact_id").values()
    by_address = {row["source_url"]: row for row in facts if row["source_url"].startswith("http")}
    compared = 0
    for source in us.sources.values():
        row = by_address.get(source.url)
        if row and row["source_title"] == source.title:
            assert source.grade == row["source_grade"] and row["source_publisher"].startswith(source.publisher[:12])
            compared += 1
    assert compared >= 40
