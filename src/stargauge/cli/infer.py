"""`stargauge infer`: how a model is best served by a chip under limits on its times."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from stargauge.cli.commands import print_json, style_of, values_of
from stargauge.cli.files import expect_given, expect_page_in, write_all
from stargauge.quantity.spoken import say

#: What is written into a folder, beside pictures.
PAGE, DATA, TABLE = "serving.html", "serving.json", "serving-front.csv"


def infer(asked: argparse.Namespace) -> int:
    """`stargauge infer`."""
    folder = Path(asked.out) if asked.out else None
    expect_given(
        asked,
        model=say("expected a model of the catalogue (such as {example}), or a CSV file of yours", example="deepseek-r1"),
        chip=say("expected a chip of the catalogue, such as {example}", example="gb300"),
    )
    expect_page_in(folder, PAGE)
    from stargauge import api
    from stargauge.report.compute.serving import render_serving

    data = api.infer(
        asked.model, asked.chip, ttft=asked.ttft, tpot=asked.tpot, ttft_of=asked.ttft_of, input=asked.input, output=asked.output,
        accelerators=asked.accelerators, dtype=asked.dtype, concurrency=asked.concurrency, rate=asked.rate, prefix_hits=asked.prefix_hits,
        speculative=asked.speculative, disaggregated=asked.disaggregated, layout=asked.layout, software=asked.software,
        price_per_hour=asked.price_per_hour, utilisation=asked.utilisation, most_requests=asked.most_requests, as_of=asked.as_of,
        values=values_of(asked),
    ).to_dict()  # fmt: skip
    if folder is not None:
        from stargauge.report.compute.serving_chart import front_csv, pictures
        from stargauge.report.compute.serving_page import render_serving_page

        texts = {PAGE: render_serving_page(data), **pictures(data), TABLE: front_csv(data)}
        texts[DATA] = json.dumps(data, indent=1, allow_nan=False) + "\n"
        write_all(folder, texts)
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_serving(data, style_of(asked), str(folder.resolve()) if folder else None, asked.pareto))
    return 0
