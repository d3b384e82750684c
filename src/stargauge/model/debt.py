"""What a building can borrow and what that costs: debt size, balance, interest during construction, cover, returns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stargauge.quantity.quantity import STAGES, quantity
from stargauge.quantity.timeline import flow

Array = NDArray[np.float64]

_OPERATIONAL = STAGES.index("operational")


@quantity("USD", "draw site month", adds="site", rises=True)
def building_capital(construction_deployed: Array, price_level: Array) -> Array:
    """Capital spent on construction so far, in money of the day: the base of loans on buildings. Axes: draw, site, month. Units: USD."""
    return np.asarray(np.cumsum(flow(construction_deployed) * price_level[:, None, :], axis=2))
