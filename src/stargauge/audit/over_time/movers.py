"""Which statements moved the odds between two knowledge dates: each left out alone on the later one, in the same draws.

Statements that one source made about the same field of the same site are one. Of the catalogue, what is left out is all that came in of
one kind of data. What is left over is several together, and time passing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from stargauge.audit.claims.evaluate import Judge
from stargauge.audit.claims.questions import Question
from stargauge.audit.claims.verdict import TOO_THIN, Judgement
from stargauge.audit.over_time.tracker import Key, Tracker, claims_with
from stargauge.audit.run import texts_of
from stargauge.audit.wording.answer import value_text
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.audit.wording.words import publisher_of
from stargauge.engine.assembly import Inputs
from stargauge.engine.executors import each
from stargauge.engine.simulate import model_graph
from stargauge.programme.schema import Programme, statements_of
from stargauge.quantity.spoken import say, speaking
from stargauge.quantity.statement import Statement

#: A change of the odds from which on it is asked what moved them.
POINT = 0.01
ENGLISH_CODE = "en"
CATALOGUE, TOGETHER = "catalogue", "several together, and time passing"
#: Groups of statements that one process leaves out before another takes over.
TOGETHER_AT_MOST = 24
_INDEX = re.compile(r"\[\d+\]$")


@dataclass(frozen=True)
class Mover:
    """What moved the odds: a text, its effect when it alone is left out, its source and the paths of its statements.

    `without`: the status of the reading where it has no odds without this; then there is no effect in points. `kind`: of catalogue data.
    """

    text: str
    effect: float | None
    source: str = ""
    paths: tuple[str, ...] = ()
    without: str | None = None
    kind: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"text": self.text, "effect": self.effect, "without": self.without, "source": self.source, "paths": list(self.paths)}


@dataclass(frozen=True)
class Step:
    """Two knowledge dates between which readings moved: by reading its odds on the later one, and their change."""

    start: date
    end: date
    moved: Mapping[Key, tuple[float, float]]


class LeftOut(NamedTuple):
    """What is left out: its text, source and paths, and the inputs without it; `kind`: of catalogue data."""

    text: str
    source: str
    paths: tuple[str, ...]
    inputs: Inputs
    kind: str = ""


class Task(NamedTuple):
    """A part of what came in between the days of a step: some groups of statements, or the kinds of catalogue data."""

    step: int
    groups: tuple[tuple[Statement, ...], ...]
    catalogue: bool = False


def movers_between(
    steps: Sequence[Step], tracker: Tracker, programme: Programme, workers: int = 1, progress: Callable[[float], None] | None = None
) -> list[dict[Key, tuple[Mover, ...]]]:
    """What moved the readings of each step. `workers`: processes that share the work; the same bits for any number."""
    tasks = [task for number, step in enumerate(steps) for task in _tasks(number, step, programme)]
    found: list[dict[Key, list[Mover]]] = [{key: [] for key in step.moved} for step in steps]
    for done, (task, part) in enumerate(zip(tasks, each(_movers, (tasks, steps, tracker, programme), len(tasks), workers), strict=True), 1):
        for key, movers in part.items():
            found[task.step][key] += movers
        if progress is not None:
            progress(done / len(tasks))
    return [{key: _with_rest(found[n][key], change) for key, (_, change) in step.moved.items()} for n, step in enumerate(steps)]


def _tasks(number: int, step: Step, programme: Programme) -> Iterator[Task]:
    new = (s for s in statements_of(programme) if s.known_from and step.start < s.known_from <= step.end)
    groups = [tuple(members) for members in groups_of(new).values()]
    for start in range(0, len(groups), TOGETHER_AT_MOST):
        yield Task(number, tuple(groups[start : start + TOGETHER_AT_MOST]))
    yield Task(number, (), catalogue=True)


def _movers(place: int, tasks: Sequence[Task], steps: Sequence[Step], tracker: Tracker, programme: Programme) -> dict[Key, list[Mover]]:
    task = tasks[place]
    step = steps[task.step]
    claims = claims_with(programme, step.moved)
    day = tracker.inputs_on(step.end)
    names = inputs_behind(tracker.ask(day.known, claims))
    found: dict[Key, list[Mover]] = {key: [] for key in step.moved}
    for left in kinds_left_out(day, step.start, names) if task.catalogue else left_out(day, task.groups, names):
        if not tracker.memo.closed:  # once: what nothing that is left out changes is then held, and nothing pushes it out
            tracker.odds(day, claims)
        tracker.memo.closed = True
        without = tracker.odds(left.inputs, claims)
        for key, (odds, _) in step.moved.items():
            found[key] += _moved(left, odds, without.get(key))
    tracker.memo.closed = False
    return found


def _moved(left: LeftOut, odds: float, without: Judgement | None) -> list[Mover]:
    """The mover that something left out is: nothing where the odds are the same without it."""
    if without is None or without.odds is None:
        return [Mover(left.text, None, left.source, left.paths, without.status if without else TOO_THIN, left.kind)]
    effect = odds - without.odds.probability
    return [Mover(left.text, effect, left.source, left.paths, kind=left.kind)] if effect else []


def _with_rest(found: Sequence[Mover], change: float) -> tuple[Mover, ...]:
    """Movers, what nothing can be said without first, then the strongest; last what their effects do not explain of the change."""
    ranked = sorted(found, key=lambda mover: (mover.effect is not None, -abs(mover.effect or 0.0), mover.paths))
    rest = change - sum(mover.effect for mover in ranked if mover.effect is not None)
    return (*ranked, Mover(TOGETHER, rest)) if abs(rest) >= POINT / 2 else tuple(ranked)


def left_out(day: Inputs, groups: Iterable[Sequence[Statement]], names: Sequence[str]) -> Iterator[LeftOut]:
    """Each group of statements that changes an input, left out alone. Options of alternatives are looked at only where one is left out."""
    for members in groups:
        paths = frozenset(s.path for s in members)
        left = Inputs(day.known.without(paths), model_graph(), day)
        in_options = any(path.startswith("alternatives.") for path in paths)
        if not left.known.phases or left.differs(day, names) or (in_options and left.differs(day, names, options=True)):
            yield LeftOut(_in_english(members, day.known.programme), members[0].source, tuple(sorted(paths)), left)


def kinds_left_out(day: Inputs, since: date, names: Sequence[str], kinds: Iterable[str] | None = None) -> Iterator[LeftOut]:
    """Each kind of catalogue data (of some, or all) of which something came in that changes an input, as it was known before."""
    for kind in day.known.catalogue.news(since) if kinds is None else kinds:
        left = Inputs(replace(day.known, catalogue=day.known.catalogue.held_back(kind, since)), model_graph())
        if left.differs(day, names):
            yield LeftOut(f"{CATALOGUE}: {KINDS.get(kind, kind)}", "", (), left, kind)


def groups_of(statements: Iterable[Statement]) -> dict[tuple[str, str, str], list[Statement]]:
    """Statements by source, site (or party, pledge, option) and field: what one source said of one thing is one piece of news."""
    out: dict[tuple[str, str, str], list[Statement]] = {}
    for said in statements:
        if not said.path.startswith(("claims.", "assumptions.")):
            out.setdefault((said.source, *place_of(said.path)), []).append(said)
    return out


def place_of(path: str) -> tuple[str, str]:
    """Where a path stands: site (or what stands at its place) and field, without phase and position."""
    parts = _INDEX.sub("", path).split(".")
    option = parts[:3] if parts[0] == "alternatives" else []
    parts = parts[len(option) :]
    return ".".join([*option, *parts[:2]]) if len(parts) > 2 else ".".join([*option, parts[0]]), parts[-1]


def _text(members: Sequence[Statement], programme: Programme, words: Messages = ENGLISH, texts: Mapping[str, str] | None = None) -> str:
    """A group in a few words: what, how many, the value said last, and who said it."""
    values = list(dict.fromkeys(value_text(s, words, texts) for s in members))
    said = values[0] if len(values) == 1 else say("{low} to {high}", "values", low=values[0], high=values[-1])
    return f"{field_text(members)}: {said} ({publisher_of(members[0].source, programme.sources, texts)})"


def _in_english(members: Sequence[Statement], programme: Programme) -> str:
    """The text by which a group is known while the work is done, whatever language is spoken."""
    with speaking(ENGLISH_CODE):
        return _text(members, programme)


def field_text(members: Sequence[Statement]) -> str:
    """Of what a group is, and how many statements it is: `abilene operational (8)`."""
    site, name = place_of(members[0].path)
    count = f" ({len(members)})" if len(members) > 1 else ""
    return say("{place} {field}", "statement", place=site.split(".")[-1], field=say(name.replace("_", " "), "field")) + count


def told(text: str, paths: Sequence[str], kind: str, programme: Programme, language: str) -> str:
    """The text of something that came in, in a language: of catalogue data of a kind, of statements by their paths, or said as it is."""
    if language == ENGLISH_CODE:
        return text
    with speaking(language):
        if kind:
            return say("catalogue: {kind}", kind=say(KINDS.get(kind, kind), "catalogue"))
        members = [said for said in statements_of(programme) if said.path in frozenset(paths)]
        return _text(members, programme, words_of(language), texts_of(programme, language)) if members else say(text)


def inputs_behind(asked: Sequence[Question]) -> list[str]:
    """The inputs behind the addresses that readings compare."""
    graph = model_graph()
    addresses = Judge.of([question.reading for question in asked if not question.missing]).addresses
    return [name for name in sorted(graph.upstream(address.name for address in addresses)) if graph.quantities[name].is_input]


#: Kinds of catalogue data whose own name says too little.
KINDS = {
    "accelerator": "chips", "fit-record": "plan-to-actual records", "build-record": "records of builds",
    "vintage": "editions of a tracker", "price": "prices",
    "emission": "emissions", "place": "places", "reference-class": "reference classes", "lead-time": "lead times", "model": "AI models",
    "rate": "rates of models on chips",
    "pledge": "pledges",
}  # fmt: skip
