"""`stargauge needs`: what would have to be true."""

from __future__ import annotations

import argparse
import sys

from stargauge.cli.commands import loaded, print_json, progress, style_of, values_of


def needs(asked: argparse.Namespace) -> int:
    """`stargauge needs`."""
    from stargauge import api
    from stargauge.report.needs import render_needs

    data = api.needs(
        loaded(asked), asked.claim, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        progress=progress,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_needs(data, style_of(asked), asked.claim is not None))
    return 0
