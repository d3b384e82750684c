"""`stargauge finance`: how each site is paid for."""

from __future__ import annotations

import argparse

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer
from stargauge.cli.progress import progress


def finance(asked: argparse.Namespace) -> int:
    """`stargauge finance`."""
    from stargauge import api
    from stargauge.report.money.site_finance import render_finance

    data = api.finance(
        loaded(asked), site=asked.site, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers,
        values=values_of(asked), progress=progress, given=asked.given,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_finance(data, style_of(asked)))
    return 0
