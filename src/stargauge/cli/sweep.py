"""The command that asks the same of several scenarios on several days."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stargauge.cli.commands import loaded_as_stated, print_json, style_of, values_of
from stargauge.cli.files import expect_writable, write_whole
from stargauge.cli.progress import progress


def sweep(asked: argparse.Namespace) -> int:
    """`stargauge sweep`."""
    from stargauge import api
    from stargauge.report.sweep import render_sweep, sweep_csv

    if asked.csv:
        expect_writable(Path(asked.csv), "table", ".csv")
    data = api.sweep(
        loaded_as_stated(asked), asked.scenario, as_of=asked.days, every=asked.every, quantities=asked.quantity, claims=asked.claim,
        when=asked.date, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked), progress=progress,
        resume=asked.resume,
    ).to_dict()  # fmt: skip
    if asked.csv:
        write_whole(Path(asked.csv), sweep_csv(data))
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_sweep(data, style_of(asked)))
    return 0
