"""What the nearest plan misses of what is asked, and what it keeps instead: as it was measured in the run of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from stargauge.plan.build_order.case import BuildCase
from stargauge.plan.build_order.conflict import TARGET
from stargauge.plan.build_order.promise import Promise, World, address, at_day, by_month
from stargauge.plan.build_order.variants import asked_text, day_text, share_text
from stargauge.quantity.units import show

Data = dict[str, Any]


def nearest(made: Promise, world: World, months: Sequence[date]) -> Data:
    """The targets that a plan misses, in the form of `Conflict.to_dict`: with which probability, how much and when it keeps them.

    Amount and day only of the first target, whose series the run has. Nothing is proven: another plan may do better.
    """
    short = [at for at, one in enumerate(world.targets) if made.selected.probabilities[at] < one.probability]
    smallest = [
        {"kind": TARGET, "name": world.targets[at].text,
         "text": f"{asked_text(world.targets[at])} with a probability of {share_text(world.targets[at].probability)}"}
        for at in short
    ]  # fmt: skip
    return {"smallest": smallest, "relaxations": [one for at in short for one in _instead(made, world, months, at)], "together": [],
            "proven": False}  # fmt: skip


def _instead(made: Promise, world: World, months: Sequence[date], at: int) -> list[Data]:
    target, odds = world.targets[at], made.selected.probabilities[at]
    out = list[Data]()

    def add(kind: str, text: str, before: Any, now: Any, unit: str) -> None:
        out.append({"kind": kind, "name": target.text, "text": text, "from": before, "to": now, "unit": unit})

    if address(target) == world.address:
        series = made.selected.series[world.address]
        amount = float(np.quantile(at_day(series, months, target.day), 1.0 - target.probability, method="lower"))
        if amount > 0.0:
            text = f"{show(amount, target.unit)} in place of {show(target.amount, target.unit)}, by the same day with the same probability"
            add("amount", text, target.amount, amount, target.unit)
        kept = np.flatnonzero((by_month(series) >= target.amount * (1.0 - 1e-9)).mean(axis=0) >= target.probability)
        later = [months[place] for place in kept.tolist() if months[place] > target.day]
        if later:
            text = f"{day_text(later[0])} in place of {day_text(target.day)}, for the same amount with the same probability"
            add("day", text, str(target.day), str(later[0]), "")
    if odds > 0.0:
        text = f"a probability of {share_text(odds)} in place of {share_text(target.probability)}, for the same amount by the same day"
        add("probability", text, target.probability, odds, "1")
    return out


def nothing_within(case: BuildCase) -> str:
    """Why nothing more can be had: the limits that no building alone keeps, with the least that one takes."""
    least = [(limit, float(limit.use[case.allowed].min())) for limit in case.limits if limit.asked]
    broken = [f"{limit.kind} of {show(limit.most, limit.unit)}, where one building takes {show(one, limit.unit)} or more"
              for limit, one in least if one > limit.most]  # fmt: skip
    return f"nothing can be built within what is asked: {'; '.join(broken) or 'no building keeps all limits'}; allow more"
