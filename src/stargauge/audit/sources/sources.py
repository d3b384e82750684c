"""Which verdicts hang on one source: each source left out in turn, as if it had never said anything, and every reading judged again.

What a source says is all its statements, its records and what it says in options of alternatives; sources that repeat one root are one.
All is judged in the same draws, so what changes changes because of the source alone. Values of the catalogue fall back on the next best
row; where there is none nothing can be run without their source. Our own assumptions are no source: they stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from stargauge.audit.claims.verdict import TOO_THIN, Judgement
from stargauge.audit.over_time.movers import field_text, groups_of, inputs_behind
from stargauge.audit.over_time.tracker import Key, Tracker, claims_with
from stargauge.audit.sources.sources_answer import CATALOGUE, PROGRAMME, Change, Dropped, Second, odds_of
from stargauge.audit.wording.answer import value_text
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import Messages
from stargauge.audit.wording.words import grade_of, publisher_of, root_of
from stargauge.engine.assembly import Inputs
from stargauge.engine.choices import same
from stargauge.engine.executors import each
from stargauge.engine.simulate import model_graph
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme, statements_of
from stargauge.quantity.dates import Window
from stargauge.quantity.distribution import Distribution
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import speaking
from stargauge.quantity.statement import Estimate, Input, Statement

#: The source of values that are our own assumptions.
OURS = "stargauge-assumption"
#: From this change of the odds on, a reading is told to move: half a point, what rounds to one.
TOLD = 0.005
#: Numbers no further apart than this share of the larger are the same, as two reports round them.
ALIKE = 0.05
Progress = Callable[[int, int], None]
_PLACE = re.compile(r"\[\d+\]$")


class Group(NamedTuple):
    """What is left out together: the root, its kind, the sources that go, their statements, and why it cannot be left out."""

    root: str
    kind: str
    members: tuple[str, ...]
    statements: tuple[Statement, ...]
    cannot: str = ""


@dataclass(frozen=True)
class Task:
    """What a process needs to leave sources out: who judges, the day, the readings asked for, the programme, how they are judged whole."""

    tracker: Tracker
    day: date
    keys: tuple[Key, ...]
    programme: Programme
    whole: Mapping[Key, Judgement]
    names: tuple[str, ...] = ()
    closely: bool = False

    @property
    def claims(self) -> dict[str, Any]:
        """The claims of the readings asked for."""
        return claims_with(self.programme, self.keys)


def left_out_in_turn(
    tracker: Tracker,
    day: date,
    programme: Programme,
    keys: Sequence[Key],
    closely: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> tuple[dict[Key, Judgement], tuple[Dropped, ...], int]:
    """The verdicts as they are, each source left out with what changes, those that decide most first; and how many values are assumed.

    `closely`: where a verdict hangs on a source, each field of which it speaks is left out alone too, to see which of them decides.
    `workers`: processes that share the work; the same bits for any number.
    """
    if not keys:
        return {}, (), 0
    inputs = tracker.inputs_on(day)
    claims = claims_with(programme, keys)
    whole = tracker.odds(inputs, claims)
    names = tuple(inputs_behind(tracker.ask(inputs.known, claims)))
    stated, assumed = groups_of_catalogue(inputs.known, names)
    groups = [*groups_of_programme(inputs.known), *stated]
    task = Task(tracker, day, tuple(keys), programme, whole, names, closely)
    out = list[Dropped]()
    for group, (changes, cannot) in zip(groups, each(_without, (groups, task), len(groups), workers), strict=True):
        out.append(_dropped(group, changes, cannot, inputs.known))
        if progress is not None:
            progress(len(out), len(groups))
    out.sort(key=lambda one: (-len(one.flips), -one.most, -len(one.changes), -one.statements, one.source))
    return whole, tuple(out), assumed


# --- what is left out -------------------------------------------------------------------------------------------------------------


def groups_of_programme(known: Known) -> list[Group]:
    """Every source of a programme that says something of it, with all it says; those that repeat one root together."""
    found: dict[str, list[Statement]] = {}
    for said in statements_of(known.programme):
        if said.source:
            found.setdefault(root_of(said.source, known.programme.sources), []).append(said)
    return [
        Group(root, PROGRAMME, tuple(dict.fromkeys(said.source for said in members)), tuple(members)) for root, members in found.items()
    ]


def groups_of_catalogue(known: Known, names: Sequence[str]) -> tuple[list[Group], int]:
    """Every source of the catalogue values that some inputs read, and how many of these values are our own assumptions."""
    fresh = replace(known, catalogue=known.catalogue.held_without(frozenset()))
    Inputs(fresh, model_graph()).need(names)
    read = fresh.catalogue.read()
    found: dict[str, list[tuple[tuple[str, str, str], Statement]]] = {}
    for value, statement in read:
        if statement.source and statement.source != OURS:
            found.setdefault(statement.source, []).append((value, statement))
    assumed = sum(statement.source in ("", OURS) for _, statement in read)
    return [_catalogue_group(source, values, known) for source, values in found.items()], assumed


def _catalogue_group(source: str, values: Sequence[tuple[tuple[str, str, str], Statement]], known: Known) -> Group:
    without = known.catalogue.held_without(frozenset({source}))
    alone = [" ".join(value) for value, _ in values if not without.has(*value)]
    return Group(source, CATALOGUE, (source,), tuple(statement for _, statement in values), ", ".join(alone))


def _without(place: int, groups: Sequence[Group], task: Task) -> tuple[list[Change], str]:
    """What changes without a source, or why nothing can be run without it."""
    group, words = groups[place], words_of(task.tracker.language)
    if group.cannot:
        return [], words.say("source_alone", values=group.cannot)
    day = task.tracker.inputs_on(task.day)
    if not task.tracker.memo.closed:  # once in a process: what no source changes is then held, and nothing pushes it out
        task.tracker.odds(day, task.claims)
        task.tracker.memo.closed = True
    try:
        with speaking(task.tracker.language):  # a process of its own knows no language
            left = _inputs_without(group, day)
            if not left.known.phases:
                return [], words.texts["source_nothing"]
            if not _matters(left, day, task.names):
                return [], ""
            found = task.tracker.odds(left, task.claims)
    except InputError as error:
        return [], "; ".join(fault.message for fault in error.faults)
    alone = _alone(found, group, day, task) if task.closely and group.kind == PROGRAMME else {}
    with speaking(task.tracker.language):
        changes = [_change(key, found.get(key), group, (day, left), task, alone.get(key, ())) for key in task.keys]
    return [change for change in changes if change is not None], ""


def _alone(found: Mapping[Key, Judgement], group: Group, day: Inputs, task: Task) -> dict[Key, list[Statement]]:
    """For each verdict that hangs on a source and is not decided by a record of it: the fields of which what it says alone decides.

    What one source says of one field of a site on several phases goes together, as one of equal phases would say too little.
    """
    own = {said.path for said in group.statements}
    flips = [key for key in task.keys if key not in found or found[key].status != task.whole[key].status]
    asked = [key for key in flips if not any(said.path in own for said in task.whole[key].found.deciding)]
    out: dict[Key, list[Statement]] = {key: [] for key in asked}
    fields = [tuple(members) for members in groups_of(group.statements).values()] if asked else []
    for members in fields if len(fields) > 1 else ():
        left = _inputs_without(group._replace(statements=members), day)
        if not left.known.phases or not _matters(left, day, task.names):
            continue
        told = task.tracker.odds(left, task.claims)
        for key in asked:
            if told[key].status != task.whole[key].status:
                out[key] += members
    return out


def _inputs_without(group: Group, day: Inputs) -> Inputs:
    """The inputs as if nobody had made the statements of a source; those that they do not touch are shared with the day's."""
    if group.kind == PROGRAMME:
        return Inputs(day.known.without(frozenset(said.path for said in group.statements)), model_graph(), day)
    return Inputs(replace(day.known, catalogue=day.known.catalogue.held_without(frozenset(group.members))), model_graph())


def _matters(left: Inputs, day: Inputs, names: Sequence[str]) -> bool:
    """Whether any input or record differs: where none does every verdict is the same."""
    return left.known.programme.records != day.known.programme.records or left.differs(day, names, options=True)


# --- what changes -----------------------------------------------------------------------------------------------------------------


def _change(
    key: Key, after: Judgement | None, group: Group, inputs: tuple[Inputs, Inputs], task: Task, alone: Sequence[Statement]
) -> Change | None:  # fmt: skip
    """What changes of a verdict; None where nothing does. `alone`: what of the source decides it by itself, where that was looked for."""
    before = task.whole[key]
    status, odds = (after.status, odds_of(after)) if after is not None else (TOO_THIN, None)
    made = Change(*key, before.status, status, odds_of(before), odds)
    if not made.flips:
        return made if made.points is not None and abs(made.points) >= TOLD else None
    carrying = alone or _carrying(key, before, group, inputs, task)
    words = words_of(task.tracker.language)
    on = tuple(dict.fromkeys(f"{_field(said)}: {value_text(said, words)}" for said in carrying))
    missing = after.missing if after is not None else ()
    if group.kind == CATALOGUE:
        return replace(made, on=on, missing=missing)
    made = replace(made, alone=bool(alone))
    seconds = _seconds(carrying, inputs[0].known, words)
    agreed = {field for field, second in seconds if second.same}
    seconded = bool(carrying) and agreed >= {_path(said) for said in carrying}
    told = {second.source: second for _, second in sorted(seconds, key=lambda pair: pair[1].same)}
    ranked = tuple(sorted(told.values(), key=lambda second: (not second.same, second.grade, second.source)))
    return replace(made, on=on, missing=missing, seconds=ranked, seconded=seconded)


def _carrying(key: Key, before: Judgement, group: Group, inputs: tuple[Inputs, Inputs], task: Task) -> list[Statement]:
    """The statements of a source on which a verdict rests: those that decide it as records, else those of the values that differ."""
    own = {said.path for said in group.statements}
    deciding = [said for said in before.found.deciding if said.path in own]
    if deciding:
        return deciding
    day, left = inputs
    names = inputs_behind(task.tracker.ask(day.known, claims_with(task.programme, [key])))
    moved = [estimate for name in names for estimate in _differing(day[name], left[name])]
    taken = [said for estimate in moved for said in estimate.statements[:1] if said.path in own]
    return list(dict.fromkeys(taken or [said for estimate in moved for said in estimate.statements if said.path in own]))


def _differing(made: Input, left: Input) -> Iterator[Estimate]:
    """The cells of an input that are gone or hold another value in another state."""
    if made is left:
        return
    others = dict(zip(left.labels, left.estimates, strict=True))
    for label, estimate in zip(made.labels, made.estimates, strict=True):
        other = others.get(label)
        if other is None or not same(estimate.value, other.value):
            yield estimate


def _seconds(carrying: Iterable[Statement], known: Known, words: Messages) -> list[tuple[str, Second]]:
    """Other sources, of another root, that speak of the same fields, each with its field."""
    sources = known.programme.sources
    by_field: dict[str, list[Statement]] = {}
    for said in statements_of(known.programme):
        by_field.setdefault(_path(said), []).append(said)
    out = list[tuple[str, Second]]()
    for said in carrying:
        for other in by_field.get(_path(said), ()):
            if not other.source or root_of(other.source, sources) == root_of(said.source, sources):
                continue
            publisher, grade = publisher_of(other.source, sources), grade_of(other, sources)
            text = f"{_field(other)}: {value_text(other, words)}"
            out.append((_path(said), Second(other.source, publisher, grade, text, _alike(said, other))))
    return out


def _path(said: Statement) -> str:
    """The field in which a statement stands, without its place there."""
    return _PLACE.sub("", said.path)


def _field(said: Statement) -> str:
    """A field in a few words: `abilene operational`."""
    if said.path.startswith("records."):
        return _path(said).removeprefix("records.")
    return field_text([said])


def _alike(one: Statement, other: Statement) -> bool:
    """Whether two statements say the same: dates whose windows meet, numbers as close as two reports round them, equal texts."""
    a, b = one.value, other.value
    if isinstance(a, Window) and isinstance(b, Window):
        return a.start <= b.end and b.start <= a.end
    if isinstance(a, (bool, str)) or isinstance(b, (bool, str)):
        return a == b
    if isinstance(a, Window) or isinstance(b, Window):
        return False
    x, y = _middle(a), _middle(b)
    return abs(x - y) <= ALIKE * max(abs(x), abs(y))


def _middle(value: float | Distribution) -> float:
    return value.quantile(0.5) if isinstance(value, Distribution) else float(value)


def _dropped(group: Group, changes: Sequence[Change], cannot: str, known: Known) -> Dropped:
    entries: Mapping[str, Any] = known.programme.sources if group.kind == PROGRAMME else known.catalogue.catalogue.sources
    entry = entries.get(group.root) or entries.get(group.members[0])
    ranked = tuple(sorted(changes, key=lambda one: (not one.flips, -abs(one.points or 0.0), one.claim, one.reading)))
    publisher, title, grade = (entry.publisher, entry.title, entry.grade) if entry else (group.root, "", "D")
    return Dropped(group.root, group.kind, group.members, publisher, title, grade, len(group.statements), ranked, cannot)
