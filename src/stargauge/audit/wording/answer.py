"""What may be printed: the answer to a reading and to a claim, in the words of the message table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from stargauge.audit.claims.language import Comparison, Not, NotTestable, Reading, Record, Time, deadline, leaves
from stargauge.audit.claims.record import NO_CAPTURE, NO_RECORD, related
from stargauge.audit.claims.verdict import GIVEN, GIVEN_NOT, NOT_TESTABLE, OPEN, SILENT, TOO_THIN, Judgement, Setting, sites_of
from stargauge.audit.wording.messages import Messages
from stargauge.audit.wording.sentence import subject
from stargauge.audit.wording.words import attribution, odds, publisher_of, sentence_case
from stargauge.quantity.address import Address
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.statement import Statement
from stargauge.quantity.units import figures, show

#: What a number without a unit counts, by its quantity.
COUNTED = {"buildings": ("building", "buildings"), "accelerators": ("chip", "chips"), "racks": ("rack", "racks")}


def counting(reading: Reading) -> str:
    """The quantity of which every number in a reading is; empty where there are several, or a share."""
    names = {leaf.address.name for leaf in leaves(reading) if isinstance(leaf, Comparison) and not leaf.share}
    return names.pop() if len(names) == 1 and not any(isinstance(leaf, Record) for leaf in leaves(reading)) else ""


def with_counted(text: str, value: float, name: str, words: Messages) -> str:
    """A number with what it counts, where its quantity counts things: `4,720 chips`."""
    one, many = COUNTED.get(name, ("", ""))
    single = abs(value) == 1
    return words.say("counted", number=text, unit=words.notation.unit(one if single else many, "1" if single else "")).strip()


def compared_value(reading: Reading, margin: float) -> float | None:
    """What is compared, from how far off it is; None where a reading is no single comparison with a number."""
    part, sign = reading, 1.0
    while isinstance(part, Not):
        part, sign = part.part, -sign
    if not isinstance(part, Comparison) or part.threshold.value is None or part.op == "==":
        return None
    return part.threshold.value + margin * (sign if part.op in (">=", ">") else -sign)


def answer(reading: Reading, made: Judgement, setting: Setting) -> str:
    """One sentence without a full stop: outcome and record, or odds, or why there is neither."""
    words = setting.names.words
    if made.status == NOT_TESTABLE:
        return _not_testable(reading, made, setting)
    if made.status == TOO_THIN:
        return words.say("too_thin", day=words.day(setting.as_of), missing=_missing(reading, made, setting))
    if made.status == NO_RECORD:
        return words.texts["no_record"]
    if made.status == NO_CAPTURE:
        return words.texts["no_capture"] + (words.texts["third_parties"] if made.found.looked_at else "")
    if made.status in (OPEN, SILENT):
        return _unsettled(reading, made, setting)
    if made.status in (GIVEN, GIVEN_NOT):
        return words.texts[made.status]
    return _outcome(reading, made, setting)


def _not_testable(reading: Reading, made: Judgement, setting: Setting) -> str:
    words, names = setting.names.words, setting.names.listed(made.missing)
    if made.unknowable:
        return words.say("not_knowable", names=names)
    if made.partial:
        return words.say("parts_absent", names=names)
    reason = reading.reason if isinstance(reading, NotTestable) else ""
    return words.say("not_testable_because", reason=setting.names.text(reason)) if reason else words.texts["not testable"]


def _missing(reading: Reading, made: Judgement, setting: Setting) -> str:
    words = setting.names.words
    comparisons = [leaf for leaf in leaves(reading) if isinstance(leaf, Comparison)]
    unknown = [
        name for name in made.missing if not any(name in setting.names.axes.get(axis, ()) for axis in ("site", "phase", "party", "line"))
    ]
    if unknown and set(unknown) == set(made.missing) and comparisons[0].address.name not in unknown:
        return words.say("missing_labels", names=setting.names.listed(unknown))
    stages = [label for leaf in comparisons for label in leaf.address.labels if label in words.reasons]
    if stages:
        return words.reasons[stages[0]]
    return words.say("missing_values", subject=subject(comparisons[0].address, setting.names, "about"))


def _unsettled(reading: Reading, made: Judgement, setting: Setting) -> str:
    words = setting.names.words
    if made.odds is None:
        last = deadline(reading) or setting.as_of
        held = made.found.looked_at
        if not held:
            return words.say("open_empty", day=words.day(last))
        return words.say("open_record", day=words.day(last), value=recorded(held[-1:], setting, reading))
    said = odds(made.odds.probability, made.odds.model_range, words)
    if made.status == SILENT:
        return words.texts["silent"] + words.say("silent_odds", odds=said) + _most(reading, setting)
    return sentence_case(said) + words.say("known_on", day=words.day(setting.as_of))


def _outcome(reading: Reading, made: Judgement, setting: Setting) -> str:
    words = setting.names.words
    last = deadline(reading)
    early = last is not None and setting.as_of < last
    when = "" if early else _when(reading, words)
    said = sentence_case(words.say("outcome_when" if when else "outcome", status=words.texts[made.status], when=when))
    if made.settled_by == "arithmetic":
        return said + _computed(reading, made, setting) + _most(reading, setting)
    deciding = made.found.deciding
    if made.status == "partly met":
        texts = setting.names.texts
        parts = [
            words.say("conflict_part", value=value_text(s, words, texts), source=publisher_of(s.source, setting.sources, texts))
            for s in deciding
        ]
        return said + words.say("conflict", values="; ".join(parts))
    if all(isinstance(s.value, bool) for s in deciding):
        return said + words.texts["recorded_yes" if made.status == "met" else "recorded_no"] + _whose(deciding, setting)
    return said + words.say("recorded", value=recorded(deciding, setting, reading))


def _computed(reading: Reading, made: Judgement, setting: Setting) -> str:
    """What the model has in the middle where all draws agree: the threshold and the margin."""
    words = setting.names.words
    value = None if made.margin is None else compared_value(reading, made.margin.p50)
    if value is None or made.margin is None:
        return words.texts["settled_by_all_draws"]
    unit, share = made.margin.unit, any(isinstance(leaf, Comparison) and leaf.share for leaf in leaves(reading))
    told = (
        words.say("percent", number=figures(100 * value, notation=words.notation)) if share else show(value, unit, notation=words.notation)
    )
    if unit == "1" and not share:
        told = with_counted(told, value, counting(reading), words)
    key = "settled_by_arithmetic" if sites_of(reading, setting) else "settled_by_figures"
    return words.say(key, value=told)


def _most(reading: Reading, setting: Setting) -> str:
    """The largest recorded part of what was asked, where only parts are on record."""
    parts = [(address, s) for address, s in related(setting.archive, reading, setting.quantities) if isinstance(s.value, float | int)]
    if not parts:
        return ""
    address, statement = max(parts, key=lambda part: float(part[1].value))  # type: ignore[arg-type]
    words = setting.names.words
    return words.say("part_recorded", value=recorded((statement,), setting), subject=subject(address, setting.names))


def _when(reading: Reading, words: Messages) -> str:
    """The date that decides: that of the last part with a time."""
    times = [leaf.time for leaf in leaves(reading) if leaf.time]
    if not times:
        return ""
    last: Time = max(times, key=lambda time: time.end)
    if last.kind == "over":
        return words.say("over_days", first=words.day(last.start), last=words.day(last.end))
    return words.say(f"{last.kind}_day", day=words.day(last.end))


def recorded(statements: Sequence[Statement], setting: Setting, reading: Reading | None = None) -> str:
    """The value of the last of some statements, and whose it is where no source of grade A or B holds it.

    `reading`: what was asked, whose quantity says what a number without a unit counts.
    """
    last, words = statements[-1], setting.names.words
    text = value_text(last, words, setting.names.texts)
    if reading is not None and (last.unit or "1") == "1" and isinstance(last.value, int | float) and not isinstance(last.value, bool):
        text = with_counted(text, float(last.value), counting(reading), words)
    return text + _whose(statements, setting)


def _whose(statements: Sequence[Statement], setting: Setting) -> str:
    quoted = attribution(statements, setting.sources, setting.names.words, setting.names.texts)
    return f" ({quoted})" if quoted else ""


def value_text(statement: Statement, words: Messages, texts: Mapping[str, str] | None = None) -> str:
    """A recorded value as people read it. `texts`: those of the file in the language of the words."""
    value = statement.value
    if isinstance(value, bool):
        return words.texts["yes" if value else "no"]
    if isinstance(value, Distribution):
        shown = (show(value.quantile(q), statement.unit, value.quantile(0.9), words.notation) for q in (0.1, 0.9))
        return words.say("between", **dict(zip(("low", "high"), shown, strict=True)))
    if isinstance(value, Window):
        return words.moment(statement.text if "T" in statement.text else str(value))
    return (texts or {}).get(value, value) if isinstance(value, str) else show(float(value), statement.unit or "1", notation=words.notation)


def statement_dict(about: str | Address, statement: Statement, setting: Setting, *, decides: bool) -> dict[str, Any]:
    """A recorded statement as plain data, with its source's publisher, address and grade."""
    source = setting.sources.get(statement.source)
    value = statement.value
    return {
        "of": str(about), "about": subject(about, setting.names) if isinstance(about, Address) else setting.names.record(about),
        "value": value if isinstance(value, (bool, int, float, str)) else str(value), "unit": statement.unit,
        "text": value_text(statement, setting.names.words, setting.names.texts),
        "as_of": _text(statement.as_of), "published": _text(statement.published),
        "source": statement.source, "publisher": publisher_of(statement.source, setting.sources, setting.names.texts),
        "url": getattr(source, "url", "") or "",
        "status": statement.status, "grade": statement.grade or getattr(source, "grade", None), "note": statement.note, "decides": decides,
    }  # fmt: skip


def _text(when: Window | date | None) -> str | None:
    return None if when is None else str(when)


def record_of(reading: Reading, made: Judgement, setting: Setting) -> tuple[dict[str, Any], ...]:
    """Every statement looked at for a reading, with those that decided marked."""
    out = list[dict[str, Any]]()
    for leaf in leaves(reading):
        about = leaf.id if isinstance(leaf, Record) else leaf.address
        for statement in setting.archive.held(about):
            out.append(statement_dict(about, statement, setting, decides=statement in made.found.deciding))
    out += [statement_dict(address, s, setting, decides=False) for address, s in related(setting.archive, reading, setting.quantities)]
    return tuple(row for index, row in enumerate(out) if row not in out[:index])


def claim_answer(parts: Sequence[tuple[str, str, str]], words: Messages) -> str:
    """The answer to a claim from (name, status, answer) of its readings: one where all statuses agree, else it depends on the reading."""
    if not parts:
        return words.texts["not testable"]
    if len({status for _, status, _ in parts}) == 1:
        return parts[0][2]
    return words.say("depends", parts="; ".join(words.say("depends_part", name=name, answer=said) for name, _, said in parts))
