"""The command `jobs`: ask the API, hand the answer to the terminal report."""

from __future__ import annotations

import argparse

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer


def jobs(asked: argparse.Namespace) -> int:
    """`stargauge jobs`."""
    from stargauge import api
    from stargauge.report.sites.jobs import render_jobs

    data = api.jobs(
        loaded(asked), when=asked.date, site=asked.site, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers,
        values=values_of(asked), given=asked.given, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_jobs(data, style_of(asked)))
    return 0
