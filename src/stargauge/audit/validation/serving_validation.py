"""How good the serving model is on measured runs: each forecast by the fit that did not see runs of its model family on its chip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from stargauge.audit.validation.serving_cases import ServingCase, case_of
from stargauge.audit.validation.serving_forecast import ServingForecast, forecasts
from stargauge.catalogue.load import KnownCatalogue
from stargauge.catalogue.serving_fit import ShippedServingFit, shipped_fits
from stargauge.catalogue.serving_runs import ServingRun
from stargauge.quantity.compute.serving_efficiency import ServingFit, interval
from stargauge.quantity.spoken import say

#: A factor within which a rate counts as of the right size where layout or lengths had to be assumed.
FACTOR = 2.0
NOTES = (
    "Rates are steady states at full load without limits on latency, unless a row gives a number of users or a limit on the time between "
    "tokens; how a row counts tokens is kept.",
    "Rows whose layout, precision or prompt length is assumed or searched are scored apart and do not enter the headline.",
    "A row of a model family on a chip that the fit was made from is forecast by the fit without that family on that chip.",
)


@dataclass(frozen=True)
class Served:
    """A row, what the model says of it, and which fit said so."""

    case: ServingCase
    fit: ServingFit
    made: ServingForecast

    @property
    def error(self) -> float:
        """Share by which the forecast rate lies above the measured one."""
        return self.made.rate / self.case.run.rate - 1.0

    @property
    def spread(self) -> float:
        """Standard deviation of logarithms that its interval is made of."""
        case, known = self.case, self.fit.forecasts
        assumed = len(case.assumed) > case.searched
        return self.fit.spread(case.kind, known.nearness(case.family, case.machine.chip.name), case.machine, case.searched, assumed)

    @property
    def inside(self) -> bool:
        """Whether the measured rate lies from P10 to P90."""
        low, _, high = interval(self.made.rate, self.spread)
        return bool(low <= self.case.run.rate <= high)


@dataclass(frozen=True)
class ServingValidation:
    """Forecasts beside what was measured, and the rows that could not be scored."""

    served: tuple[Served, ...]
    left_out: tuple[tuple[ServingRun, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """`{summary, rows, left_out, notes}`: the form of JSON, Python and the command line."""
        stated = [one for one in self.served if one.case.stated]
        return {
            "summary": summary(stated)
            | {
                "by_model": _by(stated, lambda one: one.case.model.name),
                "by_chip": _by(stated, lambda one: one.case.machine.chip.name),
                "by_kind": _by(stated, lambda one: "experts" if one.case.model.experts else "dense"),
                "assumed": summary([one for one in self.served if not one.case.stated]) | {"factor": FACTOR},
                "first_token": _seconds_summary(self.served, "measured_ttft_ms"),
                "between_tokens": _seconds_summary(self.served, "measured_itl_ms"),
            },
            "rows": [row_of(one) for one in self.served],
            "left_out": [
                {"id": run.name, "line": run.line, "model": run.texts["model"], "gpu": run.texts["gpu"], "reason": reason}
                for run, reason in self.left_out
            ],
            "notes": [say(note) for note in NOTES],
        }


def _by(served: Sequence[Served], name: Callable[[Served], str]) -> dict[str, dict[str, Any]]:
    groups = sorted({name(one) for one in served})
    return {group: summary([one for one in served if name(one) == group]) for group in groups}


def summary(served: Sequence[Served]) -> dict[str, Any]:
    """Median and mean absolute error as shares, the median of the signed one, and how often P10 to P90 held the measured rate."""
    if not served:
        return {"n": 0, **dict.fromkeys(("median_ape", "mean_ape", "p90_ape", "median_error", "inside_p10_p90", "within_factor"))}
    error = np.array([one.error for one in served])
    share = np.abs(error)
    return {
        "n": len(served), "median_ape": float(np.median(share)), "mean_ape": float(share.mean()), "p90_ape": float(np.quantile(share, 0.9)),
        "median_error": float(np.median(error)), "inside_p10_p90": float(np.mean([one.inside for one in served])),
        "within_factor": float(np.mean(np.maximum(1.0 + error, 1.0 / (1.0 + error)) <= FACTOR)),
    }  # fmt: skip


def _seconds(one: Served, column: str) -> tuple[float, float, float]:
    """Seconds forecast and measured, and the spread of such forecasts."""
    first = column == "measured_ttft_ms"
    made = one.made.first if first else one.made.between
    return made, one.case.run.numbers[column] / 1e3, max(one.spread, one.fit.forecasts.first if first else one.fit.forecasts.between)


def _seconds_summary(served: Sequence[Served], column: str) -> dict[str, Any]:
    pairs = [_seconds(one, column)[:2] for one in served]
    share = np.array([abs(made / measured - 1.0) for made, measured in pairs if np.isfinite(made / measured)])
    return {"n": len(share), "median_ape": float(np.median(share)) if len(share) else None}


def row_of(one: Served) -> dict[str, Any]:
    """A row as plain data; seconds in seconds, shares as shares."""
    case, made, run = one.case, one.made, one.case.run
    p10, p50, p90 = (float(value) for value in interval(made.rate, one.spread))
    layout = {name: int(value[0]) for name, value in made.layout._asdict().items()}
    return {
        "id": run.name, "line": run.line, "model": case.model.name, "chip": case.machine.chip.name,
        "accelerators": case.machine.accelerators,
        "layout": layout | {"accelerators": int(made.layout.accelerators[0])}, "types": case.types._asdict(),
        "prompt": float(case.load.arrays()[0]), "answer": None if case.prefill_only else float(case.load.arrays()[1]),
        "hits": run.hits, "concurrency": _given(run.numbers["concurrency"]), "counted": run.counted, "software": case.machine.software,
        "measured": run.rate, "p10": p10, "p50": p50, "p90": p90, "error": one.error, "inside": one.inside,
        "first_token": _seconds_row(one, "measured_ttft_ms"), "between_tokens": _seconds_row(one, "measured_itl_ms"),
        "batch": made.batch, "prompt_share": made.prompt_share, "stated": case.stated, "assumed": list(case.assumed), "fit": one.fit.source,
    }  # fmt: skip


def _given(value: float) -> float | None:
    return None if isnan(value) else value


def _seconds_row(one: Served, column: str) -> dict[str, float | None] | None:
    """Seconds forecast, with those measured beside them; None where there are none to forecast."""
    made, measured, spread = _seconds(one, column)
    if isnan(made):
        return None
    p10, p50, p90 = (float(value) for value in interval(made, spread))
    error = None if isnan(measured) else made / measured - 1.0
    return {"measured": _given(measured), "p10": p10, "p50": p50, "p90": p90, "error": error}


def validate_serving(runs: Sequence[ServingRun], known: KnownCatalogue) -> ServingValidation:
    """Forecast each row, and set it beside what was measured; rows that cannot be scored are listed with the reason."""
    fits, left_out, cases = shipped_fits(), list[tuple[ServingRun, str]](), list[ServingCase]()
    for run in runs:
        case = case_of(run, known)
        if isinstance(case, str):
            left_out.append((run, case))
        else:
            cases.append(case)
    made = _forecast(cases, fits)
    left_out += [(one.case.run, _too_large(one.case)) for one in made if isnan(one.made.rate)]
    return ServingValidation(
        tuple(one for one in made if not isnan(one.made.rate)), tuple(sorted(left_out, key=lambda pair: pair[0].line))
    )  # fmt: skip


def _forecast(cases: Sequence[ServingCase], fits: ShippedServingFit) -> list[Served]:
    """Each row by the fit that did not see its pair; rows of one fit are worked out together."""
    by_fit: dict[str, list[int]] = {}
    for place, case in enumerate(cases):
        by_fit.setdefault(case.group if case.group in fits.without else "", []).append(place)
    found: dict[int, Served] = {}
    for group, places in by_fit.items():
        fit = fits.without.get(group, fits.whole)
        made = forecasts([cases[place] for place in places], fit)
        found |= {place: Served(cases[place], fit, one) for place, one in zip(places, made, strict=True)}
    return [found[place] for place in range(len(cases))]


def _too_large(case: ServingCase) -> str:
    limited, tried = not isnan(case.run.numbers["tpot_limit_ms"]), case.layouts.many > 1
    if limited and tried:
        return say(
            "not one sequence of full length fits into memory beside the weights in any layout tried, or none within the limit on the time "
            "between tokens"
        )
    if limited:
        return say(
            "not one sequence of full length fits into memory beside the weights in the layout stated, or none within the limit on the "
            "time between tokens"
        )
    if tried:
        return say("not one sequence of full length fits into memory beside the weights in any layout tried")
    return say("not one sequence of full length fits into memory beside the weights in the layout stated")
