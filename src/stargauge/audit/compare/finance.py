"""What of the finance of sites differs between two sides of a comparison: loans, cover, returns and the cost of an hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from stargauge.audit.summary import UNSITED, exists
from stargauge.engine.result import Result
from stargauge.engine.simulate import model_graph
from stargauge.programme.known import Known
from stargauge.quantity.quantity import ASSETS

#: Draws of a comparison of finance: its life months cost a second for so many.
FINANCE_DRAWS = 256
#: Sums over all sites: what is owed at the date, what is not lent anew when loans fall due, and what is left for owners.
SUMS = ("debt_balance", "refinancing_gap", "npv")
#: Of each asset of each site.
OF_ASSETS = ("loan_to_cost", "dscr", "irr")
COST, HELD = "lcoc", "accelerators"


@cache
def finance_inputs() -> frozenset[str]:
    """The inputs that what finance compares rests on."""
    graph = model_graph()
    return frozenset(name for name in graph.upstream([*SUMS, *OF_ASSETS, COST]) if graph.quantities[name].is_input)


def wanted_of_finance(known: Known) -> list[str]:
    """The addresses that a run must give; how many accelerators of each generation stand at each site says which cost is shown."""
    sites, chips = [site.id for site in known.sites], known.axes["chip"]
    pairs = [f"{name}[{asset}, {site}]" for site in sites for asset in ASSETS for name in OF_ASSETS]
    hours = [f"{name}[{chip}, {site}]" for site in sites if site != UNSITED for chip in chips for name in (HELD, COST)]
    return [address for address in (*SUMS, *pairs, *hours) if exists(known, address)]


def addresses_of_finance(known: Sequence[Known], results: Sequence[Result], when: date) -> list[str]:
    """The addresses compared: the sums, then each asset of the sites that both sides have, and its usual generation's cost of an hour."""
    both = [site.id for site in known[0].sites if site.id in {other.id for other in known[1].sites}]
    out = list(SUMS)
    for site in both:
        out += [f"{name}[{asset}, {site}]" for asset in ASSETS for name in OF_ASSETS]
        out += [f"{COST}[{chip}, {site}]" for chip in [_most(known[0], results[0], site, when)] if chip]
    return [address for address in out if any(address in result.series for result in results)]


def _most(known: Known, result: Result, site: str, when: date) -> str:
    """The generation of which most stand at a site on average over the worlds; none where none stands there."""
    held = {
        chip: float(np.nan_to_num(finance_values(result, f"{HELD}[{chip}, {site}]", when)).mean())
        for chip in known.axes["chip"]
        if f"{HELD}[{chip}, {site}]" in result.series
    }
    most = max(held, key=lambda chip: held[chip], default="")
    return most if most and held[most] > 0.0 else ""


def finance_values(result: Result, address: str, when: date) -> Any:
    """The draws of an address at the date; what has no finite value (no loan, no rate) is absent."""
    values = np.asarray(result[address].at(when).values, dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)
