"""Claims judged on many days in the same draws: what does not differ between days is computed once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from stargauge.audit.claims.questions import Question
from stargauge.audit.claims.verdict import Judgement, ReadingVerdict
from stargauge.audit.run import COLLECTOR, audit, judge_of, judgements
from stargauge.engine.assembly import Inputs
from stargauge.engine.memo import Memo
from stargauge.engine.result import Result
from stargauge.engine.simulate import model_graph, simulate
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme

#: A reading: the id of its claim and its name.
Key = tuple[str, str]
View = Callable[[date], Known]
Ask = Callable[[Known, Mapping[str, Any]], tuple[Question, ...]]


@dataclass
class Tracker:
    """How claims are judged: what is known on a day, what is asked of it, every id of the whole file, draws and seed, in which language."""

    view: View
    ask: Ask
    ids: Collection[str]
    draws: int
    seed: int
    memo: Memo
    language: str = "en"
    _day: dict[date, Inputs] = field(default_factory=dict, repr=False)

    def inputs_on(self, day: date) -> Inputs:
        """The inputs of a day, for others to be like them; kept until another day is asked for."""
        if day not in self._day:
            self._day = {day: Inputs(self.view(day), model_graph(), shared=True)}
        return self._day[day]

    def judged(self, known: Known, claims: Mapping[str, Any]) -> dict[Key, ReadingVerdict]:
        """The verdicts on claims; nothing where nothing is known to run."""
        if not known.phases or not claims:
            return {}
        result = self._run(Inputs(known, model_graph()), claims)
        verdicts = audit(result, known, claims, ids=self.ids, with_drivers=False, language=self.language)
        return {(verdict.id, reading.name): reading for verdict in verdicts for reading in verdict.readings}

    def odds(self, inputs: Inputs, claims: Mapping[str, Any]) -> dict[Key, Judgement]:
        """Status and odds of claims alone, from inputs that may share what they are made of; nothing where nothing is known to run."""
        if not inputs.known.phases:
            return {}
        found = judgements(self._run(inputs, claims), inputs.known, claims, ids=self.ids)
        return {(claim, name): found[f"{claim}/{name}"] for claim, made in claims.items() for name in made.readings}

    def _run(self, inputs: Inputs, claims: Mapping[str, Any]) -> Result:
        collectors = {COLLECTOR: judge_of(self.ask(inputs.known, claims), inputs.known)}
        return simulate(inputs.known, (), draws=self.draws, seed=self.seed, collectors=collectors, memo=self.memo, inputs=inputs)


def claims_with(programme: Programme, keys: Iterable[Key]) -> dict[str, Any]:
    """The claims of some readings, with only these."""
    out: dict[str, dict[str, str]] = {}
    for claim, name in keys:
        out.setdefault(claim, {})[name] = programme.claims[claim].readings[name]
    return {claim: programme.claims[claim].model_copy(update={"readings": kept}) for claim, kept in out.items()}
