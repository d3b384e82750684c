"""The most of a target that can be had, measured in every draw with the queues of the model: one number for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from stargauge.plan.build_order.case.case import Array, Choice
from stargauge.plan.build_order.case.prepare import Prepared
from stargauge.plan.build_order.case.variants import Finder, some_targets
from stargauge.plan.build_order.conflict.relief import most_amount
from stargauge.plan.build_order.orders.feasible import Feasible
from stargauge.plan.build_order.told.promise import broken, enlarged, floors, kept_with

Chosen = tuple[Choice, ...]

#: How often the most is looked for by the program, and how near it is brought, as a share.
_MOSTS, _NEAR = 2, 0.04


class Most(NamedTuple):
    """The largest amount found, and an order that keeps it with the probability asked for; nought and none where nothing keeps the rest."""

    amount: float
    chosen: Chosen | None


@dataclass(frozen=True)
class Mosts:
    """Looks for the most of a target once for each question. `find`: the program; `hands`: orders to begin from."""

    find: Finder
    hands: tuple[Chosen, ...]
    known: dict[Any, Most] = field(default_factory=dict)

    def of(self, made: Prepared, place: int = 0, more: Array | None = None) -> Most:
        """The most of a target of what was prepared, all its other targets and limits kept, whatever amount it asks for.

        `more`: probabilities on top of those asked, as the ordinary run shows less than the reckoning. The same targets, days,
        probabilities, limits and options give the same number, with the `more` that was asked first.
        """
        case = made.case
        key = (
            place, tuple((one.text.partition(" >")[0], one.day, one.probability, one.amount * (at != place)) for at, one in
                         enumerate(case.targets)),
            tuple((one.kind, one.name, one.most) for one in case.limits), int(case.allowed.sum()),
        )  # fmt: skip
        if key not in self.known:
            self.known[key] = self._found(_first(made, place), np.zeros(len(case.targets)) if more is None else more)
        return self.known[key]

    def orders(self, made: Prepared) -> list[Chosen]:
        """Orders that may keep the most of the first target: by the program, then with the days that the queues gave; those in hand."""
        now, out = made, list[Chosen]()
        for _ in range(_MOSTS):
            _, order = most_amount(now.case, 0, self.find, near=_NEAR)
            if order is None:
                break
            out.append(order.chosen)
            now = made.held(floors(made, now, order.chosen))
        out = list(dict.fromkeys([*out, *(one for one in self.hands if not broken(made.case, one))]))
        best = max(out, key=lambda one: _kept(made, one), default=None)
        return out if best is None else [enlarged(made, best), *out]

    def _found(self, made: Prepared, more: Array) -> Most:
        asked = [min(one.probability + float(on_top), 1.0) for one, on_top in zip(made.case.targets, more, strict=True)]
        targets = tuple(one._replace(probability=odds) for one, odds in zip(made.case.targets, asked, strict=True))
        made = replace(made, case=replace(made.case, targets=targets))
        free = replace(made.case, targets=(targets[0]._replace(amount=0.0, probability=0.0), *targets[1:]))
        check = Feasible(self.find.solver, lambda _: made, {})
        within = [one for one in self.orders(made) if check.keeps(free, one)]
        best = max(within, key=lambda one: _kept(made, one), default=None)
        return Most(0.0, None) if best is None else Most(_kept(made, best), best)


def _kept(made: Prepared, chosen: Sequence[Choice]) -> float:
    """The amount of the first target that an order keeps with its probability."""
    return kept_with(made, chosen, made.case.targets[0].probability)


def _first(made: Prepared, place: int) -> Prepared:
    """What was prepared, with one of its targets as the first."""
    if not place:
        return made
    order = [place, *(at for at in range(len(made.aims)) if at != place)]
    return replace(made, case=some_targets(made.case, order), aims=tuple(made.aims[at] for at in order), fixed=made.fixed[order])
