"""What would have to be true: the smallest set of ranges under which a reading holds, and the single change that asks least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.questions import Question
from stargauge.audit.claims.verdict import OPEN, SILENT, ReadingVerdict
from stargauge.audit.needs.discovery import EVEN, SAID, TARGET, Halves, discovered, enough, single, strongest
from stargauge.audit.needs.needs_answer import ALWAYS, FEW, NEVER, NO_ODDS, NOTHING, SETTLED, ReadingNeeds, Region, said, surely_reaches
from stargauge.audit.needs.needs_look import Look
from stargauge.audit.wording.messages import Messages
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.telling import Respect, Told, respects_of
from stargauge.engine.result import Result, World
from stargauge.engine.streams import BLOCK
from stargauge.quantity.effects.prim import Box

#: A box that falls short with fewer draws that hold is looked for again among more.
UNSURE = 1000


def open_with_odds(verdict: ReadingVerdict) -> bool:
    """Whether there is anything to ask: odds that neither the record nor arithmetic has settled."""
    return verdict.status in (OPEN, SILENT) and verdict.probability is not None and verdict.settled_by is None


def told_of(asked: Sequence[Question], world: World, names: Names, known: date | None = None) -> dict[str, tuple[Respect, ...]]:
    """By reading, the respects in which worlds can be told apart for it; no date that has passed on the day `known`."""
    return {question.key: respects_of(question.reading, world, names, known) for question in asked}


def needs_of(
    result: Result, question: Question, verdict: ReadingVerdict, respects: Sequence[Respect], told: Told, names: Names,
    sources: Mapping[str, Any], drawn: Mapping[str, Any],
) -> ReadingNeeds:  # fmt: skip
    """What a reading needs, from a run that gathered `told` under COLLECTOR. `drawn`: what each input cell and choice drew."""
    base = _base(question, verdict, names.words)
    if not open_with_odds(verdict) or question.key not in result.truth:
        return base
    truth = np.asarray(result.truth[question.key], dtype=bool)
    base = replace(base, draws=len(truth), held=int(truth.sum()))
    asked = Look.of(result, truth, question.reading, respects, told, names, sources, drawn)
    if not truth.any() or truth.all():
        return _with(base, NEVER if not truth.any() else ALWAYS, names.words)
    usually = truth.mean() >= TARGET
    halves = Halves.of(asked.dimensions, ~truth if usually else truth, BLOCK)
    if not enough(halves):
        return _with(base, ALWAYS if usually else FEW, names.words)
    found, boxes = discovered(halves, asked.rounded)
    while found is not None and asked.restates(found):
        asked = asked.without(found.box.restricted)
        halves = Halves.of(asked.dimensions, halves.truth, BLOCK)
        found, boxes = discovered(halves, asked.rounded)
    region = asked.region(found, TARGET)
    if region is not None and (region.scored.coverage or 0.0) < SAID:
        region = None
    base = replace(base, told=tuple(one.name for one in asked.respects), trajectory=_points(boxes, halves.first[1]))
    if usually:
        return _with(replace(base, fails=region), ALWAYS, names.words)
    rare = truth.mean() < EVEN
    even = asked.region(single(halves, asked.rounded, EVEN), EVEN) if rare else None
    most = asked.region(strongest(halves, asked.rounded), EVEN) if rare and even is None else None
    likely = asked.region(single(halves, asked.rounded, TARGET), TARGET)
    unreached = EVEN if rare and even is None and not (most and (most.reaches or most.about)) else TARGET if likely is None else None
    base = replace(base, holds=region, even=even, single=likely, strongest=most, unreached=unreached)
    return _with(base, "" if region else NOTHING, names.words)


def too_few(made: ReadingNeeds) -> bool:
    """Whether more draws may tell what this many do not."""
    if made.why in (FEW, NEVER):
        return True
    if made.why == ALWAYS:
        return made.fails is None or _unsure(made.fails)
    return (made.why == NOTHING and made.held < UNSURE) or (made.holds is not None and _unsure(made.holds))


def _unsure(region: Region) -> bool:
    """Whether it does not surely reach the target on the half where it was found, with few draws that hold; the other half has no say."""
    return not surely_reaches(region.found, region.target) and region.found.held < UNSURE


def _base(question: Question, verdict: ReadingVerdict, words: Messages) -> ReadingNeeds:
    """A reading as judged; what is said of one without open odds."""
    settled = verdict.settled_by is not None or verdict.status in ("met", "not met", "partly met")
    says = words.say("needs_settled" if settled else "needs_no_odds", answer=verdict.answer)
    return ReadingNeeds(
        question.claim, question.name, question.text, verdict.sentence, verdict.status, verdict.answer, verdict.deadline, says,
        SETTLED if settled else NO_ODDS, None if settled else verdict.probability,
    )  # fmt: skip


def _with(made: ReadingNeeds, why: str, words: Messages) -> ReadingNeeds:
    """The reading with the reason why it has no ranges, and the sentence."""
    made = replace(made, why=why)
    return replace(made, says=said(made, words))


def _points(boxes: Sequence[Box], truth: NDArray[np.bool_]) -> tuple[Mapping[str, float], ...]:
    """Coverage and density of the boxes that none betters in both, on the half where they were found."""
    held, count = int(truth.sum()), len(truth)
    return tuple(
        {
            "coverage": box.held / held, "density": box.density, "mass": box.size / count, "dimensions": len(box.restricted),
        }
        for box in boxes
    )  # fmt: skip
