"""A site's hall by the hour: PUE, water, what makes them, and what other designs would give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from stargauge.api.programmes import known, load
from stargauge.audit.answer_data import slug
from stargauge.audit.sites.facility import DRAWS as HALL_DRAWS
from stargauge.audit.sites.facility import FacilityAnswer, Hall, facility_answer
from stargauge.audit.sites.site import asked
from stargauge.catalogue.facility_designs import DEFAULT, parts_of
from stargauge.catalogue.load import Catalogue
from stargauge.catalogue.weather_files import read_weather
from stargauge.engine.simulate import simulate as run_model
from stargauge.programme.known import Known
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.programme.weather import site_weather
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.hall.electrical_chain import redundancy_of
from stargauge.quantity.spoken import say

#: Draws behind what the programme itself says, which is shown beside.
_APPROXIMATION_DRAWS = 512


def facility(
    site: str, programme: str | Path | Programme = "stargate", *, as_of: date | str | None = None, design: str | None = None,
    redundancy: str = "", weather: str | Path | None = None, draws: int = HALL_DRAWS, seed: int = 0, values: Catalogue | None = None,
) -> FacilityAnswer:  # fmt: skip
    """PUE and water of a site by the month with ranges, what makes the PUE, and what other designs and redundancy would give.

    `design`: a cooling design of the catalogue, or parts such as `liquid/evaporative` (default: the site's, else ours); `redundancy`: N,
    N+1, 2N, distributed or block (default: the catalogue's range); `weather`: a file (EPW, TMY3, NSRDB, SAM; default: the one that the
    site names, else a synthetic typical year of its place). Raises InputError for a site, design or redundancy that there is not, and for a
    site without weather.
    """
    _expect(design, redundancy, draws)
    made = load(programme)
    now = known(made, as_of, values)
    spec = asked(now, site).spec
    place, stated = (spec.place, spec.cooling) if spec is not None else ("", "")
    parts_of(design or stated or DEFAULT)
    own = read_weather(Path(weather)) if weather is not None else None
    air = own or site_weather(now.programme, now.catalogue, site, seed, typical=True)
    hall = Hall(site, place, design or stated or DEFAULT, bool(stated and (design or stated) == stated), redundancy)
    said = {"programme": slug(made.name), "asked_as": asked_as(made), "name": made.name, "as_of": str(now.as_of), "seed": seed}
    return facility_answer(
        now.catalogue, hall, air, programme=said, draws=draws, seed=seed,
        approximation=_approximation(now, site, seed) if hall.design == (stated or DEFAULT) else None,
    )  # fmt: skip


def _expect(design: str | None, redundancy: str, draws: int) -> None:
    """Raise InputError with everything that is asked wrong."""
    faults = [] if draws >= 1 else [Fault(say("got {draws}; expected 1 at least", draws=draws), "draws")]
    asked_for: tuple[tuple[str, str | None, Callable[[str], object]], ...] = (
        ("design", design, parts_of), ("redundancy", redundancy, lambda name: redundancy_of(name, 1.0)),
    )  # fmt: skip
    for name, text, read in asked_for:
        try:
            if text:
                read(text)
        except InputError as error:
            faults += [Fault(fault.message, name) for fault in error.faults]
    if faults:
        raise InputError(faults)


def _approximation(now: Known, site: str, seed: int) -> dict[str, float] | None:
    """PUE of a typical year in the programme's own results; None where it has none, as of a site without a place."""
    run = run_model(now, [f"pue[{site}]"], draws=_APPROXIMATION_DRAWS, seed=seed)
    year = run[f"pue[{site}]"].values[:, :12].mean(axis=1)
    if not np.isfinite(year).all():
        return None
    low, middle, high = (float(one) for one in np.quantile(year, (0.1, 0.5, 0.9)))
    return {"p10": low, "p50": middle, "p90": high}
