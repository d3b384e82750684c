"""`stargauge power`: the cheapest supply that carries a site."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from stargauge.cli.commands import loaded, print_json, style_of, values_of
from stargauge.cli.extras import expect_pages
from stargauge.cli.files import expect_writable, write_whole
from stargauge.cli.progress import written_over
from stargauge.quantity.errors import Fault, InputError
from stargauge.quantity.spoken import say

if TYPE_CHECKING:
    from stargauge.api.supply_asked import Way
    from stargauge.plan.sizing import NoSupply


def power(asked: argparse.Namespace) -> int:
    """`stargauge power`: 1 where the supply does not pass its test."""
    target = Path(asked.report) if asked.report else None
    sources = [part.strip() for part in asked.sources.split(",") if part.strip()] if asked.sources is not None else None
    _expect(asked, target, sources)
    from stargauge import api
    from stargauge.plan.sizing import NoSupply
    from stargauge.report.power.power import render_power

    try:
        made = api.power(
            asked.site, loaded(asked), as_of=asked.as_of, by=asked.by, load_at=asked.load, sources=sources, years=asked.years,
            shortfall=_share(asked.shortfall), emissions=asked.emissions, land=asked.land, gas=asked.gas,
            weather=Path(asked.weather) if asked.weather else None, mixes=not asked.no_mixes, draws=asked.histories, seed=asked.seed,
            values=values_of(asked), progress=_sized, greenfield=asked.greenfield,
            tariff=Path(asked.tariff) if asked.tariff else None,
        )  # fmt: skip
    except NoSupply as fault:
        raise _impossible(fault, asked, sources) from None
    data = made.to_dict()
    if asked.pypsa:
        made.write_pypsa(asked.pypsa)
    if target is not None:
        from stargauge.report.power.power_page import render_power_page

        write_whole(target, render_power_page(data, asked.spoken))
    if asked.json:
        print_json(data)
    else:
        sys.stdout.write(render_power(data, style_of(asked), str(target.resolve()) if target else None))
        if asked.pypsa:
            print(f"Network of PyPSA   {Path(asked.pypsa).resolve()}")
    return 0 if data["test"]["passed"] else 1


def _sized(done: int, count: int) -> None:
    written_over(say("{done} of {count} supplies sized", done=done, count=count), done == count)


# --- what is asked ----------------------------------------------------------------------------------------------------------------


def _expect(asked: argparse.Namespace, target: Path | None, sources: list[str] | None) -> None:
    """Raise InputError with everything that is asked wrong, before any of the work is done."""
    if target is not None:
        expect_writable(target, "report")
        expect_pages()
    if faults := list(_faults(asked, sources)):
        raise InputError([*_faults_of_site(asked), *faults])


def _faults_of_site(asked: argparse.Namespace) -> tuple[Fault, ...]:
    """What is wrong with the programme or the site, where something else is wrong too."""
    from stargauge import api
    from stargauge.audit.sites.site import asked as site_of

    try:
        site_of(api.known(loaded(asked), asked.as_of, values_of(asked)), asked.site)
    except InputError as error:
        return error.faults
    return ()


def _faults(asked: argparse.Namespace, sources: list[str] | None) -> Iterator[Fault]:
    from stargauge.api.supply import MOST_DRAWS, MOST_YEARS
    from stargauge.api.supply_asked import faults_of
    from stargauge.catalogue.tariff import read_tariff
    from stargauge.plan.pypsa_folder import expect_free
    from stargauge.quantity.dates import parse_window

    yield from (replace(fault, path=f"--{fault.path}") for fault in faults_of(vars(asked), sources))
    yield from _faults_of_share(asked.shortfall)
    if asked.years is not None and not 1 <= asked.years <= MOST_YEARS:
        yield Fault(say("got {years}; expected 1 to {most} years of weather", years=asked.years, most=MOST_YEARS), "--years")
    if not 1 <= asked.histories <= MOST_DRAWS:
        yield Fault(
            say("got {histories:,}; expected 1 to {most:,} years of failures", histories=asked.histories, most=MOST_DRAWS),
            "--draws",
        )
    if asked.by is not None:
        today = asked.as_of or date.today()
        try:
            if parse_window(asked.by).start < today:
                yield Fault(
                    say("got {by}, which is past on {today}; expected a day from then on, or another --as-of", by=asked.by, today=today),
                    "--by",
                )
        except InputError as error:
            yield from (Fault(fault.message, "--by") for fault in error.faults)
    if asked.tariff is not None:
        yield from _faults_of(lambda: read_tariff(Path(asked.tariff)), "--tariff")
    if asked.pypsa is not None:
        yield from _faults_of(lambda: expect_free(Path(asked.pypsa)), "--pypsa")
    if asked.weather is not None and not Path(asked.weather).is_file():
        yield Fault(
            say('no file "{weather}"; expected an hourly weather file (EPW, TMY3 or NSRDB CSV)', weather=asked.weather), "--weather"
        )


def _faults_of(check: Callable[[], object], option: str) -> Iterator[Fault]:
    """What a check says is wrong, each with the option, or with the line of the file that it is in."""
    try:
        check()
    except InputError as error:
        yield from (fault if fault.file else Fault(fault.message, option) for fault in error.faults)


def _share(text: str) -> float:
    from stargauge.quantity.units import parse_number

    return parse_number(text, "1")


def _faults_of_share(text: str) -> Iterator[Fault]:
    try:
        if not 0.0 <= _share(text) < 1.0:
            yield Fault(
                say('got "{text}"; expected a share of the energy from 0 to below 1, such as 0.001 or 0.1 %', text=text), "--shortfall"
            )
    except InputError as error:
        yield from (Fault(say("{message}, a share such as 0.001 or 0.1 %", message=fault.message), "--shortfall") for fault in error.faults)


# --- where no supply keeps the limits ---------------------------------------------------------------------------------------------


def _impossible(fault: NoSupply, asked: argparse.Namespace, sources: list[str] | None) -> InputError:
    """That no supply keeps all limits, and for each of them what would do, in the unit in which it was asked."""
    from stargauge.api.supply_asked import no_supply_of, not_yet, ways

    told = [f"--{way.name} {_quoted(way.needed)} ({_as_asked(way)})" for way in ways(fault, vars(asked))]
    enough = say("no single limit that gives way would be enough")
    if told:
        enough = say("any one of these would do, all else kept: {limits}", limits="; ".join(told))
    enough = f"{not_yet(fault)}; {enough}" if not_yet(fault) else enough
    text = say("{enough}; else offer more with --sources, or ask for less with --load", enough=enough)
    if asked.by:
        text = say(
            "{enough}; else name a later day with --by, or offer what is there sooner with --sources, such as rented-generator",
            enough=enough,
        )  # fmt: skip
    return InputError(Fault(text, no_supply_of(sources, asked.site, asked.by)))


def _quoted(text: str) -> str:
    return f"'{text}'" if " " in text else text


def _as_asked(way: Way) -> str:
    return say("asked {amount}", amount=way.asked) if way.name == "shortfall" else say("asked at most {amount}", amount=way.asked)
