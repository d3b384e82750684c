"""Student's t with four degrees of freedom, whose distribution and quantiles have closed forms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

#: The degrees of freedom of this module.
FREEDOM = 4.0


def t4_cdf(x: Array) -> Array:
    """Share of the distribution below x.

    F = 1/2 + 3/8 x / sqrt(s) (1 - x^2 / (12 s)), s = 1 + x^2 / 4                   (1)

    Source: Shaw (2006), Journal of Computational Finance 9(4), section 3.
    """
    s = 1.0 + 0.25 * np.square(x)
    return np.asarray(0.5 + 0.375 * x / np.sqrt(s) * (1.0 - np.square(x) / (12.0 * s)))


def t4_ppf(u: Array) -> Array:
    """Quantile at u in (0, 1).

    x = sign(u - 1/2) 2 sqrt(q - 1), q = cos(arccos(sqrt(a)) / 3) / sqrt(a), a = 4 u (1 - u)      (1)

    Source: Shaw (2006), Journal of Computational Finance 9(4), section 3.
    """
    root = np.sqrt(np.maximum(4.0 * u * (1.0 - u), 1e-300))
    q = np.cos(np.arccos(np.minimum(root, 1.0)) / 3.0) / root
    return np.asarray(np.copysign(2.0 * np.sqrt(np.maximum(q - 1.0, 0.0)), u - 0.5))
