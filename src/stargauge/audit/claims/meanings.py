"""What a word in a claim can mean: which quantity, stage, means, generation, deadline or places; and a reading with other meanings.

The meanings tried are data (`meanings.toml`), our choice and labelled so. A sense holds one choice per word; a reading has its own sense,
and with another one it is another reading of the same form: the same operator, number and labels that no word stands for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from stargauge.audit.claims.binding import Axes
from stargauge.audit.claims.language import AllOf, AnyOf, Comparison, Not, NotTestable, Reading, Record, Time, leaves
from stargauge.audit.claims.verdict import UNSITED
from stargauge.audit.jobs.job_definitions import COUNTS, counted_as, dated
from stargauge.audit.jobs.job_definitions import NAMES as JOB_NAMES
from stargauge.audit.wording.sentence import Names, phrase
from stargauge.audit.wording.words import sentence_case
from stargauge.quantity.address import Address
from stargauge.quantity.dates import month_label
from stargauge.quantity.quantity import Quantity
from stargauge.reading.days import shifted
from stargauge.reading.drafting import draft

DATA = Path(__file__).with_name("meanings.toml")
#: Where `choices_of` says that the choices are the ways to count jobs.
JOBS = "job definitions"
QUANTITY, LABEL, CHIP, DEADLINE, PLACE = "quantity", "label", "chip", "deadline", "place"
#: The stage of what draws power, where a quantity has no stages because it speaks of that alone.
RUNNING = "operational"
#: Choices of the accelerators beside a named generation, and of places.
ANY_CHIP, H100E = "accelerators", "compute_h100e"
EVERYWHERE, NAMED = "everywhere", "named"

#: By word the choice that a reading makes, as an id.
Sense = Mapping[str, str]


@dataclass(frozen=True)
class Word:
    """One word: its id, what kind of choice it is, the choices, and what a kind of choice needs."""

    id: str
    kind: str
    choices: tuple[str, ...]
    axis: str = ""
    months: tuple[int, ...] = ()
    horizon: bool = False

    @property
    def quantities(self) -> tuple[str, ...]:
        """The quantities that a reading may name for this word; none where it is no choice of quantities."""
        if self.kind not in (QUANTITY, CHIP):
            return ()
        return tuple(dict.fromkeys((*self.choices, *JOB_NAMES))) if self.id == "jobs" else self.choices


@cache
def words() -> tuple[Word, ...]:
    """The words in the order of the file."""
    return tuple(_word(name, made) for name, made in _data().items() if isinstance(made, dict))


@cache
def most() -> int:
    """How many definitions of a claim are judged at most."""
    return int(_data()["most"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def _word(name: str, made: Mapping[str, Any]) -> Word:
    choices = tuple(one.name for one in COUNTS) if made.get("choices_of") == JOBS else tuple(made.get("choices", ()))
    return Word(name, made["kind"], choices, made.get("axis", ""), tuple(made.get("months", ())), bool(made.get("horizon")))


@dataclass(frozen=True)
class Setting:
    """What choices are made of: the quantities, the labels, the first and the last day of the clock."""

    quantities: Mapping[str, Quantity]
    axes: Axes
    horizon: date

    def axis(self, name: str) -> tuple[str, ...]:
        """The labels along an axis."""
        return tuple(self.axes.get(name, ()))

    def over(self, quantity: str, axis: str) -> bool:
        """Whether a quantity has an axis."""
        return axis in self.quantities[quantity].axes

    @property
    def named_sites(self) -> tuple[str, ...]:
        """The sites that have a name: all but what is pledged without one."""
        return tuple(site for site in self.axis("site") if site != UNSITED)


# --- the sense that a reading has -------------------------------------------------------------------------------------------------


def sense_of(reading: Reading, setting: Setting) -> dict[str, str]:
    """The choices that a reading makes, by word; a word on which its parts differ is none that it makes."""
    found: dict[str, set[str]] = {}
    for leaf in leaves(reading):
        if isinstance(leaf, Comparison):
            for word in words():
                if (choice := _own(word, leaf, setting)) is not None:
                    found.setdefault(word.id, set()).add(choice)
    return {word: next(iter(choices)) for word, choices in found.items() if len(choices) == 1}


def _own(word: Word, leaf: Comparison, setting: Setting) -> str | None:
    """The choice a comparison makes of a word; None where the word has no part in it."""
    name, labels = leaf.address.name, leaf.address.labels
    if word.kind == QUANTITY:
        return counted_as(name) if name in word.quantities else None
    if word.kind == CHIP:
        chips = [label for label in labels if label in setting.axis("chip")]
        return None if name not in word.quantities or len(chips) > 1 else chips[0] if chips else name
    if word.kind == LABEL:
        return _own_label(word, name, labels, setting)
    if word.kind == DEADLINE:
        time = dated(leaf.time, setting.horizon) if name in JOB_NAMES else leaf.time
        return str(time.end) if time is not None and time.kind == "by" else None
    return _own_place(leaf, setting)


def _own_label(word: Word, name: str, labels: Sequence[str], setting: Setting) -> str | None:
    if setting.over(name, word.axis):
        return next((label for label in labels if label in word.choices), None)
    return RUNNING if word.axis == "stage" and name in _powers() else None


def _own_place(leaf: Comparison, setting: Setting) -> str | None:
    if not setting.over(leaf.address.name, "site") or leaf.share:
        return None
    sites = [label for label in leaf.address.labels if label in setting.axis("site")]
    if not sites:
        return EVERYWHERE
    return NAMED if set(sites) == set(setting.named_sites) else ", ".join(sorted(sites))


@cache
def _powers() -> tuple[str, ...]:
    return next((word.choices for word in words() if word.id == "power"), ())


# --- the choices of a claim -------------------------------------------------------------------------------------------------------


def choices_of(claim: Any, senses: Sequence[Sense], setting: Setting) -> dict[str, tuple[str, ...]]:
    """By word the choices tried for a claim: those its readings make, and the others of the word; words with one choice are left out."""
    out: dict[str, tuple[str, ...]] = {}
    for word in words():
        own = list(dict.fromkeys(sense[word.id] for sense in senses if word.id in sense))
        if own and len(made := _choices(word, own, claim, setting)) > 1:
            out[word.id] = made
    return out


def _choices(word: Word, own: Sequence[str], claim: Any, setting: Setting) -> tuple[str, ...]:
    if word.kind == DEADLINE:
        return _deadlines(word, own, claim, setting)
    if word.kind == PLACE:
        whole = EVERYWHERE in own and UNSITED in setting.axis("site")
        return tuple(dict.fromkeys((*own, *(word.choices if whole else ()))))
    if word.kind == CHIP:
        chips = [choice for choice in own if choice not in word.choices]
        return (*chips, *word.choices)
    return tuple(dict.fromkeys((*word.choices, *own)))


def _deadlines(word: Word, own: Sequence[str], claim: Any, setting: Setting) -> tuple[str, ...]:
    """Deadlines one after another, of one month one: that of the readings before any other. None are tried where the claim names a date."""
    tried = list(own)
    if not names_a_date(str(claim.says)):
        days = [shifted(claim.day.start, count, "month") for count in word.months] + ([setting.horizon] if word.horizon else [])
        tried += [str(day) for day in days if claim.day.start < day <= setting.horizon]
    by_month = dict[str, str]()
    for day in tried:
        by_month.setdefault(day[:7], day)
    clock = setting.axis("month")
    return tuple(day for _, day in sorted(by_month.items()) if month_label(date.fromisoformat(day)) in clock)


def names_a_date(says: str) -> bool:
    """Whether a claim names a date or a span of time itself, as the reader of articles finds them in either language."""
    return any(draft(says, language).dates for language in ("en", "de"))


# --- a reading with another sense -------------------------------------------------------------------------------------------------


def form_of(reading: Reading, varied: Collection[str], setting: Setting) -> str:
    """What is left of a reading when the words that are varied are taken out: readings of one form differ in what these mean alone."""
    match reading:
        case Comparison():
            return _form_of_leaf(reading, varied, setting)
        case Not(part):
            return f"not ({form_of(part, varied, setting)})"
        case AllOf(parts) | AnyOf(parts):
            joint = " and " if isinstance(reading, AllOf) else " or "
            return joint.join(f"({form_of(part, varied, setting)})" for part in parts)
        case Record() | NotTestable():
            return str(reading)


def _form_of_leaf(leaf: Comparison, varied: Collection[str], setting: Setting) -> str:
    taken = [word for word in words() if word.id in varied and _own(word, leaf, setting) is not None]
    axes = {word.axis or {CHIP: "chip", PLACE: "site"}.get(word.kind, "") for word in taken}
    name = "" if any(word.quantities for word in taken) else leaf.address.name
    labels = sorted(label for label in leaf.address.labels if _axis(label, leaf.address, setting) not in axes)
    time = "" if any(word.kind == DEADLINE for word in taken) else str(leaf.time)
    return " ".join([name, *labels, str(leaf.share), leaf.op, leaf.threshold.text, time, *(word.id for word in taken)])


def possible(reading: Reading, sense: Sense, setting: Setting) -> bool:
    """Whether a reading can be meant so: what has no stages is what runs, what has no sites is everywhere, and no other label is lost."""
    pairs = zip(leaves(reading), leaves(meant(reading, sense, setting)), strict=True)
    return all(_keeps(old, new, sense, setting) for old, new in pairs if isinstance(old, Comparison) and isinstance(new, Comparison))


def _keeps(old: Comparison, new: Comparison, sense: Sense, setting: Setting) -> bool:
    name = new.address.name
    if sense.get("stage", RUNNING) != RUNNING and not setting.over(name, "stage"):
        return False
    if sense.get("place", EVERYWHERE) != EVERYWHERE and not setting.over(name, "site"):
        return False
    return all(setting.over(name, axis) for axis in _axes_of(old.address, setting) if axis not in ("stage", "chip"))


def meant(reading: Reading, sense: Sense, setting: Setting) -> Reading:
    """A reading with the choices of a sense, not checked yet; what no word of it stands for stays."""
    match reading:
        case Comparison():
            return _leaf(reading, sense, setting)
        case Not(part):
            return Not(meant(part, sense, setting))
        case AllOf(parts):
            return AllOf(tuple(meant(part, sense, setting) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(meant(part, sense, setting) for part in parts))
        case Record() | NotTestable():
            return reading


def _leaf(leaf: Comparison, sense: Sense, setting: Setting) -> Comparison:
    chosen = {word: choice for word, choice in sense.items() if _own(_by_id()[word], leaf, setting) is not None}
    name = _quantity(leaf.address.name, chosen)
    labels = [*_labels(leaf.address, name, chosen, setting)]
    time = dated(leaf.time, setting.horizon) if name in JOB_NAMES else leaf.time
    if "deadline" in chosen:
        end = date.fromisoformat(chosen["deadline"])
        time = Time("by", end, end)
    return replace(leaf, address=Address(name, tuple(labels)), time=time, whole=None)


@cache
def _by_id() -> dict[str, Word]:
    return {word.id: word for word in words()}


def _quantity(name: str, chosen: Sense) -> str:
    for word in words():
        if word.id in chosen and word.kind == QUANTITY:
            return chosen[word.id]
        if word.id in chosen and word.kind == CHIP:
            return chosen[word.id] if chosen[word.id] in word.choices else ANY_CHIP
    return name


def _labels(address: Address, name: str, chosen: Sense, setting: Setting) -> Iterable[str]:
    """The labels of an address with the choices in their place: those along axes that the quantity has."""
    picked = {word.axis: chosen[word.id] for word in words() if word.kind == LABEL and word.id in chosen}
    chips = setting.axis("chip")
    if (chip := chosen.get("accelerators")) in chips:
        picked["chip"] = str(chip)
    sites = chosen.get("place")
    for axis in dict.fromkeys((*picked, *_axes_of(address, setting))):
        if not setting.over(name, axis):
            continue
        if axis in picked:
            yield picked[axis]
        elif axis == "chip" and "accelerators" in chosen:
            continue
        elif axis == "site" and sites is not None:
            yield from _sites(sites, setting)
        else:
            yield from (label for label in address.labels if _axis(label, address, setting) == axis)
    if sites is not None and sites != EVERYWHERE and "site" not in _axes_of(address, setting) and setting.over(name, "site"):
        yield from _sites(sites, setting)


def _sites(choice: str, setting: Setting) -> tuple[str, ...]:
    if choice == EVERYWHERE:
        return ()
    return setting.named_sites if choice == NAMED else tuple(choice.split(", "))


def _axes_of(address: Address, setting: Setting) -> list[str]:
    return list(dict.fromkeys(axis for label in address.labels if (axis := _axis(label, address, setting))))


def _axis(label: str, address: Address, setting: Setting) -> str:
    made = setting.quantities[address.name]
    return next((axis for axis in made.axes if axis not in ("draw", "month") and label in setting.axes.get(axis, ())), "")


# --- what choices are called ------------------------------------------------------------------------------------------------------


def label_of(word: str, choice: str, names: Names) -> str:
    """A choice in words: `IT power`, `under contract`, `in cash or committed`, `by December 2025`, `named sites only`."""
    told: dict[str, Callable[[], str]] = {
        QUANTITY: lambda: names.words.definitions.get(choice) or phrase(choice, names.words).text,
        LABEL: lambda: _label(word, choice, names),
        CHIP: lambda: _chip(choice, names),
        DEADLINE: lambda: names.words.say("by_month", month=names.words.month(date.fromisoformat(choice))),
        PLACE: lambda: _place(choice, names),
    }
    return told[_by_id()[word].kind]()


def asks(word: str, names: Names) -> str:
    """What a word leaves open: `which jobs`."""
    return names.words.texts[f"word_{word}"]


def why_open(word: str, names: Names) -> str:
    """Why a word can mean several things."""
    return names.words.texts[f"word_{word} why"]


def _label(word: str, choice: str, names: Names) -> str:
    """A stage or a means, standing alone."""
    if choice == RUNNING:
        return names.words.texts["running"]
    return names.words.labels[f"{word} {choice}" if word == "means" else choice].strip("()")


def _chip(choice: str, names: Names) -> str:
    if choice == ANY_CHIP:
        return names.words.texts["any_generation"]
    if choice == H100E:
        return names.words.texts["as_h100"]
    return names.words.labels["chip"].format(names=names.name(choice)).strip("()")


def _place(choice: str, names: Names) -> str:
    if choice in (EVERYWHERE, NAMED):
        return names.words.texts[f"place_{choice}"]
    return sentence_case(names.words.labels["site"].format(names=names.listed(choice.split(", "))))
