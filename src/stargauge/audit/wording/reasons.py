"""Why a verdict is what it is: the reading, what the record decided, what it compares, each with values at its deadline and lineage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stargauge.audit.claims.evaluate import Judge, Outcome
from stargauge.audit.claims.language import Comparison, leaves
from stargauge.audit.claims.questions import Question
from stargauge.audit.claims.verdict import NOT_TESTABLE, OPEN, SILENT, TOO_THIN, Judgement, ReadingVerdict
from stargauge.audit.drivers.drivers import Target
from stargauge.audit.run import ClaimVerdict, draws_of
from stargauge.audit.sources.captures import Held
from stargauge.audit.sources.explanation import Telling, cited, explained
from stargauge.audit.sources.places import Places
from stargauge.audit.wording.answer import value_text
from stargauge.audit.wording.languages import words_of
from stargauge.engine.node import Node
from stargauge.engine.rests import Rests, apportion
from stargauge.engine.result import Result
from stargauge.engine.series import plain
from stargauge.engine.spread import quantiles
from stargauge.programme.schema import Programme
from stargauge.quantity.effects.effects import varies
from stargauge.quantity.errors import Fault, InputError, did_you_mean
from stargauge.quantity.spoken import say

#: The name under which a run collects the comparisons of a reading, each alone.
COMPARED = "compared"
#: What cannot be told in numbers.
WITHOUT_NUMBERS = frozenset({NOT_TESTABLE, TOO_THIN})


@dataclass(frozen=True)
class Compared:
    """One comparison of a reading: its value over draws at the time it names against the threshold, how often it holds, its lineage.

    `value`: P10, P50, P90 and mean; None where the comparison has no value of its own (`==`). `holds`: in so many of the draws.
    `reads`: what the value is: `on` a day, the `highest` or `lowest` month end until then, `any` month end until then, or the `sum` of
    months. `node` tells the parts at the end of the last month of that time; its shares are those of what is compared, or, where that has
    no value in every draw, of whether it holds (`of`: `value` or `truth`).
    """

    text: str
    address: str
    threshold: float
    unit: str
    op: str
    value: tuple[float, float, float, float] | None
    holds: int
    node: Node
    reads: str = "on"
    of: str = "value"


@dataclass(frozen=True)
class Reasons:
    """Why a reading has the verdict it has. `true`: the draws in which it holds, of `draws`; None where no number can be told."""

    claim: ClaimVerdict
    reading: ReadingVerdict
    judgement: Judgement
    compared: tuple[Compared, ...]
    true: int | None
    draws: int
    seed: int
    programme: Programme
    known: Any
    asked_as: str
    captures: Mapping[str, Held] = field(default_factory=dict)
    language: str = "en"

    @property
    def settled(self) -> bool:
        """Whether the record, or arithmetic, has decided it."""
        return self.reading.status not in (*WITHOUT_NUMBERS, OPEN, SILENT)

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the claim, the verdict on the reading, the statements that decided it, and what it compares."""
        places = Places(self.known.programme, self.known.catalogue.catalogue)
        found = self.judgement.found
        held = Telling(places, most=None).said((*found.deciding, *(s for s in found.looked_at if s not in found.deciding)))
        words = words_of(self.language)
        texts = [value_text(s, words) for s in (*found.deciding, *(s for s in found.looked_at if s not in found.deciding))]
        record = [{**one, "shown": text, "decides": place < len(found.deciding)} for place, (one, text) in
                  enumerate(zip(held, texts, strict=True))]  # fmt: skip
        return {
            "claim": {"id": self.claim.id, "speaker": self.claim.speaker, "said": self.claim.said, "says": self.claim.says,
                      "source": self.claim.source, "ours": list(self.claim.ours)},
            "programme": {"name": self.programme.name, "asked_as": self.asked_as}, "as_of": str(self.known.as_of),
            "draws": self.draws, "seed": self.seed, "reading": self.reading.to_dict(), "settled": self.settled,
            "true": self.true, "record": record, "sources": cited(record, self.known),
            "compares": [self._compared(one) for one in self.compared],
        }  # fmt: skip

    def _compared(self, one: Compared) -> dict[str, Any]:
        names = ("p10", "p50", "p90", "mean")
        value = {name: plain(part) for name, part in zip(names, one.value, strict=True)} if one.value else None
        why = explained(one.node, self.known, self.captures, self.language)
        compared = {"reads": one.reads, "of": one.of, "value": value, "op": one.op, "threshold": one.threshold}
        return {"text": one.text, "address": one.address, "op": one.op, "threshold": one.threshold, "unit": one.unit, "value": value,
                "reads": one.reads, "of": one.of, "holds": one.holds, "why": {**why, "compared": compared}}  # fmt: skip


def asked_reading(programme: Programme, asked: str) -> tuple[str, str]:
    """The claim and the reading asked for as `CLAIM` or `CLAIM/READING`. Raises InputError with the nearest, or with the readings."""
    name, _, reading = asked.partition("/")
    if name not in programme.claims:
        all_of = say("all: {names}", names=", ".join(programme.claims)) if programme.claims else say("the programme has none", "claims")
        raise InputError(
            Fault(say('there is no claim "{name}"{near} ({all_of})', name=name, near=did_you_mean(name, programme.claims), all_of=all_of))
        )
    readings = list(programme.claims[name].readings)
    if not reading and len(readings) > 1:
        choose = ", ".join(say('"{value}"', value=f"{name}/{one}") for one in readings)
        raise InputError(
            Fault(say('the claim "{name}" has {readings} readings; name one: {choose}', name=name, readings=len(readings), choose=choose))
        )
    if reading and reading not in readings:
        near = did_you_mean(reading, readings)
        raise InputError(
            Fault(
                say(
                    'the claim "{name}" has no reading "{reading}"{near} (all: {readings})',
                    name=name,
                    reading=reading,
                    near=near,
                    readings=", ".join(readings),
                )
            )
        )
    return name, reading or readings[0]


def comparisons_of(question: Question) -> tuple[Comparison, ...]:
    """The comparisons of a reading that a run can make, each once."""
    if question.missing:
        return ()
    return tuple(dict.fromkeys(leaf for leaf in leaves(question.reading) if isinstance(leaf, Comparison)))


def judge_of_comparisons(question: Question) -> Judge:
    """The collector of a reading's comparisons, each alone; name it COMPARED."""
    return Judge.of(comparisons_of(question))


def compared_in(result: Result, question: Question, draws: int) -> tuple[Compared, ...]:
    """What a reading compares, from a run that collected `judge_of_comparisons(...)` under COMPARED."""
    made = comparisons_of(question)
    outcomes: Mapping[Any, Outcome] = judge_of_comparisons(question).outcomes(result.collected[COMPARED]) if made else {}
    return tuple(_compared(result, leaf, outcomes[leaf], draws) for leaf in made)


def _compared(result: Result, leaf: Comparison, outcome: Outcome, draws: int) -> Compared:
    address = f"share({leaf.address})" if leaf.share else str(leaf.address)
    threshold = float(leaf.threshold.value or 0.0)
    node = result.explain(address, leaf.time.end if leaf.time else None, draws)
    target = Target.reading(leaf, outcome)
    if varies(target.values):
        node.shares, node.cell_shares, node.rests = _apportioned(result, leaf, target)
    return Compared(
        str(leaf), address, threshold, leaf.threshold.unit, leaf.op, _value(leaf, outcome, threshold), int(outcome.truth.sum()), node,
        _reads(leaf), target.of,
    )  # fmt: skip


def _reads(leaf: Comparison) -> str:
    """What a comparison reads of its time."""
    if leaf.time is None or leaf.time.kind == "on":
        return "on"
    if leaf.time.kind == "over":
        return "sum"
    return "any" if leaf.op == "==" else "highest" if leaf.op in (">=", ">") else "lowest"


def _apportioned(result: Result, leaf: Comparison, target: Target) -> tuple[dict[str, float], dict[str, float], Rests]:
    """The shares of what is compared, from the same draws and by the same estimator as those of the audit."""
    streams = draws_of(result, [leaf.address.name]).streams
    count = min([len(target.values), *(len(drawn) for drawn in streams.values())])
    kept = {name: drawn[:count] for name, drawn in streams.items()}
    return apportion(kept, target.values[:count], result.world.inputs, chosen=result.condition is not None)


def _value(leaf: Comparison, outcome: Outcome, threshold: float) -> tuple[float, float, float, float] | None:
    """What stands on the left of a comparison, from its margin: the best value until then for `by`, the sum for `over`."""
    if leaf.op == "==" or outcome.margin is None:
        return None
    margin = np.asarray(outcome.margin, dtype=np.float64)
    values = threshold + margin if leaf.op in (">=", ">") else threshold - margin
    low, middle, high = (float(one) for one in quantiles(values, (0.1, 0.5, 0.9)))
    return low, middle, high, float(values.mean())


def readings_of(claim: Any, reading: str) -> Any:
    """A claim with one of its readings alone."""
    return claim.model_copy(update={"readings": {reading: claim.readings[reading]}})


def alone(verdicts: Sequence[ClaimVerdict]) -> tuple[ClaimVerdict, ReadingVerdict]:
    """The only verdict there is, and its only reading."""
    return verdicts[0], verdicts[0].readings[0]
