"""The fit of the serving model to measured runs: least squares of logarithms with priors on few coefficients; no seed, no draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stargauge.audit.validation.serving_cases import ServingCase
from stargauge.audit.validation.serving_forecast import forecasts
from stargauge.catalogue.serving_fit import shipped_prior
from stargauge.quantity.compute.serving_efficiency import COEFFICIENTS, ServingFit

Array = NDArray[np.float64]

#: What a run is thought to lie off by for reasons that no coefficient tells, as a standard deviation of logarithms.
RESIDUAL = 0.15
#: Weight of each of the three measurements of a run at a fixed number of users: rate, first token, between tokens tell much the same.
_OF_THREE = 0.5
_STEP, _SWEEPS, _ENOUGH = 1e-3, 30, 1e-4
#: What a forecast that is not there counts as being off.
_ABSENT = 2.0


class Errors(NamedTuple):
    """Logarithms of forecast over measured, per run; NaN where not measured."""

    rate: Array
    first: Array
    between: Array


def errors(cases: Sequence[ServingCase], fit: ServingFit) -> Errors:
    """How far a fit lies off on cases."""
    made = forecasts(cases, fit)
    rows = [
        (
            one.rate / case.run.rate,
            one.first * 1e3 / case.run.numbers["measured_ttft_ms"],
            one.between * 1e3 / case.run.numbers["measured_itl_ms"],
        )
        for one, case in zip(made, cases, strict=True)
    ]
    return Errors(*np.log(np.array(rows).reshape(-1, 3).T))


def fit_serving(cases: Sequence[ServingCase], start: Array | None = None) -> Array:
    """Logarithms of the coefficients, in the order of COEFFICIENTS, by Levenberg and Marquardt's method.

    Minimised: sum ((ln forecast - ln measured) w / RESIDUAL)^2 + sum ((ln coefficient - ln prior) / prior's spread)^2             (1)
    """
    middle = prior()
    spread = np.array([shipped_prior().spread[name] for name in COEFFICIENTS])

    def residuals(x: Array) -> Array:
        return np.concatenate([_weighted(errors(cases, as_fit(x)), cases) / RESIDUAL, (x - middle) / spread])

    return _least(residuals, middle if start is None else start)


def prior() -> Array:
    """Where the fit starts."""
    return np.asarray(np.log(np.array([getattr(shipped_prior().fit, name) for name in COEFFICIENTS])))


def as_fit(x: Array) -> ServingFit:
    """Coefficients from their logarithms."""
    held: dict[str, Any] = {name: float(np.exp(value)) for name, value in zip(COEFFICIENTS, x, strict=True)}
    return replace(shipped_prior().fit, **held)


def _weighted(off: Errors, cases: Sequence[ServingCase]) -> Array:
    closed = np.array([np.isfinite(case.run.numbers["measured_itl_ms"]) for case in cases])
    weights = np.where(closed, _OF_THREE, 1.0)
    rate = np.where(np.isfinite(off.rate), off.rate, _ABSENT)
    rest = [np.nan_to_num(one) for one in (off.first, off.between)]
    return np.concatenate([rate * weights, *(one * weights for one in rest)])


def _least(residuals: Callable[[Array], Array], x: Array) -> Array:
    """The least sum of squares near x."""
    held, damping = residuals(x), 1e-2
    for _ in range(_SWEEPS):
        slope = np.stack([(residuals(x + one) - held) / _STEP for one in np.eye(len(x)) * _STEP], axis=1)
        before = float(held @ held)
        while damping < 1e6:
            tried = x - np.linalg.solve(slope.T @ slope + damping * np.eye(len(x)), slope.T @ held)
            found = residuals(tried)
            if found @ found < before:
                x, held, damping = tried, found, max(damping / 5.0, 1e-8)
                break
            damping *= 5.0
        if before - float(held @ held) < _ENOUGH * before:
            break
    return x


def left_out(cases: Sequence[ServingCase], names: Sequence[str], start: Array) -> dict[str, Array]:
    """A fit per name, to the cases that have another one."""
    return {
        name: fit_serving([case for case, own in zip(cases, names, strict=True) if own != name], start) for name in dict.fromkeys(names)
    }


def errors_left_out(cases: Sequence[ServingCase], names: Sequence[str], fits: Mapping[str, Array]) -> Errors:
    """How far off each case is under the fit without its name."""
    made = [errors([case], as_fit(fits[name])) for case, name in zip(cases, names, strict=True)]
    return Errors(*(np.concatenate(part) for part in zip(*made, strict=True)))
