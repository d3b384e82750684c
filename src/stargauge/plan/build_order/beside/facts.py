"""What is not known yet and shows itself one day: transformers, grid, plants, halls and accelerators of a plan, in every draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import Array, Choice
from stargauge.plan.build_order.case.choices import FILE
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.case.worlds import ACTIVITIES_OF, days_of, ready_of
from stargauge.quantity.dates import from_day

#: In what share of the draws an activity has to be the last one that hall and power wait for to matter.
_MATTERS = 0.05
#: From which correlation of ranks on two facts are one.
_SAME = 0.98
#: How facts of a site are called, by kind.
_TEXTS = {
    "grid_connection": "when the grid feeds {}", "transformers": "when the transformers of {} are there",
    "switchgear": "when the switchgear of {} is there", "onsite_generation": "when the plant of {} is there",
    "stated_power": "when the power that is stated for {} is there", "hall": "how long work on the hall of {} takes",
    "delivery": "when {} is delivered", "as_filed": "when {} runs, left as the file has it",
    "under_way": "when {}, under way, is ready for racks", "all_under_way": "how much of what is under way runs by {}",
}  # fmt: skip


class Fact(NamedTuple):
    """Something not known yet: its value in each draw, the larger the later or the worse.

    `kind`: an activity of the network, `stated_power`, `delivery`, `as_filed`, `under_way` or `all_under_way`; `of`: the site, phase,
    accelerator or day it is of; `site`: empty where it is of none; `known_by`: the day on which it shows itself in the run of the plan, the
    median of the draws; None where that is never.
    """

    kind: str
    of: str
    site: str
    values: Array
    known_by: date | None

    @property
    def name(self) -> str:
        """What tells it from others."""
        return f"{self.kind} {self.of}"

    @property
    def text(self) -> str:
        """As a clause that follows "to know"."""
        return _TEXTS[self.kind].format(self.of)

    def to_dict(self) -> dict[str, Any]:
        """What it is, as plain data; without its values."""
        day = str(self.known_by) if self.known_by else None
        return {"fact": self.name, "kind": self.kind, "of": self.of, "site": self.site, "text": self.text, "known_by": day}


def facts_of(made: Prepared, chosen: Sequence[Choice]) -> tuple[Fact, ...]:
    """The facts on which a plan hangs, those that are known first in front; of such as say the same in every draw the first.

    Of each site that is built on whatever hall and power wait for, of its first building; the time of the hall of each building, its start
    among it; the delivery of each accelerator that does not ship yet; of what is left as the file has it the day it runs; of what is
    under way the day on which hall and power are ready; and what there will be from it of the first target.
    """
    every = [*_of_sites(made, chosen), *_of_chips(made, chosen), *_as_filed(made, chosen), *_under_way(made)]
    out = list[Fact]()
    for one in sorted((one for one in every if np.ptp(_ranks(one.values)) > 0.0), key=lambda one: (one.known_by or date.max, one.name)):
        if not any(_correlation(one.values, other.values) >= _SAME for other in out):
            out.append(one)
    return tuple(out)


def months_before(made: Prepared, known_by: date | None) -> int:
    """In how many of the months of a case work starts before a day; in all of them where it never comes."""
    return len(made.case.months) if known_by is None else sum(month < known_by for month in made.case.months)


def _of_sites(made: Prepared, chosen: Sequence[Choice]) -> Iterator[Fact]:
    case, worlds = made.case, made.all_worlds
    planned, first = days_of(case.months), dict[int, Choice]()
    for one in sorted(chosen, key=lambda one: (one.start, one.building)):
        if case.powers[one.power] != FILE:
            first.setdefault(case.buildings[one.building].site, one)
    for site, one in sorted(first.items()):
        start, ready = (row[:, 0] for row in ready_of(worlds, np.array([one.building]), np.array([one.power]), planned[[one.start]]))
        waits, since = worlds.activities[:, :, one.building, one.power], worlds.since[:, one.building, one.power]
        for place, kind in enumerate(ACTIVITIES_OF):
            if kind != "hall" and _last(start + waits[:, place], ready):
                yield Fact(kind, case.sites[site], case.sites[site], waits[:, place], _shown(start + waits[:, place]))
        if _last(since, ready):
            yield Fact("stated_power", case.sites[site], case.sites[site], since, _shown(since))
    for one in chosen:
        if case.powers[one.power] != FILE:
            start, ready = (row[:, 0] for row in ready_of(worlds, np.array([one.building]), np.array([one.power]), planned[[one.start]]))
            done = start + worlds.activities[:, ACTIVITIES_OF.index("hall"), one.building, one.power]
            if _last(done, ready):
                building = case.buildings[one.building]
                yield Fact("hall", building.id, case.sites[building.site], done - planned[one.start], _shown(done))


def _of_chips(made: Prepared, chosen: Sequence[Choice]) -> Iterator[Fact]:
    case, today = made.case, days_of(made.case.months)[0]
    for chip in sorted({one.chip for one in chosen if case.powers[one.power] != FILE}):
        ships = made.all_worlds.ships[:, chip]
        if np.median(ships) > today:
            yield Fact("delivery", case.chips[chip], "", ships, _shown(ships))


def _as_filed(made: Prepared, chosen: Sequence[Choice]) -> Iterator[Fact]:
    case = made.case
    for one in chosen:
        if case.powers[one.power] == FILE:
            building, runs = case.buildings[one.building], made.all_worlds.filed[:, one.building]
            yield Fact("as_filed", building.id, case.sites[building.site], runs, _shown(runs))


def _under_way(made: Prepared) -> Iterator[Fact]:
    wanted, names, today = made.queues.got["racks_wanted"], made.queues.names, days_of(made.case.months)[0]
    for one in made.under_way:
        days = wanted[:, names.index(one.id)]
        if np.median(days) > today:
            yield Fact("under_way", one.id, one.id.split("/")[0], days, _shown(days))
    if made.case.targets:
        by = made.case.targets[0].day
        yield Fact("all_under_way", str(by), "", -made.fixed[0], by)


def _last(done: Array, ready: Array) -> bool:
    """Whether something is often enough the last that is waited for."""
    return float((done >= ready - 1.0).mean()) >= _MATTERS


def _shown(days: Array) -> date | None:
    middle = float(np.quantile(np.nan_to_num(days, nan=np.inf), 0.5, method="lower"))
    return from_day(middle) if np.isfinite(middle) else None


def _ranks(values: Array) -> Array:
    """Places in order; values that are the same share one."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - count / 2.0)[place])


def _correlation(one: Array, other: Array) -> float:
    """Of the ranks of two facts (Spearman 1904)."""
    return float(np.corrcoef(_ranks(one), _ranks(other))[0, 1])
