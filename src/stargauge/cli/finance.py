"""`stargauge finance`: how each site is paid for."""

from __future__ import annotations

import argparse
import sys

from stargauge.cli.commands import loaded, print_json, progress, style_of, values_of


def finance(asked: argparse.Namespace) -> int:
    """`stargauge finance`."""
    from stargauge import api
    from stargauge.report.site_finance import render_finance

    data = api.finance(
        loaded(asked), site=asked.site, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers,
        values=values_of(asked), progress=progress,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_finance(data, style_of(asked)))
    return 0
