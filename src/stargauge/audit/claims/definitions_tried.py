"""The definitions of a claim that are tried: its readings, and every other choice of what their words mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from stargauge.audit.claims.language import Comparison, Reading, leaves, parse
from stargauge.audit.claims.meanings import Sense, Setting, choices_of, form_of, meant, most, possible, sense_of
from stargauge.engine.simulate import axes_of, model_graph
from stargauge.programme.known import Known


@dataclass(frozen=True)
class Candidate:
    """A definition to be judged: its choices by word, the reading it makes as text, and under which names the file reads it so.

    `of`: the readings of which it is a variant: those that share its number and everything that no word stands for.
    """

    sense: Sense
    text: str
    of: tuple[str, ...]
    as_read: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tried:
    """What is tried of a claim: its definitions, the choices by word, and how many combinations there are, those left out too."""

    candidates: tuple[Candidate, ...]
    choices: Mapping[str, tuple[str, ...]]
    combinations: int


def setting_of(known: Known) -> Setting:
    """What choices are made of, as known on a day."""
    return Setting(model_graph().quantities, axes_of(known), known.months[-1])


def tried_of(claim: Any, setting: Setting, limit: int | None = None) -> Tried:
    """The definitions of a claim: its readings first, then what differs from one of them in one word, then in two, up to a limit."""
    read = {name: parse(str(text)) for name, text in claim.readings.items()}
    senses = {name: sense_of(reading, setting) for name, reading in read.items() if _testable(reading, setting)}
    choices = choices_of(claim, list(senses.values()), setting)
    found = [
        (distance, candidate)
        for names in _alike({name: read[name] for name in senses}, senses, choices, setting)
        for distance, candidate in _combined(names, read, senses, choices, claim, setting)
    ]
    found.sort(key=lambda pair: pair[0])
    unique = {candidate.text: candidate for _, candidate in reversed(found)}
    kept = [candidate for _, candidate in found if unique[candidate.text] is candidate]
    if len(kept) <= 1:
        return Tried((), {}, 0)
    cut = max(most() if limit is None else limit, sum(bool(one.as_read) for one in kept))
    return Tried(tuple(kept[:cut]), choices, len(kept))


def _testable(reading: Reading, setting: Setting) -> bool:
    """Whether a reading compares quantities whose labels are all known on the day; where one is not, no meaning of a word helps."""
    compared = [leaf for leaf in leaves(reading) if isinstance(leaf, Comparison)]
    labels = {label for made in setting.axes.values() for label in made}
    return bool(compared) and all(label in labels for leaf in compared for label in leaf.address.labels)


def _alike(
    read: Mapping[str, Reading], senses: Mapping[str, Sense], choices: Mapping[str, Sequence[str]], setting: Setting
) -> list[list[str]]:
    """Readings that differ in what words mean alone, together: their number and everything that no word stands for is the same."""
    groups: dict[str, list[str]] = {}
    for name, reading in read.items():
        groups.setdefault(form_of(reading, [word for word in senses[name] if word in choices], setting), []).append(name)
    return list(groups.values())


def _combined(
    names: Sequence[str], read: Mapping[str, Reading], senses: Mapping[str, Sense], choices: Mapping[str, Sequence[str]], claim: Any,
    setting: Setting,
) -> list[tuple[int, Candidate]]:  # fmt: skip
    """Every combination of choices of some readings that are alike, with in how many words it differs from the nearest of them."""
    first = names[0]
    varied = [word for word in choices if word in senses[first]]
    own = {name: tuple(senses[name][word] for word in varied) for name in names}
    out = list[tuple[int, Candidate]]()
    for combination in product(*(choices[word] for word in varied)):
        sense = dict(zip(varied, combination, strict=True))
        as_read = tuple(name for name in names if own[name] == combination)
        if not as_read and not possible(read[first], sense, setting):
            continue
        distance = min(sum(a != b for a, b in zip(combination, mine, strict=True)) for mine in own.values())
        text = str(claim.readings[as_read[0]]) if as_read else str(meant(read[first], sense, setting))
        out.append((distance, Candidate(sense, text, tuple(names), as_read)))
    return out


def claims_tried(claims: Mapping[str, Any], tried: Mapping[str, Tried]) -> dict[str, Any]:
    """The claims with their definitions in the place of their readings, so that one run and one judge answer them all."""
    return {
        name: claims[name].model_copy(update={"readings": {str(n): one.text for n, one in enumerate(made.candidates)}})
        for name, made in tried.items() if made.candidates
    }  # fmt: skip
