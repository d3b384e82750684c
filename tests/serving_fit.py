"""The fit of the serving model: `python -m tests.serving_fit` writes `serving-fit.csv` anew and prints how far off it is."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO
from typing import Any

import numpy as np

from stargauge.audit.serving_cases import ServingCase, case_of
from stargauge.audit.serving_fitting import Errors, as_fit, errors, errors_left_out, fit_serving, left_out, prior
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.serving_fit import ALL, COLUMNS, FILE
from stargauge.catalogue.serving_runs import shipped_runs
from stargauge.quantity.compute.serving_efficiency import COEFFICIENTS


def shipped_cases() -> list[ServingCase]:
    """The shipped runs that state layout, lengths and precision."""
    known = Catalogue().known(date(2026, 11, 27))
    made = [case_of(run, known) for run in shipped_runs()]
    return [case for case in made if isinstance(case, ServingCase) and case.stated]


def families(cases: Sequence[ServingCase]) -> list[str]:
    return [case.group.partition(" / ")[0] for case in cases]


def chips(cases: Sequence[ServingCase]) -> list[str]:
    return [case.group.partition(" / ")[2] for case in cases]


def whole_and_parts(cases: Sequence[ServingCase]) -> tuple[Any, dict[str, Any]]:
    """Logarithms of the coefficients: all runs, and without each group."""
    whole = fit_serving(cases)
    return whole, left_out(cases, [case.group for case in cases], whole)


def spread_of(off: np.ndarray[Any, Any]) -> float:
    """Root mean square of logarithms."""
    kept = off[np.isfinite(off)]
    return float(np.sqrt(np.mean(kept**2)))


def text_of(whole: Any, parts: dict[str, Any], off: Errors) -> str:
    """The file of a fit."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for group, values in {ALL: whole, **parts}.items():
        writer.writerows(["coefficient", group, name, f"{np.exp(value):.6g}"] for name, value in zip(COEFFICIENTS, values, strict=True))
    writer.writerow(["spread", ALL, "spread", f"{spread_of(off.rate):.4f}"])
    for name, part in (("spread_first", off.first), ("spread_between", off.between)):  # of one group of runs only: no less than of rates
        writer.writerow(["spread", ALL, name, f"{max(spread_of(part), spread_of(off.rate)):.4f}"])
    return out.getvalue()


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
    own = [case.group for case in cases]
    off = errors_left_out(cases, own, parts)
    FILE.write_text(text_of(whole, parts, off), encoding="utf-8")
    print({name: float(f"{np.exp(value):.3g}") for name, value in zip(COEFFICIENTS, whole, strict=True)})
    print(said("fitted to nothing", errors(cases, as_fit(prior()))))
    print(said("in sample", errors(cases, as_fit(whole))))
    print(said("group left out", off))
    for name, names in (("family left out", families(cases)), ("chip left out", chips(cases))):
        print(said(name, errors_left_out(cases, names, left_out(cases, names, whole))))
    inside = np.abs(off.rate) <= 1.2815515655446004 * spread_of(off.rate)
    print(f"inside P10 to P90: {inside.mean():.2f}")
    for case, one in sorted(zip(cases, off.rate, strict=True), key=lambda pair: pair[0].group):
        print(
            case.run.name, case.group, case.run.texts["deployment"], case.run.numbers["isl"], case.run.numbers["osl"], f"{np.exp(one):.2f}"
        )


if __name__ == "__main__":
    main()
