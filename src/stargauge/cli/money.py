"""`stargauge money`: who pays, when, and is the money there."""

from __future__ import annotations

import argparse

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer
from stargauge.cli.progress import progress


def money(asked: argparse.Namespace) -> int:
    """`stargauge money`."""
    from stargauge import api
    from stargauge.report.money.money import render_money

    data = api.money(
        loaded(asked), as_of=asked.as_of, when=asked.date, amounts=asked.need, pays=asked.pays or None, since=asked.since,
        draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked), progress=progress, given=asked.given,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_money(data, style_of(asked)))
    return 0
