"""A reading as a sentence: what exactly would have to be so, when, and how the date is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from stargauge.audit.claims.binding import Axes
from stargauge.audit.claims.language import AllOf, AnyOf, Comparison, Not, NotTestable, Reading, Record, Threshold, Time, parse_moment
from stargauge.audit.wording.input_names import PLURAL
from stargauge.audit.wording.messages import ENGLISH, Messages, Phrase
from stargauge.quantity.address import Address
from stargauge.quantity.dates import month_end
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import FIXED_AXES, Quantity
from stargauge.quantity.units import split_number


class Names:
    """How labels are called: given names, else the id in words; and on which axis a label stands."""

    def __init__(
        self,
        axes: Axes,
        quantities: Mapping[str, Quantity] | None = None,
        given: Mapping[str, str] | None = None,
        words: Messages = ENGLISH,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.axes = {**FIXED_AXES, **axes}
        self.quantities, self.given, self.words, self.texts = quantities or {}, given or {}, words, texts or {}

    def text(self, written: str) -> str:
        """A text of the programme file in the language of the words, where the file has it; else as it is written."""
        return self.texts.get(written, written)

    def name(self, label: str) -> str:
        """`abilene` -> Abilene; of a contract between two parties, their names; of any other its id."""
        if label in self.axes.get("line", ()):
            return self._contract(label)
        if label in self.axes.get("chip", ()) and label not in self.given:
            return label.replace("-", " ").upper()
        named = self.given.get(label) or self.texts.get(label) or self.words.labels.get(label)
        return self.text(named or label.replace("-", " ").replace("_", " ").title())

    def _contract(self, label: str) -> str:
        """`openai-oracle` -> OpenAI–Oracle where both are parties, else the id as it is."""
        parties = self.axes.get("party", ())
        return next((f"{self.name(a)}–{self.name(b)}" for a in parties for b in parties if label == f"{a}-{b}"), label)

    def record(self, name: str) -> str:
        """What a record is called: as the file says; else its id in words, names of parties and sites in it: Deal with OpenAI signed."""
        said = self.texts.get(name) or " ".join(self.given.get(word, word) for word in re.split(r"-(?!\d\d$)", name))
        return said[:1].upper() + said[1:]

    def axis(self, label: str, address: Address) -> str:
        """The axis of a label, among those of its quantity where it is known."""
        made = self.quantities.get(address.name)
        order = made.axes if made else tuple(self.axes)
        return next((axis for axis in order if label in self.axes.get(axis, ())), "other")

    def listed(self, labels: Sequence[str]) -> str:
        """`A, B and C`."""
        named = [self.name(label) for label in labels]
        return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} {self.words.labels['and']} {named[-1]}" if named else ""


def sentence(reading: Reading, names: Names, after_that: bool = False) -> str:
    """The reading in words, without a full stop; begins in lower case so that it can stand inside another sentence.

    `after_that`: in the order of words that a clause has after "that".
    """
    words = names.words
    match reading:
        case Comparison():
            return _comparison(reading, names, after_that)
        case Record():
            return _record(reading, names, after_that)
        case Not(Record(op=None) as part):
            return words.clause("record_not", after_that, id=names.record(part.id), time=_record_time(part.time, words))
        case Not(part):
            return words.clause("not", after_that, part=_grouped(part, names, after_that=True))
        case AllOf(parts):
            return words.texts["all"].join(_grouped(part, names, after_that) for part in parts)
        case AnyOf(parts):
            return words.texts["any"].join(_grouped(part, names, after_that) for part in parts)
        case NotTestable(reason):
            return words.say("cannot_test_because", reason=names.text(reason)) if reason else words.texts["cannot_test"]


def _grouped(part: Reading, names: Names, after_that: bool) -> str:
    said = sentence(part, names, after_that)
    return names.words.say("group", part=said) if isinstance(part, (AllOf, AnyOf)) else said


def phrase(name: str, words: Messages) -> Phrase:
    """What a quantity is called: by its phrase, that of an input, else its name in words."""
    if called := words.quantities.get(name):
        return called
    if called_so := words.inputs.get(name):
        return Phrase(called_so, name in PLURAL)
    return Phrase(name.replace("_", " "), name.endswith("s"))


def subject(address: Address, names: Names, place: str = "") -> str:
    """`facility power that runs at Abilene`, `buildings that run at Abilene`.

    `place`: where in a sentence it stands (`subject`, `whole` of a share, `about`), for languages that put an article before it there.
    """
    words, called = names.words, phrase(address.name, names.words)
    grouped = dict[str, list[str]]()
    for label in address.labels:
        grouped.setdefault(names.axis(label, address), []).append(label)
    alone = called.at_one_site and len(grouped.get("site", ())) == 1
    said = [words.article(place, called) + (called.at_one_site if alone else called.text)]
    for stage in grouped.pop("stage", []):
        said.append((called.plural and words.labels.get(f"{stage} many")) or words.labels[stage])
    for means in grouped.pop("means", []):
        said.append(words.labels[f"means {means}"])
    for axis, labels in grouped.items():
        key = "lines" if axis == "line" and len(labels) > 1 else axis if axis in words.labels else "other"
        said.append(words.labels[key].format(names=names.listed(labels)))
    return " ".join(said)


def _comparison(reading: Comparison, names: Names, after_that: bool) -> str:
    words = names.words
    about = subject(reading.address, names, "subject")
    if reading.share:
        whole = reading.whole or Address(reading.address.name)
        parts = [label for label in reading.address.labels if label not in whole.labels]
        about = words.say("share", part=names.listed(parts), whole=subject(whole, names, "whole"))
    number = "many" if phrase(reading.address.name, words).plural and not reading.share else "one"
    kind = reading.time.kind if reading.time else "on"
    key = {"on": "state", "over": "sum", "by": "reached" if reading.op in (">=", ">") else "state_once"}[kind]
    return words.clause(
        f"{key}_{number}", after_that, subject=about, op=words.operators[reading.op], value=written(reading.threshold, words),
        time=_model_time(reading.time, words), remark=_remark(reading.time, words),
    )  # fmt: skip


def written(threshold: Threshold | str, words: Messages = ENGLISH) -> str:
    """A threshold exactly as stated, thousands separated: `100,000`, `1.15 GW`, `100 bn USD`."""
    text = threshold if isinstance(threshold, str) else threshold.text
    try:
        number, given = split_number(text)
    except InputError:
        return text
    said = words.notation.number(f"{number:,.12g}".replace("-", "−"))
    return f"{said} {words.notation.unit(given, said)}".strip()


def _model_time(time: Time | None, words: Messages) -> str:
    if time is None:
        return ""
    if time.kind == "over":
        return words.say("span", first=words.month(time.start), last=words.month(time.end))
    return words.say(time.kind, month=words.month(time.end))


def _remark(time: Time | None, words: Messages) -> str:
    """How a date within a month is read; nothing where there is none."""
    if time is None or time.kind == "over" or time.end == month_end(time.end):
        return ""
    return words.say("said_date", day=words.day(time.end))


def _record(reading: Record, names: Names, after_that: bool) -> str:
    words, said = names.words, names.record(reading.id)
    time = _record_time(reading.time, words)
    if reading.op is None or reading.value is None:
        return words.clause("record", after_that, id=said, time=time)
    dated = parse_moment(reading.value) is not None
    op, value = words.operators[f"moment {reading.op}" if dated else reading.op], moment_text(reading.value, words)
    return words.clause("record_moment" if dated else "record_compared", after_that, id=said, op=op, value=value, time=time)


def moment_text(value: str, words: Messages = ENGLISH) -> str:
    """A threshold of a record: a time as it is written, else a number."""
    return words.moment(value) if parse_moment(value) else written(value, words)


def _record_time(time: Time | None, words: Messages) -> str:
    if time is None:
        return ""
    if time.kind == "over":
        return words.say("record_over", first=words.day(time.start), last=words.day(time.end))
    return words.say(f"record_{time.kind}", day=words.day(time.end))
