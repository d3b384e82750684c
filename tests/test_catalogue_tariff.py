"""A tariff from a file: bands, charges, prices by hour, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stargauge.catalogue.tariff import MONTH_OF, Tariff, read_tariff
from stargauge.quantity.errors import InputError

HEAD = "kind,value,months,days,hours,note\n"


def _read(folder: Path, rows: str, head: str = HEAD) -> Tariff:
    (folder / "tariff.csv").write_text(head + rows, encoding="utf-8")
    return read_tariff(folder / "tariff.csv")


def test_the_last_row_that_fits_an_hour_holds_and_charges_add_up(tmp_path: Path) -> None:
    made = _read(
        tmp_path,
        "energy,38 USD/MWh,,,,\n"
        "energy,95 USD/MWh,jun-sep,mon-fri,15-19,summer\n"
        "demand,9 USD/kW/month,,,,\n"
        "demand,6 USD/kW/month,6-9,Monday-fri,15-19,\n"
        "capacity,24 USD/kW/yr,,,,\n"
        'fixed,"12,000 USD/month",,,,\n'
        "contract,600 MW,,,,\n",
    )
    dear = made.energy > 90e-6
    week = np.flatnonzero(dear)[:20] % 24
    assert set(week.tolist()) == {15, 16, 17, 18}
    assert set(MONTH_OF[dear].tolist()) == {5, 6, 7, 8}
    first = int(np.flatnonzero(dear)[0])  # 1 June 2027 is a Tuesday
    assert first == 24 * 151 + 15
    assert not dear[24 * 155 : 24 * 156].any(), "5 June 2027 is a Saturday"
    assert made.energy[~dear] == pytest.approx(38e-6)
    everywhere, summer = made.demand
    assert everywhere == pytest.approx(0.009)
    np.testing.assert_array_equal(summer > 0.0, dear)
    assert summer.max() == pytest.approx(0.006)
    assert made.capacity == pytest.approx(0.024) and made.fixed == pytest.approx(144_000.0) and made.contract == 600e6


def test_a_band_may_go_over_midnight_and_the_turn_of_the_year(tmp_path: Path) -> None:
    made = _read(tmp_path, "energy,30 USD/MWh,,,,\nenergy,20 USD/MWh,dec-feb,sat sun,22-6,\n")
    cheap = np.flatnonzero(made.energy < 25e-6)
    assert set((cheap % 24).tolist()) == {22, 23, 0, 1, 2, 3, 4, 5}
    assert set(MONTH_OF[cheap].tolist()) == {11, 0, 1}
    assert cheap[0] == 24, "2 January 2027 is a Saturday"


def test_prices_by_hour_stand_in_a_file_beside_it(tmp_path: Path) -> None:
    prices = 20.0 + np.arange(8760) % 24
    (tmp_path / "prices.csv").write_text("price\n" + "\n".join(map(str, prices)) + "\n", encoding="utf-8")
    made = _read(tmp_path, "prices,prices.csv USD/MWh,,,,\nenergy,99 USD/MWh,aug,,12,\n")
    august = (MONTH_OF == 7) & (np.arange(8760) % 24 == 12)
    np.testing.assert_allclose(made.energy, np.where(august, 99e-6, prices * 1e-6))


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    with pytest.raises(InputError) as fault:
        _read(
            tmp_path,
            "enrgy,38 USD/MWh,,,,\n"
            "energy,38 USD/kW,,,,\n"
            "energy,-5 USD/MWh,,,,\n"
            "demand,9 USD/kW,,,,\n"
            "energy,38 USD/MWh,june-sept,funday,15-25,\n"
            "capacity,2 USD/kW/month,jun,,,\n"
            "contract,0 MW,,,,\n"
            "contract,5 MW,,,,\n"
            "fixed,10 USD/month\n"
            "prices,none.csv USD/MWh,,,,\n"
            "energy,1,2,3,4,5,6\n",
        )
    said = [(one.line, one.message) for one in fault.value.faults]
    text = "\n".join(f"{line}: {message}" for line, message in said)
    assert '2: unknown kind "enrgy"' in text and 'did you mean "energy"' in text
    assert '3: got "38 USD/kW"' in text
    assert '4: got "-5 USD/MWh"; expected 0 or more' in text
    assert '5: got "9 USD/kW"; expected a charge a month, such as 9 USD/kW/month' in text
    assert '6: got "funday"' in text and '6: got "25"' in text
    assert "7: capacity holds in all hours; leave months empty" in text
    assert '8: got "0 MW"; expected a power above 0' in text
    assert "9: contract stands twice" in text
    assert "11: no file" in text
    assert "12: 7 cells; expected 6" in text
    assert all(one.file.endswith("tariff.csv") for one in fault.value.faults)


def test_hours_without_a_price_and_what_is_no_tariff_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no energy price in hour 0 .* and 7,347 more"):
        _read(tmp_path, "energy,38 USD/MWh,jan-mar,,,\nenergy,38 USD/MWh,,,15-17,\n".replace("jan-mar", "mar"))
    with pytest.raises(InputError, match='unknown column "knd"'):
        _read(tmp_path, "energy,38 USD/MWh\n", "knd,value\n")
    (tmp_path / "end.csv").write_text("kind,value,months,days,hours\nenergy,40 USD/MWh,,,\nenergy,60 USD/MWh,,,24\n", encoding="utf-8")
    with pytest.raises(InputError, match='got "24", an end and no hour'):
        read_tariff(tmp_path / "end.csv")
    with pytest.raises(InputError, match="no file"):
        read_tariff(tmp_path / "none.csv")
    (tmp_path / "prices.csv").write_text("1\n" * 8784, encoding="utf-8")
    with pytest.raises(InputError, match="8,784 prices; expected 8,760, one an hour; leave 29 February out"):
        _read(tmp_path, "prices,prices.csv USD/MWh\n", "kind,value\n")
    (tmp_path / "prices.csv").write_text("1\n" * 8759 + "nan\n", encoding="utf-8")
    with pytest.raises(InputError, match='line 8760: got "nan"'):
        _read(tmp_path, "prices,prices.csv USD/MWh\n", "kind,value\n")
    with pytest.raises(InputError, match="no energy price"):
        _read(tmp_path, "")
