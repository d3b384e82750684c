"""Faults of programme files, claims, tables and evidence in German: no English is left in what is told, and English is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.faults_german import english_left, told_in_german, unsaid
from tests.programme_files import SMALL, changed, small

from stargauge.audit.claims.binding import check
from stargauge.audit.claims.language import parse
from stargauge.audit.money.money_question import question_of
from stargauge.audit.validation.finance_validation import read_vectors
from stargauge.catalogue.hourly_factors import read_hourly_factors
from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.own_builds import read_own_builds
from stargauge.catalogue.own_pue import read_own_pue
from stargauge.catalogue.projects import read_projects
from stargauge.catalogue.tariff import read_tariff
from stargauge.catalogue.weather_files import read_weather
from stargauge.engine.simulate import model_graph
from stargauge.evidence.bundle import opened
from stargauge.evidence.capture.feeds import read_feed
from stargauge.evidence.capture.supplied import read_supplied
from stargauge.evidence.fsck import fsck
from stargauge.evidence.log.checkpoint import told_checkpoint
from stargauge.evidence.log.leaf import Leaf
from stargauge.evidence.log.note import Verifier, parted
from stargauge.evidence.log.proof import LogProof
from stargauge.evidence.observe.probes import platform
from stargauge.evidence.observe.targets import read_targets
from stargauge.evidence.workspace import Workspace
from stargauge.programme.asked import sides
from stargauge.programme.importing import read_statements
from stargauge.programme.load import load
from stargauge.programme.naming_checks import flaws_against_catalogue, flaws_against_quantities
from stargauge.programme.overlay import overlay, scenario, with_settings
from stargauge.programme.positions import Flaw, faults_of, parse_document, read_document
from stargauge.programme.read import read_programme
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError
from stargauge.quantity.problems import problem
from stargauge.quantity.spoken import speaking
from stargauge.reading.validate import read_cases

#: What each changes of the small programme, in which it makes a fault of its form, of a field or of a rule.
CHANGES: tuple[tuple[tuple[str, str], ...], ...] = (
    (("name: Small", "name: [Small"),), (("name: Small", "\tname: Small"),), (("name: Small", "name: Small\nname: Other"),),
    (("name: Small", "name: *other"),), (("name: Small", "name: !tag Small"),), (("name: Small", "nam: Small"),), (("name: Small\n",
    ""),), (("name: Small", "? [a]\n: b\nname: Small"),), (("price_year: 2025", "price_year: often"),), (("price_year: 2025",
    "price_year: 1700"),), (("horizon: 2030-12", "horizon: 2020-12"),), (("horizon: 2030-12", "horizon: 2200-12"),), (("kind: equity",
    "kind: gift"),), (("grade: C,", "grade: E,"),), (("root: plan", "root: pla"),), (("root: plan", "root: copy"),), ((", date: 2026-04",
    ""),), (("source: plan}, stage", "source: pla}, stage"),), (("to: programme", "to: norht"),), (("to: programme", "to: bank"),),
    (("place: abilene-tx", "place: {x: 1}"),), (("hall-2:", "Hall_2:"),), (("unsited:\n  rest:", "unsited:\n  north:"),),
    (("unsited:\n  rest:", "unsited:\n  operational:"),), (("value: 300 MW, status: planned", "value: 300 MW, status: hoped"),),
    (("value: 300 MW, status: planned, source: plan", "value: 300 MW"),), (("value: 300 MW, ", ""),), (("value: 140 MW",
    "value: 90 MW"),), (("value: 140 MW", "value: -140 MW"),), (("hall-2:\n        it_power: {", "hall-2:\n        energy: {"),),
    (("energised: {value: 2025-12-31", "energised: {value: 2026-12-31"),), (("value: 2026-02, status: estimated",
    "value: 2025-12, status: estimated"), ("energised: {value: 2025-12-31, status: planned",
    "energised: {value: 2026-12-31, status: estimated")), (("energised: {value: 2025-12-31", "energised: {value: 2024-12-31"),),
    (("    readings: {as said", "    x: {as said"),), (("accounts: public", "accounts: open"),), (("stage: announced}",
    "stage: announced, term: 3 yr, rate: 200 %, dscr: 0.5, cap: 1 bn USD}"),), (("stage: announced}",
    "stage: announced, guarantor: bank, supplier: nobody}"),), (("stage: announced}", "stage: announced, extensions: 1 yr}"),),
    (("price_year: 2025", "price_year: 2025\ncurrencies: {XYZ: 1.1, USD: 1, EUR: -1}"),), (("value: $19 bn", "value: 19 bn EUR"),),
    (("hardware: gb200-nvl72", "hardware: gb200-nvl72\n    supply: {grid: {role: alone}, gas: {plant: steam}, solar: {plant: ccgt}}"),),
    (("records:", "alternatives: {one: {a: {weight: 0}}}\nrecords:"),), (("records:",
    "alternatives: {one: {a: {weight: 1, sites: {west: {place: abilene-tx}}}, b: {weight: 1}}}\nrecords:"),), (("records:",
    "scenarios: {slow: {about: it is slow}}\nrecords:"),), (("records:", "assumptions: {load_factor: {value: 0.8}}\nrecords:"),),
    (("status: estimated, source: tracker}]", "status: estimated, source: tracker}, []]"),), (("value: 100 MW, as_of: 2026-04-10",
    "value: 100 MW, as_of: 2027-04-10"),), (("    ours: the end", "    dispute: 1\n    ours: the end"), ("claims:\n",
    "claims:\n  other: {speaker: A, said: 2025-01-20, says: x, source: plan, dispute: 1}\n")), (("grade: A}", "grade: A, capture: X}"),),
    (("parties:", "Parties:"),), (("as_of: 2024-12-31", "as_of: [2024]"),), (("unsited:\n  rest:", "unsited: []\nx:\n  rest:"),),
)  # fmt: skip
#: Readings that cannot be read, or not of the small programme.
READINGS = (
    "", "power_it[operational", "power_it[operational] >", "power_it[operational] >= 1 GW at 2026",
    "power_it[operational] = 1 GW on 2026-12-31",
    "power_it[operational] >= 1 GW over 2026-12-31", "power_it[operational] >= 1 GW on 2026-01-01..2026-12-31", "not not testable",
    "(power_it[operational] >= 1 GW on 2026-12-31", "record(", "record(x >= 1", "share(power_it[operational]) >= 0.5 on 2026-12-31",
    "power_it[operational] >= 1 GW", "power_it[operational] >= 1 GW over 2026-01-01..2026-12-31",
    "power_it[operational] >= 1 GW on 2126-12-31",
    "record(post-vis)", "record(post_visible]", "power_it[] >= 1 GW on 2026-12-31", "x" * 5000,
    "not " * 200 + "power_it[operational] >= 1 GW on 2026-12-31",
)  # fmt: skip


@pytest.mark.parametrize("folder", ["programme", "catalogue", "inputs", "model", "reading", "audit", "evidence"])
def test_every_fault_is_said(folder: str) -> None:
    makers = frozenset(("Fault", "InputError", "ProofError", "fault", "wrong"))
    quoted = ("message", "path", "source", "title")  # the column that a row is at fault in stands first
    assert [one for one in unsaid(folder, makers=makers) if one.rpartition(": ")[2] not in quoted] == []


@pytest.mark.parametrize("changes", CHANGES, ids=lambda changes: changes[0][1][:40])
def test_a_broken_programme_is_told_in_german(changes: tuple[tuple[str, str], ...]) -> None:
    text = changed(*changes)
    assert told_in_german(lambda: read_programme([parse_document(text, "small.yaml")]))


def test_programmes_that_cannot_be_read_are_told_in_german(tmp_path: Path) -> None:
    (tmp_path / "bytes.yaml").write_bytes(b"name: \xff")
    (tmp_path / "large.yaml").write_bytes(b"#" * 2_100_000)
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "control.yaml").write_bytes(b"name: a\x07")
    (tmp_path / "two.yaml").write_text("a: 1\n---\nb: 2\n")
    (tmp_path / "deep.yaml").write_text("a: " + "[" * 40 + "]" * 40)
    for name in ("bytes", "large", "empty", "control", "two", "deep", "none"):
        told_in_german(lambda name=name: read_programme([read_document(tmp_path / f"{name}.yaml")]))  # type: ignore[misc]
    (tmp_path / "folder").mkdir()
    told_in_german(lambda: load(tmp_path / "folder"))
    (tmp_path / "folder" / "places.yaml").write_text("x: 1")
    told_in_german(lambda: load(tmp_path / "folder"))
    told_in_german(lambda: load("stargat"))


def test_what_is_laid_over_a_programme_is_told_in_german() -> None:
    made = small()
    for patch in ({"sites": {"north": {"retrofit": 2}}}, {"parties": 1}, {"assumptions": {"x": {}}}):
        told_in_german(lambda patch=patch: overlay(made, patch))  # type: ignore[misc]
    told_in_german(lambda: scenario(made, "slow"))
    told_in_german(lambda: scenario(made, "slow.yaml"))
    told_in_german(lambda: with_settings(made, {"pick:labour_methods": "x"}))
    told_in_german(lambda: with_settings(made, {"pick:labour_method": "by-cast"}))
    for side in (" ", "stargat", "stargate@soon", "stargate+", "stargate+x=", "stargate+no/file.yaml"):
        told_in_german(lambda side=side: sides(side, "@2026-01-01"))  # type: ignore[misc]
    quantities = model_graph().quantities
    for key, value in (("load_facto", 0.8), ("power_it", 1), ("load_factor[x]", 0.5), ("load_factor", 7), ("accelerator_life", "0 yr")):
        laid = small(("records:", f"assumptions: {{'{key}': {{value: {value}, reason: a test}}}}\nrecords:"))
        told_in_german(lambda laid=laid: refused(flaws_against_quantities(laid, quantities, lambda made: []), laid))  # type: ignore[misc]
    misnamed = small(("gb200-nvl72", "gb200"), ("closed-loop-chiller", "fan"))
    told_in_german(lambda: refused(flaws_against_catalogue(misnamed, load_catalogue()), misnamed))


def refused(flaws: Iterable[Flaw], programme: Programme) -> None:
    """Raise the faults of flaws as whoever loads the file gets them."""
    raise faults_of(list(flaws), programme.documents)


@pytest.mark.parametrize("text", READINGS, ids=lambda text: text[:40])
def test_a_reading_that_cannot_be_read_is_told_in_german(text: str) -> None:
    axes = {"site": ("north",), "phase": (), "month": ("2025-01", "2030-12")}
    told_in_german(lambda: check(parse(text), model_graph().quantities, axes, ["post-visible"], text))


def test_a_question_of_money_is_told_in_german() -> None:
    from stargauge.catalogue.load import load_catalogue
    from stargauge.programme.known import known

    made = known(small(), load_catalogue(), small().start.end)  # type: ignore[union-attr]
    told_in_german(lambda: question_of(made, "soon", [], ["openai=2", "x=y"], "2999-01-01"))
    told_in_german(lambda: question_of(made, None, [], None, "2026-01-01"))


TABLES = {
    "kind,name\nx,y\n": read_own_builds, "a;b\n1;2\n": read_projects, "operator,site,year,pue\n,,x,0.5\n": read_own_pue,
    "hour,average (kgCO2e/kWh)\n0,-1\n5,x\n": read_hourly_factors, "time,x\n2028-02-29 00:00,1\n": read_hourly_factors,
    "kind,value,months,days,hours,note\nenergi,1,,,,\nenergy,x y,jan-dez,mon-x,25,\nprices,a b,,,,\ncontract,0 MW,jan,,,\n": read_tariff,
    "path,valu\nx,1\n": lambda file: read_statements(file, small()), "a,b\n1\n": lambda file: read_statements(file, small()),
    "path,value,source,title\nsites.north.x,1,,\nsites.north.place,1,new,T\n": lambda file: read_statements(file, small()),
    "x\n": read_weather, "": read_weather,
    "kind,name,attribute,value,unit\nplaces,a,b,1,W\nplace,A B,b,1,W\nplace,,b,1,W\n": load_catalogue,
    "LOCATION,A,B,C,D,E,x,y,z,w\n" + "\n" * 7 + "2020,1,1,1,60,x\n": read_weather,
}  # fmt: skip


@pytest.mark.parametrize("text", TABLES, ids=lambda text: repr(text[:30]))
def test_a_table_at_fault_is_told_in_german(tmp_path: Path, text: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text)
    told_in_german(lambda: TABLES[text](file))


def test_a_file_that_is_not_there_is_told_in_german(tmp_path: Path) -> None:
    for read in (read_own_builds, read_projects, read_hourly_factors, read_tariff, read_weather, load_catalogue):
        told_in_german(lambda read=read: read(tmp_path / "none.csv"))  # type: ignore[misc]


#: What is no evidence, no bundle, no proof, no key and no list of addresses, and who reads it.
BROKEN: tuple[tuple[str, Callable[[Path], object]], ...] = (
    ("x", lambda file: opened(file.read_bytes())), ("x", lambda file: Verifier.of(file.read_text())),
    ("a\n\nb\n", lambda file: told_checkpoint(file.read_text())),
    ("a\nx\nAA==\n\n— a AAAAAAA=\n", lambda file: told_checkpoint(file.read_text())), ("text", lambda file: parted(file.read_text())),
    ("x", lambda file: LogProof.of(file.read_text())), ("{}", lambda file: Leaf.of(file.read_text())),
    ("x", lambda file: read_targets(file)), ("", lambda file: read_targets(file)),
    ("https://example.org/ every=soon kind=x colour=red", lambda file: read_targets(file)),
    ("x", lambda file: Workspace.open(file.parent)), ("x", lambda file: Workspace.init(file.parent)),
    ("x", lambda file: read_supplied(file.read_bytes(), file.name)), ("", lambda file: read_supplied(file.read_bytes(), file.name)),
    ('{"log": {"entries": []}}', lambda file: read_supplied(file.read_bytes(), file.name)),
    ('{"log": {', lambda file: read_supplied(file.read_bytes(), file.name)),
    ("<x/>", lambda file: read_feed(file.read_bytes(), file.name)), ("<x>", lambda file: read_feed(file.read_bytes(), file.name)),
    ("[", lambda file: read_feed(file.read_bytes(), file.name)), ("", lambda file: read_cases(file)),
    ("{\n{}", lambda file: read_cases(file)), ("x", lambda file: read_vectors(file)), ('{"vector": []}', lambda file: read_vectors(file)),
    ('[{"inputs": 1, "expected": {}, "abs_tol": -1}]', lambda file: read_vectors(file)),
)  # fmt: skip


@pytest.mark.parametrize(("text", "read"), BROKEN, ids=lambda one: one[:20] if isinstance(one, str) else "")
def test_broken_evidence_is_told_in_german(tmp_path: Path, text: str, read: Callable[[Path], object]) -> None:
    file = tmp_path / "given"
    file.write_text(text)
    told_in_german(lambda: read(file))


def test_a_damaged_archive_is_told_in_german(tmp_path: Path) -> None:
    pytest.importorskip("cryptography", reason="signatures need the extra `evidence`")
    with Workspace.init(tmp_path / "kept", "evidence.example.org/desk") as made:
        one = made.add("capture", "https://example.org/", {"status": 200}, {"body": b"first"})
        told_in_german(lambda: made.payload(one, "bodi"))
        told_in_german(lambda: made.entry(7))
        told_in_german(lambda: made.find("X-0"))
        told_in_german(lambda: made.add("captur", "x y", {"a": 0.5}, {"a/b": b""}))  # type: ignore[arg-type]
        told_in_german(lambda: Workspace.open(tmp_path / "kept", write=True))
        made.blobs.path(one.payloads["body"]).write_bytes(b"other")
        told_in_german(lambda: made.payload(one, "body"))
        (tmp_path / "kept" / "log" / "checkpoint").write_text("altered")
        with speaking("de"):
            found = fsck(made)
    assert found.faults and [fault.message for fault in found.faults if english_left(fault.message)] == []


def test_what_is_kept_in_a_log_is_in_english_whoever_asks() -> None:
    given = ((b"<html><title>One</title>", "one.html"), (b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 30, "one.png"))
    english = [read_supplied(data, name, "https://example.org/") for data, name in given]
    with speaking("de"):
        assert [read_supplied(data, name, "https://example.org/") for data, name in given] == english
        looked = platform("bluesky").look("at://a.example")
    assert looked.fetched.message.startswith("got ")


def test_a_file_read_in_one_language_is_told_in_another(tmp_path: Path) -> None:
    """What was said of it once is not kept."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL.replace("kind: equity", "kind: gift"))
    told = []
    for language in ("en", "de", "en"):
        with speaking(language), pytest.raises(InputError) as caught:
            load(file)
        told.append(caught.value.faults[0].message)
    assert (
        told[0] == told[2]
        and told[0].startswith('got "gift"; expected one of equity')
        and told[1].startswith("angegeben: «gift»; erwartet")
    )


def test_what_the_system_says_is_known_or_quoted() -> None:
    assert problem(FileNotFoundError(2, "No such file or directory")) == "No such file or directory" and problem("odd") == "odd"
    with speaking("de"):
        assert (
            problem(FileNotFoundError(2, "No such file or directory")) == "Datei oder Ordner nicht gefunden" and problem("odd") == "«odd»"
        )
