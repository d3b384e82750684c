"""Published data against a programme: what is new, what moved, what is written, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli_runs import ask

from stargauge import api
from stargauge.catalogue.trackers import tracker
from stargauge.programme.importing import Import, file_text, raw_of, stated_fields
from stargauge.programme.load import shipped
from stargauge.programme.overlay import overlay
from stargauge.programme.positions import parse_document
from stargauge.programme.schema import Programme
from stargauge.quantity.dates import parse_window
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Statement

HEADER = (
    "Date,Construction status,Buildings operational,IT power (MW),Power (MW),H100 equivalents,Total capital cost (2025 USD billions),"
    "Data center,Current H100 equivalents (from Data center)"
)
#: Abilene as Epoch AI's edition of May 2026 counts it (CC BY 4.0), the words left out.
ABILENE = (
    ("2024-05-31", "0.0", "0", "0.0", "0", "0"),
    ("2025-09-26", "1.0", "105", "147.0", "127315", "3.98"),
    ("2025-12-24", "2.0", "211", "295.0", "255845", "7.99"),
    ("2026-05-23", "4.0", "421", "590.0", "510358.77", "15.948322"),
    ("2026-11-01", "8.0", "843", "1180.0", "1020717.53", "31.934526"),
)
B5 = "sites.abilene.phases.building-5.milestones.operational"
STATEMENTS = "path,value,as_of,published,source,status,grade,note"


def lines(rows: tuple[tuple[str, ...], ...], name: str = "OpenAI Stargate Abilene", current: str = "510358.77") -> list[str]:
    return [",".join([day, '"seen,\nfrom above"', *numbers, name, current]) for day, *numbers in rows]


def edition(folder: Path, *rows: str, header: str = HEADER) -> Path:
    (folder / "data_center_timelines.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return folder


def moved_to(day: str) -> list[str]:
    return lines((*ABILENE[:-1], (day, *ABILENE[-1][1:])))


def csv_file(folder: Path, *rows: str, header: str = STATEMENTS) -> Path:
    file = folder / "mine.csv"
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return file


def dates(made: Import) -> dict[str, str]:
    return {change.path: change.kind for change in made.changes if change.path.endswith("operational")}


def faults(*arguments: object, **named: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        api.import_statements(*arguments, **named)  # type: ignore[arg-type]
    return [f"{fault.line}:{fault.column} {fault.path} {fault.message}" for fault in caught.value.faults]


@pytest.fixture(scope="module")
def stargate() -> Programme:
    return api.load("stargate")


# --- editions ---------------------------------------------------------------------------------------------------------------------


def test_an_edition_that_the_programme_holds_moves_no_date(tmp_path: Path, stargate: Programme) -> None:
    made = api.import_statements("epoch", edition(tmp_path, *lines(ABILENE)), stargate, vintage="2026-05-23")
    assert len(dates(made)) == 8
    assert set(dates(made).values()) == {"held"}
    assert not made.of("moved")


def test_a_later_edition_moves_dates_by_days_and_keeps_the_rest(tmp_path: Path, stargate: Programme) -> None:
    made = api.import_statements("epoch", edition(tmp_path, *moved_to("2026-12-11")), stargate, vintage="2026-10-20")
    moved = made.of("moved")
    assert [(change.known, change.value, change.days) for change in moved] == [("2026-11-01", "2026-12-11", 40.0)] * 4
    assert {change.status for change in moved} == {"projected"}
    assert {change.status for change in made.changes if "building-1" in change.path} == {"estimated"}
    assert made.of("changed") == []


def test_powers_are_those_that_the_shipped_file_records_of_the_edition(tmp_path: Path, stargate: Programme) -> None:
    made = api.import_statements("epoch", edition(tmp_path, *lines(ABILENE)), stargate, vintage="2026-09")
    assert {change.kind for change in made.changes} <= {"held", "unchanged"}
    powers = {change.path: change.value for change in made.changes if change.path.endswith("facility_power")}
    assert powers["sites.abilene.facility_power"] == "1180 MW"
    assert powers["sites.abilene.phases.building-3.facility_power"] == "147.5 MW"
    assert made.patch["sites"]["abilene"]["capital"][-1]["value"] == "31.93 bn USD"
    assert "sources" not in made.patch, "the edition is a source of the programme already"


def test_the_figures_tell_when_an_edition_was_made(tmp_path: Path, stargate: Programme) -> None:
    made = api.import_statements("epoch", edition(tmp_path, *lines(ABILENE)), stargate)
    assert made.edition == "2026-05-16..2026-10-31", "a line may be counted as current up to a week ahead"
    assert {change.status for change in made.changes if change.path == B5} == {"projected"}


def test_what_an_edition_did_not_count_stays_ahead_however_late_it_is_said_to_be(tmp_path: Path, stargate: Programme) -> None:
    made = api.import_statements("epoch", edition(tmp_path, *lines(ABILENE)), stargate, vintage="2026-11-20")
    assert {change.status for change in made.changes if change.path == B5} == {"projected"}


def test_a_step_of_many_phases_dates_its_last(tmp_path: Path, stargate: Programme) -> None:
    rows = lines(
        (("2027-08-15", "1.0", "140", "196", "9", "5"), ("2028-10-11", "10.0", "1400", "1960", "99", "53")),
        "OpenAI Stargate Shackelford",
        "0",
    )
    made = api.import_statements("epoch", edition(tmp_path, *rows), stargate, vintage="2026-10-20")
    assert dates(made) == {
        "sites.shackelford.phases.building-1.milestones.operational": "unchanged",
        "sites.shackelford.phases.building-10.milestones.operational": "moved",
    }
    assert made.of("moved")[0].days == -31
    shares = [change.value for change in made.changes if change.path.endswith("facility_power") and "phases" in change.path]
    assert shares == ["196 MW"] * 10


def test_phases_without_a_building_and_uncounted_ones_are_listed(tmp_path: Path, stargate: Programme) -> None:
    rows = lines(
        (("2025-10-19", "1.0", "239", "323", "277918", "9"), ("2026-04-06", "1.0", "490", "661", "555836", "18")), "Colossus 2", "555836"
    )
    made = api.import_statements("epoch", edition(tmp_path, *rows), "xai-colossus-2", vintage="2026-10-20")
    assert made.unplaced == ("colossus-2/cluster-2: no building of its own",)
    assert not any("phases" in change.path and "power" in change.path for change in made.changes), "power grew in one building"
    assert [(c.value, c.known) for c in made.changes if c.path.startswith("records")] == [("555836", "277_918")]
    few = api.import_statements("epoch", edition(tmp_path, *lines(ABILENE[:-1])), stargate, vintage="2026-10-20")
    assert "abilene/building-8: its building is not counted by the last line" in few.unplaced


# --- as published -----------------------------------------------------------------------------------------------------------------

PUBLISHED = Path(__file__).parent / "data" / "epoch-2026-09-24"
#: The header of the editions of early 2026 and of the first one, of November 2025.
SPRING = (
    "Date,Construction status,Buildings operational,Power (MW),H100 equivalents,Total capital cost (2025 USD billions),"
    "Performance (8-bit OP/s),Compute cost (2025 USD billions),Construction cost (2025 USD billions),Water use (MGD),Data center,"
    "Current H100 equivalents (from Data center)"
)
FIRST = (
    "Date,Data center,Construction status,Power (MW),H100 equivalents,Buildings operational,Total capital cost (2025 USD billions),"
    "Compute cost (2025 USD billions),Construction cost (2025 USD billions),Building area (square feet),Site area (square feet),"
    "Water use (MGD),Performance (8-bit OP/s)"
)


def test_the_lines_of_a_published_edition_are_read_and_laid_over(stargate: Programme) -> None:
    made = api.import_statements("epoch", PUBLISHED, stargate)
    assert made.edition == "2026-09-24..2026-10-01", "its publisher says 24 September; it counts a line of 1 October as current"
    assert {change.path.split(".")[1] for change in made.changes if change.path.startswith("sites")} == {
        "abilene", "shackelford", "dona-ana", "milam", "saline", "port-washington", "lordstown",
    }  # fmt: skip
    operational = "sites.shackelford.phases.building-{}.milestones.operational"
    assert {operational.format(number) for number in range(1, 11)} <= set(dates(made))
    assert made.unmatched == ("DayOne Kempas", "DayOne Nusajaya", "Meta Temple", "QTS Cedar Rapids")
    assert not made.left_out
    assert overlay(stargate, made.patch).sites["shackelford"].phases["building-2"].milestones.operational


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_published_edition_has_no_fault_for_any_programme(name: str) -> None:
    assert api.import_statements("epoch", PUBLISHED, name).changes


def test_a_last_line_without_a_count_of_buildings_is_told(stargate: Programme) -> None:
    made = api.import_statements("epoch", PUBLISHED, stargate)
    assert [text for text in made.unplaced if "milam" in text] == ["milam: the line of 2028-12-31 does not count buildings"]
    assert "sites.milam.facility_power" in {change.path for change in made.changes}


def test_phases_that_may_have_several_buildings_are_not_guessed() -> None:
    """The edition counts ten buildings where the programme has two phases of unsaid size: two of them are not its whole second phase."""
    made = api.import_statements("epoch", PUBLISHED, "stargate-abroad")
    assert made.unplaced == ("uae: it counts 10 buildings, and first-200mw does not say how many are its own",)
    assert not [change for change in made.changes if "phases" in change.path]


def test_buildings_beyond_those_of_the_phases_are_told() -> None:
    made = api.import_statements("epoch", PUBLISHED, "meta-prometheus")
    assert made.unplaced == ("prometheus: 8 of the 27 buildings that it counts belong to no phase; see that both number them alike",)


def test_the_names_and_columns_of_spring_2026_are_known(tmp_path: Path) -> None:
    rows = [
        '2025-03-06,"second substation, almost",1,361.0,,9.33,,6.34,2.99,,xAI Colossus 1,275795.86',
        "2025-11-07,,1,442.0,275795.86,11.43,545800000000000000000,7.77,3.66,,xAI Colossus 1,275795.86",
        "2026-02-11,,1,425.0,275795.86,11.43,545800000000000000000,7.77,3.66,,xAI Colossus 1,275795.86",
    ]
    made = api.import_statements("epoch", edition(tmp_path, *rows, header=SPRING), "xai-colossus-1", vintage="2026-04")
    assert not made.unmatched and not made.silent
    assert "sites.colossus-1.facility_power" in {change.path for change in made.changes}


@pytest.mark.parametrize(
    ("days", "read"), [(("9/20/2016", "11/1/2026"), True), (("20/9/2016", "1/11/2026"), False), (("9/2/2016", "11/1/2026"), False)]
)
def test_days_saved_by_a_spreadsheet_are_read_only_where_the_month_comes_first(tmp_path: Path, days: tuple[str, str], read: bool) -> None:
    rows = [
        f"{day},{name},,{power},1,{count},1,,,,,,1"
        for day, name, power, count in zip(
            days, ("Alibaba Zhangbei", "OpenAI-Oracle Stargate Abilene Texas"), ("0", "1180"), (0, 8), strict=True
        )
    ]
    folder = edition(tmp_path, *rows, header=FIRST)
    if not read:
        assert any("expected a day such as" in text for text in faults("epoch", folder, "stargate", vintage="2025-11"))
        return
    made = api.import_statements("epoch", folder, "stargate", vintage="2025-11")
    assert [change.value for change in made.changes if change.path == "sites.abilene.phases.building-8.milestones.operational"] == [
        "2026-11-01"
    ]


def test_an_edition_of_today_may_count_the_next_days_as_current(tmp_path: Path, stargate: Programme) -> None:
    soon = date.today() + timedelta(days=4)
    rows = lines(
        ((str(soon), "8.0", "843", "1180", "9", "5"), (str(soon + timedelta(days=90)), "9.0", "900", "1300", "11", "6")), current="9"
    )
    made = api.import_statements("epoch", edition(tmp_path, *rows), stargate)
    assert made.edition == f"{soon - timedelta(days=7)}..{date.today()}"
    later = lines(
        ((str(soon + timedelta(days=30)), "8.0", "843", "1180", "9", "5"), ("2199-01-01", "9.0", "900", "1300", "11", "6")), current="9"
    )
    assert any("after today" in text for text in faults("epoch", edition(tmp_path, *later), stargate))


def test_unknown_names_are_listed_and_stop_nothing(tmp_path: Path, stargate: Programme) -> None:
    rows = [*lines(ABILENE), *lines((("soon", "many", "x", "y", "z", "w"),), "Google Nowhere")]
    made = api.import_statements("epoch", edition(tmp_path, *rows), stargate, vintage="2026-10-20")
    assert made.unmatched == ("Google Nowhere",)
    assert "milam" in made.silent and "abilene" not in made.silent


def test_a_contradiction_is_left_out_and_told(tmp_path: Path, stargate: Programme) -> None:
    rows = lines((("2027-01-01", "1.0", "140", "196", "9", "5"),), "OpenAI Stargate Shackelford", "0")
    made = api.import_statements("epoch", edition(tmp_path, *rows), stargate, vintage="2026-10-20")
    assert [text for text in made.left_out if "building-1.milestones.operational" in text and "energised" in text]
    assert "milestones" not in made.patch["sites"]["shackelford"]["phases"].get("building-1", {})
    assert overlay(stargate, made.patch).sites["shackelford"].facility_power


def test_columns_are_found_by_name_in_any_order(tmp_path: Path, stargate: Programme) -> None:
    header = "Data centre,Power (MW),Buildings operational,Thumbnail,Date"
    made = api.import_statements(
        "epoch", edition(tmp_path, "OpenAI Stargate Abilene,147,1,x,2025-09-26", header=header), stargate, vintage="2026-05-23"
    )
    assert dates(made) == {"sites.abilene.phases.building-1.milestones.operational": "held"}


def test_every_tracked_site_is_one_of_a_shipped_programme() -> None:
    sites = {site for name in shipped() for site in api.load(name).sites}
    assert set(tracker("epoch").sites.values()) <= sites


# --- the file written -------------------------------------------------------------------------------------------------------------


def bare(statements: tuple[Statement, ...]) -> list[Statement]:
    return [replace(said, path="", text="") for said in statements]


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_statement_shipped_survives_being_written(name: str) -> None:
    programme = api.load(name)
    patch: dict[str, object] = {}
    for trail, _, statements in stated_fields(programme):
        if statements:
            at = patch
            for step in trail[:-1]:
                at = at.setdefault(str(step), {})  # type: ignore[assignment]
            at[str(trail[-1])] = [raw_of(said) for said in statements]
    again = overlay(programme, parse_document(file_text(patch, "all of it")).data)
    for (_, _, one), (_, _, other) in zip(stated_fields(programme), stated_fields(again), strict=True):
        assert bare(one) == bare(other)


@given(
    note=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "), min_size=1)
    .map(str.strip)
    .filter(bool)
)
def test_any_note_survives_being_written(note: str) -> None:
    day = parse_window("2026-10-20")
    said = Statement(parse_window("2027"), "date", day, day, "s", "planned", "B", note, "", "2027")
    data = parse_document(file_text({"sites": {"a b": {"x": [raw_of(said)]}}}, "one")).data
    assert data["sites"]["a b"]["x"][0]["note"] in (note, *(_number(note)))


def _number(note: str) -> Iterator[object]:
    try:
        yield float(note)
        yield int(note)
    except ValueError:
        return


def test_the_file_adds_the_edition_and_keeps_the_older_ones(tmp_path: Path, stargate: Programme) -> None:
    made = api.import_statements("epoch", edition(tmp_path, *moved_to("2026-12-11")), stargate, vintage="2026-10-20")
    file = tmp_path / "new.yaml"
    file.write_text(made.text, encoding="utf-8")
    laid = overlay(stargate, file)
    old, new = (one.sites["abilene"].phases["building-5"].milestones.operational for one in (stargate, laid))
    assert bare(new[:-1]) == bare(old)
    last = new[-1]
    assert (last.text, last.source, last.status, last.grade, str(last.published)) == (
        "2026-12-11",
        "epoch-2026-10-20",
        "projected",
        "B",
        "2026-10-20",
    )
    source = laid.sources["epoch-2026-10-20"]
    assert source.root == "epoch-2026-04" and "CC BY 4.0" in source.publisher and source.url
    assert any("CC BY 4.0" in text for text in laid.attribution[len(stargate.attribution) :])
    then = "2026-10-01"
    phase = next(one for one in api.known(laid, then).phases if one.id == "abilene/building-5")
    planned = api.known(laid, then).milestone_planned(phase, "operational")
    assert planned is not None and planned.text == "2026-11-01", "a question about an earlier day does not see the edition"


def test_importing_twice_adds_nothing(tmp_path: Path, stargate: Programme) -> None:
    folder = edition(tmp_path, *moved_to("2026-12-11"))
    first = api.import_statements("epoch", folder, stargate, vintage="2026-10-20")
    again = api.import_statements("epoch", folder, overlay(stargate, first.patch), vintage="2026-10-20")
    assert {change.kind for change in again.changes} == {"held"}
    assert again.patch == {} and again.text == ""


# --- a CSV of statements ----------------------------------------------------------------------------------------------------------


def test_statements_of_a_csv_file_are_compared_and_added(tmp_path: Path, stargate: Programme) -> None:
    file = csv_file(
        tmp_path, f"{B5},2026-12-15,,2026-10-20,county-2026,planned,B,,County court,Minutes,",
        "sites.abilene.phases.building-5.it_power,110 MW,,,,,,my own reading,,,",
        "sites.abilene.facts.road,new,,,dcd-2025-03,reported,,,,,",
        header=f"{STATEMENTS},publisher,title,url",
    )  # fmt: skip
    made = api.import_statements("csv", file, stargate)
    assert [change.kind for change in made.changes] == ["moved", "changed", "new"]
    assert made.changes[0].days == 44
    laid = overlay(stargate, made.patch)
    assert laid.sources["county-2026"].publisher == "County court"
    phase = laid.sites["abilene"].phases["building-5"]
    assert phase.it_power[-1].source == "" and phase.it_power[-1].note == "my own reading"
    assert laid.sites["abilene"].facts["road"][0].value == "new"


def test_all_faults_of_a_csv_file_come_at_once_with_their_place(tmp_path: Path, stargate: Programme) -> None:
    file = csv_file(
        tmp_path, f"{B5.replace('building-5', 'bulding-5')},2026-12-15,,2026-10-20,dcd-2025-03,planned,,",
        f"{B5},soon,,,dcd-2025-03,planned,,",
        f"{B5},2027,,,dcd-2025-3,planned,,", f"{B5},2027,,,dcd-2025-03,plannd,E,", f"{B5},2027,,,,,,",
    )  # fmt: skip
    told = faults("csv", file, stargate)
    assert [one.split()[0] for one in told] == ["2:1", "3:2", "4:5", "5:6", "5:7", "6:5"]
    assert f'did you mean "{B5}"?' in told[0]
    assert 'did you mean "dcd-2025-03"?' in told[2]
    assert 'did you mean "planned"?' in told[3]


def test_a_csv_statement_against_the_programme_is_a_fault_of_its_line(tmp_path: Path, stargate: Programme) -> None:
    file = csv_file(tmp_path, "sites.shackelford.phases.building-1.milestones.operational,2027-01-01,,2026-10-20,epoch-2026-09,projected,,")
    (told,) = faults("csv", file, stargate)
    assert told.startswith("2:2 ") and "energised" in told


# --- refusals ---------------------------------------------------------------------------------------------------------------------


def test_a_missing_folder_or_file_is_told(tmp_path: Path) -> None:
    assert "no folder" in faults("epoch", tmp_path / "none")[0]
    (tmp_path / "data_centre_timelines.csv").write_text("x", encoding="utf-8")
    assert 'did you mean "data_centre_timelines.csv"?' in faults("epoch", tmp_path)[0]
    assert "no file" in faults("csv", tmp_path / "none.csv")[0]
    assert 'did you mean "epoch"?' in faults("epok", tmp_path)[0]


def test_an_unknown_layout_is_told_column_by_column(tmp_path: Path) -> None:
    told = faults("epoch", edition(tmp_path, "a,b,c", header="Date,Datacentre,Powers (MW)"))
    assert len(told) == 3 and all("unknown layout" in one for one in told)
    assert 'did you mean "Powers (MW)"?' in told[2]
    twice = faults("epoch", edition(tmp_path, "a,b", header="Date,Date"))
    assert "stands there twice" in twice[0]
    assert 'unknown column "vlaue"; did you mean "value"?' in " ".join(faults("csv", csv_file(tmp_path, "a,1", header="path,vlaue")))


def test_bad_dates_and_numbers_of_our_sites_are_told_at_once(tmp_path: Path) -> None:
    bad = (("2026-13-01", "1", "x", "nan", "0", "0"), ("2026-01-01", "-1", "0", "inf", "0", "0"))
    told = faults("epoch", edition(tmp_path, *lines(bad)), vintage="2026-05-23")
    assert [one.split()[0] for one in told] == ["2:1", "2:5", "2:4", "4:3", "4:5"]


def test_an_edition_without_a_date_of_its_own_needs_one(tmp_path: Path) -> None:
    header = "Date,Data center,Buildings operational,Power (MW)"
    folder = edition(tmp_path, "2025-09-26,OpenAI Stargate Abilene,1,147", header=header)
    assert "--vintage" in faults("epoch", folder)[0]
    assert "not over yet" in faults("epoch", folder, vintage="2999-01-01")[0]
    assert "their own dates" in faults("csv", csv_file(tmp_path, f"{B5},2027"), vintage="2026-01-01")[0]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b'Date,"open', b"Date\n" + b"a,b\n"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data_center_timelines.csv").write_bytes(content)
    assert faults("epoch", tmp_path, vintage="2026-05-23")


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "data_center_timelines.csv").open("wb") as file:
        file.truncate(21 * 2**20)
    assert "larger than 20 MB" in faults("epoch", tmp_path)[0]


# --- the command ------------------------------------------------------------------------------------------------------------------


def test_the_command_tells_what_moved_and_writes_a_file_that_can_be_laid_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, target = edition(tmp_path, *moved_to("2026-12-11")), tmp_path / "new.yaml"
    said = ask(capsys, "import", "epoch", str(folder), "--vintage", "2026-10-20", "--write", str(target))
    assert said.code == 0 and said.err == ""
    assert said.out.startswith("Epoch AI, 20 Oct 2026, against Stargate: 0 new, 4 moved")
    assert "+40 d" in said.out and "CC BY 4.0" in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines() if str(tmp_path) not in line)
    assert api.load("stargate", target).sources["epoch-2026-10-20"]
    before = target.read_bytes()
    again = ask(capsys, "import", "epoch", str(folder), "--vintage", "2026-10-20", "--write", str(target))
    assert again.code == 2 and "exists already" in again.told
    assert target.read_bytes() == before


def test_the_command_gives_the_numbers_of_python_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = edition(tmp_path, *moved_to("2026-12-11"))
    said = ask(capsys, "import", "epoch", str(folder), "--vintage", "2026-10-20", "--json")
    assert json.loads(said.out) == json.loads(json.dumps(api.import_statements("epoch", folder, vintage="2026-10-20").to_dict()))


def test_faults_leave_with_two_and_write_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "new.yaml"
    said = ask(capsys, "import", "csv", str(csv_file(tmp_path, f"{B5},soon,,,dcd-2025-03,,,")), "--write", str(target))
    assert said.code == 2 and "2:2" in said.err and not target.exists()
    nothing = ask(capsys, "import", "epoch", str(edition(tmp_path, *lines(ABILENE[1:2]))), "--vintage", "2026-05-23", "--ascii")
    assert nothing.code == 0 and nothing.out.isascii()
