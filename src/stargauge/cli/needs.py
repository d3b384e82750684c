"""`stargauge needs`: what would have to be true."""

from __future__ import annotations

import argparse

from stargauge.cli.commands import loaded, print_json, progress, style_of, values_of, write_answer


def needs(asked: argparse.Namespace) -> int:
    """`stargauge needs`."""
    from stargauge import api
    from stargauge.report.needs import render_needs

    data = api.needs(
        loaded(asked), asked.claim, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        progress=progress, given=asked.given,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_needs(data, style_of(asked), asked.claim is not None))
    return 0
