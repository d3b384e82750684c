"""The commands that ask on what a verdict rests: what its words mean, and which sources it hangs on."""

from __future__ import annotations

import argparse
import sys

from stargauge.cli.commands import loaded, print_json, progress, style_of, values_of


def definitions(asked: argparse.Namespace) -> int:
    """`stargauge definitions`."""
    from stargauge import api
    from stargauge.report.meanings import render_definitions

    data = api.definitions(
        loaded(asked), asked.claim, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        progress=progress,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_definitions(data, style_of(asked), asked.all))
    return 0
