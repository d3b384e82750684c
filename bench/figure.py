"""One measured figure beside its goal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured figure: what, how much, the goal (at least, or at most) where there is one, and how it was measured."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def reached(self) -> bool:
        """Whether the goal is reached; always where there is none."""
        return (self.at_least is None or self.value >= self.at_least) and (self.at_most is None or self.value <= self.at_most)

    def __str__(self) -> str:
        goal = (
            f"  goal >= {self.at_least:g}"
            if self.at_least is not None
            else f"  goal <= {self.at_most:g}"
            if self.at_most is not None
            else ""
        )
        state = "" if not goal else "  reached" if self.reached else "  MISSED"
        return f"{self.name:<44} {self.value:>14,.4g} {self.unit:<14}{goal}{state}{'  (' + self.note + ')' if self.note else ''}"
