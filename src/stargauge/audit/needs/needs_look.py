"""One reading before the respects in which its worlds differ: what of them may be said, in which numbers, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, nextafter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.claims.language import Comparison, Reading, leaves
from stargauge.audit.needs.discovery import Found, restated, restated_together, rounded_number
from stargauge.audit.needs.needs_answer import Range, Region
from stargauge.audit.needs.needs_words import choice_said, date_said, number_said, options_said, size_of
from stargauge.audit.wording.answer import value_text
from stargauge.audit.wording.messages import Messages
from stargauge.audit.wording.sentence import Names
from stargauge.audit.wording.telling import SIZES, Respect, Told, values_of
from stargauge.audit.wording.words import publisher_of
from stargauge.engine.result import Result, World
from stargauge.engine.sample import central
from stargauge.quantity.address import parse_address
from stargauge.quantity.dates import day, from_day, month_end
from stargauge.quantity.effects.prim import Dimension
from stargauge.quantity.quantity import STAGES
from stargauge.quantity.statement import Estimate
from stargauge.quantity.units import scale_of, show

#: The name under which a run collects what worlds can be told apart by.
COLLECTOR = "needs"
#: The source of what we assume.
OURS = "stargauge-assumption"
#: The dates of a site by which all of it runs.
_COMPLETE = "site_complete_date"


@dataclass(frozen=True)
class Look:
    """One reading before the respects that differ between its worlds, and how ranges of them are rounded and said."""

    respects: tuple[Respect, ...]
    dimensions: tuple[Dimension, ...]
    world: World
    names: Names
    sources: Mapping[str, Any]
    sized: bool = False

    @classmethod
    def of(
        cls, result: Result, truth: NDArray[np.bool_], reading: Reading, respects: Sequence[Respect], told: Told, names: Names,
        sources: Mapping[str, Any], drawn: Mapping[str, Any],
    ) -> Look:  # fmt: skip
        """What differs between worlds, and does not say again what the reading says."""
        values = values_of(respects, told, result.collected.get(COLLECTOR), drawn)
        chosen, dimensions = list[Respect](), list[Dimension]()
        for one, held in zip(respects, values, strict=True):
            if held is None:
                continue
            dimension = Dimension(held, len(one.options))
            if one.drawn or not restated(dimension, truth):
                chosen.append(one)
                dimensions.append(dimension)
        names_of = {leaf.address.name for leaf in leaves(reading) if isinstance(leaf, Comparison)}
        return cls(tuple(chosen), tuple(dimensions), result.world, names, sources, bool(names_of) and names_of <= SIZES)

    def restates(self, found: Found) -> bool:
        """Whether dates and amounts of a box say the reading again: they hold where it does, or all of its sites run in time."""
        chosen = [self.respects[at] for at in found.box.restricted]
        if any(one.drawn for one in chosen):
            return False
        return restated_together(found.found) or self._all_in_time(chosen, found)

    def _all_in_time(self, chosen: Sequence[Respect], found: Found) -> bool:
        """Whether a box says of a reading on how much there is that all of every site that differs runs by the deadline of the reading."""
        every = {one.address for one in self.respects if one.address.startswith(_COMPLETE)}
        if not self.sized or not every or {one.address for one in chosen} != every:
            return False
        ends = [found.box.ranges[at] for at in found.box.restricted]
        months = [from_day(one.last) for one in chosen]
        return all(
            not isfinite(low) and isfinite(high) and month_end(from_day(high)) >= month_end(last)
            for (low, high), last in zip(ends, months, strict=True)
        )

    def without(self, places: Sequence[int]) -> Look:
        """The same without some respects."""
        kept = [at for at in range(len(self.respects)) if at not in places]
        return replace(self, respects=tuple(self.respects[at] for at in kept), dimensions=tuple(self.dimensions[at] for at in kept))

    def rounded(self, at: int, end: float, upper: bool) -> Sequence[float]:
        """The ends that can be said near an end: ends of months, numbers of two and three figures."""
        one = self.respects[at]
        if one.kind != "date":
            return rounded_number(end, self._factor(at))
        last = month_end(from_day(end))
        first = day(last.replace(day=1)) - 1.0
        # Up to the end of a month, or from the day after it on; what comes after the last day told is all the same.
        ends = [min(first, one.last), min(day(last), one.last)]
        ends += [inf] if upper and day(last) > one.last else []
        # A month that had passed on the day of knowledge is nothing that can still come true.
        ends = [end for end in ends if end >= one.first] or [one.first]
        return tuple(dict.fromkeys(ends if upper else [nextafter(end, inf) for end in ends]))

    def _factor(self, at: int) -> float:
        """The unit in which the numbers of a dimension are shown, the same for all of its ends."""
        levels = np.quantile(self.dimensions[at].values, (0.1, 0.5, 0.9), method="nearest").tolist()
        return scale_of(size_of(levels), self.respects[at].unit)[0]

    def region(self, found: Found | None, target: float) -> Region | None:
        """A box as conditions in words."""
        if found is None:
            return None
        conditions = [self._condition(at, found) for at in found.box.restricted]
        return Region(tuple(conditions), found.scored, found.found, target)

    def _condition(self, at: int, found: Found) -> Range:
        one, values = self.respects[at], self.dimensions[at].values
        chance, record = found.quasi_p.get(at, (None, None)), record_of(one, self.world, self.names, self.sources)
        if one.kind == "choice":
            codes = sorted(found.box.kept[at])
            kept, share = tuple(one.options[code] for code in codes), float(np.isin(values, codes).mean())
            said = choice_said(one, kept, self.names)
            return Range(one.name, one.kind, "", said, None, None, kept, one.options, (), chance, record, (0.0, share))
        low, high = (end if isfinite(end) else None for end in found.box.ranges[at])
        levels = tuple(float(level) for level in np.quantile(values, (0.0, 0.1, 0.5, 0.9, 1.0), method="nearest"))
        ends = found.box.ranges[at]
        ranks = (float((values < ends[0]).mean()), float((values <= ends[1]).mean()))
        words = self.names.words
        dated = one.kind == "date"
        says = date_said(one, low, high, words) if dated else number_said(one, low, high, size_of(levels[1:4]), words)
        return Range(one.name, one.kind, one.unit, says, low, high, (), (), levels, chance, record, ranks)


def record_of(one: Respect, world: World, names: Names, sources: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a respect: how it is held, its value in words, who said it; of a date the plan, else that it is computed."""
    words = names.words
    if one.kind == "choice":
        text = words.texts["needs_or"].join(options_said(one, one.options, names))
        return {"kind": "choice", "text": text, "source": "", "publisher": ""}
    estimate = _planned(one, world) if one.kind == "date" else _cell(one, world)
    if estimate is None:
        return {"kind": "computed", "text": "", "source": "", "publisher": ""}
    statement = estimate.statements[0] if estimate.statements else None
    text = value_text(statement, words, names.texts) if statement is not None else _median(estimate, one.unit, words)
    if one.kind == "date":
        text = words.say("needs_planned", month=words.month(from_day(float(np.max(central(estimate.value))))))
    source = statement.source if statement else ""
    kind, publisher = "assumed" if source == OURS else estimate.kind, publisher_of(source, sources, names.texts) if source else ""
    return {"kind": kind, "text": text, "source": source, "publisher": publisher}


def _median(estimate: Estimate, unit: str, words: Messages) -> str:
    return show(float(np.max(central(estimate.value))), unit, notation=words.notation)


def _cell(one: Respect, world: World) -> Estimate | None:
    address = parse_address(one.name) if one.drawn else None
    made = world.inputs.get(address.name) if address else None
    if made is None or address is None:
        return None
    return next((held for label, held in zip(made.labels, made.estimates, strict=True) if label == address.labels), None)


def _planned(one: Respect, world: World) -> Estimate | None:
    """The plan of a date of a site or a phase: of the first (or last) phase with one."""
    made, address = world.inputs.get("phase_date_planned"), parse_address(one.address)
    if made is None or address.name not in ("site_first_date", "site_complete_date", "stage_date"):
        return None
    stage = next((label for label in address.labels if label in STAGES), "operational")
    place = next(label for label in address.labels if label not in STAGES)
    plans = [
        held
        for label, held in zip(made.labels, made.estimates, strict=True)
        if label[0] == stage and (label[1] == place or label[1].startswith(f"{place}/")) and held.statements
    ]
    dated = [held for held in plans if isfinite(float(np.max(central(held.value))))]
    if not dated:
        return None
    order = sorted(dated, key=lambda held: float(np.max(central(held.value))))
    return order[-1 if address.name == "site_complete_date" else 0]
