"""What is in conflict where nothing keeps what is asked, also with what was left out of what may be chosen: powers, accelerators, ..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from stargauge.plan.build_order.asked import Wanted
from stargauge.plan.build_order.case.case import Array, BuildCase, Choice
from stargauge.plan.build_order.case.choices import FILE, POWERS
from stargauge.plan.build_order.case.days import Days
from stargauge.plan.build_order.case.decisions import chips_for
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.conflict.conflict import Asked, Conflict, LeftOut, conflict_of
from stargauge.plan.build_order.orders.feasible import Feasible
from stargauge.plan.build_order.orders.most import Mosts
from stargauge.plan.build_order.solver.solve import solve
from stargauge.plan.build_order.told.figures import fastest
from stargauge.plan.build_order.told.said import CHIPS, DATE, Said
from stargauge.plan.build_order.told.said import POWERS as SOURCES
from stargauge.programme.known import Known
from stargauge.quantity.dates import month_end

#: The seconds for a program in the search for a conflict.
_SECONDS = 1.5


class Of(Protocol):
    """What a plan is made from, as far as it is needed here."""

    @property
    def asked(self) -> Wanted:
        """What is asked."""

    @property
    def now(self) -> Known:
        """What is known."""


def conflict_in(
    of: Of, made: Prepared, wide: Prepared, days: Days, mosts: Mosts, found: Sequence[tuple[Choice, ...]], more: Array
) -> Conflict:  # fmt: skip
    """What is in conflict of what is asked. Raises NoConflict with an order that keeps it, by the reckoning.

    `made`: as asked; `wide`: with nothing left out, `days`: makes it by other days; `found`: orders of `made` in hand; `more`: what each
    target has to be kept with on top, as the ordinary run shows less than the reckoning.
    """
    case = wide.case
    asked = Asked(case, left_out(of.asked, case, of.now))
    whole = asked.whole
    hands = [wide.as_filed, fastest(wide), fastest(replace(wide, case=whole)), ()]
    hands += [one for old in found if (one := translated(made.case, old, case)) is not None]
    find = Feasible(solve, days.moved, dict.fromkeys(hands), _SECONDS, tuple(more.tolist()))

    def most(place: int) -> float:
        best = mosts.of(made, place, more)
        if best.chosen is not None and (one := translated(made.case, best.chosen, case)) is not None:
            find.pool[one] = None
        return best.amount

    return conflict_of(asked, find, with_day=lambda place, when: days.at(whole, place, when), until=of.now.months[-1], most=most)


def widened(asked: Wanted, now: Known) -> Wanted:
    """The same with nothing left out: all powers, the usual accelerators too, further buildings, starts from the day of knowledge on."""
    usual = chips_for(now)
    chips = asked.chips if set(usual) <= set(asked.chips) else (*(one for one in asked.chips if one not in usual), *usual)
    return replace(asked, powers=POWERS, chips=chips, further=True, start_from=now.as_of)


def left_out(asked: Wanted, wide: BuildCase, now: Known) -> tuple[LeftOut, ...]:
    """What is asked that leaves options out of the case in which none is. What is left as the file has it has its own dates and chips."""
    file = np.array([one == FILE for one in wide.powers])[:, None, None]
    powers = [one for one in wide.powers if one in asked.powers]
    found = [
        ("powers", Said("only {powers} may power a site", {"powers": (powers, SOURCES)}), np.isin(wide.powers, powers)[:, None, None]),
        (
            "chips", Said("no accelerators but {chips}", {"chips": (list(asked.chips), CHIPS)}),
            file | np.isin(wide.chips, asked.chips)[:, None],
        ),
        (
            "further", Said("no buildings beyond those of the file"),
            np.array([asked.further or not one.further for one in wide.buildings])[:, None, None, None],
        ),
        (
            "start_from", Said("no work begins before {day}", {"day": (str(asked.start_from), DATE)}),
            file | np.array([asked.start_from <= now.as_of or one >= month_end(asked.start_from) for one in wide.months]),
        ),
    ]  # fmt: skip
    return tuple(
        LeftOut(kind, said, np.broadcast_to(mask, wide.allowed.shape)) for kind, said, mask in found if (wide.allowed & ~mask).any()
    )


def translated(case: BuildCase, chosen: Sequence[Choice], wide: BuildCase) -> tuple[Choice, ...] | None:
    """An order of a case as one of another with the same buildings, powers, accelerators and months; None where that has them not."""
    buildings, out = [one.id for one in wide.buildings], list[Choice]()
    for one in chosen:
        building, power, chip = case.buildings[one.building].id, case.powers[one.power], case.chips[one.chip]
        if building not in buildings or power not in wide.powers or chip not in wide.chips:
            return None
        place, at = buildings.index(building), wide.powers.index(power)
        open_here = np.argwhere(wide.allowed[place, at])
        if power == FILE and len(open_here):
            out.append(Choice(place, at, *(int(part) for part in open_here[0])))
            continue
        if case.months[one.start] not in wide.months:
            return None
        out.append(Choice(place, at, wide.chips.index(chip), wide.months.index(case.months[one.start])))
    return tuple(sorted(out)) if all(wide.allowed[one] for one in out) else None
