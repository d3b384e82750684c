"""What can wait: how long each start, what it hangs on, and what waiting for everything costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.plan.build_order.case import Array, BuildCase, BuildOrder, Choice, Mask, faults_of, kept_in, value_of
from stargauge.plan.build_order.information import Fact
from stargauge.plan.build_order.relief import most_probability
from stargauge.plan.build_order.variants import Finder, accuracy_text, cost_of, day_text, limit_text, not_before, share_text, used
from stargauge.quantity.errors import counted
from stargauge.quantity.units import show

#: From which share of the worlds that are missed something decides, and how surely a fact has to tell those worlds from the others.
_DECIDES, _TELLS = 0.5, 0.75


@dataclass(frozen=True)
class Decision:
    """By when a building has to be started, all others as planned; `hangs_on`: what decides whether a later start would do."""

    building: str
    start: date
    latest: date
    slack: int
    hangs_on: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data: dates ISO, slack in months."""
        return {"building": self.building, "start": str(self.start), "latest": str(self.latest), "slack": self.slack,
                "hangs_on": list(self.hangs_on), "text": self.text}  # fmt: skip

    @property
    def text(self) -> str:
        """In a sentence."""
        late = f"{self.building} may start {counted(self.slack, 'month')} later, by {day_text(self.latest)}"
        first = late if self.slack else f"{self.building} has to start by {day_text(self.latest)}"
        return first + (f"; it hangs on {', '.join(self.hangs_on)}" if self.hangs_on else "")


def decisions(case: BuildCase, order: BuildOrder, facts: Sequence[Fact] = ()) -> tuple[Decision, ...]:
    """How many months each start alone may slip with all targets, limits and the order of its site kept, and what ends it.

    Where a target ends it, what decides in the worlds that would be missed: the power, if another carries the building in time there; its
    accelerators, if others would be there; otherwise the work itself; and whichever fact tells these worlds from the others.
    """
    return tuple(_decision(case, order, at, facts) for at in range(len(order.chosen)))


def _decision(case: BuildCase, order: BuildOrder, at: int, facts: Sequence[Fact]) -> Decision:
    one, latest = order.chosen[at], order.chosen[at].start
    hangs: tuple[str, ...] = ()
    for start in range(one.start + 1, len(case.months)):
        moved = (*order.chosen[:at], one._replace(start=start), *order.chosen[at + 1 :])
        if faults_of(case, moved):
            hangs = _what_ends(case, order, moved, moved[at], facts)
            break
        latest = start
    return Decision(case.buildings[one.building].id, case.months[one.start], case.months[latest], latest - one.start, hangs)


def _what_ends(case: BuildCase, order: BuildOrder, moved: tuple[Choice, ...], one: Choice, facts: Sequence[Fact]) -> tuple[str, ...]:
    kept = kept_in(case, moved)
    short = [at for at, target in enumerate(case.targets) if float(case.weights[kept[at]].sum()) < target.probability - 1e-9]
    if short:
        missed = kept_in(case, order.chosen)[short] & ~kept[short]
        return _what_decides(case, one, short, missed, facts)
    later = BuildOrder(moved, 0.0, 0.0, kept)
    full = [limit_text(limit) for limit in case.limits if used(limit, later) > limit.most + 1e-6 * max(abs(limit.most), 1.0)]
    return tuple(full) or ("the next start of work at the site",)


def _what_decides(case: BuildCase, one: Choice, short: Sequence[int], missed: Mask, facts: Sequence[Fact]) -> tuple[str, ...]:
    site = case.sites[case.buildings[one.building].site]
    there = case.there[short, one.building][..., one.start, :] > 0.5  # (target, power, chip, world)
    out = []
    if _share(case, np.asarray(there[:, :, one.chip].any(axis=1)), missed) >= _DECIDES:
        out.append(f"how soon {case.powers[one.power]} carries {site}")
    if _share(case, np.asarray(there[:, one.power].any(axis=1)), missed) >= _DECIDES:
        out.append(f"when {case.chips[one.chip]} is delivered")
    worlds = np.asarray(missed.any(axis=0))
    told = [fact.text for fact in facts if fact.site in ("", site) and _tells(fact.values, worlds) >= _TELLS]
    return tuple(out + told) or ("how long the work on it takes",)


def _share(case: BuildCase, there: Mask, missed: Mask) -> float:
    """Share of what is missed in which it would be there."""
    return float(((there & missed) @ case.weights).sum() / max((missed @ case.weights).sum(), 1e-12))


def _tells(values: Array, worlds: Mask) -> float:
    """How often a fact is larger in one of some worlds than in one of the others: a half is chance (Mann and Whitney 1947)."""
    if worlds.all() or not worlds.any():
        return 0.5
    inside, outside = values[worlds][:, None], values[~worlds][None]
    return float(np.mean((inside > outside) + 0.5 * (inside == outside)))


@dataclass(frozen=True)
class Delay:
    """What it costs to start nothing for some months; `options`: the share of what may be chosen that is left.

    `probabilities`: the most that can be had of each target then, the others as asked; None where all is still possible.
    """

    months: int
    cost: float | None
    difference: float | None
    options: float
    probabilities: tuple[float, ...] | None
    text: str

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "months": self.months, "possible": self.cost is not None, "cost": self.cost, "difference": self.difference,
            "options": self.options, "probabilities": None if self.probabilities is None else list(self.probabilities), "text": self.text,
        }  # fmt: skip


def delays(case: BuildCase, order: BuildOrder, find: Finder, months: Sequence[int] = (6, 12, 24)) -> tuple[Delay, ...]:
    """What it costs, or what becomes of the probability, if no work starts for so many months. Waiting longer never costs less.

    The longest first: what does after a long wait does after a shorter one too; and the order in hand with its early starts pushed back
    may do.
    """
    out: list[Delay] = []
    order = find.settled(case, order)
    hands: list[BuildOrder] = []
    for wait in sorted(months, reverse=True):
        later = not_before(case, wait)
        late_enough = all(one.start >= wait for one in order.chosen)
        found = order if late_enough else find.near(later, *hands, pushed(case, order, wait))
        if found is None and not find.anew:
            found = find.best(later)
        left = float(later.allowed.sum() / max(case.allowed.sum(), 1))
        if found is None:
            odds = tuple(most_probability(later, at, find) for at in range(len(case.targets)))
            out.append(Delay(wait, None, None, left, odds, _lost_text(case, wait, odds)))
        else:
            hands = [found]
            more = max(0.0, found.value - cost_of(case, order, find))
            close = accuracy_text(more, cost_of(case, order, find) - order.bound)
            told = f"costs {show(more, find.unit)} more{close}" if more > 0 else "costs nothing"
            out.append(Delay(wait, found.value, more, left, None, f"to start nothing for {counted(wait, 'month')} {told}"))
    return tuple(reversed(out))


def pushed(case: BuildCase, order: BuildOrder, months: int) -> BuildOrder:
    """An order in which nothing starts in the first months: early starts are put off, those after them as their site asks."""
    made: dict[int, Choice] = {}
    for one in sorted(order.chosen):
        site, before = case.buildings[one.building].site, made.get(one.building - 1)
        first = months
        if before is not None and case.buildings[before.building].site == site:
            first = max(first, before.start + (case.spacing[site] if case.spacing else 0))
        made[one.building] = one._replace(start=min(max(one.start, first), len(case.months) - 1))
    chosen = tuple(made.values())
    return BuildOrder(chosen, value_of(case, chosen), -np.inf, kept_in(case, chosen))


def _lost_text(case: BuildCase, wait: int, odds: Sequence[float]) -> str:
    told = [f"{share_text(one)} in place of {share_text(target.probability)}" for one, target in zip(odds, case.targets, strict=True)
            if one < target.probability]  # fmt: skip
    return f"after {counted(wait, 'month')} in which nothing starts, what is asked cannot be had: {', '.join(told)} at most"
