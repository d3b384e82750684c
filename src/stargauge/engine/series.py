"""A labelled series: what was kept of one address, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.engine.collect import Kept
from stargauge.engine.columns import let_go
from stargauge.engine.histogram import Counts
from stargauge.engine.select import Frame, Mask
from stargauge.engine.spread import quantiles, sampling_error
from stargauge.engine.streams import Array
from stargauge.quantity.errors import InputError
from stargauge.quantity.quantity import Quantity
from stargauge.quantity.shown import Shown, chart_of
from stargauge.quantity.spoken import say

LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Series(Shown):
    """The values of one address over draws, and over months where its quantity has them.

    Kept draw by draw (`exact`, maybe at the months in places `kept_at` only), or as counts (`counts`), or both.
    """

    address: str
    frame: Frame
    exact: Kept | None = None
    kept_at: tuple[int, ...] | None = None
    counts: Counts | None = None

    def __repr__(self) -> str:
        """Address, unit, draws, and the months that are kept."""
        draws = len(self.exact.values) if self.exact else self.counts.draws if self.counts else 0
        unit = [] if self.unit == "1" else [self.unit]
        return f"<Series {', '.join([self.address, *unit, f'{draws:,} draws', *self._span])}>"

    @property
    def unit(self) -> str:
        """The unit of its values."""
        return self._quantity.unit

    @property
    def says(self) -> str:
        """What it is, in one line."""
        return self._quantity.says

    @property
    def axes(self) -> tuple[str, ...]:
        """`("draw",)` or `("draw", "month")`."""
        return ("draw", "month") if "month" in self._quantity.axes else ("draw",)

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """The labels along each axis of the quantity that it picks or sums, and its months."""
        chosen = dict(self.frame.resolve(self.address).labels)
        return chosen | ({"month": self.frame.axes["month"]} if "month" in self.axes else {})

    @property
    def months(self) -> tuple[str, ...]:
        """The months that `values` and `quantiles()` run over, `("2025-01", ...)`; none where there is one value per draw."""
        return self.frame.axes["month"] if "month" in self.axes else ()

    @property
    def values(self) -> Array:
        """The values: (draw,) or (draw, month), over `months`. Raises InputError where only counts, or only some months, were kept."""
        if self.exact is None or self.kept_at is not None:
            raise InputError(
                say(
                    "{address} was kept as a histogram; its draws are there with fewer draws, or at the dates asked for",
                    address=self.address,
                )
            )
        return self.exact.values

    @property
    def partial(self) -> Mask | None:
        """Where a sum lacks parts and so is a lower bound; None where it never does."""
        return self.exact.partial if self.exact else None

    @property
    def absent(self) -> tuple[str, ...]:
        """The labels of parts that are absent somewhere: the sum is a lower bound."""
        kept = self.exact or self.counts
        return kept.absent if kept else ()

    def at(self, when: date) -> Series:
        """The series at the end of a date's month; itself where it has no months."""
        if "month" not in self.axes:
            return self
        place = self.frame.month(when)
        if self.exact is None or (self.kept_at is not None and place not in self.kept_at):
            raise InputError(
                say(
                    "{address} was kept as a histogram; ask for {when} when simulating, or use quantiles()", address=self.address, when=when
                )
            )
        column = place if self.kept_at is None else self.kept_at.index(place)
        partial = self.exact.partial
        kept = Kept(self.exact.values[:, column], None if partial is None else partial[:, column], self.exact.absent)
        return _AtDate(self.address, self.frame, kept)

    def quantiles(self, levels: Sequence[float] = LEVELS) -> dict[float, Array]:
        """Quantiles over draws at each level: a number, or an array over the months of `months`. Absent draws are left out.

        `dict(zip(series.months, series.quantiles()[0.5]))` is the middle by month. Raises InputError where only some months were kept.
        """
        if self.exact is not None and self.kept_at is None:
            made = dict(zip(levels, quantiles(self.exact.values, levels), strict=True))
            let_go(self.exact.values)
            return made
        if self.counts is None:
            raise InputError(say("{address} was kept at some dates only", address=self.address))
        found = {level: self.counts.quantile(level) for level in levels}
        return found if "month" in self.axes else {level: value[0] for level, value in found.items()}

    def median(self) -> Array:
        """The median over draws."""
        return self.quantiles((0.5,))[0.5]

    def mean(self) -> Array:
        """The mean over draws."""
        return np.asarray(self.values.mean(axis=0))

    def error(self) -> float | Array:
        """Standard error of the mean."""
        values = self.values
        return sampling_error(values) if values.ndim == 1 else np.array([sampling_error(column) for column in values.T])

    def to_dict(self, levels: Sequence[float] = LEVELS) -> dict[str, Any]:
        """Address, unit, labels and quantiles as plain data; absent and infinite numbers as null."""
        return {
            "address": self.address,
            "unit": self.unit,
            "labels": {axis: list(labels) for axis, labels in self.labels.items()},
            "absent": list(self.absent),
            "quantiles": {f"p{100 * level:g}": plain(value) for level, value in self.quantiles(levels).items()},
        }

    def chart(self) -> Any:
        """Its quantiles by month, as a chart. Raises InputError where it has no months, or some only."""
        return chart_of(self)

    @property
    def _span(self) -> tuple[str, ...]:
        """The months that are kept, in words."""
        if not self.months:
            return ()
        whole = f"{self.months[0]}..{self.months[-1]}"
        some = "" if self.kept_at is None else ", ".join(self.months[place] for place in self.kept_at)
        if self.counts is not None:
            return (f"{whole} as counts", *([f"draws at {some}"] if some else []))
        return (f"at {some} only" if some else whole if self.exact else "no month kept",)

    @property
    def _quantity(self) -> Quantity:
        return self.frame.resolve(self.address).quantity


class _AtDate(Series):
    """A series at one month: it has no month axis any more."""

    @property
    def axes(self) -> tuple[str, ...]:
        return ("draw",)


def plain(value: Any) -> Any:
    """Numbers as JSON takes them: floats and lists, what is not finite as None."""
    if isinstance(value, np.ndarray) and value.ndim:
        return [plain(part) for part in value]
    number = float(value)
    return number if np.isfinite(number) else None
