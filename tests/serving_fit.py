"""The fit of the serving model: `python -m tests.serving_fit` writes `serving-fit.csv` anew and prints how far off it is."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import numpy as np

from stargauge.audit.validation.serving_cases import ServingCase, case_of
from stargauge.audit.validation.serving_fitting import Errors, as_fit, errors, errors_left_out, fit_serving, left_out, prior
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.machines import machine_of
from stargauge.catalogue.serving_fit import ALL, COLUMNS, FILE, KINDS, shipped_fits, shipped_prior, shipped_serving_fit
from stargauge.catalogue.serving_runs import shipped_runs
from stargauge.catalogue.training_fit import shipped_training_fit
from stargauge.plan.serving.layouts import layouts_of
from stargauge.quantity.compute.machine import Machine
from stargauge.quantity.compute.serving_efficiency import COEFFICIENTS, ServingFit
from stargauge.quantity.distribution import Distribution

#: Accelerators of the layouts that are searched through: no published table goes beyond a node.
NODE = 8


def shipped_cases() -> list[ServingCase]:
    """The shipped runs that state layout, lengths and precision."""
    known = Catalogue().known(date(2026, 11, 27))
    made = [case_of(run, known) for run in shipped_runs()]
    return [case for case in made if isinstance(case, ServingCase) and case.stated]


def families(cases: Sequence[ServingCase]) -> list[str]:
    return [case.family for case in cases]


def chips(cases: Sequence[ServingCase]) -> list[str]:
    return [case.machine.chip.name for case in cases]


def generations(cases: Sequence[ServingCase]) -> list[str]:
    return [shipped_training_fit().generations[case.machine.chip.name] for case in cases]


def whole_and_parts(cases: Sequence[ServingCase]) -> tuple[Any, dict[str, Any]]:
    """Logarithms of the coefficients: all runs, and without each group."""
    whole = fit_serving(cases)
    return whole, left_out(cases, [case.group for case in cases], whole)


def spread_of(off: np.ndarray[Any, Any]) -> float:
    """Root mean square of logarithms."""
    kept = off[np.isfinite(off)]
    return float(np.sqrt(np.mean(kept**2))) if len(kept) else float("nan")


def of_kind(cases: Sequence[ServingCase], off: np.ndarray[Any, Any], kind: str) -> float:
    """Root mean square of logarithms of one kind of models."""
    return spread_of(off[np.array([case.kind == kind for case in cases])])


def best_measured(cases: Sequence[ServingCase]) -> list[ServingCase]:
    """Of runs of a pair at the same lengths without limits the one with the highest rate."""
    alike: dict[tuple[Any, ...], ServingCase] = {}
    for case in (case for case in cases if np.isnan(case.run.numbers["concurrency"])):
        key = (case.group, case.run.numbers["isl"], case.run.numbers["osl"])
        if key not in alike or alike[key].run.rate < case.run.rate:
            alike[key] = case
    return list(alike.values())


def searched_errors(cases: Sequence[ServingCase], parts: dict[str, Any]) -> tuple[Errors, Errors]:
    """How far off the best is among all layouts of a node, and the same runs at the layouts they state; the pair left out."""
    groups = [case.group for case in cases]
    free = [replace(case, layouts=layouts_of(case.model, case.machine.chip, NODE)) for case in cases]
    return errors_left_out(free, groups, parts), errors_left_out(cases, groups, parts)


def drift(cases: Sequence[ServingCase]) -> float:
    """Spread of what software gains unforeseen over the whole of a chip's youth: root mean square of the two facts that there are.

    DeepSeek-R1 on GB300 in MLPerf v5.1 and v6.0, half a year apart; and runs of one pair on two days (Llama 3.3 70B on H100): each gain
    less what the fit foresees, over the share of the chip's youth that passed in between.
    """
    known, fit = Catalogue().known(date(2026, 11, 27)), shipped_serving_fit()
    row = known.catalogue.entries("model", "deepseek-v3", "inference_rate_gb300-nvl72")[-1].statement
    assert isinstance(row.value, Distribution)
    low, high = (row.value.quantile(q) for q in (0.1, 0.9))
    early, late = (machine_of(known, "72xgb300", day) for day in ("2025-09", "2026-04"))
    gains = [(np.log(high / low) - np.log(fit.immaturity(early) / fit.immaturity(late))) / passed(fit, early, late)]
    for group in sorted({case.group for case in cases}):
        some = [case for case in cases if case.group == group]
        first, last = (pick(some, key=lambda case: case.machine.software).machine for pick in (min, max))
        if first.software < last.software:
            off = errors(some, fit).rate
            before, after = (off[np.array([case.machine.software == one.software for case in some])].mean() for one in (first, last))
            gains.append((before - after) / passed(fit, first, last))
    return spread_of(np.array(gains))


def passed(fit: ServingFit, early: Machine, late: Machine) -> float:
    """Share of a chip's youth between two days."""
    return (fit.immaturity(early) - fit.immaturity(late)) / fit.young


def text_of(whole: Any, parts: dict[str, Any], rows: Mapping[tuple[str, str], float]) -> str:
    """The file of a fit."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for group, values in {ALL: whole, **parts}.items():
        made = zip(COEFFICIENTS, values, strict=True)
        writer.writerows(["coefficient", group, name, f"{np.exp(value):.6g}", prior_note(name)] for name, value in made)
    writer.writerows(
        ["forecast", group, name, f"{value:.6g}", NOTES.get(group, NOTES.get(name, ""))] for (group, name), value in rows.items()
    )
    return out.getvalue()


#: What the rows of forecasts are, by group or name.
NOTES = {
    "pair": "root mean square of logarithms, the family on that chip left out",
    "family": "root mean square of logarithms, the family left out; no less than pair",
    "chip": "root mean square of logarithms, the chip left out; no less than pair; with the assumption unmeasured_chip",
    "generation": "root mean square of logarithms, the generation left out; no less than chip; with the assumption unmeasured_generation",
    "searched": "root of the squares of the best of searched layouts of a node less those of the same runs at stated layouts",
    "first": "root mean square of logarithms, pair left out: six runs of one pair; no less than rates of dense models",
    "between": "root mean square of logarithms, pair left out: six runs of one pair; no less than rates of dense models",
    "newest": "day of the newest software among the runs, as a year",
    "drift": "over a chip's whole youth: MLPerf v5.1 to v6.0 of DeepSeek-R1 on GB300 (model.csv), and Llama 3.3 70B on H100 of two days",
}


def prior_note(name: str) -> str:
    """Where a coefficient started from."""
    start = shipped_prior()
    return f"prior {getattr(start.fit, name):g}, spread {start.spread[name]:g}"


def forecast_rows(
    cases: Sequence[ServingCase], off: Errors, others: Mapping[str, Errors], searched: tuple[Errors, Errors]
) -> dict[tuple[str, str], float]:  # fmt: skip
    """How far off forecasts are, by nearness and kind: what was measured less is never taken for nearer than what was measured more."""
    rows: dict[tuple[str, str], float] = {}
    for kind in KINDS:
        pair = of_kind(cases, off.rate, kind)
        family, chip, generation = (of_kind(cases, others[name].rate, kind) for name in ("family", "chip", "generation"))
        levels = {"pair": pair, "family": max(pair, family), "chip": max(pair, chip), "generation": max(pair, chip, generation)}
        rows |= {(name, kind): float(np.hypot(value, shipped_prior().unmeasured.get(name, 0.0))) for name, value in levels.items()}
    free, stated = (spread_of(one.rate) for one in searched)
    rows[ALL, "searched"] = float(np.sqrt(max(free**2 - stated**2, 0.0)))
    dense = rows["pair", "dense"]  # of one group of dense runs only: no less than of rates
    rows |= {(ALL, "first"): max(spread_of(off.first), dense), (ALL, "between"): max(spread_of(off.between), dense)}
    newest = max(case.machine.software for case in cases)
    return rows | {(ALL, "newest"): newest, (ALL, "drift"): 0.0}


def said(name: str, off: Errors) -> str:
    """Errors in a line."""
    share = np.abs(np.expm1(off.rate))
    return (
        f"{name}: n {len(share)}, median {np.median(share):.3f}, mean {share.mean():.3f}, P90 {np.quantile(share, 0.9):.3f}, "
        f"rms of logarithms {spread_of(off.rate):.3f}, first token {spread_of(off.first):.3f}, between {spread_of(off.between):.3f}"
    )


def main() -> None:
    """Fit, write, and say how good it is."""
    cases = shipped_cases()
    whole, parts = whole_and_parts(cases)
    off = errors_left_out(cases, [case.group for case in cases], parts)
    print({name: float(f"{np.exp(value):.3g}") for name, value in zip(COEFFICIENTS, whole, strict=True)})
    print(said("fitted to nothing", errors(cases, as_fit(prior()))))
    print(said("in sample", errors(cases, as_fit(whole))))
    print(said("group left out", off))
    others = {"pair": off}
    for name, names in (("family", families(cases)), ("chip", chips(cases)), ("generation", generations(cases))):
        others[name] = errors_left_out(cases, names, left_out(cases, names, whole))
        print(said(f"{name} left out", others[name]))
    best = best_measured(cases)
    searched = searched_errors(best, parts)
    print(said("layout searched", searched[0]), said("; the same stated", searched[1]), sep="\n")
    rows = forecast_rows(cases, off, others, searched)
    FILE.write_text(text_of(whole, parts, rows), encoding="utf-8")
    shipped_fits.cache_clear()
    rows[ALL, "drift"] = drift(cases)
    FILE.write_text(text_of(whole, parts, rows), encoding="utf-8")
    print(rows)
    held = [abs(one) <= 1.2815515655446004 * rows["pair", case.kind] for case, one in zip(cases, off.rate, strict=True)]
    print(f"inside P10 to P90: {np.mean(held):.2f}")
    for case, one in sorted(zip(cases, off.rate, strict=True), key=lambda pair: pair[0].group):
        print(
            case.run.name, case.group, case.run.texts["deployment"], case.run.numbers["isl"], case.run.numbers["osl"], f"{np.exp(one):.2f}"
        )


if __name__ == "__main__":
    main()
