"""What a workbook of project finance holds."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from stargauge import __version__
from stargauge.api.programmes import catalogue, known, load
from stargauge.api.runs import DRAWS, simulate
from stargauge.audit.money.workbook_data import same_parts, workbook_data
from stargauge.catalogue.load import Catalogue
from stargauge.engine.case import nearest_draw
from stargauge.engine.series import Series
from stargauge.engine.simulate import case_of
from stargauge.programme.load import asked_as
from stargauge.programme.schema import Programme
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say


def workbook(
    programme: str | Path | Programme = "stargate", *, site: str | None = None, draw: int | None = None, nearest: str | None = None,
    overlays: Mapping[str, Path | Mapping[str, Any] | str] | None = None, as_of: date | str | None = None, draws: int = DRAWS,
    seed: int = 0, workers: int | None = None, values: Catalogue | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What a workbook of project finance holds, as plain data for `stargauge.report.workbook.site.render_workbook`.

    The world: every input at its median; or the draw of that number (counted from 0); or the draw nearest the median of an address.
    `site`: one site alone; where none is named the whole programme, site by site. `overlays`: scenarios by name, shown beside the base;
    those of the programme that leave it its phases and contracts, where none are given. Raises InputError for an address or a site that
    does not exist.
    """
    made, values = load(programme), values or catalogue()
    now = known(made, as_of, values)
    if draw is not None and nearest is not None:
        raise InputError(say("got a draw and an address whose median it should be nearest; expected one of them"))
    words = "every input at its median"
    if nearest is not None:
        draw = nearest_draw(
            _ends(simulate(made, quantities=[nearest], draws=draws, seed=seed, as_of=now.as_of, workers=workers, values=values)[nearest])
        )
        words = f"draw {draw} of seed {seed}, of {draws:,} draws the one nearest the median of {nearest}"
    elif draw is not None:
        words = f"draw {draw} of seed {seed}"
    case = case_of(now, draw, seed)
    others = {name: case_of(known(load(made, over), now.as_of, values), draw, seed) for name, over in (overlays or {}).items()}
    if overlays is None:
        own = {name: case_of(known(load(made, name), now.as_of, values), draw, seed) for name in made.scenarios}
        others = {name: other for name, other in own.items() if same_parts(case, other, site)}
    asked = f" --nearest '{nearest}'" if nearest else f" --case {draw}" if draw is not None else ""
    where = f" --site {shlex.quote(site)}" if site else ""
    told = {
        "programme": made.name, "case": words, "as_of": str(now.as_of), "version": __version__, "attribution": list(made.attribution),
        "command": f"stargauge check {shlex.quote(asked_as(made))} --as-of {now.as_of} --seed {seed}{where}{asked} --xlsx FILE",
    }  # fmt: skip
    return workbook_data(case, site, others, told)


def _ends(series: Series) -> Any:
    """The values of a series draw by draw, in its last month where it has months."""
    held = np.asarray(series.values)
    return held if held.ndim == 1 else held[:, -1]
