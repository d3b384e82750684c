"""Two programmes, scenarios or knowledge dates side by side: which inputs differ, which outputs, by how much, and because of what."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from stargauge import __version__
from stargauge.audit.answer_data import statement_data
from stargauge.audit.claims.verdict import OPEN, SILENT, ReadingVerdict
from stargauge.audit.compare.causes import CATALOGUE, METHOD, ROUNDING, TOLD, Attribution, values_at
from stargauge.audit.compare.cells import CellChange, is_absent, numbers_held, statements_behind, statements_of_catalogue
from stargauge.audit.compare.finance import addresses_of_finance, finance_values
from stargauge.audit.compare.sides import Side, paired
from stargauge.audit.summary import CAPITAL, DIRECT, HEADLINES, RUNS, UNSITED
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.words import publisher_of
from stargauge.engine.cells import spread_of
from stargauge.engine.result import Result
from stargauge.engine.series import LEVELS, plain
from stargauge.engine.simulate import model_graph
from stargauge.engine.spread import quantiles
from stargauge.programme.known import Known
from stargauge.quantity.spoken import language, say
from stargauge.quantity.statement import Estimate, Statement
from stargauge.quantity.units import figures, scale_of

#: Axes whose labels come with what a programme speaks of.
SPOKEN_AXES = ("site", "phase", "party", "line")


@dataclass(frozen=True)
class Output:
    """A quantity at the date: P10, P50, P90 on each side (None where absent), the change of the median, and of each draw.

    `change` is over draws, where both sides run the same streams; None where they do not.
    """

    address: str
    unit: str
    a: tuple[float, ...] | None
    b: tuple[float, ...] | None
    change: tuple[float, ...] | None
    lower_bound: tuple[str, ...] = ()

    @property
    def median_change(self) -> float | None:
        """P50 of B less P50 of A; None where one is absent."""
        return self.b[1] - self.a[1] if self.a is not None and self.b is not None else None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "address": self.address, "unit": self.unit, "a": _levels(self.a), "b": _levels(self.b), "median_change": self.median_change,
            "change": _levels(self.change), "lower_bound": list(self.lower_bound),
        }  # fmt: skip


@dataclass(frozen=True)
class ClaimChange:
    """One reading of a claim that both sides have: its verdicts, and the change of its odds in points where both have odds."""

    claim: str
    a: ReadingVerdict
    b: ReadingVerdict

    @property
    def points(self) -> float | None:
        """Points by which the odds moved from A to B; None where one of them is settled: an outcome is no odds."""
        before, after = _odds(self.a), _odds(self.b)
        return None if before is None or after is None else 100.0 * (after - before)

    @property
    def differs(self) -> bool:
        """Whether its status or its odds differ."""
        before, after = _odds(self.a), _odds(self.b)
        told = before is not None and after is not None
        return self.a.status != self.b.status or (before != after and not (told and _nothing(before, after)))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        told = {
            side: {
                "status": reading.status, "probability": _odds(reading), "likelihood": reading.likelihood,
                "model_range": list(reading.model_range) if reading.model_range else None, "answer": reading.answer,
                "expression": reading.expression,
            }
            for side, reading in (("a", self.a), ("b", self.b))
        }  # fmt: skip
        return {"claim": self.claim, "reading": self.a.name, **told, "points": self.points, "differs": self.differs}


@dataclass(frozen=True)
class Comparison:
    """What differs between two sides. `attribution` only where both run the same programme: two programmes share no streams."""

    a: Side
    b: Side
    when: date
    outputs: tuple[Output, ...]
    claims: tuple[ClaimChange, ...]
    cells: tuple[CellChange, ...]
    attribution: Attribution | None = None
    #: What of finance was compared, over how many draws; none where nothing that differs can move it.
    finance: tuple[Output, ...] = ()
    finance_draws: int = 0
    seconds: float = field(default=0.0, compare=False)

    @property
    def same_programme(self) -> bool:
        """Whether both sides run the same streams, so that draws can be compared one by one."""
        return paired(self.a.known, self.b.known)

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the same from the command line and Python."""
        names = [{verdict.id: verdict for verdict in side.verdicts} for side in (self.a, self.b)]
        causes = self.attribution.causes if self.attribution else ()
        return {
            "headline": self.headline, "a": self.a.to_dict(), "b": self.b.to_dict(), "same_programme": self.same_programme,
            "date": str(self.when), "draws": self.a.result.draws, "seed": self.a.result.seed, "seconds": round(self.seconds, 2),
            "quantities": [output.to_dict() for output in self.outputs],
            "finance": {"draws": self.finance_draws, "quantities": [one.to_dict() for one in self.finance]} if self.finance else None,
            "claims": [claim.to_dict() for claim in self.claims],
            "claims_only": {"a": [n for n in names[0] if n not in names[1]], "b": [n for n in names[1] if n not in names[0]]},
            "statements": self._statements(),
            "columns": self._columns() if self.attribution else [],
            "causes": [self._cause(cause.name) for cause in causes],
            "together": dict(self.attribution.rest) if self.attribution else None,
            "method": say(METHOD) if self.attribution else None,
            "labels": {axis: self._labels(axis) for axis in SPOKEN_AXES},
            "inputs": [self._cell(cell) for cell in self.cells],
            "reproduce": [self._command()], "version": __version__,
        }  # fmt: skip

    @property
    def headline(self) -> str:
        """One sentence: what differs in power, money and jobs."""
        shown = {output.address: output for output in self.outputs}
        heads = [(shown[address], words) for address, words in HEADS if address in shown and _moved(shown[address])]
        if heads:
            parts = [_told(one, say(words)) for one, words in heads]
            held = say("{several} and {last}", several=", ".join(parts[:-1]), last=parts[-1]) if len(parts) > 1 else parts[0]
            return say("At the end of {month} B has {held}.", month=self._month, held=held)
        if not self.cells:
            return say("Nothing differs: the same inputs, the same numbers.")
        still = {"cells": words_of(language()).count(len(self.cells)), "month": self._month}
        if told := [_told_of_finance(one) for one in self.finance if "[" not in one.address and _moved(one)]:
            moved = ", ".join(told)
            return say(
                "{cells} input cells differ; power, money and jobs at the end of {month} do not move, but {moved}.", moved=moved, **still
            )
        if any(_moved(output) for output in (*self.outputs, *self.finance)):
            return say("{cells} input cells differ; power, money and jobs at the end of {month} do not move.", **still)
        return say("{cells} input cells differ; power, money and jobs at the end of {month} and all else do not move.", **still)

    @property
    def _month(self) -> str:
        return words_of(language()).short_date(self.when.year, self.when.month)

    def _command(self) -> str:
        """The command that makes these numbers again."""
        run = self.a.result
        return f"stargauge compare {shlex.quote(self.a.asked)} {shlex.quote(self.b.asked)} --draws {run.draws} --seed {run.seed}"

    def _columns(self) -> list[dict[str, Any]]:
        """The quantities by which causes are told, each in a unit that suits both sides."""
        out = []
        for address, label in TOLD:
            shown = next(output for output in self.outputs if output.address == address)
            divisor, unit = scale_of(max((abs(levels[1]) for levels in (shown.a, shown.b) if levels is not None), default=0.0), shown.unit)
            change = shown.median_change
            out.append({"address": address, "label": say(label), "unit": unit, "divisor": divisor, "change": change})
        return out

    def _statements(self) -> dict[str, int] | None:
        """How many statements only one side knows."""
        if not self.same_programme:
            return None
        known = [set(side.known.programme.statements()) for side in (self.a, self.b)]
        return {"only_a": len(known[0] - known[1]), "only_b": len(known[1] - known[0])}

    def _cause(self, name: str) -> dict[str, Any]:
        assert self.attribution is not None
        cause = next(one for one in self.attribution.causes if one.name == name)
        cells = [cell for cell in self.cells if cell.cause == name]
        if name == CATALOGUE:
            held = [statements_of_catalogue(side) for side in (self.a, self.b)]
            old, new = (tuple(mine[key] for key in mine if key not in other) for mine, other in (held, held[::-1]))
            known = len(old), len(new)
        else:
            old, new = (statements_behind(cells, side) for side in ("a", "b"))
            known = len(cause.gone), len(cause.new)
        return {
            "name": name, "effects": dict(cause.effects), "weight": cause.weight, "cells": len(cells),
            "statements": {"only_a": known[0], "only_b": known[1]},
            "behind": {"only_a": [self._said(s, self.a) for s in old], "only_b": [self._said(s, self.b) for s in new]},
        }  # fmt: skip

    def _labels(self, axis: str) -> dict[str, list[str]]:
        one, other = (side.result.world.axes[axis] for side in (self.a, self.b))
        return {"only_a": [name for name in one if name not in other], "only_b": [name for name in other if name not in one]}

    def _cell(self, cell: CellChange) -> dict[str, Any]:
        return {
            "input": cell.input, "label": list(cell.label), "unit": cell.unit, "cause": cell.cause or None,
            "a": self._held(cell.a, self.a), "b": self._held(cell.b, self.b),
        }  # fmt: skip

    def _held(self, estimate: Estimate | None, side: Side) -> dict[str, Any] | None:
        if estimate is None:
            return None
        low, middle, high = (plain(value) for value in _spread(estimate, side, self.when))
        return {
            "kind": estimate.kind, "p10": low, "p50": middle, "p90": high, "note": estimate.note,
            "hindsight": str(estimate.hindsight) if estimate.hindsight else None,
            "values": numbers_held(estimate), "absent": is_absent(estimate),
            "statement": self._said(estimate.statements[0], side) if estimate.statements else None,
        }  # fmt: skip

    def _said(self, statement: Statement, side: Side) -> dict[str, Any]:
        book = {**side.known.catalogue.catalogue.sources, **side.known.programme.sources}
        return statement_data(statement) | {"publisher": publisher_of(statement.source, book) if statement.source else None}


#: What the sentence tells, and how.
#: What the headline tells of, and in which words; of jobs what they are stands for the unit.
HEADS = ((RUNS, "{unit} running"), (CAPITAL, "{unit} deployed"), (DIRECT, "direct jobs"))


def wanted_of(known: Known) -> tuple[str, ...]:
    """The addresses compared: those of the answer, and what is pledged without a site."""
    apart = [f"power_facility[announced, {UNSITED}]"] if any(site.id == UNSITED for site in known.sites) else []
    return (*HEADLINES, *apart)


def outputs_of(a: Side, b: Side, when: date) -> tuple[Output, ...]:
    """Every address compared, on both sides, at a date."""
    out = []
    for address in dict.fromkeys((*wanted_of(a.known), *wanted_of(b.known))):
        one, other = values_at(a.result, address, when), values_at(b.result, address, when)
        absent = dict.fromkeys(
            name for side in (a, b) if address in side.result.series for name in side.result[address].absent
        )  # fmt: skip
        out.append(_output(address, one, other, paired(a.known, b.known), tuple(absent)))
    return tuple(out)


def finance_of(known: tuple[Known, Known], results: tuple[Result, Result], when: date) -> tuple[Output, ...]:
    """What of finance is compared, on both sides, from runs that were asked for `wanted_of_finance`."""
    out = []
    for address in addresses_of_finance(known, results, when):
        held = [finance_values(result, address, when) if address in result.series else None for result in results]
        one, other = (None if values is None or np.isnan(values).all() else values for values in held)
        if one is not None or other is not None:
            out.append(_output(address, one, other, paired(*known), ()))
    return tuple(out)


def _output(address: str, one: Any, other: Any, by_draw: bool, absent: tuple[str, ...]) -> Output:
    """Both spreads and that of the change; a difference that is rounding is none."""
    unit = model_graph().quantities[address.split("[")[0]].unit
    a, b = (None if values is None else _quantiles(values) for values in (one, other))
    size = max((abs(level) for levels in (a, b) for level in levels or () if np.isfinite(level)), default=0.0)
    a, b = (None if levels is None else tuple(0.0 if _nothing(0.0, level, size) else level for level in levels) for levels in (a, b))
    change = None
    if one is not None and other is not None and by_draw:
        moved = np.where(_nothing(one, other, size), 0.0, other - one)
        change = None if np.isnan(moved).all() else _quantiles(moved)
    if a is not None and b is not None:
        b = tuple(first if _nothing(first, second, size) else second for first, second in zip(a, b, strict=True))
    return Output(address, unit, a, b, change, absent)


def _nothing(one: Any, other: Any, size: float = 0.0) -> Any:
    """Whether the difference of two numbers, or of two sets of draws, is rounding: against the larger of the two, or against `size`."""
    return np.abs(np.subtract(other, one)) <= ROUNDING * np.maximum(np.maximum(np.abs(one), np.abs(other)), size)


def claims_of(a: Side, b: Side) -> tuple[ClaimChange, ...]:
    """The readings that both sides have, those whose odds moved most first, then other changes of status, then what did not change."""
    before = {(verdict.id, reading.name): reading for verdict in a.verdicts for reading in verdict.readings}
    found = [
        ClaimChange(verdict.id, before[verdict.id, reading.name], reading)
        for verdict in b.verdicts for reading in verdict.readings if (verdict.id, reading.name) in before
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-abs(one.points or 0.0), not one.differs)))


def _spread(estimate: Estimate, side: Side, when: date) -> tuple[float, float, float]:
    months = side.result.world.axes["month"]
    if isinstance(estimate.value, np.ndarray) and estimate.value.size not in (1, len(months)):
        return (float("nan"),) * 3
    return spread_of(estimate.value, side.result.world.frame.month(when))


def _quantiles(values: Any) -> tuple[float, ...]:
    return tuple(float(level) for level in quantiles(values, LEVELS))


def _levels(values: tuple[float, ...] | None) -> dict[str, Any] | None:
    return None if values is None else {name: plain(value) for name, value in zip(("p10", "p50", "p90"), values, strict=True)}


def _odds(reading: ReadingVerdict) -> float | None:
    """The odds of a reading that is open, or whose deadline passed in silence."""
    return reading.probability if reading.status in (OPEN, SILENT) else None


def _moved(output: Output) -> bool:
    return output.a != output.b


def _told_of_finance(output: Output) -> str:
    """`debt_balance is 210 bn USD (A 250)`: both medians at the scale of the larger one."""
    return say("{address} is {value}", address=output.address, value=_told(output, "{unit}"))


def _told(output: Output, words: str) -> str:
    """`5.51 GW running (A 1.17)`: both medians at the scale of the larger one."""
    factor, unit = scale_of(max(abs(side[1]) for side in (output.a, output.b) if side is not None), output.unit)
    notation = words_of(language()).notation
    one, other = (say("none known") if side is None else figures(side[1] / factor, notation=notation) for side in (output.a, output.b))
    return f"{other} {words.format(unit=notation.unit(unit))} (A {one})"
