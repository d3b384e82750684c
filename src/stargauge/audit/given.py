"""What is given: conditions as asked, read and checked; the worlds in which all of them hold; the words for both.

A condition is a claim, one of its readings, what that does not say (`not`), or a reading written out. It is no new model: of the worlds
that are drawn anyhow those are kept in which it holds, each with the same weight, so that the effective sample size is how many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.binding import check
from stargauge.audit.claims.evaluate import Judge, Outcome
from stargauge.audit.claims.language import OPS, Comparison, Not, NotTestable, Reading, leaves, parse
from stargauge.audit.claims.logic import excludes, satisfiable
from stargauge.audit.claims.questions import Question, questions
from stargauge.audit.claims.record import MET, PARTLY, SETTLED, only_records
from stargauge.audit.claims.verdict import NOT_TESTABLE, TOO_THIN, Setting, judge
from stargauge.audit.run import setting_of
from stargauge.audit.wording.answer import answer
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.sentence import Names, sentence
from stargauge.audit.wording.words import percent
from stargauge.engine.executors import Workers
from stargauge.engine.held import Held
from stargauge.engine.run import drawn
from stargauge.engine.select import Frame
from stargauge.engine.simulate import axes_of, model_graph, simulate
from stargauge.engine.streams import BLOCK
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import language, say

Mask = NDArray[np.bool_]
#: The most worlds made in search of those in which the conditions hold, and the fewest kept that anything is said of.
MOST_WORLDS, FEWEST = 65_536, 100
COLLECTOR = "given"
_LANGUAGE = (*OPS, "record(", "share(", "=")


@dataclass(frozen=True)
class Part:
    """One condition: as it was asked, what it means, in words; `key`: the reading of a claim (`claim/reading`), and whether it holds.

    `clause`: the same words as they stand after "that".
    """

    text: str
    reading: Reading
    sentence: str
    key: str | None = None
    holds: bool = True
    clause: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"text": self.text, "sentence": self.sentence, "key": self.key, "holds": self.holds}


@dataclass(frozen=True)
class Condition:
    """Conditions that all hold, the worlds in which they do, and how many were asked for. Take `held` for a run.

    `language`: in which they are said.
    """

    parts: tuple[Part, ...]
    held: Held
    asked: int
    language: str = "en"

    @property
    def probability(self) -> float:
        """In how many of the worlds made all conditions hold."""
        return self.held.kept / self.held.made

    @property
    def keys(self) -> Mapping[str, bool]:
        """The readings of claims that are given, and whether they are given to hold."""
        return {part.key: part.holds for part in self.parts if part.key}

    def says(self) -> str:
        """`Given that ..., and that ... (1,031 of 4,352 worlds, 24 %)`."""
        words = words_of(self.language)
        kept, made = words.count(self.held.kept), words.count(self.held.made)
        share = words.say("given_share", kept=kept, made=made, percent=percent(self.probability, words))
        parts = words.texts["given_and"].join(part.clause or part.sentence for part in self.parts)
        return words.say("given_that", parts=parts, share=share)

    def note(self) -> str:
        """What to know of the worlds kept: that they are fewer than asked for, or all there are; empty where nothing is."""
        words, kept = words_of(self.language), self.held.kept
        if kept == self.held.made:
            return words.texts["given_always"]
        if kept >= self.asked:
            return ""
        times = words.notation.number(f"{np.sqrt(self.asked / kept):.1f}")
        return words.say("given_few", kept=words.count(kept), asked=words.count(self.asked), times=times)

    def to_dict(self) -> dict[str, Any]:
        """`{conditions, sentence, probability, worlds_made, kept, effective, note}`: the form of JSON and Python."""
        return {
            "conditions": [part.to_dict() for part in self.parts], "sentence": self.says(), "probability": self.probability,
            "worlds_made": self.held.made, "kept": self.held.kept, "effective": self.held.kept, "note": self.note() or None,
        }  # fmt: skip


def given_data(condition: Condition | None) -> dict[str, Any]:
    """What an answer says of its condition: nothing where nothing is given."""
    return {} if condition is None else {"given": condition.to_dict()}


def spoken(condition: Condition, known: Any, language: str) -> Condition:
    """The same conditions said in a language."""
    if condition.language == language:
        return condition
    names = setting_of(known, _frame(known), language).names
    return replace(condition, parts=tuple(_said(part, names) for part in condition.parts), language=language)


def _said(part: Part, names: Names) -> Part:
    return replace(part, sentence=sentence(part.reading, names), clause=sentence(part.reading, names, after_that=True))


def held_of(condition: Condition | None, draws: int | None = None) -> Held | None:
    """The draws that a run keeps: all where nothing is given. `draws`: where a run asks for fewer, the first of them."""
    if condition is None:
        return None
    return condition.held if draws is None or drawn(draws) >= condition.asked else condition.held.first(drawn(draws))


#: A reading in the claim language.
_EXAMPLE = "'power_facility[operational] >= 2 GW by 2026-12-31'"

# --- what is asked ----------------------------------------------------------------------------------------------------------------


def parts_of(texts: Sequence[str], known: Any, ids: Collection[str], records: Collection[str]) -> tuple[Part, ...]:
    """The conditions asked for, each once. Raises InputError with every fault, before anything is run.

    A text is `CLAIM`, `CLAIM/READING`, `not` before either, or a reading in the claim language.
    """
    frame = Frame(model_graph().quantities, axes_of(known))
    setting = setting_of(known, frame, language())
    found, faults = dict[Reading, Part](), list[Fault]()
    for text in (" ".join(one.split()) for one in texts):
        try:
            made = _part(text, known, setting, ids, records)
            _expect_open(made, setting)
            found.setdefault(made.reading, made)
        except InputError as error:
            faults += [Fault(f"--given: {fault.message}") for fault in error.faults]
    faults += [Fault(f"--given: {message}") for message in _contradictions(tuple(found.values()), setting)]
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    return tuple(found.values())


def _part(text: str, known: Any, setting: Setting, ids: Collection[str], records: Collection[str]) -> Part:
    if not text:
        raise InputError(say("got nothing; expected a claim, such as jobs-100k/economy-wide, or a reading in the claim language"))
    negated = text.startswith("not ")
    named = text.removeprefix("not ").strip() if negated else text
    if not _names_reading(named, known.programme.claims) and any(mark in text for mark in _LANGUAGE):
        reading = check(parse(text), setting.quantities, setting.names.axes, records, text)
        return _said(Part(text, reading, ""), setting.names)
    question = _question(named, known, setting, ids, records)
    if question.missing:
        day = setting.names.words.day(setting.as_of)
        raise InputError(
            say(
                '"{key}" names {missing}, of which nothing was known on {day}',
                key=question.key,
                missing=", ".join(question.missing),
                day=day,
            )
        )
    reading = Not(question.reading) if negated and not isinstance(question.reading, NotTestable) else question.reading
    return _said(Part(text, reading, "", question.key, not negated), setting.names)


def _names_reading(text: str, claims: Mapping[str, Any]) -> bool:
    """Whether a text is a reading of a claim by name, whatever that name holds."""
    name, _, reading = text.partition("/")
    return name in claims and reading in claims[name].readings


def _question(text: str, known: Any, setting: Setting, ids: Collection[str], records: Collection[str]) -> Question:
    claims = known.programme.claims
    name, _, reading = text.partition("/")
    if name not in claims:
        raise InputError(
            say(
                'there is no claim "{name}"{near} (all: stargauge audit); expected one, or a reading such as {example}',
                name=name,
                near=did_you_mean(name, claims),
                example=_EXAMPLE,
            )
        )
    readings = list(claims[name].readings)
    if not reading and len(readings) > 1:
        raise InputError(
            say(
                'the claim "{name}" has several readings; name one: {readings}',
                name=name,
                readings=", ".join(f"{name}/{one}" for one in readings),
            )
        )
    if reading and reading not in readings:
        near = did_you_mean(reading, readings)
        raise InputError(
            say(
                'the claim "{name}" has no reading "{reading}"{near} (all: {readings})',
                name=name,
                reading=reading,
                near=near,
                readings=", ".join(readings),
            )
        )
    asked = questions({name: claims[name]}, setting.quantities, setting.names.axes, ids, records)
    return next(one for one in asked if one.name == (reading or readings[0]))


def _expect_open(made: Part, setting: Setting) -> None:
    """Raise InputError where a condition cannot be one: an opinion, or what the record settles the same way in every world."""
    if isinstance(made.reading, NotTestable):
        if made.reading.reason:
            raise InputError(say('"{text}" cannot be a condition: {reason}', text=made.text, reason=made.reading.reason))
        raise InputError(say('"{text}" cannot be a condition: it says nothing that could be measured', text=made.text))
    found = setting.archive.search(made.reading, setting.quantities)
    if found.state == PARTLY:
        raise InputError(say('"{text}" cannot be a condition: sources differ on it, in every world alike', text=made.text))
    if found.state in SETTLED:
        holds = found.state == MET
        said = say("it holds in every world, and changes nothing") if holds else say("the record says otherwise, so it holds in no world")
        raise InputError(say('"{text}" is settled by the record: {said}{meant}', text=made.text, said=said, meant=_meant(made.reading)))
    if only_records(made.reading):
        raise InputError(
            say(
                '"{text}" cannot be a condition: it is about the record alone, which is the same in every world, and silent on it',
                text=made.text,
            )
        )


def _meant(reading: Reading) -> str:
    """What "by" means, where something below a value is asked with it: that is so from the start, and rarely what was meant."""
    asked = [leaf for leaf in leaves(reading) if isinstance(leaf, Comparison) and leaf.op in ("<", "<=")]
    if not any(leaf.time is not None and leaf.time.kind == "by" for leaf in asked):
        return ""
    return say('; "by" means at some time until then; for the value on that day use "on"')


def _contradictions(parts: Sequence[Part], setting: Setting) -> list[str]:
    """Conditions that contradict themselves or each other by what they say."""
    out = [
        say('"{text}" contradicts itself: it can hold in no world', text=one.text)
        for one in parts
        if not satisfiable((one.reading,), setting.quantities)
    ]
    if out:
        return out
    apart = [(a, b) for a, b in combinations(parts, 2) if excludes(a.reading, b.reading, setting.quantities)]
    out = [say('"{one}" and "{other}" contradict each other: no world can have both', one=a.text, other=b.text) for a, b in apart]
    if not out and len(parts) > 2 and not satisfiable([one.reading for one in parts], setting.quantities):
        out = [say("{texts} contradict each other: no world can have all of them", texts=", ".join(_quoted(parts)))]
    return out


def _quoted(parts: Sequence[Part]) -> list[str]:
    return [say('"{value}"', value=one.text) for one in parts]


# --- the worlds in which it holds -------------------------------------------------------------------------------------------------


def search(
    parts: Sequence[Part], known: Any, draws: int, seed: int = 0, workers: Callable[[int], Workers] = lambda draws: 1
) -> Condition:  # fmt: skip
    """The worlds in which all conditions hold: of the first whole blocks in which as many do as were asked for, at least 256.

    Only what the conditions rest on is run, on more and more worlds, at most 65,536 (or as many as were asked for, if more). Raises
    InputError where fewer than a hundred are left then, with the numbers, and where a condition cannot be told from what is known.
    `workers`: processes for so many draws; the same bits for any number.
    """
    readings = [part.reading for part in parts]
    judged = Judge.of(readings, setting_of(known, _frame(known)).archive.shown(readings))
    target = drawn(draws)
    limit = max(MOST_WORLDS, target)
    truth, wanted = np.zeros((len(parts), 0), dtype=bool), target
    while True:
        truth = np.hstack([truth, _truth(parts, judged, known, range(truth.shape[1], wanted), seed, workers)])
        made, kept = truth.shape[1], int(truth.all(axis=0).sum())
        if kept >= target or made >= limit:
            break
        wanted = min(limit, 2 * made if not kept else made + max(1, -(-(target - kept) * made // (kept * BLOCK))) * BLOCK)
    every = np.asarray(truth.all(axis=0))
    if kept >= target:
        blocks = int(np.searchsorted(np.cumsum(every.reshape(-1, BLOCK).sum(axis=1)), target)) + 1
        return Condition(tuple(parts), Held(every[: blocks * BLOCK]), target)
    if kept < FEWEST:
        raise InputError([Fault(f"--given: {message}") for message in _too_few(parts, truth)])
    return Condition(tuple(parts), Held(every), target)


def _frame(known: Any) -> Frame:
    return Frame(model_graph().quantities, axes_of(known))


def _truth(parts: Sequence[Part], judged: Judge, known: Any, worlds: range, seed: int, workers: Callable[[int], Workers]) -> Mask:
    """The truth of every condition in some worlds. Raises InputError with all conditions that what is known does not decide."""
    asked = np.zeros(worlds.stop, dtype=bool)
    asked[worlds.start :] = True
    result = simulate(
        known, (), draws=len(worlds), seed=seed, workers=workers(len(worlds)), collectors={COLLECTOR: judged}, held=Held(asked)
    )
    outcomes = judged.outcomes(result.collected[COLLECTOR])
    if worlds.start == 0:
        setting = setting_of(known, result.world.frame, language())
        faults = [fault for part in parts for fault in _undecided(part, outcomes[part.reading], setting)]
        if faults:
            raise InputError(faults)
    return np.stack([outcomes[part.reading].truth for part in parts])


def _undecided(part: Part, outcome: Outcome, setting: Setting) -> list[Fault]:
    question = Question(part.key or part.text, "", part.text, part.reading)
    made = judge(question, outcome, setting)
    if made.settled_by == "arithmetic":
        said = say("it holds in every world, and changes nothing") if made.status == MET else say("no world has it")
        return [
            Fault(say('--given: "{text}" is settled by arithmetic: {said}{meant}', text=part.text, said=said, meant=_meant(part.reading)))
        ]
    if made.status not in (NOT_TESTABLE, TOO_THIN) and not (outcome.undecided is not None and outcome.undecided.all()):
        return []
    return [Fault(say('--given: "{text}" cannot be a condition: {answer}', text=part.text, answer=answer(part.reading, made, setting)))]


def _too_few(parts: Sequence[Part], truth: Mask) -> list[str]:
    """Why nothing is said: how many worlds have all conditions, and how many each."""
    made = truth.shape[1]
    least = say("at least {fewest} are needed to say what else is so in them", fewest=FEWEST)
    alone, kept = truth.sum(axis=1), int(truth.all(axis=0).sum())
    rare = [(part, count) for part, count in zip(parts, alone, strict=True) if count < FEWEST]
    if rare:
        return [
            say('"{text}" holds in {count:,} of {made:,} worlds; {least}', text=part.text, count=int(count), made=made, least=least)
            for part, count in rare
        ]
    each = ", ".join(say('"{text}" in {count:,}', text=part.text, count=int(count)) for part, count in zip(parts, alone, strict=True))
    return [
        say(
            "the conditions hold together in {held:,} of {made:,} worlds, though each alone holds ({each}); {least}"
            if kept
            else "the conditions hold together in none of {made:,} worlds, though each alone holds ({each}); {least}",
            held=kept,
            made=made,
            each=each,
            least=least,
        )
    ]
