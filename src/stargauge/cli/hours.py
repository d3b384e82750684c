"""`stargauge hours`: a site's stated supply hour by hour."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stargauge.cli.commands import loaded, print_json, style_of, values_of
from stargauge.cli.extras import expect_pages
from stargauge.cli.files import expect_writable, write_whole
from stargauge.quantity.errors import InputError
from stargauge.quantity.spoken import say


def hours(asked: argparse.Namespace) -> int:
    """`stargauge hours`."""
    target = Path(asked.report) if asked.report else None
    _expect(asked, target)
    from stargauge import api
    from stargauge.report.power.hours import render_hours

    data = api.hours(
        asked.site, loaded(asked), year=asked.year, as_of=asked.as_of, design=asked.design, profile=asked.profile, weather=asked.weather,
        factors=asked.factors, tariff=asked.tariff, spare=asked.spare, draws=asked.draws, seed=asked.seed, values=values_of(asked),
    ).to_dict(asked.hourly)  # fmt: skip
    if target is not None:
        from stargauge.report.power.hours_page import render_hours_page

        write_whole(target, render_hours_page(data, asked.spoken))
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_hours(data, style_of(asked), str(target.resolve()) if target else None))
    return 0


def _expect(asked: argparse.Namespace, target: Path | None) -> None:
    """Raise InputError for what is asked wrong, before any of the work is done."""
    if asked.hourly and not asked.json:
        raise InputError(say("--hourly adds every hour of one draw to the JSON; give --json as well"))
    if target is not None:
        expect_writable(target, "report")
        expect_pages()
