"""`stargauge facility`: a site's hall by the hour."""

from __future__ import annotations

import argparse
import sys

from stargauge.cli.commands import loaded, print_json, style_of, values_of


def facility(asked: argparse.Namespace) -> int:
    """`stargauge facility`."""
    from stargauge import api
    from stargauge.report.power.facility import render_facility

    data = api.facility(
        asked.site, loaded(asked), as_of=asked.as_of, design=asked.design, redundancy=asked.redundancy, weather=asked.weather,
        seed=asked.seed, values=values_of(asked),
    ).to_dict()  # fmt: skip
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_facility(data, style_of(asked)))
    return 0
