"""`stargauge goodput`: what a training job keeps of its time."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from stargauge.cli.commands import print_json, style_of, values_of
from stargauge.cli.files import expect_given, expect_page_in, write_all
from stargauge.quantity.spoken import say

#: What is written into a folder, beside pictures.
PAGE, DATA = "goodput.html", "goodput.json"


def goodput(asked: argparse.Namespace) -> int:
    """`stargauge goodput`."""
    folder = Path(asked.out) if asked.out else None
    expect_given(
        asked,
        cluster=say("expected a number of accelerators and a chip, such as {example}", example="16384xh100"),
    )
    expect_page_in(folder, PAGE)
    from stargauge import api
    from stargauge.report.compute.goodput import render_goodput

    data = api.goodput(
        asked.cluster, model=asked.model, failure_rate=asked.failure_rate, checkpoint_write=asked.checkpoint_write, writing=asked.writing,
        storage=asked.storage, interval=asked.interval, restart=asked.restart, spares=asked.spares, repair=asked.repair,
        planned=asked.planned, stragglers=asked.stragglers, days=asked.days, simulate=asked.simulate, draws=asked.draws, seed=asked.seed,
        as_of=asked.as_of, values=values_of(asked),
    ).to_dict()  # fmt: skip
    if folder is not None:
        from stargauge.report.compute.goodput_page import pictures_of, render_goodput_page

        texts = {PAGE: render_goodput_page(data), **pictures_of(data), DATA: json.dumps(data, indent=1, allow_nan=False) + "\n"}
        write_all(folder, texts)
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_goodput(data, style_of(asked), str(folder.resolve()) if folder else None))
    return 0
