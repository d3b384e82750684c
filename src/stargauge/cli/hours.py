"""`stargauge hours`: a site's stated supply hour by hour."""

from __future__ import annotations

import argparse
import sys

from stargauge.cli.commands import loaded, print_json, style_of, values_of
from stargauge.quantity.errors import InputError


def hours(asked: argparse.Namespace) -> int:
    """`stargauge hours`."""
    if asked.hourly and not asked.json:
        raise InputError("--hourly adds every hour of one draw to the JSON; give --json as well")
    from stargauge import api
    from stargauge.report.hours import render_hours

    data = api.hours(
        asked.site, loaded(asked), year=asked.year, as_of=asked.as_of, design=asked.design, profile=asked.profile, weather=asked.weather,
        factors=asked.factors, spare=asked.spare, draws=asked.draws, seed=asked.seed, values=values_of(asked),
    ).to_dict(asked.hourly)  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_hours(data, style_of(asked)))
    return 0
