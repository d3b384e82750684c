"""The commands that ask what if: one function per command."""

from __future__ import annotations

import argparse
import re
import sys

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer
from stargauge.cli.progress import written_over
from stargauge.quantity.spoken import say


def sensitivity(asked: argparse.Namespace) -> int:
    """`stargauge sensitivity`."""
    from stargauge import api
    from stargauge.report.why.sensitivity import render_sensitivity

    data = api.sensitivity(
        asked.address, loaded(asked), when=asked.date, inputs=_listed(asked.inputs), two_way=asked.two_way, as_of=asked.as_of,
        draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked), progress=_moved,
        every=asked.all, variance=asked.variance, given=asked.given,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_sensitivity(data, style_of(asked), asked.all))
    return 0


def _listed(texts: list[str] | None) -> list[str] | None:
    """Inputs as asked for, one or several in a text; a comma within brackets belongs to an address."""
    if texts is None:
        return None
    return [part.strip() for text in texts for part in re.split(r",(?![^\[({]*[\])}])", text) if part.strip()]


def _moved(done: int, count: int) -> None:
    written_over(say("{done} of {count} moved", done=done, count=count), done == count)


def cost(asked: argparse.Namespace) -> int:
    """`stargauge cost`."""
    from stargauge import api
    from stargauge.report.money.cost import render_cost

    data = api.cost(
        loaded(asked), site=asked.site, chip=asked.chip, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers,
        values=values_of(asked), progress=_moved, given=asked.given,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_cost(data, style_of(asked)))
    return 0
