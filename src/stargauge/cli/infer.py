"""`stargauge infer`: how a model is best served by a chip under limits on its times."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from stargauge.cli.commands import print_json, style_of, values_of
from stargauge.cli.files import write_whole
from stargauge.quantity.errors import Fault, InputError


def infer(asked: argparse.Namespace) -> int:
    """`stargauge infer`."""
    target = Path(asked.out) if asked.out else None
    if target is not None:
        _expect_folder(target)
    from stargauge import api
    from stargauge.report.serving import render_serving

    data = api.infer(
        asked.model, asked.chip, ttft=asked.ttft, tpot=asked.tpot, ttft_of=asked.ttft_of, input=asked.input, output=asked.output,
        accelerators=asked.accelerators, dtype=asked.dtype, concurrency=asked.concurrency, rate=asked.rate, prefix_hits=asked.prefix_hits,
        speculative=asked.speculative, disaggregated=asked.disaggregated, layout=asked.layout, software=asked.software,
        price_per_hour=asked.price_per_hour, utilisation=asked.utilisation, as_of=asked.as_of, values=values_of(asked),
    ).to_dict()  # fmt: skip
    if target is not None:
        from stargauge.report.serving_chart import front_csv, pictures

        target.mkdir(exist_ok=True)
        texts = {"answer.json": json.dumps(data, indent=2) + "\n", "front.csv": front_csv(data), **pictures(data)}
        for name, text in texts.items():
            write_whole(target / name, text)
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_serving(data, style_of(asked), asked.out, asked.pareto))
    return 0


def _expect_folder(target: Path) -> None:
    """Raise InputError where the folder cannot be made, or has something in it; asked before the work is done."""
    if not target.resolve().parent.is_dir():
        raise InputError(Fault(f'no folder "{target.parent}" to make "{target.name}" in', path="--out"))
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(Fault(f'"{target}" is there already and not empty; it was not touched: choose another name', path="--out"))
