"""A programme in one row: how much was announced, how much runs, and up to when somebody has looked."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from stargauge.api.programmes import known, load
from stargauge.api.runs import DRAWS, simulate
from stargauge.audit.summary import Days, exists, sited, sizes
from stargauge.catalogue.load import Catalogue
from stargauge.programme.schema import Programme


def brief(
    programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, draws: int = DRAWS, seed: int = 0,
    values: Catalogue | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Name, sites, announced and running facility power as the headline has them, newest evidence; as plain data. No claim is judged.

    Raises InputError on wrong input.
    """
    made = load(programme)
    now = known(made, as_of, values)
    wanted = [address for address in (sited(now, "announced"), sited(now, "operational")) if exists(now, address)]
    result = simulate(made, quantities=wanted, as_of=now.as_of, draws=draws, seed=seed, values=values)
    days = Days.of(now)
    return {
        "name": made.name, "about": made.about, "as_of": str(now.as_of), "sites": sum(site.spec is not None for site in now.sites),
        "claims": len(made.claims), "newest_evidence": str(days.evidence) if days.looked else None, "unit": "W",
        **sizes(result, now, days),
    }  # fmt: skip
