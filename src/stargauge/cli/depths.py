"""The commands that ask on what a verdict rests: what its words mean, what would have to be true, and which sources it hangs on."""

from __future__ import annotations

import argparse
import sys

from stargauge.cli.commands import loaded, print_json, style_of, values_of, write_answer
from stargauge.cli.progress import progress, written_over
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say


def definitions(asked: argparse.Namespace) -> int:
    """`stargauge definitions`."""
    from stargauge import api
    from stargauge.report.claims.meanings import render_definitions

    data = api.definitions(
        loaded(asked), asked.claim, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        progress=progress, given=asked.given, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_definitions(data, style_of(asked), asked.all))
    return 0


def needs(asked: argparse.Namespace) -> int:
    """`stargauge needs`."""
    from stargauge import api
    from stargauge.report.claims.needs import render_needs

    data = api.needs(
        loaded(asked), asked.claim, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        progress=progress, given=asked.given, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        write_answer(data, asked, render_needs(data, style_of(asked), asked.claim is not None))
    return 0


def sources(asked: argparse.Namespace) -> int:
    """`stargauge sources`."""
    from stargauge import api
    from stargauge.report.why.sources import render_sources

    if asked.given:
        raise InputError(
            say("--given: what hangs on a source is told over all worlds, since leaving one out changes which worlds are kept")
        )
    data = api.sources(
        loaded(asked), asked.claim, as_of=asked.as_of, draws=asked.draws, seed=asked.seed, workers=asked.workers, values=values_of(asked),
        progress=_left_out, language=asked.spoken,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_sources(data, style_of(asked), asked.all))
    return 0


def _left_out(done: int, count: int) -> None:
    written_over(say("{done} of {count} sources left out", done=done, count=count), done == count)
