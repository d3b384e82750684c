"""The fleet over time: accelerators by generation, what they compute at their peak, and what that would train and serve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from stargauge.audit.series_data import fans
from stargauge.audit.summary import Days
from stargauge.engine.result import Result
from stargauge.programme.known import Known
from stargauge.quantity.dates import month_label

WHOLE, PEAK = "accelerators", "compute_peak[bf16]"
USERS, TOKENS, TOKEN_COST = "inference_users_served", "inference_tokens_per_s", "token_cost_rented"
#: Numbers of accelerators below which nothing of a generation stands.
_NONE = 0.5


@dataclass(frozen=True)
class Fleet:
    """Series by address, the generations and the models they are of, and each number at the date that headline numbers are read at."""

    programme: str
    as_of: str
    newest_evidence: str | None
    when: str
    draws: int
    quantities: dict[str, dict[str, Any]]
    chips: tuple[str, ...]
    models: tuple[str, ...]
    silent: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain data: `at` holds P10, P50 and P90 at the date, by address."""
        return {
            "programme": {"name": self.programme}, "as_of": self.as_of, "newest_evidence": self.newest_evidence, "date": self.when,
            "draws": self.draws, "chips": list(self.chips), "models": list(self.models), "silent": list(self.silent),
            "quantities": self.quantities, "at": {name: _at(data, self.when) for name, data in self.quantities.items()},
        }  # fmt: skip


def wanted(known: Known) -> list[str]:
    """The addresses that a run must give for `fleet`."""
    chips, models = known.axes.get("chip", ()), known.axes.get("model", ())
    runs = [f"training_runs_per_year[{model}]" for model in models]
    return [WHOLE, PEAK, USERS, TOKENS, TOKEN_COST, *(f"{WHOLE}[{chip}]" for chip in chips), *runs]


def fleet(known: Known, result: Result) -> Fleet:
    """The series of a run; generations that never stand, and models of which a run cannot be reckoned, are left out."""
    days = Days.of(known)
    data = fans(result, wanted(known))
    chips = tuple(chip for chip in known.axes["chip"] if max(_there(data[f"{WHOLE}[{chip}]"]["p90"]), default=0.0) >= _NONE)
    models = tuple(model for model in known.axes["model"] if _there(data[f"training_runs_per_year[{model}]"]["p50"]))
    silent = tuple(model for model in known.axes["model"] if model not in models)
    gone = {f"{WHOLE}[{chip}]" for chip in known.axes["chip"] if chip not in chips} | {f"training_runs_per_year[{m}]" for m in silent}
    kept = {address: one for address, one in data.items() if address not in gone and _there(one["p50"])}
    return Fleet(
        known.programme.name, str(known.as_of), str(days.evidence) if days.looked else None, str(days.ahead), result.draws, kept, chips,
        models, silent,
    )  # fmt: skip


def _there(values: Any) -> list[float]:
    return [float(value) for value in values if value is not None and np.isfinite(value)]


def _at(data: dict[str, Any], when: str) -> dict[str, Any]:
    place = list(data["months"]).index(month_label(date.fromisoformat(when)))
    return {"unit": data["unit"], **{level: data[level][place] for level in ("p10", "p50", "p90")}}
