"""`stargauge train`: a training job on a machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from stargauge.cli.commands import print_json, style_of, values_of
from stargauge.cli.files import expect_given, expect_page_in, write_all
from stargauge.quantity.spoken import say

#: What is written into a folder.
PAGE, DATA = "training.html", "training.json"


def train(asked: argparse.Namespace) -> int:
    """`stargauge train`."""
    folder = Path(asked.out) if asked.out else None
    expect_given(
        asked,
        model=say("expected a model of the catalogue (such as {example}), or a CSV file of yours", example="llama3-405b"),
        cluster=say("expected a number of accelerators and a chip, such as {example}", example="16384xh100"),
    )
    expect_page_in(folder, PAGE)
    from stargauge import api
    from stargauge.report.compute.training import render_training

    data = api.train(
        asked.model, asked.cluster, batch=asked.batch, sequence=asked.sequence, dtype=asked.dtype, layout=asked.layout, tokens=asked.tokens,
        software=asked.software, oversubscription=asked.oversubscription, balanced=asked.balanced,
        pareto=asked.pareto or folder is not None, as_of=asked.as_of, values=values_of(asked),
    ).to_dict()  # fmt: skip
    if folder is not None:
        from stargauge.report.compute.training_page import pictures_of, render_training_page

        texts = {PAGE: render_training_page(data), **pictures_of(data), DATA: json.dumps(data, indent=1, allow_nan=False) + "\n"}
        write_all(folder, texts)
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_training(data, style_of(asked), str(folder.resolve()) if folder else None))
    return 0
