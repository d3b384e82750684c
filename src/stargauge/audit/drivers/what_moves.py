"""What moves every open reading and every headline number, as one answer; where nothing can move one, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.claims.verdict import NOT_TESTABLE, OPEN, SILENT, ReadingVerdict
from stargauge.audit.drivers.drivers import Draws, Moved, Target, drivers
from stargauge.audit.drivers.moved import Levels, levels_data, levels_of
from stargauge.audit.given import Condition, given_data
from stargauge.audit.run import ClaimVerdict, draws_of, upstream
from stargauge.audit.wording.languages import words_of
from stargauge.audit.wording.messages import ENGLISH, Messages
from stargauge.engine.result import Result
from stargauge.quantity.address import parse_address
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import in_language, say

METHOD = (
    "Total: the share of the variance that an input has a part in, alone and with others; totals add up to more than the whole where "
    "inputs act together. At least: as much as these draws resolve; ±: half the width of the 95 % interval of that, the sampling error of "
    "what is resolved and not an interval of the true total. At most: if all that is not resolved were the input's too. The true total "
    "lies between the two. Alone: what goes with it by itself. Shapley: what inputs do together is divided equally among them; these add "
    "up to what is resolved. Both are at least. The rest is too faint or too entangled to be told from these draws; for thresholds and "
    "tails it is large, and stargauge sensitivity --variance resolves it. Low and high: the fifth of the draws in which the input is "
    "lowest, and highest."
)


@dataclass(frozen=True)
class Row:
    """One reading (`claim/reading`) or quantity (an address, at a date): what moves it, or in words why nothing does.

    `levels`: P10, P50, P90 of a quantity. A reading's odds are those of its verdict.
    """

    kind: str
    name: str
    says: str
    status: str | None
    probability: float | None
    levels: Levels | None
    unit: str
    when: date | None
    moved: Moved | None
    nothing: str

    def to_dict(self, texts: Mapping[str, str] | None = None, words: Messages = ENGLISH) -> dict[str, Any]:
        """As plain data. `texts`: what the programme file calls its choices."""
        return {
            "kind": self.kind, "name": self.name, "says": self.says, "status": self.status, "probability": self.probability,
            "levels": levels_data(self.levels) if self.levels else None, "unit": self.unit, "date": str(self.when) if self.when else None,
            "moved": self.moved.to_dict(texts, words) if self.moved else None, "nothing": self.nothing,
        }  # fmt: skip


@dataclass(frozen=True)
class Drivers:
    """What moves what was asked for; `to_dict` is what the command line prints with `--json`.

    `texts`: what the file calls its choices, in the `language` in which all is said.
    """

    programme: str
    asked_as: str
    as_of: date
    draws: int
    seed: int
    rows: tuple[Row, ...]
    given: Condition | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"

    @property
    def leading(self) -> dict[str, int]:
        """How many of the readings and numbers that move have each group as the one with the largest share, the most first."""
        moved = [row.moved for row in self.rows if row.moved is not None and row.moved.drivers]
        found = Counter(max(one.groups, key=lambda pair: pair[1].value)[0] for one in moved)
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def to_dict(self) -> dict[str, Any]:
        """As plain data: the same from the command line and Python."""
        return {
            "programme": self.programme, "asked_as": self.asked_as, "as_of": str(self.as_of), "draws": self.draws, "seed": self.seed,
            **given_data(self.given), "leading": self.leading,
            "rows": [row.to_dict(self.texts, words_of(self.language)) for row in self.rows],
            **in_language({"method": METHOD}, self.language),
        }  # fmt: skip


def reading_rows(verdicts: Iterable[ClaimVerdict], words: Messages = ENGLISH) -> list[Row]:
    """A row for every reading; what is settled, or cannot be tested, has words and no number."""
    return [_reading_row(f"{verdict.id}/{reading.name}", reading, words) for verdict in verdicts for reading in verdict.readings]


def _reading_row(name: str, reading: ReadingVerdict, words: Messages) -> Row:
    moves = reading.status in (OPEN, SILENT) and reading.probability is not None
    moved = reading.moved if moves else None
    return Row(
        "reading", name, reading.sentence, reading.status, reading.probability if moves else None, None, moved.unit if moved else "1",
        reading.deadline, moved, "" if moved else _nothing(reading, moves, words),
    )  # fmt: skip


def _nothing(reading: ReadingVerdict, moves: bool, words: Messages) -> str:
    if moves:
        return words.say("moved_never")
    key = "moved_unknown" if reading.status in (NOT_TESTABLE, OPEN) or reading.missing else "moved_settled"
    return words.say(key, answer=reading.answer)


def quantity_rows(result: Result, addresses: Sequence[str], when: date, words: Messages = ENGLISH) -> list[Row]:
    """A row for every address of a run, at a date where it has months."""
    if not addresses:
        return []
    draws = draws_of(result, {parse_address(address).name for address in addresses})
    targets = [_target(result, address, when) for address in addresses]
    whole = [place for place, target in enumerate(targets) if not np.isnan(target.values).any()]
    found: dict[int, Moved | None] = dict(zip(whole, drivers([targets[place] for place in whole], draws), strict=True))
    for place, target in enumerate(targets):
        if place not in found:
            found[place] = _where_present(target, draws)
    return [_quantity_row(result, address, targets[place], found[place], when, words) for place, address in enumerate(addresses)]


def _target(result: Result, address: str, when: date) -> Target:
    series = result[address]
    values = (series.at(when) if "month" in series.axes else series).values
    if values.ndim != 1:
        raise InputError(
            say(
                '"{address}" has values along {axes}; name one label',
                address=address,
                axes=", ".join(a for a in series.axes if a not in ("draw", "month")),
            )
        )
    return Target(values, unit=series.unit, upstream=upstream(result, [parse_address(address).name]))


def _where_present(target: Target, draws: Draws) -> Moved | None:
    """A number that is absent in some draws: those in which it is there are chosen draws."""
    values = target.values[: draws.count]
    present = ~np.isnan(values)
    if not present.any():
        return None
    return drivers([Target(values[present], unit=target.unit, upstream=target.upstream)], draws.where(present))[0]


def _quantity_row(
    result: Result, address: str, target: Target, moved: Moved | None, when: date, words: Messages
) -> Row:  # fmt: skip
    series = result[address]
    absent = bool(np.isnan(target.values).all())
    nothing = words.say("moved_absent" if absent else "moved_never") if moved is None else ""
    levels = None if absent else levels_of(target.values)
    says = result.world.frame.quantities[parse_address(address).name].says
    return Row("quantity", address, says, None, None, levels, target.unit, when if "month" in series.axes else None, moved, nothing)
