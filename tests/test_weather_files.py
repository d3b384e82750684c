"""Reading weather files: each form gives the same year, and whatever is wrong with one is said at once, with the hour and how much."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest
from tests import weather_written as written

from stargauge.catalogue.weather_files import read_weather
from stargauge.quantity.errors import InputError
from stargauge.quantity.weather.weather import Weather

HEAD = 8


def fault(file: Path) -> str:
    """What is said of a file, every fault with its line."""
    with pytest.raises(InputError) as said:
        read_weather(file)
    return "\n".join(f"{one.line}: {one.message}" for one in said.value.faults)


def with_cell(column: int, text: str, rows: slice) -> written.Change:
    """A change of one column of the data rows of an EPW file."""

    def change(lines: written.Lines) -> written.Lines:
        data = [line.split(",") for line in lines[HEAD:]]
        for row in data[rows]:
            row[column] = text
        return [*lines[:HEAD], *(",".join(row) for row in data)]

    return change


@pytest.mark.parametrize("form", [written.epw, written.tmy3, written.nsrdb], ids=["epw", "tmy3", "nsrdb"])
def test_every_form_gives_the_same_year(form: written.Change, tmp_path: Path) -> None:
    made: Weather = read_weather(form(tmp_path))  # type: ignore[arg-type]
    dry, dew, _, pressure, sun, direct, diffuse = np.array([written.values(at) for at in written.hours()]).T
    assert made.year_count == 1 and made.years == (2019,) and made.kind == "file" and made.notes == ()
    assert (made.latitude, made.longitude, made.utc_offset, made.elevation) == written.PLACE
    for got, wanted in zip(made[:6], (dry, dew, pressure, sun, direct, diffuse), strict=True):
        assert got == pytest.approx(wanted, abs=0.51 if wanted.max() > 200.0 else 0.051)
    assert (made.wind == 3.5).all() and made.wind_height == 10.0


def test_a_packed_file_is_read_as_it_is(tmp_path: Path) -> None:
    plain = written.epw(tmp_path)
    packed = tmp_path / "year.epw.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert all(np.array_equal(a, b) for a, b in zip(read_weather(plain)[:7], read_weather(packed)[:7], strict=True))


def test_29_february_is_dropped_and_noted(tmp_path: Path) -> None:
    made = read_weather(written.epw(tmp_path, year=2020, leap=True))
    assert len(made.dry_bulb) == 8760 and made.years == (2020,)
    assert made.notes == ("29 February dropped: 24 hours",)
    assert np.array_equal(made.dry_bulb, read_weather(written.epw(tmp_path, year=2020)).dry_bulb)


def test_several_years_follow_one_another(tmp_path: Path) -> None:
    second = written.epw(tmp_path, year=2018).read_text(encoding="utf-8").splitlines()
    made = read_weather(written.epw(tmp_path, lambda lines: [*second, *lines[HEAD:]]))
    assert made.years == (2018, 2019) and made.by_year(made.dry_bulb).shape == (2, 8760)


def test_a_year_of_months_of_different_years_is_called_typical(tmp_path: Path) -> None:
    made = read_weather(written.epw(tmp_path, with_cell(0, "1987", slice(0, 744))))
    assert made.years == () and "typical year" in made.notes[0]


def test_a_gap_is_told_with_its_length_and_hour(tmp_path: Path) -> None:
    told = fault(written.epw(tmp_path, lambda lines: [*lines[: HEAD + 100], *lines[HEAD + 105 :]]))
    assert told.startswith("109: 5 hours missing before 01-05 09:00\n9: 8,755 hours; expected 8,760 a year, each once and in order (29 Feb")
    assert told.endswith("fill what is missing, leave out what is too much")


def test_all_gaps_and_doubled_hours_are_told_at_once(tmp_path: Path) -> None:
    told = fault(written.epw(tmp_path, lambda lines: [*lines[:1000], *lines[1001:3000], lines[2999], *lines[3000:-2]]))
    assert "1 hour missing before 02-11 09:00" in told and "stands twice or out of order" in told
    assert "2 hours missing at the end, after 12-31 21:00" in told


def test_an_hour_too_few_and_a_day_too_many_are_told_as_such(tmp_path: Path) -> None:
    told = fault(written.epw(tmp_path, lambda lines: lines[:-1]))
    assert told.startswith("8767: 1 hour missing at the end, after 12-31 22:00\n9: 8,759 hours") and "clock" not in told
    told = fault(written.epw(tmp_path, lambda lines: [*lines, *lines[HEAD : HEAD + 24]]))
    assert told.startswith("8769: 24 hours beyond whole years, from 01-01 00:00 on\n9: 8,784 hours") and "clock" not in told


def test_years_that_mix_within_a_month_are_told(tmp_path: Path) -> None:
    told = fault(written.epw(tmp_path, with_cell(0, "1987", slice(24, 48))))
    assert told == (
        "33: the year goes from 2019 to 1987 amid a month, at 01-02 00:00; expected whole months of one year\n"
        "57: the year goes from 1987 to 2019 amid a month, at 01-03 00:00; expected whole months of one year"
    )


def test_a_file_as_a_spreadsheet_saves_it_is_read_or_refused_with_the_reason(tmp_path: Path) -> None:
    file = written.nsrdb(tmp_path)
    text = file.read_text(encoding="utf-8")
    plain = read_weather(file)
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert np.array_equal(read_weather(file).dry_bulb, plain.dry_bulb)
    file.write_text(text.replace("Testville", "Zürich"), encoding="latin-1")
    assert read_weather(file).name.startswith("Zürich")
    file.write_text(text, encoding="utf-16")
    assert "is text in UTF-16; expected UTF-8" in fault(file)
    file.write_text(text.replace(",", ";"), encoding="utf-8")
    assert "separated by semicolons: save it with commas" in fault(file)


def test_a_clock_that_is_put_forward_and_back_is_recognised(tmp_path: Path) -> None:
    spring, autumn = HEAD + 24 * 68 + 2, HEAD + 24 * 306 + 1

    def change(lines: written.Lines) -> written.Lines:
        return [*lines[:spring], *lines[spring + 1 : autumn + 1], lines[autumn], *lines[autumn + 1 :]]

    assert "expected local standard time all the year" in fault(written.epw(tmp_path, change))


def test_temperatures_in_fahrenheit_are_recognised(tmp_path: Path) -> None:
    def change(lines: written.Lines) -> written.Lines:
        data = [line.split(",") for line in lines[HEAD:]]
        for row in data:
            row[6], row[7] = (f"{1.8 * float(row[at]) + 32.0:.1f}" for at in (6, 7))
        return [*lines[:HEAD], *(",".join(row) for row in data)]

    told = fault(written.epw(tmp_path, change))
    assert re.search(
        r"air temperature of 89\.6 degC at 07-\d\d 15:00, one of \d,?\d+ hours; expected -90 to 60 degC: in degrees Fahrenheit\?", told
    )


@pytest.mark.parametrize(
    ("form", "old", "new", "words"),
    [
        (written.tmy3, "Dry-bulb (C)", "Dry-bulb (F)", '2: the column "Dry-bulb (F)" is not in degC; expected degC'),
        (written.tmy3, "Dry-bulb (C)", "Something", "2: no column of the air temperature; expected one of drybulb"),
        (written.nsrdb, ",c,mbar", ",f,mbar", '2: temperature is in "f"; expected degC'),
        (written.nsrdb, "Dew Point", "Nothing", "3: no column of the dew point or the relative humidity"),
        (
            written.nsrdb,
            "-99.7,-6,530,-6",
            "-99.7,0,530,-6",
            "2: hours are in the time zone 0, the place's is -6; expected local standard time",
        ),
        (written.epw, "-99.7", "99.7", "the sun stands highest about 12.5 h, but at longitude 99.7 and -6 h of UTC about -0.6 h"),
        (written.epw, "32.5", "north", '1: the latitude is "north"; expected a number'),
        (written.epw, "32.5", "132.5", "1: no place on Earth: latitude 132.5"),
        (written.tmy3, "03/07/2019,05:00", "7 March,5", '1566: "7 March,5,'),
    ],
)
def test_a_wrong_header_is_told_with_its_line(form: written.Change, old: str, new: str, words: str, tmp_path: Path) -> None:
    def change(lines: written.Lines) -> written.Lines:
        return [line.replace(old, new, 1) for line in lines]

    told = fault(form(tmp_path, change))  # type: ignore[call-arg, arg-type]
    assert (words in told) if not words.startswith("1566") else ("is no date and full hour; expected MM/DD/YYYY,HH:00" in told)


def test_half_hours_are_told(tmp_path: Path) -> None:
    def change(lines: written.Lines) -> written.Lines:
        return [*lines[:3], *(half for line in lines[3:] for half in (line.replace(",30,", ",0,", 1), line))]

    assert "values at the minutes 0, 30 of an hour; expected one an hour" in fault(written.nsrdb(tmp_path, change))


@pytest.mark.parametrize(
    ("column", "text", "rows", "words"),
    [
        (6, "99.9", slice(10, 13), "19: no air temperature in 3 hours, the first 01-01 10:00; fill the gaps"),
        (6, "warm", slice(10, 11), '19: the air temperature is "warm"; expected a number'),
        (6, "-120", slice(10, 11), "19: air temperature of -120 degC at 01-01 10:00, one of 1 hour; expected -90 to 60 degC"),
        (7, "35", slice(20, 22), "dew point 35 above the air temperature"),
        (
            9,
            "950",
            slice(0, 8760),
            "9: pressure of 950 Pa at 01-01 00:00, one of 8,760 hours; expected 40000 to 115000 Pa: in another unit?",
        ),
        (13, "9999", slice(40, 41), "49: no sun on a horizontal plane in 1 hour, the first 01-02 16:00"),
        (21, "999", slice(40, 42), "49: no wind in 2 hours"),
        (21, "-4", slice(40, 42), "49: wind of -4 m/s at 01-02 16:00, one of 2 hours; expected 0 to 115 m/s"),
        (1, "13", slice(40, 41), "49: no such hour: 13-02 16:00"),
        (2, "thirty", slice(40, 41), '49: the day is "thirty"; expected a whole number'),
        (2, "99999999999999999999", slice(40, 41), "expected a whole number"),
        (22, '"' + "9" * 200_000 + '"', slice(40, 41), "is no CSV file: field larger than field limit"),
    ],
)
def test_a_wrong_value_is_told_with_hour_and_amount(column: int, text: str, rows: slice, words: str, tmp_path: Path) -> None:
    assert words in fault(written.epw(tmp_path, with_cell(column, text, rows)))


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    def change(lines: written.Lines) -> written.Lines:
        return with_cell(6, "99.9", slice(5, 6))(with_cell(9, "5", slice(7, 8))(with_cell(21, "999", slice(9, 10))(lines)))

    assert len(fault(written.epw(tmp_path, change)).splitlines()) == 3


def test_many_faults_of_one_sort_are_counted(tmp_path: Path) -> None:
    told = fault(written.epw(tmp_path, with_cell(6, "warm", slice(0, 100))))
    assert told.count('is "warm"') == 5 and "and 95 more lines like these" in told


def test_a_dew_point_above_by_rounding_is_lowered_and_noted(tmp_path: Path) -> None:
    dry = written.values(next(written.hours()))[0]
    made = read_weather(written.epw(tmp_path, with_cell(7, f"{dry + 0.3:.1f}", slice(0, 1))))
    assert made.dew_point[0] == made.dry_bulb[0]
    assert made.notes == ("dew point lowered to the air temperature in 1 hour, by at most 0.3 K",)


def test_a_missing_dew_point_comes_from_the_humidity_and_is_noted(tmp_path: Path) -> None:
    made = read_weather(written.epw(tmp_path, with_cell(7, "99.9", slice(0, 8760))))
    assert made.notes == ("dew point worked out from the relative humidity in 8,760 hours",)
    assert made.dry_bulb - made.dew_point == pytest.approx(np.full(8760, 6.0), abs=1.2)


def test_a_missing_pressure_is_that_of_the_elevation_and_noted(tmp_path: Path) -> None:
    made = read_weather(written.epw(tmp_path, with_cell(9, "999999", slice(0, 8760))))
    assert made.pressure == pytest.approx(np.full(8760, 95_115.0), rel=1e-3)
    assert made.notes == ("no pressure in 8,760 hours: that of the elevation",)


def test_sun_and_wind_that_a_file_does_not_hold_are_not_invented(tmp_path: Path) -> None:
    def change(lines: written.Lines) -> written.Lines:
        return with_cell(13, "9999", slice(None))(with_cell(21, "999", slice(None))(lines))

    made = read_weather(written.epw(tmp_path, change))
    assert np.isnan(made.sun).all() and np.isnan(made.wind).all() and np.isfinite(made.sun_direct).all()
    assert made.notes == ("the file holds no sun on a horizontal plane, no wind",)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"%PDF-1.4\n\0\0", b'{"latitude": 1.3}', b"<html></html>"])
def test_what_is_no_weather_file_is_told_so(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "year.epw"
    file.write_bytes(content)
    assert re.search("no (weather|text) file.*expected EPW", fault(file))


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    assert "no file" in fault(tmp_path / "none.epw")
    written.epw(tmp_path)
    assert 'did you mean "year.epw"?; expected a weather file: EPW' in fault(tmp_path / "yaer.epw")
    assert "is a folder; expected a weather file: EPW" in fault(tmp_path)
    unpacked = tmp_path / "unpacked.epw.gz"
    unpacked.write_bytes((tmp_path / "year.epw").read_bytes())
    assert "is not packed with gzip; give it the name without .gz" in fault(unpacked)
    (tmp_path / "blank.epw").write_text("\n\n")
    assert fault(tmp_path / "blank.epw").endswith("got an empty file")
    large = tmp_path / "large.epw.gz"
    large.write_bytes(gzip.compress(b"0" * (20 * 2**20 + 1)))
    assert "larger than 20 MB; give fewer years" in fault(large)
    cut = tmp_path / "cut.epw.gz"
    cut.write_bytes(gzip.compress(b"LOCATION" * 1000)[:20])
    assert "cannot be read" in fault(cut)


def test_a_line_that_is_cut_off_is_told(tmp_path: Path) -> None:
    told = fault(written.epw(tmp_path, lambda lines: [*lines[:50], lines[50][:20], *lines[51:]]))
    assert re.match("51: \\d+ values; expected at least 22: the line is cut off", told)


def test_the_public_files_are_read(shared: Path) -> None:
    files = sorted((shared / "vectors" / "weather").glob("*.epw.gz")) + sorted((shared / "vectors" / "weather").glob("*.tmy3.gz"))
    assert len(files) == 7
    for file in files:
        made = read_weather(file)
        assert made.year_count == 1 and np.isfinite(np.array(made[:7])).all(), file.name
        assert (made.dew_point <= made.dry_bulb).all()
