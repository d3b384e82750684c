"""The commands and their arguments. Nothing heavy is imported here: `stargauge --help` must come at once."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NoReturn

from stargauge import __version__
from stargauge.cli import evidence

EXAMPLES = """examples:
  stargauge check                                the dispute of January 2025
  stargauge check mine.yaml --report mine.html   your own, with a report
  stargauge explain 'power_facility[operational, abilene]' --date 2026-09-24
  stargauge compare stargate@2025-01-22 @2026-09-30
  stargauge simulate --quantity jobs_direct --draws 10000 --json
exit codes: 0 answered, 1 answered and --fail-if holds (power: its supply does
            not pass its test; plan: it does not keep its promise), 2 input at
            fault (plan: there is none), 3 our fault"""

SIDES = """a side: PROGRAMME   a shipped name, a file or a folder
        @DATE       use only what was published by that day (else: today)
        +NAME       a scenario of the programme laid over it (repeatable)
        +FILE       a partial programme file laid over it (repeatable)
        +INPUT=VALUE  one input changed (repeatable)
examples:
  stargauge compare stargate@2025-01-22 @2026-09-30   what became known
  stargauge compare stargate +dear-power              a scenario
  stargauge compare stargate +overrun_factor=1        one input
  stargauge compare stargate xai-colossus-1           two programmes"""

#: Limits of `stargauge plan`: each at most an amount, or NAME=AMOUNT.
PLAN_LIMITS = (
    ("money", "capital at most: '300 bn USD', of a year '2028=120 bn USD'"),
    ("emissions", "CO2e at most: '90 Mt' in all, '300 kgCO2e/MWh' per energy"),
    ("gas", "gas burnt in a year at most: '60 TWh/yr'"),
    ("land", "land of each site at most: '900 acres', of one 'SITE=900 acres'"),
    ("water", "water of each site at most: '8 million gal/yr', 'SITE=...'"),
    ("grid", "grid connection of a site at most: 'SITE=1.2 GW'"),
    ("pool", "what is shared gives this programme at most: 'transformers=2 GW/yr', 'turbines=none'"),
    ("crew", "buildings at most: '3/month' begun in all, 'SITE=4' going up at once"),
    ("deliveries", "accelerators at most: '100_000/month', 'CHIP=40_000/month'"),
    ("least", "IT power a site gets at least where anything new is built: '100 MW'"),
)


class Parser(argparse.ArgumentParser):
    """A parser whose faults read like those of a file: what was expected, what came, the nearest name, where to look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})
        self.commands: dict[str, Parser] = {}

    def error(self, message: str) -> NoReturn:
        """Print the fault and leave with exit code 2."""
        from stargauge.quantity.errors import did_you_mean

        if wrong := re.match(r"argument COMMAND: invalid choice: '(.*?)' \(", message):
            near = did_you_mean(wrong[1], self.commands)
            message = f'there is no command "{wrong[1]}"{near} (all: {", ".join(self.commands)})'
        elif unknown := re.match(r"unrecognized arguments: (.*)", message):
            first = unknown[1].strip().partition(" ")[0].partition("=")[0]
            options = self._options()
            near = "; it is an option of other commands" if first in options else did_you_mean(first, options)
            message = f"unknown: {unknown[1].strip() or 'an empty argument'}{near}"
        elif message.endswith("required: COMMAND"):
            message = f"expected a command: {', '.join(self.commands)}"
        self.exit(2, f"{self.prog}: 1 error, nothing was run\n  {message}\nHelp: {self.prog} --help\n")

    def _options(self) -> Iterable[str]:
        texts = [made.format_help() for made in (self, *self.commands.values())]
        return dict.fromkeys(option for text in texts for option in re.findall(r"--[a-z][a-z-]*", text))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'got "{text}"; expected a day such as 2025-01-22') from None


def _count(text: str) -> int:
    try:
        return int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f'got "{text}"; expected a whole number such as 10_000') from None


def _amount(text: str) -> float:
    try:
        return float(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise argparse.ArgumentTypeError(f'got "{text}"; expected a number such as 15.6e12') from None


def _seed(text: str) -> int:
    seed = _count(text)
    if seed < 0:
        raise argparse.ArgumentTypeError(f'got "{text}"; expected 0 or more')
    return seed


def _levels(text: str) -> int:
    count = _count(text)
    if not 0 <= count <= 99:
        raise argparse.ArgumentTypeError(f'got "{text}"; expected 0 to 99')
    return count


def _run_options(parser: argparse.ArgumentParser, draws: int = 1024, elsewhere: bool = False) -> None:
    parser.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    _change_options(parser)
    _given(parser)
    _draw_options(parser, draws)
    _workers(parser, elsewhere)


def _given(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--given", action="append", default=[], metavar="CLAIM[/READING]",
        help="only worlds in which a claim holds; 'not CLAIM', or a reading such as 'power_facility[operational] >= 2 GW by 2027-12-31' "
        "(repeatable)",
    )  # fmt: skip


def _change_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scenario", metavar="NAME|FILE", help="a scenario of the programme by name, or a partial programme file, laid over it"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="INPUT=VALUE", help="change one input, or pin a choice: pick:NAME=OPTION (repeatable)"
    )


def _draw_options(parser: argparse.ArgumentParser, draws: int = 1024) -> None:
    parser.add_argument("--draws", type=_count, default=draws, metavar="N", help=f"Monte Carlo draws (default {draws:,})")
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="seed of the draws (default 0)")
    parser.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")


def _evidence(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--evidence", metavar="DIR", help="the evidence folder with the captures it cites: shows what is still there")


def _workers(parser: argparse.ArgumentParser, elsewhere: bool = False) -> None:
    """`elsewhere`: also the workers of a cluster, and a folder that keeps what is done."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--workers", type=_count, metavar="N", help="processes; same bits (default: one, or every core for many draws)")
    if not elsewhere:
        return
    group.add_argument(
        "--executor", dest="workers", metavar="ADDRESS", help="the Dask scheduler whose workers compute: tcp://HOST:PORT; same bits"
    )
    parser.add_argument("--resume", metavar="DIR", help="keep what is done in a folder; the same command goes on where it stopped")


def _programme(parser: argparse.ArgumentParser, positional: bool) -> None:
    text = "a shipped name, a file or a folder (default: stargate)"
    if positional:
        parser.add_argument("programme", nargs="?", default="stargate", metavar="PROGRAMME", help=text)
    else:
        parser.add_argument("--programme", default="stargate", metavar="PROGRAMME", help=text)


def _output_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON (documented, stable)")
    parser.add_argument("--ascii", action="store_true", help="plain marks only")


def _spoken(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=("en", "de"), default="en", dest="spoken", help="of the answer and its report (default: en)")


def _workbook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--xlsx", metavar="FILE", help="also write the project finance as a workbook with live formulas")
    parser.add_argument("--site", metavar="SITE", help="one site alone in the workbook (default: the whole programme)")
    parser.add_argument("--case", metavar="CASE", default="median", help="its world: median (every input), or the number of a draw")
    parser.add_argument(
        "--nearest", metavar="ADDRESS", help="its world: the draw nearest the median of this, e.g. 'npv[equipment, abilene]'"
    )
    parser.add_argument(
        "--overlay",
        action="append",
        default=[],
        metavar="SCENARIO",
        help="a scenario beside the base in the workbook (repeatable; default: those of the programme)",
    )


def parser() -> Parser:
    """The whole command line."""
    top = Parser(
        prog="stargauge", description="Put an AI mega-project to the test: from dollars to megawatts to chips to jobs.",
        epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    top.add_argument("--version", action="version", version=f"stargauge {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    top.commands = commands.choices

    check = commands.add_parser("check", help="the answer: headline, claims with verdicts, capacity, money and jobs")
    _programme(check, True)
    _run_options(check, elsewhere=True)
    _output_options(check)
    _spoken(check)
    _evidence(check)
    check.add_argument("--report", metavar="FILE", help="also write one self-contained HTML report")
    _workbook(check)
    check.add_argument("--all", action="store_true", help="show every claim with every reading")
    check.add_argument(
        "--fail-if", metavar="CONDITION", help="exit 1 where a claim has this status, e.g. 'not met' or 'site-underway: not met'"
    )

    audit = commands.add_parser("audit", help="every claim, every reading: odds, margin, drivers, record")
    _programme(audit, True)
    _run_options(audit, elsewhere=True)
    _output_options(audit)
    _spoken(audit)
    audit.add_argument("--claim", metavar="ID", help="one claim only")
    _evidence(audit)

    odds = commands.add_parser("odds", help="a claim's odds over time, and the statements that moved them")
    _programme(odds, True)
    odds.add_argument("--claim", metavar="ID[/READING]", help="one claim, or one of its readings (default: a table of all)")
    odds.add_argument("--from", dest="start", metavar="DATE", help="first day after that of the claim (default: the day of the claim)")
    odds.add_argument("--to", dest="end", metavar="DATE", help="last day (default: today)")
    odds.add_argument("--every", default="month", metavar="STEP", help="month, quarter or a number of days (default: month)")
    _change_options(odds)
    _draw_options(odds)
    _output_options(odds)
    _spoken(odds)

    drivers = commands.add_parser("drivers", help="which inputs move a claim's odds or a number, with intervals, groups and pairs")
    _programme(drivers, True)
    drivers.add_argument("--claim", metavar="ID[/READING]", help="one claim, or one of its readings (default: a table of all)")
    drivers.add_argument("--address", metavar="ADDRESS", help="one number, e.g. 'power_facility[operational, abilene]'")
    drivers.add_argument("--date", metavar="DATE", help="the month an address is read at (default: two years ahead, at year's end)")
    drivers.add_argument("--all", action="store_true", help="show every input that stands out")
    _run_options(drivers)
    _output_options(drivers)
    together = commands.add_parser("together", help="which claims can hold together: pairs, conflicts, the largest sets")
    _programme(together, True)
    together.add_argument(
        "--claim", action="append", default=[], metavar="ID[/READING]", help="only these (repeatable; one reading: it with every other)"
    )
    _run_options(together)
    _output_options(together)
    _spoken(together)
    together.add_argument("--svg", metavar="FILE", help="also write a picture: a matrix of all pairs")
    together.add_argument("--narrow", action="store_true", help="the picture for a narrow page (390 pixels)")
    needs = commands.add_parser("needs", help="what would have to be true for a claim to hold, and the single change that asks least")
    _programme(needs, True)
    needs.add_argument("--claim", metavar="ID[/READING]", help="one claim, or one of its readings (default: a table of all)")
    _run_options(needs, 4096)
    _output_options(needs)
    _spoken(needs)
    definitions = commands.add_parser("definitions", help="under which definitions of its words a claim holds, and which word decides")
    _programme(definitions, True)
    definitions.add_argument("--claim", metavar="ID", help="one claim with every definition (default: a line for each claim)")
    definitions.add_argument("--all", action="store_true", help="every definition of the claim (default: the first of them)")
    _run_options(definitions)
    _output_options(definitions)
    _spoken(definitions)

    sources = commands.add_parser("sources", help="which verdicts hang on one source: each left out in turn")
    _programme(sources, True)
    sources.add_argument("--claim", metavar="ID[/READING]", help="one claim, or one of its readings, with what it rests on")
    sources.add_argument("--all", action="store_true", help="every source and every verdict (default: the first of them)")
    _run_options(sources)
    _output_options(sources)
    _spoken(sources)
    export = commands.add_parser("export", help="claims for publication: ClaimReview JSON-LD, CSV, Markdown; in English or German")
    export.add_argument("form", metavar="FORM", help="claimreview, csv or markdown")
    _programme(export, True)
    _run_options(export)
    _evidence(export)
    export.add_argument("--claim", metavar="ID", help="one claim only (claimreview: one per page)")
    export.add_argument("--language", default="en", metavar="LANG", help="en or de (default: en)")
    export.add_argument("--output", metavar="FILE", help="write it to a new file (default: standard output)")
    export.add_argument("--publisher", default="", metavar="NAME", help="claimreview: who publishes the review")
    export.add_argument("--url", default="", metavar="URL", help="claimreview: the page on which the review stands")
    export.add_argument("--publisher-url", default="", metavar="URL", help="claimreview: the address of whoever publishes it")
    export.add_argument("--proof", default="", metavar="URL", help="claimreview: where the bundle of its evidence is")
    export.add_argument("--open", dest="forecasts", action="store_true", help="claimreview: also claims that are still open")

    schedule = commands.add_parser("schedule", help="when each site runs, and what holds it up")
    _programme(schedule, True)
    _run_options(schedule)
    _output_options(schedule)
    _spoken(schedule)

    jobs = commands.add_parser("jobs", help="jobs by every definition, what others counted, what a claim on jobs needs to be true")
    _programme(jobs, True)
    _run_options(jobs)
    _output_options(jobs)
    _spoken(jobs)
    jobs.add_argument("--date", type=_date, metavar="DATE", help="the month it is read at (default: two years ahead, at year's end)")
    jobs.add_argument("--site", metavar="ID", help="one site only, with the claims that name it")

    finance = commands.add_parser("finance", help="how each site is paid for: loans and what limits them, cover, walls, contracts, returns")
    _programme(finance, True)
    _run_options(finance)
    _output_options(finance)
    _spoken(finance)
    finance.add_argument("--site", metavar="ID", help="one site only, with its cash year by year")

    compute = commands.add_parser("compute", help="what a fleet trains and serves: users, tokens, runs, and the power today's users need")
    _programme(compute, True)
    compute.add_argument(
        "--model",
        default="frontier",
        metavar="NAME",
        help="model that is trained and served, by any beginning of its name (default: frontier, a template)",
    )
    compute.add_argument("--serve", metavar="NAME", help="another model that users are served with (default: that of --model)")
    compute.add_argument("--users", metavar="N", help="weekly users, e.g. 900e6 or 800e6..1e9 (default: as their service said last)")
    compute.add_argument("--messages", metavar="N", help="messages of a user in a week, e.g. 25.7 (default: as measured)")
    compute.add_argument("--tokens", metavar="N", help="output tokens per message, e.g. 400 or 200..1500 (default: an assumption of ours)")
    _run_options(compute)
    _output_options(compute)

    facility = commands.add_parser("facility", help="a site's PUE and water hour by hour: what makes them, and what other designs give")
    facility.add_argument("site", metavar="SITE", help="a site of the programme")
    _programme(facility, False)
    facility.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    facility.add_argument("--design", metavar="DESIGN", help="a cooling design, or parts: liquid/evaporative (default: the site's)")
    facility.add_argument("--redundancy", default="", metavar="KIND", help="N, N+1, 2N, distributed or block (default: a range)")
    facility.add_argument("--weather", metavar="FILE", help="EPW, TMY3, NSRDB or SAM file instead of a synthetic typical year")
    facility.add_argument("--seed", type=_seed, default=0, metavar="N", help="seed of weather and draws (default 0)")
    facility.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    _change_options(facility)
    _output_options(facility)

    money = commands.add_parser("money", help="who pays, when, and is the money there: gaps, policies, circles, who breaks")
    _programme(money, True)
    money.add_argument("--date", metavar="DATE", help="the day on which it has to be there (default: the knowledge date)")
    money.add_argument("--need", action="append", default=[], metavar="AMOUNT", help="a sum, such as '100 bn USD' (default: as claimed)")
    money.add_argument("--if", dest="pays", action="append", default=[], metavar="PARTY=SHARE", help="who pays only a share: openai=0.5")
    money.add_argument("--from", dest="since", metavar="DATE", help="from when it pays only that (default: the knowledge date)")
    _run_options(money)
    _output_options(money)
    _spoken(money)

    hours = commands.add_parser("hours", help="a site's stated supply hour by hour: energy, what is missing, cost, CO2e by scope, water")
    hours.add_argument("site", metavar="SITE", help="a site of the programme")
    _programme(hours, False)
    hours.add_argument(
        "--year", type=_count, metavar="YEAR", help="a year of the clock (default: the first to come in which something runs)"
    )
    hours.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    hours.add_argument("--design", metavar="DESIGN", help="a cooling design, or parts: liquid/evaporative (default: the site's)")
    hours.add_argument("--profile", default="mixed", metavar="KIND", help="load of the racks: mixed (default), training, inference, flat")
    hours.add_argument("--weather", metavar="FILE", help="EPW, TMY3, NSRDB or SAM file instead of synthetic years of the place")
    hours.add_argument("--factors", metavar="FILE", help="the grid's factors by the hour (CSV): average, marginal, upstream_water")
    hours.add_argument("--tariff", metavar="FILE", help="a CSV of what the grid costs, by month, day and hour (default: the programme's)")
    hours.add_argument("--spare", type=int, default=0, metavar="N", help="units of each plant that only stand in for others; 1 is N+1")
    hours.add_argument("--draws", type=_count, default=256, metavar="N", help="Monte Carlo draws, in blocks of 256 (default 256)")
    hours.add_argument("--seed", type=_seed, default=0, metavar="N", help="seed of draws and weather (default 0)")
    hours.add_argument("--hourly", action="store_true", help="with --json: also every hour of the draw in the middle")
    hours.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    _change_options(hours)
    hours.add_argument("--report", metavar="FILE", help="also write one self-contained HTML page with charts")
    _output_options(hours)
    _spoken(hours)

    train = commands.add_parser("train", help="a training job on a machine: the fastest layout, step time, days of a run, memory, and why")
    train.add_argument("--model", metavar="MODEL|FILE", help="any unique beginning of a model of the catalogue, or a CSV file of yours")
    train.add_argument("--cluster", metavar="NxCHIP", help="how many of which chip: 16384xh100")
    train.add_argument("--batch", type=_count, metavar="N", help="sequences of a step (default: the model's)")
    train.add_argument("--sequence", type=_count, metavar="N", help="tokens of a sequence (default: the model's)")
    train.add_argument("--dtype", default="bf16", metavar="TYPE", help="of matrix products: bf16 (default), fp8, mxfp8 or nvfp4")
    train.add_argument(
        "--layout",
        metavar="PARTS",
        help="parts that are given, the others are searched, such as tp=8,pp=16: tp, pp, dp, cp, ep, vp (chunks), "
        "mbs (micro-batch), recompute, sharding (or zero=0 to 3), schedule",
    )
    train.add_argument("--tokens", type=_amount, metavar="N", help="of the whole run, such as 15.6e12 (default: the model's)")
    train.add_argument("--software", metavar="DATE", help="the day of its software, such as 2024-07 (default: today)")
    train.add_argument("--oversubscription", metavar="R@N", help="beyond N accelerators each has 1/R of its network: 7@3072")
    train.add_argument("--pareto", action="store_true", help="also on fewer accelerators: the front of time, memory left and accelerators")
    train.add_argument(
        "--balanced", action="store_true", help="experts get equal numbers of tokens (default: as drawn evenly, some get more)"
    )
    train.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    train.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    train.add_argument("--out", metavar="FOLDER", help="also write a page and its pictures (HTML, SVG) into a folder")
    _output_options(train)
    _spoken(train)
    goodput = commands.add_parser(
        "goodput", help="what a training job keeps of its time: stops, the best checkpoint interval, goodput by size, histories"
    )
    goodput.add_argument("--cluster", metavar="NxCHIP", help="how many of which chip: 16384xh100")
    goodput.add_argument("--model", metavar="MODEL", help="any unique beginning of a model of the catalogue: what a checkpoint writes")
    goodput.add_argument("--failure-rate", metavar="RATE", help="stops per node and day: 0.004, or 0.003..0.006")
    goodput.add_argument("--checkpoint-write", metavar="TIME", help="how long the job stands still for one: 30s, or 10s..60s")
    goodput.add_argument(
        "--writing", default="background", metavar="HOW", help="with --model: background (default; from a copy in memory) or blocking"
    )
    goodput.add_argument("--storage", metavar="RATE", help="with --model: what the whole store takes, such as 2TB/s")
    goodput.add_argument("--interval", default="auto", metavar="TIME", help="useful work between checkpoints: 20min, or auto (the best)")
    goodput.add_argument("--restart", metavar="TIME", help="detection and reload after a stop: 8min")
    goodput.add_argument("--spares", metavar="N", help="nodes in reserve: 64, or a share of all nodes such as 2%%")
    goodput.add_argument("--repair", metavar="TIME", help="until a swapped node is a spare again: 24h")
    goodput.add_argument("--planned", metavar="SHARE", help="of time in planned stops: 2%%")
    goodput.add_argument("--stragglers", metavar="SHARE", help="of speed lost to slow nodes: 1%%")
    goodput.add_argument("--days", type=_amount, default=54.0, metavar="N", help="days of a history (default 54)")
    goodput.add_argument("--simulate", type=_count, metavar="N", help="histories event by event, of all the days (default: 256 short ones)")
    goodput.add_argument("--draws", type=_count, default=512, metavar="N", help="draws of the ranges (default 512)")
    goodput.add_argument("--seed", type=_seed, default=0, metavar="N", help="seed of the draws and histories (default 0)")
    goodput.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    goodput.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    goodput.add_argument("--out", metavar="FOLDER", help="also write a page, its pictures and its data (HTML, SVG, JSON) into a folder")
    _output_options(goodput)
    _spoken(goodput)

    system = commands.add_parser("system", help="several programmes as one: power by grid region and year, and what they compete for")
    system.add_argument(
        "programmes", nargs="*", metavar="FOLDER", help="a folder of programmes, or names and files (default: the shipped programmes)"
    )
    system.add_argument(
        "--by", default="grid,year", metavar="A,B", help="what rows are told apart by: grid, country, programme, site, year"
    )
    system.add_argument(
        "--pool", action="append", default=[], metavar="NAME=VALUE",
        help="supply that all share, per year: transformers, turbines or queue, e.g. --pool transformers='2 GW/yr'; none: no limit "
        "(repeatable)",
    )  # fmt: skip
    system.add_argument("--all", action="store_true", help="every year and every site (default: the next five years)")
    system.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    system.add_argument("--report", metavar="FILE", help="also write one self-contained HTML page with map and table")
    _draw_options(system)
    _workers(system)
    _output_options(system)

    power = commands.add_parser("power", help="the cheapest supply that carries a site: sizes, cost, limits, other mixes, a test")
    power.add_argument("site", metavar="SITE", help="a site of the programme")
    _programme(power, False)
    power.add_argument("--load", metavar="POWER", help="facility power to carry in every hour, e.g. 500MW (default: as expected, by hour)")
    power.add_argument("--by", metavar="DATE", help="the day from which it has to be carried, e.g. 2027-06 (default: no day)")
    power.add_argument("--sources", metavar="A,B,...", help="what may be built, e.g. grid,gas-turbine,solar,battery (default: most)")
    power.add_argument("--greenfield", action="store_true", help="leave out what the programme states of plants at the site")
    power.add_argument("--years", type=_count, metavar="N", help="years of weather it is sized on (default: 1; with --by 3)")
    power.add_argument("--shortfall", default="0", metavar="SHARE", help="share of the energy that may be missing, e.g. 0.001 (default: 0)")
    power.add_argument("--emissions", metavar="AMOUNT", help="CO2e per energy at most, e.g. '200 kg/MWh'")
    power.add_argument("--land", metavar="AREA", help="land at most, e.g. '2000 acres'")
    power.add_argument("--gas", metavar="ENERGY", help="gas burnt a year at most, e.g. '5 TWh'")
    power.add_argument("--weather", metavar="FILE", help="an hourly weather file: EPW, TMY3 or NSRDB (default: the catalogue's climate)")
    power.add_argument("--tariff", metavar="FILE", help="a CSV of what the grid costs, by month, day and hour (default: catalogue price)")
    power.add_argument("--pypsa", metavar="FOLDER", help="also write the supply as a network of PyPSA (CSV files)")
    power.add_argument("--no-mixes", action="store_true", help="leave out the other mixes that it is compared with")
    power.add_argument(
        "--draws", type=_count, default=256, dest="histories", metavar="N", help="years of failures that it is tested on (default 256)"
    )
    power.add_argument("--seed", type=_seed, default=0, metavar="N", help="seed of weather and failures (default 0)")
    power.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    power.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    _change_options(power)
    power.add_argument("--report", metavar="FILE", help="also write one self-contained HTML page with charts")
    _output_options(power)
    _spoken(power)

    plan = commands.add_parser(
        "plan", help="what would work: the cheapest build that keeps an announcement, with which probability, and what insisting costs"
    )
    _programme(plan, True)
    plan.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="TEXT",
        help="'10 GW by 2029-12-31', '2 GW IT at SITE by 2028', '20 million H100e by 2029', or a reading (repeatable; default: "
        "what was announced)",
    )
    plan.add_argument("--claim", action="append", default=[], metavar="ID[/READING]", help="the amount and day of a claim (repeatable)")
    plan.add_argument("--with-probability", dest="probability", metavar="P", help="with which each target is kept (default 80%%)")
    plan.add_argument("--goal", default="cost", metavar="GOAL", help="cost (default), capacity, emissions, or wait: start late")
    for name, text in PLAN_LIMITS:
        plan.add_argument(f"--{name}", action="append", default=[], metavar="AMOUNT", help=f"{text} (repeatable)")
    plan.add_argument(
        "--means", metavar="STAGE", help="keep each party within its means: cash, committed, announced, financeable or liquidity"
    )
    plan.add_argument("--carbon-price", metavar="PRICE", help="a price on CO2e as a part of the cost: '100 USD/tCO2e'")
    plan.add_argument("--powers", metavar="A,B,...", help="what may power a site, e.g. grid,gas-engine,bridge (default: all)")
    plan.add_argument("--chips", metavar="A,B,...", help="accelerators that may be installed (default: the newest four generations)")
    plan.add_argument("--no-further", action="store_true", help="no buildings beyond those of the file")
    plan.add_argument("--start-from", type=_date, metavar="DATE", help="no work begins before that day (default: the knowledge date)")
    plan.add_argument("--worlds", type=_count, default=50, metavar="N", help="worlds that the plan is made for (default 50)")
    plan.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    _change_options(plan)
    _draw_options(plan)
    plan.add_argument("--save", metavar="FILE", help="write the plan as a partial programme file, for --scenario")
    plan.add_argument("--force", action="store_true", help="write over a file that --save names")
    plan.add_argument("--report", metavar="FILE", help="also write one self-contained HTML page with charts")
    _output_options(plan)
    _spoken(plan)

    simulate = commands.add_parser("simulate", help="what follows, month by month, with uncertainty")
    _programme(simulate, True)
    _run_options(simulate, elsewhere=True)
    _output_options(simulate)
    _spoken(simulate)
    simulate.add_argument("--quantity", action="append", metavar="ADDRESS", help="what to compute (repeatable; default: the headlines)")
    simulate.add_argument("--save", metavar="DIR", help="write summary.json and the draws to a folder")

    sweep = commands.add_parser("sweep", help="a table over scenarios and knowledge dates: quantities with P10 to P90, claims with odds")
    _programme(sweep, True)
    sweep.add_argument(
        "--scenario", action="append", default=[], metavar="NAME|FILE",
        help="a scenario, or a partial programme file (repeatable; '' is the programme as it stands, the default)",
    )  # fmt: skip
    sweep.add_argument(
        "--set", action="append", default=[], metavar="INPUT=VALUE", help="change one input in every run, or pin a choice (repeatable)"
    )
    sweep.add_argument("--as-of", dest="days", metavar="DATES", help="a knowledge date, or a span: 2025-01..2026-11 (default: today)")
    sweep.add_argument(
        "--every", default="quarter", metavar="STEP", help="days of a span: month, quarter (default), 3months, or so many days"
    )
    sweep.add_argument("--quantity", action="append", default=[], metavar="ADDRESS", help="a number (repeatable; default: the headlines)")
    sweep.add_argument("--claim", action="append", default=[], metavar="ID[/READING]", help="a claim, or one of its readings (repeatable)")
    sweep.add_argument("--date", type=_date, metavar="DATE", help="the month that numbers are read at (default: two years ahead)")
    _draw_options(sweep)
    _workers(sweep, elsewhere=True)
    sweep.add_argument("--csv", metavar="FILE", help="also write the table as CSV")
    _output_options(sweep)

    compare = commands.add_parser(
        "compare", help="two programmes, scenarios or knowledge dates: what differs, and why", epilog=SIDES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    compare.add_argument("a", metavar="A", help="PROGRAMME[@DATE][+SCENARIO or +INPUT=VALUE]...")
    compare.add_argument("b", metavar="B", help="the same; without PROGRAMME: A with this date, or with more laid over it")
    _draw_options(compare)
    compare.add_argument("--workers", type=_count, metavar="N", help="processes; same bits (default: every core, at most four)")
    _output_options(compare)
    _spoken(compare)

    sensitivity = commands.add_parser("sensitivity", help="what moves a number: each input at its P10 and P90, a table over two inputs")
    sensitivity.add_argument("address", metavar="ADDRESS", help="e.g. 'lcoc[gb200-nvl72, abilene]' or 'power_facility[operational]'")
    _programme(sensitivity, True)
    _run_options(sensitivity)
    _output_options(sensitivity)
    sensitivity.add_argument("--date", type=_date, metavar="DATE", help="the month it is read at (default: two years ahead, at year's end)")
    sensitivity.add_argument(
        "--inputs", action="append", metavar="A,B,...", help="only these; INPUT=LOW..HIGH as if one were that uncertain (repeatable)"
    )
    sensitivity.add_argument(
        "--two-way", nargs=2, metavar="INPUT=V,V,...", help="a table over two inputs, values as in --set or 'drawn' (as it is drawn)"
    )
    sensitivity.add_argument("--variance", action="store_true", help="also whose uncertainty makes its variance: Sobol indices")
    sensitivity.add_argument(
        "--all",
        action="store_true",
        help="every input that moves it (default: twelve; where runs are long, fifteen are moved)",
    )

    cost = commands.add_parser("cost", help="what an accelerator-hour, a megawatt-year and a million tokens cost, and rents that cover it")
    _programme(cost, True)
    _run_options(cost)
    _output_options(cost)
    cost.add_argument("--site", metavar="SITE", help="one site (default: every site)")
    cost.add_argument("--chip", metavar="CHIP", help="one generation of accelerators (default: what stands, or is expected, at each site)")

    explain = commands.add_parser("explain", help="why this number or verdict: formula, inputs, sources; what changed it since a day")
    explain.add_argument(
        "address",
        nargs="?",
        metavar="ADDRESS|CLAIM[/READING]",
        help="e.g. 'power_facility[operational, abilene]', 'share(jobs_permanent[abilene])' or jobs-100k/economy-wide",
    )
    _programme(explain, False)
    _run_options(explain)
    _output_options(explain)
    _spoken(explain)
    explain.add_argument("--date", type=_date, metavar="DATE", help="the month to explain (default: the newest evidence)")
    explain.add_argument("--since", type=_date, metavar="DATE", help="what changed it since that day, and which statements did it")
    explain.add_argument("--svg", metavar="FILE", help="also write a picture of what the number is made of")
    explain.add_argument("--sources", action="store_true", help="with titles, links, and file and line of each statement")
    explain.add_argument("--depth", type=_levels, default=1, metavar="N", help="how many levels of the formulas to print (default 1)")
    _evidence(explain)
    explain.add_argument("--list", action="store_true", help="list every quantity and input")

    catalogue = commands.add_parser("catalogue", help="what the world offers: chips, places, prices, with sources")
    catalogue.add_argument("kind", nargs="?", metavar="KIND")
    catalogue.add_argument("name", nargs="?", metavar="NAME")
    catalogue.add_argument("--names", action="store_true", help="the names of a kind alone")
    catalogue.add_argument("--catalogue", metavar="FILE", help="your own values laid over ours")
    _output_options(catalogue)
    _spoken(catalogue)

    backtest = commands.add_parser("backtest", help="how good are we: dates and odds replayed against what happened")
    backtest.add_argument("programme", nargs="*", metavar="PROGRAMME", help="shipped names, files or folders (default: all shipped)")
    backtest.add_argument("--as-of", type=_date, metavar="DATE", help="score against the outcomes known by that day (default: today)")
    backtest.add_argument("--draws", type=_count, default=512, metavar="N", help="Monte Carlo draws per replay (default 512)")
    backtest.add_argument("--seed", type=_seed, default=0, metavar="N", help="seed of the draws (default 0)")
    backtest.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    backtest.add_argument("--money", action="store_true", help="loans to sites and cash of parties instead of dates and odds")
    backtest.add_argument("--write", metavar="DIR", help="write the whole result in the form in which it is shipped and reported")
    _output_options(backtest)
    _spoken(backtest)

    validate = commands.add_parser(
        "validate", help="test us on your own measurements or cases: validate schedule FILE, pue FILE, finance FILE, ..."
    )
    validate.add_argument(
        "kind",
        metavar="KIND",
        help="schedule (plans and outcomes), build (start of work to operation), finance (reference cases), pue (halls), "
        "training, inference (measured runs), goodput (training jobs), reading (sentences)",
    )
    validate.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help="CSV file (none for goodput: the records that are shipped); JSON for finance, JSONL for reading (docs: "
        "how good the dates are, facility, validate finance, how good the chips are, goodput, reading)",
    )
    validate.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    _output_options(validate)
    _spoken(validate)

    draft = commands.add_parser("draft", help="read an article: who says what, amounts, dates, as drafts of claims for you to confirm")
    draft.add_argument(
        "article",
        metavar="ARTICLE",
        help="a text or HTML file in UTF-8, - for standard input, or with --evidence C-17 or a URL; German or English",
    )
    draft.add_argument("--published", type=_date, metavar="DATE", help="the day it appeared; without it relative dates have no days")
    draft.add_argument("--language", metavar="LANG", help="de, de-CH, de-DE, de-AT, en, en-US or en-GB (default: found out)")
    draft.add_argument("--publisher", default="", metavar="NAME", help="who published it")
    draft.add_argument("--title", default="", metavar="TEXT", help="its title")
    draft.add_argument("--url", default="", metavar="URL", help="its address, kept with the source; nothing is fetched from it")
    draft.add_argument("--evidence", metavar="DIR", help="the evidence folder with the capture; a URL is captured into it first")
    draft.add_argument("--allow-private", action="append", default=[], metavar="HOST", help="a host in your own network (repeatable)")
    draft.add_argument("--by", default="", metavar="NAME", help="who decides, for the log (with --review and --evidence)")
    draft.add_argument("--review", action="store_true", help="decide on each draft: accept, edit, reject; without it nothing is confirmed")
    draft.add_argument("--json", action="store_true", help="print everything that was found as JSON instead of YAML for `check`")
    draft.add_argument("--write", metavar="FILE", help="write the YAML to a new file")

    calibrate = commands.add_parser("calibrate", help="measure this machine's GPU by small kernels; or fit the slip of plans (schedule)")
    calibrate.add_argument("what", nargs="?", default="gpu", metavar="WHAT", help="gpu (default) or schedule (the slip of plans)")
    calibrate.add_argument("--out", metavar="FILE", help="gpu: write every point to a new CSV file")
    calibrate.add_argument("--quick", action="store_true", help="gpu: every third kernel, fewer repeats")
    calibrate.add_argument("--show", metavar="CHIP|FILE", help="gpu: what was measured of a chip, or stands in such a file; nothing is run")
    calibrate.add_argument("--gpu", type=_seed, metavar="N", help="gpu: which one, where there are several (default 0)")
    calibrate.add_argument("--seed", type=_seed, metavar="N", help="gpu: seed of the data (default 0)")
    calibrate.add_argument("--as-of", type=_date, metavar="DATE", help="schedule: use only records known by that day (default: today)")
    calibrate.add_argument("--write", metavar="DIR", help="schedule: write the fits of all quarters in the form in which they are shipped")
    calibrate.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    _output_options(calibrate)

    infer = commands.add_parser("infer", help="serve a model: layout and load with most tokens under limits on their times, cost, power")
    infer.add_argument("--model", metavar="MODEL|FILE", help="any unique beginning of a model of the catalogue, or a CSV file of yours")
    infer.add_argument("--chip", metavar="CHIP", help="any unique beginning of a chip of the catalogue: gb300")
    infer.add_argument(
        "--ttft", metavar="TIME", help="most time to the first token, such as 2s; a bare number is of seconds (default: no limit)"
    )
    infer.add_argument("--ttft-of", default="p99", metavar="WHICH", help="of which requests: p99 (default), p50 or mean")
    infer.add_argument("--tpot", metavar="TIME", help="most time per token after the first, such as 20ms (default: no limit)")
    infer.add_argument("--input", type=_count, default=1024, metavar="N", help="tokens of a prompt (default 1024)")
    infer.add_argument("--output", type=_count, default=1024, metavar="N", help="tokens of an answer (default 1024)")
    infer.add_argument("--accelerators", type=_count, metavar="N", help="how many there are (default: as many as are best)")
    infer.add_argument(
        "--dtype",
        metavar="TYPE",
        help="of weights: bf16, fp8, nvfp4, mxfp4 (default: as published in 4 bits, else 8 bits where the chip has them)",
    )
    infer.add_argument("--concurrency", type=_count, metavar="N", help="users who ask again as soon as they are answered")
    infer.add_argument("--rate", metavar="X/s", help="requests per second, at random (default: as many as the limits allow)")
    infer.add_argument("--most-requests", type=_count, metavar="N", help="that a rank of attention takes at once at most (default 1024)")
    infer.add_argument(
        "--prefix-hits", type=float, default=0.0, metavar="SHARE", help="share of prompts' tokens that a cache has (default 0)"
    )
    infer.add_argument("--speculative", type=float, default=1.0, metavar="X", help="tokens that a pass gives a request (default 1)")
    infer.add_argument(
        "--disaggregated", action=argparse.BooleanOptionalAction, help="prompts on accelerators of their own, or not (default: the better)"
    )
    infer.add_argument("--layout", metavar="PARTS", help="parts that are given, the others are searched: tp, pp, ep, dp as in tp=8,ep=32")
    infer.add_argument("--software", metavar="DATE", help="day of the serving software, such as 2026-04 (default: today)")
    infer.add_argument("--price-per-hour", type=float, metavar="USD", help="rent of an accelerator (default: the catalogue's)")
    infer.add_argument("--utilisation", type=float, metavar="SHARE", help="share of the time in use (default: the catalogue's)")
    infer.add_argument("--as-of", type=_date, metavar="DATE", help="use only what was published by that day (default: today)")
    infer.add_argument("--pareto", action="store_true", help="print every point of speed per user against output per accelerator")
    infer.add_argument("--out", metavar="FOLDER", help="also write a page, its pictures and its data (HTML, SVG, CSV, JSON) into a folder")
    infer.add_argument("--catalogue", metavar="FILE", help="your own catalogue values (CSV) laid over ours")
    _output_options(infer)
    _spoken(infer)

    added = commands.add_parser("import", help="what published data would add to a programme: import epoch DIR, import csv FILE")
    added.add_argument("kind", metavar="KIND", help="epoch (a folder with Epoch AI's CSV files) or csv (a file of statements)")
    added.add_argument("source", metavar="DIR|FILE", help="where the data lies")
    _programme(added, False)
    added.add_argument("--vintage", metavar="DATE", help="when the edition was published (epoch; default: as its own figures allow)")
    added.add_argument("--write", metavar="FILE", help="write what is new as a partial programme file, for --scenario")
    _output_options(added)
    _spoken(added)

    evidence.arguments(commands)

    serve = commands.add_parser("serve", help="see it in a browser: pages for every programme, on this machine")
    serve.add_argument("folder", nargs="?", default=".", metavar="FOLDER", help="your own programme files (default: this folder)")
    serve.add_argument("--port", type=_count, default=8347, metavar="N", help="where to listen (default 8347; 0: a free one)")
    serve.add_argument("--no-browser", action="store_true", help="open no browser")
    serve.add_argument("--evidence", metavar="DIR", help="the evidence folder to show (default: evidence in FOLDER, where there is one)")
    serve.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="listen for other machines too; they need its token")
    serve.add_argument("--name", action="append", default=[], metavar="HOST", help="answer under this host name only (repeatable)")
    serve.add_argument("--workers", type=_count, default=2, metavar="N", help="processes that compute (default 2)")

    new = commands.add_parser("new", help="write a commented starter programme file")
    new.add_argument("name", metavar="NAME", help="name of the programme, or of its file; .yaml is added")

    schema = commands.add_parser("schema", help="print the JSON Schema of the programme file")
    schema.add_argument("--json", action="store_true", help="the schema is JSON in any case")

    doctor = commands.add_parser("doctor", help="what is installed, what a missing part would give, and whether it works here")
    _output_options(doctor)

    completion = commands.add_parser("completion", help='completion for a shell: eval "$(stargauge completion bash)"')
    completion.add_argument("shell", metavar="SHELL", help="bash, zsh or fish")
    completion.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return top
