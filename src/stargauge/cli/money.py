"""`stargauge money`: who pays, when, and is the money there."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from stargauge.cli.commands import loaded, print_json, progress, style_of, values_of
from stargauge.quantity.errors import Fault, InputError


def money(asked: argparse.Namespace) -> int:
    """`stargauge money`."""
    from stargauge import api
    from stargauge.quantity.units import parse_number
    from stargauge.report.money import render_money

    faults, needs = list[Fault](), list[float]()
    for text in asked.need:
        try:
            needs.append(parse_number(text, "USD"))
        except InputError as error:
            faults.append(Fault(f"--need: {error}"))
    pays = _shares(asked.pays, faults)
    if faults:
        raise InputError(faults)
    data = api.money(
        loaded(asked), as_of=asked.as_of, when=asked.date, amounts=needs, pays=pays or None, since=asked.since, draws=asked.draws,
        seed=asked.seed, workers=asked.workers, values=values_of(asked), progress=progress,
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_money(data, style_of(asked)))
    return 0


def _shares(texts: Iterable[str], faults: list[Fault]) -> dict[str, float]:
    """`PARTY=SHARE` as numbers: 0.5 or 50 %."""
    from stargauge.quantity.units import parse_number

    found = dict[str, float]()
    for text in texts:
        party, _, share = (part.strip() for part in text.partition("="))
        try:
            found[party] = parse_number(share, "1")
        except InputError:
            faults.append(Fault(f'--if: got "{text}"; expected PARTY=SHARE, such as --if openai=0.5'))
    return found
