"""The command `export`: ask the API, write the answer whole or not at all."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stargauge.cli.commands import loaded, values_of
from stargauge.cli.files import expect_writable, write_whole
from stargauge.cli.progress import progress
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say

_ENDINGS = {"claimreview": ".jsonld", "csv": ".csv", "markdown": ".md"}


def export(asked: argparse.Namespace) -> int:
    """`stargauge export`."""
    from stargauge import api

    if asked.given:
        raise InputError(say("--given: what is published stands alone, and would be read without its condition; use audit --given --json"))
    target = Path(asked.output) if asked.output else None
    if target is not None:
        expect_writable(target, "export", _ENDINGS.get(asked.form, ""))
        if target.exists():
            raise InputError(say('"{target}" exists already; it was not touched: choose another name', target=target))
    made = api.export(
        asked.form, loaded(asked), claim=asked.claim, language=asked.language, publisher=asked.publisher, url=asked.url,
        publisher_url=asked.publisher_url, proof=asked.proof, forecasts=asked.forecasts, as_of=asked.as_of, draws=asked.draws,
        seed=asked.seed, workers=asked.workers, values=values_of(asked), evidence=asked.evidence, progress=progress,
    )  # fmt: skip
    if target is not None:
        write_whole(target, made.text)
        print(f"Wrote {target}.")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(made.text.encode())
    for reason in dict.fromkeys(made.left_out.values()):
        names = ", ".join(name for name, why in made.left_out.items() if why == reason)
        print(say("left out, {reason}: {names}", reason=reason, names=names), file=sys.stderr)
    return 0
