"""The answer of the API to what is asked of several scenarios on several days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say
from stargauge.web.library import no_scenario
from stargauge.web.view import View

#: The most scenarios on days of one sweep; the command takes more.
MOST_CELLS = 48


def answer(view: View, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The sweep that is asked for, as plain data. Raises InputError where there is none."""
    from stargauge import api
    from stargauge.api.sweep import knowledge_days

    names, last = view.whole.scenarios, asked["to"] or view.asked.day
    for one in filter(None, asked["over"]):  # by its name: an address never names a file
        if one not in names:
            raise InputError(no_scenario(view.whole.name, one, tuple(names)))
    span = f"{asked['from']}..{last}" if asked["from"] else last
    cells = max(1, len(set(asked["over"]))) * len(knowledge_days(span, asked["every"]))
    if cells > MOST_CELLS:
        raise InputError(
            say("that makes {cells:,} runs; at most {most} here, and up to 2,000 by the command", cells=cells, most=MOST_CELLS)
        )
    return api.sweep(
        view.programme, asked["over"], as_of=span, every=asked["every"], quantities=asked["quantity"], claims=asked["claim"],
        when=asked["date"], draws=view.asked.draws, seed=view.asked.seed, workers=1, progress=view.run["progress"],
    ).to_dict()  # fmt: skip
