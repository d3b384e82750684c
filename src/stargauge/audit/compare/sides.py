"""The two sides of a comparison: what was asked for and is known, when they are read, and whether they run the same programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from stargauge.audit.answer_data import slug
from stargauge.audit.run import ClaimVerdict
from stargauge.audit.summary import Days
from stargauge.engine.result import Result
from stargauge.programme.known import Known
from stargauge.programme.schema import Programme


@dataclass(frozen=True)
class Side:
    """One side: what was asked for, what is known of it, its run and the verdicts on its claims."""

    asked: str
    laid: tuple[str, ...]
    programme: Programme
    known: Known
    result: Result
    verdicts: tuple[ClaimVerdict, ...]

    def to_dict(self) -> dict[str, Any]:
        """What it is, as plain data."""
        days = Days.of(self.known)
        return {
            "asked": self.asked, "laid": list(self.laid), "programme": {"id": slug(self.programme.name), "name": self.programme.name},
            "as_of": str(self.known.as_of), "newest_evidence": str(days.evidence) if days.looked else None,
            "price_year": self.programme.price_year, "inputs_sha256": self.result.inputs_sha256,
        }  # fmt: skip


def paired(a: Known, b: Known) -> bool:
    """Whether two sides run the same programme, whose streams are the same."""
    return a.programme.name == b.programme.name


def read_at(a: Known, b: Known) -> date:
    """The date at which two sides are read: the later of the dates they look ahead to, within the clocks of both."""
    return min(max(Days.of(a).ahead, Days.of(b).ahead), a.months[-1], b.months[-1])
