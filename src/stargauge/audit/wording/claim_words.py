"""A claim in a few words: what it compares, its threshold and deadline, and by how much it misses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from stargauge.audit.claims.language import Comparison, Reading, leaves, parse
from stargauge.audit.claims.verdict import ReadingVerdict
from stargauge.audit.wording.answer import COUNTED, counting, with_counted
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import STAGES
from stargauge.quantity.units import figures, show, split_number, unit


def month_words(when: date, words: Messages) -> str:
    """`Sep 2026`."""
    return words.short_date(when.year, when.month)


def day_words(when: date) -> str:
    """`24 Sep 2026`."""
    return f"{when.day} {when:%b %Y}"


def weight_of(reading: ReadingVerdict) -> float:
    """Money first, then jobs, then power; the largest threshold of its kind."""
    comparison = comparison_of(reading)
    if comparison is None:
        return -1.0
    rank = {"capital_deployed": 3, "jobs_direct": 2, "jobs_total": 2, "power_facility": 1, "power_it": 1}.get(comparison.address.name, 0)
    value = threshold_of(comparison)
    return rank * 1e30 + value


def comparison_of(reading: ReadingVerdict) -> Comparison | None:
    """What a reading compares with what: the first comparison of it; None where its text is no expression."""
    try:
        parsed: Reading = parse(reading.expression)
    except InputError:
        return None
    return next((leaf for leaf in leaves(parsed) if isinstance(leaf, Comparison)), None)


def threshold_of(comparison: Comparison) -> float:
    """The number that is compared with, in SI units."""
    number, name = split_number(comparison.threshold.text)
    return number * unit(name or "1").factor


def off_by(reading: ReadingVerdict, words: Messages = ENGLISH) -> str:
    """How much is missing in the middle, with what it counts: `0.56 GW`, `1 building`, `49 points`; empty where nothing is."""
    margin, comparison = reading.margin, comparison_of(reading)
    if margin is None or not margin.p50 < 0:
        return ""
    missing = show(-margin.p50, margin.unit, notation=words.notation)
    if margin.unit != "1" or comparison is None:
        return missing
    if comparison.share:
        return words.say("counted", number=figures(-100 * margin.p50, notation=words.notation), unit=words.texts["points"])
    return with_counted(missing, margin.p50, comparison.address.name, words)


def counts(reading: ReadingVerdict, words: Messages = ENGLISH) -> str:
    """What the margin of a reading counts, where it counts things: `chips`; else empty."""
    name = counting(parse(reading.expression)) if reading.margin is not None and reading.margin.unit == "1" else ""
    return words.notation.unit(COUNTED[name][1]) if name in COUNTED else ""


def claim_words(comparison: Comparison, words: Messages, names: Mapping[str, str] | None = None) -> str:
    """`500 bn USD deployed by Jan 2029`."""
    time, name = comparison.time, comparison.address.name
    when = words.say(f"short_{time.kind}", month=month_words(time.end, words)) if time and time.kind != "over" else ""
    place = [label for label in comparison.address.labels if label not in STAGES]
    where = words.say("short_at", places=", ".join((names or {}).get(label, label) for label in place)) if 0 < len(place) <= 2 else ""
    one = words.texts.get(f"noun_{name} one") if comparison.threshold.value == 1.0 else None
    noun = one or words.texts.get(f"noun_{name}") or (words.quantities[name].text if name in words.quantities else name.replace("_", " "))
    return words.say("short", amount=_threshold_text(comparison.threshold.text, words), noun=noun, where=where, when=when)


def _threshold_text(text: str, words: Messages) -> str:
    """A threshold as the file has it, its number and unit as the language writes them."""
    if words is ENGLISH:
        return text.replace("_", ",")
    number, name = split_number(text)
    told = words.notation.number(f"{number:,.15g}")
    return f"{told} {words.notation.unit(name, told)}".strip()


def reading_words(reading: ReadingVerdict, names: Mapping[str, str], words: Messages) -> str:
    """What a reading says in a few words; its sentence where it compares nothing."""
    comparison = comparison_of(reading)
    return claim_words(comparison, words, names) if comparison else reading.sentence
