"""Which readings hold together: joint truth over draws, and the mask that conditions everything else on one being true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.evaluate import Outcome
from stargauge.audit.messages import ENGLISH, Messages
from stargauge.audit.words import percent
from stargauge.quantity.errors import InputError

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Joint:
    """Shares of draws in which two readings hold: both, only the first, only the second, neither."""

    both: float
    first: float
    second: float
    neither: float

    @property
    def exclude(self) -> bool:
        """No draw has both, though each holds in some."""
        return self.both == 0 and self.first > 0 and self.second > 0

    @property
    def same(self) -> bool:
        """Neither ever holds without the other."""
        return self.first == 0 and self.second == 0

    def says(self, words: Messages = ENGLISH) -> str:
        """What the pair allows, in words."""
        if self.exclude:
            return words.texts["at_most_one"]
        return words.texts["always_together"] if self.same and self.both > 0 else words.say("together", percent=percent(self.both, words))

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"both": self.both, "first": self.first, "second": self.second, "neither": self.neither, "exclude": self.exclude}


def joint(first: Outcome, second: Outcome) -> Joint:
    """Joint truth of two readings over the draws in which both are decided."""
    decided = np.ones(len(first.truth), dtype=bool)
    for outcome in (first, second):
        if outcome.undecided is not None:
            decided &= ~outcome.undecided
    if not decided.any():
        raise InputError("the two readings are never both decided")
    a, b = first.truth[decided], second.truth[decided]
    return Joint(*(float(part.mean()) for part in (a & b, a & ~b, ~a & b, ~a & ~b)))


def given(outcome: Outcome) -> Mask:
    """The draws in which a reading is true. Raises InputError where there are none: nothing follows from what never happens."""
    if not outcome.truth.any():
        raise InputError("the claim is true in no draw, so nothing can be said of the worlds in which it is; try more draws")
    return outcome.truth
