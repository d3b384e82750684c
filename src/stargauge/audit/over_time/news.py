"""What changed a number between two knowledge dates: what came in between, each alone left out on the later one, in the same draws.

Statements that one source made about the same field of the same site are one; of the catalogue what is left out is all that came in of one
kind of data. Apart from these stands the passing of time: what was known on the earlier day, read on the later one. What is left over is
several together: as what is alone is no sum, all of it makes the whole change of the median, and of the mean, only together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from stargauge.audit.over_time.movers import TOGETHER, LeftOut, groups_of, kinds_left_out, left_out
from stargauge.engine.assembly import Inputs
from stargauge.engine.executors import each
from stargauge.engine.memo import Memo
from stargauge.engine.series import plain
from stargauge.engine.simulate import model_graph, simulate
from stargauge.engine.spread import quantiles
from stargauge.engine.streams import BLOCK
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme, statements_of
from stargauge.quantity.address import parse_address, parse_share
from stargauge.quantity.errors import InputError
from stargauge.quantity.statement import Statement

#: The passing of time, and what several do together, told apart; where they cannot be, they are TOGETHER.
TIME, SEVERAL = "time passing", "several together"
#: Groups of statements that one process leaves out before another takes over.
TOGETHER_AT_MOST = 12
#: What came in is weighed in the first block of draws; so many of the strongest again in all of them.
MOST_AGAIN = 8
#: A change below this share of the number is rounding.
ROUNDING = 1e-9


class Level(NamedTuple):
    """A number over draws: P10, P50, P90 and mean."""

    p10: float
    p50: float
    p90: float
    mean: float

    def to_dict(self) -> dict[str, float | None]:
        """As plain data; what is not finite as None."""
        return {name: plain(value) for name, value in self._asdict().items()}


@dataclass(frozen=True)
class News:
    """Something that came in: its text, the change of median and mean that goes with it alone, its source and paths.

    `median`, `mean`: None where nothing can be told without it. `draws`: in how many it was left out. `kind`: of
    catalogue data.
    """

    text: str
    median: float | None
    mean: float | None
    source: str = ""
    paths: tuple[str, ...] = ()
    draws: int = 0
    kind: str = ""


@dataclass(frozen=True)
class Asked:
    """Who is asked the same number of several states of a programme: the address, the date it is read at, draws and seed."""

    address: str
    when: date | None
    draws: int
    seed: int
    memo: Memo
    _days: dict[date, tuple[Inputs, Level | None]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def names(self) -> list[str]:
        """The inputs behind the number."""
        graph, name = model_graph(), (parse_share(self.address) or parse_address(self.address)).name
        return [one for one in sorted(graph.upstream([name])) if graph.quantities[one].is_input]

    def on(self, view: Callable[[date], Known], day: date) -> tuple[Inputs, Level | None]:
        """What is known on a day, for other states to be like it, and the number then; made once, and what it needed kept."""
        if day not in self._days:
            inputs = Inputs(view(day), model_graph(), shared=True)
            self.memo.closed = False
            self._days[day] = inputs, self.level(inputs)
            self.memo.closed = True
        return self._days[day]

    def level(self, inputs: Inputs) -> Level | None:
        """The number in a state; None where it cannot stand alone, or nobody says anything of it."""
        if not inputs.known.phases:
            return None
        part = parse_share(self.address)
        try:
            result = simulate(
                inputs.known, [str(part or parse_address(self.address))], draws=self.draws, seed=self.seed, memo=self.memo, inputs=inputs,
                dates=(self.when,) if self.when else (), only_dates=self.when is not None,
            )  # fmt: skip
            series = result[str(part or parse_address(self.address))]
            values = series.at(self.when).values if self.when is not None and "month" in series.axes else series.values
        except InputError:
            return None
        if (values != values).all():
            return None
        low, middle, high = (float(one) for one in quantiles(values, (0.1, 0.5, 0.9)))
        present = values[values == values]
        return Level(low, middle, high, float(present.mean()))


def news_between(
    start: date, view: Callable[[date], Known], end: date, programme: Programme, asked: Asked, workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> tuple[Level | None, Level | None, tuple[News, ...]]:  # fmt: skip
    """A number as known on two days, and what came in between, the strongest first; last time passing, and what is left of the change.

    `workers`: processes that share the work; the same bits for any number.
    """
    earlier = view(start)
    before = asked.level(Inputs(earlier, model_graph()))
    aged = asked.level(Inputs(replace(earlier, as_of=end), model_graph())) if before is not None else None
    after = asked.on(view, end)[1]
    new = [said for said in statements_of(programme) if said.known_from and start < said.known_from <= end]
    groups = [tuple(members) for members in groups_of(new).values()]
    few = replace(asked, draws=min(asked.draws, BLOCK), memo=Memo(asked.memo.limit), _days={})
    tasks: list[_Task] = [_Task(tuple(groups[at : at + TOGETHER_AT_MOST])) for at in range(0, len(groups), TOGETHER_AT_MOST)]
    tasks.append(_Task(catalogue=tuple(view(end).catalogue.news(start))))
    found = [one for part in _shared(few, tasks, view, start, end, workers, progress, 0.0) for one in part]
    if few.draws < asked.draws:
        found = _again(found, asked, groups, view, start, end, workers, progress)
    elif progress is not None:
        progress(1.0)
    return before, after, _ranked(found, before, aged, after)


class _Task(NamedTuple):
    """What a process leaves out, one after the other: groups of statements, kinds of catalogue data."""

    groups: tuple[tuple[Statement, ...], ...] = ()
    catalogue: tuple[str, ...] = ()


def _again(
    found: Sequence[News], asked: Asked, groups: Sequence[tuple[Statement, ...]], view: Any, start: date, end: date, workers: int,
    progress: Callable[[float], None] | None,
) -> list[News]:  # fmt: skip
    """The strongest weighed again in all draws, the others as they are."""
    strong = [one for one in _strongest(found) if one.mean is not None][:MOST_AGAIN]
    by_paths = {tuple(sorted(said.path for said in members)): members for members in groups}
    tasks = [_Task((by_paths[one.paths],)) if one.paths else _Task(catalogue=(one.kind,)) for one in strong]
    made = [one for part in _shared(asked, tasks, view, start, end, workers, progress, 0.6) for one in part]
    told = {one.text for one in strong}
    return [*made, *(one for one in found if one.text not in told)]


def _shared(
    asked: Asked, tasks: Sequence[_Task], view: Any, start: date, end: date, workers: int, progress: Callable[[float], None] | None,
    done: float,
) -> Iterator[list[News]]:  # fmt: skip
    part = 0.4 if done else 0.6
    for number, one in enumerate(each(_news, (tasks, view, start, end, asked), len(tasks), workers), 1):
        yield one
        if progress is not None:
            progress(done + part * number / len(tasks))


def _news(place: int, tasks: Sequence[_Task], view: Any, start: date, end: date, asked: Asked) -> list[News]:
    day, whole = asked.on(view, end)
    groups, kinds = tasks[place]
    left = left_out(day, groups, asked.names) if groups else kinds_left_out(day, start, asked.names, kinds)
    return [one for missing in left for one in _effect(missing, whole, asked.level(missing.inputs), asked.draws)]


def _effect(left: LeftOut, whole: Level | None, without: Level | None, draws: int) -> list[News]:
    """What goes with something left out; nothing where the number is the same without it."""
    if whole is None:
        return []
    if without is None:
        return [News(left.text, None, None, left.source, left.paths, draws, left.kind)]
    median, mean = _change(without.p50, whole.p50), _change(without.mean, whole.mean)
    return [News(left.text, median, mean, left.source, left.paths, draws, left.kind)] if median or mean else []


def _change(before: float, after: float) -> float:
    if before == after:
        return 0.0
    change = after - before
    return change if abs(change) > ROUNDING * max(abs(before), abs(after)) else 0.0


def _strongest(found: Sequence[News]) -> list[News]:
    return sorted(found, key=lambda one: (one.mean is not None, -abs(one.mean or 0.0), -abs(one.median or 0.0), one.paths, one.text))


def _ranked(found: Sequence[News], before: Level | None, aged: Level | None, after: Level | None) -> tuple[News, ...]:
    """What nothing can be told without first, then the strongest by mean; last time passing, and what is left of the change."""
    ranked = _strongest(found)
    if before is None or after is None:
        return tuple(ranked)
    passing = [] if aged is None else [News(TIME, _change(before.p50, aged.p50), _change(before.mean, aged.mean))]
    parts = [*ranked, *passing]
    median = after.p50 - before.p50 - sum(one.median or 0.0 for one in parts)
    mean = after.mean - before.mean - sum(one.mean or 0.0 for one in parts)
    size = ROUNDING * max(abs(after.p50), abs(before.p50), abs(after.mean), abs(before.mean), *(abs(one.mean or 0.0) for one in parts), 0.0)
    text = TOGETHER if aged is None else SEVERAL
    rest = News(text, median if abs(median) > size else 0.0, mean if abs(mean) > size else 0.0)
    return (*parts, rest) if rest.median or rest.mean else tuple(parts)
