"""Knowledge date, hindsight, overlay and faults of the catalogue."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from stargauge.catalogue.load import load_catalogue
from stargauge.catalogue.rows import kept_unit
from stargauge.catalogue.show import kinds, rows
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import ABSENT

HEADER = "kind,name,attribute,value,unit,as_of,published,source,status,grade,note\n"


def overlay(folder: Path, body: str, sources: str = "") -> Path:
    file = folder / "mine.csv"
    file.write_text(HEADER + body, encoding="utf-8")
    if sources:
        (folder / "sources.csv").write_text("id,publisher,title,date,url,grade\n" + sources, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("as_of", "rent"), [(date(2024, 12, 31), 163.44), (date(2025, 2, 25), 163.44), (date(2025, 2, 26), 184.06), (date(2026, 2, 28), 194.95)]
)
def test_the_newest_value_published_by_the_day_is_used(as_of: date, rent: float) -> None:
    estimate = load_catalogue().known(as_of).estimate("price", "capacity-lease", "rent", "USD/kW/month")
    assert estimate.value == pytest.approx(rent)
    assert estimate.hindsight is None and estimate.kind == "default"


def test_before_the_first_publication_the_oldest_value_is_used_and_marked() -> None:
    estimate = load_catalogue().known(date(2025, 1, 22)).estimate("price", "epoch-model", "compute", "M USD/MW")
    assert estimate.value == pytest.approx(26.1)
    assert estimate.hindsight == date(2026, 5, 23)


def test_a_date_of_a_year_counts_from_its_end() -> None:
    known = load_catalogue().known
    assert known(date(2025, 12, 30)).estimate("price", "construction", "cost").hindsight == date(2025, 12, 31)
    assert known(date(2025, 12, 31)).estimate("price", "construction", "cost").hindsight is None


def test_an_accelerator_counts_from_its_launch() -> None:
    assert load_catalogue().known(date(2025, 1, 22)).estimate("accelerator", "gb300-nvl72", "rack_power").hindsight is not None
    assert load_catalogue().known(date(2025, 1, 22)).estimate("accelerator", "h100-sxm", "peak_bf16").hindsight is None


def test_a_later_publication_never_moves_an_earlier_answer() -> None:
    """Every value known on a day comes from a row published by then, or carries its date as hindsight."""
    catalogue, as_of = load_catalogue(), date(2025, 1, 22)
    later = 0
    for kind in catalogue.kinds():
        for name in catalogue.names(kind):
            for attribute in catalogue.attributes(kind, name):
                said = catalogue.rows(kind, name, attribute)[0]
                if said.unit == "text":
                    continue
                estimate = catalogue.known(as_of).estimate(kind, name, attribute)
                used = estimate.statements[0].known_from
                assert used is not None
                assert (estimate.hindsight == used) == (used > as_of)
                later += used > as_of
    assert later > 100


def test_records_and_vintages_are_filtered_by_the_day_they_were_known() -> None:
    catalogue = load_catalogue()
    assert len(catalogue.records()) == 77 and len(catalogue.vintages()) == 23
    early = catalogue.records(date(2025, 1, 22))
    assert 0 < len(early) < 77 and max(record.known_at for record in early) <= date(2025, 1, 22)
    assert catalogue.vintages(date(2026, 4, 29)) == ()
    assert {len(vintage.editions) for vintage in catalogue.vintages(date(2026, 5, 23))} == {2}


def test_slips_of_records_and_vintages_are_the_differences_of_their_dates() -> None:
    reached = [r for r in load_catalogue().records() if r.outcome == "reached" and r.plan_mid and r.actual_mid]
    assert len(reached) > 50
    for record in reached:
        assert record.slip_days == pytest.approx(record.actual_mid - record.plan_mid, abs=1.5), record.id  # type: ignore[operator]
    for vintage in load_catalogue().vintages():
        first, last = vintage.editions[0][1], vintage.editions[-1][1]
        assert first is not None and last is not None and vintage.slip_days == last - first


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(InputError, match=r'did you mean "gb200-nvl72"'):
        load_catalogue().known(date(2026, 1, 1)).estimate("accelerator", "gb200-nvl7", "price")
    with pytest.raises(InputError, match="no attribute"):
        load_catalogue().rows("accelerator", "h100-sxm", "colour")
    with pytest.raises(InputError, match="no kind"):
        load_catalogue().names("chips")


def test_what_nobody_said_is_absent_not_zero() -> None:
    assert load_catalogue().known(date(2026, 11, 22)).estimate("accelerator", "h100-sxm", "peak_fp4") is ABSENT


def test_a_row_laid_over_wins_and_is_an_assumption(tmp_path: Path) -> None:
    mine = load_catalogue(overlay(tmp_path, "price,construction,cost,14,M USD/MW,,,,,,my quote\n"))
    estimate = mine.known(date(2020, 1, 1)).estimate("price", "construction", "cost", "M USD/MW")
    assert (estimate.value, estimate.kind, estimate.hindsight) == (14.0, "assumed", None)
    assert load_catalogue().known(date(2026, 1, 1)).estimate("price", "construction", "cost").kind == "default"


def test_a_row_laid_over_with_a_source_of_its_own_is_dated_by_it(tmp_path: Path) -> None:
    file = overlay(tmp_path, "accelerator,my-chip,tdp,500,W,,,maker-2026,,,\n", "maker-2026,Maker,Data sheet,2026-03,,A\n")
    known = load_catalogue(file).known
    assert known(date(2026, 3, 30)).estimate("accelerator", "my-chip", "tdp").hindsight == date(2026, 3, 31)
    estimate = known(date(2026, 4, 1)).estimate("accelerator", "my-chip", "tdp")
    assert (estimate.value, estimate.kind, estimate.statements[0].grade) == (500.0, "default", "A")


def test_a_folder_of_files_can_be_laid_over(tmp_path: Path) -> None:
    overlay(tmp_path, "price,construction,cost,14,M USD/MW,,,,,,\n")
    (tmp_path / "second.csv").write_text(HEADER + "facility,default,load_factor,0.8,1,,,,,,\n", encoding="utf-8")
    mine = load_catalogue(tmp_path).known(date(2026, 1, 1))
    assert mine.estimate("facility", "default", "load_factor").value == 0.8
    assert mine.estimate("price", "construction", "cost", "M USD/MW").value == 14.0


def test_all_faults_of_a_file_come_at_once_with_their_lines(tmp_path: Path) -> None:
    body = (
        "price,construction,cost,14,M USD/MV,,,,,,\n"
        "prices,construction,cost,14,M USD/MW,,,,,,\n"
        "price,construction,cost,many,M USD/MW,,,,,,\n"
        "price,construction,cost,14,M USD/MW,,,nobody,,,\n"
        "price,construction,cost,14,M USD/MW,,,,rumoured,,\n"
        "price,construction,cost,14,M USD/MW,2026-13,,,,,\n"
        "price,construction,,14,M USD/MW,,,,,,\n"
        "price,construction\n"
    )
    with pytest.raises(InputError) as caught:
        load_catalogue(overlay(tmp_path, body))
    assert [fault.line for fault in caught.value.faults] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert all(fault.file.endswith("mine.csv") for fault in caught.value.faults)
    assert 'did you mean "price"' in str(caught.value)


def test_a_wrong_header_and_a_missing_file_are_faults(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("kind,name,atribute\n", encoding="utf-8")
    with pytest.raises(InputError, match='did you mean "attribute"'):
        load_catalogue(tmp_path / "mine.csv")
    with pytest.raises(InputError, match="no file or folder"):
        load_catalogue(tmp_path / "nothing.csv")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("M USD/MW", "USD/W"), ("weeks", "d"), ("lb/MWh", "g/Wh"), ("Btu/kWh", "1"), ("USD/kW/month", "USD/W/d"), ("min", "h"),
        ("TFLOP/s", "FLOP/s"), ("jobs/M USD", "job/USD"), ("kW/MW", "1"), ("degC", "degC"), ("1/node/d", "1/d"),
        ("tokens/s", "token/s"), ("text", "text"),
    ],
)  # fmt: skip
def test_values_are_kept_in_the_si_unit_of_their_kind(written: str, kept: str) -> None:
    assert kept_unit(written) == kept


def test_shown_rows_are_as_written() -> None:
    catalogue = load_catalogue()
    shown = {row.attribute: row for row in rows(catalogue, "price", "construction")}
    assert (shown["cost"].value, shown["cost"].unit, shown["cost"].grade) == ("9.3..15.0", "M USD/MW", "A")
    design = next(row for row in rows(catalogue, "facility", "default") if row.attribute == "design_ratio")
    assert (design.value, design.unit) == ("uniform(low=1.2, high=1.44)", "")
    assert sum(count for _, _, count in kinds(catalogue)) > 2000
    with pytest.raises(InputError):
        rows(catalogue, "price", "nothing")
