"""`stargauge together`: which claims can hold together."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer
from stargauge.cli.files import expect_new, write_whole
from stargauge.cli.progress import progress
from stargauge.quantity.spoken import say


def together(asked: argparse.Namespace) -> int:
    """`stargauge together`."""
    from stargauge import api
    from stargauge.report.claims.together import render_together

    target = Path(asked.svg) if asked.svg else None
    if target is not None:
        from stargauge.report.claims.joint_chart import expect_drawing

        expect_new(target, "picture", ".svg")
        expect_drawing()
    data = api.together(
        loaded(asked), asked.claim, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        progress=progress, given=asked.given, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if target is not None:
        from stargauge.report.claims.joint_chart import matrix_picture

        write_whole(target, matrix_picture(data, narrow=asked.narrow))
        print(say("picture: {file}", file=target.resolve()), file=sys.stderr)
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_together(data, style_of(asked)))
    return 0
