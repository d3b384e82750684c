"""Readings against what exists: quantities, labels, units and months; thresholds become floats, shares learn their whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from stargauge.audit.claims.language import AllOf, AnyOf, Comparison, Not, NotTestable, Reading, Record, fault, leaves
from stargauge.quantity.address import SHARED_AXES, resolve, whole_of
from stargauge.quantity.dates import month_label
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.quantity import FIXED_AXES, Quantity, find
from stargauge.quantity.spoken import say
from stargauge.quantity.units import convert, parse_number, split_number, unit

#: Units of things one counts: a bare number needs no unit.
COUNTED = frozenset({"job"})

Axes = Mapping[str, Sequence[str]]


def check(
    reading: Reading, quantities: Mapping[str, Quantity], axes: Axes, records: Collection[str] | None = None, text: str = ""
) -> Reading:
    """The reading with thresholds in its quantities' units and each share's whole. Raises InputError with all faults at once.

    Each fault says where, what was expected and the nearest name. `records`: the ids that exist; left out, any id will do.
    """
    text = text or str(reading)
    faults = list[Fault]()
    made = _bound(reading, quantities, {**FIXED_AXES, **axes}, records, text, faults)
    if faults:
        raise InputError(faults)
    return made


def _bound(
    reading: Reading, quantities: Mapping[str, Quantity], axes: Axes, records: Collection[str] | None, text: str, faults: list[Fault]
) -> Reading:
    match reading:
        case Comparison():
            try:
                return _bound_comparison(reading, quantities, axes, text)
            except InputError as error:
                faults.extend(error.faults)
                return reading
        case Record(id=name):
            if records is not None and name not in records:
                faults.extend(
                    fault(say('there is no record "{name}"{near}', name=name, near=did_you_mean(name, records)), text, reading.at).faults
                )
            return reading
        case Not(part):
            return Not(_bound(part, quantities, axes, records, text, faults))
        case AllOf(parts):
            return AllOf(tuple(_bound(part, quantities, axes, records, text, faults) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_bound(part, quantities, axes, records, text, faults) for part in parts))
        case NotTestable():
            return reading


def _bound_comparison(reading: Comparison, quantities: Mapping[str, Quantity], axes: Axes, text: str) -> Comparison:
    try:
        made = resolve(reading.address, quantities, axes).quantity
    except InputError as error:
        raise fault(str(error), text, reading.at) from None
    wanted = "1" if reading.share else made.unit
    try:
        value = threshold_value(reading.threshold.text, wanted)
    except InputError as error:
        raise fault(
            say("{address} is in {wanted}: {error}", address=reading.address, wanted=wanted, error=error), text, reading.threshold.at
        ) from None
    if wrong := _wrong_time(reading, made, axes):
        raise fault(wrong, text, reading.time.at if reading.time else reading.at)
    whole = whole_of(reading.address, made, axes) if reading.share else None
    if whole == reading.address:
        raise fault(
            say(
                "a share needs a label of {shared_axes}; {address} is the whole",
                shared_axes=say(" or ").join(SHARED_AXES),
                address=reading.address,
            ),
            text,
            reading.at,
        )
    return replace(reading, threshold=replace(reading.threshold, value=value, unit=wanted), whole=whole)


def threshold_value(text: str, wanted: str) -> float:
    """A threshold as a float in the wanted unit; a bare number is accepted for what is counted."""
    if wanted in COUNTED and not split_number(text)[1]:
        return split_number(text)[0]
    return parse_number(text, wanted)


def _wrong_time(reading: Comparison, made: Quantity, axes: Axes) -> str:
    time = reading.time
    if "month" not in made.axes:
        return say("{name} has no months; leave out the date", name=made.name) if time else ""
    if time is None:
        form = "over FROM..TO" if made.flow else "on DATE or by DATE"
        return say('{name} moves from month to month; expected "{form}"', name=made.name, form=form)
    if made.flow != (time.kind == "over"):
        return say(
            '{name} is a flow, expected "over FROM..TO"; got "{time}"'
            if made.flow
            else '{name} is a stock, expected "on DATE" or "by DATE"; got "{time}"',
            name=made.name,
            time=time,
        )
    months = axes.get("month", ())
    if months and not months[0] <= month_label(time.start) <= month_label(time.end) <= months[-1]:
        return say('"{time}" lies outside the months of the programme, {first} to {last}', time=time, first=months[0], last=months[-1])
    return ""


def unknown_labels(reading: Reading, quantities: Mapping[str, Quantity], axes: Axes) -> tuple[str, ...]:
    """The labels a reading names which do not exist (on this knowledge date), in their order."""
    axes = {**FIXED_AXES, **axes}
    out = dict[str, None]()
    for leaf in leaves(reading):
        if isinstance(leaf, Comparison):
            made = find(leaf.address.name, dict(quantities))
            known = {label for axis in made.axes if axis not in ("draw", "month") for label in axes.get(axis, ())}
            out.update((label, None) for label in leaf.address.labels if label not in known)
    return tuple(out)


def comparable(value: float, given: str, text: str) -> tuple[float, float, str]:
    """A recorded value and a threshold's text in one unit: (value, threshold, unit). Raises InputError where kinds differ."""
    number, named = split_number(text)
    if not named and (given in COUNTED or not unit(given or "1").dimension):
        return value, number, given or "1"
    return value, convert(number, named or "1", given or "1"), given or "1"
