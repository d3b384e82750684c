"""`stargauge compute`: what a fleet trains and serves, and what today's users need of it."""

from __future__ import annotations

import argparse
from dataclasses import replace

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer
from stargauge.cli.progress import progress
from stargauge.quantity.errors import InputError

#: What is asked of the answer alone; a fault of one is told with its option.
_OPTIONS = ("model", "serve", "users", "messages", "tokens")


def compute(asked: argparse.Namespace) -> int:
    """`stargauge compute`."""
    from stargauge import api
    from stargauge.report.compute.compute import render_compute

    try:
        data = api.compute(
            loaded(asked), model=asked.model, serve=asked.serve, users=asked.users, messages=asked.messages, tokens=asked.tokens,
            as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked), progress=progress,
            given=asked.given,
        ).to_dict()  # fmt: skip
    except InputError as error:
        raise InputError([replace(one, path=f"--{one.path}") if one.path in _OPTIONS else one for one in error.faults]) from None
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_compute(data, style_of(asked)))
    return 0
