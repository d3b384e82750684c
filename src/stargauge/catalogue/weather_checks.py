"""What is wrong with the hours of a weather file: missing or doubled ones, impossible numbers, a sun that stands elsewhere."""

from __future__ import annotations

import numpy as np

from stargauge.catalogue.weather_forms import FIELDS, SUNS, Array, Place, Reading, Table, tell
from stargauge.quantity.errors import counted
from stargauge.quantity.hall.psychrometrics import dew_point
from stargauge.quantity.power.hourly import MONTH_DAYS, MONTH_ENDS
from stargauge.quantity.spoken import say
from stargauge.quantity.weather.weather import YEAR_HOURS

_STARTS = np.concatenate([[0], np.cumsum(MONTH_DAYS)[:-1]])
#: Dew points above the air's temperature by no more than this are rounding, K.
_ROUNDING = 0.5
#: Hours by which the sun of a file may stand off that of its longitude and time zone.
_SUN_OFF = 2.0


def without_leap_day(reading: Reading, table: Table) -> Table:
    """The hours of a file without 29 February, which is noted."""
    leap = (table.month == 2) & (table.day == 29)
    if not leap.any():
        return table
    reading.notes.append(say("29 February dropped: {hours}", hours=counted(int(leap.sum()), "hour")))
    keep = ~leap
    lines = [line for line, kept in zip(table.lines, keep, strict=True) if kept]
    year, month, day, hour = (part[keep] for part in (table.year, table.month, table.day, table.hour))
    return Table(lines, year, month, day, hour, {name: values[keep] for name, values in table.values.items()})


def check_hours(reading: Reading, table: Table) -> None:
    """Every hour of whole years is there once and in order. Raises InputError with which are not, since no more can be told then."""
    days = np.array(MONTH_DAYS)[np.clip(table.month, 1, 12) - 1]
    odd = (table.month < 1) | (table.month > 12) | (table.day < 1) | (table.day > days) | (table.hour < 0) | (table.hour > 23)
    tell(
        reading,
        [
            (table.lines[at], say("no such hour: {when}; expected hours 0 to 24 of a day of the year", when=_when(table, at)))
            for at in np.flatnonzero(odd)
        ],
    )
    reading.stop()
    place = 24 * (_STARTS[table.month - 1] + table.day - 1) + table.hour
    before = np.concatenate([[-1], place[:-1]])
    step = np.mod(place - before, YEAR_HOURS)
    found, missing, doubled = [], [], []
    for at in np.flatnonzero(step != 1):
        gap = int(step[at]) - 1
        if 0 < gap <= YEAR_HOURS // 2:
            missing.append(int(table.month[at]))
            found.append((table.lines[at], say("{hours} missing before {when}", hours=counted(gap, "hour"), when=_when(table, at))))
        else:
            doubled.append(int(table.month[at]))
            found.append(
                (
                    table.lines[at],
                    say("{when} stands twice or out of order, after {before}", when=_when(table, at), before=_when(table, at - 1)),
                )
            )
    if place[-1] != YEAR_HOURS - 1:
        found.append(_unfinished(table, int(place[-1]) + 1, bool(found)))
    tell(reading, found)
    if missing and set(missing) <= {3, 4} and set(doubled) <= {9, 10, 11} and len(missing) == len(doubled):
        reading.wrong(say("the clock was put forward and back: expected local standard time all the year"), table.lines[0])
    if found or len(place) % YEAR_HOURS:
        reading.wrong(
            say(
                "{place:,} hours; expected {year_hours:,} a year, each once and in order (29 February does "
                "not count): fill what is missing, leave out what is too much",
                place=len(place),
                year_hours=YEAR_HOURS,
            ),
            table.lines[0],
        )
    reading.stop()
    _check_years(reading, table)


def _unfinished(table: Table, given: int, broken: bool) -> tuple[int, str]:
    """That the last year of a file ends before its time; a short piece after whole years is too much rather than too little."""
    if not broken and given < YEAR_HOURS // 2 < len(table.lines):
        at = len(table.lines) - given
        return table.lines[at], say("{hours} beyond whole years, from {when} on", hours=counted(given, "hour"), when=_when(table, at))
    return table.lines[-1], say(
        "{hours} missing at the end, after {when}", hours=counted(YEAR_HOURS - given, "hour"), when=_when(table, len(table.lines) - 1)
    )


def _check_years(reading: Reading, table: Table) -> None:
    """Each month is of one calendar year: a typical year is put together from whole months. Raises InputError where years mix within."""
    hour = np.arange(len(table.year)) % YEAR_HOURS
    last = np.isin(hour, np.array(MONTH_ENDS) - 1)  # the last hour of a month may carry the date of the next
    changes = np.flatnonzero((table.year[1:] != table.year[:-1]) & ~last[1:] & ~last[:-1]) + 1

    def said(at: np.int64) -> str:
        return say(
            "the year goes from {before} to {year} amid a month, at {when}; expected whole months of one year",
            before=int(table.year[at - 1]),
            year=int(table.year[at]),
            when=_when(table, at),
        )

    tell(reading, [(table.lines[at], said(at)) for at in changes])
    reading.stop()


def _when(table: Table, at: int | np.int64) -> str:
    """An hour of the file in words: month, day and the hour it begins."""
    return f"{table.month[at]:02d}-{table.day[at]:02d} {table.hour[at]:02d}:00"


def checked(reading: Reading, table: Table, name: str) -> Array:
    """A column whose numbers are possible, NaN where there are none. The air temperature has no gaps, sun and wind none or nothing."""
    field, values = FIELDS[name], table.values.get(name, np.full(len(table.lines), np.nan))
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero((values < field.least) | (values > field.most))
    if len(wrong):
        at = int(wrong[np.argmax(np.abs(values[wrong]))])
        hint = _hint(name, values)
        reading.wrong(
            say(
                "{words} of {value:,.6g} {unit} at {when}, one of {hours}; expected {least:g} to {most:g} {unit}{hint}",
                words=say(field.words),
                value=values[at],
                unit=field.unit,
                when=_when(table, at),
                hours=counted(len(wrong), "hour"),
                least=field.least,
                most=field.most,
                hint=hint,
            ),
            table.lines[at],
        )
    none = np.flatnonzero(np.isnan(values))
    if len(none) and (name == "dry_bulb" or (name in (*SUNS, "wind") and len(none) < len(values))):
        at = int(none[0])
        reading.wrong(
            say(
                "no {words} in {hours}, the first {when}; fill the gaps",
                words=say(field.words),
                hours=counted(len(none), "hour"),
                when=_when(table, at),
            ),
            table.lines[at],
        )
    return values


def _hint(name: str, values: Array) -> str:
    """What the unit of impossible numbers may be."""
    usual = float(np.nanmedian(values))
    if name in ("dry_bulb", "dew_point"):
        return say(": in kelvin? K - 273.15") if usual > 200.0 else say(": in degrees Fahrenheit? (F - 32) / 1.8")
    return say(": in another unit?") if name == "pressure" else ""


def check_place(reading: Reading, place: Place, table: Table, values: dict[str, Array]) -> None:
    """The place is on Earth, and the sun of the file stands where it does there at the hours of the file."""
    limits = (("latitude", 90.0), ("longitude", 180.0), ("utc_offset", 14.0), ("elevation", 9000.0))
    off = [f"{name} {getattr(place, name):g}" for name, most in limits if abs(getattr(place, name)) > most]
    if off:
        reading.wrong(say("no place on Earth: {off}", off=", ".join(off)))
        return
    expected = 12.0 - (place.longitude / 15.0 - place.utc_offset)
    sun = np.nan_to_num(values["sun"])
    if np.isfinite(expected) and sun.sum() > 0.0:
        seen = float((sun * (table.hour + 0.5)).sum() / sun.sum())
        if abs(seen - expected) > _SUN_OFF:
            reading.wrong(
                say(
                    "the sun stands highest about {seen:.1f} h, but at longitude {longitude:g} and "
                    "{utc_offset:+g} h of UTC about {expected:.1f} h: expected hours in local standard time, and "
                    "longitudes east positive",
                    seen=seen,
                    longitude=place.longitude,
                    utc_offset=place.utc_offset,
                    expected=expected,
                )
            )


def dew_point_of(reading: Reading, table: Table, values: dict[str, Array]) -> Array:
    """The dew point, from the relative humidity where there is none; never above the air's temperature."""
    dry, dew, humidity = values["dry_bulb"], values["dew_point"].copy(), values["humidity"]
    usable = np.isnan(dew) & (humidity > 0.0) & np.isfinite(dry) & (dry >= FIELDS["dry_bulb"].least) & (dry <= FIELDS["dry_bulb"].most)
    if usable.any():
        dew[usable] = dew_point(dry[usable], np.clip(humidity[usable] / 100.0, 1e-3, 1.0))
        reading.notes.append(say("dew point worked out from the relative humidity in {hours}", hours=counted(int(usable.sum()), "hour")))
    none = np.flatnonzero(np.isnan(dew))
    if len(none):
        at = int(none[0])
        reading.wrong(
            say(
                "no dew point and no relative humidity above 0 in {hours}, the first {when}; fill the gaps",
                hours=counted(len(none), "hour"),
                when=_when(table, at),
            ),
            table.lines[at],
        )
    over = np.nan_to_num(dew - dry)
    if over.max() > _ROUNDING:
        at = int(over.argmax())
        reading.wrong(
            say(
                "dew point {dew:g} above the air temperature {dry:g} degC at {when}, one of {hours}; expected at most as high",
                dew=dew[at],
                dry=dry[at],
                when=_when(table, at),
                hours=counted(int((over > _ROUNDING).sum()), "hour"),
            ),
            table.lines[at],
        )
    elif over.max() > 0.0:
        reading.notes.append(
            say(
                "dew point lowered to the air temperature in {hours}, by at most {most:.1f} K",
                hours=counted(int((over > 0.0).sum()), "hour"),
                most=over.max(),
            )
        )
    return np.minimum(dew, dry)
