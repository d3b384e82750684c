"""The normal distribution without SciPy, whose import costs a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def _rational(x: Array, top: tuple[float, ...], bottom: tuple[float, ...]) -> Array:
    return np.asarray(_polynomial(x, top) / _polynomial(x, bottom))


def _polynomial(x: Array, coefficients: tuple[float, ...]) -> Array:
    """Horner's rule, in place."""
    out = x * coefficients[0]
    out += coefficients[1]
    for coefficient in coefficients[2:]:
        out *= x
        out += coefficient
    return np.asarray(out)


_A = (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
      13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608)  # fmt: skip
_B = (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
      5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0)  # fmt: skip
_C = (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
      3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734)  # fmt: skip
_D = (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
      0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0)  # fmt: skip
_E = (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
      0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772)  # fmt: skip
_F = (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
      0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0)  # fmt: skip


def normal_ppf(u: Array) -> Array:
    """Quantile of the standard normal at u in (0, 1), relative error below 1e-15.

    Source: Wichura (1988), Algorithm AS 241, PPND16.
    """
    u = np.asarray(u, dtype=np.float64)
    flat = u.ravel()
    q = flat - 0.5
    out = q * _rational(0.180625 - q * q, _A, _B)
    tails = np.flatnonzero(np.abs(q) > 0.425)
    if tails.size:
        part = flat[tails]
        depth = np.sqrt(-np.log(np.maximum(np.minimum(part, 1.0 - part), 1e-300)))
        value = _rational(depth - 1.6, _C, _D)
        far = depth > 5.0
        if far.any():
            value[far] = _rational(depth[far] - 5.0, _E, _F)
        out[tails] = np.copysign(value, q[tails])
    return np.asarray(out.reshape(u.shape))


_TOP = (3.52624965998911e-02, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931, 220.206867912376)
_BOTTOM = (8.83883476483184e-02, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
           793.826512519948, 440.413735824752)  # fmt: skip


def normal_cdf(z: Array) -> Array:
    """Probability that a standard normal is at most z, absolute error below 1e-15 in the body, relative below 1e-6 in the far tail.

    Source: West (2005), Better approximations to cumulative normal functions, after Hart (1968).
    """
    z = np.asarray(z, dtype=np.float64)
    a = np.minimum(np.abs(z.ravel()), 37.0)
    density = np.exp(-0.5 * a * a)
    tail = density * _polynomial(a, _TOP)
    tail /= _polynomial(a, _BOTTOM)
    away = np.flatnonzero(a >= 7.07106781186547)
    if away.size:
        far = a[away]
        tail[away] = density[away] / (2.506628274631 * (far + 1.0 / (far + 2.0 / (far + 3.0 / (far + 4.0 / (far + 0.65))))))
    tail = tail.reshape(z.shape)
    return np.asarray(np.where(z > 0, 1.0 - tail, tail))
