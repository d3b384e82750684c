"""What if: the numbers that charts show and the odds of the open claims with a few inputs changed, soon enough to follow a hand.

Everything is run once as drawn. A change then makes again only what lies downstream of it: every other cell draws what it drew, since
streams are named, and values, months of a chart and odds are looked up by what they are made of. What is kept is bounded, however many
changes are asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from stargauge.audit.claims.evaluate import Judge, Outcome
from stargauge.audit.claims.questions import Question
from stargauge.audit.claims.verdict import OPEN, SILENT, Judgement, Setting, judge
from stargauge.audit.run import captures_of, setting_of
from stargauge.engine.memo import Memo
from stargauge.engine.result import World, gather
from stargauge.engine.run import Progress, Run
from stargauge.engine.series import plain
from stargauge.quantity.address import parse_address
from stargauge.quantity.statement import Input

#: The levels of a fan.
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
#: Bytes of values as drawn, and of those made for the last changes, that wait for the next change.
BASE_BYTES, RECENT_BYTES = 512 * 2**20, 192 * 2**20
#: How many series and odds of earlier changes are kept; each takes some kilobytes.
MOST_FOUND = 1024
COLLECTOR = "what if"


@dataclass(frozen=True)
class Shown:
    """One answer: series by address as plain data (P10 to P90 by month), and the judgement of every open reading by `claim/reading`."""

    quantities: Mapping[str, Mapping[str, Any]]
    judgements: Mapping[str, Judgement]
    draws: int


@dataclass
class Found:
    """What was found last, by what it was made of; what was used longest ago leaves."""

    most: int = MOST_FOUND
    held: OrderedDict[Any, Any] = field(default_factory=OrderedDict)

    def get(self, key: Any) -> Any:
        """What is held under a key, or None."""
        if key in self.held:
            self.held.move_to_end(key)
        return self.held.get(key)

    def put(self, key: Any, value: Any) -> None:
        """Hold something, and let what was used longest ago go."""
        self.held[key] = value
        while len(self.held) > self.most:
            self.held.popitem(last=False)


class WhatIf:
    """A world, the addresses shown of it and the readings asked of it; `answer` says what they are with some inputs changed.

    `moved`: the inputs that are expected to change; any other may too, which takes as long as a run.
    """

    def __init__(
        self, world: World, known: Any, addresses: Sequence[str], questions: Sequence[Question], claims: Mapping[str, Any],
        draws: int, moved: Iterable[str] = (), archive: Callable[[Sequence[Question]], Judge] | None = None,
        threads: int = 1,
    ) -> None:  # fmt: skip
        self.world, self.draws, self.addresses = world, world.drawn(draws), tuple(str(parse_address(one)) for one in addresses)
        self.questions = tuple(questions)
        self.setting: Setting = setting_of(known, world.frame)
        self.captured = {name: bool(capture) for name, capture in captures_of(known, claims).items()}
        self._judge = archive
        self._names = {address: parse_address(address).name for address in self.addresses}
        self._behind = {one.key: Judge.of([one.reading]).needs for one in self.questions}
        self._keep(moved)
        self.found = Found()
        self.threads = threads

    def _keep(self, moved: Iterable[str]) -> None:
        """Make ready to hold what no change of these inputs makes again."""
        names = self.names
        beside = self.world.graph.beside(moved, self.world.graph.upstream(names)) if names else set()
        self.base = Memo(BASE_BYTES, frozenset(beside))
        self.recent = Memo(RECENT_BYTES, frozenset(beside), self.base)

    @property
    def names(self) -> list[str]:
        """Every quantity that is shown or asked for."""
        return sorted({*self._names.values(), *(name for needs in self._behind.values() for name in needs)})

    def answer(self, changed: Mapping[str, Input] | None = None, progress: Progress | None = None) -> Shown:
        """What is shown, with some inputs changed; nothing is made again that does not lie downstream of them."""
        world = replace(self.world, inputs={**self.world.inputs, **changed}) if changed else self.world
        memo = self.recent if self.base.closed else self.base
        run = world.run(self.names, memo)
        series = {address: (address, run.keys[name]) for address, name in self._names.items()}
        odds = {one.key: (one.key, *(run.keys[name] for name in self._behind[one.key])) for one in self.questions}
        wanted = [address for address, key in series.items() if self.found.get(key) is None]
        asked = [one for one in self.questions if self.found.get(odds[one.key]) is None]
        made, outcomes = self._made(world, wanted, asked, memo, progress)
        for address, data in made.items():
            self.found.put(series[address], data)
        for one in asked:
            told = judge(one, outcomes.get(one.key), self.setting, captured=self.captured[one.claim])
            self.found.put(odds[one.key], told)
        self.base.closed = True
        made |= {address: self.found.get(key) for address, key in series.items() if address not in made}
        return Shown(
            {address: made[address] for address in self.addresses}, {name: self.found.get(key) for name, key in odds.items()}, self.draws
        )

    def _made(
        self, world: World, wanted: Sequence[str], asked: Sequence[Question], memo: Memo, progress: Progress | None
    ) -> tuple[dict[str, Any], dict[str, Outcome]]:  # fmt: skip
        """Series and outcomes from one pass over the draws."""
        if not wanted and not asked:
            return {}, {}
        collector = self._judge(asked) if asked and self._judge is not None else None
        with ThreadPoolExecutor(self.threads) if self.threads > 1 else nullcontext(1) as workers:  # gone with the answer
            passed = gather(
                world, wanted, self.draws, collectors={COLLECTOR: collector} if collector is not None else {}, workers=workers, memo=memo,
                progress=progress,
            )  # fmt: skip
        outcomes = {}
        if collector is not None:
            by_reading = collector.outcomes(passed.collected[COLLECTOR])
            outcomes = {one.key: by_reading[one.reading] for one in asked if one.reading in by_reading}
        return {address: _data(passed.series[address]) for address in wanted}, outcomes


def _data(series: Any) -> dict[str, Any]:
    """A series as plain data, as an answer with charts has it."""
    found = series.quantiles(LEVELS)
    levels = {f"p{round(100 * level)}": plain(np.asarray(value)) for level, value in found.items()}
    months = {"months": list(series.months)} if series.months else {}
    return {"unit": series.unit, "says": series.says, "absent": list(series.absent), **months, **levels}


def still_open(judgement: Judgement) -> bool:
    """Whether a reading has odds that a change may move."""
    return judgement.odds is not None and judgement.status in (OPEN, SILENT)


__all__ = ["LEVELS", "Run", "Shown", "WhatIf", "still_open"]
