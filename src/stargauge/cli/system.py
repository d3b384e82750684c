"""`stargauge system`: several programmes as one, by grid region and year."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from stargauge.cli.commands import print_json, style_of, values_of
from stargauge.cli.extras import expect_pages
from stargauge.cli.files import expect_writable, write_whole
from stargauge.cli.progress import progress
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say


def system(asked: argparse.Namespace) -> int:
    """`stargauge system`."""
    from stargauge import api
    from stargauge.report.sites.system import render_system

    target = Path(asked.report) if asked.report else None
    if target is not None:
        expect_writable(target, "report")
        expect_pages()
    data = api.system(
        asked.programmes or None, by=asked.by, pools=_pools(asked.pool), as_of=asked.as_of, draws=asked.draws, seed=asked.seed,
        workers=asked.workers, values=values_of(asked), progress=progress, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if target is not None:
        from stargauge.report.sites.system_page import render_system_page

        write_whole(target, render_system_page(data, asked.spoken))
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_system(data, style_of(asked), asked.all, str(target.resolve()) if target else None))
    return 0


def _pools(texts: Sequence[str]) -> dict[str, str]:
    """What was given of pools, by name. Raises InputError with every one that is not of the form."""
    pairs = [[part.strip() for part in text.split("=", 1)] for text in texts]
    wrong = [text for text, pair in zip(texts, pairs, strict=True) if len(pair) != 2 or not all(pair)]
    if wrong:
        raise InputError(
            [Fault(say('got --pool "{text}"; expected NAME=VALUE, such as --pool "transformers=2 GW/yr"', text=text)) for text in wrong]
        )
    return dict(pairs)
