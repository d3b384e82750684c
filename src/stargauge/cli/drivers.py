"""The command that asks what moves a claim or a number."""

from __future__ import annotations

import argparse

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer
from stargauge.cli.progress import progress


def drivers(asked: argparse.Namespace) -> int:
    """`stargauge drivers`."""
    from stargauge import api
    from stargauge.report.why.drivers import render_drivers

    data = api.drivers(
        loaded(asked), asked.claim, address=asked.address, when=asked.date, as_of=asked.as_of, draws=asked.draws, seed=asked.seed,
        workers=asked.workers, values=values_of(asked), progress=progress, given=asked.given, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_drivers(data, style_of(asked), asked.all))
    return 0
